/*
 * container: the ZIP of a bundle, read strictly (docs/format.md §8).
 *
 * evd_container_open looks at every header of the file before a byte of content is used: end record
 * at its exact place, central directory and local headers in lockstep, tiling the file from first
 * byte to last. evd_container_next then gives the files in their order. Memory does not grow with
 * the number of files: each pass streams the central directory.
 */
#ifndef EVD_CONTAINER_H
#define EVD_CONTAINER_H

#include "base/finding.h"
#include "base/buf.h"
#include "base/limits.h"

/* One file of the container. */
struct evd_member_file {
	char name[EVD_MAX_NAME + 1];
	size_t name_len;
	uint64_t off, size; /* of its bytes */
	uint32_t crc32;     /* as the headers say */
};

struct evd_container {
	int fd;
	uint64_t size;            /* of the file, bytes */
	uint64_t n;               /* files in it */
	uint64_t cd_off, cd_size; /* central directory */
	bool envelope;            /* exactly mimetype, bundle.age, cover.json, META-INF */
	unsigned archives;        /* how many archive time-stampings its names tell of */
	char base[16];            /* "case-1f0c9a3e"; empty if the second name has no such folder */
	/* the pass */
	uint64_t at, done; /* next central header; files given */
	uint64_t next_off; /* where the next local header must be */
	uint8_t *window;   /* a piece of the file */
	uint64_t window_off;
	size_t window_len;
};

/*
 * evd_container_open(fd, to, c, err): `fd` stays the caller's. 0, or EVD_STOP after a finding of the
 * container check, or IO. Release with evd_container_release in every case.
 */
int evd_container_open(int fd, const struct evd_findings *to, struct evd_container *c,
                       struct evd_error *err) EVD_MUST_USE;
void evd_container_release(struct evd_container *c);
/* evd_container_rewind(c): the next evd_container_next gives the first file. */
void evd_container_rewind(struct evd_container *c);
/* evd_container_next(c, out, err): 0, EVD_END, or IO. */
int evd_container_next(struct evd_container *c, struct evd_member_file *out,
                       struct evd_error *err) EVD_MUST_USE;
/* evd_read_at(fd, off, p, len, err): exactly len bytes, or IO (also if the file has become shorter). */
int evd_read_at(int fd, uint64_t off, void *p, size_t len, struct evd_error *err) EVD_MUST_USE;

#endif
