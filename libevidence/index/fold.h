/*
 * fold: one spelling for words that people write in several: case, diacritics, Serbian and Macedonian
 * Cyrillic and Latin (docs/search.md has the table). Text of the index and words of a query go through
 * the same function, and through nothing else.
 */
#ifndef EVD_FOLD_H
#define EVD_FOLD_H

#include "base/buf.h"

/*
 * evd_fold(b, v): appends the words of `v` to `b`, parted by one blank each, none at the ends. Words
 * are letters and digits in lower case; what is neither parts them, apostrophes and joining marks
 * aside. Bytes that are not UTF-8 part words.
 */
void evd_fold(struct evd_buf *b, struct evd_view v);
/* evd_fold_digits(b, v): the digits of a telephone number as one word; nothing if there are fewer
 * than 5 or other letters in it. */
void evd_fold_digits(struct evd_buf *b, struct evd_view v);

#endif
