/*
 * chat_sms_feed: the bytes of an "SMS Backup & Restore" file on their way to libxml2. Pairs of
 * surrogate references are joined, and the places of sms, mms and call elements are found, which
 * libxml2 does not tell. Private to chat_sms.c. Stage: read-out.
 */
#ifndef EVD_CHAT_SMS_FEED_H
#define EVD_CHAT_SMS_FEED_H

#include "chat_file.h"

#define SMS_BLOCK 4096u

struct sms_feed {
	struct evd_chat_file *file;
	struct evd_error *err;
	uint8_t in[SMS_BLOCK];
	size_t at, len;
	bool end;
	int failed;
	uint64_t off;      /* of in[0] in the file */
	uint64_t n_joined; /* surrogate references */
	/* where elements begin and end */
	struct sms_place {
		uint64_t off, end;
		bool joined;
	} * place;
	size_t n_places, next_place, places_cap;
	enum { SMS_OUTSIDE, SMS_NAME, SMS_TAG, SMS_QUOTED, SMS_COMMENT } state;
	uint8_t quote, last, last2;
	char tag_name[8];
	size_t tag_len;
	uint64_t tag_off;
	bool in_mms, joined; /* since the last element began */
	/* libxml2 is given one element at a time: what stands before damage counts */
	bool element_ends;
	uint64_t last_end; /* of the element taken last */
};

void sms_feed_init(struct sms_feed *g, struct evd_chat_file *file, struct evd_error *err);
void sms_feed_release(struct sms_feed *g);
/* an xmlInputReadCallback */
int sms_feed_read(void *ctx, char *out, int size);
/* sms_feed_place(g, m): the place of the next element, and whether references in it were joined */
void sms_feed_place(struct sms_feed *g, struct evd_chat_message *m);
/* sms_feed_rest(g, off, len): from the end of the element taken last to the end of the file */
void sms_feed_rest(struct sms_feed *g, uint64_t *off, uint64_t *len);
/* sms_known(element, attribute): whether this reader knows what it is */
bool sms_known(const char *element, const char *attribute);
bool sms_known_element(const char *element);

#endif
