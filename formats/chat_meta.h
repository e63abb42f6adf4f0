/*
 * chat_meta: one file of Meta's downloads in JSON while it is read: the thread, which chat_meta.c reads, and its messages, of
 * which chat_meta_message.c makes the records. Private to these two. Stage: read-out.
 */
#ifndef EVD_CHAT_META_H
#define EVD_CHAT_META_H

#include "chat_json.h"
#include "chat_parts.h"
#include "source.h"

#define META_MENDED 24 /* strings of one message that can be mended */

struct meta {
	struct evd_chat_conv *conv;
	struct evd_buf file, title, path, kind;
	struct evd_buf mended[META_MENDED];
	struct evd_buf spelled;  /* a string on its way back into the tree */
	struct evd_object about; /* what a file says of its thread beside names */
	struct evd_buf about_text;
	size_t n_mended;
	bool e2ee, any_mended;
	struct evd_chat_parts parts;
	uint64_t in_file; /* messages of the present file */
	struct evd_memory memory;
	struct evd_source source;
	uint64_t at;
};

/* meta_message(g, err): the message in g->tree and its attachments, as records of own->conv. */
int meta_message(struct chat_json *g, struct evd_error *err) EVD_MUST_USE;

/*
 * meta_mend(own, v): `v` with the bytes that Meta's exporter wrote one by one as Latin-1 put together again, or `v` itself.
 * Of own->mended, which the caller gives back by setting own->n_mended as it was.
 */
struct evd_view meta_mend(struct meta *own, struct evd_view v);
/* every string of a value, in its place in g->tree */
void meta_mend_below(struct chat_json *g, size_t at);

/* `list` ends with NULL */
bool meta_is_one_of(struct evd_view key, const char *const *list);

/* meta_rest_each(g, list, read): what the objects of the array at `list` have beside `read`, a list that ends with NULL,
 * mended, to what is shown as it is. */
void meta_rest_each(struct chat_json *g, size_t list, const char *const *read);

#endif
