/*
 * report: a verdict as text for people and as JSON for programs (docs/verify.md §6). Computes nothing.
 */
#ifndef EVD_REPORT_H
#define EVD_REPORT_H

#include "report/messages.h"
#include "verify/verdict.h"

/* evd_report_json(r, out, err): one line of canonical JSON, LF at its end. */
int evd_report_json(const struct evd_report *r, struct evd_buf *out,
                    struct evd_error *err) EVD_MUST_USE;
/* evd_report_text(r, m, out, err): the verdict in plain words, in the language of `m`. */
int evd_report_text(const struct evd_report *r, const struct evd_messages *m, struct evd_buf *out,
                    struct evd_error *err) EVD_MUST_USE;

#endif
