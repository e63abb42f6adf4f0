/* chat_discord_package: see chat_discord_package.h. */
#include "chat_discord_package.h"

#include <stdlib.h>
#include <string.h>

void discord_package_release(struct discord_package *p)
{
	evd_buf_release(&p->text);
	evd_buf_release(&p->title);
	free(p->list.at);
	memset(p, 0, sizeof *p);
}

bool discord_package_is(struct evd_view name)
{
	struct evd_view base = evd_chat_base(name);

	return name.len > base.len &&
	       (evd_view_is(base, "channel.json") || evd_view_is(base, "index.json"));
}

/* ---- reading -------------------------------------------------------------------------------- */

static struct evd_view folder_of(struct evd_view name)
{
	struct evd_view base = evd_chat_base(name);

	return evd_view_of(name.p, name.len > base.len ? name.len - base.len - 1 : 0);
}

static struct evd_view words_of(const struct discord_package *p, struct discord_words w)
{
	return evd_view_of(w.len ? p->text.data + w.at : NULL, w.len);
}

static struct discord_words keep(struct discord_package *p, struct evd_view v)
{
	struct discord_words w = {p->text.len, v.len};

	evd_put_view(&p->text, v);
	return w;
}

static struct discord_channel *room(struct discord_package *p, size_t bytes)
{
	struct discord_channel *c;

	if (bytes > DISCORD_PACKAGE_TEXT || p->text.len > DISCORD_PACKAGE_TEXT - bytes) {
		p->cut = true;
		return NULL;
	}
	if (!EVD_ROOM(&p->list))
		return NULL;
	p->sorted = false;
	c = &p->list.at[p->list.n++];
	memset(c, 0, sizeof *c);
	return c;
}

static bool is_id(struct evd_view v)
{
	for (size_t i = 0; i < v.len; i++)
		if (v.p[i] < '0' || v.p[i] > '9')
			return false;
	return v.len > 0;
}

/* Members of channel.json as they are, but for those that the conversation's record has. */
static struct evd_view details_of(struct chat_json *g)
{
	static const char *const read[] = {"id", "type", "name", "recipients", "guild", NULL};
	static const char *const of_guild[] = {"name", "id", NULL};
	const struct json_tree *t = &g->tree;
	size_t guild = json_get(t, 0, "guild");

	evd_object_reset(&g->object);
	json_put(&g->object, "name", t, json_get(t, 0, "name"));
	chat_json_put(g, &g->object, "recipients", json_get(t, 0, "recipients"));
	if (guild)
		json_put(&g->object, "guildId", t, json_get(t, guild, "id"));
	chat_json_rest_begin(g);
	chat_json_rest(g, 0, read);
	if (guild)
		chat_json_rest(g, guild, of_guild);
	chat_json_rest_end(g);
	return chat_json_details(g);
}

static int see_channel(struct chat_json *g, struct discord_package *p, struct evd_view name,
                       struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	size_t guild = json_get(t, 0, "guild"), people = json_get(t, 0, "recipients");
	struct evd_view details = details_of(g);
	struct discord_channel *c =
	    room(p, name.len + details.len + (size_t)(t->node[0].to - t->node[0].from));

	if (!c)
		return p->cut ? 0 : evd_nomem(err);
	c->path = keep(p, folder_of(name));
	c->id = keep(p, json_text_of(t, 0, "id"));
	c->kind = keep(p, json_text_of(t, 0, "type"));
	c->title = keep(p, json_text_of(t, 0, "name"));
	if (guild)
		c->guild = keep(p, json_text_of(t, guild, "name"));
	c->details = keep(p, details);
	c->people.at = p->text.len;
	for (size_t i = people ? json_first(t, people) : 0; i; i = json_next(t, people, i))
		if (is_id(json_text(t, i))) { /* "Deleted User" is nobody's */
			evd_put_view(&p->text, json_text(t, i));
			evd_put_u8(&p->text, 0);
		}
	c->people.len = p->text.len - c->people.at;
	return evd_buf_check(&p->text, err);
}

/* {"ID": "what Discord calls it", …}; null: it has no name for it */
static int see_index(struct chat_json *g, struct discord_package *p, struct evd_view name,
                     struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	struct evd_view folder = folder_of(name);

	for (size_t i = json_first(t, 0); i; i = json_next(t, 0, i)) {
		struct evd_view id = json_key(t, i), title = json_text(t, i);
		struct discord_channel *c;

		if (!is_id(id) || !title.len)
			continue;
		c = room(p, folder.len + 1 + id.len + title.len);
		if (!c)
			return p->cut ? 0 : evd_nomem(err);
		c->path = keep(p, folder);
		evd_put_u8(&p->text, '/');
		evd_put_view(&p->text, id);
		c->path.len += 1 + id.len;
		c->title = keep(p, title);
	}
	return evd_buf_check(&p->text, err);
}

int discord_package_see(struct chat_json *g, struct discord_package *p, struct evd_view name,
                        struct evd_error *err)
{
	enum json_token t;
	int r = json_pull_next(&g->pull, &t, err);

	if (r)
		return r;
	if (t != JSON_OBJECT)
		return evd_fail(err, EVD_E_FORMAT, "not an object");
	r = json_tree_read(&g->tree, &g->pull, t, err);
	if (r == EVD_E_LIMIT) {
		p->cut = true;
		return 0;
	}
	if (r)
		return r;
	return evd_view_is(evd_chat_base(name), "index.json") ? see_index(g, p, name, err)
	                                                      : see_channel(g, p, name, err);
}

/* ---- looking up ----------------------------------------------------------------------------- */

struct key {
	struct evd_view path;
	struct discord_channel channel;
};

static int order(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	int c = evd_view_cmp(x->path, y->path);

	return c ? c
	         : (x->channel.path.at > y->channel.path.at) -
	               (x->channel.path.at < y->channel.path.at);
}

/* Nothing is put to the text while views of it are compared. */
static bool sort(struct discord_package *p)
{
	struct key *key;

	if (p->sorted || !p->list.n)
		return p->list.n != 0;
	key = calloc(p->list.n, sizeof *key);
	if (!key)
		return false;
	for (size_t i = 0; i < p->list.n; i++)
		key[i] = (struct key){words_of(p, p->list.at[i].path), p->list.at[i]};
	qsort(key, p->list.n, sizeof *key, order);
	for (size_t i = 0; i < p->list.n; i++)
		p->list.at[i] = key[i].channel;
	free(key);
	p->sorted = true;
	return true;
}

/* The first of that path. */
static const struct discord_channel *find(const struct discord_package *p, struct evd_view path)
{
	size_t from = 0, to = p->list.n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (evd_view_cmp(words_of(p, p->list.at[middle].path), path) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from < p->list.n && evd_view_eq(words_of(p, p->list.at[from].path), path)
	           ? &p->list.at[from]
	           : NULL;
}

/* The entry of index.json, in the folder above, for that id. */
static const struct discord_channel *entry_of(struct discord_package *p, struct evd_view path,
                                              struct evd_view id)
{
	evd_buf_reset(&p->title);
	evd_put_view(&p->title, folder_of(path));
	evd_put_u8(&p->title, '/');
	evd_put_view(&p->title, id);
	return p->title.failed ? NULL : find(p, evd_buf_view(&p->title));
}

/* Without channel.json: folders bear the id behind a "c", old ones alone; index.json must know it. */
static void by_folder(struct discord_package *p, struct evd_view path, struct evd_chat_info *info)
{
	struct evd_view id = evd_chat_base(path);
	const struct discord_channel *entry;

	if (id.len && id.p[0] == 'c')
		id = evd_view_of(id.p + 1, id.len - 1);
	entry = is_id(id) ? entry_of(p, path, id) : NULL;
	if (!entry)
		return;
	info->title = words_of(p, entry->title);
	info->id = id;
}

const struct discord_channel *discord_package_info(struct discord_package *p, struct evd_view name,
                                                   struct evd_chat_info *info)
{
	struct evd_view path = folder_of(name);
	const struct discord_channel *c, *entry;

	if (!sort(p))
		return NULL;
	c = find(p, path);
	if (!c) {
		by_folder(p, path, info);
		return NULL;
	}
	info->id = words_of(p, c->id);
	entry = info->id.len ? entry_of(p, path, info->id) : NULL;
	info->title = words_of(p, entry ? entry->title : c->title);
	info->kind_raw = words_of(p, c->kind);
	info->account = words_of(p, c->guild);
	info->details = words_of(p, c->details);
	return c;
}

int discord_package_people(struct chat_json *g, const struct discord_package *p,
                           const struct discord_channel *c, struct evd_chat_conv *conv,
                           struct evd_error *err)
{
	const struct evd_view none = {NULL, 0};
	struct evd_view all = words_of(p, c->people);
	int r = 0;

	while (all.len && r == 0) {
		size_t n = strlen((const char *)all.p); /* each has a zero byte behind it */

		r = evd_chat_participant(&g->chat, conv, none, none, evd_view_of(all.p, n), err);
		all = evd_view_of(all.p + n + 1, all.len - n - 1);
	}
	return r;
}
