/* pdf_stream: streams of a PDF, unpacked: see pdf_objects.h. Source: ISO 32000-1 §7.3.8, §7.4.4. */
#include "pdf_objects.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define INFLATE_MAX (UINT32_C(16) << 20)  /* bytes of one stream, unpacked */
#define INFLATE_ALL (UINT64_C(128) << 20) /* of all streams looked into */
#define ROW_MAX 65536u                    /* bytes of a row of a predictor */

enum evd_pdf_unpacked evd_pdf_inflate(struct evd_view packed, uint64_t max, evd_pdf_take take,
                                      void *ctx)
{
	uint8_t block[4096];
	z_stream z = {0};
	uint64_t total = 0;
	int r = Z_OK;

	if (packed.len > UINT32_MAX || inflateInit(&z) != Z_OK)
		return PDF_CUT;
	z.avail_in = (uInt)packed.len;
	z.next_in = packed.len ? (z_const Bytef *)(uintptr_t)packed.p : NULL;
	while (r == Z_OK) {
		size_t n;

		z.next_out = block;
		z.avail_out = sizeof block;
		r = inflate(&z, Z_NO_FLUSH);
		n = sizeof block - z.avail_out;
		if (n == 0 && r == Z_OK)
			break;
		total += n;
		if (total > max || (n && !take(ctx, block, n))) {
			inflateEnd(&z);
			return PDF_OVER;
		}
	}
	inflateEnd(&z);
	return r == Z_STREAM_END ? PDF_WHOLE : PDF_CUT;
}

static bool into_buffer(void *ctx, const uint8_t *p, size_t n)
{
	struct evd_buf *b = ctx;

	evd_put(b, p, n);
	return !b->failed;
}

static bool is_null(struct evd_view v)
{
	return v.len == 0 || evd_view_is(v, "null") || evd_view_is(v, "[null]");
}

/* The one element of an array, or what is no array itself. */
static struct evd_view only(struct evd_view v)
{
	size_t pos = 1, end;
	struct evd_view first;

	if (v.len < 2 || v.p[0] != '[')
		return v;
	v.len--;
	first = evd_pdf_value(v, &pos);
	end = pos;
	return evd_pdf_value(v, &end).len ? evd_view_of(v.p, v.len + 1) : first;
}

static bool filter_is_flate(struct evd_view dict)
{
	struct evd_view filter = only(evd_pdf_get(dict, "Filter"));

	return evd_view_is(filter, "/FlateDecode") || evd_view_is(filter, "/Fl");
}

bool evd_pdf_is_flate(struct evd_view dict, bool *plain)
{
	*plain = only(evd_pdf_get(dict, "Filter")).len == 0;
	return filter_is_flate(dict) && is_null(evd_pdf_get(dict, "DecodeParms"));
}

static uint8_t paeth(int a, int b, int c)
{
	int p = a + b - c, pa = abs(p - a), pb = abs(p - b), pc = abs(p - c);

	return (uint8_t)(pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
}

/* One row of PNG's filters (ISO/IEC 15948 §9.2), in place; `up` is the row above, unfiltered. */
static void unfilter(uint8_t *row, const uint8_t *up, size_t len, size_t pixel, uint8_t filter)
{
	for (size_t i = 0; i < len; i++) {
		int left = i >= pixel ? row[i - pixel] : 0, corner = i >= pixel ? up[i - pixel] : 0;

		if (filter == 1)
			row[i] = (uint8_t)(row[i] + left);
		else if (filter == 2)
			row[i] = (uint8_t)(row[i] + up[i]);
		else if (filter == 3)
			row[i] = (uint8_t)(row[i] + (left + up[i]) / 2);
		else if (filter == 4)
			row[i] = (uint8_t)(row[i] + paeth(left, up[i], corner));
	}
}

static uint64_t number_or(struct evd_view dict, const char *key, uint64_t otherwise)
{
	uint64_t n;

	return evd_pdf_number(evd_pdf_get(dict, key), &n) ? n : otherwise;
}

/* Undoes the predictor that `parms` names in the bytes of `b` from `start` on; false: one that is not known. */
static bool unpredict(struct evd_view parms, struct evd_buf *b, size_t start)
{
	uint64_t predictor = number_or(parms, "Predictor", 1), columns = number_or(parms, "Columns", 1);
	uint64_t bits = number_or(parms, "Colors", 1) * number_or(parms, "BitsPerComponent", 8);
	uint64_t len = (columns * bits + 7) / 8;
	size_t to = start, pixel = bits < 8 ? 1 : (size_t)(bits / 8);
	uint8_t *none;

	if (predictor == 1)
		return true;
	if (predictor < 10 || predictor > 15 || len == 0 || len > ROW_MAX || columns > ROW_MAX ||
	    bits > 512)
		return false;
	none = calloc(1, (size_t)len);
	if (!none)
		return false;
	for (size_t from = start; from < b->len; from += (size_t)len + 1) {
		size_t n = b->len - from - 1 < len ? b->len - from - 1 : (size_t)len;
		const uint8_t *up = to == start ? none : b->data + to - len;
		uint8_t filter = b->data[from];

		memmove(b->data + to, b->data + from + 1, n);
		unfilter(b->data + to, up, n, pixel, filter);
		to += n;
	}
	free(none);
	b->len = to;
	return true;
}

enum evd_pdf_unpacked evd_pdf_unpack(struct evd_pdf *x, struct evd_view dict,
                                     struct evd_view packed, struct evd_buf *out)
{
	uint64_t left = x->inflated < INFLATE_ALL ? INFLATE_ALL - x->inflated : 0;
	struct evd_view parms = only(evd_pdf_get(dict, "DecodeParms"));
	size_t start = out->len;
	enum evd_pdf_unpacked r;

	if (only(evd_pdf_get(dict, "Filter")).len == 0) {
		evd_put_view(out, packed);
		return PDF_WHOLE;
	}
	if (!filter_is_flate(dict))
		return PDF_UNKNOWN;
	r = evd_pdf_inflate(packed, left < INFLATE_MAX ? left : INFLATE_MAX, into_buffer, out);
	x->inflated += out->len - start;
	if (!is_null(parms) && (parms.p[0] != '<' || !unpredict(parms, out, start)))
		return PDF_UNKNOWN;
	return r;
}

/* "endstream" stands at `at` or behind a line end there. */
static bool ends_at(struct evd_view file, size_t at)
{
	size_t found;

	if (at > file.len)
		return false;
	found =
	    evd_pdf_find(evd_view_of(file.p, at + 13 < file.len ? at + 13 : file.len), at, "endstream");
	return found != SIZE_MAX && found - at <= 4;
}

struct evd_view evd_pdf_stream(struct evd_pdf *x, struct evd_view dict, size_t end)
{
	struct evd_view near, length = evd_pdf_get(dict, "Length");
	size_t start, stop;
	uint64_t len;

	if (end > x->file.len)
		return evd_view_of(NULL, 0);
	near = evd_view_of(x->file.p, end + 22 < x->file.len ? end + 22 : x->file.len);
	start = evd_pdf_find(near, end, "stream");
	if (start == SIZE_MAX)
		return evd_view_of(NULL, 0);
	start += 6;
	if (start < x->file.len && x->file.p[start] == '\r')
		start++;
	if (start < x->file.len && x->file.p[start] == '\n')
		start++;
	length = evd_pdf_length(x, length);
	if (evd_pdf_number(length, &len) && len <= x->file.len - start &&
	    ends_at(x->file, start + (size_t)len))
		return evd_view_of(x->file.p + start, (size_t)len);
	stop = evd_pdf_find(x->file, start, "endstream"); /* the length is wrong, or cannot be had */
	return stop == SIZE_MAX ? evd_view_of(NULL, 0) : evd_view_of(x->file.p + start, stop - start);
}
