/* bundle: the container being written (part of sealing). Internal to seal/. */
#ifndef EVD_BUNDLE_H
#define EVD_BUNDLE_H

#include "platform/new_file.h"
#include "seal/seal.h"
#include "seal/tagfiles.h"

struct evd_bundle {
	struct evd_case *c;
	const struct evd_seal_options *o;
	struct evd_new_file file;          /* none if the bytes go elsewhere */
	uint8_t (*digest)[EVD_SHA256_LEN]; /* of the tag files */
	uint64_t at;                       /* where the next file goes */
	struct evd_buf central;            /* headers so far, behind those in .case/central */
	int spill;                         /* of that file; -1: none yet */
	uint64_t spilled;                  /* bytes in it */
	uint64_t n_files, size;
	uint64_t sent, done, all; /* bytes, when they go elsewhere in order (struct evd_seal_into) */
};

/* evd_bundle_begin: the temporary file; NOSPACE if there will be no room. */
int evd_bundle_begin(struct evd_bundle *b, struct evd_case *c, const char *path,
                     const struct evd_seal_options *o, uint8_t digest[EVD_TAGFILES][EVD_SHA256_LEN],
                     struct evd_error *err) EVD_MUST_USE;
/* evd_bundle_copy: mimetype, tag files, custody, payload; every byte hashed again. */
int evd_bundle_copy(struct evd_bundle *b, struct evd_error *err) EVD_MUST_USE;
/* evd_bundle_read_back: syncs, drops what the system has cached, and hashes the payload once more. */
int evd_bundle_read_back(struct evd_bundle *b, struct evd_error *err) EVD_MUST_USE;
/* evd_bundle_end: META-INF, central directory, end record, sync. */
int evd_bundle_end(struct evd_bundle *b, struct evd_view p7s, struct evd_error *err) EVD_MUST_USE;
/* evd_bundle_name: the temporary file becomes `path`. */
int evd_bundle_name(struct evd_bundle *b, struct evd_error *err) EVD_MUST_USE;
void evd_bundle_release(struct evd_bundle *b);

#endif
