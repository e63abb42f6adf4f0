#!/usr/bin/env python3
"""envelope.py PROGRAMS: a case sealed into an envelope and opened again, by us and by the age program; what is
altered, cut, put together from two, sent again or not for us is refused, with one line and no file left."""
import base64
import glob
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import zipfile

from cli import Cli, check, sha256

MARK = b'words that stand nowhere but in the case ' * 40
NAMES = ['mimetype', 'bundle.age', 'cover.json', 'META-INF/ASiCManifest001.xml', 'META-INF/signature001.p7s']


def repack(path, out, change):
	"""The same container with some files changed: Python's writer gives the form of ours for small files."""
	with zipfile.ZipFile(path) as z:
		files = {n: z.read(n) for n in NAMES}
	change(files)
	with zipfile.ZipFile(out, 'w') as z:
		for n in NAMES:
			info = zipfile.ZipInfo(n, (1980, 1, 1, 0, 0, 0))
			info.create_system, info.create_version, info.extract_version, info.external_attr = 0, 45, 10, 0
			z.writestr(info, files[n])
			info.external_attr = 0
	return out


def set_up(cli):
	mine = cli.identity()
	cli.evidence('open', cli.case, '--number', 'K-1', '--title', 'neutral')
	for i in range(3):
		cli.evidence('add', '--basis', 'own-device', cli.write('in/%d.txt' % i, MARK + b'%d' % i))
	cli.evidence('add', '--basis', 'own-device', cli.write('in/big.bin', bytes(range(256)) * 1200))
	return mine, [cli.run('evidence', 'envelope', 'key', cli.path('key%d' % i), '--quiet').strip() for i in range(3)]


def both_ways(cli, to):
	"""To two recipients: each opens it, also with age alone; the bundle is that of `evidence seal`."""
	out = cli.path('e.asice')
	cli.evidence('envelope', 'create', '--to', to[0], '--to-file', cli.write('to', b'# them\n' + to[1].encode() + b'\n'), out)
	check(os.stat(out).st_mode & 0o777 == 0o600, 'the envelope is for its owner alone')
	check(MARK[:40] not in open(out, 'rb').read(), 'plaintext in the envelope')
	with zipfile.ZipFile(out) as z:
		check(z.namelist() == NAMES and z.testzip() is None, 'the files of an envelope')
		cover, age, manifest = json.loads(z.read('cover.json')), z.read('bundle.age'), z.read(NAMES[3])
		signature = z.read(NAMES[4])
	for data in (age, json.dumps(cover, separators=(',', ':'), sort_keys=True).encode()):
		check(base64.b64encode(hashlib.sha256(data).digest()) in manifest, 'the manifest lists it')
	# a clerk without a key: the signature is over the manifest, by openssl alone
	done = subprocess.run(['openssl', 'cms', '-verify', '-noverify', '-binary', '-inform', 'DER', '-in',
		cli.write('sig', signature), '-content', cli.write('manifest', manifest)], capture_output=True)
	check(done.returncode == 0 and done.stdout == manifest, 'openssl verifies the cover')
	cli.evidence('seal', cli.path('plain.asice'))
	for i in range(2):
		mine = cli.path('opened%d.asice' % i)
		said = cli.run('evidence', 'envelope', 'open', '--key', cli.path('key%d' % i), out, mine)
		check(cover['sealDigest'] in said and cover['head'] in said, 'open says which bundle')
		check(sha256(mine) == sha256(cli.path('plain.asice')), 'the bundle inside is the sealed one')
		check(os.stat(mine).st_mode & 0o777 == 0o600, 'the bundle is for its owner alone')
		theirs = subprocess.run(['age', '-d', '-i', cli.path('key%d' % i), cli.write('a.age', age)], capture_output=True)
		check(theirs.returncode == 0 and hashlib.sha256(theirs.stdout).hexdigest() == sha256(mine), 'age opens it')
	report = cli.verdict(cli.path('opened0.asice'), expect=2)
	check(report['sealDigest'] == cover['sealDigest'] and report['head'] == cover['head'] and
		report['counts']['records'] == cover['records'] and report['time']['recorded'] == cover['time'] and
		report['sealedBy']['fingerprint'] == cover['certificate'], 'the cover tells what is inside')
	return out


def closed(cli, mine, out):
	"""A clerk without a key, with the verifier: the cover is judged, nothing is said of the inside."""
	plain = cli.verdict(cli.path('plain.asice'), '--pin', mine)
	report = cli.verdict(out, '--pin', mine, expect=2)
	check(report['subject'] == 'envelope' and report['verdict'] == 'INDETERMINATE', 'never verified: closed')
	check(report['envelope'] == {'head': plain['head'], 'records': plain['counts']['records'], 'sealDigest': plain['sealDigest']}, 'what the cover claims')
	check(report['sealedBy']['fingerprint'] == mine and report['sealedBy']['standing'] == 'pinned' and report['time']['recorded'] == plain['time']['recorded'],
		'who signed it, and when by his clock')
	check({c for c, r in report['checks'].items() if r == 'passed'} == {'container', 'signatures', 'fixity', 'identity', 'time'}, 'what was checked')
	check(all(report[m] is None for m in ('caseId', 'counts', 'extent', 'head', 'sealDigest')), 'nothing is said of the inside')
	check('what is inside was not looked at' in cli.verify(out, '--pin', mine, expect=2), 'said in words')
	check(cli.verdict(out, expect=2)['checks']['identity'] == 'unknown', 'nobody pinned')
	data = open(out, 'rb').read()
	for where in (data.index(b'age-encryption') + 300, data.index(b'"head":"') + 10, data.rindex(b'ASiCManifest>')):
		cli.verdict(cli.write('bit.asice', data[:where] + bytes([data[where] ^ 1]) + data[where + 1:]), '--pin', mine, expect=1)
	cli.verdict(cli.write('cut.asice', data[:-1]), '--pin', mine, expect=3)
	said = json.loads(cli.verify('--json', '--pin', mine, '--extends', out, cli.path('plain.asice'), expect=1))
	check(said['extends'] == 'unverified' and said['verdict'] == 'TOTAL-PASSED', 'held against an envelope')
	# what is closed can neither be taken over, nor refused by a signed entry, nor stamped
	for words in (('receive', out, cli.path('taken'), cli.path('r.receipt')), ('refuse', '--reason', 'closed', out, cli.path('r.receipt')),
			('timestamp', 'request', '--bundle', out, '--out', cli.path('r.tsq'))):
		said = cli.evidence(*words, expect=65)
		check('envelope' in said and not glob.glob(cli.path('r.*')) and not glob.glob(cli.path('taken*')), 'closed: %s: %s' % (words[0], said))


def refused(cli, what, envelope, expect, *more, key='key0'):
	out = cli.path('never.asice')
	said = cli.run('evidence', 'envelope', 'open', '--key', cli.path(key), *more, envelope, out, expect=expect)
	check(not glob.glob(out + '*'), what + ': a file was left')
	return said


def refusals(cli, to, out):
	# duress: the sender, with home, case and passphrase, has no key that opens it
	check('not encrypted to any' in refused(cli, 'not for us', out, 77, key='key2'), 'a stranger')
	data = open(out, 'rb').read()
	for n in (len(data) - 1, len(data) // 2, 100):
		refused(cli, 'cut', cli.write('cut.asice', data[:n]), 65)
	with zipfile.ZipFile(out) as z:
		at = z.getinfo('bundle.age').header_offset + 30 + len('bundle.age')
		size = z.getinfo('bundle.age').file_size
	def bent(where):
		return cli.write('bit.asice', data[:where] + bytes([data[where] ^ 1]) + data[where + 1:])

	letter = b'B' if data[at + 60] != ord('B') else b'C'        # another letter of base64, inside a recipient's share
	refused(cli, 'a recipient altered', cli.write('bit.asice', data[:at + 60] + letter + data[at + 61:]), 77)      # then it is for nobody
	for where in (at + size // 2, at + size - 1, data.rindex(b'"sealDigest"') + 20):
		refused(cli, 'a bit', bent(where), 65)
	short = repack(out, cli.path('short.asice'), lambda f: f.update({'bundle.age': f['bundle.age'][:-65552]}))
	refused(cli, 'age cut at a chunk', short, 65)
	# genuine parts of two envelopes
	cli.evidence('note', 'later')
	later = cli.path('later.asice')
	cli.evidence('envelope', 'create', '--to', to[0], later)
	with zipfile.ZipFile(later) as z:
		other = {n: z.read(n) for n in NAMES}
	check(repack(later, cli.path('same.asice'), lambda f: None) and sha256(cli.path('same.asice')) == sha256(later),
		'the form of containers')
	said = refused(cli, 'swapped', repack(out, cli.path('s1.asice'), lambda f: f.update({'bundle.age': other['bundle.age']})), 65)
	check('signature is over another content' in said, 'swapped: ' + said)
	refused(cli, 'cover swapped', repack(out, cli.path('s2.asice'), lambda f: f.update({'cover.json': other['cover.json']})), 65)
	# sent again: what we have already is no news
	cli.run('evidence', 'envelope', 'open', '--key', cli.path('key0'), '--newer-than', cli.path('plain.asice'), later,
		cli.path('newer.asice'))
	refused(cli, 'replayed', out, 65, '--newer-than', cli.path('newer.asice'))
	refused(cli, 'replayed', later, 65, '--newer-than', cli.path('newer.asice'))
	refused(cli, 'a bundle is no envelope', cli.path('plain.asice'), 65)
	cli.run('evidence', 'envelope', 'open', '--key', cli.path('key0'), out, cli.path('newer.asice'), expect=73)
	nowhere = cli.path('no such folder', 'opened.asice')
	said = cli.run('evidence', 'envelope', 'open', '--key', cli.path('key0'), out, nowhere, expect=66)
	check(nowhere + ' cannot be made' in said and '.part' not in said, 'the name that was given is told: ' + said)


def sent_again(cli, to):
	"""Replay, without the user keeping an older bundle: the key's list knows what was opened, and all that it goes on
	from. It tells nothing to who lacks the key."""
	key, envelopes = cli.path('again'), [cli.path('again%d.asice' % i) for i in range(3)]
	recipient = cli.run('evidence', 'envelope', 'key', key, '--quiet').strip()
	for e in envelopes:
		cli.evidence('envelope', 'create', '--to', recipient, '--to', to[0], e)
		cli.evidence('note', 'between two')
	opened = lambda e, out, *more, expect=0: cli.run('evidence', 'envelope', 'open', '--key', key, *more, e, cli.path(out), expect=expect)
	said = opened(envelopes[1], 'again-1.asice')
	check('By the list beside the key, neither this nor anything newer' in said, 'said what was checked: ' + said)
	for e, what in ((envelopes[1], 'the same'), (envelopes[0], 'an older one')):
		said = refused(cli, what, e, 65, key='again')
		check('sent again?' in said, '%s: %s' % (what, said))
	said = opened(envelopes[0], 'again-0.asice', '--again')
	check('Whether it was sent before was not checked' in said, 'said what was not: ' + said)
	check('neither this' in opened(envelopes[2], 'again-2.asice'), 'what goes on is opened')
	# another sealing of the same seal, in an envelope of its own: the same bundle
	last = cli.path('again3.asice')
	cli.evidence('envelope', 'create', '--to', recipient, last)
	opened(last, 'again-3.asice')
	cli.evidence('envelope', 'create', '--to', recipient, cli.path('again4.asice'))
	check(sha256(last) != sha256(cli.path('again4.asice')), 'another envelope')
	refused(cli, 'the same bundle in another envelope', cli.path('again4.asice'), 65, key='again')
	lines = open(key + '.opened').read().split('\n')
	seals = [json.loads(open(f).read()) for f in sorted(glob.glob(os.path.join(cli.case, 'custody', '*', 'entry.json')))]
	check(len(lines) == 2 + len([e for e in seals if e['action'] == 'seal']) and len(set(lines)) == len(lines), 'a line for each seal: %r' % lines)
	check(os.stat(key + '.opened').st_mode & 0o777 == 0o600 and not os.path.exists(key + '.opened.new'), 'for its owner alone')
	for f in glob.glob(os.path.join(cli.case, 'custody', '*', '*')):
		check(sha256(f) not in lines, 'the list names nothing that stands in a bundle')
	# a list of another key knows none of it; a damaged one is no list; without one nothing is said to be checked
	shutil.copy(key + '.opened', cli.path('kept'))
	cli.write('again.opened', open(cli.path('kept'), 'rb').read()[:-1])
	check('put it away' in refused(cli, 'a damaged list', envelopes[2], 65, key='again'), 'a damaged list')
	os.remove(key + '.opened')
	said = opened(envelopes[0], 'again-5.asice')
	check('Whether it was sent before was not checked' in said and not os.path.exists(key + '.opened'), 'no list: ' + said)
	shutil.copy(cli.path('kept'), key + '.opened')
	refused(cli, 'the list put back', envelopes[2], 65, key='again')
	# an altered envelope does not get into it: the true one can still be opened
	fresh = cli.path('again6.asice')
	cli.evidence('note', 'news')
	cli.evidence('envelope', 'create', '--to', recipient, fresh)
	data = open(fresh, 'rb').read()
	at = data.rindex(b'cover.json') - 60
	for bad in (data[:at] + bytes([data[at] ^ 1]) + data[at + 1:], data[:-1]):
		refused(cli, 'altered', cli.write('bad.asice', bad), 65, key='again')
	opened(fresh, 'again-6.asice')
	cli.run('evidence', 'envelope', 'key', key, expect=73)
	check(cli.run('evidence', 'envelope', 'key', cli.path('again7'), '--quiet') and os.path.exists(cli.path('again7.opened')), 'a key comes with its list')


def side_by_side(cli):
	"""Several envelopes opened with one key at a time: each is, and stands in the list."""
	key, at = cli.path('side'), range(6)
	recipient = cli.run('evidence', 'envelope', 'key', key, '--quiet').strip()
	for i in at:
		cli.evidence('note', 'one more')
		cli.evidence('envelope', 'create', '--to', recipient, cli.path('side%d.asice' % i))
	with open(key + '.opened', 'rb') as f:
		empty = f.read()
	# one alone: how many seals the newest has; then all, each of which adds what it has more
	cli.run('evidence', 'envelope', 'open', '--key', key, cli.path('side5.asice'), cli.path('side-all.asice'))
	with open(key + '.opened', 'rb') as f:
		whole = sorted(f.read().splitlines())
	cli.write('side.opened', empty)
	words = lambda i: [os.path.join(cli.programs, 'evidence'), 'envelope', 'open', '--again', '--key', key, cli.path('side%d.asice' % i), cli.path('side-%d.asice' % i)]
	running = [subprocess.Popen(words(i), env=cli.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for i in at]
	said = [p.communicate()[1] for p in running]
	check([p.returncode for p in running] == [0] * 6, 'side by side: %r' % said)
	with open(key + '.opened', 'rb') as f:
		check(sorted(f.read().splitlines()) == whole, 'all are in the list')


def another_inside(cli, to):
	"""A signed cover over a bundle that is not the one it speaks of: made with the age program and the key."""
	foreign = Cli(cli.programs)
	foreign.identity('Eva')
	foreign.evidence('open', foreign.case, '--number', 'K-2', '--title', 'other')
	foreign.evidence('envelope', 'create', '--to', to[0], foreign.path('f.asice'))
	with zipfile.ZipFile(foreign.path('f.asice')) as z:
		files = {n: z.read(n) for n in NAMES}
	# ciphertext of another bundle under this cover, manifest not signed anew: the signature says so
	age = subprocess.run(['age', '-r', to[0]], input=open(cli.path('plain.asice'), 'rb').read(), capture_output=True)
	check(age.returncode == 0, 'age encrypts')
	bent = repack(foreign.path('f.asice'), cli.path('bent.asice'), lambda f: f.update({'bundle.age': age.stdout}))
	check('another content' in refused(cli, 'another bundle inside', bent, 65), 'another bundle inside')
	shutil.rmtree(foreign.dir)
	return files


def passphrase(cli, to_keys):
	word = cli.write('word', b'four words on paper\n')
	out = cli.path('p.asice')
	cli.evidence('envelope', 'create', '--with-passphrase', '--envelope-passphrase-file', word, out)
	cli.run('evidence', 'envelope', 'open', '--envelope-passphrase-file', word, out, cli.path('p-out.asice'))
	wrong = cli.write('wrong', b'four words on papre\n')
	said = cli.run('evidence', 'envelope', 'open', '--envelope-passphrase-file', wrong, out, cli.path('never.asice'), expect=77)
	check('passphrase does not open' in said and not glob.glob(cli.path('never.asice*')), 'a wrong passphrase')
	# what was not tried is not said to have failed
	check('encrypted with a passphrase' in refused(cli, 'a key for it', out, 77), 'a key')
	said = cli.run('evidence', 'envelope', 'open', '--envelope-passphrase-file', word, to_keys, cli.path('never.asice'), expect=77)
	check('encrypted to keys' in said, 'a passphrase for what is to keys: ' + said)
	cli.write('none', b'# public key: age1\n\n')
	check('none holds no key' in refused(cli, 'a file without a key', out, 65, key='none'), 'no key')
	cli.write('bent', b'AGE-SECRET-KEY-1\n')
	check('bent: this is no age key' in refused(cli, 'a bent key', out, 65, key='bent'), 'which file')


def no_traces(cli, to):
	"""strace: create opens for writing only the case, the envelope's temporary file and its index; no file that it
	wrote outside the case holds plaintext."""
	trace = cli.path('trace')
	out = cli.path('traced', 'e.asice')
	os.makedirs(cli.path('traced'))
	argv = [os.path.join(cli.programs, 'evidence'), '-C', cli.case, 'envelope', 'create', '--to', to[0], out,
		'--passphrase-file', cli.pass_file]
	done = subprocess.run(['strace', '-f', '-qq', '-o', trace, '-e', 'trace=openat,open,creat,mkdir,memfd_create,socket'] + argv,
		env=dict(cli.env, TMPDIR=cli.path('traced')), capture_output=True)
	check(done.returncode == 0, 'create under strace: %r' % done.stderr)
	wrote = 0
	for line in open(trace, encoding='utf-8', errors='replace'):
		check('socket(' not in line and 'memfd_create(' not in line, 'no socket, no hidden file: ' + line)
		if ('O_WRONLY' in line or 'O_RDWR' in line) and ' = -1 ' not in line:
			name = line.split('"')[1]
			wrote += 1
			check(not name.startswith('/') or name.startswith((cli.case, out)) or name == '/dev/null', 'written: ' + line)
	check(wrote > 1, 'the trace shows what is written')
	check(os.listdir(cli.path('traced')) == ['e.asice'], 'one file is left')
	check(MARK[:40] not in open(out, 'rb').read(), 'plaintext in the envelope')
	# opening: the bundle, under its temporary name, and the list beside the key
	bundle = cli.path('traced', 'b.asice')
	done = subprocess.run(['strace', '-f', '-qq', '-o', trace, '-e', 'trace=openat,open,creat,mkdir,memfd_create,socket',
		argv[0], 'envelope', 'open', '--again', '--key', cli.path('key0'), out, bundle], env=dict(cli.env, TMPDIR=cli.path('traced')), capture_output=True)
	check(done.returncode == 0, 'open under strace: %r' % done.stderr)
	wrote = set()
	for line in open(trace, encoding='utf-8', errors='replace'):
		check(not any(w in line for w in ('socket(', 'memfd_create(', 'mkdir(')), 'no socket, no hidden file, no folder: ' + line)
		if ('O_WRONLY' in line or 'O_RDWR' in line) and ' = -1 ' not in line:
			wrote.add(line.split('"')[1])
	check(len(wrote - {'/dev/null'}) == 2 and {n for n in wrote if n.startswith(bundle + '.') and n.endswith('.part')} | {cli.path('key0.opened.new'), '/dev/null'} >= wrote,
		'written by opening: %r' % wrote)
	check(sorted(os.listdir(cli.path('traced'))) == ['b.asice', 'e.asice'], 'two files are left')


def secrets(cli, to, out):
	"""strace: before the file with a key or a passphrase is opened there are no core files, no tracing, and locked memory
	for it; its bytes are read into that by one call, and go nowhere else."""
	word, sealed = cli.path('word'), cli.path('p.asice')
	for name, argv in ((cli.path('key0'), ['--again', '--key', cli.path('key0'), out]), (word, ['--envelope-passphrase-file', word, sealed])):
		trace, result = cli.path('trace'), cli.path('unsealed.asice')
		done = subprocess.run(['strace', '-f', '-qq', '-X', 'verbose', '-s', '200', '-o', trace, '-e', 'trace=openat,prctl,prlimit64,setrlimit,mlock,mlock2,read,pread64,write,close',
			os.path.join(cli.programs, 'evidence'), 'envelope', 'open', *argv, result], env=cli.env, capture_output=True,
			preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2))
		check(done.returncode == 0, 'open under strace: %r' % done.stderr)
		os.remove(result)
		calls = [line.split(' ', 1)[1].strip() for line in open(trace, encoding='utf-8', errors='replace')]
		at = next(i for i, c in enumerate(calls) if c.startswith('openat(') and '"%s"' % name in c)
		before = calls[:at]
		check(any('RLIMIT_CORE' in c and 'rlim_cur=0, rlim_max=0' in c and c.endswith('= 0') for c in before), 'core files are off before %s is opened' % name)
		check(any('PR_SET_DUMPABLE' in c and c.endswith('= 0') for c in before), 'not to be traced before %s is opened' % name)
		check(any(c.startswith('mlock') for c in before), 'locked memory before %s is opened' % name)
		with open(name) as f:
			secret = [line for line in f.read().split('\n') if line and line[0] != '#'][0]
		seen = [c for c in calls if secret[8:] in c]
		check(not [c for c in seen if c.startswith('write(')], 'the secret is written: %r' % seen)
		if name != word:                                   # a passphrase is read byte by byte
			check(len(seen) == 1 and seen[0].startswith('pread64('), 'read by one call: %r' % seen)


def words(cli, to):
	run = lambda expect, *w: cli.run('evidence', 'envelope', *w, expect=expect)
	run(64, 'create', 'x.asice')
	run(64, 'create', '--to', to[0], '--with-passphrase', 'x.asice')
	other = 'p' if to[0][-1] == 'q' else 'q'
	run(65, 'create', '--to', to[0][:-1] + other, 'x.asice')
	run(64, 'open', 'x.asice')
	run(64, 'lock')
	run(66, 'open', '--key', cli.path('key0'), cli.path('nowhere'), 'x.asice')
	run(73, 'key', cli.path('key0'))
	check(os.stat(cli.path('key0')).st_mode & 0o777 == 0o600, 'a key is for its owner alone')
	done = subprocess.run(['age-keygen', '-y', cli.path('key0')], capture_output=True, text=True)
	check(done.stdout.strip() == to[0], 'age knows the key')


def altered(cli, to):
	"""What is not as it was recorded is not sent: of the same size, of another, gone."""
	path = cli.path('case/data/00000003/00000002.txt')
	with open(path, 'rb') as f:
		whole = f.read()
	for now in (whole[:-1] + b'x', whole + b'x', whole[:-1], None):
		os.remove(path)
		if now is not None:
			cli.write('case/data/00000003/00000002.txt', now)
		said = cli.evidence('envelope', 'create', '--to', to[0], cli.path('altered.asice'), expect=66 if now is None else 65)
		check('data/00000003/00000002.txt' in said and not glob.glob(cli.path('altered.asice*')), 'altered: ' + said)
	cli.write('case/data/00000003/00000002.txt', whole)
	cli.evidence('envelope', 'create', '--to', to[0], cli.path('altered.asice'))


def main():
	cli = Cli(sys.argv[1])
	mine, to = set_up(cli)
	words(cli, to)
	out = both_ways(cli, to)
	closed(cli, mine, out)
	refusals(cli, to, out)
	sent_again(cli, to)
	side_by_side(cli)
	another_inside(cli, to)
	passphrase(cli, out)
	no_traces(cli, to)
	secrets(cli, to, out)
	altered(cli, to)
	shutil.rmtree(cli.dir)


main()
