/* cmd_export: `evidence export`: a working copy under original names, marked as a copy. */
#include "cmd_export_as.h"
#include "i18n.h"

#include "base/text.h"
#include "capture/copy.h"
#include "chain/target.h"
#include "platform/files.h"
#include "platform/new_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes of a copy's name: with the last escape of the stem and those of the ending it stays below 255. */
#define STEM_MAX 200u
#define ENDING_MAX 12u

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

/* Every byte of `v` that is not safe in a name escaped as %XX, until `most` bytes stand in `out` (threats group N). */
static void put_safe(struct evd_buf *out, struct evd_view v, size_t most)
{
	size_t pos = 0;
	uint32_t cp;

	while (pos < v.len && out->len < most) {
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
}

/* Where the ending begins, from the last dot on, by which other programs know what a file is; v.len: it has none. */
static size_t ending_of(struct evd_view v)
{
	for (size_t n = 1; n <= ENDING_MAX && n <= v.len; n++)
		if (v.p[v.len - n] == '.')
			return v.len - n;
	return v.len;
}

/* EXHIBIT-NAME; of a long name the ending stays. */
static void safe_name(const struct cmd_item *it, struct evd_buf *out)
{
	const char *name = it->name ? it->name : strrchr(it->path, '/') + 1;
	struct evd_view v = it->name ? evd_view_of(it->name, it->name_len) : evd_view_str(name);
	size_t stem = ending_of(v);

	if (it->exhibit)
		evd_putf(out, "%04" PRIu64 "-", it->exhibit);
	else
		evd_putf(out, "%" PRIu64 ".%" PRIu64 "-", it->id.seq, it->id.k);
	if (is_device(name))
		evd_put_u8(out, '_');
	put_safe(out, evd_view_of(v.p, stem), STEM_MAX);
	put_safe(out, evd_view_of(v.p + stem, v.len - stem), SIZE_MAX);
	while (out->len && (out->data[out->len - 1] == '.' || out->data[out->len - 1] == ' '))
		out->data[out->len - 1] = '_';
	evd_put_u8(out, '\0');
}

/* The copies stand in "DIR.part", beside DIR, until all are whole: then the folder gets its name. */
#define PART ".part"
struct copies {
	char *dir, *part;
	int to; /* DIR.part */
	bool named;
	uint64_t done, all; /* bytes */
	struct evd_copier copier;
	struct evd_buf sums;
};

static int progress(void *ctx, uint64_t bytes)
{
	struct copies *w = ctx;

	w->done += bytes;
	return cmd_progress(w->done, w->all);
}

/* DIR without the slashes behind it; EXISTS if it is there. */
static int name_it(struct copies *w, const char *dir, struct evd_error *err)
{
	size_t n = strlen(dir);
	int r;

	w->to = -1;
	while (n > 1 && dir[n - 1] == '/')
		n--;
	w->dir = strndup(dir, n);
	w->part = malloc(n + sizeof PART);
	if (!w->dir || !w->part)
		return evd_nomem(err);
	memcpy(w->part, w->dir, n);
	memcpy(w->part + n, PART, sizeof PART);
	r = evd_target_check(w->dir, err);
	if (r)
		return r;
	if (evd_file_exists(-1, w->dir))
		return evd_fail(err, EVD_E_EXISTS, "%s exists already; give another name", w->dir);
	if (evd_file_exists(-1, w->part))
		return evd_fail(
		    err, EVD_E_EXISTS,
		    "%s exists already; if it is left of an attempt that was cut off, remove it", w->part);
	return 0;
}

/* The folder, with room for all: before the log says that copies were made. */
static int begin(struct copies *w, struct evd_case *c, const struct cmd_item **chosen, size_t n,
                 struct evd_error *err)
{
	uint64_t need = 0;
	int r, to;

	/* the person is told of the name that was given, not of the one it has meanwhile */
	if (evd_dir_make(-1, w->part, NULL))
		return evd_fail_sys(err, errno, "folder %s cannot be made", w->dir);
	r = evd_dir_open(-1, w->part, &to, err);
	if (r) {
		evd_dir_remove(-1, w->part);
		return r;
	}
	w->to = to;
	for (size_t i = 0; i < n; i++) {
		need += evd_file_taken(c->dir, chosen[i]->path, chosen[i]->size);
		w->all += chosen[i]->size;
	}
	r = evd_room(w->to, need, err);
	return r == 0 && cmd_progress(0, w->all) ? evd_fail(err, EVD_E_CANCELLED, "stopped") : r;
}

static void end(struct copies *w)
{
	evd_copier_release(&w->copier);
	evd_buf_release(&w->sums);
	if (w->to >= 0)
		close(w->to);
	if (w->to >= 0 && !w->named)
		evd_remove_tree(-1, w->part);
	free(w->dir);
	free(w->part);
}

static int copy_item(struct evd_case *c, const struct cmd_item *it, struct copies *w,
                     struct evd_error *err)
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
		r = evd_copy(&w->copier, fd, w->to, (const char *)name.data, &facts, err);
	close(fd);
	if (r == 0 && memcmp(facts.sha256, it->sha256, EVD_SHA256_LEN) != 0)
		r = evd_fail(err, EVD_E_DAMAGED, "%s is not as it was recorded; not exported", it->path);
	if (r == 0) {
		evd_put_hex(&w->sums, it->sha256, EVD_SHA256_LEN);
		evd_putf(&w->sums, "  %s\n", (const char *)name.data);
	}
	evd_buf_release(&name);
	return r;
}

/* Copies are made of what is there, of each item one. */
static int choose_one(const struct cmd_items *items, const char *word,
                      const struct cmd_item **chosen, size_t *n, struct evd_error *err)
{
	const struct cmd_item *it;
	int r = cmd_items_find(items, word, &it, err);

	if (r)
		return r;
	if (it->lost)
		return evd_fail(err, EVD_E_NOTFOUND, "item %" PRIu64 "/%" PRIu64 " is recorded as lost",
		                it->id.seq, it->id.k);
	for (size_t i = 0; i < *n; i++)
		if (chosen[i] == it)
			return 0;
	chosen[(*n)++] = it;
	return 0;
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
		int r = choose_one(items, argv[i], *out, n, err);

		if (r)
			return r;
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
                      struct copies *w, struct evd_error *err)
{
	int r = evd_file_put(w->to, "COPY.txt", evd_view_str(notice), err);

	w->copier.progress = progress;
	w->copier.ctx = w;
	for (size_t i = 0; i < n && r == 0; i++) {
		r = copy_item(&s->c, chosen[i], w, err);
		if (r == 0 && cmd_progress(w->done, w->all))
			r = evd_fail(err, EVD_E_CANCELLED, "stopped");
	}
	if (r == 0)
		r = evd_buf_check(&w->sums, err);
	if (r == 0)
		r = evd_file_put(w->to, "SHA256SUMS", evd_buf_view(&w->sums), err);
	if (r == 0)
		r = evd_sync_all(w->to, err);
	if (r == 0)
		r = evd_rename_new(-1, w->part, -1, w->dir, err);
	if (r)
		return r;
	w->named = true;
	return evd_sync_folder_of(w->dir, err);
}

static int make_copies(struct cmd_global *g, int argc, char **argv, struct copies *w,
                       const struct evd_circumstances *x)
{
	struct cmd_session s;
	struct cmd_items items = {0};
	const struct cmd_item **chosen = NULL;
	struct evd_error err = {0}, why = {0};
	size_t n = 0;
	int r = cmd_begin(g, &s);

	if (r)
		return r;
	cmd_catch_interrupt();
	cmd_progress_start(g, _("exporting"));
	r = cmd_items_read(&s.c, &items, &err);
	if (r == 0)
		r = choose(&items, argc, argv, &chosen, &n, &err);
	if (r == 0)
		r = begin(w, &s.c, chosen, n, &err);
	if (r == 0)
		r = record(&s, chosen, n, x, &err);
	if (r == 0)
		r = export_all(&s, chosen, n, w, &why);
	if (why.text[0])
		evd_fail(&err, r, "%s%s%s", w->named ? "" : w->dir,
		         w->named ? "" : " was not made: ", why.text);
	cmd_progress_stop();
	if (r)
		r = cmd_fail(r, &err);
	else if (!g->quiet)
		printf(_("%zu working copies in %s\n"), n, w->dir);
	free(chosen);
	cmd_items_release(&items);
	cmd_end(&s);
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
	struct copies w = {0};
	struct evd_error err = {0};
	const char *dir;
	int id, r;

	while ((id = cmd_option(g, &cmd_export, own, argc, argv)) != -1) {
		switch (id) {
		case REASON: x.reason = optarg; break;
		case RECIPIENT: x.recipient = optarg; break;
		case AS: form = optarg; break;
		default: return cmd_option_exit();
		}
	}
	if (optind == argc || !*argv[optind])
		return cmd_usage(&cmd_export, "give the folder to make, then items (none: all exhibits)");
	dir = argv[optind];
	if (form && argc - optind > 1)
		return cmd_usage(&cmd_export, "--as takes one file, and writes of the whole case");
	if (form)
		return cmd_export_as(g, form, dir, &x);
	r = name_it(&w, dir, &err); /* before a passphrase is asked for */
	r = r ? cmd_fail(r, &err) : make_copies(g, argc - optind - 1, argv + optind + 1, &w, &x);
	end(&w);
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
    "the log. DIR is there when all copies are whole; until then they are in DIR.part.\n"
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
