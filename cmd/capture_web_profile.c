/* capture_web_profile: the browser's profile, and that nothing is left of it; see capture_web.h. */
#include "capture_web.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define REMOVE_US 5000
#define REMOVE_TRIES 400
/* Bytes: the name of a socket that the browser makes below it has to fit into sun_path (unix(7)). */
#define BASE_MAX 38u

static const char prefix[] = "evidence-capture-";

static int drop(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	remove(path);
	return 0;
}

/* Who holds the folder: a capture under way, and no other. */
static int hold(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 &&
	    (fstat(fd, &st) != 0 || st.st_uid != geteuid() || flock(fd, LOCK_EX | LOCK_NB) != 0)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* A capture that was killed could not clear up: its browser kept what the pages showed. */
static void sweep(const char *base)
{
	DIR *d = opendir(base);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		char path[sizeof((struct web *)0)->profile];
		int fd;

		if (strncmp(e->d_name, prefix, sizeof prefix - 1) != 0 ||
		    strlen(e->d_name) != sizeof prefix - 1 + 6)
			continue;
		snprintf(path, sizeof path, "%s/%.30s", base, e->d_name);
		fd = hold(path);
		if (fd < 0)
			continue;
		nftw(path, drop, 16, FTW_DEPTH | FTW_PHYS);
		close(fd);
	}
	if (d)
		closedir(d);
}

/* The browser is ended, not asked to end: what it puts elsewhere would stay (the folder of its socket, reports of its
 * crashes, which hold pieces of pages). */
static int keep_together(const struct web *w, struct evd_error *err)
{
	if (setenv("TMPDIR", w->profile, 1) != 0 ||
	    setenv("BREAKPAD_DUMP_LOCATION", w->profile, 1) != 0)
		return evd_nomem(err);
	return 0;
}

int web_profile_make(struct web *w, struct evd_error *err)
{
	const char *base = getenv("XDG_RUNTIME_DIR");

	if (!base || strlen(base) > BASE_MAX || access(base, W_OK) != 0)
		base = "/tmp";
	sweep(base);
	snprintf(w->profile, sizeof w->profile, "%s/%sXXXXXX", base, prefix);
	if (!mkdtemp(w->profile)) {
		w->profile[0] = 0;
		return evd_fail_sys(err, errno, "no folder for the browser's profile");
	}
	w->hold = hold(w->profile);
	return keep_together(w, err);
}

void web_profile_remove(struct web *w)
{
	/* a process of the browser may still write while it ends */
	for (int i = 0; w->profile[0] && i < REMOVE_TRIES && access(w->profile, F_OK) == 0; i++) {
		if (i)
			usleep(REMOVE_US);
		nftw(w->profile, drop, 16, FTW_DEPTH | FTW_PHYS);
	}
	w->profile[0] = 0;
	if (w->hold >= 0)
		close(w->hold);
	w->hold = -1;
}
