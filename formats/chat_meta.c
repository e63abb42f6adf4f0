/*
 * chat_meta: Facebook Messenger and Instagram downloads in JSON, both schemas: "Download your
 * information" (message_N.json, newest first, UTF-8 written as Latin-1 code points) and the separate
 * download of end-to-end encrypted chats (NAME_N.json, correct UTF-8). docs/chats.md. Stage: read-out.
 *
 * Title and participants stand behind or before the messages, so a file is held in memory and read
 * twice; Meta writes at most 10,000 messages a file.
 */
#include "chat_json.h"
#include "chat_parts.h"

#include "base/text.h"
#include "source.h"

#include <string.h>

#define FILE_BYTES_MAX (UINT32_C(160) << 20) /* bytes of one message_N.json */
#define MENDED 24                            /* strings of one message that can be mended */
#define NAMED 1u      /* bits for names alone, before a look into the files */
#define LOOKED_AT 64u /* files of a zip, by the probe */

struct meta {
	struct evd_chat_conv *conv;
	struct evd_buf file, title, path, kind;
	struct evd_buf mended[MENDED];
	struct evd_buf spelled;  /* a string on its way back into the tree */
	struct evd_object about; /* what a file says of its thread beside names */
	struct evd_buf about_text;
	size_t n_mended;
	bool e2ee, any_mended;
	struct evd_chat_parts parts;
	uint64_t in_file; /* messages of the present file */
	struct evd_memory memory;
	struct evd_source source;
	uint64_t at;
};

static const char *const known[] = {"sender_name", "timestamp_ms", "content", "type", "photos",
                                    "videos", "audio_files", "files", "gifs", "sticker", "share",
                                    "reactions", "call_duration", "missed", "is_unsent",
                                    "is_geoblocked_for_viewer", "is_geoblocked_for_viewer_user",
                                    "is_unsent_image_by_messenger_kid_parent", "ip", "users",
                                    "is_taken_down", "bumped_message_metadata", "story_share",
                                    /* the other schema */
                                    "senderName", "text", "timestamp", "isUnsent", "media", NULL};

/* Those that have a place of their own in the records; the first three are the schema's. */
#define SHOWN                                                                                      \
	"type", "photos", "videos", "audio_files", "files", "gifs", "media", "sticker", "share",       \
	    "reactions", "call_duration", "missed", "is_unsent", "isUnsent",                           \
	    "is_geoblocked_for_viewer", "ip", NULL
static const char *const shown[] = {"sender_name", "timestamp_ms", "content", SHOWN};
static const char *const shown_e2ee[] = {"senderName", "timestamp", "text", SHOWN};
static const char *const of_share[] = {"link", "share_text", "original_content_owner", NULL};
static const char *const of_reaction[] = {"reaction", "actor", "timestamp", NULL};
static const char *const of_participant[] = {"name", NULL};
static const char *const of_media[] = {"uri", NULL};

/*
 * A string whose code points are all below U+0100 and whose Latin-1 bytes are UTF-8 was written by
 * Meta's exporter byte for byte: true, and the bytes in `b`. Pure ASCII is left alone.
 */
static bool mends(struct meta *own, struct evd_view v, struct evd_buf *b)
{
	bool beyond = false;
	size_t pos = 0;
	uint32_t cp;

	evd_buf_reset(b);
	while (!own->e2ee && pos < v.len) {
		if (!evd_utf8_next(v, &pos, &cp) || cp > 0xff)
			return false;
		beyond = beyond || cp > 0x7f;
		evd_put_u8(b, (uint8_t)cp);
	}
	if (!beyond || b->failed || !evd_is_utf8(evd_buf_view(b)))
		return false;
	own->any_mended = true;
	return true;
}

/* `v` mended, or `v` itself. */
static struct evd_view mend(struct meta *own, struct evd_view v)
{
	if (own->n_mended == MENDED || !mends(own, v, &own->mended[own->n_mended]))
		return v;
	return evd_buf_view(&own->mended[own->n_mended++]);
}

/* The strings of a value, in their places: a mended one is never longer. */
static void mend_below(struct chat_json *g, size_t at)
{
	struct meta *own = g->own;

	for (size_t i = at; i < g->tree.node[at].next; i++) {
		struct json_node *n = &g->tree.node[i];

		if (n->type != JSON_STRING || !mends(own, json_text(&g->tree, i), &own->spelled))
			continue;
		memcpy(g->tree.text.data + n->text, own->spelled.data, own->spelled.len);
		n->text_len = own->spelled.len;
	}
}

static bool is_one_of(struct evd_view key, const char *const *list)
{
	while (*list && !evd_view_is(key, *list))
		list++;
	return *list != NULL;
}

/* What an object has beside `read`, mended: to what is shown as it is. */
static void rest_of(struct chat_json *g, size_t at, const char *const *read)
{
	for (size_t i = json_first(&g->tree, at); i; i = json_next(&g->tree, at, i))
		if (!is_one_of(json_key(&g->tree, i), read))
			mend_below(g, i);
	chat_json_rest(g, at, read);
}

static void rest_of_each(struct chat_json *g, size_t list, const char *const *read)
{
	for (size_t i = json_first(&g->tree, list); i; i = json_next(&g->tree, list, i))
		rest_of(g, i, read);
}

static struct evd_view member_text(struct chat_json *g, size_t object, const char *key)
{
	return mend(g->own, json_text_of(&g->tree, object, key));
}

static int memory_read(void *ctx, void *p, size_t len, size_t *got, struct evd_error *err)
{
	struct meta *own = ctx;
	int r = evd_source_read(&own->source, own->at, p, len, got, err);

	own->at += *got;
	return r;
}

/* The list of reactions: {reaction, actor}. */
static struct evd_view put_reactions(struct chat_json *g, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	struct meta *own = g->own;
	size_t list = json_get(t, 0, "reactions");

	evd_chat_list_reset(&g->list);
	if (!list || t->node[list].type != JSON_ARRAY)
		return evd_view_of(NULL, 0);
	for (size_t i = json_first(t, list); i; i = json_next(t, list, i)) {
		struct evd_object *o = evd_chat_list_item(&g->list);
		size_t was = own->n_mended;

		if (!o)
			break;
		evd_chat_text(o, "reaction", member_text(g, i, "reaction"));
		evd_chat_text(o, "by", member_text(g, i, "actor"));
		json_put(o, "timeRaw", t, json_get(t, i, "timestamp"));
		own->n_mended = was;
		if (evd_chat_list_put(&g->list, err))
			break;
	}
	return evd_chat_list_end(&g->list);
}

static const char *const media_list[] = {"photos", "videos", "audio_files",
                                         "files",  "gifs",   "media"};

static bool has_media(const struct json_tree *t)
{
	for (size_t i = 0; i < sizeof media_list / sizeof *media_list; i++) {
		size_t at = json_get(t, 0, media_list[i]);

		if (at && json_first(t, at))
			return true;
	}
	return json_get(t, 0, "sticker") != 0;
}

static int attach(struct chat_json *g, size_t at, struct evd_error *err)
{
	struct meta *own = g->own;
	size_t was = own->n_mended;
	struct evd_chat_attachment a = {.name = member_text(g, at, "uri")};
	int r;

	if (!a.name.len)
		return 0;
	if (evd_view_is(a.name, "Failed to download media")) {
		a.note = a.name;
		a.name = evd_view_of(NULL, 0);
		a.state = EVD_CHAT_S_UNAVAILABLE;
	} else if (a.name.len > 8 && memcmp(a.name.p, "https://", 8) == 0) {
		a.state = EVD_CHAT_S_REMOTE;
	} else {
		struct evd_view whole = a.name;

		if (a.name.len > 2 &&
		    memcmp(a.name.p, "./", 2) == 0) /* the end-to-end download's own folder */
			a.name = evd_view_of(a.name.p + 2, a.name.len - 2);
		evd_chat_index_match(&g->index, &a);
		a.name = whole;
	}
	r = evd_chat_attach(&g->chat, own->conv, &a, err);
	own->n_mended = was;
	return r;
}

static int attach_all(struct chat_json *g, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	size_t sticker = json_get(t, 0, "sticker");
	int r = sticker ? attach(g, sticker, err) : 0;

	for (size_t k = 0; k < sizeof media_list / sizeof *media_list; k++) {
		size_t list = json_get(t, 0, media_list[k]);

		for (size_t i = list ? json_first(t, list) : 0; i && r == 0; i = json_next(t, list, i))
			r = attach(g, i, err);
	}
	return r;
}

static void set_type(struct chat_json *g, struct evd_chat_message *m)
{
	const struct json_tree *t = &g->tree;
	struct evd_view type = json_text_of(t, 0, "type");

	if (json_is_true(t, 0, "is_unsent") || json_is_true(t, 0, "isUnsent"))
		m->type = EVD_CHAT_T_DELETED;
	else if (json_get(t, 0, "call_duration") || evd_view_is(type, "Call"))
		m->type = EVD_CHAT_T_CALL;
	else if (evd_view_is(type, "Subscribe") || evd_view_is(type, "Unsubscribe")) {
		m->type = EVD_CHAT_T_SYSTEM;
		m->event = "service";
		m->event_raw = type;
	} else if (has_media(t))
		m->type = EVD_CHAT_T_ATTACHMENT;
}

/* What stands beside the path of a file, as the words heard in a recording; `n` is the attachment's. */
static void put_media(struct chat_json *g, size_t at, uint64_t n)
{
	for (size_t i = json_first(&g->tree, at); i; i = json_next(&g->tree, at, i)) {
		struct evd_view key = json_key(&g->tree, i);
		struct evd_object *o;

		if (is_one_of(key, of_media) || !(o = evd_chat_list_item(&g->more)))
			continue;
		mend_below(g, i);
		evd_object_int(o, "n", n);
		evd_chat_text(o, "name", evd_view_of(key.p, evd_chat_cut(key, 200)));
		chat_json_put(g, o, "value", i);
		if (o->n > 2 && evd_chat_list_put(&g->more, NULL))
			g->more.cut = true;
	}
}

/* In the order of attach_all. */
static void put_all_media(struct chat_json *g)
{
	const struct json_tree *t = &g->tree;
	size_t sticker = json_get(t, 0, "sticker");
	uint64_t n = 0;
	struct evd_view all;

	evd_chat_list_reset(&g->more);
	if (sticker)
		put_media(g, sticker, n += json_text_of(t, sticker, "uri").len != 0);
	for (size_t k = 0; k < sizeof media_list / sizeof *media_list; k++) {
		size_t list = json_get(t, 0, media_list[k]);

		for (size_t i = list ? json_first(t, list) : 0; i; i = json_next(t, list, i))
			put_media(g, i, n += json_text_of(t, i, "uri").len != 0);
	}
	all = evd_chat_list_end(&g->more);
	if (all.len)
		evd_object_raw(&g->object, "media", all);
}

static void put_rest(struct chat_json *g)
{
	const struct meta *own = g->own;
	size_t share = json_get(&g->tree, 0, "share"), reactions = json_get(&g->tree, 0, "reactions");

	chat_json_rest_begin(g);
	rest_of(g, 0, own->e2ee ? shown_e2ee : shown);
	if (share)
		rest_of(g, share, of_share);
	if (reactions)
		rest_of_each(g, reactions, of_reaction);
	chat_json_rest_end(g);
}

static struct evd_view put_details(struct chat_json *g)
{
	const struct json_tree *t = &g->tree;
	size_t share = json_get(t, 0, "share");

	evd_object_reset(&g->object);
	json_put(&g->object, "type", t, json_get(t, 0, "type"));
	json_put(&g->object, "durationSeconds", t, json_get(t, 0, "call_duration"));
	json_put(&g->object, "missed", t, json_get(t, 0, "missed"));
	json_put(&g->object, "ip", t, json_get(t, 0, "ip"));
	json_put(&g->object, "geoblocked", t, json_get(t, 0, "is_geoblocked_for_viewer"));
	if (share) {
		json_put(&g->object, "shareLink", t, json_get(t, share, "link"));
		if (json_text_of(t, share, "share_text").len)
			evd_chat_text(&g->object, "shareText", member_text(g, share, "share_text"));
		if (json_text_of(t, share, "original_content_owner").len)
			evd_chat_text(&g->object, "shareOwner",
			              member_text(g, share, "original_content_owner"));
	}
	put_all_media(g);
	put_rest(g);
	return chat_json_details(g);
}

static int message(struct chat_json *g, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	struct meta *own = g->own;
	struct evd_chat_message m = {0};
	size_t at = json_get(t, 0, own->e2ee ? "timestamp" : "timestamp_ms");
	const char *content = own->e2ee ? "text" : "content";
	int64_t ms;
	int r;

	own->n_mended = 0;
	own->any_mended = false;
	chat_json_known(g, 0, known);
	chat_json_place(g, &m);
	m.sender = member_text(g, 0, own->e2ee ? "senderName" : "sender_name");
	if (json_integer(t, at, &ms))
		evd_chat_time_epoch(&m.time, json_text(t, at), ms, EVD_CHAT_MILLI);
	else if (at)
		m.time.raw = json_text(t, at);
	if (at && !m.time.has_utc)
		m.flags |= EVD_CHAT_F_IMPOSSIBLE_TIME;
	m.has_body = json_get(t, 0, content) != 0;
	m.body = member_text(g, 0, content);
	if (m.has_body && !evd_view_eq(m.body, json_text_of(t, 0, content)))
		m.body_raw = json_text_of(t, 0, content);
	set_type(g, &m);
	m.reactions = put_reactions(g, err);
	m.details = put_details(g);
	if (m.type == EVD_CHAT_T_CALL) {
		m.call = m.details;
		m.details = evd_view_of(NULL, 0);
	}
	m.flags |= own->any_mended ? EVD_CHAT_F_MENDED : 0u;
	r = evd_chat_message(&g->chat, own->conv, &m, err);
	own->in_file++;
	return r ? r : attach_all(g, err);
}

static void keep(struct evd_buf *b, struct evd_view v)
{
	evd_buf_reset(b);
	evd_put_view(b, v);
}

/* Of the file, beside those of its messages. */
static bool is_known(struct evd_view key)
{
	static const char *const of_file[] = {
	    "participants", "title", "threadName", "thread_path",   "thread_type",
	    "magic_words",  "image", "messages",   "joinable_mode", "is_still_participant"};

	for (size_t i = 0; i < sizeof of_file / sizeof *of_file; i++)
		if (evd_view_is(key, of_file[i]))
			return true;
	return false;
}

/* Of the thread: what there is no other place for. */
static void put_about(struct chat_json *g, enum json_token t, struct evd_view key)
{
	static const char *const read[] = {"title", "threadName", "thread_path", "thread_type", NULL};
	struct meta *own = g->own;

	if (evd_view_is(key, "participants")) {
		rest_of_each(g, 0, of_participant);
	} else if (evd_view_is(key, "is_still_participant") && (t == JSON_TRUE || t == JSON_FALSE)) {
		evd_object_bool(&own->about, "isStillParticipant", t == JSON_TRUE);
	} else if (!is_one_of(key, read)) {
		mend_below(g, 0);
		chat_json_rest_named(g, key, 0);
	}
}

/* A member of the file other than the messages. `people`: second time round, with a conversation. */
static int header_member(struct chat_json *g, enum json_token t, struct evd_view key, bool people,
                         struct evd_error *err)
{
	struct meta *own = g->own;
	int r;

	if (people && !is_known(key))
		chat_json_unknown(g, key);
	if (people && !evd_view_is(key, "participants"))
		return json_pull_skip(&g->pull, t, err);
	r = json_tree_read(&g->tree, &g->pull, t, err);
	if (r == EVD_E_LIMIT && !evd_view_is(key, "participants"))
		return evd_chat_unread(&g->chat, NULL, "limit", g->tree.node[0].from,
		                       g->tree.node[0].to - g->tree.node[0].from, err,
		                       "a member of the file is larger than is kept in memory");
	if (r)
		return r;
	own->n_mended = 0;
	if (!people)
		put_about(g, t, key);
	if (evd_view_is(key, "title") || evd_view_is(key, "threadName"))
		keep(&own->title, mend(own, json_text(&g->tree, 0)));
	else if (evd_view_is(key, "thread_path"))
		keep(&own->path, mend(own, json_text(&g->tree, 0)));
	else if (evd_view_is(key, "thread_type"))
		keep(&own->kind, json_text(&g->tree, 0));
	if (!evd_view_is(key, "participants") || !people)
		return 0;
	for (size_t i = json_first(&g->tree, 0); i && r == 0; i = json_next(&g->tree, 0, i)) {
		const struct evd_view none = {NULL, 0};

		own->n_mended = 0;
		r = evd_chat_participant(&g->chat, own->conv,
		                         mend(own, g->tree.node[i].type == JSON_OBJECT
		                                       ? json_text_of(&g->tree, i, "name")
		                                       : json_text(&g->tree, i)),
		                         none, none, err);
	}
	return r;
}

/*
 * Titles are names of people, and two people may bear one: a thread is its path; without one, as in the end-to-end download,
 * its file, or the folder of its files; and the title where there is neither.
 */
static struct evd_view key_of(const struct meta *own, struct evd_view name)
{
	size_t folder = name.len - evd_chat_base(name).len;

	if (own->path.len)
		return evd_buf_view(&own->path);
	if (name.len && (own->e2ee || folder))
		return own->e2ee ? name : evd_view_of(name.p, folder);
	return evd_buf_view(&own->title);
}

/* What the first reading of the file found about its thread. */
static struct evd_view about(struct chat_json *g)
{
	struct meta *own = g->own;
	struct evd_view all = evd_chat_list_end(&g->rest);

	if (all.len)
		evd_object_raw(&own->about, "otherMembers", all);
	evd_buf_reset(&own->about_text);
	if (own->about.n == 0 || evd_object_write(&own->about, &own->about_text, NULL))
		return evd_view_of(NULL, 0);
	return evd_buf_view(&own->about_text);
}

static int begin(struct chat_json *g, struct evd_view name, struct evd_error *err)
{
	struct meta *own = g->own;
	struct evd_view key = key_of(own, name);
	struct evd_chat_info info = {.title = evd_buf_view(&own->title),
	                             .id = evd_buf_view(&own->path),
	                             .kind_raw = evd_buf_view(&own->kind),
	                             .details = about(g)};
	int r;

	info.form = own->e2ee                              ? "end-to-end-encrypted-download"
	            : evd_chat_has(name, "your_instagram") ? "instagram"
	            : evd_chat_has(name, "your_facebook") || evd_chat_has(name, "your_activity_across")
	                ? "facebook"
	                : "facebook-or-instagram";
	own->conv = own->e2ee ? NULL : evd_chat_find(&g->chat, key);
	if (own->conv)
		return 0;
	r = evd_chat_begin(&g->chat, key, &info, &own->conv, err);
	if (r == 0)
		evd_chat_newest_first(own->conv);
	return r;
}

static int pass(struct chat_json *g, bool second, bool *any, struct evd_error *err)
{
	struct meta *own = g->own;
	struct evd_buf key;
	enum json_token t;
	int r;

	evd_buf_init(&key, 256);
	own->at = 0;
	json_pull_release(&g->pull);
	r = json_pull_init(&g->pull, memory_read, own, err);
	if (r == 0)
		r = json_pull_next(&g->pull, &t, err);
	if (r == 0 && t != JSON_OBJECT)
		r = evd_fail(err, EVD_E_FORMAT, "not an object");
	while (r == 0) {
		r = json_pull_next(&g->pull, &t, err);
		if (r || t == JSON_OBJECT_END)
			break;
		keep(&key, evd_buf_view(&g->pull.text));
		r = json_pull_next(&g->pull, &t, err);
		if (r)
			break;
		if (!evd_view_is(evd_buf_view(&key), "messages") || t != JSON_ARRAY) {
			r = header_member(g, t, evd_buf_view(&key), second, err);
			continue;
		}
		*any = true;
		r = second ? chat_json_each(g, own->conv, message, err) : json_pull_skip(&g->pull, t, err);
	}
	evd_buf_release(&key);
	return r;
}

static int load(struct chat_json *g, struct meta *own, struct evd_error *err)
{
	uint8_t block[4096];
	size_t got;
	int r;

	evd_buf_reset(&own->file);
	do {
		r = g->pull.read(g->pull.ctx, block, sizeof block, &got, err);
		evd_put(&own->file, block, got);
		if (r == 0)
			r = evd_buf_check(&own->file, err);
	} while (r == 0 && got);
	evd_source_memory(&own->memory, evd_buf_view(&own->file), evd_view_of(NULL, 0), &own->source);
	return r;
}

static int say_parts(struct chat_json *g, struct evd_error *err)
{
	struct meta *own = g->own;

	return evd_chat_parts_say(&own->parts, &g->chat, err);
}

static bool is_e2ee(struct evd_view text)
{
	return (evd_chat_has(text, "\"senderName\"") || evd_chat_has(text, "\"threadName\"")) &&
	       !evd_chat_has(text, "\"sender_name\"");
}

static int file(struct chat_json *g, struct evd_view name, struct evd_error *err)
{
	struct meta *own = g->own;
	struct evd_error why;
	bool any = false;
	int r;

	evd_buf_reset(&own->title);
	evd_buf_reset(&own->path);
	evd_buf_reset(&own->kind);
	evd_object_reset(&own->about);
	chat_json_rest_begin(g);
	own->conv = NULL;
	g->done = say_parts;
	r = load(g, own, err);
	if (r == EVD_E_LIMIT)
		return evd_chat_unread(&g->chat, NULL, "limit", 0, 0, err,
		                       "the file is larger than this reader holds");
	if (r)
		return r;
	own->e2ee = is_e2ee(evd_buf_view(&own->file));
	r = pass(g, false, &any, &why);
	if (r && r != EVD_E_FORMAT)
		return evd_fail(err, r, "%s", why.text);
	if (!any)
		return r ? evd_fail(err, r, "%s", why.text) : 0;
	/* also of a file that is cut short what stands there is read */
	own->in_file = 0;
	r = begin(g, name, err);
	if (r == 0)
		r = pass(g, true, &any, err);
	if ((r == 0 || r == EVD_E_FORMAT) && !own->e2ee && evd_chat_parts_number(name, ".json")) {
		int kept = evd_chat_parts_add(&own->parts, own->conv, evd_chat_parts_number(name, ".json"),
		                              own->in_file, r ? NULL : err);

		r = r ? r : kept;
	}
	return r;
}

/* "NAME_N.json", as the end-to-end download has its threads and message_N.json ends too. */
static bool is_numbered(struct evd_view name)
{
	size_t n = name.len - 5, digits = n;

	while (digits && name.p[digits - 1] >= '0' && name.p[digits - 1] <= '9')
		digits--;
	return digits && digits < n && name.p[digits - 1] == '_';
}

static bool want(void *ctx, struct evd_view name)
{
	(void)ctx;
	return evd_chat_ends(name, ".json") &&
	       (is_numbered(name) || evd_chat_has(evd_chat_base(name), "message_") ||
	        !evd_chat_has(name, "messages/"));
}

static void see_name(void *ctx, struct evd_view name)
{
	unsigned *bits = ctx;

	if (evd_chat_ends(name, ".json") && evd_chat_has(name, "messages/") &&
	    evd_chat_has(evd_chat_base(name), "message_"))
		*bits = 128;
	else if (*bits == 0 && want(NULL, name))
		*bits = NAMED;
}

static unsigned begins_as(struct evd_view head)
{
	if (head.len == 0 || head.p[0] != '{' || !evd_chat_has(head, "\"messages\""))
		return 0;
	if (evd_chat_has(head, "\"sender_name\"") && evd_chat_has(head, "\"timestamp_ms\""))
		return 128;
	if (evd_chat_has(head, "\"senderName\"") && evd_chat_has(head, "\"timestamp\""))
		return 120;
	return 0;
}

static bool is_thread(struct evd_view head)
{
	return begins_as(head) ||
	       (head.len && head.p[0] == '{' && evd_chat_has(head, "\"participants\"") &&
	        evd_chat_has(head, "\"threadName\""));
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	unsigned bits = 0;

	if (!evd_chat_is_zip(head))
		return begins_as(head);
	if (in->n)
		evd_chat_zip_names(&in->source[0], see_name, &bits);
	if (in->n && bits == NAMED)
		bits = evd_chat_any_begins(in, want, is_thread, LOOKED_AT) ? 120 : 0;
	return bits;
}

static int read_item(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	struct meta own = {0};
	int r;

	evd_buf_init(&own.file, FILE_BYTES_MAX);
	evd_object_init(&own.about);
	r = chat_json_item(in, sink, "meta", want, file, &own, err);
	evd_buf_release(&own.file);
	evd_buf_release(&own.spelled);
	evd_object_release(&own.about);
	evd_buf_release(&own.about_text);
	evd_buf_release(&own.title);
	evd_buf_release(&own.path);
	evd_buf_release(&own.kind);
	evd_chat_parts_release(&own.parts);
	for (size_t i = 0; i < MENDED; i++)
		evd_buf_release(&own.mended[i]);
	return r;
}

const struct evd_format evd_format_chat_meta = {
    .name = "chat-meta",
    .version = "1",
    .spec = "Facebook Messenger and Instagram downloads, JSON",
    .confirmed = false,
    .probe = probe,
    .read = read_item,
};
