#!/usr/bin/env python3
"""Writes samples of rows with quotation marks, times with day periods, zips whose names tell nothing and backups that are no
XML. Counts and places by hand from the texts below; all people, numbers and words are invented. Run from tests/formats."""
from samples import put, zipped

V = "chat-viber"
ANA, MARKO = "Ana,+38761111222,", "Marko,+38761333444,"

# ---- Viber: quotation marks of a program that does not quote; five messages, none within another --------------------
put(V, "inch.txt",
    f'13/02/2024,14:05:09,{ANA}ekran 5" slomljen\n13/02/2024,14:06:09,{MARKO}druga poruka\n'
    f'13/02/2024,14:07:09,{ANA}"treca" je, rekla je\n13/02/2024,14:08:09,{ANA}cetvrta "poruka\n14/02/2024,14:09:09,{MARKO}peta\n',
    """conversation 1
    message 5
    sender.Ana 3
    sender.Marko 2
    observation.quotes-are-text 1
    dateOrder day-month
    unread 0
    first 2024-02-13T14:05:09
    last 2024-02-14T14:09:09""")
# a mark that opens and is never closed, one that another message's word closes, and a second line of a message
put(V, "open-quote.csv",
    f'13/02/2024,14:05:09,{ANA}"prva\n13/02/2024,14:06:09,{MARKO}rekao je "da"\n13/02/2024,14:07:09,{ANA}treca\njos jedan red\n\n'
    f'13/02/2024,14:08:09,{MARKO}"kraj\n',
    """conversation 1
    message 4
    sender.Ana 2
    sender.Marko 2
    flag.lines-joined 1
    observation.quotes-are-text 1
    unread 0
    last 2024-02-13T14:08:09""")
# quoted as it must be: a line in the form of a row within a message stays there; a line outside of quotes is of nobody; a
# name that is quoted too
put(V, "quoted.csv",
    '"13/02/2024","14:05:09","Ana","+38761111222","prva\n13/02/2024,14:06:09,Marko,+38761333444,nisam ja"\n'
    '"13/02/2024","14:07:09","Marko","+38761333444","druga ""poruka"""\nred ni od koga\n',
    """conversation 1
    message 2
    sender.Ana 1
    sender.Marko 1
    flag.header-imitation 1
    flag.lines-joined 0
    detail.headersInBody 1
    observation.quotes-are-text 0
    unread 1
    unreadBytes 15""")
# lines of a message of more than one; behind what may be a row of a form that is not known, a line is of nobody
put(V, "more-lines.txt",
    f"Datum,Vreme,Ime,Broj,Poruka\n13/02/2024,14:05:09,{ANA}prvi red\ndrugi red\n13. veljace,14:06,{MARKO}treci\ncetvrti\n"
    f"14/02/2024,14:07:09,{MARKO}\"dobro\"\n",
    """conversation 1
    message 2
    flag.lines-joined 0
    unread 4
    last 2024-02-14T14:07:09""")
put(V, "joined.txt",
    f"13/02/2024,14:05:09,{ANA}prvi red\r\ndrugi red, nastavak\r\n13. veljace,14:06,{MARKO}treci\r\ncetvrti\r\n"
    f"14/02/2024,14:07:09,{MARKO}dobro\r\n",
    """conversation 1
    message 2
    flag.lines-joined 1
    unread 2
    last 2024-02-14T14:07:09""")
# names that tell nothing
zipped(V, "messages.zip", [("Messages with Ana.csv", f"13/02/2024,14:05:09,{ANA}zdravo\n13/02/2024,14:06:09,{MARKO}ok\n"),
                           ("Messages with Eva.csv", "13/02/2024,14:07:09,Eva,+38761555666,zdravo\n")],
       """conversation 2
       message 3
       sender.Eva 1""")

# ---- Discord: a closing mark that is missing; the row behind it is read -----------------------------------------------
put("chat-discord", "open-quote.csv",
    "AuthorID,Author,Date,Content,Attachments,Reactions\r\n"
    '"111","ana","2024-01-31T15:05:40+01:00","prva","",""\r\n"111","ana","2024-01-31T15:06:40+01:00","druga,"",""\r\n'
    '"112","emir","2024-01-31T15:07:40+01:00","treca","",""\r\n',
    """conversation 1
    message 2
    sender.ana 1
    sender.emir 1
    unread 1
    unreadBytes 54
    observation.no-message-ids 1""")
