/*
 * chat_csv: rows of a text with separated cells, quoted as RFC 4180 has it, with the place of each.
 * What the rows mean is the reader's. Stage: read-out.
 *
 * A quotation mark opens at a cell's beginning and nowhere else. Where one stands that RFC 4180 does not
 * have there, whoever wrote the file did not quote, or the file was damaged: no line behind it may be
 * drawn into its cell on that ground alone, so it is told (broken), and the reader decides.
 */
#ifndef EVD_CHAT_CSV_H
#define EVD_CHAT_CSV_H

#include "chat_file.h"

#define CHAT_CSV_CELLS 8u
#define CHAT_CSV_ROW_MAX (UINT32_C(4) << 20) /* bytes of a row; a longer one ends with its line */

struct chat_csv {
	char sep;   /* 0: the first line tells */
	bool plain; /* quotation marks are text, and each line is a row */
	struct evd_buf row, cell[CHAT_CSV_CELLS];
	size_t
	    from[CHAT_CSV_CELLS]; /* where each cell begins in the row, its quotation mark included */
	size_t n_cells;
	uint64_t off; /* of the row in the file */
	bool odd;     /* its quotes do not close as they must: it was cut, or it is none */
	/* of the rows up to now */
	bool broken;         /* a quotation mark stood where RFC 4180 has none */
	uint64_t broken_off; /* of the first such row */
	bool quoted;         /* a cell was quoted */
	bool needed;         /* … and closed, and could not have been written otherwise */
	bool open;           /* the file ended within a quoted cell: it was cut, or it quotes nothing */
	bool row_needed;     /* of the row at hand */
};

void chat_csv_init(struct chat_csv *c);
void chat_csv_release(struct chat_csv *c);
/* tab, semicolon or comma: the first of which the line has two */
char chat_csv_separator(struct evd_view line);
/* chat_csv_split(c, row): its cells; the last takes what is left when there are too many. */
void chat_csv_split(struct chat_csv *c, struct evd_view row);
/* empty if there is none */
struct evd_view chat_csv_cell(const struct chat_csv *c, size_t i);
/* chat_csv_each(c, f, each, ctx, err): every row, split; DAMAGED: the rest cannot be read, *err says why. */
int chat_csv_each(struct chat_csv *c, struct evd_chat_file *f,
                  int (*each)(void *ctx, struct evd_error *err), void *ctx,
                  struct evd_error *err) EVD_MUST_USE;

#endif
