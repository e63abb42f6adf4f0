/*
 * messages: the words of the verifier, one table a language, compiled in. No locale, no file.
 *
 * messages.def lists the identifiers with the English text; lang_XX.def the same identifiers in
 * another language. A table that lacks one does not compile.
 */
#ifndef EVD_MESSAGES_H
#define EVD_MESSAGES_H

#include "base/finding.h"

enum evd_message {
#define EVD_MESSAGE(id, text) EVD_MSG_##id,
#include "report/messages.def"
#undef EVD_MESSAGE
	EVD_MESSAGES
};

struct evd_messages {
	const char *language; /* BCP 47: "en", "sr-Cyrl" */
	const char *text[EVD_MESSAGES];
	const char *finding[EVD_FINDING_CODES];
};

/* evd_messages(language): its table, or NULL if there is none. */
const struct evd_messages *evd_messages(const char *language);

#endif
