/* constraints: name constraints of directory names (RFC 5280 §4.2.1.10, as docs/verify.md §5.2 narrows it). */
#ifndef EVD_CONSTRAINTS_H
#define EVD_CONSTRAINTS_H

#include "verify/x509.h"

/* evd_constraints_hold(ca, below, n): the name constraints of `ca`, if it has any, hold for each of the
 * n certificates `below` it. */
bool evd_constraints_hold(const struct evd_cert *ca, const struct evd_cert *const *below, size_t n);

#endif
