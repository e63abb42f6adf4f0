/*
 * index: the catalogue of an open case, SQLite, in .case/index.sqlite. A cache of the log: it can be
 * deleted at any time, is rebuilt from the log, and no verdict rests on it (docs/index.md).
 */
#ifndef EVD_INDEX_H
#define EVD_INDEX_H

#include "chain/case.h"

#include <sqlite3.h>

/* evd_index_follow(c, err): takes in the entries that it lacks; makes it anew if it is missing, of
 * another version, damaged, or of another log. `c` must be open for writing. */
int evd_index_follow(struct evd_case *c, struct evd_error *err) EVD_MUST_USE;
/* evd_index_rebuild(c, err): from nothing. */
int evd_index_rebuild(struct evd_case *c, struct evd_error *err) EVD_MUST_USE;
/*
 * evd_index_compare(c, same, err): makes a second index in memory from the log and compares them
 * row by row; *same false if they differ or there is none. Nothing on disk changes.
 */
int evd_index_compare(struct evd_case *c, bool *same, struct evd_error *err) EVD_MUST_USE;

/* evd_index_for_reading(c, out, err): the index on disk if it is that of the log, else one made in memory;
 * nothing on disk changes. The caller closes it, also after a failure. */
int evd_index_for_reading(struct evd_case *c, sqlite3 **out, struct evd_error *err) EVD_MUST_USE;

#endif
