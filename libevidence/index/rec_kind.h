/* rec_kind: the kinds of records that are searched, and which members of a record of each are its words. Internal to index/. */
#ifndef EVD_REC_KIND_H
#define EVD_REC_KIND_H

#include "base/buf.h"

/* Names of members, or NULL; what is not UTF-8 stands under the name with "Bytes" behind it. */
struct evd_rec_kind {
	const char *kind, *n, *type, *name, *text, *who, *direction;
};

/* NULL: records of that kind are not searched. */
const struct evd_rec_kind *evd_rec_kind_of(struct evd_view kind);
/* evd_rec_kind_is_of(kind, action, own): records of that kind are of entries of that action, `own`: of the one that
 * brought the item. The format lets any entry hold any record (docs/format.md §4). */
bool evd_rec_kind_is_of(struct evd_view kind, struct evd_view action, bool own);

#endif
