/*
 * chat_imessage_txt: imessage-exporter's TXT, see chat_imessage_text.h.
 *
 *   TIME[ (Read by WHO after SPAN)]       of each message, a blank line behind it; times as chat_imessage_text.h
 *   SENDER                                "Me", or whatever name was given to oneself
 *   words, paths of attachments …         "Reactions:" (or "Tapbacks:") and a line for each, a blank line behind them;
 *       TIME …                            what answers it stands under it, four blanks before its first lines, and once
 *                                         more by itself, "This message responded to an earlier message." below
 *   TIME WHO renamed the conversation …   a notice, a blank line behind it too
 *
 * A message begins behind a blank line: who types one and a line in the form of a time begins a message.
 */
#include "chat_imessage_text.h"

#include <stdlib.h>
#include <string.h>

struct text {
	struct im_export *x;
	struct evd_view name;
	uint64_t off, end;   /* of the block: a message and all under it */
	bool open, notice;   /* a block; it is one line, a notice */
	bool blank;          /* the line before was */
	struct evd_buf held; /* a line that is a notice if a blank one follows */
	uint64_t held_off;
};

static struct evd_view bare(struct evd_view line)
{
	while (line.len && (line.p[line.len - 1] == '\n' || line.p[line.len - 1] == '\r'))
		line.len--;
	return line;
}

/* The line at `at` of `all`; *next is where the one behind it begins. */
static struct evd_view line_at(struct evd_view all, size_t at, size_t *next)
{
	const uint8_t *nl = at < all.len ? memchr(all.p + at, '\n', all.len - at) : NULL;

	*next = nl ? (size_t)(nl - all.p) + 1 : all.len;
	return bare(evd_view_of(all.p + at, *next - at));
}

static struct evd_view unindented(struct evd_view v)
{
	while (v.len && v.p[0] == ' ')
		v = evd_view_of(v.p + 1, v.len - 1);
	return v;
}

static bool is_indented(struct evd_view v)
{
	return v.len > 4 && memcmp(v.p, "    ", 4) == 0;
}

/* ---- what stands in the words of a message -------------------------------------------------- */

/* Where the list of reactions at the end of the words begins, and *list its first line; words.len: there is none. */
static size_t list_of(struct evd_view words, size_t *list)
{
	size_t from = words.len, next;

	*list = 0;
	for (size_t at = 0; at < words.len; at = next) {
		struct evd_view v = unindented(line_at(words, at, &next));

		if (evd_view_is(v, "Reactions:") || evd_view_is(v, "Tapbacks:")) {
			from = at;
			*list = next;
		} else if (from < words.len && (v.len == 0 || !im_is_reaction(v))) {
			from = words.len;
		}
	}
	return *list < words.len ? from : words.len;
}

static size_t blank_lines(struct evd_view all)
{
	struct evd_view v = bare(all);
	size_t n = 0;

	for (size_t i = v.len; i < all.len; i++)
		n += all.p[i] == '\n';
	return n ? n - 1 : 0;
}

/*
 * The list at the end of the words is taken out of them if a blank line of its own stands behind it: the exporter writes one
 * behind a whole list (txt.rs, add_line of what ends with a line end), not behind words. Its versions before 1.1 write none;
 * their lists stay in the words, for nothing tells them from what somebody typed.
 */
static void reactions(struct im_export *x, struct evd_chat_message *m, bool own_blank,
                      struct evd_error *err)
{
	struct evd_view words = m->body;
	size_t list, from = list_of(words, &list), next;

	if (from == words.len)
		return;
	if (!own_blank) {
		m->flags |= EVD_CHAT_F_TYPED_MARKER;
		return;
	}
	for (size_t at = list; at < words.len; at = next)
		if (im_reaction(x, unindented(line_at(words, at, &next)), err))
			break;
	m->body.len = from;
}

static bool is_edit(struct evd_view v, struct evd_view *span, struct evd_view *words)
{
	static const char before[] = "Edited ", after[] = " later: ";
	const uint8_t *at;

	v = unindented(v);
	if (v.len < sizeof before || memcmp(v.p, before, sizeof before - 1) != 0)
		return false;
	v = evd_view_of(v.p + sizeof before - 1, v.len - (sizeof before - 1));
	at = memmem(v.p, v.len, after, sizeof after - 1);
	if (!at)
		return false;
	*span = evd_view_of(v.p, (size_t)(at - v.p));
	*words = evd_view_of(at + sizeof after - 1, v.len - span->len - (sizeof after - 1));
	return true;
}

/* From a version's first words to the line before the next version. */
static size_t version_end(struct evd_view all, size_t at)
{
	struct evd_view span, words;
	size_t next;

	for (; at < all.len; at = next)
		if (is_edit(line_at(all, at, &next), &span, &words))
			break;
	return at;
}

/* "TIME first", "Edited SPAN later: second" …: the body keeps them all, as the file has them. */
static int versions(struct im_export *x, struct evd_chat_message *m, struct evd_error *err)
{
	struct evd_view all = m->body, rest, span, words;
	struct evd_chat_time t;
	size_t next;
	struct evd_view first = line_at(all, 0, &next);
	size_t end = version_end(all, next);
	struct evd_object *o;
	int r;

	if (im_line_of(first, &rest) != IM_NOTICE || end == all.len)
		return 0;
	m->edited = true;
	o = evd_chat_list_item(&x->revisions);
	if (!o)
		return 0;
	(void)im_time(first, &t);
	evd_chat_put_time(o, "time", &t);
	evd_chat_text(o, "body", bare(evd_view_of(rest.p, end - (size_t)(rest.p - all.p))));
	r = evd_chat_list_put(&x->revisions, err);
	for (size_t at = end; at < all.len && r == 0; at = end) {
		if (!is_edit(line_at(all, at, &next), &span, &words))
			break;
		end = version_end(all, next);
		o = evd_chat_list_item(&x->revisions);
		if (!o)
			break;
		evd_chat_text(o, "after", span);
		evd_chat_text(o, "body", bare(evd_view_of(words.p, end - (size_t)(words.p - all.p))));
		r = evd_chat_list_put(&x->revisions, err);
	}
	return r;
}

/* "Sticker from Ana: PATH", or the path alone; empty: it is none. */
static struct evd_view path_of(struct evd_view line)
{
	const uint8_t *colon;

	line = unindented(line);
	if (im_is_path(line))
		return line;
	colon = evd_chat_has(line, "Sticker from ") ? memmem(line.p, line.len, ": ", 2) : NULL;
	if (colon)
		line = evd_view_of(colon + 2, line.len - (size_t)(colon + 2 - line.p));
	return colon && im_is_path(line) ? line : evd_view_of(NULL, 0);
}

static bool is_missing(struct evd_view line)
{
	return evd_view_is(unindented(line), "Attachment missing!");
}

static int attachments(struct im_export *x, struct evd_view words, struct evd_error *err)
{
	size_t next;
	int r = 0;

	for (size_t at = 0; at < words.len && r == 0; at = next) {
		struct evd_view line = line_at(words, at, &next), path = path_of(line);

		if (path.len || is_missing(line))
			r = im_attach(x, path, err);
	}
	return r;
}

static void set_type(struct im_message *im, uint64_t off)
{
	struct evd_view words = im->m.body, last = words, line, rest;
	size_t n_files = 0, n_lines = 0, next;

	for (size_t at = 0; at < words.len; at = next, n_lines++) {
		line = line_at(words, at, &next);
		if (im_line_of(unindented(line), &rest) == IM_HEAD) {
			im->m.flags |= EVD_CHAT_F_HEADER_IMITATION;
			if (im->n_imitations < IM_IMITATIONS)
				im->imitation[im->n_imitations++] = off + at;
		}
		n_files += path_of(line).len || is_missing(line);
		last = line;
	}
	if (n_lines > 1 && im_is_effect(unindented(last)))
		im->effect = unindented(last);
	if (n_lines && n_files == n_lines)
		im->m.type = EVD_CHAT_T_ATTACHMENT;
	if (im_is_unsent(unindented(words))) { /* the exporter's words, without a sign that they are */
		im->m.type = EVD_CHAT_T_DELETED;
		im->m.marker = words;
		im->m.flags |= EVD_CHAT_F_TYPED_MARKER;
	}
}

/* A header, a sender and words; `behind` blank lines stand behind any words in this place. */
static int emit_one(struct text *t, struct im_message *im, struct evd_view all, size_t behind,
                    struct evd_error *err)
{
	struct im_export *x = t->x;
	struct evd_chat_message *m = &im->m;
	size_t at, next;
	struct evd_view line = line_at(all, 0, &at);
	int r;

	if (im->in_thread)
		line = evd_view_of(line.p + 4, line.len - 4);
	(void)im_line_of(line, &im->note);
	m->flags |= im_time(line, &m->time);
	m->sender = line_at(all, at, &next);
	if (im->in_thread && is_indented(m->sender))
		m->sender = evd_view_of(m->sender.p + 4, m->sender.len - 4);
	m->flags |= m->sender.len ? 0 : EVD_CHAT_F_SENDER_SPLIT;
	at = next;
	line = unindented(line_at(all, at, &next));
	if (evd_view_is(line, IM_DELETED)) {
		m->marker = line;
		m->flags |= EVD_CHAT_F_RECENTLY_DELETED;
		at = next;
	}
	if (im->in_thread && is_indented(evd_view_of(all.p + at, all.len - at)))
		at += 4;
	evd_chat_list_reset(&x->reactions);
	evd_chat_list_reset(&x->revisions);
	m->has_body = true;
	m->body = bare(evd_view_of(all.p + at, all.len - at));
	reactions(x, m, blank_lines(all) > behind, err);
	m->body = bare(m->body);
	set_type(im, m->off + (uint64_t)(m->body.p - all.p));
	r = versions(x, m, err);
	if (r == 0)
		r = im_emit(x, im, t->name, err);
	return r ? r : attachments(x, m->body, err);
}

/* ---- a block: a message, what answers it, a note -------------------------------------------- */

/* Where the next message of the thread begins: its header and a sender, four blanks before both. */
static size_t next_answer(struct evd_view all, size_t at)
{
	size_t next, behind;

	for (; at < all.len; at = next) {
		struct evd_view line = line_at(all, at, &next), rest;

		if (is_indented(line) &&
		    im_line_of(evd_view_of(line.p + 4, line.len - 4), &rest) == IM_HEAD &&
		    is_indented(line_at(all, next, &behind)))
			return at;
	}
	return all.len;
}

/* Words behind a blank line: of this answer or of the message above it, nothing tells which. */
static bool goes_on(struct evd_view answer)
{
	bool blank = false;
	size_t next;

	answer = bare(answer);
	for (size_t at = 0; at < answer.len; at = next) {
		struct evd_view line = line_at(answer, at, &next);

		if (blank && line.len)
			return true;
		blank = line.len == 0;
	}
	return false;
}

/* The note at the end; returns the length of what stands before it. */
static size_t before_note(struct evd_view all, bool *found)
{
	size_t n = sizeof IM_ANSWER - 1;
	struct evd_view v = bare(all);

	*found = v.len > n && v.p[v.len - n - 1] == '\n' && memcmp(v.p + v.len - n, IM_ANSWER, n) == 0;
	return *found ? v.len - n : all.len;
}

static int emit_block(struct text *t, struct evd_error *err)
{
	struct evd_view all = evd_buf_view(&t->x->block), own;
	struct im_message im = {.m = {.off = t->off}};
	size_t at, next, end;
	int r;

	all.len = before_note(all, &im.answers_earlier);
	end =
	    im.answers_earlier ? 0 : 1; /* the blank line behind the block; an answer has one besides */
	at = next_answer(all, 0);
	own = evd_view_of(all.p, at);
	im.m.len = bare(at == all.len ? evd_buf_view(&t->x->block) : own).len;
	r = emit_one(t, &im, own, at == all.len ? end : 0, err);
	for (; at < all.len && r == 0; at = next) {
		struct im_message under = {.in_thread = true, .answers = im.m.body};

		next = next_answer(all, at + 1);
		under.m.off = t->off + at;
		under.m.len = bare(evd_view_of(all.p + at, next - at)).len;
		if (under.answers.len > 1024)
			under.answers.len = evd_chat_cut(under.answers, 1024);
		if (goes_on(evd_view_of(all.p + at, next - at)))
			under.m.flags |= EVD_CHAT_F_SENDER_SPLIT;
		r = emit_one(t, &under, evd_view_of(all.p + at, next - at), next == all.len ? 1 + end : 1,
		             err);
	}
	return r;
}

static bool is_known_notice(struct evd_view v)
{
	static const char *const part[] = {
	    " renamed the conversation to ", " changed the group photo", " removed the group photo",
	    " performed unknown action ",    " to the conversation",     " from the conversation",
	    " left the conversation",        " kept an audio message",   " the chat background"};

	for (size_t i = 0; i < sizeof part / sizeof *part; i++)
		if (evd_chat_has(v, part[i]))
			return true;
	return false;
}

static int emit_notice(struct text *t, struct evd_error *err)
{
	struct evd_view line = bare(evd_buf_view(&t->x->block));
	struct im_message im = {.m = {.type = EVD_CHAT_T_SYSTEM,
	                              .event = "service",
	                              .off = t->off,
	                              .len = line.len,
	                              .has_body = true}};

	(void)im_line_of(line, &im.m.body);
	im.m.flags = im_time(line, &im.m.time);
	if (!is_known_notice(im.m.body))
		im.m.flags |= EVD_CHAT_F_UNKNOWN_MARKER;
	evd_chat_list_reset(&t->x->reactions);
	evd_chat_list_reset(&t->x->revisions);
	return im_emit(t->x, &im, t->name, err);
}

static int end_block(struct text *t, struct evd_error *err)
{
	int r = 0;

	if (!t->open)
		return 0;
	if (t->x->block.failed == EVD_E_NOMEM)
		return evd_nomem(err);
	if (t->x->block.failed)
		r = evd_chat_unread(&t->x->chat, t->x->conv, "limit", t->off, t->end - t->off, err,
		                    "a message of more bytes than are read of one");
	else
		r = t->notice ? emit_notice(t, err) : emit_block(t, err);
	t->open = t->notice = false;
	return r;
}

/* ---- lines ---------------------------------------------------------------------------------- */

static void begin_block(struct text *t, struct evd_view line, uint64_t off, bool notice)
{
	evd_buf_reset(&t->x->block);
	evd_put_view(&t->x->block, line);
	t->open = true;
	t->notice = notice;
	t->off = off;
	t->end = off + line.len;
	t->blank = false;
}

static int more_words(struct text *t, struct evd_view line, uint64_t off, struct evd_error *err)
{
	struct evd_view v = bare(line);

	if (!t->open)
		return v.len ? evd_chat_unread(&t->x->chat, t->x->conv, "no-header", off, line.len, err,
		                               "a line that does not belong to a message")
		             : 0;
	evd_put_view(&t->x->block, line);
	t->end = off + line.len;
	t->blank = v.len == 0;
	return 0;
}

/* A line in the form of a notice, between two blank ones, is one; else it is words. */
static int end_held(struct text *t, bool notice, struct evd_error *err)
{
	struct evd_view line = evd_buf_view(&t->held);
	int r;

	if (!line.len)
		return evd_buf_check(&t->held, err);
	if (notice) {
		r = end_block(t, err);
		begin_block(t, line, t->held_off, true);
		if (r == 0)
			r = end_block(t, err);
	} else {
		r = more_words(t, line, t->held_off, err);
	}
	evd_buf_reset(&t->held);
	return r;
}

static int each_line(struct text *t, struct evd_view line, uint64_t off, struct evd_error *err)
{
	struct evd_view v = bare(line), rest;
	enum im_line kind = im_line_of(v, &rest);
	int r = end_held(t, v.len == 0, err);

	if (r == 0 && kind != IM_WORDS && (!t->open || t->blank)) {
		if (kind == IM_NOTICE) {
			evd_put_view(&t->held, line);
			t->held_off = off;
			return 0;
		}
		r = end_block(t, err);
		begin_block(t, line, off, false);
		return r;
	}
	return r ? r : more_words(t, line, off, err);
}

int im_text_read(struct im_export *x, struct evd_chat_file *f, struct evd_error *err)
{
	struct text t = {.x = x, .name = f->name};
	struct evd_chat_lines lines;
	struct evd_view line, rest;
	uint64_t off, end = 0;
	bool first = true;
	int r = 0;

	evd_chat_lines_init(&lines, f);
	while (r == 0 && evd_chat_lines_next(&lines, &line, &off)) {
		if (first && f->name.len && im_line_of(bare(line), &rest) == IM_WORDS)
			break; /* another file of the zip */
		first = false;
		end = off + line.len;
		r = each_line(&t, line, off, err);
	}
	if (r == 0)
		r = end_held(&t, true, err);
	if (r == 0)
		r = end_block(&t, err);
	if (r == 0 && x->conv)
		r = im_say_threads(x, err);
	if (r == 0 && lines.failed == EVD_E_DAMAGED)
		r = evd_chat_unread(&x->chat, x->conv, "damaged", end, 0, err, "%s", lines.why.text);
	else if (r == 0 && lines.failed)
		r = evd_fail(err, lines.failed, "%s", lines.why.text);
	evd_chat_lines_release(&lines);
	evd_buf_release(&t.held);
	return r;
}
