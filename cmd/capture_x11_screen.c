/* capture_x11_screen: what an X server says of its screen: monitors, scale, pointer, screen saver. */
#include "capture_x11.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xcb/randr.h>
#include <xcb/screensaver.h>

void x11_put_area(struct evd_object *o, const char *key, const struct x11_area *a)
{
	char text[64];

	snprintf(text, sizeof text, "%ux%u%+d%+d", a->width, a->height, a->x, a->y);
	evd_object_cstr(o, key, text);
}

static void name_of(struct x11 *d, xcb_atom_t atom, char *out, size_t cap)
{
	xcb_get_atom_name_reply_t *n =
	    xcb_get_atom_name_reply(d->x, xcb_get_atom_name(d->x, atom), NULL);

	snprintf(out, cap, "%.*s", n ? xcb_get_atom_name_name_length(n) : 0,
	         n ? xcb_get_atom_name_name(n) : "");
	free(n);
}

/* RandR 1.5 and newer; older servers have one monitor, the screen. */
static xcb_randr_get_monitors_reply_t *monitors(struct x11 *d)
{
	const xcb_query_extension_reply_t *e = xcb_get_extension_data(d->x, &xcb_randr_id);
	xcb_randr_query_version_reply_t *v;
	bool has;

	if (!e || !e->present)
		return NULL;
	v = xcb_randr_query_version_reply(d->x, xcb_randr_query_version(d->x, 1, 5), NULL);
	has = v && (v->major_version > 1 || v->minor_version >= 5);
	free(v);
	return has ? xcb_randr_get_monitors_reply(
	                 d->x, xcb_randr_get_monitors(d->x, d->screen->root, 1), NULL)
	           : NULL;
}

static bool is_wayland_output(struct x11 *d, xcb_randr_output_t output)
{
	static const char begins[] = "XWAYLAND";
	xcb_randr_get_output_info_reply_t *o =
	    xcb_randr_get_output_info_reply(d->x, xcb_randr_get_output_info(d->x, output, 0), NULL);
	bool is = o && xcb_randr_get_output_info_name_length(o) >= (int)sizeof begins - 1 &&
	          memcmp(xcb_randr_get_output_info_name(o), begins, sizeof begins - 1) == 0;

	free(o);
	return is;
}

/* Xwayland names its outputs so; from 23.1 on it has an extension of its name too. */
bool x11_is_xwayland(struct x11 *d)
{
	static const char name[] = "XWAYLAND";
	xcb_query_extension_reply_t *e =
	    xcb_query_extension_reply(d->x, xcb_query_extension(d->x, sizeof name - 1, name), NULL);
	const xcb_query_extension_reply_t *randr = xcb_get_extension_data(d->x, &xcb_randr_id);
	xcb_randr_get_screen_resources_current_reply_t *all = NULL;
	bool is = e && e->present;

	free(e);
	if (!is && randr && randr->present)
		all = xcb_randr_get_screen_resources_current_reply(
		    d->x, xcb_randr_get_screen_resources_current(d->x, d->screen->root), NULL);
	for (int i = 0; all && !is && i < xcb_randr_get_screen_resources_current_outputs_length(all);
	     i++)
		is = is_wayland_output(d, xcb_randr_get_screen_resources_current_outputs(all)[i]);
	free(all);
	return is;
}

int x11_monitor(struct x11 *d, const char *name, struct x11_area *out, struct evd_error *err)
{
	xcb_randr_get_monitors_reply_t *all = monitors(d);
	xcb_randr_monitor_info_iterator_t m;
	char list[160] = "", text[64];
	bool found = false;

	if (!all)
		return name ? evd_fail(err, EVD_E_UNAVAILABLE, "this X server knows no monitors") : 0;
	for (m = xcb_randr_get_monitors_monitors_iterator(all); m.rem;
	     xcb_randr_monitor_info_next(&m)) {
		size_t used = strlen(list);

		name_of(d, m.data->name, text, sizeof text);
		snprintf(list + used, sizeof list - used, " %s", text);
		/* without a name: the primary one, else the first */
		if (name ? strcmp(name, text) == 0 : (!found || m.data->primary)) {
			*out = (struct x11_area){m.data->x, m.data->y, m.data->width, m.data->height};
			found = true;
		}
	}
	free(all);
	return found ? 0
	             : evd_fail(err, EVD_E_NOTFOUND, "no monitor '%.60s'; there are:%s",
	                        name ? name : "", list);
}

static void put_monitor(struct x11 *d, const xcb_randr_monitor_info_t *m, struct evd_buf *b)
{
	struct x11_area a = {m->x, m->y, m->width, m->height};
	struct evd_object o;
	char text[64];

	evd_object_init(&o);
	name_of(d, m->name, text, sizeof text);
	evd_object_bytes(&o, "name", evd_view_str(text));
	x11_put_area(&o, "geometry", &a);
	evd_object_int(&o, "heightMm", m->height_in_millimeters);
	evd_object_int(&o, "widthMm", m->width_in_millimeters);
	evd_object_bool(&o, "primary", m->primary);
	if (b->len > 1)
		evd_put_u8(b, ',');
	if (evd_object_write(&o, b, NULL))
		b->failed = EVD_E_NOMEM;
	evd_object_release(&o);
}

static void put_monitors(struct x11 *d, struct evd_object *o)
{
	xcb_randr_get_monitors_reply_t *all = monitors(d);
	xcb_randr_monitor_info_iterator_t m;
	struct evd_buf b = {0};

	if (!all)
		return;
	evd_put_u8(&b, '[');
	for (m = xcb_randr_get_monitors_monitors_iterator(all); m.rem; xcb_randr_monitor_info_next(&m))
		put_monitor(d, m.data, &b);
	evd_put_u8(&b, ']');
	if (b.failed == 0)
		evd_object_raw(o, "monitors", evd_buf_view(&b));
	evd_buf_release(&b);
	free(all);
}

/* A line of the resources, such as "Xft.dpi:	192": how large programs draw. */
static void put_resource(struct x11 *d, const char *name, const char *key, struct evd_object *o)
{
	struct evd_buf b = {0};
	char *at, *end;
	size_t n = strlen(name);

	if (x11_text(d, d->screen->root, "RESOURCE_MANAGER", &b)) {
		evd_put_u8(&b, 0);
		for (at = b.failed ? NULL : (char *)b.data; at && *at; at = end ? end + 1 : NULL) {
			end = strchr(at, '\n');
			if (end)
				*end = 0;
			if (strncmp(at, name, n) == 0 && at[n] == ':')
				evd_object_bytes(o, key, evd_view_str(at + n + 1 + strspn(at + n + 1, " \t")));
		}
	}
	evd_buf_release(&b);
}

static void put_scale(struct x11 *d, struct evd_object *o)
{
	static const struct {
		const char *variable, *key;
	} known[] = {{"GDK_SCALE", "gdkScale"}, {"QT_SCALE_FACTOR", "qtScaleFactor"}};
	struct evd_object in;

	evd_object_init(&in);
	put_resource(d, "Xft.dpi", "xftDpi", &in);
	for (size_t i = 0; i < 2; i++) {
		const char *v = getenv(known[i].variable);

		if (v && *v)
			evd_object_bytes(&in, known[i].key, evd_view_str(v));
	}
	/* pixels are the server's own: nothing was scaled on the way into the picture */
	evd_object_int(&in, "picture", 1);
	evd_object_object(o, "scale", &in);
	evd_object_release(&in);
}

static void put_pointer(struct x11 *d, struct evd_object *o)
{
	xcb_query_pointer_reply_t *p =
	    xcb_query_pointer_reply(d->x, xcb_query_pointer(d->x, d->screen->root), NULL);
	struct evd_object in;
	char text[32];

	if (!p)
		return;
	evd_object_init(&in);
	snprintf(text, sizeof text, "%+d%+d", p->root_x, p->root_y);
	evd_object_cstr(&in, "at", text);
	evd_object_bool(&in, "drawn", false);
	evd_object_object(o, "pointer", &in);
	evd_object_release(&in);
	free(p);
}

static void put_saver(struct x11 *d, struct evd_object *o)
{
	static const char *const state[] = {"off", "on", "cycle", "disabled"};
	const xcb_query_extension_reply_t *e = xcb_get_extension_data(d->x, &xcb_screensaver_id);
	xcb_screensaver_query_info_reply_t *i;

	if (!e || !e->present)
		return;
	i = xcb_screensaver_query_info_reply(d->x, xcb_screensaver_query_info(d->x, d->screen->root),
	                                     NULL);
	if (i)
		evd_object_cstr(o, "screenSaver", state[i->state & 3]);
	free(i);
}

void x11_screen_facts(struct x11 *d, struct evd_object *o)
{
	struct x11_area all = {0, 0, d->screen->width_in_pixels, d->screen->height_in_pixels};
	const char *name = getenv("DISPLAY");
	struct evd_object in;

	evd_object_init(&in);
	evd_object_bytes(&in, "name", evd_view_str(name ? name : ""));
	evd_object_bytes(
	    &in, "vendor",
	    evd_view_of(xcb_setup_vendor(d->setup), (size_t)xcb_setup_vendor_length(d->setup)));
	evd_object_int(&in, "release", d->setup->release_number);
	x11_put_area(&in, "screen", &all);
	evd_object_int(&in, "depth", d->screen->root_depth);
	evd_object_int(&in, "heightMm", d->screen->height_in_millimeters);
	evd_object_int(&in, "widthMm", d->screen->width_in_millimeters);
	put_monitors(d, &in);
	if (d->xwayland)
		evd_object_bool(&in, "xwayland", true);
	evd_object_object(o, "display", &in);
	evd_object_release(&in);
	put_scale(d, o);
	put_pointer(d, o);
	put_saver(d, o);
}
