/*
 * test_cores: a reader that dies leaves no core file, where the item's bytes would stand unsealed and
 * outside the case (threats.md P-08). The machine is made as willing to write one as this process may
 * make it: no limit on cores, and a process that dies here without a sandbox shows whether the system
 * writes them at all.
 *
 *   test_cores EVIDENCE_READER_ATTACK
 */
#include "platform/sandbox.h"
#include "reader/reader.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int passed, failed;

static void check(bool ok, const char *what, const char *detail)
{
	passed += ok;
	failed += !ok;
	if (!ok)
		printf("FAILED: %s (%s)\n", what, detail);
}

/* Files in the working folder. */
static int files_here(void)
{
	DIR *d = opendir(".");
	struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d)) != NULL)
		n += e->d_name[0] != '.';
	if (!d || closedir(d))
		return -1;
	return n;
}

static void empty_folder(void)
{
	DIR *d = opendir(".");
	struct dirent *e;

	while (d && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			unlink(e->d_name);
	if (d)
		closedir(d);
}

static void allow_cores(void)
{
	struct rlimit l;

	check(getrlimit(RLIMIT_CORE, &l) == 0, "the limit on cores is known", "");
	if (l.rlim_max != RLIM_INFINITY) {
		struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};

		if (setrlimit(RLIMIT_CORE, &none) == 0) /* root may */
			return;
	}
	l.rlim_cur = l.rlim_max;
	check(setrlimit(RLIMIT_CORE, &l) == 0, "cores are allowed as far as they can be", "");
	check(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0, "the process may be dumped", "");
}

/* A signal's own action: dying of it. In the sandbox abort alone is left to call. */
static void die_of(int sig)
{
	signal(sig, SIG_DFL);
	if (sig == SIGABRT)
		abort();
	if (sig == SIGSEGV) {
		volatile int *null = NULL;

		*null = 1;
	}
#ifdef __x86_64__
	if (sig == SIGBUS) {
		static char bytes[16];

		__asm__ volatile("pushf\n\torl $0x40000, (%%rsp)\n\tpopf\n\tmovl $1, (%0)" ::"r"(bytes + 1)
		                 : "memory", "cc");
	}
#endif
	_exit(1);
}

static int enter(bool with_seccomp)
{
	struct evd_sandbox_support support;
	struct evd_sandbox_state state;
	struct evd_sandbox_plan plan = {.memory = UINT64_C(1) << 30, .seconds = 10};
	struct evd_error err = {0};
	int pipe_fd[2];

	if (pipe(pipe_fd) || evd_sandbox_probe(&support, &err))
		return -1;
	plan.write_fd = pipe_fd[1];
	support.seccomp = support.seccomp && with_seccomp;
	return evd_sandbox_enter(&plan, &support, &state, &err);
}

/* How a child ends that dies of `sig`, in the sandbox or outside. */
static int end_of(int sig, bool sandboxed)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		if (sandboxed && enter(true))
			_exit(2);
		die_of(sig);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return status;
}

/* Asked inside, where the filter of system calls is left out so that one can ask. */
static void test_settings(void)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		struct rlimit l;

		if (enter(false))
			_exit(2);
		if (getrlimit(RLIMIT_CORE, &l) || l.rlim_cur || l.rlim_max)
			_exit(3);
		_exit(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : 4);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		status = -1;
	check(status == 0, "core limit 0, soft and hard, and not dumpable",
	      !WIFEXITED(status)         ? "no answer"
	      : WEXITSTATUS(status) == 3 ? "the limit"
	      : WEXITSTATUS(status) == 4 ? "dumpable"
	                                 : "no sandbox");
}

static const int signals[] = {
    SIGSEGV,
    SIGABRT,
#ifdef __x86_64__
    SIGBUS,
#endif
};

static void test_deaths(void)
{
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
		int free_end = end_of(signals[i], false), end;
		bool writes = WIFSIGNALED(free_end) && WCOREDUMP(free_end);

		check(WIFSIGNALED(free_end) && WTERMSIG(free_end) == signals[i], "dies of the signal",
		      strsignal(signals[i]));
		if (!writes)
			printf("this system writes no core for %s: what is set is all that is tested\n",
			       strsignal(signals[i]));
		empty_folder();
		end = end_of(signals[i], true);
		check(WIFSIGNALED(end) && WTERMSIG(end) == signals[i], "dies of it in the sandbox",
		      strsignal(signals[i]));
		check(WIFSIGNALED(end) && !WCOREDUMP(end), "and leaves no core", strsignal(signals[i]));
		check(files_here() == 0, "nor any other file", strsignal(signals[i]));
	}
}

/* The same through the program, started with cores allowed. */
static void test_program(const char *program)
{
	static const char *const words[] = {
	    "segv",
	    "abort",
#ifdef __x86_64__
	    "bus",
#endif
	};
	/* which layers stand is reader_attack's matter; old_kernel.c leaves one out */
	struct evd_reader_config config = {.program = program, .degraded = true};
	struct evd_view name = evd_view_str("x");
	struct evd_reader_events events = {0};
	struct evd_reader *r = NULL;
	struct evd_error err = {0};

	check(evd_reader_open(&config, &r, &err) == 0, "the program starts", err.text);
	for (size_t i = 0; r && i < sizeof words / sizeof *words; i++) {
		struct evd_reader_outcome out;
		char path[] = "/tmp/evd-test-cores-XXXXXX";
		int fd = mkstemp(path);
		struct evd_reader_item item = {.fd = &fd, .name = &name, .n = 1};
		bool ok = fd >= 0 && write(fd, words[i], strlen(words[i])) > 0;

		unlink(path);
		ok = ok && evd_reader_read(r, &item, &events, &out, &err) == 0;
		check(ok && out.state == EVD_READER_CRASHED && out.signal == signals[i],
		      "the reader dies of its item", ok ? out.text : err.text);
		check(files_here() == 0, "the reader leaves no core", words[i]);
		close(fd);
	}
	evd_reader_close(r);
}

int main(int argc, char **argv)
{
	char folder[] = "/tmp/evd-test-cores-XXXXXX";
	char *program = argc == 2 ? realpath(argv[1], NULL) : NULL;

	if (!program)
		return 64;
	if (!mkdtemp(folder) || chdir(folder)) {
		perror(folder);
		return 99;
	}
	allow_cores();
	test_settings();
	test_deaths();
	test_program(program);
	empty_folder();
	if (chdir("/") || rmdir(folder))
		perror(folder);
	free(program);
	printf("%d passed, %d failed\n", passed, failed);
	return failed != 0;
}
