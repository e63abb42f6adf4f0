#!/usr/bin/env python3
"""foreign_log.py PROGRAMS VECTORS: logs that verify and that no program of ours wrote, by the independent generator of
tests/vectors: records of any form, in any entry, of what is not there. Whatever verifies can be indexed and searched, and a note
of a witness names no item, corrects no record, answers no handover and replaces no reading (docs/format.md §3, §4)."""
import json
import os
import random
import shutil
import sys
import zipfile

from cli import Cli, check

sys.path.insert(0, sys.argv[2])
from gen import good  # noqa: E402
from gen.case import UUID, circumstances, content, scope  # noqa: E402
from gen.good import JPEG, WITNESS, origin  # noqa: E402
from gen.case import Case  # noqa: E402


def whole(cli, c, name):
	"""The case of a bundle that verifies, as a folder; its index is made, and equals the log."""
	bundle = cli.write(name + '.asice', c.bundle())
	cli.verify('--pin', c.custodian.id, bundle)
	cli.case = cli.path(name)
	with zipfile.ZipFile(bundle) as z:
		for n in z.namelist():
			if '/custody/' in n or '/data/' in n:
				cli.write(os.path.join(name, n.split('/', 1)[1]), z.read(n))
	indexed(cli)
	return bundle


def indexed(cli):
	cli.evidence('index', '--rebuild')
	check('equals' in cli.evidence('index'), 'the index equals the log')


def lines(cli, *words):
	return [json.loads(x) for x in cli.evidence(words[0], '--json', *words[1:]).splitlines()]


def names(cli):
	return {i['item']: (i.get('name'), i.get('label'), i.get('source')) for i in lines(cli, 'list') if 'exhibit' in i}


def origins(cli):
	"""Two of one item, the second of which was the one shown; one that stands before its item; two items, then their origins."""
	c = Case()
	c.acquire(content(JPEG), origin('2/2', 'prvi.JPG', label='first'), origin('2/2', 'drugi.JPG', path='/x/drugi.JPG'),
		origin('2/6', 'rano.txt'), content(b'early', 'txt'), content(b'a', 'txt'), content(b'b', 'txt'), origin('2/7', 'a.txt'), origin('2/8', 'b.txt'))
	c.seal()
	whole(cli, c, 'origins')
	check(names(cli) == {'2/2': ('prvi.JPG', 'first', None), '2/6': (None, None, None), '2/7': ('a.txt', None, None), '2/8': ('b.txt', None, None)},
		'names: %r' % names(cli))
	check([(h['record'], h['text']) for h in lines(cli, 'search', 'jpg')] == [('2/3', 'prvi.JPG'), ('2/4', 'drugi.JPG')], 'both are found')
	check(all('outside' not in h for h in lines(cli, 'search', 'jpg')), 'both of the entry that brought it')
	cli.evidence('check')


def not_there_yet(cli):
	"""Origins of items that the recipient's own `add` brings later."""
	c = Case()
	later = ['6/2', '6/3', '7/2', '999/2', '99999999/4294967295']
	c.acquire(content(JPEG), origin('2/2', 'IMG.JPG\0.exe'), origin('2/2', 'IMG2.JPG'), *(origin(i, 'bomba %s' % i.replace('/', ' '), path='/tudje') for i in later))
	c.add('transfer', {'certificate': None, 'transferId': UUID})
	c.seal()
	bundle = cli.write('later.asice', c.bundle())
	cli.case = cli.path('received')
	cli.run('evidence', 'receive', '--from', c.custodian.id, bundle, cli.case, cli.path('later.receipt'), '--passphrase-file', cli.pass_file)
	for name in ('jedan.txt', 'dva.txt'):
		said = cli.evidence('add', cli.write(name, name.encode()))
		check('index' not in said, said)
	check({i: n[0] for i, n in names(cli).items()} == {'2/2': 'IMG.JPG\0.exe', '6/2': 'jedan.txt', '7/2': 'dva.txt'}, 'names: %r' % names(cli))
	check('equals' in cli.evidence('index'), 'followed')
	cli.evidence('export', cli.path('copies'))
	made = [n for n in os.listdir(cli.path('copies')) if 'IMG' in n]
	check(len(made) == 1 and made[0].endswith('.exe') and made[0] != '0001-IMG.JPG.exe', 'what stands behind a NUL is in the name of the copy: %r' % made)
	indexed(cli)
	found = lines(cli, 'search', 'bomba')
	check([(h['record'], h['item'], h['outside']['entry'], h['outside']['action']) for h in found] ==
		[('2/%d' % (k + 5), i, 2, 'acquire') for k, i in enumerate(later)], 'found as what they are: %r' % found)
	check(len(lines(cli, 'search', 'jedan')) == 1, 'the own one')
	cli.evidence('export', '--as', 'jsonl', cli.path('rows.jsonl'))
	with open(cli.path('rows.jsonl')) as f:
		rows = {r.get('id'): r.get('origin', {}).get('name') for r in map(json.loads, f)}
	check({i: rows.get(i) for i in ('2/2', '6/2', '7/2')} == {'2/2': 'IMG.JPG\0.exe', '6/2': 'jedan.txt', '7/2': 'dva.txt'}, 'exported: %r' % rows)
	text = cli.evidence('show', '6/2')
	check('/tudje' in text and 'not of the entry that brought the item' in text and 'entry 2 ' in text, text)


def note_of_a_witness(cli):
	c = Case()
	times = {'modified': '2019-03-01T10:00:00.000000000Z'}
	c.acquire(content(JPEG), origin('2/2', 'IMG_0001.JPG', label='taken 2026-03-01'))
	c.add('read-out', {'reader': 'evidence-reader', 'version': '1'}, [scope('2/2'), {'kind': 'reading', 'item': '2/2', 'reader': 'chat', 'end': 'done'},
		{'kind': 'message', 'item': '2/2', 'reader': 'chat', 'chat': 1, 'n': 1, 'body': 'pretnja prava', 'sender': 'Marko'}])
	c.add('correct', {'record': '2/3'}, [{'kind': 'correction', 'record': '2/3', 'field': 'label', 'value': 'taken 2026-03-02'}])
	c.add('admit', {'as': 'witness', 'certificate': WITNESS.id})
	c.add('transfer', {'certificate': None, 'transferId': UUID}, [])
	# 7: the origin stands before any content, where it would be of the last item of the case
	e = c.note(signer=WITNESS)
	e.records[1:1] = [origin('2/2', 'LAZNO.JPG', label='fake', times=times)]
	e.records[0] = circumstances(actor={'name': 'Vera Svedok', 'role': 'witness'})
	e.records += [{'kind': 'correction', 'record': '2/3', 'field': 'label', 'value': 'taken 2019-03-01', 'reason': 'date was wrong'},
		{'kind': 'reading', 'item': '2/2', 'reader': 'chat', 'end': 'done'}, {'kind': 'read-item', 'item': '2/2', 'end': 'done'},
		{'kind': 'message', 'item': '2/2', 'reader': 'chat', 'chat': 1, 'n': 2, 'body': 'pretnja lazna', 'sender': 'Pera'},
		{'kind': 'handover', 'state': 'paper', 'transferId': UUID, 'item': '7/3', 'answer': 'accepted'},
		{'kind': 'handover', 'state': 'paper', 'transferId': UUID, 'item': '2/2', 'answer': 'accepted'}]
	c.seal()
	whole(cli, c, 'witness')
	check(names(cli) == {'2/2': ('IMG_0001.JPG', 'taken 2026-03-01', None)}, 'names: %r' % names(cli))
	check([h['state'] for h in lines(cli, 'receipt')] == ['no answer'], 'answered by a note: %r' % lines(cli, 'receipt'))
	found = {h['record']: h.get('outside') for h in lines(cli, 'search', 'pretnja')}
	note = {'action': 'note', 'entry': 7, 'signer': WITNESS.id}
	check(found == {'3/4': None, '7/7': note}, 'the reading is still the last one: %r' % found)
	found = {h['record']: h.get('outside') for words in ('taken', 'lazno') for h in lines(cli, 'search', words)}
	check(found == {'2/3': None, '4/2': None, '7/4': note, '7/2': note}, 'whose: %r' % found)
	text = cli.evidence('search', 'lazno')
	check(', in entry 7 (note), signed by ' + WITNESS.id[:8] in text, text)
	check([e.get('text') for e in lines(cli, 'timeline') if e.get('what') == 'file-modified'] == [], 'no time of the file')

	text = cli.evidence('show', '1').split('\n\n')

	def of(record):
		return [b for b in text if '  id             %s\n' % record in b + '\n'][0]
	check('signed by' not in of('2/3') and 'corrects nothing' not in of('4/2'), 'of the custodian')
	check('entry 4 ' in of('4/2') and 'correct, signed by ' + c.custodian.id[:8] in of('4/2') and 'Ana An' in of('4/2'), of('4/2'))
	for record, what in (('7/2', 'not of the entry that brought the item'), ('7/4', "it corrects nothing, for only an entry 'correct' does")):
		check('entry 7 ' in of(record) and 'note, signed by ' + WITNESS.id[:8] in of(record) and 'Vera Svedok' in of(record) and what in of(record), of(record))
	shown = lines(cli, 'show', '1')
	before = [(shown[i - 1].get('action'), shown[i - 1].get('certificate')) for i, r in enumerate(shown) if r.get('id') in ('4/2', '7/2')]
	check(before == [('correct', c.custodian.id), ('note', WITNESS.id)], 'in JSON: %r' % shown)


def paper(cli):
	"""Only the entry that brings the scan says that there is an answer on paper; that a stick was lost, a note."""
	c = Case()
	c.acquire(content(JPEG), origin('2/2', 'IMG_0001.JPG'))
	c.add('transfer', {'certificate': None, 'transferId': UUID})
	said = {'kind': 'handover', 'state': 'paper', 'transferId': UUID, 'answer': 'accepted'}
	c.acquire(content(JPEG), dict(said, item='2/2'), {'kind': 'handover', 'state': 'lost', 'transferId': UUID})
	c.seal()
	whole(cli, c, 'paper-1')
	check([h['state'] for h in lines(cli, 'receipt')] == ['no answer'], 'another entry brought it')
	c.entries.pop()
	c.note().records.append({'kind': 'handover', 'state': 'lost', 'transferId': UUID})
	c.seal()
	whole(cli, c, 'paper-2')
	check([h['state'] for h in lines(cli, 'receipt')] == ['lost'], 'lost')
	check('a note signed by ' + c.custodian.id in cli.evidence('receipt'), 'who says so')
	c.entries.pop()
	c.acquire(content(JPEG, role='receipt'), dict(said, item='6/2'))
	c.seal()
	whole(cli, c, 'paper-3')
	check([h['state'] for h in lines(cli, 'receipt')] == ['accepted on paper'], 'its own')


def any_value(rnd, depth=0):
	numbers = [0, 1, 2, 9007199254740991]
	texts = ['', 'x' * 3000, '2/2', '2/3', '999/1', '0/0', '99999999/4294967295', 'a\0b\x1b[2J', '\u202e\ud7ff', '!!! no base64', '2026-13-45T99:99:99Z',
		'9999-12-31T23:59:59-14:00', '0000-01-01', '0001-01-01T00:00:00+14:00', '2024-02-03T14:05', '9' * 40, 'mail', 'mail.member.9999999999', 'time.sent',
		'person.from', 'From', 'header', 'stopped', 'done']
	if depth < 3 and rnd.random() < .2:
		return [any_value(rnd, depth + 1) for _ in range(rnd.randrange(12))] if rnd.random() < .5 else {
			k: any_value(rnd, depth + 1) for k in rnd.sample(['local', 'order', 'body', 'bodyBytes', 'zz', 'timeUtc'], 3)}
	return rnd.choice(rnd.choice([numbers, texts, texts, [None, True, False]]))


KINDS = '''message attachment part conversation participant field member observation unread reading read-item handover consent verification
destroyed-key comparison note statement description kind'''.split()
KEYS = '''item reader end chat n type state title account sender direction body bodyBytes name nameBytes note noteBytes value valueBytes label labelBytes
path pathBytes text textBytes code group as handle number time timeUtc timeLocal timeRaw timeReadings timeSource timeAmbiguity revisions caption captionBytes
replyText marker found parent message readerBytes sent'''.split()


def any_record(rnd, reader):
	kind = rnd.choice(KINDS)
	r = {'kind': kind, 'item': rnd.choice(['2/2', '2/4', '1/1', '900/7', any_value(rnd)]), 'reader': reader}
	if kind in ('reading', 'read-item'):
		r['end'] = rnd.choice(['done', 'stopped', any_value(rnd)])
	for key in rnd.sample(KEYS, rnd.randrange(14)):
		r[key] = any_value(rnd)
	if rnd.random() < .3:
		r.update(kind=rnd.choice(['field', 'part']), name='header', group=rnd.choice(['mail', 'mail.member.7']), reader='mail')
	return r


def anything(cli):
	"""Records of any form in entries of several actions; a reader's name that is none made the index fail (NOT NULL)."""
	for seed in range(6):
		rnd = random.Random(seed)
		c = Case()
		c.acquire(content(JPEG), origin('2/2', 'IMG.JPG'), content(b'chat', 'txt'), *(any_record(rnd, 'chat') for _ in range(60)))
		for reader in ('chat', 7, None, True, [], {}, ''):
			c.add('read-out', {'reader': 'evidence-reader', 'version': '1'}, [scope('2/2'), scope('2/4'),
				{'kind': 'reading', 'item': '2/2', 'reader': reader, 'end': 'done'}, {'kind': 'read-item', 'item': '2/4', 'reader': reader, 'end': 'x'}] +
				[any_record(rnd, reader) for _ in range(80)])
		c.note().records += [any_record(rnd, 'chat') for _ in range(40)] + [origin('1/1', 'a\0b'), origin('2/1', 'no item'),
			{'kind': 'correction', 'record': '999/9', 'field': 'a\0', 'value': '\0'}]
		c.add('derive', {'method': 'mask'}, [scope('2/2'), content(b'\xff\0{', 'json', 'note'), content(b'[[[[{"a":"\\u0000"}]]]]', 'json', 'statement')] +
			[any_record(rnd, 'chat') for _ in range(40)])
		c.add('compare', {'method': 'exports'}, [scope('2/2')] + [any_record(rnd, 'x') for _ in range(40)])
		c.seal()
		whole(cli, c, 'any-%d' % seed)
		for words in (('x*',), ('--kind', 'message'), ('--from', '1970-01-01'), ('--person', 'from')):
			lines(cli, 'search', '--limit', '0', *words)
		for words in (('list',), ('show', '1'), ('show', '2'), ('timeline',), ('receipt',)):
			lines(cli, *words)
			cli.evidence(*words)


def withheld_actor(cli):
	"""A note whose circumstances are withheld is nobody's, not that of who wrote the entry before."""
	c = Case()
	c.acquire(content(JPEG), origin('2/2', 'IMG.JPG'))
	c.note(b'napisana rec')
	c.add('dispose', {'cause': 'request'}, [scope('3/1')])
	c.seal()
	whole(cli, c, 'withheld')
	check([h.get('sender') for h in lines(cli, 'search', 'napisana')] == [None], 'nobody: %r' % lines(cli, 'search', 'napisana'))


def crowded(cli):
	"""Many records of one moment, and one of many moments. At 400,000 of one the ids came round, and the index never ended; the
	16th 8192 already stood a minute late."""
	n = 150000
	c = Case()
	c.acquire(content(b'chat', 'txt'), origin('2/2', 'c.txt'))
	local = [{'local': '2024-%02d-%02dT10:00' % (1 + i // 28 % 12, 1 + i % 28)} for i in range(20000)]
	c.add('read-out', {'reader': 'evidence-reader', 'version': '1'}, [scope('2/2')] + [{'kind': 'message', 'item': '2/2', 'n': i + 1, 'body': 'guzva',
		'timeLocal': '2024-07-16T09:00' if i % 3 else '2024-07-16T09:00:00.001'} for i in range(n)] +
		[{'kind': 'message', 'item': '2/2', 'n': n + 1, 'body': 'mnogo', 'timeReadings': local, 'timeRaw': 'x'}])
	c.seal()
	whole(cli, c, 'crowded')
	found = [json.loads(x)['n'] for x in cli.evidence('search', '--json', '--limit', '0', 'guzva', '--from', '2024-07-16T09:00',
		'--to', '2024-07-16T09:00:01').splitlines()]
	check(sorted(found) == list(range(1, n + 1)), 'found within their second: %d' % len(found))
	check(len(lines(cli, 'search', 'mnogo')) == 1, 'once')
	check(os.path.getsize(cli.path('crowded', '.case', 'index.sqlite')) < 200 << 20, 'not a row for each of 20,000 readings')


def main():
	cli = Cli(sys.argv[1])
	cli.identity()
	for scenario in (origins, not_there_yet, note_of_a_witness, paper, anything, withheld_actor, crowded):
		scenario(cli)
	shutil.rmtree(cli.dir)


main()
