/*
 * reader_item: the process that parses one item. Stage: read-out. It enters the sandbox, asks the
 * probes, runs the readers and writes their records as frames (libevidence/reader/wire.h).
 */
#ifndef EVD_READER_ITEM_H
#define EVD_READER_ITEM_H

#include "platform/sandbox.h"
#include "reader/wire.h"

/* reader_item_run(out_fd, fd, q, support): runs in a child made for this; returns its exit status:
 * 0 all said, 70 own failure. `fd` are the q->n sources. */
int reader_item_run(int out_fd, const int *fd, const struct evd_wire_request *q,
                    const struct evd_sandbox_support *support);

#endif
