/*
 * view_sketch: the timeline as a file Timesketch reads (docs/exchange.md §4): CSV or JSON lines with the
 * columns message, datetime, timestamp_desc. That tool has one time a row and takes it for UTC, so each row
 * says in words which kind of time it is, and whether a zone was known.
 */
#include "derive/timeline.h"
#include "derive/view_row.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE, DATETIME, DESC, KIND, EXHIBIT, ITEM, RECORD, N, RAW, FLAGS, DIRECTION, COLUMNS };
static const char *const title[COLUMNS] = {"message", "datetime", "timestamp_desc", "time_kind",
                                           "exhibit", "item",     "record",         "n",
                                           "raw",     "flags",    "direction"};

static int put(struct evd_view_out *v, bool csv, struct evd_buf *cell, struct evd_error *err)
{
	int r = 0;

	for (unsigned i = 0; i < COLUMNS; i++) {
		if (cell[i].failed)
			v->b.failed = cell[i].failed;
		if (csv)
			evd_view_cell(&v->b, evd_buf_view(&cell[i]), i == 0);
		else if (cell[i].len)
			evd_object_str(&v->o, title[i], evd_buf_view(&cell[i]));
		evd_buf_release(&cell[i]);
	}
	if (!csv)
		r = evd_object_write(&v->o, &v->b, err);
	evd_object_reset(&v->o);
	evd_put_str(&v->b, csv ? "\r\n" : "\n");
	return r ? r : evd_view_flush(v, 65536, err);
}

/* "claimed: message, outgoing": one's own messages often bear no name. */
static void put_desc(struct evd_buf *cell, const struct evd_event *e, const struct evd_json *j,
                     struct evd_view what)
{
	struct evd_view way;

	evd_putf(cell, "%s: ", evd_known_name(e->known));
	evd_put_view(cell, what);
	if (evd_json_string(j, 0, "direction", &way))
		evd_put_str(cell, evd_view_is(way, "out") ? ", outgoing" : ", incoming");
}

/* "2024-02-03T14:05:09.123Z" as ISO 8601 with seconds and an offset. */
static void put_datetime(struct evd_buf *cell, int64_t ms)
{
	char text[EVD_TIME_LEN + 1];

	evd_time_format(text, ms);
	evd_put_view(cell, evd_view_of(text, 23));
	evd_put_str(cell, "+00:00");
}

static int about(struct evd_view_out *v, bool csv, uint64_t timeless, int64_t now_ms,
                 struct evd_error *err)
{
	struct evd_buf cell[COLUMNS] = {{0}};

	evd_view_about(v, &cell[MESSAGE]);
	if (timeless)
		evd_putf(&cell[MESSAGE],
		         " %" PRIu64 " rows without a time from 1970 to 11 April 2262 are not here.",
		         timeless);
	put_datetime(&cell[DATETIME], now_ms);
	evd_put_str(&cell[DESC], "recorded: this view was made");
	evd_put_str(&cell[KIND], "recorded");
	return put(v, csv, cell, err);
}

/* That it no longer stands as its sender wrote it, or is another's: " (edited)", " (forwarded from Pera)". */
static void put_fate(struct evd_buf *cell, const struct evd_json *j)
{
	size_t flags = evd_json_find(j, 0, "flags"), at = flags + 1;

	for (uint32_t i = 0; flags && i < j->node[flags].count; i++, at = j->node[at].next) {
		const struct evd_view flag = j->node[at].raw;
		const bool forwarded = evd_view_is(flag, "forwarded");

		if (!forwarded && !evd_view_is(flag, "edited") && !evd_view_is(flag, "deleted-in-part") &&
		    !evd_view_is(flag, "recently-deleted"))
			continue;
		evd_put_str(cell, " (");
		evd_put_view(cell, flag);
		if (forwarded && evd_json_find(j, 0, "forwardedFrom")) {
			evd_put_str(cell, " from ");
			evd_view_member(j, 0, "forwardedFrom", cell);
		}
		evd_put_u8(cell, ')');
	}
}

static void put_message(struct evd_buf *cell, const struct evd_json *j, struct evd_view what)
{
	static const char *const part[] = {"sender", "group", "name", "text", "raw"};
	bool of_message = evd_view_is(what, "message"), any = false;
	struct evd_view type = {NULL, 0};

	evd_put_view(cell, what);
	if (of_message && evd_json_string(j, 0, "type", &type) && !evd_view_is(type, "text")) {
		evd_put_str(cell, " (");
		evd_put_view(cell, type);
		evd_put_u8(cell, ')');
	}
	put_fate(cell, j);
	for (unsigned i = 0; i < sizeof part / sizeof *part; i++) {
		struct evd_buf text = {0};

		if ((i == 4 && of_message) || !evd_view_member(j, 0, part[i], &text)) {
			evd_buf_release(&text);
			continue;
		}
		evd_put_str(cell, any && i != 2 ? ": " : " ");
		evd_put_view(cell, evd_buf_view(&text));
		any = true;
		evd_buf_release(&text);
	}
	if (evd_json_find(j, 0, "cut"))
		evd_put_str(cell, " …");
}

static int row(struct evd_view_out *v, bool csv, const struct evd_event *e,
               const struct evd_json *j, struct evd_error *err)
{
	static const char *const as_is[COLUMNS] = {
	    [KIND] = "known", [EXHIBIT] = "exhibit", [ITEM] = "item",   [RECORD] = "record",
	    [N] = "n",        [RAW] = "raw",         [FLAGS] = "flags", [DIRECTION] = "direction"};
	struct evd_buf cell[COLUMNS] = {{0}};
	struct evd_view what = {NULL, 0};
	uint64_t reading;

	evd_json_string(j, 0, "what", &what);
	put_message(&cell[MESSAGE], j, what);
	put_datetime(&cell[DATETIME], e->sort_ms);
	put_desc(&cell[DESC], e, j, what);
	if (!evd_json_find(j, 0, "utc"))
		evd_put_str(&cell[DESC], ", zone not known: the clock's fields, shown as if UTC");
	if (evd_json_int(j, 0, "reading", &reading))
		evd_putf(&cell[DESC],
		         ", day and month may be the other way round: reading %" PRIu64 " of %" PRIu32,
		         reading, j->node[evd_json_find(j, 0, "readings")].count);
	for (unsigned i = 0; i < COLUMNS; i++)
		if (as_is[i])
			evd_view_member(j, 0, as_is[i], &cell[i]);
	v->done->rows++;
	return put(v, csv, cell, err);
}

/* That tool counts nanoseconds since 1970 in 64 bits, and drops rows beyond without a word. */
static bool shown(const struct evd_event *e)
{
	return !e->timeless && e->sort_ms >= 0 && e->sort_ms <= INT64_MAX / 1000000;
}

int evd_view_sketch(struct evd_view_out *v, bool csv, struct evd_error *err)
{
	struct evd_timeline_filter all = {0};
	struct evd_timeline t = {0};
	struct evd_json j = {0};
	int64_t now_ms = 0;
	int r = evd_timeline_read(v->c, &all, &t, err);

	for (size_t i = 0; i < t.n; i++)
		v->done->timeless += !shown(&t.at[i]);
	for (unsigned i = 0; csv && i < COLUMNS; i++)
		evd_view_cell(&v->b, evd_view_str(title[i]), i == 0);
	if (csv)
		evd_put_str(&v->b, "\r\n");
	if (r == 0 && !evd_time_parse(evd_view_str(v->made), &now_ms))
		r = EVD_E_INTERNAL;
	if (r == 0)
		r = about(v, csv, v->done->timeless, now_ms, err);
	for (size_t i = 0; r == 0 && i < t.n; i++) {
		const struct evd_event *e = &t.at[i];

		if (!shown(e))
			continue;
		r = evd_view_goes_on(v, err);
		if (r == 0)
			r = evd_json_parse(&j, evd_view_of(t.lines.data + e->line_off, e->line_len), err);
		if (r == 0)
			r = row(v, csv, e, &j, err);
	}
	evd_json_release(&j);
	evd_timeline_release(&t);
	return r;
}
