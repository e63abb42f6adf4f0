/* filetype: see filetype.h. */
#include "filetype.h"

#include "emit.h"
#include "source.h"
#include "structure.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK (UINT32_C(64) << 10)

/* An extension and the media types libmagic 5.44 gives for its genuine files, in small letters. */
static const struct {
	const char *extension;
	const char *types; /* separated by spaces; a type ending in / stands for all of its family */
} expected[] = {
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"png", "image/png"},
    {"gif", "image/gif"},
    {"webp", "image/webp"},
    {"bmp", "image/bmp image/x-ms-bmp"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"heic", "image/heic image/heif"},
    {"heif", "image/heic image/heif"},
    {"avif", "image/avif"},
    {"mp4", "video/mp4 video/x-m4v audio/mp4 video/quicktime video/3gpp"},
    {"m4v", "video/mp4 video/x-m4v"},
    {"m4a", "audio/x-m4a audio/mp4 video/mp4"},
    {"mov", "video/quicktime"},
    {"3gp", "video/3gpp video/mp4"},
    {"mkv", "video/x-matroska"},
    {"webm", "video/webm"},
    {"avi", "video/x-msvideo"},
    {"mp3", "audio/mpeg"},
    {"wav", "audio/x-wav audio/vnd.wave"},
    {"ogg", "audio/ogg video/ogg application/ogg"},
    {"oga", "audio/ogg application/ogg"},
    {"opus", "audio/ogg application/ogg"},
    {"amr", "audio/amr audio/amr-wb audio/x-amr"},
    {"aac", "audio/x-hx-aac-adts audio/aac"},
    {"flac", "audio/flac"},
    {"pdf", "application/pdf"},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"odt", "application/vnd.oasis.opendocument.text"},
    {"ods", "application/vnd.oasis.opendocument.spreadsheet"},
    {"odp", "application/vnd.oasis.opendocument.presentation"},
    {"zip", "application/zip application/vnd. application/java-archive application/epub+zip"},
    {"7z", "application/x-7z-compressed"},
    {"rar", "application/x-rar"},
    {"tar", "application/x-tar"},
    {"gz", "application/gzip"},
    /* Windows keeps small pictures in Thumbs.db, a compound file */
    {"db",
     "application/x-sqlite3 application/vnd.sqlite3 application/CDFV2 application/vnd.ms-office"},
    {"sqlite", "application/x-sqlite3 application/vnd.sqlite3"},
    {"exe", "application/x-dosexec application/vnd.microsoft.portable-executable"},
    {"dll", "application/x-dosexec application/vnd.microsoft.portable-executable"},
    {"scr", "application/x-dosexec application/vnd.microsoft.portable-executable"},
    {"apk", "application/vnd.android.package-archive application/zip application/java-archive"},
    {"txt", "text/ message/rfc822 application/json application/x-ndjson"},
    {"csv", "text/ application/csv"},
    {"htm", "text/"},
    {"html", "text/"},
    {"eml", "message/rfc822 text/"},
    {"json", "application/json text/"},
    {"xml", "text/xml application/xml text/"},
};

static bool type_in(const char *type, const char *types)
{
	while (*types) {
		size_t n = strcspn(types, " ");
		bool family = types[n - 1] == '/' || types[n - 1] == '.';

		if (strncmp(type, types, n) == 0 && (family || type[n] == 0))
			return true;
		types += n;
		types += strspn(types, " ");
	}
	return false;
}

/* Lower-cased extension of at most 8 letters or digits; "" otherwise. */
static void extension_of(struct evd_view name, char out[9])
{
	size_t n = 0;

	out[0] = 0;
	while (n < name.len && name.p[name.len - 1 - n] != '.')
		n++;
	if (n == 0 || n > 8 || n >= name.len)
		return;
	for (size_t i = 0; i < n; i++) {
		uint8_t c = name.p[name.len - n + i];

		if (c >= 'A' && c <= 'Z')
			c = (uint8_t)(c - 'A' + 'a');
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) {
			out[0] = 0;
			return;
		}
		out[i] = (char)c;
	}
	out[n] = 0;
}

static int observe_extension(struct evd_view name, const char *type, struct evd_sink *sink,
                             struct evd_error *err)
{
	char extension[9];

	extension_of(name, extension);
	if (!*type || !*extension)
		return 0;
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
		if (strcmp(expected[i].extension, extension) == 0 && !type_in(type, expected[i].types))
			return evd_emit_observation(sink, "type-mismatch", err,
			                            "the name ends in .%s, the content is %s", extension, type);
	return 0;
}

static bool all_zero(const uint8_t *p, size_t len)
{
	return len == 0 || (p[0] == 0 && memcmp(p, p + 1, len - 1) == 0);
}

/* Zero bytes at the end of the source: looked for from the end, so that a normal file costs one
 * small read. */
static int zero_tail(const struct evd_source *s, uint64_t *tail, struct evd_error *err)
{
	uint8_t *block = malloc(BLOCK);
	uint64_t end = s->size;
	size_t step = 512;
	int r = 0;

	*tail = 0;
	if (!block)
		return evd_nomem(err);
	while (end) {
		size_t len = end < step ? (size_t)end : step;

		r = evd_source_exact(s, end - len, block, len, err);
		if (r)
			break;
		if (!all_zero(block, len)) {
			while (len && block[len - 1] == 0)
				len--, end--;
			break;
		}
		end -= len;
		step = BLOCK;
	}
	free(block);
	*tail = s->size - end;
	return r;
}

/* Formats may end in some zero bytes of their own; a whole sector of them is worth saying. */
#define ZERO_TAIL_MIN 4096u

static int observe_zero(const struct evd_source *s, bool *whole, struct evd_sink *sink,
                        struct evd_error *err)
{
	uint64_t tail;
	int r = zero_tail(s, &tail, err);

	*whole = r == 0 && tail == s->size;
	if (r)
		return r;
	if (*whole)
		return evd_emit_observation(sink, "zero-filled", err, "all %llu bytes are zero",
		                            (unsigned long long)s->size);
	if (tail >= ZERO_TAIL_MIN)
		return evd_emit_observation(sink, "zero-tail", err,
		                            "the last %llu bytes, from offset %llu on, are zero",
		                            (unsigned long long)tail, (unsigned long long)(s->size - tail));
	return 0;
}

static int observe_structure(const struct evd_source *s, struct evd_view head,
                             struct evd_sink *sink, struct evd_error *err)
{
	struct evd_structure st;
	int r = evd_structure_of(s, head, &st, err);

	if (r)
		return r;
	if (st.truncated)
		r = evd_emit_observation(sink, "truncated", err, "%s: %s, the file ends at %llu", st.format,
		                         st.why, (unsigned long long)s->size);
	else if (st.end && st.end < s->size)
		r = evd_emit_observation(sink, "trailing-data", err,
		                         "%s ends at offset %llu, %llu bytes follow%s%s", st.format,
		                         (unsigned long long)st.end, (unsigned long long)(s->size - st.end),
		                         st.tail ? ", which begin as " : "", st.tail ? st.tail : "");
	if (r == 0 && st.second)
		r = evd_emit_observation(sink, "second-format", err,
		                         "begins as %s and holds the signature of %s at offset %llu",
		                         st.format, st.second, (unsigned long long)st.second_off);
	return r;
}

int evd_filetype_observe(const struct evd_source *s, struct evd_view head, const char *type,
                         struct evd_sink *sink, struct evd_error *err)
{
	bool zero = false;
	int r = observe_extension(s->name, type, sink, err);

	if (r == 0)
		r = observe_zero(s, &zero, sink, err);
	if (r == 0 && !zero)
		r = observe_structure(s, head, sink, err);
	return r;
}
