/* key: see key.h. */
#include "chain/certificate.h"
#include "key/key.h"

#include "base/digest.h"
#include "key/own.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void evd_key_free(struct evd_key *k)
{
	if (!k)
		return;
	evd_card_close(k->card);
	EVP_PKEY_free(k->private_key); /* OpenSSL clears private numbers when it frees them */
	EVP_PKEY_free(k->public_key);
	evd_buf_release(&k->certificate);
	free(k);
}

struct evd_view evd_key_certificate(const struct evd_key *k)
{
	return evd_buf_view(&k->certificate);
}

const uint8_t *evd_key_fingerprint(const struct evd_key *k)
{
	return k->fingerprint;
}

const struct evd_actor *evd_key_actor(const struct evd_key *k)
{
	return &k->actor;
}

void evd_key_set_actor(struct evd_key *k, const struct evd_identity_info *info)
{
	struct evd_identity_info *mine = &k->info;

	memcpy(mine->name, info->name, sizeof mine->name);
	memcpy(mine->role, info->role, sizeof mine->role);
	memcpy(mine->organisation, info->organisation, sizeof mine->organisation);
	memcpy(mine->kind, info->kind, sizeof mine->kind);
	k->actor.name = mine->name;
	k->actor.role = mine->role;
	k->actor.organisation = mine->organisation;
}

/* Kinds and sizes of key that docs/format.md §5 takes; `name` has 16 bytes. */
static int judge(EVP_PKEY *key, enum evd_sig_alg *alg, char *name, struct evd_error *err)
{
	char group[32] = "";

	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC) {
		if (EVP_PKEY_get_group_name(key, group, sizeof group, NULL) != 1)
			group[0] = '\0';
		if (strcmp(group, "prime256v1") != 0 && strcmp(group, "secp384r1") != 0)
			return evd_fail(err, EVD_E_UNSUPPORTED,
			                "the key's curve is not P-256 or P-384, which bundles take");
		*alg = EVD_SIG_ECDSA;
		snprintf(name, 16, "%s", strcmp(group, "prime256v1") == 0 ? "p256" : "p384");
		return 0;
	}
	if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
		return evd_fail(err, EVD_E_UNSUPPORTED, "the key is neither EC nor RSA (rsaEncryption)");
	if (EVP_PKEY_get_bits(key) < 2048 || EVP_PKEY_get_bits(key) > 8192)
		return evd_fail(err, EVD_E_UNSUPPORTED, "an RSA key of %d bits: bundles take 2048 to 8192",
		                EVP_PKEY_get_bits(key));
	*alg = EVD_SIG_RSA_PSS;
	snprintf(name, 16, "rsa%d", EVP_PKEY_get_bits(key));
	return 0;
}

int evd_key_new(struct evd_view certificate, struct evd_key **out, struct evd_error *err)
{
	struct evd_key *k = calloc(1, sizeof *k);
	X509 *x = NULL;
	int r = EVD_E_FORMAT;

	*out = NULL;
	if (!k)
		return evd_nomem(err);
	x = evd_certificate_read(certificate);
	k->public_key = x ? X509_get_pubkey(x) : NULL;
	if (!k->public_key) {
		ERR_clear_error();
		evd_fail(err, r, "not an X.509 certificate this program can read");
		goto out;
	}
	evd_put_view(&k->certificate, certificate);
	r = evd_buf_check(&k->certificate, err);
	if (r == 0)
		r = evd_sha256(certificate, k->fingerprint, err);
	if (r == 0)
		r = judge(k->public_key, &k->alg, k->info.algorithm, err);
	memcpy(k->info.fingerprint, k->fingerprint, EVD_SHA256_LEN);
	k->actor.name = k->actor.role = k->actor.organisation = "";
out:
	X509_free(x);
	if (r) {
		evd_key_free(k);
		return r;
	}
	*out = k;
	return 0;
}

/* Signature value over `attributes`, by a key in memory. */
static int sign_here(struct evd_key *k, struct evd_view attributes, struct evd_buf *value,
                     struct evd_error *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	uint8_t sig[1024 + 64];
	size_t len = sizeof sig;
	bool ok = ctx && EVP_DigestSignInit_ex(ctx, &pctx, "SHA256", evd_crypto(), NULL, k->private_key,
	                                       NULL) == 1;

	if (ok && k->alg == EVD_SIG_RSA_PSS)
		ok = EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) == 1 &&
		     EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, 32) == 1;
	ok = ok && EVP_DigestSign(ctx, sig, &len, attributes.p, attributes.len) == 1;
	EVP_MD_CTX_free(ctx);
	if (!ok)
		return evd_fail_crypto(err, "the key could not sign");
	evd_put(value, sig, len);
	return evd_buf_check(value, err);
}

struct first_finding {
	struct evd_finding f;
	bool any;
};

static void keep_first(void *ctx, const struct evd_finding *f)
{
	struct first_finding *first = ctx;

	if (!first->any)
		first->f = *f;
	first->any = true;
}

/* The verifier's own check: a signature that it would refuse never leaves this file. */
static int check_own(struct evd_key *k, const struct evd_signed *what, struct evd_view file,
                     struct evd_error *err)
{
	struct first_finding first = {.any = false};
	struct evd_findings to = {keep_first, &first};
	struct evd_signer signer;
	int r = evd_signature_check(file, what, k->fingerprint, false, "", &to, &signer, err);

	if (r < 0)
		return r;
	if (r || first.any || !signer.checked)
		return evd_fail(err, EVD_E_CRYPTO, "the new signature does not verify: %s",
		                first.any ? evd_finding_kind(first.f.code)->text : "not checked");
	return 0;
}

/* Brings an ECDSA value into the form s ≤ n/2, in DER (docs/format.md §5). */
static int make_low(EVP_PKEY *key, struct evd_buf *value, struct evd_error *err)
{
	const uint8_t *p = value->data;
	ECDSA_SIG *sig = NULL;
	BIGNUM *n = NULL, *half = NULL, *r = NULL, *s = NULL;
	uint8_t *der = NULL;
	int result = EVD_E_CRYPTO, len;

	if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC)
		return 0;
	sig = d2i_ECDSA_SIG(NULL, &p, (long)value->len);
	half = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_ORDER, &n) == 1 ? BN_dup(n) : NULL;
	if (!sig || !half || !BN_rshift1(half, half))
		goto out;
	if (BN_cmp(ECDSA_SIG_get0_s(sig), half) > 0) {
		r = BN_dup(ECDSA_SIG_get0_r(sig));
		s = BN_new();
		if (!r || !s || !BN_sub(s, n, ECDSA_SIG_get0_s(sig)) || !ECDSA_SIG_set0(sig, r, s))
			goto out;
		r = s = NULL;
	}
	len = i2d_ECDSA_SIG(sig, &der);
	if (len <= 0)
		goto out;
	evd_buf_reset(value);
	evd_put(value, der, (size_t)len);
	result = evd_buf_check(value, err);
out:
	BN_free(r);
	BN_free(s);
	BN_free(n);
	BN_free(half);
	ECDSA_SIG_free(sig);
	OPENSSL_free(der);
	return result == EVD_E_CRYPTO ? evd_fail_crypto(err, "signature value unusable") : result;
}

int evd_key_sign(struct evd_key *k, const struct evd_signed *what, struct evd_buf *out,
                 struct evd_error *err)
{
	const struct evd_material none = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
	struct evd_view certificate = evd_buf_view(&k->certificate);
	struct evd_buf attributes = {0}, value = {0}, file = {0};
	int r = evd_signature_attributes(certificate, what, &attributes, err);

	if (r == 0 && k->card)
		r = evd_card_sign(k->card, evd_buf_view(&attributes), &value, err);
	else if (r == 0)
		r = sign_here(k, evd_buf_view(&attributes), &value, err);
	if (r == 0)
		r = make_low(k->public_key, &value, err);
	if (r == 0)
		r = evd_signature_write(certificate, what, k->alg, evd_buf_view(&value), &none, &file, err);
	if (r == 0)
		r = check_own(k, what, evd_buf_view(&file), err);
	if (r == 0) {
		evd_put_view(out, evd_buf_view(&file));
		r = evd_buf_check(out, err);
	}
	evd_buf_release(&attributes);
	evd_buf_release(&value);
	evd_buf_release(&file);
	return r;
}

int evd_key_prove(struct evd_key *k, struct evd_error *err)
{
	struct evd_signed sample = {.time_ms = 0};
	struct evd_buf file = {0};
	int r;

	if (!evd_key_certificate_signs(evd_buf_view(&k->certificate)))
		return evd_fail(
		    err, EVD_E_UNSUPPORTED,
		    "the certificate is not one for signing (key usage, extended key usage, or an "
		    "authority's): verifiers would not take it");
	r = evd_key_sign(k, &sample, &file, err);

	evd_buf_release(&file);
	return r;
}
