/* watch_linux: see watch.h. */
#include "capture/watch.h"

#include "chain/log.h" /* EVD_ARRAY */
#include "platform/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOOK_MS 2000 /* without a notice */

enum state { NEW, GIVEN, KNOWN };

/* One name in the folder. */
struct seen {
	char *name;
	uint64_t inode, size;
	int64_t modified_ns, since_ms; /* since_ms: it has looked like this since then */
	enum state state;
	bool folder, present;
};

struct evd_watch {
	struct evd_watch_options o;
	int dir, notices;
	char *path;
	EVD_ARRAY(struct seen) seen; /* in bytewise order of the names */
	char **paths;
	size_t n_paths;
	int64_t looked_ms;
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool is_unfinished(const char *name)
{
	static const char *const ends[] = {"~", ".part", ".partial", ".crdownload", ".tmp", ".swp"};
	size_t len = strlen(name);

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		size_t n = strlen(ends[i]);

		if (len > n && strcmp(name + len - n, ends[i]) == 0)
			return true;
	}
	return *name == '.';
}

/* Where `name` stands or would stand. */
static size_t place(const struct evd_watch *w, const char *name)
{
	size_t low = 0, high = w->seen.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(w->seen.at[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct seen *insert(struct evd_watch *w, size_t at, const char *name)
{
	struct seen *grown = evd_grow(w->seen.at, w->seen.n, &w->seen.cap, sizeof *grown);
	char *copy = grown ? strdup(name) : NULL;

	if (grown)
		w->seen.at = grown;
	if (!copy)
		return NULL;
	memmove(grown + at + 1, grown + at, (w->seen.n - at) * sizeof *grown);
	memset(grown + at, 0, sizeof *grown);
	grown[at].name = copy;
	w->seen.n++;
	return grown + at;
}

static int note(struct evd_watch *w, const char *name, bool first, struct evd_error *err)
{
	struct stat st;
	struct seen *s;
	size_t at = place(w, name);
	int64_t modified;
	bool fresh = at == w->seen.n || strcmp(w->seen.at[at].name, name) != 0;

	if (fstatat(w->dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return 0; /* gone again */
	s = fresh ? insert(w, at, name) : &w->seen.at[at];
	if (!s)
		return evd_nomem(err);
	modified = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	s->present = true;
	s->folder = S_ISDIR(st.st_mode);
	if (!fresh && s->inode == st.st_ino && s->size == (uint64_t)st.st_size &&
	    s->modified_ns == modified)
		return 0;
	s->inode = st.st_ino;
	s->size = (uint64_t)st.st_size;
	s->modified_ns = modified;
	s->since_ms = now_ms();
	/* what is done in a folder that stood there already is not for this watch */
	s->state = first && !w->o.existing ? KNOWN : s->folder && !fresh ? s->state : NEW;
	return 0;
}

static int look(struct evd_watch *w, bool first, struct evd_error *err)
{
	int fd = openat(w->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	size_t kept = 0;

	if (!d) {
		r = evd_fail_sys(err, errno, "the folder watched");
		if (fd >= 0)
			close(fd);
		return r;
	}
	for (size_t i = 0; i < w->seen.n; i++)
		w->seen.at[i].present = false;
	while (r == 0 && (errno = 0, e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			r = note(w, e->d_name, first, err);
	if (r == 0 && errno)
		r = evd_fail_sys(err, errno, "the folder watched");
	closedir(d);
	/* a name that has gone is forgotten: whatever comes under it is new */
	for (size_t i = 0; r == 0 && i < w->seen.n; i++) {
		if (w->seen.at[i].present)
			w->seen.at[kept++] = w->seen.at[i];
		else
			free(w->seen.at[i].name);
	}
	if (r == 0)
		w->seen.n = kept;
	w->looked_ms = now_ms();
	return r;
}

int evd_watch_open(const char *path, const struct evd_watch_options *o, struct evd_watch **out,
                   struct evd_error *err)
{
	struct evd_watch *w = calloc(1, sizeof *w);
	int r = 0;

	if (!w)
		return evd_nomem(err);
	w->o = *o;
	w->notices = -1;
	w->path = strdup(path);
	w->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w->dir < 0)
		r = evd_fail_sys(err, errno, "the folder %.200s", path);
	else if (!w->path)
		r = evd_nomem(err);
	if (r == 0) {
		/* without notices (their number is limited by the system) it is looked at by the clock */
		w->notices = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
		if (w->notices >= 0)
			(void)inotify_add_watch(w->notices, path,
			                        IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR);
		r = look(w, true, err);
	}
	if (r) {
		evd_watch_free(w);
		return r;
	}
	*out = w;
	return 0;
}

static bool is_wanted(const struct seen *s)
{
	return s->state != KNOWN && !s->folder && !is_unfinished(s->name);
}

static void forget_paths(struct evd_watch *w)
{
	for (size_t i = 0; i < w->n_paths; i++)
		free(w->paths[i]);
	free(w->paths);
	w->paths = NULL;
	w->n_paths = 0;
}

static int give(struct evd_watch *w, struct evd_error *err)
{
	int64_t now = now_ms();
	size_t n = 0;

	forget_paths(w);
	for (size_t i = 0; i < w->seen.n; i++)
		n += is_wanted(&w->seen.at[i]);
	if (n == 0)
		return 0;
	w->paths = calloc(n, sizeof *w->paths);
	if (!w->paths)
		return evd_nomem(err);
	for (size_t i = 0; i < w->seen.n; i++) {
		struct seen *s = &w->seen.at[i];
		size_t len = strlen(w->path) + strlen(s->name) + 2;
		char *path;

		if (!is_wanted(s) || now - s->since_ms < (int64_t)w->o.settle_ms)
			continue;
		path = malloc(len);
		if (!path)
			return evd_nomem(err);
		snprintf(path, len, "%s/%s", w->path, s->name);
		w->paths[w->n_paths++] = path;
		s->state = GIVEN;
	}
	return 0;
}

/* When the next thing may be at rest, at most `until`. */
static int64_t wake(const struct evd_watch *w, int64_t until)
{
	if (w->looked_ms + LOOK_MS < until)
		until = w->looked_ms + LOOK_MS;
	for (size_t i = 0; i < w->seen.n; i++) {
		int64_t rest = w->seen.at[i].since_ms + (int64_t)w->o.settle_ms;

		if (is_wanted(&w->seen.at[i]) && rest < until)
			until = rest;
	}
	return until;
}

static void pause_until(struct evd_watch *w, int64_t until)
{
	struct pollfd p = {.fd = w->notices, .events = POLLIN};
	int64_t left = until - now_ms();
	char block[4096];

	if (left > 0 && poll(&p, w->notices >= 0, (int)left) > 0)
		while (read(w->notices, block, sizeof block) > 0)
			continue;
}

/* Removed, or another folder (or medium) has its place. */
static bool has_gone(const struct evd_watch *w)
{
	struct stat ours, there;

	return fstat(w->dir, &ours) != 0 || stat(w->path, &there) != 0 || ours.st_ino != there.st_ino ||
	       ours.st_dev != there.st_dev;
}

int evd_watch_wait(struct evd_watch *w, unsigned ms, char ***paths, size_t *n,
                   struct evd_error *err)
{
	int64_t until = now_ms() + ms;
	int r;

	do {
		pause_until(w, wake(w, until));
		r = look(w, false, err);
		if (r == 0)
			r = give(w, err);
	} while (r == 0 && w->n_paths == 0 && now_ms() < until);
	*paths = w->paths;
	*n = w->n_paths;
	return r == 0 && w->n_paths == 0 && has_gone(w) ? EVD_END : r;
}

void evd_watch_taken(struct evd_watch *w)
{
	for (size_t i = 0; i < w->seen.n; i++)
		if (w->seen.at[i].state == GIVEN)
			w->seen.at[i].state = KNOWN;
}

size_t evd_watch_left(const struct evd_watch *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->seen.n; i++)
		n += w->seen.at[i].state != KNOWN && !w->seen.at[i].folder;
	return n;
}

size_t evd_watch_folders(const struct evd_watch *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->seen.n; i++)
		n += w->seen.at[i].state != KNOWN && w->seen.at[i].folder;
	return n;
}

void evd_watch_free(struct evd_watch *w)
{
	if (!w)
		return;
	forget_paths(w);
	for (size_t i = 0; i < w->seen.n; i++)
		free(w->seen.at[i].name);
	free(w->seen.at);
	if (w->notices >= 0)
		close(w->notices);
	if (w->dir >= 0)
		close(w->dir);
	free(w->path);
	free(w);
}
