/*
 * json_pull: JSON read as it comes, in little memory, with the place of every value. Stage: read-out.
 *
 * For evidence, not for what we sign (that is base/canon): members keep their order and doubles,
 * control characters and bytes that are not UTF-8 are let through as they are, a lone surrogate
 * escape becomes its three bytes (not UTF-8, so the record shows bytes). RFC 8259 otherwise.
 */
#ifndef EVD_JSON_PULL_H
#define EVD_JSON_PULL_H

#include "format.h"

#define JSON_DEPTH 64u
#define JSON_BLOCK (UINT32_C(64) << 10)

enum json_token {
	JSON_END,
	JSON_OBJECT,
	JSON_OBJECT_END,
	JSON_ARRAY,
	JSON_ARRAY_END,
	JSON_KEY,
	JSON_STRING,
	JSON_NUMBER,
	JSON_TRUE,
	JSON_FALSE,
	JSON_NULL,
};

struct json_pull {
	int (*read)(void *ctx, void *p, size_t len, size_t *got, struct evd_error *err);
	void *ctx;
	uint8_t *block;
	size_t at, len; /* in block */
	uint64_t base;  /* offset of block[0] */
	bool end;
	bool lines; /* several values one after the other (JSON Lines) */
	/* Two slips of Telegram Desktop, which else would cost all that stands behind them: \x0B for a control character (tdesktop
	 * 27571), and a value without quotes up to the end of its line (a custom emoji's document_id, tdesktop 24961). */
	bool tdesktop;
	uint64_t slips; /* of these */
	unsigned depth;
	bool in_object[JSON_DEPTH];
	uint8_t expect;      /* private */
	struct evd_buf text; /* of the last key, string or number, unescaped */
	size_t text_max;     /* bytes kept of it; longer: text_cut */
	bool text_cut;
	uint64_t from, to; /* of the last token */
};

int json_pull_init(struct json_pull *j,
                   int (*read)(void *ctx, void *p, size_t len, size_t *got, struct evd_error *err),
                   void *ctx, struct evd_error *err) EVD_MUST_USE;
void json_pull_release(struct json_pull *j);
/* json_pull_next(j, t, err): the next token. FORMAT with the offset: not JSON here. */
int json_pull_next(struct json_pull *j, enum json_token *t, struct evd_error *err) EVD_MUST_USE;
/* json_pull_skip(j, t, err): the rest of the value that began with `t`. */
int json_pull_skip(struct json_pull *j, enum json_token t, struct evd_error *err) EVD_MUST_USE;
bool json_pull_is(const struct json_pull *j, const char *text);

/* One value in memory. Views hold until the tree is filled again. */
struct json_node {
	enum json_token type;
	size_t key, key_len, text, text_len; /* in json_tree.text */
	uint64_t from, to;                   /* bytes of the source */
	uint32_t next;                       /* behind it and all its children */
	uint32_t count;                      /* children */
};

struct json_tree {
	struct evd_buf text;
	struct json_node *node;
	size_t n, cap, max_nodes;
	bool double_key; /* an object holds a member twice */
};

void json_tree_init(struct json_tree *t, size_t max_bytes, size_t max_nodes);
void json_tree_release(struct json_tree *t);
/*
 * json_tree_read(t, j, first, err): the value that began with token `first`. LIMIT: too large, but
 * read to its end, so that the next value can be taken; the place is in t->node[0].
 */
int json_tree_read(struct json_tree *t, struct json_pull *j, enum json_token first,
                   struct evd_error *err) EVD_MUST_USE;
/* index of a member's value, 0: absent; the first if there are several */
size_t json_get(const struct json_tree *t, size_t object, const char *key);
struct evd_view json_key(const struct json_tree *t, size_t at);
/* text of a string or number; empty for others */
struct evd_view json_text(const struct json_tree *t, size_t at);
/* text of a string or number member; empty if absent */
struct evd_view json_text_of(const struct json_tree *t, size_t object, const char *key);
bool json_is_true(const struct json_tree *t, size_t object, const char *key);
/* first child and, from a child, the next; 0 at the end */
size_t json_first(const struct json_tree *t, size_t at);
size_t json_next(const struct json_tree *t, size_t parent, size_t child);
/* an integer, also in a string; false otherwise */
bool json_integer(const struct json_tree *t, size_t at, int64_t *out);
/* places a value for canonical output under `key`: string, number as string, array count… */
void json_put(struct evd_object *o, const char *key, const struct json_tree *t, size_t at);

#endif
