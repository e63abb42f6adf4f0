/*
 * capture_screen: the ways to a picture of a screen: X11, or the desktop's portal.
 */
#ifndef CAPTURE_SCREEN_H
#define CAPTURE_SCREEN_H

#include "capture_picture.h"

/* One picture. A backend either fills `picture` or, where a file was handed to it, `png` as it came. */
struct capture_shot {
	struct capture_picture picture;
	struct evd_buf png;
	struct evd_object facts; /* circumstances of this one */
};

struct capture_backend {
	const char *name;
	/* finds display and target; UNAVAILABLE, DENIED, NOTFOUND, CANCELLED with a line for the person */
	int (*open)(struct capture *c, const char *kind, void **out, struct evd_error *err);
	int (*grab)(void *self, struct capture *c, struct capture_shot *shot, struct evd_error *err);
	void (*close)(void *self);
};

extern const struct capture_backend capture_x11, capture_portal;

/* capture_lock_facts(o, only_yes): `locked`: "yes", "no" or "unknown", as the system's session keeper says.
 * `only_yes`: its "no" does not count, since nobody need tell it. */
void capture_lock_facts(struct evd_object *o, bool only_yes);

#endif
