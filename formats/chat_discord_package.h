/*
 * chat_discord_package: which channel a folder of Discord's data package is. `channel.json` beside the messages says id, kind,
 * name, server and who is in it, `index.json` in the folder above what Discord called it. Both may stand behind the messages
 * in the zip, so they are read before. Stage: read-out.
 */
#ifndef EVD_CHAT_DISCORD_PACKAGE_H
#define EVD_CHAT_DISCORD_PACKAGE_H

#include "chat_json.h"

#define DISCORD_PACKAGE_TEXT (UINT32_C(32) << 20) /* bytes of all that is kept of these files */

struct discord_words { /* in discord_package.text */
	size_t at, len;
};

struct discord_channel {
	struct discord_words
	    path; /* folder of the messages; of an entry of index.json: folder, "/" and id */
	struct discord_words title, id, kind, guild, details;
	struct discord_words people; /* ids, each with a zero byte behind it */
};

struct discord_package {
	struct evd_buf text;
	EVD_ARRAY(struct discord_channel) list;
	bool sorted, cut;
	struct evd_buf title; /* path of an entry that is looked for */
};

bool discord_package_is(struct evd_view name); /* such a file */
/* discord_package_see(g, p, name, err): that file, with g->pull at its beginning */
int discord_package_see(struct chat_json *g, struct discord_package *p, struct evd_view name,
                        struct evd_error *err) EVD_MUST_USE;
/* discord_package_info(p, name, info): what is known of the channel whose messages are in that file; views hold until the
 * next file is seen. NULL: nothing. */
const struct discord_channel *discord_package_info(struct discord_package *p, struct evd_view name,
                                                   struct evd_chat_info *info);
/* discord_package_people(g, p, c, conv, err): who is in it, by id */
int discord_package_people(struct chat_json *g, const struct discord_package *p,
                           const struct discord_channel *c, struct evd_chat_conv *conv,
                           struct evd_error *err) EVD_MUST_USE;
void discord_package_release(struct discord_package *p);

#endif
