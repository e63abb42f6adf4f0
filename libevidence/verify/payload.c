/* payload: see payload.h. */
#include "verify/payload.h"

#include "verify/container.h"

#include <stdbool.h>
#include <stdlib.h>

int evd_payload_fail(struct evd_payload *p, const struct evd_error *err, int r)
{
	pthread_mutex_lock(&p->lock);
	if (p->err.code == 0)
		p->err = *err;
	pthread_mutex_unlock(&p->lock);
	return r;
}

/* So many bytes more are done. Told of at each block: one item may be all there is, and hours of it. */
static int tell(struct evd_payload *p, uint64_t n, struct evd_error *err)
{
	bool stop;

	pthread_mutex_lock(&p->lock);
	p->done += n;
	stop = p->progress && p->progress(p->progress_ctx, p->done, p->all) != 0;
	pthread_mutex_unlock(&p->lock);
	return stop ? evd_fail(err, EVD_E_CANCELLED, "stopped") : 0;
}

int evd_payload_hash(struct evd_payload *p, unsigned thread, int fd, uint64_t off, uint64_t size,
                     evd_payload_block *each, void *ctx, uint8_t digest[EVD_SHA256_LEN],
                     struct evd_error *err)
{
	struct evd_sha *sha = &p->sha[thread];
	uint8_t *block;
	int r;

	if (!p->block[thread])
		p->block[thread] = malloc(EVD_IO_BLOCK);
	block = p->block[thread];
	r = block ? evd_sha_begin(sha, EVD_SHA256, err) : evd_nomem(err);
	for (uint64_t done = 0; done < size && r == 0;) {
		size_t n = size - done < EVD_IO_BLOCK ? (size_t)(size - done) : EVD_IO_BLOCK;

		r = evd_read_at(fd, off + done, block, n, err);
		if (r == 0)
			r = evd_sha_add(sha, block, n, err);
		if (r == 0 && each)
			r = each(ctx, done, block, n, err);
		if (r == 0)
			r = tell(p, n, err);
		done += n;
	}
	return r ? r : evd_sha_end(sha, digest, err);
}

struct run {
	struct evd_payload *p;
	int (*work)(void *ctx, size_t i, unsigned thread);
	void *ctx;
};

static int work(void *ctx, size_t i, unsigned thread)
{
	struct run *run = ctx;

	return run->work(run->ctx, i, thread);
}

static int tick(void *ctx)
{
	struct run *run = ctx;
	struct evd_error err = {0};
	int r = tell(run->p, 0, &err);

	return r ? evd_payload_fail(run->p, &err, r) : 0;
}

int evd_payload_run(struct evd_payload *p, struct evd_pool *pool, size_t n,
                    int (*each)(void *ctx, size_t i, unsigned thread), void *ctx,
                    struct evd_error *err)
{
	struct run run = {p, each, ctx};
	unsigned width = evd_pool_width(pool);
	int r;

	pthread_mutex_init(&p->lock, NULL);
	p->sha = calloc(width, sizeof *p->sha);
	p->block = calloc(width, sizeof *p->block);
	r = p->sha && p->block ? evd_pool_run(pool, n, work, &run, tick) : evd_nomem(&p->err);
	if (r && err)
		*err = p->err;
	for (unsigned i = 0; i < width; i++) {
		if (p->sha)
			evd_sha_release(&p->sha[i]);
		if (p->block)
			free(p->block[i]);
	}
	free(p->sha);
	free(p->block);
	pthread_mutex_destroy(&p->lock);
	return r;
}
