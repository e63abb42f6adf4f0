/* identity: the signers of log and seal (docs/verify.md §3 stage 4.3, §5). */
#include "verify/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *evd_standing_name(enum evd_standing s)
{
	static const char *const name[] = {"unknown", "pinned", "chained", "let-in"};

	return name[s];
}

/* The token that proves the last signature of signer `s`: the earliest of those that cover it; NULL: none. */
static const struct evd_stamp *proof_of(const struct evd_run *run, size_t s)
{
	const struct evd_log *log = &run->report->log;
	const struct evd_stamp *best = NULL;
	uint64_t last = log->entries.n;

	while (last > 1 && log->entries.at[last - 1].signer != s)
		last--;
	for (size_t i = 0; i < run->stamps.n; i++) {
		const struct evd_stamp *t = &run->stamps.at[i];

		if (t->accepted && t->covers >= last && (!best || t->t.time_ms < best->t.time_ms))
			best = t;
	}
	return best;
}

/* Tokens over the same thing: of two authorities that disagree, none is picked. */
static bool same_thing(const struct evd_stamp *a, const struct evd_stamp *b)
{
	return a->kind == b->kind && a->kind != EVD_STAMP_ARCHIVE && a->covers == b->covers;
}

/* The next genTime after `after` among the accepted tokens over the same thing; false if there is none. */
static bool next_time(const struct evd_run *run, const struct evd_stamp *proof, int64_t after,
                      int64_t *out)
{
	bool found = false;

	for (size_t i = 0; i < run->stamps.n; i++) {
		const struct evd_stamp *t = &run->stamps.at[i];

		if (t->accepted && same_thing(proof, t) && t->t.time_ms > after &&
		    (!found || t->t.time_ms < *out)) {
			*out = t->t.time_ms;
			found = true;
		}
	}
	return found;
}

static const char *path_fault(struct evd_run *run, const struct evd_cert *c,
                              const struct evd_stamp *proof, struct evd_known *out)
{
	struct evd_path_use use = {EVD_USE_SIGNER, run->hand.at, INT64_MAX};
	int64_t ms = proof ? proof->t.time_ms : 0, from, to;
	struct evd_status status;
	struct evd_path path;
	bool first = true;

	do {
		const char *sub;

		if (proof)
			use.time = ms / 1000;
		sub = evd_path_find(&run->hand, c, &use, &path);
		if (sub && proof && evd_cert_dates(c, &from, &to) &&
		    strcmp(sub, "OUT_OF_BOUNDS_NO_POE") == 0 && from > use.time)
			return "NOT_YET_VALID";
		out->revoked = sub && proof && strcmp(sub, "REVOKED_NO_POE") == 0;
		if (sub)
			return sub;
		evd_run_use(run, &path);
		if (first && path.n > 1) {
			evd_path_status(&run->hand, c, path.at[1], use.time, &status);
			out->revoked_later = proof && status.revoked;
			out->status_unknown = !evd_path_known(&run->hand, &path, use.time);
		}
		first = false;
	} while (proof && next_time(run, proof, ms, &ms));
	return NULL;
}

/* What it signed, it signed in its time, by its own account (as EU DSS judges it). The path was judged, so there
 * are dates. */
static const char *own_dates(const struct evd_cert *c, const struct evd_log_signer *s)
{
	int64_t from = INT64_MAX, to = INT64_MIN;

	evd_cert_dates(c, &from, &to);
	return s->earliest_ms / 1000 < from || s->latest_ms / 1000 > to ? "OUT_OF_BOUNDS_NO_POE" : NULL;
}

static void judge(struct evd_run *run, size_t i, struct evd_known *out)
{
	const struct evd_trust *t = &run->o->trust;
	const struct evd_log_signer *s = &run->report->log.signers.at[i];
	const struct evd_cert *c = &run->signers[i];
	bool pinned = evd_trust_is_pinned(t, s->fingerprint);

	out->unfit = true;
	out->sub = "CERTIFICATE_CHAIN_GENERAL_FAILURE";
	if (!c->x)
		return;
	out->unfit = !evd_certificate_serves(c->x, EVD_USE_SIGNER);
	out->sub = !t->pins.n && !t->anchors.n && !t->lists.n ? "NO_CERTIFICATE_CHAIN_FOUND"
	           : out->unfit                               ? "CHAIN_CONSTRAINTS_FAILURE"
	           : pinned                                   ? NULL
	                    : path_fault(run, c, proof_of(run, i), out);
	if (!out->sub && !pinned)
		out->sub = own_dates(c, s);
	if (!out->sub)
		out->standing = pinned ? EVD_PINNED : EVD_CHAINED;
}

/* One round of "let in by one who is known"; true if somebody came in. */
static bool let_in_round(const struct evd_log *log, struct evd_known *known)
{
	bool more = false;

	for (size_t i = 0; i < log->let_in.n; i++) {
		const struct evd_let_in *l = &log->let_in.at[i];

		if (known[l->by].standing == EVD_UNKNOWN)
			continue;
		for (size_t s = 0; s < log->signers.n; s++)
			if (known[s].standing == EVD_UNKNOWN && !known[s].unfit && !known[s].revoked &&
			    memcmp(log->signers.at[s].fingerprint, l->certificate, EVD_SHA256_LEN) == 0) {
				known[s].standing = EVD_LET_IN;
				known[s].sub = NULL;
				more = true;
			}
	}
	return more;
}

static void tell(struct evd_run *run, const struct evd_known *k, const struct evd_log_signer *s)
{
	struct evd_finding f = {.code = EVD_F_SIGNER_UNKNOWN, .sub = k->sub};
	char where[32];

	if (s->first)
		snprintf(where, sizeof where, "%llu", (unsigned long long)s->first);
	else
		snprintf(where, sizeof where, "META-INF/signature001.p7s");
	if (k->revoked) {
		evd_finding(&run->to, EVD_F_SIGNER_REVOKED, where, "revoked before the proved time");
	} else if (k->standing == EVD_UNKNOWN) {
		memcpy(f.where, where, sizeof where);
		snprintf(f.detail, sizeof f.detail, "%s", "not pinned, no path to an anchor, not let in");
		run->to.report(run->to.ctx, &f);
	} else if (k->standing == EVD_CHAINED) {
		if (k->revoked_later)
			evd_finding(&run->to, EVD_F_REVOKED_LATER, where, "after the proved time");
		if (k->status_unknown)
			evd_finding(&run->to, EVD_F_STATUS_UNKNOWN, where, "no list tells");
	}
}

int evd_run_signers(struct evd_run *run, struct evd_error *err)
{
	struct evd_report *report = run->report;
	const struct evd_log *log = &report->log;
	int r = 0;

	report->known = calloc(log->signers.n, sizeof *report->known);
	run->signers = calloc(log->signers.n, sizeof *run->signers);
	if (!report->known || !run->signers)
		return evd_nomem(err);
	for (size_t i = 0; i < log->signers.n; i++) {
		const struct evd_log_signer *s = &log->signers.at[i];

		r = evd_cert_read(evd_view_of(s->der, s->der_len), &run->signers[i], err);
		if (r < 0)
			return r;
		judge(run, i, &report->known[i]);
	}
	while (let_in_round(log, report->known))
		;
	for (size_t i = 0; i < log->signers.n; i++)
		tell(run, &report->known[i], &log->signers.at[i]);
	report->reached |= 1u << EVD_CHECK_IDENTITY;
	return 0;
}
