/* cmd_compare: `evidence compare`: two exports of one chat, what differs, as a signed entry. */
#include "cmd.h"
#include "i18n.h"

#include "base/text.h"
#include "derive/compare.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_MAX 2000u /* differences printed with their texts; the entry has all */
#define TEXT_MAX 300u   /* characters of a message that are printed */

/* A message whose text is printed: its record, and the text once found. */
struct told {
	struct evd_id id;
	char *text;
};

struct printing {
	struct cmd_global *g;
	struct evd_case *c;
	struct evd_buf lines; /* differences, one record a line */
	size_t n_lines;
	uint64_t more;
	struct told *told;
	size_t n, cap;
};

static int want(struct printing *p, const struct evd_json *j, const char *key,
                struct evd_error *err)
{
	struct evd_view v;
	struct evd_id id;
	void *grown;

	if (!evd_json_string(j, 0, key, &v) || !evd_id_parse(v, &id))
		return 0;
	grown = evd_grow(p->told, p->n, &p->cap, sizeof *p->told);
	if (!grown)
		return evd_nomem(err);
	p->told = grown;
	p->told[p->n++] = (struct told){id, NULL};
	return 0;
}

static int on_line(void *ctx, struct evd_view json, struct evd_error *err)
{
	static const char *const key[] = {"older", "newer", "first", "last"};
	struct printing *p = ctx;
	struct evd_json j = {0};
	struct evd_view kind;
	int r = 0;

	if (p->g->json) {
		printf("%.*s\n", (int)json.len, (const char *)json.p);
		return 0;
	}
	if (p->n_lines >= SHOWN_MAX) {
		p->more++;
		return 0;
	}
	r = evd_json_parse(&j, json, err);
	if (r == 0 && evd_json_string(&j, 0, "kind", &kind) && evd_view_is(kind, "difference"))
		for (size_t i = 0; i < 4 && r == 0; i++)
			r = want(p, &j, key[i], err);
	evd_json_release(&j);
	evd_put_view(&p->lines, json);
	evd_put_u8(&p->lines, '\n');
	p->n_lines++;
	return r ? r : evd_buf_check(&p->lines, err);
}

static int by_id(const void *a, const void *b)
{
	const struct told *x = a, *y = b;

	if (x->id.seq != y->id.seq)
		return x->id.seq < y->id.seq ? -1 : 1;
	return x->id.k < y->id.k ? -1 : x->id.k > y->id.k;
}

static bool put_member(struct evd_buf *b, const struct evd_json *j, const char *key,
                       const char *behind)
{
	struct evd_buf plain = {0};
	struct evd_view v;

	if (!evd_json_string(j, 0, key, &v) || v.len == 0)
		return false;
	evd_put_unescaped(&plain, v);
	evd_put_printable(b, evd_buf_view(&plain), TEXT_MAX);
	evd_put_str(b, behind);
	evd_buf_release(&plain);
	return true;
}

/* Who wrote it; of one that names nobody which way it went, as the timeline has it. */
static void put_sender(struct evd_buf *b, const struct evd_json *j)
{
	struct evd_view way;

	if (put_member(b, j, "sender", ": ") || put_member(b, j, "number", ": ") ||
	    put_member(b, j, "handle", ": ") || !evd_json_string(j, 0, "direction", &way))
		return;
	evd_put_u8(b, '<');
	put_member(b, j, "direction", ">: ");
}

static int find_text(void *ctx, const struct evd_record *r, const struct evd_json *j,
                     struct evd_view line, struct evd_error *err)
{
	struct printing *p = ctx;
	struct told key = {{p->c->log.entry.seq, r->k}, NULL};
	struct told *t = p->n ? bsearch(&key, p->told, p->n, sizeof *p->told, by_id) : NULL;
	struct evd_buf b = {0};
	uint64_t n = 0;

	(void)line;
	if (!t)
		return 0;
	if (evd_json_int(j, 0, "n", &n))
		evd_putf(&b, "%" PRIu64 "  ", n);
	put_member(&b, j, "timeRaw", "  ");
	put_sender(&b, j);
	if (!put_member(&b, j, "body", ""))
		put_member(&b, j, "caption", "");
	evd_put_u8(&b, '\0');
	if (b.failed) {
		evd_buf_release(&b);
		return evd_nomem(err);
	}
	for (; t > p->told && by_id(t - 1, &key) == 0;)
		t--;
	for (; t < p->told + p->n && by_id(t, &key) == 0; t++) {
		free(t->text);
		t->text = strdup((char *)b.data);
	}
	evd_buf_release(&b);
	return 0;
}

static void put_told(const struct printing *p, const struct evd_json *j, const char *key,
                     const char *label)
{
	struct told find = {{0, 0}, NULL}, *t;
	struct evd_view v;

	if (!evd_json_string(j, 0, key, &v) || !evd_id_parse(v, &find.id))
		return;
	t = bsearch(&find, p->told, p->n, sizeof *p->told, by_id);
	printf("    %-8s %.*s  ", label, (int)v.len, (const char *)v.p);
	if (t && t->text)
		cmd_put_text(evd_view_str(t->text));
	putchar('\n');
}

/* What is said of a difference; of added and gone, where it stands in time beside what both have. */
static const char *sentence(const struct evd_json *j)
{
	static const struct {
		const char *code, *place, *text;
	} said[] = {
	    {"added", "before", N_("only in the newer export, before all that both have")},
	    {"added", "within", N_("only in the newer export, between what both have")},
	    {"added", "behind", N_("only in the newer export, after all that both have")},
	    {"gone", "before", N_("only in the older export, before all that both have")},
	    {"gone", "within", N_("only in the older export, between what both have")},
	    {"gone", "behind", N_("only in the older export, after all that both have")},
	    {"edited", "", N_("another text")},
	    {"deleted", "", N_("marked as deleted in the newer export")},
	    {"changed", "", N_("the same text, other particulars")},
	    {"media", "", N_("with its file in one of the exports only")},
	    {"reordered", "", N_("in another place of the order")},
	};
	struct evd_view code = {NULL, 0}, place = {NULL, 0};

	evd_json_string(j, 0, "code", &code);
	evd_json_string(j, 0, "place", &place);
	for (size_t i = 0; i < sizeof said / sizeof *said; i++)
		if (evd_view_is(code, said[i].code) && evd_view_is(place, said[i].place))
			return _(said[i].text);
	return "?";
}

static void put_word(const struct evd_json *j, size_t object, const char *key, const char *before)
{
	struct evd_view v;

	if (evd_json_string(j, object, key, &v))
		printf("%s%.*s", before, (int)v.len, (const char *)v.p);
}

static void put_difference(const struct printing *p, const struct evd_json *j)
{
	uint64_t n = 0;
	size_t members = evd_json_find(j, 0, "members");

	fputs(sentence(j), stdout);
	if (evd_json_int(j, 0, "messages", &n) && n > 1)
		printf(": %" PRIu64, n);
	if (members)
		printf(" %.*s", (int)j->node[members].raw.len, (const char *)j->node[members].raw.p);
	put_word(j, 0, "laterBySeconds", " s ");
	put_word(j, 0, "matchedBy", "; matched by ");
	putchar('\n');
	put_told(p, j, "older", "older");
	put_told(p, j, "newer", "newer");
	put_told(p, j, "first", n > 1 ? "first" : "");
	if (n > 1)
		put_told(p, j, "last", "last");
}

static void put_side(const struct evd_json *j, const char *side)
{
	struct evd_buf plain = {0};
	struct evd_view title;
	size_t at = evd_json_find(j, 0, side);
	uint64_t n = 0;

	if (!at)
		return;
	evd_json_int(j, at, "messages", &n);
	printf("  %s: ", side);
	put_word(j, at, "item", "");
	printf(", %" PRIu64 " messages", n);
	if (evd_json_string(j, at, "title", &title)) {
		evd_put_unescaped(&plain, title);
		fputs(", \"", stdout);
		cmd_put_text(evd_buf_view(&plain));
		putchar('"');
		evd_buf_release(&plain);
	}
	if (evd_json_int(j, at, "unread", &n))
		printf(", %" PRIu64 " pieces unread", n);
	putchar('\n');
}

/* A pair of chats, or a chat without a counterpart. */
static void put_summary(const struct evd_json *j)
{
	size_t shifts = evd_json_find(j, 0, "shifts");

	puts(evd_json_find(j, 0, "pairedBy") ? _("Compared:") : _("In one of the exports only:"));
	put_side(j, "older");
	put_side(j, "newer");
	put_word(j, 0, "pairedBy", "  paired by ");
	put_word(j, 0, "times", ", times ");
	if (evd_json_find(j, 0, "orderReversed"))
		fputs(_(", one newest first"), stdout);
	putchar('\n');
	if (shifts)
		printf(_("  times differ throughout: %.*s\n"), (int)j->node[shifts].raw.len,
		       (const char *)j->node[shifts].raw.p);
}

static int put_lines(const struct printing *p, struct evd_error *err)
{
	struct evd_json j = {0};
	const uint8_t *at = p->lines.data, *end = at + p->lines.len;
	int r = 0;

	while (p->lines.len && at < end && r == 0) {
		const uint8_t *nl = memchr(at, '\n', (size_t)(end - at));
		struct evd_view kind = {NULL, 0};

		r = evd_json_parse(&j, evd_view_of(at, (size_t)(nl - at)), err);
		at = nl + 1;
		if (r)
			break;
		evd_json_string(&j, 0, "kind", &kind);
		if (evd_view_is(kind, "difference"))
			put_difference(p, &j);
		else
			put_summary(&j);
	}
	evd_json_release(&j);
	if (p->more)
		printf("%" PRIu64 " more records in the entry; 'evidence compare --json' prints all\n",
		       p->more);
	return r;
}

static int print(struct printing *p, const struct evd_compared *out, struct evd_error *err)
{
	int r = 0;

	if (p->n) {
		qsort(p->told, p->n, sizeof *p->told, by_id);
		r = evd_case_read(p->c, NULL, find_text, p, err);
	}
	if (r == 0)
		r = put_lines(p, err);
	if (r)
		return r;
	printf("%" PRIu64 " the same", out->same);
	for (unsigned i = 0; i < EVD_DIFF_CODES; i++) {
		printf(", %" PRIu64 " %s", out->n[i], evd_difference_name(i));
		if (i == EVD_DIFF_ADDED && out->n[i])
			printf(" (%" PRIu64 " within)", out->added_within);
		if (i == EVD_DIFF_GONE && out->n[i])
			printf(" (%" PRIu64 " within)", out->gone_within);
	}
	printf("; entry %zu\n", p->c->log.entries.n);
	return 0;
}

static bool to_report(const struct evd_compared *o)
{
	return o->incomplete || o->unpaired || o->added_within || o->n[EVD_DIFF_GONE] ||
	       o->n[EVD_DIFF_EDITED] || o->n[EVD_DIFF_DELETED] || o->n[EVD_DIFF_CHANGED] ||
	       o->n[EVD_DIFF_REORDERED];
}

static int compare(struct cmd_session *s, struct printing *p, char **word)
{
	struct cmd_items items = {0};
	const struct cmd_item *it[2];
	struct evd_compared out;
	struct evd_error err = {0};
	int r = cmd_items_read(&s->c, &items, &err);

	if (r)
		return cmd_fail(r, &err);
	for (int i = 0; i < 2 && r == 0; i++)
		r = cmd_items_find(&items, word[i], &it[i], &err);
	if (r == 0 && it[0] == it[1])
		r = evd_fail(&err, EVD_E_MISUSE, "%s and %s are one item", word[0], word[1]);
	if (r == 0)
		r = evd_compare(&s->c, s->key, it[0]->id, it[1]->id, on_line, p, &out, &err);
	if (r == 0 && !p->g->json)
		r = print(p, &out, &err);
	if (r == 0 && out.incomplete)
		fputs("an item could not be read to its end: what is missing may not be missing there\n",
		      stderr);
	r = r ? cmd_fail(r, &err) : to_report(&out) ? CMD_FINDINGS : CMD_DONE;
	cmd_items_release(&items);
	return r;
}

static int run(struct cmd_global *g, int argc, char **argv)
{
	struct cmd_session s;
	struct printing p = {.g = g, .c = &s.c};
	int r;

	if (cmd_option(g, &cmd_compare, NULL, argc, argv) != -1)
		return cmd_option_exit();
	if (argc - optind != 2)
		return cmd_usage(&cmd_compare, "say which two items: the older export, then the newer");
	r = cmd_begin(g, &s);
	if (r)
		return r;
	r = compare(&s, &p, argv + optind);
	for (size_t i = 0; i < p.n; i++)
		free(p.told[i].text);
	free(p.told);
	evd_buf_release(&p.lines);
	cmd_end(&s);
	return r;
}

const struct cmd_row cmd_compare = {
    "compare",
    "usage: evidence compare [--json] OLDER NEWER\n"
    "\n"
    "Compares two exports of one chat, message by message, and records what differs as an entry:\n"
    "messages added, gone, edited, deleted or in another order. Both items must have been read\n"
    "('evidence read'). It says that two files differ, not why: an export may leave messages out\n"
    "for reasons of its own.\n"
    "\n"
    "Exit 0: nothing differs but what was written later; 1: differences, or an item that could\n"
    "not be read to its end.\n",
    N_("compare two exports of a chat"),
    run,
};
