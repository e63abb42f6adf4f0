/* zip_write: see zip_write.h. */
#include "seal/zip_write.h"

#include <stdbool.h>
#include <string.h>

#define NO_FIT16 0xffffu
#define NO_FIT32 0xffffffffu
#define DATE_1980 0x0021u

static uint32_t fit32(uint64_t v)
{
	return v >= NO_FIT32 ? NO_FIT32 : (uint32_t)v;
}

size_t evd_zip_local_len(const char *name, uint64_t size)
{
	return 30 + strlen(name) + (size >= NO_FIT32 ? 20 : 0);
}

/* flags, method, time, date, CRC-32, sizes, name length: the same in both headers */
static void put_common(struct evd_buf *b, const struct evd_zip_file *f)
{
	evd_put_u16le(b, 0);
	evd_put_u16le(b, 0);
	evd_put_u16le(b, 0);
	evd_put_u16le(b, DATE_1980);
	evd_put_u32le(b, f->crc32);
	evd_put_u32le(b, fit32(f->size));
	evd_put_u32le(b, fit32(f->size));
	evd_put_u16le(b, (uint16_t)strlen(f->name));
}

void evd_zip_put_local(struct evd_buf *b, const struct evd_zip_file *f)
{
	bool big = f->size >= NO_FIT32;

	evd_put_u32le(b, 0x04034b50);
	evd_put_u16le(b, big ? 45 : 10);
	put_common(b, f);
	evd_put_u16le(b, big ? 20 : 0);
	evd_put_str(b, f->name);
	if (!big)
		return;
	evd_put_u16le(b, 1);
	evd_put_u16le(b, 16);
	evd_put_u64le(b, f->size);
	evd_put_u64le(b, f->size);
}

void evd_zip_put_central(struct evd_buf *b, const struct evd_zip_file *f)
{
	bool big = f->size >= NO_FIT32, far = f->off >= NO_FIT32;
	uint16_t extra = (uint16_t)((big ? 16 : 0) + (far ? 8 : 0));

	evd_put_u32le(b, 0x02014b50);
	evd_put_u16le(b, 45);
	evd_put_u16le(b, big || far ? 45 : 10);
	put_common(b, f);
	evd_put_u16le(b, extra ? (uint16_t)(extra + 4) : 0);
	evd_put_u16le(b, 0);
	evd_put_u16le(b, 0);
	evd_put_u16le(b, 0);
	evd_put_u32le(b, 0);
	evd_put_u32le(b, fit32(f->off));
	evd_put_str(b, f->name);
	if (!extra)
		return;
	evd_put_u16le(b, 1);
	evd_put_u16le(b, extra);
	if (big) {
		evd_put_u64le(b, f->size);
		evd_put_u64le(b, f->size);
	}
	if (far)
		evd_put_u64le(b, f->off);
}

static void put_end64(struct evd_buf *b, uint64_t n, uint64_t off, uint64_t size)
{
	evd_put_u32le(b, 0x06064b50);
	evd_put_u64le(b, 44);
	evd_put_u16le(b, 45);
	evd_put_u16le(b, 45);
	evd_put_u32le(b, 0);
	evd_put_u32le(b, 0);
	evd_put_u64le(b, n);
	evd_put_u64le(b, n);
	evd_put_u64le(b, size);
	evd_put_u64le(b, off);
	evd_put_u32le(b, 0x07064b50);
	evd_put_u32le(b, 0);
	evd_put_u64le(b, off + size);
	evd_put_u32le(b, 1);
}

void evd_zip_put_end(struct evd_buf *b, uint64_t n, uint64_t off, uint64_t size)
{
	uint16_t count = n >= NO_FIT16 ? NO_FIT16 : (uint16_t)n;

	if (count == NO_FIT16 || size >= NO_FIT32 || off >= NO_FIT32)
		put_end64(b, n, off, size);
	evd_put_u32le(b, 0x06054b50);
	evd_put_u16le(b, 0);
	evd_put_u16le(b, 0);
	evd_put_u16le(b, count);
	evd_put_u16le(b, count);
	evd_put_u32le(b, fit32(size));
	evd_put_u32le(b, fit32(off));
	evd_put_u16le(b, 0);
}
