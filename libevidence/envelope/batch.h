/*
 * batch: an age payload in pieces of some MiB, its chunks worked on by all threads of a pool while the
 * piece before is handed on: memory stays the same whatever the size. Internal to envelope/.
 */
#ifndef EVD_BATCH_H
#define EVD_BATCH_H

#include "base/pool.h"
#include "envelope/age.h"
#include "seal/seal.h"

#define EVD_BATCH_CHUNKS 64u

/* Takes ciphertext (writing) or plaintext (reading), in order. Each part gets every piece and does its
 * share (hashing, writing) beside the others. */
struct evd_batch_to {
	int (*take)(void *ctx, unsigned part, const uint8_t *p, size_t len, struct evd_error *err);
	unsigned parts;
	void *ctx;
};

struct evd_batch {
	bool seal;
	struct evd_pool *pool;
	struct evd_batch_to to;
	EVP_CIPHER_CTX **cipher; /* one a thread */
	uint8_t *in, *out[2];    /* of EVD_BATCH_CHUNKS chunks each */
	size_t in_len, out_len[2], n;
	uint64_t next;                   /* number of the first chunk in `in` */
	bool last;                       /* `in` holds the payload's end */
	unsigned turn;                   /* out[turn] is being filled, the other handed on */
	const struct evd_beside *beside; /* to be done with the next turn; NULL: nothing */
	struct evd_error *errors;        /* one a thread */
};

/* evd_batch_begin(b, s, seal, pool, to, err): `s` is needed no more afterwards. Release in every case. */
int evd_batch_begin(struct evd_batch *b, const struct evd_age_stream *s, bool seal,
                    struct evd_pool *pool, struct evd_batch_to to,
                    struct evd_error *err) EVD_MUST_USE;
/* evd_batch_add(b, p, len, beside, err): more of the payload; all of `beside` (may be NULL) is done before it
 * returns. Reading: DAMAGED at a chunk that does not open. */
int evd_batch_add(struct evd_batch *b, const uint8_t *p, size_t len,
                  const struct evd_beside *beside, struct evd_error *err) EVD_MUST_USE;
/* evd_batch_end(b, err): the payload ends here; all is handed on. DAMAGED if it cannot end here. */
int evd_batch_end(struct evd_batch *b, struct evd_error *err) EVD_MUST_USE;
void evd_batch_release(struct evd_batch *b); /* wipes */

#endif
