/*
 * bmff_items: items of a HEIF file: size and rotation of the main picture, its thumbnails, EXIF and XMP.
 * Source: ISO/IEC 14496-12 §8.11 (meta, iloc, iinf, iref), ISO/IEC 23008-12 §6.4.4 (thmb), §6.5 (ispe, irot),
 * §9.3 (iprp, ipco, ipma), Annex A.
 */
#include "bmff.h"
#include "exif_block.h"
#include "xmp_packet.h"

#include <stdlib.h>
#include <string.h>

#define ITEMS_MAX 4096u
#define PROPERTIES_MAX 4096u
#define THUMBNAILS_MAX 16u

struct item {
	uint32_t id;
	char type[5];
	bool xmp;
	bool in_idat;           /* construction method 1 */
	uint64_t off, len;      /* of its first and only extent; len 0: not known */
	bool scattered;         /* more than one extent */
	uint32_t width, height; /* of its ispe */
	int rotation;           /* quarter turns, counter-clockwise; -1: none said */
	bool has_properties;
};

/* Of the box ipco; others than ispe and irot hold nothing here, but count. */
struct property {
	uint32_t width, height;
	int rotation;
};

struct items {
	struct item *item;
	size_t n, cap;
	struct property *property;
	size_t n_properties, cap_properties;
	uint32_t thumbnail[THUMBNAILS_MAX]; /* their items */
	size_t n_thumbnails;
	uint64_t idat_off, idat_len;
	uint32_t primary;
	uint32_t width, height; /* of the main picture; else the largest ispe */
	int rotation;
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
	t->item[t->n] = (struct item){.id = id, .rotation = -1};
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

/* ispe: full box, width, height; irot: quarter turns. */
static int read_property(struct evd_bmff *x, const struct evd_bmff_box *box, struct property *p,
                         struct evd_error *err)
{
	uint8_t b[12];
	struct evd_cursor c;
	size_t got;
	int r;

	*p = (struct property){.rotation = -1};
	if (!evd_bmff_is(box, "ispe") && !evd_bmff_is(box, "irot"))
		return 0;
	r = evd_source_read(x->s, box->off, b, sizeof b, &got, err);
	if (r)
		return r;
	evd_cursor_init(&c, evd_view_of(b, got < box->len ? got : (size_t)box->len));
	if (evd_bmff_is(box, "irot")) {
		p->rotation = evd_get_u8(&c) & 3;
		return 0;
	}
	evd_get_u32be(&c);
	p->width = evd_get_u32be(&c);
	p->height = evd_get_u32be(&c);
	if (!evd_cursor_ok(&c))
		p->width = p->height = 0;
	return 0;
}

static int read_ipco(struct evd_bmff *x, const struct evd_bmff_box *ipco, struct items *t,
                     struct evd_error *err)
{
	uint64_t pos = ipco->off;
	struct evd_bmff_box box;
	int r;

	while ((r = evd_bmff_next(x, &pos, ipco->off + ipco->len, &box, err)) == 0) {
		struct property *p;

		if (t->n_properties == PROPERTIES_MAX)
			return 0;
		p = evd_grow(t->property, t->n_properties, &t->cap_properties, sizeof *p);
		if (!p)
			return evd_nomem(err);
		t->property = p;
		p += t->n_properties++;
		r = read_property(x, &box, p, err);
		if (r)
			return r;
		if ((uint64_t)p->width * p->height > (uint64_t)t->width * t->height) {
			t->width = p->width;
			t->height = p->height;
		}
		if (p->rotation >= 0)
			t->rotation = p->rotation;
	}
	return r == EVD_END ? 0 : r;
}

/* ipma: per item the numbers of its properties, from 1 in the order of ipco. */
static int read_ipma(struct evd_bmff *x, const struct evd_bmff_box *box, struct items *t,
                     struct evd_error *err)
{
	struct evd_buf b;
	struct evd_cursor c;
	uint8_t version;
	bool wide;
	uint32_t count;
	int r;

	evd_buf_init(&b, EVD_BMFF_LOAD_MAX);
	r = evd_bmff_load(x, box, &b, err);
	evd_cursor_init(&c, evd_buf_view(&b));
	version = evd_get_u8(&c);
	evd_get_u16be(&c);
	wide = evd_get_u8(&c) & 1;
	count = evd_get_u32be(&c);
	for (uint32_t i = 0; r == 0 && i < count && evd_cursor_ok(&c); i++) {
		uint32_t id = version ? evd_get_u32be(&c) : evd_get_u16be(&c);
		unsigned n = evd_get_u8(&c);
		struct item *item = evd_cursor_ok(&c) ? item_of(t, id) : NULL;

		for (unsigned k = 0; k < n && evd_cursor_ok(&c); k++) {
			size_t at = wide ? evd_get_u16be(&c) & 0x7FFFu : evd_get_u8(&c) & 0x7Fu;
			const struct property *p;

			if (!item || at < 1 || at > t->n_properties)
				continue;
			p = &t->property[at - 1];
			item->has_properties = true;
			if (p->width) {
				item->width = p->width;
				item->height = p->height;
			}
			if (p->rotation >= 0)
				item->rotation = p->rotation;
		}
	}
	evd_buf_release(&b);
	return r;
}

static int read_iprp(struct evd_bmff *x, const struct evd_bmff_box *iprp, struct items *t,
                     struct evd_error *err)
{
	uint64_t pos = iprp->off;
	struct evd_bmff_box box;
	int r;

	while ((r = evd_bmff_next(x, &pos, iprp->off + iprp->len, &box, err)) == 0) {
		if (evd_bmff_is(&box, "ipco"))
			r = read_ipco(x, &box, t, err);
		else if (evd_bmff_is(&box, "ipma"))
			r = read_ipma(x, &box, t, err);
		if (r)
			return r;
	}
	return r == EVD_END ? 0 : r;
}

/* iref (14496-12 §8.11.12): boxes whose type is the kind of reference, from an item to items. */
static int read_iref(struct evd_bmff *x, const struct evd_bmff_box *iref, struct items *t,
                     struct evd_error *err)
{
	uint64_t pos = iref->off + 4;
	struct evd_bmff_box box;
	uint8_t version = 0, b[4];
	struct evd_cursor c;
	size_t got;
	int r = evd_source_read(x->s, iref->off, &version, 1, &got, err);

	while (r == 0 && (r = evd_bmff_next(x, &pos, iref->off + iref->len, &box, err)) == 0) {
		if (!evd_bmff_is(&box, "thmb") || t->n_thumbnails == THUMBNAILS_MAX)
			continue;
		r = evd_source_read(x->s, box.off, b, sizeof b, &got, err);
		evd_cursor_init(&c, evd_view_of(b, got));
		t->thumbnail[t->n_thumbnails] = version ? evd_get_u32be(&c) : evd_get_u16be(&c);
		t->n_thumbnails += evd_cursor_ok(&c);
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
static int emit_exif(struct evd_bmff *x, const struct items *t, const struct item *item,
                     uint64_t off, struct evd_error *err)
{
	struct evd_exif_seen seen = {t->width, t->height};
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
	return exif ? emit_exif(x, t, item, off, err) : emit_xmp(x, item, off, err);
}

/* What the properties of the main picture say counts more than what stands anywhere. */
static void choose_main(struct items *t)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct item *item = &t->item[i];

		if (item->id != t->primary || !item->has_properties)
			continue;
		if (item->width && item->height) {
			t->width = item->width;
			t->height = item->height;
		}
		t->rotation = item->rotation;
	}
}

static int emit_thumbnails(struct evd_bmff *x, const struct items *t, struct evd_error *err)
{
	struct evd_exif_seen seen = {t->width, t->height};
	int r = 0;

	for (size_t k = 0; k < t->n_thumbnails; k++)
		for (size_t i = 0; r == 0 && i < t->n; i++)
			if (t->item[i].id == t->thumbnail[k] && t->item[i].width && t->item[i].height)
				r = evd_thumbnail_emit("heif.thumbnail", t->item[i].width, t->item[i].height, &seen,
				                       x->sink, err);
	return r;
}

static int emit_all(struct evd_bmff *x, struct items *t, struct evd_error *err)
{
	int r = 0;

	choose_main(t);
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
	if (r == 0)
		r = emit_thumbnails(x, t, err);
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
			r = read_iprp(x, &box, &t, err);
		} else if (evd_bmff_is(&box, "iref")) {
			r = read_iref(x, &box, &t, err);
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
	free(t.property);
	return r;
}
