/*
 * chat_discord: DiscordChatExporter's JSON, and messages.json of Discord's own data package, which
 * holds the requesting user's own messages only (docs/chats.md); what is no JSON is read by
 * chat_discord_csv and chat_discord_txt. Stage: read-out.
 */
#include "chat_discord_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DISCORD_EPOCH INT64_C(1420070400000) /* ms; an id is ms << 22 since then */

struct discord {
	struct evd_chat_conv *conv;
	struct evd_buf guild, channel, channel_id, kind;
	struct evd_object
	    facts; /* of the export: when it was made, from when to when, where the channel stands */
	struct evd_buf facts_json;
	bool package;
	uint64_t claimed;
	bool has_claim;
	struct discord_files files;
	bool surveyed;
};

static const char *const known[] = {"id", "type", "timestamp", "timestampEdited",
                                    "callEndedTimestamp", "isPinned", "content", "author",
                                    "attachments", "embeds", "stickers", "reactions", "mentions",
                                    "reference", "forwardedMessage", "interaction", "inlineEmojis",
                                    /* the data package */
                                    "ID", "Timestamp", "Contents", "Attachments", NULL};

static void keep(struct evd_buf *b, struct evd_view v)
{
	evd_buf_reset(b);
	evd_put_view(b, v);
}

static struct evd_view put_reactions(struct chat_json *g, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	size_t list = json_get(t, 0, "reactions");

	evd_chat_list_reset(&g->list);
	for (size_t i = list ? json_first(t, list) : 0; i; i = json_next(t, list, i)) {
		size_t emoji = json_get(t, i, "emoji"), users = json_get(t, i, "users");
		size_t who = users ? json_first(t, users) : 0;

		do {
			struct evd_object *o = evd_chat_list_item(&g->list);

			if (!o)
				break;
			if (emoji)
				json_put(o, "reaction", t, json_get(t, emoji, "name"));
			json_put(o, "count", t, json_get(t, i, "count"));
			if (who) {
				json_put(o, "by", t, json_get(t, who, "name"));
				json_put(o, "byId", t, json_get(t, who, "id"));
				who = json_next(t, users, who);
			}
			if (evd_chat_list_put(&g->list, err))
				break;
		} while (who);
	}
	return evd_chat_list_end(&g->list);
}

void discord_check_id(struct evd_chat_message *m)
{
	int64_t id, ms;

	if (!evd_chat_integer(m->id, &id) || id < INT64_C(1) << 40 || !m->time.has_utc)
		return;
	ms = (id >> 22) + DISCORD_EPOCH;
	if (ms - m->time.utc_ms > 1000 || m->time.utc_ms - ms > 1000)
		m->flags |= EVD_CHAT_F_TIMES_DISAGREE;
}

enum kind { KIND_WORDS, KIND_APP, KIND_CALL, KIND_NOTICE, KIND_UNKNOWN };

/* The exporter writes the names that it has (MessageKind.cs) and of other kinds the number. Which numbers Discord itself
 * makes, is told by Discord's list of message types and by discord.js, NonSystemMessageType: 20 and 23 are what an app
 * says when it is called; 21 is Discord's to the one and a message to discord.py, is_system. */
static enum kind kind_of_number(int64_t type)
{
	switch (type) {
	case 0:
	case 19: return KIND_WORDS;
	case 20:
	case 23: return KIND_APP;
	case 3: return KIND_CALL;
	case 22:
	case 44:
	case 46: return KIND_NOTICE;
	default:
		return (type >= 1 && type <= 18) || (type >= 24 && type <= 32) || (type >= 36 && type <= 39)
		           ? KIND_NOTICE
		           : KIND_UNKNOWN;
	}
}

static enum kind kind_of(const struct json_tree *t)
{
	static const char *const notice[] = {
	    "RecipientAdd",         "RecipientRemove", "ChannelNameChange", "ChannelIconChange",
	    "ChannelPinnedMessage", "GuildMemberJoin", "ThreadCreated"};
	struct evd_view type = json_text_of(t, 0, "type");
	int64_t number;

	if (!type.len || evd_view_is(type, "Default") || evd_view_is(type, "Reply"))
		return KIND_WORDS;
	if (evd_view_is(type, "Call"))
		return KIND_CALL;
	for (size_t i = 0; i < sizeof notice / sizeof *notice; i++)
		if (evd_view_is(type, notice[i]))
			return KIND_NOTICE;
	return evd_chat_integer(type, &number) ? kind_of_number(number) : KIND_UNKNOWN;
}

static void set_type(const struct json_tree *t, struct evd_chat_message *m)
{
	enum kind kind = kind_of(t);
	size_t attachments = json_get(t, 0, "attachments"), stickers = json_get(t, 0, "stickers");

	m->flags |= kind == KIND_UNKNOWN ? EVD_CHAT_F_UNKNOWN_TYPE : 0u;
	if (kind == KIND_CALL) {
		m->type = EVD_CHAT_T_CALL;
		m->call = evd_view_str("{}");
	} else if (kind == KIND_NOTICE) {
		m->type = EVD_CHAT_T_SYSTEM;
		m->event = "service";
		m->event_raw = json_text_of(t, 0, "type");
	} else if (!m->body.len &&
	           ((attachments && json_first(t, attachments)) ||
	            (stickers && json_first(t, stickers)) || json_text_of(t, 0, "Attachments").len)) {
		m->type = EVD_CHAT_T_ATTACHMENT;
	}
}

static bool is_forward(const struct json_tree *t)
{
	size_t reference = json_get(t, 0, "reference");

	return json_get(t, 0, "forwardedMessage") ||
	       (reference && evd_view_is(json_text_of(t, reference, "type"), "Forward"));
}

static struct evd_view put_details(struct chat_json *g)
{
	static const char *const read[] = {"id",
	                                   "type",
	                                   "timestamp",
	                                   "timestampEdited",
	                                   "callEndedTimestamp",
	                                   "isPinned",
	                                   "content",
	                                   "author",
	                                   "attachments",
	                                   "stickers",
	                                   "reactions",
	                                   "inlineEmojis",
	                                   "ID",
	                                   "Timestamp",
	                                   "Contents",
	                                   "Attachments",
	                                   NULL};
	/* how he is drawn is not shown */
	static const char *const of_author[] = {
	    "id", "name", "nickname", "isBot", "discriminator", "color", "avatarUrl", NULL};
	const struct json_tree *t = &g->tree;
	size_t author = json_get(t, 0, "author");
	enum kind kind = kind_of(t);

	evd_object_reset(&g->object);
	if (kind == KIND_APP || kind == KIND_UNKNOWN)
		json_put(&g->object, "type", t, json_get(t, 0, "type"));
	json_put(&g->object, "pinned", t, json_get(t, 0, "isPinned"));
	json_put(&g->object, "callEnded", t, json_get(t, 0, "callEndedTimestamp"));
	if (author) {
		json_put(&g->object, "nickname", t, json_get(t, author, "nickname"));
		json_put(&g->object, "isBot", t, json_get(t, author, "isBot"));
		json_put(&g->object, "discriminator", t, json_get(t, author, "discriminator"));
	}
	chat_json_rest_begin(g);
	chat_json_rest(g, 0, read);
	if (author)
		chat_json_rest(g, author, of_author);
	chat_json_rest_end(g);
	return chat_json_details(g);
}

static int stickers(struct chat_json *g, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	struct discord *own = g->own;
	size_t list = json_get(t, 0, "stickers");
	int r = 0;

	for (size_t i = list ? json_first(t, list) : 0; i && r == 0; i = json_next(t, list, i)) {
		struct evd_chat_attachment a = {.name = json_text_of(t, i, "name"),
		                                .media = json_text_of(t, i, "format"),
		                                .note = json_text_of(t, i, "sourceUrl"),
		                                .state = EVD_CHAT_S_REMOTE};

		r = evd_chat_attach(&g->chat, own->conv, &a, err);
	}
	return r;
}

/* "Attachments" of the data package: addresses with blanks between them. */
static int attach_package(struct chat_json *g, struct evd_error *err)
{
	struct evd_view all = json_text_of(&g->tree, 0, "Attachments");
	struct discord *own = g->own;
	size_t at = 0;
	int r = 0;

	while (at < all.len && r == 0) {
		struct evd_chat_attachment a = {.state = EVD_CHAT_S_REMOTE};
		size_t end = at;

		while (end < all.len && all.p[end] != ' ')
			end++;
		a.note = evd_view_of(all.p + at, end - at);
		a.name = evd_chat_base(a.note);
		if (end > at)
			r = evd_chat_attach(&g->chat, own->conv, &a, err);
		at = end + 1;
	}
	return r;
}

static int attach(struct chat_json *g, size_t list, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	struct discord *own = g->own;
	int r = 0;

	for (size_t i = list ? json_first(t, list) : 0; i && r == 0; i = json_next(t, list, i)) {
		struct evd_chat_attachment a = {.name = json_text_of(t, i, "fileName"),
		                                .note = json_text_of(t, i, "url")};
		struct evd_view url = a.note;
		int64_t size;

		if (json_integer(t, json_get(t, i, "fileSizeBytes"), &size) && size >= 0) {
			a.has_size = true;
			a.size = (uint64_t)size;
		}
		if (url.len > 8 && memcmp(url.p, "https://", 8) == 0) {
			a.state = EVD_CHAT_S_REMOTE;
		} else {
			struct evd_view shown = a.name;

			a.name = url.len ? url : shown;
			evd_chat_index_match(&g->index, &a);
			a.note = shown;
		}
		r = evd_chat_attach(&g->chat, own->conv, &a, err);
	}
	return r;
}

static int message(struct chat_json *g, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	struct discord *own = g->own;
	size_t author = json_get(t, 0, "author"), reference = json_get(t, 0, "reference");
	size_t forwarded = json_get(t, 0, "forwardedMessage");
	struct evd_view when = json_text_of(t, 0, own->package ? "Timestamp" : "timestamp");
	struct evd_view edit = json_text_of(t, 0, "timestampEdited");
	size_t body = json_get(t, 0, own->package ? "Contents" : "content");
	struct evd_chat_message m = {.id = json_text_of(t, 0, own->package ? "ID" : "id")};
	int r;

	chat_json_known(g, 0, known);
	chat_json_place(g, &m);
	if (author) {
		m.sender = json_text_of(t, author, "name");
		m.handle = json_text_of(t, author, "id");
	}
	if (own->package)
		m.direction = "out";
	if (when.len && !evd_chat_time_iso(&m.time, when, EVD_CHAT_FROM_NONE))
		m.flags |= EVD_CHAT_F_IMPOSSIBLE_TIME;
	if (edit.len) {
		m.edited = true;
		if (!evd_chat_time_iso(&m.edit_time, edit, EVD_CHAT_FROM_NONE))
			m.flags |= EVD_CHAT_F_IMPOSSIBLE_TIME;
	}
	discord_check_id(&m);
	m.has_body = body != 0;
	m.body = json_text(t, body ? body : t->n);
	set_type(t, &m);
	if (forwarded && !m.body.len) { /* what Discord shows is the message that was passed on */
		m.has_body = json_get(t, forwarded, "content") != 0;
		m.body = json_text_of(t, forwarded, "content");
	}
	m.is_forwarded = is_forward(t);
	if (reference && m.is_forwarded)
		m.forwarded = json_text_of(t, reference, "messageId");
	else if (reference)
		m.reply_to = json_text_of(t, reference, "messageId");
	m.reactions = put_reactions(g, err);
	m.details = put_details(g);
	r = evd_chat_message(&g->chat, own->conv, &m, err);
	if (r == 0)
		r = attach(g, json_get(t, 0, "attachments"), err);
	if (r == 0 && forwarded)
		r = attach(g, json_get(t, forwarded, "attachments"), err);
	if (r == 0)
		r = stickers(g, err);
	return r ? r : attach_package(g, err);
}

static int begin(struct chat_json *g, struct evd_view name, struct evd_error *err)
{
	struct discord *own = g->own;
	struct evd_view key = own->channel_id.len ? evd_buf_view(&own->channel_id) : name;
	struct evd_chat_info info = {.title = evd_buf_view(&own->channel),
	                             .id = evd_buf_view(&own->channel_id),
	                             .kind_raw = evd_buf_view(&own->kind),
	                             .account = evd_buf_view(&own->guild),
	                             .form = "chat-exporter"};

	evd_buf_reset(&own->facts_json);
	if (own->facts.n && evd_object_write(&own->facts, &own->facts_json, NULL) == 0)
		info.details = evd_buf_view(&own->facts_json);

	own->conv = evd_chat_find(&g->chat, key);
	if (own->conv)
		return 0;
	return evd_chat_begin(&g->chat, key, &info, &own->conv, err);
}

static int header_member(struct chat_json *g, enum json_token t, struct evd_view key,
                         struct evd_error *err)
{
	struct discord *own = g->own;
	bool guild = evd_view_is(key, "guild"), channel = evd_view_is(key, "channel");
	bool range = evd_view_is(key, "dateRange"), made = evd_view_is(key, "exportedAt");
	int64_t n;
	int r;

	if (!guild && !channel && !range && !evd_view_is(key, "messageCount") && !made) {
		chat_json_unknown(g, key);
		return json_pull_skip(&g->pull, t, err);
	}
	r = json_tree_read(&g->tree, &g->pull, t, err);
	if (r)
		return r;
	if (guild) {
		keep(&own->guild, json_text_of(&g->tree, 0, "name"));
		json_put(&own->facts, "guildId", &g->tree, json_get(&g->tree, 0, "id"));
	} else if (channel) {
		keep(&own->channel, json_text_of(&g->tree, 0, "name"));
		keep(&own->channel_id, json_text_of(&g->tree, 0, "id"));
		keep(&own->kind, json_text_of(&g->tree, 0, "type"));
		json_put(&own->facts, "category", &g->tree, json_get(&g->tree, 0, "category"));
		json_put(&own->facts, "topic", &g->tree, json_get(&g->tree, 0, "topic"));
	} else if (range) { /* the export was asked for no more than this */
		json_put(&own->facts, "after", &g->tree, json_get(&g->tree, 0, "after"));
		json_put(&own->facts, "before", &g->tree, json_get(&g->tree, 0, "before"));
	} else if (made) {
		evd_chat_text(&own->facts, "exportedAt", json_text(&g->tree, 0));
	} else if (json_integer(&g->tree, 0, &n) || (g->tree.node[0].type == JSON_NUMBER &&
	                                             evd_chat_integer(json_text(&g->tree, 0), &n))) {
		own->claimed = n < 0 ? 0 : (uint64_t)n;
		own->has_claim = true;
	}
	return 0;
}

static int json_file(struct chat_json *g, struct evd_view name, struct evd_error *err)
{
	struct discord *own = g->own;
	struct evd_buf key;
	enum json_token t;
	int r = json_pull_next(&g->pull, &t, err);

	own->conv = NULL;
	own->has_claim = false;
	evd_buf_reset(&own->channel_id);
	evd_buf_reset(&own->channel);
	evd_buf_reset(&own->guild);
	evd_buf_reset(&own->kind);
	evd_object_reset(&own->facts);
	if (r == 0 && t == JSON_ARRAY) { /* the data package: a bare list */
		own->package = true;
		r = discord_package_begin(g, &own->files.package, name, "data-package", &own->conv, err);
		return r ? r : chat_json_each(g, own->conv, message, err);
	}
	own->package = false;
	if (r == 0 && t != JSON_OBJECT)
		r = evd_fail(err, EVD_E_FORMAT, "not an object");
	evd_buf_init(&key, 256);
	while (r == 0) {
		r = json_pull_next(&g->pull, &t, err);
		if (r || t == JSON_OBJECT_END)
			break;
		keep(&key, evd_buf_view(&g->pull.text));
		r = json_pull_next(&g->pull, &t, err);
		if (r)
			break;
		if (!evd_view_is(evd_buf_view(&key), "messages") || t != JSON_ARRAY) {
			r = header_member(g, t, evd_buf_view(&key), err);
			continue;
		}
		r = begin(g, name, err);
		if (r == 0)
			r = chat_json_each(g, own->conv, message, err);
	}
	evd_buf_release(&key);
	if (r == 0 && own->conv && own->has_claim)
		r = evd_chat_claim(&g->chat, own->conv, "messageCount", own->claimed,
		                   evd_chat_count(own->conv), err);
	return r;
}

static int survey(struct chat_json *g, struct evd_view name, struct evd_error *err)
{
	struct discord *own = g->own;

	return discord_survey(g, &own->files, name, err);
}

static int survey_all(struct chat_json *g, struct evd_error *err)
{
	struct discord *own = g->own;
	int r = chat_json_ahead(g, discord_want, survey, err);

	own->surveyed = true;
	if (r == 0 && own->files.cut)
		r = evd_chat_unread(&g->chat, NULL, "limit", 0, 0, err,
		                    "more than %u files that may be chats: the others are not read",
		                    DISCORD_FILES_MAX);
	if (r == 0 && own->files.package.cut)
		r = evd_chat_unread(&g->chat, NULL, "limit", 0, 0, err,
		                    "of channel.json and index.json more is there than is kept: some "
		                    "conversations stand without title and id");
	return r;
}

static int file(struct chat_json *g, struct evd_view name, struct evd_error *err)
{
	struct discord *own = g->own;
	struct evd_chat_file f = {name, g->pull.read, g->pull.ctx};
	struct discord_file *x;
	int r = own->surveyed ? 0 : survey_all(g, err);

	if (r || own->files.next == own->files.n)
		return r;
	x = &own->files.at[own->files.next++];
	switch (x->form) {
	case DISCORD_JSON: return json_file(g, name, err);
	case DISCORD_TXT: return discord_txt_read(g, &f, x, true, err);
	case DISCORD_CSV:
	case DISCORD_PACKAGE_CSV: return discord_csv_read(g, &f, x, true, err);
	case DISCORD_DAMAGED: return evd_fail(err, EVD_E_DAMAGED, "its first bytes cannot be read");
	default: return 0;
	}
}

/* The folder of a channel: its id, in later packages behind a "c". The folder above has the language of the account's owner. */
static bool in_channel(struct evd_view name, struct evd_view base)
{
	struct evd_view folder;

	if (name.len < base.len + 2)
		return false;
	folder = evd_chat_base(evd_view_of(name.p, name.len - base.len - 1));
	if (folder.len && folder.p[0] == 'c')
		folder = evd_view_of(folder.p + 1, folder.len - 1);
	for (size_t i = 0; i < folder.len; i++)
		if (folder.p[i] < '0' || folder.p[i] > '9')
			return false;
	return folder.len != 0;
}

static void see_name(void *ctx, struct evd_view name)
{
	unsigned *found = ctx;

	struct evd_view base = evd_chat_base(name);

	if ((evd_view_is(base, "messages.json") || evd_view_is(base, "messages.csv")) &&
	    in_channel(name, base))
		*found |= 1;
	if (evd_view_is(base, "channel.json"))
		*found |= 2;
	if (discord_want(NULL, name))
		*found |= 4;
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	unsigned found = 0;

	if (evd_chat_is_zip(head)) {
		if (in->n)
			evd_chat_zip_names(&in->source[0], see_name, &found);
		if ((found & 3) == 3)
			return 120;
		return in->n && (found & 4) && discord_in_zip(in) ? 120 : 0;
	}
	if (discord_text_form(head) != DISCORD_NO_CHAT)
		return 120;
	if (head.len && head.p[0] == '{' && evd_chat_has(head, "\"guild\"") &&
	    evd_chat_has(head, "\"channel\"") && evd_chat_has(head, "\"messages\""))
		return 120;
	if (head.len && head.p[0] == '[' && evd_chat_has(head, "\"ID\"") &&
	    evd_chat_has(head, "\"Timestamp\"") && evd_chat_has(head, "\"Contents\""))
		return 112;
	return 0;
}

static int read_item(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	struct discord own = {0};
	int r;

	evd_object_init(&own.facts);
	r = chat_json_item(in, sink, "discord", discord_want, file, &own, err);
	evd_object_release(&own.facts);
	evd_buf_release(&own.facts_json);
	evd_buf_release(&own.guild);
	evd_buf_release(&own.channel);
	evd_buf_release(&own.channel_id);
	evd_buf_release(&own.kind);
	free(own.files.at);
	discord_package_release(&own.files.package);
	return r;
}

const struct evd_format evd_format_chat_discord = {
    .name = "chat-discord",
    .version = "2",
    .spec = "DiscordChatExporter JSON, CSV, TXT; Discord data package messages.json, messages.csv",
    .confirmed = false,
    .probe = probe,
    .read = read_item,
};
