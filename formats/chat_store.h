/*
 * chat_store: what the readers of messengers' SQLite databases share. Each gives one query whose
 * columns have the meanings below, and says how its numbers read. Columns that a version of the
 * schema does not have are NULL. Stage: read-out. The database is opened by sqlite_open, hardened.
 */
#ifndef EVD_CHAT_STORE_H
#define EVD_CHAT_STORE_H

#include "chat.h"
#include "json_pull.h"
#include "sqlite_open.h"

#define CHAT_APPLE_EPOCH INT64_C(978307200) /* 2001-01-01 in seconds since 1970 */

enum store_column {
	ST_ROW,  /* rowid of the message */
	ST_CHAT, /* key of the conversation */
	ST_TITLE,
	ST_ID,
	ST_SENDER,  /* label */
	ST_ADDRESS, /* number, handle or jid */
	ST_FROM_ME,
	ST_TIME,
	ST_BODY,
	ST_TYPE,
	ST_STATE, /* deletion or edit, as the store has it */
	ST_MEDIA_NAME,
	ST_MEDIA_TYPE,
	ST_MEDIA_SIZE,
	ST_REPLY,
	ST_EXTRA, /* of the store's own */
	ST_MORE,  /* likewise */
	ST_TRASH, /* not NULL: in the app's own bin; then conversation and title it had, and when */
	ST_TRASH_CHAT,
	ST_TRASH_TITLE,
	ST_TRASH_TIME,
	ST_KIND, /* of the row, where that is something else than ST_TYPE */
	ST_TARGET,
	ST_CAPTION,
	ST_FLAG,
	ST_STICKER,
	ST_REPLY_TEXT,
	ST_EDIT_TIME,
	ST_FORWARDED, /* not 0: it passes on what another wrote */
	ST_N,
};

#define STORE_FACTS 24u /* further columns */
#define STORE_LISTS 3u
#define STORE_MEMBERS 2u

struct chat_store;

/* What one row says so far, to be finished by the store. */
struct store_row {
	struct evd_chat_message m;
	struct evd_chat_attachment a;
	bool has_attachment;
	sqlite3_stmt *s;
	struct evd_buf *text;            /* for what has to be decoded */
	struct evd_object *details;      /* table and row are put there already */
	struct evd_chat_list *revisions; /* empty */
	struct json_tree *json;          /* scratch, for a column that holds JSON */
	bool call;                       /* m.call is filled from `calls` */
};

struct chat_store {
	const char *platform, *form;
	const char *table; /* that must be there, a plain one; others only give columns */
	/* "table.column" that must exist for the expression, else the one `instead`, else NULL is read */
	struct store_query {
		const char *needs, *expression;
	} column[ST_N], instead[ST_N];
	const char *from; /* behind FROM; ends with ORDER BY, if there is no `order` */
	/* joins that stand behind `from` if their columns are there, then `order` */
	struct {
		const char *needs, *text;
	} join[4];
	const char *order;
	const char *wants_table; /* for `from` to hold; NULL: none but `table` */
	/* Further columns: those that hold something go into `details` under `name` as they are (a number 0 and a text
	 * without characters are what an app writes for nothing). They stand behind ST_N in the row. */
	struct {
		const char *name, *needs, *expression;
	} fact[STORE_FACTS];
	/* optional: parent row, text; ordered by parent; into `details` as a list of {value} */
	struct {
		const char *name, *table, *query;
	} list[STORE_LISTS];
	/* optional: key and title of every conversation, also of those without a message */
	const char *chats, *chats_table;
	/* optional: key of the conversation, label, address, WhatsApp account that bears the number, of everybody who is
	 * in it though he may have written nothing; `instead` where what `query` needs is not there */
	struct {
		const char *table;
		struct store_query query, instead;
	} member[STORE_MEMBERS];
	/* tables beside those of the expressions above that are read, or hold nothing of a message; then what else
	 * holds rows is said. NULL: not looked at */
	const char *const *read_tables;
	/* sets type, time, flags from the raw columns */
	void (*finish)(struct store_row *row);
	/* optional: parent row, who, delivered, read, played in ms since 1970; ordered by parent; into `details` */
	struct {
		const char *table;
		struct store_query query;
	} receipts;
	/* optional: parent row, reaction, who, time, and whether it is the owner's, where there is such a column; ordered
	 * by parent; `instead` where what `query` needs is not there */
	struct {
		const char *table;
		struct store_query query, instead;
	} reactions;
	/* optional: parent row, name, media type, size; ordered by parent; in place of ST_MEDIA_* */
	const char *attachments, *attachments_table;
	/* optional: parent row, then all columns of a table of calls, as the platform names them */
	const char *calls, *calls_table;
};

/* chat_store_read(in, stores, n, sink, err): the stores of one database one after the other, those
 * whose table is absent left out. */
int chat_store_read(const struct evd_input *in, const struct chat_store *stores, size_t n,
                    struct evd_sink *sink, struct evd_error *err) EVD_MUST_USE;
/* chat_store_probe(in, head, table, column): bits if the database has that column. */
unsigned chat_store_probe(const struct evd_input *in, struct evd_view head, const char *table,
                          const char *column);
/* chat_store_left(chat, db, stores, n, err): says which tables, and which columns of the messages' tables, hold
 * something that no expression reads. */
int chat_store_left(struct evd_chat *chat, struct evd_sqlite *db, const struct chat_store *stores,
                    size_t n, struct evd_error *err) EVD_MUST_USE;
/* chat_store_members(db, store, i): the query of store->member[i] that this schema answers, or NULL */
const char *chat_store_members(struct evd_sqlite *db, const struct chat_store *store, size_t i);
/* likewise of store->receipts, store->reactions */
const char *chat_store_receipts(struct evd_sqlite *db, const struct chat_store *store);
const char *chat_store_reactions(struct evd_sqlite *db, const struct chat_store *store);
/* integer value of a column; false if NULL or no number */
bool chat_store_int(sqlite3_stmt *s, int column, int64_t *out);
/* chat_store_jid(row, jid): the number in WhatsApp's "38761123456@s.whatsapp.net", at the end of row->text */
void chat_store_jid(struct store_row *row, struct evd_view jid);
/* chat_store_no_group(row): a group is nobody. What WhatsApp itself wrote into one stands under the group's account, which
 * is the conversation's; if it is another one, it stands in `details`. */
void chat_store_no_group(struct store_row *row);
/* seconds since 2001-01-01 (or ns, by size) to the time of the message */
void chat_store_apple_time(struct store_row *row);
/* chat_store_apple_column(row, c, t): the same of another column, without `raw`; false: none there,
 * 0, or out of range */
bool chat_store_apple_column(const struct store_row *row, enum store_column c,
                             struct evd_chat_time *t);

#endif
