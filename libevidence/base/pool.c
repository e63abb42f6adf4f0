/* pool: see pool.h. */
#include "base/pool.h"

#include "platform/input.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#define MAX_THREADS 64u

struct evd_pool {
	pthread_mutex_t lock;
	pthread_cond_t wake, idle;
	pthread_t thread[MAX_THREADS];
	unsigned n_threads, running; /* helpers beside the caller; those at work */
	unsigned long round;         /* raised at each run, so that a helper joins each once */
	bool quit;
	size_t next, n;
	int result;
	int (*work)(void *ctx, size_t i, unsigned thread);
	void *ctx;
};

struct start {
	struct evd_pool *pool;
	unsigned index;
};

static bool next_piece(struct evd_pool *p, size_t *i)
{
	bool more;

	pthread_mutex_lock(&p->lock);
	more = p->result == 0 && p->next < p->n;
	if (more)
		*i = p->next++;
	pthread_mutex_unlock(&p->lock);
	return more;
}

static void note_result(struct evd_pool *p, int r)
{
	if (r == 0)
		return;
	pthread_mutex_lock(&p->lock);
	if (p->result == 0)
		p->result = r;
	pthread_mutex_unlock(&p->lock);
}

static void work_along(struct evd_pool *p, unsigned thread, int (*tick)(void *ctx))
{
	size_t i;

	while (next_piece(p, &i)) {
		note_result(p, p->work(p->ctx, i, thread));
		if (tick)
			note_result(p, tick(p->ctx));
	}
}

static void *helper(void *arg)
{
	struct start *s = arg;
	struct evd_pool *p = s->pool;
	unsigned index = s->index;
	unsigned long seen = 0;

	free(s);
	pthread_mutex_lock(&p->lock);
	for (;;) {
		while (!p->quit && p->round == seen)
			pthread_cond_wait(&p->wake, &p->lock);
		if (p->quit)
			break;
		seen = p->round;
		pthread_mutex_unlock(&p->lock);
		work_along(p, index, NULL);
		pthread_mutex_lock(&p->lock);
		if (--p->running == 0)
			pthread_cond_signal(&p->idle);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

int evd_pool_new(unsigned n, struct evd_pool **out, struct evd_error *err)
{
	struct evd_pool *p = calloc(1, sizeof *p);
	unsigned cores = evd_cores();

	*out = NULL;
	if (!p)
		return evd_nomem(err);
	if (n == 0)
		n = cores;
	if (n > MAX_THREADS)
		n = MAX_THREADS;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->wake, NULL);
	pthread_cond_init(&p->idle, NULL);
	for (unsigned i = 1; i < n; i++) {
		struct start *s = malloc(sizeof *s);

		if (!s)
			break;
		s->pool = p;
		s->index = i;
		if (pthread_create(&p->thread[p->n_threads], NULL, helper, s) != 0) {
			free(s);
			break;
		}
		p->n_threads++;
	}
	*out = p;
	return 0;
}

void evd_pool_free(struct evd_pool *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->quit = true;
	pthread_cond_broadcast(&p->wake);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->n_threads; i++)
		pthread_join(p->thread[i], NULL);
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->wake);
	pthread_cond_destroy(&p->idle);
	free(p);
}

unsigned evd_pool_width(const struct evd_pool *p)
{
	return p->n_threads + 1;
}

int evd_pool_run(struct evd_pool *p, size_t n, int (*work)(void *ctx, size_t i, unsigned thread),
                 void *ctx, int (*tick)(void *ctx))
{
	pthread_mutex_lock(&p->lock);
	p->next = 0;
	p->n = n;
	p->result = 0;
	p->work = work;
	p->ctx = ctx;
	p->running = p->n_threads;
	p->round++;
	pthread_cond_broadcast(&p->wake);
	pthread_mutex_unlock(&p->lock);
	work_along(p, 0, tick);
	pthread_mutex_lock(&p->lock);
	while (p->running)
		pthread_cond_wait(&p->idle, &p->lock);
	pthread_mutex_unlock(&p->lock);
	return p->result;
}
