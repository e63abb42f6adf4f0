#!/usr/bin/env python3
"""main_path.py PROGRAMS: every command of the main path, from an identity to a verdict, and what it must
leave alone."""
import hashlib
import json
import os
import stat
import subprocess
import sys
import zipfile

from cli import Cli, check, sha256

NAMES = [b'plain.txt', 'снимак екрана.PNG'.encode(), b'no-extension', b'.hidden', b'two\nlines.jpg',
	b'bytes-\xff\xfe.jpg', b'-dash', b'  spaces  ', b'very.long.extension.abcdefghi', b'UPPER.JPG']


def make_sources(cli):
	root = os.fsencode(cli.path('src'))
	os.makedirs(root + b'/sub/deeper')
	for i, name in enumerate(NAMES):
		with open(root + b'/' + name, 'wb') as f:
			f.write(b'content %d\n' % i)
	for name, data in ((b'/sub/empty.bin', b''), (b'/sub/zero.bin', bytes(5000)), (b'/sub/deeper/big.dat', os.urandom(3 << 20))):
		with open(root + name, 'wb') as f:
			f.write(data)
	os.symlink('/etc/passwd', root + b'/sub/link')
	os.mkfifo(root + b'/sub/pipe')
	return root


def state_of(root):
	"""Everything about the sources that intake must not change."""
	out = {}
	for folder, _, files in os.walk(root):
		for name in files:
			path = os.path.join(folder, name)
			regular = stat.S_ISREG(os.lstat(path).st_mode)
			data = open(path, 'rb').read() if regular else b''
			s = os.lstat(path)
			out[path] = (s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_atime_ns if regular else 0, s.st_ino,
				s.st_nlink, data) # reading a link changes its access time, always
	return out


def records(cli, seq):
	with open(cli.path('case', 'custody', '%08d' % seq, 'records.jsonl'), 'rb') as f:
		return [json.loads(line) for line in f]


def intake(cli):
	root = make_sources(cli)
	before = state_of(root)
	out = cli.evidence('add', '--basis', 'consent', '--supplier', 'client', os.fsdecode(root), expect=1)
	check('not taken' in out, 'what was not taken is not counted')
	check(state_of(root) == before, 'intake changed a source')
	kinds = [r['kind'] for r in records(cli, 2)]
	check(kinds.count('content') == 13 and kinds.count('origin') == 13, 'items: %r' % kinds)
	codes = sorted(r['code'] for r in records(cli, 2) if r['kind'] == 'observation')
	check(codes == ['not-taken', 'symbolic-link'], 'observations: %r' % codes)
	link = [r for r in records(cli, 2) if r.get('code') == 'symbolic-link'][0]
	check(link['target'] == '/etc/passwd', 'target of the link')
	return root


def check_items(cli, root):
	"""Digests, CRC-32, extensions and names of every item, by other means."""
	import zlib
	wanted = {}
	for folder, _, files in os.walk(root):
		for name in files:
			path = os.path.join(folder, name)
			if stat.S_ISREG(os.lstat(path).st_mode):
				wanted[path] = open(path, 'rb').read()
	seen = set()
	recs = records(cli, 2)
	for c, o in zip(recs, recs[1:]):
		if c['kind'] != 'content':
			continue
		check(o['kind'] == 'origin' and o['item'] == c['id'], 'origin stands behind its content')
		import base64
		path = os.fsencode(o['path']) if 'path' in o else base64.urlsafe_b64decode(o['pathBytes'] + '==')
		data = wanted[path]
		seen.add(path)
		check(c['sha256'] == hashlib.sha256(data).hexdigest(), 'sha256')
		check(c['sha512'] == hashlib.sha512(data).hexdigest(), 'sha512')
		check(c['crc32'] == '%08x' % zlib.crc32(data), 'crc32')
		check(c['size'] == len(data), 'size')
		stored = open(cli.path('case', c['path']), 'rb').read()
		check(stored == data, 'stored bytes')
	check(seen == set(wanted), 'all files are in')
	ext = {os.path.basename(p): c['path'].rsplit('.', 1)[1] for c, o in zip(recs, recs[1:]) if c['kind'] == 'content'
		for p in [o.get('name', '')]}
	check(ext['снимак екрана.PNG'] == 'png' and ext['UPPER.JPG'] == 'jpg', 'extension lower-cased')
	check(ext['no-extension'] == 'bin' and ext['.hidden'] == 'bin', 'no extension is bin')
	check(ext['very.long.extension.abcdefghi'] == 'bin', 'nine characters are no extension')
	noticed = {o.get('name'): o.get('observations', []) for o in recs if o['kind'] == 'origin'}
	check('empty' in noticed['empty.bin'] and 'all-zero' in noticed['zero.bin'], 'empty and all-zero are noticed')


def words(cli):
	cli.evidence('note', 'Прва белешка.')
	check(open(cli.path('case/data/00000003/00000002.txt'), encoding='utf-8').read() == 'Прва белешка.', 'note text')
	cli.evidence('note', '--file', '-', stdin=b'from a pipe')
	cli.evidence('statement', '1', 'I saw this on my phone.')
	check([r['kind'] for r in records(cli, 5)] == ['circumstances', 'content', 'scope'], 'statement names its item')
	said = cli.evidence('stop', '--where', 'group X, 3 May, message 17')
	check('Contacts: ' in said and 'stop.md' in said, 'stop says where the contacts are')
	for empty in ('', ' \n'):
		cli.evidence('stop', '--where', empty, expect=65)
	cli.evidence('stop', '--where', 'group X', '--how', '', expect=65)
	check(json.load(open(cli.path('case/data/00000006/00000002.json')))['seenWhere'] == 'group X, 3 May, message 17', 'stop')
	cli.evidence('view', '--reason', 'preparing the hearing', '1', '2/4')
	cli.evidence('correct', '--reason', 'misread', '2/5', 'label', 'screenshot of 14 March')
	cli.evidence('add', '--name', 'piped.txt', '-', stdin=b'streamed in')


def listing(cli):
	items = [json.loads(line) for line in cli.run('evidence', '-C', cli.case, 'list', '--json').splitlines()]
	exhibits = [i['exhibit'] for i in items if 'exhibit' in i]
	check(exhibits == list(range(1, 15)), 'exhibit numbers: %r' % exhibits)
	log = [json.loads(line) for line in cli.run('evidence', '-C', cli.case, 'log', '--json').splitlines()]
	check([e['action'] for e in log] == ['open', 'acquire', 'note', 'note', 'note', 'note', 'view', 'correct', 'acquire'],
		'log')
	for i, e in enumerate(log):
		check(e['digest'] == sha256(cli.path('case', 'custody', '%08d' % (i + 1), 'entry.json')), 'digest of entry')
	# what the entries say, by hand from words() and intake() above
	check([e['details'].get('type') for e in log[2:6]] == ['note', 'note', 'statement', 'report-only'], 'types: %r' % log)
	check(log[1]['details'] == {'basis': 'consent', 'observed': 'file'}, 'basis: %r' % log[1])
	check(log[6]['circumstances']['reason'] == 'preparing the hearing', 'why: %r' % log[6])
	check(all(e['circumstances']['actor']['name'] for e in log), 'by whom')
	met = {o['path'].rsplit('/', 1)[-1]: o['code'] for o in log[1]['observations']}
	check(met.get('pipe') == 'not-taken', 'not taken: %r' % met)
	told = cli.run('evidence', '-C', cli.case, 'log')
	for line in ('       basis consent, observed file', '       type report-only', '       Reason: preparing the hearing'):
		check(line in told.split('\n'), '%r is not in: %s' % (line, told))
	check('       not taken: ' in told and 'recorded by: ' in told, told)
	check([i['type'] for i in items if i['item'] == '6/2'] == ['report-only'], 'list: a report-only item')
	check(all(i['basis'] == 'consent' for i in items if i.get('exhibit') == 1), 'list: basis')
	text = cli.run('evidence', '-C', cli.case, 'list')
	check('[report-only]' in text and ' consent ' in text, text)
	check('two<U+000A>lines' in text and 'bytes-<0xFF><0xFE>' in text, 'names are escaped')
	shown = cli.run('evidence', '-C', cli.case, 'show', '1')
	check('sha256' in shown and 'named by entry' in shown, 'show')
	check('  basis consent, observed file\n  recorded by: ' in shown, 'show: the entry: ' + shown)
	kinds = [json.loads(x)['kind'] for x in cli.run('evidence', '-C', cli.case, 'show', '--json', '6/2').splitlines()]
	check(kinds == ['custody-entry', 'circumstances', 'content'], 'show --json: %r' % kinds)
	check('no item' in cli.run('evidence', '-C', cli.case, 'show', '99', expect=66), 'show of nothing')


def export(cli):
	out = cli.path('copies')
	cli.evidence('export', out)
	sums = subprocess.run(['sha256sum', '--quiet', '-c', 'SHA256SUMS'], cwd=out, capture_output=True)
	check(sums.returncode == 0, 'sha256sum -c of the export: %r' % sums.stderr)
	names = os.listdir(out)
	check('COPY.txt' in names and all('\n' not in n and '/' not in n for n in names), 'export names: %r' % names)
	check(len(names) == 16, 'exported: %r' % names)
	cli.evidence('export', out, expect=73)


def seal(cli, pin):
	bundle = cli.path('case.asice')
	cli.evidence('seal', bundle)
	again = cli.path('again.asice')
	cli.evidence('seal', again)
	check(sha256(bundle) == sha256(again), 'sealing again gives the same bytes')
	cli.evidence('seal', bundle, expect=73)
	report = cli.verdict('--pin', pin, bundle)
	check(report['verdict'] == 'TOTAL-PASSED' and report['sealedBy']['standing'] == 'pinned', 'verdict')
	check(report['sealedBy']['actor']['name'] == 'Ana', 'claimed name')
	check(cli.verdict(bundle, expect=2)['verdict'] == 'INDETERMINATE', 'without pin')
	check(cli.verdict('--pin', '0' * 64, bundle, expect=2)['checks']['identity'] == 'unknown', 'other pin')
	with zipfile.ZipFile(bundle) as z:
		check(z.testzip() is None, 'unzip')
		check(report['sealDigest'] == hashlib.sha256(z.read('META-INF/ASiCManifest001.xml')).hexdigest(), 'seal digest')
	cli.evidence('note', 'after the seal')
	newer = cli.path('newer.asice')
	cli.evidence('seal', newer, '--scope', 'tags', '--read-back')
	check(cli.verdict('--pin', pin, '--extends', bundle, newer)['extends'] == 'extends', 'extends')
	for words, n in ((), 0), (('--all',), 6): # six files of the first seal
		said = [json.loads(x).get('role') for x in cli.run('evidence', '-C', cli.case, 'list', '--json', *words).splitlines()]
		check(said.count('seal') == n, 'list --json %s: %r' % (words, said))
	check(cli.verdict('--pin', pin, '--extends', newer, bundle, expect=1)['extends'] == 'shorter', 'shorter')
	with zipfile.ZipFile(newer) as z:
		roles = [json.loads(line).get('role') for n in z.namelist() if n.endswith('records.jsonl')
			for line in z.read(n).splitlines()]
	check(roles.count('seal') == 6, 'the next seal brings the earlier one along')
	cli.evidence('close', '--reason', 'done')
	check('closed' in cli.evidence('close', expect=64), 'closed twice')
	check('after the case was closed' in cli.evidence('add', cli.path('passphrase'), expect=77), 'add after close')
	waits_in_vain(cli)
	cli.evidence('seal', cli.path('closed.asice'))
	check(cli.verdict('--pin', pin, cli.path('closed.asice'))['verdict'] == 'TOTAL-PASSED', 'closed case verifies')


def waits_in_vain(cli):
	"""Nobody waits for what a closed case will not take: a pipe that stays open, a folder that is watched, a screen."""
	for words in ('add', '--no-read', '-'), ('watch', cli.dir), ('capture', 'screen'):
		argv = [os.path.join(cli.programs, 'evidence'), '-C', cli.case, *words, '--passphrase-file', cli.pass_file]
		work = subprocess.Popen(argv, env=cli.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
		try:
			code = work.wait(30)
		except subprocess.TimeoutExpired:
			work.kill()
			code = work.wait()
		said = work.communicate()[1]
		check(code == 77 and said == b'evidence: not after the case was closed\n', '%r of a closed case: exit %d: %s' % (words, code, said))


def many(cli, pin):
	"""Several bundles in one call: a line each, the worst exit code."""
	bad = cli.path('bad.asice')
	data = bytearray(open(cli.path('case.asice'), 'rb').read())
	data[data.index(b'content 3')] ^= 1
	cli.write('bad.asice', bytes(data))
	out = cli.verify('--json', '--pin', pin, cli.path('case.asice'), bad, cli.path('passphrase'), expect=3)
	verdicts = [json.loads(line)['verdict'] for line in out.splitlines()]
	check(verdicts == ['TOTAL-PASSED', 'TOTAL-FAILED', 'REFUSED'], 'many: %r' % verdicts)
	cli.verify('--quiet', '--pin', pin, cli.path('case.asice'))
	cli.verify('--pin', pin, cli.path('case.asice'), cli.path('absent.asice'), expect=66)


def recorded(cli, pin):
	"""Each word that `open`, `add` and `seal` take stands in the case where docs/case.md, acquire.md and seal.md say."""
	cli.case = cli.path('recorded')
	said = {'--number': '7', '--title': 'T', '--institution': 'I', '--legal-basis': 'L', '--responsible': 'R', '--purpose': 'P', '--violence': 'threats',
		'--consent': 'C', '--retention': '2040-01-31', '--review': '2030-02-28', '--excluded': 'E', '--language': 'sr-Latn'}
	cli.run('evidence', 'open', cli.case, *(w for pair in said.items() for w in pair), '--passphrase-file', cli.pass_file)
	description = json.load(open(os.path.join(cli.case, 'data', '00000001', '00000002.json')))
	wanted = {'legalBasis' if k == '--legal-basis' else k[2:]: v for k, v in said.items()}
	check({k: v for k, v in description.items() if k not in ('caseId', 'format')} == wanted, 'the description: %r' % description)
	cli.evidence('add', '--photo-of-screen', '--basis', 'observer-account', '--device', 'D', '--label', 'A', '--supplier', 'S', '--reason', 'W', '--purpose',
		'U', '--authority', 'N', '--consent', 'F', cli.write('screen.jpg', b'a photograph'))
	entry = json.load(open(os.path.join(cli.case, 'custody', '00000002', 'entry.json')))
	check(entry['details'] == {'basis': 'observer-account', 'observed': 'photo'}, 'a photograph of a screen: %r' % entry['details'])
	with open(os.path.join(cli.case, 'custody', '00000002', 'records.jsonl')) as f:
		records = {r['kind']: r for r in map(json.loads, f)}
	for kind, members in (('circumstances', {'reason': 'W', 'purpose': 'U', 'authority': 'N', 'consent': 'F'}),
			('origin', {'device': 'D', 'label': 'A', 'supplier': 'S', 'name': 'screen.jpg'})):
		check(members.items() <= records[kind].items(), '%s: %r' % (kind, records[kind]))
	out = cli.path('required.asice')
	cli.evidence('seal', '--require-timestamp', '--scope', 'tags', '--purpose', 'V', out)
	with zipfile.ZipFile(out) as z:
		entry = json.loads(z.read([n for n in z.namelist() if n.endswith('/entry.json')][-1]))
	check(entry['details'] == {'disclose': None, 'extent': 'whole', 'scope': 'tags', 'timestamp': 'required'}, 'the seal: %r' % entry['details'])
	report = cli.verdict('--pin', pin, out, expect=2)
	check([(f['code'], f['result']) for f in report['findings']] == [('TIMESTAMP_MISSING', 'unknown')], 'a time-stamp is required: %r' % report)
	check('another scope or timestamp rule' in cli.evidence('seal', '--scope', 'all', cli.path('all.asice'), expect=64), 'sealed so already')


def main():
	cli = Cli(sys.argv[1])
	pin = cli.identity()
	cli.run('evidence', 'open', cli.case, '--number', '2026/14', '--title', 'Предмет', '--violence', 'threats',
		'--passphrase-file', cli.pass_file)
	root = intake(cli)
	check_items(cli, root)
	words(cli)
	listing(cli)
	check('The case holds' in cli.run('evidence', '-C', cli.case, 'check'), 'check')
	check(json.loads(cli.run('evidence', '-C', cli.case, 'check', '--json')) == {'entries': 9, 'holds': True, 'indexEqualsLog': True,
		'items': 19}, 'check --json')
	check('equals' in cli.run('evidence', '-C', cli.case, 'index'), 'index')
	os.remove(cli.path('case/.case/index.sqlite'))
	cli.run('evidence', '-C', cli.case, 'index', expect=1)
	cli.run('evidence', '-C', cli.case, 'index', '--rebuild')
	export(cli)
	seal(cli, pin)
	many(cli, pin)
	recorded(cli, pin)
	print('main path: ok')


main()
