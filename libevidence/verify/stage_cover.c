/* stage_cover: stage E, the cover of an envelope, which stays closed (docs/verify.md §3). */
#include "verify/run.h"

#include <string.h>

struct closed {
	uint8_t bundle_age[EVD_SHA256_LEN]; /* of the ciphertext */
	struct evd_buf json;                /* cover.json */
};

static int see(struct evd_run *run, const struct evd_member_file *f, struct closed *c,
               struct evd_error *err)
{
	if (strcmp(f->name, "bundle.age") == 0)
		return evd_run_hash(run, f, c->bundle_age, err);
	if (strcmp(f->name, "cover.json") != 0)
		return evd_run_see(run, f, err);
	return evd_run_read_most(run, f, EVD_MAX_COVER, &c->json, err);
}

static int check_manifest(struct evd_run *run, const struct closed *c, struct evd_error *err)
{
	const struct evd_seen_file *seen = &run->seen[EVD_TAG_ASIC];
	uint8_t cover[EVD_SHA256_LEN], must[EVD_SHA256_LEN];
	struct evd_buf text = {0};
	int r = evd_sha256(evd_buf_view(&c->json), cover, err);

	if (r == 0)
		r = evd_envelope_manifest(c->bundle_age, cover, &text, err);
	if (r == 0)
		r = evd_sha256(evd_buf_view(&text), must, err);
	evd_buf_release(&text);
	if (r == 0 && seen->present && memcmp(must, seen->sha256, sizeof must) != 0)
		evd_finding(&run->to, EVD_F_MANIFEST_ALTERED, seen->file.name,
		            "not what follows from bundle.age and cover.json");
	return r;
}

/* Who signed is judged in stage 4 as the one signer of a log would be, at the time the cover gives. */
static int check_signature(struct evd_run *run, struct evd_error *err)
{
	struct evd_report *report = run->report;
	struct evd_entry *e = &report->log.entry;
	int r;

	report->has_cover = true;
	memcpy(e->certificate, report->cover.certificate, sizeof e->certificate);
	e->time_ms = report->cover.time_ms;
	r = evd_run_seal(run, false, err);
	return r == 0 && report->seal_fits ? evd_log_signed_by(&report->log, &run->seal, err) : r;
}

static int judge(struct evd_run *run, const struct closed *c, struct evd_error *err)
{
	struct evd_report *report = run->report;
	struct evd_error why = {0};
	int r = check_manifest(run, c, err);

	if (r)
		return r;
	evd_run_missing(run, EVD_TAG_ASIC);
	evd_run_names(run, &run->extra, EVD_F_FILE_UNACCOUNTED, "not a file of an envelope");
	report->reached |= 1u << EVD_CHECK_FIXITY;
	r = evd_cover_read(evd_buf_view(&c->json), &report->cover, &why);
	if (r == EVD_E_FORMAT)
		evd_finding(&run->to, EVD_F_COVER_FORM, "cover.json", "%s", why.text);
	else if (r == 0)
		r = check_signature(run, err);
	else
		*err = why;
	evd_finding(&run->to, EVD_F_ENVELOPE_CLOSED, "bundle.age", "only a recipient can open it");
	report->log.entry.details.timestamp_none = true; /* a cover asks for none */
	return r == EVD_E_FORMAT ? 0 : r;
}

int evd_run_cover(struct evd_run *run, struct evd_error *err)
{
	struct closed c = {.json = {0}};
	struct evd_member_file f;
	int r;

	while ((r = evd_container_next(&run->c, &f, err)) == 0) {
		r = see(run, &f, &c, err);
		if (r)
			break;
	}
	evd_run_names(run, &run->crc_before, EVD_F_CRC_WRONG, "CRC-32 in the container");
	evd_run_names(run, &run->crc_after, EVD_F_CRC_WRONG, "CRC-32 in the container");
	if (r == EVD_END)
		r = judge(run, &c, err);
	evd_buf_release(&c.json);
	return r;
}
