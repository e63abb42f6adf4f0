"""make_samples.py FOLDER: the samples that need their bytes set one by one (see make_samples.sh)."""
import gzip
import io
import os
import sqlite3
import shutil
import struct
import sys
import tarfile
import zipfile
import zlib

from PIL import Image, PngImagePlugin

os.chdir(sys.argv[1])


def put(path, data):
    with open(path, "wb") as f:
        f.write(data)


def drawing(w, h):
    im = Image.new("RGB", (w, h))
    for x in range(w):
        for y in range(h):
            im.putpixel((x, y), (x * 255 // w, y * 255 // h, 128))
    return im


# image
drawing(64, 48).save("image/plain.jpg", quality=60)
drawing(12, 40).save("image/tall.jpg", quality=60)
drawing(16, 12).save("image/progressive.jpg", quality=60, progressive=True, comment=b"komentar \xc4\x8d")
info = PngImagePlugin.PngInfo()
info.add_text("Title", "Naslov")
info.add_itxt("Comment", "Коментар", "sr")
info.add_text("Long", "x" * 300, zip=True)
drawing(16, 12).save("image/text.png", pnginfo=info)
drawing(32, 24).save("image/plain.png")
drawing(16, 12).save("image/plain.webp", quality=50)
drawing(16, 12).save("image/lossless.webp", lossless=True)
drawing(16, 12).save("image/plain.tif")
drawing(16, 12).convert("P").save("image/plain.gif")
drawing(16, 12).save("image/plain.bmp")
jpg = open("image/plain.jpg", "rb").read()
png = open("image/plain.png", "rb").read()


def segment(marker, body):
    return struct.pack(">BBH", 255, marker, len(body) + 2) + body


t = struct.pack(">HBBBBB", 2026, 3, 12, 18, 15, 44)
chunk = struct.pack(">I", 7) + b"tIME" + t + struct.pack(">I", zlib.crc32(b"tIME" + t))
put("image/time.png", png[:33] + chunk + png[33:])
put("image/cut.png", png[:60])

# magic
put("magic/drawing.jpg", png)
put("magic/zeros.bin", bytes(8192))
put("magic/cut.jpg", jpg[: len(jpg) // 2])
z = io.BytesIO()
with zipfile.ZipFile(z, "w") as f:
    f.writestr(zipfile.ZipInfo("skriveno.txt", (2026, 3, 12, 18, 0, 0)), "dva u jednom")
put("magic/both.jpg", jpg + z.getvalue())
put("magic/empty.txt", b"")
put("magic/tail.png", png + bytes(5000))
put("magic/beleška.txt", "Zapis: čekao je ispred zgrade.\n".encode())

# exif with damage
tiff = struct.pack("<2sHIH", b"II", 42, 8, 3)
tiff += struct.pack("<HHII", 0x10F, 2, 500, 4000)  # Make far outside
tiff += struct.pack("<HHII", 0x8769, 4, 1, 8)  # Exif directory = this one: a loop
tiff += struct.pack("<HHII", 0x110, 99, 1, 0)  # a type that does not exist
tiff += struct.pack("<I", 8)  # next directory = this one
put("exif/broken.jpg", jpg[:2] + segment(0xE1, b"Exif\0\0" + tiff) + jpg[2:])
bomb = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="&a;"/></rdf:RDF></x:xmpmeta>'
)
put("xmp/entity.jpg", jpg[:2] + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + bomb) + jpg[2:])

# amr: 25 frames of 12.2 kbit/s (type 7), then one that is cut; 10 wide frames of type 2
put("amr/voice.amr", b"#!AMR\n" + (b"\x3c" + bytes(31)) * 25 + b"\x3c\0\0")
put("amr/wide.amr", b"#!AMR-WB\n" + (b"\x14" + bytes(32)) * 10)

# pdf with a hand-made table
objects = [
    b"<< /Type /Catalog /Pages 2 0 R >>",
    b"<< /Type /Pages /Kids [3 0 R 3 0 R] /Count 2 >>",
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
    b"<< /Title (Izve\\235taj \\(prvi\\)) /Author <FEFF010C0061> /Creator (Uzorak) "
    b"/Producer (GIMP 2.10) /CreationDate (D:20260312181544+01'00') /ModDate (D:20260313) >>",
]
body = b"%PDF-1.6\n%\xe2\xe3\xcf\xd3\n"
offsets = []
for i, o in enumerate(objects, 1):
    offsets.append(len(body))
    body += b"%d 0 obj\n%s\nendobj\n" % (i, o)
table = len(body)
body += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % o for o in offsets)
body += b"trailer\n<< /Size 5 /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n" % table
put("pdf/info.pdf", body)

# archives
when = (2026, 3, 12, 18, 0, 0)


def make_zip(path, members, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as f:
        for name, data in members:
            f.writestr(zipfile.ZipInfo(name, when), data, method)


make_zip("archive/list.zip", [("poruke/razgovor.txt", "zdravo"), ("слика.png", png), ("prazno", b"")])
inner = io.BytesIO()
make_zip(inner, [("dno.txt", "dno")])
for depth in range(6):
    outer = io.BytesIO()
    make_zip(outer, [("sloj%d.zip" % depth, inner.getvalue())])
    inner = outer
put("archive/nested.zip", inner.getvalue())
make_zip("archive/outside.zip", [("../../etc/cron.d/x", "x"), ("/apsolutno", "y"), ("dobro..txt", "z")])
make_zip("archive/bomb.zip", [("nule", bytes(40 << 20))])
put("archive/cut.zip", open("archive/list.zip", "rb").read()[:120])
with tarfile.open("archive/list.tar", "w", format=tarfile.PAX_FORMAT) as f:
    for name, data in (("beleška.txt", b"tekst"), ("folder/dva.txt", b"dva")):
        m = tarfile.TarInfo(name)
        m.size, m.mtime = len(data), 1773335744
        f.addfile(m, io.BytesIO(data))
    link = tarfile.TarInfo("veza")
    link.type, link.linkname, link.mtime = tarfile.SYMTYPE, "/etc/passwd", 1773335744
    f.addfile(link)
put("archive/list.tar.gz", gzip.compress(open("archive/list.tar", "rb").read(), mtime=0))
put("archive/note.gz", gzip.compress("samo tekst\n".encode(), mtime=0))

# office
core = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cp:coreProperties
 xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>Изјава</dc:title><dc:creator>Ana A</dc:creator>
 <cp:lastModifiedBy>Marko V</cp:lastModifiedBy><cp:revision>4</cp:revision>
 <dcterms:created xsi:type="dcterms:W3CDTF">2026-03-12T17:15:44Z</dcterms:created>
 <dcterms:modified xsi:type="dcterms:W3CDTF">2026-03-13T08:00:00Z</dcterms:modified></cp:coreProperties>"""
app = """<?xml version="1.0" encoding="UTF-8"?><Properties
 xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>Uzorak Word</Application>
 <Pages>3</Pages><Company>Kancelarija &amp; sin</Company></Properties>"""
make_zip(
    "office/statement.docx",
    [("[Content_Types].xml", "<Types/>"), ("docProps/core.xml", core), ("docProps/app.xml", app),
     ("word/document.xml", "<d/>"), ("word/vbaProject.bin", b"\0")],
)
meta = """<?xml version="1.0" encoding="UTF-8"?><office:document-meta
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta><meta:generator>UzorakOffice/7</meta:generator>
 <meta:initial-creator>Milica M</meta:initial-creator><meta:creation-date>2026-03-12T18:15:44</meta:creation-date>
 <dc:title>Žalba</dc:title><dc:date>2026-03-13T09:00:00</dc:date>
 <meta:document-statistic meta:page-count="2" meta:word-count="310"/></office:meta></office:document-meta>"""
with zipfile.ZipFile("office/complaint.odt", "w") as f:
    f.writestr(zipfile.ZipInfo("mimetype", when), "application/vnd.oasis.opendocument.text")
    f.writestr(zipfile.ZipInfo("meta.xml", when), meta, zipfile.ZIP_DEFLATED)

# mail
from email.message import EmailMessage
from email.policy import SMTP

m = EmailMessage(policy=SMTP)
m["From"] = "Марко В <marko@example.org>"
m["To"] = "milica@example.com"
m["Subject"] = "Zašto ćutiš? Одговори ми одмах, чекам пред зградом од јутрос"
m["Date"] = "Thu, 12 Mar 2026 20:14:02 +0100"
m["Message-ID"] = "<1@example.org>"
m.set_content("Prvi red č\nDrugi red\n", cte="quoted-printable")
m.add_attachment(png, maintype="image", subtype="png", filename="слика č.png")
i = EmailMessage(policy=SMTP)
i["From"], i["Subject"], i["Date"] = "ana@example.net", "unutra", "Wed, 11 Mar 2026 09:00:00 -0000"
i.set_content("unutrašnja poruka\n", cte="base64")
m.add_attachment(i)
raw = m.as_bytes().replace(b"===============", b"=granica=")
put("mail/threat.eml", raw)
box = b"From ana@example.net Fri Mar 13 09:02:11 2026\n" + b"From: ana@example.net\nDate: Fri, 13 Mar 2026 09:02:11 +0100\n"
box += b"Subject: =?windows-1251?B?zuTj7uLu8A==?=\nContent-Type: text/plain; charset=windows-1251\nContent-Transfer-Encoding: 8bit\n\n"
box += "Добар дан.\n".encode("cp1251") + b">From sada pa nadalje\n\n"
box += b"From x Sat Mar 14 10:00:00 2026\nFrom: x@example.net\nSubject: bez datuma\nDate: juce\n\nkraj\n"
put("mail/inbox.mbox", box)

# sqlite: rows that stand only in the -wal; then a database with a view, a trigger, a virtual table
for f in os.listdir("sqlite"):
    if f.startswith(("tmp", "chat.db", "tricks.db")) and not f.endswith(".jsonl"):
        os.remove("sqlite/" + f)
c = sqlite3.connect("sqlite/tmp.db")
c.execute("pragma page_size=512")
c.execute("pragma journal_mode=wal")
c.execute("pragma user_version=7")
c.execute("create table message(id integer primary key, body text)")
c.execute('create table "ч ""x"" "(a)')
c.executemany("insert into message(body) values(?)", [("poruka %d" % i,) for i in range(5)])
c.commit()
c.execute("pragma wal_checkpoint(truncate)")
c.executemany("insert into message(body) values(?)", [("kasnije %d" % i,) for i in range(3)])
c.execute("create table later(x)")
c.execute("insert into later values(1)")
c.commit()
shutil.copy("sqlite/tmp.db", "sqlite/chat.db")
shutil.copy("sqlite/tmp.db-wal", "sqlite/chat.db-wal")
c.close()
c = sqlite3.connect("sqlite/tricks.db")
c.execute("pragma page_size=512")
c.execute("create table t(a)")
c.execute("insert into t values(1)")
c.execute("create view loop as with recursive c(x) as (select 1 union all select x+1 from c) select x from c")
c.execute("create trigger tr after insert on t begin select load_extension('x'); end")
c.execute("create virtual table r using rtree(id,x,y)")
c.commit()
c.close()
b = bytearray(open("sqlite/tricks.db", "rb").read())
put("sqlite/cut.db", bytes(b[:1000]))
for f in os.listdir("sqlite"):
    if f.startswith("tmp"):
        os.remove("sqlite/" + f)
