/*
 * acquire: takes files and folders into a case (stage 1; docs/acquire.md). Entries of at most
 * EVD_BATCH_ITEMS items or EVD_BATCH_BYTES bytes; what an entry holds is acknowledged only once it
 * is committed, and an interrupted intake goes on behind the last committed item.
 */
#ifndef EVD_ACQUIRE_H
#define EVD_ACQUIRE_H

#include "base/pool.h"
#include "capture/copy.h"
#include "chain/case.h"

struct evd_acquire_options {
	const char *basis;    /* a word of docs/format.md §4 */
	const char *observed; /* "file" or "photo" */
	const char *role;     /* NULL, or "receipt", "validation": then no exhibit number */
	const char *label, *supplier, *device; /* NULL: absent */
	int stream; /* an open file to take in as well, after the paths; -1: none */
	const char *stream_name;
	bool leave_changing; /* a file that changes while read is left out and listed, not kept */
	struct evd_circumstances circumstances;
	struct evd_pool *pool;
	/* progress: bytes done so far, and in all (0: not known); other than 0 stops. May be NULL. From any thread, one
	 * at a time. */
	int (*progress)(void *ctx, uint64_t done, uint64_t all);
	bool count; /* the sources are gone through once before (sum.h), so that `all` is known */
	/* told of each item once it is committed, and of everything not taken (id.seq 0). May be NULL. */
	void (*told)(void *ctx, struct evd_id id, uint64_t exhibit, const char *path, const char *why);
	void *ctx;
};

struct evd_acquired {
	uint64_t items, bytes, entries; /* committed */
	uint64_t not_taken, links, resumed;
};

/*
 * evd_acquire(c, key, paths, n, o, out, err): 0 also when some things were not taken: look at
 * out->not_taken. On an error or CANCELLED what was committed stays, and *out counts it.
 */
int evd_acquire(struct evd_case *c, struct evd_key *key, char **paths, size_t n,
                const struct evd_acquire_options *o, struct evd_acquired *out,
                struct evd_error *err) EVD_MUST_USE;

/* evd_basis_lacks_reason(basis, reason): the basis needs to be said why it was lawful (docs/acquire.md, R1.16), and it
 * is not: NULL or "". */
bool evd_basis_lacks_reason(const char *basis, const char *reason);
/*
 * evd_acquire_check(o, err): MISUSE if the options lack a basis, or its reason, or if words of the custodian are not UTF-8; names and paths of sources may hold
 * any bytes. evd_acquire asks first.
 */
int evd_acquire_check(const struct evd_acquire_options *o, struct evd_error *err) EVD_MUST_USE;

#endif
