/* mail_html: the words of hostile HTML, in one pass. Stage: read-out. Source: HTML Living Standard §13.2, as far as words go. */
#ifndef EVD_MAIL_HTML_H
#define EVD_MAIL_HTML_H

#include "format.h"

/*
 * evd_mail_html_text(v, out): appends the text of `v` (UTF-8; what is not, and NUL, as U+FFFD) without tags, comments, scripts and
 * styles, character references as what they name, white space as one blank or, between blocks, one line end. What hides on a
 * screen is text all the same. A tag, comment or script without an end is text too, so that it hides nothing behind it.
 */
void evd_mail_html_text(struct evd_view v, struct evd_buf *out);

/* The character set that HTML names itself near its beginning; "" if none. */
#define EVD_MAIL_CHARSET_LEN 40u
void evd_mail_html_charset(struct evd_view v, char out[EVD_MAIL_CHARSET_LEN]);

#endif
