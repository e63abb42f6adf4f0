/* object: objects of canonical JSON built, and what writers ask of those they read; see canon.h. */
#include "base/canon.h"

#include "base/limits.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* ASCII without anything to escape; the last eight bytes are looked at again rather than one by one. */
static bool is_plain(struct evd_view v)
{
	for (size_t i = 0; v.len >= 8; i = v.len - i < 16 ? v.len - 8 : i + 8) {
		if (!evd_json_is_plain8(v.p + i))
			return false;
		if (i == v.len - 8)
			return true;
	}
	return false;
}

static void put_quoted(struct evd_buf *b, struct evd_view v)
{
	if (!evd_buf_room(b, v.len + 2))
		return;
	b->data[b->len] = b->data[b->len + v.len + 1] = '"';
	memcpy(b->data + b->len + 1, v.p, v.len);
	b->len += v.len + 2;
}

bool evd_json_int(const struct evd_json *j, size_t object, const char *key, uint64_t *out)
{
	size_t at = evd_json_find(j, object, key);

	if (at == 0 || j->node[at].type != EVD_JSON_INT)
		return false;
	*out = j->node[at].number;
	return true;
}

void evd_object_init(struct evd_object *o)
{
	memset(o, 0, sizeof *o);
}

void evd_object_release(struct evd_object *o)
{
	evd_buf_release(&o->values);
	free(o->member);
	memset(o, 0, sizeof *o);
}

void evd_object_reset(struct evd_object *o)
{
	evd_buf_reset(&o->values);
	o->n = 0;
	o->failed = 0;
}

/* Opens member `key`; its value is what is put into o->values until close_member. */
static bool open_member(struct evd_object *o, const char *key, const char *suffix)
{
	void *grown;
	size_t n, k;

	if (o->failed)
		return false;
	if (o->n >= o->cap) {
		grown = evd_grow(o->member, o->n, &o->cap, sizeof *o->member);
		if (!grown) {
			o->failed = EVD_E_NOMEM;
			return false;
		}
		o->member = grown;
	}
	n = strlen(key);
	k = *suffix ? strlen(suffix) : 0;
	if (n + k < 1 || n + k > EVD_MAX_KEY) {
		o->failed = EVD_E_MISUSE;
		return false;
	}
	memcpy(o->member[o->n].key, key, n + 1);
	if (k)
		memcpy(o->member[o->n].key + n, suffix, k + 1);
	o->member[o->n].off = o->values.len;
	return true;
}

static void close_member(struct evd_object *o)
{
	if (o->values.failed) {
		o->failed = o->values.failed;
		return;
	}
	o->member[o->n].len = o->values.len - o->member[o->n].off;
	o->n++;
}

void evd_object_str(struct evd_object *o, const char *key, struct evd_view v)
{
	if (!open_member(o, key, ""))
		return;
	evd_put_json_string(&o->values, v);
	close_member(o);
}

void evd_object_cstr(struct evd_object *o, const char *key, const char *text)
{
	evd_object_str(o, key, evd_view_str(text));
}

void evd_object_int(struct evd_object *o, const char *key, uint64_t v)
{
	if (v > EVD_MAX_JSON_INT)
		o->failed = o->failed ? o->failed : EVD_E_MISUSE;
	if (!open_member(o, key, ""))
		return;
	evd_put_dec(&o->values, v);
	close_member(o);
}

void evd_object_raw(struct evd_object *o, const char *key, struct evd_view json)
{
	if (!open_member(o, key, ""))
		return;
	evd_put_view(&o->values, json);
	close_member(o);
}

void evd_object_bool(struct evd_object *o, const char *key, bool v)
{
	evd_object_raw(o, key, evd_view_str(v ? "true" : "false"));
}

void evd_object_null(struct evd_object *o, const char *key)
{
	evd_object_raw(o, key, evd_view_str("null"));
}

void evd_object_hex(struct evd_object *o, const char *key, const uint8_t *p, size_t len)
{
	if (!open_member(o, key, ""))
		return;
	evd_put_u8(&o->values, '"');
	evd_put_hex(&o->values, p, len);
	evd_put_u8(&o->values, '"');
	close_member(o);
}

void evd_object_bytes(struct evd_object *o, const char *key, struct evd_view v)
{
	bool plain = is_plain(v);

	if (plain || evd_is_utf8(v)) {
		if (!open_member(o, key, ""))
			return;
		if (plain)
			put_quoted(&o->values, v);
		else
			evd_put_json_utf8(&o->values, v);
		close_member(o);
		return;
	}
	if (!open_member(o, key, "Bytes"))
		return;
	evd_put_u8(&o->values, '"');
	evd_put_base64url(&o->values, v.p, v.len);
	evd_put_u8(&o->values, '"');
	close_member(o);
}

void evd_object_object(struct evd_object *o, const char *key, struct evd_object *inner)
{
	if (!open_member(o, key, ""))
		return;
	if (evd_object_write(inner, &o->values, NULL)) {
		o->failed = EVD_E_MISUSE;
		return;
	}
	close_member(o);
}

/* Members come in nearly sorted order or are few: no general sort. */
static void sort_members(struct evd_object *o)
{
	for (size_t i = 1; i < o->n; i++) {
		struct evd_object_member m;
		size_t at = i;

		while (at && strcmp(o->member[at - 1].key, o->member[i].key) > 0)
			at--;
		if (at == i)
			continue;
		m = o->member[i];
		memmove(&o->member[at + 1], &o->member[at], (i - at) * sizeof m);
		o->member[at] = m;
	}
}

static int by_key(const void *a, const void *b)
{
	const struct evd_object_member *x = a, *y = b;

	return strcmp(x->key, y->key);
}

int evd_object_write(struct evd_object *o, struct evd_buf *b, struct evd_error *err)
{
	if (o->failed)
		return evd_fail(err, o->failed, "object cannot be written: %s", evd_strerror(o->failed));
	if (o->n > 64)
		qsort(o->member, o->n, sizeof *o->member, by_key);
	else
		sort_members(o);
	for (size_t i = 1; i < o->n; i++)
		if (strcmp(o->member[i - 1].key, o->member[i].key) == 0)
			return evd_fail(err, EVD_E_MISUSE, "member '%s' given twice", o->member[i].key);
	evd_put_u8(b, '{');
	for (size_t i = 0; i < o->n; i++) {
		if (i > 0)
			evd_put_u8(b, ',');
		evd_put_u8(b, '"');
		evd_put_str(b, o->member[i].key);
		evd_put(b, "\":", 2);
		evd_put(b, o->values.data + o->member[i].off, o->member[i].len);
	}
	evd_put_u8(b, '}');
	return evd_buf_check(b, err);
}
