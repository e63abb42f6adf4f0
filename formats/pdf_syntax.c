/* pdf_syntax: see pdf_syntax.h. */
#include "pdf_syntax.h"

#include "texts.h"

#include <stdio.h>
#include <string.h>

#define NEST_MAX 64

static bool is_space(uint8_t c)
{
	return c == 0 || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' ';
}

static bool is_delimiter(uint8_t c)
{
	return c == '(' || c == ')' || c == '<' || c == '>' || c == '[' || c == ']' || c == '{' ||
	       c == '}' || c == '/' || c == '%';
}

static size_t skip_space(struct evd_view v, size_t i)
{
	while (i < v.len) {
		if (is_space(v.p[i])) {
			i++;
		} else if (v.p[i] == '%') {
			while (i < v.len && v.p[i] != '\n' && v.p[i] != '\r')
				i++;
		} else {
			break;
		}
	}
	return i;
}

static size_t skip_word(struct evd_view v, size_t i)
{
	while (i < v.len && !is_space(v.p[i]) && !is_delimiter(v.p[i]))
		i++;
	return i;
}

/* §7.3.4.2: parentheses nest, a backslash takes the next character along. */
static size_t skip_literal(struct evd_view v, size_t i)
{
	unsigned depth = 0;

	for (; i < v.len; i++) {
		if (v.p[i] == '\\')
			i++;
		else if (v.p[i] == '(')
			depth++;
		else if (v.p[i] == ')' && --depth == 0)
			return i + 1;
	}
	return v.len;
}

static size_t skip_hex(struct evd_view v, size_t i)
{
	while (i < v.len && v.p[i] != '>')
		i++;
	return i < v.len ? i + 1 : i;
}

/* Behind a dictionary or array that begins at i; brackets are counted, strings passed over. */
static size_t skip_composite(struct evd_view v, size_t i)
{
	unsigned depth = 0;

	while (i < v.len) {
		i = skip_space(v, i);
		if (i >= v.len)
			break;
		if (v.p[i] == '(') {
			i = skip_literal(v, i);
		} else if (v.p[i] == '<' && i + 1 < v.len && v.p[i + 1] == '<') {
			depth++;
			i += 2;
		} else if (v.p[i] == '<') {
			i = skip_hex(v, i);
		} else if (v.p[i] == '>' && i + 1 < v.len && v.p[i + 1] == '>') {
			i += 2;
			depth--;
		} else if (v.p[i] == '[') {
			depth++;
			i++;
		} else if (v.p[i] == ']') {
			i++;
			depth--;
		} else {
			size_t next = skip_word(v, i + (v.p[i] == '/'));

			i = next > i ? next : i + 1;
			continue;
		}
		if (depth == 0 || depth > NEST_MAX)
			return i;
	}
	return v.len;
}

static bool is_digits(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	return n > 0;
}

/* "3 0 R" begins with a number: looked for so that it is taken as one. */
static size_t reference_end(struct evd_view v, size_t start, size_t end)
{
	size_t a, b;

	if (!is_digits(v.p + start, end - start))
		return end;
	a = skip_space(v, end);
	b = skip_word(v, a);
	if (a == end || b - a > 5 || !is_digits(v.p + a, b - a))
		return end;
	a = skip_space(v, b);
	if (a > b && a < v.len && v.p[a] == 'R' && skip_word(v, a) == a + 1)
		return a + 1;
	return end;
}

struct evd_view evd_pdf_value(struct evd_view v, size_t *pos)
{
	size_t start = skip_space(v, *pos), end;

	if (start >= v.len)
		return evd_view_of(NULL, 0);
	if (v.p[start] == '(')
		end = skip_literal(v, start);
	else if (v.p[start] == '[' || (v.p[start] == '<' && start + 1 < v.len && v.p[start + 1] == '<'))
		end = skip_composite(v, start);
	else if (v.p[start] == '<')
		end = skip_hex(v, start);
	else if (v.p[start] == '/')
		end = skip_word(v, start + 1);
	else
		end = reference_end(v, start, skip_word(v, start));
	if (end == start)
		return evd_view_of(NULL, 0);
	*pos = end;
	return evd_view_of(v.p + start, end - start);
}

struct evd_view evd_pdf_get(struct evd_view dict, const char *key)
{
	size_t pos = 2, len = strlen(key);

	if (dict.len < 4 || dict.p[0] != '<' || dict.p[1] != '<')
		return evd_view_of(NULL, 0);
	dict.len -= 2; /* without the closing brackets */
	for (;;) {
		struct evd_view name = evd_pdf_value(dict, &pos), value;

		if (name.len == 0 || name.p[0] != '/')
			return evd_view_of(NULL, 0);
		value = evd_pdf_value(dict, &pos);
		if (name.len == len + 1 && memcmp(name.p + 1, key, len) == 0)
			return value;
		if (value.len == 0)
			return value;
	}
}

bool evd_pdf_number(struct evd_view v, uint64_t *out)
{
	uint64_t n = 0;

	if (v.len > 15 || !is_digits(v.p, v.len))
		return false;
	for (size_t i = 0; i < v.len; i++)
		n = n * 10 + (v.p[i] - '0');
	*out = n;
	return true;
}

bool evd_pdf_reference(struct evd_view v, uint32_t *number)
{
	uint64_t n;
	size_t end = skip_word(v, 0);

	if (v.len < 5 || v.p[v.len - 1] != 'R' || end > 9 || !evd_pdf_number(evd_view_of(v.p, end), &n))
		return false;
	*number = (uint32_t)n;
	return true;
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

void evd_pdf_name(struct evd_view v, struct evd_buf *b)
{
	for (size_t i = 1; i < v.len; i++) {
		int high = v.p[i] == '#' && i + 2 < v.len ? hex_digit(v.p[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(v.p[i + 2]) : -1;

		if (low >= 0)
			i += 2;
		evd_put_u8(b, low >= 0 ? (uint8_t)(high << 4 | low) : v.p[i]);
	}
}

bool evd_pdf_has_name(struct evd_view v, const char *name)
{
	struct evd_buf b;
	bool found = false;

	evd_buf_init(&b, 0);
	for (size_t i = skip_space(v, 0); !found && i < v.len; i = skip_space(v, i)) {
		size_t end;

		if (v.p[i] == '(') {
			i = skip_literal(v, i);
		} else if (v.p[i] == '<' && !(i + 1 < v.len && v.p[i + 1] == '<')) {
			i = skip_hex(v, i);
		} else if (v.p[i] == '<') {
			i += 2;
		} else {
			end = skip_word(v, i + 1);
			if (v.p[i] == '/') {
				evd_buf_reset(&b);
				evd_pdf_name(evd_view_of(v.p + i, end - i), &b);
				found = evd_view_is(evd_buf_view(&b), name);
				i = end;
			} else {
				i = is_delimiter(v.p[i]) ? i + 1 : end;
			}
		}
	}
	evd_buf_release(&b);
	return found;
}

static void put_escaped(struct evd_view v, size_t *i, struct evd_buf *b)
{
	static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
	uint8_t c = v.p[*i];
	const char *at = c ? strchr(from, c) : NULL;

	if (c >= '0' && c <= '7') {
		unsigned n = 0;

		for (int k = 0; k < 3 && *i < v.len && v.p[*i] >= '0' && v.p[*i] <= '7'; k++)
			n = n * 8 + (v.p[(*i)++] - '0');
		evd_put_u8(b, (uint8_t)n);
		return;
	}
	++*i;
	if (at)
		evd_put_u8(b, (uint8_t)to[at - from]);
	else if (c == '\r' && *i < v.len && v.p[*i] == '\n')
		++*i; /* a line continued */
	else if (c != '\n' && c != '\r')
		evd_put_u8(b, c);
}

bool evd_pdf_bytes(struct evd_view v, struct evd_buf *b)
{
	if (v.len >= 2 && v.p[0] == '(') {
		struct evd_view inner = evd_view_of(v.p + 1, v.len - 2);

		for (size_t i = 0; i < inner.len;) {
			if (inner.p[i] == '\\' && i + 1 < inner.len) {
				i++;
				put_escaped(inner, &i, b);
			} else {
				evd_put_u8(b, inner.p[i++]);
			}
		}
		return true;
	}
	if (v.len >= 2 && v.p[0] == '<' && v.p[1] != '<') {
		int high = -1;

		for (size_t i = 1; i + 1 < v.len; i++) {
			int d = hex_digit(v.p[i]);

			if (d < 0)
				continue;
			if (high < 0) {
				high = d;
			} else {
				evd_put_u8(b, (uint8_t)(high << 4 | d));
				high = -1;
			}
		}
		if (high >= 0)
			evd_put_u8(b, (uint8_t)(high << 4));
		return true;
	}
	return false;
}

/* Annex D.2, PDFDocEncoding where it differs from Latin-1: 0x18…0x1F and 0x80…0xA0. */
static uint32_t doc_char(uint8_t c)
{
	static const uint16_t low[8] = {0x2D8, 0x2C7, 0x2C6, 0x2D9, 0x2DD, 0x2DB, 0x2DA, 0x2DC};
	static const uint16_t high[33] = {
	    0x2022, 0x2020, 0x2021, 0x2026, 0x2014, 0x2013, 0x192,  0x2044, 0x2039, 0x203A, 0x2212,
	    0x2030, 0x201E, 0x201C, 0x201D, 0x2018, 0x2019, 0x201A, 0x2122, 0xFB01, 0xFB02, 0x141,
	    0x152,  0x160,  0x178,  0x17D,  0x131,  0x142,  0x153,  0x161,  0x17E,  0xFFFD, 0x20AC};

	if (c >= 0x18 && c <= 0x1F)
		return low[c - 0x18];
	if (c >= 0x80 && c <= 0xA0)
		return high[c - 0x80];
	return c;
}

bool evd_pdf_text(struct evd_view v, struct evd_buf *b)
{
	struct evd_buf raw;
	bool ok;

	evd_buf_init(&raw, 0);
	ok = evd_pdf_bytes(v, &raw) && !raw.failed;
	if (ok && raw.len >= 2 && raw.data[0] == 0xFE && raw.data[1] == 0xFF)
		evd_texts_utf16(b, evd_view_of(raw.data + 2, raw.len - 2), true);
	else if (ok && raw.len >= 3 && memcmp(raw.data, "\xEF\xBB\xBF", 3) == 0)
		evd_put(b, raw.data + 3, raw.len - 3);
	else if (ok)
		for (size_t i = 0; i < raw.len; i++)
			evd_texts_put_utf8(b, doc_char(raw.data[i]));
	evd_buf_release(&raw);
	return ok;
}

/* "+01'00'", "+01'00", "+01" (§7.9.4), and "+0100" or "+01:00" as some write it; of anything else no zone is made. */
static void read_zone(struct evd_view v, char zone[8])
{
	size_t at = 3;
	const char *minutes = "00";

	if (v.len && v.p[0] == 'Z') {
		snprintf(zone, 8, "Z");
		return;
	}
	if (v.len < 3 || (v.p[0] != '+' && v.p[0] != '-') || !is_digits(v.p + 1, 2))
		return;
	at += at < v.len && (v.p[at] == '\'' || v.p[at] == ':');
	if (at < v.len) {
		if (v.len - at < 2 || !is_digits(v.p + at, 2) || v.p[at] > '5')
			return;
		minutes = (const char *)v.p + at;
	}
	snprintf(zone, 8, "%.3s:%.2s", (const char *)v.p, minutes);
}

bool evd_pdf_date(struct evd_view text, char out[32])
{
	int part[6] = {0, 1, 1, 0, 0, 0};
	static const size_t width[6] = {4, 2, 2, 2, 2, 2};
	size_t i = text.len >= 2 && text.p[0] == 'D' && text.p[1] == ':' ? 2 : 0, n = 0;
	char zone[8] = "";

	for (; n < 6 && text.len - i >= width[n] && is_digits(text.p + i, width[n]); n++) {
		part[n] = 0;
		for (size_t k = 0; k < width[n]; k++)
			part[n] = part[n] * 10 + (text.p[i + k] - '0');
		i += width[n];
	}
	if (n < 1 || part[1] < 1 || part[1] > 12 || part[2] < 1 || part[2] > 31 || part[3] > 23 ||
	    part[4] > 59 || part[5] > 60)
		return false;
	read_zone(evd_view_of(text.p + i, text.len - i), zone);
	if (n < 6) { /* only what stands there: a year, a month, a day */
		snprintf(out, 32, "%04d", part[0] % 10000);
		if (n > 1)
			snprintf(out + 4, 28, "-%02d", part[1] % 100);
		if (n > 2)
			snprintf(out + 7, 25, "-%02d", part[2] % 100);
		return true;
	}
	snprintf(out, 32, "%04d-%02d-%02dT%02d:%02d:%02d%s", part[0] % 10000, part[1] % 100,
	         part[2] % 100, part[3] % 100, part[4] % 100, part[5] % 100, zone);
	return true;
}

size_t evd_pdf_find(struct evd_view v, size_t from, const char *what)
{
	const uint8_t *p = from < v.len ? memmem(v.p + from, v.len - from, what, strlen(what)) : NULL;

	return p ? (size_t)(p - v.p) : SIZE_MAX;
}

size_t evd_pdf_find_last(struct evd_view v, const char *what)
{
	size_t last = SIZE_MAX;

	for (size_t i = 0; (i = evd_pdf_find(v, i, what)) != SIZE_MAX; i++)
		last = i;
	return last;
}
