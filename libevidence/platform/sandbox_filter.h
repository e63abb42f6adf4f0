/*
 * sandbox_filter: the system calls of a process that reads hostile bytes, and of the one that makes such processes,
 * by seccomp (Linux). Stage: read-out; part of sandbox.h, for its backend alone.
 */
#ifndef EVD_SANDBOX_FILTER_H
#define EVD_SANDBOX_FILTER_H

#include "platform/sandbox.h"

#if defined(__x86_64__) || defined(__aarch64__)
#define EVD_SANDBOX_FILTER 1 /* there is one for this processor */
#else
#define EVD_SANDBOX_FILTER 0
#endif

/* Under AddressSanitizer, whose search for leaks needs calls of its own. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EVD_SANDBOX_SANITIZED 1
#endif
#endif
#if !defined(EVD_SANDBOX_SANITIZED) && defined(__SANITIZE_ADDRESS__)
#define EVD_SANDBOX_SANITIZED 1
#elif !defined(EVD_SANDBOX_SANITIZED)
#define EVD_SANDBOX_SANITIZED 0
#endif

/* Numbers that are the same on every architecture (asm-generic, since Linux 5.0). */
#define EVD_NR_CLOSE_RANGE 436
#define EVD_NR_LANDLOCK_CREATE 444
#define EVD_NR_LANDLOCK_RESTRICT 446

/* Both for good, and for what the process makes later. No new privileges must have been asked for. Errors: SANDBOX. */
int evd_sandbox_filter_before(struct evd_error *err) EVD_MUST_USE;
int evd_sandbox_filter_enter(const struct evd_sandbox_plan *plan,
                             struct evd_error *err) EVD_MUST_USE;

#endif
