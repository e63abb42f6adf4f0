/* copy, POSIX: see copy.h. */
#include "capture/copy.h"

#include "base/crc.h"
#include "platform/files.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* From this size on SHA-512 runs beside the rest, on a second core. */
#define SPLIT_FROM (UINT64_C(64) << 20)
/* Most that is read of a file that says it is empty, as those of /proc do (threats G-12). */
#define MAX_SIZELESS (UINT64_C(16) << 20)

void evd_copier_release(struct evd_copier *c)
{
	evd_sha_release(&c->sha256);
	evd_sha_release(&c->sha512);
	free(c->block);
	c->block = NULL;
}

static const char *kind_of(mode_t mode)
{
	return S_ISDIR(mode)    ? "a folder"
	       : S_ISLNK(mode)  ? "a symbolic link"
	       : S_ISFIFO(mode) ? "a FIFO"
	       : S_ISSOCK(mode) ? "a socket"
	                        : "a device";
}

int evd_source_open(int at, const char *name, int *out, bool *noatime, struct evd_error *err)
{
	const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
	struct stat st;
	int fd;

	*out = -1;
	at = at < 0 ? AT_FDCWD : at;
	/* looked at first: opening a device can act on it */
	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return evd_fail_sys(err, errno, "cannot be read");
	if (!S_ISREG(st.st_mode))
		return evd_fail(err, EVD_E_DAMAGED, "not taken: it is %s", kind_of(st.st_mode));
	fd = openat(at, name, flags | O_NOATIME);
	*noatime = fd >= 0;
	if (fd < 0 && errno == EPERM) /* only the owner may ask for it */
		fd = openat(at, name, flags);
	if (fd < 0)
		return evd_fail_sys(err, errno, "cannot be read");
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return evd_fail(err, EVD_E_DAMAGED, "not taken: it was replaced by %s",
		                kind_of(st.st_mode));
	}
	*out = fd;
	return 0;
}

static void note_stat(const struct stat *st, struct evd_copied *out)
{
	out->inode = st->st_ino;
	out->links = st->st_nlink;
	out->uid = st->st_uid;
	out->modified_s = st->st_mtim.tv_sec;
	out->modified_ns = st->st_mtim.tv_nsec;
	out->changed_s = st->st_ctim.tv_sec;
	out->changed_ns = st->st_ctim.tv_nsec;
	out->accessed_s = st->st_atim.tv_sec;
	out->accessed_ns = st->st_atim.tv_nsec;
}

static bool same_state(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	       a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static bool is_zero(const uint8_t *p, size_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

/* A block of zeros becomes a hole again: a sparse source must not fill the stick. */
static int write_block(int fd, uint64_t off, const uint8_t *p, size_t n, bool zero,
                       struct evd_error *err)
{
	return zero ? 0 : evd_file_write_at(fd, off, p, n, err);
}

static int set_size(int to, uint64_t size, struct evd_error *err)
{
	return ftruncate(to, (off_t)size) != 0 ? evd_fail_sys(err, errno, "the copy cannot be written")
	                                       : 0;
}

static ssize_t read_block(int fd, uint8_t *p, size_t n)
{
	size_t got = 0;

	while (got < n) {
		ssize_t k = read(fd, p + got, n - got);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -1;
		if (k == 0)
			break;
		got += (size_t)k;
	}
	return (ssize_t)got;
}

/* SHA-512 of one block on its own thread, while the other digests and the write go on. */
struct beside {
	struct evd_sha *sha;
	const uint8_t *p;
	size_t n;
	int result;
	bool quit, work;
	pthread_mutex_t lock;
	pthread_cond_t wake, done;
	pthread_t thread;
};

static void *hash_beside(void *arg)
{
	struct beside *b = arg;

	pthread_mutex_lock(&b->lock);
	for (;;) {
		while (!b->work && !b->quit)
			pthread_cond_wait(&b->wake, &b->lock);
		if (b->quit)
			break;
		pthread_mutex_unlock(&b->lock);
		b->result = evd_sha_add(b->sha, b->p, b->n, NULL);
		pthread_mutex_lock(&b->lock);
		b->work = false;
		pthread_cond_signal(&b->done);
	}
	pthread_mutex_unlock(&b->lock);
	return NULL;
}

static bool beside_start(struct beside *b, struct evd_sha *sha)
{
	memset(b, 0, sizeof *b);
	b->sha = sha;
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->wake, NULL);
	pthread_cond_init(&b->done, NULL);
	return pthread_create(&b->thread, NULL, hash_beside, b) == 0;
}

static void beside_give(struct beside *b, const uint8_t *p, size_t n)
{
	pthread_mutex_lock(&b->lock);
	b->p = p;
	b->n = n;
	b->work = true;
	pthread_cond_signal(&b->wake);
	pthread_mutex_unlock(&b->lock);
}

static int beside_wait(struct beside *b)
{
	pthread_mutex_lock(&b->lock);
	while (b->work)
		pthread_cond_wait(&b->done, &b->lock);
	pthread_mutex_unlock(&b->lock);
	return b->result;
}

static void beside_stop(struct beside *b)
{
	pthread_mutex_lock(&b->lock);
	b->quit = true;
	pthread_cond_signal(&b->wake);
	pthread_mutex_unlock(&b->lock);
	pthread_join(b->thread, NULL);
	pthread_mutex_destroy(&b->lock);
	pthread_cond_destroy(&b->wake);
	pthread_cond_destroy(&b->done);
}

static int pass_block(struct evd_copier *c, struct beside *b, int to, uint64_t off, uint8_t *p,
                      size_t n, struct evd_copied *out, struct evd_error *err)
{
	bool zero = is_zero(p, n);
	int r, w;

	if (b)
		beside_give(b, p, n);
	r = b ? 0 : evd_sha_add(&c->sha512, p, n, err);
	w = evd_sha_add(&c->sha256, p, n, err);
	out->crc32 = evd_crc32_bulk(out->crc32, p, n);
	if (r == 0 && w == 0)
		r = write_block(to, off, p, n, zero, err);
	if (!zero)
		out->seen &= ~EVD_SEEN_ZERO;
	if (b && beside_wait(b) && r == 0)
		r = evd_fail_crypto(err, "digest failed");
	if (r == 0 && w == 0 && c->progress && c->progress(c->ctx, n))
		r = evd_fail(err, EVD_E_CANCELLED, "stopped");
	return r ? r : w;
}

/*
 * One reading from start to end; the target is written from its start. No more is read than there was at
 * the start: a file that grows while it is read would never end (threats G-01, G-27). What grew is noted
 * by the caller, which compares the sizes.
 */
static int copy_once(struct evd_copier *c, int source, uint64_t expected, int to,
                     struct evd_copied *out, struct evd_error *err)
{
	struct beside beside, *b = NULL;
	int r = evd_sha_begin(&c->sha256, EVD_SHA256, err);

	if (r == 0)
		r = evd_sha_begin(&c->sha512, EVD_SHA512, err);
	if (r)
		return r;
	out->size = 0;
	out->crc32 = 0;
	out->seen |= EVD_SEEN_ZERO;
	if (expected >= SPLIT_FROM && beside_start(&beside, &c->sha512))
		b = &beside;
	while (r == 0) {
		uint64_t left = (expected ? expected : MAX_SIZELESS) - out->size;
		ssize_t n = read_block(source, c->block, left < EVD_IO_BLOCK ? (size_t)left : EVD_IO_BLOCK);

		if (n < 0)
			r = evd_fail_sys(err, errno, "read failed after %llu bytes",
			                 (unsigned long long)out->size);
		if (n <= 0)
			break;
		r = pass_block(c, b, to, out->size, c->block, (size_t)n, out, err);
		out->size += (uint64_t)n;
	}
	if (b)
		beside_stop(b);
	if (r == 0)
		r = set_size(to, out->size, err);
	if (r == 0)
		r = evd_sha_end(&c->sha256, out->sha256, err);
	if (r == 0)
		r = evd_sha_end(&c->sha512, out->sha512, err);
	return r;
}

/* Behind the size that it says: what is there would be lost without a word (G-27). */
static bool goes_on(struct evd_copier *c, int source)
{
	return read_block(source, c->block, 1) > 0;
}

static int copy_stable(struct evd_copier *c, int source, int to, struct evd_copied *out,
                       struct evd_error *err)
{
	struct stat before, after;
	int r = 0;

	for (int reading = 0; reading < 2 && r == 0; reading++) {
		if (lseek(source, 0, SEEK_SET) != 0 || fstat(source, &before) != 0)
			return evd_fail_sys(err, errno, "read failed");
		r = reading ? set_size(to, 0, err) : 0;
		if (r)
			break;
		r = copy_once(c, source, (uint64_t)before.st_size, to, out, err);
		if (r == 0 && fstat(source, &after) != 0)
			r = evd_fail_sys(err, errno, "read failed");
		if (r)
			break;
		note_stat(&before, out);
		if (same_state(&before, &after) && out->size == (uint64_t)after.st_size &&
		    !goes_on(c, source)) {
			out->seen &= ~EVD_SEEN_CHANGED;
			break;
		}
		out->seen |= EVD_SEEN_CHANGED | EVD_SEEN_ACTIVE;
	}
	if (r)
		return r;
	if (out->size == 0)
		out->seen = (out->seen & ~EVD_SEEN_ZERO) | EVD_SEEN_EMPTY;
	if ((uint64_t)after.st_blocks * 512 < out->size)
		out->seen |= EVD_SEEN_SPARSE;
	if (out->links > 1)
		out->seen |= EVD_SEEN_LINKS;
	if (flistxattr(source, NULL, 0) > 0) /* also NTFS streams, where the driver shows them so */
		out->seen |= EVD_SEEN_ATTRIBUTES;
	return 0;
}

int evd_copy(struct evd_copier *c, int source, int to_at, const char *to_name,
             struct evd_copied *out, struct evd_error *err)
{
	int to, r, closed;

	memset(out, 0, sizeof *out);
	if (!c->block)
		c->block = malloc(EVD_IO_BLOCK);
	if (!c->block)
		return evd_nomem(err);
	r = evd_file_create(to_at, to_name, &to, err);
	if (r)
		return r;
	r = copy_stable(c, source, to, out, err);
	closed = evd_close(to, r ? NULL : err);
	if (r == 0)
		r = closed;
	if (r)
		evd_remove(to_at, to_name);
	return r;
}

void evd_extension(struct evd_view name, char out[9])
{
	size_t n = 0;

	memcpy(out, "bin", 4);
	while (n < name.len && n <= 8 && name.p[name.len - 1 - n] != '.')
		n++;
	if (n == 0 || n > 8 || n + 1 >= name.len) /* ".bashrc" has no extension */
		return;
	for (size_t i = 0; i < n; i++) {
		uint8_t c = name.p[name.len - n + i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
			return;
	}
	for (size_t i = 0; i < n; i++) {
		uint8_t c = name.p[name.len - n + i];

		out[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	}
	out[n] = '\0';
}
