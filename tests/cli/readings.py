#!/usr/bin/env python3
"""readings.py PROGRAMS: what is derived from an item that was read several times, where the last reading was cut off: the one that
went through counts, in every view alike (docs/timeline.md, docs/exchange.md, docs/chats.md §7). The records come from an
evidence-reader of the test's own, which speaks the protocol of libevidence/reader/wire.h and says what it is told to."""
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

	def read(self, item, records, signal=0, reader='chat-test'):
		"""Reads an item, of which that is said; a signal ends the process in the midst of it."""
		frames = [('L', 'test'), ('B', {'name': reader, 'version': '1', 'spec': 'a test', 'confirmed': False, 'place': 1000})]
		frames += [('R', r) for r in records]
		if not signal:
			frames += [('E', {'code': 0, 'text': ''}), ('Z', '')]
		self.write('programs/says.json', json.dumps({'frames': frames, 'signal': signal}).encode())
		self.evidence('read', '--quiet', item, expect=1 if signal else 0)

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
	check('(read in entry 5)' in text and 'NOT read' not in text and 'perhaps of this chat: 1 pieces, 7 bytes' in text, text)
	check('NOT read' in cli.evidence('chats', '3'), 'one that was never read to its end')
	for pair in (('1', '2'), ('2', '1')):
		summary = [r for r in cli.lines('compare', *pair) if r['kind'] == 'comparison'][0]
		check((summary['same'], summary.get('gone', 0), summary.get('added', 0)) == (3, 0, 0), 'compared: %r' % summary)
	cli.evidence('compare', '2', '3', expect=1, lines=1) # and it is said that one was not read to its end


def main():
	cli = Readers(sys.argv[1])
	cli.identity()
	cli.run('evidence', 'open', cli.case, '--number', '7', '--title', 'T', '--passphrase-file', cli.pass_file)
	for n in range(3):
		cli.evidence('add', '--quiet', cli.write('chat-%d.txt' % n, b'%d' % n))
	cut_off(cli)
	cli.evidence('check')
	print('readings: ok')


main()
