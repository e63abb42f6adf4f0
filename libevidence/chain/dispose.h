/*
 * dispose: after a `dispose` entry is committed, what it names leaves the case: payload files are removed,
 * records become withheld runs (docs/format.md §6). Can be said again after a crash: it goes on.
 */
#ifndef EVD_DISPOSE_H
#define EVD_DISPOSE_H

#include "chain/case.h"

struct evd_disposed {
	uint64_t records, files;
};

/* evd_dispose_apply(c, out, err): makes the case what its dispose entries demand; the log is read anew, and
 * holds afterwards. *out counts what left it now. */
int evd_dispose_apply(struct evd_case *c, struct evd_disposed *out,
                      struct evd_error *err) EVD_MUST_USE;

/* evd_spoilt_name(path, out): where in .case/incoming a spoilt payload file is put aside: "spoilt-00000003-00000017.jpg"
 * for "data/00000003/00000017.jpg". A disposal removes it with its item. */
#define EVD_SPOILT_NAME 48u
void evd_spoilt_name(const char *path, char out[EVD_SPOILT_NAME]);

/* evd_run_join: joins leaves and roots of subtrees into the one form of a withheld run (docs/format.md §6).
 * Zero-initialise, set first and last, add all from first to last, left to right. */
struct evd_run_join {
	uint64_t first, last; /* records */
	uint64_t at, end;     /* 0-based: next leaf, end of the present subtree */
	struct evd_merkle tree;
	struct evd_buf hashes;
};
int evd_run_join_add(struct evd_run_join *j, const uint8_t hash[EVD_SHA256_LEN], unsigned level,
                     struct evd_error *err) EVD_MUST_USE;
/* evd_run_join_line(j, out, err): the run's line, with its LF. */
int evd_run_join_line(struct evd_run_join *j, struct evd_buf *out,
                      struct evd_error *err) EVD_MUST_USE;
void evd_run_join_release(struct evd_run_join *j);

#endif
