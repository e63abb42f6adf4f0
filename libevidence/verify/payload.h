/*
 * payload: items read and hashed on all threads, a digest and a block a thread: what sealing, reading
 * back and checking a case share. The verifier has its own (hash_items.c), which knows the lanes.
 */
#ifndef EVD_PAYLOAD_H
#define EVD_PAYLOAD_H

#include "base/digest.h"
#include "base/pool.h"

#include <pthread.h>

/* One run. The caller sets the first three members, the rest is zero. */
struct evd_payload {
	/* other than 0 stops; or NULL. From any thread, one at a time. */
	int (*progress)(void *ctx, uint64_t done, uint64_t all);
	void *progress_ctx;
	uint64_t all; /* bytes to come */

	uint64_t done;
	struct evd_sha *sha; /* one a thread */
	uint8_t **block;     /* EVD_IO_BLOCK bytes a thread, once it has something to read */
	pthread_mutex_t lock;
	struct evd_error err;
};

/* What is done with a block beside hashing it: `n` bytes from `off` of the item. */
typedef int evd_payload_block(void *ctx, uint64_t off, const uint8_t *block, size_t n,
                              struct evd_error *err);

/*
 * evd_payload_run(p, pool, n, work, ctx, err): as evd_pool_run. The error is the first that was given to
 * evd_payload_fail; CANCELLED "stopped" if progress says so.
 */
int evd_payload_run(struct evd_payload *p, struct evd_pool *pool, size_t n,
                    int (*work)(void *ctx, size_t i, unsigned thread), void *ctx,
                    struct evd_error *err) EVD_MUST_USE;
/* evd_payload_hash: SHA-256 of `size` bytes from `off` of `fd`; `each` may be NULL. IO as evd_read_at. */
int evd_payload_hash(struct evd_payload *p, unsigned thread, int fd, uint64_t off, uint64_t size,
                     evd_payload_block *each, void *ctx, uint8_t digest[EVD_SHA256_LEN],
                     struct evd_error *err) EVD_MUST_USE;
/* evd_payload_fail(p, err, r): keeps the first error of all threads; returns r. */
int evd_payload_fail(struct evd_payload *p, const struct evd_error *err, int r);

#endif
