/* x509: see x509.h. */
#include "verify/x509.h"

#include "base/der.h"
#include "base/digest.h"
#include "base/text.h"

#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

/* Of what OpenSSL decoded, which is these three and no more. */
static void read_form(struct evd_view der, struct evd_sealed_form *f)
{
	struct evd_cursor c, in;

	evd_cursor_init(&c, der);
	in = evd_der_enter(&c, 0x30);
	f->tbs = evd_der_whole(&in, 0x30);
	f->outer = evd_der_whole(&in, 0x30);
	f->value = evd_der_bits(&in);
}

/* Where serial number, names and the inner algorithm stand: RFC 5280 §4.1. */
static void read_parts(struct evd_cert *c)
{
	struct evd_cursor all, tbs;

	read_form(c->der, &c->form);
	evd_cursor_init(&all, c->form.tbs);
	tbs = evd_der_enter(&all, 0x30);
	if (evd_der_peek(&tbs) == 0xa0)
		evd_der_skip(&tbs, 0xa0);
	c->serial = evd_der_get(&tbs, 0x02);
	c->form.inner = evd_der_whole(&tbs, 0x30);
	c->issuer = evd_der_whole(&tbs, 0x30);
	evd_der_skip(&tbs, 0x30);
	c->subject = evd_der_whole(&tbs, 0x30);
	all = evd_der_enter(&tbs, 0x30);
	evd_der_skip(&all, 0x30);
	c->key = evd_der_bits(&all);
}

static struct evd_view view_of_string(const ASN1_STRING *s)
{
	return s ? evd_view_of(ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s))
	         : evd_view_of(NULL, 0);
}

int evd_cert_read(struct evd_view der, struct evd_cert *out, struct evd_error *err)
{
	bool own = true, issuers = true;

	memset(out, 0, sizeof *out);
	out->der = der;
	out->x = evd_certificate_read(der);
	if (!out->x)
		return evd_crypto_short() ? evd_nomem(err) : EVD_END;
	read_parts(out);
	out->subject_key = evd_certificate_extension(out->x, NID_subject_key_identifier, &own);
	out->authority_key = evd_certificate_extension(out->x, NID_authority_key_identifier, &issuers);
	out->odd_key_id = !own;
	out->odd_issuers_key = !issuers;
	out->key_id = view_of_string(out->subject_key);
	if (out->authority_key)
		out->issuers_key = view_of_string(out->authority_key->keyid);
	return evd_sha256(der, out->sha256, err);
}

void evd_cert_release(struct evd_cert *c)
{
	ASN1_OCTET_STRING_free(c->subject_key);
	AUTHORITY_KEYID_free(c->authority_key);
	X509_free(c->x);
	memset(c, 0, sizeof *c);
}

bool evd_time_seconds(const ASN1_TIME *t, int64_t *s)
{
	struct evd_view v = view_of_string(t);
	bool utc = ASN1_STRING_type(t) == V_ASN1_UTCTIME;
	struct evd_civil c;
	struct tm tm = {0};

	if (v.len != (utc ? 13 : 15) || ASN1_TIME_to_tm(t, &tm) != 1) /* in this length with Z only */
		return false;
	c = (struct evd_civil){tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
	                       tm.tm_hour,        tm.tm_min,     tm.tm_sec};
	*s = evd_civil_seconds(&c);
	return utc == (c.year >= 1950 && c.year < 2050);
}

bool evd_cert_dates(const struct evd_cert *c, int64_t *from, int64_t *to)
{
	return evd_time_seconds(X509_get0_notBefore(c->x), from) &&
	       evd_time_seconds(X509_get0_notAfter(c->x), to);
}

bool evd_cert_names(const struct evd_cert *a, const struct evd_cert *b)
{
	bool own = a->subject_key || a->odd_key_id, issuers = b->authority_key || b->odd_issuers_key;

	if (!evd_view_eq(a->subject, b->issuer))
		return false;
	if (!own || !issuers)
		return true;
	return !a->odd_key_id && !b->odd_issuers_key &&
	       (!b->authority_key->keyid || evd_view_eq(a->key_id, b->issuers_key));
}

bool evd_form_signed_by(const struct evd_sealed_form *form, const struct evd_cert *a)
{
	struct evd_algorithm alg;
	EVP_PKEY *key = NULL;

	return evd_view_eq(form->inner, form->outer) && evd_algorithm_read(form->outer, &alg) &&
	       alg.sha && evd_key_fit(a->x, true, &key) == EVD_KEY_FIT &&
	       evd_algorithm_verify(&alg, key, form->tbs, form->value);
}

static bool any_critical(const STACK_OF(X509_EXTENSION) * list)
{
	for (int i = 0; i < sk_X509_EXTENSION_num(list); i++)
		if (X509_EXTENSION_get_critical(sk_X509_EXTENSION_value(list, i)))
			return true;
	return false;
}

/* RFC 5280 §5.1: Extensions, where there are any, hold at least one. */
static bool extensions_filled(X509_CRL *x)
{
	const STACK_OF(X509_EXTENSION) *list = X509_CRL_get0_extensions(x);
	STACK_OF(X509_REVOKED) *all = X509_CRL_get_REVOKED(x);
	bool ok = !list || sk_X509_EXTENSION_num(list) > 0;

	for (int i = 0; ok && i < sk_X509_REVOKED_num(all); i++) {
		list = X509_REVOKED_get0_extensions(sk_X509_REVOKED_value(all, i));
		ok = !list || sk_X509_EXTENSION_num(list) > 0;
	}
	return ok;
}

int evd_crl_read(struct evd_view der, struct evd_crl *out, struct evd_error *err)
{
	const uint8_t *p = der.p;
	struct evd_cursor all, tbs;
	const ASN1_TIME *next;

	memset(out, 0, sizeof *out);
	out->der = der;
	out->x = evd_der_sound(der) ? X509_CRL_new_ex(evd_crypto(), NULL) : NULL;
	if (out->x && d2i_X509_CRL(&out->x, &p, (long)der.len) && p == der.p + der.len &&
	    extensions_filled(out->x)) {
		read_form(der, &out->form);
		evd_cursor_init(&all, out->form.tbs);
		tbs = evd_der_enter(&all, 0x30);
		if (evd_der_peek(&tbs) == 0x02)
			evd_der_skip(&tbs, 0x02);
		out->form.inner = evd_der_whole(&tbs, 0x30);
		out->issuer = evd_der_whole(&tbs, 0x30);
	}
	if (!out->issuer.len) {
		evd_crl_release(out);
		return evd_crypto_short() ? evd_nomem(err) : EVD_END;
	}
	next = X509_CRL_get0_nextUpdate(out->x);
	out->has_to = next != NULL;
	out->fit = X509_CRL_get_version(out->x) == X509_CRL_VERSION_2 &&
	           evd_time_seconds(X509_CRL_get0_lastUpdate(out->x), &out->from) &&
	           (!next || evd_time_seconds(next, &out->to)) &&
	           !any_critical(X509_CRL_get0_extensions(out->x));
	return 0;
}

void evd_crl_release(struct evd_crl *l)
{
	X509_CRL_free(l->x);
	memset(l, 0, sizeof *l);
}

bool evd_crl_authentic(struct evd_crl *l, const struct evd_cert *issuer, int64_t latest)
{
	bool ok = true;
	ASN1_BIT_STRING *usage;

	if (!l->fit || l->from > latest || !evd_view_eq(l->issuer, issuer->subject))
		return false;
	if (l->asked !=
	    issuer) { /* a signature is checked once for an issuer, not for each certificate */
		usage = evd_certificate_extension(issuer->x, NID_key_usage, &ok);
		l->answer = ok && (!usage || ASN1_BIT_STRING_get_bit(usage, 6)) &&
		            evd_form_signed_by(&l->form, issuer);
		l->asked = issuer;
		ASN1_BIT_STRING_free(usage);
	}
	return l->answer;
}

static int64_t reason_of(const X509_REVOKED *r)
{
	int at = X509_REVOKED_get_ext_by_NID(r, NID_crl_reason, -1);
	ASN1_ENUMERATED *e = NULL;
	int64_t n = -1;

	if (at >= 0 && evd_extension_sound(X509_REVOKED_get_ext(r, at)))
		e = X509_REVOKED_get_ext_d2i(r, NID_crl_reason, NULL, NULL);
	if (e && ASN1_ENUMERATED_get_int64(&n, e) != 1)
		n = -1;
	ASN1_ENUMERATED_free(e);
	return n;
}

int evd_crl_find(const struct evd_crl *l, const struct evd_cert *c, int64_t *since, int64_t *reason)
{
	STACK_OF(X509_REVOKED) *list = X509_CRL_get_REVOKED(l->x);
	const ASN1_INTEGER *serial = X509_get0_serialNumber(c->x);
	int64_t at;
	int found = 0;

	for (int i = 0; i < sk_X509_REVOKED_num(list); i++) {
		const X509_REVOKED *r = sk_X509_REVOKED_value(list, i);

		if (ASN1_INTEGER_cmp(X509_REVOKED_get0_serialNumber(r), serial) != 0)
			continue;
		if (any_critical(X509_REVOKED_get0_extensions(r)) ||
		    !evd_time_seconds(X509_REVOKED_get0_revocationDate(r), &at))
			return -1;
		if (found && at >= *since)
			continue;
		*since = at;
		*reason = reason_of(r);
		found = 1;
	}
	return found;
}
