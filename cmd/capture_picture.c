/* capture_picture: see capture_picture.h. */
#include "capture_picture.h"

#include "base/digest.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

/* Fast enough for a chain entry within 300 ms of the call; the bytes are lossless at every level. */
#define LEVEL 1

int capture_picture_make(struct capture_picture *p, uint32_t width, uint32_t height,
                         struct evd_error *err)
{
	memset(p, 0, sizeof *p);
	if (width == 0 || height == 0 || (uint64_t)width * height > CAPTURE_PIXELS_MAX)
		return evd_fail(err, EVD_E_LIMIT, "a picture of %u x %u pixels is not of this world", width,
		                height);
	p->rgb = malloc((size_t)width * height * 3);
	if (!p->rgb)
		return evd_nomem(err);
	p->width = width;
	p->height = height;
	return 0;
}

void capture_picture_release(struct capture_picture *p)
{
	free(p->rgb);
	memset(p, 0, sizeof *p);
}

bool capture_picture_uniform(const struct capture_picture *p, uint32_t *colour)
{
	size_t n = (size_t)p->width * p->height * 3;

	*colour = (uint32_t)p->rgb[0] << 16 | (uint32_t)p->rgb[1] << 8 | p->rgb[2];
	return memcmp(p->rgb, p->rgb + 3, n - 3) == 0;
}

/* What the callbacks of libpng need; errors leave it by longjmp. */
struct writing {
	struct capture *c;
	int result;
	struct evd_error *err;
};

static void on_bytes(png_structp png, png_bytep p, size_t len)
{
	struct writing *w = png_get_io_ptr(png);

	w->result = capture_data(w->c, p, len, w->err);
	if (w->result)
		png_error(png, "handing over failed");
}

static void on_flush(png_structp png)
{
	(void)png;
}

static void quiet(png_structp png, png_const_charp text)
{
	(void)png;
	(void)text;
}

static int write_png(png_structp png, png_infop info, const struct capture_picture *p,
                     struct writing *w)
{
	/* nothing here is changed between setjmp and longjmp but what `w` points to */
	if (setjmp(png_jmpbuf(png)))
		return w->result ? w->result : evd_fail(w->err, EVD_E_INTERNAL, "libpng failed");
	png_set_write_fn(png, w, on_bytes, on_flush);
	png_set_compression_level(png, LEVEL);
	png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
	png_set_compression_buffer_size(png, 1u << 18);
	png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
	png_set_IHDR(png, info, p->width, p->height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
	             PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_write_info(png, info);
	for (uint32_t y = 0; y < p->height; y++)
		png_write_row(png, p->rgb + (size_t)y * p->width * 3);
	png_write_end(png, NULL);
	return 0;
}

int capture_picture_put(struct capture *c, const struct capture_picture *p, struct evd_error *err)
{
	struct writing w = {c, 0, err};
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, quiet);
	png_infop info = png ? png_create_info_struct(png) : NULL;
	int r = info ? write_png(png, info, p, &w) : evd_nomem(err);

	png_destroy_write_struct(&png, &info);
	return r;
}

int capture_picture_read(struct evd_view png, struct capture_picture *p, struct evd_error *err)
{
	const png_color black = {0, 0, 0};
	png_image image;
	int r;

	memset(&image, 0, sizeof image);
	memset(p, 0, sizeof *p);
	image.version = PNG_IMAGE_VERSION;
	if (!png_image_begin_read_from_memory(&image, png.p, png.len))
		return evd_fail(err, EVD_E_FORMAT, "not a PNG picture: %s", image.message);
	image.format = PNG_FORMAT_RGB;
	r = capture_picture_make(p, image.width, image.height, err);
	/* a picture with transparency is laid over black */
	if (r == 0 && !png_image_finish_read(&image, &black, p->rgb, 0, NULL)) {
		r = evd_fail(err, EVD_E_FORMAT, "a damaged PNG picture: %s", image.message);
		capture_picture_release(p);
	}
	png_image_free(&image);
	return r;
}

int capture_picture_facts(const struct capture_picture *p, struct evd_object *o,
                          struct evd_error *err)
{
	uint8_t digest[EVD_SHA256_LEN];
	int r = evd_sha256(evd_view_of(p->rgb, (size_t)p->width * p->height * 3), digest, err);

	evd_object_int(o, "height", p->height);
	if (r == 0)
		evd_object_hex(o, "pixelsSha256", digest, sizeof digest);
	evd_object_int(o, "width", p->width);
	return r;
}
