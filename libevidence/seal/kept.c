/* kept: see kept.h. */
#include "seal/kept.h"

#include "chain/signature.h"
#include "platform/files.h"
#include "seal/tagfiles.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A list of 2^20 items, one line of at most some 256 bytes each. */
#define MAX_TAGFILE (EVD_MAX_ITEMS * 256)

static void path_of(char out[96], uint64_t seq, const char *tagfile)
{
	const char *slash = strrchr(tagfile, '/');

	snprintf(out, 96, "seals/%08" PRIu64 "/%.60s", seq % 100000000, slash ? slash + 1 : tagfile);
}

/* The log as it stood when entry SEQ sealed it. False if files were lost or disposed of since: the lists
 * differ then. */
static bool log_at(const struct evd_log *log, uint64_t seq, struct evd_log *out)
{
	for (size_t i = 0; i < log->named.n; i++)
		if (log->named.at[i].action == EVD_DISPOSE && log->named.at[i].by > seq &&
		    log->named.at[i].seq <= seq)
			return false;
	*out = *log;
	out->entries.n = (size_t)seq;
	out->entry.time_ms = log->entries.at[seq - 1].time_ms;
	for (out->items.n = 0; out->items.n < log->items.n; out->items.n++) {
		if (log->items.at[out->items.n].seq > seq)
			break;
		if (log->items.at[out->items.n].lost)
			return false;
	}
	return true;
}

/* The signature in file `name` of seals/SEQ/. */
static int judge(struct evd_case *c, uint64_t seq, const uint8_t asic[EVD_SHA256_LEN],
                 struct evd_view p7s, const char *name, const struct evd_findings *to,
                 struct evd_error *err)
{
	const struct evd_log_entry *e = &c->log.entries.at[seq - 1];
	struct evd_signed what = {.time_ms = e->time_ms};
	struct evd_signer signer;
	char path[96];
	int r;

	memcpy(what.digest, asic, EVD_SHA256_LEN);
	path_of(path, seq, name);
	r = evd_signature_check(p7s, &what, c->log.signers.at[e->signer].fingerprint, true, path, to,
	                        &signer, err);
	return r == 0 && !signer.checked ? EVD_STOP : r;
}

int evd_kept_signature(struct evd_case *c, uint64_t seq, const uint8_t asic[EVD_SHA256_LEN],
                       struct evd_view p7s, const struct evd_findings *to, struct evd_error *err)
{
	return judge(c, seq, asic, p7s, "signature001.p7s", to, err);
}

/* Reads one kept file; r is EVD_STOP if it is not there, with a finding. */
static int read_kept(struct evd_case *c, uint64_t seq, const char *name, struct evd_buf *out,
                     const struct evd_findings *to, struct evd_error *err)
{
	char path[96];
	int r;

	path_of(path, seq, name);
	r = evd_file_read(c->dir, path, MAX_TAGFILE, out, err);
	return r == EVD_E_NOTFOUND ? evd_finding(to, EVD_F_FILE_MISSING, path, "missing") : r;
}

static int check_tagfile(struct evd_case *c, uint64_t seq, unsigned t, const uint8_t *must,
                         const uint8_t *or_must, uint8_t asic[EVD_SHA256_LEN],
                         const struct evd_findings *to, struct evd_error *err)
{
	uint8_t digest[EVD_SHA256_LEN];
	struct evd_buf b = {0};
	char path[96];
	int r = read_kept(c, seq, evd_tagfile_name(t), &b, to, err);

	if (r == 0)
		r = evd_sha256(evd_buf_view(&b), digest, err);
	evd_buf_release(&b);
	if (r)
		return r == EVD_STOP ? 0 : r;
	path_of(path, seq, evd_tagfile_name(t));
	if (t == EVD_TAG_ASIC && memcmp(digest, or_must, EVD_SHA256_LEN) == 0)
		must = or_must;
	if (t == EVD_TAG_ASIC)
		memcpy(asic, must, EVD_SHA256_LEN);
	if (memcmp(digest, must, EVD_SHA256_LEN) != 0)
		evd_finding(to, EVD_F_TAGFILE_ALTERED, path, "not the list of that sealing");
	return 0;
}

/* ---- the signature with time-stamps ---- */

static void hear_nothing(void *ctx, const struct evd_finding *f)
{
	(void)ctx;
	(void)f;
}

/* Whether it signs the manifest that is kept with seal SEQ; EVD_STOP if not. */
static int signs(struct evd_case *c, uint64_t seq, struct evd_view p7s, struct evd_error *err)
{
	const struct evd_findings to = {hear_nothing, NULL};
	uint8_t asic[EVD_SHA256_LEN];
	struct evd_buf b = {0};
	int r = read_kept(c, seq, evd_tagfile_name(EVD_TAG_ASIC), &b, &to, err);

	if (r == 0)
		r = evd_sha256(evd_buf_view(&b), asic, err);
	if (r == 0)
		r = evd_kept_signature(c, seq, asic, p7s, &to, err);
	evd_buf_release(&b);
	return r;
}

/* Written aside first: what was there stays until the new one is whole. */
static int put_stamped(struct evd_case *c, uint64_t seq, struct evd_view p7s, struct evd_error *err)
{
	static const char aside[] = EVD_KEPT_STAMPED ".new";
	char path[96];
	int fd, r;

	snprintf(path, sizeof path, "seals/%08" PRIu64, seq % 100000000);
	r = evd_dir_open(c->dir, path, &fd, err);
	if (r)
		return r;
	evd_remove(fd, aside);
	r = evd_file_put(fd, aside, p7s, err);
	if (r == 0)
		r = evd_rename_over(fd, aside, EVD_KEPT_STAMPED, err);
	if (r == 0)
		r = evd_sync(fd, err);
	close(fd);
	return r;
}

int evd_kept_stamped(struct evd_case *c, struct evd_view p7s, struct evd_error *err)
{
	char path[96];
	int r = EVD_STOP;

	for (uint64_t seq = c->log.entries.n; seq >= 1 && r == EVD_STOP; seq--) {
		snprintf(path, sizeof path, "seals/%08" PRIu64, seq % 100000000);
		if (c->log.entries.at[seq - 1].action != EVD_SEAL || !evd_file_exists(c->dir, path))
			continue;
		r = signs(c, seq, p7s, err);
		if (r == 0)
			r = put_stamped(c, seq, p7s, err);
	}
	return r == EVD_STOP ? EVD_END : r;
}

int evd_kept_stamped_check(struct evd_case *c, uint64_t seq, struct evd_error *err)
{
	struct evd_buf p7s = {0};
	char path[96];
	int r;

	path_of(path, seq, EVD_KEPT_STAMPED);
	r = evd_file_read(c->dir, path, EVD_MAX_P7S, &p7s, err);
	if (r == 0)
		r = signs(c, seq, evd_buf_view(&p7s), err);
	evd_buf_release(&p7s);
	if (r == EVD_E_NOTFOUND)
		return EVD_END;
	return r == EVD_STOP || r == EVD_E_LIMIT
	           ? evd_fail(err, EVD_E_DAMAGED, "%s is damaged; remove it, or put it right", path)
	           : r;
}

/* The one with time-stamps, where there is one: over the same manifest. */
static int check_stamped(struct evd_case *c, uint64_t seq, const uint8_t asic[EVD_SHA256_LEN],
                         const struct evd_findings *to, struct evd_error *err)
{
	struct evd_buf p7s = {0};
	char path[96];
	int r;

	path_of(path, seq, EVD_KEPT_STAMPED);
	if (!evd_file_exists(c->dir, path))
		return 0;
	r = evd_file_read(c->dir, path, EVD_MAX_P7S, &p7s, err);
	if (r == 0)
		r = judge(c, seq, asic, evd_buf_view(&p7s), EVD_KEPT_STAMPED, to, err);
	evd_buf_release(&p7s);
	return r;
}

/*
 * One kept seal. Its lists follow from the log alone; only which of the two scopes was chosen is not at
 * hand, so the signature decides between them.
 */
static int check_seal(struct evd_case *c, uint64_t seq, const struct evd_findings *to,
                      struct evd_error *err)
{
	uint8_t all[EVD_TAGFILES][EVD_SHA256_LEN], tags[EVD_TAGFILES][EVD_SHA256_LEN];
	uint8_t asic[EVD_SHA256_LEN];
	struct evd_buf p7s = {0};
	struct evd_log then;
	int r;

	if (!log_at(&c->log, seq, &then))
		return 0;
	then.entry.details.scope = EVD_SCOPE_ALL;
	r = evd_tagfile_digests(&then, all, err);
	then.entry.details.scope = EVD_SCOPE_TAGS;
	if (r == 0)
		r = evd_tagfile_digests(&then, tags, err);
	memcpy(asic, all[EVD_TAG_ASIC], sizeof asic);
	for (unsigned t = 0; t < EVD_TAGFILES && r == 0; t++)
		r = check_tagfile(c, seq, t, all[t], tags[t], asic, to, err);
	if (r == 0)
		r = read_kept(c, seq, "signature001.p7s", &p7s, to, err);
	if (r == 0)
		r = evd_kept_signature(c, seq, asic, evd_buf_view(&p7s), to, err);
	evd_buf_release(&p7s);
	if (r == 0 || r == EVD_STOP)
		r = check_stamped(c, seq, asic, to, err);
	return r == EVD_STOP ? 0 : r;
}

int evd_kept_check(struct evd_case *c, const struct evd_findings *to, struct evd_error *err)
{
	char path[96];
	int r = 0;

	for (uint64_t seq = 1; seq <= c->log.entries.n && r == 0; seq++) {
		snprintf(path, sizeof path, "seals/%08" PRIu64, seq % 100000000);
		/* none: the sealing was interrupted, and the next one completes it */
		if (c->log.entries.at[seq - 1].action == EVD_SEAL && evd_file_exists(c->dir, path))
			r = check_seal(c, seq, to, err);
	}
	return r;
}
