/* hash_items: see hash_items.h. */
#include "verify/hash_items.h"

#include "base/lanes.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Bytes that a lane reads at once. */
#define LANE_BLOCK (UINT32_C(64) << 10)

/* One stream among those a thread hashes side by side. */
struct lane {
	struct evd_item *item; /* NULL: idle */
	uint8_t *block;        /* LANE_BLOCK bytes, and two blocks for the padding */
	uint64_t done;         /* bytes of the item read */
	bool padded;
	size_t at, n; /* in blocks of SHA-256: hashed, there */
};

/* For the lanes items go largest first. */
struct place {
	uint64_t size;
	size_t item;
};

/* One thread's tools. */
struct tools {
	struct evd_sha sha256, sha512;
	uint8_t *block;
};

struct job {
	struct evd_run *run;
	struct tools *tools; /* one for each thread */
	pthread_mutex_t lock;
	uint64_t done, all;  /* bytes */
	struct place *order; /* with lanes: the items; those before n_alone are hashed one by one */
	size_t n_order, n_alone, next;
	enum evd_lanes_unit unit;
	struct evd_error err;
};

/* The first error wins; it is what the caller is told. */
static int fail_once(struct job *j, const struct evd_error *err, int r)
{
	pthread_mutex_lock(&j->lock);
	if (j->err.code == 0)
		j->err = *err;
	pthread_mutex_unlock(&j->lock);
	return r;
}

static void count(struct job *j, uint64_t n)
{
	pthread_mutex_lock(&j->lock);
	j->done += n;
	pthread_mutex_unlock(&j->lock);
}

static int hash_bytes(struct job *j, struct tools *t, const struct evd_item *it,
                      struct evd_error *err)
{
	bool both = j->run->sha512.at != NULL;
	int r = evd_sha_begin(&t->sha256, EVD_SHA256, err);

	if (r == 0 && both)
		r = evd_sha_begin(&t->sha512, EVD_SHA512, err);
	for (uint64_t done = 0; done < it->size && r == 0;) {
		size_t n = it->size - done < EVD_IO_BLOCK ? (size_t)(it->size - done) : EVD_IO_BLOCK;

		r = evd_read_at(j->run->c.fd, it->off + done, t->block, n, err);
		if (r == 0)
			r = evd_sha_add(&t->sha256, t->block, n, err);
		if (r == 0 && both)
			r = evd_sha_add(&t->sha512, t->block, n, err);
		done += n;
		count(j, n);
	}
	return r;
}

/* By OpenSSL, whose word counts. */
static int hash_alone(struct job *j, struct tools *t, size_t i)
{
	struct evd_item *it = &j->run->report->log.items.at[i];
	uint8_t sha256[EVD_SHA256_LEN], sha512[EVD_SHA512_LEN];
	struct evd_error err = {0};
	bool fits;
	int r;

	if (it->state != EVD_ITEM_PRESENT)
		return 0;
	if (!t->block)
		t->block = malloc(EVD_IO_BLOCK);
	r = t->block ? hash_bytes(j, t, it, &err) : evd_nomem(&err);
	if (r == 0)
		r = evd_sha_end(&t->sha256, sha256, &err);
	if (r == 0 && j->run->sha512.at)
		r = evd_sha_end(&t->sha512, sha512, &err);
	if (r)
		return fail_once(j, &err, r);
	fits = memcmp(sha256, it->sha256, sizeof sha256) == 0 &&
	       (!j->run->sha512.at || memcmp(sha512, j->run->sha512.at[i].digest, sizeof sha512) == 0);
	it->state = fits ? EVD_ITEM_FITS : EVD_ITEM_ALTERED;
	return 0;
}

static int hash_item(void *ctx, size_t i, unsigned thread)
{
	struct job *j = ctx;

	return hash_alone(j, &j->tools[thread], j->order ? j->order[i].item : i);
}

static int tick(void *ctx)
{
	struct job *j = ctx;
	const struct evd_verify_options *o = j->run->o;
	struct evd_error err = {0};
	uint64_t done;

	if (!o->progress)
		return 0;
	pthread_mutex_lock(&j->lock);
	done = j->done;
	pthread_mutex_unlock(&j->lock);
	if (o->progress(o->progress_ctx, done, j->all) == 0)
		return 0;
	return fail_once(j, &err, evd_fail(&err, EVD_E_CANCELLED, "stopped"));
}

/* ---- many at once, where the processor gains by it (base/lanes.h) ---- */

static void take_next(struct job *j, struct evd_lanes *l, struct lane *x, unsigned index)
{
	x->item = NULL;
	pthread_mutex_lock(&j->lock);
	if (j->next < j->n_order)
		x->item = &j->run->report->log.items.at[j->order[j->next++].item];
	pthread_mutex_unlock(&j->lock);
	x->done = x->at = x->n = 0;
	x->padded = false;
	evd_lanes_begin(l, index);
}

static int fill(struct job *j, struct lane *x)
{
	uint64_t left = x->item->size - x->done;
	size_t n = left < LANE_BLOCK ? (size_t)left : LANE_BLOCK, whole = n / EVD_LANES_BLOCK;
	struct evd_error err = {0};
	int r = n ? evd_read_at(j->run->c.fd, x->item->off + x->done, x->block, n, &err) : 0;

	if (r)
		return fail_once(j, &err, r);
	x->done += n;
	x->at = 0;
	x->n = whole;
	if (x->done == x->item->size) {
		x->n += evd_lanes_pad(x->block + whole * EVD_LANES_BLOCK, n % EVD_LANES_BLOCK, x->done);
		x->padded = true;
	}
	count(j, n);
	return 0;
}

/* An item is through: it fits, or OpenSSL judges. Nobody is accused on the word of the lanes. */
static int settle(struct job *j, struct tools *t, const struct evd_lanes *l, unsigned index,
                  struct evd_item *it)
{
	uint8_t digest[EVD_SHA256_LEN];

	evd_lanes_digest(l, index, digest);
	if (memcmp(digest, it->sha256, sizeof digest) != 0)
		return hash_alone(j, t, (size_t)(it - j->run->report->log.items.at));
	it->state = EVD_ITEM_FITS;
	return 0;
}

/* Every lane gets blocks to hash, or is idle for want of items; *busy: some lane is not idle. */
static int feed(struct job *j, struct tools *t, struct evd_lanes *l, struct lane *lane, bool *busy)
{
	int r = 0;

	*busy = false;
	for (unsigned i = 0; i < l->width && r == 0; i++) {
		struct lane *x = &lane[i];

		if (x->item && x->at == x->n && x->padded) {
			r = settle(j, t, l, i, x->item);
			take_next(j, l, x, i);
		}
		if (r == 0 && x->item && x->at == x->n)
			r = fill(j, x);
		*busy = *busy || x->item;
	}
	return r;
}

/* As many blocks as every busy lane has. */
static void step(struct evd_lanes *l, struct lane *lane)
{
	const uint8_t *p[EVD_LANES_MAX] = {0};
	size_t n = SIZE_MAX;

	for (unsigned i = 0; i < l->width; i++)
		if (lane[i].item && lane[i].n - lane[i].at < n)
			n = lane[i].n - lane[i].at;
	for (unsigned i = 0; i < l->width; i++) {
		p[i] = lane[i].block;
		if (!lane[i].item)
			continue;
		p[i] += lane[i].at * EVD_LANES_BLOCK;
		lane[i].at += n;
	}
	evd_lanes_add(l, p, n);
}

/* A thread's share: until no item is left. Thread 0 is the caller's and says how far things are. */
static int hash_lanes(void *ctx, size_t i, unsigned thread)
{
	const size_t room = LANE_BLOCK + 2 * EVD_LANES_BLOCK;
	struct job *j = ctx;
	struct lane lane[EVD_LANES_MAX] = {{0}};
	struct evd_error err = {0};
	struct evd_lanes l;
	uint8_t *blocks = malloc(EVD_LANES_MAX * room);
	bool busy = true;
	int r = 0;

	(void)i;
	if (!blocks)
		return fail_once(j, &err, evd_nomem(&err));
	evd_lanes_init(&l, j->unit);
	for (unsigned k = 0; k < l.width; k++) {
		lane[k].block = blocks + k * room;
		take_next(j, &l, &lane[k], k);
	}
	while (r == 0 && busy) {
		r = feed(j, &j->tools[thread], &l, lane, &busy);
		if (r == 0 && busy)
			step(&l, lane);
		if (r == 0 && thread == 0)
			r = tick(j);
	}
	free(blocks);
	return r;
}

static int by_size(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return x->size != y->size ? (x->size > y->size ? -1 : 1) : x->item < y->item ? -1 : 1;
}

/*
 * Whether and how lanes are used. An item too large beside the rest would leave the other lanes idle:
 * it is hashed alone, as long as fewer than a third of all lanes could be filled with it among them.
 */
static int plan(struct job *j, unsigned width, struct evd_error *err)
{
	const struct evd_log *log = &j->run->report->log;
	uint64_t rest = j->all;
	struct evd_lanes l;

	j->unit = j->run->sha512.at ? EVD_LANES_NONE : evd_lanes_best();
	if (j->unit == EVD_LANES_NONE || log->items.n < 2)
		return 0;
	evd_lanes_init(&l, j->unit);
	j->order = calloc(log->items.n, sizeof *j->order);
	if (!j->order)
		return evd_nomem(err);
	for (size_t i = 0; i < log->items.n; i++)
		if (log->items.at[i].state == EVD_ITEM_PRESENT) {
			j->order[j->n_order].size = log->items.at[i].size;
			j->order[j->n_order++].item = i;
		}
	qsort(j->order, j->n_order, sizeof *j->order, by_size);
	while (j->n_alone < j->n_order && j->order[j->n_alone].size > 3 * (rest / (l.width * width)))
		rest -= j->order[j->n_alone++].size;
	j->next = j->n_alone;
	return 0;
}

int evd_hash_items(struct evd_run *run, struct evd_error *err)
{
	const struct evd_log *log = &run->report->log;
	struct job j = {.run = run, .lock = PTHREAD_MUTEX_INITIALIZER};
	unsigned width = evd_pool_width(run->o->pool);
	int r;

	j.tools = calloc(width, sizeof *j.tools);
	if (!j.tools)
		return evd_nomem(err);
	for (size_t i = 0; i < log->items.n; i++)
		j.all += log->items.at[i].state == EVD_ITEM_PRESENT ? log->items.at[i].size : 0;
	r = plan(&j, width, &j.err);
	if (r == 0)
		r = evd_pool_run(run->o->pool, j.order ? j.n_alone : log->items.n, hash_item, &j, tick);
	if (r == 0 && j.next < j.n_order)
		r = evd_pool_run(run->o->pool, width, hash_lanes, &j, NULL);
	for (unsigned i = 0; i < width; i++) {
		evd_sha_release(&j.tools[i].sha256);
		evd_sha_release(&j.tools[i].sha512);
		free(j.tools[i].block);
	}
	free(j.tools);
	free(j.order);
	if (r && err)
		*err = j.err;
	return r;
}
