/*
 * chat_viber: the text or CSV file that Viber mails out ("Email messages history"), alone or in a
 * zip. No primary description and no genuine sample were found: columns are recognised by what they
 * hold, and every row keeps its bytes (docs/chats.md). Stage: read-out.
 *
 *   DATE sep TIME sep NAME [sep NUMBER] sep MESSAGE      sep: , ; or tab; RFC 4180 quoting, or none
 *
 * Whether the program quoted is for the whole file to say: one quotation mark where RFC 4180 has none, and all of them are
 * text and each line is a row. Otherwise one person's lines could be drawn into another one's message.
 */
#include "chat_csv.h"
#include "wa_head.h"
#include "wa_order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMITATIONS 16u /* lines within a message that begin like a row, told by their places */
#define CONTENT 32u    /* bits for rows found in a zip whose names tell nothing */
#define LOOKED_AT 64u  /* files of a zip, by the probe */

struct rows {
	struct evd_chat chat;
	struct evd_chat_conv *conv;
	/* as rows with quotes, and as lines */
	struct wa_form form[2], *chosen;
	uint32_t shape[2];
	bool done;
	struct chat_csv csv, line;
	/* the message at hand: lines that are no rows may follow */
	struct chat_csv held;
	uint64_t held_off;
	size_t first_len; /* bytes of its row, before such lines */
	bool joins;       /* the program quotes nothing, so such lines are of the message before */
	uint64_t broken_off;
	struct evd_buf phone, body;
	struct evd_object object;
	struct evd_buf details;
	const struct evd_input *in;
	struct evd_view name;
};

/* The time from the first one or two cells: *used says how many they were. */
static bool head_of(const struct chat_csv *c, struct wa_head *h, size_t *used, char *raw,
                    size_t raw_max)
{
	char text[128];
	struct evd_view a = wa_skip_marks(chat_csv_cell(c, 0)), b = chat_csv_cell(c, 1);
	size_t lead = a.len && a.p[0] == '[';

	if (a.len < 6 + lead || a.len > 48 || b.len > 32)
		return false;
	if (lead && a.p[a.len - 1] == ']')
		a.len--;
	*used = 1;
	snprintf(text, sizeof text, "%.*s - ", (int)(a.len - lead), (const char *)a.p + lead);
	if (!wa_head_parse(evd_view_str(text), h)) {
		while (b.len && b.p[0] == ' ')
			b = evd_view_of(b.p + 1, b.len - 1);
		*used = 2;
		snprintf(text, sizeof text, "%.*s, %.*s - ", (int)a.len, (const char *)a.p, (int)b.len,
		         (const char *)(b.p ? b.p : (const uint8_t *)""));
		if (!wa_head_parse(evd_view_str(text), h))
			return false;
	}
	snprintf(raw, raw_max, "%.*s", (int)h->time_len, text + h->time_off);
	return h->text_off == strlen(text); /* a cell with words behind the time is none of a row */
}

static struct evd_view line_of(struct evd_view v)
{
	const uint8_t *nl = v.len ? memchr(v.p, '\n', v.len) : NULL;

	return nl ? evd_view_of(v.p, (size_t)(nl - v.p) + 1) : v;
}

/* The next line of `rest`, in g->line; false: none is left. */
static bool next_line(struct rows *g, struct evd_view *rest, struct evd_view *line)
{
	*line = line_of(*rest);
	if (line->len == 0)
		return false;
	*rest = evd_view_of(rest->p + line->len, rest->len - line->len);
	g->line.plain = true;
	g->line.sep = g->csv.sep;
	chat_csv_split(&g->line, *line);
	return true;
}

static void see(struct rows *g, size_t form, const struct chat_csv *c)
{
	struct wa_head h;
	size_t used;
	char raw[128];

	if (!head_of(c, &h, &used, raw, sizeof raw))
		return;
	wa_order_add(&g->form[form], &h, evd_view_of(NULL, 0));
	g->shape[form] = h.shape;
}

static int see_row(void *ctx, struct evd_error *err)
{
	struct rows *g = ctx;
	struct evd_view rest = evd_buf_view(&g->csv.row), line;

	(void)err;
	see(g, 0, &g->csv);
	while (next_line(g, &rest, &line))
		see(g, 1, &g->line);
	return 0;
}

/* Lines within a quoted message that begin like rows: somebody typed them, or the quotes are none. */
static void put_imitations(struct rows *g, struct evd_chat_message *m)
{
	struct evd_view row = evd_view_of(g->held.row.data, g->first_len), rest = row, line;
	unsigned n = 0;

	evd_buf_reset(&g->details);
	while (n < IMITATIONS && next_line(g, &rest, &line)) {
		struct wa_head h;
		uint64_t at;
		size_t used;
		char raw[128];

		if (line.p == row.p || !head_of(&g->line, &h, &used, raw, sizeof raw) ||
		    g->line.n_cells < used + 2)
			continue;
		at = g->held_off + (uint64_t)(line.p - row.p);
		evd_putf(&g->details, "%s%llu", n++ ? "," : "[", (unsigned long long)at);
	}
	if (!n)
		return;
	m->flags |= EVD_CHAT_F_HEADER_IMITATION;
	evd_put_u8(&g->details, ']');
	evd_object_reset(&g->object);
	evd_object_raw(&g->object, "headersInBody", evd_buf_view(&g->details));
	evd_buf_reset(&g->body);
	if (evd_object_write(&g->object, &g->body, NULL))
		return;
	evd_buf_reset(&g->details);
	evd_put_view(&g->details, evd_buf_view(&g->body));
	m->details = evd_buf_view(&g->details);
}

static struct evd_view without_line_end(struct evd_view v)
{
	while (v.len && (v.p[v.len - 1] == '\n' || v.p[v.len - 1] == '\r'))
		v.len--;
	return v;
}

/* The message from cell `at` on. More cells behind: a separator in words that are not quoted, so its own bytes are the words.
 * Quoted without need, where the name is not: the marks may be somebody's, and both readings are given. */
static void put_body(struct rows *g, size_t at, struct evd_chat_message *m)
{
	const struct chat_csv *c = &g->held;
	struct evd_view row = without_line_end(evd_view_of(c->row.data, g->first_len)), raw;

	m->has_body = c->n_cells > at;
	if (!m->has_body) {
		m->flags |= EVD_CHAT_F_SENDER_SPLIT;
		return;
	}
	raw = evd_view_of(row.p + c->from[at], row.len - c->from[at]);
	m->body = c->n_cells > at + 1 ? raw : chat_csv_cell(c, at);
	if (!c->plain && c->n_cells == at + 1 && raw.len == m->body.len + 2 && raw.p[0] == '"' &&
	    row.p[c->from[0]] != '"' && !memchr(raw.p, c->sep, raw.len) &&
	    !memchr(raw.p, '\n', raw.len))
		m->body_raw = raw;
}

/* Lines that are no rows, behind the message's own. */
static void put_joined(struct rows *g, struct evd_chat_message *m)
{
	struct evd_view all = without_line_end(evd_buf_view(&g->held.row));
	size_t end = without_line_end(evd_view_of(g->held.row.data, g->first_len)).len;

	if (all.len <= g->first_len)
		return;
	evd_buf_reset(&g->body);
	evd_put_view(&g->body, m->body);
	evd_put(&g->body, all.p + end, all.len - end);
	m->body = evd_buf_view(&g->body);
	m->has_body = true;
	m->flags |= EVD_CHAT_F_LINES_JOINED;
}

static int emit_held(struct rows *g, struct evd_error *err)
{
	struct evd_chat_message m = {.off = g->held_off, .len = g->held.row.len};
	struct chat_csv *c = &g->held;
	struct wa_head h;
	size_t at;
	char raw[128];
	int r;

	if (!c->row.len)
		return 0;
	chat_csv_split(c, evd_view_of(c->row.data, g->first_len));
	if (!head_of(c, &h, &at, raw, sizeof raw))
		return evd_fail(err, EVD_E_FORMAT, "a row that was one is none");
	m.flags |= wa_order_time(g->chosen, &h, &m.time);
	m.time.raw = evd_view_str(raw);
	m.sender = chat_csv_cell(c, at++);
	evd_buf_reset(&g->phone);
	if (c->n_cells > at + 1 &&
	    (chat_csv_cell(c, at).len == 0 || evd_chat_phone(chat_csv_cell(c, at), &g->phone))) {
		m.number = evd_buf_view(&g->phone);
		at++;
	} else if (evd_chat_phone(m.sender, &g->phone)) {
		m.number = evd_buf_view(&g->phone);
	}
	if (!c->plain)
		put_imitations(g, &m);
	put_body(g, at, &m);
	put_joined(g, &m);
	m.flags |= c->odd ? EVD_CHAT_F_BODY_CUT : 0u; /* the file ends within it */
	r = evd_chat_message(&g->chat, g->conv, &m, err);
	evd_buf_reset(&c->row);
	return r;
}

/*
 * A line without date and time is of the message before, unless it may be a row of a form that is not known: then what follows
 * it may be that row's.
 */
static bool joins(const struct rows *g)
{
	struct evd_view v = wa_skip_marks(chat_csv_cell(&g->csv, 0));
	bool row = v.len && (v.p[0] == '[' || (v.p[0] >= '0' && v.p[0] <= '9')) && g->csv.n_cells > 2;

	return g->joins && g->held.row.len && !row &&
	       g->held.row.len + g->csv.row.len <= CHAT_CSV_ROW_MAX;
}

static int emit_row(void *ctx, struct evd_error *err)
{
	struct rows *g = ctx;
	struct evd_view row = evd_buf_view(&g->csv.row);
	struct wa_head h;
	size_t used;
	char raw[128];
	int r;

	if (!head_of(&g->csv, &h, &used, raw, sizeof raw)) {
		if (joins(g)) {
			evd_put_view(&g->held.row, row);
			return evd_buf_check(&g->held.row, err);
		}
		r = emit_held(g, err);
		return r ? r
		         : evd_chat_unread(&g->chat, g->conv, "no-header", g->csv.off, row.len, err,
		                           "a row that does not begin with a date and a time");
	}
	r = emit_held(g, err);
	if (r)
		return r;
	evd_put_view(&g->held.row, row);
	g->held.sep = g->csv.sep;
	g->held.plain = g->csv.plain;
	g->held.odd = g->csv.odd;
	g->held_off = g->csv.off;
	g->first_len = row.len;
	return evd_buf_check(&g->held.row, err);
}

static int say(struct rows *g, struct evd_error *err)
{
	int r = 0;

	if (g->csv.plain)
		r = evd_chat_observe(
		    &g->chat, g->conv, "quotes-are-text", err,
		    "a quotation mark stands where a quoted cell has none, first in the row "
		    "at byte %llu: here such marks are text, and each line is a row",
		    (unsigned long long)g->broken_off);
	if (r == 0 && g->chosen->order == WA_UNDECIDABLE)
		r = evd_chat_observe(&g->chat, g->conv, "day-month-undecidable", err,
		                     "nothing in the file says whether the day or the month comes first");
	return r;
}

static int second(void *ctx, struct evd_chat_file *f, struct evd_error *err)
{
	struct rows *g = ctx;
	struct evd_view base = evd_chat_base(g->name);
	struct evd_chat_info info = {.title = base,
	                             .form = g->csv.sep == ',' ? "csv" : "separated-text"};
	struct evd_error why = {0};
	int r, read = 0;

	g->done = true;
	if (info.title.len > 4)
		info.title.len -= 4; /* ".csv", ".txt" */
	info.date_order = wa_order_name(g->chosen->order);
	info.date_order_by = g->chosen->by;
	evd_buf_reset(&g->held.row);
	r = evd_chat_begin(&g->chat, g->name, &info, &g->conv, err);
	if (r == 0)
		read = chat_csv_each(&g->csv, f, emit_row, g, &why);
	if (read && read != EVD_E_DAMAGED)
		return evd_fail(err, read, "%s", why.text);
	if (r == 0)
		r = emit_held(g, err);
	if (r == 0 && read)
		r = evd_chat_unread(&g->chat, g->conv, "damaged", g->csv.off, 0, err, "%s", why.text);
	return r ? r : say(g, err);
}

static bool want_second(void *ctx, struct evd_view name)
{
	struct rows *g = ctx;

	return !g->done && evd_view_eq(name, g->name);
}

static int first(void *ctx, struct evd_chat_file *f, struct evd_error *err)
{
	struct rows *g = ctx;
	struct evd_chat_walk walk = {want_second, second, g, NULL, NULL};
	struct evd_error why = {0};
	int r;

	memset(g->form, 0, sizeof g->form);
	g->done = g->csv.plain = false;
	g->csv.sep = 0;
	r = chat_csv_each(&g->csv, f, see_row, g, &why);
	if (r && r != EVD_E_DAMAGED)
		return evd_fail(err, r, "%s", why.text);
	/* open at the end, in a file that quotes what must be: it was cut there */
	g->csv.plain = g->csv.broken || (g->csv.open && !g->csv.needed);
	g->broken_off = g->csv.broken ? g->csv.broken_off : g->csv.off;
	g->joins = g->csv.plain || !g->csv.quoted;
	g->chosen = &g->form[g->csv.plain];
	g->chat.member = g->name = f->name;
	if (g->chosen->n == 0) {
		r = evd_chat_unread(&g->chat, NULL, "not-a-chat", 0, 0, err,
		                    "no row begins with a date and a time");
	} else {
		wa_order_decide(g->chosen, g->shape[g->csv.plain]);
		r = evd_chat_walk(g->in, &walk, err);
	}
	g->chat.member = evd_view_of(NULL, 0);
	return r;
}

static bool want(void *ctx, struct evd_view name)
{
	(void)ctx;
	return evd_chat_ends(name, ".csv") || evd_chat_ends(name, ".txt");
}

static void see_name(void *ctx, struct evd_view name)
{
	unsigned *found = ctx;

	if (evd_chat_has(name, "Viber") || evd_chat_has(name, "viber"))
		*found |= want(NULL, name) ? 3u : 1u;
	else if (want(NULL, name))
		*found |= 4;
}

/* How many of the first rows begin with a date, a time and then have two cells or more. *lines: of how many. `chats` are lines
 * in the form of a WhatsApp export, which have a time and separators too. */
static unsigned rows_in(struct evd_view head, unsigned *lines, unsigned *chats)
{
	struct rows *g = calloc(1, sizeof *g);
	struct evd_view line;
	unsigned n = 0;

	*lines = *chats = 0;
	while (g && *lines < 20) {
		struct wa_head h;
		size_t used;
		char raw[128];

		if (g->csv.sep == 0)
			g->csv.sep = chat_csv_separator(line_of(head));
		if (!next_line(g, &head, &line))
			break;
		++*lines;
		*chats += wa_head_parse(line, &h);
		chat_csv_split(&g->csv, line);
		n += head_of(&g->csv, &h, &used, raw, sizeof raw) && g->csv.n_cells >= used + 2;
	}
	if (g) {
		chat_csv_release(&g->csv);
		chat_csv_release(&g->line);
	}
	free(g);
	return n;
}

/* Two rows, or the only one: a single line with a date may stand in any text. */
static bool is_rows(struct evd_view head)
{
	unsigned lines, chats, n;

	if (!head.len || memchr(head.p, 0, head.len))
		return false;
	n = rows_in(head, &lines, &chats);

	return n && chats == 0 && (n > 1 || lines == 1);
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	unsigned found = 0, n, lines, chats;

	if (evd_chat_is_zip(head)) {
		if (in->n)
			evd_chat_zip_names(&in->source[0], see_name, &found);
		if ((found & 3) == 3)
			return 40;
		return in->n && (found & 4) && evd_chat_any_begins(in, want, is_rows, LOOKED_AT) ? CONTENT
		                                                                                 : 0;
	}
	if (head.len && memchr(head.p, 0, head.len < 512 ? head.len : 512))
		return 0;
	n = rows_in(head, &lines, &chats);
	return n ? 16 + 2 * (n < 12 ? n : 12) : 0;
}

static int read_item(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	struct rows *g = calloc(1, sizeof *g);
	struct evd_chat_walk walk = {want, first, g, NULL, NULL};
	struct evd_input only = *in;
	int r;

	if (!g)
		return evd_nomem(err);
	evd_chat_init(&g->chat, sink, "viber");
	chat_csv_init(&g->csv);
	chat_csv_init(&g->line);
	chat_csv_init(&g->held);
	evd_object_init(&g->object);
	only.n = 1;
	g->in = &only;
	walk.chat = &g->chat;
	r = evd_chat_walk(&only, &walk, err);
	if (r == 0 && g->chat.n_conv == 0)
		r = evd_fail(err, EVD_E_FORMAT, "no row of a chat in the item");
	if (r == 0)
		r = evd_chat_end(&g->chat, err);
	chat_csv_release(&g->csv);
	chat_csv_release(&g->line);
	chat_csv_release(&g->held);
	evd_object_release(&g->object);
	evd_buf_release(&g->phone);
	evd_buf_release(&g->body);
	evd_buf_release(&g->details);
	evd_chat_release(&g->chat);
	free(g);
	return r;
}

const struct evd_format evd_format_chat_viber = {
    .name = "chat-viber",
    .version = "1",
    .spec = "Viber message history by e-mail, text or CSV",
    .confirmed = false,
    .probe = probe,
    .read = read_item,
};
