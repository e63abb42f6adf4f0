/*
 * age: the file format age v1 (C2SP age-encryption.org/v1), binary, with recipients X25519 and scrypt.
 * Over OpenSSL's EVP; nothing here touches a file.
 *
 * Writing: evd_age_seal_header → the header's bytes and an open stream; evd_age_chunk_seal for each
 * chunk. Reading: evd_age_open_header, then evd_age_chunk_open. Chunks depend on their number alone, so
 * they can be worked on side by side, each thread with a cipher of its own.
 */
#ifndef EVD_AGE_H
#define EVD_AGE_H

#include "base/buf.h"
#include "base/limits.h"

#include <openssl/types.h>

#define EVD_AGE_POINT 32u          /* bytes of an X25519 key, public or private */
#define EVD_AGE_FILE_KEY 16u       /* bytes */
#define EVD_AGE_NONCE 16u          /* bytes between header and chunks */
#define EVD_AGE_TAG 16u            /* bytes that encryption adds to a chunk */
#define EVD_AGE_CHUNK 65536u       /* bytes of a full chunk's plaintext */
#define EVD_AGE_RECIPIENT_TEXT 63u /* characters of "age1…" and a NUL */
#define EVD_AGE_IDENTITY_TEXT 75u  /* characters of "AGE-SECRET-KEY-1…" and a NUL */
#define EVD_AGE_WORK 18u           /* log2 of scrypt's N that we write (docs/format.md §14) */
#define EVD_AGE_MAX_WORK 20u       /* and the most that we take: 1 GiB of memory */

/* Whom a file is for. */
struct evd_age_recipient {
	uint8_t point[EVD_AGE_POINT];
};

/* Who can open it: a secret, kept where evd_age_identity_new and _parse were told to put it. */
struct evd_age_identity {
	uint8_t secret[EVD_AGE_POINT];
	struct evd_age_recipient recipient;
};

/* evd_age_recipient_parse(text, out, err): "age1…" in its one form (BIP 173). FORMAT. */
int evd_age_recipient_parse(struct evd_view text, struct evd_age_recipient *out,
                            struct evd_error *err) EVD_MUST_USE;
/* evd_age_identity_parse(text, out, err): "AGE-SECRET-KEY-1…". FORMAT; wiped then. */
int evd_age_identity_parse(struct evd_view text, struct evd_age_identity *out,
                           struct evd_error *err) EVD_MUST_USE;
int evd_age_identity_new(struct evd_age_identity *out, struct evd_error *err) EVD_MUST_USE;
void evd_age_recipient_text(const struct evd_age_recipient *r, char out[EVD_AGE_RECIPIENT_TEXT]);
/* evd_age_identity_text: the caller wipes `out`. */
void evd_age_identity_text(const struct evd_age_identity *i, char out[EVD_AGE_IDENTITY_TEXT]);

/* With what a header is written: recipients, or a passphrase and none. */
struct evd_age_to {
	const struct evd_age_recipient *recipients;
	size_t n;
	struct evd_view passphrase;
};

/* With what it is opened: identities, passphrase; what is not there is not tried. */
struct evd_age_with {
	const struct evd_age_identity *identities;
	size_t n;
	struct evd_view passphrase;
};

/* An open payload. In locked memory where that is to be had; free it, which wipes. */
struct evd_age_stream;

/*
 * evd_age_seal_header(to, head, out, err): a fresh file key for those recipients: header and nonce are
 * put into `head`. MISUSE if `to` names both kinds, or nobody.
 */
int evd_age_seal_header(const struct evd_age_to *to, struct evd_buf *head,
                        struct evd_age_stream **out, struct evd_error *err) EVD_MUST_USE;
/*
 * evd_age_open_header(front, with, used, out, err): `front` is the file's beginning, all of it or
 * EVD_MAX_AGE_HEADER bytes; *used: where the chunks start. FORMAT: no such header. DENIED: none of the
 * keys opens it. DAMAGED: a key opens it, but the header was altered.
 */
int evd_age_open_header(struct evd_view front, const struct evd_age_with *with, size_t *used,
                        struct evd_age_stream **out, struct evd_error *err) EVD_MUST_USE;
void evd_age_stream_free(struct evd_age_stream *s); /* NULL is fine */

/* A thread's cipher for one stream. */
int evd_age_cipher_new(const struct evd_age_stream *s, bool seal, EVP_CIPHER_CTX **out,
                       struct evd_error *err) EVD_MUST_USE;
/* evd_age_chunk_seal(c, n, last, in, len, out, err): chunk number n; `out` takes len + EVD_AGE_TAG. */
int evd_age_chunk_seal(EVP_CIPHER_CTX *c, uint64_t n, bool last, const uint8_t *in, size_t len,
                       uint8_t *out, struct evd_error *err) EVD_MUST_USE;
/* evd_age_chunk_open(c, n, last, in, len, out, err): the reverse; `len` counts the tag. DAMAGED, with
 * `out` wiped, if these are not the bytes of chunk n, or if it is not the last, or not before the last. */
int evd_age_chunk_open(EVP_CIPHER_CTX *c, uint64_t n, bool last, const uint8_t *in, size_t len,
                       uint8_t *out, struct evd_error *err) EVD_MUST_USE;

/* evd_age_chunks(size, n): chunks in `size` bytes behind the nonce; false if no file has that size. */
bool evd_age_chunks(uint64_t size, uint64_t *n);

#endif
