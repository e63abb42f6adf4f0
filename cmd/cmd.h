/*
 * cmd: what the commands of `evidence` share. Adding a command: one file cmd_NAME.c, one row in the
 * table of evidence.c. A command parses its words, calls the library, prints.
 */
#ifndef CMD_H
#define CMD_H

#include "base/error.h"
#include "base/pool.h"
#include "chain/case.h"
#include "key/keystore.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

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

/* What may stand before or behind the command word. */
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

/* cmd_fail(code, err): prints one line "evidence: …" on standard error, gives the exit code. */
int cmd_fail(int code, const struct evd_error *err);
/* cmd_put_taken(items, bytes, how, entries): "2 items, 10 bytes HOW by 1 entry", without the line's end. */
void cmd_put_taken(uint64_t items, uint64_t bytes, const char *how, uint64_t entries);

/* cmd_end_output(code): `code`; IO, and its line, if what was printed could not be written. */
int cmd_end_output(int code);

/* cmd_usage(row, why): prints why and how to get help; CMD_USAGE. */
int cmd_usage(const struct cmd_row *row, const char *why);
/* cmd_secret(g): passphrases from --passphrase-file, --passphrase-fd, else a prompt on the terminal
 * without echo; never from arguments or the environment. */
struct evd_secret_source cmd_secret(struct cmd_global *g);
/* cmd_put_text(v): prints foreign text escaped for the terminal; cmd_put_text_to: on standard error. */
void cmd_put_text(struct evd_view v);
void cmd_put_text_to(FILE *to, struct evd_view v);

/*
 * cmd_option(g, row, own, argc, argv): the next option: its `val` (own values start at CMD_OWN), -1 at
 * the end (optind then is the first word), or CMD_STOP with *g->... when --help was printed or the
 * option is wrong; the exit code then is cmd_option_exit().
 */
#define CMD_OWN 1000
#define CMD_STOP -2
int cmd_option(struct cmd_global *g, const struct cmd_row *row, const struct option *own, int argc,
               char **argv);
int cmd_option_exit(void);
/* cmd_input_closed(): the program was started without a standard input, which then is empty. */
bool cmd_input_closed(void);
/* cmd_is_blank(text): nothing is in it but blanks. cmd_option refuses an option whose word is so, with BAD_INPUT. */
bool cmd_is_blank(struct evd_view text);

/* cmd_fingerprint(text, out): 64 hex digits as on paper: blanks and colons between them and capitals are fine. */
bool cmd_fingerprint(const char *text, uint8_t out[EVD_SHA256_LEN]);

/* cmd_installed(path, out, cap): what was installed with this program, by its path from the program's folder on; false
 * if that folder is not known. Whether it is there was not looked at. */
bool cmd_installed(const char *path, char *out, size_t cap);
/* cmd_beside(name, out, cap, err): the path of another program of ours, which stands beside this one.
 * UNAVAILABLE if it is missing. */
int cmd_beside(const char *name, char *out, size_t cap, struct evd_error *err) EVD_MUST_USE;

/* cmd_is_basis(word): a word of the list of `basis` (docs/format.md §4). */
bool cmd_is_basis(const char *word);

/* cmd_told(ctx, …): prints an item taken in, or what was not; ctx is the struct cmd_global (acquire.h). */
void cmd_told(void *ctx, struct evd_id id, uint64_t exhibit, const char *path, const char *why);

/* cmd_key(g, out, err): opens the identity. */
int cmd_key(struct cmd_global *g, struct evd_key **out, struct evd_error *err) EVD_MUST_USE;

/* A case opened for writing, with the key: what most commands start and end with. */
struct cmd_session {
	struct evd_case c;
	struct evd_key *key;
	struct evd_pool *pool;
};
/* cmd_begin(g, s): 0, or the exit code after its line was printed. cmd_end(s): brings the index up to
 * date and closes. */
int cmd_begin(struct cmd_global *g, struct cmd_session *s);
/* cmd_begin_to(g, s, action): also refuses what the log would not take now, before anything is waited for or copied. */
int cmd_begin_to(struct cmd_global *g, struct cmd_session *s, enum evd_action action);
void cmd_end(struct cmd_session *s);

/* cmd_say_not_brought(out): one line on standard error if an earlier sealing left nothing to bring along (seal.h). */
struct evd_sealed;
void cmd_say_not_brought(const struct evd_sealed *out);

/* Progress of long work: a bar on a terminal, else a line every ten seconds; Ctrl-C asks to stop. */
void cmd_progress_start(struct cmd_global *g, const char *what); /* of bytes */
void cmd_progress_start_items(struct cmd_global *g, const char *what);
int cmd_progress(uint64_t done,
                 uint64_t all); /* all 0: not known; other than 0: stop was asked for */
void cmd_progress_clear(void);  /* before anything else is printed: the bar goes, and comes again */
void cmd_progress_stop(void);
void cmd_catch_interrupt(void);

#define EVD_ITEM_TIME 25u
/* An item as people name it: exhibit number ("3") or record id ("2/4"). */
struct cmd_item {
	struct evd_id id;
	uint64_t exhibit; /* 0: none */
	uint64_t size;
	uint8_t sha256[EVD_SHA256_LEN];
	char path[EVD_PAYLOAD_PATH];
	char role[16]; /* empty: none */
	char *name, *source,
	    *label; /* foreign text, bytes; NULL: absent; a NUL may be in it, and one is behind it */
	size_t name_len, source_len, label_len;
	char time[EVD_ITEM_TIME]; /* of the entry */
	bool lost;
	bool placed; /* its origin record was met: the first of its own entry is the one that counts */
};
struct cmd_items {
	struct cmd_item *at;
	size_t n, cap;
};
/* cmd_items_read: reads the whole log and lists its items; cmd_items_open: of the case of the command line, opened for
 * reading: it is closed again where this fails, and nothing is in *out. */
int cmd_items_read(struct evd_case *c, struct cmd_items *out, struct evd_error *err);
int cmd_items_open(struct cmd_global *g, struct evd_case *c, struct cmd_items *out,
                   struct evd_error *err);
void cmd_items_release(struct cmd_items *items);
/* cmd_items_find(items, word, it): EVD_E_NOTFOUND, and *it is NULL, if there is none. */
int cmd_items_find(const struct cmd_items *items, const char *word, const struct cmd_item **it,
                   struct evd_error *err);
/* cmd_items_named(c, word, id): the id alone of that item, out of the whole log. */
int cmd_items_named(struct evd_case *c, const char *word, struct evd_id *id, struct evd_error *err);

/* cmd_consent_allows(c, recipient, certificate, err): DENIED if the newest consent entry that names this
 * recipient (by name, or by the fingerprint `certificate`, NULL: none), or nobody, forbids to hand over. */
int cmd_consent_allows(struct evd_case *c, const char *recipient, const uint8_t *certificate,
                       struct evd_error *err) EVD_MUST_USE;

/* cmd_receipt_paper(g, path, transfer, answer): `evidence receipt --paper`; answer: accepted, refused. */
int cmd_receipt_paper(struct cmd_global *g, const char *path, const char *transfer,
                      const char *answer);

/* cmd_key_lines(path, each, ctx, err): calls `each` for every line of a file of age keys or recipients that is no
 * comment; the text is wiped. */
int cmd_key_lines(const char *path,
                  int (*each)(void *ctx, struct evd_view line, struct evd_error *err), void *ctx,
                  struct evd_error *err) EVD_MUST_USE;

/* cmd_finding(ctx, f): prints a finding, one line; ctx is a struct cmd_printed. */
struct cmd_printed {
	struct cmd_global *g;
	uint64_t failed;
};
void cmd_finding(void *ctx, const struct evd_finding *f);

extern const struct cmd_row cmd_admit, cmd_transfer, cmd_identity, cmd_open, cmd_add, cmd_note,
    cmd_statement, cmd_stop, cmd_view, cmd_list, cmd_show, cmd_log, cmd_check, cmd_correct,
    cmd_close, cmd_seal, cmd_export, cmd_index, cmd_read, cmd_search, cmd_capture, cmd_compare,
    cmd_chats, cmd_timeline, cmd_watch, cmd_inspect, cmd_timestamp, cmd_receive, cmd_refuse,
    cmd_receipt, cmd_consent, cmd_hold, cmd_lost, cmd_dispose, cmd_envelope, cmd_trust;

#endif
