/* kept: see kept.h. */
#include "seal/kept.h"

#include "base/text.h"
#include "chain/signature.h"
#include "platform/files.h"
#include "seal/tagfiles.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A list of 2^20 items, one line of at most some 256 bytes each. */
#define MAX_TAGFILE (EVD_MAX_ITEMS * 256)

static const char stamped_aside[] = EVD_KEPT_STAMPED ".new"; /* while it is written */

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
	char path[96];
	int fd, r;

	snprintf(path, sizeof path, "seals/%08" PRIu64, seq % 100000000);
	r = evd_dir_open(c->dir, path, &fd, err);
	if (r)
		return r;
	evd_remove(fd, stamped_aside);
	r = evd_file_put(fd, stamped_aside, p7s, err);
	if (r == 0)
		r = evd_rename_over(fd, stamped_aside, EVD_KEPT_STAMPED, err);
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

/* ---- the lists ---- */

/* Whether the manifest has a line for this tag file with this digest: the form of docs/format.md §7. */
static bool lists(const struct evd_case *c, struct evd_view manifest, unsigned t,
                  const uint8_t digest[EVD_SHA256_LEN])
{
	struct evd_buf line = {0};
	bool found;

	evd_putf(&line,
	         "<asic:DataObjectReference URI=\"%s/%s\"><ds:DigestMethod "
	         "Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>",
	         c->log.base, evd_tagfile_name(t));
	evd_put_base64(&line, digest, EVD_SHA256_LEN);
	evd_put_str(&line, "</ds:DigestValue>");
	found = !line.failed && memmem(manifest.p, manifest.len, line.data, line.len);
	evd_buf_release(&line);
	return found;
}

/* After a loss or a disposal the lists do not follow from the log any more: the manifest that the kept signature
 * signs stands for it. EVD_STOP if that is not there, or is of another signature. */
static int check_listed(struct evd_case *c, uint64_t seq, uint8_t asic[EVD_SHA256_LEN],
                        const struct evd_findings *to, struct evd_error *err)
{
	struct evd_buf manifest = {0}, b = {0};
	uint8_t digest[EVD_SHA256_LEN];
	char path[96];
	int r = read_kept(c, seq, evd_tagfile_name(EVD_TAG_ASIC), &manifest, to, err);

	if (r == 0)
		r = evd_sha256(evd_buf_view(&manifest), asic, err);
	for (unsigned t = 0; t < EVD_TAG_ASIC && r == 0; t++) {
		path_of(path, seq, evd_tagfile_name(t));
		r = read_kept(c, seq, evd_tagfile_name(t), &b, to, err);
		if (r == 0)
			r = evd_sha256(evd_buf_view(&b), digest, err);
		if (r == 0 && !lists(c, evd_buf_view(&manifest), t, digest))
			evd_finding(to, EVD_F_TAGFILE_ALTERED, path, "not the list of that sealing");
		r = r == EVD_STOP ? 0 : r;
	}
	evd_buf_release(&manifest);
	evd_buf_release(&b);
	return r;
}

/* The lists follow from the log alone; only which of the two scopes was chosen is not at hand, so the
 * manifest decides between them. */
static int check_lists(struct evd_case *c, uint64_t seq, struct evd_log *then,
                       uint8_t asic[EVD_SHA256_LEN], const struct evd_findings *to,
                       struct evd_error *err)
{
	uint8_t all[EVD_TAGFILES][EVD_SHA256_LEN], tags[EVD_TAGFILES][EVD_SHA256_LEN];
	int r;

	then->entry.details.scope = EVD_SCOPE_ALL;
	r = evd_tagfile_digests(then, all, err);
	then->entry.details.scope = EVD_SCOPE_TAGS;
	if (r == 0)
		r = evd_tagfile_digests(then, tags, err);
	memcpy(asic, all[EVD_TAG_ASIC], EVD_SHA256_LEN);
	for (unsigned t = 0; t < EVD_TAGFILES && r == 0; t++)
		r = check_tagfile(c, seq, t, all[t], tags[t], asic, to, err);
	return r;
}

/* One kept seal. */
static int check_seal(struct evd_case *c, uint64_t seq, const struct evd_findings *to,
                      struct evd_error *err)
{
	uint8_t asic[EVD_SHA256_LEN];
	struct evd_buf p7s = {0};
	struct evd_log then;
	int r;

	r = log_at(&c->log, seq, &then) ? check_lists(c, seq, &then, asic, to, err)
	                                : check_listed(c, seq, asic, to, err);
	if (r == 0)
		r = read_kept(c, seq, "signature001.p7s", &p7s, to, err);
	if (r == 0)
		r = evd_kept_signature(c, seq, asic, evd_buf_view(&p7s), to, err);
	evd_buf_release(&p7s);
	if (r == 0 || r == EVD_STOP)
		r = check_stamped(c, seq, asic, to, err);
	return r == EVD_STOP ? 0 : r;
}

/* ---- what stands in seals/ ---- */

/* The seal entry that a folder there is named after; 0: none. */
static uint64_t seal_of(const struct evd_log *log, const char *name)
{
	uint64_t seq = strtoull(name, NULL, 10);

	return strlen(name) == 8 && strspn(name, "0123456789") == 8 && seq >= 1 &&
	               seq <= log->entries.n && log->entries.at[seq - 1].action == EVD_SEAL
	           ? seq
	           : 0;
}

static bool is_kept_name(const char *name)
{
	for (unsigned t = 0; t < EVD_TAGFILES; t++) {
		const char *slash = strrchr(evd_tagfile_name(t), '/');

		if (strcmp(name, slash ? slash + 1 : evd_tagfile_name(t)) == 0)
			return true;
	}
	return strcmp(name, "signature001.p7s") == 0 || strcmp(name, EVD_KEPT_STAMPED) == 0 ||
	       strcmp(name, stamped_aside) == 0;
}

static void unaccounted(const struct evd_findings *to, const char *folder, const char *name)
{
	char path[256];

	snprintf(path, sizeof path, "seals/%.100s%s%.100s", folder, name ? "/" : "", name ? name : "");
	evd_finding(to, EVD_F_FILE_UNACCOUNTED, path, "no sealing of the log made it");
}

static int check_files(int seals, const char *folder, const struct evd_findings *to,
                       struct evd_error *err)
{
	char **names;
	size_t n;
	int fd, r;

	if (evd_dir_open(seals, folder, &fd, NULL)) {
		unaccounted(to, folder, NULL);
		return 0;
	}
	r = evd_dir_names(fd, &names, &n, err);
	close(fd);
	if (r)
		return r;
	for (size_t i = 0; i < n; i++)
		if (!is_kept_name(names[i]))
			unaccounted(to, folder, names[i]);
	evd_dir_names_free(names, n);
	return 0;
}

/* None of a seal entry: the sealing was interrupted, and the next one completes it. */
int evd_kept_check(struct evd_case *c, const struct evd_findings *to, struct evd_error *err)
{
	char **names = NULL;
	size_t n = 0;
	int seals, r;

	if (evd_dir_open(c->dir, "seals", &seals, NULL))
		return 0;
	r = evd_dir_names(seals, &names, &n, err);
	for (size_t i = 0; r == 0 && i < n; i++) {
		uint64_t seq = seal_of(&c->log, names[i]);

		if (evd_case_is_later(c, names[i]))
			continue;
		if (seq == 0) {
			unaccounted(to, names[i], NULL);
			continue;
		}
		r = check_files(seals, names[i], to, err);
		if (r == 0)
			r = check_seal(c, seq, to, err);
	}
	evd_dir_names_free(names, n);
	close(seals);
	return r;
}

static void keep_first(void *ctx, const struct evd_finding *f)
{
	struct evd_finding *first = ctx;

	if (first->code == EVD_FINDING_CODES && evd_finding_kind(f->code)->result != EVD_RESULT_NOTE)
		*first = *f;
}

int evd_kept_sound(struct evd_case *c, uint64_t seq, struct evd_error *err)
{
	struct evd_finding first = {.code = EVD_FINDING_CODES};
	const struct evd_findings to = {keep_first, &first};
	int r = check_seal(c, seq, &to, err);
	bool stamped = strstr(first.where, "/" EVD_KEPT_STAMPED) != NULL;

	return r || first.code == EVD_FINDING_CODES
	           ? r
	           : evd_fail(err, EVD_E_DAMAGED, "%s is %s (%s); nothing was added: %s", first.where,
	                      first.code == EVD_F_FILE_MISSING ? "missing" : "damaged", first.detail,
	                      stamped ? "remove it, or put it right"
	                              : "put it back from the bundle that was made then");
}

uint64_t evd_kept_newest(const struct evd_case *c, uint64_t *without)
{
	char path[96];

	*without = 0;
	for (uint64_t seq = c->log.entries.n; seq >= 1; seq--) {
		if (c->log.entries.at[seq - 1].action != EVD_SEAL)
			continue;
		snprintf(path, sizeof path, "seals/%08" PRIu64, seq % 100000000);
		if (evd_file_exists(c->dir, path))
			return seq;
		if (*without == 0)
			*without = seq;
	}
	return 0;
}
