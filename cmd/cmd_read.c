/* cmd_read: `evidence read`: what sandboxed readers say of items, as a read-out entry. */
#include "cmd.h"
#include "i18n.h"

#include "derive/read_out.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int progress(void *ctx, uint64_t done, uint64_t all)
{
	(void)ctx;
	return cmd_progress(done, all);
}

static bool is_companion_of(const struct cmd_item *x, const struct cmd_item *of)
{
	static const char *const suffix[] = {"-wal", "-journal", "-shm"};
	size_t n;

	if (!x->source || !of->source)
		return false;
	n = strlen(of->source);
	if (strncmp(x->source, of->source, n) != 0)
		return false;
	for (size_t i = 0; i < 3; i++)
		if (strcmp(x->source + n, suffix[i]) == 0)
			return true;
	return false;
}

static bool may_be_companion(const struct cmd_item *x)
{
	size_t n = x->source ? strlen(x->source) : 0;

	return (n > 4 &&
	        (strcmp(x->source + n - 4, "-wal") == 0 || strcmp(x->source + n - 4, "-shm") == 0)) ||
	       (n > 8 && strcmp(x->source + n - 8, "-journal") == 0);
}

static void tie_companions(struct evd_to_read *list, const struct cmd_item **from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; may_be_companion(from[i]) && k < n; k++)
			if (is_companion_of(from[i], from[k]) && list[k].n_with < 3) {
				list[k].with[list[k].n_with++] = i;
				list[i].companion = true;
			}
}

/* The items named, or all exhibits. */
static int choose(const struct cmd_items *items, int argc, char **argv, struct evd_to_read **out,
                  size_t *n, struct evd_error *err)
{
	size_t most = argc ? (size_t)argc : items->n;
	const struct cmd_item **from = calloc(most + 1, sizeof *from);
	int r = 0;

	*n = 0;
	*out = calloc(most + 1, sizeof **out);
	if (!*out || !from)
		r = evd_nomem(err);
	for (int i = 0; r == 0 && i < argc; i++) {
		from[*n] = cmd_items_find(items, argv[i]);
		if (!from[(*n)++])
			r = evd_fail(err, EVD_E_NOTFOUND, "no item %s; 'evidence list' shows them", argv[i]);
	}
	for (size_t i = 0; r == 0 && argc == 0 && i < items->n; i++)
		if (items->at[i].exhibit && !items->at[i].lost)
			from[(*n)++] = &items->at[i];
	if (r == 0 && *n == 0)
		r = evd_fail(err, EVD_E_NOTFOUND, "the case has no exhibits yet");
	for (size_t i = 0; r == 0 && i < *n; i++) {
		(*out)[i].id = from[i]->id;
		memcpy((*out)[i].path, from[i]->path, sizeof from[i]->path);
		(*out)[i].name = from[i]->name;
	}
	if (r == 0)
		tie_companions(*out, from, *n);
	free(from);
	return r;
}

static bool number(const char *text, uint64_t *out)
{
	char *end;

	*out = strtoull(text, &end, 10);
	return *text && !*end && *out > 0 && *out < (UINT64_C(1) << 32);
}

static int read_items(struct cmd_global *g, struct evd_reader_config *config, int argc, char **argv)
{
	char program[4096];
	struct cmd_session s;
	struct cmd_items items = {0};
	struct evd_to_read *list = NULL;
	struct evd_read_out out;
	struct evd_error err = {0};
	size_t n = 0;
	int r = cmd_begin(g, &s);

	if (r)
		return r;
	r = cmd_items_read(&s.c, &items);
	if (r) {
		cmd_end(&s);
		return r;
	}
	cmd_catch_interrupt();
	r = cmd_beside("evidence-reader", program, sizeof program, &err);
	config->program = program;
	if (r == 0)
		r = choose(&items, argc, argv, &list, &n, &err);
	cmd_progress_start(g, "reading");
	if (r == 0)
		r = evd_read_out(&s.c, s.key, list, n, config, progress, NULL, &out, &err);
	cmd_progress_stop();
	if (r) {
		r = cmd_fail(r, &err);
	} else {
		if (!g->quiet)
			printf("%" PRIu64 " items read, %" PRIu64 " records by entry %zu (sandbox %s)\n",
			       out.items, out.records, s.c.log.entries.n,
			       out.sandbox[0] ? out.sandbox : "none");
		if (out.trouble)
			fprintf(stderr,
			        "%" PRIu64 " items could not be read in part; 'evidence show ITEM' says what\n",
			        out.trouble);
		r = out.trouble ? CMD_FINDINGS : CMD_DONE;
	}
	free(list);
	cmd_items_release(&items);
	cmd_end(&s);
	return r;
}

static int run(struct cmd_global *g, int argc, char **argv)
{
	enum { MEMORY = CMD_OWN, SECONDS, DEGRADED };
	static const struct option own[] = {{"memory", required_argument, NULL, MEMORY},
	                                    {"seconds", required_argument, NULL, SECONDS},
	                                    {"allow-degraded", no_argument, NULL, DEGRADED},
	                                    {NULL, 0, NULL, 0}};
	struct evd_reader_config config = {0};
	uint64_t v;
	int id;

	while ((id = cmd_option(g, &cmd_read, own, argc, argv)) != -1) {
		switch (id) {
		case MEMORY:
			if (!number(optarg, &v))
				return cmd_usage(&cmd_read, "--memory is a number of MiB");
			config.memory = v << 20;
			break;
		case SECONDS:
			if (!number(optarg, &v))
				return cmd_usage(&cmd_read, "--seconds is a number");
			config.seconds = (uint32_t)v;
			break;
		case DEGRADED: config.degraded = true; break;
		default: return cmd_option_exit();
		}
	}
	return read_items(g, &config, argc - optind, argv + optind);
}

const struct cmd_row cmd_read = {
    "read",
    "usage: evidence read [OPTION]... [ITEM]...\n"
    "\n"
    "Reads items (none named: all exhibits) in a sandbox, each in a process of its own, and "
    "records\n"
    "what was read as derived facts: types, metadata, chat messages, and all that could not be "
    "read.\n"
    "The items themselves are not changed.\n"
    "\n"
    "  --memory MIB       memory an item may use (512)\n"
    "  --seconds N        processor time an item may use (60)\n"
    "  --allow-degraded   read also where layers of the sandbox are missing; it is recorded\n",
    N_("read out what items say, sandboxed"),
    run,
};
