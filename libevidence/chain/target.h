/*
 * target: where what is made of a case must not go. A case's folder holds nothing but the case
 * (docs/format.md §1): a file more makes `evidence check` fail.
 */
#ifndef EVD_TARGET_H
#define EVD_TARGET_H

#include "base/error.h"

/* evd_target_check(path, err): MISUSE if `path` is empty, or a file or folder made there would lie in a case, this or any other. */
int evd_target_check(const char *path, struct evd_error *err) EVD_MUST_USE;

#endif
