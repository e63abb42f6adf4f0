"""Give an MP4 whose moov stands last a moov/udta/©xyz box as Android's muxer writes it.

Usage: android_udta.py IN OUT ISO6709. The udta box ffmpeg wrote, if any, is replaced.
moov being last, no chunk offset changes.
"""
import struct
import sys


def boxes(data):
    at = 0
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        assert 8 <= size <= len(data) - at, "only 32-bit box sizes are made here"
        yield kind, data[at:at + size]
        at += size


data = open(sys.argv[1], "rb").read()
top = list(boxes(data))
assert top[-1][0] == b"moov"
place = sys.argv[3].encode()
# 3GPP-style text: u16 length, u16 packed language (0x15c7), then the text without a NUL.
xyz = struct.pack(">HH", len(place), 0x15C7) + place
xyz = struct.pack(">I4s", len(xyz) + 8, b"\xa9xyz") + xyz
udta = struct.pack(">I4s", len(xyz) + 8, b"udta") + xyz
inner = b"".join(body for kind, body in boxes(top[-1][1][8:]) if kind != b"udta") + udta
with open(sys.argv[2], "wb") as out:
    out.write(b"".join(body for _, body in top[:-1]))
    out.write(struct.pack(">I4s", len(inner) + 8, b"moov") + inner)
