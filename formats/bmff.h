/*
 * bmff: boxes of the ISO base media file format, shared by the isobmff reader's parts. Stage:
 * read-out. Source: ISO/IEC 14496-12 §4.2; QuickTime File Format (Apple); ISO/IEC 23008-12 (HEIF).
 */
#ifndef EVD_BMFF_H
#define EVD_BMFF_H

#include "emit.h"
#include "source.h"

#define EVD_BMFF_DEPTH 12
#define EVD_BMFF_BOXES 20000u                 /* of a file */
#define EVD_BMFF_LOAD_MAX (UINT32_C(4) << 20) /* bytes of a box read as a whole */

struct evd_bmff_box {
	char type[5];
	uint8_t uuid[16];  /* of type "uuid" */
	uint64_t start;    /* of the header */
	uint64_t off, len; /* of the body */
};

struct evd_bmff {
	const struct evd_source *s;
	struct evd_sink *sink;
	unsigned n_boxes;
	unsigned track;         /* number of the one being read, 0: none */
	char group[32];         /* "mp4.movie", "mp4.track.1", "heif" */
	char handler[5];        /* of the track: vide, soun, … */
	uint32_t width, height; /* of the first picture or video */
	bool has_moov, has_meta;
	uint32_t scale; /* of mvhd, where it states no duration: mehd may (fragments) */
};

/*
 * evd_bmff_next(x, pos, end, box, err): the box at *pos, which moves behind it. EVD_END at `end` or
 * when no box stands there any more; a box that reaches beyond `end` is emitted as unread.
 */
int evd_bmff_next(struct evd_bmff *x, uint64_t *pos, uint64_t end, struct evd_bmff_box *box,
                  struct evd_error *err) EVD_MUST_USE;
bool evd_bmff_is(const struct evd_bmff_box *box, const char *type);
/* The body as bytes; what is too large or cut short is emitted as unread and `b` stays empty. */
int evd_bmff_load(struct evd_bmff *x, const struct evd_bmff_box *box, struct evd_buf *b,
                  struct evd_error *err) EVD_MUST_USE;
/* Seconds since 1904-01-01 UTC (§8.2.2); 0 is "not set" and emits nothing. */
int evd_bmff_time(struct evd_bmff *x, const char *name, const char *as, uint64_t seconds,
                  struct evd_error *err) EVD_MUST_USE;

/* udta and meta of movies (bmff_text.c) */
int evd_bmff_udta(struct evd_bmff *x, const struct evd_bmff_box *udta,
                  struct evd_error *err) EVD_MUST_USE;
int evd_bmff_meta(struct evd_bmff *x, const struct evd_bmff_box *meta,
                  struct evd_error *err) EVD_MUST_USE;
/* meta of a HEIF file: its items (bmff_items.c) */
int evd_bmff_items(struct evd_bmff *x, const struct evd_bmff_box *meta,
                   struct evd_error *err) EVD_MUST_USE;

#endif
