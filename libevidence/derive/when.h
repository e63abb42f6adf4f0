/* when: a time as records spell it (docs/records.md §2, docs/chats.md §1), with or without a zone. */
#ifndef EVD_WHEN_H
#define EVD_WHEN_H

#include "base/buf.h"

struct evd_when {
	bool has_utc; /* the text says Z or an offset */
	int64_t utc_ms;
	int64_t local_ms;   /* its calendar fields as if they were UTC */
	unsigned precision; /* 10 a day, 16 minutes, 19 seconds, 23 more */
};

/* evd_when(v, w): "2024-02-03[T14:05[:09[.fff…]]][Z|±hh:mm]", a blank may stand for T; false otherwise. */
bool evd_when(struct evd_view v, struct evd_when *w);

#endif
