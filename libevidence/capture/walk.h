/*
 * walk: the files below what was named to `add`, in bytewise order, links not followed, without
 * recursion. Memory: the names of one folder at each depth.
 */
#ifndef EVD_WALK_H
#define EVD_WALK_H

#include "base/buf.h"
#include "base/limits.h"

enum evd_walk_kind {
	EVD_WALK_FILE,    /* regular: to be taken */
	EVD_WALK_LINK,    /* symbolic link: recorded, not followed; target in `target` */
	EVD_WALK_SPECIAL, /* FIFO, socket, device: named, not taken */
	EVD_WALK_UNREADABLE
};

/* One thing met. Borrowed until the next call. */
struct evd_walked {
	enum evd_walk_kind kind;
	int at;           /* folder it stands in; -1: the working folder */
	const char *name; /* its name there; for what was named itself, the path given */
	const char *path; /* from what was named, as given but for slashes at its end, on */
	uint64_t size;    /* bytes, of a file */
	uint64_t inode;
	int64_t modified_s; /* mtime; NTFS knows 1601, which no count of nanoseconds holds */
	long modified_ns;
	const char *target; /* of a link */
	const char *why;    /* of SPECIAL and UNREADABLE: English, one line */
};

struct evd_walk;

/* evd_walk_open(path, out, err): NOTFOUND and the like if `path` itself cannot be looked at. `avoid`
 * is the device and inode of the case folder: what lies in it is not taken (MISUSE if it is named). */
int evd_walk_open(const char *path, uint64_t avoid_dev, uint64_t avoid_ino, struct evd_walk **out,
                  struct evd_error *err) EVD_MUST_USE;
/* evd_walk_sizes_only(w): links are met, but not read: reading one changes its access time. */
void evd_walk_sizes_only(struct evd_walk *w);
/* evd_walk_next(w, out, err): 0, EVD_END, or an error that stops the walk. */
int evd_walk_next(struct evd_walk *w, struct evd_walked *out, struct evd_error *err) EVD_MUST_USE;
void evd_walk_free(struct evd_walk *w);

#endif
