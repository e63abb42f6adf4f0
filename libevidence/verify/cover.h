/*
 * cover: cover.json of an envelope (docs/format.md §14). One reader for all who look at one: the verifiers,
 * closed, and `evidence envelope open`.
 */
#ifndef EVD_COVER_H
#define EVD_COVER_H

#include "base/buf.h"
#include "base/limits.h"

#define EVD_MAX_COVER (UINT32_C(64) << 10)
#define EVD_COVER_FORMAT "libevidence-envelope-1"

struct evd_cover {
	uint8_t certificate[EVD_SHA256_LEN], head[EVD_SHA256_LEN], seal_digest[EVD_SHA256_LEN];
	uint64_t records;
	int64_t time_ms;
};

/* evd_cover_read(json, out, err): FORMAT unless it is of its one form. */
int evd_cover_read(struct evd_view json, struct evd_cover *out, struct evd_error *err) EVD_MUST_USE;

#endif
