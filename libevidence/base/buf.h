/*
 * buf: the only place where bytes become integers and where memory grows.
 *
 * Three types: `evd_view` borrows bytes, `evd_cursor` reads them with every length checked before
 * use, `evd_buf` owns bytes and grows up to a hard maximum. A cursor that ran short stays failed:
 * read a whole structure, then ask evd_cursor_ok() once.
 */
#ifndef EVD_BUF_H
#define EVD_BUF_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Borrowed bytes; never owns. `p` may be NULL if `len` is 0. */
struct evd_view {
	const uint8_t *p;
	size_t len; /* bytes */
};

static inline struct evd_view evd_view_of(const void *p, size_t len)
{
	struct evd_view v = {(const uint8_t *)p, len};

	return v;
}
static inline struct evd_view evd_view_str(const char *text)
{
	return evd_view_of(text, strlen(text));
}
bool evd_view_eq(struct evd_view a, struct evd_view b);
bool evd_view_is(struct evd_view a, const char *text);
/* bytewise order, shorter first: <0, 0, >0 */
int evd_view_cmp(struct evd_view a, struct evd_view b);

/* A reader over borrowed bytes. */
struct evd_cursor {
	const uint8_t *p;
	const uint8_t *end;
	bool failed;
};

void evd_cursor_init(struct evd_cursor *c, struct evd_view v);
bool evd_cursor_ok(const struct evd_cursor *c);
bool evd_cursor_at_end(const struct evd_cursor *c);
size_t evd_cursor_left(const struct evd_cursor *c);
/* After a failure each returns 0 or an empty view. */
uint8_t evd_get_u8(struct evd_cursor *c);
uint16_t evd_get_u16le(struct evd_cursor *c);
uint32_t evd_get_u32le(struct evd_cursor *c);
uint64_t evd_get_u64le(struct evd_cursor *c);
struct evd_view evd_get_bytes(struct evd_cursor *c, size_t len);

/* Owned bytes. Zero-initialise or evd_buf_init; evd_buf_release frees and clears. */
struct evd_buf {
	uint8_t *data;
	size_t len, cap; /* bytes */
	size_t max;      /* bytes; 0 means SIZE_MAX / 2 */
	int failed;      /* 0, or the first EVD_E_* met; later puts do nothing */
};

void evd_buf_init(struct evd_buf *b, size_t max);
void evd_buf_release(struct evd_buf *b);
void evd_buf_reset(struct evd_buf *b); /* empties, keeps the memory, forgets a failure */
struct evd_view evd_buf_view(const struct evd_buf *b);
/*
 * Puts return nothing: a failure (NOMEM, LIMIT) sticks in `failed`; look once with evd_buf_check().
 */
bool evd_buf_enlarge(struct evd_buf *b, size_t more); /* what evd_buf_room does when it is full */
/* Nearly always there is room: a record is put together from a hundred small pieces. */
static inline bool evd_buf_room(struct evd_buf *b, size_t more)
{
	if (!b->failed && more <= b->cap - b->len && (!b->max || more <= b->max - b->len))
		return true;
	return evd_buf_enlarge(b, more);
}
static inline void evd_put(struct evd_buf *b, const void *p, size_t len)
{
	if (len == 0 || !evd_buf_room(b, len))
		return;
	memcpy(b->data + b->len, p, len);
	b->len += len;
}
static inline void evd_put_view(struct evd_buf *b, struct evd_view v)
{
	evd_put(b, v.p, v.len);
}
static inline void evd_put_str(struct evd_buf *b, const char *text)
{
	evd_put(b, text, strlen(text));
}
static inline void evd_put_u8(struct evd_buf *b, uint8_t v)
{
	if (evd_buf_room(b, 1))
		b->data[b->len++] = v;
}
void evd_put_dec(struct evd_buf *b, uint64_t v); /* decimal, no leading zero */
void evd_putf(struct evd_buf *b, const char *fmt, ...) EVD_PRINTF(2, 3);
int evd_buf_check(const struct evd_buf *b, struct evd_error *err) EVD_MUST_USE;

/* Checked arithmetic: false if the result would not fit, `out` then untouched. */
bool evd_mul_size(size_t a, size_t b, size_t *out);

/* evd_grow(items, n, cap, size): room for element `n` in an array of `size`-byte elements; returns
 * the (possibly moved) array and raises *cap, or NULL and leaves the array as it was. */
void *evd_grow(void *items, size_t n, size_t *cap, size_t size);

/* A growing array of one type. EVD_ROOM(list): there is room at list->at[list->n]; false: memory ran out,
 * and the list is as it was. */
#define EVD_ARRAY(type)                                                                            \
	struct {                                                                                       \
		type *at;                                                                                  \
		size_t n, cap;                                                                             \
	}
#define EVD_ROOM(list) evd_grow_list(&(list)->at, (list)->n, &(list)->cap, sizeof *(list)->at)
/* `at` is the address of a pointer to elements, of whatever type. */
bool evd_grow_list(void *at, size_t n, size_t *cap, size_t size);

/* ---- base/bytes.c: for writers and for readers of other formats, and no part of the verifier ---- */

uint16_t evd_get_u16be(struct evd_cursor *c);
uint32_t evd_get_u32be(struct evd_cursor *c);
uint64_t evd_get_u64be(struct evd_cursor *c);
void evd_put_u16le(struct evd_buf *b, uint16_t v);
void evd_put_u32le(struct evd_buf *b, uint32_t v);
void evd_put_u64le(struct evd_buf *b, uint64_t v);
void evd_put_u32be(struct evd_buf *b, uint32_t v);
void evd_buf_wipe(struct evd_buf *b);                    /* cleanses, then releases: for secrets */
bool evd_add_u64(uint64_t a, uint64_t b, uint64_t *out); /* as evd_mul_size */

#endif
