/*
 * own: what the files of key/ share and nobody else sees: the key object and identities on disk.
 */
#ifndef EVD_KEY_OWN_H
#define EVD_KEY_OWN_H

#include "key/keystore.h"

#include <openssl/types.h>

#define EVD_IDENTITY_TEXT 256u /* bytes of a name, its NUL counted */
#define EVD_MAX_IDENTITY_JSON (UINT32_C(16) << 10)
#define EVD_MAX_KEY_FILE (UINT32_C(64) << 10)

struct evd_card;

struct evd_key {
	struct evd_buf certificate; /* DER */
	uint8_t fingerprint[EVD_SHA256_LEN];
	EVP_PKEY *public_key;  /* of the certificate */
	EVP_PKEY *private_key; /* NULL: on the card */
	struct evd_card *card; /* NULL: in private_key */
	enum evd_sig_alg alg;
	struct evd_identity_info info;
	struct evd_actor actor;
};

/*
 * evd_key_new(certificate, out, err): the public half; `out` is to be given its private half by the
 * caller, who takes over private_key or card. FORMAT if it is no certificate, UNSUPPORTED if its key
 * is none that docs/format.md §5 takes.
 */
int evd_key_new(struct evd_view certificate, struct evd_key **out,
                struct evd_error *err) EVD_MUST_USE;
/* evd_key_certificate_signs(der): verifiers take it for signing: key usage, not a CA, … */
bool evd_key_certificate_signs(struct evd_view der);
/* evd_key_prove(k, err): signs a sample and checks it, and looks at what the certificate is for, so
 * that no key is kept whose signatures verifiers would not take. UNSUPPORTED, or as evd_key_sign. */
int evd_key_prove(struct evd_key *k, struct evd_error *err) EVD_MUST_USE;
/* evd_key_set_actor(k, info): names, kind; the fingerprint and the algorithm stay the key's. */
void evd_key_set_actor(struct evd_key *k, const struct evd_identity_info *info);

/*
 * PKCS#8 under a passphrase, RFC 5958, RFC 8018 §6.2 (PBES2), RFC 7914 §7 (scrypt), as PEM.
 * OpenSSL's own PBES2 refuses more than 32 MiB for scrypt, so the 20 lines of DER are written here.
 */
int evd_pkcs8_seal(EVP_PKEY *key, struct evd_view passphrase, struct evd_buf *out,
                   struct evd_error *err) EVD_MUST_USE;
/* DENIED: wrong passphrase (or altered bytes: CBC cannot tell). FORMAT: not such a file. */
int evd_pkcs8_open(struct evd_view pem, struct evd_view passphrase, EVP_PKEY **out,
                   struct evd_error *err) EVD_MUST_USE;

/* evd_put_pem(b, name, der): RFC 7468: lines of 64 base64 characters between BEGIN and END `name`. */
void evd_put_pem(struct evd_buf *b, const char *name, struct evd_view der);

/* A fresh key and its self-signed certificate. The caller frees the key. */
int evd_make_key(const char *algorithm, EVP_PKEY **out, struct evd_error *err) EVD_MUST_USE;
int evd_make_certificate(EVP_PKEY *key, const struct evd_identity_request *request,
                         struct evd_buf *out, struct evd_error *err) EVD_MUST_USE;

/* Where a card's key is found again. */
struct evd_card_place {
	char module[1024];          /* path of the PKCS#11 module */
	char token_serial[33];      /* CK_TOKEN_INFO.serialNumber without its blanks */
	char token_label[64];       /* CK_TOKEN_INFO.label without its blanks: for people */
	char object_id[2 * 64 + 1]; /* CKA_ID, hex */
};

/* evd_fingerprint_digits(which, out, err): the digits a person typed from paper, blanks dropped,
 * capitals lowered; MISUSE if they are fewer than 4 or something else. */
int evd_fingerprint_digits(const char *which, char out[2 * EVD_SHA256_LEN + 1],
                           struct evd_error *err) EVD_MUST_USE;

/* One identity's folder, read without a secret. Zero-initialise; release. */
struct evd_identity {
	struct evd_buf certificate; /* DER */
	struct evd_identity_info info;
	struct evd_card_place card; /* kind "pkcs11" */
};

void evd_identity_release(struct evd_identity *i);
/* evd_identity_check(info, err): MISUSE unless name and role are there, UTF-8, without controls. */
int evd_identity_check(const struct evd_identity_info *info, struct evd_error *err) EVD_MUST_USE;
/* evd_identity_info_of(request, out, err): its texts, checked, into `out`. */
int evd_identity_info_of(const struct evd_identity_request *request, struct evd_identity_info *out,
                         struct evd_error *err) EVD_MUST_USE;
int evd_identity_json(const struct evd_identity *i, struct evd_buf *out,
                      struct evd_error *err) EVD_MUST_USE;
int evd_identity_parse(struct evd_view json, struct evd_identity *out,
                       struct evd_error *err) EVD_MUST_USE;
/*
 * evd_identity_write(home, i, key_pem, err): the folder, built aside, synced, renamed: it is there
 * whole or not at all. `key_pem` is empty for a card. EXISTS if there is one of this fingerprint.
 */
int evd_identity_write(const char *home, const struct evd_identity *i, struct evd_view key_pem,
                       struct evd_error *err) EVD_MUST_USE;
/* evd_identity_read(identities_fd, name, out, err): one folder, its certificate held against its name. */
int evd_identity_read(int identities_fd, const char *name, struct evd_identity *out,
                      struct evd_error *err) EVD_MUST_USE;
/* evd_identity_read_key(identities_fd, name, out, err): key.pem; DENIED if others could read it. */
int evd_identity_read_key(int identities_fd, const char *name, struct evd_buf *out,
                          struct evd_error *err) EVD_MUST_USE;
/* evd_identity_private(identities_fd, name, err): DENIED if others can write or look into the folder. */
int evd_identity_private(int identities_fd, const char *name, struct evd_error *err) EVD_MUST_USE;
/* evd_identities_open(home, make, out, err): the folder `identities`, with its names. */
int evd_identities_open(const char *home, bool make, int *out, struct evd_error *err) EVD_MUST_USE;

/* evd_private_file(path, v, err): a new file 0600, there whole and durable or not at all. EXISTS. */
int evd_private_file(const char *path, struct evd_view v, struct evd_error *err) EVD_MUST_USE;
/* evd_passphrase_check(passphrase, err): DENIED if empty or holding a NUL, LIMIT if over EVD_MAX_PASSPHRASE. */
int evd_passphrase_check(struct evd_view passphrase, struct evd_error *err) EVD_MUST_USE;
/* evd_key_keep(home, key, certificate, info, passphrase, out, err): proves, encrypts, writes. */
int evd_key_keep(const char *home, EVP_PKEY *key, struct evd_view certificate,
                 const struct evd_identity_info *info, struct evd_view passphrase,
                 struct evd_identity_info *out, struct evd_error *err) EVD_MUST_USE;

/* The card (card.c). evd_card_sign: over the SHA-256 of the attributes; `out` as CMS wants it. */
int evd_card_open(const struct evd_card_place *place, struct evd_view certificate,
                  const struct evd_secret_source *secret, struct evd_card **out,
                  struct evd_error *err) EVD_MUST_USE;
void evd_card_close(struct evd_card *c);
enum evd_sig_alg evd_card_alg(const struct evd_card *c);
int evd_card_sign(struct evd_card *c, struct evd_view attributes, struct evd_buf *out,
                  struct evd_error *err) EVD_MUST_USE;

#endif
