/*
 * frame: what our programs say to each other over a pipe: u32 length of what follows (little-endian),
 * u8 type, payload. And what is asked of a record that another program made: nothing it writes may
 * pass for the format's own. The bytes are taken for hostile on the side that holds the case.
 */
#ifndef EVD_FRAME_H
#define EVD_FRAME_H

#include "base/canon.h"

/* evd_frame_put(b, type, payload): appends one frame. */
void evd_frame_put(struct evd_buf *b, char type, struct evd_view payload);
/* evd_frame_put_object(b, type, o, err): the same with an object as payload. */
int evd_frame_put_object(struct evd_buf *b, char type, struct evd_object *o,
                         struct evd_error *err) EVD_MUST_USE;
/*
 * evd_frame_take(in, max, type, payload): the next frame of `in`, past which the view moves. 0, EVD_END
 * if it is not whole yet, FORMAT if its length is not within 1…max (type included).
 */
int evd_frame_take(struct evd_view *in, size_t max, char *type,
                   struct evd_view *payload) EVD_MUST_USE;

/* evd_foreign_fault(j): NULL if `j` is a record another program may make: an object with a `kind` that
 * is not of the format, and without the members that the format adds. Else what is wrong. */
const char *evd_foreign_fault(const struct evd_json *j);
/* evd_object_copy(o, j, object, but): the members of an object of `j`, as they are spelt, without those
 * of the list `but` (NULL at its end; NULL: none). */
void evd_object_copy(struct evd_object *o, const struct evd_json *j, size_t object,
                     const char *const *but);

#endif
