/* fate: what became of a message later, and that its words are another's (docs/chats.md §1). Where a message is shown this is
 * said with it: it must not look like one that still stands as its sender wrote it. */
#ifndef EVD_FATE_H
#define EVD_FATE_H

#include "base/canon.h"

enum evd_fate {
	EVD_FATE_DELETED = 1,
	EVD_FATE_DELETED_IN_PART = 2,
	EVD_FATE_IN_BIN = 4,
	EVD_FATE_EDITED = 8,
	EVD_FATE_FORWARDED = 16
};

/* evd_fate(j): the bits of a message, of its record. */
unsigned evd_fate(const struct evd_json *j);
/* evd_fate_put(b, fate): a word for each, as elements of the JSON array that `b` has the beginning of, or that they begin. */
void evd_fate_put(struct evd_buf *b, unsigned fate);

#endif
