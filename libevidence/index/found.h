/*
 * found: where in a record the words of a query stand that its present text has not: an older version of the
 * text, a caption, what it answers. A hit shows them, for its present text alone would look like a wrong hit,
 * or hide what was said first.
 */
#ifndef EVD_FOUND_H
#define EVD_FOUND_H

#include "base/canon.h"

/* Folded words and phrases of a query. */
struct evd_phrases {
	struct evd_buf text; /* " word ", of the beginning of one " wor", each with a NUL behind it */
};

void evd_phrases_add(struct evd_phrases *p, struct evd_view folded, bool prefix);
void evd_phrases_release(struct evd_phrases *p);

/* Scratch of evd_found_put. */
struct evd_found {
	struct evd_buf folded, plain;
	struct evd_json json;
};
void evd_found_release(struct evd_found *f);

/*
 * evd_found_put(f, p, present, n, more, o, err): into `o` those members of `more` (index/rec.h) that hold words
 * which none of the n texts `present` has; of `revisions` the versions that do. Nothing if the present texts
 * have all of them.
 */
int evd_found_put(struct evd_found *f, const struct evd_phrases *p, const struct evd_view *present,
                  size_t n, struct evd_view more, struct evd_object *o,
                  struct evd_error *err) EVD_MUST_USE;

#endif
