/*
 * old_kernel PROGRAM [ARG]…: runs a program as if on a kernel from before Linux 5.6: openat2 (5.6),
 * close_range (5.9) and Landlock (5.13) are answered with ENOSYS, as that kernel would, by a filter
 * put up before exec, so that no process below can see past it (threats.md P-15). For tests.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Numbers of asm-generic, the same on every processor. */
#define CLOSE_RANGE 436u
#define OPENAT2 437u
#define LANDLOCK_CREATE_RULESET 444u
#define LANDLOCK_ADD_RULE 445u
#define LANDLOCK_RESTRICT_SELF 446u

static const unsigned absent[] = {CLOSE_RANGE, OPENAT2, LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE,
                                  LANDLOCK_RESTRICT_SELF};
#define N (sizeof absent / sizeof *absent)

static int put_up(void)
{
	struct sock_filter line[N + 3];
	struct sock_fprog program = {N + 3, line};

	line[0] =
	    (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < N; i++) /* to the last line, over what is left and the permission */
		line[1 + i] =
		    (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, absent[i], (uint8_t)(N - i), 0);
	line[N + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	line[N + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 64;
	if (put_up()) {
		perror("old_kernel: seccomp");
		return 99;
	}
	for (size_t i = 0; i < N; i++) { /* the arguments are wrong for every one of them */
		if (syscall(absent[i], -1, -1, -1, -1, -1) != -1 || errno != ENOSYS) {
			fprintf(stderr, "old_kernel: call %u is there all the same\n", absent[i]);
			return 99;
		}
	}
	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 99;
}
