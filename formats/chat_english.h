/* chat_english: dates as exporters spell them in English, without a zone. Stage: read-out. */
#ifndef EVD_CHAT_ENGLISH_H
#define EVD_CHAT_ENGLISH_H

#include "chat.h"

/*
 * evd_chat_english(v, t): sets local time and precision; false if it is not of that form. Behind the time AM or PM may stand
 * and a zone, nothing else: a word that is not known may be the language's for AM or PM, and twelve hours are not guessed.
 * True without t->has_local: of that form, and there is no such time.
 */
bool evd_chat_english(struct evd_view v, struct evd_chat_time *t);

#endif
