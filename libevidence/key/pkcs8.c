/*
 * pkcs8: a private key under a passphrase, see own.h.
 *
 *	SEQUENCE                                     EncryptedPrivateKeyInfo, RFC 5958 §3
 *	  SEQUENCE
 *	    OID 1.2.840.113549.1.5.13                PBES2, RFC 8018 §6.2
 *	    SEQUENCE
 *	      SEQUENCE { OID 1.3.6.1.4.1.11591.4.11  scrypt, RFC 7914 §7.1
 *	        SEQUENCE { OCTET STRING salt, INTEGER N, INTEGER r, INTEGER p } }
 *	      SEQUENCE { OID 2.16.840.1.101.3.4.1.42, OCTET STRING iv }      AES-256-CBC
 *	  OCTET STRING ciphertext
 */
#include "key/own.h"

#include "base/der.h"
#include "base/digest.h"
#include "base/text.h"
#include "platform/files.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#define SALT_LEN 16u
#define IV_LEN 16u
#define AES_KEY_LEN 32u
#define PEM_NAME "ENCRYPTED PRIVATE KEY"
#define N_MAX (UINT64_C(1) << 20) /* 1 GiB: what a later version may write */

static const uint8_t oid_pbes2[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 13};
static const uint8_t oid_scrypt[] = {0x2b, 6, 1, 4, 1, 0xda, 0x47, 4, 11};
static const uint8_t oid_aes256[] = {0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 42};

#define OID_VIEW(bytes) evd_view_of(bytes, sizeof(bytes))

struct pbes2 {
	struct evd_view salt, iv, ciphertext;
	uint64_t n, r, p;
};

static void put_integer(struct evd_buf *b, uint64_t v)
{
	uint8_t bytes[9];
	size_t len = 0;

	for (int shift = 64 - 8; shift >= 0; shift -= 8) {
		uint8_t byte = (uint8_t)(v >> shift);

		if (len == 0 && byte >= 0x80)
			bytes[len++] = 0; /* else it would be negative: X.690 §8.3.3 */
		if (len || byte || shift == 0)
			bytes[len++] = byte;
	}
	evd_der_put(b, 0x02, evd_view_of(bytes, len));
}

static uint64_t get_integer(struct evd_cursor *c)
{
	struct evd_view v = evd_der_get(c, 0x02);
	struct evd_cursor in;
	uint64_t x = 0;

	if (v.len == 0 || v.len > 5) {
		c->failed = true;
		return 0;
	}
	evd_cursor_init(&in, v);
	while (evd_cursor_left(&in))
		x = x << 8 | evd_get_u8(&in);
	return x;
}

static int derive(const struct pbes2 *p, struct evd_view passphrase, uint8_t key[AES_KEY_LEN],
                  struct evd_error *err)
{
	uint64_t n = p->n, r = p->r, lanes = p->p, most = 130 * p->n * p->r + (UINT64_C(1) << 20);
	OSSL_PARAM params[] = {
	    OSSL_PARAM_octet_string(OSSL_KDF_PARAM_PASSWORD, (void *)(uintptr_t)passphrase.p,
	                            passphrase.len),
	    OSSL_PARAM_octet_string(OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)p->salt.p, p->salt.len),
	    OSSL_PARAM_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
	    OSSL_PARAM_uint64(OSSL_KDF_PARAM_SCRYPT_R, &r),
	    OSSL_PARAM_uint64(OSSL_KDF_PARAM_SCRYPT_P, &lanes),
	    OSSL_PARAM_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &most),
	    OSSL_PARAM_END,
	};
	EVP_KDF *kdf = EVP_KDF_fetch(evd_crypto(), "SCRYPT", NULL);
	EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	int ok = ctx && EVP_KDF_derive(ctx, key, AES_KEY_LEN, params) == 1;

	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return ok ? 0
	          : evd_fail_crypto(err, "scrypt over the passphrase (it takes %llu MiB of memory)",
	                            (unsigned long long)((128 * n * r) >> 20));
}

/* AES-256-CBC with PKCS#7 padding, one way or the other. 0, or DENIED if the padding is wrong. */
static int aes(bool encrypt, const uint8_t key[AES_KEY_LEN], struct evd_view iv, struct evd_view in,
               struct evd_buf *out, struct evd_error *err)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(evd_crypto(), "AES-256-CBC", NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	size_t room = in.len + IV_LEN;
	uint8_t *bytes = OPENSSL_secure_malloc(room);
	int n = 0, last = 0, r = EVD_E_CRYPTO;

	if (!cipher || !ctx || !bytes || iv.len != IV_LEN || in.len > EVD_MAX_KEY_FILE)
		goto out;
	if (EVP_CipherInit_ex2(ctx, cipher, key, iv.p, encrypt, NULL) != 1 ||
	    EVP_CipherUpdate(ctx, bytes, &n, in.p, (int)in.len) != 1)
		goto out;
	r = EVD_E_DENIED;
	if (EVP_CipherFinal_ex(ctx, bytes + n, &last) != 1)
		goto out;
	evd_put(out, bytes, (size_t)n + (size_t)last);
	r = evd_buf_check(out, err);
out:
	OPENSSL_secure_clear_free(bytes, room);
	EVP_CIPHER_CTX_free(ctx);
	EVP_CIPHER_free(cipher);
	if (r == EVD_E_CRYPTO)
		return evd_fail_crypto(err, "AES-256-CBC");
	if (r == EVD_E_DENIED) {
		ERR_clear_error();
		return evd_fail(err, r, "wrong passphrase (or the key file was altered)");
	}
	return r;
}

static void put_pbes2(struct evd_buf *b, const struct pbes2 *p)
{
	size_t whole = evd_der_open(b, 0x30), at[4];

	at[0] = evd_der_open(b, 0x30);
	evd_der_put(b, 0x06, OID_VIEW(oid_pbes2));
	at[1] = evd_der_open(b, 0x30);
	at[2] = evd_der_open(b, 0x30);
	evd_der_put(b, 0x06, OID_VIEW(oid_scrypt));
	at[3] = evd_der_open(b, 0x30);
	evd_der_put(b, 0x04, p->salt);
	put_integer(b, p->n);
	put_integer(b, p->r);
	put_integer(b, p->p);
	evd_der_close(b, at[3]);
	evd_der_close(b, at[2]);
	at[2] = evd_der_open(b, 0x30);
	evd_der_put(b, 0x06, OID_VIEW(oid_aes256));
	evd_der_put(b, 0x04, p->iv);
	evd_der_close(b, at[2]);
	evd_der_close(b, at[1]);
	evd_der_close(b, at[0]);
	evd_der_put(b, 0x04, p->ciphertext);
	evd_der_close(b, whole);
}

static bool take_pbes2(struct evd_view der, struct pbes2 *p)
{
	struct evd_cursor c, whole, alg, params, kdf, in, cipher;
	bool ok;

	evd_cursor_init(&c, der);
	whole = evd_der_enter(&c, 0x30);
	alg = evd_der_enter(&whole, 0x30);
	ok = evd_view_eq(evd_der_get(&alg, 0x06), OID_VIEW(oid_pbes2));
	params = evd_der_enter(&alg, 0x30);
	kdf = evd_der_enter(&params, 0x30);
	ok = ok && evd_view_eq(evd_der_get(&kdf, 0x06), OID_VIEW(oid_scrypt));
	in = evd_der_enter(&kdf, 0x30);
	p->salt = evd_der_get(&in, 0x04);
	p->n = get_integer(&in);
	p->r = get_integer(&in);
	p->p = get_integer(&in);
	cipher = evd_der_enter(&params, 0x30);
	ok = ok && evd_view_eq(evd_der_get(&cipher, 0x06), OID_VIEW(oid_aes256));
	p->iv = evd_der_get(&cipher, 0x04);
	p->ciphertext = evd_der_get(&whole, 0x04);
	return ok && evd_cursor_at_end(&c) && evd_cursor_at_end(&whole) && evd_cursor_at_end(&alg) &&
	       evd_cursor_at_end(&params) && evd_cursor_at_end(&kdf) && evd_cursor_at_end(&in) &&
	       evd_cursor_at_end(&cipher) && p->iv.len == IV_LEN && p->ciphertext.len;
}

void evd_put_pem(struct evd_buf *out, const char *name, struct evd_view der)
{
	struct evd_buf text = {0};

	evd_put_base64(&text, der.p, der.len);
	evd_putf(out, "-----BEGIN %s-----\n", name);
	for (size_t at = 0; at < text.len; at += 64) {
		evd_put(out, text.data + at, text.len - at < 64 ? text.len - at : 64);
		evd_put_u8(out, '\n');
	}
	evd_putf(out, "-----END %s-----\n", name);
	if (text.failed && !out->failed)
		out->failed = text.failed;
	evd_buf_release(&text);
}

int evd_pkcs8_seal(EVP_PKEY *key, struct evd_view passphrase, struct evd_buf *out,
                   struct evd_error *err)
{
	uint8_t salt[SALT_LEN], iv[IV_LEN], aes_key[AES_KEY_LEN] = {0}, *plain = NULL;
	struct pbes2 p = {.n = EVD_SCRYPT_N, .r = EVD_SCRYPT_R, .p = EVD_SCRYPT_P};
	struct evd_buf ciphertext = {0}, der = {0};
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
	int len = info ? i2d_PKCS8_PRIV_KEY_INFO(info, &plain) : -1, r;

	PKCS8_PRIV_KEY_INFO_free(info);
	if (len <= 0)
		return evd_fail_crypto(err, "the key cannot be written as PKCS#8");
	p.salt = evd_view_of(salt, sizeof salt);
	p.iv = evd_view_of(iv, sizeof iv);
	r = evd_random(salt, sizeof salt, err);
	if (r == 0)
		r = evd_random(iv, sizeof iv, err);
	if (r == 0)
		r = derive(&p, passphrase, aes_key, err);
	if (r == 0)
		r = aes(true, aes_key, p.iv, evd_view_of(plain, (size_t)len), &ciphertext, err);
	if (r == 0) {
		p.ciphertext = evd_buf_view(&ciphertext);
		put_pbes2(&der, &p);
		r = evd_buf_check(&der, err);
	}
	if (r == 0) {
		evd_put_pem(out, PEM_NAME, evd_buf_view(&der));
		r = evd_buf_check(out, err);
	}
	OPENSSL_cleanse(aes_key, sizeof aes_key);
	OPENSSL_clear_free(plain, (size_t)len);
	evd_buf_release(&ciphertext);
	evd_buf_release(&der);
	return r;
}

/* The DER inside the PEM; the caller frees with OPENSSL_free. */
static uint8_t *read_pem(struct evd_view pem, size_t *out_len)
{
	BIO *bio = pem.len <= EVD_MAX_KEY_FILE ? BIO_new_mem_buf(pem.p, (int)pem.len) : NULL;
	char *name = NULL, *header = NULL;
	uint8_t *der = NULL;
	long len = 0;
	int ok = bio && PEM_read_bio(bio, &name, &header, &der, &len) == 1 &&
	         strcmp(name, PEM_NAME) == 0 && header[0] == '\0' && len > 0;

	BIO_free(bio);
	OPENSSL_free(name);
	OPENSSL_free(header);
	if (!ok) {
		ERR_clear_error();
		OPENSSL_free(der);
		return NULL;
	}
	*out_len = (size_t)len;
	return der;
}

/* What AES gave back: a key, or noise from a wrong passphrase whose padding happened to fit. */
static int read_plain(struct evd_view plain, EVP_PKEY **out, struct evd_error *err)
{
	const uint8_t *at = plain.p;
	PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)plain.len);

	if (info && at == plain.p + plain.len)
		*out = EVP_PKCS82PKEY_ex(info, evd_crypto(), NULL);
	PKCS8_PRIV_KEY_INFO_free(info);
	if (*out)
		return 0;
	ERR_clear_error();
	return evd_fail(err, EVD_E_DENIED, "wrong passphrase (or the key file was altered)");
}

int evd_pkcs8_open(struct evd_view pem, struct evd_view passphrase, EVP_PKEY **out,
                   struct evd_error *err)
{
	uint8_t aes_key[AES_KEY_LEN] = {0}, *der;
	struct evd_buf plain = {0};
	struct pbes2 p;
	size_t len = 0;
	int r;

	*out = NULL;
	der = read_pem(pem, &len);
	if (!der || !take_pbes2(evd_view_of(der, len), &p)) {
		OPENSSL_free(der);
		return evd_fail(err, EVD_E_FORMAT, "the key file is not PKCS#8 under scrypt and AES-256");
	}
	if (p.n < 2 || p.n > N_MAX || (p.n & (p.n - 1)) || p.r == 0 || p.r > 16 || p.p == 0 || p.p > 4)
		r = evd_fail(err, EVD_E_UNSUPPORTED, "the key file asks for scrypt beyond the bounds");
	else
		r = derive(&p, passphrase, aes_key, err);
	if (r == 0)
		r = aes(false, aes_key, p.iv, p.ciphertext, &plain, err);
	if (r == 0)
		r = read_plain(evd_buf_view(&plain), out, err);
	OPENSSL_cleanse(aes_key, sizeof aes_key);
	evd_buf_wipe(&plain);
	OPENSSL_free(der);
	return r;
}
