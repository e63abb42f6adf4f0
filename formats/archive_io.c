/* archive_io: see archive_io.h. */
#include "archive_io.h"

#include "source.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define BLOCK (UINT32_C(64) << 10)

int evd_archive_warm(struct evd_error *err)
{
	mbstate_t state = {0};

	/* libarchive turns UTF-8 names into those of the locale and loses what has no place there */
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return evd_fail(err, EVD_E_NOTFOUND, "the locale C.UTF-8 is not there");
	mbrtowc(NULL, "", 1, &state); /* the locale's conversions are looked for here, once */
	return 0;
}

static la_ssize_t on_read(struct archive *a, void *ctx, const void **out)
{
	struct evd_archive *x = ctx;
	size_t got;

	*out = x->block;
	if (evd_source_read(x->s, x->pos, x->block, BLOCK, &got, NULL)) {
		archive_set_error(a, EIO, "cannot read the item");
		return -1;
	}
	x->pos += got;
	return (la_ssize_t)got;
}

static la_int64_t on_skip(struct archive *a, void *ctx, la_int64_t want)
{
	struct evd_archive *x = ctx;
	uint64_t left = x->pos < x->s->size ? x->s->size - x->pos : 0;
	uint64_t n = want < 0 ? 0 : (uint64_t)want;

	(void)a;
	n = n < left ? n : left;
	x->pos += n;
	return (la_int64_t)n;
}

static la_int64_t on_seek(struct archive *a, void *ctx, la_int64_t off, int whence)
{
	struct evd_archive *x = ctx;
	int64_t base = whence == SEEK_SET   ? 0
	               : whence == SEEK_CUR ? (int64_t)x->pos
	                                    : (int64_t)x->s->size;

	(void)a;
	if ((off < 0 && base < -off) || (off > 0 && off > INT64_MAX - base))
		return ARCHIVE_FATAL;
	x->pos = (uint64_t)(base + off);
	return (la_int64_t)x->pos;
}

static bool filters(struct archive *a)
{
	/* each returns WARN where it would start a program instead of a library */
	return archive_read_support_filter_gzip(a) == ARCHIVE_OK &&
	       archive_read_support_filter_bzip2(a) == ARCHIVE_OK &&
	       archive_read_support_filter_xz(a) == ARCHIVE_OK;
}

static bool archives(struct archive *a)
{
	return filters(a) && archive_read_support_format_zip(a) == ARCHIVE_OK &&
	       archive_read_support_format_7zip(a) == ARCHIVE_OK &&
	       archive_read_support_format_rar(a) == ARCHIVE_OK &&
	       archive_read_support_format_rar5(a) == ARCHIVE_OK &&
	       archive_read_support_format_tar(a) == ARCHIVE_OK;
}

static bool bare_alone(struct archive *a)
{
	return filters(a) && archive_read_support_format_raw(a) == ARCHIVE_OK;
}

static bool archives_and_bare(struct archive *a)
{
	return archives(a) && archive_read_support_format_raw(a) == ARCHIVE_OK;
}

static bool forward_zip(struct archive *a)
{
	return archive_read_support_format_zip_streamable(a) == ARCHIVE_OK;
}

static int open_with(struct evd_archive *x, const struct evd_source *s,
                     bool (*formats)(struct archive *a), struct evd_error *err)
{
	char reason[160];

	*x = (struct evd_archive){.s = s};
	x->a = archive_read_new();
	x->block = malloc(BLOCK);
	if (!x->a || !x->block) {
		evd_archive_close(x);
		return evd_nomem(err);
	}
	if (!formats(x->a)) {
		evd_archive_close(x);
		return evd_fail(err, EVD_E_UNSUPPORTED, "libarchive lacks a format or filter");
	}
	archive_read_set_callback_data(x->a, x);
	archive_read_set_read_callback(x->a, on_read);
	archive_read_set_skip_callback(x->a, on_skip);
	archive_read_set_seek_callback(x->a, on_seek);
	if (archive_read_open1(x->a) != ARCHIVE_OK) {
		evd_fail(err, EVD_E_FORMAT, "no archive: %s", evd_archive_reason(x, reason));
		evd_archive_close(x);
		return EVD_E_FORMAT;
	}
	return 0;
}

int evd_archive_open(struct evd_archive *x, const struct evd_source *s, bool bare,
                     struct evd_error *err)
{
	return open_with(x, s, bare ? archives_and_bare : archives, err);
}

int evd_archive_open_bare(struct evd_archive *x, const struct evd_source *s, struct evd_error *err)
{
	return open_with(x, s, bare_alone, err);
}

int evd_archive_open_forward(struct evd_archive *x, const struct evd_source *s,
                             struct evd_error *err)
{
	return open_with(x, s, forward_zip, err);
}

void evd_archive_close(struct evd_archive *x)
{
	if (x->a)
		archive_read_free(x->a);
	free(x->block);
	*x = (struct evd_archive){0};
}

const char *evd_archive_reason(const struct evd_archive *x, char out[160])
{
	const char *text = x->a ? archive_error_string(x->a) : NULL;
	size_t n = 0;

	/* the text may quote a name of the archive: plain characters only */
	for (; text && text[n] && n < 159; n++)
		out[n] = text[n] >= 0x20 && text[n] < 0x7F ? text[n] : '?';
	out[n] = 0;
	return n ? out : "no reason given";
}

struct evd_view evd_archive_path(struct archive_entry *e)
{
	const char *path = archive_entry_pathname_utf8(e);

	if (!path)
		path = archive_entry_pathname(e);
	return evd_view_str(path ? path : "");
}

int evd_archive_load(struct evd_archive *x, size_t max, struct evd_buf *b, struct evd_error *err)
{
	char reason[160];

	for (;;) {
		uint8_t block[4096];
		la_ssize_t n = archive_read_data(x->a, block, sizeof block);

		if (n == 0)
			return evd_buf_check(b, err);
		if (n < 0)
			return evd_fail(err, EVD_E_DAMAGED, "member cannot be unpacked: %s",
			                evd_archive_reason(x, reason));
		if (b->len + (size_t)n > max)
			return evd_fail(err, EVD_E_LIMIT, "member has more than %zu bytes", max);
		evd_put(b, block, (size_t)n);
		if (b->failed)
			return evd_buf_check(b, err);
	}
}

bool evd_archive_signature(struct evd_view head, bool *compressed)
{
	static const struct {
		const char *magic;
		size_t len, off;
		bool compressed;
	} known[] = {
	    {"PK\x03\x04", 4, 0, false},
	    {"PK\x05\x06", 4, 0, false},
	    {"7z\xBC\xAF\x27\x1C", 6, 0, false},
	    {"Rar!\x1A\x07", 6, 0, false},
	    {"ustar", 5, 257, false},
	    {"\x1F\x8B\x08", 3, 0, true},
	    {"BZh", 3, 0, true},
	    {"\xFD"
	     "7zXZ\0",
	     6, 0, true},
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (head.len >= known[i].off + known[i].len &&
		    memcmp(head.p + known[i].off, known[i].magic, known[i].len) == 0) {
			*compressed = known[i].compressed;
			return true;
		}
	return false;
}
