/*
 * wa_head: the line that begins an entry of a WhatsApp text export, in every locale's form
 * (docs/chats.md §WhatsApp). Stage: read-out. Nothing is decided here about day and month.
 *
 *   Android  DATE [,] TIME " - " …           iOS  [LRM] "[" DATE , TIME "] " …
 *   DATE     three groups of 1–4 digits, separated by . / - or blanks, "." " г." " BE" behind
 *   TIME     H{1,2} (:|.) MM [(:|.) SS] [blank] [day period]
 */
#ifndef EVD_WA_HEAD_H
#define EVD_WA_HEAD_H

#include "chat.h"

enum wa_period { WA_NO_PERIOD, WA_AM, WA_PM };
enum wa_order { WA_DAY_MONTH, WA_MONTH_DAY, WA_YEAR_FIRST, WA_N_ORDERS, WA_UNDECIDABLE };

struct wa_head {
	int field[3];     /* of the date, in the order of the line */
	uint8_t width[3]; /* digits of each */
	int hour, minute, second;
	enum wa_period period;
	bool buddhist;
	bool mark;                 /* U+200E before the header */
	uint32_t shape;            /* equal for lines of one form */
	size_t time_off, time_len; /* of date and time in the line */
	size_t text_off;           /* behind the header */
	uint8_t at[6];             /* where the digits of date and clock begin, if `plain` */
	bool plain;                /* ASCII digits only, and a short header */
};

/* The header before, to know the next one of the same form again without the whole grammar. */
#define WA_HEAD_PLAIN 64u /* bytes of a header that is kept so */
struct wa_last {
	struct wa_head head; /* plain, or nothing is kept */
	/* its bytes; 0xff where they must be equal; 0x0f at its digits */
	uint64_t bytes[WA_HEAD_PLAIN / 8], same[WA_HEAD_PLAIN / 8], digit[WA_HEAD_PLAIN / 8];
};

#define WA_SHAPE_BRACKET 1u
#define WA_SHAPE_SECONDS 2u
#define WA_SHAPE_PERIOD 4u
#define WA_SHAPE_DOT 8u           /* a dot behind the date */
#define WA_SHAPE_COLON (1u << 24) /* ": " behind the time */
#define WA_SHAPE_MARKS (1u << 25) /* direction marks between the numbers of the date */
#define WA_SHAPE_SEPARATOR(shape) ((shape) >> 8 & 0xff)

/* wa_head_parse(line, h): true if the line begins an entry. */
bool wa_head_parse(struct evd_view line, struct wa_head *h);
/* wa_head_next(last, line, h): the same answer as wa_head_parse; `last` zeroed before the first line
 * of a file. No rule of the grammar looks at a digit's value, so a header that differs from the one
 * before in the values of digits alone has its form. */
bool wa_head_next(struct wa_last *last, struct evd_view line, struct wa_head *h);
/* wa_head_time(h, order, ms): local time under that order; false: no such time. */
bool wa_head_time(const struct wa_head *h, enum wa_order order, int64_t *ms);
/* its two parts: midnight of the day, and ms since midnight */
bool wa_head_day(const struct wa_head *h, enum wa_order order, int64_t *ms);
bool wa_head_clock(const struct wa_head *h, int64_t *ms);
/* wa_skip_marks(v): without leading BOM and direction marks. */
struct evd_view wa_skip_marks(struct evd_view v);

#endif
