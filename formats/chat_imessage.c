/*
 * chat_imessage: Apple's sms.db (iOS) and chat.db (macOS). docs/chats.md. Stage: read-out.
 *
 * The text stands in `text`, in the typedstream `attributedBody`, or in both: if the two differ,
 * both are shown. In a typedstream the string follows "NSString" and a "+": one byte of length, or
 * 0x81 and u16le, or 0x82 and u32le.
 *
 * `message_summary_info` is a binary property list. `ec` holds, by part of the message, every text
 * that the part has had, the first one first and the present one last, with its time (`d`, seconds
 * since 2001) and typedstream (`t`); `rp` lists the parts taken back; `otr` lists all parts.
 */
#include "bplist.h"
#include "chat_store.h"

#include <string.h>

#define VERSIONS 500u /* of one message that are looked at; Apple allows five edits of a part */

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

/* A time of an edit: seconds since 2001 as a number; doubles of any size may stand there. */
static void put_when(struct evd_object *o, const struct bplist_object *d)
{
	struct evd_chat_time when = {0};

	if (d->kind == BPLIST_INTEGER && d->integer > -INT64_C(100000000000) &&
	    d->integer < INT64_C(100000000000))
		evd_chat_time_epoch(&when, evd_view_of(NULL, 0), (d->integer + CHAT_APPLE_EPOCH) * 1000,
		                    EVD_CHAT_SECOND);
	else if (d->kind == BPLIST_REAL && d->real > -1e11 && d->real < 1e11)
		evd_chat_time_epoch(&when, evd_view_of(NULL, 0),
		                    (int64_t)(d->real * 1000) + CHAT_APPLE_EPOCH * 1000, EVD_CHAT_MILLI);
	if (when.has_utc)
		evd_chat_put_time(o, "time", &when);
}

/* The texts of one part; false: not of the form above. */
static bool put_part(struct store_row *row, const struct bplist *p, struct evd_view part,
                     const struct bplist_object *list, size_t *budget)
{
	bool whole = list->kind == BPLIST_ARRAY;

	for (uint64_t i = 0; whole && i < list->n; i++) {
		struct bplist_object version = bplist_at(p, list, i);
		struct bplist_object t = bplist_member(p, &version, "t");
		struct bplist_object d = bplist_member(p, &version, "d");
		struct evd_object *o = *budget ? evd_chat_list_item(row->revisions) : NULL;
		struct evd_view text = t.kind == BPLIST_DATA ? attributed(t.bytes) : t.bytes;

		if (!o)
			return false;
		--*budget;
		evd_chat_text(o, "part", part);
		put_when(o, &d);
		if (t.kind == BPLIST_DATA && text.p)
			evd_chat_text(o, "body", text);
		else
			whole = false;
		if (evd_chat_list_put(row->revisions, NULL))
			return false;
	}
	return whole;
}

/* Numbers of the parts that were taken back, as "0,2". */
static bool put_retracted(struct store_row *row, const struct bplist *p,
                          const struct bplist_object *list)
{
	struct evd_buf text;

	if (list->kind != BPLIST_ARRAY || list->n > VERSIONS)
		return false;
	evd_buf_init(&text, 24 * VERSIONS);
	for (uint64_t i = 0; i < list->n; i++) {
		struct bplist_object part = bplist_at(p, list, i);

		if (part.kind != BPLIST_INTEGER) {
			evd_buf_release(&text);
			return false;
		}
		evd_putf(&text, "%s%lld", i ? "," : "", (long long)part.integer);
	}
	if (list->n)
		evd_object_str(row->details, "retractedParts", evd_buf_view(&text));
	evd_buf_release(&text);
	return true;
}

/* Edits and what was taken back; what cannot be taken apart is said with the message. */
static void history(struct store_row *row, struct evd_view info)
{
	struct bplist p;
	struct bplist_object top, ec, rp, otr;
	size_t budget = VERSIONS;
	bool whole = bplist_open(&p, info);

	top = whole ? bplist_top(&p) : (struct bplist_object){0};
	ec = bplist_member(&p, &top, "ec");
	rp = bplist_member(&p, &top, "rp");
	otr = bplist_member(&p, &top, "otr");
	whole = top.kind == BPLIST_DICT;
	for (uint64_t i = 0; whole && ec.kind == BPLIST_DICT && i < ec.n; i++) {
		struct bplist_object part = bplist_at(&p, &ec, i), list = bplist_value(&p, &ec, i);

		whole = part.kind == BPLIST_TEXT && put_part(row, &p, part.bytes, &list, &budget);
	}
	if (rp.kind != BPLIST_NONE)
		whole = put_retracted(row, &p, &rp) && whole;
	if (rp.kind == BPLIST_ARRAY && rp.n && rp.n >= otr.n && !row->m.body.len)
		row->m.type = EVD_CHAT_T_DELETED; /* all of its parts, and no words are left */
	if (!whole)
		evd_object_bool(row->details, "summaryNotRead", true);
	row->m.revisions = evd_chat_list_end(row->revisions);
	row->m.edited = row->m.edited || row->m.revisions.len;
}

/* What was deleted on the phone and lies in "Recently Deleted". */
static void trash(struct store_row *row)
{
	struct evd_chat_time when = {0};

	if (sqlite3_column_type(row->s, ST_TRASH) == SQLITE_NULL)
		return;
	row->m.flags |= EVD_CHAT_F_RECENTLY_DELETED;
	if (chat_store_apple_column(row, ST_TRASH_TIME, &when))
		evd_chat_put_time(row->details, "deleted", &when);
}

/* When it was delivered and read, as this device knows it. */
static void put_times(struct store_row *row)
{
	struct evd_chat_time t = {0};

	if (chat_store_apple_column(row, ST_TARGET, &t))
		evd_chat_put_time(row->details, "delivered", &t);
	if (chat_store_apple_column(row, ST_FLAG, &t))
		evd_chat_put_time(row->details, "read", &t);
}

/* What associated_message_type says, as imessage-exporter tells it (imessage-database 4.2, message.rs, `variant`): 2 and
 * 3 are messages of an app, a payment or a game, 1000 a sticker put on a message. */
static void set_associated(struct store_row *row, int64_t kind)
{
	const char *event = kind >= 2000 && kind <= 2007   ? "reaction"
	                    : kind >= 3000 && kind <= 3007 ? "reaction-removed"
	                    : kind == 4000                 ? "vote"
	                                                   : NULL;

	evd_putf(row->text, "%lld", (long long)kind);
	if (event) {
		row->m.type = EVD_CHAT_T_SYSTEM;
		row->m.event = event;
		row->m.event_raw = evd_buf_view(row->text);
		return;
	}
	evd_chat_text(row->details, "associatedType", evd_buf_view(row->text));
	if (kind == 1000 || row->has_attachment)
		row->m.type = EVD_CHAT_T_ATTACHMENT;
	if (kind != 2 && kind != 3 && kind != 1000)
		row->m.flags |= EVD_CHAT_F_UNKNOWN_TYPE;
}

static void finish(struct store_row *row)
{
	struct evd_view rich = sqlite3_column_type(row->s, ST_EXTRA) == SQLITE_NULL
	                           ? evd_view_of(NULL, 0)
	                           : attributed(evd_sqlite_bytes(row->s, ST_EXTRA));
	int64_t kind;

	chat_store_apple_time(row);
	if (rich.len && !row->m.has_body) {
		row->m.has_body = true;
		row->m.body = rich;
	} else if (rich.len && !evd_view_eq(rich, row->m.body)) {
		row->m.body_raw = rich;
		row->m.flags |= EVD_CHAT_F_TWO_BODIES;
	}
	if (chat_store_int(row->s, ST_KIND, &kind) &&
	    kind != 0) { /* who came, went, or changed a name: no message */
		row->m.type = EVD_CHAT_T_SYSTEM;
		row->m.event = "service";
		evd_putf(row->text, "item %lld", (long long)kind);
		row->m.event_raw = evd_buf_view(row->text);
	} else if (chat_store_int(row->s, ST_TYPE, &kind) && kind != 0) {
		set_associated(row, kind);
	} else if (row->has_attachment) {
		row->m.type = EVD_CHAT_T_ATTACHMENT;
	}
	put_times(row);
	row->m.edited = chat_store_apple_column(row, ST_STATE, &row->m.edit_time);
	if (sqlite3_column_type(row->s, ST_MORE) == SQLITE_BLOB)
		history(row, evd_sqlite_bytes(row->s, ST_MORE));
	trash(row);
}

#define OF_CHAT(what)                                                                              \
	"(SELECT " what " FROM chat WHERE chat.ROWID=(SELECT max(chat_id) FROM chat_message_join "     \
	"WHERE message_id=message.ROWID))"
#define TRASH "chat_recoverable_message_join"
#define OF_TRASH(what)                                                                             \
	"(SELECT " what " FROM chat WHERE chat.ROWID=(SELECT max(chat_id) FROM " TRASH                 \
	" WHERE message_id=message.ROWID))"
#define FILE_OF(what)                                                                              \
	"(SELECT " what " FROM attachment WHERE attachment.ROWID=(SELECT min(attachment_id) FROM "     \
	"message_attachment_join WHERE message_id=message.ROWID))"

/* An app's message may name another of the app's, as a poll does, or itself: no answer. */
#define OF_APP "message.associated_message_type IN (2,3)"
#define ANSWERED                                                                                   \
	"CASE WHEN " OF_APP " OR message.associated_message_guid=message.guid THEN NULL ELSE "         \
	"message.associated_message_guid END"

/* nothing of a message, or only which goes with which */
static const char *const read_tables[] = {"_SqliteDatabaseProperties", "sync_deleted_attachments",
                                          NULL};

static const struct chat_store store = {
    .platform = "imessage",
    .form = "sms.db",
    .table = "message",
    .column = {[ST_ROW] = {NULL, "message.ROWID"},
               [ST_CHAT] = {"chat.chat_identifier+chat_message_join.chat_id",
                            OF_CHAT("chat_identifier")},
               [ST_TITLE] = {"chat.display_name+chat_message_join.chat_id",
                             OF_CHAT("display_name")},
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
               [ST_REPLY] = {"message.thread_originator_guid+message.associated_message_guid+"
                             "message.associated_message_type+message.guid",
                             "coalesce(message.thread_originator_guid," ANSWERED ")"},
               [ST_EXTRA] = {"message.attributedBody", "message.attributedBody"},
               [ST_KIND] = {"message.item_type", "message.item_type"},
               [ST_TARGET] = {"message.date_delivered", "message.date_delivered"},
               [ST_FLAG] = {"message.date_read", "message.date_read"},
               [ST_MORE] = {"message.message_summary_info", "message.message_summary_info"},
               [ST_FORWARDED] = {"message.is_forward", "message.is_forward"},
               [ST_TRASH] = {TRASH ".message_id", "(SELECT max(message_id) FROM " TRASH
                                                  " WHERE message_id=message.ROWID)"},
               [ST_TRASH_CHAT] = {"chat.chat_identifier+" TRASH ".message_id+" TRASH ".chat_id",
                                  OF_TRASH("chat_identifier")},
               [ST_TRASH_TITLE] = {"chat.display_name+" TRASH ".chat_id", OF_TRASH("display_name")},
               [ST_TRASH_TIME] = {TRASH ".delete_date", "(SELECT max(delete_date) FROM " TRASH
                                                        " WHERE message_id=message.ROWID)"}},
    .instead = {[ST_REPLY] = {"message.associated_message_guid+message.associated_message_type+"
                              "message.guid",
                              ANSWERED}},
    .fact = {{"subject", "message.subject", "message.subject"},
             {"service", "message.service", "message.service"},
             {"account", "message.account", "message.account"},
             {"destination", "message.destination_caller_id", "message.destination_caller_id"},
             {"groupTitle", "message.group_title", "message.group_title"},
             {"groupAction", "message.group_action_type", "message.group_action_type"},
             {"concerned", "handle.id+message.other_handle",
              "(SELECT id FROM handle WHERE handle.ROWID=message.other_handle)"},
             {"associatedMessage",
              "message.associated_message_guid+message.associated_message_type",
              "CASE WHEN " OF_APP " THEN message.associated_message_guid END"},
             {"emoji", "message.associated_message_emoji", "message.associated_message_emoji"},
             {"balloon", "message.balloon_bundle_id", "message.balloon_bundle_id"},
             {"error", "message.error", "message.error"},
             {"isSent", "message.is_sent", "message.is_sent"},
             {"isDelivered", "message.is_delivered", "message.is_delivered"},
             {"isRead", "message.is_read", "message.is_read"},
             {"isAudio", "message.is_audio_message", "message.is_audio_message"},
             {"chats", "chat_message_join.message_id",
              "(SELECT CASE WHEN count(*)>1 THEN count(*) END FROM chat_message_join WHERE "
              "message_id=message.ROWID)"}},
    .chats = "SELECT coalesce(chat_identifier,''),display_name FROM chat ORDER BY ROWID",
    .chats_table = "chat",
    .member =
        {{"chat_handle_join",
          {"chat_handle_join.chat_id+chat_handle_join.handle_id+chat.chat_identifier+handle.id",
           "SELECT c.chat_identifier,NULL,h.id,NULL FROM chat_handle_join j LEFT JOIN chat c ON "
           "c.ROWID=j.chat_id LEFT JOIN handle h ON h.ROWID=j.handle_id ORDER BY j.rowid"},
          {NULL, NULL}}},
    .read_tables = read_tables,
    .from = "message NOT INDEXED ORDER BY message.ROWID",
    .attachments_table = "message_attachment_join",
    .attachments = "SELECT j.message_id,a.filename,a.mime_type,a.total_bytes FROM "
                   "message_attachment_join j LEFT JOIN attachment a ON a.ROWID=j.attachment_id "
                   "ORDER BY j.message_id,j.attachment_id",
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
