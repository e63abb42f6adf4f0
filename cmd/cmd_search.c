/* cmd_search: `evidence search`: words of messages, notes, names and metadata, hits in the order of time. */
#include "cmd.h"
#include "cmd_entry.h"
#include "cmd_flags.h"
#include "i18n.h"

#include "base/text.h"
#include "derive/when.h"
#include "index/search.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN 300u /* code points of a text shown to people */
#define DAY_MS INT64_C(86400000)

static void put_id(struct evd_object *o, const char *key, struct evd_id id)
{
	char text[48];

	snprintf(text, sizeof text, "%" PRIu64 "/%" PRIu64, id.seq, id.k);
	if (id.seq)
		evd_object_cstr(o, key, text);
}

/* What the record spells under `key`, or under that with "Bytes" behind it, appended. */
static void put_spelt(struct evd_buf *b, const struct evd_json *j, const char *key,
                      const char *key_bytes)
{
	struct evd_view v;

	if (evd_json_string(j, 0, key, &v))
		evd_put_unescaped(b, v);
	else if (evd_json_string(j, 0, key_bytes, &v))
		evd_put_unbase64url(b, v);
}

/* What a hit's `more` says: of a field where in the item it is, and what the writer calls it; of a message what became of it
 * and whose words it passes on. */
struct said {
	struct evd_json j;
	struct evd_buf group, label, from;
	size_t flags; /* node of j; 0: none */
};

static void read_more(const struct evd_hit *h, struct said *s)
{
	*s = (struct said){.flags = 0};
	if (h->more.len && evd_json_parse(&s->j, h->more, NULL) == 0) {
		put_spelt(&s->group, &s->j, "group", "groupBytes");
		put_spelt(&s->label, &s->j, "label", "labelBytes");
		put_spelt(&s->from, &s->j, "forwardedFrom", "forwardedFromBytes");
		s->flags = evd_json_find(&s->j, 0, "flags");
	}
	if (s->group.len == 0)
		evd_put_view(&s->group, h->mail);
}

static void said_release(struct said *s)
{
	evd_buf_release(&s->group);
	evd_buf_release(&s->label);
	evd_buf_release(&s->from);
	evd_json_release(&s->j);
}

static void put_more(struct evd_object *o, const struct evd_hit *h)
{
	struct said s;

	read_more(h, &s);
	if (s.flags)
		evd_object_raw(o, "flags", s.j.node[s.flags].raw);
	if (s.from.len)
		evd_object_bytes(o, "forwardedFrom", evd_buf_view(&s.from));
	if (s.group.len)
		evd_object_bytes(o, "group", evd_buf_view(&s.group));
	if (s.label.len)
		evd_object_bytes(o, "label", evd_buf_view(&s.label));
	said_release(&s);
}

/* Whose the record is, where it is in an entry that says nothing with it by the format. */
static void put_outside(struct evd_object *o, const struct evd_hit *h, struct evd_object *inner)
{
	if (h->outside_action.len == 0)
		return;
	evd_object_str(inner, "action", h->outside_action);
	evd_object_int(inner, "entry", h->record.seq);
	evd_object_str(inner, "signer", h->outside_signer);
	evd_object_object(o, "outside", inner);
}

static int hit_json(void *ctx, const struct evd_hit *h, struct evd_error *err)
{
	const struct {
		const char *key;
		struct evd_view v;
	} text[] = {{"kind", h->kind},
	            {"type", h->type},
	            {"name", h->name},
	            {"text", h->text},
	            {"sender", h->who},
	            {"number", h->number},
	            {"handle", h->handle},
	            {"direction", h->direction},
	            {"timeLocal", h->local},
	            {"timeSource", h->source},
	            {"timeAmbiguity", h->ambiguity},
	            {"timeRaw", h->raw}};
	char utc[EVD_TIME_LEN + 1];
	struct evd_object o, outside;
	struct evd_buf b = {0};
	int r;

	(void)ctx;
	evd_object_init(&o);
	evd_object_init(&outside);
	put_outside(&o, h, &outside);
	put_more(&o, h);
	put_id(&o, "record", h->record);
	put_id(&o, "item", h->item);
	if (h->exhibit)
		evd_object_int(&o, "exhibit", h->exhibit);
	if (h->chat)
		evd_object_int(&o, "chat", h->chat);
	if (h->n)
		evd_object_int(&o, "n", h->n);
	for (size_t i = 0; i < sizeof text / sizeof *text; i++)
		if (text[i].v.len)
			evd_object_bytes(&o, text[i].key, text[i].v);
	if (h->has_utc) {
		evd_time_format(utc, h->utc_ms);
		evd_object_cstr(&o, "timeUtc", utc);
	}
	if (h->readings.len)
		evd_object_raw(&o, "timeReadings", h->readings);
	if (h->persons.len)
		evd_object_raw(&o, "persons", h->persons);
	if (h->elsewhere.len)
		evd_object_raw(&o, "foundIn", h->elsewhere);
	r = evd_object_write(&o, &b, err);
	if (r == 0)
		printf("%.*s\n", (int)b.len, (const char *)b.data);
	evd_buf_release(&b);
	evd_object_release(&outside);
	evd_object_release(&o);
	return r;
}

/* On one line: what parts lines or columns is one blank. */
static void put_shown(struct evd_view v)
{
	struct evd_buf plain = {0}, b = {0};

	for (size_t i = 0; i < v.len; i++) {
		bool blank = v.p[i] == '\n' || v.p[i] == '\r' || v.p[i] == '\t' || v.p[i] == ' ';

		if (!blank)
			evd_put_u8(&plain, v.p[i]);
		else if (plain.len && plain.data[plain.len - 1] != ' ')
			evd_put_u8(&plain, ' ');
	}
	evd_put_printable(&b, evd_buf_view(&plain), SHOWN);
	if (!b.failed && b.len)
		fwrite(b.data, 1, b.len, stdout);
	evd_buf_release(&plain);
	evd_buf_release(&b);
}

/* All the times that it may be, and what the source has. */
static void put_undecided(const struct evd_hit *h)
{
	struct evd_json j = {0};
	struct evd_view v;
	size_t at = 1;

	fputs("  ", stdout);
	if (h->readings.len && evd_json_parse(&j, h->readings, NULL) == 0)
		for (uint32_t i = 0; i < j.node[0].count; i++, at = j.node[at].next) {
			if (i)
				printf(" %s ", _("or"));
			if (evd_json_string(&j, at, "local", &v))
				put_shown(v);
		}
	evd_json_release(&j);
	if (h->mail.len) { /* several headers; each date has its own zone, or none */
		printf(" %s", _("claimed"));
		return;
	}
	printf(h->readings.len ? " (\"" : "\"");
	put_shown(h->raw);
	printf(h->readings.len ? "\") %s, %s" : "\" %s, %s", _("claimed"),
	       h->readings.len ? _("zone not in the source") : _("no time that can be read"));
}

/* The time in words: who says so, and what is not known about it. */
static void put_time(const struct evd_hit *h)
{
	char utc[EVD_TIME_LEN + 1];

	if (h->has_utc) {
		evd_time_format(utc, h->utc_ms);
		printf("  %s %s", utc, evd_view_is(h->source, "recorded") ? _("recorded") : _("claimed"));
	} else if (h->local.len) {
		fputs("  ", stdout);
		put_shown(h->local);
		printf(" %s, %s", _("claimed"), _("zone not in the source"));
	}
	if (!h->has_utc && !h->local.len && (h->readings.len || h->raw.len))
		put_undecided(h);
	if (h->ambiguity.len) {
		fputs(", ", stdout);
		put_shown(h->ambiguity);
	}
}

/* One line for a text that is not the present one: which it is, and what it says. */
static void put_other(const char *label, const struct evd_json *j, size_t object, const char *key)
{
	struct evd_buf plain = {0};
	struct evd_view v = {NULL, 0};
	size_t n = strlen(label), bytes = n > 5 && strcmp(label + n - 5, "Bytes") == 0 ? 5 : 0;

	printf("\n    %.*s: ", (int)(n - bytes), label);
	if (bytes && evd_json_string(j, object, key, &v))
		evd_put_unbase64url(&plain, v);
	else if (evd_json_string(j, object, key, &v))
		evd_put_unescaped(&plain, v);
	else
		evd_put_str(&plain, _("(not text)"));
	put_shown(evd_buf_view(&plain));
	evd_buf_release(&plain);
}

static void put_versions(const struct evd_json *j, size_t list)
{
	size_t at = list + 1;

	for (uint32_t i = 0; i < j->node[list].count; i++, at = j->node[at].next) {
		struct evd_view when = {NULL, 0};
		char label[160];

		if (!evd_json_string(j, at, "timeUtc", &when))
			evd_json_string(j, at, "timeLocal", &when);
		snprintf(label, sizeof label, "%s%s%.*s", _("earlier version"), when.len ? " " : "",
		         (int)(when.len < 40 ? when.len : 40), when.len ? (const char *)when.p : "");
		put_other(label, j, at, "body");
	}
}

/* Where the words stand, when they are not in the text shown above. */
static int put_elsewhere(struct evd_view object, struct evd_error *err)
{
	struct evd_json j = {0};
	char key[EVD_OBJECT_KEY_MAX];
	size_t at = 1;
	int r = object.len ? evd_json_parse(&j, object, err) : 0;

	for (uint32_t i = 0; r == 0 && j.n && i < j.node[0].count; i++, at = j.node[at].next) {
		struct evd_view k = j.node[at].key;

		if (j.node[at].type == EVD_JSON_ARRAY) {
			put_versions(&j, at);
			continue;
		}
		snprintf(key, sizeof key, "%.*s", (int)k.len, (const char *)k.p);
		put_other(key, &j, 0, key);
	}
	evd_json_release(&j);
	return r;
}

/* Of a field its name and, behind it, the one that the writer gave it: "header Subject". */
static void put_words(const struct evd_hit *h, struct evd_view label)
{
	struct evd_view who = h->who.len ? h->who : h->number.len ? h->number : h->handle;

	fputs("\n    ", stdout);
	put_shown(who);
	if (who.len && (h->name.len || h->text.len))
		fputs(": ", stdout);
	put_shown(h->name);
	if (label.len)
		putchar(' ');
	put_shown(label);
	if ((h->name.len || label.len) && h->text.len)
		fputs(": ", stdout);
	put_shown(h->text);
}

static void put_from(const void *ctx, struct evd_view flag)
{
	const struct said *s = ctx;

	if (!evd_view_is(flag, "forwarded") || !s->from.len)
		return;
	fputs(_(" from "), stdout);
	put_shown(evd_buf_view(&s->from));
}

/* What a court is told to look at: exhibit 3, chat 1, message 12; exhibit 4, mail.member.7. */
static int hit_text(void *ctx, const struct evd_hit *h, struct evd_error *err)
{
	const struct evd_search *q = ctx;
	struct said s;
	int r;

	read_more(h, &s);
	if (h->exhibit)
		printf(_("exhibit %llu"), (unsigned long long)h->exhibit);
	else
		printf(_("item %llu/%llu"), (unsigned long long)h->item.seq, (unsigned long long)h->item.k);
	if (h->chat)
		printf(_(", chat %llu"), (unsigned long long)h->chat);
	if (h->mail.len && !evd_view_is(h->mail, "mail")) {
		fputs(", ", stdout);
		put_shown(h->mail);
	}
	fputs(", ", stdout);
	put_shown(h->kind);
	if (h->n)
		printf(" %" PRIu64, h->n);
	if (h->outside_action.len)
		printf(", in entry %" PRIu64 " (%.*s), signed by %.8s: %s", h->record.seq,
		       (int)h->outside_action.len, (const char *)h->outside_action.p,
		       (const char *)h->outside_signer.p, cmd_entry_outside(h->kind));
	if (evd_view_is(h->kind, "message") && h->type.len && !evd_view_is(h->type, "text")) {
		fputs(", ", stdout);
		put_shown(h->type);
	}
	if (evd_view_is(h->direction, "out") || evd_view_is(h->direction, "in"))
		printf(", %s", h->direction.len == 3 ? _("outgoing") : _("incoming"));
	printf("  [%" PRIu64 "/%" PRIu64 "]", h->record.seq, h->record.k);
	put_time(h);
	/* must be said with the words: that they are no longer there as they were, or are another's */
	cmd_flags_put(&s.j, s.flags, put_from, &s);
	put_words(h, evd_buf_view(&s.label));
	r = put_elsewhere(h->elsewhere, err);
	if (r == 0 && q->person) /* whose mail it is besides */
		r = put_elsewhere(h->persons, err);
	putchar('\n');
	said_release(&s);
	return r;
}

static bool moment(const char *text, bool end, int64_t *ms)
{
	struct evd_when w;

	if (!evd_when(evd_view_str(text), &w))
		return false;
	*ms = (w.has_utc ? w.utc_ms : w.local_ms) + (end && w.precision == 10 ? DAY_MS : 0);
	return true;
}

static bool is_kind(const char *text)
{
	const char *kind;

	for (size_t i = 0; (kind = evd_search_kind(i)) != NULL; i++)
		if (strcmp(text, kind) == 0)
			return true;
	return false;
}

/* A word that is no kind would find nothing, and look like an answer. */
static int no_kind(void)
{
	char said[320] = "";
	const char *kind;
	size_t n = 0;

	for (size_t i = 0; n < sizeof said && (kind = evd_search_kind(i)) != NULL; i++)
		n += (size_t)snprintf(said + n, sizeof said - n, "%s%s", i ? " " : "--kind is one of ",
		                      kind);
	return cmd_usage(&cmd_search, said);
}

static int look(struct cmd_global *g, struct evd_search *q, const char *item)
{
	struct evd_case c;
	struct evd_error err = {0};
	struct evd_search_end end;
	int r = evd_case_open(g->case_dir, EVD_CASE_READ, &c, &err);

	if (r == 0 && item)
		r = cmd_items_named(&c, item, &q->item, &err);
	if (r == 0)
		r = evd_search(&c, q, g->json ? hit_json : hit_text, q, &end, &err);
	evd_case_close(&c);
	if (r)
		return cmd_fail(r, &err);
	if (end.more)
		fprintf(stderr, _("There are more than %llu hits; --limit 0 shows all.\n"),
		        (unsigned long long)q->limit);
	else if (end.hits == 0 && !g->json)
		fputs(_("Nothing was found.\n"), stderr);
	if (end.unread)
		fprintf(stderr, _("Items not read: %llu; 'evidence read' reads them.\n"),
		        (unsigned long long)end.unread);
	return CMD_DONE;
}

static int run(struct cmd_global *g, int argc, char **argv)
{
	enum { PERSON = CMD_OWN, ITEM, KIND, FROM, TO, LIMIT };
	static const struct option own[] = {{"person", required_argument, NULL, PERSON},
	                                    {"item", required_argument, NULL, ITEM},
	                                    {"kind", required_argument, NULL, KIND},
	                                    {"from", required_argument, NULL, FROM},
	                                    {"to", required_argument, NULL, TO},
	                                    {"limit", required_argument, NULL, LIMIT},
	                                    {NULL, 0, NULL, 0}};
	struct evd_search q = {.limit = 20};
	struct evd_buf words = {0};
	const char *item = NULL;
	char *end;
	int id, r;

	while ((id = cmd_option(g, &cmd_search, own, argc, argv)) != -1) {
		switch (id) {
		case PERSON: q.person = optarg; break;
		case ITEM: item = optarg; break;
		case KIND:
			q.kind = optarg;
			if (!is_kind(optarg))
				return no_kind();
			break;
		case FROM:
			q.has_from = true;
			if (!moment(optarg, false, &q.from_ms))
				return cmd_usage(&cmd_search, "--from is 2024-02-03 or 2024-02-03T14:05");
			break;
		case TO:
			q.has_to = true;
			if (!moment(optarg, true, &q.to_ms))
				return cmd_usage(&cmd_search, "--to is 2024-02-03 or 2024-02-03T14:05");
			break;
		case LIMIT:
			q.limit = strtoull(optarg, &end, 10);
			if (!*optarg || *end || *optarg == '-')
				return cmd_usage(&cmd_search, "--limit is a number, 0 for all");
			break;
		default: return cmd_option_exit();
		}
	}
	if (optind == argc && !q.person && !item && !q.kind && !q.has_from && !q.has_to)
		return cmd_usage(&cmd_search, "say what to look for");
	for (int i = optind; i < argc; i++) {
		evd_put_str(&words, argv[i]);
		evd_put_u8(&words, i + 1 < argc ? ' ' : '\0');
	}
	if (optind < argc)
		q.words = (const char *)words.data;
	r = words.failed ? cmd_fail(words.failed, NULL) : look(g, &q, item);
	evd_buf_release(&words);
	return r;
}

const struct cmd_row cmd_search = {
    "search",
    "usage: evidence search [OPTION]... [WORD]...\n"
    "\n"
    "Finds messages, notes, names and metadata that hold all the words, in the order of the times\n"
    "they claim; those without a time come last. Case, diacritics and script do not matter: "
    "'zenka',\n"
    "'ženka' and 'женка' are one word. '\"two words\"' is a phrase, 'prij*' the beginning of a "
    "word.\n"
    "It prints what the evidence says; items must have been read ('evidence read').\n"
    "\n"
    "  --person TEXT   sent by: words of the name or account, or a telephone number; mails also\n"
    "                  sent to, and metadata that name a person\n"
    "  --item ITEM     within one item: exhibit number or id\n"
    "  --kind KIND     message attachment conversation participant field member observation\n"
    "                  unread origin note statement description correction part\n"
    "  --from TIME     claimed at or after: 2024-02-03 or 2024-02-03T14:05, with Z or an offset "
    "if\n"
    "                  known; times without a zone compare as they are written\n"
    "  --to TIME       claimed before; a date alone: to the end of that day\n"
    "  --limit N       hits shown (20); 0 for all\n",
    N_("find words in what was read"),
    run,
};
