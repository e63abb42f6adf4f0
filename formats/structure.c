/* structure: see structure.h. What the ends of formats are is in structure_pictures.c, structure_files.c and
 * structure_archives.c. */
#include "structure.h"

#include "imagefile.h"
#include "source.h"
#include "structure_end.h"

#include <stdlib.h>
#include <string.h>

static bool starts(struct evd_view v, size_t off, const char *magic, size_t len)
{
	return v.len >= off + len && memcmp(v.p + off, magic, len) == 0;
}

#define STARTS(v, off, text) starts(v, off, text, sizeof(text) - 1)

const char *evd_structure_signature(struct evd_view v)
{
	if (STARTS(v, 0, "\xFF\xD8\xFF"))
		return "JPEG";
	if (STARTS(v, 0, "\x89PNG\r\n\x1A\n"))
		return "PNG";
	if (STARTS(v, 0, "GIF87a") || STARTS(v, 0, "GIF89a"))
		return "GIF";
	if (STARTS(v, 0, "RIFF") && v.len >= 12)
		return "RIFF";
	if (STARTS(v, 4, "ftyp"))
		return "ISO-BMFF";
	if (STARTS(v, 0, "%PDF-"))
		return "PDF";
	if (STARTS(v, 0, "PK\x03\x04"))
		return "ZIP";
	if (STARTS(v, 0, "Rar!\x1A\x07"))
		return "RAR";
	if (STARTS(v, 0, "7z\xBC\xAF\x27\x1C"))
		return "7z";
	if (STARTS(v, 0, "SQLite format 3\0"))
		return "SQLite";
	if (STARTS(v, 0, "\x1A\x45\xDF\xA3"))
		return "Matroska";
	if (STARTS(v, 0, "OggS"))
		return "Ogg";
	if (STARTS(v, 257, "ustar"))
		return "tar";
	return NULL;
}

void evd_end_missing(struct evd_structure *st, const char *why)
{
	st->truncated = true;
	st->why = why;
}

int evd_end_find(const struct evd_source *s, size_t len, const char *what, size_t what_len,
                 uint64_t *at, struct evd_error *err)
{
	size_t n = s->size < len ? (size_t)s->size : len;
	uint8_t *tail = malloc(n ? n : 1);
	int r = EVD_END;

	if (!tail)
		return evd_nomem(err);
	if (n >= what_len) {
		r = evd_source_exact(s, s->size - n, tail, n, err);
		if (r == 0) {
			const uint8_t *p;

			r = EVD_END;
			for (size_t left = n - what_len + 1; (p = memrchr(tail, what[0], left)) != NULL;) {
				left = (size_t)(p - tail);
				if (memcmp(p, what, what_len) == 0) {
					*at = s->size - n + left;
					r = 0;
					break;
				}
			}
		}
	}
	free(tail);
	return r;
}

/* A second format: a ZIP whose end record closes the file, or a PDF header within 1024 bytes. */
static int find_second(const struct evd_source *s, struct evd_view head, struct evd_structure *st,
                       struct evd_error *err)
{
	uint64_t at = 0;
	size_t pdf_len = head.len < 1024 + 5 ? head.len : 1024 + 5;
	const uint8_t *found = pdf_len > 1 ? memmem(head.p + 1, pdf_len - 1, "%PDF-", 5) : NULL;
	int r;

	/* the first file in a tar begins behind one block */
	if (found && !(strcmp(st->format, "tar") == 0 && found == head.p + 512)) {
		st->second = "PDF";
		st->second_off = (uint64_t)(found - head.p);
		return 0;
	}
	if (strcmp(st->format, "ZIP") == 0)
		return 0;
	r = evd_end_find(s, EVD_ZIP_TAIL, "PK\x05\x06", 4, &at, err);
	if (r == 0) {
		uint8_t end[22];
		struct evd_cursor c;
		size_t got;

		r = evd_source_read(s, at, end, sizeof end, &got, err);
		evd_cursor_init(&c, evd_view_of(end, got));
		evd_get_bytes(&c, 20);
		/* an end record that closes the file exactly, not four chance bytes */
		if (r == 0 && at + 22 + evd_get_u16le(&c) == s->size && evd_cursor_ok(&c)) {
			st->second = "ZIP";
			st->second_off = at;
		}
	}
	return r == EVD_END ? 0 : r;
}

int evd_structure_of(const struct evd_source *s, struct evd_view head, struct evd_structure *st,
                     struct evd_error *err)
{
	static const struct {
		const char *format;
		evd_end_of *end;
	} known[] = {{"JPEG", evd_end_of_jpeg},     {"PNG", evd_end_of_png}, {"GIF", evd_end_of_gif},
	             {"TIFF", evd_end_of_tiff},     {"BMP", evd_end_of_bmp}, {"RIFF", evd_end_of_riff},
	             {"ISO-BMFF", evd_end_of_bmff}, {"PDF", evd_end_of_pdf}, {"ZIP", evd_end_of_zip},
	             {"SQLite", evd_end_of_sqlite}, {"Ogg", evd_end_of_ogg}, {"tar", evd_end_of_tar},
	             {"7z", evd_end_of_7z}};
	const char *format = evd_structure_signature(head);
	int r = 0;

	if (!format) /* signatures too short to be looked for in the middle of a file */
		format = evd_image_format(head);
	memset(st, 0, sizeof *st);
	st->format = format ? format : "unknown format";
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(st->format, known[i].format) == 0)
			r = known[i].end(head, s, st, err);
	if (r == 0 && st->end && st->end < s->size && !st->truncated) {
		uint8_t tail[262]; /* as far as the signature of tar */
		size_t got;

		r = evd_source_read(s, st->end, tail, sizeof tail, &got, err);
		st->tail = evd_structure_signature(evd_view_of(tail, got));
	}
	return r ? r : find_second(s, head, st, err);
}
