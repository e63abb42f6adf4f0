/* capture_web_net: see capture_web_net.h. */
#include "capture_web_net.h"

#include "base/text.h"
#include "platform/clock.h"

#include <stdlib.h>
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

static void put_tls(struct web_resource *r, const struct web *w, size_t response)
{
	static const char *const texts[] = {
	    "protocol", "keyExchange", "keyExchangeGroup", "cipher",
	    "mac",      "subjectName", "issuer",           "certificateTransparencyCompliance"};
	static const char *const times[] = {"validFrom", "validTo"};
	size_t d = json_get(&w->msg, response, "securityDetails");
	struct evd_object o;

	evd_buf_reset(&r->tls);
	if (!d)
		return;
	evd_object_init(&o);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct evd_view v = json_text_of(&w->msg, d, texts[i]);

		if (v.len)
			evd_object_bytes(&o, texts[i], v);
	}
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		char text[EVD_TIME_LEN + 1];
		uint64_t s = web_number(w, d, times[i]);

		if (s < UINT64_C(253402300800)) { /* year 10000 */
			evd_time_format(text, (int64_t)s * 1000);
			evd_object_cstr(&o, times[i], text);
		}
	}
	if (evd_object_write(&o, &r->tls, NULL))
		evd_buf_reset(&r->tls);
	evd_object_release(&o);
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
	put_tls(r, w, response);
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
	r->session = w->session;
	r->date_ms = milliseconds(w, params, "wallTime");
	put_member(&r->url, w, request, "url");
	put_member(&r->method, w, request, "method");
	put_member(&r->type, w, params, "type");
	put_headers(&r->request, &w->msg, json_get(&w->msg, request, "headers"));
	take_post(r, w, request);
	return evd_buf_check(&r->post, err);
}

static int ask(struct web *w, struct web_resource *r, const char *method, uint64_t *id,
               struct evd_error *err)
{
	struct evd_buf p = {0};
	int rc;

	evd_put_str(&p, "{\"requestId\":");
	evd_put_json_string(&p, evd_view_str(r->id));
	evd_put(&p, "}", 2);
	rc = evd_buf_check(&p, err);
	if (rc == 0)
		rc = web_send(w, &r->session, method, (const char *)p.data, id, err);
	evd_buf_release(&p);
	return rc;
}

static bool too_much(struct web_net *n, struct web_resource *r, uint64_t more)
{
	if (n->bodies + more <= WEB_BODIES_MAX)
		return false;
	r->body_state = WEB_BODY_MISSED;
	r->why_no_body = "the page's bodies are larger than is kept";
	return true;
}

/* The bytes as they come: the browser's own answer to getResponseBody is text in another encoding. */
static int begin_stream(struct web_net *n, struct web *w, struct web_resource *r,
                        struct evd_error *err)
{
	r->session = w->session;
	r->stream = WEB_STREAM_ASKED;
	r->body_state = WEB_BODY_ASKED;
	n->asked++;
	return ask(w, r, "Network.streamResourceContent", &r->stream_call, err);
}

static void add_piece(struct web_net *n, struct web_resource *r, struct evd_view piece)
{
	if (r->body_state != WEB_BODY_ASKED || !piece.len || too_much(n, r, piece.len / 4 * 3))
		return;
	n->bodies += piece.len / 4 * 3;
	if (!web_put_base64(&r->body, piece)) {
		r->body_state = WEB_BODY_MISSED;
		r->why_no_body = "a piece of it was no data";
	}
}

static int ask_for_body(struct web *w, struct web_resource *r, struct evd_error *err)
{
	return ask(w, r, "Network.getResponseBody", &r->body_call, err);
}

/* Pieces that came before the stream began may be missing: then the body is asked for as a whole. */
static int end_stream(struct web_net *n, struct web *w, struct web_resource *r,
                      struct evd_error *err)
{
	if (r->body_state == WEB_BODY_ASKED && r->body.len != r->told) {
		r->stream = WEB_STREAM_REFUSED;
		evd_buf_reset(&r->body);
		return ask_for_body(w, r, err);
	}
	n->asked--;
	if (r->body_state == WEB_BODY_ASKED)
		r->body_state = WEB_BODY_KEPT;
	return 0;
}

static int on_finished(struct web_net *n, struct web *w, size_t params, struct evd_error *err)
{
	struct web_resource *r = find(n, w, params);

	if (!r || r->finished)
		return 0;
	close_one(n, r);
	r->encoded = web_number(w, params, "encodedDataLength");
	if (r->stream == WEB_STREAM_ON)
		return end_stream(n, w, r, err);
	if (r->stream == WEB_STREAM_REFUSED)
		return ask_for_body(w, r, err);
	return 0;
}

/* The answer to begin_stream; it may come when all is over already. */
static int on_stream(struct web_net *n, struct web *w, struct web_resource *r, size_t result,
                     struct evd_error *err)
{
	r->stream = result ? WEB_STREAM_ON : WEB_STREAM_REFUSED;
	r->stream_call = 0;
	if (!result)
		return r->finished && !r->failed ? ask_for_body(w, r, err) : 0;
	add_piece(n, r, json_text_of(&w->msg, result, "bufferedData"));
	return r->finished ? end_stream(n, w, r, err) : 0;
}

static void on_failed(struct web_net *n, struct web *w, size_t params)
{
	struct web_resource *r = find(n, w, params);

	if (!r || r->finished)
		return;
	close_one(n, r);
	if (r->body_state == WEB_BODY_ASKED)
		n->asked--;
	r->failed = true;
	put_member(&r->error, w, params, "errorText");
	r->body_state = r->answered ? WEB_BODY_MISSED : WEB_BODY_NONE;
	r->why_no_body = "the transfer did not end";
}

/* Whether the response names an encoding that is not UTF-8. */
static bool names_encoding(const struct web_resource *r)
{
	static const char key[] = "charset=";
	size_t n = sizeof key - 1;

	for (size_t i = 0; i + n < r->response.len; i++) {
		const char *at = (const char *)r->response.data + i;
		size_t left = r->response.len - i - n, quote;

		if (strncasecmp(at, key, n) != 0)
			continue;
		quote = at[n] == '"' || at[n] == '\'';
		if (left < 5 + quote || strncasecmp(at + n + quote, "utf-8", 5) != 0)
			return true;
	}
	return false;
}

/*
 * The browser decoded this text and writes it as UTF-8. It is the bytes that came only if those were UTF-8: of
 * the same length (what is one byte in another encoding is two or three here), nothing replaced, no other
 * encoding named.
 */
static bool is_as_it_came(const struct web_resource *r, struct evd_view text)
{
	bool ascii = true;

	for (size_t i = 0; i < text.len; i++) {
		ascii = ascii && text.p[i] < 0x80;
		if (text.len - i >= 3 && memcmp(text.p + i, "\xef\xbf\xbd", 3) == 0)
			return false;
	}
	return ascii || (text.len == r->told && !names_encoding(r));
}

static void on_body(struct web_net *n, const struct web *w, struct web_resource *r, size_t result)
{
	struct evd_view text = json_text_of(&w->msg, result, "body");

	r->body_call = 0;
	if (r->body_state != WEB_BODY_ASKED)
		return;
	n->asked--;
	r->body_state = WEB_BODY_MISSED;
	r->why_no_body = "the browser no longer had it";
	if (!result || too_much(n, r, text.len))
		return;
	if (json_is_true(&w->msg, result, "base64Encoded")) {
		if (!web_put_base64(&r->body, text))
			return;
	} else if (!is_as_it_came(r, text)) {
		r->why_no_body = "only text in another encoding was to be had";
		return;
	} else if (text.len) {
		evd_put_view(&r->body, text);
		r->from_text = true;
	}
	if (r->body.failed || (r->told && r->told != r->body.len)) {
		r->why_no_body = "the browser had it in part";
		evd_buf_reset(&r->body);
		return;
	}
	n->bodies += r->body.len;
	r->body_state = WEB_BODY_KEPT;
	r->why_no_body = NULL;
}

static int on_reply(struct web_net *n, struct web *w, uint64_t reply, size_t result,
                    struct evd_error *err)
{
	for (size_t i = n->n; i--;) {
		struct web_resource *r = n->at[i];

		if (r->stream_call == reply)
			return on_stream(n, w, r, result, err);
		if (r->body_call == reply) {
			on_body(n, w, r, result);
			break;
		}
	}
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
		on_failed(n, w, params);
	if (strcmp(what, "webSocketCreated") == 0)
		n->sockets++;
	r = strcmp(what, "responseReceived") == 0 ? find(n, w, params) : NULL;
	if (r) {
		take_response(r, w, json_get(&w->msg, params, "response"));
		r->extra = json_is_true(&w->msg, params, "hasExtraInfo");
		put_member(&r->type, w, params, "type");
		return begin_stream(n, w, r, err);
	}
	r = strcmp(what, "dataReceived") == 0 ? find(n, w, params) : NULL;
	if (r)
		r->told += web_number(w, params, "dataLength");
	if (r && r->stream == WEB_STREAM_ON)
		add_piece(n, r, json_text_of(&w->msg, params, "data"));
	return 0;
}

int web_net_heard(struct web_net *n, struct web *w, uint64_t reply, const char *method,
                  size_t params, struct evd_error *err)
{
	if (reply)
		return on_reply(n, w, reply, params, err);
	if (!params)
		return 0;
	if (strncmp(method, "Network.", 8) == 0)
		return on_event(n, w, method, params, err);
	if (strcmp(method, "Log.entryAdded") == 0 || strncmp(method, "Runtime.", 8) == 0)
		on_console(n, w, method, params);
	return 0;
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
	}
}

void web_net_release(struct web_net *n)
{
	for (size_t i = 0; i < n->n; i++) {
		struct web_resource *r = n->at[i];
		struct evd_buf *const all[] = {&r->url,   &r->method,   &r->type, &r->request,
		                               &r->post,  &r->response, &r->mime, &r->protocol,
		                               &r->error, &r->tls,      &r->ip,   &r->body};

		for (size_t k = 0; k < sizeof all / sizeof *all; k++)
			evd_buf_release(all[k]);
		free(r);
	}
	for (size_t i = 0; i < n->n_extra; i++)
		evd_buf_release(&n->extra[i].lines);
	free(n->at);
	free(n->extra);
	evd_buf_release(&n->console);
	memset(n, 0, sizeof *n);
}
