/* index: see index.h. */
#include "index/index.h"

#include "base/text.h"
#include "index/rec.h"
#include "platform/files.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INDEX_NAME "index.sqlite"
#define FRESH_NAME "index.fresh"
#define INDEX_VERSION 11
#define APPLICATION_ID 0x45564431 /* "EVD1" */

static const char schema[] =
    "PRAGMA application_id=0x45564431;"
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT;"
    "CREATE TABLE entry(seq INTEGER PRIMARY KEY, time TEXT NOT NULL, action TEXT NOT NULL,"
    " certificate TEXT NOT NULL, digest TEXT NOT NULL, records INTEGER NOT NULL) STRICT;"
    "CREATE TABLE item(seq INTEGER NOT NULL, k INTEGER NOT NULL, exhibit INTEGER, role TEXT,"
    " path TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY(seq,k))"
    " WITHOUT ROWID, STRICT;"
    "CREATE TABLE origin(seq INTEGER NOT NULL, k INTEGER NOT NULL, name BLOB, path BLOB, label "
    "TEXT,"
    " modified TEXT, PRIMARY KEY(seq,k)) WITHOUT ROWID, STRICT;"
    "CREATE INDEX item_sha256 ON item(sha256);"
    "CREATE INDEX item_exhibit ON item(exhibit);";

/* Rows of one table in their order, for the comparison. */
static const char *const all_rows[] = {
    "SELECT * FROM meta ORDER BY key",    "SELECT * FROM entry ORDER BY seq",
    "SELECT * FROM item ORDER BY seq, k", "SELECT * FROM origin ORDER BY seq, k",
    "SELECT * FROM rec ORDER BY id",      "SELECT * FROM reading ORDER BY item_seq, item_k, reader",
    "SELECT * FROM temp.words",
};

struct writer {
	sqlite3 *db;
	sqlite3_stmt *item, *origin, *entry, *tried;
	struct evd_case *c;
	uint64_t from; /* entries below it are in already */
	struct evd_rec_writer rec;
};

static int fail(sqlite3 *db, struct evd_error *err)
{
	return evd_fail(err, EVD_E_IO, "index: %s", db ? sqlite3_errmsg(db) : "cannot be opened");
}

static int run(sqlite3 *db, const char *sql, struct evd_error *err)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : fail(db, err);
}

/* sqlite waits for ever on a FIFO that stands in place of one of its files. `path` has `room` for their names' ends. */
static int plain_or_absent(char *path, size_t room, struct evd_error *err)
{
	static const char *const ends[] = {"-journal", "-wal", "-shm",
	                                   ""}; /* the last leaves it as it was */
	size_t len = strlen(path);
	int r = 0;

	for (size_t i = 0; i < sizeof ends / sizeof *ends && r == 0; i++) {
		uint64_t size;
		int fd;

		snprintf(path + len, room - len, "%s", ends[i]);
		r = evd_file_open(-1, path, &fd, &size, err);
		if (r == 0)
			close(fd);
		else if (r == EVD_E_NOTFOUND)
			r = 0;
	}
	return r;
}

static int open_named(const struct evd_case *c, const char *name, int flags, sqlite3 **out,
                      struct evd_error *err)
{
	char path[4096];
	int r = snprintf(path, sizeof path, "%s/.case/%s", c->path, name);

	*out = NULL;
	if (r < 0 || (size_t)r >= sizeof path - sizeof "-journal")
		return evd_fail(err, EVD_E_LIMIT, "the path of the case is too long");
	r = plain_or_absent(path, sizeof path, err);
	if (r)
		return r;
	if (sqlite3_open_v2(path, out, flags | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK) {
		r = fail(*out, err);
		sqlite3_close(*out);
		*out = NULL;
		return r;
	}
	sqlite3_db_config(*out, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(*out, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	return 0;
}

static int open_db(const struct evd_case *c, int flags, sqlite3 **out, struct evd_error *err)
{
	return open_named(c, INDEX_NAME, flags, out, err);
}

static void bind_json_text(sqlite3_stmt *s, int at, const struct evd_json *j, size_t object,
                           const char *key, const char *key_bytes, bool blob)
{
	struct evd_buf b = {0};
	struct evd_view v;

	if (evd_json_string(j, object, key, &v))
		evd_put_unescaped(&b, v);
	else if (key_bytes && evd_json_string(j, object, key_bytes, &v))
		evd_put_unbase64url(&b, v);
	else
		return;
	if (blob)
		sqlite3_bind_blob(s, at, b.len ? (const void *)b.data : "", (int)b.len, SQLITE_TRANSIENT);
	else
		sqlite3_bind_text(s, at, b.len ? (const char *)b.data : "", (int)b.len, SQLITE_TRANSIENT);
	evd_buf_release(&b);
}

static int step(sqlite3 *db, sqlite3_stmt *s, struct evd_error *err)
{
	int r = sqlite3_step(s) == SQLITE_DONE ? 0 : fail(db, err);

	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return r;
}

static int put_item(struct writer *w, const struct evd_record *r, const struct evd_json *j,
                    struct evd_error *err)
{
	char hex[2 * EVD_SHA256_LEN + 1];

	evd_hex(hex, r->sha256, EVD_SHA256_LEN);
	sqlite3_bind_int64(w->item, 1, (sqlite3_int64)w->c->log.entry.seq);
	sqlite3_bind_int64(w->item, 2, (sqlite3_int64)r->k);
	if (r->exhibit)
		sqlite3_bind_int64(w->item, 3, (sqlite3_int64)r->exhibit);
	bind_json_text(w->item, 4, j, 0, "role", NULL, false);
	sqlite3_bind_text(w->item, 5, (const char *)r->path.p, (int)r->path.len, SQLITE_TRANSIENT);
	sqlite3_bind_int64(w->item, 6, (sqlite3_int64)r->size);
	sqlite3_bind_text(w->item, 7, hex, -1, SQLITE_TRANSIENT);
	return step(w->db, w->item, err);
}

/* The first one of the item's own entry (docs/index.md); the format bounds neither how many there are nor of what. */
static int put_origin(struct writer *w, const struct evd_record *r, const struct evd_json *j,
                      struct evd_error *err)
{
	size_t times = evd_json_find(j, 0, "times");

	if (!evd_record_is_origin_of(r, w->c->log.entry.seq))
		return 0;
	sqlite3_bind_int64(w->origin, 1, (sqlite3_int64)r->first.seq);
	sqlite3_bind_int64(w->origin, 2, (sqlite3_int64)r->first.k);
	bind_json_text(w->origin, 3, j, 0, "name", "nameBytes", true);
	bind_json_text(w->origin, 4, j, 0, "path", "pathBytes", true);
	bind_json_text(w->origin, 5, j, 0, "label", NULL, false);
	if (times)
		bind_json_text(w->origin, 6, j, times, "modified", NULL, false);
	return step(w->db, w->origin, err);
}

/* Items that a read-out speaks of: the last one stands in `reading` under no reader's name. */
static int put_tried(struct writer *w, const struct evd_record *r, struct evd_error *err)
{
	if (w->c->log.entry.action != EVD_READ_OUT)
		return 0;
	sqlite3_bind_int64(w->tried, 1, (sqlite3_int64)w->c->log.entry.seq);
	sqlite3_bind_int64(w->tried, 2, (sqlite3_int64)r->first.seq);
	sqlite3_bind_int64(w->tried, 3, (sqlite3_int64)r->first.k);
	sqlite3_bind_int64(w->tried, 4, (sqlite3_int64)r->last.seq);
	sqlite3_bind_int64(w->tried, 5, (sqlite3_int64)r->last.k);
	return step(w->db, w->tried, err);
}

static int on_record(void *ctx, const struct evd_record *r, const struct evd_json *j,
                     struct evd_view line, struct evd_error *err)
{
	struct writer *w = ctx;

	(void)line;
	if (w->c->log.entry.seq < w->from)
		return 0;
	int code = r->kind == EVD_KIND_CONTENT  ? put_item(w, r, j, err)
	           : r->kind == EVD_KIND_ORIGIN ? put_origin(w, r, j, err)
	           : r->kind == EVD_KIND_SCOPE  ? put_tried(w, r, err)
	                                        : 0;

	return code ? code : evd_rec_add(&w->rec, r, j, err);
}

static int put_entries(struct writer *w, struct evd_error *err)
{
	const struct evd_log *log = &w->c->log;
	char hex[2 * EVD_SHA256_LEN + 1], time[EVD_TIME_LEN + 1];
	int r = 0;

	for (size_t i = w->from - 1; i < log->entries.n && r == 0; i++) {
		const struct evd_log_entry *e = &log->entries.at[i];

		evd_time_format(time, e->time_ms);
		sqlite3_bind_int64(w->entry, 1, (sqlite3_int64)i + 1);
		sqlite3_bind_text(w->entry, 2, time, -1, SQLITE_TRANSIENT);
		sqlite3_bind_text(w->entry, 3, evd_action_rule(e->action)->name, -1, SQLITE_STATIC);
		evd_hex(hex, log->signers.at[e->signer].fingerprint, EVD_SHA256_LEN);
		sqlite3_bind_text(w->entry, 4, hex, -1, SQLITE_TRANSIENT);
		evd_hex(hex, e->digest[EVD_FILE_ENTRY], EVD_SHA256_LEN);
		sqlite3_bind_text(w->entry, 5, hex, -1, SQLITE_TRANSIENT);
		sqlite3_bind_int64(w->entry, 6, e->count);
		r = step(w->db, w->entry, err);
	}
	return r;
}

static int put_meta(sqlite3 *db, const struct evd_log *log, struct evd_error *err)
{
	char hex[2 * EVD_SHA256_LEN + 1], *sql;
	int r;

	evd_hex(hex, log->entries.at[log->entries.n - 1].digest[EVD_FILE_ENTRY], EVD_SHA256_LEN);
	sql = sqlite3_mprintf("INSERT OR REPLACE INTO meta VALUES('version','%d'),('case',%Q),"
	                      "('entries','%llu'),('head',%Q)",
	                      INDEX_VERSION, log->case_id, (unsigned long long)log->entries.n, hex);
	r = sql ? run(db, sql, err) : evd_nomem(err);
	sqlite3_free(sql);
	return r;
}

static void finish_statements(struct writer *w)
{
	sqlite3_finalize(w->item);
	sqlite3_finalize(w->origin);
	sqlite3_finalize(w->entry);
	sqlite3_finalize(w->tried);
	evd_rec_end(&w->rec);
}

/* Reads the log and puts what stands from entry `from` on, in one transaction. *spilled (may be NULL): the
 * order of the new rows among the old needs a rebuild. */
static int fill(struct evd_case *c, sqlite3 *db, uint64_t from, bool *spilled,
                struct evd_error *err)
{
	struct writer w = {.db = db, .c = c, .from = from};
	int r = run(db, "BEGIN IMMEDIATE", err);

	if (r == 0 &&
	    (sqlite3_prepare_v2(db, "INSERT INTO item VALUES(?,?,?,?,?,?,?)", -1, &w.item, NULL) ||
	     sqlite3_prepare_v2(db, "INSERT OR IGNORE INTO origin VALUES(?,?,?,?,?,?)", -1, &w.origin,
	                        NULL) ||
	     sqlite3_prepare_v2(db, "INSERT INTO entry VALUES(?,?,?,?,?,?)", -1, &w.entry, NULL) ||
	     sqlite3_prepare_v2(db,
	                        "INSERT OR REPLACE INTO reading SELECT seq,k,'',?1,1 FROM item "
	                        "WHERE (seq,k)>=(?2,?3) AND (seq,k)<=(?4,?5)",
	                        -1, &w.tried, NULL)))
		r = fail(db, err);
	if (r == 0)
		r = evd_rec_begin(&w.rec, db, c, err);
	if (r == 0)
		r = evd_case_read_from(c, from, on_record, &w, err);
	if (r == 0)
		r = evd_rec_late(&w.rec, err);
	if (spilled)
		*spilled = w.rec.spilled;
	if (r == 0)
		r = put_entries(&w, err);
	if (r == 0)
		r = put_meta(db, &c->log, err);
	finish_statements(&w);
	if (r == 0)
		return run(db, "COMMIT", err);
	run(db, "ROLLBACK", NULL);
	return r;
}

static bool meta_is(sqlite3 *db, const char *key, char *out, size_t cap)
{
	sqlite3_stmt *s = NULL;
	bool found =
	    sqlite3_prepare_v2(db, "SELECT value FROM meta WHERE key=?", -1, &s, NULL) == SQLITE_OK;

	if (found) {
		sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC);
		found = sqlite3_step(s) == SQLITE_ROW;
		if (found)
			snprintf(out, cap, "%s", (const char *)sqlite3_column_text(s, 0));
	}
	sqlite3_finalize(s);
	return found;
}

/* The first entry that the index lacks; 0 if it must be made anew. */
static uint64_t first_lacking(const struct evd_case *c, sqlite3 *db)
{
	const struct evd_log *log = &c->log;
	char text[128], hex[2 * EVD_SHA256_LEN + 1];
	uint64_t n;

	if (!meta_is(db, "version", text, sizeof text) || atoll(text) != INDEX_VERSION ||
	    !meta_is(db, "case", text, sizeof text) || strcmp(text, log->case_id) != 0 ||
	    !meta_is(db, "entries", text, sizeof text))
		return 0;
	n = strtoull(text, NULL, 10);
	if (n == 0 || n > log->entries.n || !meta_is(db, "head", text, sizeof text))
		return 0;
	evd_hex(hex, log->entries.at[n - 1].digest[EVD_FILE_ENTRY], EVD_SHA256_LEN);
	return strcmp(hex, text) == 0 ? n + 1 : 0;
}

static int make_tables(sqlite3 *db, struct evd_error *err)
{
	int r = run(db, schema, err);

	return r ? r : run(db, evd_rec_schema, err);
}

/* On the medium, since a large one would outgrow the memory; no journal, for it has its name only when it is whole. Who
 * asks for it removes or renames it; one that was left is replaced. */
static int make_beside(struct evd_case *c, sqlite3 **out, struct evd_error *err)
{
	int r;

	evd_remove(c->state, FRESH_NAME);
	r = open_named(c, FRESH_NAME, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, out, err);
	if (r == 0)
		r = run(*out,
		        "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE;"
		        "PRAGMA cache_size=-16384;",
		        err);
	if (r == 0)
		r = make_tables(*out, err);
	return r ? r : fill(c, *out, 1, NULL, err);
}

int evd_index_rebuild(struct evd_case *c, struct evd_error *err)
{
	sqlite3 *db = NULL;
	int r;

	evd_remove(c->state, INDEX_NAME);
	evd_remove(c->state, INDEX_NAME "-journal");
	evd_remove(c->state, INDEX_NAME "-wal");
	evd_remove(c->state, INDEX_NAME "-shm");
	r = make_beside(c, &db, err);
	sqlite3_close(db);
	if (r == 0)
		r = evd_rename_over(c->state, FRESH_NAME, INDEX_NAME, err);
	if (r)
		evd_remove(c->state, FRESH_NAME);
	return r;
}

int evd_index_follow(struct evd_case *c, struct evd_error *err)
{
	sqlite3 *db;
	uint64_t from = 0;
	bool again = false;
	int r = open_db(c, SQLITE_OPEN_READWRITE, &db, NULL);

	if (r == 0)
		from = first_lacking(c, db);
	/* what was disposed of must leave the index too */
	for (uint64_t i = from; from && i <= c->log.entries.n; i++)
		again = again || c->log.entries.at[i - 1].action == EVD_DISPOSE;
	if (again)
		from = 0;
	again = false;
	if (r || from == 0) {
		sqlite3_close(db);
		return evd_index_rebuild(c, err);
	}
	r = run(db, "PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16384;", err);
	if (r == 0 && from <= c->log.entries.n)
		r = fill(c, db, from, &again, err);
	sqlite3_close(db);
	return r == 0 && again ? evd_index_rebuild(c, err) : r;
}

static bool same_row(sqlite3_stmt *a, sqlite3_stmt *b)
{
	int n = sqlite3_column_count(a);

	if (n != sqlite3_column_count(b))
		return false;
	for (int i = 0; i < n; i++) {
		const void *x = sqlite3_column_blob(a, i), *y = sqlite3_column_blob(b, i);
		int len = sqlite3_column_bytes(a, i);

		if (sqlite3_column_type(a, i) != sqlite3_column_type(b, i) ||
		    len != sqlite3_column_bytes(b, i) || (len && memcmp(x, y, (size_t)len) != 0))
			return false;
	}
	return true;
}

static bool same_rows(sqlite3 *a, sqlite3 *b, const char *sql)
{
	sqlite3_stmt *x = NULL, *y = NULL;
	bool same = sqlite3_prepare_v2(a, sql, -1, &x, NULL) == SQLITE_OK &&
	            sqlite3_prepare_v2(b, sql, -1, &y, NULL) == SQLITE_OK;

	while (same) {
		int s = sqlite3_step(x), t = sqlite3_step(y);

		same = s == t && (s == SQLITE_ROW || s == SQLITE_DONE);
		if (!same || s == SQLITE_DONE)
			break;
		same = same_row(x, y);
	}
	sqlite3_finalize(x);
	sqlite3_finalize(y);
	return same;
}

static int make_in_memory(struct evd_case *c, sqlite3 **out, struct evd_error *err)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	int r = sqlite3_open_v2(":memory:", out, flags, NULL) == SQLITE_OK ? 0 : evd_nomem(err);

	r = r ? r : make_tables(*out, err);
	return r ? r : fill(c, *out, 1, NULL, err);
}

int evd_index_for_reading(struct evd_case *c, sqlite3 **out, struct evd_error *err)
{
	if (open_db(c, SQLITE_OPEN_READONLY, out, NULL) == 0 &&
	    first_lacking(c, *out) == c->log.entries.n + 1)
		return 0;
	sqlite3_close(*out);
	return make_in_memory(c, out, err);
}

/* Every word of the index with its place. */
static bool see_words(sqlite3 *db)
{
	return sqlite3_exec(db, "CREATE VIRTUAL TABLE temp.words USING fts5vocab(main,fts,instance)",
	                    NULL, NULL, NULL) == SQLITE_OK;
}

int evd_index_compare(struct evd_case *c, bool *same, struct evd_error *err)
{
	sqlite3 *disk, *fresh = NULL;
	int r;

	*same = false;
	if (open_db(c, SQLITE_OPEN_READONLY, &disk, NULL))
		return 0;
	r = make_beside(c, &fresh, NULL);
	if (r) { /* a case that cannot be written to, a full medium */
		sqlite3_close(fresh);
		evd_remove(c->state, FRESH_NAME);
		r = make_in_memory(c, &fresh, err);
	}
	*same = r == 0 && see_words(disk) && see_words(fresh);
	for (size_t i = 0; *same && i < sizeof all_rows / sizeof *all_rows; i++)
		*same = same_rows(disk, fresh, all_rows[i]);
	sqlite3_close(disk);
	sqlite3_close(fresh);
	evd_remove(c->state, FRESH_NAME);
	return r;
}
