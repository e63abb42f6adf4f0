/*
 * loose: the files of one intake that lay in the folder of a chat or below it, made into the listing its reader gets
 * (base/loose.h): an export that is a folder names its pictures by paths in that folder. Nothing is parsed here:
 * size, first bytes, and whether all bytes are zero.
 */
#ifndef EVD_DERIVE_LOOSE_H
#define EVD_DERIVE_LOOSE_H

#include "base/loose.h"
#include "chain/case.h"

struct evd_loose;

/* An item that may be such a file. The texts are borrowed as long as the list lives. */
struct evd_loose_item {
	struct evd_id id;
	uint64_t size;      /* by its record */
	const char *path;   /* from the case folder; NULL: its bytes are not in the case */
	const char *source; /* where it was found, foreign text; NULL: not known */
};

/* What a reader was handed. */
struct evd_loose_listed {
	uint32_t files, left_out;
	uint64_t first, last; /* entries that the files are of */
};

/* evd_loose_new: NULL if memory ran out; evd_loose_free takes NULL. */
struct evd_loose *evd_loose_new(void);
void evd_loose_free(struct evd_loose *l);
/* evd_loose_add(l, item, err): in the order of the log; all before the first evd_loose_listing. NOMEM. */
int evd_loose_add(struct evd_loose *l, const struct evd_loose_item *item,
                  struct evd_error *err) EVD_MUST_USE;
/*
 * evd_loose_listing(l, dir, id, fd, listed, err): the listing for the item `id`, as a descriptor that the caller closes;
 * *fd is -1 if no other file of its intake lies there. `dir` is the case folder. IO, NOMEM.
 */
int evd_loose_listing(struct evd_loose *l, int dir, struct evd_id id, int *fd,
                      struct evd_loose_listed *listed, struct evd_error *err) EVD_MUST_USE;
/* evd_loose_wanted(fd, name): the bytes look like those of a text, or the name says so; of pictures and films none asks
 * what lies beside them. */
bool evd_loose_wanted(int fd, const char *name);

#endif
