/* receipt: see receipt.h. */
#include "verify/receipt.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

void evd_receipt_release(struct evd_receipt *r)
{
	evd_buf_release(&r->entry);
	evd_buf_release(&r->signature);
	evd_buf_release(&r->records);
}

struct parts {
	struct evd_view entry, format, records, signature;
};

static const struct evd_member members[] = {
    {"entry", EVD_M_VIEW, false, offsetof(struct parts, entry), NULL},
    {"format", EVD_M_VIEW, false, offsetof(struct parts, format), NULL},
    {"records", EVD_M_VIEW, false, offsetof(struct parts, records), NULL},
    {"signature", EVD_M_VIEW, false, offsetof(struct parts, signature), NULL},
};

static int decode(struct evd_view v, struct evd_buf *out, struct evd_error *err)
{
	if (!evd_is_base64url(v, v.len / 4 * 3 + (v.len % 4 ? v.len % 4 - 1 : 0)))
		return evd_fail(err, EVD_E_FORMAT, "a part of the receipt is no base64url");
	evd_put_unbase64url(out, v);
	return evd_buf_check(out, err);
}

int evd_receipt_read(struct evd_view text, struct evd_receipt *out, struct evd_error *err)
{
	struct evd_json j = {0};
	struct parts p;
	int r = text.len > EVD_MAX_RECEIPT ? evd_fail(err, EVD_E_FORMAT, "larger than a receipt may be")
	                                   : evd_json_parse(&j, text, err);

	if (r == 0)
		r = evd_schema_read(&j, 0, members, sizeof members / sizeof *members, &p, err);
	if (r == 0 && !evd_view_is(p.format, EVD_RECEIPT_FORMAT))
		r = evd_fail(err, EVD_E_FORMAT, "no receipt of this format");
	if (r == 0)
		r = decode(p.entry, &out->entry, err);
	if (r == 0)
		r = decode(p.records, &out->records, err);
	if (r == 0)
		r = decode(p.signature, &out->signature, err);
	evd_json_release(&j);
	return r;
}

/* ---- judging: the entry is fed to a copy of the log ---- */

static bool copy(void **to, size_t *cap, const void *from, size_t n, size_t size)
{
	*to = n ? malloc(n * size) : NULL;
	*cap = n;
	if (*to)
		memcpy(*to, from, n * size);
	return *to || n == 0;
}

#define COPY(a)                                                                                    \
	(to->a.n = log->a.n,                                                                           \
	 copy((void **)&to->a.at, &to->a.cap, log->a.at, log->a.n, sizeof *log->a.at))

/* What further entries are judged by; items and runs of earlier ones are not needed. */
static int fork_log(const struct evd_log *log, const struct evd_findings *findings,
                    struct evd_log *to, struct evd_error *err)
{
	bool ok;

	evd_log_init(to, log->base, findings);
	memcpy(to->case_id, log->case_id, sizeof to->case_id);
	memcpy(to->custodian, log->custodian, sizeof to->custodian);
	to->closed = log->closed;
	to->in_case = true;
	to->last_exhibit = log->last_exhibit;
	to->entry = log->entry;
	to->before = log->before;
	ok = COPY(entries) && COPY(signers);
	/* the certificates stay the first log's: a new signer's is told apart by its place */
	for (size_t i = 0; ok && i < to->signers.n; i++)
		to->signers.at[i].der = NULL;
	ok = ok && COPY(let_in) && COPY(transfers) && COPY(disclosed) && COPY(applied);
	return ok ? 0 : evd_nomem(err);
}

struct heard {
	enum evd_finding_code first;
	bool any;
};

static void hear(void *ctx, const struct evd_finding *f)
{
	struct heard *h = ctx;

	if (!h->any && evd_finding_kind(f->code)->result != EVD_RESULT_NOTE) {
		h->any = true;
		h->first = f->code;
	}
}

static int feed(struct evd_log *log, const struct evd_receipt *rc, struct evd_error *err)
{
	int r = evd_log_entry(log, evd_buf_view(&rc->entry), evd_buf_view(&rc->signature), false, err);

	if (r == 0)
		r = evd_log_records_add(log, evd_buf_view(&rc->records), err);
	return r ? r : evd_log_records_end(log, err);
}

/* What can be said before the signature is looked at. */
static enum evd_receipt_result place(const struct evd_entry *e, const struct evd_log *log)
{
	if (e->action != EVD_RECEIVE && e->action != EVD_REFUSE)
		return EVD_RECEIPT_INVALID;
	if (strcmp(e->case_id, log->case_id) != 0)
		return EVD_RECEIPT_OTHER_CASE;
	return e->seq == log->entries.n + 1 ? EVD_RECEIPT_ACCEPTED : EVD_RECEIPT_OTHER_BUNDLE;
}

static int judge(const struct evd_receipt *rc, const struct evd_log *log, const uint8_t *seal,
                 struct evd_receipt_said *out, struct evd_error *err)
{
	struct heard heard = {0};
	const struct evd_findings to = {hear, &heard};
	struct evd_log fork;
	const struct evd_details *d = &fork.entry.details;
	int r = fork_log(log, &to, &fork, err);

	if (r == 0)
		r = feed(&fork, rc, err);
	if (r == EVD_STOP || (r == 0 && heard.any))
		out->result = heard.first == EVD_F_ENTRY_LINK              ? EVD_RECEIPT_OTHER_BUNDLE
		              : heard.first == EVD_F_ALGORITHM_UNSUPPORTED ? EVD_RECEIPT_UNVERIFIED
		                                                           : EVD_RECEIPT_INVALID;
	else if (r == 0 && seal && memcmp(d->seal_digest, seal, EVD_SHA256_LEN) != 0)
		out->result = EVD_RECEIPT_OTHER_BUNDLE;
	else if (r == 0)
		out->result = fork.entry.action == EVD_RECEIVE ? EVD_RECEIPT_ACCEPTED : EVD_RECEIPT_REFUSED;
	if (out->result == EVD_RECEIPT_ACCEPTED || out->result == EVD_RECEIPT_REFUSED) {
		memcpy(out->signer, fork.entry.certificate, EVD_SHA256_LEN);
		memcpy(out->transfer_id, d->transfer_id, sizeof out->transfer_id);
		out->time_ms = fork.entry.time_ms;
	}
	evd_log_release(&fork);
	return r == EVD_STOP ? 0 : r;
}

int evd_receipt_judge(struct evd_view text, const struct evd_log *log, const uint8_t *seal,
                      struct evd_receipt_said *out, struct evd_error *err)
{
	struct evd_receipt rc = {{0}, {0}, {0}};
	struct evd_json j = {0};
	struct evd_entry e;
	int r = evd_receipt_read(text, &rc, err);

	memset(out, 0, sizeof *out);
	if (r == 0 && rc.signature.len > EVD_MAX_P7S)
		r = EVD_E_FORMAT;
	if (r == 0)
		r = evd_entry_read(evd_buf_view(&rc.entry), &j, &e, err);
	evd_json_release(&j);
	if (r == EVD_E_FORMAT || r == EVD_E_UNSUPPORTED) {
		out->result = EVD_RECEIPT_INVALID;
		r = 0;
	} else if (r == 0) {
		out->result = place(&e, log);
		if (out->result == EVD_RECEIPT_ACCEPTED) {
			out->result = EVD_RECEIPT_INVALID;
			r = judge(&rc, log, seal, out, err);
		}
	}
	evd_receipt_release(&rc);
	return r;
}
