/*
 * filetype: what the bytes of an item say of its form as a whole: observations for every item.
 * Stage: read-out. Facts only: "name ends in .jpg, content is image/png", never what it means.
 */
#ifndef EVD_FILETYPE_H
#define EVD_FILETYPE_H

#include "format.h"

/*
 * evd_filetype_observe(s, head, type, sink, err): emits the observations type-mismatch,
 * zero-filled, zero-tail, truncated, trailing-data and second-format (docs/records.md §4) as they
 * apply. `head` is the beginning of `s`, `type` libmagic's media type or "".
 */
int evd_filetype_observe(const struct evd_source *s, struct evd_view head, const char *type,
                         struct evd_sink *sink, struct evd_error *err) EVD_MUST_USE;

#endif
