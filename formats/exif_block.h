/*
 * exif_block: reads an EXIF block, which is a TIFF structure, wherever it stands (JPEG, PNG, WebP,
 * HEIC, or a TIFF file). Stage: read-out. Source: TIFF 6.0 §2, Exif 2.32 (CIPA DC-008) §4.6.
 *
 * A reader of our own rather than libexif: libexif always runs its parsers of maker notes
 * (threats.md P-22) and keeps no byte places. Maker notes are not interpreted here.
 */
#ifndef EVD_EXIF_BLOCK_H
#define EVD_EXIF_BLOCK_H

#include "format.h"

struct evd_exif_seen {
	uint32_t width,
	    height; /* of the main picture by the container, 0: not known; set by the caller */
};

/*
 * evd_exif_emit(s, off, len, seen, sink, err): emits the fields of the block at [off, off+len).
 * Damage inside is emitted as `unread`. Errors: FORMAT if no TIFF header stands there; the sink's.
 */
int evd_exif_emit(const struct evd_source *s, uint64_t off, uint64_t len,
                  const struct evd_exif_seen *seen, struct evd_sink *sink,
                  struct evd_error *err) EVD_MUST_USE;

/*
 * evd_thumbnail_emit(group, tw, th, seen, sink, err): the size of an embedded thumbnail, and whether its
 * proportions are those of the picture.
 */
int evd_thumbnail_emit(const char *group, uint32_t tw, uint32_t th,
                       const struct evd_exif_seen *seen, struct evd_sink *sink,
                       struct evd_error *err) EVD_MUST_USE;

/* A tag's name and meaning, by directory; NULL if unknown (exif_tags.c). */
enum evd_exif_dir { EVD_EXIF_IFD0, EVD_EXIF_EXIF, EVD_EXIF_GPS, EVD_EXIF_INTEROP, EVD_EXIF_IFD1 };
enum evd_exif_form {
	EVD_EXIF_PLAIN,   /* by its type */
	EVD_EXIF_CHARS,   /* UNDEFINED that holds ASCII */
	EVD_EXIF_CODED,   /* eight bytes name the coding of the text that follows */
	EVD_EXIF_UTF16,   /* UTF-16LE in bytes (Windows XP tags) */
	EVD_EXIF_NUMBERS, /* UNDEFINED that holds small numbers */
	EVD_EXIF_SKIP,    /* binary: only its place is said */
};
struct evd_exif_tag {
	uint16_t tag;
	const char *name;
	const char *as;
	enum evd_exif_form form;
};
const struct evd_exif_tag *evd_exif_tag_find(enum evd_exif_dir dir, uint16_t tag);

#endif
