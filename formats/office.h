/* office: what the two files of the reader of Office documents know of each other. Stage: read-out. */
#ifndef EVD_OFFICE_H
#define EVD_OFFICE_H

#include "format.h"

/* evd_office_read_ole(s, sink, err): a compound file: what it holds, whether it is encrypted, the summary of its
 * properties ([MS-OLEPS]). */
int evd_office_read_ole(const struct evd_source *s, struct evd_sink *sink,
                        struct evd_error *err) EVD_MUST_USE;

#endif
