/* spawn, Linux: see spawn.h. */
#include "platform/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* In the child, between fork and exec: nothing but system calls. All are moved out of the way before the
 * first is put in its place. */
static bool place(const struct evd_spawn *s)
{
	int at[EVD_SPAWN_FDS], null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (size_t i = 0; i < s->n_fds; i++) {
		int from = s->fd[i] == EVD_SPAWN_NULL   ? null
		           : s->fd[i] == EVD_SPAWN_SAME ? (int)i
		                                        : s->fd[i];

		at[i] = fcntl(from, F_DUPFD_CLOEXEC, (int)EVD_SPAWN_FDS);
		if (at[i] < 0)
			return false;
	}
	for (size_t i = 0; i < s->n_fds; i++)
		if (dup2(at[i], (int)i) < 0)
			return false;
	return true;
}

static void become(const struct evd_spawn *s)
{
	sigset_t none;
	/* execve takes them as they are (POSIX, exec, RATIONALE) */
	union {
		const char *const *from;
		char *const *to;
	} argv = {s->argv}, env = {s->env};

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	if (s->flags & EVD_SPAWN_SESSION)
		setsid();
	if ((s->flags & EVD_SPAWN_GROUP) && setpgid(0, 0) != 0)
		_exit(71);
	if (s->flags & EVD_SPAWN_DIES_WITH_US)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (place(s))
		execve(s->program, argv.to, s->env ? env.to : environ);
	_exit(71);
}

int evd_spawn(const struct evd_spawn *s, pid_t *pid, struct evd_error *err)
{
	*pid = fork();
	if (*pid == 0)
		become(s);
	if (*pid > 0)
		return 0;
	return evd_fail_sys(err, errno, "%s could not be started", s->program);
}

int evd_spawn_wait(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

int evd_spawn_pipe(int pair[2], struct evd_error *err)
{
	if (pipe2(pair, O_CLOEXEC) == 0)
		return 0;
	pair[0] = pair[1] = -1;
	return evd_fail_sys(err, errno, "no pipe for another program");
}
