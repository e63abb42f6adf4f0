/*
 * der: the little of ASN.1 DER (ITU-T X.690 §10) that a signature file needs: definite lengths in
 * their shortest form, tags of one byte. For everything else there is OpenSSL.
 */
#ifndef EVD_DER_H
#define EVD_DER_H

#include "base/buf.h"

/* evd_der_peek(c): the next element's tag, 0 at the end. */
uint8_t evd_der_peek(const struct evd_cursor *c);
/* Reading: each fails the cursor if the next element has another tag or a length that is not DER. */
struct evd_view evd_der_get(struct evd_cursor *c, uint8_t tag);     /* its content */
struct evd_view evd_der_whole(struct evd_cursor *c, uint8_t tag);   /* tag and length too */
struct evd_cursor evd_der_enter(struct evd_cursor *c, uint8_t tag); /* a cursor over its content */
void evd_der_skip(struct evd_cursor *c, uint8_t tag);
/* evd_der_leave(c, in): fails `c` if `in`, entered from it, is not at its end, or failed. */
void evd_der_leave(struct evd_cursor *c, const struct evd_cursor *in);
/* evd_der_bits(c): the bits of a BIT STRING without unused ones; empty of another. */
struct evd_view evd_der_bits(struct evd_cursor *c);
/* evd_der_extensions(all): Extension after Extension up to the end, one at least: whether one is critical. */
bool evd_der_extensions(struct evd_cursor *all);
/* evd_der_next(c, last): the next SEQUENCE of a SET's content, whole, into *last (empty before the first);
 * bytewise above the one before. False at the end, and if it is not so: the cursor has then failed. */
bool evd_der_next(struct evd_cursor *c, struct evd_view *last);
/* evd_der_next_of(c, last, also): the next SEQUENCE or element of this tag. */
bool evd_der_next_of(struct evd_cursor *c, struct evd_view *last, uint8_t also);
/* evd_der_count(content): how many SEQUENCEs rise in it; 0 if it is anything else. */
size_t evd_der_count(struct evd_view content);
/* evd_der_sound(v): one element, entered wherever constructed, at most 31 deep, in which each BOOLEAN,
 * INTEGER, ENUMERATED, BIT STRING, NULL and OBJECT IDENTIFIER has DER's form (verify.md §5.2). */
bool evd_der_sound(struct evd_view v);
/* evd_oid_sound(content): an OBJECT IDENTIFIER's, complete, each number in its shortest form. */
bool evd_oid_sound(struct evd_view content);

/* Writing: open, put the content, close; the length is set when closing. */
size_t evd_der_open(struct evd_buf *b, uint8_t tag);
void evd_der_close(struct evd_buf *b, size_t at);
void evd_der_put(struct evd_buf *b, uint8_t tag, struct evd_view content);

#endif
