/*
 * chat_sms_feed: the bytes of an "SMS Backup & Restore" file on their way to libxml2. Pairs of
 * surrogate references are joined, and the places of sms, mms and call elements are found, which
 * libxml2 does not tell. Private to chat_sms*.c. Stage: read-out.
 *
 * libxml2 ends at the first character that XML does not allow and at a tag of 10 MB, with all that stands behind: such
 * characters go on as U+FFFD, and long values are shortened. Each is told.
 */
#ifndef EVD_CHAT_SMS_FEED_H
#define EVD_CHAT_SMS_FEED_H

#include "chat_file.h"

#define SMS_BLOCK 4096u
#define SMS_DATA_MAX (UINT32_C(4) << 20) /* bytes of a part's data that go on; others are counted */
#define SMS_TAG_MAX (UINT32_C(5) << 20)  /* bytes of all values of a tag that go on */
#define SMS_CUTS 32u                     /* values cut, data aside, whose places are kept */

struct sms_feed {
	struct evd_chat_file *file;
	struct evd_error *err;
	uint8_t in[SMS_BLOCK];
	size_t at, len;
	bool end;
	bool utf8; /* by its own word; of other encodings no byte is changed */
	int failed;
	uint64_t off;         /* of in[0] in the file */
	uint64_t n_joined;    /* surrogate references */
	uint64_t n_forbidden; /* characters that XML does not have, bytes that are no UTF-8 */
	struct {
		uint64_t off, len;
	} cut[SMS_CUTS]; /* what did not go on */
	uint64_t n_cuts;
	/* where elements begin and end */
	struct sms_place {
		uint64_t off, end;
		unsigned flags; /* of the message */
	} * place;
	size_t n_places, next_place, places_cap;
	enum { SMS_OUTSIDE, SMS_NAME, SMS_TAG, SMS_QUOTED, SMS_COMMENT } state;
	uint8_t quote, last, last2;
	char tag_name[8], attribute[8];
	size_t tag_len, attribute_len;
	uint64_t tag_off;
	bool in_mms;
	unsigned flags; /* since the last element began */
	/* the value at hand */
	size_t went_on, tag_went_on; /* bytes of it, and of all of its tag */
	uint64_t digits;             /* of base64 */
	uint64_t skip_off;
	bool in_reference, skipping;
	char behind[32]; /* goes on before the next byte of the file */
	size_t behind_len, behind_at;
	/* libxml2 is given one element at a time: what stands before damage counts */
	bool element_ends;
	uint64_t last_end; /* of the element taken last */
};

void sms_feed_init(struct sms_feed *g, struct evd_chat_file *file, struct evd_error *err);
void sms_feed_release(struct sms_feed *g);
/* an xmlInputReadCallback */
int sms_feed_read(void *ctx, char *out, int size);
/* sms_feed_place(g, m): the place of the next element, and flags of what was changed in it */
void sms_feed_place(struct sms_feed *g, struct evd_chat_message *m);
/* sms_feed_digits(data, digits): whether a part's data was shortened; then its digits of base64 altogether */
bool sms_feed_digits(struct evd_view data, uint64_t *digits);
/* sms_feed_rest(g, off, len): from the end of the element taken last to the end of the file */
void sms_feed_rest(struct sms_feed *g, uint64_t *off, uint64_t *len);
/* sms_known(element, attribute): whether this reader knows what it is */
bool sms_known(const char *element, const char *attribute);
bool sms_known_element(const char *element);

#endif
