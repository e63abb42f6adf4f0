/* chat_sms_feed: see chat_sms_feed.h. */
#include "chat_sms_feed.h"

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
	g->place[g->n_places++] = (struct sms_place){g->tag_off, end, g->joined};
	g->joined = false;
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
		g->place[g->n_places - 1].joined = g->joined;
		g->joined = false;
		g->in_mms = false;
	}
}

/* Enough of XML to tell tags from quoted text: "<" stands nowhere else in a well-formed document. */
static void watch(struct sms_feed *g, uint8_t c, uint64_t at)
{
	switch (g->state) {
	case SMS_OUTSIDE:
		if (c == '<') {
			g->state = SMS_NAME;
			g->tag_off = at;
			g->tag_len = 0;
		}
		break;
	case SMS_NAME:
		if (c != ' ' && c != '>' && c != '\n' && c != '\r' && c != '\t' &&
		    !(c == '/' && g->tag_len)) {
			if (g->tag_len + 1 < sizeof g->tag_name)
				g->tag_name[g->tag_len++] = (char)c;
			g->tag_name[g->tag_len] = '\0';
			if (strcmp(g->tag_name, "!--") == 0)
				g->state = SMS_COMMENT;
			break;
		}
		g->tag_name[g->tag_len] = '\0';
		g->state = SMS_TAG;
		if (c == '>')
			close_tag(g, at);
		break;
	case SMS_TAG:
		if (c == '"' || c == '\'') {
			g->quote = c;
			g->state = SMS_QUOTED;
		} else if (c == '>') {
			close_tag(g, at);
		}
		break;
	case SMS_QUOTED:
		if (c == g->quote)
			g->state = SMS_TAG;
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
	m->flags |= p->joined ? EVD_CHAT_F_SURROGATES : 0u;
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
		x = x * base + d;
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

/* A lone half becomes U+FFFD: XML has no character for it; the flag and the place tell. */
static size_t join(struct sms_feed *g, char *out)
{
	uint32_t high, low;
	size_t a = reference(g->in + g->at, g->len - g->at, &high), b;

	if (!a || high < 0xd800 || high > 0xdfff)
		return 0;
	g->n_joined++;
	if (g->state != SMS_OUTSIDE)
		g->joined = true;
	b = reference(g->in + g->at + a, g->len - g->at - a, &low);
	if (high < 0xdc00 && b && low >= 0xdc00 && low <= 0xdfff) {
		g->at += a + b;
		return put_utf8(out, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
	}
	g->at += a;
	memcpy(out, "\xef\xbf\xbd", 3);
	return 3;
}

/* What libxml2 reads. */
int sms_feed_read(void *ctx, char *out, int size)
{
	struct sms_feed *g = ctx;
	size_t n = 0, max = (size_t)size, got;

	g->element_ends = false;

	while (n + 4 <= max && !g->element_ends) {
		if (g->len - g->at < 32 && !g->end)
			more(g);
		if (g->at == g->len)
			break;
		if (g->in[g->at] == '&') {
			got = join(g, out + n);
			if (got) {
				n += got;
				continue;
			}
		}
		watch(g, g->in[g->at], g->off + g->at);
		out[n++] = (char)g->in[g->at++];
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
