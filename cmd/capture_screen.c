/* capture_screen: one picture, several, or a series, from whichever backend the session has. */
#include "capture_screen.h"

#include "base/text.h"
#include "capture_stitch.h"
#include "platform/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES_MAX 1000u /* of an entry of a series; then the next one begins */

struct session {
	struct capture *c;
	const struct capture_backend *backend;
	void *self;
	const char *kind;
	bool keep_black, series;
	uint64_t frames; /* of the present entry */
	struct capture_shot shot;
	struct capture_stitch stitch;
};

int capture_screen_run(struct capture *c, struct evd_error *err);

static void put_time(struct evd_object *o, const char *key, int64_t ms)
{
	char text[EVD_TIME_LEN + 1];

	evd_time_format(text, ms);
	evd_object_cstr(o, key, text);
}

static void put_tool(struct evd_object *o)
{
	struct evd_object in;

	evd_object_init(&in);
	evd_object_cstr(&in, "build", EVD_BUILD);
	evd_object_cstr(&in, "name", "evidence-capture");
	evd_object_cstr(&in, "version", EVD_VERSION);
	evd_object_object(o, "tool", &in);
	evd_object_release(&in);
}

/* The frame goes to the stitcher, which holds it against the one before. */
static int stitch(struct session *s, struct evd_error *err)
{
	enum capture_overlap found;
	int r = capture_stitch_add(&s->stitch, &s->shot.picture, &s->shot.facts, &found, err);

	if (r == 0 && found == CAPTURE_GAP)
		capture_warn(s->c, "frame %llu does not go on from the one before row by row: a gap",
		             (unsigned long long)s->frames + 1);
	else if (r == 0 && found == CAPTURE_SAME)
		capture_say(s->c, "frame %llu is the same as the one before",
		            (unsigned long long)s->frames + 1);
	return r;
}

static int hand_over(struct session *s, struct evd_error *err)
{
	struct capture_shot *shot = &s->shot;
	char name[64];
	int r;

	snprintf(name, sizeof name, "%s-%03llu.png", s->kind, (unsigned long long)s->frames + 1);
	r = capture_item(s->c, name, err);
	if (r == 0)
		r = shot->png.len ? capture_data(s->c, shot->png.data, shot->png.len, err)
		                  : capture_picture_put(s->c, &shot->picture, err);
	if (r == 0 && shot->picture.rgb)
		r = capture_picture_facts(&shot->picture, &shot->facts, err);
	if (r == 0 && s->series)
		r = stitch(s, err);
	if (r == 0)
		r = capture_item_end(s->c, &shot->facts, err);
	s->frames += r == 0;
	return r;
}

/* A window that the system keeps from being captured comes as one black area. */
static bool is_refused_as_black(struct session *s)
{
	uint32_t colour;

	if (!s->shot.picture.rgb || !capture_picture_uniform(&s->shot.picture, &colour) || colour)
		return false;
	evd_object_bool(&s->shot.facts, "black", true);
	capture_warn(s->c, "the picture is wholly black: a protected window or a dark screen; %s",
	             s->keep_black ? "kept" : "not kept (--keep-black keeps it)");
	return !s->keep_black;
}

static int take(struct session *s, struct evd_error *err)
{
	struct capture_shot *shot = &s->shot;
	int64_t before = evd_clock_ms();
	int r;

	evd_object_reset(&shot->facts);
	evd_buf_reset(&shot->png);
	capture_picture_release(&shot->picture);
	r = s->backend->grab(s->self, s->c, shot, err);
	if (r)
		return r;
	put_time(&shot->facts, "from", before);
	put_time(&shot->facts, "to", evd_clock_ms());
	put_tool(&shot->facts);
	evd_object_cstr(&shot->facts, "kind", s->kind);
	evd_object_cstr(&shot->facts, "backend", s->backend->name);
	return is_refused_as_black(s) ? 0 : hand_over(s, err);
}

/* The stitched view of the entry just closed, as a derived item. */
static int hand_view(struct session *s, struct evd_error *err)
{
	int r = capture_action(s->c, "derive", "stitch", err);

	if (r == 0)
		r = capture_item(s->c, "stitched.png", err);
	if (r == 0)
		r = capture_picture_put(s->c, &s->stitch.canvas, err);
	evd_object_reset(&s->shot.facts);
	capture_stitch_facts(&s->stitch, &s->shot.facts);
	put_tool(&s->shot.facts);
	if (r == 0)
		r = capture_picture_facts(&s->stitch.canvas, &s->shot.facts, err);
	if (r == 0)
		r = capture_item_end(s->c, &s->shot.facts, err);
	return r ? r : capture_commit(s->c, err);
}

static int end_entry(struct session *s, struct evd_error *err)
{
	int r = capture_commit(s->c, err);

	if (r == 0 && s->series && s->frames > 1)
		r = hand_view(s, err);
	s->frames = 0;
	capture_stitch_reset(&s->stitch);
	return r;
}

static int work(struct session *s, struct evd_error *err)
{
	enum evd_capture_word word;
	int r;

	for (;;) {
		r = capture_wait(s->c, &word, err);
		if (r || word == EVD_CAPTURE_STOP)
			break;
		if (word == EVD_CAPTURE_TAKE)
			r = take(s, err);
		if (r == 0 && (word == EVD_CAPTURE_PAUSE || !s->series || s->frames == FRAMES_MAX))
			r = end_entry(s, err);
		if (r)
			break;
	}
	/* what ended it is what the person is told; what was taken before is kept */
	if (s->series && r)
		return capture_commit(s->c, NULL) ? EVD_E_IO : r;
	return s->series ? end_entry(s, err) : r;
}

/* A session of X11 may hold a Wayland window or the other way round: the session's type decides, where it
 * is said. A compositor that was started from a console leaves it at "tty". */
static bool is_wayland(void)
{
	const char *display = getenv("WAYLAND_DISPLAY"), *type = getenv("XDG_SESSION_TYPE");

	return display && *display && !(type && strcmp(type, "x11") == 0);
}

static const struct capture_backend *choose(struct capture *c)
{
	const char *word = capture_option(c, "backend");

	if (word)
		return strcmp(word, "portal") == 0 ? &capture_portal
		       : strcmp(word, "x11") == 0  ? &capture_x11
		                                   : NULL;
	return is_wayland() ? &capture_portal : &capture_x11;
}

int capture_screen_run(struct capture *c, struct evd_error *err)
{
	struct session s = {.c = c, .kind = capture_option(c, "kind")};
	int r;

	s.backend = choose(c);
	s.keep_black = capture_flag(c, "keep-black");
	s.series = capture_flag(c, "series");
	if (!s.backend)
		return evd_fail(err, EVD_E_MISUSE, "--backend is x11 or portal");
	r = s.backend->open(c, s.kind, &s.self, err);
	if (r)
		return r;
	evd_object_init(&s.shot.facts);
	r = work(&s, err);
	s.backend->close(s.self);
	evd_object_release(&s.shot.facts);
	evd_buf_release(&s.shot.png);
	capture_picture_release(&s.shot.picture);
	capture_stitch_reset(&s.stitch);
	return r;
}
