/*
 * rec: records that can be searched, as rows of the index (docs/search.md): one row a record in `rec`,
 * its folded words in the FTS5 table `fts` under the same id. Ids stand in the order of time.
 */
#ifndef EVD_REC_H
#define EVD_REC_H

#include "chain/case.h"
#include "index/rec_mail.h"

#include <sqlite3.h>

extern const char evd_rec_schema[];

struct evd_rec_writer {
	sqlite3 *db;
	struct evd_case *c;
	sqlite3_stmt *put, *last, *reading, *fts;
	struct evd_buf plain, more, dates; /* scratch */
	struct evd_buf actor;              /* who wrote entry `actor_of`; empty if that is withheld */
	uint64_t actor_of;
	struct evd_buf words, who, tag; /* scratch of the folding */
	struct evd_json json;           /* scratch */
	struct evd_mails mails;         /* of the present item */
	uint64_t seq;                   /* entry of the record being added */
	sqlite3_int64 base, next;       /* ids of the moment met last */
	struct evd_rec_full {
		sqlite3_int64 first, onward; /* ids from `first` on are taken; look from `onward` on */
	} * full;                        /* sorted */
	size_t n_full, full_cap;
	sqlite3_int64 taken;    /* the first id behind it that was there */
	sqlite3_int64 timeless; /* next id of a row without a time; 0: not looked up */
	sqlite3_int64 folded;   /* last id whose words are in `fts` */
	unsigned restarts;      /* how often ids fell */
	sqlite3_int64 *late;    /* ids whose words are not: they came out of order */
	size_t n_late, late_cap;
	bool spilled; /* more records of one moment than ids: their order needs a rebuild */
};

/* What is folded of a record; views may be empty. */
struct evd_rec_words {
	struct evd_view text, name, more, who, handle, number;
	struct evd_view type;    /* of a field: what it means */
	struct evd_view persons; /* JSON object: persons beside `who` */
};

int evd_rec_begin(struct evd_rec_writer *w, sqlite3 *db, struct evd_case *c,
                  struct evd_error *err) EVD_MUST_USE;
/* evd_rec_add(w, r, j, err): a record of the log's present entry; those that hold no words are passed. */
int evd_rec_add(struct evd_rec_writer *w, const struct evd_record *r, const struct evd_json *j,
                struct evd_error *err) EVD_MUST_USE;
/* evd_rec_next_id(w, ms, id, err): the next free id of a moment, in the order of the log; where it is full, of the
 * millisecond behind it. evd_rec_next_timeless: of a row without a time. */
int evd_rec_next_id(struct evd_rec_writer *w, int64_t ms, sqlite3_int64 *id,
                    struct evd_error *err) EVD_MUST_USE;
int evd_rec_next_timeless(struct evd_rec_writer *w, sqlite3_int64 *id,
                          struct evd_error *err) EVD_MUST_USE;
/* evd_rec_fold(w, id, item, kind, words, err): the words of the row just put into `fts`, if ids still rise (FTS5 writes
 * what it has gathered whenever they do not); else its id is kept for evd_rec_late, which must come last. */
int evd_rec_fold(struct evd_rec_writer *w, sqlite3_int64 id, struct evd_id item, const char *kind,
                 const struct evd_rec_words *words, struct evd_error *err) EVD_MUST_USE;
/* evd_rec_flush(w, err): what is held of a mail's headers, in. */
int evd_rec_flush(struct evd_rec_writer *w, struct evd_error *err) EVD_MUST_USE;
int evd_rec_late(struct evd_rec_writer *w, struct evd_error *err) EVD_MUST_USE;
void evd_rec_end(struct evd_rec_writer *w);

/* The column `more` is a canonical JSON object: words of the record beside its text and name, older versions of
 * the text (`revisions`), and of a message what became of it (`flags`, derive/fate.h). evd_rec_put_more(b, j, message):
 * that of the record j instead of what `b` held, or nothing;
 * evd_rec_is_words(j, at): whether node `at` of it is one that is searched; evd_rec_put_string(b, n): what that node
 * spells, appended. */
void evd_rec_put_more(struct evd_buf *b, const struct evd_json *j, bool message);
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
