/*
 * cmd: what the commands of `evidence` share. Adding a command: one file cmd_NAME.c, one row in the
 * table of evidence.c. A command parses its words, calls the library, prints.
 */
#ifndef CMD_H
#define CMD_H

#include "base/error.h"
#include "key/keystore.h"

#include <stdbool.h>

/* Exit codes of `evidence` (docs/exit-codes.md). */
enum cmd_exit {
	CMD_DONE = 0,
	CMD_FINDINGS = 1, /* done with findings, or in part: what was left is listed */
	CMD_USAGE = 64,
	CMD_BAD_INPUT = 65,
	CMD_NOT_FOUND = 66,
	CMD_UNAVAILABLE = 69,
	CMD_INTERNAL = 70,
	CMD_CANNOT_CREATE = 73,
	CMD_IO = 74,
	CMD_LOCKED = 75,
	CMD_DENIED = 77
};

/* What stands before the command word. */
struct cmd_global {
	const char *case_dir;        /* -C DIR, else "." */
	const char *identity;        /* --identity PREFIX, or NULL */
	const char *passphrase_file; /* --passphrase-file F, or NULL */
	int passphrase_fd;           /* --passphrase-fd N, or -1 */
	bool json, quiet;
};

struct cmd_row {
	const char *name;  /* "identity" */
	const char *usage; /* whole text of --help, first line "usage: …" */
	const char *help;  /* one line */
	int (*run)(struct cmd_global *g, int argc, char **argv); /* argv[0] is the command word */
};

/* cmd_fail(err, code): prints one line "evidence: …" on standard error, gives the exit code. */
int cmd_fail(int code, const struct evd_error *err);
/* cmd_usage(row, why): prints why and how to get help; CMD_USAGE. */
int cmd_usage(const struct cmd_row *row, const char *why);
/* cmd_secret(g): passphrases from --passphrase-file, --passphrase-fd, else a prompt on the terminal
 * without echo; never from arguments or the environment. */
struct evd_secret_source cmd_secret(struct cmd_global *g);
/* cmd_put(…): prints foreign text escaped for the terminal. */
void cmd_put_text(struct evd_view v);

extern const struct cmd_row cmd_identity;

#endif
