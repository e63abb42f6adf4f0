/*
 * structure_end: where a file of one format ends, by that format's own lengths. Stage: read-out. Used by structure.c alone.
 */
#ifndef EVD_STRUCTURE_END_H
#define EVD_STRUCTURE_END_H

#include "structure.h"

#define EVD_ZIP_TAIL (UINT32_C(65535) + 22) /* bytes of an end record with the longest comment */

/*
 * One function a format. `head` is the beginning of `s`. Sets st->end, or st->truncated and st->why; neither where the
 * format does not say. Errors: IO, NOMEM.
 */
typedef int evd_end_of(struct evd_view head, const struct evd_source *s, struct evd_structure *st,
                       struct evd_error *err);

evd_end_of evd_end_of_jpeg, evd_end_of_png, evd_end_of_gif, evd_end_of_bmp,
    evd_end_of_tiff; /* structure_pictures.c */
evd_end_of evd_end_of_riff, evd_end_of_bmff, evd_end_of_pdf, evd_end_of_zip, evd_end_of_sqlite,
    evd_end_of_ogg;                       /* structure_files.c */
evd_end_of evd_end_of_tar, evd_end_of_7z; /* structure_archives.c */

/* evd_end_missing(st, why): the file is cut short; `why` is constant text. */
void evd_end_missing(struct evd_structure *st, const char *why);

/* evd_end_find(s, len, what, what_len, at, err): the last place of `what` in the last `len` bytes. EVD_END: nowhere. */
int evd_end_find(const struct evd_source *s, size_t len, const char *what, size_t what_len,
                 uint64_t *at, struct evd_error *err) EVD_MUST_USE;

#endif
