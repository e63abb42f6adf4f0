/*
 * i18n: the language of what `evidence` says to people (never JSON, usage texts, or what is recorded).
 * English stands in the source; cmd/po holds the others. Library errors stay English.
 */
#ifndef CMD_I18N_H
#define CMD_I18N_H

#include <libintl.h>

#define _(text) gettext(text)
#define N_(text) (text) /* translated where it is printed */

#endif
