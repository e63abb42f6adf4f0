/*
 * test_sqlite_open: hostile databases (group Q of the threat catalogue) against the hardened opening
 * that every reader of a database uses. The databases are made here with SQLite itself.
 */
#include "source.h"
#include "sqlite_open.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int passed, failed;

static void check(bool ok, const char *what, const char *detail)
{
	if (ok) {
		passed++;
		return;
	}
	failed++;
	printf("FAILED: %s (%s)\n", what, detail);
}

/* The bytes of a database that `sql` makes. */
static void make(const char *sql, struct evd_buf *out)
{
	sqlite3 *db;
	sqlite3_int64 n;
	unsigned char *p;
	char *why = NULL;

	evd_buf_init(out, 0);
	if (sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "unix") ||
	    sqlite3_exec(db, sql, NULL, NULL, &why)) {
		printf("cannot make a database: %s\n", why ? why : "?");
		exit(99);
	}
	p = sqlite3_serialize(db, "main", &n, 0);
	evd_put(out, p, (size_t)n);
	sqlite3_free(p);
	sqlite3_close(db);
}

struct item {
	struct evd_memory memory[2];
	struct evd_source source[2];
	struct evd_input in;
};

static void item_of(struct item *it, struct evd_view db, struct evd_view wal)
{
	evd_source_memory(&it->memory[0], db, evd_view_str("x.db"), &it->source[0]);
	evd_source_memory(&it->memory[1], wal, evd_view_str("x.db-wal"), &it->source[1]);
	it->in = (struct evd_input){.source = it->source, .n = wal.len ? 2 : 1};
}

/* SQLITE_ROW's first column as a number, or -1 when it is refused at whatever step. */
static long long ask(struct evd_sqlite *d, const char *sql, char why[200])
{
	struct evd_error err = {0};
	sqlite3_stmt *s = NULL;
	long long v = -1;
	int step;

	why[0] = 0;
	if (evd_sqlite_query(d, sql, &s, &err)) {
		snprintf(why, 200, "%.199s", err.text);
		return -1;
	}
	step = sqlite3_step(s);
	if (step == SQLITE_ROW)
		v = sqlite3_column_int64(s, 0);
	else
		snprintf(why, 200, "step %d: %s", step, sqlite3_errmsg(evd_sqlite_db(d)));
	sqlite3_finalize(s);
	return v;
}

static void test_refusals(void)
{
	static const struct {
		const char *what, *sql;
	} asked[] = {
	    {"Q-03 a view in place of a table", "SELECT count(*) FROM message"},
	    {"Q-04 an endless recursive view", "SELECT count(*) FROM endless"},
	    {"Q-05 load_extension", "SELECT load_extension('/tmp/x.so')"},
	    {"Q-05 fts3_tokenizer", "SELECT fts3_tokenizer('simple')"},
	    {"Q-07 a virtual table", "SELECT count(*) FROM f"},
	    {"Q-07 a table of the library", "SELECT count(*) FROM pragma_database_list"},
	    {"Q-08 ATTACH", "ATTACH '/etc/passwd' AS x"},
	    {"Q-09 zeroblob", "SELECT length(zeroblob(400000000))"},
	    {"Q-09 randomblob", "SELECT length(randomblob(100))"},
	    {"Q-18 PRAGMA", "PRAGMA writable_schema=ON"},
	    {"Q-18 a string in double quotes", "SELECT \"no such column\" FROM t"},
	    {"recursion of ours", "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) "
	                          "SELECT count(*) FROM c"},
	    {"writing", "INSERT INTO t VALUES(5)"},
	    {"creating", "CREATE TABLE n(a)"},
	    {"a function with a file", "SELECT writefile('/tmp/evd-x','x')"},
	};
	struct evd_buf db;
	struct item it;
	struct evd_sqlite *d;
	struct evd_error err = {0};
	char why[200];

	make("CREATE TABLE t(a); INSERT INTO t VALUES(1),(2);"
	     "CREATE VIEW message AS SELECT a FROM t;"
	     "CREATE VIEW endless AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) "
	     "SELECT x FROM c;"
	     "CREATE TRIGGER tr AFTER INSERT ON t BEGIN DELETE FROM t; END;"
	     "CREATE VIRTUAL TABLE f USING fts5(body)",
	     &db);
	item_of(&it, evd_buf_view(&db), evd_view_of(NULL, 0));
	check(evd_sqlite_open(&it.in, true, &d, &err) == 0, "a database with tricks opens", err.text);
	if (d) {
		check(evd_sqlite_damage(d)[0] == 0, "it is whole", evd_sqlite_damage(d));
		check(ask(d, "SELECT count(*) FROM t NOT INDEXED", why) == 2, "its table can be read", why);
		check(evd_sqlite_is_table(d, "t"), "t is a table", "");
		check(!evd_sqlite_is_table(d, "message"), "Q-03 a view is no table", "");
		check(!evd_sqlite_is_table(d, "f"), "Q-07 a virtual table is no table", "");
		for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
			check(ask(d, asked[i].sql, why) == -1 && why[0], asked[i].what, why);
		check(ask(d, "SELECT count(*) FROM t NOT INDEXED", why) == 2, "nothing changed", why);
	}
	evd_sqlite_close(d);
	evd_buf_release(&db);
}

/* CHECK, DEFAULT and a trigger that call functions: the rows are read, nothing is called.
 * Functions that SQLite itself marks innocuous may stand in a schema (trusted_schema=OFF). */
static void test_schema_functions(void)
{
	struct evd_buf db;
	struct item it;
	struct evd_sqlite *d;
	struct evd_error err = {0};
	char why[200];

	make("CREATE TABLE t(a DEFAULT (load_extension('x')), b, c AS (upper(b)));"
	     "INSERT INTO t(a, b) VALUES(1, 'x'); CREATE INDEX i ON t(b) WHERE length(b) > 0;"
	     "CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT load_extension('x'); END",
	     &db);
	item_of(&it, evd_buf_view(&db), evd_view_of(NULL, 0));
	check(evd_sqlite_open(&it.in, true, &d, &err) == 0, "Q-06 opens", err.text);
	if (d) {
		check(ask(d, "SELECT count(*) FROM t NOT INDEXED", why) == 1, "Q-06 rows are counted", why);
		check(ask(d, "INSERT INTO t DEFAULT VALUES", why) == -1 && why[0],
		      "Q-06 nothing of the schema can be called", why);
	}
	evd_sqlite_close(d);
	evd_buf_release(&db);
}

/* page sizes at both ends, vacuum modes, and texts in UTF-16: the same rows. */
static void test_layouts(void)
{
	static const char *const layout[] = {
	    "PRAGMA page_size=512;",       "PRAGMA page_size=65536;",
	    "PRAGMA encoding='UTF-16le';", "PRAGMA encoding='UTF-16be';",
	    "PRAGMA auto_vacuum=FULL;",    "PRAGMA application_id=7; PRAGMA user_version=9;"};

	for (size_t i = 0; i < sizeof layout / sizeof *layout; i++) {
		struct evd_buf db;
		struct item it;
		struct evd_sqlite *d = NULL;
		struct evd_error err = {0};
		char sql[400], why[200];

		snprintf(sql, sizeof sql,
		         "%sCREATE TABLE t(a TEXT); INSERT INTO t VALUES('\xc4\x8d\xc4\x87'),('x'),('y')",
		         layout[i]);
		make(sql, &db);
		item_of(&it, evd_buf_view(&db), evd_view_of(NULL, 0));
		check(evd_sqlite_open(&it.in, true, &d, &err) == 0, layout[i], err.text);
		if (d) {
			check(evd_sqlite_damage(d)[0] == 0, "Q-11 it is whole", evd_sqlite_damage(d));
			check(ask(d, "SELECT count(*) FROM t NOT INDEXED WHERE length(a) IN (1,2)", why) == 3,
			      layout[i], why);
			check(ask(d, "SELECT count(*) FROM t NOT INDEXED WHERE a='\xc4\x8d\xc4\x87'", why) == 1,
			      layout[i], why);
		}
		evd_sqlite_close(d);
		evd_buf_release(&db);
	}
}

/* damage, cut files, things that are no database. Nothing may crash or open silently. */
static void test_damage(void)
{
	struct evd_buf db;
	size_t opened = 0, damaged = 0;

	make("CREATE TABLE t(a,b); CREATE INDEX i ON t(a);"
	     "WITH RECURSIVE c(x) AS (VALUES(1) UNION ALL SELECT x+1 FROM c WHERE x<400) "
	     "INSERT INTO t SELECT x, hex(randomblob(40)) FROM c",
	     &db);
	for (size_t i = 0; i < db.len; i += 97) {
		struct item it;
		struct evd_sqlite *d = NULL;
		uint8_t kept = db.data[i];
		char why[200];

		db.data[i] ^= 0xFF;
		item_of(&it, evd_buf_view(&db), evd_view_of(NULL, 0));
		if (evd_sqlite_open(&it.in, true, &d, NULL) == 0) {
			opened++;
			damaged += evd_sqlite_damage(d)[0] != 0;
			(void)ask(d, "SELECT count(*) FROM t NOT INDEXED", why);
		}
		evd_sqlite_close(d);
		db.data[i] = kept;
	}
	check(opened > 0 && damaged > 0 && damaged < opened, "Q-10 damage is read and told", "");
	for (size_t len = 0; len < db.len; len += 511) {
		struct item it;
		struct evd_sqlite *d = NULL;

		item_of(&it, evd_view_of(db.data, len), evd_view_of(NULL, 0));
		if (evd_sqlite_open(&it.in, true, &d, NULL) == 0 && len > 0)
			check(evd_sqlite_damage(d)[0] != 0, "Q-16 a cut database is told", "");
		evd_sqlite_close(d);
	}
	evd_buf_release(&db);
}

/* rows only in the -wal are read; the bytes handed in stay as they are. */
static void test_wal(const char *folder)
{
	char path[512];
	struct evd_buf file[2];
	struct item it;
	struct evd_sqlite *d = NULL;
	struct evd_error err = {0};
	char why[200];

	for (int i = 0; i < 2; i++) {
		uint8_t block[4096];
		ssize_t n;
		int fd;

		snprintf(path, sizeof path, "%s/chat.db%s", folder, i ? "-wal" : "");
		evd_buf_init(&file[i], 0);
		fd = open(path, O_RDONLY);
		while (fd >= 0 && (n = read(fd, block, sizeof block)) > 0)
			evd_put(&file[i], block, (size_t)n);
		close(fd);
	}
	/* memory sources are read-only: a write would fault or be seen by the second reading */
	for (int with = 1; with >= 0; with--) {
		item_of(&it, evd_buf_view(&file[0]), evd_buf_view(&file[1]));
		check(evd_sqlite_open(&it.in, with != 0, &d, &err) == 0, "Q-01 opens", err.text);
		if (d)
			check(ask(d, "SELECT count(*) FROM message NOT INDEXED", why) == (with ? 8 : 5),
			      "Q-01 rows with and without the -wal", why);
		evd_sqlite_close(d);
		d = NULL;
	}
	evd_buf_release(&file[0]);
	evd_buf_release(&file[1]);
}

int main(int argc, char **argv)
{
	if (argc != 2 || evd_sqlite_warm(NULL))
		return 64;
	test_refusals();
	test_schema_functions();
	test_layouts();
	test_damage();
	test_wal(argv[1]);
	printf("%d passed, %d failed\n", passed, failed);
	return failed != 0;
}
