/* cmd_log: `evidence log`, `check`, `index`. */
#include "cmd.h"
#include "cmd_entry.h"
#include "i18n.h"

#include "base/text.h"
#include "index/index.h"
#include "seal/kept.h"
#include "platform/files.h"
#include "verify/check_case.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INDENT "       " /* of lines below an entry */

#define MET_MAX 20u /* things met and not taken that the text form names */

/* What the records say of one entry. Text: lines; JSON: an object, and objects with commas between. */
struct told {
	struct evd_buf circumstances, met;
	uint64_t n_met;
};

/* Gathered while the log is checked: nothing is printed of a log that does not hold. */
struct telling {
	struct evd_case *c;
	bool json;
	EVD_ARRAY(struct told) of;
};

static int tell_record(void *ctx, const struct evd_record *r, const struct evd_json *j,
                       struct evd_view line, struct evd_error *err)
{
	struct telling *t = ctx;
	size_t at = (size_t)t->c->log.entry.seq - 1;

	(void)line;
	while (t->of.n <= at) {
		void *grown = evd_grow(t->of.at, t->of.n, &t->of.cap, sizeof *t->of.at);

		if (!grown)
			return evd_nomem(err);
		t->of.at = grown;
		memset(&t->of.at[t->of.n++], 0, sizeof *t->of.at);
	}
	if (r->kind == EVD_KIND_CIRCUMSTANCES && t->json)
		cmd_entry_members(&t->of.at[at].circumstances, j);
	else if (r->kind == EVD_KIND_CIRCUMSTANCES)
		cmd_entry_put_circumstances(&t->of.at[at].circumstances, INDENT, j);
	if (!cmd_entry_is_met(t->c, r, j))
		return evd_buf_check(&t->of.at[at].circumstances, err);
	if (t->json && t->of.at[at].n_met)
		evd_put_u8(&t->of.at[at].met, ',');
	if (t->json)
		cmd_entry_members(&t->of.at[at].met, j);
	else if (t->of.at[at].n_met < MET_MAX)
		cmd_entry_put_met(&t->of.at[at].met, INDENT, j);
	t->of.at[at].n_met++;
	return evd_buf_check(&t->of.at[at].met, err);
}

static void telling_release(struct telling *t)
{
	for (size_t i = 0; i < t->of.n; i++) {
		evd_buf_release(&t->of.at[i].circumstances);
		evd_buf_release(&t->of.at[i].met);
	}
	free(t->of.at);
}

static int put_entry_json(struct telling *t, size_t i, struct evd_error *err)
{
	struct evd_object o;
	struct evd_buf b = {0}, met = {0};
	int r;

	evd_object_init(&o);
	r = cmd_entry_object(t->c, i + 1, &o, err);
	if (i < t->of.n && t->of.at[i].circumstances.len)
		evd_object_raw(&o, "circumstances", evd_buf_view(&t->of.at[i].circumstances));
	if (i < t->of.n && t->of.at[i].n_met) {
		evd_put_u8(&met, '[');
		evd_put_view(&met, evd_buf_view(&t->of.at[i].met));
		evd_put_u8(&met, ']');
		evd_object_raw(&o, "observations", evd_buf_view(&met));
	}
	if (r == 0)
		r = evd_buf_check(&met, err);
	if (r == 0)
		r = evd_object_write(&o, &b, err);
	if (r == 0)
		printf("%.*s\n", (int)b.len, (const char *)b.data);
	evd_buf_release(&met);
	evd_buf_release(&b);
	evd_object_release(&o);
	return r;
}

static void put_buf(const struct evd_buf *b)
{
	if (b->len)
		fwrite(b->data, 1, b->len, stdout);
}

static int put_entry(struct telling *t, size_t i, struct evd_error *err)
{
	const struct evd_log *log = &t->c->log;
	const struct evd_log_entry *e = &log->entries.at[i];
	struct evd_buf details = {0}, said = {0};
	char time[EVD_TIME_LEN + 1], entry[2 * EVD_SHA256_LEN + 1], who[2 * EVD_SHA256_LEN + 1];
	int r = cmd_entry_details(t->c, i + 1, &details, err);

	evd_time_format(time, e->time_ms);
	evd_hex(entry, e->digest[EVD_FILE_ENTRY], EVD_SHA256_LEN);
	evd_hex(who, log->signers.at[e->signer].fingerprint, EVD_SHA256_LEN);
	cmd_entry_put_details(&said, INDENT, evd_buf_view(&details));
	if (r == 0)
		r = evd_buf_check(&said, err);
	if (r == 0) {
		printf("%5zu  %s  %-10s %7u  %.8s  %.16s\n", i + 1, time, evd_action_rule(e->action)->name,
		       e->count, who, entry);
		put_buf(&said);
	}
	if (r == 0 && i < t->of.n) {
		put_buf(&t->of.at[i].circumstances);
		put_buf(&t->of.at[i].met);
		if (t->of.at[i].n_met > MET_MAX) {
			fputs(INDENT, stdout);
			printf(_("and %llu more; --json names all\n"),
			       (unsigned long long)(t->of.at[i].n_met - MET_MAX));
		}
	}
	evd_buf_release(&said);
	evd_buf_release(&details);
	return r;
}

static int run_log(struct cmd_global *g, int argc, char **argv)
{
	struct evd_case c;
	struct telling t = {.c = &c, .json = g->json};
	struct evd_error err = {0};
	int r;

	if (cmd_option(g, &cmd_log, NULL, argc, argv) != -1)
		return cmd_option_exit();
	t.json = g->json;
	if (argc != optind)
		return cmd_usage(&cmd_log, "it takes no words");
	r = evd_case_open(g->case_dir, EVD_CASE_READ, &c, &err);
	if (r == 0)
		r = evd_case_read(&c, NULL, tell_record, &t, &err);
	if (r == 0 && !g->json)
		printf("Case %s\n%5s  %-24s  %-10s %7s  %-8s  %s\n", c.log.case_id, "Entry",
		       "Time (this computer's clock)", "Action", "Records", "Signer", "Digest");
	for (size_t i = 0; r == 0 && i < c.log.entries.n; i++)
		r = g->json ? put_entry_json(&t, i, &err) : put_entry(&t, i, &err);
	if (r == 0 && !g->json)
		puts("Every entry's signature, link and records were checked.");
	telling_release(&t);
	evd_case_close(&c);
	return r ? cmd_fail(r, &err) : CMD_DONE;
}

const struct cmd_row cmd_log = {
    "log",
    "usage: evidence log [--json]\n"
    "\n"
    "Prints the custody log, checked on the way: signatures, chain, records. Of each entry also "
    "its\n"
    "details (such as on what basis it was accessed), who recorded it and why, and what was met "
    "and\n"
    "not taken in.\n",
    N_("show the custody log"),
    run_log,
};

static int check_progress(void *ctx, uint64_t done, uint64_t all)
{
	(void)ctx;
	return cmd_progress(done, all);
}

/* The log as it was checked; the comparison of the index reads it again. */
struct checked {
	size_t entries, items;
};

static void say_holds(const struct cmd_global *g, const struct checked *was, bool same)
{
	if (g->json) {
		printf("{\"entries\":%zu,\"holds\":true,\"indexEqualsLog\":%s,\"items\":%zu}\n",
		       was->entries, same ? "true" : "false", was->items);
		return;
	}
	if (!same)
		puts("note: the index differs from the log; 'evidence index --rebuild' makes it anew");
	printf("The case holds: %zu entries, %zu items, every byte as it was recorded.\n", was->entries,
	       was->items);
}

/* An item that went meanwhile may stand among the findings; what came is not among what holds. */
static void say_grown(const struct evd_case *c, const struct checked *was)
{
	char next[24];

	snprintf(next, sizeof next, "%08zu", was->entries + 1);
	if (!c->damaged && evd_file_exists(c->custody, next)) /* else it ends where the log was left */
		fprintf(
		    stderr,
		    "evidence: entries were added while the case was checked, from %zu on: they were not "
		    "checked, check again\n",
		    was->entries + 1);
}

static int run_check(struct cmd_global *g, int argc, char **argv)
{
	struct evd_case c;
	struct evd_error err = {0};
	struct cmd_printed printed = {g, 0};
	const struct evd_findings to = {cmd_finding, &printed};
	struct evd_pool *pool = NULL;
	struct checked was;
	uint64_t without = 0;
	bool same = false;
	int r;

	if (cmd_option(g, &cmd_check, NULL, argc, argv) != -1)
		return cmd_option_exit();
	if (argc != optind)
		return cmd_usage(&cmd_check, "it takes no words");
	r = evd_case_attach(g->case_dir, &c, &err);
	if (r == 0)
		r = evd_pool_new(0, &pool, &err);
	cmd_catch_interrupt();
	cmd_progress_start(g, "checking");
	if (r == 0)
		r = evd_check_case(&c, pool, &to, check_progress, NULL, &err);
	cmd_progress_stop();
	if (r == 0 && !printed.failed) {
		(void)evd_kept_newest(&c, &without);
		if (without && !g->json)
			printf("note: seal entry %" PRIu64 " has nothing in seals/%08" PRIu64
			       ": its sealing was "
			       "interrupted, or the files were taken away\n",
			       without, without);
	}
	was = (struct checked){c.log.entries.n, c.log.items.n};
	if (r == 0 && !printed.failed)
		r = evd_index_compare(&c, &same, &err);
	if (r == 0)
		say_grown(&c, &was);
	if (r)
		r = cmd_fail(r, &err);
	else if (printed.failed)
		r = CMD_FINDINGS;
	else
		say_holds(g, &was, same);
	evd_pool_free(pool);
	evd_case_close(&c);
	return r;
}

const struct cmd_row cmd_check = {
    "check",
    "usage: evidence check [--json]\n"
    "\n"
    "Reads every byte of the case and names each file that is missing, altered or not accounted\n"
    "for. Exit 0 if the case holds, 1 if something was found. With --json: an object a finding, "
    "and if\n"
    "the case holds one object that says so.\n",
    N_("check every file of the case"),
    run_check,
};

static int run_index(struct cmd_global *g, int argc, char **argv)
{
	enum { REBUILD = CMD_OWN };
	static const struct option own[] = {{"rebuild", no_argument, NULL, REBUILD},
	                                    {NULL, 0, NULL, 0}};
	struct evd_case c;
	struct evd_error err = {0};
	bool rebuild = false, same = false;
	int id, r;

	while ((id = cmd_option(g, &cmd_index, own, argc, argv)) != -1) {
		if (id != REBUILD)
			return cmd_option_exit();
		rebuild = true;
	}
	if (argc != optind)
		return cmd_usage(&cmd_index, "it takes no words");
	r = evd_case_open(g->case_dir, rebuild ? EVD_CASE_WRITE : EVD_CASE_READ, &c, &err);
	if (r == 0 && rebuild)
		r = evd_index_rebuild(&c, &err);
	else if (r == 0)
		r = evd_index_compare(&c, &same, &err);
	evd_case_close(&c);
	if (r)
		return cmd_fail(r, &err);
	if (rebuild) {
		puts("The index was made anew from the log.");
		return CMD_DONE;
	}
	puts(same ? "The index equals the log." : "The index differs from the log.");
	return same ? CMD_DONE : CMD_FINDINGS;
}

const struct cmd_row cmd_index = {
    "index",
    "usage: evidence index [--rebuild]\n"
    "\n"
    "Compares the index (.case/index.sqlite, a cache) with the log; with --rebuild makes it "
    "anew.\n",
    N_("compare or rebuild the index"),
    run_index,
};
