/*
 * copy: the one read of a source that copies and hashes it (docs/acquire.md). Nothing parses the
 * bytes; the source is opened for reading, links not followed, its access time left alone where the
 * system allows.
 */
#ifndef EVD_COPY_H
#define EVD_COPY_H

#include "base/digest.h"

#include <stdbool.h>
#include <sys/types.h>

/* What was noticed about the source; facts, no conclusions. */
#define EVD_SEEN_CHANGED 1u /* it changed while it was read, twice */
#define EVD_SEEN_EMPTY 2u
#define EVD_SEEN_ZERO 4u    /* all bytes are zero */
#define EVD_SEEN_SPARSE 8u  /* fewer blocks than its size needs */
#define EVD_SEEN_LINKS 16u  /* more than one hard link */
#define EVD_SEEN_ATIME 32u  /* its access time may have changed: the system would not let it be */
#define EVD_SEEN_ACTIVE 64u /* read twice, since it changed during the first reading */
#define EVD_SEEN_ATTRIBUTES 128u /* it has extended attributes, which are not kept */

struct evd_copied {
	uint64_t size; /* bytes read and stored */
	uint8_t sha256[EVD_SHA256_LEN], sha512[EVD_SHA512_LEN];
	uint32_t crc32;
	unsigned seen; /* EVD_SEEN_* */
	uint64_t inode, links, uid;
	int64_t modified_s, changed_s, accessed_s; /* seconds since 1970, with the ns below */
	long modified_ns, changed_ns, accessed_ns;
};

/* One thread's tools for copying; zero-initialise. */
struct evd_copier {
	struct evd_sha sha256, sha512;
	uint8_t *block;
	/* called with every number of bytes done; a result other than 0 stops. May be NULL. */
	int (*progress)(void *ctx, uint64_t bytes);
	void *ctx;
};

void evd_copier_release(struct evd_copier *c);

/*
 * evd_source_open(at, name, out, noatime, err): for reading, never following a link, never waiting.
 * DAMAGED with its kind in err if it is no regular file (FIFO, device, socket, folder).
 */
int evd_source_open(int at, const char *name, int *out, bool *noatime,
                    struct evd_error *err) EVD_MUST_USE;

/*
 * evd_copy(c, source, to_at, to_name, out, err): copies the open file `source` into a new file. If it
 * changed meanwhile it is read once more; if it changes again that is noted. IO, NOSPACE: the target
 * is removed.
 */
int evd_copy(struct evd_copier *c, int source, int to_at, const char *to_name,
             struct evd_copied *out, struct evd_error *err) EVD_MUST_USE;

/* evd_extension(name, out): docs/format.md §1: the last extension if 1 to 8 of [A-Za-z0-9],
 * lower-cased, else "bin". `out` has 9 bytes. */
void evd_extension(struct evd_view name, char out[9]);

#endif
