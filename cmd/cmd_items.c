/* cmd_items: the items of a case, out of its log (see cmd.h). */
#include "cmd.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading {
	struct evd_case *c;
	struct cmd_items *items;
};

static char *foreign(const struct evd_json *j, const char *key, const char *key_bytes, size_t *len)
{
	struct evd_buf b = {0};
	struct evd_view v;
	bool found = false;

	if (evd_json_string(j, 0, key, &v)) {
		evd_put_unescaped(&b, v);
		found = true;
	} else if (key_bytes && evd_json_string(j, 0, key_bytes, &v)) {
		evd_put_unbase64url(&b, v);
		found = true;
	}
	*len = b.len;
	evd_put_u8(&b, '\0');
	if (!found || b.failed) {
		evd_buf_release(&b);
		return NULL;
	}
	return (char *)b.data; /* the caller frees */
}

static int add_item(struct reading *rd, const struct evd_record *r, const struct evd_json *j,
                    struct evd_error *err)
{
	static const char *const role[] = {"seal", "receipt", "validation", "description", "statement",
	                                   "note", ""};
	struct cmd_items *l = rd->items;
	void *grown = evd_grow(l->at, l->n, &l->cap, sizeof *l->at);
	struct cmd_item *it;

	(void)j;
	if (!grown)
		return evd_nomem(err);
	l->at = grown;
	it = &l->at[l->n++];
	memset(it, 0, sizeof *it);
	it->id.seq = rd->c->log.entry.seq;
	it->id.k = r->k;
	it->exhibit = r->exhibit;
	it->size = r->size;
	memcpy(it->sha256, r->sha256, EVD_SHA256_LEN);
	snprintf(it->path, sizeof it->path, "%.*s", (int)r->path.len, (const char *)r->path.p);
	snprintf(it->role, sizeof it->role, "%s", role[r->role]);
	evd_time_format(it->time, rd->c->log.entry.time_ms);
	return 0;
}

/* Of those of the present entry: items come in the order of their ids. */
static struct cmd_item *find_own(struct cmd_items *l, struct evd_id id)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct evd_id *at = &l->at[mid].id;

		if (at->seq < id.seq || (at->seq == id.seq && at->k < id.k))
			low = mid + 1;
		else
			high = mid;
	}
	return low < l->n && l->at[low].id.seq == id.seq && l->at[low].id.k == id.k ? &l->at[low]
	                                                                            : NULL;
}

static int on_record(void *ctx, const struct evd_record *r, const struct evd_json *j,
                     struct evd_view line, struct evd_error *err)
{
	struct reading *rd = ctx;
	struct cmd_item *it;

	(void)line;
	if (r->kind == EVD_KIND_CONTENT)
		return add_item(rd, r, j, err);
	it = evd_record_is_origin_of(r, rd->c->log.entry.seq) ? find_own(rd->items, r->first) : NULL;
	if (!it || it->placed)
		return 0;
	it->placed = true;
	it->name = foreign(j, "name", "nameBytes", &it->name_len);
	it->source = foreign(j, "path", "pathBytes", &it->source_len);
	it->label = foreign(j, "label", NULL, &it->label_len);
	return 0;
}

int cmd_items_read(struct evd_case *c, struct cmd_items *out, struct evd_error *err)
{
	struct reading rd = {c, out};
	int r;

	memset(out, 0, sizeof *out);
	r = evd_case_read(c, NULL, on_record, &rd, err);
	if (r)
		cmd_items_release(out);
	for (size_t i = 0; i < out->n && i < c->log.items.n; i++)
		out->at[i].lost = c->log.items.at[i].lost;
	return r;
}

int cmd_items_open(struct cmd_global *g, struct evd_case *c, struct cmd_items *out,
                   struct evd_error *err)
{
	int r = evd_case_open(g->case_dir, EVD_CASE_READ, c, err);

	if (r)
		return r;
	r = cmd_items_read(c, out, err);
	if (r)
		evd_case_close(c);
	return r;
}

void cmd_items_release(struct cmd_items *items)
{
	for (size_t i = 0; i < items->n; i++) {
		free(items->at[i].name);
		free(items->at[i].source);
		free(items->at[i].label);
	}
	free(items->at);
	memset(items, 0, sizeof *items);
}

static const struct cmd_item *find(const struct cmd_items *items, const char *word)
{
	struct evd_id id;
	char *end;
	unsigned long long exhibit = strtoull(word, &end, 10);
	bool by_id = evd_id_parse(evd_view_str(word), &id);

	for (size_t i = 0; i < items->n; i++) {
		const struct cmd_item *it = &items->at[i];

		if (by_id ? it->id.seq == id.seq && it->id.k == id.k
		          : *word && !*end && it->exhibit && it->exhibit == exhibit)
			return it;
	}
	return NULL;
}

int cmd_items_find(const struct cmd_items *items, const char *word, const struct cmd_item **it,
                   struct evd_error *err)
{
	*it = find(items, word);
	return *it ? 0 : evd_fail(err, EVD_E_NOTFOUND, "no item %s; 'evidence list' shows them", word);
}

int cmd_items_named(struct evd_case *c, const char *word, struct evd_id *id, struct evd_error *err)
{
	struct cmd_items items;
	const struct cmd_item *it;
	int r = cmd_items_read(c, &items, err);

	if (r == 0)
		r = cmd_items_find(&items, word, &it, err);
	if (r == 0)
		*id = it->id;
	cmd_items_release(&items);
	return r;
}
