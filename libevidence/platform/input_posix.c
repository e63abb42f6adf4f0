/* input, POSIX: see input.h. */
#include "platform/input.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int evd_input_open(const char *path, int *out, struct evd_error *err)
{
	/* a FIFO must not make us wait, a terminal not become ours */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return evd_fail_sys(err, errno == ENOTDIR ? ENOENT : errno, "cannot be opened");
	*out = fd;
	return 0;
}

void evd_input_close(int fd)
{
	close(fd);
}

int evd_input_look(int fd, bool *regular, uint64_t *size, struct evd_error *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return evd_fail(err, EVD_E_IO, "the file cannot be looked at");
	*regular = S_ISREG(st.st_mode);
	/* of a folder the number would depend on the file system */
	*size = *regular ? (uint64_t)st.st_size : 0;
	return 0;
}

int64_t evd_input_read(int fd, uint64_t off, void *p, size_t len)
{
	return pread(fd, p, len, (off_t)off);
}

FILE *evd_input_stream(const char *path)
{
	return fopen(path, "rb");
}

int evd_input_is_folder(const char *path, bool *yes, struct evd_error *err)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return evd_fail_sys(err, errno, "%s", path);
	*yes = S_ISDIR(st.st_mode);
	return 0;
}

static int shown(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static int bytewise(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int one_of(const char *folder, const char *name,
                  int (*each)(void *ctx, const char *path, struct evd_error *err), void *ctx,
                  struct evd_error *err)
{
	char path[PATH_MAX];
	struct stat st;

	if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
		return evd_fail(err, EVD_E_LIMIT, "a path in %s is too long", folder);
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) /* a FIFO would make us wait */
		return evd_fail(err, EVD_E_IO, "%s is no regular file", path);
	return each(ctx, path, err);
}

int evd_input_each(const char *folder,
                   int (*each)(void *ctx, const char *path, struct evd_error *err), void *ctx,
                   struct evd_error *err)
{
	struct dirent **at;
	int n = scandir(folder, &at, shown, bytewise);
	int r = n ? 0 : evd_fail(err, EVD_E_FORMAT, "no file in %s", folder);

	if (n < 0)
		return evd_fail_sys(err, errno, "%s", folder);
	for (int i = 0; i < n; i++) {
		if (r == 0)
			r = one_of(folder, at[i]->d_name, each, ctx, err);
		free(at[i]);
	}
	free(at);
	return r;
}

unsigned evd_cores(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n > 0 ? (unsigned)n : 1;
}
