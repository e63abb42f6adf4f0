/*
 * verify: one bundle, from its first byte to its verdict (docs/verify.md).
 *
 * Opens nothing for writing, holds no key, touches no network, parses no evidence.
 */
#ifndef EVD_VERIFY_H
#define EVD_VERIFY_H

#include "base/pool.h"
#include "verify/verdict.h"

struct evd_verify_options {
	struct evd_trust trust;
	bool has_at;        /* judge at `at_ms`, cut to seconds, else at `now` */
	int64_t at_ms, now; /* since 1970; `now` in seconds */
	bool require_time;  /* a time stamp over the seal is demanded */
	bool all_digests;   /* SHA-512 of every item too */
	struct evd_pool *pool;
	/* progress: bytes of payload done of all; a result other than 0 cancels. May be NULL. */
	int (*progress)(void *ctx, uint64_t done, uint64_t all);
	void *progress_ctx;
};

/*
 * evd_verify(fd, file, o, out, err): judges the file behind `fd` (the caller's). 0 with *out, whatever
 * the verdict; otherwise our own failure, and *out says nothing. Release *out in every case.
 */
int evd_verify(int fd, const char *file, const struct evd_verify_options *o, struct evd_report *out,
               struct evd_error *err) EVD_MUST_USE;
/* evd_verify_extends(newer, older): docs/verify.md §8; sets newer->extends. */
void evd_verify_extends(struct evd_report *newer, const struct evd_report *older);
/* evd_verify_receipt(report, receipt, err): docs/verify.md §8a; sets report->receipt. */
int evd_verify_receipt(struct evd_report *report, struct evd_view receipt,
                       struct evd_error *err) EVD_MUST_USE;

#endif
