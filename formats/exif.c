/*
 * exif: EXIF of pictures: who made the camera, when and where the picture was taken by its own
 * account, orientation, software, thumbnail (exif_block.c). HEIC is read by isobmff.
 */
#include "emit.h"
#include "exif_block.h"
#include "imagefile.h"

#include <stdlib.h>

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	return evd_image_format(head) && evd_image_has(&in->source[0], EVD_IMAGE_EXIF) ? 32 : 0;
}

static int read_exif(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	struct evd_image *im = malloc(sizeof *im);
	size_t n = 0;
	int r;

	if (!im)
		return evd_nomem(err);
	r = evd_image_scan(&in->source[0], im, err);
	for (size_t i = 0; r == 0 && i < im->n; i++) {
		const struct evd_image_block *b = &im->block[i];
		struct evd_exif_seen seen = {im->width, im->height};
		struct evd_error why = {0};

		if (b->kind != EVD_IMAGE_EXIF)
			continue;
		if (n++ == 1)
			r = evd_emit_observation(sink, "several-exif", err,
			                         "the picture holds more than one EXIF block");
		if (r == 0)
			r = evd_exif_emit(&in->source[0], b->off, b->len, &seen, sink, &why);
		if (r == EVD_E_FORMAT || r == EVD_E_DAMAGED)
			r = evd_emit_unread_error(sink, b->off, b->len, &why, err);
		else if (r && err)
			*err = why;
	}
	free(im);
	return r;
}

const struct evd_format evd_format_exif = {
    .name = "exif",
    .version = "1",
    .spec = "Exif 2.32 (CIPA DC-008), TIFF 6.0; in JPEG, TIFF, PNG, WebP",
    .confirmed = true,
    .probe = probe,
    .read = read_exif,
    .alongside = true,
};
