/* confine, Linux: seccomp (seccomp(2)), an allow-list; every other call answers ENOSYS or kills. */
#include "platform/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define THIS_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCH AUDIT_ARCH_AARCH64
#endif

#define DATA(field) ((uint32_t)offsetof(struct seccomp_data, field))
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, DATA(field))
#define ANSWER(what) BPF_STMT(BPF_RET | BPF_K, what)
#define ALLOW(nr) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1), ANSWER(SECCOMP_RET_ALLOW)
#define KILL(nr) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1), ANSWER(SECCOMP_RET_KILL_PROCESS)
/* flags in argument `arg` (its low half comes first on our systems) must not ask to write */
#define ALLOW_READING(nr, arg)                                                                     \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 4), LOAD(args[arg]),                                \
	    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K,                                                       \
	             O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY), 0, \
	             1),                                                                               \
	    ANSWER(SECCOMP_RET_ERRNO | EACCES), ANSWER(SECCOMP_RET_ALLOW)

int evd_confine_verifier(struct evd_error *err)
{
#ifdef THIS_ARCH
	static const struct sock_filter filter[] = {
	    LOAD(arch),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCH, 1, 0),
	    ANSWER(SECCOMP_RET_KILL_PROCESS),
	    LOAD(nr),
	    ALLOW(__NR_read),
	    ALLOW(__NR_pread64),
	    ALLOW(__NR_write),
	    ALLOW(__NR_writev),
	    ALLOW(__NR_close),
	    ALLOW(__NR_fstat),
	    ALLOW(__NR_newfstatat),
	    ALLOW(__NR_lseek),
	    ALLOW(__NR_mmap),
	    ALLOW(__NR_munmap),
	    ALLOW(__NR_mremap),
	    ALLOW(__NR_mprotect),
	    ALLOW(__NR_madvise),
	    ALLOW(__NR_brk),
	    ALLOW(__NR_futex),
	    ALLOW(__NR_sched_yield),
	    ALLOW(__NR_clock_gettime),
	    ALLOW(__NR_getrandom),
	    ALLOW(__NR_rt_sigreturn),
	    ALLOW(__NR_rt_sigprocmask),
	    ALLOW(__NR_restart_syscall),
	    ALLOW(__NR_rseq),
	    ALLOW(__NR_set_robust_list),
	    ALLOW(__NR_exit),
	    ALLOW(__NR_exit_group),
	    KILL(__NR_socket),
	    KILL(__NR_execve),
	    KILL(__NR_execveat),
	    KILL(__NR_clone),
#ifdef __NR_fork
	    KILL(__NR_fork),
	    KILL(__NR_vfork),
#endif
	    KILL(__NR_ptrace),
#ifdef __NR_open
	    ALLOW_READING(__NR_open, 1),
	    LOAD(nr),
#endif
	    ALLOW_READING(__NR_openat, 2),
	    ANSWER(SECCOMP_RET_ERRNO | ENOSYS),
	};
	const struct sock_fprog program = {sizeof filter / sizeof *filter,
	                                   (struct sock_filter *)(uintptr_t)filter};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0)
		return 0;
	return evd_fail(err, EVD_E_SANDBOX, "this system has no seccomp filters");
#else
	return evd_fail(err, EVD_E_SANDBOX, "no filter for this processor");
#endif
}
