/* match: see match.h. */
#include "derive/match.h"

#include <stdlib.h>
#include <string.h>

#define QUARTER_MS (INT64_C(15) * 60 * 1000) /* offsets of zones are whole quarters of an hour */
#define ZONES_MS (INT64_C(26) * 3600 * 1000) /* from UTC-12 to UTC+14 */
#define CANDIDATES 64u                       /* of one key that are looked at */
#define MINUTE_MS 60000

struct matching {
	const struct evd_said *a, *b;
	struct evd_match *m;
	bool minutes;        /* one of the exports has no seconds */
	size_t *slot, *next; /* unmatched newer messages by key; indexes + 1 */
	size_t n_slots;
};

/* Which parts must be equal. */
struct key {
	bool id, time, sender, body;
	bool attachments; /* both are attachments */
	int64_t shift_ms; /* newer minus older */
	bool any_zone;    /* instead of `time`: apart by whole quarters of an hour */
};

static bool some(const uint8_t part[EVD_SAID_LEN])
{
	static const uint8_t none[EVD_SAID_LEN];

	return memcmp(part, none, EVD_SAID_LEN) != 0;
}

static bool time_of(const struct matching *g, const struct evd_said *s, int64_t *ms)
{
	bool utc = g->m->scale == EVD_SCALE_UTC;

	*ms = utc ? s->utc_ms : s->local_ms;
	if (g->minutes)
		*ms -= (*ms % MINUTE_MS + MINUTE_MS) % MINUTE_MS;
	return utc ? s->has_utc : s->has_local;
}

int64_t evd_match_difference(const struct evd_match *m, const struct evd_said *older,
                             const struct evd_said *newer)
{
	if (m->scale == EVD_SCALE_UTC)
		return newer->utc_ms - older->utc_ms;
	return m->scale == EVD_SCALE_LOCAL ? newer->local_ms - older->local_ms : 0;
}

static uint64_t mix(uint64_t x)
{
	x ^= x >> 33;
	x *= UINT64_C(0xff51afd7ed558ccd);
	return x ^ x >> 29;
}

static uint64_t start_of(const uint8_t part[EVD_SAID_LEN])
{
	uint64_t x;

	memcpy(&x, part, sizeof x); /* of a SHA-256: nobody can aim it */
	return x;
}

static size_t slot_of(const struct matching *g, const struct key *k, const struct evd_said *s,
                      int64_t shift_ms)
{
	uint64_t x = 1;
	int64_t ms;

	if (k->id)
		x = mix(x ^ start_of(s->part[EVD_SAID_ID]));
	if (k->sender)
		x = mix(x ^ start_of(s->part[EVD_SAID_SENDER]));
	if (k->body)
		x = mix(x ^ start_of(s->part[EVD_SAID_BODY]));
	if (k->time && g->m->scale == EVD_SCALE_RAW)
		x = mix(x ^ start_of(s->part[EVD_SAID_RAW_TIME]));
	else if (k->time && g->m->scale != EVD_SCALE_NONE && time_of(g, s, &ms))
		x = mix(x ^ (uint64_t)(ms + shift_ms));
	return (size_t)x & (g->n_slots - 1);
}

static bool same_part(const struct evd_said *x, const struct evd_said *y, enum evd_said_part p)
{
	return memcmp(x->part[p], y->part[p], EVD_SAID_LEN) == 0;
}

static bool times_fit(const struct matching *g, const struct key *k, const struct evd_said *x,
                      const struct evd_said *y)
{
	int64_t at, bt;
	bool has_a = time_of(g, x, &at), has_b = time_of(g, y, &bt);

	if (g->m->scale == EVD_SCALE_RAW)
		return same_part(x, y, EVD_SAID_RAW_TIME);
	if (g->m->scale == EVD_SCALE_NONE)
		return true;
	if (!has_a || !has_b) /* impossible times: as written */
		return has_a == has_b && same_part(x, y, EVD_SAID_RAW_TIME);
	if (!k->any_zone)
		return at + k->shift_ms == bt;
	return llabs(bt - at) <= ZONES_MS && (bt - at) % QUARTER_MS == 0;
}

/* Where neither has a text, the attachment is what was said. */
static bool bodies_fit(const struct evd_said *x, const struct evd_said *y)
{
	return same_part(x, y, EVD_SAID_BODY) &&
	       (some(x->part[EVD_SAID_BODY]) || same_part(x, y, EVD_SAID_FILES));
}

static bool fits(const struct matching *g, const struct key *k, const struct evd_said *x,
                 const struct evd_said *y)
{
	return (!k->id || same_part(x, y, EVD_SAID_ID)) &&
	       (!k->sender || same_part(x, y, EVD_SAID_SENDER)) && (!k->body || bodies_fit(x, y)) &&
	       (!k->attachments || (x->attachment && y->attachment)) &&
	       (!(k->time || k->any_zone) || times_fit(g, k, x, y));
}

static void fill(struct matching *g, const struct key *k)
{
	memset(g->slot, 0, g->n_slots * sizeof *g->slot);
	for (size_t i = g->m->n_newer; i > 0; i--) { /* so that each chain rises */
		size_t *slot;

		if (g->m->older_of[i - 1] || (k->id && !some(g->b[i - 1].part[EVD_SAID_ID])))
			continue;
		slot = &g->slot[slot_of(g, k, &g->b[i - 1], 0)];
		g->next[i - 1] = *slot;
		*slot = i;
	}
}

/* The first of a key with the first, the second with the second. */
static uint64_t pair(struct matching *g, const struct key *k, enum evd_matched by)
{
	uint64_t n = 0;

	fill(g, k);
	for (size_t i = 0; i < g->m->n_older; i++) {
		size_t *at;
		unsigned tries = 0;

		if (g->m->newer_of[i] || (k->id && !some(g->a[i].part[EVD_SAID_ID])))
			continue;
		at = &g->slot[slot_of(g, k, &g->a[i], k->shift_ms)];
		for (; *at && tries < CANDIDATES; at = &g->next[*at - 1], tries++) {
			size_t j = *at - 1;

			if (!fits(g, k, &g->a[i], &g->b[j]))
				continue;
			g->m->newer_of[i] = j + 1;
			g->m->older_of[j] = i + 1;
			g->m->by[i] = (uint8_t)by;
			*at = g->next[j];
			n++;
			break;
		}
	}
	return n;
}

static void unpair(struct matching *g)
{
	memset(g->m->newer_of, 0, g->m->n_older * sizeof *g->m->newer_of);
	memset(g->m->older_of, 0, g->m->n_newer * sizeof *g->m->older_of);
	memset(g->m->by, 0, g->m->n_older * sizeof *g->m->by);
}

static void choose_scale(struct matching *g)
{
	size_t n[2][3] = {{0}};
	const struct evd_said *list[2] = {g->a, g->b};
	const size_t len[2] = {g->m->n_older, g->m->n_newer};

	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < len[side]; i++) {
			n[side][0] += list[side][i].has_utc;
			n[side][1] += list[side][i].has_local;
			g->minutes = g->minutes || list[side][i].minutes;
		}
	/* a few entries without a time do not decide for the rest */
	if (n[0][0] * 2 > len[0] && n[1][0] * 2 > len[1])
		g->m->scale = EVD_SCALE_UTC;
	else if (n[0][1] * 2 > len[0] && n[1][1] * 2 > len[1])
		g->m->scale = EVD_SCALE_LOCAL;
	else
		g->m->scale = EVD_SCALE_RAW;
}

static int by_value(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;

	return a < b ? -1 : a > b;
}

/* Differences of time that at least a twentieth of the messages share. */
static void take_shifts(struct evd_match *m, int64_t *difference, size_t n)
{
	qsort(difference, n, sizeof *difference, by_value);
	for (size_t i = 0, run; i < n; i += run) {
		size_t at;

		for (run = 1; i + run < n && difference[i + run] == difference[i]; run++)
			;
		if (run * 20 < n || run < 2 || difference[i] == 0 || difference[i] % QUARTER_MS ||
		    llabs(difference[i]) > ZONES_MS)
			continue;
		for (at = 1; at < m->n_shifts && m->shift_n[at] >= run; at++)
			;
		if (at == EVD_SHIFTS_MAX)
			continue;
		if (m->n_shifts < EVD_SHIFTS_MAX)
			m->n_shifts++;
		for (size_t k = m->n_shifts - 1; k > at; k--) {
			m->shift_ms[k] = m->shift_ms[k - 1];
			m->shift_n[k] = m->shift_n[k - 1];
		}
		m->shift_ms[at] = difference[i];
		m->shift_n[at] = run;
	}
}

/*
 * A text export made in another zone, or under another setting of the phone, bears other times in
 * every line. Messages whose sender and body occur once on either side tell by how much.
 */
static int find_shifts(struct matching *g, struct evd_error *err)
{
	const struct key what = {.sender = true, .body = true};
	struct evd_match *m = g->m;
	int64_t *difference = malloc((m->n_older + 1) * sizeof *difference), zero = 0;
	size_t n = 0, same_raw = 0, paired = 0;

	if (!difference)
		return evd_nomem(err);
	pair(g, &what, EVD_BY_ALL);
	fill(g, &what); /* newer ones left over: their key is not unique */
	for (size_t i = 0; i < m->n_older; i++) {
		const struct evd_said *x = &g->a[i], *y;
		int64_t at, bt;
		size_t left;

		if (!m->newer_of[i])
			continue;
		y = &g->b[m->newer_of[i] - 1];
		left = g->slot[slot_of(g, &what, x, 0)];
		paired++;
		same_raw += same_part(x, y, EVD_SAID_RAW_TIME);
		if ((left && fits(g, &what, x, &g->b[left - 1])) || !time_of(g, x, &at) ||
		    !time_of(g, y, &bt))
			continue;
		difference[n++] = bt - at;
		zero += bt == at;
	}
	m->n_shifts = 1;
	m->shift_n[0] = (uint64_t)zero;
	if (m->scale == EVD_SCALE_RAW && same_raw * 2 < paired)
		m->scale = EVD_SCALE_NONE;
	else if (m->scale != EVD_SCALE_RAW)
		take_shifts(m, difference, n);
	/* the likeliest is tried first, whether it is 0 or not */
	if (m->n_shifts > 1 && m->shift_n[1] > m->shift_n[0]) {
		int64_t ms = m->shift_ms[1];

		memmove(&m->shift_ms[1], &m->shift_ms[0], sizeof m->shift_ms[0]);
		m->shift_ms[0] = ms;
	}
	unpair(g);
	free(difference);
	return 0;
}

static void pair_all(struct matching *g)
{
	struct evd_match *m = g->m;
	struct key id = {.id = true}, all = {.time = true, .sender = true, .body = true};
	struct key body = {.time = true, .body = true}, sender = {.time = true, .sender = true};
	struct key files = {.time = true, .sender = true, .attachments = true};
	const struct key zone = {.sender = true, .body = true, .any_zone = true};

	pair(g, &id, EVD_BY_ID);
	memset(m->shift_n, 0, sizeof m->shift_n);
	for (size_t i = 0; i < m->n_shifts; i++) {
		all.shift_ms = m->shift_ms[i];
		m->shift_n[i] = pair(g, &all, EVD_BY_ALL);
	}
	if (m->scale == EVD_SCALE_NONE)
		return; /* a body alone, without a time, proves no edit */
	for (size_t i = 0; i < m->n_shifts; i++) {
		body.shift_ms = sender.shift_ms = files.shift_ms = m->shift_ms[i];
		m->shift_n[i] += pair(g, &body, EVD_BY_TIME_BODY);
		m->shift_n[i] += pair(g, &files, EVD_BY_TIME_SENDER);
		m->shift_n[i] += pair(g, &sender, EVD_BY_TIME_SENDER);
	}
	if (m->scale != EVD_SCALE_RAW)
		pair(g, &zone, EVD_BY_SENDER_BODY);
}

/* Length of the longest rising run of `of` (0 left out); marks in `in` what belongs to it. */
static int longest_rising(const size_t *of, size_t n, bool down, bool *in, size_t *len,
                          struct evd_error *err)
{
	size_t *tail = malloc((n + 1) * sizeof *tail), *before = malloc((n + 1) * sizeof *before);
	size_t most = 0;

	if (!tail || !before) {
		free(tail);
		free(before);
		return evd_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		size_t low = 0, high = most;

		if (!of[i])
			continue;
		while (low < high) {
			size_t mid = (low + high) / 2, x = of[tail[mid]];

			if (down ? x > of[i] : x < of[i])
				low = mid + 1;
			else
				high = mid;
		}
		before[i] = low ? tail[low - 1] + 1 : 0;
		tail[low] = i;
		most += low == most;
	}
	memset(in, 0, n * sizeof *in);
	for (size_t at = most ? tail[most - 1] + 1 : 0; at; at = before[at - 1])
		in[at - 1] = true;
	*len = most;
	free(tail);
	free(before);
	return 0;
}

/* The fewest messages that must have moved for one order to become the other. */
static int find_moved(struct evd_match *m, struct evd_error *err)
{
	size_t up = 0, down = 0;
	bool *in = calloc(m->n_older + 1, sizeof *in);
	int r = in ? longest_rising(m->newer_of, m->n_older, true, in, &down, err) : evd_nomem(err);

	if (r == 0)
		r = longest_rising(m->newer_of, m->n_older, false, m->moved, &up, err);
	if (r == 0) {
		m->reversed = down > up && down > 2;
		for (size_t i = 0; i < m->n_older; i++)
			m->moved[i] = m->newer_of[i] && !(m->reversed ? in[i] : m->moved[i]);
	}
	free(in);
	return r;
}

int evd_match(const struct evd_said *older, size_t n_older, const struct evd_said *newer,
              size_t n_newer, struct evd_match *m, struct evd_error *err)
{
	struct matching g = {.a = older, .b = newer, .m = m};
	int r;

	memset(m, 0, sizeof *m);
	m->n_older = n_older;
	m->n_newer = n_newer;
	m->newer_of = calloc(n_older + 1, sizeof *m->newer_of);
	m->older_of = calloc(n_newer + 1, sizeof *m->older_of);
	m->by = calloc(n_older + 1, sizeof *m->by);
	m->moved = calloc(n_older + 1, sizeof *m->moved);
	for (g.n_slots = 16; g.n_slots < n_newer * 2;)
		g.n_slots *= 2;
	g.slot = calloc(g.n_slots, sizeof *g.slot);
	g.next = calloc(n_newer + 1, sizeof *g.next);
	r = m->newer_of && m->older_of && m->by && m->moved && g.slot && g.next ? 0 : evd_nomem(err);
	if (r == 0) {
		choose_scale(&g);
		r = find_shifts(&g, err);
	}
	if (r == 0) {
		pair_all(&g);
		r = find_moved(m, err);
	}
	free(g.slot);
	free(g.next);
	return r;
}

void evd_match_release(struct evd_match *m)
{
	free(m->newer_of);
	free(m->older_of);
	free(m->by);
	free(m->moved);
	memset(m, 0, sizeof *m);
}
