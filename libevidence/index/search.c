/* search: see search.h. */
#include "index/search.h"

#include "derive/when.h"
#include "index/fold.h"
#include "index/found.h"
#include "index/index.h"
#include "index/rec.h"
#include "index/rec_kind.h"

#include <inttypes.h>
#include <string.h>

/* One word or phrase of the query as FTS5 spells it, and into `plain` (may be NULL) as it is. Folded words hold no
 * quote. */
static void put_phrase(struct evd_buf *b, struct evd_view v, bool prefix, struct evd_phrases *plain)
{
	size_t from;

	if (b->len)
		evd_put_str(b, " AND ");
	from = b->len;
	evd_put_u8(b, '"');
	evd_fold(b, v);
	if (b->failed)
		return;
	if (b->len == from + 1) { /* no word in it */
		b->len = from > 5 ? from - 5 : 0;
		return;
	}
	if (plain)
		evd_phrases_add(plain, evd_view_of(b->data + from + 1, b->len - from - 1), prefix);
	evd_put_str(b, prefix ? "\" *" : "\"");
}

static void put_words(struct evd_buf *b, const char *text, struct evd_phrases *plain)
{
	while (*text) {
		const char *end;
		bool quoted = *text == '"', prefix;

		if (*text == ' ' || *text == '\t') {
			text++;
			continue;
		}
		text += quoted;
		end = text + strcspn(text, quoted ? "\"" : " \t\"");
		prefix = quoted ? end[0] == '"' && end[1] == '*' : end > text && end[-1] == '*';
		put_phrase(b, evd_view_of(text, (size_t)(end - text)), prefix, plain);
		text = end + (quoted && *end == '"') + (quoted && prefix);
	}
}

static void put_person(struct evd_buf *b, const char *person)
{
	struct evd_buf digits = {0};
	struct evd_view v = evd_view_str(person);

	evd_fold_digits(&digits, v);
	if (digits.len)
		put_phrase(b, evd_buf_view(&digits), false, NULL);
	else
		put_words(b, person, NULL);
	evd_buf_release(&digits);
}

static void put_column(struct evd_buf *out, const char *column, const struct evd_buf *in)
{
	if (!in->len)
		return;
	evd_putf(out, "%s%s : (", out->len ? " AND " : "", column);
	evd_put_view(out, evd_buf_view(in));
	evd_put_u8(out, ')');
}

static int match_of(const struct evd_search *q, struct evd_buf *out, struct evd_phrases *plain,
                    struct evd_error *err)
{
	struct evd_buf words = {0}, who = {0}, tag = {0};
	bool lacking = false;

	if (q->words) {
		put_words(&words, q->words, plain);
		lacking = words.len == 0;
	}
	if (q->person) {
		put_person(&who, q->person);
		lacking = lacking || who.len == 0;
	}
	if (q->item.seq)
		evd_putf(&tag, "\"i%" PRIu64 "x%" PRIu64 "\"", q->item.seq, q->item.k);
	if (q->kind) {
		if (tag.len)
			evd_put_str(&tag, " AND ");
		evd_put_str(&tag, "\"k");
		evd_fold(&tag, evd_view_str(q->kind));
		evd_put_u8(&tag, '"');
	}
	put_column(out, "text", &words);
	put_column(out, "who", &who);
	put_column(out, "tag", &tag);
	evd_put_u8(out, '\0');
	if (words.failed || who.failed || tag.failed || plain->text.failed)
		out->failed = EVD_E_NOMEM;
	evd_buf_release(&words);
	evd_buf_release(&who);
	evd_buf_release(&tag);
	if (lacking)
		return evd_fail(err, EVD_E_MISUSE, "the query holds no letter or digit to look for");
	return evd_buf_check(out, err);
}

static struct evd_view column(sqlite3_stmt *s, int at)
{
	const void *p = sqlite3_column_blob(s, at);

	return evd_view_of(p, p ? (size_t)sqlite3_column_bytes(s, at) : 0);
}

static uint64_t number(sqlite3_stmt *s, int at)
{
	return (uint64_t)sqlite3_column_int64(s, at);
}

static void take(sqlite3_stmt *s, struct evd_hit *h)
{
	h->record = (struct evd_id){number(s, 0), number(s, 1)};
	h->kind = column(s, 2);
	h->item = (struct evd_id){number(s, 3), number(s, 4)};
	h->chat = number(s, 5);
	h->n = number(s, 6);
	h->type = column(s, 7);
	h->name = column(s, 8);
	h->text = column(s, 9);
	h->who = column(s, 10);
	h->number = column(s, 11);
	h->handle = column(s, 12);
	h->direction = column(s, 13);
	h->has_utc = sqlite3_column_type(s, 14) != SQLITE_NULL;
	h->utc_ms = sqlite3_column_int64(s, 14);
	h->local = column(s, 15);
	h->source = column(s, 16);
	h->ambiguity = column(s, 17);
	h->exhibit = number(s, 18);
	h->more = column(s, 19);
	h->raw = column(s, 20);
	h->readings = column(s, 21);
	h->mail = column(s, 23);
	h->persons = column(s, 24);
	h->outside_action = h->outside_signer = evd_view_of(NULL, 0);
	if (evd_rec_kind_is_of(h->kind, column(s, 25), h->item.seq == h->record.seq))
		return;
	h->outside_action = column(s, 25);
	h->outside_signer = column(s, 26);
}

struct looking {
	struct evd_phrases phrases;
	struct evd_found found;
	struct evd_object o;
	struct evd_buf elsewhere;
	struct evd_json readings;
};

/* Where the words stand that the hit's present text has not. */
static int say_where(struct looking *l, struct evd_hit *h, struct evd_view more,
                     struct evd_error *err)
{
	const struct evd_view present[] = {h->text, h->name};
	int r = 0;

	evd_buf_reset(&l->elsewhere);
	evd_object_reset(&l->o);
	if (more.len && l->phrases.text.len)
		r = evd_found_put(&l->found, &l->phrases, present, 2, more, &l->o, err);
	if (r == 0 && l->o.n)
		r = evd_object_write(&l->o, &l->elsewhere, err);
	h->elsewhere = evd_buf_view(&l->elsewhere);
	return r;
}

/* A message of which day and month cannot be told apart has a row for each reading, a mail of several dates one for
 * each: it is a hit once, at the first that is asked for. */
static bool told_before(struct looking *l, const struct evd_search *q, struct evd_view readings,
                        uint64_t reading)
{
	struct evd_view local;
	struct evd_when w;
	size_t at = 1;
	bool told = false;

	if (evd_json_parse(&l->readings, readings, NULL))
		return false;
	for (uint64_t i = 1; i < reading && i <= l->readings.node[0].count; i++) {
		int64_t ms;

		if (!told && evd_json_string(&l->readings, at, "local", &local) && evd_when(local, &w)) {
			ms = w.has_utc ? w.utc_ms : w.local_ms;
			told = (!q->has_from || ms >= q->from_ms) && (!q->has_to || ms < q->to_ms);
		}
		at = l->readings.node[at].next;
	}
	return told;
}

static void release(struct looking *l)
{
	evd_json_release(&l->readings);
	evd_phrases_release(&l->phrases);
	evd_found_release(&l->found);
	evd_object_release(&l->o);
	evd_buf_release(&l->elsewhere);
}

static bool count_unread(sqlite3 *db, uint64_t *n)
{
	sqlite3_stmt *s = NULL;
	bool counted =
	    sqlite3_prepare_v2(db,
	                       "SELECT count(*) FROM item i WHERE exhibit IS NOT NULL AND NOT "
	                       "EXISTS(SELECT 1 FROM reading r WHERE r.item_seq=i.seq AND "
	                       "r.item_k=i.k AND (r.reader<>'' OR r.whole))",
	                       -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW;

	if (counted)
		*n = number(s, 0);
	sqlite3_finalize(s);
	return counted;
}

/* Of an item read several times, what its last reading by that reader said, or of one by which it never went through
 * all; what could not be read at all, of its last reading (index.c, put_tried). What is of no reading, all. CROSS JOIN keeps FTS outside,
 * so that hits come in the order of ids and the limit ends the work. */
#define COLUMNS                                                                                    \
	"SELECT r.seq,r.k,r.kind,r.item_seq,r.item_k,r.chat,r.n,r.type,r.name,r.text,r.who,r.number,"  \
	"r.handle,r.direction,r.utc,r.local,r.source,r.ambiguity,"                                     \
	"(SELECT exhibit FROM item i WHERE i.seq=r.item_seq AND "                                      \
	"i.k=r.item_k),r.more,r.raw,r.readings,r.reading,r.mail,r.persons,e.action,e.certificate "
#define ENTRY "CROSS JOIN entry e ON e.seq=r.seq "
#define LATEST                                                                                     \
	"AND ((r.reader IS NULL AND r.kind<>'unread') OR "                                             \
	"r.seq=coalesce((SELECT last FROM reading x WHERE x.item_seq=r.item_seq AND "                  \
	"x.item_k=r.item_k AND x.reader=coalesce(r.reader,'')),r.seq) OR e.action<>'read-out') "

int evd_search(struct evd_case *c, const struct evd_search *q,
               int (*on_hit)(void *ctx, const struct evd_hit *h, struct evd_error *err), void *ctx,
               struct evd_search_end *end, struct evd_error *err)
{
	static const char by_words[] = COLUMNS "FROM fts f CROSS JOIN rec r ON r.id=f.rowid " ENTRY
	                                       "WHERE f.rowid>=?1 AND f.rowid<?2 AND "
	                                       "fts MATCH ?3 " LATEST "ORDER BY f.rowid";
	static const char by_time[] =
	    COLUMNS "FROM rec r " ENTRY "WHERE r.id>=?1 AND r.id<?2 AND ?3='' " LATEST "ORDER BY r.id";
	sqlite3 *db = NULL;
	sqlite3_stmt *s = NULL;
	struct evd_buf match = {0};
	struct looking l = {0};
	struct evd_hit h;
	int step = SQLITE_ERROR, r = match_of(q, &match, &l.phrases, err);

	memset(end, 0, sizeof *end);
	if (r == 0)
		r = evd_index_for_reading(c, &db, err);
	if (r == 0 &&
	    sqlite3_prepare_v2(db, match.len > 1 ? by_words : by_time, -1, &s, NULL) == SQLITE_OK) {
		bool bounded = q->has_from || q->has_to;

		sqlite3_bind_int64(s, 1, q->has_from ? evd_rec_id(q->from_ms) : 0);
		sqlite3_bind_int64(s, 2,
		                   q->has_to ? evd_rec_id(q->to_ms)
		                   : bounded ? EVD_REC_NO_TIME
		                             : INT64_MAX);
		sqlite3_bind_text(s, 3, (const char *)match.data, -1, SQLITE_STATIC);
		step = sqlite3_step(s);
	}
	for (; r == 0 && step == SQLITE_ROW; step = sqlite3_step(s)) {
		if (q->limit && end->hits == q->limit) {
			end->more = true;
			step = SQLITE_DONE;
			break;
		}
		take(s, &h);
		if (number(s, 22) > 1 && told_before(&l, q, h.readings, number(s, 22)))
			continue;
		r = say_where(&l, &h, h.more, err);
		if (r == 0)
			r = on_hit(ctx, &h, err);
		end->hits++;
	}
	if (r == 0 && (step != SQLITE_DONE || !count_unread(db, &end->unread)))
		r = evd_fail(err, EVD_E_IO, "index: %s", sqlite3_errmsg(db));
	sqlite3_finalize(s);
	sqlite3_close(db);
	evd_buf_release(&match);
	release(&l);
	return r;
}
