/* path: certificates and lists at hand, paths to an anchor, status (docs/verify.md §5.2, §5.3). */
#ifndef EVD_PATH_H
#define EVD_PATH_H

#include "chain/log.h"
#include "verify/ocsp.h"

#define EVD_PATH_MAX 7u /* certificates, with the first and the anchor */
#define EVD_HAND_CHAINS 4096u

/* What there is to build paths from: anchors first. The bytes are borrowed. Filled before the first
 * search, for paths point into it. */
struct evd_hand {
	EVD_ARRAY(struct evd_cert) certs;
	EVD_ARRAY(struct evd_crl) lists;
	EVD_ARRAY(struct evd_ocsp) answers;
	size_t chain[EVD_HAND_CHAINS]; /* by digest: index of a certificate + 1; its .next goes on */
	bool list_given;               /* --trust gave a list or an answer */
	int64_t at;                    /* J, the time of judging, seconds */
};

/* evd_hand_add(h, der, anchor, err): once each; what does not decode gives nothing. Anchors before others. */
int evd_hand_add(struct evd_hand *h, struct evd_view der, bool anchor,
                 struct evd_error *err) EVD_MUST_USE;
/* evd_hand_add_list(h, der, err): a CRL, or an OCSP element. */
int evd_hand_add_list(struct evd_hand *h, struct evd_view der, struct evd_error *err) EVD_MUST_USE;
int evd_hand_add_crl(struct evd_hand *h, struct evd_view der, struct evd_error *err) EVD_MUST_USE;
/* evd_hand_add_answer(h, response, lies, err): `lies` is the element that holds it, or the response again. */
int evd_hand_add_answer(struct evd_hand *h, struct evd_view response, struct evd_view lies,
                        struct evd_error *err) EVD_MUST_USE;
/* evd_hand_vouches(h, der, issuer): the list or answer at hand that lies at these very bytes is authentic for
 * the issuer (docs/verify.md §5.3). */
bool evd_hand_vouches(struct evd_hand *h, struct evd_view der, const struct evd_cert *issuer);
/* evd_hand_answer(h, der): the answer at hand that lies there, or NULL. */
const struct evd_ocsp *evd_hand_answer(const struct evd_hand *h, struct evd_view der);
/* evd_hand_find(h, sha256): that certificate, or NULL. */
struct evd_cert *evd_hand_find(const struct evd_hand *h, const uint8_t sha256[EVD_SHA256_LEN]);
bool evd_hand_is_anchor(const struct evd_hand *h, const struct evd_cert *c);
void evd_hand_release(struct evd_hand *h);

struct evd_path {
	const struct evd_cert *at[EVD_PATH_MAX];
	size_t n; /* 0: none */
};

/* For whom a path is judged. */
struct evd_path_use {
	enum evd_use use;
	int64_t time; /* T, seconds */
	/* of an authority's: the earliest genTime, ms, of what covers its token; INT64_MAX: nothing does */
	int64_t covered_ms;
};

/*
 * evd_path_find(h, first, use, out): NULL with the first path without fault, or the sub-indication.
 */
const char *evd_path_find(struct evd_hand *h, const struct evd_cert *first,
                          const struct evd_path_use *use, struct evd_path *out);

struct evd_status {
	bool revoked, good; /* neither: not known */
	int64_t since;      /* of revoked, seconds */
	int64_t reason;     /* -1: none given */
};

/* evd_path_status(h, c, issuer, time, out): `good` says that a list vouches for it at `time`. */
void evd_path_status(struct evd_hand *h, const struct evd_cert *c, const struct evd_cert *issuer,
                     int64_t time, struct evd_status *out);
/* evd_path_known(h, path, time): the status of each certificate but the anchor is known. */
bool evd_path_known(struct evd_hand *h, const struct evd_path *path, int64_t time);

#endif
