/*
 * sum: how many bytes there are to take in, told before the first is read, so that progress knows its end. Names and
 * sizes alone: no file is opened, no link read, no access time changed where the system lets it be.
 */
#ifndef EVD_SUM_H
#define EVD_SUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVD_SUM_NAMES                                                                              \
	UINT64_C(200000) /* met; behind that the counting would cost more than its answer is worth */

/*
 * evd_sum(paths, n, avoid_dev, avoid_ino, stopped, ctx, out): whether the bytes of the files below `paths` are known:
 * not if there are too many names, something stops the walk, or `stopped` (asked now and then; may be NULL) says so.
 * `avoid` as of evd_walk_open. An estimate: files may change until they are read.
 */
bool evd_sum(char *const *paths, size_t n, uint64_t avoid_dev, uint64_t avoid_ino,
             bool (*stopped)(void *ctx), void *ctx, uint64_t *out);

#endif
