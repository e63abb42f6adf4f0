/* cmd_receipt: `evidence receipt`: answers to handovers in the giver's case (docs/handover.md). */
#include "cmd.h"
#include "i18n.h"

#include "base/text.h"
#include "chain/target.h"
#include "platform/files.h"
#include "seal/answer.h"
#include "verify/receipt.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One handover of this case and what is known of its answer. */
struct handover {
	char id[37], time[EVD_ITEM_TIME];
	uint64_t seq;
	char *recipient; /* foreign text */
	bool received;   /* this case itself came by it */
	struct evd_receipt_said said;
	struct evd_id item;  /* the receipt taken in; seq 0: none */
	unsigned more;       /* further receipts for it that hold */
	struct evd_id paper; /* scan of a form signed by hand; seq 0: none */
	bool paper_refused;
	uint64_t lost; /* the entry that says its stick was lost; 0: none */
	uint8_t lost_signer[EVD_SHA256_LEN];
};

struct handovers {
	struct evd_case *c;
	struct handover *at;
	size_t n, cap;
	struct evd_error unread; /* of the first receipt that could not be read; code 0: of none */
};

static char *text_of(const struct evd_json *j, const char *key)
{
	struct evd_buf b = {0};
	struct evd_view v;

	if (!evd_json_string(j, 0, key, &v))
		return NULL;
	evd_put_unescaped(&b, v);
	evd_put_u8(&b, '\0');
	if (!b.failed)
		return (char *)b.data;
	evd_buf_release(&b);
	return NULL;
}

static struct handover *find(struct handovers *all, const char *id)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->at[i].id, id) == 0)
			return &all->at[i];
	return NULL;
}

static int add(struct handovers *all, const struct evd_json *j, struct evd_error *err)
{
	const struct evd_entry *e = &all->c->log.entry;
	void *grown = evd_grow(all->at, all->n, &all->cap, sizeof *all->at);
	struct handover *h;

	if (!grown)
		return evd_nomem(err);
	all->at = grown;
	h = &all->at[all->n++];
	memset(h, 0, sizeof *h);
	snprintf(h->id, sizeof h->id, "%s", e->details.transfer_id);
	evd_time_format(h->time, e->time_ms);
	h->seq = e->seq;
	h->recipient = text_of(j, "recipient");
	return 0;
}

/* A record of kind `handover` (docs/handover.md): what a person said of one. Each of the two counts in an entry of the
 * action that writes it alone, the answer on paper with the scan that the entry brought: any entry may hold such a
 * record, and so may a note of a witness, who answers for nobody. */
static void hear(struct handovers *all, const struct evd_json *j)
{
	const struct evd_log *log = &all->c->log;
	struct handover *h;
	struct evd_view v;
	struct evd_id scan;
	char id[37] = "";

	if (evd_json_string(j, 0, "transferId", &v) && v.len == sizeof id - 1)
		memcpy(id, v.p, sizeof id - 1);
	h = find(all, id);
	if (!h || !evd_json_string(j, 0, "state", &v))
		return;
	if (evd_view_is(v, "lost") && log->entry.action == EVD_NOTE) {
		h->lost = log->entry.seq;
		memcpy(h->lost_signer, log->signers.at[log->entry_signer].fingerprint, EVD_SHA256_LEN);
	}
	if (!evd_view_is(v, "paper") || log->entry.action != EVD_ACQUIRE ||
	    !evd_json_string(j, 0, "item", &v) || !evd_id_parse(v, &scan) || scan.seq != log->entry.seq)
		return;
	h->paper = scan;
	h->paper_refused = evd_json_string(j, 0, "answer", &v) && evd_view_is(v, "refused");
}

static int on_record(void *ctx, const struct evd_record *r, const struct evd_json *j,
                     struct evd_view line, struct evd_error *err)
{
	struct handovers *all = ctx;
	struct evd_view kind;

	(void)line;
	if (r->kind == EVD_KIND_CIRCUMSTANCES && all->c->log.entry.action == EVD_TRANSFER)
		return add(all, j, err);
	if (r->kind == EVD_KIND_OTHER && evd_json_string(j, 0, "kind", &kind) &&
	    evd_view_is(kind, "handover"))
		hear(all, j);
	return 0;
}

static void release(struct handovers *all)
{
	for (size_t i = 0; i < all->n; i++)
		free(all->at[i].recipient);
	free(all->at);
}

static const char *answer_of(const struct evd_receipt_said *said)
{
	return said->result == EVD_RECEIPT_ACCEPTED ? "accepted" : "refused";
}

static bool is_receipt(const struct evd_item *it)
{
	return it->role == EVD_ROLE_RECEIPT && !it->lost && strcmp(it->ext, "receipt") == 0;
}

/* The first receipt of these bytes among the first `n` items; NULL: none. */
static const struct evd_item *taken_in(const struct evd_log *log, size_t n, const uint8_t *sha256)
{
	for (size_t i = 0; i < n; i++)
		if (is_receipt(&log->items.at[i]) &&
		    memcmp(log->items.at[i].sha256, sha256, EVD_SHA256_LEN) == 0)
			return &log->items.at[i];
	return NULL;
}

/* A receipt of the case is judged each time it is shown: nothing is believed because it was taken in. */
static int judge_item(struct handovers *all, const struct evd_item *it, struct evd_error *err)
{
	const struct evd_id id = {it->seq, it->k};
	char path[EVD_PAYLOAD_PATH];
	uint8_t digest[EVD_SHA256_LEN];
	struct evd_receipt_said said;
	struct evd_buf text = {0};
	struct handover *h;
	int r;

	evd_payload_path(path, id, it->ext);
	r = evd_file_read(all->c->dir, path, EVD_MAX_RECEIPT, &text, err);
	if (r == 0)
		r = evd_sha256(evd_buf_view(&text), digest, err);
	if (r == 0 && memcmp(digest, it->sha256, sizeof digest) != 0)
		r = evd_fail(err, EVD_E_DAMAGED, "item %u/%u is altered", it->seq, it->k);
	if (r == 0)
		r = evd_answer_judge(all->c, evd_buf_view(&text), &said, err);
	evd_buf_release(&text);
	if (r || (said.result != EVD_RECEIPT_ACCEPTED && said.result != EVD_RECEIPT_REFUSED))
		return r;
	h = find(all, said.transfer_id);
	if (h && h->item.seq) {
		h->more++;
	} else if (h) {
		h->said = said;
		h->item = id;
	}
	return 0;
}

static int judge_items(struct handovers *all, struct evd_error *err)
{
	const struct evd_log *log = &all->c->log;
	int r = 0;

	/* the same bytes once more are no second answer */
	for (size_t i = 0; i < log->items.n && r == 0; i++) {
		if (!is_receipt(&log->items.at[i]) || taken_in(log, i, log->items.at[i].sha256))
			continue;
		r = judge_item(all, &log->items.at[i], err);
		if (r != EVD_E_NOTFOUND && r != EVD_E_DAMAGED)
			continue;
		/* the others are told all the same */
		if (!all->unread.code)
			all->unread = *err;
		r = 0;
	}
	for (size_t i = 0; i < log->transfers.n; i++) {
		struct handover *h = find(all, log->transfers.at[i].id);

		if (h && log->transfers.at[i].received)
			h->received = true;
	}
	return r;
}

static const char *state_of(const struct handovers *all, const struct handover *h)
{
	if (h->received)
		return "led here";
	if (h->item.seq)
		return answer_of(&h->said);
	if (h->paper.seq)
		return h->paper_refused ? "refused on paper" : "accepted on paper";
	if (all->unread.code) /* it may be this one's */
		return "not known";
	return h->lost ? "lost" : "no answer";
}

static void put_json(const struct handovers *all, const struct handover *h)
{
	struct evd_object o;
	struct evd_buf b = {0};
	char id[48];

	evd_object_init(&o);
	evd_object_int(&o, "entry", h->seq);
	if (h->recipient)
		evd_object_cstr(&o, "recipient", h->recipient);
	evd_object_cstr(&o, "state", state_of(all, h));
	evd_object_cstr(&o, "time", h->time);
	evd_object_cstr(&o, "transferId", h->id);
	if (h->item.seq) {
		snprintf(id, sizeof id, "%" PRIu64 "/%" PRIu64, h->item.seq, h->item.k);
		evd_object_cstr(&o, "item", id);
		evd_object_hex(&o, "signer", h->said.signer, EVD_SHA256_LEN);
		evd_object_int(&o, "furtherReceipts", h->more);
	}
	if (h->paper.seq) {
		snprintf(id, sizeof id, "%" PRIu64 "/%" PRIu64, h->paper.seq, h->paper.k);
		evd_object_cstr(&o, "paper", id);
	}
	if (h->lost)
		evd_object_int(&o, "lost", h->lost);
	if (evd_object_write(&o, &b, NULL) == 0)
		printf("%.*s\n", (int)b.len, (const char *)b.data);
	evd_buf_release(&b);
	evd_object_release(&o);
}

static void put_text(const struct handovers *all, const struct handover *h)
{
	char hex[2 * EVD_SHA256_LEN + 1];

	printf("entry %" PRIu64 "  %s  %s  ", h->seq, h->time, h->id);
	cmd_put_text(evd_view_str(h->recipient ? h->recipient : ""));
	printf("\n  %s", state_of(all, h));
	if (h->item.seq) {
		evd_hex(hex, h->said.signer, EVD_SHA256_LEN);
		printf(" (item %" PRIu64 "/%" PRIu64 "), signed by %s", h->item.seq, h->item.k, hex);
	}
	putchar('\n');
	if (h->paper.seq)
		printf("  on paper (item %" PRIu64 "/%" PRIu64
		       "): weaker, for a person read that signature and "
		       "no program checked it\n",
		       h->paper.seq, h->paper.k);
	if (h->lost) {
		evd_hex(hex, h->lost_signer, EVD_SHA256_LEN);
		printf("  its stick was lost, says entry %" PRIu64 ", a note signed by %s\n", h->lost, hex);
	}
	if (h->more)
		printf("  %u further receipt(s) for the same handover: compare them\n", h->more);
}

static int list(struct cmd_global *g)
{
	struct evd_case c;
	struct handovers all = {.c = &c};
	struct evd_error err = {0};
	int r = evd_case_open(g->case_dir, EVD_CASE_READ, &c, &err);

	if (r == 0)
		r = evd_case_read(&c, NULL, on_record, &all, &err);
	if (r == 0)
		r = judge_items(&all, &err);
	for (size_t i = 0; i < all.n && r == 0; i++) {
		if (g->json)
			put_json(&all, &all.at[i]);
		else
			put_text(&all, &all.at[i]);
	}
	if (r == 0 && all.unread.code) {
		r = all.unread.code;
		err = all.unread;
	}
	r = r ? cmd_fail(r, &err) : CMD_DONE;
	release(&all);
	evd_case_close(&c);
	return r;
}

/* Before it is taken in: into a case that takes in, and not a second time. */
static int may_take_in(struct evd_case *c, struct evd_view text,
                       const struct evd_receipt_said *said, struct evd_error *err)
{
	uint8_t digest[EVD_SHA256_LEN];
	const struct evd_item *is;
	int r = evd_sha256(text, digest, err);

	if (r == 0)
		r = evd_case_read(c, NULL, NULL, NULL, err);
	if (r)
		return r;
	is = taken_in(&c->log, c->log.items.n, digest);
	if (is)
		return evd_fail(err, EVD_E_EXISTS, "this receipt was taken in already, as item %u/%u",
		                is->seq, is->k);
	return c->log.closed
	           ? evd_fail(err, EVD_E_DENIED,
	                      "the receipt holds (%s), but the case is closed and takes nothing "
	                      "in: keep it with the bundle, 'evidence-verify --receipt' shows it",
	                      answer_of(said))
	           : 0;
}

/* The very bytes that were judged become the item. */
static int commit(struct cmd_session *s, struct evd_view text, const char *name,
                  const struct evd_receipt_said *said, struct evd_error *err)
{
	const char *slash = strrchr(name, '/');
	char label[96], id[48];
	struct evd_draft d;
	uint64_t k;
	int r = evd_entry_begin(&s->c, EVD_ACQUIRE, evd_key_actor(s->key), NULL, &d, err);

	if (r)
		return r;
	evd_object_cstr(&d.details, "basis", "consent");
	evd_object_cstr(&d.details, "observed", "file");
	r = evd_entry_text(&d, text, "receipt", "receipt", &k, err);
	if (r == 0) {
		snprintf(label, sizeof label, "%s, transfer %s", answer_of(said), said->transfer_id);
		snprintf(id, sizeof id, "%" PRIu64 "/%" PRIu64, d.entry.seq, k);
		evd_object_reset(&d.scratch);
		evd_object_cstr(&d.scratch, "item", id);
		evd_object_cstr(&d.scratch, "kind", "origin");
		evd_object_cstr(&d.scratch, "label", label);
		evd_object_bytes(&d.scratch, "name", evd_view_str(slash ? slash + 1 : name));
		r = evd_entry_record(&d, &d.scratch, NULL, err);
	}
	if (r == 0)
		return evd_entry_commit(&d, s->key, err);
	evd_entry_abandon(&d);
	return r;
}

static const char *why_not(enum evd_receipt_result result)
{
	switch (result) {
	case EVD_RECEIPT_OTHER_CASE: return "it answers a handover of another case";
	case EVD_RECEIPT_OTHER_BUNDLE:
		return "it answers no bundle that was handed over from this case";
	case EVD_RECEIPT_UNVERIFIED: return "its signature could not be checked";
	default: return "it is no valid receipt";
	}
}

static int take_in(struct cmd_global *g, const char *path)
{
	struct cmd_session s;
	struct evd_receipt_said said = {0};
	struct evd_buf text = {0};
	struct evd_error err = {0};
	char hex[2 * EVD_SHA256_LEN + 1];
	int r = evd_file_read(-1, path, EVD_MAX_RECEIPT, &text, &err);

	if (r)
		return cmd_fail(r, &err);
	r = cmd_begin(g, &s);
	if (r) {
		evd_buf_release(&text);
		return r;
	}
	r = evd_answer_judge(&s.c, evd_buf_view(&text), &said, &err);
	if (r == 0 && said.result != EVD_RECEIPT_ACCEPTED && said.result != EVD_RECEIPT_REFUSED)
		r = evd_fail(&err, EVD_E_FORMAT, "the receipt was not taken in: %s", why_not(said.result));
	if (r == 0)
		r = may_take_in(&s.c, evd_buf_view(&text), &said, &err);
	if (r == 0)
		r = commit(&s, evd_buf_view(&text), path, &said, &err);
	if (r) {
		r = cmd_fail(r, &err);
	} else if (!g->quiet) {
		evd_hex(hex, said.signer, EVD_SHA256_LEN);
		printf(
		    "Handover %s: %s, signed by %s\nTaken in as item %zu/2. Compare the fingerprint with "
		    "the one on the recipient's paper.\n",
		    said.transfer_id, answer_of(&said), hex, s.c.log.entries.n);
	}
	evd_buf_release(&text);
	cmd_end(&s);
	return r;
}

/* The receipt of the handover by which this case came here, once more. */
static int write_again(struct cmd_global *g, const char *path)
{
	struct evd_case c;
	struct evd_buf text = {0};
	struct evd_error err = {0};
	uint64_t seq;
	int r = evd_case_open(g->case_dir, EVD_CASE_READ, &c, &err);

	seq = c.log.entries.n;
	while (seq > 0 && c.log.entries.at[seq - 1].action != EVD_RECEIVE)
		seq--;
	if (r == 0 && seq == 0)
		r = evd_fail(&err, EVD_E_NOTFOUND, "this case was not taken over from anybody");
	if (r == 0)
		r = evd_target_check(path, &err);
	if (r == 0)
		r = evd_answer_write(&c, seq, &text, &err);
	if (r == 0)
		r = evd_file_put(-1, path, evd_buf_view(&text), &err);
	evd_buf_release(&text);
	evd_case_close(&c);
	return r ? cmd_fail(r, &err) : CMD_DONE;
}

static int run(struct cmd_global *g, int argc, char **argv)
{
	enum { WRITE = CMD_OWN, PAPER, TRANSFER, REFUSED };
	static const struct option own[] = {{"write", required_argument, NULL, WRITE},
	                                    {"paper", required_argument, NULL, PAPER},
	                                    {"transfer", required_argument, NULL, TRANSFER},
	                                    {"refused", no_argument, NULL, REFUSED},
	                                    {NULL, 0, NULL, 0}};
	const char *out = NULL, *paper = NULL, *transfer = NULL;
	bool refused = false;
	int id;

	while ((id = cmd_option(g, &cmd_receipt, own, argc, argv)) != -1) {
		switch (id) {
		case WRITE: out = optarg; break;
		case PAPER: paper = optarg; break;
		case TRANSFER: transfer = optarg; break;
		case REFUSED: refused = true; break;
		default: return cmd_option_exit();
		}
	}
	if (argc - optind > (out || paper ? 0 : 1) || (out && paper))
		return cmd_usage(&cmd_receipt, "give one receipt, or none to list the handovers");
	if (!paper != !transfer || (refused && !paper))
		return cmd_usage(&cmd_receipt, "--paper and --transfer belong together");
	if (out)
		return write_again(g, out);
	if (paper)
		return cmd_receipt_paper(g, paper, transfer, refused ? "refused" : "accepted");
	return argc == optind ? list(g) : take_in(g, argv[optind]);
}

const struct cmd_row cmd_receipt = {
    "receipt",
    "usage: evidence receipt FILE\n"
    "       evidence receipt [--json]\n"
    "       evidence receipt --paper SCAN --transfer ID [--refused]\n"
    "       evidence receipt --write OUT.receipt\n"
    "\n"
    "Takes in the recipient's answer to a handover of this case, checked against the bundle that "
    "was\n"
    "handed over; what does not answer one is not taken in. Without FILE: the handovers of this "
    "case\n"
    "with their answers, each receipt checked anew.\n"
    "\n"
    "  --paper SCAN         scan or photo of a form signed by hand; shown as weaker\n"
    "  --transfer ID        the handover that it answers, as listed\n"
    "  --refused            the form says that it was refused\n"
    "  --write OUT.receipt  write once more the receipt by which this case was taken over\n",
    N_("take in a recipient's receipt, or list handovers and answers"),
    run,
};
