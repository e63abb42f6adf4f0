"""make_variants.py FOLDER: samples of make_samples.sh in which bytes are set by hand: a thumbnail of a TIFF file, the
size of a HEIF file's thumbnail, C2PA manifests in PNG, WebP and TIFF, and a JUMBF box that is none."""
import os
import struct
import sys
import zlib

os.chdir(sys.argv[1])


def get(path):
    with open(path, "rb") as f:
        return f.read()


def put(path, data):
    with open(path, "wb") as f:
        f.write(data)


tif, png, webp, jpg, tall = (get("image/" + n) for n in ("plain.tif", "plain.png", "plain.webp", "plain.jpg", "tall.jpg"))


def directory(data):
    """Where the first directory of a little-endian TIFF file stands, and how many entries it has."""
    at, = struct.unpack_from("<I", data, 4)
    return at, struct.unpack_from("<H", data, at)[0]


# exif/thumb.tif: the second directory is the thumbnail's: JPEG (6), its place, its length
first, n = directory(tif)
link, at = first + 2 + 12 * n, len(tif) + len(tif) % 2
second = struct.pack("<H", 3)
for tag, kind, value in ((0x103, 3, 6), (0x201, 4, at + 2 + 36 + 4), (0x202, 4, len(tall))):
    second += struct.pack("<HHII", tag, kind, 1, value)
put("exif/thumb.tif", tif[:link] + struct.pack("<I", at) + tif[link + 4:] + bytes(len(tif) % 2) + second + bytes(4) + tall)

# isobmff/thumb.heic: the ispe of the thumbnail (the smaller of the two) turned from lying to standing
heic = get("isobmff/thumb.heic")
places, i = [], heic.find(b"ispe")
while i >= 0:
    places.append((struct.unpack_from(">II", heic, i + 8), i + 8))
    i = heic.find(b"ispe", i + 4)
(width, height), place = min(places)
put("isobmff/thumb.heic", heic[:place] + struct.pack(">II", height, width) + heic[place + 8:])

# a manifest store (C2PA 2.1 11.1.4): JUMBF box, its description box begins with the store's type; nothing in it
kind = b"c2pa" + bytes.fromhex("00110010800000AA00389B71")
label = b"\x03c2pa\0"


def jumbf(uuid, name):
    description = struct.pack(">I4s", 8 + len(uuid) + len(name), b"jumd") + uuid + name
    return struct.pack(">I4s", 8 + len(description), b"jumb") + description


def segment(box):
    body = b"JP" + struct.pack(">HI", 1, 1) + box
    return struct.pack(">BBH", 255, 0xEB, len(body) + 2) + body


store = jumbf(kind, label)
put("image/manifest.jpg", jpg[:2] + segment(store) + jpg[2:])
other = jumbf(b"json" + bytes.fromhex("00110010800000AA00389B71"), b"\x03opis\0")  # ISO/IEC 19566-5 B.3
put("image/jumbf.jpg", jpg[:2] + segment(other) + jpg[2:])
put("image/manifest.png", png[:33] + struct.pack(">I", len(store)) + b"caBX" + store + struct.pack(">I", zlib.crc32(b"caBX" + store)) + png[33:])
riff = webp[12:] + b"C2PA" + struct.pack("<I", len(store)) + store + bytes(len(store) % 2)
put("image/manifest.webp", b"RIFF" + struct.pack("<I", len(riff) + 4) + b"WEBP" + riff)
# the directory once more at the end, with one entry more
end = len(tif) + 2 + 12 * (n + 1) + 4
entry = struct.pack("<HHII", 52545, 7, len(store), end)
put("image/manifest.tif", tif[:4] + struct.pack("<I", len(tif)) + tif[8:] + struct.pack("<H", n + 1) +
    tif[first + 2:first + 2 + 12 * n] + entry + bytes(4) + store)

# exif/times.jpg: a 30th of February, an offset of 25 hours, a month 13 of the satellites' date, a latitude of two fractions
tail = []
at = 8 + 2 + 2 * 12 + 4


def value(data):
    """Bytes behind the directories, and where they stand in the block."""
    where = at + 4 * 12 + 2 + 4 + 5 * 12 + 2 + 4 + sum(map(len, tail))
    tail.append(data + bytes(len(data) % 2))
    return where


def entry_of(tag, kind, count, number):
    return struct.pack("<HHII", tag, kind, count, number)


exif = [entry_of(0x9003, 2, 20, value(b"2026:02:30 10:00:00\0")), entry_of(0x9004, 2, 20, value(b"2026:02:28 10:00:00\0")),
        entry_of(0x9012, 2, 7, value(b"+25:00\0")), entry_of(0xA000, 7, 4, int.from_bytes(b"0100", "little"))]
gps = [entry_of(1, 2, 2, ord("N")), entry_of(2, 5, 2, value(struct.pack("<4I", 44, 1, 48, 1))), entry_of(3, 2, 2, ord("E")),
       entry_of(7, 5, 3, value(struct.pack("<6I", 10, 1, 0, 1, 0, 1))), entry_of(29, 2, 11, value(b"2026:13:45\0"))]
block = struct.pack("<2sHIH", b"II", 42, 8, 2) + entry_of(0x8769, 4, 1, at) + entry_of(0x8825, 4, 1, at + 2 + 48 + 4) + bytes(4)
block += struct.pack("<H", 4) + b"".join(exif) + bytes(4) + struct.pack("<H", 5) + b"".join(gps) + bytes(4) + b"".join(tail)
body = b"Exif\0\0" + block
put("exif/times.jpg", jpg[:2] + struct.pack(">BBH", 255, 0xE1, len(body) + 2) + body + jpg[2:])

# exif/pages.tif: two more directories behind the first, each with a description of its page
pages = struct.pack("<H", 1) + entry_of(0x10E, 2, 4, int.from_bytes(b"two\0", "little"))
third = struct.pack("<H", 1) + entry_of(0x10E, 2, 4, int.from_bytes(b"3rd\0", "little")) + bytes(4)
at = len(tif) + len(tif) % 2
put("exif/pages.tif", tif[:link] + struct.pack("<I", at) + tif[link + 4:] + bytes(len(tif) % 2) + pages +
    struct.pack("<I", at + len(pages) + 4) + third)

# magic: bytes behind the end of a PDF and of an MP4 file, a ZIP archive behind a page, a picture named as a program
put("magic/behind.pdf", get("pdf/info.pdf") + b"tajno " * 500)
put("magic/behind.mp4", get("isobmff/clip.mp4") + b"secret text behind the film ")
put("magic/page.html", b"<!DOCTYPE html><html><body>zdravo</body></html>\n" + get("magic/both.jpg")[855:])
put("magic/slika.jpg.exe", jpg)

# said, not read: two streams one behind the other, an APE tag, RF64, BigTIFF
opus = get("ogg/voice.opus")
put("ogg/two.opus", opus + opus)
item = b"napisao\0" + b"Ana"
ape = struct.pack("<II", 3, 0) + item
put("mp3/ape.mp3", get("mp3/plain.mp3") + ape + b"APETAGEX" + struct.pack("<IIII", 2000, len(ape) + 32, 1, 0) + bytes(8))
put("wav/large.wav", b"RF64\xff\xff\xff\xffWAVEds64" + struct.pack("<IQQQI", 28, 0, 0, 0, 0))
put("image/big.tif", b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0" + bytes(16))
