#!/usr/bin/env python3
"""Writes samples of the texts that signal-export, signalbackup-tools and sigtop make, in the form their sources give them.
Counts by hand. Run from tests/formats."""
from samples import JPEG, put, zipped

S = "chat-signal-text"
# two lines and a reaction; a picture alone; deleted; an answer, what it answers before its words
CHAT = ("[2019-05-29 15:04:05] Me: Zdravo  \n\n[2019-05-29 15:05:05] Ana: dva\nreda  \n(- Me: 👍 -)\n\n"
        "[2019-05-29 15:06:05] Ana:   ![a.jpg](./media/a.jpg)  \n\n[2019-05-29 15:07:05] Ana: (This message was deleted)\n\n"
        "[2019-05-29 15:08:05] Me: \n\n> Zdravo\n\nodgovor  \n\n")
put(S, "chat.md", CHAT, """conversation 1
    message 5
    type.text 4
    type.deleted 1
    sender.Me 2
    sender.Ana 3
    flag.typed-marker 1
    attachment 1
    state.absent 1
    unread 0
    observation.no-message-ids 1
    observation.export-of-program 1
    first 2019-05-29T15:04:05
    last 2019-05-29T15:08:05""")
# an older version, minutes alone; a name with a colon in it; a line before the first message is none of this form, so not here
put(S, "old.md", "[2019-05-29, 15:04] Me: Zdravo  \n\n[2019-02-30, 15:05] A:na: nema tog dana  \n\n", """conversation 1
    message 2
    sender.A:na 1
    flag.impossible-time 1
    first 2019-05-29T15:04
    last 2019-05-29T15:04""")
# a notice, a file, words over two lines
TOOLS = ("[May 29, 2019 15:04:05] *** Ana is now verified\n[May 29, 2019 15:05:05] *** <Ana> sent file \"a.jpg\"\n"
         "[May 29, 2019 15:05:05] <Ana> prvi\ndrugi red\n[May 29, 2019 15:06:05] <Emir> odgovor\n")
put(S, "tools.txt", TOOLS, """conversation 1
    message 4
    type.system 1
    type.attachment 1
    type.text 2
    sender.Ana 2
    sender.Emir 1
    attachment 1
    state.not-exported 1
    first 2019-05-29T15:04:05
    last 2019-05-29T15:06:05""")
# fields, files, a reaction; a line typed in the form of a field, behind a blank one; an answer; a notice; a time that is none;
# two versions
put(S, "sigtop.txt", """Conversation: Ana (+387 61 123 456)

From: Ana (+38761123456)
Type: incoming
Sent: Wed, 29 May 2019 15:04:05 +0200
Received: Wed, 29 May 2019 15:04:06 +0200
Attachment: a.jpg (image/jpeg, 9 bytes)
Attachment: no filename (image/png, 5 bytes)
Reaction: 👍 from Emir (+38762222222)

Prvi red

From: ukucano
drugi

From: You
Type: outgoing
Sent: Wed, 29 May 2019 15:05:05 +0200

> From: Ana (+38761123456)
> Sent: Wed, 29 May 2019 15:04:05 +0200
>
> Prvi red

odgovor

Type: keychange
Sent: Wed, 29 May 2019 15:06:05 +0200
Received: Wed, 29 May 2019 15:06:05 +0200

From: You
Type: outgoing
Sent: Wed, 1 May 2019 25:00:00 +0200

nema tog sata

From: Ana (+38761123456)
Type: incoming
Sent: Wed, 29 May 2019 15:08:05 +0200
Received: Wed, 29 May 2019 15:08:06 +0200
Edited: 2 versions

| Version: 2
| Sent: Wed, 29 May 2019 15:09:05 +0200
|
| posle
|
| Version: 1
| Sent: Wed, 29 May 2019 15:08:05 +0200
|
| pre

""", """conversation 1
    title Ana (+387 61 123 456)
    message 5
    type.text 4
    type.system 1
    sender.You 2
    number.+38761123456 2
    event.service 1
    flag.impossible-time 1
    edited 1
    detail.receivedUtc 3
    detail.edited 1
    listed.reactions 1
    attachment 2
    state.absent 2
    unread 0
    firstUtc 2019-05-29T13:04:05Z
    lastUtc 2019-05-29T13:08:05Z""")
put(S, "short.txt", "2019-05-29 15:04 You: Zdravo\n2019-05-29 15:05 Ana: [1 attachment] vidi\ndrugi red\n", """conversation 1
    message 2
    type.text 2
    sender.You 1
    first 2019-05-29T15:04
    last 2019-05-29T15:05""")
# two programs' texts in one zip, a note beside them, the picture where the words say it is
zipped(S, "archive.zip", [("Ana/chat.md", CHAT), ("Emir (_id2).txt", TOOLS.replace("\n", "\r\n")), ("beleska.md", "# nije razgovor\n"), ("Ana/media/a.jpg", JPEG)], """conversation 2
    title Ana
    message 9
    attachment 2
    state.present 1
    state.not-exported 1
    unread 0""")
