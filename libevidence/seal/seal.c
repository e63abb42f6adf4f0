/* seal: see seal.h. The seal entry and the kept files; the container is written in bundle.c. */
#include "seal/seal.h"

#include "capture/copy.h"
#include "chain/target.h"
#include "platform/files.h"
#include "seal/bundle.h"
#include "seal/kept.h"
#include "seal/tagfiles.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Names in seals/SEQ/ of the six files, in the order of enum evd_tagfile, then the signature. */
static const char *const kept_name[EVD_TAGFILES + 1] = {
    "bag-info.txt",           "bagit.txt",           "manifest-sha256.txt",
    "tagmanifest-sha256.txt", "ASiCManifest001.xml", "signature001.p7s"};

static void seal_folder(char out[32], uint64_t seq)
{
	snprintf(out, 32, "%08" PRIu64, seq % 100000000);
}

static int copy_kept(struct evd_copier *copier, struct evd_draft *d, int from, const char *name,
                     struct evd_error *err)
{
	struct evd_content content = {.role = "seal", .ext = strrchr(name, '.') + 1};
	struct evd_copied facts;
	uint64_t size;
	int fd, r = evd_file_open(from, name, &fd, &size, err);

	if (r)
		return r;
	r = evd_copy(copier, fd, d->data, "kept", &facts, err);
	close(fd);
	if (r)
		return r;
	content.size = facts.size;
	content.crc32 = facts.crc32;
	memcpy(content.sha256, facts.sha256, sizeof content.sha256);
	memcpy(content.sha512, facts.sha512, sizeof content.sha512);
	return evd_entry_content(d, "kept", &content, NULL, err);
}

int evd_seal_bring_previous(struct evd_case *c, struct evd_draft *d, struct evd_error *err)
{
	struct evd_copier copier = {0};
	uint64_t without, seq = evd_kept_newest(c, &without);
	char path[48];
	int fd, r;

	if (seq == 0)
		return 0;
	/* else it would be a signed item as it is */
	r = evd_kept_sound(c, seq, err);
	snprintf(path, sizeof path, "seals/%08" PRIu64, seq);
	if (r == 0)
		r = evd_dir_open(c->dir, path, &fd, err);
	if (r)
		return r;
	for (unsigned t = 0; t <= EVD_TAGFILES && r == 0; t++)
		r = copy_kept(&copier, d, fd, kept_name[t], err);
	if (r == 0 && evd_file_exists(fd, EVD_KEPT_STAMPED))
		r = copy_kept(&copier, d, fd, EVD_KEPT_STAMPED, err);
	evd_copier_release(&copier);
	close(fd);
	return r;
}

/* How many ZIP entries the bundle will have. */
static uint64_t count_files(const struct evd_log *log)
{
	uint64_t n = 1 + 4 + 2;

	for (size_t i = 0; i < log->entries.n; i++)
		n += 3 + log->entries.at[i].has_token;
	for (size_t i = 0; i < log->items.n; i++)
		n += !log->items.at[i].lost;
	return n;
}

static int commit_entry(struct evd_case *c, struct evd_key *key, const struct evd_seal_options *o,
                        struct evd_error *err)
{
	struct evd_draft d;
	uint64_t files;
	bool all;
	int r = evd_entry_begin(c, EVD_SEAL, evd_key_actor(key), &o->circumstances, &d, err);

	if (r)
		return r;
	r = evd_seal_bring_previous(c, &d, err);
	/* the seal entry itself, and what it brings, count too */
	files = count_files(&c->log) + 3 + (d.entry.count - 1);
	all = o->scope == EVD_SEAL_ALL || (o->scope == EVD_SEAL_AUTO && files <= EVD_SCOPE_ALL_MAX);
	evd_object_null(&d.details, "disclose");
	evd_object_cstr(&d.details, "extent", "whole");
	evd_object_cstr(&d.details, "scope", all ? "all" : "tags");
	evd_object_cstr(&d.details, "timestamp", o->timestamp_required ? "required" : "none");
	if (r == 0)
		return evd_entry_commit(&d, key, err);
	evd_entry_abandon(&d);
	return r;
}

static int matches(const struct evd_case *c, struct evd_key *key, const struct evd_seal_options *o,
                   struct evd_error *err)
{
	const struct evd_details *d = &c->log.entry.details;

	if ((o->scope == EVD_SEAL_ALL && d->scope != EVD_SCOPE_ALL) ||
	    (o->scope == EVD_SEAL_TAGS && d->scope != EVD_SCOPE_TAGS) ||
	    (o->timestamp_required && d->timestamp_none))
		return evd_fail(
		    err, EVD_E_MISUSE,
		    "nothing was added since the last seal, which has another scope or timestamp rule: "
		    "seal by that one, or add something first, such as a note");
	if (memcmp(evd_key_fingerprint(key), c->log.entry.certificate, EVD_SHA256_LEN) != 0)
		return evd_fail(err, EVD_E_DENIED,
		                "the last seal was begun by another identity; use that one");
	return 0;
}

/* The signature made before, if there is seals/SEQ/: that got its name when it was complete. */
static int read_kept(struct evd_case *c, uint64_t seq, struct evd_buf *p7s, bool *kept,
                     struct evd_error *err)
{
	char path[64];
	int r;

	snprintf(path, sizeof path, "seals/%08" PRIu64, seq);
	*kept = evd_file_exists(c->dir, path) != 0;
	if (!*kept)
		return 0;
	snprintf(path, sizeof path, "seals/%08" PRIu64 "/signature001.p7s", seq);
	r = evd_file_read(c->dir, path, EVD_MAX_P7S, p7s, err);
	return r == EVD_E_NOTFOUND ? evd_fail(err, EVD_E_DAMAGED,
	                                      "%s is missing; nothing was sealed: put it back from the "
	                                      "bundle that was made then",
	                                      path)
	                           : r;
}

static void hear_nothing(void *ctx, const struct evd_finding *f)
{
	(void)ctx;
	(void)f;
}

/* A kept signature that was damaged must not get into a bundle. */
static int judge_kept(struct evd_case *c, const uint8_t *asic, struct evd_view p7s,
                      struct evd_error *err)
{
	const struct evd_findings to = {hear_nothing, NULL};
	int r = evd_kept_signature(c, c->log.entries.n, asic, p7s, &to, err);

	return r == EVD_STOP
	           ? evd_fail(err, EVD_E_DAMAGED,
	                      "the signature kept in seals/%08zu is damaged; nothing was sealed",
	                      c->log.entries.n)
	           : r;
}

static int to_file(void *ctx, const void *p, size_t len, struct evd_error *err)
{
	return evd_file_write(*(const int *)ctx, p, len, err);
}

static int keep_tagfile(int at, unsigned t, const struct evd_log *log,
                        uint8_t digest[EVD_TAGFILES][EVD_SHA256_LEN], struct evd_error *err)
{
	int fd, r = evd_file_create(at, kept_name[t], &fd, err), closed;
	struct evd_sink_to to = {to_file, &fd};

	if (r)
		return r;
	r = evd_tagfile_write(t, log, digest, to, err);
	if (r == 0)
		r = evd_sync(fd, err);
	closed = evd_close(fd, r ? NULL : err);
	return r ? r : closed;
}

/* seals/SEQ/: built aside, then renamed in. */
static int keep(struct evd_case *c, uint64_t seq, uint8_t digest[EVD_TAGFILES][EVD_SHA256_LEN],
                struct evd_view p7s, struct evd_error *err)
{
	char name[32];
	int seals = -1, at = -1, r;

	r = evd_dir_make(c->dir, "seals", err);
	if (r == 0 || r == EVD_E_EXISTS)
		r = evd_dir_open(c->dir, "seals", &seals, err);
	evd_remove_tree(c->incoming, "seal");
	if (r == 0)
		r = evd_dir_make(c->incoming, "seal", err);
	if (r == 0)
		r = evd_dir_open(c->incoming, "seal", &at, err);
	for (unsigned t = 0; t < EVD_TAGFILES && r == 0; t++)
		r = keep_tagfile(at, t, &c->log, digest, err);
	if (r == 0)
		r = evd_file_put(at, kept_name[EVD_TAGFILES], p7s, err);
	if (r == 0)
		r = evd_sync(at, err);
	seal_folder(name, seq);
	if (r == 0)
		r = evd_rename_new(c->incoming, "seal", seals, name, err);
	if (r == 0)
		r = evd_sync(seals, err);
	if (at >= 0)
		close(at);
	if (seals >= 0)
		close(seals);
	return r;
}

static int sign_manifest(struct evd_case *c, struct evd_key *key, const uint8_t *manifest,
                         struct evd_buf *p7s, struct evd_error *err)
{
	struct evd_signed what;

	memcpy(what.digest, manifest, EVD_SHA256_LEN);
	what.time_ms = c->log.entry.time_ms;
	return evd_key_sign(key, &what, p7s, err);
}

/* The entries of this sealing; the log is then read again, with them. */
static int commit_entries(struct evd_case *c, struct evd_key *key, const struct evd_seal_options *o,
                          struct evd_sealed *out, struct evd_error *err)
{
	int r;

	(void)evd_kept_newest(c, &out->not_brought);
	r = o->first ? o->first->commit(o->first->ctx, err) : 0;
	if (r == 0)
		r = commit_entry(c, key, o, err);
	return r ? r : evd_case_read(c, NULL, NULL, NULL, err);
}

int evd_seal(struct evd_case *c, struct evd_key *key, const char *out_path,
             const struct evd_seal_options *o, struct evd_sealed *out, struct evd_error *err)
{
	uint8_t digest[EVD_TAGFILES][EVD_SHA256_LEN] = {{0}};
	struct evd_buf p7s = {0};
	struct evd_bundle b = {0};
	bool kept = false, again;
	int r = o->into ? 0 : evd_target_check(out_path, err);

	memset(out, 0, sizeof *out);
	if (r)
		return r;
	if (!o->into && evd_file_exists(-1, out_path))
		return evd_fail(err, EVD_E_EXISTS, "%s exists already; give another name", out_path);
	/* the whole log, records too, before anything is signed over it */
	r = evd_case_read(c, NULL, NULL, NULL, err);
	if (r)
		return r;
	again = c->log.entry.action == EVD_SEAL && !o->first;
	if (again) {
		r = matches(c, key, o, err);
		if (r == 0)
			r = read_kept(c, c->log.entries.n, &p7s, &kept, err);
	}
	if (r == 0)
		r = evd_bundle_begin(&b, c, out_path, o, digest, err);
	if (r == 0 && !again)
		r = commit_entries(c, key, o, out, err);
	if (r == 0)
		r = evd_tagfile_digests(&c->log, digest, err);
	if (r == 0 && kept)
		r = judge_kept(c, digest[EVD_TAG_ASIC], evd_buf_view(&p7s), err);
	if (r == 0)
		r = evd_bundle_copy(&b, err);
	if (r == 0 && o->read_back && !o->into)
		r = evd_bundle_read_back(&b, err);
	if (r == 0 && !kept)
		r = sign_manifest(c, key, digest[EVD_TAG_ASIC], &p7s, err);
	if (r == 0)
		r = evd_bundle_end(&b, evd_buf_view(&p7s), err);
	if (r == 0 && !kept)
		r = keep(c, c->log.entries.n, digest, evd_buf_view(&p7s), err);
	if (r == 0)
		r = evd_bundle_name(&b, err);
	out->seq = c->log.entries.n;
	out->scope = c->log.entry.details.scope;
	out->again = kept;
	out->files = b.n_files;
	out->size = b.size;
	out->items = c->log.items.n;
	memcpy(out->seal_digest, digest[EVD_TAG_ASIC], EVD_SHA256_LEN);
	if (c->log.entries.n)
		memcpy(out->head, c->log.entries.at[c->log.entries.n - 1].digest[EVD_FILE_ENTRY],
		       EVD_SHA256_LEN);
	evd_bundle_release(&b);
	evd_buf_release(&p7s);
	return r;
}
