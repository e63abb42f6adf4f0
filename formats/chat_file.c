/* chat_file: see chat_file.h. Walking the files and reading lines. */
#include "chat_file.h"

#include "source.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK (UINT32_C(64) << 10)

bool evd_chat_is_zip(struct evd_view head)
{
	return head.len >= 4 && (memcmp(head.p, "PK\3\4", 4) == 0 || memcmp(head.p, "PK\5\6", 4) == 0);
}

struct evd_view evd_chat_base(struct evd_view name)
{
	for (size_t i = name.len; i > 0; i--)
		if (name.p[i - 1] == '/' || name.p[i - 1] == '\\')
			return evd_view_of(name.p + i, name.len - i);
	return name;
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

bool evd_chat_ends(struct evd_view name, const char *suffix)
{
	size_t n = strlen(suffix);

	if (name.len < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (lower(name.p[name.len - n + i]) != lower((uint8_t)suffix[i]))
			return false;
	return true;
}

bool evd_chat_has(struct evd_view text, const char *part)
{
	size_t n = strlen(part);

	return text.len >= n && memmem(text.p, text.len, part, n) != NULL;
}

struct plain {
	const struct evd_source *s;
	uint64_t off;
};

static int plain_read(void *ctx, void *p, size_t len, size_t *got, struct evd_error *err)
{
	struct plain *plain = ctx;
	int r = evd_source_read(plain->s, plain->off, p, len, got, err);

	plain->off += *got;
	return r;
}

struct zip {
	struct archive *a;
	const struct evd_source *s;
	uint64_t off;
	uint64_t unpacked;
	struct evd_error *err;
	const uint8_t *part; /* unpacked and not yet given out */
	size_t part_len;
	bool ended, broken; /* of the file at hand */
	uint8_t block[BLOCK];
};

static la_ssize_t zip_block(struct archive *a, void *ctx, const void **p)
{
	struct zip *z = ctx;
	size_t got = 0;

	if (evd_source_read(z->s, z->off, z->block, sizeof z->block, &got, z->err)) {
		archive_set_error(a, 5, "cannot read");
		return ARCHIVE_FATAL;
	}
	z->off += got;
	*p = z->block;
	return (la_ssize_t)got;
}

static la_int64_t zip_seek(struct archive *a, void *ctx, la_int64_t off, int whence)
{
	struct zip *z = ctx;
	int64_t base = whence == SEEK_SET   ? 0
	               : whence == SEEK_CUR ? (int64_t)z->off
	                                    : (int64_t)z->s->size;

	(void)a;
	if (off < -base || base + off > (int64_t)z->s->size)
		return ARCHIVE_FATAL;
	z->off = (uint64_t)(base + off);
	return (la_int64_t)z->off;
}

/* archive_read_data would keep to itself what was unpacked right before the damage. */
static void zip_part(struct zip *z)
{
	const void *p;
	la_int64_t off;
	size_t n;
	int got;

	while (z->part_len == 0 && !z->ended) {
		n = 0;
		got = archive_read_data_block(z->a, &p, &n, &off);
		z->ended = got != ARCHIVE_OK;
		z->broken = z->ended && got != ARCHIVE_EOF;
		if (got == ARCHIVE_OK ||
		    got == ARCHIVE_WARN) { /* WARN: a wrong check sum, behind the last bytes */
			z->part = p;
			z->part_len = n;
		}
	}
}

static int zip_read(void *ctx, void *p, size_t len, size_t *got, struct evd_error *err)
{
	struct zip *z = ctx;

	zip_part(z);
	*got = z->part_len < len ? z->part_len : len;
	if (*got == 0)
		return z->broken ? evd_fail(err, EVD_E_DAMAGED,
		                            "a file in the zip is damaged: bytes are missing or its check "
		                            "sum is wrong")
		                 : 0;
	memcpy(p, z->part, *got);
	z->part += *got;
	z->part_len -= *got;
	z->unpacked += *got;
	if (z->unpacked > EVD_ARCHIVE_BYTES ||
	    (z->unpacked > (UINT64_C(256) << 20) && z->unpacked / EVD_ARCHIVE_RATIO > z->s->size))
		return evd_fail(err, EVD_E_LIMIT, "the zip unpacks to more than is allowed");
	return 0;
}

static struct evd_view entry_name(struct archive_entry *e)
{
	const char *name = archive_entry_pathname_utf8(e);

	if (!name)
		name = archive_entry_pathname(e);
	return evd_view_str(name ? name : "");
}

static int damaged(const struct evd_chat_walk *w, struct evd_view name, const char *what,
                   struct evd_error *err)
{
	struct evd_view was;
	int r;

	if (w->partial)
		*w->partial = true;
	if (!w->chat)
		return 0;
	was = w->chat->member;
	w->chat->member = name;
	r = evd_chat_unread(w->chat, NULL, "damaged", 0, 0, err, "%s", what);
	w->chat->member = was;
	return r;
}

static int zip_entry(const struct evd_chat_walk *w, struct zip *z, struct archive_entry *e,
                     struct evd_error *err)
{
	struct evd_chat_file f = {entry_name(e), zip_read, z};
	char hold[4096];

	if (archive_entry_filetype(e) != AE_IFREG || f.name.len == 0 || f.name.len > sizeof hold)
		return 0;
	if (w->want && !w->want(w->ctx, f.name))
		return 0;
	/* the entry's own memory goes away with the next header */
	memcpy(hold, f.name.p, f.name.len);
	f.name.p = (const uint8_t *)hold;
	if (archive_entry_is_data_encrypted(e) == 1)
		return damaged(w, f.name, "the file is encrypted", err);
	z->part_len = 0;
	z->ended = z->broken = false;
	return w->each(w->ctx, &f, err);
}

static int walk_entries(const struct evd_chat_walk *w, struct zip *z, struct evd_error *err)
{
	const struct evd_view none = {NULL, 0};

	for (unsigned n = 0;; n++) {
		struct archive_entry *e;
		int got, r;

		if (n == EVD_CHAT_FILES_MAX)
			return damaged(w, none, "more files in the zip than are looked at", err);
		got = archive_read_next_header(z->a, &e);
		if (got == ARCHIVE_EOF)
			return 0;
		if (got < ARCHIVE_WARN)
			return damaged(w, none, "the zip's list of files is damaged from here on", err);
		r = zip_entry(w, z, e, err);
		if (r)
			return r;
	}
}

static int walk_zip(const struct evd_chat_walk *w, const struct evd_source *s,
                    struct evd_error *err)
{
	struct zip *z = calloc(1, sizeof *z);
	const struct evd_view none = {NULL, 0};
	int r = EVD_E_NOMEM;

	if (!z)
		return evd_nomem(err);
	z->s = s;
	z->err = err;
	z->a = archive_read_new();
	if (!z->a) {
		evd_nomem(err);
		goto out;
	}
	archive_read_support_format_zip(z->a);
	archive_read_set_callback_data(z->a, z);
	archive_read_set_read_callback(z->a, zip_block);
	archive_read_set_seek_callback(z->a, zip_seek);
	if (archive_read_open1(z->a) != ARCHIVE_OK)
		r = damaged(w, none, "the zip cannot be opened", err);
	else
		r = walk_entries(w, z, err);
	if (r == 0 && !evd_chat_zip_has_end(s))
		r = damaged(w, none, "the zip was cut: the list of files at its end is not there", err);
out:
	if (z->a)
		archive_read_free(z->a);
	free(z);
	return r;
}

int evd_chat_walk(const struct evd_input *in, const struct evd_chat_walk *w, struct evd_error *err)
{
	int r = 0;

	for (size_t i = 0; i < in->n && r == 0; i++) {
		const struct evd_source *s = &in->source[i];
		struct plain plain = {s, 0};
		struct evd_chat_file f = {{NULL, 0}, plain_read, &plain};
		uint8_t head[4];
		size_t got;

		r = evd_source_read(s, 0, head, sizeof head, &got, err);
		if (r)
			break;
		if (evd_chat_is_zip(evd_view_of(head, got))) {
			r = walk_zip(w, s, err);
			continue;
		}
		if (i > 0)
			f.name = s->name;
		if (i == 0 || !w->want || w->want(w->ctx, f.name))
			r = w->each(w->ctx, &f, err);
	}
	return r;
}

struct look {
	bool (*is)(struct evd_view head);
	unsigned left;
	bool found;
};

static int look_at(void *ctx, struct evd_chat_file *f, struct evd_error *err)
{
	struct look *look = ctx;
	uint8_t head[4096];
	size_t got = 0;

	if (f->read(f->ctx, head, sizeof head, &got, err) == 0)
		look->found = look->is(evd_view_of(head, got));
	/* any error ends the walk */
	return look->found || --look->left == 0 ? EVD_E_FORMAT : 0;
}

bool evd_chat_any_begins(const struct evd_input *in, bool (*want)(void *ctx, struct evd_view name),
                         bool (*is)(struct evd_view head), unsigned max)
{
	struct look look = {is, max, false};
	const struct evd_chat_walk walk = {want, look_at, &look, NULL, NULL};
	struct evd_input first = *in;
	struct evd_error why;
	int r;

	first.n = 1;
	r = evd_chat_walk(&first, &walk, &why);
	return (r == 0 || r == EVD_E_FORMAT) && look.found;
}

void evd_chat_lines_init(struct evd_chat_lines *l, struct evd_chat_file *f)
{
	memset(l, 0, sizeof *l);
	l->file = f;
	evd_buf_init(&l->buf, EVD_CHAT_LINE_MAX * 2 + BLOCK);
	l->block = malloc(BLOCK);
	if (!l->block) {
		l->failed = evd_nomem(&l->why);
		l->end = true;
	}
}

void evd_chat_lines_release(struct evd_chat_lines *l)
{
	evd_buf_release(&l->buf);
	free(l->block);
	l->block = NULL;
}

static void fill(struct evd_chat_lines *l)
{
	size_t got = 0;
	int r;

	if (l->at) { /* drop what was given out */
		memmove(l->buf.data, l->buf.data + l->at, l->buf.len - l->at);
		l->off += l->at;
		l->buf.len -= l->at;
		l->at = 0;
	}
	if (l->end)
		return;
	r = l->file->read(l->file->ctx, l->block, BLOCK, &got, &l->why);
	evd_put(&l->buf, l->block, got);
	if (r == 0)
		r = evd_buf_check(&l->buf, &l->why);
	if (r)
		l->failed = r;
	if (r || got == 0)
		l->end = true;
}

bool evd_chat_lines_next(struct evd_chat_lines *l, struct evd_view *line, uint64_t *off)
{
	size_t from = l->at, n;
	const uint8_t *nl;

	for (;;) {
		nl = l->buf.len > from ? memchr(l->buf.data + from, '\n', l->buf.len - from) : NULL;
		if (nl || l->end || l->buf.len - l->at >= EVD_CHAT_LINE_MAX)
			break;
		from = l->buf.len - l->at; /* what was looked at moves to the front */
		fill(l);
	}
	n = nl ? (size_t)(nl - l->buf.data) + 1 - l->at : l->buf.len - l->at;
	if (n == 0)
		return false;
	*line = evd_view_of(l->buf.data + l->at, n);
	*off = l->off + l->at;
	l->at += n;
	return true;
}
