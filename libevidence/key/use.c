/* use: is a certificate one that verifiers take for signing (docs/verify.md §5), see own.h. */
#include "key/own.h"

#include "verify/identity.h"

#include <string.h>

bool evd_certificate_signs(struct evd_view der, const uint8_t fingerprint[EVD_SHA256_LEN])
{
	/* the verifier's own judgement of a log that this one certificate signed */
	uint8_t *bytes = (uint8_t *)(uintptr_t)der.p; /* only looked at */
	struct evd_log_signer signer = {.der = bytes, .der_len = der.len};
	struct evd_trust nobody;
	struct evd_known known;
	struct evd_log log;

	memcpy(signer.fingerprint, fingerprint, EVD_SHA256_LEN);
	memset(&nobody, 0, sizeof nobody);
	memset(&log, 0, sizeof log);
	log.signers.at = &signer;
	log.signers.n = 1;
	return evd_identity(&nobody, 0, &log, &known, NULL) == 0 && !known.unfit;
}
