/*
 * zone: the clock of a place, from the system's tz database, for showing times that were written without
 * a zone. Nothing read here proves anything: which zone a clock stood in is the user's word.
 */
#ifndef EVD_ZONE_H
#define EVD_ZONE_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * evd_zone_use(name, err): the zone for the calls below, such as "Europe/Belgrade". One zone a process,
 * and none while other threads run. NOTFOUND if the tz database does not have it.
 */
int evd_zone_use(const char *name, struct evd_error *err) EVD_MUST_USE;
/* evd_zone_local(utc_ms): what a clock there showed, as ms since 1970 as if its fields were UTC. */
int64_t evd_zone_local(int64_t utc_ms);
/*
 * evd_zone_utc(local_ms, out): the instants at which a clock there showed `local_ms`, earlier first: one (in both of
 * `out`); two in the hour that a change to winter time repeats; none in the hour that summer time leaves out. Then
 * `out` is when a clock would have that was put forward too soon, and one that was not put forward.
 */
unsigned evd_zone_utc(int64_t local_ms, int64_t out[2]);

#endif
