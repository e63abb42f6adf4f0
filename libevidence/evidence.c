/* evidence: the public face; see evidence.h. Only joins what the stages offer. */
#include "evidence.h"

#include "base/text.h"
#include "capture/acquire.h"
#include "chain/describe.h"
#include "index/index.h"
#include "key/keystore.h"
#include "platform/clock.h"
#include "report/report.h"
#include "seal/seal.h"
#include "verify/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct evd_work {
	struct evd_case c;
	struct evd_key *key;
	struct evd_pool *pool;
};

const char *evd_version(void)
{
	return EVD_VERSION;
}

static int home_of(const char *home, char *out, size_t cap, struct evd_error *err)
{
	size_t n = home ? strlen(home) : 0;

	if (!home)
		return evd_keystore_home(out, cap, err);
	if (n >= cap)
		return evd_fail(err, EVD_E_LIMIT, "the folder's path is too long");
	memcpy(out, home, n + 1);
	return 0;
}

int evd_identity_new(const char *home, const char *name, const char *role, const char *organisation,
                     const char *passphrase, char out_fingerprint[EVD_FINGERPRINT_TEXT],
                     struct evd_error *err)
{
	const struct evd_identity_request request = {
	    .name = name, .role = role, .organisation = organisation};
	struct evd_identity_info info;
	char folder[4096];
	int r;

	out_fingerprint[0] = '\0';
	if (!name || !*name || !role || !*role || !passphrase || !*passphrase)
		return evd_fail(err, EVD_E_MISUSE, "an identity needs name, role and passphrase");
	r = home_of(home, folder, sizeof folder, err);
	if (r == 0)
		r = evd_keystore_create(folder, &request, evd_view_str(passphrase), &info, err);
	if (r == 0)
		evd_hex(out_fingerprint, info.fingerprint, EVD_SHA256_LEN);
	return r;
}

static int give_passphrase(void *ctx, const char *what, bool confirm, struct evd_buf *out,
                           struct evd_error *err)
{
	const char *passphrase = ctx;

	(void)what;
	(void)confirm;
	evd_put_str(out, passphrase ? passphrase : "");
	return evd_buf_check(out, err);
}

static int begin(const char *home, const char *which, const char *passphrase, struct evd_work **out,
                 struct evd_error *err)
{
	const struct evd_secret_source secret = {give_passphrase, (void *)(uintptr_t)passphrase};
	struct evd_work *w = calloc(1, sizeof *w);
	char folder[4096];
	int r;

	*out = w;
	if (!w)
		return evd_nomem(err);
	evd_case_init(&w->c);
	r = home_of(home, folder, sizeof folder, err);
	if (r == 0)
		r = evd_key_open(folder, which, &secret, &w->key, err);
	return r ? r : evd_pool_new(0, &w->pool, err);
}

static int give(int r, struct evd_work **out)
{
	if (r) {
		evd_work_free(*out);
		*out = NULL;
	}
	return r;
}

int evd_work_new(const char *dir, const char *number, const char *title, const char *home,
                 const char *which, const char *passphrase, struct evd_work **out,
                 struct evd_error *err)
{
	const struct evd_description d = {.number = number, .title = title};
	int r = begin(home, which, passphrase, out, err);

	if (r == 0)
		r = evd_case_new(dir, (*out)->key, &d, NULL, &(*out)->c, err);
	return give(r, out);
}

int evd_work_open(const char *dir, const char *home, const char *which, const char *passphrase,
                  struct evd_work **out, struct evd_error *err)
{
	int r = begin(home, which, passphrase, out, err);

	if (r == 0)
		r = evd_case_open(dir, EVD_CASE_WRITE, &(*out)->c, err);
	return give(r, out);
}

void evd_work_free(struct evd_work *w)
{
	if (!w)
		return;
	evd_pool_free(w->pool);
	evd_key_free(w->key);
	evd_case_close(&w->c);
	free(w);
}

int evd_work_add(struct evd_work *w, char **paths, size_t n, const char *basis,
                 evd_progress *progress, void *ctx, struct evd_added *out, struct evd_error *err)
{
	struct evd_acquire_options o = {.basis = basis, .observed = "file", .stream = -1};
	struct evd_acquired got = {0};
	int r;

	o.pool = w->pool;
	o.progress = progress;
	o.ctx = ctx;
	o.count = progress != NULL;
	r = evd_acquire(&w->c, w->key, paths, n, &o, &got, err);
	out->items = got.items;
	out->bytes = got.bytes;
	out->not_taken = got.not_taken;
	return r;
}

int evd_work_note(struct evd_work *w, const char *text, struct evd_error *err)
{
	struct evd_draft d;
	int r;

	if (!text || !*text)
		return evd_fail(err, EVD_E_MISUSE, "the text is empty");
	if (!evd_is_utf8(evd_view_str(text)))
		return evd_fail(err, EVD_E_MISUSE, "the text is not UTF-8");
	r = evd_entry_begin(&w->c, EVD_NOTE, evd_key_actor(w->key), NULL, &d, err);

	if (r)
		return r;
	evd_object_cstr(&d.details, "type", "note");
	r = evd_entry_text(&d, evd_view_str(text), "txt", "note", NULL, err);
	if (r == 0)
		return evd_entry_commit(&d, w->key, err);
	evd_entry_abandon(&d);
	return r;
}

int evd_work_seal(struct evd_work *w, const char *out_path, evd_progress *progress, void *ctx,
                  char out_seal_digest[EVD_FINGERPRINT_TEXT], struct evd_error *err)
{
	struct evd_seal_options o = {.progress = progress, .ctx = ctx};
	struct evd_sealed sealed;
	int r;

	o.pool = w->pool;
	out_seal_digest[0] = '\0';
	r = evd_seal(&w->c, w->key, out_path, &o, &sealed, err);
	if (r == 0)
		evd_hex(out_seal_digest, sealed.seal_digest, EVD_SHA256_LEN);
	return r;
}

static int trust_of(const char *const *pins, size_t n_pins, const char *trust,
                    struct evd_trust *out, struct evd_error *err)
{
	int r = trust ? evd_trust_load(out, trust, err) : 0;

	for (size_t i = 0; i < n_pins && r == 0; i++)
		r = evd_trust_pin(out, pins[i], err);
	return r;
}

static int text_of(const struct evd_report *report, char **out, struct evd_error *err)
{
	struct evd_buf b = {0};
	int r = evd_report_json(report, &b, err);

	evd_put_u8(&b, '\0');
	if (r == 0)
		r = evd_buf_check(&b, err);
	if (r)
		evd_buf_release(&b);
	*out = (char *)b.data;
	return r;
}

int evd_judge(const char *path, const char *const *pins, size_t n_pins, const char *trust,
              enum evd_judgement *out, char **out_json, struct evd_error *err)
{
	static const enum evd_judgement judgement[] = {[EVD_OWN_FAILURE] = EVD_JUDGED_NOT,
	                                               [EVD_TOTAL_PASSED] = EVD_JUDGED_PASSED,
	                                               [EVD_TOTAL_FAILED] = EVD_JUDGED_FAILED,
	                                               [EVD_INDETERMINATE] = EVD_JUDGED_INDETERMINATE,
	                                               [EVD_REFUSED] = EVD_JUDGED_REFUSED};
	struct evd_verify_options o = {.now = evd_clock_ms() / 1000};
	struct evd_report report = {0};
	int fd, r = trust_of(pins, n_pins, trust, &o.trust, err);

	*out = EVD_JUDGED_NOT;
	if (out_json)
		*out_json = NULL;
	if (r == 0)
		r = evd_pool_new(0, &o.pool, err);
	fd = r ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (r == 0 && fd < 0)
		r = evd_fail_sys(err, errno, "%s", path);
	if (r == 0)
		r = evd_verify(fd, path, &o, &report, err);
	if (r == 0 && out_json)
		r = text_of(&report, out_json, err);
	if (r == 0)
		*out = judgement[evd_verdict(&report)];
	evd_report_release(&report);
	evd_pool_free(o.pool);
	evd_trust_release(&o.trust);
	if (fd >= 0)
		close(fd);
	return r;
}

void evd_text_free(char *text)
{
	free(text);
}
