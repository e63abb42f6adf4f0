/*
 * merkle: the tree over an entry's records (RFC 9162 §2.1), in one pass and O(log n) memory.
 *
 * Leaves and roots of perfect subtrees (which stand for withheld records) come left to right; one
 * stack holds the perfect subtrees not yet joined. docs/format.md §3, §6.
 */
#ifndef EVD_MERKLE_H
#define EVD_MERKLE_H

#include "base/digest.h"

#define EVD_MERKLE_LEVELS 33u /* up to 2^32 leaves */

struct evd_merkle {
	struct {
		uint8_t hash[EVD_SHA256_LEN];
		unsigned level; /* the subtree has 2^level leaves */
	} stack[EVD_MERKLE_LEVELS + 1];
	size_t depth;
	uint64_t n; /* leaves so far */
};

void evd_merkle_init(struct evd_merkle *m);
/* evd_merkle_leaf(line, out): SHA-256(0x00 ‖ line). */
int evd_merkle_leaf(struct evd_view line, uint8_t out[EVD_SHA256_LEN],
                    struct evd_error *err) EVD_MUST_USE;
/*
 * evd_merkle_add(m, hash, level): the next 2^level leaves, as the root of their subtree (level 0: one
 * leaf). MISUSE if m->n is not a multiple of 2^level, LIMIT above 2^32 leaves.
 */
int evd_merkle_add(struct evd_merkle *m, const uint8_t hash[EVD_SHA256_LEN], unsigned level,
                   struct evd_error *err) EVD_MUST_USE;
/* evd_merkle_span(at, left): level of the largest aligned subtree at leaf `at` with ≤ left leaves. */
unsigned evd_merkle_span(uint64_t at, uint64_t left);
/* evd_merkle_root(m, out): the root; `m` is not changed. MISUSE if there is no leaf. */
int evd_merkle_root(const struct evd_merkle *m, uint8_t out[EVD_SHA256_LEN],
                    struct evd_error *err) EVD_MUST_USE;

#endif
