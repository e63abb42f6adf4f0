/*
 * batch: an age payload on its way, in pieces: the caller's thread encrypts or decrypts, and each part of the rest
 * (hashing, writing) has a thread of its own that takes the pieces in order. None waits for another while there
 * are pieces to take and room for more, so a medium that stalls does not stop the arithmetic; memory stays the
 * same whatever the size. Internal to envelope/.
 */
#ifndef EVD_BATCH_H
#define EVD_BATCH_H

#include "envelope/age.h"

#include <pthread.h>

#define EVD_BATCH_CHUNKS                                                                           \
	4u /* of a piece: what the caches of one core hold with what is done to it */
#define EVD_BATCH_PIECES 32u /* on their way at once */
#define EVD_BATCH_PARTS 2u

/* Plaintext and the ciphertext of it. */
struct evd_piece {
	uint8_t *plain, *cipher; /* room for EVD_BATCH_CHUNKS chunks */
	size_t plain_len, cipher_len;
};

/* Takes all pieces, in order, part after part or side by side. */
struct evd_batch_to {
	int (*take)(void *ctx, unsigned part, const struct evd_piece *p, struct evd_error *err);
	unsigned parts; /* at most EVD_BATCH_PARTS */
	void *ctx;
};

struct evd_batch {
	bool seal;
	struct evd_batch_to to;
	EVP_CIPHER_CTX *cipher;
	uint8_t *room;
	struct evd_piece piece[EVD_BATCH_PIECES];
	uint64_t next; /* number of the next chunk */

	bool locks; /* the next two are made */
	pthread_mutex_t lock;
	pthread_cond_t more, taken; /* something to take, or the end; something was taken */
	pthread_t thread[EVD_BATCH_PARTS];
	unsigned n_threads; /* parts that have one; the caller's does the others */
	uint64_t made;      /* pieces handed on; piece[made % EVD_BATCH_PIECES] is being filled */
	uint64_t done[EVD_BATCH_PARTS]; /* pieces that a part has taken */
	bool end;                       /* no more will come */
	int result;                     /* of the first that failed */
	struct evd_error error;
};

/* evd_batch_begin(b, s, seal, to, err): `s` is needed no more afterwards. `b` stays where it is; release in
 * every case. */
int evd_batch_begin(struct evd_batch *b, const struct evd_age_stream *s, bool seal,
                    struct evd_batch_to to, struct evd_error *err) EVD_MUST_USE;
/* evd_batch_add(b, p, len, err): more of the payload. Reading: DAMAGED at a chunk that does not open. */
int evd_batch_add(struct evd_batch *b, const uint8_t *p, size_t len,
                  struct evd_error *err) EVD_MUST_USE;
/* evd_batch_end(b, err): the payload ends here; all of it was taken. DAMAGED if it cannot end here. */
int evd_batch_end(struct evd_batch *b, struct evd_error *err) EVD_MUST_USE;
void evd_batch_release(struct evd_batch *b); /* stops what is not at its end; wipes */

#endif
