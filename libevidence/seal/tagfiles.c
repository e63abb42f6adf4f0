/* tagfiles: see tagfiles.h. */
#include "seal/tagfiles.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PIECE 32768u /* bytes gathered before they go out */

const char *evd_tagfile_name(enum evd_tagfile t)
{
	static const char *const name[EVD_TAGFILES] = {"bag-info.txt", "bagit.txt",
	                                               "manifest-sha256.txt", "tagmanifest-sha256.txt",
	                                               "META-INF/ASiCManifest001.xml"};

	return name[t];
}

struct out {
	struct evd_sink_to to;
	struct evd_buf b;
};

static int flush(struct out *o, struct evd_error *err)
{
	int r = evd_buf_check(&o->b, err);

	if (r == 0 && o->b.len)
		r = o->to.write(o->to.ctx, o->b.data, o->b.len, err);
	evd_buf_reset(&o->b);
	return r;
}

/* One line about a file: a bag manifest's, or an ASiC reference. */
typedef int line_fn(struct out *o, const struct evd_log *log, const char *path,
                    const uint8_t digest[EVD_SHA256_LEN], struct evd_error *err);

static int bag_line(struct out *o, const struct evd_log *log, const char *path,
                    const uint8_t digest[EVD_SHA256_LEN], struct evd_error *err)
{
	(void)log;
	evd_put_hex(&o->b, digest, EVD_SHA256_LEN);
	evd_putf(&o->b, "  %s\n", path);
	return o->b.len > PIECE ? flush(o, err) : 0;
}

static void put_reference(struct evd_buf *b, const char *base, const char *path, bool root,
                          const uint8_t digest[EVD_SHA256_LEN])
{
	evd_putf(b,
	         "<asic:DataObjectReference URI=\"%s%s%s\"%s><ds:DigestMethod "
	         "Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>",
	         base, *base ? "/" : "", path, root ? " Rootfile=\"true\"" : "");
	evd_put_base64(b, digest, EVD_SHA256_LEN);
	evd_put_str(b, "</ds:DigestValue></asic:DataObjectReference>\n");
}

static int asic_line(struct out *o, const struct evd_log *log, const char *path,
                     const uint8_t digest[EVD_SHA256_LEN], struct evd_error *err)
{
	put_reference(&o->b, log->base, path, false, digest);
	return o->b.len > PIECE ? flush(o, err) : 0;
}

static int custody_lines(struct out *o, const struct evd_log *log, line_fn *line,
                         struct evd_error *err)
{
	char path[64];
	int r = 0;

	for (size_t i = 0; i < log->entries.n && r == 0; i++) {
		const struct evd_log_entry *e = &log->entries.at[i];

		for (unsigned f = 0; f < EVD_ENTRY_FILES && r == 0; f++) {
			if (f == EVD_FILE_TOKEN && !e->has_token)
				continue;
			snprintf(path, sizeof path, "custody/%08zu/%s", i + 1, evd_entry_file_name(f));
			r = line(o, log, path, e->digest[f], err);
		}
	}
	return r;
}

static int data_lines(struct out *o, const struct evd_log *log, line_fn *line,
                      struct evd_error *err)
{
	char path[EVD_PAYLOAD_PATH];
	int r = 0;

	for (size_t i = 0; i < log->items.n && r == 0; i++) {
		const struct evd_item *it = &log->items.at[i];
		struct evd_id id = {it->seq, it->k};

		if (it->lost)
			continue;
		evd_payload_path(path, id, it->ext);
		r = line(o, log, path, it->sha256, err);
	}
	return r;
}

static int bag_info(struct out *o, const struct evd_log *log)
{
	uint64_t bytes, lost;
	char time[EVD_TIME_LEN + 1];

	evd_log_totals(log, &bytes, &lost);
	evd_time_format(time, log->entry.time_ms);
	evd_putf(&o->b, "Bagging-Date: %.10s\nExternal-Identifier: %s\nCustody-Head: ", time,
	         log->case_id);
	evd_put_hex(&o->b, log->entries.at[log->entries.n - 1].digest[EVD_FILE_ENTRY], EVD_SHA256_LEN);
	evd_putf(&o->b, "\nPayload-Oxum: %" PRIu64 ".%" PRIu64 "\n", bytes, log->items.n - lost);
	return 0;
}

static int tag_lines(struct out *o, const struct evd_log *log,
                     uint8_t digest[EVD_TAGFILES][EVD_SHA256_LEN], enum evd_tagfile from,
                     enum evd_tagfile to, line_fn *line, struct evd_error *err)
{
	int r = 0;

	for (unsigned t = from; t <= to && r == 0; t++)
		r = line(o, log, evd_tagfile_name(t), digest[t], err);
	return r;
}

static void put_head(struct evd_buf *b, const char *name, const char *type)
{
	evd_putf(b,
	         "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	         "<asic:ASiCManifest xmlns:asic=\"http://uri.etsi.org/02918/v1.2.1#\" "
	         "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">\n"
	         "<asic:SigReference URI=\"META-INF/%s\" MimeType=\"application/%s\"/>\n",
	         name, type);
}

/* Every file under the base folder, or the four tag files. */
static int base_lines(struct out *o, const struct evd_log *log,
                      uint8_t digest[EVD_TAGFILES][EVD_SHA256_LEN], bool all, struct evd_error *err)
{
	int r;

	r = tag_lines(o, log, digest, EVD_TAG_BAG_INFO, EVD_TAG_BAGIT, asic_line, err);
	if (r == 0 && all)
		r = custody_lines(o, log, asic_line, err);
	if (r == 0 && all)
		r = data_lines(o, log, asic_line, err);
	if (r == 0)
		r = tag_lines(o, log, digest, EVD_TAG_MANIFEST, EVD_TAG_TAGMANIFEST, asic_line, err);
	return r;
}

static int asic_manifest(struct out *o, const struct evd_log *log,
                         uint8_t digest[EVD_TAGFILES][EVD_SHA256_LEN], struct evd_error *err)
{
	int r;

	put_head(&o->b, "signature001.p7s", "pkcs7-signature");
	r = base_lines(o, log, digest, log->entry.details.scope == EVD_SCOPE_ALL, err);
	evd_put_str(&o->b, "</asic:ASiCManifest>\n");
	return r;
}

int evd_archive_manifest(const struct evd_log *log, uint8_t digest[EVD_TAGFILES][EVD_SHA256_LEN],
                         const struct evd_meta_line *meta, size_t n_meta, unsigned number,
                         struct evd_sink_to to, struct evd_error *err)
{
	struct out o = {to, {0}};
	char token[24];
	int r;

	snprintf(token, sizeof token, "timestamp%03u.tst", number);
	put_head(&o.b, token, "vnd.etsi.timestamp-token");
	r = base_lines(&o, log, digest, true, err);
	for (size_t i = 0; i < n_meta; i++)
		put_reference(&o.b, "", meta[i].name, meta[i].root, meta[i].sha256);
	evd_put_str(&o.b, "</asic:ASiCManifest>\n");
	if (r == 0)
		r = flush(&o, err);
	evd_buf_release(&o.b);
	return r;
}

int evd_envelope_manifest(const uint8_t bundle_age[EVD_SHA256_LEN],
                          const uint8_t cover_json[EVD_SHA256_LEN], struct evd_buf *out,
                          struct evd_error *err)
{
	put_head(out, "signature001.p7s", "pkcs7-signature");
	put_reference(out, "", "bundle.age", false, bundle_age);
	put_reference(out, "", "cover.json", false, cover_json);
	evd_put_str(out, "</asic:ASiCManifest>\n");
	return evd_buf_check(out, err);
}

int evd_tagfile_write(enum evd_tagfile t, const struct evd_log *log,
                      uint8_t digest[EVD_TAGFILES][EVD_SHA256_LEN], struct evd_sink_to to,
                      struct evd_error *err)
{
	struct out o = {to, {0}};
	int r = 0;

	switch (t) {
	case EVD_TAG_BAG_INFO: r = bag_info(&o, log); break;
	case EVD_TAG_BAGIT:
		evd_put_str(&o.b, "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
		break;
	case EVD_TAG_MANIFEST: r = data_lines(&o, log, bag_line, err); break;
	case EVD_TAG_TAGMANIFEST:
		r = tag_lines(&o, log, digest, EVD_TAG_BAG_INFO, EVD_TAG_BAGIT, bag_line, err);
		if (r == 0)
			r = custody_lines(&o, log, bag_line, err);
		if (r == 0)
			r = tag_lines(&o, log, digest, EVD_TAG_MANIFEST, EVD_TAG_MANIFEST, bag_line, err);
		break;
	case EVD_TAG_ASIC: r = asic_manifest(&o, log, digest, err); break;
	case EVD_TAGFILES: r = evd_fail(err, EVD_E_MISUSE, "no such tag file"); break;
	}
	if (r == 0)
		r = flush(&o, err);
	evd_buf_release(&o.b);
	return r;
}

static int to_sha(void *ctx, const void *p, size_t len, struct evd_error *err)
{
	return evd_sha_add(ctx, p, len, err);
}

int evd_tagfile_digests(const struct evd_log *log, uint8_t digest[EVD_TAGFILES][EVD_SHA256_LEN],
                        struct evd_error *err)
{
	struct evd_sha sha = {0};
	struct evd_sink_to to = {to_sha, &sha};
	int r = 0;

	for (unsigned t = 0; t < EVD_TAGFILES && r == 0; t++) {
		r = evd_sha_begin(&sha, EVD_SHA256, err);
		if (r == 0)
			r = evd_tagfile_write(t, log, digest, to, err);
		if (r == 0)
			r = evd_sha_end(&sha, digest[t], err);
	}
	evd_sha_release(&sha);
	return r;
}

int evd_archive_digest(const struct evd_log *log, uint8_t digest[EVD_TAGFILES][EVD_SHA256_LEN],
                       const struct evd_meta_line *meta, size_t n_meta, unsigned number,
                       uint8_t out[EVD_SHA256_LEN], struct evd_error *err)
{
	struct evd_sha sha = {0};
	struct evd_sink_to to = {to_sha, &sha};
	int r = evd_sha_begin(&sha, EVD_SHA256, err);

	if (r == 0)
		r = evd_archive_manifest(log, digest, meta, n_meta, number, to, err);
	if (r == 0)
		r = evd_sha_end(&sha, out, err);
	evd_sha_release(&sha);
	return r;
}
