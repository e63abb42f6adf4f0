/*
 * chat_viber_db: Viber Desktop's viber.db where it is not encrypted (Events, Messages, Contact,
 * ChatInfo). Events.TimeStamp is ms UTC. docs/chats.md. Stage: read-out.
 */
#include "chat_store.h"

static void finish(struct store_row *row)
{
	int64_t x;

	if (chat_store_int(row->s, ST_TIME, &x) && x != 0)
		evd_chat_time_epoch(&row->m.time, row->m.time.raw, x, EVD_CHAT_MILLI);
	if (row->m.time.raw.len && !row->m.time.has_utc)
		row->m.flags |= EVD_CHAT_F_IMPOSSIBLE_TIME;
	if (chat_store_int(row->s, ST_FROM_ME, &x)) /* Direction: 0 in, 1 out */
		row->m.direction = x ? "out" : "in";
	if (!chat_store_int(row->s, ST_TYPE, &x))
		return;
	if (x == 2 || x == 3 || x == 4 || x == 7 || x == 11) /* image, video, sticker, instant, audio */
		row->m.type = EVD_CHAT_T_ATTACHMENT;
	else if (x > 1)
		row->m.flags |= EVD_CHAT_F_UNKNOWN_TYPE;
	row->has_attachment = row->m.type == EVD_CHAT_T_ATTACHMENT;
}

#define EVENT(what) "(SELECT " what " FROM Events WHERE Events.EventID=Messages.EventID)"
#define CONTACT(what)                                                                              \
	"(SELECT " what " FROM Contact WHERE Contact.ContactID=" EVENT("ContactID") ")"

static const struct chat_store store = {
    .platform = "viber",
    .form = "viber.db",
    .table = "Messages",
    .column = {[ST_ROW] = {NULL, "Messages.EventID"},
               [ST_CHAT] = {"Events.ChatID", EVENT("ChatID")},
               [ST_TITLE] = {"ChatInfo.Name+Events.ChatID",
                             "(SELECT Name FROM ChatInfo WHERE ChatInfo.ChatID=" EVENT(
                                 "ChatID") ")"},
               [ST_ID] = {NULL, "Messages.EventID"},
               [ST_SENDER] = {"Contact.Name+Events.ContactID", CONTACT("Name")},
               [ST_ADDRESS] = {"Contact.Number+Events.ContactID", CONTACT("Number")},
               [ST_FROM_ME] = {"Events.Direction", EVENT("Direction")},
               [ST_TIME] = {"Events.TimeStamp", EVENT("TimeStamp")},
               [ST_BODY] = {"Messages.Body", "Messages.Body"},
               [ST_TYPE] = {"Messages.Type", "Messages.Type"},
               [ST_MEDIA_NAME] = {"Messages.PayloadPath", "Messages.PayloadPath"}},
    .from = "Messages NOT INDEXED ORDER BY Messages.EventID",
    .finish = finish,
};

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	unsigned bits = chat_store_probe(in, head, "Events", "TimeStamp");

	return bits && chat_store_probe(in, head, "Messages", "EventID") ? bits : 0;
}

static int read_item(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	return chat_store_read(in, &store, 1, sink, err);
}

const struct evd_format evd_format_chat_viber_db = {
    .name = "chat-viber-db",
    .version = "1",
    .spec = "Viber Desktop viber.db",
    .confirmed = false,
    .probe = probe,
    .read = read_item,
    .warm = evd_sqlite_warm,
};
