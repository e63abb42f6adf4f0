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

static void skip(struct evd_view v, size_t *at)
{
	while (*at < v.len && (v.p[*at] == ' ' || v.p[*at] == ',' ||
	                       (v.len - *at > 2 && memcmp(v.p + *at, "\xe2\x80\xaf", 3) == 0)))
		*at += v.p[*at] == 0xe2 ? 3 : 1;
	if (v.len - *at > 3 && memcmp(v.p + *at, "at ", 3) == 0)
		*at += 3;
}

/* "Jan 31, 2024 2:05:10 pm", "Jan 31, 2024, 2:05 PM", "Friday, October 4, 2013 at 10:05pm PDT". */
bool evd_chat_english(struct evd_view v, struct evd_chat_time *t)
{
	static const char month[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const uint8_t *found;
	size_t at = 0, m;
	int y, d, h, mi, s = 0;

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
	skip(v, &at);
	if (v.len - at >= 2 && (v.p[at + 1] | 0x20) == 'm' &&
	    ((v.p[at] | 0x20) == 'a' || (v.p[at] | 0x20) == 'p')) {
		if (h < 1 || h > 12)
			return false;
		h = h % 12 + ((v.p[at] | 0x20) == 'p' ? 12 : 0);
	}
	t->has_local = evd_chat_calendar(&t->local_ms, y, (int)m + 1, d, h, mi, s);
	return t->has_local;
}
