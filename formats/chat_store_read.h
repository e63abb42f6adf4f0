/*
 * chat_store_read: what the files of chat_store share: a database being read, and the side tables that go along with the
 * messages. Stage: read-out.
 */
#ifndef EVD_CHAT_STORE_READ_H
#define EVD_CHAT_STORE_READ_H

#include "chat_store.h"

/* A second query in the order of the messages' rows, so that one pass joins them. */
struct beside {
	sqlite3_stmt *s;
	bool row;           /* s stands on one */
	uint64_t unclaimed; /* rows of no message that was read */
};

/* Side tables, in the order in which what is left over is said. */
enum { BY_REACTION, BY_ATTACHMENT, BY_CALL, BY_RECEIPT, BY_LIST, BESIDES = BY_LIST + STORE_LISTS };

struct store_read {
	struct evd_chat chat;
	struct evd_sqlite *db;
	const struct chat_store *store;
	struct evd_chat_list reactions, revisions;
	struct evd_buf sql, text, raw, chat_key, details_json;
	struct evd_object details;
	struct beside beside[BESIDES];
	struct evd_chat_list values;
	struct json_tree json;
	struct evd_object call;
	struct evd_buf call_json;
	int64_t last_row;
	uint64_t rows_missing, gaps;
};

/* "a.b" or "a.b+c.d": all there. */
bool store_satisfied(struct evd_sqlite *d, const char *needs);
/* The number of "…@s.whatsapp.net" into `text`; false: it is none. */
bool store_put_jid(struct evd_buf *text, struct evd_view jid);

/* ---- chat_store_beside.c ---- */

/* store_besides_begin(g, err): a query that this version of the schema does not answer is said. */
int store_besides_begin(struct store_read *g, struct evd_error *err) EVD_MUST_USE;
/* store_besides_end(g, whole, err): if all messages were read, rows that belong to none are said. */
int store_besides_end(struct store_read *g, bool whole, struct evd_error *err) EVD_MUST_USE;
/* Whether the side table has a row, not yet taken, of the message in that row. */
bool store_stands_on(struct beside *b, int64_t row);
/* store_call_of(g, row, id, err): what the table of calls says of it, into row->m.call. */
int store_call_of(struct store_read *g, struct store_row *row, int64_t id,
                  struct evd_error *err) EVD_MUST_USE;
struct evd_view store_reactions(struct store_read *g, int64_t id, struct evd_error *err);
/* Into `details`: what tables with several rows to a message say, and the receipts. */
int store_put_lists(struct store_read *g, int64_t id, struct evd_error *err) EVD_MUST_USE;
int store_put_receipts(struct store_read *g, int64_t id, struct evd_error *err) EVD_MUST_USE;
/* of the message emitted last */
int store_attachments(struct store_read *g, struct evd_chat_conv *conv, int64_t id,
                      struct evd_error *err) EVD_MUST_USE;
/* Conversations in which nothing stands any more; then who is in conversations. */
int store_empty_chats(struct store_read *g, struct evd_error *err) EVD_MUST_USE;
int store_members(struct store_read *g, struct evd_error *err) EVD_MUST_USE;

#endif
