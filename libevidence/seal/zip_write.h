/*
 * zip_write: the headers of the container, in their one form (docs/format.md §8). Pure: bytes into a
 * buffer. Where everything stands is known before a byte is copied, so files can be copied side by
 * side.
 */
#ifndef EVD_ZIP_WRITE_H
#define EVD_ZIP_WRITE_H

#include "base/buf.h"

/* One file as the container will hold it. */
struct evd_zip_file {
	const char *name;
	uint64_t off;  /* of its local header */
	uint64_t size; /* bytes */
	uint32_t crc32;
};

/* evd_zip_local_len(name, size): bytes of the local header. */
size_t evd_zip_local_len(const char *name, uint64_t size);
void evd_zip_put_local(struct evd_buf *b, const struct evd_zip_file *f);
void evd_zip_put_central(struct evd_buf *b, const struct evd_zip_file *f);
/* evd_zip_put_end(b, n, off, size): end records for a central directory of n headers, `size` bytes at
 * `off`. */
void evd_zip_put_end(struct evd_buf *b, uint64_t n, uint64_t off, uint64_t size);

#endif
