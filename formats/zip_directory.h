/*
 * zip_directory: whether the directory at the end of a ZIP, the headers before its files and the bytes between say the
 * same (PKWARE APPNOTE 4.3). Programs go by either, so what stands in one alone is seen by some and by others not. Stage: read-out.
 */
#ifndef EVD_ZIP_DIRECTORY_H
#define EVD_ZIP_DIRECTORY_H

#include "format.h"

/* evd_zip_check(s, n, listed, sink, err): observations archive-differs, and the names that stand before the files alone; `n`: the
 * member that the ZIP is, 0: the item; `listed`: members that were listed of it. Says nothing of a ZIP without a directory. */
int evd_zip_check(const struct evd_source *s, uint32_t n, uint64_t listed, struct evd_sink *sink,
                  struct evd_error *err) EVD_MUST_USE;

#endif
