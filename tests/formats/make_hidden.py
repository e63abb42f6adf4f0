"""make_hidden.py FOLDER: samples of what does not stand in plain sight, each with the records that must come of it, written
by hand here from how the bytes are set; sizes and digests are Python's."""
import base64
import datetime
import gzip
import hashlib
import os
import re
import struct
import sys
import zlib

from expected import field, put

os.chdir(sys.argv[1])


def member(n, path, data, **more):
    return dict(more, kind="member", n=n, path=path, type="file", size=len(data), sha256=hashlib.sha256(data).hexdigest())


def unread(code, text, **more):
    return dict(more, kind="unread", code=code, text=text)


def observation(code, text):
    return dict(kind="observation", code=code, text=text)


def raw_member(n, path, **more):
    return dict(more, kind="member", n=n, path=path, type="file")


# PDF: attached files are PDF themselves, not packed, with objects of the same numbers, trailers and titles of their own


def pdf(objects, trailer, version=b"1.7", table=True):
    body, offsets = b"%PDF-" + version + b"\n", []
    for number, generation, o in objects:
        offsets.append((number, generation, len(body)))
        body += b"%d %d obj\n%s\nendobj\n" % (number, generation, o)
    start = len(body)
    body += b"xref\n0 1\n0000000000 65535 f \n"
    for number, generation, at in offsets:
        body += b"%d 1\n%010d %05d n \n" % (number, at, generation)
    return body + b"trailer\n" + trailer + b"\nstartxref\n%d\n%%%%EOF\n" % (start if table else 7)


inner = pdf([(1, 0, b"<< /Type /Catalog /Pages 3 0 R >>"),
             (2, 0, b"<< /Title (UGNJEZDEN) /Author (Drugi autor) /CreationDate (D:20200101100000Z) >>"),
             (3, 0, b"<< /Type /Pages /Kids [] /Count 7 >>"),
             (8, 0, b"<< /Length 3 >>\nstream\nabc\nendstream")],
            b"<< /Size 9 /Root 1 0 R /Info 2 0 R >>", b"1.3")
packed = zlib.compress(b"beleska")
info = (b"<< /Title (PRAVI NASLOV) /Author (Pravi autor) /Company (Uzorak DOO) /Broj#20predmeta (KT-5) /Trapped /False "
        b"/CreationDate (D:20260301100000+01'00') >>")


def folio(generation, length, table):
    attached = b"<< /Type /EmbeddedFile /Subtype /application#2Fpdf /Length %s >>\nstream\n%s\nendstream" % (length, inner)
    data = pdf([(1, 0, b"<< /Type /Catalog /Pages 4 0 R /Names << /EmbeddedFiles 3 0 R >> >>"),
                (2, generation, info),
                (3, 0, b"<< /Names [(prilog.pdf) 5 0 R (zapis.txt) << /Type /Filespec /F (zapis.txt) /EF << /F 8 0 R >> >>] >>"),
                (4, 0, b"<< /Type /Pages /Kids [6 0 R] /Count 1 >>"),
                (5, 0, b"<< /Type /Filespec /F (prilog.pdf) /UF <FEFF043F0440> /EF << /F 7 0 R >> >>"),
                (6, 0, b"<< /Type /Page /Parent 4 0 R /MediaBox [0 0 100 100] >>"),
                (7, 0, attached),
                (8, 0, b"<< /Type /EmbeddedFile /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed)),
                (9, 0, b"%d" % len(inner))],
               b"<< /Size 10 /Root 1 0 R /Info 2 %d R >>" % generation, table=table)
    records = [field("pdf", "version", "1.7"), field("pdf", "endMarkers", "2"), field("pdf", "pages", "1", **{"as": "pages"}),
               field("pdf.info", "Title", "PRAVI NASLOV", **{"as": "text.title"}),
               field("pdf.info", "Author", "Pravi autor", **{"as": "person.author"}),
               field("pdf.info", "CreationDate", "2026-03-01T10:00:00+01:00", raw="D:20260301100000+01'00'", **{"as": "time.created"}),
               field("pdf.info", "other", "Uzorak DOO", label="Company"),
               field("pdf.info", "other", "KT-5", label="Broj predmeta"),
               field("pdf.info", "other", "/False", label="Trapped"),
               ]
    # in the order of the objects that hold the file specifications: 3, the tree of names, before 5
    records += [member(1, "zapis.txt", b"beleska", offset=data.find(packed), bytes=len(packed)),
                member(2, "пр", inner, media="application/pdf", offset=data.find(inner), bytes=len(inner))]
    return data, records


put("pdf/attached.pdf", *(lambda d, r: (d, *r))(*folio(0, b"%d" % len(inner), True)))
data, records = folio(3, b"9 0 R", False)
why = ("the cross-reference table could not be followed (no table that can be read stands there): objects were looked for through "
       "the file, of several of a number the last counts")
put("pdf/lost.pdf", data, *records, unread("damaged", why, offset=7, bytes=0))

# PDF: bytes before the header, places counted from it or from the first byte


def moved(junk, counted):
    data, records = folio(0, b"%d" % len(inner), True)
    head, xref, rest = data.rpartition(b"xref\n0 1\n0000000000")
    if counted:
        at = len(junk)
        rest = re.sub(rb"\n(\d{10}) (\d{5} n)", lambda m: b"\n%010d " % (int(m[1]) + at) + m[2], rest)
        rest = re.sub(rb"startxref\n(\d+)", lambda m: b"startxref\n%d" % (int(m[1]) + at), rest)
    records = [dict(r, offset=r["offset"] + len(junk)) if "offset" in r else r for r in records]
    records.insert(1, field("pdf", "bytesBefore", str(len(junk))))
    return junk + head + xref + rest, records


put("pdf/before.pdf", *(lambda d, r: (d, *r))(*moved(b"\xef\xbb\xbf", False)))
put("pdf/counted.pdf", *(lambda d, r: (d, *r))(*moved(b"HTTP/1.1 200 OK\r\n\r\n", True)))

# PDF: a script in a stream of objects, its name spelt with an escape; the word in a title; offsets of times as they are written
times = b"<< /CreationDate (D:20260301100000+0530) /ModDate (D:20260301100000-01) /Title (%s) >>"
first = b"<< /Type /Catalog /Pages 2 0 R /OpenAction 4 0 R >>", b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>", times % b"x", b"<< /S /Java#53cript /JS (app.alert\\(1\\)) >>", b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
pairs, objects = b"", b""
for n, o in enumerate(first, 1):
    pairs += b"%d %d " % (n, len(objects))
    objects += o + b" "
body = b"%%PDF-1.7\n6 0 obj\n<< /Type /ObjStm /N 5 /First %d /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
    len(pairs), len(pairs + objects), pairs + objects)
rows = bytes(4) + b"".join(struct.pack(">BHB", 2, 6, i) for i in range(5)) + struct.pack(">BHB", 1, 9, 0) + struct.pack(">BHB", 1, len(body), 0)
body += (b"7 0 obj\n<< /Type /XRef /Size 8 /W [1 2 1] /Root 1 0 R /Info 3 0 R /Length %d >>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n"
         % (len(rows), rows, len(body)))


def timed(title, text):
    return [field("pdf", "version", "1.7"), field("pdf", "endMarkers", "1"), field("pdf", "pages", "1", **{"as": "pages"}),
            field("pdf.info", "Title", title, **{"as": "text.title"}),
            field("pdf.info", "CreationDate", "2026-03-01T10:00:00+05:30", raw="D:20260301100000+0530", **{"as": "time.created"}),
            field("pdf.info", "ModDate", "2026-03-01T10:00:00-01:00", raw="D:20260301100000-01", **{"as": "time.modified"}),
            observation("active-content", text)]


put("pdf/script.pdf", body, *timed("x", "the file names scripts or programs to start; none was run"))
put("pdf/word.pdf", pdf([(1, 0, b"<< /Type /Catalog /Pages 2 0 R >>"), (2, 0, first[1]), (3, 0, times % b"How /JavaScript works"), (5, 0, first[4])],
                        b"<< /Size 6 /Root 1 0 R /Info 3 0 R >>"),
    *timed("How /JavaScript works", "the word /JavaScript or /Launch stands in the file, and in no object of its own that counts: in a text, a "
           "file within, or an object that was replaced or left out; none was run"))

# mail: dates with and without a zone. What is stated is given; RFC 5322 3.3 has "-0000" mean UTC, 4.3 gives some names


def header(group, label, value, raw=None, meaning=None):
    more = {"label": label}
    if raw is not None:
        more["raw"] = raw
    if meaning:
        more["as"] = meaning
    return field(group, "header", value, **more)


dates = [
    ("Sun, 01 Mar 2026 10:00:00", "2026-03-01T10:00:00"),
    ("Sun, 01 Mar 2026 10:00:00 -0000", "2026-03-01T10:00:00Z"),
    ("Sun, 01 Mar 2026 10:00:00 +0000", "2026-03-01T10:00:00+00:00"),
    ("Sun, 01 Mar 2026 10:00:00 +0100 (CET)", "2026-03-01T10:00:00+01:00"),
    ("Sun, 01 Mar 2026 10:00:00 -0330", "2026-03-01T10:00:00-03:30"),
    ("Sun, 01 Mar 2026 10:00:00 GMT", "2026-03-01T10:00:00+00:00"),
    ("Sun, 01 Mar 2026 10:00:00 EST", "2026-03-01T10:00:00-05:00"),
    ("Sun, 01 Mar 2026 10:00:00 CET", "2026-03-01T10:00:00"),
    ("Sun, 01 Mar 2026 10:00:00 (+0200)", "2026-03-01T10:00:00"),
    ("1 Mar 2026 10:00 +0100", "2026-03-01T10:00:00+01:00"),
    ("32 Foo 2026 99:99", None),
    ("", ""),
    # what no reader may make a date of: half of a day, points, numbers in an order that is not known, a day that is none
    ("Sunday, March 1, 2026 10:30 PM", None),
    ("Sun, 1 Mar 2026 10:30 PM", None),
    ("Sun, 01 Mar 2026 22.15.00 +0200", None),
    ("03/04/2026 10:00:00", None),
    ("30 Feb 2026 10:00:00 +0100", None),
    ("Sun, 01 Mar 2026 10:00:00 +0100 juce", "2026-03-01T10:00:00+01:00"),
    ("Sun, 01 Mar 2026 10:00:00 +0100 17", None),
    # plainly written, if not as the standard has it; and 4.3: two digits of a year, comments and white space amid
    ("Sun, 01 Mar 2026 10:00:00 +02:00", "2026-03-01T10:00:00+02:00"),
    ("Sun Mar 01 2026 10:00:00 GMT+0200 (Srednjoevropsko)", "2026-03-01T10:00:00+02:00"),
    ("Sun, 01 Mar 2026 10:00:00 GMT+2", None),
    ("1 Mar 26 10:00 Z", "2026-03-01T10:00:00Z"),
    ("1 Mar 99 10:00:00 +0000", "1999-03-01T10:00:00+00:00"),
    ("Sun (ne (bas) u) , 1 (prvi) Mar 2026 10 : 00 : 05 +0100", "2026-03-01T10:00:05+01:00"),
    ("Sun Mar  1 10:00:00 2026", "2026-03-01T10:00:00"),
    ("Sun Mar  1 10:00:00 2026 -0130", "2026-03-01T10:00:00-01:30"),
    ("Sun Mar  1 10:00:00 CET 2026", "2026-03-01T10:00:00"),
    ("Sun, 01 Mar 2026 10:00:00 +1700", "2026-03-01T10:00:00"),
]
box, records, n = b"", [], 0
for text, value in dates:
    n += 1
    start = len(box)
    head = b"From: ana@example.net\n" + (b"Date: %s\n" % text.encode() if value != "" else b"")
    message = b"From ana@example.net Sun Mar  1 10:00:00 2026\n" + head + b"\nred\n"
    box += message + b"\n"
    group = "mail.member.%d" % (2 * n - 1)
    records.append(raw_member(2 * n - 1, "", media="message/rfc822", offset=start, bytes=len(message)))
    records.append(field(group, "separator", "From ana@example.net Sun Mar  1 10:00:00 2026"))
    records.append(header(group, "From", "ana@example.net", meaning="person.from"))
    if value:
        records.append(header(group, "Date", value, raw=text, meaning="time.sent"))
    elif value is None:
        records.append(header(group, "Date", text))
        records.append(observation("time-unreadable", "the Date header of %s holds no date" % group))
    else:
        records.append(observation("time-unreadable", "%s has no Date header" % group))
    records.append(member(2 * n, "", b"red\n", media="text/plain", parent=2 * n - 1))
    records.append(field(group, "text", "red\n", **{"as": "text.body"}))
put("mail/dates.mbox", box, *records)

# mail: NUL in header and text, bytes that are no UTF-8, HTML that names its own character set, base64 that is none
plain = "prvo pre\0posle tajna\r\n".encode()
broken = "drugo čekaj ".encode() + b"\xe8\xff kraj\r\n"
html = ('<html><head><meta http-equiv="Content-Type" content="text/html; charset=windows-1250"><title>Naslov</title>'
        "<style>p { color: red }</style></head><body><!-- ne ovo --><p>Ubi&#263;u te&nbsp;<b>ve&ccaron;eras</b></p>\r\n"
        "<script>var a = '<p>ni ovo';</script><table><tr><td>Šta</td><td>&lt;x&gt; &amp; y</td></tr></table>"
        "<div style=\"display:none\">skriveno</div><p title=\"a>b\">kraj < početka &nije;</body></html>\r\n").encode("cp1250")
head = (b"From: Marko <m@example.org>\r\nSubject: pre\0posle tajna\r\n\tdalje\r\nDate: Sun, 01 Mar 2026 10:00:00 +0100\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=granica\r\n\r\n")


def part(fields, content):
    return b"--granica\r\n" + fields + b"\r\n\r\n" + content + b"\r\n"


mail = head + part(b"Content-Type: text/plain", plain) + part(b"Content-Type: text/plain; charset=utf-8", broken)
mail += part(b"Content-Type: text/html", html)
mail += part(b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=a.pdf",
             b"UG9y!!dWth\r\n@@QQ")
mail += b"--granica--\r\n"
states = "%d bytes of the text of member %d are no characters of the set it states, or of UTF-8 where it states none: %s"
put("mail/hidden.eml", mail,
    header("mail", "From", "Marko <m@example.org>", meaning="person.from"),
    header("mail", "Subject", "pre\0posle tajna\tdalje", raw="pre\0posle tajna\r\n\tdalje", meaning="text.subject"),
    header("mail", "Date", "2026-03-01T10:00:00+01:00", raw="Sun, 01 Mar 2026 10:00:00 +0100", meaning="time.sent"),
    header("mail", "MIME-Version", "1.0"),
    header("mail", "Content-Type", "multipart/mixed; boundary=granica"),
    member(1, "", plain, media="text/plain"),
    header("mail.part.1", "Content-Type", "text/plain"),
    field("mail", "text", plain.decode(), **{"as": "text.body"}),
    member(2, "", broken, media="text/plain"),
    header("mail.part.2", "Content-Type", "text/plain; charset=utf-8"),
    unread("damaged", states % (2, 2, "the text is given as its bytes")),
    {"kind": "field", "group": "mail", "name": "text", "as": "text.body",
     "valueBytes": base64.urlsafe_b64encode(broken).decode().rstrip("=")},
    member(3, "", html, media="text/html"),
    header("mail.part.3", "Content-Type", "text/html"),
    field("mail", "textOfHtml", "Naslov\nUbiću te\u00a0večeras\nŠta <x> & y\nskriveno\nkraj < početka &nije;", **{"as": "text.body"}),
    member(4, "a.pdf", b"Poruka", media="application/pdf"),
    unread("damaged", "the base64 of member 4 is not whole (4 characters that are none, cut short): its size and SHA-256 are of "
           "what was made of it"),
    header("mail.part.4", "Content-Type", "application/pdf"),
    header("mail.part.4", "Content-Transfer-Encoding", "base64"),
    header("mail.part.4", "Content-Disposition", "attachment; filename=a.pdf"))

# mail: lines before the headers, and lines among them that are none


def odd_line(group, text, offset):
    return [field(group, "line", text),
            unread("damaged", "a line among the headers of %s is none: it is given as `line`, and what it belongs to is not known" % group,
                   offset=offset, bytes=len(text.encode()))]


def words(group, n, text, **more):
    return [member(n, "", text, media="text/plain", **more), field(group, "text", text.decode(), **{"as": "text.body"})]


usual = [header("mail", "From", "ana@example.net", meaning="person.from"), header("mail", "Subject", "prvi red", meaning="text.subject"),
         header("mail", "Date", "2026-03-01T10:00:00+01:00", raw="Sun, 01 Mar 2026 10:00:00 +0100", meaning="time.sent")]
lines = (b"From: ana@example.net\n", b"Subject : prvi red\n", b"Date: Sun, 01 Mar 2026 10:00:00 +0100\n")
put("mail/mark.eml", b"\xef\xbb\xbf\r\n \n" + b"".join(lines) + b"\ntajna\n", *usual, *words("mail", 1, b"tajna\n"))
broken = b"bez ikakvog smisla\n" + lines[0] + lines[1] + "drugi red čega\n dalje\n".encode() + lines[2] + b"\ntajna\n"
put("mail/broken.eml", broken, *odd_line("mail", "bez ikakvog smisla", 0), *usual,
    *odd_line("mail", "drugi red čega\n dalje", broken.index(b"drugi")), *words("mail", 1, b"tajna\n"))

# mbox: where words of a mail begin with "From ", and how programs write the line before a mail. Google writes zone and year behind
# the time, Thunderbird "From - " and since 115 nothing


def box_of(*mails):
    box, records, n = b"", [], 1
    for line, text, dated in mails:
        start, group = len(box), "mail.member.%d" % n
        box += line + b"\nFrom: ana@example.net\nTo: x@example.net\nDate: Sun, 01 Mar 2026 10:00:00 +0100\n\n" + text + b"\n"
        records.append(raw_member(n, "", media="message/rfc822", offset=start, bytes=len(box) - start - 1))
        records.append(field(group, "separator", line.decode().strip()))
        if not dated:
            records.append(observation("ambiguous", "the line that begins member %d has no date: it was taken for the beginning of a "
                                       "message since headers follow" % n))
        if b"\n\nFrom " in text:
            records.append(observation("ambiguous", "%d lines of member %d begin with \"From \" behind an empty line, the first at %d, and have "
                                       "no date: they were taken for words of the mail, not for the beginning of another"
                                       % (text.count(b"\n\nFrom "), n, box.index(b"\n\nFrom ", start) + 2)))
        records += [header(group, "From", "ana@example.net", meaning="person.from"), header(group, "To", "x@example.net", meaning="person.to"),
                    header(group, "Date", "2026-03-01T10:00:00+01:00", raw="Sun, 01 Mar 2026 10:00:00 +0100", meaning="time.sent")]
        records += words(group, n + 1, text, parent=n)
        n += 2
    return box, records


box, records = box_of(
    (b"From ana@example.net Sun Mar  1 10:00:00 2026", b"Zdravo.\n\nFrom tomorrow I wait at 10:00\nNapomena: znas\n\nkraj\n", True),
    (b"From - Sun Mar 01 10:00:00 2026", b"dva\n\nFrom May 2026 on\n\nFrom Sun to Mon\n", True),
    (b"From 1234567890@xxx Sun Mar 01 10:00:00 +0000 2026", b"tri\n", True),
    (b"From ana@example.net Sun Mar  1 10:00 CET 2026", b"cetiri\n", True),
    (b"From ana@example.net Sun, 01 Mar 2026 10:00:00 +0100", b"pet\n", True),
    (b"From ", b"sest\n", True),
    (b"From ana@example.net", b"sedam\n", False))
put("mail/from.mbox", box, *records)

# mail: words that cannot be read. The object identifiers of CMS at its beginning: enveloped 1.2.840.113549.1.7.3, signed .2,
# enveloped and proved whole 1.2.840.113549.1.9.16.1.23, compressed .9


def cms(identifier):
    content = bytes([6, len(identifier)]) + identifier + b"\xa0\x80" + bytes(4)
    return b"\x30\x82" + struct.pack(">H", len(content)) + content


pkcs, head = bytes.fromhex("2A864886F70D01"), b"From: ana@example.net\nTo: x@example.net\nDate: Sun, 01 Mar 2026 10:00:00 +0100\n"
top = [header("mail", "From", "ana@example.net", meaning="person.from"), header("mail", "To", "x@example.net", meaning="person.to"), usual[2]]
letters = [(b"application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", cms(pkcs + b"\x07\x03")),
           (b"application/x-pkcs7-mime; name=smime.p7m", cms(pkcs + b"\x07\x02")),
           (b"application/pkcs7-mime", cms(pkcs + b"\x09\x10\x01\x17")),
           (b"application/pkcs7-mime", cms(pkcs + b"\x09\x10\x01\x09"))]
whole = head + b"Content-Type: multipart/signed; boundary=a\n\n"
records = top + [header("mail", "Content-Type", "multipart/signed; boundary=a"),
                 observation("signature-present", "mail has a digital signature; it was not checked")]
for n, (media, data) in enumerate(letters, 1):
    whole += b"--a\nContent-Type: " + media + b"\nContent-Transfer-Encoding: base64\n\n" + base64.b64encode(data) + b"\n"
    records += [member(n, "smime.p7m" if b"name=" in media else "", data, media=media.split(b";")[0].decode()),
                header("mail.part.%d" % n, "Content-Type", media.decode()), header("mail.part.%d" % n, "Content-Transfer-Encoding", "base64")]
    if n in (1, 3):
        records.append(unread("encrypted", "member %d is encrypted (S/MIME): the words of mail were not read" % n))
    if n == 2:
        records.append(observation("signature-present", "mail has a digital signature; it was not checked"))
    if n in (2, 4):
        records.append(unread("unsupported", "member %d is %s (S/MIME): what it holds was not read"
                              % (n, "signed data" if n == 2 else "of another kind than is known here")))
# within: PGP/MIME in a mail of its own, then one whose only part is a picture
inner = b"Subject: ...\nContent-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b--\n"
whole += b"--a\nContent-Type: message/rfc822\nX-Attachment-Id: q1\n\n" + inner
records += [raw_member(5, "", media="message/rfc822"), header("mail.part.5", "Content-Type", "message/rfc822"),
            header("mail.part.5", "X-Attachment-Id", "q1"), header("mail.member.5", "Subject", "...", meaning="text.subject"),
            header("mail.member.5", "Content-Type", "multipart/encrypted; boundary=b"),
            observation("time-unreadable", "mail.member.5 has no Date header"),
            unread("encrypted", "parts of mail.member.5 are encrypted: their words were not read"),
            member(6, "", b"Version: 1", media="application/pgp-encrypted", parent=5),
            header("mail.part.6", "Content-Type", "application/pgp-encrypted")]
inner = b"Subject: \x9aljiva\nContent-Type: image/png; name=a.png\nContent-Disposition: attachment; filename=b.exe; creation-date=\"1 Mar 2026 10:00:00 +0100\"\n\nzz\n"
whole += b"--a\nContent-Type: message/rfc822\n\n" + inner + b"--a\nContent-Type: multipart/mixed; boundary=c\nContent-Language: sr\n\n--c\nContent-ID: <k>\n\nk\n--c--\n--a--\n"
records += [raw_member(7, "", media="message/rfc822"), header("mail.part.7", "Content-Type", "message/rfc822"),
            {"kind": "field", "group": "mail.member.7", "name": "header", "label": "Subject", "as": "text.subject",
             "valueBytes": base64.urlsafe_b64encode(b"\x9aljiva").decode()},
            header("mail.member.7", "Content-Type", "image/png; name=a.png"),
            header("mail.member.7", "Content-Disposition", "attachment; filename=b.exe; creation-date=\"1 Mar 2026 10:00:00 +0100\""),
            observation("time-unreadable", "mail.member.7 has no Date header"),
            unread("unsupported", "the character set of 1 headers of mail.member.7 is not stated and not known: they are given as their "
                   "bytes and cannot be searched"),
            member(8, "b.exe", b"zz", media="image/png", parent=7),
            observation("empty", "no words of mail.member.7 were read: no part that is not attached is text/plain or text/html"),
            header("mail.parts.9", "Content-Type", "multipart/mixed; boundary=c"), header("mail.parts.9", "Content-Language", "sr"),
            member(9, "", b"k", media="text/plain"), header("mail.part.9", "Content-ID", "<k>"),
            field("mail", "text", "k", **{"as": "text.body"})]
put("mail/closed.eml", whole, *records)

# archives: what the directory of a ZIP does not name, or names otherwise; zeros, which look like a tar without members


def stored(name, data):
    return struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 0, 0x9000, 0x5C6C, zlib.crc32(data), len(data), len(data), len(name), 0) + name + data


def listed(name, data, at):
    return struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 0, 0x9000, 0x5C6C, zlib.crc32(data), len(data), len(data), len(name),
                       0, 0, 0, 0, 0, at) + name


def end(n, size, at):
    return struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, n, n, size, at, 0)


# MS-DOS: 0x5C6C is 2026-03-12, 0x9000 is 18:00:00; read as if UTC
when = {"time": str(int(datetime.datetime(2026, 3, 12, 18, tzinfo=datetime.timezone.utc).timestamp()))}
first, secret, second = stored(b"a.txt", b"prvi"), stored(b"skriveno.txt", b"tajna"), stored(b"pravo.txt", b"drugi")
places = 0, len(first), len(first) + len(secret)
directory = listed(b"a.txt", b"prvi", 0) + listed(b"lazno.txt", b"drugi", places[2]) + listed(b"opet.txt", b"drugi", places[2])
data = first + secret + second + directory + end(4, len(directory), len(first + secret + second))


def differs(text):
    return observation("archive-differs", text)


put("archive/hidden.zip", data,
    member(1, "a.txt", b"prvi", **when),
    member(2, "pravo.txt", b"drugi", **when),  # libarchive takes the name before the file
    field("archive", "nameBeforeFile", "pravo.txt", label="lazno.txt", offset=places[2], bytes=30 + len("pravo.txt")),
    field("archive", "nameBeforeFile", "pravo.txt", label="opet.txt", offset=places[2], bytes=30 + len("pravo.txt")),
    differs("%d bytes of the ZIP at %d belong to no member of its directory" % (len(secret), places[1])),
    field("archive", "unlisted", "skriveno.txt", offset=places[1], bytes=30 + len("skriveno.txt")),
    differs("the end of the ZIP counts 4 members, its directory names 3"),
    differs("the directory of the ZIP names 3 members, 2 were listed"),
    differs("1 members of the ZIP stand at the place of another"),
    differs("2 members of the ZIP are named otherwise in the header before them"))
put("archive/empty.zip", end(0, 0, 0), observation("empty", "the archive has no member"))
zeros = bytes(4096) + b"iza nula"
put("archive/zeros.gz", gzip.compress(zeros, mtime=1773335744), member(1, "data", zeros, time="1773335744"))

# office: properties that writers name; an encrypted OpenDocument file


def package(*members):
    body, names, at = b"", b"", 0
    for name, data in members:
        names += listed(name, data, at)
        body += stored(name, data)
        at = len(body)
    return body + names + end(len(members), len(names), at)


vt = 'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"'
custom = """<?xml version="1.0" encoding="UTF-8"?><Properties
 xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" %s><property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
 pid="2" name="Predmet"><vt:lpwstr>KT-5</vt:lpwstr></property><property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="3"
 name="Рок"><vt:filetime>2026-03-12T18:00:00Z</vt:filetime></property><property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="4"
 name="title"><vt:lpwstr></vt:lpwstr></property></Properties>""" % vt
put("office/custom.docx", package((b"[Content_Types].xml", b"<Types/>"), (b"docProps/custom.xml", custom.encode())),
    field("office.custom", "lpwstr", "KT-5", label="Predmet"),
    field("office.custom", "filetime", "2026-03-12T18:00:00Z", label="Рок"),
    field("office.custom", "lpwstr", "", label="title"))
odf = """<?xml version="1.0" encoding="UTF-8"?><office:document-meta
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta><meta:user-defined meta:name="Predmet" meta:value-type="string">KT-5</meta:user-defined>
 <dc:title>Žalba</dc:title></office:meta></office:document-meta>"""
kind = (b"mimetype", b"application/vnd.oasis.opendocument.text")
put("office/custom.odt", package(kind, (b"meta.xml", odf.encode())),
    field("odf.meta", "user-defined", "KT-5", label="Predmet"),
    field("odf.meta", "title", "Žalba", **{"as": "text.title"}))
# dc:creator is who changed it last (ODF 1.2 part 1, 4.3.2.7)
odf = """<?xml version="1.0" encoding="UTF-8"?><office:document-meta
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta><meta:initial-creator>Jelena P</meta:initial-creator>
 <dc:creator>Marko V</dc:creator></office:meta></office:document-meta>"""
put("office/changed.odt", package(kind, (b"meta.xml", odf.encode())),
    field("odf.meta", "initial-creator", "Jelena P", **{"as": "person.author"}),
    field("odf.meta", "creator", "Marko V", **{"as": "person.editor"}))
# parts in an order that leaves their names out of the first 64 KiB; and of names that _rels/.rels gives, one of which is not there
core = b"""<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>Jelena P</dc:creator><cp:lastModifiedBy>Marko V</cp:lastModifiedBy></cp:coreProperties>"""
persons = [field("office.core", "creator", "Jelena P", **{"as": "person.author"}),
           field("office.core", "lastModifiedBy", "Marko V", **{"as": "person.editor"})]
put("office/late.docx", package((b"word/media/image1.jpg", bytes(70000)), (b"docProps/core.xml", core), (b"[Content_Types].xml", b"<Types/>")), *persons)
relation = '<Relationship Id="r%d" Type="http://schemas.openxmlformats.org/%s" Target="%s"/>'
named = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>' % "".join([
    relation % (1, "officeDocument/2006/relationships/officeDocument", "word/document.xml"),
    relation % (2, "package/2006/relationships/metadata/core-properties", "/package/services/metadata/core-properties/ab12.psmdcp"),
    relation % (3, "officeDocument/2006/relationships/extended-properties", "elsewhere/app.xml")])
put("office/named.docx", package((b"package/services/metadata/core-properties/ab12.psmdcp", core), (b"[Content_Types].xml", b"<Types/>"),
                                 (b"_rels/.rels", named.encode())), *persons,
    unread("damaged", "properties that the document names (office.app) are not there"))
manifest = (b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry '
            b'manifest:full-path="meta.xml"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>')
put("office/locked.odt", package(kind, (b"meta.xml", bytes(range(256))), (b"META-INF/manifest.xml", manifest)),
    unread("encrypted", "the document is encrypted with a password, or parts of it are"))

# office: compound files, [MS-CFB]: allocation table, directory, small streams within the root's own


def compound(streams):
    """(name, bytes) each; small ones into the mini stream, others into sectors of their own."""
    mini, mini_fat, big, entries = b"", [], [], []
    for name, data in streams:
        if len(data) < 4096:
            start, n = len(mini_fat), -(-len(data) // 64)
            mini_fat += [start + k + 1 for k in range(n - 1)] + [0xFFFFFFFE]
            mini += data.ljust(n * 64, b"\0")
            entries.append((name, 2, start, len(data)))
        else:
            entries.append((name, 2, -1, len(data)))
            big.append(data)
    sectors, fat = [b"", b"", struct.pack("<%dI" % len(mini_fat), *mini_fat).ljust(512, b"\xff")], [0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFE]

    def add(data):
        start = len(sectors)
        for k in range(0, len(data), 512):
            sectors.append(data[k:k + 512].ljust(512, b"\0"))
            fat.append(len(sectors))
        fat[-1] = 0xFFFFFFFE
        return start

    entries = [("Root Entry", 5, add(mini), len(mini))] + [(n, t, add(big.pop(0)) if s < 0 else s, z) for n, t, s, z in entries]
    for name, kind, start, size in entries:
        text = name.encode("utf-16-le") + b"\0\0"
        sectors[1] += text.ljust(64, b"\0") + struct.pack("<HBB3I", len(text), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, 1 if kind == 5 else 0xFFFFFFFF)
        sectors[1] += bytes(36) + struct.pack("<IQ", start, size)
    sectors[0] = struct.pack("<%dI" % len(fat), *fat).ljust(512, b"\xff")
    head = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + bytes(16) + struct.pack("<5H6x7I", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, 2, 1)
    return (head + struct.pack("<2I", 0xFFFFFFFE, 0) + struct.pack("<I", 0)).ljust(512, b"\xff") + b"".join(s.ljust(512, b"\0") for s in sectors)


def summary(codepage, *values):
    """[MS-OLEPS] 2.21: one property set."""
    def text(t):
        data = t.encode("cp%d" % codepage) + b"\0"
        return struct.pack("<2I", 0x1E, len(data)) + data + bytes(-len(data) % 4)

    def moment(t):
        return struct.pack("<IQ", 0x40, (int(t.timestamp()) + 11644473600) * 10000000)

    items = [(1, struct.pack("<2I", 2, codepage))] + [(i, moment(v) if isinstance(v, datetime.datetime) else
                                                       struct.pack("<2I", 3, v) if isinstance(v, int) else text(v)) for i, v in values]
    at, table, body = 8 + 8 * len(items), b"", b""
    for i, data in items:
        table += struct.pack("<2I", i, at + len(body))
        body += data
    fmtid = bytes.fromhex("E0859FF2F94F6810AB9108002B27B3D9")
    return struct.pack("<2HI16xI", 0xFFFE, 0, 0x20006, 1) + fmtid + struct.pack("<3I", 48, at + len(body), len(items)) + table + body


utc = datetime.timezone.utc
made, saved = datetime.datetime(2003, 5, 6, 7, 8, 9, tzinfo=utc), datetime.datetime(2004, 1, 2, 3, 4, 5, tzinfo=utc)
words = struct.pack("<HH6xH", 0xA5EC, 0xC1, 0).ljust(4096, b"\0")
container = field("office.ole", "container", "compound file (OLE2)")
put("office/old.doc", compound([("WordDocument", words), ("\5SummaryInformation", summary(
    1250, (2, "Žalba"), (4, "Đorđe Ć"), (8, "Marko V"), (12, made), (13, saved), (14, 3), (18, "Microsoft Word 9.0")))]),
    container, field("office.ole", "holds", "a Word 97-2003 document"),
    field("office.summary", "Title", "Žalba", **{"as": "text.title"}),
    field("office.summary", "Author", "Đorđe Ć", **{"as": "person.author"}),
    field("office.summary", "LastAuthor", "Marko V", **{"as": "person.editor"}),
    field("office.summary", "CreateDtm", "2003-05-06T07:08:09.000Z", **{"as": "time.created"}),
    field("office.summary", "LastSaveDtm", "2004-01-02T03:04:05.000Z", **{"as": "time.modified"}),
    field("office.summary", "PageCount", "3", **{"as": "pages"}),
    field("office.summary", "AppName", "Microsoft Word 9.0", **{"as": "software"}))
locked = unread("encrypted", "the document is encrypted with a password, or parts of it are")
put("office/locked.docx", compound([("EncryptionInfo", bytes(100)), ("EncryptedPackage", bytes(5000))]),
    container, field("office.ole", "holds", "an encrypted Office document"), locked)
bof = struct.pack("<2H16x2H", 0x809, 16, 0x2F, 54).ljust(200, b"\0")
put("office/locked.xls", compound([("Workbook", bof)]), container, field("office.ole", "holds", "an Excel 97-2003 workbook"), locked)
put("office/letter.msg", compound([("__properties_version1.0", bytes(64))]), container, field("office.ole", "holds", "an Outlook message"),
    unread("unsupported", "the headers and words of an Outlook message in its own format were not read"))
