/*
 * archive: what is inside ZIP, 7z, RAR, tar, gzip, bzip2 and xz: members with size and SHA-256,
 * also of archives inside, down to EVD_ARCHIVE_DEPTH. Nothing is kept of the bytes. Expansion is
 * bounded by EVD_ARCHIVE_RATIO and EVD_ARCHIVE_BYTES; what is left out is said.
 */
#include "archive_io.h"
#include "emit.h"
#include "source.h"
#include "zip_directory.h"

#include "base/text.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MEMBERS_MAX 1000000u
#define NESTED_MAX (UINT32_C(64) << 20) /* bytes of an archive inside that is looked into */
#define RATIO_FREE (UINT64_C(1) << 20)  /* bytes that may come out of however little */

static EVP_MD *sha256; /* fetched by warm(), before the sandbox */

struct reader {
	struct evd_sink *sink;
	uint32_t n;         /* members so far, in all depths */
	uint32_t odd_names; /* that are no UTF-8 */
	uint64_t left;      /* bytes that may still be unpacked */
	EVP_MD_CTX *digest;
	bool over;
};

static int warm(struct evd_error *err)
{
	if (!sha256)
		sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (!sha256)
		return evd_fail_crypto(err, "SHA-256 is not there");
	return evd_archive_warm(err);
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	bool compressed;

	(void)in;
	return evd_archive_signature(head, &compressed) ? 24 : 0;
}

static const char *type_of(struct archive_entry *e)
{
	mode_t type = archive_entry_filetype(e);

	if (archive_entry_hardlink(e) || type == AE_IFLNK)
		return "link";
	if (type == AE_IFDIR)
		return "folder";
	return type == AE_IFREG || type == 0 ? "file" : "other";
}

/* Reads the member's bytes through the digest; keeps the first ones, up to NESTED_MAX, when they
 * begin like an archive. */
static int digest_member(struct reader *x, struct evd_archive *a, struct evd_buf *keep,
                         uint64_t *size, struct evd_error *err)
{
	uint8_t block[4096];
	bool nested = false, compressed;
	char reason[160];

	*size = 0;
	if (EVP_DigestInit_ex2(x->digest, sha256, NULL) != 1)
		return evd_fail_crypto(err, "SHA-256 could not begin");
	for (;;) {
		la_ssize_t n = archive_read_data(a->a, block, sizeof block);

		if (n == 0)
			return 0;
		if (n < 0)
			return evd_fail(err, EVD_E_DAMAGED, "%s", evd_archive_reason(a, reason));
		if ((uint64_t)n > x->left) {
			x->over = true;
			return evd_fail(err, EVD_E_LIMIT, "more would be unpacked than is allowed");
		}
		x->left -= (uint64_t)n;
		if (EVP_DigestUpdate(x->digest, block, (size_t)n) != 1)
			return evd_fail_crypto(err, "SHA-256 could not go on");
		if (*size == 0)
			nested = evd_archive_signature(evd_view_of(block, (size_t)n), &compressed);
		*size += (uint64_t)n;
		if (nested && keep)
			evd_put(keep, block, (size_t)n); /* past its bound it fails and is not looked into */
	}
}

static int observe_path(struct reader *x, uint32_t n, struct evd_view path, struct evd_error *err)
{
	bool outside = path.len && (path.p[0] == '/' || path.p[0] == '\\');

	for (size_t i = 0; i + 1 < path.len && !outside; i++)
		outside = path.p[i] == '.' && path.p[i + 1] == '.' &&
		          (i == 0 || path.p[i - 1] == '/' || path.p[i - 1] == '\\') &&
		          (i + 2 == path.len || path.p[i + 2] == '/' || path.p[i + 2] == '\\');
	return outside
	           ? evd_emit_observation(x->sink, "member-outside", err,
	                                  "the path of member %u leads outside the archive's folder",
	                                  (unsigned)n)
	           : 0;
}

static int read_level(struct reader *x, const struct evd_source *s, uint32_t parent, int depth,
                      struct evd_error *err);

static int read_nested(struct reader *x, struct evd_buf *bytes, struct evd_view name, uint32_t n,
                       int depth, struct evd_error *err)
{
	struct evd_source inner;
	struct evd_memory memory;
	struct evd_error why = {0};
	int r;

	if (bytes->failed)
		return evd_emit_unread(x->sink, "limit", 0, 0, err,
		                       "member %u is an archive too large to look into", (unsigned)n);
	if (bytes->len == 0)
		return 0;
	if (depth + 1 >= (int)EVD_ARCHIVE_DEPTH)
		return evd_emit_unread(x->sink, "limit", 0, 0, err,
		                       "member %u is an archive nested more than %u deep", (unsigned)n,
		                       EVD_ARCHIVE_DEPTH);
	evd_source_memory(&memory, evd_buf_view(bytes), name, &inner);
	r = read_level(x, &inner, n, depth + 1, &why);
	if (r == EVD_E_FORMAT)
		return evd_emit_unread_error(x->sink, 0, 0, &why, err);
	if (r && err)
		*err = why;
	return r;
}

static int read_file(struct reader *x, struct evd_archive *a, struct evd_member *m, int depth,
                     struct evd_error *err)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	struct evd_error why = {0};
	struct evd_buf keep;
	uint64_t size;
	int r;

	evd_buf_init(&keep, NESTED_MAX);
	r = digest_member(x, a, &keep, &size, &why);
	if (r == 0 && EVP_DigestFinal_ex(x->digest, digest, NULL) == 1) {
		m->sha256 = digest;
		m->size = size; /* as unpacked, whatever the archive states */
		m->has_size = true;
		r = evd_emit_member(x->sink, m, err);
		if (r == 0)
			r = read_nested(x, &keep, m->path, m->n, depth, err);
	} else if (r == EVD_E_DAMAGED || r == EVD_E_LIMIT) {
		r = evd_emit_member(x->sink, m, err);
		if (r == 0)
			r = evd_emit_unread(x->sink, why.code == EVD_E_LIMIT ? "limit" : "damaged", 0, 0, err,
			                    "member %u: %s", (unsigned)m->n, why.text);
	} else if (r && err) {
		*err = why;
	} else if (r == 0) {
		r = evd_fail_crypto(err, "SHA-256 could not end");
	}
	evd_buf_release(&keep);
	return r;
}

static int read_entry(struct reader *x, struct evd_archive *a, struct archive_entry *e,
                      uint32_t parent, int depth, struct evd_error *err)
{
	struct evd_member m = {.path = evd_archive_path(e), .parent = parent, .n = ++x->n};
	const char *target;
	int r;

	x->odd_names += !evd_is_utf8(m.path);
	m.type = type_of(e);
	if (archive_entry_size_is_set(e) && archive_entry_size(e) >= 0) {
		m.has_size = true;
		m.size = (uint64_t)archive_entry_size(e);
	}
	if (archive_entry_mtime_is_set(e)) {
		m.has_time = true;
		m.time = archive_entry_mtime(e);
	}
	target = archive_entry_symlink_utf8(e);
	m.target = evd_view_str(target ? target : "");
	r = observe_path(x, m.n, m.path, err);
	if (r)
		return r;
	if (archive_entry_is_encrypted(e)) {
		r = evd_emit_member(x->sink, &m, err);
		return r ? r
		         : evd_emit_unread(x->sink, "encrypted", 0, 0, err, "member %u is encrypted",
		                           (unsigned)m.n);
	}
	return strcmp(m.type, "file") == 0 ? read_file(x, a, &m, depth, err)
	                                   : evd_emit_member(x->sink, &m, err);
}

/* What the loop over an archive's members came to. */
struct level {
	uint64_t n; /* members of the archive itself */
	int code;   /* libarchive's at the end */
};

static int read_members(struct reader *x, struct evd_archive *a, uint32_t parent, int depth,
                        struct level *l, struct evd_error *err)
{
	struct archive_entry *e;
	char reason[160];
	int r = 0;

	*l = (struct level){.code = ARCHIVE_EOF};
	while (r == 0 && !x->over && x->n < MEMBERS_MAX) {
		l->code = archive_read_next_header(a->a, &e);
		if (l->code != ARCHIVE_OK && l->code != ARCHIVE_WARN)
			break;
		l->n++;
		r = read_entry(x, a, e, parent, depth, err);
	}
	if (r == 0 && x->n >= MEMBERS_MAX)
		r = evd_emit_unread(x->sink, "limit", 0, 0, err, "more than %u members", MEMBERS_MAX);
	else if (r == 0 && !x->over && l->code != ARCHIVE_EOF)
		r = evd_emit_unread(
		    x->sink, archive_read_has_encrypted_entries(a->a) > 0 ? "encrypted" : "damaged", 0, 0,
		    err, "the archive cannot be read further: %s", evd_archive_reason(a, reason));
	return r;
}

/* libarchive takes what begins with zeros for an empty tar, so what is compressed there is listed as it is. */
static int read_bare(struct reader *x, const struct evd_source *s, uint32_t parent, int depth,
                     struct level *l, struct evd_error *err)
{
	struct evd_archive a;
	int r = evd_archive_open_bare(&a, s, err);

	if (r)
		return r;
	r = read_members(x, &a, parent, depth, l, err);
	evd_archive_close(&a);
	return r;
}

static int end_level(struct reader *x, const struct evd_source *s, bool zip, const struct level *l,
                     uint32_t parent, struct evd_error *err)
{
	int r = 0;

	if (l->n == 0 && l->code == ARCHIVE_EOF && !x->over)
		r = parent
		        ? evd_emit_observation(x->sink, "empty", err,
		                               "member %u is an archive without a member", (unsigned)parent)
		        : evd_emit_observation(x->sink, "empty", err, "the archive has no member");
	if (r == 0 && zip && !x->over && x->n < MEMBERS_MAX)
		r = evd_zip_check(s, parent, l->n, x->sink, err);
	return r;
}

static int read_level(struct reader *x, const struct evd_source *s, uint32_t parent, int depth,
                      struct evd_error *err)
{
	struct evd_archive a;
	struct level l;
	uint8_t head[512];
	bool compressed = false;
	size_t got;
	int r = evd_source_read(s, 0, head, sizeof head, &got, err);

	if (r)
		return r;
	(void)evd_archive_signature(evd_view_of(head, got), &compressed);
	r = evd_archive_open(&a, s, compressed, err);
	if (r)
		return r;
	r = read_members(x, &a, parent, depth, &l, err);
	evd_archive_close(&a);
	if (r == 0 && compressed && l.n == 0 && l.code == ARCHIVE_EOF)
		r = read_bare(x, s, parent, depth, &l, err);
	return r ? r : end_level(x, s, got > 1 && memcmp(head, "PK", 2) == 0, &l, parent, err);
}

/* It begins as an archive, and libarchive makes nothing of it: cut short, or another's idea of the format. */
static int read_item(struct reader *x, const struct evd_source *s, struct evd_error *err)
{
	struct evd_error why = {0};
	int r = read_level(x, s, 0, 0, &why);

	if (r == EVD_E_FORMAT)
		return evd_emit_unread(x->sink, "damaged", 0, s->size, err, "%s", why.text);
	if (r && err)
		*err = why;
	return r;
}

static int read_archive(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	struct reader x = {.sink = sink, .left = EVD_ARCHIVE_BYTES};
	uint64_t by_ratio;
	int r;

	if (in->source[0].size < EVD_ARCHIVE_BYTES / EVD_ARCHIVE_RATIO) {
		by_ratio = in->source[0].size * EVD_ARCHIVE_RATIO + RATIO_FREE;
		x.left = by_ratio < x.left ? by_ratio : x.left;
	}
	r = warm(err);
	x.digest = EVP_MD_CTX_new();
	if (r == 0 && !x.digest)
		r = evd_nomem(err);
	if (r == 0)
		r = read_item(&x, &in->source[0], err);
	if (r == 0 && x.over)
		r = evd_emit_unread(sink, "limit", 0, 0, err,
		                    "unpacking was ended at the bound of %u to 1 or %llu bytes",
		                    EVD_ARCHIVE_RATIO, (unsigned long long)EVD_ARCHIVE_BYTES);
	/* ZIP and tar state no character set: APPNOTE 6.3.9 Appendix D, POSIX ustar */
	if (r == 0 && x.odd_names)
		r = evd_emit_unread(
		    sink, "unsupported", 0, 0, err,
		    "names of %u members are no UTF-8, and their character set is not known: "
		    "they are kept as bytes, in which no words are found",
		    (unsigned)x.odd_names);
	EVP_MD_CTX_free(x.digest);
	return r;
}

const struct evd_format evd_format_archive = {
    .name = "archive",
    .version = "1",
    .spec = "ZIP, 7z, RAR, tar, gzip, bzip2, xz by libarchive",
    .confirmed = true,
    .probe = probe,
    .read = read_archive,
    .alongside = true,
    .warm = warm,
};
