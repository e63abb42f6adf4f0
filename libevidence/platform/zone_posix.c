/* zone: see zone.h. The C library reads the tz database (RFC 8536). */
#include "platform/zone.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DAY_MS INT64_C(86400000)

/* Names of the database; nothing that leads elsewhere. */
static bool is_name(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && n < 64 && name[0] != '/' && name[0] != '.' && !strstr(name, "..") &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") == n;
}

int evd_zone_use(const char *name, struct evd_error *err)
{
	static const char *const folder[] = {"/usr/share/zoneinfo", "/usr/lib/zoneinfo",
	                                     "/usr/share/lib/zoneinfo"};
	char path[128], value[132];
	bool found = false;

	for (size_t i = 0; is_name(name) && !found && i < sizeof folder / sizeof *folder; i++) {
		snprintf(path, sizeof path, "%s/%s", folder[i], name);
		found = access(path, R_OK) == 0;
	}
	if (!found) /* the C library would take it for UTC without a word */
		return evd_fail(err, EVD_E_NOTFOUND,
		                "no time zone '%s' on this system; names are as in the tz database, "
		                "such as Europe/Belgrade",
		                name);
	snprintf(value, sizeof value, ":%s", path);
	if (setenv("TZ", value, 1) != 0)
		return evd_nomem(err);
	tzset();
	return 0;
}

int64_t evd_zone_local(int64_t utc_ms)
{
	int64_t rest = utc_ms % 1000 < 0 ? utc_ms % 1000 + 1000 : utc_ms % 1000;
	time_t t = (time_t)((utc_ms - rest) / 1000);
	struct evd_civil c;
	struct tm tm;

	if (!localtime_r(&t, &tm))
		return utc_ms;
	c = (struct evd_civil){tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
	                       tm.tm_hour,        tm.tm_min,     tm.tm_sec};
	return evd_civil_seconds(&c) * 1000 + rest;
}

unsigned evd_zone_utc(int64_t local_ms, int64_t out[2])
{
	/* the offsets in force a day before and a day after: at most one change lies between */
	int64_t before = evd_zone_local(local_ms - DAY_MS) - (local_ms - DAY_MS);
	int64_t after = evd_zone_local(local_ms + DAY_MS) - (local_ms + DAY_MS);
	int64_t early = local_ms - (before > after ? before : after);
	int64_t late = local_ms - (before > after ? after : before);
	bool is_early = evd_zone_local(early) == local_ms, is_late = evd_zone_local(late) == local_ms;

	out[0] = is_late && !is_early ? late : early;
	out[1] = is_early && !is_late ? early : late;
	return early == late ? is_early : (unsigned)is_early + is_late;
}
