/*
 * chat_whatsapp: WhatsApp's "Export chat", text or zip, Android and iOS, every locale's form.
 * No public description exists; docs/chats.md lists what is known and from where. Stage: read-out.
 *
 * Two passes: the first collects what decides the order of day and month and which form of line is
 * the file's own; the second emits. Lines of another form than the file's stay in the body.
 */
#include "chat_file.h"
#include "wa_head.h"
#include "wa_markers.h"
#include "wa_order.h"

#include <stdlib.h>
#include <string.h>

#define SHAPES 8u /* forms of header told apart in one file; further ones are never accepted */

struct shape {
	uint32_t shape;
	struct wa_form form;
	bool accepted;
};

struct survey {
	struct shape shape[SHAPES];
	size_t n_shapes;
	uint64_t n_heads, after_crlf, after_lf;
	bool marks;        /* U+200E stands somewhere */
	bool crlf_matters; /* entries end with CRLF, typed line ends are LF */
};

struct reading {
	struct evd_chat chat;
	struct evd_chat_index index;
	struct evd_chat_conv *conv;
	struct survey survey;
	const struct shape *main; /* the commonest form */
	struct evd_view title;
	bool is_zip, any_named; /* a zip holds a text with the usual name */
	/* the entry being collected */
	struct evd_buf entry, details;
	struct wa_head head;
	const struct shape *shape;
	uint64_t entry_off;
	bool open, overlong;
	uint64_t imitation[16]; /* offsets of header-like lines in the body */
	size_t n_imitations;
	uint64_t unread_off, unread_len;
	const struct evd_input *in;
};

static struct shape *shape_of(struct survey *s, uint32_t shape)
{
	for (size_t i = 0; i < s->n_shapes; i++)
		if (s->shape[i].shape == shape)
			return &s->shape[i];
	if (s->n_shapes == SHAPES)
		return NULL;
	s->shape[s->n_shapes].shape = shape;
	return &s->shape[s->n_shapes++];
}

static void survey_head(struct survey *s, const struct wa_head *h, struct evd_view line)
{
	struct shape *shape = shape_of(s, h->shape);

	if (shape)
		wa_order_add(&shape->form, h, evd_view_of(line.p + h->text_off, line.len - h->text_off));
}

/* An export is written at one moment by one phone: a rare form was typed or put in. */
static const struct shape *conclude(struct survey *s)
{
	const struct shape *best = NULL;

	for (size_t i = 0; i < s->n_shapes; i++) {
		struct shape *shape = &s->shape[i];

		if (!best || shape->form.n > best->form.n)
			best = shape;
	}
	for (size_t i = 0; i < s->n_shapes; i++) {
		struct shape *shape = &s->shape[i];

		shape->accepted = shape == best || (shape->form.n >= 3 && shape->form.n * 10 >= s->n_heads);
		wa_order_decide(&shape->form, shape->shape);
	}
	s->crlf_matters = s->after_crlf >= 3 && s->after_lf > 0 && s->after_lf * 4 < s->after_crlf;
	return best;
}

static bool has_mark(struct evd_view v)
{
	return v.len && memchr(v.p, 0xe2, v.len) && evd_chat_has(v, "\xe2\x80\x8e");
}

static int survey_file(void *ctx, struct evd_chat_file *f, struct evd_error *err)
{
	struct reading *g = ctx;
	struct evd_chat_lines lines;
	struct evd_view line;
	uint64_t off;
	bool crlf = true, first = true;
	int r;

	evd_chat_lines_init(&lines, f);
	while (evd_chat_lines_next(&lines, &line, &off)) {
		struct wa_head h;

		if (wa_head_parse(line, &h)) {
			survey_head(&g->survey, &h, line);
			g->survey.n_heads++;
			g->survey.marks = g->survey.marks || has_mark(line);
			if (!first) {
				g->survey.after_crlf += crlf;
				g->survey.after_lf += !crlf;
			}
			first = false;
		}
		crlf = line.len >= 2 && line.p[line.len - 2] == '\r';
	}
	r = lines.failed == EVD_E_DAMAGED ? 0 : lines.failed;
	if (r)
		evd_fail(err, r, "%s", lines.why.text);
	evd_chat_lines_release(&lines);
	return r;
}

static void set_time(struct reading *g, struct evd_chat_message *m)
{
	m->flags |= wa_order_time(&g->shape->form, &g->head, &m->time);
	m->time.raw = evd_view_of(g->entry.data + g->head.time_off, g->head.time_len);
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

static void read_body(struct reading *g, struct evd_chat_message *m, struct wa_found *f)
{
	struct evd_view line = first_line(m->body);
	bool ios = g->head.shape & WA_SHAPE_BRACKET;
	size_t cut;

	f->mark = WA_NONE;
	m->edited = wa_edited(m->body, &cut);
	if (line.len == 0)
		return;
	if (wa_body(line, f)) {
		/* iOS puts U+200E before its own words: without it a person may have typed them */
		if (ios && g->survey.marks && !evd_chat_has(line, "\xe2\x80\x8e")) {
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

static void put_shown(struct reading *g, struct evd_chat_message *m, struct evd_view shown)
{
	struct evd_object o;

	if (!shown.len && !g->n_imitations)
		return;
	evd_object_init(&o);
	if (shown.len)
		evd_chat_text(&o, "shownSender", shown);
	if (g->n_imitations) {
		struct evd_buf list;

		evd_buf_init(&list, 4096);
		for (size_t i = 0; i < g->n_imitations; i++)
			evd_putf(&list, "%s%llu", i ? "," : "[", (unsigned long long)g->imitation[i]);
		evd_put_u8(&list, ']');
		evd_object_raw(&o, "headersInBody", evd_buf_view(&list));
		evd_buf_release(&list);
	}
	evd_buf_reset(&g->details);
	if (evd_object_write(&o, &g->details, NULL) == 0)
		m->details = evd_buf_view(&g->details);
	evd_object_release(&o);
}

/* A colon before which a quotation mark stands may belong to a group's title, not to a sender. */
static bool quoted(struct evd_view v)
{
	return memchr(v.p, '"', v.len) || memmem(v.p, v.len, "\xe2\x80", 2) ||
	       memmem(v.p, v.len, "\xc2\xbb", 2) || memmem(v.p, v.len, "\xc2\xab", 2);
}

/* Fills sender, body and type from the text behind the header. */
static void read_text(struct reading *g, struct evd_chat_message *m, struct evd_view text,
                      struct wa_found *f, struct evd_buf *phone)
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
		put_shown(g, m, shown);
		return;
	}
	m->body = evd_view_of(sender.p + sender.len + 1, text.len - sender.len - 1);
	if (m->body.len && m->body.p[0] == ' ')
		m->body = evd_view_of(m->body.p + 1, m->body.len - 1);
	if (g->head.shape & WA_SHAPE_BRACKET && marked(m->body) && wa_notice(m->body, 0, f)) {
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
		evd_buf_reset(phone);
		if (evd_chat_phone(sender, phone))
			m->number = evd_buf_view(phone);
		read_body(g, m, f);
	}
	put_shown(g, m, shown);
}

static int flush_unread(struct reading *g, struct evd_error *err)
{
	uint64_t len = g->unread_len;

	g->unread_len = 0;
	if (!len)
		return 0;
	return evd_chat_unread(&g->chat, g->conv, "no-header", g->unread_off, len, err,
	                       "lines before the first one that begins an entry");
}

static int attachment(struct reading *g, const struct wa_found *f, struct evd_error *err)
{
	struct evd_chat_attachment a = {.state = EVD_CHAT_S_NOT_EXPORTED};

	if (f->mark == WA_ATTACHED) {
		a.name = wa_skip_marks(f->part);
		evd_chat_index_match(&g->index, &a);
	}
	return evd_chat_attach(&g->chat, g->conv, &a, err);
}

static int flush_entry(struct reading *g, struct evd_error *err)
{
	struct evd_view v = evd_buf_view(&g->entry);
	struct evd_chat_message m = {.off = g->entry_off, .len = v.len};
	struct wa_found f;
	struct evd_buf phone;
	int r;

	if (!g->open)
		return flush_unread(g, err);
	g->open = false;
	r = evd_buf_check(&g->entry, err);
	if (r)
		return r;
	if (v.len && v.p[v.len - 1] == '\n')
		v.len -= v.len >= 2 && v.p[v.len - 2] == '\r' ? 2 : 1;
	if (v.len < g->head.text_off)
		v.len = g->head.text_off;
	evd_buf_init(&phone, 64);
	m.flags |= g->n_imitations ? EVD_CHAT_F_HEADER_IMITATION : 0u;
	m.flags |= g->shape != g->main ? EVD_CHAT_F_OTHER_DATE_FORM : 0u;
	m.flags |= g->overlong ? EVD_CHAT_F_BODY_CUT : 0u;
	set_time(g, &m);
	read_text(g, &m, evd_view_of(v.p + g->head.text_off, v.len - g->head.text_off), &f, &phone);
	r = evd_chat_message(&g->chat, g->conv, &m, err);
	if (r == 0 && (f.mark == WA_ATTACHED || f.mark == WA_OMITTED))
		r = attachment(g, &f, err);
	evd_buf_release(&phone);
	if (r == 0)
		r = flush_unread(g, err);
	return r;
}

static void begin_entry(struct reading *g, const struct wa_head *h, const struct shape *s,
                        struct evd_view line, uint64_t off)
{
	evd_buf_reset(&g->entry);
	evd_put_view(&g->entry, line);
	g->entry_off = off;
	g->head = *h;
	g->shape = s;
	g->open = true;
	g->overlong = false;
	g->n_imitations = 0;
}

static int take_line(struct reading *g, struct evd_view line, uint64_t off, bool crlf_before,
                     struct evd_error *err)
{
	struct wa_head h;
	const struct shape *s = NULL;
	int r;

	if (wa_head_parse(line, &h)) {
		s = shape_of(&g->survey, h.shape);
		if (s && s->accepted && (crlf_before || !g->survey.crlf_matters)) {
			r = flush_entry(g, err);
			if (r)
				return r;
			begin_entry(g, &h, s, line, off);
			return 0;
		}
		if (g->open && g->n_imitations < 16)
			g->imitation[g->n_imitations++] = off;
	}
	if (g->open && !g->overlong && g->entry.len + line.len <= EVD_CHAT_BODY_MAX) {
		evd_put_view(&g->entry, line);
		return 0;
	}
	g->overlong = g->overlong || g->open;
	if (!g->unread_len)
		g->unread_off = off;
	g->unread_len += line.len;
	return 0;
}

static int begin_chat(struct reading *g, struct evd_view name, struct evd_error *err)
{
	struct evd_chat_info info = {0};
	uint32_t shape = g->main ? g->main->shape : 0;

	if (!wa_title(evd_chat_base(name), &info.title) &&
	    !wa_title(evd_chat_base(g->in->source[0].name), &info.title))
		info.title = evd_view_of(NULL, 0);
	info.form = shape & WA_SHAPE_BRACKET ? "ios" : "android";
	if (g->main) {
		info.date_order = wa_order_name(g->main->form.order);
		info.date_order_by = g->main->form.by;
	}
	return evd_chat_begin(&g->chat, name, &info, &g->conv, err);
}

static int observe(struct reading *g, struct evd_error *err)
{
	size_t accepted = 0;
	uint64_t n = evd_chat_count(g->conv);
	int r = 0;

	for (size_t i = 0; i < g->survey.n_shapes; i++)
		accepted += g->survey.shape[i].accepted;
	if (accepted > 1)
		r = evd_chat_observe(&g->chat, g->conv, "mixed-date-forms", err,
		                     "entries begin in %zu different forms", accepted);
	if (r == 0 && g->main && g->main->form.order == WA_UNDECIDABLE)
		r = evd_chat_observe(&g->chat, g->conv, "day-month-undecidable", err,
		                     "nothing in the file says whether the day or the month comes first");
	if (r == 0 && (n == 10000 || n == 40000))
		r = evd_chat_observe(&g->chat, g->conv, "export-limit", err,
		                     "exactly %llu entries: WhatsApp's limit, older ones may be missing",
		                     (unsigned long long)n);
	if (r == 0 && !g->survey.crlf_matters && g->main && g->main->shape & WA_SHAPE_BRACKET)
		r = evd_chat_observe(&g->chat, g->conv, "one-kind-of-line-end", err,
		                     "line ends do not tell entries from lines typed in a message");
	return r;
}

static bool want_text(void *ctx, struct evd_view name)
{
	struct reading *g = ctx;

	if (!g->is_zip)
		return true;
	if (!evd_chat_ends(name, ".txt"))
		return false;
	return !g->any_named || evd_view_is(evd_chat_base(name), "_chat.txt") ||
	       evd_chat_has(name, "WhatsApp");
}

/* Both passes over one text. A second walk of the same input reaches the same file by its name. */
struct again {
	struct reading *g;
	struct evd_view name;
	bool done;
};

static bool want_again(void *ctx, struct evd_view name)
{
	struct again *a = ctx;

	return !a->done && (!a->g->is_zip || evd_view_eq(name, a->name));
}

static int emit_file(void *ctx, struct evd_chat_file *f, struct evd_error *err)
{
	struct again *a = ctx;
	struct reading *g = a->g;
	struct evd_chat_lines lines;
	struct evd_view line;
	uint64_t off, end = 0;
	bool crlf = true;
	int r;

	a->done = true;
	g->open = false;
	g->unread_len = 0;
	r = begin_chat(g, a->name, err);
	evd_chat_lines_init(&lines, f);
	while (r == 0 && evd_chat_lines_next(&lines, &line, &off)) {
		r = take_line(g, line, off, crlf, err);
		crlf = line.len >= 2 && line.p[line.len - 2] == '\r';
		end = off + line.len;
	}
	if (r == 0)
		r = flush_entry(g, err);
	if (r == 0 && lines.failed == EVD_E_DAMAGED)
		r = evd_chat_unread(&g->chat, g->conv, "damaged", end, 0, err, "%s", lines.why.text);
	else if (r == 0 && lines.failed)
		r = evd_fail(err, lines.failed, "%s", lines.why.text);
	evd_chat_lines_release(&lines);
	return r ? r : observe(g, err);
}

static int read_file(void *ctx, struct evd_chat_file *f, struct evd_error *err)
{
	struct reading *g = ctx;
	struct again a = {g, f->name, false};
	struct evd_chat_walk walk = {want_again, emit_file, &a, NULL};
	int r;

	memset(&g->survey, 0, sizeof g->survey);
	r = survey_file(g, f, err);
	if (r)
		return r;
	g->main = conclude(&g->survey);
	if (!g->main)
		return evd_chat_unread(&g->chat, NULL, "not-a-chat", 0, 0, err,
		                       "no line begins an entry as WhatsApp writes it");
	g->chat.member = f->name;
	r = evd_chat_walk(g->in, &walk, err);
	g->chat.member = evd_view_of(NULL, 0);
	return r;
}

static void count_text(void *ctx, struct evd_view name)
{
	unsigned *bits = ctx;

	if (evd_view_is(evd_chat_base(name), "_chat.txt") ||
	    (evd_chat_ends(name, ".txt") && evd_chat_has(name, "WhatsApp")))
		*bits = 72; /* nine bytes of a name */
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	unsigned n = 0, lines = 0, bits = 0;
	size_t at = 0;

	if (evd_chat_is_zip(head)) {
		if (in->n)
			evd_chat_zip_names(&in->source[0], count_text, &bits);
		return bits;
	}
	while (at < head.len && lines < 400) {
		const uint8_t *nl = memchr(head.p + at, '\n', head.len - at);
		size_t len = nl ? (size_t)(nl - head.p) + 1 - at : head.len - at;
		struct wa_head h;

		n += wa_head_parse(evd_view_of(head.p + at, len), &h);
		if (++lines == 5 && n == 0)
			return 0;
		at += len;
	}
	return n == 0 ? 0 : n < 8 ? 24 + 8 * n : 96;
}

static int read_item(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	struct reading *g = calloc(1, sizeof *g);
	struct evd_chat_walk walk = {want_text, read_file, g, NULL};
	uint8_t magic[4];
	size_t got;
	unsigned named = 0;
	int r;

	if (!g)
		return evd_nomem(err);
	evd_chat_init(&g->chat, sink, "whatsapp");
	evd_buf_init(&g->entry, EVD_CHAT_BODY_MAX + EVD_CHAT_LINE_MAX);
	evd_buf_init(&g->details, EVD_CHAT_TEXT_MAX);
	g->in = in;
	walk.chat = &g->chat;
	r = in->source[0].read_at(in->source[0].ctx, 0, magic, sizeof magic, &got, err);
	if (r)
		goto out;
	g->is_zip = evd_chat_is_zip(evd_view_of(magic, got));
	if (g->is_zip) {
		evd_chat_zip_names(&in->source[0], count_text, &named);
		g->any_named = named != 0;
	}
	r = evd_chat_index_build(&g->index, in, NULL, err);
	if (r == 0) {
		struct evd_input only = *in;

		only.n = 1; /* companions are attachments, not chats */
		g->in = &only;
		r = evd_chat_walk(&only, &walk, err);
	}
	if (r == 0 && g->chat.n_conv == 0)
		r = evd_fail(err, EVD_E_FORMAT, "no WhatsApp chat in the item");
	if (r == 0)
		r = evd_chat_end(&g->chat, err);
out:
	evd_chat_index_release(&g->index);
	evd_chat_release(&g->chat);
	evd_buf_release(&g->entry);
	evd_buf_release(&g->details);
	free(g);
	return r;
}

const struct evd_format evd_format_chat_whatsapp = {
    .name = "chat-whatsapp",
    .version = "1",
    .spec = "WhatsApp's own chat export, text or zip, Android and iOS",
    .confirmed = false,
    .probe = probe,
    .read = read_item,
};
