/* messages: see messages.h. */
#include "derive/messages.h"

#include "base/digest.h"
#include "base/text.h"
#include "derive/latest.h"
#include "derive/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct gathering {
	struct evd_case *c;
	struct evd_messages *list;
	struct evd_latest *read_out; /* of each: those that found a chat in it */
	size_t n;
	bool survey;         /* first which of them count, then what they say */
	struct evd_buf text; /* what one part is made of */
};

/* Which members make a part; times and places in the file are no part of what was said. */
static const struct {
	const char *key;
	enum evd_said_part part;
} member_part[] = {
    {"body", EVD_SAID_BODY},           {"bodyBytes", EVD_SAID_BODY},
    {"bodyLength", EVD_SAID_BODY},     {"call", EVD_SAID_OTHER},
    {"caption", EVD_SAID_OTHER},       {"editTimeLocal", EVD_SAID_EDIT},
    {"editTimeRaw", EVD_SAID_EDIT},    {"editTimeUtc", EVD_SAID_EDIT},
    {"edited", EVD_SAID_EDIT},         {"event", EVD_SAID_OTHER},
    {"eventRaw", EVD_SAID_OTHER},      {"forwarded", EVD_SAID_OTHER},
    {"forwardedFrom", EVD_SAID_OTHER}, {"forwardedFromBytes", EVD_SAID_OTHER},
    {"handle", EVD_SAID_SENDER},       {"messageId", EVD_SAID_ID},
    {"number", EVD_SAID_SENDER},       {"reactions", EVD_SAID_REACTIONS},
    {"replyText", EVD_SAID_OTHER},     {"replyTo", EVD_SAID_OTHER},
    {"revisions", EVD_SAID_EDIT},      {"sender", EVD_SAID_SENDER},
    {"senderBytes", EVD_SAID_SENDER},  {"timeRaw", EVD_SAID_RAW_TIME},
};

/* The part so far, and what is added to it, with the length between, so that nothing runs together. */
static int fold(struct gathering *g, uint8_t part[EVD_SAID_LEN], struct evd_view key,
                struct evd_view value, struct evd_error *err)
{
	uint8_t sha[EVD_SHA256_LEN];
	int r;

	evd_buf_reset(&g->text);
	evd_put_view(&g->text, evd_view_of(part, EVD_SAID_LEN));
	evd_putf(&g->text, "%.*s %zu ", (int)key.len, (const char *)key.p, value.len);
	evd_put_view(&g->text, value);
	r = evd_buf_check(&g->text, err);
	if (r == 0)
		r = evd_sha256(evd_buf_view(&g->text), sha, err);
	if (r == 0)
		memcpy(part, sha, EVD_SAID_LEN);
	return r;
}

static char *copy(struct evd_view v)
{
	return strndup(v.len ? (const char *)v.p : "", v.len);
}

/* Chats are numbered from 1 in the order in which they begin. */
static struct evd_said_chat *chat_of(struct evd_messages *m, uint64_t chat)
{
	return chat && chat <= m->n_chats ? &m->chat[chat - 1] : NULL;
}

static void begin_read_out(struct gathering *g, struct evd_messages *m, const struct evd_json *j)
{
	struct evd_view v;

	if (m->seq)
		return;
	m->seq = g->c->log.entry.seq;
	if (evd_json_string(j, 0, "reader", &v))
		snprintf(m->reader, sizeof m->reader, "%.*s", (int)(v.len < 32 ? v.len : 32),
		         (const char *)v.p);
}

static int add_chat(struct evd_messages *m, const struct evd_json *j, struct evd_error *err)
{
	struct evd_said_chat *chat;
	struct evd_view v;
	uint64_t n;
	void *grown;

	if (!evd_json_int(j, 0, "chat", &n) || n != m->n_chats + 1 || n > UINT32_MAX)
		return 0; /* said before: further facts of it */
	grown = evd_grow(m->chat, m->n_chats, &m->chats_cap, sizeof *m->chat);
	if (!grown)
		return evd_nomem(err);
	m->chat = grown;
	chat = &m->chat[m->n_chats++];
	memset(chat, 0, sizeof *chat);
	chat->chat = (uint32_t)n;
	if (evd_json_string(j, 0, "title", &v) && !(chat->title = copy(v)))
		return evd_nomem(err);
	if (evd_json_string(j, 0, "chatId", &v) && !(chat->id = copy(v)))
		return evd_nomem(err);
	chat->undecidable = evd_json_string(j, 0, "dateOrder", &v) && evd_view_is(v, "undecidable");
	return 0;
}

static int fold_members(struct gathering *g, struct evd_said *s, const struct evd_json *j,
                        struct evd_error *err)
{
	size_t at = 1;
	int r = 0;

	for (uint32_t i = 0; i < j->node[0].count && r == 0; i++, at = j->node[at].next)
		for (size_t k = 0; k < sizeof member_part / sizeof *member_part && r == 0; k++)
			if (evd_view_is(j->node[at].key, member_part[k].key))
				r = fold(g, s->part[member_part[k].part], j->node[at].key, j->node[at].raw, err);
	return r;
}

/* A message that names nobody, as one's own often do, is told from others by the way it went. */
static int fold_way(struct gathering *g, struct evd_said *s, const struct evd_json *j,
                    struct evd_error *err)
{
	static const uint8_t nobody[EVD_SAID_LEN];
	size_t at = evd_json_find(j, 0, "direction");

	if (!at || memcmp(s->part[EVD_SAID_SENDER], nobody, sizeof nobody) != 0)
		return 0;
	return fold(g, s->part[EVD_SAID_SENDER], j->node[at].key, j->node[at].raw, err);
}

static int add_message(struct gathering *g, struct evd_messages *m, uint64_t k,
                       const struct evd_json *j, struct evd_error *err)
{
	struct evd_said *s;
	struct evd_view v;
	uint64_t chat, n;
	struct evd_when w = {0};
	void *grown;
	int r;

	if (!evd_json_int(j, 0, "chat", &chat) || !evd_json_int(j, 0, "n", &n) || chat > UINT32_MAX ||
	    n > UINT32_MAX)
		return 0;
	if (m->n >= EVD_MESSAGES_MAX)
		return evd_fail(err, EVD_E_LIMIT, "more than %u messages in item %llu/%llu",
		                EVD_MESSAGES_MAX, (unsigned long long)m->item.seq,
		                (unsigned long long)m->item.k);
	grown = evd_grow(m->at, m->n, &m->cap, sizeof *m->at);
	if (!grown)
		return evd_nomem(err);
	m->at = grown;
	s = &m->at[m->n++];
	memset(s, 0, sizeof *s);
	s->k = k;
	s->chat = (uint32_t)chat;
	s->n = (uint32_t)n;
	if (evd_json_string(j, 0, "type", &v)) {
		s->deleted = evd_view_is(v, "deleted");
		s->attachment = evd_view_is(v, "attachment");
	}
	if (evd_json_string(j, 0, "timeUtc", &v) && evd_when(v, &w) && w.has_utc) {
		s->has_utc = true;
		s->utc_ms = w.utc_ms;
	}
	if (evd_json_string(j, 0, "timeLocal", &v) && evd_when(v, &w) && !w.has_utc) {
		s->has_local = true;
		s->local_ms = w.local_ms;
	}
	s->minutes = w.precision && w.precision < 19;
	r = fold_members(g, s, j, err);
	return r ? r : fold_way(g, s, j, err);
}

/* The message that an attachment or a piece of a body belongs to: it came just before. */
static struct evd_said *message_of(struct evd_messages *m, const struct evd_json *j)
{
	struct evd_said *s = m->n ? &m->at[m->n - 1] : NULL;
	uint64_t chat, n;

	if (!s || !evd_json_int(j, 0, "chat", &chat) || !evd_json_int(j, 0, "message", &n) ||
	    s->chat != chat || s->n != n)
		return NULL;
	return s;
}

static int add_attachment(struct gathering *g, struct evd_messages *m, const struct evd_json *j,
                          struct evd_error *err)
{
	static const char *const key[] = {"name", "nameBytes", "media", "size", "state"};
	struct evd_said *s = message_of(m, j);
	struct evd_view state;
	int r = 0;

	for (size_t i = 0; s && i < sizeof key / sizeof *key && r == 0; i++) {
		size_t at = evd_json_find(j, 0, key[i]);

		if (at)
			r = fold(g, s->part[EVD_SAID_FILES], j->node[at].key, j->node[at].raw, err);
	}
	if (s && evd_json_string(j, 0, "state", &state) && evd_view_is(state, "not-exported"))
		s->left_out = true;
	return r;
}

static int add_part(struct gathering *g, struct evd_messages *m, const struct evd_json *j,
                    struct evd_error *err)
{
	struct evd_said *s = message_of(m, j);
	size_t at = evd_json_find(j, 0, "value");

	if (!at)
		at = evd_json_find(j, 0, "valueBytes");
	if (!s || !at)
		return 0;
	return fold(g, s->part[EVD_SAID_BODY], j->node[at].key, j->node[at].raw, err);
}

static void end_reading(struct evd_messages *m, const struct evd_json *j)
{
	struct evd_view v;

	if (evd_json_string(j, 0, "version", &v))
		snprintf(m->version, sizeof m->version, "%.*s", (int)(v.len < 32 ? v.len : 32),
		         (const char *)v.p);
	m->whole = evd_json_string(j, 0, "end", &v) && evd_view_is(v, "whole");
}

static int take(struct gathering *g, struct evd_messages *m, uint64_t k, struct evd_view kind,
                const struct evd_json *j, struct evd_error *err)
{
	struct evd_view reader;
	struct evd_said_chat *chat;
	uint64_t n;

	if (evd_view_is(kind, "conversation"))
		begin_read_out(g, m, j);
	if (!m->seq)
		return 0; /* before any chat */
	if (!evd_json_string(j, 0, "reader", &reader))
		return 0;
	if (!evd_view_is(reader, m->reader)) {
		m->several_readers = m->several_readers || evd_view_is(kind, "conversation");
		return 0;
	}
	if (evd_view_is(kind, "conversation"))
		return add_chat(m, j, err);
	if (evd_view_is(kind, "message"))
		return add_message(g, m, k, j, err);
	if (evd_view_is(kind, "attachment"))
		return add_attachment(g, m, j, err);
	if (evd_view_is(kind, "part"))
		return add_part(g, m, j, err);
	if (evd_view_is(kind, "reading"))
		end_reading(m, j);
	if (evd_view_is(kind, "unread") && evd_json_int(j, 0, "chat", &n) &&
	    (chat = chat_of(m, n)) != NULL)
		chat->unread++;
	return 0;
}

static int on_record(void *ctx, const struct evd_record *r, const struct evd_json *j,
                     struct evd_view line, struct evd_error *err)
{
	struct gathering *g = ctx;
	const uint64_t seq = g->c->log.entry.seq;
	struct evd_view item, kind;
	struct evd_id id;

	(void)line;
	if (r->kind != EVD_KIND_OTHER || g->c->log.entry.action != EVD_READ_OUT ||
	    !evd_json_string(j, 0, "item", &item) || !evd_json_string(j, 0, "kind", &kind) ||
	    !evd_id_parse(item, &id))
		return 0;
	for (size_t i = 0; i < g->n; i++) {
		struct evd_messages *m = &g->list[i];
		int code = 0;

		if (m->item.seq != id.seq || m->item.k != id.k)
			continue;
		if (g->survey)
			evd_latest_see_chat(&g->read_out[i], seq, kind, j);
		else if (evd_latest_of(&g->read_out[i]) == seq)
			code = take(g, m, r->k, kind, j, err);
		if (code)
			return code;
	}
	return 0;
}

static int by_chat(const void *a, const void *b)
{
	const struct evd_said *x = a, *y = b;

	if (x->chat != y->chat)
		return x->chat < y->chat ? -1 : 1;
	return x->k < y->k ? -1 : x->k > y->k; /* records stand in the order of the source */
}

/* Chats of one item may be told in turns: one after the other for who compares. */
static void part_chats(struct evd_messages *m)
{
	size_t at = 0;

	if (m->n)
		qsort(m->at, m->n, sizeof *m->at, by_chat);
	for (size_t i = 0; i < m->n_chats; i++) { /* numbered in the order in which they begin */
		struct evd_said_chat *chat = &m->chat[i];

		while (at < m->n && m->at[at].chat < chat->chat)
			at++;
		chat->first = at;
		while (at < m->n && m->at[at].chat == chat->chat)
			at++;
		chat->n = at - chat->first;
	}
}

/* Records of entry `seq` are withheld. */
static bool lacks_records(const struct evd_log *log, uint64_t seq)
{
	for (size_t i = 0; i < log->runs.n; i++)
		if (log->runs.at[i].seq == seq)
			return true;
	return false;
}

int evd_messages_read(struct evd_case *c, struct evd_messages *list, size_t n,
                      struct evd_error *err)
{
	struct gathering g = {.c = c, .list = list, .n = n, .survey = true};
	int r;

	g.read_out = calloc(n + 1, sizeof *g.read_out);
	if (!g.read_out)
		return evd_nomem(err);
	evd_buf_init(&g.text, EVD_MAX_RECORD_LINE + 4096);
	r = evd_case_read(c, NULL, on_record, &g, err);
	g.survey = false;
	if (r == 0)
		r = evd_case_read(c, NULL, on_record, &g, err);
	evd_buf_release(&g.text);
	free(g.read_out);
	for (size_t i = 0; i < n && r == 0; i++) {
		part_chats(&list[i]);
		list[i].withheld = list[i].seq && lacks_records(&c->log, list[i].seq);
	}
	return r;
}

void evd_messages_release(struct evd_messages *m)
{
	for (size_t i = 0; i < m->n_chats; i++) {
		free(m->chat[i].title);
		free(m->chat[i].id);
	}
	free(m->chat);
	free(m->at);
	memset(m, 0, sizeof *m);
}
