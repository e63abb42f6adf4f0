/*
 * tidy.h: what clang-tidy's analyser cannot see from one file alone (tests/check.sh tidy puts it before each): these functions of
 * base/error.c never return 0, so that behind "r == 0" nothing failed, and what the called function gives was given.
 */
#ifndef EVD_TIDY_H
#define EVD_TIDY_H

#include "base/error.h"

static inline int evd_tidy_code(int code)
{
	if (code == 0)
		__builtin_unreachable();
	return code;
}

#define evd_fail(...) evd_tidy_code((evd_fail)(__VA_ARGS__))
#define evd_fail_sys(...) evd_tidy_code((evd_fail_sys)(__VA_ARGS__))
#define evd_fail_crypto(...) evd_tidy_code((evd_fail_crypto)(__VA_ARGS__))
#define evd_nomem(...) evd_tidy_code((evd_nomem)(__VA_ARGS__))

#endif
