/*
 * stamp: time-stamp tokens and validation material into a sealed bundle (docs/timestamp.md §5, §6). Every
 * byte outside META-INF stays as it is; what comes out is verified before it gets its name.
 */
#ifndef EVD_STAMP_H
#define EVD_STAMP_H

#include "verify/container.h"
#include "verify/verify.h"

/* A file of META-INF, in memory. */
struct evd_stamp_file {
	char name[EVD_MAX_NAME + 1];
	struct evd_buf bytes;
};

struct evd_stamp_bundle {
	int fd;
	const struct evd_verify_options *o;
	struct evd_container c;
	struct evd_report report; /* the verdict over what was opened */
	EVD_ARRAY(struct evd_stamp_file) meta;
};

/* evd_stamp_open(path, o, b, err): DAMAGED if the verdict is that it is altered, or it is no bundle. Close
 * in every case. */
int evd_stamp_open(const char *path, const struct evd_verify_options *o, struct evd_stamp_bundle *b,
                   struct evd_error *err) EVD_MUST_USE;
void evd_stamp_close(struct evd_stamp_bundle *b);

/* evd_stamp_imprint(b, archive, out, err): what a token has to be over: the value of the seal's signature,
 * or the next archive manifest. */
int evd_stamp_imprint(struct evd_stamp_bundle *b, bool archive, uint8_t out[EVD_SHA256_LEN],
                      struct evd_error *err) EVD_MUST_USE;
/* evd_stamp_attach(b, archive, token, err): puts it in. MISUSE if a seal's signature cannot change any more
 * (docs/timestamp.md §6). */
int evd_stamp_attach(struct evd_stamp_bundle *b, bool archive, struct evd_view token,
                     struct evd_error *err) EVD_MUST_USE;
/* evd_stamp_embed(b, err): the paths of signers and authorities, of entries' tokens too, and lists of
 * revocations for them, of what o->trust gives, beside the seal's signature; or, of the authority of the
 * newest archive token, into that. FORMAT if nothing of what was given is for them; LIMIT. */
int evd_stamp_embed(struct evd_stamp_bundle *b, struct evd_error *err) EVD_MUST_USE;
/* evd_stamp_write(b, path, err): EXISTS if it is there; FORMAT if a verifier would object to what came in,
 * and no file is left. */
int evd_stamp_write(struct evd_stamp_bundle *b, const char *path,
                    struct evd_error *err) EVD_MUST_USE;

#endif
