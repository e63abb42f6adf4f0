/*
 * test_batch: payloads of every length that matters, through the threads and back, against the chunks done one by
 * one; a part that fails; threads that are not to be had.
 */
#include "testlib.h"

#include "envelope/batch.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define PIECE ((size_t)EVD_BATCH_CHUNKS * EVD_AGE_CHUNK)
#define FULL ((size_t)EVD_AGE_CHUNK + EVD_AGE_TAG)
#define MOST (PIECE * (EVD_BATCH_PIECES + 2) + 7)

/* What a part got, and at which of its pieces it fails; 0: never. No allocation in a thread: testlib counts
 * them without a lock. */
static uint8_t room[EVD_BATCH_PARTS][MOST + (MOST / EVD_AGE_CHUNK + 1) * EVD_AGE_TAG];

struct sink {
	size_t len[EVD_BATCH_PARTS];
	unsigned n[EVD_BATCH_PARTS], fail_part, fail_at;
	bool plain;
};

static int take(void *ctx, unsigned part, const struct evd_piece *p, struct evd_error *err)
{
	struct sink *s = ctx;

	if (++s->n[part] == s->fail_at && part == s->fail_part)
		return evd_fail(err, EVD_E_NOSPACE, "full");
	memcpy(room[part] + s->len[part], s->plain ? p->plain : p->cipher,
	       s->plain ? p->plain_len : p->cipher_len);
	s->len[part] += s->plain ? p->plain_len : p->cipher_len;
	return 0;
}

static uint8_t plain[MOST];

/* A key, and two streams with it: the header's and the one that opens it. */
static void streams(struct evd_age_stream **seal, struct evd_age_stream **open)
{
	struct evd_age_identity id;
	const struct evd_age_to to = {&id.recipient, 1, {NULL, 0}};
	const struct evd_age_with with = {&id, 1, {NULL, 0}};
	struct evd_buf head = {0};
	size_t used;

	assert_int_equal(evd_age_identity_new(&id, NULL), 0);
	assert_int_equal(evd_age_seal_header(&to, &head, seal, NULL), 0);
	assert_int_equal(evd_age_open_header(evd_buf_view(&head), &with, &used, open, NULL), 0);
	assert_int_equal(used, head.len);
	evd_buf_release(&head);
}

/* In parts of `step` bytes. */
static int through(const struct evd_age_stream *s, bool seal, struct sink *to, struct evd_view v,
                   size_t step, struct evd_error *err)
{
	const struct evd_batch_to on = {take, EVD_BATCH_PARTS, to};
	struct evd_batch b;
	int r = evd_batch_begin(&b, s, seal, on, err);

	for (size_t at = 0; at < v.len && r == 0; at += step)
		r = evd_batch_add(&b, v.p + at, v.len - at < step ? v.len - at : step, err);
	if (r == 0)
		r = evd_batch_end(&b, err);
	evd_batch_release(&b);
	return r;
}

/* The same, a chunk at a time. */
static void one_by_one(const struct evd_age_stream *s, size_t len, struct evd_buf *out)
{
	uint8_t *chunk = malloc(FULL);
	EVP_CIPHER_CTX *c;

	assert_non_null(chunk);
	assert_int_equal(evd_age_cipher_new(s, true, &c, NULL), 0);
	for (size_t at = 0, i = 0; i == 0 || at < len; i++) {
		size_t n = len - at < EVD_AGE_CHUNK ? len - at : EVD_AGE_CHUNK;

		assert_int_equal(evd_age_chunk_seal(c, i, at + n == len, plain + at, n, chunk, NULL), 0);
		evd_put(out, chunk, n + EVD_AGE_TAG);
		at += n;
	}
	EVP_CIPHER_CTX_free(c);
	free(chunk);
}

static const size_t sizes[] = {0,
                               1,
                               EVD_AGE_CHUNK - 1,
                               EVD_AGE_CHUNK,
                               EVD_AGE_CHUNK + 1,
                               PIECE - 1,
                               PIECE,
                               PIECE + 1,
                               2 * PIECE,
                               EVD_BATCH_PIECES *PIECE,
                               EVD_BATCH_PIECES *PIECE + 1,
                               MOST};

static void there_and_back(void **state)
{
	struct evd_age_stream *seal, *open;

	(void)state;
	streams(&seal, &open);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct sink sealed = {0}, opened = {.plain = true};
		struct evd_buf must = {0};
		struct evd_view v = evd_view_of(plain, sizes[i]);

		one_by_one(seal, sizes[i], &must);
		assert_int_equal(through(seal, true, &sealed, v, i % 2 ? 1000003 : PIECE, NULL), 0);
		for (unsigned part = 0; part < EVD_BATCH_PARTS; part++) {
			assert_int_equal(sealed.len[part], must.len);
			assert_memory_equal(room[part], must.data, must.len);
		}
		assert_int_equal(
		    through(open, false, &opened, evd_buf_view(&must), i % 2 ? PIECE : 999983, NULL), 0);
		for (unsigned part = 0; part < EVD_BATCH_PARTS; part++) {
			assert_int_equal(opened.len[part], sizes[i]);
			assert_int_equal(memcmp(room[part], plain, sizes[i]), 0);
		}
		/* cut anywhere near an edge, it ends nowhere */
		for (size_t cut = 1; cut <= FULL + 1 && cut <= must.len; cut += cut < 20 ? 1 : 16257) {
			memset(opened.len, 0, sizeof opened.len);
			assert_int_equal(
			    through(open, false, &opened, evd_view_of(must.data, must.len - cut), PIECE, NULL),
			    EVD_E_DAMAGED);
		}
		evd_buf_release(&must);
	}
	evd_age_stream_free(seal);
	evd_age_stream_free(open);
}

/* A full disk, whichever part meets it and however much is on its way then. */
static void a_part_fails(void **state)
{
	static const unsigned at[] = {1, 2, EVD_BATCH_PIECES, EVD_BATCH_PIECES + 2};
	struct evd_age_stream *seal, *open;

	(void)state;
	streams(&seal, &open);
	for (unsigned part = 0; part < EVD_BATCH_PARTS; part++)
		for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
			struct sink to = {.fail_part = part, .fail_at = at[i]};
			struct evd_error err = {0};

			assert_int_equal(through(seal, true, &to, evd_view_of(plain, MOST), PIECE, &err),
			                 EVD_E_NOSPACE);
			assert_int_equal(err.code, EVD_E_NOSPACE);
			assert_int_equal(to.n[part], at[i]); /* and takes nothing more */
		}
	evd_age_stream_free(seal);
	evd_age_stream_free(open);
}

/* Left in the middle, with pieces on their way: the threads end. */
static void left(void **state)
{
	struct evd_age_stream *seal, *open;
	struct sink to = {0};
	const struct evd_batch_to on = {take, EVD_BATCH_PARTS, &to};
	struct evd_batch b;

	(void)state;
	streams(&seal, &open);
	assert_int_equal(evd_batch_begin(&b, seal, true, on, NULL), 0);
	assert_int_equal(evd_batch_add(&b, plain, 5 * PIECE + 1, NULL), 0);
	evd_batch_release(&b);
	assert_true(to.n[0] <= 5 && to.n[1] <= 5);
	evd_age_stream_free(seal);
	evd_age_stream_free(open);
}

/* Each allocation of ours fails once: no memory, or no thread, and then the caller's does the work. */
static void short_of_memory(void **state)
{
	struct evd_age_stream *seal, *open;
	struct evd_buf must = {0};
	bool alone = false, all = false;

	(void)state;
	streams(&seal, &open);
	one_by_one(seal, 3 * PIECE, &must);
	for (unsigned n = 1; n < 100 && !all; n++) {
		struct sink to = {0};
		const struct evd_batch_to on = {take, EVD_BATCH_PARTS, &to};
		struct evd_batch b;
		int r;

		test_fail_at(n);
		r = evd_batch_begin(&b, seal, true, on, NULL);
		test_fail_at(0);
		alone = alone || (r == 0 && b.n_threads == 0);
		all = r == 0 && b.n_threads == EVD_BATCH_PARTS;
		if (r == 0) {
			assert_int_equal(evd_batch_add(&b, plain, 3 * PIECE, NULL), 0);
			assert_int_equal(evd_batch_end(&b, NULL), 0);
			for (unsigned part = 0; part < EVD_BATCH_PARTS; part++) {
				assert_int_equal(to.len[part], must.len);
				assert_memory_equal(room[part], must.data, must.len);
			}
		} else {
			assert_true(r < 0);
		}
		evd_batch_release(&b);
	}
	assert_true(alone && all);
	evd_buf_release(&must);
	evd_age_stream_free(seal);
	evd_age_stream_free(open);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(there_and_back),
	    cmocka_unit_test(a_part_fails),
	    cmocka_unit_test(left),
	    cmocka_unit_test(short_of_memory),
	};

	for (size_t i = 0; i < sizeof plain; i++)
		plain[i] = (uint8_t)(i * 7 + i / 251);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
