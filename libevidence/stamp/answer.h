/*
 * answer: a time-stamp request, and what an authority answers (RFC 3161 §2.4), brought into the form of a
 * bundle (docs/timestamp.md §2) and judged as it will be there (§3).
 */
#ifndef EVD_ANSWER_H
#define EVD_ANSWER_H

#include "verify/path.h"
#include "verify/verdict.h"

#define EVD_NONCE_LEN 16u

struct evd_cms_set;

/* evd_stamp_request(imprint, out, err): a TimeStampReq with a random nonce that asks for the certificate. */
int evd_stamp_request(const uint8_t imprint[EVD_SHA256_LEN], struct evd_buf *out,
                      struct evd_error *err) EVD_MUST_USE;
/* evd_stamp_request_read(der, imprint, nonce, err): one of ours; FORMAT if it is anything else. */
int evd_stamp_request_read(struct evd_view der, uint8_t imprint[EVD_SHA256_LEN],
                           uint8_t nonce[EVD_NONCE_LEN], struct evd_error *err) EVD_MUST_USE;

/*
 * evd_stamp_answer(request, response, trust, now, out, ms, err): the token in `response`, in the form of a
 * bundle. FORMAT if it is no answer to the request or would not be accepted; err says why. `now` in seconds.
 */
int evd_stamp_answer(struct evd_view request, struct evd_view response,
                     const struct evd_trust *trust, int64_t now, struct evd_buf *out, int64_t *ms,
                     struct evd_error *err) EVD_MUST_USE;

/* evd_stamp_lean(o, path): beside its delegate the answer brings nothing but certificates of the path. */
bool evd_stamp_lean(const struct evd_ocsp *o, const struct evd_path *path);
/* evd_stamp_lead_on(h, path): goes on above its end, up to a root, if one is at hand. */
void evd_stamp_lead_on(const struct evd_hand *h, struct evd_path *path);
/* evd_stamp_put_path(path, set): its certificates but the first into the set; false if that is full. */
bool evd_stamp_put_path(const struct evd_path *path, struct evd_cms_set *set);
/* evd_stamp_hand(trust, now, h, err): the anchors and lists that were given, at hand. */
int evd_stamp_hand(const struct evd_trust *trust, int64_t now, struct evd_hand *h,
                   struct evd_error *err) EVD_MUST_USE;

#endif
