/*
 * sqlite_open: opens a hostile SQLite database from the item's sources, hardened (threats.md §5.1).
 * Stage: read-out. SQLite sees no file: a VFS over the sources serves the database, its -wal and its
 * -journal, and keeps what SQLite writes (recovery) in memory, so that the evidence stays as it is.
 */
#ifndef EVD_SQLITE_OPEN_H
#define EVD_SQLITE_OPEN_H

#include "format.h"

#include <sqlite3.h>

#define EVD_SQLITE_HEAP (INT64_C(256) << 20)    /* bytes SQLite may take */
#define EVD_SQLITE_WRITTEN (UINT32_C(64) << 20) /* bytes recovery may write, in memory */

struct evd_sqlite; /* a database with its private files */

/*
 * evd_sqlite_open(in, with_wal, out, err): source 0 is the database; of the others those named
 * …-wal and …-journal belong to it. `with_wal` false leaves them out: the state without them.
 * Views, triggers, extensions, attaching, writing and pragmas are refused to what is run. The first
 * statement is quick_check: see evd_sqlite_damage. Errors: FORMAT, NOMEM, IO.
 */
int evd_sqlite_open(const struct evd_input *in, bool with_wal, struct evd_sqlite **out,
                    struct evd_error *err) EVD_MUST_USE;
void evd_sqlite_close(struct evd_sqlite *d);

sqlite3 *evd_sqlite_db(struct evd_sqlite *d);
/* What quick_check found, one line; "" if nothing. Read all the same, and say it. */
const char *evd_sqlite_damage(const struct evd_sqlite *d);

/*
 * evd_sqlite_query(d, sql, out, err): prepares one statement of ours over tables that are plain
 * tables. sqlite3_step it, sqlite3_finalize it. DAMAGED with SQLite's reason.
 */
int evd_sqlite_query(struct evd_sqlite *d, const char *sql, sqlite3_stmt **out,
                     struct evd_error *err) EVD_MUST_USE;
/* A name in double quotes, quotes inside doubled. */
void evd_sqlite_put_name(struct evd_buf *b, struct evd_view name);
/* evd_sqlite_is_table(d, name): a plain table of that name is in the schema (threats.md Q-03). */
bool evd_sqlite_is_table(struct evd_sqlite *d, const char *name);
/* A text or blob column as bytes (never by strlen). */
struct evd_view evd_sqlite_bytes(sqlite3_stmt *s, int column);

/* Before the sandbox. */
int evd_sqlite_warm(struct evd_error *err) EVD_MUST_USE;

#endif
