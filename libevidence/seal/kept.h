/*
 * kept: whether seals/SEQ/, what an earlier sealing left in an open case (docs/format.md §1), is as it
 * was made.
 */
#ifndef EVD_KEPT_H
#define EVD_KEPT_H

#include "chain/case.h"

/* evd_kept_check(c, to, err): c's log has been read to its end. TAGFILE_ALTERED, SIGNATURE_WRONG and the
 * like, FILE_MISSING; `where` is the file's path in the case. */
int evd_kept_check(struct evd_case *c, const struct evd_findings *to,
                   struct evd_error *err) EVD_MUST_USE;
/* evd_kept_signature(c, seq, asic, p7s, to, err): the kept signature of seal SEQ is over that digest of
 * ASiCManifest001.xml, with the key of the seal entry; else a finding, and EVD_STOP. */
int evd_kept_signature(struct evd_case *c, uint64_t seq, const uint8_t asic[EVD_SHA256_LEN],
                       struct evd_view p7s, const struct evd_findings *to,
                       struct evd_error *err) EVD_MUST_USE;

/* Name in seals/SEQ/ of that signature with time-stamps and material, the one made last (docs/timestamp.md §5). */
#define EVD_KEPT_STAMPED "stamped.p7s"

/* evd_kept_stamped(c, p7s, err): keeps it with the seal that it signs, instead of one kept before; c is open for
 * writing. EVD_END: it signs no seal kept in this case. */
int evd_kept_stamped(struct evd_case *c, struct evd_view p7s, struct evd_error *err) EVD_MUST_USE;
/* evd_kept_stamped_check(c, seq, err): 0 if seals/SEQ/ has one and it is sound, EVD_END if it has none, DAMAGED. */
int evd_kept_stamped_check(struct evd_case *c, uint64_t seq, struct evd_error *err) EVD_MUST_USE;

#endif
