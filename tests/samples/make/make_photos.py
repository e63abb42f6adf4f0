"""Photos of several makers' layouts, screenshots, a sticker. Usage: make_photos.py EVIDENCE WORK"""
import io
import struct
import sys
from pathlib import Path

from PIL import Image, ImageDraw

import pictures as pic
from tiff import (ASCII, BYTE, LONG, RATIONAL, SHORT, SRATIONAL, UNDEFINED, build, degrees)

EVIDENCE, WORK = Path(sys.argv[1]), Path(sys.argv[2])
BELGRADE, NOVI_SAD, TIRANA = (44.8163, 20.4602), (45.2551, 19.8452), (41.3275, 19.8187)
INTEROP = [(0x0001, ASCII, "R98"), (0x0002, UNDEFINED, b"0100")]


def put(name, data):
    path = EVIDENCE / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def gps(place, altitude, date, time, more=()):
    return [(0x0000, BYTE, [2, 3, 0, 0]),
            (0x0001, ASCII, "N" if place[0] >= 0 else "S"), (0x0002, RATIONAL, degrees(place[0])),
            (0x0003, ASCII, "E" if place[1] >= 0 else "W"), (0x0004, RATIONAL, degrees(place[1])),
            (0x0005, BYTE, [0]), (0x0006, RATIONAL, [(altitude, 10)]),
            (0x0007, RATIONAL, [(n, 1) for n in time]), (0x001D, ASCII, date)] + list(more)


def common_exif(taken, size, more=(), version=b"0220"):
    return [(0x829A, RATIONAL, [(1, 50)]), (0x829D, RATIONAL, [(18, 10)]), (0x8827, SHORT, 320),
            (0x9000, UNDEFINED, version), (0x9003, ASCII, taken), (0x9004, ASCII, taken),
            (0x9101, UNDEFINED, b"\1\2\3\0"), (0x9209, SHORT, 0), (0x920A, RATIONAL, [(54, 10)]),
            (0xA000, UNDEFINED, b"0100"), (0xA001, SHORT, 1), (0xA002, LONG, size[0]),
            (0xA003, LONG, size[1])] + list(more)


def offsets(offset, subsec):
    return [(t, ASCII, offset) for t in (0x9010, 0x9011, 0x9012)] + \
        [(t, ASCII, subsec) for t in (0x9290, 0x9291, 0x9292)]


def samsung_trailer(stamp_ms):
    """The SEF trailer after EOI: one record (Image_UTC_Data), its directory, its length."""
    name, value = b"Image_UTC_Data", str(stamp_ms).encode()
    record = struct.pack("<HHI", 0, 0x0A01, len(name)) + name + value
    directory = b"SEFH" + struct.pack("<II", 106, 1) + \
        struct.pack("<HHII", 0, 0x0A01, len(record), len(record))
    return record + directory + struct.pack("<I", len(directory)) + b"SEFT"


def galaxy():
    """Android-like, little-endian, zone offset, GPS, thumbnail, trailer after EOI, portrait."""
    size = (960, 720)
    image = pic.scene((720, 960), (110, 150, 220), (230, 200, 170), "SINTETIČKI UZORAK · trg, Beograd")
    image = image.rotate(90, expand=True)  # held upright: stored lying, Orientation 6 turns it back
    thumbnail = pic.jpeg(image.resize((160, 120)), 60)
    tiff = build("II",
                 [(0x0100, LONG, size[0]), (0x0101, LONG, size[1]), (0x010F, ASCII, "samsung"),
                  (0x0110, ASCII, "SM-A546B"), (0x0112, SHORT, 6), (0x011A, RATIONAL, [(72, 1)]),
                  (0x011B, RATIONAL, [(72, 1)]), (0x0128, SHORT, 2),
                  (0x0131, ASCII, "A546BXXU7CXA1"), (0x0132, ASCII, "2026:03:12 18:15:44"),
                  (0x0213, SHORT, 1)],
                 common_exif("2026:03:12 18:15:44", size, offsets("+01:00", "417")),
                 gps(BELGRADE, 1170, "2026:03:12", (17, 15, 42)), INTEROP, thumbnail)
    put("telefon/DCIM/Camera/20260312_181544.jpg",
        pic.jpeg_with(pic.jpeg(image), [pic.exif_segment(tiff)], trailer=samsung_trailer(1773335744417)))


def pixel():
    """Android-like, big-endian, XMP, GPS processing method; the name's time is UTC, EXIF's local."""
    size = (960, 720)
    image = pic.scene(size, (60, 70, 130), (200, 120, 110), "SINTETIČKI UZORAK · Novi Sad, veče")
    method = [(0x001B, UNDEFINED, b"ASCII\0\0\0fused"), (0x0010, ASCII, "M"), (0x0011, RATIONAL, [(213, 1)])]
    tiff = build("MM",
                 [(0x010F, ASCII, "Google"), (0x0110, ASCII, "Pixel 7"), (0x0112, SHORT, 1),
                  (0x011A, RATIONAL, [(72, 1)]), (0x011B, RATIONAL, [(72, 1)]), (0x0128, SHORT, 2),
                  (0x0131, ASCII, "HDR+ 1.0.540104767zd"), (0x0132, ASCII, "2026:03:12 19:10:05"),
                  (0x0213, SHORT, 1)],
                 common_exif("2026:03:12 19:10:05", size,
                             offsets("+01:00", "123") +
                             [(0xA433, ASCII, "Google"),
                              (0xA434, ASCII, "Pixel 7 back camera 6.81mm f/1.85")], b"0232"),
                 gps(NOVI_SAD, 803, "2026:03:12", (18, 10, 1), method), INTEROP)
    xmp = ('<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf='
           '"http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
           'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreateDate="2026-03-12T19:10:05.123+01:00"/>'
           '</rdf:RDF></x:xmpmeta>')
    put("telefon/DCIM/Camera/PXL_20260312_181005123.jpg",
        pic.jpeg_with(pic.jpeg(image), [pic.exif_segment(tiff), pic.xmp_segment(xmp)]))


def redmi():
    """No zone offset, no GPS position; the embedded thumbnail still shows a car the picture lacks."""
    size = (1024, 576)
    tones = ((150, 190, 210), (220, 220, 200))
    caption = "SINTETIČKI UZORAK · dvorište"
    image = pic.scene(size, *tones, caption)
    thumbnail = pic.jpeg(pic.scene((320, 180), *tones, caption, pic.red_car), 70)
    tiff = build("II",
                 [(0x0100, LONG, size[0]), (0x0101, LONG, size[1]), (0x010F, ASCII, "Xiaomi"),
                  (0x0110, ASCII, "2201117TY"), (0x0112, SHORT, 1), (0x011A, RATIONAL, [(72, 1)]),
                  (0x011B, RATIONAL, [(72, 1)]), (0x0128, SHORT, 2),
                  (0x0131, ASCII, "spes-user 13"), (0x0132, ASCII, "2026:03:13 07:42:10"),
                  (0x0213, SHORT, 1)],
                 common_exif("2026:03:13 07:42:10", size,
                             [(t, ASCII, "508342") for t in (0x9290, 0x9291, 0x9292)]),
                 (), INTEROP, thumbnail)
    put("telefon/DCIM/Camera/IMG_20260313_074210.jpg",
        pic.jpeg_with(pic.jpeg(image), [pic.exif_segment(tiff)]))


def apple_note(uuid):
    """A small maker note of Apple's shape: offsets count from the note's own start."""
    ident = uuid.encode() + b"\0"
    entries = 3
    at = 14 + 2 + 12 * entries + 4
    vector = struct.pack(">iiiiii", -981, 1000, 12, 1000, -95, 1000)
    body = b"Apple iOS\0\0\1MM" + struct.pack(">H", entries)
    body += struct.pack(">HHIi", 0x0001, 9, 1, 15)
    body += struct.pack(">HHII", 0x0008, SRATIONAL, 3, at)
    body += struct.pack(">HHII", 0x0011, ASCII, len(ident), at + len(vector))
    return body + struct.pack(">I", 0) + vector + ident


def iphone_tiff(taken, size, place, date, time, uuid):
    accuracy = [(0x000C, ASCII, "K"), (0x000D, RATIONAL, [(0, 1)]), (0x0010, ASCII, "T"),
                (0x0011, RATIONAL, [(18745, 100)]), (0x0017, ASCII, "T"),
                (0x0018, RATIONAL, [(18745, 100)]), (0x001F, RATIONAL, [(4764, 1000)])]
    lens = [(0xA432, RATIONAL, [(154, 100), (57, 10), (15, 10), (24, 10)]), (0xA433, ASCII, "Apple"),
            (0xA434, ASCII, "iPhone 14 back dual wide camera 5.7mm f/1.5"),
            (0x927C, UNDEFINED, apple_note(uuid))]
    exif = common_exif(taken, size, offsets("+01:00", "684") + lens, b"0232")
    exif = [t for t in exif if t[0] != 0xA001] + [(0xA001, SHORT, 65535)]
    return build("MM",
                 [(0x010F, ASCII, "Apple"), (0x0110, ASCII, "iPhone 14"), (0x0112, SHORT, 1),
                  (0x011A, RATIONAL, [(72, 1)]), (0x011B, RATIONAL, [(72, 1)]), (0x0128, SHORT, 2),
                  (0x0131, ASCII, "18.3.1"), (0x0132, ASCII, taken), (0x013C, ASCII, "iPhone 14"),
                  (0x0213, SHORT, 1)],
                 exif, gps(place, 1074, date, time, accuracy))


def iphone():
    """iPhone-like JPEG; the same kind of TIFF goes into the HEIC (made from WORK/heic.jpg)."""
    size = (1008, 756)
    image = pic.scene(size, (90, 160, 230), (240, 230, 210), "MOSTËR SINTETIKE · sheshi, Tiranë")
    tiff = iphone_tiff("2026:03:14 09:05:31", size, TIRANA, "2026:03:14", (8, 5, 30),
                       "7C0F2A11-5E7D-4B5B-9C57-0D2E4F6A8B90")
    put("iphone/IMG_2042.JPG", pic.jpeg_with(pic.jpeg(image), [pic.exif_segment(tiff)]))
    image = pic.scene(size, (40, 50, 90), (180, 150, 140), "MOSTËR SINTETIKE · HEIC")
    tiff = iphone_tiff("2026:03:14 09:04:12", size, TIRANA, "2026:03:14", (8, 4, 11),
                       "1D9B6E02-83C4-4E0F-A1B7-5F60C2D3E4A5")
    (WORK / "heic.jpg").write_bytes(pic.jpeg_with(pic.jpeg(image, 92), [pic.exif_segment(tiff)]))


def edited():
    """IMG_2042 after a picture editor: cropped, ModifyDate later, editor named, XMP history."""
    size = (800, 600)
    image = pic.scene((1008, 756), (90, 160, 230), (240, 230, 210), "MOSTËR SINTETIKE · sheshi, Tiranë")
    image = image.crop((100, 78, 900, 678)).convert("L").convert("RGB")
    ImageDraw.Draw(image).text((20, 20), "uređeno · sintetički uzorak", font=pic.font(32), fill="white")
    tiff = build("MM",
                 [(0x010F, ASCII, "Apple"), (0x0110, ASCII, "iPhone 14"), (0x0112, SHORT, 1),
                  (0x011A, RATIONAL, [(300, 1)]), (0x011B, RATIONAL, [(300, 1)]), (0x0128, SHORT, 2),
                  (0x0131, ASCII, "GIMP 2.10.34"), (0x0132, ASCII, "2026:03:15 20:31:07")],
                 [(0x9000, UNDEFINED, b"0232"), (0x9003, ASCII, "2026:03:14 09:05:31"),
                  (0x9004, ASCII, "2026:03:14 09:05:31"), (0x9010, ASCII, "+01:00"),
                  (0x9011, ASCII, "+01:00"), (0xA001, SHORT, 1), (0xA002, LONG, size[0]),
                  (0xA003, LONG, size[1])],
                 gps(TIRANA, 1074, "2026:03:14", (8, 5, 30)))
    xmp = ('<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
           '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
           'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" '
           'xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#" xmp:CreatorTool="GIMP 2.10" '
           'xmp:ModifyDate="2026-03-15T20:31:07+01:00" xmpMM:DocumentID="gimp:docid:gimp:0a1b2c3d">'
           '<xmpMM:History><rdf:Seq><rdf:li rdf:parseType="Resource"><stEvt:action>saved</stEvt:action>'
           '<stEvt:changed>/</stEvt:changed><stEvt:softwareAgent>Gimp 2.10 (Linux)</stEvt:softwareAgent>'
           '<stEvt:when>2026-03-15T20:31:07+01:00</stEvt:when></rdf:li></rdf:Seq></xmpMM:History>'
           '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>')
    put("iphone/IMG_2042 (uređeno).jpg",
        pic.jpeg_with(pic.jpeg(image, 85), [pic.exif_segment(tiff), pic.xmp_segment(xmp)]))


def whatsapp_images():
    """As a messenger delivers them: JFIF only, all EXIF gone."""
    def plain(text, top, bottom, size=(640, 480)):
        return pic.jpeg(pic.scene(size, top, bottom, text), 65)
    put("telefon/WhatsApp/Media/WhatsApp Images/IMG-20260312-WA0007.jpg",
        plain("SINTETIČKI UZORAK · ulaz", (90, 100, 110), (200, 190, 180)))
    for name, text, top in (("IMG-20260328-WA0001.jpg", "СИНТЕТИЧКИ УЗОРАК", (120, 160, 120)),
                            ("IMG-20260312-WA0011.jpg", "MOSTËR SINTETIKE", (160, 120, 120)),
                            ("00000004-PHOTO-2026-03-14-22-12-02.jpg", "SINTETIČKI UZORAK", (70, 70, 120)),
                            ("00000005-PHOTO-2026-03-12-18-09-40.jpg", "MOSTËR SINTETIKE", (60, 120, 130))):
        (WORK / name).write_bytes(plain(text, top, (210, 210, 200), (480, 360)))


def screenshots():
    """One without metadata as Android writes it, one with text chunks and eXIf as a desktop tool may."""
    screen = pic.chat_screen(
        (720, 1560), "Marko V", [
            (False, "Zašto mi ne odgovaraš?", "18:02"), (False, "Znam gde radiš.", "18:03"),
            (True, "Molim te, prestani da mi pišeš.", "18:03"),
            (False, "Ovo je tvoja zgrada, zar ne?", "18:15"), (False, "Ova poruka je izbrisana", "18:16"),
            (True, "Sve ovo čuvam. Ne dolazi više pred zgradu.", "19:31"),
            (False, "Vidimo se posle posla.", "07:45")], "22:15", "SINTETIČKI UZORAK – nacrtano, ne snimljeno")
    put("telefon/Pictures/Screenshots/Screenshot_20260314-221507_WhatsApp.png",
        pic.png_with(screen.quantize(64), [(b"sBIT", b"\x08\x08\x08")]))
    screen = pic.chat_screen(
        (900, 700), "Ана", [(False, "Да ли ти је опет писао?", "21:40"),
                            (True, "Јесте. Сачувала сам све поруке.", "21:41"),
                            (False, "Идемо заједно у станицу. Не одговарај му.", "21:43")],
        "21:48", "СИНТЕТИЧКИ УЗОРАК – нацртано, не снимљено")
    tiff = build("MM", [(0x0131, ASCII, "gnome-screenshot"), (0x0132, ASCII, "2026:03:14 21:48:03")],
                 [(0x9003, ASCII, "2026:03:14 21:48:03")])
    title = b"Title\0\0\0sr-Cyrl\0" + "Наслов".encode() + b"\0" + "Снимак екрана".encode()
    put("Снимак екрана 2026-03-14.png",
        pic.png_with(screen.quantize(64), [(b"tEXt", b"Software\0gnome-screenshot"),
                                           (b"tEXt", b"Creation Time\0Sat 14 Mar 2026 21:48:03 CET"),
                                           (b"iTXt", title), (b"tIME", struct.pack(">HBBBBB", 2026, 3, 14, 20, 48, 3)),
                                           (b"eXIf", tiff)]))


def sticker():
    """A 512x512 WebP sticker: alpha and an EXIF chunk."""
    image = Image.new("RGBA", (512, 512), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((40, 40, 472, 472), fill=(250, 210, 60, 255))
    draw.ellipse((150, 170, 200, 240), fill=(40, 40, 40, 255))
    draw.ellipse((312, 170, 362, 240), fill=(40, 40, 40, 255))
    draw.arc((150, 240, 362, 400), 200, 340, fill=(40, 40, 40, 255), width=16)
    tiff = build("II", [(0x0131, ASCII, "sticker maker"), (0x0132, ASCII, "2026:03:12 18:22:00")])
    out = io.BytesIO()
    image.save(out, "WEBP", quality=60, method=4, exif=tiff)
    put("telefon/WhatsApp/Media/WhatsApp Stickers/STK-20260312-WA0001.webp", out.getvalue())


for step in (galaxy, pixel, redmi, iphone, edited, whatsapp_images, screenshots, sticker):
    step()
