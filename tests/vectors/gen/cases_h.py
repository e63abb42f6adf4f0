"""Group H: the custody log (docs/format.md §4, docs/verify.md §3 stage 2)."""
import json

from . import cjson, der, ec
from .case import MANIFEST, OTHER_ID, SIGNATURE, UUID, Case, content, hexsha, scope
from .cases_b import JPG, TXT, change, gone, put
from .good import device, receive, seal_files, small_extract, transfer_case, with_acquire, with_seal
from .keys import sha256
from .models import (ALICE, BOB, COLLEAGUE, COURT, DEVICE, EVE, JPEG, RENEWED, WITNESS, entry, final, flip, hook, origin, small)

AT = 'case-1f0c9a3e/custody/%08d/'


def folder(files, n):
	return [f for f in files if f.startswith(AT % n)]


def drop(*numbers):
	def run(c, files):
		for n in numbers:
			for f in folder(files, n):
				del files[f]
	return lambda: small(final(run))


def move(**to):
	"""Renames folders: {'2': 3, '3': 2}."""
	def run(c, files):
		taken = {}
		for old, new in to.items():
			for f in folder(files, int(old)):
				taken[f.replace(AT % int(old), AT % new)] = files.pop(f)
		files.update(taken)
	return lambda: small(final(run))


def longer():
	c = small()
	c.note(b'more')
	c.seal()
	return c


def sequence(t):
	t.bad('H-01', 'the seal entry cut off', drop(4), 'LOG_UNSEALED@3')
	t.bad('H-01', 'the last two cut off', drop(3, 4), 'LOG_UNSEALED@2')
	t.bad('H-01', 'all but the first cut off', drop(2, 3, 4), 'LOG_UNSEALED@1')
	t.bad('H-01', 'all cut off', drop(1, 2, 3, 4), 'NOT_THIS_FORMAT@')
	t.good('H-02', 'the tail cut off and sealed anew by the key\'s holder: verifies by itself', lambda: with_seal(cut()))
	t.bad('H-02', '… but not where the older bundle is known', lambda: with_seal(cut()), extends=longer, exit_=1, report={'extends': 'fork'})
	t.bad('H-03', 'cut off, then gone on', lambda: with_seal(other_way()), extends=small, exit_=1, report={'extends': 'fork'})
	# A handover is of a copy (docs/verify.md §8): giver and recipient each go on, and neither is accused.
	t.bad('H-11', 'the recipient\'s branch held against the giver\'s', transfer_case, extends=kept_on, exit_=1, report={'extends': 'branch'})
	t.bad('H-11', 'the giver\'s branch held against the recipient\'s', kept_on, extends=transfer_case, exit_=1, report={'extends': 'branch'})
	t.bad('H-11', 'two recipients of one bundle, each by a transfer of his own', lambda: offered(BOB, UUID), extends=lambda: offered(COURT, OTHER_TRANSFER), exit_=1, report={'extends': 'branch'})
	t.bad('H-11', 'one transfer received twice, differently', lambda: offered(BOB, UUID), extends=lambda: offered(BOB, UUID, 60), exit_=1, report={'extends': 'fork'})
	t.bad('H-11', 'received here, refused there: two answers to one transfer', lambda: offered(BOB, UUID), extends=lambda: refused(), exit_=1, report={'extends': 'branch'})
	t.good('H-11', 'one of two branches, by itself', lambda: with_seal(other_way()))
	t.bad('H-11', 'entry 4 signed anew with the same bytes of entry.json', resigned, extends=small, exit_=1, report={'extends': 'fork'},
		note='the signature counts too: RSA-PSS and ECDSA can sign one text twice')
	for n in (1, 2, 3):
		t.bad('H-04', 'entry %d deleted' % n, drop(n), 'ENTRY_GAP@%d' % n)
	t.bad('H-05', 'entry 2 deleted, the others renumbered', move(**{'2': 9, '3': 2, '4': 3}), 'ENTRY_LINK@2')
	t.bad('H-05', 'and their seq and previous mended, unsigned', lambda: small(final(relink)), 'SIGNED_DATA_ALTERED@2')
	t.bad('H-06', 'two neighbours exchanged', move(**{'2': 3, '3': 2}), 'ENTRY_LINK@2')
	t.bad('H-06', 'three rotated', move(**{'2': 3, '3': 4, '4': 2}), 'ENTRY_LINK@2')
	t.bad('H-07', 'an entry by a stranger', lambda: stranger(), 'RIGHT_TO_WRITE@5')
	t.bad('H-08', 'entry 3 repeated as 4', lambda: small(final(lambda c, f: f.update({n.replace(AT % 3, AT % 4): f[n] for n in folder(f, 3)}))), 'ENTRY_LINK@4')
	t.bad('H-09', 'an entry of another case', lambda: small(final(replaced(lambda: small(case_id=OTHER_ID, base='case-1f0c9a3e')))), 'ENTRY_LINK@3')
	t.bad('H-10', 'an entry of another branch of the case', lambda: small(final(replaced(lambda: small(lambda c: c.entries[1].details.update(observed='photo'))))), 'ENTRY_LINK@3')
	t.bad('H-12', 'two children of one entry in one log', lambda: small(final(put(AT % 3 + 'entry2.json', b'{}'))), 'FILE_UNACCOUNTED@' + AT % 3 + 'entry2.json')
	t.bad('H-12', 'a folder of nine digits', lambda: small(final(put('case-1f0c9a3e/custody/000000003/entry.json', b'{}'))), 'FILE_UNACCOUNTED@case-1f0c9a3e/custody/000000003/entry.json')
	t.bad('H-13', 'entry 1 replaced by a stranger\'s', lambda: small(final(replaced(lambda: small(custodian=EVE), 1))), 'ENTRY_LINK@2')
	t.bad('H-14', 'a second `open`', lambda: with_seal(second_open()), 'ACTION_ORDER@5')
	t.bad('H-14', 'entry 1 is no `open`', lambda: small(entry(1, action='note', details={'type': 'note'})), 'ACTION_ORDER@1')
	t.bad('H-14', 'numbering starts at 0', move(**{'1': 0}), 'FILE_UNACCOUNTED@' + AT % 0 + 'entry.json')
	t.bad('H-14', 'previous null in entry 2', lambda: small(edit(2, previous=None)), 'ENTRY_LINK@2')
	t.bad('H-14', 'previous not null in entry 1', lambda: small(edit(1, previous={'entry': '0' * 64, 'signature': '0' * 64})), 'ENTRY_LINK@1')
	for name in ('entry.json', 'entry.p7s', 'records.jsonl'):
		for n in (1, 3, 4):
			t.bad('H-04', '%s of entry %d deleted' % (name, n), lambda: small(final(gone(AT % n + name))), 'ENTRY_FILE_MISSING@custody/%08d/%s' % (n, name))


def cut():
	c = small()
	c.entries.pop()
	c.entries.pop()
	c.tick(3600)
	return c


OTHER_TRANSFER = UUID[:-1] + '0'


def offer():
	c = small()
	c.add('transfer', {'certificate': BOB.id, 'transferId': UUID})
	c.add('transfer', {'certificate': COURT.id, 'transferId': OTHER_TRANSFER})
	c.seal()
	return c


def kept_on():
	"""The giver's branch after the seal that transfer_case hands over."""
	c = small()
	c.add('transfer', {'certificate': BOB.id, 'transferId': UUID})
	c.seal()
	c.note(b'the giver goes on')
	c.seal()
	return c


def offered(by, transfer, later=0):
	c = offer()
	c.tick(later)
	receive(c, by, transfer)
	c.seal(signer=by)
	return c


def refused():
	c = offer()
	c.add('refuse', {'sealDigest': hexsha(seal_files(c)[4]['_data']), 'transferId': UUID}, signer=BOB)
	c.seal()
	return c


def other_way():
	c = cut()
	c.note(b'another note')
	return c


class Again:
	"""The custodian's key with another nonce: a second valid signature of the same bytes."""
	kind = 'ecdsa'

	def algorithm(self):
		return ALICE.key.algorithm()

	def sign(self, data):
		n = ec.P256.n
		k = int.from_bytes(sha256(b'another nonce' + data), 'big') % n
		r = ec.P256.times(k)[0] % n
		s = pow(k, -1, n) * (int.from_bytes(sha256(data), 'big') + r * ALICE.key.secret) % n
		return der.seq(der.integer(r), der.integer(min(s, n - s)))


def resigned():
	return small(entry(4, cms={'key': Again()}))


def relink(c, files):
	for f in folder(files, 2):
		del files[f]
	for old, new in ((3, 2), (4, 3)):
		for f in folder(files, old):
			files[f.replace(AT % old, AT % new)] = files.pop(f)
	before = 1
	for n in (2, 3):
		e = json.loads(files[AT % n + 'entry.json'])
		e.update(seq=n, previous={'entry': hexsha(files[AT % before + 'entry.json']), 'signature': hexsha(files[AT % before + 'entry.p7s'])})
		files[AT % n + 'entry.json'] = cjson.dumps(e)
		before = n


def stranger():
	c = small()
	c.note(signer=EVE)
	return with_seal(c)


def replaced(make, n=3):
	return lambda c, files: files.update({f: d for f, d in make().files().items() if f.startswith(AT % n)})


def second_open():
	c = small()
	c.add('open', {}, [content(b'{}', 'json', 'description')])
	return c


def edit(seq, /, **values):
	"""Members of entry.json replaced before signing; Ellipsis takes one out."""
	def run(obj):
		for k, v in values.items():
			if v is Ellipsis:
				del obj[k]
			else:
				obj[k] = v
	return entry(seq, edit=run)


def details(seq, /, **values):
	def run(obj):
		for k, v in values.items():
			if v is Ellipsis:
				del obj['details'][k]
			else:
				obj['details'][k] = v
	return entry(seq, edit=run)


def forms(t):
	form = lambda case, what, change, n=2: t.bad(case, what, lambda: small(change), 'ENTRY_FORM@%d' % n)
	raw = lambda a, b: entry(2, edit_json=lambda j: j.replace(a, b))
	for new in (b'"seq":2.0', b'"seq":2e0', b'"seq":"2"', b'"seq":-2', b'"seq":9007199254740992', b'"seq":18446744073709551618', b'"seq":02', b'"seq":null'):
		form('H-15', new.decode(), raw(b'"seq":2', new))
	for n in (0, 1, 3, 9007199254740991):
		t.bad('H-15', 'seq %d in folder 2' % n, lambda: small(edit(2, seq=n)), 'ENTRY_LINK|ENTRY_FORM@2' if not n else 'ENTRY_LINK@2', note='0 is no seq: form or link' if not n else None)
	zero = '0' * 64
	t.bad('H-16', 'previous.entry all zero', lambda: small(previous(entry=zero)), 'ENTRY_LINK@2')
	t.bad('H-16', 'previous.signature all zero', lambda: small(previous(signature=zero)), 'ENTRY_LINK@2')
	t.bad('H-16', 'previous.signature of another entry', lambda: small(previous(signature=hexsha(b'x'))), 'ENTRY_LINK@2')
	for what, v in (('16 digits', 'a' * 16), ('upper case', 'A' * 64), ('65 digits', 'a' * 65), ('63 digits', 'a' * 63), ('empty', ''), ('number', 1), ('null', None)):
		form('H-16', 'previous.entry: ' + what, previous(entry=v))
	form('H-16', 'previous with a third member', previous(more=1))
	form('H-16', 'previous a list', edit(2, previous=[]))
	form('H-17', 'members in another order, signed so', entry(2, edit_json=lambda j: json.dumps(dict(reversed(json.loads(j).items())), separators=(',', ':')).encode()))
	form('H-17', 'with white space, signed so', entry(2, edit_json=lambda j: json.dumps(json.loads(j)).encode()))
	for what, fn in (('a newline at the end', lambda j: j + b'\n'), ('CR LF', lambda j: j + b'\r\n'), ('a BOM', lambda j: b'\xef\xbb\xbf' + j), ('a NUL at the end', lambda j: j + b'\0'),
			('a blank before', lambda j: b' ' + j), ('cut by one byte', lambda j: j[:-1]), ('empty', lambda j: b''), ('two objects', lambda j: j + j)):
		form('H-18' if 'cut' not in what else 'H-19', 'entry.json with ' + what + ', signed so', entry(2, edit_json=fn))
		form('H-18' if 'cut' not in what else 'H-19', 'entry.json with ' + what, entry(2, late_json=fn))
	for what, v in (('md5', 'md5'), ('none', 'none')):
		form('H-32', 'a member that names the algorithm ' + what, edit(2, algorithm=v))
	for v in ('libevidence-custody-2', 'libevidence-custody-0', 'libevidence-custody-10', 'libevidence-custody-1.1', 'libevidence-custody-', 'libevidence-custody-1 '):
		t.bad('H-33', 'format ' + v, lambda: small(edit(2, format=v)), 'FORMAT_NEWER@')
	t.bad('H-33', 'format 2 with members this version does not know', lambda: small(edit(1, format='libevidence-custody-2', more={}, seq='x')), 'FORMAT_NEWER@')
	for v in ('libevidence-log-1', '', 1, None, 'LIBEVIDENCE-CUSTODY-1'):
		form('H-33', 'format %r' % v, edit(2, format=v))
	form('H-34', 'an unknown action', edit(2, action='delete'))
	form('H-34', 'an action in upper case', edit(2, action='Acquire'))
	form('H-34', 'an unknown member', edit(2, comment='x'))
	for m in ('action', 'caseId', 'certificate', 'details', 'format', 'previous', 'records', 'seq', 'time', 'tool'):
		form('H-34', 'member %s missing' % m, edit(2, **{m: ...}))
		form('H-34', 'member %s true' % m, edit(2, **{m: True}))
	form('H-34', 'details with an unknown member', details(2, more=1))


def previous(**values):
	return entry(2, edit=lambda obj: obj['previous'].update(values))


GOOD = {
	'open': {}, 'close': {}, 'view': {}, 'export': {}, 'admit': {'as': 'device', 'certificate': 'a' * 64}, 'acquire': {'basis': 'public', 'observed': 'file'},
	'capture': {'basis': 'public', 'observed': 'tool'}, 'note': {'type': 'note'}, 'read-out': {'reader': 'x', 'version': '1'}, 'derive': {'method': 'mask'},
	'compare': {'method': 'copies'}, 'timestamp': {'entry': 1, 'signature': 'a' * 64, 'token': 'a' * 64}, 'transfer': {'certificate': None, 'transferId': UUID},
	'receive': {'sealDigest': 'a' * 64, 'transferId': UUID}, 'refuse': {'sealDigest': 'a' * 64, 'transferId': UUID}, 'disclose': {'extent': 'whole'},
	'consent': {'basis': 'oral', 'state': 'given'}, 'hold': {'state': 'on'}, 'dispose': {'cause': 'order'}, 'lost': {'cause': 'rot'}, 'correct': {'record': '1/1'},
	'seal': {'disclose': None, 'extent': 'whole', 'scope': 'all', 'timestamp': 'none'}}
BAD_VALUES = {'as': ['custodian', 'Device', ''], 'certificate': ['a' * 63, 'A' * 64, 'g' * 64], 'basis': ['mine', ''], 'observed': ['video'], 'type': ['memo'], 'reader': ['', 'a b', '-x', 'a' * 33, 'é'],
	'version': ['', '1 2'], 'method': ['copy', ''], 'entry': ['1', -1], 'signature': ['a' * 65], 'token': ['', None], 'transferId': [UUID.upper(), UUID[:-1], UUID.replace('4567', '1567'), UUID.replace('-', ''), UUID.replace('-89ab', '-c9ab')],
	'sealDigest': ['a' * 63, None], 'extent': ['part', None], 'state': ['maybe'], 'cause': ['because'], 'record': ['1', '0/1', '1/0', '01/1', '1/01', '1/1/1', '/1', '1/'], 'disclose': ['1', ''], 'scope': ['some'],
	'timestamp': ['wanted', None]}


def closed(t):
	"""Details are closed lists: each member of each action missing, wrong, one too many."""
	for action, good in GOOD.items():
		def made(d):
			c = small()
			e = c.add(action, dict(d))
			e.details, e.token = {}, None
			e.edit = lambda obj: obj.update(details=d)
			e.action = action if action != 'timestamp' else 'view'
			if action == 'timestamp':
				e.edit = lambda obj: obj.update(details=d, action='timestamp')
				e.token = b'x'
			return with_seal(c)
		t.bad('H-34', '%s: a member too many' % action, lambda: made(dict(good, extra=1)), 'ENTRY_FORM@5')
		for m in good:
			t.bad('H-34', '%s: %s missing' % (action, m), lambda: made({k: v for k, v in good.items() if k != m}), 'ENTRY_FORM@5')
			for v in BAD_VALUES[m] + [7 if m not in ('entry', 'disclose') else True, []]:
				if action == 'consent' and m == 'basis' and v == 'public':
					continue
				t.bad('J-17', '%s: %s %s' % (action, m, json.dumps(v)), lambda: made(dict(good, **{m: v})), 'ENTRY_FORM@5')
	t.bad('H-34', 'details not an object', lambda: small(edit(3, details=[])), 'ENTRY_FORM@3')
	for what, value in (('count 0', {'count': 0, 'root': 'a' * 64}), ('count missing', {'root': 'a' * 64}), ('root short', {'count': 5, 'root': 'a' * 62}), ('a third member', {'count': 5, 'root': 'a' * 64, 'x': 1}),
			('count 2^32', {'count': 1 << 32, 'root': 'a' * 64})):
		t.bad('H-34', 'records: ' + what, lambda: small(edit(2, records=value)), 'ENTRY_FORM@2')
	tool = {'build': 'a', 'name': 'b', 'version': 'c'}
	for what, value in (('without build', {'name': 'b', 'version': 'c'}), ('a fourth member', dict(tool, x='y')), ('an empty name', dict(tool, name='')), ('a name with a blank', dict(tool, name='a b')),
			('a name of 33 characters', dict(tool, name='n' * 33)), ('a number', dict(tool, version=1)), ('a name that starts with a dot', dict(tool, name='.a'))):
		t.bad('H-34', 'tool: ' + what, lambda: small(edit(2, tool=value)), 'ENTRY_FORM@2')
	t.good('H-34', 'tool tokens of 32 characters and every sign', lambda: small(edit(2, tool={'build': 'a' * 32, 'name': 'A9.+_-', 'version': '0'})))
	for what, v in (('version 1', '1f0c9a3e-5b7d-1c2a-9e10-7a6b5c4d3e2f'), ('upper case', '1F0C9A3E-5B7D-4C2A-9E10-7A6B5C4D3E2F'), ('no hyphens', '1f0c9a3e5b7d4c2a9e107a6b5c4d3e2f'), ('braces', '{1f0c9a3e-5b7d-4c2a-9e10-7a6b5c4d3e2f}'), ('nil', '00000000-0000-0000-0000-000000000000')):
		t.bad('J-17', 'caseId: ' + what, lambda: small(edit(2, caseId=v)), 'ENTRY_FORM@2')
	t.bad('H-09', 'caseId of entry 2 other than of entry 1', lambda: small(edit(2, caseId='1f0c9a3e-5b7d-4c2a-9e10-7a6b5c4d3e2e')), 'ENTRY_LINK@2')
	for what, v in (('short', 'a' * 63), ('upper case', ALICE.id.upper()), ('null', None)):
		t.bad('J-19', 'certificate ' + what, lambda: small(edit(2, certificate=v)), 'ENTRY_FORM@2')
	t.bad('H-35', 'certificate of another than signed', lambda: small(edit(2, certificate=BOB.id)), 'SIGNER_MISMATCH@2')


def times(t):
	for s in (1, 3600, 5 * 365 * 86400):
		def back():
			c = Case()
			c.acquire(content(JPEG))
			c.tick(-60 - s)
			return with_seal(c)
		t.good('H-23', 'the clock goes back %d s' % s, back, notes=['TIME_BACKWARDS@3'])
	t.good('H-24', 'the clock jumps ten years ahead', lambda: small(entry(4, time='2036-11-22T03:07:05.678Z')))
	t.good('J-21', 'leap day', lambda: small(start='2028-02-29T23:00:00.000Z'))
	for v in ('2026-11-22T03:04:05Z', '2026-11-22T03:04:05.67Z', '2026-11-22T03:04:05.6789Z', '2026-11-22t03:04:05.678Z', '2026-11-22T03:04:05.678z', '2026-11-22 03:04:05.678Z', '2026-11-22T03:04:05.678+00:00',
			'2026-11-22T03:04:05.678-00:00', '2026-11-22T24:00:00.000Z', '2026-02-30T00:00:00.000Z', '2027-02-29T00:00:00.000Z', '2026-12-31T23:59:60.000Z', '2026-13-01T00:00:00.000Z', '2026-00-01T00:00:00.000Z',
			'2026-11-00T00:00:00.000Z', '1969-12-31T23:59:59.999Z', '2026-11-22T03:60:00.000Z', '+2026-11-22T03:04:05.678Z', '10000-01-01T00:00:00.000Z', '2026-11-22T03:04:05,678Z', '2100-02-29T00:00:00.000Z', '', 5):
		case = 'H-24' if ':60.' in str(v) or '-00:00' in str(v) else 'J-21'
		t.bad(case, 'time %s' % v, lambda: small(edit(2, time=v)), 'ENTRY_FORM@2')


def rights(t):
	def by(who, admitted, action='note', d=None, records=(), after=(), close=True):
		c = small()
		for as_, x in admitted:
			c.add('admit', {'as': as_, 'certificate': x.id})
		for a in after:
			a(c)
		n = len(c.entries) + 1
		if action == 'note':
			c.note(signer=who)
		else:
			c.add(action, d or {}, list(records), signer=who)
		return with_seal(c) if close else c
	wit, col, dev, ren = [('witness', WITNESS)], [('colleague', COLLEAGUE)], [('device', DEVICE)], [('renewed', RENEWED)]
	t.bad('H-35', 'a stranger signs from entry 2 on', lambda: small(lambda c: [setattr(e, 'signer', EVE) for e in c.entries[1:]]), 'RIGHT_TO_WRITE@2')
	t.bad('H-36', 'a new key admits itself', lambda: small_by(EVE), 'RIGHT_TO_WRITE@5')
	for what, args in (('a witness acquires', (WITNESS, wit, 'acquire', {'basis': 'public', 'observed': 'file'}, [content(b'x', exhibit=9)])), ('a witness views', (WITNESS, wit, 'view', {}, [scope('2/2')])),
			('a witness admits', (WITNESS, wit, 'admit', {'as': 'witness', 'certificate': EVE.id})), ('a colleague admits', (COLLEAGUE, col, 'admit', {'as': 'device', 'certificate': EVE.id})),
			('a colleague transfers', (COLLEAGUE, col, 'transfer', {'certificate': None, 'transferId': UUID})), ('a witness seals', (WITNESS, wit, 'seal', GOOD['seal'])),
			('a colleague receives without a transfer', (COLLEAGUE, col, 'receive', GOOD['receive'])), ('the custodian receives without a transfer', (ALICE, col, 'receive', GOOD['receive'])),
			('the custodian refuses without a transfer', (ALICE, col, 'refuse', GOOD['refuse'])), ('a device receives without a transfer', (DEVICE, dev, 'receive', GOOD['receive']))):
		t.bad('H-35', what, lambda: by(*args), 'RIGHT_TO_WRITE@6')
	t.bad('H-35', 'admitted only afterwards', lambda: late(), 'RIGHT_TO_WRITE@5')
	t.good('H-35', 'a device admits another device', lambda: by(BOB, dev, after=[lambda c: c.add('admit', {'as': 'device', 'certificate': BOB.id}, signer=DEVICE)]))
	t.bad('H-35', 'a witness\'s admission of a device does not count', lambda: by(BOB, wit, after=[lambda c: c.add('admit', {'as': 'device', 'certificate': BOB.id}, signer=WITNESS)]), 'RIGHT_TO_WRITE@6')
	t.good('H-35', 'a witness admitted as device later', lambda: by(WITNESS, wit + [('device', WITNESS)], 'view', {}, [scope('2/2')]))
	t.bad('H-37', 'sealed by another key than the last entry\'s', lambda: small(lambda c: setattr(c, 'seal_signer', EVE)), 'SIGNER_MISMATCH@' + SIGNATURE)
	t.bad('H-37', 'sealed by the custodian, the seal entry by a device', lambda: sealed_by(), 'SIGNER_MISMATCH@' + SIGNATURE)
	t.bad('H-20', 'the seal\'s signature in the place of entry 4\'s', lambda: small(final(lambda c, f: f.__setitem__(AT % 4 + 'entry.p7s', f[SIGNATURE]))), 'SIGNED_DATA_ALTERED@4')
	t.bad('H-20', 'entry 4\'s signature in the place of the seal\'s', lambda: small(final(lambda c, f: f.__setitem__(SIGNATURE, f[AT % 4 + 'entry.p7s']))), 'SIGNED_DATA_ALTERED@' + SIGNATURE)
	t.bad('H-20', 'entry 4 and its signature in the place of the seal', lambda: small(final(lambda c, f: f.update({MANIFEST: f[AT % 4 + 'entry.json'], SIGNATURE: f[AT % 4 + 'entry.p7s']}))), 'MANIFEST_ALTERED@' + MANIFEST)
	t.bad('H-20', 'manifest and seal in the place of entry 4', lambda: small(final(lambda c, f: f.update({AT % 4 + 'entry.json': f[MANIFEST], AT % 4 + 'entry.p7s': f[SIGNATURE]}))), 'ENTRY_FORM@4')
	t.bad('H-20', 'signatures of entries 2 and 3 exchanged', lambda: small(final(lambda c, f: f.update({AT % 2 + 'entry.p7s': f[AT % 3 + 'entry.p7s'], AT % 3 + 'entry.p7s': f[AT % 2 + 'entry.p7s']}))), 'SIGNED_DATA_ALTERED@2')


def small_by(who):
	c = small()
	c.add('admit', {'as': 'renewed', 'certificate': who.id}, signer=who)
	return with_seal(c)


def late():
	c = small()
	c.note(signer=DEVICE)
	c.add('admit', {'as': 'device', 'certificate': DEVICE.id})
	return with_seal(c)


def sealed_by():
	c = device(DEVICE)
	c.seal_signer = ALICE
	return c


def hands(t):
	def case(to=BOB.id, by=BOB, transfer=UUID, seal=True, between=None, digest=None):
		c = small()
		c.add('transfer', {'certificate': to, 'transferId': UUID})
		if seal:
			c.seal()
		if between:
			between(c)
		files = seal_files(c) if seal else []
		c.add('receive', {'sealDigest': digest or (hexsha(files[4]['_data']) if files else 'a' * 64), 'transferId': transfer}, files, signer=by)
		c.seal(signer=by)
		return c
	t.bad('H-35', 'received by another than named', lambda: case(by=EVE), 'RIGHT_TO_WRITE@7')
	t.bad('H-35', 'received by the giver himself, another being named', lambda: case(by=ALICE), 'RIGHT_TO_WRITE@7')
	t.bad('H-35', 'received with another transferId', lambda: case(transfer=UUID[:-1] + 'f'), 'RIGHT_TO_WRITE@7')
	t.bad('H-35', 'received, the entry before no seal', lambda: case(seal=False), 'ACTION_ORDER@6')
	t.bad('H-35', 'received, a note after the seal', lambda: case(between=lambda c: c.note()), 'ACTION_ORDER@8')
	t.bad('H-35', 'received, the sealDigest of none of the files brought', lambda: case(digest='b' * 64), 'RECORD_FORM@7')
	t.good('H-35', 'received without the files of the seal', lambda: bare_receive(), facts=False)
	t.bad('H-35', 'received twice', lambda: twice(), 'RIGHT_TO_WRITE@9')
	t.bad('H-35', 'received after it was refused', lambda: case(between=lambda c: (c.add('refuse', GOOD['refuse'], signer=BOB), c.seal())), 'RIGHT_TO_WRITE@9')
	t.bad('H-35', 'the giver writes on in the recipient\'s branch', lambda: giver(), 'RIGHT_TO_WRITE@9')
	t.bad('H-35', 'a device of the giver writes in the recipient\'s branch', lambda: giver(DEVICE), 'RIGHT_TO_WRITE@10')
	t.bad('H-35', 'the recipient writes before receiving', lambda: early(), 'RIGHT_TO_WRITE@7')
	t.bad('H-35', 'a transfer of the branch before is answered', lambda: stale(), 'RIGHT_TO_WRITE@10')
	t.bad('H-35', 'refused by another than named', lambda: with_seal(refuse(EVE)), 'RIGHT_TO_WRITE@7')
	for action, records in (('acquire', [content(b'x', exhibit=9)]), ('note', [content(b'x', 'txt')]), ('capture', [content(b'x', exhibit=9)]), ('derive', [content(b'x'), scope('2/2')]), ('read-out', [scope('2/2')]),
			('compare', [scope('2/2')]), ('admit', []), ('correct', [{'kind': 'correction', 'record': '1/1', 'field': 'x'}]), ('close', [])):
		t.bad('H-35', '%s after close' % action, lambda: after_close(action, records), 'ACTION_ORDER@6')
	t.good('H-35', 'transferred and refused after close', lambda: refused_closed())


def bare_receive():
	c = small()
	c.add('transfer', {'certificate': BOB.id, 'transferId': UUID})
	c.seal()
	c.add('receive', {'sealDigest': 'a' * 64, 'transferId': UUID}, signer=BOB)
	c.seal(signer=BOB)
	return c


def twice():
	c = transfer_case(sealed=False)
	c.entries.pop()
	c.seal(signer=BOB)
	receive(c, BOB, UUID)
	c.seal(signer=BOB)
	return c


def giver(who=ALICE):
	if who is ALICE:
		c = transfer_case(sealed=False)
	else:
		c = small()
		c.add('admit', {'as': 'device', 'certificate': who.id})
		c.add('transfer', {'certificate': BOB.id, 'transferId': UUID})
		c.seal()
		receive(c, BOB, UUID)
		c.note(signer=BOB)
	c.note(signer=who)
	return with_seal(c)


def early():
	c = small()
	c.add('transfer', {'certificate': BOB.id, 'transferId': UUID})
	c.seal()
	c.note(signer=BOB)
	return with_seal(c)


def stale():
	c = small()
	c.add('transfer', {'certificate': COURT.id, 'transferId': UUID[:-1] + '0'})
	c.add('transfer', {'certificate': BOB.id, 'transferId': UUID})
	c.seal()
	receive(c, BOB, UUID)
	c.seal(signer=BOB)
	receive(c, COURT, UUID[:-1] + '0')
	c.seal(signer=COURT)
	return c


def refuse(who):
	c = small()
	c.add('transfer', {'certificate': BOB.id, 'transferId': UUID})
	c.seal()
	c.add('refuse', GOOD['refuse'], signer=who)
	return c


def after_close(action, records):
	c = small()
	c.add('close')
	c.add(action, GOOD[action], records)
	return with_seal(c)


def refused_closed():
	c = small()
	c.add('close')
	c.add('transfer', {'certificate': BOB.id, 'transferId': UUID})
	c.seal()
	c.add('refuse', GOOD['refuse'], signer=BOB)
	return with_seal(c)


def seals(t):
	def named(extent, disclose, kind='disclose', middle=False):
		c = small()
		d = c.disclose(('2/2', '2/3'), extent=extent[0]) if kind == 'disclose' else c.note()
		c.seal(disclose=disclose if disclose is not True else d.seq, extent=extent[1])
		if middle:
			c.withhold = set()
			c.seal()
		c.withhold = c.withhold or set()
		return c
	for middle, n in ((False, 6), (True, 6)):
		where = ' (in the middle)' if middle else ''
		t.bad('H-38', 'a seal of extent extract without disclose' + where, lambda: named(('extract', 'extract'), None, middle=middle), 'ACTION_ORDER@%d' % n)
		t.bad('H-38', 'a seal whole that names an extract' + where, lambda: named(('extract', 'whole'), True, middle=middle), 'ACTION_ORDER@%d' % n)
		t.bad('H-38', 'a seal of an extract that names a whole disclosure' + where, lambda: named(('whole', 'extract'), True, middle=middle), 'ACTION_ORDER@%d' % n)
		t.bad('H-38', 'a seal that names a note' + where, lambda: named(('', 'extract'), True, 'note', middle=middle), 'ACTION_ORDER@%d' % n)
	for n in (6, 7, 0):
		t.bad('H-38', 'a seal that names entry %d, not an earlier one' % n, lambda: named(('extract', 'extract'), n), 'ACTION_ORDER|ENTRY_FORM@6' if not n else 'ACTION_ORDER@6')
	t.bad('H-38', 'the head in bag-info.txt is not the log\'s', lambda: small(hook('tags', change('case-1f0c9a3e/bag-info.txt', lambda d: d.replace(d[70:90], d[70:90][::-1])))),
		*['TAGFILE_ALTERED@case-1f0c9a3e/bag-info.txt', 'MANIFEST_ALTERED@' + MANIFEST])
	t.bad('H-01', 'the last entry is a note', lambda: small(lambda c: c.note()), 'LOG_UNSEALED@5')


def flips(t):
	"""H-39 by sample; the every-byte test flips all."""
	c = small()
	c.bundle()
	names = [n for n in c.files() if '/custody/' in n]
	for i in range(96):
		seed = int.from_bytes(sha256(b'flip %d' % i)[:8], 'big')
		at = names[seed % len(names)]
		t.bad('H-39', 'bit %d flipped in %s' % (seed >> 8 & 7, at[22:]), lambda: small(final(change(at, lambda d: flip(d, seed >> 16, 1 << (seed >> 8 & 7))))),
			'ENTRY_FORM@', loose=True)


def build(t):
	flips(t)
	for part in (sequence, forms, closed, times, rights, hands, seals):
		part(t)
	for case, why in (('H-21', 'nothing is a keyed hash; signatures only'), ('H-22', 'whole files and whole lines are hashed, no fields are joined'),
			('H-25', 'uptime and boot id stand in circumstances; rules 1 does not judge them'), ('H-26', 'as H-25'), ('H-40', 'the log stands once in a bundle')):
		t.skip(case, why)
