/*
 * chat_telegram_html: Telegram Desktop's messages.html, messages2.html … (docs/chats.md). Follows
 * export_output_html.cpp. Stage: read-out.
 *
 * The zone in a time's title is the zone's standard offset while the clock follows summer time, so
 * UTC is not provable from it: both are kept, the offset as part of the raw text.
 */
#include "chat_html.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum field {
	F_NONE,
	F_TITLE,
	F_FROM,
	F_TEXT,
	F_REPLY,
	F_SERVICE,
	F_MEDIA_TITLE,
	F_MEDIA_STATUS,
	F_FORWARDED,
	F_N
};

struct page {
	struct evd_chat chat;
	struct evd_chat_index index;
	struct evd_chat_conv *conv;
	struct chat_html html;
	struct evd_buf field[F_N];
	struct evd_buf id, time, link, reply_to, last_from;
	enum field at;
	unsigned at_depth;      /* the element whose text goes to `at` */
	unsigned message_depth; /* of the message's element; 0: outside */
	unsigned forward_depth;
	bool service, joined, has_text, has_media, has_reply;
	uint64_t off;
	const struct evd_input *in;
};

static void clear(struct page *p)
{
	for (int i = F_FROM; i < F_N; i++)
		evd_buf_reset(&p->field[i]);
	evd_buf_reset(&p->id);
	evd_buf_reset(&p->time);
	evd_buf_reset(&p->link);
	evd_buf_reset(&p->reply_to);
	p->service = p->joined = p->has_text = p->has_media = p->has_reply = false;
	p->forward_depth = 0;
}

static struct evd_view trim(struct evd_view v)
{
	while (v.len && (v.p[0] == '\n' || v.p[0] == ' ' || v.p[0] == '\r' || v.p[0] == '\t')) {
		v.p++;
		v.len--;
	}
	while (v.len && (v.p[v.len - 1] == '\n' || v.p[v.len - 1] == ' ' || v.p[v.len - 1] == '\r' ||
	                 v.p[v.len - 1] == '\t'))
		v.len--;
	return v;
}

static struct evd_view field(const struct page *p, enum field f)
{
	return trim(evd_buf_view(&p->field[f]));
}

static void set(struct evd_buf *b, struct evd_view v)
{
	evd_buf_reset(b);
	evd_put_view(b, v);
}

static void begin_field(struct page *p, enum field f)
{
	if (p->at != F_NONE)
		return;
	p->at = f;
	p->at_depth = p->html.depth;
}

/* "31.01.2024 14:05:09 UTC+01:00" or without the zone. */
static unsigned put_time(struct evd_chat_time *t, struct evd_view raw)
{
	char iso[20];
	size_t i;

	if (!raw.len)
		return 0;
	if (raw.len >= 19) {
		static const uint8_t from[] = {6,  7,  8,  9,  2,  3,  4,  2,  0, 1,
		                               10, 11, 12, 13, 14, 15, 16, 17, 18};

		for (i = 0; i < 19; i++)
			iso[i] = (char)raw.p[from[i]];
		iso[4] = iso[7] = '-';
		iso[10] = 'T';
		if (evd_chat_time_iso(t, evd_view_of(iso, 19), EVD_CHAT_FROM_EXPORTER)) {
			t->raw = raw;
			if (raw.len > 19)
				t->ambiguity = "standard-offset";
			return 0;
		}
	}
	t->raw = raw;
	t->source = EVD_CHAT_FROM_EXPORTER;
	return EVD_CHAT_F_IMPOSSIBLE_TIME;
}

static void set_kind(struct page *p, struct evd_chat_message *m)
{
	if (p->service) {
		m->type = EVD_CHAT_T_SYSTEM;
		m->event = "service";
		m->has_body = true;
		m->body = field(p, F_SERVICE);
	} else if (evd_view_is(field(p, F_MEDIA_TITLE), "Location") ||
	           evd_chat_has(evd_buf_view(&p->link), "maps.google.com")) {
		m->type = EVD_CHAT_T_LOCATION;
	} else if (p->has_media) {
		m->type = EVD_CHAT_T_ATTACHMENT;
	}
}

static int attach(struct page *p, struct evd_error *err)
{
	struct evd_chat_attachment a = {.name = evd_buf_view(&p->link),
	                                .media = field(p, F_MEDIA_TITLE),
	                                .note = field(p, F_MEDIA_STATUS)};

	if (!a.name.len)
		a.state = EVD_CHAT_S_NOT_EXPORTED;
	else
		evd_chat_index_match(&p->index, &a);
	return evd_chat_attach(&p->chat, p->conv, &a, err);
}

static int finish(struct page *p, struct evd_error *err)
{
	struct evd_chat_message m = {.id = evd_buf_view(&p->id)};
	int r;

	p->message_depth = 0;
	p->at = F_NONE;
	m.off = p->off;
	m.len = p->html.to - p->off;
	m.sender = field(p, F_FROM);
	if (m.sender.len) {
		set(&p->last_from, m.sender);
	} else if (p->joined && !p->service) { /* the same sender as before, within 900 s */
		m.sender = evd_buf_view(&p->last_from);
		m.flags |= EVD_CHAT_F_INHERITED_SENDER;
	}
	m.flags |= put_time(&m.time, evd_buf_view(&p->time));
	m.has_body = p->has_text;
	m.body = field(p, F_TEXT);
	m.reply_to = evd_buf_view(&p->reply_to);
	m.reply_text = p->has_reply && !m.reply_to.len ? field(p, F_REPLY) : m.reply_text;
	m.forwarded = field(p, F_FORWARDED);
	set_kind(p, &m);
	r = evd_chat_message(&p->chat, p->conv, &m, err);
	if (r == 0 && p->has_media && m.type != EVD_CHAT_T_LOCATION)
		r = attach(p, err);
	clear(p);
	return r;
}

static int begin_chat(struct page *p, struct evd_error *err)
{
	struct evd_chat_info info = {.title = field(p, F_TITLE), .form = "html"};
	int r;

	if (p->conv)
		return 0;
	p->conv = evd_chat_find(&p->chat, info.title);
	if (p->conv)
		return 0;
	r = evd_chat_begin(&p->chat, info.title, &info, &p->conv, err);
	if (r == 0)
		evd_chat_numbered(p->conv);
	return r;
}

static void inner(struct page *p, const char *name)
{
	struct chat_html *h = &p->html;

	if (chat_html_class(h, "forwarded")) {
		p->forward_depth = h->depth;
	} else if (chat_html_class(h, "from_name")) {
		begin_field(p, p->forward_depth ? F_FORWARDED : F_FROM);
	} else if (chat_html_class(h, "date") && chat_html_class(h, "details")) {
		if (!p->forward_depth && chat_html_attribute(h, "title").len)
			set(&p->time, chat_html_attribute(h, "title"));
	} else if (chat_html_class(h, "text")) {
		begin_field(p, F_TEXT);
		p->has_text = true;
	} else if (chat_html_class(h, "reply_to")) {
		begin_field(p, F_REPLY);
		p->has_reply = true;
	} else if (p->service && chat_html_class(h, "body")) {
		begin_field(p, F_SERVICE);
	} else if (chat_html_class(h, "media_wrap")) {
		p->has_media = true;
	} else if (p->has_media && chat_html_class(h, "title")) {
		begin_field(p, F_MEDIA_TITLE);
	} else if (p->has_media && chat_html_class(h, "status")) {
		begin_field(p, F_MEDIA_STATUS);
	}
	if (strcmp(name, "a") == 0) {
		struct evd_view href = chat_html_attribute(h, "href");
		const char *go = "#go_to_message";
		const uint8_t *at = href.len ? memmem(href.p, href.len, go, strlen(go)) : NULL;

		if (p->at == F_REPLY && at) {
			at += strlen(go);
			set(&p->reply_to, evd_view_of(at, (size_t)(href.p + href.len - at)));
		} else if (p->has_media && !p->has_text && !p->link.len) {
			set(&p->link, href);
		}
	}
	if (strcmp(name, "br") == 0 && p->at != F_NONE)
		evd_put_u8(&p->field[p->at], '\n');
}

static int on_open(struct chat_html *h, const char *name, struct evd_error *err)
{
	struct page *p = h->own;
	struct evd_view id;
	int r;

	if (p->message_depth) {
		inner(p, name);
		return 0;
	}
	if (chat_html_class(h, "page_header")) {
		evd_buf_reset(&p->field[F_TITLE]);
		begin_field(p, F_TITLE);
		return 0;
	}
	if (!chat_html_class(h, "message"))
		return 0;
	p->at = F_NONE;
	r = begin_chat(p, err);
	clear(p);
	p->message_depth = h->depth;
	p->off = h->from;
	p->service = chat_html_class(h, "service");
	p->joined = chat_html_class(h, "joined");
	id = chat_html_attribute(h, "id");
	if (id.len > 7 && memcmp(id.p, "message", 7) == 0)
		set(&p->id, evd_view_of(id.p + 7, id.len - 7));
	return r;
}

static int on_close(struct chat_html *h, const char *name, struct evd_error *err)
{
	struct page *p = h->own;

	(void)name;
	if (p->at != F_NONE && h->depth <= p->at_depth) {
		p->at = F_NONE;
	}
	if (p->message_depth && h->depth == p->message_depth)
		return finish(p, err);
	return 0;
}

static int on_text(struct chat_html *h, struct evd_view text, struct evd_error *err)
{
	struct page *p = h->own;

	if (p->at == F_NONE)
		return 0;
	/* a second name in one message must not be joined to the first */
	evd_put_view(&p->field[p->at], text);
	if (p->field[p->at].len > EVD_CHAT_LINE_MAX)
		return evd_fail(err, EVD_E_LIMIT, "a text of the page is too long");
	return evd_buf_check(&p->field[p->at], err);
}

static int file(void *ctx, struct evd_chat_file *f, struct evd_error *err)
{
	struct page *p = ctx;
	int r;

	p->chat.member = f->name;
	p->message_depth = 0;
	p->at = F_NONE;
	p->conv = NULL;
	clear(p);
	r = chat_html_read(&p->html, f, err);
	if (r == 0 && p->message_depth) /* the page ends within a message */
		r = finish(p, err);
	p->chat.member = evd_view_of(NULL, 0);
	return r;
}

static bool want(void *ctx, struct evd_view name)
{
	struct evd_view base = evd_chat_base(name);

	(void)ctx;
	return evd_chat_ends(base, ".html") && base.len > 8 && memcmp(base.p, "messages", 8) == 0;
}

static void see_name(void *ctx, struct evd_view name)
{
	unsigned *found = ctx;

	if (want(NULL, name))
		*found |= 1;
	if (evd_chat_has(name, "css/style.css") || evd_chat_has(name, "js/script.js"))
		*found |= 2;
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	unsigned found = 0;

	if (evd_chat_is_zip(head)) {
		if (in->n)
			evd_chat_zip_names(&in->source[0], see_name, &found);
		return found == 3 ? 56 : 0;
	}
	return evd_chat_has(head, "<div class=\"page_wrap\"") && evd_chat_has(head, "page_header") &&
	               evd_chat_has(head, "class=\"message ")
	           ? 128
	           : 0;
}

static int read_item(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	struct page *p = calloc(1, sizeof *p);
	struct evd_chat_walk walk = {want, file, p, NULL, NULL};
	int r;

	if (!p)
		return evd_nomem(err);
	evd_chat_init(&p->chat, sink, "telegram");
	p->html.open = on_open;
	p->html.close = on_close;
	p->html.text = on_text;
	p->html.own = p;
	walk.chat = &p->chat;
	r = evd_chat_index_build(&p->index, in, NULL, err);
	if (r == 0)
		r = evd_chat_walk(in, &walk, err);
	if (r == 0 && p->chat.n_conv == 0)
		r = evd_fail(err, EVD_E_FORMAT, "no message in the page");
	if (r == 0)
		r = evd_chat_end(&p->chat, err);
	evd_chat_index_release(&p->index);
	for (int i = 0; i < F_N; i++)
		evd_buf_release(&p->field[i]);
	evd_buf_release(&p->id);
	evd_buf_release(&p->time);
	evd_buf_release(&p->link);
	evd_buf_release(&p->reply_to);
	evd_buf_release(&p->last_from);
	evd_chat_release(&p->chat);
	free(p);
	return r;
}

const struct evd_format evd_format_chat_telegram_html = {
    .name = "chat-telegram-html",
    .version = "1",
    .spec = "Telegram Desktop messages.html",
    .confirmed = false,
    .probe = probe,
    .read = read_item,
};
