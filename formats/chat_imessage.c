/*
 * chat_imessage: Apple's sms.db (iOS) and chat.db (macOS). docs/chats.md. Stage: read-out.
 *
 * The text stands in `text`, in the typedstream `attributedBody`, or in both: if the two differ,
 * both are shown. In a typedstream the string follows "NSString" and a "+": one byte of length, or
 * 0x81 and u16le, or 0x82 and u32le.
 */
#include "chat_store.h"

#include <string.h>

static struct evd_view attributed(struct evd_view v)
{
	const uint8_t *at = v.len ? memmem(v.p, v.len, "NSString", 8) : NULL;
	const struct evd_view none = {NULL, 0};
	struct evd_cursor c;
	struct evd_view text;
	size_t len;

	if (!at)
		return none;
	at = memchr(at, '+', v.len - (size_t)(at - v.p));
	if (!at)
		return none;
	evd_cursor_init(&c, evd_view_of(at + 1, v.len - (size_t)(at + 1 - v.p)));
	len = evd_get_u8(&c);
	if (len == 0x81)
		len = evd_get_u16le(&c);
	else if (len == 0x82)
		len = evd_get_u32le(&c);
	text = evd_get_bytes(&c, len);
	return evd_cursor_ok(&c) ? text : none;
}

static void finish(struct store_row *row)
{
	struct evd_view rich = sqlite3_column_type(row->s, ST_EXTRA) == SQLITE_NULL
	                           ? evd_view_of(NULL, 0)
	                           : attributed(evd_sqlite_bytes(row->s, ST_EXTRA));
	int64_t kind, edited;

	chat_store_apple_time(row);
	if (rich.len && !row->m.has_body) {
		row->m.has_body = true;
		row->m.body = rich;
	} else if (rich.len && !evd_view_eq(rich, row->m.body)) {
		row->m.body_raw = rich;
		row->m.flags |= EVD_CHAT_F_TWO_BODIES;
	}
	if (chat_store_int(row->s, ST_TYPE, &kind) && kind != 0) {
		row->m.type = EVD_CHAT_T_SYSTEM; /* tapbacks: 2000 to 2005, taken back 3000 and up */
		row->m.event = kind >= 3000 ? "reaction-removed" : kind >= 2000 ? "reaction" : "service";
		evd_putf(row->text, "%lld", (long long)kind);
		row->m.event_raw = evd_buf_view(row->text);
	} else if (row->has_attachment) {
		row->m.type = EVD_CHAT_T_ATTACHMENT;
	}
	row->m.edited = chat_store_int(row->s, ST_STATE, &edited) && edited != 0;
}

#define OF_CHAT(what)                                                                              \
	"(SELECT " what " FROM chat WHERE chat.ROWID=(SELECT max(chat_id) FROM chat_message_join "     \
	"WHERE message_id=message.ROWID))"
#define FILE_OF(what)                                                                              \
	"(SELECT " what " FROM attachment WHERE attachment.ROWID=(SELECT min(attachment_id) FROM "     \
	"message_attachment_join WHERE message_id=message.ROWID))"

static const struct chat_store store = {
    .platform = "imessage",
    .form = "sms.db",
    .table = "message",
    .column =
        {[ST_ROW] = {NULL, "message.ROWID"},
         [ST_CHAT] = {"chat.chat_identifier+chat_message_join.chat_id", OF_CHAT("chat_identifier")},
         [ST_TITLE] = {"chat.display_name+chat_message_join.chat_id", OF_CHAT("display_name")},
         [ST_ID] = {"message.guid", "message.guid"},
         [ST_ADDRESS] = {"handle.id+message.handle_id",
                         "CASE message.is_from_me WHEN 0 THEN (SELECT id FROM handle WHERE "
                         "handle.ROWID=message.handle_id) END"},
         [ST_FROM_ME] = {"message.is_from_me", "message.is_from_me"},
         [ST_TIME] = {"message.date", "message.date"},
         [ST_BODY] = {"message.text", "message.text"},
         [ST_TYPE] = {"message.associated_message_type", "message.associated_message_type"},
         [ST_STATE] = {"message.date_edited", "message.date_edited"},
         [ST_MEDIA_NAME] = {"attachment.filename+message_attachment_join.attachment_id",
                            FILE_OF("filename")},
         [ST_MEDIA_TYPE] = {"attachment.mime_type+message_attachment_join.attachment_id",
                            FILE_OF("mime_type")},
         [ST_MEDIA_SIZE] = {"attachment.total_bytes+message_attachment_join.attachment_id",
                            FILE_OF("total_bytes")},
         [ST_REPLY] = {"message.thread_originator_guid", "coalesce(message.thread_originator_guid,"
                                                         "message.associated_message_guid)"},
         [ST_EXTRA] = {"message.attributedBody", "message.attributedBody"}},
    .from = "message NOT INDEXED ORDER BY message.ROWID",
    .finish = finish,
};

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	return chat_store_probe(in, head, "message", "handle_id");
}

static int read_item(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	return chat_store_read(in, &store, 1, sink, err);
}

const struct evd_format evd_format_chat_imessage = {
    .name = "chat-imessage",
    .version = "1",
    .spec = "iMessage sms.db and chat.db",
    .confirmed = false,
    .probe = probe,
    .read = read_item,
    .warm = evd_sqlite_warm,
};
