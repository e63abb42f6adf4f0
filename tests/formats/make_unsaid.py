"""make_unsaid.py FOLDER: samples of what a reader might pass over without a word: logs of databases of which SQLite takes a part
or nothing, ends that are missing, bytes behind them, values that stand beside others. Each comes with the records that must come
of it, written by hand here from how the bytes are set; counts, sizes and digests are Python's."""
import base64
import hashlib
import io
import os
import shutil
import sqlite3
import struct
import sys
import tarfile
import tempfile
import zlib

from expected import field, put

os.chdir(sys.argv[1])


def unread(code, text, **more):
    return dict(more, kind="unread", code=code, text=text)


def bytes_of(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def observation(code, text):
    return dict(kind="observation", code=code, text=text)


# SQLite: databases with a -wal or a -journal. Copies of files that SQLite has open, as they are found on a device that was
# switched off; then bytes are altered.

PAGE = 512
FRAME = 24 + PAGE


def database(*steps, beside="-wal"):
    """The database and its log as they stand after the steps, before SQLite tidies up."""
    folder = tempfile.mkdtemp()
    c = sqlite3.connect(folder + "/x.db", isolation_level=None)
    c.execute("pragma page_size=%d" % PAGE)
    for step in steps:
        c.execute(step).fetchall()
    with open(folder + "/x.db", "rb") as f, open(folder + "/x.db" + beside, "rb") as g:
        both = f.read(), g.read()
    c.close()
    shutil.rmtree(folder)
    return both


def rows(data, log=None, beside="-wal"):
    """What SQLite counts, of a copy."""
    folder = tempfile.mkdtemp()
    for name, part in (("/x.db", data), ("/x.db" + beside, log)):
        if part is not None:
            with open(folder + name, "wb") as f:
                f.write(part)
    c = sqlite3.connect(folder + "/x.db")
    n = c.execute("select count(*) from message").fetchone()[0]
    c.close()
    shutil.rmtree(folder)
    return n


def put_database(name, data, beside, log, *records):
    mode, version = data[18], struct.unpack(">I", data[96:100])[0]
    put("sqlite/" + name, data, field("sqlite", "pageSize", str(PAGE)), field("sqlite", "journal", "wal" if mode == 2 else "rollback"),
        field("sqlite", "encoding", "UTF-8"), field("sqlite", "userVersion", "0"), field("sqlite", "applicationId", "0"),
        field("sqlite", "freePages", str(struct.unpack(">I", data[36:40])[0])),
        field("sqlite", "writtenBy", "%d.%d.%d" % (version // 1000000, version // 1000 % 1000, version % 1000)), *records)
    with open("sqlite/" + name + beside, "wb") as f:
        f.write(log)


def flip(data, at):
    b = bytearray(data)
    b[at] ^= 1
    return bytes(b)


def message(n):
    return field("sqlite.table", "rows", str(n), label="message")


def before(n):
    return field("sqlite.table", "rowsWithoutWal", str(n), label="message")


def wal_seen(log, read, more=""):
    return observation("wal-seen", "a write-ahead log of %d bytes: %d of its %d frames are valid and committed and were read with "
                       "the database%s" % (len(log), read, (len(log) - 32) // FRAME, more))


START = ("pragma journal_mode=wal", "create table message(body text)", "insert into message values('prva')", "pragma wal_checkpoint(truncate)")
MORE = ["insert into message values('%s')" % word for word in ("druga", "treca", "cetvrta")]

# a frame each; the second is altered, so that the third, which is whole, does not follow either
base, wal = database(*START, *MORE)
assert len(wal) == 32 + 3 * FRAME and rows(base) == 1 and rows(base, wal) == 4
bad = flip(wal, 32 + FRAME + 24 + PAGE - 3)
assert rows(base, bad) == 2
put_database("flipped.db", base, "-wal", bad, wal_seen(bad, 1), unread(
    "damaged", "write-ahead log: from frame 2 on 2 of its 3 frames do not hold their salts and checksums and were not read"), message(2), before(1))
cut = wal[:-100]
assert rows(base, cut) == 3
put_database("cut-log.db", base, "-wal", cut, wal_seen(cut, 2), unread("damaged", "write-ahead log: its last frame is cut short and was not read"),
             message(3), before(1))
noise = hashlib.shake_256(b"no log").digest(len(wal))
assert rows(base, noise) == 1
put_database("noise.db", base, "-wal", noise, observation("wal-seen", "a write-ahead log of %d bytes: nothing of it was read" % len(noise)),
             unread("damaged", "write-ahead log: it does not begin with a valid header"), message(1))
# the header's own checksum
broken = flip(wal, 26)
assert rows(base, broken) == 1
put_database("log-header.db", base, "-wal", broken, observation("wal-seen", "a write-ahead log of %d bytes: nothing of it was read" % len(broken)),
             unread("damaged", "write-ahead log: it does not begin with a valid header"), message(1))

# the log was emptied into the database and begun anew: behind the one frame stand two of the round before
base, wal = database(*START, *MORE, "pragma wal_checkpoint(restart)", "insert into message values('peta')")
assert len(wal) == 32 + 3 * FRAME and rows(base) == 4 and rows(base, wal) == 5
put_database("rounds.db", base, "-wal", wal, wal_seen(wal, 1, "; 2 further frames are of an earlier round"), message(5), before(4))

# a transaction that went to the log before its end, and was taken back: its frames stand behind the one that was committed then
spill = ("pragma cache_size=1", "pragma cache_spill=1", "begin",
         "with recursive c(x) as (values(1) union all select x+1 from c where x<9) insert into message select hex(zeroblob(200)) from c")
base, wal = database(*START, *spill, "rollback", "insert into message values('druga')")
n = (len(wal) - 32) // FRAME
assert n > 2 and rows(base, wal) == 2
put_database("taken-back.db", base, "-wal", wal, wal_seen(wal, 1, "; %d further frames follow on none and end no transaction" % (n - 1)),
             message(2), before(1))
# the same, found while it was still open
base, wal = database(*START, "insert into message values('druga')", *spill)
n = (len(wal) - 32) // FRAME
assert n > 2 and rows(base, wal) == 2
put_database("open.db", base, "-wal", wal, wal_seen(wal, 1, "; %d more are valid, of a transaction that was not committed" % (n - 1)),
             message(2), before(1))

# the table's page is damaged in the database and whole in the log
base, wal = database(*START, MORE[0])
torn = base[:PAGE] + b"\xff" * PAGE
assert rows(torn, wal) == 2
put_database("torn.db", torn, "-wal", wal, wal_seen(wal, 1), message(2),
             unread("damaged", "without the write-ahead log the rows of a table cannot be counted; with it they are 2"))

# rollback journals: of a transaction that had not ended; the same with a page altered; one whose header was zeroed at its end
fill = "with recursive c(x) as (values(1) union all select x+1 from c where x<12) insert into message select hex(zeroblob(200)) from c"
base, journal = database("create table message(body text)", fill, "pragma cache_size=1", "pragma cache_spill=1", "begin",
                         "delete from message where rowid>3", "update message set body='x'", beside="-journal")


def kept(data):
    """Pages that the headers count: each header is followed by its pages, the next stands at a multiple of the sector's size."""
    at, n = 0, 0
    while at + 28 <= len(data) and data[at:at + 8] == bytes.fromhex("d9d505f920a163d7"):
        count = struct.unpack(">I", data[at + 8:at + 12])[0]
        n += count
        at += 512 + count * (PAGE + 8)
        at = (at + 511) // 512 * 512
    return n


def journal_seen(data, put_back, counted):
    return observation("journal-seen", "a rollback journal of %d bytes: %d of the %d pages it counts are valid and were put back into "
                       "what was read of the database" % (len(data), put_back, counted))


pages = kept(journal)
assert struct.unpack(">I", journal[20:24])[0] == 512 and struct.unpack(">I", journal[8:12])[0] >= 2 and pages > 2
put_database("hot.db", base, "-journal", journal, journal_seen(journal, pages, pages), message(12))
base, journal = database("pragma journal_mode=persist", "create table message(body text)", fill, beside="-journal")
assert journal[:28] == bytes(28) and rows(base, journal, "-journal") == 12
put_database("ended.db", base, "-journal", journal, observation("journal-seen", "a rollback journal of %d bytes, whose header is zeroed: "
             "nothing was rolled back" % len(journal)), message(12))
base, journal = database("create table message(body text)", fill, "pragma cache_size=1", "pragma cache_spill=1", "begin",
                         "update message set body=replace(body,'0','1')", beside="-journal")
pages = kept(journal)
bad = flip(journal, 512 + 4 + PAGE - 200)
assert rows(base, bad, "-journal") == 12  # the first page kept, in a byte that its checksum counts
put_database("kept-page.db", base, "-journal", bad, journal_seen(bad, 0, pages), unread(
    "damaged", "rollback journal: page 1 of those it counts is not there or does not hold its checksum; none was put back from there on"),
    message(12))
# the same whole, but its end names a super-journal, which is not there: of several databases, all or none are rolled back
name = b"/nowhere-mj0"
last = struct.pack(">I", 0x40000000 // PAGE + 1) + name + struct.pack(">II", len(name), sum(name)) + journal[:8]
assert rows(base, journal + last, "-journal") == 12
put_database("several.db", base, "-journal", journal + last, observation(
    "journal-seen", "a rollback journal of %d bytes, which names a super-journal that is not there: nothing was rolled back" %
    len(journal + last)), message(12))

# ID3v2.4 §4.2: several texts in a frame, in UTF-16 each with its own mark; who encoded, a person here


def id3(*frames, major=4):
    def size(n):
        return bytes(n >> s & 0x7F for s in (21, 14, 7, 0))
    body = b"".join(name + (size(len(data)) if major == 4 else struct.pack(">I", len(data))) + b"\0\0" + data for name, data in frames)
    return b"ID3" + bytes([major, 0, 0]) + size(len(body)) + body


# MPEG-1 layer 3, 128 kbit/s, 44100 Hz, one channel: 144 * 128000 / 44100 = 417 bytes a frame
sound = 2 * (b"\xff\xfb\x90\xc0" + bytes(413))
heard = (field("mp3", "codec", "MPEG-1 layer 3", means="codec"), field("mp3", "channels", "1"), field("mp3", "sampleRate", "44100"),
         field("mp3", "bitRate", "128000"), field("mp3", "duration", "%.3f" % (834 * 8 / 128000), means="duration"),
         field("mp3", "durationFrom", "bit rate and size"))
utf16 = [b"\xff\xfe" + "Prvi".encode("utf-16le"), b"\xfe\xff" + "Drugi".encode("utf-16be"), "Treći".encode("utf-16be")]
put("mp3/texts.mp3", id3((b"TPE1", b"\1" + b"\0\0".join(utf16) + b"\0\0"), (b"TCOM", "\3Đorđe\0\0Ana\0".encode()),
                         (b"TENC", b"\0Jovan Jovanovic"), (b"TSSE", b"\0LAME")) + sound,
    field("id3", "version", "2.4"),
    *(field("id3", "artist", name, means="person.author") for name in ("Prvi", "Drugi", "Treći")),
    *(field("id3", "composer", name) for name in ("Đorđe", "Ana")),
    field("id3", "encodedBy", "Jovan Jovanovic"), field("id3", "encoder", "LAME", means="software"), *heard)

# PNG of one pixel, with chunks between its header and its data


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*chunks):
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) + b"".join(chunks) +
            chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b""))


# XMP: dc:creator is a list of persons
packet = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator><rdf:Seq><rdf:li>Ana Anić</rdf:li>
<rdf:li>Bora B.</rdf:li></rdf:Seq></dc:creator><dc:subject><rdf:Bag><rdf:li>kuća</rdf:li></rdf:Bag></dc:subject>
</rdf:Description></rdf:RDF></x:xmpmeta>"""
put("xmp/creators.png", png(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet.encode())),
    field("xmp", "dc:creator[1]", "Ana Anić", means="person.author"), field("xmp", "dc:creator[2]", "Bora B.", means="person.author"),
    field("xmp", "dc:subject[1]", "kuća"))

# PNG §11.3.4: tEXt is Latin-1; what is UTF-8 stays that, what is neither stays bytes
put("image/latin.png", png(chunk(b"tEXt", b"Author\0Jos\xe9 M\xfcller"), chunk(b"tEXt", "Title\0Kuća".encode()), chunk(b"tEXt", b"Comment\0\x8ealba")),
    field("image", "format", "PNG"), field("image", "width", "1", means="width"), field("image", "height", "1", means="height"),
    field("image", "bitsPerSample", "8"),
    field("png", "tEXt", "José Müller", label="Author", rawBytes=bytes_of(b"Jos\xe9 M\xfcller"), offset=41, bytes=18),
    field("png", "tEXt", "Kuća", label="Title", offset=71, bytes=11),
    {"kind": "field", "group": "png", "name": "tEXt", "label": "Comment", "valueBytes": bytes_of(b"\x8ealba"), "offset": 94, "bytes": 13})

# Exif 3.0: text in UTF-8 has type 129, the altitude is 12 m below the sea (reference 3); the directories' places have type 13


def tiff(entries, at):
    """A directory in Intel order, behind it what is longer than four bytes; the bytes, and where each value stands."""
    behind, table, places = at + 2 + 12 * len(entries) + 4, b"", []
    data = b""
    for i, (tag, kind, n, value) in enumerate(entries):
        place = at + 2 + 12 * i + 8 if len(value) <= 4 else behind + len(data)
        table += struct.pack("<HHI", tag, kind, n) + (value.ljust(4, b"\0") if len(value) <= 4 else struct.pack("<I", place))
        data += value + bytes(len(value) % 2) if len(value) > 4 else b""
        places.append(12 + place)  # the block begins behind FF D8 FF E1, a length and "Exif" with two NULs
    return struct.pack("<H", len(entries)) + table + bytes(4) + data, places


words = "Кућа\0".encode()
position = [(1, 2, 2, b"N\0"), (2, 5, 3, struct.pack("<6I", 44, 1, 30, 1, 0, 1)), (3, 2, 2, b"E\0"),
            (4, 5, 3, struct.pack("<6I", 20, 1, 15, 1, 0, 1)), (5, 1, 1, b"\3"), (6, 5, 1, struct.pack("<II", 12, 1))]
exif, _ = tiff([(0x9003, 2, 20, b"2026:03:12 18:15:44\0")], 0)
first = [(0x10E, 129, len(words), words), (0x8769, 13, 1, bytes(4)), (0x8825, 13, 1, bytes(4))]
length = 8 + len(tiff(first, 8)[0])
first[1], first[2] = (0x8769, 13, 1, struct.pack("<I", length)), (0x8825, 13, 1, struct.pack("<I", length + len(exif)))
main, at_main = tiff(first, 8)
exif, at_exif = tiff([(0x9003, 2, 20, b"2026:03:12 18:15:44\0")], length)
gps, at_gps = tiff(position, length + len(exif))
block = b"Exif\0\0II*\0" + struct.pack("<I", 8) + main + exif + gps
put("exif/three.jpg", b"\xff\xd8\xff\xe1" + struct.pack(">H", len(block) + 2) + block + b"\xff\xd9",
    field("exif.ifd0", "ImageDescription", "Кућа", means="text.description", offset=at_main[0], bytes=len(words)),
    field("exif.exif", "DateTimeOriginal", "2026:03:12 18:15:44", offset=at_exif[0], bytes=20),
    *(field("exif.gps", tag, value, offset=at_gps[i], bytes=n) for i, (tag, value, n) in enumerate((
        ("GPSLatitudeRef", "N", 2), ("GPSLatitude", "44/1 30/1 0/1", 24), ("GPSLongitudeRef", "E", 2), ("GPSLongitude", "20/1 15/1 0/1", 24),
        ("GPSAltitudeRef", "3", 1), ("GPSAltitude", "12/1", 8)))),
    field("exif", "Taken", "2026-03-12T18:15:44", means="time.taken"), field("exif", "GPSPosition", "44.5000000,20.2500000", means="place"),
    field("exif", "GPSAltitude", "-12.000", means="altitude"))

# QuickTime: a place that is none, XMP among the user data, keys whose values are numbers or of a type that is not interpreted


def box(kind, *parts):
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


def data(kind, value):
    return box(b"data", struct.pack(">II", kind, 0), value)


names = [b"com.apple.quicktime.live-photo.auto", b"com.apple.quicktime.author", b"com.apple.quicktime.minus"]
values = [data(22, b"\1"), data(0, b"\0\1\2"), data(21, b"\xff\xfe")]
loci = box(b"loci", bytes(4), b"\x55\xc4", "Kuća\0".encode(), b"\0", struct.pack(">iii", 20 << 16, 999 << 16, 0), b"\0\0")
mark = packet.replace("<rdf:li>Bora B.</rdf:li>", "").replace("Ana Anić", "Autor")
movie = box(b"moov", box(b"udta", loci, box(b"XMP_", mark.encode())),
            box(b"meta", box(b"hdlr", bytes(8), b"mdta", bytes(12)),
                box(b"keys", bytes(4), struct.pack(">I", 3), *(struct.pack(">I", 8 + len(n)) + b"mdta" + n for n in names)),
                box(b"ilst", *(box(struct.pack(">I", i + 1), v) for i, v in enumerate(values)))))
movie = box(b"ftyp", b"qt  ", struct.pack(">I", 0)) + movie


def key(i, value):
    at = movie.index(values[i]) + 16
    return field("mp4.movie", "key", value, label=names[i].decode(), offset=at, bytes=len(values[i]) - 16)


put("isobmff/user.mov", movie, field("mp4", "majorBrand", "qt  "), field("mp4", "minorVersion", "0"),
    field("mp4.movie", "placeName", "Kuća", means="place.name"),
    observation("place-unreadable", "the place is no valid latitude and longitude"),
    field("xmp", "dc:creator[1]", "Autor", means="person.author"), field("xmp", "dc:subject[1]", "kuća"),
    key(0, "1"), key(1, "(3 bytes of type 0, not interpreted)"), key(2, "-2"))

# ZIP: a name in code page 852, without the flag that says UTF-8


def zipped(name, content):
    crc = zlib.crc32(content)
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 0, 0, 0x5821, crc, len(content), len(content), len(name), 0) + name + content
    central = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 0, 0, 0x5821, crc, len(content), len(content), len(name), 0, 0, 0, 0, 0, 0)
    central += name
    return local + central + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1, 1, len(central), len(local), 0)


name = "Žalba.txt".encode("cp852")
# 0x5821 is 1 January 2024
put("archive/cp852.zip", zipped(name, b"x"),
    dict(kind="member", n=1, pathBytes=bytes_of(name), type="file", size=1, sha256=hashlib.sha256(b"x").hexdigest(), time="1704067200"),
    unread("unsupported", "names of 1 members are no UTF-8, and their character set is not known: they are kept as bytes, "
           "in which no words are found"))

# Ends: tar as Python's tarfile lays it out, then cut between two files, without its second block of zeros, joined, with bytes behind


def tar(*files, padded=True):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as t:
        for path, content, more in files:
            info = tarfile.TarInfo(path)
            info.size, info.pax_headers = len(content), more
            t.addfile(info, io.BytesIO(content))
    return out.getvalue()


two = tar(("a.txt", b"a" * 600, {}), ("b.txt", b"b", {}))
is_tar = field("file", "type", "application/x-tar", means="type")
assert len(two) == 10240 and two[512 + 1024 + 1024:] == bytes(10240 - 2560)
zeros = observation("zero-tail", "the last 8191 bytes, from offset 2049 on, are zero")
put("magic/whole.tar", two, is_tar, zeros)
put("magic/cut.tar", two[:1536], is_tar, observation("truncated", "tar: no blocks of zeros at its end, the file ends at 1536"))
put("magic/cut-file.tar", two[:1000], is_tar, observation("truncated", "tar: its last file reaches beyond the end, the file ends at 1000"))
put("magic/one-zero.tar", two[:3072], is_tar, observation("truncated", "tar: one block of zeros at its end in place of two, the file ends at 3072"))
put("magic/unpadded.tar", two[:3584], is_tar)
put("magic/joined.tar", two[:3584] + two[:3584], is_tar, observation("trailing-data", "tar ends at offset 3584, 3584 bytes follow, which begin as tar"))
put("magic/behind.tar", two + b"SKRIVENO", is_tar, observation("trailing-data", "tar ends at offset 10240, 8 bytes follow"))
# a pax header has the length: the field in the header behind it says 0
big = bytearray(tar(("a.txt", b"a" * 600, {"size": "600", "comment": "size=9"}))[:3072 + 1024])
at = big.rindex(b"a.txt", 0, 2048)
big[at + 124:at + 136] = b"00000000000\0"
big[at + 148:at + 156] = b"%06o\0 " % (sum(big[at:at + 148]) + 8 * 32 + sum(big[at + 156:at + 512]))
put("magic/pax.tar", bytes(big), is_tar)

# 7z: 32 bytes that say where the last header is
start = struct.pack("<QQI", 40, 8, 0)
whole = b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<I", zlib.crc32(start)) + start + b"\x55" * 48
is_7z = field("file", "type", "application/x-7z-compressed", means="type")
put("magic/whole.7z", whole, is_7z)
put("magic/cut.7z", whole[:-1], is_7z, observation("truncated", "7z: its last header reaches beyond the end, the file ends at 79"))
put("magic/behind.7z", whole + b"SKRIVENO", is_7z, observation("trailing-data", "7z ends at offset 80, 8 bytes follow"))

# HEIF: a whole film in a box of its own, one in a box that says it is empty, and a box of letters that nothing is known of
film = box(b"ftyp", b"mp42", bytes(4), b"mp42") + box(b"moov")
parts = [box(b"ftyp", b"heic", bytes(4)), box(b"meta", bytes(4), box(b"hdlr", bytes(8), b"pict", bytes(13))), box(b"mpvd", film), box(b"free", film),
         box(b"free", bytes(64)), box(b"abcd", b"12")]
places = [sum(map(len, parts[:i])) + 8 for i in range(len(parts))]


def holds(i):
    return observation("second-format", "a box of %d bytes at offset %d begins as ISO-BMFF" % (len(film), places[i]))


put("isobmff/film.heic", b"".join(parts), field("mp4", "majorBrand", "heic"), field("mp4", "minorVersion", "0"), field("heif", "items", "0"),
    field("mp4", "box", "mpvd", offset=places[2], bytes=len(film)), holds(2), holds(3),
    field("mp4", "box", "abcd", offset=places[5], bytes=2))

# MPEG audio: the first frame counts two frames (834 bytes); 5000 bytes stand behind them, before ID3v1
info = b"\xff\xfb\x90\xc0" + bytes(17) + b"Info" + struct.pack(">III", 3, 1, 834)
counted = info.ljust(417, b"\0") + sound[417:]
last = b"TAG" + b"Naslov".ljust(125, b"\0")
told = heard[:4] + (field("mp3", "duration", "%.3f" % (1152 / 44100), means="duration"), field("mp3", "durationFrom", "frame count"))
put("mp3/behind.mp3", counted + b"x" * 5000 + last, *told,
    observation("trailing-data", "MP3: its header counts 834 bytes from offset 0 on, 5000 more follow"), field("id3v1", "title", "Naslov"))
put("mp3/counted.mp3", counted + last, *told, field("id3v1", "title", "Naslov"))
