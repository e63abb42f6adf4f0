/* cmd_dispose: `evidence dispose`: items leave the case for good, with a signed record (docs/handover.md). */
#include "cmd.h"
#include "cmd_dispose_key.h"
#include "i18n.h"

#include "base/text.h"
#include "chain/dispose.h"
#include "index/index.h"
#include "platform/clock.h"
#include "platform/files.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A scope record of a derive or compare entry, or an item that a derive entry brings. */
struct link {
	uint64_t by; /* the entry */
	struct evd_id first, last;
	bool content;
};

/* What is to go: items, what was derived from them, what readers said of them. */
struct going {
	struct evd_case *c;
	EVD_ARRAY(struct evd_id) items;
	EVD_ARRAY(struct link) links;
	EVD_ARRAY(struct evd_id) records;  /* in order */
	const struct cmd_dispose_key *key; /* to be destroyed */
	bool *whole;                       /* by entry: everything that says something of the item */
	bool held;
	char retention[11]; /* of the description; empty: none */
};

#define ADD(array, value, err)                                                                     \
	do {                                                                                           \
		void *grown = evd_grow((array).at, (array).n, &(array).cap, sizeof *(array).at);           \
		if (!grown)                                                                                \
			return evd_nomem(err);                                                                 \
		(array).at = grown;                                                                        \
		(array).at[(array).n++] = (value);                                                         \
	} while (0)

static bool goes(const struct going *g, struct evd_id id)
{
	for (size_t i = 0; i < g->items.n; i++)
		if (g->items.at[i].seq == id.seq && g->items.at[i].k == id.k)
			return true;
	return false;
}

/* First reading: what hangs on what, and whether a hold stands. */
static int note_link(void *ctx, const struct evd_record *r, const struct evd_json *j,
                     struct evd_view line, struct evd_error *err)
{
	struct going *g = ctx;
	const struct evd_entry *e = &g->c->log.entry;
	struct link l = {e->seq, r->first, r->last, false};

	(void)j;
	(void)line;
	if (e->action == EVD_HOLD)
		g->held = e->details.code[0] == 0;
	if (e->action != EVD_DERIVE && e->action != EVD_COMPARE)
		return 0;
	if (r->kind == EVD_KIND_CONTENT) {
		l.first = l.last = (struct evd_id){e->seq, r->k};
		l.content = true;
	} else if (r->kind != EVD_KIND_SCOPE) {
		return 0;
	}
	ADD(g->links, l, err);
	return 0;
}

static bool touches(const struct going *g, const struct link *l)
{
	for (size_t i = 0; i < g->items.n; i++)
		if (g->items.at[i].seq == l->first.seq && g->items.at[i].k >= l->first.k &&
		    g->items.at[i].k <= l->last.k)
			return true;
	return false;
}

/* Links stand in the order of their entries and point back: once through is enough. */
static int follow(struct going *g, struct evd_error *err)
{
	for (size_t i = 0, end; i < g->links.n; i = end) {
		uint64_t by = g->links.at[i].by;
		bool whole = false;

		for (end = i; end < g->links.n && g->links.at[end].by == by; end++)
			whole = whole || (!g->links.at[end].content && touches(g, &g->links.at[end]));
		g->whole[by] = whole;
		for (size_t k = i; k < end && whole; k++)
			if (g->links.at[k].content)
				ADD(g->items, g->links.at[k].first, err);
	}
	return 0;
}

/* Second reading: the records that go. Scopes and corrections stay (docs/format.md §6), and so do
 * circumstances: who did what, when. */
static int note_record(void *ctx, const struct evd_record *r, const struct evd_json *j,
                       struct evd_view line, struct evd_error *err)
{
	struct going *g = ctx;
	struct evd_id id = {g->c->log.entry.seq, r->k}, item;
	struct evd_view v;
	bool about;

	(void)line;
	if (r->kind == EVD_KIND_CIRCUMSTANCES || r->kind == EVD_KIND_SCOPE ||
	    r->kind == EVD_KIND_CORRECTION ||
	    (r->kind == EVD_KIND_CONTENT && r->role == EVD_ROLE_VALIDATION))
		return 0;
	about = evd_json_string(j, 0, "item", &v) && evd_id_parse(v, &item) && goes(g, item);
	if (!g->whole[id.seq] && !about && !(r->kind == EVD_KIND_CONTENT && goes(g, id)))
		return 0;
	ADD(g->records, id, err);
	return 0;
}

/* The retention date that the case description gives. */
static int read_retention(struct going *g, struct evd_error *err)
{
	struct evd_buf text = {0};
	struct evd_json j = {0};
	struct evd_view v;
	int r =
	    evd_file_read(g->c->dir, "data/00000001/00000002.json", EVD_MAX_RECORD_LINE, &text, err);

	if (r == 0)
		r = evd_json_parse(&j, evd_buf_view(&text), err);
	if (r == 0 && evd_json_string(&j, 0, "retention", &v) && v.len == 10)
		snprintf(g->retention, sizeof g->retention, "%.10s", (const char *)v.p);
	evd_json_release(&j);
	evd_buf_release(&text);
	return r;
}

static int may_dispose(struct going *g, const char *cause, struct evd_error *err)
{
	char today[EVD_TIME_LEN + 1];
	int r;

	if (g->held)
		return evd_fail(err, EVD_E_DENIED,
		                "the case is on hold: nothing may be disposed of; see 'evidence hold'");
	if (strcmp(cause, "retention") != 0)
		return 0;
	r = read_retention(g, err);
	if (r)
		return r;
	evd_time_format(today, evd_clock_ms());
	if (!g->retention[0])
		return evd_fail(err, EVD_E_DENIED, "the case description gives no retention date");
	if (strncmp(today, g->retention, 10) <= 0)
		return evd_fail(err, EVD_E_DENIED, "the case is to be kept until %s", g->retention);
	return 0;
}

static int find_items(struct going *g, const struct cmd_items *items, char **words, size_t n,
                      struct evd_error *err)
{
	for (size_t i = 0; i < n; i++) {
		const struct cmd_item *it;
		int r = cmd_items_find(items, words[i], &it, err);

		if (r)
			return r;
		if (it->role[0] && strcmp(it->role, "note") != 0)
			return evd_fail(err, EVD_E_MISUSE, "item %s is a %s, which stays with the log",
			                words[i], it->role);
		ADD(g->items, it->id, err);
	}
	return 0;
}

static int commit(struct going *g, struct evd_key *key, const char *cause,
                  const struct evd_circumstances *x, struct evd_error *err)
{
	struct evd_draft d;
	int r = evd_entry_begin(g->c, EVD_DISPOSE, evd_key_actor(key), x, &d, err);

	if (r)
		return r;
	evd_object_cstr(&d.details, "cause", cause);
	for (size_t i = 0, end; i < g->records.n && r == 0; i = end) {
		for (end = i + 1; end < g->records.n && g->records.at[end].seq == g->records.at[i].seq &&
		                  g->records.at[end].k == g->records.at[end - 1].k + 1;
		     end++)
			;
		r = evd_entry_scope(&d, g->records.at[i], g->records.at[end - 1], err);
	}
	if (r == 0 && g->key->path)
		r = cmd_dispose_key_record(g->key, &d, err);
	if (r == 0)
		return evd_entry_commit(&d, key, err);
	evd_entry_abandon(&d);
	return r;
}

static int record(struct going *g, struct evd_key *key, const struct cmd_items *items, char **words,
                  size_t n, const char *cause, const struct evd_circumstances *x,
                  struct evd_error *err)
{
	int r = find_items(g, items, words, n, err);

	g->whole = calloc(g->c->log.entries.n + 1, sizeof *g->whole);
	if (r == 0 && !g->whole)
		r = evd_nomem(err);
	if (r == 0)
		r = evd_case_read(g->c, NULL, note_link, g, err);
	if (r == 0)
		r = may_dispose(g, cause, err);
	if (r == 0)
		r = follow(g, err);
	if (r == 0)
		r = evd_case_read(g->c, NULL, note_record, g, err);
	return r ? r : commit(g, key, cause, x, err);
}

/* The record comes first, then what it says is done. Without a cause: what a disposal that was cut off left. */
static int dispose(struct cmd_global *global, char **words, size_t n, const char *cause,
                   const struct evd_circumstances *x, struct cmd_dispose_key *key)
{
	struct cmd_session s;
	struct going g = {0};
	struct cmd_items items = {0};
	struct evd_disposed gone = {0};
	struct evd_error err = {0};
	int r = cmd_begin(global, &s);

	if (r)
		return r;
	g.c = &s.c;
	g.key = key;
	if (key->path)
		r = cmd_dispose_key_read(key, &err);
	if (r == 0 && key->path && !cause)
		r = cmd_dispose_key_said(key, &s.c, &err);
	if (r) {
		r = cmd_fail(r, &err);
		cmd_end(&s);
		return r;
	}
	r = n ? cmd_items_read(&s.c, &items, &err) : 0;
	if (r == 0 && cause)
		r = record(&g, s.key, &items, words, n, cause, x, &err);
	if (r == 0)
		r = evd_dispose_apply(&s.c, &gone, &err);
	if (r == 0 && key->path)
		r = cmd_dispose_key_destroy(key, &err);
	if (r == 0) /* the catalogue holds what was read of the items: it is made anew without */
		r = evd_index_rebuild(&s.c, &err);
	if (r)
		r = cmd_fail(r, &err);
	else if (!global->quiet && (n || !key->path))
		printf("Disposed of %" PRIu64 " files and %" PRIu64
		       " records. Copies elsewhere, and bundles "
		       "sealed before, are not reached.\n",
		       gone.files, gone.records);
	if (r == 0 && key->path && !global->quiet)
		printf("The file with the key of %s was overwritten and removed. Copies of the key "
		       "elsewhere, and "
		       "what the medium keeps of it beside, are not reached.\n",
		       key->recipient);
	free(g.items.at);
	free(g.links.at);
	free(g.records.at);
	free(g.whole);
	cmd_items_release(&items);
	cmd_end(&s);
	return r;
}

static int run(struct cmd_global *g, int argc, char **argv)
{
	enum { CAUSE = CMD_OWN, REASON, AUTHORITY, CONSENT, FINISH, DESTROY_KEY, ENVELOPE };
	static const struct option own[] = {{"cause", required_argument, NULL, CAUSE},
	                                    {"reason", required_argument, NULL, REASON},
	                                    {"authority", required_argument, NULL, AUTHORITY},
	                                    {"consent", required_argument, NULL, CONSENT},
	                                    {"finish", no_argument, NULL, FINISH},
	                                    {"destroy-key", required_argument, NULL, DESTROY_KEY},
	                                    {"envelope", required_argument, NULL, ENVELOPE},
	                                    {NULL, 0, NULL, 0}};
	static const char *const causes[] = {"retention", "consent", "order", "request"};
	struct evd_circumstances x = {0};
	struct cmd_dispose_key key = {0};
	const char *cause = "";
	bool known = false, finish = false;
	int id;

	while ((id = cmd_option(g, &cmd_dispose, own, argc, argv)) != -1) {
		switch (id) {
		case CAUSE: cause = optarg; break;
		case REASON: x.reason = optarg; break;
		case AUTHORITY: x.authority = optarg; break;
		case CONSENT: x.consent = optarg; break;
		case FINISH: finish = true; break;
		case DESTROY_KEY: key.path = optarg; break;
		case ENVELOPE: key.envelope = optarg; break;
		default: return cmd_option_exit();
		}
	}
	for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
		known = known || strcmp(cause, causes[i]) == 0;
	if (key.envelope && !key.path)
		return cmd_usage(&cmd_dispose, "--envelope goes with --destroy-key");
	if (finish && argc == optind && !*cause)
		return dispose(g, NULL, 0, NULL, NULL, &key);
	if (finish || !known || !x.reason || (argc == optind && !key.path))
		return cmd_usage(
		    &cmd_dispose,
		    "give --cause (retention, consent, order, request), --reason and items, or a key; or "
		    "--finish alone");
	return dispose(g, argv + optind, (size_t)(argc - optind), cause, &x, &key);
}

const struct cmd_row cmd_dispose = {
    "dispose",
    "usage: evidence dispose --cause CAUSE --reason TEXT [OPTION]... ITEM...\n"
    "       evidence dispose --cause CAUSE --reason TEXT --destroy-key FILE [--envelope FILE]\n"
    "       evidence dispose --finish [--destroy-key FILE]\n"
    "\n"
    "Removes items from this case for good: their files, their records, what was derived from them "
    "and\n"
    "what readers said of them. A signed entry stays that says how many records went, and why. "
    "Refused\n"
    "while the case is on hold, and for retention before its date. Copies elsewhere are not "
    "reached, "
    "and\n"
    "a medium may keep traces of what was removed.\n"
    "\n"
    "  --cause CAUSE     retention, consent (withdrawn), order, request\n"
    "  --reason TEXT     why\n"
    "  --authority TEXT  number of the order\n"
    "  --consent TEXT    reference of the withdrawal\n"
    "  --destroy-key FILE\n"
    "                    this age key, with the items or alone: what was encrypted to it alone,\n"
    "                    nobody opens any more; the entry says which key\n"
    "  --envelope FILE   an envelope that the key must open; the entry says which bundle is in it\n"
    "  --finish          go on with a disposal that was cut off\n",
    N_("remove items for good, with a signed record"),
    run,
};
