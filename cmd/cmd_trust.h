/*
 * cmd_trust: what `evidence trust import` makes of the fields that the reader `trusted-list` found. They are
 * foreign text: what goes into the anchors is made printable and short, so that it cannot imitate PEM.
 */
#ifndef CMD_TRUST_H
#define CMD_TRUST_H

#include "base/buf.h"
#include "base/limits.h"
#include "cmd.h"

#define CMD_TRUST_KINDS 16u

/* Which services are wanted. */
struct cmd_trust_choice {
	const char *kind[CMD_TRUST_KINDS]; /* "CA/QC"; none: CA/QC and TSA/QTST */
	size_t n_kinds;
	bool any_status;
};

/* Text made printable, at most 120 characters. */
#define CMD_TRUST_TEXT 512u

struct cmd_trust_scheme {
	char number[CMD_TRUST_TEXT], territory[CMD_TRUST_TEXT], operator_name[CMD_TRUST_TEXT],
	    issued[CMD_TRUST_TEXT], next[CMD_TRUST_TEXT];
	char state[16], why[CMD_TRUST_TEXT]; /* of the signature: none, unchecked, fails, fits */
	uint8_t certificate[EVD_SHA256_LEN]; /* it was made with, when it fits */
	bool has_certificate, pinned;
};

struct cmd_trust_list {
	const struct cmd_trust_choice *choice;
	int64_t now_ms;
	uint8_t sha256[EVD_SHA256_LEN]; /* of the list's file */
	struct cmd_trust_scheme scheme;
	/* the service at hand */
	char group[64], kind[CMD_TRUST_TEXT], status[CMD_TRUST_TEXT], since[CMD_TRUST_TEXT],
	    service[CMD_TRUST_TEXT], provider[CMD_TRUST_TEXT], uses[CMD_TRUST_TEXT];
	uint32_t services;    /* met */
	uint32_t n, left_out; /* certificates taken; those that do not decode */
	struct evd_buf body;  /* PEM so far */
	struct evd_buf known; /* their fingerprints, one after the other */
};

void cmd_trust_begin(struct cmd_trust_list *l, const struct cmd_trust_choice *choice,
                     int64_t now_ms);
void cmd_trust_release(struct cmd_trust_list *l);
/* cmd_trust_field(l, group, name, value, err): one field, in the reader's order. */
int cmd_trust_field(struct cmd_trust_list *l, struct evd_view group, struct evd_view name,
                    struct evd_view value, struct evd_error *err) EVD_MUST_USE;
/* cmd_trust_write(l, out, err): the whole file of anchors. */
int cmd_trust_write(struct cmd_trust_list *l, struct evd_buf *out,
                    struct evd_error *err) EVD_MUST_USE;
/* cmd_trust_say(g, l, path): prints what was made and what was not checked; CMD_DONE, or CMD_FINDINGS. */
int cmd_trust_say(struct cmd_global *g, const struct cmd_trust_list *l, const char *path);

#endif
