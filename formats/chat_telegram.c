/*
 * chat_telegram: Telegram Desktop's result.json, one chat or the whole account (docs/chats.md).
 * Follows what Telegram Desktop writes (export_output_json.cpp). Streams: memory does not grow with
 * the file but for the ids held to find doubles. Stage: read-out.
 */
#include "chat_json.h"

#include <string.h>

struct telegram {
	struct evd_chat_conv *conv;
	struct evd_buf name, type, id;
	unsigned n_chats; /* chats of a whole account have no key of their own */
};

static const char *const known[] = {"id",
                                    "type",
                                    "date",
                                    "date_unixtime",
                                    "edited",
                                    "edited_unixtime",
                                    "from",
                                    "from_id",
                                    "actor",
                                    "actor_id",
                                    "action",
                                    "author",
                                    "forwarded_from",
                                    "forwarded_from_id",
                                    "saved_from",
                                    "via_bot",
                                    "reply_to_message_id",
                                    "reply_to_peer_id",
                                    "text",
                                    "text_entities",
                                    "photo",
                                    "photo_file_size",
                                    "file",
                                    "file_name",
                                    "file_size",
                                    "thumbnail",
                                    "thumbnail_file_size",
                                    "media_type",
                                    "mime_type",
                                    "duration_seconds",
                                    "self_destruct_period_seconds",
                                    "contact_information",
                                    "contact_vcard",
                                    "location_information",
                                    "live_location_period_seconds",
                                    "poll",
                                    "todo_list",
                                    "reactions",
                                    "inline_bot_buttons",
                                    "width",
                                    "height",
                                    "sticker_emoji",
                                    "performer",
                                    "title",
                                    "members",
                                    "discard_reason",
                                    "inviter",
                                    "message_id",
                                    "place_name",
                                    "address",
                                    "emoticon",
                                    "period",
                                    "media_spoiler",
                                    NULL};

/* "text" is a string, or strings and objects with a "text" one after the other. */
static void put_body(struct chat_json *g, struct evd_chat_message *m)
{
	size_t at = json_get(&g->tree, 0, "text"), i;

	if (!at)
		return;
	m->has_body = true;
	if (g->tree.node[at].type != JSON_ARRAY) {
		m->body = json_text(&g->tree, at);
		return;
	}
	evd_buf_reset(&g->text);
	for (i = json_first(&g->tree, at); i; i = json_next(&g->tree, at, i))
		evd_put_view(&g->text, g->tree.node[i].type == JSON_OBJECT
		                           ? json_text_of(&g->tree, i, "text")
		                           : json_text(&g->tree, i));
	m->body = evd_buf_view(&g->text);
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
		if (evd_view_is(action, "phone_call") || evd_view_is(action, "group_call")) {
			m->type = EVD_CHAT_T_CALL;
			m->event = NULL;
		}
	} else if (!evd_view_is(type, "message")) {
		m->flags |= EVD_CHAT_F_UNKNOWN_TYPE;
	}
}

/* Where words of the text lead and the text itself does not show: addresses behind them, accounts named. */
static void put_links(struct chat_json *g, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	size_t list = json_get(t, 0, "text");

	evd_chat_list_reset(&g->more);
	for (size_t i = list ? json_first(t, list) : 0; i; i = json_next(t, list, i)) {
		size_t href = json_get(t, i, "href"), user = json_get(t, i, "user_id");
		struct evd_object *o;

		if (t->node[i].type != JSON_OBJECT || (!href && !user))
			continue;
		o = evd_chat_list_item(&g->more);
		if (!o)
			continue;
		json_put(o, "text", t, json_get(t, i, "text"));
		json_put(o, "href", t, href);
		json_put(o, "userId", t, user);
		if (evd_chat_list_put(&g->more, err))
			break;
	}
	if (g->more.n)
		evd_object_raw(&g->object, "links", evd_chat_list_end(&g->more));
}

/* What may be chosen in a poll, what stands in a list of things to do. */
static void put_choices(struct chat_json *g, const char *of, const char *key, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	size_t at = json_get(t, 0, of), list = at ? json_get(t, at, "answers") : 0;

	evd_chat_list_reset(&g->more);
	for (size_t i = list ? json_first(t, list) : 0; i; i = json_next(t, list, i)) {
		struct evd_object *o = evd_chat_list_item(&g->more);

		if (!o)
			continue;
		json_put(o, "text", t, json_get(t, i, "text"));
		json_put(o, "id", t, json_get(t, i, "id"));
		json_put(o, "voters", t, json_get(t, i, "voters"));
		json_put(o, "chosen", t, json_get(t, i, "chosen"));
		if (evd_chat_list_put(&g->more, err))
			break;
	}
	if (g->more.n)
		evd_object_raw(&g->object, key, evd_chat_list_end(&g->more));
}

/* Buttons under a message of a bot, row by row. */
static void put_buttons(struct chat_json *g, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	size_t rows = json_get(t, 0, "inline_bot_buttons");

	evd_chat_list_reset(&g->more);
	for (size_t r = rows ? json_first(t, rows) : 0; r; r = json_next(t, rows, r))
		for (size_t i = json_first(t, r); i; i = json_next(t, r, i)) {
			struct evd_object *o = evd_chat_list_item(&g->more);

			if (!o)
				continue;
			json_put(o, "type", t, json_get(t, i, "type"));
			json_put(o, "text", t, json_get(t, i, "text"));
			json_put(o, "data", t, json_get(t, i, "data"));
			if (evd_chat_list_put(&g->more, err))
				return;
		}
	if (g->more.n)
		evd_object_raw(&g->object, "buttons", evd_chat_list_end(&g->more));
}

static struct evd_view put_details(struct chat_json *g, struct evd_error *err)
{
	static const char *const keep[][2] = {{"action", "action"},
	                                      {"discard_reason", "discardReason"},
	                                      {"duration_seconds", "durationSeconds"},
	                                      {"media_type", "mediaType"},
	                                      {"self_destruct_period_seconds", "selfDestructSeconds"},
	                                      {"via_bot", "viaBot"},
	                                      {"author", "author"},
	                                      {"saved_from", "savedFrom"},
	                                      {"title", "title"},
	                                      {"inviter", "inviter"},
	                                      {"reply_to_peer_id", "replyToPeer"},
	                                      {"place_name", "place"},
	                                      {"address", "address"}};
	const struct json_tree *t = &g->tree;
	size_t at;

	evd_object_reset(&g->object);
	for (size_t i = 0; i < sizeof keep / sizeof *keep; i++)
		json_put(&g->object, keep[i][1], t, json_get(t, 0, keep[i][0]));
	at = json_get(t, 0, "location_information");
	json_put(&g->object, "latitude", t, at ? json_get(t, at, "latitude") : 0);
	json_put(&g->object, "longitude", t, at ? json_get(t, at, "longitude") : 0);
	at = json_get(t, 0, "contact_information");
	json_put(&g->object, "contactFirstName", t, at ? json_get(t, at, "first_name") : 0);
	json_put(&g->object, "contactLastName", t, at ? json_get(t, at, "last_name") : 0);
	json_put(&g->object, "contactNumber", t, at ? json_get(t, at, "phone_number") : 0);
	at = json_get(t, 0, "poll");
	json_put(&g->object, "pollQuestion", t, at ? json_get(t, at, "question") : 0);
	put_choices(g, "poll", "pollAnswers", err);
	at = json_get(t, 0, "todo_list");
	json_put(&g->object, "todoTitle", t, at ? json_get(t, at, "title") : 0);
	put_choices(g, "todo_list", "todoItems", err);
	put_links(g, err);
	put_buttons(g, err);
	return chat_json_details(g);
}

/* The question of a poll and the title of a list are what was said: found and shown like a caption. */
static void put_heading(struct chat_json *g, struct evd_chat_message *m)
{
	const struct json_tree *t = &g->tree;
	size_t poll = json_get(t, 0, "poll"), todo = json_get(t, 0, "todo_list");

	if (poll)
		m->caption = json_text_of(t, poll, "question");
	else if (todo)
		m->caption = json_text_of(t, todo, "title");
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
	}
	return evd_chat_attach(&g->chat, conv, &a, err);
}

static int message(struct chat_json *g, struct evd_error *err)
{
	struct telegram *own = g->own;
	const struct json_tree *t = &g->tree;
	struct evd_chat_message m = {0};
	int r;

	chat_json_known(g, 0, known);
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
	m.reactions = put_reactions(g, err);
	m.details = put_details(g, err);
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

static int one_member(struct chat_json *g, struct telegram *own, unsigned depth, bool *late,
                      struct evd_error *err)
{
	struct evd_buf *b = json_pull_is(&g->pull, "name")   ? &own->name
	                    : json_pull_is(&g->pull, "type") ? &own->type
	                    : json_pull_is(&g->pull, "id")   ? &own->id
	                                                     : NULL;
	bool messages = json_pull_is(&g->pull, "messages");
	bool lists = json_pull_is(&g->pull, "list") || json_pull_is(&g->pull, "chats") ||
	             json_pull_is(&g->pull, "left_chats");
	enum json_token t;
	int r = json_pull_next(&g->pull, &t, err);

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
	if (!lists || depth > 4)
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

static int file(struct chat_json *g, struct evd_view name, struct evd_error *err)
{
	enum json_token t;
	int r = json_pull_next(&g->pull, &t, err);

	(void)name;
	if (r)
		return r;
	if (t != JSON_OBJECT)
		return evd_fail(err, EVD_E_FORMAT, "not an object");
	r = walk(g, 0, err);
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
	if (evd_chat_has(head, "\"personal_information\"") &&
	    evd_chat_has(head, "\"frequent_contacts\""))
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
