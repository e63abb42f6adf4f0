#!/usr/bin/env python3
"""Writes the damaged samples of tests/formats/chat-whatsapp/: copies that ended early, bytes that were
lost. Counts by hand; of cut-packed.zip, whose text is packed, by zlib's decompressobj. Run from tests/formats."""
import io
import re
import zipfile
import zlib

from samples import JPEG, LRM, put

W = "chat-whatsapp"


def lines(n, first=1):
    return "".join("[03. 02. 2024. 14:05:%02d] %s: poruka %02d\r\n" % (i, "Ana" if i % 2 else "Marko", i)
                   for i in range(first, first + n)).encode()


def packed(files, method):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name, data in files:
            info = zipfile.ZipInfo(name, (2024, 2, 3, 14, 6, 0))
            info.compress_type = method
            z.writestr(info, data)
    return out.getvalue()


# 20 entries of 44 or 46 bytes, stored; the copy ends within the seventh (4 of Ana, 2 of Marko and a cut one of Ana)
whole = packed([("_chat.txt", lines(20))], zipfile.ZIP_STORED)
start = whole.index(b"[03.")
seventh = whole.index(b"Ana: poruka 07")
put(W, "cut-stored.zip", whole[:seventh + 9], """conversation 1
    message 7
    type.text 7
    sender.Ana 4
    sender.Marko 3
    unread 3
    last 2024-02-03T14:05:07""")
# nothing of its list of files is left, all else is; the list of files ends in its middle
pictures = lines(2) + (f"{LRM}[03. 02. 2024. 14:06:00] Ana: {LRM}<attached: 00000003-PHOTO-2024-02-03-14-06-00.jpg>\r\n"
                       f"{LRM}[03. 02. 2024. 14:07:00] Marko: {LRM}<attached: 00000004-PHOTO-2024-02-03-14-07-00.jpg>\r\n").encode()
whole = packed([("_chat.txt", pictures), ("00000003-PHOTO-2024-02-03-14-06-00.jpg", JPEG),
                ("00000004-PHOTO-2024-02-03-14-07-00.jpg", JPEG)], zipfile.ZIP_DEFLATED)
put(W, "cut-list.zip", whole[:whole.index(b"PK\1\2") + 20], """conversation 1
    message 4
    type.text 2
    type.attachment 2
    state.present 2
    unread 1""")
# of the first picture the head alone, of the second nothing: neither may be called absent
whole = packed([("_chat.txt", pictures), ("00000003-PHOTO-2024-02-03-14-06-00.jpg", JPEG),
                ("00000004-PHOTO-2024-02-03-14-07-00.jpg", JPEG)], zipfile.ZIP_STORED)
put(W, "cut-in-picture.zip", whole[:whole.index(b"JFIF") + 10], """conversation 1
    message 4
    type.text 2
    type.attachment 2
    state.unavailable 2
    state.absent 0
    unread 2""")
# one bit of the text turned over, so that its check sum is wrong: the words are kept, the damage is said
whole = bytearray(packed([("_chat.txt", lines(4))], zipfile.ZIP_STORED))
whole[whole.index(b"poruka 03")] ^= 1
put(W, "wrong-sum.zip", bytes(whole), """conversation 1
    message 4
    type.text 4
    unread 1""")
# 512 zeros from the words of entry 3 (11 bytes of it) over 4 to 14 (463 bytes) into 15: 1, 2, 3 and 16 to 20 begin a line
text = lines(20)
at = text.index(b"Ana: poruka 03") + 5
put(W, "zeros.txt", text[:at] + bytes(512) + text[at + 512:], """conversation 1
    message 8
    type.text 8
    unread 1
    unreadBytes 512
    last 2024-02-03T14:05:20""")
# bytes that are no UTF-8 in a body, in a name, and within a character that was cut
put(W, "not-utf8-within.txt", lines(2) + b"[03. 02. 2024. 14:05:03] Ana: pre\xff\xfeposle\r\n[03. 02. 2024. 14:05:04] An\xe8: ime\r\n"
    b"[03. 02. 2024. 14:05:05] Ana: \xc4\r\n" + lines(1, 6), """conversation 1
    message 6
    type.text 6
    bodyBytes 2
    sender.Ana 3
    participant 3
    unread 0""")
# a text that ends within a line
put(W, "cut.txt", lines(3)[:-9], """conversation 1
    message 3
    type.text 3
    observation.no-line-end 1
    unread 0""")
# packed, cut after 700 bytes: what comes out up to there is read, and the last entry is not whole
text = "".join("[03. 02. 2024. %02d:%02d:00] %s: poruka %d, zbir %d\r\n" % (
    i // 60, i % 60, "Ana" if i % 3 else "Marko", i, i * i * 7919 % 10007) for i in range(600)).encode()
cut = packed([("_chat.txt", text)], zipfile.ZIP_DEFLATED)[:700]
seen = zlib.decompressobj(-15).decompress(cut[30 + len("_chat.txt"):])
begun = len(re.findall(rb"^\[\d\d\. \d\d\. \d{4}\. \d\d:\d\d:\d\d\] ", seen, re.M))
put(W, "cut-packed.zip", cut, """conversation 1
    message %d
    type.text %d
    unread 3""" % (begun, begun))
