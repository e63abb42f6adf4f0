/* cmd_watch: `evidence watch`: each new file of a folder goes straight into the case. */
#include "cmd.h"
#include "i18n.h"

#include "base/text.h"
#include "capture/acquire.h"
#include "capture/watch.h"
#include "index/index.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BASIS = CMD_OWN, LABEL, DEVICE, SUPPLIER, REASON, PURPOSE, AUTHORITY, CONSENT, EXISTING };

static const struct option options[] = {
    {"basis", required_argument, NULL, BASIS},
    {"label", required_argument, NULL, LABEL},
    {"device", required_argument, NULL, DEVICE},
    {"supplier", required_argument, NULL, SUPPLIER},
    {"reason", required_argument, NULL, REASON},
    {"purpose", required_argument, NULL, PURPOSE},
    {"authority", required_argument, NULL, AUTHORITY},
    {"consent", required_argument, NULL, CONSENT},
    {"existing", no_argument, NULL, EXISTING},
    {NULL, 0, NULL, 0},
};

#define SETTLE_MS 400
#define TURN_MS 250  /* how often a stop is looked for */
#define AGAIN_MS 500 /* before a locked case is tried again */

struct watching {
	struct cmd_global *g;
	struct evd_acquire_options o;
	struct evd_key *key;
	struct evd_acquired all;
	bool waits; /* for a case that another program holds; said once */
};

static bool is_stopped(void)
{
	return cmd_progress(0, 0) != 0;
}

/* The case is open only while something is taken in, so that other commands can work in between. */
static int take(struct watching *w, char **paths, size_t n, struct evd_error *err)
{
	struct evd_case c;
	struct evd_acquired got = {0};
	struct evd_error of_index = {0};
	int r = evd_case_open(w->g->case_dir, EVD_CASE_WRITE, &c, err);

	if (r == 0)
		r = evd_acquire(&c, w->key, paths, n, &w->o, &got, err);
	w->all.items += got.items;
	w->all.bytes += got.bytes;
	w->all.entries += got.entries;
	w->all.not_taken += got.not_taken;
	if (r == 0 && evd_index_follow(&c, &of_index)) /* a cache: evidence index --rebuild */
		fprintf(stderr, "evidence: the index could not follow (%s)\n", of_index.text);
	evd_case_close(&c);
	return r;
}

static int turn(struct watching *w, struct evd_watch *folder, struct evd_error *err)
{
	char **paths;
	size_t n;
	int r = evd_watch_wait(folder, TURN_MS, &paths, &n, err);

	if (r || n == 0)
		return r;
	r = take(w, paths, n, err);
	if (r == EVD_E_LOCKED) {
		if (!w->waits)
			fputs(_("the case is in use by another program; trying again\n"), stderr);
		w->waits = true;
		usleep(AGAIN_MS * 1000);
		return 0;
	}
	w->waits = false;
	if (r == 0)
		evd_watch_taken(folder);
	return r;
}

static void sum_up(const struct watching *w, const struct evd_watch *folder)
{
	size_t left = evd_watch_left(folder), folders = evd_watch_folders(folder);

	fflush(stdout);
	if (left)
		fprintf(stderr, _("new files unfinished or hidden, not taken: %zu\n"), left);
	if (folders)
		fprintf(stderr, _("new folders not gone into: %zu; 'evidence add' takes them\n"), folders);
	if (!w->g->quiet && !w->g->json) {
		cmd_put_taken(w->all.items, w->all.bytes, "taken in", w->all.entries);
		putchar('\n');
	}
}

static bool is_in_case(const char *case_dir, const char *folder)
{
	char *a = realpath(case_dir, NULL), *b = realpath(folder, NULL);
	size_t n = a ? strlen(a) : 0;
	bool is = a && b && strncmp(a, b, n) == 0 && (b[n] == '/' || b[n] == '\0');

	free(a);
	free(b);
	return is;
}

static int watch(struct watching *w, const char *path, bool existing)
{
	const struct evd_watch_options wo = {SETTLE_MS, existing};
	struct evd_watch *folder = NULL;
	struct cmd_session s;
	struct evd_error err = {0};
	/* the case, key and right to write are tried before the wait begins */
	int r = cmd_begin_to(w->g, &s, EVD_ACQUIRE);

	if (r)
		return r;
	evd_case_close(&s.c);
	w->key = s.key;
	w->o.pool = s.pool;
	cmd_catch_interrupt();
	r = evd_watch_open(path, &wo, &folder, &err);
	if (r == 0 && !w->g->quiet)
		fputs(_("watching; Ctrl-C ends it\n"), stderr);
	while (r == 0 && !is_stopped())
		r = turn(w, folder, &err);
	if (r == EVD_END)
		r = evd_fail(&err, EVD_E_NOTFOUND, "the folder watched has gone");
	if (is_stopped() && r == EVD_E_CANCELLED)
		r = 0;
	r = r ? cmd_fail(r, &err) : CMD_DONE;
	if (folder) {
		sum_up(w, folder);
		if (r == CMD_DONE &&
		    (w->all.not_taken || evd_watch_left(folder) || evd_watch_folders(folder)))
			r = CMD_FINDINGS;
	}
	evd_watch_free(folder);
	evd_pool_free(s.pool);
	evd_key_free(s.key);
	return r;
}

static int run(struct cmd_global *g, int argc, char **argv)
{
	struct watching w = {.g = g};
	bool existing = false;
	int id;

	w.o = (struct evd_acquire_options){
	    .basis = "unknown", .observed = "file", .stream = -1, .told = cmd_told, .ctx = g};
	while ((id = cmd_option(g, &cmd_watch, options, argc, argv)) != -1) {
		/* said before anybody waits: the log has no place for it */
		if (id >= REASON && id <= CONSENT && !evd_is_utf8(evd_view_str(optarg)))
			return cmd_usage(&cmd_watch, "an option's words are not UTF-8");
		switch (id) {
		case BASIS: w.o.basis = optarg; break;
		case LABEL: w.o.label = optarg; break;
		case DEVICE: w.o.device = optarg; break;
		case SUPPLIER: w.o.supplier = optarg; break;
		case REASON: w.o.circumstances.reason = optarg; break;
		case PURPOSE: w.o.circumstances.purpose = optarg; break;
		case AUTHORITY: w.o.circumstances.authority = optarg; break;
		case CONSENT: w.o.circumstances.consent = optarg; break;
		case EXISTING: existing = true; break;
		default: return cmd_option_exit();
		}
	}
	if (argc - optind != 1)
		return cmd_usage(&cmd_watch, "give one folder");
	if (!cmd_is_basis(w.o.basis))
		return cmd_usage(&cmd_watch, "--basis is not a word of the list");
	if (evd_basis_lacks_reason(w.o.basis, w.o.circumstances.reason))
		return cmd_usage(&cmd_watch, "this basis needs --reason: why it was lawful to take this");
	if (is_in_case(g->case_dir, argv[optind]))
		return cmd_usage(&cmd_watch, "this folder belongs to the case itself");
	return watch(&w, argv[optind], existing);
}

const struct cmd_row cmd_watch = {
    "watch",
    "usage: evidence watch [OPTION]... FOLDER\n"
    "\n"
    "Watches a folder, such as the one where screenshots are put, and takes each new file into\n"
    "the case once it has not changed for 0.4 s, an imported file with its digest and times. Ends\n"
    "with Ctrl-C. Other commands can use the case meanwhile.\n"
    "\n"
    "Taken: what comes to lie in the folder itself, also by renaming, and what is changed there.\n"
    "Not taken, and said at the end: hidden names, names ending in ~ .part .partial .crdownload\n"
    ".tmp .swp, and folders.\n"
    "\n"
    "  --existing          also what lies there already\n"
    "  --basis BASIS       on what basis it was accessed, as for 'evidence add'\n"
    "  --label TEXT        a neutral label\n"
    "  --device TEXT       from which device\n"
    "  --supplier TEXT     who handed it over\n"
    "  --reason TEXT  --purpose TEXT  --authority TEXT  --consent TEXT\n"
    "                      recorded with the intake\n",
    N_("take in each new file of a folder"),
    run,
};
