/*
 * observe: runs evidence-capture and takes in what it hands over (stage 1; docs/capture.md). Bytes are
 * hashed as they arrive, before they touch a disk, and become `capture` entries, observed by the tool.
 * What comes over the pipe is taken for hostile: bounded, canonical or refused, in its order.
 */
#ifndef EVD_OBSERVE_H
#define EVD_OBSERVE_H

#include "chain/case.h"

/* Frames, type by type: docs/capture.md. */
#define EVD_CAPTURE_FRAME_MAX (EVD_MAX_RECORD_LINE - 1024u) /* bytes of a frame behind its length */
#define EVD_CAPTURE_NAME_MAX 255u                           /* bytes of an item's name */

enum evd_capture_word {
	EVD_CAPTURE_REQUEST = 'Q',
	EVD_CAPTURE_TAKE = 'T',
	EVD_CAPTURE_PAUSE = 'P',
	EVD_CAPTURE_STOP = 'S',
};

/* An item that is committed. */
struct evd_observed_item {
	struct evd_id id;
	uint64_t exhibit, size; /* exhibit 0: derived */
	const char *name;       /* as evidence-capture calls it: printable ASCII */
	int64_t wait_ms;        /* from the word `take` (or the start) until it was in the chain */
};

struct evd_observe_options {
	const char *program;        /* path of evidence-capture */
	struct evd_object *request; /* what to capture: `kind`, and the kind's options */
	const char *basis;          /* a word of docs/format.md §4 */
	const char *label;          /* NULL: absent */
	struct evd_circumstances circumstances;
	const struct evd_id *earlier; /* items that a compare entry speaks of, beside the new ones */
	size_t n_earlier;
	/* The program waits: what next (TAKE, PAUSE or STOP)? May block. NULL: once TAKE, then STOP. */
	enum evd_capture_word (*next)(void *ctx);
	/* Asked now and then during work: true ends it; what is complete is committed. May be NULL. */
	bool (*stopped)(void *ctx);
	/* A word of the program for the person; printable. `warning`: a finding. May be NULL. */
	void (*say)(void *ctx, bool warning, const char *text);
	void (*told)(void *ctx, const struct evd_observed_item *item); /* may be NULL */
	void *ctx;
};

struct evd_observed {
	uint64_t items, bytes, entries; /* committed */
	uint64_t warnings;
};

/*
 * evd_observe(c, key, o, out, err): 0 when the program said it is done. On every error what was complete
 * is committed, *out counts it, and the case holds. Errors: UNAVAILABLE (no display, program missing),
 * DENIED (the portal refused), CANCELLED, FORMAT (the program's answer was refused), those of the
 * case and the system. The caller ignores SIGPIPE.
 */
int evd_observe(struct evd_case *c, struct evd_key *key, const struct evd_observe_options *o,
                struct evd_observed *out, struct evd_error *err) EVD_MUST_USE;

#endif
