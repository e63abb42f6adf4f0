/*
 * cmd_reading: items handed to evidence-reader, which `evidence add` and `evidence read` share: companions
 * (a database's -wal) tied to their database, batches of bounded size, and what was read, printed.
 */
#ifndef CMD_READING_H
#define CMD_READING_H

#include "cmd.h"

#include "derive/read_out.h"

#define CMD_READING_BATCH 1000u /* items of one read-out entry of `evidence add` */

/*
 * cmd_reading_choose(items, wanted, out, n, err): what is to be read, in an order in which each item is followed
 * by its companions, which are tied to it. wanted[i]: the item items->at[i] is to be read; with it goes all
 * that it is tied to, for a database without its -wal says less. The caller frees *out; names are borrowed.
 */
int cmd_reading_choose(const struct cmd_items *items, const bool *wanted, struct evd_to_read **out,
                       size_t *n, struct evd_error *err) EVD_MUST_USE;

/* cmd_reading_loose(items, out, err): the exhibits of the case as what may lie beside a chat; evd_loose_free. */
int cmd_reading_loose(const struct cmd_items *items, struct evd_loose **out,
                      struct evd_error *err) EVD_MUST_USE;

/* cmd_reading_say(g, out, first, last): what was read by the entries `first` to `last`; exit code. */
int cmd_reading_say(struct cmd_global *g, const struct evd_read_out *out, size_t first,
                    size_t last);

/* cmd_reading_new(g, s): reads all exhibits of the case that no reader was given yet, with the key that
 * is open, and prints; exit code DONE, or FINDINGS with one line that says what was not read. */
int cmd_reading_new(struct cmd_global *g, struct cmd_session *s);

#endif
