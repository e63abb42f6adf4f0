/* cmd_note: `evidence note`, `statement`, `stop`: words that become payload files (docs/notes.md). */
#include "cmd.h"
#include "i18n.h"

#include "platform/files.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX (16u << 20) /* bytes */

enum { FROM = CMD_OWN, ITEM, WHERE, HOW, WHO, DEVICE };

static int read_stream(struct evd_buf *out, struct evd_error *err)
{
	uint8_t block[4096];
	ssize_t n;

	evd_buf_init(out, TEXT_MAX);
	while ((n = read(STDIN_FILENO, block, sizeof block)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return evd_fail_sys(err, errno, "standard input");
		evd_put(out, block, (size_t)n);
	}
	return evd_buf_check(out, err);
}

/* The words: as argument, from a file, or from standard input ("-"). */
static int get_text(const char *argument, const char *file, struct evd_buf *out,
                    struct evd_error *err)
{
	int r;

	if (file)
		r = strcmp(file, "-") == 0 ? read_stream(out, err)
		                           : evd_file_read(-1, file, TEXT_MAX, out, err);
	else {
		evd_put_str(out, argument);
		r = evd_buf_check(out, err);
	}
	if (r == 0 && cmd_is_blank(evd_buf_view(out)))
		r = evd_fail(err, EVD_E_FORMAT, "the text is empty");
	return r;
}

/* One `note` entry: circumstances, the text, and the item it speaks of. */
static int write_note(struct cmd_global *g, const char *type, const char *role, const char *ext,
                      struct evd_view text, const char *item, const struct evd_circumstances *x)
{
	struct cmd_session s;
	struct cmd_items items = {0};
	const struct cmd_item *about = NULL;
	struct evd_draft d;
	struct evd_error err = {0};
	int r = cmd_begin(g, &s);

	if (r)
		return r;
	if (item) {
		r = cmd_items_read(&s.c, &items, &err);
		if (r == 0)
			r = cmd_items_find(&items, item, &about, &err);
	}
	if (r == 0)
		r = evd_entry_begin(&s.c, EVD_NOTE, evd_key_actor(s.key), x, &d, &err);
	if (r == 0) {
		evd_object_cstr(&d.details, "type", type);
		r = evd_entry_text(&d, text, ext, role, NULL, &err);
		if (r == 0 && about)
			r = evd_entry_scope(&d, about->id, about->id, &err);
		if (r == 0)
			r = evd_entry_commit(&d, s.key, &err);
		else
			evd_entry_abandon(&d);
	}
	if (r)
		r = cmd_fail(r, &err);
	else if (!g->quiet)
		printf(_("Recorded as item %zu/2\n"), s.c.log.entries.n);
	cmd_items_release(&items);
	cmd_end(&s);
	return r;
}

static int run_text(struct cmd_global *g, const struct cmd_row *row, const char *type,
                    const char *role, int argc, char **argv)
{
	static const struct option own[] = {
	    {"file", required_argument, NULL, FROM},
	    {"item", required_argument, NULL, ITEM},
	    {NULL, 0, NULL, 0},
	};
	const char *file = NULL, *item = NULL, *words;
	struct evd_buf text = {0};
	struct evd_error err = {0};
	bool statement = strcmp(type, "statement") == 0;
	int id, r, n;

	while ((id = cmd_option(g, row, own, argc, argv)) != -1) {
		switch (id) {
		case FROM: file = optarg; break;
		case ITEM: item = optarg; break;
		default: return cmd_option_exit();
		}
	}
	n = argc - optind;
	if (statement && !item && n > 0) {
		item = argv[optind++];
		n--;
	}
	if (statement && !item)
		return cmd_usage(row, "say which item the statement is about");
	if (n != (file ? 0 : 1))
		return cmd_usage(row, "give the text as one word in quotes, or --file F, or --file -");
	words = file ? NULL : argv[optind];
	r = get_text(words, file, &text, &err);
	r = r ? cmd_fail(r, &err) : write_note(g, type, role, "txt", evd_buf_view(&text), item, NULL);
	evd_buf_release(&text);
	return r;
}

static int run_note(struct cmd_global *g, int argc, char **argv)
{
	return run_text(g, &cmd_note, "note", "note", argc, argv);
}

static int run_statement(struct cmd_global *g, int argc, char **argv)
{
	return run_text(g, &cmd_statement, "statement", "statement", argc, argv);
}

/* The list of contacts stands beside the program, wherever it was installed. */
static void say_contacts(void)
{
	char path[4096], *list = NULL;

	if (cmd_installed(EVD_STOP_FROM_BIN, path, sizeof path))
		list = realpath(path, NULL);
	fputs(_("Nothing was opened, copied or hashed. Leave the device as it is and do not use it.\n"
	        "Do not forward the material to anyone. Tell the police or the national hotline.\n"),
	      stdout);
	printf(_("Contacts: %s\n"), list ? list : "docs/stop.md");
	free(list);
}

static void put(struct evd_object *o, const char *key, const char *text)
{
	if (text)
		evd_object_bytes(o, key, evd_view_str(text));
}

/* legal.md R7.23–R7.28: words only. Nothing is opened, copied or hashed, so no path is taken. */
static int run_stop(struct cmd_global *g, int argc, char **argv)
{
	static const struct option own[] = {
	    {"where", required_argument, NULL, WHERE},
	    {"how", required_argument, NULL, HOW},
	    {"who", required_argument, NULL, WHO},
	    {"device", required_argument, NULL, DEVICE},
	    {NULL, 0, NULL, 0},
	};
	const char *where = NULL, *how = NULL, *who = NULL, *device = NULL;
	struct evd_object o;
	struct evd_buf text = {0};
	struct evd_error err = {0};
	int id, r;

	while ((id = cmd_option(g, &cmd_stop, own, argc, argv)) != -1) {
		switch (id) {
		case WHERE: where = optarg; break;
		case HOW: how = optarg; break;
		case WHO: who = optarg; break;
		case DEVICE: device = optarg; break;
		default: return cmd_option_exit();
		}
	}
	if (!where || argc != optind)
		return cmd_usage(&cmd_stop, "say in words where it was seen: --where TEXT; name no file");
	evd_object_init(&o);
	evd_object_cstr(&o, "format", "libevidence-report-only-1");
	put(&o, "seenWhere", where);
	put(&o, "found", how);
	put(&o, "foundBy", who);
	put(&o, "device", device);
	r = evd_object_write(&o, &text, &err);
	r = r ? cmd_fail(r, &err)
	      : write_note(g, "report-only", "note", "json", evd_buf_view(&text), NULL, NULL);
	evd_object_release(&o);
	evd_buf_release(&text);
	if (r == CMD_DONE && !g->quiet)
		say_contacts();
	return r;
}

const struct cmd_row cmd_note = {
    "note",
    "usage: evidence note TEXT\n"
    "       evidence note --file F|-\n"
    "\n"
    "Adds a note to the case, optionally about one item.\n"
    "\n"
    "  --item ITEM   exhibit number or item id it speaks of\n"
    "  --file F      the text is in F, or comes from standard input (-)\n",
    N_("add a note"),
    run_note,
};

const struct cmd_row cmd_statement = {
    "statement",
    "usage: evidence statement ITEM TEXT\n"
    "       evidence statement ITEM --file F|-\n"
    "\n"
    "Adds the words of a witness who confirms an item: what it shows, how they know.\n",
    N_("add a witness's statement about an item"),
    run_statement,
};

const struct cmd_row cmd_stop = {
    "stop",
    "usage: evidence stop --where TEXT [--how TEXT] [--who TEXT] [--device TEXT]\n"
    "\n"
    "For material that may show the sexual abuse of a child: records in words where it was seen,\n"
    "and nothing else. It opens, copies and hashes nothing; do not add such files to any case.\n"
    "\n"
    "  --where TEXT   address, account, group, time: where it was seen\n"
    "  --how TEXT     how it was found\n"
    "  --who TEXT     by whom\n"
    "  --device TEXT  which device it is on; leave that device as it is\n",
    N_("record suspected child abuse material in words only"),
    run_stop,
};
