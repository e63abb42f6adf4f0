/* token: see token.h. */
#include "verify/token.h"

#include "base/der.h"
#include "base/digest.h"
#include "base/text.h"
#include "chain/signature.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

/* Contents of object identifiers. */
#define OID(name, ...)                                                                             \
	static const uint8_t name##_bytes[] = {__VA_ARGS__};                                           \
	static const struct evd_view name = {name##_bytes, sizeof name##_bytes}
OID(oid_signed_data, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 7, 2);
OID(oid_info, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9, 16, 1, 4);
OID(oid_content_type, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9, 3);
OID(oid_message_digest, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9, 4);
OID(oid_certificate, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9, 16, 2, 12);
OID(oid_certificate_v2, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9, 16, 2, 47);

/* ---- pieces of DER ---- */

/* Any element, not entered. */
static struct evd_view get_any(struct evd_cursor *c)
{
	uint8_t tag = evd_der_peek(c);

	if ((tag & 0x1f) == 0x1f) /* tags of more than one byte */
		c->failed = true;
	return evd_der_whole(c, tag);
}

/* Elements up to the end. */
static void get_rest(struct evd_cursor *c)
{
	while (evd_cursor_left(c))
		get_any(c);
}

static struct evd_view get_integer(struct evd_cursor *c, uint8_t tag, size_t most)
{
	struct evd_view v = evd_der_get(c, tag);

	if (v.len < 1 || v.len > most)
		c->failed = true;
	return c->failed ? evd_view_of(NULL, 0) : v;
}

/* DigestAlg: the content of its OID. */
static struct evd_view get_digest(struct evd_cursor *c)
{
	struct evd_cursor in = evd_der_enter(c, 0x30);
	struct evd_view oid = evd_der_get(&in, 0x06);

	if (evd_cursor_left(&in) && evd_der_get(&in, 0x05).len)
		in.failed = true;
	evd_der_leave(c, &in);
	return oid;
}

static bool set_ok(struct evd_view content)
{
	size_t n = evd_der_count(content);

	return n >= 1 && n <= EVD_MAX_MATERIAL;
}

/* ---- TSTInfo ---- */

/* YYYYMMDDhhmmss, then perhaps a fraction whose last digit is not 0, then Z; rounded up to ms. */
bool evd_token_time(struct evd_view v, int64_t *ms)
{
	char text[64];
	size_t n = v.len > 15 ? v.len - 16 : 0; /* digits of the fraction */
	char milli[4] = "000";
	const char *d = (const char *)v.p;

	if (v.len < 15 || n > 9 || v.p[v.len - 1] != 'Z' ||
	    (v.len > 15 && (v.p[14] != '.' || n == 0 || v.p[v.len - 2] == '0')))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (v.p[15 + i] < '0' || v.p[15 + i] > '9')
			return false;
		if (i < 3)
			milli[i] = d[15 + i];
	}
	snprintf(text, sizeof text, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2s.%sZ", d, d + 4, d + 6, d + 8, d + 10,
	         d + 12, milli);
	if (!evd_time_parse(evd_view_str(text), ms))
		return false;
	*ms += n > 3;
	return *ms < INT64_C(253402300800000); /* year 10000 */
}

static int64_t number(struct evd_view v)
{
	int64_t n = 0;

	for (size_t i = 0; i < v.len; i++)
		n = n << 8 | v.p[i];
	return n;
}

/* One of the two fractions of the accuracy: 1 to 999. */
static int64_t get_thousandth(struct evd_cursor *c, uint8_t tag)
{
	struct evd_view v;

	if (evd_der_peek(c) != tag)
		return 0;
	v = get_integer(c, tag, 2);
	if (v.len && (v.p[0] & 0x80 || number(v) < 1 || number(v) > 999))
		c->failed = true;
	return number(v);
}

static void get_accuracy(struct evd_cursor *c, struct evd_token *t)
{
	struct evd_cursor in = evd_der_enter(c, 0x30);
	struct evd_view s = {NULL, 0};
	int64_t milli, micro;

	if (evd_der_peek(&in) == 0x02)
		s = get_integer(&in, 0x02, 4);
	if (s.len && s.p[0] & 0x80)
		in.failed = true;
	milli = get_thousandth(&in, 0x80);
	micro = get_thousandth(&in, 0x81);
	evd_der_leave(c, &in);
	t->accuracy_ms = number(s) * 1000 + milli + (micro > 0);
}

static bool read_info(struct evd_token *t)
{
	struct evd_cursor all, c, in;
	struct evd_view v;

	evd_cursor_init(&all, t->info);
	c = evd_der_enter(&all, 0x30);
	v = evd_der_get(&c, 0x02);
	if (v.len != 1 || v.p[0] != 1)
		return false;
	t->policy = evd_der_get(&c, 0x06);
	in = evd_der_enter(&c, 0x30);
	t->imprint_sha = evd_digest_read(get_digest(&in));
	t->imprint = evd_der_get(&in, 0x04);
	evd_der_leave(&c, &in);
	t->serial = get_integer(&c, 0x02, EVD_TOKEN_SERIAL_MAX);
	v = evd_der_get(&c, 0x18);
	if (!evd_oid_sound(t->policy) || t->policy.len > EVD_POLICY_MAX ||
	    !evd_token_time(v, &t->time_ms) ||
	    (t->imprint_sha == 256 && t->imprint.len != EVD_SHA256_LEN))
		return false;
	t->accuracy_ms = -1;
	if (evd_der_peek(&c) == 0x30)
		get_accuracy(&c, t);
	if (evd_der_peek(&c) == 0x01) {
		v = evd_der_get(&c, 0x01);
		if (v.len != 1 || (v.p[0] != 0 && v.p[0] != 0xff))
			return false;
	}
	if (evd_der_peek(&c) == 0x02) /* nonce: as large as it likes */
		get_integer(&c, 0x02, t->info.len);
	if (evd_der_peek(&c) == 0xa0) {
		in = evd_der_enter(&c, 0xa0);
		get_rest(&in);
		evd_der_leave(&c, &in);
	}
	if (evd_der_peek(&c) == 0xa1) {
		in = evd_der_enter(&c, 0xa1);
		t->critical = evd_der_extensions(&in);
		evd_der_leave(&c, &in);
	}
	return evd_cursor_at_end(&c) && evd_cursor_at_end(&all);
}

/* ---- SignerInfo ---- */

/* What the attributes say of the authority's certificate. */
struct ess {
	bool type, digest, has[2]; /* ESSCertID, ESSCertIDv2 */
	struct evd_view hash[2];
	unsigned sha[2];
};

/* The value of signing-certificate or signing-certificate-v2: the first identifier counts. */
static bool read_ess(struct evd_cursor *value, struct ess *e, bool v2)
{
	struct evd_cursor all = evd_der_enter(value, 0x30), list = evd_der_enter(&all, 0x30),
	                  id = evd_der_enter(&list, 0x30);

	e->sha[v2] = v2 ? 256 : 160;
	if (v2 && evd_der_peek(&id) == 0x30) {
		e->sha[v2] = evd_digest_read(get_digest(&id));
		if (!e->sha[v2])
			return false; /* none of those known; SHA-256 is the default, yet often spelt out */
	}
	e->hash[v2] = evd_der_get(&id, 0x04);
	get_rest(&id);
	get_rest(&list);
	get_rest(&all);
	e->has[v2] = true;
	return evd_cursor_at_end(&id) && evd_cursor_at_end(&list) && evd_cursor_at_end(&all) &&
	       e->hash[v2].len == e->sha[v2] / 8;
}

static bool read_attribute(struct evd_view whole, struct evd_token *t, struct ess *e)
{
	struct evd_cursor c, one, set, value;
	struct evd_view oid;

	evd_cursor_init(&c, whole);
	one = evd_der_enter(&c, 0x30);
	oid = evd_der_get(&one, 0x06);
	set = evd_der_enter(&one, 0x31);
	value = set;
	get_any(&set);
	if (!evd_cursor_at_end(&set) || !evd_cursor_at_end(&one))
		return false;
	if (evd_view_eq(oid, oid_content_type)) {
		e->type = evd_view_eq(evd_der_get(&value, 0x06), oid_info);
		return e->type;
	}
	if (evd_view_eq(oid, oid_message_digest)) {
		t->digest = evd_der_get(&value, 0x04);
		e->digest = evd_cursor_ok(&value);
		return e->digest;
	}
	if (evd_view_eq(oid, oid_certificate) || evd_view_eq(oid, oid_certificate_v2))
		return read_ess(&value, e, evd_view_eq(oid, oid_certificate_v2));
	return true;
}

/* Rising order, so that equal object identifiers need not be neighbours: each is held against all before. */
static bool is_twice(struct evd_view attributes, struct evd_view whole)
{
	struct evd_cursor c, in;
	struct evd_view v = {NULL, 0}, oid;

	evd_cursor_init(&c, whole);
	in = evd_der_enter(&c, 0x30);
	oid = evd_der_get(&in, 0x06);
	evd_cursor_init(&c, attributes);
	while (evd_der_next(&c, &v) && v.p != whole.p) {
		struct evd_cursor d;

		evd_cursor_init(&d, v);
		in = evd_der_enter(&d, 0x30);
		if (evd_view_eq(evd_der_get(&in, 0x06), oid))
			return true;
	}
	return false;
}

static bool read_attributes(struct evd_token *t, struct ess *e)
{
	struct evd_view v = {NULL, 0};
	struct evd_cursor c;

	evd_cursor_init(&c, t->attributes);
	while (evd_der_next(&c, &v))
		if (is_twice(t->attributes, v) || !read_attribute(v, t, e))
			return false;
	return evd_cursor_at_end(&c) && e->type && e->digest && (e->has[0] || e->has[1]);
}

/* The first certificate with this issuer and serial number that decodes. */
static int find_authority(struct evd_token *t, struct evd_view issuer, struct evd_view serial,
                          struct evd_error *err)
{
	struct evd_view v = {NULL, 0};
	struct evd_cursor c;
	int r;

	evd_cursor_init(&c, t->certificates);
	while (evd_der_next(&c, &v)) {
		r = evd_cert_read(v, &t->authority, err);
		if (r == 0 && evd_view_eq(t->authority.issuer, issuer) &&
		    evd_view_eq(t->authority.serial, serial))
			return 0;
		evd_cert_release(&t->authority);
		if (r < 0)
			return r;
	}
	return EVD_END;
}

/* The first identifiers, as far as they are there, are the certificate's digest. */
static int check_ess(const struct evd_token *t, const struct ess *e, struct evd_error *err)
{
	uint8_t digest[64];

	for (int i = 0; i < 2; i++) {
		int r = e->has[i] ? evd_digest(e->sha[i], t->authority.der, digest, err) : 0;

		if (r)
			return r;
		if (e->has[i] && memcmp(digest, e->hash[i].p, e->hash[i].len) != 0)
			return EVD_END;
	}
	return 0;
}

/* ---- the whole ---- */

/* Where the parts stand; the names of the SignerInfo in issuer and serial. */
static bool read_outer(struct evd_view der, struct evd_token *t, struct evd_view *issuer,
                       struct evd_view *serial)
{
	struct evd_cursor all, info, data, in, set, signer;
	struct evd_view first, oid;

	evd_cursor_init(&all, der);
	info = evd_der_enter(&all, 0x30);
	if (!evd_view_eq(evd_der_get(&info, 0x06), oid_signed_data))
		return false;
	in = evd_der_enter(&info, 0xa0);
	data = evd_der_enter(&in, 0x30);
	get_integer(&data, 0x02, 1);
	set = evd_der_enter(&data, 0x31);
	first = get_digest(&set);
	evd_der_leave(&data, &set);
	set = evd_der_enter(&data, 0x30);
	if (!evd_view_eq(evd_der_get(&set, 0x06), oid_info))
		return false;
	signer = evd_der_enter(&set, 0xa0);
	t->info = evd_der_get(&signer, 0x04);
	evd_der_leave(&set, &signer);
	evd_der_leave(&data, &set);
	t->certificates = evd_der_get(&data, 0xa0);
	if (evd_der_peek(&data) == 0xa1) {
		t->lists = evd_der_get(&data, 0xa1);
		if (!evd_signature_lists(t->lists))
			return false;
	}
	set = evd_der_enter(&data, 0x31);
	signer = evd_der_enter(&set, 0x30);
	oid = evd_der_get(&signer, 0x02);
	if (oid.len != 1 || oid.p[0] != 1)
		return false;
	all = evd_der_enter(&signer, 0x30);
	*issuer = evd_der_whole(&all, 0x30);
	*serial = evd_der_get(&all, 0x02);
	evd_der_leave(&signer, &all);
	oid = get_digest(&signer);
	t->sha = evd_digest_read(oid);
	t->attributes = evd_der_get(&signer, 0xa0);
	all = signer; /* its elements must be well-formed too (timestamp.md §2) */
	t->algorithm = evd_der_whole(&signer, 0x30);
	all = evd_der_enter(&all, 0x30);
	get_rest(&all);
	evd_der_leave(&signer, &all);
	t->value = evd_der_get(&signer, 0x04);
	return evd_cursor_at_end(&signer) && evd_cursor_at_end(&set) && evd_cursor_at_end(&data) &&
	       evd_cursor_at_end(&in) && evd_cursor_at_end(&info) && info.end == der.p + der.len &&
	       evd_view_eq(first, oid) && set_ok(t->certificates);
}

int evd_token_read(struct evd_view der, struct evd_token *t, struct evd_error *err)
{
	struct evd_view issuer = {NULL, 0}, serial = {NULL, 0};
	struct ess e = {0};
	int r;

	memset(t, 0, sizeof *t);
	if (der.len > EVD_MAX_P7S || !read_outer(der, t, &issuer, &serial) || !read_info(t) ||
	    !read_attributes(t, &e))
		return EVD_END;
	r = find_authority(t, issuer, serial, err);
	return r ? r : check_ess(t, &e, err);
}

void evd_token_release(struct evd_token *t)
{
	evd_cert_release(&t->authority);
}

static bool algorithms_ok(const struct evd_token *t, struct evd_algorithm *alg, EVP_PKEY **key)
{
	if (!t->sha || !evd_algorithm_read(t->algorithm, alg) || (alg->sha && alg->sha != t->sha))
		return false;
	alg->sha = t->sha;
	return evd_key_fit(t->authority.x, true, key) == EVD_KEY_FIT;
}

/* Step 5: RFC 5652 §5.4: the attributes are signed as a SET OF. */
static int signature_ok(const struct evd_token *t, const struct evd_algorithm *alg, EVP_PKEY *key,
                        bool *ok, struct evd_error *err)
{
	struct evd_buf attributes = {0};
	uint8_t digest[64];
	int r = evd_digest(t->sha, t->info, digest, err);

	evd_der_put(&attributes, 0x31, t->attributes);
	if (r == 0)
		r = evd_buf_check(&attributes, err);
	*ok = r == 0 && evd_view_eq(t->digest, evd_view_of(digest, t->sha / 8)) &&
	      evd_algorithm_verify(alg, key, evd_buf_view(&attributes), t->value);
	evd_buf_release(&attributes);
	return r;
}

static bool policy_ok(const struct evd_token *t, const struct evd_token_rule *rule)
{
	bool ok = rule->n_policies == 0;

	for (size_t i = 0; i < rule->n_policies; i++)
		ok =
		    ok || evd_view_eq(t->policy, evd_view_of(rule->policies[i].oid, rule->policies[i].len));
	return ok;
}

int evd_token_check(const struct evd_token *t, const struct evd_token_rule *rule,
                    enum evd_finding_code *code, const char **sub, struct evd_error *err)
{
	struct evd_algorithm alg;
	EVP_PKEY *key = NULL;
	bool ok = false;
	int r;

	*sub = NULL;
	*code = EVD_F_TIMESTAMP_ALGORITHM;
	if (t->imprint_sha != 256)
		return EVD_END;
	*code = EVD_F_TIMESTAMP_IMPRINT;
	if (memcmp(t->imprint.p, rule->imprint, EVD_SHA256_LEN) != 0)
		return EVD_END;
	*code = EVD_F_TIMESTAMP_ALGORITHM;
	if (!algorithms_ok(t, &alg, &key))
		return EVD_END;
	*code = EVD_F_TIMESTAMP_SIGNATURE;
	r = signature_ok(t, &alg, key, &ok, err);
	if (r || !ok)
		return r ? r : EVD_END;
	*code = EVD_F_TIMESTAMP_AUTHORITY;
	if (!evd_certificate_serves(t->authority.x, EVD_USE_AUTHORITY)) {
		*sub = "CHAIN_CONSTRAINTS_FAILURE";
		return EVD_END;
	}
	*code = EVD_F_TIMESTAMP_CONSTRAINTS;
	return !policy_ok(t, rule) || t->accuracy_ms > INT64_C(86400000) || t->critical ? EVD_END : 0;
}
