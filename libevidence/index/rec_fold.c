/* rec_fold: the words of the rows of `rec` into `fts`; see rec.h. */
#include "index/fold.h"
#include "index/rec.h"

#include <stdlib.h>
#include <string.h>

/* Of FTS5's gathering: as many chats one after the other need no second pass. */
#define RESTARTS 16u

static int fail(sqlite3 *db, struct evd_error *err)
{
	return evd_fail(err, EVD_E_IO, "index: %s", sqlite3_errmsg(db));
}

static struct evd_view column(sqlite3_stmt *s, int at)
{
	const void *p = sqlite3_column_blob(s, at);

	return evd_view_of(p, p ? (size_t)sqlite3_column_bytes(s, at) : 0);
}

static void fold_also(struct evd_buf *b, struct evd_view v)
{
	if (b->len)
		evd_put_u8(b, ' ');
	evd_fold(b, v);
}

/* The strings of the column `more`; w->tag is scratch. */
static int fold_more(struct evd_rec_writer *w, struct evd_buf *b, struct evd_view more,
                     struct evd_error *err)
{
	int r = evd_json_parse(&w->json, more, err);

	for (size_t i = 0; r == 0 && i < w->json.n; i++) {
		if (!evd_rec_is_words(&w->json, i))
			continue;
		evd_buf_reset(&w->tag);
		evd_rec_put_string(&w->tag, &w->json.node[i]);
		fold_also(b, evd_buf_view(&w->tag));
		r = w->tag.failed ? evd_nomem(err) : 0;
	}
	return r;
}

/* Whoever is named beside the sender; w->tag is scratch. */
static int fold_persons(struct evd_rec_writer *w, const struct evd_rec_words *x,
                        struct evd_view kind, struct evd_error *err)
{
	static const char person[] = "person.";
	int r = 0;

	if (evd_view_is(kind, "field") && x->type.len >= sizeof person &&
	    memcmp(x->type.p, person, sizeof person - 1) == 0)
		fold_also(&w->who, x->text);
	if (x->persons.len)
		r = evd_json_parse(&w->json, x->persons, err);
	for (size_t i = 1; r == 0 && x->persons.len && i < w->json.n; i++) {
		evd_buf_reset(&w->tag);
		evd_rec_put_string(&w->tag, &w->json.node[i]);
		fold_also(&w->who, evd_buf_view(&w->tag));
		r = w->tag.failed ? evd_nomem(err) : 0;
	}
	return r;
}

/* "iSEQxK kKIND" */
static void put_tag(struct evd_buf *b, struct evd_id item, struct evd_view kind)
{
	evd_buf_reset(b);
	evd_put_u8(b, 'i');
	evd_put_dec(b, item.seq);
	evd_put_u8(b, 'x');
	evd_put_dec(b, item.seq ? item.k : 0);
	evd_put_str(b, " k");
	evd_put_view(b, kind);
}

static int put_words(struct evd_rec_writer *w, sqlite3_int64 id, struct evd_id item,
                     struct evd_view kind, const struct evd_rec_words *x, struct evd_error *err)
{
	int r = 0;

	evd_buf_reset(&w->words);
	evd_buf_reset(&w->who);
	fold_also(&w->words, x->text);
	fold_also(&w->words, x->name);
	if (x->more.len)
		r = fold_more(w, &w->words, x->more, err);
	fold_also(&w->who, x->who);
	fold_also(&w->who, x->handle);
	fold_also(&w->who, x->number);
	evd_put_u8(&w->who, ' ');
	evd_fold_digits(&w->who, x->number);
	if (r == 0)
		r = fold_persons(w, x, kind, err);
	put_tag(&w->tag, item, kind);
	if (r == 0 && (w->words.failed || w->who.failed || w->tag.failed))
		r = evd_nomem(err);
	sqlite3_bind_int64(w->fts, 1, id);
	sqlite3_bind_text(w->fts, 2, w->words.len ? (const char *)w->words.data : "", (int)w->words.len,
	                  SQLITE_STATIC);
	sqlite3_bind_text(w->fts, 3, (const char *)w->who.data, (int)w->who.len, SQLITE_STATIC);
	sqlite3_bind_text(w->fts, 4, (const char *)w->tag.data, (int)w->tag.len, SQLITE_STATIC);
	if (r == 0 && sqlite3_step(w->fts) != SQLITE_DONE)
		r = fail(w->db, err);
	sqlite3_reset(w->fts);
	return r;
}

int evd_rec_fold(struct evd_rec_writer *w, sqlite3_int64 id, struct evd_id item, const char *kind,
                 const struct evd_rec_words *words, struct evd_error *err)
{
	const bool timed = id < EVD_REC_NO_TIME;
	void *grown;

	if (timed && (id > w->folded || w->restarts++ < RESTARTS)) {
		w->folded = id;
		return put_words(w, id, item, evd_view_str(kind), words, err);
	}
	grown = evd_grow(w->late, w->n_late, &w->late_cap, sizeof *w->late);
	if (!grown)
		return evd_nomem(err);
	w->late = grown;
	w->late[w->n_late++] = id;
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const sqlite3_int64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static int put_row_words(struct evd_rec_writer *w, sqlite3_stmt *s, struct evd_error *err)
{
	const struct evd_rec_words words = {.text = column(s, 4),
	                                    .name = column(s, 5),
	                                    .more = column(s, 6),
	                                    .who = column(s, 7),
	                                    .handle = column(s, 8),
	                                    .number = column(s, 9),
	                                    .type = column(s, 10),
	                                    .persons = column(s, 11)};
	struct evd_id item = {(uint64_t)sqlite3_column_int64(s, 1),
	                      (uint64_t)sqlite3_column_int64(s, 2)};

	return put_words(w, sqlite3_column_int64(s, 0), item, column(s, 3), &words, err);
}

int evd_rec_late(struct evd_rec_writer *w, struct evd_error *err)
{
	static const char row[] = "SELECT id,item_seq,item_k,kind,text,name,more,who,handle,number,"
	                          "type,persons FROM rec WHERE id=?";
	sqlite3_stmt *s = NULL;
	int r = evd_rec_flush(w, err);

	if (w->n_late)
		qsort(w->late, w->n_late, sizeof *w->late, by_id);
	if (r == 0 && sqlite3_prepare_v2(w->db, row, -1, &s, NULL) != SQLITE_OK)
		r = fail(w->db, err);
	for (size_t i = 0; r == 0 && i < w->n_late; i++) {
		sqlite3_bind_int64(s, 1, w->late[i]);
		r = sqlite3_step(s) == SQLITE_ROW ? put_row_words(w, s, err) : fail(w->db, err);
		sqlite3_reset(s);
	}
	sqlite3_finalize(s);
	return r;
}
