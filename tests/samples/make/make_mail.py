"""One .eml and one mbox, written byte by byte (CRLF in the .eml, LF in the mbox).

Usage: make_mail.py EVIDENCE WORK. The attachment is the photo without EXIF made before.
All addresses are in the names reserved by RFC 2606 and RFC 5737.
"""
import base64
import sys
from pathlib import Path

EVIDENCE = Path(sys.argv[1])
PHOTO = EVIDENCE / "telefon/WhatsApp/Media/WhatsApp Images/IMG-20260312-WA0007.jpg"


def b64word(text, charset="UTF-8"):
    return "=?%s?B?%s?=" % (charset, base64.b64encode(text.encode(charset)).decode())


def qword(text):
    """RFC 2047 Q encoding."""
    body = "".join(chr(b) if chr(b).isalnum() and b < 128 else "_" if b == 32 else "=%02X" % b
                   for b in text.encode("utf-8"))
    return "=?utf-8?Q?%s?=" % body


def b64lines(data):
    text = base64.b64encode(data).decode()
    return [text[i:i + 76] for i in range(0, len(text), 76)]


def percent(text):
    return "".join("%%%02X" % b for b in text.encode("utf-8"))


def threat():
    body = "Милице,\r\n\r\nЗнам где радиш. Зашто не одговараш на поруке?\r\n\r\n" \
           "(Синтетички узорак: измишљена порука.)\r\n"
    name = "улаз зграде.jpg"
    lines = [
        "Return-Path: <marko.v@example.org>",
        "Received: from mail.example.org (mail.example.org [192.0.2.25])",
        "\tby mx.example.com (Postfix) with ESMTPS id 4V2Q7k1Xy3z9",
        "\tfor <milica@example.com>; Thu, 12 Mar 2026 20:14:09 +0100 (CET)",
        "Received: from [198.51.100.7] (unknown [198.51.100.7])",
        "\tby mail.example.org (Postfix) with ESMTPSA id 7C1B2D3E4F;",
        "\tThu, 12 Mar 2026 19:14:05 +0000 (UTC)",
        "Date: Thu, 12 Mar 2026 20:14:02 +0100",
        "From: %s <marko.v@example.org>" % b64word("Марко В"),
        "To: %s <milica@example.com>" % qword("Милица"),
        "Subject: %s" % b64word("Зашто не одговараш"),
        " %s" % b64word(" на поруке?"),
        "Message-ID: <20260312191402.7C1B2D3E4F@mail.example.org>",
        "MIME-Version: 1.0",
        "X-Mailer: synthetic sample",
        "Content-Type: multipart/mixed; boundary=\"=_uzorak_1\"",
        "",
        "This is a multi-part message in MIME format.",
        "--=_uzorak_1",
        "Content-Type: text/plain; charset=UTF-8",
        "Content-Transfer-Encoding: base64",
        ""] + b64lines(body.encode("utf-8")) + [
        "--=_uzorak_1",
        "Content-Type: image/jpeg; name=\"%s\"" % b64word(name),
        "Content-Disposition: attachment;",
        " filename*0*=UTF-8''%s;" % percent(name[:5]),
        " filename*1*=%s" % percent(name[5:]),
        "Content-Transfer-Encoding: base64",
        ""] + b64lines(PHOTO.read_bytes()) + ["--=_uzorak_1--", ""]
    return "\r\n".join(lines).encode("ascii")


def mailbox():
    """Two mails: quoted-printable with a quoted "From " line, and 8-bit windows-1251."""
    first = [
        "From ana@example.net Fri Mar 13 08:02:11 2026",
        "Date: Fri, 13 Mar 2026 09:02:11 +0100",
        "From: Ana <ana@example.net>",
        "To: Milica <milica@example.com>",
        "Subject: %s" % qword("Sačuvaj sve poruke"),
        "Message-ID: <a1@example.net>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: quoted-printable",
        "",
        "Sa=C4=8Duvaj sve i ne odgovaraj mu.",
        ">From now on: zapisuj datum i vreme.",
        "(Sinteti=C4=8Dki uzorak.)",
        "",
        ""]
    second = [
        "From elira@example.net Sat Mar 14 10:45:00 2026",
        "Date: Sat, 14 Mar 2026 11:45:00 +0100",
        "From: Elira <elira@example.net>",
        "To: Milica <milica@example.com>",
        "In-Reply-To: <a1@example.net>",
        "Subject: %s" % b64word("Одговор: сачувај", "windows-1251"),
        "Message-ID: <e2@example.net>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=windows-1251",
        "Content-Transfer-Encoding: 8bit",
        "",
        "Идемо у станицу у понедељак. (Синтетички узорак.)",
        "",
        ""]
    return "\n".join(first).encode("ascii") + "\n".join(second).encode("windows-1251")


folder = EVIDENCE / "e-pošta"
folder.mkdir(parents=True, exist_ok=True)
(folder / "Зашто не одговараш.eml").write_bytes(threat())
(folder / "prijemno sanduče.mbox").write_bytes(mailbox())
