/* fate: see fate.h. */
#include "derive/fate.h"

static bool lists(const struct evd_json *j, size_t list, const char *word)
{
	size_t at = list + 1;
	bool has = false;

	for (uint32_t i = 0; i < j->node[list].count; i++, at = j->node[at].next)
		has = has || evd_view_is(j->node[at].raw, word);
	return has;
}

static unsigned of_member(const struct evd_json *j, size_t at)
{
	const struct evd_json_node *n = &j->node[at];

	switch (n->key.p[0]) {
	case 'd':
		return evd_view_is(n->key, "details") && evd_json_find(j, at, "retractedParts")
		           ? EVD_FATE_DELETED_IN_PART
		           : 0u;
	case 'e':
		return evd_view_is(n->key, "edited") && n->type == EVD_JSON_TRUE ? EVD_FATE_EDITED : 0u;
	case 'f':
		if (evd_view_is(n->key, "flags"))
			return lists(j, at, "recently-deleted") ? EVD_FATE_IN_BIN : 0u;
		return evd_view_is(n->key, "forwarded") || evd_view_is(n->key, "forwardedFrom") ||
		               evd_view_is(n->key, "forwardedFromBytes")
		           ? EVD_FATE_FORWARDED
		           : 0u;
	case 'r': return evd_view_is(n->key, "revisions") ? EVD_FATE_EDITED : 0u;
	case 't':
		return evd_view_is(n->key, "type") && evd_view_is(n->raw, "deleted") ? EVD_FATE_DELETED
		                                                                     : 0u;
	default: return 0;
	}
}

/* One walk: the index asks it of every message. */
unsigned evd_fate(const struct evd_json *j)
{
	unsigned fate = 0;
	size_t at = 1;

	for (uint32_t i = 0; i < j->node[0].count; i++, at = j->node[at].next)
		fate |= of_member(j, at);
	if (fate & EVD_FATE_DELETED) /* all of it */
		fate &= ~(unsigned)EVD_FATE_DELETED_IN_PART;
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
