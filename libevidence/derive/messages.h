/*
 * messages: the chat messages of one item as the read-out that counts has them (derive/latest.h, docs/chats.md §7), held as
 * digests of their parts, so that two exports can be compared without their texts in memory.
 */
#ifndef EVD_MESSAGES_H
#define EVD_MESSAGES_H

#include "chain/case.h"

#define EVD_MESSAGES_MAX (UINT32_C(8) << 20) /* of one item; about 200 bytes each */

/* What of a message is compared. An absent part is all zero. */
enum evd_said_part {
	EVD_SAID_ID,
	EVD_SAID_SENDER,   /* label, number, handle; of one that names nobody, which way it went */
	EVD_SAID_RAW_TIME, /* as written */
	EVD_SAID_BODY,
	EVD_SAID_FILES, /* names, sizes and states of attachments */
	EVD_SAID_EDIT,  /* edited, editTime…, revisions */
	EVD_SAID_REACTIONS,
	EVD_SAID_OTHER, /* reply, forward, event, call, caption */
	EVD_SAID_PARTS
};
#define EVD_SAID_LEN 16u /* bytes of a part: the start of its SHA-256 */

struct evd_said {
	uint8_t part[EVD_SAID_PARTS][EVD_SAID_LEN];
	int64_t utc_ms, local_ms;
	uint64_t k; /* of its record */
	uint32_t chat, n;
	bool has_utc, has_local;
	bool minutes;    /* the time has no seconds */
	bool deleted;    /* type `deleted` */
	bool attachment; /* type `attachment` */
	bool left_out;   /* an attachment that the export left out */
};

struct evd_said_chat {
	uint32_t chat;    /* its number in the item */
	char *title, *id; /* foreign text, escaped as in JSON; NULL: none */
	size_t first, n;  /* messages, in evd_messages.at */
	uint64_t unread;  /* pieces of it that could not be read */
	bool undecidable; /* day and month cannot be told apart */
};

struct evd_messages {
	struct evd_id item;
	uint64_t seq; /* of the read-out; 0: the item was not read, or holds no chat */
	char reader[33], version[33];
	struct evd_said *at;
	size_t n, cap;
	struct evd_said_chat *chat;
	size_t n_chats, chats_cap;
	bool whole;           /* the reader came to the end of the item */
	bool several_readers; /* another chat reader read it too; the first is taken */
	bool withheld;        /* records of the read-out are withheld here */
};

/*
 * evd_messages_read(c, list, n, err): fills each of the n lists (whose `item` is set, the rest zero)
 * from the log. Messages stand in the order of the source, one chat after the other. Release each
 * in any case.
 */
int evd_messages_read(struct evd_case *c, struct evd_messages *list, size_t n,
                      struct evd_error *err) EVD_MUST_USE;
void evd_messages_release(struct evd_messages *m);

#endif
