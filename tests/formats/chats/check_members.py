#!/usr/bin/env python3
"""check_members.py RUN_FORMAT FORMATS: nothing that an export says of a message is known to a reader and yet swallowed.

Every row of Telegram's table of members (formats/chat_telegram_members.c) is tried by itself: its value must stand in the
records. For Telegram, Signal, Discord, Slack and Meta a message that has all that its exporter's source or the documents of the
format name, each leaf with a value of its own: each must stand in the records, but for those that are listed here with the
reason. A member that nobody knows must stand there too, and be said with its whole name. FORMATS is the folder formats/.
The values expected are those put in, so no file of expected records is needed."""
import json
import os
import re
import subprocess
import sys
import tempfile

run, formats = sys.argv[1:3]
bad = 0


def check(ok, what):
    global bad
    if not ok:
        bad += 1
        print("wrong: " + what)


def read(reader, name, text):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        p = subprocess.run([run, reader, path], capture_output=True)
    check(p.returncode == 0, "%s ended with %d: %s" % (reader, p.returncode, p.stderr.decode()))
    return [json.loads(x) for x in p.stdout.decode().splitlines()]


def shown(records):
    """What is said of messages, their files and their conversation; not the place, which leads back to the source."""
    return "\n".join(json.dumps(r, ensure_ascii=False) for r in records)


def leaves(value, path=""):
    if isinstance(value, dict):
        for k, v in value.items():
            yield from leaves(v, path + "." + k if path else k)
    elif isinstance(value, list):
        for v in value:
            yield from leaves(v, path)
    elif value is not None and not isinstance(value, bool):
        yield path, str(value)


def rich(reader, name, text, message, left_out):
    """Every leaf of the message is in the records, or in left_out with a reason."""
    out = shown(read(reader, name, text))
    seen = set()
    for path, value in leaves(message):
        if path in left_out:
            seen.add(path)
            check(value not in out, "%s: %s is shown, so it need not be excused" % (reader, path))
        else:
            check(value in out, "%s: %s (%s) is swallowed" % (reader, path, value))
    check(seen == set(left_out), "%s: excused, but not tried: %s" % (reader, sorted(set(left_out) - seen)))


# ---- Telegram: the table, row by row ------------------------------------------------------------
with open(os.path.join(formats, "chat_telegram_members.c"), encoding="utf-8") as f:
    rows = re.findall(r'\{"(\w+)", (?:AS_DETAIL|OF_RECORD|IN_PARTS)', f.read())
check(len(rows) > 100 and len(set(rows)) == len(rows), "rows of the table: %d" % len(rows))
BASE = {"id": 1, "type": "message", "date": "2024-01-31T14:05:00", "date_unixtime": "1706706300", "from": "Ana", "from_id": "user1", "text": "x", "text_entities": []}
FORMS = {  # a value of the form that the exporter writes, and what of it must stand in the records
    "id": (77801, "77801"), "date": ("2031-05-06T07:08:09", "2031-05-06T07:08:09"), "date_unixtime": ("1706706307", "13:05:07Z"),
    "edited": ("2031-05-06T07:08:09", "2031-05-06T07:08:09"), "edited_unixtime": ("1706706309", "13:05:09Z"),
    "text_entities": ([{"type": "plain", "text": "VALUE"}], "VALUE"), "members": (["VALUE", None], "VALUE"),
    "reactions": ([{"type": "emoji", "count": 1, "emoji": "VALUE"}], "VALUE"), "poll": ({"question": ["a", {"type": "bold", "text": "VALUE"}]}, "aVALUE"),
    "todo_list": ({"title": "VALUE"}, "VALUE"), "inline_bot_buttons": ([[{"type": "url", "text": "VALUE"}]], "VALUE"),
    "contact_information": ({"first_name": "VALUE"}, "VALUE"), "location_information": ({"latitude": 12.3456}, "12.3456"),
    "gift_text": (["a", {"type": "bold", "text": "VALUE"}], "aVALUE"), "peers": ([778101], "778101"), "values": (["VALUE"], "VALUE"),
    "completed": ([778102], "778102"), "incompleted": ([778103], "778103"), "winners": ([778104], "778104"),
    "items": ([{"text": "VALUE", "id": 1}], "VALUE"), "invoice_information": ({"title": "VALUE"}, "VALUE"),
    "giveaway_information": ({"additional_prize": "VALUE"}, "VALUE"), "giveaway_results": ({"additional_prize": "VALUE"}, "VALUE"),
    "is_active": (True, '"isActive": true'), "is_missed": (False, '"isMissed": false'), "media_spoiler": (True, '"mediaSpoiler": true'),
}
for name in rows:
    value, want = FORMS.get(name, ("VALUE-" + name, "VALUE-" + name))
    message = dict(BASE)
    for other in {"actor": ["from"], "actor_id": ["from_id"]}.get(name, []):
        del message[other]
    message[name] = value
    out = shown(read("chat-telegram", "result.json", json.dumps({"name": "G", "type": "personal_chat", "id": 9, "messages": [message]})))
    check(want in out, "chat-telegram: %s is known, and its value %s is swallowed" % (name, want))
    check("unknown-field" not in out, "chat-telegram: %s stands in the table and is said to be unknown" % name)

# ---- Telegram: what stands beside what --------------------------------------------------------------
N = iter(range(880001, 889999))


def u():
    return "W%d" % next(N)


LONG = "never_heard_of_before_and_as_long_as_this_one"
message = {"id": next(N), "type": "message", "date": "2031-05-06T07:08:09", "from": u(), "from_id": u(), "actor": u(), "actor_id": u(), "author": u(),
           "forwarded_from": u(), "forwarded_from_id": u(), "saved_from": u(), "via_bot": u(), "reply_to_message_id": next(N), "reply_to_peer_id": u(),
           "photo": u(), "photo_file_size": next(N), "file": u() + "/" + u(), "file_name": u(), "file_size": next(N), "mime_type": u(), "thumbnail": u(),
           "thumbnail_file_size": next(N), "contact_vcard": u(), "contact_vcard_file_size": next(N), "width": next(N), "height": next(N),
           "contact_information": {"first_name": u(), "last_name": u(), "phone_number": u(), LONG: u()},
           "location_information": {"latitude": u(), "longitude": u(), LONG: u()},
           "poll": {"question": u(), "total_voters": next(N), "answers": [{"text": u(), "voters": next(N)}], LONG: u()},
           "todo_list": {"title": u(), "answers": [{"text": u(), "id": next(N)}], LONG: u()},
           "inline_bot_buttons": [[{"type": u(), "text": u(), "data": u(), "dataBase64": u(), "forward_text": u(), "button_id": next(N)}]],
           "reactions": [{"type": u(), "count": next(N), "emoji": u(), "document_id": u(), "recent": [{"from": u(), "from_id": u(), "date": u()}]}],
           "text": [u(), {"type": "text_link", "text": u(), "href": u()}, {"type": "mention_name", "text": u(), "user_id": next(N)}],
           LONG: u(), LONG + "2": {"a": [u()]}}
text = json.dumps({"name": "G", "type": "personal_chat", "id": 9, "messages": [message]})
rich("chat-telegram", "result.json", text, message, {"text.type": "how the words are drawn; what is behind them is in links"})
out = read("chat-telegram", "result.json", text)
check(sorted(r["text"] for r in out if r.get("code") == "unknown-field") ==
      ['member "%s" is not known to this reader, 1 times' % x for x in (LONG, LONG + "2")], "unknown members are said with their whole names")

# ---- Signal -----------------------------------------------------------------------------------------
def pointer():
    return {"contentType": u(), "fileName": u(), "width": next(N), "height": next(N), "caption": u(), "blurHash": u(), "incrementalMac": u(),
            "incrementalMacChunkSize": next(N), "locatorInfo": {"key": u(), "size": next(N), "encryptedDigest": u(), "transitCdnKey": u(),
                                                                 "transitCdnNumber": next(N), "mediaTierCdnNumber": next(N)}}


P = "standardMessage.attachments."
item = {"chatId": "7", "authorId": "2", "dateSent": "1956987000123",
        "incoming": {"dateReceived": "1956987000456", "dateServerSent": "1956987000789", "sealedSender": True},
        "standardMessage": {"text": {"body": u(), "bodyRanges": [{"start": next(N), "style": u()}]},
                            "quote": {"targetSentTimestamp": str(next(N)), "authorId": str(next(N)), "text": {"body": u()}, "attachments": [{"fileName": u()}], "type": u()},
                            "attachments": [{"pointer": pointer(), "flag": u(), "wasDownloaded": True, "clientUuid": u()}],
                            "linkPreview": [{"url": u(), "title": u(), "description": u()}],
                            "reactions": [{"emoji": u(), "authorId": str(next(N)), "sentTimestamp": str(next(N)), "sortOrder": str(next(N))}], LONG: u()},
        "revisions": [{"chatId": "7", "authorId": "2", "dateSent": "1956987000321", "standardMessage": {"text": {"body": u()}, "attachments": [{"pointer": {"fileName": u()}}]}}],
        "pinDetails": {"pinnedAtTimestamp": str(next(N))}, LONG: u()}


def signal(item):
    return "".join(json.dumps(x) + "\n" for x in [
        {"version": "1", "backupTimeMs": "1"}, {"recipient": {"id": "2", "contact": {"profileGivenName": "E"}}},
        {"chat": {"id": "7", "recipientId": "2"}}, {"chatItem": item}])


# times are shown as UTC, the timestamp of the message itself as it is
OF_POINTER = {P + "pointer." + k: "how the file is drawn and fetched, not what it is" for k in (
    "blurHash", "incrementalMac", "incrementalMacChunkSize", "locatorInfo.key", "locatorInfo.encryptedDigest", "locatorInfo.transitCdnKey",
    "locatorInfo.transitCdnNumber", "locatorInfo.mediaTierCdnNumber")}
rich("chat-signal", "main.jsonl", signal(item), item, dict(OF_POINTER, **{
    P + "clientUuid": "of the app's own", "standardMessage.reactions.sortOrder": "the list is in the order of the file",
    "incoming.dateReceived": "shown as receivedUtc", "incoming.dateServerSent": "shown as serverSentUtc"}))
item = {"chatId": "7", "authorId": "2", "dateSent": "1956987000123", "outgoing": {"dateReceived": str(next(N)), "sendStatus": [
    {"recipientId": str(next(N)), "timestamp": str(next(N)), "failed": {"reason": u()}}]},
    "stickerMessage": {"sticker": {"packId": u(), "packKey": u(), "stickerId": next(N), "emoji": u(), "data": {"contentType": u()}}}}
rich("chat-signal", "main.jsonl", signal(item), item, {})
item = {"chatId": "7", "authorId": "2", "dateSent": "1956987000123", "incoming": {}, "directStoryReplyMessage": {
    "textReply": {"text": {"body": u(), "bodyRanges": [{"style": u()}]}, "longText": {"contentType": u()}}, LONG: u()}}
rich("chat-signal", "main.jsonl", signal(item), item, {})
for kind, inner in (("contactMessage", {"contact": {"name": {"givenName": u()}, "number": [{"value": u(), "label": u()}], "organization": u()}}),
                    ("poll", {"question": u(), "options": [{"option": u(), "votes": [{"voterId": str(next(N)), "voteCount": next(N)}]}]}),
                    ("viewOnceMessage", {"attachment": {"flag": u()}, "reactions": [{"emoji": u()}]}), ("adminDeletedMessage", {"adminId": str(next(N))}),
                    ("paymentNotification", {"amountMob": u(), "note": u()}), ("giftBadge", {"state": u()}),
                    ("updateMessage", {"groupChange": {"updates": [{"groupMemberRemovedUpdate": {"removerAci": u(), "removedAci": u()}}]}}),
                    ("updateMessage", {"individualCall": {"callId": str(next(N)), "type": u(), "direction": u(), "state": u(), "startedCallTimestamp": str(next(N))}}),
                    ("updateMessage", {"groupCall": {"state": u(), "ringerRecipientId": str(next(N)), "endedCallTimestamp": str(next(N))}}),
                    (LONG, {"a": u()})):
    item = {"chatId": "7", "authorId": "2", "dateSent": "1956987000123", "incoming": {}, kind: inner}
    rich("chat-signal", "main.jsonl", signal(item), item, {})

# whom a chat is with, and the chat itself: their conversation's record
KEYS = "a key, or how it is drawn"
contact = {"aci": u(), "username": u(), "e164": str(next(N)), "profileGivenName": u(), "profileFamilyName": u(), "profileKey": u(), "identityKey": u(),
           "systemGivenName": u(), "systemFamilyName": u(), "systemNickname": u(), "nickname": {"given": u(), "family": u()}, "note": u(), "visibility": u(),
           "notRegistered": {"unregisteredTimestamp": str(next(N))}, LONG: u()}
group = {"masterKey": u(), "storySendMode": u(), "snapshot": {"title": {"title": u()}, "avatarUrl": u(), "description": {"descriptionText": u()},
                                                              "members": [{"userId": u(), "role": u(), "joinedAtVersion": next(N)}], LONG: u()}}
of_chat = {"expirationTimerMs": str(next(N)), "archived": True, "pinnedOrder": next(N), "muteUntilMs": str(next(N)), LONG: u()}
for who, whom, left_out in (("contact", contact, {"profileKey": KEYS, "identityKey": KEYS}), ("group", group, {"masterKey": KEYS, "snapshot.avatarUrl": KEYS})):
    text = "".join(json.dumps(x) + "\n" for x in [
        {"version": "1", "backupTimeMs": "1"}, {"recipient": {"id": "2", who: whom}}, {"chat": dict({"id": "7", "recipientId": "2"}, **of_chat)},
        {"chatItem": {"chatId": "7", "authorId": "2", "dateSent": "1956987000123", "incoming": {}, "standardMessage": {"text": {"body": "x"}}}}])
    # a group's key is the handle of nobody who wrote; here it wrote, so that the record of the message has it
    rich("chat-signal", "main.jsonl", text, whom, {k: v for k, v in left_out.items() if k != "masterKey"})
    rich("chat-signal", "main.jsonl", text, of_chat, {})

# ---- Discord ----------------------------------------------------------------------------------------
message = {"id": str(next(N)), "type": "Default", "timestamp": "2031-05-06T07:08:09+00:00", "timestampEdited": "2031-05-06T07:09:09+00:00",
           "callEndedTimestamp": u(), "isPinned": True, "content": u(),
           "author": {"id": u(), "name": u(), "discriminator": u(), "nickname": u(), "color": u(), "isBot": True, "roles": [{"id": u(), "name": u()}], "avatarUrl": u()},
           "attachments": [{"id": u(), "url": "https://" + u(), "fileName": u(), "fileSizeBytes": next(N)}], "embeds": [{"title": u()}],
           "stickers": [{"id": u(), "name": u(), "format": u(), "sourceUrl": u()}],
           "reactions": [{"emoji": {"id": u(), "name": u(), "code": u(), "imageUrl": u()}, "count": next(N), "users": [{"id": u(), "name": u(), "nickname": u()}]}],
           "mentions": [{"id": u(), "name": u()}], "reference": {"messageId": u(), "channelId": u()}, "interaction": {"id": u(), "name": u()},
           "inlineEmojis": [{"id": u(), "name": u()}], LONG: u()}
channel = {"id": "2", "type": "GuildTextChat", "category": u(), "name": u(), "topic": u()}
text = json.dumps({"guild": {"id": u(), "name": u()}, "channel": channel, "messages": [message]})
DRAWN = "how it is drawn"
rich("chat-discord", "d.json", text, message, {
    "type": "what is usual: text; others are eventRaw",
    "author.color": DRAWN, "author.avatarUrl": DRAWN, "inlineEmojis.id": DRAWN, "inlineEmojis.name": DRAWN, "reactions.emoji.id": DRAWN,
    "reactions.emoji.code": DRAWN, "reactions.emoji.imageUrl": DRAWN, "reactions.users.nickname": "byId says who", "attachments.id": "the address holds it",
    "stickers.id": "the address holds it"})
rich("chat-discord", "d.json", text, channel, {})

# ---- Slack ------------------------------------------------------------------------------------------
message = {"type": "message", "subtype": u(), "user": u(), "text": u(), "ts": "1956987000.000101", "thread_ts": "1956987000.000100", "username": u(),
           "edited": {"user": u(), "ts": "1956987000.000102"}, "client_msg_id": u(), "bot_id": u(), "bot_profile": {"id": u(), "name": u()},
           "files": [{"id": u(), "name": u(), "title": u(), "mimetype": u(), "user": u(), "size": next(N), "url_private": u(), "created": next(N)}],
           "reactions": [{"name": u(), "users": [u()], "count": next(N)}], "attachments": [{"text": u(), "title_link": u()}], "blocks": [{"type": u()}],
           "user_profile": {"real_name": u(), "display_name": u(), "avatar_hash": u(), "image_72": u(), "team": u()},
           "replies": [{"user": u(), "ts": u()}], "reply_count": next(N), "reply_users": [u()], "reply_users_count": next(N), "latest_reply": u(),
           "parent_user_id": u(), "inviter": u(), "topic": u(), "purpose": u(), "name": u(), "old_name": u(), "team": u(), "user_team": u(),
           "source_team": u(), "icons": {"emoji": u()}, "last_read": u(), LONG: u()}
rich("chat-slack", "2032-01-06.json", json.dumps([message]), message, {
    "blocks.type": "blocks say the text again, which is there", "user_profile.avatar_hash": DRAWN, "user_profile.image_72": DRAWN, "user_profile.team": "which workspace",
    "team": "which workspace", "user_team": "which workspace", "source_team": "which workspace", "icons.emoji": DRAWN, "reply_users_count": "reply_users",
    "last_read": "of the one who exported, not of the message"})

# ---- Meta -------------------------------------------------------------------------------------------
def file_of(n):
    return [{"uri": u(), "creation_timestamp": next(N), "backup_uri": u(), "transcription": u(), "thumbnail": {"uri": u()}, LONG: u()} for _ in range(n)]


message = {"sender_name": u(), "timestamp_ms": 1956987000123, "content": u(), "type": "Subscribe", "photos": file_of(2), "videos": file_of(1), "audio_files": file_of(1),
           "files": file_of(1), "gifs": file_of(1), "sticker": {"uri": u(), "ai_stickers": [u()]}, "call_duration": next(N), "ip": u(),
           "share": {"link": u(), "share_text": u(), "original_content_owner": u(), "profile_share_username": u(), "profile_share_name": u(), LONG: u()},
           "reactions": [{"reaction": u(), "actor": u(), "timestamp": next(N), LONG: u()}], "users": [{"name": u()}], "story_share": {"url": u(), "caption": u()},
           "bumped_message_metadata": {"bumped_message": u(), "is_bumped": True}, "text": u(), "timestamp": next(N), "senderName": u(), LONG: u()}
thread = {"participants": [{"name": u(), LONG: u()}], "title": u(), "thread_path": u(), "thread_type": u(), "magic_words": [{"magic_word": u(), "animation_emoji": u()}],
          "image": {"uri": u(), "creation_timestamp": next(N)}, "joinable_mode": {"mode": next(N), "link": u()}, LONG: u()}
text = json.dumps(dict(thread, messages=[message], is_still_participant=False))
rich("chat-meta", "message_1.json", text, message, {})
rich("chat-meta", "message_1.json", text, thread, {})
check('"isStillParticipant": false' in shown(read("chat-meta", "message_1.json", text)), "chat-meta: is_still_participant is swallowed")
for name in ("is_taken_down", "is_geoblocked_for_viewer_user", "is_unsent_image_by_messenger_kid_parent"):
    text = json.dumps({"participants": [], "messages": [{"sender_name": "A", "timestamp_ms": 1956987000123, name: True}], "title": "A"})
    check(name in shown(read("chat-meta", "message_1.json", text)), "chat-meta: %s is swallowed" % name)
message = {"senderName": u(), "timestamp": 1956987000123, "text": u(), "type": u(), "media": file_of(2), "reactions": [{"reaction": u(), "actor": u(), LONG: u()}],
           "isUnsent": False, "content": u(), LONG: u()}
rich("chat-meta", "A_1.json", json.dumps({"participants": ["A"], "threadName": "A_1", "messages": [message]}), message, {})

# ---- an item that two readers fit alike ---------------------------------------------------------------
here = os.path.dirname(os.path.abspath(__file__))
probe = subprocess.run([run, "--probe", os.path.join(here, "tie.md")], capture_output=True).stdout.decode()
check(sorted(x.split()[0] for x in probe.splitlines() if x.startswith("chat-") and x.endswith("runs")) == ["chat-signal-text", "chat-whatsapp"],
      "tie.md fits two readers alike: " + probe)
print("%d wrong" % bad)
sys.exit(1 if bad else 0)
