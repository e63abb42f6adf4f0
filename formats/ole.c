/* ole: see ole.h. */
#include "ole.h"

#include "source.h"
#include "texts.h"

#include <string.h>

#define SECTOR_LAST UINT32_C(0xFFFFFFF9) /* above it: marks, not sectors */
#define ENTRY_LEN 128u
#define DIRECTORY_MAX (UINT32_C(8) << 20)
#define MINI_MAX (UINT32_C(16) << 20)

static uint32_t le16(const uint8_t *p)
{
	return (uint32_t)(p[0] | p[1] << 8);
}

static uint32_t le32(const uint8_t *p)
{
	return le16(p) | le16(p + 2) << 16;
}

bool evd_ole_is(struct evd_view head)
{
	return head.len >= 512 && memcmp(head.p, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8) == 0;
}

static uint64_t place(const struct evd_ole *x, uint32_t sector)
{
	return ((uint64_t)sector + 1) * x->sector;
}

/* §2.3: the sector behind this one. */
static bool next_sector(const struct evd_ole *x, uint32_t *sector)
{
	uint32_t each = x->sector / 4, k = *sector / each;
	uint8_t b[4];

	if ((uint64_t)k * 4 + 4 > x->difat.len ||
	    evd_source_exact(x->s, place(x, le32(x->difat.data + (size_t)k * 4)) + *sector % each * 4,
	                     b, 4, NULL))
		return false;
	*sector = le32(b);
	return true;
}

/* At most `max` bytes of the chain; false if it breaks off or turns in a circle before. */
static bool read_chain(const struct evd_ole *x, uint32_t sector, uint64_t max, struct evd_buf *b)
{
	uint64_t left = x->s->size / x->sector + 1, start = b->len;

	while (b->len - start < max && sector <= SECTOR_LAST && left--) {
		uint8_t block[4096];
		uint64_t want = max - (b->len - start);
		size_t n = want < x->sector ? (size_t)want : x->sector;

		if (evd_source_exact(x->s, place(x, sector), block, n, NULL))
			return false;
		evd_put(b, block, n);
		if (b->failed || !next_sector(x, &sector))
			return false;
	}
	return b->len - start >= max || sector == UINT32_C(0xFFFFFFFE);
}

/* §2.5: 109 in the header, then sectors of more, the last number of each leading to the next. */
static bool read_difat(struct evd_ole *x, const uint8_t *head)
{
	uint32_t at = le32(head + 68);
	uint64_t left = x->s->size / x->sector + 1;

	evd_put(&x->difat, head + 76, (size_t)109 * 4);
	while (at <= SECTOR_LAST && left--) {
		uint8_t block[4096];

		if (evd_source_exact(x->s, place(x, at), block, x->sector, NULL))
			return false;
		evd_put(&x->difat, block, x->sector - 4);
		at = le32(block + x->sector - 4);
	}
	return !x->difat.failed;
}

int evd_ole_open(struct evd_ole *x, const struct evd_source *s, struct evd_error *err)
{
	uint8_t head[512];
	struct evd_buf *const all[] = {&x->difat, &x->directory, &x->mini, &x->mini_fat};
	int r;

	*x = (struct evd_ole){.s = s};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		evd_buf_init(all[i], 0);
	r = evd_source_exact(s, 0, head, sizeof head, err);
	if (r)
		return r;
	x->cutoff = le32(head + 56);
	if (!evd_ole_is(evd_view_of(head, sizeof head)) ||
	    (le16(head + 30) != 9 && le16(head + 30) != 12) || le16(head + 32) != 6)
		return evd_fail(err, EVD_E_FORMAT, "its header is not as it must be");
	x->sector = UINT32_C(1) << le16(head + 30);
	x->mini_sector = 64;
	if (!read_difat(x, head))
		return evd_fail(err, EVD_E_FORMAT, "its allocation table cannot be read");
	(void)read_chain(x, le32(head + 48), DIRECTORY_MAX, &x->directory);
	if (x->directory.len < ENTRY_LEN || x->directory.data[66] != 5)
		return evd_fail(err, EVD_E_FORMAT, "its directory cannot be read");
	(void)read_chain(x, le32(head + 60), MINI_MAX, &x->mini_fat);
	(void)read_chain(x, le32(x->directory.data + 116), MINI_MAX, &x->mini);
	for (size_t i = 0; r == 0 && i < sizeof all / sizeof *all; i++)
		r = evd_buf_check(all[i], err);
	return r;
}

void evd_ole_close(struct evd_ole *x)
{
	evd_buf_release(&x->difat);
	evd_buf_release(&x->directory);
	evd_buf_release(&x->mini);
	evd_buf_release(&x->mini_fat);
}

bool evd_ole_next(const struct evd_ole *x, size_t *i, struct evd_ole_entry *e)
{
	for (; (*i + 1) * ENTRY_LEN <= x->directory.len; ++*i) {
		const uint8_t *p = x->directory.data + *i * ENTRY_LEN;
		size_t len = le16(p + 64);

		if (p[66] != 1 && p[66] != 2)
			continue;
		evd_buf_init(&e->name, 0);
		evd_texts_utf16(&e->name, evd_view_of(p, len < 2 ? 0 : len > 64 ? 64 : len - 2), false);
		e->stream = p[66] == 2;
		e->start = le32(p + 116);
		e->size = le32(p + 120) | (x->sector == 4096 ? (uint64_t)le32(p + 124) << 32 : 0);
		++*i;
		return true;
	}
	return false;
}

bool evd_ole_read(struct evd_ole *x, const struct evd_ole_entry *e, size_t max, struct evd_buf *b)
{
	uint64_t want = e->size < max ? e->size : max;
	uint32_t sector = e->start;
	size_t left = x->mini.len / x->mini_sector + 1, start = b->len;

	if (e->size >= x->cutoff)
		return read_chain(x, sector, want, b);
	while (b->len - start < want && left--) {
		size_t at = (size_t)sector * x->mini_sector, n = (size_t)want - (b->len - start);

		n = n < x->mini_sector ? n : x->mini_sector;
		if (sector > SECTOR_LAST || at > x->mini.len || n > x->mini.len - at ||
		    ((uint64_t)sector + 1) * 4 > x->mini_fat.len)
			return false;
		evd_put(b, x->mini.data + at, n);
		sector = le32(x->mini_fat.data + (size_t)sector * 4);
	}
	return b->len - start >= want && !b->failed;
}
