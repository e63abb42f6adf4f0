/* cmd_list: `evidence list`, `view`: what is in the case, without opening any of it. */
#include "cmd.h"
#include "cmd_entry.h"
#include "i18n.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What the entry of an item says of it; items of one entry follow each other. */
struct said {
	uint64_t seq; /* of which entry this is */
	char basis[24], observed[16], type[16];
};

static int read_said(struct evd_case *c, uint64_t seq, struct said *s, struct evd_error *err)
{
	struct evd_buf details = {0};
	int r;

	if (s->seq == seq)
		return 0;
	r = cmd_entry_details(c, seq, &details, err);
	if (r == 0) {
		cmd_entry_word(evd_buf_view(&details), "basis", s->basis, sizeof s->basis);
		cmd_entry_word(evd_buf_view(&details), "observed", s->observed, sizeof s->observed);
		cmd_entry_word(evd_buf_view(&details), "type", s->type, sizeof s->type);
		s->seq = seq;
	}
	evd_buf_release(&details);
	return r;
}

static void put_json(const struct cmd_item *it, const struct said *said)
{
	struct evd_object o;
	struct evd_buf b = {0};
	char id[48];

	evd_object_init(&o);
	snprintf(id, sizeof id, "%" PRIu64 "/%" PRIu64, it->id.seq, it->id.k);
	if (said->basis[0])
		evd_object_cstr(&o, "basis", said->basis);
	if (it->exhibit)
		evd_object_int(&o, "exhibit", it->exhibit);
	evd_object_cstr(&o, "item", id);
	if (it->label)
		evd_object_bytes(&o, "label", evd_view_of(it->label, it->label_len));
	if (it->lost)
		evd_object_bool(&o, "lost", true);
	if (it->name)
		evd_object_bytes(&o, "name", evd_view_of(it->name, it->name_len));
	if (said->observed[0])
		evd_object_cstr(&o, "observed", said->observed);
	evd_object_cstr(&o, "path", it->path);
	evd_object_cstr(&o, "recorded", it->time);
	if (it->role[0])
		evd_object_cstr(&o, "role", it->role);
	evd_object_hex(&o, "sha256", it->sha256, EVD_SHA256_LEN);
	evd_object_int(&o, "size", it->size);
	if (it->source)
		evd_object_bytes(&o, "source", evd_view_of(it->source, it->source_len));
	if (said->type[0])
		evd_object_cstr(&o, "type", said->type);
	if (evd_object_write(&o, &b, NULL) == 0)
		printf("%.*s\n", (int)b.len, (const char *)b.data);
	evd_buf_release(&b);
	evd_object_release(&o);
}

static void put_line(const struct cmd_item *it, const struct said *said)
{
	char hex[2 * EVD_SHA256_LEN + 1], id[32], exhibit[24] = "-";

	evd_hex(hex, it->sha256, EVD_SHA256_LEN);
	snprintf(id, sizeof id, "%" PRIu64 "/%" PRIu64, it->id.seq, it->id.k);
	if (it->exhibit)
		snprintf(exhibit, sizeof exhibit, "%" PRIu64, it->exhibit);
	printf("%-8s %-8s %12" PRIu64 "  %.12s  %-16s ", exhibit, id, it->size, hex,
	       said->basis[0] ? said->basis : "-");
	/* the type says more than the role: a report-only item is no note like others */
	if (it->role[0])
		printf("[%s] ", said->type[0] ? said->type : it->role);
	if (it->lost)
		fputs("[lost] ", stdout);
	if (it->name)
		cmd_put_text(evd_view_of(it->name, it->name_len));
	if (it->label) {
		fputs("  (", stdout);
		cmd_put_text(evd_view_of(it->label, it->label_len));
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
	struct said said = {0};
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
		printf("%-8s %-8s %12s  %-12s  %-16s %s\n", "Exhibit", "Item", "Bytes", "SHA-256", "Basis",
		       "Name");
	for (size_t i = 0; r == 0 && i < items.n; i++) {
		if (!all && strcmp(items.at[i].role, "seal") == 0)
			continue;
		r = read_said(&c, items.at[i].id.seq, &said, &err);
		if (r == 0 && g->json)
			put_json(&items.at[i], &said);
		else if (r == 0)
			put_line(&items.at[i], &said);
	}
	cmd_items_release(&items);
	evd_case_close(&c);
	return r ? cmd_fail(r, &err) : CMD_DONE;
}

const struct cmd_row cmd_list = {
    "list",
    "usage: evidence list [--all] [--json]\n"
    "\n"
    "Lists the items: exhibit number, id, size, start of the digest, on what basis it was "
    "accessed,\n"
    "role or kind of note, original name. No previews.\n"
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
