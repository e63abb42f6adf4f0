/*
 * chat_telegram_page: what a page of Telegram Desktop's says of one message, gathered by chat_telegram_html.c while the page
 * is parsed, and the records made of it. Private to these two. Stage: read-out.
 */
#ifndef EVD_CHAT_TELEGRAM_PAGE_H
#define EVD_CHAT_TELEGRAM_PAGE_H

#include "chat_html.h"

enum field {
	F_NONE,
	F_TITLE,
	F_FROM,
	F_TEXT,
	F_REPLY,
	F_SERVICE,
	F_MEDIA_TITLE,
	F_MEDIA_STATUS,
	F_FORWARDED,
	F_FORWARDED_TIME,
	F_DESCRIPTION,
	F_QUESTION,
	F_ANSWERS, /* a line each */
	F_KIND,    /* of what looks like a poll */
	F_VOTES,
	F_EMOJI,
	F_COUNT,
	F_SIGNATURE,
	F_BUTTONS, /* a line each */
	F_N
};

struct page {
	struct evd_chat chat;
	struct evd_chat_index index;
	struct evd_chat_conv *conv;
	struct chat_html html;
	struct evd_buf field[F_N];
	const struct evd_chat_conv *last_conv; /* which the two names below are of */
	struct evd_buf id, time, link, reply_to, last_from, last_forward, forward_time;
	struct evd_buf key;                           /* of the chat, and paths */
	struct evd_view bot, or_sender, or_forwarded; /* see split_bot */
	bool inherits_forward;
	enum field at;
	unsigned at_depth;      /* the element whose text goes to `at` */
	unsigned message_depth; /* of the message's element; 0: outside */
	unsigned forward_depth;
	unsigned media_depth; /* of the wrap around a medium; 0: outside */
	bool service, joined, has_text, has_media, has_reply;
	enum evd_chat_type media; /* what the wrap around a medium holds */
	bool in_link;             /* within words that have an address: where both begin */
	size_t words_at, address_at;
	unsigned reaction_depth; /* of the reaction's element; 0: outside */
	struct evd_buf who,
	    addresses; /* of a reaction, of links behind words; each ended by a zero byte */
	struct evd_chat_list reactions, list;
	struct evd_object object;
	struct evd_buf details, call;
	uint64_t off;
	const struct evd_input *in;
};

struct evd_view page_trim(struct evd_view v); /* without the white space around it */
struct evd_view page_field(const struct page *p, enum field f);
void page_set(struct evd_buf *b, struct evd_view v);
/* page_folder(name): the part of a path up to its last slash */
struct evd_view page_folder(struct evd_view name);

/* page_clear(p): nothing is known of a message. */
void page_clear(struct page *p);
/* page_finish(p, err): the message at hand and its attachment go to p->chat; then page_clear. */
int page_finish(struct page *p, struct evd_error *err) EVD_MUST_USE;

#endif
