/*
 * rec: records that can be searched, as rows of the index (docs/search.md): one row a record in `rec`,
 * its folded words in the FTS5 table `fts` under the same id. Ids stand in the order of time.
 */
#ifndef EVD_REC_H
#define EVD_REC_H

#include "chain/case.h"

#include <sqlite3.h>

extern const char evd_rec_schema[];
extern const char evd_rec_no_indexes[]; /* evd_rec_fold makes them again */

struct evd_rec_writer {
	sqlite3 *db;
	struct evd_case *c;
	sqlite3_stmt *put, *last, *reading;
	struct evd_buf more, actor; /* scratch; who wrote the present entry */
	struct evd_json json;       /* scratch */
	sqlite3_int64 base, next;   /* ids of the moment met last */
	bool spilled; /* more records of one moment than ids: their order needs a rebuild */
};

int evd_rec_begin(struct evd_rec_writer *w, sqlite3 *db, struct evd_case *c,
                  struct evd_error *err) EVD_MUST_USE;
/* evd_rec_add(w, r, j, err): a record of the log's present entry; those that hold no words are passed. */
int evd_rec_add(struct evd_rec_writer *w, const struct evd_record *r, const struct evd_json *j,
                struct evd_error *err) EVD_MUST_USE;
/* evd_rec_fold(w, from, err): the words of the rows of entry `from` and later into `fts`. */
int evd_rec_fold(struct evd_rec_writer *w, uint64_t from, struct evd_error *err) EVD_MUST_USE;
void evd_rec_end(struct evd_rec_writer *w);

/* The column `more` is a canonical JSON object: words of the record beside its text and name, older versions of
 * the text (`revisions`). evd_rec_is_words(j, at): whether node `at` of it is one that is searched;
 * evd_rec_put_string(b, n): what that node spells, appended. */
bool evd_rec_is_words(const struct evd_json *j, size_t at);
void evd_rec_put_string(struct evd_buf *b, const struct evd_json_node *n);

/* First id of a moment: ms since 1970 (UTC, or fields without zone as if UTC). */
#define EVD_REC_PER_MS 8192
#define EVD_REC_NO_TIME (INT64_C(1) << 61) /* ids of rows without a time stand behind all others */
static inline int64_t evd_rec_id(int64_t ms)
{
	return (ms < 0 ? 0 : ms) * EVD_REC_PER_MS;
}

#endif
