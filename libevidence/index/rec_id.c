/* rec_id: the ids of the rows of `rec`; see rec.h. */
#include "index/rec.h"

#include <string.h>

static int fail(sqlite3 *db, struct evd_error *err)
{
	return evd_fail(err, EVD_E_IO, "index: %s", sqlite3_errmsg(db));
}

/* Where the ids of [first, end) go on, and which is the first one taken from there on. */
static int look_up(struct evd_rec_writer *w, sqlite3_int64 first, sqlite3_int64 end,
                   sqlite3_int64 *next, sqlite3_int64 *taken, struct evd_error *err)
{
	sqlite3_bind_int64(w->last, 1, first);
	sqlite3_bind_int64(w->last, 2, end);
	if (sqlite3_step(w->last) != SQLITE_ROW)
		return fail(w->db, err);
	*next = sqlite3_column_type(w->last, 0) == SQLITE_NULL ? first
	                                                       : sqlite3_column_int64(w->last, 0) + 1;
	*taken = sqlite3_column_type(w->last, 1) == SQLITE_NULL ? INT64_MAX
	                                                        : sqlite3_column_int64(w->last, 1);
	sqlite3_reset(w->last);
	return 0;
}

int evd_rec_next_timeless(struct evd_rec_writer *w, sqlite3_int64 *id, struct evd_error *err)
{
	sqlite3_int64 taken;
	int r = w->timeless ? 0 : look_up(w, EVD_REC_NO_TIME, INT64_MAX, &w->timeless, &taken, err);

	*id = r ? 0 : w->timeless++;
	return r;
}

/* Place in `full` of the moment whose ids begin with `first`, or of the one behind it. */
static size_t place_of(const struct evd_rec_writer *w, sqlite3_int64 first)
{
	size_t low = 0, high = w->n_full;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (w->full[mid].first < first)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool is_full(const struct evd_rec_writer *w, sqlite3_int64 first, size_t *at)
{
	*at = place_of(w, first);
	return *at < w->n_full && w->full[*at].first == first;
}

/* The moment from that one on which is not known to be full. The way is kept short, so that an item that claims one
 * time, or few, for millions of records costs no walk through them all. */
static sqlite3_int64 go_on(struct evd_rec_writer *w, sqlite3_int64 first)
{
	sqlite3_int64 to = first;
	size_t at;

	while (is_full(w, to, &at))
		to = w->full[at].onward;
	while (is_full(w, first, &at)) {
		first = w->full[at].onward;
		w->full[at].onward = to;
	}
	return to;
}

static int add_full(struct evd_rec_writer *w, sqlite3_int64 first, struct evd_error *err)
{
	void *grown = evd_grow(w->full, w->n_full, &w->full_cap, sizeof *w->full);
	size_t at = place_of(w, first);

	if (!grown)
		return evd_nomem(err);
	w->full = grown;
	memmove(w->full + at + 1, w->full + at, (w->n_full - at) * sizeof *w->full);
	w->full[at] = (struct evd_rec_full){first, first + EVD_REC_PER_MS};
	w->n_full++;
	return 0;
}

/* Moments that rise need no looking up until the next one that is taken. */
static int enter(struct evd_rec_writer *w, sqlite3_int64 first, struct evd_error *err)
{
	int r = 0;

	if (w->base >= 0 && first > w->base && first + EVD_REC_PER_MS <= w->taken)
		w->next = first;
	else if (w->base != first)
		r = look_up(w, first, first + EVD_REC_PER_MS, &w->next, &w->taken, err);
	w->base = first;
	return r;
}

int evd_rec_next_id(struct evd_rec_writer *w, int64_t ms, sqlite3_int64 *id, struct evd_error *err)
{
	sqlite3_int64 base = evd_rec_id(ms), first = go_on(w, base);
	int r = enter(w, first, err);

	while (r == 0 && w->next == first + EVD_REC_PER_MS) {
		r = add_full(w, first, err);
		first = r ? first : go_on(w, first);
		if (r == 0)
			r = enter(w, first, err);
	}
	w->spilled = w->spilled || first != base;
	*id = r ? 0 : w->next++;
	return r;
}
