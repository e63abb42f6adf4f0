/* capture_web: pages, one after the other, each one load, one set of items, one entry (docs/capture.md). */
#include "capture_web_page.h"

#include "platform/clock.h"

#include <stdio.h>
#include <string.h>

#define WEB_PAGES_MAX 1000u

int capture_web_run(struct capture *c, struct evd_error *err);

static int put_findings(struct web_page *p, struct evd_error *err)
{
	struct evd_object *o = &p->facts;
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_findings; i++) {
		evd_object_reset(o);
		evd_object_cstr(o, "kind", "observation");
		evd_object_cstr(o, "code", p->finding[i].code);
		evd_object_bytes(o, "text", evd_view_str(p->finding[i].text));
		evd_object_bytes(o, "url", evd_view_str(p->url));
		r = capture_record(p->w->c, o, err);
	}
	return r;
}

int web_page_capture(struct web *w, const struct web_wish *wish, unsigned number, const char *url,
                     bool last, struct evd_error *err)
{
	static struct web_page p;
	int r;

	memset(&p, 0, sizeof p);
	p.w = w;
	p.wish = wish;
	p.number = number;
	p.url = url;
	evd_object_init(&p.facts);
	r = web_page_open(&p, err);
	if (r == 0)
		r = web_page_look(&p, err);
	if (r == 0)
		r = web_page_take(&p, err);
	if (r == 0)
		r = web_page_account(&p, err);
	if (r == 0)
		r = put_findings(&p, err);
	if (r == 0)
		r = capture_commit(w->c, err);
	if (r == 0)
		r = web_page_compare(&p, err);
	/* a browser that ends now takes its tab with it */
	if (r != EVD_E_UNAVAILABLE && r != EVD_E_CANCELLED && !last)
		web_page_close(&p);
	w->heard = NULL;
	web_net_release(&p.net);
	evd_buf_release(&p.error);
	evd_buf_release(&p.final_url);
	evd_buf_release(&p.moved);
	evd_buf_release(&p.title);
	evd_buf_release(&p.user_agent);
	evd_buf_release(&p.product);
	evd_object_release(&p.facts);
	return r;
}

/* http and https alone: no file of this computer, no script, nothing the browser makes up. */
static bool is_page(const char *url)
{
	return strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0;
}

static int read_wish(struct capture *c, struct web_wish *wish, struct evd_error *err)
{
	const char *size = capture_option(c, "viewport");
	char rest;

	*wish = (struct web_wish){.width = 1280, .height = 800};
	if (size &&
	    (sscanf(size, "%5ux%5u%c", &wish->width, &wish->height, &rest) != 2 || wish->width < 100 ||
	     wish->height < 100 || wish->width > 16384 || wish->height > 16384))
		return evd_fail(err, EVD_E_MISUSE, "--viewport is WIDTHxHEIGHT, 100 to 16384 pixels each");
	wish->load_ms = (int)capture_number(c, "timeout", 30) * 1000;
	wish->max_height = (uint32_t)capture_number(c, "max-height", 60000);
	wish->bad_certificates = capture_flag(c, "ignore-certificates");
	if (wish->load_ms < 1000 || wish->load_ms > 3600000)
		return evd_fail(err, EVD_E_MISUSE, "--timeout is 1 to 3600 seconds");
	if (wish->max_height < 100 || wish->max_height > 200000)
		return evd_fail(err, EVD_E_MISUSE, "--max-height is 100 to 200000 pixels");
	return 0;
}

/* Polite: a site is not asked for page after page without a pause. */
static int rest_between(struct web *w, struct evd_error *err)
{
	int64_t until = evd_clock_ms() + (int64_t)capture_number(w->c, "pause", 0), left;
	int r = 0;

	while (r >= 0 && (left = until - evd_clock_ms()) > 0)
		r = web_hear(w, left < 1000 ? (int)left : 1000, err);
	return r < 0 ? r : 0;
}

/* What there is of a page that was not captured whole, with a word that says so; nothing if there is nothing. */
static int commit_part(struct capture *c, const char *url, struct evd_error *err)
{
	struct evd_object o;
	int r;

	evd_object_init(&o);
	evd_object_cstr(&o, "kind", "observation");
	evd_object_cstr(&o, "code", "capture-cut-short");
	evd_object_bytes(&o, "reason", evd_view_str(err ? err->text : ""));
	evd_object_bytes(&o, "url", evd_view_str(url));
	r = capture_record(c, &o, err);
	evd_object_release(&o);
	return r ? r : capture_commit(c, err);
}

static int work(struct web *w, const struct web_wish *wish, struct evd_error *err)
{
	const char *url = capture_list(w->c, "words", 0), *next;
	int r = 0;

	for (unsigned i = 0; r == 0 && url; i++, url = next) {
		next = capture_list(w->c, "words", i + 1);
		if (i)
			r = rest_between(w, err);
		if (r)
			break;
		r = web_page_capture(w, wish, i + 1, url, !next, err);
		if (r == EVD_E_DAMAGED || r == EVD_E_LIMIT) { /* this page; the next may be had */
			capture_warn(w->c, "page %u was not captured whole: %s", i + 1, err ? err->text : "");
			r = commit_part(w->c, url, err);
		}
	}
	return r;
}

int capture_web_run(struct capture *c, struct evd_error *err)
{
	static struct web w;
	struct web_wish wish;
	const char *url;
	int r = read_wish(c, &wish, err);

	if (r)
		return r;
	for (unsigned i = 0; (url = capture_list(c, "words", i)) != NULL; i++) {
		if (!is_page(url))
			return evd_fail(err, EVD_E_MISUSE, "a page begins with http:// or https://");
		if (i == WEB_PAGES_MAX)
			return evd_fail(err, EVD_E_LIMIT, "one command takes at most %u pages", WEB_PAGES_MAX);
	}
	if (!capture_list(c, "words", 0))
		return evd_fail(err, EVD_E_MISUSE, "say which page");
	w.c = c;
	w.program = capture_option(c, "browser");
	w.profile_asked = capture_option(c, "profile");
	r = web_start(&w, err);
	if (r == 0)
		r = work(&w, &wish, err);
	web_end(&w);
	return r;
}
