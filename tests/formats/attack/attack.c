/*
 * attack: a reader that does what a hijacked parser would do; linked only into
 * evidence-reader-attack. The item's bytes name the attack. After an attempt that was answered
 * with an error it emits a field "errno", so that the test sees how it was refused.
 */
#include "emit.h"
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

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
	struct stat st;

	/* fstat is refused on the pipe, so the writable descriptor is the one write() takes */
	for (int fd = 0; fd < 64; fd++)
		if (write(fd, "", 0) == 0)
			return fd;
	(void)st;
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

static int read_attack(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	char word[64] = "";
	size_t got;
	int r = evd_source_read(&in->source[0], 0, word, sizeof word - 1, &got, err);
	char path[] = "/bin/true";
	char *const argv[] = {path, NULL};

	if (r)
		return r;
	if (strcmp(word, "none") == 0)
		return evd_emit_text(sink, "attack", "none", NULL, evd_view_str("well"), err);
	if (strcmp(word, "open") == 0)
		return say(sink, word, open("/etc/passwd", O_RDONLY), err);
	if (strcmp(word, "openat") == 0)
		return say(sink, word, syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY), err);
	if (strcmp(word, "openat2") == 0)
		return say(sink, word, syscall(437, AT_FDCWD, "/etc/passwd", NULL, 0), err);
	if (strcmp(word, "create") == 0)
		return say(sink, word, open("/tmp/evd-attack", O_CREAT | O_WRONLY, 0600), err);
	if (strcmp(word, "unlink") == 0)
		return say(sink, word, unlink("/tmp/evd-attack"), err);
	if (strcmp(word, "write-source") == 0) /* the item itself, opened for reading anyway */
		return say(sink, word, syscall(SYS_pwrite64, 4, "x", 1, 0), err);
	if (strcmp(word, "stderr") == 0)
		return say(sink, word, write(2, "x", 1), err);
	if (strcmp(word, "map-file") == 0)
		return say(sink, word, (long)mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0), err);
	if (strcmp(word, "stat") == 0)
		return say(sink, word, syscall(SYS_newfstatat, AT_FDCWD, "/etc/passwd", NULL, 0), err);
	if (strcmp(word, "raise-limit") == 0) {
		struct rlimit l = {RLIM_INFINITY, RLIM_INFINITY};

		return say(sink, word, setrlimit(RLIMIT_AS, &l), err);
	}
	if (strcmp(word, "socket") == 0)
		return say(sink, word, socket(AF_INET, SOCK_STREAM, 0), err);
	if (strcmp(word, "unix-socket") == 0)
		return say(sink, word, socket(AF_UNIX, SOCK_STREAM, 0), err);
	if (strcmp(word, "execve") == 0)
		return say(sink, word, execv(path, argv), err);
	if (strcmp(word, "fork") == 0)
		return say(sink, word, fork(), err);
	if (strcmp(word, "ptrace") == 0)
		return say(sink, word, ptrace(PTRACE_TRACEME, 0, NULL, NULL), err);
	if (strcmp(word, "kill") == 0)
		return say(sink, word, kill(getppid(), SIGKILL), err);
	if (strcmp(word, "exec-memory") == 0)
		return say(
		    sink, word,
		    (long)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), err);
	if (strcmp(word, "exec-protect") == 0) {
		void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		return say(sink, word, mprotect(p, 4096, PROT_READ | PROT_EXEC), err);
	}
	if (strcmp(word, "io-uring") == 0)
		return say(sink, word, syscall(425, 4, NULL), err);
#ifdef __x86_64__
	if (strcmp(word, "x32") == 0)
		return say(sink, word, syscall(0x40000000 | SYS_getpid), err);
	if (strcmp(word, "i386") == 0) {
		long result = 20; /* getpid of the 32-bit interface */

		__asm__ volatile("int $0x80" : "+a"(result) : : "memory");
		return say(sink, word, result, err);
	}
#endif
	if (strcmp(word, "memory") == 0)
		return allocate(sink, err);
	if (strcmp(word, "spin") == 0)
		for (volatile unsigned long i = 0;; i++)
			;
	if (strcmp(word, "hang") == 0) {
		int lock = 0;

		syscall(SYS_futex, &lock, 0 /* FUTEX_WAIT */, 0, NULL, NULL, 0);
	}
	if (strcmp(word, "flood") == 0)
		return flood(sink, err);
	if (strcmp(word, "segv") == 0) {
		volatile int *null = NULL;

		*null = 1;
	}
	if (strcmp(word, "abort") == 0)
		abort();
	if (strcmp(word, "descriptors") == 0)
		return count_descriptors(sink, err);
	if (strcmp(word, "garbage") == 0)
		raw(out_pipe(), "\xff\xff\xff\xff garbage", 12);
	if (strcmp(word, "short-frame") == 0)
		raw(out_pipe(), "\x10\x00\x00\x00R{", 6);
	if (strcmp(word, "not-canonical") == 0)
		raw_frame(out_pipe(), "R{\"kind\": \"field\"}");
	if (strcmp(word, "format-kind") == 0)
		raw_frame(out_pipe(), "R{\"kind\":\"content\"}");
	if (strcmp(word, "format-member") == 0)
		raw_frame(out_pipe(), "R{\"id\":\"1/1\",\"kind\":\"field\"}");
	if (strcmp(word, "no-kind") == 0)
		raw_frame(out_pipe(), "R{\"value\":\"x\"}");
	if (strcmp(word, "sandbox-lie") == 0)
		raw_frame(out_pipe(), "Lall+layers");
	if (strcmp(word, "early-end") == 0)
		raw_frame(out_pipe(), "Z");
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
