#!/usr/bin/env python3
"""Writes the synthetic chat samples of tests/formats/chat-*/ (all people, numbers and words invented).

Beside each SAMPLE stands SAMPLE.counts, written by hand below: what a person counts in the sample.
check_counts.py holds the records against it, so that the expected records alone never decide.
Run from tests/formats; the samples are committed, this only shows how they were made.
"""
import base64
import json
import os
import struct

from samples import JPEG, LRM, NN, OUT, db, put, zipped

# ---- WhatsApp -----------------------------------------------------------------------------------
W = "chat-whatsapp"

put(W, "en-us-android.txt",
    f"1/29/24, 12:24{NN}PM - Messages and calls are end-to-end encrypted. No one outside of this chat, not even WhatsApp, can read or listen to them. Tap to learn more.\n"
    f"1/29/24, 12:24{NN}PM - Ana: Hi\nsecond line\n\nfourth line\n"
    f"1/29/24, 11:05{NN}PM - Marko: <Media omitted>\n"
    f"1/30/24, 12:00{NN}AM - Marko: This message was deleted\n"
    f"1/30/24, 12:01{NN}AM - Ana: You deleted this message\n"
    f"1/30/24, 9:00{NN}AM - Marko: \n"
    f"1/30/24, 9:01{NN}AM - Marko:\n"
    f"1/30/24, 9:02{NN}AM - Marko: null\n"
    f"1/30/24, 9:03{NN}AM - Ana: location: https://maps.google.com/?q=43.85,18.41\n"
    f"1/30/24, 9:04{NN}AM - Marko changed the subject to \"Plan: B\"\n"
    f"1/30/24, 9:05{NN}AM - Ana: Marko left\n"
    f"1/30/24, 9:06{NN}AM - Marko: ok <This message was edited>\n",
    """conversation 1
    message 12
    type.text 5
    type.system 2
    type.attachment 1
    type.deleted 2
    type.view-once 1
    type.location 1
    sender.Ana 4
    sender.Marko 6
    participant 2
    event.title-changed 1
    event.encryption-notice 1
    edited 1
    state.not-exported 1
    unread 0
    dateOrder month-day
    first 2024-01-29T12:24
    last 2024-01-30T09:06""")

put(W, "sq-android.txt",
    "3.2.24, 11:58 p.d. - Mesazhet në këtë bisedë dhe telefonatat tani janë të siguruara me enkriptimin nga skaji në skaj. Trokit për më shumë informacione.\n"
    "3.2.24, 11:59 p.d. - Arben: Ku je?\n"
    f"3.2.24, 12:05 m.d. - Arben: {LRM}IMG-20240203-WA0001.jpg (skedë e bashkëngjitur)\n"
    "Shiko këtë\n"
    "3.2.24, 12:06 m.d. - Elira: <Media u hoq>\n"
    "3.2.24, 1:07 m.d. - Arben: Ky mesazh është fshirë\n"
    f"3.2.24, 1:08 m.d. - {LRM}Arben u largua\n",
    """conversation 1
    message 6
    type.text 1
    type.system 2
    type.attachment 2
    type.deleted 1
    participant 2
    sender.Arben 3
    sender.Elira 1
    event.left 1
    state.absent 1
    state.not-exported 1
    caption 1
    dateOrder day-month
    first 2024-02-03T11:58
    last 2024-02-03T13:08""")

put(W, "sr-cyrl-android.txt",
    "3.2.24. 14:05 - Поруке ка овом ћаскању и позиви су сада обезбеђени са шифровањем од почетка-до-краја. Додирните за више информација.\n"
    "3.2.24. 14:06 - Ана: Здраво\n"
    "3.2.24. 14:07 - Марко: <Медији су изостављени>\n"
    f"3.2.24. 14:08 - Марко: {LRM}IMG-20240203-WA0001.jpg (приложена датотека)\n"
    "3.2.24. 14:09 - Марко: Ова порука је избрисана\n"
    "3.2.24. 14:10 - Ана: локација : https://maps.google.com/?q=44.8,20.4\n"
    "3.2.24. 14:11 - Контакт Марко је напустио\n",
    """conversation 1
    message 7
    type.text 1
    type.system 2
    type.attachment 2
    type.deleted 1
    type.location 1
    participant 2
    event.left 1
    dateOrder day-month
    first 2024-02-03T14:05
    last 2024-02-03T14:11""")

put(W, "sr-latn-android.txt",
    "3. 2. 2024. 14:05 - Ana: Zdravo\n"
    "3. 2. 2024. 14:06 - Marko: <Media omitted>\n"
    "3. 2. 2024. 14:07 - \u202a+381\u00a061\u00a01234567\u202c: Ko je ovo?\n"
    "13. 2. 2024. 00:00 - ~\u202fPera: <Mediji su izostavljeni>\n",
    """conversation 1
    message 4
    type.text 2
    type.attachment 2
    participant 4
    number.+381611234567 1
    dateOrder day-month
    first 2024-02-03T14:05
    last 2024-02-13T00:00""")

put(W, "hr-ios.txt",
    f"[03. 02. 2024. 14:05:09] Ana: {LRM}Poruke i pozivi zaštićeni su potpunom enkripcijom. Nitko izvan ovog razgovora, čak ni WhatsApp, ne može ih pročitati niti poslušati.\r\n"
    "[03. 02. 2024. 14:05:10] Ana: prvi red\ndrugi red\n[03. 02. 2024. 14:05:11] Marko: to sam ja\r\n"
    f"{LRM}[03. 02. 2024. 14:06:00] Marko: {LRM}slika izostavljena\r\n"
    f"{LRM}[03. 02. 2024. 14:07:00] Marko: {LRM}<priloženo: 00000004-PHOTO-2024-02-03-14-07-00.jpg>\r\n"
    "[03. 02. 2024. 14:08:00] Ana: slika izostavljena\r\n"
    f"[03. 02. 2024. 14:09:00] Ana: {LRM}Ova je poruka izbrisana.\r\n"
    f"[03. 02. 2024. 14:10:00] Ana: {LRM}nepoznata rečenica aplikacije\r\n",
    """conversation 1
    message 7
    type.text 3
    type.system 1
    type.attachment 2
    type.deleted 1
    flag.header-imitation 1
    flag.typed-marker 1
    flag.unknown-marker 1
    participant 2
    sender.Ana 4
    sender.Marko 2
    dateOrder day-month""")

put(W, "bs-ios.txt",
    "[3. 2. 2024. u 14:05:09] Amra: Selam\n"
    f"{LRM}[3. 2. 2024. u 14:05:10] Amra: {LRM}image omitted\n"
    f"[3. 2. 2024. u 14:06:10] Emir: Ne piši mi više {LRM}<This message was edited>\n",
    """conversation 1
    message 3
    type.text 2
    type.attachment 1
    edited 1
    participant 2
    dateOrder day-month
    first 2024-02-03T14:05:09
    last 2024-02-03T14:06:10""")

put(W, "bs-android-period.txt",
    "3. 2. 2024. 02:05 popodne - Amra: Selam\n"
    "3. 2. 2024. 02:06 popodne - Emir: <Media omitted>\n"
    "4. 2. 2024. 12:06 prijepodne - Emir: ponoć\n",
    """conversation 1
    message 3
    type.text 2
    type.attachment 1
    first 2024-02-03T14:05
    last 2024-02-04T00:06
    dateOrder day-month""")

put(W, "cnr-android.txt",
    "3.2.24. 14:05 - Vuk: Đe si\n3.2.24. 14:06 - Sanja: Tu sam\n3.2.24. 14:06 - Vuk: <Media omitted>\n",
    """conversation 1
    message 3
    type.text 2
    type.attachment 1
    participant 2
    dateOrder day-month""")

put(W, "mk-android.txt",
    "3.2.2024 г., во 14:05 - Пораките во овој разговор и повиците сега се обезбедени со шифрирање крај-до-крај. Притисни за повеќе инфо.\n"
    "3.2.2024 г., во 14:06 - Елена: Здраво\n"
    "3.2.2024 г., во 14:07 - Горан: <Без фајлови>\n"
    f"3.2.2024 г., во 14:08 - Горан: {LRM}VID-20240203-WA0002.mp4 (прикачен фајл)\n"
    "3.2.2024 г., во 14:09 - Горан: Оваа порака беше избришана\n",
    """conversation 1
    message 5
    type.text 1
    type.system 1
    type.attachment 2
    type.deleted 1
    state.absent 1
    state.not-exported 1
    dateOrder day-month
    first 2024-02-03T14:05
    last 2024-02-03T14:09""")

put(W, "de-ios.txt",
    f"[03.02.24, 14:05:09] Jana: {LRM}Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt. Niemand außerhalb dieses Chats kann sie lesen oder anhören, nicht einmal WhatsApp.\n"
    "[03.02.24, 14:05:10] Jana: Hallo\n"
    f"{LRM}[03.02.24, 14:05:11] Tom: {LRM}Bild weggelassen\n"
    f"{LRM}[03.02.24, 14:05:12] Tom: {LRM}<Anhang: 00000003-PHOTO-2024-02-03-14-05-12.jpg>\n"
    f"[03.02.24, 14:05:13] Tom: {LRM}Diese Nachricht wurde gelöscht.\n",
    """conversation 1
    message 5
    type.text 1
    type.system 1
    type.attachment 2
    type.deleted 1
    dateOrder day-month""")

put(W, "en-gb-ios-poll.txt",
    f"[03/02/2024, 14:05:09] Ann: {LRM}POLL:\nWhere?\n{LRM}OPTION: Here (2 votes)\n{LRM}OPTION: There (0 votes)\n\n"
    f"[13/02/2024, 14:05:10] Bob: A PDF.pdf • {LRM}3 pages {LRM}document omitted\n"
    f"[13/02/2024, 14:05:11] Bob: {LRM}Missed voice call\n"
    f"[13/02/2024, 14:05:12] Bob: {LRM}Voice call, {LRM}5 min\n"
    f"[13/02/2024, 14:05:13] Bob: {LRM}Waiting for this message. This may take a while.\n",
    """conversation 1
    message 5
    type.poll 1
    type.attachment 1
    type.call 2
    type.pending 1
    participant 2
    dateOrder day-month""")

# which of day and month comes first
put(W, "order-undecidable.txt",
    "03/02/2024, 14:05 - A: x\n03/02/2024, 14:06 - B: y\n05/05/2024, 14:07 - A: z\n",
    """message 3
    dateOrder undecidable
    ambiguous 2
    flag.day-month-undecided 2
    first 2024-05-05T14:07
    observation.day-month-undecidable 1""")
put(W, "order-by-lines.txt",
    "01/11/2024, 14:05 - A: x\n02/11/2024, 14:06 - B: y\n03/11/2024, 14:07 - A: z\n01/12/2024, 08:00 - A: w\n",
    """message 4
    dateOrder day-month
    dateOrderBy order-of-lines
    last 2024-12-01T08:00""")
put(W, "order-by-attachment.txt",
    f"03/02/2024, 14:05 - A: {LRM}IMG-20240203-WA0001.jpg (file attached)\n03/02/2024, 14:06 - B: y\n",
    """message 2
    dateOrder day-month
    dateOrderBy attachment-names""")
put(W, "order-contradiction.txt",
    "13/02/2024, 14:05 - A: x\n02/13/2024, 14:06 - B: y\n",
    """message 2
    dateOrder undecidable
    dateOrderBy contradiction
    ambiguous 0""")
put(W, "order-year-first.txt",
    "2023-12-20, 5:46 p.m. - A: x\n2023-12-21, 5:46 a.m. - B: y\n",
    """message 2
    dateOrder year-first
    first 2023-12-20T17:46
    last 2023-12-21T05:46""")
put(W, "forged-other-form.txt",
    "29.01.18, 12:24 - Ana: Danas\n29.01.18, 12:25 - Marko: ne\n2018-01-29, 12:30 - Ana: ja sam kriva\n29.01.18, 12:31 - Ana: da\n",
    """message 3
    flag.header-imitation 1
    sender.Ana 2
    sender.Marko 1""")
put(W, "mixed-forms.txt",
    "".join(f"{d:02d}.01.18, 12:24 - Ana: a{d}\n" for d in range(1, 5))
    + "".join(f"[{d:02d}/01/18, 12:24:00] Ana: b{d}\n" for d in range(13, 17)),
    """message 8
    flag.other-date-form 4
    observation.mixed-date-forms 1""")
put(W, "impossible.txt",
    "31.02.24, 12:24 - Ana: nema\n12.03.24, 25:61 - Ana: ni ovo\n12.03.24, 12:24 - Ana: ovo ima\n11.03.24, 12:24 - Ana: unazad\n",
    """message 4
    flag.impossible-time 2
    flag.no-time 2
    flag.time-goes-back 1
    sender.Ana 4""")
put(W, "name-with-colon.txt",
    "29.01.18, 12:24 - Ana: Marija: zdravo\n29.01.18, 12:25 - \U0001f600 Pera – posao: ovo - ono\n",
    """message 2
    participant 2
    sender.Ana 1""")
put(W, "continuation-dash.txt",
    "\ufeff29.01.18, 12:24 - Ana: plan:\nprvo - ovo\n12:30 - ono\n29.01.18, 12:25 – Pera: crta\n",
    """message 2
    sender.Ana 1
    sender.Pera 1
    flag.header-imitation 0""")
put(W, "not-utf8.txt",
    b"29.01.18, 12:24 - Ana: caf\xe9 \x00 kraj\n29.01.18, 12:25 - Ana: ok\n",
    """message 2
    bodyBytes 1""")
put(W, "header-first-lines.txt",
    "izvezeno\ndruga\n29.01.18, 12:24 - Ana: a\n29.01.18, 12:25 - Ana: b\n",
    """message 2
    unread 1
    unreadBytes 15""")
put(W, "arabic-digits.txt",
    "٣٠/٠١/٢٠٢٤، ١٢:٢٤ م - Ana: a\n٣١/٠١/٢٠٢٤، ١٢:٢٤ ص - Ana: b\n",
    """message 2
    dateOrder day-month
    first 2024-01-30T12:24
    last 2024-01-31T00:24""")
put(W, "buddhist.txt",
    "30/1/2567 BE 12:24 - Ana: a\n31/1/2567 BE 12:25 - Ana: b\n",
    """message 2
    first 2024-01-30T12:24""")
put(W, "old-colon.txt",
    "29.01.13, 12:24: Ana: a\n29.01.13, 12:25: Pera: b\n29.01.13, 12:26: Ana: c\n",
    """message 3
    sender.Ana 2""")
zipped(W, "WhatsApp Chat - Milica.zip",
       [("00000002-PHOTO-2024-02-03-14-05-10.jpg", JPEG),
        ("00000003-PHOTO-2024-02-03-14-05-11.jpg", b"\0" * 4096),
        ("00000004-PHOTO-2024-02-03-14-05-12.jpg", b"PNG? no"),
        ("_chat.txt",
         f"[03.02.2024, 14:05:09] Milica: Zdravo\r\n"
         f"{LRM}[03.02.2024, 14:05:10] Milica: {LRM}<attached: 00000002-PHOTO-2024-02-03-14-05-10.jpg>\r\n"
         f"{LRM}[03.02.2024, 14:05:11] Milica: {LRM}<attached: 00000003-PHOTO-2024-02-03-14-05-11.jpg>\r\n"
         f"{LRM}[03.02.2024, 14:05:12] Milica: {LRM}<attached: 00000004-PHOTO-2024-02-03-14-05-12.jpg>\r\n"
         f"{LRM}[03.02.2024, 14:05:13] Milica: {LRM}<attached: 00000005-PHOTO-2024-02-03-14-05-13.jpg>\r\n")],
       """conversation 1
       title Milica
       message 5
       type.attachment 4
       state.present 1
       state.zero-filled 1
       state.wrong-type 1
       state.absent 1""")
zipped(W, "android.zip",
       [("WhatsApp разговор со Елена.txt", "3.2.24, 14:06 - Елена: Здраво\n3.2.24, 14:07 - Горан: Здраво\n"),
        ("IMG-20240203-WA0001.jpg", JPEG)],
       """conversation 1
       title Елена
       message 2""")

# ---- WhatsApp: every row of the table of markers, language by language ---------------------------
# Counted from the keys of markers.tsv, one line each: 2 files, 2 places, 1 pending, 2 deleted, 4 missed
# calls; 30 notices, by what their keys say.
def marker_rows():
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "markers.tsv"), encoding="utf-8") as f:
        rows = [line.rstrip("\n").split("\t") for line in f if not line.startswith("#")]
    return rows[0], rows[1:]


def marker_chat(language, form):
    head, rows = marker_rows()
    column = head.index(language)
    spoken = {"export_media_omitted", "email_file_attached", "email_live_location_message", "email_location_message",
              "decryption_placeholder_export", "revoked_msg_incoming", "revoked_msg_outgoing"}
    out, title = [], None
    for row in rows:
        key, text = row[0], row[column].replace("{LRM}", LRM)
        if key == "email_conversation_subject":
            title = text.replace("%s", "Ana")
        if key in ("email_conversation_subject", "email_conversation_subject_no_name", "you_pronoun"):
            continue
        if key == "email_file_attached":
            text = text.replace("%s", "IMG-20240223-WA0001.jpg")
        if key == "email_location_message":
            text = text.replace("%s", "https://maps.google.com/?q=43.85,18.41")
        for place, name in (("%1$s", "Marko"), ("%2$s", "Pera"), ("%3$s", "Novi"), ("%s", "Marko")):
            text = text.replace(place, name)
        out.append(form % len(out) + (f"Marko: {text}\n" if key in spoken else text + "\n"))
    return title, "".join(out)


for language, form in (("en", "23/02/2024, 14:%02d - "), ("sq", "23.2.24, 2:%02d m.d. - "), ("sr", "23.2.24. 14:%02d - "),
                       ("hr", "23. 02. 2024. 14:%02d - "), ("mk", "23.2.24, во 14:%02d - "), ("sl", "23. 02. 24, 14:%02d - ")):
    name, text = marker_chat(language, form)
    put(W, name + ".txt", text, """conversation 1
    title Ana
    message 41
    type.attachment 2
    type.location 2
    type.pending 1
    type.deleted 2
    type.call 4
    type.system 30
    event.group-created 2
    event.joined-by-link 2
    event.left 2
    event.admin 1
    event.removed 5
    event.added 3
    event.title-changed 4
    event.description-changed 3
    event.picture-changed 4
    event.number-changed 1
    event.security-code 1
    event.encryption-notice 2
    participant 1
    sender.Marko 7
    dateOrder day-month""")

# ---- WhatsApp: the forms of date and clock, each with two lines: noon and a half, and past midnight
def form(name, first, second, order="day-month", precision="", seconds=("", ""), who=("Ana", "Marko")):
    put(W, "form-" + name + ".txt", f"{first}{who[0]}: Zdravo\n{second}{who[1]}: Ćao\n", f"""conversation 1
    message 2
    type.text 2
    participant 2
    unread 0
    sender.{who[0]} 1
    sender.{who[1]} 1
    dateOrder {order}
    first 2024-02-23T14:05{seconds[0]}
    last 2024-02-24T00:06{seconds[1]}""")


S2 = (":09", ":10")
form("sq-long", "23.2.24, 2:05 e pasdites - ", "24.2.24, 12:06 e paradites - ")
form("sq-ios", "[23.2.24, 2:05:09 m.d.] ", f"[24.2.24, 12:06:10{NN}p.d.] ".replace(NN, " "), seconds=S2)
form("sq-xk", "23.2.24, 14:05 - ", "24.2.24, 00:06 - ")
form("sr-cyrl-12h", "23.2.24. 2:05 по подне - ", "24.2.24. 12:06 пре подне - ", who=("Ана", "Марко"))
form("sr-latn-12h", "23. 2. 2024. 2:05 po podne - ", "24. 2. 2024. 12:06 pre podne - ")
form("sr-ios", "[23.2.24. 14:05:09] ", "[24.2.24. 00:06:10] ", seconds=S2, who=("Ана", "Марко"))
form("sr-latn-ios", "[23. 2. 2024. 14:05:09] ", "[24. 2. 2024. 00:06:10] ", seconds=S2)
form("hr-android", "23. 02. 2024. 14:05 - ", "24. 02. 2024. 00:06 - ")
form("hr-ba", "23. 2. 24. 14:05 - ", "24. 2. 24. 00:06 - ")
form("bs-android", "23. 2. 2024. 14:05 - ", "24. 2. 2024. 00:06 - ", who=("Amra", "Emir"))
form("bs-short-12h", "23. 2. 2024. 2:05 p. m. - ", "24. 2. 2024. 12:06 a. m. - ", who=("Amra", "Emir"))
form("bs-cyrl", "23.2.24. 2:05 послије подне - ", "24.2.24. 12:06 прије подне - ", who=("Амра", "Емир"))
form("cnr-new", "23. 2. 2024. 14:05 - ", "24. 2. 2024. 00:06 - ", who=("Vuk", "Sanja"))
form("cnr-12h", "23.2.24. 2:05 po podne - ", "24.2.24. 12:06 prije podne - ", who=("Vuk", "Sanja"))
form("cnr-ios", "[23.2.24. 14:05:09] ", "[24.2.24. 00:06:10] ", seconds=S2, who=("Vuk", "Sanja"))
form("mk-old", "23.2.24, во 14:05 - ", "24.2.24, во 00:06 - ", who=("Елена", "Горан"))
form("mk-12h", "23.2.24, 2:05 попл. - ", "24.2.24, 12:06 претпл. - ", who=("Елена", "Горан"))
form("mk-ios", "[23.2.2024 г., 14:05:09] ", "[24.2.2024 г., 00:06:10] ", seconds=S2, who=("Елена", "Горан"))
form("de-android", "23.02.24, 14:05 - ", "24.02.24, 00:06 - ", who=("Jana", "Tom"))
form("en-gb-12h", "23/02/2024, 2:05 pm - ", "24/02/2024, 12:06 am - ")
form("en-us-ios", f"[2/23/24, 2:05:09{NN}PM] ", f"[2/24/24, 12:06:10{NN}AM] ", order="month-day", seconds=S2)
form("en-ca", "2024-02-23, 2:05 p.m. - ", "2024-02-24, 12:06 a.m. - ", order="year-first")
form("en-za", "2024/02/23, 2:05 pm - ", "2024/02/24, 12:06 am - ", order="year-first")
form("year-first-24h", "2024/02/23, 14:05 - ", "2024/02/24, 00:06 - ", order="year-first")
form("ios-no-comma", "[02/23/24 14:05] ", "[02/24/24 00:06] ", order="month-day")
form("dashes", "23-02-2024 14:05 - ", "24-02-2024 00:06 - ")
put(W, "form-dots-am-ios.txt", "[23/02/24 2:05:09 p.m.] Ana: Zdravo\n[24/02/24 12:06:10 a.m.] Marko: Ćao\n",
    # not yy/mm/dd, 24 February 2023: with slashes none of WhatsApp's languages writes it
    """conversation 1
    message 2
    type.text 2
    dateOrder day-month
    dateOrderBy fields
    ambiguous 0
    first 2024-02-23T14:05:09
    last 2024-02-24T00:06:10""")
form("es-nbsp", "23/2/2024 2:05\u00a0p.\u00a0m. - ", "24/2/2024 12:06\u00a0a.\u00a0m. - ")
form("push-name", "[2024/2/23, 14:05:09] ", "[2024/2/24, 00:06:10] ", order="year-first", seconds=S2, who=("~ Carolina", "Marko"))
form("fi-ios", "[23.2.2024 klo 14.05.09] ", "[24.2.2024 klo 00.06.10] ", seconds=S2)
put(W, "notice-with-sender.txt",
    f"[19/10/2024, 01:02:19] Lappers: {LRM}Rudi Anderson added you\n"
    f"[19/10/2024, 01:02:20] Rudi: Hi\n"
    f"[19/10/2024, 01:02:21] Rudi: Ana left\n", """conversation 1
    message 3
    type.system 1
    type.text 2
    event.added 1
    sender.Rudi 2
    participant 1""")
for limit in (10000, 40000):
    zipped(W, f"limit-{limit}.zip", [("WhatsApp Chat with Ana.txt", "23/02/2024, 14:05 - Ana: a\n" * limit)],
           f"""conversation 1
    message {limit}
    observation.export-limit 1""")

# ---- Telegram -----------------------------------------------------------------------------------
T = "chat-telegram"
NOT = "(File not included. Change data exporting settings to download.)"
put(T, "one-chat.json", json.dumps({
    "name": "Милица", "type": "personal_chat", "id": 777, "messages": [
        {"id": 1, "type": "message", "date": "2024-07-03T14:05:09", "date_unixtime": "1720008309", "from": "Милица", "from_id": "user42", "text": "Здраво", "text_entities": [{"type": "plain", "text": "Здраво"}]},
        {"id": 2, "type": "message", "date": "2024-07-03T14:05:10", "date_unixtime": "1720008310", "edited": "2024-07-03T15:05:10", "edited_unixtime": "1720011910", "from": "Марко", "from_id": "user43", "reply_to_message_id": 1, "text": ["гледај ", {"type": "link", "text": "https://example.org"}, " овде"], "text_entities": []},
        {"id": 2, "type": "message", "date": "2024-07-03T14:05:11", "date_unixtime": "1720008311", "from": None, "from_id": "user44", "text": "двојник", "text_entities": []},
        {"id": 5, "type": "message", "date": "2024-07-03T14:05:12", "date_unixtime": "1720008312", "from": "Марко", "from_id": "user43", "photo": "photos/photo_1.jpg", "width": 1, "height": 1, "text": "", "text_entities": []},
        {"id": 6, "type": "message", "date": "2024-07-03T14:05:13", "date_unixtime": "1720008313", "from": "Марко", "from_id": "user43", "file": NOT, "file_name": "a.pdf", "mime_type": "application/pdf", "text": "", "text_entities": []},
        {"id": 7, "type": "service", "date": "2024-07-03T14:05:14", "date_unixtime": "1720008314", "actor": "Марко", "actor_id": "user43", "action": "phone_call", "duration_seconds": 61, "discard_reason": "hangup", "text": "", "text_entities": []},
        {"id": 8, "type": "service", "date": "2024-07-03T14:05:15", "date_unixtime": "1720008315", "actor": "Марко", "actor_id": "user43", "action": "pin_message", "message_id": 1, "text": "", "text_entities": []},
        {"id": 9, "type": "unsupported"},
        {"id": 10, "type": "message", "date": "2024-07-03T13:05:16", "date_unixtime": "1720008016", "from": "Марко", "from_id": "user43", "text": "назад", "text_entities": [], "reactions": [{"type": "emoji", "count": 1, "emoji": "❤", "recent": [{"from": "Милица", "from_id": "user42", "date": "2024-07-03T16:00:00"}]}], "novo_polje": 1},
        {"id": 11, "type": "message", "date": "2024-07-03T14:06:00", "date_unixtime": "1720008400", "from": "Марко", "from_id": "user43", "forwarded_from": "Pera", "location_information": {"latitude": 44.8, "longitude": 20.4}, "text": "", "text_entities": []},
    ]}, ensure_ascii=False, indent=1), """conversation 1
    title Милица
    message 10
    type.text 4
    type.attachment 2
    type.call 1
    type.system 1
    type.unsupported 1
    type.location 1
    flag.duplicate-id 1
    flag.time-goes-back 1
    flag.no-time 1
    flag.times-disagree 2
    edited 1
    reply 1
    reactions 1
    state.absent 1
    state.not-exported 1
    observation.unknown-field 1
    firstUtc 2024-07-03T12:00:16Z
    lastUtc 2024-07-03T12:06:40Z""")
put(T, "account.json", json.dumps({
    "about": "x", "personal_information": {"user_id": 1}, "frequent_contacts": {"list": [{"id": 5}]},
    "chats": {"about": "y", "list": [
        {"name": "A", "type": "personal_chat", "id": 1, "messages": [{"id": 1, "type": "message", "date": "2020-01-01T00:00:00", "from": "A", "from_id": 42, "text": "bez unixtime"}]},
        {"type": "saved_messages", "id": 2, "messages": []},
    ]},
    "left_chats": {"list": [{"name": "C", "type": "private_group", "id": 3, "messages": [{"id": -5, "type": "message", "date": "2020-01-01T00:00:00", "date_unixtime": "1577833200", "from": "C", "from_id": "user9", "text": "x"}]}]}},
    indent=1), """conversation 3
    message 2
    type.text 2
    first 2020-01-01T00:00:00""")
put(T, "cut.json", '{"name":"A","type":"personal_chat","id":1,"messages":[{"id":1,"type":"message","date":"2020-01-01T00:00:00","from":"A","from_id":"user1","text":"cela"},{"id":2,"type":"mess',
    """conversation 1
    message 1
    unread 1""")
put(T, "name-last.json", '{"messages":[{"id":1,"type":"message","date":"2020-01-01T00:00:00","from":"A","from_id":"user1","text":"a\\ud83d b \\ud83d\\ude00","text":"drugi"}],"name":"A","id":1}',
    """conversation 2
    message 1
    flag.duplicate-key 1
    bodyBytes 1""")
H = """<!DOCTYPE html>
<html><head><meta charset="utf-8"/><title>Exported Data</title></head>
<body onload="CheckLocation();">
<div class="page_wrap">
 <div class="page_header"><div class="content"><div class="text bold">
Милица
 </div></div></div>
 <div class="page_body chat_page"><div class="history">
  <div class="message service" id="message-1"><div class="body details">
3 July 2024
  </div></div>
  <div class="message default clearfix" id="message1">
   <div class="body"><div class="pull_right date details" title="03.07.2024 14:05:09 UTC+01:00">14:05</div>
   <div class="from_name">
Милица
   </div><div class="text">
Здраво<br>ред два
   </div></div></div>
  <div class="message default clearfix joined" id="message2">
   <div class="body"><div class="pull_right date details" title="03.07.2024 14:05:40 UTC+01:00">14:05</div>
   <div class="text">
још нешто
   </div></div></div>
  <div class="message default clearfix" id="message3">
   <div class="body"><div class="pull_right date details" title="03.07.2024 14:06:00 UTC+01:00">14:06</div>
   <div class="from_name">
Марко
   </div><div class="reply_to details">
In reply to <a href="#go_to_message1" onclick="return GoToMessage(1)">this message</a>
   </div><div class="media_wrap clearfix"><a class="photo_wrap clearfix pull_left" href="photos/photo_1.jpg"><img class="photo" src="photos/photo_1_thumb.jpg"/></a></div></div></div>
  <div class="message default clearfix" id="message6">
   <div class="body"><div class="pull_right date details" title="32.07.2024 14:06:00">14:06</div>
   <div class="from_name">
Марко
   </div><div class="forwarded body"><div class="from_name">
Пера<span class="date details" title="01.07.2024 10:00:00"> 01.07.2024 10:00:00</span>
   </div><div class="text">
туђе
   </div></div></div></div>
 </div></div></div></body></html>
"""
put("chat-telegram-html", "messages.html", H, """conversation 1
    title Милица
    message 5
    type.text 3
    type.attachment 1
    type.system 1
    flag.inherited-sender 1
    flag.impossible-time 1
    sender.Милица 2
    sender.Марко 2
    reply 1
    state.absent 1""")

# ---- Facebook, Instagram ------------------------------------------------------------------------
def moji(s):
    return s.encode("utf-8").decode("latin-1")


M = "chat-meta"
classic = {"participants": [{"name": moji("Jelena Ćuk")}, {"name": "Marko"}],
           "messages": [
               {"sender_name": "Marko", "timestamp_ms": 1706710000003, "content": moji("Šta ćeš 😀"), "reactions": [{"reaction": moji("❤"), "actor": moji("Jelena Ćuk")}]},
               {"sender_name": moji("Jelena Ćuk"), "timestamp_ms": 1706710000002, "content": "“već ispravno” ć"},
               {"sender_name": moji("Jelena Ćuk"), "timestamp_ms": 1706710000002, "photos": [{"uri": "messages/inbox/x/photos/1.jpg", "creation_timestamp": 1706710000}]},
               {"sender_name": "Marko", "timestamp_ms": 1706710000001, "call_duration": 62, "content": "Marko called you."},
               {"sender_name": "Marko", "timestamp_ms": 1706710000000, "is_unsent": True},
           ],
           "title": moji("Jelena Ćuk"), "is_still_participant": True, "thread_path": "inbox/jelenacuk_1", "magic_words": []}
put(M, "message_1.json", json.dumps(classic, indent=2), """conversation 1
    title Jelena Ćuk
    message 5
    type.text 2
    type.attachment 1
    type.call 1
    type.deleted 1
    flag.mended 3
    flag.time-goes-back 0
    sender.Marko 3
    sender.Jelena Ćuk 2
    participant 2
    reactions 1
    state.absent 1
    firstUtc 2024-01-31T14:06:40.000Z
    lastUtc 2024-01-31T14:06:40.003Z""")
put(M, "e2ee_1.json", json.dumps({"participants": ["Jelena Ćuk", "Marko"], "threadName": "Jelena Ćuk_1",
    "messages": [
        {"senderName": "Marko", "text": "Šta ćeš Ã", "timestamp": 1706710000003, "type": "text", "isUnsent": False, "media": [], "reactions": []},
        {"senderName": "Jelena Ćuk", "text": "", "timestamp": 1706710000001, "type": "media", "isUnsent": False, "media": [{"uri": "Failed to download media"}], "reactions": [{"actor": "Marko", "reaction": "👍"}]},
    ]}, ensure_ascii=False), """conversation 1
    message 2
    type.text 1
    type.attachment 1
    flag.mended 0
    state.unavailable 1
    reactions 1
    participant 2""")
zipped(M, "instagram.zip",
       [("your_instagram_activity/messages/inbox/ana_1/message_1.json", json.dumps({"participants": [{"name": "Ana"}], "messages": [{"sender_name": "Ana", "timestamp_ms": 1706710000002, "content": "drugi"}], "title": "Ana", "thread_path": "inbox/ana_1"})),
        ("your_instagram_activity/messages/inbox/ana_1/message_2.json", json.dumps({"participants": [{"name": "Ana"}], "messages": [{"sender_name": "Ana", "timestamp_ms": 1706710000001, "photos": [{"uri": "your_instagram_activity/messages/inbox/ana_1/photos/1.jpg"}]}], "title": "Ana", "thread_path": "inbox/ana_1"})),
        ("your_instagram_activity/messages/inbox/ana_1/photos/1.jpg", JPEG)],
       """conversation 1
       message 2
       type.text 1
       type.attachment 1
       state.present 1
       flag.time-goes-back 0""")
put("chat-meta-html", "message_1.html", """<html><head><title>Jelena</title></head><body><div class="_a706"><div class="_3a_u">
<div class="pam _3-95 _2ph- _a6-g uiBoxWhite noborder"><div class="_3-95 _2pim _a6-h _a6-i">Marko</div><div class="_3-95 _a6-p"><div><div></div><div>Gde si<br>ti</div></div></div><div class="_3-94 _a6-o"><div class="_a72d">Jan 31, 2024 2:05:10 pm</div></div></div>
<div class="pam _3-95 _2ph- _a6-g uiBoxWhite noborder"><div class="_3-95 _2pim _a6-h _a6-i">Jelena</div><div class="_3-95 _a6-p"><div><a href="photos/1.jpg"><img src="photos/1.jpg"/></a></div></div><div class="_3-94 _a6-o"><div class="_a72d">31. sij 2024. 14:05</div></div></div>
</div></div></body></html>
""", """conversation 1
    message 2
    type.text 1
    type.attachment 1
    sender.Marko 1
    sender.Jelena 1
    state.absent 1
    flag.no-time 1
    first 2024-01-31T14:05:10""")
put("chat-meta-html", "messages.htm", """<html><head><title>Ana - Messages</title></head><body><div class="contents"><div><div class="thread">Ana, Pera
<div class="message"><div class="message_header"><span class="user">Ana</span><span class="meta">Friday, October 4, 2013 at 10:05pm PDT</span></div></div><p>Prva</p>
<div class="message"><div class="message_header"><span class="user">Pera</span><span class="meta">Friday, October 4, 2013 at 9:05am PDT</span></div></div><p>Druga</p>
</div></div></div></body></html>
""", """conversation 1
    message 2
    type.text 2
    sender.Ana 1
    sender.Pera 1
    first 2013-10-04T09:05
    last 2013-10-04T22:05""")

# ---- SMS ----------------------------------------------------------------------------------------
put("chat-sms", "sms-20240203140509.xml", """<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>
<!-- File Created By SMS Backup <sms > -->
<smses count="9" backup_set="x" backup_date="1706965509000" type="full">
  <sms protocol="0" address="+38761123456" date="1706965509123" type="1" subject="null" body="Zdravo &#55357;&#56832; &lt;b&gt;" toa="null" sc_toa="null" service_center="null" read="1" status="-1" locked="0" date_sent="1706965508000" readable_date="Feb 3, 2024 2:05:09 PM" contact_name="Emir" />
  <sms protocol="0" address="+38761123456" date="1706965510000" type="2" subject="null" body="Ne pi&#353;i mi > vi&#353;e" toa="null" sc_toa="null" service_center="null" read="1" status="-1" locked="0" date_sent="0" readable_date="Feb 3, 2024 2:05:10 PM" contact_name="Emir" />
  <sms protocol="0" address="VIBER" date="0" type="1" body="null" contact_name="(Unknown)" />
  <mms date="1706965511" msg_box="1" address="+38761123456~+38762222222" m_type="132" readable_date="x" contact_name="Emir, Ana"><parts><part seq="-1" ct="application/smil" text="&lt;smil&gt;" /><part seq="0" ct="image/jpeg" name="a.jpg" cl="a.jpg" text="null" data="/9j/4AAQ" /><part seq="0" ct="text/plain" name="null" text="slika" /></parts><addrs><addr address="+38762222222" type="137" charset="106" /><addr address="+38761123456" type="151" charset="106" /></addrs></mms>
</smses>
""", """conversation 3
    message 4
    type.text 4
    flag.surrogate-references 1
    flag.impossible-time 1
    flag.no-time 1
    observation.wrong-count 1
    observation.surrogate-references 1
    state.present 1
    number.+38761123456 1
    number.+38762222222 1
    placed 4""")
put("chat-sms", "calls.xml", """<?xml version='1.0' encoding='UTF-8'?>
<calls count="2"><call number="+38761123456" duration="0" date="1706965509000" type="3" presentation="1" readable_date="x" contact_name="Emir" /><call number="+38761123456" duration="61" date="1706965609000" type="2" presentation="1" contact_name="Emir" /></calls>
""", """conversation 1
    message 2
    type.call 2
    observation.wrong-count 0
    placed 2""")
put("chat-sms", "mms-within-mms.xml", """<?xml version='1.0'?>
<smses count="2"><mms date="1706965511000" msg_box="1" address="+38761123456"><parts><part ct="image/png" cl="a.png" data="iVBO" /></parts>
<mms date="1706965512000" msg_box="2" address="+38761123456"><parts><part ct="text/plain" text="b" /></parts></mms></mms></smses>
""", """conversation 1
    message 2
    type.attachment 1
    type.text 1
    state.present 1
    observation.wrong-count 0""")
put("chat-sms", "sms-within-mms.xml", """<?xml version='1.0'?>
<smses count="2"><mms date="1706965511000" msg_box="1" m_type="132" readable_date="x" address="+38761123456">
<sms address="VIBER" date="1706965512000" type="1" body="b" readable_date="yy" /></mms></smses>
""", """conversation 2
    message 2
    type.text 2
    observation.wrong-count 0""")
put("chat-sms", "entities.xml", """<?xml version="1.0"?><!DOCTYPE smses [<!ENTITY a "aaaaaaaaaa"><!ENTITY x SYSTEM "file:///etc/passwd">]>
<smses count="2"><sms address="1234567" date="1706965509123" type="1" body="pre"/><sms address="1234567" date="1706965509124" type="1" body="&x;"/></smses>
""", """message 1
    unread 1""")

# ---- Viber --------------------------------------------------------------------------------------
put("chat-viber", "Messages - Emir.csv", "\ufeff03/02/2024,14:05:09,Emir,+38761123456,Zdravo\n13/02/2024,14:05:10,Me,,\"Dva, tri\"\"\nred\"\n13/02/2024,14:05:11,Emir,+38761123456,a, b\nnema datuma\n",
    """conversation 1
    message 3
    sender.Emir 2
    sender.Me 1
    number.+38761123456 2
    dateOrder day-month
    unread 1
    first 2024-02-03T14:05:09""")
put("chat-viber", "tabs.txt", "3.2.2024.\t14:05\tЕмир\tЗдраво\n3.2.2024.\t14:06\tЈа\tЗдраво и теби\n",
    """conversation 1
    message 2
    dateOrder day-month
    first 2024-02-03T14:05""")
zipped("chat-viber", "Viber messages.zip", [("Viber/Messages - Ana.csv", "03/02/2024,14:05:09,Ana,+38161123456,a\n"), ("Viber/Messages - Eva.csv", "03/02/2024,14:05:09,Eva,+38161123457,b\n")],
       """conversation 2
       message 2
       ambiguous 2""")

# ---- Signal -------------------------------------------------------------------------------------
S = [
    {"version": "1", "backupTimeMs": "1715636551000", "mediaRootBackupKey": "AAAA"},
    {"account": {"profileKey": "AAAA"}},
    {"recipient": {"id": "1", "self": {}}},
    {"recipient": {"id": "2", "contact": {"aci": "AAAAAAAAAAAAAAAAAAAAAA==", "e164": "38761123456", "profileGivenName": "Emir", "profileFamilyName": "H"}}},
    {"chat": {"id": "7", "recipientId": "2"}},
    {"chatItem": {"chatId": "7", "authorId": "2", "dateSent": "1715636551000", "incoming": {"dateReceived": "1715636551500", "read": True}, "standardMessage": {"text": {"body": "Zdravo"}, "reactions": [{"emoji": "👍", "authorId": "1", "sentTimestamp": "1715636552000"}]}}},
    {"chatItem": {"chatId": "7", "authorId": "1", "dateSent": "1715636561000", "outgoing": {"sendStatus": []}, "standardMessage": {"quote": {"targetSentTimestamp": "1715636551000", "authorId": "2", "text": {"body": "Zdravo"}}, "text": {"body": "ispravljeno"}}, "revisions": [{"chatId": "7", "authorId": "1", "dateSent": "1715636560000", "standardMessage": {"text": {"body": "prvo"}}}]}},
    {"chatItem": {"chatId": "7", "authorId": "2", "dateSent": "1715636571000", "incoming": {}, "remoteDeletedMessage": {}}},
    {"chatItem": {"chatId": "7", "authorId": "2", "dateSent": "1715636581000", "incoming": {}, "standardMessage": {"attachments": [{"pointer": {"contentType": "image/jpeg", "locatorInfo": {"key": base64.b64encode(bytes(64)).decode(), "size": 11, "plaintextHash": base64.b64encode(bytes(range(32))).decode(), "localKey": base64.b64encode(bytes(range(64))).decode()}}}]}}},
    {"chatItem": {"chatId": "7", "authorId": "2", "dateSent": "1715636591000", "directionless": {}, "updateMessage": {"individualCall": {"type": "AUDIO_CALL", "state": "MISSED", "direction": "INCOMING"}}}},
    {"chatItem": {"chatId": "7", "authorId": "2", "dateSent": "1715636592000", "directionless": {}, "updateMessage": {"simpleUpdate": {"type": "IDENTITY_UPDATE"}}}},
    {"chatItem": {"chatId": "7", "authorId": "2", "dateSent": "1715636593000", "incoming": {}, "buduca": {}}},
    {"novo": {}},
]
put("chat-signal", "main.jsonl", "".join(json.dumps(x, ensure_ascii=False) + "\n" for x in S), """conversation 1
    title Emir H
    message 7
    type.text 2
    type.deleted 1
    type.attachment 1
    type.call 1
    type.system 1
    type.unsupported 1
    revisions 1
    reactions 1
    reply 1
    edited 1
    state.absent 1
    number.+38761123456 6
    observation.unknown-field 1
    observation.left-out-by-design 1""")

# ---- Discord, Slack -----------------------------------------------------------------------------
def snow(ms):
    return str((ms - 1420070400000) << 22)


A = {"id": "111", "name": "ana", "discriminator": "0000", "nickname": "Ana", "isBot": False}
D = {"guild": {"id": "1", "name": "G"}, "channel": {"id": "2", "type": "GuildTextChat", "name": "opšte", "topic": None}, "dateRange": {"after": None, "before": None}, "exportedAt": "2024-01-31T00:00:00+01:00",
     "messages": [
         {"id": snow(1706710000000), "type": "Default", "timestamp": "2024-01-31T15:06:40+01:00", "timestampEdited": None, "callEndedTimestamp": None, "isPinned": False, "content": "Zdravo", "author": A, "attachments": [], "embeds": [], "stickers": [], "reactions": [{"emoji": {"id": "", "name": "👍"}, "count": 2}], "mentions": []},
         {"id": snow(1706710000000), "type": "Reply", "timestamp": "2024-01-31T15:06:40+01:00", "timestampEdited": "2024-01-31T15:07:40+01:00", "callEndedTimestamp": None, "isPinned": False, "content": "isti id", "author": A, "attachments": [{"id": "9", "url": "https://cdn.discordapp.com/x.png", "fileName": "x.png", "fileSizeBytes": 12}], "embeds": [], "stickers": [], "reactions": [], "mentions": [], "reference": {"messageId": "5", "channelId": "2", "guildId": "1"}},
         {"id": snow(1706710060000), "type": "Default", "timestamp": "2024-01-31T15:06:41+01:00", "timestampEdited": None, "callEndedTimestamp": None, "isPinned": False, "content": "vreme ne odgovara", "author": A, "attachments": [], "embeds": [], "stickers": [], "reactions": [], "mentions": []},
         {"id": snow(1706710100000), "type": "ChannelPinnedMessage", "timestamp": "2024-01-31T15:08:20", "timestampEdited": None, "callEndedTimestamp": None, "isPinned": False, "content": "", "author": A, "attachments": [], "embeds": [], "stickers": [], "reactions": [], "mentions": []},
     ], "messageCount": 5}
put("chat-discord", "export.json", json.dumps(D, ensure_ascii=False, indent=1), """conversation 1
    title opšte
    message 4
    type.text 3
    type.system 1
    flag.duplicate-id 1
    flag.times-disagree 1
    edited 1
    reply 1
    reactions 1
    state.remote 1
    observation.wrong-count 1
    firstUtc 2024-01-31T14:06:40Z""")
put("chat-discord", "package.json", json.dumps([{"ID": int(snow(1706710000000)), "Timestamp": "2024-01-31 14:06:40.000000+00:00", "Contents": "moje", "Attachments": ""}, {"ID": int(snow(1706710060000)), "Timestamp": "2024-01-31 14:07:40", "Contents": "bez zone", "Attachments": ""}]),
    """conversation 1
    message 2
    type.text 2
    observation.own-messages-only 1""")
zipped("chat-slack", "slack.zip", [
    ("channels.json", "[]"),
    ("general/2016-01-14.json", json.dumps([
        {"type": "message", "user": "U1", "text": "prva", "ts": "1452837318.000002"},
        {"type": "message", "user": "U9", "text": "nepoznat", "ts": "1452837319.000003", "thread_ts": "1452837318.000002", "edited": {"user": "U9", "ts": "1452837400.000000"}},
        {"type": "message", "subtype": "channel_join", "user": "U1", "text": "<@U1> has joined", "ts": "1452837320.000004"},
        {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "text": "This message was deleted.", "ts": "1452837321.000004"},
        {"type": "message", "user": "U1", "text": "", "ts": "1452837322.000004", "files": [{"id": "F1", "name": "a.png", "mimetype": "image/png", "size": 5, "url_private": "https://files.slack.com/x"}]}])),
    ("general/2016-02-20.json", json.dumps([{"type": "message", "user": "U1", "text": "dan ne odgovara", "ts": "1452837318.000009"}])),
    ("users.json", json.dumps([{"id": "U1", "name": "ana", "real_name": "Ana A"}]))],
    """conversation 1
    title general
    message 6
    type.text 3
    type.system 1
    type.deleted 1
    type.attachment 1
    flag.times-disagree 1
    edited 1
    reply 1
    state.remote 1
    sender.Ana A 4""")
put("chat-slack", "2016-01-14.json", json.dumps([{"type": "message", "user": "U1", "text": "a", "ts": "1452837318.000002", "user_profile": {"real_name": "Ana A"}}, {"type": "message", "user": "U1", "text": "isti ts", "ts": "1452837318.000002"}]),
    """conversation 1
    message 2
    sender.Ana A 1
    flag.duplicate-id 1""")


# ---- databases ----------------------------------------------------------------------------------
db("chat-wa-android", "msgstore.db", [
    "CREATE TABLE jid(_id INTEGER PRIMARY KEY, raw_string TEXT)",
    "CREATE TABLE chat(_id INTEGER PRIMARY KEY, jid_row_id INTEGER, subject TEXT)",
    "CREATE TABLE message(_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, key_id TEXT, sender_jid_row_id INTEGER, timestamp INTEGER, message_type INTEGER, text_data TEXT)",
    "CREATE TABLE message_media(message_row_id INTEGER PRIMARY KEY, file_path TEXT, mime_type TEXT, file_size INTEGER)",
    "CREATE TABLE message_quoted(message_row_id INTEGER PRIMARY KEY, key_id TEXT)",
    "CREATE TABLE message_add_on(_id INTEGER PRIMARY KEY, parent_message_row_id INTEGER, sender_jid_row_id INTEGER)",
    "CREATE TABLE message_add_on_reaction(message_add_on_row_id INTEGER PRIMARY KEY, reaction TEXT, sender_timestamp INTEGER)",
    "CREATE TABLE call_log(_id INTEGER PRIMARY KEY, jid_row_id INTEGER, from_me INTEGER, call_id TEXT, timestamp INTEGER, video_call INTEGER, duration INTEGER, call_result INTEGER)",
    "INSERT INTO jid VALUES(1,'38761123456@s.whatsapp.net'),(2,'120363@g.us'),(3,'38762222222@s.whatsapp.net')",
    "INSERT INTO chat VALUES(1,1,NULL),(2,2,'Grupa')",
    "INSERT INTO message VALUES(1,1,0,'A1',0,1706710000000,0,'Zdravo')",
    "INSERT INTO message VALUES(2,1,1,'A2',NULL,1706710001000,0,'odgovor')",
    "INSERT INTO message VALUES(4,2,0,'A4',3,1706710002000,1,NULL)",
    "INSERT INTO message VALUES(5,2,0,'A5',3,1706710003000,15,NULL)",
    "INSERT INTO message VALUES(6,2,0,'A6',3,1706710004000,7,NULL)",
    "INSERT INTO message VALUES(7,2,0,'A7',3,1706710005000,99,NULL)",
    ("INSERT INTO message VALUES(8,2,0,'A8',3,1706710006000,0,CAST(? AS TEXT))", (b"los \xff tekst",)),
    "INSERT INTO message_media VALUES(4,'Media/IMG-20240131-WA0001.jpg','image/jpeg',1000)",
    "INSERT INTO message_quoted VALUES(2,'A1')",
    "INSERT INTO message_add_on VALUES(1,2,1)",
    "INSERT INTO message_add_on_reaction VALUES(1,'❤',1706710009000)",
    "INSERT INTO call_log VALUES(1,1,0,'C1',1706710010000,1,61,5)",
], """conversation 2
    message 8
    type.text 3
    type.attachment 1
    type.deleted 1
    type.system 1
    type.unsupported 1
    type.call 1
    reactions 1
    reply 1
    bodyBytes 1
    state.absent 1
    observation.rows-missing 1
    number.+38761123456 2
    number.+38762222222 5""")
db("chat-wa-android", "old-msgstore.db", [
    "CREATE TABLE messages(_id INTEGER PRIMARY KEY, key_remote_jid TEXT, key_from_me INTEGER, key_id TEXT, status INTEGER, data TEXT, timestamp INTEGER, media_wa_type TEXT, remote_resource TEXT, edit_version INTEGER, media_name TEXT, media_mime_type TEXT, media_size INTEGER)",
    "INSERT INTO messages VALUES(1,'38761123456@s.whatsapp.net',0,'B1',0,'Zdravo',1500000000000,'0','',0,NULL,NULL,0)",
    "INSERT INTO messages VALUES(2,'38761123456@s.whatsapp.net',0,'B2',5,NULL,1500000001000,'0','',7,NULL,NULL,0)",
    "INSERT INTO messages VALUES(3,'38761123456@s.whatsapp.net',1,'B3',13,NULL,1500000002000,'1',NULL,0,'a.jpg','image/jpeg',10)",
], """conversation 1
    message 3
    type.text 1
    type.deleted 1
    type.attachment 1
    number.+38761123456 2""")
db("chat-wa-ios", "ChatStorage.sqlite", [
    "CREATE TABLE ZWACHATSESSION(Z_PK INTEGER PRIMARY KEY, ZCONTACTJID VARCHAR, ZPARTNERNAME VARCHAR)",
    "CREATE TABLE ZWAGROUPMEMBER(Z_PK INTEGER PRIMARY KEY, ZMEMBERJID VARCHAR, ZCONTACTNAME VARCHAR)",
    "CREATE TABLE ZWAMEDIAITEM(Z_PK INTEGER PRIMARY KEY, ZMEDIALOCALPATH VARCHAR, ZFILESIZE INTEGER)",
    "CREATE TABLE ZWAMESSAGE(Z_PK INTEGER PRIMARY KEY, ZCHATSESSION INTEGER, ZGROUPMEMBER INTEGER, ZMEDIAITEM INTEGER, ZISFROMME INTEGER, ZMESSAGETYPE INTEGER, ZMESSAGEDATE TIMESTAMP, ZFROMJID VARCHAR, ZSTANZAID VARCHAR, ZTEXT VARCHAR)",
    "INSERT INTO ZWACHATSESSION VALUES(1,'38761123456@s.whatsapp.net','Emir'),(2,'1@g.us','Grupa')",
    "INSERT INTO ZWAGROUPMEMBER VALUES(1,'38762222222@s.whatsapp.net','Ana')",
    "INSERT INTO ZWAMEDIAITEM VALUES(1,'Media/x/1.jpg',5)",
    "INSERT INTO ZWAMESSAGE VALUES(1,1,NULL,NULL,0,0,728402800.5,'38761123456@s.whatsapp.net','S1','Zdravo')",
    "INSERT INTO ZWAMESSAGE VALUES(2,2,1,1,0,1,728402801,'1@g.us','S2',NULL)",
    "INSERT INTO ZWAMESSAGE VALUES(5,2,1,NULL,0,14,728402802,'1@g.us','S3',NULL)",
    "INSERT INTO ZWAMESSAGE VALUES(6,1,NULL,NULL,1,0,728402803,NULL,'S4','moje')",
], """conversation 2
    message 4
    type.text 2
    type.attachment 1
    type.deleted 1
    sender.Ana 2
    observation.rows-missing 1
    state.absent 1""")
def typed(text):
    t = text.encode()
    n = bytes([len(t)]) if len(t) < 128 else b"\x81" + struct.pack("<H", len(t))
    return b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x08NSString\x01\x94\x84\x01+" + n + t + b"\x86\x84"


LONG = "Dugačka poruka " * 20
db("chat-imessage", "sms.db", [
    "CREATE TABLE handle(ROWID INTEGER PRIMARY KEY, id TEXT)",
    "CREATE TABLE chat(ROWID INTEGER PRIMARY KEY, chat_identifier TEXT, display_name TEXT)",
    "CREATE TABLE chat_message_join(chat_id INTEGER, message_id INTEGER)",
    "CREATE TABLE attachment(ROWID INTEGER PRIMARY KEY, filename TEXT, mime_type TEXT, total_bytes INTEGER)",
    "CREATE TABLE message_attachment_join(message_id INTEGER, attachment_id INTEGER)",
    "CREATE TABLE message(ROWID INTEGER PRIMARY KEY, guid TEXT, text TEXT, attributedBody BLOB, handle_id INTEGER, is_from_me INTEGER, date INTEGER, date_edited INTEGER, associated_message_type INTEGER, associated_message_guid TEXT, thread_originator_guid TEXT)",
    "INSERT INTO handle VALUES(1,'+38761123456')",
    "INSERT INTO chat VALUES(1,'+38761123456',NULL)",
    ("INSERT INTO message VALUES(1,'G1','Open Office',?,1,0,728402800000000000,0,0,NULL,NULL)", (typed("Microsoft Office"),)),
    ("INSERT INTO message VALUES(2,'G2',NULL,?,1,0,728402801,0,0,NULL,NULL)", (typed(LONG),)),
    "INSERT INTO message VALUES(3,'G3','odgovor',NULL,0,1,728402802000000000,728402803000000000,0,NULL,'G1')",
    "INSERT INTO message VALUES(4,'G4','Loved','',1,0,728402804000000000,0,2000,'p:0/G3',NULL)",
    "INSERT INTO message VALUES(7,'G7',NULL,NULL,1,0,728402805000000000,0,0,NULL,NULL)",
    "INSERT INTO chat_message_join VALUES(1,1),(1,2),(1,3),(1,4),(1,7)",
    "INSERT INTO attachment VALUES(1,'~/Library/SMS/a.heic','image/heic',9)",
    "INSERT INTO message_attachment_join VALUES(7,1)",
], """conversation 1
    message 5
    type.text 3
    type.system 1
    type.attachment 1
    flag.two-bodies 1
    edited 1
    reply 2
    number.+38761123456 4
    firstUtc 2024-01-31T14:06:40.000Z
    lastUtc 2024-01-31T14:06:45.000Z
    observation.rows-missing 1""")
db("chat-viber-db", "viber.db", [
    "CREATE TABLE Contact(ContactID INTEGER PRIMARY KEY, Name TEXT, Number TEXT)",
    "CREATE TABLE ChatInfo(ChatID INTEGER PRIMARY KEY, Name TEXT)",
    "CREATE TABLE Events(EventID INTEGER PRIMARY KEY, TimeStamp INTEGER, Direction INTEGER, ContactID INTEGER, ChatID INTEGER)",
    "CREATE TABLE Messages(EventID INTEGER PRIMARY KEY, Type INTEGER, Body TEXT, PayloadPath TEXT)",
    "INSERT INTO Contact VALUES(1,'Emir','+38761123456'),(2,'','+38761000000')",
    "INSERT INTO ChatInfo VALUES(1,'Emir')",
    "INSERT INTO Events VALUES(1,1706710000000,0,1,1),(2,1706710001000,1,2,1),(3,1706710002000,0,1,1)",
    "INSERT INTO Messages VALUES(1,1,'Zdravo',NULL),(2,1,'odgovor',NULL),(3,2,NULL,'C:\\a.jpg')",
], """conversation 1
    message 3
    type.text 2
    type.attachment 1
    state.absent 1
    sender.Emir 2""")
