/* chat_sms_feed: see chat_sms_feed.h. */
#include "chat_sms_feed.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sms_feed_init(struct sms_feed *g, struct evd_chat_file *file, struct evd_error *err)
{
	struct sms_place *place = g->place;
	size_t cap = g->places_cap;

	memset(g, 0, sizeof *g);
	g->place = place;
	g->places_cap = cap;
	g->file = file;
	g->err = err;
}

void sms_feed_release(struct sms_feed *g)
{
	free(g->place);
	memset(g, 0, sizeof *g);
}

/* The form the app writes; without a declaration it is UTF-8 too, unless it begins as UTF-16 does. */
static bool is_utf8(struct evd_view head)
{
	const uint8_t *end = head.len ? memchr(head.p, '>', head.len) : NULL;
	struct evd_view first = evd_view_of(head.p, end ? (size_t)(end - head.p) : head.len);

	if (head.len < 4 || memchr(head.p, 0, 4) || head.p[0] >= 0xfe)
		return false;
	return !evd_chat_has(first, "encoding") || evd_chat_has(first, "UTF-8") ||
	       evd_chat_has(first, "utf-8");
}

static int more(struct sms_feed *g)
{
	size_t left = g->len - g->at, got = 0;
	int r;

	memmove(g->in, g->in + g->at, left);
	g->off += g->at;
	g->at = 0;
	g->len = left;
	if (g->end)
		return 0;
	r = g->file->read(g->file->ctx, g->in + left, sizeof g->in - left, &got, g->err);
	if (g->off == 0 && left == 0)
		g->utf8 = is_utf8(evd_view_of(g->in, got));
	g->len += got;
	if (r || got == 0)
		g->end = true;
	if (r && r != EVD_E_DAMAGED)
		g->failed = r;
	return 0;
}

static void push(struct sms_feed *g, uint64_t end)
{
	void *grown;

	if (g->next_place == g->n_places)
		g->next_place = g->n_places = 0;
	grown = evd_grow(g->place, g->n_places, &g->places_cap, sizeof *g->place);
	if (!grown) {
		g->failed = EVD_E_NOMEM;
		return;
	}
	g->place = grown;
	g->place[g->n_places++] = (struct sms_place){g->tag_off, end, g->flags};
	g->flags = 0;
}

/* Behind the ">" at `at` of the tag that began at tag_off. */
static void close_tag(struct sms_feed *g, uint64_t at)
{
	bool mms = strcmp(g->tag_name, "mms") == 0;

	g->state = SMS_OUTSIDE;
	if (strcmp(g->tag_name, "sms") == 0 || strcmp(g->tag_name, "call") == 0 || mms)
		push(g, mms && g->last != '/' ? 0 : at + 1);
	g->element_ends = true;
	if (mms)
		g->in_mms = g->last != '/';
	if (strcmp(g->tag_name, "/mms") == 0 && g->in_mms && g->n_places) {
		g->place[g->n_places - 1].end = at + 1;
		g->place[g->n_places - 1].flags |= g->flags;
		g->flags = 0;
		g->in_mms = false;
	}
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static void begin_tag(struct sms_feed *g, uint64_t at)
{
	g->state = SMS_NAME;
	g->tag_off = at;
	g->tag_len = g->attribute_len = g->tag_went_on = 0;
	g->tag_name[0] = '\0';
}

/* The name without its prefix; of an end tag with the slash. */
static void watch_name(struct sms_feed *g, uint8_t c)
{
	if (c == ':')
		g->tag_len = g->tag_name[0] == '/';
	else if (g->tag_len + 1 < sizeof g->tag_name)
		g->tag_name[g->tag_len++] = (char)c;
	g->tag_name[g->tag_len] = '\0';
	if (strcmp(g->tag_name, "!--") == 0)
		g->state = SMS_COMMENT;
}

static void watch_tag(struct sms_feed *g, uint8_t c, uint64_t at)
{
	if (c == '"' || c == '\'') {
		g->quote = c;
		g->state = SMS_QUOTED;
		g->went_on = 0;
		g->digits = 0;
		g->in_reference = false;
	} else if (c == '>') {
		close_tag(g, at);
	} else if (is_blank(c)) {
		g->attribute_len = 0;
	} else if (c != '=') {
		if (g->attribute_len + 1 < sizeof g->attribute)
			g->attribute[g->attribute_len++] = (char)c;
		g->attribute[g->attribute_len] = '\0';
	}
}

/* Enough of XML to tell tags from quoted text: "<" stands nowhere else in a well-formed document. */
static void watch(struct sms_feed *g, uint8_t c, uint64_t at)
{
	switch (g->state) {
	case SMS_OUTSIDE:
		if (c == '<')
			begin_tag(g, at);
		break;
	case SMS_NAME:
		if (c != '>' && !is_blank(c) && !(c == '/' && g->tag_len)) {
			watch_name(g, c);
			break;
		}
		g->state = SMS_TAG;
		if (c == '>')
			close_tag(g, at);
		break;
	case SMS_TAG: watch_tag(g, c, at); break;
	case SMS_QUOTED:
		if (c == g->quote) {
			g->state = SMS_TAG;
			g->attribute_len = 0;
		} else if (c == '<') { /* the mark before was none of a value's */
			begin_tag(g, at);
		}
		break;
	case SMS_COMMENT:
		if (c == '>' && g->last == '-' && g->last2 == '-')
			g->state = SMS_OUTSIDE;
		break;
	}
	g->last2 = g->last;
	g->last = c;
}

void sms_feed_place(struct sms_feed *g, struct evd_chat_message *m)
{
	const struct sms_place *p;

	m->no_place = g->next_place >= g->n_places;
	if (m->no_place)
		return;
	p = &g->place[g->next_place++];
	if (p->end < p->off) { /* its end has not come yet */
		m->no_place = true;
		return;
	}
	m->off = p->off;
	m->len = p->end - p->off;
	g->last_end = p->end;
	m->flags |= p->flags;
}

/* "&#55357;" or "&#xD83D;": the number, and how long the reference is; 0: none here. */
static size_t reference(const uint8_t *p, size_t len, uint32_t *out)
{
	size_t i = 2;
	uint32_t x = 0, base = 10;

	if (len < 4 || p[0] != '&' || p[1] != '#')
		return 0;
	if (p[i] == 'x' || p[i] == 'X') {
		base = 16;
		i++;
	}
	for (; i < len && i < 12 && p[i] != ';'; i++) {
		uint8_t c = p[i] | 0x20;
		uint32_t d = p[i] >= '0' && p[i] <= '9' ? p[i] - 48u : c >= 'a' && c <= 'f' ? c - 87u : 99;

		if (d >= base)
			return 0;
		x = x < 0x110000 ? x * base + d : x; /* no further: it is no character */
	}
	if (i >= len || p[i] != ';')
		return 0;
	*out = x;
	return i + 1;
}

static size_t put_utf8(char *out, uint32_t cp)
{
	size_t n = 0;

	out[n++] = (char)(0xf0 | cp >> 18);
	out[n++] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[n++] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[n++] = (char)(0x80 | (cp & 0x3f));
	return n;
}

static size_t put_replacement(struct sms_feed *g, char *out, unsigned flag)
{
	if (g->state != SMS_OUTSIDE)
		g->flags |= flag;
	memcpy(out, "\xef\xbf\xbd", 3);
	return 3;
}

/* XML 1.0, production 2; surrogates are for join. */
static bool forbidden(uint32_t cp)
{
	return (cp < 0x20 && cp != '\t' && cp != '\n' && cp != '\r') || cp == 0xfffe || cp == 0xffff ||
	       cp > 0x10ffff;
}

/* A lone half becomes U+FFFD: XML has no character for it; the flag and the place tell. */
static size_t join(struct sms_feed *g, char *out, uint32_t high, size_t a)
{
	uint32_t low;
	size_t b;

	g->n_joined++;
	b = reference(g->in + g->at + a, g->len - g->at - a, &low);
	if (high < 0xdc00 && b && low >= 0xdc00 && low <= 0xdfff) {
		if (g->state != SMS_OUTSIDE)
			g->flags |= EVD_CHAT_F_SURROGATES;
		g->at += a + b;
		return put_utf8(out, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
	}
	g->at += a;
	return put_replacement(g, out, EVD_CHAT_F_SURROGATES);
}

/* What stands here and goes on as something else, or as more than one byte; 0: neither. */
static size_t change(struct sms_feed *g, char *out)
{
	const uint8_t *p = g->in + g->at;
	size_t left = g->len - g->at, n = 0;
	uint32_t cp = *p;

	if (*p == '&') {
		n = reference(p, left, &cp);
		if (!n || (!forbidden(cp) && (cp < 0xd800 || cp > 0xdfff)))
			return 0; /* as it stands */
		if (!forbidden(cp))
			return join(g, out, cp, n);
	} else if (g->state != SMS_QUOTED || !g->utf8) {
		return 0;
	} else if (!evd_utf8_next(evd_view_of(p, left), &n, &cp)) {
		n = 1;
	} else if (!forbidden(cp)) {
		memcpy(out, p, n);
		g->at += n > 1 ? n : 0;
		return n > 1 ? n : 0;
	}
	g->at += n;
	g->n_forbidden++;
	return put_replacement(g, out, EVD_CHAT_F_MENDED);
}

static bool is_data(const struct sms_feed *g)
{
	return strcmp(g->tag_name, "part") == 0 && strcmp(g->attribute, "data") == 0;
}

static bool is_digit(uint8_t c)
{
	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
	       c == '/';
}

/* Whether the rest of the value is not to go on. Never from within a character or a reference. */
static bool is_long(struct sms_feed *g, uint8_t c)
{
	bool within = g->in_reference || (c & 0xc0) == 0x80;

	g->digits += is_digit(c);
	g->in_reference = c == '&' || (g->in_reference && c != ';');
	if (within || c == '<')
		return false;
	return is_data(g) ? g->went_on >= SMS_DATA_MAX : g->tag_went_on >= SMS_TAG_MAX;
}

static void begin_skip(struct sms_feed *g)
{
	g->skipping = true;
	g->skip_off = g->off + g->at;
}

/* The quotation mark behind what was skipped. Of data its length goes on, behind a sign that base64 does not have. */
static void end_skip(struct sms_feed *g)
{
	g->skipping = false;
	if (is_data(g)) {
		g->behind_len =
		    (size_t)snprintf(g->behind, sizeof g->behind, "*%llu", (unsigned long long)g->digits);
		g->behind_at = 0;
		return;
	}
	g->flags |= EVD_CHAT_F_BODY_CUT;
	if (g->n_cuts < SMS_CUTS) {
		g->cut[g->n_cuts].off = g->skip_off;
		g->cut[g->n_cuts].len = g->off + g->at - g->skip_off;
	}
	g->n_cuts++;
}

bool sms_feed_digits(struct evd_view data, uint64_t *digits)
{
	size_t at = data.len;
	int64_t n;

	while (at && data.len - at < 20 && data.p[at - 1] >= '0' && data.p[at - 1] <= '9')
		at--;
	if (!at || at == data.len || data.p[at - 1] != '*' ||
	    !evd_chat_integer(evd_view_of(data.p + at, data.len - at), &n))
		return false;
	*digits = (uint64_t)n;
	return true;
}

/* The next bytes for libxml2, at most four; 0: the one at hand does not go on. */
static size_t pass(struct sms_feed *g, char *out)
{
	uint8_t c = g->in[g->at];
	bool value = g->state == SMS_QUOTED && c != g->quote;
	size_t n;

	if (g->skipping && (c == g->quote || c == '<')) {
		end_skip(g);
		return 0;
	}
	if (!g->skipping && value && is_long(g, c))
		begin_skip(g);
	else if (g->skipping)
		g->digits += is_digit(c);
	if (g->skipping) {
		g->at++;
		return 0;
	}
	n = change(g, out);
	g->in_reference = g->in_reference && n == 0; /* else it went on whole */
	if (n == 0) {
		watch(g, c, g->off + g->at);
		out[n++] = (char)c;
		g->at++;
	}
	if (value) {
		g->went_on += n;
		g->tag_went_on += n;
	}
	return n;
}

/* What libxml2 reads. */
int sms_feed_read(void *ctx, char *out, int size)
{
	struct sms_feed *g = ctx;
	size_t n = 0, max = (size_t)size;

	g->element_ends = false;
	while (n + 4 <= max && !g->element_ends) {
		if (g->behind_at < g->behind_len) {
			out[n++] = g->behind[g->behind_at++];
			continue;
		}
		if (g->len - g->at < 32 && !g->end)
			more(g);
		if (g->at == g->len)
			break;
		n += pass(g, out + n);
	}
	return g->failed ? -1 : (int)n;
}

void sms_feed_rest(struct sms_feed *g, uint64_t *off, uint64_t *len)
{
	while (!g->end) {
		g->at = g->len;
		more(g);
	}
	*off = g->last_end;
	*len = g->off + g->len - g->last_end;
}
