/*
 * chat_meta_html: Facebook and Instagram downloads in HTML (docs/chats.md): message_N.html, whose
 * class names change with the years, and messages.htm from before 2018. Stage: read-out.
 *
 * Dates are in the language of the account and without a zone: the raw text stays, and is read as
 * local time where it is English. Blocks within a message are lines of its body. Reactions stand in a
 * list of their own, sign and name in one text that nothing separates; they stay as they are.
 */
#include "chat_english.h"
#include "chat_html.h"
#include "chat_parts.h"
#include "source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum field { F_NONE, F_TITLE, F_FROM, F_TEXT, F_TIME, F_N };

struct page {
	struct evd_chat chat;
	struct evd_chat_index index;
	struct evd_chat_conv *conv;
	struct chat_html html;
	struct evd_buf field[F_N], links;
	struct evd_buf addresses; /* of links to elsewhere, each ended by a zero byte */
	struct evd_buf reaction;
	struct evd_chat_list reactions, list;
	struct evd_object object;
	struct evd_buf details;
	unsigned aside; /* depth of the element whose text is no text of the message; 0: none */
	bool reacting;  /* it is one of the reactions */
	size_t link[64], n_links;
	enum field at;
	unsigned at_depth, message_depth;
	bool old;     /* messages.htm: the text is the <p> behind the message */
	bool waiting; /* for that <p> */
	uint64_t off;
	unsigned n_threads;
	struct evd_view
	    thread; /* of the file's path, as JSON downloads have it in thread_path; or empty */
	struct evd_chat_parts parts;
};

static struct evd_view field(const struct page *p, enum field f)
{
	struct evd_view v = evd_buf_view(&p->field[f]);

	while (v.len && (v.p[0] == '\n' || v.p[0] == ' ' || v.p[0] == '\r')) {
		v.p++;
		v.len--;
	}
	while (v.len && (v.p[v.len - 1] == '\n' || v.p[v.len - 1] == ' ' || v.p[v.len - 1] == '\r'))
		v.len--;
	return v;
}

static int attach(struct page *p, size_t i, struct evd_error *err)
{
	size_t end = i + 1 < p->n_links ? p->link[i + 1] : p->links.len;
	struct evd_chat_attachment a = {.name =
	                                    evd_view_of(p->links.data + p->link[i], end - p->link[i])};

	evd_chat_index_match(&p->index, &a);
	return evd_chat_attach(&p->chat, p->conv, &a, err);
}

/* Addresses that the text does not show. */
static struct evd_view put_addresses(struct page *p, struct evd_view body, struct evd_error *err)
{
	struct evd_view list;
	unsigned looked = 0;

	evd_chat_list_reset(&p->list);
	for (size_t at = 0; at < p->addresses.len;) {
		struct evd_view v = evd_view_str((const char *)p->addresses.data + at);
		struct evd_object *o;

		at += v.len + 1;
		if (looked++ == EVD_CHAT_LIST_MAX) { /* each costs a look through the whole text */
			p->list.cut = true;
			break;
		}
		if (body.len && memmem(body.p, body.len, v.p, v.len))
			continue;
		o = evd_chat_list_item(&p->list);
		if (!o)
			break;
		evd_chat_text(o, "address", v);
		if (evd_chat_list_put(&p->list, err))
			break;
	}
	list = evd_chat_list_end(&p->list);
	evd_buf_reset(&p->details);
	if (!list.len)
		return list;
	evd_object_reset(&p->object);
	evd_object_raw(&p->object, "links", list);
	if (evd_object_write(&p->object, &p->details, NULL))
		return evd_view_of(NULL, 0);
	return evd_buf_view(&p->details);
}

/* A card in the dress of a message without a time: who takes part, how to be invited. */
static int heading(struct page *p, const struct evd_chat_message *m, struct evd_error *err)
{
	if (!m->sender.len && !m->body.len)
		return 0;
	return evd_chat_observe(&p->chat, p->conv, "card-without-time", err, "%.*s%s%.*s",
	                        (int)evd_chat_cut(m->sender, 400), (const char *)m->sender.p,
	                        m->sender.len && m->body.len ? ": " : "",
	                        (int)evd_chat_cut(m->body, 400), (const char *)m->body.p);
}

static int finish(struct page *p, struct evd_error *err)
{
	struct evd_chat_message m = {.off = p->off, .len = p->html.to - p->off};
	int r = 0;

	m.sender = field(p, F_FROM);
	m.body = field(p, F_TEXT);
	m.has_body = true;
	m.time.raw = field(p, F_TIME);
	m.time.source = m.time.raw.len ? EVD_CHAT_FROM_DEVICE : NULL;
	p->message_depth = 0;
	p->waiting = false;
	p->at = F_NONE;
	p->aside = 0;
	if (!m.time.raw.len && !p->old)
		return heading(p, &m, err);
	if (!m.sender.len && !m.time.raw.len) /* a heading in the same dress */
		return 0;
	if (evd_chat_english(m.time.raw, &m.time) && !m.time.has_local)
		m.flags |= EVD_CHAT_F_IMPOSSIBLE_TIME;
	m.reactions = evd_chat_list_end(&p->reactions);
	m.details = put_addresses(p, m.body, err);
	if (!m.body.len && p->n_links)
		m.type = EVD_CHAT_T_ATTACHMENT;
	if (!p->conv && p->thread.len)
		p->conv = evd_chat_find(&p->chat, p->thread);
	if (!p->conv) {
		struct evd_chat_info info = {.title = field(p, F_TITLE),
		                             .form = p->old ? "html-before-2018" : "html"};
		char key[24];
		int n = snprintf(key, sizeof key, "%u", p->n_threads++);

		info.id = p->thread;
		r = evd_chat_begin(&p->chat, p->thread.len ? p->thread : evd_view_of(key, (size_t)n), &info,
		                   &p->conv, err);
		if (r == 0)
			evd_chat_newest_first(p->conv);
	}
	if (r == 0)
		r = evd_chat_message(&p->chat, p->conv, &m, err);
	for (size_t i = 0; i < p->n_links && r == 0; i++)
		r = attach(p, i, err);
	return r;
}

static void begin_field(struct page *p, enum field f)
{
	if (p->at != F_NONE)
		return;
	p->at = f;
	p->at_depth = p->html.depth;
}

static void start(struct page *p)
{
	for (int i = F_FROM; i < F_N; i++)
		evd_buf_reset(&p->field[i]);
	evd_buf_reset(&p->links);
	evd_buf_reset(&p->addresses);
	evd_chat_list_reset(&p->reactions);
	p->n_links = 0;
	p->aside = 0;
	p->reacting = false;
	p->off = p->html.from;
	p->message_depth = p->html.depth;
}

/* A file of the download, or an address elsewhere. */
static void put_link(struct page *p, struct evd_view target)
{
	size_t last = p->n_links ? p->link[p->n_links - 1] : 0;

	if (evd_chat_has(target, "://")) {
		evd_put_view(&p->addresses, target);
		evd_put_u8(&p->addresses, 0);
		return;
	}
	if (p->n_links == sizeof p->link / sizeof *p->link ||
	    (p->n_links && evd_view_eq(evd_view_of(p->links.data + last, p->links.len - last), target)))
		return; /* the picture within its own link */
	p->link[p->n_links++] = p->links.len;
	evd_put_view(&p->links, target);
}

/* Reactions, and the words that stand where a film cannot be shown. */
static void begin_aside(struct page *p, const char *name, bool film)
{
	if (film && !p->aside)
		p->aside = p->html.depth;
	if (chat_html_class(&p->html, "_a6-q") && strcmp(name, "ul") == 0 && !p->aside) {
		p->aside = p->html.depth;
		p->reacting = true;
		evd_buf_reset(&p->reaction);
	} else if (strcmp(name, "li") == 0 && p->aside && p->reacting) {
		evd_buf_reset(&p->reaction);
	}
}

static void inner(struct page *p, const char *name)
{
	struct chat_html *h = &p->html;
	bool film = strcmp(name, "video") == 0 || strcmp(name, "audio") == 0;
	bool link = film || strcmp(name, "img") == 0;
	struct evd_view target = chat_html_attribute(h, link ? "src" : "href");

	begin_aside(p, name, film);
	if (chat_html_class(h, "_a6-h") || chat_html_class(h, "_2pim") || chat_html_class(h, "user"))
		begin_field(p, F_FROM);
	else if (chat_html_class(h, "_a6-p") || chat_html_class(h, "_2let"))
		begin_field(p, F_TEXT);
	else if (chat_html_class(h, "_a6-o") || chat_html_class(h, "_2lem") ||
	         chat_html_class(h, "meta"))
		begin_field(p, F_TIME);
	if ((link || strcmp(name, "a") == 0) && target.len)
		put_link(p, target);
	if (p->at == F_TEXT && !p->aside &&
	    (strcmp(name, "br") == 0 || (strcmp(name, "div") == 0 && p->field[F_TEXT].len &&
	                                 p->field[F_TEXT].data[p->field[F_TEXT].len - 1] != '\n')))
		evd_put_u8(&p->field[F_TEXT], '\n');
}

static int on_open(struct chat_html *h, const char *name, struct evd_error *err)
{
	struct page *p = h->own;
	int r = 0;

	if (p->message_depth) {
		inner(p, name);
		return 0;
	}
	if (p->waiting) {
		if (strcmp(name, "p") == 0) {
			begin_field(p, F_TEXT);
			return 0;
		}
		if (p->at == F_NONE)
			r = finish(p, err);
	}
	if (strcmp(name, "title") == 0) {
		evd_buf_reset(&p->field[F_TITLE]);
		begin_field(p, F_TITLE);
	} else if (chat_html_class(h, "thread")) {
		p->conv = NULL;
		evd_buf_reset(&p->field[F_TITLE]);
		p->at = F_NONE;
		begin_field(p, F_TITLE); /* the names stand before the first message */
	} else if (chat_html_class(h, "_a6-g") || chat_html_class(h, "uiBoxWhite") ||
	           chat_html_class(h, "message")) {
		p->old = chat_html_class(h, "message");
		p->at = F_NONE;
		start(p);
	}
	return r;
}

static int end_aside(struct page *p, const char *name, struct evd_error *err)
{
	struct evd_object *o;
	int r = 0;

	if (p->reacting && strcmp(name, "li") == 0 && p->reaction.len) {
		o = evd_chat_list_item(&p->reactions);
		if (o) {
			evd_chat_text(o, "reaction", evd_buf_view(&p->reaction));
			r = evd_chat_list_put(&p->reactions, err);
		}
		evd_buf_reset(&p->reaction);
	}
	if (p->html.depth <= p->aside) {
		p->aside = 0;
		p->reacting = false;
	}
	return r;
}

static int on_close(struct chat_html *h, const char *name, struct evd_error *err)
{
	struct page *p = h->own;
	bool text = p->waiting && p->at == F_TEXT;

	if (p->aside) {
		int r = end_aside(p, name, err);

		if (r)
			return r;
	}
	if (p->at != F_NONE && h->depth <= p->at_depth) {
		p->at = F_NONE;
		if (text)
			return finish(p, err);
	}
	if (!p->message_depth || h->depth != p->message_depth)
		return 0;
	if (p->old) {
		p->message_depth = 0;
		p->waiting = true;
		return 0;
	}
	return finish(p, err);
}

static int on_text(struct chat_html *h, struct evd_view text, struct evd_error *err)
{
	struct page *p = h->own;

	if (p->aside) {
		if (p->reacting && p->reaction.len + text.len <= EVD_CHAT_TEXT_MAX)
			evd_put_view(&p->reaction, text);
		return 0;
	}
	if (p->at == F_NONE)
		return 0;
	evd_put_view(&p->field[p->at], text);
	if (p->field[p->at].len > EVD_CHAT_LINE_MAX)
		return evd_fail(err, EVD_E_LIMIT, "a text of the page is too long");
	return evd_buf_check(&p->field[p->at], err);
}

/* "…/messages/inbox/ana_1/message_2.html": "inbox/ana_1"; other folders whole. */
static struct evd_view thread_of(struct evd_view name)
{
	static const char before[] = "messages/";
	struct evd_view base = evd_chat_base(name), v = name;
	const uint8_t *at;

	if (!evd_chat_parts_number(name, ".html") || name.len == base.len)
		return evd_view_of(NULL, 0);
	v.len -= base.len + 1;
	at = memmem(v.p, v.len, before, sizeof before - 1);
	if (!at)
		return v;
	at += sizeof before - 1;
	return evd_view_of(at, (size_t)(v.p + v.len - at));
}

static int file(void *ctx, struct evd_chat_file *f, struct evd_error *err)
{
	struct page *p = ctx;
	unsigned number = evd_chat_parts_number(f->name, ".html");
	const struct evd_chat_conv *before;
	uint64_t had;
	int r;

	p->chat.member = f->name;
	p->message_depth = 0;
	p->waiting = false;
	p->at = F_NONE;
	p->aside = 0;
	p->reacting = false;
	p->conv = NULL;
	p->thread = thread_of(f->name);
	before = p->thread.len ? evd_chat_find(&p->chat, p->thread) : NULL;
	had = before ? evd_chat_count(before) : 0;
	evd_buf_reset(&p->field[F_TITLE]);
	r = chat_html_read(&p->html, f, err);
	if (r == 0 && (p->message_depth || p->waiting))
		r = finish(p, err);
	if (r == 0 && p->conv && p->thread.len && number)
		r = evd_chat_parts_add(&p->parts, p->conv, number, evd_chat_count(p->conv) - had, err);
	p->thread = evd_view_of(NULL, 0);
	p->chat.member = evd_view_of(NULL, 0);
	return r;
}

static bool want(void *ctx, struct evd_view name)
{
	struct evd_view base = evd_chat_base(name);

	(void)ctx;
	return (evd_chat_ends(base, ".html") || evd_chat_ends(base, ".htm")) && base.len > 7 &&
	       memcmp(base.p, "message", 7) == 0;
}

static void see_name(void *ctx, struct evd_view name)
{
	unsigned *bits = ctx;

	if (want(NULL, name) && evd_chat_has(name, "messages/"))
		*bits = 64;
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	unsigned bits = 0;

	if (evd_chat_is_zip(head)) {
		if (in->n)
			evd_chat_zip_names(&in->source[0], see_name, &bits);
		return bits;
	}
	if (!evd_is_text_head(head))
		return 0;
	if (evd_chat_has(head, "_a6-g") && evd_chat_has(head, "_a6-h"))
		return 80;
	if (evd_chat_has(head, "uiBoxWhite") && evd_chat_has(head, "_2pim"))
		return 80;
	return evd_chat_has(head, "class=\"thread\"") && evd_chat_has(head, "class=\"message_header\"")
	           ? 112
	           : 0;
}

static int read_item(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	struct page *p = calloc(1, sizeof *p);
	struct evd_chat_walk walk = {want, file, p, NULL, NULL};
	int r;

	if (!p)
		return evd_nomem(err);
	evd_chat_init(&p->chat, sink, "meta");
	evd_chat_list_init(&p->reactions);
	evd_chat_list_init(&p->list);
	evd_object_init(&p->object);
	evd_buf_init(&p->details, EVD_CHAT_TEXT_MAX * 4);
	p->html.open = on_open;
	p->html.close = on_close;
	p->html.text = on_text;
	p->html.own = p;
	p->parts.ending = ".html";
	walk.chat = &p->chat;
	r = evd_chat_index_build(&p->index, in, NULL, err);
	if (r == 0)
		r = evd_chat_walk(in, &walk, err);
	if (r == 0 && p->chat.n_conv == 0)
		r = evd_fail(err, EVD_E_FORMAT, "no message in the page");
	if (r == 0)
		r = evd_chat_parts_say(&p->parts, &p->chat, err);
	if (r == 0)
		r = evd_chat_end(&p->chat, err);
	evd_chat_index_release(&p->index);
	evd_chat_parts_release(&p->parts);
	for (int i = 0; i < F_N; i++)
		evd_buf_release(&p->field[i]);
	evd_buf_release(&p->links);
	evd_buf_release(&p->addresses);
	evd_buf_release(&p->reaction);
	evd_buf_release(&p->details);
	evd_object_release(&p->object);
	evd_chat_list_release(&p->reactions);
	evd_chat_list_release(&p->list);
	evd_chat_release(&p->chat);
	free(p);
	return r;
}

const struct evd_format evd_format_chat_meta_html = {
    .name = "chat-meta-html",
    .version = "1",
    .spec = "Facebook and Instagram downloads, HTML",
    .confirmed = false,
    .probe = probe,
    .read = read_item,
};
