/* bundle: see bundle.h. */
#include "seal/bundle.h"

#include "base/crc.h"
#include "platform/files.h"
#include "seal/zip_write.h"
#include "verify/container.h"
#include "verify/payload.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Headers of the central directory wait here, so that memory does not grow with the number of files. */
#define SPILL "central"
#define SPILL_FROM ((size_t)64 << 10) /* bytes */

/* Bytes of one step where they go on in order: they stay in a core's cache from one use to the next. */
#define STREAM_BLOCK ((size_t)256 << 10)
#define HOLES_FROM ((uint64_t)1 << 20) /* bytes of a file that is asked for its holes */

static const char media_type[] = "application/vnd.etsi.asic-e+zip";

/* Bytes of all payload and custody files, a good estimate: `taken` on the medium, where holes stay holes; else to go through. */
static uint64_t estimate(const struct evd_case *c, bool taken)
{
	char path[EVD_PAYLOAD_PATH];
	uint64_t n = 1 << 16;

	for (size_t i = 0; i < c->log.items.n; i++) {
		const struct evd_item *it = &c->log.items.at[i];

		if (it->lost)
			continue;
		n += 512;
		if (!taken || it->size < HOLES_FROM) {
			n += it->size;
			continue;
		}
		evd_payload_path(path, (struct evd_id){it->seq, it->k}, it->ext);
		n += evd_file_taken(c->dir, path, it->size);
	}
	return n + c->log.n_records * 600;
}

int evd_bundle_begin(struct evd_bundle *b, struct evd_case *c, const char *path,
                     const struct evd_seal_options *o, uint8_t digest[EVD_TAGFILES][EVD_SHA256_LEN],
                     struct evd_error *err)
{
	int r;

	memset(b, 0, sizeof *b);
	b->c = c;
	b->o = o;
	b->digest = digest;
	b->file.fd = b->spill = -1;
	if (o->into)
		return 0;
	r = evd_new_file_begin(&b->file, path, err);
	return r ? r : evd_room(b->file.fd, estimate(c, true), err);
}

void evd_bundle_release(struct evd_bundle *b)
{
	if (b->c)
		evd_new_file_release(&b->file);
	evd_buf_release(&b->central);
	if (b->c && b->spill >= 0) {
		close(b->spill);
		evd_remove(b->c->state, SPILL);
	}
	b->c = NULL;
}

/* Bytes of the container: into the file at `off`, or on to who asked for them, then in order. */
static int put_at(struct evd_bundle *b, uint64_t off, const void *p, size_t len,
                  struct evd_error *err)
{
	const struct evd_seal_into *into = b->o->into;

	if (!into)
		return evd_file_write_at(b->file.fd, off, p, len, err);
	if (off != b->sent)
		return evd_fail(err, EVD_E_INTERNAL, "the bundle was not written in order");
	b->sent += len;
	return into->write(into->ctx, p, len, err);
}

static int spill(struct evd_bundle *b, struct evd_error *err)
{
	int r = 0;

	if (b->spill < 0) {
		evd_remove(b->c->state, SPILL); /* of a run that died */
		r = evd_file_create(b->c->state, SPILL, &b->spill, err);
	}
	if (r == 0)
		r = evd_file_write_at(b->spill, b->spilled, b->central.data, b->central.len, err);
	b->spilled += b->central.len;
	evd_buf_reset(&b->central);
	return r;
}

/* What was spilled goes to `to`. */
static int unspill(struct evd_bundle *b, uint64_t to, struct evd_error *err)
{
	uint8_t block[4096];
	uint64_t size, done = 0;
	int fd, r = 0;

	if (b->spill < 0)
		return 0;
	r = evd_file_open(b->c->state, SPILL, &fd, &size, err);
	if (r)
		return r;
	if (size != b->spilled)
		r = evd_fail(err, EVD_E_IO, "the central directory was not kept whole");
	while (r == 0 && done < size) {
		size_t n = size - done < sizeof block ? (size_t)(size - done) : sizeof block;

		r = evd_read_at(fd, done, block, n, err);
		if (r == 0)
			r = put_at(b, to + done, block, n, err);
		done += n;
	}
	close(fd);
	return r;
}

/* Headers of a file whose bytes will stand at *data_off; the next file comes behind it. */
static int place(struct evd_bundle *b, const char *name, uint64_t size, uint32_t crc32,
                 uint64_t *data_off, struct evd_error *err)
{
	struct evd_zip_file f = {name, b->at, size, crc32};
	struct evd_buf local = {0};
	int r;

	evd_zip_put_local(&local, &f);
	evd_zip_put_central(&b->central, &f);
	r = evd_buf_check(&local, err);
	if (r == 0)
		r = evd_buf_check(&b->central, err);
	if (r == 0 && b->central.len >= SPILL_FROM)
		r = spill(b, err);
	if (r == 0)
		r = put_at(b, b->at, local.data, local.len, err);
	*data_off = b->at + local.len;
	b->at = *data_off + size;
	b->n_files++;
	evd_buf_release(&local);
	return r;
}

static int put_bytes(struct evd_bundle *b, const char *name, struct evd_view v,
                     struct evd_error *err)
{
	uint64_t off;
	int r = place(b, name, v.len, evd_crc32(0, v.p, v.len), &off, err);

	return r ? r : put_at(b, off, v.p, v.len, err);
}

static void full_name(const struct evd_bundle *b, char out[EVD_MAX_NAME + 1], const char *path)
{
	snprintf(out, EVD_MAX_NAME + 1, "%s/%s", b->c->log.base, path);
}

/* A tag file, twice through its writer: once for size and CRC-32, once into place. */
struct measured {
	uint64_t size, at;
	uint32_t crc32;
	struct evd_bundle *b;
};

static int measure(void *ctx, const void *p, size_t len, struct evd_error *err)
{
	struct measured *m = ctx;

	(void)err;
	m->size += len;
	m->crc32 = evd_crc32(m->crc32, p, len);
	return 0;
}

static int write_on(void *ctx, const void *p, size_t len, struct evd_error *err)
{
	struct measured *m = ctx;
	int r = put_at(m->b, m->at, p, len, err);

	m->at += len;
	return r;
}

static int put_tagfile(struct evd_bundle *b, enum evd_tagfile t, struct evd_error *err)
{
	char name[EVD_MAX_NAME + 1];
	struct measured m = {0, 0, 0, b};
	struct evd_sink_to to = {measure, &m};
	int r = evd_tagfile_write(t, &b->c->log, b->digest, to, err);

	if (t == EVD_TAG_ASIC)
		snprintf(name, sizeof name, "%s", evd_tagfile_name(t));
	else
		full_name(b, name, evd_tagfile_name(t));
	if (r == 0)
		r = place(b, name, m.size, m.crc32, &m.at, err);
	to.write = write_on;
	return r ? r : evd_tagfile_write(t, &b->c->log, b->digest, to, err);
}

static int altered(struct evd_error *err, const char *path)
{
	return evd_fail(err, EVD_E_DAMAGED, "%s is not as it was recorded; nothing was sealed", path);
}

static int tell(struct evd_bundle *b, size_t n, struct evd_error *err)
{
	const struct evd_seal_options *o = b->o;

	b->done += n;
	if (!o->into || !o->progress || o->progress(o->ctx, b->done, b->all) == 0)
		return 0;
	return evd_fail(err, EVD_E_CANCELLED, "stopped; no file was made");
}

/* Reads `size` bytes of `from`, hashing, and copies them to where they will stand, unless that is
 * NOWHERE; gives digest and CRC-32. */
#define NOWHERE UINT64_MAX
static int stream(struct evd_bundle *b, int from, uint64_t size, uint64_t to, uint8_t *digest,
                  uint32_t *crc, struct evd_error *err)
{
	uint8_t *block = malloc(STREAM_BLOCK);
	struct evd_sha sha = {0};
	int r = block ? evd_sha_begin(&sha, EVD_SHA256, err) : evd_nomem(err);

	*crc = 0;
	for (uint64_t done = 0; done < size && r == 0;) {
		size_t n = size - done < STREAM_BLOCK ? (size_t)(size - done) : STREAM_BLOCK;

		r = evd_read_at(from, done, block, n, err);
		if (r == 0)
			r = evd_sha_add(&sha, block, n, err);
		if (r == 0)
			*crc = evd_crc32_bulk(*crc, block, n);
		if (r == 0 && to != NOWHERE)
			r = put_at(b, to + done, block, n, err);
		if (r == 0 && to != NOWHERE)
			r = tell(b, n, err);
		done += n;
	}
	if (r == 0)
		r = evd_sha_end(&sha, digest, err);
	evd_sha_release(&sha);
	free(block);
	return r;
}

/* A custody file: its bytes must have the digest that the log reading gave. */
static int put_custody_file(struct evd_bundle *b, size_t entry, unsigned f, struct evd_error *err)
{
	char path[64], name[EVD_MAX_NAME + 1];
	uint8_t digest[EVD_SHA256_LEN];
	uint64_t size, off;
	uint32_t crc;
	int fd, r;

	snprintf(path, sizeof path, "custody/%08zu/%s", entry + 1, evd_entry_file_name(f));
	full_name(b, name, path);
	r = evd_file_open(b->c->dir, path, &fd, &size, err);
	if (r)
		return r;
	/* in order, the header with its CRC-32 comes first: the file is then read twice */
	r = stream(b, fd, size, b->o->into ? NOWHERE : b->at + evd_zip_local_len(name, size), digest,
	           &crc, err);
	if (r == 0 && memcmp(digest, b->c->log.entries.at[entry].digest[f], EVD_SHA256_LEN) != 0)
		r = altered(err, path);
	if (r == 0)
		r = place(b, name, size, crc, &off, err);
	if (r == 0 && b->o->into)
		r = stream(b, fd, size, off, digest, &crc, err);
	close(fd);
	if (r == 0 && memcmp(digest, b->c->log.entries.at[entry].digest[f], EVD_SHA256_LEN) != 0)
		r = altered(err, path);
	return r;
}

static int put_custody(struct evd_bundle *b, struct evd_error *err)
{
	const struct evd_log *log = &b->c->log;
	int r = 0;

	for (size_t i = 0; i < log->entries.n && r == 0; i++)
		for (unsigned f = 0; f < EVD_ENTRY_FILES && r == 0; f++)
			if (f != EVD_FILE_TOKEN || log->entries.at[i].has_token)
				r = put_custody_file(b, i, f, err);
	return r;
}

/* ---- payload, on all cores ---- */

struct job {
	struct evd_bundle *b;
	struct evd_payload payload;
};

/* An item on its way: each of its blocks goes to its place in the container. */
struct copy {
	struct evd_bundle *b;
	const struct evd_item *item;
	uint32_t crc;
};

static bool is_zero(const uint8_t *p, size_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

static int put_block(void *ctx, uint64_t off, const uint8_t *block, size_t n, struct evd_error *err)
{
	struct copy *c = ctx;

	c->crc = evd_crc32_bulk(c->crc, block, n);
	/* zeros stay a hole: what is not written reads as zero */
	return is_zero(block, n) ? 0
	                         : evd_file_write_at(c->b->file.fd, c->item->off + off, block, n, err);
}

static int copy_item(void *ctx, size_t i, unsigned thread)
{
	struct job *j = ctx;
	const struct evd_item *it = &j->b->c->log.items.at[i];
	struct copy copy = {j->b, it, 0};
	uint8_t digest[EVD_SHA256_LEN];
	char path[EVD_PAYLOAD_PATH];
	struct evd_error err = {0};
	uint64_t size;
	int fd, r;

	if (it->lost)
		return 0;
	evd_payload_path(path, (struct evd_id){it->seq, it->k}, it->ext);
	r = evd_file_open(j->b->c->dir, path, &fd, &size, &err);
	if (r)
		return evd_payload_fail(&j->payload, &err, r);
	r = size == it->size
	        ? evd_payload_hash(&j->payload, thread, fd, 0, size, put_block, &copy, digest, &err)
	        : altered(&err, path);
	if (r == 0 && (copy.crc != it->crc32 || memcmp(digest, it->sha256, EVD_SHA256_LEN) != 0))
		r = altered(&err, path);
	close(fd);
	return r ? evd_payload_fail(&j->payload, &err, r) : 0;
}

static int place_items(struct evd_bundle *b, uint64_t *all, struct evd_error *err)
{
	struct evd_log *log = &b->c->log;
	char path[EVD_PAYLOAD_PATH], name[EVD_MAX_NAME + 1];
	int r = 0;

	for (size_t i = 0; i < log->items.n && r == 0; i++) {
		struct evd_item *it = &log->items.at[i];
		struct evd_id id = {it->seq, it->k};

		if (it->lost)
			continue;
		evd_payload_path(path, id, it->ext);
		full_name(b, name, path);
		r = place(b, name, it->size, it->crc32, &it->off, err);
		*all += it->size;
	}
	return r;
}

/* One item, in order. */
static int put_item(struct evd_bundle *b, struct evd_item *it, struct evd_error *err)
{
	char path[EVD_PAYLOAD_PATH], name[EVD_MAX_NAME + 1];
	struct evd_id id = {it->seq, it->k};
	uint8_t digest[EVD_SHA256_LEN];
	uint64_t size;
	uint32_t crc;
	int fd, r;

	evd_payload_path(path, id, it->ext);
	full_name(b, name, path);
	r = evd_file_open(b->c->dir, path, &fd, &size, err);
	if (r)
		return r;
	r = size == it->size ? place(b, name, it->size, it->crc32, &it->off, err) : altered(err, path);
	if (r == 0)
		r = stream(b, fd, it->size, it->off, digest, &crc, err);
	close(fd);
	if (r == 0 && (crc != it->crc32 || memcmp(digest, it->sha256, EVD_SHA256_LEN) != 0))
		r = altered(err, path);
	return r;
}

static int put_payload_in_order(struct evd_bundle *b, struct evd_error *err)
{
	struct evd_log *log = &b->c->log;
	int r = 0;

	b->all = b->done + estimate(b->c, false);
	for (size_t i = 0; i < log->items.n && r == 0; i++)
		if (!log->items.at[i].lost)
			r = put_item(b, &log->items.at[i], err);
	return r;
}

static int put_payload(struct evd_bundle *b, struct evd_error *err)
{
	struct job j = {.b = b, .payload = {.progress = b->o->progress, .progress_ctx = b->o->ctx}};
	int r = place_items(b, &j.payload.all, err);

	if (r == 0)
		r = evd_payload_run(&j.payload, b->o->pool, b->c->log.items.n, copy_item, &j, err);
	return r == EVD_E_CANCELLED ? evd_fail(err, r, "stopped; no file was made") : r;
}

int evd_bundle_copy(struct evd_bundle *b, struct evd_error *err)
{
	int r = put_bytes(b, "mimetype", evd_view_str(media_type), err);

	if (r == 0)
		r = put_tagfile(b, EVD_TAG_BAG_INFO, err);
	if (r == 0)
		r = put_tagfile(b, EVD_TAG_BAGIT, err);
	if (r == 0)
		r = put_custody(b, err);
	if (r == 0)
		r = b->o->into ? put_payload_in_order(b, err) : put_payload(b, err);
	if (r == 0)
		r = put_tagfile(b, EVD_TAG_MANIFEST, err);
	return r ? r : put_tagfile(b, EVD_TAG_TAGMANIFEST, err);
}

int evd_bundle_end(struct evd_bundle *b, struct evd_view p7s, struct evd_error *err)
{
	uint64_t directory;
	int r = put_tagfile(b, EVD_TAG_ASIC, err);

	if (r == 0)
		r = put_bytes(b, "META-INF/signature001.p7s", p7s, err);
	if (r)
		return r;
	directory = b->at;
	evd_zip_put_end(&b->central, b->n_files, directory, b->spilled + b->central.len);
	r = evd_buf_check(&b->central, err);
	if (r == 0)
		r = unspill(b, directory, err);
	if (r == 0)
		r = put_at(b, directory + b->spilled, b->central.data, b->central.len, err);
	b->size = directory + b->spilled + b->central.len;
	return r || b->o->into ? r : evd_sync(b->file.fd, err);
}

int evd_bundle_name(struct evd_bundle *b, struct evd_error *err)
{
	return b->o->into ? 0 : evd_new_file_name(&b->file, err);
}
