/* chat_csv: see chat_csv.h. */
#include "chat_csv.h"

#include <string.h>

void chat_csv_init(struct chat_csv *c)
{
	memset(c, 0, sizeof *c);
	evd_buf_init(&c->row, CHAT_CSV_ROW_MAX + EVD_CHAT_LINE_MAX);
}

void chat_csv_release(struct chat_csv *c)
{
	for (size_t i = 0; i < CHAT_CSV_CELLS; i++)
		evd_buf_release(&c->cell[i]);
	evd_buf_release(&c->row);
}

char chat_csv_separator(struct evd_view line)
{
	static const char list[] = "\t;,";

	for (const char *s = list; *s; s++) {
		size_t n = 0;

		for (size_t i = 0; i < line.len; i++)
			n += line.p[i] == (uint8_t)*s;
		if (n >= 2)
			return *s;
	}
	return ',';
}

void chat_csv_split(struct chat_csv *c, struct evd_view row)
{
	bool quoted = false;

	while (row.len && (row.p[row.len - 1] == '\n' || row.p[row.len - 1] == '\r'))
		row.len--;
	c->n_cells = 1;
	evd_buf_reset(&c->cell[0]);
	for (size_t i = 0; i < row.len; i++) {
		struct evd_buf *b = &c->cell[c->n_cells - 1];
		uint8_t x = row.p[i];

		if (quoted && x == '"' && i + 1 < row.len && row.p[i + 1] == '"') {
			evd_put_u8(b, '"');
			i++;
		} else if (x == '"' && (quoted || b->len == 0)) {
			quoted = !quoted;
		} else if (!quoted && x == (uint8_t)c->sep && c->n_cells < CHAT_CSV_CELLS) {
			evd_buf_reset(&c->cell[c->n_cells++]);
		} else {
			evd_put_u8(b, x);
		}
	}
}

struct evd_view chat_csv_cell(const struct chat_csv *c, size_t i)
{
	return i < c->n_cells ? evd_buf_view(&c->cell[i]) : evd_view_of(NULL, 0);
}

static int one_row(struct chat_csv *c, int (*each)(void *ctx, struct evd_error *err), void *ctx,
                   struct evd_error *err)
{
	int r;

	if (c->row.failed)
		return evd_nomem(err);
	chat_csv_split(c, evd_buf_view(&c->row));
	for (size_t i = 0; i < c->n_cells; i++)
		if (c->cell[i].failed)
			return evd_nomem(err);
	r = each(ctx, err);
	evd_buf_reset(&c->row);
	c->odd = false;
	return r;
}

int chat_csv_each(struct chat_csv *c, struct evd_chat_file *f,
                  int (*each)(void *ctx, struct evd_error *err), void *ctx, struct evd_error *err)
{
	struct evd_chat_lines lines;
	struct evd_view line;
	uint64_t off;
	int r = 0;

	evd_chat_lines_init(&lines, f);
	evd_buf_reset(&c->row);
	c->odd = false;
	while (r == 0 && evd_chat_lines_next(&lines, &line, &off)) {
		if (c->row.len == 0)
			c->off = off;
		evd_put_view(&c->row, line);
		if (c->sep == 0)
			c->sep = chat_csv_separator(line);
		for (size_t i = 0; i < line.len; i++)
			c->odd ^= line.p[i] == '"';
		if (!c->odd || c->row.len >= CHAT_CSV_ROW_MAX)
			r = one_row(c, each, ctx, err);
	}
	if (r == 0 && c->row.len)
		r = one_row(c, each, ctx, err);
	if (r == 0 && lines.failed)
		r = evd_fail(err, lines.failed, "%s", lines.why.text);
	evd_chat_lines_release(&lines);
	return r;
}
