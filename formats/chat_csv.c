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

/* Where in a row a byte stands; one for the whole file, so that rows end where cells do. */
enum at { AT_START, AT_BARE, AT_QUOTED, AT_CLOSED };

/* What RFC 4180 does not have. */
#define STRAY 1u  /* a quotation mark within a cell that is not quoted */
#define BEHIND 2u /* text behind a closing one */

/* The place behind `x`. */
static enum at step(enum at at, uint8_t x, uint8_t sep, unsigned *wrong)
{
	if (at == AT_QUOTED)
		return x == '"' ? AT_CLOSED : AT_QUOTED;
	if (x == sep)
		return AT_START;
	if (x == '"' && at != AT_BARE) /* behind a closing one it is one of the text */
		return AT_QUOTED;
	if (x == '\r' || x == '\n')
		return at;
	*wrong |= (x == '"' ? STRAY : 0u) | (at == AT_CLOSED ? BEHIND : 0u);
	return AT_BARE;
}

/* U+FEFF at a file's beginning belongs to no cell. */
static size_t mark(struct evd_view row)
{
	return row.len >= 3 && memcmp(row.p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

static void begin_cell(struct chat_csv *c, size_t from)
{
	evd_buf_reset(&c->cell[c->n_cells]);
	c->from[c->n_cells++] = from;
}

void chat_csv_split(struct chat_csv *c, struct evd_view row)
{
	enum at at = AT_START;
	unsigned wrong = 0;

	while (row.len && (row.p[row.len - 1] == '\n' || row.p[row.len - 1] == '\r'))
		row.len--;
	c->n_cells = 0;
	begin_cell(c, mark(row));
	for (size_t i = mark(row); i < row.len; i++) {
		uint8_t x = row.p[i];
		enum at was = at;

		at = c->plain ? (x == (uint8_t)c->sep ? AT_START : AT_BARE)
		              : step(at, x, (uint8_t)c->sep, &wrong);
		if (at == AT_START && c->n_cells < CHAT_CSV_CELLS)
			begin_cell(c, i + 1);
		else if (at != AT_CLOSED && !(at == AT_QUOTED && was == AT_START))
			evd_put_u8(&c->cell[c->n_cells - 1], x);
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
	c->needed = c->needed || (c->row_needed && !c->odd);
	c->odd = c->row_needed = false;
	return r;
}

static void say_broken(struct chat_csv *c)
{
	if (!c->broken)
		c->broken_off = c->off;
	c->broken = true;
}

/* The place behind the line, which is added to the row. */
static enum at follow(struct chat_csv *c, enum at at, struct evd_view line)
{
	size_t i = c->row.len ? 0 : mark(line);
	unsigned wrong = 0;

	evd_put_view(&c->row, line);
	if (c->plain)
		return AT_START;
	for (; i < line.len; i++) {
		enum at was = at;

		at = step(at, line.p[i], (uint8_t)c->sep, &wrong);
		c->quoted = c->quoted || at == AT_QUOTED;
		c->row_needed = c->row_needed ||
		                (at == AT_QUOTED && was != AT_START &&
		                 (line.p[i] == (uint8_t)c->sep || line.p[i] == '\n' || line.p[i] == '"'));
	}
	if (wrong)
		say_broken(c);
	c->odd = c->odd || wrong & BEHIND;
	return at;
}

/* A row whose quotes are still open. */
static int open_row(struct chat_csv *c, int (*each)(void *ctx, struct evd_error *err), void *ctx,
                    struct evd_error *err)
{
	c->odd = true;
	return one_row(c, each, ctx, err);
}

/*
 * A line that belongs to no quoted cell, though one is open: what was open never closed. The row ends before the line, which
 * begins another. It does not matter if the line is a row: a reader sees that by its cells.
 */
static bool misfit(const struct chat_csv *c, enum at at, struct evd_view line)
{
	unsigned wrong = 0;

	if (c->row.len == 0)
		return false;
	for (size_t i = 0; i < line.len && !(wrong & BEHIND); i++)
		at = step(at, line.p[i], (uint8_t)c->sep, &wrong);
	return wrong & BEHIND;
}

int chat_csv_each(struct chat_csv *c, struct evd_chat_file *f,
                  int (*each)(void *ctx, struct evd_error *err), void *ctx, struct evd_error *err)
{
	struct evd_chat_lines lines;
	struct evd_view line;
	enum at at = AT_START;
	uint64_t off;
	int r = 0;

	evd_chat_lines_init(&lines, f);
	evd_buf_reset(&c->row);
	c->odd = c->row_needed = c->broken = c->needed = c->open = c->quoted = false;
	while (r == 0 && evd_chat_lines_next(&lines, &line, &off)) {
		if (misfit(c, at, line)) {
			at = AT_START;
			say_broken(c);
			r = open_row(c, each, ctx, err);
			if (r)
				break;
		}
		if (c->row.len == 0)
			c->off = off;
		if (c->sep == 0)
			c->sep = chat_csv_separator(line);
		at = follow(c, at, line);
		if (at == AT_QUOTED && c->row.len < CHAT_CSV_ROW_MAX)
			continue;
		if (at == AT_QUOTED)
			say_broken(c); /* no cell is that long */
		r = at == AT_QUOTED ? open_row(c, each, ctx, err) : one_row(c, each, ctx, err);
		at = AT_START;
	}
	c->open = c->row.len > 0;
	if (r == 0 && c->open)
		r = open_row(c, each, ctx, err);
	if (r == 0 && lines.failed)
		r = evd_fail(err, lines.failed, "%s", lines.why.text);
	evd_chat_lines_release(&lines);
	return r;
}
