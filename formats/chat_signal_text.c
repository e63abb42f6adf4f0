/*
 * chat_signal_text: texts that signal-export, signalbackup-tools and sigtop make of Signal's databases, one conversation a
 * file, alone or several in a zip (docs/chats.md); their forms are in chat_signal_form.h. Stage: read-out.
 *
 * None of them marks words that were typed: who types a line in the form of a beginning makes a message.
 */
#include "chat_signal_form.h"
#include "wa_head.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_MAX (UINT32_C(16) << 20) /* bytes of a message */
#define LOOKED_AT 64u                  /* files of a zip, by the probe */

struct text {
	struct evd_chat chat;
	struct evd_chat_index index;
	struct evd_chat_conv *conv;
	struct evd_chat_list reactions;
	struct evd_object object;
	struct evd_buf details, phone, block, held, title;
	enum sig_form form;
	uint64_t off, end, held_off;
	bool open, blank;
	enum { HELD_NONE, HELD_FROM, HELD_TYPE } stage; /* of sigtop's fields */
};

static struct evd_view bare(struct evd_view line)
{
	while (line.len && (line.p[line.len - 1] == '\n' || line.p[line.len - 1] == '\r'))
		line.len--;
	return line;
}

static struct evd_view line_at(struct evd_view all, size_t at, size_t *next)
{
	const uint8_t *nl = at < all.len ? memchr(all.p + at, '\n', all.len - at) : NULL;

	*next = nl ? (size_t)(nl - all.p) + 1 : all.len;
	return bare(evd_view_of(all.p + at, *next - at));
}

/* ---- records -------------------------------------------------------------------------------- */

static int begin(struct text *x, struct evd_error *err)
{
	struct evd_chat_info info = {.form = sig_form_name(x->form)};
	struct evd_view base = evd_chat_base(x->chat.member), folder = x->chat.member;
	int r;

	folder.len -= base.len;
	folder.len -= folder.len > 0;

	if (x->title.len) {
		info.title = evd_buf_view(&x->title);
	} else if (x->form == SIG_EXPORT && folder.len) { /* "Ana/chat.md" */
		info.title = evd_chat_base(folder);
	} else {
		info.title = base;
		while (info.title.len && info.title.p[info.title.len - 1] != '.')
			info.title.len--;
		info.title.len -= info.title.len > 0;
	}
	r = evd_chat_begin(&x->chat, x->chat.member, &info, &x->conv, err);
	if (r == 0)
		r = evd_chat_observe(&x->chat, x->conv, "export-of-program", err,
		                     "a program by others made this of Signal's database, which says more");
	return r ? r
	         : evd_chat_observe(
	               &x->chat, x->conv, "no-message-ids", err,
	               "this form gives messages no ids: nothing but the file says their order");
}

static int put(struct text *x, struct evd_chat_message *m, struct evd_error *err)
{
	struct evd_view in_brackets = m->sender;
	int r = x->conv ? 0 : begin(x, err);

	if (r)
		return r;
	m->has_body = true;
	m->len = bare(evd_buf_view(&x->block)).len;
	m->off = x->off;
	if (evd_view_is(m->sender, x->form == SIG_EXPORT ? "Me" : "You") && x->form != SIG_TOOLS)
		m->direction = "out";
	evd_buf_reset(&x->phone);
	if (m->sender.len > 2 && m->sender.p[m->sender.len - 1] == ')') { /* "Ana (+387…)" */
		size_t at = m->sender.len - 1;

		while (at && m->sender.p[at - 1] != '(')
			at--;
		in_brackets = evd_view_of(m->sender.p + at, m->sender.len - 1 - at);
	}
	if (evd_chat_phone(in_brackets, &x->phone))
		m->number = evd_buf_view(&x->phone);
	m->reactions = evd_chat_list_end(&x->reactions);
	evd_buf_reset(&x->details);
	if (x->object.n && evd_object_write(&x->object, &x->details, NULL) == 0)
		m->details = evd_buf_view(&x->details);
	return evd_chat_message(&x->chat, x->conv, m, err);
}

static int attach(struct text *x, struct evd_view name, struct evd_view note, struct evd_error *err)
{
	struct evd_chat_attachment a = {.name = name, .note = note};

	evd_chat_index_match(&x->index, &a);
	return evd_chat_attach(&x->chat, x->conv, &a, err);
}

/* "[a.jpg](./media/a.jpg)" in the words of signal-export */
static int links(struct text *x, struct evd_view words, struct evd_error *err)
{
	static const char before[] = "](./";
	int r = 0;

	while (r == 0 && words.len) {
		const uint8_t *at = memmem(words.p, words.len, before, sizeof before - 1), *end;

		if (!at)
			break;
		at += sizeof before - 1;
		end = memchr(at, ')', (size_t)(words.p + words.len - at));
		if (!end)
			break;
		if (end > at)
			r = attach(x, evd_view_of(at, (size_t)(end - at)), evd_view_of(NULL, 0), err);
		words = evd_view_of(end, (size_t)(words.p + words.len - end));
	}
	return r;
}

/* `sent file "a.jpg"`, `sent file of type image/jpeg` */
static int sent_file(struct text *x, struct evd_view rest, struct evd_error *err)
{
	const uint8_t *open = rest.len ? memchr(rest.p, '"', rest.len) : NULL;
	const uint8_t *end =
	    open ? memrchr(open + 1, '"', (size_t)(rest.p + rest.len - open - 1)) : NULL;
	struct evd_chat_attachment a = {.note = rest, .state = EVD_CHAT_S_NOT_EXPORTED};

	if (end)
		a.name = evd_view_of(open + 1, (size_t)(end - open - 1));
	return evd_chat_attach(&x->chat, x->conv, &a, err);
}

static int emit_lines(struct text *x, struct evd_error *err)
{
	struct evd_view all = bare(evd_buf_view(&x->block));
	struct evd_chat_message m = {0};
	struct sig_head h;
	size_t next;
	int r;

	(void)sig_head_of(x->form, line_at(all, 0, &next), &h);
	m.flags |= sig_time(x->form, h.time, &m.time);
	m.sender = h.sender;
	m.body = evd_view_of(h.rest.p, (size_t)(all.p + all.len - h.rest.p));
	while (x->form == SIG_EXPORT && m.body.len && m.body.p[m.body.len - 1] == ' ')
		m.body.len--;
	if (h.file) {
		m.type = EVD_CHAT_T_ATTACHMENT;
	} else if (h.notice) {
		m.type = EVD_CHAT_T_SYSTEM;
		m.event = "service";
	} else if (x->form == SIG_EXPORT && evd_view_is(m.body, "(This message was deleted)")) {
		m.type = EVD_CHAT_T_DELETED;
		m.marker = m.body;
		m.flags |= EVD_CHAT_F_TYPED_MARKER;
	}
	evd_chat_list_reset(&x->reactions);
	evd_object_reset(&x->object);
	r = put(x, &m, err);
	if (r == 0 && h.file)
		r = sent_file(x, m.body, err);
	return r || x->form != SIG_EXPORT ? r : links(x, m.body, err);
}

/* ---- sigtop's fields ------------------------------------------------------------------------ */

static void set_type(struct evd_chat_message *m, struct evd_view type)
{
	if (evd_view_is(type, "incoming") || evd_view_is(type, "outgoing")) {
		m->direction = type.p[0] == 'i' ? "in" : "out";
		return;
	}
	m->type = evd_view_is(type, "call-history") ? EVD_CHAT_T_CALL : EVD_CHAT_T_SYSTEM;
	m->event = m->type == EVD_CHAT_T_SYSTEM ? "service" : NULL;
	m->event_raw = type;
}

/* "👍 from Ana (+387…)" */
static int reaction(struct text *x, struct evd_view v, struct evd_error *err)
{
	struct evd_object *o = evd_chat_list_item(&x->reactions);
	const uint8_t *from = v.len ? memmem(v.p, v.len, " from ", 6) : NULL;

	if (!o)
		return 0;
	evd_chat_text(o, "reaction", from ? evd_view_of(v.p, (size_t)(from - v.p)) : v);
	if (from)
		evd_chat_text(o, "by", evd_view_of(from + 6, v.len - (size_t)(from + 6 - v.p)));
	return evd_chat_list_put(&x->reactions, err);
}

static int one_field(struct text *x, struct evd_chat_message *m, struct evd_view line,
                     struct evd_error *err)
{
	struct evd_chat_time t;
	struct evd_view v;

	if (sig_field(line, "From", &v)) {
		m->sender = v;
	} else if (sig_field(line, "Type", &v)) {
		set_type(m, v);
	} else if (sig_field(line, "Sent", &v)) {
		m->flags |= sig_time(SIG_SIGTOP, v, &m->time);
	} else if (sig_field(line, "Received", &v)) {
		m->flags |= sig_time(SIG_SIGTOP, v, &t);
		evd_chat_put_time(&x->object, "received", &t);
	} else if (sig_field(line, "Reaction", &v)) {
		return reaction(x, v, err);
	} else if (sig_field(line, "Edited", &v)) {
		m->edited = true;
		evd_chat_text(&x->object, "edited", v);
	} else if (!sig_field(line, "Attachment", &v)) {
		m->flags |= EVD_CHAT_F_UNKNOWN_MARKER;
	}
	return 0;
}

/* "> From: Ana", "> Sent: …", ">", "> words": what is answered; returns where the words behind it begin. */
static size_t quote(struct evd_view all, size_t at, struct evd_chat_message *m)
{
	size_t from = at, next;
	struct evd_view line = line_at(all, at, &next), v;

	if (line.len < 2 || !sig_field(evd_view_of(line.p + 2, line.len - 2), "From", &v) ||
	    memcmp(line.p, "> ", 2) != 0)
		return at;
	for (; at < all.len && line.len && line.p[0] == '>'; line = line_at(all, at, &next))
		at = next;
	m->reply_text = bare(evd_view_of(all.p + from, at - from));
	return at < all.len && line.len == 0 ? next : at;
}

static int attachments(struct text *x, struct evd_view fields, struct evd_error *err)
{
	size_t next;
	int r = 0;

	for (size_t at = 0; at < fields.len && r == 0; at = next) {
		struct evd_view v, name;

		if (!sig_field(line_at(fields, at, &next), "Attachment", &v))
			continue;
		name = v;
		while (name.len && name.p[name.len - 1] != '(')
			name.len--;
		name.len = name.len > 2 ? name.len - 2 : v.len;
		r = attach(x, name, v, err);
	}
	return r;
}

static int emit_fields(struct text *x, struct evd_error *err)
{
	struct evd_view all = bare(evd_buf_view(&x->block));
	struct evd_chat_message m = {0};
	size_t at = 0, next = 0, fields;
	int r = 0;

	evd_chat_list_reset(&x->reactions);
	evd_object_reset(&x->object);
	for (; at < all.len && r == 0; at = next) {
		struct evd_view line = line_at(all, at, &next);

		if (!line.len)
			break;
		r = one_field(x, &m, line, err);
	}
	fields = at;
	at = at < all.len ? next : at;
	at = quote(all, at, &m);
	m.body = evd_view_of(all.p + at, all.len - at);
	if (r == 0)
		r = put(x, &m, err);
	return r ? r : attachments(x, evd_view_of(all.p, fields), err);
}

/* ---- lines ---------------------------------------------------------------------------------- */

static int end_block(struct text *x, struct evd_error *err)
{
	int r = 0;

	if (!x->open)
		return 0;
	x->open = false;
	if (x->block.failed == EVD_E_NOMEM)
		return evd_nomem(err);
	if (x->block.failed)
		r = evd_chat_unread(&x->chat, x->conv, "limit", x->off, x->end - x->off, err,
		                    "a message of more bytes than are read of one");
	else
		r = x->form == SIG_SIGTOP ? emit_fields(x, err) : emit_lines(x, err);
	return r;
}

static int words(struct text *x, struct evd_view line, uint64_t off, struct evd_error *err)
{
	x->blank = bare(line).len == 0;
	if (!x->open)
		return x->blank ? 0
		                : evd_chat_unread(&x->chat, x->conv, "no-header", off, line.len, err,
		                                  "a line that does not belong to a message");
	evd_put_view(&x->block, line);
	x->end = off + line.len;
	return 0;
}

static void begin_block(struct text *x, struct evd_view line, uint64_t off)
{
	evd_buf_reset(&x->block);
	evd_put_view(&x->block, line);
	x->open = true;
	x->off = off;
	x->end = off + line.len;
	x->blank = false;
}

/* What was held is words, or the first fields of a message whose next one is `line`. */
static int end_held(struct text *x, struct evd_view line, bool fields, struct evd_error *err)
{
	int r = fields ? end_block(x, err) : 0;

	if (fields) {
		begin_block(x, evd_buf_view(&x->held), x->held_off);
		evd_put_view(&x->block, line);
		x->end += line.len;
	} else if (x->held.len) {
		r = words(x, evd_buf_view(&x->held), x->held_off, err);
	}
	evd_buf_reset(&x->held);
	x->stage = HELD_NONE;
	return r;
}

/* A message begins behind a blank line with [From,] Type and then Sent or Received. */
static int field_line(struct text *x, struct evd_view line, uint64_t off, struct evd_error *err)
{
	struct evd_view v = bare(line), value;
	bool from = sig_field(v, "From", &value), type = sig_field(v, "Type", &value);
	int r = 0;

	if (off == 0 && sig_field(v, "Conversation", &value)) {
		evd_put_view(&x->title, value);
		return 0;
	}
	if (x->stage == HELD_TYPE && (sig_field(v, "Sent", &value) || sig_field(v, "Received", &value)))
		return end_held(x, line, true, err);
	if (x->stage == HELD_FROM && type) {
		evd_put_view(&x->held, line);
		x->stage = HELD_TYPE;
		return evd_buf_check(&x->held, err);
	}
	if (x->stage != HELD_NONE)
		r = end_held(x, line, false, err);
	if (r == 0 && (from || type) && (x->blank || !x->open)) {
		evd_put_view(&x->held, line);
		x->held_off = off;
		x->stage = from ? HELD_FROM : HELD_TYPE;
		return evd_buf_check(&x->held, err);
	}
	return r ? r : words(x, line, off, err);
}

static int each_line(struct text *x, struct evd_view line, uint64_t off, struct evd_error *err)
{
	struct sig_head h;
	int r;

	if (x->form == SIG_SIGTOP)
		return field_line(x, line, off, err);
	if (!sig_head_of(x->form, bare(line), &h))
		return words(x, line, off, err);
	r = end_block(x, err);
	begin_block(x, line, off);
	return r;
}

/* ---- files ---------------------------------------------------------------------------------- */

struct again { /* a file whose first bytes were taken already */
	uint8_t head[4096];
	size_t len, at;
	struct evd_chat_file *f;
};

static int again_read(void *ctx, void *p, size_t len, size_t *got, struct evd_error *err)
{
	struct again *a = ctx;

	if (a->at == a->len)
		return a->f->read(a->f->ctx, p, len, got, err);
	*got = a->len - a->at < len ? a->len - a->at : len;
	memcpy(p, a->head + a->at, *got);
	a->at += *got;
	return 0;
}

static int read_lines(struct text *x, struct evd_chat_file *f, struct evd_error *err)
{
	struct evd_chat_lines lines;
	struct evd_view line;
	uint64_t off, end = 0;
	int r = 0;

	evd_chat_lines_init(&lines, f);
	while (r == 0 && evd_chat_lines_next(&lines, &line, &off)) {
		end = off + line.len;
		r = each_line(x, line, off, err);
	}
	if (r == 0)
		r = end_held(x, evd_view_of(NULL, 0), false, err);
	if (r == 0)
		r = end_block(x, err);
	if (r == 0 && lines.failed == EVD_E_DAMAGED)
		r = evd_chat_unread(&x->chat, x->conv, "damaged", end, 0, err, "%s", lines.why.text);
	else if (r == 0 && lines.failed)
		r = evd_fail(err, lines.failed, "%s", lines.why.text);
	evd_chat_lines_release(&lines);
	return r;
}

static int file(void *ctx, struct evd_chat_file *f, struct evd_error *err)
{
	struct text *x = ctx;
	struct again a = {.f = f};
	struct evd_chat_file again = {f->name, again_read, &a};
	int r = f->read(f->ctx, a.head, sizeof a.head, &a.len, err);

	if (r && r != EVD_E_DAMAGED)
		return r;
	x->form = sig_form_of(evd_view_of(a.head, a.len));
	if (x->form == SIG_NONE && f->name.len == 0 && sig_may_be_export(evd_view_of(a.head, a.len)))
		x->form = SIG_EXPORT;
	if (x->form == SIG_NONE)
		return 0; /* another file of the zip */
	x->conv = NULL;
	x->open = x->blank = false;
	x->stage = HELD_NONE;
	evd_buf_reset(&x->title);
	x->chat.member = f->name;
	r = read_lines(x, &again, err);
	x->chat.member = evd_view_of(NULL, 0);
	return r;
}

static bool want(void *ctx, struct evd_view name)
{
	(void)ctx;
	return evd_chat_ends(name, ".txt") || evd_chat_ends(name, ".md");
}

static bool is_one(struct evd_view head)
{
	return sig_form_of(head) != SIG_NONE;
}

/* As much as chat_whatsapp says of these lines, so that both read them and the tie is said. */
static unsigned as_whatsapp(struct evd_view head)
{
	unsigned n = 0;

	for (unsigned lines = 0; head.len && lines < 400; lines++) {
		const uint8_t *nl = memchr(head.p, '\n', head.len);
		size_t len = nl ? (size_t)(nl - head.p) + 1 : head.len;
		struct wa_head h;

		n += wa_head_parse(evd_view_of(head.p, len), &h);
		head = evd_view_of(head.p + len, head.len - len);
	}
	return n == 0 ? 0 : n < 8 ? 24 + 8 * n : 96;
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	struct evd_view first = evd_view_of(head.p, head.len < 4096 ? head.len : 4096);

	if (evd_chat_is_zip(head))
		return in->n && evd_chat_any_begins(in, want, is_one, LOOKED_AT) ? 110 : 0;
	if (is_one(first))
		return 110;
	return sig_may_be_export(first) ? as_whatsapp(head) : 0;
}

static int read_item(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	struct text *x = calloc(1, sizeof *x);
	struct evd_chat_walk walk = {want, file, x, NULL, NULL};
	int r;

	if (!x)
		return evd_nomem(err);
	evd_chat_init(&x->chat, sink, "signal");
	evd_chat_list_init(&x->reactions);
	evd_object_init(&x->object);
	evd_buf_init(&x->block, BLOCK_MAX);
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
	evd_object_release(&x->object);
	evd_buf_release(&x->details);
	evd_buf_release(&x->phone);
	evd_buf_release(&x->block);
	evd_buf_release(&x->held);
	evd_buf_release(&x->title);
	evd_chat_release(&x->chat);
	free(x);
	return r;
}

const struct evd_format evd_format_chat_signal_text = {
    .name = "chat-signal-text",
    .version = "1",
    .spec = "signal-export, signalbackup-tools and sigtop, text",
    .confirmed = false,
    .probe = probe,
    .read = read_item,
};
