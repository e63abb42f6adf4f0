/* test_seal: from a case to its bundle and the verdict; sealing again; what cannot be sealed. Other
 * programs that know the container's format agree: unzip -t, sha256sum -c. */
#include "fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void same_bytes(const char *a, const char *b, bool same)
{
	size_t n, m;
	uint8_t *x = test_read(a, &n), *y = test_read(b, &m);

	assert_int_equal(same, n == m && memcmp(x, y, n) == 0);
	free(x);
	free(y);
}

static void to_verdict(void **state)
{
	struct evd_case c;
	static struct evd_report r;
	struct evd_sealed s, again;
	const char *out = test_folder();
	const char *one = test_path(out, "one.asice"), *two = test_path(out, "two.asice");
	char command[1400];

	(void)state;
	test_write(test_path(out, "photo.jpg"), "not really", 10);
	test_write(test_path(out, "empty"), "", 0);
	fixture_case(&c);
	fixture_add(&c, test_path(out, "photo.jpg"));
	fixture_add(&c, test_path(out, "empty"));
	s = fixture_seal(&c, one);
	assert_false(s.again);
	assert_int_equal(s.items, 3); /* with the description */
	assert_int_equal(s.scope, EVD_SCOPE_ALL);
	assert_int_equal(fixture_verify(one, true, &r), EVD_TOTAL_PASSED);
	assert_int_equal(evd_verdict_exit(&r), 0);
	assert_memory_equal(r.seal_digest, s.seal_digest, EVD_SHA256_LEN);
	assert_int_equal(r.log.items.n, 3);
	assert_int_equal(r.findings.n, 0);
	evd_report_release(&r);
	assert_int_equal(fixture_verify(one, false, &r), EVD_INDETERMINATE);
	assert_string_equal(evd_verdict_sub(&r), "NO_CERTIFICATE_CHAIN_FOUND");
	evd_report_release(&r);
	/* sealed again: the same bytes, no new entry; never over a file that is there */
	again = fixture_seal(&c, two);
	assert_true(again.again);
	assert_int_equal(again.seq, s.seq);
	same_bytes(one, two, true);
	assert_int_equal(c.log.entries.n, s.seq);
	snprintf(
	    command, sizeof command,
	    "cd %s && unzip -tqq one.asice && unzip -qq one.asice && cd case-* && "
	    "sha256sum --quiet -c manifest-sha256.txt && sha256sum --quiet -c tagmanifest-sha256.txt",
	    out);
	assert_int_equal(system(command), 0);
	evd_case_close(&c);
}

static int seal_to(struct evd_case *c, const char *path, const struct evd_seal_options *o,
                   struct evd_error *err)
{
	struct evd_seal_options with_pool = *o;
	struct evd_sealed out;

	if (!with_pool.pool)
		with_pool.pool = fixture_pool();
	memset(err, 0, sizeof *err);
	return evd_seal(c, fixture_key(), path, &with_pool, &out, err);
}

static void second_seal(void **state)
{
	struct evd_case c;
	static struct evd_report old, new;
	const char *out = test_folder();
	const char *one = test_path(out, "one.asice"), *two = test_path(out, "two.asice");

	(void)state;
	test_write(test_path(out, "a.txt"), "a", 1);
	fixture_case(&c);
	fixture_add(&c, test_path(out, "a.txt"));
	fixture_seal(&c, one);
	test_write(test_path(out, "b.txt"), "b", 1);
	fixture_add(&c, test_path(out, "b.txt"));
	fixture_seal(&c, two);
	assert_int_equal(fixture_verify(one, true, &old), EVD_TOTAL_PASSED);
	assert_int_equal(fixture_verify(two, true, &new), EVD_TOTAL_PASSED);
	/* the second brings the first seal's six files */
	assert_int_equal(new.log.items.n, old.log.items.n + 1 + 6);
	evd_verify_extends(&new, &old);
	assert_int_equal(new.extends, EVD_EXTENDS);
	evd_verify_extends(&old, &new);
	assert_int_equal(old.extends, EVD_EXTENDS_SHORTER);
	evd_report_release(&old);
	evd_report_release(&new);
	evd_case_close(&c);
}

static void options(void **state)
{
	struct evd_seal_options o = {
	    .scope = EVD_SEAL_TAGS, .read_back = true, .timestamp_required = true};
	struct evd_case c;
	static struct evd_report r;
	struct evd_error err;
	const char *out = test_folder();

	(void)state;
	fixture_case(&c);
	assert_int_equal(seal_to(&c, test_path(out, "tags.asice"), &o, &err), 0);
	/* a timestamp is required and is not there: WHOLE, BUT NOT PROVED WHEN */
	assert_int_equal(fixture_verify(test_path(out, "tags.asice"), true, &r), EVD_INDETERMINATE);
	assert_string_equal(evd_verdict_sub(&r), "NO_POE");
	assert_int_equal(r.log.entry.details.scope, EVD_SCOPE_TAGS);
	evd_report_release(&r);
	/* that seal is made; other options contradict it */
	o.scope = EVD_SEAL_ALL;
	assert_int_equal(seal_to(&c, test_path(out, "all.asice"), &o, &err), EVD_E_MISUSE);
	assert_int_equal(access(test_path(out, "all.asice"), F_OK), -1);
	/* the target is there already: untouched */
	o.scope = EVD_SEAL_TAGS;
	test_write(test_path(out, "there"), "mine", 4);
	assert_int_equal(seal_to(&c, test_path(out, "there"), &o, &err), EVD_E_EXISTS);
	assert_int_equal(seal_to(&c, test_path(out, "no/folder/x.asice"), &o, &err), EVD_E_NOTFOUND);
	evd_case_close(&c);
}

static int stop_at_once(void *ctx, uint64_t done, uint64_t all)
{
	(void)ctx;
	(void)done;
	(void)all;
	return EVD_E_CANCELLED;
}

/* Altered or missing payload stops the seal, is named, and nothing is left at the target. */
static void damaged(void **state)
{
	struct evd_seal_options o = {.scope = EVD_SEAL_AUTO};
	struct evd_case c;
	struct evd_error err;
	const char *out = test_folder(), *path;
	char payload[600];

	(void)state;
	test_write(test_path(out, "a.txt"), "aaaa", 4);
	path = fixture_case(&c);
	fixture_add(&c, test_path(out, "a.txt"));
	snprintf(payload, sizeof payload, "%s/data/00000002/%08u.txt", path,
	         c.log.items.n ? c.log.items.at[c.log.items.n - 1].k : 2);
	chmod(payload, 0600);
	test_write(payload, "aaab", 4);
	assert_int_equal(seal_to(&c, test_path(out, "x.asice"), &o, &err), EVD_E_DAMAGED);
	assert_non_null(strstr(err.text, "00000002"));
	assert_int_equal(access(test_path(out, "x.asice"), F_OK), -1);
	test_write(payload, "aaaaa", 5);
	assert_int_not_equal(seal_to(&c, test_path(out, "x.asice"), &o, &err), 0);
	assert_int_equal(unlink(payload), 0);
	assert_int_not_equal(seal_to(&c, test_path(out, "x.asice"), &o, &err), 0);
	assert_int_equal(access(test_path(out, "x.asice"), F_OK), -1);
	/* as it was: the seal that was begun is completed */
	test_write(payload, "aaaa", 4);
	/* alone: the caller's thread is told between pieces, helpers may be quicker */
	assert_int_equal(evd_pool_new(1, &o.pool, &err), 0);
	o.progress = stop_at_once;
	assert_int_equal(seal_to(&c, test_path(out, "x.asice"), &o, &err), EVD_E_CANCELLED);
	assert_int_equal(access(test_path(out, "x.asice"), F_OK), -1);
	o.progress = NULL;
	assert_int_equal(seal_to(&c, test_path(out, "x.asice"), &o, &err), 0);
	evd_pool_free(o.pool);
	evd_case_close(&c);
}

/* One byte of a small bundle flipped, at places all over it: never TOTAL-PASSED (tests/vectors tries
 * every byte). */
static void flipped(void **state)
{
	struct evd_case c;
	static struct evd_report r;
	const char *out = test_folder(), *one = test_path(out, "one.asice"),
	           *bad = test_path(out, "bad");
	size_t n;
	uint8_t *bytes;

	(void)state;
	test_write(test_path(out, "a.txt"), "a", 1);
	fixture_case(&c);
	fixture_add(&c, test_path(out, "a.txt"));
	fixture_seal(&c, one);
	evd_case_close(&c);
	bytes = test_read(one, &n);
	for (size_t at = 0; at < n; at += 97) {
		enum evd_verdict v;

		bytes[at] ^= 0x10;
		test_write(bad, bytes, n);
		bytes[at] ^= 0x10;
		v = fixture_verify(bad, true, &r);
		assert_true(v == EVD_TOTAL_FAILED || v == EVD_REFUSED);
		evd_report_release(&r);
	}
	test_write(bad, bytes, n - 1);
	assert_int_equal(fixture_verify(bad, true, &r), EVD_REFUSED);
	evd_report_release(&r);
	test_write(bad, "", 0);
	assert_int_equal(fixture_verify(bad, true, &r), EVD_REFUSED);
	evd_report_release(&r);
	free(bytes);
}

/* Every allocation of our own while verifying, failed in turn: an error of ours or a verdict that is
 * not better, never TOTAL-PASSED by accident. */
static void no_memory(void **state)
{
	struct evd_verify_options o = {.all_digests = true, .now = 1800000000};
	struct evd_case c;
	static struct evd_report r;
	struct evd_error err = {0};
	const char *one = test_path(test_folder(), "one.asice");
	unsigned long n;
	int fd;

	(void)state;
	fixture_case(&c);
	fixture_seal(&c, one);
	evd_case_close(&c);
	assert_int_equal(evd_pool_new(1, &o.pool, &err), 0);
	fd = open(one, O_RDONLY | O_CLOEXEC);
	for (n = 1;; n++) {
		int result;
		bool over;

		test_fail_at(n);
		result = evd_verify(fd, one, &o, &r, &err);
		over = test_allocations() < n;
		test_fail_at(0);
		if (over) {
			assert_int_equal(result, 0);
			assert_int_equal(evd_verdict(&r), EVD_INDETERMINATE); /* nobody is pinned */
			evd_report_release(&r);
			break;
		}
		assert_true(result < 0 || evd_verdict(&r) != EVD_TOTAL_PASSED);
		if (result == 0) /* only where a finding could not be listed */
			assert_true(r.omitted > 0 || evd_verdict(&r) != EVD_TOTAL_PASSED);
		evd_report_release(&r);
	}
	assert_true(n > 20);
	close(fd);
	evd_pool_free(o.pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(to_verdict), cmocka_unit_test(second_seal), cmocka_unit_test(options),
	    cmocka_unit_test(damaged),    cmocka_unit_test(flipped),     cmocka_unit_test(no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
