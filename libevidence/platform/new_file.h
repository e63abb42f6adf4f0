/* new_file: a file that gets its name only when it is whole. */
#ifndef EVD_NEW_FILE_H
#define EVD_NEW_FILE_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct evd_new_file {
	const char *path; /* borrowed */
	char *temporary;  /* beside it */
	int fd;
	bool named;
	uint64_t under_way; /* up to where it is on its way to the medium */
};

/* evd_new_file_begin(f, path, err): EXISTS if there is one. Release in every case. */
int evd_new_file_begin(struct evd_new_file *f, const char *path,
                       struct evd_error *err) EVD_MUST_USE;
/* evd_new_file_name(f, err): syncs, and gives it its name, which lasts. */
int evd_new_file_name(struct evd_new_file *f, struct evd_error *err) EVD_MUST_USE;
/* evd_new_file_reached(f, at): it is written up to there; starts it on its way to the medium, some MiB at a
 * time, so that the sync at the end waits for little. */
void evd_new_file_reached(struct evd_new_file *f, uint64_t at);
/* evd_new_file_release(f): a file without its name is removed. */
void evd_new_file_release(struct evd_new_file *f);

/* evd_sync_folder_of(path, err): the folder that the name `path` stands in. */
int evd_sync_folder_of(const char *path, struct evd_error *err) EVD_MUST_USE;

#endif
