/*
 * evidence: the custodian's program. Writes the case and uses keys; never parses evidence itself.
 * Commands: one row here, one file cmd_NAME.c.
 */
#include "cmd.h"
#include "i18n.h"

#include "base/digest.h"
#include "base/text.h"

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct cmd_row *const rows[] = {
    &cmd_admit,     &cmd_transfer, &cmd_identity,  &cmd_open,    &cmd_add,      &cmd_note,
    &cmd_statement, &cmd_stop,     &cmd_view,      &cmd_list,    &cmd_show,     &cmd_log,
    &cmd_check,     &cmd_correct,  &cmd_close,     &cmd_seal,    &cmd_export,   &cmd_index,
    &cmd_read,      &cmd_search,   &cmd_capture,   &cmd_compare, &cmd_chats,    &cmd_timeline,
    &cmd_watch,     &cmd_inspect,  &cmd_timestamp, &cmd_receive, &cmd_refuse,   &cmd_receipt,
    &cmd_consent,   &cmd_hold,     &cmd_lost,      &cmd_dispose, &cmd_envelope, &cmd_trust,
};

static void help(FILE *to)
{
	fputs("usage: evidence [-C CASE] [--identity PREFIX] COMMAND [OPTION]... [WORD]...\n"
	      "\n",
	      to);
	fputs(_("Takes evidence in, keeps its signed custody log, and seals it into one file that "
	        "anyone\n"
	        "can verify with evidence-verify. Only 'capture web' and 'timestamp online'\n"
	        "use a network.\n"),
	      to);
	fputc('\n', to);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		fprintf(to, "  %-10s %s\n", rows[i]->name, _(rows[i]->help));
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

static int no_command(const char *word)
{
	struct evd_buf b = {0};

	evd_put_printable(&b, evd_view_str(word), 0);
	evd_put_u8(&b, '\0');
	if (!b.failed)
		fprintf(stderr, _("evidence: no command '%s'; 'evidence --help' lists them\n"),
		        (char *)b.data);
	evd_buf_release(&b);
	return CMD_USAGE;
}

static const struct cmd_row *find(const char *name)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i]->name, name) == 0)
			return rows[i];
	return NULL;
}

static bool input_closed;

bool cmd_input_closed(void)
{
	return input_closed;
}

/* A closed descriptor 0, 1 or 2 must not become a file of the case. */
static void guard_descriptors(void)
{
	int fd;

	input_closed = fcntl(STDIN_FILENO, F_GETFD) == -1;
	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= 2);
	if (fd > 2)
		close(fd);
}

/* The catalogues stand beside the program, wherever it was installed. Only messages follow the locale:
 * numbers, sorting and character classes stay as they are. */
static void speak(void)
{
	char path[4096];

	if (!cmd_installed(EVD_LOCALE_FROM_BIN, path, sizeof path))
		return;
	/* The system's own words are recorded (why a file could not be read): they stay English, for no
	 * catalogue of the C library stands beside ours. */
	if (bindtextdomain("libc", path) && bindtextdomain("evidence", path) &&
	    bind_textdomain_codeset("evidence", "UTF-8") && setlocale(LC_MESSAGES, ""))
		textdomain("evidence");
}

int main(int argc, char **argv)
{
	static const struct cmd_row top = {"evidence", NULL, NULL, NULL};
	struct cmd_global g = {.case_dir = ".", .passphrase_fd = -1};
	const struct cmd_row *row;
	int code;

	guard_descriptors();
	umask(077); /* what is made here is nobody else's to read */
	evd_key_protect_process();
	speak();
	code = cmd_option(&g, &top, NULL, argc, argv);
	if (code == CMD_STOP) {
		if (cmd_option_exit() == CMD_DONE)
			help(stdout);
		return cmd_end_output(cmd_option_exit());
	}
	if (optind == argc) {
		help(stderr);
		return CMD_USAGE;
	}
	row = find(argv[optind]);
	if (!row)
		return no_command(argv[optind]);
	if (!evd_crypto()) {
		fputs("evidence: OpenSSL could not be set up\n", stderr);
		return CMD_INTERNAL;
	}
	argc -= optind;
	argv += optind;
	optind = 0; /* the command reads its own words anew */
	return cmd_end_output(row->run(&g, argc, argv));
}
