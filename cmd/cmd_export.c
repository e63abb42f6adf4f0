/* cmd_export: `evidence export`: a working copy under original names, marked as a copy. */
#include "cmd_export_as.h"
#include "i18n.h"

#include "base/text.h"
#include "capture/copy.h"
#include "chain/target.h"
#include "platform/files.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char notice[] =
    "These files are working copies taken from a case. They are not the evidence: that is in the\n"
    "sealed bundle. SHA-256 of each file stands in SHA256SUMS; check with: sha256sum -c "
    "SHA256SUMS\n";

/* Windows device names, and what no file system takes, get a '_' in their place. */
static bool is_device(const char *name)
{
	static const char *const word[] = {"con", "prn", "aux", "nul", "com", "lpt"};
	size_t stem = strcspn(name, ".");

	for (size_t i = 0; i < 6; i++)
		if (strncasecmp(name, word[i], 3) == 0 &&
		    (i < 4 ? stem == 3 : stem == 4 && name[3] >= '0' && name[3] <= '9'))
			return true;
	return false;
}

/* EXHIBIT-NAME, every byte that is not safe in a name escaped as %XX (threats group N). */
static void safe_name(const struct cmd_item *it, struct evd_buf *out)
{
	const char *name = it->name ? it->name : strrchr(it->path, '/') + 1;
	struct evd_view v = evd_view_str(name);
	size_t pos = 0;
	uint32_t cp;

	if (it->exhibit)
		evd_putf(out, "%04" PRIu64 "-", it->exhibit);
	else
		evd_putf(out, "%" PRIu64 ".%" PRIu64 "-", it->id.seq, it->id.k);
	if (is_device(name))
		evd_put_u8(out, '_');
	while (pos < v.len && out->len < 200) {
		size_t from = pos;
		struct evd_buf shown = {0};
		bool plain = evd_utf8_next(v, &pos, &cp) && cp >= 0x20 &&
		             !strchr("/\\:*?\"<>|%", (int)(cp < 128 ? cp : 'x'));

		if (pos == from)
			pos++;
		evd_put_printable(&shown, evd_view_of(v.p + from, pos - from), 0);
		if (plain && evd_view_eq(evd_buf_view(&shown), evd_view_of(v.p + from, pos - from)))
			evd_put(out, v.p + from, pos - from);
		else
			for (size_t i = from; i < pos; i++)
				evd_putf(out, "%%%02X", v.p[i]);
		evd_buf_release(&shown);
	}
	while (out->len && (out->data[out->len - 1] == '.' || out->data[out->len - 1] == ' '))
		out->data[out->len - 1] = '_';
	evd_put_u8(out, '\0');
}

static int copy_item(struct evd_case *c, const struct cmd_item *it, int to,
                     struct evd_copier *copier, struct evd_buf *sums, struct evd_error *err)
{
	struct evd_buf name = {0};
	struct evd_copied facts;
	uint64_t size;
	int fd, r = evd_file_open(c->dir, it->path, &fd, &size, err);

	if (r)
		return r;
	safe_name(it, &name);
	r = evd_buf_check(&name, err);
	if (r == 0)
		r = evd_copy(copier, fd, to, (const char *)name.data, &facts, err);
	close(fd);
	if (r == 0 && memcmp(facts.sha256, it->sha256, EVD_SHA256_LEN) != 0) {
		evd_remove(to, (const char *)name.data);
		r = evd_fail(err, EVD_E_DAMAGED, "%s is not as it was recorded; not exported", it->path);
	}
	if (r == 0) {
		evd_put_hex(sums, it->sha256, EVD_SHA256_LEN);
		evd_putf(sums, "  %s\n", (const char *)name.data);
	}
	evd_buf_release(&name);
	return r;
}

static int choose(const struct cmd_items *items, int argc, char **argv,
                  const struct cmd_item ***out, size_t *n, struct evd_error *err)
{
	size_t most = argc ? (size_t)argc : items->n;

	*n = 0;
	*out = calloc(most ? most : 1, sizeof **out);
	if (!*out)
		return evd_nomem(err);
	for (int i = 0; i < argc; i++) {
		int r = cmd_items_find(items, argv[i], &(*out)[*n], err);

		if (r)
			return r;
		(*n)++;
	}
	for (size_t i = 0; argc == 0 && i < items->n; i++)
		if (items->at[i].exhibit && !items->at[i].lost)
			(*out)[(*n)++] = &items->at[i];
	if (*n == 0)
		return evd_fail(err, EVD_E_NOTFOUND, "the case has no exhibits yet");
	return 0;
}

/* The entry comes first: an export that then fails was still meant, and is in the log. */
static int record(struct cmd_session *s, const struct cmd_item **chosen, size_t n,
                  const struct evd_circumstances *x, struct evd_error *err)
{
	struct evd_draft d;
	int r = evd_entry_begin(&s->c, EVD_EXPORT, evd_key_actor(s->key), x, &d, err);

	if (r)
		return r;
	for (size_t i = 0; i < n && r == 0; i++)
		r = evd_entry_scope(&d, chosen[i]->id, chosen[i]->id, err);
	if (r == 0)
		return evd_entry_commit(&d, s->key, err);
	evd_entry_abandon(&d);
	return r;
}

static int export_all(struct cmd_session *s, const struct cmd_item **chosen, size_t n,
                      const char *dir, struct evd_error *err)
{
	struct evd_copier copier = {0};
	struct evd_buf sums = {0};
	int to, r = evd_dir_make(-1, dir, err);

	if (r == 0)
		r = evd_dir_open(-1, dir, &to, err);
	if (r)
		return r;
	r = evd_file_put(to, "COPY.txt", evd_view_str(notice), err);
	for (size_t i = 0; i < n && r == 0; i++)
		r = copy_item(&s->c, chosen[i], to, &copier, &sums, err);
	if (r == 0)
		r = evd_buf_check(&sums, err);
	if (r == 0)
		r = evd_file_put(to, "SHA256SUMS", evd_buf_view(&sums), err);
	evd_copier_release(&copier);
	evd_buf_release(&sums);
	close(to);
	return r;
}

static int run(struct cmd_global *g, int argc, char **argv)
{
	enum { REASON = CMD_OWN, RECIPIENT, AS };
	static const struct option own[] = {{"reason", required_argument, NULL, REASON},
	                                    {"recipient", required_argument, NULL, RECIPIENT},
	                                    {"as", required_argument, NULL, AS},
	                                    {NULL, 0, NULL, 0}};
	const char *form = NULL;
	struct evd_circumstances x = {0};
	struct cmd_session s;
	struct cmd_items items = {0};
	const struct cmd_item **chosen = NULL;
	struct evd_error err = {0};
	const char *dir;
	size_t n = 0;
	int id, r, first;

	while ((id = cmd_option(g, &cmd_export, own, argc, argv)) != -1) {
		switch (id) {
		case REASON: x.reason = optarg; break;
		case RECIPIENT: x.recipient = optarg; break;
		case AS: form = optarg; break;
		default: return cmd_option_exit();
		}
	}
	if (optind == argc)
		return cmd_usage(&cmd_export, "give the folder to make, then items (none: all exhibits)");
	dir = argv[optind];
	if (form && argc - optind > 1)
		return cmd_usage(&cmd_export, "--as takes one file, and writes of the whole case");
	if (form)
		return cmd_export_as(g, form, dir, &x);
	first = optind + 1;
	r = evd_target_check(dir, &err);
	if (r == 0 && evd_file_exists(-1, dir))
		r = evd_fail(&err, EVD_E_EXISTS, "%s exists already; give another name", dir);
	if (r)
		return cmd_fail(r, &err);
	r = cmd_begin(g, &s);
	if (r)
		return r;
	r = cmd_items_read(&s.c, &items, &err);
	if (r == 0)
		r = choose(&items, argc - first, argv + first, &chosen, &n, &err);
	if (r == 0)
		r = record(&s, chosen, n, &x, &err);
	if (r == 0)
		r = export_all(&s, chosen, n, dir, &err);
	if (r)
		r = cmd_fail(r, &err);
	else if (!g->quiet)
		printf(_("%zu working copies in %s\n"), n, dir);
	free(chosen);
	cmd_items_release(&items);
	cmd_end(&s);
	return r;
}

const struct cmd_row cmd_export = {
    "export",
    "usage: evidence export [OPTION]... DIR [ITEM]...\n"
    "       evidence export --as FORM [OPTION]... FILE\n"
    "\n"
    "Makes the folder DIR with working copies of the items (none named: of all exhibits) under\n"
    "their original names, characters escaped where a file system could trip over them. Recorded "
    "in\n"
    "the log.\n"
    "\n"
    "With --as: one file for other programs of items, notes, messages and metadata that were read. "
    "It\n"
    "is a derived view, says so, and names the custody head it was made of. No file is "
    "replaced.\n"
    "\n"
    "  --as FORM          csv: a table; jsonl: JSON Lines, the records whole; case: CASE/UCO 1.4\n"
    "                     JSON-LD; timesketch: the timeline, FILE ends in .csv or .jsonl\n"
    "  --recipient TEXT   for whom\n"
    "  --reason TEXT      why\n",
    N_("make working copies under original names"),
    run,
};
