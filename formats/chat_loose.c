/* chat_loose: the loose files of the folder that a chat lay in, into the index of its files; see chat_file.h. */
#include "chat_file.h"

#include "base/loose.h"
#include "source.h"

#include <string.h>

/* The files that lay in the item's folder, of which the bytes are not here (base/loose.h). */
static int add_loose(struct evd_chat_index *x, struct evd_cursor *c, struct evd_view own,
                     struct evd_error *err)
{
	struct evd_view name = evd_get_bytes(c, evd_get_u32le(c));
	struct evd_chat_indexed e = {.loose = true};
	unsigned flags;
	struct evd_view head;
	void *grown;

	e.size = evd_get_u64le(c);
	flags = evd_get_u8(c);
	head = evd_get_bytes(c, evd_get_u8(c));
	if (!evd_cursor_ok(c) || head.len > sizeof e.head)
		return evd_fail(err, EVD_E_DAMAGED, "the list of loose files is damaged");
	if (!name.len || evd_view_eq(name, own))
		return 0;
	e.read = flags & EVD_LOOSE_READ;
	e.zero = flags & EVD_LOOSE_ZERO;
	if (head.len)
		memcpy(e.head, head.p, head.len);
	e.head_len = head.len;
	grown = evd_grow(x->file, x->n, &x->cap, sizeof *x->file);
	if (!grown)
		return evd_nomem(err);
	e.name = x->names.len;
	e.name_len = name.len;
	evd_put_view(&x->names, name);
	x->file = grown;
	x->file[x->n++] = e;
	return evd_buf_check(&x->names, err);
}

int evd_chat_index_loose(struct evd_chat_index *x, const struct evd_input *in,
                         struct evd_error *err)
{
	struct evd_buf b = {0};
	struct evd_cursor c;
	uint32_t n, left_out;
	int r;

	if (!in->loose)
		return 0;
	r = evd_source_load(in->loose, 0, in->loose->size, EVD_LOOSE_BYTES + 4096, &b, err);
	evd_cursor_init(&c, evd_buf_view(&b));
	if (evd_get_u32le(&c) != EVD_LOOSE_MAGIC)
		c.failed = true;
	n = evd_get_u32le(&c);
	left_out = evd_get_u32le(&c);
	evd_put_view(&x->folder, evd_get_bytes(&c, evd_get_u32le(&c)));
	x->loose_cut = left_out > 0;
	if (r == 0 && !evd_cursor_ok(&c))
		r = evd_fail(err, EVD_E_DAMAGED, "the list of loose files is damaged");
	for (uint32_t i = 0; r == 0 && i < n; i++)
		r = add_loose(x, &c, in->source[0].name, err);
	if (r == 0 && !evd_cursor_at_end(&c))
		r = evd_fail(err, EVD_E_DAMAGED, "the list of loose files is longer than it says");
	evd_buf_release(&b);
	return r ? r : evd_buf_check(&x->folder, err);
}
