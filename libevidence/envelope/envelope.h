/*
 * envelope: a sealed bundle, encrypted to age recipients or a passphrase, in a signed cover (docs/format.md
 * §14). No plaintext is written anywhere while one is made; opening writes the bundle, and nothing else.
 */
#ifndef EVD_ENVELOPE_H
#define EVD_ENVELOPE_H

#include "envelope/age.h"
#include "envelope/opened.h"
#include "seal/seal.h"
#include "verify/cover.h"

/*
 * evd_envelope_create(c, key, out_path, o, to, out, err): seals the case as evd_seal does, straight into
 * the envelope; `o->into` is not looked at. EXISTS if out_path is there.
 */
int evd_envelope_create(struct evd_case *c, struct evd_key *key, const char *out_path,
                        const struct evd_seal_options *o, const struct evd_age_to *to,
                        struct evd_sealed *out, struct evd_error *err) EVD_MUST_USE;

struct evd_open_options {
	struct evd_pool *pool;
	int (*progress)(void *ctx, uint64_t done, uint64_t all); /* other than 0 stops */
	void *ctx;
	const char *newer_than; /* an older bundle of the case that this one must go on from, or NULL */
	const struct evd_opened *opened; /* lists that it is put into, and must not stand in */
	size_t n_opened;
	bool again; /* may stand in them */
};

/*
 * evd_envelope_open(path, out_path, with, o, cover, err): checks the cover and its signature, decrypts
 * into a file beside out_path, verifies the bundle, holds it against the cover; only then the file gets
 * its name. DENIED: no key fits. DAMAGED: altered, cut, put together from others, opened before, or
 * (newer_than) nothing newer. FORMAT: no envelope.
 */
int evd_envelope_open(const char *path, const char *out_path, const struct evd_age_with *with,
                      const struct evd_open_options *o, struct evd_cover *cover,
                      struct evd_error *err) EVD_MUST_USE;

/* evd_envelope_look(path, with, cover, err): checks the cover's form and signature, and that one of the keys
 * opens the encryption's header; decrypts nothing. Errors as evd_envelope_open. */
int evd_envelope_look(const char *path, const struct evd_age_with *with, struct evd_cover *cover,
                      struct evd_error *err) EVD_MUST_USE;

#endif
