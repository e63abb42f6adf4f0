/* capture_portal: pictures of a Wayland screen through the desktop's portal. */
#include "capture_screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

/* logind's word on the session this runs in; none where there is no logind. */
void capture_lock_facts(struct evd_object *o)
{
	const char *word = "unknown";
	sd_bus *bus = NULL;
	int locked = 0;

	if (sd_bus_open_system(&bus) >= 0 &&
	    sd_bus_get_property_trivial(
	        bus, "org.freedesktop.login1", "/org/freedesktop/login1/session/auto",
	        "org.freedesktop.login1.Session", "LockedHint", NULL, 'b', &locked) >= 0)
		word = locked ? "yes" : "no";
	sd_bus_flush_close_unref(bus);
	evd_object_cstr(o, "locked", word);
}

static int open_portal(struct capture *c, const char *kind, void **out, struct evd_error *err)
{
	(void)c;
	(void)kind;
	*out = NULL;
	return evd_fail(err, EVD_E_UNSUPPORTED, "the portal is not built yet");
}

static int grab(void *self, struct capture *c, struct capture_shot *shot, struct evd_error *err)
{
	(void)self;
	(void)c;
	(void)shot;
	return evd_fail(err, EVD_E_UNSUPPORTED, "the portal is not built yet");
}

static void close_portal(void *self)
{
	(void)self;
}

const struct capture_backend capture_portal = {"portal", open_portal, grab, close_portal};
