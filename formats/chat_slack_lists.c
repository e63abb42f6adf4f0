/* chat_slack_lists: see chat_slack.h. */
#include "chat_slack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TITLE_NAMES 20u   /* people named in a title that is made of names */
#define TITLE_BYTES 2048u /* of such a title */

static const struct {
	const char *file, *kind; /* kind NULL: people */
} list_file[] = {
    {"users.json", NULL},      {"org_users.json", NULL}, {"channels.json", "channels"},
    {"groups.json", "groups"}, {"dms.json", "dms"},      {"mpims.json", "mpims"},
};
#define N_LISTS (sizeof list_file / sizeof *list_file)

void slack_lists_init(struct slack_lists *l)
{
	memset(l, 0, sizeof *l);
	evd_buf_init(&l->text, SLACK_TEXT_MAX);
}

void slack_lists_release(struct slack_lists *l)
{
	evd_buf_release(&l->text);
	free(l->user.at);
	free(l->entry.at);
	free(l->member.at);
	free(l->path.at);
	free(l->user_key);
	free(l->path_key);
	memset(l, 0, sizeof *l);
}

static size_t list_of(struct evd_view name)
{
	size_t i = 0;

	while (i < N_LISTS && !evd_view_is(evd_chat_base(name), list_file[i].file))
		i++;
	return i;
}

bool slack_is_list(struct evd_view name)
{
	return list_of(name) < N_LISTS;
}

bool slack_ts(struct evd_chat_time *t, struct evd_view v)
{
	const uint8_t *dot = v.len ? memchr(v.p, '.', v.len) : NULL;
	int64_t s;

	t->raw = v;
	if (!evd_chat_integer(evd_view_of(v.p, dot ? (size_t)(dot - v.p) : v.len), &s) ||
	    s > INT64_C(253402300799))
		return false;
	evd_chat_time_epoch(t, v, s * 1000, EVD_CHAT_SECOND);
	return true;
}

static struct evd_view text_of(const struct slack_lists *l, struct slack_text x)
{
	return evd_view_of(x.len ? l->text.data + x.at : NULL, x.len);
}

static struct slack_text keep(struct slack_lists *l, struct evd_view v)
{
	struct slack_text x = {l->text.len, v.len};

	evd_put_view(&l->text, v);
	return x;
}

/* ---- the lists are read --------------------------------------------------------------------- */

static bool has_room(struct slack_lists *l, size_t more, bool few)
{
	bool room = few && l->text.len < SLACK_TEXT_MAX && more <= SLACK_TEXT_MAX - l->text.len;

	l->cut = l->cut || !room;
	return room;
}

static int one_user(struct chat_json *g, struct slack_lists *l, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	struct evd_view id = json_text_of(t, 0, "id"), name = json_text_of(t, 0, "real_name");

	if (!name.len)
		name = json_text_of(t, 0, "name");
	if (!id.len || !has_room(l, id.len + name.len, l->user.n < SLACK_USERS_MAX))
		return 0;
	if (!EVD_ROOM(&l->user))
		return evd_nomem(err);
	l->user.at[l->user.n].id = keep(l, id);
	l->user.at[l->user.n++].name = keep(l, name);
	return evd_buf_check(&l->text, err);
}

static void put_time(struct chat_json *g, const char *prefix, struct evd_view v)
{
	struct evd_chat_time time = {0};

	if (v.len && !evd_view_is(v, "0") && slack_ts(&time, v))
		evd_chat_put_time(&g->object, prefix, &time);
}

/* Topic and purpose are of one form: {value, creator, last_set}. */
static void put_words(struct chat_json *g, const char *what)
{
	const struct json_tree *t = &g->tree;
	size_t at = json_get(t, 0, what);
	struct evd_view value = at ? json_text_of(t, at, "value") : evd_view_of(NULL, 0), by;
	char key[32];

	if (!value.len)
		return;
	evd_chat_text(&g->object, what, value);
	by = json_text_of(t, at, "creator");
	snprintf(key, sizeof key, "%sBy", what);
	if (by.len)
		evd_chat_text(&g->object, key, by);
	snprintf(key, sizeof key, "%sSet", what);
	put_time(g, key, json_text_of(t, at, "last_set"));
}

static struct evd_view put_details(struct chat_json *g, const struct slack_lists *l, bool by_people)
{
	static const char *const read[] = {
	    "id",         "name",     "members",     "topic",           "purpose",
	    "created",    "creator",  "is_archived", "is_im",           "is_mpim",
	    "is_channel", "is_group", "is_private",  "name_normalized", NULL};
	const struct json_tree *t = &g->tree;

	evd_object_reset(&g->object);
	evd_chat_text(&g->object, "list", l->reading);
	put_words(g, "topic");
	put_words(g, "purpose");
	put_time(g, "created", json_text_of(t, 0, "created"));
	json_put(&g->object, "creator", t, json_get(t, 0, "creator"));
	if (json_is_true(t, 0, "is_archived"))
		evd_object_bool(&g->object, "archived", true);
	if (by_people) {
		evd_object_cstr(&g->object, "titleOf", "members");
		json_put(&g->object, "name", t, json_get(t, 0, "name"));
	}
	chat_json_rest_begin(g);
	chat_json_rest(g, 0, read);
	chat_json_rest_end(g);
	return chat_json_details(g);
}

static int put_people(struct chat_json *g, struct slack_lists *l, struct slack_entry *e,
                      struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	size_t list = json_get(t, 0, "members");

	e->first = l->member.n;
	for (size_t i = list ? json_first(t, list) : 0; i; i = json_next(t, list, i)) {
		struct evd_view id = json_text(t, i);

		l->unplaced += !id.len;
		if (!id.len || !has_room(l, id.len, l->member.n < SLACK_MEMBERS_MAX))
			continue;
		if (!EVD_ROOM(&l->member))
			return evd_nomem(err);
		l->member.at[l->member.n++] = keep(l, id);
	}
	e->n = l->member.n - e->first;
	return evd_buf_check(&l->text, err);
}

/* Its folder lies beside the list, and has its name or, without one, its id. */
static int put_path(struct slack_lists *l, struct slack_text last, struct evd_error *err)
{
	struct evd_view before = l->reading;
	struct slack_path *p;

	if (!last.len)
		return 0;
	if (!EVD_ROOM(&l->path))
		return evd_nomem(err);
	before.len -= evd_chat_base(before).len;
	p = &l->path.at[l->path.n++];
	p->entry = l->entry.n - 1;
	p->path = keep(l, before);
	for (size_t i = 0; i < last.len; i++) /* the text moves as it grows */
		evd_put_u8(&l->text, l->text.failed ? 0 : l->text.data[last.at + i]);
	p->path.len += last.len;
	return evd_buf_check(&l->text, err);
}

static int one_entry(struct chat_json *g, struct slack_lists *l, struct evd_error *err)
{
	static const char *const known[] = {"id",
	                                    "name",
	                                    "members",
	                                    "topic",
	                                    "purpose",
	                                    "created",
	                                    "creator",
	                                    "pins",
	                                    "is_im",
	                                    "is_mpim",
	                                    "is_group",
	                                    "is_channel",
	                                    "is_private",
	                                    "is_general",
	                                    "is_archived",
	                                    "is_shared",
	                                    "is_org_shared",
	                                    "is_ext_shared",
	                                    "name_normalized",
	                                    "previous_names",
	                                    "updated",
	                                    "unlinked",
	                                    "is_user_deleted",
	                                    "user",
	                                    "context_team_id",
	                                    "shared_team_ids",
	                                    "priority",
	                                    "properties",
	                                    "is_read_only",
	                                    "is_member",
	                                    "is_open",
	                                    "is_starred",
	                                    "last_read",
	                                    "latest",
	                                    "num_members",
	                                    NULL};
	const struct json_tree *t = &g->tree;
	const char *kind = list_file[list_of(l->reading)].kind;
	bool direct = strcmp(kind, "dms") == 0 || strcmp(kind, "mpims") == 0;
	struct evd_view id = json_text_of(t, 0, "id"), name = json_text_of(t, 0, "name"), details;
	size_t people = json_get(t, 0, "members");
	struct slack_entry *e;
	int r;

	chat_json_known(g, 0, known);
	details = put_details(g, l, direct && people && json_first(t, people));
	if (!has_room(l, details.len + 2 * (id.len + name.len + 2 * l->reading.len),
	              l->entry.n < SLACK_ENTRIES_MAX))
		return 0;
	if (!EVD_ROOM(&l->entry))
		return evd_nomem(err);
	e = &l->entry.at[l->entry.n++];
	memset(e, 0, sizeof *e);
	e->kind = kind;
	e->id = keep(l, id);
	e->name = keep(l, name);
	e->details = keep(l, details);
	e->list = keep(l, l->reading);
	r = put_path(l, e->name, err);
	if (r == 0)
		r = put_path(l, e->id, err);
	return r ? r : put_people(g, l, e, err);
}

static int one_element(struct chat_json *g, struct evd_error *err)
{
	struct slack_lists *l = g->own;

	return list_file[list_of(l->reading)].kind ? one_entry(g, l, err) : one_user(g, l, err);
}

static int one_list(struct chat_json *g, struct evd_view name, struct evd_error *err)
{
	struct slack_lists *l = g->own;
	enum json_token t;
	int r;

	if (!slack_is_list(name)) /* the item itself */
		return 0;
	l->reading = name;
	r = json_pull_next(&g->pull, &t, err);
	if (r)
		return r;
	return t == JSON_ARRAY ? chat_json_each(g, NULL, one_element, err)
	                       : evd_fail(err, EVD_E_FORMAT, "not a list");
}

static bool want_list(void *ctx, struct evd_view name)
{
	(void)ctx;
	return slack_is_list(name);
}

/* ---- looking up ----------------------------------------------------------------------------- */

static int key_order(const void *a, const void *b)
{
	const struct slack_key *x = a, *y = b;
	int c = evd_view_cmp(x->key, y->key);

	return c ? c : x->of < y->of ? -1 : x->of > y->of;
}

/* Nothing is put to the text any more, so that views of it hold. */
static int sort_keys(struct slack_lists *l, struct evd_error *err)
{
	l->user_key = calloc(l->user.n + 1, sizeof *l->user_key);
	l->path_key = calloc(l->path.n + 1, sizeof *l->path_key);
	if (!l->user_key || !l->path_key)
		return evd_nomem(err);
	for (size_t i = 0; i < l->user.n; i++)
		l->user_key[i] = (struct slack_key){text_of(l, l->user.at[i].id), i};
	for (size_t i = 0; i < l->path.n; i++)
		l->path_key[i] = (struct slack_key){text_of(l, l->path.at[i].path), l->path.at[i].entry};
	qsort(l->user_key, l->user.n, sizeof *l->user_key, key_order);
	qsort(l->path_key, l->path.n, sizeof *l->path_key, key_order);
	return 0;
}

/* The first of that key, or where it would be. */
static size_t find_key(const struct slack_key *keys, size_t n, struct evd_view key)
{
	size_t from = 0, to = n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (evd_view_cmp(keys[middle].key, key) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

int slack_lists_read(struct chat_json *g, struct slack_lists *l, struct evd_error *err)
{
	void *own = g->own;
	int r;

	g->own = l;
	r = chat_json_ahead(g, want_list, one_list, err);
	g->own = own;
	if (r == 0 && l->cut)
		r = evd_chat_unread(&g->chat, NULL, "limit", 0, 0, err,
		                    "of the lists of people and conversations more is there than is kept: "
		                    "some handles stand without names, some people are not named");
	return r ? r : sort_keys(l, err);
}

struct evd_view slack_name(const struct slack_lists *l, struct evd_view id)
{
	size_t i = find_key(l->user_key, l->user.n, id);

	if (id.len && i < l->user.n && evd_view_eq(l->user_key[i].key, id))
		return text_of(l, l->user.at[l->user_key[i].of].name);
	return evd_view_of(NULL, 0);
}

/* The entry whose folder that is; NULL: none, or *several: which of them cannot be told. */
static struct slack_entry *entry_of(const struct slack_lists *l, struct evd_view folder,
                                    bool *several)
{
	size_t first = find_key(l->path_key, l->path.n, folder), i = first;

	*several = false;
	for (; i < l->path.n && evd_view_eq(l->path_key[i].key, folder); i++)
		*several = *several || l->path_key[i].of != l->path_key[first].of;
	return i == first || *several ? NULL : &l->entry.at[l->path_key[first].of];
}

/* ---- conversations -------------------------------------------------------------------------- */

/* Direct messages have no title; Slack's name for those of several is made of their accounts. */
static struct evd_view title_of(struct chat_json *g, const struct slack_lists *l,
                                const struct slack_entry *e)
{
	struct evd_view name = e->name.len ? text_of(l, e->name) : text_of(l, e->id);

	if (!e->n || (strcmp(e->kind, "dms") != 0 && strcmp(e->kind, "mpims") != 0))
		return name;
	evd_buf_reset(&g->text);
	for (size_t i = 0; i < e->n && i < TITLE_NAMES; i++) {
		struct evd_view id = text_of(l, l->member.at[e->first + i]), who = slack_name(l, id);

		evd_put_str(&g->text, i ? ", " : "");
		evd_put_view(&g->text, who.len ? who : id);
	}
	if (e->n > TITLE_NAMES)
		evd_put_str(&g->text, ", …");
	name = evd_buf_view(&g->text);
	name.len = evd_chat_cut(name, TITLE_BYTES);
	return name;
}

static struct evd_chat_info info_of(struct chat_json *g, const struct slack_lists *l,
                                    const struct slack_entry *e)
{
	struct evd_chat_info info = {.form = "workspace-export"};

	info.title = title_of(g, l, e);
	info.id = text_of(l, e->id);
	info.kind_raw = evd_view_str(e->kind);
	info.details = text_of(l, e->details);
	return info;
}

int slack_begin(struct chat_json *g, struct slack_lists *l, struct evd_view folder,
                struct evd_chat_conv **conv, struct evd_error *err)
{
	struct evd_chat_info info = {.form = "workspace-export"};
	bool several;
	struct slack_entry *e = entry_of(l, folder, &several);
	int r;

	if (e && !e->conv)
		info = info_of(g, l, e);
	else
		info.title = evd_chat_base(folder);
	r = evd_chat_begin(&g->chat, folder, &info, conv, err);
	if (r == 0 && e && !e->conv)
		e->conv = *conv;
	if (r == 0 && several)
		r = evd_chat_observe(&g->chat, *conv, "members-not-placed", err,
		                     "several conversations of the lists bear the name of this folder: who "
		                     "is in it is not said, they stand as conversations without messages");
	return r;
}

static int begin_empty(struct chat_json *g, const struct slack_lists *l, size_t i,
                       struct evd_error *err)
{
	struct slack_entry *e = &l->entry.at[i];
	struct evd_chat_info info = info_of(g, l, e);
	char key[24] = ""; /* begins with a zero byte, as no path does */
	int n = snprintf(key + 1, sizeof key - 1, "%zu", i), r;

	g->chat.member = text_of(l, e->list);
	r = evd_chat_begin(&g->chat, evd_view_of(key, (size_t)n + 1), &info, &e->conv, err);
	g->chat.member = evd_view_of(NULL, 0);
	return r;
}

static int view_order(const void *a, const void *b)
{
	const struct evd_view *x = a, *y = b;

	return evd_view_cmp(*x, *y);
}

/* Who wrote is there already, under the name that his messages bear. */
static int add_silent(struct chat_json *g, const struct slack_lists *l, const struct slack_entry *e,
                      struct evd_error *err)
{
	size_t n = evd_chat_people(e->conv), n_silent = 0;
	struct evd_view *wrote = calloc(n + 1, sizeof *wrote);
	size_t *silent = calloc(e->n + 1, sizeof *silent);
	int r = wrote && silent ? 0 : evd_nomem(err);

	for (size_t i = 0; i < n && r == 0; i++)
		wrote[i] = evd_chat_handle(e->conv, i);
	if (r == 0 && n)
		qsort(wrote, n, sizeof *wrote, view_order);
	for (size_t i = e->first; i < e->first + e->n && r == 0; i++) {
		struct evd_view id = text_of(l, l->member.at[i]);

		if (!bsearch(&id, wrote, n, sizeof *wrote, view_order))
			silent[n_silent++] = i;
	}
	for (size_t i = 0; i < n_silent && r == 0; i++) { /* now what `wrote` points to may move */
		struct evd_view id = text_of(l, l->member.at[silent[i]]);

		r = evd_chat_participant(&g->chat, e->conv, slack_name(l, id), evd_view_of(NULL, 0), id,
		                         err);
	}
	free(wrote);
	free(silent);
	return r;
}

int slack_lists_end(struct chat_json *g, struct slack_lists *l, struct evd_error *err)
{
	int r = 0;

	for (size_t i = 0; i < l->entry.n && r == 0; i++) {
		struct slack_entry *e = &l->entry.at[i];

		if (!e->conv && g->chat.n_conv < EVD_CHAT_CONVS_MAX)
			r = begin_empty(g, l, i, err);
		if (r == 0 && e->conv)
			r = add_silent(g, l, e, err);
		l->unplaced += e->conv ? 0 : e->n;
	}
	if (r == 0 && l->unplaced)
		r = evd_chat_observe(
		    &g->chat, NULL, "members-not-placed", err,
		    "members of the lists that have no id, or whose conversation is beyond the "
		    "limit: %llu",
		    (unsigned long long)l->unplaced);
	return r;
}
