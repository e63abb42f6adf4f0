#!/usr/bin/env python3
"""many_mails.py RUN_FORMAT: an mbox of 60,000 mails with a part each, and one of too many parts amid: each mail has its From,
To, Date and text in its own group, and only the one of too many says that it was not read to its end."""
import json
import os
import subprocess
import sys
import tempfile

MAILS, PARTS, LONG = 60000, 10100, 50005

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "many.mbox")
    with open(path, "w", encoding="utf-8", newline="\n") as f:
        for i in range(MAILS):
            f.write("From a@example.net Sun Mar  1 10:00:00 2026\nFrom: a%d@example.net\nTo: b%d@example.net\n" % (i, i))
            f.write("Date: Sun, 01 Mar 2026 10:00:00 +0100\n")
            if i == LONG:
                f.write("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=g\n\n")
                f.write("--g\nContent-Type: text/plain\n\ntelo %d\n" % i)
                f.write("--g\nContent-Type: image/png\n\n\n" * PARTS + "--g--\n\n")
            else:
                f.write("\ntelo %d\n\n" % i)
    out = subprocess.run([sys.argv[1], "mail", path], stdout=subprocess.PIPE, check=True).stdout

mails, unread, parts = {}, [], 0
for line in out.splitlines():
    r = json.loads(line)
    if r["kind"] == "field" and not r["group"].startswith("mail.part"):
        mails.setdefault(r["group"], {})[r.get("as")] = r["value"]
    elif r["kind"] == "unread":
        unread.append(r["text"])
    elif r["kind"] == "member" and r["media"] == "image/png":
        parts += 1
bad = len(mails) != MAILS
for i, (group, m) in enumerate(mails.items()):
    want = {"person.from": "a%d@example.net" % i, "person.to": "b%d@example.net" % i, "time.sent": "2026-03-01T10:00:00+01:00"}
    got = {k: m.get(k) for k in want}
    if got != want or m.get("text.body", "").strip() != "telo %d" % i:
        print("mail %d: %s: %s" % (i, group, m))
        bad = True
        break
bad |= unread != ["a message of more than 10000 parts: the rest was not read"] or parts != 9999
print("%d mails, %d parts of the long one, unread: %s" % (len(mails), parts, unread))
print("%d passed, %d failed" % (not bad, bad))
sys.exit(bad)
