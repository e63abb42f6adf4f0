#!/usr/bin/env python3
"""read.py PROGRAMS SAMPLES: `evidence read` over the sample evidence, through the sandboxed reader: the chat
messages counted by hand are all there, the derived entry verifies, the evidence is untouched, and reading
again says the same."""
import collections
import csv
import json
import os
import shutil
import sqlite3
import subprocess
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


def entries(cli):
	return len(os.listdir(cli.path('case', 'custody')))


def scope(recs):
	return [r['first'] for r in recs if r['kind'] == 'scope']


def at_add(programs, samples):
	"""`add` reads by itself, once, what was not read yet: the same as `read` says, in the next entry."""
	cli = Cli(programs)
	cli.identity()
	cli.run('evidence', 'open', cli.case, '--number', '1', '--title', 'T', '--passphrase-file', cli.pass_file)
	out = cli.evidence('add', os.path.join(samples, 'evidence'), reads=True)
	check('by entry 3 (sandbox landlock' in out and entries(cli) == 3, 'add did not read: ' + out)
	cli.evidence('read')
	check(plain(records(cli, 3)) == plain(records(cli, 4)), 'add reads something else than read')
	cli.evidence('add', '--no-read', cli.write('later/1.txt', b'one\n'), reads=True)
	check(entries(cli) == 5, '--no-read read')
	cli.evidence('add', '--quiet', '--role', 'receipt', cli.write('later/2.txt', b'two\n'), reads=True)
	check(entries(cli) == 6, 'an item with a role is no exhibit')
	cli.evidence('add', '--name', 'piped.txt', '-', stdin=b'three\n', reads=True)
	check(entries(cli) == 8 and scope(records(cli, 8)) == ['5/2', '7/2'], 'what was left unread: %r' % scope(records(cli, 8)))
	cli.evidence('seal', cli.path('add.asice'))


def database(cli, name):
	"""A database of one table and its -wal, copied while it is open, so that both are needed."""
	path = cli.path('made.db')
	db = sqlite3.connect(path, isolation_level=None)
	for line in ('PRAGMA journal_mode=WAL', 'PRAGMA wal_autocheckpoint=0', 'CREATE TABLE in_wal(x)', 'INSERT INTO in_wal VALUES(7)'):
		db.execute(line)
	os.makedirs(cli.path('many'), exist_ok=True)
	for end in ('', '-wal'):
		shutil.copyfile(path + end, cli.path('many', name + end))
	db.close()


def batches(programs):
	"""Entries of 1,000 items; a database at the border keeps its -wal, wherever it stands in the folder."""
	cli = Cli(programs)
	cli.identity()
	cli.run('evidence', 'open', cli.case, '--number', '1', '--title', 'T', '--passphrase-file', cli.pass_file)
	for i in range(999):
		cli.write('many/a%03d' % i, b'')
	database(cli, 'b.db')
	cli.write('many/b.db-a', b'between the two')
	cli.write('many/c', b'')
	out = cli.evidence('add', cli.path('many'), reads=True)
	check('1003 items read' in out and 'by entries 3 to 4 ' in out, 'two batches: ' + out)
	first, second = records(cli, 3), records(cli, 4)
	check(len(scope(first)) == 1001 and len(scope(second)) == 2, 'batches: %d and %d' % (len(scope(first)), len(scope(second))))
	names = {r['item']: r['name'] for r in records(cli, 2) if r['kind'] == 'origin'}
	read = [names[r['item']] for r in first + second if r['kind'] == 'read-item']
	check(len(read) == 1002 and 'b.db-wal' not in read, 'a -wal is read with its database')
	tables = [names[r['item']] for r in first if r['kind'] not in ('scope', 'circumstances') and 'in_wal' in json.dumps(r)]
	check('b.db' in tables, 'the table in the -wal was not seen')
	cli.evidence('add', cli.write('one/more', b''), reads=True)
	check(scope(records(cli, 6)) == ['5/2'], 'what was read is read again: %r' % scope(records(cli, 6)))


def without_reader(programs):
	"""No reader beside the program: the intake stands, it is said, exit 1; the next add reads it."""
	cli = Cli(programs)
	alone = cli.path('alone')
	os.mkdir(alone)
	shutil.copy(os.path.join(programs, 'evidence'), alone)
	cli.programs = alone
	cli.identity()
	cli.run('evidence', 'open', cli.case, '--number', '1', '--title', 'T', '--passphrase-file', cli.pass_file)
	argv = [os.path.join(alone, 'evidence'), '-C', cli.case, 'add', cli.pass_file, '--passphrase-file', cli.pass_file]
	done = subprocess.run(argv, capture_output=True, env=cli.env, check=False)
	said = done.stderr.decode()
	check(done.returncode == 1 and len(said.splitlines()) == 1 and 'evidence-reader is missing' in said and
		'not read: 1 ' in said and 'safely in' in said, 'a missing reader: exit %d, %s' % (done.returncode, said))
	check(b'1 item, ' in done.stdout and entries(cli) == 2, 'the intake stands')
	reader = os.path.join(alone, 'evidence-reader')
	with open(reader, 'w', encoding='ascii') as f:
		f.write('#!/bin/sh\nexit 3\n')
	os.chmod(reader, 0o700)
	done = subprocess.run(argv, capture_output=True, env=cli.env, check=False)
	check(done.returncode == 1 and done.stderr, 'a reader that dies: exit %d, %r' % (done.returncode, done.stderr))
	cli.programs = programs
	cli.evidence('check')
	cli.evidence('read')
	cli.evidence('seal', cli.path('case.asice'))


def proofs_at_add(programs, samples):
	"""What others proved of their files is recomputed as they come in, recorded, and the files are kept whole."""
	folder = os.path.join(samples, '..', 'formats', 'proof')
	cli = Cli(programs)
	cli.identity()
	cli.run('evidence', 'open', cli.case, '--number', '1', '--title', 'T', '--passphrase-file', cli.pass_file)
	names = ['proofmode.zip', 'signed.wacz', 'bag.zip', 'asic-e.asice', 'proofmode-altered.zip', 'signed-altered.wacz', 'bag-altered.zip', 'asic-e-altered.asice', 'files.L01']
	cli.evidence('add', *[os.path.join(folder, n) for n in names], reads=True)
	name = {r['item']: r['name'] for r in records(cli, 2) if r['kind'] == 'origin'}
	stored = sorted(r['sha256'] for r in records(cli, 2) if r['kind'] == 'content')
	check(stored == sorted(sha256(os.path.join(folder, n)) for n in names), 'kept whole')
	said = collections.defaultdict(set)
	for r in records(cli, 3):
		if r.get('code', '').startswith('proof-'):
			said[name[r['item']]].add(r['code'])
	for n in names[:4]:
		check('proof-holds' in said[n] and 'proof-fails' not in said[n], '%s: %r' % (n, said[n]))
	for n in names[4:8]:
		check('proof-fails' in said[n], '%s: %r' % (n, said[n]))
	check(said['files.L01'] == {'proof-unchecked'}, 'files.L01: %r' % said['files.L01'])


def shown(cli, samples):
	"""`show` says what was read of an item and what not. Values: exiftool of the photo, zipinfo of the archive."""
	said = [' '.join(line.split()) for line in cli.evidence('show', '13').splitlines()]
	for line in ('field exif.ifd0 Model SM-A546B', 'field exif GPSPosition 44.8163000,20.4602000', 'reading exif 1 whole'):
		check(line in said, 'show 13 does not say %r: %r' % (line, said))
	cli.evidence('add', os.path.join(samples, '..', 'formats', 'archive', 'locked.zip'), reads=True)
	item = max(r['id'] for r in records(cli, 6) if r['kind'] == 'content')
	said = [' '.join(line.split()) for line in cli.evidence('show', item).splitlines()]
	check('unread archive encrypted member 1 is encrypted' in said, 'what was not read: %r' % said)
	said = cli.evidence('show', '1')
	check('message        15 (' in said and 'Biseda me Arben K në WhatsApp.txt' in said, 'how many messages: ' + said)
	lines = [json.loads(line) for line in cli.evidence('show', '--json', '1').splitlines()]
	check(sum(r['kind'] == 'message' for r in lines) == 15, 'all records as JSON')


def again(programs):
	"""A database named alone is read with its -wal; a reading that fails does not take the place of one that went through."""
	cli = Cli(programs)
	os.mkdir(cli.path('phone'))
	db = sqlite3.connect(cli.path('live.db'))
	db.execute('PRAGMA journal_mode=wal')
	db.execute('CREATE TABLE t(a TEXT)')
	db.execute("INSERT INTO t VALUES('in the file')")
	db.commit()
	db.execute('PRAGMA wal_checkpoint')
	db.execute("INSERT INTO t VALUES('in the log alone')")
	db.commit()
	for name in ('live.db', 'live.db-wal'):
		shutil.copy(cli.path(name), cli.path('phone', name))
	db.close()
	cli.identity()
	cli.run('evidence', 'open', cli.case, '--number', '1', '--title', 'T', '--passphrase-file', cli.pass_file)
	cli.evidence('add', cli.path('phone'), reads=True)
	rows = [r for r in records(cli, 3) if r.get('name') == 'rows']
	check([r['value'] for r in rows] == ['2'], 'rows with the log: %r' % rows)
	for item in ('1', '2'):
		cli.evidence('read', item)
		last = records(cli, entries(cli))
		check(scope(last) == ['2/2', '2/4'], 'the database and its log, whichever is named: %r' % scope(last))
		check([r['value'] for r in last if r.get('name') == 'rows'] == ['2'], 'rows of a second reading')
	good = entries(cli)
	check('Items not read' not in cli.evidence('search', 'rows'), 'a -wal is read with its database')
	cli.evidence('read', '--memory', '5', expect=1)
	check('2' in cli.evidence('search', '--kind', 'field', 'rows'), 'the good reading is found still')
	check('unread' in cli.evidence('search', '--kind', 'unread'), 'and that the last one failed is said')
	exported = cli.path('rows.csv')
	cli.evidence('export', '--as', 'csv', exported)
	with open(exported, newline='') as f:
		check(any('%d/' % good in ' '.join(line) and 'rows' in line for line in csv.reader(f)), 'the export has the good reading')
	cli.evidence('read')
	left = cli.evidence('search', '--kind', 'unread')
	check('unread' not in left, 'nothing is unread any more: ' + left)


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
	check(all((r['memory'], r['seconds'], r['output']) == (512 << 20, 60, 4 << 30) for r in recs if r['kind'] == 'read-item'),
		'the limits of each item, as docs/reader.md has them')
	cli.evidence('read', '--memory', '300', '--seconds', '7', '1', '2/4')
	limited = [r for r in records(cli, 5) if r['kind'] == 'read-item']
	check([(r['item'], r['memory'], r['seconds']) for r in limited] == [('2/2', 300 << 20, 7), ('2/4', 300 << 20, 7)],
		'limits as set: %r' % limited)
	check('no item' in cli.evidence('read', '99', expect=66), 'reading nothing')
	shown(cli, samples)
	cli.evidence('seal', cli.path('case.asice'))
	check(cli.verdict('--pin', pin, cli.path('case.asice'))['verdict'] == 'TOTAL-PASSED', 'a case with read-outs verifies')
	at_add(sys.argv[1], samples)
	proofs_at_add(sys.argv[1], samples)
	batches(sys.argv[1])
	without_reader(sys.argv[1])
	again(sys.argv[1])
	print('read: ok')


if __name__ == '__main__':
	main()
