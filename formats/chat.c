/* chat: see chat.h. Emission of the model's records. */
#include "chat.h"

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
    "header-imitation",
    "impossible-time",
    "time-goes-back",
    "duplicate-id",
    "other-date-form",
    "sender-split-unsure",
    "unknown-marker",
    "times-disagree",
    "mended",
    "two-bodies",
    "inherited-sender",
    "duplicate-key",
    "unknown-type",
    "surrogate-references",
    "no-time",
    "typed-marker",
    "body-cut",
    "recently-deleted",
    "day-month-undecided",
    "lines-joined",
    "other-line-end",
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
	evd_chat_word(&c->o, "kind", kind);
	return &c->o;
}

static int finish(struct evd_chat *c, struct evd_error *err)
{
	int r = c->sink->emit(c->sink->ctx, &c->o, err);

	evd_object_reset(&c->o);
	return r;
}

static void put_text(struct evd_object *o, const char *key, struct evd_view v)
{
	if (v.len)
		evd_chat_text(o, key, v);
}

static int put_conversation(struct evd_chat *c, const struct evd_chat_conv *conv,
                            const struct evd_chat_info *info, struct evd_error *err)
{
	struct evd_object *o = start(c, "conversation");

	evd_object_int(o, "chat", conv->n);
	evd_chat_word(o, "platform", c->platform);
	put_text(o, "title", info->title);
	put_text(o, "chatId", info->id);
	put_text(o, "type", info->kind_raw);
	put_text(o, "account", info->account);
	put_text(o, "member", c->member);
	if (info->form)
		evd_chat_word(o, "form", info->form);
	if (info->date_order)
		evd_chat_word(o, "dateOrder", info->date_order);
	if (info->date_order_by)
		evd_chat_word(o, "dateOrderBy", info->date_order_by);
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
		evd_chat_word(o, "direction", m->direction);
}

#define LINE_ROOM                                                                                  \
	(UINT32_C(960) << 10) /* rendered values of a message; flags and names need the rest */

/* A list or object that would make the line too long: its length alone, so that it is not taken for absent. */
static void put_raw(struct evd_object *o, const char *key, struct evd_view json)
{
	char length[EVD_MAX_KEY];

	if (json.len && o->values.len + json.len <= LINE_ROOM) {
		evd_object_raw(o, key, json);
	} else if (json.len) {
		snprintf(length, sizeof length, "%sLength", key);
		evd_object_int(o, length, json.len);
	}
}

/* *parts: the body is not in it and must follow. */
static void put_content(struct evd_object *o, const struct evd_chat_message *m, bool *parts)
{
	*parts = m->has_body && (m->body.len > EVD_CHAT_TEXT_MAX || !evd_chat_fits(o, m->body));
	if (*parts)
		evd_object_int(o, "bodyLength", m->body.len);
	else if (m->has_body)
		evd_object_bytes(o, "body", m->body);
	put_text(o, "bodyRaw", m->body_raw);
	put_text(o, "caption", m->caption);
	put_text(o, "marker", m->marker);
	if (m->event)
		evd_chat_word(o, "event", m->event);
	put_text(o, "eventRaw", m->event_raw);
	put_text(o, "replyTo", m->reply_to);
	put_text(o, "replyText", m->reply_text);
	put_text(o, "forwardedFrom", m->forwarded);
	if (m->is_forwarded && !m->forwarded.len)
		evd_object_bool(o, "forwarded", true);
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
		size_t len = evd_chat_cut(body, EVD_CHAT_TEXT_MAX);
		struct evd_object *o = start(c, "part");

		evd_object_int(o, "chat", conv->n);
		evd_object_int(o, "message", conv->n_messages);
		evd_chat_word(o, "name", "body");
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
	bool parts;
	int r = evd_chat_conv_count(c, conv, m, err);

	if (r)
		return r;
	o = start(c, "message");
	evd_object_int(o, "chat", conv->n);
	evd_object_int(o, "n", conv->n_messages);
	evd_chat_word(o, "type", type_name[m->type]);
	put_text(o, "messageId", m->id);
	put_sender(o, m);
	evd_chat_put_time(o, "time", &m->time);
	put_content(o, m, &parts);
	put_flags(o, &c->scratch, m->flags);
	if (!m->no_place)
		put_place(c, m->off, m->len);
	r = finish(c, err);
	if (r == 0 && parts)
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
	evd_chat_word(o, "state", state_name[a->state]);
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
		v.len = evd_chat_cut(v, v.len - 1);
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
	evd_chat_word(o, "code", code);
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
	evd_chat_word(o, "code", code);
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
