/* capture_portal_bus: the conversation with the portal; see capture_portal.h. */
#include "capture_portal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#define PORTAL "org.freedesktop.portal.Desktop"
#define OBJECT "/org/freedesktop/portal/desktop"
#define SCREENSHOT "org.freedesktop.portal.Screenshot"
#define REQUEST "org.freedesktop.portal.Request"
#define LOOK_US 200000u /* how often is looked whether a stop was asked for */
#define PATH_MAX_LEN 256u
#define TOKEN_LEN 48u

/* Responses of org.freedesktop.portal.Request */
enum { DONE = 0, CANCELLED_BY_PERSON = 1 };

struct portal_bus {
	struct capture *c;
	sd_bus *bus;
	uint64_t ms; /* for an answer */
	char *name;  /* the portal's unique name: no other's signal is heard */
	char *program;
	uint32_t version;
	bool gone;
	/* of the question under way */
	sd_bus_message *reply;
	char path[PATH_MAX_LEN]; /* of its request object */
	bool answered, malformed, has_uri;
	uint32_t response;
	struct evd_buf *uri;
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int on_reply(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
	struct portal_bus *b = ctx;

	(void)e;
	sd_bus_message_unref(b->reply);
	b->reply = sd_bus_message_ref(m);
	return 0;
}

/* The results: `uri`, among others that are not ours. */
static int read_results(struct portal_bus *b, sd_bus_message *m)
{
	const char *key, *type, *uri;
	int r = sd_bus_message_enter_container(m, 'a', "{sv}");

	while (r > 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		r = sd_bus_message_read(m, "s", &key);
		if (r > 0)
			r = sd_bus_message_peek_type(m, NULL, &type);
		if (r > 0 && strcmp(key, "uri") == 0 && strcmp(type, "s") == 0) {
			r = sd_bus_message_read(m, "v", "s", &uri);
			evd_buf_reset(b->uri);
			evd_put(b->uri, r > 0 ? uri : "", r > 0 ? strlen(uri) + 1 : 1);
			b->has_uri = r > 0;
		} else if (r > 0) {
			r = sd_bus_message_skip(m, "v");
		}
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
		if (r >= 0)
			r = 1;
	}
	return r;
}

static int on_response(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
	struct portal_bus *b = ctx;
	const char *path = sd_bus_message_get_path(m);

	(void)e;
	if (b->answered || !b->uri || !path || strcmp(path, b->path) != 0)
		return 0;
	b->answered = true;
	b->malformed = sd_bus_message_read(m, "u", &b->response) <= 0 || read_results(b, m) < 0;
	return 0;
}

static int on_owner(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
	struct portal_bus *b = ctx;

	(void)m;
	(void)e;
	b->gone = true; /* a unique name changes its owner once: when it ends */
	return 0;
}

/* Works off what has come, or waits a little. */
static int turn(struct portal_bus *b, int64_t until, struct evd_error *err)
{
	int r = sd_bus_process(b->bus, NULL);

	if (r > 0)
		return 0;
	if (r < 0)
		return evd_fail(err, EVD_E_UNAVAILABLE, "the session bus has gone (%s)", strerror(-r));
	if (b->gone)
		return evd_fail(err, EVD_E_UNAVAILABLE, "the desktop's portal ended before it answered");
	if (capture_stopped(b->c))
		return evd_fail(err, EVD_E_CANCELLED, "stopped while waiting for the desktop's portal");
	if (now_ms() >= until)
		return evd_fail(err, EVD_E_UNAVAILABLE,
		                "the desktop's portal did not answer within %llu seconds (--timeout)",
		                (unsigned long long)b->ms / 1000);
	r = sd_bus_wait(b->bus, LOOK_US);
	if (r < 0 && r != -EINTR)
		return evd_fail(err, EVD_E_UNAVAILABLE, "the session bus has gone (%s)", strerror(-r));
	return 0;
}

/* Sends a call and waits for its reply, which may be an error of the bus's kind. */
static int call(struct portal_bus *b, sd_bus_message *m, int64_t until, struct evd_error *err)
{
	sd_bus_slot *slot = NULL;
	int r;

	sd_bus_message_unref(b->reply);
	b->reply = NULL;
	r = sd_bus_call_async(b->bus, &slot, m, on_reply, b, b->ms * 1000 + 5000000);
	r = r < 0
	        ? evd_fail(err, EVD_E_UNAVAILABLE, "the session bus cannot be used (%s)", strerror(-r))
	        : 0;
	while (r == 0 && !b->reply)
		r = turn(b, until, err);
	sd_bus_slot_unref(slot);
	return r;
}

/* What the bus says when there is no portal, or one that takes no pictures. */
static int no_portal(struct portal_bus *b, struct evd_error *err)
{
	static const char *const absent[] = {"ServiceUnknown", "NameHasNoOwner", "Spawn."};
	const sd_bus_error *e = sd_bus_message_get_error(b->reply);
	const char *name = e && e->name ? e->name : "";

	for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
		if (strstr(name, absent[i]))
			return evd_fail(err, EVD_E_UNAVAILABLE,
			                "there is no desktop portal (xdg-desktop-portal) in this session");
	return evd_fail(err, EVD_E_UNAVAILABLE,
	                "the desktop's portal takes no pictures of the screen (%.80s)", name);
}

/* The version is asked for first: it starts the portal, and tells its unique name. */
static int find_portal(struct portal_bus *b, int64_t until, struct evd_error *err)
{
	sd_bus_message *m = NULL;
	const char *sender;
	int r = sd_bus_message_new_method_call(b->bus, &m, PORTAL, OBJECT,
	                                       "org.freedesktop.DBus.Properties", "Get");

	if (r >= 0)
		r = sd_bus_message_append(m, "ss", SCREENSHOT, "version");
	r = r < 0 ? evd_nomem(err) : call(b, m, until, err);
	sd_bus_message_unref(m);
	if (r)
		return r;
	if (sd_bus_message_is_method_error(b->reply, NULL))
		return no_portal(b, err);
	sender = sd_bus_message_get_sender(b->reply);
	if (!sender || sd_bus_message_read(b->reply, "v", "u", &b->version) < 0 || b->version == 0)
		return evd_fail(err, EVD_E_UNSUPPORTED, "the desktop's portal answered in no known form");
	b->name = strdup(sender);
	return b->name ? 0 : evd_nomem(err);
}

static int listen_to(struct portal_bus *b, struct evd_error *err)
{
	char rule[PATH_MAX_LEN];
	int r = sd_bus_match_signal(b->bus, NULL, b->name, NULL, REQUEST, "Response", on_response, b);

	snprintf(rule, sizeof rule,
	         "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
	         "member='NameOwnerChanged',arg0='%s'",
	         b->name);
	if (r >= 0)
		r = sd_bus_add_match(b->bus, NULL, rule, on_owner, b);
	return r < 0 ? evd_fail(err, EVD_E_UNAVAILABLE, "the session bus cannot be used (%s)",
	                        strerror(-r))
	             : 0;
}

/* Which program answers: the system's word on the process, not the portal's own. */
static void find_program(struct portal_bus *b)
{
	sd_bus_creds *creds = NULL;
	const char *exe = NULL;

	if (sd_bus_get_name_creds(b->bus, b->name,
	                          SD_BUS_CREDS_PID | SD_BUS_CREDS_EXE | SD_BUS_CREDS_AUGMENT,
	                          &creds) >= 0 &&
	    sd_bus_creds_get_exe(creds, &exe) >= 0)
		b->program = strdup(exe);
	sd_bus_creds_unref(creds);
}

/* ENOMEDIUM is sd-bus's word for an environment that names none. */
static int no_bus(int sys, struct evd_error *err)
{
	return evd_fail(
	    err, EVD_E_UNAVAILABLE, "there is no session bus to reach the desktop's portal (%s)",
	    sys == ENOMEDIUM ? "neither DBUS_SESSION_BUS_ADDRESS nor XDG_RUNTIME_DIR names one"
	                     : strerror(sys));
}

int portal_bus_open(struct capture *c, uint64_t ms, struct portal_bus **out, struct evd_error *err)
{
	struct portal_bus *b = calloc(1, sizeof *b);
	int r;

	*out = NULL;
	if (!b)
		return evd_nomem(err);
	b->c = c;
	b->ms = ms;
	r = sd_bus_open_user(&b->bus);
	r = r < 0 ? no_bus(-r, err) : find_portal(b, now_ms() + (int64_t)ms, err);
	if (r == 0)
		r = listen_to(b, err);
	if (r) {
		portal_bus_close(b);
		return r;
	}
	find_program(b);
	*out = b;
	return 0;
}

void portal_bus_close(struct portal_bus *b)
{
	if (!b)
		return;
	sd_bus_message_unref(b->reply);
	sd_bus_flush_close_unref(b->bus);
	free(b->name);
	free(b->program);
	free(b);
}

uint32_t portal_bus_version(const struct portal_bus *b)
{
	return b->version;
}

const char *portal_bus_program(const struct portal_bus *b)
{
	return b->program ? b->program : "";
}

/* A token that nobody guesses, and where the answer will come from: …/request/SENDER/TOKEN. */
static int name_request(struct portal_bus *b, char token[TOKEN_LEN], struct evd_error *err)
{
	const char *unique = NULL;
	sd_id128_t id;

	if (sd_bus_get_unique_name(b->bus, &unique) < 0 || sd_id128_randomize(&id) < 0 || !unique)
		return evd_fail(err, EVD_E_UNAVAILABLE, "the session bus cannot be used");
	snprintf(token, TOKEN_LEN, "evidence" SD_ID128_FORMAT_STR, SD_ID128_FORMAT_VAL(id));
	snprintf(b->path, sizeof b->path, OBJECT "/request/%.100s/%s", unique + (*unique == ':'),
	         token);
	for (char *at = b->path + sizeof OBJECT "/request/" - 1; *at && *at != '/'; at++)
		if (*at == '.')
			*at = '_';
	return 0;
}

/* What stands in the place of an answer: the portal's refusal, or the bus's word that it failed. */
static int no_answer(struct portal_bus *b, struct evd_error *err)
{
	const sd_bus_error *e = sd_bus_message_get_error(b->reply);
	const char *name = e && e->name ? e->name : "";

	if (strstr(name, "NotAllowed") || strstr(name, "AccessDenied"))
		return evd_fail(err, EVD_E_DENIED, "the desktop's portal refused (%.80s)", name);
	if (strstr(name, "NoReply") || strstr(name, "NameHasNoOwner"))
		return evd_fail(err, EVD_E_UNAVAILABLE, "the desktop's portal ended before it answered");
	return evd_fail(err, EVD_E_UNAVAILABLE, "the desktop's portal could not be asked (%.80s)",
	                name);
}

static int put_question(struct portal_bus *b, const char *token, bool interactive, int64_t until,
                        struct evd_error *err)
{
	sd_bus_message *m = NULL;
	const char *handle;
	int r = sd_bus_message_new_method_call(b->bus, &m, b->name, OBJECT, SCREENSHOT, "Screenshot");

	if (r >= 0)
		r = sd_bus_message_append(m, "sa{sv}", "", 2, "handle_token", "s", token, "interactive",
		                          "b", (int)interactive);
	r = r < 0 ? evd_nomem(err) : call(b, m, until, err);
	sd_bus_message_unref(m);
	if (r)
		return r;
	if (sd_bus_message_is_method_error(b->reply, NULL))
		return no_answer(b, err);
	/* portals before 0.9 name their requests themselves */
	if (sd_bus_message_read(b->reply, "o", &handle) < 0 || strlen(handle) >= sizeof b->path)
		return evd_fail(err, EVD_E_UNSUPPORTED, "the desktop's portal answered in no known form");
	snprintf(b->path, sizeof b->path, "%s", handle);
	return 0;
}

/* Nobody waits any more: a dialogue of the portal closes. */
static void take_back(struct portal_bus *b)
{
	sd_bus_message *m = NULL;

	if (!b->gone && !b->answered &&
	    sd_bus_message_new_method_call(b->bus, &m, b->name, b->path, REQUEST, "Close") >= 0 &&
	    sd_bus_message_set_expect_reply(m, 0) >= 0 && sd_bus_send(b->bus, m, NULL) >= 0)
		sd_bus_flush(b->bus);
	sd_bus_message_unref(m);
}

static int judge(const struct portal_bus *b, struct evd_error *err)
{
	if (b->malformed)
		return evd_fail(err, EVD_E_UNSUPPORTED, "the desktop's portal answered in no known form");
	if (b->response == CANCELLED_BY_PERSON)
		/* KDE's portal says the same of a picture that it could not save */
		return evd_fail(err, EVD_E_CANCELLED,
		                "cancelled in the desktop's dialogue, or the desktop could not save the "
		                "picture");
	if (b->response != DONE)
		return evd_fail(err, EVD_E_DENIED,
		                "the desktop's portal refused: no permission, or it could not take the "
		                "picture");
	if (!b->has_uri)
		return evd_fail(err, EVD_E_UNSUPPORTED,
		                "the desktop's portal said done but named no picture");
	return 0;
}

int portal_bus_ask(struct portal_bus *b, bool interactive, struct evd_buf *uri,
                   struct evd_error *err)
{
	int64_t until = now_ms() + (int64_t)b->ms;
	char token[TOKEN_LEN];
	int r = name_request(b, token, err);

	b->answered = b->malformed = b->has_uri = false;
	b->uri = uri;
	if (r == 0)
		r = put_question(b, token, interactive, until, err);
	while (r == 0 && !b->answered)
		r = turn(b, until, err);
	if (r)
		take_back(b);
	b->uri = NULL;
	if (r == 0)
		r = judge(b, err);
	return r ? r : evd_buf_check(uri, err);
}
