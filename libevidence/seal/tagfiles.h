/*
 * tagfiles: the five files of a bundle that follow from custody/ and data/ alone (docs/format.md §7).
 *
 * The same functions serve sealing, which writes them, and verification, which compares: nothing
 * here is ever parsed. Output goes piece by piece to a callback, so that size does not matter.
 */
#ifndef EVD_TAGFILES_H
#define EVD_TAGFILES_H

#include "chain/log.h"

enum evd_tagfile {
	EVD_TAG_BAG_INFO,
	EVD_TAG_BAGIT,
	EVD_TAG_MANIFEST,
	EVD_TAG_TAGMANIFEST,
	EVD_TAG_ASIC,
	EVD_TAGFILES
};

/* evd_tagfile_name(t): "bag-info.txt", …, "META-INF/ASiCManifest001.xml". */
const char *evd_tagfile_name(enum evd_tagfile t);

struct evd_sink_to {
	int (*write)(void *ctx, const void *p, size_t len, struct evd_error *err);
	void *ctx;
};

/*
 * evd_tagfile_write(t, log, digest, to, err): `log` has been walked to its end and its lost items
 * marked; digest[] holds what this function gave for the tag files before `t` in the order above.
 */
int evd_tagfile_write(enum evd_tagfile t, const struct evd_log *log,
                      uint8_t digest[EVD_TAGFILES][EVD_SHA256_LEN], struct evd_sink_to to,
                      struct evd_error *err) EVD_MUST_USE;
/* evd_tagfile_digests(log, digest, err): SHA-256 of all five. */
int evd_tagfile_digests(const struct evd_log *log, uint8_t digest[EVD_TAGFILES][EVD_SHA256_LEN],
                        struct evd_error *err) EVD_MUST_USE;

/* A file of META-INF that an archive manifest lists. */
struct evd_meta_line {
	char name[48];
	uint8_t sha256[EVD_SHA256_LEN];
	bool root; /* the archive manifest before */
};

/* evd_archive_manifest(log, digest, meta, n_meta, number, to, err): the number-th archive manifest
 * (docs/timestamp.md §6); `meta` in bytewise order of names. */
int evd_archive_manifest(const struct evd_log *log, uint8_t digest[EVD_TAGFILES][EVD_SHA256_LEN],
                         const struct evd_meta_line *meta, size_t n_meta, unsigned number,
                         struct evd_sink_to to, struct evd_error *err) EVD_MUST_USE;
/* evd_archive_digest: SHA-256 of it. */
int evd_archive_digest(const struct evd_log *log, uint8_t digest[EVD_TAGFILES][EVD_SHA256_LEN],
                       const struct evd_meta_line *meta, size_t n_meta, unsigned number,
                       uint8_t out[EVD_SHA256_LEN], struct evd_error *err) EVD_MUST_USE;

/* evd_envelope_manifest(bundle_age, cover_json, out, err): ASiCManifest001.xml of an envelope whose files
 * have these digests (docs/format.md §14). */
int evd_envelope_manifest(const uint8_t bundle_age[EVD_SHA256_LEN],
                          const uint8_t cover_json[EVD_SHA256_LEN], struct evd_buf *out,
                          struct evd_error *err) EVD_MUST_USE;

#endif
