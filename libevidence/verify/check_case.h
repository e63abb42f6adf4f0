/*
 * check_case: every byte of an open case against its log: `evidence check`. Names every file that is
 * missing, altered or not accounted for; changes nothing.
 */
#ifndef EVD_CHECK_CASE_H
#define EVD_CHECK_CASE_H

#include "base/pool.h"
#include "chain/case.h"

/*
 * evd_check_case(c, pool, to, progress, ctx, err): `c` from evd_case_attach (the log need not hold).
 * Findings go to `to`: those of the log as the verifier calls them, ITEM_MISSING, ITEM_ALTERED,
 * FILE_UNACCOUNTED. 0 if it ran to its end, whatever it found.
 */
int evd_check_case(struct evd_case *c, struct evd_pool *pool, const struct evd_findings *to,
                   int (*progress)(void *ctx, uint64_t done, uint64_t all), void *ctx,
                   struct evd_error *err) EVD_MUST_USE;

#endif
