/*
 * wa_entry: one entry of a WhatsApp text export, from its bytes to the message model: sender, body,
 * type, the app's own words. Stage: read-out.
 */
#ifndef EVD_WA_ENTRY_H
#define EVD_WA_ENTRY_H

#include "wa_head.h"
#include "wa_markers.h"
#include "wa_order.h"

#define WA_IMITATIONS 16u /* header-like lines of one body whose places are kept */
#define WA_SENDERS 16u    /* senders that were looked at and are none of the app's words */
#define WA_SENDER_KEPT 55u

struct wa_entry {
	struct evd_buf bytes; /* the line that begins it and all that belongs to it */
	struct wa_head head;
	const struct wa_form *form; /* its form of line, decided */
	uint64_t off;               /* of the first byte */
	bool overlong;              /* the body went on behind `bytes` */
	bool other_end;             /* it begins behind a line end of another kind than the file's */
	/* of the chat: wa_entry_chat */
	bool marks, group, marked_files;
	uint64_t n_unmarked; /* messages taken for the app's by its words alone */
	struct evd_view title;
	struct evd_buf
	    named; /* under which the notice of encryption stands: the group, or the other party */
	struct {
		uint8_t len;
		uint8_t text[WA_SENDER_KEPT];
	} plain[WA_SENDERS];
	uint64_t imitation[WA_IMITATIONS];
	size_t n_imitations;
	struct evd_buf details, phone; /* what the message's views point to */
};

void wa_entry_init(struct wa_entry *e);
void wa_entry_release(struct wa_entry *e);
/* wa_entry_chat(e, title, group, marks, marked_files): a chat begins; its name by the file's (borrowed) or empty, whether it
 * must be a group's, whether U+200E stands somewhere in its text, and before a file's name on Android. */
void wa_entry_chat(struct wa_entry *e, struct evd_view title, bool group, bool marks,
                   bool marked_files);
/* wa_entry_names_file(text): the rest of the line behind an Android header is a file's name with the app's mark and words. */
bool wa_entry_names_file(struct evd_view text);
/* wa_entry_sender(text): what stands before the first colon behind a header; empty: no sender. */
struct evd_view wa_entry_sender(struct evd_view text);
/* wa_entry_begin(e, h, form, line, off): forgets the entry before. */
void wa_entry_begin(struct wa_entry *e, const struct wa_head *h, const struct wa_form *form,
                    struct evd_view line, uint64_t off);
/* wa_entry_read(e, m, f): the message; its views hold until the next entry. f->mark says whether an
 * attachment belongs to it. */
void wa_entry_read(struct wa_entry *e, struct evd_chat_message *m, struct wa_found *f);

#endif
