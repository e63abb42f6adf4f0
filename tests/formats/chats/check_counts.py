#!/usr/bin/env python3
"""check_counts.py RUN_FORMAT FOLDER: every SAMPLE.counts in FOLDER (counted by hand) against what
the reader of that name says of SAMPLE. Also: every byte range holds, and the ledger agrees with the
records. Ends with 1 if anything differs."""
import json
import os
import subprocess
import sys
import zipfile
import zlib

run, folder = sys.argv[1], sys.argv[2]
reader = os.path.basename(os.path.normpath(folder))
bad = done = 0


def tally(records):
    n = {}

    def add(key, by=1):
        n[key] = n.get(key, 0) + by
    first = {}
    for r in records:
        k = r["kind"]
        add(k)
        if k == "message":
            add("type." + r["type"])
            if "sender" in r:
                add("sender." + r["sender"])
            if "number" in r:
                add("number." + r["number"])
            for f in r.get("flags", []):
                add("flag." + f)
            for key, member in (("edited", "edited"), ("reply", "replyTo"), ("caption", "caption"),
                                ("reactions", "reactions"), ("revisions", "revisions"),
                                ("bodyBytes", "bodyBytes"), ("ambiguous", "timeReadings"),
                                ("placed", "offset")):
                if member in r:
                    add(key)
            add("forwarded", "forwarded" in r or "forwardedFrom" in r)
            for member in ("reactions", "revisions"):
                add("listed." + member, len(r.get(member, [])))
                add("cut." + member, sum("cut" in x for x in r.get(member, [])))
            for member in r.get("details", {}):
                add("detail." + member)
            receipts = r.get("details", {}).get("receipts", [])
            add("listed.receipts", len(receipts))
            add("cut.receipts", sum("cut" in x for x in receipts))
            for key, member in (("delivered", "deliveredUtc"), ("read", "readUtc"), ("played", "playedUtc"), ("by", "by")):
                add("receipt." + key, sum(member in x for x in receipts))
            if "event" in r:
                add("event." + r["event"])
        elif k == "attachment":
            add("state." + r["state"])
        elif k == "observation":
            add("observation." + r["code"])
        elif k == "participant":
            add("silent", r["messages"] == 0)
        elif k == "unread":
            add("unreadBytes", r.get("bytes", 0))
        elif k == "conversation":
            for key in ("title", "dateOrder", "dateOrderBy"):
                if key in r:
                    first.setdefault(key, r[key])
        elif k == "ledger":
            for key, member in (("first", "firstLocal"), ("last", "lastLocal"),
                                ("firstUtc", "firstUtc"), ("lastUtc", "lastUtc")):
                if member in r:
                    first.setdefault(key, r[member])
    return n, first


def member_of(path, member):
    """The bytes of a file in the zip; if the zip was cut, what is left of them by the header before it."""
    try:
        with zipfile.ZipFile(path) as z:
            return z.read(member)
    except zipfile.BadZipFile:
        with open(path, "rb") as f:
            whole = f.read()
        name = member.encode()
        at = whole.index(name) - 30
        method, size = int.from_bytes(whole[at + 8:at + 10], "little"), int.from_bytes(whole[at + 18:at + 22], "little")
        behind = at + 30 + len(name) + int.from_bytes(whole[at + 28:at + 30], "little")
        rest = whole[behind:behind + size]
        return zlib.decompressobj(-15).decompress(rest) if method else rest


def ranges(path, records):
    """Every placed message lies in its file and, in text, begins where the last one ended."""
    wrong = []
    files = {}
    for r in records:
        if "offset" not in r:
            continue
        member = r.get("member")
        if member not in files:
            if member:
                files[member] = member_of(path, member)
            else:
                with open(path, "rb") as f:
                    files[member] = f.read()
        data = files[member]
        piece = data[r["offset"]:r["offset"] + r["bytes"]]
        if len(piece) != r["bytes"]:
            wrong.append("range outside the file: %s" % r)
        if r["kind"] != "message":
            continue
        start = {"chat-sms": b"<", "chat-telegram": b"{", "chat-meta": b"{", "chat-signal": b"{",
                 "chat-discord": b"{", "chat-slack": b"{", "chat-telegram-html": b"<div",
                 "chat-meta-html": b"<div"}.get(reader, b"")
        if reader == "chat-discord" and (member or path).endswith(".csv"):
            start = b""
            if not data[:r["offset"]].endswith(b"\n") or not piece.endswith(b"\n"):
                wrong.append("range is not of whole rows: %r" % piece[-40:])
        if reader == "chat-discord" and (member or path).endswith(".txt"):
            start = b"["
            if r["body"].encode() not in piece or not data[:r["offset"]].endswith(b"\n"):
                wrong.append("body is not in its range: %s" % r)
        if reader == "chat-signal-text" and (r["body"].encode() not in piece or data[:r["offset"]][-1:] not in (b"", b"\n")):
            wrong.append("body is not in its range: %s" % r)
        if reader == "chat-imessage-export" and not (member or path).endswith(".html") and \
                (r["body"].encode() not in piece or data[:r["offset"]][-1:] not in (b"", b"\n")):
            wrong.append("body is not in its range: %s" % r)
        if reader == "chat-imessage-export" and (member or path).endswith(".html") and \
                (b'class="timestamp"' not in piece or piece.rstrip()[-6:] != b"</div>"):
            wrong.append("range does not hold a message: %r %r" % (piece[:60], piece[-60:]))
        if not piece.startswith(start) or (start == b"{" and not piece.endswith(b"}")):
            wrong.append("range does not hold a message: %r" % piece[:80])
        if start == b"<div" and b"</div>" not in piece[-8:] and not piece.rstrip().endswith(b"</p>"):
            wrong.append("range ends elsewhere: %r" % piece[-60:])
        if reader == "chat-whatsapp" and "body" in r and r["body"].encode() not in piece:
            wrong.append("body is not in its range: %s" % r)
        if reader == "chat-sms" and not piece.endswith((b"/>", b"</mms>")):
            wrong.append("range ends elsewhere: %r" % piece[-40:])
    return wrong


for name in sorted(os.listdir(folder)):
    if not name.endswith(".counts"):
        continue
    sample = os.path.join(folder, name[:-7])
    files = [sample] + [sample + end for end in ("-wal",) if os.path.exists(sample + end)]
    p = subprocess.run([run, reader] + files, capture_output=True)
    records = [json.loads(x) for x in p.stdout.decode().splitlines()]
    n, first = tally(records)
    problems = ranges(sample, records)
    probe = subprocess.run([run, "--probe"] + files, capture_output=True).stdout.decode()
    chosen = [x.split()[0] for x in probe.splitlines() if x.startswith("chat-") and x.endswith("runs")]
    if chosen != [reader]:
        problems.append("recognised as %s" % (chosen or "nothing"))
    for r in records:
        if set(r) & {"case", "id", "salt", "withheld", "hashes"}:
            problems.append("a record holds a member that belongs to the bundle format: %s" % r)
    if p.returncode:
        problems.append("ended with %d: %s" % (p.returncode, p.stderr.decode().strip()))
    for line in open(os.path.join(folder, name), encoding="utf-8").read().splitlines():
        if not line:
            continue
        if line.split(" ")[0] in ("title", "dateOrder", "dateOrderBy", "first", "last", "firstUtc", "lastUtc"):
            key, want = line.split(" ", 1)
            got = first.get(key)
        else:
            key, want = line.rsplit(" ", 1)
            want, got = int(want), n.get(key, 0)
        if got != want:
            problems.append("%s: counted by hand %s, read %s" % (key, want, got))
    for kind, total in (("messages", n.get("message", 0)), ("attachments", n.get("attachment", 0))):
        ledgers = sum(r[kind] for r in records if r["kind"] == "ledger")
        if ledgers != total:
            problems.append("ledgers say %d %s, there are %d" % (ledgers, kind, total))
    done += 1
    bad += bool(problems)
    for x in problems:
        print("%s: %s" % (sample, x))
print("%d samples, %d wrong" % (done, bad))
sys.exit(1 if bad or not done else 0)
