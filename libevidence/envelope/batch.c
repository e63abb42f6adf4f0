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

static int work_chunk(struct evd_batch *b, size_t i, unsigned thread)
{
	size_t in = chunk_in(b), at = i * in;
	size_t len = b->in_len - at < in ? b->in_len - at : in;
	uint8_t *out = b->out[b->turn] + i * chunk_out(b);
	bool last = b->last && i + 1 == b->n;

	return (b->seal ? evd_age_chunk_seal : evd_age_chunk_open)(
	    b->cipher[thread], b->next + i, last, b->in + at, len, out, &b->errors[thread]);
}

/* The long pieces first: what is to be done beside, what is done with the last round's output. Then a
 * chunk each. */
static int work(void *ctx, size_t i, unsigned thread)
{
	struct evd_batch *b = ctx;
	size_t beside = b->beside ? b->beside->n : 0;
	unsigned done = 1 - b->turn;

	if (i < beside)
		return b->beside->work(b->beside->ctx, i, &b->errors[thread]);
	i -= beside;
	if (i >= b->to.parts)
		return work_chunk(b, i - b->to.parts, thread);
	return b->out_len[done] ? b->to.take(b->to.ctx, (unsigned)i, b->out[done], b->out_len[done],
	                                     &b->errors[thread])
	                        : 0;
}

static int turn(struct evd_batch *b, struct evd_error *err)
{
	unsigned width = evd_pool_width(b->pool);
	int r;

	memset(b->errors, 0, width * sizeof *b->errors);
	r = evd_pool_run(b->pool, (b->beside ? b->beside->n : 0) + b->to.parts + b->n, work, b, NULL);
	b->beside = NULL;
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

int evd_batch_add(struct evd_batch *b, const uint8_t *p, size_t len,
                  const struct evd_beside *beside, struct evd_error *err)
{
	size_t room = EVD_BATCH_CHUNKS * chunk_in(b);
	int r = 0;

	b->beside = beside;
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
	beside = b->beside; /* no turn was due */
	b->beside = NULL;
	return r ? r : evd_beside_alone(beside, err);
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
