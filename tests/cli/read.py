#!/usr/bin/env python3
"""read.py PROGRAMS SAMPLES: `evidence read` over the sample evidence, through the sandboxed reader: the chat
messages counted by hand are all there, the derived entry verifies, the evidence is untouched, and reading
again says the same."""
import collections
import csv
import json
import os
import sys

from cli import Cli, check, sha256


def records(cli, seq):
	with open(cli.path('case', 'custody', '%08d' % seq, 'records.jsonl'), 'rb') as f:
		return [json.loads(line) for line in f]


def plain(recs):
	"""Without what is new each time: ids, case, salts, the clock."""
	out = []
	for r in recs:
		if r['kind'] not in ('circumstances', 'scope'):
			out.append({k: v for k, v in r.items() if k not in ('id', 'case', 'salt')})
	return out


def main():
	cli, samples = Cli(sys.argv[1]), sys.argv[2]
	pin = cli.identity()
	cli.run('evidence', 'open', cli.case, '--number', '1', '--title', 'T', '--passphrase-file', cli.pass_file)
	cli.evidence('add', '--quiet', os.path.join(samples, 'evidence'))
	stored = {r['path']: r['sha256'] for r in records(cli, 2) if r['kind'] == 'content'}
	out = cli.evidence('read')
	check('seccomp' in out and 'landlock' in out, 'the sandbox was not whole: ' + out)
	recs = records(cli, 3)
	check(all(sha256(cli.path('case', path)) == digest for path, digest in stored.items()), 'reading changed an item')
	names = {r['item']: r['name'] for r in records(cli, 2) if r['kind'] == 'origin'}
	seen = collections.Counter(names[r['item']] for r in recs if r['kind'] == 'message')
	with open(os.path.join(samples, 'make', 'hand-counts.tsv'), encoding='utf-8') as f:
		rows = [line for line in csv.reader((x for x in f if not x.startswith('#')), delimiter='\t')]
	wanted = {}
	for row in rows:
		for name in names.values():
			if len(row) == 4 and row[0].endswith('/' + name) and row[2] == 'chat:entries':
				wanted[name] = int(row[3])
	check(len(wanted) == 5, 'hand counts of five exports: %r' % wanted)
	check(dict(seen) == wanted, 'messages read %r, counted by hand %r' % (dict(seen), wanted))
	check(all('item' in r and 'reader' in r for r in recs if r['kind'] in ('field', 'message', 'member')), 'whose record')
	cli.evidence('read')
	check(plain(records(cli, 4)) == plain(recs), 'reading again says something else')
	cli.evidence('read', '1', '2/4')
	check('no item' in cli.evidence('read', '99', expect=66), 'reading nothing')
	cli.evidence('seal', cli.path('case.asice'))
	check(cli.verdict('--pin', pin, cli.path('case.asice'))['verdict'] == 'TOTAL-PASSED', 'a case with read-outs verifies')
	print('read: ok')


main()
