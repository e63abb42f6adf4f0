#!/usr/bin/env python3
"""case_folder.py PROGRAMS: what stands in a case's folder. No output goes into it, what does not belong there
is named, what an earlier seal left is held against the log before it is brought along, `.case/` can be made
anew; links; corrections. What is expected stands in docs/case.md, acquire.md, seal.md and notes.md."""
import json
import os
import shutil
import subprocess
import sys

from cli import Cli, check

TWO = 'case/seals/00000002/'


def names(path):
	return sorted(os.path.relpath(os.path.join(f, n), path) for f, folders, files in os.walk(path)
		for n in folders + files if '.case' not in os.path.relpath(os.path.join(f, n), path))


def holds(cli):
	check('The case holds' in cli.run('evidence', '-C', cli.case, 'check'), 'the case does not hold')


def found(cli, *what):
	"""`check` names each of these."""
	out = cli.run('evidence', '-C', cli.case, 'check', expect=1)
	for w in what:
		check(w in out, 'check does not name %s: %s' % (w, out))


def new_case(cli):
	shutil.rmtree(cli.case, ignore_errors=True)
	cli.run('evidence', 'open', cli.case, '--number', '1', '--title', 'T', '--passphrase-file', cli.pass_file)


def outputs(cli):
	"""No command makes a file or folder inside a case."""
	new_case(cli)
	cli.evidence('add', cli.write('a.txt', b'words'))
	before = names(cli.case)
	key = cli.path('age.key')
	recipient = cli.run('evidence', 'envelope', 'key', key).split()[0]
	os.symlink('case', cli.path('way'))
	for words in (('seal', 'case/x.asice'), ('seal', 'case/data/y.asice'), ('seal', 'case/custody/00000001/y.asice'),
			('seal', 'case/.case/y.asice'), ('seal', 'way/y.asice'), ('seal', 'case/data/../y.asice'),
			('export', 'case/inside'), ('export', 'case/inside/'), ('export', 'case/data/inside'),
			('export', '--as', 'csv', 'case/all.csv'), ('export', '--as', 'jsonl', 'case/data/all.jsonl'),
			('envelope', 'create', '--to', recipient, 'case/e.asice'), ('envelope', 'key', 'case/k'),
			('transfer', '--to', 'anyone', '--recipient', 'R', '--purpose', 'P', 'case/t.asice'),
			('transfer', '--to', 'anyone', '--recipient', 'R', '--purpose', 'P', '--form', 'case/f.txt', 't.asice'),
			('timestamp', 'request', '--entry', '1', '--out', 'case/t.tsq'),
			('timestamp', 'request', '--entry', '1', '--out', 't.tsq', '--qr', 'case/t.svg')):
		text = cli.evidence(*words, expect=64)
		check('case' in text and ('lie in' in text or 'lies in' in text), '%r: %s' % (words, text))
		check(names(cli.case) == before, '%r left %r' % (words, set(names(cli.case)) - set(before)))
	cli.run('evidence', 'open', 'case/another', '--number', '1', '--title', 'T', '--passphrase-file', cli.pass_file, expect=64)
	check(names(cli.case) == before, 'a case in a case')
	holds(cli)
	os.mkdir(cli.path('beside'))
	cli.evidence('seal', 'beside/x.asice')
	holds(cli)


def strays(cli):
	cli.write('case/x.asice', b'stray')
	os.mkdir(cli.path('case/copies'))
	found(cli, 'x.asice', 'copies')
	os.remove(cli.path('case/x.asice'))
	os.rmdir(cli.path('case/copies'))
	seals = os.listdir(cli.path('case/seals'))
	check(len(seals) == 1, 'seals: %r' % seals)
	cli.write('case/seals/%s/more.txt' % seals[0], b'stray')
	cli.write('case/seals/words', b'stray')
	shutil.copytree(cli.path('case/seals', seals[0]), cli.path('case/seals/00000001'))
	found(cli, 'seals/%s/more.txt' % seals[0], 'seals/words', 'seals/00000001')
	os.remove(cli.path('case/seals/%s/more.txt' % seals[0]))
	os.remove(cli.path('case/seals/words'))
	shutil.rmtree(cli.path('case/seals/00000001'))
	holds(cli)


def entries(cli):
	return sorted(os.listdir(cli.path('case/custody')))


def seal_dropped(cli):
	"""The last entry, a seal, taken away: what it made still stands there."""
	new_case(cli)
	cli.evidence('seal', 'one.asice')
	holds(cli)
	shutil.move(cli.path('case/custody/00000002'), cli.path('aside'))
	found(cli, 'seals/00000002')
	before = entries(cli)
	check('seals/00000002' in cli.evidence('note', 'x', expect=65), 'a note was added to a log that was cut')
	cli.evidence('seal', 'cut.asice', expect=65)
	check(entries(cli) == before and not os.path.exists(cli.path('cut.asice')), 'something was added')
	shutil.move(cli.path('aside'), cli.path('case/custody/00000002'))
	holds(cli)


def damaged_seal(cli):
	"""What an earlier seal left is not brought along when it is not as it was made, nor sealed with again, nor by another."""
	mine = json.loads(cli.run('evidence', 'identity', 'list', '--json'))['fingerprint']
	other = cli.identity('Other')
	for spoil in (lambda data: data[:-1] + bytes([data[-1] ^ 1]), lambda data: data[:-1], lambda data: b''):
		with open(cli.path(TWO, 'signature001.p7s'), 'rb') as f:
			data = f.read()
		os.remove(cli.path(TWO, 'signature001.p7s'))
		cli.write(TWO + 'signature001.p7s', spoil(data))
		text = cli.evidence('--identity', mine, 'seal', 'again.asice', expect=65)
		check('seals/00000002' in text and not os.path.exists(cli.path('again.asice')), 'sealed with a damaged signature: ' + text)
		os.remove(cli.path(TWO, 'signature001.p7s'))
		cli.write(TWO + 'signature001.p7s', data)
	check('another identity' in cli.evidence('--identity', other, 'seal', 'again.asice', expect=77), 'completed by another')
	shutil.rmtree(cli.path('home', 'identities', other[:8]))
	cli.evidence('seal', 'again.asice')
	cli.evidence('note', 'after the seal')
	tried = [(name, lambda data: data[:-1] + bytes([data[-1] ^ 1])) for name in sorted(os.listdir(cli.path(TWO)))]
	check(len(tried) == 6, 'kept: %r' % tried)
	tried += [('manifest-sha256.txt', lambda data: data + b'x'), ('signature001.p7s', lambda data: None)]
	for name, spoil in tried:
		path = cli.path(TWO, name)
		data = open(path, 'rb').read()
		os.remove(path)
		if spoil(data) is not None:
			cli.write(TWO + name, spoil(data))
		before = entries(cli)
		text = cli.evidence('seal', 'two.asice', expect=65)
		check('seals/00000002/' + name in text, '%s: %s' % (name, text))
		check(entries(cli) == before, '%s: an entry was made' % name)
		check(not os.path.exists(cli.path('two.asice')), 'a bundle was made')
		cli.write(TWO + name, data)
	# gone altogether: a sealing that was interrupted looks the same, so it goes on, and says so
	shutil.move(cli.path('case/seals'), cli.path('seals-aside'))
	check('seals/00000002' in cli.run('evidence', '-C', cli.case, 'check'), 'check says nothing of the seal that is gone')
	shutil.copytree(cli.case, cli.path('kept-case'))
	done = subprocess.run([os.path.join(cli.programs, 'evidence'), '-C', cli.case, 'seal', 'two.asice', '--passphrase-file',
		cli.pass_file], capture_output=True, env=cli.env, cwd=cli.dir)
	check(done.returncode == 0 and b'seals/00000002' in done.stderr, 'seal says nothing of it: %r' % done.stderr)
	shutil.rmtree(cli.case)
	shutil.move(cli.path('kept-case'), cli.case)
	shutil.move(cli.path('seals-aside'), cli.path('case/seals'))
	cli.evidence('seal', 'three.asice')
	holds(cli)


def damaged_seal_again(cli):
	"""Sealed again with nothing added, what was kept goes into the bundle: without its signature there is none."""
	kept = cli.path('case/seals/%s/signature001.p7s' % entries(cli)[-1])
	os.rename(kept, cli.path('aside.p7s'))
	text = cli.evidence('seal', 'once-more.asice', expect=65)
	check('signature001.p7s is missing' in text and not os.path.exists(cli.path('once-more.asice')), 'the signature is missing: ' + text)
	os.rename(cli.path('aside.p7s'), kept)
	cli.evidence('seal', 'once-more.asice')
	check(open(cli.path('once-more.asice'), 'rb').read() == open(cli.path('three.asice'), 'rb').read(), 'the same bytes')


def damaged_after_loss(cli):
	"""After a loss the lists cannot be made again out of the log: they are held against the signed manifest."""
	new_case(cli)
	cli.evidence('add', cli.write('a.txt', b'words'))
	cli.evidence('seal', 'loss-one.asice')
	os.remove(cli.path('case/data/00000002/00000002.txt'))
	cli.evidence('lost', '--reason', 'rotten', '--cause', 'rot', '1')
	for name in sorted(os.listdir(cli.path('case/seals/00000003'))):
		path = cli.path('case/seals/00000003', name)
		data = open(path, 'rb').read()
		cli.write('case/seals/00000003/' + name, data[:-1] + bytes([data[-1] ^ 1]))
		found(cli, 'seals/00000003/')
		if name == 'manifest-sha256.txt':
			cli.evidence('seal', 'loss-two.asice', expect=65)
		cli.write('case/seals/00000003/' + name, data)
	holds(cli)
	cli.evidence('seal', 'loss-two.asice')


def cache_gone(cli):
	"""`cp case/* elsewhere` leaves `.case/` behind."""
	new_case(cli)
	cli.evidence('add', cli.write('a.txt', b'words'))
	shutil.rmtree(cli.path('case/.case'))
	holds(cli)
	shutil.rmtree(cli.path('case/.case'))
	cli.evidence('note', 'x')
	check('1' in cli.run('evidence', '-C', cli.case, 'list'), 'list')
	holds(cli)
	check('equals' in cli.run('evidence', '-C', cli.case, 'index'), 'the index was not made anew')


def link_records(cli):
	out = []
	for entry in entries(cli):
		with open(cli.path('case/custody', entry, 'records.jsonl'), encoding='utf-8') as f:
			out += [r['path'] for r in map(json.loads, f) if r.get('code') == 'symbolic-link']
	return out


def links(cli):
	new_case(cli)
	os.makedirs(cli.path('target'))
	cli.write('target/secret.txt', b'not named')
	os.makedirs(cli.path('linked'))
	os.symlink('target', cli.path('dirlink'))
	os.symlink('../target/secret.txt', cli.path('linked/good.lnk'))
	before = entries(cli)
	for word in ('dirlink', 'dirlink/', 'dirlink///', 'linked/good.lnk', 'linked', 'linked/'):
		text = cli.evidence('add', word, expect=66, lines=1)
		check('not recorded' in text and 'symbolic link' in text, '%s: %s' % (word, text))
		check(entries(cli) == before, '%s made an entry' % word)
	check('Not a directory' in cli.evidence('add', 'a.txt/', expect=66), 'a file with a slash behind')
	# with something that is taken in, the link is recorded with it
	cli.write('linked/real.txt', b'real')
	cli.evidence('add', 'dirlink/', 'linked/')
	check(link_records(cli) == ['dirlink', 'linked/good.lnk'], 'recorded: %r' % link_records(cli))
	listed = [json.loads(x) for x in cli.run('evidence', '-C', cli.case, 'list', '--json').splitlines()]
	check([i.get('name') for i in listed if 'exhibit' in i] == ['real.txt'], 'taken in: %r' % listed)
	holds(cli)


def corrections(cli):
	new_case(cli)
	cli.evidence('add', '--label', 'screenshot', cli.write('a.txt', b'words'))  # content 2/2, origin 2/3
	cli.evidence('correct', '2/3', 'label', 'photo of 14 March')                # entry 3: its record 3/2
	cli.evidence('correct', '2/3', 'device', 'phone')                           # not there yet, but an origin may have it
	cli.evidence('correct', '3/2', 'value', 'photo of 15 March')                # of the correction itself
	cli.evidence('correct', '2/3', 'times.modified', 'unknown')
	for of in ('1', '2/2'):
		text = cli.run('evidence', '-C', cli.case, 'show', of)
		for words in ('screenshot', 'photo of 14 March', 'phone', 'photo of 15 March', 'times.modified'):
			check(words in text, 'show %s does not show %r: %s' % (of, words, text))
		records = [json.loads(x) for x in cli.run('evidence', '-C', cli.case, 'show', '--json', of).splitlines()]
		kinds = [r['kind'] for r in records]
		check(kinds.count('correction') == 4 and kinds.count('origin') == 1, 'show --json %s: %r' % (of, kinds))
	cli.evidence('add', cli.write('b.txt', b'more'))
	check('photo' not in cli.run('evidence', '-C', cli.case, 'show', '2'), 'a correction of another item is shown')
	before = entries(cli)
	cli.evidence('correct', '2/3', '', 'x', expect=64)
	for record, field in (('2/3', 'lable'), ('2/3', 'times.born'), ('2/3', 'label.x'), ('2/2', 'label'), ('2/9', 'label'), ('2/3', '.')):
		cli.evidence('correct', record, field, 'x', expect=66)
	check(entries(cli) == before, 'a correction of nothing was recorded')
	holds(cli)


def main():
	cli = Cli(sys.argv[1])
	cli.identity()
	for scenario in (outputs, strays, seal_dropped, damaged_seal, damaged_seal_again, damaged_after_loss, cache_gone, links, corrections):
		scenario(cli)
	shutil.rmtree(cli.dir)


main()
