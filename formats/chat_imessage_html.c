/*
 * chat_imessage_html: imessage-exporter's HTML, see chat_imessage_text.h. What it shows stands in elements of classes, which
 * nobody can type:
 *
 *   div.message [id "r-ID"]                        div.announcement: a notice
 *     div "sent SERVICE" or "received"
 *       span.timestamp  span.sender  span.deleted  span.subject
 *       div.message_part                           for each part: span.bubble, div.attachment, div.sticker, div.app,
 *                                                  div.edited with a table of versions
 *       span.expressive  div.reactions (or tapbacks)
 *       div.replies  div.reply [id ID]             what answers this part: messages as above
 *       span.reply_context                         this answers another one, by itself
 *
 * A message is kept until its element ends, so that it comes before those that answer it.
 */
#include "chat_html.h"
#include "chat_imessage_text.h"

#include <stdlib.h>
#include <string.h>

#define FRAMES_MAX 4096u /* messages under one */
#define NO_FRAME SIZE_MAX

enum field {
	TIME,
	SENDER,
	SUBJECT,
	WORDS,
	FILES,
	REACTIONS,
	EFFECT,
	VERSIONS,
	ID,
	SERVICE,
	N_FIELDS
};
enum at { AT_NONE = N_FIELDS, AT_ASIDE };

struct frame {
	uint64_t off, to;
	size_t above;         /* the message that it stands under */
	unsigned depth, part; /* of its element, and of the part at hand; part 0: none */
	bool notice, in_thread, sent, received, deleted, answers_earlier;
	struct evd_buf field[N_FIELDS]; /* FILES, REACTIONS, VERSIONS: a zero byte before each */
};

struct page {
	struct im_export *x;
	struct chat_html html;
	struct evd_view name;
	EVD_ARRAY(struct frame) frames;
	size_t cur;
	unsigned at, at_depth; /* field at hand */
	unsigned skip;         /* depth of style, script, title */
	unsigned reply;        /* depth of the outermost div.reply */
	struct evd_buf reply_id;
	bool file_taken;           /* of the attachment at hand */
	uint64_t stray, stray_end; /* text outside of messages */
};

static struct frame *current(struct page *p)
{
	return p->cur == NO_FRAME ? NULL : &p->frames.at[p->cur];
}

static struct evd_view trimmed(struct evd_view v)
{
	while (v.len && (v.p[0] == ' ' || v.p[0] == '\n' || v.p[0] == '\r' || v.p[0] == '\t'))
		v = evd_view_of(v.p + 1, v.len - 1);
	while (v.len && (v.p[v.len - 1] == ' ' || v.p[v.len - 1] == '\n' || v.p[v.len - 1] == '\r' ||
	                 v.p[v.len - 1] == '\t'))
		v.len--;
	return v;
}

static struct evd_view field(const struct frame *f, enum field which)
{
	return trimmed(evd_buf_view(&f->field[which]));
}

/* The next of a list, each behind a zero byte; false at the end. */
static bool next_of(const struct evd_buf *b, size_t *at, struct evd_view *v)
{
	const uint8_t *zero = *at < b->len ? memchr(b->data + *at, 0, b->len - *at) : NULL, *end;
	size_t from;

	if (!zero)
		return false;
	from = (size_t)(zero - b->data) + 1;
	end = from < b->len ? memchr(b->data + from, 0, b->len - from) : NULL;
	*at = end ? (size_t)(end - b->data) : b->len;
	*v = trimmed(evd_view_of(b->data + from, *at - from));
	return true;
}

/* ---- a message is told ---------------------------------------------------------------------- */

static int versions(struct im_export *x, const struct frame *f, struct evd_chat_message *m,
                    struct evd_error *err)
{
	static const char before[] = "Edited ", behind[] = " later";
	struct evd_view when, words;
	size_t at = 0;
	int r = 0;

	while (r == 0 && next_of(&f->field[VERSIONS], &at, &when) &&
	       next_of(&f->field[VERSIONS], &at, &words)) {
		size_t a = sizeof before - 1, b = sizeof behind - 1;
		struct evd_object *o = evd_chat_list_item(&x->revisions);

		m->edited = true;
		if (!o)
			break;
		if (when.len > a + b && memcmp(when.p, before, a) == 0)
			when = evd_view_of(when.p + a, when.len - a - b);
		if (when.len)
			evd_chat_text(o, "after", when);
		evd_chat_text(o, "body", words);
		r = evd_chat_list_put(&x->revisions, err);
	}
	return r;
}

/* "Unable to locate attachment: a.jpg" */
static struct evd_view behind_colon(struct evd_view v)
{
	size_t at = v.len;

	while (at > 1 && !(v.p[at - 2] == ':' && v.p[at - 1] == ' '))
		at--;
	return at > 1 ? evd_view_of(v.p + at, v.len - at) : v;
}

static int files(struct im_export *x, const struct frame *f, struct evd_error *err)
{
	struct evd_view v;
	size_t at = 0;
	int r = 0;

	while (r == 0 && next_of(&f->field[FILES], &at, &v)) {
		struct evd_chat_attachment a = {.name = v};

		if (v.len && v.p[0] == '?') { /* see end_file */
			a.note = evd_view_of(v.p + 1, v.len - 1);
			a.name = behind_colon(a.note);
			a.state = EVD_CHAT_S_UNAVAILABLE;
		} else {
			evd_chat_index_match(&x->index, &a);
		}
		r = evd_chat_attach(&x->chat, x->conv, &a, err);
	}
	return r;
}

static void set_time(const struct frame *f, struct im_message *im)
{
	struct evd_view v = field(f, TIME);

	if (im_line_of(v, &im->note) != IM_WORDS) {
		im->m.flags |= im_time(v, &im->m.time);
	} else if (v.len) {
		im->m.time.raw = v;
		im->m.time.source = EVD_CHAT_FROM_EXPORTER;
		im->m.flags |= EVD_CHAT_F_IMPOSSIBLE_TIME;
	}
}

static void set_type(const struct frame *f, struct evd_chat_message *m)
{
	if (im_is_unsent(m->body) && (f->notice || !f->field[FILES].len)) {
		m->type = EVD_CHAT_T_DELETED;
		m->marker = m->body;
		m->flags |= f->notice ? 0 : EVD_CHAT_F_TYPED_MARKER;
	} else if (f->notice) {
		m->type = EVD_CHAT_T_SYSTEM;
		m->event = "service";
	} else if (!m->body.len && f->field[FILES].len) {
		m->type = EVD_CHAT_T_ATTACHMENT;
	}
}

static int emit(struct page *p, const struct frame *f, struct evd_error *err)
{
	struct im_export *x = p->x;
	struct im_message im = {.in_thread = f->in_thread, .answers_earlier = f->answers_earlier};
	struct evd_chat_message *m = &im.m;
	struct evd_view v;
	size_t at = 0;
	int r;

	m->off = f->off;
	m->len = f->to - f->off;
	for (int i = 0; i < N_FIELDS; i++)
		if (f->field[i].failed == EVD_E_NOMEM)
			return evd_nomem(err);
		else if (f->field[i].failed)
			return evd_chat_unread(&x->chat, x->conv, "limit", m->off, m->len, err,
			                       "a message of more bytes than are read of one");
	evd_chat_list_reset(&x->reactions);
	evd_chat_list_reset(&x->revisions);
	set_time(f, &im);
	m->id = field(f, ID);
	m->sender = field(f, SENDER);
	m->direction = f->sent ? "out" : f->received ? "in" : NULL;
	m->has_body = true;
	m->body = field(f, WORDS);
	m->caption = field(f, SUBJECT);
	if (f->deleted) {
		m->flags |= EVD_CHAT_F_RECENTLY_DELETED;
		m->marker = evd_view_str(IM_DELETED);
	}
	im.effect = field(f, EFFECT);
	im.service = field(f, SERVICE);
	if (f->in_thread && f->above != NO_FRAME) {
		im.answers = field(&p->frames.at[f->above], WORDS);
		im.answers.len = evd_chat_cut(im.answers, 1024);
		m->reply_to = field(&p->frames.at[f->above], ID);
	}
	set_type(f, m);
	r = versions(x, f, m, err);
	while (r == 0 && next_of(&f->field[REACTIONS], &at, &v))
		if (v.len)
			r = im_reaction(x, v, err);
	if (r == 0)
		r = im_emit(x, &im, p->name, err);
	return r ? r : files(x, f, err);
}

static void drop_frames(struct page *p)
{
	for (size_t i = 0; i < p->frames.n; i++)
		for (int k = 0; k < N_FIELDS; k++)
			evd_buf_release(&p->frames.at[i].field[k]);
	p->frames.n = 0;
	p->cur = NO_FRAME;
}

static int emit_all(struct page *p, struct evd_error *err)
{
	int r = 0;

	for (size_t i = 0; i < p->frames.n && r == 0; i++)
		r = emit(p, &p->frames.at[i], err);
	drop_frames(p);
	return r;
}

/* ---- elements ------------------------------------------------------------------------------- */

static int push(struct page *p, bool notice, struct evd_error *err)
{
	struct evd_view id = chat_html_attribute(&p->html, "id");
	struct frame *f;

	if (p->frames.n == FRAMES_MAX)
		return evd_fail(err, EVD_E_LIMIT, "more than %u messages under one", FRAMES_MAX);
	if (!EVD_ROOM(&p->frames))
		return evd_nomem(err);
	f = &p->frames.at[p->frames.n];
	memset(f, 0, sizeof *f);
	for (int i = 0; i < N_FIELDS; i++)
		evd_buf_init(&f->field[i], IM_BLOCK_MAX);
	f->off = f->to = p->html.from;
	f->above = p->cur;
	f->depth = p->html.depth;
	f->notice = notice;
	f->in_thread = p->reply != 0;
	if (id.len > 2 && memcmp(id.p, "r-", 2) == 0)
		id = evd_view_of(id.p + 2, id.len - 2);
	evd_put_view(&f->field[ID], p->reply ? evd_buf_view(&p->reply_id) : id);
	p->cur = p->frames.n++;
	p->at = AT_NONE;
	return 0;
}

static void begin_field(struct page *p, unsigned which)
{
	if (p->at != AT_NONE)
		return;
	p->at = which;
	p->at_depth = p->html.depth;
	if (which == FILES) {
		p->file_taken = false;
		evd_buf_reset(&p->x->block);
	}
}

static void new_line(struct frame *f)
{
	struct evd_buf *b = &f->field[WORDS];

	if (b->len && b->data[b->len - 1] != '\n')
		evd_put_u8(b, '\n');
}

/* The first address of an attachment's element is its file. */
static void take_file(struct page *p, struct frame *f)
{
	struct evd_view v = chat_html_attribute(&p->html, "src");

	if (!v.len)
		v = chat_html_attribute(&p->html, "href");
	if (!v.len || p->file_taken)
		return;
	p->file_taken = true;
	evd_put_u8(&f->field[FILES], 0);
	evd_put_view(&f->field[FILES], v);
}

static void within_field(struct page *p, struct frame *f, const char *name)
{
	struct chat_html *h = &p->html;
	struct evd_view v = chat_html_attribute(h, "href");
	static const char guid[] = "message-guid=";

	if (p->at == FILES) {
		take_file(p, f);
	} else if (p->at == REACTIONS && strcmp(name, "div") == 0) {
		evd_put_u8(&f->field[REACTIONS], 0);
	} else if (p->at == REACTIONS && strcmp(name, "img") == 0) {
		evd_put_view(&f->field[REACTIONS], chat_html_attribute(h, "src"));
	} else if (p->at == WORDS && strcmp(name, "br") == 0) {
		evd_put_u8(&f->field[WORDS], '\n');
	} else if (p->at == VERSIONS && strcmp(name, "td") == 0) {
		evd_put_u8(&f->field[VERSIONS], 0);
	} else if (p->at == TIME && evd_chat_has(v, guid) && !f->field[ID].len) { /* later versions */
		const uint8_t *at =
		    (const uint8_t *)memmem(v.p, v.len, guid, sizeof guid - 1) + (sizeof guid - 1);

		evd_put_view(&f->field[ID], evd_view_of(at, (size_t)(v.p + v.len - at)));
	}
}

static void side(struct page *p, struct frame *f)
{
	struct evd_view class = chat_html_attribute(&p->html, "class");

	if (chat_html_class(&p->html, "received"))
		f->received = true;
	if (!chat_html_class(&p->html, "sent"))
		return;
	f->sent = true;
	if (class.len > 5 && memcmp(class.p, "sent ", 5) == 0 && !f->field[SERVICE].len)
		evd_put_view(&f->field[SERVICE], evd_view_of(class.p + 5, class.len - 5));
}

static void inner(struct page *p, struct frame *f, const char *name)
{
	static const struct {
		const char *class;
		unsigned field;
	} known[] = {{"sender", SENDER},         {"subject", SUBJECT},    {"expressive", EFFECT},
	             {"attachment", FILES},      {"sticker", FILES},      {"attachment_error", FILES},
	             {"reactions", REACTIONS},   {"tapbacks", REACTIONS}, {"edited", VERSIONS},
	             {"reply_anchor", AT_ASIDE}, {"deleted", AT_ASIDE},   {"reply_context", AT_ASIDE}};
	struct chat_html *h = &p->html;

	if (p->at != AT_NONE) {
		within_field(p, f, name);
		return;
	}
	side(p, f);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (chat_html_class(h, known[i].class))
			begin_field(p, known[i].field);
	if (chat_html_class(h, "timestamp") && !f->part && !f->field[TIME].len)
		begin_field(p, TIME);
	f->deleted = f->deleted || chat_html_class(h, "deleted");
	f->answers_earlier = f->answers_earlier || chat_html_class(h, "reply_context");
	if (chat_html_class(h, "message_part"))
		f->part = h->depth;
	if (strcmp(name, "br") == 0)
		evd_put_u8(&f->field[WORDS], '\n');
	else if (strcmp(name, "div") == 0 || strcmp(name, "p") == 0 || chat_html_class(h, "bubble"))
		new_line(f);
	if (chat_html_class(h, "bubble"))
		begin_field(p, WORDS);
}

static int on_open(struct chat_html *h, const char *name, struct evd_error *err)
{
	struct page *p = h->own;
	bool div = strcmp(name, "div") == 0, skipped = strcmp(name, "style") == 0;
	struct frame *f = current(p);
	bool message = div && chat_html_class(h, "message");

	if (skipped || strcmp(name, "script") == 0 || strcmp(name, "title") == 0)
		p->skip = p->skip ? p->skip : h->depth;
	if (p->skip)
		return 0;
	if (div && chat_html_class(h, "reply")) {
		p->reply = p->reply ? p->reply : h->depth;
		evd_buf_reset(&p->reply_id);
		evd_put_view(&p->reply_id, chat_html_attribute(h, "id"));
		return 0;
	}
	if (message || (div && chat_html_class(h, "announcement") && !(f && f->part)))
		return push(p, !message, err);
	if (f)
		inner(p, f, name);
	return 0;
}

/* A file without an address: its words are what the exporter says of it. */
static void end_file(struct page *p, struct frame *f)
{
	if (p->at != FILES || p->file_taken)
		return;
	evd_put_u8(&f->field[FILES], 0);
	evd_put_u8(&f->field[FILES], '?');
	evd_put_view(&f->field[FILES], trimmed(evd_buf_view(&p->x->block)));
}

/* The last version is what the message says; a message taken back has none, and words instead. */
static void end_versions(struct page *p, struct frame *f)
{
	struct evd_buf *b = &f->field[VERSIONS];
	size_t at = b->len;

	if (p->at != VERSIONS)
		return;
	while (at && b->data[at - 1])
		at--;
	new_line(f);
	if (b->len > at)
		evd_put_view(&f->field[WORDS], trimmed(evd_view_of(b->data + at, b->len - at)));
	if (at == 0)
		evd_buf_reset(b);
}

static int on_close(struct chat_html *h, const char *name, struct evd_error *err)
{
	struct page *p = h->own;
	struct frame *f = current(p);

	(void)name;
	if (p->skip) {
		p->skip = h->depth <= p->skip ? 0 : p->skip;
		return 0;
	}
	if (p->reply && h->depth <= p->reply)
		p->reply = 0;
	if (!f)
		return 0;
	if (p->at != AT_NONE && h->depth <= p->at_depth) {
		end_file(p, f);
		end_versions(p, f);
		p->at = AT_NONE;
	}
	if (f->part && h->depth <= f->part)
		f->part = 0;
	if (h->depth > f->depth)
		return 0;
	f->to = h->to;
	p->cur = f->above;
	return p->cur == NO_FRAME ? emit_all(p, err) : 0;
}

static int on_text(struct chat_html *h, struct evd_view text, struct evd_error *err)
{
	struct page *p = h->own;
	struct frame *f = current(p);
	bool blank = trimmed(text).len == 0;

	(void)err;
	if (p->skip)
		return 0;
	if (!f) {
		if (!blank && !evd_view_is(trimmed(text), IM_ANSWER)) {
			p->stray = p->stray_end ? p->stray : h->from;
			p->stray_end = h->to;
		}
	} else if (p->at == FILES) {
		evd_put_view(&p->x->block, text);
	} else if (p->at < N_FIELDS) {
		evd_put_view(&f->field[p->at], text);
	} else if (p->at == AT_NONE &&
	           (!blank || (f->field[WORDS].len && !memchr(text.p, '\n', text.len))) &&
	           !evd_view_is(text, "Subject: ")) {
		evd_put_view(&f->field[WORDS], text);
	}
	return 0;
}

int im_html_read(struct im_export *x, struct evd_chat_file *f, struct evd_error *err)
{
	struct page p = {.x = x, .name = f->name, .cur = NO_FRAME, .at = AT_NONE};
	struct evd_error why = {0};
	int r;

	p.html.open = on_open;
	p.html.close = on_close;
	p.html.text = on_text;
	p.html.own = &p;
	evd_buf_reset(&x->block);
	r = chat_html_read(&p.html, f, &why);
	for (size_t i = 0; i < p.frames.n; i++)
		if (p.frames.at[i].to == p.frames.at[i].off)
			p.frames.at[i].to = p.html.to;
	if (r == 0 || r == EVD_E_DAMAGED || r == EVD_E_LIMIT) {
		int was = r;

		r = emit_all(&p, err);
		if (r == 0 && was)
			r = evd_chat_unread(&x->chat, x->conv, was == EVD_E_LIMIT ? "limit" : "damaged",
			                    p.html.to, 0, err, "%s", why.text);
	} else if (err) {
		*err = why;
	}
	if (r == 0 && p.stray_end && x->conv)
		r = evd_chat_unread(&x->chat, x->conv, "no-header", p.stray, p.stray_end - p.stray, err,
		                    "text outside of messages, the first of it to the last");
	if (r == 0 && x->conv)
		r = im_say_threads(x, err);
	drop_frames(&p);
	free(p.frames.at);
	evd_buf_release(&p.reply_id);
	return r;
}
