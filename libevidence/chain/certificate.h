/*
 * certificate: a signer's X.509 certificate: read strictly, and whether it is one for signing
 * (docs/verify.md §5). Whether it is trusted is verify/identity's question.
 */
#ifndef EVD_CERTIFICATE_H
#define EVD_CERTIFICATE_H

#include "base/buf.h"

#include <openssl/types.h>

/* evd_certificate_read(der): the certificate, with our library context; NULL if it is none, or bytes
 * follow it. The caller frees with X509_free. */
X509 *evd_certificate_read(struct evd_view der);
/* evd_certificate_signs(x): version 3, key usage, extended key usage, not a CA, no critical extension
 * that is unknown here (RFC 5280 §4.2). */
bool evd_certificate_signs(X509 *x);

#endif
