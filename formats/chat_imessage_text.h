/*
 * chat_imessage_text: what the TXT and the HTML of imessage-exporter share: how it writes times, notes and reactions.
 * Private to chat_imessage_export.c, _line.c, _txt.c and _html.c. Stage: read-out.
 *
 *   "May 17, 2022  5:29:42 PM (Read by you after 1 hour, 49 seconds)"   always 24 signs, in English, on the clock of the
 *                                                                      computer that exported; no zone
 */
#ifndef EVD_CHAT_IMESSAGE_TEXT_H
#define EVD_CHAT_IMESSAGE_TEXT_H

#include "chat_file.h"

#define IM_TIME 24u                       /* bytes of a time */
#define IM_BLOCK_MAX (UINT32_C(16) << 20) /* bytes of a message with all that stands under it */
#define IM_IMITATIONS 8u                  /* places that are listed */
#define IM_ANSWER "This message responded to an earlier message."
#define IM_DELETED "This message was deleted from the conversation!"

enum im_line {
	IM_WORDS,
	IM_HEAD, /* a time, and in brackets what became of the message */
	IM_NOTICE, /* a time and words: a notice of the group, or the first version of an edited message */
};

struct im_export {
	struct evd_chat chat;
	struct evd_chat_index index;
	struct evd_chat_list reactions, revisions;
	struct evd_object object;
	struct evd_buf details, phone, block;
	struct evd_chat_conv *conv; /* of the file at hand */
	const struct evd_input *in;
	const char *form;
	bool no_ids;         /* that form has none */
	uint64_t in_threads; /* messages shown under another one */
};

/* One message as it stands in the file, its parts not yet told apart. */
struct im_message {
	struct evd_chat_message m;
	struct evd_view note;    /* in the brackets behind the time */
	struct evd_view answers; /* words of the message above, of one that stands under it */
	struct evd_view effect, service;
	bool in_thread, answers_earlier;
	uint64_t imitation[IM_IMITATIONS]; /* offsets of lines in its words that look like a header */
	size_t n_imitations;
};

/* im_line(v): what the line is; *rest is what stands behind the time. */
enum im_line im_line_of(struct evd_view v, struct evd_view *rest);
/* im_time(v, t): the time at the beginning of `v`; returns flags of a message */
unsigned im_time(struct evd_view v, struct evd_chat_time *t);
/* im_reaction(x, line, err): "Loved by Ana", one more of x->reactions */
int im_reaction(struct im_export *x, struct evd_view line, struct evd_error *err) EVD_MUST_USE;
bool im_is_reaction(struct evd_view line);
bool im_is_effect(struct evd_view line);
bool im_is_unsent(struct evd_view words);
/* a path as the exporter writes those of attachments */
bool im_is_path(struct evd_view line);
/* im_emit(x, im, name, err): number, direction and details are filled in; `name` is the file's, for the conversation */
int im_emit(struct im_export *x, struct im_message *im, struct evd_view name,
            struct evd_error *err) EVD_MUST_USE;
/* an empty path: the exporter did not find it */
int im_attach(struct im_export *x, struct evd_view path, struct evd_error *err) EVD_MUST_USE;

/* one file; one in a zip that does not begin as a chat is left alone */
int im_text_read(struct im_export *x, struct evd_chat_file *f, struct evd_error *err) EVD_MUST_USE;

int im_html_read(struct im_export *x, struct evd_chat_file *f, struct evd_error *err) EVD_MUST_USE;
/* of the conversation at hand: how many messages were shown twice */
int im_say_threads(struct im_export *x, struct evd_error *err) EVD_MUST_USE;

#endif
