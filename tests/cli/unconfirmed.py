#!/usr/bin/env python3
"""unconfirmed.py PROGRAMS FORMATS DOCS: every chat reader without a genuine sample says so, in the read-out, in
`evidence chats` and in docs/chats.md; and an item that two chat readers fit alike is read by both, and that is said.
FORMATS is tests/formats with its samples, DOCS the folder of the documents."""
import glob
import json
import os
import re
import sys

from cli import Cli, check


def records(case):
	out = []
	for path in glob.glob(os.path.join(case, 'custody', '**', '*'), recursive=True):
		if os.path.isfile(path):
			with open(path, 'rb') as f:
				for line in f:
					if line.startswith(b'{') and b'"kind":' in line:
						out.append(json.loads(line))
	return out


def main():
	formats, docs = sys.argv[2:4]
	cli = Cli(sys.argv[1])
	cli.identity()
	cli.run('evidence', 'open', cli.case, '--number', '1', '--title', 'T', '--passphrase-file', cli.pass_file)
	with open(os.path.join(formats, '..', '..', 'formats', 'formats.def'), encoding='utf-8') as f:
		readers = [x.replace('_', '-') for x in re.findall(r'EVD_FORMAT\((chat_\w+)\)', f.read())]
	check(len(readers) >= 14, 'fourteen chat readers: %r' % readers)
	paths = [] # taken in together: each run asks for the passphrase anew
	genuine = set() # readers that a genuine export was held against: none
	for reader in readers:
		counted = sorted(x for x in os.listdir(os.path.join(formats, reader))
			if x.endswith('.counts') and not x.startswith('limit-'))
		check(counted, 'no sample for ' + reader)
		with open(os.path.join(formats, reader, counted[0][:-len('.counts')]), 'rb') as f:
			paths.append(cli.write(reader + '/' + counted[0][:-len('.counts')], f.read()))
	cli.evidence('add', '--quiet', *paths)
	cli.evidence('read')
	said = cli.evidence('chats')
	read = {r['reader']: r for r in records(cli.case) if r['kind'] == 'reading'}
	with open(os.path.join(docs, 'chats.md'), encoding='utf-8') as f:
		rows = {m.group(1): m.group(0) for m in re.finditer(r'^\| `(chat-[\w-]+)` \|.*$', f.read(), re.M)}
	for reader in set(readers) - genuine:
		check(read[reader]['confirmed'] is False, '%s is not called confirmed in the read-out' % reader)
		check(re.search(r'reader %s \d+: not confirmed' % reader, said), '%s: `evidence chats` says it: %s' % (reader, said))
		check('unconfirmed' in rows[reader], 'docs/chats.md says unconfirmed of ' + reader)

	with open(os.path.join(formats, 'chats', 'tie.json'), 'rb') as f:
		cli.evidence('add', '--quiet', cli.write('tie/result.json', f.read()))
	before = len([r for r in records(cli.case) if r.get('code') == 'ambiguous'])
	cli.evidence('read')
	after = records(cli.case)
	item = max((r['item'] for r in after if r['kind'] == 'reading'), key=lambda x: [int(n) for n in x.split('/')])
	both = sorted({r['reader'] for r in after if r['kind'] == 'reading' and r['item'] == item and r['reader'].startswith('chat-')})
	check(both == ['chat-meta', 'chat-telegram'], 'both read it: %r' % both)
	check(len([r for r in after if r.get('code') == 'ambiguous' and r['item'] == item]) == 1 and before == 0, 'the tie is said once')
	print('unconfirmed: %d readers' % len(readers))


main()
