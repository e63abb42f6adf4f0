#!/usr/bin/env python3
"""Writes samples of WhatsApp's doubtful lines: colons within notices, dates that are none, names somebody typed, what stands
under a group's name, a text under another name; see make.py, which writes the rest.

Counts are made by hand. All people, numbers and words are invented. Run from tests/formats."""
from samples import JPEG, LRM, db, put, zipped

W = "chat-whatsapp"
RLM = "\u200f"


def lines(form, *texts):
    return "".join(form % (i, text) + "\n" for i, text in enumerate(texts))


# ---- a colon in a title or a name within a notice ------------------------------------------------
put(W, "notice-colons.txt", lines(
    "13.2.24. 14:%02d - %s",
    "Контакт Ана је променио тему из „А: 1“ у „Б: 2“",
    "Kontakt Ana je promenio temu u „Plan: B“",
    f'{LRM}Besa ka ndryshuar subjektin nga "a: b" në "c: d"',
    f'{LRM}Ivo je promijenio naslov iz "Tko" u "Kada: sada"',
    f"{LRM}Елена го промени насловот од „А: 1“ во „Б“",
    "Oseba Ana je spremenila zadevo iz »A: 1« v »B: 2«",
    'Bob changed the subject from "A: 1" to "B: 2"',
    'You changed the subject from "A" to "B: 2"',
    "You added Ana: Mama",
    "Your security code with Ana: Posao changed. Tap to learn more.",
    # not certain, and told as a person's: a contact can be called "Kontakt centar"
    "Kontakt centar: Korisnik je napustio",
    # nor may a stranger hide behind the name that he gave himself; of 25 characters at most
    "~ Milan added Ana: ja sam",
    '~ Milan changed the subject to "Plan: B"',
    # the app's mark says where the sender ends; a notice is one line
    f"You added Ana: {LRM}IMG-20240213-WA0001.jpg (file attached)",
    "You added Ana: Mama\ndrugi red",
    # a person's words
    "Ana: Bob changed the subject to 'x'",
    'Ana: rekla je "ne: nikad"',
    # a contact named so without such a notice
    "Milan added: ok"),
    """conversation 1
    message 18
    type.system 11
    type.attachment 1
    type.text 6
    event.title-changed 9
    event.added 1
    event.security-code 1
    flag.sender-split-unsure 14
    detail.orSender 11
    detail.orEvent 3
    sender.Kontakt centar 1
    sender.~ Milan added Ana 1
    sender.You added Ana 2
    sender.Ana 2
    sender.Milan added 1
    participant 5""")

# “ and ", German with and without the last dot; a notice whose words are not known leaves a quotation open before the colon
put(W, "notice-quotes.txt", lines(
    "13.2.24. 14:%02d - %s",
    "Bob changed the subject from “Plan: A” to “Plan: B”",
    'You changed the group name from "Plan: A" to "Plan: B"',
    "Bob changed the group name to “Plan: B”",
    'Du hast die Gruppe "Plan: B" erstellt.',
    "Du hast Mallory hinzugefügt.",
    'Du hast den Betreff von "Plan: B" zu "Plan: C" geändert.',
    "Bob hat den Gruppennamen von „Plan: C“ zu „Plan: D“ geändert",
    "Bob hat die Gruppe verlassen.",
    "Bob: Live-Standort wird geteilt.",
    "Bob je nazvao grupu „Plan: D“",
    # a nickname in quotation marks is closed before the colon
    'Ana "Anči": ok', "Ivo „Ivek“: ok"),
    """message 12
    type.system 8
    type.location 1
    type.text 3
    event.title-changed 5
    event.group-created 1
    event.added 1
    event.left 1
    event.unknown 0
    flag.sender-split-unsure 7
    detail.orSender 6
    sender.Bob 1
    sender.Ana "Anči" 1
    sender.Ivo „Ivek“ 1
    participant 4""")

# ---- the app's words typed --------------------------------------------------------------------------
# Android marks names of files: one without the mark is no file here, and somebody else's picture is not drawn to it
zipped(W, "typed-name.zip", [
    ("WhatsApp Chat with Ana.txt", f"13.2.24. 14:05 - Ana: {LRM}IMG-20240213-WA0001.jpg (file attached)\n"
     "13.2.24. 14:06 - Marko: IMG-20240213-WA0001.jpg (file attached)\n13.2.24. 14:07 - Marko: PTT-20240213-WA0002.opus (file attached)\n"),
    ("IMG-20240213-WA0001.jpg", JPEG)], """message 3
    type.attachment 1
    type.text 2
    attachment 1
    state.present 1
    flag.typed-marker 2
    observation.unmarked-markers 0""")
# a text that lost its marks: the names are taken, and flagged
zipped(W, "lost-marks.zip", [
    ("WhatsApp Chat with Ana.txt", "13.2.24. 14:05 - Ana: IMG-20240213-WA0001.jpg (file attached)\n13.2.24. 14:06 - Marko: ok\n"),
    ("IMG-20240213-WA0001.jpg", JPEG)], """message 2
    type.attachment 1
    state.present 1
    flag.typed-marker 1
    observation.unmarked-markers 1""")
# words that people write for themselves; the last four cannot be told, and are counted for the file (with null, the poll and
# the Albanian words that are taken: seven)
put(W, "typed-words.txt", lines(
    "13.2.24. 14:%02d - %s",
    "Ana: null", "Marko: location: kod moje kuće u 9", "Marko: POLL: ko dolazi?", "Marko: POLL:\nGde?\nOPTION: ovde (2 votes)",
    "Marko: POLL:\nodgovori", "Ana: Pa media", "Ana: This message was deleted", "Ana: <Media omitted>",
    "Ana: location: https://maps.google.com/?q=44.8,20.4", "Ana: ok <This message was edited>"),
    """message 10
    type.view-once 1
    type.text 4
    type.poll 1
    type.attachment 2
    type.deleted 1
    type.location 1
    edited 1
    flag.typed-marker 6
    observation.unmarked-markers 1""")
put(W, "typed-edit-ios.txt", "".join("[13/02/2024, 14:05:%02d] %s\n" % (i, text) for i, text in enumerate((
    f"Ana: {LRM}image omitted", f"Ana: dugujem ti 10 {LRM}<This message was edited>", "Bo: dugujem ti 100 <This message was edited>",
    f"Bo: {LRM}<angehängt: PTT-20240213-WA0025.opus>"))),
    """message 4
    type.attachment 2
    state.absent 1
    edited 1
    flag.typed-marker 1
    flag.unknown-marker 0
    observation.unmarked-markers 0""")

# ---- dates ---------------------------------------------------------------------------------------
put(W, "order-impossible.txt", "".join(d + ", 14:05 - Ana: x\n" for d in (
    "28/1/24", "31/1/24", "3/2/24", "13/2/24", "31/2/24", "1/3/24")),
    """message 6
    dateOrder day-month
    dateOrderBy fields
    flag.impossible-time 1
    flag.no-time 1
    flag.time-goes-back 0
    ambiguous 0
    first 2024-01-28T14:05
    last 2024-03-01T14:05""")
# nothing decides between 3 February and 2 March; 31/2/24 is neither, and no day of 2031
put(W, "order-impossible-undecided.txt", "3/2/24, 14:05 - Ana: x\n31/2/24, 14:06 - Ana: y\n",
    """message 2
    dateOrder undecidable
    dateOrderBy nothing-decides
    ambiguous 1
    flag.impossible-time 1""")
put(W, "order-impossible-contradiction.txt",
    "13/2/24, 14:05 - Ana: x\n2/13/24, 14:06 - Ana: y\n31/2/24, 14:07 - Ana: z\n24/2/3, 14:08 - Ana: w\n",
    """message 4
    dateOrder undecidable
    dateOrderBy contradiction
    ambiguous 0
    flag.impossible-time 2
    first 2024-02-13T14:05
    last 2024-02-13T14:06""")
put(W, "order-impossible-dashes.txt", "03-02-24, 14:05 - Ana: x\n31-02-24, 14:06 - Ana: y\n",
    """message 2
    dateOrder undecidable
    ambiguous 1
    flag.impossible-time 1""")
put(W, "order-typed-name.txt",
    "3/2/2024, 14:05 - Ana: a\n3/2/2024, 14:06 - Ana: poslaću IMG-20240302-WA0001.jpg posle\n"
    "3/2/2024, 14:07 - Ana: IMG-20240302-WA0001.jpg (file attached)\n"
    f"3/2/2024, 14:08 - Ana: vidi {LRM}IMG-20240302-WA0001.jpg (file attached)\n",
    """message 4
    dateOrder undecidable
    dateOrderBy nothing-decides
    flag.typed-marker 2
    ambiguous 4""")
put(W, "order-by-attachment-ios.txt",
    f"{LRM}[03/02/2024, 14:05:09] Ana: {LRM}<attached: 00000012-PHOTO-2024-02-03-14-05-09.jpg>\n"
    "[03/02/2024, 14:05:10] Ana: <attached: 00000013-PHOTO-2024-03-02-14-05-10.jpg>\n",
    """message 2
    type.attachment 1
    flag.typed-marker 1
    dateOrder day-month
    dateOrderBy attachment-names
    first 2024-02-03T14:05:09""")
put(W, "order-one-month.txt", "".join(d + "/2/24, 14:05 - Ana: x\n" for d in ("13", "14", "20", "29")),
    """message 4
    dateOrder day-month
    dateOrderBy fields
    first 2024-02-13T14:05
    last 2024-02-29T14:05""")
put(W, "order-one-day.txt", "13/02/24, 14:05 - Ana: x\n",
    """message 1
    dateOrder day-month
    dateOrderBy fields
    first 2024-02-13T14:05""")
# with dashes a year of two digits in front is written: one day has two readings, of three days the first number is the day
put(W, "order-one-day-dashes.txt", "[15-01-20 10:00:00] Ana: x\n",
    """message 1
    dateOrder undecidable
    ambiguous 1""")
put(W, "order-one-month-dashes.txt", "".join(f"[{d}-01-20 10:00:00] Ana: x\n" for d in (15, 16, 17)),
    """message 3
    dateOrder day-month
    dateOrderBy fields
    first 2020-01-15T10:00:00
    last 2020-01-17T10:00:00""")
# Basque: the last number changes and the first does not, so that the year may stand in front; a last number below 9 proves it
put(W, "order-two-digits-doubtful.txt", "24/2/13 14:05 - Ana: x\n24/2/14 14:06 - Ana: y\n",
    """message 2
    dateOrder undecidable
    ambiguous 2""")
put(W, "order-two-digits-first.txt", "24/2/3 14:05 - Ana: x\n24/2/14 14:06 - Ana: y\n",
    """message 2
    dateOrder year-first
    dateOrderBy fields
    first 2024-02-03T14:05
    last 2024-02-14T14:06""")
put(W, "arabic-marks.txt",
    f"٣٠{RLM}/١{RLM}/٢٠٢٤، ٢:٠٥ م - أحمد: مرحبا\n٣١{RLM}/١{RLM}/٢٠٢٤، ٢:٠٥ ص - أحمد: نعم\n",
    """message 2
    dateOrder day-month
    sender.أحمد 2
    first 2024-01-30T14:05
    last 2024-01-31T02:05""")

# ---- iOS: what stands under the chat's name; calls ------------------------------------------------
IOS = "[13/02/2024, 14:05:%02d] %s"
GROUP = lines(
    IOS,
    f"Porodica: {LRM}Messages and calls are end-to-end encrypted. Only people in this chat can read, listen to, or share them.",
    f"Porodica: {LRM}Ana created this group",
    f"Porodica: {LRM}Ana changed the settings so only admins can edit the group settings",
    "Ana: Zdravo",
    f"Milan: {LRM}Missed voice call, {LRM}Tap to call back",
    f"Milan: {LRM}Missed video call, {LRM}Click to call back",
    f"Milan: {LRM}Voice call, {LRM}No answer",
    f"Milan: {LRM}Silenced voice call",
    f"Porodica: {LRM}Missed call, {LRM}2 min • 3 joined",
    "Milan: Voice call, sutra: u pet",
    # a member may bear the group's name: his picture stays his, his words are flagged
    f"Porodica: {LRM}image omitted",
    "Porodica: ovo je otkucano")
zipped(W, "WhatsApp Chat - Porodica.zip", [("_chat.txt", GROUP)],
       """conversation 1
       title Porodica
       message 12
       type.system 3
       type.call 5
       type.text 3
       type.attachment 1
       event.unknown 1
       event.encryption-notice 1
       event.group-created 1
       flag.unknown-marker 2
       detail.shownSender 4
       participant 3
       sender.Ana 1
       sender.Milan 5
       sender.Porodica 2
       dateOrder day-month""")
# no name of a file says the group's: the notice of encryption does
put(W, "ios-group-no-title.txt", lines(
    IOS,
    f"Porodica: {LRM}Messages and calls are end-to-end encrypted. Only people in this chat can read, listen to, or share them.",
    "Ana: Zdravo", "Milan: Zdravo",
    f"Porodica: {LRM}Ana pinned a message"),
    """message 4
    type.system 2
    type.text 2
    event.unknown 1
    flag.unknown-marker 1
    detail.shownSender 2
    participant 2""")
# of two people: the other party bears the chat's name, and what is not known may be his
zipped(W, "WhatsApp Chat - Rada.zip", [("_chat.txt", lines(
    IOS,
    f"Rada: {LRM}Messages and calls are end-to-end encrypted. Only people in this chat can read, listen to, or share them.",
    f"Rada: {LRM}Rada is a contact.", "Rada: Zdravo", "Milan: Zdravo"))],
    """conversation 1
    title Rada
    message 4
    type.system 1
    type.text 3
    flag.unknown-marker 1
    sender.Rada 2
    participant 2""")
# ---- line ends: iOS ends entries in CRLF, lines that are typed in LF --------------------------------
def ends(*texts_and_ends):
    return "".join("[13/02/2024, 14:05:%02d] %s" % (i, text) for i, text in enumerate(texts_and_ends))


# whoever types more lines than there are entries is no less a forger
put(W, "line-ends-forged.txt", ends("Ana: zdravo\r\n", "Bob: zdravo\r\n", "Ana: evo\n", "Bob: priznajem\n", "Bob: sve\n", "Bob: bio sam tamo\r\n", "Bob: ok\r\n"),
    """message 4
    type.text 4
    sender.Ana 2
    sender.Bob 2
    flag.header-imitation 1
    detail.headersInBody 1
    flag.other-line-end 0
    observation.one-kind-of-line-end 0
    observation.mixed-line-ends 0""")
# a typed line that begins no entry: the ends tell as well
put(W, "line-ends-typed.txt", ends("Ana: zdravo\r\n", "Ana: prvi red\ndrugi red\r\n", "Bob: ok\r\n"),
    """message 3
    flag.header-imitation 0
    observation.one-kind-of-line-end 0
    observation.mixed-line-ends 0""")
# all LF, lines with CRLF put behind it; and the other way round
put(W, "line-ends-mixed.txt", ends("Ana: a\n", "Bob: b\n", "Ana: c\r\n", "Bob: d\r\n"),
    """message 4
    flag.other-line-end 2
    flag.header-imitation 0
    observation.one-kind-of-line-end 0
    observation.mixed-line-ends 1""")
put(W, "line-ends-mixed-tail.txt", ends("Ana: a\r\n", "Bob: b\r\n", "Ana: c\n", "Bob: d\n"),
    """message 4
    flag.other-line-end 2
    observation.mixed-line-ends 1""")
# Android ends both alike; CRLF was pasted within words
put(W, "line-ends-android.txt", "13.2.24. 14:05 - Ana: vidi\n13.2.24. 14:05 - Bob: priznajem\n13.2.24. 14:06 - Bob: ok\n",
    """message 3
    flag.other-line-end 0
    observation.one-kind-of-line-end 1""")
put(W, "line-ends-android-pasted.txt", "13.2.24. 14:05 - Ana: vidi\r\n13.2.24. 14:05 - Bob: priznajem\n13.2.24. 14:06 - Bob: ok\n",
    """message 3
    flag.other-line-end 1
    observation.one-kind-of-line-end 0
    observation.mixed-line-ends 1""")

# ---- a zip whose text has another name -----------------------------------------------------------
zipped(W, "prepiska.zip", [
    ("spisak.txt", "mleko\nhleb\n"), ("prepiska sa Anom.txt", f"13/2/24, 14:05 - Ana: x\n14/2/24, 14:06 - Ana: {LRM}IMG-20240214-WA0001.jpg (file attached)\n"),
    ("IMG-20240214-WA0001.jpg", JPEG)],
    """conversation 1
    message 2
    type.text 1
    type.attachment 1
    state.present 1
    unread 1
    dateOrder day-month""")

# beside a text of the usual name: another chat under a name of somebody's, and a document that was sent
zipped(W, "several.zip", [
    ("WhatsApp Chat with Ana.txt", f"13/2/24, 14:05 - Ana: {LRM}ugovor.txt (file attached)\n"),
    ("prepiska sa Markom.txt", "13/2/24, 14:05 - Marko: x\n14/2/24, 14:06 - Marko: y\n"),
    ("ugovor.txt", "1.\n2.\n3.\n4.\n5.\n13/2/24, 14:05 - Ana: navedeno u ugovoru\n")],
    """conversation 2
    title Ana
    message 3
    type.text 2
    type.attachment 1
    state.present 1
    unread 0
    sender.Marko 2""")

# ---- databases: a group is nobody; rows whose session, media or message is not there (WhatsApp-Chat-Exporter#61) ----
db("chat-wa-android", "group-msgstore.db", [
    "CREATE TABLE jid(_id INTEGER PRIMARY KEY, raw_string TEXT)",
    "CREATE TABLE chat(_id INTEGER PRIMARY KEY, jid_row_id INTEGER, subject TEXT)",
    "CREATE TABLE message(_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, key_id TEXT, sender_jid_row_id INTEGER, timestamp INTEGER, message_type INTEGER, text_data TEXT)",
    "INSERT INTO jid VALUES(1,'1@g.us'),(2,'38761123456@s.whatsapp.net')",
    "INSERT INTO chat VALUES(1,1,'Grupa')",
    "INSERT INTO message VALUES(1,1,0,'A1',0,1706710000000,7,NULL),(2,1,0,'A2',2,1706710001000,0,'zdravo'),(3,1,0,'A3',0,1706710002000,0,'ne kaže se čije'),(4,9,0,'A4',2,1706710003000,0,'bez razgovora')",
], """conversation 2
    title Grupa
    message 4
    type.system 1
    type.text 3
    participant 2
    number.+38761123456 2
    detail.chatRow 1
    detail.groupAccount 0""")
db("chat-wa-android", "old-group-msgstore.db", [
    "CREATE TABLE messages(_id INTEGER PRIMARY KEY, key_remote_jid TEXT, key_from_me INTEGER, key_id TEXT, status INTEGER, data TEXT, timestamp INTEGER, media_wa_type TEXT, remote_resource TEXT)",
    "INSERT INTO messages VALUES(1,'1@g.us',0,'B1',6,'Grupa',1500000000000,'0',NULL)",
    "INSERT INTO messages VALUES(2,'1@g.us',0,'B2',0,'Zdravo',1500000001000,'0','38761123456@s.whatsapp.net')",
], """conversation 1
    message 2
    type.system 1
    type.text 1
    participant 1
    number.+38761123456 1""")
db("chat-wa-ios", "no-session.sqlite", [
    "CREATE TABLE ZWACHATSESSION(Z_PK INTEGER PRIMARY KEY, ZCONTACTJID VARCHAR, ZPARTNERNAME VARCHAR)",
    "CREATE TABLE ZWAGROUPMEMBER(Z_PK INTEGER PRIMARY KEY, ZMEMBERJID VARCHAR, ZCONTACTNAME VARCHAR)",
    "CREATE TABLE ZWAMEDIAITEM(Z_PK INTEGER PRIMARY KEY, ZMESSAGE INTEGER, ZMEDIALOCALPATH VARCHAR, ZFILESIZE INTEGER)",
    "CREATE TABLE ZWAMESSAGE(Z_PK INTEGER PRIMARY KEY, ZCHATSESSION INTEGER, ZGROUPMEMBER INTEGER, ZMEDIAITEM INTEGER, ZISFROMME INTEGER, ZMESSAGETYPE INTEGER, ZMESSAGEDATE TIMESTAMP, ZFROMJID VARCHAR, ZSTANZAID VARCHAR, ZTEXT VARCHAR)",
    "INSERT INTO ZWACHATSESSION VALUES(1,'1@g.us','Grupa')",
    "INSERT INTO ZWAGROUPMEMBER VALUES(1,'38762222222@s.whatsapp.net','Ana')",
    "INSERT INTO ZWAMEDIAITEM VALUES(5,888,'Media/x/1.jpg',5)",
    # of the group itself; of a session, a member and a file that are not there; of no session
    "INSERT INTO ZWAMESSAGE VALUES(1,1,NULL,NULL,0,6,728402800,'1@g.us','S1',NULL),(2,1,1,NULL,0,0,728402801,'1@g.us','S2','Zdravo')",
    "INSERT INTO ZWAMESSAGE VALUES(3,99,77,NULL,0,0,728402802,'2@g.us','S3','bez razgovora'),(4,1,1,77,0,1,728402803,'1@g.us','S4',NULL)",
    "INSERT INTO ZWAMESSAGE VALUES(5,NULL,NULL,NULL,0,0,728402804,'38761123456@s.whatsapp.net','S5','ničiji')",
], """conversation 2
    title Grupa
    message 5
    type.system 1
    type.text 3
    type.attachment 1
    state.absent 1
    participant 2
    sender.Ana 2
    number.+38761123456 1
    detail.session 1
    detail.groupAccount 1""")
# ---- databases: what nobody sent, whom one called, whose a reaction is ----
# notices that name nobody (one of them the owner's, by from_me) and one that names its author; the owner's reaction, the
# other's and one by an account; a call that came and one that the owner made; a table of add-ons without from_me is
# msgstore.db
db("chat-wa-android", "notices-msgstore.db", [
    "CREATE TABLE jid(_id INTEGER PRIMARY KEY, raw_string TEXT)",
    "CREATE TABLE chat(_id INTEGER PRIMARY KEY, jid_row_id INTEGER, subject TEXT)",
    "CREATE TABLE message(_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, key_id TEXT, sender_jid_row_id INTEGER, timestamp INTEGER, message_type INTEGER, text_data TEXT)",
    "CREATE TABLE message_system(message_row_id INTEGER PRIMARY KEY, action_type INTEGER)",
    "CREATE TABLE message_add_on(_id INTEGER PRIMARY KEY, parent_message_row_id INTEGER, from_me INTEGER, sender_jid_row_id INTEGER)",
    "CREATE TABLE message_add_on_reaction(message_add_on_row_id INTEGER PRIMARY KEY, reaction TEXT, sender_timestamp INTEGER)",
    "CREATE TABLE call_log(_id INTEGER PRIMARY KEY, jid_row_id INTEGER, from_me INTEGER, call_id TEXT, timestamp INTEGER, video_call INTEGER, duration INTEGER, call_result INTEGER)",
    "INSERT INTO jid VALUES(1,'38761123456@s.whatsapp.net')",
    "INSERT INTO chat VALUES(1,1,NULL)",
    "INSERT INTO message VALUES(1,1,0,'A1',0,1706710000000,7,NULL),(2,1,0,'A2',NULL,1706710001000,7,NULL),(3,1,1,'A3',0,1706710002000,7,NULL)",
    "INSERT INTO message VALUES(4,1,0,'A4',1,1706710003000,7,NULL),(5,1,0,'A5',0,1706710004000,0,'ubiću te')",
    "INSERT INTO message_system VALUES(1,67),(2,58),(3,56),(4,10)",
    "INSERT INTO message_add_on VALUES(1,5,1,0),(2,5,0,0),(3,5,0,1)",
    "INSERT INTO message_add_on_reaction VALUES(1,'😡',1706710005000),(2,'👍',1706710006000),(3,'❤',1706710007000)",
    "INSERT INTO call_log VALUES(1,1,0,'C1',1706710008000,0,33,5),(2,1,1,'C2',1706710009000,1,0,4)",
], """conversation 1
    message 7
    type.system 4
    type.text 1
    type.call 2
    participant 1
    number.+38761123456 3
    reactions 1
    listed.reactions 3
    detail.callee 1""")
# the same before 2022: by remote_resource, which is empty or NULL where a notice names nobody
db("chat-wa-android", "old-notices-msgstore.db", [
    "CREATE TABLE messages(_id INTEGER PRIMARY KEY, key_remote_jid TEXT, key_from_me INTEGER, key_id TEXT, status INTEGER, data TEXT, timestamp INTEGER, media_wa_type TEXT, media_size INTEGER, remote_resource TEXT)",
    "INSERT INTO messages VALUES(1,'38761123456@s.whatsapp.net',0,'B1',6,NULL,1500000000000,'0',67,NULL),(2,'38761123456@s.whatsapp.net',0,'B2',6,NULL,1500000001000,'0',58,'')",
    "INSERT INTO messages VALUES(3,'38761123456@s.whatsapp.net',0,'B3',6,NULL,1500000002000,'0',10,'38761123456@s.whatsapp.net'),(4,'38761123456@s.whatsapp.net',0,'B4',0,'zdravo',1500000003000,'0',0,NULL)",
], """conversation 1
    message 4
    type.system 3
    type.text 1
    participant 1
    number.+38761123456 2""")
