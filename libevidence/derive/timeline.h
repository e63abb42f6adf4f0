/*
 * timeline: everything in a case that has a time, in order (docs/timeline.md). Three kinds of time are kept
 * apart: claimed by a device or an export, recorded by the custodian's clock, proved by a token.
 */
#ifndef EVD_TIMELINE_H
#define EVD_TIMELINE_H

#include "chain/case.h"

enum evd_known { EVD_CLAIMED, EVD_RECORDED, EVD_PROVED, EVD_KNOWN };
/* evd_known_name(known): "claimed", … */
const char *evd_known_name(unsigned known);

#define EVD_TIMELINE_MAX (UINT32_C(16) << 20) /* rows */

/* One row. `line` is a canonical JSON object (docs/timeline.md §2). */
struct evd_event {
	int64_t sort_ms; /* where it stands: UTC if known or assumed, else the clock's fields */
	int64_t
	    first_ms; /* the earliest and the latest it may have been: the same, but for an hour that */
	int64_t last_ms; /* came twice, or not at all */
	bool timeless;   /* it has no time: these stand at the end */
	uint8_t known;   /* enum evd_known */
	uint32_t line_len;
	size_t line_off; /* in evd_timeline.lines */
	uint64_t seq, k; /* of its record; k 0: the entry itself */
	size_t item;     /* index + 1 into the items met; 0: of no item */
};

struct evd_timeline_filter {
	const char
	    *zone; /* the zone that zone-less clocks stood in, or NULL; evd_zone_use was called */
	struct evd_id item; /* seq 0: all */
	bool only;          /* `known` alone */
	enum evd_known known;
	bool has_from, has_to;
	int64_t from_ms, to_ms; /* on what it may have been; to_ms is left out itself */
};

struct evd_timeline {
	struct evd_event *at;
	size_t n, cap;
	struct evd_buf lines;
};

/* evd_timeline_read(c, filter, t, err): reads the log, sorts. Of items read several times the latest
 * read-out counts. A message whose day and month cannot be told apart has a row for each reading. Release `t` in any case. */
int evd_timeline_read(struct evd_case *c, const struct evd_timeline_filter *filter,
                      struct evd_timeline *t, struct evd_error *err) EVD_MUST_USE;
void evd_timeline_release(struct evd_timeline *t);

#endif
