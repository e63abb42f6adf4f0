/*
 * bmff_items: items of a HEIF file: size and rotation of the main picture, and its EXIF and XMP.
 * Source: ISO/IEC 14496-12 §8.11 (meta, iloc, iinf), ISO/IEC 23008-12 §6.5 (ispe, irot), Annex A.
 */
#include "bmff.h"
#include "exif_block.h"
#include "xmp_packet.h"

#include <stdlib.h>
#include <string.h>

#define ITEMS_MAX 4096u

struct item {
	uint32_t id;
	char type[5];
	bool xmp;
	bool in_idat;      /* construction method 1 */
	uint64_t off, len; /* of its first and only extent; len 0: not known */
	bool scattered;    /* more than one extent */
};

struct items {
	struct item *item;
	size_t n, cap;
	uint64_t idat_off, idat_len;
	uint32_t primary;
	uint32_t width, height; /* largest ispe */
	int rotation;           /* quarter turns, counter-clockwise; -1: none said */
};

static struct item *item_of(struct items *t, uint32_t id)
{
	void *grown;

	for (size_t i = 0; i < t->n; i++)
		if (t->item[i].id == id)
			return &t->item[i];
	if (t->n == ITEMS_MAX)
		return NULL;
	grown = evd_grow(t->item, t->n, &t->cap, sizeof *t->item);
	if (!grown)
		return NULL;
	t->item = grown;
	t->item[t->n] = (struct item){.id = id};
	return &t->item[t->n++];
}

/* infe version 2 or 3: item id, protection, type; "mime" has name and content type behind. */
static int read_infe(struct evd_bmff *x, const struct evd_bmff_box *box, struct items *t,
                     struct evd_error *err)
{
	struct evd_buf b;
	struct evd_cursor c;
	struct evd_view type, rest;
	struct item *item;
	uint32_t id;
	uint8_t version;
	int r;

	evd_buf_init(&b, EVD_BMFF_LOAD_MAX);
	r = evd_bmff_load(x, box, &b, err);
	evd_cursor_init(&c, evd_buf_view(&b));
	version = evd_get_u8(&c);
	evd_get_bytes(&c, 3);
	id = version == 2 ? evd_get_u16be(&c) : evd_get_u32be(&c);
	evd_get_u16be(&c);
	type = evd_get_bytes(&c, 4);
	if (r == 0 && version >= 2 && evd_cursor_ok(&c) && (item = item_of(t, id)) != NULL) {
		memcpy(item->type, type.p, 4);
		rest = evd_get_bytes(&c, evd_cursor_left(&c));
		for (size_t i = 0; i + 19 <= rest.len; i++)
			if (memcmp(rest.p + i, "application/rdf+xml", 19) == 0)
				item->xmp = true;
	}
	evd_buf_release(&b);
	return r;
}

static uint64_t sized(struct evd_cursor *c, unsigned size)
{
	return size == 4 ? evd_get_u32be(c) : size == 8 ? evd_get_u64be(c) : 0;
}

/* iloc (§8.11.3): sizes of its numbers, then per item its extents. */
static int read_iloc(struct evd_bmff *x, const struct evd_bmff_box *box, struct items *t,
                     struct evd_error *err)
{
	struct evd_buf b;
	struct evd_cursor c;
	uint8_t version, sizes, sizes2;
	uint32_t count;
	int r;

	evd_buf_init(&b, EVD_BMFF_LOAD_MAX);
	r = evd_bmff_load(x, box, &b, err);
	evd_cursor_init(&c, evd_buf_view(&b));
	version = evd_get_u8(&c);
	evd_get_bytes(&c, 3);
	sizes = evd_get_u8(&c);
	sizes2 = evd_get_u8(&c);
	count = version < 2 ? evd_get_u16be(&c) : evd_get_u32be(&c);
	for (uint32_t i = 0; r == 0 && i < count && evd_cursor_ok(&c); i++) {
		uint32_t id = version < 2 ? evd_get_u16be(&c) : evd_get_u32be(&c);
		unsigned method = version ? evd_get_u16be(&c) & 15u : 0, extents;
		struct item *item;
		uint64_t base;

		evd_get_u16be(&c); /* data reference */
		base = sized(&c, sizes2 >> 4);
		extents = evd_get_u16be(&c);
		item = evd_cursor_ok(&c) ? item_of(t, id) : NULL;
		for (unsigned k = 0; k < extents && evd_cursor_ok(&c); k++) {
			uint64_t off, len;

			if (version)
				sized(&c, sizes2 & 15);
			off = sized(&c, sizes >> 4);
			len = sized(&c, sizes & 15);
			if (item && k == 0 && evd_add_u64(base, off, &item->off)) {
				item->len = len;
				item->in_idat = method == 1;
			}
			if (item && k)
				item->scattered = true;
		}
	}
	evd_buf_release(&b);
	return r;
}

static int read_properties(struct evd_bmff *x, uint64_t pos, uint64_t end, struct items *t,
                           struct evd_error *err)
{
	struct evd_bmff_box box;
	uint8_t b[12];
	struct evd_cursor c;
	size_t got;
	int r;

	while ((r = evd_bmff_next(x, &pos, end, &box, err)) == 0) {
		if (evd_bmff_is(&box, "ipco")) {
			r = read_properties(x, box.off, box.off + box.len, t, err);
			if (r)
				return r;
		}
		if (!evd_bmff_is(&box, "ispe") && !evd_bmff_is(&box, "irot"))
			continue;
		r = evd_source_read(x->s, box.off, b, sizeof b, &got, err);
		if (r)
			return r;
		evd_cursor_init(&c, evd_view_of(b, got < box.len ? got : (size_t)box.len));
		if (evd_bmff_is(&box, "irot")) {
			t->rotation = evd_get_u8(&c) & 3;
		} else {
			uint32_t w, h;

			evd_get_u32be(&c);
			w = evd_get_u32be(&c);
			h = evd_get_u32be(&c);
			if (evd_cursor_ok(&c) && (uint64_t)w * h > (uint64_t)t->width * t->height) {
				t->width = w;
				t->height = h;
			}
		}
	}
	return r == EVD_END ? 0 : r;
}

static int read_iinf(struct evd_bmff *x, const struct evd_bmff_box *iinf, struct items *t,
                     struct evd_error *err)
{
	uint64_t pos = iinf->off;
	struct evd_bmff_box box;
	uint8_t version;
	size_t got;
	int r = evd_source_read(x->s, iinf->off, &version, 1, &got, err);

	pos += version == 0 ? 6 : 8;
	while (r == 0 && (r = evd_bmff_next(x, &pos, iinf->off + iinf->len, &box, err)) == 0)
		if (evd_bmff_is(&box, "infe"))
			r = read_infe(x, &box, t, err);
	return r == EVD_END ? 0 : r;
}

/* An EXIF item begins with the distance to its TIFF header (ISO/IEC 23008-12 §A.2.1). */
static int emit_exif(struct evd_bmff *x, const struct item *item, uint64_t off,
                     struct evd_error *err)
{
	struct evd_exif_seen seen = {0};
	struct evd_error why = {0};
	uint8_t b[4];
	struct evd_cursor c;
	uint64_t skip;
	int r = evd_source_exact(x->s, off, b, 4, &why);

	evd_cursor_init(&c, evd_view_of(b, 4));
	skip = r == 0 ? 4 + (uint64_t)evd_get_u32be(&c) : 0;
	if (r == 0 && skip >= item->len)
		r = evd_fail(&why, EVD_E_DAMAGED, "EXIF item is cut short");
	if (r == 0)
		r = evd_exif_emit(x->s, off + skip, item->len - skip, &seen, x->sink, &why);
	if (r == EVD_E_FORMAT || r == EVD_E_DAMAGED)
		return evd_emit_unread_error(x->sink, off, item->len, &why, err);
	if (r && err)
		*err = why;
	return r;
}

static int emit_xmp(struct evd_bmff *x, const struct item *item, uint64_t off,
                    struct evd_error *err)
{
	struct evd_bmff_box body = {.start = off, .off = off, .len = item->len};
	struct evd_buf b;
	int r;

	evd_buf_init(&b, EVD_BMFF_LOAD_MAX);
	r = evd_bmff_load(x, &body, &b, err);
	if (r == 0 && b.len)
		r = evd_xmp_emit(evd_buf_view(&b), off, x->sink, err);
	evd_buf_release(&b);
	return r;
}

static int emit_item(struct evd_bmff *x, const struct items *t, const struct item *item,
                     struct evd_error *err)
{
	bool exif = memcmp(item->type, "Exif", 4) == 0;
	uint64_t off = item->off;

	if (!exif && !item->xmp)
		return 0;
	if (item->in_idat && (off > t->idat_len || item->len > t->idat_len - off))
		return evd_emit_unread(x->sink, "damaged", 0, 0, err, "an item lies outside its data");
	if (item->in_idat)
		off += t->idat_off;
	if (item->scattered || item->len == 0 || off > x->s->size || item->len > x->s->size - off)
		return evd_emit_unread(x->sink, item->scattered ? "unsupported" : "damaged", 0, 0, err,
		                       "the %s item %s", exif ? "EXIF" : "XMP",
		                       item->scattered ? "is scattered over several extents"
		                                       : "lies outside the file");
	return exif ? emit_exif(x, item, off, err) : emit_xmp(x, item, off, err);
}

static int emit_all(struct evd_bmff *x, const struct items *t, struct evd_error *err)
{
	int r = 0;

	if (t->width)
		r = evd_emit_number(x->sink, "heif", "width", "width", t->width, err);
	if (r == 0 && t->height)
		r = evd_emit_number(x->sink, "heif", "height", "height", t->height, err);
	if (r == 0 && t->rotation >= 0)
		r = evd_emit_number(x->sink, "heif", "rotation", "rotation",
		                    (uint64_t)(360 - t->rotation * 90) % 360, err);
	for (size_t i = 0; r == 0 && i < t->n; i++)
		if (t->item[i].id == t->primary && t->item[i].type[0])
			r = evd_emit_text(x->sink, "heif", "codec", "codec", evd_view_str(t->item[i].type),
			                  err);
	if (r == 0)
		r = evd_emit_number(x->sink, "heif", "items", NULL, t->n, err);
	for (size_t i = 0; r == 0 && i < t->n; i++)
		r = emit_item(x, t, &t->item[i], err);
	return r;
}

int evd_bmff_items(struct evd_bmff *x, const struct evd_bmff_box *meta, struct evd_error *err)
{
	struct items t = {.rotation = -1};
	uint64_t pos = meta->off + 4;
	struct evd_bmff_box box;
	uint8_t b[8];
	size_t got;
	int r;

	while ((r = evd_bmff_next(x, &pos, meta->off + meta->len, &box, err)) == 0) {
		if (evd_bmff_is(&box, "iinf")) {
			r = read_iinf(x, &box, &t, err);
		} else if (evd_bmff_is(&box, "iloc")) {
			r = read_iloc(x, &box, &t, err);
		} else if (evd_bmff_is(&box, "iprp")) {
			r = read_properties(x, box.off, box.off + box.len, &t, err);
		} else if (evd_bmff_is(&box, "idat")) {
			t.idat_off = box.off;
			t.idat_len = box.len;
		} else if (evd_bmff_is(&box, "pitm")) {
			struct evd_cursor c;

			r = evd_source_read(x->s, box.off, b, sizeof b, &got, err);
			evd_cursor_init(&c, evd_view_of(b, got));
			if (evd_get_u32be(&c) >> 24 == 0)
				t.primary = evd_get_u16be(&c);
			else
				t.primary = evd_get_u32be(&c);
		}
		if (r)
			break;
	}
	if (r == EVD_END)
		r = emit_all(x, &t, err);
	free(t.item);
	return r;
}
