/* timeline: see timeline.h. */
#include "derive/timeline.h"

#include "base/text.h"
#include "derive/fate.h"
#include "derive/latest.h"
#include "derive/view_row.h"
#include "derive/when.h"
#include "platform/zone.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 400u /* bytes of a message or value in a row; the record has all */

enum flag {
	NO_ZONE = 1,
	DST_TWICE = 2,
	DST_SKIPPED = 4,
	DAY_MONTH = 8,
	STANDARD_OFFSET = 16,
	BY_SIZE = 32,
	NO_TIME = 64
};
static const char *const flag_name[] = {"no-zone",   "dst-twice",       "dst-skipped",
                                        "day-month", "standard-offset", "seconds-by-size",
                                        "no-time"};
#define FATE_AT (sizeof flag_name / sizeof *flag_name) /* bits of derive/fate.h from here on */

/* An item: its exhibit number, and its latest read-out. */
struct known_item {
	struct evd_id id;
	uint64_t exhibit;
	struct evd_latest read_out;
};

struct gathering {
	struct evd_case *c;
	const struct evd_timeline_filter *filter;
	struct evd_timeline *t;
	struct known_item *item;
	size_t n_items, items_cap;
	struct evd_object o;
	bool cut; /* a text of the row is not here to its end */
	uint64_t entry_seen;
};

const char *evd_known_name(unsigned known)
{
	static const char *const name[EVD_KNOWN] = {"claimed", "recorded", "proved"};

	return name[known];
}

static int by_id(const void *a, const void *b)
{
	const struct evd_id *x = a;
	const struct known_item *y = b;

	if (x->seq != y->id.seq)
		return x->seq < y->id.seq ? -1 : 1;
	return x->k < y->id.k ? -1 : x->k > y->id.k;
}

/* Content records come in the order of their ids. */
static struct known_item *find_item(const struct gathering *g, struct evd_id id)
{
	return g->n_items ? bsearch(&id, g->item, g->n_items, sizeof *g->item, by_id) : NULL;
}

static int add_item(struct gathering *g, const struct evd_record *r, struct evd_error *err)
{
	void *grown = evd_grow(g->item, g->n_items, &g->items_cap, sizeof *g->item);

	if (!grown)
		return evd_nomem(err);
	g->item = grown;
	g->item[g->n_items++] =
	    (struct known_item){.id = {g->c->log.entry.seq, r->k}, .exhibit = r->exhibit};
	return 0;
}

/* When something was: one instant, or no earlier than the first and no later than the last; and its place in the
 * order. */
struct span {
	int64_t first, last, place;
};

static struct span instant(int64_t ms)
{
	return (struct span){ms, ms, ms};
}

static void stand(struct evd_event *e, struct span s)
{
	e->sort_ms = s.place;
	e->first_ms = s.first;
	e->last_ms = s.last;
}

static void put_ms(struct evd_buf *b, int64_t ms, unsigned precision, bool utc)
{
	char text[EVD_TIME_LEN + 1];

	if (ms > INT64_C(253402300799999)) /* year 9999 */
		ms = INT64_C(253402300799999);
	evd_time_format(text, ms);
	if (utc && precision < 19)
		precision = 19;
	evd_put_view(b, evd_view_of(text, precision < 23 ? precision : 23));
	if (utc)
		evd_put_u8(b, 'Z');
}

static void put_time(struct evd_object *o, const char *key, int64_t ms, unsigned precision,
                     bool utc)
{
	char text[EVD_TIME_LEN + 8];
	struct evd_buf b;

	evd_buf_init(&b, sizeof text);
	put_ms(&b, ms, precision, utc);
	if (!b.failed)
		evd_object_str(o, key, evd_buf_view(&b));
	evd_buf_release(&b);
}

static void put_flags(struct evd_object *o, unsigned flags)
{
	struct evd_buf b = {0};

	if (!flags)
		return;
	for (unsigned i = 0; i < FATE_AT; i++)
		if (flags & 1u << i)
			evd_putf(&b, "%s\"%s\"", b.len ? "," : "[", flag_name[i]);
	evd_fate_put(&b, flags >> FATE_AT);
	evd_put_u8(&b, ']');
	evd_object_raw(o, "flags", evd_buf_view(&b));
	evd_buf_release(&b);
}

/* When the clock was put forward over `local_ms`: by then all that it showed earlier was past, and nothing that it
 * shows later had been. */
static int64_t change(int64_t local_ms, int64_t before, int64_t behind)
{
	while (behind - before > 1) {
		int64_t mid = before + (behind - before) / 2;

		if (evd_zone_local(mid) < local_ms)
			before = mid;
		else
			behind = mid;
	}
	return behind;
}

/* A clock without a zone: what it is in the zone the user names, both when the hour came twice. */
static struct span assume(struct gathering *g, const struct evd_when *w, unsigned *flags)
{
	int64_t utc[2];
	unsigned n;
	struct evd_buf b = {0};

	*flags |= NO_ZONE;
	if (!g->filter->zone || w->precision < 16) /* a date alone is no instant */
		return instant(w->local_ms);
	n = evd_zone_utc(w->local_ms, utc);
	*flags |= n == 2 ? DST_TWICE : n == 0 ? DST_SKIPPED : 0u;
	for (unsigned i = 0; i < n; i++) {
		evd_put_str(&b, i ? ",\"" : "[\"");
		put_ms(&b, utc[i], w->precision, true);
		evd_put_u8(&b, '"');
	}
	if (n) {
		evd_put_u8(&b, ']');
		evd_object_raw(&g->o, "assumedUtc", evd_buf_view(&b));
	}
	evd_buf_release(&b);
	return (struct span){utc[0], utc[1], n ? utc[0] : change(w->local_ms, utc[0], utc[1])};
}

/* The same instant on a clock there, with what that clock was ahead of UTC: without it the hour that comes twice would
 * stand there twice and look like one. */
static void put_in_zone(struct evd_object *o, const struct evd_when *w, unsigned *flags)
{
	int64_t local = evd_zone_local(w->utc_ms), ahead = (local - w->utc_ms) / 1000, both[2];
	unsigned all = (unsigned)(ahead < 0 ? -ahead : ahead);
	struct evd_buf b = {0};

	put_ms(&b, local, w->precision < 19 ? 19 : w->precision, false);
	evd_putf(&b, "%c%02u:%02u", ahead < 0 ? '-' : '+', all / 3600, all / 60 % 60);
	if (all % 60) /* before there were zones */
		evd_putf(&b, ":%02u", all % 60);
	if (!b.failed)
		evd_object_str(o, "inZone", evd_buf_view(&b));
	evd_buf_release(&b);
	*flags |= evd_zone_utc(local, both) == 2 ? DST_TWICE : 0u;
}

/* Writes the members of a time; the place in the order. */
static struct span put_when(struct gathering *g, const struct evd_when *w, unsigned *flags)
{
	if (!w->has_utc) {
		put_time(&g->o, "local", w->local_ms, w->precision, false);
		return assume(g, w, flags);
	}
	put_time(&g->o, "utc", w->utc_ms, w->precision, true);
	if (g->filter->zone)
		put_in_zone(&g->o, w, flags);
	return instant(w->utc_ms);
}

static void put_id(struct evd_object *o, const char *key, struct evd_id id)
{
	char text[48];

	if (id.k)
		snprintf(text, sizeof text, "%" PRIu64 "/%" PRIu64, id.seq, id.k);
	else
		snprintf(text, sizeof text, "%" PRIu64, id.seq);
	evd_object_cstr(o, key, text);
}

static bool wanted(const struct gathering *g, const struct evd_event *e,
                   const struct known_item *it)
{
	const struct evd_timeline_filter *f = g->filter;

	if (f->only && e->known != f->known)
		return false;
	if (f->item.seq && (!it || it->id.seq != f->item.seq || it->id.k != f->item.k))
		return false;
	if (e->timeless)
		return !f->has_from && !f->has_to;
	return (!f->has_from || e->last_ms >= f->from_ms) && (!f->has_to || e->first_ms < f->to_ms);
}

static int add(struct gathering *g, struct evd_event *e, const struct known_item *it,
               struct evd_error *err)
{
	struct evd_timeline *t = g->t;
	const bool cut = g->cut;
	void *grown;
	int r;

	g->cut = false;
	if (!wanted(g, e, it)) {
		evd_object_reset(&g->o);
		return 0;
	}
	if (t->n >= EVD_TIMELINE_MAX)
		return evd_fail(err, EVD_E_LIMIT, "more than %u rows; name an item, or --from and --to",
		                EVD_TIMELINE_MAX);
	grown = evd_grow(t->at, t->n, &t->cap, sizeof *t->at);
	if (!grown)
		return evd_nomem(err);
	t->at = grown;
	evd_object_cstr(&g->o, "known", evd_known_name(e->known));
	if (cut)
		evd_object_bool(&g->o, "cut", true);
	put_id(&g->o, e->k ? "record" : "entry", (struct evd_id){e->seq, e->k});
	if (it) {
		put_id(&g->o, "item", it->id);
		if (it->exhibit)
			evd_object_int(&g->o, "exhibit", it->exhibit);
		e->item = (size_t)(it - g->item) + 1;
	}
	e->line_off = t->lines.len;
	r = evd_object_write(&g->o, &t->lines, err);
	e->line_len = (uint32_t)(t->lines.len - e->line_off);
	evd_object_reset(&g->o);
	if (r == 0)
		t->at[t->n++] = *e;
	return r;
}

/* A text as it stands in the record, cut between characters and between escapes. */
static void copy_text(struct gathering *g, const char *to, const struct evd_json *j,
                      const char *from)
{
	struct evd_buf plain = {0};
	struct evd_view cut;

	if (!evd_view_member(j, 0, from, &plain))
		return;
	cut = evd_buf_view(&plain);
	if (cut.len > TEXT_MAX) {
		cut.len = TEXT_MAX;
		while (cut.len && (cut.p[cut.len] & 0xc0) == 0x80)
			cut.len--;
		g->cut = true;
	}
	if (!plain.failed)
		evd_object_str(&g->o, to, cut);
	evd_buf_release(&plain);
}

static bool has_text(const struct evd_json *j, const char *key)
{
	struct evd_buf text = {0};
	bool has = evd_view_member(j, 0, key, &text) && text.len;

	evd_buf_release(&text);
	return has;
}

/* What a message says; of one too long for a record, which comes in pieces behind it, only that there is more. */
static void copy_words(struct gathering *g, const struct evd_json *j)
{
	if (evd_json_find(j, 0, "bodyLength"))
		g->cut = true;
	else
		copy_text(g, "text", j, has_text(j, "body") ? "body" : "caption");
}

static unsigned ambiguity(const struct evd_json *j)
{
	struct evd_view v;

	if (!evd_json_string(j, 0, "timeAmbiguity", &v))
		return 0;
	return evd_view_is(v, "day-month")         ? DAY_MONTH
	       : evd_view_is(v, "standard-offset") ? STANDARD_OFFSET
	       : evd_view_is(v, "seconds-by-size") ? BY_SIZE
	                                           : 0u;
}

static uint32_t readings(const struct evd_json *j)
{
	size_t list = evd_json_find(j, 0, "timeReadings");

	return list && j->node[list].type == EVD_JSON_ARRAY ? j->node[list].count : 0;
}

/* One of the readings, from 0, when day and month cannot be told apart; all stand in each row. */
static bool put_reading(const struct evd_json *j, uint32_t n, struct evd_object *o,
                        struct evd_when *w)
{
	size_t list = evd_json_find(j, 0, "timeReadings"), one = list + 1;
	struct evd_view v;

	if (n >= readings(j))
		return false;
	for (uint32_t i = 0; i < n; i++)
		one = j->node[one].next;
	evd_object_raw(o, "readings", j->node[list].raw);
	evd_object_int(o, "reading", n + 1);
	return evd_json_string(j, one, "local", &v) && evd_when(v, w);
}

static int add_message_at(struct gathering *g, struct evd_event *e, const struct known_item *it,
                          const struct evd_json *j, uint32_t reading, struct evd_error *err)
{
	struct evd_when w;
	struct evd_view v;
	unsigned flags = ambiguity(j) | evd_fate(j) << FATE_AT;
	uint64_t n;

	evd_object_cstr(&g->o, "what", "message");
	copy_text(g, "type", j, "type");
	if (evd_json_int(j, 0, "chat", &n))
		evd_object_int(&g->o, "chat", n);
	if (evd_json_int(j, 0, "n", &n))
		evd_object_int(&g->o, "n", n);
	copy_text(g, "sender", j,
	          has_text(j, "sender")   ? "sender"
	          : has_text(j, "number") ? "number"
	                                  : "handle");
	copy_text(g, "direction", j, "direction");
	copy_text(g, "event", j, "event");
	copy_text(g, "forwardedFrom", j, "forwardedFrom");
	copy_words(g, j);
	copy_text(g, "raw", j, "timeRaw");
	if ((evd_json_string(j, 0, "timeUtc", &v) && evd_when(v, &w)) ||
	    (evd_json_string(j, 0, "timeLocal", &v) && evd_when(v, &w)) ||
	    put_reading(j, reading, &g->o, &w)) {
		stand(e, put_when(g, &w, &flags));
	} else {
		e->timeless = true;
		flags |= NO_TIME;
	}
	put_flags(&g->o, flags);
	return add(g, e, it, err);
}

/* A row for each time that it may have been written at: whoever looks at one of these days must meet it. */
static int add_message(struct gathering *g, const struct evd_event *e, const struct known_item *it,
                       const struct evd_json *j, struct evd_error *err)
{
	uint32_t n =
	    evd_json_find(j, 0, "timeUtc") || evd_json_find(j, 0, "timeLocal") ? 0 : readings(j);
	uint32_t i = 0;
	int r = 0;

	do {
		struct evd_event row = *e;

		r = add_message_at(g, &row, it, j, i, err);
	} while (r == 0 && ++i < n);
	return r;
}

static int add_field(struct gathering *g, struct evd_event *e, const struct known_item *it,
                     const struct evd_json *j, struct evd_error *err)
{
	struct evd_view as, value;
	struct evd_when w;
	unsigned flags = 0;

	if (!evd_json_string(j, 0, "as", &as) || as.len < 5 || memcmp(as.p, "time.", 5) != 0 ||
	    !evd_json_string(j, 0, "value", &value) || !evd_when(value, &w))
		return 0;
	evd_object_cstr(&g->o, "what", "metadata");
	copy_text(g, "group", j, "group");
	copy_text(g, "name", j, "name");
	copy_text(g, "label", j, "label");
	copy_text(g, "as", j, "as");
	copy_text(g, "raw", j, "value");
	stand(e, put_when(g, &w, &flags));
	put_flags(&g->o, flags);
	return add(g, e, it, err);
}

/* The file system's word; its clock counts UTC, but who set it is not known. */
static int add_origin(struct gathering *g, struct evd_event *e, const struct evd_record *r,
                      const struct evd_json *j, struct evd_error *err)
{
	const struct known_item *it = find_item(g, r->first);
	size_t times = evd_json_find(j, 0, "times");
	struct evd_view v;
	struct evd_when w;
	unsigned flags = 0;

	if (!times || !evd_json_string(j, times, "modified", &v) || !evd_when(v, &w))
		return 0;
	evd_object_cstr(&g->o, "what", "file-modified");
	copy_text(g, "text", j, "name");
	stand(e, put_when(g, &w, &flags));
	put_flags(&g->o, flags);
	return add(g, e, it, err);
}

static int add_entry(struct gathering *g, struct evd_error *err)
{
	const struct evd_entry *entry = &g->c->log.entry;
	struct evd_event e = {.known = EVD_RECORDED, .seq = entry->seq};
	struct evd_when w = {true, entry->time_ms, entry->time_ms, 23};
	unsigned flags = 0;

	evd_object_cstr(&g->o, "what", "entry");
	evd_object_cstr(&g->o, "text", evd_action_rule(entry->action)->name);
	stand(&e, put_when(g, &w, &flags));
	put_flags(&g->o, flags);
	return add(g, &e, NULL, err);
}

static int on_record(void *ctx, const struct evd_record *r, const struct evd_json *j,
                     struct evd_view line, struct evd_error *err)
{
	struct gathering *g = ctx;
	struct evd_event e = {.known = EVD_CLAIMED, .seq = g->c->log.entry.seq, .k = r->k};
	struct evd_view item, kind;
	struct known_item *it;
	struct evd_id id;
	int code = 0;

	(void)line;
	if (g->entry_seen != e.seq) {
		g->entry_seen = e.seq;
		code = add_entry(g, err);
	}
	if (code)
		return code;
	if (r->kind == EVD_KIND_CONTENT)
		return add_item(g, r, err);
	if (evd_record_is_origin_of(r, e.seq))
		return add_origin(g, &e, r, j, err);
	if (r->kind != EVD_KIND_OTHER || g->c->log.entry.action != EVD_READ_OUT ||
	    !evd_json_string(j, 0, "kind", &kind) || !evd_json_string(j, 0, "item", &item) ||
	    !evd_id_parse(item, &id) || !(it = find_item(g, id)))
		return 0;
	evd_latest_see(&it->read_out, e.seq, kind, j);
	if (evd_view_is(kind, "message"))
		return add_message(g, &e, it, j, err);
	return evd_view_is(kind, "field") ? add_field(g, &e, it, j, err) : 0;
}

static int by_time(const void *a, const void *b)
{
	const struct evd_event *x = a, *y = b;

	if (x->timeless != y->timeless)
		return x->timeless ? 1 : -1;
	if (x->sort_ms != y->sort_ms && !x->timeless)
		return x->sort_ms < y->sort_ms ? -1 : 1;
	if (x->first_ms != y->first_ms && !x->timeless) /* within the hour that is left out */
		return x->first_ms < y->first_ms ? -1 : 1;
	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return x->k < y->k ? -1 : x->k > y->k;
}

/* Rows of read-outs that a later one of the same item replaced. */
static void drop_replaced(struct gathering *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->t->n; i++) {
		const struct evd_event *e = &g->t->at[i];
		const struct known_item *it = e->item ? &g->item[e->item - 1] : NULL;

		const uint64_t latest = it ? evd_latest_of(&it->read_out) : 0;

		if (latest && e->seq != latest && e->seq != it->id.seq)
			continue;
		g->t->at[n++] = *e;
	}
	g->t->n = n;
}

int evd_timeline_read(struct evd_case *c, const struct evd_timeline_filter *filter,
                      struct evd_timeline *t, struct evd_error *err)
{
	struct gathering g = {.c = c, .filter = filter, .t = t};
	int r;

	memset(t, 0, sizeof *t);
	evd_object_init(&g.o);
	r = evd_case_read(c, NULL, on_record, &g, err);
	if (r == 0) {
		drop_replaced(&g);
		if (t->n)
			qsort(t->at, t->n, sizeof *t->at, by_time);
	}
	evd_object_release(&g.o);
	free(g.item);
	return r;
}

void evd_timeline_release(struct evd_timeline *t)
{
	free(t->at);
	evd_buf_release(&t->lines);
	memset(t, 0, sizeof *t);
}
