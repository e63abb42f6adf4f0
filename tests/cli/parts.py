#!/usr/bin/env python3
"""parts.py PROGRAMS: a download in two archives, each an item of one case: what a chat lacks and the other archive has is
said by `evidence chats`, and each ledger stays what its own item holds. Counts by hand."""
import io
import json
import os
import sys
import zipfile

from cli import Cli, check

INBOX = 'your_facebook_activity/messages/inbox/'
JPEG = b'\xff\xd8\xff\xe0' + b'JFIF' * 20


def thread(name, number, messages):
	return (INBOX + '%s/message_%d.json' % (name, number), json.dumps({'participants': [{'name': 'Ana'}, {'name': 'Ja'}], 'title': name,
		'thread_path': 'inbox/' + name, 'messages': messages}).encode())


def photo(second, path):
	return {'sender_name': 'Ana', 'timestamp_ms': 1706710000000 + 1000 * second, 'photos': [{'uri': path, 'creation_timestamp': 1706710000}]}


def packed(files):
	out = io.BytesIO()
	with zipfile.ZipFile(out, 'w') as z:
		for path, data in files:
			z.writestr(zipfile.ZipInfo(path, (2024, 2, 3, 14, 6, 0)), data)
	return out.getvalue()


def main():
	cli = Cli(sys.argv[1])
	cli.identity()
	cli.run('evidence', 'open', cli.case, '--number', '1', '--title', 'T', '--passphrase-file', cli.pass_file)
	# the first archive: five pictures are named, one is in it, two are in the second, one is there in another thread's
	# folder alone, one nowhere
	ana = INBOX + 'ana_1/photos/'
	cli.evidence('add', '--quiet', cli.write('a/facebook-part1.zip', packed([thread('ana_1', 1, [photo(5 - i, ana + '%d.jpg' % i) for i in range(1, 6)]),
		thread('iva_3', 1, [{'sender_name': 'Iva', 'timestamp_ms': 1706710000000, 'content': 'sama'}]), (ana + '1.jpg', JPEG)])))
	cli.evidence('add', '--quiet', cli.write('b/facebook-part2.zip', packed([thread('ana_1', 2, [{'sender_name': 'Ana', 'timestamp_ms': 1706700000000, 'content': 'starija'}]),
		(ana + '2.jpg', JPEG), (ana + '3.jpg', JPEG), (INBOX + 'eva_2/photos/4.jpg', JPEG)])))
	cli.evidence('read')
	out = cli.evidence('chats')
	first, second = out.split('Exhibit 2')
	check('attachments   5: absent 4, present 1' in first, 'the ledger is that of its own item: ' + out)
	check('of the absent, with the same path in another item: 2, exhibit 2' in first, out)
	check(first.count('same thread') == 1 and 'exhibit 2, chat 1' in first, out)
	check(second.count('same thread') == 1 and 'exhibit 1, chat 1' in second and 'of the absent' not in second, out)
	check('parts-missing' in second, out)
	check('same path in another item: 2, exhibit 2' in cli.evidence('chats', '1') and 'Exhibit 2' not in cli.evidence('chats', '1'), 'one item alone')
	kinds = {json.loads(x)['kind'] for x in cli.evidence('chats', '--json').splitlines()}
	check('ledger' in kinds and 'attachment' not in kinds and 'member' not in kinds, 'records as they are: %r' % kinds)
	print('parts: ok')


main()
