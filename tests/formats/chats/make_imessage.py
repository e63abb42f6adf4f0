#!/usr/bin/env python3
"""Writes samples of imessage-exporter's TXT, in the form its source gives it. Counts by hand. Run from tests/formats."""
from samples import JPEG, put, zipped

E = "chat-imessage-export"
THEM = "+387 61 123 456"


def message(time, who, *lines):
    return "\n".join([time, who] + list(lines)) + "\n\n"


def under(time, who, *lines):
    """What answers a message stands under it: four blanks before the first line of each part, a blank line behind."""
    return "\n".join(["    " + time, "    " + who, "    " + lines[0]] + list(lines[1:])) + "\n\n"


# read and by whom; lines with a blank one between them, an effect, reactions and a sticker; a thread whose answer goes on
# behind a blank line, and the answer by itself; a path; two versions; taken back; two notices, one of a kind nobody knows;
# deleted from the conversation; a time that is none; a time typed within words, twice
put(E, "chat.txt", message("May 17, 2022  5:29:42 PM (Read by you after 1 hour, 49 seconds)", THEM, "Zdravo")
    + message("May 17, 2022 11:30:00 PM", "Me", "prvi red\ndrugi red\n\ntreći iza praznog", "Sent with Slam", "Reactions:", "Loved by " + THEM,
              "Sticker from " + THEM + ": attachments/2/s.heic", "")
    + "May 18, 2022 12:30:00 AM\nMe\nKo je to?\n" + under("May 18, 2022  1:00:00 AM", "Emir", "ja sam", "", "i opet") + "\n"
    + message("May 18, 2022  1:00:00 AM", "Emir", "ja sam", "", "i opet", "This message responded to an earlier message.")
    + message("May 18, 2022  8:00:00 AM", "Me", "attachments/5/IMG_1.jpg")
    + message("May 18, 2022  8:30:00 AM", THEM, "May 18, 2022  8:30:00 AM Ubiću te", "Edited 5 minutes later: Javi se", "")
    + message("May 18, 2022  8:45:00 AM", THEM, "They deleted a message.")
    + "May 18, 2022  9:30:00 AM You renamed the conversation to Plan: B\n\n"
    + "May 18, 2022  9:31:00 AM Ana did something new.\n\n"
    + message("May 18, 2022  9:40:00 AM", "ana@example.org", "This message was deleted from the conversation!", "tajna")
    + message("May 37, 2022  9:41:00 AM", "ana@example.org", "nema tog dana")
    + message("May 18, 2022 10:00:00 AM", "Me", "vidi", "May 18, 2022 10:00:00 AM", "Bob")
    + message("May 18, 2022 10:01:00 AM", "Me", "prvo", "", "May 18, 2022 10:01:00 AM Bob je rekao", "da"), """conversation 1
    message 14
    type.text 10
    type.system 2
    type.attachment 1
    type.deleted 1
    sender.Me 5
    sender.Emir 2
    sender.ana@example.org 2
    number.+38761123456 3
    event.service 2
    flag.header-imitation 1
    flag.impossible-time 1
    flag.unknown-marker 1
    flag.typed-marker 1
    flag.recently-deleted 1
    flag.sender-split-unsure 1
    flag.time-goes-back 0
    edited 1
    listed.revisions 2
    reactions 1
    listed.reactions 2
    detail.inThread 1
    detail.answersEarlier 1
    detail.readBy 1
    detail.effect 1
    detail.headersInBody 1
    attachment 1
    state.absent 1
    unread 0
    observation.no-message-ids 1
    observation.export-of-program 1
    observation.shown-twice 1
    first 2022-05-17T17:29:42
    last 2022-05-18T10:01:00""")
# two conversations in a zip, another text beside them; a picture that is there, a film that is not, a file that the
# exporter did not find; CRLF; lines behind a notice that belong to nothing
zipped(E, "export.zip", [
    ("citaj.txt", "nije razgovor\n"),
    ("Ana, +38761123456.txt", message("Jan 05, 2023  9:15:02 PM (Read by them after 1 second)", "Me", "attachments/1/a.jpg", "attachments/1/b.mov", "Attachment missing!")),
    ("orphaned.txt", (message("Jan 05, 2023 12:15:02 PM", "Ana", "podne") + "Jan 05, 2023  9:30:00 PM Ana left the conversation.\n\nostatak\n").replace("\n", "\r\n")),
    ("attachments/1/a.jpg", JPEG)], """conversation 2
    title Ana, +38761123456
    message 3
    type.attachment 1
    type.text 1
    type.system 1
    attachment 3
    state.present 1
    state.absent 1
    state.unavailable 1
    unread 1
    unreadBytes 9
    flag.unknown-marker 0
    first 2023-01-05T21:15:02
    last 2023-01-05T21:15:02""")
