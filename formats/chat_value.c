/* chat_value: times, numbers and lists of the message model; see chat.h. */
#include "chat.h"

#include "base/text.h"

#include <string.h>

#define MS_MAX INT64_C(253402300799999) /* the end of the year 9999 */

bool evd_chat_calendar(int64_t *ms, int y, int mo, int d, int h, int mi, int s)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	struct evd_civil c = {y, mo, d, h, mi, s};
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	if (y < 1 || y > 9999 || mo < 1 || mo > 12 || d < 1 || d > days[mo - 1] + (mo == 2 && leap) ||
	    h < 0 || h > 23 || mi < 0 || mi > 59 || s < 0 || s > 59)
		return false;
	*ms = evd_civil_seconds(&c) * 1000;
	return true;
}

void evd_chat_time_epoch(struct evd_chat_time *t, struct evd_view raw, int64_t ms,
                         enum evd_chat_precision p)
{
	memset(t, 0, sizeof *t);
	t->raw = raw;
	t->source = EVD_CHAT_FROM_EPOCH;
	t->precision = p;
	if (ms < -MS_MAX / 4 || ms > MS_MAX)
		return;
	t->has_utc = true;
	t->utc_ms = ms;
}

static bool number(struct evd_view v, size_t *at, size_t n, int *out)
{
	*out = 0;
	if (v.len - *at < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		uint8_t c = v.p[*at + i];

		if (c < '0' || c > '9')
			return false;
		*out = *out * 10 + (c - '0');
	}
	*at += n;
	return true;
}

static bool byte(struct evd_view v, size_t *at, const char *any)
{
	if (*at >= v.len || v.p[*at] == 0 || !strchr(any, v.p[*at]))
		return false;
	++*at;
	return true;
}

/* Z, ±hh:mm or ±hhmm up to the end. */
static bool zone(struct evd_view v, size_t at, int64_t *offset_ms)
{
	int sign, h, m;

	if (v.len - at == 1 && (v.p[at] == 'Z' || v.p[at] == 'z')) {
		*offset_ms = 0;
		return true;
	}
	if (at >= v.len || (v.p[at] != '+' && v.p[at] != '-'))
		return false;
	sign = v.p[at++] == '-' ? -1 : 1;
	if (!number(v, &at, 2, &h))
		return false;
	(void)byte(v, &at, ":");
	if (!number(v, &at, 2, &m) || at != v.len || h > 18 || m > 59)
		return false;
	*offset_ms = sign * (h * 60 + m) * INT64_C(60000);
	return true;
}

static bool iso(struct evd_chat_time *t, struct evd_view v, const char *source)
{
	int y, mo, d, h, mi, s, milli = 0;
	size_t at = 0;
	int64_t offset;

	if (!number(v, &at, 4, &y) || !byte(v, &at, "-") || !number(v, &at, 2, &mo) ||
	    !byte(v, &at, "-") || !number(v, &at, 2, &d) || !byte(v, &at, "Tt ") ||
	    !number(v, &at, 2, &h) || !byte(v, &at, ":") || !number(v, &at, 2, &mi) ||
	    !byte(v, &at, ":") || !number(v, &at, 2, &s))
		return false;
	t->precision = EVD_CHAT_SECOND;
	if (byte(v, &at, ".,")) {
		int scale = 100;

		t->precision = EVD_CHAT_MILLI;
		for (; at < v.len && v.p[at] >= '0' && v.p[at] <= '9'; at++, scale /= 10)
			milli += (v.p[at] - '0') * scale;
	}
	if (!evd_chat_calendar(&t->local_ms, y, mo, d, h, mi, s))
		return false;
	t->local_ms += milli;
	t->has_local = true;
	t->source = source;
	while (at < v.len && v.p[at] == ' ')
		at++;
	if (at == v.len)
		return true;
	if (!zone(v, at, &offset)) {
		t->has_local = false;
		return false;
	}
	t->utc_ms = t->local_ms - offset;
	t->has_utc = true;
	t->source = EVD_CHAT_FROM_RECORD;
	return true;
}

bool evd_chat_time_iso(struct evd_chat_time *t, struct evd_view raw, const char *source)
{
	memset(t, 0, sizeof *t);
	t->raw = raw;
	return iso(t, raw, source);
}

bool evd_chat_integer(struct evd_view v, int64_t *out)
{
	uint64_t x = 0;
	size_t i = 0;
	bool minus = v.len && v.p[0] == '-';

	i = minus;
	if (i == v.len || v.len - i > 19)
		return false;
	for (; i < v.len; i++) {
		if (v.p[i] < '0' || v.p[i] > '9')
			return false;
		x = x * 10 + (uint64_t)(v.p[i] - '0'); /* 19 digits fit */
	}
	if (x > INT64_MAX)
		return false;
	*out = minus ? -(int64_t)x : (int64_t)x;
	return true;
}

bool evd_chat_phone(struct evd_view v, struct evd_buf *b)
{
	size_t pos = 0, digits = 0;
	uint8_t out[24];
	bool plus = false;
	uint32_t cp;

	if (v.len && (v.p[0] | 32) >= 'a' && (v.p[0] | 32) <= 'z') /* a name: nearly all */
		return false;
	while (pos < v.len) {
		if (v.p[pos] < 0x80)
			cp = v.p[pos++];
		else if (!evd_utf8_next(v, &pos, &cp))
			return false;
		if (cp == '+' && !plus && digits == 0)
			plus = true;
		else if (cp >= '0' && cp <= '9' && digits < sizeof out)
			out[digits++] = (uint8_t)cp;
		else if (!(cp == ' ' || cp == '-' || cp == '(' || cp == ')' || cp == '/' || cp == 0xa0 ||
		           cp == 0x202f || cp == 0x2011 || cp == 0x200e || cp == 0x200f ||
		           (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069)))
			return false;
	}
	if (digits < (plus ? 6u : 8u))
		return false;
	if (plus)
		evd_put_u8(b, '+');
	evd_put(b, out, digits);
	return true;
}

void evd_chat_list_init(struct evd_chat_list *l)
{
	memset(l, 0, sizeof *l);
	evd_buf_init(&l->json, EVD_CHAT_TEXT_MAX * 4);
	evd_object_init(&l->item);
}

void evd_chat_list_reset(struct evd_chat_list *l)
{
	evd_buf_reset(&l->json);
	evd_object_reset(&l->item);
	l->n = 0;
	l->cut = false;
}

void evd_chat_list_release(struct evd_chat_list *l)
{
	evd_buf_release(&l->json);
	evd_object_release(&l->item);
}

struct evd_object *evd_chat_list_item(struct evd_chat_list *l)
{
	if (l->n >= EVD_CHAT_LIST_MAX || l->json.len > EVD_CHAT_TEXT_MAX * 2) {
		l->cut = true;
		return NULL;
	}
	evd_object_reset(&l->item);
	return &l->item;
}

int evd_chat_list_put(struct evd_chat_list *l, struct evd_error *err)
{
	size_t before = l->json.len;
	int r;

	evd_put_u8(&l->json, l->n ? ',' : '[');
	r = evd_object_write(&l->item, &l->json, err);
	if (r == EVD_E_LIMIT) { /* one item too long: what stood before stays */
		l->json.len = before;
		l->json.failed = 0;
		l->cut = true;
		return 0;
	}
	l->n++;
	return r;
}

struct evd_view evd_chat_list_end(struct evd_chat_list *l)
{
	if (l->n == 0 && !l->cut)
		return evd_view_of(NULL, 0);
	if (l->cut)
		evd_put_str(&l->json, l->n ? ",{\"cut\":true}" : "[{\"cut\":true}");
	evd_put_u8(&l->json, ']');
	return evd_buf_view(&l->json);
}
