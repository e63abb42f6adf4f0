/*
 * evidence: the custodian's program. Writes the case and uses keys; never parses evidence itself.
 * Commands: one row here, one file cmd_NAME.c.
 */
#include "cmd.h"

#include "base/digest.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct cmd_row *const rows[] = {
    &cmd_identity, &cmd_open,  &cmd_add,     &cmd_note,  &cmd_statement, &cmd_stop,
    &cmd_view,     &cmd_list,  &cmd_show,    &cmd_log,   &cmd_check,     &cmd_correct,
    &cmd_close,    &cmd_seal,  &cmd_export,  &cmd_index, &cmd_read,
};

static void help(FILE *to)
{
	fputs("usage: evidence [-C CASE] [--identity PREFIX] COMMAND [OPTION]... [WORD]...\n"
	      "\n"
	      "Takes evidence in, keeps its signed custody log, and seals it into one file that anyone\n"
	      "can verify with evidence-verify. No network is used.\n"
	      "\n",
	      to);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		fprintf(to, "  %-10s %s\n", rows[i]->name, rows[i]->help);
	fputs("\n"
	      "Before or behind the command:\n"
	      "  -C CASE                the case folder (default: the present one)\n"
	      "  --identity PREFIX      which identity signs, by the start of its fingerprint\n"
	      "  --passphrase-file F    read the passphrase from the first line of F\n"
	      "  --passphrase-fd N      read it from descriptor N\n"
	      "  --json                 print JSON where the command lists\n"
	      "  --quiet                print no progress\n"
	      "  --help, --version      print this, or the version, and stop\n"
	      "\n"
	      "'evidence COMMAND --help' says more.\n",
	      to);
}

static const struct cmd_row *find(const char *name)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i]->name, name) == 0)
			return rows[i];
	return NULL;
}

/* A closed descriptor 0, 1 or 2 must not become a file of the case. */
static void guard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= 2);
	if (fd > 2)
		close(fd);
}

int main(int argc, char **argv)
{
	static const struct cmd_row top = {"evidence", NULL, NULL, NULL};
	struct cmd_global g = {.case_dir = ".", .passphrase_fd = -1};
	const struct cmd_row *row;
	int code;

	guard_descriptors();
	evd_key_protect_process();
	code = cmd_option(&g, &top, NULL, argc, argv);
	if (code == CMD_STOP) {
		if (cmd_option_exit() == CMD_DONE)
			help(stdout);
		return cmd_option_exit();
	}
	if (optind == argc) {
		help(stderr);
		return CMD_USAGE;
	}
	row = find(argv[optind]);
	if (!row) {
		fprintf(stderr, "evidence: no command '%s'; 'evidence --help' lists them\n", argv[optind]);
		return CMD_USAGE;
	}
	if (!evd_crypto()) {
		fputs("evidence: OpenSSL could not be set up\n", stderr);
		return CMD_INTERNAL;
	}
	argc -= optind;
	argv += optind;
	optind = 0; /* the command reads its own words anew */
	code = row->run(&g, argc, argv);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fputs("evidence: the output could not be written\n", stderr);
		return CMD_IO;
	}
	return code;
}
