/* sqlite_open: see sqlite_open.h. */
#include "sqlite_open.h"

#include "sqlite_vfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEPS 1000         /* virtual machine steps between looks at the budget */
#define STEPS_MAX 2000000u /* looks a statement may take: 2 * 10^9 steps */
#define DAMAGE_LEN 200

struct evd_sqlite {
	sqlite3 *db;
	struct evd_vfs_files files;
	unsigned looks; /* of the current statement */
	bool set_up;    /* from now on only reading of tables */
	char damage[DAMAGE_LEN];
};

int evd_sqlite_warm(struct evd_error *err)
{
	/* the hard limit and the default settings hold for the process */
	if (sqlite3_initialize() != SQLITE_OK || evd_vfs_register() != SQLITE_OK)
		return evd_fail(err, EVD_E_INTERNAL, "SQLite did not start");
	sqlite3_hard_heap_limit64(EVD_SQLITE_HEAP);
	return 0;
}

static int on_progress(void *ctx)
{
	struct evd_sqlite *d = ctx;

	return ++d->looks > STEPS_MAX;
}

/* §5.1.7: reading tables, and functions that can do nothing but compute. */
static int authorize(void *ctx, int action, const char *a, const char *b, const char *db,
                     const char *inner)
{
	static const char *const functions[] = {"count",    "length", "substr", "hex",  "typeof",
	                                        "coalesce", "max",    "min",    "cast", "ifnull"};
	struct evd_sqlite *d = ctx;

	(void)a;
	(void)db;
	if (!d->set_up)
		return SQLITE_OK;
	if (inner) /* called from a trigger or view */
		return SQLITE_DENY;
	if (action == SQLITE_SELECT || action == SQLITE_READ)
		return SQLITE_OK;
	if (action == SQLITE_FUNCTION)
		for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
			if (b && sqlite3_stricmp(b, functions[i]) == 0)
				return SQLITE_OK;
	return SQLITE_DENY;
}

static void harden(sqlite3 *db)
{
	static const struct {
		int op, on;
	} config[] = {
	    {SQLITE_DBCONFIG_DEFENSIVE, 1},
	    {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
	    {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
	    {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
	    {SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0},
	    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
	    {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0},
	    {SQLITE_DBCONFIG_DQS_DML, 0},
	    {SQLITE_DBCONFIG_DQS_DDL, 0},
	    {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1},
	};
	static const struct {
		int id, value;
	} limits[] = {
	    {SQLITE_LIMIT_LENGTH, 64 << 20},
	    {SQLITE_LIMIT_SQL_LENGTH, 1000000},
	    {SQLITE_LIMIT_COLUMN, 2000},
	    {SQLITE_LIMIT_EXPR_DEPTH, 20},
	    {SQLITE_LIMIT_COMPOUND_SELECT, 3},
	    {SQLITE_LIMIT_VDBE_OP, 100000},
	    {SQLITE_LIMIT_FUNCTION_ARG, 8},
	    {SQLITE_LIMIT_ATTACHED, 0},
	    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50},
	    {SQLITE_LIMIT_VARIABLE_NUMBER, 10},
	    {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
	    {SQLITE_LIMIT_WORKER_THREADS, 0},
	};

	for (size_t i = 0; i < sizeof config / sizeof *config; i++)
		sqlite3_db_config(db, config[i].op, config[i].on, NULL);
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		sqlite3_limit(db, limits[i].id, limits[i].value);
}

/* SQLite's reason may quote names of the schema: plain characters only. */
static int fail(struct evd_sqlite *d, const char *what, struct evd_error *err)
{
	char text[128];
	const char *reason = d->db ? sqlite3_errmsg(d->db) : "out of memory";
	size_t n = 0;

	for (; reason[n] && n < sizeof text - 1; n++)
		text[n] = reason[n] >= 0x20 && reason[n] < 0x7F ? reason[n] : '?';
	text[n] = 0;
	if (d->db && sqlite3_errcode(d->db) == SQLITE_NOMEM)
		return evd_nomem(err);
	return evd_fail(err, EVD_E_DAMAGED, "%s: %s", what, text);
}

static int set_up(struct evd_sqlite *d, struct evd_error *err)
{
	static const char *const pragmas[] = {
	    "PRAGMA locking_mode=EXCLUSIVE", /* WAL without shared memory */
	    "PRAGMA mmap_size=0",
	    "PRAGMA temp_store=MEMORY",
	    "PRAGMA cell_size_check=ON",
	    "PRAGMA trusted_schema=OFF",
	    "PRAGMA query_only=ON",
	};
	sqlite3_stmt *s = NULL;
	int code;

	for (size_t i = 0; i < sizeof pragmas / sizeof *pragmas; i++)
		if (sqlite3_exec(d->db, pragmas[i], NULL, NULL, NULL) != SQLITE_OK)
			return fail(d, "the database cannot be opened", err);
	d->looks = 0;
	code = sqlite3_prepare_v2(d->db, "PRAGMA quick_check(1)", -1, &s, NULL);
	if (code == SQLITE_OK && (code = sqlite3_step(s)) == SQLITE_ROW) {
		struct evd_view v = evd_sqlite_bytes(s, 0);

		if (!evd_view_is(v, "ok"))
			for (size_t i = 0; i < v.len && i < DAMAGE_LEN - 1; i++)
				d->damage[i] = v.p[i] >= 0x20 && v.p[i] < 0x7F ? (char)v.p[i] : '?';
	} else if (code != SQLITE_DONE) {
		fail(d, "quick_check", err);
		snprintf(d->damage, sizeof d->damage, "%.*s", DAMAGE_LEN - 1,
		         err ? err->text : "quick_check failed");
	}
	sqlite3_finalize(s);
	d->set_up = true;
	return 0;
}

static bool ends(struct evd_view v, const char *suffix)
{
	size_t n = strlen(suffix);

	return v.len > n && memcmp(v.p + v.len - n, suffix, n) == 0;
}

static void lay_out(struct evd_sqlite *d, const struct evd_input *in, bool with_wal)
{
	d->files.written_max = EVD_SQLITE_WRITTEN;
	d->files.db =
	    (struct evd_vfs_file){.s = &in->source[0], .size = in->source[0].size, .exists = true};
	for (size_t i = 1; with_wal && i < in->n; i++) {
		const struct evd_source *s = &in->source[i];
		struct evd_vfs_file f = {.s = s, .size = s->size, .exists = true};

		if (ends(s->name, "-wal"))
			d->files.wal = f;
		else if (ends(s->name, "-journal"))
			d->files.journal = f;
	}
}

int evd_sqlite_open(const struct evd_input *in, bool with_wal, struct evd_sqlite **out,
                    struct evd_error *err)
{
	struct evd_sqlite *d = calloc(1, sizeof *d);
	struct evd_error ignored;
	int r = d ? evd_sqlite_warm(err) : evd_nomem(err);

	*out = NULL;
	if (r)
		goto out;
	lay_out(d, in, with_wal);
	evd_vfs_use(&d->files);
	if (sqlite3_open_v2("/item", &d->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE,
	                    EVD_VFS_NAME) != SQLITE_OK) {
		r = fail(d, "the database cannot be opened", err);
		goto out;
	}
	harden(d->db);
	sqlite3_set_authorizer(d->db, authorize, d);
	sqlite3_progress_handler(d->db, STEPS, on_progress, d);
	r = set_up(d, err ? err : &ignored);
	if (r)
		goto out;
	*out = d;
	d = NULL;
out:
	evd_sqlite_close(d);
	return r;
}

void evd_sqlite_close(struct evd_sqlite *d)
{
	if (!d)
		return;
	evd_vfs_use(&d->files);
	sqlite3_close(d->db);
	evd_vfs_release(&d->files);
	free(d);
}

sqlite3 *evd_sqlite_db(struct evd_sqlite *d)
{
	return d->db;
}

const char *evd_sqlite_damage(const struct evd_sqlite *d)
{
	return d->damage;
}

int evd_sqlite_query(struct evd_sqlite *d, const char *sql, sqlite3_stmt **out,
                     struct evd_error *err)
{
	d->looks = 0;
	evd_vfs_use(&d->files);
	*out = NULL;
	if (sqlite3_prepare_v2(d->db, sql, -1, out, NULL) != SQLITE_OK)
		return fail(d, "the query cannot be made", err);
	return 0;
}

void evd_sqlite_put_name(struct evd_buf *b, struct evd_view name)
{
	evd_put_u8(b, '"');
	for (size_t i = 0; i < name.len; i++) {
		if (name.p[i] == '"')
			evd_put_u8(b, '"');
		evd_put_u8(b, name.p[i]);
	}
	evd_put_u8(b, '"');
}

bool evd_sqlite_is_table(struct evd_sqlite *d, const char *name)
{
	static const char sql[] = "SELECT sql FROM sqlite_schema WHERE type='table' AND name=?1 "
	                          "AND rootpage>0";
	sqlite3_stmt *s = NULL;
	bool is = false;

	if (evd_sqlite_query(d, sql, &s, NULL) == 0) {
		sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
		is = sqlite3_step(s) == SQLITE_ROW;
	}
	sqlite3_finalize(s);
	return is;
}

struct evd_view evd_sqlite_bytes(sqlite3_stmt *s, int column)
{
	/* A text first as UTF-8: of a UTF-16 database column_blob would give its UTF-16, and column_bytes then
	 * convert it and move it away (sqlite.org/c3ref/column_blob.html). UTF-8 stays byte for byte. */
	const void *p = sqlite3_column_type(s, column) == SQLITE_TEXT
	                    ? (const void *)sqlite3_column_text(s, column)
	                    : sqlite3_column_blob(s, column);
	int n = sqlite3_column_bytes(s, column);

	return evd_view_of(p, p && n > 0 ? (size_t)n : 0);
}
