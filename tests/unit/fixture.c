/* fixture: see fixture.h. */
#include "fixture.h"

#include "base/text.h"
#include "chain/describe.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct evd_key *the_key;
static struct evd_pool *the_pool;

static int ask(void *ctx, const char *what, bool confirm, struct evd_buf *out,
               struct evd_error *err)
{
	(void)ctx;
	(void)what;
	(void)confirm;
	evd_put_str(out, "three words here");
	return evd_buf_check(out, err);
}

static void free_pool(void)
{
	evd_pool_free(the_pool);
}

struct evd_pool *fixture_pool(void)
{
	struct evd_error err = {0};

	if (!the_pool) {
		assert_int_equal(evd_pool_new(2, &the_pool, &err), 0);
		atexit(free_pool);
	}
	return the_pool;
}

static void free_key(void)
{
	evd_key_free(the_key);
}

struct evd_key *fixture_key(void)
{
	const struct evd_secret_source secret = {ask, NULL};
	const struct evd_identity_request request = {
	    .name = "Ana Test", .role = "custodian", .organisation = "Test"};
	struct evd_identity_info info;
	struct evd_error err = {0};
	const char *home;

	if (the_key)
		return the_key;
	home = test_folder();
	assert_int_equal(
	    evd_keystore_create(home, &request, evd_view_str("three words here"), &info, &err), 0);
	assert_int_equal(evd_key_open(home, NULL, &secret, &the_key, &err), 0);
	atexit(free_key);
	return the_key;
}

const char *fixture_case(struct evd_case *c)
{
	const struct evd_description d = {.number = "T-1", .title = "A case made by a test"};
	const struct evd_circumstances x = {.purpose = "test"};
	struct evd_error err = {0};
	const char *path = test_path(test_folder(), "case");

	if (evd_case_create(path, c, &err) || evd_case_describe(c, fixture_key(), &d, &x, &err))
		fail_msg("%s", err.text);
	return c->path;
}

struct evd_acquired fixture_add(struct evd_case *c, const char *path)
{
	const struct evd_acquire_options o = {
	    .basis = "own-device", .observed = "file", .stream = -1, .pool = fixture_pool()};
	struct evd_acquired out;
	struct evd_error err = {0};
	char *paths[1];

	paths[0] = strdup(path);
	if (evd_acquire(c, fixture_key(), paths, 1, &o, &out, &err))
		fail_msg("%s", err.text);
	assert_int_equal(out.not_taken, 0);
	free(paths[0]);
	return out;
}

struct evd_sealed fixture_seal(struct evd_case *c, const char *path)
{
	const struct evd_seal_options o = {.scope = EVD_SEAL_AUTO, .pool = fixture_pool()};
	struct evd_sealed out;
	struct evd_error err = {0};

	if (evd_seal(c, fixture_key(), path, &o, &out, &err))
		fail_msg("%s", err.text);
	return out;
}

enum evd_verdict fixture_verify(const char *path, bool pin, struct evd_report *report)
{
	struct evd_verify_options o = {.all_digests = true, .now = 1800000000};
	char hex[2 * EVD_SHA256_LEN + 1];
	struct evd_error err = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	o.pool = fixture_pool();
	evd_hex(hex, evd_key_fingerprint(fixture_key()), EVD_SHA256_LEN);
	if (pin)
		assert_int_equal(evd_trust_pin(&o.trust, hex, &err), 0);
	if (evd_verify(fd, path, &o, report, &err))
		fail_msg("%s", err.text);
	close(fd);
	evd_trust_release(&o.trust);
	return evd_verdict(report);
}
