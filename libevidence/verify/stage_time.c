/* stage_time: stage 4, tokens before signers (docs/verify.md §3, docs/timestamp.md §3, §4). */
#include "verify/run.h"

#include "base/der.h"
#include "verify/hash_items.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char signature_name[] = "META-INF/signature001.p7s";

void evd_run_where(const struct evd_stamp *s, char out[48])
{
	if (s->kind == EVD_STAMP_ARCHIVE)
		snprintf(out, 48, "META-INF/timestamp%03u.tst", (unsigned)s->number);
	else if (s->kind == EVD_STAMP_SIGNATURE)
		snprintf(out, 48, "%s", signature_name);
	else
		snprintf(out, 48, "%llu", (unsigned long long)s->number);
}

void evd_run_use(struct evd_run *run, const struct evd_path *path)
{
	for (size_t i = 0; i < path->n; i++) {
		struct evd_cert *c = evd_hand_find(&run->hand, path->at[i]->sha256);

		if (c)
			c->used = true;
	}
}

/* ---- what there is ---- */

static int add_stamp(struct evd_run *run, enum evd_stamp_kind kind, uint64_t number,
                     uint64_t covers, struct evd_view der, struct evd_error *err)
{
	if (!EVD_ROOM(&run->stamps))
		return evd_nomem(err);
	run->stamps.at[run->stamps.n++] =
	    (struct evd_stamp){.kind = kind, .number = number, .covers = covers, .der = der};
	return 0;
}

/* Entry tokens are read again; stage 2 knew them by their digests. */
static int add_entry_tokens(struct evd_run *run, struct evd_error *err)
{
	const struct evd_log *log = &run->report->log;
	char name[EVD_MAX_NAME + 1], path[64];
	struct evd_member_file f;
	uint8_t digest[EVD_SHA256_LEN];
	int r = 0;

	evd_container_rewind(&run->c);
	for (size_t i = 0; i < log->entries.n && r == 0; i++) {
		struct evd_buf b = {0};

		if (!log->entries.at[i].has_token)
			continue;
		snprintf(path, sizeof path, "custody/%08zu/token.tst", i + 1);
		evd_run_name(run, name, path);
		do
			r = evd_container_next(&run->c, &f, err);
		while (r == 0 && strcmp(f.name, name) != 0);
		if (r == 0)
			r = evd_run_read(run, &f, &b, err);
		if (r == 0)
			r = evd_sha256(evd_buf_view(&b), digest, err);
		if (r == EVD_END || (r == 0 && memcmp(digest, log->entries.at[i].digest[EVD_FILE_TOKEN],
		                                      sizeof digest) != 0))
			r = evd_fail(err, EVD_E_IO, "the file changed while it was read");
		if (r == 0)
			r = add_stamp(run, EVD_STAMP_ENTRY, i + 1, log->entries.at[i].stamped, evd_buf_view(&b),
			              err);
		if (r == 0)
			run->stamps.at[run->stamps.n - 1].own = b;
		else
			evd_buf_release(&b);
	}
	return r;
}

static int collect(struct evd_run *run, struct evd_error *err)
{
	uint64_t all = run->report->log.entries.n;
	struct evd_view v = {NULL, 0}, token;
	struct evd_cursor c;
	int r = 0;

	for (unsigned n = run->c.archives; n > 0 && r == 0; n--)
		if (run->archive[n - 1].has_manifest && run->archive[n - 1].has_token)
			r = add_stamp(run, EVD_STAMP_ARCHIVE, n, all, evd_buf_view(&run->archive[n - 1].token),
			              err);
	evd_cursor_init(&c, run->seal.material.attributes);
	while (r == 0 && run->report->seal_fits && evd_der_next(&c, &v))
		if (evd_signature_token(v, &token))
			r = add_stamp(run, EVD_STAMP_SIGNATURE, 0, all, token, err);
	if (r == 0)
		r = add_entry_tokens(run, err);
	for (size_t i = 0; i < run->stamps.n && r == 0; i++) {
		struct evd_stamp *s = &run->stamps.at[i];

		r = evd_token_read(s->der, &s->t, err);
		s->formed = r == 0;
		r = r == EVD_END ? 0 : r;
	}
	return r;
}

static int add_set(struct evd_run *run, struct evd_view set, bool lists, struct evd_error *err)
{
	struct evd_view v = {NULL, 0};
	struct evd_cursor c;
	int r = 0;

	evd_cursor_init(&c, set);
	while (r == 0 && evd_der_next_of(&c, &v, lists ? EVD_OCSP_TAG : 0x30))
		r = lists ? evd_hand_add_list(&run->hand, v, err) : evd_hand_add(&run->hand, v, false, err);
	return r;
}

/* Records of role `validation`: the first 64 with the extension. Their bytes stay with the run. */
static int add_records(struct evd_run *run, const char *ext, struct evd_error *err)
{
	const struct evd_log *log = &run->report->log;
	unsigned n = 0;
	int r = 0;

	for (size_t i = 0; i < log->items.n && n < EVD_MAX_MATERIAL && r == 0; i++) {
		const struct evd_item *it = &log->items.at[i];
		struct evd_member_file f = {.off = it->off, .size = it->size, .crc32 = it->crc32};
		struct evd_buf *b = &run->kept[run->n_kept];

		if (it->role != EVD_ROLE_VALIDATION || strcmp(it->ext, ext) != 0 || it->lost ||
		    it->state != EVD_ITEM_FITS || it->size > EVD_MAX_P7S)
			continue;
		n++;
		run->n_kept++;
		r = evd_run_read(run, &f, b, err);
		if (r == 0)
			r = strcmp(ext, "crt") == 0 ? evd_hand_add(&run->hand, evd_buf_view(b), false, err)
			    : strcmp(ext, "crl") == 0
			        ? evd_hand_add_crl(&run->hand, evd_buf_view(b), err)
			        : evd_hand_add_answer(&run->hand, evd_buf_view(b), evd_buf_view(b), err);
	}
	return r;
}

/* Certificates, or lists, at hand: docs/verify.md §5.2, §5.3. */
static int gather(struct evd_run *run, bool lists, struct evd_error *err)
{
	const struct evd_trust *t = &run->o->trust;
	const struct evd_material *m = &run->seal.material;
	size_t n = lists ? t->lists.n : t->anchors.n;
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		const struct evd_trusted *it = lists ? &t->lists.at[i] : &t->anchors.at[i];
		struct evd_view der = evd_view_of(it->p, it->len);

		r = lists ? evd_hand_add_list(&run->hand, der, err)
		          : evd_hand_add(&run->hand, der, true, err);
	}
	if (r == 0 && run->report->seal_fits)
		r = add_set(run, lists ? m->lists : m->certificates, lists, err);
	for (size_t i = 0; i < run->stamps.n && r == 0; i++)
		if (run->stamps.at[i].formed)
			r = add_set(run, lists ? run->stamps.at[i].t.lists : run->stamps.at[i].t.certificates,
			            lists, err);
	return r ? r : add_records(run, lists ? "crl" : "crt", err);
}

/* ---- judging ---- */

static int imprint_of(struct evd_run *run, const struct evd_stamp *s, uint8_t *out,
                      struct evd_error *err)
{
	const uint8_t *digest =
	    s->kind == EVD_STAMP_ARCHIVE
	        ? run->archive[s->number - 1].manifest
	        : run->report->log.entries.at[s->covers - 1].digest[EVD_FILE_SIGNATURE];

	if (s->kind == EVD_STAMP_SIGNATURE)
		return evd_sha256(run->seal.value, out, err);
	memcpy(out, digest, EVD_SHA256_LEN);
	return 0;
}

/* An archive token is not earlier than the one before it, the first not than a signature token. */
static bool follows(const struct evd_run *run, const struct evd_stamp *s)
{
	for (size_t i = 0; s->kind == EVD_STAMP_ARCHIVE && i < run->stamps.n; i++) {
		const struct evd_stamp *o = &run->stamps.at[i];
		bool before = s->number == 1 ? o->kind == EVD_STAMP_SIGNATURE
		                             : o->kind == EVD_STAMP_ARCHIVE && o->number == s->number - 1;

		if (before && o->formed && s->t.time_ms < o->t.time_ms)
			return false;
	}
	return true;
}

static bool order_ok(const struct evd_run *run, const struct evd_stamp *s, const int64_t *latest)
{
	return s->t.time_ms <= (run->hand.at + 300) * 1000 &&
	       s->t.time_ms >= latest[s->covers - 1] - 300000 && follows(run, s);
}

/* The earliest accepted archive token among those judged, all of which cover what comes now. */
static int64_t covered(const struct evd_run *run, const struct evd_stamp *s)
{
	int64_t ms = INT64_MAX;

	for (const struct evd_stamp *a = run->stamps.at; a < s; a++)
		if (a->kind == EVD_STAMP_ARCHIVE && a->accepted && a->t.time_ms < ms)
			ms = a->t.time_ms;
	return ms;
}

static void tell(struct evd_run *run, const struct evd_stamp *s, enum evd_finding_code code,
                 const char *sub)
{
	struct evd_finding f = {.code = code, .sub = sub ? sub : evd_finding_kind(code)->sub};

	evd_run_where(s, f.where);
	snprintf(f.detail, sizeof f.detail, "%s",
	         s->kind == EVD_STAMP_ENTRY       ? "token of an entry"
	         : s->kind == EVD_STAMP_SIGNATURE ? "token over the seal's signature"
	                                          : "archive token");
	run->to.report(run->to.ctx, &f);
}

/* Steps 2 to 9; `sub` and `code` of the finding if it is not accepted. */
static int judge(struct evd_run *run, struct evd_stamp *s, const int64_t *latest,
                 enum evd_finding_code *code, const char **sub, struct evd_path *path,
                 struct evd_error *err)
{
	struct evd_token_rule rule = {.policies = run->o->trust.policies.at,
	                              .n_policies = run->o->trust.policies.n};
	struct evd_path_use use = {EVD_USE_AUTHORITY, s->t.time_ms / 1000, covered(run, s)};
	int r = imprint_of(run, s, rule.imprint, err);

	if (r == 0)
		r = evd_token_check(&s->t, &rule, code, sub, err);
	if (r)
		return r;
	*code = EVD_F_TIMESTAMP_ORDER;
	if (!order_ok(run, s, latest))
		return EVD_END;
	if (evd_trust_is_pinned(&run->o->trust, s->t.authority.sha256)) {
		s->standing = EVD_PINNED;
		return 0;
	}
	*code = EVD_F_TIMESTAMP_AUTHORITY;
	*sub = evd_path_find(&run->hand, &s->t.authority, &use, path);
	if (!*sub)
		s->standing = EVD_CHAINED;
	return *sub ? EVD_END : 0;
}

static int judge_one(struct evd_run *run, struct evd_stamp *s, const int64_t *latest,
                     struct evd_error *err)
{
	enum evd_finding_code code = EVD_F_TIMESTAMP_FORM;
	struct evd_path path = {.n = 0};
	const char *sub = NULL;
	int64_t from, to;
	int r = s->formed ? judge(run, s, latest, &code, &sub, &path, err) : EVD_END;

	if (r == EVD_END)
		tell(run, s, code, sub);
	if (r)
		return r == EVD_END ? 0 : r;
	s->accepted = true;
	evd_run_use(run, &path);
	if (evd_cert_dates(&s->t.authority, &from, &to) && to < run->hand.at &&
	    covered(run, s) == INT64_MAX)
		tell(run, s, EVD_F_TIMESTAMP_AGED, NULL);
	if (!evd_path_known(&run->hand, &path, s->t.time_ms / 1000))
		tell(run, s, EVD_F_AUTHORITY_STATUS_UNKNOWN, NULL);
	return 0;
}

static int judge_all(struct evd_run *run, struct evd_error *err)
{
	const struct evd_log *log = &run->report->log;
	int64_t *latest = run->stamps.n ? calloc(log->entries.n, sizeof *latest) : NULL;
	int r = 0;

	if (run->stamps.n && !latest)
		return evd_nomem(err);
	for (size_t i = 0; latest && i < log->entries.n; i++)
		latest[i] = i && latest[i - 1] > log->entries.at[i].time_ms ? latest[i - 1]
		                                                            : log->entries.at[i].time_ms;
	for (size_t i = 0; i < run->stamps.n && r == 0; i++)
		r = judge_one(run, &run->stamps.at[i], latest, err);
	free(latest);
	return r;
}

/* ---- what comes out ---- */

static void policy_text(const struct evd_token *t, char out[320])
{
	uint8_t der[2 + EVD_POLICY_MAX] = {6, (uint8_t)t->policy.len};
	const uint8_t *p = der;
	ASN1_OBJECT *o;

	memcpy(der + 2, t->policy.p, t->policy.len);
	o = d2i_ASN1_OBJECT(NULL, &p, 2 + (long)t->policy.len);
	out[0] = '\0';
	if (o)
		OBJ_obj2txt(out, 320, o, 1);
	ASN1_OBJECT_free(o);
}

static int note(struct evd_run *run, const struct evd_stamp *s, struct evd_error *err)
{
	struct evd_report *r = run->report;
	struct evd_told_token *t;

	if (!EVD_ROOM(&r->tokens))
		return evd_nomem(err);
	t = &r->tokens.at[r->tokens.n++];
	*t = (struct evd_told_token){.accepted = s->accepted,
	                             .standing = s->standing,
	                             .time_ms = s->t.time_ms,
	                             .accuracy_ms = s->t.accuracy_ms,
	                             .serial_len = s->t.serial.len};
	memcpy(t->authority, s->t.authority.sha256, sizeof t->authority);
	memcpy(t->serial, s->t.serial.p, s->t.serial.len);
	policy_text(&s->t, t->policy);
	evd_run_where(s, t->where);
	if (s->accepted && s->kind != EVD_STAMP_ENTRY &&
	    (!r->has_proved || s->t.time_ms < r->proved_ms)) {
		r->has_proved = true;
		r->proved_ms = s->t.time_ms;
	}
	return 0;
}

int evd_run_time(struct evd_run *run, struct evd_error *err)
{
	struct evd_report *report = run->report;
	int r = collect(run, err);

	run->hand.at = run->o->has_at ? run->o->at_ms / 1000 : run->o->now;
	run->hand.list_given = run->o->trust.lists.n > 0;
	if (r == 0)
		r = gather(run, false, err);
	if (r == 0)
		r = gather(run, true, err);
	if (r == 0)
		r = add_records(run, "ors", err);
	if (r == 0)
		r = judge_all(run, err);
	for (size_t i = 0; i < run->stamps.n && r == 0; i++)
		if (run->stamps.at[i].formed)
			r = note(run, &run->stamps.at[i], err);
	if (r)
		return r;
	if ((run->o->require_time || !report->log.entry.details.timestamp_none) && !report->has_proved)
		evd_finding(&run->to, EVD_F_TIMESTAMP_MISSING, signature_name, "%s",
		            run->o->require_time ? "asked for" : "the seal entry requires one");
	if (report->log.signers.n) /* none: an envelope whose signature does not fit */
		r = evd_run_signers(run, err);
	if (r == 0)
		evd_run_material(run);
	report->reached |= 1u << EVD_CHECK_TIME;
	ERR_clear_error();
	return r;
}

void evd_run_time_release(struct evd_run *run)
{
	for (size_t i = 0; i < run->stamps.n; i++) {
		evd_token_release(&run->stamps.at[i].t);
		evd_buf_release(&run->stamps.at[i].own);
	}
	free(run->stamps.at);
	for (unsigned i = 0; run->archive && i < run->c.archives; i++)
		evd_buf_release(&run->archive[i].token);
	free(run->archive);
	for (size_t i = 0; run->signers && i < run->report->log.signers.n; i++)
		evd_cert_release(&run->signers[i]);
	free(run->signers);
	evd_hand_release(&run->hand);
	for (size_t i = 0; i < run->n_kept; i++)
		evd_buf_release(&run->kept[i]);
}
