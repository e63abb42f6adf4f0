/* test_buf: cursors never read behind their bytes, buffers never grow over their maximum. */
#include "testlib.h"

#include <stdlib.h>
#include <string.h>

static void views(void **state)
{
	struct evd_view none = {NULL, 0}, a = evd_view_str("ab"), b = evd_view_str("abc");

	(void)state;
	assert_true(evd_view_eq(none, evd_view_str("")));
	assert_true(evd_view_is(a, "ab"));
	assert_false(evd_view_is(a, "abc"));
	assert_false(evd_view_is(a, "aB"));
	assert_int_equal(evd_view_cmp(none, none), 0);
	assert_true(evd_view_cmp(none, a) < 0);
	assert_true(evd_view_cmp(a, b) < 0);
	assert_true(evd_view_cmp(b, a) > 0);
	/* bytes, not characters of a signed type */
	assert_true(evd_view_cmp(evd_view_str("\xff"), evd_view_str("a")) > 0);
}

static void integers(void **state)
{
	static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 0x88};
	struct evd_cursor c;

	(void)state;
#define AT_START evd_cursor_init(&c, evd_view_of(bytes, sizeof bytes))
	AT_START;
	assert_int_equal(evd_get_u8(&c), 1);
	AT_START;
	assert_int_equal(evd_get_u16le(&c), 0x0201);
	assert_int_equal(evd_get_u16be(&c), 0x0304);
	AT_START;
	assert_int_equal(evd_get_u32le(&c), 0x04030201);
	assert_int_equal(evd_get_u32be(&c), 0x05060788);
	assert_true(evd_cursor_at_end(&c));
	AT_START;
	assert_true(evd_get_u64le(&c) == UINT64_C(0x8807060504030201));
	AT_START;
	assert_true(evd_get_u64be(&c) == UINT64_C(0x0102030405060788));
	assert_true(evd_cursor_ok(&c) && evd_cursor_at_end(&c));
#undef AT_START
}

/* Every getter on every length that is one too short: 0, failed, and failed for good. */
static void short_reads(void **state)
{
	static const uint8_t bytes[8] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	struct evd_cursor c;

	(void)state;
#define SHORT(get, need)                                                                           \
	do {                                                                                           \
		evd_cursor_init(&c, evd_view_of(bytes, (need)-1));                                         \
		assert_true(get(&c) == 0);                                                                 \
		assert_false(evd_cursor_ok(&c));                                                           \
		assert_false(evd_cursor_at_end(&c));                                                       \
		assert_int_equal(evd_cursor_left(&c), 0);                                                  \
		assert_int_equal(evd_get_bytes(&c, 0).len, 0);                                             \
		assert_true(evd_get_bytes(&c, 0).p == NULL);                                               \
	} while (0)
	SHORT(evd_get_u8, 1);
	SHORT(evd_get_u16le, 2);
	SHORT(evd_get_u16be, 2);
	SHORT(evd_get_u32le, 4);
	SHORT(evd_get_u32be, 4);
	SHORT(evd_get_u64le, 8);
	SHORT(evd_get_u64be, 8);
#undef SHORT
	evd_cursor_init(&c, evd_view_of(bytes, 8));
	assert_int_equal(evd_get_bytes(&c, SIZE_MAX).len, 0); /* no wrap-around of pointer and length */
	assert_false(evd_cursor_ok(&c));
	evd_cursor_init(&c, evd_view_of(NULL, 0));
	assert_true(evd_cursor_at_end(&c));
	assert_int_equal(evd_get_bytes(&c, 0).len, 0);
	assert_true(evd_cursor_ok(&c));
}

static void puts_(void **state)
{
	struct evd_buf b = {0};

	(void)state;
	evd_put_u8(&b, 1);
	evd_put_u16le(&b, 0x0203);
	evd_put_u32le(&b, 0x04050607);
	evd_put_u64le(&b, UINT64_C(0x08090a0b0c0d0e0f));
	evd_put_u32be(&b, 0x10111213);
	test_assert_hex(b.data, b.len,
	                "01"
	                "0302"
	                "07060504"
	                "0f0e0d0c0b0a0908"
	                "10111213");
	evd_buf_reset(&b);
	evd_put_dec(&b, 0);
	evd_put_u8(&b, ' ');
	evd_put_dec(&b, UINT64_MAX);
	evd_putf(&b, " %s %d", "x", -1);
	evd_put_str(&b, "!");
	assert_true(evd_view_is(evd_buf_view(&b), "0 18446744073709551615 x -1!"));
	assert_int_equal(evd_buf_check(&b, NULL), 0);
	evd_buf_wipe(&b);
	assert_null(b.data);
	assert_int_equal(b.len, 0);
	evd_buf_wipe(&b); /* twice is fine */
}

static void growth(void **state)
{
	struct evd_buf b = {0};

	(void)state;
	for (unsigned i = 0; i < 10000; i++)
		evd_put_u8(&b, (uint8_t)i);
	assert_int_equal(b.len, 10000);
	for (unsigned i = 0; i < 10000; i++)
		assert_int_equal(b.data[i], (uint8_t)i);
	evd_buf_release(&b);
}

/* At the maximum it fits; one beyond it fails, for good, and what stood stays. */
static void maximum(void **state)
{
	volatile size_t all = SIZE_MAX; /* not a constant: the compiler refuses such a length */
	struct evd_error err = {0};
	struct evd_buf b;

	(void)state;
	evd_buf_init(&b, 100);
	for (int i = 0; i < 100; i++)
		evd_put_u8(&b, 'x');
	assert_int_equal(evd_buf_check(&b, &err), 0);
	evd_put_u8(&b, 'x');
	assert_int_equal(evd_buf_check(&b, &err), EVD_E_LIMIT);
	assert_int_equal(err.code, EVD_E_LIMIT);
	assert_int_equal(b.len, 100);
	evd_putf(&b, "%d", 1);
	assert_int_equal(b.len, 100);
	evd_buf_reset(&b);
	assert_int_equal(evd_buf_check(&b, NULL), 0);
	evd_put(&b, "", all); /* the length alone is over the limit: nothing is read */
	assert_int_equal(b.failed, EVD_E_LIMIT);
	evd_buf_release(&b);
	assert_int_equal(b.max, 100);
	evd_buf_init(&b, 0);
	evd_put(&b, "", all);
	assert_int_equal(b.failed, EVD_E_LIMIT);
	evd_buf_release(&b);
}

static void no_memory(void **state)
{
	struct evd_error err = {0};
	struct evd_buf b = {0};
	size_t cap = 0;
	int *items;

	(void)state;
	test_fail_at(1);
	evd_put_u8(&b, 1);
	test_fail_at(0);
	assert_int_equal(evd_buf_check(&b, &err), EVD_E_NOMEM);
	assert_int_equal(err.code, EVD_E_NOMEM);
	evd_put_u8(&b, 1); /* sticks */
	assert_int_equal(b.len, 0);
	evd_buf_release(&b);

	items = evd_grow(NULL, 0, &cap, sizeof *items);
	assert_non_null(items);
	assert_true(cap > 0);
	items[cap - 1] = 7;
	test_fail_at(1);
	assert_null(evd_grow(items, cap, &cap, sizeof *items));
	test_fail_at(0);
	assert_int_equal(items[cap - 1], 7); /* as it was */
	assert_true(evd_grow(items, cap - 1, &cap, sizeof *items) == items);
	free(items);
	cap = SIZE_MAX / 2;
	assert_null(evd_grow(NULL, cap, &cap, 16)); /* the size would not fit */
}

static void lists(void **state)
{
	EVD_ARRAY(uint32_t) list = {NULL, 0, 0};
	const uint32_t *before;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		assert_true(EVD_ROOM(&list));
		list.at[list.n++] = i;
	}
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(list.at[i], i);
	list.n = list.cap;
	before = list.at;
	test_fail_at(1);
	assert_false(EVD_ROOM(&list));
	test_fail_at(0);
	assert_true(list.at == before && list.n == list.cap); /* as it was */
	free(list.at);
}

static void arithmetic(void **state)
{
	uint64_t x = 7;
	size_t s = 7;

	(void)state;
	assert_true(evd_add_u64(UINT64_MAX, 0, &x));
	assert_true(x == UINT64_MAX);
	assert_false(evd_add_u64(UINT64_MAX, 1, &x));
	assert_true(x == UINT64_MAX);
	assert_true(evd_mul_size(SIZE_MAX, 1, &s));
	assert_true(s == SIZE_MAX);
	assert_false(evd_mul_size(SIZE_MAX / 2 + 1, 2, &s));
	assert_true(evd_mul_size(5, 0, &s));
	assert_int_equal(s, 0);
}

static void errors(void **state)
{
	struct evd_error err;

	(void)state;
	for (int code = -16; code <= 1; code++)
		assert_string_not_equal(evd_strerror(code), "unknown error");
	assert_string_equal(evd_strerror(-1000), "unknown error");
	assert_int_equal(evd_fail(NULL, EVD_E_IO, "x"), EVD_E_IO);
	assert_int_equal(evd_fail_sys(NULL, 28 /* ENOSPC */, "x"), EVD_E_NOSPACE);
	assert_int_equal(evd_fail_sys(&err, 2 /* ENOENT */, "file %s", "a"), EVD_E_NOTFOUND);
	assert_int_equal(err.sys, 2);
	assert_string_equal(err.text, "file a: No such file or directory");
	assert_int_equal(evd_fail_sys(&err, 17 /* EEXIST */, "x"), EVD_E_EXISTS);
	assert_int_equal(evd_fail_sys(&err, 13 /* EACCES */, "x"), EVD_E_DENIED);
	assert_int_equal(evd_fail_sys(&err, 12 /* ENOMEM */, "x"), EVD_E_NOMEM);
	assert_int_equal(evd_fail_sys(&err, 5 /* EIO */, "x"), EVD_E_IO);
	assert_int_equal(evd_fail_crypto(NULL, "x"), EVD_E_CRYPTO);
	assert_int_equal(evd_fail(&err, EVD_E_IO, "%0300d", 1), EVD_E_IO); /* cut, still ended */
	assert_int_equal(strlen(err.text), sizeof err.text - 1);
	assert_int_equal(evd_fail_sys(&err, 5, "%0300d", 1), EVD_E_IO);
	assert_int_equal(strlen(err.text), sizeof err.text - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(views),     cmocka_unit_test(integers), cmocka_unit_test(short_reads),
	    cmocka_unit_test(puts_),     cmocka_unit_test(growth),   cmocka_unit_test(maximum),
	    cmocka_unit_test(no_memory), cmocka_unit_test(lists),    cmocka_unit_test(arithmetic),
	    cmocka_unit_test(errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
