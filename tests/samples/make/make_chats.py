"""WhatsApp-shaped export archives from the texts in chats/. Usage: make_chats.py EVIDENCE WORK

A text holds one entry a line, with invisible characters spelled {LRM} {NNBSP} {NBSP} {LRE} {PDF};
a line that begins with {+} continues the entry above it. "crlf" archives end an entry with CRLF and
a line break typed inside it with LF, as iOS is reported to; the others use LF for both.
"""
import io
import sys
import zipfile
from pathlib import Path

EVIDENCE, WORK = Path(sys.argv[1]), Path(sys.argv[2])
CHATS = Path(__file__).parent / "chats"
INVISIBLE = {"{LRM}": "\u200e", "{NNBSP}": "\u202f", "{NBSP}": "\u00a0", "{LRE}": "\u202a", "{PDF}": "\u202c"}
PHONE = EVIDENCE / "telefon/WhatsApp/Media"
VCARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:;Ana;;;\r\nFN:Ana\r\nNOTE:sintetički uzorak\r\nEND:VCARD\r\n"

# archive, text inside it, source, crlf, time in the archive's headers, attachments
EXPORTS = [
    ("WhatsApp Chat with Marko V.zip", "WhatsApp Chat with Marko V.txt", "sr-latin-android.txt", False,
     (2026, 3, 14, 22, 30, 0),
     [PHONE / "WhatsApp Images/IMG-20260312-WA0007.jpg",
      PHONE / "WhatsApp Voice Notes/PTT-20260312-WA0003.opus", WORK / "VID-20260312-WA0004.mp4",
      WORK / "Ana.vcf"]),
    ("WhatsApp разговор са Ана.zip", "WhatsApp ћаскање са контактом Ана.txt", "sr-cyrillic-android.txt", False,
     (2026, 3, 29, 10, 5, 0), [WORK / "IMG-20260328-WA0001.jpg", EVIDENCE / "prijava-policija.pdf"]),
    ("Biseda me Arben K në WhatsApp.zip", "Biseda me Arben K në WhatsApp.txt", "sq-android.txt", False,
     (2026, 3, 13, 9, 40, 0), [WORK / "IMG-20260312-WA0011.jpg", WORK / "PTT-20260312-WA0012.opus"]),
    ("WhatsApp Chat - Marko V.zip", "_chat.txt", "sr-latin-ios.txt", True, (2026, 3, 14, 23, 2, 0),
     [WORK / "00000004-PHOTO-2026-03-14-22-12-02.jpg", WORK / "00000006-AUDIO-2026-03-14-22-13-11.opus",
      WORK / "00000010-Potvrda o prijemu.pdf"]),
    ("WhatsApp Chat - Familja Hoxha.zip", "_chat.txt", "sq-group-ios.txt", True, (2026, 3, 13, 20, 0, 0),
     [WORK / "00000005-PHOTO-2026-03-12-18-09-40.jpg"]),
]


class Stream(io.RawIOBase):
    """A sink that cannot seek: the archive then has data descriptors, as a phone's stream has."""

    def __init__(self):
        self.parts = []

    def writable(self):
        return True

    def write(self, data):
        self.parts.append(bytes(data))
        return len(data)


def text(source, crlf):
    out = ""
    for line in (CHATS / source).read_text("utf-8").splitlines():
        inner = line.startswith("{+}")
        if out:
            out += "\r\n" if crlf and not inner else "\n"
        out += line[3:] if inner else line
    for name, character in INVISIBLE.items():
        out = out.replace(name, character)
    assert "{" not in out, source
    return (out + ("\r\n" if crlf else "\n")).encode("utf-8")


def archive(members, when, streamed):
    sink = Stream() if streamed else io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in members:
            info = zipfile.ZipInfo(name, when)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            out.writestr(info, data)
    return b"".join(sink.parts) if streamed else sink.getvalue()


(WORK / "Ana.vcf").write_bytes(VCARD.encode("utf-8"))
(WORK / "00000010-Potvrda o prijemu.pdf").write_bytes((WORK / "Potvrda o prijemu.pdf").read_bytes())
folder = EVIDENCE / "WhatsApp izvoz"
folder.mkdir(parents=True, exist_ok=True)
for target, inner, source, crlf, when, attachments in EXPORTS:
    members = [(inner, text(source, crlf))] + [(a.name, a.read_bytes()) for a in attachments]
    (folder / target).write_bytes(archive(members, when, streamed=not crlf))
