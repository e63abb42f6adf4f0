/* fold: see fold.h. */
#include "index/fold.h"

#include "base/text.h"
#include "index/fold.def"

/* What a code point does to the word it stands in. */
enum { PARTS, JOINS, ALONE, KEPT, SPELT };

static bool between(uint32_t cp, uint32_t from, uint32_t to)
{
	return cp >= from && cp <= to;
}

static int spelt(const char *table, uint32_t first, uint32_t cp, const char **out)
{
	*out = &table[2 * (cp - first)];
	return **out == '.' ? KEPT : SPELT;
}

/* Greek without accents and diaereses; the final sigma is a sigma. Others as they are. */
static uint32_t greek(uint32_t cp)
{
	static const uint16_t pair[][2] = {
	    {0x386, 0x3b1}, {0x388, 0x3b5}, {0x389, 0x3b7}, {0x38a, 0x3b9}, {0x38c, 0x3bf},
	    {0x38e, 0x3c5}, {0x38f, 0x3c9}, {0x3ac, 0x3b1}, {0x3ad, 0x3b5}, {0x3ae, 0x3b7},
	    {0x3af, 0x3b9}, {0x3cc, 0x3bf}, {0x3cd, 0x3c5}, {0x3ce, 0x3c9}, {0x3c2, 0x3c3},
	    {0x390, 0x3b9}, {0x3aa, 0x3b9}, {0x3ab, 0x3c5}, {0x3b0, 0x3c5}, {0x3ca, 0x3b9},
	    {0x3cb, 0x3c5},
	};

	for (size_t i = 0; i < sizeof pair / sizeof *pair; i++)
		if (pair[i][0] == cp)
			return pair[i][1];
	return between(cp, 0x391, 0x3a9) ? cp + 0x20 : cp;
}

/* Marks above and below letters, and characters that nobody sees. */
static bool is_joining(uint32_t cp)
{
	return between(cp, 0x300, 0x36f) || between(cp, 0x200b, 0x200f) ||
	       between(cp, 0x202a, 0x202e) || between(cp, 0x2060, 0x206f) ||
	       between(cp, 0xfe00, 0xfe0f) || between(cp, 0x1f3fb, 0x1f3ff) || cp == 0xad ||
	       cp == 0xfeff || cp == '\'' || cp == 0x2018 || cp == 0x2019 || cp == 0x2bc;
}

static bool is_picture(uint32_t cp)
{
	return between(cp, 0x2600, 0x27bf) || between(cp, 0x1f000, 0x1faff);
}

static bool is_parting(uint32_t cp)
{
	return cp < 0xaa || between(cp, 0xab, 0xb4) || between(cp, 0xb6, 0xb9) ||
	       between(cp, 0xbb, 0xbf) || cp == 0xd7 || cp == 0xf7 || between(cp, 0x2000, 0x206f) ||
	       between(cp, 0x20a0, 0x20cf) || between(cp, 0x2190, 0x2bff) ||
	       between(cp, 0x3000, 0x3003) || between(cp, 0x3008, 0x3020) || cp == 0xfffd;
}

static int kind_of(uint32_t *cp, const char **out)
{
	if (between(*cp, 0xff01, 0xff5e)) /* full-width forms of ASCII */
		*cp -= 0xfee0;
	if (*cp < 0x80) {
		if (between(*cp, 'A', 'Z'))
			*cp += 'a' - 'A';
		if (!between(*cp, '0', '9') && !between(*cp, 'a', 'z'))
			return is_joining(*cp) ? JOINS : PARTS;
		return KEPT;
	}
	if (is_joining(*cp))
		return JOINS;
	if (is_picture(*cp))
		return ALONE;
	if (is_parting(*cp))
		return PARTS;
	if (between(*cp, 0xc0, 0x24f))
		return spelt(latin, 0xc0, *cp, out);
	if (between(*cp, 0x1e00, 0x1eff))
		return spelt(latin_more, 0x1e00, *cp, out);
	if (between(*cp, 0x400, 0x463)) /* the hard and the soft sign have no letter */
		return spelt(cyrillic, 0x400, *cp, out) == SPELT ? SPELT : JOINS;
	if (between(*cp, 0x490, 0x491)) {
		*out = "g.";
		return SPELT;
	}
	*cp = greek(*cp);
	return KEPT;
}

static void part(struct evd_buf *b, size_t from)
{
	if (b->len > from && b->data[b->len - 1] != ' ')
		evd_put_u8(b, ' ');
}

/* й, ѓ and ќ written as a letter and a mark (their decomposed forms): they are not the letter without it. NULL: none. */
static const char *marked(struct evd_view v, size_t pos, uint32_t cp)
{
	uint8_t mark = pos + 1 < v.len && v.p[pos] == 0xcc ? v.p[pos + 1] : 0;

	if (mark == 0x86 && (cp == 0x438 || cp == 0x418))
		return "j.";
	if (mark == 0x81 && (cp == 0x433 || cp == 0x413))
		return "gj";
	return mark == 0x81 && (cp == 0x43a || cp == 0x41a) ? "kj" : NULL;
}

void evd_fold(struct evd_buf *b, struct evd_view v)
{
	size_t from = b->len, pos = 0;
	uint32_t cp;

	while (pos < v.len && !b->failed) {
		size_t at = pos;
		const char *out;

		if (v.p[pos] < 0x80)
			cp = v.p[pos++];
		else if (!evd_utf8_next(v, &pos, &cp)) {
			part(b, from);
			pos++;
			continue;
		}
		out = marked(v, pos, cp);
		switch (out ? SPELT : kind_of(&cp, &out)) {
		case PARTS: part(b, from); break;
		case JOINS: break;
		case ALONE:
			part(b, from);
			evd_put(b, v.p + at, pos - at);
			evd_put_u8(b, ' ');
			break;
		case KEPT:
			if (cp < 0x80)
				evd_put_u8(b, (uint8_t)cp);
			else if (between(cp, 0x370, 0x3ff)) { /* lowered: two bytes of UTF-8 */
				evd_put_u8(b, (uint8_t)(0xc0 | cp >> 6));
				evd_put_u8(b, (uint8_t)(0x80 | (cp & 0x3f)));
			} else
				evd_put(b, v.p + at, pos - at);
			break;
		default: evd_put(b, out, out[1] == '.' ? 1 : 2);
		}
	}
	if (!b->failed && b->len > from && b->data[b->len - 1] == ' ')
		b->len--;
}

void evd_fold_digits(struct evd_buf *b, struct evd_view v)
{
	size_t from = b->len;

	for (size_t i = 0; i < v.len; i++) {
		if (v.p[i] >= '0' && v.p[i] <= '9')
			evd_put_u8(b, v.p[i]);
		else if ((v.p[i] >= 'A' && v.p[i] <= 'Z') || (v.p[i] >= 'a' && v.p[i] <= 'z') ||
		         v.p[i] == '@') {
			b->len = from;
			return;
		}
	}
	if (!b->failed && b->len - from < 5)
		b->len = from;
}
