/*
 * chat_viber_db: Viber Desktop's viber.db where it is not encrypted, docs/chats.md. Stage: read-out.
 *
 * Every event is a row of Events: a message has one of Messages with the same EventID, a call one of Calls, a
 * reaction one of LikeRelation that names the token of its message. An edit is an event of its own, whose Info names
 * the token of the message that it changed, and Info of that message has edit_token; of a message taken back Type is
 * 72 and the words are gone. TimeStamp is ms since 1970, in old versions seconds; these have numbers in the place of
 * contacts. A copy made by CREATE TABLE AS has no keys: hence joins, for which SQLite makes its own.
 */
#include "chat_store.h"

#include <string.h>

static void set_time(struct store_row *row)
{
	struct evd_chat_time *t = &row->m.time;
	int64_t x;

	if (chat_store_int(row->s, ST_TIME, &x) && x > 0) {
		bool seconds = x < INT64_C(100000000000);

		evd_chat_time_epoch(t, t->raw, seconds ? x * 1000 : x,
		                    seconds ? EVD_CHAT_SECOND : EVD_CHAT_MILLI);
		if (seconds)
			t->ambiguity = "seconds-by-size";
	}
	if (t->raw.len && !t->has_utc)
		row->m.flags |= EVD_CHAT_F_IMPOSSIBLE_TIME;
}

static struct evd_view text_of(const struct store_row *row, enum store_column c)
{
	return sqlite3_column_type(row->s, (int)c) == SQLITE_NULL ? evd_view_of(NULL, 0)
	                                                          : evd_sqlite_bytes(row->s, (int)c);
}

static void be_system(struct store_row *row, const char *event, struct evd_view raw)
{
	row->m.type = EVD_CHAT_T_SYSTEM;
	row->m.event = event;
	row->m.event_raw = raw;
}

/* Messages.Type, as other readers of this database tell it. */
static void set_type(struct store_row *row, int64_t type)
{
	switch (type) {
	case 0:
	case 1:
	case 8:
	case 9: break; /* text, of a business, with a link */
	case 2:
	case 3:
	case 4:
	case 6:
	case 7:
	case 11: row->m.type = EVD_CHAT_T_ATTACHMENT; break;
	case 5: row->m.type = EVD_CHAT_T_LOCATION; break;
	case 10: row->m.type = EVD_CHAT_T_CONTACT; break;
	case 15: be_system(row, "service", evd_view_of(NULL, 0)); break;
	case 72: row->m.type = EVD_CHAT_T_DELETED; break;
	default: row->m.flags |= EVD_CHAT_F_UNKNOWN_TYPE;
	}
	row->has_attachment = row->m.type == EVD_CHAT_T_ATTACHMENT || row->a.name.len;
}

/* No message belongs to it. */
static void set_bare(struct store_row *row)
{
	int64_t kind = -1;

	chat_store_int(row->s, ST_KIND, &kind);
	if (row->call || kind == 1) {
		row->m.type = EVD_CHAT_T_CALL;
		return;
	}
	row->m.type = EVD_CHAT_T_UNSUPPORTED;
	row->m.flags |= EVD_CHAT_F_UNKNOWN_TYPE;
}

struct piece {
	struct evd_view left;
};

static int read_piece(void *ctx, void *p, size_t len, size_t *got, struct evd_error *err)
{
	struct piece *x = ctx;

	(void)err;
	*got = len < x->left.len ? len : x->left.len;
	if (*got)
		memcpy(p, x->left.p, *got);
	x->left = evd_view_of(x->left.p + *got, x->left.len - *got);
	return 0;
}

/* The column as JSON; false: it is no object, or too large for the tree. */
static bool parse(struct json_tree *t, struct evd_view text)
{
	struct piece x = {text};
	struct json_pull pull = {0};
	enum json_token first;
	bool whole = json_pull_init(&pull, read_piece, &x, NULL) == 0 &&
	             json_pull_next(&pull, &first, NULL) == 0 && first == JSON_OBJECT &&
	             json_tree_read(t, &pull, first, NULL) == 0;

	json_pull_release(&pull);
	return whole;
}

/* Messages.Info: what it answers, whether it was edited, and of which message an edit is. */
static void put_info(struct store_row *row)
{
	struct evd_view info = text_of(row, ST_EXTRA);
	const struct json_tree *t = row->json;
	size_t quote, edit, desktop;

	if (info.len <= 2) /* "", "{}" */
		return;
	evd_chat_text(row->details, "info", info);
	if (!parse(row->json, info))
		return;
	quote = json_get(t, 0, "quote");
	edit = json_get(t, 0, "edit");
	desktop = json_get(t, 0, "desktop_info");
	if (quote) {
		row->m.reply_to = json_text_of(t, quote, "token");
		row->m.reply_text = json_text_of(t, quote, "text");
	}
	if (desktop && json_get(t, desktop, "edit_token"))
		row->m.edited = true;
	if (edit && json_get(t, edit, "token")) {
		be_system(row, "edit", evd_view_of(NULL, 0));
		row->m.reply_to = json_text_of(t, edit, "token");
	}
}

static void put_detail(struct store_row *row, enum store_column c, const char *name)
{
	int64_t x;

	if (chat_store_int(row->s, (int)c, &x) && x != 0)
		evd_chat_text(row->details, name, evd_sqlite_bytes(row->s, (int)c));
}

static void finish(struct store_row *row)
{
	struct evd_view target = text_of(row, ST_TARGET);
	int64_t type;

	set_time(row);
	if (!row->m.id.len || evd_view_is(row->m.id, "0"))
		row->m.id = text_of(row, ST_ROW);
	row->m.caption = text_of(row, ST_CAPTION);
	put_info(row);
	put_detail(row, ST_FLAG, "clientFlag");
	put_detail(row, ST_STICKER, "stickerId");
	if (text_of(row, ST_MORE).len)
		evd_chat_text(row->details, "peerNumber", text_of(row, ST_MORE));
	if (target.len) {
		be_system(row, "reaction", text_of(row, ST_STATE));
		row->m.reply_to = target;
	} else if (row->m.type == EVD_CHAT_T_SYSTEM) { /* an edit */
	} else if (chat_store_int(row->s, ST_TYPE, &type)) {
		set_type(row, type);
	} else {
		set_bare(row);
	}
}

/* nothing where there are no words */
#define WORDS(what) "CASE " what " WHEN '' THEN NULL ELSE " what " END"
#define LIKED "coalesce(" WORDS("Messages.SelfReaction") ",Messages.PGIsLiked)"
#define CONTACT "LEFT JOIN Contact ON Contact.ContactID="

/* clang-format off */
#define COMMON                                                                                     \
	[ST_ROW] = {NULL, "Events.EventID"},                                                           \
	[ST_CHAT] = {"Events.ChatID", "Events.ChatID"},                                                \
	[ST_TITLE] = {"ChatInfo.ChatID+ChatInfo.Name", "ChatInfo.Name"},                                               \
	[ST_ID] = {"Events.Token", "Events.Token"},                                                    \
	[ST_FROM_ME] = {"Events.Direction", "Events.Direction"}, /* 0 in, 1 out */                     \
	[ST_TIME] = {"Events.TimeStamp", "Events.TimeStamp"},                                          \
	[ST_KIND] = {"Events.Type", "Events.Type"}, /* 0 message, 1 call, 3 system and reactions */    \
	[ST_BODY] = {"Messages.Body", "Messages.Body"},                                                \
	[ST_TYPE] = {"Messages.Type", "Messages.Type"},                                                \
	[ST_CAPTION] = {"Messages.Subject", WORDS("Messages.Subject")},                            \
	[ST_FLAG] = {"Messages.ClientFlag", "Messages.ClientFlag"},                                    \
	[ST_STICKER] = {"Messages.StickerID", "Messages.StickerID"},                                \
	[ST_EXTRA] = {"Messages.Info", "Messages.Info"},                                               \
	[ST_STATE] = {"Messages.SelfReaction+Messages.PGIsLiked", LIKED},                              \
	[ST_TARGET] = {"LikeRelation.LikeEventID+LikeRelation.MessageToken",                           \
	               "LikeRelation.MessageToken"},                                                   \
	[ST_MEDIA_NAME] = {"Messages.PayloadPath", WORDS("Messages.PayloadPath")}
#define EVENTS                                                                                     \
	.platform = "viber", .table = "Events", .finish = finish,                                      \
	.from = "Events NOT INDEXED LEFT JOIN Messages ON Messages.EventID=Events.EventID",            \
	.order = "ORDER BY Events.EventID", .calls_table = "Calls",                                    \
	.calls = "SELECT EventID,* FROM Calls ORDER BY EventID"
/* clang-format on */
#define CHATS                                                                                      \
	{                                                                                              \
		"ChatInfo.ChatID+ChatInfo.Name", "LEFT JOIN ChatInfo ON ChatInfo.ChatID=Events.ChatID"     \
	}
#define LIKES                                                                                      \
	{                                                                                              \
		"LikeRelation.LikeEventID+LikeRelation.MessageToken",                                      \
		    "LEFT JOIN LikeRelation ON LikeRelation.LikeEventID=Events.EventID"                    \
	}

/* the number is the other side's, whoever wrote */
#define INCOMING(what) "CASE Events.Direction WHEN 0 THEN " what " END"

#define LIKE_ROWS                                                                                  \
	"SELECT e.EventID,coalesce(" WORDS(                                                            \
	    "m.SelfReaction") ",m.PGIsLiked),"                                                         \
	                      "coalesce(" WORDS(                                                       \
	                          "c.Name") ",c.Number),x.TimeStamp FROM LikeRelation l "              \
	                                    "JOIN Events e ON e.Token=l.MessageToken JOIN Events x "   \
	                                    "ON x.EventID=l.LikeEventID "                              \
	                                    "LEFT JOIN Messages m ON m.EventID=l.LikeEventID "         \
	                                    "LEFT JOIN Contact c ON c.ContactID=x.ContactID ORDER BY " \
	                                    "1,l.LikeEventID"

static const struct chat_store stores[] = {
    {EVENTS, .form = "viber.db", .wants_table = "Events.ContactID",
     .column = {COMMON, [ST_SENDER] = {"Contact.ContactID+Contact.Name", "Contact.Name"},
                [ST_ADDRESS] = {"Contact.ContactID+Contact.Number", "Contact.Number"}},
     .join = {CHATS, LIKES, {"Contact.ContactID", CONTACT "Events.ContactID"}},
     .reactions = {.table = "LikeRelation", .query = {NULL, LIKE_ROWS}}},
    {EVENTS, .form = "viber.db-by-number", .wants_table = "Events.Number",
     .column =
         {COMMON,
          [ST_SENDER] = {"ContactRelation.Number+ContactRelation.ContactID+Contact.FirstName",
                         INCOMING("Contact.FirstName")},
          [ST_ADDRESS] = {NULL, INCOMING("Events.Number")}, [ST_MORE] = {NULL, "Events.Number"}},
     .join = {CHATS,
              LIKES,
              {"ContactRelation.Number+ContactRelation.ContactID",
               "LEFT JOIN ContactRelation ON ContactRelation.Number=Events.Number"},
              {"ContactRelation.ContactID+Contact.ContactID",
               CONTACT "ContactRelation.ContactID"}}},
    /* what is left of messages whose event is gone */
    {.platform = "viber",
     .form = "viber.db-without-event",
     .table = "Messages",
     .wants_table = "Messages.EventID",
     .column = {[ST_ROW] = {NULL, "Messages.EventID"},
                [ST_CHAT] = {NULL, "'without-event'"},
                [ST_BODY] = {"Messages.Body", "Messages.Body"},
                [ST_TYPE] = {"Messages.Type", "Messages.Type"},
                [ST_CAPTION] = {"Messages.Subject", WORDS("Messages.Subject")},
                [ST_EXTRA] = {"Messages.Info", "Messages.Info"},
                [ST_MEDIA_NAME] = {"Messages.PayloadPath", WORDS("Messages.PayloadPath")}},
     .from = "Messages WHERE EventID NOT IN (SELECT EventID FROM Events) ORDER BY EventID",
     .finish = finish},
};

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	unsigned bits = chat_store_probe(in, head, "Events", "TimeStamp");

	return bits && chat_store_probe(in, head, "Messages", "EventID") ? bits : 0;
}

static int read_item(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	return chat_store_read(in, stores, sizeof stores / sizeof *stores, sink, err);
}

const struct evd_format evd_format_chat_viber_db = {
    .name = "chat-viber-db",
    .version = "2",
    .spec = "Viber Desktop viber.db",
    .confirmed = false,
    .probe = probe,
    .read = read_item,
    .warm = evd_sqlite_warm,
};
