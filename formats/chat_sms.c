/*
 * chat_sms: "SMS Backup & Restore" XML (smses and calls) of SyncTech's app. Stage: read-out.
 *
 * The app writes emoji as pairs of surrogate references (&#55357;&#56832;), which is not
 * well-formed XML; such pairs are joined while the bytes pass (chat_sms_feed), and the message says
 * so, as it does of other characters that XML does not have and of values too long for it. libxml2 reads in its pull form: no network, no entities, no DTD, its limits on.
 */
#include "chat_english.h"
#include "chat_sms_feed.h"
#include "source.h"

#include "base/text.h"

#include <libxml/xmlreader.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sms {
	struct evd_chat chat;
	xmlTextReaderPtr x;
	struct sms_feed feed;
	/* the message at hand */
	struct evd_buf key, address, name, body, time, details, details2;
	struct evd_object object, facts; /* facts: of the backup */
	struct evd_buf facts_json;
	bool has_body, open_mms;
	struct evd_chat_message m;
	struct evd_chat_list people, others; /* attributes that are not known */
	struct evd_buf unknown;              /* "element attribute", each ended by a zero byte */
	size_t n_unknown, parts_left;
	struct attachment {
		struct evd_buf name, media;
		uint64_t size;
		bool shortened;
	} * part;
	size_t n_parts, parts_cap;
	uint64_t claimed, counted;
	bool has_claim;
	char tag[64];
};

#define PARTS_MAX 1000u   /* of one MMS */
#define UNKNOWN_MAX 64u   /* names of attributes that are said */
#define QUARTER 900000    /* ms; zones differ by whole quarters of an hour */
#define ZONE_MAX 50400000 /* ms; 14 hours, the farthest zone there is */

static struct evd_view attribute(struct sms *g, const char *name, struct evd_buf *b, bool *has)
{
	xmlChar *v = xmlTextReaderGetAttribute(g->x, (const xmlChar *)name);

	evd_buf_reset(b);
	if (has)
		*has = v != NULL && strcmp((const char *)v, "null") != 0;
	if (v && strcmp((const char *)v, "null") !=
	             0) /* the app's word for nothing; a body: see said_null */
		evd_put_str(b, (const char *)v);
	if (v)
		xmlFree(v);
	return evd_buf_view(b);
}

/* Remembers that this element has such an attribute; said once for the file. */
static void note_unknown(struct sms *g, const char *name)
{
	char text[64];
	size_t at = 0, n;

	snprintf(text, sizeof text, "%.20s %.40s", g->tag, name);
	n = strlen(text) + 1;
	while (at < g->unknown.len && strcmp((const char *)g->unknown.data + at, text) != 0)
		at += strlen((const char *)g->unknown.data + at) + 1;
	if (at < g->unknown.len)
		return;
	if (g->n_unknown++ < UNKNOWN_MAX)
		evd_put(&g->unknown, text, n);
}

/* Attributes of the element at hand that this reader does not know: name and value, as they stand. */
static int others(struct sms *g, struct evd_error *err)
{
	int r = 0;

	evd_chat_list_reset(&g->others);
	while (r == 0 && xmlTextReaderMoveToNextAttribute(g->x) == 1) {
		const char *name = (const char *)xmlTextReaderConstName(g->x);
		const char *value = (const char *)xmlTextReaderConstValue(g->x);
		struct evd_object *o;

		if (!name || sms_known(g->tag, name))
			continue;
		note_unknown(g, name);
		o = evd_chat_list_item(&g->others);
		if (!o)
			continue;
		evd_chat_text(o, "name", evd_view_str(name));
		evd_chat_text(o, "value", evd_view_str(value ? value : ""));
		r = evd_chat_list_put(&g->others, err);
	}
	xmlTextReaderMoveToElement(g->x);
	return r;
}

/* "null" may be the app's word for nothing or what somebody wrote: no body, and the raw text beside it. */
static void said_null(struct sms *g, struct evd_chat_message *m)
{
	xmlChar *v = xmlTextReaderGetAttribute(g->x, (const xmlChar *)"body");

	if (v && !m->has_body)
		m->body_raw = evd_view_str("null");
	if (v)
		xmlFree(v);
}

static int say_unknown(struct sms *g, struct evd_error *err)
{
	int r = 0;

	for (size_t at = 0; r == 0 && at < g->unknown.len;) {
		const char *text = (const char *)g->unknown.data + at, *name = strchr(text, ' ');

		if (name[1])
			r = evd_chat_observe(&g->chat, NULL, "unknown-field", err,
			                     "attribute \"%s\" of <%.*s> is not known to this reader", name + 1,
			                     (int)(name - text), text);
		else
			r = evd_chat_observe(&g->chat, NULL, "unknown-field", err,
			                     "elements <%.*s> are not known to this reader", (int)(name - text),
			                     text);
		at += strlen(text) + 1;
	}
	if (r == 0 && g->n_unknown > UNKNOWN_MAX)
		r = evd_chat_observe(&g->chat, NULL, "unknown-field", err,
		                     "further attributes are not known to this reader");
	return r;
}

static int conversation(struct sms *g, const char *kind, struct evd_chat_conv **conv,
                        struct evd_error *err)
{
	struct evd_chat_info info = {.form = "xml"};

	*conv = evd_chat_find(&g->chat, evd_buf_view(&g->key));
	if (*conv)
		return 0;
	info.id = evd_buf_view(&g->address);
	info.title = evd_buf_view(&g->name);
	if (evd_view_is(info.title, "(Unknown)"))
		info.title = evd_view_of(NULL, 0);
	info.kind_raw = evd_view_str(kind);
	evd_buf_reset(&g->facts_json);
	if (g->facts.n && evd_object_write(&g->facts, &g->facts_json, NULL) == 0)
		info.details = evd_buf_view(&g->facts_json);
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

/*
 * The phone wrote the same instant as a local time. By how much they differ is the phone's zone, if
 * it is one; else one of the two is not what it says.
 */
static void put_readable(struct sms *g, struct evd_chat_message *m, struct evd_view readable)
{
	struct evd_chat_time t = {0};
	int64_t unit, ms;
	char text[8];
	int n;

	if (!m->time.has_utc || !evd_chat_english(readable, &t))
		return;
	unit = t.precision == EVD_CHAT_MINUTE ? 60000 : 1000;
	ms = t.local_ms - m->time.utc_ms / unit * unit;
	if (!t.has_local || ms % QUARTER != 0 || ms > ZONE_MAX || ms < -ZONE_MAX) {
		m->flags |= EVD_CHAT_F_TIMES_DISAGREE;
		return;
	}
	n = (int)((ms < 0 ? -ms : ms) / 60000);
	snprintf(text, sizeof text, "%c%02d:%02d", ms < 0 ? '-' : '+', n / 60 % 100, n % 60);
	evd_object_cstr(&g->object, "readableOffset", text);
}

/* Fills g->object with what is kept of the element's attributes, and what is not known of them. */
static int details(struct sms *g, struct evd_chat_message *m, const char *const *keep,
                   struct evd_error *err)
{
	struct evd_view unknown;
	struct evd_buf b;
	int r;

	evd_buf_init(&b, EVD_CHAT_TEXT_MAX);
	evd_object_reset(&g->object);
	for (size_t i = 0; keep[i]; i += 2) {
		bool has;
		struct evd_view v = attribute(g, keep[i], &b, &has);

		if (has && v.len)
			evd_chat_text(&g->object, keep[i + 1], v);
		if (strcmp(keep[i], "readable_date") == 0)
			put_readable(g, m, v);
	}
	evd_buf_release(&b);
	r = others(g, err);
	unknown = evd_chat_list_end(&g->others);
	if (r == 0 && unknown.len)
		evd_object_raw(&g->object, "otherAttributes", unknown);
	return r;
}

static struct evd_view written(struct sms *g)
{
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
	if (box.len != 1 || box.p[0] < '1' || box.p[0] > '6')
		m.flags |= EVD_CHAT_F_UNKNOWN_TYPE;
	evd_buf_release(&type);
	who(g, &m);
	put_time(g, &m);
	m.body = attribute(g, "body", &g->body, &m.has_body);
	said_null(g, &m);
	sms_feed_place(&g->feed, &m);
	r = details(g, &m, keep, err);
	m.details = written(g);
	if (r == 0)
		r = evd_buf_check(&g->body, err);
	if (r == 0)
		r = conversation(g, "sms", &conv, err);
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
	                                   "subscription_id",
	                                   "subId",
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
		if (evd_view_is(m.sender, "(Unknown)"))
			m.sender = evd_view_of(NULL, 0);
	}
	put_time(g, &m);
	r = details(g, &m, keep, err);
	m.call = written(g);
	sms_feed_place(&g->feed, &m);
	if (r == 0)
		r = conversation(g, "call", &conv, err);
	return r ? r : evd_chat_message(&g->chat, conv, &m, err);
}

/* A file within an MMS; the bytes that its base64 stands for are counted, also of what the feed did not let on. */
static int part_file(struct sms *g, struct evd_buf *media, struct evd_view data,
                     struct evd_error *err)
{
	struct attachment *a;
	uint64_t digits;
	void *grown;
	bool has;

	if (g->n_parts >= PARTS_MAX) {
		g->parts_left++;
		return 0;
	}
	grown = evd_grow(g->part, g->n_parts, &g->parts_cap, sizeof *g->part);
	if (!grown)
		return evd_nomem(err);
	g->part = grown;
	a = &g->part[g->n_parts++];
	memset(a, 0, sizeof *a);
	evd_put_view(&a->media, evd_buf_view(media));
	a->size = data.len / 4 * 3;
	if (data.len >= 4)
		a->size -= (data.p[data.len - 1] == '=') + (uint64_t)(data.p[data.len - 2] == '=');
	a->shortened = data.len >= SMS_DATA_MAX && sms_feed_digits(data, &digits);
	if (a->shortened)
		a->size = digits * 3 / 4;
	attribute(g, "cl", &a->name, &has);
	if (!has)
		attribute(g, "name", &a->name, NULL);
	return 0;
}

/* Words, of whatever type; a file; or both. */
static int part(struct sms *g, struct evd_error *err)
{
	struct evd_buf b, media = {0};
	struct evd_view text, data;
	bool words, file;
	int r = 0;

	evd_buf_init(&b, UINT32_C(12) << 20);
	if (evd_view_is(attribute(g, "ct", &media, NULL), "application/smil"))
		goto out;
	text = attribute(g, "text", &b, &words);
	if (words && g->has_body)
		evd_put_u8(&g->body, '\n');
	if (words)
		evd_put_view(&g->body, text);
	g->has_body = g->has_body || words;
	data = attribute(g, "data", &b, &file);
	if (file || !(words || evd_view_is(evd_buf_view(&media), "text/plain")))
		r = part_file(g, &media, data, err);
	if (r == 0)
		r = evd_buf_check(&g->body, err);
out:
	evd_buf_release(&b);
	evd_buf_release(&media);
	return r;
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

static int mms_begin(struct sms *g, struct evd_error *err)
{
	static const char *const keep[] = {
	    "msg_box", "box",   "readable_date", "readableDate", "sub",  "subject", "m_type", "mmsType",
	    "m_id",    "mmsId", "date_sent",     "sentRaw",      "read", "read",    NULL};
	struct evd_buf box;
	struct evd_view v;

	evd_buf_init(&box, 64);
	memset(&g->m, 0, sizeof g->m);
	v = attribute(g, "msg_box", &box, NULL);
	g->m.direction = direction_of(v);
	if (v.len != 1 || v.p[0] < '1' || v.p[0] > '5')
		g->m.flags |= EVD_CHAT_F_UNKNOWN_TYPE;
	evd_buf_release(&box);
	who(g, &g->m);
	put_time(g, &g->m);
	evd_buf_reset(&g->body);
	evd_buf_reset(&g->details2);
	evd_chat_list_reset(&g->people);
	g->has_body = false;
	g->n_parts = g->parts_left = 0;
	g->open_mms = true;
	return details(g, &g->m, keep, err);
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
	struct evd_view people;
	int r;

	if (!g->open_mms)
		return 0;
	g->open_mms = false;
	g->m.has_body = g->has_body;
	g->m.body = evd_buf_view(&g->body);
	people = evd_chat_list_end(&g->people);
	if (people.len)
		evd_object_raw(&g->object, "addresses", people);
	if (g->parts_left)
		evd_object_int(&g->object, "partsNotShown", g->parts_left);
	g->m.details = written(g);
	if (g->n_parts && !g->has_body)
		g->m.type = EVD_CHAT_T_ATTACHMENT;
	if (g->details2.len) {
		if (g->m.direction && strcmp(g->m.direction, "in") == 0 &&
		    !evd_view_eq(evd_buf_view(&g->details2), g->m.number))
			g->m.sender = evd_view_of(NULL, 0); /* the label is the whole group's */
		g->m.number = evd_buf_view(&g->details2);
	}
	sms_feed_place(&g->feed, &g->m);
	r = conversation(g, "mms", &conv, err);
	if (r == 0)
		r = evd_chat_message(&g->chat, conv, &g->m, err);
	for (size_t i = 0; i < g->n_parts && r == 0; i++) {
		struct evd_chat_attachment a = {.name = evd_buf_view(&g->part[i].name),
		                                .media = evd_buf_view(&g->part[i].media),
		                                .has_size = true,
		                                .size = g->part[i].size};

		a.state = a.size ? EVD_CHAT_S_PRESENT : EVD_CHAT_S_EMPTY;
		a.note = evd_view_str(
		    g->part[i].shortened
		        ? "inside the message; too long to be looked at, its length was counted"
		        : "inside the message");
		r = evd_chat_attach(&g->chat, conv, &a, err);
	}
	release_parts(g);
	return r;
}

/* Which backup it is: a further one may hold what is new alone. */
static void put_facts(struct sms *g)
{
	static const char *const keep[] = {"backup_set",    "backupSet", "backup_date",
	                                   "backupDateRaw", "type",      "backupType"};
	struct evd_buf b;

	evd_buf_init(&b, 4096);
	evd_object_reset(&g->facts);
	for (size_t i = 0; i < sizeof keep / sizeof *keep; i += 2) {
		bool has;
		struct evd_view v = attribute(g, keep[i], &b, &has);

		if (has && v.len)
			evd_chat_text(&g->facts, keep[i + 1], v);
	}
	evd_buf_release(&b);
}

static int element(struct sms *g, struct evd_error *err)
{
	const char *name = (const char *)xmlTextReaderConstLocalName(g->x);
	int r = 0;

	if (!name)
		return 0;
	snprintf(g->tag, sizeof g->tag, "%.60s", name);
	if (strcmp(name, "sms") != 0 && strcmp(name, "mms") != 0 && strcmp(name, "call") != 0) {
		r = others(g, err);
		if (r)
			return r;
	}
	if (strcmp(name, "smses") == 0 || strcmp(name, "calls") == 0) {
		struct evd_buf b;
		int64_t n;

		evd_buf_init(&b, 64);
		g->has_claim = evd_chat_integer(attribute(g, "count", &b, NULL), &n) && n >= 0;
		g->claimed = g->has_claim ? (uint64_t)n : 0;
		evd_buf_release(&b);
		put_facts(g);
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
		r = mms_begin(g, err);
	else if (strcmp(name, "part") == 0 && g->open_mms)
		return part(g, err);
	else if (strcmp(name, "addr") == 0 && g->open_mms)
		return address(g, err);
	else {
		if (!sms_known_element(name))
			note_unknown(g, "");
		return 0;
	}
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
	uint64_t off, len;

	sms_feed_rest(&g->feed, &off, &len);
	return evd_chat_unread(&g->chat, NULL, "not-xml", off, len, err,
	                       "the XML cannot be read from line %d on",
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
	if (g->feed.failed)
		return evd_fail(err, g->feed.failed, "cannot read the XML");
	if (got < 0)
		r = unread_rest(g, err);
	return r;
}

/* Values that were longer than goes on to libxml2; the message that has one is flagged. */
static int say_cuts(struct sms *g, struct evd_error *err)
{
	const struct sms_feed *f = &g->feed;
	int r = 0;

	for (size_t i = 0; i < SMS_CUTS && i < f->n_cuts && r == 0; i++)
		r = evd_chat_unread(&g->chat, NULL, "limit", f->cut[i].off, f->cut[i].len, err,
		                    "the rest of an attribute: a tag has more than %u bytes", SMS_TAG_MAX);
	if (r == 0 && f->n_cuts > SMS_CUTS)
		r = evd_chat_unread(&g->chat, NULL, "limit", 0, 0, err, "%llu further attributes were cut",
		                    (unsigned long long)f->n_cuts - SMS_CUTS);
	return r;
}

static int file(void *ctx, struct evd_chat_file *f, struct evd_error *err)
{
	struct sms *g = ctx;
	int r;

	sms_feed_init(&g->feed, f, err);
	g->open_mms = g->has_claim = false;
	g->counted = 0;
	evd_buf_reset(&g->unknown);
	evd_object_reset(&g->facts);
	g->n_unknown = 0;
	g->chat.member = f->name;
	g->x = xmlReaderForIO(sms_feed_read, NULL, &g->feed, NULL, NULL,
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
	if (r == 0)
		r = say_unknown(g, err);
	if (r == 0 && g->feed.n_joined)
		r = evd_chat_observe(&g->chat, NULL, "surrogate-references", err,
		                     "%llu surrogate references, not allowed in XML, were joined",
		                     (unsigned long long)g->feed.n_joined);
	if (r == 0 && g->feed.n_forbidden)
		r = evd_chat_observe(&g->chat, NULL, "forbidden-characters", err,
		                     "%llu characters that XML does not allow, or bytes that are no UTF-8, "
		                     "were read as U+FFFD",
		                     (unsigned long long)g->feed.n_forbidden);
	if (r == 0)
		r = say_cuts(g, err);
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
	return evd_is_text_head(head) && (evd_chat_has(head, "<smses") ||
	                                  (evd_chat_has(head, "<calls") && evd_chat_has(head, "<?xml")))
	           ? 48
	           : 0;
}

static int read_item(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	struct sms *g = calloc(1, sizeof *g);
	struct evd_chat_walk walk = {want, file, g, NULL, NULL};
	int r;

	if (!g)
		return evd_nomem(err);
	evd_chat_init(&g->chat, sink, "sms");
	evd_chat_list_init(&g->people);
	evd_chat_list_init(&g->others);
	evd_buf_init(&g->unknown, UNKNOWN_MAX * 64);
	evd_object_init(&g->object);
	evd_object_init(&g->facts);
	evd_buf_init(&g->body, UINT32_C(16) << 20);
	walk.chat = &g->chat;
	r = evd_chat_walk(in, &walk, err);
	if (r == 0 && g->chat.n_conv == 0)
		r = evd_fail(err, EVD_E_FORMAT, "no message in the item");
	if (r == 0)
		r = evd_chat_end(&g->chat, err);
	release_parts(g);
	free(g->part);
	sms_feed_release(&g->feed);
	evd_chat_list_release(&g->people);
	evd_chat_list_release(&g->others);
	evd_buf_release(&g->unknown);
	evd_object_release(&g->object);
	evd_object_release(&g->facts);
	evd_buf_release(&g->facts_json);
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
