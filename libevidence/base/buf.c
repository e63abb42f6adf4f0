/* buf: see buf.h. */
#include "base/buf.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool evd_view_eq(struct evd_view a, struct evd_view b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

bool evd_view_is(struct evd_view a, const char *text)
{
	return evd_view_eq(a, evd_view_str(text));
}

int evd_view_cmp(struct evd_view a, struct evd_view b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int d = n ? memcmp(a.p, b.p, n) : 0;

	if (d != 0 || a.len == b.len)
		return d;
	return a.len < b.len ? -1 : 1;
}

void evd_cursor_init(struct evd_cursor *c, struct evd_view v)
{
	c->p = v.p;
	c->end = v.len ? v.p + v.len : v.p;
	c->failed = false;
}

bool evd_cursor_ok(const struct evd_cursor *c)
{
	return !c->failed;
}

bool evd_cursor_at_end(const struct evd_cursor *c)
{
	return !c->failed && c->p == c->end;
}

size_t evd_cursor_left(const struct evd_cursor *c)
{
	return c->failed ? 0 : (size_t)(c->end - c->p);
}

struct evd_view evd_get_bytes(struct evd_cursor *c, size_t len)
{
	struct evd_view v = {NULL, 0};

	if (c->failed || len > (size_t)(c->end - c->p)) {
		c->failed = true;
		return v;
	}
	v.p = c->p;
	v.len = len;
	c->p += len;
	return v;
}

static uint64_t get_le(struct evd_cursor *c, size_t n)
{
	struct evd_view v = evd_get_bytes(c, n);
	uint64_t x = 0;

	for (size_t i = v.len; i > 0; i--)
		x = x << 8 | v.p[i - 1];
	return x;
}

uint8_t evd_get_u8(struct evd_cursor *c)
{
	return (uint8_t)get_le(c, 1);
}

uint16_t evd_get_u16le(struct evd_cursor *c)
{
	return (uint16_t)get_le(c, 2);
}

uint32_t evd_get_u32le(struct evd_cursor *c)
{
	return (uint32_t)get_le(c, 4);
}

uint64_t evd_get_u64le(struct evd_cursor *c)
{
	return get_le(c, 8);
}

void evd_buf_init(struct evd_buf *b, size_t max)
{
	memset(b, 0, sizeof *b);
	b->max = max;
}

void evd_buf_release(struct evd_buf *b)
{
	size_t max = b->max;

	free(b->data);
	evd_buf_init(b, max);
}

void evd_buf_reset(struct evd_buf *b)
{
	b->len = 0;
	b->failed = 0;
}

struct evd_view evd_buf_view(const struct evd_buf *b)
{
	return evd_view_of(b->data, b->len);
}

/* A moved buffer may have held a secret: the old copy is wiped, so no realloc here. */
bool evd_buf_enlarge(struct evd_buf *b, size_t more)
{
	size_t max = b->max ? b->max : SIZE_MAX / 2;
	size_t cap = b->cap ? b->cap : 64;
	uint8_t *p;

	if (b->failed)
		return false;
	if (more > max || b->len > max - more) {
		b->failed = EVD_E_LIMIT;
		return false;
	}
	if (b->len + more <= b->cap)
		return true;
	while (cap < b->len + more)
		cap *= 2;
	p = malloc(cap);
	if (!p) {
		b->failed = EVD_E_NOMEM;
		return false;
	}
	if (b->len)
		memcpy(p, b->data, b->len);
	if (b->data)
		OPENSSL_cleanse(b->data, b->len);
	free(b->data);
	b->data = p;
	b->cap = cap;
	return true;
}

void evd_put_dec(struct evd_buf *b, uint64_t v)
{
	char text[20];
	size_t n = sizeof text;
	uint32_t low;

	for (; v > UINT32_MAX; v /= 10)
		text[--n] = (char)('0' + v % 10);
	low = (uint32_t)v; /* 32 bits divide quicker */
	do {
		text[--n] = (char)('0' + low % 10);
		low /= 10;
	} while (low);
	evd_put(b, text + n, sizeof text - n);
}

void evd_putf(struct evd_buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || !evd_buf_room(b, (size_t)n + 1))
		return;
	va_start(ap, fmt);
	vsnprintf((char *)b->data + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

int evd_buf_check(const struct evd_buf *b, struct evd_error *err)
{
	if (b->failed == EVD_E_LIMIT)
		return evd_fail(err, EVD_E_LIMIT, "longer than the limit of %zu bytes", b->max);
	if (b->failed)
		return evd_nomem(err);
	return 0;
}

bool evd_mul_size(size_t a, size_t b, size_t *out)
{
	if (b != 0 && a > SIZE_MAX / b)
		return false;
	*out = a * b;
	return true;
}

void *evd_grow(void *items, size_t n, size_t *cap, size_t size)
{
	size_t want = *cap, bytes;
	void *p;

	if (n < *cap)
		return items;
	want = want ? want + want / 2 + 1 : 16;
	if (want <= n)
		want = n + 1;
	if (!evd_mul_size(want, size, &bytes))
		return NULL;
	p = realloc(items, bytes);
	if (p)
		*cap = want;
	return p;
}

bool evd_grow_list(void *at, size_t n, size_t *cap, size_t size)
{
	void *items;

	memcpy(&items, at, sizeof items);
	items = evd_grow(items, n, cap, size);
	if (items)
		memcpy(at, &items, sizeof items);
	return items != NULL;
}
