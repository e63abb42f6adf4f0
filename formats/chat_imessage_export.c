/*
 * chat_imessage_export: what imessage-exporter makes of the Messages database, TXT, one file or several in a zip
 * (docs/chats.md). Stage: read-out.
 */
#include "chat_imessage_text.h"

#include <stdlib.h>
#include <string.h>

#define HEAD 512u
#define LOOKED_AT 64u /* files of a zip, by the probe */

static bool is_text(struct evd_view head)
{
	const uint8_t *nl = head.len ? memchr(head.p, '\n', head.len) : NULL;
	struct evd_view line = evd_view_of(head.p, nl ? (size_t)(nl - head.p) : head.len), rest;

	if (line.len && line.p[line.len - 1] == '\r')
		line.len--;
	return im_line_of(line, &rest) != IM_WORDS;
}

static bool want(void *ctx, struct evd_view name)
{
	(void)ctx;
	return evd_chat_ends(name, ".txt");
}

static int file(void *ctx, struct evd_chat_file *f, struct evd_error *err)
{
	struct im_export *x = ctx;
	int r;

	x->conv = NULL;
	x->chat.member = f->name;
	x->form = "imessage-exporter-txt";
	x->no_ids = true;
	r = im_text_read(x, f, err);
	x->chat.member = evd_view_of(NULL, 0);
	return r;
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	if (evd_chat_is_zip(head))
		return in->n && evd_chat_any_begins(in, want, is_text, LOOKED_AT) ? 110 : 0;
	return is_text(evd_view_of(head.p, head.len < HEAD ? head.len : HEAD)) ? 110 : 0;
}

static int read_item(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	struct im_export *x = calloc(1, sizeof *x);
	struct evd_chat_walk walk = {want, file, x, NULL, NULL};
	int r;

	if (!x)
		return evd_nomem(err);
	evd_chat_init(&x->chat, sink, "imessage");
	evd_chat_list_init(&x->reactions);
	evd_chat_list_init(&x->revisions);
	evd_object_init(&x->object);
	evd_buf_init(&x->block, IM_BLOCK_MAX);
	walk.chat = &x->chat;
	r = evd_chat_index_build(&x->index, in, NULL, err);
	if (r == 0)
		r = evd_chat_walk(in, &walk, err);
	if (r == 0 && x->chat.n_conv == 0)
		r = evd_fail(err, EVD_E_FORMAT, "no message in the item");
	if (r == 0)
		r = evd_chat_end(&x->chat, err);
	evd_chat_index_release(&x->index);
	evd_chat_list_release(&x->reactions);
	evd_chat_list_release(&x->revisions);
	evd_object_release(&x->object);
	evd_buf_release(&x->details);
	evd_buf_release(&x->phone);
	evd_buf_release(&x->block);
	evd_chat_release(&x->chat);
	free(x);
	return r;
}

const struct evd_format evd_format_chat_imessage_export = {
    .name = "chat-imessage-export",
    .version = "1",
    .spec = "imessage-exporter TXT",
    .confirmed = false,
    .probe = probe,
    .read = read_item,
};
