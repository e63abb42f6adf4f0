/* chat_count: see chat_count.h. */
#include "chat_count.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static uint64_t mix(uint64_t x)
{
	x ^= x >> 33;
	x *= UINT64_C(0xff51afd7ed558ccd);
	x ^= x >> 33;
	x *= UINT64_C(0xc4ceb9fe1a85ec53);
	return x ^ x >> 33;
}

static uint64_t hash(uint64_t seed, struct evd_view v)
{
	uint64_t x = seed ^ UINT64_C(0xcbf29ce484222325);

	for (; v.len >= 8; v.p += 8, v.len -= 8) {
		uint64_t eight;

		memcpy(&eight, v.p, sizeof eight);
		x = mix(x ^ eight);
	}
	for (size_t i = 0; i < v.len; i++)
		x = (x ^ v.p[i]) * UINT64_C(0x100000001b3);
	return mix(x);
}

void evd_chat_conv_free(struct evd_chat_conv *conv)
{
	if (!conv)
		return;
	evd_buf_release(&conv->text);
	free(conv->sender);
	free(conv->sender_slot);
	free(conv);
}

struct evd_view evd_chat_conv_text(const struct evd_chat_conv *conv, size_t off, size_t len)
{
	return evd_view_of(len ? conv->text.data + off : NULL, len);
}

uint64_t evd_chat_count(const struct evd_chat_conv *conv)
{
	return conv->n_messages;
}

size_t evd_chat_people(const struct evd_chat_conv *conv)
{
	return conv->n_sender;
}

struct evd_view evd_chat_handle(const struct evd_chat_conv *conv, size_t i)
{
	return evd_chat_conv_text(conv, conv->sender[i].handle, conv->sender[i].handle_len);
}

void evd_chat_newest_first(struct evd_chat_conv *conv)
{
	conv->newest_first = true;
}

void evd_chat_numbered(struct evd_chat_conv *conv)
{
	conv->has_number_id = true;
}

/* A table of indexes+1 with room for `n` more: NULL when memory is short. */
static size_t *widen(size_t *slot, size_t *n_slots, size_t n)
{
	size_t want = *n_slots ? *n_slots : 16;
	size_t *p;

	if ((n + 1) * 2 <= *n_slots)
		return slot;
	while ((n + 1) * 2 > want)
		want *= 2;
	p = calloc(want, sizeof *p);
	if (!p)
		return NULL;
	free(slot);
	*n_slots = want;
	return p;
}

struct evd_chat_conv *evd_chat_find(const struct evd_chat *c, struct evd_view key)
{
	size_t at;

	if (!c->n_conv_slots)
		return NULL;
	at = (size_t)hash(1, key) & (c->n_conv_slots - 1);
	for (; c->conv_slot[at]; at = (at + 1) & (c->n_conv_slots - 1)) {
		struct evd_chat_conv *conv = c->conv[c->conv_slot[at] - 1];

		if (evd_view_eq(evd_chat_conv_text(conv, 0, conv->key_len), key))
			return conv;
	}
	return NULL;
}

static void place_conv(struct evd_chat *c, size_t i)
{
	struct evd_view key = evd_chat_conv_text(c->conv[i], 0, c->conv[i]->key_len);
	size_t at = (size_t)hash(1, key) & (c->n_conv_slots - 1);

	while (c->conv_slot[at])
		at = (at + 1) & (c->n_conv_slots - 1);
	c->conv_slot[at] = i + 1;
}

int evd_chat_conv_add(struct evd_chat *c, struct evd_view key, struct evd_chat_conv **out,
                      struct evd_error *err)
{
	struct evd_chat_conv *conv;
	size_t had = c->n_conv_slots, *slot;
	void *grown;

	if (c->n_conv >= EVD_CHAT_CONVS_MAX)
		return evd_fail(err, EVD_E_LIMIT, "more than %u conversations in one item",
		                EVD_CHAT_CONVS_MAX);
	grown = evd_grow(c->conv, c->n_conv, &c->conv_cap, sizeof *c->conv);
	if (!grown)
		return evd_nomem(err);
	c->conv = grown;
	slot = widen(c->conv_slot, &c->n_conv_slots, c->n_conv);
	if (!slot)
		return evd_nomem(err);
	c->conv_slot = slot;
	if (c->n_conv_slots != had)
		for (size_t i = 0; i < c->n_conv; i++)
			place_conv(c, i);
	conv = calloc(1, sizeof *conv);
	if (!conv)
		return evd_nomem(err);
	evd_buf_init(&conv->text, 0);
	evd_put_view(&conv->text, key);
	conv->key_len = key.len;
	conv->n = (uint32_t)(c->n_conv + 1);
	c->conv[c->n_conv] = conv;
	place_conv(c, c->n_conv++);
	*out = conv;
	return evd_buf_check(&conv->text, err);
}

static void place_sender(struct evd_chat_conv *conv, size_t i)
{
	size_t at = (size_t)conv->sender[i].hash & (conv->n_sender_slots - 1);

	while (conv->sender_slot[at])
		at = (at + 1) & (conv->n_sender_slots - 1);
	conv->sender_slot[at] = i + 1;
}

static size_t keep(struct evd_chat_conv *conv, struct evd_view v)
{
	size_t at = conv->text.len;

	evd_put_view(&conv->text, v);
	return at;
}

static struct evd_chat_sender *find_sender(const struct evd_chat_conv *conv, uint64_t h,
                                           struct evd_view label, struct evd_view number,
                                           struct evd_view handle)
{
	size_t at;

	if (!conv->n_sender_slots)
		return NULL;
	at = (size_t)h & (conv->n_sender_slots - 1);
	for (; conv->sender_slot[at]; at = (at + 1) & (conv->n_sender_slots - 1)) {
		struct evd_chat_sender *s = &conv->sender[conv->sender_slot[at] - 1];

		if (s->hash == h && evd_view_eq(evd_chat_conv_text(conv, s->label, s->label_len), label) &&
		    evd_view_eq(evd_chat_conv_text(conv, s->number, s->number_len), number) &&
		    evd_view_eq(evd_chat_conv_text(conv, s->handle, s->handle_len), handle))
			return s;
	}
	return NULL;
}

static int add_sender(struct evd_chat *c, struct evd_chat_conv *conv, struct evd_chat_sender *s,
                      struct evd_error *err)
{
	size_t had = conv->n_sender_slots, *slot;
	void *grown = evd_grow(conv->sender, conv->n_sender, &conv->sender_cap, sizeof *conv->sender);

	if (!grown)
		return evd_nomem(err);
	conv->sender = grown;
	slot = widen(conv->sender_slot, &conv->n_sender_slots, conv->n_sender);
	if (!slot)
		return evd_nomem(err);
	conv->sender_slot = slot;
	if (conv->n_sender_slots != had)
		for (size_t i = 0; i < conv->n_sender; i++)
			place_sender(conv, i);
	conv->sender[conv->n_sender] = *s;
	place_sender(conv, conv->n_sender++);
	c->n_senders++;
	return evd_buf_check(&conv->text, err);
}

int evd_chat_conv_sender(struct evd_chat *c, struct evd_chat_conv *conv, struct evd_view label,
                         struct evd_view number, struct evd_view handle, uint64_t messages,
                         struct evd_error *err)
{
	struct evd_chat_sender new = {0}, *s;
	uint64_t h;

	if (label.len + number.len + handle.len == 0)
		return 0;
	h = hash(hash(hash(2, label), number), handle);
	s = find_sender(conv, h, label, number, handle);
	if (s) {
		s->n_messages += messages;
		return 0;
	}
	if (c->n_senders >= EVD_CHAT_SENDERS_MAX || label.len + number.len + handle.len > 8192) {
		conv->senders_full = true;
		return 0;
	}
	new.label = keep(conv, label);
	new.label_len = label.len;
	new.number = keep(conv, number);
	new.number_len = number.len;
	new.handle = keep(conv, handle);
	new.handle_len = handle.len;
	new.n_messages = messages;
	new.hash = h;
	return add_sender(c, conv, &new, err);
}

/* True if the id was there before. Whole numbers are held exactly, other ids by a 64-bit hash. */
static int seen(struct evd_chat *c, const struct evd_chat_conv *conv, struct evd_view id, bool *was,
                struct evd_error *err)
{
	int64_t number;
	uint64_t x;
	size_t at;

	*was = false;
	if (id.len == 0 || c->ids_full)
		return 0;
	x = evd_chat_integer(id, &number) && number < (INT64_C(1) << 40) && number > 0
	        ? mix((uint64_t)conv->n << 40 | (uint64_t)number)
	        : hash(mix(conv->n), id);
	x += x == 0;
	if ((c->n_ids + 1) * 2 > c->ids_cap) {
		size_t cap = c->ids_cap ? c->ids_cap * 2 : 1024;
		uint64_t *p;

		if (c->n_ids >= EVD_CHAT_IDS_MAX) {
			c->ids_full = true;
			return 0;
		}
		p = calloc(cap, sizeof *p);
		if (!p)
			return evd_nomem(err);
		for (size_t i = 0; i < c->ids_cap; i++)
			if (c->ids[i]) {
				for (at = (size_t)c->ids[i] & (cap - 1); p[at]; at = (at + 1) & (cap - 1))
					;
				p[at] = c->ids[i];
			}
		free(c->ids);
		c->ids = p;
		c->ids_cap = cap;
	}
	for (at = (size_t)x & (c->ids_cap - 1); c->ids[at]; at = (at + 1) & (c->ids_cap - 1))
		if (c->ids[at] == x) {
			*was = true;
			return 0;
		}
	c->ids[at] = x;
	c->n_ids++;
	return 0;
}

/* Keeps the longest silences, in the order of the file. */
static void count_gap(struct evd_chat_conv *conv, int64_t ms)
{
	size_t least = 0;

	if (ms < EVD_CHAT_GAP_MS)
		return;
	if (conv->n_gaps == EVD_CHAT_GAPS) {
		for (size_t i = 1; i < conv->n_gaps; i++)
			if (conv->gap[i].ms < conv->gap[least].ms)
				least = i;
		if (conv->gap[least].ms >= ms)
			return;
		memmove(&conv->gap[least], &conv->gap[least + 1],
		        (conv->n_gaps - least - 1) * sizeof conv->gap[0]);
		conv->n_gaps--;
	}
	conv->gap[conv->n_gaps].after = conv->n_messages - 1;
	conv->gap[conv->n_gaps].ms = ms;
	conv->n_gaps++;
}

static void count_time(struct evd_chat_conv *conv, struct evd_chat_message *m)
{
	const struct evd_chat_time *t = &m->time;
	int64_t ms = t->has_utc ? t->utc_ms : t->local_ms;

	if (!t->has_utc && !t->has_local) {
		m->flags |= t->n_readings ? EVD_CHAT_F_DAY_MONTH : EVD_CHAT_F_NO_TIME;
		return;
	}
	if (!conv->has_time) {
		conv->has_time = true;
		conv->utc = t->has_utc;
		conv->precision = t->precision;
		conv->first_ms = conv->last_ms = conv->prev_ms = ms;
		return;
	}
	if (conv->utc != t->has_utc) /* another scale: not compared */
		return;
	if (conv->newest_first ? ms > conv->prev_ms : ms < conv->prev_ms)
		m->flags |= EVD_CHAT_F_TIME_BACK;
	else
		count_gap(conv, conv->newest_first ? conv->prev_ms - ms : ms - conv->prev_ms);
	conv->first_ms = ms < conv->first_ms ? ms : conv->first_ms;
	conv->last_ms = ms > conv->last_ms ? ms : conv->last_ms;
	conv->prev_ms = ms;
}

static void count_id(struct evd_chat_conv *conv, struct evd_view id)
{
	int64_t number;

	if (!conv->has_number_id || !evd_chat_integer(id, &number))
		return;
	if (conv->prev_id > 0 && number > conv->prev_id + 1) {
		conv->ids_missing += (uint64_t)(number - conv->prev_id - 1);
		conv->n_id_gaps++;
	}
	conv->prev_id = number;
}

int evd_chat_conv_count(struct evd_chat *c, struct evd_chat_conv *conv, struct evd_chat_message *m,
                        struct evd_error *err)
{
	bool was;
	int r = seen(c, conv, m->id, &was, err);

	if (r)
		return r;
	conv->n_messages++;
	conv->n_in_message = 0;
	if (was)
		m->flags |= EVD_CHAT_F_DUPLICATE_ID;
	if (m->has_body && m->body.len > EVD_CHAT_BODY_MAX) {
		m->flags |= EVD_CHAT_F_BODY_CUT;
		m->body.len = EVD_CHAT_BODY_MAX;
	}
	count_time(conv, m);
	count_id(conv, m->id);
	conv->n_type[m->type]++;
	for (unsigned i = 0; m->flags >> i; i++)
		if (m->flags >> i & 1)
			conv->n_flag[i]++;
	return evd_chat_conv_sender(c, conv, m->sender, m->number, m->handle, 1, err);
}
