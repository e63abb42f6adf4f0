/* batch: see batch.h. */
#include "envelope/batch.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define FULL ((size_t)EVD_AGE_CHUNK + EVD_AGE_TAG)
#define ROOM (EVD_BATCH_CHUNKS * FULL)

static size_t chunk_in(const struct evd_batch *b)
{
	return b->seal ? EVD_AGE_CHUNK : FULL;
}

static size_t chunk_out(const struct evd_batch *b)
{
	return b->seal ? FULL : EVD_AGE_CHUNK;
}

int evd_batch_begin(struct evd_batch *b, const struct evd_age_stream *s, bool seal,
                    struct evd_pool *pool, struct evd_batch_to to, struct evd_error *err)
{
	unsigned width = evd_pool_width(pool);
	int r = 0;

	memset(b, 0, sizeof *b);
	b->seal = seal;
	b->pool = pool;
	b->to = to;
	b->cipher = calloc(width, sizeof *b->cipher);
	b->errors = calloc(width, sizeof *b->errors);
	b->in = malloc(ROOM);
	b->out[0] = malloc(ROOM);
	b->out[1] = malloc(ROOM);
	if (!b->cipher || !b->errors || !b->in || !b->out[0] || !b->out[1])
		return evd_nomem(err);
	for (unsigned i = 0; i < width && r == 0; i++)
		r = evd_age_cipher_new(s, seal, &b->cipher[i], err);
	return r;
}

static void wipe_free(uint8_t *p)
{
	if (p)
		OPENSSL_cleanse(p, ROOM);
	free(p);
}

void evd_batch_release(struct evd_batch *b)
{
	for (unsigned i = 0; b->cipher && i < evd_pool_width(b->pool); i++)
		EVP_CIPHER_CTX_free(b->cipher[i]);
	free(b->cipher);
	free(b->errors);
	wipe_free(b->in);
	wipe_free(b->out[0]);
	wipe_free(b->out[1]);
	memset(b, 0, sizeof *b);
}

/* Piece 0: hands on what the last round made. The others: a chunk each. */
static int work(void *ctx, size_t i, unsigned thread)
{
	struct evd_batch *b = ctx;
	unsigned done = 1 - b->turn;
	size_t in = chunk_in(b), at = (i - 1) * in, len;
	bool last;

	if (i == 0)
		return b->out_len[done]
		           ? b->to.take(b->to.ctx, b->out[done], b->out_len[done], &b->errors[thread])
		           : 0;
	len = b->in_len - at < in ? b->in_len - at : in;
	last = b->last && i == b->n;
	if (b->seal)
		return evd_age_chunk_seal(b->cipher[thread], b->next + i - 1, last, b->in + at, len,
		                          b->out[b->turn] + (i - 1) * chunk_out(b), &b->errors[thread]);
	return evd_age_chunk_open(b->cipher[thread], b->next + i - 1, last, b->in + at, len,
	                          b->out[b->turn] + (i - 1) * chunk_out(b), &b->errors[thread]);
}

static int turn(struct evd_batch *b, struct evd_error *err)
{
	unsigned width = evd_pool_width(b->pool);
	int r;

	memset(b->errors, 0, width * sizeof *b->errors);
	r = evd_pool_run(b->pool, b->n + 1, work, b, NULL);
	for (unsigned i = 0; r && err && i < width; i++)
		if (b->errors[i].code == r) {
			*err = b->errors[i];
			break;
		}
	b->out_len[1 - b->turn] = 0;
	b->out_len[b->turn] = b->seal ? b->in_len + b->n * EVD_AGE_TAG : b->in_len - b->n * EVD_AGE_TAG;
	b->turn = 1 - b->turn;
	b->next += b->n;
	b->in_len = 0;
	b->n = 0;
	return r;
}

int evd_batch_add(struct evd_batch *b, const uint8_t *p, size_t len, struct evd_error *err)
{
	size_t room = EVD_BATCH_CHUNKS * chunk_in(b);
	int r = 0;

	while (len && r == 0) {
		size_t n;

		if (b->in_len == room) { /* more comes behind it: its last chunk is not the last */
			b->n = EVD_BATCH_CHUNKS;
			r = turn(b, err);
		}
		n = room - b->in_len < len ? room - b->in_len : len;
		memcpy(b->in + b->in_len, p, n);
		b->in_len += n;
		p += n;
		len -= n;
	}
	return r;
}

int evd_batch_end(struct evd_batch *b, struct evd_error *err)
{
	size_t in = chunk_in(b), rest = b->in_len % in;
	int r;

	b->n = b->in_len / in + (rest != 0);
	if (b->seal && b->n == 0)
		b->n = 1; /* an empty payload is one empty chunk */
	/* only an empty payload has an empty chunk */
	if (!b->seal &&
	    (b->n == 0 || (rest && rest < EVD_AGE_TAG) || (rest == EVD_AGE_TAG && b->next + b->n > 1)))
		return evd_fail(err, EVD_E_DAMAGED, "what is encrypted was altered or cut short");
	b->last = true;
	r = turn(b, err);
	return r ? r : turn(b, err); /* nothing new: hands on the rest */
}
