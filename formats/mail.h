/* mail: what the two files of the reader of e-mail know of each other. Stage: read-out. */
#ifndef MAIL_H
#define MAIL_H

#include "format.h"

/* Bytes before the first line that counts: a byte order mark, which some editors write, and lines without a character. */
size_t evd_mail_skip(struct evd_view head);
/* How many of the usual headers stand in the header block. *odd: a line in it is no header. */
unsigned evd_mail_headers(struct evd_view v, bool *odd);
bool evd_mail_is_box(struct evd_view head);            /* mbox, by its first line (RFC 4155) */
int evd_mail_warm(struct evd_error *err) EVD_MUST_USE; /* as in struct evd_format */
int evd_mail_read(const struct evd_input *in, struct evd_sink *sink,
                  struct evd_error *err) EVD_MUST_USE;

#endif
