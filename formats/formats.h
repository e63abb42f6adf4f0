/*
 * formats: the table of readers, made from formats.def, and the choice of those that read an item.
 * Stage: read-out. Calls: evd_formats_warm once, then per item evd_formats_probe_all and the read
 * of each chosen reader.
 */
#ifndef EVD_FORMATS_H
#define EVD_FORMATS_H

#include "format.h"

#define EVD_FORMATS_MAX 64u                /* readers in the table */
#define EVD_PROBE_LEN (UINT32_C(64) << 10) /* bytes of the item's beginning that probes see */

extern const struct evd_format *const evd_formats[];
extern const size_t evd_n_formats;

/* evd_formats_find(name): the reader of that name, or NULL. */
const struct evd_format *evd_formats_find(const char *name);

/* evd_formats_warm(err): lets every reader load its tables; the first failure is returned, the rest
 * are warmed all the same. */
int evd_formats_warm(struct evd_error *err) EVD_MUST_USE;

/* What the probes said of one item. */
struct evd_formats_choice {
	unsigned bits[EVD_FORMATS_MAX]; /* of evd_formats[i]; 0: did not match */
	bool run[EVD_FORMATS_MAX];      /* evd_formats[i] reads the item */
	size_t n_run;
	bool ambiguous; /* several exclusive readings tie for the highest */
};

/*
 * evd_formats_probe_all(in, choice, err): asks every reader, chooses all matching `alongside` ones
 * and the exclusive ones that share the highest number of bits. Errors: IO, NOMEM.
 */
int evd_formats_probe_all(const struct evd_input *in, struct evd_formats_choice *choice,
                          struct evd_error *err) EVD_MUST_USE;

#endif
