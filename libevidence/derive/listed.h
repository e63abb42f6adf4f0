/*
 * listed: digests that an item lists of files elsewhere (formats/proof_list.c), held against the items of the case: how many of them
 * are here. Stage: read-out.
 */
#ifndef EVD_LISTED_H
#define EVD_LISTED_H

#include "base/canon.h"
#include "chain/log.h"

struct evd_listed {
	const struct evd_log *log;
	uint8_t (*known)[EVD_SHA256_LEN]; /* of all items, rising; made when the first is asked for */
	size_t n_known;
	uint64_t listed, here;
};

/* evd_listed_see(l, record): counts it if it is a listed SHA-256. Without memory nothing is counted as here. */
void evd_listed_see(struct evd_listed *l, const struct evd_json *record);
/* evd_listed_say(l, o): the observation about what was counted since the last time; false: nothing was listed. */
bool evd_listed_say(struct evd_listed *l, struct evd_object *o);
void evd_listed_release(struct evd_listed *l);

#endif
