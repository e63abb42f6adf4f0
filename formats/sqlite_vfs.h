/* sqlite_vfs: the private files of sqlite_open: sources below, memory above. Stage: read-out. */
#ifndef EVD_SQLITE_VFS_H
#define EVD_SQLITE_VFS_H

#include "format.h"

#include <sqlite3.h>

#define EVD_VFS_NAME "evd-item"
#define EVD_VFS_BLOCK 4096u

/* A file: bytes of a source, over which written blocks lie. */
struct evd_vfs_file {
	const struct evd_source *s; /* NULL: empty to begin with */
	uint64_t size;              /* bytes, as SQLite left it */
	struct evd_vfs_block {
		uint64_t n; /* number of the block */
		uint8_t *p; /* EVD_VFS_BLOCK bytes */
	} * block;
	size_t n_blocks, cap;
	bool exists;
};

struct evd_vfs_files {
	struct evd_vfs_file db, wal, journal;
	size_t written, written_max; /* bytes in memory */
};

/* The files that the next sqlite3_open_v2(…, EVD_VFS_NAME) finds; one database is opened at a time,
 * and `files` must outlive it. */
void evd_vfs_use(struct evd_vfs_files *files);
void evd_vfs_release(struct evd_vfs_files *files);
int evd_vfs_register(void); /* SQLite's code; once */

#endif
