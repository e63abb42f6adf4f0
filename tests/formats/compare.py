#!/usr/bin/env python3
"""compare.py RUN_FORMAT FILE|FOLDER…: reads files with our readers and with other people's tools and
compares field by field what both read: exiftool, ffprobe, pdfinfo, and Python's email, zipfile,
tarfile, sqlite3. Prints every difference, the agreement for each tool, and exits 1 below 98 %.

A pair counts when our reader emitted a field for which a tool has a counterpart in the tables below.
Differences that are explained in EXPLAINED are printed with their reason and counted apart."""
import email
import email.policy
import hashlib
import json
import mailbox
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections import defaultdict

agree = defaultdict(int)
differ = defaultdict(list)
explained = defaultdict(list)

EXPLAINED = [
    (r"^file type", "two names of one type, or a type that exiftool does not tell from plain text"),
    (r"^mp3 sampleRate", "exiftool -n shows the header's index, not the rate"),
    (r"^pdf.info ModDate", "only a date is stored; exiftool adds a midnight that is not there"),
    (r"exif\.thumbnail ThumbnailOffset", "exiftool adds the place of the EXIF block in the file; we give the stored number"),
    (r"exif\.ifd0 StripOffsets", "exiftool shows the number or its own placeholder for binary values"),
    (r"mp3 duration", "estimated from bit rate by both, with or without tag and last frame"),
    (r"mp4\.track\.\d channels", "ffprobe decodes the AAC header; we and exiftool read the sample entry"),
    (r"ogg sampleRate", "RFC 7845: the header has the rate before encoding, ffprobe shows the decoder's"),
    (r"^counted\.pdf: pdf", "places are counted from the first byte, pdfinfo counts from the header: it then looks for objects and meets the attached PDF's"),
    (r"^lost\.pdf: pdf pages", "the table is broken; pdfinfo then takes objects of the attached PDF for the file's"),
    (r"^mail sha256 damaged", "base64 cut short: Python makes a byte of the bits left over, we do not"),
    (r"^mail Content-Type", "Python puts the values of parameters in quotes"),
    (r"^dates\.mbox: mail Date", "made of what is no date, or is one in another spelling: Python makes a date of the one, loses the offset of the other"),
    (r"^from\.mbox: (mbox messages|mail sha256)", "made of words that begin with From: Python begins a mail at each"),
    (r"^(mark|broken)\.eml: mail sha256", "made to begin with lines that are no headers: Python takes the headers behind them for words"),
    (r"^hidden\.zip: archive", "made to differ: Python goes by the directory, libarchive by the headers before the files"),
    (r"^texts\.mp3: id3", "several texts in a frame: a field each here, joined by exiftool"),
    (r"matroska\.track\.\d duration", "per-track tag"),
]


def run(*cmd):
    return subprocess.run(cmd, capture_output=True, check=False).stdout


def ours(run_format, path):
    env = dict(os.environ, TZ="UTC0")
    names = subprocess.run([run_format, "--probe", path], capture_output=True, text=True, env=env).stdout
    beside = [path + more for more in ("-wal", "-journal") if os.path.exists(path + more)]
    records = {}
    for line in names.splitlines():
        name, _, runs = line.partition(" ")
        if name.startswith("chat") or name.startswith("wa") or not runs.endswith("runs"):
            continue
        out = subprocess.run([run_format, name, path] + beside, capture_output=True, env=env).stdout
        records[name] = [json.loads(x) for x in out.decode().splitlines()]
    return records


def number(v):
    try:
        return float(v)
    except (TypeError, ValueError):
        return None


def rational(v):
    parts = []
    for p in str(v).split():
        m = re.fullmatch(r"(-?\d+)/(-?\d+)", p)
        if m:
            if int(m[2]) == 0:
                return None
            parts.append(int(m[1]) / int(m[2]))
        else:
            n = number(p)
            if n is None:
                return None
            parts.append(n)
    return parts


def same(a, b, tolerance=1e-6):
    a, b = str(a).strip(), str(b).strip()
    if a == b:
        return True
    x, y = rational(a), rational(b)
    if x and y and len(x) == len(y):
        return all(abs(p - q) <= max(tolerance, abs(q) * 1e-5) for p, q in zip(x, y))
    # dates: exiftool writes colons and no T
    def date(s):
        s = s.replace("T", " ").replace("Z", "+00:00")
        return re.sub(r"^(\d{4})[:-](\d\d)[:-](\d\d)", r"\1-\2-\3", s)
    return date(a) == date(b)


def pair(tool, path, what, a, b, tolerance=1e-6):
    if same(a, b, tolerance):
        agree[tool] += 1
        return
    line = "%s: %s: ours %r, %s %r" % (os.path.basename(path), what, a, tool, b)
    for pattern, why in EXPLAINED:
        if re.search(pattern, what) or re.search(pattern, os.path.basename(path) + ": " + what):
            explained[tool].append(line + " (" + why + ")")
            return
    differ[tool].append(line)


def degrees(v):
    p = rational(v)
    return p[0] + p[1] / 60 + p[2] / 3600 if p and len(p) == 3 else v


GROUPS = {"exif.ifd0": "IFD0", "exif.exif": "ExifIFD", "exif.gps": "GPS", "exif.interop": "InteropIFD", "exif.thumbnail": "IFD1"}


def compare_exif(path, fields, tool):
    for f in fields:
        group, name, value = f["group"], f["name"], f.get("value", "")
        key = GROUPS.get(group, "") + ":" + name
        if key not in tool or "not interpreted" in value:
            continue
        theirs = tool[key]
        if name in ("GPSLatitude", "GPSLongitude", "GPSDestLatitude", "GPSDestLongitude"):
            value = degrees(value)
        elif name == "GPSTimeStamp":
            value = ":".join("%02d" % x for x in rational(value))
        elif name in ("ShutterSpeedValue", "ApertureValue", "MaxApertureValue") and rational(value):
            x = rational(value)[0]
            value = 2 ** -x if name == "ShutterSpeedValue" else 2 ** (x / 2)
        elif name == "GPSDateStamp" or name == "GPSVersionID":
            theirs = str(theirs)
        elif name == "ExifVersion" or name == "FlashpixVersion" or name.startswith("SubSec") or name == "InteropVersion":
            theirs = str(theirs).zfill(len(value))
        pair("exiftool", path, group + " " + name, value, theirs, 1e-5)
    if "Composite:GPSLatitude" in tool:
        for f in fields:
            if f["name"] == "GPSPosition":
                lat, lon = f["value"].split(",")
                pair("exiftool", path, "place latitude", lat, tool["Composite:GPSLatitude"], 1e-6)
                pair("exiftool", path, "place longitude", lon, tool["Composite:GPSLongitude"], 1e-6)


def compare_xmp(path, fields, tool):
    for f in fields:
        m = re.fullmatch(r"([\w-]+):([\w-]+)(?:\[(\d+)\])?(?:/[\w-]+:([\w-]+))?", f["name"])
        if not m:
            continue
        name = m[2][0].upper() + m[2][1:] + (m[4][0].upper() + m[4][1:] if m[4] else "")
        theirs = tool.get("XMP-%s:%s" % (m[1], name))
        if theirs is None:
            continue
        if isinstance(theirs, list):
            i = int(m[3] or 1) - 1
            theirs = theirs[i] if i < len(theirs) else "(absent)"
        pair("exiftool", path, "xmp " + f["name"], f["value"], theirs)


MP4 = {
    ("mp4", "majorBrand"): "QuickTime:MajorBrand", ("mp4.movie", "created"): "QuickTime:CreateDate",
    ("mp4.movie", "modified"): "QuickTime:ModifyDate", ("mp4.movie", "duration"): "QuickTime:Duration",
    ("heif", "width"): "Meta:ImageWidth", ("heif", "height"): "Meta:ImageHeight",
}
TRACK = {"created": "TrackCreateDate", "modified": "TrackModifyDate", "duration": "MediaDuration", "width": "SourceImageWidth",
         "height": "SourceImageHeight", "channels": "AudioChannels", "sampleRate": "AudioSampleRate", "handler": "HandlerType"}


def compare_mp4(path, fields, tool):
    for f in fields:
        group, name = f["group"], f["name"]
        key = MP4.get((group, name))
        m = re.fullmatch(r"mp4\.track\.(\d)", group)
        if m and name in TRACK:
            key = "Track%s:%s" % (m[1], TRACK[name])
        if m and name == "codec":
            key = "Track%s:CompressorID" % m[1]
            if key not in tool:
                key = "Track%s:AudioFormat" % m[1]
        if m and name == "rotation" and "Composite:Rotation" in tool:
            key = "Composite:Rotation"
        if key in tool:
            # exiftool shows the header's UTC without a zone
            value = f["value"][:-1] if name in ("created", "modified") else f["value"]
            pair("exiftool", path, "mp4 " + group + " " + name, value, tool[key], 6e-4)


OTHER = {
    ("image", "width"): ["File:ImageWidth", "PNG:ImageWidth", "RIFF:ImageWidth", "GIF:ImageWidth", "IFD0:ImageWidth"],
    ("image", "height"): ["File:ImageHeight", "PNG:ImageHeight", "RIFF:ImageHeight", "GIF:ImageHeight", "IFD0:ImageHeight"],
    ("image", "bitsPerSample"): ["File:BitsPerSample", "PNG:BitDepth"], ("jpeg", "Comment"): ["File:Comment"],
    ("iptc", "City"): ["IPTC:City"], ("iptc", "By-line"): ["IPTC:By-line"], ("file", "type"): ["File:MIMEType"],
    ("ogg", "channels"): ["Opus:AudioChannels", "Vorbis:AudioChannels"], ("ogg", "sampleRate"): ["Opus:SampleRate", "Vorbis:SampleRate"],
    ("ogg", "vendor"): ["Vorbis:Vendor"],
    ("wav", "channels"): ["RIFF:NumChannels"], ("wav", "sampleRate"): ["RIFF:SampleRate"], ("wav", "bitsPerSample"): ["RIFF:BitsPerSample"],
    ("wav.info", "title"): ["RIFF:Title"], ("wav.info", "software"): ["RIFF:Software"], ("wav.info", "date"): ["RIFF:DateCreated"],
    ("wav.bext", "description"): ["RIFF:Description"], ("wav.bext", "originator"): ["RIFF:Originator"],
    ("mp3", "sampleRate"): ["MPEG:SampleRate"], ("mp3", "bitRate"): ["MPEG:AudioBitrate"],
    ("id3", "title"): ["ID3v2_4:Title", "ID3v2_3:Title"], ("id3", "artist"): ["ID3v2_4:Artist", "ID3v2_3:Artist"],
    ("id3v1", "title"): ["ID3v1:Title"], ("id3v1", "artist"): ["ID3v1:Artist"], ("id3v1", "album"): ["ID3v1:Album"],
    ("matroska", "DocType"): ["Matroska:DocType"], ("matroska", "DateUTC"): ["Info:DateTimeOriginal", "Matroska:DateTimeOriginal"],
    ("matroska", "MuxingApp"): ["Info:MuxingApp", "Matroska:MuxingApp"], ("matroska", "Title"): ["Info:Title", "Matroska:Title"],
    ("pdf", "version"): ["PDF:PDFVersion"], ("pdf", "pages"): ["PDF:PageCount"],
    ("pdf.info", "Title"): ["PDF:Title"], ("pdf.info", "Author"): ["PDF:Author"], ("pdf.info", "Creator"): ["PDF:Creator"],
    ("pdf.info", "Producer"): ["PDF:Producer"], ("pdf.info", "Subject"): ["PDF:Subject"],
    ("pdf.info", "CreationDate"): ["PDF:CreateDate"], ("pdf.info", "ModDate"): ["PDF:ModifyDate"],
    ("office.core", "title"): ["XMP-dc:Title"], ("office.core", "creator"): ["XMP-dc:Creator"],
    ("office.core", "lastModifiedBy"): ["XML:LastModifiedBy"], ("office.core", "revision"): ["XML:RevisionNumber"],
    ("office.core", "created"): ["XML:CreateDate"], ("office.core", "modified"): ["XML:ModifyDate"],
    ("office.app", "Application"): ["XML:Application"], ("office.app", "Pages"): ["XML:Pages"], ("office.app", "Company"): ["XML:Company"],
}


def compare_other(path, fields, tool):
    for f in fields:
        for key in OTHER.get((f["group"], f["name"]), []):
            if key in tool:
                pair("exiftool", path, f["group"] + " " + f["name"], f.get("value", ""), tool[key])
                break
    for field, key in (("Keywords", "IPTC:Keywords"),):
        mine = [f["value"] for f in fields if f["group"] == "iptc" and f["name"] == field]
        if mine and key in tool:
            theirs = tool[key] if isinstance(tool[key], list) else [tool[key]]
            pair("exiftool", path, "iptc " + field, "|".join(mine), "|".join(map(str, theirs)))


def compare_ffprobe(path, fields):
    out = run("ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_streams", path)
    data = json.loads(out or b"{}")
    streams, form = data.get("streams", []), data.get("format", {})
    if not streams:
        return
    for f in fields:
        group, name, value = f["group"], f["name"], f.get("value", "")
        m = re.fullmatch(r"(mp4|matroska)\.track\.(\d)", group)
        s = streams[int(m[2]) - 1] if m and int(m[2]) <= len(streams) else streams[0]
        tags = {k.lower(): v for k, v in form.get("tags", {}).items()}
        key = {"width": "width", "height": "height", "PixelWidth": "width", "PixelHeight": "height", "channels": "channels",
               "Channels": "channels", "sampleRate": "sample_rate", "SamplingFrequency": "sample_rate", "samples": "nb_frames"}.get(name)
        if group in ("image", "heif", "file") or group.startswith("exif"):
            continue
        if key and key in s and (m or group in ("ogg", "wav", "amr", "mp3")):
            pair("ffprobe", path, group + " " + name, value, s[key])
        elif name == "codec" and m and m[1] == "mp4" and s.get("codec_tag_string", "[")[0] != "[":
            pair("ffprobe", path, group + " codec", value, s["codec_tag_string"])
        elif name == "codec" and group in ("ogg", "amr", "wav", "mp3"):
            known = {"opus": "opus", "vorbis": "vorbis", "AMR-NB": "amr_nb", "AMR-WB": "amr_wb", "PCM": "pcm_s16le",
                     "MPEG-1 layer 3": "mp3"}
            pair("ffprobe", path, group + " codec", known.get(value, value), s["codec_name"])
        elif name == "duration" and group in ("mp4.movie", "matroska", "ogg", "wav", "amr", "mp3") and "duration" in form:
            pair("ffprobe", path, group + " duration", value, form["duration"], 0.06 if group in ("mp4.movie", "ogg", "mp3") else 0.002)
        elif name == "created" and group == "mp4.movie" and "creation_time" in tags:
            pair("ffprobe", path, "mp4 created", value, tags["creation_time"].replace(".000000", ""))
        elif name == "DateUTC" and "creation_time" in tags:
            pair("ffprobe", path, "matroska DateUTC", value, tags["creation_time"].replace(".000000", ""))
        elif name in ("title", "Title") and group in ("mp4.movie", "matroska", "id3", "wav.info") and "title" in tags:
            pair("ffprobe", path, group + " title", value, tags["title"])
        elif name == "rotation" and m:
            side = [d.get("rotation") for d in s.get("side_data_list", []) if "rotation" in d]
            pair("ffprobe", path, "mp4 rotation", value, (-side[0]) % 360 if side else 0)


def compare_pdfinfo(path, fields):
    # pdfinfo shows times in the zone of the machine: only what is no time is compared
    text = run("pdfinfo", path).decode("utf-8", "replace")
    info = dict(l.split(":", 1) for l in text.splitlines() if ":" in l)
    keys = {"pages": "Pages", "version": "PDF version", "Title": "Title", "Author": "Author", "Creator": "Creator", "Producer": "Producer",
            "Subject": "Subject", "Keywords": "Keywords", "encrypted": "Encrypted"}
    for f in fields:
        if f["group"] in ("pdf", "pdf.info") and keys.get(f["name"]) in info:
            theirs = info[keys[f["name"]]].strip()
            pair("pdfinfo", path, "pdf " + f["name"], f["value"], theirs.split()[0] if f["name"] == "encrypted" else theirs)


def tar_members(path):
    if not tarfile.is_tarfile(path):
        return []
    members = []
    with tarfile.open(path) as t:
        for i in t:
            data = t.extractfile(i).read() if i.isfile() else None
            members.append((i.name, i.size, hashlib.sha256(data).hexdigest() if data is not None else None))
    return members


def compare_archive(path, members):
    theirs = []
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as z:
            for i in z.infolist():
                try:
                    theirs.append((i.filename, i.file_size, hashlib.sha256(z.read(i)).hexdigest()))
                except (RuntimeError, zipfile.BadZipFile):
                    theirs.append((i.filename, i.file_size, None))
    else:
        try:
            theirs = tar_members(path)
        except (EOFError, tarfile.ReadError) as e:
            print("python cannot read", path, e)
    mine = [m for m in members if "parent" not in m]
    if theirs:
        pair("python", path, "archive members", len(mine), len(theirs))
    for m, t in zip(mine, theirs):
        if "path" in m:
            pair("python", path, "archive path", m["path"].rstrip("/"), t[0].rstrip("/"))
        pair("python", path, "archive size", m.get("size"), t[1])
        if t[2] and "sha256" in m:
            pair("python", path, "archive sha256", m["sha256"], t[2])


def parts_of(message):
    for part in message.walk():
        if not part.is_multipart():
            yield part


def compare_mail(path, records):
    def check(message, fields, members):
        for f in fields:
            if f["name"] != "header":
                continue
            label = f["label"]
            if label == "Date":
                date = message["Date"].datetime if message["Date"] else None
                raw = dict(message.raw_items()).get("Date", "")
                if date:
                    # Python has no zone for none and for "-0000"; by RFC 5322 3.3 the latter is UTC all the same
                    utc = date.tzinfo is None and raw.rstrip().endswith("-0000")
                    pair("python", path, "mail Date", f["value"], date.isoformat() + ("Z" if utc else ""))
            elif label != "Received" and message[label] is not None:
                pair("python", path, "mail " + label, f["value"], str(message[label]))
        leaves = [p for p in parts_of(message) if p.get_content_type() != "message/rfc822"]
        mine = [m for m in members if m.get("media") != "message/rfc822"]
        pair("python", path, "mail parts", len(mine), len(leaves))
        for m, p in zip(mine, leaves):
            pair("python", path, "mail media", m["media"], p.get_content_type())
            pair("python", path, "mail name", m["path"], p.get_filename() or "")
            coding = "damaged" if m["n"] in damaged else str(p.get("content-transfer-encoding", ""))
            pair("python", path, "mail sha256 " + coding, m["sha256"], hashlib.sha256(p.get_payload(decode=True)).hexdigest())

    unread = [re.match(r"the base64 of member (\d+) is not whole", r["text"]) for r in records if r["kind"] == "unread"]
    damaged = {int(m[1]) for m in unread if m}
    with open(path, "rb") as f:
        head = f.read(5)
    members = [r for r in records if r["kind"] == "member"]
    fields = [r for r in records if r["kind"] == "field"]
    if head != b"From ":
        with open(path, "rb") as f:
            check(email.message_from_bytes(f.read(), policy=email.policy.default), [f for f in fields if f["group"] == "mail"], members)
        return
    box = mailbox.mbox(path, factory=lambda f: email.message_from_bytes(f.read(), policy=email.policy.default))
    tops = [m for m in members if "offset" in m]
    pair("python", path, "mbox messages", len(tops), len(box))
    for top, message in zip(tops, box):
        check(message, [f for f in fields if f["group"] == "mail.member.%d" % top["n"]], [m for m in members if m.get("parent") == top["n"]])


def compare_sqlite(path, fields):
    with tempfile.TemporaryDirectory() as d:
        copy = os.path.join(d, "x.db")
        shutil.copy(path, copy)
        for more in ("-wal", "-journal"):
            if os.path.exists(path + more):
                shutil.copy(path + more, copy + more)
        try:
            c = sqlite3.connect(copy)
            for f in fields:
                if f["group"] == "sqlite.table" and f["name"] == "rows":
                    n = c.execute('select count(*) from "%s"' % f["label"].replace('"', '""')).fetchone()[0]
                    pair("python", path, "sqlite rows", f["value"], n)
                for name, pragma in (("pageSize", "page_size"), ("userVersion", "user_version"), ("applicationId", "application_id"),
                                     ("encoding", "encoding"), ("freePages", "freelist_count")):
                    if f["name"] == name:
                        pair("python", path, "sqlite " + name, f["value"], c.execute("pragma " + pragma).fetchone()[0])
        except sqlite3.DatabaseError as e:
            print("python cannot read", path, e)


def compare_file(run_format, path, tool):
    records = ours(run_format, path)
    everything = [r for rs in records.values() for r in rs if r["kind"] == "field"]
    compare_exif(path, [f for f in everything if f["group"].startswith("exif")], tool)
    compare_xmp(path, [f for f in everything if f["group"] == "xmp"], tool)
    compare_mp4(path, [f for f in everything if f["group"].startswith("mp4") or f["group"] == "heif"], tool)
    compare_other(path, everything, tool)
    if set(records) & {"isobmff", "matroska", "ogg", "wav", "amr", "mp3"}:
        compare_ffprobe(path, everything)
    if "pdf" in records:
        compare_pdfinfo(path, everything)
    if "archive" in records:
        compare_archive(path, [r for r in records["archive"] if r["kind"] == "member"])
    if "mail" in records:
        compare_mail(path, records["mail"])
    if "sqlite" in records:
        compare_sqlite(path, everything)


def main():
    run_format, files = sys.argv[1], []
    for a in sys.argv[2:]:
        if os.path.isdir(a):
            for d, _, names in sorted(os.walk(a)):
                files += [os.path.join(d, n) for n in sorted(names)]
        else:
            files.append(a)
    files = [f for f in files if not f.endswith((".jsonl", "-wal", ".py", ".sh", ".md", ".c", ".def", ".txt")) and os.path.getsize(f)]
    out = run("exiftool", "-j", "-n", "-G1", "-api", "struct=0", *files)
    tool = {t["SourceFile"]: t for t in json.loads(out or b"[]")}
    for f in files:
        compare_file(run_format, f, tool.get(f, {}))
    total, wrong = 0, 0
    for tool in sorted(set(agree) | set(differ) | set(explained)):
        for line in differ[tool]:
            print("differs   " + line)
        for line in explained[tool]:
            print("explained " + line)
        n = agree[tool] + len(differ[tool])
        print("%s: %d of %d fields agree (%.2f %%), %d differences explained"
              % (tool, agree[tool], n, 100.0 * agree[tool] / max(n, 1), len(explained[tool])))
        total, wrong = total + n, wrong + len(differ[tool])
    share = 100.0 * (total - wrong) / max(total, 1)
    print("%d files, %d fields read by both, %.2f %% agree" % (len(files), total, share))
    print("%d passed, %d failed" % (total - wrong, wrong if share < 98 or total < 100 else 0))
    return 1 if share < 98 or total < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
