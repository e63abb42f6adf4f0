#!/usr/bin/env python3
"""Writes samples whose facts stand beside the message: in side tables of databases, in members and elements that few
exports have. Counts by hand. Run from tests/formats."""
import json

from samples import JPEG, db, put, zipped

# place; two cards; answer with the words answered; notice about two people; edit with its time; poll; picture without a
# row of its own; a chat in which nothing stands any more; a table and a column that nobody knows
db("chat-wa-android", "side-msgstore.db", [
    "CREATE TABLE jid(_id INTEGER PRIMARY KEY, raw_string TEXT)",
    "CREATE TABLE chat(_id INTEGER PRIMARY KEY, jid_row_id INTEGER, subject TEXT)",
    "CREATE TABLE message(_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, key_id TEXT, sender_jid_row_id INTEGER, timestamp INTEGER, message_type INTEGER, text_data TEXT, received_timestamp INTEGER, brand_new TEXT, always_zero INTEGER)",
    "CREATE TABLE message_location(message_row_id INTEGER PRIMARY KEY, latitude REAL, longitude REAL, place_name TEXT)",
    "CREATE TABLE message_vcard(_id INTEGER PRIMARY KEY, message_row_id INTEGER, vcard TEXT)",
    "CREATE TABLE message_quoted(message_row_id INTEGER PRIMARY KEY, key_id TEXT, text_data TEXT)",
    "CREATE TABLE message_system(message_row_id INTEGER PRIMARY KEY, action_type INTEGER)",
    "CREATE TABLE message_system_chat_participant(message_row_id INTEGER, user_jid_row_id INTEGER)",
    "CREATE TABLE message_edit_info(message_row_id INTEGER PRIMARY KEY, original_key_id TEXT, edited_timestamp INTEGER)",
    "CREATE TABLE message_poll_option(_id INTEGER PRIMARY KEY, message_row_id INTEGER, option_name TEXT)",
    "CREATE TABLE receipt_user(_id INTEGER PRIMARY KEY, message_row_id INTEGER, read_timestamp INTEGER)",
    "CREATE TABLE empty_table(_id INTEGER PRIMARY KEY)",
    "INSERT INTO jid VALUES(1,'38761123456@s.whatsapp.net'),(2,'38761999999@s.whatsapp.net')",
    "INSERT INTO chat VALUES(1,1,NULL),(2,2,NULL)",
    "INSERT INTO message VALUES(1,1,0,'A1',0,1706710000000,5,NULL,1706710000500,NULL,0)",
    "INSERT INTO message VALUES(2,1,0,'A2',0,1706710001000,4,NULL,NULL,NULL,0)",
    "INSERT INTO message VALUES(3,1,1,'A3',0,1706710002000,0,'odgovor',NULL,NULL,0)",
    "INSERT INTO message VALUES(4,1,0,'A4',0,1706710003000,7,NULL,NULL,NULL,0)",
    "INSERT INTO message VALUES(5,1,0,'A5',0,1706710004000,0,'posle',NULL,'novo',0)",
    "INSERT INTO message VALUES(6,1,0,'A6',0,1706710005000,66,'Kad?',NULL,NULL,0)",
    "INSERT INTO message VALUES(7,1,0,'A7',0,1706710006000,1,NULL,NULL,NULL,0)",
    "INSERT INTO message_location VALUES(1,43.856,18.413,'Dom')",
    "INSERT INTO message_vcard VALUES(1,2,'BEGIN:VCARD prva'),(2,2,'BEGIN:VCARD druga'),(3,99,'nicija')",
    "INSERT INTO message_quoted VALUES(3,'A0','Ubicu te')",
    "INSERT INTO message_system VALUES(4,12)", "INSERT INTO message_system_chat_participant VALUES(4,1),(4,2)",
    "INSERT INTO message_edit_info VALUES(5,'A5o',1706710009000)",
    "INSERT INTO message_poll_option VALUES(1,6,'petak'),(2,6,'subota')", "INSERT INTO receipt_user VALUES(1,3,1706710002500)",
], """conversation 2
    message 7
    type.location 1
    type.contact 1
    type.text 2
    type.system 1
    type.poll 1
    type.attachment 1
    attachment 1
    state.absent 1
    detail.latitude 1
    detail.longitude 1
    detail.placeName 1
    detail.vcards 1
    detail.concerned 1
    detail.pollOptions 1
    detail.receivedRaw 1
    detail.originalId 1
    edited 1
    reply 1
    observation.rows-without-message 1
    observation.tables-not-read 1
    observation.columns-not-read 1""")
db("chat-wa-android", "old-side-msgstore.db", [
    "CREATE TABLE messages(_id INTEGER PRIMARY KEY, key_remote_jid TEXT, key_from_me INTEGER, key_id TEXT, status INTEGER, data TEXT, timestamp INTEGER, media_wa_type TEXT, media_name TEXT, media_size INTEGER, media_caption TEXT, latitude REAL, longitude REAL, quoted_row_id INTEGER)",
    "CREATE TABLE messages_quotes(_id INTEGER PRIMARY KEY, key_id TEXT, data TEXT)",
    "INSERT INTO messages VALUES(1,'38761123456@s.whatsapp.net',0,'B1',0,NULL,1500000000000,'1','IMG.jpg',9,'pogledaj ovo',0.0,0.0,0)",
    "INSERT INTO messages VALUES(2,'38761123456@s.whatsapp.net',0,'B2',0,NULL,1500000001000,'5',NULL,0,NULL,43.856,18.413,0)",
    "INSERT INTO messages VALUES(3,'38761123456@s.whatsapp.net',1,'B3',6,'Grupa',1500000002000,'0',NULL,11,NULL,0.0,0.0,0)",
    "INSERT INTO messages VALUES(4,'38761123456@s.whatsapp.net',1,'B4',5,'da',1500000003000,'0',NULL,0,NULL,0.0,0.0,7)",
    "INSERT INTO messages_quotes VALUES(7,'B1','pogledaj ovo')",
], """conversation 1
    message 4
    type.attachment 1
    type.location 1
    type.system 1
    type.text 1
    caption 1
    reply 1
    detail.latitude 1
    detail.longitude 1
    attachment 1""")
db("chat-wa-ios", "side.sqlite", [
    "CREATE TABLE ZWACHATSESSION(Z_PK INTEGER PRIMARY KEY, ZCONTACTJID VARCHAR, ZPARTNERNAME VARCHAR)",
    "CREATE TABLE ZWAGROUPMEMBER(Z_PK INTEGER PRIMARY KEY, ZMEMBERJID VARCHAR, ZCONTACTNAME VARCHAR)",
    "CREATE TABLE ZWAPROFILEPUSHNAME(Z_PK INTEGER PRIMARY KEY, ZJID VARCHAR, ZPUSHNAME VARCHAR)",
    "CREATE TABLE ZWAMEDIAITEM(Z_PK INTEGER PRIMARY KEY, ZMEDIALOCALPATH VARCHAR, ZFILESIZE INTEGER, ZTITLE VARCHAR, ZLATITUDE FLOAT, ZLONGITUDE FLOAT, ZVCARDSTRING VARCHAR, ZVCARDNAME VARCHAR, ZMEDIAURL VARCHAR)",
    "CREATE TABLE ZWAMESSAGE(Z_PK INTEGER PRIMARY KEY, ZCHATSESSION INTEGER, ZGROUPMEMBER INTEGER, ZMEDIAITEM INTEGER, ZPARENTMESSAGE INTEGER, ZGROUPEVENTTYPE INTEGER, ZISFROMME INTEGER, ZMESSAGETYPE INTEGER, ZMESSAGEDATE TIMESTAMP, ZSENTDATE TIMESTAMP, ZFROMJID VARCHAR, ZSTANZAID VARCHAR, ZTEXT VARCHAR)",
    "INSERT INTO ZWACHATSESSION VALUES(1,'120363@g.us','Grupa'),(2,'38761999999@s.whatsapp.net','Prazan')",
    "INSERT INTO ZWAGROUPMEMBER VALUES(1,'38761123456@s.whatsapp.net',NULL)",
    "INSERT INTO ZWAPROFILEPUSHNAME VALUES(1,'38761123456@s.whatsapp.net','Emir')",
    # of a picture the coordinates' columns hold its size: they are no place
    "INSERT INTO ZWAMEDIAITEM VALUES(1,NULL,0,NULL,43.856,18.413,NULL,NULL,NULL),(2,NULL,0,NULL,NULL,NULL,'BEGIN:VCARD','Ana',NULL),(3,'Media/a.jpg',9,'pogledaj ovo',640.0,480.0,'image/jpeg',NULL,'https://example.org/x')",
    "INSERT INTO ZWAMESSAGE VALUES(1,1,1,1,NULL,NULL,0,5,728402800,728402799,'120363@g.us','S1',NULL)",
    "INSERT INTO ZWAMESSAGE VALUES(2,1,1,2,NULL,NULL,0,4,728402801,NULL,'120363@g.us','S2',NULL)",
    "INSERT INTO ZWAMESSAGE VALUES(3,1,1,3,NULL,NULL,0,1,728402802,NULL,'120363@g.us','S3',NULL)",
    "INSERT INTO ZWAMESSAGE VALUES(4,1,1,NULL,NULL,2,0,6,728402803,NULL,'120363@g.us','S4',NULL)",
    "INSERT INTO ZWAMESSAGE VALUES(5,1,NULL,NULL,3,NULL,1,0,728402804,728402804.5,NULL,'S5','odgovor')",
    "INSERT INTO ZWAMESSAGE VALUES(6,1,1,NULL,NULL,NULL,0,2,728402805,NULL,'120363@g.us','S6',NULL)",
], """conversation 2
    message 6
    type.location 1
    type.contact 1
    type.attachment 2
    type.system 1
    type.text 1
    attachment 2
    state.absent 2
    caption 1
    reply 1
    detail.latitude 1
    detail.longitude 1
    detail.vcard 1
    detail.vcardName 1
    detail.mediaUrl 1
    detail.pushName 5
    number.+38761123456 5
    detail.sentUtc 2
    observation.tables-not-read 0
    observation.columns-not-read 0""")
db("chat-imessage", "side.db", [
    "CREATE TABLE handle(ROWID INTEGER PRIMARY KEY, id TEXT)",
    "CREATE TABLE chat(ROWID INTEGER PRIMARY KEY, chat_identifier TEXT, display_name TEXT)",
    "CREATE TABLE chat_message_join(chat_id INTEGER, message_id INTEGER)",
    "CREATE TABLE deleted_messages(ROWID INTEGER PRIMARY KEY, guid TEXT)",
    "CREATE TABLE message(ROWID INTEGER PRIMARY KEY, guid TEXT, text TEXT, handle_id INTEGER, is_from_me INTEGER, date INTEGER, date_read INTEGER, date_delivered INTEGER, subject TEXT, service TEXT, item_type INTEGER, group_title TEXT, group_action_type INTEGER, other_handle INTEGER, associated_message_type INTEGER, associated_message_guid TEXT, associated_message_emoji TEXT, unheard_of BLOB)",
    "INSERT INTO handle VALUES(1,'+38761123456'),(2,'emir@example.org')",
    "INSERT INTO chat VALUES(1,'chat1','Grupa'),(2,'chat2','Druga'),(3,'chat3','Prazna')",
    "INSERT INTO message VALUES(1,'G1','Zdravo',1,0,728402800000000000,728402860000000000,728402801000000000,'Naslov','SMS',0,NULL,0,0,0,NULL,NULL,NULL)",
    "INSERT INTO message VALUES(2,'G2',NULL,1,0,728402802000000000,0,0,NULL,'iMessage',2,'Novo ime',0,0,0,NULL,NULL,NULL)",
    "INSERT INTO message VALUES(3,'G3',NULL,1,0,728402803000000000,0,0,NULL,'iMessage',1,NULL,1,2,0,NULL,NULL,NULL)",
    "INSERT INTO message VALUES(4,'G4',NULL,1,0,728402804000000000,0,0,NULL,'iMessage',0,NULL,0,0,2006,'p:0/G1','🔥',x'01')",
    "INSERT INTO chat_message_join VALUES(1,1),(2,1),(1,2),(1,3),(1,4)",
    "INSERT INTO deleted_messages VALUES(1,'G0')",
], """conversation 3
    message 4
    type.text 1
    type.system 3
    event.service 2
    event.reaction 1
    reply 1
    detail.subject 1
    detail.service 4
    detail.groupTitle 1
    detail.groupAction 1
    detail.concerned 1
    detail.emoji 1
    detail.readUtc 1
    detail.deliveredUtc 1
    detail.chats 1
    observation.tables-not-read 1
    observation.columns-not-read 1""")


def say(n, more):
    return dict({"id": str(n), "type": "Default", "timestamp": "2024-01-31T15:06:%02d+01:00" % n, "timestampEdited": None,
                 "isPinned": False, "content": "", "author": {"id": "111", "name": "ana", "discriminator": "0000", "isBot": False},
                 "attachments": [], "embeds": [], "stickers": [], "reactions": [], "mentions": []}, **more)


# a sticker alone; a message passed on with its file; words with a preview and a mention; the export was asked for a
# span of time; a member of the whole file that nobody knows
put("chat-discord", "side.json", json.dumps({
    "guild": {"id": "0", "name": "Direct Messages"}, "channel": {"id": "2", "type": "DirectTextChat", "name": "ana", "topic": "t"},
    "dateRange": {"after": "2024-01-31T00:00:00+01:00", "before": None}, "exportedAt": "2024-02-03T00:00:00+01:00", "brandNew": 1,
    "messages": [
        say(1, {"stickers": [{"id": "9", "name": "Talas", "format": "PNG", "sourceUrl": "https://example.org/s.png"}]}),
        say(2, {"reference": {"type": "Forward", "messageId": "77", "channelId": "3", "guildId": "1"},
                "forwardedMessage": {"timestamp": "2024-01-01T00:00:00+01:00", "content": "prosledjeno",
                                     "attachments": [{"id": "8", "url": "https://example.org/f.jpg", "fileName": "f.jpg", "fileSizeBytes": 4}]}}),
        say(3, {"content": "vidi", "embeds": [{"title": "Naslov", "url": "https://example.org"}], "mentions": [{"id": "112", "name": "emir"}]}),
    ], "messageCount": 3}, ensure_ascii=False), """conversation 1
    message 3
    type.attachment 1
    type.text 2
    attachment 2
    state.remote 2
    reply 0
    forwarded 1
    detail.otherMembers 2
    observation.unknown-field 1
    observation.wrong-count 0""")
put("chat-discord", "package-files.json", json.dumps([
    {"ID": 1202253620838400001, "Timestamp": "2024-01-31 14:06:40", "Contents": "", "Attachments": "https://example.org/a.jpg https://example.org/b.jpg"},
    {"ID": 1202253620838400002, "Timestamp": "2024-01-31 14:06:41", "Contents": "samo reči", "Attachments": ""},
], ensure_ascii=False), """conversation 1
    message 2
    type.attachment 1
    type.text 1
    attachment 2
    state.remote 2
    observation.own-messages-only 1""")
# who is in a group and never wrote: one who wrote, one who did not, one by a LID whose number is known, one whose LID is
# not; a group that is not there; an account that is not there
db("chat-wa-android", "members-msgstore.db", [
    "CREATE TABLE jid(_id INTEGER PRIMARY KEY, raw_string TEXT)",
    "CREATE TABLE jid_map(lid_row_id INTEGER PRIMARY KEY, jid_row_id INTEGER)",
    "CREATE TABLE chat(_id INTEGER PRIMARY KEY, jid_row_id INTEGER, subject TEXT)",
    "CREATE TABLE message(_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, key_id TEXT, sender_jid_row_id INTEGER, timestamp INTEGER, message_type INTEGER, text_data TEXT)",
    "CREATE TABLE group_participant_user(_id INTEGER PRIMARY KEY, group_jid_row_id INTEGER, user_jid_row_id INTEGER, rank INTEGER)",
    "INSERT INTO jid VALUES(1,'120363@g.us'),(2,'38761123456@s.whatsapp.net'),(3,'38761999999@s.whatsapp.net'),(4,'77@lid'),(5,'88@lid'),(6,'38762222222@s.whatsapp.net'),(7,'120364@g.us')",
    "INSERT INTO jid_map VALUES(4,6)",
    "INSERT INTO chat VALUES(1,1,'Grupa')",
    "INSERT INTO message VALUES(1,1,0,'A1',2,1706710000000,0,'Zdravo')",
    "INSERT INTO message VALUES(2,1,0,'A2',4,1706710001000,0,'i ja')",
    "INSERT INTO group_participant_user VALUES(1,1,2,2),(2,1,3,0),(3,1,4,0),(4,1,5,0),(5,7,3,0),(6,1,99,0)",
], """conversation 1
    message 2
    type.text 2
    participant 4
    silent 2
    number.+38762222222 1
    observation.members-not-placed 1
    observation.tables-not-read 0""")
# receipts: of two people, one of whom also read and played; of one not yet read (0, -1) whose account is not there; of a
# message that is not there; more of them than are kept
db("chat-wa-android", "receipts-msgstore.db", [
    "CREATE TABLE jid(_id INTEGER PRIMARY KEY, raw_string TEXT)",
    "CREATE TABLE chat(_id INTEGER PRIMARY KEY, jid_row_id INTEGER, subject TEXT)",
    "CREATE TABLE message(_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, key_id TEXT, sender_jid_row_id INTEGER, timestamp INTEGER, message_type INTEGER, text_data TEXT)",
    "CREATE TABLE receipt_user(_id INTEGER PRIMARY KEY, message_row_id INTEGER, receipt_user_jid_row_id INTEGER, receipt_timestamp INTEGER, read_timestamp INTEGER, played_timestamp INTEGER)",
    "INSERT INTO jid VALUES(1,'120363@g.us'),(2,'38761123456@s.whatsapp.net'),(3,'38761999999@s.whatsapp.net')",
    "INSERT INTO chat VALUES(1,1,'Grupa')",
    "INSERT INTO message VALUES(1,1,1,'A1',0,1706710000000,2,NULL)",
    "INSERT INTO message VALUES(2,1,1,'A2',0,1706710001000,0,'Zdravo')",
    "INSERT INTO message VALUES(3,1,1,'A3',0,1706710002000,0,'svima')",
    "INSERT INTO message VALUES(4,1,1,'A4',0,1706710003000,0,'bez potvrde')",
    "INSERT INTO receipt_user VALUES(1,1,2,1706710000500,1706710060000,1706710061000),(2,1,3,1706710000700,0,NULL),(3,2,99,1706710001500,-1,0),(4,77,2,1706710001500,NULL,NULL)",
    "INSERT INTO receipt_user WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n WHERE x<501) SELECT x+10,3,2,1706710002000+x,NULL,NULL FROM n",
], """conversation 1
    message 4
    type.text 3
    type.attachment 1
    detail.receipts 3
    listed.receipts 504
    cut.receipts 1
    receipt.delivered 503
    receipt.read 1
    receipt.played 1
    receipt.by 502
    observation.rows-without-message 1
    observation.tables-not-read 0""")
# before 2022, oneself without an account; a table of that name whose columns are others is said as before
db("chat-wa-android", "old-members-msgstore.db", [
    "CREATE TABLE messages(_id INTEGER PRIMARY KEY, key_remote_jid TEXT, key_from_me INTEGER, key_id TEXT, remote_resource TEXT, data TEXT, timestamp INTEGER, media_wa_type TEXT)",
    "CREATE TABLE group_participants(_id INTEGER PRIMARY KEY, gjid TEXT, jid TEXT, admin INTEGER)",
    "CREATE TABLE group_participant_user(_id INTEGER PRIMARY KEY, other TEXT)",
    "INSERT INTO messages VALUES(1,'120363@g.us',0,'B1','38761123456@s.whatsapp.net','Zdravo',1500000000000,'0')",
    "INSERT INTO group_participants VALUES(1,'120363@g.us','38761123456@s.whatsapp.net',1),(2,'120363@g.us','38761999999@s.whatsapp.net',0),(3,'120363@g.us','',0)",
    "INSERT INTO group_participant_user VALUES(1,'x')",
], """conversation 1
    message 1
    participant 2
    silent 1
    observation.members-not-placed 1
    observation.tables-not-read 1""")
# two who are in the group, one of whom wrote; one of a group that has no row
db("chat-wa-ios", "members.sqlite", [
    "CREATE TABLE ZWACHATSESSION(Z_PK INTEGER PRIMARY KEY, ZCONTACTJID VARCHAR, ZPARTNERNAME VARCHAR)",
    "CREATE TABLE ZWAGROUPMEMBER(Z_PK INTEGER PRIMARY KEY, ZCHATSESSION INTEGER, ZMEMBERJID VARCHAR, ZCONTACTNAME VARCHAR)",
    "CREATE TABLE ZWAMESSAGE(Z_PK INTEGER PRIMARY KEY, ZCHATSESSION INTEGER, ZGROUPMEMBER INTEGER, ZISFROMME INTEGER, ZMESSAGETYPE INTEGER, ZMESSAGEDATE TIMESTAMP, ZFROMJID VARCHAR, ZSTANZAID VARCHAR, ZTEXT VARCHAR)",
    "INSERT INTO ZWACHATSESSION VALUES(1,'120363@g.us','Grupa'),(2,'120364@g.us','Prazna')",
    "INSERT INTO ZWAGROUPMEMBER VALUES(1,1,'38761123456@s.whatsapp.net','Emir'),(2,1,'38762222222@s.whatsapp.net','Ana'),(3,2,'38762222222@s.whatsapp.net','Ana'),(4,9,'38762222222@s.whatsapp.net','Ana')",
    "INSERT INTO ZWAMESSAGE VALUES(1,1,1,0,0,728402800,'120363@g.us','S1','Zdravo')",
], """conversation 2
    message 1
    participant 3
    silent 2
    observation.members-not-placed 1""")
# a number that wrote, an address that did not; in an empty conversation too; a handle that has no row
db("chat-imessage", "members.db", [
    "CREATE TABLE handle(ROWID INTEGER PRIMARY KEY, id TEXT)",
    "CREATE TABLE chat(ROWID INTEGER PRIMARY KEY, chat_identifier TEXT, display_name TEXT)",
    "CREATE TABLE chat_message_join(chat_id INTEGER, message_id INTEGER)",
    "CREATE TABLE chat_handle_join(chat_id INTEGER, handle_id INTEGER)",
    "CREATE TABLE message(ROWID INTEGER PRIMARY KEY, guid TEXT, text TEXT, handle_id INTEGER, is_from_me INTEGER, date INTEGER)",
    "INSERT INTO handle VALUES(1,'+38761123456'),(2,'emir@example.org')",
    "INSERT INTO chat VALUES(1,'chat1','Grupa'),(2,'chat2','Prazna')",
    "INSERT INTO message VALUES(1,'G1','Zdravo',1,0,728402800000000000)",
    "INSERT INTO chat_message_join VALUES(1,1)",
    "INSERT INTO chat_handle_join VALUES(1,1),(1,2),(2,1),(1,7)",
], """conversation 2
    message 1
    participant 3
    silent 2
    number.+38761123456 1
    observation.members-not-placed 1
    observation.tables-not-read 0""")
# what an app posted, whose words are in attachments; one file as before 2018; blocks without a text
put("chat-slack", "2024-02-03.json", json.dumps([
    {"type": "message", "subtype": "bot_message", "bot_id": "B1", "text": "", "ts": "1706965509.000001", "attachments": [{"fallback": "Pretnja", "text": "Znam gde si"}]},
    {"type": "message", "subtype": "file_share", "user": "U1", "text": "", "ts": "1706965510.000001", "file": {"id": "F1", "name": "a.jpg", "mimetype": "image/jpeg", "size": 9, "url_private": "https://example.org/a.jpg"}},
    {"type": "message", "user": "U1", "text": "", "ts": "1706965511.000001", "blocks": [{"type": "rich_text", "text": "u bloku"}]},
    {"type": "message", "user": "U1", "text": "reči", "ts": "1706965512.000001", "blocks": [{"type": "rich_text", "text": "reči"}]},
], ensure_ascii=False), """conversation 1
    message 4
    type.text 3
    type.attachment 1
    attachment 1
    state.remote 1
    caption 1
    detail.otherMembers 2
    observation.unknown-field 0""")

# who is in a conversation, the lists behind the messages: a channel with topic, one who is in it and wrote nothing, one who
# wrote and is not in it; direct messages with one who is in no list of people; several people; two conversations of one name;
# an archived channel without messages; a member without an id; an element that is no conversation
zipped("chat-slack", "members.zip", [
    ("general/2016-01-15.json", json.dumps([
        {"type": "message", "user": "U1", "text": "svima", "ts": "1452837318.000002"},
        {"type": "message", "user": "U9", "text": "gost", "ts": "1452837319.000002", "user_profile": {"real_name": "Gost"}}])),
    ("D1/2016-01-15.json", json.dumps([{"type": "message", "user": "U1", "text": "nasamo", "ts": "1452837320.000002"}])),
    ("mpdm-ana--emir--eva-1/2016-01-15.json", json.dumps([{"type": "message", "user": "U2", "text": "troje", "ts": "1452837321.000002"}])),
    ("tajni/2016-01-15.json", json.dumps([{"type": "message", "user": "U1", "text": "koji?", "ts": "1452837322.000002"}])),
    ("channels.json", json.dumps([
        {"id": "C1", "name": "general", "created": 1452837000, "creator": "U1", "is_archived": False, "is_general": True, "members": ["U1", "U2", "U3"],
         "topic": {"value": "Posao", "creator": "U1", "last_set": 1452837001}, "purpose": {"value": "", "creator": "", "last_set": 0}, "previous_names": ["opste"]},
        {"id": "C2", "name": "arhiva", "is_archived": True, "members": ["U2"]}])),
    ("groups.json", json.dumps([{"id": "G1", "name": "tajni", "members": ["U1", ""]}, {"id": "G2", "name": "tajni", "members": ["U3"]}])),
    ("dms.json", json.dumps([{"id": "D1", "created": 1452837000, "members": ["U1", "U4"]}])),
    ("mpims.json", json.dumps([{"id": "M1", "name": "mpdm-ana--emir--eva-1", "members": ["U1", "U2", "U3"]}, 7])),
    ("users.json", json.dumps([{"id": "U1", "name": "ana", "real_name": "Ana A"}, {"id": "U2", "name": "emir"}, {"id": "U3", "name": "eva"}]))], """conversation 7
    title general
    message 5
    type.text 5
    sender.Ana A 3
    sender.Gost 1
    sender.emir 1
    participant 13
    silent 8
    observation.members-not-placed 2
    observation.unknown-field 0
    unread 1
    unreadBytes 1""")

def frame(n, **more):
    return {"chatItem": dict({"chatId": "7", "authorId": "2", "dateSent": str(1715636551000 + n), "incoming": {"dateReceived": "1715636551500", "dateServerSent": "1715636551400"}}, **more)}


# a name in the phone's address book alone; a list for stories; a text that goes on in a file; an answer to a story; a
# poll with votes; a link's preview; what became of a message on its way; a payment; a call by a link
own = frame(6, standardMessage={"text": {"body": "moja"}})
del own["chatItem"]["incoming"]
own["chatItem"]["outgoing"] = {"sendStatus": [{"recipientId": "2", "timestamp": "1715636552000", "read": {"sealedSender": True}}]}
put("chat-signal", "side.jsonl", "".join(json.dumps(x, ensure_ascii=False) + "\n" for x in [
    {"version": "1", "backupTimeMs": "1715636551000"},
    {"recipient": {"id": "2", "contact": {"systemGivenName": "Emir", "systemFamilyName": "H", "e164": "38761123456"}}},
    {"recipient": {"id": "3", "distributionList": {"distributionListId": "AA==", "distributionList": {"name": "Priče"}}}},
    {"chat": {"id": "7", "recipientId": "2"}}, {"chat": {"id": "8", "recipientId": "3"}},
    frame(1, standardMessage={"text": {"body": "početak"}, "longText": {"contentType": "text/x-signal-plain", "locatorInfo": {"key": "AA==", "size": 5000, "encryptedDigest": "AA==", "transitCdnKey": "k", "transitCdnNumber": 3}}}),
    frame(2, directStoryReplyMessage={"textReply": {"text": {"body": "na priču"}}}),
    frame(3, poll={"question": "Kad?", "options": [{"option": "Sad", "votes": [{"voterId": "2", "voteCount": 1}]}, {"option": "Sutra"}]}),
    frame(4, standardMessage={"text": {"body": "https://example.org", "bodyRanges": [{"start": 0, "length": 5, "style": "BOLD"}]}, "linkPreview": [{"url": "https://example.org", "title": "T"}]}),
    frame(5, paymentNotification={"amountMob": "1"}), own,
    frame(7, chatId="8", standardMessage={"text": {"body": "priča"}}),
    frame(8, neverHeardOf={"text": "x"}),
    {"adHocCall": {"callId": "1", "recipientId": "3"}},
]), """conversation 2
    title Emir H
    message 8
    type.text 5
    type.poll 1
    type.system 1
    type.unsupported 1
    flag.body-cut 1
    flag.unknown-type 1
    attachment 1
    state.not-exported 1
    detail.pollAnswers 1
    detail.sendStatus 1
    detail.receivedUtc 7
    detail.serverSentUtc 7
    detail.otherMembers 4
    sender.Emir H 8
    number.+38761123456 8
    observation.rows-without-message 1""")


def page(thread, number, texts):
    """A file of a thread as an HTML download has it."""
    cards = "".join('<div class="pam _a6-g"><h2 class="_a6-h">%s</h2><div class="_a6-p"><div>%s</div></div><div class="_a6-o">Apr 2%d, 2025 10:2%d am</div></div>' %
                    (who, text, 5 - number % 5, 9 - i) for i, (who, text) in enumerate(texts))
    return ("your_facebook_activity/messages/%s/message_%d.html" % (thread, number),
            '<!DOCTYPE html><html><head><title>%s</title></head><body><main>%s</main></body></html>' % (thread[6:], cards))


# of one thread the files 1, 2 and 4: one conversation, of which 3 is not here; of another one file twice
zipped("chat-meta-html", "parts.zip", [
    page("inbox/ana_1", 1, [("Ana", "peta"), ("Ja", "cetvrta")]), page("inbox/ana_1", 2, [("Ana", "treca")]),
    page("inbox/ana_1", 4, [("Ana", "prva")]), page("inbox/eva_2", 1, [("Eva", "sama")]),
    ("kopija/" + page("inbox/eva_2", 1, [])[0], page("inbox/eva_2", 1, [("Eva", "sama")])[1])], """conversation 2
    title ana_1
    message 6
    type.text 6
    sender.Ana 3
    sender.Eva 2
    observation.parts-missing 1
    observation.part-twice 1
    observation.part-full 0""")


def telegram(number, inner, who="Ana"):
    return ('<div class="message default clearfix" id="message%d"><div class="body"><div class="pull_right date details" title="03.02.2024 14:05:%02d UTC+01:00">14:05</div>'
            '<div class="from_name">%s</div>%s</div></div>' % (number, number, who, inner))


def media(classes, title, description="", status="", href=""):
    tag = "a" if href else "div"
    return ('<div class="media_wrap clearfix"><%s class="media clearfix pull_left %s"%s><div class="fill pull_left"></div><div class="body"><div class="title bold">%s</div>%s%s</div></%s></div>'
            % (tag, classes, ' href="%s"' % href if href else "", title, '<div class="description">%s</div>' % description if description else "",
               '<div class="status details">%s</div>' % status if status else "", tag))


# poll, contact, call, place, file that was not exported and why, address behind words, reactions, author, buttons
put("chat-telegram-html", "side.html", '<!DOCTYPE html><html><head><title>Exported Data</title></head><body><div class="page_wrap"><div class="page_header"><div class="content"><div class="text bold">Ana</div></div></div><div class="page_body chat_page"><div class="history">' + "".join([
    telegram(1, '<div class="media_wrap clearfix"><div class="media_poll"><div class="question bold">Kad?</div><div class="details">Anonymous poll</div><div class="answer">- petak <span class="details">2 votes</span></div><div class="answer">- subota</div><div class="total details">2 votes</div></div></div>'),
    telegram(2, media("block_link media_contact", "Emir H", status="+387 61 123 456")),
    telegram(3, media("media_call success", "Ana", status="Outgoing (5 seconds)")),
    telegram(4, media("block_link media_location", "Location", status="43.856, 18.413", href="https://maps.google.com/maps?q=43.856,18.413")),
    telegram(5, media("media_file", "spisak.pdf", description="Not included, change data exporting settings to download.", status="12.3 KB")),
    telegram(6, '<div class="text">vidi <a href="https://example.org/tajno">ovo</a> i <a href="https://example.org/javno">https://example.org/javno</a></div>'
                '<span class="reactions"><span class="reaction"><span class="emoji">👍</span><span class="userpics"><div class="userpic userpic2"><div class="initials" title="Emir">E</div></div></span></span>'
                '<span class="reaction active"><span class="emoji">❤</span><span class="count">3</span></span></span>'),
    telegram(7, '<div class="text">objava</div><div class="signature details">Urednik</div><table class="bot_buttons_table"><tr class="row"><td class="bot_button"><div>Kupi</div></td><td class="bot_button"><div>Idi</div></td></tr></table>'),
]) + '</div></div></div></body></html>', """conversation 1
    message 7
    type.poll 1
    type.contact 1
    type.call 1
    type.location 1
    type.attachment 1
    type.text 2
    attachment 1
    state.not-exported 1
    caption 1
    reactions 1
    listed.reactions 2
    detail.pollAnswers 1
    detail.contactName 1
    detail.contactNumber 1
    detail.place 1
    detail.placeUrl 1
    detail.links 1
    detail.author 1
    detail.buttons 1""")


# as export_output_html.cpp (tdesktop, August 2025) writes them: joined messages have no name of their own, and forwards of one
# account within 900 s none of its either, nor a date
def written(number, time, inner, who=""):
    return ('<div class="message default clearfix%s" id="message%d"><div class="body"><div class="pull_right date details" title="03.02.2024 %s UTC+01:00">%s</div>'
            '%s%s</div></div>' % ("" if who else " joined", number, time, time[:5], '<div class="from_name">\n%s\n</div>' % who if who else "", inner))


def forwarded(inner, whom="", date='title="30.01.2024 10:00:00 UTC+01:00"'):
    return (('<div class="pull_left forwarded userpic_wrap"><div class="userpic userpic5"><div class="initials">M</div></div></div>' if whom else "")
            + '<div class="forwarded body">' + ('<div class="from_name">\n%s<span class="%sdetails" %s> 30.01.2024 10:00:00</span>\n</div>' % (whom, "date " if date else "", date) if whom else "")
            + inner + '</div>')


def words(text):
    return '<div class="text">\n%s\n</div>' % text


def telegram_page(title, messages):
    return ('<!DOCTYPE html><html><head><title>Exported Data</title></head><body><div class="page_wrap"><div class="page_header"><div class="content"><div class="text bold">\n%s\n</div></div></div><div class="page_body chat_page"><div class="history">'
            % title + "".join(messages) + '</div></div></div></body></html>')


# 1 Ana's own; 2 to 4 Marko's, forwarded together (4 by way of two joined ones); 5 Ana's own again; 6 joined to 5 and forwarded,
# which no exporter writes: nobody is named; 7 and 8 with a bot; 9 forwarded, made with a bot, the older span without a title; 10
# joined to it; 11 a name that only looks so; 12 a service message and 13 joined behind it
put("chat-telegram-html", "forwarded.html", telegram_page("Ana", [
    written(1, "14:05:09", words("zdravo"), "Ana"),
    written(2, "14:06:10", forwarded(words("ubicu te"), "Marko"), "Ana"),
    written(3, "14:06:10", forwarded(words("znas gde zivim"))),
    written(4, "14:06:11", forwarded(words("cekaj"))),
    written(5, "14:07:00", words("vidi ovo"), "Ana"),
    written(6, "14:07:01", forwarded(words("necije"))),
    written(7, "14:08:00", words("slika"), "Ana via @gif"),
    written(8, "14:08:02", words("jos")),
    written(9, "14:09:00", forwarded(words("pesma"), "Jovan via @pesme_bot", ""), "Ana"),
    written(10, "14:09:00", forwarded(words("druga"))),
    written(11, "14:10:00", words("ja sam"), "Eva via @12"),
    '<div class="message service" id="message12"><div class="body details">\nEva joined group by link\n</div></div>',
    written(13, "14:10:05", forwarded(words("opet"))),
]), """conversation 1
    message 13
    type.text 12
    type.system 1
    sender.Ana 10
    sender.Eva via @12 2
    participant 2
    flag.inherited-sender 6
    flag.sender-split-unsure 2
    detail.forwardedTimeRaw 2
    detail.forwardedFromInherited 3
    forwarded 7
    detail.viaBot 4
    detail.orSender 2
    detail.orForwardedFrom 2""")

# a card with its file; a venue; a game's address; a bill; a document named Location; a link to a map in words; a list of things to
# do; a file that was not exported with a button's address behind it; a group's new picture
put("chat-telegram-html", "kinds.html", telegram_page("Ana", [
    written(1, "14:01:09", media("block_link media_contact", "Marko M", status="+387 61 123 456 - vCard", href="contacts/contact_1.vcf"), "Ana"),
    written(2, "14:02:09", media("block_link media_venue", "Kafana", "Terazije 5, Beograd", href="https://maps.google.com/maps?q=44.8,20.4&amp;ll=44.8,20.4&amp;z=16"), "Ana"),
    written(3, "14:03:09", media("block_link media_game", "Igra", "opis igre", "https://t.me/igrabot?game=x", "https://t.me/igrabot?game=x"), "Ana"),
    written(4, "14:04:09", media("media_invoice", "Racun", "za tisinu", "EUR 500.00"), "Ana"),
    written(5, "14:05:09", media("block_link media_file", "Location", status="12 KB", href="files/Location"), "Ana"),
    written(6, "14:06:09", media("block_link media_file", "mapa.html", status="1 KB", href="files/maps.google.com.html"), "Ana"),
    written(7, "14:07:09", '<div class="media_wrap clearfix"><div class="media_poll"><div class="question bold">Kupi</div><div class="details">To-do List</div><div class="answer">- hleb</div><div class="answer">- so</div></div></div>', "Ana"),
    written(8, "14:08:09", '<div class="media_wrap clearfix"><div class="media_poll"><div class="question bold">Gde?</div><div class="details">Final results</div><div class="answer">- ovde <span class="details">2 votes, chosen vote</span></div><div class="total details\t">2 votes</div></div></div>'
            '<div class="signature details">Urednik</div>', "Ana"),
    written(9, "14:09:09", media("media_photo", "Photo", "Not included, change data exporting settings to download.", "800x600, 90.1 KB")
            + '<table class="bot_buttons_table"><tr><td class="bot_button_row"><div class="bot_button"><a href="https://example.org/kupi"><div>Kupi</div></a></div></td></tr></table>', "Ana"),
    '<div class="message service" id="message10"><div class="body details">\nAna changed group photo\n</div><div class="userpic_wrap"><a class="userpic_link" href="photos/photo_5@03-02-2024_14-09-09.jpg"><div class="userpic userpic1"></div></a></div></div>',
    '<div class="message service" id="message11"><div class="body details">\nAna pinned <a href="#go_to_message1" onclick="return GoToMessage(1)">this message</a>\n</div></div>',
]), """conversation 1
    message 11
    type.contact 1
    type.location 1
    type.attachment 5
    type.unsupported 1
    type.poll 1
    type.system 2
    attachment 7
    state.absent 4
    state.remote 1
    state.not-exported 2
    caption 2
    detail.placeAddress 1
    detail.placeUrl 1
    detail.mediaStatus 2
    detail.todoItems 1
    detail.pollAnswers 1
    detail.pollState 1
    detail.pollVotes 1
    detail.author 1
    detail.buttons 1
    participant 1""")

# two chats of one title, as those with accounts that are gone; the second page of one of them, whose picture is named from the
# folder of the page; the first message of the other is joined to none of its own
zipped("chat-telegram-html", "one-title.zip", [
    ("DataExport/css/style.css", ""),
    ("DataExport/chats/chat_001/messages.html", telegram_page("Deleted Account", [
        written(10, "14:05:09", words("dugujes mi"), "Deleted Account"), written(11, "14:05:12", words("ne"), "Ja")])),
    ("DataExport/chats/chat_001/messages2.html", telegram_page("Deleted Account", [
        written(12, "14:05:14", words("vidi"), "Deleted Account"),
        written(13, "14:05:15", '<div class="media_wrap clearfix"><a class="photo_wrap clearfix pull_left" href="../../chats/chat_001/photos/photo_1.jpg"><img class="photo" src="../../chats/chat_001/photos/photo_1_thumb.jpg"/></a></div>')])),
    ("DataExport/chats/chat_002/messages.html", telegram_page("Deleted Account", [
        written(12, "13:00:00", words("cije je ovo")), written(20, "13:05:09", words("ubicu te"), "Deleted Account")])),
    ("DataExport/chats/chat_001/photos/photo_1.jpg", JPEG)],
    """conversation 2
    title Deleted Account
    message 6
    type.text 5
    type.attachment 1
    attachment 1
    state.present 1
    sender.Deleted Account 4
    sender.Ja 1
    participant 3
    flag.inherited-sender 1
    flag.duplicate-id 0
    flag.time-goes-back 0
    first 2024-02-03T14:05:09
    last 2024-02-03T14:05:15""")


# an element nobody knows; a folder nobody knows; words in a part that is no plain text; "null" for a body; which backup
put("chat-sms", "sms-side.xml", """<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>
<smses count="4" backup_set="abc" backup_date="1706965509000" type="incremental">
  <sms address="+38761123456" date="1706965509000" type="1" body="null" contact_name="Emir" />
  <sms address="+38761123456" date="1706965510000" type="9" body="fascikla" contact_name="Emir" />
  <rcs address="+38761123456" date="1706965511000" type="1" body="nova vrsta" />
  <mms address="+38761123456" date="1706965512000" msg_box="1" m_type="132"><parts><part seq="0" ct="text/x-vCard" name="a.vcf" text="BEGIN:VCARD" data="null" /></parts><addrs><addr address="+38761123456" type="137" charset="106" /></addrs></mms>
</smses>
""", """conversation 1
    message 3
    type.text 3
    flag.unknown-type 1
    sender.Emir 1
    attachment 0
    observation.wrong-count 1
    observation.unknown-field 1""")


# edited twice, `revisions` before and behind `dateSent`, and what answers it; a version dated behind the edit; versions
# whose date is missing or no number, so that nothing but the item's own date is known
def version(words, **more):
    return dict({"chatId": "7", "authorId": "2", "standardMessage": {"text": {"body": words}}}, **more)


def edited(sent, *older):
    return {"chatItem": {"chatId": "7", "authorId": "2", "dateSent": sent, "incoming": {"dateReceived": "1715636600000"}, "standardMessage": {"text": {"body": "sad"}}, "revisions": list(older)}}


put("chat-signal", "edited.jsonl", "".join(json.dumps(x, ensure_ascii=False) + "\n" for x in [
    {"version": "1", "backupTimeMs": "1715636700000", "mediaRootBackupKey": "AAAA"},
    {"recipient": {"id": "2", "contact": {"e164": "38761123456", "profileGivenName": "Emir"}}},
    {"chat": {"id": "7", "recipientId": "2"}},
    {"chatItem": {"revisions": [version("prvo", dateSent="1715636551000"), version("drugo", dateSent="1715636571000")], "chatId": "7", "authorId": "2", "standardMessage": {"text": {"body": "sad"}}, "incoming": {"dateReceived": "1715636600000"}, "dateSent": "1715636591000"}},
    {"chatItem": {"chatId": "7", "authorId": "1", "dateSent": "1715636561000", "outgoing": {}, "standardMessage": {"text": {"body": "odgovor"}, "quote": {"targetSentTimestamp": "1715636551000", "authorId": "2"}}}},
    edited("1715636592000", version("prvo", dateSent="1715636562000"), version("drugo", dateSent="1715636572000")),
    edited("1715636563000", version("prvo", dateSent="1715636564000")),
    edited("1715636593000", version("prvo")),
    edited("1715636594000", version("prvo", dateSent="juče")),
]), """conversation 1
    message 6
    type.text 6
    edited 5
    revisions 5
    listed.revisions 7
    reply 1
    sender.Emir 5
    flag.times-disagree 1
    flag.time-goes-back 0
    unread 0
    firstUtc 2024-05-13T21:42:31.000Z
    lastUtc 2024-05-13T21:43:14.000Z""")


# a game that names itself and its next move, a payment that answers; a poll and a vote; stickers put on a message, with a
# file and without a row of one; the last numbers of reactions and the first behind them; a kind nobody knows, with a file
db("chat-imessage", "associated.db", [
    "CREATE TABLE handle(ROWID INTEGER PRIMARY KEY, id TEXT)",
    "CREATE TABLE chat(ROWID INTEGER PRIMARY KEY, chat_identifier TEXT, display_name TEXT)",
    "CREATE TABLE chat_message_join(chat_id INTEGER, message_id INTEGER)",
    "CREATE TABLE attachment(ROWID INTEGER PRIMARY KEY, filename TEXT, mime_type TEXT, total_bytes INTEGER)",
    "CREATE TABLE message_attachment_join(message_id INTEGER, attachment_id INTEGER)",
    "CREATE TABLE message(ROWID INTEGER PRIMARY KEY, guid TEXT, text TEXT, handle_id INTEGER, is_from_me INTEGER, date INTEGER, associated_message_type INTEGER, associated_message_guid TEXT, thread_originator_guid TEXT)",
    "INSERT INTO handle VALUES(1,'+38761123456')",
    "INSERT INTO chat VALUES(1,'+38761123456',NULL)",
    "INSERT INTO message VALUES(1,'G1','igra',1,0,728402801000000000,2,'G1',NULL),(2,'G2','potez',1,0,728402802000000000,2,'G1',NULL)",
    "INSERT INTO message VALUES(3,'G3','50 EUR',1,0,728402803000000000,3,'G2','G1')",
    "INSERT INTO message VALUES(4,'G4','anketa',1,0,728402804000000000,0,'G4',NULL),(5,'G5',NULL,1,0,728402805000000000,4000,'G4',NULL)",
    "INSERT INTO message VALUES(6,'G6',NULL,1,0,728402806000000000,1000,'p:0/G1',NULL),(7,'G7',NULL,1,0,728402807000000000,1000,'p:0/G1',NULL)",
    "INSERT INTO message VALUES(8,'G8',NULL,1,0,728402808000000000,2007,'p:0/G1',NULL),(9,'G9','ne znam',1,0,728402809000000000,2008,'p:0/G1',NULL)",
    "INSERT INTO message VALUES(10,'G10',NULL,1,0,728402810000000000,3007,'p:0/G1',NULL),(11,'G11',NULL,1,0,728402811000000000,3008,'p:0/G1',NULL)",
    "INSERT INTO chat_message_join VALUES(1,1),(1,2),(1,3),(1,4),(1,5),(1,6),(1,7),(1,8),(1,9),(1,10),(1,11)",
    "INSERT INTO attachment VALUES(1,'~/Library/SMS/s.heic','image/heic',9),(2,'~/Library/SMS/n.bin','x/y',3)",
    "INSERT INTO message_attachment_join VALUES(6,1),(11,2)",
], """conversation 1
    message 11
    type.text 5
    type.attachment 3
    type.system 3
    event.reaction 1
    event.reaction-removed 1
    event.vote 1
    flag.unknown-type 2
    reply 8
    attachment 3
    state.absent 3
    detail.associatedType 7
    detail.associatedMessage 3""")


# forwarded messages name nobody: a row in a side table, a bit of another column, neither; the older schema's number, whose
# first bit it is; both bits of iOS, one of them
db("chat-wa-android", "forwarded-msgstore.db", [
    "CREATE TABLE jid(_id INTEGER PRIMARY KEY, raw_string TEXT)",
    "CREATE TABLE chat(_id INTEGER PRIMARY KEY, jid_row_id INTEGER, subject TEXT)",
    "CREATE TABLE message(_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, key_id TEXT, sender_jid_row_id INTEGER, timestamp INTEGER, message_type INTEGER, text_data TEXT, origination_flags INTEGER)",
    "CREATE TABLE message_forwarded(message_row_id INTEGER PRIMARY KEY, forward_score INTEGER)",
    "INSERT INTO jid VALUES(1,'38761123456@s.whatsapp.net')",
    "INSERT INTO chat VALUES(1,1,NULL)",
    "INSERT INTO message VALUES(1,1,0,'A1',0,1706710000000,0,'ubicu te',1)",
    "INSERT INTO message VALUES(2,1,0,'A2',0,1706710001000,0,'i ovo',NULL)",
    "INSERT INTO message VALUES(3,1,0,'A3',0,1706710002000,0,'znas gde zivim',4)",
    "INSERT INTO message VALUES(4,1,1,'A4',0,1706710003000,0,'vidi',5)",
    "INSERT INTO message_forwarded VALUES(1,2),(2,0)",
], """conversation 1
    message 4
    type.text 4
    forwarded 3
    detail.forwardScore 1""")
db("chat-wa-android", "old-forwarded-msgstore.db", [
    "CREATE TABLE messages(_id INTEGER PRIMARY KEY, key_remote_jid TEXT, key_from_me INTEGER, key_id TEXT, status INTEGER, data TEXT, timestamp INTEGER, media_wa_type TEXT, forwarded INTEGER)",
    "INSERT INTO messages VALUES(1,'38761123456@s.whatsapp.net',0,'B1',0,'ubicu te',1500000000000,'0',1)",
    "INSERT INTO messages VALUES(2,'38761123456@s.whatsapp.net',0,'B2',0,'ja sam',1500000001000,'0',0)",
    "INSERT INTO messages VALUES(3,'38761123456@s.whatsapp.net',0,'B3',0,'pravo',1500000002000,'0',2)",
], """conversation 1
    message 3
    type.text 3
    forwarded 1
    detail.forwarded 2""")
db("chat-wa-ios", "forwarded.sqlite", [
    "CREATE TABLE ZWACHATSESSION(Z_PK INTEGER PRIMARY KEY, ZCONTACTJID VARCHAR, ZPARTNERNAME VARCHAR)",
    "CREATE TABLE ZWAMESSAGE(Z_PK INTEGER PRIMARY KEY, ZCHATSESSION INTEGER, ZISFROMME INTEGER, ZMESSAGETYPE INTEGER, ZMESSAGEDATE TIMESTAMP, ZFROMJID VARCHAR, ZSTANZAID VARCHAR, ZTEXT VARCHAR, ZFLAGS INTEGER)",
    "INSERT INTO ZWACHATSESSION VALUES(1,'38761123456@s.whatsapp.net','Emir')",
    "INSERT INTO ZWAMESSAGE VALUES(1,1,0,0,728402800,'38761123456@s.whatsapp.net','S1','ubicu te',385)",
    "INSERT INTO ZWAMESSAGE VALUES(2,1,0,0,728402801,'38761123456@s.whatsapp.net','S2','znas gde zivim',257)",
    "INSERT INTO ZWAMESSAGE VALUES(3,1,0,0,728402802,'38761123456@s.whatsapp.net','S3','ja',0)",
], """conversation 1
    message 3
    type.text 3
    forwarded 1
    detail.flags 2""")
put("chat-discord", "forwarded.json", json.dumps({
    "guild": {"id": "0", "name": "Direct Messages"}, "channel": {"id": "2", "type": "DirectTextChat", "name": "ana"},
    "messages": [say(1, {"forwardedMessage": {"timestamp": "2024-01-01T00:00:00+01:00", "content": "ubicu te"}}), say(2, {"content": "vidi"})],
    "messageCount": 2}, ensure_ascii=False), """conversation 1
    message 2
    type.text 2
    forwarded 1""")
db("chat-imessage", "forwarded.db", [
    "CREATE TABLE handle(ROWID INTEGER PRIMARY KEY, id TEXT)",
    "CREATE TABLE chat(ROWID INTEGER PRIMARY KEY, chat_identifier TEXT, display_name TEXT)",
    "CREATE TABLE chat_message_join(chat_id INTEGER, message_id INTEGER)",
    "CREATE TABLE message(ROWID INTEGER PRIMARY KEY, guid TEXT, text TEXT, handle_id INTEGER, is_from_me INTEGER, date INTEGER, is_forward INTEGER)",
    "INSERT INTO handle VALUES(1,'+38761123456')",
    "INSERT INTO chat VALUES(1,'+38761123456',NULL)",
    "INSERT INTO message VALUES(1,'G1','ubicu te',1,0,728402801000000000,1),(2,'G2','ja',1,0,728402802000000000,0)",
    "INSERT INTO chat_message_join VALUES(1,1),(1,2)",
], """conversation 1
    message 2
    type.text 2
    forwarded 1""")
