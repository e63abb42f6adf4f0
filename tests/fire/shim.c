/*
 * shim: preloaded into the programs under test (tests/fire).
 *
 * FIRE_MALLOC=N    the N-th allocation fails; N+ : that one and all after it
 * FIRE_COUNT=FD    at exit the number of allocations is written to descriptor FD, as 8 bytes
 * FIRE_PEAK=FD     at exit /proc/self/status is written to descriptor FD
 * FIRE_SHORT=N     read, pread, write and pwrite of files move at most N bytes a call
 * FIRE_CHANGE=PATH a source that changes under the reader's hands: after each read of the file whose
 *                  name ends in PATH it is appended to
 * FIRE_WAIT=PATH   before the FIRE_WAIT_AT-th read of PATH a byte is written to descriptor FIRE_ASK, and one
 *                  awaited from FIRE_ANSWER: the parent does what it likes to the file meanwhile
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

static atomic_ulong allocations;
static unsigned long fail_at, most;
static int fail_on, count_fd = -1;
static const char *changing;
static struct stat waiting;
static atomic_ulong reads;
static unsigned long wait_at;
static int ask_fd, answer_fd;

__attribute__((constructor)) static void set_up(void)
{
	const char *at = getenv("FIRE_MALLOC"), *fd = getenv("FIRE_COUNT"), *len = getenv("FIRE_SHORT");
	char *end;

	changing = getenv("FIRE_CHANGE");
	most = len ? strtoul(len, NULL, 10) : 0;
	count_fd = fd ? atoi(fd) : -1;
	if (getenv("FIRE_WAIT") && stat(getenv("FIRE_WAIT"), &waiting) == 0) {
		wait_at = strtoul(getenv("FIRE_WAIT_AT"), NULL, 10);
		ask_fd = atoi(getenv("FIRE_ASK"));
		answer_fd = atoi(getenv("FIRE_ANSWER"));
	}
	atomic_store(&allocations, 0);
	if (at) {
		fail_at = strtoul(at, &end, 10);
		fail_on = *end == '+';
	}
}

__attribute__((destructor)) static void say_count(void)
{
	uint64_t n = atomic_load(&allocations);

	if (count_fd >= 0 && write(count_fd, &n, sizeof n) != (ssize_t)sizeof n)
		abort();
}

/* VmHWM, unlike what wait4 tells, begins with this program and not with the one that started it. */
__attribute__((destructor)) static void say_peak(void)
{
	const char *to = getenv("FIRE_PEAK");
	char text[8192];
	ssize_t n;
	int fd;

	if (!to)
		return;
	fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	n = read(fd, text, sizeof text);
	if (n <= 0 || write(atoi(to), text, (size_t)n) != n)
		abort();
	close(fd);
}

static int fails(void)
{
	unsigned long n = atomic_fetch_add(&allocations, 1) + 1;

	if (fail_at == 0 || (fail_on ? n < fail_at : n != fail_at))
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t n)
{
	return fails() ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	return fails() ? NULL : __libc_realloc(p, n);
}

static size_t cut(int fd, size_t n)
{
	struct stat st;

	return most && n > most && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? most : n;
}

static void touch(int fd)
{
	char link[64], path[4096];
	ssize_t n;
	int own;

	if (!changing)
		return;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof path - 1);
	if (n < 0)
		return;
	path[n] = '\0';
	if ((size_t)n < strlen(changing) || strcmp(path + n - strlen(changing), changing) != 0)
		return;
	own = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (own >= 0) {
		ssize_t((*put)(int, const void *, size_t));

		*(void **)&put = dlsym(RTLD_NEXT, "write");
		if (put(own, "x", 1) != 1)
			abort();
		close(own);
	}
}

/* By number, for the verifier may not ask for the names of its descriptors. */
static void await(int fd)
{
	struct stat st;
	char c = 0;

	if (wait_at == 0 || fd == answer_fd || fstat(fd, &st) || st.st_ino != waiting.st_ino ||
	    st.st_dev != waiting.st_dev || atomic_fetch_add(&reads, 1) + 1 != wait_at)
		return;
	if (write(ask_fd, &c, 1) != 1 || read(answer_fd, &c, 1) != 1)
		abort();
}

/* Both names: with a 64-bit off_t the C library calls the second. */
#define READ(name, params, args)                                                                   \
	ssize_t name params                                                                            \
	{                                                                                              \
		static ssize_t(*next) params;                                                              \
		ssize_t got;                                                                               \
                                                                                                   \
		if (!next)                                                                                 \
			*(void **)&next = dlsym(RTLD_NEXT, #name);                                             \
		n = cut(fd, n);                                                                            \
		await(fd);                                                                                 \
		got = next args;                                                                           \
		if (got > 0)                                                                               \
			touch(fd);                                                                             \
		return got;                                                                                \
	}

READ(read, (int fd, void *p, size_t n), (fd, p, n))
READ(pread, (int fd, void *p, size_t n, off_t at), (fd, p, n, at))
READ(pread64, (int fd, void *p, size_t n, off64_t at), (fd, p, n, at))
READ(__read_chk, (int fd, void *p, size_t n, size_t room), (fd, p, n, room))
READ(__pread_chk, (int fd, void *p, size_t n, off_t at, size_t room), (fd, p, n, at, room))
READ(__pread64_chk, (int fd, void *p, size_t n, off64_t at, size_t room), (fd, p, n, at, room))

#define WRITE(name, params, args)                                                                  \
	ssize_t name params                                                                            \
	{                                                                                              \
		static ssize_t(*next) params;                                                              \
                                                                                                   \
		if (!next)                                                                                 \
			*(void **)&next = dlsym(RTLD_NEXT, #name);                                             \
		n = cut(fd, n);                                                                            \
		return next args;                                                                          \
	}

WRITE(write, (int fd, const void *p, size_t n), (fd, p, n))
WRITE(pwrite, (int fd, const void *p, size_t n, off_t at), (fd, p, n, at))
WRITE(pwrite64, (int fd, const void *p, size_t n, off64_t at), (fd, p, n, at))
