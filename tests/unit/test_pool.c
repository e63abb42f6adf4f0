/* test_pool: every piece once, the first failure wins and stops the rest. */
#include "testlib.h"

#include "base/pool.h"

#include <stdatomic.h>
#include <stdlib.h>

#define PIECES 5000u

struct job {
	atomic_uint done[PIECES];
	size_t bad; /* piece that fails; PIECES: none */
	unsigned ticks, stop_at;
};

static int work(void *ctx, size_t i, unsigned thread)
{
	struct job *j = ctx;

	assert_true(thread < 64);
	atomic_fetch_add(&j->done[i], 1);
	return i == j->bad ? EVD_E_IO : 0;
}

static int tick(void *ctx)
{
	struct job *j = ctx;

	return ++j->ticks == j->stop_at ? EVD_E_CANCELLED : 0;
}

static void runs(unsigned width)
{
	static struct job j;
	struct evd_error err = {0};
	struct evd_pool *p;
	unsigned n = 0;

	for (size_t i = 0; i < PIECES; i++)
		j.done[i] = 0;
	assert_int_equal(evd_pool_new(width, &p, &err), 0);
	if (width)
		assert_int_equal(evd_pool_width(p), width);
	assert_true(evd_pool_width(p) >= 1);
	for (unsigned round = 1; round <= 3; round++) {
		j.bad = PIECES;
		assert_int_equal(evd_pool_run(p, PIECES, work, &j, NULL), 0);
		for (size_t i = 0; i < PIECES; i++)
			assert_int_equal(j.done[i], round);
	}
	assert_int_equal(evd_pool_run(p, 0, work, &j, tick), 0);
	for (size_t i = 0; i < PIECES; i++)
		j.done[i] = 0;
	j.bad = 100;
	assert_int_equal(evd_pool_run(p, PIECES, work, &j, NULL), EVD_E_IO);
	for (size_t i = 0; i < PIECES; i++)
		n += j.done[i];
	assert_true(n >= 101 && n < PIECES);
	evd_pool_free(p);
}

static void widths(void **state)
{
	(void)state;
	runs(1);
	runs(2);
	runs(7);
	runs(0);
}

static void cancelled(void **state)
{
	static struct job j;
	struct evd_error err = {0};
	struct evd_pool *p;

	(void)state;
	j.bad = PIECES;
	j.stop_at = 10;
	assert_int_equal(evd_pool_new(1, &p, &err), 0);
	assert_int_equal(evd_pool_run(p, PIECES, work, &j, tick), EVD_E_CANCELLED);
	assert_int_equal(j.ticks, 10);
	assert_int_equal(j.done[9], 1);
	assert_int_equal(j.done[10], 0);
	evd_pool_free(p);
	evd_pool_free(NULL);
}

/* Where memory for a thread's start is short there are fewer threads; where there is none, an error. */
static void no_memory(void **state)
{
	static struct job j;
	struct evd_error err = {0};
	struct evd_pool *p;

	(void)state;
	test_fail_at(1);
	assert_int_equal(evd_pool_new(4, &p, &err), EVD_E_NOMEM);
	assert_null(p);
	test_fail_at(3);
	assert_int_equal(evd_pool_new(4, &p, &err), 0);
	test_fail_at(0);
	assert_int_equal(evd_pool_width(p), 2);
	j.bad = PIECES;
	assert_int_equal(evd_pool_run(p, PIECES, work, &j, NULL), 0);
	evd_pool_free(p);
	assert_int_equal(evd_pool_new(1000, &p, &err), 0);
	assert_true(evd_pool_width(p) <= 65);
	evd_pool_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(widths),
	    cmocka_unit_test(cancelled),
	    cmocka_unit_test(no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
