/*
 * verdict: what a verification found, and the one function that may say TOTAL-PASSED.
 */
#ifndef EVD_VERDICT_H
#define EVD_VERDICT_H

#include "base/finding.h"
#include "chain/log.h"
#include "verify/cover.h"
#include "verify/identity.h"

enum evd_verdict {
	EVD_OWN_FAILURE, /* the value before anything was checked; never printed */
	EVD_TOTAL_PASSED,
	EVD_TOTAL_FAILED,
	EVD_INDETERMINATE,
	EVD_REFUSED
};

/* Exit codes: docs/verify.md §1. */
enum evd_exit {
	EVD_EXIT_PASSED = 0,
	EVD_EXIT_FAILED = 1,
	EVD_EXIT_INDETERMINATE = 2,
	EVD_EXIT_REFUSED = 3,
	EVD_EXIT_USAGE = 64,
	EVD_EXIT_NO_INPUT = 66,
	EVD_EXIT_OWN = 70,
	EVD_EXIT_IO = 74
};

/* --extends: docs/verify.md §8. */
enum evd_extends {
	EVD_EXTENDS_NOT_ASKED,
	EVD_EXTENDS,
	EVD_EXTENDS_SAME,
	EVD_EXTENDS_FORK,
	EVD_EXTENDS_SHORTER,
	EVD_EXTENDS_OTHER_CASE,
	EVD_EXTENDS_UNVERIFIED,
	EVD_EXTENDS_BRANCH
};

/* --receipt: docs/verify.md §8a. */
enum evd_receipt_result {
	EVD_RECEIPT_NOT_ASKED,
	EVD_RECEIPT_ACCEPTED,
	EVD_RECEIPT_REFUSED,
	EVD_RECEIPT_OTHER_CASE,
	EVD_RECEIPT_OTHER_BUNDLE,
	EVD_RECEIPT_INVALID,
	EVD_RECEIPT_UNVERIFIED
};

struct evd_receipt_said {
	enum evd_receipt_result result;
	uint8_t signer[EVD_SHA256_LEN]; /* the two below too: of ACCEPTED and REFUSED alone */
	int64_t time_ms;
	char transfer_id[37];
};

/* A time-stamp token as the report tells of it: docs/verify.md §6. */
struct evd_told_token {
	bool accepted;
	enum evd_standing standing;
	int64_t time_ms, accuracy_ms; /* accuracy -1: unknown */
	uint8_t authority[EVD_SHA256_LEN];
	uint8_t serial[32];
	size_t serial_len;
	char policy[320]; /* dotted */
	char where[48];
};

/* All that is known of one bundle. Zero-initialise; release with evd_report_release. */
struct evd_report {
	/* bit 1 << enum evd_check */
	unsigned reached, failed, unknown;
	EVD_ARRAY(struct evd_finding) findings;
	uint64_t omitted; /* findings beyond EVD_MAX_FINDINGS */

	const char *file; /* borrowed: the path given */
	uint64_t size;    /* bytes */
	bool has_at;
	int64_t at_ms; /* since 1970 */
	enum evd_extends extends;
	struct evd_receipt_said receipt;

	bool envelope;  /* only its cover was judged; log.entry holds certificate and time of that */
	bool has_cover; /* cover.json is of its form */
	struct evd_cover cover;
	struct evd_log log;      /* what was read; trustworthy only as far as the checks say */
	bool log_walked;         /* stage 2 was ended without a failed finding */
	struct evd_known *known; /* one for each of log.signers; NULL before stage 4 */
	bool has_seal_digest;
	uint8_t seal_digest[EVD_SHA256_LEN];
	bool seal_fits; /* the seal signature was checked and fits */
	EVD_ARRAY(struct evd_told_token)
	tokens;                 /* those of the form, in the order of timestamp.md §3 */
	bool has_proved;        /* an accepted one is over the seal */
	int64_t proved_ms;      /* the earliest of them */
	struct evd_buf subject; /* last commonName of the seal's certificate, UTF-8, unescaped */
	bool has_subject;
};

void evd_report_release(struct evd_report *r);
/* evd_report_collect: the callback of `struct evd_findings` with a report as ctx. */
void evd_report_collect(void *report, const struct evd_finding *f);

/* evd_verdict(r): EVD_TOTAL_PASSED if and only if every check was reached and neither failed nor
 * could not be told; nothing else in the program produces that value. */
enum evd_verdict evd_verdict(const struct evd_report *r);
int evd_verdict_exit(const struct evd_report *r);
const char *evd_verdict_name(enum evd_verdict v);
/* evd_check_result(r, check): "passed", "failed" or "unknown". */
const char *evd_check_result(const struct evd_report *r, enum evd_check check);
/* evd_verdict_sub(r): the sub-indication that goes with the verdict, or NULL. */
const char *evd_verdict_sub(const struct evd_report *r);
/* evd_is_extract(r): records are withheld, or the seal says extract. */
bool evd_is_extract(const struct evd_report *r);

#endif
