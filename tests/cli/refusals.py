#!/usr/bin/env python3
"""refusals.py PROGRAMS: bad input gets one clear line, the documented exit code, and nothing is lost or
half-written."""
import base64
import json
import os
import pty
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

from cli import Cli, check


def tree(path):
	out = {}
	for folder, _, files in os.walk(path):
		for name in files:
			with open(os.path.join(folder, name), 'rb') as f:
				out[os.path.join(folder, name)] = f.read()
	return out


def unchanged(cli, *words, expect, says, **how):
	before = tree(cli.path('case', 'custody')), tree(cli.path('case', 'data'))
	text = cli.evidence(*words, expect=expect, **how)
	check(says in text, '%r does not say %r: %s' % (words, says, text))
	check((tree(cli.path('case', 'custody')), tree(cli.path('case', 'data'))) == before, '%r changed the case' % (words,))
	left = [n for n in os.listdir(cli.path('case/.case/incoming')) if not n.startswith('uncommitted')]
	check(left == [], '%r left %r' % (words, left))


def usage(cli):
	cli.run('evidence', expect=64, lines=len(cli_help(cli)))
	cli.run('evidence', 'nothing', expect=64)
	cli.run('evidence', 'open', cli.path('x'), expect=64)
	check(not os.path.exists(cli.path('x')), 'a wrong call made a folder')
	cli.run('evidence-verify', expect=64, lines=2)
	cli.run('evidence-verify', '--pin', 'abc', 'x', expect=64)
	cli.run('evidence-verify', '--at', 'yesterday', 'x', expect=64, lines=2)
	cli.run('evidence-verify', cli.path('absent'), expect=66)
	cli.run('evidence-verify', '--lang', 'xx', 'x', expect=64, lines=2)
	# a file's name that a shell put where options stand: shown, not let loose on the terminal
	for word, shown in (('--\x1b[31mred', '--<U+001B>[31mred'), ('-\x1bx', '-<U+001B>'), ('--json=1', '--json=1'), ('--t', '--t'), ('--pin', '--pin')):
		said = cli.run('evidence-verify', word, expect=64, lines=2)
		check(said.startswith('evidence-verify: %s: ' % shown), '%r is answered with %r' % (word, said))


def full_output(cli):
	"""What could not be printed was not said: a script must not take an empty answer for the version."""
	for words in ('--version',), ('--help',), ('add', '--help'), ('identity', 'list'):
		with open('/dev/full', 'w') as full:
			done = subprocess.run([os.path.join(cli.programs, 'evidence'), *words], stdout=full, stderr=subprocess.PIPE, env=cli.env)
		check(done.returncode == 74 and done.stderr == b'evidence: the output could not be written\n', '%r: exit %d: %s' % (words,
			done.returncode, done.stderr))


def cli_help(cli):
	done = subprocess.run([os.path.join(cli.programs, 'evidence')], capture_output=True, text=True)
	return done.stderr.splitlines()


def names_below(path):
	return sorted(os.path.relpath(os.path.join(folder, n), path) for folder, dirs, files in os.walk(path) for n in dirs + files)


def opening(cli):
	"""A case that is not opened is not there: neither the folder, nor, where it was there and empty, anything in it."""
	right = {'--number': '2', '--title': 't'}
	wrong = ({'--violence': 'x'}, {'--retention': '2031-02-30'}, {'--review': 'tomorrow'}, {'--title': ''}, {'--number': ' '}, {'--title': '\udce6'})
	for there in (False, True):
		place = cli.path('there' if there else 'new')
		if there:
			os.mkdir(place)
		for words in wrong:
			given = ['%s=%s' % pair for pair in dict(right, **words).items()]
			blank = [value for value in words.values() if not value.strip()]
			cli.run('evidence', 'open', place, *given, '--passphrase-file', cli.pass_file, expect=65 if blank else 64)
			check(os.path.exists(place) == there, '%r: the folder is %s' % (words, 'gone' if there else 'there'))
			check(names_below(place) == [], '%r left %r' % (words, names_below(place)))
		cli.run('evidence', 'open', place, '--number', '2', '--title', 't', '--passphrase-file', cli.pass_file)
		cli.run('evidence', '-C', place, 'check')
	cli.run('evidence', 'open', cli.path('absent/new'), '--number', '2', '--title', 't', '--passphrase-file', cli.pass_file, expect=66)
	full(cli)


def full(cli):
	"""No room: by a limit on files, which everybody may set, and on a small file system, which root alone may mount."""
	place, opens = cli.path('full'), ('--number', '2', '--title', 't', '--passphrase-file', cli.pass_file)
	cli.run('evidence', 'open', place, *opens, expect=74, before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)))
	check(not os.path.exists(place), 'a failed open left a folder')
	small = cli.path('small')
	os.mkdir(small)
	if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', small], capture_output=True).returncode != 0:
		print('no tmpfs can be mounted here: open on a full one is not tested')
		return
	try:
		for place in (small, os.path.join(small, 'c')):
			cli.run('evidence', 'open', place, *opens, expect=74)
			check(names_below(small) == [], 'open on a full file system left %r' % names_below(small))
	finally:
		subprocess.run(['umount', small], check=True)


def no_text(cli):
	"""A word in another charset, as a terminal set to ISO 8859-2 gives, would be a record of no form: it is not begun."""
	for words in (('hold', 'on'), ('add', cli.pass_file), ('close',), ('dispose', '--cause', 'request', '1'), ('admit', '--as', 'witness', '0' * 64)):
		unchanged(cli, *words, '--reason', b'Tu\xbeilac', expect=64, says='reason is not UTF-8', lines=None)
	for word in ('--label', '--reason'): # before the moment is gone
		unchanged(cli, 'capture', 'screen', word, b'\xbe', expect=64, says='not UTF-8')
	hand = ('transfer', '--to', 'anyone', '--purpose', 'p', cli.path('latin.asice'))
	unchanged(cli, *hand, '--recipient', b'Tu\xbeilac', expect=64, says='recipient is not UTF-8')
	unchanged(cli, 'seal', '--purpose', b'\xbe', cli.path('latin.asice'), expect=64, says='purpose is not UTF-8')
	unchanged(cli, 'consent', 'given', '--basis', 'oral', '--recipient', b'Tu\xbeilac', expect=64, says='recipient is not UTF-8')
	check(not os.path.exists(cli.path('latin.asice')), 'a bundle')
	cli.evidence('check')


def passphrases(cli):
	wrong = cli.write('wrong', b'not the passphrase\n')
	before = tree(cli.path('case', 'custody'))
	cli.run('evidence', '-C', cli.case, 'note', 'x', '--passphrase-file', wrong, expect=77)
	cli.run('evidence', '-C', cli.case, 'note', 'x', '--passphrase-file', cli.path('absent'), expect=66)
	check(tree(cli.path('case', 'custody')) == before, 'a wrong passphrase changed the case')
	cli.run('evidence', '-C', cli.case, 'note', 'x', '--identity', 'ffff0000', '--passphrase-file', cli.pass_file, expect=66)


def intake(cli):
	os.mkfifo(cli.path('pipe'))
	unchanged(cli, 'add', cli.path('absent'), expect=66, says='', lines=1)
	unchanged(cli, 'add', cli.path('pipe'), expect=66, says='', lines=1)
	unchanged(cli, 'add', '/dev/zero', expect=66, says='', lines=1)
	os.makedirs(cli.path('not-mounted', 'empty'))
	unchanged(cli, 'add', cli.path('not-mounted'), expect=66, says='there is no file in what was named', lines=1)
	unchanged(cli, 'add', cli.case, expect=64, says='the case itself')
	unchanged(cli, 'add', '--basis', 'stolen', cli.pass_file, expect=64, says='basis')
	unchanged(cli, 'add', '--basis', 'covert', cli.pass_file, expect=64, says='reason')
	unchanged(cli, 'add', '--basis', 'covert', '--reason', '', cli.pass_file, expect=65, says='--reason is empty')
	unchanged(cli, 'add', '-', cli.pass_file, expect=64, says='./-')
	unchanged(cli, 'add', '-', expect=64, says='standard input is closed', before=lambda: os.close(0))
	unchanged(cli, 'add', '--label', b'a\xff', cli.pass_file, expect=64, says='--label is not UTF-8', lines=None)
	unchanged(cli, 'correct', '2/3', b'a\xff', 'x', expect=64, says='FIELD is not UTF-8')
	unchanged(cli, 'note', '', expect=65, says='empty')
	unchanged(cli, 'note', ' \n\t', expect=65, says='empty')
	unchanged(cli, 'statement', '77', 'words', expect=66, says='no item')


def blank(cli):
	"""A word that is empty, as a shell variable that was not set is, counts as no order, no reason and no recipient."""
	cli.evidence('consent', 'withdrawn', '--basis', 'oral')
	hand = ('transfer', '--to', 'anyone', '--recipient', 'X', '--purpose', 'Y')
	out = cli.path('blank.asice')
	unchanged(cli, *hand, out, expect=77, says='withdrawn')
	for word in ('', ' ', '\t\r\n '):
		unchanged(cli, *hand, '--authority', word, out, expect=65, says='--authority is empty')
		unchanged(cli, *hand, '--authority=' + word, out, expect=65, says='--authority is empty')
		unchanged(cli, *hand, '--auth', word, out, expect=65, says='--authority is empty')
		unchanged(cli, 'consent', 'given', '--basis', 'oral', '--recipient', word, expect=65, says='--recipient is empty')
		unchanged(cli, 'dispose', '--cause', 'request', '--reason', word, '1', expect=65, says='--reason is empty')
		unchanged(cli, 'hold', 'on', '--reason', word, expect=65, says='--reason is empty')
		unchanged(cli, 'lost', '--reason', word, '1', expect=65, says='--reason is empty')
	check(not os.path.exists(out), 'a bundle without an order')
	cli.run('evidence', 'refuse', '--reason', '', out, cli.path('blank.receipt'), expect=65)
	cli.run('evidence', '-C', '', 'log', expect=65)
	said = cli.run('evidence', 'add', '--\x1b[2K', expect=64, lines=2)
	check('--<U+001B>[2K' in said and '\x1b' not in said, 'an option is printed as it came: %r' % said)
	said = cli.run('evidence', 'a\x1b[2K', expect=64)
	check("'a<U+001B>[2K'" in said, 'a command is printed as it came: %r' % said)
	said = cli.run('evidence', 'timestamp', 'request', '--bundle', cli.path('absent'), '--out', cli.path('q.tsq'), expect=66)
	check('absent' in said, 'which bundle: ' + said)
	check('--label' in cli.run('evidence', 'add', '--label', expect=64, lines=2), 'which option lacks its word')
	check('-z' in cli.run('evidence', 'add', '-z', expect=64, lines=2), 'which letter is no option')


def another_identity(cli):
	"""Somebody who was not admitted may not write."""
	other = cli.run('evidence', 'identity', 'create', '--name', 'Zoran', '--role', 'other', '--passphrase-file', cli.pass_file)
	prints = [json.loads(line) for line in cli.run('evidence', 'identity', 'list', '--json').splitlines()]
	zoran = [p['fingerprint'] for p in prints if p['name'] == 'Zoran'][0]
	unchanged(cli, 'note', 'x', expect=64, says='identit')
	unchanged(cli, 'note', 'x', '--identity', zoran[:8], expect=77, says='may not write')
	return [p['fingerprint'] for p in prints if p['name'] == 'Ana'][0]


def damaged(cli, ana):
	"""Each file of the log missing or altered: nothing is added, and check names it."""
	custody = cli.path('case', 'custody')
	keep = cli.path('keep')
	shutil.copytree(cli.case, keep)
	for entry in sorted(os.listdir(custody)):
		for name in sorted(os.listdir(os.path.join(custody, entry))):
			for how in ('missing', 'flipped'):
				path = os.path.join(custody, entry, name)
				data = open(path, 'rb').read()
				if how == 'missing':
					os.remove(path)
				else:
					open(path, 'wb').write(data[:-2] + bytes([data[-2] ^ 1]) + data[-1:])
				out = cli.run('evidence', '-C', cli.case, 'check', expect=1)
				number = entry.lstrip('0')
				check('custody/%s/%s' % (entry, name) in out or 'failed: %s' % number in out,
					'%s/%s %s is not named: %s' % (entry, name, how, out))
				if name != 'records.jsonl':
					cli.evidence('note', 'x', '--identity', ana[:8], expect=65)
				cli.evidence('seal', cli.path('no.asice'), '--identity', ana[:8], expect=65)
				check(not os.path.exists(cli.path('no.asice')), 'a bundle of a damaged case')
				open(path, 'wb').write(data)
	data_file = cli.path('case', 'data', '00000002', '00000002.txt')
	data = open(data_file, 'rb').read()
	open(data_file, 'wb').write(data[:-1] + b'X')
	check('2/2' in cli.run('evidence', '-C', cli.case, 'check', expect=1), 'altered item is named')
	cli.evidence('seal', cli.path('no.asice'), '--identity', ana[:8], expect=65)
	os.remove(data_file)
	check('2/2' in cli.run('evidence', '-C', cli.case, 'check', expect=1), 'missing item is named')
	shutil.rmtree(cli.case)
	shutil.copytree(keep, cli.case)
	extra = cli.write('case/data/00000002/extra.txt', b'x')
	check('extra.txt' in cli.run('evidence', '-C', cli.case, 'check', expect=1), 'a file too many is named')
	os.remove(extra)
	check('The case holds' in cli.run('evidence', '-C', cli.case, 'check'), 'the case is whole again')


def hostile_names(cli):
	"""Names of files that nobody here gave: shown escaped, and lost in no form of the output."""
	name = '\r\x1b[2KThe case holds: 2 entries.\x1b[8m'
	planted = cli.write('case/custody/' + name, b'')
	said = cli.run('evidence', '-C', cli.case, 'check', expect=1)
	check('custody/<U+000D><U+001B>[2KThe case holds: 2 entries.<U+001B>[8m' in said, 'escaped: %r' % said)
	check('\x1b' not in said and '\r' not in said, 'raw: %r' % said)
	found = [json.loads(line) for line in cli.run('evidence', '-C', cli.case, 'check', '--json', expect=1).splitlines()]
	check([f['where'] for f in found] == ['custody/' + name], 'as JSON: %r' % found)
	os.remove(planted)
	planted = os.path.join(os.fsencode(cli.case), b'data/00000002/planted\xff.jpg')
	open(planted, 'wb').close()
	found = [json.loads(line) for line in cli.run('evidence', '-C', cli.case, 'check', '--json', expect=1).splitlines()]
	check([f['code'] for f in found] == ['FILE_UNACCOUNTED'] and 'where' not in found[0], 'not UTF-8: %r' % found)
	where = base64.urlsafe_b64decode(found[0]['whereBytes'] + '==')
	check(where == b'data/00000002/planted\xff.jpg', 'its bytes: %r' % where)
	os.remove(planted)
	os.mkdir(cli.path('trust'))
	cli.write('trust/a\x1b[2Kb', b'no certificate')
	said = cli.run('evidence-verify', '--trust', cli.path('trust'), 'x', expect=64)
	check('a<U+001B>[2Kb' in said and '\x1b' not in said, 'a trust file: %r' % said)


def clock(cli, ana):
	"""A clock behind the last entry is said before something is signed with it, and not only by a later check."""
	if not shutil.which('faketime'):
		print('no faketime here: a clock behind is not tested')
		return
	words = ('-C', cli.case, 'note', 'x', '--identity', ana[:8], '--passphrase-file', cli.pass_file)
	for now, says in (('-3d', True), ('+0s', False)):
		done = subprocess.run(['faketime', '-f', now, os.path.join(cli.programs, 'evidence'), *words], capture_output=True, text=True,
			env=dict(cli.env, ASAN_OPTIONS=cli.env.get('ASAN_OPTIONS', '') + ':verify_asan_link_order=0'), cwd=cli.dir)
		check(done.returncode == 0, 'note: %r' % done)
		check(('before the last entry' in done.stderr) == says, 'clock at %s: %r' % (now, done.stderr))


def fifos(cli):
	"""Nothing waits for what is in a folder and no file."""
	state = cli.path('case/.case')
	for name in ('index.sqlite', 'index.sqlite-journal', 'index.sqlite-wal'):
		path = os.path.join(state, name)
		if os.path.lexists(path):
			os.remove(path)
		os.mkfifo(path)
		cli.run('evidence', '-C', cli.case, 'check', before=lambda: signal.alarm(60))
		cli.run('evidence', '-C', cli.case, 'search', 'nowhere', before=lambda: signal.alarm(60))
		cli.run('evidence', '-C', cli.case, 'index', '--rebuild', before=lambda: signal.alarm(60))
		check(not os.path.lexists(path) or os.path.isfile(path), '%s is still there' % name)
	os.mkdir(cli.path('pipes'))
	os.mkfifo(cli.path('pipes/ca.pem'))
	said = cli.run('evidence-verify', '--trust', cli.path('pipes'), 'x', expect=74, lines=1, before=lambda: signal.alarm(60))
	check('no regular file' in said, 'a FIFO among trust files: ' + said)


def newer(cli, ana):
	path = cli.path('case', 'custody', '00000002', 'entry.json')
	data = open(path, 'rb').read()
	open(path, 'wb').write(data.replace(b'libevidence-custody-1', b'libevidence-custody-2'))
	text = cli.evidence('note', 'x', '--identity', ana[:8], expect=65)
	check('libevidence-custody-2' in text, 'the newer format is named: ' + text)
	open(path, 'wb').write(data)


def locked(cli, ana):
	import fcntl
	with open(cli.path('case/.case/lock'), 'r+') as f:
		fcntl.flock(f, fcntl.LOCK_EX)
		check('try again' in cli.evidence('note', 'x', '--identity', ana[:8], expect=75), 'locked')


def leftovers(cli, ana):
	"""What a killed program had not committed goes when the case is next written to; a payload cut off by power stays."""
	incoming = cli.path('case/.case/incoming')
	for name in ('entry-00112233445566ff/data', 'seal', 'uncommitted-00000009-aabbccddeeff', 'entry-mine'):
		os.makedirs(os.path.join(incoming, name))
	cli.write('case/.case/incoming/entry-00112233445566ff/data/t0', b'copied and never committed')
	cli.run('evidence', '-C', cli.case, 'list')
	check(len(os.listdir(incoming)) == 4, 'reading changed the case: %r' % os.listdir(incoming))
	cli.evidence('note', 'x', '--identity', ana[:8])
	check(sorted(os.listdir(incoming)) == ['entry-mine', 'uncommitted-00000009-aabbccddeeff'], 'left: %r' % os.listdir(incoming))
	os.rmdir(os.path.join(incoming, 'entry-mine'))


def asked(cli, *words):
	"""What `add` says into an empty case of its own, on a terminal (R7.23)."""
	case = tempfile.mkdtemp(prefix='asked-', dir=cli.dir) + '/c'
	cli.run('evidence', 'open', case, '--number', '1', '--title', 'T', '--passphrase-file', cli.pass_file)
	said = []
	for _ in range(2):
		ours, theirs = pty.openpty()
		done = subprocess.run([os.path.join(cli.programs, 'evidence'), '-C', case, 'add', '--no-read', cli.pass_file,
			'--passphrase-file', cli.pass_file] + list(words), stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, env=cli.env)
		os.close(theirs)
		text = b''
		try:
			while block := os.read(ours, 4096):
				text += block
		except OSError: # the other end is closed
			pass
		os.close(ours)
		check(done.returncode == 0, 'add on a terminal: %d %r' % (done.returncode, text))
		said.append(b'under 18' in text and b'evidence stop' in text)
	return said


def main():
	cli = Cli(sys.argv[1])
	usage(cli)
	full_output(cli)
	cli.run('evidence', '-C', cli.case, 'log', expect=66)
	cli.identity()
	cli.run('evidence', 'open', cli.case, '--number', '1', '--title', 'T', '--passphrase-file', cli.pass_file)
	cli.run('evidence', 'open', cli.case, '--number', '1', '--title', 'T', '--passphrase-file', cli.pass_file, expect=73)
	cli.evidence('add', cli.write('a.txt', b'evidence\n'))
	opening(cli)
	passphrases(cli)
	check(asked(cli) == [True, False], 'asked before the first intake alone')
	check(asked(cli, '--quiet') == [False, False], 'asked although --quiet')
	intake(cli)
	no_text(cli)
	blank(cli)
	ana = another_identity(cli)
	damaged(cli, ana)
	hostile_names(cli)
	fifos(cli)
	newer(cli, ana)
	locked(cli, ana)
	leftovers(cli, ana)
	clock(cli, ana)
	print('refusals: ok')


main()
