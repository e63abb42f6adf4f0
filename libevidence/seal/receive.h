/*
 * receive: a bundle that was handed over becomes the recipient's case, or is refused; either way the
 * answer is a receipt, signed with the recipient's key (docs/format.md §4, §13; docs/handover.md).
 */
#ifndef EVD_RECEIVE_H
#define EVD_RECEIVE_H

#include "base/pool.h"
#include "chain/case.h"
#include "verify/verdict.h"

struct evd_receive_options {
	struct evd_circumstances circumstances;
	struct evd_pool *pool;
	int (*progress)(void *ctx, uint64_t done, uint64_t all); /* bytes; other than 0 stops */
	void *ctx;
};

/*
 * evd_receive(fd, report, dir, key, o, receipt, err): `report` is what evd_verify found of the bundle
 * behind `fd`. Makes the case in the new folder `dir` (EXISTS if there is anything), checks every byte of
 * the copy, commits the `receive` entry, writes the receipt into `receipt`, a file that is open for writing, and syncs it;
 * only then the folder gets its name: a case without its receipt would be a fork as soon as the bundle is taken over again.
 * DAMAGED unless all checks but those of identity and time passed; DENIED if the bundle is
 * not handed over to this key.
 */
int evd_receive(int fd, const struct evd_report *report, const char *dir, struct evd_key *key,
                const struct evd_receive_options *o, int receipt,
                struct evd_error *err) EVD_MUST_USE;
/*
 * evd_refuse(fd, report, work, key, o, receipt, err): the `refuse` entry alone. `work`: a folder made and
 * removed again. DAMAGED if the log does not hold: then there is nothing a refusal could be bound to.
 */
int evd_refuse(int fd, const struct evd_report *report, const char *work, struct evd_key *key,
               const struct evd_receive_options *o, int receipt,
               struct evd_error *err) EVD_MUST_USE;

#endif
