/*
 * wa_survey: the first pass over a WhatsApp text export: which forms of line begin its entries, what
 * decides the order of day and month, and what line ends tell of lines that were typed.
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

/*
 * iOS ends entries in CRLF and what is typed in LF (Pustur/whatsapp-chat-parser#266). How many lines end so is up to whoever
 * types: the first entry's first line and the file's end, which the app writes, say whether the file is still so.
 */
enum wa_ends {
	WA_ENDS_ALIKE, /* one kind of line end: they tell nothing */
	WA_ENDS_TELL,  /* a line behind a bare LF was typed */
	WA_ENDS_MIXED, /* both, and not in that way: an editor or a mail program may have changed some */
};

struct wa_survey {
	struct wa_shape shape[WA_SHAPES];
	size_t n_shapes;
	uint64_t n_heads;
	uint64_t before;   /* lines before the first that begins an entry */
	bool marks;        /* U+200E stands somewhere */
	bool marked_files; /* … before a file's name, on Android */
	/* of iOS: different senders up to the third, which two people and their chat do not have */
	struct {
		uint8_t len;
		uint8_t text[WA_NAME_KEPT];
	} name[2];
	size_t n_names;
	enum wa_ends ends;
	/* lines that end so; the first line of the first entry, the last line of the file */
	uint64_t n_crlf, n_lf;
	bool first_crlf, last_crlf;
	const struct wa_shape *main; /* the commonest form; NULL: no line begins an entry */
};

/* wa_survey_file(s, f, err): reads the whole file; a damaged one as far as it goes. */
int wa_survey_file(struct wa_survey *s, struct evd_chat_file *f,
                   struct evd_error *err) EVD_MUST_USE;
/* the form that begins entries of this file, or NULL */
const struct wa_shape *wa_survey_accepted(const struct wa_survey *s, uint32_t shape);

#endif
