/*
 * image: the picture file itself: format, size in pixels, comments, PNG texts and time, and
 * whether a C2PA manifest is there (presence only: its signatures are not checked).
 */
#include "emit.h"
#include "imagefile.h"
#include "source.h"
#include "texts.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX (UINT32_C(1) << 20)

/* TIFF with places of 64 bits (libtiff, BigTIFF): 43 where TIFF has 42 */
static bool is_big_tiff(struct evd_view head)
{
	return head.len >= 4 && (memcmp(head.p, "II+\0", 4) == 0 || memcmp(head.p, "MM\0+", 4) == 0);
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	(void)in;
	return evd_image_format(head) || is_big_tiff(head) ? 16 : 0;
}

/* PNG §11.3.4: Latin-1 without its control characters. Text that is UTF-8, as some programs write it, stays that. */
static bool is_latin1(struct evd_view v)
{
	for (size_t i = 0; i < v.len; i++)
		if (v.p[i] >= 0x7F && v.p[i] < 0xA0)
			return false;
	return !evd_is_utf8(v);
}

static int emit_text(struct evd_sink *sink, struct evd_field *f, bool latin1, struct evd_error *err)
{
	struct evd_buf b;
	int r;

	if (!latin1 || !is_latin1(f->value))
		return evd_emit_field(sink, f, err);
	evd_buf_init(&b, 2 * TEXT_MAX);
	evd_texts_latin1(&b, f->value);
	f->raw = f->value;
	f->value = evd_buf_view(&b);
	r = evd_buf_check(&b, err);
	if (r == 0)
		r = evd_emit_field(sink, f, err);
	evd_buf_release(&b);
	return r;
}

/* PNG §11.3.4: keyword, NUL, then text in Latin-1 (tEXt), or iTXt's four further parts. */
static int png_text(struct evd_sink *sink, const struct evd_image_block *b, struct evd_view v,
                    struct evd_error *err)
{
	struct evd_field f = {.group = "png", .has_place = true, .off = b->off, .len = b->len};
	const uint8_t *nul = memchr(v.p, 0, v.len);
	struct evd_view text;

	f.name = b->type;
	if (!nul)
		return evd_emit_unread(sink, "damaged", b->off, b->len, err, "text chunk has no keyword");
	f.label = evd_view_of(v.p, (size_t)(nul - v.p));
	text = evd_view_of(nul + 1, v.len - f.label.len - 1);
	if (strcmp(b->type, "zTXt") == 0 ||
	    (strcmp(b->type, "iTXt") == 0 && text.len && text.p[0] != 0))
		return evd_emit_unread(sink, "unsupported", b->off, b->len, err,
		                       "a compressed text chunk is not opened");
	if (strcmp(b->type, "iTXt") == 0) {
		/* compression flag and method, language NUL, translated keyword NUL */
		size_t skip = 2;

		for (int i = 0; i < 2 && skip <= text.len; i++) {
			nul = memchr(text.p + skip, 0, text.len - skip);
			skip = nul ? (size_t)(nul - text.p) + 1 : text.len + 1;
		}
		if (skip > text.len)
			return evd_emit_unread(sink, "damaged", b->off, b->len, err, "text chunk is cut short");
		text = evd_view_of(text.p + skip, text.len - skip);
	}
	f.value = text;
	return emit_text(sink, &f, strcmp(b->type, "tEXt") == 0, err);
}

static int png_time(struct evd_sink *sink, struct evd_view v, struct evd_error *err)
{
	struct evd_cursor c;
	unsigned y, mo, d, h, mi, s;

	evd_cursor_init(&c, v);
	y = evd_get_u16be(&c);
	mo = evd_get_u8(&c);
	d = evd_get_u8(&c);
	h = evd_get_u8(&c);
	mi = evd_get_u8(&c);
	s = evd_get_u8(&c);
	if (!evd_cursor_ok(&c))
		return 0;
	return evd_emit_format(sink, "png", "tIME", "time.modified", err,
	                       "%04u-%02u-%02uT%02u:%02u:%02uZ", y, mo, d, h, mi, s);
}

static int emit_block(const struct evd_source *s, struct evd_sink *sink,
                      const struct evd_image_block *b, bool *c2pa, struct evd_error *err)
{
	struct evd_buf buf;
	int r = 0;

	if (b->kind == EVD_IMAGE_C2PA) {
		if (*c2pa) /* one store may be spread over several segments */
			return 0;
		*c2pa = true;
		return evd_emit_observation(sink, "c2pa-present", err,
		                            "a C2PA manifest is at offset %llu; it was not checked",
		                            (unsigned long long)b->off);
	}
	if (b->kind != EVD_IMAGE_COMMENT && b->kind != EVD_IMAGE_TEXT && b->kind != EVD_IMAGE_TIME)
		return 0;
	evd_buf_init(&buf, TEXT_MAX);
	r = evd_source_load(s, b->off, b->len, TEXT_MAX, &buf, err);
	if (r == EVD_E_LIMIT || r == EVD_E_DAMAGED) {
		struct evd_error why = {.code = r, .text = "text block is over the limit or cut short"};

		r = evd_emit_unread_error(sink, b->off, b->len, &why, err);
	} else if (r == 0 && b->kind == EVD_IMAGE_TIME) {
		r = png_time(sink, evd_buf_view(&buf), err);
	} else if (r == 0 && b->kind == EVD_IMAGE_TEXT && buf.len) {
		r = png_text(sink, b, evd_buf_view(&buf), err);
	} else if (r == 0 && b->kind == EVD_IMAGE_COMMENT) {
		struct evd_field f = {.group = "jpeg",
		                      .name = "Comment",
		                      .value = evd_buf_view(&buf),
		                      .has_place = true,
		                      .off = b->off,
		                      .len = b->len};

		r = evd_emit_field(sink, &f, err);
	}
	evd_buf_release(&buf);
	return r;
}

static int read_image(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	const struct evd_source *s = &in->source[0];
	struct evd_image *im;
	bool c2pa = false;
	uint8_t magic[4];
	size_t got;
	int r = evd_source_read(s, 0, magic, sizeof magic, &got, err);

	if (r)
		return r;
	if (is_big_tiff(evd_view_of(magic, got)))
		return evd_emit_unread(sink, "unsupported", 0, s->size, err, "BigTIFF is not read");
	im = malloc(sizeof *im);
	if (!im)
		return evd_nomem(err);
	r = evd_image_scan(&in->source[0], im, err);
	if (r == 0)
		r = evd_emit_text(sink, "image", "format", NULL, evd_view_str(im->format), err);
	if (r == 0 && im->width)
		r = evd_emit_number(sink, "image", "width", "width", im->width, err);
	if (r == 0 && im->height)
		r = evd_emit_number(sink, "image", "height", "height", im->height, err);
	if (r == 0 && im->bits)
		r = evd_emit_number(sink, "image", "bitsPerSample", NULL, im->bits, err);
	if (r == 0 && im->coding)
		r = evd_emit_text(sink, "image", "coding", NULL, evd_view_str(im->coding), err);
	for (size_t i = 0; r == 0 && i < im->n; i++)
		r = emit_block(&in->source[0], sink, &im->block[i], &c2pa, err);
	if (r == 0 && im->left_out)
		r = evd_emit_unread(sink, "limit", 0, 0, err, "%zu further metadata blocks were left out",
		                    im->left_out);
	if (r == 0 && im->damaged)
		r = evd_emit_unread(sink, "damaged", im->damaged_off, in->source[0].size - im->damaged_off,
		                    err, "the picture's structure ends here");
	free(im);
	return r;
}

const struct evd_format evd_format_image = {
    .name = "image",
    .version = "1",
    .spec = "ITU-T T.81, W3C PNG, WebP container, TIFF 6.0, GIF89a, BMP; C2PA presence",
    .confirmed = true,
    .probe = probe,
    .read = read_image,
    .alongside = true,
};
