/*
 * bundle: a container taken apart and put together again, for the mutators of fuzz_verify. It knows nothing
 * of libevidence, and takes only the plain form that our bundles have: stored entries one behind the other,
 * no ZIP64. What it puts together fits (lengths, CRC-32, directory), so that what was altered is reached.
 */
#ifndef EVD_FUZZ_BUNDLE_H
#define EVD_FUZZ_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUNDLE_FILES 64u

struct bundle_file {
	const uint8_t *local, *central; /* their headers, names behind them */
	size_t name_len;
	const uint8_t *data;
	size_t len;
};

struct bundle {
	struct bundle_file file[BUNDLE_FILES];
	size_t n;
	size_t directory, end; /* offsets */
};

/* bundle_read(b, data, len): false if it is not of that form. The data must outlive *b. */
bool bundle_read(struct bundle *b, const uint8_t *data, size_t len);
/* bundle_write(b, out, max): the container; its length, 0 if it does not fit. */
size_t bundle_write(const struct bundle *b, uint8_t *out, size_t max);
/* bundle_name_ends(f, suffix): the name ends so. */
bool bundle_name_ends(const struct bundle_file *f, const char *suffix);

#endif
