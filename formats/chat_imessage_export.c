/*
 * chat_imessage_export: what imessage-exporter makes of the Messages database, TXT or HTML, one file or several
 * in a zip (docs/chats.md). Stage: read-out.
 */
#include "chat_imessage_text.h"
#include "source.h"

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

/* Its own style stands before the first message. */
static bool is_page(struct evd_view head)
{
	if (!evd_is_text_head(head))
		return false;
	return evd_chat_has(head, ".message .sent.iMessage") ||
	       (evd_chat_has(head, "<div class=\"message\"") &&
	        evd_chat_has(head, "<span class=\"timestamp\">") &&
	        (evd_chat_has(head, "<div class=\"received\">") ||
	         evd_chat_has(head, "<div class=\"sent ")));
}

static bool is_either(struct evd_view head)
{
	return is_text(head) || is_page(head);
}

static bool want(void *ctx, struct evd_view name)
{
	(void)ctx;
	return evd_chat_ends(name, ".txt") || evd_chat_ends(name, ".html");
}

static bool is_html(const struct im_export *x, struct evd_view name)
{
	uint8_t head[16];
	size_t got = 0, i = 0;

	if (name.len)
		return evd_chat_ends(name, ".html");
	if (evd_source_read(&x->in->source[0], 0, head, sizeof head, &got, NULL))
		return false;
	if (got > 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0)
		i = 3;
	while (i < got && (head[i] == ' ' || head[i] == '\n' || head[i] == '\r'))
		i++;
	return i < got && head[i] == '<';
}

static int file(void *ctx, struct evd_chat_file *f, struct evd_error *err)
{
	struct im_export *x = ctx;
	int r;

	x->conv = NULL;
	x->chat.member = f->name;
	x->no_ids = !is_html(x, f->name);
	x->form = x->no_ids ? "imessage-exporter-txt" : "imessage-exporter-html";
	r = x->no_ids ? im_text_read(x, f, err) : im_html_read(x, f, err);
	x->chat.member = evd_view_of(NULL, 0);
	return r;
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	if (evd_chat_is_zip(head))
		return in->n && evd_chat_any_begins(in, want, is_either, LOOKED_AT) ? 110 : 0;
	if (is_page(head))
		return 110;
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
	x->in = in;
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
    .spec = "imessage-exporter TXT and HTML",
    .confirmed = false,
    .probe = probe,
    .read = read_item,
};
