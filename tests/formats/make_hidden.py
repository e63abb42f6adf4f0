"""make_hidden.py FOLDER: samples of what does not stand in plain sight, each with the records that must come of it, written
by hand here from how the bytes are set; sizes and digests are Python's."""
import hashlib
import json
import os
import sys
import zlib

os.chdir(sys.argv[1])


def put(path, data, *records):
    with open(path, "wb") as f:
        f.write(data)
    with open(path + ".expected.jsonl", "w", encoding="utf-8") as f:
        for r in records:
            f.write(json.dumps(r, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n")


def field(group, name, value, **more):
    return dict(more, kind="field", group=group, name=name, value=value)


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
