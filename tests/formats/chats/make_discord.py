#!/usr/bin/env python3
"""Writes samples of Discord chats that are no JSON, as the exporter's and the package's writers form them. Counts by
hand. Run from tests/formats."""
import json
import os

from samples import JPEG, OUT, put, zipped

D = "chat-discord"
HEAD = "AuthorID,Author,Date,Content,Attachments,Reactions\r\n"


def row(*cells):
    return ",".join('"%s"' % c.replace('"', '""') for c in cells) + "\r\n"


# a mark of byte order; words in quotes and over two lines, a comma; two addresses and no words; two reactions; a time
# in Zulu; a row with too few columns; an empty line
put(D, "export.csv", "\ufeff" + HEAD
    + row("111", "ana", "2024-01-31T15:06:40.1230000+01:00", 'Rekao je "dođi",\nposle ćuti', "", "👍 (2),srce_1 (1)")
    + row("112", "emir", "2024-01-31T15:07:40.0000000+01:00", "", "https://cdn.example.org/1/a.jpg?ex=1&is=2,https://cdn.example.org/1/b.png", "")
    + row("111", "ana", "2024-01-31T15:08:40+01:00", "", "", "") + row("111", "ana", "premalo") + "\r\n"
    + row("112", "emir", "2024-01-31T14:09:40Z", "kraj", "", ""), """conversation 1
    message 4
    type.text 3
    type.attachment 1
    attachment 2
    state.remote 2
    reactions 1
    listed.reactions 2
    sender.ana 2
    sender.emir 2
    unread 1
    unreadBytes 23
    observation.no-message-ids 1
    observation.day-month-undecidable 0
    firstUtc 2024-01-31T14:06:40.123Z
    lastUtc 2024-01-31T14:09:40.000Z""")
# as the culture of the exporter's computer writes times; nothing tells day from month: 1 February or 2 January
put(D, "culture.csv", HEAD + row("111", "ana#0001", "01/02/2021 14:22", "prva", "", "")
    + row("112", "emir#0002", "03/02/2021 9:05", "druga", "", ""), """conversation 1
    dateOrder undecidable
    dateOrderBy nothing-decides
    message 2
    type.text 2
    ambiguous 2
    flag.day-month-undecided 2
    observation.no-message-ids 1
    observation.day-month-undecidable 1""")
# newest first, as the exporter can write it too: that the days go back says nothing of the month's place, the 31st does
put(D, "newest-first.csv", HEAD + row("111", "ana", "2/1/2021 2:22 PM", "posle", "", "")
    + row("111", "ana", "1/31/2021 2:22 AM", "pre", "", ""), """conversation 1
    dateOrder month-day
    dateOrderBy fields
    message 2
    flag.time-goes-back 1
    ambiguous 0
    first 2021-01-31T02:22
    last 2021-02-01T14:22""")
# an old version: a comma behind each row, the month's name, a time that is none; the file was cut within the last row
put(D, "old.csv", HEAD.replace("\r\n", ",\r\n") + '"111","ana#0001","05-Jan-21 12:22 AM","ponoć","","",\r\n'
    + '"111","ana#0001","31-Feb-21 02:22 PM","nema ga","","",\r\n' + '"111","ana#0001","05-Jan-21 02:23 PM","pres', """conversation 1
    message 2
    flag.impossible-time 1
    unread 1
    unreadBytes 43
    first 2021-01-05T00:22
    observation.no-message-ids 1""")
# the owner's own: with and without an offset, an id against its time (by the id 14:06:40), two addresses
OWN = "ID,Timestamp,Contents,Attachments\r\n"
put(D, "messages.csv", OWN + "1202253620838400000,2024-01-31 14:06:40.000000+00:00,moje,\r\n"
    + '1202253620838400001,2024-01-31 15:06:40+00:00,"dva\nreda, ""tri""",\r\n'
    + "1202253620838400002,2024-01-31 14:06:41,,https://example.org/a.jpg https://example.org/b.jpg\r\n", """conversation 1
    message 3
    type.text 2
    type.attachment 1
    attachment 2
    state.remote 2
    flag.times-disagree 1
    observation.own-messages-only 1
    observation.no-message-ids 0
    firstUtc 2024-01-31T14:06:40.000Z""")
# two channels; in the second the same header only
zipped(D, "package-csv.zip", [
    ("messages/index.json", "{}"), ("messages/c222/channel.json", '{"id":"222","type":1}'),
    ("messages/c222/messages.csv", OWN + "1202253620838400000,2024-01-31 14:06:40.000000+00:00,moje,\r\n"),
    ("messages/c333/channel.json", '{"id":"333","type":0}'), ("messages/c333/messages.csv", OWN)], """conversation 2
    message 1
    type.text 1
    unread 0
    observation.own-messages-only 2
    firstUtc 2024-01-31T14:06:40.000Z""")


def rendered(lines, before="", end="\r\n"):
    rule = "=" * 62
    return end.join([rule, "Guild: G", "Channel: opšte / razgovor"] + ([before] if before else []) + [rule, ""] + lines) + end


def closed(n):
    return ["=" * 62, "Exported %s message(s)" % n, "=" * 62]


# words over two lines with a blank line and a line like the beginning of a message; two addresses and no words, pinned;
# an embed with a blank line, reactions and one blank line before the next; a sticker; "{Attachments}" that was typed and
# a rule that was typed; the 31st tells day from month
put(D, "export.txt", rendered([
    "[1/31/2021 2:22 AM] ana", "prvi red\n\n[1/31/2021 2:22 AM] emir\ntreći", "", "",
    "[1/31/2021 2:23 AM] emir (pinned)", "", "", "{Attachments}", "https://cdn.example.org/a.jpg?ex=1", "https://cdn.example.org/b.png", "", "",
    "[1/31/2021 2:24 AM] ana", "vidi", "", "{Embed}", "Naslov", "opis\n\nopet", "", "{Reactions}", "👍 (2) srce", "",
    "[2/1/2021 2:25 PM] ana", "", "", "{Stickers}", "https://cdn.example.org/s.png", "", "",
    "[2/1/2021 2:26 PM] emir", "pišem\n\n{Attachments}\n\nsam", "=" * 62, "kraj", "", ""] + closed(5), "Topic: tema\nu dva reda"), """conversation 1
    title opšte / razgovor
    dateOrder month-day
    dateOrderBy fields
    message 5
    type.text 3
    type.attachment 2
    attachment 3
    state.remote 3
    sender.ana 3
    sender.emir 2
    flag.header-imitation 1
    detail.headersInBody 1
    detail.pinned 1
    detail.embeds 1
    reactions 1
    listed.reactions 2
    unread 0
    observation.no-message-ids 1
    observation.wrong-count 0
    observation.no-end 0
    first 2021-01-31T02:22
    last 2021-02-01T14:26""")
# day or month; the end states another number, and something stands behind it
put(D, "wrong-count.txt", rendered([
    "[01/02/2021 14:22] ana#0001", "prva", "", "", "[03/02/2021 09:05] emir#0002", "druga", "", ""] + closed("1,003") + ["dopisano"]), """conversation 1
    dateOrder undecidable
    dateOrderBy nothing-decides
    message 2
    type.text 2
    ambiguous 2
    flag.day-month-undecided 2
    unread 1
    unreadBytes 10
    observation.wrong-count 1
    observation.day-month-undecidable 1""")
# Linux, dots, an old version without a line for words that are none; the export was asked for a span; cut
put(D, "cut.txt", rendered([
    "[5.1.2021. 14:22] ana", "", "", "[5.1.2021. 14:23] ana", "pres"], "After: 1.1.2021. 00:00\nBefore: 1.2.2021. 00:00", "\n")[:-1], """conversation 1
    dateOrder day-month
    dateOrderBy separator
    message 2
    type.text 2
    unread 0
    observation.no-end 1
    observation.wrong-count 0
    first 2021-01-05T14:22
    last 2021-01-05T14:23""")
# somebody typed the file's last lines, with the right number for what stands before; the message behind is read
put(D, "typed-end.txt", rendered([
    "[2021-01-05 14:22] ana", "znam\n" + "\n".join(closed(1)), "", "", "[2021-01-05 14:23] emir", "ne znaš", "", ""] + closed(2), end="\n"), """conversation 1
    dateOrder year-first
    message 2
    type.text 2
    sender.emir 1
    unread 1
    unreadBytes 150
    observation.wrong-count 0
    observation.no-end 0""")


def wrong_sum(name, member):
    """The check sum of a file in the zip, by the header before it and in the directory, is another."""
    path = os.path.join(OUT, D, name)
    with open(path, "rb") as f:
        data = bytearray(f.read())
    before, after = data.index(member.encode()), data.rindex(member.encode())
    for at in (before - 30 + 14, after - 46 + 16):
        data[at] ^= 1
    with open(path, "wb") as f:
        f.write(data)


# exports in one zip are conversations of their own, each with its own order of day and month, wherever they lie; a file that
# is none of them is not read; a picture that lies beside its chat; a check sum that is wrong
zipped(D, "exports.zip", [
    ("citaj.txt", "nije razgovor\n"),
    ("G - opste [2].txt", rendered(["[1/31/2021 2:22 AM] ana", "prva", "", "{Attachments}", "G - opste [2].txt_Files/a.jpg", "", ""] + closed(1))),
    ("G - opste [2].txt_Files/a.jpg", JPEG),
    ("G - drugi [3].csv", HEAD + row("111", "ana", "13/01/2021 14:22", "trinaestog", "", "") + row("112", "emir", "01/02/2021 9:05", "prvog drugog", "", "")),
    ("sub/G - treci [4].json", json.dumps({"guild": {"id": "0", "name": "G"}, "channel": {"id": "4", "type": "GuildTextChat", "name": "treci"}, "messages": [
        {"id": "1", "type": "Default", "timestamp": "2021-02-03T14:05:00+00:00", "content": "treća", "author": {"id": "111", "name": "ana"}}], "messageCount": 1}, ensure_ascii=False)),
    ("G - peti [5].txt", rendered(["[2021-02-04 14:22] emir", "peta", "", ""] + closed(1))),
    ("spisak.csv", "ime,broj\r\n")], """conversation 4
    title opšte / razgovor
    dateOrder month-day
    message 5
    type.text 5
    sender.ana 3
    sender.emir 2
    ambiguous 0
    flag.impossible-time 0
    attachment 1
    state.present 1
    unread 1
    unreadBytes 0
    observation.no-message-ids 3
    observation.no-end 0
    observation.wrong-count 0
    firstUtc 2021-02-03T14:05:00Z
    first 2021-01-31T02:22
    last 2021-01-31T02:22""")
wrong_sum("exports.zip", "G - peti [5].txt")


# what an app said when it was called (20, 23); notices by number and by name; numbers and a name that nobody knows
def of_kind(kind, n, words):
    return {"id": str(n), "type": kind, "timestamp": "2024-01-31T15:06:4%d+01:00" % n, "content": words, "author": {"id": "111", "name": "ana"}, "attachments": [], "reactions": []}


put(D, "kinds.json", json.dumps({"guild": {"id": "0", "name": "Direct Messages"}, "channel": {"id": "9", "type": "DirectTextChat", "name": "ana"}, "messages": [
    of_kind("20", 1, "odgovor programa"), of_kind("23", 2, "iz menija"), of_kind("46", 3, ""), of_kind("RecipientAdd", 4, "Added emir to the group."),
    of_kind("18", 5, ""), of_kind("21", 6, ""), of_kind("99", 7, "nova vrsta"), of_kind("Novo", 8, "novo ime"), of_kind("19", 9, "odgovor")],
    "messageCount": 9}, ensure_ascii=False), """conversation 1
    message 9
    type.text 6
    type.system 3
    event.service 3
    flag.unknown-type 3
    detail.type 5
    sender.ana 9
    unread 0
    observation.wrong-count 0""")
