/*
 * digest: SHA-256, SHA-512 and CRC-32 of bytes; the library's own OpenSSL context.
 *
 * OpenSSL is used through a library context of our own and never reads a configuration file, so
 * that nothing on the machine can turn a verdict (docs/threat-model.md).
 */
#ifndef EVD_DIGEST_H
#define EVD_DIGEST_H

#include "base/buf.h"
#include "base/limits.h"

#include <openssl/types.h>
#include <stdbool.h>

/* evd_crypto(): the library context, made at the first call; NULL if OpenSSL could not be set up.
 * Thread-safe. Never freed before the program ends. */
OSSL_LIB_CTX *evd_crypto(void);

/* evd_crypto_short(): whether OpenSSL was ever refused memory, or did not make a digest. From then on
 * what it calls wrong may be right (it keeps failed set-ups): a negative result is to be EVD_E_NOMEM,
 * never a finding. */
bool evd_crypto_short(void);

/* A running digest. Zero-initialised = closed. */
struct evd_sha {
	EVP_MD_CTX *ctx;
};

enum evd_sha_kind { EVD_SHA256, EVD_SHA512 };

int evd_sha_begin(struct evd_sha *s, enum evd_sha_kind kind, struct evd_error *err) EVD_MUST_USE;
int evd_sha_add(struct evd_sha *s, const void *p, size_t len, struct evd_error *err) EVD_MUST_USE;
/* evd_sha_end(s, out): `out` takes 32 or 64 bytes; the object can be begun again. */
int evd_sha_end(struct evd_sha *s, uint8_t *out, struct evd_error *err) EVD_MUST_USE;
void evd_sha_release(struct evd_sha *s);

/* evd_sha256(v, out, err): in one call. */
int evd_sha256(struct evd_view v, uint8_t out[EVD_SHA256_LEN], struct evd_error *err) EVD_MUST_USE;

/* evd_digest(sha, v, out, err): SHA-2 by its bits, 256, 384 or 512, in as many bytes; or SHA-1, 160, where
 * it only tells which thing was meant. */
int evd_digest(unsigned sha, struct evd_view v, uint8_t out[64],
               struct evd_error *err) EVD_MUST_USE;

/* evd_crc32(crc, p, len): CRC-32/ISO-HDLC as in ZIP, running; start with 0. */
uint32_t evd_crc32(uint32_t crc, const void *p, size_t len);

#endif
