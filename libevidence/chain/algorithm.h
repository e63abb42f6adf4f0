/*
 * algorithm: signature algorithms and keys that count (docs/format.md §5, docs/timestamp.md §2,
 * docs/verify.md §5.2), and the one place where a signature value is held against bytes.
 */
#ifndef EVD_ALGORITHM_H
#define EVD_ALGORITHM_H

#include "base/buf.h"

#include <openssl/types.h>

enum evd_sig_alg { EVD_SIG_ECDSA, EVD_SIG_RSA_PSS, EVD_SIG_RSA_PKCS1 };

struct evd_algorithm {
	enum evd_sig_alg kind;
	unsigned sha; /* 256, 384, 512; 0: rsaEncryption, which names no digest */
};

/* evd_algorithm_id(alg): the AlgorithmIdentifier, whole, of entry.p7s: with SHA-256. */
struct evd_view evd_algorithm_id(enum evd_sig_alg alg);
/* evd_algorithm_read(id, out): an AlgorithmIdentifier, tag and length too; false if it is none of ours. */
bool evd_algorithm_read(struct evd_view id, struct evd_algorithm *out);
/* evd_digest_read(oid): 256, 384 or 512 for the content of an OID of SHA-2, else 0. */
unsigned evd_digest_read(struct evd_view oid);

enum evd_key_fit { EVD_KEY_FIT, EVD_KEY_UNFIT, EVD_KEY_UNSUPPORTED };
/* evd_key_fit(x, p521, key): whether the certificate's key is within the bounds; *key, borrowed, if so. */
enum evd_key_fit evd_key_fit(X509 *x, bool p521, EVP_PKEY **key);
/* evd_algorithm_verify(a, key, bytes, value): the key is of the algorithm's kind, and the value fits. */
bool evd_algorithm_verify(const struct evd_algorithm *a, EVP_PKEY *key, struct evd_view bytes,
                          struct evd_view value);

#endif
