/*
 * confine: a program gives up, for good, what it will not need (one file a system).
 */
#ifndef EVD_CONFINE_H
#define EVD_CONFINE_H

#include "base/error.h"

/*
 * evd_confine_verifier(err): from here on, in all threads: files can be opened for reading alone; no
 * socket, no new program, no new process or thread. 0; SANDBOX if the system has no such means (the
 * caller says so and goes on: what the verdict rests on does not depend on it).
 */
int evd_confine_verifier(struct evd_error *err) EVD_MUST_USE;

#endif
