/*
 * token: a time-stamp token (RFC 3161) as a bundle may hold it (docs/timestamp.md §2), and what can be
 * judged of it alone (§3, steps 2 to 7).
 */
#ifndef EVD_TOKEN_H
#define EVD_TOKEN_H

#include "base/finding.h"
#include "verify/x509.h"

#define EVD_TOKEN_SERIAL_MAX 32u /* bytes */

struct evd_token {
	struct evd_cert authority;           /* its certificate */
	struct evd_view certificates, lists; /* contents of the two sets */
	/* TSTInfo */
	struct evd_view info, policy, imprint, serial; /* contents */
	unsigned imprint_sha;                          /* 256, …; 0: another digest */
	int64_t time_ms, accuracy_ms;                  /* rounded up; accuracy -1: absent */
	bool critical;                                 /* an extension of it is */
	/* SignerInfo */
	unsigned sha; /* 0: another digest */
	struct evd_view attributes, digest, algorithm, value;
};

/* evd_token_read(der, out, err): 0, EVD_END if it has not the form, or an error of ours. Views borrow
 * `der`. Release in every case. */
int evd_token_read(struct evd_view der, struct evd_token *out, struct evd_error *err) EVD_MUST_USE;
void evd_token_release(struct evd_token *t);

/* evd_token_time(v, ms): a GeneralizedTime's content in genTime's form, rounded up to milliseconds. */
bool evd_token_time(struct evd_view v, int64_t *ms);

/* A policy that was asked for: content of its OID. */
struct evd_policy {
	uint8_t oid[EVD_POLICY_MAX];
	size_t len;
};

/* What a token is held against. */
struct evd_token_rule {
	uint8_t imprint[EVD_SHA256_LEN];
	const struct evd_policy *policies; /* none: any */
	size_t n_policies;
};

/* evd_token_check(t, rule, code, sub, err): steps 2 to 7. 0 if none of them is so, EVD_END with the
 * finding's code and sub-indication, or an error of ours. */
int evd_token_check(const struct evd_token *t, const struct evd_token_rule *rule,
                    enum evd_finding_code *code, const char **sub,
                    struct evd_error *err) EVD_MUST_USE;

#endif
