/* test_record: entries and records have one form (docs/format.md §3, §4): every member that is missing,
 * twice, unknown or of another form is refused. Threats groups H, R. */
#include "testlib.h"

#include "chain/entry.h"
#include "chain/record.h"

#include <stdlib.h>
#include <string.h>

#define CASE "1f0c9a3e-6a57-4a6e-9d1b-0123456789ab"
#define D64 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define COMMON(kind) "\"case\":\"" CASE "\",\"id\":\"3/2\",\"kind\":\"" kind "\""
#define SALT "\"salt\":\"AAAAAAAAAAAAAAAAAAAAAA\""

static const char entry_text[] =
    "{\"action\":\"note\",\"caseId\":\"" CASE "\",\"certificate\":\"" D64
    "\",\"details\":{\"type\":\"note\"},"
    "\"format\":\"libevidence-custody-1\",\"previous\":{\"entry\":\"" D64 "\",\"signature\":\"" D64
    "\"},"
    "\"records\":{\"count\":2,\"root\":\"" D64
    "\"},\"seq\":3,\"time\":\"2026-11-22T03:04:05.678Z\","
    "\"tool\":{\"build\":\"b\",\"name\":\"n\",\"version\":\"1.0\"}}";

static const char content_text[] =
    "{\"case\":\"" CASE
    "\",\"crc32\":\"cbf43926\",\"exhibit\":7,\"id\":\"3/2\",\"kind\":\"content\","
    "\"path\":\"data/00000003/00000002.jpg\"," SALT ",\"sha256\":\"" D64 "\",\"sha512\":\"" D64 D64
    "\",\"size\":9}";

/* `text` with the first `from` replaced by `to`. */
static struct evd_buf changed(const char *text, const char *from, const char *to)
{
	struct evd_buf b = {0};
	const char *at = strstr(text, from);

	assert_non_null(at);
	evd_put(&b, text, (size_t)(at - text));
	evd_put_str(&b, to);
	evd_put_str(&b, at + strlen(from));
	return b;
}

static int read_entry(struct evd_view v, struct evd_entry *e)
{
	struct evd_json j = {0};
	struct evd_error err = {0};
	int r = evd_entry_read(v, &j, e, &err);

	evd_json_release(&j);
	return r;
}

static void entry_good(void **state)
{
	struct evd_entry e;

	(void)state;
	assert_int_equal(read_entry(evd_view_str(entry_text), &e), 0);
	assert_int_equal(e.seq, 3);
	assert_int_equal(e.action, EVD_NOTE);
	assert_int_equal(e.count, 2);
	assert_true(e.has_previous);
	assert_string_equal(e.case_id, CASE);
	test_assert_hex(e.root, 32, D64);
	test_assert_hex(e.previous_signature, 32, D64);
	/* date -u -d 2026-11-22T03:04:05.678Z +%s%3N */
	assert_true(e.time_ms == INT64_C(1795316645678));
}

static void entry_refused(void **state)
{
	static const char *const row[][2] = {
	    {"\"action\":\"note\",", ""},
	    {"\"note\",\"caseId\"", "\"Note\",\"caseId\""},
	    {"\"note\",\"caseId\"", "7,\"caseId\""},
	    {"\"format\":\"libevidence-custody-1\",", ""},
	    {"libevidence-custody-1", "libevidence-bundle-1"},
	    {"\"seq\":3,", ""},
	    {"\"seq\":3", "\"seq\":\"3\""},
	    {"\"seq\":3", "\"seq\":-3"},
	    {"\"seq\":3", "\"seq\":3,\"seq\":3"},
	    {"\"seq\":3", "\"seal\":1,\"seq\":3"},
	    {"\"count\":2", "\"count\":0"},
	    {"\"count\":2", "\"count\":4294967296"},
	    {"\"count\":2,", ""},
	    {"{\"type\":\"note\"}", "{}"},
	    {"{\"type\":\"note\"}", "{\"type\":\"letter\"}"},
	    {"{\"type\":\"note\"}", "{\"text\":\"x\",\"type\":\"note\"}"},
	    {"{\"type\":\"note\"}", "null"},
	    {"05.678Z", "05Z"},
	    {"11-22", "02-30"},
	    {"4a6e-9d1b", "3a6e-9d1b"}, /* UUID of another version */
	    {"4a6e-9d1b", "4a6e-1d1b"}, /* and variant */
	    {"1f0c9a3e", "1F0C9A3E"},
	    {"{\"entry\":\"" D64 "\",", "{"},
	    {"\"previous\":{\"entry\"", "\"previous\":{\"Entry\""},
	    {"\"build\":\"b\"", "\"build\":\"a b\""},
	    {"\"build\":\"b\"", "\"build\":\"\""},
	    {"\"build\":\"b\"", "\"build\":\"012345678901234567890123456789012\""},
	    {"\"certificate\":\"00", "\"certificate\":\"0"},
	    {"\"certificate\":\"00", "\"certificate\":\"0G"},
	    {"{\"action\"", "[{\"action\""},
	    {"{\"action\"", " {\"action\""},
	};
	struct evd_entry e;

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct evd_buf b = changed(entry_text, row[i][0], row[i][1]);

		if (read_entry(evd_buf_view(&b), &e) != EVD_E_FORMAT)
			fail_msg("accepted: %.*s", (int)b.len, (const char *)b.data);
		evd_buf_release(&b);
	}
	/* a newer format is said by name; the bare family name is one too */
	for (size_t i = 0; i < 2; i++) {
		struct evd_buf b = changed(entry_text, "custody-1", i ? "custody-" : "custody-2");

		assert_int_equal(read_entry(evd_buf_view(&b), &e), EVD_E_UNSUPPORTED);
		evd_buf_release(&b);
	}
	assert_int_equal(read_entry(evd_view_str("[]"), &e), EVD_E_FORMAT);
	assert_int_equal(read_entry(evd_view_str("null"), &e), EVD_E_FORMAT);
	assert_int_equal(read_entry(evd_view_str("{}"), &e), EVD_E_FORMAT);
}

/* 64 KiB: at the limit the length alone is no fault, one beyond it is. */
static void entry_limit(void **state)
{
	struct evd_buf b = changed(entry_text, "}}", "}");
	struct evd_json j = {0};
	struct evd_entry e;
	struct evd_error err = {0};

	(void)state;
	while (b.len < EVD_MAX_ENTRY_JSON + 1)
		evd_put_u8(&b, ' ');
	assert_int_equal(evd_entry_read(evd_view_of(b.data, EVD_MAX_ENTRY_JSON), &j, &e, &err),
	                 EVD_E_FORMAT);
	assert_null(strstr(err.text, "longer"));
	assert_int_equal(evd_entry_read(evd_buf_view(&b), &j, &e, &err), EVD_E_FORMAT);
	assert_non_null(strstr(err.text, "longer"));
	evd_json_release(&j);
	evd_buf_release(&b);
}

static void actions(void **state)
{
	(void)state;
	for (unsigned a = 0; a < EVD_ACTIONS; a++)
		assert_int_equal(evd_action_find(evd_view_str(evd_action_rule(a)->name)), a);
	assert_int_equal(evd_action_find(evd_view_str("")), EVD_ACTIONS);
	assert_int_equal(evd_action_find(evd_view_str("sealed")), EVD_ACTIONS);
}

static int read_record(const char *text, uint64_t seq, uint64_t k, struct evd_record *out)
{
	struct evd_json j = {0};
	struct evd_error err = {0};
	struct evd_id id = {seq, k};
	int r = evd_record_read(evd_view_str(text), &j, CASE, id, out, &err);

	evd_json_release(&j);
	return r;
}

static void content(void **state)
{
	static const char *const row[][2] = {
	    {"\"size\":9", "\"size\":\"9\""},
	    {",\"size\":9", ""},
	    {"\"exhibit\":7", "\"exhibit\":0"},
	    {"\"crc32\":\"cbf43926\"", "\"crc32\":\"CBF43926\""},
	    {"\"crc32\":\"cbf43926\",", ""},
	    {"00000002.jpg", "00000001.jpg"},
	    {"00000002.jpg", "00000002.JPG"},
	    {"00000002.jpg", "00000002."},
	    {"00000002.jpg", "00000002.123456789"},
	    {"00000002.jpg", "00000002.j/g"},
	    {"data/00000003", "data/00000004"},
	    {"data/00000003", "data/../0003"},
	    {"AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAA"},
	    {"AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAB"},
	    {"AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAA=="},
	    {"\"3/2\"", "\"3/02\""},
	    {"\"3/2\"", "\"3/2/\""},
	    {"\"3/2\"", "\"3\""},
	    {"\"3/2\"", "\"3/0\""},
	    {"\"id\":", "\"hidden\":1,\"id\":"},
	    {"1f0c9a3e", "2f0c9a3e"},
	    {SALT, "\"role\":\"evidence\"," SALT},
	};
	struct evd_record rec;

	(void)state;
	assert_int_equal(read_record(content_text, 3, 2, &rec), 0);
	assert_int_equal(rec.kind, EVD_KIND_CONTENT);
	assert_int_equal(rec.size, 9);
	assert_int_equal(rec.crc32, 0xcbf43926);
	assert_int_equal(rec.exhibit, 7);
	assert_int_equal(rec.role, EVD_ROLE_NONE);
	assert_string_equal(rec.ext, "jpg");
	assert_int_equal(read_record(content_text, 3, 3, &rec), EVD_E_FORMAT);
	assert_int_equal(read_record(content_text, 4, 2, &rec), EVD_E_FORMAT);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct evd_buf b = changed(content_text, row[i][0], row[i][1]);

		evd_put_u8(&b, 0);
		if (read_record((const char *)b.data, 3, 2, &rec) != EVD_E_FORMAT)
			fail_msg("accepted: %s", (const char *)b.data);
		evd_buf_release(&b);
	}
}

static void other_kinds(void **state)
{
	static const struct {
		const char *text;
		uint64_t k;
		int r;
	} row[] = {
	    {"{\"anything\":[1,{}]," COMMON("field") "," SALT "}", 2, 0},
	    {"{" COMMON("field") "}", 2, EVD_E_FORMAT},
	    {"{" COMMON("a kind") "," SALT "}", 2, EVD_E_FORMAT},
	    {"{" COMMON("circumstances") "," SALT "}", 2, EVD_E_FORMAT},
	    {"{\"actor\":{}," COMMON("circumstances") "," SALT "}", 2, EVD_E_FORMAT}, /* not record 1 */
	    {"{\"case\":\"" CASE
	     "\",\"first\":\"1/2\",\"id\":\"3/2\",\"kind\":\"scope\",\"last\":\"1/9\"," SALT "}",
	     2, 0},
	    {"{\"case\":\"" CASE
	     "\",\"first\":\"1/9\",\"id\":\"3/2\",\"kind\":\"scope\",\"last\":\"1/2\"," SALT "}",
	     2, EVD_E_FORMAT},
	    {"{\"case\":\"" CASE
	     "\",\"first\":\"1/2\",\"id\":\"3/2\",\"kind\":\"scope\",\"last\":\"2/2\"," SALT "}",
	     2, EVD_E_FORMAT},
	    {"{\"case\":\"" CASE
	     "\",\"id\":\"3/2\",\"item\":\"2/2\",\"kind\":\"origin\",\"name\":\"a\"," SALT "}",
	     2, 0},
	    {"{\"case\":\"" CASE
	     "\",\"id\":\"3/2\",\"item\":\"2/2\",\"kind\":\"origin\",\"nameBytes\":\"_w\"," SALT "}",
	     2, 0},
	    /* one name, two spellings; bytes that are UTF-8 after all */
	    {"{\"case\":\"" CASE "\",\"id\":\"3/2\",\"item\":\"2/"
	     "2\",\"kind\":\"origin\",\"name\":\"a\",\"nameBytes\":\"_w\"," SALT "}",
	     2, EVD_E_FORMAT},
	    {"{\"case\":\"" CASE
	     "\",\"id\":\"3/2\",\"item\":\"2/2\",\"kind\":\"origin\",\"nameBytes\":\"YQ\"," SALT "}",
	     2, EVD_E_FORMAT},
	    {"{\"case\":\"" CASE
	     "\",\"field\":\"label\",\"id\":\"3/2\",\"kind\":\"correction\",\"record\":\"1/2\"," SALT
	     ",\"value\":\"x\"}",
	     2, 0},
	    {"{\"actor\":{},\"case\":\"" CASE
	     "\",\"clock\":{},\"id\":\"3/1\",\"kind\":\"circumstances\"," SALT "}",
	     1, 0},
	    {"{\"actor\":{},\"case\":\"" CASE
	     "\",\"clock\":{},\"id\":\"3/2\",\"kind\":\"circumstances\"," SALT "}",
	     2, EVD_E_FORMAT}, /* whole, but not record 1 */
	    {"{\"case\":\"" CASE "\",\"id\":\"3/1\",\"kind\":\"field\"," SALT "}", 1, EVD_E_FORMAT},
	    {"[]", 2, EVD_E_FORMAT},
	    {"", 2, EVD_E_FORMAT},
	};
	struct evd_record rec;

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		if (read_record(row[i].text, 3, row[i].k, &rec) != row[i].r)
			fail_msg("not %d: %s", row[i].r, row[i].text);
}

static int read_run(const char *text, uint64_t k, uint64_t count)
{
	struct evd_json j = {0};
	struct evd_error err = {0};
	struct evd_withheld w;
	int r = evd_withheld_read(evd_view_str(text), &j, k, count, &w, &err);

	evd_json_release(&j);
	return r;
}

#define H "\"" D64 "\""

/* docs/format.md §6: a run of records 2…4 is covered by the subtrees 2, 3-4: two hashes. */
static void withheld(void **state)
{
	(void)state;
	assert_true(evd_record_is_withheld(evd_view_str("{\"hashes\":")));
	assert_false(evd_record_is_withheld(evd_view_str("{\"hashes\"")));
	assert_false(evd_record_is_withheld(evd_view_str("{\"case\":1}")));
	assert_int_equal(read_run("{\"hashes\":[" H "," H "],\"withheld\":[2,4]}", 2, 4), 0);
	assert_int_equal(read_run("{\"hashes\":[" H "],\"withheld\":[1,4]}", 1, 4), 0);
	assert_int_equal(read_run("{\"hashes\":[" H "," H "],\"withheld\":[1,4]}", 1, 4), EVD_E_FORMAT);
	assert_int_equal(read_run("{\"hashes\":[" H "],\"withheld\":[2,4]}", 2, 4), EVD_E_FORMAT);
	assert_int_equal(read_run("{\"hashes\":[" H "," H "],\"withheld\":[2,4]}", 1, 4), EVD_E_FORMAT);
	assert_int_equal(read_run("{\"hashes\":[" H "," H "],\"withheld\":[2,4]}", 2, 3), EVD_E_FORMAT);
	assert_int_equal(read_run("{\"hashes\":[" H "],\"withheld\":[2,1]}", 2, 4), EVD_E_FORMAT);
	assert_int_equal(read_run("{\"hashes\":[" H "],\"withheld\":[2]}", 2, 4), EVD_E_FORMAT);
	assert_int_equal(read_run("{\"hashes\":[" H "],\"withheld\":[2,\"2\"]}", 2, 4), EVD_E_FORMAT);
	assert_int_equal(read_run("{\"hashes\":[\"00\"],\"withheld\":[2,2]}", 2, 4), EVD_E_FORMAT);
	assert_int_equal(read_run("{\"hashes\":[7],\"withheld\":[2,2]}", 2, 4), EVD_E_FORMAT);
	assert_int_equal(read_run("{\"hashes\":[],\"withheld\":[2,2]}", 2, 4), EVD_E_FORMAT);
	assert_int_equal(read_run("{\"hashes\":[" H "],\"withheld\":[2,2],\"x\":1}", 2, 4),
	                 EVD_E_FORMAT);
	assert_int_equal(read_run("{\"hashes\":[" H "]}", 2, 4), EVD_E_FORMAT);
}

static void ids(void **state)
{
	static const char *const bad[] = {
	    "",     "/",     "1",    "1/",          "/1",           "0/1",
	    "1/0",  "01/1",  "1/01", "1/1 ",        " 1/1",         "1/1/1",
	    "+1/1", "1.0/1", "-1/1", "100000000/1", "1/4294967296", "1/18446744073709551617"};
	struct evd_id id;

	(void)state;
	assert_true(evd_id_parse(evd_view_str("99999999/4294967295"), &id));
	assert_true(id.seq == 99999999 && id.k == UINT64_C(4294967295));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(evd_id_parse(evd_view_str(bad[i]), &id));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(entry_good),  cmocka_unit_test(entry_refused),
	    cmocka_unit_test(entry_limit), cmocka_unit_test(actions),
	    cmocka_unit_test(content),     cmocka_unit_test(other_kinds),
	    cmocka_unit_test(withheld),    cmocka_unit_test(ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
