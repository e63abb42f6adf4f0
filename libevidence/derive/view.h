/*
 * view: what a case says, as one file for other programs (docs/exchange.md): a table (CSV), JSON Lines,
 * CASE/UCO, or a timeline. Everything in it is derived; it names the log it was made of. Streams: memory
 * does not grow with the messages, but for the timeline, which is sorted. Stage: export.
 */
#ifndef EVD_VIEW_H
#define EVD_VIEW_H

#include "chain/case.h"

enum evd_form { EVD_FORM_CSV, EVD_FORM_JSONL, EVD_FORM_CASE, EVD_FORM_SKETCH, EVD_FORM_SKETCH_CSV };

struct evd_viewed {
	uint64_t rows;      /* written, without the one about the view itself */
	uint64_t withheld;  /* records of the case that are withheld here and so not in the view */
	uint64_t timeless;  /* timeline: rows without a time, left out */
	uint64_t bad_times; /* CASE: times that prove no instant, and so are text or not there */
};

struct evd_view_how {
	enum evd_form form;
	int64_t now_ms;
	/* progress: bytes written so far, and 0, since nobody knows how many there will be; other than 0 stops. May be
	 * NULL. */
	int (*progress)(void *ctx, uint64_t done, uint64_t all);
	void *ctx;
};

/* evd_view_write(c, how, fd, out, err): reads the log with all checks, writes to `fd`. CANCELLED if progress said so. */
int evd_view_write(struct evd_case *c, const struct evd_view_how *how, int fd,
                   struct evd_viewed *out, struct evd_error *err) EVD_MUST_USE;

#endif
