/*
 * attack: a reader that does what a hijacked parser would do; linked only into
 * evidence-reader-attack. The item's bytes name the attack. After an attempt that was answered
 * with an error it emits a field "errno", so that the test sees how it was refused.
 */
#include "emit.h"
#include "secret.h"
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Looked for as the program starts, when nothing holds it back yet: what was in memory before exec would stand. */
static int secrets = -1;

__attribute__((constructor)) static void look_for_secrets(void)
{
	secrets = secrets_in_memory();
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	(void)head;
	(void)in;
	return 8;
}

static int say(struct evd_sink *sink, const char *name, long result, struct evd_error *err)
{
	return evd_emit_format(sink, "attack", name, NULL, err, "%s",
	                       result < 0 ? strerrorname_np(errno) : "worked");
}

static int flood(struct evd_sink *sink, struct evd_error *err)
{
	static char text[100000];
	int r = 0;

	memset(text, 'x', sizeof text - 1);
	while (r == 0)
		r = evd_emit_text(sink, "attack", "flood", NULL, evd_view_str(text), err);
	return r;
}

/* Writes into the pipe past the sink, as hijacked code can. */
static void raw(int out, const void *p, size_t len)
{
	ssize_t n = write(out, p, len);

	(void)n;
	_exit(0);
}

/* Records of 512 bytes with their frame, past the sink and its budget, until it is ended. */
static void flood_pipe(int out)
{
	static const char begins[] = "\xfc\x01\0\0R{\"kind\":\"field\",\"value\":\"";
	uint8_t frame[512];

	memset(frame, 'x', sizeof frame);
	memcpy(frame, begins, sizeof begins - 1);
	memcpy(frame + sizeof frame - 2, "\"}", 2);
	while (write(out, frame, sizeof frame) == (ssize_t)sizeof frame)
		;
	_exit(0);
}

static void raw_frame(int out, const char *type_and_payload)
{
	uint8_t frame[512];
	size_t len = strlen(type_and_payload);

	frame[0] = (uint8_t)len;
	frame[1] = (uint8_t)(len >> 8);
	frame[2] = frame[3] = 0;
	memcpy(frame + 4, type_and_payload, len);
	raw(out, frame, len + 4);
}

static int out_pipe(void)
{
	/* the writable descriptor is the one write() takes */
	for (int fd = 0; fd < 64; fd++)
		if (write(fd, "", 0) == 0)
			return fd;
	return -1;
}

/* Memory by the anonymous gigabyte until it is refused. */
static int allocate(struct evd_sink *sink, struct evd_error *err)
{
	size_t total = 0;
	void *p;

	while ((p = malloc(16u << 20)) != NULL) {
		memset(p, 1, 16u << 20);
		total += 16;
		if (total > 100000)
			break;
	}
	return evd_emit_number(sink, "attack", "megabytes", NULL, total, err);
}

static int count_descriptors(struct evd_sink *sink, struct evd_error *err)
{
	uint64_t n = 0;

	for (int fd = 3; fd < 1024; fd++) {
		char byte;
		/* in reach: pread on an open pipe is ESPIPE, on a closed or forbidden one EBADF */
		bool readable = pread(fd, &byte, 1, 0) >= 0;
		bool writable = write(fd, "", 0) >= 0;

		n += readable || writable;
	}
	return evd_emit_number(sink, "attack", "descriptors", NULL, n, err);
}

/* Each attempts one thing and tells how it was answered, if it comes back. */
static long do_open(void)
{
	return open("/etc/passwd", O_RDONLY);
}

static long do_openat(void)
{
	return syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY);
}

static long do_openat2(void)
{
	return syscall(437, AT_FDCWD, "/etc/passwd", NULL, 0);
}

static long do_create(void)
{
	return open("/tmp/evd-attack", O_CREAT | O_WRONLY, 0600);
}

static long do_unlink(void)
{
	return unlink("/tmp/evd-attack");
}

static long do_write_source(void) /* the item itself, which is open for reading anyway */
{
	return syscall(SYS_pwrite64, 4, "x", 1, 0);
}

static long do_stderr(void)
{
	return write(2, "x", 1);
}

static long do_map_file(void)
{
	return (long)mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0);
}

static long do_stat(void)
{
	return syscall(SYS_newfstatat, AT_FDCWD, "/etc/passwd", NULL, 0);
}

static long do_raise_limit(void)
{
	struct rlimit l = {RLIM_INFINITY, RLIM_INFINITY};

	return setrlimit(RLIMIT_AS, &l);
}

static long do_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static long do_unix_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

static long do_execve(void)
{
	char path[] = "/bin/true";
	char *const argv[] = {path, NULL};

	return execv(path, argv);
}

static long do_fork(void)
{
	return fork();
}

static long do_ptrace(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static long do_read_parent(void)
{
	char room[64];
	struct iovec here = {room, sizeof room}, there = {(void *)(uintptr_t)&secrets, sizeof room};

	return syscall(SYS_process_vm_readv, getppid(), &here, 1, &there, 1, 0);
}

static long do_kill(void)
{
	return kill(getppid(), SIGKILL);
}

static long do_exec_memory(void)
{
	return (long)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static long do_exec_protect(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return mprotect(p, 4096, PROT_READ | PROT_EXEC);
}

static long do_io_uring(void)
{
	return syscall(425, 4, NULL);
}

static long do_dumpable(void) /* would let its core be written again */
{
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

#ifdef __x86_64__
static long do_bus(void) /* an access out of line while alignment is checked (flag AC) */
{
	static char bytes[16];

	__asm__ volatile("pushf\n\torl $0x40000, (%%rsp)\n\tpopf\n\tmovl $1, (%0)" ::"r"(bytes + 1)
	                 : "memory", "cc");
	return 0;
}

static long do_x32(void)
{
	return syscall(0x40000000 | SYS_getpid);
}

static long do_i386(void)
{
	long result = 20; /* getpid of the 32-bit interface */

	__asm__ volatile("int $0x80" : "+a"(result) : : "memory");
	return result;
}
#endif

static long do_spin(void)
{
	for (volatile unsigned long i = 0;; i++)
		;
	return 0;
}

static long do_hang(void)
{
	int lock = 0;

	return syscall(SYS_futex, &lock, 0 /* FUTEX_WAIT */, 0, NULL, NULL, 0);
}

static long do_segv(void)
{
	volatile int *null = NULL;

	*null = 1;
	return 0;
}

static long do_abort(void)
{
	abort();
}

static const struct {
	const char *word;
	long (*attempt)(void);
} deeds[] = {
    {"open", do_open},
    {"openat", do_openat},
    {"openat2", do_openat2},
    {"create", do_create},
    {"unlink", do_unlink},
    {"write-source", do_write_source},
    {"stderr", do_stderr},
    {"map-file", do_map_file},
    {"stat", do_stat},
    {"raise-limit", do_raise_limit},
    {"dumpable", do_dumpable},
    {"socket", do_socket},
    {"unix-socket", do_unix_socket},
    {"execve", do_execve},
    {"fork", do_fork},
    {"ptrace", do_ptrace},
    {"read-parent", do_read_parent},
    {"kill", do_kill},
    {"exec-memory", do_exec_memory},
    {"exec-protect", do_exec_protect},
    {"io-uring", do_io_uring},
    {"spin", do_spin},
    {"hang", do_hang},
    {"segv", do_segv},
    {"abort", do_abort},
#ifdef __x86_64__
    {"bus", do_bus},
    {"x32", do_x32},
    {"i386", do_i386},
#endif
};

/* Frames that no honest child writes. */
static const struct {
	const char *word, *frame;
} lies[] = {
    {"not-canonical", "R{\"kind\": \"field\"}"},
    {"format-kind", "R{\"kind\":\"content\"}"},
    {"format-member", "R{\"id\":\"1/1\",\"kind\":\"field\"}"},
    {"no-kind", "R{\"value\":\"x\"}"},
    {"read-item", "R{\"end\":\"done\",\"kind\":\"read-item\",\"sandbox\":\"all\"}"},
    {"reading", "R{\"end\":\"whole\",\"kind\":\"reading\"}"},
    {"sandbox-lie", "Lall+layers"},
    {"early-end", "Z"},
};

static int read_attack(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	char word[64] = "";
	size_t got;
	int r = evd_source_read(&in->source[0], 0, word, sizeof word - 1, &got, err);

	if (r)
		return r;
	if (strcmp(word, "none") == 0)
		return evd_emit_text(sink, "attack", "none", NULL, evd_view_str("well"), err);
	if (strcmp(word, "memory") == 0)
		return allocate(sink, err);
	if (strcmp(word, "flood") == 0)
		return flood(sink, err);
	if (strcmp(word, "flood-pipe") == 0)
		flood_pipe(out_pipe());
	if (strcmp(word, "descriptors") == 0)
		return count_descriptors(sink, err);
	if (strcmp(word, "secrets") == 0)
		return evd_emit_format(sink, "attack", "secrets", NULL, err, "%d", secrets);
	if (strcmp(word, "garbage") == 0)
		raw(out_pipe(), "\xff\xff\xff\xff garbage", 12);
	if (strcmp(word, "short-frame") == 0)
		raw(out_pipe(), "\x10\x00\x00\x00R{", 6);
	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++)
		if (strcmp(word, lies[i].word) == 0)
			raw_frame(out_pipe(), lies[i].frame);
	for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
		if (strcmp(word, deeds[i].word) == 0)
			return say(sink, word, deeds[i].attempt(), err);
	return evd_fail(err, EVD_E_FORMAT, "no such attack");
}

const struct evd_format evd_format_attack = {
    .name = "attack",
    .version = "1",
    .spec = "tests",
    .confirmed = true,
    .probe = probe,
    .read = read_attack,
    .alongside = true,
};

static int read_calm(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	(void)in;
	return evd_emit_text(sink, "calm", "calm", NULL, evd_view_str("still here"), err);
}

const struct evd_format evd_format_calm = {
    .name = "calm",
    .version = "1",
    .spec = "tests",
    .confirmed = true,
    .probe = probe,
    .read = read_calm,
    .alongside = true,
};
