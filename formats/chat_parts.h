/*
 * chat_parts: the numbered files message_1.json, message_2.json … of one Meta thread (message_1.html …). A download in several archives
 * splits a thread, and each archive looks whole by itself: what is not here must be said.
 */
#ifndef EVD_CHAT_PARTS_H
#define EVD_CHAT_PARTS_H

#include "chat.h"

#define EVD_CHAT_PARTS_MAX 256u       /* files of a thread whose numbers are kept */
#define EVD_CHAT_PART_MESSAGES 10000u /* messages that Meta puts into one file */

struct evd_chat_parts {
	struct evd_chat_part {
		const struct evd_chat_conv *conv;
		uint8_t seen[EVD_CHAT_PARTS_MAX / 8];
		unsigned last;  /* highest number seen */
		uint64_t in_it; /* messages of that one */
		bool twice;
	} * at;
	size_t n, cap;
	const char *ending; /* of the files' names; NULL: ".json" */
};

/* evd_chat_parts_number(name, ending): N of a file message_N.json; 0: it is none of these. */
unsigned evd_chat_parts_number(struct evd_view name, const char *ending);
/* evd_chat_parts_add(p, conv, number, messages, err): that file of the thread was read. */
int evd_chat_parts_add(struct evd_chat_parts *p, const struct evd_chat_conv *conv, unsigned number,
                       uint64_t messages, struct evd_error *err) EVD_MUST_USE;
/* evd_chat_parts_say(p, c, err): observations parts-missing, part-full, part-twice. */
int evd_chat_parts_say(const struct evd_chat_parts *p, struct evd_chat *c,
                       struct evd_error *err) EVD_MUST_USE;
void evd_chat_parts_release(struct evd_chat_parts *p);

#endif
