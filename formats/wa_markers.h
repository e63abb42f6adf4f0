/*
 * wa_markers: which texts of a WhatsApp export are the app's own (wa_markers.def). Stage: read-out.
 */
#ifndef EVD_WA_MARKERS_H
#define EVD_WA_MARKERS_H

#include "format.h"

enum wa_mark {
	WA_NONE,
	WA_OMITTED,
	WA_ATTACHED,
	WA_DELETED,
	WA_EDITED,
	WA_VIEW_ONCE,
	WA_PENDING,
	WA_CALL, /* which kind is not said */
	WA_CALL_VOICE,
	WA_CALL_VIDEO,
	WA_LOCATION,
	WA_LIVE_LOCATION,
	WA_CONTACT,
	WA_POLL,
	WA_TITLE_MARK,
	/* lines without sender */
	WA_GROUP_CREATED,
	WA_JOINED_BY_LINK,
	WA_LEFT,
	WA_ADMIN,
	WA_REMOVED,
	WA_ADDED,
	WA_SUBJECT,
	WA_DESCRIPTION,
	WA_ICON,
	WA_NUMBER,
	WA_SECURITY_CODE,
	WA_ENCRYPTION,
	WA_DISAPPEARING,
	WA_BLOCKED,
};

struct wa_found {
	enum wa_mark mark;
	const char *language;
	struct evd_view part; /* what stands for %s, if one does */
};

/* wa_body(line, f): the first line of a body, direction marks at its beginning aside. */
bool wa_body(struct evd_view line, struct wa_found *f);
/* wa_exact(line, f): such a line that is the app's from its first word to its last. */
bool wa_exact(struct evd_view line, struct wa_found *f);
/* wa_edited(body, at): the body ends with "edited"; *at is where that begins. */
bool wa_edited(struct evd_view body, size_t *at);
/* wa_notice(line, f): a line without sender. */
bool wa_notice(struct evd_view line, struct wa_found *f);
/* wa_opens(sender): what stands before a colon holds the words by which some notice is known, so that the colon may belong
 * to a group's title or a contact's name within it. ALONE: only a word before the name ("Контакт "), which may begin a
 * contact's name as well. */
enum wa_opening { WA_OPENS_NOT, WA_OPENS_ALONE, WA_OPENS };
enum wa_opening wa_opens(struct evd_view sender);
/* wa_notice_over(line, sender, f): such a notice, whole; what `wa_opens` says of its row. */
enum wa_opening wa_notice_over(struct evd_view line, struct evd_view sender, struct wa_found *f);
/* wa_title(name, title): the contact or group in an export's file name. */
bool wa_title(struct evd_view name, struct evd_view *title);
/* the word that stands in records for a notice */
const char *wa_event(enum wa_mark mark);

#endif
