/* mail_html: see mail_html.h. */
#include "mail_html.h"

#include "texts.h"

#include "base/text.h"

#include <libxml/HTMLparser.h>
#include <string.h>
#include <strings.h>

#define SNIFFED 2048u /* bytes in which a character set is looked for */
#define HTML_NAME 24u /* of an element or a character reference */

/* What ends something that was begun. Once one was looked for in vain there is none further on either. */
enum end { END_TAG, END_SINGLE, END_DOUBLE, END_COMMENT, END_SCRIPT, END_STYLE, N_ENDS };
static const char *const ends[N_ENDS] = {">", "'", "\"", "-->", "</script", "</style"};

struct html {
	struct evd_view v;
	size_t i;
	bool none[N_ENDS];
	bool space, line; /* owed before the next word */
	bool pre;
	uint64_t spent; /* on tags that had no end */
	struct evd_buf *out;
	size_t start; /* of our text in *out */
};

static size_t find_end(struct html *x, size_t from, enum end what)
{
	size_t n = strlen(ends[what]);

	if (x->none[what])
		return SIZE_MAX;
	for (; from + n <= x->v.len; from++) {
		const uint8_t *p = memchr(x->v.p + from, ends[what][0], x->v.len - from);

		if (!p)
			break;
		from = (size_t)(p - x->v.p);
		if (from + n <= x->v.len && strncasecmp((const char *)p, ends[what], n) == 0)
			return from;
	}
	x->none[what] = true;
	return SIZE_MAX;
}

static void put_word(struct html *x, uint32_t cp)
{
	if (x->out->len > x->start && (x->line || x->space))
		evd_put_u8(x->out, x->line ? '\n' : ' ');
	x->line = x->space = false;
	evd_texts_put_utf8(x->out, cp ? cp : 0xFFFD);
}

static void put(struct html *x, uint32_t cp)
{
	if (cp == ' ' || cp == '\t' || cp == '\r' || cp == '\n' || cp == '\f') {
		x->space = true;
		x->line |= x->pre && cp == '\n';
	} else {
		put_word(x, cp);
	}
}

static bool is_letter(uint8_t c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static bool is_alnum(uint8_t c)
{
	return is_letter(c) || (c >= '0' && c <= '9');
}

/* HTML's names of 8859-1 and symbols are libxml2's; these letters of ours came later. */
static uint32_t named(const char *name)
{
	static const struct {
		const char *name;
		uint16_t cp;
	} ours[] = {{"ccaron", 0x10D}, {"Ccaron", 0x10C}, {"cacute", 0x107}, {"Cacute", 0x106},
	            {"zcaron", 0x17E}, {"Zcaron", 0x17D}, {"dstrok", 0x111}, {"Dstrok", 0x110}};
	const htmlEntityDesc *known = htmlEntityLookup((const xmlChar *)name);

	if (known)
		return known->value;
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (strcmp(ours[i].name, name) == 0)
			return ours[i].cp;
	return 0;
}

/* §13.2.5.80: numbers of this range mean windows-1252. */
static uint32_t numbered(uint32_t n)
{
	static const uint16_t high[32] = {
	    0x20AC, 0x81,   0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021, 0x2C6,  0x2030, 0x160,
	    0x2039, 0x152,  0x8D,   0x17D,  0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
	    0x2013, 0x2014, 0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0x9D,   0x17E,  0x178};

	return n >= 0x80 && n < 0xA0 ? high[n - 0x80] : n;
}

/* "&#1055;", "&#x41f;", "&amp;": its code point and its end; false: it is none. */
static bool reference(const struct html *x, uint32_t *cp, size_t *end)
{
	size_t i = x->i + 1, n = 0;
	char name[HTML_NAME + 1];
	bool number = i < x->v.len && x->v.p[i] == '#', hex = false;
	uint32_t value = 0;

	i += number;
	while (i < x->v.len && n < HTML_NAME && is_alnum(x->v.p[i]))
		name[n++] = (char)x->v.p[i++];
	name[n] = 0;
	*end = i + 1;
	if (n == 0 || i >= x->v.len || x->v.p[i] != ';')
		return false;
	if (!number)
		return (*cp = named(name)) != 0;
	hex = (name[0] | 32) == 'x';
	for (size_t k = hex; k < n; k++) {
		bool digit = name[k] >= '0' && name[k] <= '9';
		int c = name[k] | 32;

		if (!digit && (!hex || c < 'a' || c > 'f'))
			return false;
		value = value * (hex ? 16 : 10) + (uint32_t)(digit ? name[k] - '0' : c - 'a' + 10);
		value = value > 0x110000 ? 0x110000 : value;
	}
	*cp = numbered(value);
	return n > hex;
}

static bool is_block(const char *name)
{
	static const char *const list[] = {
	    "address", "article", "blockquote", "body",    "br",    "center", "dd", "div",
	    "dl",      "dt",      "footer",     "form",    "h1",    "h2",     "h3", "h4",
	    "h5",      "h6",      "head",       "header",  "hr",    "html",   "li", "ol",
	    "option",  "p",       "pre",        "section", "table", "title",  "tr", "ul"};

	for (size_t i = 0; i < sizeof list / sizeof *list; i++)
		if (strcmp(name, list[i]) == 0)
			return true;
	return false;
}

/* Behind a tag that begins at x->i, quoted values passed over; SIZE_MAX: it does not end. Who leaves many
 * open shall not have the rest looked through for each: then the next ">" ends it, quoted or not. */
static size_t behind_tag(struct html *x)
{
	size_t i;

	if (x->spent > 8 * x->v.len) {
		i = find_end(x, x->i, END_TAG);
		return i == SIZE_MAX ? i : i + 1;
	}
	for (i = x->i + 1; i < x->v.len; i++) {
		uint8_t c = x->v.p[i];

		if (c == '>')
			return i + 1;
		if ((c == '"' || c == '\'') && x->v.p[i - 1] == '=') {
			size_t close = find_end(x, i + 1, c == '"' ? END_DOUBLE : END_SINGLE);

			i = close == SIZE_MAX ? i : close;
		} else if (c == '<') { /* another begins: this one has no end */
			break;
		}
	}
	x->spent += i - x->i;
	return SIZE_MAX;
}

static size_t tag_name(const struct html *x, char name[HTML_NAME + 1])
{
	size_t i = x->i + 1, n = 0;

	i += i < x->v.len && x->v.p[i] == '/';
	if (i < x->v.len && is_letter(x->v.p[i]))
		while (i < x->v.len && n < HTML_NAME && is_alnum(x->v.p[i]))
			name[n++] = (char)(is_letter(x->v.p[i]) ? x->v.p[i] | 32 : x->v.p[i]), i++;
	name[n] = 0;
	return n;
}

/* A tag, comment or declaration at x->i is passed over; false: it is none. */
static bool pass_tag(struct html *x)
{
	char name[HTML_NAME + 1];
	bool closing = x->i + 1 < x->v.len && x->v.p[x->i + 1] == '/';
	size_t end, skip;

	if (x->v.len - x->i >= 4 && memcmp(x->v.p + x->i, "<!--", 4) == 0) {
		end = find_end(x, x->i + 4, END_COMMENT);
		x->i = end == SIZE_MAX ? x->i : end + 3;
		return end != SIZE_MAX;
	}
	if (x->v.len - x->i >= 2 && (x->v.p[x->i + 1] == '!' || x->v.p[x->i + 1] == '?')) {
		end = find_end(x, x->i, END_TAG);
		x->i = end == SIZE_MAX ? x->i : end + 1;
		return end != SIZE_MAX;
	}
	if (tag_name(x, name) == 0 || (end = behind_tag(x)) == SIZE_MAX)
		return false;
	x->i = end;
	if (is_block(name))
		x->line = true;
	else if (strcmp(name, "td") == 0 || strcmp(name, "th") == 0 || strcmp(name, "img") == 0)
		x->space = true;
	if (strcmp(name, "pre") == 0)
		x->pre = !closing;
	if (closing || (strcmp(name, "script") != 0 && strcmp(name, "style") != 0))
		return true;
	skip = find_end(x, end, name[1] == 'c' ? END_SCRIPT : END_STYLE);
	x->i = skip == SIZE_MAX ? end : skip;
	return true;
}

void evd_mail_html_text(struct evd_view v, struct evd_buf *out)
{
	struct html x = {.v = v, .out = out, .start = out->len};
	uint32_t cp;
	size_t end;

	while (x.i < v.len && !out->failed) {
		if (v.p[x.i] == '<' && pass_tag(&x))
			continue;
		if (v.p[x.i] == '&' && reference(&x, &cp, &end)) {
			put_word(&x, cp);
			x.i = end;
		} else if (evd_utf8_next(v, &x.i, &cp)) {
			put(&x, cp);
		} else {
			put_word(&x, 0xFFFD);
			x.i++;
		}
	}
}

void evd_mail_html_charset(struct evd_view v, char out[EVD_MAIL_CHARSET_LEN])
{
	size_t n = 0, i = 0;

	v.len = v.len < SNIFFED ? v.len : SNIFFED;
	while (i + 8 < v.len && strncasecmp((const char *)v.p + i, "charset=", 8) != 0)
		i++;
	i += 8;
	while (i < v.len && (v.p[i] == '"' || v.p[i] == '\'' || v.p[i] == ' '))
		i++;
	while (i < v.len && n + 1 < EVD_MAIL_CHARSET_LEN &&
	       (is_alnum(v.p[i]) || v.p[i] == '-' || v.p[i] == '_'))
		out[n++] = (char)v.p[i++];
	out[n] = 0;
}
