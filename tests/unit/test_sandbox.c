/*
 * test_sandbox: a system that lacks a layer, simulated by an outer system call filter (threats.md
 * P-12 to P-15): the layer is named as missing, reading is refused unless allowed, and when allowed
 * the weaker sandbox is what the outcome says. And what the process that makes the children keeps for itself.
 *
 *   test_sandbox EVIDENCE_READER_ATTACK
 */
#include "platform/sandbox.h"
#include "platform/sandbox_filter.h"
#include "reader/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define LANDLOCK_CREATE 444

static const char *program;

/* From now on system call `nr` (with first argument `arg`, or any if -1) is answered by `action`. */
static bool outer_filter(unsigned nr, long arg, uint32_t action)
{
	struct sock_filter line[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 3),
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)arg, 0, arg < 0 ? 0 : 1),
	    BPF_STMT(BPF_RET | BPF_K, action),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog f = {sizeof line / sizeof *line, line};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &f) == 0;
}

static int read_one(bool degraded, struct evd_reader_outcome *out)
{
	struct evd_reader_config config = {.program = program, .degraded = degraded};
	struct evd_view name = evd_view_str("x");
	struct evd_reader_events events = {0};
	struct evd_reader *r;
	struct evd_error err = {0};
	char path[] = "/tmp/evd-test-sandbox-XXXXXX";
	int fd = mkstemp(path);
	struct evd_reader_item item = {.fd = &fd, .name = &name, .n = 1};
	int code = fd < 0 || write(fd, "none", 4) != 4 ? -1 : evd_reader_open(&config, &r, &err);

	unlink(path);
	if (code == 0) {
		code = evd_reader_read(r, &item, &events, out, &err);
		evd_reader_close(r);
	}
	if (code)
		printf("%s\n", err.text);
	close(fd);
	return code;
}

struct scene {
	const char *name;
	unsigned nr[2];
	long arg[2];
	uint32_t action[2];
	size_t n;
	bool landlock, seccomp; /* what the probe must find */
	const char *layers;     /* beginning of what the outcome must say */
};

/* In a child: 0 when everything was as it must be, else the line of the failure. */
static int play(const struct scene *s)
{
	struct evd_sandbox_support support;
	struct evd_reader_outcome out;

	for (size_t i = 0; i < s->n; i++)
		if (!outer_filter(s->nr[i], s->arg[i], s->action[i]))
			return 1;
	if (evd_sandbox_probe(&support, NULL))
		return 2;
	if ((support.landlock > 0) != s->landlock || support.seccomp != s->seccomp)
		return 3;
	if (read_one(true, &out) || out.state != EVD_READER_DONE)
		return 4;
	if (strncmp(out.sandbox, s->layers, strlen(s->layers)))
		return 5;
	if (s->landlock && s->seccomp)
		return 0;
	if (read_one(false, &out) || out.state != EVD_READER_REFUSED || out.records)
		return 6;
	return strstr(out.text, "not complete") ? 0 : 7;
}

/* The process that makes the children: opens nothing any more, and a child's own filter stands behind it. */
static int play_before(void)
{
	struct evd_sandbox_support support;
	struct evd_sandbox_state state;
	struct evd_sandbox_plan plan = {.write_fd = 1, .memory = UINT64_C(1) << 30, .seconds = 60};
	int status = 0;
	pid_t pid;

	if (evd_sandbox_probe(&support, NULL) || evd_sandbox_before(&support, NULL))
		return 1;
	if (!EVD_SANDBOX_SANITIZED && (open("/dev/null", O_RDONLY) >= 0 || errno != ENOSYS))
		return 2;
	if (!EVD_SANDBOX_SANITIZED && (socket(AF_UNIX, SOCK_STREAM, 0) >= 0 || errno != ENOSYS))
		return 3;
	pid = fork();
	if (pid == 0) {
		if (evd_sandbox_enter(&plan, &support, &state, NULL) || !state.complete)
			_exit(1);
		if (open("/dev/null", O_RDONLY) >= 0 || errno != EACCES) /* what its own filter says */
			_exit(2);
		socket(AF_UNIX, SOCK_STREAM, 0);
		_exit(3);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 4;
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS ? 0 : 5 + WEXITSTATUS(status);
}

/* A service or session whose own limits are lower than ours, and who may not raise them. */
static int play_limits(void)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct none[2] = {{0}};
	struct rlimit low = {30, 30};
	struct evd_sandbox_support support;
	struct evd_sandbox_state state;
	struct evd_sandbox_plan plan = {.write_fd = 1, .memory = UINT64_C(1) << 30, .seconds = 60};

	if (setrlimit(RLIMIT_CPU, &low) || syscall(SYS_capset, &head, none) ||
	    evd_sandbox_probe(&support, NULL))
		return 1;
	return evd_sandbox_enter(&plan, &support, &state, NULL) || !state.complete ? 2 : 0;
}

static bool passes(const char *name, const struct scene *s, int (*otherwise)(void))
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(s ? play(s) : otherwise());
	if (pid >= 0 && waitpid(pid, &status, 0) == pid && status == 0)
		return true;
	printf("FAILED: %s (step %d)\n", name,
	       WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
	return false;
}

int main(int argc, char **argv)
{
	static const struct scene scenes[] = {
	    {.name = "all layers", .landlock = true, .seccomp = true, .layers = "landlock"},
	    {.name = "Landlock not built",
	     .nr = {LANDLOCK_CREATE},
	     .arg = {-1},
	     .action = {SECCOMP_RET_ERRNO | ENOSYS},
	     .n = 1,
	     .seccomp = true,
	     .layers = "seccomp+rlimit"},
	    {.name = "Landlock off at boot",
	     .nr = {LANDLOCK_CREATE},
	     .arg = {-1},
	     .action = {SECCOMP_RET_ERRNO | EOPNOTSUPP},
	     .n = 1,
	     .seccomp = true,
	     .layers = "seccomp+rlimit"},
	    {.name = "Landlock answered by a signal",
	     .nr = {LANDLOCK_CREATE},
	     .arg = {-1},
	     .action = {SECCOMP_RET_KILL_PROCESS},
	     .n = 1,
	     .seccomp = true,
	     .layers = "seccomp+rlimit"},
	    {.name = "no seccomp",
	     .nr = {SYS_seccomp},
	     .arg = {-1},
	     .action = {SECCOMP_RET_ERRNO | ENOSYS},
	     .n = 1,
	     .landlock = true,
	     .layers = "landlock"},
	    {.name = "neither",
	     .nr = {SYS_seccomp, LANDLOCK_CREATE},
	     .arg = {-1, -1},
	     .action = {SECCOMP_RET_ERRNO | EINVAL, SECCOMP_RET_ERRNO | ENOSYS},
	     .n = 2,
	     .layers = "rlimit"},
	    {.name = "no close_range",
	     .nr = {436},
	     .arg = {-1},
	     .action = {SECCOMP_RET_ERRNO | ENOSYS},
	     .n = 1,
	     .landlock = true,
	     .seccomp = true,
	     .layers = "landlock"},
	};
	int failed = 0;

	if (argc != 2)
		return 64;
	program = argv[1];
	for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++)
		failed += !passes(scenes[i].name, &scenes[i], NULL);
	failed += !passes("before the children", NULL, play_before);
	failed += !passes("lower limits outside", NULL, play_limits);
	printf("%zu passed, %d failed\n", sizeof scenes / sizeof *scenes + 1 - (size_t)failed, failed);
	return failed != 0;
}
