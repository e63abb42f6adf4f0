/*
 * sqlite: any SQLite database: header facts, what its schema holds, rows of each table, also those
 * that stand only in the -wal. Source: sqlite.org/fileformat2.html §1.3, §4 (WAL). Content is read
 * by the readers of chats; free pages and deleted rows are not interpreted.
 */
#include "emit.h"
#include "source.h"
#include "sqlite_logs.h"
#include "sqlite_open.h"

#include <stdio.h>
#include <string.h>

#define TABLES_MAX 10000u
#define READ_VERSION_MAX 2u
#define SCHEMA_FORMAT_MAX 4u

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	(void)in;
	return head.len >= 100 && memcmp(head.p, "SQLite format 3\0", 16) == 0 ? 128 : 0;
}

static int read_header(const struct evd_source *s, struct evd_sink *sink, struct evd_error *err)
{
	static const char *const encodings[] = {"none", "UTF-8", "UTF-16le", "UTF-16be"};
	uint8_t h[100];
	struct evd_cursor c;
	uint32_t page, encoding, user, application, version, free_pages, schema;
	uint8_t mode, read_version;
	int r = evd_source_exact(s, 0, h, sizeof h, err);

	if (r)
		return r;
	evd_cursor_init(&c, evd_view_of(h, sizeof h));
	evd_get_bytes(&c, 16);
	page = evd_get_u16be(&c);
	page = page == 1 ? 65536 : page;
	mode = evd_get_u8(&c);
	read_version = evd_get_u8(&c);
	evd_get_bytes(&c, 16);
	free_pages = evd_get_u32be(&c);
	evd_get_bytes(&c, 4);
	schema = evd_get_u32be(&c);
	evd_get_bytes(&c, 8);
	encoding = evd_get_u32be(&c);
	user = evd_get_u32be(&c);
	evd_get_u32be(&c);
	application = evd_get_u32be(&c);
	evd_get_bytes(&c, 24);
	version = evd_get_u32be(&c);
	r = evd_emit_number(sink, "sqlite", "pageSize", NULL, page, err);
	if (r == 0)
		r = evd_emit_text(sink, "sqlite", "journal", NULL,
		                  evd_view_str(mode == 2 ? "wal" : "rollback"), err);
	if (r == 0)
		r = evd_emit_text(sink, "sqlite", "encoding", NULL,
		                  evd_view_str(encodings[encoding < 4 ? encoding : 0]), err);
	if (r == 0)
		r = evd_emit_number(sink, "sqlite", "userVersion", NULL, user, err);
	if (r == 0)
		r = evd_emit_number(sink, "sqlite", "applicationId", NULL, application, err);
	if (r == 0)
		r = evd_emit_number(sink, "sqlite", "freePages", NULL, free_pages, err);
	if (r == 0 && version)
		r = evd_emit_format(sink, "sqlite", "writtenBy", NULL, err, "%u.%u.%u", version / 1000000,
		                    version / 1000 % 1000, version % 1000);
	/* fileformat2 §1.3.3, §1.3.10: who does not know the number must not read */
	if (r == 0 && (read_version > READ_VERSION_MAX || schema > SCHEMA_FORMAT_MAX))
		r = evd_emit_observation(
		    sink, "format-newer", err,
		    "read version %u, schema format %u: newer than this reader, which knows %u and %u",
		    read_version, schema, READ_VERSION_MAX, SCHEMA_FORMAT_MAX);
	return r;
}

/* Rows of a table as the database stands, or UINT64_MAX. */
static int count_rows(struct evd_sqlite *d, struct evd_view name, uint64_t *out,
                      struct evd_error *err)
{
	struct evd_buf sql;
	sqlite3_stmt *s = NULL;
	int r;

	*out = UINT64_MAX;
	evd_buf_init(&sql, 1 << 20);
	evd_put_str(&sql, "SELECT count(*) FROM ");
	evd_sqlite_put_name(&sql, name);
	evd_put_str(&sql, " NOT INDEXED");
	evd_put_u8(&sql, 0);
	r = evd_buf_check(&sql, err);
	if (r == 0)
		r = evd_sqlite_query(d, (const char *)sql.data, &s, err);
	if (r == 0 && sqlite3_step(s) == SQLITE_ROW)
		*out = (uint64_t)sqlite3_column_int64(s, 0);
	else if (r == 0)
		r = evd_fail(err, EVD_E_DAMAGED, "rows cannot be counted");
	sqlite3_finalize(s);
	evd_buf_release(&sql);
	return r;
}

/* Whether a table of that name is in the schema: 1, 0, or -1 where the schema cannot be read. */
static int in_schema(struct evd_sqlite *d, struct evd_view name)
{
	sqlite3_stmt *s = NULL;
	int step = SQLITE_ERROR;

	if (evd_sqlite_query(d, "SELECT 1 FROM sqlite_schema WHERE type='table' AND name=?1", &s,
	                     NULL) == 0) {
		sqlite3_bind_text(s, 1, (const char *)name.p, (int)name.len, SQLITE_STATIC);
		step = sqlite3_step(s);
	}
	sqlite3_finalize(s);
	return step == SQLITE_ROW ? 1 : step == SQLITE_DONE ? 0 : -1;
}

/* Rows without the write-ahead log, where they are others. A table that only the log knows has none without it. */
static int emit_rows_before(struct evd_sqlite *bare, struct evd_view name, uint64_t rows,
                            struct evd_sink *sink, struct evd_error *err)
{
	struct evd_field f = {.group = "sqlite.table", .name = "rowsWithoutWal", .label = name};
	char text[32];
	uint64_t before;

	if (count_rows(bare, name, &before, NULL)) {
		if (in_schema(bare, name) != 0)
			return evd_emit_unread(sink, "damaged", 0, 0, err,
			                       "without the write-ahead log the rows of a table cannot be "
			                       "counted; with it they are %llu",
			                       (unsigned long long)rows);
		before = 0;
	}
	if (before == rows)
		return 0;
	snprintf(text, sizeof text, "%llu", (unsigned long long)before);
	f.value = evd_view_str(text);
	return evd_emit_field(sink, &f, err);
}

static int emit_table(struct evd_sqlite *d, struct evd_sqlite *bare, struct evd_view name,
                      struct evd_sink *sink, struct evd_error *err)
{
	struct evd_field f = {.group = "sqlite.table", .name = "rows", .label = name};
	struct evd_error why = {0};
	char text[32];
	uint64_t rows;
	int r = count_rows(d, name, &rows, &why);

	if (r == EVD_E_DAMAGED)
		return evd_emit_unread_error(sink, 0, 0, &why, err);
	if (r) {
		if (err)
			*err = why;
		return r;
	}
	snprintf(text, sizeof text, "%llu", (unsigned long long)rows);
	f.value = evd_view_str(text);
	r = evd_emit_field(sink, &f, err);
	return r || !bare ? r : emit_rows_before(bare, name, rows, sink, err);
}

static int read_schema(struct evd_sqlite *d, struct evd_sqlite *bare, struct evd_sink *sink,
                       struct evd_error *err)
{
	sqlite3_stmt *s;
	unsigned n = 0;
	int step = SQLITE_DONE;
	int r = evd_sqlite_query(
	    d,
	    "SELECT type, name, rootpage FROM sqlite_schema WHERE type IN ('table','view','trigger')",
	    &s, err);

	while (r == 0 && n++ < TABLES_MAX && (step = sqlite3_step(s)) == SQLITE_ROW) {
		struct evd_view type = evd_sqlite_bytes(s, 0), name = evd_sqlite_bytes(s, 1);
		struct evd_field f = {.group = "sqlite.schema", .label = name};

		if (evd_view_is(type, "table") && sqlite3_column_int64(s, 2) > 0) {
			r = emit_table(d, bare, name, sink, err);
			continue;
		}
		f.name = evd_view_is(type, "view")      ? "view"
		         : evd_view_is(type, "trigger") ? "trigger"
		                                        : "virtualTable";
		f.value = name;
		r = evd_emit_field(sink, &f, err);
	}
	if (r == 0 && step != SQLITE_DONE)
		r = evd_emit_unread(sink, step == SQLITE_ROW ? "limit" : "damaged", 0, 0, err,
		                    "the schema could be read up to entry %u", n - 1);
	sqlite3_finalize(s);
	return r;
}

static int read_sqlite(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	struct evd_sqlite *d = NULL, *bare = NULL;
	struct evd_error why = {0};
	bool wal = false;
	int r = read_header(&in->source[0], sink, err);

	if (r == 0)
		r = evd_sqlite_say_logs(in, &wal, sink, err);
	if (r == EVD_E_DAMAGED)
		return evd_fail(err, EVD_E_FORMAT, "shorter than the header of a database");
	if (r)
		return r;
	r = evd_sqlite_open(in, true, &d, &why);
	if (r == EVD_E_DAMAGED)
		return evd_emit_unread_error(sink, 0, in->source[0].size, &why, err);
	if (r) {
		if (err)
			*err = why;
		return r;
	}
	if (*evd_sqlite_damage(d))
		r = evd_emit_observation(sink, "database-damaged", err, "quick_check says: %s",
		                         evd_sqlite_damage(d));
	if (r == 0 && wal && evd_sqlite_open(in, false, &bare, NULL))
		bare = NULL;
	if (r == 0)
		r = read_schema(d, bare, sink, &why);
	if (r == EVD_E_DAMAGED)
		r = evd_emit_unread_error(sink, 0, 0, &why, err);
	else if (r && err && why.code)
		*err = why;
	evd_sqlite_close(bare);
	evd_sqlite_close(d);
	return r;
}

static int warm(struct evd_error *err)
{
	return evd_sqlite_warm(err);
}

const struct evd_format evd_format_sqlite = {
    .name = "sqlite",
    .version = "2",
    .spec = "sqlite.org/fileformat2.html; hardened, from private files",
    .confirmed = true,
    .probe = probe,
    .read = read_sqlite,
    .alongside = true,
    .warm = warm,
};
