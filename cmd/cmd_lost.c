/* cmd_lost: `evidence lost`: items whose files are gone or spoilt, and sticks lost on the way
 * (docs/handover.md). */
#include "cmd.h"
#include "i18n.h"

#include "base/digest.h"
#include "base/text.h"
#include "chain/dispose.h"
#include "platform/files.h"
#include "verify/container.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const causes[] = {"rot", "medium", "error", "unknown"};

/* 0: the file is as recorded; 1: it is there, and not; 2: it is not there. */
static int state_of(const struct evd_case *c, const struct cmd_item *it, int *out,
                    struct evd_error *err)
{
	uint8_t digest[EVD_SHA256_LEN], *block = malloc(EVD_IO_BLOCK);
	struct evd_sha sha = {0};
	uint64_t size = 0;
	struct evd_error why = {0};
	int fd = -1, r = block ? evd_file_open(c->dir, it->path, &fd, &size, &why) : evd_nomem(&why);
	const bool no_descriptor = r && (why.sys == EMFILE || why.sys == ENFILE);

	*out = r == EVD_E_NOTFOUND ? 2 : 1;
	if (r && err)
		*err = why;
	if (r == 0)
		r = evd_sha_begin(&sha, EVD_SHA256, err);
	for (uint64_t done = 0; r == 0 && size == it->size && done < size;) {
		size_t n = size - done < EVD_IO_BLOCK ? (size_t)(size - done) : EVD_IO_BLOCK;

		if (evd_read_at(fd, done, block, n, NULL))
			break; /* what cannot be read is spoilt */
		r = evd_sha_add(&sha, block, n, err);
		done += n;
	}
	if (r == 0)
		r = evd_sha_end(&sha, digest, err);
	if (r == 0 && size == it->size && memcmp(digest, it->sha256, sizeof digest) == 0)
		*out = 0;
	evd_sha_release(&sha);
	free(block);
	if (fd >= 0)
		close(fd);
	/* what may not be read was not seen to be spoilt */
	return r == EVD_E_NOMEM || r == EVD_E_CRYPTO || r == EVD_E_DENIED || no_descriptor ? r : 0;
}

/* An item that is said to be gone. */
struct gone {
	const struct cmd_item *item;
	bool spoilt; /* its file is there, and not as recorded */
	bool aside;  /* it was put aside */
};

static int look_at(struct evd_case *c, struct gone *g, struct evd_error *err)
{
	int state, r = state_of(c, g->item, &state, err);

	if (r == 0 && state == 0)
		r = evd_fail(err, EVD_E_MISUSE, "item %" PRIu64 "/%" PRIu64 " is whole: it is not lost",
		             g->item->id.seq, g->item->id.k);
	g->spoilt = state == 1;
	return r;
}

/* A spoilt file is not deleted: it leaves data/ for .case/incoming, where it is no evidence of the case. */
static int put_aside(struct evd_case *c, struct gone *g, struct evd_error *err)
{
	char name[EVD_SPOILT_NAME];
	int r;

	if (!g->spoilt)
		return 0;
	evd_spoilt_name(g->item->path, name);
	r = evd_rename_new(c->dir, g->item->path, c->incoming, name, err);
	g->aside = r == 0;
	return r == EVD_E_NOTFOUND ? 0 : r; /* named twice */
}

/* Nothing was recorded: it stands where it stood. */
static void put_back(struct evd_case *c, const struct gone *g)
{
	char name[EVD_SPOILT_NAME];

	evd_spoilt_name(g->item->path, name);
	if (evd_rename_new(c->incoming, name, c->dir, g->item->path, NULL))
		fprintf(stderr, "evidence: %s stays in .case/incoming/%s\n", g->item->path, name);
}

/* A commit can fail behind its last rename: the entry stands then, and a file put back would belie it. */
static bool is_recorded(const struct evd_case *c)
{
	char name[24];

	snprintf(name, sizeof name, "%08zu", c->log.entries.n + 1);
	return evd_file_exists(c->custody, name);
}

static int commit_items(struct cmd_session *s, const struct gone *gone, size_t n, const char *cause,
                        const struct evd_circumstances *x, struct evd_error *err)
{
	struct evd_draft d;
	int r = evd_entry_begin(&s->c, EVD_LOST, evd_key_actor(s->key), x, &d, err);

	if (r)
		return r;
	evd_object_cstr(&d.details, "cause", cause);
	for (size_t i = 0; i < n && r == 0; i++)
		r = evd_entry_scope(&d, gone[i].item->id, gone[i].item->id, err);
	if (r == 0)
		return evd_entry_commit(&d, s->key, err);
	evd_entry_abandon(&d);
	return r;
}

static int lose_items(struct cmd_session *s, const struct cmd_items *items, char **words, size_t n,
                      const char *cause, const struct evd_circumstances *x, struct evd_error *err)
{
	struct gone *gone = calloc(n, sizeof *gone);
	int r = gone ? 0 : evd_nomem(err);

	for (size_t i = 0; i < n && r == 0; i++) {
		r = cmd_items_find(items, words[i], &gone[i].item, err);
		if (r == 0 && gone[i].item->lost)
			r = evd_fail(err, EVD_E_MISUSE, "item %s is recorded as lost already", words[i]);
	}
	for (size_t i = 0; i < n && r == 0; i++)
		r = look_at(&s->c, &gone[i], err);
	for (size_t i = 0; i < n && r == 0; i++)
		r = put_aside(&s->c, &gone[i], err);
	if (r == 0)
		r = commit_items(s, gone, n, cause, x, err);
	for (size_t i = 0; i < n && r && gone && !is_recorded(&s->c); i++)
		if (gone[i].aside)
			put_back(&s->c, &gone[i]);
	free(gone);
	return r;
}

/* The stick of a handover: a note with the words, and a record that names the handover. */
static int lose_stick(struct cmd_session *s, const char *id, const char *reason,
                      struct evd_error *err)
{
	const struct evd_log *log = &s->c.log;
	struct evd_draft d;
	bool known = false;
	int r;

	for (size_t i = 0; i < log->transfers.n; i++)
		known = known || strcmp(log->transfers.at[i].id, id) == 0;
	if (!known)
		return evd_fail(err, EVD_E_NOTFOUND, "no handover %s; 'evidence receipt' lists them", id);
	r = evd_entry_begin(&s->c, EVD_NOTE, evd_key_actor(s->key), NULL, &d, err);
	if (r)
		return r;
	evd_object_cstr(&d.details, "type", "note");
	r = evd_entry_text(&d, evd_view_str(reason), "txt", "note", NULL, err);
	evd_object_reset(&d.scratch);
	evd_object_cstr(&d.scratch, "kind", "handover");
	evd_object_cstr(&d.scratch, "state", "lost");
	evd_object_cstr(&d.scratch, "transferId", id);
	if (r == 0)
		r = evd_entry_record(&d, &d.scratch, NULL, err);
	if (r == 0)
		return evd_entry_commit(&d, s->key, err);
	evd_entry_abandon(&d);
	return r;
}

static int run(struct cmd_global *g, int argc, char **argv)
{
	enum { CAUSE = CMD_OWN, REASON, TRANSFER };
	static const struct option own[] = {{"cause", required_argument, NULL, CAUSE},
	                                    {"reason", required_argument, NULL, REASON},
	                                    {"transfer", required_argument, NULL, TRANSFER},
	                                    {NULL, 0, NULL, 0}};
	struct evd_circumstances x = {0};
	const char *cause = "unknown", *transfer = NULL;
	struct cmd_session s;
	struct cmd_items items = {0};
	struct evd_error err = {0};
	bool known = false;
	int id, r;

	while ((id = cmd_option(g, &cmd_lost, own, argc, argv)) != -1) {
		switch (id) {
		case CAUSE: cause = optarg; break;
		case REASON: x.reason = optarg; break;
		case TRANSFER: transfer = optarg; break;
		default: return cmd_option_exit();
		}
	}
	for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
		known = known || strcmp(cause, causes[i]) == 0;
	if (!known || !x.reason || !*x.reason || (argc == optind) != (transfer != NULL))
		return cmd_usage(&cmd_lost, "give --reason and either items or --transfer; --cause is rot, "
		                            "medium, error or unknown");
	r = cmd_begin(g, &s);
	if (r)
		return r;
	r = transfer ? lose_stick(&s, transfer, x.reason, &err) : cmd_items_read(&s.c, &items, &err);
	if (r == 0 && !transfer)
		r = lose_items(&s, &items, argv + optind, (size_t)(argc - optind), cause, &x, &err);
	cmd_items_release(&items);
	if (r)
		r = cmd_fail(r, &err);
	else if (!g->quiet)
		printf("Recorded as lost by entry %zu\n", s.c.log.entries.n);
	cmd_end(&s);
	return r;
}

const struct cmd_row cmd_lost = {
    "lost",
    "usage: evidence lost --reason TEXT [--cause CAUSE] ITEM...\n"
    "       evidence lost --reason TEXT --transfer ID\n"
    "\n"
    "Records that files of items are gone or spoilt; their records stay, and bundles say so. A "
    "spoilt\n"
    "file is put aside in .case/incoming, not deleted; a whole one is refused. With --transfer: "
    "the\n"
    "stick of a handover was lost on the way. Hand over again then.\n"
    "\n"
    "  --reason TEXT  what happened\n"
    "  --cause CAUSE  rot, medium, error, unknown\n"
    "  --transfer ID  of the handover, as 'evidence receipt' lists it\n",
    N_("record items or a stick as lost"),
    run,
};
