#!/usr/bin/env python3
"""loose.py PROGRAMS: exports that are folders, whose pictures are exhibits of their own: what the chat's reader says of each, and
that no file of another chat, another folder or another intake is taken for one. States and counts by hand."""
import json
import os
import sys

from cli import Cli, check

JPEG = b'\xff\xd8\xff\xe0\0\x10JFIF\0' + b'\1' * 73
WHATSAPP = '''13/02/2024, 14:05 - Milan: \u200eIMG-1.jpg (file attached)
13/02/2024, 14:06 - Milan: \u200eIMG-2.jpg (file attached)
13/02/2024, 14:07 - Milan: \u200eIMG-3.jpg (file attached)
13/02/2024, 14:08 - Milan: \u200eIMG-4.jpg (file attached)
13/02/2024, 14:09 - Milan: \u200eIMG-5.jpg (file attached)
13/02/2024, 14:10 - Milan: \u200eIMG-6.jpg (file attached)
'''
INBOX = 'your_facebook_activity/messages/inbox/'


def telegram(photos):
	return json.dumps({'name': 'Marko', 'type': 'personal_chat', 'id': 7, 'messages': [
		{'id': i, 'type': 'message', 'date': '2024-02-03T14:00:00', 'date_unixtime': '1706965200', 'from': 'Marko',
			'from_id': 'user43', 'photo': photo, 'text': '', 'text_entities': []} for i, photo in enumerate(photos, 1)]}).encode()


def meta(paths):
	return json.dumps({'participants': [{'name': 'Ana'}, {'name': 'Ja'}], 'title': 'Ana', 'thread_path': 'inbox/ana_1', 'messages': [
		{'sender_name': 'Ana', 'timestamp_ms': 1706710000000 - i, 'photos': [{'uri': path, 'creation_timestamp': 1706710000}]}
		for i, path in enumerate(paths)]}).encode()


def main():
	cli = Cli(sys.argv[1])
	cli.identity()
	cli.run('evidence', 'open', cli.case, '--number', '1', '--title', 'T', '--passphrase-file', cli.pass_file)

	def write(*files):
		for name, data in files:
			cli.write('izvoz/' + name, data)

	def said(entry, kind):
		with open(os.path.join(cli.case, 'custody', '%08d' % entry, 'records.jsonl'), encoding='utf-8') as f:
			return [r for r in map(json.loads, f) if r['kind'] == kind]

	def exhibits():
		return {r['name']: r['exhibit'] for r in map(json.loads, cli.evidence('list', '--json').splitlines()) if r.get('exhibit')}

	# 6 files are named: IMG-5 lies nowhere, IMG-6 in the folder of another chat below, which is another picture of that name
	write(('wa/Chat with Milan.txt', WHATSAPP.encode()), ('wa/IMG-1.jpg', JPEG), ('wa/IMG-2.jpg', bytes(5000)), ('wa/IMG-3.jpg', b''),
		('wa/IMG-4.jpg', b'no picture'), ('wa/drugi/IMG-6.jpg', JPEG), ('wa/drugi/Chat with Iva.txt', b'13/02/2024, 14:05 - Iva: a\n'))
	# paths from the folder on; the second lies beside that folder alone
	write(('tg/ChatExport_1/result.json', telegram(['photos/photo_1.jpg', 'photos/photo_2.jpg'])), ('tg/ChatExport_1/photos/photo_1.jpg', JPEG),
		('tg/photos/photo_2.jpg', JPEG))
	# paths from the download on: of one's own folder, of another thread's, of nowhere
	write((INBOX + 'ana_1/message_1.json', meta([INBOX + 'ana_1/photos/1.jpg', INBOX + 'eva_2/photos/2.jpg', INBOX + 'ana_1/photos/3.jpg'])),
		(INBOX + 'ana_1/photos/1.jpg', JPEG), (INBOX + 'eva_2/photos/2.jpg', JPEG))
	# a link of signal-export begins with ./
	write(('signal/chat.md', b'[2019-05-29 15:04:05] Me: [a.jpg](./media/a.jpg)  \n[2019-05-29 15:04:06] Me: [b.jpg](./media/b.jpg)  \n'),
		('signal/media/a.jpg', JPEG))
	cli.evidence('add', 'izvoz', reads=True)

	def states(entry):
		return {r['name']: (r['state'], r.get('found'), r.get('foundSize')) for r in said(entry, 'attachment')}

	want = {'IMG-1.jpg': ('present', 'IMG-1.jpg', len(JPEG)), 'IMG-2.jpg': ('zero-filled', 'IMG-2.jpg', 5000), 'IMG-3.jpg': ('empty', 'IMG-3.jpg', 0),
		'IMG-4.jpg': ('wrong-type', 'IMG-4.jpg', 10), 'IMG-5.jpg': ('absent', None, None), 'IMG-6.jpg': ('absent', None, None),
		'photos/photo_1.jpg': ('present', 'photos/photo_1.jpg', len(JPEG)), 'photos/photo_2.jpg': ('absent', None, None),
		INBOX + 'ana_1/photos/1.jpg': ('present', 'photos/1.jpg', len(JPEG)), INBOX + 'eva_2/photos/2.jpg': ('absent', None, None),
		INBOX + 'ana_1/photos/3.jpg': ('absent', None, None), 'media/a.jpg': ('present', 'media/a.jpg', len(JPEG)), 'media/b.jpg': ('absent', None, None)}
	check(states(3) == want, 'states: %r' % {k: (v, want.get(k)) for k, v in states(3).items() if v != want.get(k)})
	# the read-out says of which intake the files were; the false picture looks like a text and is told of them too
	number = exhibits()
	told = {r['item']: r for r in said(3, 'read-item') if 'looseFiles' in r}
	listed = sorted((r['looseFiles'], r['looseFirst'], r['looseLast']) for r in told.values())
	check(listed == [(2, 2, 2)] * 4 + [(7, 2, 2)] * 2 and not [r for r in told.values() if 'looseLeftOut' in r], 'who was told of what: %r' % listed)
	out = cli.evidence('chats')
	check('attachments   6: absent 2, empty 1, present 1, wrong-type 1, zero-filled 1' in out, out)
	# what no rule can place is still said to be in the case
	check('same path as a file taken in by itself: 1, exhibit %d\n' % number['IMG-6.jpg'] in out and
		'same path as a file taken in by itself: 1, exhibit %d\n' % number['photo_2.jpg'] in out and
		'same path as a file taken in by itself: 1, exhibit %d\n' % number['2.jpg'] in out, out)
	# read again, by itself, it says the same
	cli.evidence('read', str(number['Chat with Milan.txt']))
	check(states(4) == {k: v for k, v in want.items() if k.startswith('IMG')}, 'read again: %r' % states(4))

	# another phone's export under the same path is another intake: its pictures are not those of the first, nor the other way
	os.rename(cli.path('izvoz'), cli.path('prvi'))
	write(('wa/Chat with Milan.txt', WHATSAPP.encode()), ('wa/IMG-5.jpg', JPEG))
	cli.evidence('add', 'izvoz', reads=True)
	second = {k: v[0] for k, v in states(6).items()}
	check(second == dict({'IMG-%d.jpg' % i: 'absent' for i in (1, 2, 3, 4, 6)}, **{'IMG-5.jpg': 'present'}), 'the second intake: %r' % second)
	cli.evidence('read', str(number['Chat with Milan.txt']))
	check(states(7) == states(4), 'and the first one: %r' % states(7))

	# a folder of more files than one read-out entry takes, the chat among them
	os.rename(cli.path('izvoz'), cli.path('drugi'))
	names = ['photos/photo_%d.jpg' % i for i in range(1, 1301)]
	write(('result.json', telegram(names)), *[(name, JPEG) for name in names[:-1]])
	cli.evidence('add', 'izvoz', reads=True)
	out = cli.evidence('chats', str(exhibits()['result.json']))
	check('attachments   1300: absent 1, present 1299' in out, out)

	# taken in one by one there is no folder; that they are in the case is said
	one = Cli(sys.argv[1])
	one.identity()
	one.run('evidence', 'open', one.case, '--number', '1', '--title', 'T', '--passphrase-file', one.pass_file)
	for name, data in (('a/Chat with Milan.txt', WHATSAPP.encode()), ('b/IMG-1.jpg', JPEG), ('c/IMG-2.jpg', JPEG), ('d/IMG-2.jpg', JPEG)):
		one.evidence('add', one.write(name, data), reads=True)
	out = one.evidence('chats')
	check('attachments   6: absent 6' in out and 'same path as a file taken in by itself: 2, exhibit 2 - exhibit 3\n' in out, out)
	print('loose: ok')


main()
