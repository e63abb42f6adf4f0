/* ocsp: see ocsp.h. */
#include "verify/ocsp.h"

#include "base/der.h"
#include "base/digest.h"
#include "verify/token.h"

#include <string.h>

#define CERTIFICATES_MAX 8u

/* Contents of object identifiers. */
static const uint8_t oid_basic[] = {0x2b, 6, 1, 5, 5, 7, 48, 1, 1};
static const uint8_t oid_sha1[] = {0x2b, 14, 3, 2, 26};

/* GeneralizedTime without a fraction (RFC 5280 §4.1.2.5.2). */
static int64_t get_time(struct evd_cursor *c)
{
	struct evd_view v = evd_der_get(c, 0x18);
	int64_t ms = 0;

	if (v.len != 15 || !evd_token_time(v, &ms))
		c->failed = true;
	return ms / 1000;
}

/* Extensions inside [1]: whether one of them is critical. */
static bool get_extensions(struct evd_cursor *c)
{
	struct evd_cursor outer = evd_der_enter(c, 0xa1), all = evd_der_enter(&outer, 0x30);
	bool critical = evd_der_extensions(&all);

	evd_der_leave(&outer, &all);
	evd_der_leave(c, &outer);
	return critical;
}

static void get_id(struct evd_cursor *c, struct evd_single *out)
{
	struct evd_cursor id = evd_der_enter(c, 0x30), alg = evd_der_enter(&id, 0x30);

	out->sha_oid = evd_der_get(&alg, 0x06);
	if (evd_cursor_left(&alg))
		evd_der_skip(&alg, 0x05);
	evd_der_leave(&id, &alg);
	out->name = evd_der_get(&id, 0x04);
	out->key = evd_der_get(&id, 0x04);
	out->serial = evd_der_get(&id, 0x02);
	evd_der_leave(c, &id);
}

static void get_status(struct evd_cursor *c, struct evd_single *out)
{
	struct evd_cursor in, reason;
	struct evd_view v;

	out->reason = -1;
	out->status = evd_der_peek(c) == EVD_OCSP_REVOKED ? EVD_OCSP_REVOKED
	              : evd_der_peek(c) == EVD_OCSP_GOOD  ? EVD_OCSP_GOOD
	                                                  : EVD_OCSP_UNKNOWN;
	in = evd_der_enter(c, (uint8_t)out->status);
	if (out->status == EVD_OCSP_REVOKED) {
		out->since = get_time(&in);
		if (evd_der_peek(&in) == 0xa0) {
			reason = evd_der_enter(&in, 0xa0);
			v = evd_der_get(&reason, 0x0a);
			out->reason = v.len == 1 ? *v.p : -1;
			if (v.len != 1)
				reason.failed = true;
			evd_der_leave(&in, &reason);
		}
	}
	evd_der_leave(c, &in);
}

static bool get_single(struct evd_cursor *c, struct evd_single *out)
{
	struct evd_cursor one = evd_der_enter(c, 0x30), in;

	memset(out, 0, sizeof *out);
	get_id(&one, out);
	get_status(&one, out);
	out->from = out->to = get_time(&one);
	if (evd_der_peek(&one) == 0xa0) {
		in = evd_der_enter(&one, 0xa0);
		out->to = get_time(&in);
		evd_der_leave(&one, &in);
	}
	if (evd_der_peek(&one) == 0xa1)
		out->critical = get_extensions(&one);
	evd_der_leave(c, &one);
	return evd_cursor_ok(c);
}

/* tbsResponseData */
static bool read_data(struct evd_ocsp *o)
{
	struct evd_cursor all, c, in;
	struct evd_single s;

	evd_cursor_init(&all, o->form.tbs);
	c = evd_der_enter(&all, 0x30);
	in = c;
	if (evd_der_peek(&c) == 0xa1) {
		in = evd_der_enter(&c, 0xa1);
		o->responder = evd_der_whole(&in, 0x30);
	} else {
		in = evd_der_enter(&c, 0xa2);
		o->responder = evd_der_whole(&in, 0x04);
	}
	evd_der_leave(&c, &in);
	o->produced = get_time(&c);
	o->singles = evd_der_get(&c, 0x30);
	evd_cursor_init(&in, o->singles);
	do
		get_single(&in, &s);
	while (evd_cursor_left(&in));
	evd_der_leave(&c, &in);
	if (evd_der_peek(&c) == 0xa1)
		o->critical = get_extensions(&c);
	return evd_cursor_at_end(&c);
}

/* BasicOCSPResponse: there is no algorithm inside what is signed. */
static bool read_basic(struct evd_view der, struct evd_ocsp *o)
{
	struct evd_cursor all, c, in, list;
	size_t n = 0;

	evd_cursor_init(&all, der);
	c = evd_der_enter(&all, 0x30);
	o->form.tbs = evd_der_whole(&c, 0x30);
	o->form.inner = o->form.outer = evd_der_whole(&c, 0x30);
	o->form.value = evd_der_bits(&c);
	if (!o->form.value.len)
		return false;
	if (evd_der_peek(&c) == 0xa0) {
		in = evd_der_enter(&c, 0xa0);
		o->certificates = evd_der_get(&in, 0x30);
		evd_der_leave(&c, &in);
		evd_cursor_init(&list, o->certificates);
		do
			evd_der_skip(&list, 0x30);
		while (++n <= CERTIFICATES_MAX && evd_cursor_left(&list));
		evd_der_leave(&c, &list);
	}
	return evd_cursor_at_end(&c) && n <= CERTIFICATES_MAX && read_data(o);
}

static bool read_response(struct evd_view der, struct evd_ocsp *o)
{
	struct evd_cursor all, c, bytes, in;
	struct evd_view v, basic;

	if (der.len > EVD_MAX_P7S || !evd_der_sound(der))
		return false;
	evd_cursor_init(&all, der);
	c = evd_der_enter(&all, 0x30);
	v = evd_der_get(&c, 0x0a);
	if (v.len != 1 || v.p[0] != 0)
		return false;
	bytes = evd_der_enter(&c, 0xa0);
	in = evd_der_enter(&bytes, 0x30);
	v = evd_der_get(&in, 0x06);
	basic = evd_der_get(&in, 0x04);
	return evd_cursor_at_end(&in) && evd_cursor_at_end(&bytes) && evd_cursor_at_end(&c) &&
	       evd_view_eq(v, evd_view_of(oid_basic, sizeof oid_basic)) && evd_der_sound(basic) &&
	       read_basic(basic, o);
}

static bool is_digest(unsigned sha, struct evd_view octets, struct evd_view of)
{
	uint8_t digest[64];

	return !evd_digest(sha, of, digest, NULL) && evd_view_eq(octets, evd_view_of(digest, sha / 8));
}

/* responderID fits the certificate: its name, or SHA-1 of its key. */
static bool is_responder(const struct evd_ocsp *o, const struct evd_cert *c)
{
	struct evd_cursor in;

	if (o->responder.p[0] == 0x30)
		return evd_view_eq(o->responder, c->subject);
	evd_cursor_init(&in, o->responder);
	return is_digest(160, evd_der_get(&in, 0x04), c->key);
}

int evd_ocsp_read(struct evd_view der, struct evd_ocsp *out, struct evd_error *err)
{
	struct evd_cursor c;
	int r;

	memset(out, 0, sizeof *out);
	out->der = der;
	if (!read_response(der, out))
		return EVD_END;
	evd_cursor_init(&c, out->certificates);
	while (evd_cursor_left(&c)) {
		r = evd_cert_read(evd_der_whole(&c, 0x30), &out->delegate, err);
		if (r < 0 || (r == 0 && is_responder(out, &out->delegate)))
			return r;
		evd_cert_release(&out->delegate);
	}
	return evd_crypto_short() ? evd_nomem(err) : 0;
}

void evd_ocsp_release(struct evd_ocsp *o)
{
	evd_cert_release(&o->delegate);
	memset(o, 0, sizeof *o);
}

/* The issuer let it answer for itself, and it was in its time (RFC 6960 §4.2.2.2). */
static bool may_answer(const struct evd_ocsp *o, const struct evd_cert *issuer)
{
	const struct evd_cert *d = &o->delegate;
	int64_t from, to;

	return d->x && evd_cert_names(issuer, d) && evd_cert_dates(d, &from, &to) &&
	       o->produced >= from && o->produced <= to &&
	       evd_certificate_serves(d->x, EVD_USE_RESPONDER) && evd_form_signed_by(&d->form, issuer);
}

bool evd_ocsp_authentic(struct evd_ocsp *o, const struct evd_cert *issuer, int64_t latest)
{
	if (o->critical || o->produced > latest)
		return false;
	if (o->asked != issuer) {
		o->answer = is_responder(o, issuer) && evd_form_signed_by(&o->form, issuer);
		o->delegated = !o->answer && may_answer(o, issuer);
		if (o->delegated)
			o->answer = evd_form_signed_by(&o->form, &o->delegate);
		o->asked = issuer;
	}
	return o->answer;
}

bool evd_ocsp_next(struct evd_cursor *at, const struct evd_cert *c, const struct evd_cert *issuer,
                   struct evd_single *out)
{
	while (evd_cursor_left(at) && get_single(at, out)) {
		bool sha1 = evd_view_eq(out->sha_oid, evd_view_of(oid_sha1, sizeof oid_sha1));
		unsigned sha = sha1 ? 160 : evd_digest_read(out->sha_oid);

		if ((sha1 || sha == 256) && evd_view_eq(out->serial, c->serial) &&
		    is_digest(sha, out->name, issuer->subject) && is_digest(sha, out->key, issuer->key))
			return true;
	}
	return false;
}
