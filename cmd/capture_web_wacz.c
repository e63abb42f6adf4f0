/* capture_web_wacz: a WACZ 1.1.1 file: archive, index, list of pages, and digests of them, stored in a ZIP. */
#include "capture_web_warc.h"

#include "base/digest.h"
#include "base/text.h"
#include "seal/zip_write.h"

#include <string.h>

#define FILES 6u

struct file {
	const char *name;
	struct evd_view data;
	struct evd_zip_file zip;
};

/* gzip (RFC 1952) of stored blocks (RFC 1951 §3.2.4): the index is small, and its name must end with .gz. */
static void put_gzip(struct evd_buf *b, struct evd_view v)
{
	static const uint8_t head[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff};
	uint32_t crc = evd_crc32(0, v.p, v.len), size = (uint32_t)v.len;

	evd_put(b, head, sizeof head);
	do {
		uint16_t n = v.len < 65535 ? (uint16_t)v.len : 65535;

		evd_put_u8(b, v.len == n);
		evd_put_u16le(b, n);
		evd_put_u16le(b, (uint16_t)~n);
		evd_put(b, v.p, n);
		v = evd_view_of(v.p + n, v.len - n);
	} while (v.len);
	evd_put_u32le(b, crc);
	evd_put_u32le(b, size);
}

static int put_hash(struct evd_buf *b, struct evd_view v, struct evd_error *err)
{
	uint8_t digest[EVD_SHA256_LEN];
	int r = evd_sha256(v, digest, err);

	evd_put_str(b, "\"hash\":\"sha256:");
	evd_put_hex(b, digest, sizeof digest);
	evd_put_u8(b, '"');
	return r;
}

/* datapackage.json: WACZ §5.2. */
static int put_package(struct evd_buf *b, const struct file *f, size_t n, int64_t made_ms,
                       struct evd_error *err)
{
	char time[EVD_TIME_LEN + 1];
	int r = 0;

	evd_time_format(time, made_ms);
	evd_putf(b,
	         "{\"profile\":\"data-package\",\"wacz_version\":\"1.1.1\",\"software\":\"evidence-"
	         "capture %s\","
	         "\"created\":\"%.19sZ\",\"resources\":[",
	         EVD_VERSION, time);
	for (size_t i = 0; r == 0 && i < n; i++) {
		const char *name = strrchr(f[i].name, '/') + 1;

		evd_putf(b, "%s{\"name\":\"%s\",\"path\":\"%s\",\"bytes\":%zu,", i ? "," : "", name,
		         f[i].name, f[i].data.len);
		r = put_hash(b, f[i].data, err);
		evd_put_u8(b, '}');
	}
	evd_put_str(b, "]}\n");
	return r ? r : evd_buf_check(b, err);
}

static int put_zip(struct evd_buf *out, struct file *f, size_t n, struct evd_error *err)
{
	uint64_t at;

	for (size_t i = 0; i < n; i++) {
		f[i].zip = (struct evd_zip_file){.name = f[i].name,
		                                 .off = out->len,
		                                 .size = f[i].data.len,
		                                 .crc32 = evd_crc32(0, f[i].data.p, f[i].data.len)};
		evd_zip_put_local(out, &f[i].zip);
		evd_put_view(out, f[i].data);
	}
	at = out->len;
	for (size_t i = 0; i < n; i++)
		evd_zip_put_central(out, &f[i].zip);
	evd_zip_put_end(out, n, at, out->len - at);
	return evd_buf_check(out, err);
}

int web_wacz_put(struct evd_view page, struct evd_view warc, struct evd_view index, int64_t made_ms,
                 struct evd_buf *out, struct evd_error *err)
{
	static const char pages_head[] =
	    "{\"format\":\"json-pages-1.0\",\"id\":\"pages\",\"title\":\"All Pages\"}\n";
	static const char cdx_name[] =
	    "!meta 0 {\"format\":\"cdxj-gzip-1.0\",\"filename\":\"index.cdx.gz\"}\n";
	struct evd_buf pages = {0}, cdx = {0}, idx = {0}, package = {0}, digest = {0};
	const uint8_t *key = index.len ? memchr(index.p, '{', index.len) : NULL;
	struct file f[FILES];
	int r;

	evd_put_str(&pages, pages_head);
	evd_put_view(&pages, page);
	evd_put_u8(&pages, '\n');
	put_gzip(&cdx, index);
	evd_put_str(&idx, cdx_name);
	if (key) {
		evd_put(&idx, index.p, (size_t)(key - index.p));
		evd_putf(&idx, "{\"offset\":0,\"length\":%zu,\"filename\":\"index.cdx.gz\"}\n", cdx.len);
	}
	f[0] = (struct file){.name = "archive/data.warc", .data = warc};
	f[1] = (struct file){.name = "indexes/index.cdx.gz", .data = evd_buf_view(&cdx)};
	f[2] = (struct file){.name = "indexes/index.idx", .data = evd_buf_view(&idx)};
	f[3] = (struct file){.name = "pages/pages.jsonl", .data = evd_buf_view(&pages)};
	r = put_package(&package, f, 4, made_ms, err);
	f[4] = (struct file){.name = "datapackage.json", .data = evd_buf_view(&package)};
	evd_put_str(&digest, "{\"path\":\"datapackage.json\",");
	if (r == 0)
		r = put_hash(&digest, evd_buf_view(&package), err);
	evd_put_str(&digest, "}\n");
	f[5] = (struct file){.name = "datapackage-digest.json", .data = evd_buf_view(&digest)};
	if (r == 0 && (pages.failed || cdx.failed || idx.failed || digest.failed))
		r = evd_nomem(err);
	if (r == 0)
		r = put_zip(out, f, FILES, err);
	evd_buf_release(&pages);
	evd_buf_release(&cdx);
	evd_buf_release(&idx);
	evd_buf_release(&package);
	evd_buf_release(&digest);
	return r;
}
