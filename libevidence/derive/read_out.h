/*
 * read_out: what readers say of items becomes a `read-out` entry: derived facts, never evidence
 * (docs/reader.md). One entry a batch. For every item and reader a `reading` record says which
 * reader in which version, and how it ended; the reader's own records follow, each with `item` and
 * `reader`.
 */
#ifndef EVD_READ_OUT_H
#define EVD_READ_OUT_H

#include "chain/case.h"
#include "derive/loose.h"
#include "reader/reader.h"

/* An item to be read, and what goes with it (a database's -wal). */
struct evd_to_read {
	struct evd_id id;
	char path[EVD_PAYLOAD_PATH]; /* from the case folder */
	const char *name;            /* original name, foreign text; NULL: none */
	size_t with[3];              /* indexes of companions in the same array, n_with of them */
	size_t n_with;
	bool companion; /* read with another item, not by itself */
};

/* What is read, and what else the case holds that may lie beside it. */
struct evd_reading_list {
	const struct evd_to_read *at;
	size_t n;
	struct evd_loose *loose; /* NULL: nothing */
};

struct evd_read_out {
	uint64_t items, records;
	uint64_t trouble; /* items of which something could not be read by fault of a reader */
	uint64_t refused; /* of those: nothing was read, since a layer of the sandbox is missing */
	char sandbox[48]; /* weakest that stood */
};

/*
 * evd_read_out(c, key, list, config, progress, ctx, out, err): reads, commits. `progress` gets
 * items done and all; other than 0 stops before the next item, what was read is committed.
 */
int evd_read_out(struct evd_case *c, struct evd_key *key, const struct evd_reading_list *list,
                 const struct evd_reader_config *config,
                 int (*progress)(void *ctx, uint64_t done, uint64_t all), void *ctx,
                 struct evd_read_out *out, struct evd_error *err) EVD_MUST_USE;

#endif
