/*
 * chat_telegram_html: Telegram Desktop's messages.html, messages2.html … (docs/chats.md). Follows
 * export_output_html.cpp. Stage: read-out.
 *
 * The zone in a time's title is the zone's standard offset while the clock follows summer time, so
 * UTC is not provable from it: both are kept, the offset as part of the raw text.
 */
#include "chat_html.h"
#include "source.h"

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
	F_FORWARDED_TIME,
	F_DESCRIPTION,
	F_QUESTION,
	F_ANSWERS, /* a line each */
	F_KIND,    /* of what looks like a poll */
	F_VOTES,
	F_EMOJI,
	F_COUNT,
	F_SIGNATURE,
	F_BUTTONS, /* a line each */
	F_N
};

struct page {
	struct evd_chat chat;
	struct evd_chat_index index;
	struct evd_chat_conv *conv;
	struct chat_html html;
	struct evd_buf field[F_N];
	const struct evd_chat_conv *last_conv; /* which the two names below are of */
	struct evd_buf id, time, link, reply_to, last_from, last_forward, forward_time;
	struct evd_buf key;                           /* of the chat, and paths */
	struct evd_view bot, or_sender, or_forwarded; /* see split_bot */
	bool inherits_forward;
	enum field at;
	unsigned at_depth;      /* the element whose text goes to `at` */
	unsigned message_depth; /* of the message's element; 0: outside */
	unsigned forward_depth;
	unsigned media_depth; /* of the wrap around a medium; 0: outside */
	bool service, joined, has_text, has_media, has_reply;
	enum evd_chat_type media; /* what the wrap around a medium holds */
	bool in_link;             /* within words that have an address: where both begin */
	size_t words_at, address_at;
	unsigned reaction_depth; /* of the reaction's element; 0: outside */
	struct evd_buf who,
	    addresses; /* of a reaction, of links behind words; each ended by a zero byte */
	struct evd_chat_list reactions, list;
	struct evd_object object;
	struct evd_buf details, call;
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
	evd_buf_reset(&p->forward_time);
	evd_buf_reset(&p->addresses);
	evd_chat_list_reset(&p->reactions);
	p->media = EVD_CHAT_T_ATTACHMENT;
	p->reaction_depth = 0;
	p->in_link = false;
	p->service = p->joined = p->has_text = p->has_media = p->has_reply = false;
	p->forward_depth = p->media_depth = 0;
	p->bot = p->or_sender = p->or_forwarded = evd_view_of(NULL, 0);
	p->inherits_forward = false;
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
	} else if (p->has_media) {
		m->type = p->media;
	}
	if (m->type != EVD_CHAT_T_POLL)
		return;
	m->caption = field(p, F_QUESTION);
	/* pushTodoList writes a list of things to do with a poll's classes; this line alone tells it */
	if (evd_view_is(field(p, F_KIND), "To-do List"))
		m->type = EVD_CHAT_T_UNSUPPORTED; /* no type of ours, as in the JSON export */
}

/* Lines of a field as a list of {value}. */
static void put_lines(struct page *p, enum field f, const char *name)
{
	struct evd_view all = field(p, f), v;
	size_t at = 0;

	evd_chat_list_reset(&p->list);
	while (at < all.len) {
		const uint8_t *nl = memchr(all.p + at, '\n', all.len - at);
		struct evd_object *o;

		v = trim(evd_view_of(all.p + at, nl ? (size_t)(nl - all.p) - at : all.len - at));
		at += (nl ? (size_t)(nl - all.p) - at : all.len - at) + 1;
		o = v.len ? evd_chat_list_item(&p->list) : NULL;
		if (!o)
			continue;
		evd_chat_text(o, "value", v);
		if (evd_chat_list_put(&p->list, NULL))
			return;
	}
	v = evd_chat_list_end(&p->list);
	if (v.len)
		evd_object_raw(&p->object, name, v);
}

/* Addresses that are not the words they stand behind. */
static void put_links(struct page *p)
{
	struct evd_view all;

	evd_chat_list_reset(&p->list);
	for (size_t at = 0; at < p->addresses.len;) {
		struct evd_view v = evd_view_str((const char *)p->addresses.data + at);
		struct evd_object *o = evd_chat_list_item(&p->list);

		at += v.len + 1;
		if (!o)
			break;
		evd_chat_text(o, "address", v);
		if (evd_chat_list_put(&p->list, NULL))
			return;
	}
	all = evd_chat_list_end(&p->list);
	if (all.len)
		evd_object_raw(&p->object, "links", all);
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
	if (address.len && evd_view_eq(trim(words), evd_view_of(address.p, address.len - 1)))
		p->addresses.len = p->address_at;
}

static void put_field(struct page *p, const char *name, struct evd_view v)
{
	if (v.len)
		evd_chat_text(&p->object, name, v);
}

static struct evd_view written(struct page *p, struct evd_buf *b)
{
	evd_buf_reset(b);
	if (p->object.n == 0 || evd_object_write(&p->object, b, NULL))
		return evd_view_of(NULL, 0);
	return evd_buf_view(b);
}

static void put_forward(struct page *p)
{
	struct evd_view time = trim(evd_buf_view(&p->forward_time));

	if (p->service || !p->forward_depth)
		return;
	put_field(p, "forwardedTimeRaw", time.len ? time : field(p, F_FORWARDED_TIME));
	put_field(p, "orForwardedFrom", p->or_forwarded);
	if (p->inherits_forward)
		evd_object_bool(&p->object, "forwardedFromInherited", true);
	else if (!field(p, F_FORWARDED).len)
		evd_object_bool(&p->object, "forwardedFromUnnamed", true);
}

static void put_details(struct page *p, struct evd_chat_message *m)
{
	evd_object_reset(&p->object);
	if (m->type == EVD_CHAT_T_CALL) {
		put_field(p, "with", field(p, F_MEDIA_TITLE));
		put_field(p, "status", field(p, F_MEDIA_STATUS));
		m->call = written(p, &p->call);
		evd_object_reset(&p->object);
	} else if (m->type == EVD_CHAT_T_CONTACT) {
		put_field(p, "contactName", field(p, F_MEDIA_TITLE));
		put_field(p, "contactNumber", field(p, F_MEDIA_STATUS));
	} else if (m->type == EVD_CHAT_T_LOCATION) {
		put_field(p, "placeName", field(p, F_MEDIA_TITLE));
		put_field(p, "place", field(p, F_MEDIA_STATUS));
		put_field(p, "placeAddress", field(p, F_DESCRIPTION)); /* of a venue */
		put_field(p, "placeUrl", evd_buf_view(&p->link));
	} else if (m->type == EVD_CHAT_T_POLL) {
		put_lines(p, F_ANSWERS, "pollAnswers");
		put_field(p, "pollState", field(p, F_KIND));
		put_field(p, "pollVotes", field(p, F_VOTES));
	} else if (m->type == EVD_CHAT_T_UNSUPPORTED) {
		put_lines(p, F_ANSWERS, "todoItems");
	} else if (m->type == EVD_CHAT_T_ATTACHMENT && field(p, F_DESCRIPTION).len &&
	           !evd_view_eq(field(p, F_MEDIA_STATUS), evd_buf_view(&p->link))) {
		put_field(p, "mediaStatus", field(p, F_MEDIA_STATUS)); /* `note` is the description */
	}
	put_forward(p);
	put_field(p, "viaBot", p->bot);
	put_field(p, "orSender", p->or_sender);
	put_field(p, "author", field(p, F_SIGNATURE));
	put_lines(p, F_BUTTONS, "buttons");
	put_links(p);
	m->details = written(p, &p->details);
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
		evd_chat_text(o, "reaction", field(p, F_EMOJI));
		if (who.len)
			evd_chat_text(o, "by", who);
		if (field(p, F_COUNT).len)
			evd_chat_text(o, "count", field(p, F_COUNT));
		r = evd_chat_list_put(&p->reactions, err);
	} while (r == 0 && at < p->who.len);
	return r;
}

static bool begins(struct evd_view v, const char *with)
{
	return v.len >= strlen(with) && memcmp(v.p, with, strlen(with)) == 0;
}

static struct evd_view folder_of(struct evd_view name)
{
	return evd_view_of(name.p, name.len - evd_chat_base(name).len);
}

/* Links lead from the page: in the export of an account "../../chats/chat_001/photos/…" (relativePath). */
static void match(struct page *p, struct evd_chat_attachment *a)
{
	struct evd_view whole = a->name, link = a->name, note = a->note,
	                folder = folder_of(p->chat.member);

	while (begins(link, "../")) {
		link = evd_view_of(link.p + 3, link.len - 3);
		folder = folder_of(evd_view_of(folder.p, folder.len ? folder.len - 1 : 0));
	}
	set(&p->key, folder);
	evd_put_view(&p->key, link);
	a->name = evd_buf_view(&p->key);
	evd_chat_index_match(&p->index, a);
	if (!a->found.len) { /* a folder that was packed otherwise: by the end of the path */
		a->name = link;
		a->note = note;
		evd_chat_index_match(&p->index, a);
	}
	a->name = whole;
}

/* A medium; a contact's card or a group's new picture, of which no more than the link is the file's. */
static bool has_file(const struct page *p, const struct evd_chat_message *m)
{
	return m->type == EVD_CHAT_T_ATTACHMENT
	           ? p->has_media
	           : p->link.len && (m->type == EVD_CHAT_T_CONTACT || m->type == EVD_CHAT_T_SYSTEM);
}

static int attach(struct page *p, const struct evd_chat_message *m, struct evd_error *err)
{
	struct evd_chat_attachment a = {.name = evd_buf_view(&p->link)};

	if (m->type == EVD_CHAT_T_ATTACHMENT) {
		a.media = field(p, F_MEDIA_TITLE);
		a.note = field(p, F_DESCRIPTION).len ? field(p, F_DESCRIPTION) : field(p, F_MEDIA_STATUS);
	}
	if (!a.name.len)
		a.state = EVD_CHAT_S_NOT_EXPORTED;
	else if (begins(a.name, "https://") || begins(a.name, "http://")) /* a game (IsGlobalLink) */
		a.state = EVD_CHAT_S_REMOTE;
	else
		match(p, &a);
	return evd_chat_attach(&p->chat, p->conv, &a, err);
}

static bool of_username(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/*
 * "Ana via @gif": pushMessage writes the bot that a message was made with behind the name. Somebody may be called so, hence
 * the name as it stands is kept. Usernames are letters, digits and "_" behind a letter, 32 at most; those of 3 are Telegram's
 * own. Returns the bot and shortens `name`; empty: there is none.
 */
static struct evd_view split_bot(struct evd_view *name)
{
	static const char via[] = " via @";
	size_t n = name->len, before = sizeof via - 1;
	struct evd_view bot;

	while (n && of_username(name->p[n - 1]))
		n--;
	if (n <= before || name->len - n < 3)
		return evd_view_of(NULL, 0);
	bot = evd_view_of(name->p + n, name->len - n);
	if (bot.len > 32 || bot.p[0] <= '9' || bot.p[0] == '_' ||
	    memcmp(name->p + n - before, via, before) != 0)
		return evd_view_of(NULL, 0);
	name->len = n - before;
	return bot;
}

static void set_sender(struct page *p, struct evd_chat_message *m)
{
	struct evd_view whole = field(p, F_FROM);

	if (whole.len) {
		set(&p->last_from, whole);
	} else if (p->joined && !p->service && p->last_from.len) {
		whole =
		    evd_buf_view(&p->last_from); /* the same as before, within 900 s (messageNeedsWrap) */
		m->flags |= EVD_CHAT_F_INHERITED_SENDER;
	}
	m->sender = whole;
	p->bot = split_bot(&m->sender);
	if (p->bot.len) {
		p->or_sender = whole;
		m->flags |= EVD_CHAT_F_SENDER_SPLIT;
	}
}

/* Of messages of one account that are forwarded together the first alone names it (forwardedNeedsWrap): the others are
 * joined to it, and whoever forwards them has not written them. */
static void set_forward(struct page *p, struct evd_chat_message *m)
{
	struct evd_view whole = field(p, F_FORWARDED), bot;

	if (p->service || !p->forward_depth) {
		evd_buf_reset(&p->last_forward);
		return;
	}
	p->inherits_forward = !whole.len && p->joined && p->last_forward.len;
	if (p->inherits_forward)
		whole = evd_buf_view(&p->last_forward);
	else
		set(&p->last_forward, whole);
	m->forwarded = whole;
	bot = split_bot(&m->forwarded);
	if (bot.len) {
		p->bot = bot;
		p->or_forwarded = whole;
	}
}

static int finish(struct page *p, struct evd_error *err)
{
	struct evd_chat_message m = {.id = evd_buf_view(&p->id)};
	int r;

	p->message_depth = 0;
	p->at = F_NONE;
	m.off = p->off;
	m.len = p->html.to - p->off;
	set_sender(p, &m);
	set_forward(p, &m);
	m.flags |= put_time(&m.time, evd_buf_view(&p->time));
	m.has_body = p->has_text;
	m.body = field(p, F_TEXT);
	m.reply_to = evd_buf_view(&p->reply_to);
	m.reply_text = p->has_reply && !m.reply_to.len ? field(p, F_REPLY) : m.reply_text;
	set_kind(p, &m);
	put_details(p, &m);
	m.reactions = evd_chat_list_end(&p->reactions);
	r = evd_chat_message(&p->chat, p->conv, &m, err);
	if (r == 0 && has_file(p, &m))
		r = attach(p, &m, err);
	clear(p);
	return r;
}

/* An account's chats lie in a folder each, and several bear one title: "Deleted Account" is everybody's who left
 * (ComposeName). Pages of one folder but of two titles are put there by somebody else. */
static struct evd_view key_of(struct page *p, struct evd_view title)
{
	set(&p->key, folder_of(p->chat.member));
	evd_put_u8(&p->key, 0);
	evd_put_view(&p->key, title);
	return evd_buf_view(&p->key);
}

static int begin_chat(struct page *p, struct evd_error *err)
{
	struct evd_chat_info info = {.title = field(p, F_TITLE), .form = "html"};
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
		set(&p->reply_to, evd_view_of(at, (size_t)(href.p + href.len - at)));
	} else if (!p->link.len &&
	           (p->media_depth || (p->service && chat_html_class(h, "userpic_link")))) {
		set(&p->link, href);
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
		set(&p->forward_time, chat_html_attribute(h, "title"));
	} else if (chat_html_class(h, "forwarded")) {
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
