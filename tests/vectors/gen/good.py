"""Good bundles (threats F-27): a verifier that refuses everything must not pass the tests."""
import datetime
import struct
import zlib

from . import cert, cms, der, ec
from .case import ACTOR, MANIFEST, SIGNATURE, UUID, TAGS, Case, circumstances, content, hexsha, scope, signer
from .cert import Cert
from .keys import EcKey, RsaKey
from .models import (ALICE, BOB, CA, COLLEAGUE, COURT, DEVICE, JPEG, NOW, RENEWED, RSA_PKCS1, RSA_PSS, WITNESS,
	issued, origin, small)

NO_LIST = ['STATUS_UNKNOWN@1']      # a chained signer: no list says whether the certificate was revoked
RECIPIENT = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p'   # an example of the age program's own
BASES = 'own-device own-account consent public observer-account order seized-device other-account covert unknown'.split()


def items(n, size=16):
	c = Case()
	c.acquire(*[content(b'%0*d' % (size, i), 'txt') for i in range(n)])
	c.seal(scope_='all' if n < 300 else 'tags')
	return c


def with_seal(c):
	c.seal()
	return c


def sizes(t):
	t.good('good-0', 'the description alone', lambda: with_seal(Case()))
	for n in (1, 2, 3, 255, 1000):
		t.good('good-%d' % n, '%d items' % n, lambda: items(n))
	t.good('good-64mib', 'an item of 64 MiB', lambda: with_acquire(content(bytes(range(256)) * (1 << 18), 'bin')))
	t.good('good-zero', 'an item of length zero (B-28)', lambda: with_acquire(content(b'', 'txt'), content(b'x', 'txt')))
	t.good('good-1-byte', 'items of one byte, all 256', lambda: with_acquire(*[content(bytes([i]), 'bin') for i in range(256)]))
	t.good('good-extensions', 'extensions of 1 to 8 characters', lambda: with_acquire(
		*[content(b'x', e) for e in ('a', '7z', 'jpg', 'jpeg', 'webp2', 'abcdef', '1234567', 'abcdefgh', 'bin')]))
	t.good('good-many-entries', '60 entries', many_entries)
	t.good('good-record-max', 'a record line of exactly 1 MiB (format.md §11)', record_max)
	t.good('good-depth-32', 'a record with 32 objects and lists inside each other', lambda: with_acquire(
		content(b'x'), {'kind': 'field', 'value': nested(31)}))
	t.good('good-entry-files', 'several content records and origins mixed with records of readers', mixed)


def nested(n):
	return [] if n == 1 else [nested(n - 1)]


def with_acquire(*records, **o):
	c = Case(**o)
	c.acquire(*records)
	c.seal()
	return c


def many_entries():
	c = Case()
	for i in range(58):
		c.note(b'note %d' % i)
	return with_seal(c)


def record_max():
	c = Case()
	e = c.acquire(content(b'x'), {'kind': 'message', 'text': ''})
	room = (1 << 20) - len(c.record_line(e, 3, e.records[2]))
	e.records[2]['text'] = 'm' * room
	return with_seal(c)


def mixed():
	return with_acquire({'kind': 'field', 'name': 'x', 'value': 'y'}, content(b'1'), origin('2/3', 'a'), content(b'2'),
		{'kind': 'observation', 'what': 'empty'}, content(b'3', role='validation'), content(b'4'), origin('2/5', 'b'))


def every_action():
	"""Each action at least once, in an order the right to write allows."""
	c = Case()
	c.acquire(content(JPEG), content(JPEG + b'2'))
	c.add('capture', {'basis': 'observer-account', 'observed': 'tool'}, [content(b'frame', 'png')])
	for as_, who in (('witness', WITNESS), ('colleague', COLLEAGUE), ('device', DEVICE), ('renewed', RENEWED)):
		c.add('admit', {'as': as_, 'certificate': who.id})
	c.note(signer=WITNESS)
	c.acquire(content(b'by a colleague', 'txt'), signer=COLLEAGUE)
	c.note(signer=DEVICE)
	c.add('view', {}, [scope('2/2')])
	c.add('export', {}, [scope('2/2', '2/3')], signer=RENEWED)
	c.add('read-out', {'reader': 'jpeg', 'version': '1.0'}, [scope('2/2'), {'kind': 'field', 'name': 'width', 'value': 1}])
	c.add('derive', {'method': 'mask'}, [scope('2/2'), content(b'masked', 'png')])
	c.add('compare', {'method': 'copies'}, [scope('2/2'), scope('2/3')])
	c.add('consent', {'basis': 'written', 'state': 'given'})
	c.add('hold', {'state': 'on'})
	c.add('hold', {'state': 'off'})
	c.add('correct', {'record': '2/1'}, [{'kind': 'correction', 'record': '2/1', 'field': 'purpose', 'value': 'court'}])
	c.add('lost', {'cause': 'rot'}, [scope('2/3')])
	c.add('dispose', {'cause': 'request'}, [scope('3/2')])
	c.add('transfer', {'certificate': BOB.id, 'transferId': UUID})
	c.add('close')
	c.add('view', {}, [scope('2/2')])
	whole = c.disclose(extent='whole')
	c.seal(disclose=whole.seq)
	return c


def actions(t):
	t.good('good-every-action', 'every action but timestamp, receive and refuse', every_action,
		notes=['WITHHELD@3', 'LOST@2/3'])
	for b in BASES:
		t.good('good-basis', 'acquire with basis ' + b, lambda: basis(b))
	for m in 'mask stitch convert excerpt transcript translation'.split():
		t.good('good-derive', 'derive by ' + m, lambda: one('derive', {'method': m}, scope('2/2'), content(b'd')))
	for m in 'exports captures copies'.split():
		t.good('good-compare', 'compare ' + m, lambda: one('compare', {'method': m}, scope('2/2')))
	for n in 'note statement report-only'.split():
		t.good('good-note', 'note of type ' + n, lambda: one('note', {'type': n}, content(b'n', 'txt')))
	for b in 'written oral representative law'.split():
		for s in 'given limited withdrawn refused'.split():
			t.good('good-consent', 'consent %s, %s' % (b, s), lambda: one('consent', {'basis': b, 'state': s}))
	t.good('good-photo', 'acquire of a photo of the screen', lambda: one('acquire', {'basis': 'consent', 'observed': 'photo'}, content(b'p')))
	t.good('good-close', 'closed, then viewed, exported, held, disposed, lost, sealed', closed, notes=['WITHHELD@2', 'LOST@2/4'])
	t.good('good-seals', 'three seals, each bringing the files of the one before', several_seals)
	t.good('good-circumstances', 'circumstances with every member', full_circumstances,
		report={'sealedBy': {'actor': {'name': 'Ana', 'organisation': None, 'role': None}}})


def one(action, details, *records):
	c = Case()
	c.acquire(content(JPEG))
	e = c.add(action, details, list(records))
	if action == 'acquire':
		e.records[1]['_exhibit'] = c.exhibit
	return with_seal(c)


def basis(b):
	c = Case()
	c.add('acquire', {'basis': b, 'observed': 'file'}, [content(JPEG)])
	return with_seal(c)


def closed():
	c = small()
	c.add('close')
	c.add('view', {}, [scope('2/2')])
	c.add('export', {}, [scope('2/2')])
	c.add('hold', {'state': 'on'})
	c.add('consent', {'basis': 'oral', 'state': 'withdrawn'})
	c.add('dispose', {'cause': 'retention'}, [scope('2/2', '2/3')])
	c.add('lost', {'cause': 'medium'}, [scope('2/4')])
	return with_seal(c)


def seal_files(c):
	"""The six files that the last seal of `c` made, as content records."""
	files = c.files()
	out = [content(files[c.base + '/' + n], 'txt', 'seal') for n in TAGS]
	return out + [content(files[MANIFEST], 'xml', 'seal'), content(files[SIGNATURE], 'p7s', 'seal')]


def several_seals():
	c = small()
	c.seal(records=seal_files(c))
	c.note(b'more')
	c.seal(records=seal_files(c))
	return c


def full_circumstances():
	c = small()
	c.entries[-1].records[0] = circumstances(actor={'name': 'Ana', 'role': 7}, authority='court', condition='good', consent='c',
		legalBasis='law', medium='usb', purpose='p', reason='r', recipient='x', sealNumber='0012', host={'os': 'x'},
		reader={'limits': {}}, notTaken=3)
	c.entries[1].records[2].update(path='/sdcard/a', label='L', supplier='S', device='D', inode='12', links='1', uid='-1',
		times={'modified': '2026'}, capture={}, observations=['empty', {'a': 1}])
	return c


def keys(t):
	p384 = Cert(EcKey('custodian 384', ec.P384))
	pss, pkcs1 = Cert(RSA_PSS), Cert(RSA_PKCS1)
	pss2048, rsa4096 = Cert(RsaKey('rsa2048')), Cert(RsaKey('rsa4096'))
	for name, who in (('p256', ALICE), ('p384', p384), ('rsa-pss-3072', pss), ('rsa-pkcs1-2048', pkcs1),
			('rsa-pss-2048', pss2048), ('rsa-pss-4096', rsa4096), ('rsa-pkcs1-4096', Cert(RsaKey('rsa4096', 'pkcs1'))),
			('rsa-8192', Cert(RsaKey('rsa8192'))), ('rsa-e-2-32-1', Cert(RsaKey('rsa2048-e32')))):
		t.good('good-key-' + name, 'entries and seal by ' + name, lambda: small(custodian=who))
	for name, who in (('p384', p384), ('rsa-pss', pss), ('rsa-pkcs1', pkcs1)):
		t.good('good-device-' + name, 'custodian P-256, another device seals with ' + name, lambda: device(who))
	t.good('good-all-keys', 'entries signed with each kind of key', lambda: all_keys(p384, pss, pkcs1))
	ca = issued('advocate')
	t.good('good-chain', 'certificate issued by an authority given with --trust', lambda: small(custodian=ca), pins=[],
		trust=[CA], args=['--at', NOW], notes=NO_LIST)
	mid = Cert(EcKey('middle'), 'Middle', issuer=CA, extensions=[cert.basic(True), cert.key_usage(der.bits(b'\x06', 1))])
	t.good('good-chain-2', 'issued by an intermediate that --trust names too', lambda: small(custodian=issued('m', mid)),
		pins=[], trust=[CA, mid], args=['--at', NOW], notes=NO_LIST)
	t.good('good-chain-all', 'keyUsage digitalSignature alone, extendedKeyUsage emailProtection', lambda: small(custodian=issued(
		'u', extensions=[cert.key_usage(der.bits(b'\x80', 7)), cert.ext_usage('1.3.6.1.5.5.7.3.4')])), pins=[], trust=[CA],
		args=['--at', NOW], notes=NO_LIST)
	for usage in ('1.3.6.1.5.5.7.3.36', '2.5.29.37.0'):
		t.good('good-chain-all', 'extendedKeyUsage ' + usage, lambda: small(custodian=issued('u' + usage, extensions=[
			cert.key_usage(der.bits(b'\x40', 6)), cert.ext_usage(usage)])), pins=[], trust=[CA], args=['--at', NOW], notes=NO_LIST)
	t.good('good-pin-upper', 'pin in upper case with colons and blanks', small, pins=[
		':'.join(ALICE.id[i:i + 2] for i in range(0, 64, 2)).upper().replace(':', ' ', 3)])
	old = Cert(EcKey('expired'), end=datetime.datetime(2026, 2, 1, tzinfo=cert.UTC))
	t.good('good-pin-expired', 'a pinned certificate that has expired: dates do not matter (verify.md §5)', lambda: small(custodian=old))
	t.good('good-pin-extra', 'more pins than signers', small, pins=[BOB.id, ALICE.id, COURT.id])


def device(who):
	c = small()
	c.add('admit', {'as': 'device', 'certificate': who.id})
	c.note(signer=who)
	c.seal(signer=who)
	return c


def all_keys(*others):
	c = Case()
	for who in others:
		c.add('admit', {'as': 'device', 'certificate': who.id})
	for who in others:
		c.add('hold', {'state': 'on'}, signer=who)
	return with_seal(c)


def transfer_case(to=BOB.id, by=BOB, sealed=True, role=True):
	"""Alice transfers, seals, Bob receives, goes on and seals."""
	c = small()
	c.add('transfer', {'certificate': to, 'transferId': UUID})
	c.seal()
	receive(c, by, UUID)
	c.note(b'in the archive', signer=by)
	if sealed:
		c.seal(signer=by)
	return c


def receive(c, by, transfer):
	files = seal_files(c)
	c.add('receive', {'sealDigest': hexsha(files[4]['_data']), 'transferId': transfer}, files, signer=by)


def two_hands():
	c = transfer_case(sealed=False)
	other = 'c0ffee00-0000-4000-8000-000000000002'
	c.add('transfer', {'certificate': None, 'transferId': other}, signer=BOB)
	c.seal(signer=BOB)
	receive(c, COURT, other)
	c.add('admit', {'as': 'witness', 'certificate': WITNESS.id}, signer=COURT)
	c.note(signer=WITNESS)
	c.seal(signer=COURT)
	return c


def refused():
	c = small()
	c.add('transfer', {'certificate': BOB.id, 'transferId': UUID})
	c.seal()
	c.add('refuse', {'sealDigest': hexsha(c.asic(c.files())), 'transferId': UUID}, signer=BOB)
	return with_seal(c)


def hands(t):
	t.good('good-transfer', 'handed over: transfer, seal, receive, seal by the recipient; the recipient is let in', transfer_case)
	t.good('good-transfer-null', 'a transfer to whoever answers; the recipient is pinned too',
		lambda: transfer_case(None), pins=[ALICE.id, BOB.id])
	t.good('good-two-hands', 'two handovers, the second to whoever answers, a witness of the third custodian', two_hands,
		pins=[ALICE.id, COURT.id])
	t.good('good-refuse', 'a refused transfer', refused)
	t.good('good-reopened', 'closed, transferred, received: the log is open again', reopened)
	t.good('good-two-transfers', 'two transfers open, the later answered', two_transfers)
	t.good('good-inherited', 'an extract handed over; the recipient goes on and seals whole', inherited, notes=['WITHHELD@2'])
	t.good('good-cross', 'let in through a signer who was let in', cross)


def reopened():
	c = small()
	c.add('close')
	c.add('transfer', {'certificate': BOB.id, 'transferId': UUID})
	c.seal()
	receive(c, BOB, UUID)
	c.exhibit = 2
	c.acquire(content(b'new', 'txt'), signer=BOB)
	c.seal(signer=BOB)
	return c


def two_transfers():
	c = small()
	for i, who in enumerate((COURT, BOB)):
		c.add('transfer', {'certificate': who.id, 'transferId': UUID[:-1] + str(i)})
	c.seal()
	receive(c, BOB, UUID[:-1] + '1')
	c.seal(signer=BOB)
	return c


def inherited():
	c = small()
	d = c.disclose(('2/2', '2/3'))
	c.add('transfer', {'certificate': BOB.id, 'transferId': UUID})
	c.seal(disclose=d.seq, extent='extract')
	c.withhold = {(2, 2), (2, 3)}
	receive(c, BOB, UUID)
	c.withhold = None
	c.seal(signer=BOB)
	return c


def cross():
	c = transfer_case(sealed=False)
	c.add('admit', {'as': 'device', 'certificate': DEVICE.id}, signer=BOB)
	c.note(signer=DEVICE)
	c.add('admit', {'as': 'colleague', 'certificate': COLLEAGUE.id}, signer=DEVICE)
	c.note(signer=COLLEAGUE)
	c.seal(signer=COLLEAGUE)
	return c


def extract(n, left):
	"""An acquire entry of `n` messages of which the places `left` (ranges in 1…n+1) are withheld."""
	c = Case()
	c.add('read-out', {'reader': 'chat', 'version': '1'}, [scope('1/2')] + [
		{'kind': 'message', 'text': 'message %d' % i} for i in range(n)])
	d = c.disclose(*[('2/%d' % a, '2/%d' % b) for a, b in left])
	c.seal(disclose=d.seq, extent='extract')
	return c


def extracts(t):
	t.good('good-extract', 'an item, its origin withheld', lambda: small_extract(('2/2', '2/3')), notes=['WITHHELD@2'])
	t.good('good-extract', 'only the origins withheld', lambda: small_extract(('2/3',), ('2/5',)), notes=['WITHHELD@2'])
	t.good('good-extract', 'a whole entry withheld, its only run', lambda: small_extract(('2/1', '2/5')), notes=['WITHHELD@2'])
	t.good('good-extract', 'circumstances of several entries withheld', lambda: small_extract(('1/1',), ('2/1',), ('3/1',)),
		notes=['WITHHELD@1', 'WITHHELD@2', 'WITHHELD@3'])
	t.good('good-extract', 'overlapping ranges name one run', lambda: small_extract(('2/1', '2/4'), ('2/3', '2/5')), notes=['WITHHELD@2'])
	for n in (1, 2, 3, 5, 7, 8, 12, 16, 17, 33):
		for name, left in shapes(n):
			t.good('good-runs', '%d messages, %s' % (n, name), lambda: extract(n, left), notes=['WITHHELD@2'])
	t.good('good-dispose', 'an item disposed of', lambda: disposed(False), notes=['WITHHELD@2'])
	t.good('good-dispose-extract', 'disposed and extracted', lambda: disposed(True), notes=['WITHHELD@2'])
	t.good('good-dispose-key', 'a key destroyed, no record disposed of', lambda: with_seal(key_destroyed(small())))
	t.good('good-dispose-key', 'a key destroyed after the case was closed', lambda: with_seal(key_destroyed(small(), closed=True)))
	t.good('good-dispose-key', 'a key destroyed, later the record of it disposed of', key_forgotten, notes=['WITHHELD@5'])
	t.good('good-dispose-extract', 'a key destroyed, the record of it not disclosed', key_not_shown, notes=['WITHHELD@5'])
	t.good('good-lost', 'an item lost', lambda: lost_case('2/2'), notes=['LOST@2/2'])
	t.good('good-lost-range', 'lost: a range over items and origins', lambda: lost_case('2/1', '2/5'), notes=['LOST@2/2', 'LOST@2/4'])
	t.good('good-lost-dispose', 'lost, then disposed of', lost_disposed, notes=['WITHHELD@2'])
	t.good('good-seal-middle', 'an extract was sealed once; this bundle is whole again', seal_middle)


def shapes(n):
	"""Ways to withhold of the records 3 … n+2 (1 is circumstances, 2 scope)."""
	last = n + 2
	yield 'first', [(3, 3)]
	yield 'last', [(last, last)]
	yield 'all', [(3, last)]
	if n > 2:
		yield 'all but the ends', [(4, last - 1)]
		yield 'every second', [(k, k) for k in range(3, last + 1, 2)]
		yield 'first half', [(3, 3 + n // 2)]


def small_extract(*ranges):
	c = small()
	d = c.disclose(*ranges)
	c.seal(disclose=d.seq, extent='extract')
	return c


def statement_named():
	c = small()
	c.entries.pop()
	d = c.disclose(('2/2', '2/3'), extent='extract')
	d2 = c.disclose(('2/2', '2/3'), ('4/1', '4/3'))
	c.seal(disclose=d2.seq, extent='extract')
	return c


def validation_named():
	c = Case()
	c.acquire(content(b'1'), content(b'crl', 'crl', 'validation'), content(b'2'))
	d = c.disclose(('2/1', '2/4'))
	c.seal(disclose=d.seq, extent='extract')
	return c


def disposed(also):
	c = small()
	c.add('dispose', {'cause': 'order'}, [scope('2/2', '2/3')])
	if also:
		d = c.disclose(('2/4', '2/5'))
		c.seal(disclose=d.seq, extent='extract')
	return c if also else with_seal(c)


def key_destroyed(c, closed=False):
	"""Such an entry names nothing; whose key it was stands in a record of its own."""
	if closed:
		c.add('close')
	c.add('dispose', {'cause': 'request'}, [{'kind': 'destroyed-key', 'recipient': RECIPIENT}])
	return c


def key_forgotten():
	c = key_destroyed(small())
	c.add('dispose', {'cause': 'order'}, [scope('5/2')])
	return with_seal(c)


def key_not_shown():
	c = key_destroyed(small())
	d = c.disclose(('5/2', '5/2'))
	c.seal(disclose=d.seq, extent='extract')
	return c


def lost_case(first, last=None):
	c = small()
	c.add('lost', {'cause': 'unknown'}, [scope(first, last)])
	return with_seal(c)


def lost_disposed():
	c = small()
	c.add('lost', {'cause': 'error'}, [scope('2/2')])
	c.add('dispose', {'cause': 'consent'}, [scope('2/2', '2/2')])
	return with_seal(c)


def seal_middle():
	c = small()
	d = c.disclose(('2/2', '2/3'))
	c.seal(disclose=d.seq, extent='extract')
	return with_seal(c)


def odd(t):
	zipped = small().bundle()
	end = b'PK\x05\x06' + bytes(18)
	t.good('Z-20', 'end record signature and a whole end record in payload at the end of the data', lambda: with_acquire(content(end), content(b'PK\x05\x06')))
	t.good('A-32', 'payload that is itself a bundle', lambda: with_acquire(content(zipped, 'asice')))
	t.good('R-01', 'payload that is a ZIP bomb in form: opaque', lambda: with_acquire(content(
		b'PK\x03\x04' + bytes(26) + zlib.compress(bytes(1 << 20)), 'zip')), note='42.zip itself is not carried; the payload is never opened')
	t.good('B-27', 'payload that is a bag', lambda: with_acquire(content(b'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n', 'txt')))
	t.good('B-28', 'payload of length zero', lambda: with_acquire(content(b'')))
	t.good('B-29', 'no item but the description', lambda: with_seal(Case()), note='`open` always brings the description, so data/ is never empty')
	t.good('B-35', 'payload twins of equal MD5 (the two blocks of Wang and others, 2004)', lambda: with_acquire(*[content(x) for x in MD5_TWINS]))
	t.good('I-20', 'original names REPORT.html and PASS.txt', lambda: with_acquire(content(b'<html>', 'html'),
		origin('2/2', 'REPORT.html'), content(b'PASS', 'txt'), origin('2/4', 'PASS.txt')))
	t.good('I-21', 'payload that shows a verifier window', lambda: with_acquire(content(b'VERIFIED: whole and unaltered', 'txt')))
	t.good('I-26', 'payload with active contents', lambda: with_acquire(content(b'<script src="http://example.test/">', 'html')))
	for year in ('1970-01-01T00:00:00.000Z', '2049-12-31T23:59:59.999Z', '2050-01-01T00:00:00.000Z', '9999-12-31T23:00:00.000Z',
			'2028-02-29T12:00:00.500Z'):
		t.good('good-time', 'log begun ' + year, lambda: small(start=year))
	t.good('good-tags', 'scope tags', lambda: small(seal={'scope_': 'tags'}))
	t.good('good-tags-receive', 'scope tags after a handover', lambda: tags_receive())
	t.good('good-names', 'original names in many scripts, controls, bidi, not normalised', names)
	t.good('good-name-bytes', 'names that are not UTF-8', name_bytes)
	t.good('good-clock-back', 'the clock goes back an hour and five years', clock_back, notes=['TIME_BACKWARDS@3', 'TIME_BACKWARDS@4'])
	t.good('good-exhibits', 'exhibit numbers with gaps', exhibits)
	t.good('good-requests', 'verified with every digest', small, args=['--all-digests'])
	t.good('good-correct-nothing', 'correction of a record that does not exist: only its form is checked', lambda: one(
		'correct', {'record': '99/99'}, {'kind': 'correction', 'record': '77/1', 'field': 'x', 'valueBytes': 'AP8'}))


def clock_back():
	c = Case()
	c.acquire(content(JPEG))
	c.tick(-3600)
	c.note(b'a')
	c.tick(-5 * 365 * 86400)
	return with_seal(c)


def exhibits():
	c = Case()
	c.acquire(content(b'a', exhibit=3), content(b'b', exhibit=900719925474099))
	c.add('capture', {'basis': 'public', 'observed': 'tool'}, [content(b'c', exhibit=9007199254740991)])
	return with_seal(c)


def tags_receive():
	c = small(seal={'scope_': 'tags'})
	c.entries.pop()
	c.add('transfer', {'certificate': BOB.id, 'transferId': UUID})
	c.seal(scope_='tags')
	receive(c, BOB, UUID)
	c.seal(scope_='tags', signer=BOB)
	return c


NAMES = ['Žrtva_šđčćž.jpg', 'слика.png', 'cafe\u0301.txt', 'caf\u00e9.txt', '\u202egpj.exe', 'a\tb\nc\rd\x1b[2K\x07\x7f', 'x\u0000y',
	'"quoted"\\', '=cmd|calc', '<script>alert(1)</script>', '😀\U0001f1f7\U0001f1f8.mp4', '\u2028\u2029\u0085', '\ufeffbom', '\ufffe\uffff',
	'../../etc/passwd', 'CON', 'a' * 4000, '/', '', '\U000e0041tag', '\x08\x0c']


def names():
	records = []
	for i, n in enumerate(NAMES):
		records += [content(b'%d' % i, 'bin'), origin('2/%d' % (2 * i + 2), n)]
	return with_acquire(*records)


def name_bytes():
	return with_acquire(content(b'1'), {'kind': 'origin', 'item': '2/2', 'nameBytes': '_4AA', 'pathBytes': 'wK8'})


_ONE = bytes.fromhex(
	'd131dd02c5e6eec4693d9a0698aff95c2fcab58712467eab4004583eb8fb7f8955ad340609f4b30283e488832571415a'
	'085125e8f7cdc99fd91dbdf280373c5bd8823e3156348f5bae6dacd436c919c6dd53e2b487da03fd02396306d248cda0'
	'e99f33420f577ee8ce54b67080a80d1ec69821bcb6a8839396f9652b6ff72a70')
MD5_TWINS = (_ONE, bytes(b ^ 0x80 if i in (19, 45, 59, 83, 109, 123) else b for i, b in enumerate(_ONE)))


def build(t):
	for part in (sizes, actions, keys, hands, extracts, odd):
		part(t)
