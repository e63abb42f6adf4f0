/* fate: see fate.h. */
#include "derive/fate.h"

static bool lists(const struct evd_json *j, const char *key, const char *word)
{
	size_t list = evd_json_find(j, 0, key), at = list + 1;
	bool has = false;

	for (uint32_t i = 0; list && i < j->node[list].count; i++, at = j->node[at].next)
		has = has || evd_view_is(j->node[at].raw, word);
	return has;
}

unsigned evd_fate(const struct evd_json *j)
{
	size_t details = evd_json_find(j, 0, "details"), edited = evd_json_find(j, 0, "edited");
	struct evd_view type = {NULL, 0};
	unsigned fate = 0;

	evd_json_string(j, 0, "type", &type);
	if (evd_view_is(type, "deleted"))
		fate |= EVD_FATE_DELETED;
	else if (details && evd_json_find(j, details, "retractedParts"))
		fate |= EVD_FATE_DELETED_IN_PART;
	if (lists(j, "flags", "recently-deleted"))
		fate |= EVD_FATE_IN_BIN;
	if ((edited && j->node[edited].type == EVD_JSON_TRUE) || evd_json_find(j, 0, "revisions"))
		fate |= EVD_FATE_EDITED;
	if (evd_json_find(j, 0, "forwarded") || evd_json_find(j, 0, "forwardedFrom") ||
	    evd_json_find(j, 0, "forwardedFromBytes"))
		fate |= EVD_FATE_FORWARDED;
	return fate;
}

void evd_fate_put(struct evd_buf *b, unsigned fate)
{
	static const char *const word[] = {"deleted", "deleted-in-part", "recently-deleted", "edited",
	                                   "forwarded"};

	for (unsigned i = 0; i < sizeof word / sizeof *word; i++)
		if (fate & 1u << i)
			evd_putf(b, "%s\"%s\"", b->len ? "," : "[", word[i]);
}
