/*
 * bplist: see bplist.h. The form is that of Apple's CFBinaryPList.c: "bplist00", objects, a table of
 * their offsets, and 32 bytes at the end: six unused, size of an offset, size of a reference, number
 * of objects, number of the outermost, offset of the table, all big-endian.
 */
#include "bplist.h"

#include <string.h>

#define TRAILER 32u

static uint64_t number(struct evd_view v)
{
	uint64_t x = 0;

	for (size_t i = 0; i < v.len; i++)
		x = x << 8 | v.p[i];
	return x;
}

bool bplist_open(struct bplist *p, struct evd_view v)
{
	struct evd_cursor c;
	uint64_t table;

	memset(p, 0, sizeof *p);
	if (v.len < 8 + TRAILER || memcmp(v.p, "bplist00", 8) != 0)
		return false;
	evd_cursor_init(&c, evd_view_of(v.p + v.len - TRAILER + 6, TRAILER - 6));
	p->offset_size = evd_get_u8(&c);
	p->ref_size = evd_get_u8(&c);
	p->n_objects = evd_get_u64be(&c);
	p->top = evd_get_u64be(&c);
	table = evd_get_u64be(&c);
	if (p->offset_size < 1 || p->offset_size > 8 || p->ref_size < 1 || p->ref_size > 8 ||
	    table < 8 || table > v.len - TRAILER ||
	    p->n_objects > (v.len - TRAILER - table) / p->offset_size)
		return false;
	p->v = evd_view_of(v.p, (size_t)table);
	p->table = evd_view_of(v.p + table, (size_t)p->n_objects * p->offset_size);
	return p->top < p->n_objects;
}

/* The low half of a marker, or the integer behind it when that half is full. */
static size_t length(struct evd_cursor *c, uint8_t marker)
{
	uint8_t size;
	uint64_t n;

	if ((marker & 15) != 15)
		return marker & 15;
	size = evd_get_u8(c);
	n = (size & 0xf0) == 0x10 && (size & 15) <= 3
	        ? number(evd_get_bytes(c, (size_t)1 << (size & 15)))
	        : SIZE_MAX;
	return n < SIZE_MAX ? (size_t)n : SIZE_MAX;
}

static void put_real(struct bplist_object *o, struct evd_view v)
{
	uint64_t bits = number(v);
	uint32_t few = (uint32_t)bits;
	float f;

	o->kind = BPLIST_REAL;
	if (v.len == sizeof o->real) {
		memcpy(&o->real, &bits, sizeof bits);
	} else if (v.len == sizeof f) {
		memcpy(&f, &few, sizeof f);
		o->real = (double)f;
	} else {
		o->kind = BPLIST_NONE;
	}
}

static void put_list(const struct bplist *p, struct bplist_object *o, struct evd_cursor *c,
                     uint8_t marker)
{
	size_t n = length(c, marker), pair = marker >> 4 == 0xd ? 2 : 1;

	o->kind = pair == 2 ? BPLIST_DICT : BPLIST_ARRAY;
	o->n = n;
	o->bytes =
	    evd_get_bytes(c, n <= p->v.len / pair / p->ref_size ? n * pair * p->ref_size : SIZE_MAX);
}

static struct bplist_object object(const struct bplist *p, uint64_t i)
{
	struct bplist_object o = {0};
	struct evd_cursor c;
	uint64_t at;
	uint8_t marker;

	if (i >= p->n_objects)
		return o;
	at = number(evd_view_of(p->table.p + (size_t)i * p->offset_size, p->offset_size));
	if (at < 8 || at >= p->v.len)
		return o;
	evd_cursor_init(&c, evd_view_of(p->v.p + at, p->v.len - (size_t)at));
	marker = evd_get_u8(&c);
	switch (marker >> 4) {
	case 0x1:
		o.kind = (marker & 15) <= 3 ? BPLIST_INTEGER : BPLIST_NONE;
		o.integer = (int64_t)number(evd_get_bytes(&c, (size_t)1 << (marker & 3)));
		break;
	case 0x2:
	case 0x3: put_real(&o, evd_get_bytes(&c, (size_t)1 << (marker & 3))); break;
	case 0x4:
	case 0x5:
		o.kind = marker >> 4 == 4 ? BPLIST_DATA : BPLIST_TEXT;
		o.bytes = evd_get_bytes(&c, length(&c, marker));
		break;
	case 0xa:
	case 0xd: put_list(p, &o, &c, marker); break;
	default: break;
	}
	if (!evd_cursor_ok(&c))
		memset(&o, 0, sizeof o);
	return o;
}

struct bplist_object bplist_top(const struct bplist *p)
{
	return object(p, p->top);
}

static struct bplist_object nth(const struct bplist *p, const struct bplist_object *list,
                                uint64_t i)
{
	return object(p, number(evd_view_of(list->bytes.p + (size_t)i * p->ref_size, p->ref_size)));
}

struct bplist_object bplist_at(const struct bplist *p, const struct bplist_object *list, uint64_t i)
{
	const struct bplist_object none = {0};

	if ((list->kind != BPLIST_ARRAY && list->kind != BPLIST_DICT) || i >= list->n)
		return none;
	return nth(p, list, i);
}

struct bplist_object bplist_value(const struct bplist *p, const struct bplist_object *dict,
                                  uint64_t i)
{
	const struct bplist_object none = {0};

	return dict->kind == BPLIST_DICT && i < dict->n ? nth(p, dict, dict->n + i) : none;
}

struct bplist_object bplist_member(const struct bplist *p, const struct bplist_object *dict,
                                   const char *key)
{
	const struct bplist_object none = {0};

	for (uint64_t i = 0; dict->kind == BPLIST_DICT && i < dict->n; i++) {
		struct bplist_object name = nth(p, dict, i);

		if (name.kind == BPLIST_TEXT && evd_view_is(name.bytes, key))
			return bplist_value(p, dict, i);
	}
	return none;
}
