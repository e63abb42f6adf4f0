/* hash_items: see hash_items.h. */
#include "verify/hash_items.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* One thread's tools. */
struct tools {
	struct evd_sha sha256, sha512;
	uint8_t *block;
};

struct job {
	struct evd_run *run;
	struct tools *tools; /* one for each thread */
	pthread_mutex_t lock;
	uint64_t done, all; /* bytes */
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
	bool both = j->run->sha512 != NULL;
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

static int hash_item(void *ctx, size_t i, unsigned thread)
{
	struct job *j = ctx;
	struct tools *t = &j->tools[thread];
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
	if (r == 0 && j->run->sha512)
		r = evd_sha_end(&t->sha512, sha512, &err);
	if (r)
		return fail_once(j, &err, r);
	fits = memcmp(sha256, it->sha256, sizeof sha256) == 0 &&
	       (!j->run->sha512 || memcmp(sha512, j->run->sha512[i], sizeof sha512) == 0);
	it->state = fits ? EVD_ITEM_FITS : EVD_ITEM_ALTERED;
	return 0;
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
	r = evd_pool_run(run->o->pool, log->items.n, hash_item, &j, tick);
	for (unsigned i = 0; i < width; i++) {
		evd_sha_release(&j.tools[i].sha256);
		evd_sha_release(&j.tools[i].sha512);
		free(j.tools[i].block);
	}
	free(j.tools);
	if (r && err)
		*err = j.err;
	return r;
}
