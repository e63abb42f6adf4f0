#include "bundle.h"

#include <string.h>

#define LOCAL_HEAD 30u   /* APPNOTE.TXT 4.3.7 */
#define CENTRAL_HEAD 46u /* 4.3.12 */
#define END_HEAD 22u     /* 4.3.16 */

static uint32_t get(const uint8_t *p, unsigned bytes)
{
	uint32_t v = 0;

	for (unsigned i = bytes; i > 0; i--)
		v = v << 8 | p[i - 1];
	return v;
}

static void set(uint8_t *p, unsigned bytes, size_t v)
{
	for (unsigned i = 0; i < bytes; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static uint32_t crc32_of(const uint8_t *p, size_t len)
{
	uint32_t crc = 0xffffffffu;

	for (size_t i = 0; i < len; i++) {
		crc ^= p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1u)));
	}
	return ~crc;
}

/* One entry of the directory at `at`, and its local header. Returns what lies behind it, 0 if it does not fit. */
static size_t read_one(struct bundle_file *f, const uint8_t *data, size_t at, size_t end)
{
	size_t local, after;

	if (at + CENTRAL_HEAD > end || get(data + at, 4) != 0x02014b50u)
		return 0;
	f->central = data + at;
	f->name_len = get(f->central + 28, 2);
	f->len = get(f->central + 20, 4);
	local = get(f->central + 42, 4);
	after = at + CENTRAL_HEAD + f->name_len;
	if (get(f->central + 10, 2) != 0 || get(f->central + 30, 2) != 0 || after > end ||
	    local + LOCAL_HEAD > end)
		return 0;
	f->local = data + local;
	if (get(f->local, 4) != 0x04034b50u || get(f->local + 26, 2) != f->name_len ||
	    get(f->local + 28, 2) != 0 || f->len > end ||
	    local + LOCAL_HEAD + f->name_len + f->len > end)
		return 0;
	f->data = f->local + LOCAL_HEAD + f->name_len;
	return after;
}

bool bundle_read(struct bundle *b, const uint8_t *data, size_t len)
{
	size_t at;

	if (len < END_HEAD || get(data + len - END_HEAD, 4) != 0x06054b50u)
		return false;
	b->end = len - END_HEAD;
	b->n = get(data + b->end + 10, 2);
	at = b->directory = get(data + b->end + 16, 4);
	if (b->n == 0 || b->n > BUNDLE_FILES)
		return false;
	for (size_t i = 0; i < b->n; i++)
		if ((at = read_one(&b->file[i], data, at, b->end)) == 0)
			return false;
	return at == b->end;
}

static void put(uint8_t *out, size_t *at, const void *p, size_t len)
{
	memmove(out + *at, p, len);
	*at += len;
}

size_t bundle_write(const struct bundle *b, uint8_t *out, size_t max)
{
	size_t need = END_HEAD, at = 0, offset[BUNDLE_FILES], directory;
	uint8_t end[END_HEAD] = {0x50, 0x4b, 0x05, 0x06};

	for (size_t i = 0; i < b->n; i++)
		need += LOCAL_HEAD + CENTRAL_HEAD + 2 * b->file[i].name_len + b->file[i].len;
	if (need > max)
		return 0;
	for (size_t i = 0; i < b->n; i++) {
		const struct bundle_file *f = &b->file[i];

		offset[i] = at;
		put(out, &at, f->local, LOCAL_HEAD + f->name_len);
		set(out + offset[i] + 14, 4, crc32_of(f->data, f->len));
		set(out + offset[i] + 18, 4, f->len);
		set(out + offset[i] + 22, 4, f->len);
		put(out, &at, f->data, f->len);
	}
	directory = at;
	for (size_t i = 0; i < b->n; i++) {
		const struct bundle_file *f = &b->file[i];
		size_t head = at;

		put(out, &at, f->central, CENTRAL_HEAD + f->name_len);
		memcpy(out + head + 16, out + offset[i] + 14, 12);
		set(out + head + 42, 4, offset[i]);
	}
	set(end + 8, 2, b->n);
	set(end + 10, 2, b->n);
	set(end + 12, 4, at - directory);
	set(end + 16, 4, directory);
	put(out, &at, end, sizeof end);
	return at;
}

bool bundle_name_ends(const struct bundle_file *f, const char *suffix)
{
	size_t len = strlen(suffix);

	return f->name_len >= len && memcmp(f->data - len, suffix, len) == 0;
}
