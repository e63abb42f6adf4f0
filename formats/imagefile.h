/*
 * imagefile: finds the metadata blocks of picture files. Stage: read-out. JPEG (ITU-T T.81 Annex B,
 * Exif 2.32 §4.7, XMP part 3 §1.1.3, C2PA 2.1 §A.3), PNG (W3C PNG §5, eXIf), WebP (RIFF container),
 * TIFF (6.0 §2), GIF (89a §18), BMP (BITMAPINFOHEADER).
 */
#ifndef EVD_IMAGEFILE_H
#define EVD_IMAGEFILE_H

#include "format.h"

enum evd_image_kind {
	EVD_IMAGE_EXIF,     /* a TIFF structure */
	EVD_IMAGE_XMP,      /* an XMP packet */
	EVD_IMAGE_XMP_MORE, /* extended XMP: 32-byte digest, u32 full length, u32 offset, bytes */
	EVD_IMAGE_IPTC,     /* Photoshop resource blocks (8BIM), or IPTC data sets alone */
	EVD_IMAGE_C2PA,     /* a JUMBF box with a C2PA manifest store */
	EVD_IMAGE_COMMENT,  /* JPEG COM */
	EVD_IMAGE_TEXT,     /* PNG tEXt, zTXt, iTXt */
	EVD_IMAGE_TIME,     /* PNG tIME */
};

struct evd_image_block {
	enum evd_image_kind kind;
	uint64_t off, len; /* bytes in the source */
	char type[5];      /* PNG: the chunk's type */
};

#define EVD_IMAGE_BLOCKS 256u

struct evd_image {
	const char *format;     /* "JPEG", "PNG", "WebP", "TIFF", "GIF", "BMP" */
	uint32_t width, height; /* pixels, 0: not found */
	const char *coding;     /* "baseline", "progressive", …; NULL: not said */
	unsigned bits;          /* per sample, 0: not found */
	struct evd_image_block block[EVD_IMAGE_BLOCKS];
	size_t n;
	size_t left_out; /* blocks beyond EVD_IMAGE_BLOCKS */
	bool damaged;    /* a structure reached beyond the end, at: */
	uint64_t damaged_off;
};

/* The format by its first bytes, or NULL. */
const char *evd_image_format(struct evd_view head);

/* evd_image_scan(s, out, err): FORMAT if it is none of these; IO. Damage is in `out`. */
int evd_image_scan(const struct evd_source *s, struct evd_image *out,
                   struct evd_error *err) EVD_MUST_USE;

/* evd_image_has(s, kind): for probes that need the block list; errors count as absent. */
bool evd_image_has(const struct evd_source *s, enum evd_image_kind kind);

#endif
