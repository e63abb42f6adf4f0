/* batch: see batch.h. */
#include "envelope/batch.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define FULL ((size_t)EVD_AGE_CHUNK + EVD_AGE_TAG)
#define PLAIN ((size_t)EVD_BATCH_CHUNKS * EVD_AGE_CHUNK)
#define CIPHER (EVD_BATCH_CHUNKS * FULL)
#define ROOM (EVD_BATCH_PIECES * (PLAIN + CIPHER))

/* ---- the threads of the parts ---- */

struct start {
	struct evd_batch *b;
	unsigned part;
};

/* The next piece for this part; NULL at the end, or once something failed. */
static const struct evd_piece *next_piece(struct evd_batch *b, unsigned part)
{
	const struct evd_piece *p = NULL;

	pthread_mutex_lock(&b->lock);
	while (b->done[part] == b->made && !b->end && b->result == 0)
		pthread_cond_wait(&b->more, &b->lock);
	if (b->done[part] < b->made && b->result == 0)
		p = &b->piece[b->done[part] % EVD_BATCH_PIECES];
	pthread_mutex_unlock(&b->lock);
	return p;
}

static void was_taken(struct evd_batch *b, unsigned part, int r, const struct evd_error *error)
{
	pthread_mutex_lock(&b->lock);
	b->done[part]++;
	if (r && b->result == 0) {
		b->result = r;
		b->error = *error;
		pthread_cond_broadcast(&b->more);
	}
	pthread_cond_signal(&b->taken);
	pthread_mutex_unlock(&b->lock);
}

static void *take_all(void *arg)
{
	struct start *s = arg;
	struct evd_batch *b = s->b;
	unsigned part = s->part;
	const struct evd_piece *p;

	free(s);
	while ((p = next_piece(b, part)) != NULL) {
		struct evd_error error = {0};
		int r = b->to.take(b->to.ctx, part, p, &error);

		was_taken(b, part, r, &error);
	}
	return NULL;
}

/* Where no thread is to be had, the caller's does that part and those behind it. */
static void start_threads(struct evd_batch *b)
{
	while (b->n_threads < b->to.parts) {
		struct start *s = malloc(sizeof *s);

		if (!s)
			return;
		s->b = b;
		s->part = b->n_threads;
		if (pthread_create(&b->thread[b->n_threads], NULL, take_all, s) != 0) {
			free(s);
			return;
		}
		b->n_threads++;
	}
}

static void join_threads(struct evd_batch *b)
{
	for (unsigned i = 0; i < b->n_threads; i++)
		pthread_join(b->thread[i], NULL);
	b->n_threads = 0;
}

static uint64_t slowest(const struct evd_batch *b)
{
	uint64_t n = b->made;

	for (unsigned i = 0; i < b->n_threads; i++)
		n = b->done[i] < n ? b->done[i] : n;
	return n;
}

/* The filled piece goes on; waits for room to fill the next. */
static int hand_on(struct evd_batch *b, struct evd_error *err)
{
	const struct evd_piece *p = &b->piece[b->made % EVD_BATCH_PIECES];
	int r = 0;

	for (unsigned part = b->n_threads; part < b->to.parts && r == 0; part++)
		r = b->to.take(b->to.ctx, part, p, err);
	if (r)
		return r;
	pthread_mutex_lock(&b->lock);
	b->made++;
	pthread_cond_broadcast(&b->more);
	while (b->made - slowest(b) == EVD_BATCH_PIECES && b->result == 0)
		pthread_cond_wait(&b->taken, &b->lock);
	r = b->result;
	if (r && err)
		*err = b->error;
	pthread_mutex_unlock(&b->lock);
	b->piece[b->made % EVD_BATCH_PIECES].plain_len = 0;
	b->piece[b->made % EVD_BATCH_PIECES].cipher_len = 0;
	return r;
}

/* ---- the caller's part ---- */

int evd_batch_begin(struct evd_batch *b, const struct evd_age_stream *s, bool seal,
                    struct evd_batch_to to, struct evd_error *err)
{
	int r;

	memset(b, 0, sizeof *b);
	b->seal = seal;
	b->to = to;
	b->room = malloc(ROOM);
	if (!b->room)
		return evd_nomem(err);
	for (size_t i = 0; i < EVD_BATCH_PIECES; i++) {
		b->piece[i].plain = b->room + i * (PLAIN + CIPHER);
		b->piece[i].cipher = b->piece[i].plain + PLAIN;
	}
	r = evd_age_cipher_new(s, seal, &b->cipher, err);
	if (r)
		return r;
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->more, NULL);
	pthread_cond_init(&b->taken, NULL);
	b->locks = true;
	start_threads(b);
	return 0;
}

void evd_batch_release(struct evd_batch *b)
{
	if (b->locks) {
		pthread_mutex_lock(&b->lock);
		if (!b->end && b->result == 0)
			b->result = EVD_E_CANCELLED; /* nobody looks: what is on its way is dropped */
		pthread_cond_broadcast(&b->more);
		pthread_mutex_unlock(&b->lock);
		join_threads(b);
		pthread_mutex_destroy(&b->lock);
		pthread_cond_destroy(&b->more);
		pthread_cond_destroy(&b->taken);
	}
	EVP_CIPHER_CTX_free(b->cipher);
	if (b->room)
		OPENSSL_cleanse(b->room, ROOM);
	free(b->room);
	memset(b, 0, sizeof *b);
}

/* All chunks of the piece; `last`: the payload ends with it. */
static int work(struct evd_batch *b, struct evd_piece *p, bool last, struct evd_error *err)
{
	size_t plain = 0, cipher = 0;
	int r = 0;

	do {
		size_t in = b->seal ? p->plain_len - plain : p->cipher_len - cipher;
		size_t most = b->seal ? EVD_AGE_CHUNK : FULL;
		bool end = last && in <= most;

		in = in < most ? in : most;
		if (b->seal)
			r = evd_age_chunk_seal(b->cipher, b->next, end, p->plain + plain, in,
			                       p->cipher + cipher, err);
		else
			r = evd_age_chunk_open(b->cipher, b->next, end, p->cipher + cipher, in,
			                       p->plain + plain, err);
		plain += b->seal ? in : in - EVD_AGE_TAG;
		cipher += b->seal ? in + EVD_AGE_TAG : in;
		b->next++;
	} while (r == 0 && (b->seal ? plain < p->plain_len : cipher < p->cipher_len));
	p->plain_len = plain;
	p->cipher_len = cipher;
	return r ? r : hand_on(b, err);
}

int evd_batch_add(struct evd_batch *b, const uint8_t *p, size_t len, struct evd_error *err)
{
	size_t room = b->seal ? PLAIN : CIPHER;
	int r = 0;

	while (len && r == 0) {
		struct evd_piece *to = &b->piece[b->made % EVD_BATCH_PIECES];
		uint8_t *at = b->seal ? to->plain : to->cipher;
		size_t *have = b->seal ? &to->plain_len : &to->cipher_len, n;

		if (*have == room) { /* more comes behind it: its last chunk is not the last */
			r = work(b, to, false, err);
			continue;
		}
		n = room - *have < len ? room - *have : len;
		memcpy(at + *have, p, n);
		*have += n;
		p += n;
		len -= n;
	}
	return r;
}

int evd_batch_end(struct evd_batch *b, struct evd_error *err)
{
	struct evd_piece *p = &b->piece[b->made % EVD_BATCH_PIECES];
	size_t rest = p->cipher_len % FULL;
	int r;

	/* an empty payload is one empty chunk, and only it has one */
	if (!b->seal && (p->cipher_len == 0 || (rest && rest < EVD_AGE_TAG) ||
	                 (rest == EVD_AGE_TAG && b->next + p->cipher_len / FULL > 0)))
		return evd_fail(err, EVD_E_DAMAGED, "what is encrypted was altered or cut short");
	r = work(b, p, true, err);
	pthread_mutex_lock(&b->lock);
	b->end = true;
	pthread_cond_broadcast(&b->more);
	pthread_mutex_unlock(&b->lock);
	join_threads(b);
	if (r == 0 && b->result && err)
		*err = b->error;
	return r ? r : b->result;
}
