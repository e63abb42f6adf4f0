/* cmd_log: `evidence log`, `check`, `index`. */
#include "cmd.h"
#include "i18n.h"

#include "base/text.h"
#include "index/index.h"
#include "seal/kept.h"
#include "verify/check_case.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void put_entry_json(const struct evd_log *log, size_t i)
{
	const struct evd_log_entry *e = &log->entries.at[i];
	struct evd_object o;
	struct evd_buf b = {0};
	char time[EVD_TIME_LEN + 1];

	evd_object_init(&o);
	evd_time_format(time, e->time_ms);
	evd_object_cstr(&o, "action", evd_action_rule(e->action)->name);
	evd_object_hex(&o, "certificate", log->signers.at[e->signer].fingerprint, EVD_SHA256_LEN);
	evd_object_hex(&o, "digest", e->digest[EVD_FILE_ENTRY], EVD_SHA256_LEN);
	evd_object_int(&o, "records", e->count);
	evd_object_int(&o, "seq", i + 1);
	evd_object_cstr(&o, "time", time);
	if (evd_object_write(&o, &b, NULL) == 0)
		printf("%.*s\n", (int)b.len, (const char *)b.data);
	evd_buf_release(&b);
	evd_object_release(&o);
}

static void put_entry(const struct evd_log *log, size_t i)
{
	const struct evd_log_entry *e = &log->entries.at[i];
	char time[EVD_TIME_LEN + 1], entry[2 * EVD_SHA256_LEN + 1], who[2 * EVD_SHA256_LEN + 1];

	evd_time_format(time, e->time_ms);
	evd_hex(entry, e->digest[EVD_FILE_ENTRY], EVD_SHA256_LEN);
	evd_hex(who, log->signers.at[e->signer].fingerprint, EVD_SHA256_LEN);
	printf("%5zu  %s  %-10s %7u  %.8s  %.16s\n", i + 1, time, evd_action_rule(e->action)->name,
	       e->count, who, entry);
}

static int run_log(struct cmd_global *g, int argc, char **argv)
{
	struct evd_case c;
	struct evd_error err = {0};
	int r;

	if (cmd_option(g, &cmd_log, NULL, argc, argv) != -1)
		return cmd_option_exit();
	if (argc != optind)
		return cmd_usage(&cmd_log, "it takes no words");
	r = evd_case_open(g->case_dir, EVD_CASE_READ, &c, &err);
	if (r == 0)
		r = evd_case_read(&c, NULL, NULL, NULL, &err);
	if (r) {
		evd_case_close(&c);
		return cmd_fail(r, &err);
	}
	if (!g->json)
		printf("Case %s\n%5s  %-24s  %-10s %7s  %-8s  %s\n", c.log.case_id, "Entry",
		       "Time (this computer's clock)", "Action", "Records", "Signer", "Digest");
	for (size_t i = 0; i < c.log.entries.n; i++) {
		if (g->json)
			put_entry_json(&c.log, i);
		else
			put_entry(&c.log, i);
	}
	if (!g->json)
		puts("Every entry's signature, link and records were checked.");
	evd_case_close(&c);
	return CMD_DONE;
}

const struct cmd_row cmd_log = {
    "log",
    "usage: evidence log [--json]\n"
    "\n"
    "Prints the custody log, checked on the way: signatures, chain, records.\n",
    N_("show the custody log"),
    run_log,
};

static int check_progress(void *ctx, uint64_t done, uint64_t all)
{
	(void)ctx;
	return cmd_progress(done, all);
}

static int run_check(struct cmd_global *g, int argc, char **argv)
{
	struct evd_case c;
	struct evd_error err = {0};
	struct cmd_printed printed = {g, 0};
	const struct evd_findings to = {cmd_finding, &printed};
	struct evd_pool *pool = NULL;
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
		r = evd_index_compare(&c, &same, &err);
		if (r == 0 && !same && !g->json)
			puts("note: the index differs from the log; 'evidence index --rebuild' makes it anew");
	}
	if (r)
		r = cmd_fail(r, &err);
	else if (printed.failed)
		r = CMD_FINDINGS;
	else if (!g->json)
		printf("The case holds: %zu entries, %zu items, every byte as it was recorded.\n",
		       c.log.entries.n, c.log.items.n);
	evd_pool_free(pool);
	evd_case_close(&c);
	return r;
}

const struct cmd_row cmd_check = {
    "check",
    "usage: evidence check [--json]\n"
    "\n"
    "Reads every byte of the case and names each file that is missing, altered or not accounted\n"
    "for. Exit 0 if the case holds, 1 if something was found.\n",
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
