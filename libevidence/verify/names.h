/* names: which names a container may hold (docs/format.md §8 "Names"), judged as they come. */
#ifndef EVD_NAMES_H
#define EVD_NAMES_H

#include "base/finding.h"
#include "base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct evd_container;

struct evd_names {
	uint64_t n;
	char last[EVD_MAX_NAME + 1];
	char second[EVD_MAX_NAME + 1];
	/* earlier names that begin the last one, short to long: one may not be another's folder */
	size_t prefix[EVD_MAX_NAME];
	size_t n_prefix;
	char meta[EVD_MAX_META][EVD_MAX_NAME + 1]; /* names in META-INF, for twins */
	size_t n_meta;
	unsigned archives; /* the highest NNN of META-INF/timestampNNN.tst, 001 to 099 */
	bool custody, only_envelope, bundle_age, cover;
};

/* evd_names_archive(name, manifest): NNN of META-INF/timestampNNN.tst, or of ASiCArchiveManifestNNN.xml
 * beside it if `manifest`; 0 if it is no such name. */
unsigned evd_names_archive(const char *name, bool manifest);

void evd_names_init(struct evd_names *s);
/* evd_names_add(s, name, to): 0, or EVD_STOP after CONTAINER_NAME or CONTAINER_LIMIT. */
int evd_names_add(struct evd_names *s, const char *name, const struct evd_findings *to);
/* evd_names_end(s, to, c): stage 1 (c), (d); sets c->base and c->envelope. */
int evd_names_end(const struct evd_names *s, const struct evd_findings *to,
                  struct evd_container *c);

#endif
