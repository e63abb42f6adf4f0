/* commit: one entry, built aside and made part of the case by one rename (docs/format.md §1). */
#include "chain/case.h"

#include "base/text.h"
#include "chain/rights.h"
#include "platform/clock.h"
#include "platform/files.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FLUSH_AT (UINT32_C(256) << 10)
#define YEAR_10000 INT64_C(253402300800000) /* ms */

/* A member of ours, its value as spelt. */
struct own_member {
	const char *key;
	struct evd_view json;
};

static void close_all(struct evd_draft *d)
{
	int *fd[] = {&d->records, &d->data, &d->custody, &d->dir};

	for (size_t i = 0; i < sizeof fd / sizeof *fd; i++)
		if (*fd[i] >= 0)
			close(*fd[i]);
	d->records = d->data = d->custody = d->dir = -1;
	evd_buf_release(&d->line);
	evd_buf_release(&d->own);
	evd_buf_release(&d->out);
	evd_object_release(&d->details);
	evd_object_release(&d->scratch);
}

void evd_entry_abandon(struct evd_draft *d)
{
	if (!d->c)
		return;
	close_all(d);
	if (d->name[0])
		evd_remove_tree(d->c->incoming, d->name);
	d->c = NULL;
}

static int make_folders(struct evd_draft *d, struct evd_error *err)
{
	uint8_t salt[8];
	int r = evd_random(salt, sizeof salt, err);

	snprintf(d->name, sizeof d->name, "entry-");
	evd_hex(d->name + strlen(d->name), salt, sizeof salt);
	if (r == 0)
		r = evd_dir_make(d->c->incoming, d->name, err);
	if (r == 0)
		r = evd_dir_open(d->c->incoming, d->name, &d->dir, err);
	if (r == 0)
		r = evd_dir_make(d->dir, "custody", err);
	if (r == 0)
		r = evd_dir_make(d->dir, "data", err);
	if (r == 0)
		r = evd_dir_open(d->dir, "custody", &d->custody, err);
	if (r == 0)
		r = evd_dir_open(d->dir, "data", &d->data, err);
	if (r == 0)
		r = evd_file_create(d->custody, "records.jsonl", &d->records, err);
	return r;
}

static int flush(struct evd_draft *d, struct evd_error *err)
{
	int r = evd_buf_check(&d->out, err);

	if (r == 0)
		r = evd_file_write(d->records, d->out.data, d->out.len, err);
	evd_buf_reset(&d->out);
	return r;
}

uint64_t evd_entry_next(const struct evd_draft *d)
{
	return d->entry.count + 1;
}

/* Into `b` the id of the next record and its salt in base64url, each with its quotes; *id_len bytes are the id. */
static int put_id_and_salt(struct evd_draft *d, struct evd_buf *b, size_t *id_len,
                           struct evd_error *err)
{
	int r;

	if (d->salts_left == 0) { /* drawn many at a time: each draw costs more than a record's hash */
		r = evd_random(d->salts, sizeof d->salts, err);
		if (r)
			return r;
		d->salts_left = sizeof d->salts / EVD_SALT_LEN;
	}
	d->salts_left--;
	evd_buf_reset(b);
	evd_put_u8(b, '"');
	evd_put_dec(b, d->entry.seq);
	evd_put_u8(b, '/');
	evd_put_dec(b, d->entry.count + 1);
	evd_put_u8(b, '"');
	*id_len = b->len;
	evd_put_u8(b, '"');
	evd_put_base64url(b, d->salts + d->salts_left * EVD_SALT_LEN, EVD_SALT_LEN);
	evd_put_u8(b, '"');
	return evd_buf_check(b, err);
}

/* d->line is a whole record: hashed, kept, counted. */
static int take_line(struct evd_draft *d, uint64_t *k, struct evd_error *err)
{
	uint8_t leaf[EVD_SHA256_LEN];
	int r = evd_buf_check(&d->line, err);

	if (r == 0 && d->line.len > EVD_MAX_RECORD_LINE)
		r = evd_fail(err, EVD_E_LIMIT, "a record is longer than %u bytes", EVD_MAX_RECORD_LINE);
	if (r == 0)
		r = evd_merkle_leaf(evd_buf_view(&d->line), leaf, err);
	if (r == 0)
		r = evd_merkle_add(&d->tree, leaf, 0, err);
	if (r)
		return r;
	d->entry.count++;
	if (k)
		*k = d->entry.count;
	evd_put_view(&d->out, evd_buf_view(&d->line));
	evd_put_u8(&d->out, '\n');
	return d->out.len < FLUSH_AT ? evd_buf_check(&d->out, err) : flush(d, err);
}

int evd_entry_record(struct evd_draft *d, struct evd_object *record, uint64_t *k,
                     struct evd_error *err)
{
	size_t id;
	int r = put_id_and_salt(d, &d->own, &id, err);

	if (r)
		return r;
	evd_object_cstr(record, "case", d->entry.case_id);
	evd_object_raw(record, "id", evd_view_of(d->own.data, id));
	evd_object_raw(record, "salt", evd_view_of(d->own.data + id, d->own.len - id));
	evd_buf_reset(&d->line);
	r = evd_object_write(record, &d->line, err);
	return r ? r : take_line(d, k, err);
}

/* Members that stand next to each other, without the commas about them. */
static void put_run(struct evd_buf *b, const uint8_t *from, const uint8_t *to)
{
	if (to > from && to[-1] == ',')
		to--;
	if (to == from)
		return;
	if (b->len > 1)
		evd_put_u8(b, ',');
	evd_put(b, from, (size_t)(to - from));
}

static void put_own(struct evd_buf *b, const struct own_member *m)
{
	evd_put_str(b, b->len > 1 ? ",\"" : "\"");
	evd_put_str(b, m->key);
	evd_put(b, "\":", 2);
	evd_put_view(b, m->json);
}

int evd_entry_line(struct evd_draft *d, const struct evd_json *j, struct evd_view item,
                   struct evd_view reader, struct evd_error *err)
{
	struct own_member own[] = {{"case", {NULL, 0}},
	                           {"id", {NULL, 0}},
	                           {"item", item},
	                           {"reader", reader},
	                           {"salt", {NULL, 0}}};
	const size_t n = sizeof own / sizeof *own;
	const struct evd_view line = j->node[0].raw;
	const uint8_t *run = line.p + 1, *end = line.p + line.len - 1;
	struct evd_buf *b = &d->line;
	char case_id[sizeof d->entry.case_id + 2];
	size_t id, at = 1, k = 0;
	int r = put_id_and_salt(d, &d->own, &id, err);

	if (r)
		return r;
	own[0].json =
	    evd_view_of(case_id, (size_t)snprintf(case_id, sizeof case_id, "\"%s\"", d->entry.case_id));
	own[1].json = evd_view_of(d->own.data, id);
	own[4].json = evd_view_of(d->own.data + id, d->own.len - id);
	evd_buf_reset(b);
	evd_put_u8(b, '{');
	for (uint32_t i = 0; i < j->node[0].count && k < n; i++, at = j->node[at].next) {
		const struct evd_view key = j->node[at].key;
		int order = 1;

		while (k < n && (order = evd_view_cmp(evd_view_str(own[k].key), key)) < 0) {
			put_run(b, run, key.p - 1);
			run = key.p - 1;
			put_own(b, &own[k++]);
		}
		if (k < n && order == 0) { /* ours stands in its place */
			put_run(b, run, key.p - 1);
			run = i + 1 < j->node[0].count ? j->node[j->node[at].next].key.p - 1 : end;
		}
	}
	put_run(b, run, end);
	while (k < n)
		put_own(b, &own[k++]);
	evd_put_u8(b, '}');
	return take_line(d, NULL, err);
}

static void put_if(struct evd_object *o, const char *key, const char *text)
{
	if (text && *text)
		evd_object_bytes(o, key, evd_view_str(text));
}

/* The record's form has strings alone, no bytes (docs/format.md §3): one that is no UTF-8 would be a log that does not
 * hold, so it is not begun. */
static int put_words(struct evd_object *o, const struct evd_circumstances *x, struct evd_error *err)
{
	const struct {
		const char *key, *text;
	} words[] = {{"authority", x->authority},   {"condition", x->condition},
	             {"consent", x->consent},       {"legalBasis", x->legal_basis},
	             {"medium", x->medium},         {"purpose", x->purpose},
	             {"reason", x->reason},         {"recipient", x->recipient},
	             {"sealNumber", x->seal_number}};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (words[i].text && !evd_is_utf8(evd_view_str(words[i].text)))
			return evd_fail(err, EVD_E_MISUSE,
			                "what was given as %s is not UTF-8; nothing was recorded",
			                words[i].key);
		put_if(o, words[i].key, words[i].text);
	}
	if (x->not_taken)
		evd_object_int(o, "notTaken", x->not_taken);
	return 0;
}

static int add_circumstances(struct evd_draft *d, const struct evd_actor *actor,
                             const struct evd_circumstances *x, struct evd_error *err)
{
	struct evd_object *o = &d->scratch, in;
	int r;

	evd_object_init(&in);
	evd_object_reset(o);
	evd_object_cstr(o, "kind", "circumstances");
	put_if(&in, "name", actor->name);
	put_if(&in, "role", actor->role);
	put_if(&in, "organisation", actor->organisation);
	evd_object_object(o, "actor", &in);
	evd_object_reset(&in);
	evd_clock_record(d->entry.case_id, &in);
	evd_object_object(o, "clock", &in);
	evd_object_reset(&in);
	evd_host_record(&in);
	evd_object_object(o, "host", &in);
	evd_object_release(&in);
	r = x ? put_words(o, x, err) : 0;
	return r ? r : evd_entry_record(d, o, NULL, err);
}

int evd_entry_begin(struct evd_case *c, enum evd_action action, const struct evd_actor *actor,
                    const struct evd_circumstances *circumstances, struct evd_draft *d,
                    struct evd_error *err)
{
	struct evd_log *log = &c->log;
	size_t n = log->entries.n;
	int r;

	memset(d, 0, sizeof *d);
	d->c = c;
	d->dir = d->custody = d->data = d->records = -1;
	evd_object_init(&d->details);
	evd_object_init(&d->scratch);
	evd_merkle_init(&d->tree);
	d->entry.seq = n + 1;
	d->entry.action = action;
	memcpy(d->entry.case_id, log->case_id, sizeof d->entry.case_id);
	d->entry.has_previous = n > 0;
	if (n) {
		memcpy(d->entry.previous_entry, log->entries.at[n - 1].digest[EVD_FILE_ENTRY],
		       EVD_SHA256_LEN);
		memcpy(d->entry.previous_signature, log->entries.at[n - 1].digest[EVD_FILE_SIGNATURE],
		       EVD_SHA256_LEN);
	}
	r = make_folders(d, err);
	if (r == 0)
		r = add_circumstances(d, actor, circumstances, err);
	if (r)
		evd_entry_abandon(d);
	return r;
}

int evd_entry_content(struct evd_draft *d, const char *temporary, const struct evd_content *content,
                      uint64_t *k, struct evd_error *err)
{
	struct evd_id id = {d->entry.seq, d->entry.count + 1};
	char path[EVD_PAYLOAD_PATH], crc[16];
	struct evd_object *o = &d->scratch;
	int r;

	evd_payload_path(path, id, content->ext);
	r = evd_rename_new(d->data, temporary, d->data, strrchr(path, '/') + 1, err);
	if (r)
		return r;
	d->has_payload = true;
	evd_object_reset(o);
	snprintf(crc, sizeof crc, "%08x", (unsigned)content->crc32);
	evd_object_cstr(o, "crc32", crc);
	if (content->exhibit)
		evd_object_int(o, "exhibit", content->exhibit);
	evd_object_cstr(o, "kind", "content");
	evd_object_cstr(o, "path", path);
	if (content->role)
		evd_object_cstr(o, "role", content->role);
	evd_object_hex(o, "sha256", content->sha256, EVD_SHA256_LEN);
	evd_object_hex(o, "sha512", content->sha512, EVD_SHA512_LEN);
	evd_object_int(o, "size", content->size);
	return evd_entry_record(d, o, k, err);
}

static int digest_text(struct evd_view text, struct evd_content *c, struct evd_error *err)
{
	struct evd_sha sha = {0};
	int r = evd_sha256(text, c->sha256, err);

	if (r == 0)
		r = evd_sha_begin(&sha, EVD_SHA512, err);
	if (r == 0)
		r = evd_sha_add(&sha, text.p, text.len, err);
	if (r == 0)
		r = evd_sha_end(&sha, c->sha512, err);
	evd_sha_release(&sha);
	c->size = text.len;
	c->crc32 = evd_crc32(0, text.p, text.len);
	return r;
}

int evd_entry_text(struct evd_draft *d, struct evd_view text, const char *ext, const char *role,
                   uint64_t *k, struct evd_error *err)
{
	struct evd_content c = {.role = role, .ext = ext};
	int fd, r = digest_text(text, &c, err), closed;

	if (r == 0)
		r = evd_file_create(d->data, "text", &fd, err);
	if (r)
		return r;
	r = evd_file_write(fd, text.p, text.len, err);
	closed = evd_close(fd, r ? NULL : err);
	if (r == 0)
		r = closed;
	return r ? r : evd_entry_content(d, "text", &c, k, err);
}

int evd_entry_scope(struct evd_draft *d, struct evd_id first, struct evd_id last,
                    struct evd_error *err)
{
	struct evd_object *o = &d->scratch;
	char id[48];

	evd_object_reset(o);
	evd_object_cstr(o, "kind", "scope");
	snprintf(id, sizeof id, "%" PRIu64 "/%" PRIu64, first.seq, first.k);
	evd_object_cstr(o, "first", id);
	snprintf(id, sizeof id, "%" PRIu64 "/%" PRIu64, last.seq, last.k);
	evd_object_cstr(o, "last", id);
	return evd_entry_record(d, o, NULL, err);
}

int evd_entry_token(struct evd_draft *d, struct evd_view token, struct evd_error *err)
{
	uint8_t digest[EVD_SHA256_LEN];
	int r = evd_sha256(token, digest, err);

	if (r)
		return r;
	evd_object_hex(&d->details, "token", digest, sizeof digest);
	d->has_token = true;
	return evd_file_put(d->custody, "token.tst", token, err);
}

/* The one finding about the right to write, in the writer's words. */
static void hear_fault(void *ctx, const struct evd_finding *f)
{
	const char *why = f->code == EVD_F_RIGHT_TO_WRITE   ? "this identity may not write here: the "
	                                                      "case's custodian must admit it first"
	                  : f->code == EVD_F_TIMESTAMP_LINK ? "the token is over another entry"
	                                                    : f->detail;

	(void)evd_fail(ctx, EVD_E_DENIED, "%s", why);
}

/* Whether the log would take `next` now, as a verifier will ask it. */
static int may_follow(struct evd_log *log, const struct evd_entry *next, struct evd_error *err)
{
	const struct evd_entry before = log->before, entry = log->entry;
	const struct evd_findings *findings = log->findings, fault = {hear_fault, err};
	int r;

	log->before = entry;
	log->entry = *next;
	log->findings = &fault;
	r = evd_rights_check(log, err);
	log->before = before;
	log->entry = entry;
	log->findings = findings;
	return r == EVD_STOP ? EVD_E_DENIED : r;
}

int evd_entry_may(struct evd_case *c, enum evd_action action, const uint8_t *certificate,
                  struct evd_error *err)
{
	struct evd_entry next = {.seq = c->log.entries.n + 1, .action = action};

	memcpy(next.certificate, certificate, sizeof next.certificate);
	return may_follow(&c->log, &next, err);
}

/* entry.json and entry.p7s, over the records as they now stand. */
static int sign(struct evd_draft *d, struct evd_key *key, struct evd_buf *json, struct evd_buf *p7s,
                struct evd_error *err)
{
	struct evd_signed what;
	int r = evd_merkle_root(&d->tree, d->entry.root, err);

	if (r)
		return r;
	memcpy(d->entry.certificate, evd_key_fingerprint(key), EVD_SHA256_LEN);
	d->entry.time_ms = evd_clock_ms();
	if (d->entry.time_ms < 0 || d->entry.time_ms >= YEAR_10000)
		return evd_fail(err, EVD_E_LIMIT,
		                "this computer's clock stands before 1970 or after 9999, which an entry "
		                "cannot say; nothing was recorded: set it");
	r = evd_entry_write(&d->entry, &d->details, json, err);
	if (r == 0)
		r = may_follow(&d->c->log, &d->entry, err);
	if (r == 0)
		r = evd_sha256(evd_buf_view(json), what.digest, err);
	what.time_ms = d->entry.time_ms;
	if (r == 0)
		r = evd_key_sign(key, &what, p7s, err);
	return r;
}

/*
 * Drivers exist that lose what is in a folder when it is renamed: nothing is acknowledged on their word.
 * The folder is listed, since a file asked for by name may be answered from memory.
 */
static int is_there(const struct evd_case *c, const char *entry, struct evd_error *err)
{
	bool found = false;
	char **names;
	size_t n;
	int fd, r = evd_dir_open(c->custody, entry, &fd, err);

	if (r)
		return r;
	r = evd_dir_names(fd, &names, &n, err);
	close(fd);
	if (r)
		return r;
	for (size_t i = 0; i < n; i++)
		found = found || strcmp(names[i], "entry.p7s") == 0;
	evd_dir_names_free(names, n);
	return found ? 0
	             : evd_fail(err, EVD_E_IO,
	                        "what was in entry %s is gone after its folder got its name: this "
	                        "medium cannot hold a case; use another one",
	                        entry);
}

/* The renames. Between the two, data/ of an uncommitted entry may stand: recovered at next opening. What fails behind
 * them leaves the entry where it is: whoever is not told would record it twice. */
static int move_in(struct evd_draft *d, struct evd_error *err)
{
	struct evd_case *c = d->c;
	struct evd_error why = {0};
	char name[16];
	int r = 0;

	snprintf(name, sizeof name, "%08" PRIu64, d->entry.seq % 100000000);
	if (d->has_payload) {
		r = evd_rename_new(d->dir, "data", c->data, name, err);
		if (r == 0)
			r = evd_sync(c->data, err);
	}
	if (r == 0)
		r = evd_rename_new(d->dir, "custody", c->custody, name, err);
	if (r)
		return r;
	r = evd_sync(c->custody, &why);
	if (r == 0)
		r = is_there(c, name, &why);
	if (why.sys)
		return evd_fail_sys(err, why.sys,
		                    "entry %" PRIu64 " is in the log, but whether it stays there is not "
		                    "known; see 'evidence check'",
		                    d->entry.seq);
	return r ? evd_fail(err, r, "%s", why.text) : 0;
}

int evd_entry_commit(struct evd_draft *d, struct evd_key *key, struct evd_error *err)
{
	struct evd_buf json = {0}, p7s = {0};
	struct evd_case *c = d->c;
	int r;

	r = flush(d, err);
	if (r == 0)
		r = sign(d, key, &json, &p7s, err);
	if (r == 0)
		r = evd_file_put(d->custody, "entry.json", evd_buf_view(&json), err);
	if (r == 0)
		r = evd_file_put(d->custody, "entry.p7s", evd_buf_view(&p7s), err);
	if (r == 0)
		r = evd_sync_all(d->dir, err);
	if (r == 0)
		r = move_in(d, err);
	if (r == 0) /* the log in memory follows; it was valid before, so a stop here is our bug */
		r = evd_log_entry(&c->log, evd_buf_view(&json), evd_buf_view(&p7s), d->has_token, err);
	if (r == EVD_STOP)
		r = evd_fail(err, EVD_E_INTERNAL, "the entry written does not hold: %s", c->fault.detail);
	evd_buf_release(&json);
	evd_buf_release(&p7s);
	evd_entry_abandon(d);
	return r;
}
