/* test_merkle: roots published for RFC 6962/9162 logs, and trees with withheld runs against a tree
 * computed by the definition. */
#include "testlib.h"

#include "base/merkle.h"

#include <openssl/sha.h>
#include <string.h>

/* Leaves and roots of the reference implementation of RFC 6962 (certificate-transparency). */
static const char *const leaves[] = {"",
                                     "00",
                                     "10",
                                     "2021",
                                     "3031",
                                     "40414243",
                                     "5051525354555657",
                                     "606162636465666768696a6b6c6d6e6f"};
static const char *const roots[] = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static void published(void **state)
{
	struct evd_merkle m;
	uint8_t bytes[16], leaf[EVD_SHA256_LEN], root[EVD_SHA256_LEN];

	(void)state;
	evd_merkle_init(&m);
	assert_int_equal(evd_merkle_root(&m, root, NULL), EVD_E_MISUSE); /* no tree without a leaf */
	for (size_t i = 0; i < sizeof leaves / sizeof *leaves; i++) {
		size_t n = test_hex(leaves[i], bytes);

		assert_int_equal(evd_merkle_leaf(evd_view_of(bytes, n), leaf, NULL), 0);
		assert_int_equal(evd_merkle_add(&m, leaf, 0, NULL), 0);
		assert_int_equal(evd_merkle_root(&m, root, NULL), 0);
		test_assert_hex(root, sizeof root, roots[i]);
	}
}

/* RFC 9162 §2.1.1, by recursion over all leaves. */
static void by_definition(const uint8_t (*leaf)[32], size_t n, uint8_t out[32])
{
	uint8_t in[65] = {1};
	size_t k = 1;

	if (n == 1) {
		memcpy(out, leaf[0], 32);
		return;
	}
	while (2 * k < n)
		k *= 2;
	by_definition(leaf, k, in + 1);
	by_definition(leaf + k, n - k, in + 33);
	SHA256(in, sizeof in, out);
}

#define MOST 200u

static void withheld_runs(void **state)
{
	uint8_t leaf[MOST][32], want[32], got[32], sub[32];

	(void)state;
	for (unsigned round = 0; round < 400; round++) {
		size_t n = 1 + test_random() % MOST, at = 0;
		struct evd_merkle m;

		for (size_t i = 0; i < n; i++)
			for (size_t k = 0; k < 32; k++)
				leaf[i][k] = (uint8_t)test_random();
		evd_merkle_init(&m);
		while (at < n) {
			/* either one leaf, or the largest aligned subtree of a run */
			size_t run = test_random() % 3 ? 1 : 1 + test_random() % (n - at);
			unsigned level = evd_merkle_span(at, run);
			size_t width = (size_t)1 << level;

			assert_true(width <= run && at % width == 0);
			assert_true(2 * width > run || at % (2 * width) != 0); /* none larger */
			by_definition((const uint8_t(*)[32])leaf + at, width, sub);
			assert_int_equal(evd_merkle_add(&m, sub, level, NULL), 0);
			at += width;
		}
		assert_true(m.n == n);
		assert_int_equal(evd_merkle_root(&m, got, NULL), 0);
		by_definition((const uint8_t(*)[32])leaf, n, want);
		assert_memory_equal(got, want, 32);
	}
}

static void refused(void **state)
{
	static const uint8_t hash[32];
	struct evd_merkle m;

	(void)state;
	evd_merkle_init(&m);
	assert_int_equal(evd_merkle_add(&m, hash, EVD_MERKLE_LEVELS, NULL), EVD_E_MISUSE);
	assert_int_equal(evd_merkle_add(&m, hash, 0, NULL), 0);
	assert_int_equal(evd_merkle_add(&m, hash, 1, NULL), EVD_E_MISUSE); /* not aligned */
	assert_true(m.n == 1);
	evd_merkle_init(&m);
	assert_int_equal(evd_merkle_add(&m, hash, 31, NULL), 0);
	assert_int_equal(evd_merkle_add(&m, hash, 31, NULL), EVD_E_LIMIT); /* 2^32 is one too many */
	assert_int_equal(evd_merkle_add(&m, hash, 30, NULL), 0);
	for (int level = 29; level >= 0; level--)
		assert_int_equal(evd_merkle_add(&m, hash, (unsigned)level, NULL), 0);
	assert_true(m.n == EVD_MAX_RECORDS); /* at the limit */
	assert_int_equal(evd_merkle_add(&m, hash, 0, NULL), EVD_E_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(published),
	    cmocka_unit_test(withheld_runs),
	    cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
