/* rec: see rec.h. */
#include "index/rec.h"

#include "index/rec_kind.h"

#include "base/text.h"
#include "derive/when.h"
#include "platform/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTE_MAX (16u << 20) /* bytes of a note, as `evidence note` takes them */
/* of one time, for which there is a row each: a record of 1 MiB could list 45,000, and each row has the list */
#define READINGS_MAX 8u

const char evd_rec_schema[] =
    "CREATE TABLE rec(id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, k INTEGER NOT NULL,"
    " kind TEXT NOT NULL, item_seq INTEGER, item_k INTEGER, reader TEXT, chat INTEGER, n INTEGER,"
    " type TEXT, name TEXT, text TEXT, more TEXT, who TEXT, number TEXT, handle TEXT,"
    " direction TEXT, utc INTEGER, local TEXT, source TEXT, ambiguity TEXT, raw TEXT, readings "
    "TEXT,"
    " reading INTEGER, mail TEXT, persons TEXT) STRICT;"
    "CREATE TABLE reading(item_seq INTEGER NOT NULL, item_k INTEGER NOT NULL, reader TEXT NOT NULL,"
    " last INTEGER NOT NULL, whole INTEGER NOT NULL, PRIMARY KEY(item_seq,item_k,reader)) WITHOUT "
    "ROWID, STRICT;"
    "CREATE VIRTUAL TABLE fts USING fts5(text, who, tag, content='', columnsize=0,"
    " tokenize='ascii');"
    "INSERT INTO fts(fts,rank) VALUES('hashsize',6291456);";

enum {
	C_ID = 1,
	C_SEQ,
	C_K,
	C_KIND,
	C_ITEM_SEQ,
	C_ITEM_K,
	C_READER,
	C_CHAT,
	C_N,
	C_TYPE,
	C_NAME,
	C_TEXT,
	C_MORE,
	C_WHO,
	C_NUMBER,
	C_HANDLE,
	C_DIRECTION,
	C_UTC,
	C_LOCAL,
	C_SOURCE,
	C_AMBIGUITY,
	C_RAW,      /* where there is no one time */
	C_READINGS, /* the record's list, where it has several; then there is a row for each … */
	C_READING,  /* … this being the row of that one, from 1 */
	C_MAIL,     /* the mail that it is of: the group of its fields */
	C_PERSONS   /* whom that mail names beside its sender */
};

static int fail(sqlite3 *db, struct evd_error *err)
{
	return evd_fail(err, EVD_E_IO, "index: %s", sqlite3_errmsg(db));
}

int evd_rec_begin(struct evd_rec_writer *w, sqlite3 *db, struct evd_case *c, struct evd_error *err)
{
	memset(w, 0, sizeof *w);
	w->db = db;
	w->c = c;
	w->base = -1;
	if (sqlite3_prepare_v2(
	        db, "INSERT INTO rec VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", -1,
	        &w->put, NULL) ||
	    sqlite3_prepare_v2(db,
	                       "SELECT (SELECT max(id) FROM rec WHERE id>=?1 AND id<?2),(SELECT "
	                       "min(id) FROM rec WHERE id>=?2)",
	                       -1, &w->last, NULL) ||
	    sqlite3_prepare_v2(db,
	                       "INSERT INTO reading VALUES(?,?,?,?,?) ON CONFLICT DO UPDATE SET "
	                       "last=excluded.last,whole=excluded.whole WHERE excluded.whole>=whole OR "
	                       "reader=''",
	                       -1, &w->reading, NULL) ||
	    sqlite3_prepare_v2(db, "INSERT INTO fts(rowid,text,who,tag) VALUES(?,?,?,?)", -1, &w->fts,
	                       NULL))
		return fail(db, err);
	return evd_mails_begin(&w->mails, err);
}

void evd_rec_end(struct evd_rec_writer *w)
{
	sqlite3_finalize(w->put);
	sqlite3_finalize(w->last);
	sqlite3_finalize(w->reading);
	sqlite3_finalize(w->fts);
	free(w->late);
	free(w->full);
	evd_buf_release(&w->plain);
	evd_buf_release(&w->more);
	evd_buf_release(&w->actor);
	evd_buf_release(&w->dates);
	evd_buf_release(&w->words);
	evd_buf_release(&w->who);
	evd_buf_release(&w->tag);
	evd_json_release(&w->json);
	evd_mails_release(&w->mails);
}

/* The member `key` (*bytes false) or `keyBytes` (true) of an object, in one walk, whose order ends it; false:
 * neither. */
static bool find_member(const struct evd_json *j, size_t object, const char *key,
                        struct evd_view *out, bool *bytes)
{
	static const char suffix[] = "Bytes";
	const size_t n = strlen(key), more = sizeof suffix - 1;
	size_t at = object + 1;
	bool found = false;

	if (object >= j->n || j->node[object].type != EVD_JSON_OBJECT)
		return false;
	for (uint32_t i = 0; i < j->node[object].count; i++, at = j->node[at].next) {
		struct evd_view k = j->node[at].key;

		if (k.p[0] != (uint8_t)key[0]) {
			if (k.p[0] > (uint8_t)key[0])
				break;
			continue;
		}
		if ((k.len != n && k.len != n + more) || memcmp(k.p, key, n) != 0 ||
		    j->node[at].type != EVD_JSON_STRING ||
		    (k.len > n && memcmp(k.p + n, suffix, more) != 0))
			continue;
		*out = j->node[at].raw;
		*bytes = k.len > n;
		found = true;
		if (!*bytes)
			break;
	}
	return found;
}

/* The members `key` or `keyBytes` of an object, appended. */
static bool put_member(struct evd_buf *b, const struct evd_json *j, size_t object, const char *key)
{
	struct evd_view v;
	bool bytes;

	if (!find_member(j, object, key, &v, &bytes))
		return false;
	if (bytes)
		evd_put_unbase64url(b, v);
	else
		evd_put_unescaped(b, v);
	return true;
}

/* What a member spells, or nothing. Lives as long as the line, and w->plain, which has room for all of it. */
static struct evd_view member(struct evd_rec_writer *w, const struct evd_json *j, const char *key)
{
	struct evd_view v = {NULL, 0};
	size_t from = w->plain.len;
	bool bytes;

	if (!key || !find_member(j, 0, key, &v, &bytes) ||
	    (!bytes && !(v.len && memchr(v.p, '\\', v.len))))
		return v;
	if (bytes)
		evd_put_unbase64url(&w->plain, v);
	else
		evd_put_unescaped(&w->plain, v);
	return evd_view_of(w->plain.data + from, w->plain.len - from);
}

static void bind_view(sqlite3_stmt *s, int at, struct evd_view v)
{
	if (v.p)
		sqlite3_bind_text(s, at, v.len ? (const char *)v.p : "", (int)v.len, SQLITE_STATIC);
}

static void bind_int(sqlite3_stmt *s, int at, const struct evd_json *j, const char *key)
{
	uint64_t v;

	if (key && evd_json_int(j, 0, key, &v))
		sqlite3_bind_int64(s, at, (sqlite3_int64)v);
}

/* Of the readings of a time of which day and month cannot be told apart, number `n`, from 0; how many have a row. */
static uint32_t reading_of(const struct evd_json *j, uint32_t n, struct evd_view *local,
                           struct evd_view *all)
{
	size_t list = evd_json_find(j, 0, "timeReadings"), at = list + 1;

	*local = (struct evd_view){NULL, 0};
	if (!list || j->node[list].type != EVD_JSON_ARRAY || n >= j->node[list].count)
		return 0;
	for (uint32_t i = 0; i < n; i++)
		at = j->node[at].next;
	*all = j->node[list].raw;
	if (!evd_json_string(j, at, "local", local))
		return 0;
	return j->node[list].count < READINGS_MAX ? j->node[list].count : READINGS_MAX;
}

/* A message without a time, or with several: what the source has. */
static bool undecided(struct evd_rec_writer *w, const struct evd_json *j, uint32_t reading,
                      struct evd_view *local, uint32_t *readings)
{
	struct evd_view all;

	bind_view(w->put, C_RAW, member(w, j, "timeRaw"));
	*readings = reading_of(j, reading, local, &all);
	if (!*readings)
		return false;
	bind_view(w->put, C_READINGS, all);
	sqlite3_bind_int64(w->put, C_READING, (sqlite3_int64)reading + 1);
	return true;
}

/* Times as claimed. UTC only if the record proves it; else the calendar fields as written. *readings: how many rows the
 * record has, of which this is the one of `reading`; 0: one. */
static bool claimed(struct evd_rec_writer *w, const struct evd_json *j, const char *kind,
                    uint32_t reading, uint32_t *readings, int64_t *order)
{
	struct evd_view v, as;
	struct evd_when when;
	bool field = strcmp(kind, "field") == 0;

	*readings = 0;

	if (field && (!evd_json_string(j, 0, "as", &as) || as.len < 5 ||
	              memcmp(as.p, "time.", 5) != 0 || !evd_json_string(j, 0, "value", &v)))
		return false;
	if (!field && !evd_json_string(j, 0, "timeUtc", &v) &&
	    !evd_json_string(j, 0, "timeLocal", &v) && !undecided(w, j, reading, &v, readings))
		return false;
	if (!evd_when(v, &when))
		return false;
	*order = when.has_utc ? when.utc_ms : when.local_ms;
	if (when.has_utc)
		sqlite3_bind_int64(w->put, C_UTC, when.utc_ms);
	if (field || evd_json_string(j, 0, "timeLocal", &v))
		sqlite3_bind_text(w->put, C_LOCAL, (const char *)v.p, (int)v.len, SQLITE_STATIC);
	if (field)
		sqlite3_bind_text(w->put, C_SOURCE, "claimed", -1, SQLITE_STATIC);
	else
		bind_view(w->put, C_SOURCE, member(w, j, "timeSource"));
	bind_view(w->put, C_AMBIGUITY, member(w, j, "timeAmbiguity"));
	return true;
}

static int put_row(struct evd_rec_writer *w, uint64_t k, const char *kind, struct evd_id item,
                   const struct evd_rec_words *words, bool timed, int64_t ms, struct evd_error *err)
{
	sqlite3_int64 id = 0;
	int r = timed ? evd_rec_next_id(w, ms, &id, err) : evd_rec_next_timeless(w, &id, err);

	if (r == 0) {
		sqlite3_bind_int64(w->put, C_ID, id);
		sqlite3_bind_int64(w->put, C_SEQ, (sqlite3_int64)w->seq);
		sqlite3_bind_int64(w->put, C_K, (sqlite3_int64)k);
		sqlite3_bind_text(w->put, C_KIND, kind, -1, SQLITE_STATIC);
		if (item.seq) {
			sqlite3_bind_int64(w->put, C_ITEM_SEQ, (sqlite3_int64)item.seq);
			sqlite3_bind_int64(w->put, C_ITEM_K, (sqlite3_int64)item.k);
		}
		r = sqlite3_step(w->put) == SQLITE_DONE ? 0 : fail(w->db, err);
	}
	sqlite3_reset(w->put);
	sqlite3_clear_bindings(w->put);
	return r ? r : evd_rec_fold(w, id, item, kind, words, err);
}

/* Notes and statements are payload files of ours; the words of JSON ones are their strings. */
static int add_note(struct evd_rec_writer *w, const struct evd_record *r, struct evd_error *err)
{
	const char *kind = r->role == EVD_ROLE_NOTE        ? "note"
	                   : r->role == EVD_ROLE_STATEMENT ? "statement"
	                                                   : "description";
	struct evd_id id = {w->c->log.entry.seq, r->k};
	char path[EVD_PAYLOAD_PATH];
	struct evd_buf file = {0}, words = {0};
	struct evd_rec_words said = {0};
	struct evd_json j = {0};
	int64_t ms = w->c->log.entry.time_ms;
	int code = 0;

	evd_payload_path(path, id, r->ext);
	if (evd_file_read(w->c->dir, path, NOTE_MAX, &file, NULL) == 0) {
		if (evd_json_parse(&j, evd_buf_view(&file), NULL) == 0) {
			for (size_t i = 0; i < j.n; i++)
				if (j.node[i].type == EVD_JSON_STRING && !evd_view_is(j.node[i].key, "format")) {
					evd_put_unescaped(&words, j.node[i].raw);
					evd_put_u8(&words, '\n');
				}
		} else
			evd_put_view(&words, evd_buf_view(&file));
		said.text = evd_buf_view(&words);
		said.who = evd_buf_view(&w->actor);
		bind_view(w->put, C_TEXT, words.len ? said.text : evd_view_str(""));
		bind_view(w->put, C_WHO, w->actor.len ? said.who : evd_view_str(""));
		sqlite3_bind_int64(w->put, C_UTC, ms);
		sqlite3_bind_text(w->put, C_SOURCE, "recorded", -1, SQLITE_STATIC);
		code = words.failed ? evd_nomem(err) : put_row(w, r->k, kind, id, &said, true, ms, err);
	}
	evd_json_release(&j);
	evd_buf_release(&file);
	evd_buf_release(&words);
	return code;
}

/* By one reader, or by all (`read-item`, no reader's name). One that stopped on the way does not take the place of one
 * that went through; nor does what another entry than a read-out says, which any who may write notes could. */
static int add_reading(struct evd_rec_writer *w, const struct evd_json *j, struct evd_error *err)
{
	struct evd_view item, end;
	struct evd_id id;
	const size_t reader = evd_json_find(j, 0, "reader");
	int r = 0;

	if (w->c->log.entry.action == EVD_READ_OUT &&
	    (!reader || j->node[reader].type == EVD_JSON_STRING) &&
	    evd_json_string(j, 0, "item", &item) && evd_id_parse(item, &id) &&
	    evd_json_string(j, 0, "end", &end)) {
		sqlite3_bind_int64(w->reading, 1, (sqlite3_int64)id.seq);
		sqlite3_bind_int64(w->reading, 2, (sqlite3_int64)id.k);
		bind_view(w->reading, 3, reader ? member(w, j, "reader") : evd_view_str(""));
		sqlite3_bind_int64(w->reading, 4, (sqlite3_int64)w->c->log.entry.seq);
		sqlite3_bind_int(w->reading, 5,
		                 !evd_view_is(end, "stopped") && !evd_view_is(end, "trouble"));
		r = sqlite3_step(w->reading) == SQLITE_DONE ? 0 : fail(w->db, err);
		sqlite3_reset(w->reading);
		sqlite3_clear_bindings(w->reading);
	}
	return r;
}

static int start(struct evd_rec_writer *w, const struct evd_json *j, struct evd_error *err)
{
	evd_buf_reset(&w->plain);
	/* never moved while views lead into it */
	return evd_buf_room(&w->plain, j->node[0].raw.len) ? 0 : evd_nomem(err);
}

/* The time of the mail that a record is of. With several dates one of them, as the reading `reading`. */
static bool dated(struct evd_rec_writer *w, const struct evd_mail *mail, uint32_t reading,
                  uint32_t *readings, int64_t *order)
{
	struct evd_view date;
	struct evd_when when;

	if (reading >= mail->n_dates)
		return false;
	date = evd_mail_date_at(mail, reading);
	if (!evd_when(date, &when))
		return false;
	*order = when.has_utc ? when.utc_ms : when.local_ms;
	sqlite3_bind_text(w->put, C_SOURCE, "claimed", -1, SQLITE_STATIC);
	if (mail->n_dates == 1) {
		if (when.has_utc)
			sqlite3_bind_int64(w->put, C_UTC, when.utc_ms);
		bind_view(w->put, C_LOCAL, date);
		return true;
	}
	*readings = mail->n_dates;
	evd_buf_reset(&w->dates);
	evd_mail_put_dates(&w->dates, mail);
	bind_view(w->put, C_READINGS, evd_buf_view(&w->dates));
	sqlite3_bind_int64(w->put, C_READING, (sqlite3_int64)reading + 1);
	sqlite3_bind_text(w->put, C_AMBIGUITY, "several-dates", -1, SQLITE_STATIC);
	return true;
}

/* What its mail says of a record. */
static void put_mail(struct evd_rec_writer *w, const struct evd_mail *mail, bool speaks,
                     struct evd_rec_words *said)
{
	bind_view(w->put, C_MAIL, evd_view_str(mail->group));
	if (!speaks)
		return;
	said->who = evd_buf_view(&mail->who);
	said->persons = evd_buf_view(&mail->persons);
	if (said->persons.len)
		bind_view(w->put, C_PERSONS, said->persons);
}

/* The row of one reading of its time; *readings as of claimed(). */
static int add_row(struct evd_rec_writer *w, uint64_t k, const struct evd_json *j,
                   const struct evd_rec_kind *x, uint32_t reading, uint32_t *readings,
                   struct evd_error *err)
{
	bool speaks;
	const struct evd_mail *mail = evd_mail_of(&w->mails, w->seq, evd_view_str(x->kind), j, &speaks);
	struct evd_rec_words said;
	struct evd_view item;
	struct evd_id id = {0, 0};
	int64_t ms = 0;
	bool timed;

	if (evd_json_string(j, 0, "item", &item) && !evd_id_parse(item, &id))
		memset(&id, 0, sizeof id);
	said = (struct evd_rec_words){.text = member(w, j, x->text),
	                              .name = member(w, j, x->name),
	                              .who = member(w, j, x->who),
	                              .handle = member(w, j, "handle"),
	                              .number = member(w, j, "number"),
	                              .type = member(w, j, x->type)};
	if (mail)
		put_mail(w, mail, speaks, &said);
	evd_rec_put_more(&w->more, j, strcmp(x->kind, "message") == 0);
	if (w->more.failed)
		return evd_buf_check(&w->more, err);
	said.more = evd_buf_view(&w->more);
	bind_view(w->put, C_READER, member(w, j, "reader"));
	bind_int(w->put, C_CHAT, j, "chat");
	bind_int(w->put, C_N, j, x->n);
	bind_view(w->put, C_TYPE, said.type);
	bind_view(w->put, C_NAME, said.name);
	bind_view(w->put, C_TEXT, said.text);
	bind_view(w->put, C_WHO, said.who);
	bind_view(w->put, C_NUMBER, said.number);
	bind_view(w->put, C_HANDLE, said.handle);
	bind_view(w->put, C_DIRECTION, member(w, j, x->direction));
	if (said.more.len)
		bind_view(w->put, C_MORE, said.more);
	timed = claimed(w, j, x->kind, reading, readings, &ms);
	if (!timed && mail && speaks)
		timed = dated(w, mail, reading, readings, &ms);
	if (w->dates.failed)
		return evd_buf_check(&w->dates, err);
	return put_row(w, k, x->kind, id, &said, timed, ms, err);
}

/* All rows of a record of a kind that is searched; others are passed. */
static int add_rows(struct evd_rec_writer *w, uint64_t k, struct evd_view kind,
                    const struct evd_json *j, struct evd_error *err)
{
	const struct evd_rec_kind *x = evd_rec_kind_of(kind);
	uint32_t readings = 0;
	int code;

	if (!x)
		return 0;
	code = add_row(w, k, j, x, 0, &readings, err);
	for (uint32_t i = 1; code == 0 && i < readings; i++) {
		code = start(w, j, err);
		if (code == 0)
			code = add_row(w, k, j, x, i, &readings, err);
	}
	return code;
}

int evd_rec_flush(struct evd_rec_writer *w, struct evd_error *err)
{
	struct evd_mails *m = &w->mails;
	struct evd_json *j = &m->json;
	struct evd_view kind;
	int code = 0;

	w->seq = m->seq;
	for (size_t i = 0; code == 0 && i < m->n_held; i++) {
		code = evd_json_parse(j, evd_view_of(m->lines.data + m->held[i].off, m->held[i].len), err);
		if (code == 0)
			code = start(w, j, err);
		if (code == 0 && evd_json_string(j, 0, "kind", &kind))
			code = add_rows(w, m->held[i].k, kind, j, err);
	}
	m->n_held = 0;
	evd_buf_reset(&m->lines);
	return code;
}

int evd_rec_add(struct evd_rec_writer *w, const struct evd_record *r, const struct evd_json *j,
                struct evd_error *err)
{
	const uint64_t seq = w->c->log.entry.seq;
	struct evd_view kind;
	bool waits, apart;
	size_t actor;
	int code = 0;

	if (w->actor_of != seq)
		evd_buf_reset(&w->actor);
	w->actor_of = seq;
	if (!evd_json_string(j, 0, "kind", &kind))
		return 0;
	waits = evd_mail_waits(&w->mails, seq, kind, j, &apart);
	if (w->mails.n_held && apart)
		code = evd_rec_flush(w, err);
	if (code)
		return code;
	if (waits)
		return evd_mail_hold(&w->mails, seq, r->k, j, err);
	w->seq = seq;
	code = start(w, j, err);
	if (code)
		return code;
	if (r->kind == EVD_KIND_CIRCUMSTANCES) {
		evd_buf_reset(&w->actor);
		actor = evd_json_find(j, 0, "actor");
		if (actor)
			put_member(&w->actor, j, actor, "name");
		return evd_buf_check(&w->actor, err);
	}
	if (r->kind == EVD_KIND_CONTENT)
		return r->role == EVD_ROLE_NOTE || r->role == EVD_ROLE_STATEMENT ||
		               r->role == EVD_ROLE_DESCRIPTION
		           ? add_note(w, r, err)
		           : 0;
	if (evd_view_is(kind, "reading") || evd_view_is(kind, "read-item"))
		return add_reading(w, j, err);
	return add_rows(w, r->k, kind, j, err);
}
