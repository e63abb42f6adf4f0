/* clock, Linux: see clock.h. */
#include "platform/clock.h"

#include "base/digest.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <time.h>

int64_t evd_clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void record_boot(const char *case_id, struct evd_object *o)
{
	char boot[64] = "", both[128];
	uint8_t digest[EVD_SHA256_LEN];
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (!f)
		return;
	if (fgets(boot, sizeof boot, f)) {
		snprintf(both, sizeof both, "%s%.36s", case_id, boot);
		if (evd_sha256(evd_view_str(both), digest, NULL) == 0)
			evd_object_hex(o, "boot", digest, 8);
	}
	fclose(f);
}

void evd_clock_record(const char *case_id, struct evd_object *o)
{
	struct timex tx;
	struct timespec up;
	struct tm local;
	time_t now = time(NULL);
	char text[32];
	int state;

	memset(&tx, 0, sizeof tx);
	state = adjtimex(&tx);
	evd_object_cstr(o, "source", "system");
	evd_object_cstr(o, "synchronised",
	                state < 0                                       ? "unknown"
	                : state == TIME_ERROR || tx.status & STA_UNSYNC ? "no"
	                                                                : "yes");
	clock_gettime(CLOCK_BOOTTIME, &up);
	snprintf(text, sizeof text, "%lld", (long long)up.tv_sec * 1000 + up.tv_nsec / 1000000);
	evd_object_cstr(o, "uptime", text);
	if (localtime_r(&now, &local)) {
		long off = local.tm_gmtoff / 60;

		snprintf(text, sizeof text, "%c%02ld:%02ld", off < 0 ? '-' : '+',
		         (off < 0 ? -off : off) / 60, (off < 0 ? -off : off) % 60);
		evd_object_cstr(o, "zone", text);
	}
	record_boot(case_id, o);
}

void evd_host_record(struct evd_object *o)
{
	struct utsname u;

	if (uname(&u) != 0)
		return;
	evd_object_cstr(o, "release", u.release);
	evd_object_cstr(o, "system", u.sysname);
}
