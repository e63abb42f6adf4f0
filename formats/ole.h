/*
 * ole: compound files (OLE2), the container of Office before 2007, of Outlook messages and of encrypted Office documents.
 * Stage: read-out. Source: [MS-CFB]. Chains are bounded by the sectors that the file has.
 */
#ifndef EVD_OLE_H
#define EVD_OLE_H

#include "format.h"

struct evd_ole {
	const struct evd_source *s;
	uint32_t sector, mini_sector,
	    cutoff;           /* bytes; streams below `cutoff` stand in the mini stream */
	struct evd_buf difat; /* sectors of the allocation table */
	struct evd_buf directory;
	struct evd_buf mini, mini_fat;
};

struct evd_ole_entry {
	struct evd_buf name; /* UTF-8; the caller's to release */
	bool stream;         /* else a folder ("storage") */
	uint32_t start;
	uint64_t size;
};

bool evd_ole_is(struct evd_view head);
/* evd_ole_open(x, s, err): FORMAT if its header or directory cannot be read; NOMEM, IO. Close it all the same. */
int evd_ole_open(struct evd_ole *x, const struct evd_source *s, struct evd_error *err) EVD_MUST_USE;
void evd_ole_close(struct evd_ole *x);
/* evd_ole_next(x, i, e): the entry *i or the next one in use, *i moves behind it; false at the end. */
bool evd_ole_next(const struct evd_ole *x, size_t *i, struct evd_ole_entry *e);
/* evd_ole_read(x, e, max, b): the stream's first `max` bytes; false if it is cut short before. */
bool evd_ole_read(struct evd_ole *x, const struct evd_ole_entry *e, size_t max, struct evd_buf *b);

#endif
