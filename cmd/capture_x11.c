/* capture_x11: pictures of an X11 screen through XCB. */
#include "capture_x11.h"

#include "capture_screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How the server's pixels become red, green and blue. */
struct layout {
	uint32_t mask[3];
	unsigned shift[3], width[3];
	unsigned bytes; /* of a pixel: 2, 3 or 4 */
	bool big_endian;
};

static const xcb_visualtype_t *root_visual(const xcb_screen_t *s)
{
	xcb_depth_iterator_t d = xcb_screen_allowed_depths_iterator(s);

	for (; d.rem; xcb_depth_next(&d)) {
		xcb_visualtype_iterator_t v = xcb_depth_visuals_iterator(d.data);

		for (; v.rem; xcb_visualtype_next(&v))
			if (v.data->visual_id == s->root_visual)
				return v.data;
	}
	return NULL;
}

static int find_layout(const struct x11 *d, struct layout *l, struct evd_error *err)
{
	const xcb_visualtype_t *v = root_visual(d->screen);
	xcb_format_iterator_t f = xcb_setup_pixmap_formats_iterator(d->setup);

	memset(l, 0, sizeof *l);
	for (; f.rem; xcb_format_next(&f))
		if (f.data->depth == d->screen->root_depth)
			l->bytes = f.data->bits_per_pixel / 8u;
	if (!v || v->_class != XCB_VISUAL_CLASS_TRUE_COLOR || l->bytes < 2 || l->bytes > 4)
		return evd_fail(err, EVD_E_UNSUPPORTED,
		                "the screen has a palette; only true colour can be captured");
	l->mask[0] = v->red_mask;
	l->mask[1] = v->green_mask;
	l->mask[2] = v->blue_mask;
	for (int i = 0; i < 3; i++) {
		while (!((l->mask[i] >> l->shift[i]) & 1) && l->shift[i] < 31)
			l->shift[i]++;
		while (l->width[i] < 32 && l->shift[i] + l->width[i] < 32 &&
		       (l->mask[i] >> (l->shift[i] + l->width[i])) & 1)
			l->width[i]++;
		if (l->width[i] == 0 || l->width[i] > 8)
			return evd_fail(err, EVD_E_UNSUPPORTED, "the screen has more than 8 bits a colour");
	}
	l->big_endian = d->setup->image_byte_order == XCB_IMAGE_ORDER_MSB_FIRST;
	return 0;
}

static uint8_t colour(const struct layout *l, uint32_t pixel, int i)
{
	uint32_t v = (pixel & l->mask[i]) >> l->shift[i], most = (1u << l->width[i]) - 1;

	return (uint8_t)(l->width[i] == 8 ? v : (v * 255 + most / 2) / most);
}

/* The layout nearly every server has: one 32-bit word, 0x00RRGGBB, little-endian. */
static bool is_plain(const struct layout *l)
{
	return l->bytes == 4 && !l->big_endian && l->mask[0] == 0xff0000 && l->mask[1] == 0xff00 &&
	       l->mask[2] == 0xff;
}

static void convert_row(const struct layout *l, const uint8_t *from, uint32_t n, uint8_t *to)
{
	if (is_plain(l)) {
		for (uint32_t i = 0; i < n; i++, from += 4, to += 3) {
			to[0] = from[2];
			to[1] = from[1];
			to[2] = from[0];
		}
		return;
	}
	for (uint32_t i = 0; i < n; i++, from += l->bytes, to += 3) {
		uint32_t pixel = 0;

		for (unsigned k = 0; k < l->bytes; k++)
			pixel |= (uint32_t)from[k] << (8 * (l->big_endian ? l->bytes - 1 - k : k));
		for (int k = 0; k < 3; k++)
			to[k] = colour(l, pixel, k);
	}
}

/* One request for the whole area: the server answers it at one moment. */
static int get_image(struct x11 *d, const struct x11_area *a, struct capture_picture *p,
                     struct evd_error *err)
{
	struct layout l;
	xcb_get_image_reply_t *image;
	size_t stride, have;
	unsigned pad = d->setup->bitmap_format_scanline_pad / 8u;
	int r = find_layout(d, &l, err);

	if (r)
		return r;
	image = xcb_get_image_reply(d->x,
	                            xcb_get_image(d->x, XCB_IMAGE_FORMAT_Z_PIXMAP, d->screen->root,
	                                          (int16_t)a->x, (int16_t)a->y, (uint16_t)a->width,
	                                          (uint16_t)a->height, ~0u),
	                            NULL);
	if (!image)
		return evd_fail(err, EVD_E_UNAVAILABLE, "the X server gave no picture of the screen");
	stride = ((size_t)a->width * l.bytes + pad - 1) / pad * pad;
	have = (size_t)xcb_get_image_data_length(image);
	r = have < stride * a->height
	        ? evd_fail(err, EVD_E_UNAVAILABLE, "the X server's picture is too short")
	        : capture_picture_make(p, a->width, a->height, err);
	for (uint32_t y = 0; r == 0 && y < a->height; y++)
		convert_row(&l, xcb_get_image_data(image) + stride * y, a->width,
		            p->rgb + (size_t)y * a->width * 3);
	free(image);
	return r;
}

static bool clip(const struct x11 *d, struct x11_area *a)
{
	int64_t left = a->x < 0 ? 0 : a->x, top = a->y < 0 ? 0 : a->y;
	int64_t right = (int64_t)a->x + a->width, bottom = (int64_t)a->y + a->height;
	struct x11_area was = *a;

	if (right > d->screen->width_in_pixels)
		right = d->screen->width_in_pixels;
	if (bottom > d->screen->height_in_pixels)
		bottom = d->screen->height_in_pixels;
	a->x = (int32_t)left;
	a->y = (int32_t)top;
	a->width = right > left ? (uint32_t)(right - left) : 0;
	a->height = bottom > top ? (uint32_t)(bottom - top) : 0;
	return memcmp(&was, a, sizeof was) != 0;
}

static int grab(void *self, struct capture *c, struct capture_shot *shot, struct evd_error *err)
{
	struct x11 *d = self;
	struct x11_area area = d->area;
	struct evd_object in;
	int r = 0;
	bool clipped;

	(void)c;
	if (d->window)
		r = x11_window_area(d, d->window, &area, err);
	clipped = r == 0 && clip(d, &area);
	if (r == 0 && (area.width == 0 || area.height == 0))
		r = evd_fail(err, EVD_E_NOTFOUND, "it lies wholly outside the screen");
	if (r == 0)
		r = get_image(d, &area, &shot->picture, err);
	if (r)
		return r;
	x11_put_area(&shot->facts, "area", &area);
	if (clipped)
		evd_object_bool(&shot->facts, "clipped", true);
	x11_screen_facts(d, &shot->facts);
	capture_lock_facts(&shot->facts, false);
	if (d->window) {
		evd_object_init(&in);
		x11_window_facts(d, d->window, &in);
		evd_object_object(&shot->facts, "window", &in);
		evd_object_release(&in);
	}
	return 0;
}

static void close_display(void *self)
{
	struct x11 *d = self;

	if (!d)
		return;
	xcb_disconnect(d->x);
	free(d);
}

static bool parse_geometry(const char *text, struct x11_area *a)
{
	int end = 0;

	return text &&
	       sscanf(text, "%5ux%5u+%5d+%5d%n", &a->width, &a->height, &a->x, &a->y, &end) == 4 &&
	       text[end] == '\0' && a->width && a->height;
}

static int find_target(struct x11 *d, struct capture *c, struct evd_error *err)
{
	const char *title = capture_option(c, "title");

	d->area = (struct x11_area){0, 0, d->screen->width_in_pixels, d->screen->height_in_pixels};
	if (strcmp(d->kind, "monitor") == 0)
		return x11_monitor(d, capture_option(c, "monitor"), &d->area, err);
	if (strcmp(d->kind, "region") == 0 && !parse_geometry(capture_option(c, "geometry"), &d->area))
		return evd_fail(err, EVD_E_MISUSE, "a region needs --geometry WIDTHxHEIGHT+X+Y");
	if (strcmp(d->kind, "window") == 0)
		return title ? x11_window_by_title(d, title, &d->window, err)
		             : x11_window_by_click(d, c, &d->window, err);
	return 0;
}

static int open_display(struct capture *c, const char *kind, void **out, struct evd_error *err)
{
	struct x11 *d = calloc(1, sizeof *d);
	const char *name = getenv("DISPLAY");
	xcb_screen_iterator_t s;
	int number = 0, r = 0;

	if (!d)
		return evd_nomem(err);
	d->kind = kind;
	d->x = xcb_connect(NULL, &number);
	if (xcb_connection_has_error(d->x)) {
		close_display(d);
		return evd_fail(err, EVD_E_UNAVAILABLE, "no display can be opened (DISPLAY is %s)",
		                name && *name ? name : "not set");
	}
	d->setup = xcb_get_setup(d->x);
	for (s = xcb_setup_roots_iterator(d->setup); s.rem > 1 && number > 0; number--)
		xcb_screen_next(&s);
	d->screen = s.data;
	d->xwayland = x11_is_xwayland(d);
	if (d->xwayland)
		capture_warn(c,
		             "this X server lies inside Wayland (Xwayland): windows of other programs than "
		             "X11's are absent or black in the picture; --backend portal sees them");
	r = find_target(d, c, err);
	if (r) {
		close_display(d);
		return r;
	}
	*out = d;
	return 0;
}

const struct capture_backend capture_x11 = {"x11", open_display, grab, close_display};
