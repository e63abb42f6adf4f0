/*
 * chat_store_left: what a messenger's database holds and its reader does not read; see chat_store.h. Schemas change
 * with every version of an app: what is new must be said, or it would look as if it were not there.
 */
#include "chat_store.h"

#include "base/text.h"

#include <string.h>

#define TABLES_MAX 2000u
#define COLUMNS_MAX 400
#define SAID_MAX 700u /* bytes of names in one observation */

/* `text` names that table, or that column of it: a word of its own. */
static bool mentions(const char *text, struct evd_view word)
{
	const char *at = text;

	while (at && word.len && (at = memmem(at, strlen(at), word.p, word.len))) {
		const char *behind = at + word.len;
		bool begins =
		    at == text ||
		    !strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", at[-1]);

		if (begins &&
		    (!*behind ||
		     !strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", *behind)))
			return true;
		at++;
	}
	return false;
}

static bool store_mentions(const struct chat_store *s, struct evd_view word)
{
	for (int i = 0; i < ST_N; i++)
		if (mentions(s->column[i].expression, word) || mentions(s->instead[i].expression, word))
			return true;
	for (size_t i = 0; i < STORE_FACTS && s->fact[i].name; i++)
		if (mentions(s->fact[i].expression, word))
			return true;
	for (size_t i = 0; i < STORE_LISTS; i++)
		if (mentions(s->list[i].query, word))
			return true;
	return mentions(s->from, word) || mentions(s->reactions.query.expression, word) ||
	       mentions(s->attachments, word) || mentions(s->calls, word) || mentions(s->chats, word);
}

/* Tables that are read if their columns are those looked for. */
static bool is_people(struct evd_sqlite *db, const struct chat_store *store, struct evd_view table)
{
	if (store->receipts.table && evd_view_is(table, store->receipts.table) &&
	    chat_store_receipts(db, store))
		return true;
	for (size_t i = 0; i < STORE_MEMBERS; i++)
		if (store->member[i].table && evd_view_is(table, store->member[i].table) &&
		    chat_store_members(db, store, i))
			return true;
	return false;
}

static bool is_read(struct evd_sqlite *db, const struct chat_store *stores, size_t n,
                    struct evd_view table)
{
	for (const char *const *t = stores[0].read_tables; *t; t++)
		if (evd_view_is(table, *t))
			return true;
	for (size_t i = 0; i < n; i++)
		if (evd_view_is(table, stores[i].table) || store_mentions(&stores[i], table) ||
		    is_people(db, &stores[i], table))
			return true;
	return table.len > 7 && memcmp(table.p, "sqlite_", 7) == 0;
}

static bool has_rows(struct evd_sqlite *db, struct evd_view table)
{
	sqlite3_stmt *s = NULL;
	struct evd_buf sql;
	bool has = false;

	evd_buf_init(&sql, 0);
	evd_put_str(&sql, "SELECT 1 FROM ");
	evd_sqlite_put_name(&sql, table);
	evd_put_str(&sql, " LIMIT 1");
	evd_put_u8(&sql, 0);
	if (!sql.failed && evd_sqlite_query(db, (const char *)sql.data, &s, NULL) == 0)
		has = sqlite3_step(s) == SQLITE_ROW;
	sqlite3_finalize(s);
	evd_buf_release(&sql);
	return has;
}

static void put_name(struct evd_buf *names, unsigned *n, struct evd_view name)
{
	++*n;
	if (names->len + name.len > SAID_MAX)
		return;
	evd_put_str(names, names->len ? ", " : "");
	evd_put_printable(names, name, 60);
}

static int left_tables(struct evd_chat *chat, struct evd_sqlite *db,
                       const struct chat_store *stores, size_t n, struct evd_error *err)
{
	sqlite3_stmt *s = NULL;
	struct evd_buf names;
	unsigned found = 0, looked = 0;
	int r = evd_sqlite_query(db, "SELECT name FROM sqlite_schema WHERE type='table' AND rootpage>0",
	                         &s, NULL);

	if (r)
		return 0; /* a damaged schema was said where it was opened */
	evd_buf_init(&names, 0);
	while (sqlite3_step(s) == SQLITE_ROW && looked++ < TABLES_MAX) {
		struct evd_view name = evd_sqlite_bytes(s, 0);

		if (!is_read(db, stores, n, name) && has_rows(db, name))
			put_name(&names, &found, name);
	}
	sqlite3_finalize(s);
	if (found)
		r = evd_chat_observe(chat, NULL, "tables-not-read", err,
		                     "%u tables with rows are not read: %.*s%s", found, (int)names.len,
		                     (const char *)names.data, names.len > SAID_MAX - 64 ? " …" : "");
	evd_buf_release(&names);
	return r;
}

/* One pass: max(…) of every column that no expression names. */
static int left_columns(struct evd_chat *chat, struct evd_sqlite *db,
                        const struct chat_store *store, struct evd_error *err)
{
	sqlite3_stmt *s = NULL, *values = NULL;
	struct evd_buf sql, names;
	unsigned found = 0, asked = 0;
	int r = 0;

	evd_buf_init(&sql, 0);
	evd_buf_init(&names, 0);
	evd_putf(&sql, "SELECT * FROM %s LIMIT 0", store->table);
	evd_put_u8(&sql, 0);
	if (sql.failed || evd_sqlite_query(db, (const char *)sql.data, &s, NULL))
		goto out;
	evd_buf_reset(&sql);
	evd_put_str(&sql, "SELECT 0");
	for (int i = 0; i < sqlite3_column_count(s) && i < COLUMNS_MAX; i++) {
		const char *name = sqlite3_column_name(s, i);

		evd_put_str(&sql, ",max(");
		if (!name || store_mentions(store, evd_view_str(name))) {
			evd_put_str(&sql, "0)");
			continue;
		}
		asked++;
		evd_sqlite_put_name(&sql, evd_view_str(name));
		evd_put_str(&sql, " NOT IN (0,''))");
	}
	evd_putf(&sql, " FROM %s", store->table);
	evd_put_u8(&sql, 0);
	if (asked && !sql.failed && evd_sqlite_query(db, (const char *)sql.data, &values, NULL) == 0 &&
	    sqlite3_step(values) == SQLITE_ROW)
		for (int i = 0; i < sqlite3_column_count(s) && i < COLUMNS_MAX; i++)
			if (sqlite3_column_int(values, i + 1))
				put_name(&names, &found, evd_view_str(sqlite3_column_name(s, i)));
	if (found)
		r = evd_chat_observe(chat, NULL, "columns-not-read", err,
		                     "table %s: %u columns that hold something are not read: %.*s%s",
		                     store->table, found, (int)names.len, (const char *)names.data,
		                     names.len > SAID_MAX - 64 ? " …" : "");
out:
	sqlite3_finalize(s);
	sqlite3_finalize(values);
	evd_buf_release(&sql);
	evd_buf_release(&names);
	return r;
}

int chat_store_left(struct evd_chat *chat, struct evd_sqlite *db, const struct chat_store *stores,
                    size_t n, struct evd_error *err)
{
	int r = left_tables(chat, db, stores, n, err);

	for (size_t i = 0; i < n && r == 0; i++)
		if (evd_sqlite_is_table(db, stores[i].table))
			r = left_columns(chat, db, &stores[i], err);
	return r;
}
