/*
 * chat_viber: the text or CSV file that Viber mails out ("Email messages history"), alone or in a
 * zip. No primary description and no genuine sample were found: columns are recognised by what they
 * hold, and every row keeps its bytes (docs/chats.md). Stage: read-out.
 *
 *   DATE sep TIME sep NAME [sep NUMBER] sep MESSAGE      sep: , ; or tab; RFC 4180 quoting
 */
#include "chat_csv.h"
#include "wa_head.h"
#include "wa_order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rows {
	struct evd_chat chat;
	struct evd_chat_conv *conv;
	struct wa_form form;
	uint32_t shape;
	bool emit, zip;
	struct chat_csv csv;
	struct evd_buf phone;
	const struct evd_input *in;
	struct evd_view name;
	bool done;
};

static struct evd_view cell(const struct rows *g, size_t i)
{
	return chat_csv_cell(&g->csv, i);
}

/* The time from the first one or two cells: *used says how many they were. */
static bool head_of(struct rows *g, struct wa_head *h, size_t *used, char *raw, size_t raw_max)
{
	char text[128];
	struct evd_view a = wa_skip_marks(cell(g, 0)), b = cell(g, 1);
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
	return true;
}

static int emit_row(void *ctx, struct evd_error *err)
{
	struct rows *g = ctx;
	struct evd_view row = evd_buf_view(&g->csv.row);
	struct evd_chat_message m = {.off = g->csv.off, .len = row.len, .has_body = true};
	struct wa_head h;
	size_t used, at;
	char raw[128];

	if (!head_of(g, &h, &used, raw, sizeof raw))
		return g->emit ? evd_chat_unread(&g->chat, g->conv, "no-header", g->csv.off, row.len, err,
		                                 "a row that does not begin with a date and a time")
		               : 0;
	if (!g->emit) {
		wa_order_add(&g->form, &h, evd_view_of(NULL, 0));
		g->shape = h.shape;
		return 0;
	}
	m.flags |= wa_order_time(&g->form, &h, &m.time);
	m.time.raw = evd_view_str(raw);
	at = used;
	m.sender = cell(g, at++);
	evd_buf_reset(&g->phone);
	if (g->csv.n_cells > at + 1 &&
	    (cell(g, at).len == 0 || evd_chat_phone(cell(g, at), &g->phone))) {
		m.number = evd_buf_view(&g->phone);
		at++;
	} else if (evd_chat_phone(m.sender, &g->phone)) {
		m.number = evd_buf_view(&g->phone);
	}
	m.body = cell(g, at);
	if (g->csv.n_cells > at + 1) /* a separator in an unquoted message: from its own bytes */
		for (size_t i = at + 1; i < g->csv.n_cells; i++) {
			evd_put_u8(&g->csv.cell[at], (uint8_t)g->csv.sep);
			evd_put_view(&g->csv.cell[at], cell(g, i));
			m.body = cell(g, at);
		}
	if (g->csv.n_cells <= at) {
		m.has_body = false;
		m.flags |= EVD_CHAT_F_SENDER_SPLIT;
	}
	return evd_chat_message(&g->chat, g->conv, &m, err);
}

static int each_row(struct rows *g, struct evd_chat_file *f, struct evd_error *err)
{
	struct evd_error why = {0};
	int r = chat_csv_each(&g->csv, f, emit_row, g, &why);

	if (r == EVD_E_DAMAGED)
		return g->emit ? evd_chat_unread(&g->chat, g->conv, "damaged", g->csv.off, 0, err, "%s",
		                                 why.text)
		               : 0;
	if (r && err)
		*err = why;
	return r;
}

static int second(void *ctx, struct evd_chat_file *f, struct evd_error *err)
{
	struct rows *g = ctx;
	struct evd_view base = evd_chat_base(g->name);
	struct evd_chat_info info = {.title = base,
	                             .form = g->csv.sep == ',' ? "csv" : "separated-text"};
	int r;

	g->done = true;
	if (info.title.len > 4)
		info.title.len -= 4; /* ".csv", ".txt" */
	info.date_order = wa_order_name(g->form.order);
	info.date_order_by = g->form.by;
	r = evd_chat_begin(&g->chat, g->name, &info, &g->conv, err);
	g->emit = true;
	if (r == 0)
		r = each_row(g, f, err);
	if (r == 0 && g->form.order == WA_UNDECIDABLE)
		r = evd_chat_observe(&g->chat, g->conv, "day-month-undecidable", err,
		                     "nothing in the file says whether the day or the month comes first");
	return r;
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
	int r;

	memset(&g->form, 0, sizeof g->form);
	g->emit = g->done = false;
	g->csv.sep = 0;
	r = each_row(g, f, err);
	if (r)
		return r;
	g->chat.member = g->name = f->name;
	if (g->form.n == 0) {
		r = evd_chat_unread(&g->chat, NULL, "not-a-chat", 0, 0, err,
		                    "no row begins with a date and a time");
	} else {
		wa_order_decide(&g->form, g->shape);
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
	else if (evd_chat_ends(name, ".csv"))
		*found |= 4;
}

/* How many of the first rows begin with a date, a time and then have two cells or more. */
static unsigned rows_in(struct evd_view head)
{
	struct rows *g = calloc(1, sizeof *g);
	unsigned n = 0, lines = 0;
	size_t at = 0;

	while (g && at < head.len && lines++ < 20) {
		const uint8_t *nl = memchr(head.p + at, '\n', head.len - at);
		size_t len = nl ? (size_t)(nl - head.p) + 1 - at : head.len - at, used;
		struct wa_head h;
		char raw[128];

		if (g->csv.sep == 0)
			g->csv.sep = chat_csv_separator(evd_view_of(head.p + at, len));
		chat_csv_split(&g->csv, evd_view_of(head.p + at, len));
		n += head_of(g, &h, &used, raw, sizeof raw) && g->csv.n_cells >= used + 2;
		at += len;
	}
	if (g)
		chat_csv_release(&g->csv);
	free(g);
	return n;
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	unsigned found = 0, n;

	if (evd_chat_is_zip(head)) {
		if (in->n)
			evd_chat_zip_names(&in->source[0], see_name, &found);
		return (found & 3) == 3 ? 40 : 0;
	}
	if (head.len && memchr(head.p, 0, head.len < 512 ? head.len : 512))
		return 0;
	n = rows_in(head);
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
	only.n = 1;
	g->in = &only;
	walk.chat = &g->chat;
	r = evd_chat_walk(&only, &walk, err);
	if (r == 0 && g->chat.n_conv == 0)
		r = evd_fail(err, EVD_E_FORMAT, "no row of a chat in the item");
	if (r == 0)
		r = evd_chat_end(&g->chat, err);
	chat_csv_release(&g->csv);
	evd_buf_release(&g->phone);
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
