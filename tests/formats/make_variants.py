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
