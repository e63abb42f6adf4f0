/*
 * seal: makes the one file of a case (docs/format.md §9): seal entry, copy with every byte hashed
 * again, tag files, manifest, signature; then the file gets its name.
 */
#ifndef EVD_SEAL_H
#define EVD_SEAL_H

#include "base/pool.h"
#include "chain/case.h"

enum evd_seal_scope { EVD_SEAL_AUTO, EVD_SEAL_ALL, EVD_SEAL_TAGS };

/* Where the bundle's bytes go, in order, when no file is to be made of them (envelope/). */
struct evd_seal_into {
	int (*write)(void *ctx, const void *p, size_t len, struct evd_error *err);
	void *ctx;
};

/* An entry that is sealed for: committed when the file is begun and there is room for it. */
struct evd_seal_first {
	int (*commit)(void *ctx, struct evd_error *err);
	void *ctx;
};

struct evd_seal_options {
	enum evd_seal_scope scope;
	bool timestamp_required;
	bool read_back; /* reads the finished file from the medium before it gets its name */
	struct evd_circumstances circumstances;
	struct evd_pool *pool;
	int (*progress)(void *ctx, uint64_t done, uint64_t all); /* bytes; other than 0 stops */
	void *ctx;
	const struct evd_seal_first *first; /* NULL: none */
	const struct evd_seal_into
	    *into; /* NULL: the file `out_path`; read_back is then for that file */
};

struct evd_sealed {
	uint8_t seal_digest[EVD_SHA256_LEN], head[EVD_SHA256_LEN];
	uint64_t seq, files, items, size;
	enum evd_scope scope;
	bool again; /* the last seal was written again, byte for byte */
	/* seal entry of which nothing stands in seals/, so that this seal brings nothing of it: its sealing was
	 * interrupted, or the folder was taken away; 0: none */
	uint64_t not_brought;
};

/*
 * evd_seal(c, key, out_path, o, out, err): EXISTS if out_path is there. Nothing is recorded if that file cannot be made, or
 * not with what it will take on its medium; what fails later leaves the entries. If the case's last entry is a
 * seal, that seal is completed or written again and no entry is added (options that contradict it:
 * MISUSE). Any file that is not as recorded: DAMAGED, naming it, and no file is left at out_path.
 */
int evd_seal(struct evd_case *c, struct evd_key *key, const char *out_path,
             const struct evd_seal_options *o, struct evd_sealed *out,
             struct evd_error *err) EVD_MUST_USE;

/* evd_seal_bring_previous(c, d, err): adds to the draft the six files of the case's last seal and
 * its signature with time-stamps, role seal (docs/format.md §9.1). Nothing if none is kept; DAMAGED if one is not as it was made. */
int evd_seal_bring_previous(struct evd_case *c, struct evd_draft *d,
                            struct evd_error *err) EVD_MUST_USE;

#endif
