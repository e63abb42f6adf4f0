/*
 * identity: is a signer known here? By pin, by chain to an anchor, or let in by one who is known
 * (docs/verify.md §3 stage 4.1, §5).
 */
#ifndef EVD_IDENTITY_H
#define EVD_IDENTITY_H

#include "chain/log.h"

#include <openssl/types.h>

enum evd_standing { EVD_UNKNOWN, EVD_PINNED, EVD_CHAINED, EVD_LET_IN };
const char *evd_standing_name(enum evd_standing s);

/* What the person at this computer trusts. */
struct evd_trust {
	EVD_ARRAY(struct { uint8_t fingerprint[EVD_SHA256_LEN]; }) pins;
	X509_STORE *anchors; /* NULL: none */
	size_t n_anchors;
};

void evd_trust_release(struct evd_trust *t);
/* evd_trust_pin(t, text, err): a fingerprint, 64 hex digits in any case; blanks and colons between
 * are ignored. FORMAT if it is anything else, shorter ones above all. */
int evd_trust_pin(struct evd_trust *t, const char *text, struct evd_error *err) EVD_MUST_USE;
/* evd_trust_load(t, path, err): the PEM certificates in a file, or in every file of a folder. */
int evd_trust_load(struct evd_trust *t, const char *path, struct evd_error *err) EVD_MUST_USE;

/* What came out for one signer. */
struct evd_known {
	enum evd_standing standing;
	const char *sub; /* ETSI sub-indication of an unknown one */
	bool unfit;      /* its certificate is not one for signing (docs/verify.md §5) */
};

/*
 * evd_identity(t, at, log, known, err): known[i] for log->signers.at[i]. `at`: seconds since 1970 at
 * which paths are judged.
 */
int evd_identity(const struct evd_trust *t, int64_t at, const struct evd_log *log,
                 struct evd_known *known, struct evd_error *err) EVD_MUST_USE;

#endif
