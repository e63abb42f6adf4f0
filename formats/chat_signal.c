/*
 * chat_signal: Signal's plaintext export, main.jsonl: one protobuf-JSON Frame a line (libsignal
 * message-backup, Backup.proto). 64-bit numbers are strings, default values are left out.
 * Stage: read-out. docs/chats.md: disappearing messages are not in such an export, by design.
 */
#include "chat_signal_media.h"
#include "chat_signal_people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct signal {
	struct signal_people people;
	uint64_t frames_left; /* calls by a link */
	uint64_t settings;    /* sticker packs, folders, profiles of notification */
	bool said;
	struct signal_media media;
};

static const struct {
	const char *member;
	enum evd_chat_type type;
} kind[] = {
    {"standardMessage", EVD_CHAT_T_TEXT},
    {"contactMessage", EVD_CHAT_T_CONTACT},
    {"stickerMessage", EVD_CHAT_T_ATTACHMENT},
    {"remoteDeletedMessage", EVD_CHAT_T_DELETED},
    {"adminDeletedMessage", EVD_CHAT_T_DELETED},
    {"viewOnceMessage", EVD_CHAT_T_VIEW_ONCE},
    {"poll", EVD_CHAT_T_POLL},
    {"updateMessage", EVD_CHAT_T_SYSTEM},
    {"paymentNotification", EVD_CHAT_T_SYSTEM},
    {"giftBadge", EVD_CHAT_T_SYSTEM},
    {"directStoryReplyMessage", EVD_CHAT_T_TEXT},
};

static size_t content_of(const struct json_tree *t, size_t item, enum evd_chat_type *type)
{
	for (size_t i = 0; i < sizeof kind / sizeof *kind; i++) {
		size_t at = json_get(t, item, kind[i].member);

		if (at) {
			*type = kind[i].type;
			return at;
		}
	}
	*type = EVD_CHAT_T_UNSUPPORTED;
	return 0;
}

static struct evd_view body_of(const struct json_tree *t, size_t content, bool *has)
{
	size_t reply = content ? json_get(t, content, "textReply") : 0; /* to a story */
	size_t text = reply ? json_get(t, reply, "text") : content ? json_get(t, content, "text") : 0;
	size_t body = text ? json_get(t, text, "body") : 0;

	*has = body != 0;
	return json_text(t, body ? body : t->n);
}

static struct evd_view put_reactions(struct chat_json *g, size_t content, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	const struct signal *own = g->own;
	size_t list = content ? json_get(t, content, "reactions") : 0;

	evd_chat_list_reset(&g->list);
	for (size_t i = list ? json_first(t, list) : 0; i; i = json_next(t, list, i)) {
		struct evd_object *o = evd_chat_list_item(&g->list);
		const struct signal_person *who = NULL;
		int64_t id;

		if (!o)
			break;
		if (json_integer(t, json_get(t, i, "authorId"), &id))
			who = signal_find(&own->people, id);
		json_put(o, "reaction", t, json_get(t, i, "emoji"));
		json_put(o, "byId", t, json_get(t, i, "authorId"));
		if (who && who->label_len)
			evd_chat_text(o, "by", signal_label(&own->people, who));
		json_put(o, "timeRaw", t, json_get(t, i, "sentTimestamp"));
		if (evd_chat_list_put(&g->list, err))
			break;
	}
	return evd_chat_list_end(&g->list);
}

/* Older versions of an edited message, oldest first: rare in exports, so all of them. */
static struct evd_view put_revisions(struct chat_json *g, size_t item, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	size_t list = json_get(t, item, "revisions");

	evd_chat_list_reset(&g->more);
	for (size_t i = list ? json_first(t, list) : 0; i; i = json_next(t, list, i)) {
		struct evd_object *o = evd_chat_list_item(&g->more);
		size_t date = json_get(t, i, "dateSent");
		struct evd_chat_time when = {0};
		enum evd_chat_type type;
		int64_t ms;
		bool has;
		size_t content = content_of(t, i, &type);
		struct evd_view body = body_of(t, content, &has);

		if (!o)
			break;
		if (json_integer(t, date, &ms))
			evd_chat_time_epoch(&when, json_text(t, date), ms, EVD_CHAT_MILLI);
		evd_chat_put_time(o, "time", &when);
		if (has)
			evd_chat_text(o, "body", body);
		chat_json_put(g, o, "attachments", content ? json_get(t, content, "attachments") : 0);
		if (evd_chat_list_put(&g->more, err))
			break;
	}
	return evd_chat_list_end(&g->more);
}

static void put_quote(const struct json_tree *t, size_t content, struct evd_chat_message *m)
{
	size_t quote = content ? json_get(t, content, "quote") : 0, text;

	if (!quote)
		return;
	m->reply_to = json_text_of(t, quote, "targetSentTimestamp");
	text = json_get(t, quote, "text");
	m->reply_text = text ? json_text_of(t, text, "body") : m->reply_text;
}

/* What an updateMessage says is its only member's name. */
static void put_update(struct chat_json *g, size_t content, struct evd_chat_message *m)
{
	const struct json_tree *t = &g->tree;
	size_t what = content ? json_first(t, content) : 0;

	m->event = "service";
	if (content && !evd_view_is(json_key(t, content), "updateMessage")) {
		m->event_raw = json_key(t, content); /* a payment, a badge */
		return;
	}
	if (!what)
		return;
	m->event_raw = json_key(t, what);
	if (!evd_view_is(m->event_raw, "individualCall") && !evd_view_is(m->event_raw, "groupCall"))
		return;
	m->type = EVD_CHAT_T_CALL;
	m->event = NULL;
	evd_object_reset(&g->object);
	json_put(&g->object, "kind", t, json_get(t, what, "type"));
	json_put(&g->object, "state", t, json_get(t, what, "state"));
	json_put(&g->object, "callDirection", t, json_get(t, what, "direction"));
	json_put(&g->object, "startedRaw", t, json_get(t, what, "startedCallTimestamp"));
	evd_buf_reset(&g->text);
	evd_put_view(&g->text, chat_json_details(g)); /* its buffer is wanted again */
	m->call = evd_buf_view(&g->text);
}

/* When it came, and what became of it on the way to each recipient. */
static void put_way(struct chat_json *g, size_t item, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	size_t in = json_get(t, item, "incoming"), out = json_get(t, item, "outgoing");
	size_t list = out ? json_get(t, out, "sendStatus") : 0;
	struct evd_chat_time when = {0};
	struct evd_view all;
	int64_t ms;

	if (in && json_integer(t, json_get(t, in, "dateReceived"), &ms) && ms > 0) {
		evd_chat_time_epoch(&when, evd_view_of(NULL, 0), ms, EVD_CHAT_MILLI);
		evd_chat_put_time(&g->object, "received", &when);
	}
	if (in && json_integer(t, json_get(t, in, "dateServerSent"), &ms) && ms > 0) {
		evd_chat_time_epoch(&when, evd_view_of(NULL, 0), ms, EVD_CHAT_MILLI);
		evd_chat_put_time(&g->object, "serverSent", &when);
	}
	if (in) {
		json_put(&g->object, "read", t, json_get(t, in, "read"));
		json_put(&g->object, "sealedSender", t, json_get(t, in, "sealedSender"));
	}
	evd_chat_list_reset(&g->list);
	for (size_t i = list ? json_first(t, list) : 0; i; i = json_next(t, list, i)) {
		struct evd_object *o = evd_chat_list_item(&g->list);

		if (!o)
			continue;
		json_put(o, "byId", t, json_get(t, i, "recipientId"));
		json_put(o, "timeRaw", t, json_get(t, i, "timestamp"));
		for (size_t k = json_first(t, i); k; k = json_next(t, i, k)) {
			if (t->node[k].type != JSON_OBJECT)
				continue;
			evd_chat_text(o, "state", json_key(t, k));
			json_put(o, "sealedSender", t, json_get(t, k, "sealedSender"));
			json_put(o, "reason", t, json_get(t, k, "reason"));
		}
		if (evd_chat_list_put(&g->list, err))
			break;
	}
	all = evd_chat_list_end(&g->list);
	if (all.len)
		evd_object_raw(&g->object, "sendStatus", all);
}

static void put_choices(struct chat_json *g, size_t content, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	size_t list = json_get(t, content, "options");
	struct evd_view all;

	evd_chat_list_reset(&g->list);
	for (size_t i = list ? json_first(t, list) : 0; i; i = json_next(t, list, i)) {
		struct evd_object *o = evd_chat_list_item(&g->list);
		size_t votes = json_get(t, i, "votes");
		char n[16];

		if (!o)
			continue;
		json_put(o, "value", t, json_get(t, i, "option"));
		if (votes) {
			snprintf(n, sizeof n, "%u", t->node[votes].count);
			evd_object_cstr(o, "votes", n);
		}
		if (evd_chat_list_put(&g->list, err))
			break;
	}
	all = evd_chat_list_end(&g->list);
	if (all.len)
		evd_object_raw(&g->object, "pollAnswers", all);
}

static void rest_of(struct chat_json *g, size_t at, const char *const *read)
{
	if (at)
		chat_json_rest(g, at, read);
}

/* What is said of each attachment beside what its own record shows, by its number in `attachments`. */
static void put_attachments(struct chat_json *g, size_t list, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	struct evd_view all;
	uint64_t n = 0;

	evd_chat_list_reset(&g->list);
	for (size_t i = json_first(t, list); i; i = json_next(t, list, i)) {
		struct evd_object *o = evd_chat_list_item(&g->list);
		size_t pointer = json_get(t, i, "pointer");

		if (!o)
			break;
		evd_object_int(o, "n", ++n);
		json_put(o, "flag", t, json_get(t, i, "flag"));
		json_put(o, "downloaded", t, json_get(t, i, "wasDownloaded"));
		if (pointer) {
			json_put(o, "caption", t, json_get(t, pointer, "caption"));
			json_put(o, "width", t, json_get(t, pointer, "width"));
			json_put(o, "height", t, json_get(t, pointer, "height"));
		}
		if (o->n > 1 && evd_chat_list_put(&g->list, err))
			break;
	}
	all = evd_chat_list_end(&g->list);
	if (all.len)
		evd_object_raw(&g->object, "attachments", all);
}

static struct evd_view put_details(struct chat_json *g, size_t item, size_t content,
                                   enum evd_chat_type type, struct evd_error *err)
{
	static const char *const of_in[] = {"dateReceived", "dateServerSent", "read", "sealedSender",
	                                    NULL};
	static const char *const of_out[] = {"sendStatus", NULL};
	static const char *const of_sticker[] = {"data", NULL};
	static const char *const of_reply[] = {"text", "longText", NULL};
	static const char *const none[] = {NULL};
	static const char *const of_item[] = {"chatId",
	                                      "authorId",
	                                      "dateSent",
	                                      "incoming",
	                                      "outgoing",
	                                      "directionless",
	                                      "revisions",
	                                      "standardMessage",
	                                      "contactMessage",
	                                      "stickerMessage",
	                                      "remoteDeletedMessage",
	                                      "viewOnceMessage",
	                                      "poll",
	                                      "updateMessage",
	                                      "directStoryReplyMessage",
	                                      "adminDeletedMessage",
	                                      "paymentNotification",
	                                      "giftBadge",
	                                      NULL};
	static const char *const of_content[] = {"text",      "textReply",   "quote",
	                                         "reactions", "attachments", "sticker",
	                                         "longText",  "question",    NULL};
	static const char *const of_text[] = {"body", NULL};
	static const char *const of_quote[] = {"targetSentTimestamp", "text", NULL};
	const struct json_tree *t = &g->tree;
	size_t text = content ? json_get(t, content, "text") : 0,
	       quote = content ? json_get(t, content, "quote") : 0,
	       reply = content ? json_get(t, content, "textReply") : 0,
	       files = content ? json_get(t, content, "attachments") : 0;

	if (reply)
		text = json_get(t, reply, "text");
	evd_object_reset(&g->object);
	put_way(g, item, err);
	if (files)
		put_attachments(g, files, err);
	if (type == EVD_CHAT_T_POLL && content)
		put_choices(g, content, err);
	chat_json_rest_begin(g);
	chat_json_rest(g, item, of_item);
	rest_of(g, json_get(t, item, "incoming"), of_in);
	rest_of(g, json_get(t, item, "outgoing"), of_out);
	rest_of(g, json_get(t, item, "directionless"), none);
	if (content) {
		chat_json_rest(g, content, of_content);
		rest_of(g, json_get(t, content, "sticker"), of_sticker);
		rest_of(g, reply, of_reply);
	}
	if (text)
		chat_json_rest(g, text, of_text);
	if (quote)
		chat_json_rest(g, quote, of_quote);
	chat_json_rest_end(g);
	return chat_json_details(g);
}

/* The text beyond 2 KiB is a file. */
static size_t long_text(const struct json_tree *t, size_t content)
{
	size_t reply = content ? json_get(t, content, "textReply") : 0;

	return reply ? json_get(t, reply, "longText") : content ? json_get(t, content, "longText") : 0;
}

static int attach_pointer(struct chat_json *g, struct evd_chat_conv *conv, size_t pointer,
                          struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	struct signal *own = g->own;
	struct evd_chat_attachment a = {.state = EVD_CHAT_S_NOT_EXPORTED};
	size_t locator = pointer ? json_get(t, pointer, "locatorInfo") : 0;
	int64_t size;
	int r = 0;

	if (pointer) {
		a.media = json_text_of(t, pointer, "contentType");
		a.name = json_text_of(t, pointer, "fileName");
		r = signal_media_match(g, &own->media, pointer, &a, err);
	}
	if (locator && json_integer(t, json_get(t, locator, "size"), &size) && size >= 0) {
		a.has_size = true;
		a.size = (uint64_t)size;
	}
	return r ? r : evd_chat_attach(&g->chat, conv, &a, err);
}

static int attach(struct chat_json *g, struct evd_chat_conv *conv, size_t at, struct evd_error *err)
{
	size_t pointer = json_get(&g->tree, at, "pointer");

	return attach_pointer(g, conv, pointer ? pointer : json_get(&g->tree, at, "data"), err);
}

static int attach_all(struct chat_json *g, struct evd_chat_conv *conv, size_t content,
                      struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	size_t list = content ? json_get(t, content, "attachments") : 0;
	size_t sticker = content ? json_get(t, content, "sticker") : 0;
	size_t rest = long_text(t, content);
	int r = sticker ? attach(g, conv, sticker, err) : 0;

	if (r == 0 && rest)
		r = attach_pointer(g, conv, rest, err);
	for (size_t i = list ? json_first(t, list) : 0; i && r == 0; i = json_next(t, list, i))
		r = attach(g, conv, i, err);
	return r;
}

/* Words under the first attachment that has some; `details` have those of each. */
static struct evd_view caption_of(const struct json_tree *t, size_t content)
{
	size_t list = content ? json_get(t, content, "attachments") : 0;
	struct evd_view v = {NULL, 0};

	for (size_t i = list ? json_first(t, list) : 0; i && !v.len; i = json_next(t, list, i)) {
		size_t pointer = json_get(t, i, "pointer");

		v = pointer ? json_text_of(t, pointer, "caption") : v;
	}
	return v;
}

static unsigned put_date(const struct json_tree *t, size_t date, struct evd_chat_time *when)
{
	int64_t ms;

	if (json_integer(t, date, &ms))
		evd_chat_time_epoch(when, json_text(t, date), ms, EVD_CHAT_MILLI);
	if (!date || when->has_utc)
		return 0;
	when->raw = json_text(t, date);
	return EVD_CHAT_F_IMPOSSIBLE_TIME;
}

/* An edited message bears the newest version's date; the one it was sent with is that of the oldest, which stands first
 * in `revisions` (Backup.proto, and libsignal's incoming-message-with-edits.jsonproto). */
static void set_time(const struct json_tree *t, size_t item, struct evd_chat_message *m)
{
	size_t date = json_get(t, item, "dateSent"), list = json_get(t, item, "revisions");
	size_t oldest = list ? json_first(t, list) : 0;
	size_t first = oldest ? json_get(t, oldest, "dateSent") : 0;
	int64_t sent, edit;

	if (first && json_integer(t, first, &sent)) {
		m->flags |= put_date(t, date, &m->edit_time);
		if (json_integer(t, date, &edit) && edit < sent)
			m->flags |= EVD_CHAT_F_TIMES_DISAGREE;
		date = first;
	}
	m->id = json_text(t, date ? date : t->n);
	m->flags |= put_date(t, date, &m->time);
}

static int chat_item(struct chat_json *g, size_t item, struct evd_error *err)
{
	struct signal *own = g->own;
	const struct json_tree *t = &g->tree;
	struct evd_chat_message m = {0};
	size_t content = content_of(t, item, &m.type);
	const struct signal_person *who = NULL;
	struct evd_chat_conv *conv;
	int64_t id;
	int r = signal_conversation(g, &own->people, json_text_of(t, item, "chatId"), &conv, err);

	if (r)
		return r;
	chat_json_place(g, &m);
	if (json_integer(t, json_get(t, item, "authorId"), &id))
		who = signal_find(&own->people, id);
	m.sender = signal_label(&own->people, who);
	m.number = signal_number(&own->people, who);
	m.handle = signal_handle(&own->people, who);
	if (!m.handle.len && !m.number.len && !m.sender.len)
		m.handle = json_text_of(t, item, "authorId");
	m.direction = json_get(t, item, "incoming")   ? "in"
	              : json_get(t, item, "outgoing") ? "out"
	                                              : NULL;
	set_time(t, item, &m);
	m.body = body_of(t, content, &m.has_body);
	put_quote(t, content, &m);
	if (m.type == EVD_CHAT_T_SYSTEM)
		put_update(g, content, &m);
	else if (m.type == EVD_CHAT_T_TEXT && !m.has_body && content &&
	         json_get(t, content, "attachments"))
		m.type = EVD_CHAT_T_ATTACHMENT;
	else if (m.type == EVD_CHAT_T_POLL && content) {
		m.has_body = json_get(t, content, "question") != 0;
		m.body = json_text_of(t, content, "question");
	}
	m.flags |= content ? 0u : EVD_CHAT_F_UNKNOWN_TYPE;
	m.details = put_details(g, item, content, m.type, err); /* its lists are wanted again */
	m.reactions = put_reactions(g, content, err);
	m.revisions = put_revisions(g, item, err);
	m.edited = m.revisions.len != 0;
	if (long_text(t, content))
		m.flags |= EVD_CHAT_F_BODY_CUT;
	m.caption = caption_of(t, content);
	r = evd_chat_message(&g->chat, conv, &m, err);
	return r ? r : attach_all(g, conv, content, err);
}

static int frame(struct chat_json *g, bool *any, struct evd_error *err)
{
	static const char *const known[] = {"account",
	                                    "recipient",
	                                    "chat",
	                                    "chatItem",
	                                    "stickerPack",
	                                    "adHocCall",
	                                    "notificationProfile",
	                                    "chatFolder",
	                                    "version",
	                                    "backupTimeMs",
	                                    "mediaRootBackupKey",
	                                    "currentAppVersion",
	                                    "firstAppVersion",
	                                    "debugInfo",
	                                    NULL};
	const struct json_tree *t = &g->tree;
	struct signal *own = g->own;
	size_t at;

	chat_json_known(g, 0, known);
	*any = true;
	if ((at = json_get(t, 0, "recipient")))
		return signal_recipient(g, &own->people, at, err);
	if ((at = json_get(t, 0, "chat")))
		return signal_chat(g, &own->people, at, err);
	if ((at = json_get(t, 0, "chatItem")))
		return chat_item(g, at, err);
	if ((at = json_get(t, 0, "account")))
		return signal_account(g, &own->people, at, err);
	own->frames_left += json_get(t, 0, "adHocCall") != 0;
	own->settings += json_get(t, 0, "stickerPack") || json_get(t, 0, "notificationProfile") ||
	                 json_get(t, 0, "chatFolder");
	return 0;
}

static int file(struct chat_json *g, struct evd_view name, struct evd_error *err)
{
	struct signal *own = g->own;
	bool any = false;
	int r = 0;

	(void)name;
	g->pull.lines = true;
	while (r == 0) {
		struct evd_error why;
		enum json_token t;

		r = json_pull_next(&g->pull, &t, err);
		if (r || t == JSON_END)
			break;
		r = json_tree_read(&g->tree, &g->pull, t, &why);
		if (r == EVD_E_LIMIT)
			r = evd_chat_unread(&g->chat, NULL, "limit", g->pull.from, g->pull.to - g->pull.from,
			                    err, "%s", why.text);
		else if (r)
			return evd_fail(err, r, "%s", why.text);
		else if (t == JSON_OBJECT)
			r = frame(g, &any, err);
	}
	if (r == 0 && own->frames_left)
		r = evd_chat_observe(&g->chat, NULL, "rows-without-message", err,
		                     "%llu calls by a link (adHocCall) belong to no chat and are not shown",
		                     (unsigned long long)own->frames_left);
	if (r == 0 && own->settings)
		r = evd_chat_observe(
		    &g->chat, NULL, "lists-not-read", err,
		    "%llu sticker packs, folders of chats and profiles of notification are "
		    "not shown",
		    (unsigned long long)own->settings);
	if (r == 0 && own->people.facts_cut)
		r = evd_chat_unread(&g->chat, NULL, "limit", 0, 0, err,
		                    "of people and chats more is said than is kept: some stand without "
		                    "further facts");
	own->frames_left = own->settings = 0;
	own->people.facts_cut = false;
	if (r == 0 && any && !own->said) {
		own->said = true;
		r = evd_chat_observe(&g->chat, NULL, "left-out-by-design", err,
		                     "Signal leaves out messages with a timer and view-once media");
	}
	return r;
}

static bool want(void *ctx, struct evd_view name)
{
	(void)ctx;
	return evd_chat_ends(name, ".jsonl");
}

static void see_name(void *ctx, struct evd_view name)
{
	unsigned *bits = ctx;

	if (evd_view_is(evd_chat_base(name), "main.jsonl"))
		*bits = 80;
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	unsigned bits = 0;

	if (evd_chat_is_zip(head)) {
		if (in->n)
			evd_chat_zip_names(&in->source[0], see_name, &bits);
		return bits;
	}
	if (head.len == 0 || head.p[0] != '{')
		return 0;
	if (evd_chat_has(head, "\"backupTimeMs\""))
		return 112;
	return evd_chat_has(head, "{\"recipient\":") && evd_chat_has(head, "{\"chat\":") ? 96 : 0;
}

static int read_item(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	struct signal own = {0};
	int r;

	signal_people_init(&own.people);
	r = chat_json_item(in, sink, "signal", want, file, &own, err);
	signal_people_release(&own.people);
	signal_media_release(&own.media);
	return r;
}

const struct evd_format evd_format_chat_signal = {
    .name = "chat-signal",
    .version = "1",
    .spec = "Signal plaintext export, main.jsonl (Backup.proto as JSON)",
    .confirmed = false,
    .probe = probe,
    .read = read_item,
    .warm = signal_media_warm,
};
