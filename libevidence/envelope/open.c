/* open: an envelope becomes the bundle that was put into it; see envelope.h. */
#include "envelope/envelope.h"

#include "base/digest.h"
#include "chain/target.h"
#include "envelope/batch.h"
#include "platform/files.h"
#include "platform/new_file.h"
#include "seal/tagfiles.h"
#include "verify/container.h"
#include "verify/verify.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MIMETYPE, BUNDLE, COVER, MANIFEST, SIGNATURE, FILES };
static const char *const names[FILES] = {"mimetype", "bundle.age", "cover.json",
                                         "META-INF/ASiCManifest001.xml",
                                         "META-INF/signature001.p7s"};

struct opening {
	int fd;
	struct evd_member_file file[FILES];
	struct evd_buf small[FILES]; /* bytes of all but bundle.age */
	struct evd_cover cover;
	const struct evd_open_options *o;
	struct evd_new_file out;
	struct evd_sha sha; /* of the ciphertext */
	struct evd_batch batch;
	uint64_t written;
};

static void hear(void *ctx, const struct evd_finding *f)
{
	*(enum evd_finding_code *)ctx = f->code;
}

static int no_envelope(struct evd_error *err)
{
	return evd_fail(err, EVD_E_FORMAT, "this is no envelope, or its container is damaged");
}

static int find_files(struct opening *p, struct evd_error *err)
{
	enum evd_finding_code code = EVD_F_NOT_THIS_FORMAT;
	const struct evd_findings to = {hear, &code};
	struct evd_container c = {0};
	size_t n = 0;
	int r = evd_container_open(p->fd, &to, &c, err);

	if (r >= 0 && !c.envelope)
		r = no_envelope(err);
	evd_container_rewind(&c);
	while (r == 0 && n < FILES) {
		r = evd_container_next(&c, &p->file[n], err);
		if (r == EVD_END || (r == 0 && strcmp(p->file[n].name, names[n]) != 0))
			r = no_envelope(err);
		n++;
	}
	if (r == 0 && c.n != FILES)
		r = no_envelope(err);
	evd_container_release(&c);
	return r;
}

static int read_small(struct opening *p, unsigned i, struct evd_error *err)
{
	static const uint64_t most[FILES] = {64, 0, EVD_MAX_COVER, 4096, EVD_MAX_P7S};
	uint8_t block[1024];
	int r = 0;

	if (p->file[i].size > most[i])
		return no_envelope(err);
	for (uint64_t done = 0; done < p->file[i].size && r == 0;) {
		size_t n =
		    p->file[i].size - done < sizeof block ? (size_t)(p->file[i].size - done) : sizeof block;

		r = evd_read_at(p->fd, p->file[i].off + done, block, n, err);
		evd_put(&p->small[i], block, n);
		done += n;
	}
	if (r == 0)
		r = evd_buf_check(&p->small[i], err);
	if (r == 0 && evd_crc32(0, p->small[i].data, p->small[i].len) != p->file[i].crc32)
		r = evd_fail(err, EVD_E_DAMAGED, "the envelope is damaged: %s", names[i]);
	return r;
}

/* The signature over the manifest as it stands; that the manifest fits the files is seen at the end. */
static int check_cover(struct opening *p, struct evd_error *err)
{
	enum evd_finding_code code = EVD_F_SIGNATURE_FORM;
	const struct evd_findings to = {hear, &code};
	struct evd_signed what;
	struct evd_signer signer = {0};
	int r = evd_cover_read(evd_buf_view(&p->small[COVER]), &p->cover, err);

	what.time_ms = p->cover.time_ms;
	if (r == 0)
		r = evd_sha256(evd_buf_view(&p->small[MANIFEST]), what.digest, err);
	if (r)
		return r;
	r = evd_signature_check(evd_buf_view(&p->small[SIGNATURE]), &what, p->cover.certificate, false,
	                        names[SIGNATURE], &to, &signer, err);
	if (r == EVD_STOP || (r == 0 && !signer.checked))
		return evd_fail(err, EVD_E_DAMAGED, "the cover's signature does not fit (%s)",
		                evd_finding_kind(code)->code);
	return r;
}

/* Ciphertext: hashed; what it decrypts to: written. */
enum { HASH, WRITE, PARTS };

static int take(void *ctx, unsigned part, const struct evd_piece *p, struct evd_error *err)
{
	struct opening *o = ctx;
	int r;

	if (part == HASH)
		return evd_sha_add(&o->sha, p->cipher, p->cipher_len, err);
	r = evd_file_write_at(o->out.fd, o->written, p->plain, p->plain_len, err);
	o->written += p->plain_len;
	evd_new_file_reached(&o->out, o->written);
	return r;
}

static int read_front(struct opening *p, const struct evd_age_with *with, size_t *used,
                      struct evd_age_stream **s, struct evd_error *err)
{
	const struct evd_member_file *f = &p->file[BUNDLE];
	size_t n = f->size < EVD_MAX_AGE_HEADER ? (size_t)f->size : EVD_MAX_AGE_HEADER;
	uint8_t *front = malloc(n + 1);
	int r = front ? evd_read_at(p->fd, f->off, front, n, err) : evd_nomem(err);

	if (r == 0)
		r = evd_age_open_header(evd_view_of(front, n), with, used, s, err);
	if (r == 0)
		r = evd_sha_begin(&p->sha, EVD_SHA256, err);
	if (r == 0)
		r = evd_sha_add(&p->sha, front, *used, err);
	free(front);
	return r;
}

#define BLOCK ((size_t)EVD_BATCH_CHUNKS * EVD_AGE_CHUNK)

static int decrypt_from(struct opening *p, uint64_t used, uint8_t *block, struct evd_error *err)
{
	const struct evd_member_file *f = &p->file[BUNDLE];
	int r = 0;

	for (uint64_t done = used; done < f->size && r == 0;) {
		size_t n = f->size - done < BLOCK ? (size_t)(f->size - done) : BLOCK;

		r = evd_read_at(p->fd, f->off + done, block, n, err);
		if (r == 0)
			r = evd_batch_add(&p->batch, block, n, err);
		done += n;
		if (r == 0 && p->o->progress && p->o->progress(p->o->ctx, done, f->size))
			r = evd_fail(err, EVD_E_CANCELLED, "stopped; no file was made");
	}
	return r ? r : evd_batch_end(&p->batch, err);
}

static int decrypt(struct opening *p, const struct evd_age_with *with, struct evd_error *err)
{
	const struct evd_batch_to on = {take, PARTS, p};
	struct evd_age_stream *s = NULL;
	uint8_t *block = malloc(BLOCK);
	size_t used = 0;
	int r = block ? read_front(p, with, &used, &s, err) : evd_nomem(err);

	if (r == 0)
		r = evd_batch_begin(&p->batch, s, false, on, err);
	evd_age_stream_free(s);
	if (r == 0)
		r = decrypt_from(p, used, block, err);
	free(block);
	return r;
}

static int check_manifest(struct opening *p, struct evd_error *err)
{
	uint8_t age[EVD_SHA256_LEN], cover[EVD_SHA256_LEN];
	struct evd_buf must = {0};
	int r = evd_sha_end(&p->sha, age, err);

	if (r == 0)
		r = evd_sha256(evd_buf_view(&p->small[COVER]), cover, err);
	if (r == 0)
		r = evd_envelope_manifest(age, cover, &must, err);
	if (r == 0 && !evd_view_eq(evd_buf_view(&must), evd_buf_view(&p->small[MANIFEST])))
		r = evd_fail(err, EVD_E_DAMAGED,
		             "the envelope was altered: its signature is over another content");
	evd_buf_release(&must);
	return r;
}

/* The verdict on the bundle inside, whoever signed it: that is for evidence-verify, with its pins. */
static int judge(int fd, const char *name, const struct evd_open_options *o,
                 struct evd_report *report, struct evd_error *err)
{
	struct evd_verify_options options = {.pool = o->pool};
	int r = evd_verify(fd, name, &options, report, err);
	enum evd_verdict v = evd_verdict(report);

	if (r == 0 && v != EVD_TOTAL_PASSED && v != EVD_INDETERMINATE)
		r = evd_fail(err, EVD_E_DAMAGED, "%s is no bundle that verifies (%s)", name,
		             report->findings.n ? evd_finding_kind(report->findings.at[0].code)->code
		                                : evd_verdict_name(v));
	return r;
}

static int goes_on(struct evd_report *inside, const struct evd_open_options *o,
                   struct evd_error *err)
{
	struct evd_report *older = calloc(1, sizeof *older);
	uint64_t size;
	int fd = -1, r = older ? evd_file_open(-1, o->newer_than, &fd, &size, err) : evd_nomem(err);

	if (r == 0)
		r = judge(fd, o->newer_than, o, older, err);
	if (fd >= 0)
		close(fd);
	if (r == 0)
		evd_verify_extends(inside, older);
	if (r == 0 && inside->extends != EVD_EXTENDS)
		r = evd_fail(err, EVD_E_DAMAGED,
		             "what is in the envelope does not go on from %s: sent again, or another case",
		             o->newer_than);
	if (older)
		evd_report_release(older);
	free(older);
	return r;
}

static bool fits(const struct evd_cover *c, const struct evd_report *r)
{
	const struct evd_log *log = &r->log;

	return r->log_walked && r->seal_fits && r->has_seal_digest && log->entries.n &&
	       memcmp(c->seal_digest, r->seal_digest, EVD_SHA256_LEN) == 0 &&
	       memcmp(c->head, log->entries.at[log->entries.n - 1].digest[EVD_FILE_ENTRY],
	              EVD_SHA256_LEN) == 0 &&
	       c->records == log->n_records && c->time_ms == log->entry.time_ms &&
	       memcmp(c->certificate, log->entry.certificate, EVD_SHA256_LEN) == 0;
}

/* In the lists before it gets its name: cut off in between, it counts as opened. */
static int not_before(const struct evd_log *log, const struct evd_open_options *o,
                      struct evd_error *err)
{
	int r = 0;

	for (size_t i = 0; i < o->n_opened && r == 0 && !o->again; i++)
		r = evd_opened_check(&o->opened[i], log, err);
	for (size_t i = 0; i < o->n_opened && r == 0; i++)
		r = evd_opened_add(&o->opened[i], log, err);
	return r;
}

static int check_inside(struct opening *p, struct evd_error *err)
{
	struct evd_report *report = calloc(1, sizeof *report);
	uint64_t size;
	int fd = -1, r = report ? evd_file_open(-1, p->out.temporary, &fd, &size, err) : evd_nomem(err);

	if (r == 0)
		r = judge(fd, "what is in the envelope", p->o, report, err);
	if (fd >= 0)
		close(fd);
	if (r == 0 && !fits(&p->cover, report))
		r = evd_fail(err, EVD_E_DAMAGED,
		             "the envelope holds another bundle than its cover says, or another signer's");
	if (r == 0 && p->o->newer_than)
		r = goes_on(report, p->o, err);
	if (r == 0)
		r = not_before(&report->log, p->o, err);
	if (report)
		evd_report_release(report);
	free(report);
	return r;
}

static int read_cover(struct opening *p, struct evd_error *err)
{
	int r = find_files(p, err);

	for (unsigned i = 0; i < FILES && r == 0; i++)
		if (i != BUNDLE)
			r = read_small(p, i, err);
	return r ? r : check_cover(p, err);
}

static int open_all(struct opening *p, const char *out_path, const struct evd_age_with *with,
                    struct evd_error *err)
{
	int r = evd_target_check(out_path, err);

	if (r == 0)
		r = read_cover(p, err);
	if (r == 0)
		r = evd_new_file_begin(&p->out, out_path, err);
	if (r == 0)
		r = evd_room(p->out.fd, p->file[BUNDLE].size, err);
	if (r == 0)
		r = decrypt(p, with, err);
	if (r == 0)
		r = check_manifest(p, err);
	if (r == 0)
		r = check_inside(p, err);
	return r ? r : evd_new_file_name(&p->out, err);
}

static void release(struct opening *p)
{
	evd_batch_release(&p->batch);
	close(p->fd);
	evd_sha_release(&p->sha);
	for (unsigned i = 0; i < FILES; i++)
		evd_buf_release(&p->small[i]);
	evd_new_file_release(&p->out);
}

int evd_envelope_open(const char *path, const char *out_path, const struct evd_age_with *with,
                      const struct evd_open_options *o, struct evd_cover *cover,
                      struct evd_error *err)
{
	struct opening p = {.o = o, .out = {.fd = -1}};
	uint64_t size;
	int r = evd_file_open(-1, path, &p.fd, &size, err);

	if (r)
		return r;
	r = open_all(&p, out_path, with, err);
	*cover = p.cover;
	release(&p);
	return r;
}

int evd_envelope_look(const char *path, const struct evd_age_with *with, struct evd_cover *cover,
                      struct evd_error *err)
{
	struct opening p = {.out = {.fd = -1}};
	struct evd_age_stream *s = NULL;
	size_t used;
	uint64_t size;
	int r = evd_file_open(-1, path, &p.fd, &size, err);

	if (r)
		return r;
	r = read_cover(&p, err);
	if (r == 0)
		r = read_front(&p, with, &used, &s, err);
	evd_age_stream_free(s);
	*cover = p.cover;
	release(&p);
	return r;
}
