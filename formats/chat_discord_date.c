/* chat_discord_date: times of DiscordChatExporter's texts, see chat_discord_text.h. */
#include "chat_discord_text.h"

#include <stdio.h>
#include <string.h>

/* "dd-MMM-yy hh:mm tt", of versions before 2021 */
static bool month_name(struct evd_view v, struct evd_chat_time *t)
{
	static const char month[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int n[4];
	size_t m = 0;
	bool pm;

	if (v.len != 18 || v.p[2] != '-' || v.p[6] != '-' || v.p[9] != ' ' || v.p[12] != ':' ||
	    v.p[15] != ' ' || v.p[17] != 'M' || (v.p[16] != 'A' && v.p[16] != 'P'))
		return false;
	for (size_t i = 0; i < 4; i++) {
		static const uint8_t at[] = {0, 7, 10, 13};
		const uint8_t *p = v.p + at[i];

		if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
			return false;
		n[i] = (p[0] - '0') * 10 + p[1] - '0';
	}
	while (m < 12 && memcmp(v.p + 3, month + 3 * m, 3) != 0)
		m++;
	pm = v.p[16] == 'P';
	if (m == 12 || n[2] < 1 || n[2] > 12)
		return false;
	t->precision = EVD_CHAT_MINUTE;
	t->has_local = evd_chat_calendar(&t->local_ms, 2000 + n[1], (int)m + 1, n[0],
	                                 n[2] % 12 + (pm ? 12 : 0), n[3], 0);
	return t->has_local;
}

enum discord_date discord_date(struct evd_view raw, struct wa_head *h, struct evd_chat_time *t)
{
	char text[80];

	memset(t, 0, sizeof *t);
	if (raw.len < 6 || raw.len > 64)
		return DISCORD_NO_DATE;
	if (evd_chat_time_iso(t, raw, EVD_CHAT_FROM_NONE))
		return DISCORD_ISO;
	memset(t, 0, sizeof *t);
	if (month_name(raw, t))
		return DISCORD_MONTH_NAME;
	memcpy(text, raw.p, raw.len);
	memcpy(text + raw.len, " - ", 4);
	return memchr(text, 0, raw.len) == NULL && wa_head_parse(evd_view_str(text), h) &&
	               h->time_off == 0 && h->time_len == raw.len
	           ? DISCORD_NUMBERS
	           : DISCORD_NO_DATE;
}

void discord_dates_see(struct discord_dates *d, struct evd_view raw)
{
	struct wa_head h;
	struct evd_chat_time t;

	if (discord_date(raw, &h, &t) != DISCORD_NUMBERS)
		return;
	d->mixed = d->mixed || (d->form.n && d->shape != h.shape);
	d->shape = h.shape;
	wa_order_add(&d->form, &h, evd_view_of(NULL, 0));
}

/* What wa_order_decide() has, without the order of the lines. */
void discord_dates_decide(struct discord_dates *d, struct evd_chat_info *info)
{
	struct wa_form *f = &d->form;
	bool dotted = WA_SHAPE_SEPARATOR(d->shape) == '.' || d->shape & WA_SHAPE_DOT;
	int fit = 0;

	if (f->n == 0)
		return;
	f->order = WA_UNDECIDABLE;
	if (d->mixed) {
		f->by = "contradiction";
	} else if (f->year_first == f->n) {
		f->order = WA_YEAR_FIRST;
		f->by = "four-digit-year";
	} else if (dotted && f->bad[WA_DAY_MONTH] == 0) {
		f->order = WA_DAY_MONTH;
		f->by = "separator";
	} else {
		for (int o = 0; o < WA_N_ORDERS; o++)
			if (f->bad[o] == 0 && fit++ == 0)
				f->order = (enum wa_order)o;
		f->by = fit == 1 ? "fields" : fit ? "nothing-decides" : "contradiction";
		if (fit != 1)
			f->order = WA_UNDECIDABLE;
	}
	info->date_order = wa_order_name(f->order);
	info->date_order_by = f->by;
}

unsigned discord_dates_time(const struct discord_dates *d, struct evd_view raw,
                            struct evd_chat_time *t)
{
	struct wa_head h;
	unsigned flags = 0;
	enum discord_date kind = discord_date(raw, &h, t);

	if (kind == DISCORD_NUMBERS && d->form.n)
		flags = wa_order_time(&d->form, &h, t);
	else if (kind == DISCORD_NUMBERS || (kind == DISCORD_NO_DATE && raw.len))
		flags = EVD_CHAT_F_IMPOSSIBLE_TIME;
	if (!t->has_utc && raw.len)
		t->source = EVD_CHAT_FROM_NONE;
	t->raw = raw;
	return flags;
}

int discord_dates_say(const struct discord_dates *d, struct chat_json *g,
                      const struct evd_chat_conv *conv, struct evd_error *err)
{
	int r = 0;

	if (d->mixed)
		r = evd_chat_observe(&g->chat, conv, "mixed-date-forms", err,
		                     "dates are written in several forms");
	if (r == 0 && d->form.n && d->form.order == WA_UNDECIDABLE)
		r = evd_chat_observe(&g->chat, conv, "day-month-undecidable", err,
		                     "nothing in the file says whether the day or the month comes first");
	return r;
}
