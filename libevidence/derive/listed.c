/* listed: see listed.h. */
#include "derive/listed.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, EVD_SHA256_LEN);
}

static void learn(struct evd_listed *l)
{
	size_t n = l->log->items.n;

	if (l->known || n == 0)
		return;
	l->known = calloc(n, sizeof *l->known);
	if (!l->known)
		return;
	for (size_t i = 0; i < n; i++)
		memcpy(l->known[i], l->log->items.at[i].sha256, EVD_SHA256_LEN);
	l->n_known = n;
	qsort(l->known, n, sizeof *l->known, by_bytes);
}

void evd_listed_see(struct evd_listed *l, const struct evd_json *record)
{
	struct evd_view group, name, value;
	uint8_t digest[EVD_SHA256_LEN];

	if (!evd_json_string(record, 0, "group", &group) || !evd_view_is(group, "proof.hashdeep") ||
	    !evd_json_string(record, 0, "name", &name) || !evd_view_is(name, "sha256") ||
	    !evd_json_string(record, 0, "value", &value) || !evd_unhex(value, digest, sizeof digest))
		return;
	learn(l);
	l->listed++;
	l->here += l->known && bsearch(digest, l->known, l->n_known, sizeof *l->known, by_bytes);
}

bool evd_listed_say(struct evd_listed *l, struct evd_object *o)
{
	char text[160];

	if (l->listed == 0)
		return false;
	snprintf(text, sizeof text,
	         "%" PRIu64 " of %" PRIu64 " listed SHA-256 digests are those of items of this case",
	         l->here, l->listed);
	evd_object_cstr(o, "kind", "observation");
	evd_object_cstr(o, "code", l->here == l->listed ? "proof-holds" : "listed-elsewhere");
	evd_object_cstr(o, "text", text);
	l->listed = l->here = 0;
	return true;
}

void evd_listed_release(struct evd_listed *l)
{
	free(l->known);
	l->known = NULL;
}
