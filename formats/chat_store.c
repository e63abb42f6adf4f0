/* chat_store: see chat_store.h. */
#include "chat_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define APPLE_EPOCH INT64_C(978307200) /* 2001-01-01 in seconds since 1970 */

struct read {
	struct evd_chat chat;
	struct evd_sqlite *db;
	const struct chat_store *store;
	struct evd_chat_list reactions;
	struct evd_buf sql, text, raw, chat_key;
	sqlite3_stmt *react;
	bool react_row;
	int64_t last_row;
	uint64_t rows_missing, gaps;
};

static bool has_column(struct evd_sqlite *d, const char *table, const char *column)
{
	struct evd_buf sql;
	sqlite3_stmt *s = NULL;
	bool has = false;

	if (!evd_sqlite_is_table(d, table))
		return false;
	evd_buf_init(&sql, 1024);
	evd_putf(&sql, "SELECT * FROM %s LIMIT 0", table);
	evd_put_u8(&sql, 0);
	if (!sql.failed && evd_sqlite_query(d, (const char *)sql.data, &s, NULL) == 0)
		for (int i = 0; i < sqlite3_column_count(s) && !has; i++) {
			const char *name = sqlite3_column_name(s, i);

			has = name && sqlite3_stricmp(name, column) == 0;
		}
	sqlite3_finalize(s);
	evd_buf_release(&sql);
	return has;
}

/* "a.b" or "a.b+c.d": all there. */
static bool satisfied(struct evd_sqlite *d, const char *needs)
{
	char table[64], column[64];

	while (needs && *needs) {
		int n = 0;

		if (sscanf(needs, "%63[^.+].%63[^.+]%n", table, column, &n) != 2 ||
		    !has_column(d, table, column))
			return false;
		needs += n;
		if (*needs == '+')
			needs++;
	}
	return true;
}

bool chat_store_int(sqlite3_stmt *s, int column, int64_t *out)
{
	int type = sqlite3_column_type(s, column);

	*out = 0;
	if (type == SQLITE_INTEGER) {
		*out = sqlite3_column_int64(s, column);
		return true;
	}
	if (type == SQLITE_FLOAT) {
		double x = sqlite3_column_double(s, column);

		if (!(x > -9e15 && x < 9e15))
			return false;
		*out = (int64_t)x;
		return true;
	}
	return type == SQLITE_TEXT && evd_chat_integer(evd_sqlite_bytes(s, column), out);
}

void chat_store_apple_time(struct store_row *row)
{
	struct evd_view raw = row->m.time.raw;
	enum evd_chat_precision precision = EVD_CHAT_SECOND;
	int64_t x;

	if (!chat_store_int(row->s, ST_TIME, &x)) {
		if (raw.len)
			row->m.flags |= EVD_CHAT_F_IMPOSSIBLE_TIME;
		return;
	}
	if (x == 0 && sqlite3_column_type(row->s, ST_TIME) == SQLITE_INTEGER)
		return;
	if (x > INT64_C(100000000000) || x < -INT64_C(100000000000)) { /* nanoseconds, by its size */
		precision = EVD_CHAT_MILLI;
		x /= 1000000;
	} else if (sqlite3_column_type(row->s, ST_TIME) == SQLITE_FLOAT) {
		precision = EVD_CHAT_MILLI;
		x = (int64_t)(sqlite3_column_double(row->s, ST_TIME) * 1000);
	} else {
		x *= 1000;
	}
	evd_chat_time_epoch(&row->m.time, raw, x + APPLE_EPOCH * 1000, precision);
	if (!row->m.time.has_utc)
		row->m.flags |= EVD_CHAT_F_IMPOSSIBLE_TIME;
}

static int next_reaction(struct read *g)
{
	g->react_row = g->react && sqlite3_step(g->react) == SQLITE_ROW;
	return 0;
}

/* Both queries run in the order of the rows, so one pass joins them. */
static struct evd_view reactions(struct read *g, int64_t row, struct evd_error *err)
{
	int64_t parent;

	evd_chat_list_reset(&g->reactions);
	while (g->react_row) {
		struct evd_object *o;

		if (chat_store_int(g->react, 0, &parent) && parent > row)
			break;
		o = parent == row ? evd_chat_list_item(&g->reactions) : NULL;
		if (o) {
			evd_chat_text(o, "reaction", evd_sqlite_bytes(g->react, 1));
			if (sqlite3_column_type(g->react, 2) != SQLITE_NULL)
				evd_chat_text(o, "by", evd_sqlite_bytes(g->react, 2));
			if (sqlite3_column_type(g->react, 3) != SQLITE_NULL)
				evd_chat_text(o, "timeRaw", evd_sqlite_bytes(g->react, 3));
			if (evd_chat_list_put(&g->reactions, err))
				break;
		}
		next_reaction(g);
	}
	return evd_chat_list_end(&g->reactions);
}

static struct evd_view column(const struct store_row *row, enum store_column c)
{
	return sqlite3_column_type(row->s, (int)c) == SQLITE_NULL ? evd_view_of(NULL, 0)
	                                                          : evd_sqlite_bytes(row->s, (int)c);
}

static void put_row(struct read *g, struct store_row *row)
{
	int64_t size, me;
	struct evd_view raw;

	row->m.no_place = true;
	row->m.id = column(row, ST_ID);
	row->m.sender = column(row, ST_SENDER);
	row->m.handle = column(row, ST_ADDRESS);
	row->m.reply_to = column(row, ST_REPLY);
	if (chat_store_int(row->s, ST_FROM_ME, &me))
		row->m.direction = me ? "out" : "in";
	row->m.has_body = sqlite3_column_type(row->s, ST_BODY) != SQLITE_NULL;
	/* read the number before its text: SQLite converts in place */
	row->text = &g->text;
	evd_buf_reset(&g->text);
	evd_buf_reset(&g->raw);
	if (sqlite3_column_type(row->s, ST_TIME) == SQLITE_INTEGER)
		evd_putf(&g->raw, "%lld", (long long)sqlite3_column_int64(row->s, ST_TIME));
	else if (sqlite3_column_type(row->s, ST_TIME) == SQLITE_FLOAT)
		evd_putf(&g->raw, "%.6f", sqlite3_column_double(row->s, ST_TIME));
	else if (sqlite3_column_type(row->s, ST_TIME) != SQLITE_NULL)
		evd_put_view(&g->raw, evd_sqlite_bytes(row->s, ST_TIME));
	raw = evd_buf_view(&g->raw);
	row->m.body = column(row, ST_BODY);
	row->m.time.raw = raw;
	row->a.name = column(row, ST_MEDIA_NAME);
	row->a.media = column(row, ST_MEDIA_TYPE);
	if (chat_store_int(row->s, ST_MEDIA_SIZE, &size) && size > 0) {
		row->a.has_size = true;
		row->a.size = (uint64_t)size;
	}
	row->a.state = EVD_CHAT_S_ABSENT; /* media are not in a database */
	row->has_attachment = row->a.name.len || row->a.media.len;
	g->store->finish(row);
	if (row->m.handle.len && evd_chat_phone(row->m.handle, &g->chat_key)) {
		row->m.number = row->m.handle;
		row->m.handle = evd_view_of(NULL, 0);
	}
	evd_buf_reset(&g->chat_key);
}

static void count_row(struct read *g, int64_t id)
{
	if (g->last_row > 0 && id > g->last_row + 1) {
		g->rows_missing += (uint64_t)(id - g->last_row - 1);
		g->gaps++;
	}
	g->last_row = id;
}

static int one_row(struct read *g, sqlite3_stmt *s, struct evd_error *err)
{
	struct store_row row = {.s = s};
	struct evd_chat_conv *conv;
	struct evd_buf details;
	int64_t id;
	int r = 0;

	put_row(g, &row);
	if (chat_store_int(s, ST_ROW, &id)) {
		count_row(g, id);
		row.m.reactions = reactions(g, id, err);
	}
	evd_buf_init(&details, 128);
	evd_putf(&details, "{\"row\":\"%lld\",\"table\":\"%s\"}", (long long)id, g->store->table);
	row.m.details = evd_buf_view(&details);
	evd_put_view(&g->chat_key, column(&row, ST_CHAT));
	conv = evd_chat_find(&g->chat, evd_buf_view(&g->chat_key));
	if (!conv) {
		struct evd_chat_info info = {.id = evd_buf_view(&g->chat_key),
		                             .title = column(&row, ST_TITLE),
		                             .form = g->store->form};

		r = evd_chat_begin(&g->chat, evd_buf_view(&g->chat_key), &info, &conv, err);
	}
	evd_buf_reset(&g->chat_key);
	if (r == 0)
		r = evd_chat_message(&g->chat, conv, &row.m, err);
	if (r == 0 && row.has_attachment)
		r = evd_chat_attach(&g->chat, conv, &row.a, err);
	evd_buf_release(&details);
	return r;
}

static int make_query(struct read *g, sqlite3_stmt **s, struct evd_error *err)
{
	const struct chat_store *store = g->store;

	evd_buf_reset(&g->sql);
	evd_put_str(&g->sql, "SELECT ");
	for (int i = 0; i < ST_N; i++) {
		const char *x = store->column[i].expression;

		if (!x || !satisfied(g->db, store->column[i].needs))
			x = "NULL";
		evd_putf(&g->sql, "%s%s", i ? "," : "", x);
	}
	evd_putf(&g->sql, " FROM %s", store->from);
	evd_put_u8(&g->sql, 0);
	if (evd_buf_check(&g->sql, err))
		return EVD_E_NOMEM;
	return evd_sqlite_query(g->db, (const char *)g->sql.data, s, err);
}

/* A newer schema may have moved what people said: rows without words must not look like silence. */
static int say_missing(struct read *g, struct evd_error *err)
{
	static const enum store_column must[] = {ST_BODY, ST_TIME};
	int r = 0;

	for (size_t i = 0; i < sizeof must / sizeof *must && r == 0; i++) {
		const char *x = g->store->column[must[i]].expression;

		if (x && !satisfied(g->db, g->store->column[must[i]].needs))
			r = evd_chat_observe(&g->chat, NULL, "column-missing", err,
			                     "table %s: no %s where this reader looks for it, the schema is "
			                     "another one",
			                     g->store->table, must[i] == ST_BODY ? "text" : "time");
	}
	return r;
}

static int one_store(struct read *g, struct evd_error *err)
{
	sqlite3_stmt *s = NULL;
	struct evd_error why;
	int code = SQLITE_DONE, r;

	g->last_row = 0;
	g->rows_missing = g->gaps = 0;
	r = make_query(g, &s, &why);
	if (r)
		return evd_chat_unread(&g->chat, NULL, "schema", 0, 0, err, "table %s: %s", g->store->table,
		                       why.text);
	if (g->store->reactions && evd_sqlite_is_table(g->db, g->store->reactions_table) &&
	    evd_sqlite_query(g->db, g->store->reactions, &g->react, NULL))
		g->react = NULL;
	next_reaction(g);
	while (r == 0 && (code = sqlite3_step(s)) == SQLITE_ROW)
		r = one_row(g, s, err);
	sqlite3_finalize(s);
	sqlite3_finalize(g->react);
	g->react = NULL;
	if (r == 0)
		r = say_missing(g, err);
	if (r == 0 && code != SQLITE_DONE)
		r = evd_chat_unread(&g->chat, NULL, code == SQLITE_INTERRUPT ? "limit" : "damaged", 0, 0,
		                    err, "table %s cannot be read behind row %lld", g->store->table,
		                    (long long)g->last_row);
	if (r == 0 && g->gaps)
		r = evd_chat_observe(&g->chat, NULL, "rows-missing", err,
		                     "table %s: %llu row numbers are missing in %llu places",
		                     g->store->table, (unsigned long long)g->rows_missing,
		                     (unsigned long long)g->gaps);
	return r;
}

static void release(struct read *g)
{
	evd_chat_list_release(&g->reactions);
	evd_buf_release(&g->sql);
	evd_buf_release(&g->text);
	evd_buf_release(&g->raw);
	evd_buf_release(&g->chat_key);
	evd_chat_release(&g->chat);
	evd_sqlite_close(g->db);
	free(g);
}

int chat_store_read(const struct evd_input *in, const struct chat_store *stores, size_t n,
                    struct evd_sink *sink, struct evd_error *err)
{
	struct read *g = calloc(1, sizeof *g);
	int r;

	if (!g)
		return evd_nomem(err);
	evd_chat_init(&g->chat, sink, stores[0].platform);
	evd_chat_list_init(&g->reactions);
	r = evd_sqlite_open(in, true, &g->db, err);
	if (r)
		goto out;
	if (evd_sqlite_damage(g->db)[0])
		r = evd_chat_observe(&g->chat, NULL, "database-damaged", err, "%s",
		                     evd_sqlite_damage(g->db));
	for (size_t i = 0; i < n && r == 0; i++) {
		g->store = &stores[i];
		if (evd_sqlite_is_table(g->db, g->store->table) &&
		    (!g->store->wants_table || satisfied(g->db, g->store->wants_table)))
			r = one_store(g, err);
	}
	if (r == 0)
		r = evd_chat_end(&g->chat, err);
out:
	release(g);
	return r;
}

unsigned chat_store_probe(const struct evd_input *in, struct evd_view head, const char *table,
                          const char *column)
{
	struct evd_sqlite *d;
	bool has;

	if (in->n == 0 || head.len < 100 || memcmp(head.p, "SQLite format 3\0", 16) != 0)
		return 0;
	if (evd_sqlite_open(in, true, &d, NULL))
		return 0;
	has = has_column(d, table, column);
	evd_sqlite_close(d);
	return has ? 160 : 0;
}
