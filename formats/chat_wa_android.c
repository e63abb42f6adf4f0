/*
 * chat_wa_android: WhatsApp for Android, msgstore.db decrypted, the schema since 2022 (message,
 * chat, jid, message_media …) and the one before (messages). docs/chats.md. Stage: read-out.
 */
#include "chat_file.h"
#include "chat_store.h"

#include <stdio.h>
#include <string.h>

/* a column of a table that has at most one row to a message */
#define IS_FORWARDED                                                                               \
	"EXISTS(SELECT 1 FROM message_forwarded WHERE message_forwarded.message_row_id=message._id)"
#define OF(table, what)                                                                            \
	"(SELECT " what " FROM " #table " WHERE " #table ".message_row_id=message._id)"
#define JID(id) "(SELECT raw_string FROM jid WHERE jid._id=" id ")"

static void set_time(struct store_row *row)
{
	int64_t ms;

	if (chat_store_int(row->s, ST_TIME, &ms) && ms != 0)
		evd_chat_time_epoch(&row->m.time, row->m.time.raw, ms, EVD_CHAT_MILLI);
	if (row->m.time.raw.len && !row->m.time.has_utc)
		row->m.flags |= EVD_CHAT_F_IMPOSSIBLE_TIME;
}

/* "38761123456@s.whatsapp.net": the number is in the account name. */
static void set_number(struct store_row *row)
{
	struct evd_view v = row->m.handle;

	/* since 2024 "…@lid": the number, if the phone knew it, is in jid_map */
	if (evd_chat_ends(v, "@lid") && sqlite3_column_type(row->s, ST_EXTRA) == SQLITE_TEXT)
		v = evd_sqlite_bytes(row->s, ST_EXTRA);
	chat_store_jid(row, v);
}

static void set_type(struct store_row *row)
{
	int64_t type;

	if (!chat_store_int(row->s, ST_TYPE, &type))
		return;
	switch (type) {
	case 0: break;
	case 1:
	case 2:
	case 3:
	case 9:
	case 13:
	case 20: row->m.type = EVD_CHAT_T_ATTACHMENT; break;
	case 4: row->m.type = EVD_CHAT_T_CONTACT; break;
	case 5:
	case 16: row->m.type = EVD_CHAT_T_LOCATION; break;
	case 7:
		row->m.type = EVD_CHAT_T_SYSTEM;
		row->m.event = "service";
		break;
	case 8:
	case 90: row->m.type = EVD_CHAT_T_CALL; break;
	case 15: row->m.type = EVD_CHAT_T_DELETED; break;
	case 42:
	case 43: row->m.type = EVD_CHAT_T_VIEW_ONCE; break;
	case 66: row->m.type = EVD_CHAT_T_POLL; break;
	default: row->m.type = EVD_CHAT_T_UNSUPPORTED; row->m.flags |= EVD_CHAT_F_UNKNOWN_TYPE;
	}
}

/* What a notice is about is a number of the app's. */
static void put_action(struct store_row *row, enum store_column c)
{
	if (row->m.type != EVD_CHAT_T_SYSTEM || sqlite3_column_type(row->s, (int)c) == SQLITE_NULL)
		return;
	row->m.event_raw = evd_sqlite_bytes(row->s, (int)c);
}

/* What the app wrote itself came from nobody; from_me of such a row says no more than that one did not write it. */
static void set_notice(struct store_row *row)
{
	const char *direction = row->m.direction;

	if (row->m.type == EVD_CHAT_T_SYSTEM && !row->m.handle.len && direction &&
	    strcmp(direction, "in") == 0)
		row->m.direction = NULL;
}

static void finish(struct store_row *row)
{
	int64_t edit;

	set_time(row);
	set_type(row);
	set_number(row);
	chat_store_no_group(row);
	set_notice(row);
	put_action(row, ST_KIND);
	if (chat_store_int(row->s, ST_STATE, &edit) && edit != 0)
		row->m.edited = true;
	if (chat_store_int(row->s, ST_EDIT_TIME, &edit) && edit > 0) {
		row->m.edited = true;
		evd_chat_time_epoch(&row->m.edit_time, evd_view_of(NULL, 0), edit, EVD_CHAT_MILLI);
	}
}

/* Before 2022 a deletion is edit_version 7. */
static void finish_old(struct store_row *row)
{
	int64_t edit, kind;

	set_time(row);
	set_type(row);
	set_number(row);
	chat_store_no_group(row);
	if (chat_store_int(row->s, ST_KIND, &kind) &&
	    kind == 6) { /* status of what the app wrote itself */
		row->m.type = EVD_CHAT_T_SYSTEM;
		row->m.event = "service";
		row->has_attachment = false;
		put_action(row, ST_MEDIA_SIZE);
	}
	if (chat_store_int(row->s, ST_STATE, &edit) && edit == 7)
		row->m.type = EVD_CHAT_T_DELETED;
	set_notice(row);
}

static const char *comma(const struct evd_buf *b)
{
	return b->len && b->data[b->len - 1] != '{' ? "," : "";
}

static void put_number(struct store_row *row, enum store_column c, const char *name)
{
	int64_t x;

	if (chat_store_int(row->s, (int)c, &x))
		evd_putf(row->text, "%s\"%s\":\"%lld\"", comma(row->text), name, (long long)x);
}

static void finish_call(struct store_row *row)
{
	size_t number;
	int64_t video;

	set_time(row);
	set_number(row);
	chat_store_no_group(row);
	row->m.type = EVD_CHAT_T_CALL;
	row->m.has_body = false;
	number = row->m.number.len ? row->text->len : 0;
	evd_put_u8(row->text, '{');
	put_number(row, ST_EXTRA, "durationSeconds");
	if (chat_store_int(row->s, ST_TYPE, &video))
		evd_putf(row->text, "%s\"kind\":\"%s\"", comma(row->text), video ? "video" : "voice");
	put_number(row, ST_STATE, "result");
	evd_put_u8(row->text, '}');
	if (row->text->failed)
		return;
	row->m.number.p = number ? row->text->data : NULL; /* the buffer may have moved */
	row->m.call = evd_view_of(row->text->data + number, row->text->len - number);
}

#define QUOTED(what)                                                                               \
	"(SELECT " what " FROM messages_quotes WHERE messages_quotes._id=messages.quoted_row_id)"

/* who is in a group: by rows of jid; before 2022 by the accounts themselves, oneself without one */
#define USER JID("p.user_jid_row_id")
#define GROUP_USER(number)                                                                         \
	"SELECT " JID("p.group_jid_row_id") ",NULL," USER "," number                                   \
	                                    " FROM group_participant_user p ORDER BY p.rowid"
#define OLD_MEMBERS                                                                                \
	{                                                                                              \
		"group_participants",                                                                      \
		    {"group_participants.gjid+group_participants.jid",                                     \
		     "SELECT gjid,NULL,jid,jid FROM group_participants ORDER BY rowid"},                   \
		{                                                                                          \
			NULL, NULL                                                                             \
		}                                                                                          \
	}

/* Whom a message without a sender of its own is from: in a chat of two, whom the chat is with. A notice has a sender
 * only where the row names one (WhatsApp-Chat-Exporter, android_handler.py, _process_metadata_message). */
#define SENDER JID("message.sender_jid_row_id")
#define PARTNER                                                                                    \
	JID("(SELECT jid_row_id FROM chat WHERE chat._id=message.chat_row_id AND message.from_me=0)")
#define OLD_SENDER                                                                                 \
	"CASE messages.remote_resource WHEN '' THEN NULL ELSE messages.remote_resource END"
#define OLD_PARTNER "CASE messages.key_from_me WHEN 0 THEN messages.key_remote_jid END"
#define UNLESS(column, notice, what) "CASE " column " WHEN " notice " THEN NULL ELSE " what " END"

#define CALLED(me) "CASE call_log.from_me WHEN " me " THEN " JID("call_log.jid_row_id") " END"

#define REACTIONS(me)                                                                              \
	"SELECT a.parent_message_row_id,r.reaction," JID(                                              \
	    "a.sender_jid_row_id") ",r.sender_timestamp," me                                           \
	                           " FROM message_add_on_reaction r JOIN message_add_on a ON "         \
	                           "a._id=r.message_add_on_row_id "                                    \
	                           "ORDER BY 1,r.message_add_on_row_id"

/* read by what stands below, or without anything of a message */
static const char *const read_tables[] = {"android_metadata", "props", NULL};

static const struct chat_store stores[] = {
    {.platform = "whatsapp",
     .form = "msgstore",
     .table = "message",
     .wants_table = "message.chat_row_id",
     .column =
         {[ST_ROW] = {NULL, "message._id"},
          [ST_CHAT] = {"chat.jid_row_id+jid.raw_string",
                       JID("(SELECT jid_row_id FROM chat WHERE chat._id=message.chat_row_id)")},
          [ST_TITLE] = {"chat.subject",
                        "(SELECT subject FROM chat WHERE chat._id=message.chat_row_id)"},
          [ST_ID] = {"message.key_id", "message.key_id"},
          [ST_ADDRESS] = {"message.sender_jid_row_id+message.message_type+jid.raw_string",
                          "coalesce(" SENDER "," UNLESS("message.message_type", "7", PARTNER) ")"},
          [ST_EXTRA] = {"jid_map.lid_row_id+jid_map.jid_row_id+message.sender_jid_row_id+"
                        "chat.jid_row_id+jid.raw_string",
                        "(SELECT raw_string FROM jid_map m,jid j,chat c WHERE j._id=m.jid_row_id "
                        "AND c._id=message.chat_row_id AND m.lid_row_id=coalesce(CASE "
                        "message.sender_jid_row_id WHEN 0 THEN NULL ELSE "
                        "message.sender_jid_row_id END,c.jid_row_id))"},
          [ST_FROM_ME] = {"message.from_me", "message.from_me"},
          [ST_TIME] = {"message.timestamp", "message.timestamp"},
          [ST_BODY] = {"message.text_data", "message.text_data"},
          [ST_TYPE] = {"message.message_type", "message.message_type"},
          [ST_STATE] = {"message_edit_info.message_row_id",
                        "(SELECT count(*) FROM message_edit_info WHERE "
                        "message_edit_info.message_row_id=message._id)"},
          [ST_MEDIA_NAME] = {"message_media.file_path",
                             "(SELECT file_path FROM message_media WHERE "
                             "message_media.message_row_id=message._id)"},
          [ST_MEDIA_TYPE] = {"message_media.mime_type",
                             "(SELECT mime_type FROM message_media WHERE "
                             "message_media.message_row_id=message._id)"},
          [ST_MEDIA_SIZE] = {"message_media.file_size",
                             "(SELECT file_size FROM message_media WHERE "
                             "message_media.message_row_id=message._id)"},
          [ST_REPLY] = {"message_quoted.key_id", "(SELECT key_id FROM message_quoted WHERE "
                                                 "message_quoted.message_row_id=message._id)"},
          [ST_REPLY_TEXT] = {"message_quoted.text_data+message_quoted.message_row_id",
                             OF(message_quoted, "text_data")},
          [ST_KIND] = {"message_system.action_type+message_system.message_row_id",
                       OF(message_system, "action_type")},
          [ST_EDIT_TIME] = {"message_edit_info.edited_timestamp+message_edit_info.message_row_id",
                            OF(message_edit_info, "edited_timestamp")},
          [ST_FORWARDED] = {"message.origination_flags+message_forwarded.message_row_id",
                            "message.origination_flags&1 OR " IS_FORWARDED}},
     .fact = {{"latitude", "message_location.latitude+message_location.message_row_id",
               OF(message_location, "latitude")},
              {"longitude", "message_location.longitude+message_location.message_row_id",
               OF(message_location, "longitude")},
              {"placeName", "message_location.place_name+message_location.message_row_id",
               OF(message_location, "place_name")},
              {"placeAddress", "message_location.place_address+message_location.message_row_id",
               OF(message_location, "place_address")},
              {"placeUrl", "message_location.url+message_location.message_row_id",
               OF(message_location, "url")},
              {"mediaName", "message_media.media_name+message_media.message_row_id",
               OF(message_media, "media_name")},
              {"mediaCaption", "message_media.media_caption+message_media.message_row_id",
               OF(message_media, "media_caption")},
              {"fileHash", "message_media.file_hash+message_media.message_row_id",
               OF(message_media, "file_hash")},
              {"mediaSeconds", "message_media.media_duration+message_media.message_row_id",
               OF(message_media, "media_duration")},
              {"mediaUrl", "message_media.message_url+message_media.message_row_id",
               OF(message_media, "message_url")},
              {"actionType", "message_system.action_type+message_system.message_row_id",
               OF(message_system, "action_type")},
              {"oldValue",
               "message_system_value_change.old_data+message_system_value_change.message_row_id",
               OF(message_system_value_change, "old_data")},
              {"forwardScore", "message_forwarded.forward_score+message_forwarded.message_row_id",
               OF(message_forwarded, "forward_score")},
              {"originalId", "message_edit_info.original_key_id+message_edit_info.message_row_id",
               OF(message_edit_info, "original_key_id")},
              {"ephemeralSeconds", "message_ephemeral.duration+message_ephemeral.message_row_id",
               OF(message_ephemeral, "duration")},
              /* of a conversation that is not there: messages of several then stand together */
              {"chatRow", "message.chat_row_id+chat._id",
               "CASE WHEN (SELECT 1 FROM chat WHERE chat._id=message.chat_row_id) IS NULL THEN "
               "message.chat_row_id END"},
              {"receivedRaw", "message.received_timestamp", "message.received_timestamp"},
              {"serverReceiptRaw", "message.receipt_server_timestamp",
               "message.receipt_server_timestamp"},
              {"status", "message.status", "message.status"},
              {"starred", "message.starred", "message.starred"},
              {"origin", "message.origin", "message.origin"}},
     .list = {{"vcards", "message_vcard",
               "SELECT message_row_id,vcard FROM message_vcard ORDER BY 1,_id"},
              {"pollOptions", "message_poll_option",
               "SELECT message_row_id,option_name FROM message_poll_option ORDER BY 1,_id"},
              {"concerned", "message_system_chat_participant",
               "SELECT p.message_row_id,(SELECT raw_string FROM jid WHERE "
               "jid._id=p.user_jid_row_id) FROM "
               "message_system_chat_participant p ORDER BY 1"}},
     .instead = {[ST_ADDRESS] = {"message.sender_jid_row_id+jid.raw_string",
                                 "coalesce(" SENDER "," PARTNER ")"},
                 [ST_FORWARDED] = {"message_forwarded.message_row_id", IS_FORWARDED}},
     .chats = "SELECT coalesce(" JID("chat.jid_row_id") ",''),subject FROM chat ORDER BY _id",
     .chats_table = "chat",
     .member = {{"group_participant_user",
                 {"group_participant_user.group_jid_row_id+group_participant_user.user_jid_row_id+"
                  "jid_map.lid_row_id+jid_map.jid_row_id+jid.raw_string",
                  GROUP_USER("coalesce((SELECT raw_string FROM jid_map m,jid j WHERE "
                             "j._id=m.jid_row_id AND m.lid_row_id=p.user_jid_row_id)," USER ")")},
                 {"group_participant_user.group_jid_row_id+group_participant_user.user_jid_row_id+"
                  "jid.raw_string",
                  GROUP_USER(USER)}},
                OLD_MEMBERS},
     .read_tables = read_tables,
     .receipts = {"receipt_user",
                  {"receipt_user.message_row_id+receipt_user.receipt_user_jid_row_id+receipt_user."
                   "receipt_timestamp+receipt_user.read_timestamp+receipt_user.played_timestamp+"
                   "jid.raw_string",
                   "SELECT u.message_row_id," JID(
                       "u.receipt_user_jid_row_id") ",u.receipt_timestamp,"
                                                    "u.read_timestamp,u.played_timestamp FROM "
                                                    "receipt_user u ORDER BY 1,u.rowid"}},
     .from = "message NOT INDEXED ORDER BY message._id",
     .finish = finish,
     .reactions = {"message_add_on_reaction",
                   {"message_add_on.from_me", REACTIONS("a.from_me")},
                   {NULL, REACTIONS("NULL")}}},
    {.platform = "whatsapp",
     .form = "msgstore-before-2022",
     .table = "messages",
     .wants_table = "messages.key_remote_jid",
     .column = {[ST_ROW] = {NULL, "messages._id"},
                [ST_CHAT] = {NULL, "messages.key_remote_jid"},
                [ST_ID] = {"messages.key_id", "messages.key_id"},
                [ST_ADDRESS] = {"messages.remote_resource+messages.status",
                                "coalesce(" OLD_SENDER
                                "," UNLESS("messages.status", "6", OLD_PARTNER) ")"},
                [ST_FROM_ME] = {"messages.key_from_me", "messages.key_from_me"},
                [ST_TIME] = {"messages.timestamp", "messages.timestamp"},
                [ST_BODY] = {"messages.data", "messages.data"},
                [ST_TYPE] = {"messages.media_wa_type", "messages.media_wa_type"},
                [ST_STATE] = {"messages.edit_version", "messages.edit_version"},
                [ST_MEDIA_NAME] = {"messages.media_name", "messages.media_name"},
                [ST_MEDIA_TYPE] = {"messages.media_mime_type", "messages.media_mime_type"},
                [ST_MEDIA_SIZE] = {"messages.media_size", "messages.media_size"},
                [ST_CAPTION] = {"messages.media_caption", "messages.media_caption"},
                [ST_KIND] = {"messages.status", "messages.status"},
                [ST_REPLY] = {"messages_quotes.key_id+messages.quoted_row_id", QUOTED("key_id")},
                [ST_REPLY_TEXT] = {"messages_quotes.data+messages.quoted_row_id", QUOTED("data")},
                [ST_FORWARDED] = {"messages.forwarded", "messages.forwarded&1"}},
     .fact = {{"latitude", "messages.latitude", "messages.latitude"},
              {"longitude", "messages.longitude", "messages.longitude"},
              {"fileHash", "messages.media_hash", "messages.media_hash"},
              {"mediaSeconds", "messages.media_duration", "messages.media_duration"},
              {"mediaUrl", "messages.media_url", "messages.media_url"},
              {"receivedRaw", "messages.received_timestamp", "messages.received_timestamp"},
              {"deviceReceiptRaw", "messages.receipt_device_timestamp",
               "messages.receipt_device_timestamp"},
              {"readReceiptRaw", "messages.read_device_timestamp",
               "messages.read_device_timestamp"},
              {"playedReceiptRaw", "messages.played_device_timestamp",
               "messages.played_device_timestamp"},
              {"status", "messages.status", "messages.status"},
              {"starred", "messages.starred", "messages.starred"},
              {"forwarded", "messages.forwarded", "messages.forwarded"},
              {"recipients", "messages.participant_hash", "messages.participant_hash"}},
     .instead = {[ST_ADDRESS] = {"messages.remote_resource",
                                 "coalesce(" OLD_SENDER "," OLD_PARTNER ")"}},
     .member = {OLD_MEMBERS},
     .from = "messages NOT INDEXED ORDER BY messages._id",
     .finish = finish_old},
    {.platform = "whatsapp",
     .form = "msgstore-calls",
     .table = "call_log",
     .wants_table = "call_log.jid_row_id",
     .column = {[ST_ROW] = {NULL, "call_log._id"},
                [ST_CHAT] = {"jid.raw_string", JID("call_log.jid_row_id")},
                [ST_ID] = {"call_log.call_id", "call_log.call_id"},
                /* the account is the other side's, whoever called */
                [ST_ADDRESS] = {"call_log.from_me+jid.raw_string", CALLED("0")},
                [ST_FROM_ME] = {"call_log.from_me", "call_log.from_me"},
                [ST_TIME] = {"call_log.timestamp", "call_log.timestamp"},
                [ST_TYPE] = {"call_log.video_call", "call_log.video_call"},
                [ST_STATE] = {"call_log.call_result", "call_log.call_result"},
                [ST_EXTRA] = {"call_log.duration", "call_log.duration"}},
     .fact = {{"callee", "call_log.from_me+jid.raw_string", CALLED("1")}},
     .from = "call_log NOT INDEXED ORDER BY call_log._id",
     .finish = finish_call},
};

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	unsigned bits = chat_store_probe(in, head, "message", "chat_row_id");

	return bits ? bits : chat_store_probe(in, head, "messages", "key_remote_jid");
}

static int read_item(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	return chat_store_read(in, stores, sizeof stores / sizeof *stores, sink, err);
}

const struct evd_format evd_format_chat_wa_android = {
    .name = "chat-wa-android",
    .version = "1",
    .spec = "WhatsApp for Android msgstore.db, both schemas",
    .confirmed = false,
    .probe = probe,
    .read = read_item,
    .warm = evd_sqlite_warm,
};
