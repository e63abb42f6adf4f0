/*
 * match: which message of a newer export is which of an older one, and what became of it. A pure
 * function of two lists; how it decides is in docs/chats.md §7.
 */
#ifndef EVD_MATCH_H
#define EVD_MATCH_H

#include "derive/messages.h"

/* What two messages have in common that makes them one; in the order tried. */
enum evd_matched {
	EVD_NOT_MATCHED,
	EVD_BY_ID,          /* the platform's own id */
	EVD_BY_ALL,         /* time, sender and body */
	EVD_BY_TIME_SENDER, /* the body differs */
	EVD_BY_TIME_BODY,   /* the sender differs */
	EVD_BY_SENDER_BODY, /* the time differs, by whole quarters of an hour */
};

/* Which of the times could be held against each other. */
enum evd_time_scale { EVD_SCALE_UTC, EVD_SCALE_LOCAL, EVD_SCALE_RAW, EVD_SCALE_NONE };

#define EVD_SHIFTS_MAX 4u

struct evd_match {
	size_t n_older, n_newer;
	size_t *newer_of; /* of each older message: its newer one + 1, or 0 */
	size_t *older_of; /* of each newer message: its older one + 1, or 0 */
	uint8_t *by;      /* of each older message: enum evd_matched */
	bool *moved;      /* of each older message: out of the common order */
	bool reversed;    /* one export is oldest first, the other newest first */
	enum evd_time_scale scale;
	/* differences of time that hold for a large part of the chat; the first is 0 */
	int64_t shift_ms[EVD_SHIFTS_MAX];
	uint64_t shift_n[EVD_SHIFTS_MAX]; /* messages matched with it */
	size_t n_shifts;
};

/* evd_match(older, n_older, newer, n_newer, m, err): `m` is overwritten; release in any case. */
int evd_match(const struct evd_said *older, size_t n_older, const struct evd_said *newer,
              size_t n_newer, struct evd_match *m, struct evd_error *err) EVD_MUST_USE;
void evd_match_release(struct evd_match *m);

/* evd_match_difference(m, older, newer): ms by which the newer's time is later, on the scale. */
int64_t evd_match_difference(const struct evd_match *m, const struct evd_said *older,
                             const struct evd_said *newer);

#endif
