/*
 * pdf: version, pages, encryption, revisions, the information dictionary, XMP, files within, signatures' presence.
 * Source: ISO 32000-1 §14.3 (metadata); pdf_objects finds the objects, also of a file whose
 * cross-reference table is broken. Nothing is rendered or run.
 */
#include "archive_io.h"
#include "emit.h"
#include "pdf_files.h"
#include "source.h"
#include "texts.h"
#include "xmp_packet.h"

#include <stdlib.h>
#include <string.h>

#define FILE_MAX (UINT64_C(192) << 20) /* bytes held in memory */
/* first bytes, for the header, and last ones, for the end: Adobe PDF Reference 1.7 Appendix H.3, notes 13 and 18 */
#define HEADER_WITHIN 1024u
#define KEYS_MAX 1000u /* of the information dictionary */

struct pdf {
	struct evd_pdf o;
	bool encrypted, active;
	struct evd_view version;
	size_t header; /* where in the item it stands */
	struct evd_sink *sink;
};

static const struct {
	const char *key, *as;
	bool date;
} infos[] = {
    {"Title", "text.title", false},         {"Author", "person.author", false},
    {"Subject", "text.subject", false},     {"Keywords", "text.keywords", false},
    {"Creator", "software", false},         {"Producer", "software", false},
    {"CreationDate", "time.created", true}, {"ModDate", "time.modified", true},
};

/* A value of the dictionary: a text as UTF-8, anything else as it is spelt. False: it names an object that is not there. */
static bool put_value(struct pdf *x, struct evd_view value, struct evd_buf *text)
{
	size_t end;

	value = evd_pdf_resolve(&x->o, value, &end);
	if (value.len && !evd_pdf_text(value, text))
		evd_put_view(text, value);
	return value.len > 0;
}

static int emit_one(struct pdf *x, struct evd_view key, struct evd_view value, size_t i,
                    struct evd_error *err)
{
	bool known = i < sizeof infos / sizeof *infos;
	struct evd_field f = {.group = "pdf.info", .name = known ? infos[i].key : "other"};
	struct evd_buf text;
	char date[32];
	int r = 0;

	f.as = known ? infos[i].as : NULL;
	f.label = known ? evd_view_of(NULL, 0) : key;
	evd_buf_init(&text, EVD_FIELD_TOTAL_MAX);
	if (put_value(x, value, &text)) {
		f.value = evd_buf_view(&text);
		if (known && infos[i].date && evd_pdf_date(f.value, date)) {
			f.raw = f.value;
			f.value = evd_view_str(date);
		}
		r = evd_buf_check(&text, err);
		if (r == 0)
			r = evd_emit_field(x->sink, &f, err);
		if (r == 0 && f.as && strcmp(f.as, "software") == 0)
			r = evd_texts_observe_editor(f.value, infos[i].key, x->sink, err);
	} else {
		r = evd_emit_unread(x->sink, "damaged", 0, 0, err,
		                    "%s of the information dictionary names an object that is not there",
		                    f.name);
	}
	evd_buf_release(&text);
	return r;
}

/* The keys that are not of the standard's list, and those that stand there a second time. */
static int emit_others(struct pdf *x, struct evd_view info, struct evd_error *err)
{
	bool seen[sizeof infos / sizeof *infos] = {false};
	struct evd_buf key;
	size_t pos = 2;
	int r = 0;

	info.len -= info.len < 4 ? info.len : 2; /* without the closing brackets */
	evd_buf_init(&key, EVD_FIELD_NOTE_MAX);
	for (unsigned n = 0; r == 0; n++) {
		struct evd_view name = evd_pdf_value(info, &pos), value;
		size_t i = 0;

		if (name.len == 0 || name.p[0] != '/')
			break;
		value = evd_pdf_value(info, &pos);
		if (n == KEYS_MAX) {
			r = evd_emit_unread(x->sink, "limit", 0, 0, err,
			                    "the information dictionary has more than %u keys", KEYS_MAX);
			break;
		}
		evd_buf_reset(&key);
		evd_pdf_name(name, &key);
		while (i < sizeof infos / sizeof *infos && !evd_view_is(evd_buf_view(&key), infos[i].key))
			i++;
		if (i == sizeof infos / sizeof *infos || seen[i])
			r = emit_one(x, evd_buf_view(&key), value, SIZE_MAX, err);
		else
			seen[i] = true;
	}
	evd_buf_release(&key);
	return r;
}

static int emit_info(struct pdf *x, struct evd_view info, struct evd_error *err)
{
	struct evd_buf copy; /* resolving a value may replace the stream that `info` stands in */
	int r;

	evd_buf_init(&copy, 0);
	evd_put_view(&copy, info);
	r = evd_buf_check(&copy, err);
	for (size_t i = 0; r == 0 && i < sizeof infos / sizeof *infos; i++) {
		struct evd_view value = evd_pdf_get(evd_buf_view(&copy), infos[i].key);

		if (value.len)
			r = emit_one(x, evd_view_of(NULL, 0), value, i, err);
	}
	if (r == 0)
		r = emit_others(x, evd_buf_view(&copy), err);
	evd_buf_release(&copy);
	return r;
}

static int emit_xmp(struct pdf *x, struct evd_view catalog, struct evd_error *err)
{
	size_t end;
	struct evd_view dict = evd_pdf_resolve(&x->o, evd_pdf_get(catalog, "Metadata"), &end), body;
	struct evd_buf plain;
	uint64_t at;
	int r;

	if (dict.len == 0 || end == SIZE_MAX)
		return 0;
	body = evd_pdf_stream(&x->o, dict, end);
	if (body.len == 0)
		return 0;
	at = x->o.before + (uint64_t)(body.p - x->o.file.p);
	evd_buf_init(&plain, 0);
	if (evd_pdf_unpack(&x->o, dict, body, &plain) != PDF_UNKNOWN && plain.len)
		r = evd_xmp_emit(evd_buf_view(&plain), at, x->sink, err);
	else
		r = evd_emit_unread(x->sink, "unsupported", at, body.len, err,
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

	if (x->version.len)
		r = evd_emit_text(x->sink, "pdf", "version", NULL, x->version, err);
	if (r == 0 && x->header)
		r = evd_emit_number(x->sink, "pdf", "bytesBefore", NULL, x->header, err);
	if (r == 0 && version.len > 1)
		r = evd_emit_text(x->sink, "pdf", "catalogVersion", NULL,
		                  evd_view_of(version.p + 1, version.len - 1), err);
	for (size_t i = 0; (i = evd_pdf_find(x->o.file, i, "%%EOF")) != SIZE_MAX; i++)
		revisions++;
	if (r == 0)
		r = evd_emit_number(x->sink, "pdf", "endMarkers", NULL, revisions, err);
	if (r == 0 && x->encrypted)
		r = evd_emit_text(x->sink, "pdf", "encrypted", NULL, evd_view_str("yes"), err);
	pages = evd_pdf_resolve(&x->o, evd_pdf_get(catalog, "Pages"), &end);
	if (r == 0 && evd_pdf_number(evd_pdf_get(pages, "Count"), &count))
		r = evd_emit_number(x->sink, "pdf", "pages", "pages", count, err);
	if (r == 0 && evd_pdf_find(x->o.file, 0, "/ByteRange") != SIZE_MAX)
		r = evd_emit_observation(x->sink, "signature-present", err,
		                         "a digital signature stands in the file; it was not checked");
	return r;
}

/* Objects were looked at one by one unless the file is encrypted. A script that a later revision put out of use is none of them,
 * and so is the word in a title. */
static int emit_active(struct pdf *x, struct evd_error *err)
{
	bool word = evd_pdf_find(x->o.file, 0, "/JavaScript") != SIZE_MAX ||
	            evd_pdf_find(x->o.file, 0, "/Launch") != SIZE_MAX;

	if (x->active || (word && x->encrypted))
		return evd_emit_observation(x->sink, "active-content", err,
		                            "the file names scripts or programs to start; none was run");
	return word
	           ? evd_emit_observation(x->sink, "active-content", err,
	                                  "the word /JavaScript or /Launch stands in the file, and in "
	                                  "no object of its own that counts: in a text, a file within, "
	                                  "or an object that was replaced or left out; none was run")
	           : 0;
}

/* How the objects were found, when not as the standard has it. */
static int emit_faults(struct pdf *x, struct evd_error *err)
{
	int r = 0;

	if (x->o.fault)
		r = evd_emit_unread(
		    x->sink, "damaged", x->o.before + x->o.fault_at, 0, err,
		    "the cross-reference table could not be followed (%s): objects were looked "
		    "for through the file, of several of a number the last counts",
		    x->o.fault);
	if (r == 0 && x->o.streams_unread && !x->encrypted)
		r = evd_emit_unread(
		    x->sink, "unsupported", 0, 0, err,
		    "a stream of objects could not be unpacked: what it holds was not read");
	return r;
}

static int emit_texts(struct pdf *x, struct evd_view catalog, struct evd_error *err)
{
	struct evd_view named = evd_pdf_trailer(&x->o, "Info"), info;
	size_t end;
	int r = 0;

	if (x->encrypted)
		return evd_emit_unread(
		    x->sink, "encrypted", 0, 0, err,
		    "texts of the file, and files within, are encrypted and were not read");
	info = evd_pdf_resolve(&x->o, named, &end);
	if (info.len)
		r = emit_info(x, info, err);
	else if (named.len && !evd_view_is(named, "null"))
		r = evd_emit_unread(x->sink, "damaged", 0, 0, err,
		                    "the information dictionary is named and is not there");
	if (r == 0)
		r = emit_xmp(x, catalog, err);
	return r ? r : evd_pdf_emit_files(&x->o, x->sink, &x->active, err);
}

static int read_file(struct pdf *x, struct evd_error *err)
{
	struct evd_buf catalog;
	size_t end;
	int r;

	x->encrypted = evd_pdf_trailer(&x->o, "Encrypt").len > 0;
	evd_buf_init(&catalog, 0);
	evd_put_view(&catalog, evd_pdf_resolve(&x->o, evd_pdf_trailer(&x->o, "Root"), &end));
	r = evd_buf_check(&catalog, err);
	if (r == 0 && catalog.len == 0 && !x->encrypted)
		r = evd_emit_unread(x->sink, "damaged", 0, 0, err, "no document catalog was found");
	if (r == 0)
		r = emit_structure(x, evd_buf_view(&catalog), err);
	if (r == 0)
		r = emit_texts(x, evd_buf_view(&catalog), err);
	if (r == 0)
		r = emit_active(x, err);
	if (r == 0)
		r = emit_faults(x, err);
	evd_buf_release(&catalog);
	return r;
}

/* "%PDF-1.7"; SIZE_MAX: none among the first bytes. */
static size_t header_at(struct evd_view v)
{
	v.len = v.len < HEADER_WITHIN + 8 ? v.len : HEADER_WITHIN + 8;
	for (size_t i = 0; (i = evd_pdf_find(v, i, "%PDF-")) != SIZE_MAX; i++)
		if (v.len - i >= 8 && v.p[i + 5] >= '0' && v.p[i + 5] <= '9' && v.p[i + 6] == '.')
			return i;
	return SIZE_MAX;
}

static bool ends_as_one(const struct evd_source *s)
{
	uint8_t tail[HEADER_WITHIN];
	uint64_t at = s->size > sizeof tail ? s->size - sizeof tail : 0;
	struct evd_error err = {0};
	size_t got;

	return evd_source_read(s, at, tail, sizeof tail, &got, &err) == 0 &&
	       evd_pdf_find(evd_view_of(tail, got), 0, "%%EOF") != SIZE_MAX;
}

/* Bytes before the header are passed over as readers of PDF do, if the end is one as well; an archive's are a member's. */
static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	bool compressed;

	if (head.len >= 8 && memcmp(head.p, "%PDF-", 5) == 0)
		return 40;
	return header_at(head) != SIZE_MAX && !evd_archive_signature(head, &compressed) && in->n &&
	               ends_as_one(&in->source[0])
	           ? 40
	           : 0;
}

static int open_at(struct pdf *x, struct evd_view file, size_t before, struct evd_error *err)
{
	evd_pdf_close(&x->o);
	memset(&x->o, 0, sizeof x->o);
	x->o.before = before;
	return evd_pdf_open(&x->o, evd_view_of(file.p + before, file.len - before), err);
}

/* Places are counted from the header, or from the file's first byte, whichever leads to the tables. */
static int open_file(struct pdf *x, struct evd_view file, struct evd_error *err)
{
	size_t at = header_at(file);
	int r;

	x->header = at == SIZE_MAX ? 0 : at;
	x->version =
	    file.len - x->header >= 8 ? evd_view_of(file.p + x->header + 5, 3) : evd_view_of(NULL, 0);
	r = open_at(x, file, x->header, err);
	return r || !x->header || !x->o.fault ? r : open_at(x, file, 0, err);
}

static int read_pdf(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	const struct evd_source *s = &in->source[0];
	struct pdf *x;
	uint8_t *bytes;
	int r;

	if (s->size > FILE_MAX)
		return evd_emit_unread(sink, "limit", 0, s->size, err,
		                       "a PDF of more than %llu bytes is not read",
		                       (unsigned long long)FILE_MAX);
	x = calloc(1, sizeof *x);
	bytes = malloc(s->size ? (size_t)s->size : 1);
	if (!x || !bytes) {
		free(x);
		free(bytes);
		return evd_nomem(err);
	}
	x->sink = sink;
	r = evd_source_exact(s, 0, bytes, (size_t)s->size, err);
	if (r == 0)
		r = open_file(x, evd_view_of(bytes, (size_t)s->size), err);
	if (r == 0)
		r = read_file(x, err);
	evd_pdf_close(&x->o);
	free(x);
	free(bytes);
	return r;
}

static int warm(struct evd_error *err)
{
	evd_xmp_warm();
	return evd_pdf_files_warm(err);
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
