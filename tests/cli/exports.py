#!/usr/bin/env python3
"""exports.py PROGRAMS SAMPLES: `evidence export --as`: views for other programs, read back with Python's csv and
json, counted against the hand counts of the samples and the log's own records; no cell is a formula; nothing is
replaced; a failed export leaves no file."""
import collections
import csv
import datetime
import json
import os
import re
import struct
import sys

from cli import Cli, check, sha256, zipped

CHAT = '''13/02/2024, 09:05 - =1+1: +381 64 123
13/02/2024, 09:06 - @ana: =cmd|' /C calc'!A0
13/02/2024, 09:07 - Ana: -5 "quoted", and
second line
13/02/2024, 09:08 - Ana: 'already
13/02/2024, 09:09 - Ana: a;=1+1;b
13/02/2024, 09:10 - Ana: tab\t@x;"=2,""+3,'x, -4
- five
'''
SMS = '''<?xml version="1.0" encoding="UTF-8"?>
<smses count="2">
<sms protocol="0" address="+38761123456" date="1706965509000" type="1" body="Zdravo" contact_name="Emir" />
<sms protocol="0" address="+38761123456" date="1706965510000" type="2" body="Ne" contact_name="Emir" />
</smses>
'''
MAIL = '''From: a@x.rs
To: b@x.rs
Date: Mon, 01 Apr 2024 10:00:00 +0200
Subject: S

x
'''
RUN = ('=', '+', '-', '@', '\t', '\r', '\n', '\uff1d', '\uff0b', '\uff0d', '\uff20')


def photo():
	"""A JPEG with EXIF of a picture (IFD0) and of its thumbnail (IFD1): orientation 6 and 1, two programs (TIFF 6.0 §2)."""
	def ifd(orientation, at, following):
		return struct.pack('<HHHIHHHHIII', 2, 0x112, 3, 1, orientation, 0, 0x131, 2, 4, at, following)
	ifds = ifd(6, int.from_bytes(b'New\0', 'little'), 8 + 30) + ifd(1, int.from_bytes(b'Old\0', 'little'), 0)
	tiff = b'Exif\0\0II*\0' + struct.pack('<I', 8) + ifds
	return b'\xff\xd8\xff\xe1' + struct.pack('>H', len(tiff) + 2) + tiff + b'\xff\xd9'


def log(cli):
	"""Every record of the log, by id."""
	out = {}
	for seq in sorted(os.listdir(cli.path('case', 'custody'))):
		with open(cli.path('case', 'custody', seq, 'records.jsonl'), 'rb') as f:
			for line in f:
				r = json.loads(line)
				out[r['id']] = r
	return out


def head(cli):
	"""As docs/exchange.md: the digest of the last entry, and how many there are."""
	names = sorted(os.listdir(cli.path('case', 'custody')))
	return sha256(cli.path('case', 'custody', names[-1], 'entry.json')), len(names)


def hand_counts(samples):
	with open(os.path.join(samples, 'make', 'hand-counts.tsv'), encoding='utf-8') as f:
		rows = list(csv.reader((x for x in f if not x.startswith('#')), delimiter='\t'))
	return {os.path.basename(r[0]): int(r[3]) for r in rows if len(r) == 4 and r[2] == 'chat:entries'}


def says(cli, text):
	digest, n = head(cli)
	check('Derived view, not the evidence' in text and 'Case number =7,' in text and digest in text and
		'(entry %d)' % n in text, 'what the view says of itself: ' + text)


def harmless(rows):
	for row in rows:
		for cell in row:
			check(not cell.startswith(RUN), 'a cell that a spreadsheet runs: %r' % cell)


def harmless_elsewhere(data):
	"""A spreadsheet set to ";" or TAB that takes no quote for one but at the beginning of a cell."""
	for cell in re.split(r'[,;\t\r\n]"*', data.decode('utf-8')):
		check(not cell.startswith(RUN[:4] + RUN[7:]), 'a cell that a spreadsheet runs: %r' % cell)


def undone(cell):
	"""As docs/exchange.md: an apostrophe less at the beginning, and behind each separator."""
	return re.sub(r"(^|[,;\t\r\n])'", r'\1', cell)


def instant(text):
	return datetime.datetime.fromisoformat(text)


def table(cli, samples, records):
	cli.evidence('export', '--as', 'csv', cli.path('view.csv'))
	with open(cli.path('view.csv'), 'rb') as f:
		data = f.read()
	check(data.count(b'\r\n') >= 100 and data.endswith(b'\r\n'), 'line ends of RFC 4180')
	lines = list(csv.reader(data.decode('utf-8').splitlines(keepends=True), strict=True))
	check({len(r) for r in lines} == {28} and lines[0][22:] == ['earlier', 'direction', 'label', 'message', 'state', 'forwarded_from'], 'columns')
	harmless(lines)
	harmless_elsewhere(data)
	rows = [dict(zip(lines[0], r)) for r in lines[1:]]
	says(cli, rows[0]['text'])
	names = {r['item']: r['name'] for r in rows if r['kind'] == 'item'}
	counted = collections.Counter(undone(names[r['item']]) for r in rows if r['kind'] == 'message')
	wanted = {n: k for n, k in hand_counts(samples).items() if n in counted}
	check(len(wanted) == 5 and all(counted[n] == k for n, k in wanted.items()), 'messages %r, by hand %r' % (counted, wanted))
	for r in rows[1:]:
		x = records[r['record']]
		if r['kind'] in ('message', 'field'):
			check(undone(r['text']) == x.get('body', x.get('value', x.get('caption', ''))), 'text of %s' % r['record'])
			check(r['time_utc'] == x.get('timeUtc', '') or x['kind'] == 'field', 'a zone that the source has not')
			check(r['time_kind'] in ('', 'claimed'), 'a reader knows claimed times alone')
			check(not r['time_utc'] or instant(r['time_utc']) == instant(x.get('timeUtc', x.get('value'))) and
				r['time_utc'].endswith('Z'), 'the instant of %s: %r' % (r['record'], r['time_utc']))
			check(undone(r['direction']) == x.get('direction', '') and undone(r['label']) == x.get('label', ''), 'which way, and the name of a field')
			check(undone(r['sender']) == x.get('sender', ''), 'who wrote it: %r' % r['sender'])
		elif r['kind'] == 'note':
			check(r['time_kind'] == 'recorded' and undone(r['text']) == '@SUM(A1)' and r['text'][0] == "'", 'the note')
		check(r['sha256'] == x.get('sha256', ''), 'digest of %s' % r['record'])
	mine = [r for r in rows if r['kind'] == 'message' and undone(names[r['item']]).endswith('Formulas.txt')]
	check([undone(r['sender']) for r in mine] == ['=1+1', '@ana'] + ['Ana'] * 4, 'senders: %r' % [r['sender'] for r in mine])
	check([undone(r['text']) for r in mine] == ['+381 64 123', "=cmd|' /C calc'!A0", '-5 "quoted", and\nsecond line', "'already", 'a;=1+1;b',
		'tab\t@x;"=2,""+3,\'x, -4\n- five'],
		'texts: %r' % [r['text'] for r in mine])
	check([r['text'] for r in mine][4:] == ["a;'=1+1;b", 'tab\t\'@x;\'"=2,\'""+3,\'\'x, -4\n\'- five'], 'guarded: %r' % [r['text'] for r in mine])
	check(b',"a;\'=1+1;b",' in data, 'a cell with ; is quoted')
	sms = [(undone(r['sender']), undone(r['number']), r['direction'], r['text']) for r in rows if r['kind'] == 'message' and r['reader'] == 'chat-sms' and r['text'] in ('Zdravo', 'Ne')]
	check(sms == [('Emir', '+38761123456', 'in', 'Zdravo'), ('', '', 'out', 'Ne')], 'which way: %r' % sms)
	mail = [(r['sender'], r['label'], r['time_utc'], r['text']) for r in rows if r['group'] == 'mail' and r['label'] in ('From', 'Date') and names[r['item']] == 's.eml']
	check(mail == [('', 'From', '', 'a@x.rs'), ('', 'Date', '2024-04-01T08:00:00Z', '2024-04-01T10:00:00+02:00')], 'a mail: %r' % mail)


def lines_of(path):
	with open(path, 'rb') as f:
		return [json.loads(line) for line in f.read().decode('utf-8').split('\n')[:-1]]


def nodes(value):
	"""Every object of a JSON-LD graph."""
	if isinstance(value, dict):
		yield value
	for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
		yield from nodes(inner)


def graph(cli):
	"""The graph of CASE, as plain JSON (tests/conformance/case.py has it judged by CASE's own validator): the digest of each
	exhibit, and as many texts as messages of the latest readings bear one."""
	cli.evidence('export', '--as', 'case', cli.path('view.jsonld'))
	check('exists already' in cli.evidence('export', '--as', 'case', cli.path('view.jsonld'), expect=73), 'replaced')
	with open(cli.path('view.jsonld'), encoding='utf-8') as f:
		text = f.read()
	found = list(nodes(json.loads(text)))
	check('Derived view, not the evidence' in text, 'the graph does not say what it is')
	digests = {n['types:hashValue']['@value'] if isinstance(n['types:hashValue'], dict) else n['types:hashValue']
		for n in found if n.get('types:hashMethod') == 'SHA256' or 'SHA256' in str(n.get('types:hashMethod'))}
	exhibits = {r['sha256'] for r in log(cli).values() if 'exhibit' in r}
	check(exhibits and exhibits <= digests, 'digests: %d of %d' % (len(digests & exhibits), len(exhibits)))
	texts = [n['observable:messageText'] for n in found if 'observable:messageText' in n]
	check('+381 64 123' in texts and "=cmd|' /C calc'!A0" in texts, 'texts of the chat: %r' % texts[:20])
	said = {n['@id']: n['core:description'] for n in found if n.get('@type') == 'observable:Message' and
		n['core:hasFacet']['observable:messageText'] in ('Zdravo', 'Ne')}
	check(sorted(said.values()) == [['1706965509000', 'incoming'], ['1706965510000', 'outgoing']], 'which way: %r' % said)
	jpeg, = {n['@id'] for n in found if any(f.get('observable:fileName') == 'p.jpg' for f in n.get('core:hasFacet', ()) if isinstance(f, dict))}
	exif = sorted((e['types:key'], e['types:value']) for n in found if n.get('@id') == jpeg and isinstance(n.get('core:hasFacet'), dict) and
		'observable:exifData' in n['core:hasFacet'] for e in [n['core:hasFacet']['observable:exifData']['types:entry']])
	check(exif == [('Orientation', '6'), ('Software', 'New'), ('exif.thumbnail:Orientation', '1'), ('exif.thumbnail:Software', 'Old')],
		'the picture and its thumbnail: %r' % exif)
	path = {n['@id']: n['core:hasFacet'][0].get('observable:filePath') for n in found if isinstance(n.get('core:hasFacet'), list) and
		n['core:hasFacet'][0].get('@type') == 'observable:FileFacet'}
	within = sorted((path[n['core:source']['@id']], path.get(n['core:target']['@id'], 'item')) for n in found
		if n.get('core:kindOfRelationship') == 'Contained_Within' and path.get(n['core:source']['@id'], '').startswith('nest-'))
	check(within == [('nest-a', 'item'), ('nest-b', 'item'), ('nest-c', 'nest-a'), ('nest-c', 'nest-b')], 'what holds what: %r' % within)
	os.remove(cli.path('view.jsonld'))


def jsonl(cli, records):
	cli.evidence('export', '--as', 'jsonl', cli.path('view.jsonl'))
	rows = lines_of(cli.path('view.jsonl'))
	digest, n = head(cli)
	check(rows[0]['kind'] == 'about' and (rows[0]['head'], rows[0]['entries'], rows[0]['number']) == (digest, n, '=7'), 'about')
	says(cli, rows[0]['text'])
	exhibits = {r['id']: r['exhibit'] for r in records.values() if 'exhibit' in r}
	latest = {}
	for r in records.values():
		if 'reader' in r or r['kind'] == 'read-item':
			latest[r['item']] = max(latest.get(r['item'], 0), int(r['id'].split('/')[0]))
	whole = {r['id']: r for r in records.values() if ('reader' in r or r['kind'] == 'read-item') and int(r['id'].split('/')[0]) == latest[r['item']]}
	got = {r['id']: r for r in rows[1:] if r['id'] in whole}
	check(got.keys() == whole.keys() and len(whole) > 500, 'records: %d, in the log %d' % (len(got), len(whole)))
	for i, r in got.items():
		x = {k: v for k, v in whole[i].items() if k not in ('case', 'salt')}
		check(r == dict(x, exhibit=exhibits[x['item']]), 'record %s differs: %r' % (i, r))
	check(not any('salt' in r or 'salt' in r.get('origin', {}) for r in rows), 'a salt')
	items = [r for r in rows if r['kind'] == 'item']
	check({r['id'] for r in items} == set(exhibits), 'items')
	for r in items:
		check(sha256(cli.path('case', r['stored'])) == r['sha256'], 'digest of %s' % r['id'])


def sketch(cli):
	for end in ('csv', 'jsonl'):
		cli.evidence('export', '--as', 'timesketch', cli.path('time.' + end))
	with open(cli.path('time.csv'), newline='', encoding='utf-8') as f:
		first = list(csv.reader(f, strict=True))
	harmless(first)
	check(first[0][:3] == ['message', 'datetime', 'timestamp_desc'], 'the columns Timesketch requires')
	rows = lines_of(cli.path('time.jsonl'))
	check(len(rows) == len(first), 'an entry more, and no line of titles: %d and %d' % (len(rows), len(first)))
	says(cli, rows[0]['message'])
	before = None
	for r in rows[1:]:
		at = datetime.datetime.fromisoformat(r['datetime'])
		check(at.utcoffset() == datetime.timedelta(0) and (before is None or before <= at), 'order or zone of %r' % r)
		before = at
		check(r['timestamp_desc'].startswith(r['time_kind'] + ': ') and r['time_kind'] in ('claimed', 'recorded', 'proved'), 'kind of time: %r' % r)
	sms = [(r['direction'], r['timestamp_desc'], r['message']) for r in rows if r['message'] in ('message Emir: Zdravo', 'message Ne')]
	check(sms == [('in', 'claimed: message, incoming', 'message Emir: Zdravo'), ('out', 'claimed: message, outgoing', 'message Ne')], 'which way: %r' % sms)
	with open(cli.path('time.csv'), 'rb') as f:
		harmless_elsewhere(f.read())
	zoneless = [r for r in rows if 'no-zone' in r.get('flags', '')]
	check(zoneless and all('zone not known' in r['timestamp_desc'] for r in zoneless), 'a clock without a zone')
	entries = [r for r in rows if r['timestamp_desc'] == 'recorded: entry']
	check(len(entries) == head(cli)[1], 'entries: %d' % len(entries))


def refused(cli):
	def files():
		return sorted(n for n in os.listdir(cli.dir) if n.startswith(('view', 'time')))
	before, size = files(), os.path.getsize(cli.path('view.csv'))
	check('exists already' in cli.evidence('export', '--as', 'csv', cli.path('view.csv'), expect=73), 'replaced')
	graph(cli)
	cli.evidence('export', '--as', 'xml', cli.path('view.xml'), expect=64)
	cli.evidence('export', '--as', 'timesketch', cli.path('view.txt'), expect=64)
	cli.evidence('export', '--as', 'csv', cli.path('view2.csv'), '1', expect=64)
	note = cli.path('case', [r for r in log(cli).values() if r.get('role') == 'note'][0]['path'])
	with open(note, 'r+b') as f:
		f.write(b'?')
	check('not as it was recorded' in cli.evidence('export', '--as', 'csv', cli.path('view3.csv'), expect=65), 'a note that was altered')
	with open(note, 'r+b') as f:
		f.write(b'@')
	check(files() == before and os.path.getsize(cli.path('view.csv')) == size, 'something is left: %r' % files())


def main():
	cli, samples = Cli(sys.argv[1]), sys.argv[2]
	cli.identity()
	cli.run('evidence', 'open', cli.case, '--number', '=7', '--title', 'T', '--passphrase-file', cli.pass_file)
	cli.evidence('note', '@SUM(A1)')
	check('no exhibits' in cli.evidence('export', '--as', 'csv', cli.path('view.csv'), expect=66), 'nothing to export')
	chat = cli.write('WhatsApp Chat with Formulas.txt', CHAT.encode())
	cli.evidence('add', '--quiet', os.path.join(samples, 'evidence'), chat, cli.write('sms.xml', SMS.encode()),
		cli.write('s.eml', MAIL.encode()), cli.write('p.jpg', photo()), cli.write('n.zip', zipped(**{
			'nest-a': zipped(**{'nest-c': '1'}), 'nest-b': zipped(**{'nest-c': '2'})})), reads=True)
	cli.evidence('read', '--quiet', '3')
	table(cli, samples, log(cli))
	jsonl(cli, log(cli))
	sketch(cli)
	refused(cli)
	cli.evidence('check')
	print('exports: ok')


main()
