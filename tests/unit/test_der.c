/* test_der: definite lengths in their shortest form, one tag byte (ITU-T X.690 §8.1.3, §10.1). */
#include "testlib.h"

#include "base/der.h"

#include <stdlib.h>

/* The content's length of one element with tag 04, or -1. */
static long get(const char *hex, size_t extra)
{
	uint8_t *p = calloc(1, 70000);
	size_t n = test_hex(hex, p) + extra;
	struct evd_cursor c;
	struct evd_view v;
	long len;

	evd_cursor_init(&c, evd_view_of(p, n));
	v = evd_der_get(&c, 0x04);
	len = evd_cursor_ok(&c) ? (long)v.len : -1;
	assert_true(len >= 0 || v.len == 0 || v.p + v.len <= p + n);
	free(p);
	return len;
}

static void lengths(void **state)
{
	(void)state;
	assert_int_equal(get("0400", 0), 0);
	assert_int_equal(get("047f", 127), 127);
	assert_int_equal(get("048180", 128), 128);
	assert_int_equal(get("0481ff", 255), 255);
	assert_int_equal(get("04820100", 256), 256);
	assert_int_equal(get("0482ffff", 65535), 65535);
	assert_int_equal(get("0483010000", 65536), 65536);
	assert_int_equal(get("0480", 0), -1); /* indefinite */
	assert_int_equal(get("04800000", 0), -1);
	assert_int_equal(get("048100", 0), -1); /* not the shortest form */
	assert_int_equal(get("04817f", 127), -1);
	assert_int_equal(get("048200ff", 255), -1);
	assert_int_equal(get("0483000100", 256), -1);
	assert_int_equal(get("048400000001", 1), -1);
	assert_int_equal(get("04850000000001", 1), -1); /* more than 4 bytes */
	assert_int_equal(get("0484ffffffff", 10), -1);
	assert_int_equal(get("04ff", 200), -1);
	assert_int_equal(get("0405", 4), -1); /* one byte is missing */
	assert_int_equal(get("048180", 127), -1);
	assert_int_equal(get("04", 0), -1);
	assert_int_equal(get("", 0), -1);
	assert_int_equal(get("0481", 0), -1);
	assert_int_equal(get("0282", 0), -1);   /* another tag */
	assert_int_equal(get("1f8104", 0), -1); /* a long tag */
}

static void nested(void **state)
{
	static const uint8_t der[] = {0x30, 7, 0x02, 1, 5, 0x04, 2, 'a', 'b'};
	struct evd_cursor c, in;
	struct evd_view v;

	(void)state;
	evd_cursor_init(&c, evd_view_of(der, sizeof der));
	in = evd_der_enter(&c, 0x30);
	v = evd_der_whole(&in, 0x02);
	assert_int_equal(v.len, 3);
	assert_true(v.p == der + 2);
	v = evd_der_get(&in, 0x04);
	assert_true(evd_view_is(v, "ab"));
	assert_true(evd_cursor_at_end(&in) && evd_cursor_at_end(&c));
	evd_cursor_init(&c, evd_view_of(der, sizeof der));
	in = evd_der_enter(&c, 0x31);
	assert_false(evd_cursor_ok(&in));
	assert_false(evd_cursor_ok(&c));
	evd_der_skip(&in, 0x02);
	assert_int_equal(evd_der_whole(&in, 0x02).len, 0);
	/* the inner element is longer than the one around it */
	evd_cursor_init(&c, evd_view_of("\x30\x03\x04\x02"
	                                "ab",
	                                6));
	in = evd_der_enter(&c, 0x30);
	evd_der_skip(&in, 0x04);
	assert_false(evd_cursor_ok(&in));
}

static void writing(void **state)
{
	static const size_t len[] = {0, 1, 127, 128, 255, 256, 65535, 65536, 16777216};
	static const char *const head[] = {"0400",     "0401",       "047f",
	                                   "048180",   "0481ff",     "04820100",
	                                   "0482ffff", "0483010000", "048401000000"};
	uint8_t *bytes = calloc(1, 16777216);

	(void)state;
	for (size_t i = 0; i < sizeof len / sizeof *len; i++) {
		struct evd_buf b = {0};
		struct evd_cursor c;
		uint8_t want[8];
		size_t n = test_hex(head[i], want);

		evd_der_put(&b, 0x04, evd_view_of(bytes, len[i]));
		assert_int_equal(b.len, n + len[i]);
		assert_memory_equal(b.data, want, n);
		evd_cursor_init(&c, evd_buf_view(&b));
		assert_int_equal(evd_der_get(&c, 0x04).len, len[i]);
		assert_true(evd_cursor_at_end(&c));
		evd_buf_release(&b);
	}
	free(bytes);
}

static void writing_fails(void **state)
{
	struct evd_buf b;
	size_t at;

	(void)state;
	evd_buf_init(&b, 3);
	at = evd_der_open(&b, 0x30);
	evd_put_str(&b, "ab");
	evd_der_close(&b, at); /* no room for the length */
	assert_int_equal(evd_buf_check(&b, NULL), EVD_E_LIMIT);
	evd_der_close(&b, at);
	assert_int_equal(b.len, 3);
	evd_buf_release(&b);
}

/* n SEQUENCEs, each in the one before. */
static bool nested_sound(size_t n)
{
	uint8_t der[64];

	for (size_t i = 0; i < n; i++) {
		der[2 * i] = 0x30;
		der[2 * i + 1] = (uint8_t)(2 * (n - 1 - i));
	}
	return evd_der_sound(evd_view_of(der, 2 * n));
}

/* X.690 §10.1, §11.1, §8.3.2, §8.6.2, §8.8.2, §8.19.2, §10.2; what is constructed is entered, what is primitive is not. */
static void is_sound(void **state)
{
	static const char *const good[] = {
	    "3000",       "30060101ff020100",
	    "020100",     "02020080",
	    "0201ff",     "0202ff7f",
	    "030100",     "0302077f",
	    "0500",       "06022a03",
	    "060388370b", "a003020101",
	    "0403308001", "310a020105300506033a0102",
	};
	static const char *const bad[] = {
	    "",
	    "30",
	    "300100",
	    "3080",
	    "308100",
	    "308103020101",
	    "30840000000302010130",
	    "30840000000302",
	    "0101fe",
	    "010100",
	    "0102ffff",
	    "0200",
	    "02020001",
	    "0202ffff",
	    "0300",
	    "030101",
	    "0302080f",
	    "050100",
	    "0600",
	    "060180",
	    "06022a80",
	    "060280012a",
	    "1f0100",
	    "240304012a",
	    "2300",
	    "1000",
	    "1100",
	    "30003000",
	    "300230",
	    "30040402ff",
	};
	uint8_t bytes[64];

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(evd_der_sound(evd_view_of(bytes, test_hex(good[i], bytes))));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (evd_der_sound(evd_view_of(bytes, test_hex(bad[i], bytes))))
			fail_msg("%s", bad[i]);
	assert_true(nested_sound(31));
	assert_false(nested_sound(32));
}

/* Extensions inside a SEQUENCE: 0 none is critical, 1 one is, -1 not of the form (X.509: RFC 5280 §4.1). */
static int critical(const char *hex)
{
	uint8_t bytes[64];
	struct evd_cursor c, in;
	bool yes;

	evd_cursor_init(&c, evd_view_of(bytes, test_hex(hex, bytes)));
	in = evd_der_enter(&c, 0x30);
	yes = evd_der_extensions(&in);
	evd_der_leave(&c, &in);
	return !evd_cursor_at_end(&c) ? -1 : yes;
}

static void extensions(void **state)
{
	(void)state;
	assert_int_equal(critical("3007300506012a0400"), 0);
	assert_int_equal(critical("300a300806012a0101000400"),
	                 0); /* FALSE spelt out: not DER, yet read */
	assert_int_equal(critical("300a300806012a0101ff0400"), 1);
	assert_int_equal(critical("3011300506012a0400300806012b0101ff0400"), 1); /* the second one */
	assert_int_equal(critical("3000"), -1);                                  /* none at all */
	assert_int_equal(critical("300b300906012a0102ffff0400"), -1); /* a BOOLEAN of two bytes */
	assert_int_equal(critical("3009300706012a01000400"), -1);     /* of none */
	assert_int_equal(critical("3005300306012a"), -1);             /* no value */
	assert_int_equal(critical("3009300706012a04000500"), -1);     /* something behind it */
	assert_int_equal(critical("3009300506012a04000500"), -1);     /* behind the Extension */
}

static void bits(void **state)
{
	static const uint8_t whole[] = {0x03, 3, 0, 0xa5, 0x5a}, none[] = {0x03, 1, 0},
	                     unused[] = {0x03, 2, 1, 0x80}, empty[] = {0x03, 0},
	                     octets[] = {4, 2, 0, 1};
	const struct evd_view bad[] = {
	    evd_view_of(none, sizeof none), evd_view_of(unused, sizeof unused),
	    evd_view_of(empty, sizeof empty), evd_view_of(octets, sizeof octets), evd_view_of(NULL, 0)};
	struct evd_cursor c;
	struct evd_view v;

	(void)state;
	evd_cursor_init(&c, evd_view_of(whole, sizeof whole));
	v = evd_der_bits(&c);
	assert_true(evd_cursor_at_end(&c) && v.len == 2 && v.p == whole + 3);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		evd_cursor_init(&c, bad[i]);
		assert_int_equal(evd_der_bits(&c).len, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(is_sound), cmocka_unit_test(lengths),       cmocka_unit_test(nested),
	    cmocka_unit_test(writing),  cmocka_unit_test(writing_fails), cmocka_unit_test(extensions),
	    cmocka_unit_test(bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
