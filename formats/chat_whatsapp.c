/*
 * chat_whatsapp: WhatsApp's "Export chat", text or zip, Android and iOS, every locale's form.
 * No public description exists; docs/chats.md lists what is known and from where. Stage: read-out.
 *
 * Two passes: the first collects what decides the order of day and month and which form of line is
 * the file's own; the second emits. Lines of another form than the file's stay in the body.
 */
#include "chat_file.h"
#include "wa_entry.h"
#include "wa_survey.h"

#include <stdlib.h>
#include <string.h>

#define TEXTS_MAX 4096u /* chats of one zip; WhatsApp writes one */
#define HEADS_WITHIN 5u /* lines at the beginning of a text, of which one must begin an entry */
#define LOOKED_AT 64u   /* texts of a zip that a probe looks at */

struct reading {
	struct evd_chat chat;
	struct evd_chat_index index;
	struct evd_chat_conv *conv;
	struct wa_survey survey; /* of the text at hand */
	/* what the first pass found, text by text; main is a place in shape[] here, counted from 1 */
	struct surveyed {
		struct wa_survey survey;
		size_t main;
	} * text;
	size_t n_texts, texts_cap, next_text;
	bool more_texts;
	bool is_zip, any_named; /* a zip holds a text with the usual name */
	struct wa_entry entry;  /* the one being collected */
	struct wa_last last;
	bool open;
	uint64_t n_other_ends;
	uint64_t unread_off, unread_len;
	const struct evd_input *in;
};

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
	struct evd_chat_message m;
	struct wa_found f;
	int r;

	if (!g->open)
		return flush_unread(g, err);
	g->open = false;
	r = evd_buf_check(&g->entry.bytes, err);
	if (r)
		return r;
	wa_entry_read(&g->entry, &m, &f);
	if (g->entry.form != &g->survey.main->form)
		m.flags |= EVD_CHAT_F_OTHER_DATE_FORM;
	r = evd_chat_message(&g->chat, g->conv, &m, err);
	if (r == 0 && (f.mark == WA_ATTACHED || f.mark == WA_OMITTED))
		r = attachment(g, &f, err);
	if (r == 0)
		r = flush_unread(g, err);
	return r;
}

static int take_line(struct reading *g, struct evd_view line, uint64_t off, bool crlf_before,
                     struct evd_error *err)
{
	struct wa_entry *e = &g->entry;
	struct wa_head h;
	int r;

	if (wa_head_next(&g->last, line, &h)) {
		const struct wa_shape *s = wa_survey_accepted(&g->survey, h.shape);

		if (s && (crlf_before || g->survey.ends != WA_ENDS_TELL)) {
			r = flush_entry(g, err);
			if (r)
				return r;
			wa_entry_begin(e, &h, &s->form, line, off);
			e->other_end =
			    g->survey.ends == WA_ENDS_MIXED && off > 0 && crlf_before != g->survey.last_crlf;
			g->n_other_ends += e->other_end;
			g->open = true;
			return 0;
		}
		if (g->open && e->n_imitations < WA_IMITATIONS)
			e->imitation[e->n_imitations++] = off;
	}
	if (g->open && !e->overlong && e->bytes.len + line.len <= EVD_CHAT_BODY_MAX) {
		evd_put_view(&e->bytes, line);
		return 0;
	}
	e->overlong = e->overlong || g->open;
	if (!g->unread_len)
		g->unread_off = off;
	g->unread_len += line.len;
	return 0;
}

/* A medium or a program that failed leaves zeros where words were; they stay in the body as well. */
static int say_zeros(struct reading *g, struct evd_view line, uint64_t off, struct evd_error *err)
{
	const uint8_t *first = memchr(line.p, 0, line.len), *last;
	uint64_t n;

	if (!first)
		return 0;
	last = memrchr(line.p, 0, line.len);
	n = (uint64_t)(last - first) + 1;
	return evd_chat_unread(
	    &g->chat, g->conv, "zero-filled", off + (uint64_t)(first - line.p), n, err,
	    "zero bytes in a line, as damage leaves them: words and entries may be lost");
}

static int begin_chat(struct reading *g, struct evd_view name, struct evd_error *err)
{
	struct evd_chat_info info = {0};
	uint32_t shape = g->survey.main ? g->survey.main->shape : 0;

	if (!wa_title(evd_chat_base(name), &info.title) &&
	    !wa_title(evd_chat_base(g->in->source[0].name), &info.title))
		info.title = evd_view_of(NULL, 0);
	info.form = shape & WA_SHAPE_BRACKET ? "ios" : "android";
	if (g->survey.main) {
		info.date_order = wa_order_name(g->survey.main->form.order);
		info.date_order_by = g->survey.main->form.by;
	}
	wa_entry_chat(&g->entry, info.title, g->survey.n_names > 2, g->survey.marks,
	              g->survey.marked_files);
	return evd_chat_begin(&g->chat, name, &info, &g->conv, err);
}

static int observe_ends(struct reading *g, struct evd_error *err)
{
	const struct wa_survey *s = &g->survey;

	if (!s->main || s->ends == WA_ENDS_TELL)
		return 0;
	if (s->ends == WA_ENDS_MIXED)
		return evd_chat_observe(
		    &g->chat, g->conv, "mixed-line-ends", err,
		    "lines end in CRLF and in LF, and do not tell entries from lines typed "
		    "in a message; entries behind another end than the file's last: %llu",
		    (unsigned long long)g->n_other_ends);
	return evd_chat_observe(
	    &g->chat, g->conv, "one-kind-of-line-end", err,
	    s->main->shape & WA_SHAPE_BRACKET
	        ? "line ends do not tell entries from lines typed in a message"
	        : "line ends do not tell entries from lines typed in a message: a limit "
	          "of Android's export, which ends both alike");
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
	if (r == 0 && g->survey.main && g->survey.main->form.order == WA_UNDECIDABLE)
		r = evd_chat_observe(&g->chat, g->conv, "day-month-undecidable", err,
		                     "nothing in the file says whether the day or the month comes first");
	if (r == 0 && (n == 10000 || n == 40000))
		r = evd_chat_observe(&g->chat, g->conv, "export-limit", err,
		                     "exactly %llu entries: WhatsApp's limit, older ones may be missing",
		                     (unsigned long long)n);
	if (r == 0 && g->entry.n_unmarked)
		r = evd_chat_observe(&g->chat, g->conv, "unmarked-markers", err,
		                     "messages known by the app's words alone, without its mark, so that "
		                     "a person may have typed them: %llu",
		                     (unsigned long long)g->entry.n_unmarked);
	return r ? r : observe_ends(g, err);
}

static bool is_usual(struct evd_view name)
{
	return evd_view_is(evd_chat_base(name), "_chat.txt") ||
	       (evd_chat_ends(name, ".txt") && evd_chat_has(name, "WhatsApp"));
}

static bool want_text(void *ctx, struct evd_view name)
{
	struct reading *g = ctx;

	return !g->is_zip || evd_chat_ends(name, ".txt");
}

/* Beside texts of the usual name another one is a document that was sent, unless it begins as chats do. */
static bool is_document(const struct reading *g, const struct wa_survey *s, struct evd_view name)
{
	return g->any_named && !is_usual(name) && (!s->main || s->before >= HEADS_WITHIN);
}

static int emit_file(struct reading *g, struct evd_chat_file *f, struct evd_error *err)
{
	struct evd_chat_lines lines;
	struct evd_view line;
	uint64_t off, end = 0;
	bool crlf = true, whole = true;
	int r;

	g->open = false;
	g->n_other_ends = 0;
	g->unread_len = 0;
	memset(&g->last, 0, sizeof g->last);
	r = begin_chat(g, f->name, err);
	evd_chat_lines_init(&lines, f);
	while (r == 0 && evd_chat_lines_next(&lines, &line, &off)) {
		r = take_line(g, line, off, crlf, err);
		if (r == 0)
			r = say_zeros(g, line, off, err);
		whole = line.p[line.len - 1] == '\n';
		crlf = line.len >= 2 && line.p[line.len - 2] == '\r';
		end = off + line.len;
	}
	if (r == 0)
		r = flush_entry(g, err);
	if (r == 0 && lines.failed == EVD_E_DAMAGED)
		r = evd_chat_unread(&g->chat, g->conv, "damaged", end, 0, err, "%s", lines.why.text);
	else if (r == 0 && lines.failed)
		r = evd_fail(err, lines.failed, "%s", lines.why.text);
	else if (r == 0 && !whole)
		r = evd_chat_observe(&g->chat, g->conv, "no-line-end", err,
		                     "the last line has no line end: the file may have been cut there");
	evd_chat_lines_release(&lines);
	return r ? r : observe(g, err);
}

/* Two walks for all texts of a zip, not one for each: their number is the sender's. */
static int survey_text(void *ctx, struct evd_chat_file *f, struct evd_error *err)
{
	struct reading *g = ctx;
	struct surveyed *t;
	void *grown;
	int r;

	if (g->n_texts == TEXTS_MAX) {
		g->more_texts = true;
		return 0;
	}
	grown = evd_grow(g->text, g->n_texts, &g->texts_cap, sizeof *g->text);
	if (!grown)
		return evd_nomem(err);
	g->text = grown;
	t = &g->text[g->n_texts++];
	r = wa_survey_file(&t->survey, f, err);
	t->main = t->survey.main ? (size_t)(t->survey.main - t->survey.shape) + 1 : 0;
	return r;
}

static int emit_text(void *ctx, struct evd_chat_file *f, struct evd_error *err)
{
	struct reading *g = ctx;
	const struct surveyed *t;
	int r;

	if (g->next_text == g->n_texts)
		return 0;
	t = &g->text[g->next_text++];
	g->survey = t->survey;
	g->survey.main = t->main ? &g->survey.shape[t->main - 1] : NULL;
	if (is_document(g, &g->survey, f->name))
		return 0;
	if (!g->survey.main)
		return evd_chat_unread(&g->chat, NULL, "not-a-chat", 0, 0, err,
		                       "no line begins an entry as WhatsApp writes it");
	g->chat.member = f->name;
	r = emit_file(g, f, err);
	g->chat.member = evd_view_of(NULL, 0);
	return r;
}

static int both_walks(struct reading *g, const struct evd_input *in, struct evd_error *err)
{
	struct evd_chat_walk first = {want_text, survey_text, g, NULL, NULL};
	struct evd_chat_walk second = {want_text, emit_text, g, &g->chat, NULL};
	int r = evd_chat_walk(in, &first, err);

	if (r == 0)
		r = evd_chat_walk(in, &second, err);
	if (r == 0 && g->more_texts)
		r = evd_chat_unread(&g->chat, NULL, "limit", 0, 0, err,
		                    "more than %u texts in the zip: the others are not read", TEXTS_MAX);
	return r;
}

static void count_text(void *ctx, struct evd_view name)
{
	unsigned *bits = ctx;

	if (is_usual(name))
		*bits = 72; /* nine bytes of a name */
}

static unsigned probe_text(struct evd_view head)
{
	unsigned n = 0, lines = 0;
	size_t at = 0;

	while (at < head.len && lines < 400) {
		const uint8_t *nl = memchr(head.p + at, '\n', head.len - at);
		size_t len = nl ? (size_t)(nl - head.p) + 1 - at : head.len - at;
		struct wa_head h;

		n += wa_head_parse(evd_view_of(head.p + at, len), &h);
		if (++lines == HEADS_WITHIN && n == 0)
			return 0;
		at += len;
	}
	return n == 0 ? 0 : n < 8 ? 24 + 8 * n : 96;
}

static bool is_text(void *ctx, struct evd_view name)
{
	(void)ctx;
	return evd_chat_ends(name, ".txt");
}

static bool is_chat(struct evd_view head)
{
	return probe_text(head) != 0;
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	unsigned bits = 0;

	if (!evd_chat_is_zip(head))
		return probe_text(head);
	if (in->n)
		evd_chat_zip_names(&in->source[0], count_text, &bits);
	if (bits == 0 && in->n && evd_chat_any_begins(in, is_text, is_chat, LOOKED_AT))
		bits = 64; /* whoever sent it gave the text another name */
	return bits;
}

static int read_item(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	struct reading *g = calloc(1, sizeof *g);
	uint8_t magic[4];
	size_t got;
	unsigned named = 0;
	int r;

	if (!g)
		return evd_nomem(err);
	evd_chat_init(&g->chat, sink, "whatsapp");
	wa_entry_init(&g->entry);
	g->in = in;
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
		r = both_walks(g, &only, err);
	}
	if (r == 0 && g->chat.n_conv == 0)
		r = evd_fail(err, EVD_E_FORMAT, "no WhatsApp chat in the item");
	if (r == 0)
		r = evd_chat_end(&g->chat, err);
out:
	evd_chat_index_release(&g->index);
	evd_chat_release(&g->chat);
	wa_entry_release(&g->entry);
	free(g->text);
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
