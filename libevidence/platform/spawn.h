/*
 * spawn: starts a program of ours or the browser: with the descriptors that are named and no other (what
 * is open here is opened close-on-exec), no signal blocked, and no shell between.
 */
#ifndef EVD_SPAWN_H
#define EVD_SPAWN_H

#include "base/error.h"

#include <stddef.h>
#include <sys/types.h>

#define EVD_SPAWN_FDS 8u
#define EVD_SPAWN_NULL (-1) /* in place of a descriptor: /dev/null */
#define EVD_SPAWN_SAME (-2) /* the one of this number here */

enum evd_spawn_flags {
	EVD_SPAWN_SESSION = 1,      /* a session of its own: Ctrl-C is this side's business */
	EVD_SPAWN_GROUP = 2,        /* a group of processes of its own, that can be ended together */
	EVD_SPAWN_DIES_WITH_US = 4, /* killed if the thread that started it ends */
};

struct evd_spawn {
	const char *program;     /* path */
	const char *const *argv; /* ends with NULL */
	const char *const *env;  /* ends with NULL; NULL: this process's own */
	int fd[EVD_SPAWN_FDS];   /* what the program has as 0, 1, 2 … */
	size_t n_fds;
	unsigned flags;
};

/* evd_spawn(s, pid, err): a program that cannot be executed ends with 71. *pid is to be waited for. */
int evd_spawn(const struct evd_spawn *s, pid_t *pid, struct evd_error *err) EVD_MUST_USE;
/* evd_spawn_wait(pid): until it has ended; its status as wait(2) tells it. */
int evd_spawn_wait(pid_t pid);
/* evd_spawn_pipe(pair, err): both ends close-on-exec; -1 each after a failure. */
int evd_spawn_pipe(int pair[2], struct evd_error *err) EVD_MUST_USE;

#endif
