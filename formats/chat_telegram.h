/*
 * chat_telegram: what Telegram Desktop says of a message beside its words. One table of members says what becomes of each,
 * so that none can be known and not shown. Private to chat_telegram*.c. Stage: read-out.
 */
#ifndef EVD_CHAT_TELEGRAM_H
#define EVD_CHAT_TELEGRAM_H

#include "chat_json.h"

/* telegram_text(t, at, b): a string, or strings and objects with a `text` one after the other; those in b, which must not
 * be in use */
struct evd_view telegram_text(const struct json_tree *t, size_t at, struct evd_buf *b);
/* telegram_details(g, err): of the message in g->tree; counts members that nobody knows */
struct evd_view telegram_details(struct chat_json *g, struct evd_error *err);

#endif
