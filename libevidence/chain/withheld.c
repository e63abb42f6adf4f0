/* withheld: which records a bundle may and must lack (docs/format.md §6); see log.h. */
#include "chain/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Which named ranges are withheld in this bundle: docs/format.md §6. What a seal names discloses (rights.c). */
static bool applies(const struct evd_log *log, const struct evd_range *n)
{
	if (n->action == EVD_DISPOSE)
		return true;
	if (!log->in_case && log->entry.action == EVD_SEAL &&
	    log->entry.details.extent == EVD_EXTRACT && log->entry.details.disclose == n->by)
		return true;
	for (size_t i = 0; i < log->applied.n; i++)
		if (log->applied.at[i] == n->by)
			return true;
	return false;
}

static int by_place(const void *a, const void *b)
{
	const struct evd_range *x = a, *y = b;

	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return x->first < y->first ? -1 : x->first > y->first;
}

static bool is_lost(const struct evd_log *log, const struct evd_range *n)
{
	(void)log;
	return n->action == EVD_LOST;
}

/* Keeps of log->named what `is`, sorted and joined. */
static size_t ranges(const struct evd_log *log,
                     bool (*is)(const struct evd_log *log, const struct evd_range *n),
                     struct evd_range *out)
{
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < log->named.n; i++)
		if (is(log, &log->named.at[i]))
			out[n++] = log->named.at[i];
	if (n)
		qsort(out, n, sizeof *out, by_place);
	for (size_t i = 0; i < n; i++) {
		struct evd_range *last = kept ? &out[kept - 1] : NULL;

		if (!last || last->seq != out[i].seq || out[i].first > last->last + 1)
			out[kept++] = out[i];
		else if (out[i].last > last->last)
			last->last = out[i].last;
	}
	return kept;
}

static int compare_runs(struct evd_log *log, const struct evd_range *must, size_t n)
{
	char where[24];
	size_t i = 0;
	uint32_t seq;

	while (i < n && i < log->runs.n && by_place(&must[i], &log->runs.at[i]) == 0 &&
	       must[i].last == log->runs.at[i].last)
		i++;
	if (i == n && i == log->runs.n)
		return 0;
	seq = i == n ? log->runs.at[i].seq : must[i].seq;
	if (i < n && i < log->runs.n && log->runs.at[i].seq < seq)
		seq = log->runs.at[i].seq;
	snprintf(where, sizeof where, "%u", seq);
	return evd_finding(log->findings, EVD_F_WITHHELD_MISMATCH, where,
	                   "withheld and named to be withheld differ");
}

/* First item at or behind seq/k. */
static size_t item_at(const struct evd_log *log, uint32_t seq, uint64_t k)
{
	size_t lo = 0, hi = log->items.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct evd_item *it = &log->items.at[mid];

		if (it->seq < seq || (it->seq == seq && it->k < k))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static int note_withheld(struct evd_log *log)
{
	char where[24];
	int r = 0;

	for (size_t i = 0; i < log->runs.n && r == 0; i++) {
		uint64_t n = log->runs.at[i].last - log->runs.at[i].first + 1;

		while (i + 1 < log->runs.n && log->runs.at[i + 1].seq == log->runs.at[i].seq) {
			i++;
			n += log->runs.at[i].last - log->runs.at[i].first + 1;
		}
		snprintf(where, sizeof where, "%u", log->runs.at[i].seq);
		r = evd_finding(log->findings, EVD_F_WITHHELD, where, "%" PRIu64 " records", n);
	}
	return r;
}

int evd_log_must_withhold(const struct evd_log *log, struct evd_range **out, size_t *n,
                          struct evd_error *err)
{
	*n = 0;
	*out = malloc((log->named.n + 1) * sizeof **out);
	if (!*out)
		return evd_nomem(err);
	*n = ranges(log, applies, *out);
	return 0;
}

/* `lost` has room for all that is named. Joined, so that each item is looked at once, however often it is named. */
static void mark_lost(struct evd_log *log, struct evd_range *lost)
{
	size_t n = ranges(log, is_lost, lost);

	for (size_t i = 0; i < n; i++)
		for (size_t at = item_at(log, lost[i].seq, lost[i].first);
		     at < log->items.n && log->items.at[at].seq == lost[i].seq &&
		     log->items.at[at].k <= lost[i].last;
		     at++)
			log->items.at[at].lost = true;
}

int evd_log_withheld(struct evd_log *log, struct evd_error *err)
{
	struct evd_range *must;
	size_t n;
	int stop, r = evd_log_must_withhold(log, &must, &n, err);

	if (r)
		return r;
	stop = compare_runs(log, must, n);
	mark_lost(log, must);
	free(must);
	r = note_withheld(log);
	return r ? r : stop;
}
