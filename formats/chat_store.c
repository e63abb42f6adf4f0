/* chat_store: see chat_store.h. */
#include "chat_store_read.h"

#include "chat_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

bool store_satisfied(struct evd_sqlite *d, const char *needs)
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

/* What this schema answers of the two, or NULL. */
static const char *answered(struct evd_sqlite *db, const struct store_query *x,
                            const struct store_query *instead)
{
	if (x->expression && !store_satisfied(db, x->needs))
		x = instead;
	return x->expression && store_satisfied(db, x->needs) ? x->expression : NULL;
}

const char *chat_store_members(struct evd_sqlite *db, const struct chat_store *store, size_t i)
{
	return answered(db, &store->member[i].query, &store->member[i].instead);
}

const char *chat_store_reactions(struct evd_sqlite *db, const struct chat_store *store)
{
	return answered(db, &store->reactions.query, &store->reactions.instead);
}

const char *chat_store_receipts(struct evd_sqlite *db, const struct chat_store *store)
{
	const struct store_query *x = &store->receipts.query;

	return x->expression && store_satisfied(db, x->needs) ? x->expression : NULL;
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

/* Seconds, or nanoseconds by their size, since 2001; false: none there, or not to be read as such. */
static bool apple_ms(sqlite3_stmt *s, int column, int64_t *ms, enum evd_chat_precision *precision)
{
	int64_t x;

	*precision = EVD_CHAT_SECOND;
	if (!chat_store_int(s, column, &x))
		return false;
	if (x > INT64_C(100000000000) || x < -INT64_C(100000000000)) {
		*precision = EVD_CHAT_MILLI;
		x /= 1000000;
	} else if (sqlite3_column_type(s, column) == SQLITE_FLOAT) {
		*precision = EVD_CHAT_MILLI;
		x = (int64_t)(sqlite3_column_double(s, column) * 1000);
	} else {
		x *= 1000;
	}
	*ms = x + CHAT_APPLE_EPOCH * 1000;
	return true;
}

static bool is_zero(sqlite3_stmt *s, int column)
{
	return sqlite3_column_type(s, column) == SQLITE_INTEGER && sqlite3_column_int64(s, column) == 0;
}

void chat_store_apple_time(struct store_row *row)
{
	struct evd_view raw = row->m.time.raw;
	enum evd_chat_precision precision;
	int64_t ms;

	if (is_zero(row->s, ST_TIME))
		return;
	if (!apple_ms(row->s, ST_TIME, &ms, &precision)) {
		if (raw.len)
			row->m.flags |= EVD_CHAT_F_IMPOSSIBLE_TIME;
		return;
	}
	evd_chat_time_epoch(&row->m.time, raw, ms, precision);
	if (!row->m.time.has_utc)
		row->m.flags |= EVD_CHAT_F_IMPOSSIBLE_TIME;
}

bool chat_store_apple_column(const struct store_row *row, enum store_column c,
                             struct evd_chat_time *t)
{
	enum evd_chat_precision precision;
	int64_t ms;

	if (is_zero(row->s, (int)c) || !apple_ms(row->s, (int)c, &ms, &precision))
		return false;
	evd_chat_time_epoch(t, evd_view_of(NULL, 0), ms, precision);
	return t->has_utc;
}

bool store_put_jid(struct evd_buf *text, struct evd_view jid)
{
	const uint8_t *at = jid.len ? memchr(jid.p, '@', jid.len) : NULL;

	if (!at || (size_t)(at - jid.p) + 15 > jid.len || memcmp(at, "@s.whatsapp.net", 15) != 0)
		return false;
	for (const uint8_t *p = jid.p; p < at; p++)
		if (*p < '0' || *p > '9')
			return false;
	evd_buf_reset(text);
	evd_put_u8(text, '+');
	evd_put(text, jid.p, (size_t)(at - jid.p));
	return true;
}

void chat_store_jid(struct store_row *row, struct evd_view jid)
{
	if (store_put_jid(row->text, jid))
		row->m.number = evd_buf_view(row->text);
}

void chat_store_no_group(struct store_row *row)
{
	struct evd_view v = row->m.handle;

	if (!evd_chat_ends(v, "@g.us") && !evd_chat_ends(v, "@broadcast"))
		return;
	if (sqlite3_column_type(row->s, ST_CHAT) == SQLITE_NULL ||
	    !evd_view_eq(v, evd_sqlite_bytes(row->s, ST_CHAT)))
		evd_chat_text(row->details, "groupAccount", v);
	row->m.handle = evd_view_of(NULL, 0);
}

static void put_facts(struct store_read *g, sqlite3_stmt *s)
{
	for (int i = 0; i < (int)STORE_FACTS && g->store->fact[i].name; i++) {
		int at = ST_N + i, type = sqlite3_column_type(s, at);

		if (type == SQLITE_NULL || (type == SQLITE_INTEGER && sqlite3_column_int64(s, at) == 0) ||
		    (type == SQLITE_FLOAT && sqlite3_column_double(s, at) == 0))
			continue;
		if (evd_sqlite_bytes(s, at).len)
			evd_chat_text(&g->details, g->store->fact[i].name, evd_sqlite_bytes(s, at));
	}
}

static struct evd_view column(const struct store_row *row, enum store_column c)
{
	return sqlite3_column_type(row->s, (int)c) == SQLITE_NULL ? evd_view_of(NULL, 0)
	                                                          : evd_sqlite_bytes(row->s, (int)c);
}

static int put_row(struct store_read *g, struct store_row *row, int64_t id, struct evd_error *err)
{
	int64_t size, me, forwarded;
	struct evd_view raw;
	int r = store_call_of(g, row, id, err);

	row->m.no_place = true;
	row->m.id = column(row, ST_ID);
	row->m.sender = column(row, ST_SENDER);
	row->m.handle = column(row, ST_ADDRESS);
	row->m.reply_to = column(row, ST_REPLY);
	row->m.reply_text = column(row, ST_REPLY_TEXT);
	row->m.caption = column(row, ST_CAPTION);
	put_facts(g, row->s);
	if (chat_store_int(row->s, ST_FROM_ME, &me))
		row->m.direction = me ? "out" : "in";
	row->m.is_forwarded = chat_store_int(row->s, ST_FORWARDED, &forwarded) && forwarded;
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
	row->has_attachment =
	    row->a.name.len || row->a.media.len || store_stands_on(&g->beside[BY_ATTACHMENT], id);
	row->details = &g->details;
	row->revisions = &g->revisions;
	row->json = &g->json;
	g->store->finish(row);
	/* a message that is nothing but a file, of which no row is there: the file is missing, not unheard of */
	row->has_attachment = row->has_attachment || row->m.type == EVD_CHAT_T_ATTACHMENT;
	if (row->m.handle.len && evd_chat_phone(row->m.handle, &g->chat_key)) {
		row->m.number = row->m.handle;
		row->m.handle = evd_view_of(NULL, 0);
	}
	evd_buf_reset(&g->chat_key);
	return r;
}

static void count_row(struct store_read *g, int64_t id)
{
	if (g->last_row > 0 && id > g->last_row + 1) {
		g->rows_missing += (uint64_t)(id - g->last_row - 1);
		g->gaps++;
	}
	g->last_row = id;
}

static void begin_details(struct store_read *g, int64_t id)
{
	char number[24];
	int n = snprintf(number, sizeof number, "%lld", (long long)id);

	evd_chat_list_reset(&g->revisions);
	evd_object_reset(&g->details);
	evd_object_str(&g->details, "row", evd_view_of(number, (size_t)n));
	evd_object_cstr(&g->details, "table", g->store->table);
}

/* What the app itself has put in its bin stands in no conversation; the bin says in which it was. */
static int conversation(struct store_read *g, struct store_row *row, struct evd_chat_conv **conv,
                        struct evd_error *err)
{
	bool trash = sqlite3_column_type(row->s, ST_TRASH) != SQLITE_NULL &&
	             sqlite3_column_type(row->s, ST_CHAT) == SQLITE_NULL;
	struct evd_chat_info info = {.form = g->store->form};
	int r = 0;

	evd_put_view(&g->chat_key, column(row, trash ? ST_TRASH_CHAT : ST_CHAT));
	*conv = evd_chat_find(&g->chat, evd_buf_view(&g->chat_key));
	if (!*conv) {
		info.id = evd_buf_view(&g->chat_key);
		info.title = column(row, trash ? ST_TRASH_TITLE : ST_TITLE);
		r = evd_chat_begin(&g->chat, evd_buf_view(&g->chat_key), &info, conv, err);
	}
	evd_buf_reset(&g->chat_key);
	return r;
}

static int one_row(struct store_read *g, sqlite3_stmt *s, struct evd_error *err)
{
	struct store_row row = {.s = s};
	struct evd_chat_conv *conv;
	int64_t id;
	bool known = chat_store_int(s, ST_ROW, &id);
	int r;

	begin_details(g, id);
	r = put_row(g, &row, id, err);
	if (r)
		return r;
	if (known) {
		count_row(g, id);
		row.m.reactions = store_reactions(g, id, err);
		r = store_put_lists(g, id, err);
		if (r == 0)
			r = store_put_receipts(g, id, err);
		if (r)
			return r;
	}
	evd_buf_reset(&g->details_json);
	r = evd_object_write(&g->details, &g->details_json, err);
	row.m.details = evd_buf_view(&g->details_json);
	if (r == 0)
		r = conversation(g, &row, &conv, err);
	if (r == 0)
		r = evd_chat_message(&g->chat, conv, &row.m, err);
	if (r == 0 && g->beside[BY_ATTACHMENT].s && store_stands_on(&g->beside[BY_ATTACHMENT], id))
		r = store_attachments(g, conv, id, err);
	else if (r == 0 && row.has_attachment)
		r = evd_chat_attach(&g->chat, conv, &row.a, err);
	return r;
}

static int make_query(struct store_read *g, sqlite3_stmt **s, struct evd_error *err)
{
	const struct chat_store *store = g->store;

	evd_buf_reset(&g->sql);
	evd_put_str(&g->sql, "SELECT ");
	for (int i = 0; i < ST_N; i++) {
		const struct store_query *x = &store->column[i];

		if (!x->expression || !store_satisfied(g->db, x->needs))
			x = &store->instead[i];
		evd_putf(&g->sql, "%s%s", i ? "," : "",
		         x->expression && store_satisfied(g->db, x->needs) ? x->expression : "NULL");
	}
	for (size_t i = 0; i < STORE_FACTS && store->fact[i].name; i++)
		evd_putf(&g->sql, ",%s",
		         store_satisfied(g->db, store->fact[i].needs) ? store->fact[i].expression : "NULL");
	evd_putf(&g->sql, " FROM %s", store->from);
	for (size_t i = 0; store->order && i < sizeof store->join / sizeof *store->join; i++)
		if (store->join[i].text && store_satisfied(g->db, store->join[i].needs))
			evd_putf(&g->sql, " %s", store->join[i].text);
	if (store->order)
		evd_putf(&g->sql, " %s", store->order);
	evd_put_u8(&g->sql, 0);
	if (evd_buf_check(&g->sql, err))
		return EVD_E_NOMEM;
	return evd_sqlite_query(g->db, (const char *)g->sql.data, s, err);
}

/* A newer schema may have moved what people said: rows without words must not look like silence. */
static int say_missing(struct store_read *g, struct evd_error *err)
{
	static const enum store_column must[] = {ST_BODY, ST_TIME};
	int r = 0;

	for (size_t i = 0; i < sizeof must / sizeof *must && r == 0; i++) {
		const char *x = g->store->column[must[i]].expression;

		if (x && !store_satisfied(g->db, g->store->column[must[i]].needs))
			r = evd_chat_observe(&g->chat, NULL, "column-missing", err,
			                     "table %s: no %s where this reader looks for it, the schema is "
			                     "another one",
			                     g->store->table, must[i] == ST_BODY ? "text" : "time");
	}
	return r;
}

static int one_store(struct store_read *g, struct evd_error *err)
{
	sqlite3_stmt *s = NULL;
	struct evd_error why;
	int code = SQLITE_DONE, r, end;

	g->last_row = 0;
	g->rows_missing = g->gaps = 0;
	r = make_query(g, &s, &why);
	if (r)
		return evd_chat_unread(&g->chat, NULL, "schema", 0, 0, err, "table %s: %s", g->store->table,
		                       why.text);
	r = store_besides_begin(g, err);
	while (r == 0 && (code = sqlite3_step(s)) == SQLITE_ROW)
		r = one_row(g, s, err);
	sqlite3_finalize(s);
	end = store_besides_end(g, r == 0 && code == SQLITE_DONE, err);
	if (r == 0)
		r = end;
	if (r == 0)
		r = store_empty_chats(g, err);
	if (r == 0)
		r = store_members(g, err);
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

static void release(struct store_read *g)
{
	evd_chat_list_release(&g->reactions);
	evd_chat_list_release(&g->revisions);
	evd_chat_list_release(&g->values);
	evd_object_release(&g->details);
	evd_object_release(&g->call);
	evd_buf_release(&g->call_json);
	json_tree_release(&g->json);
	evd_buf_release(&g->details_json);
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
	struct store_read *g = calloc(1, sizeof *g);
	int r;

	if (!g)
		return evd_nomem(err);
	evd_chat_init(&g->chat, sink, stores[0].platform);
	evd_chat_list_init(&g->reactions);
	evd_chat_list_init(&g->revisions);
	evd_chat_list_init(&g->values);
	evd_object_init(&g->details);
	evd_object_init(&g->call);
	evd_buf_init(&g->call_json, EVD_CHAT_TEXT_MAX);
	json_tree_init(&g->json, EVD_CHAT_TEXT_MAX, 4096);
	evd_buf_init(&g->details_json, EVD_CHAT_ROOM * 4);
	r = evd_sqlite_open(in, true, &g->db, err);
	if (r)
		goto out;
	if (evd_sqlite_damage(g->db)[0])
		r = evd_chat_observe(&g->chat, NULL, "database-damaged", err, "%s",
		                     evd_sqlite_damage(g->db));
	for (size_t i = 0; i < n && r == 0; i++) {
		g->store = &stores[i];
		if (evd_sqlite_is_table(g->db, g->store->table) &&
		    (!g->store->wants_table || store_satisfied(g->db, g->store->wants_table)))
			r = one_store(g, err);
	}
	if (r == 0 && stores[0].read_tables)
		r = chat_store_left(&g->chat, g->db, stores, n, err);
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
