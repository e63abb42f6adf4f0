/* cmd_receive: `evidence receive`, `refuse`: the recipient's side of a handover (docs/handover.md). */
#include "cmd.h"
#include "i18n.h"

#include "base/text.h"
#include "chain/target.h"
#include "index/index.h"
#include "platform/clock.h"
#include "platform/files.h"
#include "platform/input.h"
#include "platform/new_file.h"
#include "seal/receive.h"
#include "verify/verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { FROM = CMD_OWN, REASON, PURPOSE, CONDITION, MEDIUM, SEAL_NUMBER, AUTHORITY };

/* What both commands work on. */
struct incoming {
	struct evd_verify_options verify;
	struct evd_receive_options o;
	struct evd_report report;
	struct evd_key *key;
	struct evd_new_file receipt;
	int fd;
	bool pinned;
};

static int progress(void *ctx, uint64_t done, uint64_t all)
{
	(void)ctx;
	return cmd_progress(done, all);
}

static int open_bundle(struct incoming *in, const char *bundle, struct evd_error *err)
{
	struct evd_error why = {0};
	int r = evd_input_open(bundle, &in->fd, &why);

	return r ? evd_fail(err, r, "%s: %s", bundle, why.text) : 0;
}

/* Opened and verified before a key is touched: what comes from elsewhere is read first by the verify core. The file of
 * the receipt comes before all: whoever cannot answer shall not take over, for a second attempt would be a fork. */
static int look(struct cmd_global *g, struct incoming *in, const char *bundle, const char *out,
                struct evd_error *err)
{
	int r = evd_target_check(out, err);

	if (r == 0)
		r = evd_new_file_begin(&in->receipt, out, err);
	if (r)
		return r;
	in->verify.now = evd_clock_ms() / 1000;
	in->verify.progress = progress;
	r = evd_pool_new(0, &in->verify.pool, err);
	if (r == 0)
		r = open_bundle(in, bundle, err);
	if (r == 0)
		r = evd_verify(in->fd, bundle, &in->verify, &in->report, err);
	in->o.pool = in->verify.pool;
	in->o.progress = progress;
	return r ? r : cmd_key(g, &in->key, err);
}

static void put_hex(const char *what, const uint8_t *digest)
{
	char hex[2 * EVD_SHA256_LEN + 1];

	evd_hex(hex, digest, EVD_SHA256_LEN);
	printf("%-12s %s\n", what, hex);
}

static const uint8_t *giver(const struct incoming *in)
{
	const struct evd_log *log = &in->report.log;

	return log->signers.at[log->entries.at[log->entries.n - 1].signer].fingerprint;
}

static bool is_expected(const struct incoming *in)
{
	return memcmp(in->verify.trust.pins.at[0].fingerprint, giver(in), EVD_SHA256_LEN) == 0;
}

/* A bundle sealed by somebody else than the one on paper is not taken over. */
static int compare_giver(const struct incoming *in, struct evd_error *err)
{
	if (!in->report.log_walked || !in->pinned || is_expected(in))
		return 0;
	return evd_fail(err, EVD_E_DENIED,
	                "the bundle was sealed with another certificate than --from names; nothing was "
	                "taken over");
}

/* Who handed over, and whether that was compared. */
static void put_giver(const struct incoming *in)
{
	put_hex("Sealed by", giver(in));
	if (!in->pinned)
		puts("This fingerprint was not compared: compare it with the one on the giver's paper.");
	else if (!is_expected(in))
		puts("This is another certificate than --from names.");
	put_hex("Seal digest", in->report.seal_digest);
}

static void release(struct incoming *in)
{
	evd_report_release(&in->report);
	evd_pool_free(in->verify.pool);
	evd_trust_release(&in->verify.trust);
	evd_key_free(in->key);
	evd_new_file_release(&in->receipt);
	if (in->fd >= 0)
		evd_input_close(in->fd);
}

/* The catalogue of the new case. It is a cache: that it could not be made fails nothing. */
static void make_index(const char *dir)
{
	struct evd_case c;
	struct evd_error err = {0};

	if (evd_case_open(dir, EVD_CASE_WRITE, &c, &err) || evd_index_follow(&c, &err))
		fprintf(stderr,
		        "evidence: the index could not be made (%s); 'evidence index --rebuild' makes it\n",
		        err.text);
	evd_case_close(&c);
}

static int take(struct cmd_global *g, struct incoming *in, const char *bundle, const char *dir,
                const char *out)
{
	struct evd_error err = {0}, unnamed = {0};
	int r;

	cmd_catch_interrupt();
	cmd_progress_start(g, "taking over");
	r = look(g, in, bundle, out, &err);
	if (r == 0)
		r = compare_giver(in, &err);
	if (r == 0)
		r = evd_receive(in->fd, &in->report, dir, in->key, &in->o, in->receipt.fd, &err);
	cmd_progress_stop();
	if (r == 0) {
		make_index(dir);
		if (evd_new_file_name(&in->receipt, &unnamed))
			r = evd_fail(
			    &err, EVD_E_CANCELLED,
			    "the case is taken over, but not its receipt made (%.100s); 'evidence receipt "
			    "--write FILE' makes it",
			    unnamed.text);
	}
	if (r) {
		r = cmd_fail(r, &err);
	} else if (!g->quiet) {
		printf("Taken over as case %s in ", in->report.log.case_id);
		cmd_put_text(evd_view_str(dir));
		printf("\nVerdict      %s\n", evd_verdict_name(evd_verdict(&in->report)));
		put_giver(in);
		fputs("Receipt, to be given back: ", stdout);
		cmd_put_text(evd_view_str(out));
		putchar('\n');
	}
	return r;
}

static int turn_down(struct cmd_global *g, struct incoming *in, const char *bundle, const char *out)
{
	struct evd_error err = {0};
	char work[4096];
	int r = 0;

	if ((size_t)snprintf(work, sizeof work, "%s.refusing", out) >= sizeof work)
		r = evd_fail(&err, EVD_E_LIMIT, "the file's path is too long");
	cmd_catch_interrupt();
	cmd_progress_start(g, "looking at it");
	if (r == 0)
		r = look(g, in, bundle, out, &err);
	if (r == 0)
		r = evd_refuse(in->fd, &in->report, work, in->key, &in->o, in->receipt.fd, &err);
	cmd_progress_stop();
	if (r == 0)
		r = evd_new_file_name(&in->receipt, &err);
	if (r) {
		r = cmd_fail(r, &err);
	} else if (!g->quiet) {
		printf("Refused. Verdict %s\n", evd_verdict_name(evd_verdict(&in->report)));
		put_giver(in);
		fputs("Receipt, to be given back: ", stdout);
		cmd_put_text(evd_view_str(out));
		putchar('\n');
	}
	return r;
}

/* Options of both; CMD_DONE to go on. */
static int options(struct cmd_global *g, const struct cmd_row *row, struct incoming *in, int argc,
                   char **argv)
{
	static const struct option own[] = {{"from", required_argument, NULL, FROM},
	                                    {"reason", required_argument, NULL, REASON},
	                                    {"purpose", required_argument, NULL, PURPOSE},
	                                    {"condition", required_argument, NULL, CONDITION},
	                                    {"medium", required_argument, NULL, MEDIUM},
	                                    {"seal-number", required_argument, NULL, SEAL_NUMBER},
	                                    {"authority", required_argument, NULL, AUTHORITY},
	                                    {NULL, 0, NULL, 0}};
	struct evd_circumstances *x = &in->o.circumstances;
	struct evd_error err = {0};
	int id, r;

	while ((id = cmd_option(g, row, own, argc, argv)) != -1) {
		switch (id) {
		case FROM:
			r = evd_trust_pin(&in->verify.trust, optarg, &err);
			if (r)
				return cmd_usage(row, "--from is a whole fingerprint, 64 digits");
			in->pinned = true;
			break;
		case REASON: x->reason = optarg; break;
		case PURPOSE: x->purpose = optarg; break;
		case CONDITION: x->condition = optarg; break;
		case MEDIUM: x->medium = optarg; break;
		case SEAL_NUMBER: x->seal_number = optarg; break;
		case AUTHORITY: x->authority = optarg; break;
		default: return id == CMD_STOP ? CMD_STOP : CMD_INTERNAL;
		}
	}
	return CMD_DONE;
}

static int run_receive(struct cmd_global *g, int argc, char **argv)
{
	struct incoming in = {.fd = -1, .receipt.fd = -1};
	int r = options(g, &cmd_receive, &in, argc, argv);

	if (r == CMD_STOP)
		r = cmd_option_exit();
	else if (r == CMD_DONE && argc - optind != 3)
		r = cmd_usage(&cmd_receive,
		              "give the bundle, a new folder for the case, and a name for the "
		              "receipt");
	else if (r == CMD_DONE)
		r = take(g, &in, argv[optind], argv[optind + 1], argv[optind + 2]);
	release(&in);
	return r;
}

static int run_refuse(struct cmd_global *g, int argc, char **argv)
{
	struct incoming in = {.fd = -1, .receipt.fd = -1};
	int r = options(g, &cmd_refuse, &in, argc, argv);

	if (r == CMD_STOP)
		r = cmd_option_exit();
	else if (r == CMD_DONE && (argc - optind != 2 || !in.o.circumstances.reason))
		r = cmd_usage(&cmd_refuse, "give --reason, the bundle, and a name for the receipt");
	else if (r == CMD_DONE)
		r = turn_down(g, &in, argv[optind], argv[optind + 1]);
	release(&in);
	return r;
}

const struct cmd_row cmd_receive = {
    "receive",
    "usage: evidence receive [OPTION]... BUNDLE.asice FOLDER OUT.receipt\n"
    "\n"
    "Takes over a bundle that was handed over to this identity: verifies it, makes the case FOLDER "
    "of\n"
    "it, reads back every byte of the copy, and signs. OUT.receipt goes back to the giver. What "
    "does\n"
    "not verify is not taken over; see 'evidence refuse'.\n"
    "\n"
    "  --from FINGERPRINT  the giver's certificate, from paper: another signer is not taken\n"
    "  --condition TEXT    state in which it arrived\n"
    "  --medium TEXT       the stick or disk it came on\n"
    "  --seal-number N     number of the physical seal or bag as found\n"
    "  --reason TEXT  --purpose TEXT  --authority TEXT\n"
    "                      recorded with it\n",
    N_("take over a case that was handed over, with a signed receipt"),
    run_receive,
};

const struct cmd_row cmd_refuse = {
    "refuse",
    "usage: evidence refuse --reason TEXT [OPTION]... BUNDLE.asice OUT.receipt\n"
    "\n"
    "Does not take over a bundle that was handed over to this identity, and signs why. No case is "
    "made;\n"
    "OUT.receipt goes back to the giver, who reads there what the verification said.\n"
    "\n"
    "  --reason TEXT       why; it is in the receipt\n"
    "  --from FINGERPRINT  the giver's certificate, from paper\n"
    "  --condition TEXT  --medium TEXT  --seal-number N  --purpose TEXT  --authority TEXT\n"
    "                      recorded with it\n",
    N_("refuse a case that was handed over, with a signed reason"),
    run_refuse,
};
