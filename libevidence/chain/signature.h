/*
 * signature: the one byte form of entry.p7s and signature001.p7s (docs/format.md §5): detached CMS
 * SignedData, RFC 5652, with CAdES-BES attributes, ETSI EN 319 122-1.
 *
 * Everything but certificate and signature value follows from what is signed. So the same function
 * that writes a signature file serves the check: take those two out, write what the file must be,
 * compare. CMS_verify accepts many other spellings (threats C-01…C-15), hence not used here.
 */
#ifndef EVD_SIGNATURE_H
#define EVD_SIGNATURE_H

#include "base/finding.h"
#include "base/buf.h"
#include "base/limits.h"
#include "chain/algorithm.h"

/* What is signed: SHA-256 of the content, and when (ms since 1970, cut to seconds). */
struct evd_signed {
	uint8_t digest[EVD_SHA256_LEN];
	int64_t time_ms;
};

/* What signature001.p7s may hold beside the signature (docs/timestamp.md §5): contents of sets. */
struct evd_material {
	struct evd_view certificates;      /* empty: the signer's alone */
	struct evd_view lists, attributes; /* empty: none */
};

/* The certificate of a signature that was checked. Views borrow the file's bytes. */
struct evd_signer {
	struct evd_view der;
	uint8_t fingerprint[EVD_SHA256_LEN]; /* SHA-256 of der */
	struct evd_view value;               /* of the signature */
	struct evd_material material;
	bool checked; /* false: algorithm unsupported, said by a finding */
};

/* evd_signature_attributes(cert, what, out, err): the bytes that are signed: SET OF attributes. */
int evd_signature_attributes(struct evd_view cert, const struct evd_signed *what,
                             struct evd_buf *out, struct evd_error *err) EVD_MUST_USE;
/*
 * evd_signature_write(cert, what, alg, value, m, out, err): the file. `value` is the signature
 * over evd_signature_attributes(), ECDSA with s ≤ n/2.
 */
int evd_signature_write(struct evd_view cert, const struct evd_signed *what, enum evd_sig_alg alg,
                        struct evd_view value, const struct evd_material *m, struct evd_buf *out,
                        struct evd_error *err) EVD_MUST_USE;

/*
 * evd_signature_check(file, what, named, material_allowed, where, to, out, err): docs/verify.md §3
 * stage 2.4. `named` is the digest of the certificate that the log names. Returns 0 with *out, or
 * EVD_STOP after a failed finding, or an error of ours.
 */
int evd_signature_check(struct evd_view file, const struct evd_signed *what,
                        const uint8_t named[EVD_SHA256_LEN], bool material_allowed,
                        const char *where, const struct evd_findings *to, struct evd_signer *out,
                        struct evd_error *err) EVD_MUST_USE;

/* evd_signature_token(attribute, out): the token in a signature-time-stamp attribute; *out is empty if its
 * structure is not that of an attribute with one SEQUENCE, false if its type is another. */
bool evd_signature_token(struct evd_view attribute, struct evd_view *out);

#define EVD_OCSP_TAG 0xa1u /* of an OCSP element among lists (docs/timestamp.md §2) */
/* evd_signature_lists(set): 1 to 64 CRLs and OCSP elements, rising. */
bool evd_signature_lists(struct evd_view set);
/* evd_signature_answer(element, out): the OCSPResponse in an OCSP element. */
bool evd_signature_answer(struct evd_view element, struct evd_view *out);
/* evd_signature_wrap(response, out): the OCSP element of a response. */
void evd_signature_wrap(struct evd_view response, struct evd_buf *out);

#endif
