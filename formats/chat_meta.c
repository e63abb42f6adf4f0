/*
 * chat_meta: Facebook Messenger and Instagram downloads in JSON, both schemas: "Download your
 * information" (message_N.json, newest first, UTF-8 written as Latin-1 code points) and the separate
 * download of end-to-end encrypted chats (NAME_N.json, correct UTF-8). docs/chats.md. Stage: read-out.
 *
 * Title and participants stand behind or before the messages, so a file is held in memory and read
 * twice; Meta writes at most 10,000 messages a file.
 */
#include "chat_meta.h"

#include <string.h>

#define FILE_BYTES_MAX (UINT32_C(160) << 20) /* bytes of one message_N.json */
#define NAMED 1u      /* bits for names alone, before a look into the files */
#define LOOKED_AT 64u /* files of a zip, by the probe */

static int memory_read(void *ctx, void *p, size_t len, size_t *got, struct evd_error *err)
{
	struct meta *own = ctx;
	int r = evd_source_read(&own->source, own->at, p, len, got, err);

	own->at += *got;
	return r;
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
	static const char *const of_participant[] = {"name", NULL};
	struct meta *own = g->own;

	if (evd_view_is(key, "participants")) {
		meta_rest_each(g, 0, of_participant);
	} else if (evd_view_is(key, "is_still_participant") && (t == JSON_TRUE || t == JSON_FALSE)) {
		evd_object_bool(&own->about, "isStillParticipant", t == JSON_TRUE);
	} else if (!meta_is_one_of(key, read)) {
		meta_mend_below(g, 0);
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
		keep(&own->title, meta_mend(own, json_text(&g->tree, 0)));
	else if (evd_view_is(key, "thread_path"))
		keep(&own->path, meta_mend(own, json_text(&g->tree, 0)));
	else if (evd_view_is(key, "thread_type"))
		keep(&own->kind, json_text(&g->tree, 0));
	if (!evd_view_is(key, "participants") || !people)
		return 0;
	for (size_t i = json_first(&g->tree, 0); i && r == 0; i = json_next(&g->tree, 0, i)) {
		const struct evd_view none = {NULL, 0};

		own->n_mended = 0;
		r = evd_chat_participant(&g->chat, own->conv,
		                         meta_mend(own, g->tree.node[i].type == JSON_OBJECT
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
		r = second ? chat_json_each(g, own->conv, meta_message, err)
		           : json_pull_skip(&g->pull, t, err);
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
	for (size_t i = 0; i < META_MENDED; i++)
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
