/* der: see der.h. */
#include "base/der.h"

#include <string.h>

uint8_t evd_der_peek(const struct evd_cursor *c)
{
	return evd_cursor_left(c) ? *c->p : 0;
}

static size_t get_length(struct evd_cursor *c)
{
	uint8_t first = evd_get_u8(c);
	size_t n = first & 0x7f, len = 0;

	if (first < 0x80)
		return first;
	if (n == 0 || n > 4) {
		c->failed = true;
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		len = len << 8 | evd_get_u8(c);
	if (len < 0x80 || len >> (8 * (n - 1)) == 0)
		c->failed = true; /* not the shortest form */
	return len;
}

struct evd_view evd_der_get(struct evd_cursor *c, uint8_t tag)
{
	if (evd_get_u8(c) != tag)
		c->failed = true;
	return evd_get_bytes(c, get_length(c));
}

struct evd_view evd_der_whole(struct evd_cursor *c, uint8_t tag)
{
	const uint8_t *from = c->p;

	evd_der_get(c, tag);
	return c->failed ? evd_view_of(NULL, 0) : evd_view_of(from, (size_t)(c->p - from));
}

struct evd_cursor evd_der_enter(struct evd_cursor *c, uint8_t tag)
{
	struct evd_view content = evd_der_get(c, tag);
	struct evd_cursor in;

	evd_cursor_init(&in, content);
	in.failed = c->failed;
	return in;
}

void evd_der_skip(struct evd_cursor *c, uint8_t tag)
{
	evd_der_get(c, tag);
}

void evd_der_leave(struct evd_cursor *c, const struct evd_cursor *in)
{
	if (!evd_cursor_at_end(in))
		c->failed = true;
}

struct evd_view evd_der_bits(struct evd_cursor *c)
{
	struct evd_view bits = evd_der_get(c, 0x03);

	return bits.len > 1 && bits.p[0] == 0 ? evd_view_of(bits.p + 1, bits.len - 1)
	                                      : evd_view_of(NULL, 0);
}

bool evd_der_extensions(struct evd_cursor *all)
{
	bool critical = false;

	do {
		struct evd_cursor one = evd_der_enter(all, 0x30);

		evd_der_skip(&one, 0x06);
		if (evd_der_peek(&one) == 0x01) {
			struct evd_view v = evd_der_get(&one, 0x01);

			if (v.len != 1)
				one.failed = true;
			else if (v.p[0])
				critical = true;
		}
		evd_der_skip(&one, 0x04);
		evd_der_leave(all, &one);
	} while (evd_cursor_left(all));
	return critical;
}

bool evd_der_next(struct evd_cursor *c, struct evd_view *last)
{
	return evd_der_next_of(c, last, 0x30);
}

bool evd_der_next_of(struct evd_cursor *c, struct evd_view *last, uint8_t also)
{
	struct evd_view v;

	if (!evd_cursor_left(c))
		return false;
	v = evd_der_whole(c, *c->p == also ? also : 0x30);
	if (c->failed || (last->len && evd_view_cmp(*last, v) >= 0)) {
		c->failed = true;
		return false;
	}
	*last = v;
	return true;
}

size_t evd_der_count(struct evd_view content)
{
	struct evd_view v = {NULL, 0};
	struct evd_cursor c;
	size_t n = 0;

	evd_cursor_init(&c, content);
	while (evd_der_next(&c, &v))
		n++;
	return evd_cursor_at_end(&c) ? n : 0;
}

bool evd_oid_sound(struct evd_view v)
{
	bool start = true; /* of a number, which no 80 begins (X.690 §8.19.2) */

	for (size_t i = 0; i < v.len; i++) {
		if (start && v.p[i] == 0x80)
			return false;
		start = v.p[i] < 0x80;
	}
	return start && v.len;
}

/* Of constructed ones nothing is asked here. */
static bool primitive_sound(uint8_t tag, struct evd_view v)
{
	switch (tag) {
	case 0x01: return v.len == 1 && v.p[0] == 0xff; /* FALSE is a DEFAULT wherever X.509 has one */
	case 0x02:
	case 0x0a:
		return v.len == 1 || (v.len > 1 && !(v.p[0] == 0 && v.p[1] < 0x80) &&
		                      !(v.p[0] == 0xff && v.p[1] >= 0x80));
	case 0x03: return v.len && v.p[0] <= (v.len > 1 ? 7 : 0);
	case 0x05: return !v.len;
	case 0x06: return evd_oid_sound(v);
	default: return tag != 0x10 && tag != 0x11;
	}
}

bool evd_der_sound(struct evd_view v)
{
	struct evd_cursor at[32];
	size_t n = 1;

	evd_cursor_init(&at[0], v);
	for (size_t elements = 0; n; elements++) {
		struct evd_cursor *c = &at[n - 1];
		uint8_t tag;
		struct evd_view body;

		if (!evd_cursor_left(c)) {
			n--;
			continue;
		}
		if (n == 1 && elements)
			return false;
		tag = *c->p;
		body = evd_der_get(c, tag);
		if (c->failed || (tag & 0x1f) == 0x1f)
			return false;
		if (!primitive_sound(tag, body))
			return false;
		if (!(tag & 0x20))
			continue;
		if (n == sizeof at / sizeof at[0] || (tag < 0x40 && tag != 0x30 && tag != 0x31))
			return false;
		evd_cursor_init(&at[n++], body);
	}
	return v.len;
}

size_t evd_der_open(struct evd_buf *b, uint8_t tag)
{
	evd_put_u8(b, tag);
	return b->len;
}

void evd_der_close(struct evd_buf *b, size_t at)
{
	uint8_t head[5];
	size_t len, n = 0;

	if (b->failed)
		return;
	len = b->len - at;
	if (len < 0x80) {
		head[n++] = (uint8_t)len;
	} else {
		size_t bytes = len > 0xffffff ? 4 : len > 0xffff ? 3 : len > 0xff ? 2 : 1;

		head[n++] = (uint8_t)(0x80 | bytes);
		for (size_t i = bytes; i > 0; i--)
			head[n++] = (uint8_t)(len >> (8 * (i - 1)));
	}
	evd_put(b, head, n); /* makes room; then everything moves behind the length */
	if (b->failed)
		return;
	memmove(b->data + at + n, b->data + at, len);
	memcpy(b->data + at, head, n);
}

void evd_der_put(struct evd_buf *b, uint8_t tag, struct evd_view content)
{
	size_t at = evd_der_open(b, tag);

	evd_put_view(b, content);
	evd_der_close(b, at);
}
