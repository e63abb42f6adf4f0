/* compare: see compare.h. */
#include "derive/compare.h"

#include "derive/match.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEHIND_WORDS 3

struct comparing {
	struct evd_draft d;
	struct evd_messages side[2]; /* older, newer */
	struct evd_object o;
	struct evd_buf line;
	int (*put)(void *ctx, struct evd_view json, struct evd_error *err);
	void *ctx;
	struct evd_compared *out;
	/* the pair being compared */
	uint64_t pair;
	const struct evd_said *a, *b;
	struct evd_match m;
	uint64_t same, n[EVD_DIFF_CODES];
	uint64_t added[BEHIND_WORDS], gone[BEHIND_WORDS];
};

static const char *const code_name[EVD_DIFF_CODES] = {
    "added", "gone", "edited", "deleted", "changed", "media", "reordered",
};
/* where a message of one export stands beside what both have, in time */
static const char *const place_name[BEHIND_WORDS] = {"before", "within", "behind"};
static const char *const matched_name[] = {
    "", "id", "time-sender-body", "time-sender", "time-body", "sender-body",
};
static const char *const side_name[2] = {"older", "newer"};

const char *evd_difference_name(unsigned code)
{
	return code_name[code];
}

static struct evd_object *start(struct comparing *x, const char *kind)
{
	evd_object_reset(&x->o);
	evd_object_cstr(&x->o, "kind", kind);
	if (x->pair)
		evd_object_int(&x->o, "comparison", x->pair);
	return &x->o;
}

static int finish(struct comparing *x, struct evd_error *err)
{
	int r;

	evd_buf_reset(&x->line);
	r = evd_object_write(&x->o, &x->line, err);
	if (r == 0 && x->put)
		r = x->put(x->ctx, evd_buf_view(&x->line), err);
	return r ? r : evd_entry_record(&x->d, &x->o, NULL, err);
}

static void put_id(struct evd_object *o, const char *key, uint64_t seq, uint64_t k)
{
	char id[48];

	snprintf(id, sizeof id, "%" PRIu64 "/%" PRIu64, seq, k);
	evd_object_cstr(o, key, id);
}

/* Title and id stand escaped already. */
static void put_spelt(struct evd_object *o, const char *key, const char *raw)
{
	struct evd_buf b = {0};

	if (!raw)
		return;
	evd_put_u8(&b, '"');
	evd_put_str(&b, raw);
	evd_put_u8(&b, '"');
	evd_object_raw(o, key, evd_buf_view(&b));
	if (b.failed)
		o->failed = b.failed;
	evd_buf_release(&b);
}

/* ---- which chat is which ---- */

struct keyed {
	const char *key;
	size_t i;
};

static const char *key_of(const struct evd_said_chat *chat, bool by_title)
{
	return by_title ? chat->title : chat->id;
}

static int by_key(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;
	int d = strcmp(x->key, y->key);

	return d ? d : x->i < y->i ? -1 : x->i > y->i;
}

/* Chats of both sides that bear the same word, first with first. */
static int pair_chats(struct comparing *x, size_t *newer_of, bool *taken, uint8_t *by,
                      bool by_title, struct evd_error *err)
{
	const struct evd_messages *a = &x->side[0], *b = &x->side[1];
	struct keyed *list = malloc((b->n_chats + 1) * sizeof *list);
	size_t n = 0;

	if (!list)
		return evd_nomem(err);
	for (size_t i = 0; i < b->n_chats; i++)
		if (!taken[i] && key_of(&b->chat[i], by_title)) {
			list[n].key = key_of(&b->chat[i], by_title);
			list[n++].i = i;
		}
	qsort(list, n, sizeof *list, by_key);
	for (size_t i = 0; i < a->n_chats; i++) {
		const char *key = key_of(&a->chat[i], by_title);
		size_t low = 0, high = n;

		if (newer_of[i] || !key)
			continue;
		while (low < high) {
			size_t mid = (low + high) / 2;

			if (strcmp(list[mid].key, key) < 0)
				low = mid + 1;
			else
				high = mid;
		}
		while (low < n && strcmp(list[low].key, key) == 0 && taken[list[low].i])
			low++;
		if (low == n || strcmp(list[low].key, key) != 0)
			continue;
		newer_of[i] = list[low].i + 1;
		taken[list[low].i] = true;
		by[i] = by_title ? 2 : 1;
	}
	free(list);
	return 0;
}

/* ---- one pair ---- */

static bool differs(const struct evd_said *a, const struct evd_said *b, enum evd_said_part p)
{
	return memcmp(a->part[p], b->part[p], EVD_SAID_LEN) != 0;
}

static bool other_time(const struct comparing *x, const struct evd_said *a,
                       const struct evd_said *b)
{
	int64_t ms = evd_match_difference(&x->m, a, b);

	if (a->minutes || b->minutes)
		ms -= ms % 60000;
	for (size_t i = 0; i < x->m.n_shifts; i++)
		if (ms == x->m.shift_ms[i])
			return false;
	return ms != 0;
}

static unsigned judge(const struct comparing *x, const struct evd_said *a, const struct evd_said *b)
{
	static const enum evd_said_part rest[] = {EVD_SAID_SENDER, EVD_SAID_FILES, EVD_SAID_EDIT,
	                                          EVD_SAID_REACTIONS, EVD_SAID_OTHER};

	if (b->deleted && !a->deleted)
		return EVD_DIFF_DELETED;
	if (a->left_out != b->left_out)
		return EVD_DIFF_MEDIA;
	if (differs(a, b, EVD_SAID_BODY))
		return EVD_DIFF_EDITED;
	for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
		if (differs(a, b, rest[i]))
			return EVD_DIFF_CHANGED;
	return other_time(x, a, b) || a->deleted != b->deleted ? EVD_DIFF_CHANGED : EVD_DIFF_CODES;
}

static void put_members(struct comparing *x, const struct evd_said *a, const struct evd_said *b)
{
	static const char *const word[EVD_SAID_PARTS] = {
	    [EVD_SAID_SENDER] = "sender",       [EVD_SAID_BODY] = "body",
	    [EVD_SAID_FILES] = "attachments",   [EVD_SAID_EDIT] = "edit",
	    [EVD_SAID_REACTIONS] = "reactions", [EVD_SAID_OTHER] = "other"};
	char json[128];
	size_t n = 0;

	for (size_t p = 0; p < EVD_SAID_PARTS; p++)
		if (word[p] && differs(a, b, (enum evd_said_part)p))
			n += (size_t)snprintf(json + n, sizeof json - n, "%s\"%s\"", n ? "," : "[", word[p]);
	if (other_time(x, a, b))
		n += (size_t)snprintf(json + n, sizeof json - n, "%s\"time\"", n ? "," : "[");
	if (!n)
		return;
	snprintf(json + n, sizeof json - n, "]");
	evd_object_raw(&x->o, "members", evd_view_str(json));
}

static int put_pair(struct comparing *x, unsigned code, size_t i, struct evd_error *err)
{
	const struct evd_said *a = &x->a[i], *b = &x->b[x->m.newer_of[i] - 1];
	struct evd_object *o = start(x, "difference");
	int64_t ms = evd_match_difference(&x->m, a, b);

	evd_object_cstr(o, "code", code_name[code]);
	evd_object_cstr(o, "matchedBy", matched_name[x->m.by[i]]);
	put_id(o, "older", x->side[0].seq, a->k);
	put_id(o, "newer", x->side[1].seq, b->k);
	put_members(x, a, b);
	if (other_time(x, a, b)) {
		char text[32];

		snprintf(text, sizeof text, "%s%" PRId64, ms > 0 ? "+" : "", ms / 1000);
		evd_object_cstr(o, "laterBySeconds", text);
	}
	return finish(x, err);
}

/* Messages of one export alone that follow one another in it. */
static int put_run(struct comparing *x, int side, size_t from, size_t n, unsigned place,
                   struct evd_error *err)
{
	const struct evd_said *s = side ? x->b : x->a;
	unsigned code = side ? EVD_DIFF_ADDED : EVD_DIFF_GONE;
	struct evd_object *o = start(x, "difference");

	evd_object_cstr(o, "code", code_name[code]);
	evd_object_cstr(o, "place", place_name[place]);
	evd_object_int(o, "messages", n);
	put_id(o, "first", x->side[side].seq, s[from].k);
	put_id(o, "last", x->side[side].seq, s[from + n - 1].k);
	x->n[code] += n;
	(side ? x->added : x->gone)[place] += n;
	return finish(x, err);
}

/* The platform writes the newest first: then what stands before all in the file is later. */
static bool newest_first(const struct comparing *x, int side)
{
	const struct evd_said *s = side ? x->b : x->a;
	size_t n = side ? x->m.n_newer : x->m.n_older, up = 0, down = 0;

	for (size_t i = 1; i < n; i++) {
		bool utc = s[i].has_utc && s[i - 1].has_utc;
		int64_t t = utc ? s[i].utc_ms : s[i].local_ms,
		        p = utc ? s[i - 1].utc_ms : s[i - 1].local_ms;

		up += t > p;
		down += t < p;
	}
	return down > up;
}

static int put_alone(struct comparing *x, int side, struct evd_error *err)
{
	const size_t *of = side ? x->m.older_of : x->m.newer_of;
	size_t n = side ? x->m.n_newer : x->m.n_older, first = n, last = 0;
	bool turn = newest_first(x, side);
	int r = 0;

	for (size_t i = 0; i < n; i++)
		if (of[i]) {
			first = first == n ? i : first;
			last = i;
		}
	for (size_t i = 0, run; i < n && r == 0; i += run) {
		unsigned place = 1;

		for (run = 1; i + run < n && !of[i] == !of[i + run]; run++)
			;
		if (of[i])
			continue;
		if (first < n && i < first)
			place = turn ? 2 : 0;
		else if (first < n && i > last)
			place = turn ? 0 : 2;
		r = put_run(x, side, i, run, place, err);
	}
	return r;
}

static void put_number(struct evd_object *o, const char *key, uint64_t n)
{
	if (n)
		evd_object_int(o, key, n);
}

static void put_shifts(struct comparing *x)
{
	struct evd_buf b = {0};
	bool other = false;

	for (size_t i = 0; i < x->m.n_shifts; i++)
		other = other || (x->m.shift_ms[i] && x->m.shift_n[i]);
	if (!other)
		return;
	for (size_t i = 0; i < x->m.n_shifts; i++)
		if (x->m.shift_n[i])
			evd_putf(&b, "%s{\"laterBySeconds\":\"%s%" PRId64 "\",\"messages\":%" PRIu64 "}",
			         b.len ? "," : "[", x->m.shift_ms[i] > 0 ? "+" : "", x->m.shift_ms[i] / 1000,
			         x->m.shift_n[i]);
	evd_put_u8(&b, ']');
	evd_object_raw(&x->o, "shifts", evd_buf_view(&b));
	evd_buf_release(&b);
}

static void put_side(struct evd_object *o, const struct evd_messages *m,
                     const struct evd_said_chat *chat, int side)
{
	struct evd_object in;

	evd_object_init(&in);
	put_id(&in, "item", m->item.seq, m->item.k);
	evd_object_int(&in, "readOut", m->seq);
	evd_object_cstr(&in, "reader", m->reader);
	evd_object_cstr(&in, "version", m->version);
	if (!m->whole)
		evd_object_bool(&in, "stopped", true);
	if (chat) {
		evd_object_int(&in, "chat", chat->chat);
		evd_object_int(&in, "messages", chat->n);
		put_number(&in, "unread", chat->unread);
		put_spelt(&in, "title", chat->title);
		put_spelt(&in, "chatId", chat->id);
	}
	evd_object_object(o, side_name[side], &in);
	evd_object_release(&in);
}

static int put_summary(struct comparing *x, const struct evd_said_chat *a,
                       const struct evd_said_chat *b, const char *paired_by, struct evd_error *err)
{
	static const char *const scale[] = {"utc", "local", "as-written", "not-compared"};
	static const char *const added[] = {"addedBefore", "addedWithin", "addedBehind"};
	static const char *const gone[] = {"goneBefore", "goneWithin", "goneBehind"};
	struct evd_object *o = start(x, "comparison");

	put_side(o, &x->side[0], a, 0);
	put_side(o, &x->side[1], b, 1);
	evd_object_cstr(o, "pairedBy", paired_by);
	evd_object_cstr(o, "times", scale[x->m.scale]);
	evd_object_int(o, "same", x->same);
	for (unsigned i = EVD_DIFF_EDITED; i < EVD_DIFF_CODES; i++)
		put_number(o, code_name[i], x->n[i]);
	for (unsigned i = 0; i < BEHIND_WORDS; i++) {
		put_number(o, added[i], x->added[i]);
		put_number(o, gone[i], x->gone[i]);
	}
	if (x->m.reversed)
		evd_object_bool(o, "orderReversed", true);
	put_shifts(x);
	return finish(x, err);
}

static void add_up(struct comparing *x)
{
	x->out->chats++;
	x->out->same += x->same;
	for (unsigned i = 0; i < EVD_DIFF_CODES; i++)
		x->out->n[i] += x->n[i];
	x->out->added_within += x->added[1];
	x->out->gone_within += x->gone[1];
}

static int compare_chats(struct comparing *x, const struct evd_said_chat *a,
                         const struct evd_said_chat *b, const char *paired_by,
                         struct evd_error *err)
{
	int r;

	x->same = 0;
	memset(x->n, 0, sizeof x->n);
	memset(x->added, 0, sizeof x->added);
	memset(x->gone, 0, sizeof x->gone);
	x->a = x->side[0].at + a->first;
	x->b = x->side[1].at + b->first;
	r = evd_match(x->a, a->n, x->b, b->n, &x->m, err);
	for (size_t i = 0; r == 0 && i < a->n; i++) {
		unsigned code;

		if (!x->m.newer_of[i])
			continue;
		code = judge(x, &x->a[i], &x->b[x->m.newer_of[i] - 1]);
		if (code != EVD_DIFF_CODES) {
			x->n[code]++;
			r = put_pair(x, code, i, err);
		}
		if (r == 0 && x->m.moved[i]) {
			x->n[EVD_DIFF_REORDERED]++;
			r = put_pair(x, EVD_DIFF_REORDERED, i, err);
		}
		x->same += code == EVD_DIFF_CODES && !x->m.moved[i];
	}
	for (int side = 0; side < 2 && r == 0; side++)
		r = put_alone(x, side, err);
	if (r == 0)
		r = put_summary(x, a, b, paired_by, err);
	add_up(x);
	evd_match_release(&x->m);
	return r;
}

static int put_unpaired(struct comparing *x, int side, const struct evd_said_chat *chat,
                        struct evd_error *err)
{
	struct evd_object *o;

	x->pair = 0;
	o = start(x, "unpaired");
	put_side(o, &x->side[side], chat, side);
	x->out->unpaired++;
	return finish(x, err);
}

static int compare_all(struct comparing *x, struct evd_error *err)
{
	static const char *const by_word[] = {"", "chat-id", "title", "only-chat"};
	struct evd_messages *a = &x->side[0], *b = &x->side[1];
	size_t *newer_of = calloc(a->n_chats + 1, sizeof *newer_of);
	bool *taken = calloc(b->n_chats + 1, sizeof *taken);
	uint8_t *by = calloc(a->n_chats + 1, sizeof *by);
	uint64_t pairs = 0;
	int r = newer_of && taken && by ? 0 : evd_nomem(err);

	if (r == 0)
		r = pair_chats(x, newer_of, taken, by, false, err);
	if (r == 0)
		r = pair_chats(x, newer_of, taken, by, true, err);
	if (r == 0 && a->n_chats == 1 && b->n_chats == 1 && !newer_of[0]) {
		newer_of[0] = 1;
		taken[0] = true;
		by[0] = 3;
	}
	for (size_t i = 0; r == 0 && i < a->n_chats; i++) {
		if (!newer_of[i]) {
			r = put_unpaired(x, 0, &a->chat[i], err);
			continue;
		}
		x->pair = ++pairs;
		r = compare_chats(x, &a->chat[i], &b->chat[newer_of[i] - 1], by_word[by[i]], err);
		if (a->chat[i].unread + b->chat[newer_of[i] - 1].unread)
			x->out->incomplete = true;
	}
	for (size_t i = 0; r == 0 && i < b->n_chats; i++)
		if (!taken[i])
			r = put_unpaired(x, 1, &b->chat[i], err);
	free(newer_of);
	free(taken);
	free(by);
	return r;
}

/* Absence from a read-out that is not whole is no absence from the export. */
static int fit_to_compare(const struct evd_messages *m, struct evd_error *err)
{
	if (!m->seq)
		return evd_fail(err, EVD_E_NOTFOUND,
		                "no chat was read out of item %" PRIu64 "/%" PRIu64
		                "; run 'evidence read %" PRIu64 "/%" PRIu64 "' first",
		                m->item.seq, m->item.k, m->item.seq, m->item.k);
	if (m->withheld)
		return evd_fail(err, EVD_E_NOTFOUND,
		                "records of read-out %" PRIu64
		                " are withheld, so what is missing cannot be told; read the item again",
		                m->seq);
	return 0;
}

int evd_compare(struct evd_case *c, struct evd_key *key, struct evd_id older, struct evd_id newer,
                int (*line)(void *ctx, struct evd_view json, struct evd_error *err), void *ctx,
                struct evd_compared *out, struct evd_error *err)
{
	struct comparing x = {.put = line, .ctx = ctx, .out = out};
	bool drafted = false;
	int r;

	memset(out, 0, sizeof *out);
	x.side[0].item = older;
	x.side[1].item = newer;
	evd_object_init(&x.o);
	evd_buf_init(&x.line, EVD_MAX_RECORD_LINE);
	r = evd_messages_read(c, x.side, 2, err);
	for (int i = 0; i < 2 && r == 0; i++) {
		r = fit_to_compare(&x.side[i], err);
		out->incomplete = out->incomplete || !x.side[i].whole;
	}
	if (r == 0) {
		r = evd_entry_begin(c, EVD_COMPARE, evd_key_actor(key), NULL, &x.d, err);
		drafted = r == 0;
	}
	if (r == 0) {
		evd_object_cstr(&x.d.details, "method", "exports");
		r = compare_all(&x, err);
	}
	if (r == 0)
		r = evd_entry_scope(&x.d, older, older, err);
	if (r == 0)
		r = evd_entry_scope(&x.d, newer, newer, err);
	evd_object_release(&x.o);
	evd_buf_release(&x.line);
	evd_messages_release(&x.side[0]);
	evd_messages_release(&x.side[1]);
	if (r && drafted)
		evd_entry_abandon(&x.d);
	return r ? r : evd_entry_commit(&x.d, key, err);
}
