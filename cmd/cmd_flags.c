/* cmd_flags: see cmd_flags.h. */
#include "cmd_flags.h"

#include "i18n.h"

#include <stdio.h>

static const char *words_of(struct evd_view flag)
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

void cmd_flags_put(const struct evd_json *j, size_t list,
                   void (*behind)(const void *ctx, struct evd_view flag), const void *ctx)
{
	size_t at = list + 1, said = 0;

	for (uint32_t i = 0; list && i < j->node[list].count; i++, at = j->node[at].next) {
		const char *words = words_of(j->node[at].raw);

		if (!words)
			continue;
		printf("%s%s", said++ ? "; " : "  [", words);
		behind(ctx, j->node[at].raw);
	}
	if (said)
		putchar(']');
}
