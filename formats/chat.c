/* chat: see chat.h. Emission of the model's records. */
#include "chat.h"

#include "base/text.h"
#include "chat_count.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const type_name[EVD_CHAT_N_TYPES] = {
    "text", "attachment", "system",    "call",    "location",    "contact",
    "poll", "deleted",    "view-once", "pending", "unsupported",
};
static const char *const state_name[EVD_CHAT_N_STATES] = {
    "present",     "absent", "not-exported", "unavailable",
    "zero-filled", "empty",  "wrong-type",   "remote",
};
static const char *const flag_name[EVD_CHAT_F_COUNT] = {
    "header-imitation", "impossible-time",      "time-goes-back",   "duplicate-id",
    "other-date-form",  "sender-split-unsure",  "unknown-marker",   "times-disagree",
    "mended",           "two-bodies",           "inherited-sender", "duplicate-key",
    "unknown-type",     "surrogate-references", "no-time",          "typed-marker",
    "body-cut",
};

void evd_chat_init(struct evd_chat *c, struct evd_sink *sink, const char *platform)
{
	memset(c, 0, sizeof *c);
	c->sink = sink;
	c->platform = platform;
	evd_object_init(&c->o);
	evd_buf_init(&c->scratch, EVD_MAX_RECORD_LINE);
}

void evd_chat_release(struct evd_chat *c)
{
	for (size_t i = 0; i < c->n_conv; i++)
		evd_chat_conv_free(c->conv[i]);
	free(c->conv);
	free(c->conv_slot);
	free(c->ids);
	evd_object_release(&c->o);
	evd_buf_release(&c->scratch);
	memset(c, 0, sizeof *c);
}

static struct evd_object *start(struct evd_chat *c, const char *kind)
{
	evd_object_reset(&c->o);
	evd_object_cstr(&c->o, "kind", kind);
	return &c->o;
}

static int finish(struct evd_chat *c, struct evd_error *err)
{
	int r = c->sink->emit(c->sink->ctx, &c->o, err);

	evd_object_reset(&c->o);
	return r;
}

/* Where text may be cut: not within a UTF-8 character. */
static size_t cut_at(struct evd_view v, size_t max)
{
	if (v.len <= max)
		return v.len;
	for (size_t back = 0; back < 4 && back < max; back++)
		if ((v.p[max - back] & 0xc0) != 0x80)
			return max - back;
	return max;
}

void evd_chat_text(struct evd_object *o, const char *key, struct evd_view v)
{
	char cut[EVD_MAX_KEY];

	if (v.len <= EVD_CHAT_TEXT_MAX) {
		evd_object_bytes(o, key, v);
		return;
	}
	snprintf(cut, sizeof cut, "%sLength", key);
	evd_object_int(o, cut, v.len);
	evd_object_bytes(o, key, evd_view_of(v.p, cut_at(v, 4096)));
}

static void put_text(struct evd_object *o, const char *key, struct evd_view v)
{
	if (v.len)
		evd_chat_text(o, key, v);
}

static size_t two(char *p, int v, size_t n)
{
	for (size_t i = n; i > 0; i--, v /= 10)
		p[i - 1] = (char)('0' + v % 10);
	return n;
}

/* Not snprintf: this runs once or twice a message. */
static size_t spell_time(char *p, int64_t ms, enum evd_chat_precision precision, bool utc)
{
	int64_t s = ms / 1000, rest = ms % 1000;
	struct evd_civil t;
	size_t n = 0;

	if (rest < 0) {
		rest += 1000;
		s--;
	}
	evd_civil(s, &t);
	n += two(p + n, t.year, 4);
	p[n++] = '-';
	n += two(p + n, t.month, 2);
	p[n++] = '-';
	n += two(p + n, t.day, 2);
	if (precision == EVD_CHAT_DAY)
		return n;
	p[n++] = 'T';
	n += two(p + n, t.hour, 2);
	p[n++] = ':';
	n += two(p + n, t.minute, 2);
	if (precision != EVD_CHAT_MINUTE || utc) {
		p[n++] = ':';
		n += two(p + n, t.second, 2);
	}
	if (precision == EVD_CHAT_MILLI) {
		p[n++] = '.';
		n += two(p + n, (int)rest, 3);
	}
	if (utc)
		p[n++] = 'Z';
	return n;
}

static const char *joined(char key[EVD_MAX_KEY], const char *prefix, const char *name)
{
	size_t n = strlen(prefix), k = strlen(name);

	memcpy(key, prefix, n);
	memcpy(key + n, name, k + 1);
	return key;
}

/* Fixed words and digits only: nothing to escape. */
static void put_readings(struct evd_object *o, const char *key, const struct evd_chat_time *t)
{
	char json[3 * 80], text[40];
	size_t n = 0;

	for (size_t i = 0; i < t->n_readings; i++) {
		size_t len = spell_time(text, t->reading[i].local_ms, t->precision, false);
		int put = snprintf(json + n, sizeof json - n, "%s{\"local\":\"%.*s\",\"order\":\"%s\"}",
		                   i ? "," : "[", (int)len, text, t->reading[i].order);

		n += put > 0 ? (size_t)put : 0;
	}
	json[n++] = ']';
	evd_object_raw(o, key, evd_view_of(json, n));
}

void evd_chat_put_time(struct evd_object *o, const char *prefix, const struct evd_chat_time *t)
{
	static const char *const precision[] = {"minute", "second", "millisecond", "day"};
	char key[EVD_MAX_KEY], text[40];

	if (t->raw.len)
		evd_chat_text(o, joined(key, prefix, "Raw"), t->raw);
	if (t->has_local)
		evd_object_str(o, joined(key, prefix, "Local"),
		               evd_view_of(text, spell_time(text, t->local_ms, t->precision, false)));
	if (t->has_utc)
		evd_object_str(o, joined(key, prefix, "Utc"),
		               evd_view_of(text, spell_time(text, t->utc_ms, t->precision, true)));
	if (t->n_readings)
		put_readings(o, joined(key, prefix, "Readings"), t);
	if (t->source)
		evd_object_cstr(o, joined(key, prefix, "Source"), t->source);
	if (t->ambiguity)
		evd_object_cstr(o, joined(key, prefix, "Ambiguity"), t->ambiguity);
	if (t->has_local || t->has_utc || t->n_readings)
		evd_object_cstr(o, joined(key, prefix, "Precision"), precision[t->precision]);
}

static int put_conversation(struct evd_chat *c, const struct evd_chat_conv *conv,
                            const struct evd_chat_info *info, struct evd_error *err)
{
	struct evd_object *o = start(c, "conversation");

	evd_object_int(o, "chat", conv->n);
	evd_object_cstr(o, "platform", c->platform);
	put_text(o, "title", info->title);
	put_text(o, "chatId", info->id);
	put_text(o, "type", info->kind_raw);
	put_text(o, "account", info->account);
	put_text(o, "member", c->member);
	if (info->form)
		evd_object_cstr(o, "form", info->form);
	if (info->date_order)
		evd_object_cstr(o, "dateOrder", info->date_order);
	if (info->date_order_by)
		evd_object_cstr(o, "dateOrderBy", info->date_order_by);
	if (info->details.len)
		evd_object_raw(o, "details", info->details);
	if (info->late)
		evd_object_bool(o, "late", true);
	return finish(c, err);
}

int evd_chat_begin(struct evd_chat *c, struct evd_view key, const struct evd_chat_info *info,
                   struct evd_chat_conv **out, struct evd_error *err)
{
	int r = evd_chat_conv_add(c, key, out, err);

	return r ? r : put_conversation(c, *out, info, err);
}

int evd_chat_more(struct evd_chat *c, struct evd_chat_conv *conv, const struct evd_chat_info *info,
                  struct evd_error *err)
{
	struct evd_chat_info more = *info;

	more.late = true;
	return put_conversation(c, conv, &more, err);
}

int evd_chat_participant(struct evd_chat *c, struct evd_chat_conv *conv, struct evd_view label,
                         struct evd_view number, struct evd_view handle, struct evd_error *err)
{
	return evd_chat_conv_sender(c, conv, label, number, handle, 0, err);
}

static void put_flags(struct evd_object *o, struct evd_buf *b, unsigned flags)
{
	bool first = true;

	if (!flags)
		return;
	evd_buf_reset(b);
	for (unsigned i = 0; i < EVD_CHAT_F_COUNT; i++) {
		if (!(flags & 1u << i))
			continue;
		evd_put_str(b, first ? "[\"" : ",\"");
		evd_put_str(b, flag_name[i]);
		evd_put_u8(b, '"');
		first = false;
	}
	evd_put_u8(b, ']');
	evd_object_raw(o, "flags", evd_buf_view(b));
}

static void put_place(struct evd_chat *c, uint64_t off, uint64_t len)
{
	if (off <= EVD_MAX_JSON_INT && len <= EVD_MAX_JSON_INT) {
		evd_object_int(&c->o, "offset", off);
		evd_object_int(&c->o, "bytes", len);
	}
	put_text(&c->o, "member", c->member);
}

static void put_sender(struct evd_object *o, const struct evd_chat_message *m)
{
	put_text(o, "sender", m->sender);
	put_text(o, "number", m->number);
	put_text(o, "handle", m->handle);
	if (m->direction)
		evd_object_cstr(o, "direction", m->direction);
}

static void put_raw(struct evd_object *o, const char *key, struct evd_view json)
{
	if (json.len)
		evd_object_raw(o, key, json);
}

static void put_content(struct evd_object *o, const struct evd_chat_message *m)
{
	if (m->has_body && m->body.len > EVD_CHAT_TEXT_MAX)
		evd_object_int(o, "bodyLength", m->body.len);
	else if (m->has_body)
		evd_object_bytes(o, "body", m->body);
	put_text(o, "bodyRaw", m->body_raw);
	put_text(o, "caption", m->caption);
	put_text(o, "marker", m->marker);
	if (m->event)
		evd_object_cstr(o, "event", m->event);
	put_text(o, "eventRaw", m->event_raw);
	put_text(o, "replyTo", m->reply_to);
	put_text(o, "replyText", m->reply_text);
	put_text(o, "forwardedFrom", m->forwarded);
	if (m->edited)
		evd_object_bool(o, "edited", true);
	evd_chat_put_time(o, "editTime", &m->edit_time);
	put_raw(o, "revisions", m->revisions);
	put_raw(o, "reactions", m->reactions);
	put_raw(o, "call", m->call);
	put_raw(o, "details", m->details);
}

/* The pieces of a body that is longer than a record line may be. */
static int put_parts(struct evd_chat *c, const struct evd_chat_conv *conv, struct evd_view body,
                     struct evd_error *err)
{
	int r = 0;

	for (uint64_t n = 1; body.len && r == 0; n++) {
		size_t len = cut_at(body, EVD_CHAT_TEXT_MAX);
		struct evd_object *o = start(c, "part");

		evd_object_int(o, "chat", conv->n);
		evd_object_int(o, "message", conv->n_messages);
		evd_object_cstr(o, "name", "body");
		evd_object_int(o, "n", n);
		evd_object_bytes(o, "value", evd_view_of(body.p, len));
		r = finish(c, err);
		body.p += len;
		body.len -= len;
	}
	return r;
}

int evd_chat_message(struct evd_chat *c, struct evd_chat_conv *conv, struct evd_chat_message *m,
                     struct evd_error *err)
{
	struct evd_object *o;
	int r = evd_chat_conv_count(c, conv, m, err);

	if (r)
		return r;
	o = start(c, "message");
	evd_object_int(o, "chat", conv->n);
	evd_object_int(o, "n", conv->n_messages);
	evd_object_cstr(o, "type", type_name[m->type]);
	put_text(o, "messageId", m->id);
	put_sender(o, m);
	evd_chat_put_time(o, "time", &m->time);
	put_content(o, m);
	put_flags(o, &c->scratch, m->flags);
	if (!m->no_place)
		put_place(c, m->off, m->len);
	r = finish(c, err);
	if (r == 0 && m->has_body && m->body.len > EVD_CHAT_TEXT_MAX)
		r = put_parts(c, conv, m->body, err);
	return r;
}

int evd_chat_attach(struct evd_chat *c, struct evd_chat_conv *conv,
                    const struct evd_chat_attachment *a, struct evd_error *err)
{
	struct evd_object *o = start(c, "attachment");

	conv->n_state[a->state]++;
	conv->n_attachments++;
	evd_object_int(o, "chat", conv->n);
	evd_object_int(o, "message", conv->n_messages);
	evd_object_int(o, "n", ++conv->n_in_message);
	evd_object_cstr(o, "state", state_name[a->state]);
	put_text(o, "name", a->name);
	put_text(o, "media", a->media);
	put_text(o, "note", a->note);
	put_text(o, "found", a->found);
	if (a->has_size && a->size <= EVD_MAX_JSON_INT)
		evd_object_int(o, "size", a->size);
	if (a->has_found_size && a->found_size <= EVD_MAX_JSON_INT)
		evd_object_int(o, "foundSize", a->found_size);
	return finish(c, err);
}

static EVD_PRINTF(2, 0) void put_formatted(struct evd_object *o, const char *fmt, va_list ap)
{
	char text[1024];
	int n = vsnprintf(text, sizeof text, fmt, ap);
	struct evd_view v = evd_view_of(text, strnlen(text, sizeof text - 1));

	if (n >= (int)sizeof text)
		v.len = cut_at(v, v.len - 1);
	evd_object_bytes(o, "text", v);
}

int evd_chat_unread(struct evd_chat *c, struct evd_chat_conv *conv, const char *code, uint64_t off,
                    uint64_t len, struct evd_error *err, const char *fmt, ...)
{
	struct evd_object *o = start(c, "unread");
	va_list ap;

	if (conv) {
		evd_object_int(o, "chat", conv->n);
		conv->n_unread++;
		conv->unread_bytes += len;
	}
	evd_object_cstr(o, "code", code);
	if (off || len)
		put_place(c, off, len);
	else
		put_text(o, "member", c->member);
	va_start(ap, fmt);
	put_formatted(o, fmt, ap);
	va_end(ap);
	return finish(c, err);
}

int evd_chat_observe(struct evd_chat *c, const struct evd_chat_conv *conv, const char *code,
                     struct evd_error *err, const char *fmt, ...)
{
	struct evd_object *o = start(c, "observation");
	va_list ap;

	if (conv)
		evd_object_int(o, "chat", conv->n);
	evd_object_cstr(o, "code", code);
	put_text(o, "member", c->member);
	va_start(ap, fmt);
	put_formatted(o, fmt, ap);
	va_end(ap);
	return finish(c, err);
}

int evd_chat_claim(struct evd_chat *c, struct evd_chat_conv *conv, const char *what,
                   uint64_t claimed, uint64_t counted, struct evd_error *err)
{
	if (claimed == counted)
		return 0;
	return evd_chat_observe(c, conv, "wrong-count", err, "%s states %llu, counted %llu", what,
	                        (unsigned long long)claimed, (unsigned long long)counted);
}

static int put_participants(struct evd_chat *c, const struct evd_chat_conv *conv,
                            struct evd_error *err)
{
	int r = 0;

	for (size_t i = 0; i < conv->n_sender && r == 0; i++) {
		const struct evd_chat_sender *s = &conv->sender[i];
		struct evd_object *o = start(c, "participant");

		evd_object_int(o, "chat", conv->n);
		evd_object_int(o, "n", i + 1);
		put_text(o, "label", evd_chat_conv_text(conv, s->label, s->label_len));
		put_text(o, "number", evd_chat_conv_text(conv, s->number, s->number_len));
		put_text(o, "handle", evd_chat_conv_text(conv, s->handle, s->handle_len));
		if (s->number_len == 0 && s->handle_len == 0)
			evd_object_bool(o, "labelOnly", true);
		evd_object_int(o, "messages", s->n_messages);
		r = finish(c, err);
	}
	return r;
}

static void put_counts(struct evd_object *o, const char *key, const char *const *name,
                       const uint64_t *count, size_t n)
{
	struct evd_object inner;

	evd_object_init(&inner);
	for (size_t i = 0; i < n; i++)
		if (count[i])
			evd_object_int(&inner, name[i], count[i]);
	evd_object_object(o, key, &inner);
	evd_object_release(&inner);
}

static void put_gaps(struct evd_object *o, struct evd_buf *b, const struct evd_chat_conv *conv)
{
	if (!conv->n_gaps)
		return;
	evd_buf_reset(b);
	for (size_t i = 0; i < conv->n_gaps; i++)
		evd_putf(b, "%s{\"after\":%llu,\"seconds\":%llu}", i ? "," : "[",
		         (unsigned long long)conv->gap[i].after,
		         (unsigned long long)(conv->gap[i].ms / 1000));
	evd_put_u8(b, ']');
	evd_object_raw(o, "longestSilences", evd_buf_view(b));
}

static int put_ledger(struct evd_chat *c, const struct evd_chat_conv *conv, struct evd_error *err)
{
	struct evd_object *o = start(c, "ledger");
	struct evd_chat_time t = {.precision = EVD_CHAT_SECOND};

	evd_object_int(o, "chat", conv->n);
	evd_object_int(o, "messages", conv->n_messages);
	put_counts(o, "byType", type_name, conv->n_type, EVD_CHAT_N_TYPES);
	put_counts(o, "byFlag", flag_name, conv->n_flag, EVD_CHAT_F_COUNT);
	evd_object_int(o, "attachments", conv->n_attachments);
	put_counts(o, "byState", state_name, conv->n_state, EVD_CHAT_N_STATES);
	evd_object_int(o, "participants", conv->n_sender);
	evd_object_int(o, "unread", conv->n_unread);
	evd_object_int(o, "unreadBytes",
	               conv->unread_bytes <= EVD_MAX_JSON_INT ? conv->unread_bytes : EVD_MAX_JSON_INT);
	if (conv->has_time) {
		t.has_utc = conv->utc;
		t.has_local = !conv->utc;
		t.utc_ms = t.local_ms = conv->first_ms;
		t.precision = conv->precision;
		evd_chat_put_time(o, "first", &t);
		t.utc_ms = t.local_ms = conv->last_ms;
		evd_chat_put_time(o, "last", &t);
	}
	put_gaps(o, &c->scratch, conv);
	if (conv->senders_full)
		evd_object_bool(o, "participantsCut", true);
	if (c->ids_full)
		evd_object_bool(o, "duplicateIdsNotAllChecked", true);
	if (conv->has_number_id) {
		evd_object_int(o, "idsMissing",
		               conv->ids_missing <= EVD_MAX_JSON_INT ? conv->ids_missing
		                                                     : EVD_MAX_JSON_INT);
		evd_object_int(o, "idGaps", conv->n_id_gaps);
	}
	return finish(c, err);
}

int evd_chat_end(struct evd_chat *c, struct evd_error *err)
{
	int r = 0;

	for (size_t i = 0; i < c->n_conv && r == 0; i++) {
		r = put_participants(c, c->conv[i], err);
		if (r == 0)
			r = put_ledger(c, c->conv[i], err);
	}
	return r;
}
