/* capture_x11_window: the windows of an X server: by title, by click, and what is known of one. */
#include "capture_x11.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX 65536u   /* bytes of a property */
#define WINDOWS_MAX 4096u /* looked at */
#define CROSS 34          /* a cross-hair, in the cursor font */

static xcb_atom_t atom(struct x11 *d, const char *name)
{
	xcb_intern_atom_reply_t *a =
	    xcb_intern_atom_reply(d->x, xcb_intern_atom(d->x, 1, (uint16_t)strlen(name), name), NULL);
	xcb_atom_t v = a ? a->atom : XCB_ATOM_NONE;

	free(a);
	return v;
}

static xcb_get_property_reply_t *property(struct x11 *d, xcb_window_t window, const char *name)
{
	xcb_atom_t a = atom(d, name);
	xcb_get_property_reply_t *p;

	if (a == XCB_ATOM_NONE)
		return NULL;
	p = xcb_get_property_reply(
	    d->x, xcb_get_property(d->x, 0, window, a, XCB_ATOM_ANY, 0, TEXT_MAX / 4), NULL);
	if (p && p->type == XCB_ATOM_NONE) {
		free(p);
		return NULL;
	}
	return p;
}

bool x11_text(struct x11 *d, xcb_window_t window, const char *name, struct evd_buf *out)
{
	xcb_get_property_reply_t *p = property(d, window, name);

	if (!p)
		return false;
	evd_put(out, xcb_get_property_value(p), (size_t)xcb_get_property_value_length(p));
	free(p);
	return out->failed == 0;
}

/* The title as window managers show it: _NET_WM_NAME, else WM_NAME. */
static bool title_of(struct x11 *d, xcb_window_t window, struct evd_buf *out)
{
	evd_buf_reset(out);
	if (x11_text(d, window, "_NET_WM_NAME", out) && out->len)
		return true;
	evd_buf_reset(out);
	return x11_text(d, window, "WM_NAME", out) && out->len;
}

static bool is_shown(struct x11 *d, xcb_window_t window)
{
	xcb_get_window_attributes_reply_t *a =
	    xcb_get_window_attributes_reply(d->x, xcb_get_window_attributes(d->x, window), NULL);
	bool shown =
	    a && a->map_state == XCB_MAP_STATE_VIEWABLE && a->_class == XCB_WINDOW_CLASS_INPUT_OUTPUT;

	free(a);
	return shown;
}

/* What a program calls its window: a window manager marks it with WM_STATE; without one, a child of the
 * root is it. */
static bool is_client(struct x11 *d, xcb_window_t window)
{
	xcb_get_property_reply_t *p = property(d, window, "WM_STATE");

	free(p);
	return p != NULL;
}

struct search {
	const char *title;
	xcb_window_t found[WINDOWS_MAX];
	size_t n, looked;
};

static bool title_holds(struct x11 *d, xcb_window_t window, const char *title)
{
	struct evd_buf t = {0};
	bool holds = title_of(d, window, &t) && memmem(t.data, t.len, title, strlen(title));

	evd_buf_release(&t);
	return holds;
}

/* The windows below `parent` that are shown and have the title, to the depth of a manager's frames. */
static void search(struct x11 *d, xcb_window_t parent, unsigned depth, struct search *s)
{
	xcb_query_tree_reply_t *tree = xcb_query_tree_reply(d->x, xcb_query_tree(d->x, parent), NULL);
	xcb_window_t *child = tree ? xcb_query_tree_children(tree) : NULL;
	int n = tree ? xcb_query_tree_children_length(tree) : 0;

	for (int i = 0; i < n && s->looked < WINDOWS_MAX; i++) {
		s->looked++;
		if (!is_shown(d, child[i]))
			continue;
		if (title_holds(d, child[i], s->title))
			s->found[s->n++] = child[i];
		else if (depth < 4)
			search(d, child[i], depth + 1, s);
	}
	free(tree);
}

int x11_window_by_title(struct x11 *d, const char *title, xcb_window_t *out, struct evd_error *err)
{
	struct search *s = calloc(1, sizeof *s);
	size_t clients = 0;
	int r = 0;

	if (!s)
		return evd_nomem(err);
	s->title = title;
	search(d, d->screen->root, 0, s);
	for (size_t i = 0; i < s->n; i++)
		clients += is_client(d, s->found[i]);
	for (size_t i = 0, n = 0; clients && i < s->n; i++)
		if (is_client(d, s->found[i]))
			s->found[n++] = s->found[i];
	if (clients)
		s->n = clients;
	if (s->n == 0)
		r = evd_fail(err, EVD_E_NOTFOUND, "no window is shown whose title holds '%.100s'", title);
	else if (s->n > 1)
		r = evd_fail(err, EVD_E_NOTFOUND,
		             "%zu windows have titles that hold '%.100s'; name one wholly or click on it",
		             s->n, title);
	else
		*out = s->found[0];
	free(s);
	return r;
}

/* From a child of the root down to the window of the program. */
static xcb_window_t client_in(struct x11 *d, xcb_window_t top, unsigned depth)
{
	xcb_query_tree_reply_t *tree;
	xcb_window_t found = XCB_WINDOW_NONE, *child;
	int n;

	if (is_client(d, top))
		return top;
	tree = depth < 4 ? xcb_query_tree_reply(d->x, xcb_query_tree(d->x, top), NULL) : NULL;
	child = tree ? xcb_query_tree_children(tree) : NULL;
	n = tree ? xcb_query_tree_children_length(tree) : 0;
	for (int i = 0; i < n && !found; i++)
		found = client_in(d, child[i], depth + 1);
	free(tree);
	return found;
}

static int wait_for_click(struct x11 *d, struct capture *c, xcb_window_t *out,
                          struct evd_error *err)
{
	struct pollfd p = {.fd = xcb_get_file_descriptor(d->x), .events = POLLIN};

	for (;;) {
		xcb_generic_event_t *e = xcb_poll_for_event(d->x);

		if (e && (e->response_type & 0x7f) == XCB_BUTTON_PRESS) {
			xcb_button_press_event_t *b = (xcb_button_press_event_t *)e;
			bool left = b->detail == 1;

			*out = b->child;
			free(e);
			return left ? 0 : evd_fail(err, EVD_E_CANCELLED, "no window was chosen");
		}
		free(e);
		if (e)
			continue;
		if (xcb_connection_has_error(d->x))
			return evd_fail(err, EVD_E_UNAVAILABLE, "the display has gone");
		if (capture_stopped(c))
			return evd_fail(err, EVD_E_CANCELLED, "no window was chosen");
		poll(&p, 1, 200);
	}
}

int x11_window_by_click(struct x11 *d, struct capture *c, xcb_window_t *out, struct evd_error *err)
{
	xcb_font_t font = xcb_generate_id(d->x);
	xcb_cursor_t cursor = xcb_generate_id(d->x);
	xcb_grab_pointer_reply_t *g;
	xcb_window_t top = XCB_WINDOW_NONE;
	int r;

	xcb_open_font(d->x, font, 6, "cursor");
	xcb_create_glyph_cursor(d->x, cursor, font, font, CROSS, CROSS + 1, 0, 0, 0, 0xffff, 0xffff,
	                        0xffff);
	g = xcb_grab_pointer_reply(
	    d->x,
	    xcb_grab_pointer(d->x, 0, d->screen->root, XCB_EVENT_MASK_BUTTON_PRESS, XCB_GRAB_MODE_ASYNC,
	                     XCB_GRAB_MODE_ASYNC, XCB_NONE, cursor, XCB_CURRENT_TIME),
	    NULL);
	if (!g || g->status != XCB_GRAB_STATUS_SUCCESS) {
		free(g);
		return evd_fail(err, EVD_E_UNAVAILABLE,
		                "another program holds the pointer; name the window with --title");
	}
	free(g);
	capture_say(c, "Click on the window (the right button gives up)");
	r = wait_for_click(d, c, &top, err);
	xcb_ungrab_pointer(d->x, XCB_CURRENT_TIME);
	xcb_free_cursor(d->x, cursor);
	xcb_close_font(d->x, font);
	xcb_flush(d->x);
	if (r == 0 && top == XCB_WINDOW_NONE)
		r = evd_fail(err, EVD_E_NOTFOUND, "there is no window where the click was");
	if (r == 0)
		*out = client_in(d, top, 0);
	if (r == 0 && *out == XCB_WINDOW_NONE)
		*out = top;
	return r;
}

int x11_window_area(struct x11 *d, xcb_window_t window, struct x11_area *out, struct evd_error *err)
{
	xcb_get_geometry_reply_t *g =
	    xcb_get_geometry_reply(d->x, xcb_get_geometry(d->x, window), NULL);
	xcb_translate_coordinates_reply_t *t =
	    g ? xcb_translate_coordinates_reply(
	            d->x, xcb_translate_coordinates(d->x, window, d->screen->root, 0, 0), NULL)
	      : NULL;
	int r = 0;

	if (!t || !is_shown(d, window))
		r = evd_fail(err, EVD_E_NOTFOUND, "the window has been closed or hidden");
	else
		*out = (struct x11_area){t->dst_x, t->dst_y, g->width, g->height};
	free(g);
	free(t);
	return r;
}

static xcb_window_t top_of(struct x11 *d, xcb_window_t window)
{
	for (unsigned depth = 0; depth < 16; depth++) {
		xcb_query_tree_reply_t *t = xcb_query_tree_reply(d->x, xcb_query_tree(d->x, window), NULL);
		xcb_window_t parent = t ? t->parent : XCB_WINDOW_NONE;

		free(t);
		if (parent == XCB_WINDOW_NONE || parent == d->screen->root)
			break;
		window = parent;
	}
	return window;
}

/* How many windows lie over it, in part or wholly: then the picture shows them there, as the screen did. */
static uint64_t count_over(struct x11 *d, xcb_window_t window)
{
	xcb_window_t top = top_of(d, window), *child;
	xcb_query_tree_reply_t *t =
	    xcb_query_tree_reply(d->x, xcb_query_tree(d->x, d->screen->root), NULL);
	struct x11_area a, b;
	bool above = false;
	uint64_t n = 0;

	if (t && x11_window_area(d, window, &a, NULL) == 0) {
		child = xcb_query_tree_children(t);
		for (int i = 0; i < xcb_query_tree_children_length(t); i++) {
			if (above && x11_window_area(d, child[i], &b, NULL) == 0)
				n += b.x < a.x + (int32_t)a.width && a.x < b.x + (int32_t)b.width &&
				     b.y < a.y + (int32_t)a.height && a.y < b.y + (int32_t)b.height;
			above = above || child[i] == top;
		}
	}
	free(t);
	return n;
}

/* The program that says it made the window; its own word. */
static void put_program(struct x11 *d, xcb_window_t window, struct evd_object *o)
{
	xcb_get_property_reply_t *p = property(d, window, "_NET_WM_PID");
	char path[64], exe[1024];
	uint32_t pid = 0;
	ssize_t n;

	if (p && p->format == 32 && xcb_get_property_value_length(p) == 4)
		memcpy(&pid, xcb_get_property_value(p), 4);
	free(p);
	if (pid == 0)
		return;
	evd_object_int(o, "pid", pid);
	snprintf(path, sizeof path, "/proc/%u/exe", pid);
	n = readlink(path, exe, sizeof exe);
	if (n > 0)
		evd_object_bytes(o, "program", evd_view_of(exe, (size_t)n));
}

void x11_window_facts(struct x11 *d, xcb_window_t window, struct evd_object *o)
{
	struct evd_buf b = {0};
	struct x11_area a;
	uint64_t over = count_over(d, window);
	char id[16];

	snprintf(id, sizeof id, "0x%x", window);
	evd_object_cstr(o, "id", id);
	if (title_of(d, window, &b))
		evd_object_bytes(o, "title", evd_buf_view(&b));
	evd_buf_reset(&b);
	if (x11_text(d, window, "WM_CLASS", &b)) {
		/* instance NUL class NUL (ICCCM 4.1.2.5) */
		size_t first = strnlen((const char *)b.data, b.len);

		evd_object_bytes(o, "instance", evd_view_of(b.data, first));
		if (first + 1 < b.len)
			evd_object_bytes(
			    o, "class",
			    evd_view_of(b.data + first + 1,
			                strnlen((const char *)b.data + first + 1, b.len - first - 1)));
	}
	evd_buf_reset(&b);
	if (x11_text(d, window, "WM_CLIENT_MACHINE", &b))
		evd_object_bytes(o, "machine", evd_buf_view(&b));
	evd_buf_release(&b);
	if (x11_window_area(d, window, &a, NULL) == 0)
		x11_put_area(o, "geometry", &a);
	evd_object_int(o, "windowsOver", over);
	put_program(d, window, o);
}
