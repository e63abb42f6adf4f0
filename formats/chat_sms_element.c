/* chat_sms_element: see chat_sms_element.h. */
#include "chat_sms_element.h"

#include "chat_english.h"

#include "base/text.h"

#include <libxml/xmlreader.h>
#include <stdio.h>
#include <string.h>

#define QUARTER 900000    /* ms; zones differ by whole quarters of an hour */
#define ZONE_MAX 50400000 /* ms; 14 hours, the farthest zone there is */

struct evd_view sms_attribute(struct sms *g, const char *name, struct evd_buf *b, bool *has)
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

void sms_note_unknown(struct sms *g, const char *name)
{
	char text[64];
	size_t at = 0, n;

	snprintf(text, sizeof text, "%.20s %.40s", g->tag, name);
	n = strlen(text) + 1;
	while (at < g->unknown.len && strcmp((const char *)g->unknown.data + at, text) != 0)
		at += strlen((const char *)g->unknown.data + at) + 1;
	if (at < g->unknown.len)
		return;
	if (g->n_unknown++ < SMS_UNKNOWN_MAX)
		evd_put(&g->unknown, text, n);
}

/* Attributes of the element at hand that this reader does not know: name and value, as they stand. */
int sms_others(struct sms *g, struct evd_error *err)
{
	int r = 0;

	evd_chat_list_reset(&g->others);
	while (r == 0 && xmlTextReaderMoveToNextAttribute(g->x) == 1) {
		const char *name = (const char *)xmlTextReaderConstName(g->x);
		const char *value = (const char *)xmlTextReaderConstValue(g->x);
		struct evd_object *o;

		if (!name || sms_known(g->tag, name))
			continue;
		sms_note_unknown(g, name);
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

void sms_said_null(struct sms *g, struct evd_chat_message *m)
{
	xmlChar *v = xmlTextReaderGetAttribute(g->x, (const xmlChar *)"body");

	if (v && !m->has_body)
		m->body_raw = evd_view_str("null");
	if (v)
		xmlFree(v);
}

int sms_say_unknown(struct sms *g, struct evd_error *err)
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
	if (r == 0 && g->n_unknown > SMS_UNKNOWN_MAX)
		r = evd_chat_observe(&g->chat, NULL, "unknown-field", err,
		                     "further attributes are not known to this reader");
	return r;
}

int sms_conversation(struct sms *g, const char *kind, struct evd_chat_conv **conv,
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
void sms_put_time(struct sms *g, struct evd_chat_message *m)
{
	struct evd_view raw = sms_attribute(g, "date", &g->time, NULL);
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
int sms_details(struct sms *g, struct evd_chat_message *m, const char *const *keep,
                struct evd_error *err)
{
	struct evd_view unknown;
	struct evd_buf b;
	int r;

	evd_buf_init(&b, EVD_CHAT_TEXT_MAX);
	evd_object_reset(&g->object);
	for (size_t i = 0; keep[i]; i += 2) {
		bool has;
		struct evd_view v = sms_attribute(g, keep[i], &b, &has);

		if (has && v.len)
			evd_chat_text(&g->object, keep[i + 1], v);
		if (strcmp(keep[i], "readable_date") == 0)
			put_readable(g, m, v);
	}
	evd_buf_release(&b);
	r = sms_others(g, err);
	unknown = evd_chat_list_end(&g->others);
	if (r == 0 && unknown.len)
		evd_object_raw(&g->object, "otherAttributes", unknown);
	return r;
}

struct evd_view sms_written(struct sms *g)
{
	evd_buf_reset(&g->details);
	if (g->object.n == 0 || evd_object_write(&g->object, &g->details, NULL))
		return evd_view_of(NULL, 0);
	return evd_buf_view(&g->details);
}

void sms_who(struct sms *g, struct evd_chat_message *m)
{
	sms_attribute(g, "address", &g->address, NULL);
	sms_attribute(g, "contact_name", &g->name, NULL);
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

const char *sms_direction(struct evd_view box)
{
	if (evd_view_is(box, "1"))
		return "in";
	return box.len == 1 && box.p[0] >= '2' && box.p[0] <= '6' && box.p[0] != '3' ? "out" : NULL;
}
