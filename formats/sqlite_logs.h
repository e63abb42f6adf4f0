/*
 * sqlite_logs: what a -wal and a -journal beside a database hold, and what of it counts. Stage: read-out. SQLite itself
 * takes what counts and passes over the rest without a word.
 */
#ifndef EVD_SQLITE_LOGS_H
#define EVD_SQLITE_LOGS_H

#include "format.h"

/*
 * evd_sqlite_say_logs(in, used, sink, err): says of each companion in `in` how much of it is valid and was read with the
 * database, and what was not. *used: frames of a write-ahead log were.
 */
int evd_sqlite_say_logs(const struct evd_input *in, bool *used, struct evd_sink *sink,
                        struct evd_error *err) EVD_MUST_USE;

#endif
