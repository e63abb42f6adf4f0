/* chat_telegram_page: see chat_telegram_page.h. The functions named in brackets are of export_output_html.cpp. */
#include "chat_telegram_page.h"

#include <string.h>

void page_clear(struct page *p)
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

struct evd_view page_trim(struct evd_view v)
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

struct evd_view page_field(const struct page *p, enum field f)
{
	return page_trim(evd_buf_view(&p->field[f]));
}

void page_set(struct evd_buf *b, struct evd_view v)
{
	evd_buf_reset(b);
	evd_put_view(b, v);
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
		m->body = page_field(p, F_SERVICE);
	} else if (p->has_media) {
		m->type = p->media;
	}
	if (m->type != EVD_CHAT_T_POLL)
		return;
	m->caption = page_field(p, F_QUESTION);
	/* pushTodoList writes a list of things to do with a poll's classes; this line alone tells it */
	if (evd_view_is(page_field(p, F_KIND), "To-do List"))
		m->type = EVD_CHAT_T_UNSUPPORTED; /* no type of ours, as in the JSON export */
}

/* Lines of a field as a list of {value}. */
static void put_lines(struct page *p, enum field f, const char *name)
{
	struct evd_view all = page_field(p, f), v;
	size_t at = 0;

	evd_chat_list_reset(&p->list);
	while (at < all.len) {
		const uint8_t *nl = memchr(all.p + at, '\n', all.len - at);
		struct evd_object *o;

		v = page_trim(evd_view_of(all.p + at, nl ? (size_t)(nl - all.p) - at : all.len - at));
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
	struct evd_view time = page_trim(evd_buf_view(&p->forward_time));

	if (p->service || !p->forward_depth)
		return;
	put_field(p, "forwardedTimeRaw", time.len ? time : page_field(p, F_FORWARDED_TIME));
	put_field(p, "orForwardedFrom", p->or_forwarded);
	if (p->inherits_forward)
		evd_object_bool(&p->object, "forwardedFromInherited", true);
}

static void put_details(struct page *p, struct evd_chat_message *m)
{
	evd_object_reset(&p->object);
	if (m->type == EVD_CHAT_T_CALL) {
		put_field(p, "with", page_field(p, F_MEDIA_TITLE));
		put_field(p, "status", page_field(p, F_MEDIA_STATUS));
		m->call = written(p, &p->call);
		evd_object_reset(&p->object);
	} else if (m->type == EVD_CHAT_T_CONTACT) {
		put_field(p, "contactName", page_field(p, F_MEDIA_TITLE));
		put_field(p, "contactNumber", page_field(p, F_MEDIA_STATUS));
	} else if (m->type == EVD_CHAT_T_LOCATION) {
		put_field(p, "placeName", page_field(p, F_MEDIA_TITLE));
		put_field(p, "place", page_field(p, F_MEDIA_STATUS));
		put_field(p, "placeAddress", page_field(p, F_DESCRIPTION)); /* of a venue */
		put_field(p, "placeUrl", evd_buf_view(&p->link));
	} else if (m->type == EVD_CHAT_T_POLL) {
		put_lines(p, F_ANSWERS, "pollAnswers");
		put_field(p, "pollState", page_field(p, F_KIND));
		put_field(p, "pollVotes", page_field(p, F_VOTES));
	} else if (m->type == EVD_CHAT_T_UNSUPPORTED) {
		put_lines(p, F_ANSWERS, "todoItems");
	} else if (m->type == EVD_CHAT_T_ATTACHMENT && page_field(p, F_DESCRIPTION).len &&
	           !evd_view_eq(page_field(p, F_MEDIA_STATUS), evd_buf_view(&p->link))) {
		put_field(p, "mediaStatus", page_field(p, F_MEDIA_STATUS)); /* `note` is the description */
	}
	put_forward(p);
	put_field(p, "viaBot", p->bot);
	put_field(p, "orSender", p->or_sender);
	put_field(p, "author", page_field(p, F_SIGNATURE));
	put_lines(p, F_BUTTONS, "buttons");
	put_links(p);
	m->details = written(p, &p->details);
}

static bool begins(struct evd_view v, const char *with)
{
	return v.len >= strlen(with) && memcmp(v.p, with, strlen(with)) == 0;
}

struct evd_view page_folder(struct evd_view name)
{
	return evd_view_of(name.p, name.len - evd_chat_base(name).len);
}

/* Links lead from the page: in the export of an account "../../chats/chat_001/photos/…" (relativePath). */
static void match(struct page *p, struct evd_chat_attachment *a)
{
	struct evd_view whole = a->name, link = a->name, note = a->note,
	                folder = page_folder(p->chat.member);

	while (begins(link, "../")) {
		link = evd_view_of(link.p + 3, link.len - 3);
		folder = page_folder(evd_view_of(folder.p, folder.len ? folder.len - 1 : 0));
	}
	page_set(&p->key, folder);
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
		a.media = page_field(p, F_MEDIA_TITLE);
		a.note = page_field(p, F_DESCRIPTION).len ? page_field(p, F_DESCRIPTION)
		                                          : page_field(p, F_MEDIA_STATUS);
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
	struct evd_view whole = page_field(p, F_FROM);

	if (whole.len) {
		page_set(&p->last_from, whole);
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
	struct evd_view whole = page_field(p, F_FORWARDED), bot;

	if (p->service || !p->forward_depth) {
		evd_buf_reset(&p->last_forward);
		return;
	}
	p->inherits_forward = !whole.len && p->joined && p->last_forward.len;
	if (p->inherits_forward)
		whole = evd_buf_view(&p->last_forward);
	else
		page_set(&p->last_forward, whole);
	m->is_forwarded = true;
	m->forwarded = whole;
	bot = split_bot(&m->forwarded);
	if (bot.len) {
		p->bot = bot;
		p->or_forwarded = whole;
	}
}

int page_finish(struct page *p, struct evd_error *err)
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
	m.body = page_field(p, F_TEXT);
	m.reply_to = evd_buf_view(&p->reply_to);
	m.reply_text = p->has_reply && !m.reply_to.len ? page_field(p, F_REPLY) : m.reply_text;
	set_kind(p, &m);
	put_details(p, &m);
	m.reactions = evd_chat_list_end(&p->reactions);
	r = evd_chat_message(&p->chat, p->conv, &m, err);
	if (r == 0 && has_file(p, &m))
		r = attach(p, &m, err);
	page_clear(p);
	return r;
}
