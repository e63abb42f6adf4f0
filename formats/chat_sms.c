/*
 * chat_sms: "SMS Backup & Restore" XML (smses and calls) of SyncTech's app. Stage: read-out.
 *
 * The app writes emoji as pairs of surrogate references (&#55357;&#56832;), which is not
 * well-formed XML; such pairs are joined while the bytes pass, and the message says so. libxml2
 * reads in its pull form: no network, no entities, no DTD, its limits on.
 */
#include "chat_file.h"

#include "base/text.h"

#include <libxml/xmlreader.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 4096u

struct sms {
	struct evd_chat chat;
	xmlTextReaderPtr x;
	struct evd_chat_file *file;
	struct evd_error *err;
	/* the filter that joins surrogates */
	uint8_t in[BLOCK];
	size_t at, len;
	bool end;
	int failed;
	uint64_t off; /* of in[0] in the file */
	uint64_t n_joined;
	/* where elements begin and end, found while the bytes pass */
	struct place {
		uint64_t off, end;
		bool joined;
	} * place;
	size_t n_places, next_place, places_cap;
	enum { OUTSIDE, NAME, TAG, QUOTED, COMMENT } state;
	uint8_t quote, last, last2;
	char tag_name[8];
	size_t tag_len;
	uint64_t tag_off;
	bool in_mms, joined; /* since the last element began */
	bool
	    element_ends; /* libxml2 is given one element at a time: what stands before damage counts */
	uint64_t last_end; /* of the element taken last */
	/* the message at hand */
	struct evd_buf key, address, name, body, time, details, details2;
	struct evd_object object;
	bool has_body, open_mms;
	struct evd_chat_message m;
	struct evd_chat_list people;
	struct attachment {
		struct evd_buf name, media;
		uint64_t size;
	} * part;
	size_t n_parts, parts_cap;
	uint64_t claimed, counted;
	bool has_claim;
	char tag[64];
};

#define PARTS_MAX 1000u /* of one MMS */

static int more(struct sms *g)
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

static void push(struct sms *g, uint64_t end)
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
	g->place[g->n_places++] = (struct place){g->tag_off, end, g->joined};
	g->joined = false;
}

/* Behind the ">" at `at` of the tag that began at tag_off. */
static void close_tag(struct sms *g, uint64_t at)
{
	bool mms = strcmp(g->tag_name, "mms") == 0;

	g->state = OUTSIDE;
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
static void watch(struct sms *g, uint8_t c, uint64_t at)
{
	switch (g->state) {
	case OUTSIDE:
		if (c == '<') {
			g->state = NAME;
			g->tag_off = at;
			g->tag_len = 0;
		}
		break;
	case NAME:
		if (c != ' ' && c != '>' && c != '\n' && c != '\r' && c != '\t' &&
		    !(c == '/' && g->tag_len)) {
			if (g->tag_len + 1 < sizeof g->tag_name)
				g->tag_name[g->tag_len++] = (char)c;
			g->tag_name[g->tag_len] = '\0';
			if (strcmp(g->tag_name, "!--") == 0)
				g->state = COMMENT;
			break;
		}
		g->tag_name[g->tag_len] = '\0';
		g->state = TAG;
		if (c == '>')
			close_tag(g, at);
		break;
	case TAG:
		if (c == '"' || c == '\'') {
			g->quote = c;
			g->state = QUOTED;
		} else if (c == '>') {
			close_tag(g, at);
		}
		break;
	case QUOTED:
		if (c == g->quote)
			g->state = TAG;
		break;
	case COMMENT:
		if (c == '>' && g->last == '-' && g->last2 == '-')
			g->state = OUTSIDE;
		break;
	}
	g->last2 = g->last;
	g->last = c;
}

static void take_place(struct sms *g, struct evd_chat_message *m)
{
	const struct place *p;

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
static size_t join(struct sms *g, char *out)
{
	uint32_t high, low;
	size_t a = reference(g->in + g->at, g->len - g->at, &high), b;

	if (!a || high < 0xd800 || high > 0xdfff)
		return 0;
	g->n_joined++;
	if (g->state != OUTSIDE)
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
static int feed(void *ctx, char *out, int size)
{
	struct sms *g = ctx;
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

static struct evd_view attribute(struct sms *g, const char *name, struct evd_buf *b, bool *has)
{
	xmlChar *v = xmlTextReaderGetAttribute(g->x, (const xmlChar *)name);

	evd_buf_reset(b);
	if (has)
		*has = v != NULL && strcmp((const char *)v, "null") != 0;
	if (v && strcmp((const char *)v, "null") != 0) /* the app's word for nothing */
		evd_put_str(b, (const char *)v);
	if (v)
		xmlFree(v);
	return evd_buf_view(b);
}

static int conversation(struct sms *g, struct evd_chat_conv **conv, struct evd_error *err)
{
	struct evd_chat_info info = {.form = "xml"};

	*conv = evd_chat_find(&g->chat, evd_buf_view(&g->key));
	if (*conv)
		return 0;
	info.id = evd_buf_view(&g->address);
	info.title = evd_buf_view(&g->name);
	if (evd_view_is(info.title, "(Unknown)"))
		info.title = evd_view_of(NULL, 0);
	info.kind_raw = evd_view_str(g->tag);
	return evd_chat_begin(&g->chat, evd_buf_view(&g->key), &info, conv, err);
}

/* date is ms; some MMS hold seconds: decided by the size of the number, and said. */
static void put_time(struct sms *g, struct evd_chat_message *m)
{
	struct evd_view raw = attribute(g, "date", &g->time, NULL);
	int64_t ms;

	if (!raw.len)
		return;
	m->time.raw = raw;
	if (!evd_chat_integer(raw, &ms)) {
		m->flags |= EVD_CHAT_F_IMPOSSIBLE_TIME;
		return;
	}
	if (ms > 0 && ms < INT64_C(100000000000)) {
		evd_chat_time_epoch(&m->time, raw, ms * 1000, EVD_CHAT_SECOND);
		m->time.ambiguity = "seconds-by-size";
	} else {
		evd_chat_time_epoch(&m->time, raw, ms, EVD_CHAT_MILLI);
	}
	if (!m->time.has_utc || ms <= 0) {
		m->flags |= EVD_CHAT_F_IMPOSSIBLE_TIME;
		m->time.has_utc = false;
	}
}

static struct evd_view details(struct sms *g, const char *const *keep)
{
	struct evd_buf b;

	evd_buf_init(&b, EVD_CHAT_TEXT_MAX);
	evd_object_reset(&g->object);
	for (size_t i = 0; keep[i]; i += 2) {
		bool has;
		struct evd_view v = attribute(g, keep[i], &b, &has);

		if (has && v.len)
			evd_chat_text(&g->object, keep[i + 1], v);
	}
	evd_buf_release(&b);
	evd_buf_reset(&g->details);
	if (g->object.n == 0 || evd_object_write(&g->object, &g->details, NULL))
		return evd_view_of(NULL, 0);
	return evd_buf_view(&g->details);
}

static void who(struct sms *g, struct evd_chat_message *m)
{
	attribute(g, "address", &g->address, NULL);
	attribute(g, "contact_name", &g->name, NULL);
	evd_buf_reset(&g->key);
	evd_put_str(&g->key, g->tag[0] == 'c' ? "call " : "");
	evd_put_view(&g->key, evd_buf_view(&g->address));
	if (m->direction && strcmp(m->direction, "in") == 0) {
		m->number = evd_buf_view(&g->address);
		m->sender = evd_buf_view(&g->name);
		if (evd_view_is(m->sender, "(Unknown)"))
			m->sender = evd_view_of(NULL, 0);
	}
}

/* 1 in, 2 sent, 4 to be sent, 5 failed, 6 queued; 3 is a draft, which went nowhere. */
static const char *direction_of(struct evd_view box)
{
	if (evd_view_is(box, "1"))
		return "in";
	return box.len == 1 && box.p[0] >= '2' && box.p[0] <= '6' && box.p[0] != '3' ? "out" : NULL;
}

static int sms(struct sms *g, struct evd_error *err)
{
	static const char *const keep[] = {"type",
	                                   "box",
	                                   "readable_date",
	                                   "readableDate",
	                                   "date_sent",
	                                   "sentRaw",
	                                   "service_center",
	                                   "serviceCenter",
	                                   "read",
	                                   "read",
	                                   "status",
	                                   "status",
	                                   "locked",
	                                   "locked",
	                                   "sub_id",
	                                   "subId",
	                                   "subject",
	                                   "subject",
	                                   NULL};
	struct evd_chat_message m = {0};
	struct evd_buf type;
	struct evd_view box;
	struct evd_chat_conv *conv;
	int r;

	evd_buf_init(&type, 64);
	box = attribute(g, "type", &type, NULL);
	m.direction = direction_of(box);
	evd_buf_release(&type);
	who(g, &m);
	put_time(g, &m);
	m.body = attribute(g, "body", &g->body, &m.has_body);
	take_place(g, &m);
	m.details = details(g, keep);
	r = evd_buf_check(&g->body, err);
	if (r == 0)
		r = conversation(g, &conv, err);
	return r ? r : evd_chat_message(&g->chat, conv, &m, err);
}

static int call(struct sms *g, struct evd_error *err)
{
	static const char *const keep[] = {"type",
	                                   "type",
	                                   "duration",
	                                   "durationSeconds",
	                                   "readable_date",
	                                   "readableDate",
	                                   "presentation",
	                                   "presentation",
	                                   NULL};
	struct evd_chat_message m = {.type = EVD_CHAT_T_CALL};
	struct evd_chat_conv *conv;
	struct evd_buf b;
	struct evd_view type, number;
	int r;

	evd_buf_init(&b, 64);
	type = attribute(g, "type", &b, NULL);
	m.direction = evd_view_is(type, "2") ? "out"
	              : evd_view_is(type, "1") || evd_view_is(type, "3") || evd_view_is(type, "5")
	                  ? "in"
	                  : NULL;
	evd_buf_release(&b);
	number = attribute(g, "number", &g->address, NULL);
	attribute(g, "contact_name", &g->name, NULL);
	evd_buf_reset(&g->key);
	evd_put_str(&g->key, "call ");
	evd_put_view(&g->key, number);
	if (m.direction && strcmp(m.direction, "in") == 0) {
		m.number = number;
		m.sender = evd_buf_view(&g->name);
	}
	put_time(g, &m);
	m.call = details(g, keep);
	take_place(g, &m);
	r = conversation(g, &conv, err);
	return r ? r : evd_chat_message(&g->chat, conv, &m, err);
}

static int part(struct sms *g, struct evd_error *err)
{
	struct evd_buf b;
	struct evd_view ct, text, data;
	struct attachment *a;
	void *grown;
	bool has;

	evd_buf_init(&b, UINT32_C(12) << 20);
	ct = attribute(g, "ct", &b, NULL);
	if (evd_view_is(ct, "application/smil")) {
		evd_buf_release(&b);
		return 0;
	}
	if (evd_view_is(ct, "text/plain")) {
		text = attribute(g, "text", &b, &has);
		if (has && g->has_body)
			evd_put_u8(&g->body, '\n');
		if (has)
			evd_put_view(&g->body, text);
		g->has_body = g->has_body || has;
		evd_buf_release(&b);
		return evd_buf_check(&g->body, err);
	}
	if (g->n_parts >= PARTS_MAX) {
		evd_buf_release(&b);
		return 0;
	}
	grown = evd_grow(g->part, g->n_parts, &g->parts_cap, sizeof *g->part);
	if (!grown) {
		evd_buf_release(&b);
		return evd_nomem(err);
	}
	g->part = grown;
	a = &g->part[g->n_parts++];
	memset(a, 0, sizeof *a);
	evd_put_view(&a->media, ct);
	attribute(g, "cl", &a->name, &has);
	if (!has)
		attribute(g, "name", &a->name, NULL);
	data = attribute(g, "data", &b, &has);
	a->size = has ? data.len / 4 * 3 : 0;
	if (has && data.len >= 4)
		a->size -= (data.p[data.len - 1] == '=') + (uint64_t)(data.p[data.len - 2] == '=');
	evd_buf_release(&b);
	return 0;
}

/* The sender of a group MMS is the address of type 137. */
static int address(struct sms *g, struct evd_error *err)
{
	struct evd_object *o = evd_chat_list_item(&g->people);
	struct evd_buf a, t;
	int r = 0;

	evd_buf_init(&a, 4096);
	evd_buf_init(&t, 64);
	attribute(g, "address", &a, NULL);
	attribute(g, "type", &t, NULL);
	if (o) {
		evd_chat_text(o, "address", evd_buf_view(&a));
		evd_chat_text(o, "type", evd_buf_view(&t));
		r = evd_chat_list_put(&g->people, err);
	}
	if (evd_view_is(evd_buf_view(&t), "137") &&
	    !evd_view_is(evd_buf_view(&a), "insert-address-token")) {
		evd_buf_reset(&g->details2);
		evd_put_view(&g->details2, evd_buf_view(&a));
	}
	evd_buf_release(&a);
	evd_buf_release(&t);
	return r;
}

static int mms_begin(struct sms *g)
{
	static const char *const keep[] = {
	    "msg_box", "box",     "readable_date", "readableDate", "sub", "subject",
	    "m_type",  "mmsType", "m_id",          "mmsId",        NULL};
	struct evd_buf box;
	struct evd_view v;

	evd_buf_init(&box, 64);
	memset(&g->m, 0, sizeof g->m);
	v = attribute(g, "msg_box", &box, NULL);
	g->m.direction = direction_of(v);
	evd_buf_release(&box);
	who(g, &g->m);
	put_time(g, &g->m);
	g->m.details = details(g, keep);
	evd_buf_reset(&g->body);
	evd_buf_reset(&g->details2);
	evd_chat_list_reset(&g->people);
	g->has_body = false;
	g->n_parts = 0;
	g->open_mms = true;
	return 0;
}

static void release_parts(struct sms *g)
{
	for (size_t i = 0; i < g->n_parts; i++) {
		evd_buf_release(&g->part[i].name);
		evd_buf_release(&g->part[i].media);
	}
	g->n_parts = 0;
}

static int mms_end(struct sms *g, struct evd_error *err)
{
	struct evd_chat_conv *conv;
	int r;

	if (!g->open_mms)
		return 0;
	g->open_mms = false;
	g->m.has_body = g->has_body;
	g->m.body = evd_buf_view(&g->body);
	g->m.revisions = evd_view_of(NULL, 0);
	if (g->n_parts && !g->has_body)
		g->m.type = EVD_CHAT_T_ATTACHMENT;
	if (g->details2.len) {
		if (g->m.direction && strcmp(g->m.direction, "in") == 0 &&
		    !evd_view_eq(evd_buf_view(&g->details2), g->m.number))
			g->m.sender = evd_view_of(NULL, 0); /* the label is the whole group's */
		g->m.number = evd_buf_view(&g->details2);
	}
	take_place(g, &g->m);
	r = conversation(g, &conv, err);
	if (r == 0)
		r = evd_chat_message(&g->chat, conv, &g->m, err);
	for (size_t i = 0; i < g->n_parts && r == 0; i++) {
		struct evd_chat_attachment a = {.name = evd_buf_view(&g->part[i].name),
		                                .media = evd_buf_view(&g->part[i].media),
		                                .has_size = true,
		                                .size = g->part[i].size};

		a.state = a.size ? EVD_CHAT_S_PRESENT : EVD_CHAT_S_EMPTY;
		a.note = evd_view_str("inside the message");
		r = evd_chat_attach(&g->chat, conv, &a, err);
	}
	release_parts(g);
	return r;
}

static int element(struct sms *g, struct evd_error *err)
{
	const char *name = (const char *)xmlTextReaderConstLocalName(g->x);
	int r = 0;

	if (!name)
		return 0;
	snprintf(g->tag, sizeof g->tag, "%.60s", name);
	if (strcmp(name, "smses") == 0 || strcmp(name, "calls") == 0) {
		struct evd_buf b;
		int64_t n;

		evd_buf_init(&b, 64);
		g->has_claim = evd_chat_integer(attribute(g, "count", &b, NULL), &n) && n >= 0;
		g->claimed = g->has_claim ? (uint64_t)n : 0;
		evd_buf_release(&b);
		return 0;
	}
	if (g->open_mms &&
	    (strcmp(name, "sms") == 0 || strcmp(name, "mms") == 0 || strcmp(name, "call") == 0)) {
		r = mms_end(g, err); /* one within the other: the outer one has what stood before */
		if (r)
			return r;
	}
	if (strcmp(name, "sms") == 0)
		r = sms(g, err);
	else if (strcmp(name, "call") == 0)
		r = call(g, err);
	else if (strcmp(name, "mms") == 0)
		r = mms_begin(g);
	else if (strcmp(name, "part") == 0 && g->open_mms)
		return part(g, err);
	else if (strcmp(name, "addr") == 0 && g->open_mms)
		return address(g, err);
	else
		return 0;
	g->counted++;
	if (r == 0 && strcmp(name, "mms") == 0 && xmlTextReaderIsEmptyElement(g->x))
		r = mms_end(g, err);
	return r;
}

static void quiet(void *ctx, const char *message, xmlParserSeverities severity,
                  xmlTextReaderLocatorPtr at)
{
	(void)ctx;
	(void)message;
	(void)severity;
	(void)at;
}

/* From the end of the last element that was read to the end of the file. */
static int unread_rest(struct sms *g, struct evd_error *err)
{
	while (!g->end) {
		g->at = g->len;
		more(g);
	}
	return evd_chat_unread(&g->chat, NULL, "not-xml", g->last_end, g->off + g->len - g->last_end,
	                       err, "the XML cannot be read from line %d on",
	                       xmlTextReaderGetParserLineNumber(g->x));
}

static int elements(struct sms *g, struct evd_error *err)
{
	int r = 0, got;

	while (r == 0 && (got = xmlTextReaderRead(g->x)) == 1) {
		int type = xmlTextReaderNodeType(g->x);
		const char *name = (const char *)xmlTextReaderConstLocalName(g->x);

		if (type == XML_READER_TYPE_ELEMENT)
			r = element(g, err);
		else if (type == XML_READER_TYPE_END_ELEMENT && name && strcmp(name, "mms") == 0)
			r = mms_end(g, err);
	}
	if (r)
		return r;
	if (g->failed)
		return evd_fail(err, g->failed, "cannot read the XML");
	if (got < 0)
		r = unread_rest(g, err);
	return r;
}

static int file(void *ctx, struct evd_chat_file *f, struct evd_error *err)
{
	struct sms *g = ctx;
	int r;

	g->file = f;
	g->err = err;
	g->at = g->len = 0;
	g->off = 0;
	g->n_places = g->next_place = 0;
	g->last_end = 0;
	g->state = OUTSIDE;
	g->end = g->open_mms = g->has_claim = false;
	g->counted = g->n_joined = 0;
	g->chat.member = f->name;
	g->x = xmlReaderForIO(feed, NULL, g, NULL, NULL,
	                      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
	                          XML_PARSE_COMPACT);
	if (!g->x)
		return evd_nomem(err);
	xmlTextReaderSetErrorHandler(g->x, quiet, NULL);
	r = elements(g, err);
	xmlFreeTextReader(g->x);
	g->x = NULL;
	if (r == 0 && g->has_claim)
		r = evd_chat_claim(&g->chat, NULL, "count", g->claimed, g->counted, err);
	if (r == 0 && g->n_joined)
		r = evd_chat_observe(&g->chat, NULL, "surrogate-references", err,
		                     "%llu surrogate references, not allowed in XML, were joined",
		                     (unsigned long long)g->n_joined);
	g->chat.member = evd_view_of(NULL, 0);
	return r;
}

static bool want(void *ctx, struct evd_view name)
{
	(void)ctx;
	return evd_chat_ends(name, ".xml");
}

static void see_name(void *ctx, struct evd_view name)
{
	unsigned *bits = ctx;
	struct evd_view base = evd_chat_base(name);

	if (evd_chat_ends(name, ".xml") && base.len > 4 &&
	    (memcmp(base.p, "sms-", 4) == 0 || (base.len > 6 && memcmp(base.p, "calls-", 6) == 0)))
		*bits = 64;
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	unsigned bits = 0;

	if (evd_chat_is_zip(head)) {
		if (in->n)
			evd_chat_zip_names(&in->source[0], see_name, &bits);
		return bits;
	}
	return evd_chat_has(head, "<smses") ||
	               (evd_chat_has(head, "<calls") && evd_chat_has(head, "<?xml"))
	           ? 48
	           : 0;
}

static int read_item(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	struct sms *g = calloc(1, sizeof *g);
	struct evd_chat_walk walk = {want, file, g, NULL};
	int r;

	if (!g)
		return evd_nomem(err);
	evd_chat_init(&g->chat, sink, "sms");
	evd_chat_list_init(&g->people);
	evd_object_init(&g->object);
	evd_buf_init(&g->body, UINT32_C(16) << 20);
	walk.chat = &g->chat;
	r = evd_chat_walk(in, &walk, err);
	if (r == 0 && g->chat.n_conv == 0)
		r = evd_fail(err, EVD_E_FORMAT, "no message in the item");
	if (r == 0)
		r = evd_chat_end(&g->chat, err);
	release_parts(g);
	free(g->part);
	free(g->place);
	evd_chat_list_release(&g->people);
	evd_object_release(&g->object);
	evd_buf_release(&g->key);
	evd_buf_release(&g->address);
	evd_buf_release(&g->name);
	evd_buf_release(&g->body);
	evd_buf_release(&g->time);
	evd_buf_release(&g->details);
	evd_buf_release(&g->details2);
	evd_chat_release(&g->chat);
	free(g);
	return r;
}

/* libxml2 would print what it finds to standard error. */
static void silent(void *ctx, const char *format, ...)
{
	(void)ctx;
	(void)format;
}

static int warm(struct evd_error *err)
{
	(void)err;
	xmlInitParser();
	xmlSetGenericErrorFunc(NULL, silent);
	return 0;
}

const struct evd_format evd_format_chat_sms = {
    .name = "chat-sms",
    .version = "1",
    .spec = "SMS Backup & Restore XML",
    .confirmed = false,
    .probe = probe,
    .read = read_item,
    .warm = warm,
};
