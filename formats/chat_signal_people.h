/*
 * chat_signal_people: whom a Signal export knows and which chats it has: its frames `recipient`, `chat` and `account`, which
 * stand before the messages. Private to chat_signal*.c. Stage: read-out.
 */
#ifndef EVD_CHAT_SIGNAL_PEOPLE_H
#define EVD_CHAT_SIGNAL_PEOPLE_H

#include "chat_json.h"

struct signal_person {
	int64_t id, other;                            /* of a chat: its recipient */
	size_t at, label_len, number_len, handle_len; /* in `text` */
	size_t facts_len;                             /* behind these: members as JSON list */
	bool self;
};

struct signal_map {
	struct signal_person *e;
	size_t n, cap;
};

struct signal_people {
	struct signal_map recipient, chat;
	struct evd_buf text;
	struct signal_person account; /* whose export it is: its label */
	bool facts_cut;               /* there are more than are kept */
};

void signal_people_init(struct signal_people *p);
void signal_people_release(struct signal_people *p);
/* The frame's value at `at` of g->tree. */
int signal_recipient(struct chat_json *g, struct signal_people *p, size_t at,
                     struct evd_error *err) EVD_MUST_USE;
int signal_chat(struct chat_json *g, struct signal_people *p, size_t at,
                struct evd_error *err) EVD_MUST_USE;
int signal_account(struct chat_json *g, struct signal_people *p, size_t at,
                   struct evd_error *err) EVD_MUST_USE;
/* signal_conversation(g, p, id, conv, err): of that chat's id, begun if it is new */
int signal_conversation(struct chat_json *g, struct signal_people *p, struct evd_view id,
                        struct evd_chat_conv **conv, struct evd_error *err) EVD_MUST_USE;
/* signal_find(p, id): a recipient, or NULL; views of him hold until the next frame that is none of a message */
const struct signal_person *signal_find(const struct signal_people *p, int64_t id);
struct evd_view signal_label(const struct signal_people *p, const struct signal_person *e);
struct evd_view signal_number(const struct signal_people *p, const struct signal_person *e);
struct evd_view signal_handle(const struct signal_people *p, const struct signal_person *e);

#endif
