/* stage_contents: stage 3, every file against what the log says (docs/verify.md §3). */
#include "verify/run.h"

#include "chain/certificate.h"
#include "chain/signature.h"
#include "verify/hash_items.h"

#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char signature_name[] = "META-INF/signature001.p7s";

static void tag_name(const struct evd_run *run, unsigned t, char out[EVD_MAX_NAME + 1])
{
	if (t == EVD_SEEN_SIGNATURE)
		snprintf(out, EVD_MAX_NAME + 1, "%s", signature_name);
	else if (t == EVD_TAG_ASIC)
		snprintf(out, EVD_MAX_NAME + 1, "%s", evd_tagfile_name(t));
	else
		evd_run_name(run, out, evd_tagfile_name(t));
}

/* A digest under way. */
struct hashing {
	const struct evd_verify_options *o;
	struct evd_sha sha;
	uint64_t done, all; /* bytes */
};

static int hash_piece(void *ctx, struct evd_view piece, struct evd_error *err)
{
	struct hashing *h = ctx;
	int r = evd_sha_add(&h->sha, piece.p, piece.len, err);

	h->done += piece.len;
	/* one large file is the ciphertext of an envelope */
	if (r == 0 && h->done < h->all && h->o->progress &&
	    h->o->progress(h->o->progress_ctx, h->done, h->all))
		r = evd_fail(err, EVD_E_CANCELLED, "stopped");
	return r;
}

int evd_run_hash(struct evd_run *run, const struct evd_member_file *f, uint8_t *sha256,
                 struct evd_error *err)
{
	struct hashing h = {.o = run->o, .all = f->size};
	int r = evd_sha_begin(&h.sha, EVD_SHA256, err);

	if (r == 0)
		r = evd_run_pieces(run, f, hash_piece, &h, err);
	if (r == 0)
		r = evd_sha_end(&h.sha, sha256, err);
	evd_sha_release(&h.sha);
	return r;
}

int evd_run_see(struct evd_run *run, const struct evd_member_file *f, struct evd_error *err)
{
	uint8_t sha256[EVD_SHA256_LEN];
	char name[EVD_MAX_NAME + 1];
	bool manifest;
	unsigned n;
	int r;

	for (unsigned t = 0; t <= EVD_SEEN_SIGNATURE; t++) {
		tag_name(run, t, name);
		if (strcmp(f->name, name) != 0)
			continue;
		run->seen[t].present = true;
		run->seen[t].file = *f;
		if (t != EVD_SEEN_SIGNATURE)
			return evd_run_hash(run, f, run->seen[t].sha256, err);
		return evd_run_read_most(run, f, EVD_MAX_P7S, &run->p7s, err);
	}
	if (evd_run_archive_name(run, f->name, &n, &manifest))
		return evd_run_archive_see(run, f, n, manifest, err);
	r = evd_run_hash(run, f, sha256, err);
	if (r || strcmp(f->name, "mimetype") == 0)
		return r;
	return evd_name_list_add(&run->extra, f->name, err);
}

/* Items and files under data/ stand in one order: a merge. */
static int match_item(struct evd_run *run, const struct evd_member_file *f, size_t *next,
                      struct evd_error *err)
{
	struct evd_log *log = &run->report->log;
	char path[EVD_PAYLOAD_PATH], name[EVD_MAX_NAME + 1];

	for (; *next < log->items.n; (*next)++) {
		struct evd_item *it = &log->items.at[*next];
		struct evd_id id = {it->seq, it->k};
		int d;

		evd_payload_path(path, id, it->ext);
		evd_run_name(run, name, path);
		d = strcmp(name, f->name);
		if (d > 0)
			break;
		if (d < 0)
			continue; /* stays EVD_ITEM_MISSING */
		it->off = f->off;
		it->state =
		    f->size == it->size && f->crc32 == it->crc32 ? EVD_ITEM_PRESENT : EVD_ITEM_ALTERED;
		(*next)++;
		return 0;
	}
	return evd_name_list_add(&run->extra_data, f->name, err);
}

static int see_all(struct evd_run *run, struct evd_error *err)
{
	char custody[32], data[32];
	struct evd_member_file f;
	size_t next = 0;
	int r;

	snprintf(custody, sizeof custody, "%s/custody/", run->c.base);
	snprintf(data, sizeof data, "%s/data/", run->c.base);
	evd_container_rewind(&run->c);
	while ((r = evd_container_next(&run->c, &f, err)) == 0) {
		if (strncmp(f.name, custody, strlen(custody)) == 0)
			continue; /* read in stage 2 */
		r = strncmp(f.name, data, strlen(data)) == 0 ? match_item(run, &f, &next, err)
		                                             : evd_run_see(run, &f, err);
		if (r)
			return r;
	}
	return r == EVD_END ? 0 : r;
}

void evd_run_names(struct evd_run *run, const struct evd_name_list *l, enum evd_finding_code code,
                   const char *detail)
{
	for (size_t i = 0; i < l->n; i++)
		evd_finding(&run->to, code, l->at[i], "%s", detail);
	for (uint64_t i = 0; i < l->more; i++)
		evd_finding(&run->to, code, "", "%s", detail); /* behind a full list: counted */
}

/* Noted in two passes over the container; told in its order, mimetype first. */
static int in_order(const void *a, const void *b)
{
	const char *x = a, *y = b;
	int d = (strcmp(y, "mimetype") == 0) - (strcmp(x, "mimetype") == 0);

	return d ? d : strcmp(x, y);
}

void evd_run_missing(struct evd_run *run, unsigned from)
{
	char name[EVD_MAX_NAME + 1];

	for (unsigned t = from; t <= EVD_SEEN_SIGNATURE; t++)
		if (!run->seen[t].present) {
			tag_name(run, t, name);
			evd_finding(&run->to, EVD_F_FILE_MISSING, name, "missing");
		}
}

static void report_items(struct evd_run *run)
{
	const struct evd_log *log = &run->report->log;
	char where[32];

	for (size_t i = 0; i < log->items.n; i++) {
		const struct evd_item *it = &log->items.at[i];

		if (it->state == EVD_ITEM_FITS && !it->lost)
			continue;
		snprintf(where, sizeof where, "%u/%u", it->seq, it->k);
		if (it->lost)
			evd_finding(&run->to, EVD_F_LOST, where, "by an entry of the log");
		if (it->lost && it->state != EVD_ITEM_MISSING)
			evd_finding(&run->to, EVD_F_LOST_PRESENT, where, "its file is here");
		else if (it->state == EVD_ITEM_MISSING && !it->lost)
			evd_finding(&run->to, EVD_F_ITEM_MISSING, where, "its file is missing");
		if (it->state != EVD_ITEM_FITS && it->state != EVD_ITEM_MISSING)
			evd_finding(&run->to, EVD_F_ITEM_ALTERED, where, "size, check sum or digest differs");
	}
}

static int report_tagfiles(struct evd_run *run, struct evd_error *err)
{
	char name[EVD_MAX_NAME + 1];
	int r = evd_tagfile_digests(&run->report->log, run->must, err);

	if (r)
		return r;
	for (unsigned t = 0; t < EVD_TAGFILES; t++) {
		if (!run->seen[t].present || memcmp(run->must[t], run->seen[t].sha256, EVD_SHA256_LEN) == 0)
			continue;
		tag_name(run, t, name);
		evd_finding(&run->to, t == EVD_TAG_ASIC ? EVD_F_MANIFEST_ALTERED : EVD_F_TAGFILE_ALTERED,
		            name, "not what follows from log and contents");
	}
	return 0;
}

/* Last commonName, if it is of a string type whose bytes are its text (docs/verify.md §6). */
static int note_subject(struct evd_report *report, struct evd_view der, struct evd_error *err)
{
	X509 *x = evd_certificate_read(der);
	const X509_NAME *name = x ? X509_get_subject_name(x) : NULL;
	int at = -1, last = -1;

	if (!name) /* it was read before: there is no memory */
		return evd_nomem(err);
	while ((at = X509_NAME_get_index_by_NID(name, NID_commonName, at)) >= 0)
		last = at;
	if (last >= 0) {
		const ASN1_STRING *s = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last));
		int type = ASN1_STRING_type(s);

		report->has_subject =
		    type == V_ASN1_UTF8STRING || type == V_ASN1_PRINTABLESTRING || type == V_ASN1_IA5STRING;
		if (report->has_subject)
			evd_put(&report->subject, ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s));
	}
	X509_free(x);
	return evd_buf_check(&report->subject, err);
}

int evd_run_seal(struct evd_run *run, bool material_allowed, struct evd_error *err)
{
	struct evd_report *report = run->report;
	struct evd_signer *signer = &run->seal;
	struct evd_signed what;
	int r;

	if (!run->seen[EVD_TAG_ASIC].present || !run->seen[EVD_SEEN_SIGNATURE].present)
		return 0; /* said as missing; `signatures` is not reached */
	memcpy(what.digest, run->seen[EVD_TAG_ASIC].sha256, EVD_SHA256_LEN);
	what.time_ms = report->log.entry.time_ms;
	r = evd_signature_check(evd_buf_view(&run->p7s), &what, report->log.entry.certificate,
	                        material_allowed, signature_name, &run->to, signer, err);
	if (r)
		return r == EVD_STOP ? 0 : r;
	report->seal_fits = signer->checked;
	if (signer->checked)
		r = note_subject(report, signer->der, err);
	report->reached |= 1u << EVD_CHECK_SIGNATURES;
	return r;
}

int evd_run_contents(struct evd_run *run, struct evd_error *err)
{
	struct evd_report *report = run->report;
	int r = evd_log_withheld(&report->log, err);

	if (r == 0 || r == EVD_STOP)
		r = see_all(run, err);
	if (r == 0)
		r = evd_hash_items(run, err);
	if (r)
		return r;
	report->has_seal_digest = run->seen[EVD_TAG_ASIC].present;
	memcpy(report->seal_digest, run->seen[EVD_TAG_ASIC].sha256, EVD_SHA256_LEN);
	evd_run_missing(run, 0);
	if (run->crc_before.n)
		qsort(run->crc_before.at, run->crc_before.n, sizeof *run->crc_before.at, in_order);
	evd_run_names(run, &run->crc_before, EVD_F_CRC_WRONG, "CRC-32 in the container");
	report_items(run);
	evd_run_names(run, &run->extra_data, EVD_F_FILE_UNACCOUNTED, "no record speaks of it");
	evd_run_names(run, &run->crc_after, EVD_F_CRC_WRONG, "CRC-32 in the container");
	r = report_tagfiles(run, err);
	if (r)
		return r;
	evd_run_names(run, &run->extra, EVD_F_FILE_UNACCOUNTED, "not a file of this format");
	r = evd_run_archives(run, err);
	if (r == 0)
		r = evd_run_seal(run, true, err);
	report->reached |=
	    1u << EVD_CHECK_CUSTODY | 1u << EVD_CHECK_COMPLETENESS | 1u << EVD_CHECK_FIXITY;
	return r;
}
