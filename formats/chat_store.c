/* chat_store: see chat_store.h. */
#include "chat_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A second query in the order of the messages' rows, so that one pass joins them. */
struct beside {
	sqlite3_stmt *s;
	bool row;           /* s stands on one */
	uint64_t unclaimed; /* rows of no message that was read */
};

struct read {
	struct evd_chat chat;
	struct evd_sqlite *db;
	const struct chat_store *store;
	struct evd_chat_list reactions, revisions;
	struct evd_buf sql, text, raw, chat_key, details_json;
	struct evd_object details;
	struct beside react, attach, calls, receipts, list[STORE_LISTS];
	struct evd_chat_list values;
	struct json_tree json;
	struct evd_object call;
	struct evd_buf call_json;
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

const char *chat_store_members(struct evd_sqlite *db, const struct chat_store *store, size_t i)
{
	const struct store_query *x = &store->member[i].query;

	if (x->expression && !satisfied(db, x->needs))
		x = &store->member[i].instead;
	return x->expression && satisfied(db, x->needs) ? x->expression : NULL;
}

const char *chat_store_receipts(struct evd_sqlite *db, const struct chat_store *store)
{
	const struct store_query *x = &store->receipts.query;

	return x->expression && satisfied(db, x->needs) ? x->expression : NULL;
}

/* A column's name can be a member's; the names of SQLite are compared without case, so no two are alike. */
static bool is_member_name(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	return n > 0 && n < 60 && name[n] == 0;
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

static bool put_jid(struct evd_buf *text, struct evd_view jid)
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
	if (put_jid(row->text, jid))
		row->m.number = evd_buf_view(row->text);
}

static void step(struct beside *b)
{
	b->row = b->s && sqlite3_step(b->s) == SQLITE_ROW;
}

/* Whether it stands on a row of that message; rows of none are passed over. */
static bool stands_on(struct beside *b, int64_t row)
{
	int64_t parent;

	while (b->row) {
		if (chat_store_int(b->s, 0, &parent) && parent >= row)
			return parent == row;
		b->unclaimed++;
		step(b);
	}
	return false;
}

static struct evd_view beside_bytes(const struct beside *b, int column)
{
	return sqlite3_column_type(b->s, column) == SQLITE_NULL ? evd_view_of(NULL, 0)
	                                                        : evd_sqlite_bytes(b->s, column);
}

static struct evd_view reactions(struct read *g, int64_t row, struct evd_error *err)
{
	struct beside *b = &g->react;

	evd_chat_list_reset(&g->reactions);
	for (; stands_on(b, row); step(b)) {
		struct evd_object *o = evd_chat_list_item(&g->reactions);

		if (!o)
			continue;
		evd_chat_text(o, "reaction", evd_sqlite_bytes(b->s, 1));
		if (sqlite3_column_type(b->s, 2) != SQLITE_NULL)
			evd_chat_text(o, "by", evd_sqlite_bytes(b->s, 2));
		if (sqlite3_column_type(b->s, 3) != SQLITE_NULL)
			evd_chat_text(o, "timeRaw", evd_sqlite_bytes(b->s, 3));
		if (evd_chat_list_put(&g->reactions, err))
			break;
	}
	return evd_chat_list_end(&g->reactions);
}

/* What the table of calls says of this row, under its own names of columns. */
static int call_facts(struct read *g, struct store_row *row, int64_t id, struct evd_error *err)
{
	struct beside *b = &g->calls;
	int r = 0;

	row->call = stands_on(b, id);
	if (!row->call)
		return 0;
	evd_object_reset(&g->call);
	evd_buf_reset(&g->call_json);
	for (int i = 1; i < sqlite3_column_count(b->s); i++) {
		const char *name = sqlite3_column_name(b->s, i);

		if (name && is_member_name(name) && sqlite3_column_type(b->s, i) != SQLITE_NULL)
			evd_chat_text(&g->call, name, evd_sqlite_bytes(b->s, i));
	}
	r = evd_object_write(&g->call, &g->call_json, err);
	row->m.call = evd_buf_view(&g->call_json);
	step(b);
	return r;
}

static int attachments(struct read *g, struct evd_chat_conv *conv, int64_t row,
                       struct evd_error *err)
{
	struct beside *b = &g->attach;
	int64_t size;
	int r = 0;

	for (; r == 0 && stands_on(b, row); step(b)) {
		struct evd_chat_attachment a = {
		    .name = beside_bytes(b, 1), .media = beside_bytes(b, 2), .state = EVD_CHAT_S_ABSENT};

		if (chat_store_int(b->s, 3, &size) && size > 0) {
			a.has_size = true;
			a.size = (uint64_t)size;
		}
		r = evd_chat_attach(&g->chat, conv, &a, err);
	}
	return r;
}

/* What side tables with several rows to a message say. */
static int put_lists(struct read *g, int64_t row, struct evd_error *err)
{
	int r = 0;

	for (size_t i = 0; i < STORE_LISTS && r == 0; i++) {
		struct beside *b = &g->list[i];
		struct evd_view all;

		evd_chat_list_reset(&g->values);
		for (; r == 0 && stands_on(b, row); step(b)) {
			struct evd_object *o = evd_chat_list_item(&g->values);

			if (!o || sqlite3_column_type(b->s, 1) == SQLITE_NULL)
				continue;
			evd_chat_text(o, "value", evd_sqlite_bytes(b->s, 1));
			r = evd_chat_list_put(&g->values, err);
		}
		all = evd_chat_list_end(&g->values);
		if (r == 0 && all.len)
			evd_object_raw(&g->details, g->store->list[i].name, all);
	}
	return r;
}

/* 0 and -1 are what the app writes for not yet. */
static void put_receipt_time(struct evd_object *o, const char *prefix, sqlite3_stmt *s, int at)
{
	struct evd_chat_time t = {0};
	int64_t ms;

	if (!chat_store_int(s, at, &ms) || ms <= 0)
		return;
	evd_chat_time_epoch(&t, evd_view_of(NULL, 0), ms, EVD_CHAT_MILLI);
	if (!t.has_utc)
		t.raw = evd_sqlite_bytes(s, at);
	evd_chat_put_time(o, prefix, &t);
}

/* Whose device had it, who read it, and when, as this device was told. */
static int put_receipts(struct read *g, int64_t row, struct evd_error *err)
{
	struct beside *b = &g->receipts;
	struct evd_view all;
	int r = 0;

	evd_chat_list_reset(&g->values);
	for (; r == 0 && stands_on(b, row); step(b)) {
		struct evd_object *o = evd_chat_list_item(&g->values);

		if (!o)
			continue;
		if (beside_bytes(b, 1).len)
			evd_chat_text(o, "by", beside_bytes(b, 1));
		put_receipt_time(o, "delivered", b->s, 2);
		put_receipt_time(o, "read", b->s, 3);
		put_receipt_time(o, "played", b->s, 4);
		r = evd_chat_list_put(&g->values, err);
	}
	all = evd_chat_list_end(&g->values);
	if (r == 0 && all.len)
		evd_object_raw(&g->details, "receipts", all);
	return r;
}

static void put_facts(struct read *g, sqlite3_stmt *s)
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

static int put_row(struct read *g, struct store_row *row, int64_t id, struct evd_error *err)
{
	int64_t size, me;
	struct evd_view raw;
	int r = call_facts(g, row, id, err);

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
	row->has_attachment = row->a.name.len || row->a.media.len || stands_on(&g->attach, id);
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

static void count_row(struct read *g, int64_t id)
{
	if (g->last_row > 0 && id > g->last_row + 1) {
		g->rows_missing += (uint64_t)(id - g->last_row - 1);
		g->gaps++;
	}
	g->last_row = id;
}

static void begin_details(struct read *g, int64_t id)
{
	char number[24];
	int n = snprintf(number, sizeof number, "%lld", (long long)id);

	evd_chat_list_reset(&g->revisions);
	evd_object_reset(&g->details);
	evd_object_str(&g->details, "row", evd_view_of(number, (size_t)n));
	evd_object_cstr(&g->details, "table", g->store->table);
}

/* What the app itself has put in its bin stands in no conversation; the bin says in which it was. */
static int conversation(struct read *g, struct store_row *row, struct evd_chat_conv **conv,
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

static int one_row(struct read *g, sqlite3_stmt *s, struct evd_error *err)
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
		row.m.reactions = reactions(g, id, err);
		r = put_lists(g, id, err);
		if (r == 0)
			r = put_receipts(g, id, err);
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
	if (r == 0 && g->attach.s && stands_on(&g->attach, id))
		r = attachments(g, conv, id, err);
	else if (r == 0 && row.has_attachment)
		r = evd_chat_attach(&g->chat, conv, &row.a, err);
	return r;
}

static int make_query(struct read *g, sqlite3_stmt **s, struct evd_error *err)
{
	const struct chat_store *store = g->store;

	evd_buf_reset(&g->sql);
	evd_put_str(&g->sql, "SELECT ");
	for (int i = 0; i < ST_N; i++) {
		const struct store_query *x = &store->column[i];

		if (!x->expression || !satisfied(g->db, x->needs))
			x = &store->instead[i];
		evd_putf(&g->sql, "%s%s", i ? "," : "",
		         x->expression && satisfied(g->db, x->needs) ? x->expression : "NULL");
	}
	for (size_t i = 0; i < STORE_FACTS && store->fact[i].name; i++)
		evd_putf(&g->sql, ",%s",
		         satisfied(g->db, store->fact[i].needs) ? store->fact[i].expression : "NULL");
	evd_putf(&g->sql, " FROM %s", store->from);
	for (size_t i = 0; store->order && i < sizeof store->join / sizeof *store->join; i++)
		if (store->join[i].text && satisfied(g->db, store->join[i].needs))
			evd_putf(&g->sql, " %s", store->join[i].text);
	if (store->order)
		evd_putf(&g->sql, " %s", store->order);
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

/* A query that this version of the schema does not answer is said, not passed over. */
static int begin_beside(struct read *g, struct beside *b, const char *query, const char *table,
                        struct evd_error *err)
{
	struct evd_error why;

	memset(b, 0, sizeof *b);
	if (!query || !evd_sqlite_is_table(g->db, table))
		return 0;
	if (evd_sqlite_query(g->db, query, &b->s, &why)) {
		b->s = NULL;
		return evd_chat_unread(&g->chat, NULL, "schema", 0, 0, err, "table %s: %s", table,
		                       why.text);
	}
	step(b);
	return 0;
}

static int end_beside(struct read *g, struct beside *b, const char *table, struct evd_error *err)
{
	for (; b->row; step(b))
		b->unclaimed++;
	if (!b->s || !b->unclaimed)
		return 0;
	return evd_chat_observe(&g->chat, NULL, "rows-without-message", err,
	                        "table %s: %llu rows belong to no message that is there", table,
	                        (unsigned long long)b->unclaimed);
}

/* Conversations in which nothing stands any more. */
static int empty_chats(struct read *g, struct evd_error *err)
{
	struct beside b;
	int r = begin_beside(g, &b, g->store->chats, g->store->chats_table, err);

	for (; r == 0 && b.row; step(&b)) {
		struct evd_chat_info info = {.form = g->store->form};
		struct evd_chat_conv *conv;

		info.id = beside_bytes(&b, 0);
		if (evd_chat_find(&g->chat, info.id))
			continue;
		evd_buf_reset(&g->chat_key);
		evd_put_view(&g->chat_key, info.id);
		info.id = evd_buf_view(&g->chat_key);
		info.title = beside_bytes(&b, 1);
		r = evd_chat_begin(&g->chat, info.id, &info, &conv, err);
	}
	evd_buf_reset(&g->chat_key);
	sqlite3_finalize(b.s);
	return r;
}

/* *placed: the row names somebody, and a conversation that is there. Number and handle as with a message's sender, so
 * that who wrote is one participant. */
static int one_member(struct read *g, const struct beside *b, bool *placed, struct evd_error *err)
{
	struct evd_view key = beside_bytes(b, 0);
	struct evd_chat_conv *conv = key.len ? evd_chat_find(&g->chat, key) : NULL;
	struct evd_view label = beside_bytes(b, 1), handle = beside_bytes(b, 2);
	struct evd_view number = {NULL, 0};
	int r = 0;

	*placed = conv && label.len + handle.len != 0;
	if (put_jid(&g->text, beside_bytes(b, 3))) {
		number = evd_buf_view(&g->text);
	} else if (handle.len && evd_chat_phone(handle, &g->raw)) {
		number = handle;
		handle = evd_view_of(NULL, 0);
	}
	if (*placed)
		r = evd_chat_participant(&g->chat, conv, label, number, handle, err);
	evd_buf_reset(&g->text);
	evd_buf_reset(&g->raw);
	return r;
}

static int members_of(struct read *g, const char *query, const char *table, struct evd_error *err)
{
	struct beside b;
	uint64_t left = 0;
	int r = begin_beside(g, &b, query, table, err);

	for (; r == 0 && b.row; step(&b)) {
		bool placed;

		r = one_member(g, &b, &placed, err);
		left += !placed;
	}
	if (sqlite3_finalize(b.s) != SQLITE_OK && r == 0)
		r = evd_chat_unread(&g->chat, NULL, "damaged", 0, 0, err,
		                    "table %s, who is in a conversation, cannot be read to its end", table);
	if (r == 0 && left)
		r = evd_chat_observe(
		    &g->chat, NULL, "members-not-placed", err,
		    "table %s: %llu rows name no account, or no conversation that is there", table,
		    (unsigned long long)left);
	return r;
}

static int members(struct read *g, struct evd_error *err)
{
	int r = 0;

	for (size_t i = 0; i < STORE_MEMBERS && r == 0; i++)
		r = members_of(g, chat_store_members(g->db, g->store, i), g->store->member[i].table, err);
	return r;
}

static int begin_lists(struct read *g, struct evd_error *err)
{
	int r = 0;

	for (size_t i = 0; i < STORE_LISTS && r == 0; i++)
		r = begin_beside(g, &g->list[i], g->store->list[i].query, g->store->list[i].table, err);
	return r;
}

static int end_lists(struct read *g, bool whole, struct evd_error *err)
{
	int r = 0;

	for (size_t i = 0; i < STORE_LISTS; i++) {
		if (r == 0 && whole)
			r = end_beside(g, &g->list[i], g->store->list[i].table, err);
		sqlite3_finalize(g->list[i].s);
		g->list[i].s = NULL;
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
	r = begin_beside(g, &g->react, g->store->reactions, g->store->reactions_table, err);
	if (r == 0)
		r = begin_beside(g, &g->attach, g->store->attachments, g->store->attachments_table, err);
	if (r == 0)
		r = begin_beside(g, &g->calls, g->store->calls, g->store->calls_table, err);
	if (r == 0)
		r = begin_beside(g, &g->receipts, chat_store_receipts(g->db, g->store),
		                 g->store->receipts.table, err);
	if (r == 0)
		r = begin_lists(g, err);
	while (r == 0 && (code = sqlite3_step(s)) == SQLITE_ROW)
		r = one_row(g, s, err);
	sqlite3_finalize(s);
	if (r == 0 && code == SQLITE_DONE)
		r = end_beside(g, &g->react, g->store->reactions_table, err);
	if (r == 0 && code == SQLITE_DONE)
		r = end_beside(g, &g->attach, g->store->attachments_table, err);
	if (r == 0 && code == SQLITE_DONE)
		r = end_beside(g, &g->calls, g->store->calls_table, err);
	if (r == 0 && code == SQLITE_DONE)
		r = end_beside(g, &g->receipts, g->store->receipts.table, err);
	sqlite3_finalize(g->react.s);
	sqlite3_finalize(g->attach.s);
	sqlite3_finalize(g->calls.s);
	sqlite3_finalize(g->receipts.s);
	g->react.s = g->attach.s = g->calls.s = g->receipts.s = NULL;
	if (r == 0)
		r = end_lists(g, code == SQLITE_DONE, err);
	else
		(void)end_lists(g, false, NULL);
	if (r == 0)
		r = empty_chats(g, err);
	if (r == 0)
		r = members(g, err);
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
	struct read *g = calloc(1, sizeof *g);
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
		    (!g->store->wants_table || satisfied(g->db, g->store->wants_table)))
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
