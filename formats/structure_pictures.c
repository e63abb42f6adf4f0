/*
 * structure_pictures: see structure_end.h. Sources: ITU-T T.81 Annex B (JPEG), W3C PNG §5, GIF89a, BITMAPFILEHEADER (BMP),
 * TIFF 6.0 §2, §8.
 */
#include "structure_end.h"

#include "source.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK (UINT32_C(64) << 10)

/*
 * JPEG: segments up to SOS, then entropy-coded bytes in which 0xFF is followed by 0x00 or RSTn
 * (T.81 §B.1.1.5), up to the next marker; EOI ends the image.
 */
static int scan_to_marker(const struct evd_source *s, uint8_t *block, uint64_t *off,
                          struct evd_error *err)
{
	for (;;) {
		size_t got, i = 0;
		int r = evd_source_read(s, *off, block, BLOCK, &got, err);

		if (r)
			return r;
		while (i + 1 < got) {
			const uint8_t *p = memchr(block + i, 0xFF, got - 1 - i);

			if (!p)
				break;
			i = (size_t)(p - block);
			if (p[1] != 0 && p[1] != 0xFF && (p[1] < 0xD0 || p[1] > 0xD7)) {
				*off += i;
				return 0;
			}
			i += p[1] == 0xFF ? 1 : 2;
		}
		if (got < BLOCK)
			return EVD_END;
		/* the last byte may be the 0xFF of a marker: read it again with what follows */
		*off += got - 1;
	}
}

int evd_end_of_jpeg(struct evd_view head, const struct evd_source *s, struct evd_structure *st,
                    struct evd_error *err)
{
	uint8_t *block = malloc(BLOCK);
	uint64_t off = 2;
	int r = 0;

	(void)head;
	if (!block)
		return evd_nomem(err);
	for (;;) {
		uint8_t m[4];
		size_t got;

		r = evd_source_read(s, off, m, 4, &got, err);
		if (r)
			break;
		if (got >= 2 && m[0] == 0xFF && m[1] == 0xFF) {
			off++; /* fill byte, T.81 §B.1.1.2 */
			continue;
		}
		if (got >= 2 && m[0] == 0xFF && m[1] == 0xD9) {
			st->end = off + 2;
			break;
		}
		if (got < 4) {
			evd_end_missing(st, "no end marker");
			break;
		}
		if (m[0] != 0xFF) {
			evd_end_missing(st, "no marker where a segment ends");
			break;
		}
		if ((m[1] >= 0xD0 && m[1] <= 0xD8) || m[1] == 0x01) {
			off += 2;
			continue;
		}
		off += 2u + ((unsigned)m[2] << 8 | m[3]);
		if (m[1] != 0xDA)
			continue;
		r = scan_to_marker(s, block, &off, err);
		if (r == EVD_END) {
			evd_end_missing(st, "no end marker");
			r = 0;
			break;
		}
		if (r)
			break;
	}
	free(block);
	return r;
}

int evd_end_of_png(struct evd_view head, const struct evd_source *s, struct evd_structure *st,
                   struct evd_error *err)
{
	uint64_t off = 8;

	(void)head;
	for (;;) {
		uint8_t h[8];
		struct evd_cursor c;
		uint32_t len;
		size_t got;
		int r = evd_source_read(s, off, h, 8, &got, err);

		if (r)
			return r;
		evd_cursor_init(&c, evd_view_of(h, got));
		len = evd_get_u32be(&c);
		if (got < 8 || s->size - off < 12 || len > s->size - off - 12) {
			evd_end_missing(st, "a chunk reaches beyond the end, no IEND");
			return 0;
		}
		off += 12u + (uint64_t)len;
		if (memcmp(h + 4, "IEND", 4) == 0) {
			st->end = off;
			return 0;
		}
	}
}

/* Sub-blocks of up to 255 bytes, each behind its length, up to one of none (GIF89a §15). */
static int gif_blocks(const struct evd_source *s, uint64_t *off, struct evd_error *err)
{
	for (;;) {
		uint8_t len;
		size_t got;
		int r = evd_source_read(s, *off, &len, 1, &got, err);

		if (r)
			return r;
		if (got == 0)
			return EVD_END;
		*off += 1u + len;
		if (len == 0)
			return 0;
	}
}

static uint64_t gif_colours(uint8_t flags)
{
	return flags & 0x80 ? UINT64_C(3) << ((flags & 7) + 1) : 0;
}

/* Header, screen, then pictures (0x2C) and extensions (0x21) up to the trailer 0x3B (GIF89a §27). */
int evd_end_of_gif(struct evd_view head, const struct evd_source *s, struct evd_structure *st,
                   struct evd_error *err)
{
	uint64_t off = 13 + (head.len >= 13 ? gif_colours(head.p[10]) : 0);
	int r = 0;

	while (r == 0) {
		uint8_t h[10];
		size_t got;

		r = evd_source_read(s, off, h, sizeof h, &got, err);
		if (r)
			return r;
		if (got && h[0] == 0x3B) {
			st->end = off + 1;
			return 0;
		}
		if (got && h[0] != 0x21 && h[0] != 0x2C) {
			evd_end_missing(st, "no block where one ends");
			return 0;
		}
		if (got < 10 && !(got >= 2 && h[0] == 0x21))
			break;
		/* a picture's descriptor, its colours, the size of its codes; or an extension's label */
		off += h[0] == 0x21 ? 2 : 11 + gif_colours(h[9]);
		r = gif_blocks(s, &off, err);
	}
	if (r == 0 || r == EVD_END)
		evd_end_missing(st, "no trailer");
	return r == EVD_END ? 0 : r;
}

/* The size of the file in its header; some writers leave it empty. */
int evd_end_of_bmp(struct evd_view head, const struct evd_source *s, struct evd_structure *st,
                   struct evd_error *err)
{
	struct evd_cursor c;

	(void)err;
	evd_cursor_init(&c, head);
	evd_get_u16le(&c);
	if (evd_get_u32le(&c) > s->size && evd_cursor_ok(&c))
		evd_end_missing(st, "the length in its header reaches beyond the end");
	return 0;
}

#define STRIPS_MAX 65536u

struct tiff {
	const struct evd_source *s;
	bool big;
	uint64_t off[2]; /* where the numbers stand: places of strips or tiles, and their lengths */
	uint32_t n[2];
	unsigned wide[2]; /* 2 or 4 bytes each */
};

static uint32_t tiff_number(const struct tiff *t, struct evd_cursor *c, unsigned wide)
{
	if (wide == 2)
		return t->big ? evd_get_u16be(c) : evd_get_u16le(c);
	return t->big ? evd_get_u32be(c) : evd_get_u32le(c);
}

/* One number of the array; those that fit into the entry's four bytes stand there. */
static int tiff_at(const struct tiff *t, unsigned which, uint32_t i, uint32_t *out,
                   struct evd_error *err)
{
	uint8_t b[4];
	struct evd_cursor c;
	unsigned wide = t->wide[which];
	int r = evd_source_exact(t->s, t->off[which] + (uint64_t)i * wide, b, wide, err);

	evd_cursor_init(&c, evd_view_of(b, wide));
	if (r == 0)
		*out = tiff_number(t, &c, wide);
	return r;
}

/* Strips (273, 279) or tiles (324, 325) of the first directory. */
static int tiff_entries(struct tiff *t, uint64_t ifd, struct evd_error *err)
{
	uint8_t e[12];
	struct evd_cursor c;
	unsigned n;
	int r = evd_source_exact(t->s, ifd, e, 2, err);

	evd_cursor_init(&c, evd_view_of(e, 2));
	n = r ? 0 : tiff_number(t, &c, 2);
	for (unsigned i = 0; r == 0 && i < n && i < 1024; i++) {
		uint64_t at = ifd + 2 + 12ull * i;
		uint32_t tag, type, count, which;

		r = evd_source_exact(t->s, at, e, 12, err);
		evd_cursor_init(&c, evd_view_of(e, 12));
		tag = tiff_number(t, &c, 2);
		type = tiff_number(t, &c, 2);
		count = tiff_number(t, &c, 4);
		if (r || (tag != 273 && tag != 279 && tag != 324 && tag != 325) || (type != 3 && type != 4))
			continue;
		which = tag == 279 || tag == 325;
		t->n[which] = count;
		t->wide[which] = type == 3 ? 2 : 4;
		t->off[which] = (uint64_t)count * t->wide[which] <= 4 ? at + 8 : tiff_number(t, &c, 4);
	}
	return r;
}

int evd_end_of_tiff(struct evd_view head, const struct evd_source *s, struct evd_structure *st,
                    struct evd_error *err)
{
	struct tiff t = {.s = s, .big = head.p[0] == 'M'};
	struct evd_cursor c;
	int r;

	evd_cursor_init(&c, head);
	evd_get_u32be(&c);
	r = tiff_entries(&t, tiff_number(&t, &c, 4), err);
	for (uint32_t i = 0; r == 0 && i < t.n[0] && i < t.n[1] && i < STRIPS_MAX; i++) {
		uint32_t off = 0, len = 0;

		r = tiff_at(&t, 0, i, &off, err);
		if (r == 0)
			r = tiff_at(&t, 1, i, &len, err);
		if (r == 0 && (uint64_t)off + len > s->size) {
			evd_end_missing(st, "a part of the picture reaches beyond the end");
			return 0;
		}
	}
	if (r == EVD_E_DAMAGED) {
		evd_end_missing(st, "its directory reaches beyond the end");
		r = 0;
	}
	return r;
}
