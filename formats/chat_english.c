/* chat_english: see chat_english.h. */
#include "chat_english.h"

#include <string.h>

static bool number(struct evd_view v, size_t *at, int *out)
{
	size_t from = *at;

	*out = 0;
	while (*at < v.len && *at < from + 4 && v.p[*at] >= '0' && v.p[*at] <= '9')
		*out = *out * 10 + (v.p[(*at)++] - '0');
	return *at > from;
}

/* A blank of any kind that programs put before AM and PM: U+0020, U+00A0, U+2009, U+202F. Its length, or 0. */
static size_t blank(struct evd_view v, size_t at)
{
	static const char *const list[] = {" ", "\xc2\xa0", "\xe2\x80\x89", "\xe2\x80\xaf"};

	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		size_t n = strlen(list[i]);

		if (v.len - at >= n && memcmp(v.p + at, list[i], n) == 0)
			return n;
	}
	return 0;
}

static void skip(struct evd_view v, size_t *at)
{
	size_t n = 1;

	while (*at < v.len && n) {
		n = v.p[*at] == ',' ? 1 : blank(v, *at);
		*at += n;
	}
	if (v.len - *at > 3 && memcmp(v.p + *at, "at ", 3) == 0)
		*at += 3;
}

static bool letter(uint8_t c)
{
	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c > 0x7f;
}

/* "PM", "p.m.", "p. m.": 'a' or 'p', and *at behind it; 0: none. */
static uint8_t period(struct evd_view v, size_t *at)
{
	size_t i = *at;
	uint8_t which = i < v.len ? v.p[i++] | 0x20 : 0;

	if (which != 'a' && which != 'p')
		return 0;
	if (i < v.len && v.p[i] == '.')
		i += 1 + blank(v, i + 1);
	if (i >= v.len || (v.p[i++] | 0x20) != 'm')
		return 0;
	i += i < v.len && v.p[i] == '.';
	if (i < v.len && letter(v.p[i]))
		return 0;
	*at = i;
	return which;
}

/* "PDT", "CEST", "UTC", "GMT+2", "UTC+01:00", "+0100": names of zones in English end with T, words for AM and PM of other
 * languages, such as CH and PTG, do not. */
static bool zone(struct evd_view v)
{
	size_t n = 0;

	while (n < v.len && v.p[n] >= 'A' && v.p[n] <= 'Z')
		n++;
	if (n == v.len)
		return evd_view_is(v, "UTC") || evd_view_is(v, "Z") ||
		       (n >= 3 && n <= 5 && v.p[n - 1] == 'T');
	if (n && (n != 3 || (memcmp(v.p, "UTC", n) != 0 && memcmp(v.p, "GMT", n) != 0)))
		return false;
	if (v.p[n] != '+' && v.p[n] != '-')
		return false;
	v = evd_view_of(v.p + n + 1, v.len - n - 1);
	for (n = 0; n < v.len; n++)
		if ((v.p[n] < '0' || v.p[n] > '9') && v.p[n] != ':')
			return false;
	return n > 0 && n < 6;
}

/* Behind the minutes or seconds: false if anything stands there that is neither AM or PM nor a zone. */
static bool end_of(struct evd_view v, size_t at, uint8_t *which)
{
	skip(v, &at);
	*which = period(v, &at);
	skip(v, &at);
	while (v.len > at && v.p[v.len - 1] == ' ')
		v.len--;
	return at >= v.len || zone(evd_view_of(v.p + at, v.len - at));
}

/* "Jan 31, 2024 2:05:10 pm", "Jan 31, 2024, 2:05 p.m.", "Friday, October 4, 2013 at 10:05pm PDT". */
bool evd_chat_english(struct evd_view v, struct evd_chat_time *t)
{
	static const char month[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const uint8_t *found;
	size_t at = 0, m;
	int y, d, h, mi, s = 0;
	uint8_t which;
	bool real = true;

	for (m = 0; m < 12; m++) {
		found = v.len ? memmem(v.p, v.len, month + 3 * m, 3) : NULL;
		if (found && (found == v.p || found[-1] == ' '))
			break;
	}
	if (m == 12)
		return false;
	at = (size_t)(found - v.p);
	while (at < v.len && v.p[at] > '9')
		at++;
	skip(v, &at);
	if (!number(v, &at, &d))
		return false;
	skip(v, &at);
	if (!number(v, &at, &y))
		return false;
	skip(v, &at);
	if (!number(v, &at, &h) || at >= v.len || v.p[at++] != ':' || !number(v, &at, &mi))
		return false;
	t->precision = EVD_CHAT_MINUTE;
	if (at < v.len && v.p[at] == ':') {
		at++;
		if (!number(v, &at, &s))
			return false;
		t->precision = EVD_CHAT_SECOND;
	}
	if (!end_of(v, at, &which))
		return false;
	if (which)
		real = h >= 1 && h <= 12;
	if (which && real)
		h = h % 12 + (which == 'p' ? 12 : 0);
	t->has_local = real && evd_chat_calendar(&t->local_ms, y, (int)m + 1, d, h, mi, s);
	return true;
}
