/*
 * source: reading the bytes of an item, and sources made of memory or of a piece of another one.
 * Stage: read-out. Everything is bounded: lengths are compared with the source's size before they
 * are used or allocated.
 */
#ifndef EVD_SOURCE_H
#define EVD_SOURCE_H

#include "format.h"

/* evd_source_read(s, off, p, len, got, err): up to `len` bytes; *got < len only at the end. IO. */
int evd_source_read(const struct evd_source *s, uint64_t off, void *p, size_t len, size_t *got,
                    struct evd_error *err) EVD_MUST_USE;

/* evd_source_exact(s, off, p, len, err): exactly `len` bytes, else DAMAGED with the offset. */
int evd_source_exact(const struct evd_source *s, uint64_t off, void *p, size_t len,
                     struct evd_error *err) EVD_MUST_USE;

/*
 * evd_source_load(s, off, len, max, b, err): appends the bytes [off, off+len) to `b`. Errors:
 * LIMIT if len > max, DAMAGED if the source ends before, NOMEM, IO.
 */
int evd_source_load(const struct evd_source *s, uint64_t off, uint64_t len, size_t max,
                    struct evd_buf *b, struct evd_error *err) EVD_MUST_USE;

/* evd_is_text_head(head): whether what begins so may be text: no NUL among its first 32 bytes, as nearly every binary
 * format has one. A cheap question before `head` is searched for words. UTF-16 counts as no text. */
bool evd_is_text_head(struct evd_view head);

/* A source over bytes in memory; `v` is borrowed for as long as `out` is used. */
struct evd_memory {
	struct evd_view v;
};
void evd_source_memory(struct evd_memory *m, struct evd_view v, struct evd_view name,
                       struct evd_source *out);

/* A source that is the piece [off, off+len) of another; the piece must lie within it. */
struct evd_piece {
	const struct evd_source *whole;
	uint64_t off, len; /* bytes */
};
int evd_source_piece(struct evd_piece *p, const struct evd_source *whole, uint64_t off,
                     uint64_t len, struct evd_source *out, struct evd_error *err) EVD_MUST_USE;

#endif
