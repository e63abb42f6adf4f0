/* age_crypto: the pieces of cryptography that the format is made of, over EVP, and stanzas with them. */
#include "envelope/age_own.h"

#include "base/digest.h"
#include "platform/files.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

#define X25519_INFO "age-encryption.org/v1/X25519"
#define SCRYPT_LABEL "age-encryption.org/v1/scrypt"
#define SCRYPT_SALT 16u
#define SCRYPT_R 8u

/* ---- base64, RFC 4648 §4 without padding ---- */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void evd_age_put_base64(struct evd_buf *b, const uint8_t *p, size_t len)
{
	uint32_t bits = 0;
	unsigned n = 0;

	for (size_t i = 0; i < len; i++) {
		bits = (bits << 8 | p[i]) & 0xffff;
		for (n += 8; n >= 6; n -= 6)
			evd_put_u8(b, (uint8_t)alphabet[bits >> (n - 6) & 63]);
	}
	if (n)
		evd_put_u8(b, (uint8_t)alphabet[bits << (6 - n) & 63]);
}

bool evd_age_base64(struct evd_view v, uint8_t *out, size_t len)
{
	uint32_t bits = 0;
	unsigned n = 0;
	size_t at = 0;

	if (v.len != (len * 8 + 5) / 6)
		return false;
	for (size_t i = 0; i < v.len; i++) {
		const char *c = v.p[i] ? strchr(alphabet, v.p[i]) : NULL;

		if (!c)
			return false;
		bits = (bits << 6 | (uint32_t)(c - alphabet)) & 0xffff;
		n += 6;
		if (n >= 8) {
			n -= 8;
			out[at++] = (uint8_t)(bits >> n);
		}
	}
	return (bits & ((1u << n) - 1)) == 0;
}

/* ---- keys ---- */

static int derive(const char *kdf, const OSSL_PARAM *params, uint8_t out[32], struct evd_error *err)
{
	EVP_KDF *f = EVP_KDF_fetch(evd_crypto(), kdf, NULL);
	EVP_KDF_CTX *c = f ? EVP_KDF_CTX_new(f) : NULL;
	int r = c && EVP_KDF_derive(c, out, 32, params) == 1 ? 0 : evd_fail_crypto(err, "%s", kdf);

	EVP_KDF_CTX_free(c);
	EVP_KDF_free(f);
	return r;
}

/* OSSL_PARAM has no const; nothing is written through it. */
static OSSL_PARAM octets(const char *name, const void *p, size_t len)
{
	union {
		const void *in;
		void *out;
	} u = {p};

	return OSSL_PARAM_construct_octet_string(name, u.out, len);
}

int evd_age_hkdf(struct evd_view key, struct evd_view salt, const char *info, uint8_t out[32],
                 struct evd_error *err)
{
	char digest[] = "SHA256";
	const OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
	    octets(OSSL_KDF_PARAM_KEY, key.p, key.len),
	    octets(OSSL_KDF_PARAM_INFO, info, strlen(info)),
	    /* no salt and an empty one are the same (RFC 5869 §2.2) */
	    salt.len ? octets(OSSL_KDF_PARAM_SALT, salt.p, salt.len) : OSSL_PARAM_construct_end(),
	    OSSL_PARAM_construct_end(),
	};

	return derive("HKDF", params, out, err);
}

static int scrypt(struct evd_view passphrase, const uint8_t *salt, unsigned work, uint8_t out[32],
                  struct evd_error *err)
{
	uint8_t full[sizeof SCRYPT_LABEL - 1 + SCRYPT_SALT];
	uint64_t n = UINT64_C(1) << work, most = 0;
	uint32_t r = SCRYPT_R, p = 1;
	const OSSL_PARAM params[] = {
	    octets(OSSL_KDF_PARAM_PASSWORD, passphrase.p ? passphrase.p : (const uint8_t *)"",
	           passphrase.len),
	    octets(OSSL_KDF_PARAM_SALT, full, sizeof full),
	    OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
	    OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
	    OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
	    OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &most),
	    OSSL_PARAM_construct_end(),
	};

	most = 128 * SCRYPT_R * (n + 16);
	memcpy(full, SCRYPT_LABEL, sizeof SCRYPT_LABEL - 1);
	memcpy(full + sizeof SCRYPT_LABEL - 1, salt, SCRYPT_SALT);
	return derive("SCRYPT", params, out, err);
}

int evd_age_hmac(const uint8_t *file_key, struct evd_view header, uint8_t out[32],
                 struct evd_error *err)
{
	char digest[] = "SHA256";
	const OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
	    OSSL_PARAM_construct_end(),
	};
	uint8_t key[32];
	size_t len = 32;
	EVP_MAC *f;
	EVP_MAC_CTX *c;
	int r = evd_age_hkdf(evd_view_of(file_key, EVD_AGE_FILE_KEY), evd_view_of(NULL, 0), "header",
	                     key, err);

	if (r)
		return r;
	f = EVP_MAC_fetch(evd_crypto(), "HMAC", NULL);
	c = f ? EVP_MAC_CTX_new(f) : NULL;
	if (!c || EVP_MAC_init(c, key, sizeof key, params) != 1 ||
	    EVP_MAC_update(c, header.p, header.len) != 1 || EVP_MAC_final(c, out, &len, 32) != 1)
		r = evd_fail_crypto(err, "HMAC");
	EVP_MAC_CTX_free(c);
	EVP_MAC_free(f);
	OPENSSL_cleanse(key, sizeof key);
	return r;
}

static EVP_PKEY *secret_key(const uint8_t *secret)
{
	return EVP_PKEY_new_raw_private_key_ex(evd_crypto(), "X25519", NULL, secret, EVD_AGE_POINT);
}

int evd_age_public(const uint8_t *secret, uint8_t *out, struct evd_error *err)
{
	EVP_PKEY *k = secret_key(secret);
	size_t len = EVD_AGE_POINT;
	int r =
	    k && EVP_PKEY_get_raw_public_key(k, out, &len) == 1 ? 0 : evd_fail_crypto(err, "X25519");

	EVP_PKEY_free(k);
	return r;
}

/* X25519; EVD_END if the result is zero, which OpenSSL refuses (RFC 7748 §6.1). */
static int agree(const uint8_t *secret, const uint8_t *point, uint8_t out[32],
                 struct evd_error *err)
{
	EVP_PKEY *k = secret_key(secret);
	EVP_PKEY *peer =
	    EVP_PKEY_new_raw_public_key_ex(evd_crypto(), "X25519", NULL, point, EVD_AGE_POINT);
	EVP_PKEY_CTX *c = k ? EVP_PKEY_CTX_new_from_pkey(evd_crypto(), k, NULL) : NULL;
	size_t len = 32;
	int r = 0;

	if (!peer || !c || EVP_PKEY_derive_init(c) != 1 || EVP_PKEY_derive_set_peer(c, peer) != 1)
		r = evd_fail_crypto(err, "X25519");
	else if (EVP_PKEY_derive(c, out, &len) != 1 || len != 32)
		r = EVD_END;
	EVP_PKEY_CTX_free(c);
	EVP_PKEY_free(peer);
	EVP_PKEY_free(k);
	return r;
}

int evd_age_aead(const uint8_t *key, bool seal, const uint8_t *in, size_t len, uint8_t *out,
                 struct evd_error *err)
{
	static const uint8_t nonce[12];
	EVP_CIPHER *f = EVP_CIPHER_fetch(evd_crypto(), "ChaCha20-Poly1305", NULL);
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	uint8_t tag[EVD_AGE_TAG];
	int n, r = 0;

	if (!seal)
		memcpy(tag, in + len, sizeof tag);
	if (!f || !c || EVP_CipherInit_ex2(c, f, key, nonce, seal, NULL) != 1 ||
	    (!seal && EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, EVD_AGE_TAG, tag) != 1) ||
	    EVP_CipherUpdate(c, out, &n, in, (int)len) != 1)
		r = evd_fail_crypto(err, "ChaCha20-Poly1305");
	else if (EVP_CipherFinal_ex(c, out + len, &n) != 1)
		r = EVD_END;
	else if (seal && EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, EVD_AGE_TAG, out + len) != 1)
		r = evd_fail_crypto(err, "ChaCha20-Poly1305");
	EVP_CIPHER_CTX_free(c);
	EVP_CIPHER_free(f);
	return r;
}

/* ---- stanzas ---- */

static void put_body(struct evd_buf *out, const uint8_t *wrapped)
{
	evd_put_str(out, "\n");
	evd_age_put_base64(out, wrapped, EVD_AGE_FILE_KEY + EVD_AGE_TAG);
	evd_put_str(out, "\n");
}

static int x25519_key(const uint8_t *shared, const uint8_t *share, const uint8_t *recipient,
                      uint8_t out[32], struct evd_error *err)
{
	uint8_t salt[2 * EVD_AGE_POINT];

	memcpy(salt, share, EVD_AGE_POINT);
	memcpy(salt + EVD_AGE_POINT, recipient, EVD_AGE_POINT);
	return evd_age_hkdf(evd_view_of(shared, 32), evd_view_of(salt, sizeof salt), X25519_INFO, out,
	                    err);
}

int evd_age_wrap_x25519(const struct evd_age_recipient *to, const uint8_t *file_key,
                        struct evd_buf *out, struct evd_error *err)
{
	uint8_t secret[EVD_AGE_POINT], share[EVD_AGE_POINT], shared[32], key[32];
	uint8_t wrapped[EVD_AGE_FILE_KEY + EVD_AGE_TAG];
	int r = evd_random(secret, sizeof secret, err);

	if (r == 0)
		r = evd_age_public(secret, share, err);
	if (r == 0)
		r = agree(secret, to->point, shared, err);
	if (r == EVD_END)
		r = evd_fail(err, EVD_E_FORMAT, "this age recipient is a point that no key has");
	if (r == 0)
		r = x25519_key(shared, share, to->point, key, err);
	if (r == 0)
		r = evd_age_aead(key, true, file_key, EVD_AGE_FILE_KEY, wrapped, err);
	if (r == 0) {
		evd_put_str(out, "-> X25519 ");
		evd_age_put_base64(out, share, sizeof share);
		put_body(out, wrapped);
	}
	OPENSSL_cleanse(secret, sizeof secret);
	OPENSSL_cleanse(shared, sizeof shared);
	OPENSSL_cleanse(key, sizeof key);
	return r;
}

static int bad_stanza(struct evd_error *err)
{
	return evd_fail(err, EVD_E_FORMAT, "the age header holds a recipient that is not of its form");
}

/* The tag says whether the stanza is for this key: EVD_END from the cipher is no error. */
int evd_age_unwrap_x25519(const struct evd_age_stanza *s, const struct evd_age_identity *i,
                          uint8_t *file_key, struct evd_error *err)
{
	uint8_t share[EVD_AGE_POINT], shared[32], key[32];
	int r;

	if (!evd_view_is(s->type, "X25519"))
		return EVD_END;
	if (s->n_args != 1 || !evd_age_base64(s->arg[0], share, sizeof share) ||
	    s->body_len != EVD_AGE_FILE_KEY + EVD_AGE_TAG)
		return bad_stanza(err);
	r = agree(i->secret, share, shared, err);
	if (r == EVD_END)
		r = bad_stanza(err);
	if (r == 0)
		r = x25519_key(shared, share, i->recipient.point, key, err);
	if (r == 0)
		r = evd_age_aead(key, false, s->body, EVD_AGE_FILE_KEY, file_key, err);
	OPENSSL_cleanse(shared, sizeof shared);
	OPENSSL_cleanse(key, sizeof key);
	return r;
}

int evd_age_wrap_scrypt(struct evd_view passphrase, const uint8_t *file_key, struct evd_buf *out,
                        struct evd_error *err)
{
	uint8_t salt[SCRYPT_SALT], key[32], wrapped[EVD_AGE_FILE_KEY + EVD_AGE_TAG];
	int r = evd_random(salt, sizeof salt, err);

	if (r == 0)
		r = scrypt(passphrase, salt, EVD_AGE_WORK, key, err);
	if (r == 0)
		r = evd_age_aead(key, true, file_key, EVD_AGE_FILE_KEY, wrapped, err);
	if (r == 0) {
		evd_put_str(out, "-> scrypt ");
		evd_age_put_base64(out, salt, sizeof salt);
		evd_putf(out, " %u", EVD_AGE_WORK);
		put_body(out, wrapped);
	}
	OPENSSL_cleanse(key, sizeof key);
	return r;
}

/* [1-9][0-9]*, at most EVD_AGE_MAX_WORK; 0 if not. */
static unsigned work_factor(struct evd_view v)
{
	unsigned n = 0;

	if (v.len < 1 || v.len > 2 || v.p[0] == '0')
		return 0;
	for (size_t i = 0; i < v.len; i++) {
		if (v.p[i] < '0' || v.p[i] > '9')
			return 0;
		n = n * 10 + (v.p[i] - '0');
	}
	return n <= EVD_AGE_MAX_WORK ? n : 0;
}

int evd_age_unwrap_scrypt(const struct evd_age_stanza *s, struct evd_view passphrase,
                          uint8_t *file_key, struct evd_error *err)
{
	uint8_t salt[SCRYPT_SALT], key[32];
	unsigned work = s->n_args == 2 ? work_factor(s->arg[1]) : 0;
	int r;

	if (!evd_view_is(s->type, "scrypt"))
		return EVD_END;
	if (work == 0 || !evd_age_base64(s->arg[0], salt, sizeof salt) ||
	    s->body_len != EVD_AGE_FILE_KEY + EVD_AGE_TAG)
		return bad_stanza(err);
	r = scrypt(passphrase, salt, work, key, err);
	if (r == 0)
		r = evd_age_aead(key, false, s->body, EVD_AGE_FILE_KEY, file_key, err);
	OPENSSL_cleanse(key, sizeof key);
	return r;
}
