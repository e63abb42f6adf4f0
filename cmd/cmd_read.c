/* cmd_read: `evidence read`: what sandboxed readers say of items, as a read-out entry. */
#include "cmd_reading.h"
#include "i18n.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int progress(void *ctx, uint64_t done, uint64_t all)
{
	(void)ctx;
	return cmd_progress(done, all);
}

/* The items named, or all exhibits. */
static int choose(const struct cmd_items *items, int argc, char **argv, struct evd_to_read **out,
                  size_t *n, struct evd_error *err)
{
	bool *wanted = calloc(items->n + 1, sizeof *wanted);
	int r = wanted ? 0 : evd_nomem(err);

	*n = 0;
	for (int i = 0; r == 0 && i < argc; i++) {
		const struct cmd_item *it;

		r = cmd_items_find(items, argv[i], &it, err);
		if (r == 0)
			wanted[it - items->at] = true;
	}
	for (size_t i = 0; r == 0 && argc == 0 && i < items->n; i++)
		wanted[i] = items->at[i].exhibit && !items->at[i].lost;
	if (r == 0)
		r = cmd_reading_choose(items, wanted, out, n, err);
	if (r == 0 && *n == 0)
		r = evd_fail(err, EVD_E_NOTFOUND, "the case has no exhibits yet");
	free(wanted);
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
	struct evd_to_read *at = NULL;
	struct evd_reading_list list = {0};
	struct evd_read_out out;
	struct evd_error err = {0};
	int r = cmd_begin(g, &s);

	if (r)
		return r;
	cmd_catch_interrupt();
	r = cmd_items_read(&s.c, &items, &err);
	if (r == 0)
		r = cmd_beside("evidence-reader", program, sizeof program, &err);
	config->program = program;
	if (r == 0)
		r = choose(&items, argc, argv, &at, &list.n, &err);
	if (r == 0)
		r = cmd_reading_loose(&items, &list.loose, &err);
	list.at = at;
	cmd_progress_start_items(g, "reading");
	if (r == 0)
		r = evd_read_out(&s.c, s.key, &list, config, progress, NULL, &out, &err);
	cmd_progress_stop();
	r = r ? cmd_fail(r, &err) : cmd_reading_say(g, &out, s.c.log.entries.n, s.c.log.entries.n);
	evd_loose_free(list.loose);
	free(at);
	cmd_items_release(&items);
	cmd_end(&s);
	config->program = NULL; /* it points into this function */
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
