#!/usr/bin/env python3
"""parties.py PROGRAMS: survivor, lawyer, police, prosecutor, court, each with a home, a folder and a clock of
their own; what passes between them are files alone. One refusal, one stick lost on the way, one fork, one envelope. What is
expected is taken from the bundles by zipfile and hashlib, and from the independent rules of docs/handover.md."""
import datetime
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile

from cli import Cli, check, fail, sha256


class Party(Cli):
	"""One person at one computer. `clock`: an offset as faketime(1) takes it."""

	def __init__(self, name, role, clock=None):
		super().__init__(sys.argv[1])
		self.clock = clock
		# the library of faketime is loaded before a sanitizer's, where there is one
		self.env['ASAN_OPTIONS'] = self.env.get('ASAN_OPTIONS', '') + ':verify_asan_link_order=0'
		self.fingerprint = self.identity(name, role)

	def run(self, program, *words, expect=0, **how):
		if not getattr(self, 'clock', None):
			return super().run(program, *words, expect=expect, **how)
		argv = ['faketime', '-f', self.clock, os.path.join(self.programs, program)] + list(words)
		done = subprocess.run(argv, capture_output=True, env=self.env, cwd=self.dir)
		if done.returncode != expect:
			fail('%s: exit %d, expected %d\n%s%s' % (argv, done.returncode, expect, done.stdout.decode(), done.stderr.decode()))
		return (done.stdout if expect < 64 else done.stderr).decode()

	def hand_over(self, to, name, purpose, *words):
		out = self.path(name)
		self.evidence('transfer', '--to', to.fingerprint, '--recipient', 'office ' + to.fingerprint[:4], '--purpose', purpose, *words, out)
		return out

	def get(self, path):
		"""A file comes on a stick: only its bytes."""
		return shutil.copy(path, self.dir)

	def receive(self, giver, bundle, case='case', expect=0, receipt='taken.receipt', words=()):
		self.case = self.path(case)
		out = self.path(receipt)
		said = self.run('evidence', 'receive', '--from', giver.fingerprint, *words, self.get(bundle), self.case, out,
			'--passphrase-file', self.pass_file, expect=expect)
		return out if expect == 0 else said

	def refuse(self, giver, bundle, why, expect=0, receipt='refused.receipt'):
		out = self.path(receipt)
		said = self.run('evidence', 'refuse', '--reason', why, '--from', giver.fingerprint, self.get(bundle), out,
			'--passphrase-file', self.pass_file, expect=expect)
		return out if expect == 0 else said

	def handovers(self):
		return [json.loads(line) for line in self.evidence('receipt', '--json').splitlines()]

	def seal(self, name):
		self.evidence('seal', self.path(name))
		return self.path(name)

	def entries(self):
		return sorted(os.listdir(self.path(self.case, 'custody')))


def payload(bundle):
	"""digest -> size of what lies under data/, by other tools than ours."""
	found = {}
	with zipfile.ZipFile(bundle) as z:
		for n in z.namelist():
			if '/data/' in n:
				data = z.read(n)
				found[n.split('/', 1)[1]] = (hashlib.sha256(data).hexdigest(), len(data))
	return found


def same_payload(party, bundle):
	"""Every file of the bundle lies in the case, under its name, byte for byte."""
	for name, (digest, size) in payload(bundle).items():
		path = os.path.join(party.case, name)
		check(os.path.getsize(path) == size and sha256(path) == digest, '%s in %s' % (name, party.case))


def taken_over(survivor, lawyer):
	survivor.run('evidence', 'open', survivor.case, '--number', 'S-1', '--title', 'threats', '--passphrase-file', survivor.pass_file)
	survivor.write('photo.jpg', bytes(range(256)) * 5000)
	survivor.write('empty.bin', b'')
	survivor.write('chat.txt', 'Priča, шта је било\n'.encode())
	survivor.evidence('add', '--basis', 'own-device', *(survivor.path(n) for n in ('photo.jpg', 'empty.bin', 'chat.txt')))
	out = survivor.hand_over(lawyer, 'to-lawyer.asice', 'advice', '--condition', 'whole', '--medium', 'stick 1', '--seal-number', 'S1')
	check([h['state'] for h in survivor.handovers()] == ['no answer'], 'before the receipt')
	receipt = lawyer.receive(survivor, out, words=('--condition', 'seal whole', '--seal-number', 'S1'))
	same_payload(lawyer, out)
	lawyer.evidence('check')
	entry = json.load(open(lawyer.path('case', 'custody', '00000005', 'entry.json')))
	digest = hashlib.sha256(zipfile.ZipFile(out).read('META-INF/ASiCManifest001.xml')).hexdigest()
	check(entry['action'] == 'receive' and entry['details']['sealDigest'] == digest, 'receive names the seal')
	check(entry['certificate'] == lawyer.fingerprint, 'signed by the recipient')
	said = [json.loads(line) for line in open(lawyer.path('case', 'custody', '00000005', 'records.jsonl'))]
	check(said[0]['condition'] == 'seal whole' and said[0]['sealNumber'] == 'S1', 'circumstances')
	check([r['role'] for r in said if r['kind'] == 'content'] == ['seal'] * 6, 'the six files of the sealing')
	check([r['verdict'] for r in said if r['kind'] == 'verification'] == ['TOTAL-PASSED'], 'what the verification said')
	r = survivor.verdict('--pin', survivor.fingerprint, '--receipt', receipt, out)['receipt']
	check(r['result'] == 'accepted' and r['signer'] == lawyer.fingerprint, 'the verifier: %r' % r)
	survivor.evidence('receipt', survivor.get(receipt))
	h = survivor.handovers()[0]
	check(h['state'] == 'accepted' and h['signer'] == lawyer.fingerprint and h['furtherReceipts'] == 0, 'answered: %r' % h)
	item = survivor.path('case', 'data', '00000005', '00000002.receipt')
	check(open(item, 'rb').read() == open(receipt, 'rb').read(), 'the very bytes were taken in')
	check('item 5/2' in survivor.evidence('receipt', survivor.path('taken.receipt'), expect=73), 'the same bytes are no second receipt')
	os.rename(item, item + '.away')
	with open(item, 'wb') as f:
		f.write(b'rot')
	rotten = subprocess.run([os.path.join(survivor.programs, 'evidence'), '-C', survivor.case, 'receipt', '--json'], capture_output=True, env=survivor.env)
	check(rotten.returncode == 65 and b'item 5/2' in rotten.stderr and json.loads(rotten.stdout)['state'] == 'not known', 'a receipt that cannot be read: %r' % rotten)
	os.replace(item + '.away', item)
	survivor.evidence('check')
	check(lawyer.handovers()[0]['state'] == 'led here', 'the branch knows how it began')
	again = lawyer.path('again.receipt')
	lawyer.evidence('receipt', '--write', again)
	check(open(again, 'rb').read() == open(receipt, 'rb').read(), 'the receipt written once more')
	survivor.evidence('receipt', '--write', survivor.path('no.receipt'), expect=66)
	return out, receipt


def not_taken_over(survivor, lawyer, police, out, receipt):
	"""Whatever is not exactly right leaves no case and no receipt behind."""
	police.receive(survivor, out, case='x', expect=77, receipt='x.receipt') # handed over to another
	lawyer.receive(police, out, case='x', expect=77, receipt='x.receipt') # sealed by another than on paper
	data = bytearray(open(out, 'rb').read())
	at = bytes(data).index(bytes(range(256)) * 2) + 100
	data[at] ^= 1
	bent = survivor.write('bent.asice', bytes(data))
	check('fixity' in lawyer.receive(survivor, bent, case='x', expect=65, receipt='x.receipt'), 'says what failed')
	cut = survivor.write('cut.asice', bytes(data[:-1]))
	lawyer.receive(survivor, cut, case='x', expect=65, receipt='x.receipt')
	lawyer.refuse(survivor, cut, 'cut', expect=65, receipt='x.receipt') # nothing to bind a refusal to
	lawyer.receive(survivor, survivor.path('photo.jpg'), case='x', expect=65, receipt='x.receipt')
	# the folder is there, and so is the case: said again elsewhere it would be a fork
	check('receipt --write' in lawyer.receive(survivor, out, case='case', expect=73, receipt='x.receipt'), 'says how to get its receipt')
	lawyer.receive(survivor, out, case='x', expect=73) # the receipt is there
	for p in (lawyer, police):
		check(not [n for n in os.listdir(p.dir) if n.startswith('x')], 'nothing is left: %r' % os.listdir(p.dir))
		p.case = p.path('case')
	# a refusal says of a giver who is not the one on paper that it is not
	words = ('evidence', 'refuse', '--reason', 'r', survivor.path('to-lawyer.asice'), '--passphrase-file', lawyer.pass_file)
	for pin, line in (((), 'was not compared'), (('--from', police.fingerprint), 'another certificate than --from'), (('--from', survivor.fingerprint), '')):
		said = lawyer.run(*words, *pin, lawyer.path('who.receipt'))
		check([w in said for w in ('was not compared', 'another certificate')] == [w in line for w in ('was not compared', 'another certificate')], said)
		os.remove(lawyer.path('who.receipt'))
	# an altered copy is refused, and its refusal binds to the bundle as it was handed over
	refusal = lawyer.refuse(survivor, bent, 'does not verify', receipt='bent.receipt')
	r = survivor.verdict('--pin', survivor.fingerprint, '--receipt', refusal, out)['receipt']
	check(r['result'] == 'refused', 'refused: %r' % r)
	before = survivor.entries()
	for name, data in (('junk', b'{}'), ('flip', open(receipt, 'rb').read().replace(b'"entry":"e', b'"entry":"f'))):
		survivor.evidence('receipt', survivor.write(name + '.receipt', data), expect=65)
	survivor.evidence('receipt', survivor.path('absent.receipt'), expect=66)
	check(survivor.entries() == before, 'no receipt but a valid one is taken in')


def refused(lawyer, police):
	out = lawyer.hand_over(police, 'to-police-1.asice', 'report', '--seal-number', 'L1')
	refusal = police.refuse(lawyer, out, 'bag L1 was open', receipt='open-bag.receipt')
	lawyer.evidence('receipt', lawyer.get(refusal))
	check(not os.path.exists(police.path('case')), 'a refusal makes no case')
	h = lawyer.handovers()[-1]
	check(h['state'] == 'refused' and h['signer'] == police.fingerprint, 'refused: %r' % h)
	with open(refusal) as f:
		records = json.load(f)['records']
	import base64
	said = base64.urlsafe_b64decode(records + '=' * (-len(records) % 4)).decode()
	check('bag L1 was open' in said and '"verdict":"' in said, 'the reason is in the receipt')
	return out


def chain(survivor, lawyer, police, prosecutor, court):
	"""lawyer → police (a day behind) → prosecutor (two days ahead; the first stick is lost) → court."""
	out = lawyer.hand_over(police, 'to-police-2.asice', 'report', '--seal-number', 'L2')
	receipt = police.receive(lawyer, out)
	lawyer.evidence('receipt', lawyer.get(receipt))
	check(lawyer.handovers()[-1]['state'] == 'accepted', 'police')
	police.evidence('note', 'statement taken')
	lost = police.hand_over(prosecutor, 'stick-that-is-lost.asice', 'charge', '--medium', 'stick 3')
	os.remove(lost)
	police.evidence('lost', '--transfer', '00000000-0000-4000-8000-000000000000', '--reason', 'x', expect=66)
	police.evidence('lost', '--transfer', police.handovers()[-1]['transferId'], '--reason', 'left in a taxi')
	check('its stick was lost' in police.evidence('receipt'), 'said')
	second = police.hand_over(prosecutor, 'second-stick.asice', 'charge', '--medium', 'stick 4')
	receipt = prosecutor.receive(police, second)
	police.evidence('receipt', police.get(receipt))
	check([h['state'] for h in police.handovers()][-2:] == ['lost', 'accepted'], 'the lost stick: %r' % police.handovers())
	out = prosecutor.hand_over(court, 'to-court.asice', 'trial', '--authority', 'K 12/26')
	receipt = court.receive(prosecutor, out)
	prosecutor.evidence('receipt', prosecutor.get(receipt))
	court.evidence('check')
	final = court.seal('final.asice')
	report = court.verdict('--pin', survivor.fingerprint, final)
	check(report['verdict'] == 'TOTAL-PASSED', 'one known fingerprint carries the chain: %r' % report['findings'])
	standing = {s['certificate']: s['standing'] for s in report['signers']}
	check(standing == {survivor.fingerprint: 'pinned', **{p.fingerprint: 'let-in' for p in (lawyer, police, prosecutor, court)}}, 'signers: %r' % standing)
	check('TIME_BACKWARDS' in [f['code'] for f in report['findings']], 'clocks that disagree are said')
	check(survivor.verdict('--pin', lawyer.fingerprint, final, expect=2)['verdict'] == 'INDETERMINATE', 'the first signer is not known')
	original = payload(survivor.path('to-lawyer.asice'))
	kept = payload(final)
	check(all(kept.get(n) == d for n, d in original.items()), 'every byte of the survivor reached the court')
	for older in (survivor.path('to-lawyer.asice'), lawyer.path('to-police-2.asice'), second):
		check(court.verdict('--pin', survivor.fingerprint, '--extends', older, final)['extends'] == 'extends', older)
	mine = survivor.seal('goes-on.asice')
	check(court.verdict('--pin', survivor.fingerprint, '--extends', mine, final, expect=1)['extends'] == 'branch', 'a branch accuses nobody')
	return final


def consented(survivor, court):
	"""Consent is for a recipient, for a time, and can be withdrawn; an order needs none."""
	def hand_over(name, expect=0, *words):
		survivor.evidence('transfer', '--to', court.fingerprint, '--recipient', 'Court', '--purpose', 'trial', *words,
			survivor.path(name), expect=expect)
		check(os.path.exists(survivor.path(name)) == (expect == 0), name)

	survivor.evidence('consent', 'given', '--basis', 'written', '--recipient', 'Court', '--until', '2000-01-01', '--reference', 'form 3')
	before = survivor.entries()
	check('2000-01-01' in survivor.evidence('transfer', '--to', court.fingerprint, '--recipient', 'Court', '--purpose', 'p', survivor.path('late.asice'),
		expect=77), 'says when it ended')
	check(survivor.entries() == before, 'nothing is recorded')
	survivor.evidence('consent', 'withdrawn', '--basis', 'oral', '--recipient', 'Newspaper')
	survivor.evidence('consent', 'given', '--basis', 'written', '--recipient', 'Court', '--until', '9999-12-31')
	hand_over('c1.asice')
	survivor.evidence('consent', 'withdrawn', '--basis', 'written', '--recipient', court.fingerprint)
	hand_over('c2.asice', 77)
	hand_over('c3.asice', 0, '--authority', 'K 7/26')
	survivor.evidence('consent', 'given', '--basis', 'written')
	hand_over('c4.asice')
	grouped = ' '.join(court.fingerprint.upper()[i:i + 4] for i in range(0, 64, 4)) # as the form prints it
	survivor.evidence('consent', 'withdrawn', '--basis', 'written', '--recipient', grouped)
	hand_over('c5.asice', 77)
	survivor.evidence('consent', 'refused', '--basis', 'oral')
	hand_over('c6.asice', 77)
	day = lambda: datetime.datetime.now(datetime.timezone.utc).date()
	today = day()
	survivor.evidence('consent', 'limited', '--basis', 'written', '--until', str(today - datetime.timedelta(1)))
	hand_over('c7.asice', 77)
	survivor.evidence('consent', 'limited', '--basis', 'written', '--until', str(today))
	if day() == today: # the last day is one too
		hand_over('c8.asice')
	survivor.evidence('consent', 'given', '--basis', 'written')
	for wrong in (['perhaps', '--basis', 'oral'], ['given', '--basis', 'x'], ['given', '--basis', 'law', '--until', '2026-02-30'], ['given']):
		survivor.evidence('consent', *wrong, expect=64)
	entry = json.load(open(survivor.path('case', 'custody', before[-1], 'entry.json')))
	said = [json.loads(line) for line in open(survivor.path('case', 'custody', before[-1], 'records.jsonl'))]
	check(entry['details'] == {'basis': 'written', 'state': 'given'}, 'details: %r' % entry)
	check(said[0]['consent'] == 'form 3' and (said[1]['recipient'], said[1]['until']) == ('Court', '2000-01-01'), 'records: %r' % said)
	survivor.evidence('hold', 'on', '--reason', 'trial')
	survivor.evidence('hold', 'perhaps', '--reason', 'trial', expect=64)
	check(court.verdict('--pin', survivor.fingerprint, survivor.seal('consent.asice'))['verdict'] == 'TOTAL-PASSED', 'both verify')


def on_paper(survivor, court):
	"""A recipient without a computer signs a printed form; its scan is kept and shown as weaker."""
	form = survivor.path('form.txt')
	out = survivor.hand_over(court, 'paper.asice', 'trial', '--form', form, '--medium', 'stick 9')
	text = open(form, encoding='utf-8').read()
	digest = hashlib.sha256(zipfile.ZipFile(out).read('META-INF/ASiCManifest001.xml')).hexdigest()
	handover = survivor.handovers()[-1]['transferId']
	bare = text.replace(' ', '').replace('\n', '')
	for word in (digest, survivor.fingerprint, court.fingerprint, handover, 'stick9', 'Recipient,signature____'):
		check(word in bare, 'the form lacks %s:\n%s' % (word, text))
	survivor.evidence('transfer', '--to', 'anyone', '--recipient', 'X', '--purpose', 'Y', '--form', form, survivor.path('p2.asice'), expect=73)
	scan = survivor.write('scan.pdf', b'%PDF-1.4 a scan')
	before = survivor.entries()
	survivor.evidence('receipt', '--paper', scan, expect=64)
	survivor.evidence('receipt', '--paper', scan, '--transfer', '00000000-0000-4000-8000-000000000000', expect=66)
	survivor.evidence('receipt', '--paper', survivor.path('absent.pdf'), '--transfer', handover, expect=66)
	check(survivor.entries() == before, 'nothing is recorded')
	survivor.evidence('receipt', '--paper', scan, '--transfer', handover)
	h = survivor.handovers()[-1]
	check(h['state'] == 'accepted on paper' and 'signer' not in h, 'weaker: %r' % h)
	check('weaker' in survivor.evidence('receipt'), 'shown as weaker')
	seq, k = h['paper'].split('/')
	check(sha256(survivor.path('case', 'data', '%08d' % int(seq), '%08d.pdf' % int(k))) == sha256(scan), 'the scan, byte for byte')
	survivor.evidence('check')
	# a signed receipt that comes later stands above the paper
	receipt = court.receive(survivor, out, case='from-survivor', receipt='s.receipt')
	survivor.evidence('receipt', survivor.get(receipt))
	check(survivor.handovers()[-1]['state'] == 'accepted', 'the signed one counts')


def in_an_envelope(survivor, prosecutor):
	"""A handover that only the recipient can open: not the survivor with all that is hers, and not a second time."""
	keys = [prosecutor.path(n) for n in ('own.key', 'deputy.key')]
	to = [prosecutor.run('evidence', 'envelope', 'key', k, '--quiet').strip() for k in keys]
	plain = survivor.hand_over(prosecutor, 'handed.asice', 'charge', '--medium', 'mail')
	envelope = survivor.path('envelope.asice')
	survivor.evidence('envelope', 'create', '--to', to[0], '--to', to[1], envelope)
	survivor.run('evidence', 'envelope', 'open', '--envelope-passphrase-file', survivor.pass_file, envelope, survivor.path('no.asice'), expect=77)
	got = prosecutor.get(envelope)
	report = prosecutor.verdict('--pin', survivor.fingerprint, got, expect=2)
	check(report['subject'] == 'envelope' and report['sealedBy']['fingerprint'] == survivor.fingerprint, 'who sent it is seen while it is closed')
	os.makedirs(prosecutor.path('opened'))
	for k, name in zip(keys, ('own.asice', 'deputy.asice')):
		prosecutor.run('evidence', 'envelope', 'open', '--key', k, got, prosecutor.path('opened', name))
		check(sha256(prosecutor.path('opened', name)) == sha256(plain), 'what was handed over: ' + name)
	receipt = prosecutor.receive(survivor, prosecutor.path('opened', 'own.asice'), case='from-envelope', receipt='envelope.receipt')
	survivor.evidence('receipt', survivor.get(receipt))
	h = survivor.handovers()[-1]
	check(h['state'] == 'accepted' and h['signer'] == prosecutor.fingerprint, 'answered: %r' % h)
	prosecutor.run('evidence', 'envelope', 'open', '--key', keys[0], got, prosecutor.path('opened', 'again.asice'), expect=65)
	check(sorted(os.listdir(prosecutor.path('opened'))) == ['deputy.asice', 'own.asice'], 'sent again: refused, nothing left')


def gone(survivor, court):
	"""Files that are gone or spoilt are recorded as lost; whole ones are not."""
	court.case = court.path('from-survivor')
	court.evidence('lost', '--reason', 'x', '1', expect=64) # it is whole
	court.evidence('lost', '--reason', 'x', '--cause', 'fire', '1', expect=64)
	court.evidence('lost', '--reason', 'x', '99', expect=66)
	data = os.path.join(court.case, 'data', '00000002')
	names = sorted(os.listdir(data))
	os.remove(os.path.join(data, names[0]))
	with open(os.path.join(data, names[2]), 'r+b') as f:
		f.write(b'X')
	court.evidence('check', expect=1)
	before = {n: sha256(os.path.join(data, n)) for n in os.listdir(data)}
	court.evidence('lost', '--reason', 'x', '3', '2', expect=64) # one of them is whole: none is put aside
	survivor.run('evidence', '-C', court.case, 'lost', '--reason', 'x', '3', '--passphrase-file', survivor.pass_file, expect=77) # nor by who may not write
	check({n: sha256(os.path.join(data, n)) for n in os.listdir(data)} == before, 'nothing was recorded, and a file moved')
	court.evidence('lost', '--reason', 'the stick was wet', '--cause', 'medium', '1', '3')
	check(names[2] not in os.listdir(data) and 'spoilt-00000002-' + names[2] in os.listdir(os.path.join(court.case, '.case', 'incoming')),
		'put aside, not deleted')
	court.evidence('check')
	report = court.verdict('--pin', court.fingerprint, court.seal('lost.asice'), expect=2)
	check(report['counts']['lost'] == 2 and [f['code'] for f in report['findings']].count('LOST') == 2, 'lost: %r' % report)
	court.evidence('lost', '--reason', 'again', '1', expect=64)
	court.case = court.path('case')


def forked(survivor, lawyer, police, final):
	"""The police bring their case back from an old copy and tell another story from there."""
	shutil.copytree(police.case, police.path('old'))
	police.evidence('note', 'one story')
	one = police.seal('one.asice')
	police.case = police.path('old')
	police.evidence('note', 'another story')
	two = police.seal('two.asice')
	r = survivor.verdict('--pin', survivor.fingerprint, '--extends', one, two, expect=1)
	check(r['extends'] == 'fork' and r['verdict'] == 'TOTAL-PASSED', 'fork: %r' % r)
	check('FORK' in survivor.verify('--pin', survivor.fingerprint, '--extends', one, two, expect=1), 'shown')
	police.case = police.path('case')
	# one handover taken over twice by the same hand: both receipts hold, and the giver sees that there are two
	receipt = police.receive(lawyer, lawyer.path('to-police-2.asice'), case='twice', receipt='twice.receipt')
	other = police.seal('twice.asice')
	check(survivor.verdict('--pin', survivor.fingerprint, '--extends', final, other, expect=1)['extends'] == 'fork', 'taken over twice')
	lawyer.evidence('receipt', lawyer.get(receipt))
	check([h['furtherReceipts'] for h in lawyer.handovers() if h['state'] == 'accepted'] == [1], 'two receipts: %r' % lawyer.handovers())
	check('compare them' in lawyer.evidence('receipt'), 'shown')
	lawyer.evidence('close', '--reason', 'done')
	late = police.refuse(lawyer, lawyer.path('to-police-2.asice'), 'late', receipt='late.receipt')
	check('the receipt holds (refused), but the case is closed' in lawyer.evidence('receipt', lawyer.get(late), expect=77), 'closed')


def main():
	survivor, lawyer = Party('Survivor', 'survivor'), Party('Lawyer', 'lawyer')
	police, prosecutor = Party('Police', 'police', '-1d'), Party('Prosecutor', 'prosecutor', '+2d')
	court = Party('Court', 'court', '-3h')
	out, receipt = taken_over(survivor, lawyer)
	not_taken_over(survivor, lawyer, police, out, receipt)
	refused(lawyer, police)
	final = chain(survivor, lawyer, police, prosecutor, court)
	forked(survivor, lawyer, police, final)
	consented(survivor, court)
	on_paper(survivor, court)
	in_an_envelope(survivor, prosecutor)
	gone(survivor, court)
	for p in (survivor, lawyer, police, prosecutor, court):
		shutil.rmtree(p.dir)
	print('parties: ok')


main()
