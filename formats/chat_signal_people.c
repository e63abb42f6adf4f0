/* chat_signal_people: see chat_signal_people.h. */
#include "chat_signal_people.h"

#include <stdlib.h>
#include <string.h>

#define MAP_MAX 200000u                /* recipients and chats */
#define TEXT_MAX (UINT32_C(64) << 20)  /* bytes of their names */
#define FACTS_MAX (UINT32_C(32) << 20) /* of these, until which their further facts are kept */

void signal_people_init(struct signal_people *p)
{
	memset(p, 0, sizeof *p);
	evd_buf_init(&p->text, TEXT_MAX);
}

void signal_people_release(struct signal_people *p)
{
	free(p->recipient.e);
	free(p->chat.e);
	evd_buf_release(&p->text);
}

static const struct signal_person *look_up(const struct signal_map *m, int64_t id)
{
	for (size_t i = m->n; i > 0; i--)
		if (m->e[i - 1].id == id)
			return &m->e[i - 1];
	return NULL;
}

static int add(struct signal_map *m, struct signal_person e, struct evd_error *err)
{
	void *grown;

	if (m->n >= MAP_MAX)
		return evd_fail(err, EVD_E_LIMIT, "more chats or recipients than are held");
	grown = evd_grow(m->e, m->n, &m->cap, sizeof *m->e);
	if (!grown)
		return evd_nomem(err);
	m->e = grown;
	m->e[m->n++] = e;
	return 0;
}

struct evd_view signal_label(const struct signal_people *p, const struct signal_person *e)
{
	return evd_view_of(e && e->label_len ? p->text.data + e->at : NULL, e ? e->label_len : 0);
}

struct evd_view signal_number(const struct signal_people *p, const struct signal_person *e)
{
	return evd_view_of(e && e->number_len ? p->text.data + e->at + e->label_len : NULL,
	                   e ? e->number_len : 0);
}

struct evd_view signal_handle(const struct signal_people *p, const struct signal_person *e)
{
	return evd_view_of(e && e->handle_len ? p->text.data + e->at + e->label_len + e->number_len
	                                      : NULL,
	                   e ? e->handle_len : 0);
}

static struct evd_view facts_of(const struct signal_people *p, const struct signal_person *e)
{
	return evd_view_of(e && e->facts_len
	                       ? p->text.data + e->at + e->label_len + e->number_len + e->handle_len
	                       : NULL,
	                   e ? e->facts_len : 0);
}

/* Keeps what chat_json_rest was given, behind all else of the entry. */
static void keep_facts(struct chat_json *g, struct signal_people *p, struct signal_person *e)
{
	struct evd_view all = evd_chat_list_end(&g->rest);

	if (p->text.len + all.len > FACTS_MAX) {
		p->facts_cut = p->facts_cut || all.len;
		return;
	}
	evd_put_view(&p->text, all);
	e->facts_len = all.len;
}

static void put_names(struct signal_people *p, const struct json_tree *t, size_t at,
                      const char *given, const char *family, size_t from)
{
	const char *const name[] = {given, family};

	for (size_t i = 0; i < 2; i++) {
		struct evd_view v = json_text_of(t, at, name[i]);

		if (v.len && p->text.len > from)
			evd_put_u8(&p->text, ' ');
		evd_put_view(&p->text, v);
	}
}

/* Lists for stories and links of calls have names; Signal's own news have none. */
static void put_other_recipient(struct signal_people *p, const struct json_tree *t, size_t at)
{
	size_t list = json_get(t, at, "distributionList"), link = json_get(t, at, "callLink");
	size_t inner = list ? json_get(t, list, "distributionList") : 0;

	if (link)
		evd_put_view(&p->text, json_text_of(t, link, "name"));
	else if (inner)
		evd_put_view(&p->text, json_text_of(t, inner, "name"));
	else if (json_get(t, at, "releaseNotes"))
		evd_put_str(&p->text, "releaseNotes");
}

/* What is said of a contact beside names and numbers that are his label, of a group beside its title; no keys. */
static void put_facts(struct chat_json *g, struct signal_people *p, struct signal_person *e,
                      size_t contact, size_t group)
{
	static const char *const of_contact[] = {"e164",
	                                         "profileGivenName",
	                                         "profileFamilyName",
	                                         "profileKey",
	                                         "identityKey",
	                                         "avatarColor",
	                                         "aci",
	                                         NULL};
	static const char *const of_group[] = {"masterKey", "snapshot", "avatarColor", NULL};
	static const char *const of_snapshot[] = {"title", "avatarUrl", "inviteLinkPassword", NULL};
	size_t snapshot = group ? json_get(&g->tree, group, "snapshot") : 0;

	chat_json_rest_begin(g);
	if (contact) {
		chat_json_rest(g, contact, of_contact);
		if (json_get(&g->tree, contact, "username")) /* then that is the handle */
			chat_json_rest_one(g, json_get(&g->tree, contact, "aci"));
	}
	if (group)
		chat_json_rest(g, group, of_group);
	if (snapshot)
		chat_json_rest(g, snapshot, of_snapshot);
	keep_facts(g, p, e);
}

/* A name of the contact's own, else what the owner of the phone calls him. */
int signal_recipient(struct chat_json *g, struct signal_people *p, size_t at, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	size_t contact = json_get(t, at, "contact"), group = json_get(t, at, "group");
	struct signal_person e = {.self = json_get(t, at, "self") != 0, .at = p->text.len};
	struct evd_view number = {NULL, 0}, handle = {NULL, 0};

	if (!json_integer(t, json_get(t, at, "id"), &e.id))
		return 0;
	if (contact) {
		size_t nickname = json_get(t, contact, "nickname");

		put_names(p, t, contact, "profileGivenName", "profileFamilyName", e.at);
		if (p->text.len == e.at)
			put_names(p, t, contact, "systemGivenName", "systemFamilyName", e.at);
		if (p->text.len == e.at && nickname)
			put_names(p, t, nickname, "given", "family", e.at);
		number = json_text_of(t, contact, "e164");
		handle = json_text_of(t, contact, json_get(t, contact, "username") ? "username" : "aci");
	} else if (group) {
		size_t snapshot = json_get(t, group, "snapshot"), title = 0;

		if (snapshot)
			title = json_get(t, snapshot, "title");
		if (title && t->node[title].type == JSON_OBJECT)
			title = json_get(t, title, "title");
		evd_put_view(&p->text, json_text(t, title));
		if (!title)
			p->text.len = e.at;
		handle = json_text_of(t, group, "masterKey");
	} else if (e.self) {
		evd_put_str(&p->text, "self");
	} else {
		put_other_recipient(p, t, at);
	}
	e.label_len = p->text.len - e.at;
	if (number.len && number.p[0] != '+')
		evd_put_u8(&p->text, '+');
	evd_put_view(&p->text, number);
	e.number_len = p->text.len - e.at - e.label_len;
	evd_put_view(&p->text, handle);
	e.handle_len = handle.len;
	put_facts(g, p, &e, contact, group);
	return evd_buf_check(&p->text, err) ? EVD_E_NOMEM : add(&p->recipient, e, err);
}

/* Its members other than these: a timer for messages, when it was muted, archived, pinned. */
int signal_chat(struct chat_json *g, struct signal_people *p, size_t at, struct evd_error *err)
{
	static const char *const read[] = {"id", "recipientId", "style", NULL};
	struct signal_person e = {.at = p->text.len};

	if (!json_integer(&g->tree, json_get(&g->tree, at, "id"), &e.id))
		return 0;
	chat_json_rest_begin(g);
	chat_json_rest(g, at, read);
	keep_facts(g, p, &e);
	if (!json_integer(&g->tree, json_get(&g->tree, at, "recipientId"), &e.other))
		e.other = -1;
	return evd_buf_check(&p->text, err) ? EVD_E_NOMEM : add(&p->chat, e, err);
}

/* Of the chat, and of whom it is with: two JSON lists become one. */
static struct evd_view put_conversation_facts(struct chat_json *g, struct evd_view chat,
                                              struct evd_view with)
{
	evd_buf_reset(&g->text2);
	evd_put_view(&g->text2, chat.len ? chat : with);
	if (chat.len && with.len) {
		g->text2.len--;
		evd_put_u8(&g->text2, ',');
		evd_put(&g->text2, with.p + 1, with.len - 1);
	}
	evd_object_reset(&g->object);
	if (g->text2.len && !g->text2.failed)
		evd_object_raw(&g->object, "otherMembers", evd_buf_view(&g->text2));
	return chat_json_details(g);
}

int signal_conversation(struct chat_json *g, struct signal_people *p, struct evd_view id,
                        struct evd_chat_conv **conv, struct evd_error *err)
{
	struct evd_chat_info info = {.id = id, .form = "plaintext-export"};
	const struct signal_person *c, *to;
	int64_t number;

	*conv = evd_chat_find(&g->chat, id);
	if (*conv)
		return 0;
	c = evd_chat_integer(id, &number) ? look_up(&p->chat, number) : NULL;
	to = c ? look_up(&p->recipient, c->other) : NULL;
	info.title = signal_label(p, to);
	if (!info.title.len)
		info.title = signal_number(p, to);
	info.details = put_conversation_facts(g, facts_of(p, c), facts_of(p, to));
	if (p->account.label_len)
		info.account = evd_view_of(p->text.data + p->account.at, p->account.label_len);
	return evd_chat_begin(&g->chat, id, &info, conv, err);
}

/* Whose export it is: `self` among the recipients has no name of its own. */
int signal_account(struct chat_json *g, struct signal_people *p, size_t at, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	struct evd_view username = json_text_of(t, at, "username");

	p->account.at = p->text.len;
	put_names(p, t, at, "givenName", "familyName", p->text.len);
	if (username.len && p->text.len > p->account.at)
		evd_put_u8(&p->text, ' ');
	evd_put_view(&p->text, username);
	p->account.label_len = p->text.len - p->account.at;
	return evd_buf_check(&p->text, err);
}

const struct signal_person *signal_find(const struct signal_people *p, int64_t id)
{
	return look_up(&p->recipient, id);
}
