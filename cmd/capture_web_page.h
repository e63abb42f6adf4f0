/*
 * capture_web_page: one page, from the load to the last output. Stages: load, settle, scroll, take, account.
 */
#ifndef CAPTURE_WEB_PAGE_H
#define CAPTURE_WEB_PAGE_H

#include "capture_web_net.h"

#define WEB_FINDINGS_MAX 64u

struct web_page {
	struct web *w;
	const struct web_wish *wish;
	unsigned number;
	const char *url;
	struct web_session session;
	char target[64], frame[64];
	uint64_t world; /* a script context of our own: the page's scripts cannot change what it sees */
	struct web_net net;
	int64_t from_ms;
	bool loaded, crashed, cut, grew, never_still;
	bool looked_at; /* its address, title and text are being read, and are those of the items */
	uint64_t dialogs;
	uint64_t width, height; /* of the document when the pictures were taken, CSS pixels */
	char text[65];          /* SHA-256 of the text it shows, in hex; empty: not had */
	uint64_t text_len;
	struct evd_buf error, final_url, title, user_agent, product;
	struct evd_buf moved; /* the address of another document that came in its place since */
	struct evd_object facts;
	struct {
		const char *code;
		char text[400];
	} finding[WEB_FINDINGS_MAX];
	size_t n_findings;
};

/* web_page_call: web_call in the page's session. web_page_eval(p, script, result, err): the value of an
 * expression of ours, in our own context; *result: its node, a string. */
int web_page_call(struct web_page *p, const char *method, const char *params, size_t *result,
                  struct evd_error *err) EVD_MUST_USE;
int web_page_eval(struct web_page *p, const char *script, struct evd_view *value,
                  struct evd_error *err) EVD_MUST_USE;
/* web_page_settle(p, ms, err): until nothing was under way for half a second, at most `ms`. */
int web_page_settle(struct web_page *p, int ms, struct evd_error *err) EVD_MUST_USE;
/* web_page_find(p, code, fmt, ...): a finding: told to the person and recorded with the entry. */
void web_page_find(struct web_page *p, const char *code, const char *fmt, ...) EVD_PRINTF(3, 4);

/* web_page_open(p, err): a tab of its own, loaded and scrolled. web_page_close(p) closes it. */
int web_page_open(struct web_page *p, struct evd_error *err) EVD_MUST_USE;
void web_page_close(struct web_page *p);
/* web_page_look(p, err): findings about what the page shows, before it is taken. web_page_judge(p, err): about its
 * certificates, parts and media, once the traffic is settled. */
int web_page_look(struct web_page *p, struct evd_error *err) EVD_MUST_USE;
int web_page_judge(struct web_page *p, struct evd_error *err) EVD_MUST_USE;
/* web_page_take(p, err): pictures, DOM, MHTML, PDF, each handed over as it comes. */
int web_page_take(struct web_page *p, struct evd_error *err) EVD_MUST_USE;
/* web_page_compare(p, err): behind the page's entry, one that holds it against the earlier capture that was named;
 * nothing if none was. */
int web_page_compare(struct web_page *p, struct evd_error *err) EVD_MUST_USE;
/* web_page_account(p, err): the traffic as WACZ, the account of it, and findings about what is missing. */
int web_page_account(struct web_page *p, struct evd_error *err) EVD_MUST_USE;
/* web_page_item(p, part, ext, bytes, err): one item of the set. */
int web_page_item(struct web_page *p, const char *part, const char *ext, struct evd_view bytes,
                  struct evd_error *err) EVD_MUST_USE;
/* web_page_facts(p): fills p->facts with what is the same for every item. */
void web_page_facts(struct web_page *p);

#endif
