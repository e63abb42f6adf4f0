/* rec_kind: see rec_kind.h. */
#include "index/rec_kind.h"

#include "index/search.h"

static const struct evd_rec_kind kinds[] = {
    {"message", "n", "type", NULL, "body", "sender", "direction"},
    {"attachment", "message", "state", "name", "note", NULL, NULL},
    {"part", "message", NULL, "name", "value", NULL, NULL},
    {"conversation", NULL, "type", NULL, "title", "account", NULL},
    {"participant", "n", NULL, NULL, NULL, "label", NULL},
    {"field", NULL, "as", "name", "value", NULL, NULL},
    {"member", "n", "type", NULL, "path", NULL, NULL},
    {"observation", NULL, "code", NULL, "text", NULL, NULL},
    {"unread", NULL, "code", NULL, "text", NULL, NULL},
    {"origin", NULL, NULL, "label", "name", NULL, NULL},
    {"correction", NULL, NULL, "field", "value", NULL, NULL},
};

/* Files of the payload that hold the custodian's words (rec.c, add_note). */
static const char *const written[] = {"note", "statement", "description"};

#define KINDS (sizeof kinds / sizeof *kinds)

const struct evd_rec_kind *evd_rec_kind_of(struct evd_view kind)
{
	for (size_t i = 0; i < KINDS; i++)
		if (evd_view_is(kind, kinds[i].kind))
			return &kinds[i];
	return NULL;
}

bool evd_rec_kind_is_of(struct evd_view kind, struct evd_view action, bool own)
{
	/* who takes in, or hands in what a program made, observes too */
	static const char *const observe[] = {"acquire", "capture", "derive", "compare"};

	for (size_t i = 0; i < sizeof written / sizeof *written; i++)
		if (evd_view_is(kind, written[i]))
			return true;
	if (evd_view_is(kind, "origin"))
		return own;
	if (evd_view_is(kind, "correction"))
		return evd_view_is(action, "correct");
	for (size_t i = 0; evd_view_is(kind, "observation") && i < 4; i++)
		if (evd_view_is(action, observe[i]))
			return true;
	return evd_view_is(action, "read-out");
}

const char *evd_search_kind(size_t i)
{
	if (i < KINDS)
		return kinds[i].kind;
	return i - KINDS < sizeof written / sizeof *written ? written[i - KINDS] : NULL;
}
