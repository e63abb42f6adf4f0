/* capture_web_revisit: a page held against an earlier capture of it; an entry of its own (docs/capture.md). */
#include "capture_web_page.h"

#include <stdio.h>
#include <string.h>

/* Same, changed, gone; or "unknown", which is none of them, where the page was not to be had. */
static const char *judge(struct web_page *p, struct evd_buf *differs, char *text, size_t size)
{
	static const char *const keys[] = {"earlierText", "earlierTitle", "earlierUrl"};
	static const char *const names[] = {"text", "title", "address"};
	const struct web_resource *d = web_net_document(&p->net);
	const struct evd_view now[] = {evd_view_str(p->text), evd_buf_view(&p->title),
	                               evd_buf_view(&p->final_url)};
	uint64_t status = d && d->answered ? d->status : 0;

	/* also where the browser shows a page of its own, because the answer was empty */
	if (status == 404 || status == 410) {
		snprintf(text, size, "it is gone: the server answered with status %u", (unsigned)status);
		return "gone";
	}
	if (p->error.len) {
		snprintf(text, size, "it did not load now: whether it changed is not known");
		return "unknown";
	}
	if (status >= 400 || !p->text[0] || !capture_option(p->w->c, keys[0])) {
		snprintf(text, size, "status %u, no text to compare: whether it changed is not known",
		         (unsigned)status);
		return "unknown";
	}
	for (size_t i = 0; i < 3; i++) {
		const char *before = capture_option(p->w->c, keys[i]);

		if (!evd_view_eq(now[i], evd_view_str(before ? before : "")))
			evd_putf(differs, "%s%s", differs->len ? " " : "", names[i]);
	}
	if (differs->len == 0) {
		snprintf(text, size, "the text it shows, its title and its address are the same");
		return "same";
	}
	snprintf(text, size, "it changed: %.*s", (int)differs->len, (const char *)differs->data);
	return "changed";
}

int web_page_compare(struct web_page *p, struct evd_error *err)
{
	const char *item = capture_option(p->w->c, "earlierItem");
	const char *time = capture_option(p->w->c, "earlierTime");
	struct evd_object *o = &p->facts;
	struct evd_buf differs = {0};
	const char *result;
	char text[200];
	int r;

	if (!item)
		return 0;
	result = judge(p, &differs, text, sizeof text);
	r = evd_buf_check(&differs, err);
	if (r == 0)
		r = capture_action(p->w->c, "compare", "captures", err);
	evd_object_reset(o);
	evd_object_cstr(o, "kind", "observation");
	evd_object_cstr(o, "code", "web-revisit");
	evd_object_cstr(o, "result", result);
	evd_object_cstr(o, "text", text);
	evd_object_bytes(o, "url", evd_view_str(p->url));
	evd_object_cstr(o, "earlier", item);
	if (time)
		evd_object_cstr(o, "earlierTime", time);
	if (differs.len)
		evd_object_str(o, "differs", evd_buf_view(&differs));
	evd_buf_release(&differs);
	if (r == 0)
		r = capture_record(p->w->c, o, err);
	if (r == 0)
		r = capture_commit(p->w->c, err);
	if (strcmp(result, "same") == 0)
		capture_say(p->w->c, "page %u: %s as on %s", p->number, text, time ? time : "that day");
	else
		capture_warn(p->w->c, "page %u: %s (earlier: %s)", p->number, text, time ? time : "");
	return r;
}
