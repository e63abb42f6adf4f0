/*
 * alter: a bundle altered where it hurts: fields of ZIP headers, canonical JSON, elements of DER, both forms of
 * an ECDSA signature, certificates and attributes put in twice, entries swapped, doubled or left out.
 */
#ifndef EVD_FUZZ_ALTER_H
#define EVD_FUZZ_ALTER_H

#include <stddef.h>
#include <stdint.h>

/* alter_bundle(data, len, max, seed): in place; the new length, 0 if nothing could be altered. */
size_t alter_bundle(uint8_t *data, size_t len, size_t max, unsigned seed);

#endif
