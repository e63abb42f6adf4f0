"""samples.py: how make.py and make_variants.py write a sample with its counts."""
import os
import sqlite3
import sys
import zipfile

LRM = "\u200e"
NN = "\u202f"
OUT = sys.argv[1] if len(sys.argv) > 1 else "."


def put(reader, name, data, counts):
    folder = os.path.join(OUT, reader)
    os.makedirs(folder, exist_ok=True)
    if isinstance(data, str):
        data = data.encode("utf-8")
    if data is not None:
        with open(os.path.join(folder, name), "wb") as f:
            f.write(data)
    with open(os.path.join(folder, name + ".counts"), "w", encoding="utf-8") as f:
        f.write("".join(line.strip() + "\n" for line in counts.strip().splitlines()))


def zipped(reader, name, files, counts):
    folder = os.path.join(OUT, reader)
    os.makedirs(folder, exist_ok=True)
    with zipfile.ZipFile(os.path.join(folder, name), "w") as z:
        for path, data in files:
            info = zipfile.ZipInfo(path, (2024, 2, 3, 14, 6, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            z.writestr(info, data)
    put(reader, name, None, counts)


JPEG = b"\xff\xd8\xff\xe0" + b"JFIF" * 20


def db(reader, name, sql, counts):
    path = os.path.join(OUT, reader, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.exists(path):
        os.remove(path)
    c = sqlite3.connect(path)
    c.execute("PRAGMA page_size=512")
    c.text_factory = bytes
    for s in sql:
        c.execute(*s) if isinstance(s, tuple) else c.execute(s)
    c.commit()
    c.close()
    put(reader, name, None, counts)
