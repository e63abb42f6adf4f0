/* capture_web_tls: what a server's TLS was, and what the browser found wrong with its certificate; see
 * capture_web_net.h. */
#include "capture_web_net.h"

#include "base/text.h"
#include "platform/clock.h"

#include <string.h>

void web_tls_put(const struct web *w, size_t details, struct evd_buf *b)
{
	static const char *const texts[] = {
	    "protocol", "keyExchange", "keyExchangeGroup", "cipher",
	    "mac",      "subjectName", "issuer",           "certificateTransparencyCompliance"};
	static const char *const times[] = {"validFrom", "validTo"};
	struct evd_object o;

	evd_buf_reset(b);
	if (!details)
		return;
	evd_object_init(&o);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct evd_view v = json_text_of(&w->msg, details, texts[i]);

		if (v.len)
			evd_object_bytes(&o, texts[i], v);
	}
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		char text[EVD_TIME_LEN + 1];
		uint64_t s = web_number(w, details, times[i]);

		if (s < UINT64_C(253402300800)) { /* year 10000 */
			evd_time_format(text, (int64_t)s * 1000);
			evd_object_cstr(&o, times[i], text);
		}
	}
	if (evd_object_write(&o, b, NULL))
		evd_buf_reset(b);
	evd_object_release(&o);
}

void web_tls_put_chain(const struct web *w, size_t list, struct evd_buf *b)
{
	evd_put_u8(b, '[');
	for (size_t at = list ? json_first(&w->msg, list) : 0, i = 0; at;
	     at = json_next(&w->msg, list, at), i++) {
		if (i)
			evd_put_u8(b, ',');
		evd_put_json_string(b, json_text(&w->msg, at));
	}
	evd_put_u8(b, ']');
}

/* The first state with an error is the page's own; the browser tells it for the document alone. */
int web_tls_heard(struct web_net *n, const struct web *w, size_t params, struct evd_error *err)
{
	size_t state = json_get(&w->msg, params, "visibleSecurityState");
	size_t c = json_get(&w->msg, state, "certificateSecurityState");
	struct evd_view wrong = json_text_of(&w->msg, c, "certificateNetworkError");

	if (!c || !wrong.len || n->wrong.error.len)
		return 0;
	evd_put_view(&n->wrong.error, wrong);
	web_tls_put(w, c, &n->wrong.tls);
	web_tls_put_chain(w, json_get(&w->msg, c, "certificate"), &n->wrong.chain);
	return evd_buf_check(&n->wrong.chain, err);
}

bool web_tls_refused(const struct web_resource *r)
{
	static const char error[] = "net::ERR_CERT_";

	return r->failed && r->error.len >= sizeof error - 1 &&
	       memcmp(r->error.data, error, sizeof error - 1) == 0;
}

bool web_tls_untrusted(const struct web_resource *r)
{
	return r->tls.len && evd_view_is(evd_buf_view(&r->security), "insecure");
}

void web_tls_settle(struct web_net *n)
{
	for (size_t i = 0; i < n->n; i++) {
		struct web_resource *r = n->at[i];

		if (r != web_net_document(n) || !(web_tls_refused(r) || web_tls_untrusted(r)))
			continue;
		n->wrong.of = r;
		if (!r->tls.len && n->wrong.tls.len)
			evd_put_view(&r->tls, evd_buf_view(&n->wrong.tls));
	}
}
