/*
 * test_sqlite_cases: databases of group Q of the threat catalogue before whole readers: a hot journal, schemas
 * at their limits, values of other types than a column should hold, an index that lies, what was deleted, a
 * newer format: test_sqlite_cases FOLDER EVIDENCE_READER. The databases are made here with SQLite itself and then altered byte by byte.
 */
#include "reader/reader.h"
#include "source.h"
#include "sqlite_open.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern const struct evd_format evd_format_sqlite, evd_format_chat_wa_android;

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

static void must(int code, sqlite3 *db)
{
	if (code != SQLITE_OK) {
		printf("cannot make a database: %s\n", sqlite3_errmsg(db));
		exit(99);
	}
}

static sqlite3 *fresh(void)
{
	sqlite3 *db;

	must(sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "unix"), db);
	return db;
}

static void run(sqlite3 *db, const char *sql)
{
	must(sqlite3_exec(db, sql, NULL, NULL, NULL), db);
}

/* The bytes of the database, which is closed. */
static void take(sqlite3 *db, struct evd_buf *out)
{
	sqlite3_int64 n;
	unsigned char *p = sqlite3_serialize(db, "main", &n, 0);

	evd_buf_init(out, 0);
	evd_put(out, p, (size_t)n);
	sqlite3_free(p);
	sqlite3_close(db);
}

static void make(const char *sql, struct evd_buf *out)
{
	sqlite3 *db = fresh();

	run(db, sql);
	take(db, out);
}

static int keep(void *ctx, struct evd_object *o, struct evd_error *err)
{
	struct evd_buf *lines = ctx;
	int r = evd_object_write(o, lines, err);

	evd_put_u8(lines, '\n');
	evd_object_reset(o);
	return r ? r : evd_buf_check(lines, err);
}

struct item {
	struct evd_memory memory[2];
	struct evd_source source[2];
	struct evd_input in;
};

static void item_of(struct item *it, struct evd_view db, struct evd_view journal)
{
	evd_source_memory(&it->memory[0], db, evd_view_str("x.db"), &it->source[0]);
	evd_source_memory(&it->memory[1], journal, evd_view_str("x.db-journal"), &it->source[1]);
	it->in = (struct evd_input){.source = it->source, .n = journal.len ? 2 : 1};
}

/* All records of a reader, a line each, ended by NUL; the bytes of the item must be as before. */
static int read_all(const struct evd_format *f, struct evd_view db, struct evd_view journal,
                    struct evd_buf *lines)
{
	struct evd_sink sink = {keep, lines};
	struct evd_buf before = {0};
	struct evd_error err = {0};
	struct item it;
	int r;

	evd_put_view(&before, db);
	evd_put_view(&before, journal);
	item_of(&it, db, journal);
	evd_buf_init(lines, 0);
	r = f->read(&it.in, &sink, &err);
	evd_put_u8(lines, 0);
	check(memcmp(before.data, db.p, db.len) == 0 &&
	          (journal.len == 0 || memcmp(before.data + db.len, journal.p, journal.len) == 0),
	      "the item stays as it is", f->name);
	evd_buf_release(&before);
	return r;
}

static bool says(const struct evd_buf *lines, const char *what)
{
	return strstr((const char *)lines->data, what) != NULL;
}

static void read_file(const char *path, struct evd_buf *out)
{
	uint8_t block[4096];
	ssize_t n;
	int fd = open(path, O_RDONLY);

	evd_buf_init(out, 0);
	while (fd >= 0 && (n = read(fd, block, sizeof block)) > 0)
		evd_put(out, block, (size_t)n);
	if (fd >= 0)
		close(fd);
}

/* the journal of a transaction that never ended, half of whose pages are in the database already. What was
 * committed is read, in private memory; the journal is said, and so is what stands in the database without it. */
static void test_hot_journal(const char *folder)
{
	char path[512], journal[520];
	struct evd_buf db, hot, lines;
	sqlite3 *conn;

	snprintf(path, sizeof path, "%s/hot.db", folder);
	snprintf(journal, sizeof journal, "%s-journal", path);
	unlink(path);
	unlink(journal);
	must(sqlite3_open_v2(path, &conn, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "unix"), conn);
	run(conn, "PRAGMA cache_size=1; CREATE TABLE t(a, b);"
	          "WITH RECURSIVE c(x) AS (VALUES(1) UNION ALL SELECT x+1 FROM c WHERE x<200) "
	          "INSERT INTO t SELECT x, hex(zeroblob(200)) FROM c;"
	          /* more pages than the cache holds: they go to the file before the commit */
	          "BEGIN; DELETE FROM t WHERE a>50; UPDATE t SET b=hex(zeroblob(150));");
	read_file(path, &db);
	read_file(journal, &hot);
	run(conn, "ROLLBACK");
	sqlite3_close(conn);
	unlink(path);
	check(hot.len > 512, "Q-02 there is a hot journal", "");
	check(read_all(&evd_format_sqlite, evd_buf_view(&db), evd_buf_view(&hot), &lines) == 0,
	      "Q-02 read", "");
	check(says(&lines, "\"code\":\"journal-seen\""), "Q-02 the journal is said",
	      (char *)lines.data);
	check(says(&lines, "\"name\":\"rows\",\"value\":\"200\""), "Q-02 the rows that were committed",
	      (char *)lines.data);
	check(!says(&lines, "database-damaged"), "Q-02 whole after the roll-back", (char *)lines.data);
	evd_buf_release(&lines);
	evd_buf_release(&db);
	evd_buf_release(&hot);
}

/* pages with 255 bytes reserved (an extension's). SQLite makes them by SQLITE_FCNTL_RESERVE_BYTES. */
static void test_reserved(void)
{
	sqlite3 *db = fresh();
	struct evd_buf bytes, lines;
	int reserve = 255;

	sqlite3_file_control(db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);
	run(db, "PRAGMA page_size=1024; CREATE TABLE t(a); INSERT INTO t VALUES(1),(2),(3); VACUUM;");
	take(db, &bytes);
	check(bytes.len > 100 && bytes.data[20] == 255, "Q-11 255 reserved bytes a page", "");
	check(read_all(&evd_format_sqlite, evd_buf_view(&bytes), evd_view_of(NULL, 0), &lines) == 0 &&
	          says(&lines, "\"name\":\"rows\",\"value\":\"3\"") &&
	          !says(&lines, "database-damaged"),
	      "Q-11 reserved bytes: the rows", (char *)lines.data);
	evd_buf_release(&lines);
	evd_buf_release(&bytes);
}

/* Tables that all claim one page. */
static void make_tables(unsigned n, struct evd_buf *out)
{
	char sql[300];

	snprintf(sql, sizeof sql,
	         "CREATE TABLE t0(a); PRAGMA writable_schema=ON;"
	         "WITH RECURSIVE c(x) AS (VALUES(1) UNION ALL SELECT x+1 FROM c WHERE x<%u) "
	         "INSERT INTO sqlite_schema SELECT 'table','t'||x,'t'||x,2,'CREATE TABLE t'||x||'(a)' "
	         "FROM c",
	         n);
	make(sql, out);
}

static int hear_begin(void *ctx, const struct evd_reader_about *about, struct evd_error *err)
{
	(void)ctx;
	(void)about;
	(void)err;
	return 0;
}

static int hear_record(void *ctx, struct evd_view line, const struct evd_json *j,
                       struct evd_error *err)
{
	(void)ctx;
	(void)line;
	(void)j;
	(void)err;
	return 0;
}

static int hear_end(void *ctx, int code, const char *text, struct evd_error *err)
{
	(void)ctx;
	(void)code;
	(void)text;
	(void)err;
	return 0;
}

/* 100,000 tables: SQLite's schema takes time by their square (its hash has few buckets), ten seconds and more.
 * The reader's process has one here; it costs the item that reading, and says so. */
static void test_endless_schema(const char *folder, const char *program)
{
	static const struct evd_reader_events events = {hear_begin, hear_record, hear_end, NULL};
	struct evd_reader_config config = {.program = program, .seconds = 1, .degraded = true};
	struct evd_reader_outcome out = {.text = ""};
	struct evd_view name = evd_view_str("x.db");
	struct evd_reader_item item = {.name = &name, .n = 1, .only = "sqlite"};
	struct evd_reader *r = NULL;
	struct evd_object o;
	struct evd_buf bytes;
	char path[512];
	int fd;

	make_tables(99999, &bytes);
	snprintf(path, sizeof path, "%s/tables.db", folder);
	fd = open(path, O_CREAT | O_TRUNC | O_RDWR, 0600);
	check(fd >= 0 && write(fd, bytes.data, bytes.len) == (ssize_t)bytes.len, "Q-12 written", path);
	item.fd = &fd;
	evd_object_init(&o);
	check(evd_reader_open(&config, &r, NULL) == 0 &&
	          evd_reader_read(r, &item, &events, &out, NULL) == 0 && out.state == EVD_READER_TIME &&
	          strcmp(out.reader, "sqlite") == 0 && evd_reader_unread(&out, &o),
	      "Q-12 100,000 tables cost the item a reading, which is said", out.text);
	evd_object_release(&o);
	evd_reader_close(r);
	close(fd);
	unlink(path);
	evd_buf_release(&bytes);
}

/* more tables than are listed, SQL text of 10 MB, a table of 2,000 columns. */
static void test_limits(void)
{
	struct evd_buf bytes, lines, sql = {0};
	struct evd_view none = {NULL, 0};

	make_tables(11999, &bytes);
	check(read_all(&evd_format_sqlite, evd_buf_view(&bytes), none, &lines) == 0,
	      "Q-12 12,000 tables", "");
	check(says(&lines, "\"kind\":\"unread\"") && says(&lines, "\"code\":\"limit\""),
	      "Q-12 that not all were listed is said", "");
	evd_buf_release(&lines);
	evd_buf_release(&bytes);

	evd_buf_init(&sql, 0);
	evd_put_str(&sql, "CREATE TABLE t(a /*");
	for (int i = 0; i < 10000000; i += 10)
		evd_put_str(&sql, "0123456789");
	evd_put_str(&sql, "*/)");
	evd_put_u8(&sql, 0);
	{
		sqlite3 *db = fresh();

		sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, 20000000);
		run(db, (const char *)sql.data);
		take(db, &bytes);
	}
	check(read_all(&evd_format_sqlite, evd_buf_view(&bytes), none, &lines) == 0 &&
	          says(&lines, "\"kind\":\"unread\""),
	      "Q-12 SQL of 10 MB is said not to be read", (char *)lines.data);
	evd_buf_release(&lines);
	evd_buf_release(&bytes);

	evd_buf_reset(&sql);
	evd_put_str(&sql, "CREATE TABLE t(c0");
	for (int i = 1; i < 2000; i++)
		evd_putf(&sql, ",c%d", i);
	evd_put_str(&sql, "); INSERT INTO t(c1999) VALUES(7)");
	evd_put_u8(&sql, 0);
	make((const char *)sql.data, &bytes);
	check(read_all(&evd_format_sqlite, evd_buf_view(&bytes), none, &lines) == 0 &&
	          says(&lines, "\"name\":\"rows\",\"value\":\"1\""),
	      "Q-12 2,000 columns", (char *)lines.data);
	evd_buf_release(&lines);
	evd_buf_release(&bytes);
	evd_buf_release(&sql);
}

/* what a column of a chat should not hold. Nothing is lost or made up: bytes that are no UTF-8 stand as
 * base64url, a NUL is in the text, a blob and a number in the text's place are told by what they are. */
static void test_types(void)
{
	static const struct {
		const char *what, *value, *is;
	} body[] = {
	    /* base64url of 61 ff 62 */
	    {"Q-13 bytes that are no UTF-8", "CAST(x'61ff62' AS TEXT)", "\"bodyBytes\":\"Yf9i\""},
	    {"Q-13 a NUL in a text", "CAST(x'610062' AS TEXT)", "\"body\":\"a\\u0000b\""},
	    {"Q-13 a blob for a text", "x'fffe00'", "\"bodyBytes\":\"__4A\""},
	    {"Q-13 a number for a text", "3.5", "\"body\":\"3.5\""},
	};
	struct evd_buf bytes, lines;
	struct evd_view none = {NULL, 0};
	char sql[800];

	for (size_t i = 0; i < sizeof body / sizeof *body; i++) {
		snprintf(
		    sql, sizeof sql,
		    "CREATE TABLE message(_id INTEGER PRIMARY KEY, chat_row_id, key_id, from_me, timestamp,"
		    " text_data, message_type, sender_jid_row_id);"
		    "INSERT INTO message VALUES(1,1,'K',0,1700000000000,%s,0,0)",
		    body[i].value);
		make(sql, &bytes);
		check(read_all(&evd_format_chat_wa_android, evd_buf_view(&bytes), none, &lines) == 0 &&
		          says(&lines, body[i].is),
		      body[i].what, (char *)lines.data);
		evd_buf_release(&lines);
		evd_buf_release(&bytes);
	}
	/* REAL where a row number belongs, and one that is no number at all; a time that is a text, and a blob */
	make("CREATE TABLE message(_id, chat_row_id, key_id, from_me, timestamp, text_data, "
	     "message_type,"
	     " sender_jid_row_id);"
	     "INSERT INTO message VALUES(1.0,1,'K',0,'1700000000000','one',0,0),"
	     "(9e99,1,x'4b','no',x'00ff','two',1e300,0)",
	     &bytes);
	check(read_all(&evd_format_chat_wa_android, evd_buf_view(&bytes), none, &lines) == 0 &&
	          says(&lines, "\"body\":\"one\"") && says(&lines, "\"body\":\"two\""),
	      "Q-13 both messages", (char *)lines.data);
	check(says(&lines, "\"timeUtc\":\"2023-11-14T22:13:20.000Z\""), "Q-13 a time written as a text",
	      (char *)lines.data);
	check(says(&lines, "impossible-time"), "Q-13 a time that is none is said", (char *)lines.data);
	evd_buf_release(&lines);
	evd_buf_release(&bytes);
}

/* Place of the one occurrence of `what`. */
static size_t place(const struct evd_buf *b, const char *what, size_t len)
{
	size_t at = 0, n = 0;

	for (size_t i = 0; i + len <= b->len; i++)
		if (memcmp(b->data + i, what, len) == 0) {
			at = i;
			n++;
		}
	if (n != 1) {
		printf("a mark stands %zu times\n", n);
		exit(99);
	}
	return at;
}

/* two rows with one row number; an index that knows of fewer rows than the table. */
static void test_lying_index(void)
{
	struct evd_buf bytes, lines;
	struct evd_view none = {NULL, 0};
	struct evd_error err = {0};
	struct evd_sqlite *d = NULL;
	struct item it;
	sqlite3_stmt *s;

	make("CREATE TABLE t(id INTEGER PRIMARY KEY, a); INSERT INTO t "
	     "VALUES(1,'row-one'),(2,'row-two')",
	     &bytes);
	/* a cell: length of the record, row number, header of 3 bytes (itself, NULL, a text of 7), the text
	 * (sqlite.org/fileformat2.html §1.6, §2.1) */
	bytes.data[place(&bytes, "\x0a\x02\x03\x00\x1brow-two", 12) + 1] = 1;
	check(read_all(&evd_format_sqlite, evd_buf_view(&bytes), none, &lines) == 0 &&
	          says(&lines, "\"name\":\"rows\",\"value\":\"2\""),
	      "Q-14 both rows of one number", (char *)lines.data);
	check(says(&lines, "database-damaged"), "Q-14 it is said", (char *)lines.data);
	evd_buf_release(&lines);
	evd_buf_release(&bytes);

	make("CREATE TABLE t(a); CREATE TABLE u(a); CREATE INDEX i ON t(a); CREATE INDEX j ON u(a);"
	     "INSERT INTO t VALUES('a'),('b'),('hidden'); INSERT INTO u VALUES('a');"
	     /* the index of t becomes that of u: three rows in the table, one in its index */
	     "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET rootpage="
	     "(SELECT rootpage FROM sqlite_schema WHERE name='j') WHERE name='i'",
	     &bytes);
	item_of(&it, evd_buf_view(&bytes), none);
	check(evd_sqlite_open(&it.in, true, &d, &err) == 0, "Q-14 opens", err.text);
	if (d) {
		check(evd_sqlite_damage(d)[0] != 0, "Q-14 the lying index is said",
		      "quick_check finds nothing");
		check(evd_sqlite_query(d, "SELECT count(*) FROM t INDEXED BY i WHERE a>''", &s, &err) ==
		              0 &&
		          sqlite3_step(s) == SQLITE_ROW && sqlite3_column_int(s, 0) == 1,
		      "Q-14 by the index one row is seen", err.text);
		sqlite3_finalize(s);
	}
	evd_sqlite_close(d);
	check(read_all(&evd_format_sqlite, evd_buf_view(&bytes), none, &lines) == 0 &&
	          says(&lines, "\"label\":\"t\",\"name\":\"rows\",\"value\":\"3\""),
	      "Q-14 the readers see all three", (char *)lines.data);
	evd_buf_release(&lines);
	evd_buf_release(&bytes);
}

/* what was deleted is not made up again from free pages; that there are some is a fact. */
static void test_deleted(void)
{
	struct evd_buf bytes, lines;

	make("PRAGMA secure_delete=OFF; CREATE TABLE message(_id INTEGER PRIMARY KEY, chat_row_id, "
	     "key_id, from_me,"
	     " timestamp, text_data, message_type, sender_jid_row_id);"
	     "WITH RECURSIVE c(x) AS (VALUES(1) UNION ALL SELECT x+1 FROM c WHERE x<300) INSERT INTO "
	     "message "
	     "SELECT x,1,'K'||x,0,1700000000000,'erased-'||x||hex(zeroblob(40)),0,0 FROM c;"
	     "DELETE FROM message; INSERT INTO message VALUES(999,1,'K',0,1700000000000,'what is "
	     "left',0,0)",
	     &bytes);
	check(memmem(bytes.data, bytes.len, "erased-", 7) != NULL, "Q-15 deleted rows are in the bytes",
	      "");
	check(read_all(&evd_format_chat_wa_android, evd_buf_view(&bytes), evd_view_of(NULL, 0),
	               &lines) == 0 &&
	          says(&lines, "what is left") && !says(&lines, "erased-"),
	      "Q-15 one message", (char *)lines.data);
	evd_buf_release(&lines);
	check(read_all(&evd_format_sqlite, evd_buf_view(&bytes), evd_view_of(NULL, 0), &lines) == 0 &&
	          says(&lines, "\"name\":\"freePages\"") &&
	          !says(&lines, "\"name\":\"freePages\",\"value\":\"0\""),
	      "Q-15 free pages are a fact of the read-out", (char *)lines.data);
	evd_buf_release(&lines);
	evd_buf_release(&bytes);
}

/* a file of a later format than this library's: said by its number, and nothing guessed. Offsets: sqlite.org/
 * fileformat2.html §1.3. A later program alone (offset 96) is no obstacle. */
static void test_newer(void)
{
	static const struct {
		const char *what;
		size_t at;
		uint8_t value;
		bool readable;
	} cases[] = {
	    {"Q-24 read version 3", 19, 3, false},
	    {"Q-24 schema format 5", 47, 5, false},
	    {"Q-24 write version 3", 18, 3, true},
	    {"Q-24 a later library wrote it", 96, 0x7F, true},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct evd_buf bytes, lines;
		bool rows;

		make("CREATE TABLE t(a); INSERT INTO t VALUES(1),(2)", &bytes);
		bytes.data[cases[i].at] = cases[i].value;
		check(read_all(&evd_format_sqlite, evd_buf_view(&bytes), evd_view_of(NULL, 0), &lines) == 0,
		      cases[i].what, "");
		rows = says(&lines, "\"name\":\"rows\",\"value\":\"2\"");
		check(rows == cases[i].readable, cases[i].what, (char *)lines.data);
		check(cases[i].readable || (says(&lines, "\"code\":\"format-newer\"") &&
		                            says(&lines, "\"kind\":\"unread\"")),
		      cases[i].what, (char *)lines.data);
		evd_buf_release(&lines);
		evd_buf_release(&bytes);
	}
}

int main(int argc, char **argv)
{
	if (argc != 3 || evd_sqlite_warm(NULL))
		return 64;
	test_hot_journal(argv[1]);
	test_reserved();
	test_limits();
	test_endless_schema(argv[1], argv[2]);
	test_types();
	test_lying_index();
	test_deleted();
	test_newer();
	printf("%d passed, %d failed\n", passed, failed);
	return failed != 0;
}
