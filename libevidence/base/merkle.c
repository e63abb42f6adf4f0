/* merkle: see merkle.h. */
#include "base/merkle.h"

#include <string.h>

void evd_merkle_init(struct evd_merkle *m)
{
	memset(m, 0, sizeof *m);
}

static int hash_two(uint8_t prefix, struct evd_view a, struct evd_view b, uint8_t *out,
                    struct evd_error *err)
{
	static _Thread_local struct evd_sha sha; /* one context a thread, kept for speed */
	int r = evd_sha_begin(&sha, EVD_SHA256, err);

	if (r == 0)
		r = evd_sha_add(&sha, &prefix, 1, err);
	if (r == 0)
		r = evd_sha_add(&sha, a.p, a.len, err);
	if (r == 0 && b.len)
		r = evd_sha_add(&sha, b.p, b.len, err);
	return r ? r : evd_sha_end(&sha, out, err);
}

int evd_merkle_leaf(struct evd_view line, uint8_t out[EVD_SHA256_LEN], struct evd_error *err)
{
	const struct evd_view none = {NULL, 0};

	return hash_two(0, line, none, out, err);
}

static int hash_node(const uint8_t *left, const uint8_t *right, uint8_t *out, struct evd_error *err)
{
	return hash_two(1, evd_view_of(left, EVD_SHA256_LEN), evd_view_of(right, EVD_SHA256_LEN), out,
	                err);
}

int evd_merkle_add(struct evd_merkle *m, const uint8_t hash[EVD_SHA256_LEN], unsigned level,
                   struct evd_error *err)
{
	uint64_t width;
	int r;

	if (level >= EVD_MERKLE_LEVELS)
		return evd_fail(err, EVD_E_MISUSE, "subtree of level %u", level);
	width = UINT64_C(1) << level;
	if (m->n % width != 0)
		return evd_fail(err, EVD_E_MISUSE, "subtree not aligned");
	if (m->n + width > EVD_MAX_RECORDS)
		return evd_fail(err, EVD_E_LIMIT, "more records than an entry can hold");
	memcpy(m->stack[m->depth].hash, hash, EVD_SHA256_LEN);
	m->stack[m->depth].level = level;
	m->depth++;
	m->n += width;
	while (m->depth > 1 && m->stack[m->depth - 1].level == m->stack[m->depth - 2].level) {
		m->depth--;
		r = hash_node(m->stack[m->depth - 1].hash, m->stack[m->depth].hash,
		              m->stack[m->depth - 1].hash, err);
		if (r)
			return r;
		m->stack[m->depth - 1].level++;
	}
	return 0;
}

unsigned evd_merkle_span(uint64_t at, uint64_t left)
{
	unsigned level = 0;

	while (level + 1 < EVD_MERKLE_LEVELS && at % (UINT64_C(2) << level) == 0 &&
	       (UINT64_C(2) << level) <= left)
		level++;
	return level;
}

int evd_merkle_root(const struct evd_merkle *m, uint8_t out[EVD_SHA256_LEN], struct evd_error *err)
{
	int r = 0;

	if (m->depth == 0)
		return evd_fail(err, EVD_E_MISUSE, "tree without records");
	memcpy(out, m->stack[m->depth - 1].hash, EVD_SHA256_LEN);
	for (size_t i = m->depth - 1; i > 0 && r == 0; i--)
		r = hash_node(m->stack[i - 1].hash, out, out, err);
	return r;
}
