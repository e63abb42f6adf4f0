/* path: see path.h. */
#include "verify/path.h"

#include "chain/signature.h"
#include "verify/constraints.h"

#include <stdlib.h>
#include <string.h>

#define SIGNATURES_MAX 256u /* checked for one search */

static const char general[] = "CERTIFICATE_CHAIN_GENERAL_FAILURE";

static size_t bucket(const uint8_t *sha256)
{
	return (size_t)(sha256[0] << 8 | sha256[1]) % EVD_HAND_CHAINS;
}

struct evd_cert *evd_hand_find(const struct evd_hand *h, const uint8_t sha256[EVD_SHA256_LEN])
{
	for (size_t i = h->chain[bucket(sha256)]; i; i = h->certs.at[i - 1].next)
		if (memcmp(h->certs.at[i - 1].sha256, sha256, EVD_SHA256_LEN) == 0)
			return &h->certs.at[i - 1];
	return NULL;
}

int evd_hand_add(struct evd_hand *h, struct evd_view der, bool anchor, struct evd_error *err)
{
	struct evd_cert c;
	int r = evd_cert_read(der, &c, err);

	if (r || evd_hand_find(h, c.sha256)) {
		evd_cert_release(&c);
		return r == EVD_END ? 0 : r;
	}
	if (!EVD_ROOM(&h->certs)) {
		evd_cert_release(&c);
		return evd_nomem(err);
	}
	c.anchor = anchor;
	c.next = h->chain[bucket(c.sha256)];
	h->certs.at[h->certs.n++] = c;
	h->chain[bucket(c.sha256)] = h->certs.n;
	return 0;
}

int evd_hand_add_list(struct evd_hand *h, struct evd_view der, struct evd_error *err)
{
	struct evd_view response;

	return evd_signature_answer(der, &response) ? evd_hand_add_answer(h, response, der, err)
	                                            : evd_hand_add_crl(h, der, err);
}

int evd_hand_add_crl(struct evd_hand *h, struct evd_view der, struct evd_error *err)
{
	struct evd_crl l;
	int r = evd_crl_read(der, &l, err);

	if (r || !EVD_ROOM(&h->lists)) {
		evd_crl_release(&l);
		return r == EVD_END ? 0 : r ? r : evd_nomem(err);
	}
	h->lists.at[h->lists.n++] = l;
	return 0;
}

int evd_hand_add_answer(struct evd_hand *h, struct evd_view response, struct evd_view lies,
                        struct evd_error *err)
{
	struct evd_ocsp o;
	int r = evd_ocsp_read(response, &o, err);

	o.der = lies;
	if (r || !EVD_ROOM(&h->answers)) {
		evd_ocsp_release(&o);
		return r == EVD_END ? 0 : r ? r : evd_nomem(err);
	}
	h->answers.at[h->answers.n++] = o;
	return 0;
}

/* A delegate that a list revokes answers for nobody. */
static bool answers_for(struct evd_hand *h, struct evd_ocsp *o, const struct evd_cert *issuer)
{
	int64_t since, reason;

	if (!evd_ocsp_authentic(o, issuer, h->at + 300))
		return false;
	for (size_t i = 0; o->delegated && i < h->lists.n; i++)
		if (evd_crl_authentic(&h->lists.at[i], issuer, h->at + 300) &&
		    evd_crl_find(&h->lists.at[i], &o->delegate, &since, &reason) > 0)
			return false;
	return true;
}

const struct evd_ocsp *evd_hand_answer(const struct evd_hand *h, struct evd_view der)
{
	for (size_t i = 0; i < h->answers.n; i++)
		if (h->answers.at[i].der.p == der.p)
			return &h->answers.at[i];
	return NULL;
}

bool evd_hand_vouches(struct evd_hand *h, struct evd_view der, const struct evd_cert *issuer)
{
	for (size_t i = 0; i < h->lists.n; i++)
		if (h->lists.at[i].der.p == der.p &&
		    evd_crl_authentic(&h->lists.at[i], issuer, h->at + 300))
			return true;
	for (size_t i = 0; i < h->answers.n; i++)
		if (h->answers.at[i].der.p == der.p && answers_for(h, &h->answers.at[i], issuer))
			return true;
	return false;
}

bool evd_hand_is_anchor(const struct evd_hand *h, const struct evd_cert *c)
{
	const struct evd_cert *it = evd_hand_find(h, c->sha256);

	return it && it->anchor;
}

void evd_hand_release(struct evd_hand *h)
{
	for (size_t i = 0; i < h->certs.n; i++)
		evd_cert_release(&h->certs.at[i]);
	for (size_t i = 0; i < h->lists.n; i++)
		evd_crl_release(&h->lists.at[i]);
	for (size_t i = 0; i < h->answers.n; i++)
		evd_ocsp_release(&h->answers.at[i]);
	free(h->answers.at);
	free(h->certs.at);
	free(h->lists.at);
	memset(h, 0, sizeof *h);
}

static void tell_revoked(struct evd_status *out, int64_t since, int64_t reason)
{
	if (out->revoked && since >= out->since)
		return;
	out->revoked = true;
	out->since = since;
	out->reason = reason;
}

static void ask_answers(struct evd_hand *h, const struct evd_cert *c, const struct evd_cert *issuer,
                        int64_t time, int64_t end, struct evd_status *out)
{
	struct evd_single s;
	struct evd_cursor at;

	for (size_t i = 0; i < h->answers.n; i++) {
		if (!answers_for(h, &h->answers.at[i], issuer))
			continue;
		evd_cursor_init(&at, h->answers.at[i].singles);
		while (evd_ocsp_next(&at, c, issuer, &s)) {
			if (s.critical || s.from > h->at + 300)
				continue;
			if (s.status == EVD_OCSP_REVOKED)
				tell_revoked(out, s.since, s.reason);
			else if (s.status == EVD_OCSP_GOOD && s.to >= time && s.from <= end)
				out->good = true;
		}
	}
}

void evd_path_status(struct evd_hand *h, const struct evd_cert *c, const struct evd_cert *issuer,
                     int64_t time, struct evd_status *out)
{
	int64_t from, to, since = 0, reason = -1;
	bool dated = evd_cert_dates(c, &from, &to);

	*out = (struct evd_status){.reason = -1};
	for (size_t i = 0; i < h->lists.n; i++) {
		struct evd_crl *l = &h->lists.at[i];
		int found;

		if (!evd_crl_authentic(l, issuer, h->at + 300))
			continue;
		found = evd_crl_find(l, c, &since, &reason);
		if (found < 0)
			continue; /* not authentic for this certificate */
		if (found)
			tell_revoked(out, since, reason);
		out->good = out->good || (l->has_to && l->to >= time && dated && l->from <= to);
	}
	ask_answers(h, c, issuer, time, dated ? to : INT64_MIN, out);
}

bool evd_path_known(struct evd_hand *h, const struct evd_path *path, int64_t time)
{
	struct evd_status s;

	for (size_t i = 0; i + 1 < path->n; i++) {
		evd_path_status(h, path->at[i], path->at[i + 1], time, &s);
		if (!s.revoked && !s.good)
			return false;
	}
	return true;
}

/* ---- judging a path (docs/verify.md §5.2) ---- */

static bool matters(const struct evd_status *s, const struct evd_path_use *use)
{
	bool harmless = s->reason == 0 || (s->reason >= 3 && s->reason <= 5); /* RFC 3161 §4 */

	if (!s->revoked)
		return false;
	if (s->since <= use->time)
		return true;
	return use->use == EVD_USE_AUTHORITY && !harmless &&
	       (use->covered_ms == INT64_MAX || use->covered_ms >= s->since * 1000);
}

static const char *status_fault(struct evd_hand *h, const struct evd_path *p,
                                const struct evd_path_use *use)
{
	struct evd_status s;

	for (size_t i = 0; i + 1 < p->n; i++) {
		evd_path_status(h, p->at[i], p->at[i + 1], use->time, &s);
		if (matters(&s, use))
			return i ? "REVOKED_CA_NO_POE" : "REVOKED_NO_POE";
		if (!s.revoked && !s.good && h->list_given)
			return "TRY_LATER";
	}
	return NULL;
}

/* A root's signature by its own key, as far as its algorithm is one of ours. */
static bool anchor_holds(const struct evd_cert *a)
{
	struct evd_algorithm alg;

	if (!evd_view_eq(a->subject, a->issuer) || !evd_algorithm_read(a->form.outer, &alg) || !alg.sha)
		return true;
	return evd_form_signed_by(&a->form, a);
}

static const char *judge(struct evd_hand *h, const struct evd_path *p,
                         const struct evd_path_use *use)
{
	int64_t from, to;

	for (size_t i = 1; i < p->n; i++)
		if (!evd_certificate_issues(p->at[i]->x, use->use, i - 1) ||
		    !evd_constraints_hold(p->at[i], p->at, i))
			return general;
	if (!anchor_holds(p->at[p->n - 1]))
		return general;
	for (size_t i = 0; i < p->n; i++) {
		if (!evd_cert_dates(p->at[i], &from, &to))
			return general;
		if (use->time < from || use->time > to)
			return "OUT_OF_BOUNDS_NO_POE";
	}
	return status_fault(h, p, use);
}

/* ---- the search, depth first ---- */

struct search {
	struct evd_hand *h;
	struct evd_path path;
	size_t next[EVD_PATH_MAX]; /* where to go on among the certificates at hand */
	unsigned checked;
	bool wrong; /* some candidate's signature did not verify */
};

static bool in_path(const struct evd_path *p, const struct evd_cert *c)
{
	for (size_t i = 0; i < p->n; i++)
		if (memcmp(p->at[i]->sha256, c->sha256, EVD_SHA256_LEN) == 0)
			return true;
	return false;
}

/* Lengthens the path by the next issuer of its last certificate; false if there is no other. */
static bool extend(struct search *s)
{
	const struct evd_cert *last = s->path.at[s->path.n - 1];
	size_t *next = &s->next[s->path.n - 1];

	while (s->path.n < EVD_PATH_MAX && *next < s->h->certs.n && s->checked < SIGNATURES_MAX) {
		const struct evd_cert *c = &s->h->certs.at[(*next)++];

		if (!evd_cert_names(c, last) || in_path(&s->path, c))
			continue;
		s->checked++;
		if (evd_form_signed_by(&last->form, c)) {
			s->next[s->path.n] = 0;
			s->path.at[s->path.n++] = c;
			return true;
		}
		s->wrong = true;
	}
	return false;
}

const char *evd_path_find(struct evd_hand *h, const struct evd_cert *first,
                          const struct evd_path_use *use, struct evd_path *out)
{
	struct search s = {.h = h, .path = {.at = {first}, .n = 1}};
	const char *fault = NULL, *found;

	out->n = 0;
	do {
		if (evd_hand_is_anchor(h, s.path.at[s.path.n - 1])) {
			found = judge(h, &s.path, use);
			if (!found) {
				*out = s.path;
				return NULL;
			}
			if (!fault)
				fault = found;
			s.path.n--;
		}
		while (s.path.n && !extend(&s))
			s.path.n--;
	} while (s.path.n);
	return fault ? fault : s.wrong ? general : "NO_CERTIFICATE_CHAIN_FOUND";
}
