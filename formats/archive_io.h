/*
 * archive_io: libarchive over a source: zip, 7z, rar, tar, and gzip, bzip2, xz around them, each
 * enabled by name (threats.md P-24). Stage: read-out.
 */
#ifndef EVD_ARCHIVE_IO_H
#define EVD_ARCHIVE_IO_H

#include "format.h"

#include <archive.h>
#include <archive_entry.h>

struct evd_archive {
	struct archive *a;
	const struct evd_source *s;
	uint64_t pos;
	uint8_t *block;
};

/* evd_archive_open(x, s, bare, err): `bare`: also a compressed file that holds no archive. Errors:
 * FORMAT if libarchive knows no archive there; NOMEM. */
int evd_archive_open(struct evd_archive *x, const struct evd_source *s, bool bare,
                     struct evd_error *err) EVD_MUST_USE;
/* The same of a compressed file, whatever it holds. */
int evd_archive_open_bare(struct evd_archive *x, const struct evd_source *s,
                          struct evd_error *err) EVD_MUST_USE;
/* The same of a ZIP by the headers before its files alone, without its directory at the end. */
int evd_archive_open_forward(struct evd_archive *x, const struct evd_source *s,
                             struct evd_error *err) EVD_MUST_USE;
void evd_archive_close(struct evd_archive *x);

/* What libarchive says last went wrong, as printable text; never NULL. */
const char *evd_archive_reason(const struct evd_archive *x, char out[160]);

/* The entry's path as stored, or "" when none can be had. Borrowed until the next entry. */
struct evd_view evd_archive_path(struct archive_entry *e);

/*
 * evd_archive_load(x, max, b, err): the rest of the current entry's bytes. LIMIT above `max`;
 * DAMAGED when they cannot be unpacked.
 */
int evd_archive_load(struct evd_archive *x, size_t max, struct evd_buf *b,
                     struct evd_error *err) EVD_MUST_USE;

/* Signature of something libarchive is let at here: ZIP, 7z, RAR, tar, or a compressed file. */
bool evd_archive_signature(struct evd_view head, bool *compressed);

/* Before the sandbox: the locale that path names need. */
int evd_archive_warm(struct evd_error *err) EVD_MUST_USE;

#endif
