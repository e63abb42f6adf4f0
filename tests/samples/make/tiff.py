"""A small TIFF/EXIF writer (TIFF 6.0, CIPA DC-008 "Exif 2.32").

It exists so that the samples have the byte orders and tag layouts of different makers; common
Python writers produce one layout only. Values are given as (tag, type, value) triples.
"""
import struct

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, SRATIONAL = 1, 2, 3, 4, 5, 7, 10
EXIF_IFD, GPS_IFD, INTEROP_IFD = 0x8769, 0x8825, 0xA005
SIZES = {BYTE: 1, ASCII: 1, SHORT: 2, LONG: 4, RATIONAL: 8, UNDEFINED: 1, SRATIONAL: 8}


def encode(order, kind, value):
    if kind in (BYTE, UNDEFINED):
        return bytes(value)
    if kind == ASCII:
        return value.encode("utf-8") + b"\0"
    values = value if isinstance(value, list) else [value]
    if kind == SHORT:
        return struct.pack(order + "%dH" % len(values), *values)
    if kind == LONG:
        return struct.pack(order + "%dI" % len(values), *values)
    code = "I" if kind == RATIONAL else "i"
    return b"".join(struct.pack(order + code + code, n, d) for n, d in values)


class Writer:
    def __init__(self, order):
        self.order = "<" if order == "II" else ">"
        self.data = bytearray(order.encode() + struct.pack(self.order + "HI", 42, 8))

    def ifd(self, tags, children=()):
        """Append one IFD. children: {pointer tag: tag list}. Returns the place of its next-IFD link."""
        tags = sorted(list(tags) + [(t, LONG, 0) for t in children], key=lambda t: t[0])
        start = len(self.data)
        self.data += struct.pack(self.order + "H", len(tags)) + bytes(12 * len(tags) + 4)
        for i, (tag, kind, value) in enumerate(tags):
            at = start + 2 + 12 * i
            if tag in children:
                self.align()
                grandchildren = {INTEROP_IFD: children[tag][1]} if children[tag][1] else {}
                value = len(self.data)
                self.ifd(children[tag][0], {k: (v, None) for k, v in grandchildren.items()})
            raw = encode(self.order, kind, value)
            count = len(raw) // SIZES[kind]
            if len(raw) <= 4:
                field = raw.ljust(4, b"\0")
            else:
                self.align()
                field = struct.pack(self.order + "I", len(self.data))
                self.data += raw
            self.data[at:at + 12] = struct.pack(self.order + "HHI", tag, kind, count) + field
        self.align()
        return start + 2 + 12 * len(tags)

    def align(self):
        if len(self.data) % 2:
            self.data += b"\0"


def build(order, ifd0, exif=(), gps=(), interop=(), thumbnail=None):
    """One TIFF stream: IFD0 with Exif and GPS below it, IFD1 with a JPEG thumbnail if given."""
    writer = Writer(order)
    children = {}
    if exif:
        children[EXIF_IFD] = (list(exif), list(interop))
    if gps:
        children[GPS_IFD] = (list(gps), None)
    link = writer.ifd(ifd0, children)
    if thumbnail:
        struct.pack_into(writer.order + "I", writer.data, link, len(writer.data))
        ifd1 = [(0x0103, SHORT, 6), (0x011A, RATIONAL, [(72, 1)]), (0x011B, RATIONAL, [(72, 1)]),
                (0x0128, SHORT, 2), (0x0201, LONG, 0), (0x0202, LONG, len(thumbnail))]
        start = len(writer.data)
        writer.ifd(ifd1)
        # 0x0201 is the fifth entry: its value stands 8 bytes into that entry.
        struct.pack_into(writer.order + "I", writer.data, start + 2 + 12 * 4 + 8, len(writer.data))
        writer.data += thumbnail
    return bytes(writer.data)


def degrees(value, denominator=100):
    """A coordinate as degrees, minutes, seconds in rationals, as GPSLatitude wants it."""
    value = abs(value)
    whole = int(value)
    minutes = int((value - whole) * 60)
    seconds = round(((value - whole) * 60 - minutes) * 60 * denominator)
    return [(whole, 1), (minutes, 1), (seconds, denominator)]
