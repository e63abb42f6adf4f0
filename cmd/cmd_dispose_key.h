/* cmd_dispose_key: an age key that is destroyed with what it opens (docs/handover.md, Disposal). */
#ifndef CMD_DISPOSE_KEY_H
#define CMD_DISPOSE_KEY_H

#include "chain/case.h"
#include "envelope/age.h"
#include "verify/cover.h"

struct cmd_dispose_key {
	const char *path;     /* of the key; NULL: none */
	const char *envelope; /* that it must open; NULL: none */
	char recipient[EVD_AGE_RECIPIENT_TEXT];
	struct evd_cover cover; /* of the envelope */
};

/* cmd_dispose_key_read(k, err): its recipient, and the cover of the envelope, which it opens. */
int cmd_dispose_key_read(struct cmd_dispose_key *k, struct evd_error *err) EVD_MUST_USE;
/* cmd_dispose_key_record(k, d, err): a record of kind `destroyed-key` for the dispose entry. */
int cmd_dispose_key_record(const struct cmd_dispose_key *k, struct evd_draft *d,
                           struct evd_error *err) EVD_MUST_USE;
/* cmd_dispose_key_said(k, c, err): 0 if a dispose entry of the case has that record; else DENIED. */
int cmd_dispose_key_said(const struct cmd_dispose_key *k, struct evd_case *c,
                         struct evd_error *err) EVD_MUST_USE;
/* cmd_dispose_key_destroy(k, err): the file is overwritten and removed. */
int cmd_dispose_key_destroy(const struct cmd_dispose_key *k, struct evd_error *err) EVD_MUST_USE;

#endif
