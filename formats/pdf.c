/*
 * pdf: version, pages, encryption, revisions, the information dictionary, XMP, signatures' presence.
 * Source: ISO 32000-1 §7.5 (file structure), §14.3 (metadata). Objects are found by looking for
 * their last definition, in the file and in its object streams, not through the cross-reference
 * table, so that a file with a broken table is read too. Nothing is rendered or run.
 */
#include "emit.h"
#include "pdf_syntax.h"
#include "source.h"
#include "texts.h"
#include "xmp_packet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define FILE_MAX (UINT64_C(192) << 20)    /* bytes held in memory */
#define INFLATE_MAX (UINT32_C(16) << 20)  /* bytes of one stream, unpacked */
#define INFLATE_ALL (UINT64_C(128) << 20) /* of all streams looked into */
#define STREAMS_MAX 4000u

struct pdf {
	struct evd_view file;
	struct evd_buf stream; /* the object stream looked into last */
	uint64_t inflated;
	bool encrypted;
	struct evd_sink *sink;
};

/* A FlateDecode stream (§7.4.4); bounded, and what came out before an error counts. */
static bool unpack(struct pdf *x, struct evd_view packed, struct evd_buf *out)
{
	uint8_t block[4096];
	z_stream z = {0};
	int r = Z_OK;

	if (packed.len > UINT32_MAX || inflateInit(&z) != Z_OK)
		return false;
	z.avail_in = (uInt)packed.len;
	z.next_in = packed.len ? (z_const Bytef *)(uintptr_t)packed.p : NULL;
	while (r == Z_OK && out->len < INFLATE_MAX && x->inflated < INFLATE_ALL) {
		size_t n;

		z.next_out = block;
		z.avail_out = sizeof block;
		r = inflate(&z, Z_NO_FLUSH);
		n = sizeof block - z.avail_out;
		evd_put(out, block, n);
		x->inflated += n;
		if (n == 0)
			break;
	}
	inflateEnd(&z);
	return out->len > 0 && !out->failed;
}

/* The stream behind a dictionary that ends at `end`: bytes, still packed. */
static struct evd_view stream_of(struct evd_view file, struct evd_view dict, size_t end)
{
	size_t start = evd_pdf_find(file, end, "stream"), stop;
	uint64_t len;

	if (start == SIZE_MAX || start - end > 16)
		return evd_view_of(NULL, 0);
	start += 6;
	if (start < file.len && file.p[start] == '\r')
		start++;
	if (start < file.len && file.p[start] == '\n')
		start++;
	if (evd_pdf_number(evd_pdf_get(dict, "Length"), &len) && len <= file.len - start)
		return evd_view_of(file.p + start, (size_t)len);
	stop = evd_pdf_find(file, start, "endstream"); /* the length stands elsewhere */
	return stop == SIZE_MAX ? evd_view_of(NULL, 0) : evd_view_of(file.p + start, stop - start);
}

static bool is_flate(struct evd_view dict)
{
	struct evd_view filter = evd_pdf_get(dict, "Filter");

	return evd_view_is(filter, "/FlateDecode") || evd_view_is(filter, "[/FlateDecode]") ||
	       evd_view_is(filter, "[ /FlateDecode ]");
}

/* "12 0 obj": the last one in the file that begins a line or follows a space. */
static struct evd_view plain_object(struct pdf *x, uint32_t number, size_t *end)
{
	char head[32];
	size_t at = SIZE_MAX, len;

	snprintf(head, sizeof head, "%u 0 obj", number);
	len = strlen(head);
	for (size_t i = 0; (i = evd_pdf_find(x->file, i, head)) != SIZE_MAX; i++)
		if (i == 0 || x->file.p[i - 1] == '\n' || x->file.p[i - 1] == '\r' ||
		    x->file.p[i - 1] == ' ')
			at = i;
	if (at == SIZE_MAX)
		return evd_view_of(NULL, 0);
	*end = at + len;
	return evd_pdf_value(x->file, end);
}

/* §7.5.7: N pairs of number and offset, then from First on the objects. */
static struct evd_view object_in_stream(struct evd_view body, struct evd_view dict, uint32_t number)
{
	uint64_t n, first, id, off;
	size_t pos = 0;

	if (!evd_pdf_number(evd_pdf_get(dict, "N"), &n) ||
	    !evd_pdf_number(evd_pdf_get(dict, "First"), &first) || first > body.len)
		return evd_view_of(NULL, 0);
	for (uint64_t i = 0; i < n && pos < first; i++) {
		if (!evd_pdf_number(evd_pdf_value(body, &pos), &id) ||
		    !evd_pdf_number(evd_pdf_value(body, &pos), &off))
			break;
		if (id == number && off < body.len - first) {
			size_t at = (size_t)(first + off);

			return evd_pdf_value(body, &at);
		}
	}
	return evd_view_of(NULL, 0);
}

static size_t dict_start(struct evd_view file, size_t within)
{
	/* the dictionary of a stream stands right behind "obj" */
	size_t i = within;

	while (i > 0 && within - i < 4096) {
		if (file.p[i] == 'j' && i >= 2 && file.p[i - 1] == 'b' && file.p[i - 2] == 'o')
			return i + 1;
		i--;
	}
	return SIZE_MAX;
}

static struct evd_view packed_object(struct pdf *x, uint32_t number)
{
	unsigned n = 0;

	for (size_t i = 0; n < STREAMS_MAX && (i = evd_pdf_find(x->file, i, "/ObjStm")) != SIZE_MAX;
	     i++, n++) {
		size_t at = dict_start(x->file, i);
		struct evd_view dict, found;

		if (at == SIZE_MAX)
			continue;
		dict = evd_pdf_value(x->file, &at);
		if (!is_flate(dict) || evd_pdf_get(dict, "DecodeParms").len)
			continue;
		evd_buf_reset(&x->stream);
		if (!unpack(x, stream_of(x->file, dict, at), &x->stream))
			continue;
		found = object_in_stream(evd_buf_view(&x->stream), dict, number);
		if (found.len)
			return found;
	}
	return evd_view_of(NULL, 0);
}

/* The object a value refers to, or the value itself. `end` is set when it stands in the file. */
static struct evd_view resolve(struct pdf *x, struct evd_view v, size_t *end)
{
	uint32_t number;
	struct evd_view found;

	*end = SIZE_MAX;
	if (!evd_pdf_reference(v, &number))
		return v;
	found = plain_object(x, number, end);
	if (found.len == 0) {
		*end = SIZE_MAX;
		found = packed_object(x, number);
	}
	return found;
}

/* /key of the last trailer or cross-reference stream that has it. */
static struct evd_view from_trailers(struct pdf *x, const char *key)
{
	struct evd_view found = {0}, v;

	for (size_t i = 0; (i = evd_pdf_find(x->file, i, "trailer")) != SIZE_MAX; i++) {
		size_t at = i + 7;

		v = evd_pdf_get(evd_pdf_value(x->file, &at), key);
		found = v.len ? v : found;
	}
	for (size_t i = 0; (i = evd_pdf_find(x->file, i, "/XRef")) != SIZE_MAX; i++) {
		size_t at = dict_start(x->file, i);

		if (at == SIZE_MAX)
			continue;
		v = evd_pdf_get(evd_pdf_value(x->file, &at), key);
		found = v.len ? v : found;
	}
	return found;
}

static const struct {
	const char *key, *as;
	bool date;
} infos[] = {
    {"Title", "text.title", false},         {"Author", "person.author", false},
    {"Subject", "text.subject", false},     {"Keywords", "text.keywords", false},
    {"Creator", "software", false},         {"Producer", "software", false},
    {"CreationDate", "time.created", true}, {"ModDate", "time.modified", true},
};

static int emit_one(struct pdf *x, struct evd_view value, size_t i, struct evd_error *err)
{
	struct evd_field f = {.group = "pdf.info", .name = infos[i].key, .as = infos[i].as};
	struct evd_buf text;
	char date[32];
	size_t end;
	int r = 0;

	value = resolve(x, value, &end);
	evd_buf_init(&text, EVD_FIELD_TOTAL_MAX);
	if (value.len && evd_pdf_text(value, &text)) {
		f.value = evd_buf_view(&text);
		if (infos[i].date && evd_pdf_date(f.value, date)) {
			f.raw = f.value;
			f.value = evd_view_str(date);
		}
		r = evd_buf_check(&text, err);
		if (r == 0)
			r = evd_emit_field(x->sink, &f, err);
		if (r == 0 && strcmp(infos[i].as, "software") == 0)
			r = evd_texts_observe_editor(f.value, infos[i].key, x->sink, err);
	}
	evd_buf_release(&text);
	return r;
}

static int emit_info(struct pdf *x, struct evd_view info, struct evd_error *err)
{
	struct evd_buf copy; /* resolving a value may replace the stream that `info` stands in */
	int r;

	evd_buf_init(&copy, EVD_FIELD_TOTAL_MAX);
	evd_put_view(&copy, info);
	r = evd_buf_check(&copy, err);
	for (size_t i = 0; r == 0 && i < sizeof infos / sizeof *infos; i++)
		r = emit_one(x, evd_pdf_get(evd_buf_view(&copy), infos[i].key), i, err);
	evd_buf_release(&copy);
	return r;
}

static int emit_xmp(struct pdf *x, struct evd_view catalog, struct evd_error *err)
{
	size_t end;
	struct evd_view dict = resolve(x, evd_pdf_get(catalog, "Metadata"), &end), body;
	struct evd_buf plain;
	int r = 0;

	if (dict.len == 0 || end == SIZE_MAX)
		return 0;
	body = stream_of(x->file, dict, end);
	if (body.len == 0)
		return 0;
	evd_buf_init(&plain, 0);
	if (evd_pdf_get(dict, "Filter").len == 0)
		r = evd_xmp_emit(body, (uint64_t)(body.p - x->file.p), x->sink, err);
	else if (is_flate(dict) && unpack(x, body, &plain))
		r = evd_xmp_emit(evd_buf_view(&plain), (uint64_t)(body.p - x->file.p), x->sink, err);
	else
		r = evd_emit_unread(x->sink, "unsupported", (uint64_t)(body.p - x->file.p), body.len, err,
		                    "the metadata stream could not be unpacked");
	evd_buf_release(&plain);
	return r;
}

static int emit_structure(struct pdf *x, struct evd_view catalog, struct evd_error *err)
{
	struct evd_view version = evd_pdf_get(catalog, "Version"), pages;
	uint64_t count, revisions = 0;
	size_t end;
	int r = 0;

	if (x->file.len >= 8)
		r = evd_emit_text(x->sink, "pdf", "version", NULL, evd_view_of(x->file.p + 5, 3), err);
	if (r == 0 && version.len > 1)
		r = evd_emit_text(x->sink, "pdf", "catalogVersion", NULL,
		                  evd_view_of(version.p + 1, version.len - 1), err);
	for (size_t i = 0; (i = evd_pdf_find(x->file, i, "%%EOF")) != SIZE_MAX; i++)
		revisions++;
	if (r == 0)
		r = evd_emit_number(x->sink, "pdf", "endMarkers", NULL, revisions, err);
	if (r == 0 && x->encrypted)
		r = evd_emit_text(x->sink, "pdf", "encrypted", NULL, evd_view_str("yes"), err);
	pages = resolve(x, evd_pdf_get(catalog, "Pages"), &end);
	if (r == 0 && evd_pdf_number(evd_pdf_get(pages, "Count"), &count))
		r = evd_emit_number(x->sink, "pdf", "pages", "pages", count, err);
	if (r == 0 && evd_pdf_find(x->file, 0, "/ByteRange") != SIZE_MAX)
		r = evd_emit_observation(x->sink, "signature-present", err,
		                         "a digital signature stands in the file; it was not checked");
	if (r == 0 && (evd_pdf_find(x->file, 0, "/JavaScript") != SIZE_MAX ||
	               evd_pdf_find(x->file, 0, "/Launch") != SIZE_MAX))
		r = evd_emit_observation(x->sink, "active-content", err,
		                         "the file names scripts or programs to start; none was run");
	return r;
}

static int read_file(struct pdf *x, struct evd_error *err)
{
	struct evd_buf catalog;
	struct evd_view info;
	size_t end;
	int r;

	x->encrypted = from_trailers(x, "Encrypt").len > 0;
	evd_buf_init(&catalog, 0);
	evd_put_view(&catalog, resolve(x, from_trailers(x, "Root"), &end));
	r = evd_buf_check(&catalog, err);
	if (r == 0 && catalog.len == 0)
		r = evd_emit_unread(x->sink, "damaged", 0, 0, err, "no document catalog was found");
	if (r == 0)
		r = emit_structure(x, evd_buf_view(&catalog), err);
	if (r == 0 && x->encrypted) {
		r = evd_emit_unread(x->sink, "encrypted", 0, 0, err,
		                    "texts of the file are encrypted and were not read");
	} else if (r == 0) {
		info = resolve(x, from_trailers(x, "Info"), &end);
		if (info.len)
			r = emit_info(x, info, err);
		if (r == 0)
			r = emit_xmp(x, evd_buf_view(&catalog), err);
	}
	evd_buf_release(&catalog);
	return r;
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	(void)in;
	return head.len >= 8 && memcmp(head.p, "%PDF-", 5) == 0 ? 40 : 0;
}

static int read_pdf(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	const struct evd_source *s = &in->source[0];
	struct pdf x = {.sink = sink};
	uint8_t *bytes;
	int r;

	if (s->size > FILE_MAX)
		return evd_emit_unread(sink, "limit", 0, s->size, err,
		                       "a PDF of more than %llu bytes is not read",
		                       (unsigned long long)FILE_MAX);
	bytes = malloc(s->size ? (size_t)s->size : 1);
	if (!bytes)
		return evd_nomem(err);
	r = evd_source_exact(s, 0, bytes, (size_t)s->size, err);
	x.file = evd_view_of(bytes, (size_t)s->size);
	evd_buf_init(&x.stream, 0);
	if (r == 0)
		r = read_file(&x, err);
	evd_buf_release(&x.stream);
	free(bytes);
	return r;
}

static int warm(struct evd_error *err)
{
	(void)err;
	evd_xmp_warm();
	return 0;
}

const struct evd_format evd_format_pdf = {
    .name = "pdf",
    .version = "1",
    .spec = "ISO 32000-1",
    .confirmed = true,
    .probe = probe,
    .read = read_pdf,
    .alongside = true,
    .warm = warm,
};
