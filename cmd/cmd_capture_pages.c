/* cmd_capture_pages: see cmd_capture_pages.h. */
#include "cmd_capture_pages.h"

#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define URL_MAX 2000u
#define LINE_BYTES 8192u

static bool is_page(struct evd_view v)
{
	return ((v.len > 7 && memcmp(v.p, "http://", 7) == 0) ||
	        (v.len > 8 && memcmp(v.p, "https://", 8) == 0)) &&
	       v.len <= URL_MAX && evd_is_utf8(v) && !memchr(v.p, 0, v.len);
}

static struct cmd_page *find(const struct cmd_pages *p, struct evd_view url)
{
	for (size_t i = 0; i < p->n; i++)
		if (evd_view_eq(evd_view_str(p->at[i].url), url))
			return &p->at[i];
	return NULL;
}

int cmd_pages_add(struct cmd_pages *p, struct evd_view url, struct evd_error *err)
{
	void *grown;
	char *copy;

	if (!is_page(url))
		return evd_fail(err, EVD_E_MISUSE, "a page begins with http:// or https://");
	if (find(p, url))
		return 0;
	if (p->n == CMD_PAGES_MAX)
		return evd_fail(err, EVD_E_LIMIT, "more than %u pages; use several lists", CMD_PAGES_MAX);
	grown = evd_grow(p->at, p->n, &p->cap, sizeof *p->at);
	if (grown)
		p->at = grown;
	copy = grown ? strndup((const char *)url.p, url.len) : NULL;
	if (!copy)
		return evd_nomem(err);
	memset(&p->at[p->n], 0, sizeof *p->at);
	p->at[p->n++].url = copy;
	return 0;
}

static struct evd_view trimmed(const char *line)
{
	struct evd_view v = evd_view_str(line);

	if (v.len >= 3 &&
	    memcmp(v.p, "\xef\xbb\xbf", 3) == 0) /* editors put it before the first line */
		v = evd_view_of(v.p + 3, v.len - 3);
	while (v.len && v.p[0] <= ' ')
		v = evd_view_of(v.p + 1, v.len - 1);
	while (v.len && v.p[v.len - 1] <= ' ')
		v.len--;
	return v;
}

int cmd_pages_list(struct cmd_pages *p, const char *path,
                   void (*told)(void *ctx, uint64_t line, const char *why), void *ctx,
                   struct evd_error *err)
{
	static char line[LINE_BYTES];
	FILE *f = fopen(path, "r");
	uint64_t n = 0;
	int r = 0;

	if (!f)
		return evd_fail_sys(err, errno, "list of pages %s", path);
	while (r == 0 && fgets(line, sizeof line, f)) {
		struct evd_view v = trimmed(line);
		bool whole = strchr(line, '\n') || feof(f);

		n++;
		if (!whole)
			for (int c = 0; c != '\n' && c != EOF;)
				c = fgetc(f);
		if (whole && (v.len == 0 || v.p[0] == '#'))
			continue;
		r = whole ? cmd_pages_add(p, v, err) : EVD_E_MISUSE;
		if (r == EVD_E_MISUSE) {
			p->wrong++;
			told(ctx, n,
			     whole ? "no http:// or https:// address of at most 2000 bytes" : "too long");
			r = 0;
		}
	}
	if (r == 0 && ferror(f))
		r = evd_fail_sys(err, errno, "list of pages %s", path);
	fclose(f);
	return r;
}

struct looking {
	struct cmd_pages *p;
	const struct evd_case *c;
};

static char *text_of(const struct evd_json *j, size_t object, const char *key)
{
	struct evd_buf b = {0};
	struct evd_view v;

	if (!evd_json_string(j, object, key, &v))
		return NULL;
	evd_put_unescaped(&b, v);
	evd_put_u8(&b, 0);
	if (b.failed)
		evd_buf_release(&b);
	return (char *)b.data; /* the caller frees */
}

static void forget(struct cmd_page_facts *f)
{
	free(f->ids);
	free(f->text);
	free(f->title);
	free(f->url);
	free(f->time);
	memset(f, 0, sizeof *f);
}

static int keep_id(struct cmd_page_facts *f, struct evd_id id, struct evd_error *err)
{
	void *grown = evd_grow(f->ids, f->n, &f->cap, sizeof *f->ids);

	if (!grown)
		return evd_nomem(err);
	f->ids = grown;
	f->ids[f->n++] = id;
	return 0;
}

/* The account is the last item of a page: with it the entry is complete. */
static void complete(struct cmd_page *page, const struct evd_json *j, size_t facts, uint64_t k)
{
	forget(&page->earlier);
	page->earlier = page->coming;
	memset(&page->coming, 0, sizeof page->coming);
	page->earlier.item = k;
	page->earlier.text = text_of(j, facts, "textSha256");
	page->earlier.title = text_of(j, facts, "title");
	page->earlier.url = text_of(j, facts, "finalUrl");
	page->earlier.time = text_of(j, facts, "from");
}

static int on_record(void *ctx, const struct evd_record *r, const struct evd_json *j,
                     struct evd_view line, struct evd_error *err)
{
	struct looking *l = ctx;
	size_t facts =
	    evd_record_is_origin_of(r, l->c->log.entry.seq) && l->c->log.entry.action == EVD_CAPTURE
	        ? evd_json_find(j, 0, "capture")
	        : 0;
	struct evd_view kind, part;
	struct cmd_page *page;
	uint64_t status = 0;
	char *url;
	int r0;

	(void)line;
	if (!facts || !evd_json_string(j, facts, "kind", &kind) || !evd_view_is(kind, "web") ||
	    !evd_json_string(j, facts, "part", &part) || evd_json_find(j, facts, "loadError"))
		return 0;
	if (evd_json_int(j, facts, "status", &status) && status >= 400)
		return 0;
	url = text_of(j, facts, "url");
	page = url ? find(l->p, evd_view_str(url)) : NULL;
	free(url);
	if (!page)
		return 0;
	if (page->coming.seq != l->c->log.entry.seq) {
		forget(&page->coming);
		page->coming.seq = l->c->log.entry.seq;
	}
	page->coming.status = status;
	r0 = keep_id(&page->coming, r->first, err);
	if (r0 == 0 && evd_view_is(part, "network"))
		complete(page, j, facts, r->first.k);
	return r0;
}

int cmd_pages_look(struct cmd_pages *p, struct evd_case *c, struct evd_error *err)
{
	struct looking l = {p, c};

	return evd_case_read(c, NULL, on_record, &l, err);
}

void cmd_page_put(const struct cmd_page *page, struct evd_object *request)
{
	const struct cmd_page_facts *f = &page->earlier;
	char id[48];

	snprintf(id, sizeof id, "%" PRIu64 "/%" PRIu64, f->seq, f->item);
	evd_object_cstr(request, "earlierItem", id);
	evd_object_int(request, "earlierStatus", f->status);
	if (f->text)
		evd_object_cstr(request, "earlierText", f->text);
	if (f->title)
		evd_object_cstr(request, "earlierTitle", f->title);
	if (f->url)
		evd_object_cstr(request, "earlierUrl", f->url);
	if (f->time)
		evd_object_cstr(request, "earlierTime", f->time);
}

void cmd_pages_release(struct cmd_pages *p)
{
	for (size_t i = 0; i < p->n; i++) {
		forget(&p->at[i].earlier);
		forget(&p->at[i].coming);
		free(p->at[i].url);
	}
	free(p->at);
	memset(p, 0, sizeof *p);
}
