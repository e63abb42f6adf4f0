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

struct wa_entry {
	struct evd_buf bytes; /* the line that begins it and all that belongs to it */
	struct wa_head head;
	const struct wa_form *form; /* its form of line, decided */
	uint64_t off;               /* of the first byte */
	bool overlong;              /* the body went on behind `bytes` */
	bool marks;                 /* U+200E stands somewhere in the file */
	uint64_t imitation[WA_IMITATIONS];
	size_t n_imitations;
	struct evd_buf details, phone; /* what the message's views point to */
};

void wa_entry_init(struct wa_entry *e);
void wa_entry_release(struct wa_entry *e);
/* wa_entry_begin(e, h, form, line, off): forgets the entry before. */
void wa_entry_begin(struct wa_entry *e, const struct wa_head *h, const struct wa_form *form,
                    struct evd_view line, uint64_t off);
/* wa_entry_read(e, m, f): the message; its views hold until the next entry. f->mark says whether an
 * attachment belongs to it. */
void wa_entry_read(struct wa_entry *e, struct evd_chat_message *m, struct wa_found *f);

#endif
