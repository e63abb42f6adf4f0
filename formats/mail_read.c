/*
 * mail_read: e-mail as EML or mbox: headers as stored and decoded, dates with their zone, the tree of
 * parts with size and SHA-256, the text, also that of HTML. Source: RFC 5322, RFC 2045 to 2047, RFC 2231,
 * RFC 4155 (mbox), by gmime.
 */
#include "mail.h"

#include "emit.h"
#include "mail_date.h"
#include "mail_text.h"
#include "rfc2047.h"
#include "source.h"
#include "texts.h"

#include "base/text.h"

#include <gmime/gmime.h>
#include <iconv.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_MAX (UINT64_C(128) << 20) /* bytes of one message */
#define MESSAGES_MAX 1000000u
#define DEPTH_MAX 16
#define PARTS_MAX 10000u /* of one message */
#define HEADERS_MAX 2000
#define BLOCK (UINT32_C(64) << 10)

static EVP_MD *sha256;
static GMimeParserOptions *options;

struct reader {
	const struct evd_source *s;
	struct evd_sink *sink;
	uint32_t n;     /* members so far */
	uint32_t parts; /* of them, those of the message being read */
	bool over;      /* that it has too many was said */
	char group[64]; /* of the message being read */
	uint64_t off;   /* of the message in the item */
	struct evd_view bytes;
};

/* Conversions are loaded from files, so they are opened now and kept (threats.md §4.1). */
int evd_mail_warm(struct evd_error *err)
{
	static const char *const charsets[] = {
	    "ISO-8859-1",   "ISO-8859-2",   "ISO-8859-5",   "ISO-8859-9",
	    "ISO-8859-15",  "ISO-8859-16",  "WINDOWS-1250", "WINDOWS-1251",
	    "WINDOWS-1252", "WINDOWS-1254", "KOI8-R",       "IBM852",
	    "IBM855",       "UTF-16",       "UTF-7",        "US-ASCII",
	};
	static iconv_t open[sizeof charsets / sizeof *charsets];

	if (options)
		return 0;
	for (size_t i = 0; i < sizeof charsets / sizeof *charsets; i++)
		open[i] = iconv_open("UTF-8", charsets[i]);
	(void)open;
	g_mime_init();
	options = g_mime_parser_options_new();
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	return options && sha256 ? 0 : evd_fail_crypto(err, "gmime or SHA-256 is not there");
}

static const struct {
	const char *header, *as;
} meanings[] = {
    {"From", "person.from"},     {"To", "person.to"},           {"Cc", "person.to"},
    {"Bcc", "person.to"},        {"Sender", "person.from"},     {"Reply-To", "person.reply-to"},
    {"Subject", "text.subject"}, {"Message-ID", "document.id"}, {"X-Mailer", "software"},
    {"User-Agent", "software"},
};

/* One that is no date stays as it is, and means nothing. */
static int emit_date(struct reader *x, const char *text, struct evd_view raw, struct evd_error *err)
{
	struct evd_field f = {.group = x->group, .name = "header"};
	char date[EVD_MAIL_DATE_LEN];
	int r;

	f.label = evd_view_str("Date");
	f.value = raw;
	if (memchr(raw.p, 0, raw.len) == NULL && evd_mail_date(text, date)) {
		f.as = "time.sent";
		f.raw = raw;
		f.value = evd_view_str(date);
		return evd_emit_field(x->sink, &f, err);
	}
	r = evd_emit_field(x->sink, &f, err);
	return r ? r
	         : evd_emit_observation(x->sink, "time-unreadable", err,
	                                "the Date header of %s holds no date", x->group);
}

/* The value as its bytes stand in the message: gmime's ends at a NUL. */
static struct evd_view raw_value(struct reader *x, GMimeHeader *h, const char *name,
                                 const char *text)
{
	gint64 at = g_mime_header_get_offset(h);
	size_t i, from, len = strlen(name);

	if (at < 0 || (uint64_t)at + len >= x->bytes.len || memcmp(x->bytes.p + at, name, len) != 0)
		return evd_texts_trim(evd_view_str(text));
	i = (size_t)at + len;
	while (i < x->bytes.len && x->bytes.p[i] != ':' && x->bytes.p[i] != '\n')
		i++;
	if (i == x->bytes.len || x->bytes.p[i] != ':')
		return evd_texts_trim(evd_view_str(text));
	from = ++i;
	while (i < x->bytes.len &&
	       (x->bytes.p[i] != '\n' ||
	        (i + 1 < x->bytes.len && (x->bytes.p[i + 1] == ' ' || x->bytes.p[i + 1] == '\t'))))
		i++;
	return evd_texts_trim(evd_view_of(x->bytes.p + from, i - from));
}

static int emit_header(struct reader *x, GMimeHeader *h, bool *dated, struct evd_error *err)
{
	static const char mark[] = "\xEF\xBB\xBF"; /* some write a byte order mark before the first */
	struct evd_field f = {.group = x->group, .name = "header"};
	const char *name = g_mime_header_get_name(h), *text = g_mime_header_get_raw_value(h), *known;
	struct evd_buf decoded;
	struct evd_view raw;
	int r;

	if (!name || !text)
		return 0;
	raw = raw_value(x, h, name, text);
	known = strncmp(name, mark, 3) == 0 ? name + 3 : name;
	if (strcasecmp(known, "Date") == 0) {
		*dated = true;
		return emit_date(x, text, raw, err);
	}
	for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
		if (strcasecmp(known, meanings[i].header) == 0)
			f.as = meanings[i].as;
	f.label = evd_view_str(name);
	f.raw = raw;
	evd_buf_init(&decoded, EVD_FIELD_TOTAL_MAX);
	evd_rfc2047_decode(f.raw, &decoded);
	f.value = evd_buf_view(&decoded);
	if (evd_view_eq(f.raw, f.value))
		f.raw = evd_view_of(NULL, 0);
	r = evd_buf_check(&decoded, err);
	if (r == 0)
		r = evd_emit_field(x->sink, &f, err);
	evd_buf_release(&decoded);
	return r;
}

static int emit_headers(struct reader *x, GMimeObject *o, struct evd_error *err)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(o);
	int n = g_mime_header_list_get_count(list), r = 0;
	bool dated = false;

	for (int i = 0; r == 0 && i < n && i < HEADERS_MAX; i++)
		r = emit_header(x, g_mime_header_list_get_header_at(list, i), &dated, err);
	if (r == 0 && !dated)
		r = evd_emit_observation(x->sink, "time-unreadable", err, "%s has no Date header",
		                         x->group);
	if (r == 0 && n > HEADERS_MAX)
		r = evd_emit_unread(x->sink, "limit", x->off, 0, err, "%d headers, more than %d", n,
		                    HEADERS_MAX);
	return r;
}

/* The part's bytes, decoded; owned by the caller. */
static GByteArray *part_bytes(GMimePart *part)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *out = g_mime_stream_mem_new();
	GByteArray *bytes = NULL;

	if (content && g_mime_data_wrapper_write_to_stream(content, out) >= 0) {
		g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(out), FALSE);
		bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(out));
	}
	g_object_unref(out);
	return bytes;
}

static int emit_body(struct reader *x, GMimeObject *o, struct evd_view bytes, struct evd_error *err)
{
	GMimeContentType *type = g_mime_object_get_content_type(o);
	struct evd_mail_text t = {.group = x->group, .n = x->n, .off = x->off, .bytes = bytes};

	t.html = g_mime_content_type_is_type(type, "text", "html");
	t.charset = g_mime_content_type_get_parameter(type, "charset");
	if (g_mime_part_is_attachment(GMIME_PART(o)) ||
	    (!t.html && !g_mime_content_type_is_type(type, "text", "plain")))
		return 0;
	return evd_mail_emit_text(&t, x->sink, err);
}

/* What was decoded leaves out what is no base64. */
static int check_base64(struct reader *x, GMimePart *part, uint32_t n, struct evd_error *err)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *stream = content ? g_mime_data_wrapper_get_stream(content) : NULL;
	struct evd_mail_base64 b = {0};
	char block[4096];
	ssize_t got;

	if (!stream || g_mime_data_wrapper_get_encoding(content) != GMIME_CONTENT_ENCODING_BASE64)
		return 0;
	g_mime_stream_reset(stream);
	while ((got = g_mime_stream_read(stream, block, sizeof block)) > 0)
		evd_mail_look_at_base64(&b, evd_view_of(block, (size_t)got));
	g_mime_stream_reset(stream);
	evd_mail_end_base64(&b);
	if (!b.foreign && !b.behind_end && !b.cut)
		return 0;
	return evd_emit_unread(
	    x->sink, "damaged", x->off, 0, err,
	    "the base64 of member %u is not whole (%llu characters that are none%s%s): "
	    "its size and SHA-256 are of what was made of it",
	    (unsigned)n, (unsigned long long)b.foreign, b.behind_end ? ", more behind its end" : "",
	    b.cut ? ", cut short" : "");
}

static int emit_part(struct reader *x, GMimeObject *o, uint32_t parent, struct evd_error *err)
{
	struct evd_member m = {.type = "file", .n = ++x->n, .parent = parent};
	struct evd_view view = {0};
	const char *name = g_mime_part_get_filename(GMIME_PART(o));
	char *type = g_mime_content_type_get_mime_type(g_mime_object_get_content_type(o));
	GByteArray *bytes = part_bytes(GMIME_PART(o));
	uint8_t digest[EVP_MAX_MD_SIZE];
	int r;

	x->parts++;
	m.path = evd_view_str(name ? name : "");
	m.media = evd_view_str(type ? type : "");
	if (bytes) {
		view = evd_view_of(bytes->data, bytes->len);
		m.has_size = true;
		m.size = bytes->len;
		if (EVP_Digest(bytes->data ? bytes->data : digest, bytes->len, digest, NULL, sha256,
		               NULL) == 1)
			m.sha256 = digest;
	}
	r = evd_emit_member(x->sink, &m, err);
	if (r == 0 && !bytes)
		r = evd_emit_unread(x->sink, "damaged", x->off, 0, err, "part %u could not be decoded",
		                    (unsigned)m.n);
	if (r == 0)
		r = check_base64(x, GMIME_PART(o), m.n, err);
	if (r == 0 && bytes)
		r = emit_body(x, o, view, err);
	if (bytes)
		g_byte_array_free(bytes, TRUE);
	g_free(type);
	return r;
}

static int read_object(struct reader *x, GMimeObject *o, uint32_t parent, int depth,
                       struct evd_error *err);

static int read_inner_message(struct reader *x, GMimeObject *o, uint32_t parent, int depth,
                              struct evd_error *err)
{
	GMimeMessage *inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(o));
	struct evd_member m = {.type = "file", .n = ++x->n, .parent = parent};
	char outer[sizeof x->group];
	int r;

	x->parts++;
	m.media = evd_view_str("message/rfc822");
	r = evd_emit_member(x->sink, &m, err);
	if (r || !inner)
		return r;
	memcpy(outer, x->group, sizeof outer);
	snprintf(x->group, sizeof x->group, "mail.member.%u", (unsigned)m.n);
	r = emit_headers(x, GMIME_OBJECT(inner), err);
	if (r == 0 && g_mime_message_get_mime_part(inner))
		r = read_object(x, g_mime_message_get_mime_part(inner), m.n, depth + 1, err);
	memcpy(x->group, outer, sizeof outer);
	return r;
}

static int read_object(struct reader *x, GMimeObject *o, uint32_t parent, int depth,
                       struct evd_error *err)
{
	int r = 0;

	if (depth > DEPTH_MAX)
		return evd_emit_unread(x->sink, "limit", x->off, 0, err, "parts nested more than %d deep",
		                       DEPTH_MAX);
	if (x->parts >= PARTS_MAX) {
		if (!x->over)
			r = evd_emit_unread(x->sink, "limit", x->off, 0, err,
			                    "a message of more than %u parts: the rest was not read",
			                    PARTS_MAX);
		x->over = true;
		return r;
	}
	if (GMIME_IS_MULTIPART(o)) {
		int n = g_mime_multipart_get_count(GMIME_MULTIPART(o));

		for (int i = 0; r == 0 && i < n; i++)
			r = read_object(x, g_mime_multipart_get_part(GMIME_MULTIPART(o), i), parent, depth + 1,
			                err);
		/* what the parser noted of the bytes; GMime has no function for it (RFC 2046 §5.1.1) */
		if (r == 0 && !GMIME_MULTIPART(o)->write_end_boundary)
			r = evd_emit_observation(x->sink, "truncated", err,
			                         "the parts of a message are not closed by their boundary");
		return r;
	}
	if (GMIME_IS_MESSAGE_PART(o))
		return read_inner_message(x, o, parent, depth, err);
	return GMIME_IS_PART(o) ? emit_part(x, o, parent, err) : 0;
}

/* One message at [off, off+len) of the item. */
static int read_message(struct reader *x, uint64_t off, uint64_t len, uint32_t parent,
                        struct evd_error *err)
{
	GMimeStream *stream;
	GMimeParser *parser;
	GMimeMessage *message;
	GByteArray *bytes;
	int r;

	x->off = off;
	x->parts = 0;
	x->over = false;
	if (len > MESSAGE_MAX)
		return evd_emit_unread(x->sink, "limit", off, len, err,
		                       "a message of more than %llu bytes is not read",
		                       (unsigned long long)MESSAGE_MAX);
	bytes = g_byte_array_sized_new((guint)len);
	g_byte_array_set_size(bytes, (guint)len);
	r = evd_source_exact(x->s, off, bytes->data, (size_t)len, err);
	if (r) {
		g_byte_array_free(bytes, TRUE);
		return r;
	}
	x->bytes = evd_view_of(bytes->data, bytes->len);
	stream = g_mime_stream_mem_new_with_byte_array(bytes); /* owns the bytes */
	parser = g_mime_parser_new_with_stream(stream);
	g_mime_parser_set_format(parser, GMIME_FORMAT_MESSAGE);
	message = g_mime_parser_construct_message(parser, options);
	if (message) {
		r = emit_headers(x, GMIME_OBJECT(message), err);
		if (r == 0 && g_mime_message_get_mime_part(message))
			r = read_object(x, g_mime_message_get_mime_part(message), parent, 0, err);
		g_object_unref(message);
	} else {
		r = evd_emit_unread(x->sink, "damaged", off, len, err, "no message could be read here");
	}
	g_object_unref(parser);
	g_object_unref(stream);
	return r;
}

static int read_box_message(struct reader *x, uint64_t off, uint64_t end, struct evd_error *err)
{
	struct evd_member m = {.type = "file", .n = ++x->n, .has_place = true, .off = off};
	uint8_t line[1024];
	const uint8_t *nl;
	size_t got;
	int r = evd_source_read(x->s, off, line, sizeof line, &got, err);

	m.len = end - off;
	m.media = evd_view_str("message/rfc822");
	if (r == 0)
		r = evd_emit_member(x->sink, &m, err);
	if (r)
		return r;
	snprintf(x->group, sizeof x->group, "mail.member.%u", (unsigned)m.n);
	nl = memchr(line, '\n', got);
	if (!nl)
		return evd_emit_unread(x->sink, "damaged", off, m.len, err,
		                       "the line that begins a message does not end");
	off += (uint64_t)(nl - line) + 1;
	return off < end ? read_message(x, off, end - off, m.n, err) : 0;
}

/* The last one, too, may have the empty line that would separate it from a next. */
static int read_last_message(struct reader *x, uint64_t start, struct evd_error *err)
{
	uint64_t end = x->s->size;
	uint8_t t[3] = {0};

	if (end - start > 3) {
		int r = evd_source_exact(x->s, end - 3, t, 3, err);

		if (r)
			return r;
		if (t[1] == '\n' && t[2] == '\n')
			end -= 1;
		else if (memcmp(t, "\n\r\n", 3) == 0)
			end -= 2;
	}
	return read_box_message(x, start, end, err);
}

/* RFC 4155: "From " at the start of a line behind an empty one begins a message. Two line ends of
 * either kind before it are looked for, so that "\r\n\r\nFrom " counts too. */
static int read_box(struct reader *x, struct evd_error *err)
{
	uint8_t *block = malloc(BLOCK);
	uint64_t start = 0, off = 1;
	unsigned n = 0;
	int r = 0;

	if (!block)
		return evd_nomem(err);
	while (r == 0 && n < MESSAGES_MAX) {
		size_t got, i = 0;

		r = evd_source_read(x->s, off, block, BLOCK, &got, err);
		if (r || got < 7)
			break;
		for (; i + 7 <= got && n < MESSAGES_MAX && r == 0; i++) {
			bool crlf = i + 8 <= got && memcmp(block + i, "\n\r\nFrom ", 8) == 0;

			if (!crlf && memcmp(block + i, "\n\nFrom ", 7) != 0)
				continue;
			n++;
			/* the empty line before "From " is no part of the message (RFC 4155 Appendix A) */
			r = read_box_message(x, start, off + i + 1, err);
			start = off + i + (crlf ? 3 : 2);
		}
		if (got < BLOCK)
			break;
		off += got - 8;
	}
	if (r == 0 && n < MESSAGES_MAX)
		r = read_last_message(x, start, err);
	else if (r == 0)
		r = evd_emit_unread(x->sink, "limit", start, x->s->size - start, err,
		                    "more than %u messages", MESSAGES_MAX);
	free(block);
	return r;
}

int evd_mail_read(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	struct reader x = {.s = &in->source[0], .sink = sink};
	uint8_t head[8];
	size_t got;
	int r = evd_mail_warm(err);

	if (r == 0)
		r = evd_source_read(x.s, 0, head, sizeof head, &got, err);
	if (r)
		return r;
	if (evd_mail_is_box(evd_view_of(head, got)))
		return read_box(&x, err);
	snprintf(x.group, sizeof x.group, "mail");
	return read_message(&x, 0, x.s->size, 0, err);
}
