/* cmd_flags: what the flags of a row or a hit say, in words (docs/timeline.md §2, docs/search.md §5). */
#ifndef EVD_CMD_FLAGS_H
#define EVD_CMD_FLAGS_H

#include "base/canon.h"

/* cmd_flags_put(j, list, behind, ctx): the flags of the array at node `list`, 0: none, in the language of the program, as
 * "  [edited later; forwarded from Marko]"; `behind` puts what stands behind the words of a flag. Those that say nothing
 * to people are passed over. */
void cmd_flags_put(const struct evd_json *j, size_t list,
                   void (*behind)(const void *ctx, struct evd_view flag), const void *ctx);

#endif
