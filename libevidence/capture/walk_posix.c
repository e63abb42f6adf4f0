/* walk, POSIX: see walk.h. */
#include "capture/walk.h"

#include "platform/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct level {
	int fd;
	char **names;
	size_t n, next;
	size_t path_len; /* of the folder's path, in w->path */
};

struct evd_walk {
	struct level level[EVD_MAX_PATH_DEPTH];
	size_t depth;
	struct evd_buf path, target;
	char why[256];
	bool started, sizes_only;
	uint64_t avoid_dev, avoid_ino;
};

/* Slashes at the end are cut: with them the system would follow a link, as it does for what Tab completes. */
static int put_start(struct evd_walk *w, const char *path, struct evd_error *err)
{
	size_t all = strlen(path), n = all;
	struct stat st;
	int r;

	while (n > 1 && path[n - 1] == '/')
		n--;
	evd_put(&w->path, path, n);
	evd_put_u8(&w->path, '\0');
	r = evd_buf_check(&w->path, err);
	if (r)
		return r;
	if (lstat((const char *)w->path.data, &st) != 0)
		return evd_fail_sys(err, errno, "%s", path);
	return n < all && !S_ISDIR(st.st_mode) && !S_ISLNK(st.st_mode)
	           ? evd_fail_sys(err, ENOTDIR, "%s", path)
	           : 0;
}

int evd_walk_open(const char *path, uint64_t avoid_dev, uint64_t avoid_ino, struct evd_walk **out,
                  struct evd_error *err)
{
	struct evd_walk *w = calloc(1, sizeof *w);
	int r;

	*out = NULL;
	if (!w)
		return evd_nomem(err);
	w->avoid_dev = avoid_dev;
	w->avoid_ino = avoid_ino;
	r = put_start(w, path, err);
	if (r)
		evd_walk_free(w);
	else
		*out = w;
	return r;
}

void evd_walk_sizes_only(struct evd_walk *w)
{
	w->sizes_only = true;
}

static void leave(struct evd_walk *w)
{
	struct level *l = &w->level[--w->depth];

	close(l->fd);
	evd_dir_names_free(l->names, l->n);
}

void evd_walk_free(struct evd_walk *w)
{
	if (!w)
		return;
	while (w->depth)
		leave(w);
	evd_buf_release(&w->path);
	evd_buf_release(&w->target);
	free(w);
}

static int unreadable(struct evd_walk *w, struct evd_walked *out, const char *why)
{
	snprintf(w->why, sizeof w->why, "%s", why);
	out->kind = EVD_WALK_UNREADABLE;
	out->why = w->why;
	return 0;
}

/* Goes into a folder; *entered false (and `out` filled) if it cannot be. */
static int enter(struct evd_walk *w, int at, const char *name, struct evd_walked *out,
                 bool *entered, struct evd_error *err)
{
	struct evd_error why = {0};
	struct level *l;

	*entered = false;
	if (w->depth == EVD_MAX_PATH_DEPTH)
		return unreadable(w, out, "not taken: folders nested deeper than 256");
	l = &w->level[w->depth];
	memset(l, 0, sizeof *l);
	if (evd_dir_open(at, name, &l->fd, &why))
		return unreadable(w, out, strerror(why.sys ? why.sys : EIO));
	if (evd_dir_names(l->fd, &l->names, &l->n, &why)) {
		close(l->fd);
		return why.code == EVD_E_NOMEM ? evd_nomem(err) : unreadable(w, out, why.text);
	}
	l->path_len = w->path.len - 1;
	w->depth++;
	*entered = true;
	return 0;
}

static void note_link(struct evd_walk *w, int at, const char *name, struct evd_walked *out)
{
	char text[4096];
	ssize_t n = w->sizes_only ? 0 : readlinkat(at < 0 ? AT_FDCWD : at, name, text, sizeof text - 1);

	evd_buf_reset(&w->target);
	evd_put(&w->target, text, n > 0 ? (size_t)n : 0);
	evd_put_u8(&w->target, '\0');
	out->kind = EVD_WALK_LINK;
	out->target = w->target.failed ? "" : (const char *)w->target.data;
}

static int look(struct evd_walk *w, int at, const char *name, struct evd_walked *out, bool *have,
                struct evd_error *err)
{
	struct stat st;
	bool entered = false;
	int r = 0;

	*have = true;
	memset(out, 0, sizeof *out);
	out->at = at;
	out->name = name;
	out->path = (const char *)w->path.data;
	if (fstatat(at < 0 ? AT_FDCWD : at, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return unreadable(w, out, strerror(errno));
	out->size = (uint64_t)st.st_size;
	out->inode = st.st_ino;
	out->modified_s = st.st_mtim.tv_sec;
	out->modified_ns = st.st_mtim.tv_nsec;
	if (st.st_dev == w->avoid_dev && st.st_ino == w->avoid_ino)
		return evd_fail(err, EVD_E_MISUSE, "%s is the case itself or holds it; name what to add",
		                (const char *)w->path.data);
	if (S_ISDIR(st.st_mode)) {
		r = enter(w, at, name, out, &entered, err);
		*have = !entered;
	} else if (S_ISLNK(st.st_mode)) {
		note_link(w, at, name, out);
	} else if (S_ISREG(st.st_mode)) {
		out->kind = EVD_WALK_FILE;
	} else {
		out->kind = EVD_WALK_SPECIAL;
		out->why = S_ISFIFO(st.st_mode)   ? "not taken: it is a FIFO"
		           : S_ISSOCK(st.st_mode) ? "not taken: it is a socket"
		                                  : "not taken: it is a device";
	}
	return r;
}

static bool is_the_case(void *ctx, int folder)
{
	const struct evd_walk *w = ctx;
	struct stat st;

	return fstat(folder, &st) == 0 && st.st_dev == w->avoid_dev && st.st_ino == w->avoid_ino;
}

int evd_walk_next(struct evd_walk *w, struct evd_walked *out, struct evd_error *err)
{
	bool have = false;
	int r = 0;

	if (!w->started) {
		w->started = true;
		if (evd_folders_up((const char *)w->path.data, is_the_case, w))
			return evd_fail(err, EVD_E_MISUSE,
			                "%s is the case itself or lies in it; name what to add",
			                (const char *)w->path.data);
		r = look(w, -1, (const char *)w->path.data, out, &have, err);
	}
	while (r == 0 && !have) {
		struct level *l;

		if (w->depth == 0)
			return EVD_END;
		l = &w->level[w->depth - 1];
		if (l->next == l->n) {
			leave(w);
			continue;
		}
		w->path.len = l->path_len;
		if (l->path_len == 0 || w->path.data[l->path_len - 1] != '/')
			evd_put_u8(&w->path, '/');
		evd_put_str(&w->path, l->names[l->next]);
		evd_put_u8(&w->path, '\0');
		r = evd_buf_check(&w->path, err);
		if (r == 0)
			r = look(w, l->fd, l->names[l->next++], out, &have, err);
	}
	return r;
}
