/* fixture: an identity, a case with items, its bundle, and a verdict over it, for tests of the library. */
#ifndef EVD_FIXTURE_H
#define EVD_FIXTURE_H

#include "testlib.h"

#include "capture/acquire.h"
#include "chain/case.h"
#include "key/keystore.h"
#include "seal/seal.h"
#include "verify/verify.h"

/* fixture_key(): a P-256 identity made once for the program. */
struct evd_key *fixture_key(void);
/* fixture_pool(): two threads, made once. */
struct evd_pool *fixture_pool(void);
/* fixture_case(c): a new case, described, open for writing; the path of its folder. */
const char *fixture_case(struct evd_case *c);
/* fixture_add(c, path): takes one file or folder in; must succeed, and take everything. */
struct evd_acquired fixture_add(struct evd_case *c, const char *path);
/* fixture_seal(c, path): scope as the library chooses. */
struct evd_sealed fixture_seal(struct evd_case *c, const char *path);
/* fixture_verify(path, pin, report): the verdict; `report` is the caller's to release. */
enum evd_verdict fixture_verify(const char *path, bool pin, struct evd_report *report);

#endif
