/* wa_head: see wa_head.h. */
#include "wa_head.h"

#include "base/text.h"

#include <string.h>

struct scan {
	struct evd_view v;
	size_t at;
};

/* Every length that a blank has here: blank, U+00A0, U+2009, U+202F. */
static size_t blank_at(struct evd_view v, size_t at)
{
	if (at < v.len && v.p[at] == ' ')
		return 1;
	if (v.len - at >= 2 && memcmp(v.p + at, "\xc2\xa0", 2) == 0)
		return 2;
	if (v.len - at >= 3 &&
	    (memcmp(v.p + at, "\xe2\x80\xaf", 3) == 0 || memcmp(v.p + at, "\xe2\x80\x89", 3) == 0))
		return 3;
	return 0;
}

static size_t mark_at(struct evd_view v, size_t at)
{
	if (v.len - at < 3)
		return 0;
	if (memcmp(v.p + at, "\xef\xbb\xbf", 3) == 0)
		return 3;
	/* U+200E, U+200F, U+202A…U+202E */
	if (v.p[at] == 0xe2 && v.p[at + 1] == 0x80 &&
	    (v.p[at + 2] == 0x8e || v.p[at + 2] == 0x8f ||
	     (v.p[at + 2] >= 0xaa && v.p[at + 2] <= 0xae)))
		return 3;
	return 0;
}

struct evd_view wa_skip_marks(struct evd_view v)
{
	size_t n;

	while (v.len && (n = mark_at(v, 0)) > 0) {
		v.p += n;
		v.len -= n;
	}
	return v;
}

static size_t blanks(struct scan *s)
{
	size_t from = s->at, n;

	if (s->at + 1 < s->v.len && s->v.p[s->at] < 0x80) { /* ASCII: nearly all */
		if (s->v.p[s->at] != ' ')
			return 0;
		if (s->v.p[s->at + 1] < 0x80 && s->v.p[s->at + 1] != ' ') {
			s->at++;
			return 1;
		}
	}
	while (s->at < s->v.len && (n = blank_at(s->v, s->at)) > 0)
		s->at += n;
	return s->at - from;
}

/* ASCII, Arabic-Indic and Persian digits. */
static int digit(struct scan *s)
{
	uint8_t c = s->at < s->v.len ? s->v.p[s->at] : 0, d;

	if (c >= '0' && c <= '9') {
		s->at++;
		return c - '0';
	}
	if ((c != 0xd9 && c != 0xdb) || s->v.len - s->at < 2)
		return -1;
	d = s->v.p[s->at + 1];
	if (c == 0xd9 ? d < 0xa0 || d > 0xa9 : d < 0xb0 || d > 0xb9)
		return -1;
	s->at += 2;
	return c == 0xd9 ? d - 0xa0 : d - 0xb0;
}

static inline uint8_t digits(struct scan *s, uint8_t most, int *out)
{
	const uint8_t *p = s->v.p;
	size_t at = s->at, len = s->v.len;
	int x = 0, d;
	uint8_t n = 0;

	for (; n < most && at < len && (unsigned)(p[at] - '0') < 10; n++, at++) /* ASCII: nearly all */
		x = x * 10 + (p[at] - '0');
	s->at = at;
	while (n < most && s->at < len && p[s->at] >= 0xd9 && (d = digit(s)) >= 0) {
		x = x * 10 + d;
		n++;
	}
	*out = x;
	return n;
}

static inline bool take(struct scan *s, const char *text)
{
	size_t n = strlen(text);

	if (s->at >= s->v.len || s->v.p[s->at] != (uint8_t)*text)
		return false;

	if (s->v.len - s->at < n || memcmp(s->v.p + s->at, text, n) != 0)
		return false;
	s->at += n;
	return true;
}

/* `text` with any blank for a blank, ASCII letters in either case. */
static bool take_loose(struct scan *s, const char *text)
{
	size_t at = s->at, n;

	if (at < s->v.len && s->v.p[at] < 0x80 && *text != ' ' && (s->v.p[at] | 32) != *text)
		return false; /* most end here */

	for (; *text; text++) {
		if (*text == ' ') {
			n = at < s->v.len ? blank_at(s->v, at) : 0;
			if (n == 0)
				return false;
			at += n;
			continue;
		}
		if (at >= s->v.len)
			return false;
		n = s->v.p[at];
		if (n >= 'A' && n <= 'Z')
			n += 32;
		if (n != (uint8_t)*text)
			return false;
		at++;
	}
	s->at = at;
	return true;
}

static bool date(struct scan *s, struct wa_head *h)
{
	uint8_t sep = 0;
	size_t n;

	for (int i = 0; i < 3; i++) {
		h->at[i] = (uint8_t)s->at; /* of use in a short header only: see is_plain */
		h->width[i] = digits(s, 4, &h->field[i]);
		if (h->width[i] == 0 || (i == 1 && h->width[i] > 2))
			return false;
		if (i == 2)
			break;
		/* Arabic: U+200F before each slash */
		while (s->at < s->v.len && s->v.p[s->at] == 0xe2 && (n = mark_at(s->v, s->at)) > 0) {
			s->at += n;
			h->shape |= WA_SHAPE_MARKS;
		}
		if (s->at >= s->v.len)
			return false;
		if (s->v.p[s->at] == '.' || s->v.p[s->at] == '/' || s->v.p[s->at] == '-') {
			if (sep && sep != s->v.p[s->at])
				return false;
			sep = s->v.p[s->at++];
			if (blanks(s) > 3)
				return false;
		} else if (blanks(s) == 1 && sep == (i ? ' ' : 0)) {
			sep = ' ';
		} else {
			return false;
		}
	}
	h->shape |= (uint32_t)sep << 8;
	if (s->at < s->v.len && s->v.p[s->at] == ',') { /* most: nothing behind the date */
	} else if (take(s, ".")) {
		h->shape |= WA_SHAPE_DOT;
	} else if (take_loose(s, " г.")) {
		h->shape |= WA_SHAPE_DOT << 1;
	} else if (take_loose(s, " be")) {
		h->buddhist = true;
		h->shape |= WA_SHAPE_DOT << 2;
	}
	return (h->width[0] == 4 && h->width[2] <= 2) || (h->width[0] <= 2 && h->width[2] != 3);
}

/* Between date and time: a comma, a word of the locale, blanks. */
static bool glue(struct scan *s, struct wa_head *h)
{
	static const char *const word[] = {"u ",   "klo ", "во ", "um ",   "at ",
	                                   "kl. ", "в ",   "ob ", "a las "};
	bool comma = take(s, ",") || take(s, "\xd8\x8c");

	if (blanks(s) == 0 && !comma)
		return false;
	h->shape |= comma ? 1u << 16 : 0;
	if (s->at < s->v.len && s->v.p[s->at] >= '0' && s->v.p[s->at] <= '9')
		return true;
	for (uint32_t i = 0; i < sizeof word / sizeof *word; i++)
		if (take_loose(s, word[i])) {
			h->shape |= (i + 2) << 16;
			break;
		}
	return true;
}

static const struct {
	const char *text;
	enum wa_period period;
} period[] = {
    {"am", WA_AM},          {"pm", WA_PM},
    {"a.m.", WA_AM},        {"p.m.", WA_PM},
    {"a. m.", WA_AM},       {"p. m.", WA_PM},
    {"p.d.", WA_AM},        {"m.d.", WA_PM}, /* Albanian: paradite, mbasdite */
    {"e paradites", WA_AM}, {"e pasdites", WA_PM},
    {"paradite", WA_AM},    {"pasdite", WA_PM},
    {"prijepodne", WA_AM},  {"prije podne", WA_AM},
    {"pre podne", WA_AM},   {"po podne", WA_PM},
    {"popodne", WA_PM},     {"poslije podne", WA_PM},
    {"пре подне", WA_AM},   {"прије подне", WA_AM},
    {"по подне", WA_PM},    {"послије подне", WA_PM},
    {"поподне", WA_PM},     {"претпладне", WA_AM},
    {"попладне", WA_PM},    {"претпл.", WA_AM},
    {"попл.", WA_PM},       {"vorm.", WA_AM},
    {"nachm.", WA_PM},      {"ص", WA_AM},
    {"م", WA_PM},           {"dop.", WA_AM},
    {"pop.", WA_PM},
};

static bool clock(struct scan *s, struct wa_head *h)
{
	size_t back;

	h->at[3] = (uint8_t)s->at;
	if (digits(s, 2, &h->hour) == 0 || !(take(s, ":") || take(s, ".")))
		return false;
	h->at[4] = (uint8_t)s->at;
	if (digits(s, 2, &h->minute) != 2)
		return false;
	back = s->at;
	if ((take(s, ":") || take(s, ".")) && digits(s, 2, &h->second) == 2) {
		h->at[5] = (uint8_t)(s->at - 2);
		h->shape |= WA_SHAPE_SECONDS;
	} else {
		s->at = back;
		h->second = 0;
	}
	back = s->at;
	blanks(s);
	if (s->at < s->v.len && s->v.p[s->at] != '-' && s->v.p[s->at] != ']')
		for (size_t i = 0; i < sizeof period / sizeof *period; i++)
			if (take_loose(s, period[i].text)) {
				h->period = period[i].period;
				h->shape |= WA_SHAPE_PERIOD;
				return true;
			}
	s->at = back;
	return true;
}

/* Known by its bytes alone: ASCII digits, and nothing behind the header can belong to it. */
static bool is_plain(struct evd_view line, const struct wa_head *h)
{
	if (h->text_off > WA_HEAD_PLAIN || line.p[h->text_off - 1] != ' ')
		return false;
	for (size_t i = 0; i < h->text_off; i++)
		if (line.p[i] == 0xd9 || line.p[i] == 0xdb)
			return false;
	return true;
}

bool wa_head_parse(struct evd_view line, struct wa_head *h)
{
	struct scan s = {line, 0};
	size_t n;

	memset(h, 0, sizeof *h);
	while (s.at < line.len && (n = mark_at(line, s.at)) > 0) {
		h->mark = h->mark || line.p[s.at + 2] == 0x8e;
		s.at += n;
	}
	if (take(&s, "["))
		h->shape |= WA_SHAPE_BRACKET;
	h->time_off = s.at;
	if (!date(&s, h) || !glue(&s, h) || !clock(&s, h))
		return false;
	h->time_len = s.at - h->time_off;
	if (h->shape & WA_SHAPE_BRACKET) {
		if (!take(&s, "]") || (s.at < line.len && blanks(&s) == 0 && mark_at(line, s.at) == 0))
			return false;
	} else if (take(&s, ": ")) { /* 2012 to 2016 */
		h->shape |= WA_SHAPE_COLON;
	} else if (blanks(&s) == 0 || !(take(&s, "- ") || take(&s, "\xe2\x80\x93 "))) {
		return false;
	}
	h->text_off = s.at;
	h->plain = is_plain(line, h);
	return true;
}

static int value(const uint8_t *p, size_t n)
{
	int x = 0;

	for (size_t i = 0; i < n; i++)
		x = x * 10 + (p[i] - '0');
	return x;
}

static void keep_form(struct wa_last *last, struct evd_view line, const struct wa_head *h)
{
	uint8_t bytes[WA_HEAD_PLAIN] = {0}, same[WA_HEAD_PLAIN] = {0}, low[WA_HEAD_PLAIN] = {0};

	for (size_t i = 0; i < h->text_off; i++) {
		bool is = (unsigned)(line.p[i] - '0') < 10;

		bytes[i] = line.p[i];
		same[i] = is ? 0xf0 : 0xff;
		low[i] = is ? 0x0f : 0;
	}
	memcpy(last->bytes, bytes, sizeof bytes);
	memcpy(last->same, same, sizeof same);
	memcpy(last->digit, low, sizeof low);
	last->head = *h;
}

/* Eight bytes at a time; a digit is 0x30 to 0x39: six more than its low half stays below 0x10. */
static bool same_form(const struct wa_last *last, struct evd_view line)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	size_t n = last->head.text_off;
	uint64_t x;

	if (!last->head.plain || line.len < n + sizeof x || blank_at(line, n))
		return false;
	for (size_t i = 0; i * sizeof x < n; i++) {
		memcpy(&x, line.p + i * sizeof x, sizeof x);
		if (((x ^ last->bytes[i]) & last->same[i]) ||
		    (((x & last->digit[i]) + ones * 6) & ones * 0x10))
			return false;
	}
	return true;
}

bool wa_head_next(struct wa_last *last, struct evd_view line, struct wa_head *h)
{
	if (!same_form(last, line)) {
		if (!wa_head_parse(line, h))
			return false;
		if (h->plain)
			keep_form(last, line, h);
		return true;
	}
	*h = last->head;
	for (int i = 0; i < 3; i++)
		h->field[i] = value(line.p + h->at[i], h->width[i]);
	h->hour = value(line.p + h->at[3], (size_t)(h->at[4] - h->at[3] - 1));
	h->minute = value(line.p + h->at[4], 2);
	if (h->shape & WA_SHAPE_SECONDS)
		h->second = value(line.p + h->at[5], 2);
	return true;
}

bool wa_head_day(const struct wa_head *h, enum wa_order order, int64_t *ms)
{
	int y, mo, d, year = order == WA_YEAR_FIRST ? 0 : 2;

	if (order >= WA_N_ORDERS)
		return false;
	y = h->field[year];
	mo = order == WA_MONTH_DAY ? h->field[0] : h->field[1];
	d = h->field[order == WA_DAY_MONTH ? 0 : order == WA_MONTH_DAY ? 1 : 2];
	if (h->width[2 - year] > 2)
		return false;
	if (order == WA_YEAR_FIRST && h->width[0] < 3 && WA_SHAPE_SEPARATOR(h->shape) != '-' &&
	    WA_SHAPE_SEPARATOR(h->shape) != '/')
		return false; /* yy.mm.dd: Korean alone, whose clock (a word in front) is not read */
	if (h->width[year] < 3)
		y += 2000;
	if (h->buddhist)
		y -= 543;
	if (y < 2009) /* WhatsApp began in 2009 */
		return false;
	return evd_chat_calendar(ms, y, mo, d, 0, 0, 0);
}

bool wa_head_clock(const struct wa_head *h, int64_t *ms)
{
	int hour = h->hour;

	if (h->period != WA_NO_PERIOD) {
		if (hour < 1 || hour > 12)
			return false;
		hour = hour % 12 + (h->period == WA_PM ? 12 : 0);
	}
	*ms = ((hour * 60 + h->minute) * 60 + h->second) * INT64_C(1000);
	return hour < 24 && h->minute < 60 && h->second < 60;
}

bool wa_head_time(const struct wa_head *h, enum wa_order order, int64_t *ms)
{
	int64_t clock_ms;

	if (!wa_head_clock(h, &clock_ms) || !wa_head_day(h, order, ms))
		return false;
	*ms += clock_ms;
	return true;
}
