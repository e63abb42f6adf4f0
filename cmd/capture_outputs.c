/* capture_outputs: see capture_outputs.h. */
#include "capture_outputs.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wayland-client.h>

#define OUTPUTS_MAX 64u
#define VERSION 4u /* of wl_output: since then it has a name */
#define WAIT_MS 2000

struct output {
	struct wl_output *proxy;
	char *name, *description, *make, *model; /* owned; NULL: not told */
	int32_t width, height, width_mm, height_mm, scale, transform;
};

struct outputs {
	struct output of[OUTPUTS_MAX];
	size_t n;
	bool synced;
};

static void keep(char **to, const char *text)
{
	free(*to);
	*to = strdup(text);
}

/* NOLINTNEXTLINE(readability-function-size): so many are what wl_output tells */
static void on_geometry(void *ctx, struct wl_output *p, int32_t x, int32_t y, int32_t width_mm,
                        int32_t height_mm, int32_t subpixel, const char *make, const char *model,
                        int32_t transform)
{
	struct output *o = ctx;

	(void)p;
	(void)subpixel;
	/* the place is not kept: common compositors say 0,0 of every output */
	(void)x;
	(void)y;
	o->width_mm = width_mm;
	o->height_mm = height_mm;
	o->transform = transform;
	keep(&o->make, make);
	keep(&o->model, model);
}

static void on_mode(void *ctx, struct wl_output *p, uint32_t flags, int32_t width, int32_t height,
                    int32_t refresh)
{
	struct output *o = ctx;

	(void)p;
	(void)refresh;
	if (flags & WL_OUTPUT_MODE_CURRENT) {
		o->width = width;
		o->height = height;
	}
}

static void on_done(void *ctx, struct wl_output *p)
{
	(void)ctx;
	(void)p;
}

static void on_scale(void *ctx, struct wl_output *p, int32_t factor)
{
	struct output *o = ctx;

	(void)p;
	o->scale = factor;
}

static void on_name(void *ctx, struct wl_output *p, const char *name)
{
	struct output *o = ctx;

	(void)p;
	keep(&o->name, name);
}

static void on_description(void *ctx, struct wl_output *p, const char *text)
{
	struct output *o = ctx;

	(void)p;
	keep(&o->description, text);
}

static const struct wl_output_listener output_listener = {on_geometry, on_mode, on_done,
                                                          on_scale,    on_name, on_description};

static void on_global(void *ctx, struct wl_registry *registry, uint32_t name, const char *interface,
                      uint32_t version)
{
	struct outputs *all = ctx;
	struct output *o;

	if (strcmp(interface, wl_output_interface.name) != 0 || all->n == OUTPUTS_MAX)
		return;
	o = &all->of[all->n];
	o->scale =
	    1; /* "If this event is not sent, clients should assume a scale of 1" (wl_output.scale) */
	o->proxy = wl_registry_bind(registry, name, &wl_output_interface,
	                            version < VERSION ? version : VERSION);
	if (o->proxy && wl_output_add_listener(o->proxy, &output_listener, o) == 0)
		all->n++;
}

static void on_global_remove(void *ctx, struct wl_registry *registry, uint32_t name)
{
	(void)ctx;
	(void)registry;
	(void)name;
}

static const struct wl_registry_listener registry_listener = {on_global, on_global_remove};

static void on_synced(void *ctx, struct wl_callback *callback, uint32_t serial)
{
	struct outputs *all = ctx;

	(void)serial;
	all->synced = true;
	wl_callback_destroy(callback);
}

static const struct wl_callback_listener sync_listener = {on_synced};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* All that was asked for is answered; never waits for a compositor that hangs. */
static bool settle(struct wl_display *d, struct outputs *all, int64_t until)
{
	struct pollfd p = {.fd = wl_display_get_fd(d), .events = POLLIN};
	struct wl_callback *callback = wl_display_sync(d);

	all->synced = false;
	if (!callback || wl_callback_add_listener(callback, &sync_listener, all) != 0)
		return false;
	while (!all->synced) {
		int64_t left = until - now_ms();

		if (wl_display_dispatch_pending(d) < 0 || left <= 0)
			return false;
		if (all->synced || wl_display_prepare_read(d) != 0)
			continue;
		if (wl_display_flush(d) < 0 || poll(&p, 1, (int)left) <= 0) {
			wl_display_cancel_read(d);
			return false;
		}
		if (wl_display_read_events(d) < 0)
			return false;
	}
	return true;
}

static void put_text(struct evd_object *o, const char *key, const char *text)
{
	if (text && *text)
		evd_object_bytes(o, key, evd_view_str(text));
}

static void put_count(struct evd_object *o, const char *key, int32_t v)
{
	if (v > 0)
		evd_object_int(o, key, (uint64_t)v);
}

static void put_output(const struct output *from, struct evd_buf *b)
{
	/* wl_output.transform, in the protocol's order */
	static const char *const transform[] = {"normal",  "90",         "180",         "270",
	                                        "flipped", "flipped-90", "flipped-180", "flipped-270"};
	struct evd_object o;
	char text[64];

	evd_object_init(&o);
	put_text(&o, "description", from->description);
	snprintf(text, sizeof text, "%dx%d", from->width, from->height);
	put_count(&o, "heightMm", from->height_mm);
	put_text(&o, "make", from->make);
	evd_object_cstr(&o, "mode", text);
	put_text(&o, "model", from->model);
	put_text(&o, "name", from->name);
	put_count(&o, "scale", from->scale);
	if (from->transform >= 0 && from->transform < 8)
		evd_object_cstr(&o, "transform", transform[from->transform]);
	put_count(&o, "widthMm", from->width_mm);
	if (b->len > 1)
		evd_put_u8(b, ',');
	if (evd_object_write(&o, b, NULL))
		b->failed = EVD_E_NOMEM;
	evd_object_release(&o);
}

static void put_all(const struct outputs *all, struct evd_object *o)
{
	struct evd_buf b = {0};
	struct evd_object in;

	evd_object_init(&in);
	evd_put_u8(&b, '[');
	for (size_t i = 0; i < all->n; i++)
		put_output(&all->of[i], &b);
	evd_put_u8(&b, ']');
	if (b.failed)
		o->failed = b.failed;
	else
		evd_object_raw(&in, "monitors", evd_buf_view(&b));
	put_text(&in, "name", getenv("WAYLAND_DISPLAY"));
	evd_object_object(o, "display", &in);
	evd_object_release(&in);
	evd_buf_release(&b);
}

bool capture_outputs(struct evd_object *o)
{
	const char *name = getenv("WAYLAND_DISPLAY");
	struct wl_display *d = name && *name ? wl_display_connect(NULL) : NULL;
	struct outputs *all = d ? calloc(1, sizeof *all) : NULL;
	struct wl_registry *registry = all ? wl_display_get_registry(d) : NULL;
	int64_t until = now_ms() + WAIT_MS;
	/* one answer brings the outputs, the second what they are */
	bool told = registry && wl_registry_add_listener(registry, &registry_listener, all) == 0 &&
	            settle(d, all, until) && settle(d, all, until);

	if (told)
		put_all(all, o);
	for (size_t i = 0; all && i < all->n; i++) {
		wl_output_destroy(all->of[i].proxy);
		free(all->of[i].name);
		free(all->of[i].description);
		free(all->of[i].make);
		free(all->of[i].model);
	}
	if (registry)
		wl_registry_destroy(registry);
	if (d)
		wl_display_disconnect(d);
	free(all);
	return told;
}
