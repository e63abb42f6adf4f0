/*
 * opened: what was opened with a key, in a list beside its file (docs/envelope.md): an envelope that is sent a
 * second time, or an older state of a case than one opened before, is known by it. Each line is a keyed digest
 * of a seal entry; to who lacks the key it says nothing, not even of a bundle at hand.
 */
#ifndef EVD_OPENED_H
#define EVD_OPENED_H

#include "chain/log.h"
#include "envelope/age.h"

struct evd_opened {
	const char *key_file; /* the list is KEY_FILE.opened */
	const struct evd_age_identity *key;
};

/* evd_opened_make(key_file, err): an empty list. EXISTS. */
int evd_opened_make(const char *key_file, struct evd_error *err) EVD_MUST_USE;
/* evd_opened_kept(key_file): whether there is one. */
bool evd_opened_kept(const char *key_file);
void evd_opened_remove(const char *key_file);

/* evd_opened_check(o, log, err): DAMAGED if the bundle whose log this is was opened before, or one that goes on
 * from it; FORMAT if the list is none. */
int evd_opened_check(const struct evd_opened *o, const struct evd_log *log,
                     struct evd_error *err) EVD_MUST_USE;
/* evd_opened_add(o, log, err): all its seals are in the list, which lasts. */
int evd_opened_add(const struct evd_opened *o, const struct evd_log *log,
                   struct evd_error *err) EVD_MUST_USE;

#endif
