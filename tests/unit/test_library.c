/* test_library: the public face (evidence.h): what it refuses before anything is written, and one way through it. */
#include "fixture.h"

#include "evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char passphrase[] = "three words here";

struct seen {
	unsigned calls;
	bool stop;
};

static int progress(void *ctx, uint64_t done, uint64_t all)
{
	struct seen *s = ctx;

	(void)done;
	(void)all;
	s->calls++;
	return s->stop;
}

static struct evd_work *open_case(const char *home, const char *dir,
                                  char fingerprint[EVD_FINGERPRINT_TEXT])
{
	struct evd_work *w = NULL;
	struct evd_error err = {0};

	if (evd_identity_new(home, "Ana", "lawyer", NULL, passphrase, fingerprint, &err) ||
	    evd_work_new(dir, "1", "T", home, NULL, passphrase, &w, &err))
		fail_msg("%s", err.text);
	return w;
}

static void refusals(void **state)
{
	const char *home = test_folder(), *dir = test_path(home, "case"), *file;
	char fingerprint[EVD_FINGERPRINT_TEXT], *paths[1], big[5000];
	struct evd_work *w = NULL, *other = NULL;
	struct evd_added added;
	struct evd_error err = {0};

	(void)state;
	memset(big, 'a', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	assert_int_equal(evd_identity_new(home, "", "r", NULL, passphrase, fingerprint, &err),
	                 EVD_E_MISUSE);
	assert_int_equal(evd_identity_new(home, "A", "r", NULL, "", fingerprint, &err), EVD_E_MISUSE);
	assert_int_equal(evd_identity_new(big, "A", "r", NULL, passphrase, fingerprint, &err),
	                 EVD_E_LIMIT);
	assert_int_equal(evd_work_open(dir, home, NULL, passphrase, &w, &err), EVD_E_NOTFOUND);
	assert_null(w);
	assert_int_equal(evd_identity_new("", "A", "r", NULL, passphrase, fingerprint, &err),
	                 EVD_E_MISUSE);
	assert_non_null(strstr(err.text, "empty"));
	w = open_case(home, dir, fingerprint);
	assert_int_equal(
	    evd_work_new(test_path(home, "new"), NULL, "T", home, NULL, passphrase, &other, &err),
	    EVD_E_MISUSE);
	assert_int_equal(evd_work_open(dir, home, "no digits", passphrase, &other, &err), EVD_E_MISUSE);
	assert_int_equal(evd_work_open(dir, home, NULL, passphrase, &other, &err), EVD_E_LOCKED);
	assert_null(other);
	file = test_path(home, "file.txt");
	test_write(file, "evidence", 8);
	paths[0] = strdup(file);
	/* bases that need a reason, which this call cannot take, and no basis at all */
	assert_int_equal(evd_work_add(w, paths, 1, "covert", NULL, NULL, &added, &err), EVD_E_MISUSE);
	assert_non_null(strstr(err.text, "reason"));
	assert_int_equal(evd_work_add(w, paths, 1, "other-account", NULL, NULL, &added, &err),
	                 EVD_E_MISUSE);
	assert_int_equal(evd_work_add(w, paths, 1, NULL, NULL, NULL, &added, &err), EVD_E_MISUSE);
	assert_int_equal(evd_work_add(w, paths, 1, "none", NULL, NULL, &added, &err), EVD_E_FORMAT);
	assert_int_equal(added.items, 0);
	assert_int_equal(evd_work_note(w, NULL, &err), EVD_E_MISUSE);
	assert_int_equal(evd_work_note(w, "", &err), EVD_E_MISUSE);
	assert_int_equal(evd_work_note(w, "caf\xe9", &err), EVD_E_MISUSE);
	assert_non_null(strstr(err.text, "UTF-8"));
	/* nothing of it left an entry: the first note is entry 2 */
	assert_int_equal(evd_work_note(w, "café", &err), 0);
	evd_work_free(w);
	assert_int_equal(evd_work_open(dir, home, NULL, "another one", &w, &err), EVD_E_DENIED);
	free(paths[0]);
	evd_work_free(NULL);
}

static void way_through(void **state)
{
	const char *home = test_folder(), *dir = test_path(home, "case");
	char fingerprint[EVD_FINGERPRINT_TEXT], digest[EVD_FINGERPRINT_TEXT], *json = NULL, *paths[1];
	char bundle[300];
	const char *pins[1] = {fingerprint};
	enum evd_judgement judged;
	struct seen s = {0, false};
	struct evd_added added;
	struct evd_error err = {0};
	struct evd_work *w = open_case(home, dir, fingerprint);
	const char *file = test_path(home, "file.txt");

	(void)state;
	test_write(file, "evidence", 8);
	paths[0] = strdup(file);
	snprintf(bundle, sizeof bundle, "%s/case.asice", home);
	assert_int_equal(evd_work_add(w, paths, 1, "own-device", progress, &s, &added, &err), 0);
	assert_true(added.items == 1 && added.bytes == 8 && added.not_taken == 0 && s.calls > 0);
	assert_int_equal(evd_work_seal(w, bundle, progress, &s, digest, &err), 0);
	assert_int_equal(evd_work_seal(w, bundle, NULL, NULL, digest, &err), EVD_E_EXISTS);
	evd_work_free(w);
	assert_int_equal(evd_judge(bundle, pins, 1, NULL, &judged, &json, &err), 0);
	assert_int_equal(judged, EVD_JUDGED_PASSED);
	assert_non_null(strstr(json, "TOTAL-PASSED"));
	evd_text_free(json);
	assert_int_equal(evd_judge(bundle, NULL, 0, NULL, &judged, NULL, &err), 0);
	assert_int_equal(judged, EVD_JUDGED_INDETERMINATE);
	assert_int_equal(evd_judge(file, NULL, 0, NULL, &judged, NULL, &err), 0);
	assert_int_equal(judged, EVD_JUDGED_REFUSED);
	assert_int_equal(evd_judge(test_path(home, "absent"), NULL, 0, NULL, &judged, &json, &err),
	                 EVD_E_NOTFOUND);
	assert_int_equal(judged, EVD_JUDGED_NOT);
	pins[0] = "no fingerprint";
	assert_int_not_equal(evd_judge(bundle, pins, 1, NULL, &judged, NULL, &err), 0);
	assert_non_null(evd_version());
	free(paths[0]);
}

/* Options of the library below: text of ours must be UTF-8, and the option is named. */
static void texts(void **state)
{
	struct evd_case c;
	struct evd_acquire_options o = {
	    .basis = "covert", .observed = "file", .stream = -1, .pool = fixture_pool()};
	struct evd_acquired out;
	struct evd_error err = {0};
	char path[] = "/dev/null", *paths[1] = {path};

	(void)state;
	fixture_case(&c);
	o.circumstances.reason = "";
	assert_int_equal(evd_acquire(&c, fixture_key(), paths, 1, &o, &out, &err), EVD_E_MISUSE);
	o.basis = "own-device";
	o.supplier = "\xff";
	assert_int_equal(evd_acquire(&c, fixture_key(), paths, 1, &o, &out, &err), EVD_E_MISUSE);
	assert_non_null(strstr(err.text, "--supplier"));
	assert_int_equal(c.log.entries.n, 1);
	evd_case_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(refusals),
	    cmocka_unit_test(way_through),
	    cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
