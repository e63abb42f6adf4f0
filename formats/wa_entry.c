/* wa_entry: see wa_entry.h. */
#include "wa_entry.h"

#include "chat_file.h"

#include <string.h>

static void set_time(struct wa_entry *e, struct evd_chat_message *m)
{
	m->flags |= wa_order_time(e->form, &e->head, &m->time);
	m->time.raw = evd_view_of(e->bytes.data + e->head.time_off, e->head.time_len);
}

static bool marked(struct evd_view v)
{
	return v.len >= 3 && memcmp(v.p, "\xe2\x80\x8e", 3) == 0;
}

/* The type of a body that the app wrote, as far as its words are known. */
static void set_type(struct evd_chat_message *m, const struct wa_found *f)
{
	static const enum evd_chat_type type[] = {
	    [WA_OMITTED] = EVD_CHAT_T_ATTACHMENT, [WA_ATTACHED] = EVD_CHAT_T_ATTACHMENT,
	    [WA_DELETED] = EVD_CHAT_T_DELETED,    [WA_VIEW_ONCE] = EVD_CHAT_T_VIEW_ONCE,
	    [WA_PENDING] = EVD_CHAT_T_PENDING,    [WA_CALL] = EVD_CHAT_T_CALL,
	    [WA_CALL_VOICE] = EVD_CHAT_T_CALL,    [WA_CALL_VIDEO] = EVD_CHAT_T_CALL,
	    [WA_LOCATION] = EVD_CHAT_T_LOCATION,  [WA_LIVE_LOCATION] = EVD_CHAT_T_LOCATION,
	    [WA_CONTACT] = EVD_CHAT_T_CONTACT,    [WA_POLL] = EVD_CHAT_T_POLL,
	};

	m->type = type[f->mark];
	if (f->mark == WA_ATTACHED && evd_chat_ends(f->part, ".vcf"))
		m->type = EVD_CHAT_T_CONTACT;
	if (f->mark == WA_CALL_VOICE)
		m->call = evd_view_str("{\"kind\":\"voice\"}");
	if (f->mark == WA_CALL_VIDEO)
		m->call = evd_view_str("{\"kind\":\"video\"}");
}

static struct evd_view first_line(struct evd_view body)
{
	const uint8_t *nl = body.len ? memchr(body.p, '\n', body.len) : NULL;
	size_t n = nl ? (size_t)(nl - body.p) : body.len;

	if (nl && n && body.p[n - 1] == '\r')
		n--;
	return evd_view_of(body.p, n);
}

static bool has_address(struct evd_view place)
{
	return evd_chat_has(place, "https://maps.") || evd_chat_has(place, "https://foursquare.com/v/");
}

/* A question and its options, each on lines of their own, as the app writes polls. */
static bool is_whole_poll(struct evd_view line, struct evd_view body)
{
	return line.p[line.len - 1] == ':' && line.len < body.len &&
	       (evd_chat_has(body, "\nOPTION: ") || evd_chat_has(body, "\nOPCIÓN: "));
}

/*
 * The app's words without its mark: true if they are taken for its own all the same. iOS puts U+200E before all of them,
 * Android before the names of files alone (strings of 2020). Where it could have marked them they are a person's; words that
 * people write for themselves ("null") are flagged; for the others the file is said to have them.
 */
static bool take_unmarked(struct wa_entry *e, struct evd_chat_message *m, struct evd_view line,
                          const struct wa_found *f)
{
	bool ios = e->head.shape & WA_SHAPE_BRACKET, taken = !ios || !e->marks, flag = !taken;

	if (f->mark == WA_LOCATION && !has_address(f->part)) {
		flag = true;
		taken = false;
	} else if (f->mark == WA_POLL) {
		flag = true;
		taken = taken && is_whole_poll(line, m->body);
	} else if (!ios && f->mark == WA_ATTACHED) {
		flag = true;
		taken = !e->marked_files;
	} else if (!ios && (f->mark == WA_OMITTED || f->mark == WA_VIEW_ONCE)) {
		flag = line.p[0] != '<';
	}
	m->flags |= flag ? EVD_CHAT_F_TYPED_MARKER : 0u;
	e->n_unmarked += taken;
	return taken;
}

static void read_edited(struct wa_entry *e, struct evd_chat_message *m)
{
	bool ios = e->head.shape & WA_SHAPE_BRACKET;
	size_t cut;

	if (!wa_edited(m->body, &cut))
		return;
	m->edited = true;
	if (cut >= 3 && marked(evd_view_of(m->body.p + cut - 3, 3)))
		return;
	if (ios && e->marks) {
		m->edited = false;
		m->flags |= EVD_CHAT_F_TYPED_MARKER;
	}
	e->n_unmarked += m->edited;
}

static void read_body(struct wa_entry *e, struct evd_chat_message *m, struct wa_found *f)
{
	struct evd_view line = first_line(m->body);
	bool ios = e->head.shape & WA_SHAPE_BRACKET;

	f->mark = WA_NONE;
	read_edited(e, m);
	if (line.len == 0)
		return;
	if (wa_body(line, f)) {
		bool mark = ios ? evd_chat_has(line, "\xe2\x80\x8e") : marked(line);

		if (!mark && !take_unmarked(e, m, line, f)) {
			f->mark = WA_NONE;
			return;
		}
		set_type(m, f);
		m->marker = line;
		if (f->mark == WA_ATTACHED && line.len < m->body.len) {
			size_t from = line.len + (m->body.p[line.len] == '\r' ? 2 : 1);

			m->caption = evd_view_of(m->body.p + from, m->body.len - from);
		}
	} else if (ios && !m->edited &&
	           (marked(line) ||
	            (line.p[line.len - 1] == '>' && evd_chat_has(line, "\xe2\x80\x8e<")))) {
		m->flags |= EVD_CHAT_F_UNKNOWN_MARKER;
		m->marker = line;
	}
}

static struct evd_view find_colon(struct evd_view v)
{
	const uint8_t *at = v.len ? memchr(v.p, ':', v.len) : NULL, *end = v.p + v.len;

	while (at && (at + 1 == end || at[1] != ' ')) /* ": " */
		at = memchr(at + 1, ':', (size_t)(end - at - 1));
	if (!at && v.len && v.p[v.len - 1] == ':') /* Android writes an empty body without the blank */
		at = v.p + v.len - 1;
	return at ? evd_view_of(v.p, (size_t)(at - v.p)) : evd_view_of(NULL, 0);
}

struct evd_view wa_entry_sender(struct evd_view text)
{
	return find_colon(first_line(text));
}

/* One further member of `details`, and the places of lines that look like headers. */
static void put_details(struct wa_entry *e, struct evd_chat_message *m, const char *key,
                        struct evd_view value)
{
	struct evd_object o;

	if (!value.len && !e->n_imitations)
		return;
	evd_object_init(&o);
	if (value.len)
		evd_chat_text(&o, key, value);
	if (e->n_imitations) {
		struct evd_buf list;

		evd_buf_init(&list, 4096);
		for (size_t i = 0; i < e->n_imitations; i++)
			evd_putf(&list, "%s%llu", i ? "," : "[", (unsigned long long)e->imitation[i]);
		evd_put_u8(&list, ']');
		evd_object_raw(&o, "headersInBody", evd_buf_view(&list));
		evd_buf_release(&list);
	}
	evd_buf_reset(&e->details);
	if (evd_object_write(&o, &e->details, NULL) == 0)
		m->details = evd_buf_view(&e->details);
	evd_object_release(&o);
}

/* A quotation that goes on behind the colon: a title of a notice whose words are not known. */
static bool has_open_quote(struct evd_view v)
{
	static const char *const sign[] = {"“", "”", "„", "«", "»"};
	size_t n = 0;

	for (size_t i = 0; i < v.len; i++) {
		n += v.p[i] == '"';
		for (size_t k = 0; k < sizeof sign / sizeof *sign; k++)
			n += v.len - i >= strlen(sign[k]) && memcmp(v.p + i, sign[k], strlen(sign[k])) == 0;
	}
	return n % 2;
}

/* Nearly every line has a sender that stood in a line before: whether the app's words are in it is asked once. */
static bool is_plain(struct wa_entry *e, struct evd_view sender)
{
	size_t i = (sender.len * 7u + sender.p[0] + sender.p[sender.len - 1]) % WA_SENDERS;

	if (e->plain[i].len == sender.len && memcmp(e->plain[i].text, sender.p, sender.len) == 0)
		return true;
	if (wa_opens(sender) != WA_OPENS_NOT || has_open_quote(sender))
		return false;
	if (sender.len <= WA_SENDER_KEPT) {
		memcpy(e->plain[i].text, sender.p, sender.len);
		e->plain[i].len = (uint8_t)sender.len;
	}
	return true;
}

static struct evd_view behind_sender(struct evd_view text, struct evd_view sender)
{
	struct evd_view body = evd_view_of(sender.p + sender.len + 1, text.len - sender.len - 1);

	if (body.len && body.p[0] == ' ')
		body = evd_view_of(body.p + 1, body.len - 1);
	return body;
}

/* "~ NAME" is what a stranger calls himself, in 25 characters at most (from memory): he could take the app's words for a
 * name, and must not become a notice by it. */
static bool own_choice(struct evd_view sender)
{
	struct evd_view v = wa_skip_marks(sender);
	size_t n = 0;

	for (size_t i = 0; i < v.len; i++)
		n += (v.p[i] & 0xc0) != 0x80;
	return v.len && v.p[0] == '~' && n <= 2 + 25;
}

bool wa_entry_names_file(struct evd_view text)
{
	struct evd_view sender, body;
	struct wa_found f;

	while (text.len && (text.p[text.len - 1] == '\n' || text.p[text.len - 1] == '\r'))
		text.len--;
	if (text.len == 0 || text.p[text.len - 1] != ')')
		return false;
	sender = find_colon(text);
	if (sender.len == 0)
		return false;
	body = behind_sender(text, sender);
	return marked(body) && wa_body(body, &f) && f.mark == WA_ATTACHED;
}

static bool goes_on(struct evd_view text, struct evd_view line)
{
	for (size_t i = line.len; i < text.len; i++)
		if (text.p[i] > ' ')
			return true;
	return false;
}

/* The first colon may stand in a group's title or a contact's name within a notice, and no sender before it. A body that
 * the app's mark begins has its sender before it; a notice is one line. */
static enum wa_opening notice_over(struct wa_entry *e, struct evd_chat_message *m,
                                   struct evd_view line, struct evd_view sender, struct wa_found *f)
{
	struct evd_view text = m->body;
	enum wa_opening over;

	if (sender.len + 2 > line.len || is_plain(e, sender) || marked(behind_sender(text, sender)))
		return WA_OPENS_NOT;
	over = wa_notice_over(line, sender, f);
	if (over == WA_OPENS_NOT && has_open_quote(sender))
		m->flags |= EVD_CHAT_F_SENDER_SPLIT;
	return over == WA_OPENS && (own_choice(sender) || goes_on(text, line)) ? WA_OPENS_ALONE : over;
}

/* No sender; or `other` would be it, were the line read the other way. */
static void read_notice(struct wa_entry *e, struct evd_chat_message *m, struct evd_view line,
                        struct evd_view other, struct wa_found *f)
{
	bool known = other.len || wa_notice(m->body, f);

	m->type = EVD_CHAT_T_SYSTEM;
	m->event = known ? wa_event(f->mark) : "unknown";
	if (other.len)
		m->flags |= EVD_CHAT_F_SENDER_SPLIT;
	if (!known && wa_body(line, f) && f->mark >= WA_CALL && f->mark <= WA_CALL_VIDEO)
		set_type(m, f);
	f->mark = WA_NONE;
	put_details(e, m, "orSender", other);
}

static bool same_name(struct evd_view a, struct evd_view b)
{
	a = wa_skip_marks(a);
	b = wa_skip_marks(b);
	return a.len && a.len == b.len && memcmp(a.p, b.p, a.len) == 0;
}

/* What notices say of the chat: only groups have a title, a picture, a description; the notice of encryption, which
 * nobody wrote, stands under the chat's own name. */
static void learn(struct wa_entry *e, struct evd_view sender, enum wa_mark mark)
{
	if (mark == WA_GROUP_CREATED || mark == WA_JOINED_BY_LINK || mark == WA_SUBJECT ||
	    mark == WA_DESCRIPTION || mark == WA_ICON)
		e->group = true;
	if (mark == WA_ENCRYPTION && e->named.len == 0)
		evd_put_view(&e->named, sender);
}

/*
 * iOS writes notices under a sender: the actor, the other party or the group, none of whom wrote them. True: it is one.
 * Under a group's own name words with the app's mark are a notice even if they are not known; a person's doings
 * (a picture, a place …) are left to a member of the same name.
 */
static bool read_shown(struct wa_entry *e, struct evd_chat_message *m, struct evd_view sender,
                       struct wa_found *f)
{
	struct evd_view line = first_line(m->body);
	bool named = e->group &&
	             (same_name(sender, e->title) || same_name(sender, evd_buf_view(&e->named))),
	     mark = marked(m->body);
	size_t cut;

	if (!mark && !named)
		return false;
	/* "… For added privacy, you can …" is no notice that somebody added somebody */
	if ((mark || !e->marks) && !wa_exact(line, f) && wa_notice(m->body, f)) {
		m->type = EVD_CHAT_T_SYSTEM;
		m->event = wa_event(f->mark);
		learn(e, sender, f->mark);
	} else if (!mark) {
		m->flags |= EVD_CHAT_F_UNKNOWN_MARKER; /* a member of that name, or the app */
		return false;
	} else if (named && !wa_body(line, f) && !wa_edited(m->body, &cut)) {
		m->type = EVD_CHAT_T_SYSTEM;
		m->event = "unknown";
		m->marker = line;
		m->flags |= EVD_CHAT_F_UNKNOWN_MARKER;
	} else if (named && f->mark >= WA_CALL && f->mark <= WA_CALL_VIDEO) {
		set_type(m, f);
		m->marker = line;
	} else {
		return false;
	}
	f->mark = WA_NONE;
	put_details(e, m, "shownSender", sender);
	return true;
}

/* Fills sender, body and type from the text behind the header. */
static void read_text(struct wa_entry *e, struct evd_chat_message *m, struct evd_view text,
                      struct wa_found *f)
{
	struct evd_view line = first_line(text), sender = find_colon(line), event = {NULL, 0};
	enum wa_opening over = WA_OPENS_NOT;

	f->mark = WA_NONE;
	m->has_body = true;
	m->body = text;
	if (sender.len)
		over = notice_over(e, m, line, sender, f);
	if (sender.len == 0 || over == WA_OPENS) {
		read_notice(e, m, line, sender, f);
		return;
	}
	if (over == WA_OPENS_ALONE) {
		m->flags |= EVD_CHAT_F_SENDER_SPLIT;
		event = evd_view_str(wa_event(f->mark));
	}
	m->body = behind_sender(text, sender);
	if (e->head.shape & WA_SHAPE_BRACKET && read_shown(e, m, sender, f))
		return;
	m->sender = sender;
	if (sender.len < line.len && memchr(sender.p, ':', sender.len) &&
	    memmem(sender.p + sender.len + 2,
	           line.len - sender.len >= 2 ? line.len - sender.len - 2 : 0, ": ", 2))
		m->flags |= EVD_CHAT_F_SENDER_SPLIT;
	evd_buf_reset(&e->phone);
	if (evd_chat_phone(sender, &e->phone))
		m->number = evd_buf_view(&e->phone);
	read_body(e, m, f);
	put_details(e, m, "orEvent", event);
}

void wa_entry_init(struct wa_entry *e)
{
	memset(e, 0, sizeof *e);
	evd_buf_init(&e->bytes, EVD_CHAT_BODY_MAX + EVD_CHAT_LINE_MAX);
	evd_buf_init(&e->details, EVD_CHAT_TEXT_MAX);
	evd_buf_init(&e->phone, 64);
	evd_buf_init(&e->named, EVD_CHAT_LINE_MAX);
}

void wa_entry_release(struct wa_entry *e)
{
	evd_buf_release(&e->bytes);
	evd_buf_release(&e->details);
	evd_buf_release(&e->phone);
	evd_buf_release(&e->named);
}

void wa_entry_chat(struct wa_entry *e, struct evd_view title, bool group, bool marks,
                   bool marked_files)
{
	e->marked_files = marked_files;
	e->n_unmarked = 0;
	e->title = title;
	e->group = group;
	e->marks = marks;
	evd_buf_reset(&e->named);
}

void wa_entry_begin(struct wa_entry *e, const struct wa_head *h, const struct wa_form *form,
                    struct evd_view line, uint64_t off)
{
	evd_buf_reset(&e->bytes);
	evd_put_view(&e->bytes, line);
	e->off = off;
	e->head = *h;
	e->form = form;
	e->overlong = e->other_end = false;
	e->n_imitations = 0;
}

void wa_entry_read(struct wa_entry *e, struct evd_chat_message *m, struct wa_found *f)
{
	struct evd_view v = evd_buf_view(&e->bytes);

	memset(m, 0, sizeof *m);
	m->off = e->off;
	m->len = v.len;
	if (v.len && v.p[v.len - 1] == '\n')
		v.len -= v.len >= 2 && v.p[v.len - 2] == '\r' ? 2 : 1;
	if (v.len < e->head.text_off)
		v.len = e->head.text_off;
	m->flags |= e->n_imitations ? EVD_CHAT_F_HEADER_IMITATION : 0u;
	m->flags |= e->overlong ? EVD_CHAT_F_BODY_CUT : 0u;
	m->flags |= e->other_end ? EVD_CHAT_F_OTHER_LINE_END : 0u;
	set_time(e, m);
	read_text(e, m, evd_view_of(v.p + e->head.text_off, v.len - e->head.text_off), f);
}
