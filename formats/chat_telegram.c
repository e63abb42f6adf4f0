/*
 * chat_telegram: Telegram Desktop's result.json, one chat or the whole account (docs/chats.md).
 * Follows what Telegram Desktop writes (export_output_json.cpp). Streams: memory does not grow with
 * the file but for the ids held to find doubles. Stage: read-out.
 */
#include "chat_telegram.h"

#include <string.h>

struct telegram {
	struct evd_chat_conv *conv;
	struct evd_buf name, type, id;
	struct evd_buf again; /* a body that differs */
	unsigned n_chats;     /* chats of a whole account have no key of their own */
	unsigned not_read;    /* of `lists`, which are there */
	uint64_t slips;       /* see json_pull.h */
};

/* What the export of an account holds beside its chats and before them, in this order; which of it is the user's choice. */
static const char *const lists[] = {"personal_information",
                                    "profile_pictures",
                                    "stories",
                                    "contacts",
                                    "frequent_contacts",
                                    "sessions",
                                    "web_sessions",
                                    "other_data",
                                    "chats",
                                    "left_chats"};
#define N_LISTS (sizeof lists / sizeof *lists)
#define N_NOT_READ (N_LISTS - 2)

/* `text_entities` say the words once more, part by part: that they are the same ones is looked at. */
static bool said_again(const struct json_tree *t, size_t list, struct evd_view body)
{
	size_t at = 0;

	for (size_t i = json_first(t, list); i; i = json_next(t, list, i)) {
		struct evd_view v = json_text_of(t, i, "text");

		if (v.len > body.len - at || (v.len && memcmp(body.p + at, v.p, v.len) != 0))
			return false;
		at += v.len;
	}
	return at == body.len;
}

static void put_body(struct chat_json *g, struct evd_chat_message *m)
{
	const struct json_tree *t = &g->tree;
	size_t at = json_get(t, 0, "text"), again = json_get(t, 0, "text_entities");
	struct telegram *own = g->own;

	m->has_body = at != 0;
	m->body = telegram_text(t, at, &g->text);
	if (!again || !json_first(t, again) || said_again(t, again, m->body))
		return;
	m->body_raw = telegram_text(t, again, &own->again);
	m->flags |= EVD_CHAT_F_TWO_BODIES;
}

/* date is the exporting computer's clock; date_unixtime (since 3.7.6) is UTC. */
static unsigned put_time(struct chat_json *g, struct evd_chat_time *t, const char *local,
                         const char *unix)
{
	struct evd_view raw = json_text_of(&g->tree, 0, local);
	size_t at = json_get(&g->tree, 0, unix);
	unsigned flags = 0;
	int64_t s, apart;

	if (!raw.len && !at)
		return 0;
	if (raw.len && !evd_chat_time_iso(t, raw, EVD_CHAT_FROM_EXPORTER))
		flags |= EVD_CHAT_F_IMPOSSIBLE_TIME;
	if (!json_integer(&g->tree, at, &s) || s > INT64_C(253402300799) || s < 0)
		return at ? flags | EVD_CHAT_F_IMPOSSIBLE_TIME : flags;
	t->has_utc = true;
	t->utc_ms = s * 1000;
	t->source = EVD_CHAT_FROM_EPOCH;
	t->precision = EVD_CHAT_SECOND;
	if (!raw.len)
		t->raw = json_text(&g->tree, at);
	apart = t->local_ms - t->utc_ms;
	if (t->has_local && (apart % 900000 || apart > 14 * 3600000 || apart < -12 * 3600000))
		flags |= EVD_CHAT_F_TIMES_DISAGREE;
	return flags;
}

static struct evd_view put_reactions(struct chat_json *g, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	size_t list = json_get(t, 0, "reactions");

	evd_chat_list_reset(&g->list);
	if (!list || t->node[list].type != JSON_ARRAY)
		return evd_view_of(NULL, 0);
	for (size_t i = json_first(t, list); i; i = json_next(t, list, i)) {
		size_t recent = json_get(t, i, "recent"), who = recent ? json_first(t, recent) : 0;

		do { /* one row a person where persons are named, else one with the count */
			struct evd_object *o = evd_chat_list_item(&g->list);

			if (!o)
				break;
			json_put(o, "reaction", t, json_get(t, i, "emoji"));
			json_put(o, "documentId", t, json_get(t, i, "document_id"));
			json_put(o, "type", t, json_get(t, i, "type"));
			json_put(o, "count", t, json_get(t, i, "count"));
			if (who) {
				json_put(o, "by", t, json_get(t, who, "from"));
				json_put(o, "byId", t, json_get(t, who, "from_id"));
				json_put(o, "timeRaw", t, json_get(t, who, "date"));
				who = json_next(t, recent, who);
			}
			if (evd_chat_list_put(&g->list, err))
				break;
		} while (who);
	}
	return evd_chat_list_end(&g->list);
}

static void set_type(struct chat_json *g, struct evd_chat_message *m)
{
	const struct json_tree *t = &g->tree;
	struct evd_view type = json_text_of(t, 0, "type"), action;

	if (json_get(t, 0, "photo") || json_get(t, 0, "file"))
		m->type = EVD_CHAT_T_ATTACHMENT;
	else if (json_get(t, 0, "location_information"))
		m->type = EVD_CHAT_T_LOCATION;
	else if (json_get(t, 0, "contact_information"))
		m->type = EVD_CHAT_T_CONTACT;
	else if (json_get(t, 0, "poll"))
		m->type = EVD_CHAT_T_POLL;
	if (evd_view_is(type, "unsupported")) {
		m->type = EVD_CHAT_T_UNSUPPORTED;
	} else if (evd_view_is(type, "service")) {
		action = json_text_of(t, 0, "action");
		m->type = EVD_CHAT_T_SYSTEM;
		m->event = "service";
		m->event_raw = action;
		if (evd_view_is(action, "phone_call") || evd_view_is(action, "group_call") ||
		    evd_view_is(action, "conference_call")) {
			m->type = EVD_CHAT_T_CALL;
			m->event = NULL;
		}
	} else if (!evd_view_is(type, "message")) {
		m->flags |= EVD_CHAT_F_UNKNOWN_TYPE;
	}
}

/* The question of a poll and the title of a list are what was said: found and shown like a caption. */
static void put_heading(struct chat_json *g, struct evd_chat_message *m)
{
	const struct json_tree *t = &g->tree;
	size_t poll = json_get(t, 0, "poll"), todo = json_get(t, 0, "todo_list");

	if (poll)
		m->caption = telegram_text(t, json_get(t, poll, "question"), &g->text2);
	else if (todo)
		m->caption = telegram_text(t, json_get(t, todo, "title"), &g->text2);
	if (todo && m->type == EVD_CHAT_T_TEXT)
		m->type = EVD_CHAT_T_UNSUPPORTED; /* no type of ours */
}

/* A sentence in brackets stands where a file was not exported. */
static int attach(struct chat_json *g, struct evd_chat_conv *conv, const char *key,
                  const char *size_key, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	struct evd_chat_attachment a = {0};
	size_t at = json_get(t, 0, key);
	int64_t size;

	if (!at || !json_text(t, at).len)
		return 0;
	a.name = json_text(t, at);
	if (strcmp(key, "file") == 0)
		a.media = json_text_of(t, 0, "mime_type");
	if (json_integer(t, json_get(t, 0, size_key), &size) && size >= 0) {
		a.has_size = true;
		a.size = (uint64_t)size;
	}
	if (a.name.p[0] == '(') {
		a.note = a.name;
		a.name = json_text_of(t, 0, "file_name");
		a.state =
		    evd_chat_has(a.note, "unavailable") ? EVD_CHAT_S_UNAVAILABLE : EVD_CHAT_S_NOT_EXPORTED;
	} else {
		evd_chat_index_match(&g->index, &a);
		if (!a.note.len && strcmp(key, "file") == 0 &&
		    !evd_view_eq(evd_chat_base(a.name), json_text_of(t, 0, "file_name")))
			a.note = json_text_of(t, 0, "file_name"); /* how its sender called it */
	}
	return evd_chat_attach(&g->chat, conv, &a, err);
}

static int message(struct chat_json *g, struct evd_error *err)
{
	struct telegram *own = g->own;
	const struct json_tree *t = &g->tree;
	struct evd_chat_message m = {0};
	int r;

	chat_json_place(g, &m);
	m.id = json_text_of(t, 0, "id");
	m.sender = json_text_of(t, 0, json_get(t, 0, "from") ? "from" : "actor");
	m.handle = json_text_of(t, 0, json_get(t, 0, "from_id") ? "from_id" : "actor_id");
	m.flags |= put_time(g, &m.time, "date", "date_unixtime");
	m.flags |= put_time(g, &m.edit_time, "edited", "edited_unixtime");
	m.edited = json_get(t, 0, "edited") || json_get(t, 0, "edited_unixtime");
	put_body(g, &m);
	set_type(g, &m);
	m.reply_to = json_text_of(t, 0, "reply_to_message_id");
	m.forwarded = json_text_of(t, 0, "forwarded_from");
	/* null: of somebody whose account has no name any more */
	m.is_forwarded = json_get(t, 0, "forwarded_from") || json_get(t, 0, "forwarded_from_id");
	m.reactions = put_reactions(g, err);
	m.details = telegram_details(g, err);
	put_heading(g, &m);
	if (m.type == EVD_CHAT_T_CALL) {
		m.call = m.details;
		m.details = evd_view_of(NULL, 0);
	}
	r = evd_chat_message(&g->chat, own->conv, &m, err);
	if (r == 0)
		r = attach(g, own->conv, "photo", "photo_file_size", err);
	if (r == 0)
		r = attach(g, own->conv, "file", "file_size", err);
	if (r == 0)
		r = attach(g, own->conv, "contact_vcard", "contact_vcard_file_size", err);
	return r;
}

static int begin(struct chat_json *g, struct evd_error *err)
{
	struct telegram *own = g->own;
	struct evd_chat_info info = {.title = evd_buf_view(&own->name),
	                             .kind_raw = evd_buf_view(&own->type),
	                             .id = evd_buf_view(&own->id),
	                             .form = "json"};
	uint8_t key[4] = {(uint8_t)(own->n_chats >> 24), (uint8_t)(own->n_chats >> 16),
	                  (uint8_t)(own->n_chats >> 8), (uint8_t)own->n_chats};
	int r;

	if (own->conv)
		return evd_chat_more(&g->chat, own->conv, &info, err);
	own->n_chats++;
	r = evd_chat_begin(&g->chat, evd_view_of(key, sizeof key), &info, &own->conv, err);
	if (r == 0)
		evd_chat_numbered(own->conv);
	return r;
}

static void keep_text(struct json_pull *j, struct evd_buf *b)
{
	evd_buf_reset(b);
	evd_put_view(b, evd_buf_view(&j->text));
}

/* An object that is one chat, or holds such further down; g->pull is behind its "{". */
static int walk(struct chat_json *g, unsigned depth, struct evd_error *err);

/* Nothing of this member is read: that it is there must be known. */
static void pass_by(struct chat_json *g, struct telegram *own, unsigned depth)
{
	size_t i = 0;

	while (i < N_NOT_READ && !json_pull_is(&g->pull, lists[i]))
		i++;
	if (i < N_NOT_READ && depth == 0)
		own->not_read |= 1u << i;
	else if (!json_pull_is(&g->pull, "about") && !json_pull_is(&g->pull, "name"))
		chat_json_unknown(g, evd_buf_view(&g->pull.text));
}

static int one_member(struct chat_json *g, struct telegram *own, unsigned depth, bool *late,
                      struct evd_error *err)
{
	struct evd_buf *b = json_pull_is(&g->pull, "name")   ? &own->name
	                    : json_pull_is(&g->pull, "type") ? &own->type
	                    : json_pull_is(&g->pull, "id")   ? &own->id
	                                                     : NULL;
	bool messages = json_pull_is(&g->pull, "messages");
	bool inner = json_pull_is(&g->pull, "list") || json_pull_is(&g->pull, "chats") ||
	             json_pull_is(&g->pull, "left_chats");
	enum json_token t;
	int r;

	if (!b && !messages && !inner)
		pass_by(g, own, depth);
	r = json_pull_next(&g->pull, &t, err);
	if (r)
		return r;
	if (b && (t == JSON_STRING || t == JSON_NUMBER)) {
		keep_text(&g->pull, b);
		*late = own->conv != NULL;
		return 0;
	}
	if (messages && t == JSON_ARRAY) {
		r = begin(g, err);
		return r ? r : chat_json_each(g, own->conv, message, err);
	}
	if (!inner || depth > 4)
		return json_pull_skip(&g->pull, t, err);
	if (t == JSON_OBJECT)
		return walk(g, depth + 1, err);
	while (t == JSON_ARRAY) {
		enum json_token e;

		r = json_pull_next(&g->pull, &e, err);
		if (r || e == JSON_ARRAY_END)
			return r;
		r = e == JSON_OBJECT ? walk(g, depth + 1, err) : json_pull_skip(&g->pull, e, err);
		if (r)
			return r;
	}
	return 0;
}

static int walk(struct chat_json *g, unsigned depth, struct evd_error *err)
{
	struct telegram *own = g->own;
	enum json_token t;
	bool late = false;
	int r;

	own->conv = NULL;
	evd_buf_reset(&own->name);
	evd_buf_reset(&own->type);
	evd_buf_reset(&own->id);
	for (;;) {
		r = json_pull_next(&g->pull, &t, err);
		if (r)
			return r;
		if (t == JSON_OBJECT_END)
			break;
		r = one_member(g, own, depth, &late, err);
		if (r)
			return r;
	}
	r = late ? begin(g, err) : 0;
	own->conv = NULL;
	return r;
}

static int done(struct chat_json *g, struct evd_error *err)
{
	struct telegram *own = g->own;
	struct evd_buf b;
	int r;

	r = own->slips ? evd_chat_observe(&g->chat, NULL, "exporter-slips", err,
	                                  "places that are no JSON, as Telegram Desktop writes control "
	                                  "characters and custom emoji, read as meant: %llu",
	                                  (unsigned long long)own->slips)
	               : 0;
	if (r || !own->not_read)
		return r;
	evd_buf_init(&b, 4096);
	for (size_t i = 0; i < N_NOT_READ; i++)
		if (own->not_read & 1u << i) {
			evd_put_str(&b, b.len ? ", " : "");
			evd_put_str(&b, lists[i]);
		}
	evd_put_u8(&b, 0);
	r = evd_buf_check(&b, err);
	if (r == 0)
		r = evd_chat_observe(&g->chat, NULL, "lists-not-read", err,
		                     "the export of the account holds these too, which are not read: %s",
		                     (const char *)b.data);
	evd_buf_release(&b);
	return r;
}

static int file(struct chat_json *g, struct evd_view name, struct evd_error *err)
{
	enum json_token t;
	int r;

	g->pull.tdesktop = true;
	r = json_pull_next(&g->pull, &t, err);

	(void)name;
	g->done = done;
	if (r)
		return r;
	if (t != JSON_OBJECT)
		return evd_fail(err, EVD_E_FORMAT, "not an object");
	r = walk(g, 0, err);
	((struct telegram *)g->own)->slips += g->pull.slips;
	return r ? r : json_pull_next(&g->pull, &t, err); /* nothing may follow */
}

static bool want(void *ctx, struct evd_view name)
{
	(void)ctx;
	return evd_chat_ends(name, ".json") || evd_chat_base(name).len == 0 ||
	       !evd_chat_has(evd_chat_base(name), ".");
}

static void see_name(void *ctx, struct evd_view name)
{
	unsigned *bits = ctx;

	if (evd_view_is(evd_chat_base(name), "result.json"))
		*bits = 64;
}

static struct evd_view skip_marks(struct evd_view v)
{
	return v.len >= 3 && memcmp(v.p, "\xef\xbb\xbf", 3) == 0 ? evd_view_of(v.p + 3, v.len - 3) : v;
}

static struct evd_view skip_blanks(struct evd_view v)
{
	while (v.len && (v.p[0] == ' ' || v.p[0] == '\n' || v.p[0] == '\r' || v.p[0] == '\t'))
		v = evd_view_of(v.p + 1, v.len - 1);
	return v;
}

/* A string and the sign behind it; false: none there, or its end is beyond the head. */
static bool take_string(struct evd_view *v, uint8_t sign, struct evd_view *text)
{
	size_t n = 1;

	*v = skip_blanks(*v);
	if (!v->len || v->p[0] != '"')
		return false;
	while (n < v->len && v->p[n] != '"')
		n += v->p[n] == '\\' ? 2 : 1;
	if (n >= v->len)
		return false;
	*text = evd_view_of(v->p + 1, n - 1);
	*v = skip_blanks(evd_view_of(v->p + n + 1, v->len - n - 1));
	if (!v->len || v->p[0] != sign)
		return false;
	*v = evd_view_of(v->p + 1, v->len - 1);
	return true;
}

/* The export of an account begins with what it is about and one of its lists, which may be longer than the head: 400
 * contacts fill it. */
static bool is_account(struct evd_view head)
{
	struct evd_view v = skip_marks(head), text;

	if (!v.len || v.p[0] != '{')
		return false;
	v = evd_view_of(v.p + 1, v.len - 1);
	if (!take_string(&v, ':', &text) || !evd_view_is(text, "about") ||
	    !take_string(&v, ',', &text) || !take_string(&v, ':', &text))
		return false;
	for (size_t i = 0; i < N_LISTS; i++)
		if (evd_view_is(text, lists[i]))
			return true;
	return false;
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	unsigned bits = 0;

	if (evd_chat_is_zip(head)) {
		if (in->n)
			evd_chat_zip_names(&in->source[0], see_name, &bits);
		return bits;
	}
	if (head.len == 0 || (head.p[0] != '{' && head.p[0] != 0xef))
		return 0;
	if (evd_chat_has(head, "\"from_id\"") && evd_chat_has(head, "\"text_entities\""))
		return 128;
	if (evd_chat_has(head, "\"messages\"") && evd_chat_has(head, "\"date_unixtime\""))
		return 112;
	if (is_account(head))
		return 112;
	if (evd_chat_has(head, "\"messages\"") && evd_chat_has(head, "\"from_id\"") &&
	    evd_chat_has(head, "\"date\""))
		return 88;
	return 0;
}

static int read_item(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	struct telegram own = {0};
	int r = chat_json_item(in, sink, "telegram", want, file, &own, err);

	evd_buf_release(&own.name);
	evd_buf_release(&own.type);
	evd_buf_release(&own.id);
	evd_buf_release(&own.again);
	return r;
}

const struct evd_format evd_format_chat_telegram = {
    .name = "chat-telegram",
    .version = "1",
    .spec = "Telegram Desktop result.json",
    .confirmed = false,
    .probe = probe,
    .read = read_item,
};
