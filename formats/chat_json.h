/*
 * chat_json: what the chat readers of JSON exports share: one item's state, files read as token
 * streams, arrays of messages taken one at a time, fields nobody knows counted. Stage: read-out.
 */
#ifndef EVD_CHAT_JSON_H
#define EVD_CHAT_JSON_H

#include "chat_file.h"
#include "json_pull.h"

#define CHAT_JSON_TREE (UINT32_C(16) << 20) /* bytes of one message */
#define CHAT_JSON_NODES 200000u             /* values of one message */
#define CHAT_JSON_UNKNOWN 32u               /* names of unknown members that are listed */
#define CHAT_JSON_NAME                                                                             \
	256u /* bytes of such a name as it is shown; longer ones count as further ones */

struct chat_json {
	struct evd_chat chat;
	struct evd_chat_index index;
	struct json_pull pull;
	struct json_tree tree;
	struct evd_chat_list list; /* reactions */
	struct evd_chat_list more; /* revisions */
	struct evd_chat_list rest; /* members nothing is taken from */
	size_t rest_len;
	struct evd_buf text, text2, details;
	struct evd_object object;
	const struct evd_input *in;
	uint64_t file_base; /* offset of the text being parsed in the file */
	struct {
		char name[CHAT_JSON_NAME];
		uint64_t n;
	} unknown[CHAT_JSON_UNKNOWN];
	size_t n_unknown;
	uint64_t unknown_more;
	void *own; /* of the reader */
	int (*done)(struct chat_json *g,
	            struct evd_error *err); /* NULL, or called when all files are read */
};

/*
 * chat_json_item(in, sink, platform, want, file, own, err): every wanted file of the item through
 * `file`, with g->pull at its beginning; then participants and ledgers. A file that stops being JSON
 * is `unread` from there on. FORMAT if no conversation was found.
 */
int chat_json_item(const struct evd_input *in, struct evd_sink *sink, const char *platform,
                   bool (*want)(void *ctx, struct evd_view name),
                   int (*file)(struct chat_json *g, struct evd_view name, struct evd_error *err),
                   void *own, struct evd_error *err) EVD_MUST_USE;

/* chat_json_ahead(g, want, file, err): within `file`, every wanted file of the item through another one before the file at
 * hand goes on: what stands in those is needed to tell the others. What cannot be read of the zip is said by the walk that
 * is under way, which must want them too. */
int chat_json_ahead(struct chat_json *g, bool (*want)(void *ctx, struct evd_view name),
                    int (*file)(struct chat_json *g, struct evd_view name, struct evd_error *err),
                    struct evd_error *err) EVD_MUST_USE;
/* chat_json_each(g, conv, each, err): g->pull stands behind "["; each element in g->tree. */
int chat_json_each(struct chat_json *g, struct evd_chat_conv *conv,
                   int (*each)(struct chat_json *g, struct evd_error *err),
                   struct evd_error *err) EVD_MUST_USE;
/* counts the members of the object at `at` that are not in `known`, a list ending with NULL */
void chat_json_known(struct chat_json *g, size_t at, const char *const *known);
/* chat_json_rest_begin, then for each object of the message chat_json_rest(g, at, read): its members that are not in
 * `read`, a list ending with NULL; chat_json_rest_end puts them into g->object as `otherMembers`. Uses g->text2. */
void chat_json_rest_begin(struct chat_json *g);
void chat_json_rest(struct chat_json *g, size_t at, const char *const *read);
void chat_json_rest_one(struct chat_json *g, size_t at); /* that member alone */
/* a value whose name is not in g->tree */
void chat_json_rest_named(struct chat_json *g, struct evd_view key, size_t at);
void chat_json_rest_end(struct chat_json *g);
/* chat_json_put(g, o, key, at): any value under `key`: a string, number or truth as json_put does, a list or an object as JSON
 * in a string; of one over 8 KiB its length under `key`+"Bytes". null and what is empty is not put. Uses g->text2. */
void chat_json_put(struct chat_json *g, struct evd_object *o, const char *key, size_t at);
/* one such member, of an object that is not in g->tree */
void chat_json_unknown(struct chat_json *g, struct evd_view key);
/* text of a message with place and flags of g->tree */
void chat_json_place(const struct chat_json *g, struct evd_chat_message *m);
/* g->object as canonical JSON, in g->details; empty if it has no member */
struct evd_view chat_json_details(struct chat_json *g);

#endif
