/*
 * capture_web_warc: what went over the network for a page, as WARC 1.1 (ISO 28500:2017) in a WACZ 1.1.1 file, which replay
 * programs open. Stage: account.
 */
#ifndef CAPTURE_WEB_WARC_H
#define CAPTURE_WEB_WARC_H

#include "capture_web_net.h"

/* web_warc_put(n, warc, index, err): appends records to `warc` and CDXJ lines, sorted, to `index`. */
int web_warc_put(const struct web_net *n, struct evd_buf *warc, struct evd_buf *index,
                 struct evd_error *err) EVD_MUST_USE;

/* web_wacz_put(page, warc, index, out, err): the WACZ; `page` is a line of pages.jsonl. */
int web_wacz_put(struct evd_view page, struct evd_view warc, struct evd_view index, int64_t made_ms,
                 struct evd_buf *out, struct evd_error *err) EVD_MUST_USE;

#endif
