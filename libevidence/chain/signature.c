/* signature: see signature.h. */
#include "chain/signature.h"

#include "base/der.h"
#include "base/digest.h"
#include "base/text.h"
#include "chain/certificate.h"

#include <openssl/ec.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

/* Object identifiers, with tag and length. */
#define OID_BYTES(name, ...)                                                                       \
	static const uint8_t name##_bytes[] = {__VA_ARGS__};                                           \
	static const struct evd_view name = {name##_bytes, sizeof name##_bytes}
OID_BYTES(oid_signed_data, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2);
OID_BYTES(oid_data, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1);
OID_BYTES(oid_content_type, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3);
OID_BYTES(oid_message_digest, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4);
OID_BYTES(oid_signing_time, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 5);
OID_BYTES(oid_signing_certificate, 6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 47);
OID_BYTES(oid_ocsp, 6, 8, 0x2b, 6, 1, 5, 5, 7, 16, 2); /* RFC 5940 */
OID_BYTES(oid_time_stamp, 6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 14);
/* AlgorithmIdentifier, whole */
OID_BYTES(alg_sha256, 0x30, 11, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1);

/* IssuerAndSerialNumber as the certificate spells them. */
static int put_issuer_serial(X509 *x, struct evd_buf *out)
{
	uint8_t *name = NULL, *serial = NULL;
	int n = i2d_X509_NAME(X509_get_issuer_name(x), &name);
	int s = i2d_ASN1_INTEGER(X509_get0_serialNumber(x), &serial);

	if (n > 0 && s > 0) {
		size_t at = evd_der_open(out, 0x30);

		evd_put(out, name, (size_t)n);
		evd_put(out, serial, (size_t)s);
		evd_der_close(out, at);
	}
	OPENSSL_free(name);
	OPENSSL_free(serial);
	return n > 0 && s > 0 ? 0 : EVD_E_NOMEM;
}

static size_t open_attribute(struct evd_buf *b, struct evd_view oid, size_t *set)
{
	size_t at = evd_der_open(b, 0x30);

	evd_put_view(b, oid);
	*set = evd_der_open(b, 0x31);
	return at;
}

/* RFC 5652 §11.3: UTCTime through 2049, GeneralizedTime after. */
static void put_time(struct evd_buf *b, int64_t ms)
{
	struct evd_civil c;
	char text[32];
	int n, year;

	evd_civil(ms / 1000, &c);
	year = c.year < 2050 ? c.year % 100 : c.year;
	n = snprintf(text, sizeof text,
	             c.year < 2050 ? "%02d%02d%02d%02d%02d%02dZ" : "%04d%02d%02d%02d%02d%02dZ", year,
	             c.month, c.day, c.hour, c.minute, c.second);
	evd_der_put(b, c.year < 2050 ? 0x17 : 0x18, evd_view_of(text, (size_t)n));
}

/* The attributes without the tag of the SET; docs/format.md §5. */
static int put_attributes(struct evd_view cert, const struct evd_signed *what, struct evd_buf *b,
                          struct evd_error *err)
{
	uint8_t id[EVD_SHA256_LEN];
	size_t at, set, in[3];
	int r = evd_sha256(cert, id, err);

	if (r)
		return r;
	at = open_attribute(b, oid_content_type, &set);
	evd_put_view(b, oid_data);
	evd_der_close(b, set);
	evd_der_close(b, at);
	at = open_attribute(b, oid_signing_time, &set);
	put_time(b, what->time_ms);
	evd_der_close(b, set);
	evd_der_close(b, at);
	at = open_attribute(b, oid_message_digest, &set);
	evd_der_put(b, 0x04, evd_view_of(what->digest, sizeof what->digest));
	evd_der_close(b, set);
	evd_der_close(b, at);
	/* ESSCertIDv2, SHA-256 by default, without issuerSerial: RFC 5035 §3 */
	at = open_attribute(b, oid_signing_certificate, &set);
	for (size_t i = 0; i < 3; i++)
		in[i] = evd_der_open(b, 0x30);
	evd_der_put(b, 0x04, evd_view_of(id, sizeof id));
	for (size_t i = 3; i > 0; i--)
		evd_der_close(b, in[i - 1]);
	evd_der_close(b, set);
	evd_der_close(b, at);
	return evd_buf_check(b, err);
}

int evd_signature_attributes(struct evd_view cert, const struct evd_signed *what,
                             struct evd_buf *out, struct evd_error *err)
{
	size_t at = evd_der_open(out, 0x31);
	int r = put_attributes(cert, what, out, err);

	evd_der_close(out, at);
	return r ? r : evd_buf_check(out, err);
}

static int put_signer_info(X509 *x, struct evd_view cert, const struct evd_signed *what,
                           enum evd_sig_alg alg, struct evd_view value,
                           const struct evd_material *m, struct evd_buf *b, struct evd_error *err)
{
	static const uint8_t one = 1;
	size_t at = evd_der_open(b, 0x30), in;
	int r;

	evd_der_put(b, 0x02, evd_view_of(&one, 1));
	r = put_issuer_serial(x, b);
	if (r)
		return evd_nomem(err);
	evd_put_view(b, alg_sha256);
	in = evd_der_open(b, 0xa0);
	r = put_attributes(cert, what, b, err);
	evd_der_close(b, in);
	evd_put_view(b, evd_algorithm_id(alg));
	evd_der_put(b, 0x04, value);
	if (m->attributes.len)
		evd_der_put(b, 0xa1, m->attributes);
	evd_der_close(b, at);
	return r;
}

/* OCSP elements stand last, for the set rises. RFC 5652 §5.1. */
static uint8_t version_with(struct evd_view lists)
{
	struct evd_view v = {NULL, 0};
	struct evd_cursor c;

	evd_cursor_init(&c, lists);
	while (evd_der_next_of(&c, &v, EVD_OCSP_TAG))
		;
	return v.len && *v.p == EVD_OCSP_TAG ? 5 : 1;
}

int evd_signature_write(struct evd_view cert, const struct evd_signed *what, enum evd_sig_alg alg,
                        struct evd_view value, const struct evd_material *m, struct evd_buf *b,
                        struct evd_error *err)
{
	const uint8_t version = version_with(m->lists);
	X509 *x = evd_certificate_read(cert);
	size_t info, outer, data, in;
	int r;

	if (!x)
		return evd_fail_crypto(err, "the certificate cannot be read");
	info = evd_der_open(b, 0x30);
	evd_put_view(b, oid_signed_data);
	outer = evd_der_open(b, 0xa0);
	data = evd_der_open(b, 0x30);
	evd_der_put(b, 0x02, evd_view_of(&version, 1));
	evd_der_put(b, 0x31, alg_sha256);
	evd_der_put(b, 0x30, oid_data);
	evd_der_put(b, 0xa0, m->certificates.len ? m->certificates : cert);
	if (m->lists.len)
		evd_der_put(b, 0xa1, m->lists);
	in = evd_der_open(b, 0x31);
	r = put_signer_info(x, cert, what, alg, value, m, b, err);
	evd_der_close(b, in);
	evd_der_close(b, data);
	evd_der_close(b, outer);
	evd_der_close(b, info);
	X509_free(x);
	return r ? r : evd_buf_check(b, err);
}

/* Group order of the key's curve; NULL if there is none. The caller frees. */
static BIGNUM *curve_order(EVP_PKEY *key)
{
	BIGNUM *n = NULL;

	return EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_ORDER, &n) == 1 ? n : NULL;
}

/* s in the lower half: otherwise (r, n-s) would be a second signature. That r and s are within bounds, and that the value
 * is their DER, OpenSSL asks when it verifies. */
static bool is_low(EVP_PKEY *key, struct evd_view value)
{
	const uint8_t *p = value.p;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)value.len);
	BIGNUM *half = curve_order(key);
	bool ok = sig && half && BN_rshift1(half, half) && BN_cmp(ECDSA_SIG_get0_s(sig), half) <= 0;

	BN_free(half);
	ECDSA_SIG_free(sig);
	return ok;
}

/* What is taken out of the file; all else is compared with what it must be. */
struct taken {
	struct evd_view cert, digest, alg, value;
	struct evd_material m;
};

static bool read_token(struct evd_view attribute, struct evd_view *oid, struct evd_view *token)
{
	struct evd_cursor c, one, set;

	evd_cursor_init(&c, attribute);
	one = evd_der_enter(&c, 0x30);
	*oid = evd_der_whole(&one, 0x06);
	set = evd_der_enter(&one, 0x31);
	*token = evd_der_whole(&set, 0x30);
	return evd_cursor_at_end(&set) && evd_cursor_at_end(&one);
}

bool evd_signature_token(struct evd_view attribute, struct evd_view *out)
{
	struct evd_view oid;

	if (!read_token(attribute, &oid, out))
		*out = evd_view_of(NULL, 0);
	return evd_view_eq(oid, oid_time_stamp);
}

static bool count_ok(struct evd_view set, size_t most)
{
	size_t n = evd_der_count(set);

	return n >= 1 && n <= most;
}

bool evd_signature_answer(struct evd_view element, struct evd_view *out)
{
	struct evd_cursor c, in;
	bool ours;

	evd_cursor_init(&c, element);
	in = evd_der_enter(&c, EVD_OCSP_TAG);
	ours = evd_view_eq(evd_der_whole(&in, 0x06), oid_ocsp);
	*out = evd_der_whole(&in, 0x30);
	return ours && evd_cursor_at_end(&in);
}

void evd_signature_wrap(struct evd_view response, struct evd_buf *out)
{
	size_t at = evd_der_open(out, EVD_OCSP_TAG);

	evd_put_view(out, oid_ocsp);
	evd_put_view(out, response);
	evd_der_close(out, at);
}

bool evd_signature_lists(struct evd_view set)
{
	struct evd_view v = {NULL, 0}, response;
	struct evd_cursor c;
	size_t n = 0;

	evd_cursor_init(&c, set);
	for (; evd_der_next_of(&c, &v, EVD_OCSP_TAG); n++)
		if (*v.p == EVD_OCSP_TAG && !evd_signature_answer(v, &response))
			return false;
	return evd_cursor_at_end(&c) && n >= 1 && n <= EVD_MAX_MATERIAL;
}

static bool attributes_ok(struct evd_view set)
{
	struct evd_view v = {NULL, 0}, oid, token;
	struct evd_cursor c;

	evd_cursor_init(&c, set);
	while (evd_der_next(&c, &v))
		if (!read_token(v, &oid, &token))
			return false;
	return count_ok(set, EVD_MAX_TOKENS);
}

/* That all are time stamps is no structure, but has to be. */
static bool all_time_stamps(struct evd_view set)
{
	struct evd_view v = {NULL, 0}, token;
	struct evd_cursor c;

	evd_cursor_init(&c, set);
	while (evd_der_next(&c, &v))
		if (!evd_signature_token(v, &token))
			return false;
	return true;
}

static bool take_signer_info(struct evd_cursor *info, struct taken *t)
{
	struct evd_cursor attributes, one, set;

	evd_der_skip(info, 0x02);
	evd_der_skip(info, 0x30);
	evd_der_skip(info, 0x30);
	attributes = evd_der_enter(info, 0xa0);
	evd_der_skip(&attributes, 0x30);
	evd_der_skip(&attributes, 0x30);
	one = evd_der_enter(&attributes, 0x30);
	evd_der_skip(&one, 0x06);
	set = evd_der_enter(&one, 0x31);
	t->digest = evd_der_get(&set, 0x04);
	t->alg = evd_der_whole(info, 0x30);
	t->value = evd_der_get(info, 0x04);
	if (evd_cursor_left(info)) {
		t->m.attributes = evd_der_get(info, 0xa1);
		if (!attributes_ok(t->m.attributes))
			return false;
	}
	return evd_cursor_at_end(info) && evd_cursor_ok(&set);
}

static bool take(struct evd_view file, struct taken *t)
{
	struct evd_cursor c, outer, info, explicit, data, in;

	memset(t, 0, sizeof *t);
	evd_cursor_init(&c, file);
	outer = evd_der_enter(&c, 0x30);
	evd_der_skip(&outer, 0x06);
	explicit = evd_der_enter(&outer, 0xa0);
	data = evd_der_enter(&explicit, 0x30);
	evd_der_skip(&data, 0x02);
	evd_der_skip(&data, 0x31);
	evd_der_skip(&data, 0x30);
	t->m.certificates = evd_der_get(&data, 0xa0);
	if (evd_cursor_left(&data) && *data.p == 0xa1) {
		t->m.lists = evd_der_get(&data, 0xa1);
		if (!evd_signature_lists(t->m.lists))
			return false;
	}
	if (!count_ok(t->m.certificates, EVD_MAX_MATERIAL))
		return false;
	in = evd_der_enter(&data, 0x31);
	info = evd_der_enter(&in, 0x30);
	return take_signer_info(&info, t) && evd_cursor_at_end(&in) && evd_cursor_at_end(&data) &&
	       evd_cursor_at_end(&explicit) && evd_cursor_at_end(&outer) && evd_cursor_at_end(&c);
}

/* The last steps, once key and certificate are known: the form as a whole, then the value. */
static int check_bytes(struct evd_view file, const struct taken *t, const struct evd_signed *what,
                       EVP_PKEY *key, const char *where, const struct evd_findings *to,
                       struct evd_error *err)
{
	struct evd_buf must = {0}, attributes = {0};
	bool ec = EVP_PKEY_get_base_id(key) == EVP_PKEY_EC;
	enum evd_sig_alg alg = ec ? EVD_SIG_ECDSA
	                       : evd_view_eq(t->alg, evd_algorithm_id(EVD_SIG_RSA_PSS))
	                           ? EVD_SIG_RSA_PSS
	                           : EVD_SIG_RSA_PKCS1;
	int r = evd_signature_write(t->cert, what, alg, t->value, &t->m, &must, err);

	if (r)
		goto out;
	if (!evd_view_eq(file, evd_buf_view(&must)) || !all_time_stamps(t->m.attributes)) {
		r = evd_finding(to, EVD_F_SIGNATURE_FORM, where, "other bytes than the one form has");
		goto out;
	}
	r = evd_signature_attributes(t->cert, what, &attributes, err);
	if (r)
		goto out;
	if ((ec && !is_low(key, t->value)) ||
	    !evd_algorithm_verify(&(struct evd_algorithm){alg, 256}, key, evd_buf_view(&attributes),
	                          t->value))
		r = evd_finding(to, EVD_F_SIGNATURE_WRONG, where, "the signature value does not fit");
out:
	evd_buf_release(&must);
	evd_buf_release(&attributes);
	return r;
}

static bool has_material(const struct evd_material *m)
{
	return evd_der_count(m->certificates) > 1 || m->lists.len || m->attributes.len;
}

/* Among the certificates, the one with the digest `named`; EVD_END if there is none. */
static int find_signer(struct taken *t, const uint8_t *named, uint8_t *fingerprint,
                       struct evd_error *err)
{
	struct evd_cursor c;
	int r = 0;

	evd_cursor_init(&c, t->m.certificates);
	t->cert = evd_view_of(NULL, 0);
	while (r == 0 && evd_der_next(&c, &t->cert)) {
		r = evd_sha256(t->cert, fingerprint, err);
		if (r == 0 && memcmp(named, fingerprint, EVD_SHA256_LEN) == 0)
			return 0;
	}
	return r ? r : EVD_END;
}

static int check_once(struct evd_view file, const struct evd_signed *what,
                      const uint8_t named[EVD_SHA256_LEN], bool material_allowed, const char *where,
                      const struct evd_findings *to, struct evd_signer *out, struct evd_error *err)
{
	struct taken t;
	EVP_PKEY *key = NULL;
	X509 *x = NULL;
	enum evd_key_fit fit;
	int r;

	memset(out, 0, sizeof *out);
	if (!take(file, &t) || (!material_allowed && has_material(&t.m)))
		return evd_finding(to, EVD_F_SIGNATURE_FORM, where, "not the structure of a signature");
	r = find_signer(&t, named, out->fingerprint, err);
	if (r < 0)
		return r;
	if (r == EVD_END)
		return evd_finding(to, EVD_F_SIGNER_MISMATCH, where, "the certificate is another one");
	x = evd_certificate_read(t.cert);
	if (!x)
		return evd_finding(to, EVD_F_SIGNATURE_FORM, where, "the certificate cannot be read");
	fit = evd_key_fit(x, false, &key);
	out->der = t.cert;
	out->value = t.value;
	out->material = t.m;
	if (!evd_view_eq(t.digest, evd_view_of(what->digest, sizeof what->digest)))
		r = evd_finding(to, EVD_F_SIGNED_DATA_ALTERED, where, "message-digest differs");
	else if (fit == EVD_KEY_UNSUPPORTED)
		r = evd_finding(to, EVD_F_ALGORITHM_UNSUPPORTED, where, "neither ECDSA nor RSA");
	else if (fit == EVD_KEY_UNFIT)
		r = evd_finding(to, EVD_F_KEY_UNFIT, where, "curve, size or exponent of the key");
	else
		r = check_bytes(file, &t, what, key, where, to, err);
	out->checked = r == 0 && fit == EVD_KEY_FIT;
	X509_free(x);
	return r;
}

static void hear_nothing(void *ctx, const struct evd_finding *f)
{
	(void)ctx;
	(void)f;
}

int evd_signature_check(struct evd_view file, const struct evd_signed *what,
                        const uint8_t named[EVD_SHA256_LEN], bool material_allowed,
                        const char *where, const struct evd_findings *to, struct evd_signer *out,
                        struct evd_error *err)
{
	const struct evd_findings mute = {hear_nothing, NULL};
	int r = check_once(file, what, named, material_allowed, where, &mute, out, err);

	if (r < 0 || out->checked)
		return r;
	/* OpenSSL says "wrong" too when memory was short: that accuses nobody */
	if (evd_crypto_short())
		return evd_nomem(err);
	return check_once(file, what, named, material_allowed, where, to, out, err);
}
