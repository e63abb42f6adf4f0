/*
 * evidence-verify: reads bundles and says the verdict. docs/verify.md; exit codes there, §1.
 *
 * No write path, no private key, no network, no parser of evidence. Nothing is printed before a
 * verdict is known; text, JSON and exit code come from the same report.
 */
#include "base/text.h"
#include "platform/confine.h"
#include "platform/input.h"
#include "platform/start.h"
#include "report/report.h"
#include "verify/container.h"
#include "verify/receipt.h"
#include "verify/verify.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
    "usage: evidence-verify [OPTION]... BUNDLE...\n"
    "\n"
    "Says of each BUNDLE whether it is whole and unaltered, who sealed it and when.\n"
    "\n"
    "  --pin FINGERPRINT  trust the certificate with this SHA-256 fingerprint (64 digits)\n"
    "  --trust FILE|DIR   trust the authorities whose PEM certificates are there; revocation lists "
    "and\n"
    "                     OCSP answers too\n"
    "  --at TIME          judge certificates at this time (2026-11-22T10:00:00Z) instead of now\n"
    "  --extends OLDER    say whether BUNDLE goes on from the bundle OLDER\n"
    "  --receipt FILE     say whether FILE is the recipient's answer to BUNDLE\n"
    "  --require-time     a time stamp over the seal is demanded\n"
    "  --time-policy OID  a time stamp counts only if made under this policy (repeatable)\n"
    "  --all-digests      check SHA-512 of every item too\n"
    "  --json             one line of JSON for each bundle\n"
    "  --quiet            print nothing, only the exit code\n"
    "  --lang LANGUAGE    of the text: en (default) sq bs hr mk cnr sr-Cyrl sr-Latn\n"
    "  --about            say on standard error which program, when\n"
    "  --version          print the version and stop\n"
    "  --help             print this and stop\n"
    "\n"
    "exit: 0 verified, 1 not verified, 2 not decided (unknown signer, time not proved,\n"
    "      a closed envelope),\n"
    "      3 not a bundle this program can judge, 64 wrong usage, 66 no such file,\n"
    "      70 own failure, 74 read or write failed. Of several bundles the worst:\n"
    "      70 and up, then 3, 1, 2, 0.\n";

struct program {
	struct evd_verify_options o;
	const struct evd_messages *messages;
	const char *older, *receipt;
	struct evd_buf receipt_text;
	bool json, quiet, about, progress;
	int worst;
	unsigned long count[5]; /* by enum evd_verdict */
};

enum {
	PIN = 256,
	TRUST,
	AT,
	EXTENDS,
	RECEIPT,
	REQUIRE_TIME,
	TIME_POLICY,
	ALL_DIGESTS,
	JSON,
	QUIET,
	LANGUAGE,
	ABOUT,
	VERSION,
	HELP
};

static const struct option options[] = {
    {"pin", required_argument, NULL, PIN},
    {"trust", required_argument, NULL, TRUST},
    {"at", required_argument, NULL, AT},
    {"extends", required_argument, NULL, EXTENDS},
    {"receipt", required_argument, NULL, RECEIPT},
    {"require-time", no_argument, NULL, REQUIRE_TIME},
    {"time-policy", required_argument, NULL, TIME_POLICY},
    {"all-digests", no_argument, NULL, ALL_DIGESTS},
    {"json", no_argument, NULL, JSON},
    {"quiet", no_argument, NULL, QUIET},
    {"lang", required_argument, NULL, LANGUAGE},
    {"about", no_argument, NULL, ABOUT},
    {"version", no_argument, NULL, VERSION},
    {"help", no_argument, NULL, HELP},
    {NULL, 0, NULL, 0},
};

/* 70 and up > 3 > 1 > 2 > 0 */
static int rank(int code)
{
	return code >= EVD_EXIT_NO_INPUT        ? 100 + code
	       : code == EVD_EXIT_REFUSED       ? 3
	       : code == EVD_EXIT_FAILED        ? 2
	       : code == EVD_EXIT_INDETERMINATE ? 1
	                                        : 0;
}

static void worse(struct program *p, int code)
{
	if (rank(code) > rank(p->worst))
		p->worst = code;
}

static void complain(const char *what, const char *why)
{
	struct evd_buf b = {0};

	evd_put_printable(&b, evd_view_str(what), 0);
	evd_put_str(&b, ": ");
	evd_put_printable(&b, evd_view_str(why), 0);
	if (!b.failed)
		fprintf(stderr, "evidence-verify: %.*s\n", (int)b.len, (const char *)b.data);
	evd_buf_release(&b);
}

/* A day, a second or a millisecond, in UTC: filled up to the last, which evd_time_parse takes. */
static bool parse_time(const char *text, int64_t *ms)
{
	const size_t n = strlen(text);
	const bool day = n == 10, second = n == 20 && text[19] == 'Z';
	char full[64];

	snprintf(full, sizeof full, "%.*s%s", second ? 19 : 32, text,
	         day      ? "T00:00:00.000Z"
	         : second ? ".000Z"
	                  : "");
	return evd_time_parse(evd_view_str(full), ms);
}

static int usage_error(const char *what, const char *why)
{
	complain(what, why);
	fputs("Try 'evidence-verify --help'.\n", stderr);
	return EVD_EXIT_USAGE;
}

static int trust_exit(int r)
{
	return r == EVD_E_FORMAT || r == EVD_E_CRYPTO ? EVD_EXIT_USAGE
	       : r == EVD_E_NOTFOUND                  ? EVD_EXIT_NO_INPUT
	       : r == EVD_E_NOMEM                     ? EVD_EXIT_OWN
	                                              : EVD_EXIT_IO;
}

/* getopt would print the word as it is: the name of a file, where a shell put it there. */
static int refuse_option(const char *word)
{
	const char letter[] = {'-', (char)optopt, '\0'};

	return usage_error(optopt > 0 && optopt <= UINT8_MAX ? letter : word,
	                   "no such option, or the word behind it is missing or one too many");
}

/* One option; -1 to go on, else the exit code. */
static int take_option(struct program *p, int id, char *value)
{
	struct evd_error err = {0};
	int r = 0;

	switch (id) {
	case PIN: r = evd_trust_pin(&p->o.trust, value, &err); break;
	case TRUST: r = evd_trust_load(&p->o.trust, value, &err); break;
	case AT:
		p->o.has_at = parse_time(value, &p->o.at_ms);
		if (!p->o.has_at)
			return usage_error(value, "not a time; write 2026-11-22T10:00:00Z");
		break;
	case EXTENDS: p->older = value; break;
	case RECEIPT: p->receipt = value; break;
	case REQUIRE_TIME: p->o.require_time = true; break;
	case TIME_POLICY: r = evd_trust_policy(&p->o.trust, value, &err); break;
	case ALL_DIGESTS: p->o.all_digests = true; break;
	case JSON: p->json = true; break;
	case QUIET: p->quiet = true; break;
	case LANGUAGE:
		if (!evd_messages(value))
			return usage_error(value, "no such language here");
		p->messages = evd_messages(value);
		break;
	case ABOUT: p->about = true; break;
	case VERSION:
		printf("evidence-verify %s (%s), rules 1, schema 1\n", EVD_VERSION, EVD_BUILD);
		return 0;
	case HELP: fputs(usage, stdout); return 0;
	default: return refuse_option(value);
	}
	if (r) {
		complain(value, err.text);
		return trust_exit(r);
	}
	return -1;
}

static int show_progress(void *ctx, uint64_t done, uint64_t all)
{
	static time_t last;
	time_t now = time(NULL);

	(void)ctx;
	if (now != last && all)
		fprintf(stderr, "\r%3u %%", (unsigned)(done * 100 / all));
	last = now;
	return 0;
}

/* Opens and judges one file; 0, or the exit code of a failure that is ours. */
static int judge(struct program *p, const char *path, struct evd_report *report)
{
	struct evd_error err = {0};
	int fd, r;

	memset(report, 0, sizeof *report);
	if (strcmp(path, "-") == 0) {
		const struct evd_findings to = {evd_report_collect, report};

		report->file = path;
		evd_finding(&to, EVD_F_NOT_THIS_FORMAT, "", "standard input: give the file itself");
		return 0;
	}
	r = evd_input_open(path, &fd, &err);
	if (r) {
		complain(path, err.text);
		return r == EVD_E_NOTFOUND ? EVD_EXIT_NO_INPUT : EVD_EXIT_IO;
	}
	r = evd_verify(fd, path, &p->o, report, &err);
	evd_input_close(fd);
	if (p->progress)
		fputs("\r     \r", stderr);
	if (r == 0)
		return 0;
	complain(path, err.text[0] ? err.text : evd_strerror(r));
	return r == EVD_E_IO ? EVD_EXIT_IO : EVD_EXIT_OWN;
}

/* The receipt's bytes; 0, or the exit code of a failure that is ours. */
static int read_receipt(struct program *p)
{
	struct evd_error err = {0};
	static uint8_t block[4096];
	uint64_t size = 0;
	bool regular = false;
	int fd, r = evd_input_open(p->receipt, &fd, &err);

	if (r) {
		complain(p->receipt, err.text);
		return r == EVD_E_NOTFOUND ? EVD_EXIT_NO_INPUT : EVD_EXIT_IO;
	}
	r = evd_input_look(fd, &regular, &size, &err);
	/* what is no file or too large is judged as what it is then: no receipt */
	for (uint64_t at = 0; r == 0 && regular && size <= EVD_MAX_RECEIPT && at < size;) {
		size_t n = size - at < sizeof block ? (size_t)(size - at) : sizeof block;

		r = evd_read_at(fd, at, block, n, &err);
		evd_put(&p->receipt_text, block, n);
		at += n;
	}
	evd_input_close(fd);
	if (r == 0)
		r = evd_buf_check(&p->receipt_text, &err);
	if (r)
		complain(p->receipt, err.text);
	return r == 0 ? 0 : r == EVD_E_NOMEM ? EVD_EXIT_OWN : EVD_EXIT_IO;
}

static int judge_receipt(struct program *p, struct evd_report *report)
{
	struct evd_error err = {0};
	int r;

	if (!p->receipt || evd_verdict(report) == EVD_REFUSED)
		return 0;
	r = evd_verify_receipt(report, evd_buf_view(&p->receipt_text), &err);
	if (r)
		complain(p->receipt, err.text[0] ? err.text : evd_strerror(r));
	return r ? EVD_EXIT_OWN : 0;
}

static int print(struct program *p, const struct evd_report *report)
{
	struct evd_buf out = {0};
	struct evd_error err = {0};
	int r = 0, code = 0;

	if (!p->quiet)
		r = p->json ? evd_report_json(report, &out, &err)
		            : evd_report_text(report, p->messages, &out, &err);
	if (r == 0 && out.len && fwrite(out.data, 1, out.len, stdout) != out.len)
		code = EVD_EXIT_IO;
	if (r) {
		complain(report->file, err.text);
		code = EVD_EXIT_OWN;
	}
	evd_buf_release(&out);
	return code;
}

static void verify_one(struct program *p, const char *path, const struct evd_report *older)
{
	struct evd_report report;
	int code = judge(p, path, &report);

	if (code == 0) {
		if (older && evd_verdict(&report) != EVD_REFUSED)
			evd_verify_extends(&report, older);
		code = judge_receipt(p, &report);
	}
	if (code == 0)
		code = print(p, &report);
	if (code == 0) {
		code = evd_verdict_exit(&report);
		p->count[evd_verdict(&report)]++;
	}
	worse(p, code);
	evd_report_release(&report);
}

static void summary(const struct program *p, int n)
{
	if (p->quiet || n < 2)
		return;
	fprintf(
	    p->json ? stderr : stdout,
	    "%d bundles: %lu verified, %lu not verified, %lu not decided, %lu refused, %lu not read\n",
	    n, p->count[EVD_TOTAL_PASSED], p->count[EVD_TOTAL_FAILED], p->count[EVD_INDETERMINATE],
	    p->count[EVD_REFUSED],
	    (unsigned long)n - p->count[EVD_TOTAL_PASSED] - p->count[EVD_TOTAL_FAILED] -
	        p->count[EVD_INDETERMINATE] - p->count[EVD_REFUSED]);
}

static int verify_all(struct program *p, char **path, int n)
{
	struct evd_report older;
	struct evd_error err = {0};
	int code;

	if (evd_pool_new(0, &p->o.pool, &err) || !evd_crypto()) {
		complain("start", "threads or OpenSSL could not be set up");
		return EVD_EXIT_OWN;
	}
	if (evd_confine_verifier(&err) && p->about)
		complain("confinement", err.text);
	code = p->receipt ? read_receipt(p) : 0;
	if (code == 0 && p->older)
		code = judge(p, p->older, &older);
	if (code)
		return code;
	for (int i = 0; i < n; i++) {
		if (i && !p->json && !p->quiet)
			fputs("\n", stdout);
		verify_one(p, path[i], p->older ? &older : NULL);
	}
	if (p->older)
		evd_report_release(&older);
	summary(p, n);
	return p->worst;
}

int main(int argc, char **argv)
{
	struct program p = {0};
	bool stdout_open = evd_start();
	const char *language = evd_start_language();
	char *asked = NULL, **path;
	int id, n, code = -1;

	p.messages = language ? evd_messages(language) : NULL;
	if (!p.messages)
		p.messages = evd_messages("en");
	p.o.now = (int64_t)time(NULL);
	opterr = 0;
	while (code < 0 && (id = getopt_long(argc, argv, "", options, NULL)) != -1)
		code = take_option(&p, id, id == '?' ? argv[optind - 1] : optarg);
	path = argv + optind;
	n = argc - optind;
	if (code < 0 && n == 0 && (asked = evd_start_ask(p.messages->text[EVD_MSG_ASK_FILE]))) {
		path = &asked;
		n = 1;
	}
	if (code < 0 && n == 0)
		code = usage_error("BUNDLE", "give at least one file");
	if (code < 0) {
		p.progress = !p.quiet && !p.json && isatty(STDERR_FILENO);
		p.o.progress = p.progress ? show_progress : NULL;
		if (p.about)
			fprintf(stderr, "evidence-verify %s (%s), checked at %lld seconds since 1970\n",
			        EVD_VERSION, EVD_BUILD, (long long)p.o.now);
		code = verify_all(&p, path, n);
	}
	evd_pool_free(p.o.pool);
	evd_trust_release(&p.o.trust);
	evd_buf_release(&p.receipt_text);
	if (!stdout_open && !p.quiet)
		code = EVD_EXIT_IO;
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fputs("evidence-verify: the report could not be written\n", stderr);
		code = EVD_EXIT_IO;
	}
	evd_start_stay(p.messages->text[EVD_MSG_PRESS_ENTER]);
	return code;
}
