/*
 * input: how the verifier gets at files, one file a system. For reading alone. Paths are UTF-8 on every
 * system, and of any length that the system has.
 */
#ifndef EVD_INPUT_H
#define EVD_INPUT_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* evd_input_open(path, out, err): NOTFOUND or another error; a folder or device opens too, where the
 * system lets it. */
int evd_input_open(const char *path, int *out, struct evd_error *err) EVD_MUST_USE;
void evd_input_close(int fd);
/* evd_input_look(fd, regular, size, err): whether it is a regular file, and its bytes. */
int evd_input_look(int fd, bool *regular, uint64_t *size, struct evd_error *err) EVD_MUST_USE;
/* evd_input_read(fd, off, p, len): bytes read, 0 at the end, -1 with errno. Any thread, no place kept. */
int64_t evd_input_read(int fd, uint64_t off, void *p, size_t len);
/* evd_input_stream(path): NULL with errno. */
FILE *evd_input_stream(const char *path);
/* evd_input_is_folder(path, yes, err) */
int evd_input_is_folder(const char *path, bool *yes, struct evd_error *err) EVD_MUST_USE;
/*
 * evd_input_each(folder, each, ctx, err): calls each(ctx, path, err) for what is in it in the bytewise
 * order of the names, those that start with a dot left out, until a result is not 0. IO where one is no
 * regular file, FORMAT where there is none.
 */
int evd_input_each(const char *folder,
                   int (*each)(void *ctx, const char *path, struct evd_error *err), void *ctx,
                   struct evd_error *err) EVD_MUST_USE;

/* evd_cores(): processors this program may use, at least 1. */
unsigned evd_cores(void);

#endif
