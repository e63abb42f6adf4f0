/*
 * chat_wa_ios: WhatsApp for iOS, ChatStorage.sqlite (Core Data). docs/chats.md. Stage: read-out.
 */
#include "chat_store.h"

static void finish(struct store_row *row)
{
	static const enum evd_chat_type known[] = {
	    [0] = EVD_CHAT_T_TEXT,         [1] = EVD_CHAT_T_ATTACHMENT,   [2] = EVD_CHAT_T_ATTACHMENT,
	    [3] = EVD_CHAT_T_ATTACHMENT,   [4] = EVD_CHAT_T_CONTACT,      [5] = EVD_CHAT_T_LOCATION,
	    [6] = EVD_CHAT_T_SYSTEM,       [7] = EVD_CHAT_T_TEXT,         [8] = EVD_CHAT_T_ATTACHMENT,
	    [9] = EVD_CHAT_T_UNSUPPORTED,  [10] = EVD_CHAT_T_SYSTEM,      [11] = EVD_CHAT_T_ATTACHMENT,
	    [12] = EVD_CHAT_T_UNSUPPORTED, [13] = EVD_CHAT_T_UNSUPPORTED, [14] = EVD_CHAT_T_DELETED,
	    [15] = EVD_CHAT_T_ATTACHMENT,
	};
	struct evd_chat_time sent = {0};
	int64_t type;

	chat_store_apple_time(row);
	chat_store_jid(row, row->m.handle);
	chat_store_no_group(row);
	if (chat_store_apple_column(row, ST_EXTRA, &sent))
		evd_chat_put_time(row->details, "sent", &sent);
	if (!chat_store_int(row->s, ST_TYPE, &type))
		return;
	if (type < 0 || type > 15) {
		row->m.type = EVD_CHAT_T_UNSUPPORTED;
		row->m.flags |= EVD_CHAT_F_UNKNOWN_TYPE;
		return;
	}
	row->m.type = known[type];
	if (row->m.type == EVD_CHAT_T_SYSTEM)
		row->m.event = "service";
	if (row->m.type == EVD_CHAT_T_SYSTEM && sqlite3_column_type(row->s, ST_KIND) != SQLITE_NULL)
		row->m.event_raw =
		    evd_sqlite_bytes(row->s, ST_KIND); /* what it is about: the app's number */
	if (row->m.type == EVD_CHAT_T_UNSUPPORTED)
		row->m.flags |= EVD_CHAT_F_UNKNOWN_TYPE;
}

#define SESSION(what)                                                                              \
	"(SELECT " what " FROM ZWACHATSESSION WHERE ZWACHATSESSION.Z_PK=ZWAMESSAGE.ZCHATSESSION)"
/* the app's number of a session that is not there: messages of several then stand together */
#define SESSION_GONE                                                                               \
	"ZWAMESSAGE.ZCHATSESSION+ZWACHATSESSION.Z_PK",                                                 \
	    "CASE WHEN " SESSION("1") " IS NULL THEN ZWAMESSAGE.ZCHATSESSION END"
#define MEMBER(what)                                                                               \
	"(SELECT " what " FROM ZWAGROUPMEMBER WHERE ZWAGROUPMEMBER.Z_PK=ZWAMESSAGE.ZGROUPMEMBER)"
#define MEMBERS(label)                                                                             \
	"SELECT s.ZCONTACTJID," label ",m.ZMEMBERJID,m.ZMEMBERJID FROM ZWAGROUPMEMBER m LEFT JOIN "    \
	"ZWACHATSESSION s ON s.Z_PK=m.ZCHATSESSION ORDER BY m.Z_PK"
#define MEDIA(what)                                                                                \
	"(SELECT " what " FROM ZWAMEDIAITEM WHERE ZWAMEDIAITEM.Z_PK=ZWAMESSAGE.ZMEDIAITEM)"

/* Of a place the coordinates, of a picture in the same columns its size; of a contact the card, of a file in the same
 * column its type. */
#define IF_TYPE(type, what) "CASE ZWAMESSAGE.ZMESSAGETYPE WHEN " type " THEN " what " END"
#define UNLESS_TYPE(type, what)                                                                    \
	"CASE ZWAMESSAGE.ZMESSAGETYPE WHEN " type " THEN NULL ELSE " what " END"

static const char *const read_tables[] = {"Z_METADATA", "Z_PRIMARYKEY", "Z_MODELCACHE", NULL};

static const struct chat_store store = {
    .platform = "whatsapp",
    .form = "ChatStorage",
    .table = "ZWAMESSAGE",
    .column =
        {[ST_ROW] = {NULL, "ZWAMESSAGE.Z_PK"},
         [ST_CHAT] = {"ZWACHATSESSION.ZCONTACTJID", SESSION("ZCONTACTJID")},
         [ST_TITLE] = {"ZWACHATSESSION.ZPARTNERNAME", SESSION("ZPARTNERNAME")},
         [ST_ID] = {"ZWAMESSAGE.ZSTANZAID", "ZWAMESSAGE.ZSTANZAID"},
         [ST_SENDER] = {"ZWAGROUPMEMBER.ZCONTACTNAME+ZWAMESSAGE.ZGROUPMEMBER",
                        MEMBER("ZCONTACTNAME")},
         [ST_ADDRESS] = {"ZWAMESSAGE.ZFROMJID+ZWAGROUPMEMBER.ZMEMBERJID+ZWAMESSAGE.ZGROUPMEMBER",
                         "coalesce(" MEMBER("ZMEMBERJID") ",ZWAMESSAGE.ZFROMJID)"},
         [ST_FROM_ME] = {"ZWAMESSAGE.ZISFROMME", "ZWAMESSAGE.ZISFROMME"},
         [ST_TIME] = {"ZWAMESSAGE.ZMESSAGEDATE", "ZWAMESSAGE.ZMESSAGEDATE"},
         [ST_BODY] = {"ZWAMESSAGE.ZTEXT", "ZWAMESSAGE.ZTEXT"},
         [ST_TYPE] = {"ZWAMESSAGE.ZMESSAGETYPE", "ZWAMESSAGE.ZMESSAGETYPE"},
         [ST_MEDIA_NAME] = {"ZWAMEDIAITEM.ZMEDIALOCALPATH+ZWAMESSAGE.ZMEDIAITEM",
                            MEDIA("ZMEDIALOCALPATH")},
         [ST_MEDIA_SIZE] = {"ZWAMEDIAITEM.ZFILESIZE+ZWAMESSAGE.ZMEDIAITEM", MEDIA("ZFILESIZE")},
         [ST_MEDIA_TYPE] = {"ZWAMEDIAITEM.ZVCARDSTRING+ZWAMESSAGE.ZMEDIAITEM",
                            UNLESS_TYPE("4", MEDIA("ZVCARDSTRING"))},
         [ST_CAPTION] = {"ZWAMEDIAITEM.ZTITLE+ZWAMESSAGE.ZMEDIAITEM", MEDIA("ZTITLE")},
         [ST_REPLY] =
             {"ZWAMESSAGE.ZPARENTMESSAGE",
              "(SELECT p.ZSTANZAID FROM ZWAMESSAGE p WHERE p.Z_PK=ZWAMESSAGE.ZPARENTMESSAGE)"},
         [ST_FORWARDED] = {"ZWAMESSAGE.ZFLAGS", "(ZWAMESSAGE.ZFLAGS&384)=384"},
         [ST_KIND] = {"ZWAMESSAGE.ZGROUPEVENTTYPE", "ZWAMESSAGE.ZGROUPEVENTTYPE"},
         [ST_EXTRA] = {"ZWAMESSAGE.ZSENTDATE", "ZWAMESSAGE.ZSENTDATE"}},
    .instead = {[ST_ADDRESS] = {"ZWAMESSAGE.ZFROMJID", "ZWAMESSAGE.ZFROMJID"}},
    .fact = {{"latitude", "ZWAMEDIAITEM.ZLATITUDE+ZWAMESSAGE.ZMEDIAITEM",
              IF_TYPE("5", MEDIA("ZLATITUDE"))},
             {"longitude", "ZWAMEDIAITEM.ZLONGITUDE+ZWAMESSAGE.ZMEDIAITEM",
              IF_TYPE("5", MEDIA("ZLONGITUDE"))},
             {"vcard", "ZWAMEDIAITEM.ZVCARDSTRING+ZWAMESSAGE.ZMEDIAITEM",
              IF_TYPE("4", MEDIA("ZVCARDSTRING"))},
             {"vcardName", "ZWAMEDIAITEM.ZVCARDNAME+ZWAMESSAGE.ZMEDIAITEM", MEDIA("ZVCARDNAME")},
             {"mediaUrl", "ZWAMEDIAITEM.ZMEDIAURL+ZWAMESSAGE.ZMEDIAITEM", MEDIA("ZMEDIAURL")},
             {"mediaSeconds", "ZWAMEDIAITEM.ZMOVIEDURATION+ZWAMESSAGE.ZMEDIAITEM",
              MEDIA("ZMOVIEDURATION")},
             {"memberFirstName", "ZWAGROUPMEMBER.ZFIRSTNAME+ZWAMESSAGE.ZGROUPMEMBER",
              MEMBER("ZFIRSTNAME")},
             {"pushName",
              "ZWAPROFILEPUSHNAME.ZPUSHNAME+ZWAPROFILEPUSHNAME.ZJID+ZWAGROUPMEMBER.ZMEMBERJID+"
              "ZWAMESSAGE.ZFROMJID+ZWAMESSAGE.ZGROUPMEMBER",
              "(SELECT max(ZWAPROFILEPUSHNAME.ZPUSHNAME) FROM ZWAPROFILEPUSHNAME WHERE "
              "ZWAPROFILEPUSHNAME.ZJID=coalesce(" MEMBER("ZMEMBERJID") ",ZWAMESSAGE.ZFROMJID))"},
             {"messagePushName", "ZWAMESSAGE.ZPUSHNAME", "ZWAMESSAGE.ZPUSHNAME"},
             {"session", SESSION_GONE},
             {"status", "ZWAMESSAGE.ZMESSAGESTATUS", "ZWAMESSAGE.ZMESSAGESTATUS"},
             {"errorStatus", "ZWAMESSAGE.ZMESSAGEERRORSTATUS", "ZWAMESSAGE.ZMESSAGEERRORSTATUS"},
             {"flags", "ZWAMESSAGE.ZFLAGS", "ZWAMESSAGE.ZFLAGS"},
             {"starred", "ZWAMESSAGE.ZSTARRED", "ZWAMESSAGE.ZSTARRED"},
             {"toJid", "ZWAMESSAGE.ZTOJID", "ZWAMESSAGE.ZTOJID"}},
    .chats = "SELECT coalesce(ZCONTACTJID,''),ZPARTNERNAME FROM ZWACHATSESSION ORDER BY Z_PK",
    .chats_table = "ZWACHATSESSION",
    .member =
        {{"ZWAGROUPMEMBER",
          {"ZWAGROUPMEMBER.ZCHATSESSION+ZWAGROUPMEMBER.ZMEMBERJID+ZWAGROUPMEMBER.ZCONTACTNAME+"
           "ZWACHATSESSION.ZCONTACTJID",
           MEMBERS("m.ZCONTACTNAME")},
          {"ZWAGROUPMEMBER.ZCHATSESSION+ZWAGROUPMEMBER.ZMEMBERJID+ZWACHATSESSION.ZCONTACTJID",
           MEMBERS("NULL")}}},
    .read_tables = read_tables,
    .from = "ZWAMESSAGE NOT INDEXED ORDER BY ZWAMESSAGE.Z_PK",
    .finish = finish,
};

static unsigned probe(struct evd_view head, const struct evd_input *in)
{
	return chat_store_probe(in, head, "ZWAMESSAGE", "ZMESSAGEDATE");
}

static int read_item(const struct evd_input *in, struct evd_sink *sink, struct evd_error *err)
{
	return chat_store_read(in, &store, 1, sink, err);
}

const struct evd_format evd_format_chat_wa_ios = {
    .name = "chat-wa-ios",
    .version = "1",
    .spec = "WhatsApp for iOS ChatStorage.sqlite",
    .confirmed = false,
    .probe = probe,
    .read = read_item,
    .warm = evd_sqlite_warm,
};
