/* cmd_flags: see cmd_flags.h. */
#include "cmd_flags.h"

#include "i18n.h"

const char *cmd_flag_words(struct evd_view flag)
{
	static const struct {
		const char *flag, *text;
	} said[] = {
	    {"no-zone", N_("zone not in the source")},
	    {"dst-twice", N_("this hour came twice: summer and winter time")},
	    {"dst-skipped", N_("there was no such hour in this zone")},
	    {"day-month", N_("day and month cannot be told apart")},
	    {"standard-offset", N_("its offset may be one hour off")},
	    {"seconds-by-size", N_("taken as seconds by its size")},
	    {"no-time", N_("no time that can be read")},
	    {"deleted", N_("deleted")},
	    {"deleted-in-part", N_("part of it deleted")},
	    {"recently-deleted", N_("deleted: it lies in the app's own bin")},
	    {"edited", N_("edited later")},
	    {"forwarded", N_("forwarded")},
	};

	for (size_t i = 0; i < sizeof said / sizeof *said; i++)
		if (evd_view_is(flag, said[i].flag))
			return _(said[i].text);
	return NULL;
}
