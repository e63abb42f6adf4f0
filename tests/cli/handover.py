#!/usr/bin/env python3
"""handover.py PROGRAMS VECTORS: admit and transfer by hand; receipts written by the independent generator of
tests/vectors held against the bundles they answer, whole, bent and misplaced; branch and fork told apart."""
import json
import os
import sys
import zipfile

from cli import Cli, check

sys.path.insert(0, sys.argv[2])
from gen import cjson, good  # noqa: E402
from gen.case import UUID, b64url  # noqa: E402


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


def main():
	cli = Cli(sys.argv[1])
	receipts(cli)
	branches(cli)
	commands(cli)
	print('handover: ok')


main()
