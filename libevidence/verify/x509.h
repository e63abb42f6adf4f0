/*
 * x509: certificates and revocation lists as paths need them (RFC 5280; docs/verify.md §5): decoded by
 * OpenSSL, with the bytes of the parts that are compared. Bytes are borrowed.
 */
#ifndef EVD_X509_H
#define EVD_X509_H

#include "base/limits.h"
#include "chain/algorithm.h"
#include "chain/certificate.h"

/* The SIGNED form of certificates and lists: what is signed, algorithms inside and outside, value. */
struct evd_sealed_form {
	struct evd_view tbs, inner, outer, value;
};

struct evd_cert {
	X509 *x;
	struct evd_view der, serial, issuer, subject; /* serial: content; names: whole */
	struct evd_view key;                          /* bits of the subjectPublicKey */
	struct evd_sealed_form form;
	uint8_t sha256[EVD_SHA256_LEN];
	size_t next;                         /* of the pool that holds it (path.h) */
	bool anchor;                         /* of that pool: --trust gave it */
	bool used;                           /* something needs it (docs/timestamp.md §7) */
	struct evd_view key_id, issuers_key; /* of the two key identifier extensions; empty: none */
	bool odd_key_id, odd_issuers_key;    /* there twice, or it does not decode */
	ASN1_OCTET_STRING *subject_key;      /* owns the bytes of the two views above */
	AUTHORITY_KEYID *authority_key;
};

/* evd_cert_read(der, out, err): 0, EVD_END if it is no certificate, or an error of ours. */
int evd_cert_read(struct evd_view der, struct evd_cert *out, struct evd_error *err) EVD_MUST_USE;
void evd_cert_release(struct evd_cert *c);

/* evd_time_seconds(t, s): a time in RFC 5280's form (§4.1.2.5), seconds since 1970. */
bool evd_time_seconds(const ASN1_TIME *t, int64_t *s);
/* evd_cert_dates(c, from, to): false if one is not of the form. */
bool evd_cert_dates(const struct evd_cert *c, int64_t *from, int64_t *to);
/* evd_cert_names(a, b): a's name and key identifier are those that b says of its issuer. */
bool evd_cert_names(const struct evd_cert *a, const struct evd_cert *b);
/* evd_form_signed_by(form, a): the signature verifies with a's key. */
bool evd_form_signed_by(const struct evd_sealed_form *form, const struct evd_cert *a);

struct evd_crl {
	X509_CRL *x;
	struct evd_view der, issuer;
	struct evd_sealed_form form;
	int64_t from, to; /* thisUpdate, nextUpdate */
	bool has_to;
	bool fit; /* version 2, its times of the form, none of its own extensions critical */
	const struct evd_cert *asked; /* the issuer held against it last, and what came out */
	bool answer;
};

int evd_crl_read(struct evd_view der, struct evd_crl *out, struct evd_error *err) EVD_MUST_USE;
void evd_crl_release(struct evd_crl *l);
/* evd_crl_authentic(l, issuer, latest): docs/verify.md §5.3, but for the entries; thisUpdate at most
 * `latest`, seconds. */
bool evd_crl_authentic(struct evd_crl *l, const struct evd_cert *issuer, int64_t latest);
/* evd_crl_find(l, c, since, reason): 1 if it revokes the certificate (the earliest entry; reason -1 if
 * none is given), 0 if not, -1 if an entry for it cannot be understood. */
int evd_crl_find(const struct evd_crl *l, const struct evd_cert *c, int64_t *since,
                 int64_t *reason);

#endif
