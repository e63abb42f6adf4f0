"""Write facts.tsv: what independent tools read in each sample. Usage: facts.py EVIDENCE > facts.tsv

One fact a line: path, tool, key, value. Tabs, line breaks and invisible characters in values are
spelled \\t \\n \\r \\uXXXX, a backslash \\\\. None of our own readers takes part.
"""
import email
import email.policy
import hashlib
import json
import mailbox
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

EVIDENCE = Path(sys.argv[1])
HERE = Path(__file__).parent
# Of exiftool's groups, File and the ISO-BMFF ones are cut to what a reader can be held to.
WANTED = {
    "File": "FileType MIMEType ExifByteOrder ImageWidth ImageHeight",
    "QuickTime": "MajorBrand CompatibleBrands CreateDate ModifyDate TimeScale Duration ImageSpatialExtent",
    "Track": "TrackCreateDate TrackModifyDate TrackDuration MediaCreateDate MediaTimeScale MediaDuration "
             "HandlerType CompressorID AudioFormat ImageWidth ImageHeight AudioChannels AudioSampleRate",
    "Composite": "GPSLatitude GPSLongitude GPSAltitude GPSDateTime SubSecDateTimeOriginal",
}
WHOLE = ("IFD0", "ExifIFD", "GPS", "IFD1", "InteropIFD", "Samsung", "Apple", "PNG", "RIFF", "PDF",
         "UserData", "Keys", "ItemList", "Vorbis", "Opus", "JFIF")


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def spell(value):
    out = ""
    for c in str(value):
        if c in "\\\t\n\r":
            out += {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}[c]
        elif unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") or (unicodedata.category(c) == "Zs" and c != " "):
            out += "\\u%04x" % ord(c)
        else:
            out += c
    return out


def exiftool(path):
    for line in run("exiftool", "-a", "-G1", "-s", "-n", str(path)).decode("utf-8").splitlines():
        group, tag, value = re.fullmatch(r"\[([^\]]+)\]\s+(\S+)\s*: ?(.*)", line).groups()
        listed = WANTED.get(re.sub(r"^Track\d+$", "Track", group), "").split()
        if group in WHOLE or group.startswith("XMP") or tag in listed:
            if not value.startswith("(Binary data"):
                yield group + ":" + tag, value
    thumbnail = run("exiftool", "-b", "-IFD1:ThumbnailImage", str(path))
    if thumbnail:
        yield "IFD1:ThumbnailImage sha256", hashlib.sha256(thumbnail).hexdigest()


def ffprobe(path):
    entries = "format=format_name,duration:format_tags:stream=index,codec_type,codec_name,width,height," \
              "sample_rate,channels,duration"
    data = json.loads(run("ffprobe", "-v", "error", "-show_entries", entries, "-of", "json", str(path)))
    for key, value in data["format"].items():
        if key == "tags":
            yield from (("format.tag." + k, v) for k, v in value.items())
        else:
            yield "format." + key, value
    for stream in data["streams"]:
        yield from (("stream.%d.%s" % (stream["index"], k), v) for k, v in stream.items() if k != "index")


def mail(message, prefix=""):
    for name in ("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To"):
        if message[name]:
            yield prefix + name, message[name]
    for i, part in enumerate(p for p in message.walk() if not p.is_multipart()):
        content = part.get_payload(decode=True)
        yield "%spart.%d.type" % (prefix, i), part.get_content_type()
        if part.get_filename():
            yield "%spart.%d.filename" % (prefix, i), part.get_filename()
        yield "%spart.%d.size" % (prefix, i), len(content)
        yield "%spart.%d.sha256" % (prefix, i), hashlib.sha256(content).hexdigest()
        if part.get_content_maintype() == "text":
            yield "%spart.%d.text" % (prefix, i), part.get_content()


def eml(path):
    yield from mail(email.message_from_bytes(path.read_bytes(), policy=email.policy.default))


def mbox(path):
    def factory(stream):
        return email.message_from_binary_file(stream, policy=email.policy.default)
    box = mailbox.mbox(str(path), factory=factory, create=False)
    yield "messages", len(box)
    for i, message in enumerate(box):
        yield from mail(message, "message.%d." % i)


def unzip(path):
    names = run("unzip", "-Z1", str(path)).decode("utf-8").splitlines()
    yield "members", len(names)
    for i, name in enumerate(names):
        data = run("unzip", "-p", str(path), name)
        yield "member.%d.name" % i, name
        yield "member.%d.size" % i, len(data)
        yield "member.%d.sha256" % i, hashlib.sha256(data).hexdigest()


def pdfinfo(path):
    for line in run("pdfinfo", "-isodates", str(path)).decode("utf-8").splitlines():
        key, value = line.split(":", 1)
        yield key, value.strip()


BY_SUFFIX = {
    **{s: [("exiftool", exiftool)] for s in (".jpg", ".heic", ".png", ".webp")},
    **{s: [("exiftool", exiftool), ("ffprobe", ffprobe)] for s in (".mp4", ".3gp", ".mov", ".m4a", ".opus")},
    ".pdf": [("exiftool", exiftool), ("pdfinfo", pdfinfo)],
    ".eml": [("python3 email", eml)],
    ".mbox": [("python3 mailbox", mbox)],
    ".zip": [("unzip", unzip)],
}


def versions():
    for command in (["exiftool", "-ver"], ["ffprobe", "-version"], ["file", "--version"],
                    ["sha256sum", "--version"], ["pdfinfo", "-v"], ["unzip", "-v"],
                    ["/usr/bin/python3", "-V"]):
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
        first = said.decode("utf-8").splitlines()[0].split(" Copyright")[0].split(" by ")[0].rstrip(",")
        yield "%s: %s" % (Path(command[0]).name, first)


def main():
    print("# path\ttool\tkey\tvalue")
    print("# read with " + "; ".join(versions()))
    hand = (HERE / "hand-counts.tsv").read_text("utf-8").splitlines()
    for path in sorted(p for p in EVIDENCE.rglob("*") if p.is_file()):
        name = path.relative_to(EVIDENCE).as_posix()
        rows = [("stat", "size", run("stat", "-c", "%s", str(path)).decode().strip()),
                ("sha256sum", "sha256", run("sha256sum", "--", str(path)).decode().lstrip("\\").split()[0]),
                ("file", "MIME type", run("file", "-b", "--mime-type", str(path)).decode().strip())]
        for tool, reader in BY_SUFFIX[path.suffix.lower()]:
            rows += [(tool, key, value) for key, value in reader(path)]
        for tool, key, value in rows:
            print("\t".join((name, tool, key, spell(value))))
        for line in hand:
            if line.startswith(name + "\t"):
                print(line)


main()
