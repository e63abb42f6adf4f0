/* create: the envelope being written: mimetype, bundle.age as it comes, cover, manifest, signature. */
#include "envelope/envelope.h"

#include "base/canon.h"
#include "base/crc.h"
#include "base/digest.h"
#include "base/text.h"
#include "chain/target.h"
#include "envelope/batch.h"
#include "key/key.h"
#include "platform/files.h"
#include "platform/new_file.h"
#include "seal/tagfiles.h"
#include "seal/zip_write.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ZIP64 UINT64_C(0xffffffff) /* a size that needs the longer local header */

static const char media_type[] = "application/vnd.etsi.asic-e+zip";

struct making {
	struct evd_new_file file;
	uint64_t at, age_off; /* where the next byte goes; where bundle.age's local header stands */
	uint64_t age_size;
	uint32_t age_crc;
	uint8_t age_digest[EVD_SHA256_LEN];
	struct evd_sha sha; /* of the ciphertext */
	struct evd_batch batch;
	struct evd_buf central;
	uint64_t n;
};

/* Ciphertext: hashed, and beside it written, with its CRC-32. */
enum { HASH, WRITE, PARTS };

static int put_ciphertext(struct making *m, struct evd_view v, struct evd_error *err)
{
	int r = evd_file_write_at(m->file.fd, m->at, v.p, v.len, err);

	m->age_crc = evd_crc32_bulk(m->age_crc, v.p, v.len);
	m->at += v.len;
	m->age_size += v.len;
	evd_new_file_reached(&m->file, m->at);
	return r;
}

static int take(void *ctx, unsigned part, const struct evd_piece *p, struct evd_error *err)
{
	struct making *m = ctx;

	return part == HASH ? evd_sha_add(&m->sha, p->cipher, p->cipher_len, err)
	                    : put_ciphertext(m, evd_view_of(p->cipher, p->cipher_len), err);
}

static int plaintext(void *ctx, const void *p, size_t len, struct evd_error *err)
{
	struct making *m = ctx;

	return evd_batch_add(&m->batch, p, len, err);
}

static int put_headers(struct making *m, const struct evd_zip_file *f, struct evd_error *err)
{
	struct evd_buf local = {0};
	int r;

	evd_zip_put_local(&local, f);
	evd_zip_put_central(&m->central, f);
	r = evd_buf_check(&local, err);
	if (r == 0)
		r = evd_file_write_at(m->file.fd, f->off, local.data, local.len, err);
	evd_buf_release(&local);
	m->n++;
	return r ? r : evd_buf_check(&m->central, err);
}

static int put_file(struct making *m, const char *name, struct evd_view v, struct evd_error *err)
{
	struct evd_zip_file f = {name, m->at, v.len, evd_crc32(0, v.p, v.len)};
	uint64_t off = m->at + evd_zip_local_len(name, v.len);
	int r = put_headers(m, &f, err);

	if (r == 0)
		r = evd_file_write_at(m->file.fd, off, v.p, v.len, err);
	m->at = off + v.len;
	return r;
}

/* The age file, with room for the header that a small or a big one has. */
static int put_age(struct making *m, bool big, struct evd_case *c, struct evd_key *key,
                   const struct evd_seal_options *o, const struct evd_age_to *to,
                   struct evd_sealed *out, struct evd_error *err)
{
	const struct evd_batch_to on = {take, PARTS, m};
	const struct evd_seal_into into = {plaintext, m};
	struct evd_seal_options options = *o;
	struct evd_age_stream *s = NULL;
	struct evd_buf head = {0};
	int r = evd_age_seal_header(to, &head, &s, err);

	options.into = &into;
	m->age_off = m->at;
	m->at += evd_zip_local_len("bundle.age", big ? ZIP64 : 0);
	if (r == 0)
		r = evd_sha_begin(&m->sha, EVD_SHA256, err);
	if (r == 0)
		r = evd_sha_add(&m->sha, head.data, head.len, err);
	if (r == 0)
		r = put_ciphertext(m, evd_buf_view(&head), err);
	if (r == 0)
		r = evd_batch_begin(&m->batch, s, true, on, err);
	evd_age_stream_free(s);
	evd_buf_release(&head);
	if (r == 0)
		r = evd_seal(c, key, NULL, &options, out, err);
	if (r == 0)
		r = evd_batch_end(&m->batch, err);
	if (r == 0)
		r = evd_sha_end(&m->sha, m->age_digest, err);
	return r;
}

static int write_cover(const struct evd_cover *c, struct evd_buf *out, struct evd_error *err)
{
	char time[EVD_TIME_LEN + 1];
	struct evd_object o;
	int r;

	evd_time_format(time, c->time_ms);
	evd_object_init(&o);
	evd_object_hex(&o, "certificate", c->certificate, EVD_SHA256_LEN);
	evd_object_cstr(&o, "format", EVD_COVER_FORMAT);
	evd_object_hex(&o, "head", c->head, EVD_SHA256_LEN);
	evd_object_int(&o, "records", c->records);
	evd_object_hex(&o, "sealDigest", c->seal_digest, EVD_SHA256_LEN);
	evd_object_cstr(&o, "time", time);
	r = evd_object_write(&o, out, err);
	evd_object_release(&o);
	return r;
}

static int put_cover(struct making *m, const struct evd_cover *cover, struct evd_key *key,
                     struct evd_error *err)
{
	struct evd_buf json = {0}, manifest = {0}, p7s = {0};
	struct evd_signed what = {.time_ms = cover->time_ms};
	uint8_t digest[EVD_SHA256_LEN];
	int r = write_cover(cover, &json, err);

	if (r == 0)
		r = evd_sha256(evd_buf_view(&json), digest, err);
	if (r == 0)
		r = evd_envelope_manifest(m->age_digest, digest, &manifest, err);
	if (r == 0)
		r = evd_sha256(evd_buf_view(&manifest), what.digest, err);
	if (r == 0)
		r = evd_key_sign(key, &what, &p7s, err);
	if (r == 0)
		r = put_file(m, "cover.json", evd_buf_view(&json), err);
	if (r == 0)
		r = put_file(m, "META-INF/ASiCManifest001.xml", evd_buf_view(&manifest), err);
	if (r == 0)
		r = put_file(m, "META-INF/signature001.p7s", evd_buf_view(&p7s), err);
	evd_buf_release(&json);
	evd_buf_release(&manifest);
	evd_buf_release(&p7s);
	return r;
}

static int put_directory(struct making *m, struct evd_error *err)
{
	int r;

	evd_zip_put_end(&m->central, m->n, m->at, m->central.len);
	r = evd_buf_check(&m->central, err);
	return r ? r : evd_file_write_at(m->file.fd, m->at, m->central.data, m->central.len, err);
}

static void release(struct making *m)
{
	evd_batch_release(&m->batch);
	evd_sha_release(&m->sha);
	evd_buf_release(&m->central);
	evd_new_file_release(&m->file);
}

/* Bytes of the case's payload: enough to guess which header bundle.age will need. */
static uint64_t payload(const struct evd_log *log)
{
	uint64_t n = log->n_records * 600;

	for (size_t i = 0; i < log->items.n; i++)
		n += log->items.at[i].lost ? 0 : log->items.at[i].size;
	return n;
}

/* One attempt; EVD_END if the guess `*big` was wrong, which is then put right. */
static int attempt(struct making *m, bool *big, struct evd_case *c, struct evd_key *key,
                   const char *path, const struct evd_seal_options *o, const struct evd_age_to *to,
                   struct evd_sealed *out, struct evd_error *err)
{
	struct evd_zip_file f = {"bundle.age", 0, 0, 0};
	struct evd_cover cover;
	int r = evd_target_check(path, err);

	if (r == 0)
		r = evd_new_file_begin(&m->file, path, err);
	if (r == 0)
		r = evd_room(m->file.fd, payload(&c->log), err);
	if (r == 0)
		r = put_file(m, "mimetype", evd_view_str(media_type), err);
	if (r == 0)
		r = put_age(m, *big, c, key, o, to, out, err);
	if (r)
		return r;
	if ((m->age_size >= ZIP64) != *big) {
		*big = !*big;
		return EVD_END;
	}
	f.off = m->age_off;
	f.size = m->age_size;
	f.crc32 = m->age_crc;
	r = put_headers(m, &f, err);
	memcpy(cover.certificate, evd_key_fingerprint(key), EVD_SHA256_LEN);
	memcpy(cover.head, out->head, EVD_SHA256_LEN);
	memcpy(cover.seal_digest, out->seal_digest, EVD_SHA256_LEN);
	cover.records = c->log.n_records;
	cover.time_ms = c->log.entry.time_ms;
	if (r == 0)
		r = put_cover(m, &cover, key, err);
	if (r == 0)
		r = put_directory(m, err);
	return r ? r : evd_new_file_name(&m->file, err);
}

int evd_envelope_create(struct evd_case *c, struct evd_key *key, const char *out_path,
                        const struct evd_seal_options *o, const struct evd_age_to *to,
                        struct evd_sealed *out, struct evd_error *err)
{
	bool big;
	int r = evd_case_read(c, NULL, NULL, NULL, err);

	big = payload(&c->log) >= ZIP64;
	for (unsigned i = 0; i < 2 && r >= 0; i++) {
		struct making m = {.file = {.fd = -1}};

		/* sealing again gives the same bytes, so a second attempt knows the size */
		r = attempt(&m, &big, c, key, out_path, o, to, out, err);
		release(&m);
		if (r == 0)
			return 0;
	}
	return r == EVD_END ? evd_fail(err, EVD_E_INTERNAL, "the size of the bundle changed") : r;
}
