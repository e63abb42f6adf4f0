/*
 * files: what the library asks of the file system, one file a system. Names are relative to an open
 * folder, links are never followed, nothing is ever replaced.
 */
#ifndef EVD_FILES_H
#define EVD_FILES_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/* evd_dir_open(at, name, out, err): a folder; `at` -1 = the working folder, `name` may then be a path. */
int evd_dir_open(int at, const char *name, int *out, struct evd_error *err) EVD_MUST_USE;
/* evd_dir_make(at, name, err): mode 0700; EXISTS if there. */
int evd_dir_make(int at, const char *name, struct evd_error *err) EVD_MUST_USE;
/* evd_dir_remove(at, name): a folder that is empty; else nothing happens. */
void evd_dir_remove(int at, const char *name);
/* evd_dir_names(fd, out, n, err): names in it but . and .., sorted bytewise; free with evd_dir_names_free. Its access
 * time is left alone where the system allows. */
int evd_dir_names(int fd, char ***out, size_t *n, struct evd_error *err) EVD_MUST_USE;
void evd_dir_names_free(char **names, size_t n);

/* evd_file_create(at, name, out, err): a new file, 0600, for writing. */
int evd_file_create(int at, const char *name, int *out, struct evd_error *err) EVD_MUST_USE;
/* evd_file_open(at, name, out, size, err): an existing regular file, for reading. */
int evd_file_open(int at, const char *name, int *out, uint64_t *size,
                  struct evd_error *err) EVD_MUST_USE;
/* evd_file_read(at, name, max, out, err): all of a file; LIMIT above `max` bytes. */
int evd_file_read(int at, const char *name, size_t max, struct evd_buf *out,
                  struct evd_error *err) EVD_MUST_USE;
/* evd_file_write, evd_file_write_at: an error names the file where the system says its name. */
int evd_file_write(int fd, const void *p, size_t len, struct evd_error *err) EVD_MUST_USE;
int evd_file_write_at(int fd, uint64_t off, const void *p, size_t len,
                      struct evd_error *err) EVD_MUST_USE;
/* evd_file_in_memory(v, out, err): a file without a name that holds `v`, which nobody can change any more, whoever gets
 * its descriptor. */
int evd_file_in_memory(struct evd_view v, int *out, struct evd_error *err) EVD_MUST_USE;
/* evd_start_writing(fd, off, len): these bytes, written already, start on their way to the medium, so that the
 * sync at the end waits for little. A request; may wait for the medium. */
void evd_start_writing(int fd, uint64_t off, uint64_t len);
/* evd_file_put(at, name, v, err): creates, writes, syncs, closes; a file that could not be written whole is removed again. */
int evd_file_put(int at, const char *name, struct evd_view v, struct evd_error *err) EVD_MUST_USE;
int evd_file_exists(int at, const char *name);

/* evd_folders_up(path, is_it, ctx): asks is_it(ctx, folder) of the folder that `path` is, or else stands in or would, and
 * of each one above it up to the root; true as soon as it says so. Only the way to `path` may lead through links. */
bool evd_folders_up(const char *path, bool (*is_it)(void *ctx, int folder), void *ctx);

/* evd_sync(fd, err): file or folder to the medium. evd_sync_all: its whole file system. */
int evd_sync(int fd, struct evd_error *err) EVD_MUST_USE;
int evd_sync_all(int fd, struct evd_error *err) EVD_MUST_USE;
int evd_close(int fd, struct evd_error *err) EVD_MUST_USE;
/* evd_rename_new(from_at, from, to_at, to, err): EXISTS if `to` is there. */
int evd_rename_new(int from_at, const char *from, int to_at, const char *to,
                   struct evd_error *err) EVD_MUST_USE;
/* evd_rename_over: replaces `to`; for records that dispose rewrites and for the cache alone. */
int evd_rename_over(int at, const char *from, const char *to, struct evd_error *err) EVD_MUST_USE;
void evd_remove(int at, const char *name);
/* evd_file_remove(at, name, err): for what must be gone afterwards. NOTFOUND if it is not there. */
int evd_file_remove(int at, const char *name, struct evd_error *err) EVD_MUST_USE;
/* evd_file_destroyable(path, err): whether evd_file_destroy would begin; MISUSE or NOTFOUND and the like. */
int evd_file_destroyable(const char *path, struct evd_error *err) EVD_MUST_USE;
/* evd_file_destroy(path, err): a regular file with this one name is overwritten, synced, removed. What a medium
 * keeps of it beside is not reached. MISUSE if it is anything else. */
int evd_file_destroy(const char *path, struct evd_error *err) EVD_MUST_USE;
/* evd_remove_tree(at, name): a folder of our own making and what is in it. */
void evd_remove_tree(int at, const char *name);
/* evd_lock(at, name, out, err): takes the exclusive lock file; LOCKED if another has it. */
int evd_lock(int at, const char *name, int *out, struct evd_error *err) EVD_MUST_USE;
/* evd_lock_file(path, out, err): the exclusive lock of a file that is there, which others hold for moments only; LOCKED
 * after ten seconds. Closing *out gives it back. */
int evd_lock_file(const char *path, int *out, struct evd_error *err) EVD_MUST_USE;
/* evd_file_taken(at, name, size): bytes that a file of `size` takes on its medium: fewer if it has holes. */
uint64_t evd_file_taken(int at, const char *name, uint64_t size);
/* evd_room(fd, need, err): NOSPACE if the file system has fewer than `need` bytes free. */
int evd_room(int fd, uint64_t need, struct evd_error *err) EVD_MUST_USE;

/* evd_forget_cached(fd): asks the system to read the file from its medium next time. */
void evd_forget_cached(int fd);

int evd_random(void *p, size_t len, struct evd_error *err) EVD_MUST_USE;

#endif
