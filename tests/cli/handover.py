#!/usr/bin/env python3
"""handover.py PROGRAMS VECTORS: admit and transfer by hand; receipts written by the independent generator of
tests/vectors held against the bundles they answer, whole, bent and misplaced; branch and fork told apart; what cannot be written is not recorded."""
import json
import os
import subprocess
import sys
import zipfile

from cli import Cli, check

sys.path.insert(0, sys.argv[2])
from gen import cjson, good  # noqa: E402
from gen.case import Case, UUID, b64url, content  # noqa: E402
from gen.models import origin  # noqa: E402


def receipt_of(case, seq, **bent):
	files = {n: d for n, d in case.files().items()}
	at = '%s/custody/%08d/' % (case.base, seq)
	parts = {'entry': files[at + 'entry.json'], 'signature': files[at + 'entry.p7s'], 'records': files[at + 'records.jsonl']}
	parts.update(bent)
	return cjson.dumps(dict({k: b64url(v) for k, v in parts.items()}, format='libevidence-receipt-1'))


def handed_over():
	c = good.small()
	c.add('transfer', {'certificate': good.BOB.id, 'transferId': UUID})
	c.seal()
	return c


def receipts(cli):
	c = handed_over()
	given = cli.write('given.asice', c.bundle())
	last = len(c.entries)
	pin = ['--pin', good.ALICE.id]

	def said(name, data, expect, bundle=given):
		path = cli.write(name, data)
		return cli.verdict(*pin, '--receipt', path, bundle, expect=expect)['receipt']

	taken = good.transfer_case()
	whole = receipt_of(taken, last + 1)
	r = said('a.receipt', whole, 0)
	check(r['result'] == 'accepted' and r['signer'] == good.BOB.id and r['transferId'] == UUID, 'accepted: %r' % r)
	r = said('r.receipt', receipt_of(good.refused(), last + 1), 0)
	check(r['result'] == 'refused', 'refused: %r' % r)
	stranger = good.transfer_case(by=good.COURT)
	check(said('s.receipt', receipt_of(stranger, last + 1), 1) == {'result': 'invalid'}, 'a stranger answers')
	entry = taken.files()['%s/custody/%08d/entry.json' % (taken.base, last + 1)]
	bent = receipt_of(taken, last + 1, entry=entry.replace(b'"seq":%d,' % (last + 1), b'"seq":%d,' % (last + 2)))
	check(said('q.receipt', bent, 1) == {'result': 'other-bundle'}, 'another seq')
	bent = receipt_of(taken, last + 1, entry=entry.replace(b'"time":"2026', b'"time":"2025'))
	check(said('t.receipt', bent, 1) == {'result': 'invalid'}, 'an altered entry')
	bent = receipt_of(taken, last + 1, records=b'')
	check(said('e.receipt', bent, 1) == {'result': 'invalid'}, 'without records')
	check(said('n.receipt', b'{}', 1) == {'result': 'invalid'}, 'no receipt')
	check(said('l.receipt', whole + b'\n', 1) == {'result': 'invalid'}, 'a byte more')
	check(said('w.receipt', receipt_of(taken, last), 1) == {'result': 'invalid'}, 'a seal is no answer')
	older = cli.write('older.asice', sealed_before())
	check(said('o.receipt', whole, 1, older) == {'result': 'other-bundle'}, 'a bundle before the handover')
	for i in range(0, len(whole), 97): # every 97th byte, turned: never accepted
		b = bytearray(whole)
		b[i] ^= 1
		path = cli.write('flip.receipt', bytes(b))
		check(cli.verdict(*pin, '--receipt', path, given, expect=1)['receipt']['result'] != 'accepted', 'byte %d' % i)
	text = cli.verify(*pin, '--receipt', cli.path('a.receipt'), given)
	check('Receipt: taken over and signed by ' + good.BOB.id in text, 'text')
	cli.verify(*pin, '--receipt', cli.path('absent.receipt'), given, expect=66)


def sealed_before():
	c = good.small()
	c.seal()
	return c.bundle()


def branches(cli):
	mine = handed_over()
	mine.note(b'the giver goes on')
	mine.seal()
	other = handed_over()
	other.note(b'another story')
	other.seal()
	files = {'mine': mine.bundle(), 'theirs': good.transfer_case().bundle(), 'other': other.bundle()}
	for name, data in files.items():
		cli.write(name + '.asice', data)
	pin = ['--pin', good.ALICE.id]
	for newer, older, want in (('theirs', 'mine', 'branch'), ('mine', 'theirs', 'branch'), ('mine', 'other', 'fork')):
		r = cli.verdict(*pin, '--extends', cli.path(older + '.asice'), cli.path(newer + '.asice'), expect=1)
		check(r['extends'] == want, '%s against %s: %s' % (newer, older, r['extends']))


def commands(cli):
	ana = cli.identity()
	cli.run('evidence', 'open', cli.case, '--number', '1', '--title', 'T', '--passphrase-file', cli.pass_file)
	cli.evidence('admit', '--as', 'witness', '--reason', 'statement', good.WITNESS.id.upper())
	cli.evidence('admit', '--as', 'judge', good.WITNESS.id, expect=64)
	cli.evidence('admit', '--as', 'witness', 'abcd', expect=64)
	out = cli.path('out.asice')
	cli.evidence('transfer', '--to', good.BOB.id, '--recipient', 'Police', '--purpose', 'report', '--condition', 'sealed bag',
		'--medium', 'stick 7', '--seal-number', 'A-17', out)
	check(cli.verdict('--pin', ana, out)['verdict'] == 'TOTAL-PASSED', 'what travels verifies')
	with zipfile.ZipFile(out) as z:
		name = [n for n in z.namelist() if n.endswith('custody/00000003/entry.json')][0]
		entry = json.loads(z.read(name))
		said = json.loads(z.read(name.replace('entry.json', 'records.jsonl')).splitlines()[0])
	check(entry['action'] == 'transfer' and entry['details']['certificate'] == good.BOB.id, 'entry')
	check((said['recipient'], said['purpose'], said['sealNumber'], said['medium']) == ('Police', 'report', 'A-17', 'stick 7'), 'words')
	before = len(os.listdir(cli.path('case', 'custody')))
	cli.evidence('transfer', '--to', 'anyone', '--recipient', 'X', '--purpose', 'Y', out, expect=73)
	check(len(os.listdir(cli.path('case', 'custody'))) == before, 'nothing is recorded where the file stands already')
	cli.evidence('transfer', '--to', 'anyone', '--recipient', 'X', '--purpose', 'Y', cli.path('two.asice'))
	check(cli.verdict('--pin', ana, '--extends', out, cli.path('two.asice'))['extends'] == 'extends', 'goes on')
	cli.evidence('transfer', '--to', 'anyone', cli.path('no.asice'), expect=64)


def entries(case):
	return sorted(os.listdir(os.path.join(case, 'custody')))


def in_vain(cli, small, full):
	"""What cannot be written is not recorded: neither the handover whose bundle or form, nor the taking over whose receipt
	cannot be made; and nothing is left of the attempt. `small`: a folder, on a full medium if `full`."""
	ana = cli.identity('Vana')
	own, who = ('--identity', ana[:8], '--passphrase-file', cli.pass_file), cli.path('vain')
	hand = ('evidence', '-C', who, 'transfer', '--to', ana, '--recipient', 'X', '--purpose', 'Y')
	cli.run('evidence', 'open', who, '--number', '1', '--title', 'T', *own)
	given = cli.path('vain.asice')
	cli.run(*hand, given, *own)
	stood = entries(who)
	at = lambda name: os.path.join(small, name)
	ends = [(cli.path('absent/x'), 66), ('', 64), (os.path.join(who, 'x'), 64)] + ([(at('x'), 74)] if full else [])
	for out, code in ends:
		cli.run(*hand, out, *own, expect=code)
		cli.run(*hand, *(['--form', out] if out else ['--form=']), cli.path('with-form.asice'), *own, expect=code if out else 65)
		cli.run('evidence', '-C', who, 'seal', out, *own, expect=code)
		check(entries(who) == stood, 'an entry was recorded for %r' % out)
		check(not os.path.exists(cli.path('with-form.asice')), 'a bundle without its form')
		cli.run('evidence', 'receive', given, cli.path('taken'), out, *own, expect=code)
		cli.run('evidence', 'refuse', '--reason', 'R', given, out, *own, expect=code)
		check(not os.path.exists(cli.path('taken')) and not os.path.exists(cli.path('taken.receiving')), 'a case without a receipt')
	if full:
		for words in (('timestamp', 'request', '--entry', '1', '--out', at('q.tsq')), ('envelope', 'key', at('k.key'))):
			said = cli.run('evidence', '-C', who, *words, *own, expect=74)
			check(small in said, 'which file could not be written: ' + said)
	check(os.listdir(small) == (['fill'] if full else []), 'left: %r' % os.listdir(small))
	said = cli.run('evidence', 'receive', cli.path('absent.asice'), cli.path('taken'), cli.path('a.rec'), *own, expect=66)
	check('absent.asice' in said, 'which file is absent: ' + said)
	cli.run('evidence', 'receive', given, cli.path('taken'), at('ok.receipt') if not full else cli.path('ok.receipt'), *own)
	check(len(entries(cli.path('taken'))) == len(stood) + 1, 'taken over once, after all')


def form_in_part(cli):
	"""The form is written last; where that fails, the handover stands, and that is said."""
	own = ('--passphrase-file', cli.pass_file, '--identity')
	ana = cli.identity('Forma')
	cli.run('evidence', 'open', cli.path('part'), '--number', '1', '--title', 'T', *own, ana[:8])
	out = cli.path('in-part.asice')
	said = subprocess.run([os.path.join(cli.programs, 'evidence'), '-C', cli.path('part'), 'transfer', '--to', 'anyone', '--recipient',
		'X', '--purpose', 'Y', '--form', out, out, *own, ana[:8]], capture_output=True, env=cli.env, text=True)
	check(said.returncode == 1 and 'its form was not made' in said.stderr, 'the form has the name of the bundle: %r' % said)
	check(cli.verdict('--pin', ana, out)['verdict'] == 'TOTAL-PASSED', 'the bundle is whole')


def names(cli):
	"""A NUL in a name, which another program may have written: what stands behind it is shown, too."""
	c = Case()
	c.acquire(content(b'1'), origin('2/2', 'photo.jpg\0.exe', label='a\0b'))
	for path, data in c.files().items():
		if path.startswith(c.base + '/') and path.split('/')[1] in ('custody', 'data'):
			cli.write('nul/' + path.split('/', 1)[1], data)
	check('photo.jpg<U+0000>.exe  (a<U+0000>b)' in cli.run('evidence', '-C', cli.path('nul'), 'list'), 'list')
	item = json.loads(cli.run('evidence', '-C', cli.path('nul'), 'list', '--json').splitlines()[-1])
	check((item['name'], item['label']) == ('photo.jpg\0.exe', 'a\0b'), 'list --json: %r' % item)


def vain(cli):
	plain, small = cli.path('plain'), cli.path('small')
	os.mkdir(plain)
	os.mkdir(small)
	if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small], capture_output=True).returncode != 0:
		print('no tmpfs can be mounted here: a full one is not tested')
		in_vain(cli, plain, False)
		return
	try:
		with open(os.path.join(small, 'fill'), 'wb', buffering=0) as f:
			try:
				while f.write(bytes(4096)):
					pass
			except OSError:
				pass
		in_vain(cli, small, True)
	finally:
		subprocess.run(['umount', small], check=True)


def main():
	cli = Cli(sys.argv[1])
	receipts(cli)
	branches(cli)
	commands(cli)
	names(cli)
	vain(cli)
	form_in_part(cli)
	print('handover: ok')


main()
