"""Two one-page PDFs with text in Serbian and Info metadata. Usage: make_pdf.py EVIDENCE WORK"""
import sys
from pathlib import Path

import cairo

EVIDENCE, WORK = Path(sys.argv[1]), Path(sys.argv[2])

REPORT = ["SINTETIČKI UZORAK – izmišljeno, nije pravi dokument", "",
          "Prijava policiji", "", "Podnositeljka: Milica (izmišljeno lice)",
          "Od 11. marta 2026. primam neželjene poruke sa profila „Marko V“.",
          "Piše mi: „Znam gde radiš.“ Zamolila sam ga da prestane.",
          "Poruke, slike i glasovnu poruku prilažem u elektronskom obliku.", "",
          "Čćžšđ ČĆŽŠĐ · 14. 3. 2026."]
RECEIPT = ["СИНТЕТИЧКИ УЗОРАК – измишљено, није прави документ", "",
           "Потврда о пријему", "", "Број: 000/2026", "Примљено: 14. 3. 2026. у 12:30",
           "Прилози: 3 слике, 1 гласовна порука, 1 видео запис."]


def page(path, lines, metadata):
    surface = cairo.PDFSurface(str(path), 595, 842)
    for key, value in metadata.items():
        surface.set_metadata(key, value)
    context = cairo.Context(surface)
    context.select_font_face("DejaVu Sans")
    for i, line in enumerate(lines):
        context.set_font_size(11 if i != 2 else 20)
        context.move_to(60, 90 + 24 * i)
        context.show_text(line)
    surface.finish()


page(EVIDENCE / "prijava-policija.pdf", REPORT, {
    cairo.PDF_METADATA_TITLE: "Prijava policiji – uznemiravanje porukama",
    cairo.PDF_METADATA_AUTHOR: "Milica (izmišljeno lice)",
    cairo.PDF_METADATA_SUBJECT: "Sintetički uzorak",
    cairo.PDF_METADATA_KEYWORDS: "prijava, poruke, uzorak",
    cairo.PDF_METADATA_CREATOR: "LibreOffice Writer (uzorak)",
    cairo.PDF_METADATA_CREATE_DATE: "2026-03-14T11:05:00+01:00",
    cairo.PDF_METADATA_MOD_DATE: "2026-03-14T11:20:00+01:00"})
page(WORK / "Potvrda o prijemu.pdf", RECEIPT, {
    cairo.PDF_METADATA_TITLE: "Потврда о пријему",
    cairo.PDF_METADATA_CREATE_DATE: "2026-03-14T12:31:10+01:00"})
