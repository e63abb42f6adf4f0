/*
 * identity: is a signer known here? By pin, by chain to an anchor, or let in by one who is known
 * (docs/verify.md §3 stage 4.3, §5).
 */
#ifndef EVD_IDENTITY_H
#define EVD_IDENTITY_H

#include "chain/log.h"
#include "verify/token.h"

enum evd_standing { EVD_UNKNOWN, EVD_PINNED, EVD_CHAINED, EVD_LET_IN };
const char *evd_standing_name(enum evd_standing s);

/* A certificate, a list or an answer that was given, DER; an answer as an OCSP element. */
struct evd_trusted {
	uint8_t *p;
	size_t len;
};

struct evd_trusted_list {
	struct evd_trusted *at;
	size_t n, cap;
};

/* What the person at this computer trusts. */
struct evd_trust {
	EVD_ARRAY(struct { uint8_t fingerprint[EVD_SHA256_LEN]; }) pins;
	struct evd_trusted_list anchors, lists; /* lists of revocations, and answers */
	EVD_ARRAY(struct evd_policy) policies;  /* of time-stamp authorities; none: any */
};

void evd_trust_release(struct evd_trust *t);
/* evd_trust_pin(t, text, err): a fingerprint, 64 hex digits in any case; blanks and colons between
 * are ignored. FORMAT if it is anything else, shorter ones above all. */
int evd_trust_pin(struct evd_trust *t, const char *text, struct evd_error *err) EVD_MUST_USE;
/* evd_trust_policy(t, text, err): a policy of authorities, dotted decimals; FORMAT if it is anything else. */
int evd_trust_policy(struct evd_trust *t, const char *text, struct evd_error *err) EVD_MUST_USE;
/* evd_trust_is_pinned(t, sha256): a certificate with this fingerprint is. */
bool evd_trust_is_pinned(const struct evd_trust *t, const uint8_t sha256[EVD_SHA256_LEN]);
/* evd_trust_load(t, path, err): the PEM certificates, revocation lists and OCSP answers in a file, or in every file of a
 * folder; FORMAT, with file and number of the block, if there is anything else. */
int evd_trust_load(struct evd_trust *t, const char *path, struct evd_error *err) EVD_MUST_USE;

/* What came out for one signer. */
struct evd_known {
	enum evd_standing standing;
	const char *sub; /* ETSI sub-indication of an unknown one */
	bool unfit;      /* its certificate is not one for signing (docs/verify.md §5) */
	bool revoked;    /* before its signatures are proved: it cannot be let in */
	bool revoked_later, status_unknown; /* notes on a chained one */
};

#endif
