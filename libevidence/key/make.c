/*
 * make: a fresh key and its certificate, see own.h. Source: RFC 5280; design: docs/identity.md.
 *
 * The certificate says nothing about the person unless asked to, does not expire (notAfter as
 * RFC 5280 §4.1.2.5 writes "no well-defined expiration date"), and may only sign.
 */
#include "key/own.h"

#include "base/digest.h"
#include "base/text.h"
#include "platform/clock.h"
#include "platform/files.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#define SERIAL_LEN 16u
#define NEVER "99991231235959Z"
#define NAME_MAX_LEN 64u /* characters of what a person is called in a certificate */

static const struct kind {
	const char *word, *curve;
	unsigned bits;
} kinds[] = {
    {"p256", "P-256", 0}, {"p384", "P-384", 0}, {"rsa3072", NULL, 3072}, {"rsa4096", NULL, 4096}};

int evd_make_key(const char *algorithm, EVP_PKEY **out, struct evd_error *err)
{
	const struct kind *k = NULL;

	*out = NULL;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(algorithm ? algorithm : "p256", kinds[i].word) == 0)
			k = &kinds[i];
	if (!k)
		return evd_fail(err, EVD_E_MISUSE, "kind of key %.20s: one of p256, p384, rsa3072, rsa4096",
		                algorithm);
	if (!evd_crypto())
		return evd_fail_crypto(err, "OpenSSL could not be set up");
	if (k->curve)
		*out = EVP_PKEY_Q_keygen(evd_crypto(), NULL, "EC", k->curve);
	else
		*out = EVP_PKEY_Q_keygen(evd_crypto(), NULL, "RSA", (size_t)k->bits);
	return *out ? 0 : evd_fail_crypto(err, "no key could be made");
}

/* "evidence-" and 8 digits of the SHA-256 of the SubjectPublicKeyInfo. */
static int key_name(EVP_PKEY *key, char out[24], struct evd_error *err)
{
	uint8_t digest[EVD_SHA256_LEN], *der = NULL;
	char hex[2 * EVD_SHA256_LEN + 1];
	int len = i2d_PUBKEY(key, &der), r;

	if (len <= 0)
		return evd_fail_crypto(err, "the public key cannot be written");
	r = evd_sha256(evd_view_of(der, (size_t)len), digest, err);
	OPENSSL_free(der);
	if (r)
		return r;
	evd_hex(hex, digest, sizeof digest);
	snprintf(out, 24, "evidence-%.8s", hex);
	return 0;
}

/* RFC 5280 appendix A.1: ub-title, ub-organization-name. Of what OpenSSL looks at itself the title is not. */
static bool is_long(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80; /* of UTF-8, the first bytes */
	return n > NAME_MAX_LEN;
}

static bool add_name(X509_NAME *name, int nid, const char *text)
{
	return !text || !text[0] ||
	       (!is_long(text) &&
	        X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8, (const unsigned char *)text, -1,
	                                   -1, 0) == 1);
}

/* With --real-name the person stands beside the common name, which stays the key's. */
static int set_name(X509 *x, EVP_PKEY *key, const struct evd_identity_request *request,
                    struct evd_error *err)
{
	X509_NAME *name = X509_NAME_new();
	char cn[24];
	int r = key_name(key, cn, err);
	bool ok = r == 0 && name;

	if (ok && request->real_name)
		ok = add_name(name, NID_organizationName, request->organisation) &&
		     add_name(name, NID_title, request->role) && add_name(name, NID_name, request->name);
	ok = ok && add_name(name, NID_commonName, cn) && X509_set_subject_name(x, name) == 1 &&
	     X509_set_issuer_name(x, name) == 1;
	X509_NAME_free(name);
	if (r || ok)
		return r;
	evd_fail_crypto(err,
	                "name, role and organisation have at most 64 characters each in a certificate");
	return EVD_E_MISUSE;
}

/* RFC 5280 §4.1.2.2: positive, at most 20 bytes; random, so that two certificates never share it. */
static int set_serial(X509 *x, struct evd_error *err)
{
	uint8_t bytes[SERIAL_LEN];
	BIGNUM *n = NULL;
	int r = evd_random(bytes, sizeof bytes, err);

	if (r)
		return r;
	bytes[0] = (uint8_t)((bytes[0] & 0x7f) | 0x40);
	n = BN_bin2bn(bytes, sizeof bytes, NULL);
	r = n && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)) ? 0 : evd_nomem(err);
	BN_free(n);
	return r;
}

static bool set_times(X509 *x)
{
	char from[32];
	struct evd_civil c;

	evd_civil(evd_clock_ms() / 1000, &c);
	snprintf(from, sizeof from, "%04d%02d%02d%02d%02d%02dZ", c.year, c.month, c.day, c.hour,
	         c.minute, c.second);
	/* ASN1_TIME_set_string_X509 picks UTCTime through 2049: RFC 5280 §4.1.2.5 */
	return ASN1_TIME_set_string_X509(X509_getm_notBefore(x), from) == 1 &&
	       ASN1_TIME_set_string_X509(X509_getm_notAfter(x), NEVER) == 1;
}

static bool add_extension(X509 *x, X509V3_CTX *ctx, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, ctx, nid, value);
	bool ok = e && X509_add_ext(x, e, -1) == 1;

	X509_EXTENSION_free(e);
	return ok;
}

static bool set_extensions(X509 *x)
{
	X509V3_CTX ctx;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	return add_extension(x, &ctx, NID_basic_constraints, "critical,CA:FALSE") &&
	       add_extension(x, &ctx, NID_key_usage, "critical,digitalSignature,nonRepudiation") &&
	       add_extension(x, &ctx, NID_subject_key_identifier, "hash");
}

static bool self_sign(X509 *x, EVP_PKEY *key)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	bool ok =
	    ctx && EVP_DigestSignInit_ex(ctx, &pctx, "SHA256", evd_crypto(), NULL, key, NULL) == 1;

	if (ok && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA)
		ok = EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) == 1 &&
		     EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, 32) == 1;
	ok = ok && X509_sign_ctx(x, ctx) > 0;
	EVP_MD_CTX_free(ctx);
	return ok;
}

int evd_make_certificate(EVP_PKEY *key, const struct evd_identity_request *request,
                         struct evd_buf *out, struct evd_error *err)
{
	X509 *x = X509_new_ex(evd_crypto(), NULL);
	uint8_t *der = NULL;
	int r = EVD_E_CRYPTO, len;

	if (!x)
		return evd_nomem(err);
	if (X509_set_version(x, X509_VERSION_3) != 1 || X509_set_pubkey(x, key) != 1)
		goto out;
	r = set_serial(x, err);
	if (r == 0)
		r = set_name(x, key, request, err);
	if (r)
		goto out;
	r = EVD_E_CRYPTO;
	if (!set_times(x) || !set_extensions(x) || !self_sign(x, key))
		goto out;
	len = i2d_X509(x, &der);
	if (len <= 0)
		goto out;
	evd_put(out, der, (size_t)len);
	r = evd_buf_check(out, err);
out:
	OPENSSL_free(der);
	X509_free(x);
	return r == EVD_E_CRYPTO ? evd_fail_crypto(err, "the certificate could not be made") : r;
}
