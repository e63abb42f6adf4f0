/* capture_web_report: the account of a page's traffic, and what of it is missing; see capture_web_net.h. */
#include "capture_web_page.h"
#include "capture_web_warc.h"

#include "base/text.h"
#include "platform/clock.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ORIGINS_MAX 100u

static void put_text(struct evd_object *o, const char *key, const struct evd_buf *b)
{
	if (b->len)
		evd_object_bytes(o, key, evd_buf_view(b));
}

static const char *outcome(const struct web_resource *r)
{
	return r->failed ? "failed" : r->redirect ? "redirect" : r->finished ? "loaded" : "under-way";
}

static void put_resource(struct evd_object *o, const struct web_resource *r)
{
	static const char *const bodies[] = {"none", "not-kept", "kept", "part", "not-kept"};
	struct evd_view date = web_net_header(&r->response, "date");
	char time[EVD_TIME_LEN + 1];

	evd_object_reset(o);
	evd_time_format(time, (int64_t)r->date_ms);
	evd_object_cstr(o, "asked", time);
	if (date.len)
		evd_object_bytes(o, "httpDate", date);
	put_text(o, "url", &r->url);
	put_text(o, "method", &r->method);
	put_text(o, "type", &r->type);
	put_text(o, "mime", &r->mime);
	put_text(o, "address", &r->ip);
	put_text(o, "protocol", &r->protocol);
	put_text(o, "error", &r->error);
	put_text(o, "security", &r->security);
	if (r->tls.len)
		evd_object_raw(o, "tls", evd_buf_view(&r->tls));
	if (r->answered)
		evd_object_int(o, "status", r->status);
	if (r->port)
		evd_object_int(o, "port", r->port);
	evd_object_cstr(o, "outcome", outcome(r));
	evd_object_cstr(o, "body", bodies[r->body_state]);
	if (r->from_text)
		evd_object_bool(o, "bodyFromText", true);
	evd_object_int(o, "bodyLength", r->body.len);
	evd_object_bool(o, "fromServiceWorker", r->from_worker);
	if (r->why_no_body)
		evd_object_cstr(o, "why", r->why_no_body);
}

int web_net_put(const struct web_net *n, struct evd_view chains, struct evd_buf *b,
                struct evd_error *err)
{
	struct evd_object o, all;
	struct evd_buf list = {0};
	int r = 0;

	evd_object_init(&o);
	evd_object_init(&all);
	evd_put_u8(&list, '[');
	for (size_t i = 0; r == 0 && i < n->n; i++) {
		if (i)
			evd_put_u8(&list, ',');
		put_resource(&o, n->at[i]);
		r = evd_object_write(&o, &list, err);
	}
	evd_put_u8(&list, ']');
	evd_object_raw(&all, "resources", evd_buf_view(&list));
	evd_buf_reset(&list);
	evd_put_u8(&list, '[');
	if (n->console.len)
		evd_put_view(&list, evd_buf_view(&n->console));
	evd_put_u8(&list, ']');
	evd_object_raw(&all, "consoleErrors", evd_buf_view(&list));
	evd_object_raw(&all, "certificates", chains);
	evd_object_int(&all, "consoleErrorCount", n->n_console);
	evd_object_int(&all, "requestsNotKept", n->beyond);
	evd_object_int(&all, "webSockets", n->sockets);
	if (r == 0)
		r = evd_buf_check(&list, err);
	if (r == 0)
		r = evd_object_write(&all, b, err);
	evd_buf_release(&list);
	evd_object_release(&o);
	evd_object_release(&all);
	return r;
}

struct evd_view web_net_origin(const struct web_resource *r)
{
	struct evd_view v = evd_buf_view(&r->url);
	size_t at = 8;

	if (v.len < 9 || memcmp(v.p, "https://", 8) != 0)
		return evd_view_of(NULL, 0);
	while (at < v.len && v.p[at] != '/' && v.p[at] != '?')
		at++;
	return evd_view_of(v.p, at);
}

/* One origin's chain, as the browser was shown it: base64 of DER, the server's certificate first. */
static int put_chain(struct web_page *p, struct evd_view origin, struct evd_buf *b,
                     struct evd_error *err)
{
	const struct web_net *n = &p->net;
	bool wrong = n->wrong.of && evd_view_eq(web_net_origin(n->wrong.of), origin);
	struct evd_buf params = {0};
	size_t result = 0, list;
	int r;

	evd_put_str(&params, "{\"origin\":");
	evd_put_json_string(&params, origin);
	evd_put(&params, "}", 2);
	r = evd_buf_check(&params, err);
	if (r == 0)
		r = web_page_call(p, "Network.getCertificate", (const char *)params.data, &result, err);
	evd_buf_release(&params);
	if (r && r != EVD_E_DAMAGED)
		return r;
	list = r == 0 ? json_get(&p->w->msg, result, "tableNames") : 0;
	evd_put_str(b, b->len > 1 ? ",{\"chain\":" : "{\"chain\":");
	if (wrong && n->wrong.chain.len)
		evd_put_view(b, evd_buf_view(&n->wrong.chain));
	else
		web_tls_put_chain(p->w, list, b);
	if (wrong && n->wrong.error.len) {
		evd_put_str(b, ",\"error\":");
		evd_put_json_string(b, evd_buf_view(&n->wrong.error));
	}
	evd_put_str(b, ",\"origin\":");
	evd_put_json_string(b, origin);
	evd_put_u8(b, '}');
	return evd_buf_check(b, err);
}

static int put_chains(struct web_page *p, struct evd_buf *b, struct evd_error *err)
{
	struct evd_view seen[ORIGINS_MAX];
	size_t n = 0;
	int r = 0;

	evd_put_u8(b, '[');
	for (size_t i = 0; r == 0 && i < p->net.n && n < ORIGINS_MAX; i++) {
		struct evd_view origin = web_net_origin(p->net.at[i]);
		bool known = origin.len == 0 || !p->net.at[i]->tls.len;

		for (size_t k = 0; k < n && !known; k++)
			known = evd_view_eq(seen[k], origin);
		if (known)
			continue;
		seen[n++] = origin;
		r = put_chain(p, origin, b, err);
	}
	evd_put_u8(b, ']');
	return r ? r : evd_buf_check(b, err);
}

static int put_page_line(struct web_page *p, struct evd_buf *b, struct evd_error *err)
{
	struct evd_object o;
	char time[EVD_TIME_LEN + 1];
	int r;

	evd_object_init(&o);
	evd_time_format(time, p->from_ms);
	evd_object_cstr(&o, "id", "1");
	evd_object_cstr(&o, "ts", time);
	evd_object_bytes(&o, "url", evd_buf_view(&p->final_url));
	if (p->title.len && evd_is_utf8(evd_buf_view(&p->title)))
		evd_object_str(&o, "title", evd_buf_view(&p->title));
	r = evd_object_write(&o, b, err);
	evd_object_release(&o);
	return r;
}

static int put_wacz(struct web_page *p, struct evd_error *err)
{
	struct evd_buf warc = {0}, index = {0}, line = {0}, out = {0};
	int r = web_warc_put(&p->net, &warc, &index, err);

	if (r == 0)
		r = put_page_line(p, &line, err);
	if (r == 0)
		r = web_wacz_put(evd_buf_view(&line), evd_buf_view(&warc), evd_buf_view(&index),
		                 evd_clock_ms(), &out, err);
	evd_buf_release(&warc);
	web_page_facts(p);
	if (r == 0)
		r = web_page_item(p, "traffic", "wacz", evd_buf_view(&out), err);
	evd_buf_release(&index);
	evd_buf_release(&line);
	evd_buf_release(&out);
	return r;
}

int web_page_account(struct web_page *p, struct evd_error *err)
{
	struct evd_buf chains = {0}, report = {0};
	int r;

	web_net_settle(&p->net);
	r = put_chains(p, &chains, err);
	if (r == 0)
		r = web_page_judge(p, err);
	if (r == 0)
		r = put_wacz(p, err);
	if (r == 0)
		r = web_net_put(&p->net, evd_buf_view(&chains), &report, err);
	web_page_facts(p);
	if (r == 0)
		r = web_page_item(p, "network", "json", evd_buf_view(&report), err);
	evd_buf_release(&chains);
	evd_buf_release(&report);
	return r;
}
