/* new_file: a file that gets its name only when it is whole. */
#ifndef EVD_NEW_FILE_H
#define EVD_NEW_FILE_H

#include "base/error.h"

#include <stdbool.h>

struct evd_new_file {
	const char *path; /* borrowed */
	char *temporary;  /* beside it */
	int fd;
	bool named;
};

/* evd_new_file_begin(f, path, err): EXISTS if there is one. Release in every case. */
int evd_new_file_begin(struct evd_new_file *f, const char *path,
                       struct evd_error *err) EVD_MUST_USE;
/* evd_new_file_name(f, err): syncs, and gives it its name, which lasts. */
int evd_new_file_name(struct evd_new_file *f, struct evd_error *err) EVD_MUST_USE;
/* evd_new_file_release(f): a file without its name is removed. */
void evd_new_file_release(struct evd_new_file *f);

#endif
