/*
 * chat_sms_element: what an element of an "SMS Backup & Restore" file says of a message. Private to chat_sms*.c. Stage:
 * read-out.
 */
#ifndef EVD_CHAT_SMS_ELEMENT_H
#define EVD_CHAT_SMS_ELEMENT_H

#include "chat_sms_feed.h"

#define SMS_UNKNOWN_MAX 64u /* names of attributes that are said */

struct sms {
	struct evd_chat chat;
	struct _xmlTextReader *x;
	struct sms_feed feed;
	/* the message at hand */
	struct evd_buf key, address, name, body, time, details, details2;
	struct evd_object object, facts; /* facts: of the backup */
	struct evd_buf facts_json;
	bool has_body, open_mms;
	struct evd_chat_message m;
	struct evd_chat_list people, others; /* attributes that are not known */
	struct evd_buf unknown;              /* "element attribute", each ended by a zero byte */
	size_t n_unknown, parts_left;
	struct attachment {
		struct evd_buf name, media;
		uint64_t size;
		bool shortened;
	} * part;
	size_t n_parts, parts_cap;
	uint64_t claimed, counted;
	bool has_claim;
	char tag[64];
};

/* sms_attribute(g, name, b, has): of the element at hand, into `b`; *has (may be NULL): it is there and not "null", the app's
 * word for nothing (a body: sms_said_null). */
struct evd_view sms_attribute(struct sms *g, const char *name, struct evd_buf *b, bool *has);
/* "null" may be the app's word for nothing or what somebody wrote: no body, and the raw text beside it. */
void sms_said_null(struct sms *g, struct evd_chat_message *m);
/* Remembers that this element has such an attribute ("": is such an element), which this reader does not know. */
void sms_note_unknown(struct sms *g, const char *name);
/* Into g->others: attributes of the element at hand that this reader does not know. */
int sms_others(struct sms *g, struct evd_error *err) EVD_MUST_USE;
/* What was remembered, once for the file. */
int sms_say_unknown(struct sms *g, struct evd_error *err) EVD_MUST_USE;

/* The conversation of g->key, begun if it is new. */
int sms_conversation(struct sms *g, const char *kind, struct evd_chat_conv **conv,
                     struct evd_error *err) EVD_MUST_USE;
void sms_put_time(struct sms *g, struct evd_chat_message *m);
/* sms_details(g, m, keep, err): fills g->object with the attributes in `keep` (name, name in the record, …, NULL) and with
 * those not known. */
int sms_details(struct sms *g, struct evd_chat_message *m, const char *const *keep,
                struct evd_error *err) EVD_MUST_USE;
struct evd_view sms_written(struct sms *g); /* g->object as text, valid until the next call */
void sms_who(struct sms *g, struct evd_chat_message *m);
/* 1 in, 2 sent, 4 to be sent, 5 failed, 6 queued; 3 is a draft, which went nowhere: NULL */
const char *sms_direction(struct evd_view box);

/* An mms element: its begin, its parts and addresses, its end (nothing if none is open). chat_sms_mms.c */
int sms_mms_begin(struct sms *g, struct evd_error *err) EVD_MUST_USE;
int sms_part(struct sms *g, struct evd_error *err) EVD_MUST_USE;
int sms_address(struct sms *g, struct evd_error *err) EVD_MUST_USE;
int sms_mms_end(struct sms *g, struct evd_error *err) EVD_MUST_USE;
void sms_release_parts(struct sms *g);

#endif
