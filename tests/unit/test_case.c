/* test_case: the commit protocol and what a case is when something came in between (docs/format.md §1):
 * what is committed stays, what is not goes back to incoming/, damage is named and never cleaned up. */
#include "fixture.h"

#include "base/frame.h"
#include "chain/describe.h"
#include "index/index.h"
#include "verify/check_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[300], source[300];

/* A case of two entries in `folder`, closed. */
static void make(void)
{
	struct evd_case c;
	const char *at = test_folder();

	snprintf(source, sizeof source, "%s/a.txt", at);
	test_write(source, "aaaa", 4);
	snprintf(folder, sizeof folder, "%s", fixture_case(&c));
	fixture_add(&c, source);
	evd_case_close(&c);
}

static int open_case(enum evd_case_mode mode, struct evd_case *c, struct evd_error *err)
{
	memset(err, 0, sizeof *err);
	return evd_case_open(folder, mode, c, err);
}

static const char *in(const char *name)
{
	return test_path(folder, name);
}

static bool there(const char *name)
{
	return access(in(name), F_OK) == 0;
}

static void opened(void **state)
{
	struct evd_case c, second;
	struct evd_error err = {0};

	(void)state;
	make();
	assert_int_equal(open_case(EVD_CASE_WRITE, &c, &err), 0);
	assert_int_equal(c.log.entries.n, 2);
	assert_int_equal(c.log.entries.at[0].action, EVD_OPEN);
	assert_int_equal(c.log.entries.at[1].action, EVD_ACQUIRE);
	/* one writer at a time; readers do not wait */
	assert_int_equal(evd_case_open(folder, EVD_CASE_WRITE, &second, &err), EVD_E_LOCKED);
	evd_case_close(&second);
	assert_int_equal(evd_case_open(folder, EVD_CASE_READ, &second, &err), 0);
	assert_int_equal(second.log.entries.n, 2);
	evd_case_close(&second);
	evd_case_close(&c);
	assert_int_equal(open_case(EVD_CASE_WRITE, &c, &err), 0); /* the lock is gone with its holder */
	evd_case_close(&c);
	/* no case there; a folder that is in use for something else */
	assert_int_equal(evd_case_open(test_folder(), EVD_CASE_READ, &c, &err), EVD_E_NOTFOUND);
	evd_case_close(&c);
	assert_int_equal(evd_case_create(folder, &c, &err), EVD_E_EXISTS);
	evd_case_close(&c);
}

static void descriptions(void **state)
{
	static const struct evd_description wrong[] = {
	    {.title = "t"},
	    {.number = "1"},
	    {.number = "", .title = "t"},
	    {.number = "1", .title = "t", .violence = "none"},
	    {.number = "1", .title = "t", .retention = "2026-02-30"},
	    {.number = "1", .title = "t", .review = "tomorrow"},
	    {.number = "1", .title = "naslov \xff"},
	    {.number = "1", .title = "t", .excluded = "\xc3"},
	};
	const struct evd_description full = {.number = "1",
	                                     .title = "naslov \xc4\x8d",
	                                     .violence = "stalking",
	                                     .retention = "2036-02-29",
	                                     .language = "sr-Latn"};
	const struct evd_circumstances x = {.reason = "r", .not_taken = 3};
	struct evd_case c;
	struct evd_error err;

	(void)state;
	assert_int_equal(evd_case_create(test_path(test_folder(), "c"), &c, &err), 0);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(evd_case_describe(&c, fixture_key(), &wrong[i], &x, &err), EVD_E_MISUSE);
	assert_int_equal(c.log.entries.n, 0);
	assert_int_equal(evd_case_describe(&c, fixture_key(), &full, &x, &err), 0);
	assert_int_equal(c.log.entries.n, 1);
	evd_case_close(&c);
}

/* A case whose entry 1 never came is undone; what others put into its folder meanwhile is not. */
static void undone(void **state)
{
	const struct evd_description wrong = {.number = "1", .title = "t", .violence = "none"};
	char *place = strdup(test_path(test_folder(), "new"));
	char *other = strdup(test_path(place, "other"));
	struct evd_case c;
	struct evd_error err;

	(void)state;
	assert_int_equal(evd_case_new(place, fixture_key(), &wrong, NULL, &c, &err), EVD_E_MISUSE);
	evd_case_close(&c);
	assert_int_equal(access(place, F_OK), -1);
	assert_int_equal(evd_case_create(place, &c, &err), 0);
	evd_case_undo(&c);
	evd_case_close(&c);
	assert_int_equal(access(place, F_OK), -1);
	assert_int_equal(evd_case_create(place, &c, &err), 0);
	test_write(other, "not ours", 8);
	evd_case_undo(&c);
	evd_case_close(&c);
	assert_int_equal(access(other, F_OK), 0);
	assert_int_equal(access(test_path(place, "custody"), F_OK), -1);
	assert_int_equal(access(test_path(place, ".case"), F_OK), -1);
	assert_int_equal(evd_case_new(place, fixture_key(), &wrong, NULL, &c, &err), EVD_E_MISUSE);
	evd_case_close(&c);
	assert_int_equal(evd_case_create(place, &c, &err), EVD_E_EXISTS);
	evd_case_close(&c);
	assert_int_equal(access(other, F_OK), 0);
	free(other);
	free(place);
}

/* Whatever is missing or altered below custody/ is damage: named, refused, left as it is. */
static void damage(void **state)
{
	static const char *const file[] = {"custody/00000001/entry.json", "custody/00000002/entry.p7s",
	                                   "custody/00000002/records.jsonl"};
	struct evd_case c;
	struct evd_error err;

	(void)state;
	for (size_t i = 0; i < sizeof file / sizeof *file; i++) {
		size_t n;
		uint8_t *bytes;
		int r;

		make();
		bytes = test_read(in(file[i]), &n);
		assert_int_equal(unlink(in(file[i])), 0);
		r = open_case(EVD_CASE_WRITE, &c, &err);
		assert_int_equal(r, EVD_E_DAMAGED);
		assert_non_null(strstr(err.text, "0000000"));
		assert_false(there(file[i]));
		evd_case_close(&c);
		bytes[n / 2] ^= 1;
		test_write(in(file[i]), bytes, n);
		r = open_case(EVD_CASE_READ, &c, &err);
		if (i < 2) /* records are read by check and seal */
			assert_int_equal(r, EVD_E_DAMAGED);
		else
			r = evd_case_read(&c, NULL, NULL, NULL, &err);
		assert_int_equal(r, EVD_E_DAMAGED);
		evd_case_close(&c);
		free(bytes);
	}
	/* an entry in the middle is gone */
	make();
	assert_int_equal(rename(in("custody/00000001"), in("gone")), 0);
	assert_int_equal(open_case(EVD_CASE_WRITE, &c, &err), EVD_E_DAMAGED);
	evd_case_close(&c);
	assert_true(there("custody/00000002/entry.json"));
}

/* Interrupted before its entry was renamed in: not committed, back to incoming/, nothing deleted. */
static void interrupted(void **state)
{
	struct evd_case c;
	struct evd_error err;

	(void)state;
	make();
	assert_int_equal(mkdir(in("data/00000003"), 0700), 0);
	test_write(in("data/00000003/00000002.bin"), "half", 4);
	assert_int_equal(open_case(EVD_CASE_READ, &c, &err), 0); /* looking changes nothing */
	evd_case_close(&c);
	assert_true(there("data/00000003/00000002.bin"));
	assert_int_equal(open_case(EVD_CASE_WRITE, &c, &err), 0);
	assert_int_equal(c.log.entries.n, 2);
	assert_false(there("data/00000003"));
	fixture_add(&c, source); /* the number is free again */
	assert_int_equal(c.log.entries.n, 3);
	assert_true(there("custody/00000003/entry.json"));
	evd_case_close(&c);
	assert_int_equal(open_case(EVD_CASE_READ, &c, &err), 0);
	assert_int_equal(c.log.entries.n, 3);
	evd_case_close(&c);
}

static void drafts(void **state)
{
	const struct evd_circumstances x = {.reason = "test"};
	struct evd_case c;
	struct evd_draft d;
	struct evd_error err = {0};
	uint64_t k = 0;

	(void)state;
	make();
	assert_int_equal(open_case(EVD_CASE_WRITE, &c, &err), 0);
	/* begun and given up: no trace in the log */
	assert_int_equal(evd_entry_begin(&c, EVD_NOTE, evd_key_actor(fixture_key()), &x, &d, &err), 0);
	assert_int_equal(evd_entry_text(&d, evd_view_str("text"), "txt", "note", &k, &err), 0);
	assert_int_equal(k, 2);
	evd_entry_abandon(&d);
	assert_int_equal(c.log.entries.n, 2);
	/* committed */
	assert_int_equal(evd_entry_begin(&c, EVD_NOTE, evd_key_actor(fixture_key()), &x, &d, &err), 0);
	assert_int_equal(evd_entry_text(&d, evd_view_str("text"), "txt", "note", &k, &err), 0);
	evd_object_cstr(&d.details, "type", "note");
	assert_int_equal(evd_entry_commit(&d, fixture_key(), &err), 0);
	assert_int_equal(c.log.entries.n, 3);
	/* details that the action does not have: refused, the case as before */
	assert_int_equal(evd_entry_begin(&c, EVD_NOTE, evd_key_actor(fixture_key()), &x, &d, &err), 0);
	assert_int_equal(evd_entry_text(&d, evd_view_str("text"), "txt", "note", &k, &err), 0);
	evd_object_cstr(&d.details, "type", "novel");
	assert_int_not_equal(evd_entry_commit(&d, fixture_key(), &err), 0);
	assert_int_equal(c.log.entries.n, 3);
	evd_case_close(&c);
	assert_int_equal(open_case(EVD_CASE_WRITE, &c, &err), 0);
	assert_int_equal(c.log.entries.n, 3);
	assert_false(there("data/00000004"));
	evd_case_close(&c);
}

/* The line put together in one walk against lines written down by hand, and against what the object gives. */
static void lines(void **state)
{
#define OWN "\"case\":\"CASE\",\"id\":\"3/K\",\"item\":\"2/2\""
	static const struct {
		const char *in, *out;
	} row[] = {
	    {"{\"kind\":\"a\"}", "{" OWN ",\"kind\":\"a\",\"reader\":\"r\\\"x\",\"salt\":\"S\"}"},
	    {"{}", "{" OWN ",\"reader\":\"r\\\"x\",\"salt\":\"S\"}"},
	    {"{\"a\":1,\"body\":\"x\",\"kind\":\"m\",\"z\":[{\"id\":1}]}",
	     "{\"a\":1,\"body\":\"x\"," OWN
	     ",\"kind\":\"m\",\"reader\":\"r\\\"x\",\"salt\":\"S\",\"z\":[{\"id\":1}]}"},
	    {"{\"casd\":true,\"casf\":null,\"item\":\"9/9\",\"kind\":\"m\",\"reader\":\"y\"}",
	     "{\"casd\":true,\"case\":\"CASE\",\"casf\":null,\"id\":\"3/K\",\"item\":\"2/"
	     "2\",\"kind\":\"m\","
	     "\"reader\":\"r\\\"x\",\"salt\":\"S\"}"},
	    {"{\"item\":\"9/9\"}", "{" OWN ",\"reader\":\"r\\\"x\",\"salt\":\"S\"}"},
	    {"{\"reader\":\"y\",\"zz\":\"\\n\"}",
	     "{" OWN ",\"reader\":\"r\\\"x\",\"salt\":\"S\",\"zz\":\"\\n\"}"},
	};
	static const char *const without[] = {"item", "reader", NULL};
	struct evd_case c;
	struct evd_draft d;
	struct evd_json j = {0}, back = {0};
	struct evd_object o;
	struct evd_error err = {0};

	(void)state;
	make();
	evd_object_init(&o);
	assert_int_equal(open_case(EVD_CASE_WRITE, &c, &err), 0);
	assert_int_equal(
	    evd_entry_begin(&c, EVD_READ_OUT, evd_key_actor(fixture_key()), NULL, &d, &err), 0);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct evd_view id, salt, text = evd_view_str(row[i].in);
		struct evd_buf want = {0}, plain = {0};

		assert_int_equal(evd_json_parse(&j, text, &err), 0);
		assert_int_equal(
		    evd_entry_line(&d, &j, evd_view_str("\"2/2\""), evd_view_str("\"r\\\"x\""), &err), 0);
		assert_int_equal(evd_json_parse(&back, evd_buf_view(&d.line), &err), 0);
		assert_true(evd_json_string(&back, 0, "id", &id) &&
		            evd_json_string(&back, 0, "salt", &salt) && salt.len == 22);
		for (const char *at = row[i].out; *at; at++)
			if (strncmp(at, "CASE", 4) == 0) {
				evd_put_str(&want, c.log.case_id);
				at += 3;
			} else if (strncmp(at, "3/K", 3) == 0) {
				evd_put_view(&want, id);
				at += 2;
			} else if (*at == 'S') {
				evd_put_view(&want, salt);
			} else {
				evd_put_u8(&want, (uint8_t)*at);
			}
		assert_int_equal(d.line.len, want.len);
		assert_memory_equal(d.line.data, want.data, want.len);
		/* the other way to the same line: but for the id's number and the salt */
		evd_object_reset(&o);
		evd_object_copy(&o, &j, 0, without);
		evd_object_cstr(&o, "item", "2/2");
		evd_object_cstr(&o, "reader", "r\"x");
		evd_put_view(&plain, evd_buf_view(&d.line));
		assert_int_equal(evd_entry_record(&d, &o, NULL, &err), 0);
		assert_int_equal(d.line.len, plain.len);
		evd_buf_release(&want);
		evd_buf_release(&plain);
	}
	evd_entry_abandon(&d);
	evd_case_close(&c);
	evd_object_release(&o);
	evd_json_release(&j);
	evd_json_release(&back);
}

static void checked(struct test_findings *f)
{
	struct evd_case c;
	struct evd_error err = {0};

	test_findings_init(f);
	assert_int_equal(evd_case_attach(folder, &c, &err), 0);
	if (evd_check_case(&c, fixture_pool(), &f->to, NULL, NULL, &err))
		fail_msg("%s", err.text);
	evd_case_close(&c);
}

/* `evidence check`: every file that is missing, altered or too many is named. */
static void check(void **state)
{
	static struct test_findings f;
	struct evd_case c;
	struct evd_error err;
	char payload[300];

	(void)state;
	make();
	checked(&f);
	assert_int_equal(f.n, 0);
	assert_int_equal(open_case(EVD_CASE_READ, &c, &err), 0);
	assert_int_equal(evd_case_read(&c, NULL, NULL, NULL, &err), 0);
	snprintf(payload, sizeof payload, "data/00000002/%08u.txt", c.log.items.at[1].k);
	evd_case_close(&c);
	chmod(in(payload), 0600);
	test_write(in(payload), "aaab", 4);
	checked(&f);
	assert_int_equal(test_only(&f), EVD_F_ITEM_ALTERED);
	test_write(in(payload), "aaaaa", 5);
	checked(&f);
	assert_int_equal(test_only(&f), EVD_F_ITEM_ALTERED);
	assert_int_equal(unlink(in(payload)), 0);
	checked(&f);
	assert_int_equal(test_only(&f), EVD_F_ITEM_MISSING);
	test_write(in(payload), "aaaa", 4);
	test_write(in("data/00000002/00000099.txt"), "", 0);
	checked(&f);
	assert_int_equal(test_only(&f), EVD_F_FILE_UNACCOUNTED);
	assert_int_equal(unlink(in("data/00000002/00000099.txt")), 0);
	assert_int_equal(unlink(in("custody/00000002/entry.p7s")), 0);
	checked(&f);
	assert_true(f.n >= 1);
	assert_int_equal(f.at[0].code, EVD_F_ENTRY_FILE_MISSING);
}

static void catalogue(void **state)
{
	struct evd_case c;
	struct evd_error err = {0};
	bool same = true;
	size_t n;
	uint8_t *bytes;

	(void)state;
	make();
	assert_int_equal(open_case(EVD_CASE_WRITE, &c, &err), 0);
	assert_int_equal(evd_index_compare(&c, &same, &err), 0);
	assert_false(same); /* there is none yet */
	assert_int_equal(evd_index_rebuild(&c, &err), 0);
	assert_int_equal(evd_index_compare(&c, &same, &err), 0);
	assert_true(same);
	fixture_add(&c, source);
	assert_int_equal(evd_index_compare(&c, &same, &err), 0);
	assert_false(same); /* one entry behind */
	assert_int_equal(evd_index_follow(&c, &err), 0);
	assert_int_equal(evd_index_compare(&c, &same, &err), 0);
	assert_true(same);
	/* damaged, or of another case: made anew, the log decides */
	bytes = test_read(in(".case/index.sqlite"), &n);
	memset(bytes, 'x', n < 4096 ? n : 4096);
	test_write(in(".case/index.sqlite"), bytes, n);
	free(bytes);
	assert_int_equal(evd_index_follow(&c, &err), 0);
	assert_int_equal(evd_index_compare(&c, &same, &err), 0);
	assert_true(same);
	evd_case_close(&c);
}

/* Each allocation of the commit failed in turn: the entry is there whole, or not at all. */
static void no_memory(void **state)
{
	struct evd_error err;
	struct evd_case c;
	unsigned long n;

	(void)state;
	make();
	for (n = 1; n < 400; n++) {
		const struct evd_circumstances x = {.reason = "test"};
		struct evd_draft d;
		size_t before, after;
		bool over;
		int r;

		assert_int_equal(open_case(EVD_CASE_WRITE, &c, &err), 0);
		before = c.log.entries.n;
		test_fail_at(n);
		r = evd_entry_begin(&c, EVD_NOTE, evd_key_actor(fixture_key()), &x, &d, &err);
		if (r == 0) {
			evd_object_cstr(&d.details, "type", "note");
			r = evd_entry_text(&d, evd_view_str("text"), "txt", "note", NULL, &err);
			if (r == 0)
				r = evd_entry_commit(&d, fixture_key(), &err);
			else
				evd_entry_abandon(&d);
		}
		over = test_allocations() < n;
		test_fail_at(0);
		evd_case_close(&c);
		if (open_case(EVD_CASE_READ, &c, &err))
			fail_msg("allocation %lu: %s", n, err.text);
		after = c.log.entries.n;
		evd_case_close(&c);
		assert_true(after == before || after == before + 1);
		if (r == 0)
			assert_int_equal(after, before + 1);
		if (over)
			break;
	}
	assert_true(n > 20 && n < 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(opened),    cmocka_unit_test(descriptions), cmocka_unit_test(undone),
	    cmocka_unit_test(damage),    cmocka_unit_test(interrupted),  cmocka_unit_test(drafts),
	    cmocka_unit_test(lines),     cmocka_unit_test(check),        cmocka_unit_test(catalogue),
	    cmocka_unit_test(no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
