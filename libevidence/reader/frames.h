/*
 * frames: decodes what the process of one item writes into its pipe. Stage: read-out. Hostile
 * bytes: every frame is bounded, in its order, and canonical, or the item's process is given up.
 */
#ifndef EVD_FRAMES_H
#define EVD_FRAMES_H

#include "reader/reader.h"

struct evd_frames {
	struct evd_buf in; /* received, not yet decoded */
	struct evd_json json;
	struct evd_buf text;
	const struct evd_reader_events *events;
	struct evd_reader_outcome *out;
	uint64_t output_left; /* bytes */
	bool started;         /* L was seen */
	bool in_reader;       /* between B and E */
	bool over;            /* Z, N or X was seen: nothing may follow */
	bool stopped;         /* a callback asked to stop; `stop_code` is its code */
	uint32_t place;       /* in the table, of the reader that began last */
	bool any;             /* a reader began */
	bool may_pass_on;     /* set by the caller: an N may come in place of Z */
	uint32_t pass_on;     /* place of the reader to go on with in the other program; 0: none */
};

void evd_frames_init(struct evd_frames *f, const struct evd_reader_events *events,
                     struct evd_reader_outcome *out, uint64_t output);
void evd_frames_release(struct evd_frames *f);
/*
 * evd_frames_feed(f, p, len, err): takes bytes and calls the events. Errors: FORMAT, with the state
 * MALFORMED in f->out; LIMIT, with OUTPUT_OVER; NOMEM; or what a callback returned, with f->stopped.
 */
int evd_frames_feed(struct evd_frames *f, const void *p, size_t len,
                    struct evd_error *err) EVD_MUST_USE;

#endif
