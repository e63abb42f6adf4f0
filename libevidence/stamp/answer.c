/* answer: see answer.h. */
#include "stamp/answer.h"

#include "base/der.h"
#include "platform/files.h"
#include "stamp/cms.h"

#include <stdlib.h>
#include <string.h>

/* version 1; messageImprint of SHA-256 up to its octets; between them the imprint, then the nonce; certReq */
static const uint8_t before_imprint[] = {2,    1,    1, 0x30, 0x2f, 0x30, 11, 6, 9, 0x60,
                                         0x86, 0x48, 1, 0x65, 3,    4,    2,  1, 4, 32};
static const uint8_t before_nonce[] = {2, EVD_NONCE_LEN};
static const uint8_t after_nonce[] = {1, 1, 0xff};

int evd_stamp_request(const uint8_t imprint[EVD_SHA256_LEN], struct evd_buf *out,
                      struct evd_error *err)
{
	uint8_t nonce[EVD_NONCE_LEN];
	size_t at = evd_der_open(out, 0x30);
	int r = evd_random(nonce, sizeof nonce, err);

	nonce[0] = (uint8_t)((nonce[0] & 0x7f) | 0x40); /* a positive INTEGER of that length */
	evd_put(out, before_imprint, sizeof before_imprint);
	evd_put(out, imprint, EVD_SHA256_LEN);
	evd_put(out, before_nonce, sizeof before_nonce);
	evd_put(out, nonce, sizeof nonce);
	evd_put(out, after_nonce, sizeof after_nonce);
	evd_der_close(out, at);
	return r ? r : evd_buf_check(out, err);
}

int evd_stamp_request_read(struct evd_view der, uint8_t imprint[EVD_SHA256_LEN],
                           uint8_t nonce[EVD_NONCE_LEN], struct evd_error *err)
{
	struct evd_cursor all, c;
	struct evd_view a, b, i, n, z;

	evd_cursor_init(&all, der);
	c = evd_der_enter(&all, 0x30);
	a = evd_get_bytes(&c, sizeof before_imprint);
	i = evd_get_bytes(&c, EVD_SHA256_LEN);
	b = evd_get_bytes(&c, sizeof before_nonce);
	n = evd_get_bytes(&c, EVD_NONCE_LEN);
	z = evd_get_bytes(&c, sizeof after_nonce);
	if (!evd_cursor_at_end(&c) || !evd_cursor_at_end(&all) ||
	    !evd_view_eq(a, evd_view_of(before_imprint, sizeof before_imprint)) ||
	    !evd_view_eq(b, evd_view_of(before_nonce, sizeof before_nonce)) ||
	    !evd_view_eq(z, evd_view_of(after_nonce, sizeof after_nonce)))
		return evd_fail(err, EVD_E_FORMAT, "this is no request that this program made");
	memcpy(imprint, i.p, EVD_SHA256_LEN);
	memcpy(nonce, n.p, EVD_NONCE_LEN);
	return 0;
}

/* TimeStampResp: status granted, then the token. */
static int read_response(struct evd_view der, struct evd_view *token, struct evd_error *err)
{
	struct evd_cursor all, c, status;
	struct evd_view v;

	evd_cursor_init(&all, der);
	c = evd_der_enter(&all, 0x30);
	status = evd_der_enter(&c, 0x30);
	v = evd_der_get(&status, 0x02);
	if (!evd_cursor_ok(&status) || v.len != 1)
		return evd_fail(err, EVD_E_FORMAT, "this is no answer of a time-stamp authority");
	if (v.p[0] != 0)
		return evd_fail(err, EVD_E_FORMAT, "the authority did not grant it: status %u", v.p[0]);
	*token = evd_der_whole(&c, 0x30);
	if (!evd_cursor_at_end(&c) || !evd_cursor_at_end(&all))
		return evd_fail(err, EVD_E_FORMAT, "the answer holds no token, or more than one");
	return 0;
}

/* The nonce in the TSTInfo: the INTEGER behind genTime, if there is one. */
static bool nonce_fits(struct evd_view info, const uint8_t nonce[EVD_NONCE_LEN])
{
	struct evd_cursor all, c;

	evd_cursor_init(&all, info);
	c = evd_der_enter(&all, 0x30);
	evd_der_skip(&c, 0x02);
	evd_der_skip(&c, 0x06);
	evd_der_skip(&c, 0x30);
	evd_der_skip(&c, 0x02);
	evd_der_skip(&c, 0x18);
	while (evd_cursor_left(&c) && *c.p != 0x02)
		evd_der_skip(&c, *c.p);
	return evd_view_eq(evd_der_get(&c, 0x02), evd_view_of(nonce, EVD_NONCE_LEN));
}

int evd_stamp_hand(const struct evd_trust *trust, int64_t now, struct evd_hand *h,
                   struct evd_error *err)
{
	int r = 0;

	h->at = now;
	h->list_given = trust->lists.n > 0;
	for (size_t i = 0; i < trust->anchors.n && r == 0; i++)
		r = evd_hand_add(h, evd_view_of(trust->anchors.at[i].p, trust->anchors.at[i].len), true,
		                 err);
	for (size_t i = 0; i < trust->lists.n && r == 0; i++)
		r = evd_hand_add_list(h, evd_view_of(trust->lists.at[i].p, trust->lists.at[i].len), err);
	return r;
}

static bool in_path(const struct evd_path *path, struct evd_view der)
{
	for (size_t i = 0; i < path->n; i++)
		if (evd_view_eq(path->at[i]->der, der))
			return true;
	return false;
}

bool evd_stamp_lean(const struct evd_ocsp *o, const struct evd_path *path)
{
	struct evd_cursor c;
	struct evd_view v;

	evd_cursor_init(&c, o->certificates);
	while (evd_cursor_left(&c)) {
		v = evd_der_whole(&c, 0x30);
		if (v.p != o->delegate.der.p && !in_path(path, v))
			return false;
	}
	return true;
}

static bool list_serves(struct evd_hand *h, const struct evd_path *path, struct evd_view der)
{
	const struct evd_ocsp *o = evd_hand_answer(h, der);

	for (size_t k = 1; k < path->n; k++)
		if (evd_hand_vouches(h, der, path->at[k]))
			return !o || evd_stamp_lean(o, path);
	return false;
}

static bool is_root(const struct evd_cert *c)
{
	return evd_view_eq(c->issuer, c->subject) && evd_form_signed_by(&c->form, c);
}

static const struct evd_cert *issuer_of(const struct evd_hand *h, const struct evd_path *path)
{
	const struct evd_cert *last = path->at[path->n - 1];

	for (size_t i = 0; i < h->certs.n && path->n < EVD_PATH_MAX; i++)
		if (!in_path(path, h->certs.at[i].der) && evd_cert_names(&h->certs.at[i], last) &&
		    evd_form_signed_by(&last->form, &h->certs.at[i]))
			return &h->certs.at[i];
	return NULL;
}

void evd_stamp_lead_on(const struct evd_hand *h, struct evd_path *path)
{
	const struct evd_cert *next = path->at[path->n - 1];
	size_t n = path->n;

	while (next && !is_root(next)) {
		next = issuer_of(h, path);
		if (next)
			path->at[path->n++] = next;
	}
	if (!next)
		path->n = n;
}

bool evd_stamp_put_path(const struct evd_path *path, struct evd_cms_set *set)
{
	bool room = true;

	for (size_t i = 1; i < path->n; i++) {
		const struct evd_cert *c = path->at[i];

		/* a root whose own signature does not verify (SHA-1) serves those alone who have it already */
		if (i + 1 < path->n || !evd_view_eq(c->issuer, c->subject) || is_root(c))
			room = room && evd_cms_add(set, c->der);
	}
	return room;
}

/* Leaves out what no verifier needs, and brings what all may need (docs/timestamp.md §7): whoever pins the
 * authority has nothing else that the certificates between could lead to. */
static void keep_needed(struct evd_cms *c, struct evd_hand *h, const struct evd_path *path)
{
	size_t n = 0;

	c->certificates.n = 0;
	for (size_t i = 0; i < c->lists.n; i++)
		if (list_serves(h, path, c->lists.at[i]))
			c->lists.at[n++] = c->lists.at[i];
	c->lists.n = n;
	evd_cms_add(&c->certificates, path->at[0]->der);
	evd_stamp_put_path(path, &c->certificates); /* there is room: a path is short */
}

/* What to do about it: never to make an anchor of what is revoked. */
static int refuse_authority(const char *sub, struct evd_error *err)
{
	if (strcmp(sub, "TRY_LATER") == 0)
		return evd_fail(err, EVD_E_FORMAT,
		                "none of the lists and answers given tells whether the authority was "
		                "revoked (%s); give those of its issuers, or none",
		                sub);
	if (strncmp(sub, "REVOKED", 7) == 0 || strcmp(sub, "OUT_OF_BOUNDS_NO_POE") == 0)
		return evd_fail(err, EVD_E_FORMAT,
		                "the authority's certificate, or one above it, is revoked or was not in "
		                "force (%s); ask another authority",
		                sub);
	return evd_fail(err, EVD_E_FORMAT,
	                "the authority is not known here (%s); give its certificate with --trust", sub);
}

/* The path of the token's authority, or of a pinned one itself. */
static int find_path(struct evd_hand *h, const struct evd_trust *trust, const struct evd_token *t,
                     struct evd_path *path, struct evd_error *err)
{
	const struct evd_path_use use = {EVD_USE_AUTHORITY, t->time_ms / 1000, INT64_MAX};
	const char *sub;

	if (evd_trust_is_pinned(trust, t->authority.sha256)) {
		*path = (struct evd_path){.at = {&t->authority}, .n = 1};
		return 0;
	}
	sub = evd_path_find(h, &t->authority, &use, path);
	return sub ? refuse_authority(sub, err) : 0;
}

/* What docs/timestamp.md §3 asks, and the nonce. */
static int judge(const struct evd_token *t, const uint8_t *imprint, const uint8_t *nonce,
                 const struct evd_trust *trust, int64_t now, struct evd_error *err)
{
	struct evd_token_rule rule = {.policies = trust->policies.at, .n_policies = trust->policies.n};
	enum evd_finding_code code = EVD_F_TIMESTAMP_ORDER;
	const char *sub = NULL;
	int r;

	memcpy(rule.imprint, imprint, EVD_SHA256_LEN);
	r = evd_token_check(t, &rule, &code, &sub, err);
	if (r == EVD_END)
		return evd_fail(err, EVD_E_FORMAT, "not accepted: %s [%s%s%s]",
		                evd_finding_kind(code)->text, evd_finding_kind(code)->code, sub ? ", " : "",
		                sub ? sub : "");
	if (r)
		return r;
	if (!nonce_fits(t->info, nonce))
		return evd_fail(err, EVD_E_FORMAT, "the answer is to another request: its nonce differs");
	if (t->time_ms > (now + 300) * 1000)
		return evd_fail(err, EVD_E_FORMAT, "the token's time lies in the future of this computer");
	return 0;
}

static int bring_into_form(struct evd_view token, const uint8_t *imprint, const uint8_t *nonce,
                           const struct evd_trust *trust, struct evd_hand *h, struct evd_buf *out,
                           int64_t *ms, struct evd_error *err)
{
	struct evd_cms *cms = malloc(sizeof *cms);
	struct evd_token t = {.accuracy_ms = -1};
	struct evd_buf sorted = {0};
	struct evd_path path;
	bool ok;
	int r = cms ? 0 : evd_nomem(err);

	ok = cms && evd_cms_read(token, cms);
	if (ok) {
		cms->attributes.n = 0;
		evd_cms_write(cms, &sorted);
		r = evd_buf_check(&sorted, err);
	}
	if (r == 0)
		r = ok ? evd_token_read(evd_buf_view(&sorted), &t, err) : EVD_END;
	if (r == EVD_END)
		r = evd_fail(err, EVD_E_FORMAT, "the token has not the form that a bundle may hold");
	if (r == 0)
		r = judge(&t, imprint, nonce, trust, h->at, err);
	for (size_t i = 0; r == 0 && i < cms->certificates.n; i++)
		r = evd_hand_add(h, cms->certificates.at[i], false, err);
	for (size_t i = 0; r == 0 && i < cms->lists.n; i++)
		r = evd_hand_add_list(h, cms->lists.at[i], err);
	if (r == 0)
		r = find_path(h, trust, &t, &path, err);
	if (r == 0) {
		evd_stamp_lead_on(h, &path);
		keep_needed(cms, h, &path);
		evd_cms_write(cms, out);
		*ms = t.time_ms;
		r = evd_buf_check(out, err);
	}
	evd_token_release(&t);
	evd_buf_release(&sorted);
	free(cms);
	return r;
}

int evd_stamp_answer(struct evd_view request, struct evd_view response,
                     const struct evd_trust *trust, int64_t now, struct evd_buf *out, int64_t *ms,
                     struct evd_error *err)
{
	uint8_t imprint[EVD_SHA256_LEN], nonce[EVD_NONCE_LEN];
	struct evd_hand *h = calloc(1, sizeof *h);
	struct evd_view token = {NULL, 0};
	int r = h ? evd_stamp_request_read(request, imprint, nonce, err) : evd_nomem(err);

	if (r == 0)
		r = read_response(response, &token, err);
	if (r == 0)
		r = evd_stamp_hand(trust, now, h, err);
	if (r == 0)
		r = bring_into_form(token, imprint, nonce, trust, h, out, ms, err);
	if (h)
		evd_hand_release(h);
	free(h);
	return r != 0 && evd_crypto_short() ? evd_nomem(err) : r;
}
