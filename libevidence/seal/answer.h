/*
 * answer: receipts on the side of the case (docs/format.md §13): written out of a `receive` entry, and,
 * in the giver's case, held against the log as it was when it was handed over.
 */
#ifndef EVD_ANSWER_H
#define EVD_ANSWER_H

#include "chain/case.h"
#include "verify/verdict.h"

/* evd_answer_write(c, seq, out, err): the receipt file of entry `seq`. LIMIT if it would be too large. */
int evd_answer_write(struct evd_case *c, uint64_t seq, struct evd_buf *out,
                     struct evd_error *err) EVD_MUST_USE;

/*
 * evd_answer_judge(c, text, out, err): which handover of this case the receipt answers; docs/verify.md §8a
 * with the log up to the seal that the receipt follows, and its seal digest out of seals/SEQ/. `c` is not
 * changed.
 */
int evd_answer_judge(const struct evd_case *c, struct evd_view text, struct evd_receipt_said *out,
                     struct evd_error *err) EVD_MUST_USE;

#endif
