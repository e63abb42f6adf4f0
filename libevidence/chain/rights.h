/* rights: who may write which entry next (docs/format.md §4, "The right to write"). */
#ifndef EVD_RIGHTS_H
#define EVD_RIGHTS_H

#include "chain/log.h"

/* evd_rights_check(log, err): step 5 for log->entry, signed by log->entry_signer. */
int evd_rights_check(struct evd_log *log, struct evd_error *err) EVD_MUST_USE;
/* evd_rights_apply(log, err): what the entry, now accepted, changes. */
int evd_rights_apply(struct evd_log *log, struct evd_error *err) EVD_MUST_USE;

#endif
