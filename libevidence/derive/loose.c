/* loose: see loose.h. */
#include "derive/loose.h"

#include "platform/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOK 512u   /* bytes by which a text is known */
#define BLOCK 4096u /* bytes read at a time */

struct file {
	struct evd_loose_item item;
	uint32_t intake;
	bool looked; /* the members below are known */
	uint8_t flags, head_len, head[EVD_LOOSE_HEAD];
};

struct evd_loose {
	EVD_ARRAY(struct file) file; /* in the order of the log */
	uint32_t *order;             /* the same by intake and source; NULL: not sorted yet */
	/* the entry that the last item is of, and how full it is */
	uint64_t items, bytes;
	/* the listing made last: texts of one folder follow each other */
	struct evd_buf bytes_of;
	struct evd_loose_listed listed;
	const struct file *listed_for; /* NULL: none yet */
	int fd;                        /* -1: nothing lies there */
};

struct evd_loose *evd_loose_new(void)
{
	struct evd_loose *l = calloc(1, sizeof *l);

	if (l)
		l->fd = -1;
	return l;
}

void evd_loose_free(struct evd_loose *l)
{
	if (!l)
		return;
	if (l->fd >= 0)
		close(l->fd);
	evd_buf_release(&l->bytes_of);
	free(l->file.at);
	free(l->order);
	free(l);
}

/*
 * An intake is one entry, or several that follow each other, of which all but the last are full (docs/acquire.md).
 * Where that cannot be seen, after an interruption, they are taken for two: a file is then not found, never one of
 * another phone that was taken in under the same path.
 */
static bool goes_on(const struct evd_loose *l, const struct evd_loose_item *item)
{
	const struct evd_id *last = &l->file.at[l->file.n - 1].item.id;

	if (item->id.seq == last->seq)
		return true;
	return item->id.seq == last->seq + 1 &&
	       (l->items >= EVD_BATCH_ITEMS || l->bytes + item->size > EVD_BATCH_BYTES);
}

int evd_loose_add(struct evd_loose *l, const struct evd_loose_item *item, struct evd_error *err)
{
	struct file *f;
	uint32_t intake = 0;

	if (!EVD_ROOM(&l->file))
		return evd_nomem(err);
	if (l->file.n) {
		const struct file *last = &l->file.at[l->file.n - 1];

		intake = last->intake + !goes_on(l, item);
		if (item->id.seq != last->item.id.seq)
			l->items = l->bytes = 0;
	}
	l->items++;
	l->bytes += item->size;
	f = &l->file.at[l->file.n++];
	memset(f, 0, sizeof *f);
	f->item = *item;
	f->intake = intake;
	return 0;
}

static const char *source_of(const struct file *f)
{
	return f->item.source ? f->item.source : "";
}

static int by_source(const void *a, const void *b, void *ctx)
{
	const struct file *all = ctx;
	const uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
	int r;

	if (all[i].intake != all[k].intake)
		return all[i].intake < all[k].intake ? -1 : 1;
	r = strcmp(source_of(&all[i]), source_of(&all[k]));
	return r ? r : (i > k) - (i < k);
}

static int sort(struct evd_loose *l, struct evd_error *err)
{
	l->order = malloc((l->file.n + 1) * sizeof *l->order);
	if (!l->order)
		return evd_nomem(err);
	for (size_t i = 0; i < l->file.n; i++)
		l->order[i] = (uint32_t)i;
	if (l->file.n)
		qsort_r(l->order, l->file.n, sizeof *l->order, by_source, l->file.at);
	return 0;
}

static const struct file *find(const struct evd_loose *l, struct evd_id id)
{
	size_t low = 0, high = l->file.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct evd_id *at = &l->file.at[mid].item.id;

		if (at->seq < id.seq || (at->seq == id.seq && at->k < id.k))
			low = mid + 1;
		else
			high = mid;
	}
	if (low == l->file.n || l->file.at[low].item.id.seq != id.seq ||
	    l->file.at[low].item.id.k != id.k)
		return NULL;
	return &l->file.at[low];
}

/* Bytes of the path before the name, with the slash; 0: it has no folder. */
static size_t folder_len(const struct file *f)
{
	const char *slash = strrchr(source_of(f), '/');

	return slash ? (size_t)(slash - source_of(f)) + 1 : 0;
}

/* Whether a file stands before the folder of `f` in the order (<0), in it (0) or behind it (>0). */
static int against(const struct file *x, const struct file *f, size_t folder)
{
	if (x->intake != f->intake)
		return x->intake < f->intake ? -1 : 1;
	return strncmp(source_of(x), source_of(f), folder);
}

static int read_some(int fd, uint8_t *p, size_t len, uint64_t off, size_t *got)
{
	ssize_t n;

	do
		n = pread(fd, p, len, (off_t)off);
	while (n < 0 && errno == EINTR);
	*got = n > 0 ? (size_t)n : 0;
	return n < 0 ? -1 : 0;
}

/* Up to the first byte that is not zero: for nearly every file that is one block. */
static void look(struct file *f, int dir)
{
	uint8_t block[BLOCK];
	uint64_t size, off = 0;
	bool zero = true;
	size_t got;
	int fd;

	f->looked = true;
	if (!f->item.path || evd_file_open(dir, f->item.path, &fd, &size, NULL))
		return;
	f->flags = EVD_LOOSE_READ;
	f->item.size = size;
	while (zero && off < size) {
		if (read_some(fd, block, sizeof block, off, &got) || got == 0) {
			f->flags = 0;
			break;
		}
		if (off == 0) {
			f->head_len = (uint8_t)(got < EVD_LOOSE_HEAD ? got : EVD_LOOSE_HEAD);
			memcpy(f->head, block, f->head_len);
		}
		for (size_t i = 0; zero && i < got; i++)
			zero = block[i] == 0;
		off += got;
	}
	if (f->flags && zero && size > 0)
		f->flags |= EVD_LOOSE_ZERO;
	close(fd);
}

static void put_file(struct evd_buf *b, const struct file *f, size_t folder)
{
	const struct evd_view name = evd_view_str(source_of(f) + folder);

	evd_put_u32le(b, (uint32_t)name.len);
	evd_put_view(b, name);
	evd_put_u64le(b, f->item.size);
	evd_put_u8(b, f->flags);
	evd_put_u8(b, f->head_len);
	evd_put(b, f->head, f->head_len);
}

static void put_u32_at(struct evd_buf *b, size_t at, uint32_t v)
{
	for (size_t i = 0; !b->failed && i < 4; i++)
		b->data[at + i] = (uint8_t)(v >> 8 * i);
}

/* All of the folder, from place `from` in the order on. */
static int make(struct evd_loose *l, int dir, const struct file *f, size_t from,
                struct evd_error *err)
{
	const size_t folder = folder_len(f);
	struct evd_buf *b = &l->bytes_of;
	struct evd_loose_listed *x = &l->listed;
	size_t counts = 4;

	*x = (struct evd_loose_listed){.first = UINT64_MAX};
	evd_buf_reset(b);
	evd_put_u32le(b, EVD_LOOSE_MAGIC);
	evd_put_u64le(b, 0); /* the counts, below */
	evd_put_u32le(b, (uint32_t)(folder ? folder - 1 : 0));
	evd_put(b, source_of(f), folder ? folder - 1 : 0);
	for (size_t i = from; i < l->file.n; i++) {
		struct file *y = &l->file.at[l->order[i]];

		if (against(y, f, folder) != 0)
			break;
		if (!y->item.source)
			continue;
		if (x->files >= EVD_LOOSE_FILES ||
		    b->len + strlen(y->item.source) + EVD_LOOSE_HEAD + 32 > EVD_LOOSE_BYTES) {
			x->left_out++;
			continue;
		}
		if (!y->looked)
			look(y, dir);
		put_file(b, y, folder);
		x->files++;
		x->first = y->item.id.seq < x->first ? y->item.id.seq : x->first;
		x->last = y->item.id.seq > x->last ? y->item.id.seq : x->last;
	}
	put_u32_at(b, counts, x->files);
	put_u32_at(b, counts + 4, x->left_out);
	return evd_buf_check(b, err);
}

static size_t first_of(const struct evd_loose *l, const struct file *f)
{
	const size_t folder = folder_len(f);
	size_t low = 0, high = l->file.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (against(&l->file.at[l->order[mid]], f, folder) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool same_folder(const struct file *a, const struct file *b)
{
	return a && a->intake == b->intake && folder_len(a) == folder_len(b) &&
	       memcmp(source_of(a), source_of(b), folder_len(a)) == 0;
}

int evd_loose_listing(struct evd_loose *l, int dir, struct evd_id id, int *fd,
                      struct evd_loose_listed *listed, struct evd_error *err)
{
	const struct file *f;
	int r = l->order ? 0 : sort(l, err);

	*fd = -1;
	memset(listed, 0, sizeof *listed);
	f = r == 0 ? find(l, id) : NULL;
	if (!f || !f->item.source)
		return r;
	if (!same_folder(l->listed_for, f)) {
		l->listed_for = NULL;
		if (l->fd >= 0)
			close(l->fd);
		l->fd = -1;
		r = make(l, dir, f, first_of(l, f), err);
		/* the item itself is one of them */
		if (r == 0 && l->listed.files + l->listed.left_out > 1)
			r = evd_file_in_memory(evd_buf_view(&l->bytes_of), &l->fd, err);
		if (r)
			return r;
		l->listed_for = f;
	}
	if (l->fd < 0)
		return 0;
	*fd = fcntl(l->fd, F_DUPFD_CLOEXEC, 0);
	if (*fd < 0)
		return evd_fail_sys(err, errno, "no descriptor for the list of loose files");
	*listed = l->listed;
	return 0;
}

bool evd_loose_wanted(int fd, const char *name)
{
	static const char *const ends[] = {".txt", ".json", ".jsonl", ".html", ".htm",
	                                   ".csv", ".xml",  ".md",    ".log"};
	uint8_t block[LOOK];
	size_t got = 0, n = name ? strlen(name) : 0;

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		size_t m = strlen(ends[i]);

		if (n > m && strcasecmp(name + n - m, ends[i]) == 0)
			return true;
	}
	return read_some(fd, block, sizeof block, 0, &got) == 0 && got > 0 && !memchr(block, 0, got);
}
