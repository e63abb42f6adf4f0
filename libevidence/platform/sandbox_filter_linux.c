/* sandbox_filter: see sandbox_filter.h. */
#include "platform/sandbox_filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

#define NR_IO_URING_SETUP 425
#define NR_IO_URING_ENTER 426
#define NR_IO_URING_REGISTER 427
#define NR_CLONE3 435

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

/* What the process that makes children needs, for itself and until a child has its own filter. */
static const unsigned outside[] = {
    SYS_clone,
    NR_CLONE3,
    SYS_wait4,
    SYS_kill,
    SYS_ppoll,
    SYS_read,
    SYS_recvmsg,
    SYS_sendmsg,
    SYS_close,
    EVD_NR_CLOSE_RANGE,
    SYS_dup,
    SYS_dup3,
    SYS_fcntl,
    SYS_newfstatat,
    SYS_prctl,
    SYS_prlimit64,
    SYS_setrlimit,
    EVD_NR_LANDLOCK_CREATE,
    EVD_NR_LANDLOCK_RESTRICT,
    SYS_seccomp,
    SYS_rt_sigaction,
    SYS_set_robust_list,
    SYS_set_tid_address,
    SYS_rseq,
    SYS_writev,
    SYS_signalfd4,
#ifdef SYS_fork
    SYS_fork,
    SYS_vfork,
#endif
#ifdef SYS_poll
    SYS_poll,
    SYS_dup2,
#endif
};

static void list_outside(struct calls *c)
{
	static const unsigned bound[] = {SYS_pread64, SYS_fstat,    SYS_write,
	                                 SYS_mmap,    SYS_mprotect, SYS_tgkill};

	c->n = 0;
	for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
		put(c, allowed[i], ALLOWED);
	for (size_t i = 0; i < sizeof bound / sizeof *bound; i++)
		put(c, bound[i], ALLOWED);
	for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
		put(c, outside[i], ALLOWED);
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

static void build(struct filter *f, struct calls *c, const struct evd_sandbox_plan *p)
{
	size_t found;

	f->full = c->n > sizeof c->at / sizeof *c->at;
	if (f->full)
		return;
	qsort(c->at, c->n, sizeof *c->at, by_number);
	add(f, LOAD(arch));
	add(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0));
	answer(f, KILL);
	add(f, LOAD(nr));
#ifdef __x86_64__ /* the x32 interface shares the architecture and adds a bit (threats.md P-17) */
	add(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000u, 0, 1));
	answer(f, KILL);
#endif
	find(f, c->at, c->n);
	found = f->n;
	for (int rule = ALLOWED; rule <= ABORTS; rule++) {
		bool any = false;

		for (size_t i = 0; i < found; i++)
			if (f->rule[i] == rule) {
				lead(f, i);
				any = true;
			}
		if (any)
			apply(f, (enum rule)rule, p);
	}
}

static int put_up(struct calls *c, const struct evd_sandbox_plan *p, struct evd_error *err)
{
	struct filter f = {.n = 0}; /* and every rule NONE */
	struct sock_fprog program = {.filter = f.line};

	build(&f, c, p);
	program.len = f.n;
	if (f.full)
		return evd_fail(err, EVD_E_INTERNAL, "the system call filter has too many lines");
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
		return evd_fail(err, EVD_E_SANDBOX, "seccomp refused its filter: %d", errno);
	return 0;
}

int evd_sandbox_filter_enter(const struct evd_sandbox_plan *p, struct evd_error *err)
{
	struct calls c;

	list(&c);
	return put_up(&c, p, err);
}

/*
 * A child's own filter says all that it may do; this one, by numbers alone, is the ground it stands on. The kernel
 * tries on a new filter only the numbers that the filters before it always allow (seccomp_cache_prepare_bitmap):
 * seventy here, all there are without it. Where both answer an error, the child's is heard.
 */
int evd_sandbox_filter_before(struct evd_error *err)
{
	struct calls c;

	list_outside(&c);
	return put_up(&c, NULL, err);
}

#else

int evd_sandbox_filter_enter(const struct evd_sandbox_plan *p, struct evd_error *err)
{
	(void)p;
	return evd_fail(err, EVD_E_SANDBOX, "no system call filter for this processor");
}

int evd_sandbox_filter_before(struct evd_error *err)
{
	return evd_sandbox_filter_enter(NULL, err);
}

#endif
