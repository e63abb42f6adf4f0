/* cmd_list: `evidence list`, `show`, `view`: what is in the case, without opening any of it. */
#include "cmd.h"
#include "i18n.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void put_json(const struct cmd_item *it)
{
	struct evd_object o;
	struct evd_buf b = {0};
	char id[48];

	evd_object_init(&o);
	snprintf(id, sizeof id, "%" PRIu64 "/%" PRIu64, it->id.seq, it->id.k);
	if (it->exhibit)
		evd_object_int(&o, "exhibit", it->exhibit);
	evd_object_cstr(&o, "item", id);
	if (it->label)
		evd_object_cstr(&o, "label", it->label);
	if (it->lost)
		evd_object_bool(&o, "lost", true);
	if (it->name)
		evd_object_bytes(&o, "name", evd_view_str(it->name));
	evd_object_cstr(&o, "path", it->path);
	evd_object_cstr(&o, "recorded", it->time);
	if (it->role[0])
		evd_object_cstr(&o, "role", it->role);
	evd_object_hex(&o, "sha256", it->sha256, EVD_SHA256_LEN);
	evd_object_int(&o, "size", it->size);
	if (it->source)
		evd_object_bytes(&o, "source", evd_view_str(it->source));
	if (evd_object_write(&o, &b, NULL) == 0)
		printf("%.*s\n", (int)b.len, (const char *)b.data);
	evd_buf_release(&b);
	evd_object_release(&o);
}

static void put_line(const struct cmd_item *it)
{
	char hex[2 * EVD_SHA256_LEN + 1], id[32], exhibit[24] = "-";

	evd_hex(hex, it->sha256, EVD_SHA256_LEN);
	snprintf(id, sizeof id, "%" PRIu64 "/%" PRIu64, it->id.seq, it->id.k);
	if (it->exhibit)
		snprintf(exhibit, sizeof exhibit, "%" PRIu64, it->exhibit);
	printf("%-8s %-8s %12" PRIu64 "  %.12s  ", exhibit, id, it->size, hex);
	if (it->role[0])
		printf("[%s] ", it->role);
	if (it->lost)
		fputs("[lost] ", stdout);
	if (it->name)
		cmd_put_text(evd_view_str(it->name));
	if (it->label) {
		fputs("  (", stdout);
		cmd_put_text(evd_view_str(it->label));
		putchar(')');
	}
	putchar('\n');
}

static int open_items(struct cmd_global *g, struct evd_case *c, struct cmd_items *items)
{
	struct evd_error err = {0};
	int r = evd_case_open(g->case_dir, EVD_CASE_READ, c, &err);

	r = r ? cmd_fail(r, &err) : cmd_items_read(c, items);
	if (r)
		evd_case_close(c);
	return r;
}

static int run_list(struct cmd_global *g, int argc, char **argv)
{
	enum { ALL = CMD_OWN };
	static const struct option own[] = {{"all", no_argument, NULL, ALL}, {NULL, 0, NULL, 0}};
	struct evd_case c;
	struct cmd_items items = {0};
	bool all = false;
	int id, r;

	while ((id = cmd_option(g, &cmd_list, own, argc, argv)) != -1) {
		if (id != ALL)
			return cmd_option_exit();
		all = true;
	}
	if (argc != optind)
		return cmd_usage(&cmd_list, "it takes no words");
	r = open_items(g, &c, &items);
	if (r)
		return r;
	if (!g->json)
		printf("%-8s %-8s %12s  %-12s  %s\n", "Exhibit", "Item", "Bytes", "SHA-256", "Name");
	for (size_t i = 0; i < items.n; i++) {
		if (!all && !g->json && strcmp(items.at[i].role, "seal") == 0)
			continue;
		if (g->json)
			put_json(&items.at[i]);
		else
			put_line(&items.at[i]);
	}
	cmd_items_release(&items);
	evd_case_close(&c);
	return CMD_DONE;
}

const struct cmd_row cmd_list = {
    "list",
    "usage: evidence list [--all] [--json]\n"
    "\n"
    "Lists the items: exhibit number, id, size, start of the digest, original name. No previews.\n"
    "\n"
    "  --all   also the files that earlier seals left\n",
    N_("list the items"),
    run_list,
};

/* ---- show: every record that speaks of an item ---- */

struct showing {
	struct cmd_global *g;
	struct evd_id id;
	bool any;
	struct evd_case *c;
};

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
		struct evd_buf plain = {0};

		if (evd_view_is(n->key, "case") || evd_view_is(n->key, "salt"))
			continue;
		printf("  %-14.*s ", (int)n->key.len, (const char *)n->key.p);
		if (n->type == EVD_JSON_STRING)
			evd_put_unescaped(&plain, n->raw);
		else
			evd_put_view(&plain, n->raw);
		cmd_put_text(evd_buf_view(&plain));
		putchar('\n');
		evd_buf_release(&plain);
	}
	putchar('\n');
}

static int show_record(void *ctx, const struct evd_record *r, const struct evd_json *j,
                       struct evd_view line, struct evd_error *err)
{
	struct showing *s = ctx;
	uint64_t seq = s->c->log.entry.seq;
	bool about = seq == s->id.seq && r->k == s->id.k;

	(void)err;
	if ((r->kind == EVD_KIND_ORIGIN || r->kind == EVD_KIND_CORRECTION) &&
	    r->first.seq == s->id.seq && r->first.k == s->id.k)
		about = true;
	if (r->kind == EVD_KIND_SCOPE && r->first.seq == s->id.seq && r->first.k <= s->id.k &&
	    r->last.k >= s->id.k) {
		if (!s->g->json)
			printf("  named by entry %" PRIu64 " (%s)\n\n", seq,
			       evd_action_rule(s->c->log.entry.action)->name);
		about = s->g->json;
	}
	if (about)
		put_record(s, j, line);
	return 0;
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
	r = open_items(g, &c, &items);
	if (r)
		return r;
	it = cmd_items_find(&items, argv[optind]);
	if (it)
		s.id = it->id;
	else if (!evd_id_parse(evd_view_str(argv[optind]), &s.id))
		r = evd_fail(&err, EVD_E_NOTFOUND, "no item %s; 'evidence list' shows them", argv[optind]);
	if (r == 0)
		r = evd_case_read(&c, NULL, show_record, &s, &err);
	if (r == 0 && !s.any)
		r = evd_fail(&err, EVD_E_NOTFOUND, "no record %s", argv[optind]);
	if (r)
		r = cmd_fail(r, &err);
	cmd_items_release(&items);
	evd_case_close(&c);
	return r;
}

const struct cmd_row cmd_show = {
    "show",
    "usage: evidence show ITEM\n"
    "\n"
    "Prints every record that speaks of an item: digests, origin, corrections, and the entries "
    "that\n"
    "name it. The item itself is not opened.\n",
    N_("show the records of an item"),
    run_show,
};

/* ---- view ---- */

static int run_view(struct cmd_global *g, int argc, char **argv)
{
	enum { REASON = CMD_OWN };
	static const struct option own[] = {{"reason", required_argument, NULL, REASON},
	                                    {NULL, 0, NULL, 0}};
	struct evd_circumstances x = {0};
	struct cmd_session s;
	struct cmd_items items = {0};
	struct evd_draft d;
	struct evd_error err = {0};
	int id, r, first;

	while ((id = cmd_option(g, &cmd_view, own, argc, argv)) != -1) {
		if (id != REASON)
			return cmd_option_exit();
		x.reason = optarg;
	}
	first = optind;
	if (first == argc)
		return cmd_usage(&cmd_view, "say which items were looked at");
	r = cmd_begin(g, &s);
	if (r)
		return r;
	r = cmd_items_read(&s.c, &items);
	for (int i = first; r == 0 && i < argc; i++)
		if (!cmd_items_find(&items, argv[i]))
			r = cmd_fail(
			    evd_fail(&err, EVD_E_NOTFOUND, "no item %s; 'evidence list' shows them", argv[i]),
			    &err);
	if (r == 0) {
		r = evd_entry_begin(&s.c, EVD_VIEW, evd_key_actor(s.key), &x, &d, &err);
		for (int i = first; r == 0 && i < argc; i++) {
			const struct cmd_item *it = cmd_items_find(&items, argv[i]);

			r = evd_entry_scope(&d, it->id, it->id, &err);
		}
		if (r == 0)
			r = evd_entry_commit(&d, s.key, &err);
		else
			evd_entry_abandon(&d);
		if (r)
			r = cmd_fail(r, &err);
	}
	for (int i = first; r == 0 && i < argc; i++)
		printf("%s/%s\n", g->case_dir, cmd_items_find(&items, argv[i])->path);
	cmd_items_release(&items);
	cmd_end(&s);
	return r;
}

const struct cmd_row cmd_view = {
    "view",
    "usage: evidence view [--reason TEXT] ITEM...\n"
    "\n"
    "Records that you look at these items, then prints where their files are. It opens nothing:\n"
    "look at a copy made with 'evidence export', never at the file in the case.\n",
    N_("record a look at an item"),
    run_view,
};
