/* files, POSIX: see files.h. */
#include "platform/files.h"

#include "base/limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define PLACE_MAX 150 /* bytes of a path in a line that has room for more */

static int at_or_cwd(int at)
{
	return at < 0 ? AT_FDCWD : at;
}

/* Where an open file or folder stands, for people: the end of it that fits into a line; "" if the system does not say. */
static const char *place_of(int fd, char room[PATH_MAX])
{
	char link[32];
	ssize_t n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, room, PATH_MAX - 1);
	room[n > 0 && room[0] == '/' ? n : 0] = '\0';
	return n > PLACE_MAX ? room + n - PLACE_MAX : room;
}

/* Of what is open: "PLACE HOW", or where the system does not say the place, HOW of `else_what`. */
static int failed(int fd, int sys, const char *else_what, const char *how, struct evd_error *err)
{
	char room[PATH_MAX];
	const char *place = place_of(fd, room);

	return evd_fail_sys(err, sys, "%s %s", *place ? place : else_what, how);
}

static int write_failed(int fd, int sys, struct evd_error *err)
{
	return failed(fd, sys, "a file", "cannot be written", err);
}

/* "WHAT PLACE/NAME HOW": many a folder of a case has files of the same names. */
static int failed_in(int at, const char *name, int sys, const char *what, const char *how,
                     struct evd_error *err)
{
	char room[PATH_MAX];
	const char *place = at < 0 || *name == '/' ? "" : place_of(at, room);

	return evd_fail_sys(err, sys, "%s%s%s%s%s", what, place, *place ? "/" : "", name, how);
}

int evd_dir_open(int at, const char *name, int *out, struct evd_error *err)
{
	*out =
	    openat(at_or_cwd(at), name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (at < 0 ? 0 : O_NOFOLLOW));
	return *out < 0 ? failed_in(at, name, errno, "folder ", "", err) : 0;
}

int evd_dir_make(int at, const char *name, struct evd_error *err)
{
	if (mkdirat(at_or_cwd(at), name, 0700) != 0)
		return failed_in(at, name, errno, "folder ", " cannot be made", err);
	return 0;
}

void evd_dir_remove(int at, const char *name)
{
	unlinkat(at_or_cwd(at), name, AT_REMOVEDIR);
}

static int by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* The same folder, with a place of its own in it; listing a source shall not change its access time. */
static int open_again(int fd)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	int again = openat(fd, ".", flags | O_NOATIME);

	if (again < 0 && errno == EPERM) /* only the owner may ask for it */
		again = openat(fd, ".", flags);
	return again;
}

int evd_dir_names(int fd, char ***out, size_t *n, struct evd_error *err)
{
	int again = open_again(fd);
	DIR *d = again < 0 ? NULL : fdopendir(again);
	char **names = NULL;
	size_t count = 0, cap = 0;
	struct dirent *e;
	int r = 0;

	if (!d) {
		r = failed(fd, errno, "a folder", "cannot be read", err);
		if (again >= 0)
			close(again);
		return r;
	}
	while (r == 0 && (errno = 0, e = readdir(d))) {
		void *grown;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		grown = evd_grow(names, count, &cap, sizeof *names);
		if (grown)
			names = grown;
		if (!grown || !(names[count] = strdup(e->d_name)))
			r = evd_nomem(err);
		else
			count++;
	}
	if (r == 0 && errno)
		r = failed(fd, errno, "a folder", "cannot be read", err);
	closedir(d);
	if (r) {
		evd_dir_names_free(names, count);
		return r;
	}
	if (count)
		qsort(names, count, sizeof *names, by_name);
	*out = names;
	*n = count;
	return 0;
}

void evd_dir_names_free(char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

int evd_file_create(int at, const char *name, int *out, struct evd_error *err)
{
	*out = openat(at_or_cwd(at), name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return *out < 0 ? failed_in(at, name, errno, "file ", " cannot be made", err) : 0;
}

int evd_file_open(int at, const char *name, int *out, uint64_t *size, struct evd_error *err)
{
	struct stat st;
	int fd = openat(at_or_cwd(at), name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	*out = -1;
	if (fd < 0)
		return failed_in(at, name, errno, "file ", "", err);
	if (fstat(fd, &st) != 0) { /* nothing is known of its kind: a server that is gone */
		int r = failed_in(at, name, errno, "file ", "", err);

		close(fd);
		return r;
	}
	if (!S_ISREG(st.st_mode)) {
		char room[PATH_MAX];

		if (at >= 0) /* what the folder is called tells of which entry it is */
			evd_fail(err, EVD_E_DAMAGED, "file %s is no regular file", place_of(fd, room));
		else
			evd_fail(err, EVD_E_DAMAGED, "file %s is no regular file", name);
		close(fd);
		return EVD_E_DAMAGED;
	}
	*size = (uint64_t)st.st_size;
	*out = fd;
	return 0;
}

int evd_file_read(int at, const char *name, size_t max, struct evd_buf *out, struct evd_error *err)
{
	uint8_t block[2048];
	uint64_t size;
	int fd, r = evd_file_open(at, name, &fd, &size, err);

	if (r)
		return r;
	if (size > max)
		r = evd_fail(err, EVD_E_LIMIT, "file %s is larger than %zu bytes", name, max);
	evd_buf_reset(out);
	while (r == 0) {
		ssize_t n = read(fd, block, sizeof block);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			r = failed_in(at, name, errno, "file ", "", err);
		if (n <= 0)
			break;
		evd_put(out, block, (size_t)n);
		r = evd_buf_check(out, err);
	}
	close(fd);
	return r;
}

int evd_file_write(int fd, const void *p, size_t len, struct evd_error *err)
{
	const uint8_t *from = p;

	while (len) {
		ssize_t n = write(fd, from, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return write_failed(fd, n < 0 ? errno : ENOSPC, err);
		from += n;
		len -= (size_t)n;
	}
	return 0;
}

void evd_start_writing(int fd, uint64_t off, uint64_t len)
{
#ifdef SYNC_FILE_RANGE_WRITE
	(void)sync_file_range(fd, (off_t)off, (off_t)len, SYNC_FILE_RANGE_WRITE);
#else
	(void)fd, (void)off, (void)len;
#endif
}

int evd_file_write_at(int fd, uint64_t off, const void *p, size_t len, struct evd_error *err)
{
	const uint64_t start = off;
	const size_t all = len;
	const uint8_t *from = p;

	while (len) {
		ssize_t n = pwrite(fd, from, len, (off_t)off);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return write_failed(fd, n < 0 ? errno : ENOSPC, err);
		from += n;
		off += (uint64_t)n;
		len -= (size_t)n;
	}
	if (all >= EVD_IO_BLOCK)
		evd_start_writing(fd, start, all);
	return 0;
}

int evd_file_put(int at, const char *name, struct evd_view v, struct evd_error *err)
{
	int fd, r = evd_file_create(at, name, &fd, err), c;

	if (r)
		return r;
	r = evd_file_write(fd, v.p, v.len, err);
	if (r == 0)
		r = evd_sync(fd, err);
	c = evd_close(fd, r ? NULL : err);
	if (r || c) /* half of a file must not stand under its name */
		evd_remove(at, name);
	return r ? r : c;
}

int evd_file_exists(int at, const char *name)
{
	return faccessat(at_or_cwd(at), name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The folder that `path` is, or else stands in or would. */
static int folder_of(const char *path)
{
	size_t n = strlen(path);
	char *cut, *slash;
	int fd;

	while (n > 1 && path[n - 1] == '/')
		n--;
	cut = strndup(path, n);
	if (!cut)
		return -1;
	fd = open(cut, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		slash = strrchr(cut, '/');
		if (slash)
			slash[slash == cut] = '\0';
		fd = open(slash ? cut : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	free(cut);
	return fd;
}

/* The root is its own parent. */
bool evd_folders_up(const char *path, bool (*is_it)(void *ctx, int folder), void *ctx)
{
	int fd = folder_of(path), up;
	struct stat st, before = {0};
	bool found = false;

	while (fd >= 0 && !found && fstat(fd, &st) == 0 &&
	       (st.st_dev != before.st_dev || st.st_ino != before.st_ino)) {
		found = is_it(ctx, fd);
		before = st;
		up = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		close(fd);
		fd = up;
	}
	if (fd >= 0)
		close(fd);
	return found;
}

/* A failed fsync is final: what it would have written may be gone (threats G-34). */
int evd_sync(int fd, struct evd_error *err)
{
	while (fsync(fd) != 0) {
		if (errno == EINTR)
			continue;
		if (errno == EINVAL || errno == ENOTSUP) /* a folder on a system that cannot */
			return 0;
		return failed(fd, errno, "a file", "could not be synced to its medium", err);
	}
	return 0;
}

int evd_sync_all(int fd, struct evd_error *err)
{
	return syncfs(fd) != 0 ? failed(fd, errno, "a folder", "could not be synced to its medium", err)
	                       : 0;
}

int evd_close(int fd, struct evd_error *err)
{
	if (close(fd) != 0 && errno != EINTR)
		return evd_fail_sys(err, errno, "close failed");
	return 0;
}

/* Some file systems (FAT, NFS, many FUSE) lack RENAME_NOREPLACE. There plain rename serves: for a
 * folder it refuses a target that is not empty; a file's target is looked for first. */
int evd_rename_new(int from_at, const char *from, int to_at, const char *to, struct evd_error *err)
{
	const int from_dir = at_or_cwd(from_at), to_dir = at_or_cwd(to_at);

	if (renameat2(from_dir, from, to_dir, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP)
		return failed_in(to_at, to, errno, "", " cannot get its name", err);
	if (faccessat(to_dir, to, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return evd_fail(err, EVD_E_EXISTS, "%s exists already", to);
	if (renameat(from_dir, from, to_dir, to) != 0)
		return failed_in(to_at, to, errno, "", " cannot get its name", err);
	return 0;
}

int evd_rename_over(int at, const char *from, const char *to, struct evd_error *err)
{
	const int dir = at_or_cwd(at);

	return renameat(dir, from, dir, to) != 0
	           ? failed_in(at, to, errno, "", " cannot get its name", err)
	           : 0;
}

void evd_remove(int at, const char *name)
{
	unlinkat(at_or_cwd(at), name, 0);
}

int evd_file_remove(int at, const char *name, struct evd_error *err)
{
	return unlinkat(at_or_cwd(at), name, 0) != 0
	           ? failed_in(at, name, errno, "file ", " cannot be removed", err)
	           : 0;
}

static int overwrite(int fd, uint64_t size, struct evd_error *err)
{
	static const uint8_t zeros[4096];
	int r = 0;

	for (uint64_t at = 0; at < size && r == 0; at += sizeof zeros)
		r = evd_file_write_at(fd, at, zeros,
		                      size - at < sizeof zeros ? (size_t)(size - at) : sizeof zeros, err);
	return r ? r : evd_sync(fd, err);
}

/* For writing, if it is a regular file with this one name. */
static int open_to_destroy(const char *path, int *fd, uint64_t *size, struct evd_error *err)
{
	struct stat st;
	int r = 0;

	*fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (*fd < 0 && (errno == ELOOP || errno == EISDIR || errno == ENXIO))
		return evd_fail(err, EVD_E_MISUSE, "%s is no plain file", path);
	if (*fd < 0 || fstat(*fd, &st) != 0)
		r = evd_fail_sys(err, errno, "%s", path);
	else if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
		r = evd_fail(err, EVD_E_MISUSE, "%s is no plain file, or has a second name", path);
	else
		*size = (uint64_t)st.st_size;
	if (r && *fd >= 0)
		close(*fd);
	return r;
}

int evd_file_destroyable(const char *path, struct evd_error *err)
{
	uint64_t size;
	int fd, r = open_to_destroy(path, &fd, &size, err);

	if (r == 0)
		close(fd);
	return r;
}

int evd_file_destroy(const char *path, struct evd_error *err)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];
	uint64_t size = 0;
	int fd, dir, r = open_to_destroy(path, &fd, &size, err);

	if (r)
		return r;
	r = overwrite(fd, size, err);
	close(fd);
	if (r)
		return r;
	if (unlink(path) != 0)
		return evd_fail_sys(err, errno, "%s was overwritten, but cannot be removed", path);
	if (snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1,
	             slash ? path : ".") >= (int)sizeof folder)
		return evd_fail(err, EVD_E_LIMIT, "the file's path is too long");
	r = evd_dir_open(-1, folder, &dir, err);
	if (r)
		return r;
	r = evd_sync(dir, err);
	close(dir);
	return r;
}

void evd_remove_tree(int at, const char *name)
{
	char **names = NULL;
	size_t n = 0;
	int fd;

	if (evd_dir_open(at, name, &fd, NULL))
		return;
	if (evd_dir_names(fd, &names, &n, NULL) == 0) {
		for (size_t i = 0; i < n; i++)
			if (unlinkat(fd, names[i], 0) != 0)
				evd_remove_tree(fd, names[i]);
		evd_dir_names_free(names, n);
	}
	close(fd);
	evd_dir_remove(at, name);
}

int evd_lock(int at, const char *name, int *out, struct evd_error *err)
{
	int sys;

	*out = openat(at, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (*out < 0)
		return failed_in(at, name, errno, "lock file ", "", err);
	while (flock(*out, LOCK_EX | LOCK_NB) != 0) {
		sys = errno;
		if (sys == EINTR)
			continue;
		close(*out);
		*out = -1;
		return sys == EWOULDBLOCK ? evd_fail(err, EVD_E_LOCKED,
		                                     "another program is writing to this case; try again")
		                          : failed_in(at, name, sys, "lock file ", "", err);
	}
	return 0;
}

int evd_lock_file(const char *path, int *out, struct evd_error *err)
{
	const struct timespec a_while = {.tv_nsec = 20000000};
	int sys = 0;

	*out = open(path, O_RDONLY | O_CLOEXEC);
	if (*out < 0)
		return evd_fail_sys(err, errno, "file %s", path);
	for (unsigned tries = 0; tries < 500; tries++) { /* ten seconds */
		if (flock(*out, LOCK_EX | LOCK_NB) == 0)
			return 0;
		sys = errno;
		if (sys != EWOULDBLOCK && sys != EINTR)
			break;
		nanosleep(&a_while, NULL);
	}
	close(*out);
	*out = -1;
	return sys == EWOULDBLOCK
	           ? evd_fail(err, EVD_E_LOCKED, "another program works with %s; try again", path)
	           : evd_fail_sys(err, sys, "lock of %s", path);
}

uint64_t evd_file_taken(int at, const char *name, uint64_t size)
{
	struct stat s;

	if (fstatat(at, name, &s, AT_SYMLINK_NOFOLLOW) != 0 || (uint64_t)s.st_blocks * 512 > size)
		return size;
	return (uint64_t)s.st_blocks * 512;
}

int evd_room(int fd, uint64_t need, struct evd_error *err)
{
	char room[PATH_MAX];
	struct statvfs s;

	if (fstatvfs(fd, &s) != 0)
		return 0; /* cannot tell; the writes will */
	if ((uint64_t)s.f_bavail * s.f_frsize < need)
		return evd_fail(err, EVD_E_NOSPACE, "no room: %llu bytes are needed, %llu are free (%s)",
		                (unsigned long long)need,
		                (unsigned long long)s.f_bavail * (unsigned long long)s.f_frsize,
		                place_of(fd, room));
	return 0;
}

void evd_forget_cached(int fd)
{
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
}

int evd_random(void *p, size_t len, struct evd_error *err)
{
	return RAND_bytes(p, (int)len) == 1 ? 0 : evd_fail_crypto(err, "no random numbers");
}
