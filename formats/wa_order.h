/*
 * wa_order: whether the day or the month comes first, decided for all lines of one form together and
 * never guessed (docs/chats.md). Stage: read-out.
 */
#ifndef EVD_WA_ORDER_H
#define EVD_WA_ORDER_H

#include "wa_head.h"

/* What the lines of one form say, and what follows from it. */
struct wa_form {
	uint64_t n; /* lines */
	uint64_t year_first;
	uint64_t bad[WA_N_ORDERS];      /* lines that are no date under an order */
	uint64_t back[WA_N_ORDERS];     /* lines whose day is before that of the line above */
	int64_t day[WA_N_ORDERS];       /* of the line before */
	uint64_t named[WA_N_ORDERS];    /* attachments whose name bears the line's date */
	uint64_t misnamed[WA_N_ORDERS]; /* … another one */
	/* first and last number of the dates: how many values of the first were seen, up to 3 */
	int first[2], last;
	uint8_t n_firsts;
	bool last_changes;
	/* the date of the line before, and its day under each order: lines of one day are many */
	int field[3];
	uint8_t width[3];
	bool has_day[WA_N_ORDERS];
	bool mute; /* … which says nothing about the order */
	int64_t same_day[WA_N_ORDERS];
	enum wa_order order;
	bool year_last; /* two digits in front are no year here */
	const char *by; /* what decided */
};

/* wa_order_add(f, h, text): one line and the text behind its header. */
void wa_order_add(struct wa_form *f, const struct wa_head *h, struct evd_view text);
void wa_order_decide(struct wa_form *f, uint32_t shape);
/* wa_order_time(f, h, t): fills all of `t` but raw; returns message flags. */
unsigned wa_order_time(const struct wa_form *f, const struct wa_head *h, struct evd_chat_time *t);
const char *wa_order_name(enum wa_order order);

#endif
