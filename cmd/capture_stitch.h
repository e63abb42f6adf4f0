/*
 * capture_stitch: the frames of a series held against each other, and laid out as one long picture.
 *
 * Neighbouring frames of a scrolling view share rows. An overlap is said only if every row of it is equal
 * byte for byte; what cannot be found is a gap, said in the frame's facts and shown as a band in the view.
 * The view is derived: the frames are the evidence.
 */
#ifndef CAPTURE_STITCH_H
#define CAPTURE_STITCH_H

#include "capture_picture.h"

struct capture_stitch {
	struct capture_picture last;   /* the frame before */
	struct capture_picture canvas; /* rows up to canvas.height */
	size_t cap;                    /* rows that canvas.rgb has room for */
	int64_t at;                    /* row of the canvas where the last frame begins */
	int64_t part;                  /* row where the part behind the last gap begins */
	uint64_t frames, gaps;
	bool full; /* the view has reached its bound */
};

enum capture_overlap { CAPTURE_FIRST, CAPTURE_SAME, CAPTURE_OVERLAP, CAPTURE_GAP };

/* capture_stitch_add(s, p, o, result, err): the next frame; takes what `p` owns. `o` gets the member
 * `overlap`. */
int capture_stitch_add(struct capture_stitch *s, struct capture_picture *p, struct evd_object *o,
                       enum capture_overlap *result, struct evd_error *err) EVD_MUST_USE;
/* capture_stitch_facts(s, o): what the view is made of. */
void capture_stitch_facts(const struct capture_stitch *s, struct evd_object *o);
void capture_stitch_reset(struct capture_stitch *s);

#endif
