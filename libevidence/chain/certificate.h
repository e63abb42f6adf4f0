/*
 * certificate: a signer's X.509 certificate: read strictly, and whether it is one for signing
 * (docs/verify.md §5). Whether it is trusted is verify/identity's question.
 */
#ifndef EVD_CERTIFICATE_H
#define EVD_CERTIFICATE_H

#include "base/buf.h"

#include <openssl/x509.h>

/* evd_certificate_read(der): the certificate, with our library context; NULL if it is none, or bytes
 * follow it. The caller frees with X509_free. */
X509 *evd_certificate_read(struct evd_view der);
/* What a certificate is looked at for. */
enum evd_use { EVD_USE_SIGNER, EVD_USE_AUTHORITY, EVD_USE_RESPONDER };
/* evd_certificate_serves(x, use): docs/verify.md §5.1, §5.3, docs/timestamp.md §3.6: version 3, key usage,
 * extended key usage, not a CA, no critical extension that is unknown here (RFC 5280 §4.2). */
bool evd_certificate_serves(X509 *x, enum evd_use use);
/* evd_certificate_issues(x, use, below): a CA in a path for `use` with `below` other CAs between it and
 * the first (docs/verify.md §5.2, name constraints aside). */
bool evd_certificate_issues(X509 *x, enum evd_use use, size_t below);
/* evd_extension_sound(e): its value is DER (docs/verify.md §5.2). */
bool evd_extension_sound(X509_EXTENSION *e);
/* evd_certificate_extension(x, nid, ok): the extension decoded, the caller's to free; NULL if absent.
 * *ok becomes false if it is there but twice or not decodable. */
void *evd_certificate_extension(X509 *x, int nid, bool *ok);

#endif
