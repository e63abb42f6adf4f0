/* verdict: see verdict.h. */
#include "verify/verdict.h"

#include <stdlib.h>
#include <string.h>

#define BIT(check) (1u << (check))
#define ALL_CHECKS ((1u << EVD_CHECKS) - 1)

void evd_report_release(struct evd_report *r)
{
	free(r->findings.at);
	free(r->known);
	free(r->tokens.at);
	evd_buf_release(&r->subject);
	evd_log_release(&r->log);
	memset(r, 0, sizeof *r);
}

/* Keeps the list in the order of the checks, as found within one check. */
static void insert(struct evd_report *r, const struct evd_finding *f)
{
	enum evd_check check = evd_finding_kind(f->code)->check;
	size_t at = r->findings.n;

	if (!EVD_ROOM(&r->findings)) {
		r->omitted++;
		return;
	}
	while (at > 0 && evd_finding_kind(r->findings.at[at - 1].code)->check > check) {
		r->findings.at[at] = r->findings.at[at - 1];
		at--;
	}
	r->findings.at[at] = *f;
	r->findings.n++;
	if (r->findings.n > EVD_MAX_FINDINGS) {
		r->findings.n--;
		r->omitted++;
	}
}

void evd_report_collect(void *report, const struct evd_finding *f)
{
	struct evd_report *r = report;
	const struct evd_finding_kind *kind = evd_finding_kind(f->code);

	if (r->failed & BIT(EVD_CHECK_CONTAINER))
		return; /* refused: nothing inside is reported */
	if (kind->check == EVD_CHECK_CONTAINER) {
		r->findings.n = 0;
		r->omitted = 0;
		r->reached = r->failed = r->unknown = 0;
	}
	if (kind->result == EVD_RESULT_FAILED)
		r->failed |= BIT(kind->check);
	else if (kind->result == EVD_RESULT_UNKNOWN)
		r->unknown |= BIT(kind->check);
	insert(r, f);
}

enum evd_verdict evd_verdict(const struct evd_report *r)
{
	if (r->failed & BIT(EVD_CHECK_CONTAINER))
		return EVD_REFUSED;
	if (r->failed)
		return EVD_TOTAL_FAILED;
	if (!(r->reached & BIT(EVD_CHECK_CONTAINER)))
		return EVD_OWN_FAILURE;
	if (r->unknown || (r->reached & ALL_CHECKS) != ALL_CHECKS)
		return EVD_INDETERMINATE;
	return EVD_TOTAL_PASSED;
}

int evd_verdict_exit(const struct evd_report *r)
{
	int code;

	switch (evd_verdict(r)) {
	case EVD_TOTAL_PASSED: code = EVD_EXIT_PASSED; break;
	case EVD_TOTAL_FAILED: code = EVD_EXIT_FAILED; break;
	case EVD_INDETERMINATE: code = EVD_EXIT_INDETERMINATE; break;
	case EVD_REFUSED: code = EVD_EXIT_REFUSED; break;
	default: return EVD_EXIT_OWN;
	}
	if ((r->extends > EVD_EXTENDS_SAME || r->receipt.result > EVD_RECEIPT_REFUSED) &&
	    code != EVD_EXIT_REFUSED)
		code = EVD_EXIT_FAILED;
	return code;
}

const char *evd_verdict_name(enum evd_verdict v)
{
	switch (v) {
	case EVD_TOTAL_PASSED: return "TOTAL-PASSED";
	case EVD_TOTAL_FAILED: return "TOTAL-FAILED";
	case EVD_INDETERMINATE: return "INDETERMINATE";
	case EVD_REFUSED: return "REFUSED";
	default: return "OWN-FAILURE";
	}
}

const char *evd_check_result(const struct evd_report *r, enum evd_check check)
{
	if (r->failed & BIT(check))
		return "failed";
	return (r->unknown & BIT(check)) || !(r->reached & BIT(check)) ? "unknown" : "passed";
}

const char *evd_verdict_sub(const struct evd_report *r)
{
	enum evd_verdict v = evd_verdict(r);
	enum evd_result decides = v == EVD_TOTAL_FAILED ? EVD_RESULT_FAILED : EVD_RESULT_UNKNOWN;

	if (v != EVD_TOTAL_FAILED && v != EVD_INDETERMINATE)
		return NULL;
	for (size_t i = 0; i < r->findings.n; i++)
		if (evd_finding_kind(r->findings.at[i].code)->result == decides)
			return r->findings.at[i].sub;
	return NULL;
}

bool evd_is_extract(const struct evd_report *r)
{
	return r->log.n_withheld > 0 || r->log.entry.details.extent == EVD_EXTRACT;
}
