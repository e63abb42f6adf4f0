/* capture_web_body: the bodies of a page's traffic, as the browser hands them over; see capture_web_net.h. */
#include "capture_web_net.h"

#include "base/text.h"

#include <string.h>
#include <strings.h>

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
int web_body_begin(struct web_net *n, struct web *w, struct web_resource *r, struct evd_error *err)
{
	r->session = w->session;
	r->stream = WEB_STREAM_ASKED;
	r->body_state = WEB_BODY_ASKED;
	n->asked++;
	return ask(w, r, "Network.streamResourceContent", &r->stream_call, err);
}

void web_body_piece(struct web_net *n, struct web_resource *r, struct evd_view piece)
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

/* The answer to web_body_begin; it may come when all is over already. */
static int on_stream(struct web_net *n, struct web *w, struct web_resource *r, size_t result,
                     struct evd_error *err)
{
	r->stream = result ? WEB_STREAM_ON : WEB_STREAM_REFUSED;
	r->stream_call = 0;
	if (!result)
		return r->finished && !r->failed ? ask_for_body(w, r, err) : 0;
	web_body_piece(n, r, json_text_of(&w->msg, result, "bufferedData"));
	return r->finished && !r->failed ? end_stream(n, w, r, err) : 0;
}

int web_body_end(struct web_net *n, struct web *w, struct web_resource *r, struct evd_error *err)
{
	if (r->stream == WEB_STREAM_ON)
		return end_stream(n, w, r, err);
	return r->stream == WEB_STREAM_REFUSED ? ask_for_body(w, r, err) : 0;
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

/* A frame of another site begins in the session of the page around it and ends in its own: the one that has the
 * body is not told. False: all were asked. */
static bool next_session(struct web_resource *r)
{
	const struct web_session *const all[] = {&r->ended_in, &r->asked_in};

	while (r->tries < 2) {
		const struct web_session *s = all[r->tries++];

		if (strcmp(s->id, r->session.id) != 0) {
			r->session = *s;
			return true;
		}
	}
	return false;
}

int web_body_reply(struct web_net *n, struct web *w, uint64_t reply, size_t result,
                   struct evd_error *err)
{
	for (size_t i = n->n; i--;) {
		struct web_resource *r = n->at[i];

		if (r->stream_call == reply)
			return on_stream(n, w, r, result, err);
		if (r->body_call == reply && !result && r->body_state == WEB_BODY_ASKED && next_session(r))
			return ask_for_body(w, r, err);
		if (r->body_call == reply) {
			on_body(n, w, r, result);
			break;
		}
	}
	return 0;
}

void web_body_settle(struct web_resource *r)
{
	if (r->body_state != WEB_BODY_ASKED)
		return;
	r->why_no_body = r->failed     ? "the transfer did not end"
	                 : r->finished ? "the browser did not hand it over"
	                               : "it had not ended";
	/* a stream that began late lacks the first bytes */
	if (r->stream == WEB_STREAM_ON && r->body.len && r->body.len == r->told) {
		r->body_state = WEB_BODY_PART;
	} else {
		r->body_state = WEB_BODY_MISSED;
		evd_buf_reset(&r->body);
	}
}
