/* cmd_trust: `evidence trust import` (docs/trust.md): a trusted list, read in the sandbox, becomes PEM anchors. */
#include "cmd.h"
#include "i18n.h"

#include "base/digest.h"
#include "chain/target.h"
#include "cmd_trust.h"
#include "platform/clock.h"
#include "platform/files.h"
#include "reader/reader.h"
#include "verify/identity.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LIST_MAX (UINT32_C(32) << 20) /* bytes of a trusted list */

struct words {
	struct evd_trust pins;
	struct cmd_trust_choice choice;
	const char *out;
};

struct import {
	struct cmd_trust_list list;
	int ended;        /* what the reader said at its end */
	char unread[200]; /* why something was not read, "" if nothing */
};

static int on_begin(void *ctx, const struct evd_reader_about *about, struct evd_error *err)
{
	(void)ctx;
	(void)about;
	(void)err;
	return 0;
}

/* What is not read at all costs the whole list, a certificate that is none costs itself. */
static void keep_unread(struct import *x, const struct evd_json *j)
{
	struct evd_buf text = {0};
	struct evd_view v;

	if (evd_json_string(j, 0, "text", &v))
		evd_put_unescaped(&text, v);
	if (!x->unread[0])
		snprintf(x->unread, sizeof x->unread, "%.*s", text.failed ? 0 : (int)text.len,
		         (const char *)text.data);
	evd_buf_release(&text);
	x->list.left_out++;
}

static int on_record(void *ctx, struct evd_view line, const struct evd_json *j,
                     struct evd_error *err)
{
	struct import *x = ctx;
	struct evd_view kind, group, name, value;
	struct evd_buf text = {0};
	int r = 0;

	(void)line;
	if (!evd_json_string(j, 0, "kind", &kind))
		return 0;
	if (evd_view_is(kind, "unread"))
		keep_unread(x, j);
	if (!evd_view_is(kind, "field") || !evd_json_string(j, 0, "group", &group) ||
	    !evd_json_string(j, 0, "name", &name) || !evd_json_string(j, 0, "value", &value))
		return 0;
	evd_put_unescaped(&text, value);
	r = evd_buf_check(&text, err);
	if (r == 0)
		r = cmd_trust_field(&x->list, group, name, evd_buf_view(&text), err);
	evd_buf_release(&text);
	return r;
}

static int on_end(void *ctx, int code, const char *text, struct evd_error *err)
{
	struct import *x = ctx;

	(void)err;
	x->ended = code;
	if (code)
		snprintf(x->unread, sizeof x->unread, "%s", text);
	return 0;
}

static int read_list(struct import *x, int fd, const char *path, struct evd_error *err)
{
	const struct evd_reader_events events = {on_begin, on_record, on_end, x};
	struct evd_view name = evd_view_str(path);
	struct evd_reader_item item = {.fd = &fd, .name = &name, .n = 1, .only = "trusted-list"};
	struct evd_reader_config config = {0};
	struct evd_reader *reader = NULL;
	struct evd_reader_outcome outcome;
	char program[4096];
	int r = cmd_beside("evidence-reader", program, sizeof program, err);

	config.program = program;
	if (r == 0)
		r = evd_reader_open(&config, &reader, err);
	if (r == 0)
		r = evd_reader_read(reader, &item, &events, &outcome, err);
	evd_reader_close(reader);
	if (r)
		return r;
	if (outcome.state == EVD_READER_REFUSED)
		return evd_fail(err, EVD_E_UNAVAILABLE, "%s", outcome.text);
	if (outcome.state != EVD_READER_DONE)
		return evd_fail(err, EVD_E_FORMAT, "%s: %s", path, outcome.text);
	if (x->ended)
		return evd_fail(err, EVD_E_FORMAT, "%s: %s", path, x->unread);
	if (!x->list.scheme.number[0])
		return evd_fail(err, EVD_E_FORMAT, "%s: %s", path,
		                x->unread[0] ? x->unread : "the list has no number");
	return 0;
}

/* The bytes that were looked at, named in what is made of them. */
static int digest_list(struct import *x, int fd, uint64_t size, const char *path,
                       struct evd_error *err)
{
	struct evd_sha sha = {NULL};
	uint8_t piece[4096];
	uint64_t at = 0;
	int r = size > LIST_MAX
	            ? evd_fail(err, EVD_E_LIMIT, "%s: over 32 MiB, which no trusted list is", path)
	            : evd_sha_begin(&sha, EVD_SHA256, err);

	while (r == 0 && at < size) {
		ssize_t n = pread(fd, piece, sizeof piece, (off_t)at);

		if (n <= 0)
			r = evd_fail_sys(err, n < 0 ? errno : EIO, "%s cannot be read", path);
		else
			r = evd_sha_add(&sha, piece, (size_t)n, err);
		at += n > 0 ? (uint64_t)n : 0;
	}
	if (r == 0)
		r = evd_sha_end(&sha, x->list.sha256, err);
	evd_sha_release(&sha);
	return r;
}

/* A signature that does not fit is never passed over; who made it, a pin alone can say. */
static int judge_signature(struct import *x, const struct evd_trust *pins, const char *path,
                           struct evd_error *err)
{
	struct cmd_trust_scheme *s = &x->list.scheme;

	if (strcmp(s->state, "fails") == 0)
		return evd_fail(err, EVD_E_FORMAT,
		                "%s: its signature does not fit (%s): the list was changed, or it is "
		                "damaged; get it again",
		                path, s->why);
	if (pins->pins.n == 0)
		return 0;
	if (strcmp(s->state, "fits") != 0)
		return evd_fail(err, EVD_E_FORMAT, "%s: %s; with --pin it must be checked", path,
		                strcmp(s->state, "none") == 0 ? "nobody signed it"
		                : s->why[0]                   ? s->why
		                                              : "its signature was not checked");
	s->pinned = s->has_certificate && evd_trust_is_pinned(pins, s->certificate);
	return s->pinned
	           ? 0
	           : evd_fail(err, EVD_E_FORMAT,
	                      "%s: it is signed by another certificate than the one pinned", path);
}

static int import(struct cmd_global *g, struct words *w, const char *path)
{
	static struct import x;
	struct evd_error err = {0};
	struct evd_buf out = {0};
	uint64_t size = 0;
	int fd = -1, r;

	cmd_trust_begin(&x.list, &w->choice, evd_clock_ms());
	r = evd_target_check(w->out, &err);
	if (r == 0)
		r = evd_file_open(-1, path, &fd, &size, &err);
	if (r == 0)
		r = digest_list(&x, fd, size, path, &err);
	if (r == 0)
		r = read_list(&x, fd, path, &err);
	if (r == 0)
		r = judge_signature(&x, &w->pins, path, &err);
	if (r == 0 && x.list.services == 0)
		r = evd_fail(&err, EVD_E_FORMAT,
		             "%s: it names no services (a list of lists? import the national one)", path);
	if (r == 0 && x.list.n == 0)
		r = evd_fail(&err, EVD_E_FORMAT,
		             "%s: none of its %u services is of the kind and state wanted", path,
		             (unsigned)x.list.services);
	if (r == 0)
		r = cmd_trust_write(&x.list, &out, &err);
	if (r == 0)
		r = evd_file_put(-1, w->out, evd_buf_view(&out), &err);
	if (fd >= 0)
		close(fd);
	r = r ? cmd_fail(r, &err) : cmd_trust_say(g, &x.list, w->out);
	evd_buf_release(&out);
	cmd_trust_release(&x.list);
	return r;
}

static int act(struct cmd_global *g, struct words *w, int n, char **word)
{
	if (n != 2 || strcmp(word[0], "import") != 0 || !w->out)
		return cmd_usage(&cmd_trust, "give import, one list, and --out");
	return import(g, w, word[1]);
}

static int run(struct cmd_global *g, int argc, char **argv)
{
	enum { OUT = CMD_OWN, PIN, SERVICE, ANY_STATUS };
	static const struct option own[] = {
	    {"out", required_argument, NULL, OUT},
	    {"pin", required_argument, NULL, PIN},
	    {"service", required_argument, NULL, SERVICE},
	    {"any-status", no_argument, NULL, ANY_STATUS},
	    {NULL, 0, NULL, 0},
	};
	struct words w = {0};
	struct evd_error err = {0};
	int id, r = 0;

	while (r == 0 && (id = cmd_option(g, &cmd_trust, own, argc, argv)) != -1) {
		switch (id) {
		case OUT: w.out = optarg; break;
		case PIN: r = evd_trust_pin(&w.pins, optarg, &err); break;
		case SERVICE:
			if (w.choice.n_kinds == CMD_TRUST_KINDS)
				r = evd_fail(&err, EVD_E_MISUSE, "at most %u kinds of service", CMD_TRUST_KINDS);
			else
				w.choice.kind[w.choice.n_kinds++] = optarg;
			break;
		case ANY_STATUS: w.choice.any_status = true; break;
		default: evd_trust_release(&w.pins); return cmd_option_exit();
		}
	}
	r = r ? cmd_fail(r, &err) : act(g, &w, argc - optind, argv + optind);
	evd_trust_release(&w.pins);
	return r;
}

const struct cmd_row cmd_trust = {
    "trust",
    "usage: evidence trust import [OPTION]... --out ANCHORS.pem LIST.xml\n"
    "\n"
    "Makes anchors for 'evidence-verify --trust' of a national trusted list (ETSI TS 119 612): "
    "the\n"
    "certificates of authorities that were supervised and granted when it was issued. The list is\n"
    "read in the sandbox, nothing is fetched. Whose list it is, is checked only with --pin; "
    "without,\n"
    "the anchors and the output say that it was not.\n"
    "\n"
    "  --out ANCHORS.pem  what is made: certificates with what the list says of them as comments\n"
    "  --pin FINGERPRINT  the list must be signed with this certificate (SHA-256, repeatable)\n"
    "  --service KIND     CA/QC, TSA/QTST or another kind of service by the end of its name in "
    "the\n"
    "                     list (repeatable; default: CA/QC and TSA/QTST)\n"
    "  --any-status       also services that are not granted, such as withdrawn ones\n",
    N_("make anchors of a national trusted list"),
    run,
};
