/*
 * capture_portal: pictures of a Wayland screen through the desktop's portal. Under Wayland no program
 * sees windows, pointer or layout: what the portal does not tell is recorded as not known.
 */
#include "capture_portal.h"

#include "base/digest.h"
#include "base/text.h"
#include "capture_outputs.h"
#include "capture_screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#define TIMEOUT_S 60u /* for an answer: a person may have to give it */

struct portal {
	struct portal_bus *bus;
	bool interactive; /* the person chooses what is taken, in the portal's dialogue */
};

/* logind's word on the session this runs in; none where there is no logind. */
void capture_lock_facts(struct evd_object *o, bool only_yes)
{
	const char *word = "unknown";
	sd_bus *bus = NULL;
	int locked = 0;

	if (sd_bus_open_system(&bus) >= 0 &&
	    sd_bus_get_property_trivial(
	        bus, "org.freedesktop.login1", "/org/freedesktop/login1/session/auto",
	        "org.freedesktop.login1.Session", "LockedHint", NULL, 'b', &locked) >= 0)
		word = locked ? "yes" : only_yes ? "unknown" : "no";
	sd_bus_flush_close_unref(bus);
	evd_object_cstr(o, "locked", word);
}

static int open_portal(struct capture *c, const char *kind, void **out, struct evd_error *err)
{
	static const char *const named[] = {"title", "monitor", "geometry"};
	uint64_t seconds = capture_number(c, "timeout", TIMEOUT_S);
	struct portal *p;
	int r;

	for (size_t i = 0; i < sizeof named / sizeof *named; i++)
		if (capture_option(c, named[i]))
			return evd_fail(
			    err, EVD_E_UNAVAILABLE,
			    "the desktop's portal lets no program name what is taken: without --%s a "
			    "person chooses it in the portal's dialogue",
			    named[i]);
	p = calloc(1, sizeof *p);
	if (!p)
		return evd_nomem(err);
	p->interactive = strcmp(kind, "screen") != 0;
	r = portal_bus_open(c, seconds * 1000, &p->bus, err);
	/* the option came with version 2 of the interface; an older one would take the whole screen */
	if (r == 0 && p->interactive && portal_bus_version(p->bus) < 2) {
		portal_bus_close(p->bus);
		r = evd_fail(err, EVD_E_UNAVAILABLE,
		             "this desktop's portal takes whole screens only: evidence capture screen");
	}
	if (r)
		free(p);
	else
		*out = p;
	return r;
}

static void close_portal(void *self)
{
	struct portal *p = self;

	portal_bus_close(p->bus);
	free(p);
}

static void put_environment(struct evd_object *o, const char *key, const char *variable)
{
	const char *v = getenv(variable);

	if (v && *v)
		evd_object_bytes(o, key, evd_view_str(v));
}

static void put_file(struct evd_object *o, const struct portal_file *f, struct evd_view bytes,
                     const uint8_t digest[EVD_SHA256_LEN], bool removed)
{
	struct evd_object in;
	char time[EVD_TIME_LEN + 1];

	evd_object_init(&in);
	evd_time_format(time, f->modified_ms);
	evd_object_cstr(&in, "modified", time);
	evd_object_bytes(&in, "path", evd_view_str(f->path));
	evd_object_bool(&in, "removed", removed);
	evd_object_hex(&in, "sha256", digest, EVD_SHA256_LEN);
	evd_object_int(&in, "size", bytes.len);
	evd_object_object(o, "file", &in);
	evd_object_release(&in);
}

/* Taken in and hashed, then parsed, and removed only if it is a picture. */
static int take_in(struct capture *c, const struct portal_file *f, struct capture_shot *shot,
                   struct evd_object *o, struct evd_error *err)
{
	uint8_t digest[EVD_SHA256_LEN];
	struct evd_error why = {0};
	struct evd_buf shown = {0};
	bool removed;
	int r = evd_sha256(evd_buf_view(&shot->png), digest, err);

	if (r == 0)
		r = capture_picture_read(evd_buf_view(&shot->png), &shot->picture, &why);
	if (r == EVD_E_FORMAT)
		return evd_fail(err, EVD_E_UNSUPPORTED, "the portal's file was left alone: %.120s",
		                why.text);
	if (r) {
		if (err && why.code)
			*err = why;
		return r;
	}
	removed = portal_file_remove(f, &why) == 0;
	evd_put_printable(&shown, evd_view_str(f->path), 200);
	evd_put_u8(&shown, 0);
	if (!removed && !shown.failed)
		capture_warn(c, "the file that the portal wrote, %s, was not removed: %s",
		             (const char *)shown.data, why.text);
	evd_buf_release(&shown);
	put_file(o, f, evd_buf_view(&shot->png), digest, removed);
	return 0;
}

/* What a program cannot learn under Wayland is named, so that its absence is not taken for an answer. */
static void put_facts(const struct portal *p, struct capture_shot *shot, struct evd_object *asked)
{
	static const char unknown[] = "[\"area\",\"pointer\",\"screenSaver\",\"window\"]";
	static const char more[] =
	    "[\"area\",\"display\",\"pointer\",\"scale\",\"screenSaver\",\"window\"]";
	struct evd_object in;

	evd_object_bool(asked, "interactive", p->interactive);
	evd_object_int(asked, "version", portal_bus_version(p->bus));
	if (*portal_bus_program(p->bus))
		evd_object_bytes(asked, "program", evd_view_str(portal_bus_program(p->bus)));
	evd_object_object(&shot->facts, "portal", asked);
	evd_object_init(&in);
	put_environment(&in, "desktop", "XDG_CURRENT_DESKTOP");
	put_environment(&in, "type", "XDG_SESSION_TYPE");
	put_environment(&in, "waylandDisplay", "WAYLAND_DISPLAY");
	evd_object_object(&shot->facts, "session", &in);
	evd_object_release(&in);
	evd_object_raw(&shot->facts, "notKnown",
	               evd_view_str(capture_outputs(&shot->facts) ? unknown : more));
	/* few compositors tell logind that they are locked: its "no" is no answer */
	capture_lock_facts(&shot->facts, true);
}

static int grab(void *self, struct capture *c, struct capture_shot *shot, struct evd_error *err)
{
	struct portal *p = self;
	struct portal_file file;
	struct evd_buf uri = {0};
	struct evd_object asked;
	struct timespec since;
	int r;

	if (p->interactive)
		capture_say(c, "Choose what is captured in the desktop's dialogue");
	/* file systems stamp with this clock */
	clock_gettime(CLOCK_REALTIME_COARSE, &since);
	evd_object_init(&asked);
	r = portal_bus_ask(p->bus, p->interactive, &uri, err);
	if (r == 0)
		r = portal_file_take((const char *)uri.data, &since, &file, &shot->png, err);
	if (r == 0) {
		r = take_in(c, &file, shot, &asked, err);
		portal_file_release(&file);
	}
	if (r == 0)
		put_facts(p, shot, &asked);
	evd_object_release(&asked);
	evd_buf_release(&uri);
	return r;
}

const struct capture_backend capture_portal = {"portal", open_portal, grab, close_portal};
