/* new_file: see new_file.h. */
#include "platform/new_file.h"

#include "base/text.h"
#include "platform/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STRETCH ((uint64_t)4 << 20) /* bytes */

int evd_new_file_begin(struct evd_new_file *f, const char *path, struct evd_error *err)
{
	uint8_t salt[6];
	char hex[2 * sizeof salt + 1];
	size_t n = strlen(path) + sizeof hex + 8;
	int r;

	memset(f, 0, sizeof *f);
	f->path = path;
	f->fd = -1;
	if (evd_file_exists(-1, path))
		return evd_fail(err, EVD_E_EXISTS, "%s exists already; give another name", path);
	r = evd_random(salt, sizeof salt, err);
	if (r)
		return r;
	f->temporary = malloc(n);
	if (!f->temporary)
		return evd_nomem(err);
	evd_hex(hex, salt, sizeof salt);
	snprintf(f->temporary, n, "%s.%s.part", path, hex);
	/* the person is told of the name that was given, not of the one it has meanwhile */
	if (evd_file_create(-1, f->temporary, &f->fd, NULL))
		return evd_fail_sys(err, errno, "file %s cannot be made", path);
	return 0;
}

void evd_new_file_reached(struct evd_new_file *f, uint64_t at)
{
	if (at - f->under_way < STRETCH)
		return;
	evd_start_writing(f->fd, f->under_way, at - f->under_way);
	f->under_way = at;
}

int evd_sync_folder_of(const char *path, struct evd_error *err)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
	struct evd_error why = {0};
	int fd = -1, r;

	if (!folder)
		return evd_nomem(err);
	r = evd_dir_open(-1, folder, &fd, &why);
	free(folder);
	if (r == 0)
		r = evd_sync(fd, &why);
	if (fd >= 0)
		close(fd);
	return r ? evd_fail_sys(err, why.sys, "%s is made, but may not outlast a power cut", path) : 0;
}

int evd_new_file_name(struct evd_new_file *f, struct evd_error *err)
{
	int r = evd_sync(f->fd, err);

	if (r == 0) {
		r = evd_close(f->fd, err);
		f->fd = -1;
	}
	if (r == 0)
		r = evd_rename_new(-1, f->temporary, -1, f->path, err);
	if (r)
		return r;
	f->named = true;
	return evd_sync_folder_of(f->path, err);
}

void evd_new_file_release(struct evd_new_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	if (f->temporary && !f->named)
		evd_remove(-1, f->temporary);
	free(f->temporary);
	f->temporary = NULL;
	f->fd = -1;
}
