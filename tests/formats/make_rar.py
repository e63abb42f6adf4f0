"""make_rar.py FOLDER: RAR archives of stored (not compressed) files, byte by byte: RAR 1.5 to 4 (technote.txt of unrar 3)
and RAR 5 (rarlab.com/technote.htm). 7z 16.02 lists and extracts both."""
import os
import struct
import sys
import zlib

os.chdir(sys.argv[1])
FILES = [("poruka.txt", b"prva\n"), ("folder/dva.txt", b"druga poruka\n")]
DOS_TIME = (2026 - 1980) << 25 | 3 << 21 | 12 << 16 | 18 << 11 | 15 << 5 | 44 // 2
UNIX_TIME = 1773335744  # 2026-03-12 17:15:44 UTC


def block4(kind, flags, body, more=b""):
    head = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
    return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head + more


def rar4():
    out = b"Rar!\x1a\x07\0" + block4(0x73, 0, bytes(6))
    for name, data in FILES:
        name = name.replace("/", "\\").encode()
        # packed, unpacked, host Unix, CRC, time, version 2.0, method "store", name, attributes
        body = struct.pack("<IIBIIBBHI", len(data), len(data), 3, zlib.crc32(data), DOS_TIME, 20, 0x30, len(name), 0o100644) + name
        out += block4(0x74, 0x8000, body, data)
    return out + block4(0x7B, 0x4000, b"")


def vint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def block5(body, more=b""):
    head = vint(len(body)) + body
    return struct.pack("<I", zlib.crc32(head)) + head + more


def rar5():
    out = b"Rar!\x1a\x07\x01\0" + block5(vint(1) + vint(0) + vint(0))
    for name, data in FILES:
        name = name.encode()
        # file, data behind; size of data; time and CRC follow; size, attributes, time, CRC, method 0, host Unix, name
        body = vint(2) + vint(2) + vint(len(data)) + vint(2 | 4) + vint(len(data)) + vint(0o100644)
        body += struct.pack("<II", UNIX_TIME, zlib.crc32(data)) + vint(0) + vint(1) + vint(len(name)) + name
        out += block5(body, data)
    return out + block5(vint(5) + vint(0) + vint(0))


for path, data in (("archive/list4.rar", rar4()), ("archive/list5.rar", rar5())):
    with open(path, "wb") as f:
        f.write(data)
