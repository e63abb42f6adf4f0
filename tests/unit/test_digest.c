/* test_digest: FIPS 180-4 known answers (NIST example values), CRC-32 check value and bitwise CRC. */
#include "testlib.h"

#include "base/crc.h"
#include "base/digest.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
static const char four_blocks[] = "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
                                  "ijklmnopjklmnopqklmnopqrlmnopqrs"
                                  "mnopqrstnopqrstu";

static void in_one_call(const char *text, const char *want)
{
	uint8_t out[EVD_SHA256_LEN];

	assert_int_equal(evd_sha256(evd_view_str(text), out, NULL), 0);
	test_assert_hex(out, sizeof out, want);
}

static void known_answers(void **state)
{
	struct evd_sha s = {0};
	uint8_t out[EVD_SHA512_LEN], thousand[1000];

	(void)state;
	in_one_call("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	in_one_call("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	in_one_call(two_blocks, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	assert_int_equal(evd_sha256(evd_view_of(NULL, 0), out, NULL), 0);
	test_assert_hex(out, 4, "e3b0c442");

	assert_int_equal(evd_sha_begin(&s, EVD_SHA512, NULL), 0);
	assert_int_equal(evd_sha_add(&s, four_blocks, 50, NULL), 0);
	assert_int_equal(evd_sha_add(&s, four_blocks + 50, sizeof four_blocks - 51, NULL), 0);
	assert_int_equal(evd_sha_end(&s, out, NULL), 0);
	test_assert_hex(out, 64,
	                "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018"
	                "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909");

	/* a million times "a", and the object used again for another digest */
	memset(thousand, 'a', sizeof thousand);
	assert_int_equal(evd_sha_begin(&s, EVD_SHA256, NULL), 0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(evd_sha_add(&s, thousand, sizeof thousand, NULL), 0);
	assert_int_equal(evd_sha_end(&s, out, NULL), 0);
	test_assert_hex(out, 32, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	evd_sha_release(&s);
	evd_sha_release(&s);
}

/* ISO-HDLC, one bit at a time: the definition. */
static uint32_t crc_bitwise(const uint8_t *p, size_t len)
{
	uint32_t crc = 0xffffffffu;

	for (size_t i = 0; i < len; i++) {
		crc ^= p[i];
		for (int k = 0; k < 8; k++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
	}
	return ~crc;
}

static void crc(void **state)
{
	uint8_t bytes[300];

	(void)state;
	assert_int_equal(evd_crc32(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(evd_crc32(0, "", 0), 0);
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)test_random();
	for (size_t n = 0; n < sizeof bytes; n++) {
		size_t cut = n ? test_random() % n : 0;
		uint32_t want = crc_bitwise(bytes, n);

		assert_int_equal(evd_crc32(0, bytes, n), want);
		assert_int_equal(evd_crc32(evd_crc32(0, bytes, cut), bytes + cut, n - cut), want);
	}
}

/* Every length about the steps of folding, every cut and misalignment near a block: as the definition says. */
static void crc_bulk(void **state)
{
	static uint8_t bytes[1200];

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)test_random();
	assert_int_equal(evd_crc32_bulk(0, "123456789", 9), 0xcbf43926);
	for (size_t n = 0; n <= sizeof bytes - 16; n++) {
		const uint8_t *p = bytes + n % 16;
		size_t cut = n ? test_random() % n : 0;
		uint32_t want = crc_bitwise(p, n);

		assert_int_equal(evd_crc32_bulk(0, p, n), want);
		assert_int_equal(evd_crc32_bulk(evd_crc32_bulk(0, p, cut), p + cut, n - cut), want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(known_answers),
	    cmocka_unit_test(crc),
	    cmocka_unit_test(crc_bulk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
