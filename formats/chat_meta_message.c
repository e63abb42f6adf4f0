/* chat_meta_message: one message of Meta's downloads in JSON: text mended, media, reactions, calls. See chat_meta.h. */
#include "chat_meta.h"

#include "base/text.h"

#include <string.h>

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
struct evd_view meta_mend(struct meta *own, struct evd_view v)
{
	if (own->n_mended == META_MENDED || !mends(own, v, &own->mended[own->n_mended]))
		return v;
	return evd_buf_view(&own->mended[own->n_mended++]);
}

/* The strings of a value, in their places: a mended one is never longer. */
void meta_mend_below(struct chat_json *g, size_t at)
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

bool meta_is_one_of(struct evd_view key, const char *const *list)
{
	while (*list && !evd_view_is(key, *list))
		list++;
	return *list != NULL;
}

/* What an object has beside `read`, mended: to what is shown as it is. */
static void rest_of(struct chat_json *g, size_t at, const char *const *read)
{
	for (size_t i = json_first(&g->tree, at); i; i = json_next(&g->tree, at, i))
		if (!meta_is_one_of(json_key(&g->tree, i), read))
			meta_mend_below(g, i);
	chat_json_rest(g, at, read);
}

void meta_rest_each(struct chat_json *g, size_t list, const char *const *read)
{
	for (size_t i = json_first(&g->tree, list); i; i = json_next(&g->tree, list, i))
		rest_of(g, i, read);
}

static struct evd_view member_text(struct chat_json *g, size_t object, const char *key)
{
	return meta_mend(g->own, json_text_of(&g->tree, object, key));
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

		if (meta_is_one_of(key, of_media) || !(o = evd_chat_list_item(&g->more)))
			continue;
		meta_mend_below(g, i);
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
		meta_rest_each(g, reactions, of_reaction);
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

int meta_message(struct chat_json *g, struct evd_error *err)
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
