/*
 * structure_files: see structure_end.h. Sources: RIFF, RFC 3533 §6 (Ogg), ISO/IEC 14496-12 §4.2, ISO 32000-1 §7.5.5,
 * APPNOTE 6.3.9 §4.3.16 (ZIP), SQLite fileformat2 §1.3.
 */
#include "structure_end.h"

#include "source.h"

#include <string.h>

#define PDF_TAIL (UINT32_C(1) << 20) /* what may stand behind a PDF and be told as such */
#define BOXES_MAX 100000u

int evd_end_of_riff(struct evd_view head, const struct evd_source *s, struct evd_structure *st,
                    struct evd_error *err)
{
	struct evd_cursor c;
	uint64_t len;

	(void)err;
	evd_cursor_init(&c, head);
	evd_get_bytes(&c, 4);
	len = evd_get_u32le(&c);
	len += 8u + (len & 1u); /* chunks are padded to even length */
	if (len > s->size + 1)
		evd_end_missing(st, "the length in its header reaches beyond the end");
	else
		st->end = len < s->size ? len : s->size;
	return 0;
}

bool evd_structure_is_top_box(struct evd_view type)
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
int evd_end_of_bmff(struct evd_view head, const struct evd_source *s, struct evd_structure *st,
                    struct evd_error *err)
{
	uint64_t off = 0;
	bool moov = false, meta = false;

	(void)head;
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
			if ((moov || meta) && !evd_structure_is_top_box(type))
				break; /* four letters of something else behind a whole file */
			evd_end_missing(st, "its last box reaches beyond the end");
			return 0;
		}
		off += len;
	}
out:
	st->end = off;
	if (!moov && !meta)
		evd_end_missing(st, "no moov box");
	return 0;
}

/* ISO 32000-1 §7.5.5: the last line is %%EOF. What is not white space (§7.2.2) behind it is no part of the PDF. */
int evd_end_of_pdf(struct evd_view head, const struct evd_source *s, struct evd_structure *st,
                   struct evd_error *err)
{
	uint64_t at = 0;
	uint8_t behind[64];
	size_t got, n = 0;
	int r = evd_end_find(s, PDF_TAIL, "%%EOF", 5, &at, err);

	(void)head;
	if (r == EVD_END) {
		evd_end_missing(st, "no %%EOF near its end");
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

int evd_end_of_zip(struct evd_view head, const struct evd_source *s, struct evd_structure *st,
                   struct evd_error *err)
{
	uint64_t at = 0;
	int r = evd_end_find(s, EVD_ZIP_TAIL, "PK\x05\x06", 4, &at, err);
	uint8_t end[22];
	struct evd_cursor c;

	(void)head;
	if (r == EVD_END) {
		evd_end_missing(st, "no end of central directory record");
		return 0;
	}
	if (r)
		return r;
	if (s->size - at < sizeof end) {
		evd_end_missing(st, "the end of central directory record is cut short");
		return 0;
	}
	r = evd_source_exact(s, at, end, sizeof end, err);
	if (r)
		return r;
	evd_cursor_init(&c, evd_view_of(end, sizeof end));
	evd_get_bytes(&c, 20);
	st->end = at + sizeof end + evd_get_u16le(&c);
	if (st->end > s->size)
		evd_end_missing(st, "the comment of the end record is cut short");
	return 0;
}

/* fileformat2 §1.3: page size at 16, size in pages at 28, valid if 24 equals 92. */
int evd_end_of_sqlite(struct evd_view head, const struct evd_source *s, struct evd_structure *st,
                      struct evd_error *err)
{
	struct evd_cursor c;
	uint64_t page, pages;
	uint32_t counter, valid;

	(void)err;
	if (s->size < 100 || head.len < 100) {
		evd_end_missing(st, "the header is cut short");
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
			evd_end_missing(st, "its header counts more pages than there are");
		else
			st->end = page * pages;
	}
	return 0;
}

/* Pages: 26 bytes, the number of segments, their lengths, the segments. Whether the last page says that it is the last
 * is not asked: recorders that were stopped leave that out. */
int evd_end_of_ogg(struct evd_view head, const struct evd_source *s, struct evd_structure *st,
                   struct evd_error *err)
{
	uint64_t off = 0;

	(void)head;
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
			evd_end_missing(st, "the header of its last page is cut short");
			return 0;
		}
		len = 27u + h[26];
		for (unsigned i = 0; i < h[26]; i++)
			len += h[27 + i];
		if (len > s->size - off) {
			evd_end_missing(st, "its last page reaches beyond the end");
			return 0;
		}
		off += len;
	}
	st->end = off;
	return 0;
}
