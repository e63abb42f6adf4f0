/*
 * kept: whether seals/SEQ/, what an earlier sealing left in an open case (docs/format.md §1), is as it
 * was made.
 */
#ifndef EVD_KEPT_H
#define EVD_KEPT_H

#include "chain/case.h"

/* evd_kept_check(c, to, err): c's log has been read to its end. TAGFILE_ALTERED, SIGNATURE_WRONG and the
 * like, FILE_MISSING; FILE_UNACCOUNTED of what is in seals/ and no sealing of the log made; `where` is the
 * file's path in the case. */
int evd_kept_check(struct evd_case *c, const struct evd_findings *to,
                   struct evd_error *err) EVD_MUST_USE;
/* evd_kept_sound(c, seq, err): DAMAGED, naming the file, if seals/SEQ/ is not as that sealing made it. */
int evd_kept_sound(struct evd_case *c, uint64_t seq, struct evd_error *err) EVD_MUST_USE;
/* evd_kept_newest(c, without): the newest seal entry whose seals/SEQ/ stands in the case; 0 if none. `*without`: the
 * newest one of all if it has none, since its sealing was interrupted or the folder was taken away; else 0. */
uint64_t evd_kept_newest(const struct evd_case *c, uint64_t *without);
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

#endif
