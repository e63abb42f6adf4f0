#!/usr/bin/env python3
"""search.py PROGRAMS: `evidence search` over chats, a mail and notes whose words are known. Which record answers
which query was written down by hand; how letters decompose comes from Python's unicodedata."""
import json
import os
import sqlite3
import sys
import unicodedata

from cli import Cli, check

CHAT = '''12/07/2024, 10:00 - Ana: Zašto me zoveš?
13/07/2024, 10:01 - Marko: Жена ми каже да си код куће
13/07/2024, 10:02 - Ana: Đorđe je u Ćićevcu
14/07/2024, 10:03 - Marko: ђубре
14/07/2024, 10:04 - +381 64 123 4567: Tirana është e bukur, zemër
15/07/2024, 10:05 - Marko: Ќе дојдам вечер
15/07/2024, 10:06 - Ana: nije moj broj
15/07/2024, 10:07 - Ana: moj novi broj
'''
# query: numbers of the messages that answer
WORDS = {
	('zasto',): [1], ('ZAŠTO',): [1], ('зашто',): [1], ('zena',): [2], ('žena',): [2], ('жена',): [2],
	('kuce',): [2], ('djordje',): [3], ('Ђорђе',): [3], ('đorđe',): [3], ('cicevcu',): [3], ('Ћићевцу',): [3],
	('djubre',): [4], ('đubre',): [4], ('eshte',): [5], ('ËSHTË',): [5], ('zemer',): [5], ('kje',): [6],
	('ќе',): [6], ('broj',): [7, 8], ('moj', 'broj'): [7, 8], ('"moj broj"',): [7], ('bro*',): [7, 8],
	('"moj nov"*',): [8], ('"moj novi"',): [8], ('nov',): [], ('nema', 'broj'): [], ('z*', 'me'): [1],
	('--person', 'marko'): [2, 4, 6], ('--person', 'Марко', 'зена'): [2], ('--person', '+381641234567'): [5],
	('--person', 'zvezda'): [], ('--from', '2024-07-13', '--to', '2024-07-13'): [2, 3],
	('--from', '2024-07-14T10:04', '--to', '2024-07-15T10:06'): [5, 6], ('--from', '2024-07-15', 'broj'): [7, 8],
	('broj', '--limit', '1'): [7], ('AND',): [], ('moj', 'OR', 'zasto'): [], ('text:moj',): [], ('moj^2',): [],
	('NEAR(moj', 'broj)'): [], ("mo'j",): [7, 8], ('mo*j',): [],
}


def hits(cli, *words):
	return [json.loads(x) for x in cli.evidence('search', '--json', *words).splitlines()]


def letters(cli):
	"""Every letter with a decomposition into a letter of ASCII and marks is found under that letter."""
	pairs = []
	for cp in list(range(0xc0, 0x250)) + list(range(0x1e00, 0x1f00)):
		plain = unicodedata.normalize('NFD', chr(cp))
		if len(plain) > 1 and plain[0].isascii() and plain[0].isalpha():
			pairs.append(('q%04xq%sz' % (cp, chr(cp)), 'q%04xq%sz' % (cp, plain[0]), 'q%04xq%sz' % (cp, plain)))
	check(len(pairs) > 400, '%d letters' % len(pairs))
	cli.evidence('note', 'All: ' + ' '.join(p[0] for p in pairs))
	for i in range(0, len(pairs), 40):
		for form in (0, 1, 2):
			found = hits(cli, *(p[form] for p in pairs[i:i + 40]))
			check([h['kind'] for h in found] == ['note'], 'letters %r: %r' % (pairs[i:i + 40], found))
	# Greek and Cyrillic letters: the composed and the decomposed form find each other, and й is not и
	marked = [chr(cp) for cp in (0x386, *range(0x388, 0x3cf), *range(0x400, 0x460)) if unicodedata.normalize('NFD', chr(cp)) != chr(cp)]
	check(len(marked) == 36 and 'й' in marked, 'letters: %r' % marked)
	forms = [['r%04xr%sz' % (ord(c), unicodedata.normalize(form, c)) for c in marked] for form in ('NFC', 'NFD')]
	for words in forms:
		cli.evidence('note', 'Marked: ' + ' '.join(words))
	for words in forms:
		found = hits(cli, *words)
		check([h['kind'] for h in found] == ['note', 'note'], 'letters %r: %r' % (words, found))
	check(hits(cli, 'r0439rиz') == [] and len(hits(cli, 'r0439rjz')) == 2, 'й')


# the subject before who wrote it and when; a mail within a mail, and an attachment behind it; a third with two dates
MAILS = """From a@example.org Sun Mar  1 10:00:00 2026
From: Pera <pera@example.org>
To: sud@example.org
Date: Sun, 01 Mar 2026 10:00:00 +0100
Subject: posta prva

posta rec prva

From a@example.org Sun Mar  1 11:00:00 2026
Subject: =?UTF-8?Q?po=C5=A1ta_druga?=
X-Note: posta bez osobe
From: =?UTF-8?Q?Mira_Peri=C4=87?= <mira@example.org>
To: =?UTF-8?B?0JDQvdC40YbQsA==?= <anica@example.org>
Cc: third@example.org
To: fourth@example.org
Date: Mon, 02 Mar 2026 00:30:00 +0100
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=B

--B
Content-Type: text/plain

posta rec druga
--B
Content-Type: message/rfc822

From: inner@example.org
Subject: posta unutra
Date: Tue, 03 Mar 2026 10:00:00 +0000

posta rec unutra
--B
Content-Type: image/png; name="posta-slika.png"
Content-Disposition: attachment; filename="posta-slika.png"

x
--B--

From a@example.org Sun Mar  1 12:00:00 2026
Subject: posta treca
Date: Wed, 04 Mar 2026 10:00:00 +0100
Date: Thu, 05 Mar 2026 10:00:00 +0100
From: jedan@example.org
From: dva@example.org
To: %s

posta rec treca
""" % ', '.join('mnogo%d@example.org' % i for i in range(300))


def mails(cli, exhibit):
	"""What the headers of a mail say of who wrote it, to whom and when is said of its words and attachments."""
	cli.evidence('add', '--quiet', cli.write('m/posta.mbox', MAILS.encode()))
	cli.evidence('read', str(exhibit))

	def found(*words):
		return [(h['group'], h.get('label', h['name'] if h['kind'] == 'field' else h['kind'])) for h in hits(cli, *words, '--limit', '0')]
	first, second, inner, third = ('mail.member.%d' % n for n in (1, 3, 5, 8)) # parts count too
	want = {
		('posta', '--person', 'pera'): [(first, 'Subject'), (first, 'text')],
		('posta', '--person', 'perić'): [(second, 'Subject'), (second, 'text'), (second, 'member')],
		('posta', '--person', 'аница'): [(second, 'Subject'), (second, 'text'), (second, 'member')],
		('posta', '--person', 'fourth'): [(second, 'Subject'), (second, 'text'), (second, 'member')],
		('posta', '--person', 'third'): [(second, 'Subject'), (second, 'text'), (second, 'member')],
		('posta', '--person', 'inner'): [(inner, 'Subject'), (inner, 'text')],
		('posta', '--person', 'sud'): [(first, 'Subject'), (first, 'text')],
		('posta', '--person', 'dva'): [(third, 'Subject'), (third, 'text')],
		('--person', 'mnogo7'): [(third, 'To')], # a list too long to stand in every row
		('posta', '--from', '2026-03-01', '--to', '2026-03-01T22:00'): [(first, 'Subject'), (first, 'text')],
		('posta', '--from', '2026-03-01T23:30Z', '--to', '2026-03-01T23:31Z'): [(second, 'Subject'), (second, 'text'), (second, 'member')],
		('posta', '--from', '2026-03-03', '--to', '2026-03-03'): [(inner, 'Subject'), (inner, 'text')],
		('posta', '--from', '2026-03-04', '--to', '2026-03-04'): [(third, 'Subject'), (third, 'text')],
		('posta', '--from', '2026-03-05', '--to', '2026-03-05'): [(third, 'Subject'), (third, 'text')],
		('posta', '--from', '2026-03-04', '--to', '2026-03-05'): [(third, 'Subject'), (third, 'text')],
		('posta', '--from', '2026-03-06', '--to', '2026-03-30'): [],
		('rec', 'posta'): [(first, 'text'), (second, 'text'), (inner, 'text'), (third, 'text')],
		('osobe',): [(second, 'X-Note')],
	}
	for words, numbers in want.items():
		check(found(*words) == numbers, '%r: %r, by hand %r' % (words, found(*words), numbers))
	one = hits(cli, 'rec', 'druga')[0]
	check(one == dict(one, exhibit=exhibit, sender='Mira Perić <mira@example.org>', timeUtc='2026-03-01T23:30:00.000Z', timeLocal='2026-03-02T00:30:00+01:00',
		timeSource='claimed', persons={'Cc': 'third@example.org', 'To': 'Аница <anica@example.org>; fourth@example.org'}), 'of its mail: %r' % one)
	one = hits(cli, 'rec', 'treca')[0]
	check(one['sender'] == 'jedan@example.org; dva@example.org' and one['timeAmbiguity'] == 'several-dates' and 'timeUtc' not in one and
		[x['local'] for x in one['timeReadings']] == ['2026-03-04T10:00:00+01:00', '2026-03-05T10:00:00+01:00'], 'both: %r' % one)
	check('sender' not in hits(cli, 'osobe')[0] and 'timeUtc' not in hits(cli, 'osobe')[0], 'no other header is put in a mouth')
	text = cli.evidence('search', 'posta', '--person', 'anica')
	check('exhibit %d, mail.member.3, field' % exhibit in text and 'Mira Perić <mira@example.org>: header Subject: pošta druga' in text and
		'\n    To: Аница <anica@example.org>; fourth@example.org' in text, text)
	text = cli.evidence('search', 'rec', 'treca')
	check('2026-03-04T10:00:00+01:00 or 2026-03-05T10:00:00+01:00 claimed, several-dates' in text and 'zone' not in text, text)
	check('equals' in cli.evidence('index'), 'with mails')
	shown = cli.evidence('timeline', '--item', str(exhibit))
	check('mail.member.3 header Date' in shown, shown)
	# bytes of no UTF-8: 'Subject: é…' in ISO 8859-1; base64url of E9 72 is 6XI
	cli.evidence('add', '--quiet', cli.write('m/bajtovi.eml', b'From: bajt@example.org\nSubject: \xe9r\n\nx\n'))
	cli.evidence('read', str(exhibit + 1))
	shown = cli.evidence('show', str(exhibit + 1))
	check('Subject (bytes that are not UTF-8, in base64url) 6XI' in shown, shown)
	cli.evidence('index', '--rebuild')
	check(all(found(*words) == numbers for words, numbers in want.items()), 'made anew')


def main():
	cli = Cli(sys.argv[1])
	cli.identity()
	cli.run('evidence', 'open', cli.case, '--number', '1', '--title', 'T', '--passphrase-file', cli.pass_file)
	cli.evidence('add', '--quiet', cli.write('a/WhatsApp Chat with Ana.txt', CHAT.encode()))
	cli.evidence('add', '--quiet', cli.write('b/žalba.eml',
		'From: Iva <iva@example.org>\nTo: x@example.org\nSubject: =?UTF-8?B?0KLRg9C20LHQsA==?=\nDate: Mon, 15 Jul 2024 '
		'12:00:00 +0200\n\nprilog sudu\n'.encode()))
	cli.evidence('read')

	for words, numbers in WORDS.items():
		found = hits(cli, '--kind', 'message', *words)
		check([h['n'] for h in found] == numbers, '%r: messages %r, by hand %r' % (words, [h['n'] for h in found], numbers))
		check(all(h['exhibit'] == 1 and h['chat'] == 1 and h['item'] == '2/2' for h in found), 'cited: %r' % found)
	one = hits(cli, 'zasto')[0]
	check(one == dict(one, text='Zašto me zoveš?', sender='Ana', timeLocal='2024-07-12T10:00',
		timeSource='device-local-unknown', kind='message', type='text') and 'timeUtc' not in one, 'as the evidence has it: %r' % one)

	check({h['exhibit'] for h in hits(cli, 'tuzba')} == {2}, 'the subject of the mail, in Cyrillic')
	check([h['kind'] for h in hits(cli, 'zalba')] == ['origin'], 'the name of the file')
	check({h['exhibit'] for h in hits(cli, 'sudu', '--item', '2')} == {2} and not hits(cli, 'sudu', '--item', '1'), 'within an item')
	sent = [h for h in hits(cli, '--item', '2', '--from', '2024-07-15T10:00Z', '--to', '2024-07-15T10:01Z')]
	check(sent and all(h['timeUtc'] == '2024-07-15T10:00:00.000Z' for h in sent), 'a time with a zone: %r' % sent)
	order = [h.get('timeUtc') or h.get('timeLocal') for h in hits(cli, '--from', '2024-07-01', '--to', '2024-07-31', '--limit', '0')]
	check(len(order) > 8 and [x[:16] for x in order] == sorted(x[:16] for x in order), 'in the order of time: %r' % order)

	cli.evidence('note', 'Razgovor sa strankom: donosi još jedan telefon u petak')
	noted = hits(cli, 'telefon petak')
	check([(h['kind'], h['sender'], h['timeSource']) for h in noted] == [('note', 'Ana', 'recorded')], 'a note: %r' % noted)
	before = [hits(cli, *words) for words in WORDS]
	cli.evidence('read', '1')
	check([h['n'] for h in hits(cli, 'broj', '--kind', 'message')] == [7, 8], 'read twice, found once')
	check('equals' in cli.evidence('index'), 'the followed index is that of the log')
	letters(cli)
	check('equals' in cli.evidence('index'), 'and again')

	def plain(found):
		return [[{k: v for k, v in h.items() if k != 'record'} for h in one] for one in found]
	check(plain(hits(cli, *words) for words in WORDS) == plain(before), 'the same after a second reading')
	index = cli.path('case', '.case', 'index.sqlite')
	os.rename(index, index + '.away')
	check(plain(hits(cli, *words) for words in WORDS) == plain(before) and not os.path.exists(index), 'without an index')
	os.rename(index + '.away', index)
	with sqlite3.connect(index) as db:
		db.execute("UPDATE rec SET text='sve je u redu' WHERE text='ђубре'")
	db.close()
	check('differs' in cli.evidence('index', expect=1), 'an altered index is seen')
	cli.evidence('index', '--rebuild')
	check('equals' in cli.evidence('index'), 'and made anew')
	with open(index, 'r+b') as f:
		f.seek(0)
		f.write(b'\0' * 4096)
	check([h['n'] for h in hits(cli, 'djubre')] == [4], 'a damaged index is passed over')

	text = cli.evidence('search', 'zoves')
	check('exhibit 1, chat 1, message 1' in text and 'zone not in the source' in text and 'Ana: Zašto me zoveš?' in text, text)
	cli.evidence('search', 'broj', '--limit', '1', lines=1)
	cli.evidence('search', 'nemanjega', lines=1)
	cli.evidence('add', '--quiet', cli.write('c/new.txt', b'unread\n'))
	cli.evidence('search', 'nemanjega', lines=2)
	many = ''.join('16/07/2024, 09:00 - Iva: gomila %d\n' % i for i in range(9000))
	cli.evidence('add', '--quiet', cli.write('d/WhatsApp Chat with Iva.txt', many.encode()))
	cli.evidence('read', '4')
	check([h['n'] for h in hits(cli, 'gomila', '--limit', '8192')] == list(range(1, 8193)), 'one minute, in the order of the chat')
	check(len(hits(cli, 'gomila', '--limit', '0')) == 9000 and 'equals' in cli.evidence('index'), 'more than a moment holds')
	# newest first, and several a minute: ids fall all the time
	fallen = [{'sender_name': 'Eva', 'timestamp_ms': 1721500000000 + 60000 * (i // 3), 'content': 'opadanje%d niz' % i} for i in range(90)]
	cli.evidence('add', '--quiet', cli.write('e/message_1.json', json.dumps({'participants': [{'name': 'Eva'}, {'name': 'Ja'}],
		'messages': fallen[::-1], 'title': 'Eva'}).encode()))
	cli.evidence('read', '5')
	check([h['text'] for h in hits(cli, 'niz', '--limit', '0')] == ['opadanje%d niz' % (3 * (i // 3) + 2 - i % 3) for i in range(90)],
		'in the order of time, within a moment in that of the file: %r' % hits(cli, 'niz'))
	check(all(len(hits(cli, 'opadanje%d' % i)) == 1 for i in range(0, 90, 7)) and 'equals' in cli.evidence('index'), 'each word')
	# messages of one's own that bear no name; a failed one is outgoing, and nobody says that it was sent
	sms = '<sms address="+38761123456" date="%d" type="%d" body="%s" contact_name="Emir"/>'
	cli.evidence('add', '--quiet', cli.write('f/sms-1.xml', ("<?xml version='1.0'?><smses count=\"3\">" + sms % (
		1706965509000, 2, 'smer moja') + sms % (1706965510000, 5, 'smer propala') + sms % (1706965511000, 1, 'smer tudja') + '</smses>').encode()))
	cli.evidence('read', '6')
	check([(h.get('direction'), h.get('sender')) for h in hits(cli, 'smer')] == [('out', None), ('out', None), ('in', 'Emir')], 'which way')
	check('direction' not in hits(cli, 'zasto')[0], 'no direction where the record has none')
	text = cli.evidence('search', 'smer')
	check(text.count(', outgoing') == 2 and text.count(', incoming') == 1 and 'sent' not in text, text)
	check('equals' in cli.evidence('index'), 'with directions')
	# day and month that cannot be told apart: found by either reading, each message once, with what the source has
	cli.evidence('add', '--quiet', cli.write('g/WhatsApp Chat with Una.txt', b'3/2/24, 14:05 - Una: dvoznacno jedan\n4/2/24, 15:05 - Una: dvoznacno dva\n'
		b'40/40/24, 15:06 - Una: dvoznacno nikad\n'))
	cli.evidence('read', '7')

	def una(*words):
		return [h['text'][10:] for h in hits(cli, 'dvoznacno', *words)]
	check(una() == ['jedan', 'dva', 'nikad'], 'each once: %r' % hits(cli, 'dvoznacno'))
	for span, want in ((('2024-02-01', '2024-02-28'), ['jedan', 'dva']), (('2024-03-01', '2024-03-31'), ['jedan']), (('2024-04-02', '2024-04-02'), ['dva']),
			(('2024-03-01', '2024-04-30'), ['jedan', 'dva']), (('2024-02-03', '2024-04-30'), ['jedan', 'dva']), (('2024-05-01', '2024-05-31'), [])):
		check(una('--from', span[0], '--to', span[1]) == want, '%r: %r' % (span, una('--from', span[0], '--to', span[1])))
		check(una('--from', span[0], '--to', span[1], '--limit', '1') == want[:1], 'the first of %r' % (span,))
	one = hits(cli, 'dvoznacno', '--from', '2024-03-01', '--to', '2024-03-31')[0]
	check(one['timeRaw'] == '3/2/24, 14:05' and [x['local'] for x in one['timeReadings']] == ['2024-02-03T14:05', '2024-03-02T14:05'] and
		'timeLocal' not in one and one['timeAmbiguity'] == 'day-month', 'all that is known: %r' % one)
	text = cli.evidence('search', 'dvoznacno')
	check('2024-02-03T14:05 or 2024-03-02T14:05 ("3/2/24, 14:05")' in text and '"40/40/24, 15:06" claimed, no time that can be read' in text, text)
	check('equals' in cli.evidence('index'), 'with two readings')
	mails(cli, 8)
	check('message attachment' in cli.evidence('search', '--kind', 'messages', 'x', expect=64), 'a kind that there is not')
	for wrong in ([], ['!!!'], ['"'], ['--from', 'yesterday', 'x'], ['--limit', '-1', 'x'], ['--limit', 'x', 'x']):
		cli.evidence('search', *wrong, expect=64)
	cli.evidence('search', '--item', '99', 'x', expect=66)
	print('search: ok')


main()
