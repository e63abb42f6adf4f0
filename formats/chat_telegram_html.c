/*
 * chat_telegram_html: Telegram Desktop's messages.html, messages2.html … (docs/chats.md). Follows
 * export_output_html.cpp. Stage: read-out.
 *
 * The zone in a time's title is the zone's standard offset while the clock follows summer time, so
 * UTC is not provable from it: both are kept, the offset as part of the raw text.
 */
#include "chat_telegram_page.h"
#include "source.h"

#include <stdlib.h>
#include <string.h>

static void begin_field(struct page *p, enum field f)
{
	if (p->at != F_NONE)
		return;
	p->at = f;
	p->at_depth = p->html.depth;
}

/* Behind "</a>": whether the words were the address itself. */
static void end_link(struct page *p)
{
	struct evd_view words = evd_buf_view(&p->field[F_TEXT]), address = evd_buf_view(&p->addresses);

	if (words.len) {
		words.p += p->words_at;
		words.len -= p->words_at;
	}
	if (address.len) {
		address.p += p->address_at;
		address.len -= p->address_at;
	}
	p->in_link = false;
	if (address.len && evd_view_eq(page_trim(words), evd_view_of(address.p, address.len - 1)))
		p->addresses.len = p->address_at;
}

/* A sign, and who gave it where the page says so, else how many. */
static int end_reaction(struct page *p, struct evd_error *err)
{
	size_t at = 0;
	int r = 0;

	p->reaction_depth = 0;
	do {
		struct evd_view who =
		    at < p->who.len ? evd_view_str((const char *)p->who.data + at) : evd_view_of(NULL, 0);
		struct evd_object *o = evd_chat_list_item(&p->reactions);

		at += who.len + 1;
		if (!o)
			continue;
		evd_chat_text(o, "reaction", page_field(p, F_EMOJI));
		if (who.len)
			evd_chat_text(o, "by", who);
		if (page_field(p, F_COUNT).len)
			evd_chat_text(o, "count", page_field(p, F_COUNT));
		r = evd_chat_list_put(&p->reactions, err);
	} while (r == 0 && at < p->who.len);
	return r;
}

/* An account's chats lie in a folder each, and several bear one title: "Deleted Account" is everybody's who left
 * (ComposeName). Pages of one folder but of two titles are put there by somebody else. */
static struct evd_view key_of(struct page *p, struct evd_view title)
{
	page_set(&p->key, page_folder(p->chat.member));
	evd_put_u8(&p->key, 0);
	evd_put_view(&p->key, title);
	return evd_buf_view(&p->key);
}

static int begin_chat(struct page *p, struct evd_error *err)
{
	struct evd_chat_info info = {.title = page_field(p, F_TITLE), .form = "html"};
	struct evd_view key;
	int r = 0;

	if (p->conv)
		return 0;
	key = key_of(p, info.title);
	p->conv = evd_chat_find(&p->chat, key);
	if (!p->conv) {
		r = evd_chat_begin(&p->chat, key, &info, &p->conv, err);
		if (r == 0)
			evd_chat_numbered(p->conv);
	}
	if (p->conv != p->last_conv) {
		evd_buf_reset(&p->last_from);
		evd_buf_reset(&p->last_forward);
	}
	p->last_conv = p->conv;
	return r;
}

/* What the wrap holds, by the class of the medium within; others are files. */
static void set_media(struct page *p)
{
	static const struct {
		const char *name;
		enum evd_chat_type type;
	} known[] = {{"media_poll", EVD_CHAT_T_POLL},
	             {"media_contact", EVD_CHAT_T_CONTACT},
	             {"media_call", EVD_CHAT_T_CALL},
	             {"media_location", EVD_CHAT_T_LOCATION},
	             {"media_live_location", EVD_CHAT_T_LOCATION},
	             {"media_venue", EVD_CHAT_T_LOCATION}};

	for (size_t i = 0; p->media_depth && i < sizeof known / sizeof *known; i++)
		if (chat_html_class(&p->html, known[i].name))
			p->media = known[i].type;
}

static void begin_line(struct page *p, enum field f)
{
	if (p->at == F_NONE)
		evd_put_u8(&p->field[f], '\n');
	begin_field(p, f);
}

/* What stands in few messages: polls, reactions, authors, buttons. */
static void inner_rare(struct page *p)
{
	struct chat_html *h = &p->html;

	set_media(p);
	if (chat_html_class(h, "question") && p->media_depth) {
		begin_field(p, F_QUESTION);
	} else if (chat_html_class(h, "answer") && p->media_depth) {
		begin_line(p, F_ANSWERS);
	} else if (chat_html_class(h, "description") && p->media_depth) {
		begin_field(p, F_DESCRIPTION);
	} else if (chat_html_class(h, "total") && p->media_depth) {
		begin_field(p, F_VOTES);
	} else if (chat_html_class(h, "details") && p->media == EVD_CHAT_T_POLL && p->media_depth) {
		begin_field(p, F_KIND);
	} else if (chat_html_class(h, "signature")) {
		begin_field(p, F_SIGNATURE);
	} else if (chat_html_class(h, "bot_button")) {
		begin_line(p, F_BUTTONS);
	} else if (chat_html_class(h, "reaction")) {
		p->reaction_depth = h->depth;
		evd_buf_reset(&p->field[F_EMOJI]);
		evd_buf_reset(&p->field[F_COUNT]);
		evd_buf_reset(&p->who);
	} else if (p->reaction_depth && chat_html_class(h, "emoji")) {
		begin_field(p, F_EMOJI);
	} else if (p->reaction_depth && chat_html_class(h, "count")) {
		begin_field(p, F_COUNT);
	} else if (p->reaction_depth && chat_html_class(h, "initials") &&
	           chat_html_attribute(h, "title").len) {
		evd_put_view(&p->who, chat_html_attribute(h, "title"));
		evd_put_u8(&p->who, 0);
	}
}

static void inner_link(struct page *p)
{
	struct chat_html *h = &p->html;
	struct evd_view href = chat_html_attribute(h, "href");
	const char *go = "#go_to_message";
	const uint8_t *at = href.len ? memmem(href.p, href.len, go, strlen(go)) : NULL;

	if (p->at == F_REPLY && at) {
		at += strlen(go);
		page_set(&p->reply_to, evd_view_of(at, (size_t)(href.p + href.len - at)));
	} else if (!p->link.len &&
	           (p->media_depth || (p->service && chat_html_class(h, "userpic_link")))) {
		page_set(&p->link, href);
	} else if (p->at == F_TEXT && evd_chat_has(href, ":")) {
		p->in_link = true;
		p->words_at = p->field[F_TEXT].len;
		p->address_at = p->addresses.len;
		evd_put_view(&p->addresses, href);
		evd_put_u8(&p->addresses, 0);
	}
}

static void inner(struct page *p, const char *name)
{
	struct chat_html *h = &p->html;

	inner_rare(p);

	if (p->at == F_FORWARDED && chat_html_class(h, "details")) {
		/* the date behind the name; before it was given a title its text is all there is */
		p->at = F_FORWARDED_TIME;
		p->at_depth = h->depth;
		page_set(&p->forward_time, chat_html_attribute(h, "title"));
	} else if (chat_html_class(h, "forwarded")) {
		p->forward_depth = h->depth;
	} else if (chat_html_class(h, "from_name")) {
		begin_field(p, p->forward_depth ? F_FORWARDED : F_FROM);
	} else if (chat_html_class(h, "date") && chat_html_class(h, "details")) {
		if (!p->forward_depth && chat_html_attribute(h, "title").len)
			page_set(&p->time, chat_html_attribute(h, "title"));
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
		p->media_depth = h->depth;
	} else if (p->media_depth && chat_html_class(h, "title")) {
		begin_field(p, F_MEDIA_TITLE);
	} else if (p->media_depth && chat_html_class(h, "status")) {
		begin_field(p, F_MEDIA_STATUS);
	}
	if (strcmp(name, "a") == 0)
		inner_link(p);
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
	page_clear(p);
	p->message_depth = h->depth;
	p->off = h->from;
	p->service = chat_html_class(h, "service");
	p->joined = chat_html_class(h, "joined");
	id = chat_html_attribute(h, "id");
	if (id.len > 7 && memcmp(id.p, "message", 7) == 0)
		page_set(&p->id, evd_view_of(id.p + 7, id.len - 7));
	return r;
}

static int on_close(struct chat_html *h, const char *name, struct evd_error *err)
{
	struct page *p = h->own;

	if (p->in_link && strcmp(name, "a") == 0)
		end_link(p);
	if (p->at != F_NONE && h->depth <= p->at_depth) {
		p->at = F_NONE;
	}
	if (p->reaction_depth && h->depth == p->reaction_depth) {
		int r = end_reaction(p, err);

		if (r)
			return r;
	}
	if (p->media_depth && h->depth == p->media_depth)
		p->media_depth = 0;
	if (p->message_depth && h->depth == p->message_depth)
		return page_finish(p, err);
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
	page_clear(p);
	r = chat_html_read(&p->html, f, err);
	if (r == 0 && p->message_depth) /* the page ends within a message */
		r = page_finish(p, err);
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
	return evd_is_text_head(head) && evd_chat_has(head, "<div class=\"page_wrap\"") &&
	               evd_chat_has(head, "page_header") && evd_chat_has(head, "class=\"message ")
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
	evd_chat_list_init(&p->reactions);
	evd_chat_list_init(&p->list);
	evd_object_init(&p->object);
	evd_buf_init(&p->details, EVD_CHAT_TEXT_MAX * 4);
	evd_buf_init(&p->call, EVD_CHAT_TEXT_MAX * 4);
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
	evd_buf_release(&p->last_forward);
	evd_buf_release(&p->forward_time);
	evd_buf_release(&p->key);
	evd_buf_release(&p->who);
	evd_buf_release(&p->addresses);
	evd_buf_release(&p->details);
	evd_buf_release(&p->call);
	evd_chat_list_release(&p->reactions);
	evd_chat_list_release(&p->list);
	evd_object_release(&p->object);
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
