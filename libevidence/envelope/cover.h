/*
 * cover: cover.json of an envelope and the manifest that is signed over it (docs/format.md §14).
 */
#ifndef EVD_COVER_H
#define EVD_COVER_H

#include "base/buf.h"
#include "base/limits.h"

#define EVD_MAX_COVER (UINT32_C(64) << 10)

struct evd_cover {
	uint8_t certificate[EVD_SHA256_LEN], head[EVD_SHA256_LEN], seal_digest[EVD_SHA256_LEN];
	uint64_t records;
	int64_t time_ms;
};

/* evd_cover_read(json, out, err): FORMAT unless it is of its one form. */
int evd_cover_read(struct evd_view json, struct evd_cover *out, struct evd_error *err) EVD_MUST_USE;
int evd_cover_write(const struct evd_cover *c, struct evd_buf *out,
                    struct evd_error *err) EVD_MUST_USE;
/* evd_cover_manifest(bundle_age, cover_json, out, err): ASiCManifest001.xml for files of these digests. */
int evd_cover_manifest(const uint8_t bundle_age[EVD_SHA256_LEN],
                       const uint8_t cover_json[EVD_SHA256_LEN], struct evd_buf *out,
                       struct evd_error *err) EVD_MUST_USE;

#endif
