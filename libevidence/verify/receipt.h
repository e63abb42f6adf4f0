/*
 * receipt: the answer to a handover, one canonical JSON file (docs/format.md §13), held against the log
 * that was handed over (docs/verify.md §8a).
 */
#ifndef EVD_RECEIPT_H
#define EVD_RECEIPT_H

#include "verify/verdict.h"

#define EVD_RECEIPT_FORMAT "libevidence-receipt-1"
#define EVD_MAX_RECEIPT (UINT32_C(4) << 20) /* bytes */

/* The three files of the receive or refuse entry. Zero-initialise; release. */
struct evd_receipt {
	struct evd_buf entry, signature, records;
};

void evd_receipt_release(struct evd_receipt *r);
/* evd_receipt_read(text, out, err): FORMAT if it is not of the one form. Nothing is judged. */
int evd_receipt_read(struct evd_view text, struct evd_receipt *out,
                     struct evd_error *err) EVD_MUST_USE;

/*
 * evd_receipt_judge(text, log, seal, out, err): `log` has been walked and ends with the seal entry that
 * was handed over; it is not changed. `seal`: that bundle's seal digest, or NULL if it is not known.
 */
int evd_receipt_judge(struct evd_view text, const struct evd_log *log, const uint8_t *seal,
                      struct evd_receipt_said *out, struct evd_error *err) EVD_MUST_USE;

#endif
