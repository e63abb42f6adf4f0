/* cmd_inspect: `evidence inspect`: what readers say of a file, without a case and without a key. Nothing is kept. */
#include "cmd.h"
#include "i18n.h"

#include "base/frame.h"
#include "platform/input.h"
#include "reader/reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct look {
	struct cmd_global *g;
	const char *file;
	char reader[33];
	struct evd_object record;
	uint64_t records;
	bool against; /* something does not fit, or could not be read */
};

static int on_begin(void *ctx, const struct evd_reader_about *about, struct evd_error *err)
{
	struct look *x = ctx;

	(void)err;
	snprintf(x->reader, sizeof x->reader, "%.*s", (int)about->name.len,
	         (const char *)about->name.p);
	return 0;
}

static int put_json(struct look *x, const struct evd_json *j, struct evd_error *err)
{
	static const char *const ours[] = {"file", "reader", NULL};
	struct evd_buf line = {0};
	int r;

	evd_object_reset(&x->record);
	evd_object_copy(&x->record, j, 0, ours);
	evd_object_bytes(&x->record, "file", evd_view_str(x->file));
	evd_object_cstr(&x->record, "reader", x->reader);
	r = evd_object_write(&x->record, &line, err);
	if (r == 0)
		printf("%.*s\n", (int)line.len, (const char *)line.data);
	evd_buf_release(&line);
	return r;
}

/* A string member as it is spelt in JSON. */
static void put_words(const char *head, struct evd_view spelt)
{
	struct evd_buf text = {0};

	evd_put_unescaped(&text, spelt);
	printf("  %-14s ", head);
	cmd_put_text(evd_buf_view(&text));
	putchar('\n');
	evd_buf_release(&text);
}

static int on_record(void *ctx, struct evd_view line, const struct evd_json *j,
                     struct evd_error *err)
{
	struct look *x = ctx;
	struct evd_view kind, code, text, name = {0};
	bool said = evd_json_string(j, 0, "text", &text) && evd_json_string(j, 0, "code", &code);

	(void)line;
	x->records++;
	if (!evd_json_string(j, 0, "kind", &kind))
		return 0;
	x->against =
	    x->against || (said && (evd_view_is(code, "proof-fails") || evd_view_is(kind, "unread")));
	if (x->g->json)
		return put_json(x, j, err);
	if (said && evd_view_is(code, "proof-holds"))
		put_words(_("fits"), text);
	else if (said && evd_view_is(code, "proof-fails"))
		put_words(_("does not fit"), text);
	else if (said && evd_view_is(code, "proof-unchecked"))
		put_words(_("not checked"), text);
	else if (said && evd_view_is(kind, "unread"))
		put_words(_("not read"), text);
	else if (said)
		put_words(_("seen"), text);
	else if (evd_view_is(kind, "field") && evd_json_string(j, 0, "as", &name) &&
	         evd_view_is(name, "type") && evd_json_string(j, 0, "value", &text))
		put_words(_("type"), text);
	return 0;
}

static int on_end(void *ctx, int code, const char *text, struct evd_error *err)
{
	struct look *x = ctx;

	(void)err;
	if (code == 0 || code == EVD_E_FORMAT)
		return 0;
	x->against = true;
	if (!x->g->json)
		put_words(_("not read"), evd_view_str(text));
	return 0;
}

static int inspect(struct cmd_global *g, struct evd_reader *reader, const char *path)
{
	struct look x = {.g = g, .file = path};
	const struct evd_reader_events events = {on_begin, on_record, on_end, &x};
	const char *slash = strrchr(path, '/');
	struct evd_view name = evd_view_str(slash ? slash + 1 : path);
	struct evd_reader_outcome outcome;
	struct evd_error err = {0};
	bool regular = false;
	uint64_t size;
	int fd, r = evd_input_open(path, &fd, &err);
	struct evd_reader_item item = {.fd = &fd, .name = &name, .n = 1};

	if (r) {
		struct evd_error why = err;

		return cmd_fail(evd_fail(&err, r, "%s: %s", path, why.text), &err);
	}
	r = evd_input_look(fd, &regular, &size, &err);
	if (r == 0 && !regular)
		r = evd_fail(&err, EVD_E_FORMAT, "%s: no regular file", path);
	evd_object_init(&x.record);
	if (r == 0 && !g->json) {
		cmd_put_text(evd_view_str(path));
		putchar('\n');
	}
	if (r == 0)
		r = evd_reader_read(reader, &item, &events, &outcome, &err);
	evd_input_close(fd);
	evd_object_release(&x.record);
	if (r)
		return cmd_fail(r, &err);
	if (outcome.state == EVD_READER_REFUSED)
		return cmd_fail(evd_fail(&err, EVD_E_UNAVAILABLE, "%s", outcome.text), &err);
	if (outcome.state != EVD_READER_DONE)
		fprintf(stderr, "evidence: %s: %s\n", path, outcome.text);
	if (!g->json)
		printf(
		    _("  %" PRIu64 " facts read; who made the file, and when, is proved by none of them\n"),
		    x.records);
	return x.against || outcome.state != EVD_READER_DONE ? CMD_FINDINGS : CMD_DONE;
}

static int run(struct cmd_global *g, int argc, char **argv)
{
	static const struct option own[] = {{NULL, 0, NULL, 0}};
	struct evd_reader_config config = {0};
	struct evd_reader *reader = NULL;
	struct evd_error err = {0};
	char program[4096];
	int worst = CMD_DONE, r;

	while (cmd_option(g, &cmd_inspect, own, argc, argv) != -1)
		return cmd_option_exit();
	if (optind == argc)
		return cmd_usage(&cmd_inspect, "name a file");
	r = cmd_beside("evidence-reader", program, sizeof program, &err);
	config.program = program;
	if (r == 0)
		r = evd_reader_open(&config, &reader, &err);
	if (r)
		return cmd_fail(r, &err);
	for (int i = optind; i < argc; i++) {
		r = inspect(g, reader, argv[i]);
		worst = r > worst ? r : worst;
	}
	evd_reader_close(reader);
	return worst;
}

const struct cmd_row cmd_inspect = {
    "inspect",
    "usage: evidence inspect [--json] FILE...\n"
    "\n"
    "Says in a sandbox what a file is and whether the proofs that other programs put into it fit: "
    "bags, signed containers\n"
    "(ASiC), web archives (WACZ), ProofMode, lists of digests. Needs no case and no key, keeps "
    "nothing, changes nothing.\n"
    "What fits is whole as its maker left it; who that was, nobody has vouched for. A bundle of "
    "ours is verified by\n"
    "evidence-verify, not by this.\n",
    N_("says what a file is and whether the proofs in it fit"),
    run,
};
