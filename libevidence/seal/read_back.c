/* read_back: the copied payload, read from the medium again before anything is signed over it. */
#include "seal/bundle.h"

#include "platform/files.h"
#include "verify/payload.h"

#include <string.h>

struct job {
	struct evd_bundle *b;
	struct evd_payload payload;
};

static int read_item(void *ctx, size_t i, unsigned thread)
{
	struct job *j = ctx;
	const struct evd_item *it = &j->b->c->log.items.at[i];
	uint8_t digest[EVD_SHA256_LEN];
	struct evd_error err = {0};
	int r;

	if (it->lost)
		return 0;
	r = evd_payload_hash(&j->payload, thread, j->b->file.fd, it->off, it->size, NULL, NULL, digest,
	                     &err);
	if (r == 0 && memcmp(digest, it->sha256, EVD_SHA256_LEN) != 0)
		r = evd_fail(
		    &err, EVD_E_IO,
		    "the target did not keep item %u/%u: it reads back otherwise; nothing was sealed",
		    it->seq, it->k);
	return r ? evd_payload_fail(&j->payload, &err, r) : 0;
}

int evd_bundle_read_back(struct evd_bundle *b, struct evd_error *err)
{
	struct job j = {.b = b};
	int r = evd_sync(b->file.fd, err);

	if (r)
		return r;
	evd_forget_cached(b->file.fd);
	return evd_payload_run(&j.payload, b->o->pool, b->c->log.items.n, read_item, &j, err);
}
