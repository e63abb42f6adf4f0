/* mail: what the two files of the reader of e-mail know of each other. Stage: read-out. */
#ifndef MAIL_H
#define MAIL_H

#include "format.h"

bool evd_mail_is_box(struct evd_view head);            /* mbox, by its first line (RFC 4155) */
int evd_mail_warm(struct evd_error *err) EVD_MUST_USE; /* as in struct evd_format */
int evd_mail_read(const struct evd_input *in, struct evd_sink *sink,
                  struct evd_error *err) EVD_MUST_USE;

#endif
