/* chat_json: see chat_json.h. */
#include "chat_json.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct run {
	struct chat_json *g;
	int (*file)(struct chat_json *g, struct evd_view name, struct evd_error *err);
};

static int one_file(void *ctx, struct evd_chat_file *f, struct evd_error *err)
{
	struct run *run = ctx;
	struct chat_json *g = run->g;
	struct evd_error why = {0};
	int r = json_pull_init(&g->pull, f->read, f->ctx, err);

	if (r)
		return r;
	g->chat.member = f->name;
	r = run->file(g, f->name, &why);
	if (r == EVD_E_FORMAT || r == EVD_E_DAMAGED) {
		uint64_t end = g->pull.base + g->pull.len, off = g->pull.base + g->pull.at;
		size_t got = g->pull.len;

		/* how much is left: read on to the end */
		while (got && f->read(f->ctx, g->pull.block, JSON_BLOCK, &got, NULL) == 0)
			end += got;
		r = evd_chat_unread(&g->chat, NULL, r == EVD_E_FORMAT ? "not-json" : "damaged", off,
		                    end > off ? end - off : 0, err, "%s", why.text);
	} else if (r && err) {
		*err = why;
	}
	g->chat.member = evd_view_of(NULL, 0);
	json_pull_release(&g->pull);
	return r;
}

static int say_unknown(struct chat_json *g, struct evd_error *err)
{
	int r = 0;

	for (size_t i = 0; i < g->n_unknown && r == 0; i++)
		r = evd_chat_observe(&g->chat, NULL, "unknown-field", err,
		                     "member \"%s\" is not known to this reader, %llu times",
		                     g->unknown[i].name, (unsigned long long)g->unknown[i].n);
	if (r == 0 && g->unknown_more)
		r = evd_chat_observe(&g->chat, NULL, "unknown-field", err,
		                     "further unknown members, %llu times",
		                     (unsigned long long)g->unknown_more);
	return r;
}

int chat_json_item(const struct evd_input *in, struct evd_sink *sink, const char *platform,
                   bool (*want)(void *ctx, struct evd_view name),
                   int (*file)(struct chat_json *g, struct evd_view name, struct evd_error *err),
                   void *own, struct evd_error *err)
{
	struct chat_json *g = calloc(1, sizeof *g);
	struct run run = {g, file};
	struct evd_chat_walk walk = {want, one_file, &run, NULL, NULL};
	int r;

	if (!g)
		return evd_nomem(err);
	evd_chat_init(&g->chat, sink, platform);
	json_tree_init(&g->tree, CHAT_JSON_TREE, CHAT_JSON_NODES);
	evd_chat_list_init(&g->list);
	evd_chat_list_init(&g->more);
	evd_chat_list_init(&g->rest);
	evd_object_init(&g->object);
	g->in = in;
	g->own = own;
	walk.chat = &g->chat;
	r = evd_chat_index_build(&g->index, in, NULL, err);
	if (r == 0)
		r = evd_chat_walk(in, &walk, err);
	if (r == 0 && g->chat.n_conv == 0)
		r = evd_fail(err, EVD_E_FORMAT, "no conversation in the item");
	if (r == 0 && g->done)
		r = g->done(g, err);
	if (r == 0)
		r = say_unknown(g, err);
	if (r == 0)
		r = evd_chat_end(&g->chat, err);
	evd_chat_index_release(&g->index);
	json_tree_release(&g->tree);
	evd_chat_list_release(&g->list);
	evd_chat_list_release(&g->more);
	evd_chat_list_release(&g->rest);
	evd_object_release(&g->object);
	evd_buf_release(&g->text);
	evd_buf_release(&g->text2);
	evd_buf_release(&g->details);
	evd_chat_release(&g->chat);
	free(g);
	return r;
}

int chat_json_ahead(struct chat_json *g, bool (*want)(void *ctx, struct evd_view name),
                    int (*file)(struct chat_json *g, struct evd_view name, struct evd_error *err),
                    struct evd_error *err)
{
	struct run run = {g, file};
	const struct evd_chat_walk walk = {want, one_file, &run, NULL, NULL};
	struct json_pull held = g->pull;
	struct evd_view member = g->chat.member;
	int r = evd_chat_walk(g->in, &walk, err);

	g->pull = held;
	g->chat.member = member;
	return r;
}

int chat_json_each(struct chat_json *g, struct evd_chat_conv *conv,
                   int (*each)(struct chat_json *g, struct evd_error *err), struct evd_error *err)
{
	for (;;) {
		struct evd_error why;
		enum json_token t;
		int r = json_pull_next(&g->pull, &t, err);

		if (r || t == JSON_ARRAY_END)
			return r;
		r = json_tree_read(&g->tree, &g->pull, t, &why);
		if (r == EVD_E_LIMIT)
			r = evd_chat_unread(&g->chat, conv, "limit", g->tree.n ? g->tree.node[0].from : 0,
			                    g->tree.n ? g->tree.node[0].to - g->tree.node[0].from : 0, err,
			                    "%s", why.text);
		else if (r)
			return evd_fail(err, r, "%s", why.text);
		else if (t != JSON_OBJECT)
			r = evd_chat_unread(&g->chat, conv, "not-a-message", g->pull.from,
			                    g->pull.to - g->pull.from, err,
			                    "an element of the list of messages is no object");
		else
			r = each(g, err);
		if (r)
			return r;
	}
}

void chat_json_unknown(struct chat_json *g, struct evd_view key)
{
	struct evd_buf b;
	size_t u = 0;

	evd_buf_init(&b, (size_t)CHAT_JSON_NAME * 64);
	evd_put_printable(&b, key, CHAT_JSON_NAME);
	evd_put_u8(&b, 0);
	for (; b.failed == 0 && u < g->n_unknown; u++)
		if (strcmp(g->unknown[u].name, (const char *)b.data) == 0)
			break;
	if (b.failed || b.len > sizeof g->unknown[0].name || u == CHAT_JSON_UNKNOWN) {
		g->unknown_more++;
	} else {
		if (u == g->n_unknown) {
			memcpy(g->unknown[u].name, b.data, b.len);
			g->n_unknown++;
		}
		g->unknown[u].n++;
	}
	evd_buf_release(&b);
}

void chat_json_known(struct chat_json *g, size_t at, const char *const *known)
{
	for (size_t i = json_first(&g->tree, at); i; i = json_next(&g->tree, at, i)) {
		struct evd_view key = json_key(&g->tree, i);
		size_t k = 0;

		while (known[k] && !evd_view_is(key, known[k]))
			k++;
		if (!known[k])
			chat_json_unknown(g, key);
	}
}

void chat_json_place(const struct chat_json *g, struct evd_chat_message *m)
{
	m->off = g->file_base + g->tree.node[0].from;
	m->len = g->tree.node[0].to - g->tree.node[0].from;
	if (g->tree.double_key)
		m->flags |= EVD_CHAT_F_DUPLICATE_KEY;
}

struct evd_view chat_json_details(struct chat_json *g)
{
	evd_buf_reset(&g->details);
	if (g->object.n == 0 || evd_object_write(&g->object, &g->details, NULL))
		return evd_view_of(NULL, 0);
	return evd_buf_view(&g->details);
}

/* Numbers go out as strings: they may be negative, fractional or beyond 2^53. */
void json_put(struct evd_object *o, const char *key, const struct json_tree *t, size_t at)
{
	if (at == 0 || at >= t->n)
		return;
	switch (t->node[at].type) {
	case JSON_STRING:
	case JSON_NUMBER: evd_chat_text(o, key, json_text(t, at)); break;
	case JSON_TRUE: evd_object_bool(o, key, true); break;
	case JSON_FALSE: evd_object_bool(o, key, false); break;
	default: break;
	}
}
