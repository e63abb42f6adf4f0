/*
 * sandbox on Linux: see sandbox.h. Order as in threats.md §4.2: descriptors, resource limits,
 * no_new_privs, Landlock, seccomp last. Landlock and seccomp are called by number: the C library
 * has no wrappers, and a build on an older kernel must still use what a newer one offers.
 */
#include "platform/sandbox.h"

#include "platform/sandbox_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Landlock user interface, kept here whole: headers of the build machine may be older. */
struct landlock_attr {
	uint64_t fs, net, scoped;
};
#define LANDLOCK_VERSION 1u

static int landlock_version(void)
{
	long v = syscall(EVD_NR_LANDLOCK_CREATE, NULL, 0, LANDLOCK_VERSION);

	return v < 0 ? 0 : v > 100 ? 100 : (int)v;
}

static bool seccomp_offered(void)
{
	uint32_t action = SECCOMP_RET_KILL_PROCESS;

	return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0 &&
	       syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

/* Runs `ask` in a child; its answer 0…100, or 0 if the child died of asking. */
static int ask_in_child(int (*ask)(void), int *answer, struct evd_error *err)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return evd_fail(err, EVD_E_SANDBOX, "no process could be made for reading");
	if (pid == 0)
		_exit(ask());
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return evd_fail(err, EVD_E_SANDBOX, "a child process was lost");
	*answer = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	return 0;
}

static int ask_seccomp(void)
{
	return seccomp_offered();
}

int evd_sandbox_probe(struct evd_sandbox_support *out, struct evd_error *err)
{
	int r, seccomp = 0;

	memset(out, 0, sizeof *out);
	r = ask_in_child(landlock_version, &out->landlock, err);
	if (r == 0)
		r = ask_in_child(ask_seccomp, &seccomp, err);
	out->seccomp = EVD_SANDBOX_FILTER && seccomp == 1;
	return r;
}

static bool keeps(const struct evd_sandbox_plan *p, int fd)
{
	if (fd <= 2 || fd == p->write_fd)
		return true;
	for (size_t i = 0; i < p->n_read_fd; i++)
		if (p->read_fd[i] == fd)
			return true;
	return false;
}

static void close_others(const struct evd_sandbox_plan *p)
{
	int last = p->write_fd;

	for (size_t i = 0; i < p->n_read_fd; i++)
		last = p->read_fd[i] > last ? p->read_fd[i] : last;
	for (int fd = 3; fd < last; fd++)
		if (!keeps(p, fd))
			close(fd);
	if (syscall(EVD_NR_CLOSE_RANGE, (unsigned)last + 1, ~0u, 0) == 0)
		return;
	for (int fd = last + 1; fd < 65536; fd++) /* kernels before 5.9 */
		close(fd);
}

/* One that is lower already, as of a service or a session, stays: it cannot be raised, and nothing would be read. */
static int limit(int what, uint64_t soft, uint64_t hard, struct evd_error *err)
{
	struct rlimit l = {(rlim_t)soft, (rlim_t)hard}, now;

	if (getrlimit((__rlimit_resource_t)what, &now) == 0 && now.rlim_max < l.rlim_max)
		l.rlim_max = now.rlim_max;
	if (l.rlim_cur > l.rlim_max)
		l.rlim_cur = l.rlim_max;
	return setrlimit((__rlimit_resource_t)what, &l)
	           ? evd_fail(err, EVD_E_SANDBOX, "a resource limit cannot be set: %d", errno)
	           : 0;
}

static int set_limits(const struct evd_sandbox_plan *p, struct evd_error *err)
{
	int r = limit(RLIMIT_CPU, p->seconds, (uint64_t)p->seconds + 1, err);

	if (r == 0)
		r = limit(RLIMIT_CORE, 0, 0, err);
	if (r == 0)
		r = limit(RLIMIT_FSIZE, 0, 0, err);
	if (r == 0)
		r = limit(RLIMIT_NPROC, 0, 0, err);
	if (r == 0)
		r = limit(RLIMIT_NOFILE, 0, 0, err); /* no new ones; those open stay */
	if (r == 0)
		r = limit(RLIMIT_MEMLOCK, 0, 0, err);
	if (r == 0)
		r = limit(RLIMIT_MSGQUEUE, 0, 0, err);
	if (r == 0 && !EVD_SANDBOX_SANITIZED) /* whose shadow is terabytes of address space */
		r = limit(RLIMIT_AS, p->memory, p->memory, err);
	return r;
}

/* Rights known to each ABI: 1 thirteen, 2 refer, 3 truncate, 5 ioctl on devices; 4 TCP bind and
 * connect; 6 abstract sockets and signals. Handled and allowed nowhere = denied everywhere. */
static int put_up_landlock(int abi, struct evd_error *err)
{
	struct landlock_attr a = {.fs = (UINT64_C(1) << 13) - 1};
	size_t size = sizeof a.fs;
	long fd;

	if (abi >= 2)
		a.fs |= UINT64_C(1) << 13;
	if (abi >= 3)
		a.fs |= UINT64_C(1) << 14;
	if (abi >= 5)
		a.fs |= UINT64_C(1) << 15;
	if (abi >= 4) {
		a.net = 3;
		size = offsetof(struct landlock_attr, scoped);
	}
	if (abi >= 6) {
		a.scoped = 3;
		size = sizeof a;
	}
	fd = syscall(EVD_NR_LANDLOCK_CREATE, &a, size, 0);
	if (fd < 0)
		return evd_fail(err, EVD_E_SANDBOX, "Landlock refused its rule set: %d", errno);
	if (syscall(EVD_NR_LANDLOCK_RESTRICT, fd, 0)) {
		int sys = errno;

		close((int)fd);
		return evd_fail(err, EVD_E_SANDBOX, "Landlock could not be put up: %d", sys);
	}
	close((int)fd);
	return 0;
}

int evd_sandbox_before(const struct evd_sandbox_support *support, struct evd_error *err)
{
	if (EVD_SANDBOX_SANITIZED || !support->seccomp)
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return evd_fail(err, EVD_E_SANDBOX, "the process cannot give up rights: %d", errno);
	return evd_sandbox_filter_before(err);
}

int evd_sandbox_enter(const struct evd_sandbox_plan *plan,
                      const struct evd_sandbox_support *support, struct evd_sandbox_state *out,
                      struct evd_error *err)
{
	int r;

	memset(out, 0, sizeof *out);
	if (plan->n_read_fd > EVD_SANDBOX_FDS_MAX)
		return evd_fail(err, EVD_E_MISUSE, "too many descriptors for one sandbox");
	close_others(plan);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return evd_fail(err, EVD_E_SANDBOX, "the process cannot give up rights: %d", errno);
	r = support->landlock > 0 ? put_up_landlock(support->landlock, err) : 0;
	if (r == 0)
		r = set_limits(plan, err); /* after Landlock, which needs a descriptor for a moment */
	if (r == 0 && support->seccomp)
		r = evd_sandbox_filter_enter(plan, err);
	if (r)
		return r;
	if (support->landlock)
		snprintf(out->text, sizeof out->text, "landlock%d+", support->landlock);
	snprintf(out->text + strlen(out->text), sizeof out->text - strlen(out->text), "%srlimit",
	         support->seccomp ? "seccomp+" : "");
	out->complete = support->landlock > 0 && support->seccomp;
	return 0;
}
