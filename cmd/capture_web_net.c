/* capture_web_net: see capture_web_net.h. */
#include "capture_web_net.h"

#include "base/text.h"
#include "platform/clock.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static void copy_id(char out[64], struct evd_view v)
{
	memset(out, 0, 64);
	if (v.len && v.len < 64)
		memcpy(out, v.p, v.len);
}

static void put_member(struct evd_buf *b, const struct web *w, size_t object, const char *key)
{
	struct evd_view v = json_text_of(&w->msg, object, key);

	evd_buf_reset(b);
	if (v.len)
		evd_put_view(b, v);
}

/* The present hop of a request: the last one of its id. A frame of another site begins in one session and
 * ends in another; ids are the browser's own and unique. */
static struct web_resource *find(const struct web_net *n, const struct web *w, size_t params)
{
	char id[64];

	copy_id(id, json_text_of(&w->msg, params, "requestId"));
	for (size_t i = n->n; i--;)
		if (strcmp(n->at[i]->id, id) == 0)
			return n->at[i];
	return NULL;
}

/* Milliseconds of a time in seconds with a point. */
static uint64_t milliseconds(const struct web *w, size_t object, const char *key)
{
	struct evd_view v = json_text_of(&w->msg, object, key);
	uint64_t ms = web_number(w, object, key) * 1000, unit = 100;
	const uint8_t *dot = v.len ? memchr(v.p, '.', v.len) : NULL;

	for (size_t i = dot ? (size_t)(dot - v.p) + 1 : v.len; i < v.len && unit; i++, unit /= 10)
		if (v.p[i] >= '0' && v.p[i] <= '9')
			ms += (uint64_t)(v.p[i] - '0') * unit;
	return ms;
}

/* A header's name or value cannot break out of its line. */
static void put_line(struct evd_buf *b, struct evd_view name, struct evd_view value)
{
	for (size_t i = 0; i < name.len; i++)
		evd_put_u8(b, name.p[i] < 0x21 || name.p[i] == ':' ? (i ? '_' : ':') : name.p[i]);
	evd_put_str(b, ": ");
	for (size_t i = 0; i < value.len; i++)
		evd_put_u8(b, value.p[i] == '\r' || value.p[i] == '\n' || !value.p[i] ? ' ' : value.p[i]);
	evd_put_str(b, "\r\n");
}

/* An object of headers; a value of several lines is several headers. Pseudo-headers of HTTP/2 stay. */
static void put_headers(struct evd_buf *b, const struct json_tree *t, size_t headers)
{
	for (size_t at = headers ? json_first(t, headers) : 0; at; at = json_next(t, headers, at)) {
		struct evd_view rest = json_text(t, at);

		for (;;) {
			const uint8_t *end = rest.len ? memchr(rest.p, '\n', rest.len) : NULL;
			size_t len = end ? (size_t)(end - rest.p) : rest.len;

			put_line(b, json_key(t, at), evd_view_of(rest.p, len));
			if (!end)
				break;
			rest = evd_view_of(end + 1, rest.len - len - 1);
		}
	}
}

static void put_status(struct evd_buf *b, const struct web *w, size_t response)
{
	struct evd_view text = json_text_of(&w->msg, response, "statusText");
	uint64_t status = web_number(w, response, "status");

	evd_putf(b, "HTTP/1.1 %llu ", (unsigned long long)(status < 1000 ? status : 0));
	for (size_t i = 0; i < text.len && i < 200; i++)
		evd_put_u8(b, text.p[i] < 0x20 ? ' ' : text.p[i]);
	evd_put_str(b, "\r\n");
}

static void take_response(struct web_resource *r, const struct web *w, size_t response)
{
	r->answered = true;
	r->status = web_number(w, response, "status");
	r->port = web_number(w, response, "remotePort");
	r->from_worker = json_is_true(&w->msg, response, "fromServiceWorker");
	put_member(&r->ip, w, response, "remoteIPAddress");
	put_member(&r->mime, w, response, "mimeType");
	put_member(&r->protocol, w, response, "protocol");
	evd_buf_reset(&r->response);
	put_status(&r->response, w, response);
	put_headers(&r->response, &w->msg, json_get(&w->msg, response, "headers"));
	web_tls_put(w, json_get(&w->msg, response, "securityDetails"), &r->tls);
	put_member(&r->security, w, response, "securityState");
}

static void take_post(struct web_resource *r, const struct web *w, size_t request)
{
	size_t list = json_get(&w->msg, request, "postDataEntries");

	for (size_t at = list ? json_first(&w->msg, list) : 0; at; at = json_next(&w->msg, list, at))
		if (!web_put_base64(&r->post, json_text_of(&w->msg, at, "bytes")))
			r->why_no_body = "the request's body was not told whole";
	if (!list)
		put_member(&r->post, w, request, "postData");
}

static struct web_resource *add(struct web_net *n)
{
	struct web_resource *r;
	void *grown;

	if (n->n == WEB_RESOURCES_MAX) {
		n->beyond++;
		return NULL;
	}
	grown = evd_grow(n->at, n->n, &n->cap, sizeof *n->at);
	r = grown ? calloc(1, sizeof *r) : NULL;
	if (grown)
		n->at = grown;
	if (r)
		n->at[n->n++] = r;
	return r;
}

/* What stands in the page itself is no traffic. */
static bool is_local(struct evd_view url)
{
	static const char *const schemes[] = {"data:", "blob:", "about:", "chrome", "devtools:"};

	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (url.len >= strlen(schemes[i]) && memcmp(url.p, schemes[i], strlen(schemes[i])) == 0)
			return true;
	return false;
}

static void close_one(struct web_net *n, struct web_resource *r)
{
	if (!r->finished && n->open)
		n->open--;
	r->finished = true;
}

static int on_request(struct web_net *n, struct web *w, size_t params, struct evd_error *err)
{
	size_t request = json_get(&w->msg, params, "request");
	size_t redirect = json_get(&w->msg, params, "redirectResponse");
	struct web_resource *r = redirect ? find(n, w, params) : NULL;

	if (is_local(json_text_of(&w->msg, request, "url")))
		return 0;
	if (r) {
		take_response(r, w, redirect);
		r->redirect = true;
		r->extra = json_is_true(&w->msg, params, "redirectHasExtraInfo");
		close_one(n, r);
	}
	r = add(n);
	if (!r)
		return n->beyond ? 0 : evd_nomem(err);
	n->open++;
	copy_id(r->id, json_text_of(&w->msg, params, "requestId"));
	copy_id(r->frame, json_text_of(&w->msg, params, "frameId"));
	r->session = r->asked_in = w->session;
	r->date_ms = milliseconds(w, params, "wallTime");
	put_member(&r->url, w, request, "url");
	put_member(&r->method, w, request, "method");
	put_member(&r->type, w, params, "type");
	put_headers(&r->request, &w->msg, json_get(&w->msg, request, "headers"));
	take_post(r, w, request);
	return evd_buf_check(&r->post, err);
}

struct evd_view web_net_header(const struct evd_buf *lines, const char *name)
{
	struct evd_view rest = evd_buf_view(lines);
	size_t n = strlen(name);

	while (rest.len) {
		const uint8_t *end = memchr(rest.p, '\n', rest.len);
		size_t len = end ? (size_t)(end - rest.p) + 1 : rest.len;

		if (len > n + 1 && rest.p[n] == ':' && strncasecmp((const char *)rest.p, name, n) == 0) {
			struct evd_view v = evd_view_of(rest.p + n + 1, len - n - 1);

			while (v.len && v.p[0] == ' ')
				v = evd_view_of(v.p + 1, v.len - 1);
			while (v.len && (v.p[v.len - 1] == '\n' || v.p[v.len - 1] == '\r'))
				v.len--;
			return v;
		}
		rest = evd_view_of(rest.p + len, rest.len - len);
	}
	return rest;
}

/* Media is broken off by the browser once it has the last byte: whole by the server's own count (RFC 9110 §8.6). */
static bool came_whole(const struct web_resource *r)
{
	char told[24];

	snprintf(told, sizeof told, "%llu", (unsigned long long)r->told);
	return r->answered && !web_net_header(&r->response, "content-encoding").len &&
	       evd_view_is(web_net_header(&r->response, "content-length"), told);
}

static int on_finished(struct web_net *n, struct web *w, size_t params, struct evd_error *err)
{
	struct web_resource *r = find(n, w, params);

	if (!r || r->finished)
		return 0;
	close_one(n, r);
	r->ended_in = w->session;
	r->encoded = web_number(w, params, "encodedDataLength");
	return web_body_end(n, w, r, err);
}

static int on_failed(struct web_net *n, struct web *w, size_t params, struct evd_error *err)
{
	struct web_resource *r = find(n, w, params);

	if (!r || r->finished)
		return 0;
	put_member(&r->error, w, params, "errorText");
	if (came_whole(r))
		return on_finished(n, w, params, err);
	close_one(n, r);
	if (r->body_state == WEB_BODY_ASKED)
		n->asked--;
	r->failed = true;
	return 0;
}

static int on_extra(struct web_net *n, const struct web *w, size_t params, bool response,
                    struct evd_error *err)
{
	struct evd_view text = json_text_of(&w->msg, params, "headersText");
	size_t headers = json_get(&w->msg, params, "headers");
	struct web_extra *x;
	void *grown = evd_grow(n->extra, n->n_extra, &n->extra_cap, sizeof *n->extra);

	if (!grown)
		return evd_nomem(err);
	n->extra = grown;
	if (n->n_extra > 4 * WEB_RESOURCES_MAX)
		return 0;
	x = &n->extra[n->n_extra++];
	memset(x, 0, sizeof *x);
	copy_id(x->id, json_text_of(&w->msg, params, "requestId"));
	x->response = response;
	/* the text as it came ends with an empty line, which is put behind the headers anyway */
	if (response && text.len > 4 && memcmp(text.p, "HTTP/", 5) == 0 &&
	    memcmp(text.p + text.len - 4, "\r\n\r\n", 4) == 0)
		evd_put_view(&x->lines, evd_view_of(text.p, text.len - 2));
	else
		put_headers(&x->lines, &w->msg, headers);
	return evd_buf_check(&x->lines, err);
}

static void put_console(struct web_net *n, struct evd_view text)
{
	struct evd_buf b = {0};

	if (!text.len || n->n_console++ >= WEB_CONSOLE_MAX)
		return;
	evd_put_printable(&b, text, 1000);
	if (n->console.len)
		evd_put_u8(&n->console, ',');
	evd_put_json_string(&n->console, evd_buf_view(&b));
	evd_buf_release(&b);
}

static void on_console(struct web_net *n, const struct web *w, const char *method, size_t params)
{
	size_t entry = json_get(&w->msg, params, "entry");
	size_t thrown = json_get(&w->msg, params, "exceptionDetails");
	size_t said = json_get(&w->msg, params, "args");

	if (strcmp(method, "Log.entryAdded") == 0) {
		if (evd_view_is(json_text_of(&w->msg, entry, "level"), "error"))
			put_console(n, json_text_of(&w->msg, entry, "text"));
	} else if (thrown) {
		size_t what = json_get(&w->msg, thrown, "exception");

		put_console(n, json_text_of(&w->msg, what ? what : thrown, what ? "description" : "text"));
	} else if (evd_view_is(json_text_of(&w->msg, params, "type"), "error") && said &&
	           json_first(&w->msg, said)) {
		size_t first = json_first(&w->msg, said);

		put_console(n, json_text_of(&w->msg, first,
		                            json_get(&w->msg, first, "value") ? "value" : "description"));
	}
}

static int on_event(struct web_net *n, struct web *w, const char *method, size_t params,
                    struct evd_error *err)
{
	const char *what = method + strlen("Network.");
	struct web_resource *r;

	n->moved_ms = evd_clock_ms();
	if (strcmp(what, "requestWillBeSent") == 0)
		return on_request(n, w, params, err);
	if (strcmp(what, "loadingFinished") == 0)
		return on_finished(n, w, params, err);
	if (strcmp(what, "requestWillBeSentExtraInfo") == 0)
		return on_extra(n, w, params, false, err);
	if (strcmp(what, "responseReceivedExtraInfo") == 0)
		return on_extra(n, w, params, true, err);
	if (strcmp(what, "loadingFailed") == 0)
		return on_failed(n, w, params, err);
	if (strcmp(what, "webSocketCreated") == 0)
		n->sockets++;
	r = strcmp(what, "responseReceived") == 0 ? find(n, w, params) : NULL;
	if (r) {
		take_response(r, w, json_get(&w->msg, params, "response"));
		r->extra = json_is_true(&w->msg, params, "hasExtraInfo");
		put_member(&r->type, w, params, "type");
		return web_body_begin(n, w, r, err);
	}
	r = strcmp(what, "dataReceived") == 0 ? find(n, w, params) : NULL;
	if (r)
		r->told += web_number(w, params, "dataLength");
	if (r && r->stream == WEB_STREAM_ON)
		web_body_piece(n, r, json_text_of(&w->msg, params, "data"));
	return 0;
}

int web_net_heard(struct web_net *n, struct web *w, uint64_t reply, const char *method,
                  size_t params, struct evd_error *err)
{
	if (reply)
		return web_body_reply(n, w, reply, params, err);
	if (!params)
		return 0;
	if (strncmp(method, "Network.", 8) == 0)
		return on_event(n, w, method, params, err);
	if (strcmp(method, "Security.visibleSecurityStateChanged") == 0)
		return web_tls_heard(n, w, params, err);
	if (strcmp(method, "Log.entryAdded") == 0 || strncmp(method, "Runtime.", 8) == 0)
		on_console(n, w, method, params);
	return 0;
}

const struct web_resource *web_net_document(const struct web_net *n)
{
	for (size_t i = n->n; n->frame && i--;) {
		const struct web_resource *r = n->at[i];

		if (evd_view_is(evd_buf_view(&r->type), "Document") && strcmp(r->frame, n->frame) == 0)
			return r;
	}
	return NULL;
}

/* The wire's lines of one id come in the order of its hops. */
static struct web_extra *next_extra(struct web_net *n, const char *id, bool response)
{
	for (size_t i = 0; i < n->n_extra; i++) {
		struct web_extra *x = &n->extra[i];

		if (!x->used && x->response == response && strcmp(x->id, id) == 0) {
			x->used = true;
			return x;
		}
	}
	return NULL;
}

static void use_response_lines(struct web_resource *r, const struct web_extra *x)
{
	const uint8_t *end = r->response.len ? memchr(r->response.data, '\n', r->response.len) : NULL;

	if (x->lines.len > 5 && memcmp(x->lines.data, "HTTP/", 5) == 0)
		r->response.len = 0;
	else if (end)
		r->response.len = (size_t)(end - r->response.data) + 1;
	evd_put_view(&r->response, evd_buf_view(&x->lines));
}

void web_net_settle(struct web_net *n)
{
	for (size_t i = 0; i < n->n; i++) {
		struct web_resource *r = n->at[i];
		const struct web_extra *x = r->extra || !r->answered ? next_extra(n, r->id, false) : NULL;

		if (x && x->lines.len) {
			evd_buf_reset(&r->request);
			evd_put_view(&r->request, evd_buf_view(&x->lines));
		}
		x = r->extra && r->answered ? next_extra(n, r->id, true) : NULL;
		if (x && x->lines.len)
			use_response_lines(r, x);
		web_body_settle(r);
	}
	web_tls_settle(n);
}

void web_net_release(struct web_net *n)
{
	for (size_t i = 0; i < n->n; i++) {
		struct web_resource *r = n->at[i];
		struct evd_buf *const all[] = {
		    &r->url,      &r->method, &r->type, &r->request,  &r->post, &r->response, &r->mime,
		    &r->protocol, &r->error,  &r->tls,  &r->security, &r->ip,   &r->body};

		for (size_t k = 0; k < sizeof all / sizeof *all; k++)
			evd_buf_release(all[k]);
		free(r);
	}
	for (size_t i = 0; i < n->n_extra; i++)
		evd_buf_release(&n->extra[i].lines);
	free(n->at);
	free(n->extra);
	evd_buf_release(&n->console);
	evd_buf_release(&n->wrong.error);
	evd_buf_release(&n->wrong.tls);
	evd_buf_release(&n->wrong.chain);
	memset(n, 0, sizeof *n);
}
