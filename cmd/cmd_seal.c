/* cmd_seal: `evidence seal`. */
#include "cmd.h"
#include "i18n.h"

#include "base/text.h"
#include "seal/seal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int progress(void *ctx, uint64_t done, uint64_t all)
{
	(void)ctx;
	return cmd_progress(done, all);
}

static void put_digest(const char *what, const uint8_t *digest)
{
	char hex[2 * EVD_SHA256_LEN + 1];

	evd_hex(hex, digest, EVD_SHA256_LEN);
	printf("%-13s", what);
	for (size_t i = 0; i < 2 * EVD_SHA256_LEN; i += 4)
		printf(" %.4s", hex + i);
	putchar('\n');
}

static int seal(struct cmd_global *g, struct evd_seal_options *o, const char *path)
{
	struct cmd_session s;
	struct evd_sealed out;
	struct evd_error err = {0};
	int r = cmd_begin(g, &s);

	if (r)
		return r;
	o->pool = s.pool;
	o->progress = progress;
	cmd_catch_interrupt();
	cmd_progress_start(g, _("sealing"));
	r = evd_seal(&s.c, s.key, path, o, &out, &err);
	cmd_progress_stop();
	if (r) {
		r = cmd_fail(r, &err);
	} else {
		cmd_say_not_brought(&out);
	}
	if (r == 0 && !g->quiet) {
		fputs(out.again ? _("Sealed again, the same bytes: ") : _("Sealed: "), stdout);
		cmd_put_text(evd_view_str(path));
		printf("\n%" PRIu64 " files, %" PRIu64 " items, %" PRIu64 " bytes, scope %s\n", out.files,
		       out.items, out.size, out.scope == EVD_SCOPE_ALL ? "all" : "tags");
		put_digest("Seal digest", out.seal_digest);
		put_digest("Custody head", out.head);
		puts(_("Write the custody head down and keep it apart: it shows later whether entries were "
		       "dropped."));
	}
	cmd_end(&s);
	return r;
}

static int run(struct cmd_global *g, int argc, char **argv)
{
	enum { SCOPE = CMD_OWN, REQUIRE, READ_BACK, PURPOSE };
	static const struct option own[] = {
	    {"scope", required_argument, NULL, SCOPE},
	    {"require-timestamp", no_argument, NULL, REQUIRE},
	    {"read-back", no_argument, NULL, READ_BACK},
	    {"purpose", required_argument, NULL, PURPOSE},
	    {NULL, 0, NULL, 0},
	};
	struct evd_seal_options o = {0};
	int id;

	while ((id = cmd_option(g, &cmd_seal, own, argc, argv)) != -1) {
		switch (id) {
		case SCOPE:
			o.scope = strcmp(optarg, "all") == 0    ? EVD_SEAL_ALL
			          : strcmp(optarg, "tags") == 0 ? EVD_SEAL_TAGS
			                                        : EVD_SEAL_AUTO;
			if (o.scope == EVD_SEAL_AUTO)
				return cmd_usage(&cmd_seal, "--scope is all or tags");
			break;
		case REQUIRE: o.timestamp_required = true; break;
		case READ_BACK: o.read_back = true; break;
		case PURPOSE: o.circumstances.purpose = optarg; break;
		default: return cmd_option_exit();
		}
	}
	if (argc - optind != 1)
		return cmd_usage(&cmd_seal, "give the name of the bundle, such as OUT.asice");
	return seal(g, &o, argv[optind]);
}

const struct cmd_row cmd_seal = {
    "seal",
    "usage: evidence seal [OPTION]... OUT.asice\n"
    "\n"
    "Makes the one file that others verify: every byte hashed again, listed and signed. More can "
    "be\n"
    "added afterwards and sealed again; with nothing added, the same bytes come out.\n"
    "\n"
    "  --scope all|tags      what the signature lists: every file (default up to 1000), or the "
    "four\n"
    "                        tag files, which list every file\n"
    "  --require-timestamp   say in the log that a time stamp over the seal must be there\n"
    "  --read-back           read the finished file from the medium before it gets its name\n"
    "  --purpose TEXT        recorded with the seal\n",
    N_("seal the case into one file"),
    run,
};
