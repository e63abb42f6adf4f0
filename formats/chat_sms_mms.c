/* chat_sms_mms: MMS of an "SMS Backup & Restore" file: their parts and addresses; see chat_sms_element.h. */
#include "chat_sms_element.h"

#include <stdlib.h>
#include <string.h>

#define PARTS_MAX 1000u /* of one MMS */

/* A file within an MMS; the bytes that its base64 stands for are counted, also of what the feed did not let on. */
static int part_file(struct sms *g, struct evd_buf *media, struct evd_view data,
                     struct evd_error *err)
{
	struct attachment *a;
	uint64_t digits;
	void *grown;
	bool has;

	if (g->n_parts >= PARTS_MAX) {
		g->parts_left++;
		return 0;
	}
	grown = evd_grow(g->part, g->n_parts, &g->parts_cap, sizeof *g->part);
	if (!grown)
		return evd_nomem(err);
	g->part = grown;
	a = &g->part[g->n_parts++];
	memset(a, 0, sizeof *a);
	evd_put_view(&a->media, evd_buf_view(media));
	a->size = data.len / 4 * 3;
	if (data.len >= 4)
		a->size -= (data.p[data.len - 1] == '=') + (uint64_t)(data.p[data.len - 2] == '=');
	a->shortened = data.len >= SMS_DATA_MAX && sms_feed_digits(data, &digits);
	if (a->shortened)
		a->size = digits * 3 / 4;
	sms_attribute(g, "cl", &a->name, &has);
	if (!has)
		sms_attribute(g, "name", &a->name, NULL);
	return 0;
}

/* Words, of whatever type; a file; or both. */
int sms_part(struct sms *g, struct evd_error *err)
{
	struct evd_buf b, media = {0};
	struct evd_view text, data;
	bool words, file;
	int r = 0;

	evd_buf_init(&b, UINT32_C(12) << 20);
	if (evd_view_is(sms_attribute(g, "ct", &media, NULL), "application/smil"))
		goto out;
	text = sms_attribute(g, "text", &b, &words);
	if (words && g->has_body)
		evd_put_u8(&g->body, '\n');
	if (words)
		evd_put_view(&g->body, text);
	g->has_body = g->has_body || words;
	data = sms_attribute(g, "data", &b, &file);
	if (file || !(words || evd_view_is(evd_buf_view(&media), "text/plain")))
		r = part_file(g, &media, data, err);
	if (r == 0)
		r = evd_buf_check(&g->body, err);
out:
	evd_buf_release(&b);
	evd_buf_release(&media);
	return r;
}

/* The sender of a group MMS is the address of type 137. */
int sms_address(struct sms *g, struct evd_error *err)
{
	struct evd_object *o = evd_chat_list_item(&g->people);
	struct evd_buf a, t;
	int r = 0;

	evd_buf_init(&a, 4096);
	evd_buf_init(&t, 64);
	sms_attribute(g, "address", &a, NULL);
	sms_attribute(g, "type", &t, NULL);
	if (o) {
		evd_chat_text(o, "address", evd_buf_view(&a));
		evd_chat_text(o, "type", evd_buf_view(&t));
		r = evd_chat_list_put(&g->people, err);
	}
	if (evd_view_is(evd_buf_view(&t), "137") &&
	    !evd_view_is(evd_buf_view(&a), "insert-address-token")) {
		evd_buf_reset(&g->details2);
		evd_put_view(&g->details2, evd_buf_view(&a));
	}
	evd_buf_release(&a);
	evd_buf_release(&t);
	return r;
}

int sms_mms_begin(struct sms *g, struct evd_error *err)
{
	static const char *const keep[] = {
	    "msg_box", "box",   "readable_date", "readableDate", "sub",  "subject", "m_type", "mmsType",
	    "m_id",    "mmsId", "date_sent",     "sentRaw",      "read", "read",    NULL};
	struct evd_buf box;
	struct evd_view v;

	evd_buf_init(&box, 64);
	memset(&g->m, 0, sizeof g->m);
	v = sms_attribute(g, "msg_box", &box, NULL);
	g->m.direction = sms_direction(v);
	if (v.len != 1 || v.p[0] < '1' || v.p[0] > '5')
		g->m.flags |= EVD_CHAT_F_UNKNOWN_TYPE;
	evd_buf_release(&box);
	sms_who(g, &g->m);
	sms_put_time(g, &g->m);
	evd_buf_reset(&g->body);
	evd_buf_reset(&g->details2);
	evd_chat_list_reset(&g->people);
	g->has_body = false;
	g->n_parts = g->parts_left = 0;
	g->open_mms = true;
	return sms_details(g, &g->m, keep, err);
}

void sms_release_parts(struct sms *g)
{
	for (size_t i = 0; i < g->n_parts; i++) {
		evd_buf_release(&g->part[i].name);
		evd_buf_release(&g->part[i].media);
	}
	g->n_parts = 0;
}

int sms_mms_end(struct sms *g, struct evd_error *err)
{
	struct evd_chat_conv *conv;
	struct evd_view people;
	int r;

	if (!g->open_mms)
		return 0;
	g->open_mms = false;
	g->m.has_body = g->has_body;
	g->m.body = evd_buf_view(&g->body);
	people = evd_chat_list_end(&g->people);
	if (people.len)
		evd_object_raw(&g->object, "addresses", people);
	if (g->parts_left)
		evd_object_int(&g->object, "partsNotShown", g->parts_left);
	g->m.details = sms_written(g);
	if (g->n_parts && !g->has_body)
		g->m.type = EVD_CHAT_T_ATTACHMENT;
	if (g->details2.len) {
		if (g->m.direction && strcmp(g->m.direction, "in") == 0 &&
		    !evd_view_eq(evd_buf_view(&g->details2), g->m.number))
			g->m.sender = evd_view_of(NULL, 0); /* the label is the whole group's */
		g->m.number = evd_buf_view(&g->details2);
	}
	sms_feed_place(&g->feed, &g->m);
	r = sms_conversation(g, "mms", &conv, err);
	if (r == 0)
		r = evd_chat_message(&g->chat, conv, &g->m, err);
	for (size_t i = 0; i < g->n_parts && r == 0; i++) {
		struct evd_chat_attachment a = {.name = evd_buf_view(&g->part[i].name),
		                                .media = evd_buf_view(&g->part[i].media),
		                                .has_size = true,
		                                .size = g->part[i].size};

		a.state = a.size ? EVD_CHAT_S_PRESENT : EVD_CHAT_S_EMPTY;
		a.note = evd_view_str(
		    g->part[i].shortened
		        ? "inside the message; too long to be looked at, its length was counted"
		        : "inside the message");
		r = evd_chat_attach(&g->chat, conv, &a, err);
	}
	sms_release_parts(g);
	return r;
}
