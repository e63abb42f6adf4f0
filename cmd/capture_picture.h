/*
 * capture_picture: a picture in memory, 3 bytes a pixel, red first, rows without padding; and PNG.
 */
#ifndef CAPTURE_PICTURE_H
#define CAPTURE_PICTURE_H

#include "capture.h"

#define CAPTURE_PIXELS_MAX (UINT64_C(1) << 28) /* of a picture: 768 MiB of memory */

struct capture_picture {
	uint32_t width, height; /* pixels */
	uint8_t *rgb;           /* owned; NULL: none */
};

/* capture_picture_make(p, width, height, err): LIMIT above CAPTURE_PIXELS_MAX. */
int capture_picture_make(struct capture_picture *p, uint32_t width, uint32_t height,
                         struct evd_error *err) EVD_MUST_USE;
void capture_picture_release(struct capture_picture *p);
/* capture_picture_uniform(p, colour): all pixels are of one colour, 0xRRGGBB. */
bool capture_picture_uniform(const struct capture_picture *p, uint32_t *colour);
/* capture_picture_put(c, p, err): hands the picture over as data of the present item, as PNG (ISO/IEC 15948):
 * 8 bits, RGB, lossless, no ancillary chunks. */
int capture_picture_put(struct capture *c, const struct capture_picture *p,
                        struct evd_error *err) EVD_MUST_USE;
/* capture_picture_read(png, p, err): decodes; transparency is dropped. FORMAT, LIMIT. */
int capture_picture_read(struct evd_view png, struct capture_picture *p,
                         struct evd_error *err) EVD_MUST_USE;
/* capture_picture_facts(p, o): `width`, `height`, `pixelsSha256` (of the bytes of `rgb`). */
int capture_picture_facts(const struct capture_picture *p, struct evd_object *o,
                          struct evd_error *err) EVD_MUST_USE;

#endif
