/* frame: see frame.h. */
#include "base/frame.h"

#include <string.h>

void evd_frame_put(struct evd_buf *b, char type, struct evd_view payload)
{
	evd_put_u32le(b, (uint32_t)payload.len + 1);
	evd_put_u8(b, (uint8_t)type);
	evd_put_view(b, payload);
}

int evd_frame_put_object(struct evd_buf *b, char type, struct evd_object *o, struct evd_error *err)
{
	struct evd_buf json = {0};
	int r = evd_object_write(o, &json, err);

	if (r == 0)
		evd_frame_put(b, type, evd_buf_view(&json));
	evd_buf_release(&json);
	return r ? r : evd_buf_check(b, err);
}

int evd_frame_take(struct evd_view *in, size_t max, char *type, struct evd_view *payload)
{
	struct evd_cursor c;
	struct evd_view frame;
	uint32_t len;

	if (in->len < 4)
		return EVD_END;
	evd_cursor_init(&c, *in);
	len = evd_get_u32le(&c);
	if (len < 1 || len > max)
		return EVD_E_FORMAT;
	if (evd_cursor_left(&c) < len)
		return EVD_END;
	frame = evd_get_bytes(&c, len);
	*type = (char)frame.p[0];
	*payload = evd_view_of(frame.p + 1, frame.len - 1);
	*in = evd_view_of(in->p + 4 + len, in->len - 4 - len);
	return 0;
}

/* Kinds of the format itself (docs/format.md §3). */
static bool is_reserved(struct evd_view kind)
{
	static const char *const reserved[] = {"circumstances", "content", "origin", "scope",
	                                       "correction"};

	for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
		if (evd_view_is(kind, reserved[i]))
			return true;
	return false;
}

static bool is_kind(struct evd_view kind)
{
	if (kind.len < 1 || kind.len > 32)
		return false;
	for (size_t i = 0; i < kind.len; i++)
		if (!((kind.p[i] >= 'a' && kind.p[i] <= 'z') || kind.p[i] == '-'))
			return false;
	return !is_reserved(kind);
}

const char *evd_foreign_fault(const struct evd_json *j)
{
	/* the last two would be taken for a run of withheld lines (docs/format.md §6) */
	static const char *const ours[] = {"case", "id", "salt", "withheld", "hashes"};
	struct evd_view kind;

	if (j->node[0].type != EVD_JSON_OBJECT || !evd_json_string(j, 0, "kind", &kind) ||
	    !is_kind(kind))
		return "a record is of no kind";
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (evd_json_find(j, 0, ours[i]))
			return "a record holds a member of the format";
	return NULL;
}

/* A member as it is spelt. */
static void copy_member(struct evd_object *o, const struct evd_json_node *n)
{
	struct evd_view value = n->raw;
	char key[EVD_OBJECT_KEY_MAX];
	size_t len = n->key.len < sizeof key ? n->key.len : sizeof key - 1;

	if (n->type == EVD_JSON_STRING) { /* with the quotes that stand about it in the text */
		value.p--;
		value.len += 2;
	}
	memcpy(key, n->key.p, len);
	key[len] = '\0';
	evd_object_raw(o, key, value);
}

static bool is_one_of(struct evd_view key, const char *const *list)
{
	for (; list && *list; list++)
		if (evd_view_is(key, *list))
			return true;
	return false;
}

void evd_object_copy(struct evd_object *o, const struct evd_json *j, size_t object,
                     const char *const *but)
{
	size_t at = object + 1;

	for (uint32_t i = 0; i < j->node[object].count; i++, at = j->node[at].next)
		if (!is_one_of(j->node[at].key, but))
			copy_member(o, &j->node[at]);
}
