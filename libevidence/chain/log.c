/* log: see log.h. */
#include "chain/log.h"

#include "base/text.h"
#include "chain/rights.h"
#include "chain/signature.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *evd_entry_file_name(unsigned f)
{
	static const char *const name[EVD_ENTRY_FILES] = {"entry.json", "entry.p7s", "records.jsonl",
	                                                  "token.tst"};

	return name[f];
}

void evd_log_init(struct evd_log *log, const char *base, const struct evd_findings *findings)
{
	memset(log, 0, sizeof *log);
	log->findings = findings;
	snprintf(log->base, sizeof log->base, "%s", base);
	evd_buf_init(&log->carry, EVD_MAX_RECORD_LINE + 1);
}

void evd_log_release(struct evd_log *log)
{
	for (size_t i = 0; i < log->signers.n; i++)
		free(log->signers.at[i].der);
	free(log->entries.at);
	free(log->items.at);
	free(log->signers.at);
	free(log->let_in.at);
	free(log->transfers.at);
	free(log->runs.at);
	free(log->named.at);
	free(log->disclosed.at);
	free(log->applied.at);
	evd_buf_release(&log->actor);
	evd_buf_release(&log->carry);
	evd_json_release(&log->json);
	evd_sha_release(&log->sha);
	memset(log, 0, sizeof *log);
}

static int found(struct evd_log *log, enum evd_finding_code code, const char *detail)
{
	char where[24];

	snprintf(where, sizeof where, "%" PRIu64, (uint64_t)log->entries.n);
	return evd_finding(log->findings, code, where, "%s", detail);
}

static int found_at(struct evd_log *log, uint64_t k, const char *detail)
{
	char where[48];

	snprintf(where, sizeof where, "%" PRIu64 "/%" PRIu64, (uint64_t)log->entries.n, k);
	return evd_finding(log->findings, EVD_F_RECORD_FORM, where, "%s", detail);
}

static int add_entry(struct evd_log *log, struct evd_error *err)
{
	if (!EVD_ROOM(&log->entries))
		return evd_nomem(err);
	memset(&log->entries.at[log->entries.n++], 0, sizeof *log->entries.at);
	return 0;
}

int evd_log_signed_by(struct evd_log *log, const struct evd_signer *s, struct evd_error *err)
{
	struct evd_log_signer *it;

	for (size_t i = 0; i < log->signers.n; i++)
		if (memcmp(log->signers.at[i].fingerprint, s->fingerprint, EVD_SHA256_LEN) == 0) {
			it = &log->signers.at[i];
			it->entries++;
			if (log->entry.time_ms < it->earliest_ms)
				it->earliest_ms = log->entry.time_ms;
			if (log->entry.time_ms > it->latest_ms)
				it->latest_ms = log->entry.time_ms;
			log->entry_signer = i;
			return 0;
		}
	if (log->signers.n == EVD_MAX_SIGNERS)
		return found(log, EVD_F_RIGHT_TO_WRITE, "more different signers than a log may have");
	if (!EVD_ROOM(&log->signers))
		return evd_nomem(err);
	it = &log->signers.at[log->signers.n];
	memset(it, 0, sizeof *it);
	it->der = malloc(s->der.len);
	if (!it->der)
		return evd_nomem(err);
	memcpy(it->der, s->der.p, s->der.len);
	it->der_len = s->der.len;
	memcpy(it->fingerprint, s->fingerprint, EVD_SHA256_LEN);
	it->first = log->entry.seq;
	it->earliest_ms = it->latest_ms = log->entry.time_ms;
	it->entries = 1;
	log->entry_signer = log->signers.n++;
	return 0;
}

static const char *link_fault(const struct evd_log *log)
{
	const struct evd_entry *e = &log->entry;
	const struct evd_log_entry *last;

	if (e->seq != log->entries.n)
		return "its number is not that of its folder";
	if (log->case_id[0] && strcmp(log->case_id, e->case_id) != 0)
		return "it belongs to another case";
	if (memcmp(log->base + 5, e->case_id, 8) != 0)
		return "the base folder is not that of the case";
	if (e->has_previous != (e->seq > 1))
		return "the first entry, and no other, has none before it";
	if (!e->has_previous)
		return NULL;
	last = &log->entries.at[e->seq - 2];
	if (memcmp(e->previous_entry, last->digest[EVD_FILE_ENTRY], EVD_SHA256_LEN) != 0)
		return "the entry before it is not the one it names";
	if (memcmp(e->previous_signature, last->digest[EVD_FILE_SIGNATURE], EVD_SHA256_LEN) != 0)
		return "the signature of the entry before is not the one it names";
	return NULL;
}

/* Step 2: form, and whether a token must be there. */
static int read_entry(struct evd_log *log, struct evd_view json, bool has_token,
                      struct evd_error *err)
{
	struct evd_error why = {0};
	char name[64];
	int r;

	log->before = log->entry;
	r = evd_entry_read(json, &log->json, &log->entry, &why);
	if (r == EVD_E_FORMAT)
		return found(log, EVD_F_ENTRY_FORM, why.text);
	if (r == EVD_E_UNSUPPORTED)
		return evd_finding(log->findings, EVD_F_FORMAT_NEWER, "", "%s", why.text);
	if (r)
		return evd_fail(err, r, "%s", why.text);
	if (log->entries.n > EVD_MAX_ENTRIES)
		return found(log, EVD_F_ENTRY_FORM, "more entries than a log may have");
	snprintf(name, sizeof name, "custody/%08u/token.tst", (unsigned)log->entries.n);
	if (log->entry.action == EVD_TIMESTAMP && !has_token)
		return evd_finding(log->findings, EVD_F_ENTRY_FILE_MISSING, name, "the token is missing");
	if (log->entry.action != EVD_TIMESTAMP && has_token) {
		char full[96];

		snprintf(full, sizeof full, "%s/%s", log->base, name);
		return evd_finding(log->findings, EVD_F_FILE_UNACCOUNTED, full, "only timestamps have one");
	}
	return 0;
}

/* Steps 3 and 4. */
static int check_link_and_signature(struct evd_log *log, struct evd_view p7s, struct evd_error *err)
{
	struct evd_log_entry *mine = &log->entries.at[log->entries.n - 1];
	struct evd_signed what;
	struct evd_signer signer;
	const char *fault = link_fault(log);
	char where[24];
	int r;

	if (fault)
		return found(log, EVD_F_ENTRY_LINK, fault);
	memcpy(what.digest, mine->digest[EVD_FILE_ENTRY], EVD_SHA256_LEN);
	what.time_ms = log->entry.time_ms;
	snprintf(where, sizeof where, "%" PRIu64, log->entry.seq);
	r = evd_signature_check(p7s, &what, log->entry.certificate, false, where, log->findings,
	                        &signer, err);
	if (r)
		return r;
	log->entry_checked = signer.checked;
	return evd_log_signed_by(log, &signer, err);
}

static void begin_records(struct evd_log *log)
{
	evd_merkle_init(&log->tree);
	evd_buf_reset(&log->carry);
	evd_buf_reset(&log->actor);
	log->k = log->n_content = log->n_scope = log->n_correction = log->n_seal_role = 0;
	log->wrong_role = 0;
	log->has_run = log->last_was_run = log->seal_digest_seen = false;
}

int evd_log_entry(struct evd_log *log, struct evd_view json, struct evd_view p7s, bool has_token,
                  struct evd_error *err)
{
	struct evd_log_entry *mine;
	int r = add_entry(log, err);

	if (r == 0)
		r = read_entry(log, json, has_token, err);
	if (r)
		return r;
	mine = &log->entries.at[log->entries.n - 1];
	mine->count = (uint32_t)log->entry.count;
	mine->has_token = has_token;
	mine->stamped = has_token ? (uint32_t)log->entry.details.entry : 0;
	mine->action = (uint8_t)log->entry.action;
	mine->time_ms = log->entry.time_ms;
	r = evd_sha256(json, mine->digest[EVD_FILE_ENTRY], err);
	if (r == 0)
		r = evd_sha256(p7s, mine->digest[EVD_FILE_SIGNATURE], err);
	if (r == 0)
		r = check_link_and_signature(log, p7s, err);
	if (r == 0)
		mine->signer = (uint16_t)log->entry_signer;
	if (r == 0)
		r = evd_rights_check(log, err);
	if (r == 0 && log->entry.seq > 1 && log->entry.time_ms < log->before.time_ms)
		r = found(log, EVD_F_TIME_BACKWARDS, "clock set back, or another clock");
	if (r == 0)
		r = evd_rights_apply(log, err);
	if (r)
		return r;
	memcpy(log->case_id, log->entry.case_id, sizeof log->case_id);
	begin_records(log);
	return evd_sha_begin(&log->sha, EVD_SHA256, err);
}

static bool ranges_full(const struct evd_log *log)
{
	return log->runs.n + log->named.n >= EVD_MAX_RANGES;
}

static int take_run(struct evd_log *log, struct evd_view line, struct evd_error *err)
{
	struct evd_withheld w;
	struct evd_error why = {0};
	struct evd_range range = {(uint32_t)log->entry.seq, 0, 0, 0, 0};
	uint8_t hash[EVD_SHA256_LEN];
	size_t at;
	int r = evd_withheld_read(line, &log->json, log->k, log->entry.count, &w, &why);

	if (r == EVD_E_FORMAT || (r == 0 && (log->last_was_run || ranges_full(log))))
		return found_at(log, log->k, r ? why.text : "two runs beside each other, or too many");
	if (r)
		return evd_fail(err, r, "%s", why.text);
	range.first = w.first;
	range.last = w.last;
	at = evd_json_find(&log->json, 0, "hashes") + 1;
	for (uint64_t pos = w.first - 1; pos < w.last; at++) {
		unsigned level = evd_merkle_span(pos, w.last - pos);

		if (!evd_unhex(log->json.node[at].raw, hash, sizeof hash))
			return evd_fail(err, EVD_E_INTERNAL, "hash of a withheld run lost");
		r = evd_merkle_add(&log->tree, hash, level, err);
		if (r)
			return r;
		pos += UINT64_C(1) << level;
	}
	log->k = w.last;
	log->has_run = log->last_was_run = true;
	log->n_withheld += w.last - w.first + 1;
	if (!EVD_ROOM(&log->runs))
		return evd_nomem(err);
	log->runs.at[log->runs.n++] = range;
	return 0;
}

/* Of the first item: the description of a case, the statement of a disclosure. */
static bool wrong_role(const struct evd_log *log, unsigned role)
{
	return (log->entry.action == EVD_OPEN && !log->has_run && role != EVD_ROLE_DESCRIPTION) ||
	       (log->entry.action == EVD_DISCLOSE && role != EVD_ROLE_STATEMENT);
}

static int take_content(struct evd_log *log, const struct evd_record *c, struct evd_error *err)
{
	bool intake = log->entry.action == EVD_ACQUIRE || log->entry.action == EVD_CAPTURE;
	struct evd_item *item;

	if ((intake && c->role == EVD_ROLE_NONE) != (c->exhibit != 0) ||
	    (c->exhibit && c->exhibit <= log->last_exhibit))
		return found_at(log, c->k, "exhibit number missing, out of place or not rising");
	if (log->n_content == 0 && wrong_role(log, c->role))
		log->wrong_role = c->k; /* said when the root fits (docs/verify.md §2.6) */
	if (log->items.n == EVD_MAX_ITEMS)
		return found_at(log, c->k, "more items than a bundle may have");
	if (!EVD_ROOM(&log->items))
		return evd_nomem(err);
	item = &log->items.at[log->items.n++];
	memset(item, 0, sizeof *item);
	item->seq = (uint32_t)log->entry.seq;
	item->k = (uint32_t)c->k;
	item->size = c->size;
	item->crc32 = c->crc32;
	item->role = (uint8_t)c->role;
	memcpy(item->sha256, c->sha256, EVD_SHA256_LEN);
	memcpy(item->ext, c->ext, sizeof item->ext);
	if (c->exhibit)
		log->last_exhibit = c->exhibit;
	log->n_content++;
	log->n_seal_role += c->role == EVD_ROLE_SEAL;
	if (c->role == EVD_ROLE_SEAL &&
	    memcmp(c->sha256, log->entry.details.seal_digest, EVD_SHA256_LEN) == 0)
		log->seal_digest_seen = true;
	return 0;
}

static int take_scope(struct evd_log *log, const struct evd_record *s, struct evd_error *err)
{
	const struct evd_entry *e = &log->entry;
	const struct evd_action_rule *rule = evd_action_rule(e->action);
	struct evd_range range = {(uint32_t)s->first.seq, (uint32_t)e->seq, s->first.k, s->last.k,
	                          (uint8_t)e->action};

	log->n_scope++;
	if (s->first.seq > e->seq || (rule->scope_earlier && s->first.seq == e->seq) ||
	    s->last.k > log->entries.at[s->first.seq - 1].count)
		return found_at(log, s->k, "scope names records that are not there");
	if (e->action != EVD_DISPOSE && e->action != EVD_LOST && e->action != EVD_DISCLOSE)
		return 0;
	if (ranges_full(log))
		return found_at(log, s->k, "more ranges than a log may have");
	if (!EVD_ROOM(&log->named))
		return evd_nomem(err);
	log->named.at[log->named.n++] = range;
	return 0;
}

static int take_actor(struct evd_log *log, struct evd_error *err)
{
	size_t at = evd_json_find(&log->json, 0, "actor");

	if (at == 0 || log->entry.action != EVD_SEAL)
		return 0;
	evd_put_view(&log->actor, log->json.node[at].raw);
	return evd_buf_check(&log->actor, err);
}

static int take_record(struct evd_log *log, struct evd_view line, struct evd_error *err)
{
	struct evd_record rec;
	struct evd_error why = {0};
	struct evd_id id = {log->entry.seq, log->k};
	uint8_t leaf[EVD_SHA256_LEN];
	int r = evd_record_read(line, &log->json, log->case_id, id, &rec, &why);

	if (r == EVD_E_FORMAT)
		return found_at(log, log->k, why.text);
	if (r)
		return evd_fail(err, r, "%s", why.text);
	log->last_was_run = false;
	r = evd_merkle_leaf(line, leaf, err);
	if (r == 0)
		r = evd_merkle_add(&log->tree, leaf, 0, err);
	if (r)
		return r;
	switch (rec.kind) {
	case EVD_KIND_CONTENT: r = take_content(log, &rec, err); break;
	case EVD_KIND_SCOPE: r = take_scope(log, &rec, err); break;
	case EVD_KIND_CIRCUMSTANCES: r = take_actor(log, err); break;
	case EVD_KIND_CORRECTION: log->n_correction++; break;
	default: break;
	}
	if (r == 0 && log->on_record)
		r = log->on_record(log->on_record_ctx, &rec, &log->json, line, err);
	return r;
}

static int take_line(struct evd_log *log, struct evd_view line, struct evd_error *err)
{
	log->k++;
	if (log->k > log->entry.count)
		return found(log, EVD_F_RECORDS_ALTERED, "more records than were signed");
	if (evd_record_is_withheld(line))
		return take_run(log, line, err);
	return take_record(log, line, err);
}

int evd_log_records_add(struct evd_log *log, struct evd_view piece, struct evd_error *err)
{
	int r = evd_sha_add(&log->sha, piece.p, piece.len, err);

	while (r == 0 && piece.len) {
		const uint8_t *lf = memchr(piece.p, '\n', piece.len);
		size_t n = lf ? (size_t)(lf - piece.p) : piece.len;
		struct evd_view line = {piece.p, n};

		if (!lf || log->carry.len) {
			evd_put(&log->carry, piece.p, n);
			if (log->carry.failed == EVD_E_LIMIT)
				return found_at(log, log->k + 1, "line longer than a record may be");
			r = evd_buf_check(&log->carry, err);
			line = evd_buf_view(&log->carry);
		}
		piece.p += n + (lf != NULL);
		piece.len -= n + (lf != NULL);
		if (r == 0 && lf) {
			r = take_line(log, line, err);
			evd_buf_reset(&log->carry);
		}
	}
	return r;
}

static const char *count_fault(const struct evd_log *log)
{
	const struct evd_action_rule *rule = evd_action_rule(log->entry.action);
	bool min_holds = !log->has_run || log->entry.action == EVD_DISCLOSE;

	if (log->n_content > rule->max_content || (min_holds && log->n_content < rule->min_content))
		return "it brings another number of items than its action does";
	if (log->n_scope < rule->min_scope ||
	    (log->entry.action == EVD_DISCLOSE && log->entry.details.extent == EVD_EXTRACT &&
	     log->n_scope == 0))
		return "it does not say which records it speaks of";
	if (log->n_correction < rule->min_correction)
		return "it brings no correction";
	if (log->entry.action == EVD_RECEIVE && log->n_seal_role && !log->seal_digest_seen)
		return "the seal received is not the one it names";
	return NULL;
}

int evd_log_records_end(struct evd_log *log, struct evd_error *err)
{
	uint8_t root[EVD_SHA256_LEN];
	const char *fault;
	int r =
	    evd_sha_end(&log->sha, log->entries.at[log->entries.n - 1].digest[EVD_FILE_RECORDS], err);

	if (r)
		return r;
	if (log->carry.len && log->k >= log->entry.count)
		return found(log, EVD_F_RECORDS_ALTERED, "more records than were signed");
	if (log->carry.len)
		return found_at(log, log->k + 1, "last line without its end");
	if (log->k < log->entry.count)
		return found(log, EVD_F_RECORDS_ALTERED, "fewer records than were signed");
	r = evd_merkle_root(&log->tree, root, err);
	if (r)
		return r;
	if (memcmp(root, log->entry.root, EVD_SHA256_LEN) != 0)
		return found(log, EVD_F_RECORDS_ALTERED, "the root of the records is another");
	log->n_records += log->k;
	if (log->wrong_role)
		return found_at(log, log->wrong_role,
		                "the first item has another role than its action asks for");
	fault = count_fault(log);
	return fault ? found(log, EVD_F_RECORD_FORM, fault) : 0;
}

int evd_log_token(struct evd_log *log, struct evd_view token, struct evd_error *err)
{
	uint8_t *digest = log->entries.at[log->entries.n - 1].digest[EVD_FILE_TOKEN];
	int r = evd_sha256(token, digest, err);

	if (r == 0 && memcmp(digest, log->entry.details.token, EVD_SHA256_LEN) != 0)
		r = found(log, EVD_F_TIMESTAMP_LINK, "the token is not the one named");
	return r;
}

void evd_log_totals(const struct evd_log *log, uint64_t *bytes, uint64_t *lost)
{
	*bytes = *lost = 0;
	for (size_t i = 0; i < log->items.n; i++) {
		*lost += log->items.at[i].lost;
		*bytes += log->items.at[i].lost ? 0 : log->items.at[i].size;
		if (*bytes > EVD_MAX_JSON_INT) /* records claim sizes; no file has them */
			*bytes = EVD_MAX_JSON_INT;
	}
}

int evd_log_end(struct evd_log *log, struct evd_error *err)
{
	(void)err;
	if (log->entry.action != EVD_SEAL)
		return found(log, EVD_F_LOG_UNSEALED, "the last entry is no seal");
	return 0;
}
