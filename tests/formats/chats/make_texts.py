#!/usr/bin/env python3
"""Writes samples of rows with quotation marks, times with day periods, zips whose names tell nothing and backups that are no
XML. Counts and places by hand from the texts below; all people, numbers and words are invented. Run from tests/formats."""
import json

from samples import JPEG, put, zipped

V = "chat-viber"
ANA, MARKO = "Ana,+38761111222,", "Marko,+38761333444,"

# ---- Viber: quotation marks of a program that does not quote; five messages, none within another --------------------
put(V, "inch.txt",
    f'13/02/2024,14:05:09,{ANA}ekran 5" slomljen\n13/02/2024,14:06:09,{MARKO}druga poruka\n'
    f'13/02/2024,14:07:09,{ANA}"treca" je, rekla je\n13/02/2024,14:08:09,{ANA}cetvrta "poruka\n14/02/2024,14:09:09,{MARKO}peta\n',
    """conversation 1
    message 5
    sender.Ana 3
    sender.Marko 2
    observation.quotes-are-text 1
    dateOrder day-month
    unread 0
    first 2024-02-13T14:05:09
    last 2024-02-14T14:09:09""")
# a mark that opens and is never closed, one that another message's word closes, and a second line of a message
put(V, "open-quote.csv",
    f'13/02/2024,14:05:09,{ANA}"prva\n13/02/2024,14:06:09,{MARKO}rekao je "da"\n13/02/2024,14:07:09,{ANA}treca\njos jedan red\n\n'
    f'13/02/2024,14:08:09,{MARKO}"kraj\n',
    """conversation 1
    message 4
    sender.Ana 2
    sender.Marko 2
    flag.lines-joined 1
    observation.quotes-are-text 1
    unread 0
    last 2024-02-13T14:08:09""")
# quoted as it must be: a line in the form of a row within a message stays there; a line outside of quotes is of nobody; a
# name that is quoted too
put(V, "quoted.csv",
    '"13/02/2024","14:05:09","Ana","+38761111222","prva\n13/02/2024,14:06:09,Marko,+38761333444,nisam ja"\n'
    '"13/02/2024","14:07:09","Marko","+38761333444","druga ""poruka"""\nred ni od koga\n',
    """conversation 1
    message 2
    sender.Ana 1
    sender.Marko 1
    flag.header-imitation 1
    flag.lines-joined 0
    detail.headersInBody 1
    observation.quotes-are-text 0
    unread 1
    unreadBytes 15""")
# the same cut within its last message: the lines within a message are not let go for that
put(V, "cut-quote.csv",
    '"13/02/2024","14:05:09","Ana","+38761111222","prva\n13/02/2024,14:06:09,Marko,+38761333444,nisam ja"\n'
    '"13/02/2024","14:07:09","Marko","+38761333444","druga ""por\nred',
    """conversation 1
    message 2
    sender.Ana 1
    sender.Marko 1
    flag.header-imitation 1
    flag.body-cut 1
    flag.lines-joined 0
    observation.quotes-are-text 0
    unread 0""")
# lines of a message of more than one; behind what may be a row of a form that is not known, a line is of nobody
put(V, "more-lines.txt",
    f"Datum,Vreme,Ime,Broj,Poruka\n13/02/2024,14:05:09,{ANA}prvi red\ndrugi red\n13. veljace,14:06,{MARKO}treci\ncetvrti\n"
    f"14/02/2024,14:07:09,{MARKO}\"dobro\"\n",
    """conversation 1
    message 2
    flag.lines-joined 0
    unread 4
    last 2024-02-14T14:07:09""")
put(V, "joined.txt",
    f"13/02/2024,14:05:09,{ANA}prvi red\r\ndrugi red, nastavak\r\n13. veljace,14:06,{MARKO}treci\r\ncetvrti\r\n"
    f"14/02/2024,14:07:09,{MARKO}dobro\r\n",
    """conversation 1
    message 2
    flag.lines-joined 1
    unread 2
    last 2024-02-14T14:07:09""")
# names that tell nothing
zipped(V, "messages.zip", [("Messages with Ana.csv", f"13/02/2024,14:05:09,{ANA}zdravo\n13/02/2024,14:06:09,{MARKO}ok\n"),
                           ("Messages with Eva.csv", "13/02/2024,14:07:09,Eva,+38761555666,zdravo\n")],
       """conversation 2
       message 3
       sender.Eva 1""")

# ---- Discord: a closing mark that is missing; the row behind it is read -----------------------------------------------
put("chat-discord", "open-quote.csv",
    "AuthorID,Author,Date,Content,Attachments,Reactions\r\n"
    '"111","ana","2024-01-31T15:05:40+01:00","prva","",""\r\n"111","ana","2024-01-31T15:06:40+01:00","druga,"",""\r\n'
    '"112","emir","2024-01-31T15:07:40+01:00","treca","",""\r\n',
    """conversation 1
    message 2
    sender.ana 1
    sender.emir 1
    unread 1
    unreadBytes 54
    observation.no-message-ids 1""")


# ---- times in English: what stands behind the minutes ------------------------------------------------------------------
def page(times):
    return '<html><head><meta charset="utf-8"><title>Ana</title></head><body><div role="main">' + "".join(
        f'<div class="_3-95 _a6-g"><h2 class="_3-95 _2pim _a6-h _a6-i">{who}</h2><div class="_3-95 _a6-p"><div><div></div><div>{t}</div></div></div>'
        f'<div class="_3-94 _a6-o"><div class="_a72d">{t}</div></div></div>' for who, t in times) + "</div></body></html>"


# P: in the afternoon; A: in the night; N: not read, for what stands there may be the half of the day; I: no such time. The
# newest first, so that none of those read goes back: the first is 23:59, the last of the ten read 00:05:10, in a ledger of minutes.
put("chat-meta-html", "day-periods.html", page([
    ("P", "Jan 31, 2024 11:59 p.m."), ("P", "Jan 31, 2024, 2:06 P.M. CET"), ("P", "Jan 31, 2024, 2:05\u202fPM"),
    ("P", "Jan 31, 2024, 2:05\u00a0pm"), ("P", "Jan 31, 2024, 2:05 p.\u00a0m."), ("P", "Jan 31, 2024 at 2:04pm UTC+01:00"),
    ("P", "Jan 31, 2024 14:03:10"), ("A", "Jan 31, 2024 9:05:10 AM"), ("A", "Jan 31, 2024 12:05:11 a.m."), ("A", "Jan 31, 2024 12:05:10 AM PST"),
    ("N", "Jan 31, 2024 2:05:10 e pasdites"), ("N", "Jan 31, 2024 2:05:10 m.d."), ("N", "Jan 31, 2024 2:05:10 PTG"),
    ("N", "Jan 31, 2024 2:05:10 CH"), ("N", "Jan 31, 2024 2:05:10 пре подне"), ("N", "Jan 31, 2024 2:05:10 pmx"),
    ("I", "Feb 30, 2024 2:05:10 pm"), ("I", "Jan 31, 2024 14:05 PM"), ("I", "Jan 31, 2024 0:05 AM")]),
    """conversation 1
    message 19
    sender.P 7
    sender.A 3
    flag.no-time 9
    flag.impossible-time 3
    flag.time-goes-back 0
    first 2024-01-31T00:05
    last 2024-01-31T23:59""")
# 1706706309123 is 13:05:09 in UTC: an hour less than what the phone wrote, and twelve less than the last but one
put("chat-sms", "day-periods.xml", """<?xml version='1.0' encoding='UTF-8'?>
<smses count="5"><sms address="+38761123456" date="1706706309123" type="1" body="a" readable_date="Jan 31, 2024 2:05:09 p.m." />
<sms address="+38761123456" date="1706706309123" type="1" body="b" readable_date="Jan 31, 2024 2:05:09\u202fPM" />
<sms address="+38761123456" date="1706706309123" type="1" body="c" readable_date="Jan 31, 2024 2:05:09 e pasdites" />
<sms address="+38761123456" date="1706706309123" type="1" body="d" readable_date="Jan 31, 2024 1:05:09 AM" />
<sms address="+38761123456" date="1706706309123" type="1" body="e" readable_date="Feb 31, 2024 2:05:09 PM" /></smses>
""", """conversation 1
    message 5
    detail.readableDate 5
    detail.readableOffset 3
    flag.times-disagree 1
    observation.wrong-count 0""")


# ---- Meta: threads whose names are equal, and zips whose names tell nothing -----------------------------------------------
def e2ee(people, messages, thread="Ana"):
    return json.dumps({"participants": people, "threadName": thread, "messages": [
        {"isUnsent": False, "media": [{"uri": uri} for uri in media], "reactions": [], "senderName": who, "text": text, "timestamp": ms, "type": "text"}
        for who, text, ms, media in messages]}, ensure_ascii=False)


# two people of one name, a thread in which nothing stands, pictures by "./media/": one is there, one is not
zipped("chat-meta", "e2ee.zip", [
    ("Ana_1.json", e2ee(["Ana", "Marko"], [("Marko", "", 1706706309125, ["./media/a.jpg", "./media/b.jpg"]), ("Ana", "Ćao", 1706706309123, [])])),
    ("Ana_2.json", e2ee(["Ana", "Marko"], [("Ana", "ja sam druga", 1606706309123, [])])),
    ("Ana_3.json", e2ee(["Ana", "Marko"], [])),
    ("media/a.jpg", JPEG)],
    """conversation 3
    message 3
    sender.Ana 2
    sender.Marko 1
    attachment 2
    state.present 1
    state.absent 1
    observation.part-twice 0
    observation.parts-missing 0""")
# the same below a folder that bears the name of classic downloads'
zipped("chat-meta", "e2ee-folder.zip", [
    ("messages/Ana_1.json", e2ee(["Ana", "Marko"], [("Ana", "Ćao", 1706706309123, ["./media/a.jpg"])])), ("messages/media/a.jpg", JPEG)],
    """conversation 1
    message 1
    state.present 1""")


def classic(*messages):
    return json.dumps({"participants": [{"name": "Facebook user"}, {"name": "Marko"}], "title": "Facebook user", "messages": [
        {"sender_name": "Facebook user", "timestamp_ms": ms, "content": text} for ms, text in messages]})


# without thread_path: the folder tells threads of one title apart, and two files of one folder are one thread
zipped("chat-meta", "no-path.zip", [
    ("inbox/a_1/message_1.json", classic((1706706309125, "c"), (1706706309124, "b"))), ("inbox/a_1/message_2.json", classic((1706706309123, "a"))),
    ("inbox/b_2/message_1.json", classic((1706706309000, "od drugog")))],
    """conversation 2
    message 4
    observation.part-twice 0
    observation.parts-missing 0""")

# ---- SMS: what XML does not allow, and values too long for it; nothing behind is lost ---------------------------------------
def row(ms, body):
    return f'<sms address="+38761123456" date="{ms}" type="1" body="'.encode() + body + b'" />\n'


# eight characters: four references in one body, a control character, a byte that is no UTF-8, U+FFFF, a number beyond all;
# an apostrophe that opens nothing
put("chat-sms", "forbidden.xml", b"<?xml version='1.0' encoding='UTF-8'?>\n<?note it's ?>\n<smses count=\"7\">" +
    row(1706706309001, b"a&#1;b&#x1F;c&#0;d&#xFFFE;e") + row(1706706309002, b"a\x01b") + row(1706706309003, b"a\xffb") +
    row(1706706309004, b"a\xef\xbf\xbfb") + row(1706706309005, b"a&#x100000041;b") +
    row(1706706309006, "ćao 😀 &#263;&#9;&#10;".encode()) + row(1706706309007, b"posle") + b"</smses>\n",
    """conversation 1
    message 7
    flag.mended 5
    flag.surrogate-references 0
    observation.forbidden-characters 1
    observation.wrong-count 0
    unread 0
    placed 7""")
# of another encoding no byte is changed: 0xE6 is a letter of ISO 8859-2
put("chat-sms", "latin2.xml", "<?xml version='1.0' encoding='ISO-8859-2'?>\n<smses count=\"1\">".encode() + row(1706706309001, "Još ću".encode("iso8859-2")) + b"</smses>\n",
    """conversation 1
    message 1
    flag.mended 0
    observation.forbidden-characters 0""")
# a part of 12,000,000 digits of base64, of which 9,000,000 bytes; a body that is cut at 5 MiB, behind a reference and an emoji:
# 9,000,000 - (5,242,880 - 26 of the values before - 4 - 2) = 3,757,152 bytes do not go on; what stands behind is read
zipped("chat-sms", "limit-values.zip", [
    ("sms-1.xml", b"<?xml version='1.0' encoding='UTF-8'?>\n<smses count=\"2\"><mms date=\"1706706309000\" msg_box=\"1\" address=\"+38761123456\"><parts>"
     b'<part ct="image/jpeg" cl="a.jpg" text="null" data="' + b"A" * 12000000 + b'" /><part ct="text/plain" text="opis" /></parts></mms>\n' +
     row(1706706309002, b"posle") + b"</smses>\n"),
    ("sms-2.xml", b"<?xml version='1.0' encoding='UTF-8'?>\n<smses count=\"2\">" + row(1706706309003, "&#55357;&#56832;ć".encode() + b"a" * 9000000) +
     row(1706706309004, b"posle") + b"</smses>\n")],
    """conversation 1
    message 4
    flag.body-cut 1
    flag.surrogate-references 1
    state.present 1
    unread 1
    unreadBytes 3757152
    observation.wrong-count 0
    placed 4""")
