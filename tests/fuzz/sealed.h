/*
 * sealed: what of a bundle stood when it was sealed. Time stamps, certificates and lists are added afterwards, outside the
 * seal (docs/timestamp.md §5 and §6), and authenticate themselves: two bundles that differ in them alone carry the same evidence.
 */
#ifndef EVD_FUZZ_SEALED_H
#define EVD_FUZZ_SEALED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEALED_DIGEST 32u

/*
 * sealed_digest(data, len, out): SHA-256 over all files with their headers, without META-INF/ASiCArchiveManifest*.xml and
 * META-INF/timestamp*.tst, and of META-INF/signature001.p7s without [0] certificates, [1] lists and [1] unsigned attributes.
 * False if a byte of the bundle would be overlooked so: a container that is not put together as ours are, or a length in
 * signature001.p7s that is not DER's.
 */
bool sealed_digest(const uint8_t *data, size_t len, uint8_t out[SEALED_DIGEST]);

#endif
