/*
 * lanes: SHA-256 of many streams side by side, for processors with AVX2 or AVX-512 and without SHA
 * instructions, where it is some five times as fast as one stream after the other.
 *
 * Only where the digest must equal one that is known: a fault here can then only refuse, and what is
 * refused is hashed again by OpenSSL (verify/hash_items.c). Source: FIPS 180-4 §6.2.
 */
#ifndef EVD_LANES_H
#define EVD_LANES_H

#include "base/limits.h"

#include <stdbool.h>
#include <stddef.h>

#define EVD_LANES_MAX 16u
#define EVD_LANES_BLOCK 64u

enum evd_lanes_unit { EVD_LANES_NONE, EVD_LANES_AVX2, EVD_LANES_AVX512 };

struct evd_lanes {
	enum evd_lanes_unit unit;
	unsigned width; /* streams side by side: 8 or 16 */
	uint32_t h[8][EVD_LANES_MAX] __attribute__((aligned(64)));
};

/* evd_lanes_best(): what serves best on this processor; NONE: OpenSSL does. */
enum evd_lanes_unit evd_lanes_best(void);
/* evd_lanes_has(unit): whether the processor has it. */
bool evd_lanes_has(enum evd_lanes_unit unit);
/* evd_lanes_init: `unit` is not NONE, and evd_lanes_has(unit). */
void evd_lanes_init(struct evd_lanes *l, enum evd_lanes_unit unit);
/* evd_lanes_begin(l, lane): a new stream in that lane. */
void evd_lanes_begin(struct evd_lanes *l, unsigned lane);
/* evd_lanes_add(l, p, n): n whole blocks from each p[0…width-1]; p of an idle lane is anything readable. */
void evd_lanes_add(struct evd_lanes *l, const uint8_t *const p[EVD_LANES_MAX], size_t n);
/* evd_lanes_pad(tail, len, size): behind the last `len` < 64 bytes of a stream of `size` bytes puts its
 * padding; `tail` has room for 2 blocks. Gives the number of blocks, 1 or 2. */
size_t evd_lanes_pad(uint8_t *tail, size_t len, uint64_t size);
void evd_lanes_digest(const struct evd_lanes *l, unsigned lane, uint8_t out[EVD_SHA256_LEN]);

#endif
