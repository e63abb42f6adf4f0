/*
 * pool: the same work on many things, on all cores.
 *
 * The threads are made once, before a sandbox forbids it; between runs they sleep.
 */
#ifndef EVD_POOL_H
#define EVD_POOL_H

#include "base/error.h"

struct evd_pool;

/* evd_pool_new(n, out, err): n threads in all, the caller counted; 0: as many as there are cores.
 * With n = 1, or where threads cannot be had, the caller does the work alone. */
int evd_pool_new(unsigned n, struct evd_pool **out, struct evd_error *err) EVD_MUST_USE;
void evd_pool_free(struct evd_pool *p);
unsigned evd_pool_width(const struct evd_pool *p);

/*
 * evd_pool_run(p, n, work, ctx, tick): calls work(ctx, i, thread) for every i in 0…n-1, in about that
 * order, on all threads; returns when all are done. A work result other than 0 stops handing out
 * further i; the first such result is returned. `tick(ctx)` (may be NULL) is called by the caller's
 * thread between pieces; its result counts like a work result.
 */
int evd_pool_run(struct evd_pool *p, size_t n, int (*work)(void *ctx, size_t i, unsigned thread),
                 void *ctx, int (*tick)(void *ctx)) EVD_MUST_USE;

#endif
