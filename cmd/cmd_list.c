/* cmd_list: `evidence list`, `view`: what is in the case, without opening any of it. */
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

static int run_list(struct cmd_global *g, int argc, char **argv)
{
	enum { ALL = CMD_OWN };
	static const struct option own[] = {{"all", no_argument, NULL, ALL}, {NULL, 0, NULL, 0}};
	struct evd_case c;
	struct cmd_items items = {0};
	struct evd_error err = {0};
	bool all = false;
	int id, r;

	while ((id = cmd_option(g, &cmd_list, own, argc, argv)) != -1) {
		if (id != ALL)
			return cmd_option_exit();
		all = true;
	}
	if (argc != optind)
		return cmd_usage(&cmd_list, "it takes no words");
	r = cmd_items_open(g, &c, &items, &err);
	if (r)
		return cmd_fail(r, &err);
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

/* ---- view ---- */

static int run_view(struct cmd_global *g, int argc, char **argv)
{
	enum { REASON = CMD_OWN };
	static const struct option own[] = {{"reason", required_argument, NULL, REASON},
	                                    {NULL, 0, NULL, 0}};
	struct evd_circumstances x = {0};
	struct cmd_session s;
	struct cmd_items items = {0};
	const struct cmd_item *it;
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
	r = cmd_items_read(&s.c, &items, &err);
	for (int i = first; r == 0 && i < argc; i++)
		r = cmd_items_find(&items, argv[i], &it, &err);
	if (r == 0) {
		r = evd_entry_begin(&s.c, EVD_VIEW, evd_key_actor(s.key), &x, &d, &err);
		for (int i = first; r == 0 && i < argc; i++) {
			r = cmd_items_find(&items, argv[i], &it, &err);
			if (r == 0)
				r = evd_entry_scope(&d, it->id, it->id, &err);
		}
		if (r == 0)
			r = evd_entry_commit(&d, s.key, &err);
		else
			evd_entry_abandon(&d);
	}
	for (int i = first; r == 0 && i < argc; i++) {
		r = cmd_items_find(&items, argv[i], &it, &err);
		if (r == 0)
			printf("%s/%s\n", g->case_dir, it->path);
	}
	cmd_items_release(&items);
	cmd_end(&s);
	return r ? cmd_fail(r, &err) : CMD_DONE;
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
