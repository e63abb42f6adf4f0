/* rec_fold: the words of the rows of `rec` into `fts`; see rec.h. */
#include "index/fold.h"
#include "index/rec.h"

const char evd_rec_no_indexes[] = "DROP INDEX IF EXISTS rec_record; DROP INDEX IF EXISTS rec_item;";
/* Made when rows are in: sorted once, not grown row by row. */
static const char indexes[] = "CREATE UNIQUE INDEX IF NOT EXISTS rec_record ON rec(seq,k);"
                              "CREATE INDEX IF NOT EXISTS rec_item ON rec(item_seq,item_k,id);";

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

static void fold_columns(struct evd_buf *b, sqlite3_stmt *s, int first, int last)
{
	for (int i = first; i <= last; i++)
		fold_also(b, column(s, i));
}

/* The strings of the column `more`. */
static int fold_more(struct evd_rec_writer *w, struct evd_buf *b, struct evd_view more,
                     struct evd_error *err)
{
	int r = evd_json_parse(&w->json, more, err);

	for (size_t i = 0; r == 0 && i < w->json.n; i++) {
		if (!evd_rec_is_words(&w->json, i))
			continue;
		evd_buf_reset(&w->more);
		evd_rec_put_string(&w->more, &w->json.node[i]);
		fold_also(b, evd_buf_view(&w->more));
		r = w->more.failed ? evd_nomem(err) : 0;
	}
	return r;
}

/* "iSEQxK kKIND" */
static void put_tag(struct evd_buf *b, sqlite3_stmt *s)
{
	evd_buf_reset(b);
	evd_put_u8(b, 'i');
	evd_put_dec(b, (uint64_t)sqlite3_column_int64(s, 1));
	evd_put_u8(b, 'x');
	evd_put_dec(b, (uint64_t)sqlite3_column_int64(s, 2));
	evd_put_str(b, " k");
	evd_put_view(b, column(s, 3));
}

int evd_rec_fold(struct evd_rec_writer *w, uint64_t from, struct evd_error *err)
{
	static const char all[] = "SELECT id,item_seq,item_k,kind,text,name,more,who,handle,number "
	                          "FROM rec ORDER BY id";
	static const char some[] = "SELECT id,item_seq,item_k,kind,text,name,more,who,handle,number "
	                           "FROM rec WHERE seq>=?1 ORDER BY id";
	sqlite3_stmt *s = NULL, *put = NULL;
	struct evd_buf text = {0}, who = {0}, tag = {0};
	int step = SQLITE_ERROR, r = 0;

	if (sqlite3_exec(w->db, indexes, NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(w->db, from > 1 ? some : all, -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(w->db, "INSERT INTO fts(rowid,text,who,tag) VALUES(?,?,?,?)", -1, &put,
	                       NULL) == SQLITE_OK) {
		if (from > 1)
			sqlite3_bind_int64(s, 1, (sqlite3_int64)from);
		step = sqlite3_step(s);
	}
	for (; r == 0 && step == SQLITE_ROW; step = sqlite3_step(s)) {
		struct evd_view more = column(s, 6);

		evd_buf_reset(&text);
		evd_buf_reset(&who);
		fold_columns(&text, s, 4, 5);
		fold_columns(&who, s, 7, 9);
		if (more.len)
			r = fold_more(w, &text, more, err);
		evd_put_u8(&who, ' ');
		evd_fold_digits(&who, column(s, 9));
		put_tag(&tag, s);
		if (r == 0 && (text.failed || who.failed || tag.failed))
			r = evd_nomem(err);
		sqlite3_bind_int64(put, 1, sqlite3_column_int64(s, 0));
		sqlite3_bind_text(put, 2, text.len ? (const char *)text.data : "", (int)text.len,
		                  SQLITE_STATIC);
		sqlite3_bind_text(put, 3, (const char *)who.data, (int)who.len, SQLITE_STATIC);
		sqlite3_bind_text(put, 4, (const char *)tag.data, (int)tag.len, SQLITE_STATIC);
		if (r == 0 && sqlite3_step(put) != SQLITE_DONE)
			r = fail(w->db, err);
		sqlite3_reset(put);
	}
	if (r == 0 && step != SQLITE_DONE)
		r = fail(w->db, err);
	sqlite3_finalize(s);
	sqlite3_finalize(put);
	evd_buf_release(&text);
	evd_buf_release(&who);
	evd_buf_release(&tag);
	return r;
}
