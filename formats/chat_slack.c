/*
 * chat_slack: a Slack workspace export, zip of CHANNEL/YYYY-MM-DD.json and lists, or one such
 * day file (docs/chats.md). `ts` is both id and UTC time. Stage: read-out.
 */
#include "chat_slack.h"

#include <stdlib.h>
#include <string.h>

struct slack {
	struct evd_chat_conv *conv;
	struct slack_lists lists;
	bool listed;         /* they were read */
	struct evd_view day; /* of the file's name */
};

/* Members of a message: those that are shown as they are, `blocks` the last of them, then those that something is made
 * of or that say what is said elsewhere. */
#define SHOWN                                                                                      \
	"reply_count", "subscribed", "is_locked", "attachments", "bot_id", "upload", "display_as_bot", \
	    "inviter", "hidden", "original", "topic", "purpose", "name", "old_name", "root",           \
	    "permalink", "x_files", "app_id", "channel", "no_notifications", "room", "replies",        \
	    "reply_users", "latest_reply", "parent_user_id", "bot_profile", "blocks"
#define N_SHOWN (sizeof((const char *const[]){SHOWN}) / sizeof(const char *))
static const char *const known[] = {SHOWN,
                                    "type",
                                    "subtype",
                                    "user",
                                    "text",
                                    "ts",
                                    "thread_ts",
                                    "edited",
                                    "files",
                                    "file",
                                    "reactions",
                                    "username",
                                    "client_msg_id",
                                    "user_profile",
                                    "user_team",
                                    "source_team",
                                    "team",
                                    "icons",
                                    "reply_users_count",
                                    "last_read",
                                    NULL};

static struct evd_view put_reactions(struct chat_json *g, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	size_t list = json_get(t, 0, "reactions");

	evd_chat_list_reset(&g->list);
	for (size_t i = list ? json_first(t, list) : 0; i; i = json_next(t, list, i)) {
		size_t users = json_get(t, i, "users"), who = users ? json_first(t, users) : 0;

		do {
			struct evd_object *o = evd_chat_list_item(&g->list);

			if (!o)
				break;
			json_put(o, "reaction", t, json_get(t, i, "name"));
			json_put(o, "count", t, json_get(t, i, "count"));
			if (who) {
				json_put(o, "byId", t, who);
				who = json_next(t, users, who);
			}
			if (evd_chat_list_put(&g->list, err))
				break;
		} while (who);
	}
	return evd_chat_list_end(&g->list);
}

static int attach_one(struct chat_json *g, size_t i, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	struct slack *own = g->own;
	struct evd_chat_attachment a = {.name = json_text_of(t, i, "name"),
	                                .media = json_text_of(t, i, "mimetype"),
	                                .note = json_text_of(t, i, "url_private"),
	                                .state = EVD_CHAT_S_REMOTE};
	int64_t size;

	if (json_integer(t, json_get(t, i, "size"), &size) && size >= 0) {
		a.has_size = true;
		a.size = (uint64_t)size;
	}
	if (evd_view_is(json_text_of(t, i, "mode"), "tombstone"))
		a.state = EVD_CHAT_S_UNAVAILABLE;
	return evd_chat_attach(&g->chat, own->conv, &a, err);
}

/* `files`; before 2018 one `file`. */
static int attach(struct chat_json *g, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	size_t list = json_get(t, 0, "files"), file = json_get(t, 0, "file");
	int r = file ? attach_one(g, file, err) : 0;

	for (size_t i = list ? json_first(t, list) : 0; i && r == 0; i = json_next(t, list, i))
		r = attach_one(g, i, err);
	return r;
}

/* What is said of files beside what their own records show, by number: those of `files`, else the one `file`. */
static void put_files(struct chat_json *g)
{
	static const char *const as[][2] = {{"id", "id"},
	                                    {"title", "title"},
	                                    {"user", "byId"},
	                                    {"created", "createdRaw"},
	                                    {"mode", "mode"}};
	const struct json_tree *t = &g->tree;
	size_t list = json_get(t, 0, "files"),
	       one = list ? json_first(t, list) : json_get(t, 0, "file");
	struct evd_view all;

	evd_chat_list_reset(&g->more);
	for (uint64_t n = 1; one; one = list ? json_next(t, list, one) : 0, n++) {
		struct evd_object *o = evd_chat_list_item(&g->more);

		if (!o)
			break;
		evd_object_int(o, "n", n);
		for (size_t k = 0; k < sizeof as / sizeof *as; k++)
			json_put(o, as[k][1], t, json_get(t, one, as[k][0]));
		if (o->n > 1 && evd_chat_list_put(&g->more, NULL))
			break;
	}
	all = evd_chat_list_end(&g->more);
	if (all.len)
		evd_object_raw(&g->object, "files", all);
}

/* What apps post, and previews, stand in attachments (Slack's word for them); `blocks` say the text again, if there is
 * one, and the rest of these is about the people and the thread. */
static struct evd_view put_details(struct chat_json *g, const struct evd_chat_message *m)
{
	const struct json_tree *t = &g->tree;
	size_t profile = json_get(t, 0, "user_profile"), edited = json_get(t, 0, "edited");
	struct evd_view name = json_text_of(t, 0, "username"),
	                real = profile ? json_text_of(t, profile, "real_name") : name,
	                shown = profile ? json_text_of(t, profile, "display_name") : name;
	bool has_text = m->body.len != 0;

	evd_object_reset(&g->object);
	put_files(g);
	json_put(&g->object, "clientMessageId", t, json_get(t, 0, "client_msg_id"));
	json_put(&g->object, "editedBy", t, edited ? json_get(t, edited, "user") : 0);
	if (name.len && !evd_view_eq(name, m->sender))
		evd_chat_text(&g->object, "username", name);
	if (profile && real.len && !evd_view_eq(real, m->sender))
		evd_chat_text(&g->object, "realName", real);
	if (profile && shown.len && !evd_view_eq(shown, m->sender))
		evd_chat_text(&g->object, "displayName", shown);
	chat_json_rest_begin(g);
	chat_json_rest(g, 0, known + N_SHOWN - (has_text ? 1 : 0));
	chat_json_rest_end(g);
	return chat_json_details(g);
}

/* The words of the first thing that an app posted. */
static struct evd_view posted(const struct json_tree *t)
{
	size_t list = json_get(t, 0, "attachments"), first = list ? json_first(t, list) : 0;
	struct evd_view v = first ? json_text_of(t, first, "text") : evd_view_of(NULL, 0);

	return v.len || !first ? v : json_text_of(t, first, "fallback");
}

static void set_type(const struct json_tree *t, struct evd_chat_message *m)
{
	struct evd_view sub = json_text_of(t, 0, "subtype");
	size_t files = json_get(t, 0, "files");
	bool any = json_get(t, 0, "file") || (files && json_first(t, files));

	if (evd_view_is(sub, "tombstone")) {
		m->type = EVD_CHAT_T_DELETED;
	} else if (sub.len && !evd_view_is(sub, "bot_message") && !evd_view_is(sub, "me_message") &&
	           !evd_view_is(sub, "thread_broadcast") && !evd_view_is(sub, "file_share") &&
	           !evd_view_is(sub, "file_comment")) {
		m->type = EVD_CHAT_T_SYSTEM;
		m->event = "service";
		m->event_raw = sub;
	} else if (!m->body.len && any) {
		m->type = EVD_CHAT_T_ATTACHMENT;
	}
	if (!evd_view_is(json_text_of(t, 0, "type"), "message"))
		m->flags |= EVD_CHAT_F_UNKNOWN_TYPE;
}

/* The day in the file's name is the workspace's, so one day beside it is normal. */
static void check_day(const struct slack *own, struct evd_chat_message *m)
{
	char noon[32];
	struct evd_chat_time day;

	if (own->day.len != 10 || !m->time.has_utc)
		return;
	memcpy(noon, own->day.p, 10);
	memcpy(noon + 10, "T12:00:00Z", 10);
	if (evd_chat_time_iso(&day, evd_view_of(noon, 20), EVD_CHAT_FROM_NONE) &&
	    (m->time.utc_ms - day.utc_ms > INT64_C(26) * 3600000 ||
	     day.utc_ms - m->time.utc_ms > INT64_C(26) * 3600000))
		m->flags |= EVD_CHAT_F_TIMES_DISAGREE;
}

static int message(struct chat_json *g, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	struct slack *own = g->own;
	struct evd_chat_message m = {.id = json_text_of(t, 0, "ts")};
	size_t profile = json_get(t, 0, "user_profile"), edited = json_get(t, 0, "edited");
	size_t body = json_get(t, 0, "text");
	int r;

	chat_json_known(g, 0, known);
	chat_json_place(g, &m);
	m.handle = json_text_of(t, 0, json_get(t, 0, "user") ? "user" : "bot_id");
	m.sender = slack_name(&own->lists, m.handle);
	if (!m.sender.len && profile)
		m.sender = json_text_of(t, profile, "real_name");
	if (!m.sender.len)
		m.sender = json_text_of(t, 0, "username");
	if (m.id.len && !slack_ts(&m.time, m.id))
		m.flags |= EVD_CHAT_F_IMPOSSIBLE_TIME;
	check_day(own, &m);
	if (edited) {
		m.edited = true;
		if (!slack_ts(&m.edit_time, json_text_of(t, edited, "ts")))
			m.flags |= EVD_CHAT_F_IMPOSSIBLE_TIME;
	}
	m.has_body = body != 0;
	m.body = json_text(t, body ? body : t->n);
	m.reply_to = json_text_of(t, 0, "thread_ts");
	if (evd_view_eq(m.reply_to, m.id))
		m.reply_to = evd_view_of(NULL, 0);
	set_type(t, &m);
	m.caption = posted(t);
	m.details = put_details(g, &m);
	m.reactions = put_reactions(g, err);
	r = evd_chat_message(&g->chat, own->conv, &m, err);
	return r ? r : attach(g, err);
}

static bool is_day(struct evd_view base)
{
	static const char form[] = "dddd-dd-dd.json";

	if (base.len != sizeof form - 1)
		return false;
	for (size_t i = 0; i < base.len; i++)
		if (form[i] == 'd' ? base.p[i] < '0' || base.p[i] > '9' : base.p[i] != (uint8_t)form[i])
			return false;
	return true;
}

static int day_file(struct chat_json *g, struct evd_view name, enum json_token t,
                    struct evd_error *err)
{
	struct slack *own = g->own;
	struct evd_view base = evd_chat_base(name), folder = name;
	int r = 0;

	if (t != JSON_ARRAY)
		return evd_fail(err, EVD_E_FORMAT, "not a list of messages");
	if (folder.len > base.len)
		folder.len -= base.len + 1;
	own->day = is_day(base) ? evd_view_of(base.p, 10) : evd_view_of(NULL, 0);
	own->conv = evd_chat_find(&g->chat, folder);
	if (!own->conv)
		r = slack_begin(g, &own->lists, folder, &own->conv, err);
	return r ? r : chat_json_each(g, own->conv, message, err);
}

static int done(struct chat_json *g, struct evd_error *err)
{
	struct slack *own = g->own;

	return slack_lists_end(g, &own->lists, err);
}

static int file(struct chat_json *g, struct evd_view name, struct evd_error *err)
{
	struct slack *own = g->own;
	enum json_token t;
	int r = 0;

	if (!own->listed)
		r = slack_lists_read(g, &own->lists, err);
	own->listed = true;
	g->done = done;
	if (r || slack_is_list(name) || (name.len && !is_day(evd_chat_base(name))))
		return r;
	r = json_pull_next(&g->pull, &t, err);
	return r ? r : day_file(g, name, t, err);
}

static bool want(void *ctx, struct evd_view name)
{
	(void)ctx;
	return is_day(evd_chat_base(name)) || slack_is_list(name);
}

static void see_name(void *ctx, struct evd_view name)
{
	unsigned *found = ctx;

	if (is_day(evd_chat_base(name)))
		*found |= 1;
	if (evd_view_is(evd_chat_base(name), "users.json") ||
	    evd_view_is(evd_chat_base(name), "channels.json"))
		*found |= 2;
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	unsigned found = 0;

	if (evd_chat_is_zip(head)) {
		if (in->n)
			evd_chat_zip_names(&in->source[0], see_name, &found);
		return found == 3 ? 120 : 0;
	}
	if (head.len == 0 || head.p[0] != '[')
		return 0;
	return evd_chat_has(head, "\"ts\"") && evd_chat_has(head, "\"type\"") &&
	               evd_chat_has(head, "\"message\"")
	           ? 80
	           : 0;
}

static int read_item(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	struct slack own = {0};
	int r;

	slack_lists_init(&own.lists);
	r = chat_json_item(in, sink, "slack", want, file, &own, err);
	slack_lists_release(&own.lists);
	return r;
}

const struct evd_format evd_format_chat_slack = {
    .name = "chat-slack",
    .version = "1",
    .spec = "Slack workspace export, zip or one day's JSON",
    .confirmed = false,
    .probe = probe,
    .read = read_item,
};
