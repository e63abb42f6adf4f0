/* rfc2047: see rfc2047.h. */
#include "rfc2047.h"

#include "texts.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define CHARSET_MAX 40

bool evd_rfc2047_convert(const char *charset, struct evd_view v, struct evd_buf *b, uint64_t *bad)
{
	union {
		const uint8_t *ours;
		char *theirs; /* iconv does not write to it */
	} in = {v.p};
	size_t left = v.len;
	iconv_t cd = iconv_open("UTF-8", charset);

	*bad = 0;
	if (cd == (iconv_t)-1)
		return false;
	while (left) {
		char out[512], *to = out;
		size_t room = sizeof out;
		size_t r = iconv(cd, &in.theirs, &left, &to, &room);
		int why = errno;

		evd_put(b, out, sizeof out - room);
		if (r == (size_t)-1 && why != E2BIG) {
			evd_texts_put_utf8(b, 0xFFFD);
			++*bad;
			in.ours++;
			left--;
		}
	}
	iconv_close(cd);
	return true;
}

static int hex_of(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 32) >= 'a' && (c | 32) <= 'f')
		return (c | 32) - 'a' + 10;
	return -1;
}

static void decode_q(struct evd_view v, struct evd_buf *b)
{
	for (size_t i = 0; i < v.len; i++) {
		int high = i + 2 < v.len ? hex_of(v.p[i + 1]) : -1;
		int low = i + 2 < v.len ? hex_of(v.p[i + 2]) : -1;

		if (v.p[i] == '=' && high >= 0 && low >= 0) {
			evd_put_u8(b, (uint8_t)(high << 4 | low));
			i += 2;
		} else {
			evd_put_u8(b, v.p[i] == '_' ? ' ' : v.p[i]);
		}
	}
}

static void decode_b(struct evd_view v, struct evd_buf *b)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits = 0;
	unsigned n = 0;

	for (size_t i = 0; i < v.len; i++) {
		const char *at = v.p[i] ? strchr(digits, v.p[i]) : NULL;

		if (!at)
			continue; /* padding, or what is no digit (RFC 2045 §6.8) */
		bits = bits << 6 | (uint32_t)(at - digits);
		n += 6;
		if (n >= 8) {
			n -= 8;
			evd_put_u8(b, (uint8_t)(bits >> n));
		}
	}
}

struct word {
	char charset[CHARSET_MAX];
	char coding;
	struct evd_view text;
	size_t len; /* of all of it in the header */
};

/* "=?charset*language?B?text?=" at the start of v. */
static bool parse_word(struct evd_view v, struct word *w)
{
	size_t i = 2, n = 0;

	if (v.len < 8 || v.p[0] != '=' || v.p[1] != '?')
		return false;
	while (i < v.len && v.p[i] != '?' && v.p[i] > ' ' && v.p[i] < 0x7F && n < CHARSET_MAX - 1)
		w->charset[n++] = (char)v.p[i++];
	w->charset[n] = 0;
	w->charset[strcspn(w->charset, "*")] = 0;
	if (!w->charset[0] || v.len - i < 4 || v.p[i] != '?' || v.p[i + 2] != '?')
		return false;
	w->coding = (char)(v.p[i + 1] | 32);
	i += 3;
	n = i;
	while (i + 1 < v.len && !(v.p[i] == '?' && v.p[i + 1] == '='))
		if (v.p[i++] == '\n')
			return false;
	if (i + 1 >= v.len || (w->coding != 'b' && w->coding != 'q'))
		return false;
	w->text = evd_view_of(v.p + n, i - n);
	w->len = i + 2;
	return true;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Words that stand beside each other with only white space between (§6.2: it does not count). */
static size_t take_words(struct evd_view v, struct evd_buf *b)
{
	struct evd_buf raw;
	struct word first, w;
	size_t used = 0, i = 0;
	uint64_t bad; /* the word as stored stands beside: nothing is lost */

	evd_buf_init(&raw, 0);
	if (!parse_word(v, &first))
		return 0;
	while (parse_word(evd_view_of(v.p + i, v.len - i), &w) &&
	       strcasecmp(w.charset, first.charset) == 0) {
		if (w.coding == 'b')
			decode_b(w.text, &raw);
		else
			decode_q(w.text, &raw);
		i += w.len;
		used = i;
		while (i < v.len && is_blank(v.p[i]))
			i++;
	}
	if (raw.failed || !evd_rfc2047_convert(first.charset, evd_buf_view(&raw), b, &bad))
		used = 0;
	else if (i > used && parse_word(evd_view_of(v.p + i, v.len - i), &w))
		used = i; /* a word of another set follows */
	evd_buf_release(&raw);
	return used;
}

void evd_rfc2047_decode(struct evd_view v, struct evd_buf *b)
{
	for (size_t i = 0; i < v.len;) {
		size_t used = take_words(evd_view_of(v.p + i, v.len - i), b);

		if (used) {
			i += used;
		} else if (v.p[i] == '\r' || v.p[i] == '\n') {
			i++; /* unfolded: the white space behind it stays (RFC 5322 §2.2.3) */
		} else {
			evd_put_u8(b, v.p[i++]);
		}
	}
}
