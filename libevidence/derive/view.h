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

/* evd_view_write(c, form, now_ms, fd, out, err): reads the log with all checks, writes to `fd`. */
int evd_view_write(struct evd_case *c, enum evd_form form, int64_t now_ms, int fd,
                   struct evd_viewed *out, struct evd_error *err) EVD_MUST_USE;

#endif
