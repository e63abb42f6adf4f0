/*
 * compare: two exports of one chat held against each other, message by message, as a `compare` entry
 * (docs/chats.md §7). It says what differs between two files, never why.
 */
#ifndef EVD_COMPARE_H
#define EVD_COMPARE_H

#include "chain/case.h"

/* What became of a message, or where it stands. */
enum evd_difference {
	EVD_DIFF_ADDED,     /* in the newer export alone */
	EVD_DIFF_GONE,      /* in the older one alone */
	EVD_DIFF_EDITED,    /* another body */
	EVD_DIFF_DELETED,   /* the newer export calls it deleted */
	EVD_DIFF_CHANGED,   /* another member than the body */
	EVD_DIFF_MEDIA,     /* one of the exports was made without media */
	EVD_DIFF_REORDERED, /* out of the common order */
	EVD_DIFF_CODES
};
/* evd_difference_name(code): "added", … */
const char *evd_difference_name(unsigned code);

struct evd_compared {
	uint64_t chats;    /* pairs compared */
	uint64_t unpaired; /* chats in one of the exports alone */
	uint64_t same;
	uint64_t n[EVD_DIFF_CODES]; /* messages */
	/* of added and gone: those neither behind nor before all that both have */
	uint64_t added_within, gone_within;
	bool incomplete; /* one of the items was not read to its end */
};

/*
 * evd_compare(c, key, older, newer, line, ctx, out, err): compares the latest read-outs of two items that went through and
 * commits the entry. `line` is called with each record as it stands in the entry, without case, id and
 * salt. NOTFOUND: an item has no chat that was read out.
 */
int evd_compare(struct evd_case *c, struct evd_key *key, struct evd_id older, struct evd_id newer,
                int (*line)(void *ctx, struct evd_view json, struct evd_error *err), void *ctx,
                struct evd_compared *out, struct evd_error *err) EVD_MUST_USE;

#endif
