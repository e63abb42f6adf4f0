/*
 * clock: time is read here alone. The computer's clock is what it is: recorded, never proved.
 */
#ifndef EVD_CLOCK_H
#define EVD_CLOCK_H

#include "base/canon.h"

#include <stdint.h>

/* evd_clock_ms(): milliseconds since 1970, UTC. */
int64_t evd_clock_ms(void);
/*
 * evd_clock_record(case_id, o): what is known of the clock, as members of `o`: source, synchronised
 * ("yes", "no", "unknown"), zone (offset from UTC), uptime (ms), boot (SHA-256 of case and boot id,
 * shortened, so that two cases of one computer cannot be tied together).
 */
void evd_clock_record(const char *case_id, struct evd_object *o);
/* evd_host_record(o): system and release; no name, no address. */
void evd_host_record(struct evd_object *o);

#endif
