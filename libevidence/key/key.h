/*
 * key: a signing key with its certificate, wherever it lives (own file, PKCS#12, card). The only
 * part of the library that touches private keys; not part of the verify core.
 *
 * Use: evd_key_open (keystore.h) → evd_key_sign … → evd_key_free, which wipes.
 */
#ifndef EVD_KEY_H
#define EVD_KEY_H

#include "base/buf.h"
#include "base/limits.h"
#include "chain/signature.h"

struct evd_key;

/* Who the key's holder says to be; goes into `circumstances`, never into entries. Borrowed from the
 * key until it is freed. `organisation` may be empty. */
struct evd_actor {
	const char *name, *role, *organisation;
};

void evd_key_free(struct evd_key *k); /* NULL is fine; wipes the key */
/* evd_key_certificate(k): the certificate, DER. Borrowed. */
struct evd_view evd_key_certificate(const struct evd_key *k);
/* evd_key_fingerprint(k): SHA-256 of it. Borrowed, EVD_SHA256_LEN bytes. */
const uint8_t *evd_key_fingerprint(const struct evd_key *k);
const struct evd_actor *evd_key_actor(const struct evd_key *k);

/*
 * evd_key_sign(k, what, out, err): the signature file (docs/format.md §5) over `what`: attributes,
 * signature value in its one form, the whole written by evd_signature_write and then checked by
 * evd_signature_check before it is given out. CRYPTO, DENIED (card locked, PIN wrong), NOMEM.
 */
int evd_key_sign(struct evd_key *k, const struct evd_signed *what, struct evd_buf *out,
                 struct evd_error *err) EVD_MUST_USE;

/*
 * evd_key_protect_process(): no core dumps, no tracing by other programs of the user, private keys in
 * locked memory where the system lets us. First thing in main(), before any other OpenSSL call and any
 * thread; what is not to be had is done without. Children that are executed are as usual again.
 */
void evd_key_protect_process(void);
/* evd_key_protect_buf(b, cap): room for `cap` bytes at once, so that they are never moved, in memory that is
 * locked where the system allows it. Empties the buffer; a failure shows in evd_buf_check. */
void evd_key_protect_buf(struct evd_buf *b, size_t cap);

#endif
