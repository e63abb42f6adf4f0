/*
 * finding: what a check of evidence found. Reported by callback; never an error of ours.
 *
 * The list is findings.def; codes are stable words of the JSON report (docs/verify.md §4).
 */
#ifndef EVD_FINDING_H
#define EVD_FINDING_H

#include "base/error.h"

enum evd_check {
	EVD_CHECK_CONTAINER,
	EVD_CHECK_CUSTODY,
	EVD_CHECK_SIGNATURES,
	EVD_CHECK_COMPLETENESS,
	EVD_CHECK_FIXITY,
	EVD_CHECK_IDENTITY,
	EVD_CHECK_TIME,
	EVD_CHECKS
};

enum evd_result { EVD_RESULT_FAILED, EVD_RESULT_UNKNOWN, EVD_RESULT_NOTE };

enum evd_finding_code {
#define EVD_FINDING(code, check, result, sub, text) EVD_F_##code,
#include "base/findings.def"
#undef EVD_FINDING
	EVD_FINDING_CODES
};

/* The fixed part of a finding. */
struct evd_finding_kind {
	const char *code; /* stable word */
	enum evd_check check;
	enum evd_result result;
	const char *sub;  /* ETSI sub-indication, or NULL */
	const char *text; /* English, one line */
};

struct evd_finding {
	enum evd_finding_code code;
	const char *sub;  /* as in the kind, or what the check says instead; static storage or NULL */
	char where[192];  /* docs/verify.md §4; printable ASCII or empty */
	char detail[192]; /* English, for people; not part of the JSON report */
};

/* Where findings go. */
struct evd_findings {
	void (*report)(void *ctx, const struct evd_finding *f);
	void *ctx;
};

/* Returned by a stage that must not go on: a failed finding has been reported. Not an error. */
#define EVD_STOP 2

const struct evd_finding_kind *evd_finding_kind(enum evd_finding_code code);
const char *evd_check_name(enum evd_check check);

/* evd_finding(to, code, where, fmt, …): reports; returns EVD_STOP if the kind is failed, else 0. */
int evd_finding(const struct evd_findings *to, enum evd_finding_code code, const char *where,
                const char *fmt, ...) EVD_PRINTF(4, 5);

#endif
