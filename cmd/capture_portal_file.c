/* capture_portal_file: see capture_portal.h. */
#include "capture_portal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 65536u

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The path of a local file URI (RFC 8089 §2, RFC 3986 §2.1), or NULL if it is none. */
static char *path_of(const char *uri)
{
	static const char scheme[] = "file://", local[] = "localhost/";
	char *path, *to;

	if (strncmp(uri, scheme, sizeof scheme - 1) != 0)
		return NULL;
	uri += sizeof scheme - 1;
	if (strncmp(uri, local, sizeof local - 1) == 0)
		uri += sizeof local - 2;
	path = *uri == '/' && !strpbrk(uri, "?#") ? malloc(strlen(uri) + 1) : NULL;
	for (to = path; path && *uri; to++) {
		int high = *uri == '%' ? hex_digit(uri[1]) : 0;
		int low = *uri == '%' && high >= 0 ? hex_digit(uri[2]) : 0;

		*to = high < 0 || low < 0 ? '\0' : *uri == '%' ? (char)(high << 4 | low) : *uri;
		uri += *uri == '%' ? 3 : 1;
		if (*to == '\0') {
			free(path);
			return NULL;
		}
	}
	if (path)
		*to = '\0';
	return path;
}

/* Splits at the last slash and opens the folder, so that what is removed is named once. */
static int open_folder(struct portal_file *f, struct evd_error *err)
{
	char *slash = strrchr(f->path, '/');

	f->name = slash + 1;
	if (!*f->name || strcmp(f->name, ".") == 0 || strcmp(f->name, "..") == 0)
		return evd_fail(err, EVD_E_UNSUPPORTED, "the desktop's portal named no file");
	*slash = '\0';
	f->folder = open(slash == f->path ? "/" : f->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	*slash = '/';
	if (f->folder < 0)
		return evd_fail_sys(err, errno, "the folder of the portal's picture cannot be opened");
	return 0;
}

static int open_file(const struct portal_file *f, int *out, struct evd_error *err)
{
	*out = openat(f->folder, f->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (*out >= 0)
		return 0;
	if (errno == ELOOP)
		return evd_fail(err, EVD_E_UNSUPPORTED,
		                "the portal's picture is a symbolic link; it was not followed");
	if (errno == ENOENT)
		return evd_fail(err, EVD_E_NOTFOUND, "the picture that the portal named is not there");
	return evd_fail_sys(err, errno, "the portal's picture cannot be opened");
}

/* Times of a file system that keeps whole seconds are rounded down. */
static bool is_before(const struct timespec *t, const struct timespec *since)
{
	return t->tv_sec < since->tv_sec ||
	       (t->tv_sec == since->tv_sec && t->tv_nsec != 0 && t->tv_nsec < since->tv_nsec);
}

static int judge(const struct stat *st, const struct timespec *since, struct evd_error *err)
{
	const char *why = NULL;

	if (!S_ISREG(st->st_mode))
		why = "is no regular file";
	else if (st->st_uid != geteuid())
		why = "belongs to another user";
	else if (st->st_nlink != 1)
		why = "has another name besides";
	else if (is_before(&st->st_mtim, since))
		why = "was there before it was asked for";
	if (why)
		return evd_fail(err, EVD_E_UNSUPPORTED,
		                "what the portal named as the picture %s; it was left alone", why);
	if ((uint64_t)st->st_size > PORTAL_FILE_MAX)
		return evd_fail(err, EVD_E_LIMIT, "the portal's picture is larger than 768 MiB");
	return 0;
}

static int read_all(int fd, const struct stat *before, struct evd_buf *bytes, struct evd_error *err)
{
	static uint8_t block[BLOCK];
	struct stat after;
	ssize_t n;

	evd_buf_reset(bytes);
	while ((n = read(fd, block, sizeof block)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return evd_fail_sys(err, errno, "the portal's picture cannot be read");
		evd_put(bytes, block, (size_t)n);
		if (bytes->failed || bytes->len > (uint64_t)before->st_size)
			break;
	}
	if (bytes->failed)
		return evd_buf_check(bytes, err);
	if (fstat(fd, &after) != 0)
		return evd_fail_sys(err, errno, "the portal's picture cannot be read");
	if (bytes->len != (uint64_t)before->st_size || after.st_size != before->st_size ||
	    memcmp(&after.st_mtim, &before->st_mtim, sizeof after.st_mtim) != 0)
		return evd_fail(err, EVD_E_UNSUPPORTED,
		                "the portal's picture was changed while it was read; it was left alone");
	return 0;
}

/* Takes over `path`, NULL: none. */
static int take_path(char *path, const struct timespec *since, struct portal_file *f,
                     struct evd_buf *bytes, struct evd_error *err)
{
	struct stat st;
	int fd = -1, r;

	*f = (struct portal_file){.path = path, .folder = -1};
	if (!f->path)
		return evd_fail(err, EVD_E_UNSUPPORTED,
		                "the portal's answer names no file of this machine");
	r = open_folder(f, err);
	if (r == 0)
		r = open_file(f, &fd, err);
	if (r == 0 && fstat(fd, &st) != 0)
		r = evd_fail_sys(err, errno, "the portal's picture cannot be read");
	if (r == 0)
		r = judge(&st, since, err);
	if (r == 0)
		r = read_all(fd, &st, bytes, err);
	if (r == 0) {
		f->device = st.st_dev;
		f->inode = st.st_ino;
		f->modified_ms = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
	}
	if (fd >= 0)
		close(fd);
	if (r)
		portal_file_release(f);
	return r;
}

int portal_file_take(const char *uri, const struct timespec *since, struct portal_file *f,
                     struct evd_buf *bytes, struct evd_error *err)
{
	char *path = path_of(uri);
	bool decoded = path != NULL;
	int r = take_path(path, since, f, bytes, err);

	/* the portal of KDE Plasma puts the path behind file:// as it is, with nothing escaped; what is said
	 * of the file stands all the same */
	if ((decoded && r != EVD_E_NOTFOUND) || r == 0 || strncmp(uri, "file:///", 8) != 0 ||
	    !strpbrk(uri, "%?#"))
		return r;
	return take_path(strdup(uri + 7), since, f, bytes, NULL) == 0 ? 0 : r;
}

int portal_file_remove(const struct portal_file *f, struct evd_error *err)
{
	struct stat st;

	if (fstatat(f->folder, f->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return evd_fail_sys(err, errno, "it has gone by itself");
	if (st.st_dev != f->device || st.st_ino != f->inode)
		return evd_fail(err, EVD_E_IO, "another file has come in its place");
	if (unlinkat(f->folder, f->name, 0) != 0)
		return evd_fail_sys(err, errno, "it cannot be removed");
	return 0;
}

void portal_file_release(struct portal_file *f)
{
	if (f->folder >= 0)
		close(f->folder);
	free(f->path);
	*f = (struct portal_file){.folder = -1};
}
