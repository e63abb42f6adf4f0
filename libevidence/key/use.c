/* use: is a certificate one that verifiers take for signing (docs/verify.md §5), see own.h. */
#include "key/own.h"

#include "chain/certificate.h"

#include <openssl/x509.h>

bool evd_key_certificate_signs(struct evd_view der)
{
	X509 *x = evd_certificate_read(der);
	bool signs = x && evd_certificate_serves(x, EVD_USE_SIGNER);

	X509_free(x);
	return signs;
}
