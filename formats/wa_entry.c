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
	    [WA_OMITTED] = EVD_CHAT_T_ATTACHMENT,
	    [WA_ATTACHED] = EVD_CHAT_T_ATTACHMENT,
	    [WA_DELETED] = EVD_CHAT_T_DELETED,
	    [WA_VIEW_ONCE] = EVD_CHAT_T_VIEW_ONCE,
	    [WA_PENDING] = EVD_CHAT_T_PENDING,
	    [WA_CALL_VOICE] = EVD_CHAT_T_CALL,
	    [WA_CALL_VIDEO] = EVD_CHAT_T_CALL,
	    [WA_LOCATION] = EVD_CHAT_T_LOCATION,
	    [WA_LIVE_LOCATION] = EVD_CHAT_T_LOCATION,
	    [WA_CONTACT] = EVD_CHAT_T_CONTACT,
	    [WA_POLL] = EVD_CHAT_T_POLL,
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

static void read_body(struct wa_entry *e, struct evd_chat_message *m, struct wa_found *f)
{
	struct evd_view line = first_line(m->body);
	bool ios = e->head.shape & WA_SHAPE_BRACKET;
	size_t cut;

	f->mark = WA_NONE;
	m->edited = wa_edited(m->body, &cut);
	if (line.len == 0)
		return;
	if (wa_body(line, f)) {
		/* iOS puts U+200E before its own words: without it a person may have typed them */
		if (ios && e->marks && !evd_chat_has(line, "\xe2\x80\x8e")) {
			m->flags |= EVD_CHAT_F_TYPED_MARKER;
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

static void put_shown(struct wa_entry *e, struct evd_chat_message *m, struct evd_view shown)
{
	struct evd_object o;

	if (!shown.len && !e->n_imitations)
		return;
	evd_object_init(&o);
	if (shown.len)
		evd_chat_text(&o, "shownSender", shown);
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

/* A colon before which a quotation mark stands may belong to a group's title, not to a sender. */
static bool quoted(struct evd_view v)
{
	for (size_t i = 0; i < v.len; i++) {
		uint8_t c = v.p[i], next = i + 1 < v.len ? v.p[i + 1] : 0;

		/* U+00AB and U+00BB, U+2018 to U+201F and what else begins so */
		if (c == '"' || (c == 0xe2 && next == 0x80) ||
		    (c == 0xc2 && (next == 0xab || next == 0xbb)))
			return true;
	}
	return false;
}

/* Fills sender, body and type from the text behind the header. */
static void read_text(struct wa_entry *e, struct evd_chat_message *m, struct evd_view text,
                      struct wa_found *f)
{
	struct evd_view line = first_line(text), sender = find_colon(line), shown = {NULL, 0};
	bool notice;

	f->mark = WA_NONE;
	m->has_body = true;
	m->body = text;
	if (sender.len == 0 || (sender.len + 2 <= line.len && quoted(sender) &&
	                        wa_notice(text, (size_t)(sender.p - text.p) + sender.len, f))) {
		notice = f->mark != WA_NONE || wa_notice(text, 0, f);
		m->type = EVD_CHAT_T_SYSTEM;
		m->event = notice ? wa_event(f->mark) : "unknown";
		if (!notice && wa_body(line, f) && f->mark >= WA_CALL_VOICE && f->mark <= WA_CALL_VIDEO)
			set_type(m, f);
		f->mark = WA_NONE;
		put_shown(e, m, shown);
		return;
	}
	m->body = evd_view_of(sender.p + sender.len + 1, text.len - sender.len - 1);
	if (m->body.len && m->body.p[0] == ' ')
		m->body = evd_view_of(m->body.p + 1, m->body.len - 1);
	/* "… For added privacy, you can …" is no notice that somebody added somebody */
	if (e->head.shape & WA_SHAPE_BRACKET && marked(m->body) && !wa_exact(first_line(m->body), f) &&
	    wa_notice(m->body, 0, f)) {
		m->type = EVD_CHAT_T_SYSTEM;
		m->event = wa_event(f->mark);
		f->mark = WA_NONE;
		shown = sender; /* the other party or the group stands there, not who wrote it */
	} else {
		m->sender = sender;
		if (sender.len < line.len && memchr(sender.p, ':', sender.len) &&
		    memmem(sender.p + sender.len + 2,
		           line.len - sender.len >= 2 ? line.len - sender.len - 2 : 0, ": ", 2))
			m->flags |= EVD_CHAT_F_SENDER_SPLIT;
		evd_buf_reset(&e->phone);
		if (evd_chat_phone(sender, &e->phone))
			m->number = evd_buf_view(&e->phone);
		read_body(e, m, f);
	}
	put_shown(e, m, shown);
}

void wa_entry_init(struct wa_entry *e)
{
	memset(e, 0, sizeof *e);
	evd_buf_init(&e->bytes, EVD_CHAT_BODY_MAX + EVD_CHAT_LINE_MAX);
	evd_buf_init(&e->details, EVD_CHAT_TEXT_MAX);
	evd_buf_init(&e->phone, 64);
}

void wa_entry_release(struct wa_entry *e)
{
	evd_buf_release(&e->bytes);
	evd_buf_release(&e->details);
	evd_buf_release(&e->phone);
}

void wa_entry_begin(struct wa_entry *e, const struct wa_head *h, const struct wa_form *form,
                    struct evd_view line, uint64_t off)
{
	evd_buf_reset(&e->bytes);
	evd_put_view(&e->bytes, line);
	e->off = off;
	e->head = *h;
	e->form = form;
	e->overlong = false;
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
	set_time(e, m);
	read_text(e, m, evd_view_of(v.p + e->head.text_off, v.len - e->head.text_off), f);
}
