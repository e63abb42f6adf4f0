/* read_back: the copied payload, read from the medium again before anything is signed over it. */
#include "seal/bundle.h"

#include "platform/files.h"
#include "verify/container.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct job {
	struct evd_bundle *b;
	struct evd_sha *sha; /* one a thread */
	uint8_t **block;
	pthread_mutex_t lock;
	struct evd_error err;
};

static int fail_once(struct job *j, const struct evd_error *err, int r)
{
	pthread_mutex_lock(&j->lock);
	if (j->err.code == 0)
		j->err = *err;
	pthread_mutex_unlock(&j->lock);
	return r;
}

static int read_item(void *ctx, size_t i, unsigned thread)
{
	struct job *j = ctx;
	const struct evd_item *it = &j->b->c->log.items.at[i];
	uint8_t digest[EVD_SHA256_LEN];
	struct evd_error err = {0};
	int r;

	if (it->lost)
		return 0;
	if (!j->block[thread])
		j->block[thread] = malloc(EVD_IO_BLOCK);
	r = j->block[thread] ? evd_sha_begin(&j->sha[thread], EVD_SHA256, &err) : evd_nomem(&err);
	for (uint64_t done = 0; done < it->size && r == 0;) {
		size_t n = it->size - done < EVD_IO_BLOCK ? (size_t)(it->size - done) : EVD_IO_BLOCK;

		r = evd_read_at(j->b->file.fd, it->off + done, j->block[thread], n, &err);
		if (r == 0)
			r = evd_sha_add(&j->sha[thread], j->block[thread], n, &err);
		done += n;
	}
	if (r == 0)
		r = evd_sha_end(&j->sha[thread], digest, &err);
	if (r == 0 && memcmp(digest, it->sha256, EVD_SHA256_LEN) != 0)
		r = evd_fail(
		    &err, EVD_E_IO,
		    "the target did not keep item %u/%u: it reads back otherwise; nothing was sealed",
		    it->seq, it->k);
	return r ? fail_once(j, &err, r) : 0;
}

int evd_bundle_read_back(struct evd_bundle *b, struct evd_error *err)
{
	struct job j = {.b = b, .lock = PTHREAD_MUTEX_INITIALIZER};
	unsigned width = evd_pool_width(b->o->pool);
	int r = evd_sync(b->file.fd, err);

	if (r)
		return r;
	evd_forget_cached(b->file.fd);
	j.sha = calloc(width, sizeof *j.sha);
	j.block = calloc(width, sizeof *j.block);
	r = j.sha && j.block ? evd_pool_run(b->o->pool, b->c->log.items.n, read_item, &j, NULL)
	                     : evd_nomem(&j.err);
	if (r && err)
		*err = j.err;
	for (unsigned i = 0; i < width; i++) {
		if (j.sha)
			evd_sha_release(&j.sha[i]);
		if (j.block)
			free(j.block[i]);
	}
	free(j.sha);
	free(j.block);
	return r;
}
