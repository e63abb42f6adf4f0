/* wa_order: see wa_order.h. */
#include "wa_order.h"

#include "wa_markers.h"

#include <string.h>

#define DAY INT64_C(86400000) /* ms */

/* "IMG-20240131-WA0001.jpg", "00000012-PHOTO-2024-01-31-10-00-30.jpg": eight digits of a date. */
static bool date_at(struct evd_view v, size_t i, int64_t *day)
{
	int digit[8];
	size_t n = 0;

	for (size_t left = 10; i < v.len && n < 8 && left; i++, left--) {
		if (v.p[i] >= '0' && v.p[i] <= '9')
			digit[n++] = v.p[i] - '0';
		else if (v.p[i] != '-')
			break;
	}
	return n == 8 &&
	       evd_chat_calendar(day, digit[0] * 1000 + digit[1] * 100 + digit[2] * 10 + digit[3],
	                         digit[4] * 10 + digit[5], digit[6] * 10 + digit[7], 0, 0, 0);
}

static bool date_in_name(struct evd_view v, int64_t *day)
{
	static const char *const kind[] = {"IMG",   "VID",   "PTT",   "AUD",     "STK", "DOC",
	                                   "PHOTO", "VIDEO", "AUDIO", "STICKER", "GIF"};
	const uint8_t *p = v.p, *end = v.len ? v.p + v.len : v.p, *at;

	for (; v.len && (at = memchr(p, '-', (size_t)(end - p))) != NULL; p = at + 1)
		for (size_t k = 0; k < sizeof kind / sizeof *kind; k++) {
			size_t n = strlen(kind[k]);

			if ((size_t)(at - v.p) >= n && memcmp(at - n, kind[k], n) == 0 &&
			    date_at(v, (size_t)(at - v.p) + 1, day))
				return true;
		}
	return false;
}

/* The date in the name of an attachment that the app itself names: in its own words, directly behind U+200E, which Android
 * puts at the beginning of a body and iOS before the bracket at the end. A name that somebody typed says nothing. */
static bool attached_date(struct evd_view text, int64_t *day)
{
	const uint8_t *end, *at;
	struct wa_found f;

	if (text.len == 0)
		return false;
	end = text.p + text.len;
	at = memrchr(text.p, 0xe2, text.len);
	while (at && (end - at < 4 || memcmp(at, "\xe2\x80\x8e", 3) != 0))
		at = memrchr(text.p, 0xe2, (size_t)(at - text.p));
	if (!at || (at[3] != '<' && (at - text.p < 2 || memcmp(at - 2, ": ", 2) != 0)))
		return false;
	while (end[-1] == '\n' || end[-1] == '\r') /* ends at the mark's last byte at the latest */
		end--;
	return wa_body(evd_view_of(at, (size_t)(end - at)), &f) && f.mark == WA_ATTACHED &&
	       date_in_name(f.part, day);
}

/* Day, month and year are each in their range, whether there is such a day or not: 31/2/24. */
static bool has_ranges(const struct wa_head *h, enum wa_order order)
{
	int d = h->field[order == WA_DAY_MONTH ? 0 : 1], mo = h->field[order == WA_DAY_MONTH ? 1 : 0];

	return h->width[0] <= 2 && d >= 1 && d <= 31 && mo >= 1 && mo <= 12 &&
	       (h->width[2] == 4 || h->field[2] >= 9);
}

static void take_ends(struct wa_form *f, const struct wa_head *h)
{
	f->last_changes = f->last_changes || (f->n_firsts && f->last != h->field[2]);
	f->last = h->field[2];
	for (uint8_t i = 0; i < f->n_firsts && i < 2; i++)
		if (f->first[i] == h->field[0])
			return;
	if (f->n_firsts < 2)
		f->first[f->n_firsts] = h->field[0];
	f->n_firsts = (uint8_t)(f->n_firsts + (f->n_firsts < 3));
}

static void take_date(struct wa_form *f, const struct wa_head *h)
{
	int64_t ms;
	bool any = false;

	if (f->n > 1 && memcmp(f->field, h->field, sizeof f->field) == 0 &&
	    memcmp(f->width, h->width, sizeof f->width) == 0)
		return;
	memcpy(f->field, h->field, sizeof f->field);
	memcpy(f->width, h->width, sizeof f->width);
	for (int o = 0; o < WA_N_ORDERS; o++) {
		f->has_day[o] = wa_head_day(h, (enum wa_order)o, &ms);
		f->same_day[o] = f->has_day[o] ? ms / DAY : 0;
		any = any || f->has_day[o];
	}
	/* a day that its month does not have is impossible, and no reason to look for the year in front */
	f->mute = !any || (!f->has_day[WA_DAY_MONTH] && !f->has_day[WA_MONTH_DAY] &&
	                   (has_ranges(h, WA_DAY_MONTH) || has_ranges(h, WA_MONTH_DAY)));
	if (!f->mute)
		take_ends(f, h);
}

void wa_order_add(struct wa_form *f, const struct wa_head *h, struct evd_view text)
{
	int64_t named, clock;
	bool has_name;

	f->n++;
	f->year_first += h->width[0] == 4;
	take_date(f, h);
	if (f->mute || !wa_head_clock(h, &clock))
		return; /* impossible whichever comes first: says nothing */
	has_name = attached_date(text, &named);
	for (int o = 0; o < WA_N_ORDERS; o++) {
		if (!f->has_day[o]) {
			f->bad[o]++;
			continue;
		}
		f->back[o] += f->day[o] && f->same_day[o] < f->day[o];
		f->day[o] = f->same_day[o];
		if (has_name && f->same_day[o] == named / DAY)
			f->named[o]++;
		else if (has_name)
			f->misnamed[o]++;
	}
}

/* Exactly one of the orders that `may` names has the property, and no other: that one. */
static enum wa_order only(const bool may[WA_N_ORDERS], const bool has[WA_N_ORDERS])
{
	enum wa_order found = WA_UNDECIDABLE;

	for (int o = 0; o < WA_N_ORDERS; o++) {
		if (!may[o] || !has[o])
			continue;
		if (found != WA_UNDECIDABLE)
			return WA_UNDECIDABLE;
		found = (enum wa_order)o;
	}
	return found;
}

static void set_order(struct wa_form *s, enum wa_order order, const char *by)
{
	s->order = order;
	s->by = by;
}

/*
 * Whether the year can be ruled out in front, where it has two digits and the lines can also be read with it behind. With
 * slashes none of WhatsApp's own languages writes it so (CLDR 39 and 48: Basque, Nepali, Yakut, Akan): only a last number
 * that changes while the first does not, or days that go back otherwise, leave it possible. In any form, of three first
 * numbers and one last number the last is the year, or else all was written on one day of the year.
 */
static bool year_is_last(const struct wa_form *s, uint8_t sep, const bool good[WA_N_ORDERS])
{
	bool goes_on = (good[WA_DAY_MONTH] && s->back[WA_DAY_MONTH] == 0) ||
	               (good[WA_MONTH_DAY] && s->back[WA_MONTH_DAY] == 0);

	if (!good[WA_DAY_MONTH] && !good[WA_MONTH_DAY])
		return false;
	if (s->n_firsts == 3 && !s->last_changes)
		return true;
	return sep == '/' && goes_on && !(s->last_changes && s->n_firsts == 1);
}

/* What the order of lines and the names of attachments say where several orders fit every line. */
static void infer(struct wa_form *s, uint8_t sep, const bool may[WA_N_ORDERS])
{
	bool ahead[WA_N_ORDERS], named[WA_N_ORDERS];
	enum wa_order order, by_name;

	for (int o = 0; o < WA_N_ORDERS; o++) {
		ahead[o] = s->back[o] == 0;
		named[o] = s->named[o] > 0 && s->misnamed[o] == 0;
	}
	by_name = only(may, named);
	order = only(may, ahead);
	if (order == WA_YEAR_FIRST && sep == '/')
		order = WA_UNDECIDABLE; /* too rare to be believed for the order of lines alone */
	if (by_name != WA_UNDECIDABLE && (order == WA_UNDECIDABLE || order == by_name))
		set_order(s, by_name, "attachment-names");
	else if (by_name == WA_UNDECIDABLE && order != WA_UNDECIDABLE)
		set_order(s, order, "order-of-lines");
	else
		set_order(s, WA_UNDECIDABLE, "nothing-decides");
}

/* chats.md §1.4: shape, separator, fields, attachments' names, order of the lines; else undecidable. */
void wa_order_decide(struct wa_form *s, uint32_t shape)
{
	bool good[WA_N_ORDERS];
	enum wa_order order;
	uint8_t sep = WA_SHAPE_SEPARATOR(shape);
	bool dotted = sep == '.' || shape & WA_SHAPE_DOT;

	if (s->year_first == s->n) {
		set_order(s, WA_YEAR_FIRST, "four-digit-year");
		return;
	}
	for (int o = 0; o < WA_N_ORDERS; o++)
		good[o] = s->bad[o] == 0;
	s->year_last = year_is_last(s, sep, good);
	/* a year of two digits in front is rare: days that go back must not lead there */
	good[WA_YEAR_FIRST] = good[WA_YEAR_FIRST] && !s->year_last && s->back[WA_YEAR_FIRST] == 0;
	if (dotted && good[WA_DAY_MONTH]) {
		set_order(s, WA_DAY_MONTH, "separator");
		return;
	}
	if (!good[WA_DAY_MONTH] && !good[WA_MONTH_DAY] && !good[WA_YEAR_FIRST]) {
		s->year_last = true;
		set_order(s, WA_UNDECIDABLE, "contradiction"); /* no order fits every line */
		return;
	}
	order = only(good, good);
	if (order != WA_UNDECIDABLE)
		set_order(s, order, "fields");
	else
		infer(s, sep, good);
}

const char *wa_order_name(enum wa_order order)
{
	static const char *const name[] = {"day-month", "month-day", "year-first", "", "undecidable"};

	return name[order];
}

unsigned wa_order_time(const struct wa_form *f, const struct wa_head *h, struct evd_chat_time *t)
{
	static const char *const name[] = {"day-month", "month-day", "year-first"};
	int64_t ms;

	t->source = EVD_CHAT_FROM_DEVICE;
	t->precision = h->shape & WA_SHAPE_SECONDS ? EVD_CHAT_SECOND : EVD_CHAT_MINUTE;
	if (f->order != WA_UNDECIDABLE) {
		t->has_local = wa_head_time(h, f->order, &t->local_ms);
		return t->has_local ? 0 : EVD_CHAT_F_IMPOSSIBLE_TIME;
	}
	for (int o = 0; o < WA_N_ORDERS; o++) {
		bool same = false;

		if (!wa_head_time(h, (enum wa_order)o, &ms) ||
		    (f->bad[o] && strcmp(f->by, "contradiction") != 0) ||
		    (o == WA_YEAR_FIRST && h->width[0] < 3 && f->year_last))
			continue;
		for (size_t i = 0; i < t->n_readings; i++)
			same = same || t->reading[i].local_ms == ms;
		if (same)
			continue;
		t->reading[t->n_readings].order = name[o];
		t->reading[t->n_readings++].local_ms = ms;
	}
	/* 31/2/24: impossible, not a day of 2031 (see take_date) */
	if (t->n_readings == 1 && t->reading[0].order == name[WA_YEAR_FIRST] && h->width[0] < 3)
		t->n_readings = 0;
	if (t->n_readings == 1) { /* all orders agree on this line */
		t->has_local = true;
		t->local_ms = t->reading[0].local_ms;
		t->n_readings = 0;
	} else if (t->n_readings == 0) {
		return EVD_CHAT_F_IMPOSSIBLE_TIME;
	} else {
		t->ambiguity = "day-month";
	}
	return 0;
}
