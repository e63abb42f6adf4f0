#!/usr/bin/env python3
"""readings.py PROGRAMS: what is derived from an item that was read several times, where the last reading was cut off: the one that
went through counts, in every view alike (docs/timeline.md, docs/exchange.md, docs/chats.md §7); and records of odd messages in all
views. The records come from an evidence-reader of the test's own, which speaks the protocol of libevidence/reader/wire.h and says
what it is told to."""
import csv
import io
import json
import os
import shutil
import sys

from cli import Cli, check

READER = r'''#!%s
import array, json, os, socket, struct
server = socket.socket(fileno=3)
here = os.path.dirname(os.path.abspath(__file__))
while True:
	message, parts, _, _ = server.recvmsg(16384, socket.CMSG_SPACE(36))
	if not message:
		break
	fds = array.array('i', b''.join(p[2] for p in parts))
	if message[4] != 1:
		continue
	with open(os.path.join(here, 'says.json'), 'rb') as f:
		says = json.load(f)
	out = b''
	for kind, payload in says['frames']:
		data = payload.encode() if isinstance(payload, str) else json.dumps(payload, separators=(',', ':'), sort_keys=True, ensure_ascii=False).encode()
		out += struct.pack('<I', len(data) + 1) + kind.encode() + data
	with open(fds[0], 'wb') as f:
		f.write(out)
	for fd in fds[1:]:
		os.close(fd)
	server.send(struct.pack('<IB', 0x31565245, 3) + message[5:9] + struct.pack('<BIQI', says['signal'] != 0, says['signal'], 1, 1))
'''


class Readers(Cli):
	"""Programs of which evidence-reader is the one above."""
	def __init__(self, programs):
		super().__init__(programs)
		self.programs = self.path('programs')
		os.mkdir(self.programs)
		for name in ('evidence', 'evidence-verify'):
			shutil.copy(os.path.join(programs, name), self.programs)
		self.write('programs/evidence-reader', (READER % sys.executable).encode(), 0o700)

	def read(self, item, records, signal=0, code=0, reader='chat-test'):
		"""Reads an item, of which that is said; a signal ends the process in the midst of it, with a code (libevidence/base/error.h,
		without its sign) the reader gives up by itself."""
		frames = [('L', 'test'), ('B', {'name': reader, 'version': '1', 'spec': 'a test', 'confirmed': False, 'place': 1000})]
		frames += [('R', r) for r in records]
		if not signal:
			frames += [('E', {'code': code, 'text': 'why' if code else ''}), ('Z', '')]
		self.write('programs/says.json', json.dumps({'frames': frames, 'signal': signal}).encode())
		self.evidence('read', '--quiet', item, expect=1 if signal or code else 0)

	def lines(self, *words, **how):
		return [json.loads(x) for x in self.evidence(words[0], '--json', *words[1:], **how).splitlines()]

	def view(self, form, end=None):
		name = self.path('view.' + (end or form))
		self.evidence('export', '--as', form, name)
		with open(name, newline='', encoding='utf-8') as f:
			text = f.read()
		os.remove(name)
		return text


def chat(*messages, whole=True):
	return [{'kind': 'conversation', 'chat': 1, 'title': 'Marko', 'platform': 'test'}] + [
		dict({'kind': 'message', 'chat': 1, 'n': i + 1, 'type': 'text', 'sender': 'Marko', 'timeUtc': '2024-02-13T09:00:0%dZ' % i}, **m)
		for i, m in enumerate(messages)] + [{'kind': 'ledger', 'chat': 1, 'messages': len(messages), 'byType': {'text': len(messages)}}] * whole


def cut_off(cli):
	"""Of three messages the last reading of exhibit 1 has one; exhibit 2 was never read to its end."""
	three = [{'body': 'prva'}, {'body': 'druga'}, {'body': 'treca'}]
	cli.read('1', chat(*three) + [{'kind': 'unread', 'code': 'damaged', 'text': 'x', 'bytes': 7}])
	cli.read('1', chat(three[0], whole=False) + [{'kind': 'unread', 'code': 'damaged', 'text': 'y', 'bytes': 900}], signal=11)
	cli.read('1', chat(*three[:2], whole=False), code=1)
	entry = [r for r in map(json.loads, open(cli.path('case', 'custody', '00000007', 'records.jsonl'))) if r.get('item') == '2/2']
	check([(r['kind'], r['end']) for r in entry if 'end' in r] == [('reading', 'stopped'), ('read-item', 'trouble')], 'out of memory: %r' % entry)
	check([(r['code'], r['reader'], r['text']) for r in entry if r['kind'] == 'unread'] == [('memory', 'chat-test', 'why')], 'why: %r' % entry)
	cli.read('2', chat(*three))
	cli.read('3', chat(three[0], whole=False), signal=11)

	def messages(rows):
		return [r['text'] for r in rows if r.get('exhibit') == 1 and r['what'] == 'message']
	check(messages(cli.lines('timeline')) == ['prva', 'druga', 'treca'], 'the timeline')
	found = [json.loads(x) for x in cli.view('jsonl').splitlines()]
	check([r['body'] for r in found if r['kind'] == 'message' and r['exhibit'] == 1] == ['prva', 'druga', 'treca'], 'the view')
	ledgers = {r['item']: r['messages'] for r in cli.lines('chats') if r['kind'] == 'ledger'}
	check(ledgers == {'2/2': 3, '3/2': 3}, 'ledgers: %r' % ledgers)
	text = cli.evidence('chats', '1')
	check('(read in entry 5)' in text and 'in entry 7' not in text and 'NOT read' not in text and 'perhaps of this chat: 1 pieces, 7 bytes' in text, text)
	check('NOT read' in cli.evidence('chats', '3'), 'one that was never read to its end')
	for pair in (('1', '2'), ('2', '1')):
		summary = [r for r in cli.lines('compare', *pair) if r['kind'] == 'comparison'][0]
		check((summary['same'], summary.get('gone', 0), summary.get('added', 0)) == (3, 0, 0), 'compared: %r' % summary)
	cli.evidence('compare', '2', '3', expect=1, lines=1) # and it is said that one was not read to its end


def odd(cli):
	"""Messages whose words are another's, not at hand, no UTF-8, too long, or cut; times at the ends of what can be told."""
	long = 'd' * 450
	records = chat({'body': 'ubicu te', 'forwardedFrom': 'Pera'}, {'body': 'x', 'forwarded': True, 'edited': True, 'timeAmbiguity': 'standard-offset'}, {'bodyBytes': 'mnRh'},
		{'bodyLength': 100003, 'caption': 'naslov'}, {'body': long, 'forwardedFrom': long, 'sender': long}, {'body': 'pre\0posle', 'exhibit': 99},
		{'body': 'epoha'}, {'body': 'daleko'})
	del records[3]['sender']
	records[3]['senderBytes'] = 'jmlrYQ'
	del records[7]['timeUtc']
	records[7]['timeLocal'] = '1970-01-01T00:30'
	records[8]['timeUtc'] = '2400-01-01T00:00:05Z'
	records[5:5] = [{'kind': 'attachment', 'chat': 1, 'message': 4, 'n': 1, 'name': 'IMG.jpg', 'state': 'absent'},
		{'kind': 'part', 'chat': 1, 'message': 4, 'name': 'body', 'n': 1, 'value': 'dugo'}]
	cli.read('1', records)

	rows = {r['n']: r for r in cli.lines('timeline', '--item', '1', '--tz', 'Europe/Belgrade') if r['what'] == 'message'}
	check((rows[3]['sender'], rows[3]['text']) == ('base64url:jmlrYQ', 'base64url:mnRh'), 'no UTF-8: %r' % rows[3])
	check('text' not in rows[4] and rows[4]['cut'] is True, 'too long for a record: %r' % rows[4])
	check((rows[5]['text'], rows[5]['sender'], rows[5]['forwardedFrom'], rows[5]['cut']) == (long[:400],) * 3 + (True,), 'several texts that are cut')
	check(rows[7]['assumedUtc'] == ['1969-12-31T23:30:00Z'], 'before 1970 in UTC: %r' % rows[7])
	check('Marko: …' in cli.evidence('timeline', '--item', '1'), 'a text that is not here looks like none')

	found = {r['n']: r for r in map(json.loads, cli.view('jsonl').splitlines()) if r['kind'] == 'message' and r['item'] == '2/2'}
	check({r['exhibit'] for r in found.values()} == {1}, 'the number of the exhibit is ours to say')
	rows = [r for r in csv.DictReader(io.StringIO(cli.view('csv')), strict=True) if r['item'] == '2/2' and r['chat']]
	said = {r['n']: r for r in rows if r['kind'] == 'message'}
	check([(said[n]['flags'], said[n]['forwarded_from']) for n in '12'] == [('forwarded', 'Pera'), ('edited forwarded', '')], 'whose words: %r' % said)
	check(said['4']['text'] == '' and said['6']['text'] == 'pre\u2400posle', 'a caption for a text, or a NUL: %r' % said)
	check([(r['kind'], r['message'], r['state']) for r in rows if r['message']] == [('attachment', '4', 'absent'), ('part', '4', '')], 'of which message')

	table = list(csv.DictReader(io.StringIO(cli.view('timesketch', 'csv')), strict=True))
	told = {r['n']: r['message'] for r in table if r['item'] == '2/2' and r['n']}
	check([told[n] for n in '1246'] == ['message (forwarded from Pera) Marko: ubicu te', 'message (edited) (forwarded) Marko: x', 'message Marko …',
		'message Marko: pre\u2400posle'], 'Timesketch: %r' % told)
	# pandas, which that tool reads with, has 64 bits of nanoseconds: 2262-04-11 is the last day
	check('8' not in told and '1 rows without a time from 1970 to 11 April 2262' in table[0]['message'], table[0]['message'])

	nodes = [n for n in json.loads(cli.view('case', 'jsonld'))['core:object'] if n.get('@type') == 'observable:Message']
	texts = {n['core:hasFacet'].get('observable:messageText'): n['core:description'] for n in nodes}
	check(texts['ubicu te'] == ['text', 'forwarded', 'forwarded from Pera'] and texts['x'] == ['text', 'edited', 'forwarded', 'standard-offset'], 'CASE: %r' % texts)
	check('naslov' not in texts and 'too long: its text is in part records' in texts[None], 'CASE, a long text: %r' % texts)


def which_way(cli):
	"""The same words, once received and once sent, of nobody's name: not the same message."""
	for item, way in (('1', 'in'), ('2', 'out')):
		records = chat({'body': 'ubicu te', 'direction': way}, {'body': 'ok'})
		del records[1]['sender']
		cli.read(item, records)
	text = cli.evidence('compare', '1', '2', expect=1)
	check('["sender"]' in text and '<in>: ubicu te' in text and '<out>: ubicu te' in text and '1 the same' in text, text)


def lost_and_corrected(cli):
	"""An exhibit whose file is gone, and a label that was corrected, are not exported as if nothing were."""
	os.remove(cli.path('case', 'data', '00000003', '00000002.txt'))
	cli.evidence('lost', '--reason', 'stick', '2')
	cli.evidence('correct', '--reason', 'slip', '4/3', 'label', '=1')
	rows = list(csv.DictReader(io.StringIO(cli.view('csv')), strict=True))
	check([(r['item'], r['flags']) for r in rows if r['kind'] == 'item'] == [('2/2', ''), ('3/2', 'lost'), ('4/2', '')], 'lost, as a table')
	right = [(r['group'], r['name'], r['text'], r['label'], r['time_kind']) for r in rows if r['kind'] == 'correction']
	check(right == [('4/3', 'label', "'=1", 'slip', 'recorded')], 'corrected, as a table: %r' % right)
	found = [json.loads(x) for x in cli.view('jsonl').splitlines()]
	check({r['id']: r.get('lost') for r in found if r['kind'] == 'item'} == {'2/2': None, '3/2': True, '4/2': None}, 'lost, as lines')
	check([(r['record'], r['field'], r['value']) for r in found if r['kind'] == 'correction'] == [('4/3', 'label', '=1')], 'corrected, as lines')
	nodes = json.loads(cli.view('case', 'jsonld'))['core:object']
	check([n['core:tag'] for n in nodes if 'core:tag' in n] == ['lost'], 'lost, in CASE')
	check([n['core:statement'] for n in nodes if n.get('core:name') == 'correction'] == ['4/3, label: =1 (slip)'], 'corrected, in CASE')


def main():
	cli = Readers(sys.argv[1])
	cli.identity()
	cli.run('evidence', 'open', cli.case, '--number', '7', '--title', 'T', '--passphrase-file', cli.pass_file)
	for n in range(3):
		cli.evidence('add', '--quiet', cli.write('chat-%d.txt' % n, b'%d' % n))
	cut_off(cli)
	odd(cli)
	which_way(cli)
	lost_and_corrected(cli)
	cli.evidence('check')
	print('readings: ok')


main()
