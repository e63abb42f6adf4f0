/*
 * mutant.h: what mutants.py puts around each check of the verifier. One program then holds all mutants: EVD_MUTANT in its
 * environment says which of them it is (none: the verifier as it is). What a check came to is noted where a mutant would have
 * come to something else; a bundle whose judging met no such place cannot tell the mutant from the verifier.
 */
#ifndef EVD_MUTANT_H
#define EVD_MUTANT_H

#include <stdbool.h>

extern unsigned evd_mutant;       /* from 1; 0: none */
extern bool evd_mutant_differs[]; /* by number: somewhere since it was last cleared */

static inline bool evd_mutant_bool(unsigned n, bool is, bool mutated)
{
	if (is != mutated)
		evd_mutant_differs[n] = true;
	return evd_mutant == n ? mutated : is;
}

#define EVD_MUTANT_NEVER(n, ...) evd_mutant_bool(n, (__VA_ARGS__), false)
#define EVD_MUTANT_ALWAYS(n, ...) evd_mutant_bool(n, (__VA_ARGS__), true)

static inline bool evd_mutant_not(unsigned n, bool is)
{
	return evd_mutant_bool(n, is, !is);
}

#define EVD_MUTANT_NOT(n, ...) evd_mutant_not(n, (__VA_ARGS__))

#endif
