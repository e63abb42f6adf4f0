/*
 * latest: which read-out of an item counts, where it was read several times: the latest that was done
 * (docs/records.md, `read-item`); if none was, the latest. One that a limit or a crash ended does not
 * take the place of one that went through.
 */
#ifndef EVD_LATEST_H
#define EVD_LATEST_H

#include "base/canon.h"

/* Entries of read-outs; zero-initialised: none yet. */
struct evd_latest {
	uint64_t any, done;
	uint64_t stopped; /* one in which a reader gave up by itself */
};

/* evd_latest_see(l, seq, kind, j): a record of that item in the read-out `seq`, in the order of the log. */
static inline void evd_latest_see(struct evd_latest *l, uint64_t seq, struct evd_view kind,
                                  const struct evd_json *j)
{
	struct evd_view end;

	l->any = seq;
	if (!evd_json_string(j, 0, "end", &end))
		return;
	if (evd_view_is(kind, "reading") && evd_view_is(end, "stopped"))
		l->stopped = seq;
	if (evd_view_is(kind, "read-item") && evd_view_is(end, "done") && l->stopped != seq)
		l->done = seq;
}

/* evd_latest_see_chat(l, seq, kind, j): the same where those alone count that found a chat in the item. */
static inline void evd_latest_see_chat(struct evd_latest *l, uint64_t seq, struct evd_view kind,
                                       const struct evd_json *j)
{
	if (evd_view_is(kind, "conversation") || l->any == seq)
		evd_latest_see(l, seq, kind, j);
}

/* The entry; 0: none. */
static inline uint64_t evd_latest_of(const struct evd_latest *l)
{
	return l->done ? l->done : l->any;
}

#endif
