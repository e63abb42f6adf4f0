/*
 * rec_mail: what the headers of a mail say of its other records (docs/search.md): who wrote it, to whom, when. The
 * reader of mail makes a record of each header, before those of text and attachments; among the headers the subject
 * may come before the sender, so they are held until the last one is there.
 */
#ifndef EVD_REC_MAIL_H
#define EVD_REC_MAIL_H

#include "base/canon.h"

#define EVD_MAIL_DEPTH 20u /* of mails in mails; what is deeper has what its own records say */
#define EVD_MAIL_PERSONS 5u
#define EVD_MAIL_DATES 8u

/* What one mail says of itself. */
struct evd_mail {
	char group[40]; /* of its records */
	uint64_t n;     /* number of its member; 0: the item is the mail */
	bool known;     /* there was a record of it */
	struct evd_buf who, person[EVD_MAIL_PERSONS];
	struct evd_buf
	    persons; /* who is named beside the sender: canonical JSON, a string for each header; may be empty */
	struct evd_buf dates; /* each with a NUL behind it */
	uint32_t n_dates;     /* different ones; with more than one, none is the mail's alone */
};

struct evd_mails {
	char item[48];
	uint64_t seq;
	struct evd_mail *at; /* EVD_MAIL_DEPTH, each within the one before */
	unsigned depth;
	bool speaks; /* the mail spoke for the field before: so it does for its parts */
	struct evd_buf lines, scratch;
	struct evd_held {
		uint64_t k;
		size_t off, len; /* of its line, in `lines` */
	} * held;
	size_t n_held, held_cap;
	struct evd_json json;
};

/* Starts from all zero. */
int evd_mails_begin(struct evd_mails *m, struct evd_error *err) EVD_MUST_USE;
void evd_mails_release(struct evd_mails *m);
/* evd_mail_waits(m, seq, kind, j): the record is a header, to be held; *apart: not of the mail of those held before. */
bool evd_mail_waits(const struct evd_mails *m, uint64_t seq, struct evd_view kind,
                    const struct evd_json *j, bool *apart);
int evd_mail_hold(struct evd_mails *m, uint64_t seq, uint64_t k, const struct evd_json *j,
                  struct evd_error *err) EVD_MUST_USE;
/* evd_mail_of(m, seq, kind, j, speaks): the mail that a record is of, or NULL; *speaks: its sender and time are those
 * of this record too. Records must be asked for in the order of the log. */
const struct evd_mail *evd_mail_of(struct evd_mails *m, uint64_t seq, struct evd_view kind,
                                   const struct evd_json *j, bool *speaks);
/* evd_mail_date_at(mail, n): the n-th, from 0. */
struct evd_view evd_mail_date_at(const struct evd_mail *mail, uint32_t n);
/* All as a JSON array, appended. */
void evd_mail_put_dates(struct evd_buf *b, const struct evd_mail *mail);

#endif
