/*
 * chat_signal_form: the texts that programs by others make of Signal's databases: which it is, and how it writes the
 * beginning of a message. Private to chat_signal_text.c and chat_signal_form.c. Stage: read-out.
 *
 *   signal-export       [2019-05-29 15:04:05] Me: words        (before: [2019-05-29, 15:04]); two blanks behind the words
 *   signalbackup-tools  [May 29, 2019 15:04:05] <Ana> words    *** for notices, *** <Ana> sent file "a.jpg"
 *   sigtop, short       2019-05-29 15:04 You: words
 *   sigtop              "Conversation: NAME", then for each message fields, one a line, and its words behind a blank line:
 *                       [From:] Type: Sent: Received: Attachment: Reaction: Edited:
 *                       with "Wed, 29 May 2019 15:04:05 +0200"
 */
#ifndef EVD_CHAT_SIGNAL_FORM_H
#define EVD_CHAT_SIGNAL_FORM_H

#include "chat_file.h"

enum sig_form { SIG_NONE, SIG_EXPORT, SIG_TOOLS, SIG_SHORT, SIG_SIGTOP };

enum sig_form sig_form_of(struct evd_view head);
/* sig_may_be_export(head): lines as signal-export writes them and its word for the owner of the database, but without the
 * blanks that it puts behind words, which editors take away: WhatsApp's export can look the same */
bool sig_may_be_export(struct evd_view head);
const char *sig_form_name(enum sig_form form);

struct sig_head {
	struct evd_view time, sender, rest;
	bool notice, file; /* "***", and "sent file" behind it */
};
/* sig_head_of(form, line, h): the line begins a message in one of the three forms of lines */
bool sig_head_of(enum sig_form form, struct evd_view line, struct sig_head *h);
/* sig_time(form, v, t): returns flags of a message */
unsigned sig_time(enum sig_form form, struct evd_view v, struct evd_chat_time *t);
/* sig_field(line, name, value): "Name: value" */
bool sig_field(struct evd_view line, const char *name, struct evd_view *value);

#endif
