/* bytes: integers as foreign formats and our own files spell them, secrets wiped; see buf.h. */
#include "base/buf.h"

#include <openssl/crypto.h>

static uint64_t get_be(struct evd_cursor *c, size_t n)
{
	struct evd_view v = evd_get_bytes(c, n);
	uint64_t x = 0;

	for (size_t i = 0; i < v.len; i++)
		x = x << 8 | v.p[i];
	return x;
}

uint16_t evd_get_u16be(struct evd_cursor *c)
{
	return (uint16_t)get_be(c, 2);
}

uint32_t evd_get_u32be(struct evd_cursor *c)
{
	return (uint32_t)get_be(c, 4);
}

uint64_t evd_get_u64be(struct evd_cursor *c)
{
	return get_be(c, 8);
}

void evd_buf_wipe(struct evd_buf *b)
{
	if (b->data)
		OPENSSL_cleanse(b->data, b->cap);
	evd_buf_release(b);
}

static void put_le(struct evd_buf *b, uint64_t v, size_t n)
{
	uint8_t x[8];

	for (size_t i = 0; i < n; i++)
		x[i] = (uint8_t)(v >> (8 * i));
	evd_put(b, x, n);
}

void evd_put_u16le(struct evd_buf *b, uint16_t v)
{
	put_le(b, v, 2);
}

void evd_put_u32le(struct evd_buf *b, uint32_t v)
{
	put_le(b, v, 4);
}

void evd_put_u64le(struct evd_buf *b, uint64_t v)
{
	put_le(b, v, 8);
}

void evd_put_u32be(struct evd_buf *b, uint32_t v)
{
	uint8_t x[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};

	evd_put(b, x, sizeof x);
}

bool evd_add_u64(uint64_t a, uint64_t b, uint64_t *out)
{
	if (a > UINT64_MAX - b)
		return false;
	*out = a + b;
	return true;
}
