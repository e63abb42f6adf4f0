"""Receipts held against the bundle that was handed over (docs/verify.md §8a, docs/format.md §13): result and exit code."""
from . import cjson
from .case import OTHER_ID, TOOL, UUID, b64url, content, hexsha
from .cases_envelope import Envelope
from .cert import Cert
from .good import seal_files
from .keys import Ed25519Key
from .models import ALICE, BOB, COLLEAGUE, COURT, EVE, WITNESS, final, flip, issued, small

MOST = 4 << 20
SECOND = UUID[:-1] + '0'
NOTE = {'action': 'note', 'files': [content(b'x', 'txt', 'note')], 'more': lambda e: e.details.clear() or e.details.update(type='note')}


def given(to=BOB.id, change=None, close=False, **o):
	"""Alice hands over and seals; COURT may answer another transfer."""
	c = small(**o)
	if change:
		change(c)
	c.add('transfer', {'certificate': COURT.id, 'transferId': SECOND})
	c.add('transfer', {'certificate': to, 'transferId': UUID})
	if close:
		c.add('close')
	c.seal()
	return c


class Answer:
	"""The entry that answers, as the recipient makes it at the end of a copy of the log. `c` is the giver's case."""
	def __init__(self, c, action='receive', by=BOB, transfer=UUID, digest=None, edit=None, records=(), files=None, more=None, **details):
		seal = seal_files(c)
		self.e = c.add(action, dict({'sealDigest': digest or hexsha(seal[4]['_data']), 'transferId': transfer}, **details),
			list(records) + (seal if files is None and action == 'receive' else files or []), signer=by)
		self.e.edit = edit
		if more:
			more(self.e)
		c.folder()
		self.parts = {'entry': self.e.json, 'records': b''.join(line + b'\n' for line in self.e.lines), 'signature': self.e.p7s}

	def members(self):
		return dict({k: b64url(v) for k, v in self.parts.items()}, format='libevidence-receipt-1')

	def said(self, result):
		return {'recorded': self.e.time, 'result': result, 'signer': self.e.signer.id, 'transferId': self.e.details['transferId']}


def answered(t, what, result, make=given, change=None, text=None, findings=(), pins=None, extra=None, said=None, **o):
	"""One vector. `change` gets the receipt's members, `text` its bytes; `o` makes the answer."""
	def both():
		bundle = make()
		answer = Answer(make(), **o)
		members = answer.members()
		if change:
			change(members, answer)
		data = cjson.dumps(members)
		expected = answer.said(result) if result in ('accepted', 'refused') else {'result': result}
		return bundle, text(data) if text else data, dict(expected, **(said or {}))
	t.receipt(what, both, result, list(findings), pins, **(extra or {}))


def results(t):
	answered(t, 'received by the one named', 'accepted')
	answered(t, 'refused by the one named', 'refused', action='refuse')
	answered(t, 'another transfer, received by the other', 'accepted', by=COURT, transfer=SECOND)
	answered(t, 'handed to whoever answers', 'accepted', make=lambda: given(to=None), by=EVE)
	answered(t, 'received without the files of the seal', 'accepted', files=[])
	answered(t, 'of a closed case', 'accepted', make=lambda: given(close=True))
	answered(t, 'the giver pinned by nobody', 'accepted', pins=[], findings=['SIGNER_UNKNOWN@1:NO_CERTIFICATE_CHAIN_FOUND'])
	answered(t, 'a recipient whom an authority vouches for', 'accepted', make=lambda: given(to=issued('receipts').id), by=issued('receipts'))
	early = lambda e: setattr(e, 'time', '2020-01-01T00:00:00.000Z')
	answered(t, 'its clock before the giver\'s: a note, not reported', 'accepted', more=early)
	answered(t, 'after many signers, an extract and a consent', 'accepted', make=lambda: given(change=many))


def many(c):
	c.add('admit', {'as': 'witness', 'certificate': WITNESS.id})
	c.add('admit', {'as': 'colleague', 'certificate': COLLEAGUE.id})
	c.note(signer=WITNESS)
	c.note(signer=COLLEAGUE)
	c.add('consent', {'basis': 'written', 'state': 'given'})


def forms(t):
	bad = lambda what, **o: answered(t, what, 'invalid', **o)
	for what, fn in (('empty', lambda d: b''), ('no JSON', lambda d: b'receipt'), ('a list', lambda d: b'[' + d + b']'), ('null', lambda d: b'null'), ('a string', lambda d: cjson.dumps(d.decode())),
			('an empty list', lambda d: b'[]'), ('an empty object', lambda d: b'{}'),
			('with a newline', lambda d: d + b'\n'), ('with a blank', lambda d: d.replace(b':', b': ', 1)), ('with a BOM', lambda d: b'\xef\xbb\xbf' + d), ('twice', lambda d: d + d), ('cut', lambda d: d[:-1]),
			('its members in another order', lambda d: b'{"format":"libevidence-receipt-1",' + d[1:].replace(b'"format":"libevidence-receipt-1",', b'')),
			('4 MiB of letters', lambda d: b'x' * MOST)):
		bad('the receipt ' + what, text=fn)
	for part in ('entry', 'format', 'records', 'signature'):
		bad('without ' + part, change=lambda m, a: m.pop(part))
		bad(part + ' a number', change=lambda m, a: m.update({part: 1}))
		bad(part + ' empty', change=lambda m, a: m.update({part: ''}))
	bad('with another member', change=lambda m, a: m.update(note='x'))
	bad('of a newer format', change=lambda m, a: m.update(format='libevidence-receipt-2'))
	bad('of an envelope\'s format', change=lambda m, a: m.update(format='libevidence-envelope-1'))
	for part in ('entry', 'records', 'signature'):
		for what, fn in (('with a character of base64 alone', lambda v: '+' + b64url(v)[1:]), ('with the other such character', lambda v: '/' + b64url(v)[1:]),
				('with "=" behind', lambda v: b64url(v) + '='), ('with a blank in it', lambda v: b64url(v)[:8] + ' ' + b64url(v)[8:]), ('in hexadecimal', lambda v: v.hex()),
				('of 4n + 1 characters', lambda v: b64url(v[:len(v) // 3 * 3]) + 'A')):
			bad('%s %s' % (part, what), change=lambda m, a: m.update({part: fn(a.parts[part])}))
		bad(part + ' with bits behind its last byte', change=lambda m, a: m.update({part: spare(a.parts[part])}), **padded(part))
	bad('over 4 MiB, but for that in order', text=lambda d: d, files=None, **over())


def spare(data):
	"""The other spelling of the last character, which a decoder that is not strict takes for the same bytes."""
	text = b64url(data)
	letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
	if len(text) % 4 == 0:
		raise ValueError('nothing behind the last byte')
	return text[:-1] + letters[letters.index(text[-1]) + 1]


def padded(part):
	"""Options of an answer whose part is not a multiple of three bytes, so that there are bits behind its last byte."""
	for n in range(1, 60):
		o = {'more': lambda e, n=n: setattr(e, 'tool', {'build': 'a1b2c3d', 'name': 'v' * n, 'version': '1.0'}),
			'records': [{'kind': 'verification', 'verdict': 'x' * n}]}
		if len(Answer(given(), **o).parts[part]) % 3:
			return o
	raise ValueError(part)


def over():
	"""As many records as make it one byte longer than may be, or a few more."""
	one = 1 << 19
	def records(n):
		return [{'kind': 'verification', 'verdict': 'x' * one} for _ in range(5)] + [{'kind': 'verification', 'verdict': 'x' * n}]
	length = lambda n: len(cjson.dumps(Answer(given(), records=records(n)).members()))
	n = 1
	n += max(0, (MOST - length(n)) * 3 // 4)
	while length(n) <= MOST:
		n += 1
	return {'records': records(n)}


def entries(t):
	bad = lambda what, **o: answered(t, what, 'invalid', **o)
	edit = lambda **f: lambda obj: obj.update(f)
	bad('the entry of the log\'s newer format', edit=edit(format='libevidence-custody-2'))
	bad('the entry with another member', edit=edit(note='x'))
	bad('the entry without its tool', edit=lambda obj: obj.pop('tool'))
	bad('an entry of 64 KiB and more', edit=edit(tool=dict(TOOL, name='x' * 65536)))
	bad('the entry no object', change=lambda m, a: m.update(entry=b64url(b'[]')))
	bad('the entry is a note', **NOTE)
	bad('a signature of over 1 MiB', change=lambda m, a: m.update(signature=b64url(a.parts['signature'] + bytes((1 << 20) + 1 - len(a.parts['signature'])))))
	bad('a signature with a byte behind', change=lambda m, a: m.update(signature=b64url(a.parts['signature'] + b'\0')))
	bad('a signature one bit other', change=lambda m, a: m.update(signature=b64url(flip(a.parts['signature']))))
	bad('signed by another than the entry names', edit=edit(certificate=EVE.id))
	bad('the entry altered after it was signed', change=lambda m, a: m.update(entry=b64url(a.parts['entry'].replace(b'"name":"vectors"', b'"name":"vectorz"'))))
	bad('another\'s answer under the signature', change=lambda m, a: m.update(signature=Answer(given(), by=EVE).members()['signature']))
	bad('the records altered', change=lambda m, a: m.update(records=b64url(a.parts['records'].replace(b'advocate', b'advocatf'))))
	bad('a record left out', change=lambda m, a: m.update(records=b64url(b''.join(a.parts['records'].splitlines(True)[:-1]))))
	bad('a record more', change=lambda m, a: m.update(records=b64url(a.parts['records'] + a.parts['records'].splitlines(True)[-1])))
	bad('the records without their last newline', change=lambda m, a: m.update(records=b64url(a.parts['records'][:-1])))
	bad('answered by another than the one named', by=EVE)
	bad('refused by another than the one named', by=EVE, action='refuse')
	bad('a transfer that is not known', transfer=UUID[:-1] + 'f')
	bad('the other recipient\'s transfer', transfer=SECOND)
	bad('the giver answers himself', by=ALICE)
	bad('a transfer that was refused already', transfer=ANSWERED, make=lambda: given(change=refused_before))
	bad('a log without any transfer', make=small)


ANSWERED = UUID[:-1] + '1'


def refused_before(c):
	c.add('transfer', {'certificate': BOB.id, 'transferId': ANSWERED})
	c.add('refuse', {'sealDigest': 'a' * 64, 'transferId': ANSWERED}, signer=BOB)


def others(t):
	edit = lambda **f: lambda obj: obj.update(f)
	answered(t, 'the answer to another case', 'other-case', edit=edit(caseId=OTHER_ID))
	answered(t, 'another case and another place', 'other-case', edit=edit(caseId=OTHER_ID, seq=3))
	answered(t, 'a note of another case', 'invalid', edit=edit(caseId=OTHER_ID), **NOTE)
	for n in (1, 6, 7, 9, 4294967295):
		answered(t, 'number %d in place of 8' % n, 'other-bundle', edit=edit(seq=n))
	answered(t, 'another entry before it', 'other-bundle', edit=lambda obj: obj['previous'].update(entry='a' * 64))
	answered(t, 'another signature before it', 'other-bundle', edit=lambda obj: obj['previous'].update(signature='a' * 64))
	answered(t, 'nothing before it', 'other-bundle', edit=edit(previous=None))
	answered(t, 'another entry before it, and a right that is not there', 'other-bundle', by=EVE, edit=lambda obj: obj['previous'].update(entry='a' * 64))
	answered(t, 'a seal of other digest, received', 'other-bundle', digest='b' * 64, files=[])
	answered(t, 'a seal of other digest, refused', 'other-bundle', digest='b' * 64, action='refuse')
	answered(t, 'the files of another seal', 'invalid', digest='b' * 64)
	unknown = Cert(Ed25519Key('receipt'), 'unknown method')
	answered(t, 'signed with a method that is not known', 'unverified', make=lambda: given(to=unknown.id), by=unknown)


JPG = 'case-1f0c9a3e/data/00000002/00000002.jpg'


def bundles(t):
	"""What a bundle is that the receipt is held against."""
	def jpg(files):
		files[JPG] = flip(files[JPG])
	altered = final(lambda c, files: jpg(files))
	answered(t, 'a bundle with an item altered', 'unverified', make=lambda: given(change=altered), findings=['ITEM_ALTERED@2/2'])
	t.receipt('an envelope', lambda: (Envelope().bytes(), cjson.dumps(Answer(given()).members()), {'result': 'unverified'}), 'unverified', ['ENVELOPE_CLOSED@bundle.age'], [ALICE.id], unknown=('completeness',))
	t.receipt('no bundle at all', lambda: (b'x', cjson.dumps(Answer(given()).members()), None), None, ['CONTAINER_STRUCTURE@'], [ALICE.id])


def build(t):
	for part in (results, forms, entries, others, bundles):
		part(t)
