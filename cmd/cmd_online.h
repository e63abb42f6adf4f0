/*
 * cmd_online: asks a time-stamp authority through evidence-online, the only program of ours that opens a connection
 * for it: it has no key, no case, and gets the request alone. What comes back is foreign.
 */
#ifndef CMD_ONLINE_H
#define CMD_ONLINE_H

#include "base/buf.h"
#include "base/error.h"

/* cmd_online_ask(url, timeout, request, answer, err): appends the answer's bytes. `timeout`: seconds, in digits, or
 * NULL. Errors: MISUSE (address, timeout), UNAVAILABLE (no connection, no answer in time), FORMAT (an answer that is
 * none), LIMIT, each with the reason. */
int cmd_online_ask(const char *url, const char *timeout, struct evd_view request,
                   struct evd_buf *answer, struct evd_error *err) EVD_MUST_USE;

#endif
