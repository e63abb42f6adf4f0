/*
 * structure: where a file of a known format ends by its own account. Stage: read-out. Used to say
 * that an end is missing (truncated) or that bytes stand behind it.
 */
#ifndef EVD_STRUCTURE_H
#define EVD_STRUCTURE_H

#include "format.h"

struct evd_structure {
	const char *format; /* "JPEG", "PNG", … or "unknown format" */
	bool truncated;
	const char *why;     /* with truncated: what is missing */
	uint64_t end;        /* offset behind the format's last byte; 0: not known */
	const char *tail;    /* what the bytes at `end` begin as, or NULL */
	const char *second;  /* a second format found within, or NULL */
	uint64_t second_off; /* its offset */
};

/* evd_structure_of(s, head, out, err): `head` is the beginning of `s`. Errors: IO, NOMEM. */
int evd_structure_of(const struct evd_source *s, struct evd_view head, struct evd_structure *out,
                     struct evd_error *err) EVD_MUST_USE;

/* Boxes that stand outside any other: ISO/IEC 14496-12 table 1, and QuickTime's. */
bool evd_structure_is_top_box(struct evd_view type);

/* The name of the format whose signature stands at the start of `v`, or NULL. */
const char *evd_structure_signature(struct evd_view v);

#endif
