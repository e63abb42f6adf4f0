/* mail_reader: what the files that read e-mail by gmime share: mail_read.c, mail_headers.c, mail_box.c. Stage: read-out. */
#ifndef MAIL_READER_H
#define MAIL_READER_H

#include "format.h"

/* GMime's */
struct _GMimeMessage;
struct _GMimeObject;

struct mail_reader {
	const struct evd_source *s;
	struct evd_sink *sink;
	uint32_t n;     /* members so far */
	uint32_t parts; /* of them, those of the message being read */
	bool over;      /* that it has too many was said */
	bool words;     /* words of the message were read, or it was said why not */
	char group[64]; /* of the message being read */
	uint64_t off;   /* of the message in the item */
	struct evd_view bytes;
};

/* mail_emit_headers(x, message, err): a message's headers in their order, and the lines among them that are none. */
int mail_emit_headers(struct mail_reader *x, struct _GMimeMessage *message,
                      struct evd_error *err) EVD_MUST_USE;
/* mail_emit_part_headers(x, o, group, err): those of a part within a message. */
int mail_emit_part_headers(struct mail_reader *x, struct _GMimeObject *o, const char *group,
                           struct evd_error *err) EVD_MUST_USE;
/* mail_emit_odd_lines(x, at, end, err): the lines that are no headers from `at` of the message on, to its first empty line or
 * `end`. gmime passes over them: a header that was broken across lines without white space, for one. */
int mail_emit_odd_lines(struct mail_reader *x, size_t at, size_t end,
                        struct evd_error *err) EVD_MUST_USE;
/* Bytes of lines at the beginning that are no headers, if one follows. */
size_t mail_skip_odd_lines(struct evd_view message);

/* mail_read_message(x, off, len, parent, err): the message at [off, off+len) of the item. */
int mail_read_message(struct mail_reader *x, uint64_t off, uint64_t len, uint32_t parent,
                      struct evd_error *err) EVD_MUST_USE;

/* mail_read_box(x, start, err): the mbox that begins at `start`. */
int mail_read_box(struct mail_reader *x, uint64_t start, struct evd_error *err) EVD_MUST_USE;

#endif
