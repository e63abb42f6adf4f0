/* chat_telegram_members: see chat_telegram.h. Names as export_output_json.cpp of Telegram Desktop writes them. */
#include "chat_telegram.h"

#include <stdio.h>
#include <string.h>

enum how {
	AS_DETAIL, /* in details under its own name in our spelling */
	OF_RECORD, /* a member of the message's or the attachment's record is made of it */
	IN_PARTS,  /* put_parts takes it apart */
};

/*
 * What becomes of each member; one that is not here goes into details.otherMembers and is said. `detail` is its name there
 * where that is not its own one. `of`: it says something of that other member, which shows it; without that one it is a
 * detail like others. tests/formats/chats/check_members.py tries every row.
 */
static const struct member {
	const char *name;
	enum how how;
	const char *detail, *of;
} member[] = {
    {"id", OF_RECORD, NULL, NULL},
    {"type", IN_PARTS, NULL, NULL},
    {"date", OF_RECORD, NULL, NULL},
    {"date_unixtime", IN_PARTS, NULL, NULL},
    {"from", OF_RECORD, NULL, NULL},
    {"from_id", OF_RECORD, NULL, NULL},
    {"text", OF_RECORD, NULL, NULL},
    {"text_entities", OF_RECORD, NULL, NULL},
    {"edited", OF_RECORD, NULL, NULL},
    {"edited_unixtime", IN_PARTS, NULL, NULL},
    {"reply_to_message_id", OF_RECORD, NULL, NULL},
    {"forwarded_from", OF_RECORD, NULL, NULL},
    {"reactions", OF_RECORD, NULL, NULL},
    {"actor", AS_DETAIL, NULL, "!from"},
    {"actor_id", AS_DETAIL, NULL, "!from_id"},
    {"action", AS_DETAIL, NULL, NULL},
    /* files */
    {"photo", OF_RECORD, NULL, NULL},
    {"photo_file_size", AS_DETAIL, NULL, "photo"},
    {"file", OF_RECORD, NULL, NULL},
    {"file_name", AS_DETAIL, NULL, "file"},
    {"file_size", AS_DETAIL, NULL, "file"},
    {"mime_type", AS_DETAIL, NULL, "file"},
    {"contact_vcard", OF_RECORD, NULL, NULL},
    {"contact_vcard_file_size", AS_DETAIL, NULL, "contact_vcard"},
    {"thumbnail", AS_DETAIL, NULL, NULL},
    {"thumbnail_file_size", AS_DETAIL, NULL, NULL},
    {"width", AS_DETAIL, NULL, NULL},
    {"height", AS_DETAIL, NULL, NULL},
    {"media_type", AS_DETAIL, NULL, NULL},
    {"media_spoiler", AS_DETAIL, NULL, NULL},
    {"sticker_emoji", AS_DETAIL, NULL, NULL},
    {"performer", AS_DETAIL, NULL, NULL},
    {"title", AS_DETAIL, NULL, NULL},
    {"duration_seconds", AS_DETAIL, NULL, NULL},
    {"self_destruct_period_seconds", AS_DETAIL, "selfDestructSeconds", NULL},
    {"paid_stars_amount", AS_DETAIL, NULL, NULL},
    /* whence */
    {"author", AS_DETAIL, NULL, NULL},
    {"forwarded_from_id", AS_DETAIL, NULL, NULL},
    {"saved_from", AS_DETAIL, NULL, NULL},
    {"via_bot", AS_DETAIL, NULL, NULL},
    {"reply_to_peer_id", AS_DETAIL, "replyToPeer", NULL},
    /* what is not words */
    {"contact_information", IN_PARTS, NULL, NULL},
    {"location_information", IN_PARTS, NULL, NULL},
    {"live_location_period_seconds", AS_DETAIL, NULL, NULL},
    {"place_name", AS_DETAIL, "place", NULL},
    {"address", AS_DETAIL, NULL, NULL},
    {"poll", IN_PARTS, NULL, NULL},
    {"todo_list", IN_PARTS, NULL, NULL},
    {"inline_bot_buttons", IN_PARTS, NULL, NULL},
    {"game_title", AS_DETAIL, NULL, NULL},
    {"game_description", AS_DETAIL, NULL, NULL},
    {"game_link", AS_DETAIL, NULL, NULL},
    {"invoice_information", AS_DETAIL, NULL, NULL},
    {"giveaway_information", AS_DETAIL, NULL, NULL},
    {"giveaway_results", AS_DETAIL, NULL, NULL},
    /* what happened */
    {"members", IN_PARTS, NULL, NULL},
    {"inviter", AS_DETAIL, NULL, NULL},
    {"message_id", AS_DETAIL, "aboutMessage", NULL},
    {"period", AS_DETAIL, "periodSeconds", NULL},
    {"discard_reason", AS_DETAIL, NULL, NULL},
    {"duration", AS_DETAIL, NULL, NULL},
    {"is_active", AS_DETAIL, NULL, NULL},
    {"is_missed", AS_DETAIL, NULL, NULL},
    {"schedule_date", AS_DETAIL, NULL, NULL},
    {"emoticon", AS_DETAIL, NULL, NULL},
    {"new_title", AS_DETAIL, NULL, NULL},
    {"new_icon_emoji_id", AS_DETAIL, NULL, NULL},
    {"to", AS_DETAIL, NULL, NULL},
    {"to_id", AS_DETAIL, NULL, NULL},
    {"distance", AS_DETAIL, NULL, NULL},
    {"information_text", AS_DETAIL, NULL, NULL},
    {"values", AS_DETAIL, NULL, NULL},
    {"reason_app_id", AS_DETAIL, NULL, NULL},
    {"reason_app_name", AS_DETAIL, NULL, NULL},
    {"reason_domain", AS_DETAIL, NULL, NULL},
    {"button_id", AS_DETAIL, NULL, NULL},
    {"peer_id", AS_DETAIL, NULL, NULL},
    {"peer_name", AS_DETAIL, NULL, NULL},
    {"peers", AS_DETAIL, NULL, NULL},
    {"completed", AS_DETAIL, NULL, NULL},
    {"incompleted", AS_DETAIL, NULL, NULL},
    {"items", AS_DETAIL, NULL, NULL},
    /* payments, presents, games */
    {"game_message_id", AS_DETAIL, NULL, NULL},
    {"score", AS_DETAIL, NULL, NULL},
    {"invoice_message_id", AS_DETAIL, NULL, NULL},
    {"amount", AS_DETAIL, NULL, NULL},
    {"amount_whole", AS_DETAIL, NULL, NULL},
    {"amount_nano", AS_DETAIL, NULL, NULL},
    {"currency", AS_DETAIL, NULL, NULL},
    {"recurring", AS_DETAIL, NULL, NULL},
    {"charge_id", AS_DETAIL, NULL, NULL},
    {"transaction_id", AS_DETAIL, NULL, NULL},
    {"cost", AS_DETAIL, NULL, NULL},
    {"months", AS_DETAIL, NULL, NULL},
    {"stars", AS_DETAIL, NULL, NULL},
    {"stars_count", AS_DETAIL, NULL, NULL},
    {"messages_count", AS_DETAIL, NULL, NULL},
    {"gift_id", AS_DETAIL, NULL, NULL},
    {"gift_code", AS_DETAIL, NULL, NULL},
    {"gift_text", IN_PARTS, NULL, NULL},
    {"is_limited", AS_DETAIL, NULL, NULL},
    {"is_anonymous", AS_DETAIL, NULL, NULL},
    {"unclaimed", AS_DETAIL, NULL, NULL},
    {"is_unclaimed", AS_DETAIL, NULL, NULL},
    {"via_giveaway", AS_DETAIL, NULL, NULL},
    {"giveaway_msg_id", AS_DETAIL, NULL, NULL},
    {"winners", AS_DETAIL, NULL, NULL},
    {"boosts", AS_DETAIL, NULL, NULL},
    {"boost_peer_id", AS_DETAIL, NULL, NULL},
    {"boost_peer_name", AS_DETAIL, NULL, NULL},
    {"price_stars", AS_DETAIL, NULL, NULL},
    {"price_amount_whole", AS_DETAIL, NULL, NULL},
    {"price_amount_nano", AS_DETAIL, NULL, NULL},
    {"price_currency", AS_DETAIL, NULL, NULL},
    {"is_broadcast_messages_allowed", AS_DETAIL, NULL, NULL},
    {"rejected", AS_DETAIL, NULL, NULL},
    {"comment", AS_DETAIL, NULL, NULL},
    {"scheduled_date", AS_DETAIL, NULL, NULL},
    {"user_initiated", AS_DETAIL, NULL, NULL},
};
#define N_MEMBERS (sizeof member / sizeof *member)

struct evd_view telegram_text(const struct json_tree *t, size_t at, struct evd_buf *b)
{
	if (at == 0 || at >= t->n || t->node[at].type != JSON_ARRAY)
		return at && at < t->n && t->node[at].type == JSON_OBJECT ? json_text_of(t, at, "text")
		                                                          : json_text(t, at);
	evd_buf_reset(b);
	for (size_t i = json_first(t, at); i; i = json_next(t, at, i))
		evd_put_view(b,
		             t->node[i].type == JSON_OBJECT ? json_text_of(t, i, "text") : json_text(t, i));
	return evd_buf_view(b);
}

/* ---- members that are taken apart ----------------------------------------------------------- */

static void put_text(struct chat_json *g, struct evd_object *o, const char *key, size_t at)
{
	if (at)
		evd_chat_text(o, key, telegram_text(&g->tree, at, &g->text2));
}

/* Where words of the text lead and the text itself does not show: addresses behind them, accounts named. */
static void put_links(struct chat_json *g, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	size_t list = json_get(t, 0, "text");

	evd_chat_list_reset(&g->more);
	for (size_t i = list ? json_first(t, list) : 0; i; i = json_next(t, list, i)) {
		size_t href = json_get(t, i, "href"), user = json_get(t, i, "user_id");
		struct evd_object *o;

		if (t->node[i].type != JSON_OBJECT || (!href && !user))
			continue;
		o = evd_chat_list_item(&g->more);
		if (!o)
			continue;
		json_put(o, "text", t, json_get(t, i, "text"));
		json_put(o, "href", t, href);
		json_put(o, "userId", t, user);
		if (evd_chat_list_put(&g->more, err))
			break;
	}
	if (g->more.n)
		evd_object_raw(&g->object, "links", evd_chat_list_end(&g->more));
}

/* What may be chosen in a poll, what stands in a list of things to do. */
static void put_choices(struct chat_json *g, size_t at, const char *key, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;
	size_t list = json_get(t, at, "answers");

	evd_chat_list_reset(&g->more);
	for (size_t i = list ? json_first(t, list) : 0; i; i = json_next(t, list, i)) {
		struct evd_object *o = evd_chat_list_item(&g->more);

		if (!o)
			continue;
		put_text(g, o, "text", json_get(t, i, "text"));
		json_put(o, "id", t, json_get(t, i, "id"));
		json_put(o, "voters", t, json_get(t, i, "voters"));
		json_put(o, "chosen", t, json_get(t, i, "chosen"));
		if (evd_chat_list_put(&g->more, err))
			break;
	}
	if (g->more.n)
		evd_object_raw(&g->object, key, evd_chat_list_end(&g->more));
}

static void put_poll(struct chat_json *g, size_t at, struct evd_error *err)
{
	static const char *const read[] = {"question", "closed", "total_voters", "answers", NULL};
	const struct json_tree *t = &g->tree;

	put_text(g, &g->object, "pollQuestion", json_get(t, at, "question"));
	json_put(&g->object, "pollClosed", t, json_get(t, at, "closed"));
	json_put(&g->object, "pollVoters", t, json_get(t, at, "total_voters"));
	put_choices(g, at, "pollAnswers", err);
	chat_json_rest(g, at, read);
}

static void put_todo(struct chat_json *g, size_t at, struct evd_error *err)
{
	static const char *const read[] = {"title", "others_can_append", "others_can_complete",
	                                   "answers", NULL};
	const struct json_tree *t = &g->tree;

	put_text(g, &g->object, "todoTitle", json_get(t, at, "title"));
	json_put(&g->object, "todoOthersAppend", t, json_get(t, at, "others_can_append"));
	json_put(&g->object, "todoOthersComplete", t, json_get(t, at, "others_can_complete"));
	put_choices(g, at, "todoItems", err);
	chat_json_rest(g, at, read);
}

/* Buttons under a message of a bot, row by row. */
static void put_buttons(struct chat_json *g, size_t rows, struct evd_error *err)
{
	static const char *const as[][2] = {{"type", "type"},
	                                    {"text", "text"},
	                                    {"data", "data"},
	                                    {"dataBase64", "dataBase64"},
	                                    {"forward_text", "forwardText"},
	                                    {"button_id", "buttonId"}};
	const struct json_tree *t = &g->tree;

	evd_chat_list_reset(&g->more);
	for (size_t r = json_first(t, rows); r; r = json_next(t, rows, r))
		for (size_t i = json_first(t, r); i; i = json_next(t, r, i)) {
			struct evd_object *o = evd_chat_list_item(&g->more);

			if (!o)
				continue;
			for (size_t k = 0; k < sizeof as / sizeof *as; k++)
				json_put(o, as[k][1], t, json_get(t, i, as[k][0]));
			if (evd_chat_list_put(&g->more, err))
				return;
		}
	if (g->more.n)
		evd_object_raw(&g->object, "buttons", evd_chat_list_end(&g->more));
}

/* Whom a notice is about; null is somebody whose account has no name any more. */
static void put_members(struct chat_json *g, size_t list, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;

	evd_chat_list_reset(&g->more);
	for (size_t i = json_first(t, list); i; i = json_next(t, list, i)) {
		struct evd_object *o = evd_chat_list_item(&g->more);

		if (!o)
			continue;
		if (json_text(t, i).len)
			evd_chat_text(o, "name", json_text(t, i));
		else
			evd_object_bool(o, "unnamed", true);
		if (evd_chat_list_put(&g->more, err))
			return;
	}
	if (g->more.n)
		evd_object_raw(&g->object, "members", evd_chat_list_end(&g->more));
	else
		chat_json_put(g, &g->object, "members", list);
}

static void put_place(struct chat_json *g, size_t at)
{
	static const char *const read[] = {"latitude", "longitude", NULL};
	const struct json_tree *t = &g->tree;

	json_put(&g->object, "latitude", t, json_get(t, at, "latitude"));
	json_put(&g->object, "longitude", t, json_get(t, at, "longitude"));
	chat_json_rest(g, at, read);
}

static void put_contact(struct chat_json *g, size_t at)
{
	static const char *const read[] = {"first_name", "last_name", "phone_number", NULL};
	const struct json_tree *t = &g->tree;

	json_put(&g->object, "contactFirstName", t, json_get(t, at, "first_name"));
	json_put(&g->object, "contactLastName", t, json_get(t, at, "last_name"));
	json_put(&g->object, "contactNumber", t, json_get(t, at, "phone_number"));
	chat_json_rest(g, at, read);
}

static void put_parts(struct chat_json *g, const char *name, size_t at, struct evd_error *err)
{
	enum json_token type = g->tree.node[at].type;
	struct evd_view word = json_text(&g->tree, at);
	int64_t seconds;

	if (strcmp(name, "type") == 0) {
		if (!evd_view_is(word, "message") && !evd_view_is(word, "service") &&
		    !evd_view_is(word, "unsupported")) /* those are the message's type and event */
			chat_json_put(g, &g->object, name, at);
	} else if (strcmp(name, "date_unixtime") == 0 || strcmp(name, "edited_unixtime") == 0) {
		if (!json_integer(&g->tree, at, &seconds)) /* else it is the time's UTC */
			chat_json_rest_one(g, at);
	} else if (strcmp(name, "gift_text") == 0)
		put_text(g, &g->object, "giftText", at);
	else if (strcmp(name, "members") == 0)
		put_members(g, at, err);
	else if (strcmp(name, "inline_bot_buttons") == 0 && type == JSON_ARRAY)
		put_buttons(g, at, err);
	else if (type != JSON_OBJECT) /* of another form than is known */
		chat_json_put(g, &g->object, name, at);
	else if (strcmp(name, "poll") == 0)
		put_poll(g, at, err);
	else if (strcmp(name, "todo_list") == 0)
		put_todo(g, at, err);
	else if (strcmp(name, "location_information") == 0)
		put_place(g, at);
	else
		put_contact(g, at);
}

/* ---- all members ---------------------------------------------------------------------------- */

/* snake_case to camelCase */
static void spell(char *out, size_t size, const char *name)
{
	size_t n = 0;

	for (; *name && n + 1 < size; name++) {
		bool up = *name == '_' && name[1];

		name += up;
		out[n++] = (char)(up ? *name - 32 : *name);
	}
	out[n] = 0;
}

static void put_detail(struct chat_json *g, const struct member *m, size_t at)
{
	char key[48];

	if (m->of && m->of[0] != '!' && json_get(&g->tree, 0, m->of))
		return;
	if (m->of && m->of[0] == '!' && !json_get(&g->tree, 0, m->of + 1))
		return; /* it stands in that one's place */
	spell(key, sizeof key, m->name);
	chat_json_put(g, &g->object, m->detail ? m->detail : key, at);
}

static const struct member *known(struct evd_view key)
{
	for (size_t i = 0; i < N_MEMBERS; i++)
		if (evd_view_is(key, member[i].name))
			return &member[i];
	return NULL;
}

struct evd_view telegram_details(struct chat_json *g, struct evd_error *err)
{
	const struct json_tree *t = &g->tree;

	evd_object_reset(&g->object);
	chat_json_rest_begin(g);
	for (size_t i = json_first(t, 0); i; i = json_next(t, 0, i)) {
		struct evd_view key = json_key(t, i);
		const struct member *m = known(key);

		if (!m)
			chat_json_unknown(g, key);
		if (!m || (t->double_key && json_get(t, 0, m->name) != i)) /* the second of a name too */
			chat_json_rest_one(g, i);
		else if (m->how == AS_DETAIL)
			put_detail(g, m, i);
		else if (m->how == IN_PARTS)
			put_parts(g, m->name, i, err);
	}
	put_links(g, err);
	chat_json_rest_end(g);
	return chat_json_details(g);
}
