/*
 * sandbox on Linux: see sandbox.h. Order as in threats.md §4.2: descriptors, resource limits,
 * no_new_privs, Landlock, seccomp last. Landlock and seccomp are called by number: the C library
 * has no wrappers, and a build on an older kernel must still use what a newer one offers.
 */
#include "platform/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

/* Numbers that are the same on every architecture (asm-generic, since Linux 5.0). */
#define NR_IO_URING_SETUP 425
#define NR_IO_URING_ENTER 426
#define NR_IO_URING_REGISTER 427
#define NR_CLONE3 435
#define NR_CLOSE_RANGE 436
#define NR_LANDLOCK_CREATE 444
#define NR_LANDLOCK_RESTRICT 446

/* Landlock user interface, kept here whole: headers of the build machine may be older. */
struct landlock_attr {
	uint64_t fs, net, scoped;
};
#define LANDLOCK_VERSION 1u

static int landlock_version(void)
{
	long v = syscall(NR_LANDLOCK_CREATE, NULL, 0, LANDLOCK_VERSION);

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
#ifdef ARCH
	out->seccomp = seccomp == 1;
#endif
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
	if (syscall(NR_CLOSE_RANGE, (unsigned)last + 1, ~0u, 0) == 0)
		return;
	for (int fd = last + 1; fd < 65536; fd++) /* kernels before 5.9 */
		close(fd);
}

static int limit(int what, uint64_t soft, uint64_t hard, struct evd_error *err)
{
	struct rlimit l = {(rlim_t)soft, (rlim_t)hard};

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
#if !defined(__SANITIZE_ADDRESS__) /* whose shadow is terabytes of address space */
	if (r == 0)
		r = limit(RLIMIT_AS, p->memory, p->memory, err);
#endif
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
	fd = syscall(NR_LANDLOCK_CREATE, &a, size, 0);
	if (fd < 0)
		return evd_fail(err, EVD_E_SANDBOX, "Landlock refused its rule set: %d", errno);
	if (syscall(NR_LANDLOCK_RESTRICT, fd, 0)) {
		int sys = errno;

		close((int)fd);
		return evd_fail(err, EVD_E_SANDBOX, "Landlock could not be put up: %d", sys);
	}
	close((int)fd);
	return 0;
}

#ifdef ARCH

#define FILTER_MAX 256u
struct filter {
	struct sock_filter line[FILTER_MAX];
	uint8_t rule[FILTER_MAX]; /* enum rule of a line that asks for a call's number */
	unsigned short n;
	bool full;
};

static void add(struct filter *f, struct sock_filter line)
{
	if (f->n < FILTER_MAX)
		f->line[f->n++] = line;
	else
		f->full = true;
}

/* The jump in line `at`, when taken, leads to the line that comes next. */
static void lead(struct filter *f, size_t at)
{
	size_t over = f->n - at - 1;

	f->full = f->full || over > UINT8_MAX;
	f->line[at].jt = (uint8_t)over;
}

#define LOAD(field)                                                                                \
	(struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
/* The kernel takes descriptors, protections and flags from the low half of an argument. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARG_LOW(i) (offsetof(struct seccomp_data, args) + 8u * (i))
#else
#define ARG_LOW(i) (offsetof(struct seccomp_data, args) + 8u * (i) + 4u)
#endif

static void load_arg(struct filter *f, unsigned i)
{
	add(f, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)ARG_LOW(i)));
}

static void answer(struct filter *f, uint32_t action)
{
	add(f, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

#define DENIED (SECCOMP_RET_ERRNO | EACCES)
#define UNKNOWN (SECCOMP_RET_ERRNO | ENOSYS)
#define KILL SECCOMP_RET_KILL_PROCESS

/* What parsing in memory needs, and what the C library asks for on its way. */
static const unsigned allowed[] = {
    SYS_brk,           SYS_munmap,       SYS_mremap,         SYS_madvise,         SYS_exit,
    SYS_exit_group,    SYS_rt_sigreturn, SYS_rt_sigprocmask, SYS_futex,           SYS_getrandom,
    SYS_clock_gettime, SYS_getpid,       SYS_gettid,         SYS_restart_syscall,
#ifdef SYS_time
    SYS_time,
#endif
    SYS_gettimeofday,
};

/* No parser has a reason for these: whoever calls them is somebody else's code. */
static const unsigned killed[] = {
    SYS_execve,
    SYS_execveat,
    SYS_socket,
    SYS_socketpair,
    SYS_connect,
    SYS_bind,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    SYS_sendto,
    SYS_sendmsg,
    SYS_sendmmsg,
    SYS_recvmsg,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    NR_IO_URING_SETUP,
    NR_IO_URING_ENTER,
    NR_IO_URING_REGISTER,
    SYS_bpf,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_unshare,
    SYS_setns,
    SYS_clone,
    NR_CLONE3,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
    SYS_open_by_handle_at,
    SYS_kill,
    SYS_tkill,

    SYS_seccomp,
    SYS_memfd_create,

#ifdef SYS_fork
    SYS_fork,
    SYS_vfork,
#endif
};

/* fd-bound calls: allowed on the listed descriptors, refused with EBADF on others. */
static void allow_on(struct filter *f, const int *fd, size_t n)
{
	load_arg(f, 0);
	for (size_t i = 0; i < n; i++) {
		add(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)fd[i], 0, 1));
		answer(f, SECCOMP_RET_ALLOW);
	}
	answer(f, SECCOMP_RET_ERRNO | EBADF);
}

/* mmap: anonymous only. */
static void allow_anonymous(struct filter *f)
{
	load_arg(f, 3);
	add(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, MAP_ANONYMOUS, 0, 1));
	answer(f, SECCOMP_RET_ALLOW);
	answer(f, DENIED);
}

/* mmap, mprotect: never executable. */
static void kill_executable(struct filter *f)
{
	load_arg(f, 2);
	add(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1));
	answer(f, KILL);
}

/* tgkill(own process, any thread, SIGABRT): so that an abort is seen as one. */
static void allow_abort(struct filter *f)
{
	load_arg(f, 0);
	add(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)getpid(), 0, 3));
	load_arg(f, 2);
	add(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SIGABRT, 0, 1));
	answer(f, SECCOMP_RET_ALLOW);
	answer(f, KILL);
}

/* What is done about one system call. */
enum rule { NONE, ALLOWED, KILLED, REFUSED, ON_ITEM, ON_PIPE, MAPS, PROTECTS, ABORTS };

struct call {
	unsigned nr;
	enum rule rule;
};

struct calls {
	struct call at[96];
	size_t n;
};

static void put(struct calls *c, unsigned nr, enum rule rule)
{
	if (c->n < sizeof c->at / sizeof *c->at)
		c->at[c->n] = (struct call){nr, rule};
	c->n++; /* beyond its room: seen by build() */
}

static int by_number(const void *a, const void *b)
{
	const struct call *x = a, *y = b;

	return (x->nr > y->nr) - (x->nr < y->nr);
}

static void list(struct calls *c)
{
	c->n = 0;
	for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
		put(c, allowed[i], ALLOWED);
	for (size_t i = 0; i < sizeof killed / sizeof *killed; i++)
		put(c, killed[i], KILLED);
	put(c, SYS_pread64, ON_ITEM);
	put(c, SYS_fstat, ON_ITEM);
	put(c, SYS_write, ON_PIPE);
	put(c, SYS_mmap, MAPS);
	put(c, SYS_mprotect, PROTECTS);
	put(c, SYS_tgkill, ABORTS);
	put(c, SYS_openat, REFUSED);
#ifdef SYS_open
	put(c, SYS_open, REFUSED);
	put(c, SYS_creat, REFUSED);
#endif
}

static void apply(struct filter *f, enum rule rule, const struct evd_sandbox_plan *p)
{
	switch (rule) {
	case NONE: break;
	case ALLOWED: answer(f, SECCOMP_RET_ALLOW); break;
	case KILLED: answer(f, KILL); break;
	case REFUSED: answer(f, DENIED); break;
	case ON_ITEM: allow_on(f, p->read_fd, p->n_read_fd); break;
	case ON_PIPE: allow_on(f, &p->write_fd, 1); break;
	case MAPS:
		kill_executable(f);
		allow_anonymous(f);
		break;
	case PROTECTS:
		kill_executable(f);
		answer(f, SECCOMP_RET_ALLOW);
		break;
	case ABORTS: allow_abort(f); break;
	}
}

/*
 * Calls in the order of their numbers, found by halving down to a few. The kernel tries every number on each new
 * filter, to know which are always allowed (seccomp_cache_prepare): where the filter asks for one number after the
 * other, that is most of the price of a sandbox. What is done about the calls stands once for each rule, behind.
 */
#define FEW 8u

static void find(struct filter *f, const struct call *c, size_t n)
{
	if (n > FEW) {
		size_t at = f->n;

		add(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, c[n / 2].nr, 0, 0));
		find(f, c, n / 2);
		lead(f, at);
		find(f, c + n / 2, n - n / 2);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		add(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, c[i].nr, 0, 0));
		if (f->n)
			f->rule[f->n - 1u] = (uint8_t)c[i].rule;
	}
	/* newer calls of a newer C library: it falls back when told they do not exist (P-16) */
	answer(f, UNKNOWN);
}

static void build(struct filter *f, const struct evd_sandbox_plan *p)
{
	struct calls c;
	size_t found;

	list(&c);
	f->full = c.n > sizeof c.at / sizeof *c.at;
	if (f->full)
		return;
	qsort(c.at, c.n, sizeof *c.at, by_number);
	add(f, LOAD(arch));
	add(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0));
	answer(f, KILL);
	add(f, LOAD(nr));
#ifdef __x86_64__ /* the x32 interface shares the architecture and adds a bit (threats.md P-17) */
	add(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000u, 0, 1));
	answer(f, KILL);
#endif
	find(f, c.at, c.n);
	found = f->n;
	for (int rule = ALLOWED; rule <= ABORTS; rule++) {
		for (size_t i = 0; i < found; i++)
			if (f->rule[i] == rule)
				lead(f, i);
		apply(f, (enum rule)rule, p);
	}
}

static int put_up_seccomp(const struct evd_sandbox_plan *p, struct evd_error *err)
{
	struct filter f = {.n = 0}; /* and every rule NONE */
	struct sock_fprog program = {.filter = f.line};

	build(&f, p);
	program.len = f.n;
	if (f.full)
		return evd_fail(err, EVD_E_INTERNAL, "the system call filter has too many lines");
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
		return evd_fail(err, EVD_E_SANDBOX, "seccomp refused its filter: %d", errno);
	return 0;
}

#else

static int put_up_seccomp(const struct evd_sandbox_plan *p, struct evd_error *err)
{
	(void)p;
	return evd_fail(err, EVD_E_SANDBOX, "no system call filter for this processor");
}

#endif

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
		r = put_up_seccomp(plan, err);
	if (r)
		return r;
	if (support->landlock)
		snprintf(out->text, sizeof out->text, "landlock%d+", support->landlock);
	snprintf(out->text + strlen(out->text), sizeof out->text - strlen(out->text), "%srlimit",
	         support->seccomp ? "seccomp+" : "");
	out->complete = support->landlock > 0 && support->seccomp;
	return 0;
}
