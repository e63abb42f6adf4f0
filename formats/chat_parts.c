/* chat_parts: see chat_parts.h. */
#include "chat_parts.h"

#include "chat_file.h"

#include <stdlib.h>
#include <string.h>

#define LISTED 20u /* numbers named in one observation */

unsigned evd_chat_parts_number(struct evd_view name, const char *ending)
{
	static const char before[] = "message_";
	struct evd_view v = evd_chat_base(name);
	unsigned n = 0;
	size_t i = sizeof before - 1;

	if (v.len <= i || memcmp(v.p, before, i) != 0)
		return 0;
	for (; i < v.len && v.p[i] >= '0' && v.p[i] <= '9' && n < EVD_CHAT_PARTS_MAX; i++)
		n = n * 10 + (unsigned)(v.p[i] - '0');
	return n < EVD_CHAT_PARTS_MAX && evd_view_is(evd_view_of(v.p + i, v.len - i), ending) ? n : 0;
}

static struct evd_chat_part *find(struct evd_chat_parts *p, const struct evd_chat_conv *conv)
{
	for (size_t i = p->n; i > 0; i--) /* files of a thread mostly stand together */
		if (p->at[i - 1].conv == conv)
			return &p->at[i - 1];
	return NULL;
}

static bool is_seen(const struct evd_chat_part *x, unsigned number)
{
	return x->seen[number / 8] >> number % 8 & 1;
}

int evd_chat_parts_add(struct evd_chat_parts *p, const struct evd_chat_conv *conv, unsigned number,
                       uint64_t messages, struct evd_error *err)
{
	struct evd_chat_part *x = find(p, conv);
	void *grown;

	if (!x) {
		grown = evd_grow(p->at, p->n, &p->cap, sizeof *p->at);
		if (!grown)
			return evd_nomem(err);
		p->at = grown;
		x = &p->at[p->n++];
		memset(x, 0, sizeof *x);
		x->conv = conv;
	}
	x->twice = x->twice || is_seen(x, number);
	x->seen[number / 8] |= (uint8_t)(1u << number % 8);
	if (number >= x->last) {
		x->last = number;
		x->in_it = messages;
	}
	return 0;
}

static int say_missing(const struct evd_chat_part *x, const char *ending, struct evd_chat *c,
                       struct evd_error *err)
{
	struct evd_buf list;
	unsigned missing = 0;
	int r;

	evd_buf_init(&list, 512);
	for (unsigned n = 1; n < x->last; n++)
		if (!is_seen(x, n) && missing++ < LISTED)
			evd_putf(&list, "%smessage_%u%s", list.len ? ", " : "", n, ending);
	evd_put_u8(&list, 0);
	r = evd_buf_check(&list, err);
	if (r == 0 && missing)
		r = evd_chat_observe(c, x->conv, "parts-missing", err,
		                     "of this thread message_%u%s is here and %u before it are not: "
		                     "%s%s; a download in several archives splits threads, the rest is "
		                     "read from the others",
		                     x->last, ending, missing, (const char *)list.data,
		                     missing > LISTED ? " and more" : "");
	evd_buf_release(&list);
	return r;
}

int evd_chat_parts_say(const struct evd_chat_parts *p, struct evd_chat *c, struct evd_error *err)
{
	const char *ending = p->ending ? p->ending : ".json";
	int r = 0;

	for (size_t i = 0; i < p->n && r == 0; i++) {
		const struct evd_chat_part *x = &p->at[i];

		r = say_missing(x, ending, c, err);
		if (r == 0 && x->in_it >= EVD_CHAT_PART_MESSAGES)
			r = evd_chat_observe(c, x->conv, "part-full", err,
			                     "message_%u%s, the last file of this thread here, has %llu "
			                     "messages, as many as Meta puts into one: older ones may stand in "
			                     "a file that is not here",
			                     x->last, ending, (unsigned long long)x->in_it);
		if (r == 0 && x->twice)
			r = evd_chat_observe(c, x->conv, "part-twice", err,
			                     "a file of this thread is here twice: messages may be told twice");
	}
	return r;
}

void evd_chat_parts_release(struct evd_chat_parts *p)
{
	free(p->at);
	memset(p, 0, sizeof *p);
}
