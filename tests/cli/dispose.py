#!/usr/bin/env python3
"""dispose.py PROGRAMS VECTORS: items leave a case for good. What records.jsonl must be afterwards is computed
by the independent generator of tests/vectors (gen/merkle.py), from the lines as they were before."""
import json
import os
import shutil
import sys

from cli import Cli, check, sha256

sys.path.insert(0, sys.argv[2])
from gen import cjson, merkle  # noqa: E402


def lines_of(case, seq):
	with open(os.path.join(case, 'custody', '%08d' % seq, 'records.jsonl'), 'rb') as f:
		return f.read().splitlines()


def expected(lines, gone):
	"""The file with the records numbered in `gone` withheld."""
	leaves = [merkle.leaf(line) for line in lines]
	out, k = b'', 1
	while k <= len(lines):
		last = k
		if k in gone:
			while last + 1 in gone:
				last += 1
			out += cjson.dumps({'hashes': merkle.cover(leaves, k, last), 'withheld': [k, last]}) + b'\n'
		else:
			out += lines[k - 1] + b'\n'
		k = last + 1
	return out


def about(lines, items):
	"""Numbers of the records that are one of `items`, or speak of one."""
	records = [json.loads(line) for line in lines]
	return {k for k, r in enumerate(records, 1) if r.get('item') in items or r['kind'] == 'content' and r['id'] in items}


def tree(case, top):
	found = {}
	for at, _, names in os.walk(os.path.join(case, top)):
		for n in names:
			path = os.path.join(at, n)
			found[os.path.relpath(path, case)] = sha256(path)
	return found


def opened(cli, name, *words):
	cli.case = cli.path(name)
	cli.run('evidence', 'open', cli.case, '--number', '1', '--title', 'T', '--passphrase-file', cli.pass_file, *words)
	names = ['f%d.txt' % i for i in range(7)]
	for i, n in enumerate(names):
		cli.write(n, b'words %d\n' % i * (i + 1))
	cli.evidence('add', *(cli.path(n) for n in names))
	return names


def two_items(cli, mine):
	"""Exhibits 3 and 4, what a reader said of them, and a second time their neighbour."""
	cli.evidence('read')
	read = len(os.listdir(os.path.join(cli.case, 'custody')))
	old = cli.path('old.asice')
	cli.evidence('seal', old)
	before = {seq: lines_of(cli.case, seq) for seq in (2, read)}
	payload, custody = tree(cli.case, 'data'), tree(cli.case, 'custody')
	copy = cli.path('copy')
	shutil.copytree(cli.case, copy)
	items = {json.loads(line)['id']: k for k, line in enumerate(before[2], 1) if json.loads(line).get('exhibit') in (3, 4)}
	check(len(items) == 2 and about(before[read], items), 'the items, and read-outs of them')
	cli.evidence('hold', 'on', '--reason', 'trial')
	cli.evidence('dispose', '--cause', 'order', '--reason', 'R', '3', '4', expect=77)
	cli.evidence('hold', 'off', '--reason', 'over')
	for wrong, code in ((['--cause', 'fire', '--reason', 'R', '3'], 64), (['--cause', 'order', '3'], 64), (['--cause', 'order', '--reason', 'R', '99'], 66),
			(['--cause', 'order', '--reason', 'R', '1/2'], 64), (['--cause', 'retention', '--reason', 'R', '3'], 77)):
		cli.evidence('dispose', *wrong, expect=code)
	check({k: v for k, v in tree(cli.case, 'data').items() if k in payload} == payload, 'what is refused removes nothing')
	cli.evidence('dispose', '--cause', 'order', '--reason', 'court order', '--authority', 'K 1/26', '3', '4')
	for seq in before:
		with open(os.path.join(cli.case, 'custody', '%08d' % seq, 'records.jsonl'), 'rb') as f:
			check(f.read() == expected(before[seq], about(before[seq], items)), 'records of entry %d' % seq)
	now = tree(cli.case, 'data')
	gone = {json.loads(line)['path'] for line in before[2] if json.loads(line).get('exhibit') in (3, 4)}
	check({k for k in payload if k not in now} == gone, 'exactly two files are gone')
	changed = {k for k, v in tree(cli.case, 'custody').items() if custody.get(k, v) != v}
	check(changed == {'custody/%08d/records.jsonl' % seq for seq in before}, 'entries and signatures stay: %r' % changed)
	index = open(os.path.join(cli.case, '.case', 'index.sqlite'), 'rb').read()
	check(b'f2.txt' not in index and b'f5.txt' in index, 'the catalogue knows them no more')
	cli.evidence('check')
	check('f2.txt' not in cli.evidence('list') and 'f5.txt' in cli.evidence('list'), 'list')
	check('dispose' in cli.evidence('log'), 'the log says so')
	new = cli.path('new.asice')
	cli.evidence('seal', new)
	report = cli.verdict('--pin', mine, '--extends', old, new)
	n = sum(len(about(before[seq], items)) for seq in before)
	check((report['verdict'], report['counts']['withheld'], report['extends'], report['subject']) == ('TOTAL-PASSED', n, 'extends', 'extract'),
		'the bundle: %r' % report)
	cli.evidence('dispose', '--cause', 'request', '--reason', 'R', '2')
	items2 = dict(items, **{json.loads(line)['id']: 0 for line in before[2] if json.loads(line).get('exhibit') == 2})
	for seq in before:
		with open(os.path.join(cli.case, 'custody', '%08d' % seq, 'records.jsonl'), 'rb') as f:
			check(f.read() == expected(before[seq], about(before[seq], items2)), 'runs are joined in entry %d' % seq)
	cli.evidence('check')
	return copy


def cut_off(cli, copy):
	"""Power fails between the entry and the removal: said, and gone on with."""
	whole = cli.case
	entries = sorted(os.listdir(os.path.join(whole, 'custody')))
	for name in entries[len(os.listdir(os.path.join(copy, 'custody'))):]:
		shutil.copytree(os.path.join(whole, 'custody', name), os.path.join(copy, 'custody', name))
		if os.path.exists(os.path.join(whole, 'data', name)):
			shutil.copytree(os.path.join(whole, 'data', name), os.path.join(copy, 'data', name))
	cli.case = copy
	check('WITHHELD_MISMATCH' in cli.evidence('check', expect=1), 'check says it')
	cli.evidence('seal', cli.path('never.asice'), expect=65)
	cli.evidence('dispose', '--finish')
	cli.evidence('check')
	for top in ('custody', 'data'):
		check(tree(copy, top) == tree(whole, top), 'the same as without the cut: ' + top)
	cli.evidence('dispose', '--finish')
	check(tree(copy, 'custody') == tree(whole, 'custody'), 'said again, nothing happens')
	cli.case = whole


def numbers(cli):
	"""The number of an exhibit that is gone is not given again."""
	opened(cli, 'numbers')
	cli.evidence('dispose', '--cause', 'consent', '--reason', 'withdrawn', '7')
	cli.write('later.txt', b'later')
	said = cli.evidence('add', cli.path('later.txt'))
	check(int(said.split()[1]) > 7, 'exhibit %s' % said)
	cli.evidence('check')


def with_key(cli, mine):
	"""An age key goes with the items: recorded, then gone; nobody opens the envelope any more."""
	opened(cli, 'keyed')
	key, other, envelope = (cli.path(n) for n in ('key', 'other', 'e.asice'))
	to = cli.run('evidence', 'envelope', 'key', key, '--quiet').strip()
	cli.run('evidence', 'envelope', 'key', other, '--quiet')
	cli.evidence('envelope', 'create', '--to', to, envelope)
	cli.run('evidence', 'envelope', 'open', '--key', key, envelope, cli.path('inside.asice'))
	with open(key, 'rb') as f:
		secret = f.read()
	entries = lambda: sorted(os.listdir(os.path.join(cli.case, 'custody')))
	before = entries()
	dispose = lambda expect, *words: cli.evidence('dispose', '--cause', 'request', '--reason', 'R', *words, expect=expect)
	os.link(key, cli.path('second-name'))
	dispose(64, '--destroy-key', key, '1')
	os.remove(cli.path('second-name'))
	dispose(77, '--destroy-key', other, '--envelope', envelope, '1')           # it does not open that
	dispose(64, '--destroy-key', cli.write('two', secret + open(other, 'rb').read()), '1')
	dispose(65, '--destroy-key', cli.write('none', b'# nothing\n'), '1')
	dispose(66, '--destroy-key', cli.path('nowhere'), '1')
	dispose(64, '--envelope', envelope, '1')
	cli.evidence('dispose', '--finish', '--destroy-key', key, expect=77)       # nothing says that it goes
	cli.evidence('hold', 'on', '--reason', 'trial')
	dispose(77, '--destroy-key', key, '1')
	cli.evidence('hold', 'off', '--reason', 'over')
	check(entries()[:-2] == before and open(key, 'rb').read() == secret, 'what is refused destroys nothing and records nothing')
	said = dispose(0, '--destroy-key', key, '--envelope', envelope, '1')
	check(to in said and not os.path.exists(key), 'the key is gone')
	inside = cli.verdict('--pin', mine, cli.path('inside.asice'))
	records = [json.loads(line) for line in lines_of(cli.case, int(entries()[-1]))]
	record, = [r for r in records if r['kind'] == 'destroyed-key']
	check({k: record[k] for k in ('recipient', 'sealDigest', 'head', 'signer')} ==
		{'recipient': to, 'sealDigest': inside['sealDigest'], 'head': inside['head'], 'signer': mine}, 'the record: %r' % record)
	check(secret.split()[-1].decode() not in json.dumps(records), 'not the secret')
	cli.run('evidence', 'envelope', 'open', '--key', other, envelope, cli.path('never.asice'), expect=77)
	# power failed between the record and the key
	cli.write('key', secret)
	cli.evidence('dispose', '--finish', '--destroy-key', key)
	check(not os.path.exists(key), 'gone on with')
	cli.evidence('dispose', '--finish', '--destroy-key', other, expect=77)
	check(os.path.exists(other), 'another key is not in the record')
	cli.evidence('check')
	cli.evidence('seal', cli.path('keyed.asice'))
	check(cli.verdict('--pin', mine, cli.path('keyed.asice'))['verdict'] == 'TOTAL-PASSED', 'the bundle')


def key_alone(cli, mine):
	"""Nothing of the case goes, only a key: the record says which, when and by whom; a hold and a retention date are
	heeded as for items, and after the case is closed it can still go."""
	opened(cli, 'alone')
	key = cli.path('alone-key')
	to = cli.run('evidence', 'envelope', 'key', key, '--quiet').strip()
	envelope = cli.path('alone.asice')
	cli.evidence('envelope', 'create', '--to', to, envelope)
	payload, entries = tree(cli.case, 'data'), lambda: sorted(os.listdir(os.path.join(cli.case, 'custody')))
	dispose = lambda expect, *words, cause='request': cli.evidence('dispose', '--cause', cause, '--reason', 'R', *words, expect=expect)
	dispose(64)
	dispose(77, '--destroy-key', key, cause='retention')
	cli.evidence('hold', 'on', '--reason', 'trial')
	before = entries()
	dispose(77, '--destroy-key', key)
	check(entries() == before and os.path.exists(key), 'on hold it stays')
	cli.evidence('hold', 'off', '--reason', 'over')
	cli.evidence('close', '--reason', 'done')
	said = dispose(0, '--destroy-key', key, '--envelope', envelope)
	check(to in said and 'Disposed of' not in said and not os.path.exists(key) and not os.path.exists(key + '.opened'), 'the key is gone, with its list: ' + said)
	folder = os.path.join(cli.case, 'custody', entries()[-1])
	entry = json.load(open(os.path.join(folder, 'entry.json')))
	records = [json.loads(line) for line in lines_of(cli.case, entry['seq'])]
	record, = [r for r in records if r['kind'] == 'destroyed-key']
	check((entry['action'], entry['details'], entry['certificate'], record['recipient']) == ('dispose', {'cause': 'request'}, mine, to), 'who, why, which')
	check(not [r for r in records if r['kind'] == 'scope'] and tree(cli.case, 'data').items() >= payload.items(), 'nothing else goes')
	cli.evidence('check')
	cli.evidence('seal', cli.path('alone-sealed.asice'))
	report = cli.verdict('--pin', mine, cli.path('alone-sealed.asice'))
	check((report['verdict'], report['counts']['withheld']) == ('TOTAL-PASSED', 0), 'the bundle: %r' % report)


def spoilt(cli):
	"""What was put aside as spoilt still shows what the item showed: it goes with it."""
	opened(cli, 'spoilt')
	path = os.path.join(cli.case, 'data', '00000002', '00000002.txt')
	with open(path, 'ab') as f:
		f.write(b'spoilt')
	cli.evidence('lost', '--reason', 'the stick was wet', '1')
	aside = os.path.join(cli.case, '.case', 'incoming', 'spoilt-00000002-00000002.txt')
	check(os.path.exists(aside) and not os.path.exists(path), 'put aside')
	said = cli.evidence('dispose', '--cause', 'consent', '--reason', 'withdrawn', '1')
	check('Disposed of 1 files' in said and not os.path.exists(aside), 'gone for good: ' + said)
	cli.evidence('check')


def unreadable(cli):
	"""What may not be read was not seen to be spoilt: it is not said to be lost, and stays where it is."""
	opened(cli, 'unreadable')
	path = os.path.join(cli.case, 'data', '00000002', '00000002.txt')
	nobody = 65534
	root = os.getuid() == 0
	for at, folders, files in os.walk(cli.dir):
		for name in folders + files + ['']:
			if root:
				os.chown(os.path.join(at, name), nobody, nobody)
	os.chmod(path, 0)
	said = cli.evidence('lost', '--reason', 'cannot be opened', '1', expect=77, before=(lambda: os.setuid(nobody)) if root else None)
	check('Permission denied' in said and os.path.exists(path), 'no loss was seen: ' + said)
	# and `check` does not call it altered, nor an entry missing: it could not look
	as_nobody = dict(expect=77, before=(lambda: os.setuid(nobody)) if root else None)
	for name in os.path.relpath(path, cli.case), 'data/00000002', 'custody/00000002', 'custody/00000002/entry.json':
		closed = os.path.join(cli.case, name)
		mode = os.stat(closed).st_mode & 0o777
		os.chmod(closed, 0)
		said = cli.evidence('check', **as_nobody)
		check(name in said and 'Permission denied' in said, 'not looked at: ' + said)
		os.chmod(closed, mode)
	# what cannot be reached is not disposed of, and not said to be
	os.chmod(path, 0o600)
	os.chmod(os.path.dirname(path), 0)
	said = cli.evidence('dispose', '--cause', 'order', '--reason', 'R', '1', **as_nobody)
	os.chmod(os.path.dirname(path), 0o700)
	check(os.path.exists(path) and '--finish' in said, 'it is still there: ' + said)
	check('Disposed of 1 files' in cli.evidence('dispose', '--finish') and not os.path.exists(path), 'then it is gone')
	cli.evidence('check')


def retention(cli):
	opened(cli, 'kept', '--retention', '9999-12-31')
	check('9999-12-31' in cli.evidence('dispose', '--cause', 'retention', '--reason', 'R', '1', expect=77), 'says until when')
	opened(cli, 'due', '--retention', '2000-01-31')
	cli.evidence('dispose', '--cause', 'retention', '--reason', 'R', '1')
	cli.evidence('check')


def main():
	cli = Cli(sys.argv[1])
	mine = cli.identity()
	opened(cli, 'case')
	copy = two_items(cli, mine)
	cut_off(cli, copy)
	numbers(cli)
	with_key(cli, mine)
	key_alone(cli, mine)
	spoilt(cli)
	retention(cli)
	unreadable(cli)
	shutil.rmtree(cli.dir)
	print('dispose: ok')


main()
