/*
 * resume: which sources of an interrupted `add` are safely in already.
 *
 * Before an intake commits an entry that is not its last, it writes .case/adding: a digest of what was
 * named, and the first entry of this intake. The same `add` said again reads the origin records from
 * that entry on and passes over what they name with the same path, size, time and inode.
 */
#ifndef EVD_RESUME_H
#define EVD_RESUME_H

#include "capture/walk.h"
#include "chain/case.h"

struct evd_resume;

int evd_resume_open(struct evd_case *c, char **paths, size_t n, struct evd_resume **out,
                    struct evd_error *err) EVD_MUST_USE;
/* evd_resume_has(r, f): this file was taken in before the interruption. */
bool evd_resume_has(const struct evd_resume *r, const struct evd_walked *f);
/* evd_resume_keep(r, seq, err): notes that an intake is under way, entry `seq` being its first. */
int evd_resume_keep(struct evd_resume *r, uint64_t seq, struct evd_error *err) EVD_MUST_USE;
/* evd_resume_done(r): the intake is complete. */
void evd_resume_done(struct evd_resume *r);
void evd_resume_free(struct evd_resume *r);
/* evd_resume_time(out, s, ns): a time of a source as its origin record has it, and as it is held against that. */
void evd_resume_time(char out[64], int64_t s, long ns);

#endif
