/* json_tree: one JSON value in memory; see json_pull.h. */
#include "json_pull.h"

#include "chat.h"

#include <stdlib.h>
#include <string.h>

#define KEYS_COMPARED 64u /* members of an object that are looked at for doubles */

void json_tree_init(struct json_tree *t, size_t max_bytes, size_t max_nodes)
{
	memset(t, 0, sizeof *t);
	evd_buf_init(&t->text, max_bytes);
	t->max_nodes = max_nodes;
}

void json_tree_release(struct json_tree *t)
{
	evd_buf_release(&t->text);
	free(t->node);
	memset(t, 0, sizeof *t);
}

static size_t keep(struct json_tree *t, struct evd_view v)
{
	size_t at = t->text.len;

	evd_put_view(&t->text, v);
	return at;
}

/* A node for the token at hand; 0, LIMIT or NOMEM. */
static int add(struct json_tree *t, const struct json_pull *j, enum json_token type, size_t key,
               size_t key_len, struct evd_error *err)
{
	struct json_node *n;
	void *grown;

	if (t->n >= t->max_nodes || j->text_cut)
		return evd_fail(err, EVD_E_LIMIT, "a JSON value is larger than is kept in memory");
	grown = evd_grow(t->node, t->n, &t->cap, sizeof *t->node);
	if (!grown)
		return evd_nomem(err);
	t->node = grown;
	n = &t->node[t->n++];
	memset(n, 0, sizeof *n);
	n->type = type;
	n->key = key;
	n->key_len = key_len;
	n->from = j->from;
	n->to = j->to;
	n->next = (uint32_t)t->n;
	if (type == JSON_STRING || type == JSON_NUMBER) {
		n->text_len = j->text.len;
		n->text = keep(t, evd_buf_view(&j->text));
	}
	return evd_buf_check(&t->text, err);
}

static bool has_double(const struct json_tree *t, size_t object)
{
	size_t seen[KEYS_COMPARED], n = 0;

	for (size_t at = json_first(t, object); at && n < KEYS_COMPARED;
	     at = json_next(t, object, at)) {
		for (size_t i = 0; i < n; i++)
			if (evd_view_eq(json_key(t, seen[i]), json_key(t, at)))
				return true;
		seen[n++] = at;
	}
	return false;
}

static int read_list(struct json_tree *t, struct json_pull *j, struct evd_error *err)
{
	size_t open[JSON_DEPTH + 1], depth = 1, key = 0, key_len = 0;
	int r = 0;

	open[0] = 0;
	while (r == 0 && depth) {
		enum json_token k;
		size_t top = open[depth - 1];

		r = json_pull_next(j, &k, err);
		if (r)
			break;
		if (k == JSON_KEY) {
			key_len = j->text.len;
			key = keep(t, evd_buf_view(&j->text));
			r = j->text_cut ? evd_fail(err, EVD_E_LIMIT, "a member name is too long")
			                : evd_buf_check(&t->text, err);
			continue;
		}
		if (k == JSON_OBJECT_END || k == JSON_ARRAY_END) {
			t->node[top].to = j->to;
			t->node[top].next = (uint32_t)t->n;
			t->double_key = t->double_key || (k == JSON_OBJECT_END && has_double(t, top));
			depth--;
			continue;
		}
		if (k == JSON_END)
			return evd_fail(err, EVD_E_FORMAT, "JSON value without end");
		t->node[top].count++;
		r = add(t, j, k, key, key_len, err);
		key_len = 0;
		if (r == 0 && (k == JSON_OBJECT || k == JSON_ARRAY))
			open[depth++] = t->n - 1;
	}
	return r;
}

int json_tree_read(struct json_tree *t, struct json_pull *j, enum json_token first,
                   struct evd_error *err)
{
	unsigned outer = j->depth - (first == JSON_OBJECT || first == JSON_ARRAY);
	struct evd_error ignored;
	int r, more = 0;

	evd_buf_reset(&t->text);
	t->n = 0;
	t->double_key = false;
	r = add(t, j, first, 0, 0, err);
	if (r == 0 && (first == JSON_OBJECT || first == JSON_ARRAY))
		r = read_list(t, j, err);
	if (r != EVD_E_LIMIT)
		return r;
	while (more == 0 && j->depth > outer) {
		enum json_token k;

		more = json_pull_next(j, &k, &ignored);
	}
	if (t->n)
		t->node[0].to = j->to;
	return more ? evd_fail(err, more, "%s", ignored.text) : r;
}

size_t json_first(const struct json_tree *t, size_t at)
{
	return at < t->n && t->node[at].count ? at + 1 : 0;
}

size_t json_next(const struct json_tree *t, size_t parent, size_t child)
{
	size_t next = t->node[child].next;

	return next < t->node[parent].next ? next : 0;
}

struct evd_view json_key(const struct json_tree *t, size_t at)
{
	return evd_view_of(t->node[at].key_len ? t->text.data + t->node[at].key : NULL,
	                   t->node[at].key_len);
}

size_t json_get(const struct json_tree *t, size_t object, const char *key)
{
	if (object >= t->n || t->node[object].type != JSON_OBJECT)
		return 0;
	for (size_t at = json_first(t, object); at; at = json_next(t, object, at))
		if (evd_view_is(json_key(t, at), key))
			return at;
	return 0;
}

struct evd_view json_text(const struct json_tree *t, size_t at)
{
	size_t len = at < t->n ? t->node[at].text_len : 0;

	return evd_view_of(len ? t->text.data + t->node[at].text : NULL, len);
}

struct evd_view json_text_of(const struct json_tree *t, size_t object, const char *key)
{
	size_t at = json_get(t, object, key);

	return at ? json_text(t, at) : evd_view_of(NULL, 0);
}

bool json_is_true(const struct json_tree *t, size_t object, const char *key)
{
	size_t at = json_get(t, object, key);

	return at && t->node[at].type == JSON_TRUE;
}

bool json_integer(const struct json_tree *t, size_t at, int64_t *out)
{
	return at && evd_chat_integer(json_text(t, at), out);
}
