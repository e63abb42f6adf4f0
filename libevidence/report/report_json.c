/* report_json: see report.h; the members are those of docs/verify.md §6. */
#include "report/report.h"

#include "base/text.h"

#include <string.h>

#define SHOWN_MAX 200u /* code points of foreign text */

static void printable(struct evd_object *o, const char *key, struct evd_view v)
{
	struct evd_buf b = {0};

	evd_put_printable(&b, v, SHOWN_MAX);
	evd_object_str(o, key, evd_buf_view(&b));
	if (b.failed)
		o->failed = b.failed;
	evd_buf_release(&b);
}

static void string_or_null(struct evd_object *o, const char *key, const char *text)
{
	if (text)
		evd_object_cstr(o, key, text);
	else
		evd_object_null(o, key);
}

static void put_checks(struct evd_object *o, const struct evd_report *r)
{
	struct evd_object in;

	evd_object_init(&in);
	for (unsigned c = 0; c < EVD_CHECKS; c++)
		evd_object_cstr(&in, evd_check_name(c), evd_check_result(r, c));
	evd_object_object(o, "checks", &in);
	evd_object_release(&in);
}

static void put_counts(struct evd_object *o, const struct evd_report *r)
{
	struct evd_object in;
	uint64_t bytes = 0, lost = 0;

	for (size_t i = 0; i < r->log.items.n; i++) {
		lost += r->log.items.at[i].lost;
		bytes += r->log.items.at[i].lost ? 0 : r->log.items.at[i].size;
	}
	evd_object_init(&in);
	evd_object_int(&in, "bytes", bytes);
	evd_object_int(&in, "entries", r->log.entries.n);
	evd_object_int(&in, "items", r->log.items.n);
	evd_object_int(&in, "lost", lost);
	evd_object_int(&in, "records", r->log.n_records);
	evd_object_int(&in, "withheld", r->log.n_withheld);
	evd_object_object(o, "counts", &in);
	evd_object_release(&in);
}

static void put_findings(struct evd_object *o, const struct evd_report *r)
{
	static const char *const result[] = {"failed", "unknown", "note"};
	struct evd_buf list = {0};
	struct evd_object in;

	evd_object_init(&in);
	evd_put_u8(&list, '[');
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct evd_finding *f = &r->findings.at[i];
		const struct evd_finding_kind *kind = evd_finding_kind(f->code);

		evd_object_reset(&in);
		evd_object_cstr(&in, "check", evd_check_name(kind->check));
		evd_object_cstr(&in, "code", kind->code);
		evd_object_cstr(&in, "result", result[kind->result]);
		evd_object_cstr(&in, "where", f->where);
		if (i)
			evd_put_u8(&list, ',');
		if (evd_object_write(&in, &list, NULL))
			o->failed = EVD_E_NOMEM;
	}
	evd_put_u8(&list, ']');
	evd_object_raw(o, "findings", evd_buf_view(&list));
	if (list.failed)
		o->failed = list.failed;
	evd_buf_release(&list);
	evd_object_release(&in);
}

/* `actor` of the seal entry's first record: what it claims, a string or null each. */
static void put_actor(struct evd_object *o, const struct evd_log *log)
{
	static const char *const key[] = {"name", "organisation", "role"};
	struct evd_json j = {0};
	struct evd_object in;
	struct evd_view v;

	if (log->actor.len == 0 || evd_json_parse(&j, evd_buf_view(&log->actor), NULL)) {
		evd_object_null(o, "actor");
		evd_json_release(&j);
		return;
	}
	evd_object_init(&in);
	for (size_t i = 0; i < 3; i++) {
		struct evd_buf plain = {0};

		if (evd_json_string(&j, 0, key[i], &v)) {
			evd_put_unescaped(&plain, v);
			printable(&in, key[i], evd_buf_view(&plain));
		} else {
			evd_object_null(&in, key[i]);
		}
		evd_buf_release(&plain);
	}
	evd_object_object(o, "actor", &in);
	evd_object_release(&in);
	evd_json_release(&j);
}

static void put_sealed_by(struct evd_object *o, const struct evd_report *r)
{
	struct evd_object in;

	if (!r->seal_fits || !r->known) {
		evd_object_null(o, "sealedBy");
		return;
	}
	evd_object_init(&in);
	put_actor(&in, &r->log);
	evd_object_hex(&in, "fingerprint", r->log.entry.certificate, EVD_SHA256_LEN);
	evd_object_cstr(&in, "standing", evd_standing_name(r->known[r->log.entry_signer].standing));
	if (r->has_subject)
		printable(&in, "subject", evd_buf_view(&r->subject));
	else
		evd_object_null(&in, "subject");
	evd_object_object(o, "sealedBy", &in);
	evd_object_release(&in);
}

static void put_signers(struct evd_object *o, const struct evd_report *r)
{
	struct evd_buf list = {0};
	struct evd_object in;

	evd_object_init(&in);
	evd_put_u8(&list, '[');
	for (size_t i = 0; r->known && i < r->log.signers.n; i++) {
		const struct evd_log_signer *s = &r->log.signers.at[i];

		evd_object_reset(&in);
		evd_object_hex(&in, "certificate", s->fingerprint, EVD_SHA256_LEN);
		evd_object_int(&in, "entries", s->entries);
		evd_object_int(&in, "first", s->first);
		evd_object_cstr(&in, "standing", evd_standing_name(r->known[i].standing));
		if (i)
			evd_put_u8(&list, ',');
		if (evd_object_write(&in, &list, NULL))
			o->failed = EVD_E_NOMEM;
	}
	evd_put_u8(&list, ']');
	evd_object_raw(o, "signers", evd_buf_view(&list));
	if (list.failed)
		o->failed = list.failed;
	evd_buf_release(&list);
	evd_object_release(&in);
}

static void put_instant(struct evd_object *o, const char *key, int64_t ms)
{
	char text[EVD_TIME_LEN + 1];

	evd_time_format(text, ms);
	evd_object_cstr(o, key, text);
}

static void put_tokens(struct evd_object *o, const struct evd_report *r)
{
	struct evd_buf list = {0};
	struct evd_object in;

	evd_object_init(&in);
	evd_put_u8(&list, '[');
	for (size_t i = 0; i < r->tokens.n; i++) {
		const struct evd_told_token *t = &r->tokens.at[i];

		evd_object_reset(&in);
		evd_object_raw(&in, "accepted", evd_view_str(t->accepted ? "true" : "false"));
		if (t->accuracy_ms < 0)
			evd_object_null(&in, "accuracy");
		else
			evd_object_int(&in, "accuracy", (uint64_t)t->accuracy_ms);
		evd_object_hex(&in, "authority", t->authority, EVD_SHA256_LEN);
		evd_object_cstr(&in, "policy", t->policy);
		evd_object_hex(&in, "serial", t->serial, t->serial_len);
		evd_object_cstr(&in, "standing", evd_standing_name(t->standing));
		put_instant(&in, "time", t->time_ms);
		evd_object_cstr(&in, "where", t->where);
		if (i)
			evd_put_u8(&list, ',');
		if (evd_object_write(&in, &list, NULL))
			o->failed = EVD_E_NOMEM;
	}
	evd_put_u8(&list, ']');
	evd_object_raw(o, "tokens", evd_buf_view(&list));
	if (list.failed)
		o->failed = list.failed;
	evd_buf_release(&list);
	evd_object_release(&in);
}

static void put_time(struct evd_object *o, const struct evd_report *r)
{
	struct evd_object in;

	evd_object_init(&in);
	if (r->has_proved)
		put_instant(&in, "proved", r->proved_ms);
	else
		evd_object_null(&in, "proved");
	put_instant(&in, "recorded", r->log.entry.time_ms);
	if (r->tokens.n)
		put_tokens(&in, r);
	evd_object_object(o, "time", &in);
	evd_object_release(&in);
}

/* Of an envelope: who signed its cover, and what that claims. */
static void put_cover(struct evd_object *o, const struct evd_report *r)
{
	struct evd_object in;

	evd_object_cstr(o, "subject", "envelope");
	put_sealed_by(o, r);
	if (!r->has_cover) {
		evd_object_null(o, "time");
		return;
	}
	put_time(o, r);
	evd_object_init(&in);
	evd_object_hex(&in, "head", r->cover.head, EVD_SHA256_LEN);
	evd_object_int(&in, "records", r->cover.records);
	evd_object_hex(&in, "sealDigest", r->cover.seal_digest, EVD_SHA256_LEN);
	evd_object_object(o, "envelope", &in);
	evd_object_release(&in);
}

/* What is known only if the log was walked to its end. */
static void put_inside(struct evd_object *o, const struct evd_report *r)
{
	static const char *const none[] = {"caseId",     "counts",   "extent", "head",
	                                   "sealDigest", "sealedBy", "time"};
	const struct evd_log *log = &r->log;
	bool cover = r->envelope && evd_verdict(r) != EVD_REFUSED;

	if (!r->log_walked || evd_verdict(r) == EVD_REFUSED) {
		for (size_t i = 0; i < sizeof none / sizeof *none - (cover ? 2 : 0); i++)
			evd_object_null(o, none[i]);
		evd_object_raw(o, "signers", evd_view_str("[]"));
		if (cover)
			put_cover(o, r);
		else
			evd_object_cstr(o, "subject", "unknown");
		return;
	}
	evd_object_cstr(o, "caseId", log->case_id);
	put_counts(o, r);
	evd_object_cstr(o, "extent", log->entry.details.extent == EVD_WHOLE ? "whole" : "extract");
	evd_object_hex(o, "head", log->entries.at[log->entries.n - 1].digest[EVD_FILE_ENTRY],
	               EVD_SHA256_LEN);
	if (r->has_seal_digest)
		evd_object_hex(o, "sealDigest", r->seal_digest, EVD_SHA256_LEN);
	else
		evd_object_null(o, "sealDigest");
	put_sealed_by(o, r);
	put_signers(o, r);
	evd_object_cstr(o, "subject", evd_is_extract(r) ? "extract" : "bundle");
	put_time(o, r);
}

static void put_receipt(struct evd_object *o, const struct evd_receipt_said *said)
{
	static const char *const result[] = {NULL,           "accepted", "refused",   "other-case",
	                                     "other-bundle", "invalid",  "unverified"};
	struct evd_object in;
	char time[EVD_TIME_LEN + 1];

	if (said->result == EVD_RECEIPT_NOT_ASKED)
		return;
	evd_object_init(&in);
	evd_object_cstr(&in, "result", result[said->result]);
	if (said->result <= EVD_RECEIPT_REFUSED) {
		evd_time_format(time, said->time_ms);
		evd_object_cstr(&in, "recorded", time);
		evd_object_hex(&in, "signer", said->signer, EVD_SHA256_LEN);
		evd_object_cstr(&in, "transferId", said->transfer_id);
	}
	evd_object_object(o, "receipt", &in);
	evd_object_release(&in);
}

int evd_report_json(const struct evd_report *r, struct evd_buf *out, struct evd_error *err)
{
	static const char *const extends[] = {NULL,      "extends",    "same",       "fork",
	                                      "shorter", "other-case", "unverified", "branch"};
	const char *slash = strrchr(r->file, '/'), *name = slash ? slash + 1 : r->file;
	struct evd_object o;
	char at[EVD_TIME_LEN + 1];
	int result;

	evd_object_init(&o);
	if (r->has_at) {
		evd_time_format(at, r->at_ms);
		evd_object_cstr(&o, "at", at);
	}
	put_checks(&o, r);
	evd_object_int(&o, "exit", (uint64_t)evd_verdict_exit(r));
	if (r->extends)
		evd_object_cstr(&o, "extends", extends[r->extends]);
	printable(&o, "file", evd_view_str(name));
	put_findings(&o, r);
	evd_object_int(&o, "findingsOmitted", r->omitted);
	put_inside(&o, r);
	put_receipt(&o, &r->receipt);
	evd_object_int(&o, "rules", 1);
	evd_object_int(&o, "schema", 1);
	evd_object_int(&o, "size", r->size);
	string_or_null(&o, "subIndication", evd_verdict_sub(r));
	evd_object_cstr(&o, "verdict", evd_verdict_name(evd_verdict(r)));
	result = evd_object_write(&o, out, err);
	evd_put_u8(out, '\n');
	evd_object_release(&o);
	return result ? result : evd_buf_check(out, err);
}
