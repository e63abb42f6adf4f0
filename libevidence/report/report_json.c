/*
 * report_json: see report.h; the members are those of docs/verify.md §6. Canonical JSON (RFC 8785): what stands below stands in
 * the order of its names.
 */
#include "report/report.h"

#include "base/text.h"

#include <string.h>

#define SHOWN_MAX 200u /* code points of foreign text */

/* A comma, unless this is the first of a list or an object. */
static void next(struct evd_buf *b)
{
	if (b->len && b->data[b->len - 1] != '{' && b->data[b->len - 1] != '[')
		evd_put_u8(b, ',');
}

/* The beginning of a member, up to its value. */
static void key(struct evd_buf *b, const char *name)
{
	next(b);
	evd_putf(b, "\"%s\":", name);
}

/* A member that is no string: a number, null, or what begins or makes up a list or an object. */
static void put_raw(struct evd_buf *b, const char *name, const char *value)
{
	key(b, name);
	evd_put_str(b, value);
}

static void put_int(struct evd_buf *b, const char *name, uint64_t value)
{
	key(b, name);
	evd_put_dec(b, value);
}

static void put_hex(struct evd_buf *b, const char *name, const uint8_t *p, size_t len)
{
	key(b, name);
	evd_put_u8(b, '"');
	evd_put_hex(b, p, len);
	evd_put_u8(b, '"');
}

/* A string of ours, or null. */
static void put_string(struct evd_buf *b, const char *name, const char *text)
{
	key(b, name);
	if (text)
		evd_put_json_string(b, evd_view_str(text));
	else
		evd_put_str(b, "null");
}

/* Text of foreign origin. */
static void put_printable(struct evd_buf *b, const char *name, struct evd_view v)
{
	struct evd_buf shown = {0};

	evd_put_printable(&shown, v, SHOWN_MAX);
	key(b, name);
	evd_put_json_string(b, evd_buf_view(&shown));
	if (shown.failed)
		b->failed = shown.failed;
	evd_buf_release(&shown);
}

static void put_instant(struct evd_buf *b, const char *name, int64_t ms)
{
	char text[EVD_TIME_LEN + 1];

	evd_time_format(text, ms);
	put_string(b, name, text);
}

static void put_checks(struct evd_buf *b, const struct evd_report *r)
{
	static const enum evd_check sorted[EVD_CHECKS] = {
	    EVD_CHECK_COMPLETENESS, EVD_CHECK_CONTAINER,  EVD_CHECK_CUSTODY, EVD_CHECK_FIXITY,
	    EVD_CHECK_IDENTITY,     EVD_CHECK_SIGNATURES, EVD_CHECK_TIME,
	};

	put_raw(b, "checks", "{");
	for (size_t i = 0; i < EVD_CHECKS; i++)
		put_string(b, evd_check_name(sorted[i]), evd_check_result(r, sorted[i]));
	evd_put_u8(b, '}');
}

static void put_counts(struct evd_buf *b, const struct evd_log *log)
{
	uint64_t bytes, lost;

	evd_log_totals(log, &bytes, &lost);
	put_raw(b, "counts", "{");
	put_int(b, "bytes", bytes);
	put_int(b, "entries", log->entries.n);
	put_int(b, "items", log->items.n);
	put_int(b, "lost", lost);
	put_int(b, "records", log->n_records);
	put_int(b, "withheld", log->n_withheld);
	evd_put_u8(b, '}');
}

static void put_findings(struct evd_buf *b, const struct evd_report *r)
{
	static const char *const result[] = {"failed", "unknown", "note"};

	put_raw(b, "findings", "[");
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct evd_finding_kind *kind = evd_finding_kind(r->findings.at[i].code);

		next(b);
		evd_put_u8(b, '{');
		put_string(b, "check", evd_check_name(kind->check));
		put_string(b, "code", kind->code);
		put_string(b, "result", result[kind->result]);
		put_string(b, "where", r->findings.at[i].where);
		evd_put_u8(b, '}');
	}
	evd_put_u8(b, ']');
}

/* `actor` of the seal entry's first record: what it claims, a string or null each. */
static void put_actor(struct evd_buf *b, const struct evd_log *log)
{
	static const char *const member[] = {"name", "organisation", "role"};
	struct evd_json j = {0};
	struct evd_view v;

	if (log->actor.len == 0 || evd_json_parse(&j, evd_buf_view(&log->actor), NULL)) {
		put_raw(b, "actor", "null");
		evd_json_release(&j);
		return;
	}
	put_raw(b, "actor", "{");
	for (size_t i = 0; i < 3; i++) {
		struct evd_buf plain = {0};

		if (evd_json_string(&j, 0, member[i], &v)) {
			evd_put_unescaped(&plain, v);
			put_printable(b, member[i], evd_buf_view(&plain));
		} else {
			put_raw(b, member[i], "null");
		}
		evd_buf_release(&plain);
	}
	evd_put_u8(b, '}');
	evd_json_release(&j);
}

static void put_sealed_by(struct evd_buf *b, const struct evd_report *r)
{
	if (!r->seal_fits || !r->known) {
		put_raw(b, "sealedBy", "null");
		return;
	}
	put_raw(b, "sealedBy", "{");
	put_actor(b, &r->log);
	put_hex(b, "fingerprint", r->log.entry.certificate, EVD_SHA256_LEN);
	put_string(b, "standing", evd_standing_name(r->known[r->log.entry_signer].standing));
	if (r->has_subject)
		put_printable(b, "subject", evd_buf_view(&r->subject));
	else
		put_raw(b, "subject", "null");
	evd_put_u8(b, '}');
}

static void put_signers(struct evd_buf *b, const struct evd_report *r, bool walked)
{
	put_raw(b, "signers", "[");
	for (size_t i = 0; walked && r->known && i < r->log.signers.n; i++) {
		const struct evd_log_signer *s = &r->log.signers.at[i];

		next(b);
		evd_put_u8(b, '{');
		put_hex(b, "certificate", s->fingerprint, EVD_SHA256_LEN);
		put_int(b, "entries", s->entries);
		put_int(b, "first", s->first);
		put_string(b, "standing", evd_standing_name(r->known[i].standing));
		evd_put_u8(b, '}');
	}
	evd_put_u8(b, ']');
}

static void put_tokens(struct evd_buf *b, const struct evd_report *r)
{
	put_raw(b, "tokens", "[");
	for (size_t i = 0; i < r->tokens.n; i++) {
		const struct evd_told_token *t = &r->tokens.at[i];

		next(b);
		evd_put_u8(b, '{');
		put_raw(b, "accepted", t->accepted ? "true" : "false");
		if (t->accuracy_ms < 0)
			put_raw(b, "accuracy", "null");
		else
			put_int(b, "accuracy", (uint64_t)t->accuracy_ms);
		put_hex(b, "authority", t->authority, EVD_SHA256_LEN);
		put_string(b, "policy", t->policy);
		put_hex(b, "serial", t->serial, t->serial_len);
		put_string(b, "standing", evd_standing_name(t->standing));
		put_instant(b, "time", t->time_ms);
		put_string(b, "where", t->where);
		evd_put_u8(b, '}');
	}
	evd_put_u8(b, ']');
}

static void put_time(struct evd_buf *b, const struct evd_report *r)
{
	put_raw(b, "time", "{");
	if (r->has_proved)
		put_instant(b, "proved", r->proved_ms);
	else
		put_raw(b, "proved", "null");
	put_instant(b, "recorded", r->log.entry.time_ms);
	if (r->tokens.n)
		put_tokens(b, r);
	evd_put_u8(b, '}');
}

/* Of an envelope: what its cover claims. */
static void put_cover(struct evd_buf *b, const struct evd_cover *cover)
{
	put_raw(b, "envelope", "{");
	put_hex(b, "head", cover->head, EVD_SHA256_LEN);
	put_int(b, "records", cover->records);
	put_hex(b, "sealDigest", cover->seal_digest, EVD_SHA256_LEN);
	evd_put_u8(b, '}');
}

static void put_receipt(struct evd_buf *b, const struct evd_receipt_said *said)
{
	static const char *const result[] = {NULL,           "accepted", "refused",   "other-case",
	                                     "other-bundle", "invalid",  "unverified"};

	if (said->result == EVD_RECEIPT_NOT_ASKED)
		return;
	put_raw(b, "receipt", "{");
	if (said->result <= EVD_RECEIPT_REFUSED)
		put_instant(b, "recorded", said->time_ms);
	put_string(b, "result", result[said->result]);
	if (said->result <= EVD_RECEIPT_REFUSED) {
		put_hex(b, "signer", said->signer, EVD_SHA256_LEN);
		put_string(b, "transferId", said->transfer_id);
	}
	evd_put_u8(b, '}');
}

int evd_report_json(const struct evd_report *r, struct evd_buf *out, struct evd_error *err)
{
	static const char *const extends[] = {NULL,      "extends",    "same",       "fork",
	                                      "shorter", "other-case", "unverified", "branch"};
	const char *slash = strrchr(r->file, '/'), *name = slash ? slash + 1 : r->file;
	const struct evd_log *log = &r->log;
	bool refused = evd_verdict(r) == EVD_REFUSED;
	bool walked = r->log_walked && !refused; /* else the log inside is not known */
	bool cover = !walked && r->envelope && !refused;

	evd_put_u8(out, '{');
	if (r->has_at)
		put_instant(out, "at", r->at_ms);
	put_string(out, "caseId", walked ? log->case_id : NULL);
	put_checks(out, r);
	if (walked)
		put_counts(out, log);
	else
		put_raw(out, "counts", "null");
	if (cover && r->has_cover)
		put_cover(out, &r->cover);
	put_int(out, "exit", (uint64_t)evd_verdict_exit(r));
	if (r->extends)
		put_string(out, "extends", extends[r->extends]);
	put_string(out, "extent",
	           !walked                                  ? NULL
	           : log->entry.details.extent == EVD_WHOLE ? "whole"
	                                                    : "extract");
	put_printable(out, "file", evd_view_str(name));
	put_findings(out, r);
	put_int(out, "findingsOmitted", r->omitted);
	if (walked)
		put_hex(out, "head", log->entries.at[log->entries.n - 1].digest[EVD_FILE_ENTRY],
		        EVD_SHA256_LEN);
	else
		put_raw(out, "head", "null");
	put_receipt(out, &r->receipt);
	put_int(out, "rules", 1);
	put_int(out, "schema", 1);
	if (walked && r->has_seal_digest)
		put_hex(out, "sealDigest", r->seal_digest, EVD_SHA256_LEN);
	else
		put_raw(out, "sealDigest", "null");
	if (walked || cover)
		put_sealed_by(out, r);
	else
		put_raw(out, "sealedBy", "null");
	put_signers(out, r, walked);
	put_int(out, "size", r->size);
	put_string(out, "subIndication", evd_verdict_sub(r));
	put_string(out, "subject",
	           cover               ? "envelope"
	           : !walked           ? "unknown"
	           : evd_is_extract(r) ? "extract"
	                               : "bundle");
	if (walked || (cover && r->has_cover))
		put_time(out, r);
	else
		put_raw(out, "time", "null");
	put_string(out, "verdict", evd_verdict_name(evd_verdict(r)));
	evd_put_str(out, "}\n");
	return evd_buf_check(out, err);
}
