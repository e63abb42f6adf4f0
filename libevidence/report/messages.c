/* messages: see messages.h. */
#include "report/messages.h"

#include <string.h>

#define EVD_MESSAGE(id, words) .text[EVD_MSG_##id] = (words),
#define EVD_FINDING_TEXT(code, words) .finding[EVD_F_##code] = (words),
#define EVD_FINDING(code, check, result, sub, words) EVD_FINDING_TEXT(code, words)
static const struct evd_messages languages[] = {
    {
        .language = "en",
#include "report/messages.def"
#include "base/findings.def"
    },
    {
        .language = "sq",
#include "report/lang_sq.def"
    },
    {
        .language = "bs",
#include "report/lang_bs.def"
    },
    {
        .language = "hr",
#include "report/lang_hr.def"
    },
    {
        .language = "mk",
#include "report/lang_mk.def"
    },
    {
        .language = "cnr",
#include "report/lang_cnr.def"
    },
    {
        .language = "sr-Latn",
#include "report/lang_sr-Latn.def"
    },
    {
        .language = "sr-Cyrl",
#include "report/lang_sr-Cyrl.def"
    },
};
#undef EVD_MESSAGE
#undef EVD_FINDING_TEXT
#undef EVD_FINDING

/* As many words in each table as there are identifiers. One given twice is -Woverride-init (gcc) or
 * -Winitializer-overrides (clang), so that none is missing. */
#define EVD_MESSAGE(id, words) +1
#define EVD_FINDING_TEXT(code, words) +1
enum {
	ALL = EVD_MESSAGES + EVD_FINDING_CODES,
	SQ = 0
#include "report/lang_sq.def"
	,
	BS = 0
#include "report/lang_bs.def"
	,
	HR = 0
#include "report/lang_hr.def"
	,
	MK = 0
#include "report/lang_mk.def"
	,
	CNR = 0
#include "report/lang_cnr.def"
	,
	SR_LATN = 0
#include "report/lang_sr-Latn.def"
	,
	SR_CYRL = 0
#include "report/lang_sr-Cyrl.def"
};
_Static_assert(SQ == ALL && BS == ALL && HR == ALL && MK == ALL && CNR == ALL && SR_LATN == ALL &&
                   SR_CYRL == ALL,
               "a language lacks words");

const struct evd_messages *evd_messages(const char *language)
{
	for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
		if (strcmp(languages[i].language, language) == 0)
			return &languages[i];
	return NULL;
}
