/*
 * chat_slack: what a Slack export says beside the messages (docs/chats.md): who is who (users.json, org_users.json) and
 * which conversations there are, with those who are in them (channels.json, groups.json, dms.json, mpims.json). They may
 * stand behind the messages in the zip, so they are read before. Stage: read-out.
 */
#ifndef EVD_CHAT_SLACK_H
#define EVD_CHAT_SLACK_H

#include "chat_json.h"

#define SLACK_USERS_MAX 100000u             /* people whose names are kept */
#define SLACK_ENTRIES_MAX 100000u           /* conversations of the lists */
#define SLACK_MEMBERS_MAX 1000000u          /* people in them together */
#define SLACK_TEXT_MAX (UINT32_C(64) << 20) /* bytes of all that is kept of the lists */

struct slack_text { /* in slack_lists.text */
	size_t at, len;
};

struct slack_user {
	struct slack_text id, name;
};

struct slack_entry {
	struct slack_text id, name, details, list; /* list: the file that it stands in */
	const char *kind;                          /* word of that file: "channels", "dms" … */
	size_t first, n;                           /* its people, in slack_lists.member */
	struct evd_chat_conv *conv;                /* NULL: none of its messages was seen */
};

struct slack_path { /* of the folder that an entry's messages stand in */
	struct slack_text path;
	size_t entry;
};

struct slack_key { /* in the order of keys */
	struct evd_view key;
	size_t of; /* number of a person, of an entry */
};

struct slack_lists {
	struct evd_buf text;
	EVD_ARRAY(struct slack_user) user;
	EVD_ARRAY(struct slack_entry) entry;
	EVD_ARRAY(struct slack_text) member;
	EVD_ARRAY(struct slack_path) path;
	struct slack_key *user_key, *path_key;
	struct evd_view reading; /* name of the list at hand */
	bool cut;                /* more than is kept */
	uint64_t unplaced;       /* members without an id */
};

void slack_lists_init(struct slack_lists *l);
void slack_lists_release(struct slack_lists *l);
bool slack_is_list(struct evd_view name);
/* slack_lists_read(g, l, err): all lists of the item, while g stands at the beginning of a file. */
int slack_lists_read(struct chat_json *g, struct slack_lists *l,
                     struct evd_error *err) EVD_MUST_USE;
/* slack_name(l, id): of a person, or empty */
struct evd_view slack_name(const struct slack_lists *l, struct evd_view id);
/* slack_begin(g, l, folder, conv, err): the conversation whose messages stand in that folder. */
int slack_begin(struct chat_json *g, struct slack_lists *l, struct evd_view folder,
                struct evd_chat_conv **conv, struct evd_error *err) EVD_MUST_USE;
/* slack_lists_end(g, l, err): conversations without a folder, and who is in each and did not write. */
int slack_lists_end(struct chat_json *g, struct slack_lists *l, struct evd_error *err) EVD_MUST_USE;
/* slack_ts(t, v): "1452837318.000002", seconds and a counter; false: no such time, t->raw has it. */
bool slack_ts(struct evd_chat_time *t, struct evd_view v);

#endif
