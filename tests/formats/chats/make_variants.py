#!/usr/bin/env python3
"""Writes the samples of rarer variants and of what users of other parsers reported; see make.py, which writes the rest.

Counts are made by hand. All people, numbers and words are invented. Run from tests/formats."""
import json
import os
import plistlib
import shutil
import sqlite3

from samples import JPEG, LRM, OUT, db, put, zipped

W, T, M = "chat-whatsapp", "chat-telegram", "chat-meta"

# ---- WhatsApp: wordings of 2016 to 2019; rarer bodies -------------------------------------------
put(W, "sq-older.txt",
    "23.2.18, 14:05 - Arben: <Pa media>\n23.2.18, 14:06 - Arben: <Media hequr>\n"
    f"23.2.18, 14:07 - Arben: {LRM}IMG-20180223-WA0001.jpg (skedë e ngjitur)\n",
    """conversation 1
    message 3
    type.attachment 3
    state.not-exported 2
    state.absent 1
    dateOrder day-month""")
put(W, "WhatsApp Ћаскање са Ана.txt",
    f"23.2.18. 14:05 - Ана: {LRM}IMG-20180223-WA0001.jpg (прикачена датотека)\n"
    "23.2.18. 14:06 - Ана: Ова порука је обрисана\n23.2.18. 14:07 - Марко: Обрисао/ла си ову поруку\n",
    """conversation 1
    title Ана
    message 3
    type.attachment 1
    type.deleted 2
    state.absent 1
    sender.Ана 2
    sender.Марко 1""")
put(W, "mk-older.txt", "23.2.18, во 14:05 - Елена: <Без фајл>\n23.2.18, во 14:06 - Горан: ок\n",
    """conversation 1
    message 2
    type.attachment 1
    type.text 1
    state.not-exported 1""")
put(W, "bom-within.txt", "29.01.18, 12:24 - Ana: a\n\ufeff29.01.18, 12:25 - Pera: b\n29.01.18, 12:26 - Ana: \ufeffc\n",
    """conversation 1
    message 3
    type.text 3
    sender.Ana 2
    sender.Pera 1
    flag.header-imitation 0""")
put(W, "rarer-bodies.txt",
    f"[23/02/2024, 14:05:09] Ann: {LRM}This message was deleted by admin Bob.\n"
    f"{LRM}[23/02/2024, 14:05:10] Ann: {LRM}<attached: 00000002-Bob.vcf>\n"
    f"[23/02/2024, 14:05:11] Ann: {LRM}Contact card omitted\n"
    "[23/02/2024, 14:05:12] Ann: Kafana (Titova 1, Sarajevo): https://foursquare.com/v/4b6f1a2ef964a520\n"
    f"[23/02/2024, 14:05:13] Ann: {LRM}Kafana (Titova 1, Sarajevo): https://foursquare.com/v/4b6f1a2ef964a520\n",
    """conversation 1
    message 5
    type.deleted 1
    type.contact 2
    type.location 1
    type.text 1
    flag.typed-marker 1
    state.absent 1""")
zipped(W, "empty-attachment.zip",
       [("WhatsApp Chat with Ana.txt", f"23/02/2024, 14:05 - Ana: {LRM}IMG-20240223-WA0001.jpg (file attached)\n23/02/2024, 14:06 - Ana: ok\n"),
        ("IMG-20240223-WA0001.jpg", b"")],
       """conversation 1
       message 2
       type.attachment 1
       state.empty 1""")

# ---- Telegram -----------------------------------------------------------------------------------
def tg(i, **more):
    return dict({"id": i, "type": "message", "date": "2024-07-03T14:05:%02d" % i, "date_unixtime": str(1720008300 + i),
                 "from": "Ana", "from_id": "user42", "text": "", "text_entities": []}, **more)


GROUP = {"name": "Grupa", "type": "private_supergroup", "id": 9, "messages": [
    tg(1, poll={"question": "Kad?", "closed": False, "total_voters": 1, "answers": [{"text": "Sad", "voters": 1, "chosen": False}]}),
    tg(2, file="stickers/sticker.webp", media_type="sticker", sticker_emoji="😀", width=1, height=1),
    tg(3, file="voice_messages/audio_1.ogg", media_type="voice_message", mime_type="audio/ogg", duration_seconds=3),
    tg(4, contact_information={"first_name": "Emir", "last_name": "", "phone_number": "+38761123456"}),
    tg(5, text="stari", from_id=4300000001),
    tg(6, file="(File exceeds maximum size. Change data exporting settings to download.)", file_name="v.mp4"),
    tg(7, file="(File unavailable, please try again later)", file_name="x.bin"),
]}
zipped(T, "group.zip", [("ChatExport_2024-07-03/result.json", json.dumps(GROUP, ensure_ascii=False)),
                        ("ChatExport_2024-07-03/stickers/sticker.webp", b"RIFF\x04\0\0\0WEBPVP8 "),
                        ("ChatExport_2024-07-03/voice_messages/audio_1.ogg", b"\0" * 512)],
       """conversation 1
       title Grupa
       message 7
       type.poll 1
       type.attachment 4
       type.contact 1
       type.text 1
       state.present 1
       state.zero-filled 1
       state.not-exported 1
       state.unavailable 1
       participant 2
       sender.Ana 7""")

PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"/></head><body><div class="page_wrap">
<div class="page_header"><div class="content"><div class="text bold">
Ana
</div></div></div><div class="page_body chat_page"><div class="history">
%s</div></div></div></body></html>
"""
ENTRY = """<div class="message default clearfix" id="message%d"><div class="body"><div class="pull_right date details" title="%s">14:05</div>
<div class="from_name">
Ana
</div>%s</div></div>
"""
zipped("chat-telegram-html", "pages.zip", [
    ("ChatExport/css/style.css", ""),
    ("ChatExport/messages.html", PAGE % (
        ENTRY % (1, "03.07.2024 14:05:09", '<div class="text">\nbez zone\n</div>')
        + ENTRY % (2, "03.07.2024 14:05:10", '<div class="media_wrap clearfix"><a class="media clearfix pull_left block_link media_voice_message" href="voice_messages/audio_1.ogg"><div class="body"><div class="title bold">\nVoice message\n</div><div class="status details">\n00:03\n</div></div></a></div>'))),
    ("ChatExport/messages2.html", PAGE % (
        ENTRY % (3, "03.07.2024 14:05:11", '<div class="reply_to details">\nIn reply to a message in another chat\n</div><div class="text">\nodgovor\n</div>')
        + ENTRY % (4, "03.07.2024 14:05:12", '<div class="media_wrap clearfix"><div class="media clearfix pull_left media_file"><div class="body"><div class="title bold">\na.pdf\n</div><div class="status details">\nNot included, change data exporting settings to download.\n</div></div></div></div>'))),
    ("ChatExport/voice_messages/audio_1.ogg", b"OggS\0")],
    """conversation 1
    title Ana
    message 4
    type.text 2
    type.attachment 2
    sender.Ana 4
    state.present 1
    state.not-exported 1
    first 2024-07-03T14:05:09
    last 2024-07-03T14:05:12""")

# ---- Facebook -----------------------------------------------------------------------------------
put(M, "rarer.json", json.dumps({"participants": [{"name": "Ana"}, {"name": "Marko"}], "messages": [
    {"sender_name": "Ana", "timestamp_ms": 1706710000005, "sticker": {"uri": "messages/stickers_used/1.png"}},
    {"sender_name": "Ana", "timestamp_ms": 1706710000004, "content": "vidi", "share": {"link": "https://example.org", "share_text": "naslov"}},
    {"sender_name": "Ana", "timestamp_ms": 1706710000003, "content": "ne vidi se", "is_geoblocked_for_viewer": True, "novo": 1},
    {"sender_name": "Ana", "timestamp_ms": 1706710000002, "videos": [{"uri": "messages/inbox/a/videos/1.mp4", "creation_timestamp": 1706710000}]},
], "title": "Ana", "thread_path": "inbox/ana_1"}), """conversation 1
    message 4
    type.attachment 2
    type.text 2
    state.absent 2
    participant 2
    observation.unknown-field 1""")
put(M, "e2ee_video.json", json.dumps({"participants": ["Ana", "Marko"], "threadName": "Ana_1", "messages": [
    {"senderName": "Ana", "text": "", "timestamp": 1706710000001, "type": "media", "isUnsent": False, "media": [{"uri": "./media/1.mp4"}], "reactions": []},
    {"senderName": "Ana", "text": "", "timestamp": 1706710000002, "type": "text", "isUnsent": True, "media": [], "reactions": []},
]}), """conversation 1
    message 2
    type.attachment 1
    type.deleted 1
    state.absent 1""")

# ---- SMS ----------------------------------------------------------------------------------------
SMS = '<sms address="+38761123456" date="170696550%d123" type="%d" body="%s" contact_name="Emir" />'
zipped("chat-sms", "folders.zip", [("sms-20240203140509.xml", '<?xml version="1.0"?><smses count="4">%s</smses>' % "".join(
    SMS % (i, t, b) for i, t, b in ((1, 3, "nacrt"), (2, 4, "u redu"), (3, 5, "nije poslato"), (4, 6, "čeka"))))],
    """conversation 1
    message 4
    type.text 4
    observation.wrong-count 0""")
# attributes of tomorrow; a readable date that is the same instant in Belgrade, in July and in January, and one that is not;
# all addresses of an MMS; a call without a name
put("chat-sms", "attributes.xml", '<?xml version="1.0"?>\n<smses count="5" novi="1">\n'
    '<sms address="+38761123456" date="1706965509123" type="1" body="Zdravo" readable_date="Feb 3, 2024 2:05:09 PM" contact_name="Emir" rcs_id="abc" rcs_prazno="" />\n'
    '<sms address="+38761123456" date="1720000000000" type="1" body="leto" readable_date="Jul 3, 2024 11:46:40 AM" contact_name="Emir" rcs_id="abd" />\n'
    '<sms address="+38761123456" date="1706965511000" type="1" body="menjano" readable_date="Feb 3, 2024 2:17:10 PM" contact_name="Emir" />\n'
    '<mms date="1706965512000" msg_box="1" address="+38761123456~+38762222222" contact_name="Emir, Ana" sim_slot="1"><parts><part ct="text/plain" text="troje" boja="2" /></parts>'
    '<addrs><addr address="+38762222222" type="137" /><addr address="+38761123456" type="151" /><addr address="+38763333333" type="130" /></addrs></mms>\n'
    '<call number="+38763333333" duration="0" date="1706965513000" type="3" contact_name="(Unknown)" />\n</smses>\n',
    """conversation 3
    message 5
    type.text 4
    type.call 1
    detail.readableOffset 2
    flag.times-disagree 1
    detail.otherAttributes 3
    detail.addresses 1
    observation.unknown-field 5
    observation.wrong-count 0
    sender.Emir 3
    sender.(Unknown) 0""")
zipped("chat-sms", "long-attribute.zip", [("sms-20240203140509.xml", '<?xml version="1.0"?><smses count="2">%s<mms date="1706965509123" msg_box="1" address="1"><parts><part ct="image/jpeg" cl="a.jpg" data="%s" /></parts></mms></smses>' % (SMS % (1, 1, "pre"), "A" * 3800000))],
    # 3.8 million characters, as in a fixture of another parser; beyond 10 million libxml2 refuses
    """conversation 2
    message 2
    type.text 1
    type.attachment 1
    observation.wrong-count 0""")

# ---- Signal -------------------------------------------------------------------------------------
def item(n, **what):
    return {"chatItem": dict({"chatId": "7", "authorId": "2", "dateSent": str(1715636551000 + n), "incoming": {"dateReceived": "1715636551500"}}, **what)}


S = [{"version": "1", "backupTimeMs": "1715636551000"}, {"recipient": {"id": "2", "contact": {"profileGivenName": "Emir"}}},
     {"chat": {"id": "7", "recipientId": "2"}},
     item(1, viewOnceMessage={}),
     item(2, poll={"question": "Kad?", "options": [{"option": "Sad"}]}),
     item(3, stickerMessage={"sticker": {"packId": "AA==", "stickerId": 1, "data": {"contentType": "image/webp"}}}),
     item(4, contactMessage={"contact": {"name": {"givenName": "Ana"}}}),
     item(5, adminDeletedMessage={"adminId": "2"}),
     item(6, updateMessage={"groupCall": {"callId": "1", "state": "GENERIC"}}),
     item(7, standardMessage={"text": {"body": "isti"}}), item(7, standardMessage={"text": {"body": "čas"}})]
put("chat-signal", "rarer.jsonl", "".join(json.dumps(x, ensure_ascii=False) + "\n" for x in S), """conversation 1
    title Emir
    message 8
    type.view-once 1
    type.poll 1
    type.attachment 1
    type.contact 1
    type.deleted 1
    type.call 1
    type.text 2
    flag.duplicate-id 1
    state.not-exported 1""")

# ---- Instagram's page, as parsers of it describe it: a title in h2 since 2023, reactions in a list of their own, cards without
# a time about the group, addresses elsewhere, words in place of a film; before 2023 a comma behind the year
IG = "your_instagram_activity/messages/inbox/ana_17841/"


def card(who, inner, when):
    return ('<div class="pam _3-95 _2ph- _a6-g uiBoxWhite noborder"><h2 class="_3-95 _2pim _a6-h _a6-i">%s</h2><div class="_3-95 _a6-p"><div>%s</div></div>%s</div>'
            % (who, inner, '<div class="_3-94 _a6-o">%s</div>' % when if when else ""))


def instagram(title, cards):
    return '<!DOCTYPE html><html><head><meta charset="utf-8"/><title>%s</title></head><body><div class="_a705"><main class="_a706" role="main">%s</main></div></body></html>' % (title, "".join(cards))


zipped("chat-meta-html", "instagram.zip", [
    (IG + "message_1.html", instagram("Ana", [
        card("Participants: ana, emir and milica", "", ""),
        card("emir", '<div></div><div>emir sent an attachment.</div><div><div>Natpis #more</div><div><a target="_blank" href="https://www.instagram.com/reel/ABC/">otvori</a></div></div>', "Apr 25, 2025 10:20 am"),
        card("ana", '<div></div><div>Ne piši mi više</div><div></div><div></div><div><ul class="_a6-q"><li><span>😂emir<span> (Apr 23, 2025 5:32 pm)</span></span></li><li><span>❤️milica</span></li></ul></div>', "Apr 23, 2025 5:30 pm"),
        card("emir", '<div></div><div></div><div><div><video src="%svideos/1.mp4" controls="1"><a target="_blank" href="%svideos/1.mp4"><div>Click for video:</div></a></video></div></div>' % (IG, IG), "Apr 22, 2025 6:26 pm"),
        card("emir", '<div></div><div><a target="_blank" href="%sphotos/1.jpg"><img src="%sphotos/1.jpg" class="_a6_o _3-96"/></a></div>' % (IG, IG), "Apr 21, 2025 6:26 pm"),
        card("ana", "<div></div><div>Liked a message</div>", "21 апр 2025 г., 18:20")])),
    (IG + "photos/1.jpg", JPEG),
    ("your_instagram_activity/messages/message_requests/nepoznat_1/message_1.html", instagram("Instagram User", [
        card("Mailbox thread pending", "", ""), card("Instagram User", "<div></div><div>Znam gde živiš</div>", "Sep 22, 2024, 6:33 AM")]))],
    """conversation 2
    title Ana
    message 6
    type.text 4
    type.attachment 2
    sender.emir 3
    sender.ana 2
    sender.Instagram User 1
    reactions 1
    attachment 2
    state.present 1
    state.absent 1
    detail.links 1
    observation.card-without-time 2""")
put("chat-meta-html", "many-reactions.html", instagram("Ana", [
    "", card("ana", '<div>svi</div><ul class="_a6-q">%s</ul>' % "".join("<li><span>+%d</span></li>" % i for i in range(502)), "Apr 25, 2025 10:20 am")]),
    """message 1
    reactions 1
    listed.reactions 501
    cut.reactions 1""")
put("chat-meta-html", "instagram-lines.html", instagram("Ana", [
    card("ana", "<div></div><div>prvi red<br>drugi red</div><div>treći red</div>", "Apr 25, 2025 10:20 am")]).replace("<h2", "<div").replace("</h2>", "</div>"),
    """conversation 1
    message 1
    type.text 1
    sender.ana 1
    first 2025-04-25T10:20""")

# ---- Discord, Slack -----------------------------------------------------------------------------
A = {"id": "111", "name": "ana", "discriminator": "0000", "nickname": "Ana", "isBot": False}
put("chat-discord", "call.json", json.dumps({"guild": {"id": "0", "name": "Direct Messages"}, "channel": {"id": "2", "type": "DirectTextChat", "name": "ana"}, "messages": [
    {"id": "5", "type": "Call", "timestamp": "2024-01-31T15:06:40+00:00", "callEndedTimestamp": "2024-01-31T15:07:40+00:00", "isPinned": False, "content": "Started a call", "author": A, "attachments": [], "novo": 1}], "messageCount": 1}),
    """conversation 1
    message 1
    type.call 1
    observation.unknown-field 1
    observation.wrong-count 0
    firstUtc 2024-01-31T15:06:40Z""")
zipped("chat-discord", "package.zip", [
    ("Messages/index.json", "{}"), ("Messages/c222/channel.json", '{"id":"222","type":1}'),
    ("Messages/c222/messages.json", json.dumps([{"ID": 1202255000000000000, "Timestamp": "2024-01-31 14:06:40.000000+00:00", "Contents": "moje", "Attachments": ""}])),
    ("Messages/c333/channel.json", '{"id":"333","type":0}'),
    ("Messages/c333/messages.json", json.dumps([{"ID": 1202255000000000001, "Timestamp": "2024-01-31 14:07:40", "Contents": "drugo", "Attachments": ""}]))],
    """conversation 2
    message 2
    type.text 2
    observation.own-messages-only 2""")
zipped("chat-slack", "kinds.zip", [
    ("channels.json", "[]"), ("groups.json", "[]"), ("dms.json", '[{"id":"D1","members":["U1","U2"]}]'), ("mpims.json", "[]"),
    ("users.json", json.dumps([{"id": "U1", "name": "ana"}, {"id": "U2", "name": "emir"}])),
    ("D1/2016-01-15.json", json.dumps([{"type": "message", "user": "U2", "text": "privatno", "ts": "1452837318.000002", "reactions": [{"name": "+1", "count": 2, "users": ["U1", "U2"]}], "novo": 1}])),
    ("mpdm-ana--emir-1/2016-01-15.json", json.dumps([{"type": "message", "user": "U1", "text": "troje", "ts": "1452837319.000002"}])),
    ("tajni/2016-01-15.json", json.dumps([{"type": "message", "user": "U1", "text": "grupa", "ts": "1452837320.000002"}]))],
    """conversation 3
    title ana, emir
    participant 4
    silent 1
    message 3
    type.text 3
    sender.ana 2
    sender.emir 1
    reactions 1
    observation.unknown-field 1""")

# ---- databases ----------------------------------------------------------------------------------
db("chat-viber-db", "kinds.db", [
    "CREATE TABLE Contact(ContactID INTEGER PRIMARY KEY, Name TEXT, Number TEXT)",
    "CREATE TABLE ChatInfo(ChatID INTEGER PRIMARY KEY, Name TEXT)",
    "CREATE TABLE Events(EventID INTEGER PRIMARY KEY, TimeStamp INTEGER, Direction INTEGER, ContactID INTEGER, ChatID INTEGER)",
    "CREATE TABLE Messages(EventID INTEGER PRIMARY KEY, Type INTEGER, Body TEXT, PayloadPath TEXT)",
    "INSERT INTO Contact VALUES(1,'Emir','+38761123456')", "INSERT INTO ChatInfo VALUES(1,'Emir')",
    "INSERT INTO Events VALUES(1,1706710000000,0,1,1),(2,1706710001000,0,1,1),(3,1706710002000,0,1,1),(4,1706710003000,1,1,1)",
    "INSERT INTO Messages VALUES(1,4,NULL,NULL),(2,3,NULL,'C:\\v.mp4'),(3,11,NULL,'C:\\a.m4a'),(4,99,'?',NULL)",
], """conversation 1
    message 4
    type.attachment 3
    type.text 1
    flag.unknown-type 1
    state.absent 3""")
# Telegram: what the text does not show: addresses behind words, a poll's answers, things to do, buttons.
put("chat-telegram", "behind-words.json", json.dumps({"name": "G", "type": "personal_chat", "id": 9, "messages": [
    {"id": n + 1, "type": "message", "date": "2024-01-31T14:05:0%d" % n, "date_unixtime": str(1706709900 + n), "from": "Ana", "from_id": "user1", **x}
    for n, x in enumerate([
        {"text": ["vidi ", {"type": "text_link", "text": "banku", "href": "https://evil.example/x"}, " i ", {"type": "mention_name", "text": "Marka", "user_id": 5}, {"type": "bold", "text": "!"}], "text_entities": []},
        {"text": "", "text_entities": [], "poll": {"question": "Dolazis?", "closed": False, "total_voters": 1, "answers": [{"text": "da", "voters": 1, "chosen": True}, {"text": "ne", "voters": 0, "chosen": False}]}},
        {"text": "", "text_entities": [], "todo_list": {"title": "Kupi", "answers": [{"text": "konopac", "id": 1}]}},
        {"text": "biraj", "text_entities": [], "inline_bot_buttons": [[{"type": "url", "text": "Da", "data": "https://e.example"}, {"type": "callback", "text": "Ne"}], [{"type": "callback", "text": "Mozda"}]]}])]}), """conversation 1
    message 4
    type.text 2
    type.poll 1
    type.unsupported 1
    caption 2
    detail.links 1
    detail.pollQuestion 1
    detail.pollAnswers 1
    detail.todoTitle 1
    detail.todoItems 1
    detail.buttons 1
    observation.unknown-field 0""")
# Texts of 60,000 characters everywhere, control characters among them: more than a record's line holds. The message is
# there, cut where it is said, and so is the one behind it.
BIG = "x\x01" * 30000
zipped("chat-telegram", "limit-full-line.zip", [("result.json", json.dumps({"name": "G", "type": "personal_chat", "id": 9, "messages": [
    {"id": 1, "type": "message", "date": "2024-01-31T14:05:00", "date_unixtime": "1706709900", "from": BIG, "from_id": BIG, "author": BIG,
     "via_bot": BIG, "saved_from": BIG, "title": BIG, "inviter": BIG, "forwarded_from": BIG, "text": [{"type": "text_link", "text": BIG, "href": BIG}],
     "text_entities": [], "poll": {"question": BIG, "answers": [{"text": BIG}] * 9}, "inline_bot_buttons": [[{"text": BIG, "data": BIG}] * 9],
     "reactions": [{"emoji": BIG, "count": 1}] * 9},
    {"id": 2, "type": "message", "date": "2024-01-31T14:05:01", "date_unixtime": "1706709901", "from": "Ana", "from_id": "user1", "text": "kraj", "text_entities": []}]}))],
    """conversation 1
    message 2
    type.poll 1
    type.text 1
    sender.Ana 1
    part 1
    unread 0""")
# iOS: the app's own words for what is not in the export hold words of its notices ("added").
put("chat-whatsapp", "view-once-ios.txt", "[31/01/2024, 10:00:30] Ana: %sYou received a view once message. For added privacy, you can only open it on your phone.\r\n"
    "[31/01/2024, 10:00:31] Ana: %sugovor.pdf \u2022 %s3 pages %sdocument omitted\r\n"
    "[31/01/2024, 10:00:32] Ana: A PDF.pdf \u2022 %s1 page %s<attached: A PDF.pdf>\r\n"
    "[31/01/2024, 10:00:33] Plan: %sAna changed the subject to \"Plan: B\"\r\n"
    "[31/01/2024, 10:00:34] Grupa: %sMarko added you\r\n" % ((LRM,) * 8), """conversation 1
    message 5
    type.view-once 1
    type.attachment 2
    type.system 2
    event.title-changed 1
    event.added 1
    sender.Ana 3
    state.not-exported 1
    state.absent 1
    participant 1""")
# Parts of threads as a download in several archives splits them: of ana 2 and 4 here, of eva all, of iva one file twice.
def part(thread, number, messages, folder="your_instagram_activity"):
    return ("%s/messages/inbox/%s/message_%d.json" % (folder, thread, number), json.dumps({
        "participants": [{"name": "Ana"}, {"name": "Ja"}], "title": thread, "thread_path": "inbox/" + thread,
        "messages": [{"sender_name": "Ana", "timestamp_ms": 1706710000000 - 1000 * number - i, "content": "%d" % i} for i in range(messages)]}))


zipped("chat-meta", "part2.zip", [part("ana_1", 2, 3), part("ana_1", 4, 1), part("eva_2", 1, 1), part("eva_2", 2, 1),
    part("iva_3", 1, 2), part("iva_3", 1, 2, "messages_copy")], """conversation 3
    message 10
    type.text 10
    observation.parts-missing 1
    observation.part-full 0
    observation.part-twice 1""")
zipped("chat-meta", "limit-10000.zip", [part("ana_1", 1, 10000)], """conversation 1
    message 10000
    observation.parts-missing 0
    observation.part-full 1
    observation.part-twice 0""")
# As Viber Desktop of 2026 has them, in a copy by CREATE TABLE AS: no keys. In the order of EventID: text, reaction with
# a heart, another emoji, the first taken back; answer; a message edited and the edit itself; taken back; call; call
# without facts; an event of a kind nobody told of; link, picture with words, post, pin, sticker; a call's and a
# message's row whose events are gone.
VIBER_INFO = '{"quote":{"token":9001,"text":"Zdravo"}}'
db("chat-viber-db", "desktop.db", [
    "CREATE TABLE Contact(ContactID INT, Name TEXT, Number TEXT, MID TEXT)",
    "CREATE TABLE ChatInfo(ChatID INT, Name TEXT, Token TEXT, Flags INT)",
    "CREATE TABLE Events(EventID INT, TimeStamp INT, Direction INT, Type INT, ChatID INT, ContactID INT, Token INT)",
    "CREATE TABLE Messages(EventID INT, Type INT, Status INT, Subject TEXT, Body TEXT, PayloadPath TEXT, StickerID INT, PGIsLiked INT, Info TEXT, ClientFlag INT, SelfReaction TEXT)",
    "CREATE TABLE LikeRelation(MessageToken INT, LikeEventID INT)",
    "CREATE TABLE Calls(EventID INT, Duration INT, Status INT, Nota TEXT)",
    "INSERT INTO Contact VALUES(1,'Ja','+38161000000','m1'),(2,'Emir','+38761123456','m2')",
    "INSERT INTO ChatInfo VALUES(1,'Emir',NULL,0)",
    "INSERT INTO Events VALUES" + ",".join("(%d,%d,%d,%d,1,%d,%d)" % x for x in [
        (1, 1706710000000, 0, 0, 2, 9001), (2, 1706710001000, 1, 3, 1, 9002), (3, 1706710002000, 0, 3, 2, 9003),
        (4, 1706710003000, 1, 3, 1, 9004), (5, 1706710004000, 1, 0, 1, 9005), (6, 1706710005000, 0, 0, 2, 9006),
        (7, 1706710006000, 0, 0, 2, 9007), (8, 1706710007000, 0, 0, 2, 9008), (9, 1706710008000, 0, 1, 2, 9009),
        (10, 1706710009000, 1, 1, 1, 9010), (11, 1706710010000, 0, 7, 2, 0), (12, 1706710011000, 0, 0, 2, 9012),
        (13, 1706710012000, 0, 0, 2, 9013), (15, 1706710013000, 0, 0, 2, 9015), (16, 1706710014000, 0, 0, 2, 9016),
        (17, 1706710015000, 0, 0, 2, 9017)]),
    ("INSERT INTO Messages VALUES(1,1,0,NULL,'Zdravo','',0,0,'{}',0,NULL),(2,0,129,NULL,NULL,NULL,0,1,NULL,0,''),"
     "(3,0,129,NULL,NULL,NULL,0,7,NULL,0,'🙏'),(4,0,129,NULL,NULL,NULL,0,0,NULL,0,''),(5,1,0,NULL,'odgovor',NULL,0,0,?,0,NULL),"
     "(6,1,0,NULL,'ispravljeno',NULL,0,0,'{\"desktop_info\":{\"edit_token\":9007}}',0,NULL),"
     "(7,1,0,NULL,'ispravljeno',NULL,0,0,'{\"edit\":{\"token\":9006}}',256,NULL),(8,72,0,NULL,'','',0,0,'',0,NULL),"
     "(12,9,0,NULL,'https://example.org/a',NULL,0,0,'{\"URL\":\"https://example.org/a\",\"Title\":\"A\"}',0,NULL),"
     "(13,2,0,NULL,'vidi','C:\\s.jpg',0,0,'nije json',0,NULL),(15,1,0,'objava',NULL,NULL,0,0,'{}',0,NULL),"
     "(16,15,0,NULL,NULL,NULL,0,0,'{\"pin\":{\"action\":\"create\",\"token\":9001,\"text\":\"Zdravo\"}}',0,NULL),"
     "(17,4,0,NULL,NULL,NULL,40103,0,'{}',0,NULL),(30,1,0,NULL,'ostatak',NULL,0,0,'{}',0,NULL)", (VIBER_INFO,)),
    "INSERT INTO LikeRelation VALUES(9001,2),(9001,3),(9001,4)",
    "INSERT INTO Calls VALUES(9,75,2,NULL),(31,5,1,'visak')",
], """conversation 2
    message 17
    type.text 6
    type.attachment 2
    type.system 5
    type.call 2
    type.deleted 1
    type.unsupported 1
    event.reaction 3
    event.edit 1
    event.service 1
    flag.unknown-type 1
    edited 1
    reply 5
    caption 1
    reactions 1
    listed.reactions 3
    detail.info 6
    detail.clientFlag 1
    detail.stickerId 1
    sender.Ja 4
    sender.Emir 12
    state.absent 2
    firstUtc 2024-01-31T14:06:40.000Z
    lastUtc 2024-01-31T14:06:55.000Z
    observation.rows-missing 1
    observation.rows-without-message 1""")
# Before contacts had numbers of their own: seconds, Events.Number, FirstName.
db("chat-viber-db", "numbers.db", [
    "CREATE TABLE Contact(ContactID INTEGER PRIMARY KEY, FirstName TEXT)",
    "CREATE TABLE ContactRelation(Number TEXT, ContactID INT)",
    "CREATE TABLE ChatInfo(ChatID INTEGER PRIMARY KEY, Token TEXT)",
    "CREATE TABLE Events(EventID INTEGER PRIMARY KEY, TimeStamp INT, Direction INT, Type INT, ChatID INT, Number TEXT, Token INT)",
    "CREATE TABLE Messages(EventID INTEGER PRIMARY KEY, Type INT, Body TEXT, ThumbnailPath TEXT)",
    "CREATE TABLE Calls(EventID INTEGER PRIMARY KEY, Duration INT)",
    "INSERT INTO Contact VALUES(5,'Emir')", "INSERT INTO ContactRelation VALUES('+38761123456',5)",
    "INSERT INTO ChatInfo VALUES(1,'+38761123456')",
    "INSERT INTO Events VALUES(1,1390000000,0,0,1,'+38761123456',81),(2,1390000060,1,1,1,'+38761123456',82)",
    "INSERT INTO Messages VALUES(1,1,'Zdravo',NULL)", "INSERT INTO Calls VALUES(2,12)",
], """conversation 1
    message 2
    type.text 1
    type.call 1
    number.+38761123456 1
    sender.Emir 1
    detail.peerNumber 2
    firstUtc 2014-01-17T23:06:40Z
    lastUtc 2014-01-17T23:07:40Z""")
db("chat-wa-android", "lid-msgstore.db", [
    "CREATE TABLE jid(_id INTEGER PRIMARY KEY, raw_string TEXT)",
    "CREATE TABLE jid_map(lid_row_id INTEGER PRIMARY KEY, jid_row_id INTEGER)",
    "CREATE TABLE chat(_id INTEGER PRIMARY KEY, jid_row_id INTEGER, subject TEXT)",
    "CREATE TABLE message(_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, key_id TEXT, sender_jid_row_id INTEGER, timestamp INTEGER, message_type INTEGER, text_data TEXT)",
    "INSERT INTO jid VALUES(1,'120363@g.us'),(2,'99887766554433@lid'),(3,'38761123456@s.whatsapp.net'),(4,'11223344556677@lid')",
    "INSERT INTO jid_map VALUES(2,3)", "INSERT INTO chat VALUES(1,1,'Grupa'),(2,2,NULL)",
    "INSERT INTO message VALUES(4,2,0,'A4',0,1706710003000,0,'nasamo')",
    "INSERT INTO message VALUES(1,1,0,'A1',2,1706710000000,0,'Zdravo')",
    "INSERT INTO message VALUES(2,1,0,'A2',4,1706710001000,0,'nepoznat broj')",
    "INSERT INTO message VALUES(3,1,0,'A2',4,1706710002000,66,'isti kljuc')",
], """conversation 2
    message 4
    type.text 3
    type.poll 1
    flag.duplicate-id 1
    number.+38761123456 2
    participant 3""")
db("chat-wa-ios", "types.sqlite", [
    "CREATE TABLE ZWACHATSESSION(Z_PK INTEGER PRIMARY KEY, ZCONTACTJID VARCHAR, ZPARTNERNAME VARCHAR)",
    "CREATE TABLE ZWAMESSAGE(Z_PK INTEGER PRIMARY KEY, ZCHATSESSION INTEGER, ZGROUPMEMBER INTEGER, ZMEDIAITEM INTEGER, ZISFROMME INTEGER, ZMESSAGETYPE INTEGER, ZMESSAGEDATE TIMESTAMP, ZFROMJID VARCHAR, ZSTANZAID VARCHAR, ZTEXT VARCHAR)",
    "INSERT INTO ZWACHATSESSION VALUES(1,'38761123456@s.whatsapp.net','Emir')",
] + ["INSERT INTO ZWAMESSAGE VALUES(%d,1,NULL,NULL,0,%d,%d,'38761123456@s.whatsapp.net','S%d','x')" % (i + 1, t, 728402800 + i, i if i != 7 else 6)
     for i, t in enumerate((4, 5, 6, 7, 8, 10, 15, 42))], """conversation 1
    message 8
    type.contact 1
    type.location 1
    type.system 2
    type.text 1
    type.attachment 2
    type.unsupported 1
    flag.unknown-type 1
    flag.duplicate-id 1""")
BIG = "Poruka sa mnogo reči. " * 4000
db("chat-imessage", "more.db", [
    "CREATE TABLE handle(ROWID INTEGER PRIMARY KEY, id TEXT)",
    "CREATE TABLE chat(ROWID INTEGER PRIMARY KEY, chat_identifier TEXT, display_name TEXT)",
    "CREATE TABLE chat_message_join(chat_id INTEGER, message_id INTEGER)",
    "CREATE TABLE message(ROWID INTEGER PRIMARY KEY, guid TEXT, text TEXT, attributedBody BLOB, handle_id INTEGER, is_from_me INTEGER, date INTEGER, date_edited INTEGER, associated_message_type INTEGER, associated_message_guid TEXT, thread_originator_guid TEXT)",
    "INSERT INTO handle VALUES(1,'+38761123456'),(2,'emir@example.org')", "INSERT INTO chat VALUES(1,'chat1','Grupa')",
    ("INSERT INTO message VALUES(1,'G1',NULL,?,1,0,728402800000000000,0,0,NULL,NULL)",
     (b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x08NSString\x01\x94\x84\x01+\x82" + len(BIG.encode()).to_bytes(4, "little") + BIG.encode() + b"\x86\x84",)),
    "INSERT INTO message VALUES(2,'G2','Loved','',2,0,728402801000000000,0,2000,'p:0/G1',NULL)",
    "INSERT INTO message VALUES(3,'G3','Removed','',2,0,728402802000000000,0,3000,'p:0/G1',NULL)",
    "INSERT INTO message VALUES(4,'G3','isti',NULL,1,0,728402803000000000,0,0,NULL,NULL)",
    "INSERT INTO chat_message_join VALUES(1,1),(1,2),(1,3),(1,4)",
], """conversation 1
    title Grupa
    message 4
    type.text 2
    type.system 2
    event.reaction 1
    event.reaction-removed 1
    flag.duplicate-id 1
    part 2
    reply 2
    number.+38761123456 2""")


def typed(text):
    raw = text.encode()
    return b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x08NSString\x01\x94\x84\x01+" + bytes([len(raw)]) + raw + b"\x86\x84"


def summary(parts, edits, taken_back):
    """message_summary_info as imessage-exporter's documentation tells it (its issue #10): otr, ec, rp."""
    info = {"amc": 1, "otr": {str(i): {"lo": 0, "le": 5} for i in range(parts)}}
    if edits:
        info["ec"] = {part: [{"d": when, "t": typed(text)} for when, text in versions] for part, versions in edits.items()}
    if taken_back:
        info["rp"] = taken_back
    return plistlib.dumps(info, fmt=plistlib.FMT_BINARY)


# edited twice; one of two parts taken back; all taken back; a list that is cut; in the bin; two files to one message;
# a file of a message that is not there
db("chat-imessage", "edited.db", [
    "CREATE TABLE handle(ROWID INTEGER PRIMARY KEY, id TEXT)",
    "CREATE TABLE chat(ROWID INTEGER PRIMARY KEY, chat_identifier TEXT, display_name TEXT)",
    "CREATE TABLE chat_message_join(chat_id INTEGER, message_id INTEGER)",
    "CREATE TABLE chat_recoverable_message_join(chat_id INTEGER, message_id INTEGER, delete_date INTEGER, ck_sync_state INTEGER)",
    "CREATE TABLE attachment(ROWID INTEGER PRIMARY KEY, filename TEXT, mime_type TEXT, total_bytes INTEGER)",
    "CREATE TABLE message_attachment_join(message_id INTEGER, attachment_id INTEGER)",
    "CREATE TABLE message(ROWID INTEGER PRIMARY KEY, guid TEXT, text TEXT, attributedBody BLOB, handle_id INTEGER, is_from_me INTEGER, date INTEGER, date_edited INTEGER, message_summary_info BLOB)",
    "INSERT INTO handle VALUES(1,'+38761123456')", "INSERT INTO chat VALUES(1,'+38761123456',NULL),(2,'chat2','Grupa')",
    ("INSERT INTO message VALUES(1,'G1',NULL,?,1,0,728402800000000000,728402860000000000,?)",
     (typed("Vidimo se u sedam"), summary(1, {"0": [(728402800, "Ubicu te"), (728402830.5, "Vidimo se"), (728402860, "Vidimo se u sedam")]}, []))),
    ("INSERT INTO message VALUES(2,'G2','ostalo',NULL,1,0,728402801000000000,728402861000000000,?)", (summary(2, {}, [1]),)),
    ("INSERT INTO message VALUES(3,'G3',NULL,NULL,1,0,728402802000000000,728402862000000000,?)", (summary(1, {}, [0]),)),
    ("INSERT INTO message VALUES(4,'G4','cela poruka',NULL,1,0,728402803000000000,0,?)", (summary(1, {"0": [(728402803, "druga")]}, [])[:-1],)),
    "INSERT INTO message VALUES(5,'G5','u kanti',NULL,1,0,728402804000000000,0,NULL)",
    "INSERT INTO message VALUES(6,'G6','dve slike',NULL,0,1,728402805000000000,0,NULL)",
    "INSERT INTO chat_message_join VALUES(1,1),(1,2),(1,3),(1,4),(1,6)",
    "INSERT INTO chat_recoverable_message_join VALUES(2,5,728402900000000000,0)",
    "INSERT INTO attachment VALUES(1,'a.heic','image/heic',9),(2,'b.heic','image/heic',10),(3,'c.heic','image/heic',11)",
    "INSERT INTO message_attachment_join VALUES(6,2),(6,1),(77,3)",
], """conversation 2
    message 6
    type.text 4
    type.deleted 1
    type.attachment 1
    edited 3
    revisions 1
    flag.recently-deleted 1
    attachment 2
    state.absent 2
    detail.retractedParts 2
    detail.summaryNotRead 1
    detail.deletedUtc 1
    observation.rows-without-message 1
    number.+38761123456 5""")


# a schema of tomorrow: the words are elsewhere (sigtop#85)
db("chat-wa-android", "no-text-msgstore.db", [
    "CREATE TABLE message(_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, key_id TEXT, timestamp INTEGER, message_type INTEGER, words TEXT)",
    "INSERT INTO message VALUES(1,1,0,'A1',1706710000000,0,'Zdravo')",
], """conversation 1
    message 1
    observation.column-missing 1""")


def with_wal(reader, name, tables, before, after, counts):
    """The rows `after` stand in NAME-wal only: a copy made while the database is open."""
    path = os.path.join(OUT, reader, name)
    for end in ("", "-wal", "-shm"):
        if os.path.exists(path + end):
            os.remove(path + end)
    work = path + ".work"
    c = sqlite3.connect(work)
    for s in tables + before:
        c.execute(s)
    c.commit()
    c.execute("PRAGMA journal_mode=WAL")
    c.execute("PRAGMA wal_autocheckpoint=0")
    for s in after:
        c.execute(s)
    c.commit()
    shutil.copy(work, path)
    shutil.copy(work + "-wal", path + "-wal")
    c.close()
    for end in ("", "-wal", "-shm"):
        if os.path.exists(work + end):
            os.remove(work + end)
    put(reader, name, None, counts)


with_wal("chat-wa-ios", "open.sqlite", [
    "CREATE TABLE ZWAMESSAGE(Z_PK INTEGER PRIMARY KEY, ZCHATSESSION INTEGER, ZISFROMME INTEGER, ZMESSAGETYPE INTEGER, ZMESSAGEDATE TIMESTAMP, ZFROMJID VARCHAR, ZTEXT VARCHAR)"],
    ["INSERT INTO ZWAMESSAGE VALUES(1,1,0,0,728402800,'a@s.whatsapp.net','u bazi')"],
    ["INSERT INTO ZWAMESSAGE VALUES(2,1,0,0,728402801,'a@s.whatsapp.net','samo u -wal')"],
    "message 2\ntype.text 2")
with_wal("chat-imessage", "open.db", [
    "CREATE TABLE message(ROWID INTEGER PRIMARY KEY, guid TEXT, text TEXT, handle_id INTEGER, is_from_me INTEGER, date INTEGER)"],
    ["INSERT INTO message VALUES(1,'G1','u bazi',0,1,728402800)"], ["INSERT INTO message VALUES(2,'G2','samo u -wal',0,1,728402801)"],
    "message 2\ntype.text 2")
with_wal("chat-wa-android", "open-msgstore.db", [
    "CREATE TABLE message(_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, key_id TEXT, timestamp INTEGER, message_type INTEGER, text_data TEXT)"],
    ["INSERT INTO message VALUES(1,1,0,'A1',1706710000000,0,'u bazi')"], ["INSERT INTO message VALUES(2,1,0,'A2',1706710001000,0,'samo u -wal')"],
    "message 2\ntype.text 2")
