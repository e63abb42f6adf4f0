/* text: see text.h. */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

void evd_hex(char *out, const uint8_t *p, size_t len)
{
	static const char digit[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digit[p[i] >> 4];
		out[2 * i + 1] = digit[p[i] & 15];
	}
	out[2 * len] = '\0';
}

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool evd_unhex(struct evd_view v, uint8_t *out, size_t len)
{
	if (v.len != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++) {
		int hi = hex_value(v.p[2 * i]), lo = hex_value(v.p[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		out[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}

void evd_put_hex(struct evd_buf *b, const uint8_t *p, size_t len)
{
	char two[3];

	for (size_t i = 0; i < len; i++) {
		evd_hex(two, p + i, 1);
		evd_put(b, two, 2);
	}
}

static const char alphabet64[2][65] = {
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
};

static void put64(struct evd_buf *b, const uint8_t *p, size_t len, const char *alphabet, bool pad)
{
	for (size_t i = 0; i < len; i += 3) {
		size_t n = len - i < 3 ? len - i : 3;
		uint32_t x = (uint32_t)p[i] << 16;
		char out[4];

		if (n > 1)
			x |= (uint32_t)p[i + 1] << 8;
		if (n > 2)
			x |= p[i + 2];
		for (size_t k = 0; k < 4; k++)
			out[k] = k <= n ? alphabet[x >> (18 - 6 * k) & 63] : '=';
		evd_put(b, out, pad ? 4 : n + 1);
	}
}

void evd_put_base64(struct evd_buf *b, const uint8_t *p, size_t len)
{
	put64(b, p, len, alphabet64[0], true);
}

void evd_put_base64url(struct evd_buf *b, const uint8_t *p, size_t len)
{
	put64(b, p, len, alphabet64[1], false);
}

bool evd_is_base64url(struct evd_view v, size_t len)
{
	size_t rest = len % 3;
	const char *at = NULL;

	if (v.len != len / 3 * 4 + (rest ? rest + 1 : 0))
		return false;
	for (size_t i = 0; i < v.len; i++) {
		at = v.p[i] ? strchr(alphabet64[1], v.p[i]) : NULL;
		if (!at)
			return false;
	}
	/* the bits behind the last byte are zero, or there would be several spellings */
	if (rest && (at - alphabet64[1]) % (rest == 1 ? 16 : 4) != 0)
		return false;
	return true;
}

void evd_put_unbase64url(struct evd_buf *b, struct evd_view v)
{
	uint32_t x = 0;
	unsigned bits = 0;

	for (size_t i = 0; i < v.len; i++) {
		const char *at = strchr(alphabet64[1], v.p[i]);

		x = x << 6 | (at ? (uint32_t)(at - alphabet64[1]) & 63 : 0);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			evd_put_u8(b, (uint8_t)(x >> bits));
		}
	}
}

bool evd_utf8_next(struct evd_view v, size_t *pos, uint32_t *cp)
{
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	size_t left = v.len - *pos, n;
	uint8_t c;
	uint32_t x;

	if (left == 0)
		return false;
	c = v.p[*pos];
	if (c < 0x80) {
		*cp = c;
		*pos += 1;
		return true;
	}
	n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
	if (c < 0xc2 || c > 0xf4 || left < n)
		return false;
	x = c & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((v.p[*pos + i] & 0xc0) != 0x80)
			return false;
		x = x << 6 | (v.p[*pos + i] & 0x3f);
	}
	if (x < least[n] || x > 0x10ffff || (x >= 0xd800 && x <= 0xdfff))
		return false;
	*cp = x;
	*pos += n;
	return true;
}

bool evd_is_utf8(struct evd_view v)
{
	size_t pos = 0;
	uint32_t cp;

	while (pos < v.len) {
		uint64_t eight;

		if (v.len - pos >= sizeof eight) { /* ASCII, eight bytes at a time */
			memcpy(&eight, v.p + pos, sizeof eight);
			if ((eight & UINT64_C(0x8080808080808080)) == 0) {
				pos += sizeof eight;
				continue;
			}
		}
		if (v.p[pos] < 0x80)
			pos++;
		else if (!evd_utf8_next(v, &pos, &cp))
			return false;
	}
	return true;
}

/* Characters that do not show, move others about, or are no characters: threats N-06…N-08, I-04. */
static bool is_hidden(uint32_t cp)
{
	static const uint32_t range[][2] = {
	    {0x00, 0x1f},        {0x7f, 0x9f},       {0xad, 0xad},       {0x34f, 0x34f},
	    {0x61c, 0x61c},      {0x115f, 0x1160},   {0x17b4, 0x17b5},   {0x180b, 0x180f},
	    {0x200b, 0x200f},    {0x2028, 0x202e},   {0x2060, 0x206f},   {0x3164, 0x3164},
	    {0xfe00, 0xfe0f},    {0xfeff, 0xfeff},   {0xffa0, 0xffa0},   {0xfff0, 0xfffc},
	    {0xe000, 0xf8ff},    {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
	    {0xf0000, 0x10ffff},
	};

	for (size_t i = 0; i < sizeof range / sizeof *range; i++)
		if (cp >= range[i][0] && cp <= range[i][1])
			return true;
	return (cp & 0xfffe) == 0xfffe;
}

void evd_put_printable(struct evd_buf *b, struct evd_view v, size_t max)
{
	size_t pos = 0, n = 0;

	while (pos < v.len) {
		size_t from = pos;
		uint32_t cp;

		if (max && n++ == max) {
			evd_put_str(b, "\xe2\x80\xa6");
			return;
		}
		if (!evd_utf8_next(v, &pos, &cp))
			evd_putf(b, "<0x%02X>", v.p[pos++]);
		else if (is_hidden(cp))
			evd_putf(b, "<U+%04X>", (unsigned)cp);
		else
			evd_put(b, v.p + from, pos - from);
	}
}

/* Days from civil and back: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
static int64_t days_from_civil(int64_t y, int m, int d)
{
	int64_t era, yoe, doy;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

void evd_civil(int64_t s, struct evd_civil *out)
{
	int64_t days = s / 86400, rest = s % 86400, era, doe, yoe, doy, mp;

	if (rest < 0) {
		rest += 86400;
		days--;
	}
	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	doe = days - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	out->day = (int)(doy - (153 * mp + 2) / 5 + 1);
	out->month = (int)(mp < 10 ? mp + 3 : mp - 9);
	out->year = (int)(yoe + era * 400 + (out->month <= 2));
	out->hour = (int)(rest / 3600);
	out->minute = (int)(rest / 60 % 60);
	out->second = (int)(rest % 60);
}

int64_t evd_civil_seconds(const struct evd_civil *c)
{
	return days_from_civil(c->year, c->month, c->day) * 86400 + c->hour * 3600 + c->minute * 60 +
	       c->second;
}

void evd_time_format(char out[EVD_TIME_LEN + 1], int64_t ms)
{
	struct evd_civil c;
	char text[64];
	int64_t s = ms / 1000, rest = ms % 1000;

	if (rest < 0) {
		rest += 1000;
		s--;
	}
	evd_civil(s, &c);
	snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", c.year, c.month, c.day,
	         c.hour, c.minute, c.second, (int)rest);
	memcpy(out, text, EVD_TIME_LEN);
	out[EVD_TIME_LEN] = '\0';
}

static bool digits(struct evd_view v, size_t at, size_t n, int *out)
{
	*out = 0;
	for (size_t i = at; i < at + n; i++) {
		if (v.p[i] < '0' || v.p[i] > '9')
			return false;
		*out = *out * 10 + (v.p[i] - '0');
	}
	return true;
}

bool evd_time_parse(struct evd_view v, int64_t *ms)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd.dddZ";
	struct evd_civil c, back;
	int milli;
	int64_t s;

	if (v.len != EVD_TIME_LEN)
		return false;
	for (size_t i = 0; i < v.len; i++)
		if (form[i] != 'd' && v.p[i] != (uint8_t)form[i])
			return false;
	if (!digits(v, 0, 4, &c.year) || !digits(v, 5, 2, &c.month) || !digits(v, 8, 2, &c.day) ||
	    !digits(v, 11, 2, &c.hour) || !digits(v, 14, 2, &c.minute) ||
	    !digits(v, 17, 2, &c.second) || !digits(v, 20, 3, &milli))
		return false;
	if (c.year < 1970)
		return false;
	s = evd_civil_seconds(&c);
	evd_civil(s, &back); /* a date that does not exist comes back as another */
	if (memcmp(&c, &back, sizeof c) != 0)
		return false;
	*ms = s * 1000 + milli;
	return true;
}

bool evd_is_uuid(struct evd_view v)
{
	if (v.len != 36)
		return false;
	for (size_t i = 0; i < 36; i++) {
		bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;

		if (hyphen ? v.p[i] != '-' : hex_value(v.p[i]) < 0)
			return false;
	}
	return true;
}
