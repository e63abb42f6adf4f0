/* rights: see rights.h. */
#include "chain/rights.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool same(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, EVD_SHA256_LEN) == 0;
}

static bool admitted_as(const struct evd_log *log, const uint8_t *fingerprint, unsigned as)
{
	for (size_t i = 0; i < log->let_in.n; i++)
		if (log->let_in.at[i].in_force && log->let_in.at[i].as == as &&
		    same(log->let_in.at[i].certificate, fingerprint))
			return true;
	return false;
}

static bool is_custodian(const struct evd_log *log, const uint8_t *fingerprint)
{
	return same(log->custodian, fingerprint) || admitted_as(log, fingerprint, EVD_AS_DEVICE) ||
	       admitted_as(log, fingerprint, EVD_AS_RENEWED);
}

/* Of all but receive and refuse, which a transfer alone allows. */
static bool may_write(const struct evd_log *log, const uint8_t fingerprint[EVD_SHA256_LEN],
                      unsigned action)
{
	if (is_custodian(log, fingerprint))
		return true;
	if (action != EVD_ADMIT && action != EVD_TRANSFER &&
	    admitted_as(log, fingerprint, EVD_AS_COLLEAGUE))
		return true;
	return action == EVD_NOTE && admitted_as(log, fingerprint, EVD_AS_WITNESS);
}

/* The transfer that the present entry answers; NULL if there is none it may answer. */
static struct evd_transfer *answered(const struct evd_log *log)
{
	const struct evd_entry *e = &log->entry;

	for (size_t i = 0; i < log->transfers.n; i++) {
		struct evd_transfer *t = &log->transfers.at[i];

		if (t->open && strcmp(t->id, e->details.transfer_id) == 0 &&
		    (!t->recipient.present || same(t->recipient.sha256, e->certificate)))
			return t;
	}
	return NULL;
}

/* The extent that entry `seq` disclosed, -1 if it did not. */
static int disclosed_as(const struct evd_log *log, uint64_t seq)
{
	for (size_t i = 0; i < log->disclosed.n; i++)
		if (log->disclosed.at[i] >> 1 == seq)
			return log->disclosed.at[i] & 1 ? EVD_EXTRACT : EVD_WHOLE;
	return -1;
}

/* A seal without disclose is whole; one with names an earlier disclose of its own extent. */
static bool seal_fits(const struct evd_log *log)
{
	const struct evd_details *d = &log->entry.details;

	if (d->disclose == 0)
		return d->extent == EVD_WHOLE;
	return disclosed_as(log, d->disclose) == (int)d->extent;
}

static const char *order_fault(const struct evd_log *log)
{
	const struct evd_entry *e = &log->entry;

	if ((e->seq == 1) != (e->action == EVD_OPEN))
		return "entry 1, and no other, opens the case";
	if (log->closed && !evd_action_rule(e->action)->after_close)
		return "not after the case was closed";
	if (e->action == EVD_RECEIVE && log->before.action != EVD_SEAL)
		return "a receive follows a seal";
	if (e->action == EVD_SEAL && !seal_fits(log))
		return "the seal names no disclose entry of its extent";
	return NULL;
}

static bool timestamp_fits(const struct evd_log *log)
{
	const struct evd_details *d = &log->entry.details;

	return d->entry >= 1 && d->entry < log->entry.seq &&
	       same(d->signature, log->entries.at[d->entry - 1].digest[EVD_FILE_SIGNATURE]);
}

static bool has_right(const struct evd_log *log)
{
	const struct evd_entry *e = &log->entry;
	bool answer = e->action == EVD_RECEIVE || e->action == EVD_REFUSE;

	if (e->seq == 1)
		return !answer;
	return answer ? answered(log) != NULL : may_write(log, e->certificate, e->action);
}

int evd_rights_check(struct evd_log *log, struct evd_error *err)
{
	const struct evd_entry *e = &log->entry;
	const char *fault;
	char where[24];

	(void)err;
	snprintf(where, sizeof where, "%" PRIu64, e->seq);
	if (!has_right(log))
		return evd_finding(log->findings, EVD_F_RIGHT_TO_WRITE, where, "action %s",
		                   evd_action_rule(e->action)->name);
	fault = order_fault(log);
	if (fault)
		return evd_finding(log->findings, EVD_F_ACTION_ORDER, where, "%s", fault);
	if (e->action == EVD_TIMESTAMP && !timestamp_fits(log))
		return evd_finding(log->findings, EVD_F_TIMESTAMP_LINK, where,
		                   "entry or signature is not the one named");
	return 0;
}

static int add_let_in(struct evd_log *log, size_t by, const uint8_t *certificate, unsigned as,
                      bool in_force, struct evd_error *err)
{
	struct evd_let_in *l;

	if (!EVD_ROOM(&log->let_in))
		return evd_nomem(err);
	l = &log->let_in.at[log->let_in.n++];
	l->by = by;
	l->as = as;
	l->in_force = in_force;
	memcpy(l->certificate, certificate, EVD_SHA256_LEN);
	return 0;
}

static int add_transfer(struct evd_log *log, struct evd_error *err)
{
	struct evd_transfer *t;

	if (!EVD_ROOM(&log->transfers))
		return evd_nomem(err);
	t = &log->transfers.at[log->transfers.n++];
	memcpy(t->id, log->entry.details.transfer_id, sizeof t->id);
	t->recipient = log->entry.details.recipient;
	t->by = log->entry_signer;
	t->open = true;
	t->received = 0;
	return 0;
}

/* A receive opens a branch: its signer is custodian, what was admitted before no longer counts. */
static int begin_branch(struct evd_log *log, struct evd_error *err)
{
	const struct evd_details *seal = &log->before.details;
	struct evd_transfer *t = answered(log);
	int r = 0;

	if (t->recipient.present)
		r = add_let_in(log, t->by, log->entry.certificate, 0, false, err);
	if (r == 0 && seal->disclose && seal->extent == EVD_EXTRACT) {
		if (!EVD_ROOM(&log->applied))
			return evd_nomem(err);
		log->applied.at[log->applied.n++] = (uint32_t)seal->disclose;
	}
	t->received = (uint32_t)log->entry.seq;
	memcpy(log->custodian, log->entry.certificate, EVD_SHA256_LEN);
	for (size_t i = 0; i < log->let_in.n; i++)
		log->let_in.at[i].in_force = false;
	for (size_t i = 0; i < log->transfers.n; i++)
		log->transfers.at[i].open = false;
	log->closed = false;
	return r;
}

int evd_rights_apply(struct evd_log *log, struct evd_error *err)
{
	const struct evd_entry *e = &log->entry;
	struct evd_transfer *t;
	int r = 0;

	switch (e->action) {
	case EVD_OPEN: memcpy(log->custodian, e->certificate, EVD_SHA256_LEN); break;
	case EVD_CLOSE: log->closed = true; break;
	case EVD_ADMIT:
		r = add_let_in(log, log->entry_signer, e->details.certificate, e->details.as, true, err);
		break;
	case EVD_TRANSFER: r = add_transfer(log, err); break;
	case EVD_RECEIVE: r = begin_branch(log, err); break;
	case EVD_REFUSE:
		t = answered(log);
		t->open = false;
		if (t->recipient.present)
			r = add_let_in(log, t->by, e->certificate, 0, false, err);
		break;
	case EVD_DISCLOSE:
		if (!EVD_ROOM(&log->disclosed))
			return evd_nomem(err);
		log->disclosed.at[log->disclosed.n++] =
		    (uint32_t)e->seq << 1 | (e->details.extent == EVD_EXTRACT);
		break;
	default: break;
	}
	return r;
}
