/*
 * backup: identities as one PKCS#12 file (RFC 7292): copies of ours, and what other programs made.
 *
 * Ours holds the certificate and identity.json (a secretBag whose type is `data`) in one encrypted
 * safe, the key in a shrouded bag: PBES2 with AES-256-CBC and PBKDF2-HMAC-SHA-256, and the MAC with
 * SHA-256. PBKDF2 and not scrypt, so that `openssl pkcs12` and other programs can open the copy
 * without us. The iteration counts are such that trying a passphrase costs about as much through the
 * MAC as through the key (a round of PBKDF2 is two SHA-256 blocks, of the MAC's function one).
 */
#include "chain/certificate.h"
#include "key/own.h"

#include "base/digest.h"
#include "platform/files.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs12err.h>
#include <openssl/provider.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define KEY_ROUNDS 600000
#define MAC_ROUNDS 1200000
#define MAX_P12 (UINT32_C(1) << 20) /* bytes */

/* What a PKCS#12 file held. */
struct contents {
	EVP_PKEY *key;
	struct evd_buf certificate, json;
};

static void contents_release(struct contents *c)
{
	EVP_PKEY_free(c->key);
	evd_buf_release(&c->certificate);
	evd_buf_release(&c->json);
}

/* The passphrase with a NUL behind it, as OpenSSL's PKCS#12 wants it. */
static int ask(const struct evd_secret_source *secret, const char *what, bool confirm,
               struct evd_buf *out, struct evd_error *err)
{
	int r = secret && secret->ask ? secret->ask(secret->ctx, what, confirm, out, err)
	                              : evd_fail(err, EVD_E_DENIED, "no passphrase was given");

	if (r == 0)
		r = evd_passphrase_check(evd_buf_view(out), err);
	if (r == 0) {
		out->max = 0;
		evd_put_u8(out, '\0');
		r = evd_buf_check(out, err);
	}
	return r;
}

static bool fill_certificate_safe(STACK_OF(PKCS7) * *safes, const struct evd_key *k,
                                  struct evd_view json, const char *pass)
{
	X509 *x = evd_certificate_read(evd_key_certificate(k));
	STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
	PKCS12_SAFEBAG *bag = x ? PKCS12_add_cert(&bags, x) : NULL;
	uint8_t *copy = OPENSSL_memdup(json.p, json.len);
	bool ok =
	    bag && copy && PKCS12_add_friendlyname_utf8(bag, k->info.name, -1) == 1 &&
	    PKCS12_add_localkeyid(bag, (unsigned char *)(uintptr_t)k->fingerprint, EVD_SHA256_LEN) ==
	        1 &&
	    PKCS12_add_secret(&bags, NID_pkcs7_data, copy, (int)json.len) != NULL &&
	    PKCS12_add_safe_ex(safes, bags, NID_aes_256_cbc, KEY_ROUNDS, pass, evd_crypto(), NULL) == 1;

	sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	OPENSSL_free(copy);
	X509_free(x);
	return ok;
}

static bool fill_key_safe(STACK_OF(PKCS7) * *safes, const struct evd_key *k, const char *pass)
{
	STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
	PKCS12_SAFEBAG *bag = PKCS12_add_key_ex(&bags, k->private_key, 0, KEY_ROUNDS, NID_aes_256_cbc,
	                                        pass, evd_crypto(), NULL);
	bool ok = bag && PKCS12_add_friendlyname_utf8(bag, k->info.name, -1) == 1 &&
	          PKCS12_add_localkeyid(bag, (unsigned char *)(uintptr_t)k->fingerprint,
	                                EVD_SHA256_LEN) == 1 &&
	          PKCS12_add_safe_ex(safes, bags, -1, 0, NULL, evd_crypto(), NULL) == 1;

	sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	return ok;
}

static int write_p12(const struct evd_key *k, struct evd_view json, const char *pass,
                     struct evd_buf *out, struct evd_error *err)
{
	STACK_OF(PKCS7) *safes = NULL;
	EVP_MD *md = EVP_MD_fetch(evd_crypto(), "SHA256", NULL);
	PKCS12 *p12 = NULL;
	uint8_t *der = NULL;
	int len = -1, r;

	if (md && fill_certificate_safe(&safes, k, json, pass) && fill_key_safe(&safes, k, pass))
		p12 = PKCS12_add_safes_ex(safes, 0, evd_crypto(), NULL);
	if (p12 && PKCS12_set_mac(p12, pass, -1, NULL, 0, MAC_ROUNDS, md) == 1)
		len = i2d_PKCS12(p12, &der);
	if (len > 0) {
		evd_put(out, der, (size_t)len);
		r = evd_buf_check(out, err);
	} else {
		r = evd_fail_crypto(err, "the copy could not be encrypted");
	}
	OPENSSL_free(der);
	PKCS12_free(p12);
	sk_PKCS7_pop_free(safes, PKCS7_free);
	EVP_MD_free(md);
	return r;
}

/* The key in our own library context: PKCS12_parse may have read it in another one. */
static EVP_PKEY *own_context(EVP_PKEY *key)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key), *again = NULL;
	uint8_t *der = NULL;
	int len = info ? i2d_PKCS8_PRIV_KEY_INFO(info, &der) : -1;
	const uint8_t *at = der;
	EVP_PKEY *out = NULL;

	if (len > 0)
		again = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, len);
	if (again)
		out = EVP_PKCS82PKEY_ex(again, evd_crypto(), NULL);
	OPENSSL_clear_free(der, len > 0 ? (size_t)len : 0);
	PKCS8_PRIV_KEY_INFO_free(info);
	PKCS8_PRIV_KEY_INFO_free(again);
	return out;
}

/* identity.json out of a safe's bags, if it is there. */
static void take_json(const STACK_OF(PKCS12_SAFEBAG) * bags, struct evd_buf *json)
{
	for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); i++) {
		const PKCS12_SAFEBAG *bag = sk_PKCS12_SAFEBAG_value(bags, i);
		const ASN1_TYPE *type;

		if (PKCS12_SAFEBAG_get_nid(bag) != NID_secretBag ||
		    OBJ_obj2nid(PKCS12_SAFEBAG_get0_bag_type(bag)) != NID_pkcs7_data)
			continue;
		type = PKCS12_SAFEBAG_get0_bag_obj(bag);
		if (type && ASN1_TYPE_get(type) == V_ASN1_OCTET_STRING) {
			const ASN1_OCTET_STRING *s = type->value.octet_string;

			evd_buf_reset(json);
			evd_put(json, ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s));
		}
	}
}

static void find_json(PKCS12 *p12, const char *pass, struct evd_buf *json)
{
	STACK_OF(PKCS7) *safes = PKCS12_unpack_authsafes(p12);

	for (int i = 0; i < sk_PKCS7_num(safes); i++) {
		PKCS7 *p7 = sk_PKCS7_value(safes, i);
		STACK_OF(PKCS12_SAFEBAG) *bags = NULL;

		if (OBJ_obj2nid(p7->type) == NID_pkcs7_encrypted)
			bags = PKCS12_unpack_p7encdata(p7, pass, -1);
		if (bags)
			take_json(bags, json);
		sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	}
	sk_PKCS7_pop_free(safes, PKCS7_free);
	ERR_clear_error();
}

static int take_contents(PKCS12 *p12, const char *pass, struct contents *out, struct evd_error *err)
{
	EVP_PKEY *key = NULL;
	X509 *x = NULL;
	uint8_t *der = NULL;
	int len = -1, r = 0;

	if (PKCS12_parse(p12, pass, &key, &x, NULL) != 1)
		return evd_fail_crypto(err, "the PKCS#12 file cannot be decrypted");
	if (!key || !x)
		r = evd_fail(err, EVD_E_FORMAT, "the PKCS#12 file holds no key with its certificate");
	if (r == 0)
		len = i2d_X509(x, &der);
	if (len > 0)
		evd_put(&out->certificate, der, (size_t)len);
	if (r == 0)
		out->key = own_context(key);
	if (r == 0 && (len <= 0 || !out->key))
		r = evd_fail_crypto(err, "the key in the PKCS#12 file cannot be used");
	if (r == 0)
		r = evd_buf_check(&out->certificate, err);
	OPENSSL_free(der);
	X509_free(x);
	EVP_PKEY_free(key);
	return r;
}

/* One try, in the library context given: 0, CRYPTO (perhaps another context knows the cipher), or
 * what is certain. */
static int read_in(OSSL_LIB_CTX *ctx, struct evd_view file, const char *pass, struct contents *out,
                   struct evd_error *err)
{
	PKCS12 *p12 = PKCS12_init_ex(NID_pkcs7_data, ctx, NULL);
	const uint8_t *at = file.p;
	int r = 0;

	if (!p12)
		return evd_fail_crypto(err, "PKCS#12");
	if (!d2i_PKCS12(&p12, &at, (long)file.len) || at != file.p + file.len)
		r = evd_fail(err, EVD_E_FORMAT, "not a PKCS#12 file");
	else if (PKCS12_mac_present(p12) != 1)
		r = evd_fail(err, EVD_E_FORMAT,
		             "the PKCS#12 file has no MAC: nothing shows it is unaltered");
	else if (PKCS12_verify_mac(p12, pass, -1) != 1) {
		r = ERR_GET_REASON(ERR_peek_last_error()) == PKCS12_R_MAC_GENERATION_ERROR ? EVD_E_CRYPTO
		                                                                           : EVD_E_DENIED;
		evd_fail(err, r,
		         r == EVD_E_DENIED ? "wrong passphrase (or the file was altered)"
		                           : "the PKCS#12 file's MAC is of an unknown kind");
	} else {
		r = take_contents(p12, pass, out, err);
		if (r == 0)
			find_json(p12, pass, &out->json);
	}
	ERR_clear_error();
	PKCS12_free(p12);
	return r;
}

/* Files of old programs use RC2 and 3DES, which OpenSSL keeps in a provider of their own. */
static int read_legacy(struct evd_view file, const char *pass, struct contents *out,
                       struct evd_error *err)
{
	OSSL_LIB_CTX *ctx = OSSL_LIB_CTX_new();
	OSSL_PROVIDER *normal = ctx ? OSSL_PROVIDER_load(ctx, "default") : NULL;
	OSSL_PROVIDER *legacy = normal ? OSSL_PROVIDER_load(ctx, "legacy") : NULL;
	int r = EVD_E_CRYPTO;

	if (legacy)
		r = read_in(ctx, file, pass, out, err);
	ERR_clear_error();
	if (r == EVD_E_CRYPTO)
		r = evd_fail(
		    err, EVD_E_UNSUPPORTED,
		    "the PKCS#12 file is encrypted in a way this computer's OpenSSL does not know");
	if (legacy)
		OSSL_PROVIDER_unload(legacy);
	if (normal)
		OSSL_PROVIDER_unload(normal);
	OSSL_LIB_CTX_free(ctx);
	return r;
}

static int read_p12(struct evd_view file, const char *pass, struct contents *out,
                    struct evd_error *err)
{
	int r = evd_crypto() ? read_in(evd_crypto(), file, pass, out, err)
	                     : evd_fail_crypto(err, "OpenSSL could not be set up");

	return r == EVD_E_CRYPTO ? read_legacy(file, pass, out, err) : r;
}

/* Asks as the inner source does, and keeps what was answered. */
struct keeping {
	const struct evd_secret_source *inner;
	struct evd_buf answer;
};

static int ask_and_keep(void *ctx, const char *what, bool confirm, struct evd_buf *out,
                        struct evd_error *err)
{
	struct keeping *k = ctx;
	int r = ask(k->inner, what, confirm, &k->answer, err);

	if (r)
		return r;
	evd_put(out, k->answer.data, k->answer.len - 1);
	return evd_buf_check(out, err);
}

/* A copy counts only once it gave the key again. */
static int check_copy(const char *path, const struct evd_key *k, const char *pass,
                      struct evd_error *err)
{
	struct contents c = {.key = NULL};
	struct evd_buf file = {0};
	int r = evd_file_read(-1, path, MAX_P12, &file, err);

	if (r == 0)
		r = read_p12(evd_buf_view(&file), pass, &c, err);
	if (r == 0 && (EVP_PKEY_eq(c.key, k->private_key) != 1 || c.json.len == 0 ||
	               !evd_view_eq(evd_buf_view(&c.certificate), evd_key_certificate(k))))
		r = evd_fail(err, EVD_E_IO, "the copy does not read back as it was written");
	contents_release(&c);
	evd_buf_release(&file);
	return r;
}

int evd_keystore_backup(const char *home, const char *which, const struct evd_secret_source *secret,
                        const char *path, struct evd_identity_info *out, struct evd_error *err)
{
	struct keeping keep = {secret, {0}};
	const struct evd_secret_source source = {ask_and_keep, &keep};
	struct evd_identity i = {.info = {.kind = ""}};
	struct evd_buf json = {0}, file = {0};
	struct evd_key *k = NULL;
	int r = evd_keystore_find(home, which, &i.info, err);

	if (r == 0 && strcmp(i.info.kind, "pkcs11") == 0)
		r = evd_fail(err, EVD_E_MISUSE,
		             "the key of this identity is on a card and cannot be copied");
	if (r == 0 && evd_file_exists(-1, path))
		r = evd_fail(err, EVD_E_EXISTS, "%s exists already; it was not touched", path);
	if (r == 0)
		r = evd_key_open(home, which, &source, &k, err);
	if (r == 0)
		r = evd_identity_json(&i, &json, err);
	if (r == 0)
		r = write_p12(k, evd_buf_view(&json), (const char *)keep.answer.data, &file, err);
	if (r == 0)
		r = evd_private_file(path, evd_buf_view(&file), err);
	if (r == 0) {
		r = check_copy(path, k, (const char *)keep.answer.data, err);
		if (r)
			evd_remove(-1, path); /* nobody is to rely on it */
	}
	if (r == 0)
		*out = i.info;
	evd_key_free(k);
	evd_buf_wipe(&keep.answer);
	evd_buf_release(&json);
	evd_buf_release(&file);
	return r;
}

/* What is wrong with a file is said with its name. */
static int name_file(int r, const char *path, struct evd_error *err)
{
	char why[sizeof err->text];

	if (r == 0 || !err)
		return r;
	snprintf(why, sizeof why, "%s", err->text);
	return evd_fail(err, r, "%.120s: %s", path, why);
}

static int open_file(const char *path, const struct evd_secret_source *secret, const char *what,
                     struct evd_buf *passphrase, struct contents *c, struct evd_error *err)
{
	struct evd_buf file = {0};
	int r = evd_file_read(-1, path, MAX_P12, &file, err);

	if (r == 0)
		r = ask(secret, what, false, passphrase, err);
	if (r == 0)
		r = name_file(read_p12(evd_buf_view(&file), (const char *)passphrase->data, c, err), path,
		              err);
	evd_buf_release(&file);
	return r;
}

int evd_keystore_restore(const char *home, const char *path, const struct evd_secret_source *secret,
                         struct evd_identity_info *out, struct evd_error *err)
{
	struct evd_identity i = {.info = {.kind = ""}};
	struct contents c = {.key = NULL};
	struct evd_buf passphrase = {0};
	int r = open_file(path, secret, "passphrase of the copy", &passphrase, &c, err);

	if (r == 0 && c.json.len == 0)
		r = evd_fail(err, EVD_E_FORMAT,
		             "%s is no copy that `identity backup` made; use `identity import`", path);
	if (r == 0)
		r = evd_identity_parse(evd_buf_view(&c.json), &i, err);
	if (r == 0)
		r = evd_key_keep(home, c.key, evd_buf_view(&c.certificate), &i.info,
		                 evd_view_of(passphrase.data, passphrase.len - 1), out, err);
	contents_release(&c);
	evd_identity_release(&i);
	evd_buf_wipe(&passphrase);
	return r;
}

int evd_keystore_import(const char *home, const char *path,
                        const struct evd_identity_request *request,
                        const struct evd_secret_source *secret, struct evd_identity_info *out,
                        struct evd_error *err)
{
	struct evd_identity_info info = {.kind = "pkcs12"};
	struct evd_buf theirs = {0}, ours = {0};
	struct contents c = {.key = NULL};
	int r = evd_identity_info_of(request, &info, err);

	if (r == 0)
		r = open_file(path, secret, "passphrase of the file to import", &theirs, &c, err);
	if (r == 0)
		r = ask(secret, "new passphrase to keep the key under", true, &ours, err);
	if (r == 0)
		r = evd_key_keep(home, c.key, evd_buf_view(&c.certificate), &info,
		                 evd_view_of(ours.data, ours.len - 1), out, err);
	contents_release(&c);
	evd_buf_wipe(&theirs);
	evd_buf_wipe(&ours);
	return r;
}
