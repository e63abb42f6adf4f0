/*
 * search: hits in the order of time, from the index (docs/search.md). What it shows is derived; the
 * record named by each hit is the authority.
 */
#ifndef EVD_SEARCH_H
#define EVD_SEARCH_H

#include "chain/case.h"

struct evd_search {
	const char *words;     /* words, "phrases", begin*; all must be there; NULL: any */
	const char *person;    /* words of a name, account or telephone number: see docs/search.md */
	const char *kind;      /* kind of record; NULL: all */
	struct evd_id item;    /* seq 0: all */
	bool has_from, has_to; /* ms since 1970; times without a zone compare as written */
	int64_t from_ms, to_ms;
	uint64_t limit; /* 0: all */
};

/* Views live until on_hit returns; empty: absent. Numbers 0: absent. */
struct evd_hit {
	struct evd_id record, item;
	uint64_t exhibit, chat, n;
	struct evd_view kind, type, name, text, who, number, handle, direction;
	bool has_utc;
	int64_t utc_ms;
	struct evd_view local, source, ambiguity;
	struct evd_view raw;      /* as in the source, where there is no one time */
	struct evd_view readings; /* JSON [{local, order}], where day and month cannot be told apart */
	/* canonical JSON object: the record's members beside `name` and `text` in which words of the query stand that
	 * those two have not: `revisions` (older versions of the text), `caption`, `replyText` … */
	struct evd_view elsewhere;
	/* JSON object: members of the record that hold further words, `label` and `group` too; of a message `flags`: what became
	 * of it (derive/fate.h) */
	struct evd_view more;
	struct evd_view mail;    /* the mail that the record is of: the group of its fields */
	struct evd_view persons; /* JSON object: whom that mail names beside its sender, by header */
	/* of the record's entry, where that is none that such records are of; else empty */
	struct evd_view outside_action, outside_signer;
};

struct evd_search_end {
	uint64_t hits;   /* handed over */
	bool more;       /* there are hits beyond the limit */
	uint64_t unread; /* exhibits that no reader has read: nothing of them can be found */
};

/*
 * evd_search(c, q, on_hit, ctx, end, err): uses the index on disk if it is that of the log, else one
 * made in memory. MISUSE: no word in the query.
 */
int evd_search(struct evd_case *c, const struct evd_search *q,
               int (*on_hit)(void *ctx, const struct evd_hit *h, struct evd_error *err), void *ctx,
               struct evd_search_end *end, struct evd_error *err) EVD_MUST_USE;

/* evd_search_kind(i): the i-th kind that can be searched for, from 0; NULL: there are no more. */
const char *evd_search_kind(size_t i);

#endif
