/*
 * keystore: identities on disk: $EVIDENCE_HOME/identities/FINGERPRINT8/, else under the XDG data
 * folder. Files 0600, folders 0700. certificate.der, key.pem (PKCS#8, PBES2: scrypt N=2^17 r=8 p=1,
 * AES-256-CBC), identity.json (name, role, organisation, kind of key).
 */
#ifndef EVD_KEYSTORE_H
#define EVD_KEYSTORE_H

#include "key/key.h"

#include <stdbool.h>

/* Asked when a secret is needed: puts the passphrase or PIN into `out` (wiped by the caller).
 * `what` says for whom, for a prompt. 0, or DENIED if there is none. */
struct evd_secret_source {
	int (*ask)(void *ctx, const char *what, bool confirm, struct evd_buf *out,
	           struct evd_error *err);
	void *ctx;
};

struct evd_identity_request {
	const char *name, *role, *organisation; /* UTF-8; organisation may be NULL */
	bool real_name;                         /* put the name into the certificate too */
	const char *algorithm; /* "p256" (default if NULL), "p384", "rsa3072", "rsa4096" */
};

/* What is known of an identity without its passphrase. */
struct evd_identity_info {
	uint8_t fingerprint[EVD_SHA256_LEN];
	char name[256], role[256], organisation[256]; /* UTF-8 */
	char kind[16];                                /* "file", "pkcs12", "pkcs11" */
	char algorithm[16];
};

/* evd_keystore_home(out, cap, err): the folder, made if absent (0700). */
int evd_keystore_home(char *out, size_t cap, struct evd_error *err) EVD_MUST_USE;
int evd_keystore_create(const char *home, const struct evd_identity_request *request,
                        struct evd_view passphrase, struct evd_identity_info *out,
                        struct evd_error *err) EVD_MUST_USE;
/* evd_keystore_list(home, each, ctx, err): in order of fingerprint. */
int evd_keystore_list(const char *home,
                      int (*each)(void *ctx, const struct evd_identity_info *info), void *ctx,
                      struct evd_error *err) EVD_MUST_USE;
/*
 * evd_key_open(home, which, secret, out, err): `which` is the start of a fingerprint (4 digits or
 * more) or NULL if there is exactly one identity. NOTFOUND, MISUSE (several, say which: the text lists
 * them), DENIED (wrong passphrase).
 */
int evd_key_open(const char *home, const char *which, const struct evd_secret_source *secret,
                 struct evd_key **out, struct evd_error *err) EVD_MUST_USE;
/* evd_keystore_find(home, which, out, err): what is public of it, without a secret. */
int evd_keystore_find(const char *home, const char *which, struct evd_identity_info *out,
                      struct evd_error *err) EVD_MUST_USE;

/* evd_keystore_certificate(home, which, out, err): its certificate as PEM (RFC 7468), for verifiers. */
int evd_keystore_certificate(const char *home, const char *which, struct evd_buf *out,
                             struct evd_error *err) EVD_MUST_USE;

/*
 * evd_keystore_backup(home, which, secret, path, out, err): certificate, key and identity.json into one
 * PKCS#12 file under the identity's own passphrase; read back before it counts. EXISTS, MISUSE (card).
 */
int evd_keystore_backup(const char *home, const char *which, const struct evd_secret_source *secret,
                        const char *path, struct evd_identity_info *out,
                        struct evd_error *err) EVD_MUST_USE;
/* evd_keystore_restore(home, path, secret, out, err): the identity of such a file; kept under the same
 * passphrase. EXISTS if it is here already, FORMAT, DENIED. */
int evd_keystore_restore(const char *home, const char *path, const struct evd_secret_source *secret,
                         struct evd_identity_info *out, struct evd_error *err) EVD_MUST_USE;
/* evd_keystore_import(home, path, request, secret, out, err): a PKCS#12 file of another program. Asks
 * for its passphrase, then for a new one; request->algorithm and real_name are not used. */
int evd_keystore_import(const char *home, const char *path,
                        const struct evd_identity_request *request,
                        const struct evd_secret_source *secret, struct evd_identity_info *out,
                        struct evd_error *err) EVD_MUST_USE;

/* A certificate on a card or token. */
struct evd_card_certificate {
	uint8_t fingerprint[EVD_SHA256_LEN];
	char algorithm[16];                                   /* "other": bundles do not take it */
	char token_label[64], token_serial[33], subject[128]; /* as the card says; foreign text */
	bool usable;                                          /* algorithm and key usage fit */
};

/*
 * evd_card_list(module, each, ctx, err): the certificates that the PKCS#11 module at the absolute path
 * `module` shows without a PIN. Runs the module's code in this process. UNAVAILABLE: no such module,
 * no card.
 */
int evd_card_list(const char *module, int (*each)(void *ctx, const struct evd_card_certificate *c),
                  void *ctx, struct evd_error *err) EVD_MUST_USE;
/*
 * evd_card_import(home, module, which, request, secret, out, err): an identity whose key stays on the
 * card. `which`: start of the certificate's fingerprint, NULL if only one may sign. A sample is signed,
 * so the PIN is asked for. `secret` of evd_key_open must live as long as such a key: cards may ask
 * for the PIN at every signature.
 */
int evd_card_import(const char *home, const char *module, const char *which,
                    const struct evd_identity_request *request,
                    const struct evd_secret_source *secret, struct evd_identity_info *out,
                    struct evd_error *err) EVD_MUST_USE;

#endif
