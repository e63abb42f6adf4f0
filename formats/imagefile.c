/* imagefile: see imagefile.h. */
#include "imagefile.h"

#include "source.h"

#include <stdlib.h>
#include <string.h>

#define CHUNKS_MAX 100000u
#define PEEK 40u

static bool starts(struct evd_view v, const char *magic, size_t len)
{
	return v.len >= len && memcmp(v.p, magic, len) == 0;
}

#define STARTS(v, text) starts(v, text, sizeof(text) - 1)

const char *evd_image_format(struct evd_view head)
{
	if (STARTS(head, "\xFF\xD8\xFF"))
		return "JPEG";
	if (STARTS(head, "\x89PNG\r\n\x1A\n"))
		return "PNG";
	if (STARTS(head, "RIFF") && head.len >= 12 && memcmp(head.p + 8, "WEBP", 4) == 0)
		return "WebP";
	if (STARTS(head, "II*\0") || STARTS(head, "MM\0*"))
		return "TIFF";
	if (STARTS(head, "GIF87a") || STARTS(head, "GIF89a"))
		return "GIF";
	if (STARTS(head, "BM") && head.len >= 30 && head.p[14] >= 12 && head.p[15] == 0)
		return "BMP";
	return NULL;
}

static void add(struct evd_image *im, enum evd_image_kind kind, uint64_t off, uint64_t len,
                const char *type)
{
	struct evd_image_block *b;

	if (im->n == EVD_IMAGE_BLOCKS) {
		im->left_out++;
		return;
	}
	b = &im->block[im->n++];
	*b = (struct evd_image_block){.kind = kind, .off = off, .len = len};
	if (type)
		memcpy(b->type, type, 4);
}

static void damaged(struct evd_image *im, uint64_t off)
{
	im->damaged = true;
	im->damaged_off = off;
}

static const uint8_t c2pa_store[16] = {'c',  '2',  'p',  'a',  0x00, 0x11, 0x00, 0x10,
                                       0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71};

/* A JPEG segment's meaning is told by the text at its start. */
static void jpeg_segment(struct evd_image *im, uint8_t marker, uint64_t off, uint64_t len,
                         struct evd_view peek)
{
	static const char xmp[] = "http://ns.adobe.com/xap/1.0/";
	static const char more[] = "http://ns.adobe.com/xmp/extension/";

	if (marker == 0xE1 && STARTS(peek, "Exif\0\0"))
		add(im, EVD_IMAGE_EXIF, off + 6, len - 6, NULL);
	else if (marker == 0xE1 && starts(peek, xmp, sizeof xmp))
		add(im, EVD_IMAGE_XMP, off + sizeof xmp, len - sizeof xmp, NULL);
	else if (marker == 0xE1 && starts(peek, more, sizeof more))
		add(im, EVD_IMAGE_XMP_MORE, off + sizeof more, len - sizeof more, NULL);
	else if (marker == 0xED && STARTS(peek, "Photoshop 3.0\0"))
		add(im, EVD_IMAGE_IPTC, off + 14, len - 14, NULL);
	/* "JP", instance, packet number, then a box of type jumb (ISO/IEC 18477-3). Others put boxes there too: its
	 * description box begins with the type of a C2PA manifest store (C2PA 2.1 §11.1.4.2) */
	else if (marker == 0xEB && STARTS(peek, "JP") && peek.len >= 40 &&
	         memcmp(peek.p + 12, "jumb", 4) == 0 && memcmp(peek.p + 20, "jumd", 4) == 0 &&
	         memcmp(peek.p + 24, c2pa_store, sizeof c2pa_store) == 0)
		add(im, EVD_IMAGE_C2PA, off + 8, len - 8, NULL);
	else if (marker == 0xFE)
		add(im, EVD_IMAGE_COMMENT, off, len, NULL);
}

/* SOF0…SOF15 but DHT, JPG, DAC: precision, lines, samples (T.81 §B.2.2). */
static void jpeg_frame(struct evd_image *im, uint8_t marker, struct evd_view peek)
{
	struct evd_cursor c;

	evd_cursor_init(&c, peek);
	im->bits = evd_get_u8(&c);
	im->height = evd_get_u16be(&c);
	im->width = evd_get_u16be(&c);
	im->coding = marker == 0xC0   ? "baseline"
	             : marker == 0xC1 ? "extended sequential"
	             : marker == 0xC2 ? "progressive"
	                              : "other";
}

static int scan_jpeg(const struct evd_source *s, struct evd_image *im, struct evd_error *err)
{
	uint64_t off = 2;

	for (unsigned n = 0; n < CHUNKS_MAX; n++) {
		uint8_t b[4 + PEEK];
		size_t got;
		uint64_t len;
		struct evd_cursor c;
		int r = evd_source_read(s, off, b, sizeof b, &got, err);

		if (r)
			return r;
		if (got < 4) {
			damaged(im, off);
			return 0;
		}
		if (b[0] == 0xFF && b[1] == 0xFF) {
			off++;
			continue;
		}
		if (b[0] != 0xFF || b[1] == 0xD9 || b[1] == 0xDA)
			return 0; /* the scan: all metadata stands before it */
		evd_cursor_init(&c, evd_view_of(b + 2, 2));
		len = evd_get_u16be(&c);
		if (len < 2 || len > s->size - off - 2) {
			damaged(im, off);
			return 0;
		}
		if (b[1] >= 0xC0 && b[1] <= 0xCF && b[1] != 0xC4 && b[1] != 0xC8 && b[1] != 0xCC)
			jpeg_frame(im, b[1], evd_view_of(b + 4, got - 4));
		else
			jpeg_segment(im, b[1], off + 4, len - 2,
			             evd_view_of(b + 4, got - 4 < len - 2 ? got - 4 : (size_t)len - 2));
		off += 2 + len;
	}
	return 0;
}

static void png_header(struct evd_image *im, struct evd_view v)
{
	struct evd_cursor c;

	evd_cursor_init(&c, v);
	im->width = evd_get_u32be(&c);
	im->height = evd_get_u32be(&c);
	im->bits = evd_get_u8(&c);
}

static int scan_png(const struct evd_source *s, struct evd_image *im, struct evd_error *err)
{
	uint64_t off = 8;

	for (unsigned n = 0; n < CHUNKS_MAX; n++) {
		uint8_t b[8 + PEEK];
		const char *type = (const char *)b + 4;
		struct evd_view body;
		struct evd_cursor c;
		uint64_t len;
		size_t got;
		int r = evd_source_read(s, off, b, sizeof b, &got, err);

		if (r)
			return r;
		evd_cursor_init(&c, evd_view_of(b, got));
		len = evd_get_u32be(&c);
		if (got < 8 || s->size - off < 12 || len > s->size - off - 12) {
			damaged(im, off);
			return 0;
		}
		body = evd_view_of(b + 8, got - 8 < len ? got - 8 : (size_t)len);
		if (memcmp(type, "IHDR", 4) == 0)
			png_header(im, body);
		else if (memcmp(type, "eXIf", 4) == 0)
			add(im, EVD_IMAGE_EXIF, off + 8, len, type);
		else if (memcmp(type, "iTXt", 4) == 0 && STARTS(body, "XML:com.adobe.xmp\0\0\0\0\0"))
			add(im, EVD_IMAGE_XMP, off + 8 + 22, len - 22, type);
		else if (memcmp(type, "tEXt", 4) == 0 || memcmp(type, "iTXt", 4) == 0 ||
		         memcmp(type, "zTXt", 4) == 0)
			add(im, EVD_IMAGE_TEXT, off + 8, len, type);
		else if (memcmp(type, "tIME", 4) == 0)
			add(im, EVD_IMAGE_TIME, off + 8, len, type);
		else if (memcmp(type, "caBX", 4) == 0)
			add(im, EVD_IMAGE_C2PA, off + 8, len, type);
		else if (memcmp(type, "IEND", 4) == 0)
			return 0;
		off += 12 + len;
	}
	return 0;
}

/* VP8X holds the canvas; VP8 and VP8L their own sizes (WebP container specification). */
static void webp_size(struct evd_image *im, const char *type, struct evd_view v)
{
	struct evd_cursor c;

	evd_cursor_init(&c, v);
	if (memcmp(type, "VP8X", 4) == 0 && v.len >= 10) {
		evd_get_u32le(&c);
		im->width = 1u + evd_get_u8(&c);
		im->width += (uint32_t)evd_get_u16le(&c) << 8;
		im->height = 1u + evd_get_u8(&c);
		im->height += (uint32_t)evd_get_u16le(&c) << 8;
		return;
	}
	if (im->width)
		return;
	if (memcmp(type, "VP8 ", 4) == 0 && v.len >= 10) {
		evd_get_bytes(&c, 6);
		im->width = evd_get_u16le(&c) & 0x3FFFu;
		im->height = evd_get_u16le(&c) & 0x3FFFu;
		im->coding = "lossy";
	} else if (memcmp(type, "VP8L", 4) == 0 && v.len >= 5) {
		uint32_t x;

		evd_get_u8(&c);
		x = evd_get_u32le(&c);
		im->width = 1u + (x & 0x3FFFu);
		im->height = 1u + (x >> 14 & 0x3FFFu);
		im->coding = "lossless";
	}
}

static int scan_webp(const struct evd_source *s, struct evd_image *im, struct evd_error *err)
{
	uint64_t off = 12;

	for (unsigned n = 0; n < CHUNKS_MAX && off < s->size; n++) {
		uint8_t b[8 + PEEK];
		const char *type = (const char *)b;
		struct evd_cursor c;
		uint64_t len;
		size_t got;
		int r = evd_source_read(s, off, b, sizeof b, &got, err);

		if (r)
			return r;
		evd_cursor_init(&c, evd_view_of(b, got));
		evd_get_bytes(&c, 4);
		len = evd_get_u32le(&c);
		if (got < 8 || len > s->size - off - 8) {
			damaged(im, off);
			return 0;
		}
		if (memcmp(type, "EXIF", 4) == 0) {
			/* some writers keep the six bytes that only JPEG needs */
			uint64_t skip = len >= 6 && got >= 14 && memcmp(b + 8, "Exif\0\0", 6) == 0 ? 6 : 0;

			add(im, EVD_IMAGE_EXIF, off + 8 + skip, len - skip, type);
		} else if (memcmp(type, "XMP ", 4) == 0) {
			add(im, EVD_IMAGE_XMP, off + 8, len, type);
		} else if (memcmp(type, "C2PA", 4) == 0) {
			add(im, EVD_IMAGE_C2PA, off + 8, len, type);
		} else {
			webp_size(im, type, evd_view_of(b + 8, got - 8 < len ? got - 8 : (size_t)len));
		}
		off += 8 + len + (len & 1);
	}
	return 0;
}

/* A value of the first directory that is a block of its own: XMP, IPTC data sets (which some writers call LONGs), the
 * Photoshop resources that hold them, a C2PA manifest store (C2PA 2.1 §A.3.5). */
static void tiff_block(struct evd_image *im, uint32_t tag, uint32_t type, uint32_t count,
                       uint32_t off)
{
	uint64_t len = type == 1 || type == 7 ? count : type == 4 ? 4 * (uint64_t)count : 0;

	if (len <= 4)
		return;
	if (tag == 700 && type != 4)
		add(im, EVD_IMAGE_XMP, off, len, NULL);
	else if (tag == 33723 || (tag == 34377 && type != 4))
		add(im, EVD_IMAGE_IPTC, off, len, NULL);
	else if (tag == 52545 && type == 7)
		add(im, EVD_IMAGE_C2PA, off, len, NULL);
}

/* TIFF is one EXIF block; others are values of its first directory. */
static int scan_tiff(const struct evd_source *s, struct evd_image *im, struct evd_error *err)
{
	uint8_t h[8], e[12];
	struct evd_cursor c;
	bool big;
	uint64_t ifd;
	unsigned n;
	int r = evd_source_exact(s, 0, h, 8, err);

	add(im, EVD_IMAGE_EXIF, 0, s->size, NULL);
	if (r)
		return r == EVD_E_DAMAGED ? 0 : r;
	big = h[0] == 'M';
	evd_cursor_init(&c, evd_view_of(h + 4, 4));
	ifd = big ? evd_get_u32be(&c) : evd_get_u32le(&c);
	r = evd_source_exact(s, ifd, h, 2, err);
	if (r)
		return r == EVD_E_DAMAGED ? 0 : r;
	evd_cursor_init(&c, evd_view_of(h, 2));
	n = big ? evd_get_u16be(&c) : evd_get_u16le(&c);
	for (unsigned i = 0; i < n && i < 1024; i++) {
		uint32_t tag, type, count, value;

		r = evd_source_exact(s, ifd + 2 + 12ull * i, e, 12, err);
		if (r)
			return r == EVD_E_DAMAGED ? 0 : r;
		evd_cursor_init(&c, evd_view_of(e, 12));
		tag = big ? evd_get_u16be(&c) : evd_get_u16le(&c);
		type = big ? evd_get_u16be(&c) : evd_get_u16le(&c);
		count = big ? evd_get_u32be(&c) : evd_get_u32le(&c);
		if (type == 3) { /* SHORT, left-justified in its four bytes (TIFF 6.0 §2) */
			value = big ? evd_get_u16be(&c) : evd_get_u16le(&c);
		} else {
			value = big ? evd_get_u32be(&c) : evd_get_u32le(&c);
		}
		if (tag == 256)
			im->width = value;
		else if (tag == 257)
			im->height = value;
		else
			tiff_block(im, tag, type, count, value);
	}
	return 0;
}

static int scan_simple(const struct evd_source *s, struct evd_image *im, struct evd_error *err)
{
	uint8_t h[30] = {0};
	size_t got;
	struct evd_cursor c;
	int r = evd_source_read(s, 0, h, sizeof h, &got, err);

	evd_cursor_init(&c, evd_view_of(h, got));
	if (im->format[0] == 'G') {
		evd_get_bytes(&c, 6);
		im->width = evd_get_u16le(&c);
		im->height = evd_get_u16le(&c);
	} else {
		uint32_t height, head;

		evd_get_bytes(&c, 14);
		head = evd_get_u32le(&c);
		im->width = head == 12 ? evd_get_u16le(&c) : evd_get_u32le(&c);
		height = head == 12 ? evd_get_u16le(&c) : evd_get_u32le(&c);
		/* negative: rows from the top */
		im->height = height & 0x80000000u ? ~height + 1u : height;
	}
	return r;
}

int evd_image_scan(const struct evd_source *s, struct evd_image *im, struct evd_error *err)
{
	uint8_t head[32];
	size_t got;
	int r = evd_source_read(s, 0, head, sizeof head, &got, err);

	memset(im, 0, sizeof *im);
	if (r)
		return r;
	im->format = evd_image_format(evd_view_of(head, got));
	if (!im->format)
		return evd_fail(err, EVD_E_FORMAT, "not a picture of a known format");
	switch (im->format[0]) {
	case 'J': return scan_jpeg(s, im, err);
	case 'P': return scan_png(s, im, err);
	case 'W': return scan_webp(s, im, err);
	case 'T': return scan_tiff(s, im, err);
	default: return scan_simple(s, im, err);
	}
}

bool evd_image_has(const struct evd_source *s, enum evd_image_kind kind)
{
	struct evd_image *im = malloc(sizeof *im);
	bool has = false;

	if (im && evd_image_scan(s, im, NULL) == 0)
		for (size_t i = 0; i < im->n && !has; i++)
			has = im->block[i].kind == kind;
	free(im);
	return has;
}
