/* test_view: views of a case are stopped when that is asked for, in every form; what is in them, tests/cli/exports.py
 * reads. */
#include "fixture.h"

#include "derive/view.h"

#include <fcntl.h>
#include <unistd.h>

struct heard {
	unsigned calls, stop_at; /* 0: never */
};

static int hear(void *ctx, uint64_t done, uint64_t all)
{
	struct heard *h = ctx;

	(void)done;
	assert_int_equal(all, 0);
	return ++h->calls == h->stop_at;
}

static void stopping(void **state)
{
	static const enum evd_form forms[] = {EVD_FORM_CSV, EVD_FORM_JSONL, EVD_FORM_CASE,
	                                      EVD_FORM_SKETCH, EVD_FORM_SKETCH_CSV};
	const char *folder = test_folder();
	struct evd_case c;
	struct evd_viewed out;
	struct evd_error err = {0};

	(void)state;
	fixture_case(&c);
	test_write(test_path(folder, "a.txt"), "aaaa", 4);
	fixture_add(&c, test_path(folder, "a.txt"));
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct heard heard = {0};
		struct evd_view_how how = {.form = forms[i], .progress = hear, .ctx = &heard};
		int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
		unsigned calls;

		assert_int_equal(evd_view_write(&c, &how, fd, &out, &err), 0);
		calls = heard.calls;
		assert_true(calls > 1);
		for (heard.stop_at = 1; heard.stop_at <= calls; heard.stop_at++) {
			heard.calls = 0;
			assert_int_equal(evd_view_write(&c, &how, fd, &out, &err), EVD_E_CANCELLED);
			assert_int_equal(heard.calls, heard.stop_at); /* nothing is asked behind it */
		}
		how.progress = NULL;
		assert_int_equal(evd_view_write(&c, &how, fd, &out, &err), 0);
		close(fd);
	}
	evd_case_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(stopping)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
