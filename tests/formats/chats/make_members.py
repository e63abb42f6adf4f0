#!/usr/bin/env python3
"""Writes samples whose facts are members that readers once passed by, files named by what is in them, and what stands in
other files than the messages do. Counts by hand. Run from tests/formats."""
import base64
import hashlib
import json

from samples import JPEG, put, zipped


def b64(data):
    return base64.b64encode(data).decode()


def lines(frames):
    return "".join(json.dumps(x, ensure_ascii=False) + "\n" for x in frames)


# ---- Telegram: notices with whom they are about; a forward of an account without a name; rich words in a poll; a card and
# its file; a file under another name; two bodies; whole names of what nobody knows, two of which begin alike
T = "chat-telegram"


def telegram(messages):
    return json.dumps({"name": "Grupa", "type": "private_supergroup", "id": 9, "messages": [
        dict({"id": n + 1, "type": "message", "date": "2024-07-01T14:05:%02d" % n, "date_unixtime": str(1719835500 + n), "from": "Marko", "from_id": "user22", "text": "", "text_entities": []}, **x)
        for n, x in enumerate(messages)]}, ensure_ascii=False, indent=1)


def notice(action, **more):
    return dict({"type": "service", "actor": "Marko", "actor_id": "user22", "action": action}, **more)


zipped(T, "members.zip", [("ChatExport/result.json", telegram([
    notice("remove_members", members=["Ана Петровић", None]),
    notice("pin_message", message_id=77),
    notice("set_messages_ttl", period=86400),
    notice("conference_call", duration_seconds=61, is_active=False, is_missed=True),
    notice("edit_chat_theme", emoticon="🌷"),
    {"text": "dalje", "forwarded_from": None, "forwarded_from_id": "user99"},
    {"location_information": {"latitude": 1.5, "longitude": 2.5}, "live_location_period_seconds": 900},
    {"poll": {"question": ["Kada ", {"type": "bold", "text": "tačno"}, "?"], "closed": True, "total_voters": 3, "answers": [{"text": ["sad ", {"type": "bold", "text": "odmah"}], "voters": 3, "chosen": True}]}},
    {"contact_information": {"first_name": "M", "last_name": "", "phone_number": "+38761"}, "contact_vcard": "contacts/contact_1.vcf", "contact_vcard_file_size": 24},
    {"file": "files/ugovor (1).pdf", "file_name": "ugovor.pdf", "file_size": 8, "mime_type": "application/pdf"},
    {"file": "stickers/s.webp", "file_name": "s.webp", "media_type": "sticker", "sticker_emoji": "🔪", "width": 512, "height": 512, "thumbnail": "stickers/s.webp_thumb.jpg"},
    {"file": "files/pesma.mp3", "file_name": "pesma.mp3", "media_type": "audio_file", "performer": "Izvođač", "title": "Naslov", "media_spoiler": True},
    {"text": "doći ću", "text_entities": [{"type": "plain", "text": "neću doći"}]},
    {"text": "x", "novo_polje_o_poruci_prvo": 1, "novo_polje_o_poruci_drugo": {"a": [2]}},
    {"text": "y", "novo_polje_o_poruci_prvo": 3, "reactions": [{"type": "custom_emoji", "count": 1, "document_id": "stickers/r.webm"}]},
])), ("ChatExport/contacts/contact_1.vcf", b"BEGIN:VCARD\nEND:VCARD\n\n\n"), ("ChatExport/files/ugovor (1).pdf", b"%PDF-1.7"),
    ("ChatExport/stickers/s.webp", b"RIFF\x04\0\0\0WEBP"), ("ChatExport/stickers/s.webp_thumb.jpg", JPEG), ("ChatExport/files/pesma.mp3", b"ID3" * 9)],
    """conversation 1
    message 15
    type.system 4
    type.call 1
    type.text 4
    type.location 1
    type.poll 1
    type.contact 1
    type.attachment 3
    attachment 4
    state.present 4
    caption 1
    detail.members 1
    detail.aboutMessage 1
    detail.periodSeconds 1
    detail.emoticon 1
    detail.forwardedFromId 1
    forwarded 1
    detail.liveLocationPeriodSeconds 1
    detail.pollQuestion 1
    detail.pollClosed 1
    detail.pollVoters 1
    detail.stickerEmoji 1
    detail.width 1
    detail.height 1
    detail.thumbnail 1
    detail.performer 1
    detail.title 1
    detail.mediaSpoiler 1
    detail.otherMembers 2
    flag.two-bodies 1
    reactions 1
    observation.unknown-field 2
    firstUtc 2024-07-01T12:05:00Z
    lastUtc 2024-07-01T12:05:14Z""")

# A whole account: 500 contacts stand before the chats and fill more than a probe sees.
put(T, "account-contacts.json", json.dumps({
    "about": "Here is the data you requested.", "personal_information": {"user_id": 1, "first_name": "Ana"},
    "contacts": {"about": "x", "list": [{"first_name": "Kontakt", "last_name": str(i), "phone_number": "0038761%06d" % i, "date": "2020-01-01T10:00:00", "date_unixtime": "1577872800"} for i in range(500)]},
    "frequent_contacts": {"about": "x", "list": []}, "sessions": {"about": "x", "list": [{"last_ip": "192.0.2.1"}]},
    "chats": {"about": "x", "list": [{"name": "Marko", "type": "personal_chat", "id": 5, "messages": [
        {"id": 1, "type": "message", "date": "2024-07-01T14:05:09", "date_unixtime": "1719835509", "from": "Marko", "from_id": "user22", "text": "zdravo", "text_entities": []}]}]},
    "left_chats": {"about": "x", "list": []}}, indent=1), """conversation 1
    title Marko
    message 1
    type.text 1
    observation.lists-not-read 1
    observation.unknown-field 0
    unread 0""")
# ... and one that begins with what the user chose: pictures of himself, nothing else before the chats.
put(T, "account-pictures.json", json.dumps({
    "about": "x", "profile_pictures": [{"date": "2020-01-01T10:00:00", "photo": "profile_pictures/photo_%d.jpg" % i} for i in range(900)],
    "chats": {"about": "x", "list": [{"name": "Marko", "type": "personal_chat", "id": 5, "messages": []}]}}, indent=1), """conversation 1
    title Marko
    message 0
    observation.lists-not-read 1
    unread 0""")
# What Telegram Desktop writes and is no JSON: \\x and two digits for a control character (tdesktop 27571), a custom emoji's
# file without quotes (tdesktop 24961). The message behind them must be there.
put(T, "slips.json", telegram([{"text": "prva"}, {"text": "druga"}, {"text": "treća"}]).replace("prva", "pr\\x0Bva\\x1f").replace(
    '"text": "druga"', '"text": [\n    {\n     "type": "custom_emoji",\n     "text": "😮",\n     "document_id": files/sticker (2), a.webm\n    },\n    {\n     "type": "custom_emoji",\n     "text": "!",\n     "document_id": (File not included. Change data exporting settings to download.)\n    },\n    "druga"\n   ]'), """conversation 1
    message 3
    type.text 3
    observation.exporter-slips 1
    unread 0""")

# ---- Signal: files by SHA-256 of plaintextHash and localKey; by their bytes alone (Android without localKey); other bytes
# than the export names; a file that is not there; one that was never fetched; a picture's words; own words with reactions
S = "chat-signal"


def pointer(data, key, found=True, **more):
    info = {"key": b64(bytes(64)), "size": len(data), "plaintextHash": b64(hashlib.sha256(data).digest())}
    if key is not None:
        info["localKey"] = b64(key)
    return dict({"contentType": "image/jpeg", "locatorInfo": info}, **more)


def path(data, key, ext=""):
    name = hashlib.sha256(hashlib.sha256(data).digest() + key).hexdigest()
    return "files/%s/%s%s" % (name[:2], name, ext)


def message(n, **more):
    item = dict({"chatId": "7", "authorId": "2", "dateSent": str(1715636551000 + n), "incoming": {"dateReceived": "1715636551500"}}, **more)
    return {"chatItem": {k: v for k, v in item.items() if v is not None}}


def attached(n, *files):
    return message(n, standardMessage={"attachments": [dict({"wasDownloaded": True}, **f) for f in files]})


K = [bytes([n] * 64) for n in range(9)]
HEAD = [{"version": "1", "backupTimeMs": "1768000000000"}, {"account": {"givenName": "Ana", "familyName": "K"}},
        {"recipient": {"id": "1", "self": {}}}, {"recipient": {"id": "2", "contact": {"e164": "38761123456", "profileGivenName": "Emir"}}},
        {"chat": {"id": "7", "recipientId": "2", "expirationTimerMs": "86400000", "style": {"dimWallpaperInDarkMode": True}}}, {"chatFolder": {"name": "Posao"}}]
A, B, C, D = JPEG + b"a", b"bez nastavka", JPEG + b"c", JPEG + b"d"
zipped(S, "desktop-media.zip", [
    ("signal-export/signal-backup-2026-01-01-10-00-00/main.jsonl", lines(HEAD + [
        attached(1, {"pointer": pointer(A, K[1], fileName="IMG.jpg", caption="Natpis", width=3, height=2)}),
        attached(2, {"pointer": pointer(B, K[2], contentType="application/octet-stream")}, {"pointer": pointer(C, K[3]), "flag": "GIF"}),
        attached(3, {"pointer": pointer(D, K[4], fileName="nema.jpg")}),
        attached(4, {"pointer": {"contentType": "video/mp4", "fileName": "film.mp4", "locatorInfo": {"key": "AA==", "size": 9, "encryptedDigest": "AA=="}}, "wasDownloaded": False}),
        message(5, authorId="1", incoming=None, outgoing={"sendStatus": [{"recipientId": "2", "timestamp": "1715636552000", "read": {"sealedSender": True}}]},
                standardMessage={"text": {"body": "moja"}, "reactions": [{"emoji": "👍", "authorId": "2", "sentTimestamp": "1715636553000"}]}),
        message(6, standardMessage={"text": {"body": "iza nje"}}),
    ])), ("signal-export/" + path(A, K[1], ".jpg"), A), ("signal-export/" + path(B, K[2]), B), ("signal-export/" + path(C, K[3], ".jpeg"), C[:-1] + b"!"),
    ("signal-export/signal-backup-2026-01-01-10-00-00/metadata.json", '{"version":1}')], """conversation 1
    title Emir
    message 6
    type.attachment 4
    type.text 2
    attachment 5
    state.present 3
    state.absent 1
    state.not-exported 1
    caption 1
    reactions 1
    listed.reactions 1
    detail.attachments 4
    detail.sendStatus 1
    observation.lists-not-read 1
    observation.left-out-by-design 1
    unread 0""")
zipped(S, "android-media.zip", [
    ("metadata.json", '{"version":1}'), ("main.jsonl", lines(HEAD + [
        attached(1, {"pointer": pointer(A, None)}), attached(2, {"pointer": pointer(B, K[2])}), attached(3, {"pointer": pointer(D, None)})])),
    (path(A, K[1], ".jpg"), A), (path(B, K[2], ".bin"), B)], """conversation 1
    message 3
    type.attachment 3
    attachment 3
    state.present 2
    state.not-exported 1
    unread 0""")

# ---- Discord: what channel.json and index.json say, before and behind the messages; one folder without channel.json
zipped("chat-discord", "package-channels.zip", [
    ("Messages/c222/messages.json", json.dumps([{"ID": 1202249215148785674, "Timestamp": "2024-01-31 13:05:09", "Contents": "ostavi me", "Attachments": ""}])),
    ("Messages/c222/channel.json", json.dumps({"id": "222", "type": "DM", "recipients": ["7001", "7002"]})),
    ("Messages/c333/channel.json", json.dumps({"id": "333", "type": 0, "name": "opšte", "guild": {"id": "9", "name": "Server"}})),
    ("Messages/c333/messages.csv", "ID,Timestamp,Contents,Attachments\n1202249215148785675,2024-01-31 13:06:09,zdravo,\n"),
    ("Messages/c444/messages.json", json.dumps([{"ID": 1202249215148785676, "Timestamp": "2024-01-31 13:07:09", "Contents": "bez", "Attachments": ""}])),
    ("Messages/c555/messages.json", json.dumps([])),
    ("Messages/c555/channel.json", json.dumps({"id": "555", "type": "GROUP_DM", "recipients": ["Deleted User", "7003"], "name": None, "owner": "7003"})),
    ("Messages/index.json", json.dumps({"222": "Direct Message with dragan#0", "333": "opšte in Server", "444": "Direct Message with emir#0", "555": None})),
    ("Servers/index.json", json.dumps({"222": "no channel"})), ("Account/user.json", "{}")], """conversation 4
    title Direct Message with dragan#0
    message 3
    type.text 3
    participant 3
    silent 3
    observation.own-messages-only 4
    unread 0""")

# Since 2025 the folders have names in the language of the account's owner; those of the channels and the files do not.
zipped("chat-discord", "package-translated.zip", [
    ("Račun/user.json", "{}"), ("Poruke/index.json", json.dumps({"222": "Direktna poruka sa dragan"})),
    ("Poruke/c222/channel.json", json.dumps({"id": "222", "type": "DM", "recipients": ["7001"]})),
    ("Poruke/c222/messages.json", json.dumps([{"ID": 1202249215148785674, "Timestamp": "2024-01-31 13:05:09", "Contents": "ostavi me", "Attachments": ""}]))], """conversation 1
    title Direktna poruka sa dragan
    message 1
    type.text 1
    observation.own-messages-only 1
    unread 0""")

# ---- Slack: a time that is none stands as it is
put("chat-slack", "2016-01-15.json", json.dumps([
    {"type": "message", "user": "U2", "text": "loše", "ts": "abc"},
    {"type": "message", "user": "U2", "text": "dobro", "ts": "1452837322.000004", "edited": {"user": "U3", "ts": "x"}, "client_msg_id": "c-1",
     "files": [{"id": "F1", "name": "a.png", "title": "Slika", "user": "U3", "created": 1452837300, "url_private": "https://files.slack.com/a"}]}], ensure_ascii=False), """conversation 1
    message 2
    type.text 2
    attachment 1
    flag.impossible-time 2
    flag.no-time 1
    edited 1
    detail.editedBy 1
    detail.clientMessageId 1
    detail.files 1
    unread 0""")

# ---- Meta: who was added, a story passed on, words heard in a recording, times of two pictures, whose profile was shared, who
# bumped what, a poll nobody knows; what a file says of its thread, before and behind the messages. Strings are written byte for byte
def broken(s):
    return s.encode("utf-8").decode("latin-1")


put("chat-meta", "members.json", json.dumps({"participants": [{"name": "Ana"}, {"name": "Marko", "novo": broken("član")}], "is_still_participant": False,
    "messages": [
        {"sender_name": "Marko", "timestamp_ms": 1706710000008, "content": "Marko added Jovan.", "type": "Subscribe", "users": [{"name": broken("Jovan Jović")}]},
        {"sender_name": "Marko", "timestamp_ms": 1706710000007, "story_share": {"url": "https://example.org/s", "caption": broken("priča")}},
        {"sender_name": "Marko", "timestamp_ms": 1706710000006, "audio_files": [{"uri": "a/1.mp4", "creation_timestamp": 1706709999, "transcription": broken("ubiću te")}]},
        {"sender_name": "Marko", "timestamp_ms": 1706710000005, "photos": [{"uri": "a/1.jpg", "creation_timestamp": 1706709998}, {"uri": "a/2.jpg", "backup_uri": "https://example.org/2"}],
         "sticker": {"uri": "a/s.png", "ai_stickers": []}},
        {"sender_name": "Marko", "timestamp_ms": 1706710000004, "content": "vidi", "share": {"link": "https://example.org", "profile_share_username": "zrtva", "profile_share_name": broken("Žrtva")}},
        {"sender_name": "Marko", "timestamp_ms": 1706710000003, "is_taken_down": True, "bumped_message_metadata": {"bumped_message": "stara", "is_bumped": True}, "is_geoblocked_for_viewer_user": False},
        {"sender_name": "Marko", "timestamp_ms": 1706710000002, "call_duration": 5, "poll": {"question": "gde"}, "text": "?"},
        {"sender_name": "Marko", "timestamp_ms": 1706710000001, "content": "zdravo", "reactions": [{"reaction": "x", "actor": "Ana", "novo": "y"}]},
    ], "title": "Ana", "thread_path": "inbox/ana_1", "magic_words": [{"magic_word": "volim"}], "image": {"uri": "a/i.jpg"}, "never_heard_of": broken("šta")}), """conversation 1
    message 8
    type.system 1
    type.text 4
    type.attachment 2
    type.call 1
    attachment 4
    flag.mended 4
    detail.otherMembers 5
    detail.media 2
    detail.shareLink 1
    participant 2
    observation.unknown-field 2""")
