/* test_text: spellings with one form (RFC 4648 §10, RFC 3629 §3, calendar by the C library) and what a
 * person is shown of foreign text. */
#include "testlib.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void hex(void **state)
{
	char text[9];
	uint8_t out[4];
	struct evd_buf b = {0};

	(void)state;
	evd_hex(text, (const uint8_t *)"\x00\x9a\xbc\xff", 4);
	assert_string_equal(text, "009abcff");
	assert_true(evd_unhex(evd_view_str("009abcff"), out, 4));
	assert_memory_equal(out, "\x00\x9a\xbc\xff", 4);
	assert_false(evd_unhex(evd_view_str("009abcf"), out, 4));
	assert_false(evd_unhex(evd_view_str("009abcff0"), out, 4));
	assert_false(evd_unhex(evd_view_str("009abcfF"), out, 4)); /* one form: lower case */
	assert_false(evd_unhex(evd_view_str("009abcg0"), out, 4));
	assert_false(evd_unhex(evd_view_str("009abc:0"), out, 4));
	assert_false(evd_unhex(evd_view_str(" 09abcff"), out, 4));
	assert_true(evd_unhex(evd_view_str(""), out, 0));
	evd_put_hex(&b, (const uint8_t *)"\x01\xfe", 2);
	assert_true(evd_view_is(evd_buf_view(&b), "01fe"));
	evd_buf_release(&b);
}

static void base64(void **state)
{
	static const struct {
		const char *plain, *padded;
	} rfc4648[] = {{"", ""},
	               {"f", "Zg=="},
	               {"fo", "Zm8="},
	               {"foo", "Zm9v"},
	               {"foob", "Zm9vYg=="},
	               {"fooba", "Zm9vYmE="},
	               {"foobar", "Zm9vYmFy"}};

	(void)state;
	for (size_t i = 0; i < sizeof rfc4648 / sizeof *rfc4648; i++) {
		struct evd_buf b = {0}, back = {0};
		struct evd_view plain = evd_view_str(rfc4648[i].plain), url;

		evd_put_base64(&b, plain.p, plain.len);
		assert_true(evd_view_is(evd_buf_view(&b), rfc4648[i].padded));
		evd_buf_reset(&b);
		evd_put_base64url(&b, plain.p, plain.len);
		url = evd_view_of(rfc4648[i].padded, strcspn(rfc4648[i].padded, "="));
		assert_true(evd_view_eq(evd_buf_view(&b), url));
		assert_true(evd_is_base64url(url, plain.len));
		assert_false(evd_is_base64url(url, plain.len + 1));
		evd_put_unbase64url(&back, url);
		assert_true(evd_view_eq(evd_buf_view(&back), plain));
		evd_buf_release(&b);
		evd_buf_release(&back);
	}
	/* the two alphabets differ in 62 and 63 */
	assert_true(evd_is_base64url(evd_view_str("-_-_"), 3));
	assert_false(evd_is_base64url(evd_view_str("+/+/"), 3));
	assert_false(evd_is_base64url(evd_view_str("Zg=="), 1));
	assert_false(evd_is_base64url(evd_view_of("Zm9\0", 4), 3));
	/* bits behind the last byte must be zero: Zg and Zh would be the same byte */
	assert_false(evd_is_base64url(evd_view_str("Zh"), 1));
	assert_false(evd_is_base64url(evd_view_str("Zm9"), 2));
}

/* RFC 3629 §4 in the shape of its grammar, as a second opinion. */
static bool grammar3(const uint8_t *p)
{
	bool tail = (p[2] & 0xc0) == 0x80;

	return tail && ((p[0] == 0xe0 && p[1] >= 0xa0 && p[1] <= 0xbf) ||
	                (p[0] >= 0xe1 && p[0] <= 0xec && (p[1] & 0xc0) == 0x80) ||
	                (p[0] == 0xed && p[1] >= 0x80 && p[1] <= 0x9f) ||
	                (p[0] >= 0xee && p[0] <= 0xef && (p[1] & 0xc0) == 0x80));
}

static void utf8(void **state)
{
	static const char *const bad[] = {"\x80",
	                                  "\xbf",
	                                  "\xc0\x80",
	                                  "\xc1\xbf",
	                                  "\xc2",
	                                  "\xe0\x80\x80",
	                                  "\xe0\x9f\xbf",
	                                  "\xed\xa0\x80",
	                                  "\xed\xbf\xbf",
	                                  "\xe2\x82",
	                                  "\xff",
	                                  "\xfe",
	                                  "\xf0\x80\x80\x80",
	                                  "\xf0\x8f\xbf\xbf",
	                                  "\xf4\x90\x80\x80",
	                                  "\xf8\x88\x80\x80\x80",
	                                  "\xf5\x80\x80\x80",
	                                  "\xf0\x9f\x98",
	                                  "\xc2\x41",
	                                  "\xe2\x41\xac"};
	size_t pos = 0;
	uint32_t cp = 0;
	uint8_t p[4];
	unsigned whole = 0;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		pos = 0;
		assert_false(evd_utf8_next(evd_view_str(bad[i]), &pos, &cp));
		assert_int_equal(pos, 0);
		assert_false(evd_is_utf8(evd_view_str(bad[i])));
	}
	assert_false(evd_utf8_next(evd_view_str(""), &pos, &cp));
	for (size_t n = 1; n < 20;
	     n++) { /* nothing stands behind: AddressSanitizer sees who reads on */
		uint8_t *alone = malloc(n);

		assert_non_null(alone);
		memset(alone, 'a', n);
		assert_true(evd_is_utf8(evd_view_of(alone, n)));
		alone[n - 1] = 0xc4;
		assert_false(evd_is_utf8(evd_view_of(alone, n)));
		free(alone);
	}
	assert_true(evd_is_utf8(evd_view_str("")));
	assert_true(evd_is_utf8(evd_view_str(
	    "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf")));
	assert_true(evd_utf8_next(evd_view_str("\xf0\x9f\x98\x80"), &pos, &cp)); /* U+1F600 */
	assert_int_equal(cp, 0x1f600);
	assert_int_equal(pos, 4);
	for (unsigned a = 0xe0; a <= 0xef; a++)
		for (unsigned b = 0; b < 256; b++)
			for (unsigned c = 0; c < 256; c++) {
				p[0] = (uint8_t)a;
				p[1] = (uint8_t)b;
				p[2] = (uint8_t)c;
				pos = 0;
				whole += evd_utf8_next(evd_view_of(p, 3), &pos, &cp);
				assert_true((pos == 3) == grammar3(p));
			}
	assert_int_equal(whole, 0x10000 - 0x800 - 0x800); /* all of three bytes but the surrogates */
}

static void assert_shown(const char *raw, size_t max, const char *want)
{
	struct evd_buf b = {0};

	evd_put_printable(&b, evd_view_str(raw), max);
	evd_put_u8(&b, 0);
	assert_string_equal((const char *)b.data, want);
	evd_buf_release(&b);
}

static void printable(void **state)
{
	(void)state;
	assert_shown("Slika Žene, Ћирилица, ë 😀.jpg", 0, "Slika Žene, Ћирилица, ë 😀.jpg");
	assert_shown("a\nb\x1b[2J", 0, "a<U+000A>b<U+001B>[2J");
	assert_shown("\xc2\x9b"
	             "31m",
	             0, "<U+009B>31m"); /* CSI in one character */
	assert_shown("ann\xe2\x80\xaegpj.exe", 0, "ann<U+202E>gpj.exe");
	assert_shown("\xe2\x81\xa6x\xe2\x80\x8b\xef\xbb\xbf", 0, "<U+2066>x<U+200B><U+FEFF>");
	assert_shown("\xe2\x80\xa8\xe2\x80\xa9", 0, "<U+2028><U+2029>");
	assert_shown("\xf3\xa0\x81\x81", 0, "<U+E0041>"); /* a tag character */
	assert_shown("\xf0\x9b\xb2\xa0\xf0\x9d\x85\xb3", 0,
	             "<U+1BCA0><U+1D173>"); /* shorthand, notes: unseen */
	assert_shown("\xff"
	             "a\xc3",
	             0, "<0xFF>a<0xC3>");
	assert_shown("\xf0\x9f\xbf\xbe", 0, "<U+1FFFE>"); /* no character */
	assert_shown("abcd", 4, "abcd");
	assert_shown("abcde", 4, "abcd…");
	assert_shown("ЋЋЋ", 2, "ЋЋ…");
}

static void times(void **state)
{
	static const char *const bad[] = {
	    "2026-02-29T00:00:00.000Z", "2100-02-29T00:00:00.000Z", "2026-13-01T00:00:00.000Z",
	    "2026-00-01T00:00:00.000Z", "2026-01-00T00:00:00.000Z", "2026-04-31T00:00:00.000Z",
	    "2026-01-01T24:00:00.000Z", "2026-01-01T00:60:00.000Z", "2026-12-31T23:59:60.000Z",
	    "2026-01-01T00:00:00.000z", "2026-01-01t00:00:00.000Z", "2026-01-01 00:00:00.000Z",
	    "2026-01-01T00:00:00,000Z", "2026-01-01T00:00:00.00Z",  "2026-01-01T00:00:00.0000Z",
	    "2026-01-01T00:00:00Z",     "1969-12-31T23:59:59.999Z", "2026-01-01T00:00:00.000+",
	    "+026-01-01T00:00:00.000Z", "20 6-01-01T00:00:00.000Z", "2026-01-01T-1:00:00.000Z"};
	char text[EVD_TIME_LEN + 1], want[64];
	int64_t ms = 0;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(evd_time_parse(evd_view_str(bad[i]), &ms));
	assert_true(evd_time_parse(evd_view_str("1970-01-01T00:00:00.000Z"), &ms));
	assert_int_equal(ms, 0);
	assert_true(evd_time_parse(evd_view_str("2000-02-29T00:00:00.001Z"), &ms));
	assert_true(ms == INT64_C(951782400001)); /* date -u -d 2000-02-29 +%s */
	assert_true(evd_time_parse(evd_view_str("9999-12-31T23:59:59.999Z"), &ms));
	assert_true(ms == INT64_C(253402300799999));
	evd_time_format(text, ms);
	assert_string_equal(text, "9999-12-31T23:59:59.999Z");
	for (int i = 0; i < 20000; i++) {
		time_t s = (time_t)((uint64_t)test_random() * 59); /* to the year 9999 */
		struct evd_civil c;
		struct tm tm;

		gmtime_r(&s, &tm);
		strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%S.123Z", &tm);
		evd_time_format(text, (int64_t)s * 1000 + 123);
		assert_string_equal(text, want);
		assert_true(evd_time_parse(evd_view_str(text), &ms));
		assert_true(ms == (int64_t)s * 1000 + 123);
		evd_civil(-(int64_t)s, &c); /* before 1970: dates of foreign files */
		s = -s;
		gmtime_r(&s, &tm);
		assert_int_equal(c.year, tm.tm_year + 1900);
		assert_int_equal(c.day, tm.tm_mday);
		assert_int_equal(c.second, tm.tm_sec);
		assert_true(evd_civil_seconds(&c) == (int64_t)s);
	}
	evd_time_format(text, -1);
	assert_string_equal(text, "1969-12-31T23:59:59.999Z");
}

static void uuid(void **state)
{
	static const char good[] = "1f0c9a3e-6a57-4a6e-9d1b-0123456789ab";
	char text[40];

	(void)state;
	assert_true(evd_is_uuid(evd_view_str(good)));
	assert_false(evd_is_uuid(evd_view_of(good, 35)));
	for (size_t i = 0; i < 36; i++) {
		memcpy(text, good, sizeof good);
		text[i] = text[i] == '-' ? '0' : '-';
		assert_false(evd_is_uuid(evd_view_str(text)));
	}
	memcpy(text, good, sizeof good);
	text[35] = 'B';
	assert_false(evd_is_uuid(evd_view_str(text)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hex),       cmocka_unit_test(base64), cmocka_unit_test(utf8),
	    cmocka_unit_test(printable), cmocka_unit_test(times),  cmocka_unit_test(uuid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
