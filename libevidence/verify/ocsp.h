/* ocsp: answers about single certificates (RFC 6960), in the form of docs/verify.md §5.3. Bytes are borrowed. */
#ifndef EVD_OCSP_H
#define EVD_OCSP_H

#include "verify/x509.h"

struct evd_ocsp {
	struct evd_view der; /* where it lies: the response, or the element that holds it */
	struct evd_sealed_form form;
	struct evd_view responder, singles, certificates; /* the first whole, then contents */
	int64_t produced;                                 /* seconds */
	bool critical;                                    /* an extension of the answer is */
	struct evd_cert delegate;                         /* x NULL: none */
	const struct evd_cert *asked; /* the issuer held against it last, and what came out */
	bool answer, delegated;
};

/* What an answer says of one certificate. Times in seconds. */
struct evd_single {
	enum { EVD_OCSP_GOOD = 0x80, EVD_OCSP_REVOKED = 0xa1, EVD_OCSP_UNKNOWN = 0x82 } status;
	int64_t since, from, to; /* of revoked; thisUpdate, nextUpdate or thisUpdate again */
	int reason;              /* -1: none given */
	struct evd_view sha_oid, name, key, serial; /* certID, contents */
	bool critical;
};

/* evd_ocsp_read(der, out, err): 0, EVD_END if it does not decode, or an error of ours. */
int evd_ocsp_read(struct evd_view der, struct evd_ocsp *out, struct evd_error *err) EVD_MUST_USE;
void evd_ocsp_release(struct evd_ocsp *o);
/* evd_ocsp_authentic(o, issuer, latest): docs/verify.md §5.3, but for a delegate that was revoked; o->delegated
 * says that it is the delegate's. producedAt at most `latest`, seconds. */
bool evd_ocsp_authentic(struct evd_ocsp *o, const struct evd_cert *issuer, int64_t latest);
/* evd_ocsp_next(at, c, issuer, out): the next SingleResponse for this certificate, from a cursor over
 * o->singles on; false at the end. */
bool evd_ocsp_next(struct evd_cursor *at, const struct evd_cert *c, const struct evd_cert *issuer,
                   struct evd_single *out);

#endif
