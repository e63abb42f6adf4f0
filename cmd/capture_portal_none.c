/* capture_portal_none: of builds without libsystemd's sd-bus: no portal, no word on the lock. */
#include "capture_screen.h"

void capture_lock_facts(struct evd_object *o, bool only_yes)
{
	(void)only_yes;
	evd_object_cstr(o, "locked", "unknown");
}

static int open_portal(struct capture *c, const char *kind, void **out, struct evd_error *err)
{
	(void)c;
	(void)kind;
	*out = NULL;
	return evd_fail(err, EVD_E_UNAVAILABLE,
	                "this evidence-capture was built without the desktop's portal (Wayland)");
}

const struct capture_backend capture_portal = {"portal", open_portal, NULL, NULL};
