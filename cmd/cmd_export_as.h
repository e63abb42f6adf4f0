/* cmd_export_as: `evidence export --as FORM FILE`: what the case says, as one file for other programs. */
#ifndef CMD_EXPORT_AS_H
#define CMD_EXPORT_AS_H

#include "cmd.h"

/* cmd_export_as(g, form, path, x): exit code. form: csv, jsonl, case, timesketch. */
int cmd_export_as(struct cmd_global *g, const char *form, const char *path,
                  const struct evd_circumstances *x);

#endif
