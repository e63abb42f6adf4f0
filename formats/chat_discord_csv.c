/*
 * chat_discord_csv: DiscordChatExporter's CSV, and messages.csv of Discord's data package; see chat_discord_text.h.
 *
 *   AuthorID,Author,Date,Content,Attachments,Reactions   every message, without its id; addresses and reactions with
 *                                                        commas between them, "name (count)"
 *   ID,Timestamp,Contents,Attachments                    the owner's own; addresses with blanks between them
 */
#include "chat_csv.h"
#include "chat_discord_text.h"

#include <stdlib.h>
#include <string.h>

static const char exporter_head[] = "AuthorID,Author,Date,Content,Attachments,Reactions";
static const char package_head[] = "ID,Timestamp,Contents,Attachments";

struct reading {
	struct chat_json *g;
	struct chat_csv csv;
	struct discord_dates *dates;
	struct evd_chat_conv *conv;
	bool package, emit, headed;
};

static bool begins(struct evd_view v, const char *with)
{
	size_t n = strlen(with);

	return v.len >= n && memcmp(v.p, with, n) == 0;
}

/* The header stands alone on its line; old versions have a comma behind it. */
static bool is_header(struct evd_view v, const char *header)
{
	size_t n = strlen(header);

	if (!begins(v, header))
		return false;
	n += n < v.len && v.p[n] == ',';
	return n == v.len || v.p[n] == '\r' || v.p[n] == '\n';
}

enum discord_form discord_text_form(struct evd_view head)
{
	struct evd_view v = wa_skip_marks(head);
	size_t n = 0;

	if (is_header(v, exporter_head))
		return DISCORD_CSV;
	if (is_header(v, package_head))
		return DISCORD_PACKAGE_CSV;
	while (n < v.len && v.p[n] == '=')
		n++;
	if (n != DISCORD_RULE)
		return DISCORD_NO_CHAT;
	while (n < v.len && (v.p[n] == '\r' || v.p[n] == '\n'))
		n++;
	return begins(evd_view_of(v.p + n, v.len - n), "Guild: ") ? DISCORD_TXT : DISCORD_NO_CHAT;
}

int discord_attach(struct chat_json *g, struct evd_chat_conv *conv, struct evd_view address,
                   struct evd_error *err)
{
	struct evd_chat_attachment a = {.note = address, .state = EVD_CHAT_S_REMOTE};
	struct evd_view path = address;
	const uint8_t *query = address.len ? memchr(address.p, '?', address.len) : NULL;

	if (begins(address, "https://") || begins(address, "http://")) {
		if (query)
			path.len = (size_t)(query - address.p);
		a.name = evd_chat_base(path);
	} else {
		a.name = address;
		evd_chat_index_match(&g->index, &a);
		a.note = evd_view_of(NULL, 0);
	}
	return evd_chat_attach(&g->chat, conv, &a, err);
}

/* The next of a list; a name of a file may hold the separator, an address does not. */
static struct evd_view next_of(struct evd_view *list, uint8_t sep)
{
	struct evd_view all = *list;
	size_t end = 0;

	while (end < all.len && (all.p[end] != sep ||
	                         (!begins(all, "http") &&
	                          !begins(evd_view_of(all.p + end + 1, all.len - end - 1), "http"))))
		end++;
	*list = end < all.len ? evd_view_of(all.p + end + 1, all.len - end - 1) : evd_view_of(NULL, 0);
	return evd_view_of(all.p, end);
}

static int attach_all(struct reading *x, struct evd_view list, uint8_t sep, struct evd_error *err)
{
	int r = 0;

	while (list.len && r == 0) {
		struct evd_view one = next_of(&list, sep);

		if (one.len)
			r = discord_attach(x->g, x->conv, one, err);
	}
	return r;
}

/* "name (count),name (count)" */
static struct evd_view put_reactions(struct chat_json *g, struct evd_view list,
                                     struct evd_error *err)
{
	evd_chat_list_reset(&g->list);
	while (list.len) {
		const uint8_t *comma = memchr(list.p, ',', list.len);
		size_t n = comma ? (size_t)(comma - list.p) : list.len, open = n;
		struct evd_object *o = evd_chat_list_item(&g->list);

		if (!o)
			break;
		while (open && list.p[open - 1] != '(')
			open--;
		if (open > 2 && list.p[open - 2] == ' ' && list.p[n - 1] == ')' && n - open > 1) {
			evd_chat_text(o, "reaction", evd_view_of(list.p, open - 2));
			evd_chat_text(o, "count", evd_view_of(list.p + open, n - open - 1));
		} else {
			evd_chat_text(o, "reaction", evd_view_of(list.p, n));
		}
		if (evd_chat_list_put(&g->list, err))
			break;
		list = comma ? evd_view_of(comma + 1, list.len - n - 1) : evd_view_of(NULL, 0);
	}
	return evd_chat_list_end(&g->list);
}

static int emit_package(struct reading *x, struct evd_chat_message *m, struct evd_error *err)
{
	struct evd_view when = chat_csv_cell(&x->csv, 1), list = chat_csv_cell(&x->csv, 3);
	int r;

	m->id = chat_csv_cell(&x->csv, 0);
	m->direction = "out";
	if (when.len && !evd_chat_time_iso(&m->time, when, EVD_CHAT_FROM_NONE))
		m->flags |= EVD_CHAT_F_IMPOSSIBLE_TIME;
	discord_check_id(m);
	m->body = chat_csv_cell(&x->csv, 2);
	m->type = m->body.len || !list.len ? EVD_CHAT_T_TEXT : EVD_CHAT_T_ATTACHMENT;
	r = evd_chat_message(&x->g->chat, x->conv, m, err);
	return r ? r : attach_all(x, list, ' ', err);
}

static int emit_export(struct reading *x, struct evd_chat_message *m, struct evd_error *err)
{
	struct evd_view list = chat_csv_cell(&x->csv, 4);
	int r;

	m->handle = chat_csv_cell(&x->csv, 0);
	m->sender = chat_csv_cell(&x->csv, 1);
	m->flags |= discord_dates_time(x->dates, chat_csv_cell(&x->csv, 2), &m->time);
	m->body = chat_csv_cell(&x->csv, 3);
	m->type = m->body.len || !list.len ? EVD_CHAT_T_TEXT : EVD_CHAT_T_ATTACHMENT;
	m->reactions = put_reactions(x->g, chat_csv_cell(&x->csv, 5), err);
	r = evd_chat_message(&x->g->chat, x->conv, m, err);
	return r ? r : attach_all(x, list, ',', err);
}

/* A row of this form: its cells, and nothing behind the comma that old versions put at its end. */
static bool whole(const struct reading *x)
{
	size_t n = x->package ? 4 : 6;

	return !x->csv.odd &&
	       (x->csv.n_cells == n || (x->csv.n_cells == n + 1 && chat_csv_cell(&x->csv, n).len == 0));
}

static int each_row(void *ctx, struct evd_error *err)
{
	struct reading *x = ctx;
	struct evd_view row = evd_buf_view(&x->csv.row);
	struct evd_chat_message m = {.off = x->csv.off, .len = row.len, .has_body = true};

	if (!x->headed) {
		x->headed = true;
		if (is_header(wa_skip_marks(row), x->package ? package_head : exporter_head))
			return 0;
	}
	if (!x->emit) {
		if (whole(x))
			discord_dates_see(x->dates, chat_csv_cell(&x->csv, 2));
		return 0;
	}
	if (x->csv.n_cells == 1 && chat_csv_cell(&x->csv, 0).len == 0)
		return 0; /* an empty line */
	if (!whole(x))
		return evd_chat_unread(&x->g->chat, x->conv, "not-a-message", m.off, m.len, err,
		                       x->csv.odd ? "a row whose quotes are not closed"
		                                  : "a row with other columns than the first line names");
	return x->package ? emit_package(x, &m, err) : emit_export(x, &m, err);
}

static int pass(struct reading *x, struct evd_chat_file *f, struct evd_error *err)
{
	struct evd_error why = {0};
	int r;

	x->headed = false;
	x->csv.sep = ',';
	r = chat_csv_each(&x->csv, f, each_row, x, &why);
	if (r == EVD_E_DAMAGED)
		return x->emit ? evd_chat_unread(&x->g->chat, x->conv, "damaged", x->csv.off, 0, err, "%s",
		                                 why.text)
		               : 0;
	if (r && err)
		*err = why;
	return r;
}

static int begin(struct reading *x, struct evd_view name, struct evd_error *err)
{
	struct chat_json *g = x->g;
	struct evd_chat_info info = {.form = "chat-exporter-csv"};
	int r;

	discord_dates_decide(x->dates, &info);
	r = evd_chat_begin(&g->chat, name, &info, &x->conv, err);
	return r ? r
	         : evd_chat_observe(
	               &g->chat, x->conv, "no-message-ids", err,
	               "this form gives messages no ids: nothing but the file says their order");
}

int discord_csv_read(struct chat_json *g, struct evd_chat_file *f, struct discord_file *file,
                     bool emit, struct evd_error *err)
{
	struct reading *x = calloc(1, sizeof *x);
	int r = 0;

	if (!x)
		return evd_nomem(err);
	x->g = g;
	x->dates = &file->dates;
	x->emit = emit;
	x->package = file->form == DISCORD_PACKAGE_CSV;
	chat_csv_init(&x->csv);
	if (emit)
		r = x->package ? discord_package_begin(g, file->package, f->name, "data-package-csv",
		                                       &x->conv, err)
		               : begin(x, f->name, err);
	if (r == 0)
		r = pass(x, f, err);
	if (r == 0 && emit && !x->package)
		r = discord_dates_say(x->dates, g, x->conv, err);
	chat_csv_release(&x->csv);
	free(x);
	return r;
}
