/*
 * cmd_chats_elsewhere: what a chat lacks and another item of the case has, for `evidence chats`: a download in several
 * archives is several items, each evidence by itself. Told from the records alone: paths of archives (kind `member`),
 * names of absent attachments, ids of threads. That the names are the same, not that the files are.
 */
#ifndef EVD_CMD_CHATS_ELSEWHERE_H
#define EVD_CMD_CHATS_ELSEWHERE_H

#include "base/buf.h"
#include "base/canon.h"

struct elsewhere_absent {
	size_t at, len, item; /* item: its place in the caller's list */
	uint64_t chat, hash;
	size_t found; /* item + 1 whose member it may be, or ELSEWHERE_LOOSE; 0: nowhere */
	size_t loose; /* with ELSEWHERE_LOOSE: item + 1 that bears its path */
};

#define ELSEWHERE_LOOSE SIZE_MAX /* files that are items by themselves: told together */

struct elsewhere_thread {
	size_t at, len, item;
	uint64_t chat, hash;
};

struct chats_elsewhere {
	struct evd_buf text; /* of names and ids */
	EVD_ARRAY(struct elsewhere_absent) absent;
	EVD_ARRAY(struct elsewhere_thread) thread;
	struct elsewhere_thread *own; /* the threads in another order */
};

void chats_elsewhere_release(struct chats_elsewhere *e);
/* chats_elsewhere_take(e, item, j, err): a record of the item's reading: attachment or conversation. */
int chats_elsewhere_take(struct chats_elsewhere *e, size_t item, const struct evd_json *j,
                         struct evd_error *err) EVD_MUST_USE;
/* chats_elsewhere_taken(e), then chats_elsewhere_source(e, item, path) for every item and chats_elsewhere_member(e, item,
 * j) for every `member` record, then chats_elsewhere_ready(e, err). */
void chats_elsewhere_taken(struct chats_elsewhere *e);
/* `path`: where the item was found. */
void chats_elsewhere_source(struct chats_elsewhere *e, size_t item, struct evd_view path);
void chats_elsewhere_member(struct chats_elsewhere *e, size_t item, const struct evd_json *j);
int chats_elsewhere_ready(struct chats_elsewhere *e, struct evd_error *err) EVD_MUST_USE;
/* Where n absent attachments of a chat may be: in the archive `other`, or (other is ELSEWHERE_LOOSE) in items by
 * themselves, the first and last of which are named. */
struct elsewhere_files {
	size_t other, first, last;
	uint64_t n;
};
/* chats_elsewhere_files(e, item, chat, files): the next one behind *files, which is zero at first; false: no more. */
bool chats_elsewhere_files(const struct chats_elsewhere *e, size_t item, uint64_t chat,
                           struct elsewhere_files *files);
/* chats_elsewhere_thread(e, item, chat, from, other, number): the next chat of the same id in another item; *from is 0
 * at first. False: no more. */
bool chats_elsewhere_thread(const struct chats_elsewhere *e, size_t item, uint64_t chat,
                            size_t *from, size_t *other, uint64_t *number);

#endif
