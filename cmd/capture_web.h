/*
 * capture_web: what the parts of `evidence capture web` share. The machine's Chromium is started and spoken
 * to over its DevTools pipe (--remote-debugging-pipe: descriptors 3 and 4, JSON texts that end with NUL);
 * no port is opened. What the browser says is taken for hostile: bounded, and never a name or a path.
 */
#ifndef CAPTURE_WEB_H
#define CAPTURE_WEB_H

#include "capture.h"

#include "json_pull.h"

#include <sys/types.h>

#define WEB_MESSAGE_MAX (UINT64_C(1) << 30) /* bytes of one message of the browser */
#define WEB_SESSION_MAX 64u
#define WEB_CALL_MS 60000 /* for an answer that needs no network */

struct web;
struct web_session {
	char id[WEB_SESSION_MAX];
};

/* An event of the browser, or an answer that nobody waits for (`reply` its id, else 0). The message is
 * w->msg; `params` the node of its params or result (0: an error or none). Only web_send may be called. */
typedef int web_heard(void *ctx, struct web *w, uint64_t reply, const char *method, size_t params,
                      struct evd_error *err);

struct web {
	struct capture *c;
	const char *program, *profile_asked; /* NULL: found; NULL: a fresh one */
	char profile[128], path[4096];
	bool fresh, no_sandbox;
	pid_t pid;
	int to, from;
	int hold; /* of the fresh profile: nobody else takes it for left behind */
	struct evd_buf in, out;
	size_t at,
	    scanned; /* in `in`: where the next message begins, and how far was looked for its end */
	struct json_tree msg;
	struct web_session session; /* of the message at hand */
	uint64_t last_id;
	web_heard *heard;
	void *ctx;
};

/* web_start(w, err): starts the browser. UNAVAILABLE: none is there. web_end(w) ends it and removes its
 * profile if it was fresh; also after a failed start. */
int web_start(struct web *w, struct evd_error *err) EVD_MUST_USE;
void web_end(struct web *w);

/* web_send(w, session, method, params, id, err): says it and goes on. `params` is a JSON object or NULL,
 * `session` NULL for the browser itself; `id` may be NULL. */
int web_send(struct web *w, const struct web_session *session, const char *method,
             const char *params, uint64_t *id, struct evd_error *err) EVD_MUST_USE;
/* web_call(w, session, method, params, ms, result, err): says it and waits; events go to w->heard
 * meanwhile. *result: node of the result in w->msg, until the next call. DAMAGED: the browser refused it
 * (its words in err); UNAVAILABLE: it has gone; CANCELLED: a stop was asked for; LIMIT: no answer in time. */
int web_call(struct web *w, const struct web_session *session, const char *method,
             const char *params, int ms, size_t *result, struct evd_error *err) EVD_MUST_USE;
/* web_wait(w, id, method, ms, result, err): the second half of a call: waits for the answer to what was sent. */
int web_wait(struct web *w, uint64_t id, const char *method, int ms, size_t *result,
             struct evd_error *err) EVD_MUST_USE;
/* web_hear(w, ms, err): hands over what comes within `ms`, at least one message, or EVD_END. */
int web_hear(struct web *w, int ms, struct evd_error *err) EVD_MUST_USE;

/* web_put_base64(b, text): the bytes that RFC 4648 §4 text spells; false: it is none. */
bool web_put_base64(struct evd_buf *b, struct evd_view text);
/* web_number(w, object, key): a number member, rounded down; 0 if absent or negative. */
uint64_t web_number(const struct web *w, size_t object, const char *key);
/* web_profile_make, web_profile_remove: a fresh folder for the browser, gone with all that is in it; what earlier
 * captures that were killed left of theirs goes too. */
int web_profile_make(struct web *w, struct evd_error *err) EVD_MUST_USE;
void web_profile_remove(struct web *w);

/* What is asked of every page. */
struct web_wish {
	uint32_t width, height; /* viewport */
	int load_ms;            /* for the load, and for what it loads after scrolling */
	uint32_t max_height;    /* pixels of the full picture */
	bool bad_certificates;  /* go on where the certificate is not trusted; recorded */
};

/* web_page_capture(w, wish, number, url, last, err): one load, one set of items, one entry. `last`: the browser
 * ends behind it. */
int web_page_capture(struct web *w, const struct web_wish *wish, unsigned number, const char *url,
                     bool last, struct evd_error *err) EVD_MUST_USE;

#endif
