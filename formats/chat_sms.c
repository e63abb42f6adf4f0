/*
 * chat_sms: "SMS Backup & Restore" XML (smses and calls) of SyncTech's app. Stage: read-out.
 *
 * The app writes emoji as pairs of surrogate references (&#55357;&#56832;), which is not
 * well-formed XML; such pairs are joined while the bytes pass (chat_sms_feed), and the message says
 * so, as it does of other characters that XML does not have and of values too long for it. libxml2 reads in its pull form: no network, no entities, no DTD, its limits on.
 */
#include "chat_sms_element.h"
#include "source.h"
#include "xml_quiet.h"

#include <libxml/xmlreader.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	box = sms_attribute(g, "type", &type, NULL);
	m.direction = sms_direction(box);
	if (box.len != 1 || box.p[0] < '1' || box.p[0] > '6')
		m.flags |= EVD_CHAT_F_UNKNOWN_TYPE;
	evd_buf_release(&type);
	sms_who(g, &m);
	sms_put_time(g, &m);
	m.body = sms_attribute(g, "body", &g->body, &m.has_body);
	sms_said_null(g, &m);
	sms_feed_place(&g->feed, &m);
	r = sms_details(g, &m, keep, err);
	m.details = sms_written(g);
	if (r == 0)
		r = evd_buf_check(&g->body, err);
	if (r == 0)
		r = sms_conversation(g, "sms", &conv, err);
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
	type = sms_attribute(g, "type", &b, NULL);
	m.direction = evd_view_is(type, "2") ? "out"
	              : evd_view_is(type, "1") || evd_view_is(type, "3") || evd_view_is(type, "5")
	                  ? "in"
	                  : NULL;
	evd_buf_release(&b);
	number = sms_attribute(g, "number", &g->address, NULL);
	sms_attribute(g, "contact_name", &g->name, NULL);
	evd_buf_reset(&g->key);
	evd_put_str(&g->key, "call ");
	evd_put_view(&g->key, number);
	if (m.direction && strcmp(m.direction, "in") == 0) {
		m.number = number;
		m.sender = evd_buf_view(&g->name);
		if (evd_view_is(m.sender, "(Unknown)"))
			m.sender = evd_view_of(NULL, 0);
	}
	sms_put_time(g, &m);
	r = sms_details(g, &m, keep, err);
	m.call = sms_written(g);
	sms_feed_place(&g->feed, &m);
	if (r == 0)
		r = sms_conversation(g, "call", &conv, err);
	return r ? r : evd_chat_message(&g->chat, conv, &m, err);
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
		struct evd_view v = sms_attribute(g, keep[i], &b, &has);

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
		r = sms_others(g, err);
		if (r)
			return r;
	}
	if (strcmp(name, "smses") == 0 || strcmp(name, "calls") == 0) {
		struct evd_buf b;
		int64_t n;

		evd_buf_init(&b, 64);
		g->has_claim = evd_chat_integer(sms_attribute(g, "count", &b, NULL), &n) && n >= 0;
		g->claimed = g->has_claim ? (uint64_t)n : 0;
		evd_buf_release(&b);
		put_facts(g);
		return 0;
	}
	if (g->open_mms &&
	    (strcmp(name, "sms") == 0 || strcmp(name, "mms") == 0 || strcmp(name, "call") == 0)) {
		r = sms_mms_end(g, err); /* one within the other: the outer one has what stood before */
		if (r)
			return r;
	}
	if (strcmp(name, "sms") == 0)
		r = sms(g, err);
	else if (strcmp(name, "call") == 0)
		r = call(g, err);
	else if (strcmp(name, "mms") == 0)
		r = sms_mms_begin(g, err);
	else if (strcmp(name, "part") == 0 && g->open_mms)
		return sms_part(g, err);
	else if (strcmp(name, "addr") == 0 && g->open_mms)
		return sms_address(g, err);
	else {
		if (!sms_known_element(name))
			sms_note_unknown(g, "");
		return 0;
	}
	g->counted++;
	if (r == 0 && strcmp(name, "mms") == 0 && xmlTextReaderIsEmptyElement(g->x))
		r = sms_mms_end(g, err);
	return r;
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
			r = sms_mms_end(g, err);
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
	evd_xml_quiet(g->x);
	r = elements(g, err);
	xmlFreeTextReader(g->x);
	g->x = NULL;
	if (r == 0 && g->has_claim)
		r = evd_chat_claim(&g->chat, NULL, "count", g->claimed, g->counted, err);
	if (r == 0)
		r = sms_say_unknown(g, err);
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
	evd_buf_init(&g->unknown, SMS_UNKNOWN_MAX * 64);
	evd_object_init(&g->object);
	evd_object_init(&g->facts);
	evd_buf_init(&g->body, UINT32_C(16) << 20);
	walk.chat = &g->chat;
	r = evd_chat_walk(in, &walk, err);
	if (r == 0 && g->chat.n_conv == 0)
		r = evd_fail(err, EVD_E_FORMAT, "no message in the item");
	if (r == 0)
		r = evd_chat_end(&g->chat, err);
	sms_release_parts(g);
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
