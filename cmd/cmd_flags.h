/* cmd_flags: what the flags of a row or a hit say, in words (docs/timeline.md §2, docs/search.md §5). */
#ifndef EVD_CMD_FLAGS_H
#define EVD_CMD_FLAGS_H

#include "base/buf.h"

/* cmd_flag_words(flag): in the language of the program; NULL for a flag that says nothing to people. */
const char *cmd_flag_words(struct evd_view flag);

#endif
