/*
 * xmp: XMP of JPEG, PNG, WebP and TIFF (xmp_packet.c). Extended XMP of JPEG is put together from
 * its pieces when they are whole (XMP part 3 §1.1.3.1).
 */
#include "emit.h"
#include "imagefile.h"
#include "source.h"
#include "xmp_packet.h"

#include <stdlib.h>
#include <string.h>

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	return evd_image_format(head) && evd_image_has(&in->source[0], EVD_IMAGE_XMP) ? 32 : 0;
}

static int warm(struct evd_error *err)
{
	(void)err;
	evd_xmp_warm();
	return 0;
}

static int read_packet(const struct evd_source *s, const struct evd_image_block *b,
                       struct evd_sink *sink, struct evd_error *err)
{
	struct evd_buf packet;
	struct evd_error why = {0};
	int r;

	evd_buf_init(&packet, EVD_XMP_MAX);
	r = evd_source_load(s, b->off, b->len, EVD_XMP_MAX, &packet, &why);
	if (r == EVD_E_LIMIT || r == EVD_E_DAMAGED)
		r = evd_emit_unread_error(sink, b->off, b->len, &why, err);
	else if (r == 0)
		r = evd_xmp_emit(evd_buf_view(&packet), b->off, sink, err);
	else if (err)
		*err = why;
	evd_buf_release(&packet);
	return r;
}

/* Pieces: 32 characters of digest, u32 full length, u32 offset. They must follow each other. */
static int read_extended(const struct evd_source *s, const struct evd_image *im,
                         struct evd_sink *sink, struct evd_error *err)
{
	struct evd_buf whole;
	uint64_t first = 0, full = 0;
	bool any = false, broken = false;
	int r = 0;

	evd_buf_init(&whole, EVD_XMP_MAX);
	for (size_t i = 0; r == 0 && !broken && i < im->n; i++) {
		const struct evd_image_block *b = &im->block[i];
		uint8_t h[40];
		struct evd_cursor c;
		uint64_t off;

		if (b->kind != EVD_IMAGE_XMP_MORE)
			continue;
		first = any ? first : b->off;
		any = true;
		r = b->len < 40 ? EVD_E_DAMAGED : evd_source_exact(s, b->off, h, 40, err);
		if (r)
			break;
		evd_cursor_init(&c, evd_view_of(h + 32, 8));
		full = evd_get_u32be(&c);
		off = evd_get_u32be(&c);
		broken = off != whole.len || full > EVD_XMP_MAX;
		if (!broken)
			r = evd_source_load(s, b->off + 40, b->len - 40, EVD_XMP_MAX, &whole, err);
	}
	if (any &&
	    (r == EVD_E_DAMAGED || r == EVD_E_LIMIT || (r == 0 && (broken || whole.len != full))))
		r = evd_emit_unread(sink, "damaged", first, 0, err, "extended XMP is not whole");
	else if (any && r == 0)
		r = evd_xmp_emit(evd_buf_view(&whole), first, sink, err);
	evd_buf_release(&whole);
	return r;
}

static int read_xmp(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	struct evd_image *im = malloc(sizeof *im);
	int r;

	if (!im)
		return evd_nomem(err);
	r = evd_image_scan(&in->source[0], im, err);
	for (size_t i = 0; r == 0 && i < im->n; i++)
		if (im->block[i].kind == EVD_IMAGE_XMP)
			r = read_packet(&in->source[0], &im->block[i], sink, err);
	if (r == 0)
		r = read_extended(&in->source[0], im, sink, err);
	free(im);
	return r;
}

const struct evd_format evd_format_xmp = {
    .name = "xmp",
    .version = "1",
    .spec = "XMP parts 1 and 3 (ISO 16684-1)",
    .confirmed = true,
    .probe = probe,
    .read = read_xmp,
    .alongside = true,
    .warm = warm,
};
