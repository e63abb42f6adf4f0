/* answer: see answer.h. */
#include "seal/answer.h"

#include "base/text.h"
#include "platform/files.h"
#include "seal/kept.h"
#include "seal/tagfiles.h"
#include "verify/receipt.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void put_part(struct evd_object *o, const char *key, const struct evd_buf *part)
{
	struct evd_buf text = {0};

	evd_put_base64url(&text, part->data, part->len);
	if (text.failed)
		o->failed = text.failed;
	else
		evd_object_str(o, key, evd_buf_view(&text));
	evd_buf_release(&text);
}

static int put_receipt(const struct evd_receipt *r, struct evd_buf *out, struct evd_error *err)
{
	struct evd_object o;
	int result;

	evd_object_init(&o);
	put_part(&o, "entry", &r->entry);
	evd_object_cstr(&o, "format", EVD_RECEIPT_FORMAT);
	put_part(&o, "records", &r->records);
	put_part(&o, "signature", &r->signature);
	result = evd_object_write(&o, out, err);
	evd_object_release(&o);
	return result;
}

int evd_answer_write(struct evd_case *c, uint64_t seq, struct evd_buf *out, struct evd_error *err)
{
	struct evd_receipt rc = {{0}, {0}, {0}};
	struct evd_buf *part[] = {&rc.entry, &rc.signature, &rc.records};
	char name[16];
	int at, r;

	snprintf(name, sizeof name, "%08" PRIu64, seq % 100000000);
	r = evd_dir_open(c->custody, name, &at, err);
	if (r)
		return r;
	for (unsigned i = 0; i < sizeof part / sizeof *part && r == 0; i++)
		r = evd_file_read(at, evd_entry_file_name(i), EVD_MAX_RECEIPT, part[i], err);
	close(at);
	if (r == 0)
		r = put_receipt(&rc, out, err);
	if (r == 0 && out->len > EVD_MAX_RECEIPT)
		r = evd_fail(err, EVD_E_LIMIT, "the receipt would be larger than a receipt may be");
	evd_receipt_release(&rc);
	return r;
}

/* Number of the receipt's entry, 0 if it is of no form. */
static int number_of(struct evd_view text, uint64_t *seq, struct evd_error *err)
{
	struct evd_receipt rc = {{0}, {0}, {0}};
	struct evd_json j = {0};
	struct evd_entry e;
	int r = evd_receipt_read(text, &rc, NULL);

	*seq = 0;
	if (r == 0)
		r = evd_entry_read(evd_buf_view(&rc.entry), &j, &e, NULL);
	if (r == 0)
		*seq = e.seq;
	evd_json_release(&j);
	evd_receipt_release(&rc);
	return r == EVD_E_NOMEM ? evd_nomem(err) : 0;
}

static void hear_nothing(void *ctx, const struct evd_finding *f)
{
	(void)ctx;
	(void)f;
}

/* The seal digest of the sealing by the last entry of `c`, as kept in seals/SEQ/, if its signature holds. */
static int kept_digest(struct evd_case *c, uint8_t out[EVD_SHA256_LEN], struct evd_error *err)
{
	const struct evd_findings to = {hear_nothing, NULL};
	uint64_t seq = c->log.entries.n;
	struct evd_buf manifest = {0}, p7s = {0};
	char path[64];
	int r;

	snprintf(path, sizeof path, "seals/%08" PRIu64 "/ASiCManifest001.xml", seq % 100000000);
	r = evd_file_read(c->dir, path, SIZE_MAX, &manifest, err);
	if (r == 0)
		r = evd_sha256(evd_buf_view(&manifest), out, err);
	snprintf(path, sizeof path, "seals/%08" PRIu64 "/signature001.p7s", seq % 100000000);
	if (r == 0)
		r = evd_file_read(c->dir, path, EVD_MAX_P7S, &p7s, err);
	if (r == 0)
		r = evd_kept_signature(c, seq, out, evd_buf_view(&p7s), &to, err);
	if (r == EVD_STOP)
		r = evd_fail(err, EVD_E_DAMAGED, "what is kept of sealing %" PRIu64 " is damaged", seq);
	evd_buf_release(&manifest);
	evd_buf_release(&p7s);
	return r;
}

/*
 * The same where nothing is kept: of sealings before this case was taken over, the digest follows from the
 * log (docs/format.md §7), unless records of it were disposed of since. `known`: whether it could be told.
 */
static int seal_digest(struct evd_case *c, uint8_t out[EVD_SHA256_LEN], bool *known,
                       struct evd_error *err)
{
	const struct evd_findings to = {hear_nothing, NULL}, *was = c->log.findings;
	uint8_t digest[EVD_TAGFILES][EVD_SHA256_LEN];
	int r = kept_digest(c, out, err);

	*known = r == 0;
	if (r != EVD_E_NOTFOUND)
		return r;
	c->log.findings = &to;
	r = evd_log_withheld(&c->log, err);
	c->log.findings = was;
	if (r == EVD_STOP)
		return 0;
	if (r == 0)
		r = evd_tagfile_digests(&c->log, digest, err);
	if (r == 0) {
		memcpy(out, digest[EVD_TAG_ASIC], EVD_SHA256_LEN);
		*known = true;
	}
	return r;
}

int evd_answer_judge(const struct evd_case *c, struct evd_view text, struct evd_receipt_said *out,
                     struct evd_error *err)
{
	uint8_t seal[EVD_SHA256_LEN];
	struct evd_case then;
	uint64_t seq;
	bool sealed, known = true;
	int r = number_of(text, &seq, err);

	memset(out, 0, sizeof *out);
	if (r)
		return r;
	sealed =
	    seq >= 2 && seq - 1 <= c->log.entries.n && c->log.entries.at[seq - 2].action == EVD_SEAL;
	r = evd_case_attach(c->path, &then, err);
	if (r == 0)
		r = evd_case_read_to(&then, sealed ? seq - 1 : 1, err);
	if (r == 0 && sealed)
		r = seal_digest(&then, seal, &known, err);
	if (r == 0 && sealed && known)
		r = evd_receipt_judge(text, &then.log, seal, out, err);
	else if (r == 0 && sealed)
		out->result = EVD_RECEIPT_UNVERIFIED;
	else if (r == 0) /* of this case or another: that much is told without a sealing */
		r = evd_receipt_judge(text, &then.log, NULL, out, err);
	if (r == 0 && !sealed && out->result != EVD_RECEIPT_OTHER_CASE &&
	    out->result != EVD_RECEIPT_INVALID)
		out->result = EVD_RECEIPT_OTHER_BUNDLE;
	evd_case_close(&then);
	return r;
}
