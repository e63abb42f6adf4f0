/*
 * describe: the case description, the first item of a case (docs/case.md; legal requirements R1.9,
 * R1.15, R1.41): a canonical JSON file made by this program.
 */
#ifndef EVD_DESCRIBE_H
#define EVD_DESCRIBE_H

#include "chain/case.h"

/* UTF-8, NULL or empty: absent. */
struct evd_description {
	const char *number, *title; /* required */
	const char *institution, *legal_basis, *responsible, *purpose, *language;
	const char *violence;  /* a word of evd_violence_words() */
	const char *consent;   /* reference of a consent record, in words */
	const char *retention; /* YYYY-MM-DD: to be kept until */
	const char *review;    /* YYYY-MM-DD: to be looked at again */
	const char *excluded;  /* what was left out on purpose, in words */
};

/* evd_violence_words(): the coded list, NULL at the end. */
const char *const *evd_violence_words(void);

/* evd_description_check(d, err): MISUSE: a required member is missing, or a word or date is not of its form. */
int evd_description_check(const struct evd_description *d, struct evd_error *err) EVD_MUST_USE;

/* evd_case_describe(c, key, description, circumstances, err): commits entry 1, `open`. MISUSE as above. */
int evd_case_describe(struct evd_case *c, struct evd_key *key, const struct evd_description *d,
                      const struct evd_circumstances *circumstances,
                      struct evd_error *err) EVD_MUST_USE;

/* evd_case_new(path, key, description, circumstances, c, err): a new case in the folder `path`, which is made, or must be
 * empty, with its entry 1. If it fails, what was made is removed again. Close `c` in every case. */
int evd_case_new(const char *path, struct evd_key *key, const struct evd_description *d,
                 const struct evd_circumstances *circumstances, struct evd_case *c,
                 struct evd_error *err) EVD_MUST_USE;

#endif
