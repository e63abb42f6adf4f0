/* algorithm: see algorithm.h. */
#include "chain/algorithm.h"

#include "base/digest.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

/* AlgorithmIdentifiers, whole; of SHA-256. The marked bytes are other ones with SHA-384 and SHA-512. */
static const uint8_t ecdsa[] = {0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2 /* 11 */};
static const uint8_t with_rsa[] = {0x30, 13, 6, 9, 0x2a, 0x86,       0x48, 0x86,
                                   0xf7, 13, 1, 1, 11,   /* 12 */ 5, 0};
static const uint8_t rsa[] = {0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1, 5, 0};
static const uint8_t pss[] = {
    0x30, 0x3d, 6,    9,          0x2a, 0x86,       0x48, 0x86, 0xf7, 13,   1,    1,    10,
    0x30, 0x30, 0xa0, 13,         0x30, 11,         6,    9,    0x60, 0x86, 0x48, 1,    0x65,
    3,    4,    2,    1 /* 29 */, 0xa1, 26,         0x30, 24,   6,    9,    0x2a, 0x86, 0x48,
    0x86, 0xf7, 13,   1,          1,    8,          0x30, 11,   6,    9,    0x60, 0x86, 0x48,
    1,    0x65, 3,    4,          2,    1 /* 57 */, 0xa2, 3,    2,    1,    32 /* 62 */};

struct evd_view evd_algorithm_id(enum evd_sig_alg alg)
{
	return alg == EVD_SIG_ECDSA     ? evd_view_of(ecdsa, sizeof ecdsa)
	       : alg == EVD_SIG_RSA_PSS ? evd_view_of(pss, sizeof pss)
	                                : evd_view_of(rsa, sizeof rsa);
}

bool evd_algorithm_read(struct evd_view id, struct evd_algorithm *out)
{
	uint8_t of[sizeof pss];

	*out = (struct evd_algorithm){EVD_SIG_RSA_PKCS1, 0};
	if (evd_view_eq(id, evd_view_of(rsa, sizeof rsa)))
		return true;
	for (uint8_t i = 0; i < 3; i++) {
		out->sha = 256u + 128u * i;
		memcpy(of, ecdsa, sizeof ecdsa);
		of[11] = (uint8_t)(2 + i);
		out->kind = EVD_SIG_ECDSA;
		if (evd_view_eq(id, evd_view_of(of, sizeof ecdsa)))
			return true;
		memcpy(of, with_rsa, sizeof with_rsa);
		of[12] = (uint8_t)(11 + i);
		out->kind = EVD_SIG_RSA_PKCS1;
		if (evd_view_eq(id, evd_view_of(of, sizeof with_rsa)))
			return true;
		memcpy(of, pss, sizeof pss);
		of[29] = of[57] = (uint8_t)(1 + i);
		of[62] = (uint8_t)(32 + 16 * i);
		out->kind = EVD_SIG_RSA_PSS;
		if (evd_view_eq(id, evd_view_of(of, sizeof pss)))
			return true;
	}
	return false;
}

unsigned evd_digest_read(struct evd_view oid)
{
	static const uint8_t sha2[] = {0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2};

	if (oid.len != 9 || memcmp(oid.p, sha2, sizeof sha2) != 0 || oid.p[8] < 1 || oid.p[8] > 3)
		return 0;
	return 128u + 128u * oid.p[8];
}

/* `point` as OpenSSL could read it: its first byte says its form, and so its length. */
static bool ec_key_ok(EVP_PKEY *key, bool p521, const uint8_t *point)
{
	char group[32] = "";

	if (EVP_PKEY_get_group_name(key, group, sizeof group, NULL) != 1)
		return false;
	return (strcmp(group, "prime256v1") == 0 || strcmp(group, "secp384r1") == 0 ||
	        (p521 && strcmp(group, "secp521r1") == 0)) &&
	       point[0] == 4; /* uncompressed */
}

static bool rsa_key_ok(EVP_PKEY *key)
{
	BIGNUM *e = NULL;
	bool ok = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) == 1 && BN_is_odd(e) &&
	          BN_num_bits(e) >= 17 && BN_num_bits(e) <= 32;

	BN_free(e);
	return ok && EVP_PKEY_get_bits(key) >= 2048 && EVP_PKEY_get_bits(key) <= 8192;
}

/* Looks at the algorithm before OpenSSL touches the key itself (threats R-15). */
enum evd_key_fit evd_key_fit(X509 *x, bool p521, EVP_PKEY **key)
{
	ASN1_OBJECT *oid = NULL;
	X509_ALGOR *alg = NULL;
	const uint8_t *bits = NULL;
	int len = 0, nid, parameter = 0;
	bool ok;

	if (X509_PUBKEY_get0_param(&oid, &bits, &len, &alg, X509_get_X509_PUBKEY(x)) != 1)
		return EVD_KEY_UNFIT;
	nid = OBJ_obj2nid(oid);
	X509_ALGOR_get0(NULL, &parameter, NULL, alg);
	if (nid == NID_X9_62_id_ecPublicKey) {
		if (parameter != V_ASN1_OBJECT) /* explicit curve parameters: CVE-2022-0778's home */
			return EVD_KEY_UNFIT;
	} else if (nid != NID_rsaEncryption) {
		return EVD_KEY_UNSUPPORTED;
	} else if (len > 1100) { /* 8192 bits and their wrapping */
		return EVD_KEY_UNFIT;
	}
	*key = X509_get0_pubkey(x);
	/* flags of a BIT STRING: its unused bits; OpenSSL would take them as zeros of the key */
	ok = *key && !(X509_get0_pubkey_bitstr(x)->flags & 7) &&
	     (nid == NID_rsaEncryption ? rsa_key_ok(*key) : ec_key_ok(*key, p521, bits));
	return ok ? EVD_KEY_FIT : EVD_KEY_UNFIT;
}

bool evd_algorithm_verify(const struct evd_algorithm *a, EVP_PKEY *key, struct evd_view bytes,
                          struct evd_view value)
{
	const char *sha = a->sha == 512 ? "SHA512" : a->sha == 384 ? "SHA384" : "SHA256";
	bool ec = a->kind == EVD_SIG_ECDSA;
	EVP_MD_CTX *ctx;
	EVP_PKEY_CTX *pctx = NULL;
	bool ok;

	if (EVP_PKEY_get_base_id(key) != (ec ? EVP_PKEY_EC : EVP_PKEY_RSA) ||
	    (!ec && value.len != (size_t)EVP_PKEY_get_size(key)))
		return false;
	ctx = EVP_MD_CTX_new();
	ok = ctx && EVP_DigestVerifyInit_ex(ctx, &pctx, sha, evd_crypto(), NULL, key, NULL) == 1;
	if (ok && a->kind == EVD_SIG_RSA_PSS)
		ok = EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) == 1 &&
		     EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST) == 1;
	if (ok)
		ok = EVP_DigestVerify(ctx, value.p, value.len, bytes.p, bytes.len) == 1;
	EVP_MD_CTX_free(ctx);
	return ok;
}
