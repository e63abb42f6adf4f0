/*
 * chat_count: what is counted of a conversation while it is read, for its ledger, and how words are
 * put. Private to the chat model (chat.c, chat_spell.c); readers use chat.h. Stage: read-out.
 */
#ifndef EVD_CHAT_COUNT_H
#define EVD_CHAT_COUNT_H

#include "chat.h"

struct evd_chat_sender {
	size_t label, label_len, number, number_len, handle, handle_len; /* in evd_chat_conv.text */
	uint64_t n_messages;
	uint64_t hash;
};

struct evd_chat_conv {
	uint32_t n;     /* number in the item, from 1 */
	size_t key_len; /* the key stands at the beginning of `text` */
	struct evd_buf text;
	uint64_t n_messages, n_attachments, n_in_message, n_unread, unread_bytes;
	uint64_t n_type[EVD_CHAT_N_TYPES], n_state[EVD_CHAT_N_STATES], n_flag[EVD_CHAT_F_COUNT];
	bool has_time, utc;
	enum evd_chat_precision precision;
	int64_t first_ms, last_ms, prev_ms;
	bool newest_first; /* the platform writes the newest message first */
	struct {
		uint64_t after; /* number of the message before the silence */
		int64_t ms;
	} gap[EVD_CHAT_GAPS];
	size_t n_gaps;
	bool has_number_id;
	int64_t prev_id;
	uint64_t ids_missing, n_id_gaps;
	struct evd_chat_sender *sender;
	size_t n_sender, sender_cap;
	size_t *sender_slot;
	size_t n_sender_slots;
	bool senders_full;
};

int evd_chat_conv_add(struct evd_chat *c, struct evd_view key, struct evd_chat_conv **out,
                      struct evd_error *err) EVD_MUST_USE;
void evd_chat_conv_free(struct evd_chat_conv *conv);
struct evd_view evd_chat_conv_text(const struct evd_chat_conv *conv, size_t off, size_t len);
int evd_chat_conv_sender(struct evd_chat *c, struct evd_chat_conv *conv, struct evd_view label,
                         struct evd_view number, struct evd_view handle, uint64_t messages,
                         struct evd_error *err) EVD_MUST_USE;
/* numbers the message, counts it, and sets the flags that depend on the messages before it */
int evd_chat_conv_count(struct evd_chat *c, struct evd_chat_conv *conv, struct evd_chat_message *m,
                        struct evd_error *err) EVD_MUST_USE;
/* a word of ours, with no character that JSON escapes */
void evd_chat_word(struct evd_object *o, const char *key, const char *word);
#endif
