/* cmd_timeline: `evidence timeline`: what has a time (docs/timeline.md §2), in order. */
#include "cmd.h"
#include "cmd_flags.h"
#include "i18n.h"

#include "base/text.h"
#include "derive/timeline.h"
#include "derive/when.h"
#include "platform/zone.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX 120u /* characters of a text in a printed line */

static void put_text(const struct evd_json *j, const char *key, const char *before)
{
	struct evd_buf plain = {0}, out = {0};
	struct evd_view v;

	if (!evd_json_string(j, 0, key, &v))
		return;
	evd_put_unescaped(&plain, v);
	evd_put_printable(&out, evd_buf_view(&plain), TEXT_MAX);
	printf("%s%.*s", before, (int)out.len, out.len ? (const char *)out.data : "");
	evd_buf_release(&plain);
	evd_buf_release(&out);
}

/* The time in one column: in the zone asked for, else UTC with its Z, else as written. */
static void put_when(const struct evd_json *j)
{
	struct evd_view v = {NULL, 0};
	char text[40] = "-";

	if (!evd_json_string(j, 0, "inZone", &v) && !evd_json_string(j, 0, "utc", &v))
		evd_json_string(j, 0, "local", &v);
	if (v.len && v.len < sizeof text) {
		memcpy(text, v.p, v.len);
		text[v.len] = '\0';
		if (v.len > 10)
			text[10] = ' ';
	}
	printf("%-29s ", text);
}

/* Where to look: exhibit and message number, or the record. */
static void put_place(const struct evd_json *j)
{
	uint64_t exhibit = 0, chat = 0, n = 0;
	struct evd_view v = {NULL, 0};
	char text[64];

	evd_json_int(j, 0, "chat", &chat);
	if (evd_json_int(j, 0, "exhibit", &exhibit) && evd_json_int(j, 0, "n", &n) && chat > 1)
		snprintf(text, sizeof text, "%" PRIu64 ", chat %" PRIu64 ", %" PRIu64, exhibit, chat, n);
	else if (exhibit && n)
		snprintf(text, sizeof text, "%" PRIu64 ", %" PRIu64, exhibit, n);
	else if (exhibit)
		snprintf(text, sizeof text, "%" PRIu64, exhibit);
	else if (evd_json_string(j, 0, "record", &v))
		snprintf(text, sizeof text, "%.*s", (int)v.len, (const char *)v.p);
	else if (evd_json_string(j, 0, "entry", &v))
		snprintf(text, sizeof text, "entry %.*s", (int)v.len, (const char *)v.p);
	else
		text[0] = '\0';
	printf("%-14s ", text);
}

/* Which of the rows of one message this is, and what the source has. */
static void put_reading(const struct evd_json *j)
{
	size_t all = evd_json_find(j, 0, "readings");
	uint64_t n;

	if (!all || !evd_json_int(j, 0, "reading", &n))
		return;
	printf(_(", reading %llu of %llu"), (unsigned long long)n,
	       (unsigned long long)j->node[all].count);
	put_text(j, "raw", _(", written "));
}

static void put_more(const void *ctx, struct evd_view flag)
{
	if (evd_view_is(flag, "day-month"))
		put_reading(ctx);
	else if (evd_view_is(flag, "forwarded"))
		put_text(ctx, "forwardedFrom", _(" from "));
}

/* Who; and what it is, if it is no plain text. One's own messages often bear no name: then which way it went. */
static void put_sender(const struct evd_json *j)
{
	struct evd_view type = {NULL, 0};
	bool named = evd_json_find(j, 0, "sender") != 0;

	if (named)
		put_text(j, "sender", "");
	else
		put_text(j, "direction", "<");
	if (!named && evd_json_find(j, 0, "direction"))
		putchar('>');
	if (!evd_json_string(j, 0, "type", &type) || evd_view_is(type, "text"))
		return;
	put_text(j, evd_json_find(j, 0, "event") ? "event" : "type", " (");
	putchar(')');
}

static void put_row(const struct evd_json *j)
{
	struct evd_view what = {NULL, 0}, known = {NULL, 0};

	put_when(j);
	evd_json_string(j, 0, "known", &known);
	printf("%-9.*s ", (int)known.len, (const char *)known.p);
	put_place(j);
	evd_json_string(j, 0, "what", &what);
	if (evd_view_is(what, "message")) {
		put_sender(j);
		put_text(j, "text", ": ");
		if (!evd_json_find(j, 0, "text") && evd_json_find(j, 0, "cut"))
			fputs(": …", stdout);
	} else if (evd_view_is(what, "metadata")) {
		put_text(j, "group", "");
		put_text(j, "name", " ");
		put_text(j, "label", " ");
	} else {
		printf("%.*s", (int)what.len, (const char *)what.p);
		put_text(j, "text", " ");
	}
	cmd_flags_put(j, evd_json_find(j, 0, "flags"), put_more, j);
	putchar('\n');
}

static int print(struct cmd_global *g, const struct evd_timeline *t, const char *zone,
                 struct evd_error *err)
{
	struct evd_json j = {0};
	int r = 0;

	if (!g->json && zone)
		printf(_("Clocks without a zone are shown as written and placed as if they stood in %s; "
		         "that is "
		         "an assumption.\n"),
		       zone);
	else if (!g->json)
		puts(
		    _("Clocks without a zone are placed as if they were UTC; --tz places them in a zone."));
	if (!g->json)
		printf("%-29s %-9s %-14s\n", _("Time"), _("Kind"), _("Exhibit, n"));
	for (size_t i = 0; i < t->n && r == 0; i++) {
		struct evd_view line = evd_view_of(t->lines.data + t->at[i].line_off, t->at[i].line_len);

		if (g->json) {
			printf("%.*s\n", (int)line.len, (const char *)line.p);
			continue;
		}
		r = evd_json_parse(&j, line, err);
		if (r == 0)
			put_row(&j);
	}
	evd_json_release(&j);
	return r;
}

/* "2024-02-13" or with a time; without a zone it is of the zone asked for. In an hour that comes twice or not at all,
 * what leaves out less. */
static bool bound(const char *text, const char *zone, bool end, int64_t *ms)
{
	struct evd_when w;
	int64_t utc[2];

	if (!evd_when(evd_view_str(text), &w))
		return false;
	*ms = w.has_utc ? w.utc_ms : w.local_ms;
	if (!w.has_utc && zone) {
		evd_zone_utc(w.local_ms, utc);
		*ms = utc[end];
	}
	return true;
}

static int show(struct cmd_global *g, struct evd_timeline_filter *f, const char *item)
{
	struct evd_timeline t = {0};
	struct evd_error err = {0};
	struct evd_case c;
	int r = evd_case_open(g->case_dir, EVD_CASE_READ, &c, &err);

	if (r)
		return cmd_fail(r, &err);
	if (item)
		r = cmd_items_named(&c, item, &f->item, &err);
	if (r == 0)
		r = evd_timeline_read(&c, f, &t, &err);
	if (r == 0)
		r = print(g, &t, f->zone, &err);
	evd_timeline_release(&t);
	evd_case_close(&c);
	return r ? cmd_fail(r, &err) : CMD_DONE;
}

static int run(struct cmd_global *g, int argc, char **argv)
{
	enum { TZ_NAME = CMD_OWN, FROM, TO, ITEM, KIND };
	static const struct option own[] = {
	    {"tz", required_argument, NULL, TZ_NAME}, {"from", required_argument, NULL, FROM},
	    {"to", required_argument, NULL, TO},      {"item", required_argument, NULL, ITEM},
	    {"kind", required_argument, NULL, KIND},  {NULL, 0, NULL, 0}};
	struct evd_timeline_filter f = {0};
	const char *from = NULL, *to = NULL, *item = NULL, *kind = NULL;
	struct evd_error err = {0};
	int id, r;

	while ((id = cmd_option(g, &cmd_timeline, own, argc, argv)) != -1) {
		switch (id) {
		case TZ_NAME: f.zone = optarg; break;
		case FROM: from = optarg; break;
		case TO: to = optarg; break;
		case ITEM: item = optarg; break;
		case KIND: kind = optarg; break;
		default: return cmd_option_exit();
		}
	}
	if (argc != optind)
		return cmd_usage(&cmd_timeline, "it takes no words");
	if (f.zone) {
		r = evd_zone_use(f.zone, &err);
		if (r)
			return cmd_fail(r, &err);
	}
	f.has_from = from != NULL;
	f.has_to = to != NULL;
	if ((from && !bound(from, f.zone, false, &f.from_ms)) ||
	    (to && !bound(to, f.zone, true, &f.to_ms)))
		return cmd_usage(&cmd_timeline,
		                 "a time is 2024-02-13, 2024-02-13T09:00 or 2024-02-13T08:00:00Z");
	f.only = kind != NULL;
	for (unsigned i = 0; kind && i < EVD_KNOWN; i++)
		if (strcmp(kind, evd_known_name(i)) == 0) {
			f.known = (enum evd_known)i;
			kind = NULL;
		}
	if (kind)
		return cmd_usage(&cmd_timeline, "--kind is claimed, recorded or proved");
	return show(g, &f, item);
}

const struct cmd_row cmd_timeline = {
    "timeline",
    "usage: evidence timeline [OPTION]...\n"
    "\n"
    "What has a time, in order: messages, mails, when photos and documents were made and changed,\n"
    "when files that came in were changed, entries. Not in it are times of files within archives,\n"
    "of edits and receipts of messages, and more ('evidence show' has them). Kinds of time are\n"
    "kept apart: claimed (by a device or an export), recorded (by the custodian's clock), proved\n"
    "(by a timestamp authority's token: 'evidence-verify' judges those, none is listed here).\n"
    "Items must have been read ('evidence read'); nothing is opened and nothing is written.\n"
    "\n"
    "  --tz ZONE        the zone clocks stood in that do not name one, such as Europe/Belgrade;\n"
    "                   hours that summer time repeats or leaves out are flagged\n"
    "  --from TIME      from this time on: 2024-02-13, 2024-02-13T09:00, 2024-02-13T08:00:00Z\n"
    "  --to TIME        before this time\n"
    "  --item ITEM      one item alone\n"
    "  --kind KIND      claimed, recorded or proved alone\n",
    N_("list what happened when"),
    run,
};
