/*
 * mail_read: e-mail as EML or mbox: its headers (mail_headers.c), the tree of parts with size and SHA-256, the text,
 * also that of HTML. Source: RFC 5322, RFC 2045 to 2047, RFC 2231, by gmime; of mbox see mail_box.c.
 */
#include "mail.h"

#include "emit.h"
#include "mail_reader.h"
#include "mail_text.h"
#include "source.h"

#include <gmime/gmime.h>
#include <iconv.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_MAX (UINT64_C(128) << 20) /* bytes of one message */
#define DEPTH_MAX 16
#define HEAD (UINT32_C(64) << 10) /* as probes see it */
#define PARTS_MAX 10000u          /* of one message */

static EVP_MD *sha256;
static GMimeParserOptions *options;

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

static int emit_body(struct mail_reader *x, GMimeObject *o, struct evd_view bytes,
                     struct evd_error *err)
{
	GMimeContentType *type = g_mime_object_get_content_type(o);
	struct evd_mail_text t = {.group = x->group, .n = x->n, .off = x->off, .bytes = bytes};

	t.html = g_mime_content_type_is_type(type, "text", "html");
	t.charset = g_mime_content_type_get_parameter(type, "charset");
	if (g_mime_part_is_attachment(GMIME_PART(o)) ||
	    (!t.html && !g_mime_content_type_is_type(type, "text", "plain")))
		return 0;
	x->words = true;
	return evd_mail_emit_text(&t, x->sink, err);
}

/* The type of a CMS message (RFC 5652 §3) by its object identifier, which stands at its beginning. */
static char cms_type(struct evd_view v)
{
	static const uint8_t pkcs7[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07};
	static const uint8_t smime[] = {0x06, 0x0B, 0x2A, 0x86, 0x48, 0x86,
	                                0xF7, 0x0D, 0x01, 0x09, 0x10, 0x01};
	struct evd_view head = evd_view_of(v.p, v.len < 24 ? v.len : 24);
	const uint8_t *at = head.len ? memmem(head.p, head.len, pkcs7, sizeof pkcs7) : NULL;

	if (at && at + sizeof pkcs7 < head.p + head.len)
		return at[sizeof pkcs7] == 3 ? 'e' : at[sizeof pkcs7] == 2 ? 's' : 0;
	at = head.len ? memmem(head.p, head.len, smime, sizeof smime) : NULL;
	if (at && at + sizeof smime < head.p + head.len) /* RFC 5083: enveloped, and proved whole */
		return at[sizeof smime] == 23 ? 'e' : 0;
	return 0;
}

static int say_signed(struct mail_reader *x, struct evd_error *err)
{
	return evd_emit_observation(x->sink, "signature-present", err,
	                            "%s has a digital signature; it was not checked", x->group);
}

/* RFC 8551 §3: a message within, enveloped or signed. */
static int emit_smime(struct mail_reader *x, GMimeObject *o, struct evd_view bytes, uint32_t n,
                      struct evd_error *err)
{
	GMimeContentType *type = g_mime_object_get_content_type(o);
	char kind = cms_type(bytes);
	int r = 0;

	if (!g_mime_content_type_is_type(type, "application", "pkcs7-mime") &&
	    !g_mime_content_type_is_type(type, "application", "x-pkcs7-mime"))
		return 0;
	x->words = true;
	if (kind == 'e')
		return evd_emit_unread(x->sink, "encrypted", x->off, 0, err,
		                       "member %u is encrypted (S/MIME): the words of %s were not read",
		                       (unsigned)n, x->group);
	if (kind == 's')
		r = say_signed(x, err);
	return r ? r
	         : evd_emit_unread(x->sink, "unsupported", x->off, 0, err,
	                           "member %u is %s (S/MIME): what it holds was not read", (unsigned)n,
	                           kind == 's' ? "signed data" : "of another kind than is known here");
}

/* What was decoded leaves out what is no base64. */
static int check_base64(struct mail_reader *x, GMimePart *part, uint32_t n, struct evd_error *err)
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

/* Of a part that is not the body as a whole, whose headers are the message's. */
static int emit_own_headers(struct mail_reader *x, GMimeObject *o, uint32_t n,
                            struct evd_error *err)
{
	char group[32];

	snprintf(group, sizeof group, "mail.part.%u", (unsigned)n);
	return mail_emit_part_headers(x, o, group, err);
}

/* `parted`: it is a part among others, with headers of its own. */
static int emit_part(struct mail_reader *x, GMimeObject *o, uint32_t parent, bool parted,
                     struct evd_error *err)
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
	if (r == 0 && parted)
		r = emit_own_headers(x, o, m.n, err);
	if (r == 0 && bytes)
		r = emit_smime(x, o, view, m.n, err);
	if (r == 0 && bytes)
		r = emit_body(x, o, view, err);
	if (bytes)
		g_byte_array_free(bytes, TRUE);
	g_free(type);
	return r;
}

static int read_object(struct mail_reader *x, GMimeObject *o, uint32_t parent, bool parted,
                       int depth, struct evd_error *err);

/* A message's headers and parts, and whether any words came of it. */
static int emit_message(struct mail_reader *x, GMimeMessage *message, uint32_t n, int depth,
                        struct evd_error *err)
{
	GMimeObject *body = g_mime_message_get_mime_part(message);
	int r = mail_emit_headers(x, message, err);

	x->words = false;
	if (r == 0 && body)
		r = read_object(x, body, n, false, depth, err);
	if (r == 0 && !x->words)
		r = evd_emit_observation(x->sink, "empty", err,
		                         "no words of %s were read: no part that is not attached is "
		                         "text/plain or text/html",
		                         x->group);
	return r;
}

static int read_inner_message(struct mail_reader *x, GMimeObject *o, uint32_t parent, bool parted,
                              int depth, struct evd_error *err)
{
	GMimeMessage *inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(o));
	struct evd_member m = {.type = "file", .n = ++x->n, .parent = parent};
	char outer[sizeof x->group];
	bool words = x->words;
	int r;

	x->parts++;
	m.media = evd_view_str("message/rfc822");
	r = evd_emit_member(x->sink, &m, err);
	if (r == 0 && parted)
		r = emit_own_headers(x, o, m.n, err);
	if (r || !inner)
		return r;
	memcpy(outer, x->group, sizeof outer);
	snprintf(x->group, sizeof x->group, "mail.member.%u", (unsigned)m.n);
	r = emit_message(x, inner, m.n, depth + 1, err);
	memcpy(x->group, outer, sizeof outer);
	x->words = words;
	return r;
}

/* RFC 3156 §4, RFC 1847 */
static int emit_security(struct mail_reader *x, GMimeObject *o, struct evd_error *err)
{
	GMimeContentType *type = g_mime_object_get_content_type(o);

	if (g_mime_content_type_is_type(type, "multipart", "signed"))
		return say_signed(x, err);
	if (!g_mime_content_type_is_type(type, "multipart", "encrypted"))
		return 0;
	x->words = true;
	return evd_emit_unread(x->sink, "encrypted", x->off, 0, err,
	                       "parts of %s are encrypted: their words were not read", x->group);
}

static int read_multipart(struct mail_reader *x, GMimeObject *o, uint32_t parent, bool parted,
                          int depth, struct evd_error *err)
{
	int n = g_mime_multipart_get_count(GMIME_MULTIPART(o));
	char group[32];
	int r = 0;

	snprintf(group, sizeof group, "mail.parts.%u", (unsigned)x->n + 1);
	if (parted)
		r = mail_emit_part_headers(x, o, group, err);
	if (r == 0)
		r = emit_security(x, o, err);
	for (int i = 0; r == 0 && i < n; i++)
		r = read_object(x, g_mime_multipart_get_part(GMIME_MULTIPART(o), i), parent, true,
		                depth + 1, err);
	/* what the parser noted of the bytes; GMime has no function for it (RFC 2046 §5.1.1) */
	if (r == 0 && !GMIME_MULTIPART(o)->write_end_boundary)
		r = evd_emit_observation(x->sink, "truncated", err,
		                         "the parts of a message are not closed by their boundary");
	return r;
}

static int read_object(struct mail_reader *x, GMimeObject *o, uint32_t parent, bool parted,
                       int depth, struct evd_error *err)
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
	if (GMIME_IS_MULTIPART(o))
		return read_multipart(x, o, parent, parted, depth, err);
	if (GMIME_IS_MESSAGE_PART(o))
		return read_inner_message(x, o, parent, parted, depth, err);
	return GMIME_IS_PART(o) ? emit_part(x, o, parent, parted, err) : 0;
}

/* One message at [off, off+len) of the item. */
int mail_read_message(struct mail_reader *x, uint64_t off, uint64_t len, uint32_t parent,
                      struct evd_error *err)
{
	GMimeStream *stream;
	GMimeParser *parser;
	GMimeMessage *message;
	GByteArray *bytes;
	size_t odd;
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
	odd = mail_skip_odd_lines(x->bytes);
	if (odd) { /* gmime begins with a header, or not at all */
		r = mail_emit_odd_lines(x, 0, odd, err);
		g_byte_array_remove_range(bytes, 0, (guint)odd);
		x->off += odd;
		x->bytes = evd_view_of(bytes->data, bytes->len);
	}
	stream = g_mime_stream_mem_new_with_byte_array(bytes); /* owns the bytes */
	parser = g_mime_parser_new_with_stream(stream);
	g_mime_parser_set_format(parser, GMIME_FORMAT_MESSAGE);
	message = g_mime_parser_construct_message(parser, options);
	if (message) {
		r = r ? r : emit_message(x, message, parent, 0, err);
		g_object_unref(message);
	} else if (r == 0) {
		r = evd_emit_unread(x->sink, "damaged", off, len, err, "no message could be read here");
	}
	g_object_unref(parser);
	g_object_unref(stream);
	return r;
}

int evd_mail_read(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	struct mail_reader x = {.s = &in->source[0], .sink = sink};
	uint8_t *head;
	size_t got, skip;
	bool box;
	int r = evd_mail_warm(err);

	if (r)
		return r;
	head = malloc(HEAD);
	if (!head)
		return evd_nomem(err);
	r = evd_source_read(x.s, 0, head, HEAD, &got, err);
	if (r) {
		free(head);
		return r;
	}
	skip = evd_mail_skip(evd_view_of(head, got));
	box = evd_mail_is_box(evd_view_of(head + skip, got - skip));
	free(head);
	if (box)
		return mail_read_box(&x, skip, err);
	snprintf(x.group, sizeof x.group, "mail");
	return mail_read_message(&x, skip, x.s->size - skip, 0, err);
}
