/* capture_web_load: a tab, the load, scrolling for what loads late; see capture_web_page.h. */
#include "capture_web_page.h"

#include "platform/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUIET_MS 500       /* nothing under way for so long: still */
#define STEP_MS 80         /* at each step of scrolling: for scripts to notice */
#define SCROLL_STEPS 1000u /* and pixels are bounded by the wish */
#define BODY_MS 20000      /* for bodies that were asked for */

int web_page_call(struct web_page *p, const char *method, const char *params, size_t *result,
                  struct evd_error *err)
{
	return web_call(p->w, &p->session, method, params, WEB_CALL_MS, result, err);
}

/* A script context of our own in the main frame. */
static int make_world(struct web_page *p, struct evd_error *err)
{
	char params[200];
	size_t result;
	int r;

	snprintf(params, sizeof params, "{\"frameId\":\"%s\",\"worldName\":\"evidence\"}", p->frame);
	r = web_page_call(p, "Page.createIsolatedWorld", params, &result, err);
	p->world = r ? 0 : web_number(p->w, result, "executionContextId");
	return r;
}

static int evaluate(struct web_page *p, const char *script, size_t *result, struct evd_error *err)
{
	struct evd_buf b = {0};
	int r;

	evd_putf(&b, "{\"contextId\":%llu,\"returnByValue\":true,\"awaitPromise\":true,\"expression\":",
	         (unsigned long long)p->world);
	evd_put_json_string(&b, evd_view_str(script));
	evd_put(&b, "}", 2);
	r = evd_buf_check(&b, err);
	if (r == 0)
		r = web_page_call(p, "Runtime.evaluate", (const char *)b.data, result, err);
	evd_buf_release(&b);
	return r;
}

int web_page_eval(struct web_page *p, const char *script, struct evd_view *value,
                  struct evd_error *err)
{
	size_t result;
	int r = evaluate(p, script, &result, err);

	/* the page went on to another by itself: our context went with it */
	if (r == EVD_E_DAMAGED) {
		r = make_world(p, err);
		if (r == 0)
			r = evaluate(p, script, &result, err);
	}
	if (r == 0)
		*value = json_text_of(&p->w->msg, json_get(&p->w->msg, result, "result"), "value");
	return r;
}

void web_page_find(struct web_page *p, const char *code, const char *fmt, ...)
{
	va_list args;

	if (p->n_findings == WEB_FINDINGS_MAX)
		return;
	va_start(args, fmt);
	vsnprintf(p->finding[p->n_findings].text, sizeof p->finding[0].text, fmt, args);
	va_end(args);
	p->finding[p->n_findings].code = code;
	capture_warn(p->w->c, "page %u: %s", p->number, p->finding[p->n_findings].text);
	p->n_findings++;
}

/* What belongs to the page runs in processes of its own too: frames of other sites, workers. */
static int attach(struct web *w, size_t params, struct evd_error *err)
{
	static const char network[] =
	    "{\"maxTotalBufferSize\":536870912,\"maxResourceBufferSize\":536870912,"
	    "\"maxPostDataSize\":67108864}";
	struct evd_view id = json_text_of(&w->msg, params, "sessionId");
	struct web_session s = {{0}};
	int r;

	if (id.len >= sizeof s.id)
		return 0;
	memcpy(s.id, id.p, id.len);
	r = web_send(w, &s, "Network.enable", network, NULL, err);
	if (r == 0)
		r = web_send(w, &s, "Target.setAutoAttach",
		             "{\"autoAttach\":true,\"waitForDebuggerOnStart\":true,\"flatten\":true}", NULL,
		             err);
	if (r == 0)
		r = web_send(w, &s, "Runtime.runIfWaitingForDebugger", NULL, NULL, err);
	return r;
}

static bool is_main(const struct web_page *p, const struct web *w)
{
	return strcmp(p->session.id, w->session.id) == 0;
}

/* By a script, a timer of its markup, the server: the items from here on are of another page than was looked at. */
static void note_move(struct web_page *p, const struct web *w, size_t params)
{
	size_t frame = json_get(&w->msg, params, "frame");

	if (!p->looked_at || !evd_view_is(json_text_of(&w->msg, frame, "id"), p->frame))
		return;
	evd_buf_reset(&p->moved);
	evd_put_view(&p->moved, json_text_of(&w->msg, frame, "url"));
}

static int heard(void *ctx, struct web *w, uint64_t reply, const char *method, size_t params,
                 struct evd_error *err)
{
	struct web_page *p = ctx;

	if (!reply && strcmp(method, "Target.attachedToTarget") == 0 &&
	    json_is_true(&w->msg, params, "waitingForDebugger"))
		return attach(w, params, err);
	if (!reply && strcmp(method, "Page.loadEventFired") == 0 && is_main(p, w))
		p->loaded = true;
	if (!reply && strcmp(method, "Page.frameNavigated") == 0 && is_main(p, w))
		note_move(p, w, params);
	if (!reply && strcmp(method, "Page.javascriptDialogOpening") == 0) {
		p->dialogs++;
		return web_send(w, &w->session, "Page.handleJavaScriptDialog", "{\"accept\":false}", NULL,
		                err);
	}
	if (!reply && strcmp(method, "Inspector.targetCrashed") == 0 && is_main(p, w))
		return evd_fail(err, EVD_E_UNAVAILABLE, "the page crashed while it was captured");
	return web_net_heard(&p->net, w, reply, method, params, err);
}

int web_page_settle(struct web_page *p, int ms, struct evd_error *err)
{
	int64_t until = evd_clock_ms() + ms;
	int r = 0;

	for (;;) {
		int64_t now = evd_clock_ms(), quiet = now - p->net.moved_ms;

		if (p->loaded && !p->net.open && quiet >= QUIET_MS)
			return 0;
		if (now >= until)
			return EVD_END;
		r = web_hear(p->w, 100, err);
		if (r < 0)
			return r;
	}
}

/* Bodies that were asked for come in their own time. */
static int wait_for_bodies(struct web_page *p, struct evd_error *err)
{
	int64_t until = evd_clock_ms() + BODY_MS;
	int r = 0;

	while (r >= 0 && p->net.asked && evd_clock_ms() < until)
		r = web_hear(p->w, 100, err);
	return r < 0 ? r : 0;
}

/* What is wrong with the page's certificate is told behind the load. */
static int wait_for_certificate(struct web_page *p, struct evd_error *err)
{
	const struct web_resource *d = web_net_document(&p->net);
	bool wrong = d && (web_tls_refused(d) || web_tls_untrusted(d));
	int64_t until = evd_clock_ms() + BODY_MS;
	int r = 0;

	while (r >= 0 && wrong && !p->net.wrong.error.len && evd_clock_ms() < until)
		r = web_hear(p->w, 100, err);
	return r < 0 ? r : 0;
}

static int open_tab(struct web_page *p, struct evd_error *err)
{
	char params[200];
	struct evd_view v;
	size_t result;
	int r = web_call(p->w, NULL, "Target.createTarget", "{\"url\":\"about:blank\"}", WEB_CALL_MS,
	                 &result, err);

	if (r)
		return r;
	v = json_text_of(&p->w->msg, result, "targetId");
	for (size_t i = 0; i < v.len && i < sizeof p->target - 1; i++)
		p->target[i] = (char)(v.p[i] == '"' || v.p[i] == '\\' ? '_' : v.p[i]);
	snprintf(params, sizeof params, "{\"targetId\":\"%s\",\"flatten\":true}", p->target);
	r = web_call(p->w, NULL, "Target.attachToTarget", params, WEB_CALL_MS, &result, err);
	if (r)
		return r;
	v = json_text_of(&p->w->msg, result, "sessionId");
	if (v.len == 0 || v.len >= sizeof p->session.id)
		return evd_fail(err, EVD_E_FORMAT, "the browser gave no session");
	memcpy(p->session.id, v.p, v.len);
	return 0;
}

static int prepare(struct web_page *p, struct evd_error *err)
{
	char metrics[200];
	const char *const steps[][2] = {
	    {"Network.enable", "{\"maxTotalBufferSize\":536870912,\"maxResourceBufferSize\":536870912,"
	                       "\"maxPostDataSize\":67108864}"},
	    {"Network.setCacheDisabled", "{\"cacheDisabled\":true}"},
	    {"Page.enable", NULL},
	    {"Runtime.enable", NULL},
	    {"Log.enable", NULL},
	    {"Inspector.enable", NULL},
	    {"Security.enable", NULL},
	    {"Target.setAutoAttach",
	     "{\"autoAttach\":true,\"waitForDebuggerOnStart\":true,\"flatten\":true}"},
	    {"Emulation.setDeviceMetricsOverride", metrics},
	    {p->wish->bad_certificates ? "Security.setIgnoreCertificateErrors" : NULL,
	     "{\"ignore\":true}"},
	};
	size_t result;
	int r = 0;

	snprintf(metrics, sizeof metrics,
	         "{\"width\":%u,\"height\":%u,\"deviceScaleFactor\":1,\"mobile\":false}",
	         p->wish->width, p->wish->height);
	for (size_t i = 0; r == 0 && i < sizeof steps / sizeof *steps; i++)
		if (steps[i][0])
			r = web_page_call(p, steps[i][0], steps[i][1], &result, err);
	if (r == 0)
		r = web_call(p->w, NULL, "Browser.setDownloadBehavior", "{\"behavior\":\"deny\"}",
		             WEB_CALL_MS, &result, err);
	if (r == 0)
		r = web_call(p->w, NULL, "Browser.getVersion", NULL, WEB_CALL_MS, &result, err);
	if (r == 0) {
		evd_put_view(&p->product, json_text_of(&p->w->msg, result, "product"));
		evd_put_view(&p->user_agent, json_text_of(&p->w->msg, result, "userAgent"));
	}
	return r;
}

/* What the browser does not answer within the time for a load is a finding: the page may still show. */
static int navigate(struct web_page *p, struct evd_error *err)
{
	struct evd_buf b = {0};
	struct evd_view v;
	size_t result;
	int r;

	evd_put_str(&b, "{\"url\":");
	evd_put_json_string(&b, evd_view_str(p->url));
	evd_put(&b, "}", 2);
	r = evd_buf_check(&b, err);
	p->from_ms = p->net.moved_ms = evd_clock_ms();
	p->loaded = false;
	if (r == 0)
		r = web_call(p->w, &p->session, "Page.navigate", (const char *)b.data, p->wish->load_ms,
		             &result, err);
	evd_buf_release(&b);
	if (r == EVD_E_LIMIT) {
		evd_put_str(&p->error, "no answer within the time for a load");
		return 0;
	}
	if (r)
		return r;
	v = json_text_of(&p->w->msg, result, "errorText");
	if (v.len)
		evd_put_view(&p->error, v);
	p->net.frame = p->frame;
	v = json_text_of(&p->w->msg, result, "frameId");
	for (size_t i = 0; i < v.len && i < sizeof p->frame - 1; i++)
		p->frame[i] = (char)(v.p[i] == '"' || v.p[i] == '\\' ? '_' : v.p[i]);
	return 0;
}

static int pause_for(struct web_page *p, int ms, struct evd_error *err)
{
	int64_t until = evd_clock_ms() + ms, left = ms;
	int r = 0;

	while (r >= 0 && left > 0) {
		r = web_hear(p->w, (int)left, err);
		left = until - evd_clock_ms();
	}
	return r < 0 ? r : 0;
}

struct view {
	uint64_t at, height, window;
};

static int look(struct web_page *p, const char *script, struct view *v, struct evd_error *err)
{
	struct evd_view text;
	char line[80];
	unsigned long long a = 0, b = 0, c = 0;
	int r = web_page_eval(p, script, &text, err);

	if (r)
		return r;
	snprintf(line, sizeof line, "%.*s", text.len < 79 ? (int)text.len : 79,
	         text.len ? (const char *)text.p : "");
	if (sscanf(line, "%llu %llu %llu", &a, &b, &c) != 3)
		return evd_fail(err, EVD_E_DAMAGED, "the page's height could not be had");
	*v = (struct view){a, b, c};
	return 0;
}

#define SHOWS                                                                                      \
	"(() => { const d = document.scrollingElement || document.documentElement;"                    \
	" return [Math.round(scrollY), d ? d.scrollHeight : 0, innerHeight].join(' ') })()"
#define DOWN                                                                                       \
	"(() => { scrollBy({top: innerHeight * 0.8, behavior: 'instant'}); return " SHOWS " })()"

/* Downwards until the end stays the end, or the bound. */
static int scroll(struct web_page *p, struct evd_error *err)
{
	struct view v = {0, 0, 0}, before = v;
	int r = look(p, SHOWS, &v, err);

	for (unsigned i = 0; r == 0 && i < SCROLL_STEPS; i++) {
		bool at_end = v.at + v.window + 1 >= v.height || (i && v.at == before.at);

		if (i && at_end) {
			r = web_page_settle(p, p->wish->load_ms / 4, err);
			p->never_still = p->never_still || r == EVD_END;
			r = r < 0 ? r : look(p, SHOWS, &before, err);
			if (r || before.height <= v.height)
				break;
		} else if (!i && at_end) {
			break;
		}
		if (v.at + v.window >= p->wish->max_height) {
			p->cut = true;
			break;
		}
		before = v;
		r = look(p, DOWN, &v, err);
		p->grew = p->grew || (r == 0 && v.height > before.height);
		if (r == 0)
			r = pause_for(p, STEP_MS, err);
		p->cut = p->cut || i + 1 == SCROLL_STEPS;
	}
	return r;
}

static int to_the_top(struct web_page *p, struct evd_error *err)
{
	struct view v;
	int r =
	    look(p, "(() => { scrollTo({top: 0, behavior: 'instant'}); return " SHOWS " })()", &v, err);

	if (r == 0)
		r = web_page_settle(p, p->wish->load_ms, err);
	p->never_still = p->never_still || r == EVD_END;
	return r < 0 ? r : 0;
}

static int read_size(struct web_page *p, struct evd_error *err)
{
	size_t result, size;
	int r = web_page_call(p, "Page.getLayoutMetrics", NULL, &result, err);

	if (r)
		return r;
	size = json_get(&p->w->msg, result, "cssContentSize");
	p->width = web_number(p->w, size, "width");
	p->height = web_number(p->w, size, "height");
	return 0;
}

int web_page_open(struct web_page *p, struct evd_error *err)
{
	struct evd_view v;
	int r;

	p->w->heard = heard;
	p->w->ctx = p;
	r = open_tab(p, err);
	if (r == 0)
		r = prepare(p, err);
	if (r == 0)
		r = navigate(p, err);
	if (r == 0 && !p->frame[0])
		return evd_fail(err, EVD_E_DAMAGED, "%.*s", p->error.len < 200 ? (int)p->error.len : 200,
		                p->error.len ? (const char *)p->error.data
		                             : "the page gave nothing at all");
	if (r == 0)
		r = web_page_settle(p, p->wish->load_ms, err);
	p->never_still = r == EVD_END;
	if (r >= 0)
		r = make_world(p, err);
	if (r == 0)
		r = scroll(p, err);
	if (r == 0)
		r = to_the_top(p, err);
	p->looked_at = true;
	if (r == 0)
		r = web_page_eval(p, "location.href", &v, err);
	if (r == 0)
		evd_put_view(&p->final_url, v);
	if (r == 0)
		r = web_page_eval(p, "document.title", &v, err);
	if (r == 0 && v.len)
		evd_put_view(&p->title, v);
	if (r == 0)
		r = wait_for_bodies(p, err);
	if (r == 0)
		r = wait_for_certificate(p, err);
	return r ? r : read_size(p, err);
}

void web_page_close(struct web_page *p)
{
	char params[120];
	size_t result;

	p->w->heard = NULL;
	snprintf(params, sizeof params, "{\"targetId\":\"%s\"}", p->target);
	/* a browser that has gone is noticed by what follows */
	if (p->target[0] &&
	    web_call(p->w, NULL, "Target.closeTarget", params, WEB_CALL_MS / 10, &result, NULL))
		p->target[0] = 0;
}
