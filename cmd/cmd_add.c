/* cmd_add: `evidence add`. */
#include "cmd_reading.h"
#include "i18n.h"

#include "base/text.h"
#include "capture/acquire.h"
#include "platform/files.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	BASIS = CMD_OWN,
	PHOTO,
	LABEL,
	SUPPLIER,
	DEVICE,
	REASON,
	PURPOSE,
	AUTHORITY,
	CONSENT,
	ROLE,
	NAME,
	LEAVE_CHANGING,
	NO_READ
};

static const struct option options[] = {
    {"basis", required_argument, NULL, BASIS},
    {"photo-of-screen", no_argument, NULL, PHOTO},
    {"label", required_argument, NULL, LABEL},
    {"supplier", required_argument, NULL, SUPPLIER},
    {"device", required_argument, NULL, DEVICE},
    {"reason", required_argument, NULL, REASON},
    {"purpose", required_argument, NULL, PURPOSE},
    {"authority", required_argument, NULL, AUTHORITY},
    {"consent", required_argument, NULL, CONSENT},
    {"role", required_argument, NULL, ROLE},
    {"name", required_argument, NULL, NAME},
    {"leave-changing", no_argument, NULL, LEAVE_CHANGING},
    {"no-read", no_argument, NULL, NO_READ},
    {NULL, 0, NULL, 0},
};

static int progress(void *ctx, uint64_t done, uint64_t all)
{
	(void)ctx;
	return cmd_progress(done, all);
}

/* A name of a source may hold anything, also what turns a terminal. */
static void put_error_text(const char *text)
{
	struct evd_buf b = {0};

	evd_put_printable(&b, evd_view_str(text), 0);
	if (evd_buf_check(&b, NULL) == 0)
		fwrite(b.data, 1, b.len, stderr);
	evd_buf_release(&b);
}

void cmd_told(void *ctx, struct evd_id id, uint64_t exhibit, const char *path, const char *why)
{
	struct cmd_global *g = ctx;

	cmd_progress_clear();
	if (why) {
		fflush(stdout);
		fputs("not taken: ", stderr);
		put_error_text(path);
		fputs(": ", stderr);
		put_error_text(why);
		fputc('\n', stderr);
		return;
	}
	if (g->quiet)
		return;
	if (exhibit)
		printf("exhibit %" PRIu64 "  ", exhibit);
	printf("item %" PRIu64 "/%" PRIu64 "  ", id.seq, id.k);
	cmd_put_text(evd_view_str(path));
	putchar('\n');
	fflush(stdout); /* what is printed is committed: whoever reads a pipe shall know at once */
}

/* What comes over a pipe goes into the case's own folder first, without a name there. */
static int spool(struct evd_case *c, int *out, struct evd_error *err)
{
	uint8_t *block = malloc(EVD_IO_BLOCK);
	uint64_t done = 0;
	int r = 0;

	/* as by a scheduler that gives none: an empty item would look like evidence taken in */
	if (cmd_input_closed())
		r = evd_fail(err, EVD_E_MISUSE, "standard input is closed; nothing was taken in");
	else
		r = block ? evd_file_create(c->incoming, "stream", out, err) : evd_nomem(err);
	if (r == 0)
		evd_remove(c->incoming, "stream");
	while (r == 0) {
		ssize_t n = read(STDIN_FILENO, block, EVD_IO_BLOCK);
		int why = errno;

		done += n > 0 ? (uint64_t)n : 0;
		if (cmd_progress(done, 0))
			r = evd_fail(err, EVD_E_CANCELLED, "stopped; nothing was taken in");
		else if (n < 0 && why == EINTR)
			continue;
		else if (n < 0)
			r = evd_fail_sys(err, why, "standard input");
		if (r || n == 0)
			break;
		r = evd_file_write(*out, block, (size_t)n, err);
	}
	free(block);
	return r;
}

/* R7.23: asked before the first intake of a case, of a person and not of a script; nothing waits for an answer. */
static void ask_first(const struct cmd_global *g, const struct evd_log *log)
{
	if (g->quiet || g->json || !isatty(STDERR_FILENO))
		return;
	for (size_t i = 0; i < log->entries.n; i++)
		if (log->entries.at[i].action == EVD_ACQUIRE || log->entries.at[i].action == EVD_CAPTURE)
			return;
	fputs(_("Before anything is taken in: could anyone in these pictures or videos be under 18 and "
	        "shown sexually?\n"
	        "If yes, or if you are not sure: stop (Ctrl-C), do not add or open them, and use "
	        "'evidence stop'.\n"),
	      stderr);
}

static int intake(struct cmd_global *g, struct evd_acquire_options *o, bool reads, int argc,
                  char **argv)
{
	struct cmd_session s;
	struct evd_acquired out = {0};
	struct evd_error err = {0};
	bool from_stream = argc == 1 && strcmp(argv[0], "-") == 0;
	int r = cmd_begin_to(g, &s, EVD_ACQUIRE);

	if (r)
		return r;
	ask_first(g, &s.c.log);
	o->pool = s.pool;
	o->told = cmd_told;
	o->ctx = g;
	o->progress = progress;
	o->count = !g->quiet && !g->json;
	cmd_catch_interrupt();
	cmd_progress_start(g, "taking in");
	if (from_stream)
		r = spool(&s.c, &o->stream, &err);
	cmd_progress_start(g, "taking in"); /* what was spooled is read once more, from its start */
	if (r == 0)
		r = evd_acquire(&s.c, s.key, argv, from_stream ? 0 : (size_t)argc, o, &out, &err);
	cmd_progress_stop();
	/* a stick that is not mounted looks so: whoever runs this unattended must not take it for done */
	if (r == 0 && !out.items && !out.resumed && !out.not_taken)
		r = evd_fail(&err, EVD_E_NOTFOUND,
		             "nothing was taken in: there is no file in what was named");
	if (r)
		r = cmd_fail(r, &err);
	if (!g->quiet)
		cmd_put_taken(out.items, out.bytes, "taken in", out.entries);
	if (!g->quiet && out.resumed)
		printf("; %" PRIu64 " were safely in already", out.resumed);
	if (!g->quiet && out.not_taken)
		printf("; %" PRIu64 " not taken, listed above", out.not_taken);
	if (!g->quiet)
		putchar('\n');
	if (from_stream && o->stream >= 0)
		close(o->stream);
	fflush(stdout);
	if (r == CMD_DONE && reads && (out.items || out.resumed))
		r = cmd_reading_new(g, &s);
	cmd_end(&s);
	if (r == CMD_DONE && out.not_taken)
		return out.items || out.resumed ? CMD_FINDINGS : CMD_NOT_FOUND;
	return r;
}

static int run(struct cmd_global *g, int argc, char **argv)
{
	struct evd_acquire_options o = {.basis = "unknown", .observed = "file", .stream = -1};
	bool reads = true;
	int id;

	o.stream_name = "standard-input.bin";
	while ((id = cmd_option(g, &cmd_add, options, argc, argv)) != -1) {
		switch (id) {
		case BASIS: o.basis = optarg; break;
		case PHOTO: o.observed = "photo"; break;
		case LABEL: o.label = optarg; break;
		case SUPPLIER: o.supplier = optarg; break;
		case DEVICE: o.device = optarg; break;
		case REASON: o.circumstances.reason = optarg; break;
		case PURPOSE: o.circumstances.purpose = optarg; break;
		case AUTHORITY: o.circumstances.authority = optarg; break;
		case CONSENT: o.circumstances.consent = optarg; break;
		case ROLE: o.role = optarg; break;
		case NAME: o.stream_name = optarg; break;
		case LEAVE_CHANGING: o.leave_changing = true; break;
		case NO_READ: reads = false; break;
		default: return cmd_option_exit();
		}
	}
	if (optind == argc)
		return cmd_usage(&cmd_add, "give at least one file or folder, or - for standard input");
	for (int i = optind; argc - optind > 1 && i < argc; i++)
		if (strcmp(argv[i], "-") == 0)
			return cmd_usage(
			    &cmd_add, "- is standard input and is taken in alone; a file of that name is ./-");
	if (!cmd_is_basis(o.basis))
		return cmd_usage(&cmd_add, "--basis is not a word of the list");
	if (evd_basis_lacks_reason(o.basis, o.circumstances.reason))
		return cmd_usage(&cmd_add, "this basis needs --reason: why it was lawful to take this");
	if (o.role && strcmp(o.role, "receipt") != 0 && strcmp(o.role, "validation") != 0)
		return cmd_usage(&cmd_add, "--role is receipt or validation");
	return intake(g, &o, reads && !o.role, argc - optind, argv + optind);
}

const struct cmd_row cmd_add = {
    "add",
    "usage: evidence add [OPTION]... FILE|FOLDER...\n"
    "       evidence add [OPTION]... [--name NAME] -\n"
    "\n"
    "Takes files into the case, byte for byte; folders with all that is in them. Links are "
    "recorded,\n"
    "not followed; devices, FIFOs and sockets are named and not taken. An interrupted add goes on\n"
    "where it stopped when it is said again.\n"
    "\n"
    "Then all exhibits that were not read yet are read, as by 'evidence read'. What cannot be read "
    "is\n"
    "said; the intake stands.\n"
    "\n"
    "Could anyone in it be under 18 and shown sexually? If yes, or if you are not sure: do not add "
    "it,\n"
    "use 'evidence stop'. On a terminal this is asked before the first intake into a case.\n"
    "\n"
    "  --basis BASIS       on what basis it was accessed: own-device own-account consent public\n"
    "                      observer-account order seized-device other-account covert unknown\n"
    "  --photo-of-screen   the files are photographs of a screen\n"
    "  --label TEXT        a neutral label\n"
    "  --supplier TEXT     who handed it over\n"
    "  --device TEXT       from which device\n"
    "  --reason TEXT  --purpose TEXT  --authority TEXT  --consent TEXT\n"
    "                      recorded with the intake\n"
    "  --role ROLE         receipt or validation: not an exhibit\n"
    "  --leave-changing    leave out a file that changes while it is read\n"
    "  --no-read           take in only; 'evidence read' reads later\n"
    "  --name NAME         name of what comes from standard input\n",
    N_("take files and folders in"),
    run,
};
