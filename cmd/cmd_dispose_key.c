/* cmd_dispose_key: see cmd_dispose_key.h. */
#include "cmd_dispose_key.h"

#include "cmd.h"

#include "envelope/envelope.h"
#include "platform/files.h"

#include <openssl/crypto.h>
#include <string.h>

static const char kind[] = "destroyed-key";

struct one_key {
	struct evd_age_identity id;
	size_t n;
};

static int take(void *ctx, struct evd_view line, struct evd_error *err)
{
	struct one_key *one = ctx;

	if (one->n++)
		return evd_fail(err, EVD_E_MISUSE, "the file holds several keys; destroy one at a time");
	return evd_age_identity_parse(line, &one->id, err);
}

int cmd_dispose_key_read(struct cmd_dispose_key *k, struct evd_error *err)
{
	struct one_key *one = OPENSSL_secure_zalloc(sizeof *one);
	struct evd_age_with with = {0};
	int r = evd_file_destroyable(k->path, err); /* what cannot go must not be said to have gone */

	if (r == 0)
		r = one ? cmd_key_lines(k->path, take, one, err) : evd_nomem(err);
	if (r == 0 && one->n == 0)
		r = evd_fail(err, EVD_E_FORMAT, "%s holds no key", k->path);
	if (r == 0) {
		evd_age_recipient_text(&one->id.recipient, k->recipient);
		with.identities = &one->id;
		with.n = 1;
	}
	if (r == 0 && k->envelope)
		r = evd_envelope_look(k->envelope, &with, &k->cover, err);
	OPENSSL_secure_clear_free(one, sizeof *one);
	return r;
}

int cmd_dispose_key_record(const struct cmd_dispose_key *k, struct evd_draft *d,
                           struct evd_error *err)
{
	struct evd_object *o = &d->scratch;

	evd_object_reset(o);
	evd_object_cstr(o, "kind", kind);
	evd_object_cstr(o, "recipient", k->recipient);
	if (k->envelope) {
		evd_object_hex(o, "head", k->cover.head, EVD_SHA256_LEN);
		evd_object_hex(o, "sealDigest", k->cover.seal_digest, EVD_SHA256_LEN);
		evd_object_hex(o, "signer", k->cover.certificate, EVD_SHA256_LEN);
	}
	return evd_entry_record(d, o, NULL, err);
}

struct search {
	const struct cmd_dispose_key *key;
	const struct evd_log *log;
	bool found;
};

static int look_at(void *ctx, const struct evd_record *r, const struct evd_json *j,
                   struct evd_view line, struct evd_error *err)
{
	struct search *s = ctx;
	struct evd_view v;

	(void)r;
	(void)line;
	(void)err;
	if (s->log->entry.action == EVD_DISPOSE && evd_json_string(j, 0, "kind", &v) &&
	    evd_view_is(v, kind) && evd_json_string(j, 0, "recipient", &v) &&
	    evd_view_is(v, s->key->recipient))
		s->found = true;
	return 0;
}

int cmd_dispose_key_said(const struct cmd_dispose_key *k, struct evd_case *c, struct evd_error *err)
{
	struct search s = {k, &c->log, false};
	int r = evd_case_read_from(c, 1, look_at, &s, err); /* as with --finish: runs may not fit yet */

	return r || s.found
	           ? r
	           : evd_fail(err, EVD_E_DENIED,
	                      "no disposal in this case names that key; nothing was destroyed");
}

int cmd_dispose_key_destroy(const struct cmd_dispose_key *k, struct evd_error *err)
{
	int r = evd_file_destroy(k->path, err);

	if (r == 0)
		evd_opened_remove(k->path); /* without the key it says nothing any more */
	return r;
}
