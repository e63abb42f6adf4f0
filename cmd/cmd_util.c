/* cmd_util: see cmd.h. Options, errors, sessions. */
#include "cmd.h"
#include "i18n.h"

#include "base/text.h"
#include "index/index.h"
#include "platform/clock.h"
#include "seal/seal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPT_IDENTITY = 500, OPT_FILE, OPT_FD, OPT_JSON, OPT_QUIET, OPT_HELP, OPT_VERSION };

static const struct option global_options[] = {
    {"identity", required_argument, NULL, OPT_IDENTITY},
    {"passphrase-file", required_argument, NULL, OPT_FILE},
    {"passphrase-fd", required_argument, NULL, OPT_FD},
    {"json", no_argument, NULL, OPT_JSON},
    {"quiet", no_argument, NULL, OPT_QUIET},
    {"help", no_argument, NULL, OPT_HELP},
    {"version", no_argument, NULL, OPT_VERSION},
};

#define OWN_MAX 40u

static int option_exit;

int cmd_option_exit(void)
{
	return option_exit;
}

static int stop(int code)
{
	option_exit = code;
	return CMD_STOP;
}

static bool parse_fd(const char *text, int *out)
{
	char *end;
	long n = strtol(text, &end, 10);

	*out = (int)n;
	return *text && !*end && n >= 0 && n < 1024;
}

bool cmd_is_blank(struct evd_view text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!memchr(" \t\n\v\f\r", text.p[i], 6))
			return false;
	return true;
}

/* An empty word is as a rule a shell variable that was not set. Recorded, it would count as an order, a reason or a
 * recipient that is none. */
static int refuse_blank(const char *name)
{
	fprintf(stderr, "evidence: %s%s is empty; give words, or leave the option out\n",
	        name[1] ? "--" : "-", name);
	return stop(CMD_BAD_INPUT);
}

/* getopt would print what stands on the command line as it is: a file's name, where a shell put it there. */
static int refuse_option(const struct cmd_row *row, int why, const char *word)
{
	const char letter[] = {'-', (char)optopt, '\0'};

	fputs("evidence: ", stderr);
	cmd_put_text_to(stderr, evd_view_str(optopt > 0 && optopt <= UINT8_MAX ? letter : word));
	fprintf(stderr, ": %s\nTry 'evidence %s%s--help'.\n",
	        why == ':' ? "the option needs a word behind it"
	                   : "there is no such option, or it takes no word, or could mean several",
	        row->run ? row->name : "", row->run ? " " : "");
	return stop(CMD_USAGE);
}

int cmd_end_output(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	fputs(_("evidence: the output could not be written\n"), stderr);
	return CMD_IO;
}

int cmd_option(struct cmd_global *g, const struct cmd_row *row, const struct option *own, int argc,
               char **argv)
{
	struct option all[OWN_MAX + sizeof global_options / sizeof *global_options + 1];
	size_t n = 0;
	int id, at;

	memset(all, 0, sizeof all);
	while (own && own->name && n < OWN_MAX)
		all[n++] = *own++;
	memcpy(all + n, global_options, sizeof global_options);
	opterr = 0;
	for (;;) {
		at = -1;
		/* at the top the command word ends the options */
		id = getopt_long(argc, argv, row->run ? ":C:" : "+:C:", all, &at);
		if (at < 0 ? id == 'C' : id != '?' && id != ':' && all[at].has_arg == required_argument)
			if (cmd_is_blank(evd_view_str(optarg)))
				return refuse_blank(at < 0 ? "C" : all[at].name);
		switch (id) {
		case 'C': g->case_dir = optarg; break;
		case OPT_IDENTITY: g->identity = optarg; break;
		case OPT_FILE: g->passphrase_file = optarg; break;
		case OPT_FD:
			if (!parse_fd(optarg, &g->passphrase_fd)) {
				fputs("evidence: ", stderr);
				cmd_put_text_to(stderr, evd_view_str(optarg));
				fputs(" is no descriptor number\n", stderr);
				return stop(CMD_USAGE);
			}
			break;
		case OPT_JSON: g->json = true; break;
		case OPT_QUIET: g->quiet = true; break;
		case OPT_HELP:
			if (row->usage)
				fputs(row->usage, stdout);
			return stop(CMD_DONE);
		case OPT_VERSION:
			printf("evidence %s (%s)\n", EVD_VERSION, EVD_BUILD);
			exit(cmd_end_output(CMD_DONE));
		case ':':
		case '?': return refuse_option(row, id, argv[optind - 1]);
		default: return id;
		}
	}
}

static int exit_of(int code)
{
	switch (code) {
	case EVD_E_FORMAT:
	case EVD_E_DAMAGED:
	case EVD_E_UNSUPPORTED:
	case EVD_E_LIMIT: return CMD_BAD_INPUT;
	case EVD_E_NOTFOUND: return CMD_NOT_FOUND;
	case EVD_E_EXISTS: return CMD_CANNOT_CREATE;
	case EVD_E_IO:
	case EVD_E_NOSPACE: return CMD_IO;
	case EVD_E_LOCKED: return CMD_LOCKED;
	case EVD_E_DENIED: return CMD_DENIED;
	case EVD_E_MISUSE: return CMD_USAGE;
	case EVD_E_SANDBOX:
	case EVD_E_UNAVAILABLE: return CMD_UNAVAILABLE;
	case EVD_E_CANCELLED: return CMD_FINDINGS;
	default: return CMD_INTERNAL;
	}
}

void cmd_put_text_to(FILE *to, struct evd_view v)
{
	struct evd_buf b = {0};

	evd_put_printable(&b, v, 0);
	if (!b.failed && b.len)
		fwrite(b.data, 1, b.len, to);
	evd_buf_release(&b);
}

void cmd_put_text(struct evd_view v)
{
	cmd_put_text_to(stdout, v);
}

int cmd_fail(int code, const struct evd_error *err)
{
	cmd_progress_stop();
	fputs("evidence: ", stderr);
	cmd_put_text_to(stderr, evd_view_str(err && err->text[0] ? err->text : evd_strerror(code)));
	fputc('\n', stderr);
	return exit_of(code);
}

void cmd_put_taken(uint64_t items, uint64_t bytes, const char *how, uint64_t entries)
{
	printf("%" PRIu64 " item%s, %" PRIu64 " byte%s %s by %" PRIu64 " entr%s", items,
	       items == 1 ? "" : "s", bytes, bytes == 1 ? "" : "s", how, entries,
	       entries == 1 ? "y" : "ies");
}

int cmd_usage(const struct cmd_row *row, const char *why)
{
	fprintf(stderr, "evidence %s: %s; 'evidence %s --help' says more\n", row->name, why, row->name);
	return CMD_USAGE;
}

int cmd_key(struct cmd_global *g, struct evd_key **out, struct evd_error *err)
{
	struct evd_secret_source secret = cmd_secret(g);
	char home[4096];
	int r = evd_keystore_home(home, sizeof home, err);

	return r ? r : evd_key_open(home, g->identity, &secret, out, err);
}

/* What is signed now bears this clock's time, for good; `check` would say so only later (TIME_BACKWARDS). */
static void say_clock_behind(const struct evd_log *log)
{
	char now[EVD_TIME_LEN + 1], last[EVD_TIME_LEN + 1];
	const int64_t ms = evd_clock_ms();
	const size_t n = log->entries.n;

	if (n == 0 || ms >= log->entries.at[n - 1].time_ms)
		return;
	evd_time_format(now, ms);
	evd_time_format(last, log->entries.at[n - 1].time_ms);
	fprintf(
	    stderr,
	    "evidence: this computer's clock says %s, which is before the last entry, %s: set it, or "
	    "entries stand out of their order\n",
	    now, last);
}

int cmd_begin(struct cmd_global *g, struct cmd_session *s)
{
	struct evd_error err = {0};
	int r;

	memset(s, 0, sizeof *s);
	r = evd_case_open(g->case_dir, EVD_CASE_WRITE, &s->c, &err);
	if (r == 0)
		say_clock_behind(&s->c.log);
	if (r == 0)
		r = cmd_key(g, &s->key, &err);
	if (r == 0)
		r = evd_pool_new(0, &s->pool, &err);
	if (r == 0)
		return 0;
	r = cmd_fail(r, &err);
	evd_key_free(s->key);
	s->key = NULL;
	evd_case_close(&s->c);
	return r;
}

int cmd_begin_to(struct cmd_global *g, struct cmd_session *s, enum evd_action action)
{
	struct evd_error err = {0};
	int r = cmd_begin(g, s);

	if (r)
		return r;
	r = evd_entry_may(&s->c, action, evd_key_fingerprint(s->key), &err);
	if (r == 0)
		return 0;
	r = cmd_fail(r, &err);
	cmd_end(s);
	return r;
}

void cmd_end(struct cmd_session *s)
{
	struct evd_error err = {0};

	int r = evd_index_follow(&s->c, &err);

	/* the index is a cache: that it could not follow is no failure of the command; of a damaged case
	 * the command has spoken already */
	if (r && r != EVD_E_DAMAGED && r != EVD_E_UNSUPPORTED)
		fprintf(
		    stderr,
		    "evidence: the index could not follow (%s); 'evidence index --rebuild' makes it anew\n",
		    err.text);
	evd_pool_free(s->pool);
	evd_key_free(s->key);
	evd_case_close(&s->c);
}

void cmd_finding(void *ctx, const struct evd_finding *f)
{
	static const char *const result[] = {"failed", "unknown", "note"};
	const struct evd_finding_kind *kind = evd_finding_kind(f->code);
	struct cmd_printed *p = ctx;
	struct evd_object o;
	struct evd_error err = {0};
	struct evd_buf b = {0};
	int r;

	p->failed += kind->result != EVD_RESULT_NOTE;
	if (!p->g->json) {
		printf("%s: ", result[kind->result]);
		cmd_put_text(
		    evd_view_str(f->where)); /* the name of a file may be in it, and in the detail */
		printf("%s%s [%s] (", f->where[0] ? ": " : "", kind->text, kind->code);
		cmd_put_text(evd_view_str(f->detail));
		puts(")");
		return;
	}
	evd_object_init(&o);
	evd_object_cstr(&o, "check", evd_check_name(kind->check));
	evd_object_cstr(&o, "code", kind->code);
	evd_object_cstr(&o, "result", result[kind->result]);
	evd_object_bytes(&o, "where", evd_view_str(f->where));
	r = evd_object_write(&o, &b, &err);
	if (r == 0)
		printf("%.*s\n", (int)b.len, (const char *)b.data);
	else
		(void)cmd_fail(r, &err); /* it is counted, so the exit code says that there was one */
	evd_buf_release(&b);
	evd_object_release(&o);
}

void cmd_say_not_brought(const struct evd_sealed *out)
{
	if (out->not_brought)
		fprintf(stderr,
		        "evidence: nothing stands in seals/%08" PRIu64
		        ", so this seal brings nothing of that "
		        "one along: it was interrupted, or its files were taken away\n",
		        out->not_brought);
}

/* Basis words: the library's schema is the judge; this is only for a clear line. */
bool cmd_is_basis(const char *word)
{
	static const char *const words[] = {
	    "own-device", "own-account",   "consent",       "public", "observer-account",
	    "order",      "seized-device", "other-account", "covert", "unknown"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

bool cmd_installed(const char *path, char *out, size_t cap)
{
	ssize_t n = readlink("/proc/self/exe", out, cap - 1);
	char *slash;

	if (n > 0)
		out[n] = '\0';
	slash = n > 0 ? strrchr(out, '/') : NULL;
	if (!slash || (size_t)(slash + 1 - out) + strlen(path) >= cap)
		return false;
	memcpy(slash + 1, path, strlen(path) + 1);
	return true;
}

int cmd_beside(const char *name, char *out, size_t cap, struct evd_error *err)
{
	if (!cmd_installed(name, out, cap))
		return evd_fail(err, EVD_E_UNAVAILABLE, "%s cannot be found", name);
	if (access(out, X_OK) != 0)
		return evd_fail(err, EVD_E_UNAVAILABLE, "%s is missing; it stands beside evidence", out);
	return 0;
}

bool cmd_fingerprint(const char *text, uint8_t out[EVD_SHA256_LEN])
{
	char digits[2 * EVD_SHA256_LEN + 1];
	size_t n = 0;

	for (; *text; text++) {
		char c = *text;

		if (c == ' ' || c == ':')
			continue;
		if (n == 2 * EVD_SHA256_LEN)
			return false;
		digits[n++] = (char)(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
	}
	return evd_unhex(evd_view_of(digits, n), out, EVD_SHA256_LEN);
}
