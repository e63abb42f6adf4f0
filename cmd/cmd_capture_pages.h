/*
 * cmd_capture_pages: which pages `evidence capture web` is to take: words, lines of a file, and what the case has of them
 * already.
 */
#ifndef CMD_CAPTURE_PAGES_H
#define CMD_CAPTURE_PAGES_H

#include "chain/case.h"

#define CMD_PAGES_MAX 1000u /* of one command */

/* A page, and the newest time that it was captured and shown: no error of the load, no status of 400 and above. */
struct cmd_page {
	char *url;
	struct cmd_page_facts {
		uint64_t seq, item; /* entry, and item of the account; item 0: never complete */
		struct evd_id *ids;
		size_t n, cap;
		uint64_t status;
		char *text, *title, *url, *time; /* text: SHA-256 of what it showed, in hex; NULL: absent */
	} earlier, coming;                   /* coming: while the log is read */
};
struct cmd_pages {
	struct cmd_page *at;
	size_t n, cap;
	uint64_t wrong; /* lines that are no page */
};

/* cmd_pages_add(p, url, err): once each. MISUSE: no http or https address, not UTF-8 or too long. LIMIT. */
int cmd_pages_add(struct cmd_pages *p, struct evd_view url, struct evd_error *err) EVD_MUST_USE;
/* cmd_pages_list(p, path, told, ctx, err): the lines of a file; blanks around, empty lines and those that begin with # are left
 * out. A line that is no page is told and counted, the others stand. */
int cmd_pages_list(struct cmd_pages *p, const char *path,
                   void (*told)(void *ctx, uint64_t line, const char *why), void *ctx,
                   struct evd_error *err) EVD_MUST_USE;
/* cmd_pages_look(p, c, err): reads the log for what it has of them. */
int cmd_pages_look(struct cmd_pages *p, struct evd_case *c, struct evd_error *err) EVD_MUST_USE;
/* cmd_page_put(page, request): what the earlier capture was, for evidence-capture (docs/capture.md). */
void cmd_page_put(const struct cmd_page *page, struct evd_object *request);
void cmd_pages_release(struct cmd_pages *p);

#endif
