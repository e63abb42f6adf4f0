/*
 * watch: what is new in a folder, once it has come to rest (stage 1; docs/capture.md, Watching a folder).
 *
 * Looking through the folder is what decides; the system's notice (inotify) only says when to look, and
 * every two seconds it is looked at without one, so that a lost notice or a network folder loses nothing.
 * Memory: the names in the folder. The folder only, not the folders in it.
 */
#ifndef EVD_WATCH_H
#define EVD_WATCH_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct evd_watch;

struct evd_watch_options {
	uint64_t settle_ms; /* unchanged for so long: at rest */
	bool existing;      /* also what lies there at the beginning */
};

/* evd_watch_open(path, o, out, err): NOTFOUND, DENIED, MISUSE (not a folder). */
int evd_watch_open(const char *path, const struct evd_watch_options *o, struct evd_watch **out,
                   struct evd_error *err) EVD_MUST_USE;
/*
 * evd_watch_wait(w, ms, paths, n, err): waits at most `ms` until something is at rest; gives the paths
 * of all that is, *n may be 0. The same ones are given again until evd_watch_taken says that they are
 * dealt with; one that changes afterwards is new again. The strings live until the next call.
 * EVD_END: the folder has gone; what was at rest was given before.
 */
int evd_watch_wait(struct evd_watch *w, unsigned ms, char ***paths, size_t *n,
                   struct evd_error *err) EVD_MUST_USE;
void evd_watch_taken(struct evd_watch *w);
/* evd_watch_left(w): how many new things are not at rest, or have a name of work in progress: hidden,
 * or ending in ~ .part .partial .crdownload .tmp .swp; they are taken once they have their real name. */
size_t evd_watch_left(const struct evd_watch *w);
/* evd_watch_folders(w): how many folders came to lie in it; they are not gone into. */
size_t evd_watch_folders(const struct evd_watch *w);
void evd_watch_free(struct evd_watch *w);

#endif
