/*
 * cmd_entry: what `log`, `list` and `show` say of an entry beside its items: its details, its circumstances, and
 * what was met and not taken in.
 */
#ifndef CMD_ENTRY_H
#define CMD_ENTRY_H

#include "chain/case.h"

/* cmd_entry_details(c, seq, out, err): the `details` object as it stands in entry.json, canonical JSON; empty if the
 * entry has none. DAMAGED if the file is not the one that was read with the log. */
int cmd_entry_details(struct evd_case *c, uint64_t seq, struct evd_buf *out,
                      struct evd_error *err) EVD_MUST_USE;
/* cmd_entry_word(details, key, out, cap): a word of it, such as `basis`; empty if it has none. */
void cmd_entry_word(struct evd_view details, const char *key, char *out, size_t cap);

/* cmd_entry_object(c, seq, o, err): puts action, certificate, details, digest, records, seq and time into `o`. */
int cmd_entry_object(struct evd_case *c, uint64_t seq, struct evd_object *o,
                     struct evd_error *err) EVD_MUST_USE;
/* cmd_entry_outside(kind): what is to be said of a record of that kind in an entry that such records are not of. */
const char *cmd_entry_outside(struct evd_view kind);
/* cmd_entry_members(b, j): a record as a JSON object without what every record has (case, id, kind, salt). */
void cmd_entry_members(struct evd_buf *b, const struct evd_json *j);

/* Lines for a person, each behind `indent`; foreign text printable. */
void cmd_entry_put_details(struct evd_buf *b, const char *indent, struct evd_view details);
void cmd_entry_put_circumstances(struct evd_buf *b, const char *indent, const struct evd_json *j);
/* cmd_entry_is_met(c, r, j): the record is an observation of what an intake met and has no item for. */
bool cmd_entry_is_met(const struct evd_case *c, const struct evd_record *r,
                      const struct evd_json *j);
void cmd_entry_put_met(struct evd_buf *b, const char *indent, const struct evd_json *j);

#endif
