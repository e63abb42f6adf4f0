/* material: certificates and lists under no signature that nothing needs (docs/timestamp.md §7). */
#include "verify/run.h"

#include "base/der.h"

#include <string.h>

static bool issued(const struct evd_cert *c, const struct evd_cert *by)
{
	return evd_cert_names(by, c) && evd_form_signed_by(&c->form, by);
}

/* It is the issuer of a certificate that is used, of a signer's or of an authority's. */
static bool is_issuer(const struct evd_run *run, const struct evd_cert *c)
{
	for (size_t i = 0; i < run->hand.certs.n; i++)
		if (run->hand.certs.at[i].used && issued(&run->hand.certs.at[i], c))
			return true;
	for (size_t i = 0; i < run->report->log.signers.n; i++)
		if (run->signers[i].x && issued(&run->signers[i], c))
			return true;
	for (size_t i = 0; i < run->stamps.n; i++)
		if (issued(&run->stamps.at[i].t.authority, c))
			return true;
	return false;
}

/* It leads on: an anchor, a root, or one whose issuer is at hand. */
static bool leads_on(const struct evd_run *run, const struct evd_cert *c)
{
	if (evd_hand_is_anchor(&run->hand, c))
		return true;
	if (evd_view_eq(c->issuer, c->subject) && evd_form_signed_by(&c->form, c))
		return true;
	for (size_t i = 0; i < run->hand.certs.n; i++)
		if (issued(c, &run->hand.certs.at[i]))
			return true;
	return false;
}

static void spread(struct evd_run *run)
{
	bool more;

	do {
		more = false;
		for (size_t i = 0; i < run->hand.certs.n; i++) {
			struct evd_cert *c = &run->hand.certs.at[i];

			if (!c->used && is_issuer(run, c) && leads_on(run, c))
				c->used = more = true;
		}
	} while (more);
}

static bool is_needed(const struct evd_run *run, const struct evd_cert *c)
{
	return c && (c->used || evd_hand_is_anchor(&run->hand, c));
}

/* What stands beside an answer's signature is under none: its delegate, or what is needed anyway. */
static bool answer_lean(const struct evd_run *run, const struct evd_ocsp *o)
{
	uint8_t sha256[EVD_SHA256_LEN];
	struct evd_cursor c;
	struct evd_view v;

	evd_cursor_init(&c, o->certificates);
	while (evd_cursor_left(&c)) {
		v = evd_der_whole(&c, 0x30);
		if (v.p != o->delegate.der.p &&
		    (evd_sha256(v, sha256, NULL) || !is_needed(run, evd_hand_find(&run->hand, sha256))))
			return false;
	}
	return true;
}

/* What is at hand borrows the bytes of the set, so a list or answer is found by its place. */
static bool list_used(struct evd_run *run, struct evd_view der)
{
	const struct evd_ocsp *o = evd_hand_answer(&run->hand, der);

	if (o && !answer_lean(run, o))
		return false;
	for (size_t k = 0; k < run->hand.certs.n; k++) {
		const struct evd_cert *c = &run->hand.certs.at[k];

		if (is_needed(run, c) && evd_hand_vouches(&run->hand, der, c))
			return true;
	}
	return false;
}

/* Everything in the two sets is used, but `own`, which needs no reason. */
static bool sets_used(struct evd_run *run, struct evd_view certificates, struct evd_view lists,
                      const uint8_t *own)
{
	struct evd_view v = {NULL, 0};
	uint8_t sha256[EVD_SHA256_LEN];
	const struct evd_cert *c;
	struct evd_cursor all;

	evd_cursor_init(&all, certificates);
	while (evd_der_next(&all, &v)) {
		if (evd_sha256(v, sha256, NULL))
			return false;
		c = evd_hand_find(&run->hand, sha256);
		if (memcmp(sha256, own, sizeof sha256) != 0 && !(c && c->used))
			return false;
	}
	v = evd_view_of(NULL, 0);
	evd_cursor_init(&all, lists);
	while (evd_der_next_of(&all, &v, EVD_OCSP_TAG))
		if (!list_used(run, v))
			return false;
	return true;
}

void evd_run_material(struct evd_run *run)
{
	const struct evd_report *report = run->report;
	const struct evd_material *m = &run->seal.material;
	char where[48];

	if (!report->seal_fits)
		return;
	for (size_t i = 0; i < run->stamps.n; i++)
		if (!run->stamps.at[i].accepted)
			return;
	for (size_t i = 0; i < report->log.signers.n; i++)
		if (report->known[i].standing == EVD_UNKNOWN)
			return;
	spread(run);
	if (!sets_used(run, m->certificates, m->lists, report->log.entry.certificate))
		evd_finding(&run->to, EVD_F_MATERIAL_UNUSED, "META-INF/signature001.p7s",
		            "beside the seal's signature");
	for (size_t i = 0; i < run->stamps.n; i++) {
		const struct evd_stamp *s = &run->stamps.at[i];

		if (s->kind == EVD_STAMP_ENTRY ||
		    sets_used(run, s->t.certificates, s->t.lists, s->t.authority.sha256))
			continue;
		evd_run_where(s, where);
		evd_finding(&run->to, EVD_F_MATERIAL_UNUSED, where, "in a token");
	}
}
