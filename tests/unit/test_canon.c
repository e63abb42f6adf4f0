/* test_canon: JSON that has the one canonical spelling is read, every other is refused. Cases after the
 * JSON Parsing Test Suite (N. Seriot; y_, n_, i_) and RFC 8785; threats group J. */
#include "testlib.h"

#include "base/canon.h"
#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

static int parse(struct evd_view text)
{
	struct evd_json j = {0};
	struct evd_error err = {0};
	int r = evd_json_parse(&j, text, &err);

	if (r) {
		assert_int_equal(j.n, 0);
		assert_true(err.offset <= text.len);
	}
	evd_json_release(&j);
	return r;
}

static void accepted(void **state)
{
	static const char *const good[] = {
	    "null", "true", "false", "0", "7", "10", "9007199254740991", "\"\"", "[]", "{}", "[[]]",
	    "[null,true,false,0,\"\",{},[]]", "{\"a\":1,\"b\":[1,2]}", "{\"A\":0,\"a\":0}",
	    "{\"a\":0,\"a-\":0,\"a0\":0,\"aA\":0,\"a_\":0,\"aa\":0}", "\"\\b\\t\\n\\f\\r\\\"\\\\\"",
	    "\"\\u0000\\u0001\\u000b\\u001f\"", "\"/\"", "\"\x7f\"",
	    "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"",
	    /* RFC 8785 §3.2.2.2, the string of its example */
	    "\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\""};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_int_equal(parse(evd_view_str(good[i])), 0);
}

static const char *const refused_text[] = {
    "",
    " ",
    "nul",
    "nulll",
    "True",
    "NaN",
    "Infinity",
    "-Infinity",
    "undefined",
    "'a'",
    /* numbers */
    "-0",
    "-1",
    "+1",
    "01",
    "00",
    "1.0",
    "1e0",
    "1E2",
    ".5",
    "1.",
    "0x1",
    "0.0",
    "9007199254740992",
    "99999999999999999999999999",
    "1_0",
    "\xef\xbc\x91",
    /* white space, byte order mark, what stands around */
    " 1",
    "1 ",
    "\n1",
    "1\n",
    "[1, 2]",
    "[1 ,2]",
    "{\"a\": 1}",
    "{\"a\" :1}",
    "\xef\xbb\xbf{}",
    "\t[]",
    "1 2",
    "{}{}",
    "[]]",
    "[1]x",
    "{}\n",
    "/**/1",
    "1//x",
    /* arrays and objects */
    "[",
    "]",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "[,]",
    "[1 2]",
    "[1}",
    "{",
    "}",
    "{\"a\"",
    "{\"a\":",
    "{\"a\":1",
    "{\"a\":1,",
    "{\"a\":1,}",
    "{,}",
    "{\"a\"}",
    "{\"a\":}",
    "{:1}",
    "{a:1}",
    "{1:1}",
    "{'a':1}",
    "{\"a\":1 \"b\":2}",
    "{\"a\":1]",
    "{\"a\",1}",
    "{[]:1}",
    "[\"a\":1]",
    /* member names: twice, out of order, other characters, empty, too long */
    "{\"a\":1,\"a\":1}",
    "{\"b\":1,\"a\":2}",
    "{\"a\":1,\"A\":2}",
    "{\"a-\":1,\"a\":2}",
    "{\"\":1}",
    "{\"a b\":1}",
    "{\"\\u0061\":1}",
    "{\"\xc3\xa9\":1}",
    "{\"a.b\":1}",
    "{\"a\\n\":1}",
    "{\"__proto__\\u0000\":1}",
    "{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\":1}",
    /* strings */
    "\"",
    "\"a",
    "\"\\",
    "\"\\\"",
    "\"\\a\"",
    "\"\\/\"",
    "\"\\'\"",
    "\"\\x41\"",
    "\"\\u\"",
    "\"\\u00\"",
    "\"\\u0041\"",
    "\"\\u001F\"",
    "\"\\u000A\"",
    "\"\\u000a\"",
    "\"\\u0008\"",
    "\"\\u0009\"",
    "\"\\u000c\"",
    "\"\\u000d\"",
    "\"\\u0022\"",
    "\"\\u005c\"",
    "\"\\u002f\"",
    "\"\\u007f\"",
    "\"\\u00e9\"",
    "\"\\u20ac\"",
    "\"\\ud83d\\ude00\"",
    "\"\\ud800\"",
    "\"\\udc00\"",
    "\"\\U0001\"",
    "\"\\u 001\"",
    "\"\n\"",
    "\"\t\"",
    "\"\x01\"",
    "\"\x1f\"",
    "\"\xc0\x80\"",
    "\"\xed\xa0\x80\"",
    "\"\xff\"",
    "\"\xe2\x82\"",
    "\"\xf4\x90\x80\x80\"",
    "\"\xc3",
};

static void refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refused_text / sizeof *refused_text; i++)
		if (parse(evd_view_str(refused_text[i])) != EVD_E_FORMAT)
			fail_msg("accepted: %s", refused_text[i]);
	assert_int_equal(parse(evd_view_of("\"\0\"", 3)), EVD_E_FORMAT);
	assert_int_equal(parse(evd_view_of("{}\0", 3)), EVD_E_FORMAT);
	assert_int_equal(parse(evd_view_of("\0", 1)), EVD_E_FORMAT);
	assert_int_equal(parse(evd_view_of("1\0", 2)), EVD_E_FORMAT);
}

/* Every beginning of a text is refused, in memory of just that length (a reading beyond is seen by
 * the sanitizer and valgrind). */
static void cut(void **state)
{
	static const char text[] = "{\"a\":[true,null,\"x\\u0001\xc3\xa9\\n\",12],\"b\":{\"c\":false}}";

	(void)state;
	assert_int_equal(parse(evd_view_str(text)), 0);
	for (size_t n = 0; n < sizeof text - 1; n++) {
		uint8_t *p = malloc(n + 1);

		memcpy(p, text, n);
		p = realloc(p, n ? n : 1);
		assert_int_equal(parse(evd_view_of(p, n)), EVD_E_FORMAT);
		free(p);
	}
}

static void limits(void **state)
{
	char deep[2 * (EVD_MAX_JSON_DEPTH + 1) + 1] = {0}, key[EVD_MAX_KEY + 8];
	size_t n = EVD_MAX_JSON_DEPTH;

	(void)state;
	memset(deep, '[', n);
	memset(deep + n, ']', n);
	assert_int_equal(parse(evd_view_of(deep, 2 * n)), 0);
	memset(deep, '[', n + 1);
	memset(deep + n + 1, ']', n + 1);
	assert_int_equal(parse(evd_view_of(deep, 2 * n + 2)), EVD_E_FORMAT);
	memset(key, 'k', sizeof key);
	memcpy(key, "{\"", 2);
	memcpy(key + 2 + EVD_MAX_KEY, "\":1}", 4);
	assert_int_equal(parse(evd_view_of(key, EVD_MAX_KEY + 6)), 0);
}

static void looking(void **state)
{
	static const char text[] =
	    "{\"a\":[1,[2,3]],\"b\":\"x\\ny\",\"c\":{\"d\":5,\"e\":null},\"f\":true}";
	struct evd_json j = {0};
	struct evd_view v;
	struct evd_buf plain = {0};
	uint64_t n = 0;
	size_t c;

	(void)state;
	assert_int_equal(evd_json_parse(&j, evd_view_str(text), NULL), 0);
	assert_int_equal(j.node[0].count, 4);
	assert_int_equal(j.node[0].next, j.n);
	assert_true(evd_json_string(&j, 0, "b", &v));
	assert_true(evd_view_is(v, "x\\ny"));
	evd_put_unescaped(&plain, v);
	assert_true(evd_view_is(evd_buf_view(&plain), "x\ny"));
	c = evd_json_find(&j, 0, "c");
	assert_int_equal(j.node[c].type, EVD_JSON_OBJECT);
	assert_true(evd_view_is(j.node[c].raw, "{\"d\":5,\"e\":null}"));
	assert_true(evd_json_int(&j, c, "d", &n));
	assert_int_equal(n, 5);
	assert_false(evd_json_int(&j, c, "e", &n));
	assert_false(evd_json_int(&j, 0, "d", &n)); /* not of this object */
	assert_false(evd_json_string(&j, 0, "f", &v));
	assert_int_equal(evd_json_find(&j, 0, "g"), 0);
	assert_int_equal(evd_json_find(&j, evd_json_find(&j, 0, "a"), "b"), 0);
	assert_int_equal(evd_json_find(&j, 1000, "a"), 0);
	evd_buf_release(&plain);
	evd_json_release(&j);
}

static void escapes(void **state)
{
	struct evd_buf b = {0}, back = {0};
	uint8_t all[128];

	(void)state;
	/* RFC 8785 §3.2.2.2: the characters of its example and their one spelling */
	evd_put_json_string(&b, evd_view_str("\xe2\x82\xac$\x0f\nA'B\"\\\\\"/"));
	assert_true(evd_view_is(evd_buf_view(&b), "\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\""));
	for (size_t i = 0; i < sizeof all; i++)
		all[i] = (uint8_t)i;
	evd_buf_reset(&b);
	evd_put_json_string(&b, evd_view_of(all, sizeof all));
	assert_int_equal(parse(evd_buf_view(&b)), 0);
	evd_put_unescaped(&back, evd_view_of(b.data + 1, b.len - 2));
	assert_true(evd_view_eq(evd_buf_view(&back), evd_view_of(all, sizeof all)));
	evd_buf_reset(&b);
	evd_put_json_string(&b, evd_view_str("\xff"));
	assert_int_equal(b.failed, EVD_E_FORMAT);
	evd_buf_release(&b);
	evd_buf_release(&back);
}

static void building(void **state)
{
	struct evd_object o, in;
	struct evd_buf b = {0};

	(void)state;
	evd_object_init(&o);
	evd_object_init(&in);
	evd_object_int(&o, "z", EVD_MAX_JSON_INT);
	evd_object_cstr(&o, "B", "\n");
	evd_object_bool(&o, "a", false);
	evd_object_null(&o, "a-b");
	evd_object_hex(&o, "h", (const uint8_t *)"\x0a", 1);
	evd_object_bytes(&o, "n", evd_view_str("\xff"));
	evd_object_bytes(&o, "m", evd_view_str("\xc3\xa9"));
	evd_object_bool(&in, "y", true);
	evd_object_object(&o, "c", &in);
	assert_int_equal(evd_object_write(&o, &b, NULL), 0);
	assert_true(evd_view_is(
	    evd_buf_view(&b), "{\"B\":\"\\n\",\"a\":false,\"a-b\":null,\"c\":{\"y\":true},\"h\":\"0a\","
	                      "\"m\":\"\xc3\xa9\",\"nBytes\":\"_w\",\"z\":9007199254740991}"));
	assert_int_equal(parse(evd_buf_view(&b)), 0);
	evd_object_release(&in);
	evd_object_release(&o);
	evd_buf_release(&b);
}

static int built_wrong(struct evd_object *o)
{
	struct evd_buf b = {0};
	struct evd_error err = {0};
	int r = evd_object_write(o, &b, &err);

	assert_int_equal(err.code, r);
	evd_object_reset(o);
	evd_buf_release(&b);
	return r;
}

static void building_wrong(void **state)
{
	char key[EVD_MAX_KEY + 2];
	struct evd_object o, in;

	(void)state;
	evd_object_init(&o);
	evd_object_init(&in);
	evd_object_int(&o, "a", 1);
	evd_object_int(&o, "a", 1);
	assert_int_equal(built_wrong(&o), EVD_E_MISUSE);
	evd_object_int(&o, "a", EVD_MAX_JSON_INT + 1);
	assert_int_equal(built_wrong(&o), EVD_E_MISUSE);
	evd_object_cstr(&o, "a", "\xc3");
	assert_int_equal(built_wrong(&o), EVD_E_FORMAT);
	evd_object_cstr(&o, "", "x");
	assert_int_equal(built_wrong(&o), EVD_E_MISUSE);
	memset(key, 'k', sizeof key);
	key[EVD_MAX_KEY + 1] = '\0';
	evd_object_null(&o, key);
	evd_object_null(&o, "b"); /* the failure sticks */
	assert_int_equal(built_wrong(&o), EVD_E_MISUSE);
	evd_object_int(&in, "a", 1);
	evd_object_int(&in, "a", 1);
	evd_object_object(&o, "o", &in);
	assert_int_equal(built_wrong(&o), EVD_E_MISUSE);
	test_fail_at(1);
	evd_object_null(&o, "a");
	for (int i = 0; i < 40; i++) {
		key[0] = (char)('A' + i);
		key[1] = '\0';
		evd_object_null(&o, key);
	}
	test_fail_at(0);
	assert_int_equal(built_wrong(&o), EVD_E_NOMEM);
	evd_object_release(&o);
	evd_object_release(&in);
}

static void no_memory(void **state)
{
	struct evd_json j = {0};

	(void)state;
	test_fail_at(1);
	assert_int_equal(evd_json_parse(&j, evd_view_str("[1]"), NULL), EVD_E_NOMEM);
	test_fail_at(0);
	assert_int_equal(evd_json_parse(&j, evd_view_str("[1]"), NULL), 0);
	evd_json_release(&j);
}

/* Whatever is accepted is the canonical spelling: changed in one byte it is refused, or is another
 * text that is spelt canonically again. Random texts must not crash. */
static void noise(void **state)
{
	static const char alphabet[] = "{}[]\",:\\u0123456789abtfnrle\xc3\xa9";
	uint8_t text[24];
	unsigned ok = 0;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		size_t n = test_random() % sizeof text;

		for (size_t k = 0; k < n; k++)
			text[k] = (uint8_t)alphabet[test_random() % (sizeof alphabet - 1)];
		ok += parse(evd_view_of(text, n)) == 0;
	}
	assert_true(ok > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(accepted), cmocka_unit_test(refused),        cmocka_unit_test(cut),
	    cmocka_unit_test(limits),   cmocka_unit_test(looking),        cmocka_unit_test(escapes),
	    cmocka_unit_test(building), cmocka_unit_test(building_wrong), cmocka_unit_test(no_memory),
	    cmocka_unit_test(noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
