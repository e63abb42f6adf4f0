/*
 * chat_json_rest: members of a message that its reader takes nothing from, as they are; see chat_json.h. What a new
 * version of an export says beside the words (a link's preview, who was mentioned) must not be swallowed.
 */
#include "chat_json.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define VALUE_MAX 8192u              /* bytes of one member; of a longer one only how long it is */
#define ALL_MAX (UINT32_C(32) << 10) /* bytes of all members of a message */

static void put_string(struct evd_buf *b, struct evd_view v)
{
	struct evd_buf shown;

	if (evd_is_utf8(v)) {
		evd_put_json_string(b, v);
		return;
	}
	evd_buf_init(&shown, 0);
	evd_put_printable(&shown, v, VALUE_MAX);
	evd_put_json_string(b, evd_buf_view(&shown));
	evd_buf_release(&shown);
}

static void put_value(struct evd_buf *b, const struct json_tree *t, size_t at)
{
	bool object = t->node[at].type == JSON_OBJECT;
	const char *between = "";

	switch (t->node[at].type) {
	case JSON_STRING: put_string(b, json_text(t, at)); return;
	case JSON_NUMBER: evd_put_view(b, json_text(t, at)); return;
	case JSON_TRUE: evd_put_str(b, "true"); return;
	case JSON_FALSE: evd_put_str(b, "false"); return;
	case JSON_OBJECT:
	case JSON_ARRAY: break;
	default: evd_put_str(b, "null"); return;
	}
	evd_put_u8(b, object ? '{' : '[');
	for (size_t i = json_first(t, at); i && b->len <= ALL_MAX; i = json_next(t, at, i)) {
		evd_put_str(b, between);
		between = ",";
		if (object) {
			put_string(b, json_key(t, i));
			evd_put_u8(b, ':');
		}
		put_value(b, t, i); /* json_pull goes JSON_DEPTH deep at most */
	}
	evd_put_u8(b, object ? '}' : ']');
}

/* null, false, and what is empty say nothing. */
static bool says_nothing(const struct json_tree *t, size_t at)
{
	switch (t->node[at].type) {
	case JSON_STRING: return json_text(t, at).len == 0;
	case JSON_OBJECT:
	case JSON_ARRAY: return json_first(t, at) == 0;
	case JSON_NUMBER:
	case JSON_TRUE: return false;
	default: return true;
	}
}

void chat_json_put(struct chat_json *g, struct evd_object *o, const char *key, size_t at)
{
	const struct json_tree *t = &g->tree;
	char longer[EVD_OBJECT_KEY_MAX];

	if (at == 0 || at >= t->n || (says_nothing(t, at) && t->node[at].type != JSON_FALSE))
		return;
	if (t->node[at].type != JSON_OBJECT && t->node[at].type != JSON_ARRAY) {
		json_put(o, key, t, at);
		return;
	}
	evd_buf_reset(&g->text2);
	put_value(&g->text2, t, at);
	if (!g->text2.failed && g->text2.len <= VALUE_MAX) {
		evd_chat_text(o, key, evd_buf_view(&g->text2));
		return;
	}
	snprintf(longer, sizeof longer, "%sBytes", key);
	evd_object_int(o, longer, t->node[at].to - t->node[at].from);
}

void chat_json_rest_begin(struct chat_json *g)
{
	evd_chat_list_reset(&g->rest);
	g->rest_len = 0;
}

void chat_json_rest_one(struct chat_json *g, size_t i)
{
	chat_json_rest_named(g, json_key(&g->tree, i), i);
}

void chat_json_rest_named(struct chat_json *g, struct evd_view key, size_t i)
{
	const struct json_tree *t = &g->tree;
	struct evd_object *o;

	if (says_nothing(t, i) || !(o = evd_chat_list_item(&g->rest)))
		return;
	evd_buf_reset(&g->text2);
	put_value(&g->text2, t, i);
	evd_chat_text(o, "name", evd_view_of(key.p, evd_chat_cut(key, 200)));
	if (!g->text2.failed && g->text2.len <= VALUE_MAX && g->rest_len + g->text2.len <= ALL_MAX) {
		evd_chat_text(o, "value", evd_buf_view(&g->text2));
		g->rest_len += g->text2.len;
	} else {
		evd_object_int(o, "bytes", t->node[i].to - t->node[i].from);
	}
	if (evd_chat_list_put(&g->rest, NULL))
		g->rest.cut = true;
}

void chat_json_rest(struct chat_json *g, size_t at, const char *const *read)
{
	const struct json_tree *t = &g->tree;

	for (size_t i = at < t->n ? json_first(t, at) : 0; i; i = json_next(t, at, i)) {
		struct evd_view key = json_key(t, i);
		size_t k = 0;

		while (read[k] && !evd_view_is(key, read[k]))
			k++;
		if (!read[k])
			chat_json_rest_one(g, i);
	}
}

void chat_json_rest_end(struct chat_json *g)
{
	struct evd_view all = evd_chat_list_end(&g->rest);

	if (all.len)
		evd_object_raw(&g->object, "otherMembers", all);
}
