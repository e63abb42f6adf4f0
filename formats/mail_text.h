/* mail_text: the words of a mail's part. Stage: read-out. Source: RFC 2045, RFC 2046 §4.1. */
#ifndef EVD_MAIL_TEXT_H
#define EVD_MAIL_TEXT_H

#include "format.h"

/* A part of type text, not attached, its transfer encoding undone. */
struct evd_mail_text {
	const char *group; /* of the message's records */
	uint32_t n;        /* its member */
	uint64_t off;      /* of the message in the item */
	bool html;
	const char *charset; /* as stated, or NULL */
	struct evd_view bytes;
};

/* evd_mail_emit_text(t, sink, err): the field `text`, or of HTML `textOfHtml`: without its tags, scripts and styles. What is
 * no character of the set is kept, and said. */
int evd_mail_emit_text(const struct evd_mail_text *t, struct evd_sink *sink,
                       struct evd_error *err) EVD_MUST_USE;

/* What is not as RFC 2045 §6.8 has it in base64. */
struct evd_mail_base64 {
	uint64_t foreign; /* characters that are none of it */
	bool behind_end;  /* data behind the padding */
	bool cut;         /* the last quantum is not whole */
	unsigned digits, pads;
};
void evd_mail_look_at_base64(struct evd_mail_base64 *b, struct evd_view more);
void evd_mail_end_base64(struct evd_mail_base64 *b);

#endif
