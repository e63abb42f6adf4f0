/*
 * wa_survey: the first pass over a WhatsApp text export: which forms of line begin its entries, what
 * decides the order of day and month, and whether line ends tell entries from typed lines.
 * Stage: read-out.
 */
#ifndef EVD_WA_SURVEY_H
#define EVD_WA_SURVEY_H

#include "chat_file.h"
#include "wa_head.h"
#include "wa_order.h"

#define WA_SHAPES 8u /* forms of header told apart in one file; further ones are never accepted */

struct wa_shape {
	uint32_t shape;
	struct wa_form form;
	bool accepted;
};

#define WA_NAME_KEPT 63u

struct wa_survey {
	struct wa_shape shape[WA_SHAPES];
	size_t n_shapes;
	uint64_t n_heads, after_crlf, after_lf;
	uint64_t before; /* lines before the first that begins an entry */
	bool marks;      /* U+200E stands somewhere */
	/* of iOS: different senders up to the third, which two people and their chat do not have */
	struct {
		uint8_t len;
		uint8_t text[WA_NAME_KEPT];
	} name[2];
	size_t n_names;
	bool crlf_matters;           /* entries end with CRLF, typed line ends are LF */
	const struct wa_shape *main; /* the commonest form; NULL: no line begins an entry */
};

/* wa_survey_file(s, f, err): reads the whole file; a damaged one as far as it goes. */
int wa_survey_file(struct wa_survey *s, struct evd_chat_file *f,
                   struct evd_error *err) EVD_MUST_USE;
/* the form that begins entries of this file, or NULL */
const struct wa_shape *wa_survey_accepted(const struct wa_survey *s, uint32_t shape);

#endif
