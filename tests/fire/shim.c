/*
 * shim: preloaded into the programs under test (tests/fire).
 *
 * FIRE_MALLOC=N    the N-th allocation fails; N+ : that one and all after it
 * FIRE_COUNT=FD    at exit the number of allocations is written to descriptor FD, as 8 bytes
 * FIRE_SHORT=N     read, pread, write and pwrite of files move at most N bytes a call
 * FIRE_CHANGE=PATH a source that changes under the reader's hands: after each read of the file whose
 *                  name ends in PATH it is appended to
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

__attribute__((constructor)) static void set_up(void)
{
	const char *at = getenv("FIRE_MALLOC"), *fd = getenv("FIRE_COUNT"), *len = getenv("FIRE_SHORT");
	char *end;

	changing = getenv("FIRE_CHANGE");
	most = len ? strtoul(len, NULL, 10) : 0;
	count_fd = fd ? atoi(fd) : -1;
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
