/* sqlite_vfs: see sqlite_vfs.h. Source: sqlite.org/vfs.html, c3ref/io_methods.html. */
#include "sqlite_vfs.h"

#include "source.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct handle {
	sqlite3_file base; /* first: SQLite's view of it */
	struct evd_vfs_file *f;
	struct evd_vfs_files *all;
};

static struct evd_vfs_files *current;

void evd_vfs_use(struct evd_vfs_files *files)
{
	current = files;
}

static void release_file(struct evd_vfs_file *f)
{
	for (size_t i = 0; i < f->n_blocks; i++)
		free(f->block[i].p);
	free(f->block);
	memset(f, 0, sizeof *f);
}

void evd_vfs_release(struct evd_vfs_files *files)
{
	release_file(&files->db);
	release_file(&files->wal);
	release_file(&files->journal);
	if (current == files)
		current = NULL;
}

static struct handle *handle_of(sqlite3_file *file)
{
	return (struct handle *)file;
}

/* Place of block n, or where it belongs. */
static size_t find_block(const struct evd_vfs_file *f, uint64_t n, bool *found)
{
	size_t low = 0, high = f->n_blocks;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (f->block[mid].n < n)
			low = mid + 1;
		else
			high = mid;
	}
	*found = low < f->n_blocks && f->block[low].n == n;
	return low;
}

/* What the source has of a block, zeros behind its end. */
static int read_below(const struct evd_vfs_file *f, uint64_t off, uint8_t *p, size_t len)
{
	size_t got = 0;

	if (f->s && evd_source_read(f->s, off, p, len, &got, NULL))
		return SQLITE_IOERR_READ;
	memset(p + got, 0, len - got);
	return SQLITE_OK;
}

static struct evd_vfs_block *make_block(struct handle *h, uint64_t n)
{
	struct evd_vfs_file *f = h->f;
	bool found;
	size_t at = find_block(f, n, &found);
	uint8_t *p;
	void *grown;

	if (found)
		return &f->block[at];
	if (h->all->written + EVD_VFS_BLOCK > h->all->written_max)
		return NULL;
	grown = evd_grow(f->block, f->n_blocks, &f->cap, sizeof *f->block);
	if (!grown)
		return NULL;
	f->block = grown;
	p = malloc(EVD_VFS_BLOCK);
	if (!p || read_below(f, n * EVD_VFS_BLOCK, p, EVD_VFS_BLOCK)) {
		free(p);
		return NULL;
	}
	memmove(f->block + at + 1, f->block + at, (f->n_blocks - at) * sizeof *f->block);
	f->block[at].n = n;
	f->block[at].p = p;
	f->n_blocks++;
	h->all->written += EVD_VFS_BLOCK;
	return &f->block[at];
}

static int vfs_close(sqlite3_file *file)
{
	(void)file;
	return SQLITE_OK;
}

static int vfs_read(sqlite3_file *file, void *out, int len, sqlite3_int64 off)
{
	struct evd_vfs_file *f = handle_of(file)->f;
	uint8_t *p = out;
	uint64_t at = (uint64_t)off, left = (uint64_t)len, there;

	there = at < f->size ? f->size - at : 0;
	there = there < left ? there : left;
	for (uint64_t done = 0; done < there;) {
		uint64_t n = (at + done) / EVD_VFS_BLOCK;
		size_t in = (size_t)((at + done) % EVD_VFS_BLOCK);
		size_t step = EVD_VFS_BLOCK - in;
		bool found;
		size_t k = find_block(f, n, &found);

		step = step < there - done ? step : (size_t)(there - done);
		if (found) {
			memcpy(p + done, f->block[k].p + in, step);
		} else {
			/* up to the next written block in one go */
			uint64_t until = k < f->n_blocks ? f->block[k].n * EVD_VFS_BLOCK : UINT64_MAX;

			step = (size_t)(there - done);
			if (at + done + step > until)
				step = (size_t)(until - at - done);
			if (read_below(f, at + done, p + done, step))
				return SQLITE_IOERR_READ;
		}
		done += step;
	}
	memset(p + there, 0, (size_t)(left - there));
	return there == left ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int vfs_write(sqlite3_file *file, const void *in, int len, sqlite3_int64 off)
{
	struct handle *h = handle_of(file);
	const uint8_t *p = in;
	uint64_t at = (uint64_t)off;

	for (size_t done = 0; done < (size_t)len;) {
		struct evd_vfs_block *b = make_block(h, (at + done) / EVD_VFS_BLOCK);
		size_t inner = (size_t)((at + done) % EVD_VFS_BLOCK), step = EVD_VFS_BLOCK - inner;

		if (!b)
			return SQLITE_FULL;
		step = step < (size_t)len - done ? step : (size_t)len - done;
		memcpy(b->p + inner, p + done, step);
		done += step;
	}
	if (at + (uint64_t)len > h->f->size)
		h->f->size = at + (uint64_t)len;
	return SQLITE_OK;
}

static int vfs_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	/* bytes of the source behind a cut would come back if it grew again: not met in recovery */
	handle_of(file)->f->size = (uint64_t)size;
	return SQLITE_OK;
}

static int vfs_sync(sqlite3_file *file, int flags)
{
	(void)file;
	(void)flags;
	return SQLITE_OK;
}

static int vfs_size(sqlite3_file *file, sqlite3_int64 *out)
{
	*out = (sqlite3_int64)handle_of(file)->f->size;
	return SQLITE_OK;
}

static int vfs_lock(sqlite3_file *file, int lock)
{
	(void)file;
	(void)lock;
	return SQLITE_OK;
}

static int vfs_reserved(sqlite3_file *file, int *out)
{
	(void)file;
	*out = 0;
	return SQLITE_OK;
}

static int vfs_control(sqlite3_file *file, int op, void *arg)
{
	(void)file;
	(void)op;
	(void)arg;
	return SQLITE_NOTFOUND;
}

static int vfs_sector(sqlite3_file *file)
{
	(void)file;
	return 4096;
}

static int vfs_characteristics(sqlite3_file *file)
{
	(void)file;
	return 0;
}

/* Version 1: no shared memory and no mapping; WAL then works in exclusive mode alone. */
static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = vfs_close,
    .xRead = vfs_read,
    .xWrite = vfs_write,
    .xTruncate = vfs_truncate,
    .xSync = vfs_sync,
    .xFileSize = vfs_size,
    .xLock = vfs_lock,
    .xUnlock = vfs_lock,
    .xCheckReservedLock = vfs_reserved,
    .xFileControl = vfs_control,
    .xSectorSize = vfs_sector,
    .xDeviceCharacteristics = vfs_characteristics,
};

static struct evd_vfs_file *file_named(const char *name)
{
	size_t n = name ? strlen(name) : 0;

	if (!current || !name)
		return NULL;
	if (n > 4 && strcmp(name + n - 4, "-wal") == 0)
		return &current->wal;
	if (n > 8 && strcmp(name + n - 8, "-journal") == 0)
		return &current->journal;
	return strcmp(name, "/item") == 0 ? &current->db : NULL;
}

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
	struct handle *h = handle_of(file);

	(void)vfs;
	h->base.pMethods = NULL;
	h->f = file_named(name);
	h->all = current;
	if (!h->f || (!h->f->exists && !(flags & SQLITE_OPEN_CREATE)))
		return SQLITE_CANTOPEN;
	h->f->exists = true;
	h->base.pMethods = &methods;
	if (out)
		*out = flags;
	return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	struct evd_vfs_file *f = file_named(name);

	(void)vfs;
	(void)sync;
	if (!f || !f->exists)
		return SQLITE_IOERR_DELETE_NOENT;
	f->exists = false;
	f->size = 0;
	return SQLITE_OK;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	struct evd_vfs_file *f = file_named(name);

	(void)vfs;
	(void)flags;
	*out = f && f->exists && f->size > 0;
	return SQLITE_OK;
}

static int vfs_path(sqlite3_vfs *vfs, const char *name, int len, char *out)
{
	size_t n = strlen(name);

	(void)vfs;
	if ((int)n >= len)
		return SQLITE_CANTOPEN;
	memcpy(out, name, n + 1);
	return SQLITE_OK;
}

/* No chance enters a read-out: the same item gives the same records. */
static int vfs_random(sqlite3_vfs *vfs, int len, char *out)
{
	(void)vfs;
	memset(out, 0x5A, (size_t)len);
	return len;
}

static int vfs_sleep(sqlite3_vfs *vfs, int us)
{
	(void)vfs;
	return us;
}

static int vfs_time(sqlite3_vfs *vfs, double *out)
{
	(void)vfs;
	*out = 2440587.5; /* 1970-01-01 */
	return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int len, char *out)
{
	(void)vfs;
	if (len > 0)
		out[0] = 0;
	return 0;
}

int evd_vfs_register(void)
{
	static sqlite3_vfs vfs = {
	    .iVersion = 1,
	    .szOsFile = sizeof(struct handle),
	    .mxPathname = 64,
	    .zName = EVD_VFS_NAME,
	    .xOpen = vfs_open,
	    .xDelete = vfs_delete,
	    .xAccess = vfs_access,
	    .xFullPathname = vfs_path,
	    .xRandomness = vfs_random,
	    .xSleep = vfs_sleep,
	    .xCurrentTime = vfs_time,
	    .xGetLastError = vfs_last_error,
	};

	return sqlite3_vfs_register(&vfs, 0);
}
