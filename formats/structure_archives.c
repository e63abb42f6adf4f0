/*
 * structure_archives: see structure_end.h. Sources: POSIX.1 "pax" (ustar, pax headers), GNU tar manual "Basic Tar Format",
 * 7zFormat.txt (7-Zip). The end of gzip, bzip2 and xz is known by unpacking alone: it is not asked for.
 */
#include "structure_end.h"

#include "source.h"

#include <stdlib.h>
#include <string.h>

#define TAR_BLOCK 512u
#define TAR_HEADERS_MAX 100000u
#define TAR_PAX_MAX (UINT32_C(64) << 10) /* bytes of a pax header that is looked into */
#define ZEROS (UINT32_C(64) << 10)       /* bytes of padding read at once */

struct tar {
	const struct evd_source *s;
	uint64_t off;      /* of the next block */
	uint64_t pax_size; /* of the next member, from a pax header */
	bool has_pax_size;
};

/* Octal digits with spaces around; or, of GNU, the first byte 0x80 and the number in base 256. */
static bool tar_number(struct evd_view v, uint64_t *out)
{
	size_t i = 0;

	*out = 0;
	if (v.p[0] == 0x80) {
		for (i = 1; i < v.len; i++) {
			if (*out >> 54)
				return false;
			*out = *out << 8 | v.p[i];
		}
		return true;
	}
	while (i < v.len && v.p[i] == ' ')
		i++;
	for (; i < v.len && v.p[i] >= '0' && v.p[i] <= '7'; i++)
		*out = *out << 3 | (uint64_t)(v.p[i] - '0');
	return i == v.len || v.p[i] == 0 || v.p[i] == ' ';
}

/* The sum of all bytes, those of its own field taken for spaces; some old writers take bytes for signed. */
static bool tar_sum_holds(const uint8_t h[TAR_BLOCK])
{
	uint64_t stored;
	int64_t sum = 0, with_sign = 0;

	for (size_t i = 0; i < TAR_BLOCK; i++) {
		uint8_t c = i >= 148 && i < 156 ? ' ' : h[i];

		sum += c;
		with_sign += (int8_t)c;
	}
	return tar_number(evd_view_of(h + 148, 8), &stored) &&
	       ((int64_t)stored == sum || (int64_t)stored == with_sign);
}

static bool is_zero(const uint8_t *p, size_t len)
{
	return len == 0 || (p[0] == 0 && memcmp(p, p + 1, len - 1) == 0);
}

/* Records of "length key=value" and a line's end; that of the key "size" holds in place of the next header's field. */
static void tar_pax_size(struct tar *t, const char *p, size_t len)
{
	while (len) {
		char *key;
		uint64_t n = strtoull(p, &key, 10);

		if (n == 0 || n > len)
			return;
		if (strncmp(key, " size=", 6) == 0) {
			t->has_pax_size = true;
			t->pax_size = strtoull(key + 6, NULL, 10);
		}
		p += n;
		len -= (size_t)n;
	}
}

static int tar_pax(struct tar *t, uint64_t len, struct evd_error *err)
{
	struct evd_buf b;
	int r;

	if (len > TAR_PAX_MAX)
		return EVD_END;
	if (len > t->s->size - t->off)
		return 0;
	evd_buf_init(&b, TAR_PAX_MAX + 1);
	r = evd_source_load(t->s, t->off, len, TAR_PAX_MAX, &b, err);
	evd_put_u8(&b, 0);
	if (r == 0)
		r = evd_buf_check(&b, err);
	if (r == 0)
		tar_pax_size(t, (const char *)b.data, (size_t)len);
	evd_buf_release(&b);
	return r;
}

/* Moves behind the member's header and bytes. EVD_END: its length cannot be told for certain. */
static int tar_member(struct tar *t, const uint8_t h[TAR_BLOCK], struct evd_error *err)
{
	char type = (char)h[156];
	uint64_t len;
	int r = 0;

	t->off += TAR_BLOCK;
	if (!tar_number(evd_view_of(h + 124, 12), &len))
		return EVD_END;
	/* links, devices, folders and pipes with a length have bytes or not; old GNU tar's sparse files have a map behind */
	if (type == 'S' || (type >= '1' && type <= '6' && len))
		return EVD_END;
	if (type == 'x' || type == 'X') {
		r = tar_pax(t, len, err);
	} else if (type != 'g' && type != 'L' && type != 'K') {
		len = t->has_pax_size ? t->pax_size : len;
		t->has_pax_size = false;
	}
	if (len > UINT64_MAX / 4)
		return EVD_END;
	t->off += (len + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
	return r;
}

/* Behind the two blocks of zeros others may pad the last record: they are the archive's. */
static int tar_padding(struct tar *t, struct evd_structure *st, struct evd_error *err)
{
	uint8_t *block = malloc(ZEROS);
	bool zeros = true;
	int r = block ? 0 : evd_nomem(err);

	while (r == 0 && zeros) {
		size_t got, n = 0;

		r = evd_source_read(t->s, t->off, block, ZEROS, &got, err);
		while (n < got && is_zero(block + n, got - n < TAR_BLOCK ? got - n : TAR_BLOCK))
			n += TAR_BLOCK;
		t->off += n < got ? n : got;
		zeros = n == ZEROS;
	}
	st->end = t->off;
	free(block);
	return r;
}

/* POSIX.1 "ustar Interchange Format": headers and files in blocks of 512 bytes, two blocks of zeros at the end. */
int evd_end_of_tar(struct evd_view head, const struct evd_source *s, struct evd_structure *st,
                   struct evd_error *err)
{
	struct tar t = {.s = s};
	uint8_t h[2 * TAR_BLOCK];
	int r = 0;

	(void)head;
	for (unsigned n = 0; r == 0 && n < TAR_HEADERS_MAX; n++) {
		size_t got;

		r = evd_source_read(s, t.off, h, sizeof h, &got, err);
		if (r)
			break;
		if (got < TAR_BLOCK) {
			evd_end_missing(st, t.off > s->size ? "its last file reaches beyond the end"
			                                    : "no blocks of zeros at its end");
			break;
		}
		if (is_zero(h, TAR_BLOCK)) {
			if (got < sizeof h)
				evd_end_missing(st, "one block of zeros at its end in place of two");
			t.off += TAR_BLOCK;
			return got < sizeof h ? 0 : tar_padding(&t, st, err);
		}
		if (!tar_sum_holds(h)) {
			evd_end_missing(st, "no header where a file ends");
			break;
		}
		r = tar_member(&t, h, err);
	}
	return r == EVD_END ? 0 : r;
}

/* Signature, version, a checksum, then where the last header begins, counted from offset 32, and its length. */
int evd_end_of_7z(struct evd_view head, const struct evd_source *s, struct evd_structure *st,
                  struct evd_error *err)
{
	struct evd_cursor c;
	uint64_t off, len;

	(void)err;
	evd_cursor_init(&c, head);
	evd_get_bytes(&c, 12);
	off = evd_get_u64le(&c);
	len = evd_get_u64le(&c);
	evd_get_u32le(&c);
	if (!evd_cursor_ok(&c))
		evd_end_missing(st, "its first header is cut short");
	else if (s->size < 32 || off > s->size - 32 || len > s->size - 32 - off)
		evd_end_missing(st, "its last header reaches beyond the end");
	else
		st->end = 32 + off + len;
	return 0;
}
