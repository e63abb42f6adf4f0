/*
 * canon: canonical JSON (RFC 8785), the only JSON that is hashed and signed. Read strictly: a text
 * either has the one canonical spelling or is refused. Written by a builder that sorts.
 *
 * Profile (docs/format.md §3): UTF-8, no white space, keys [A-Za-z0-9_-]{1,64} strictly ascending,
 * integers 0…2^53−1 without sign, point, exponent or leading zero, the escapes of RFC 8785 §3.2.2.2
 * and no others, at most EVD_MAX_JSON_DEPTH deep.
 */
#ifndef EVD_CANON_H
#define EVD_CANON_H

#include "base/buf.h"

#define EVD_OBJECT_KEY_MAX 72u /* EVD_MAX_KEY, a suffix and the NUL */

enum evd_json_type {
	EVD_JSON_NULL,
	EVD_JSON_FALSE,
	EVD_JSON_TRUE,
	EVD_JSON_INT,
	EVD_JSON_STRING,
	EVD_JSON_ARRAY,
	EVD_JSON_OBJECT,
};

/* One value. Views borrow the parsed text. */
struct evd_json_node {
	enum evd_json_type type;
	struct evd_view key; /* in an object, else empty */
	struct evd_view raw; /* the value as spelt; a string's raw is without its quotes */
	uint64_t number;     /* EVD_JSON_INT */
	uint32_t count;      /* children of an array or object */
	uint32_t next;       /* index of the node behind this one and all its children */
};

/* A parsed text; nodes in order, [0] is the root, children of i start at i+1. Reusable. */
struct evd_json {
	struct evd_json_node *node;
	size_t n, cap;
};

/*
 * evd_json_parse(j, text, err): parses one whole canonical value, forgetting what `j` held.
 * `text` must outlive the use of `j`. Errors: FORMAT (offset = first wrong byte), NOMEM.
 */
int evd_json_parse(struct evd_json *j, struct evd_view text, struct evd_error *err) EVD_MUST_USE;
void evd_json_release(struct evd_json *j);
/* evd_json_find(j, object, key): index of the member's value, or 0 (the root is never a member). */
size_t evd_json_find(const struct evd_json *j, size_t object, const char *key);
/* evd_json_string(j, object, key, out): a string member, as spelt; false if absent or other type. */
bool evd_json_string(const struct evd_json *j, size_t object, const char *key,
                     struct evd_view *out);
/* evd_put_unescaped(b, raw): the characters that a string's `raw` spells. */
void evd_put_unescaped(struct evd_buf *b, struct evd_view raw);

/* Writing. evd_put_json_string adds the quotes; `v` must be UTF-8 (EVD_E_FORMAT sticks in b). */
void evd_put_json_string(struct evd_buf *b, struct evd_view v);
void evd_put_json_utf8(struct evd_buf *b,
                       struct evd_view v); /* the same of what is known to be UTF-8 */

/* A byte below 0x20, a quotation mark or a backslash among eight (a byte of x that is 0 borrows). */
static inline bool evd_json_needs_escape(const uint8_t *p)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
	uint64_t x, quote, slash;

	memcpy(&x, p, sizeof x);
	quote = x ^ ones * '"';
	slash = x ^ ones * '\\';
	return (((x - ones * 0x20) & ~x) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash)) &
	       high;
}
/* Eight bytes of ASCII that stand in a string as they are. */
static inline bool evd_json_is_plain8(const uint8_t *p)
{
	uint64_t x;

	memcpy(&x, p, sizeof x);
	return !(x & UINT64_C(0x8080808080808080)) && !evd_json_needs_escape(p);
}

/* ---- base/object.c: for the writing side, and no part of the verifier ---- */

/* evd_json_int(j, object, key, out): a number member; false if absent or of another type. */
bool evd_json_int(const struct evd_json *j, size_t object, const char *key, uint64_t *out);

/*
 * An object being built: members in any order, written sorted. Failures stick and come out of
 * evd_object_write. A key given twice is EVD_E_MISUSE.
 */
struct evd_object {
	struct evd_buf values; /* rendered values, one after the other */
	struct evd_object_member {
		char key[EVD_OBJECT_KEY_MAX];
		size_t off, len; /* in values */
	} * member;
	size_t n, cap;
	int failed;
};

void evd_object_init(struct evd_object *o);
void evd_object_release(struct evd_object *o);
void evd_object_reset(struct evd_object *o);
void evd_object_str(struct evd_object *o, const char *key, struct evd_view v);
void evd_object_cstr(struct evd_object *o, const char *key, const char *text);
void evd_object_int(struct evd_object *o, const char *key, uint64_t v);
void evd_object_bool(struct evd_object *o, const char *key, bool v);
void evd_object_null(struct evd_object *o, const char *key);
void evd_object_hex(struct evd_object *o, const char *key, const uint8_t *p, size_t len);
/* canonical JSON that stands already */
void evd_object_raw(struct evd_object *o, const char *key, struct evd_view json);
/* an inner object; NULL members are impossible, so `inner` must have been built without failure */
void evd_object_object(struct evd_object *o, const char *key, struct evd_object *inner);
/* evd_object_bytes(o, key, v): text of foreign origin: as a string if it is UTF-8, else as base64url
 * under `key`+"Bytes"; exactly one of the two (docs/format.md §3). */
void evd_object_bytes(struct evd_object *o, const char *key, struct evd_view v);
/* evd_object_write(o, b, err): appends the canonical object to `b`. */
int evd_object_write(struct evd_object *o, struct evd_buf *b, struct evd_error *err) EVD_MUST_USE;

#endif
