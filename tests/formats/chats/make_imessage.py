#!/usr/bin/env python3
"""Writes samples of imessage-exporter's TXT and HTML, in the form its source gives them. Counts by hand. Run from tests/formats."""
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
# lists of reactions, and words typed like one: behind a list stands a blank line of its own. By itself, in what answers an
# earlier message, above and within answers that stand under a message, the last of them and one before it
put(E, "reactions.txt", message("Jan 31, 2024  2:05:09 PM", "Me", "Pogledaj", "Reactions:", "Loved by " + THEM)
    + message("Jan 31, 2024  2:06:09 PM", "Me", "Pogledaj", "Reactions:", "Loved by " + THEM, "")
    + message("Jan 31, 2024  2:07:09 PM", "Me", "da", "Tapbacks:", "Liked by " + THEM, "This message responded to an earlier message.")
    + message("Jan 31, 2024  2:08:09 PM", "Me", "da", "Tapbacks:", "Liked by " + THEM, "", "This message responded to an earlier message.")
    + "Jan 31, 2024  2:09:09 PM\nMe\nKo?\nReactions:\nLiked by Emir\n\n"
    + under("Jan 31, 2024  2:10:09 PM", "Emir", "ja", "Reactions:", "Loved by Me")
    + under("Jan 31, 2024  2:11:09 PM", "Emir", "ti", "    Reactions:", "        Loved by Me", "")
    + under("Jan 31, 2024  2:12:09 PM", "Emir", "on", "Reactions:", "Loved by Me") + "\n"
    + "Jan 31, 2024  2:13:09 PM\nMe\nKo?\nReactions:\nLiked by Emir\n"
    + under("Jan 31, 2024  2:14:09 PM", "Emir", "ja", "    Reactions:", "        Loved by Me", "") + "\n", """conversation 1
    message 10
    type.text 10
    flag.typed-marker 5
    reactions 5
    listed.reactions 5
    detail.inThread 4
    detail.answersEarlier 2
    unread 0
    observation.shown-twice 1""")
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


def shown(time, who, *inner, sent="", name="", under=""):
    """A message as the HTML has it; `under` are those that answer its last part."""
    return ('<div class="message"%s>\n<div class="%s">\n<p><span class="timestamp">%s</span>\n' % (name and ', id="r-%s"' % name, "sent " + sent if sent else "received", time)
            + ('<span class="reply_anchor"><a href="#%s">⇱</a></span>\n' % name if name else "") + '<span class="sender">%s</span></p>\n' % who
            + "".join(inner) + under + "</div>\n</div>\n")


def part(text):
    return '<hr><div class="message_part">\n%s\n</div>\n' % text


def bubble(text):
    return part('<span class="bubble">%s</span>' % text)


def notice(time, text):
    return '\n<div class ="announcement"><p><span class="timestamp">%s</span> %s</p></div>\n' % (time, text)


def page(*messages):
    return '<html>\n<head>\n<meta charset="UTF-8"><style>\n.message .sent.iMessage {\n\tbackground-color: #1982FC;\n}\n</style></head><body>\n' + "".join(messages) + "</body></html>"


# markup and a time that were typed are words; read by whom; subject, effect, reactions and a sticker; a thread and its answer
# by itself under one id; files that are there, are not, were not found; two versions; deleted; notices, one that takes a
# message back; a preview; words outside of any message
ANSWER = ("May 18, 2022  1:00:00 AM", "Emir")
zipped(E, "pages.zip", [
    ("Ana, Emir.html", page(
        shown("May 17, 2022  5:29:42 PM (Read by you after 1 hour, 49 seconds)", THEM, bubble("&lt;div class=\"message\"&gt;\n\nMay 17, 2022  5:29:42 PM\nMe")),
        shown("May 17, 2022 11:30:00 PM", "Me", '<p>Subject: <span class="subject">Naslov</span></p>\n', bubble("zdravo &amp; laku noć"), '<span class="expressive">Sent with Slam</span>\n',
              '<div class="reactions"><hr><p>Reactions:</p>\n<div class="reaction"><span class="reaction"><b>Loved</b> by %s</span></div>\n<div class="reaction"><img src="attachments/2/s.heic" loading="lazy"></div>\n\n</div>\n' % THEM, sent="iMessage"),
        shown("May 18, 2022 12:30:00 AM", "Me", bubble("Ko je to?"), sent="SMS",
              under='<div class="replies">\n<div class="reply" id="G-1">' + shown(*ANSWER, bubble("ja sam")) + "</div>\n</div>\n"),
        shown(*ANSWER, bubble("ja sam"), '<span class="reply_context">This message responded to an earlier message.</span>\n', name="G-1"),
        shown("May 18, 2022  8:00:00 AM", "Me", part('<div class="attachment"><img src="attachments/5/a.jpg" loading="lazy"></div>'),
              part('<div class="attachment"><video controls> <source src="attachments/5/b.mov" type="video/quicktime"> <source src="attachments/5/b.mov"> </video></div>'),
              part('<span class="attachment_error">Unable to locate attachment: c.pdf</span>'), sent="iMessage"),
        shown("May 18, 2022  8:30:00 AM", THEM, part('<div class="edited"><table><tbody><tr><td><span class="timestamp"></span></td><td>Ubiću te</td></tr></tbody><tfoot><tr><td><span class="timestamp">Edited 5 minutes later</span></td><td>Javi se</td></tr></tfoot></table></div>')),
        notice("May 18, 2022  8:45:00 AM", "They deleted a message."), notice("May 18, 2022  9:30:00 AM", "You named the conversation <b>Plan: B</b>"),
        shown("May 18, 2022  9:40:00 AM", "ana@example.org", '<span class="deleted">This message was deleted from the conversation!</span></p>\n', bubble("tajna")),
        shown("May 18, 2022  9:50:00 AM", "ana@example.org", part('<div class="app"><a href="https://example.org"><div class="app_header"><div class="name">Primer</div></div><div class="app_footer"><div class="caption">naslov</div></div></a></div>')),
        "dopisano")),
    ("style.css", "body {}"), ("druga.html", "<html><body>nije razgovor</body></html>"), ("attachments/5/a.jpg", JPEG)], """conversation 1
    title Ana, Emir
    message 11
    type.text 8
    type.attachment 1
    type.deleted 1
    type.system 1
    sender.Me 3
    sender.Emir 2
    number.+38761123456 2
    caption 1
    flag.duplicate-id 1
    flag.recently-deleted 1
    flag.typed-marker 0
    flag.header-imitation 0
    edited 1
    listed.revisions 2
    listed.reactions 2
    reply 0
    detail.inThread 1
    detail.answersEarlier 1
    detail.readBy 1
    detail.effect 1
    detail.service 3
    attachment 3
    state.present 1
    state.absent 1
    state.unavailable 1
    unread 1
    observation.no-message-ids 0
    observation.export-of-program 1
    observation.shown-twice 1
    first 2022-05-17T17:29:42
    last 2022-05-18T09:50:00""")
# a page by itself, of a version that links messages to the app, by whose address they have ids; tapbacks; an end tag too many,
# so that the answer stands outside of what it answers
put(E, "linked.html", page(
    shown('<a title="Reveal in Messages app" href="sms://open?message-guid=G-7">May 17, 2022  5:29:42 PM</a> (Read by them after 1 second)', "Me", bubble("prvi<br>drugi"),
          '<div class="tapbacks"><hr><p>Tapbacks:</p>\n<div class="tapback"><span class="tapback"><b>👍</b> by Ana</span></div>\n</div>\n', "</div>\n", sent="iMessage",
          under='<div class="replies">\n<div class="reply" id="G-8">' + shown("May 17, 2022  5:30:42 PM", "Ana", bubble("dobro")) + "</div>\n</div>\n")), """conversation 1
    message 2
    type.text 2
    sender.Ana 1
    listed.reactions 1
    detail.readBy 1
    detail.inThread 1
    flag.duplicate-id 0
    unread 0
    first 2022-05-17T17:29:42
    last 2022-05-17T17:30:42""")
