/*
 * sandbox: takes from the calling process every right but computing, reading some descriptors and
 * writing one. Stage: read-out; one backend a system. Calls: evd_sandbox_probe and evd_sandbox_before
 * once before forking, evd_sandbox_enter in each child as its last step before it touches hostile bytes.
 *
 * Layers, each reported and none silently left out:
 *   rlimit    memory, processor time, no files, processes, cores or new descriptors
 *   landlock  no right on any file, TCP port, abstract socket or signal outside (deny all)
 *   seccomp   system calls by allow-list with argument checks; other architectures are killed
 */
#ifndef EVD_SANDBOX_H
#define EVD_SANDBOX_H

#include "base/error.h"

#include <stdbool.h>

#define EVD_SANDBOX_FDS_MAX 16u
#define EVD_SANDBOX_TEXT_LEN 48u /* bytes with the NUL */

/* What the system offers, found out in throw-away children: a probe may be answered by a signal
 * where an outer filter stands (threats.md P-13). */
struct evd_sandbox_support {
	int landlock; /* ABI version, 0: none */
	bool seccomp;
};

struct evd_sandbox_plan {
	int read_fd[EVD_SANDBOX_FDS_MAX]; /* pread and fstat work on these alone */
	size_t n_read_fd;
	int write_fd;     /* write works on this alone; a pipe, since FSIZE is 0 */
	uint64_t memory;  /* bytes of address space */
	unsigned seconds; /* of processor time */
};

/* The layers that stand, as "landlock7+seccomp+rlimit"; what is absent is not named. */
struct evd_sandbox_state {
	char text[EVD_SANDBOX_TEXT_LEN];
	bool complete; /* all three */
};

/* evd_sandbox_probe(out, err): SANDBOX if not even a child can be made. */
int evd_sandbox_probe(struct evd_sandbox_support *out, struct evd_error *err) EVD_MUST_USE;

/*
 * evd_sandbox_before(support, err): for the process that makes the children: it may call from now on what that
 * takes, and open nothing. Not needed for the strength of evd_sandbox_enter, which costs less behind it. Errors: SANDBOX.
 */
int evd_sandbox_before(const struct evd_sandbox_support *support,
                       struct evd_error *err) EVD_MUST_USE;

/*
 * evd_sandbox_enter(plan, support, out, err): closes all descriptors but 0, 1, 2 and those of the
 * plan, then puts up what `support` promises. 0 also when layers are absent: look at out->complete.
 * Errors: SANDBOX when a promised layer fails; the process must then end. Cannot be undone.
 */
int evd_sandbox_enter(const struct evd_sandbox_plan *plan,
                      const struct evd_sandbox_support *support, struct evd_sandbox_state *out,
                      struct evd_error *err) EVD_MUST_USE;

#endif
