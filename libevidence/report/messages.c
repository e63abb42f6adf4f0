/* messages: see messages.h. */
#include "report/messages.h"

#include <string.h>

static const struct evd_messages languages[] = {
    {"en",
     {
#define EVD_MESSAGE(id, text) [EVD_MSG_##id] = text,
#include "report/messages.def"
#undef EVD_MESSAGE
     },
     {
#define EVD_FINDING(code, check, result, sub, text) [EVD_F_##code] = text,
#include "base/findings.def"
#undef EVD_FINDING
     }},
};

const struct evd_messages *evd_messages(const char *language)
{
	for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
		if (strcmp(languages[i].language, language) == 0)
			return &languages[i];
	return NULL;
}
