/* hash_items: the payload, hashed on all cores (part of stage 3). */
#ifndef EVD_HASH_ITEMS_H
#define EVD_HASH_ITEMS_H

#include "verify/run.h"

/* evd_item.state */
enum evd_item_state {
	EVD_ITEM_MISSING, /* no file */
	EVD_ITEM_PRESENT, /* not hashed yet */
	EVD_ITEM_FITS,
	EVD_ITEM_ALTERED
};

/* evd_hash_items(run, err): every item that is PRESENT becomes FITS or ALTERED. */
int evd_hash_items(struct evd_run *run, struct evd_error *err) EVD_MUST_USE;

#endif
