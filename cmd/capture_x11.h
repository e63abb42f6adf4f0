/*
 * capture_x11: the connection to an X server, and its windows.
 */
#ifndef CAPTURE_X11_H
#define CAPTURE_X11_H

#include "capture.h"

#include <xcb/xcb.h>

struct x11_area {
	int32_t x, y; /* on the root window, true pixels */
	uint32_t width, height;
};

struct x11 {
	xcb_connection_t *x;
	const xcb_setup_t *setup;
	xcb_screen_t *screen;
	const char *kind;
	xcb_window_t window;  /* of kind window */
	struct x11_area area; /* of the others */
	bool xwayland;
};

/* x11_text(d, window, property, out): a text property as foreign bytes; false if there is none. */
bool x11_text(struct x11 *d, xcb_window_t window, const char *property, struct evd_buf *out);
/* x11_window_by_title / by_click: NOTFOUND, CANCELLED. */
int x11_window_by_title(struct x11 *d, const char *title, xcb_window_t *out,
                        struct evd_error *err) EVD_MUST_USE;
int x11_window_by_click(struct x11 *d, struct capture *c, xcb_window_t *out,
                        struct evd_error *err) EVD_MUST_USE;
/* x11_window_area(d, window, out, err): its inside, on the root; NOTFOUND if it has gone or is not shown. */
int x11_window_area(struct x11 *d, xcb_window_t window, struct x11_area *out,
                    struct evd_error *err) EVD_MUST_USE;
/* x11_window_facts(d, window, o): title, class, program, and what lies over it. */
void x11_window_facts(struct x11 *d, xcb_window_t window, struct evd_object *o);
/* x11_monitor(d, name, out, err): a monitor by name, NULL: the primary one, else the first. */
int x11_monitor(struct x11 *d, const char *name, struct x11_area *out,
                struct evd_error *err) EVD_MUST_USE;
/* x11_is_xwayland(d): the server draws into a Wayland compositor: no window of a Wayland program is in it. */
bool x11_is_xwayland(struct x11 *d);
/* x11_screen_facts(d, o): display, screen, monitors, scale, pointer, screen saver. */
void x11_screen_facts(struct x11 *d, struct evd_object *o);
/* x11_put_area(o, key, a): "1920x1080+0+0", as X writes a geometry. */
void x11_put_area(struct evd_object *o, const char *key, const struct x11_area *a);

#endif
