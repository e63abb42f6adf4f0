/*
 * cmd_show: `evidence show`: every record that speaks of an item, and what its last reading made of it: a
 * line for each fact and each thing that could not be read; of chats how many records, which search lists.
 */
#include "cmd.h"
#include "cmd_entry.h"
#include "i18n.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNTED_MAX 16u

struct showing {
	struct cmd_global *g;
	struct evd_id id;
	char item[48];    /* the id as records spell it */
	bool any, exists; /* a record was shown; there is one of this id */
	struct evd_case *c;
	uint64_t reading;     /* the last read-out entry that speaks of it */
	uint64_t headed;      /* the entry that JSON named last */
	struct evd_buf actor; /* of the present entry, as it says; empty if it is withheld */
	uint64_t actor_of;
	/* corrections of the case: of which record, and whether that one speaks of the item */
	EVD_ARRAY(struct {
		struct evd_id of;
		bool about;
	})
	corrections;
	struct {
		char kind[33];
		uint64_t n;
	} counted[COUNTED_MAX];
};

static void put_value(struct evd_json_node const *n)
{
	static const char bytes[] = "Bytes";
	const size_t len = sizeof bytes - 1;
	struct evd_buf plain = {0};

	if (n->type == EVD_JSON_STRING && n->key.len > len &&
	    memcmp(n->key.p + n->key.len - len, bytes, len) == 0)
		printf("(%s) ", _("bytes that are not UTF-8, in base64url"));
	if (n->type == EVD_JSON_STRING)
		evd_put_unescaped(&plain, n->raw);
	else
		evd_put_view(&plain, n->raw);
	cmd_put_text(evd_buf_view(&plain));
	evd_buf_release(&plain);
}

static void put_record(struct showing *s, const struct evd_json *j, struct evd_view line)
{
	size_t at = 1;

	s->any = true;
	if (s->g->json) {
		printf("%.*s\n", (int)line.len, (const char *)line.p);
		return;
	}
	for (uint32_t i = 0; i < j->node[0].count; i++, at = j->node[at].next) {
		const struct evd_json_node *n = &j->node[at];

		if (evd_view_is(n->key, "case") || evd_view_is(n->key, "salt"))
			continue;
		printf("  %-14.*s ", (int)n->key.len, (const char *)n->key.p);
		put_value(n);
		putchar('\n');
	}
	putchar('\n');
}

/* Kinds of which each record is a line, and what the line says. */
static const struct {
	const char *kind;
	const char *part[6];
} told[] = {
    {"field", {"group", "name", "label", "labelBytes", "value", "valueBytes"}},
    {"member", {"path", "pathBytes", "size"}},
    {"observation", {"code", "text", "textBytes"}},
    {"reading", {"reader", "version", "end", "text"}},
    {"read-item", {"end", "sandbox", "memory", "seconds", "output"}},
    {"unread", {"reader", "code", "text", "offset", "bytes"}},
};

static void count(struct showing *s, struct evd_view kind)
{
	for (size_t i = 0; i < COUNTED_MAX; i++) {
		if (s->counted[i].n == 0)
			snprintf(s->counted[i].kind, sizeof s->counted[i].kind, "%.*s",
			         (int)(kind.len < 32 ? kind.len : 32), (const char *)kind.p);
		if (evd_view_is(kind, s->counted[i].kind)) {
			s->counted[i].n++;
			return;
		}
	}
}

/* A record of a reader's, or of how its reading went. */
static void put_read(struct showing *s, const struct evd_json *j, struct evd_view line)
{
	struct evd_view kind;

	if (s->g->json || !evd_json_string(j, 0, "kind", &kind)) {
		put_record(s, j, line);
		return;
	}
	for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
		if (!evd_view_is(kind, told[i].kind))
			continue;
		printf("  %-14s", told[i].kind);
		for (size_t k = 0; k < 6 && told[i].part[k]; k++) {
			size_t at = evd_json_find(j, 0, told[i].part[k]);

			if (at == 0)
				continue;
			putchar(' ');
			if (j->node[at].type != EVD_JSON_STRING) /* says little without its name */
				printf("%s ", told[i].part[k]);
			put_value(&j->node[at]);
		}
		putchar('\n');
		return;
	}
	count(s, kind);
}

static bool speaks_of(const struct evd_record *r, struct evd_id id)
{
	return r->first.seq == id.seq && r->first.k <= id.k && r->last.k >= id.k;
}

static int find_reading(void *ctx, const struct evd_record *r, const struct evd_json *j,
                        struct evd_view line, struct evd_error *err)
{
	struct showing *s = ctx;
	void *grown;

	(void)j;
	(void)line;
	if (s->c->log.entry.seq == s->id.seq && r->k == s->id.k)
		s->exists = true;
	if (r->kind == EVD_KIND_CORRECTION) {
		grown = evd_grow(s->corrections.at, s->corrections.n, &s->corrections.cap,
		                 sizeof *s->corrections.at);
		if (!grown)
			return evd_nomem(err);
		s->corrections.at = grown;
		s->corrections.at[s->corrections.n].of = r->first;
		s->corrections.at[s->corrections.n++].about = false;
	}
	if (r->kind == EVD_KIND_SCOPE && s->c->log.entry.action == EVD_READ_OUT && speaks_of(r, s->id))
		s->reading = s->c->log.entry.seq;
	return 0;
}

/* A record that speaks of the item: corrections of it do too. Whether there are any. */
static bool mark_corrections(struct showing *s, uint64_t seq, uint64_t k)
{
	bool any = false;

	for (size_t i = 0; i < s->corrections.n; i++)
		if (s->corrections.at[i].of.seq == seq && s->corrections.at[i].of.k == k)
			any = s->corrections.at[i].about = true;
	return any;
}

static bool corrects_what_is_shown(const struct showing *s, struct evd_id of)
{
	for (size_t i = 0; i < s->corrections.n; i++)
		if (s->corrections.at[i].about && s->corrections.at[i].of.seq == of.seq &&
		    s->corrections.at[i].of.k == of.k)
			return true;
	return false;
}

/* Every line has a kind; no record has this one. */
static int put_entry_json(struct showing *s, uint64_t seq, struct evd_error *err)
{
	struct evd_buf b = {0};
	struct evd_object o;
	int r;

	evd_object_init(&o);
	evd_object_cstr(&o, "kind", "custody-entry");
	r = cmd_entry_object(s->c, seq, &o, err);
	if (r == 0)
		r = evd_object_write(&o, &b, err);
	if (r == 0)
		printf("%.*s\n", (int)b.len, (const char *)b.data);
	s->headed = seq;
	evd_object_release(&o);
	evd_buf_release(&b);
	return r;
}

/* The entry that brought the item: its details, and the circumstances it was recorded in. */
static int put_entry(struct showing *s, const struct evd_json *j, struct evd_view line,
                     struct evd_error *err)
{
	const struct evd_log_entry *e = &s->c->log.entries.at[s->id.seq - 1];
	struct evd_buf b = {0}, details = {0};
	char time[EVD_TIME_LEN + 1];
	int r;

	if (s->g->json) {
		r = put_entry_json(s, s->id.seq, err);
		if (r == 0)
			printf("%.*s\n", (int)line.len, (const char *)line.p);
		return r;
	}
	evd_time_format(time, e->time_ms);
	r = cmd_entry_details(s->c, s->id.seq, &details, err);
	evd_putf(&b, "  entry %" PRIu64 "  %s  %s\n", s->id.seq, time,
	         evd_action_rule(e->action)->name);
	cmd_entry_put_details(&b, "  ", evd_buf_view(&details));
	cmd_entry_put_circumstances(&b, "  ", j);
	if (r == 0)
		r = evd_buf_check(&b, err);
	if (r == 0)
		printf("%.*s\n", (int)b.len, (const char *)b.data);
	evd_buf_release(&details);
	evd_buf_release(&b);
	return r;
}

/* Who recorded the present entry, as the entry says. */
static void keep_actor(struct showing *s, const struct evd_record *r, const struct evd_json *j)
{
	struct evd_view name;

	if (s->actor_of != s->c->log.entry.seq)
		evd_buf_reset(&s->actor);
	s->actor_of = s->c->log.entry.seq;
	if (r->kind == EVD_KIND_CIRCUMSTANCES &&
	    evd_json_string(j, evd_json_find(j, 0, "actor"), "name", &name))
		evd_put_unescaped(&s->actor, name);
}

/* Whose an origin or a correction is that stands in another entry than the item's: any entry may hold one, and so
 * may a note of a witness, who may not write more (docs/format.md §4). */
static int put_place(struct showing *s, const struct evd_record *r, struct evd_error *err)
{
	const uint64_t seq = s->c->log.entry.seq;
	const struct evd_log_entry *e = &s->c->log.entries.at[seq - 1];
	const bool corrects = r->kind == EVD_KIND_CORRECTION;
	char time[EVD_TIME_LEN + 1], who[2 * EVD_SHA256_LEN + 1];

	if (seq == s->id.seq || (!corrects && r->kind != EVD_KIND_ORIGIN))
		return 0;
	if (s->g->json)
		return s->headed == seq ? 0 : put_entry_json(s, seq, err);
	evd_time_format(time, e->time_ms);
	evd_hex(who, s->c->log.signers.at[e->signer].fingerprint, EVD_SHA256_LEN);
	printf("  entry %" PRIu64 "  %s  %s, signed by %.8s", seq, time,
	       evd_action_rule(e->action)->name, who);
	if (s->actor.len) {
		printf(", %s: ", _("recorded by"));
		cmd_put_text(evd_buf_view(&s->actor));
	}
	putchar('\n');
	if (!corrects || e->action != EVD_CORRECT)
		printf("  %s\n", cmd_entry_outside(evd_view_str(corrects ? "correction" : "origin")));
	return evd_buf_check(&s->actor, err);
}

static int show_record(void *ctx, const struct evd_record *r, const struct evd_json *j,
                       struct evd_view line, struct evd_error *err)
{
	struct showing *s = ctx;
	uint64_t seq = s->c->log.entry.seq;
	bool about = seq == s->id.seq && r->k == s->id.k;
	struct evd_view item;
	int code;

	keep_actor(s, r, j);
	if (s->exists && seq == s->id.seq && r->kind == EVD_KIND_CIRCUMSTANCES && r->k != s->id.k)
		return put_entry(s, j, line, err);
	if (r->kind == EVD_KIND_ORIGIN && r->first.seq == s->id.seq && r->first.k == s->id.k)
		about = true;
	if (r->kind == EVD_KIND_CORRECTION && corrects_what_is_shown(s, r->first))
		about = true;
	if (r->kind == EVD_KIND_SCOPE && speaks_of(r, s->id)) {
		if (!s->g->json)
			printf("  named by entry %" PRIu64 " (%s)\n\n", seq,
			       evd_action_rule(s->c->log.entry.action)->name);
		about = s->g->json;
	}
	if (about) {
		code = put_place(s, r, err);
		if (code)
			return code;
		put_record(s, j, line);
		mark_corrections(s, seq, r->k);
	} else if (r->kind == EVD_KIND_OTHER && (seq == s->reading || s->corrections.n) &&
	           evd_json_string(j, 0, "item", &item) && evd_view_is(item, s->item)) {
		/* also of an earlier reading: what was corrected is shown with what corrects it */
		if (mark_corrections(s, seq, r->k))
			put_record(s, j, line);
		else if (seq == s->reading)
			put_read(s, j, line);
	}
	return 0;
}

static void put_counts(const struct showing *s)
{
	for (size_t i = 0; i < COUNTED_MAX && s->counted[i].n && !s->g->json; i++)
		printf("  %-14s %" PRIu64 " ('evidence search --item %s')\n", s->counted[i].kind,
		       s->counted[i].n, s->item);
}

static int show(struct showing *s, struct evd_error *err)
{
	int r;

	snprintf(s->item, sizeof s->item, "%" PRIu64 "/%" PRIu64, s->id.seq, s->id.k);
	r = evd_case_read(s->c, NULL, find_reading, s, err);
	if (r == 0)
		r = evd_case_read(s->c, NULL, show_record, s, err);
	if (r == 0)
		put_counts(s);
	return r;
}

static int run_show(struct cmd_global *g, int argc, char **argv)
{
	struct evd_case c;
	struct cmd_items items;
	const struct cmd_item *it;
	struct showing s = {.g = g, .c = &c};
	struct evd_error err = {0};
	int r;

	if (cmd_option(g, &cmd_show, NULL, argc, argv) != -1)
		return cmd_option_exit();
	if (argc - optind != 1)
		return cmd_usage(&cmd_show, "say which item or record: exhibit number or id");
	r = cmd_items_open(g, &c, &items, &err);
	if (r)
		return cmd_fail(r, &err);
	r = cmd_items_find(&items, argv[optind], &it, &err);
	if (it)
		s.id = it->id;
	else if (evd_id_parse(evd_view_str(argv[optind]), &s.id))
		r = 0; /* another record may have this id */
	if (r == 0)
		r = show(&s, &err);
	if (r == 0 && !s.any)
		r = evd_fail(&err, EVD_E_NOTFOUND, "no record %s", argv[optind]);
	if (r)
		r = cmd_fail(r, &err);
	free(s.corrections.at);
	evd_buf_release(&s.actor);
	cmd_items_release(&items);
	evd_case_close(&c);
	return r;
}

const struct cmd_row cmd_show = {
    "show",
    "usage: evidence show ITEM\n"
    "\n"
    "Prints the entry that brought an item (on what basis, by whom, why) and every record that "
    "speaks\n"
    "of it: digests, origin, corrections, the entries that name it, and what its last reading "
    "says:\n"
    "metadata, what could not be read, how many messages. The item itself is not opened.\n",
    N_("show the records of an item"),
    run_show,
};
