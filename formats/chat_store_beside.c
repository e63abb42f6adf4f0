/* chat_store_beside: side tables of the messages' table, conversations and their members; see chat_store_read.h. */
#include "chat_store_read.h"

#include <string.h>

/* A column's name can be a member's; the names of SQLite are compared without case, so no two are alike. */
static bool is_member_name(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	return n > 0 && n < 60 && name[n] == 0;
}

static void step(struct beside *b)
{
	b->row = b->s && sqlite3_step(b->s) == SQLITE_ROW;
}

/* Rows of no message are passed over. */
bool store_stands_on(struct beside *b, int64_t row)
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

struct evd_view store_reactions(struct store_read *g, int64_t row, struct evd_error *err)
{
	struct beside *b = &g->beside[BY_REACTION];
	int64_t me;

	evd_chat_list_reset(&g->reactions);
	for (; store_stands_on(b, row); step(b)) {
		struct evd_object *o = evd_chat_list_item(&g->reactions);

		if (!o)
			continue;
		evd_chat_text(o, "reaction", evd_sqlite_bytes(b->s, 1));
		if (sqlite3_column_type(b->s, 2) != SQLITE_NULL)
			evd_chat_text(o, "by", evd_sqlite_bytes(b->s, 2));
		if (sqlite3_column_type(b->s, 3) != SQLITE_NULL)
			evd_chat_text(o, "timeRaw", evd_sqlite_bytes(b->s, 3));
		if (sqlite3_column_count(b->s) > 4 && chat_store_int(b->s, 4, &me))
			evd_object_cstr(o, "direction", me ? "out" : "in");
		if (evd_chat_list_put(&g->reactions, err))
			break;
	}
	return evd_chat_list_end(&g->reactions);
}

/* Under its own names of columns. */
int store_call_of(struct store_read *g, struct store_row *row, int64_t id, struct evd_error *err)
{
	struct beside *b = &g->beside[BY_CALL];
	int r = 0;

	row->call = store_stands_on(b, id);
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

int store_attachments(struct store_read *g, struct evd_chat_conv *conv, int64_t row,
                      struct evd_error *err)
{
	struct beside *b = &g->beside[BY_ATTACHMENT];
	int64_t size;
	int r = 0;

	for (; r == 0 && store_stands_on(b, row); step(b)) {
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

int store_put_lists(struct store_read *g, int64_t row, struct evd_error *err)
{
	int r = 0;

	for (size_t i = 0; i < STORE_LISTS && r == 0; i++) {
		struct beside *b = &g->beside[BY_LIST + i];
		struct evd_view all;

		evd_chat_list_reset(&g->values);
		for (; r == 0 && store_stands_on(b, row); step(b)) {
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
int store_put_receipts(struct store_read *g, int64_t row, struct evd_error *err)
{
	struct beside *b = &g->beside[BY_RECEIPT];
	struct evd_view all;
	int r = 0;

	evd_chat_list_reset(&g->values);
	for (; r == 0 && store_stands_on(b, row); step(b)) {
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

static int begin_beside(struct store_read *g, struct beside *b, const char *query,
                        const char *table, struct evd_error *err)
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

static int end_beside(struct store_read *g, struct beside *b, const char *table,
                      struct evd_error *err)
{
	for (; b->row; step(b))
		b->unclaimed++;
	if (!b->s || !b->unclaimed)
		return 0;
	return evd_chat_observe(&g->chat, NULL, "rows-without-message", err,
	                        "table %s: %llu rows belong to no message that is there", table,
	                        (unsigned long long)b->unclaimed);
}

int store_empty_chats(struct store_read *g, struct evd_error *err)
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
static int one_member(struct store_read *g, const struct beside *b, bool *placed,
                      struct evd_error *err)
{
	struct evd_view key = beside_bytes(b, 0);
	struct evd_chat_conv *conv = key.len ? evd_chat_find(&g->chat, key) : NULL;
	struct evd_view label = beside_bytes(b, 1), handle = beside_bytes(b, 2);
	struct evd_view number = {NULL, 0};
	int r = 0;

	*placed = conv && label.len + handle.len != 0;
	if (store_put_jid(&g->text, beside_bytes(b, 3))) {
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

static int members_of(struct store_read *g, const char *query, const char *table,
                      struct evd_error *err)
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

int store_members(struct store_read *g, struct evd_error *err)
{
	int r = 0;

	for (size_t i = 0; i < STORE_MEMBERS && r == 0; i++)
		r = members_of(g, chat_store_members(g->db, g->store, i), g->store->member[i].table, err);
	return r;
}

/* Of side table `i`. */
static const char *table_of(const struct store_read *g, int i)
{
	switch (i) {
	case BY_REACTION: return g->store->reactions.table;
	case BY_ATTACHMENT: return g->store->attachments_table;
	case BY_CALL: return g->store->calls_table;
	case BY_RECEIPT: return g->store->receipts.table;
	default: return g->store->list[i - BY_LIST].table;
	}
}

static const char *query_of(const struct store_read *g, int i)
{
	switch (i) {
	case BY_REACTION: return chat_store_reactions(g->db, g->store);
	case BY_ATTACHMENT: return g->store->attachments;
	case BY_CALL: return g->store->calls;
	case BY_RECEIPT: return chat_store_receipts(g->db, g->store);
	default: return g->store->list[i - BY_LIST].query;
	}
}

int store_besides_begin(struct store_read *g, struct evd_error *err)
{
	int r = 0;

	memset(g->beside, 0, sizeof g->beside);
	for (int i = 0; i < (int)BESIDES && r == 0; i++)
		r = begin_beside(g, &g->beside[i], query_of(g, i), table_of(g, i), err);
	return r;
}

int store_besides_end(struct store_read *g, bool whole, struct evd_error *err)
{
	int r = 0;

	for (int i = 0; i < (int)BESIDES; i++) {
		if (r == 0 && whole)
			r = end_beside(g, &g->beside[i], table_of(g, i), err);
		sqlite3_finalize(g->beside[i].s);
		g->beside[i].s = NULL;
	}
	return r;
}
