/*
 * structure: see structure.h. Sources: ITU-T T.81 Annex B (JPEG), W3C PNG §5, GIF89a, RIFF,
 * RFC 3533 §6 (Ogg), BITMAPFILEHEADER (BMP), TIFF 6.0 §2, §8, ISO/IEC 14496-12 §4.2, ISO 32000-1 §7.5.5, APPNOTE 6.3.9 §4.3.16 (ZIP), SQLite fileformat2 §1.3.
 */
#include "structure.h"

#include "imagefile.h"
#include "source.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK (UINT32_C(64) << 10)
#define TAIL_LEN (UINT32_C(65535) + 22) /* an end record with the longest comment */
#define PDF_TAIL (UINT32_C(1) << 20)    /* what may stand behind a PDF and be told as such */
#define BOXES_MAX 100000u

static bool starts(struct evd_view v, size_t off, const char *magic, size_t len)
{
	return v.len >= off + len && memcmp(v.p + off, magic, len) == 0;
}

#define STARTS(v, off, text) starts(v, off, text, sizeof(text) - 1)

const char *evd_structure_signature(struct evd_view v)
{
	if (STARTS(v, 0, "\xFF\xD8\xFF"))
		return "JPEG";
	if (STARTS(v, 0, "\x89PNG\r\n\x1A\n"))
		return "PNG";
	if (STARTS(v, 0, "GIF87a") || STARTS(v, 0, "GIF89a"))
		return "GIF";
	if (STARTS(v, 0, "RIFF") && v.len >= 12)
		return "RIFF";
	if (STARTS(v, 4, "ftyp"))
		return "ISO-BMFF";
	if (STARTS(v, 0, "%PDF-"))
		return "PDF";
	if (STARTS(v, 0, "PK\x03\x04"))
		return "ZIP";
	if (STARTS(v, 0, "Rar!\x1A\x07"))
		return "RAR";
	if (STARTS(v, 0, "7z\xBC\xAF\x27\x1C"))
		return "7z";
	if (STARTS(v, 0, "SQLite format 3\0"))
		return "SQLite";
	if (STARTS(v, 0, "\x1A\x45\xDF\xA3"))
		return "Matroska";
	if (STARTS(v, 0, "OggS"))
		return "Ogg";
	return NULL;
}

static void cut(struct evd_structure *st, const char *why)
{
	st->truncated = true;
	st->why = why;
}

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

static int jpeg(const struct evd_source *s, struct evd_structure *st, struct evd_error *err)
{
	uint8_t *block = malloc(BLOCK);
	uint64_t off = 2;
	int r = 0;

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
			cut(st, "no end marker");
			break;
		}
		if (m[0] != 0xFF) {
			cut(st, "no marker where a segment ends");
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
			cut(st, "no end marker");
			r = 0;
			break;
		}
		if (r)
			break;
	}
	free(block);
	return r;
}

static int png(const struct evd_source *s, struct evd_structure *st, struct evd_error *err)
{
	uint64_t off = 8;

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
			cut(st, "a chunk reaches beyond the end, no IEND");
			return 0;
		}
		off += 12u + (uint64_t)len;
		if (memcmp(h + 4, "IEND", 4) == 0) {
			st->end = off;
			return 0;
		}
	}
}

static int riff(struct evd_view head, const struct evd_source *s, struct evd_structure *st)
{
	struct evd_cursor c;
	uint64_t len;

	evd_cursor_init(&c, head);
	evd_get_bytes(&c, 4);
	len = evd_get_u32le(&c);
	len += 8u + (len & 1u); /* chunks are padded to even length */
	if (len > s->size + 1)
		cut(st, "the length in its header reaches beyond the end");
	else
		st->end = len < s->size ? len : s->size;
	return 0;
}

/* Boxes that stand outside any other: ISO/IEC 14496-12 table 1, and QuickTime's. */
static bool is_top_box(struct evd_view type)
{
	static const char *const known[] = {"ftyp", "styp", "moov", "moof", "mfra", "mdat", "free",
	                                    "skip", "wide", "meta", "meco", "sidx", "ssix", "prft",
	                                    "pdin", "uuid", "udta", "emsg", "pnot", "PICT"};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (evd_view_is(type, known[i]))
			return true;
	return false;
}

/* ISO/IEC 14496-12 §4.2: size 1 = 64-bit size follows, 0 = to the end of the file. */
static int bmff(const struct evd_source *s, struct evd_structure *st, struct evd_error *err)
{
	uint64_t off = 0;
	bool moov = false, meta = false;

	for (unsigned n = 0; off < s->size && n < BOXES_MAX; n++) {
		uint8_t h[16];
		struct evd_cursor c;
		struct evd_view type;
		uint64_t len;
		size_t got;
		int r = evd_source_read(s, off, h, 16, &got, err);

		if (r)
			return r;
		evd_cursor_init(&c, evd_view_of(h, got));
		len = evd_get_u32be(&c);
		type = evd_get_bytes(&c, 4);
		if (len == 1)
			len = evd_get_u64be(&c);
		if (len == 0 && evd_cursor_ok(&c))
			len = s->size - off;
		/* what does not look like a box is not ours any more */
		if (!evd_cursor_ok(&c) || len < 8)
			break;
		for (size_t i = 0; i < 4; i++)
			if (type.p[i] < 0x20)
				goto out;
		moov = moov || evd_view_is(type, "moov") || evd_view_is(type, "moof");
		meta = meta || evd_view_is(type, "meta");
		if (len > s->size - off) {
			if ((moov || meta) && !is_top_box(type))
				break; /* four letters of something else behind a whole file */
			cut(st, "its last box reaches beyond the end");
			return 0;
		}
		off += len;
	}
out:
	st->end = off;
	if (!moov && !meta)
		cut(st, "no moov box");
	return 0;
}

static int find_tail(const struct evd_source *s, size_t len, const char *what, size_t what_len,
                     uint64_t *at, struct evd_error *err)
{
	size_t n = s->size < len ? (size_t)s->size : len;
	uint8_t *tail = malloc(n ? n : 1);
	int r = EVD_END;

	if (!tail)
		return evd_nomem(err);
	if (n >= what_len) {
		r = evd_source_exact(s, s->size - n, tail, n, err);
		if (r == 0) {
			const uint8_t *p;

			r = EVD_END;
			for (size_t left = n - what_len + 1; (p = memrchr(tail, what[0], left)) != NULL;) {
				left = (size_t)(p - tail);
				if (memcmp(p, what, what_len) == 0) {
					*at = s->size - n + left;
					r = 0;
					break;
				}
			}
		}
	}
	free(tail);
	return r;
}

/* ISO 32000-1 §7.5.5: the last line is %%EOF. What is not white space (§7.2.2) behind it is no part of the PDF. */
static int pdf(const struct evd_source *s, struct evd_structure *st, struct evd_error *err)
{
	uint64_t at = 0;
	uint8_t behind[64];
	size_t got, n = 0;
	int r = find_tail(s, PDF_TAIL, "%%EOF", 5, &at, err);

	if (r == EVD_END) {
		cut(st, "no %%EOF near its end");
		return 0;
	}
	if (r == 0)
		r = evd_source_read(s, at + 5, behind, sizeof behind, &got, err);
	if (r)
		return r;
	while (n < got && memchr("\0\t\n\f\r ", behind[n], 6))
		n++;
	st->end = at + 5 + n;
	return 0;
}

static int zip(const struct evd_source *s, struct evd_structure *st, struct evd_error *err)
{
	uint64_t at = 0;
	int r = find_tail(s, TAIL_LEN, "PK\x05\x06", 4, &at, err);
	uint8_t end[22];
	struct evd_cursor c;

	if (r == EVD_END) {
		cut(st, "no end of central directory record");
		return 0;
	}
	if (r)
		return r;
	if (s->size - at < sizeof end) {
		cut(st, "the end of central directory record is cut short");
		return 0;
	}
	r = evd_source_exact(s, at, end, sizeof end, err);
	if (r)
		return r;
	evd_cursor_init(&c, evd_view_of(end, sizeof end));
	evd_get_bytes(&c, 20);
	st->end = at + sizeof end + evd_get_u16le(&c);
	if (st->end > s->size)
		cut(st, "the comment of the end record is cut short");
	return 0;
}

/* fileformat2 §1.3: page size at 16, size in pages at 28, valid if 24 equals 92. */
static int sqlite(struct evd_view head, const struct evd_source *s, struct evd_structure *st)
{
	struct evd_cursor c;
	uint64_t page, pages;
	uint32_t counter, valid;

	if (s->size < 100 || head.len < 100) {
		cut(st, "the header is cut short");
		return 0;
	}
	evd_cursor_init(&c, head);
	evd_get_bytes(&c, 16);
	page = evd_get_u16be(&c);
	page = page == 1 ? 65536 : page;
	evd_get_bytes(&c, 6);
	counter = evd_get_u32be(&c);
	pages = evd_get_u32be(&c);
	evd_get_bytes(&c, 60);
	valid = evd_get_u32be(&c);
	if (counter == valid && pages && page >= 512) {
		if (page * pages > s->size)
			cut(st, "its header counts more pages than there are");
		else
			st->end = page * pages;
	}
	return 0;
}

/* Pages: 26 bytes, the number of segments, their lengths, the segments. Whether the last page says that it is the last
 * is not asked: recorders that were stopped leave that out. */
static int ogg(const struct evd_source *s, struct evd_structure *st, struct evd_error *err)
{
	uint64_t off = 0;

	while (off < s->size) {
		uint8_t h[27 + 255];
		uint64_t len;
		size_t got;
		int r = evd_source_read(s, off, h, sizeof h, &got, err);

		if (r)
			return r;
		if (memcmp(h, "OggS", got < 4 ? got : 4) != 0) {
			st->end = off;
			return 0;
		}
		if (got < 27 || got < 27u + h[26]) {
			cut(st, "the header of its last page is cut short");
			return 0;
		}
		len = 27u + h[26];
		for (unsigned i = 0; i < h[26]; i++)
			len += h[27 + i];
		if (len > s->size - off) {
			cut(st, "its last page reaches beyond the end");
			return 0;
		}
		off += len;
	}
	st->end = off;
	return 0;
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
static int gif(struct evd_view head, const struct evd_source *s, struct evd_structure *st,
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
			cut(st, "no block where one ends");
			return 0;
		}
		if (got < 10 && !(got >= 2 && h[0] == 0x21))
			break;
		/* a picture's descriptor, its colours, the size of its codes; or an extension's label */
		off += h[0] == 0x21 ? 2 : 11 + gif_colours(h[9]);
		r = gif_blocks(s, &off, err);
	}
	if (r == 0 || r == EVD_END)
		cut(st, "no trailer");
	return r == EVD_END ? 0 : r;
}

/* The size of the file in its header; some writers leave it empty. */
static int bmp(struct evd_view head, const struct evd_source *s, struct evd_structure *st)
{
	struct evd_cursor c;

	evd_cursor_init(&c, head);
	evd_get_u16le(&c);
	if (evd_get_u32le(&c) > s->size && evd_cursor_ok(&c))
		cut(st, "the length in its header reaches beyond the end");
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

static int tiff(struct evd_view head, const struct evd_source *s, struct evd_structure *st,
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
			cut(st, "a part of the picture reaches beyond the end");
			return 0;
		}
	}
	if (r == EVD_E_DAMAGED) {
		cut(st, "its directory reaches beyond the end");
		r = 0;
	}
	return r;
}

/* A second format: a ZIP whose end record closes the file, or a PDF header within 1024 bytes. */
static int find_second(const struct evd_source *s, struct evd_view head, struct evd_structure *st,
                       struct evd_error *err)
{
	uint64_t at = 0;
	size_t pdf_len = head.len < 1024 + 5 ? head.len : 1024 + 5;
	const uint8_t *found = pdf_len > 1 ? memmem(head.p + 1, pdf_len - 1, "%PDF-", 5) : NULL;
	int r;

	if (found) {
		st->second = "PDF";
		st->second_off = (uint64_t)(found - head.p);
		return 0;
	}
	if (strcmp(st->format, "ZIP") == 0)
		return 0;
	r = find_tail(s, TAIL_LEN, "PK\x05\x06", 4, &at, err);
	if (r == 0) {
		uint8_t end[22];
		struct evd_cursor c;
		size_t got;

		r = evd_source_read(s, at, end, sizeof end, &got, err);
		evd_cursor_init(&c, evd_view_of(end, got));
		evd_get_bytes(&c, 20);
		/* an end record that closes the file exactly, not four chance bytes */
		if (r == 0 && at + 22 + evd_get_u16le(&c) == s->size && evd_cursor_ok(&c)) {
			st->second = "ZIP";
			st->second_off = at;
		}
	}
	return r == EVD_END ? 0 : r;
}

int evd_structure_of(const struct evd_source *s, struct evd_view head, struct evd_structure *st,
                     struct evd_error *err)
{
	const char *format = evd_structure_signature(head);
	/* signatures too short to be looked for in the middle of a file */
	const char *picture = format ? NULL : evd_image_format(head);
	int r = 0;

	memset(st, 0, sizeof *st);
	st->format = format ? format : picture ? picture : "unknown format";
	if (format && strcmp(format, "JPEG") == 0)
		r = jpeg(s, st, err);
	else if (format && strcmp(format, "PNG") == 0)
		r = png(s, st, err);
	else if (format && strcmp(format, "RIFF") == 0)
		r = riff(head, s, st);
	else if (format && strcmp(format, "ISO-BMFF") == 0)
		r = bmff(s, st, err);
	else if (format && strcmp(format, "PDF") == 0)
		r = pdf(s, st, err);
	else if (format && strcmp(format, "ZIP") == 0)
		r = zip(s, st, err);
	else if (format && strcmp(format, "SQLite") == 0)
		r = sqlite(head, s, st);
	else if (format && strcmp(format, "Ogg") == 0)
		r = ogg(s, st, err);
	else if (format && strcmp(format, "GIF") == 0)
		r = gif(head, s, st, err);
	else if (picture && strcmp(picture, "TIFF") == 0)
		r = tiff(head, s, st, err);
	else if (picture && strcmp(picture, "BMP") == 0)
		r = bmp(head, s, st);
	if (r == 0 && st->end && st->end < s->size && !st->truncated) {
		uint8_t tail[16];
		size_t got;

		r = evd_source_read(s, st->end, tail, sizeof tail, &got, err);
		st->tail = evd_structure_signature(evd_view_of(tail, got));
	}
	return r ? r : find_second(s, head, st, err);
}
