/* cmd_chats: `evidence chats`: the ledger of every chat that was read out (docs/chats.md §1). */
#include "cmd_chats_elsewhere.h"
#include "cmd.h"
#include "i18n.h"

#include "base/text.h"
#include "derive/latest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An item, the read-outs in which a chat was found in it, and what stands in the one that counts. */
struct shown {
	const struct cmd_item *item;
	struct evd_latest read_out;
	bool wanted;                   /* others are looked at for what these lack */
	uint64_t beside, beside_bytes; /* of no one chat: what of the item could not be read */
};

struct chats {
	struct cmd_global *g;
	struct evd_case *c;
	struct shown *at;
	size_t n;
	enum { LATEST, TAKE, MEMBERS, PRINT } pass;
	struct chats_elsewhere elsewhere;
	const struct shown *of; /* whose heading was printed last */
	uint64_t any;
	struct evd_buf people; /* participants of the chat whose ledger comes next */
	struct evd_buf titles; /* "chat<TAB>title and form<LF>" */
};

static int by_id(const void *a, const void *b)
{
	const struct evd_id *x = &((const struct shown *)a)->item->id;
	const struct evd_id *y = &((const struct shown *)b)->item->id;

	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return x->k < y->k ? -1 : x->k > y->k;
}

static struct shown *find(const struct chats *p, const struct evd_json *j)
{
	struct cmd_item item;
	struct shown key = {.item = &item};
	struct evd_view v;

	if (!p->n || !evd_json_string(j, 0, "item", &v) || !evd_id_parse(v, &item.id))
		return NULL;
	return bsearch(&key, p->at, p->n, sizeof *p->at, by_id);
}

static void put_plain(struct evd_buf *b, const struct evd_json *j, const char *key,
                      const char *before, const char *behind)
{
	struct evd_buf plain = {0};
	struct evd_view v;

	if (!evd_json_string(j, 0, key, &v))
		return;
	evd_put_unescaped(&plain, v);
	evd_put_str(b, before);
	evd_put_printable(b, evd_buf_view(&plain), 100);
	evd_put_str(b, behind);
	evd_buf_release(&plain);
}

static void put_heading(struct chats *p, const struct shown *s)
{
	if (p->of == s)
		return;
	p->of = s;
	evd_buf_reset(&p->titles);
	evd_buf_reset(&p->people);
	if (s->item->exhibit)
		printf("%s%s %" PRIu64 " (%" PRIu64 "/%" PRIu64 ")", p->any ? "\n" : "", _("Exhibit"),
		       s->item->exhibit, s->item->id.seq, s->item->id.k);
	else
		printf("%s%s %" PRIu64 "/%" PRIu64, p->any ? "\n" : "", _("Item"), s->item->id.seq,
		       s->item->id.k);
	p->any++;
	if (s->item->name) {
		fputs("  ", stdout);
		cmd_put_text(evd_view_str(s->item->name));
	}
	printf("  (%s %" PRIu64 ")\n", _("read in entry"), evd_latest_of(&s->read_out));
}

static void keep_title(struct chats *p, const struct evd_json *j)
{
	uint64_t chat = 0;

	if (evd_json_find(j, 0, "late") || !evd_json_int(j, 0, "chat", &chat))
		return;
	evd_putf(&p->titles, "%" PRIu64 "\t", chat);
	put_plain(&p->titles, j, "title", "\"", "\" ");
	put_plain(&p->titles, j, "platform", "", "");
	put_plain(&p->titles, j, "form", ", ", "");
	put_plain(&p->titles, j, "dateOrder", ", ", "");
	put_plain(&p->titles, j, "dateOrderBy", " (", ")");
	evd_put_u8(&p->titles, '\n');
}

static void put_title(const struct chats *p, uint64_t chat)
{
	char key[32];
	size_t len = (size_t)snprintf(key, sizeof key, "%" PRIu64 "\t", chat);
	const uint8_t *at = p->titles.data, *end = at + p->titles.len;

	printf("  %s %" PRIu64, _("Chat"), chat);
	while (p->titles.len && at < end) {
		const uint8_t *nl = memchr(at, '\n', (size_t)(end - at));

		if ((size_t)(nl - at) >= len && memcmp(at, key, len) == 0) {
			printf("  %.*s", (int)((size_t)(nl - at) - len), (const char *)at + len);
			break;
		}
		at = nl + 1;
	}
	putchar('\n');
}

static void keep_person(struct chats *p, const struct evd_json *j)
{
	uint64_t n = 0;

	evd_json_int(j, 0, "messages", &n);
	evd_put_str(&p->people, "      ");
	put_plain(&p->people, j, "label", "", " ");
	put_plain(&p->people, j, "number", "", " ");
	put_plain(&p->people, j, "handle", "", " ");
	evd_putf(&p->people, "%" PRIu64 "%s%s\n", n, evd_json_find(j, 0, "labelOnly") ? ", " : "",
	         evd_json_find(j, 0, "labelOnly") ? _("a label only, no number or account") : "");
}

/* An object of counts, "text 10, attachment 3". */
static void put_counts(const struct evd_json *j, const char *key)
{
	size_t object = evd_json_find(j, 0, key), at = object + 1;

	for (uint32_t i = 0; object && i < j->node[object].count; i++, at = j->node[at].next)
		printf("%s%.*s %" PRIu64, i ? ", " : ": ", (int)j->node[at].key.len,
		       (const char *)j->node[at].key.p, j->node[at].number);
}

static void put_line(const char *name)
{
	printf("    %-13s ", name);
}

static void put_ends(const struct evd_json *j)
{
	struct evd_view first, last;
	bool utc = evd_json_string(j, 0, "firstUtc", &first) && evd_json_string(j, 0, "lastUtc", &last);

	if (!utc &&
	    !(evd_json_string(j, 0, "firstLocal", &first) && evd_json_string(j, 0, "lastLocal", &last)))
		return;
	put_line(_("first, last"));
	printf("%.*s  %.*s%s\n", (int)first.len, (const char *)first.p, (int)last.len,
	       (const char *)last.p, utc ? "" : _("  (zone not in the source)"));
}

static void put_gaps(const struct evd_json *j)
{
	size_t list = evd_json_find(j, 0, "longestSilences"), at = list + 1;
	uint64_t ids = 0, gaps = 0;

	for (uint32_t i = 0; list && i < j->node[list].count; i++, at = j->node[at].next) {
		uint64_t after = 0, seconds = 0;

		evd_json_int(j, at, "after", &after);
		evd_json_int(j, at, "seconds", &seconds);
		put_line(i ? "" : _("silences"));
		printf(_("%" PRIu64 " days %" PRIu64 " h after message %" PRIu64 "\n"), seconds / 86400,
		       seconds / 3600 % 24, after);
	}
	if (evd_json_int(j, 0, "idsMissing", &ids) && evd_json_int(j, 0, "idGaps", &gaps)) {
		put_line(_("ids missing"));
		printf(_("%" PRIu64 " in %" PRIu64 " gaps\n"), ids, gaps);
	}
}

static void put_item(const struct cmd_item *item)
{
	if (item->exhibit)
		printf(_("exhibit %llu"), (unsigned long long)item->exhibit);
	else
		printf(_("item %llu/%llu"), (unsigned long long)item->id.seq,
		       (unsigned long long)item->id.k);
}

/* A download in several archives: what is absent here may lie in another of them. */
static void put_elsewhere(const struct chats *p, uint64_t chat)
{
	size_t item = (size_t)(p->of - p->at), other = 0, from = 0;
	struct elsewhere_files files = {0};
	uint64_t n;

	while (chats_elsewhere_files(&p->elsewhere, item, chat, &files)) {
		put_line("");
		printf(files.other == ELSEWHERE_LOOSE
		           ? _("of the absent, with the same path as a file taken in by itself: %llu, ")
		           : _("of the absent, with the same path in another item: %llu, "),
		       (unsigned long long)files.n);
		put_item(p->at[files.first].item);
		if (files.last != files.first) {
			fputs(" - ", stdout);
			put_item(p->at[files.last].item);
		}
		putchar('\n');
	}
	while (chats_elsewhere_thread(&p->elsewhere, item, chat, &from, &other, &n)) {
		put_line(_("same thread"));
		put_item(p->at[other].item);
		printf(_(", chat %llu"), (unsigned long long)n);
		putchar('\n');
	}
}

static void put_ledger(struct chats *p, const struct evd_json *j)
{
	uint64_t chat = 0, n = 0, bytes = 0;

	evd_json_int(j, 0, "chat", &chat);
	put_title(p, chat);
	evd_json_int(j, 0, "messages", &n);
	put_line(_("messages"));
	printf("%" PRIu64, n);
	put_counts(j, "byType");
	putchar('\n');
	put_ends(j);
	evd_json_int(j, 0, "attachments", &n);
	put_line(_("attachments"));
	printf("%" PRIu64, n);
	put_counts(j, "byState");
	putchar('\n');
	put_elsewhere(p, chat);
	put_gaps(j);
	if (evd_json_find(j, 0, "byFlag") && j->node[evd_json_find(j, 0, "byFlag")].count) {
		put_line(_("flagged"));
		fputs("-", stdout);
		put_counts(j, "byFlag");
		putchar('\n');
	}
	evd_json_int(j, 0, "unread", &n);
	evd_json_int(j, 0, "unreadBytes", &bytes);
	put_line(_("not read"));
	printf(_("%" PRIu64 " pieces, %" PRIu64 " bytes\n"), n, bytes);
	if (p->of->beside) {
		put_line("");
		printf(
		    _("of the item, and so perhaps of this chat: %" PRIu64 " pieces, %" PRIu64 " bytes\n"),
		    p->of->beside, p->of->beside_bytes);
	}
	put_line(_("participants"));
	evd_json_int(j, 0, "participants", &n);
	printf("%" PRIu64 "\n", n);
	if (p->people.len)
		fwrite(p->people.data, 1, p->people.len, stdout);
	evd_buf_reset(&p->people);
}

static void put_said(const struct evd_json *j, const char *kind)
{
	struct evd_buf b = {0};
	uint64_t chat, bytes, offset;

	printf("  %s", kind);
	if (evd_json_int(j, 0, "chat", &chat))
		printf(" (%s %" PRIu64 ")", _("chat"), chat);
	put_plain(&b, j, "code", ": ", "");
	put_plain(&b, j, "text", ": ", "");
	if (b.len)
		fwrite(b.data, 1, b.len, stdout);
	evd_buf_release(&b);
	if (evd_json_int(j, 0, "bytes", &bytes) && evd_json_int(j, 0, "offset", &offset))
		printf(_(" (%" PRIu64 " bytes from %" PRIu64 " on)"), bytes, offset);
	putchar('\n');
}

static void put_reading(const struct evd_json *j)
{
	struct evd_buf b = {0};
	size_t confirmed = evd_json_find(j, 0, "confirmed");
	struct evd_view end;

	put_plain(&b, j, "reader", "", "");
	put_plain(&b, j, "version", " ", "");
	printf("  %s %.*s%s\n", _("reader"), (int)b.len, b.len ? (const char *)b.data : "",
	       confirmed && j->node[confirmed].type == EVD_JSON_TRUE
	           ? ""
	           : _(": not confirmed by a genuine export"));
	if (evd_json_string(j, 0, "end", &end) && evd_view_is(end, "stopped"))
		printf("  %s\n", _("the item was NOT read to its end"));
	evd_buf_release(&b);
}

static bool is_chat_reader(const struct evd_json *j)
{
	struct evd_view reader;

	return evd_json_string(j, 0, "reader", &reader) && reader.len >= 5 &&
	       memcmp(reader.p, "chat-", 5) == 0;
}

/* What could not be read at all cannot be said to be of one chat: no ledger counts it. */
static void count_beside(struct shown *s, const struct evd_json *j)
{
	uint64_t bytes = 0;

	s->beside++;
	evd_json_int(j, 0, "bytes", &bytes);
	s->beside_bytes += bytes;
}

static int on_record(void *ctx, const struct evd_record *r, const struct evd_json *j,
                     struct evd_view line, struct evd_error *err)
{
	struct chats *p = ctx;
	struct evd_view kind;
	struct shown *s;
	uint64_t seq = p->c->log.entry.seq;

	if (r->kind != EVD_KIND_OTHER || p->c->log.entry.action != EVD_READ_OUT ||
	    !evd_json_string(j, 0, "kind", &kind) || !(s = find(p, j)))
		return 0;
	if (p->pass == LATEST) {
		evd_latest_see_chat(&s->read_out, seq, kind, j);
		return 0;
	}
	if (p->pass == MEMBERS) {
		chats_elsewhere_member(&p->elsewhere, (size_t)(s - p->at), j);
		return 0;
	}
	if (evd_latest_of(&s->read_out) != seq)
		return 0;
	if (p->pass == TAKE) {
		if (evd_view_is(kind, "unread") && is_chat_reader(j) && !evd_json_find(j, 0, "chat"))
			count_beside(s, j);
		return p->n > 1 ? chats_elsewhere_take(&p->elsewhere, (size_t)(s - p->at), j, err) : 0;
	}
	if (!s->wanted || !is_chat_reader(j) || evd_view_is(kind, "message") ||
	    evd_view_is(kind, "attachment") || evd_view_is(kind, "part"))
		return 0;
	if (p->g->json) {
		printf("%.*s\n", (int)line.len, (const char *)line.p);
		p->any++;
		return 0;
	}
	put_heading(p, s);
	if (evd_view_is(kind, "conversation"))
		keep_title(p, j);
	else if (evd_view_is(kind, "participant"))
		keep_person(p, j);
	else if (evd_view_is(kind, "ledger"))
		put_ledger(p, j);
	else if (evd_view_is(kind, "observation"))
		put_said(j, _("observed"));
	else if (evd_view_is(kind, "unread"))
		put_said(j, _("not read"));
	else if (evd_view_is(kind, "reading"))
		put_reading(j);
	if (p->people.failed || p->titles.failed)
		return evd_nomem(err);
	return 0;
}

static int choose(struct chats *p, const struct cmd_items *items, int argc, char **argv,
                  struct evd_error *err)
{
	p->at = calloc(items->n + 1, sizeof *p->at);
	if (!p->at)
		return evd_nomem(err);
	for (size_t i = 0; i < items->n; i++)
		p->at[p->n++] = (struct shown){.item = &items->at[i], .wanted = argc == 0};
	if (p->n)
		qsort(p->at, p->n, sizeof *p->at, by_id);
	for (int i = 0; i < argc; i++) {
		struct shown key = {.wanted = true};
		int r = cmd_items_find(items, argv[i], &key.item, err);

		if (r)
			return r;
		((struct shown *)bsearch(&key, p->at, p->n, sizeof *p->at, by_id))->wanted = true;
	}
	return 0;
}

/* First which reading of each item counts; then what chats lack, and what other items have of it. */
static int passes(struct chats *p, struct evd_error *err)
{
	int r = evd_case_read(p->c, NULL, on_record, p, err);

	p->pass = TAKE;
	if (r == 0 && !p->g->json)
		r = evd_case_read(p->c, NULL, on_record, p, err);
	p->pass = MEMBERS;
	chats_elsewhere_taken(&p->elsewhere);
	for (size_t i = 0; r == 0 && i < p->n; i++)
		if (p->at[i].item->source)
			chats_elsewhere_source(&p->elsewhere, i, evd_view_str(p->at[i].item->source));
	if (r == 0 && p->elsewhere.absent.n)
		r = evd_case_read(p->c, NULL, on_record, p, err);
	p->pass = PRINT;
	if (r == 0)
		r = chats_elsewhere_ready(&p->elsewhere, err);
	return r ? r : evd_case_read(p->c, NULL, on_record, p, err);
}

static int run(struct cmd_global *g, int argc, char **argv)
{
	struct evd_case c;
	struct cmd_items items = {0};
	struct chats p = {.g = g, .c = &c};
	struct evd_error err = {0};
	int r;

	if (cmd_option(g, &cmd_chats, NULL, argc, argv) != -1)
		return cmd_option_exit();
	r = cmd_items_open(g, &c, &items, &err);
	if (r)
		return cmd_fail(r, &err);
	r = choose(&p, &items, argc - optind, argv + optind, &err);
	if (r == 0)
		r = passes(&p, &err);
	if (r == 0 && !p.any)
		r = evd_fail(&err, EVD_E_NOTFOUND,
		             "no chat was read out; 'evidence read' reads what items hold");
	free(p.at);
	chats_elsewhere_release(&p.elsewhere);
	evd_buf_release(&p.people);
	evd_buf_release(&p.titles);
	cmd_items_release(&items);
	evd_case_close(&c);
	return r ? cmd_fail(r, &err) : CMD_DONE;
}

const struct cmd_row cmd_chats = {
    "chats",
    "usage: evidence chats [--json] [ITEM]...\n"
    "\n"
    "The ledger of every chat that was read out of the items (none named: all): messages by kind,\n"
    "attachments referenced, present and absent, first and last message, silences, missing ids,\n"
    "what is flagged, what could not be read, and the participants. It counts what the export\n"
    "holds; what the export left out it cannot know.\n",
    N_("show the ledgers of chats"),
    run,
};
