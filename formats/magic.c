/*
 * magic: the type of every item, as libmagic's database sees it, and what stands against it: the
 * file name's extension, zero-filled bytes, an end that is missing, bytes of a second format.
 *
 * Only the media type is taken from libmagic, checked against its alphabet, never its descriptions,
 * since these quote the file (threats.md P-21). Compressed content is not opened (P-20).
 */
#include "emit.h"
#include "filetype.h"
#include "source.h"

#include "base/text.h"

#include <magic.h>
#include <stdlib.h>
#include <string.h>

#define TYPE_LEN (UINT32_C(256) << 10) /* bytes libmagic sees */

#define FLAGS (MAGIC_MIME | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_COMPRESS_FORK | MAGIC_NO_CHECK_CDF)

static magic_t cookie; /* loaded by warm(), before the sandbox */

static int warm(struct evd_error *err)
{
	static const uint8_t start[] = {0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0};
	size_t limit = 64;

	if (cookie)
		return 0;
	cookie = magic_open(FLAGS);
	if (!cookie)
		return evd_nomem(err);
	if (magic_load(cookie, NULL)) {
		magic_close(cookie);
		cookie = NULL;
		return evd_fail(err, EVD_E_NOTFOUND, "the database of file types cannot be loaded");
	}
	(void)magic_setparam(cookie, MAGIC_PARAM_INDIR_MAX, &limit);
	/* what libmagic makes at its first use, patterns above all, is made here, not again in each item's process */
	(void)magic_buffer(cookie, start, sizeof start);
	return 0;
}

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	(void)head;
	(void)in;
	return 1; /* every item has a type */
}

/* RFC 6838 §4.2: restricted names of letters, digits and !#$&-^_.+ */
static bool is_media_type(struct evd_view v)
{
	size_t slashes = 0;

	for (size_t i = 0; i < v.len; i++) {
		uint8_t c = v.p[i];

		if (c == '/')
			slashes++;
		else if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		           strchr("!#$&-^_.+", c)))
			return false;
	}
	return slashes == 1 && v.len >= 3 && v.len <= 127;
}

/* "image/jpeg; charset=binary" */
static int emit_type(struct evd_sink *sink, const char *text, char type[128], struct evd_error *err)
{
	const char *semicolon = strchr(text, ';');
	const char *charset = strstr(text, "charset=");
	struct evd_view v = evd_view_of(text, semicolon ? (size_t)(semicolon - text) : strlen(text));
	struct evd_view set = evd_view_str(charset ? charset + 8 : "");
	int r;

	if (!is_media_type(v))
		return evd_emit_unread(sink, "unsupported", 0, 0, err, "no media type was found");
	memcpy(type, v.p, v.len);
	type[v.len] = 0;
	r = evd_emit_text(sink, "file", "type", "type", v, err);
	if (r == 0 && set.len && set.len < 32 && evd_is_utf8(set) && !evd_view_is(set, "binary"))
		r = evd_emit_text(sink, "file", "charset", NULL, set, err);
	return r;
}

/* libmagic tries every encoding of text on the first 64 KiB before anything else, and finds none where a NUL stands: but for
 * UTF-16 and UTF-32, which it takes by their byte order mark alone. The type is the same without that. */
static const char *type_of(struct evd_view head)
{
	bool marked = head.len >= 4 &&
	              (memcmp(head.p, "\xff\xfe", 2) == 0 || memcmp(head.p, "\xfe\xff", 2) == 0 ||
	               memcmp(head.p, "\0\0\xfe\xff", 4) == 0);
	bool binary = head.len >= 4 && !marked && !evd_is_text_head(head);

	if (!cookie || magic_setflags(cookie, FLAGS | (binary ? MAGIC_NO_CHECK_ENCODING : 0)))
		return NULL;
	return magic_buffer(cookie, head.p, head.len);
}

static int read_magic(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	const struct evd_source *s = &in->source[0];
	char type[128] = "";
	uint8_t *head = NULL;
	const char *text = NULL;
	size_t len = s->size < TYPE_LEN ? (size_t)s->size : TYPE_LEN, got = 0;
	int r;

	if (s->size == 0)
		return evd_emit_observation(sink, "empty", err, "the file has no bytes");
	head = malloc(len);
	if (!head)
		return evd_nomem(err);
	r = evd_source_read(s, 0, head, len, &got, err);
	if (r)
		goto out;
	text = type_of(evd_view_of(head, got));
	r = text ? emit_type(sink, text, type, err)
	         : evd_emit_unread(sink, "unsupported", 0, 0, err, "the type could not be determined");
	if (r == 0)
		r = evd_filetype_observe(s, evd_view_of(head, got), type, sink, err);
out:
	free(head);
	return r;
}

const struct evd_format evd_format_magic = {
    .name = "magic",
    .version = "1",
    .spec = "media type by the libmagic database; RFC 6838",
    .confirmed = true,
    .probe = probe,
    .read = read_magic,
    .alongside = true,
    .warm = warm,
};
