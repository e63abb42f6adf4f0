"""What only a mutant of the verifier showed to be missing: container, names, log, archive manifests."""
import base64
import struct

from . import cms, der, zipw
from .case import MANIFEST, SIGNATURE, UUID, Case, content, hexsha
from .cases_envelope import Envelope
from .cases_h import edit
from .cases_t import FORM, KNOWN, YEAR_LATER
from .cases_time import ALTERED, NEWEST, OLDER, ONE, THREE, TWO, later
from .cases_z import BAD, NAME, PAYLOAD, end, fields, members
from .cases_zz import grown
from .good import with_acquire
from .models import JPEG, entry, final, flip, path, small
from .tsa import ROOT, archive_manifest, archived, entry_stamped, manifest_name, archive_name, stamped, token

U32 = zipw.U32


def containers(t):
	t.bad('Z-20', 'the end record\'s signature is another', end(sig=b'PK\x05\x07'), BAD)
	t.bad('Z-01', 'a local header that says its name is a byte longer, the name itself the same', fields('local', nlen=len('case-1f0c9a3e/' + PAYLOAD) + 1), BAD)

	def two(**local):
		"""An empty name, and a local header that differs: the name is judged first."""
		return members(lambda ms: ms.append(unnamed(local)))

	def unnamed(local):
		m = zipw.Member(b'', b'')
		m.local.update(local)
		return m
	t.bad('Z-36', 'an empty name, and a CRC-32 in its local header that is another', two(crc=1), NAME)
	t.bad('Z-36', 'the last central header says its name goes on behind the directory, 300 bytes', members(lambda ms: ms[-1].central.update(nlen=300) and None), BAD)
	far = lambda id_: dict(offset=U32, needed=45, extra=struct.pack('<HHQ', id_, 8, U32 + 5))

	def last(name, **central):
		def add(ms):
			m = zipw.Member(name, b'')
			m.central.update(central)
			ms.append(m)
		return members(add)
	t.bad('Z-36', 'a name of 181 bytes in a header with a ZIP64 offset', last(b'META-INF/' + b'z' * 172, **far(1)), NAME)
	t.bad('Z-36', 'an empty name in a header whose ZIP64 field has another number', last(b'', **far(2)), BAD)

	def overlapping(ms):
		m = zipw.Member(b'PK\x01\x02', b'')
		m.local.update(name=b'', nlen=4)
		ms.append(m)
	t.bad('Z-07', 'the name in a local header is the begin of the central directory', members(overlapping), BAD)

	def too_long(ms):
		ms.append(zipw.Member(b'META-INF/ z', b'x').both(csize=5000, usize=5000))
	t.bad('Z-10', 'a file said to go on behind the central directory, under a name that is none', members(too_long), BAD,
		note='verify.md §3 (a): the room for its bytes is asked before the name')


def names(t):
	base = 'case-1f0c9a3e/'
	stray = lambda name: t.bad('N-08', 'a file named %s: no device' % name, lambda: small(final(lambda c, f: f.__setitem__(name, b'x'))), 'FILE_UNACCOUNTED@' + name)
	for name in ('com-', 'coma', 'com10', 'com', 'lpt_.txt', 'cons', 'co', 'com.1'):
		stray(base + 'z/' + name)
	t.bad('A-36', 'a file outside META-INF that is none of an envelope\'s', lambda: Envelope(late=lambda f: f.update({'zzz.txt': b'x'})).bytes(), 'NOT_THIS_FORMAT@')
	for name in ('case-1f0c9a3', 'case-1f0c9a3g', 'case-1f0c9a3e0', 'casf-1f0c9a3e'):
		def renamed(ms):
			for m in ms:
				m.name = m.name.replace(b'case-1f0c9a3e/', name.encode() + b'/')
		t.bad('N-14', 'the base folder %s' % name, members(renamed), 'NOT_THIS_FORMAT@')
	for name in ('0000009x/entry.json', '00000009', '00000009x/entry.json', '0000009/entry.json', '000000009/entry.json'):
		t.bad('H-01', 'custody/%s behind the last entry' % name, lambda: small(final(lambda c, f: f.__setitem__(path(c, 'custody/' + name), b'x'))), 'FILE_UNACCOUNTED@%scustody/%s' % (base, name))


def records(t):
	t.good('J-07', 'a reader\'s record with a member named exhibit', lambda: with_acquire(content(JPEG), {'kind': 'field', 'name': 'width', 'value': 1, 'exhibit': 1}))
	for v in (b'\xbf\xbf', b'\xc1\xbf', b'\xf8\x90\x80\x80'):
		t.bad('J-12', 'record: UTF-8 bytes ' + v.hex(), lambda: small(entry(2, edit_lines=lambda ls: [x.replace(b'IMG_0001.JPG', v) for x in ls])), 'RECORD_FORM@2/3')
		t.bad('J-12', 'entry.json: UTF-8 bytes ' + v.hex(), lambda: small(entry(2, edit_json=lambda j: j.replace(b'a1b2c3d', v))), 'ENTRY_FORM@2')
	for time in ('2026-1:-22T03:05:05.678Z', '2026-11-1:T03:05:05.678Z', '2026-11-22T03:0::05.678Z', '2026-11-22T03:05:0:.678Z', '2026-11-22T03:05:05.67:Z', '2026-11-22T03:05:1/.678Z', '2026-11-22T03:05:05.678', '2026-11-22T1:05:05.678Z', '2026-11-22T0::05:05.678Z'):
		t.bad('J-20', 'entry.json: the time ' + time, lambda: small(edit(2, time=time)), 'ENTRY_FORM@2')
	t.good('J-24', 'origin: nameBytes of three bytes, ff ff 01', lambda: with_acquire(content(JPEG), {'kind': 'origin', 'item': '2/2', 'nameBytes': '__8B'}))
	token_ = der.seq(der.oid(cms.SIGNED_DATA), der.tlv(0xa0, der.seq()))

	def behind(data):
		"""A SignerInfo with unsigned attributes, and a NULL behind them."""
		def rebuilt(element, at):
			parts = der.children(element)
			if at:
				parts[at[0]] = rebuilt(parts[at[0]], at[1:])
			else:
				parts += [der.tlv(0xa1, cms.attribute(cms.TOKEN, token_)), der.NULL]
			return der.tlv(element[0], *parts)
		return rebuilt(data, (1, 0, -1, 0))
	t.bad('C-01', 'an element behind the unsigned attributes, and entry.json altered', lambda: small(entry(2, late_p7s=behind, late_json=lambda j: j.replace(b'"name":"vectors"', b'"name":"vectorz"'))), 'SIGNATURE_FORM@2')


def attributes(t):
	def altered(c, f):
		f[MANIFEST] = flip(f[MANIFEST])
	t.bad('C-27', 'seal: an element behind the unsigned attributes, and the manifest altered', lambda: stamped(small(final(altered)), token, edit=lambda d: grown(d, (1, 0, -1, 0))), 'SIGNATURE_FORM@' + SIGNATURE, 'MANIFEST_ALTERED@' + MANIFEST,
		trust=[ROOT], args=YEAR_LATER)


NOTHING = bytes(32)


def without(files, n, newest, gone):
	"""Archive manifest n; the digests of the files in `gone` are given instead."""
	text = archive_manifest(files, n, newest)
	for name, digest in gone.items():
		was = base64.b64encode(bytes.fromhex(hexsha(files[name])))
		assert was in text
		text = text.replace(was, base64.b64encode(digest))
	return text


def stamps_over(gone, count=1):
	"""Archive time-stamps over manifests that list, of what is missing, a digest that a reader may take for that of nothing."""
	c = small()

	def add(files):
		for n in range(1, count + 1):
			listed = {name: d for name, d in gone.items() if name in files and (name in (MANIFEST, SIGNATURE) or n == count and name in (OLDER, ONE))}
			there = dict(files, **({manifest_name(1, count): files[manifest_name(1, count)]} if n > 1 else {}))
			files[manifest_name(n, count)] = without(there, n, count, listed)
			files[archive_name(n)] = token(files[manifest_name(n, count)], when_='202611%02d000000Z' % (22 + n))
		for name in gone:
			files.pop(name)
	c.hooks['final'] = add
	return c


def archives(t):
	o = dict(trust=[ROOT], args=YEAR_LATER)
	note = lambda *names: [KNOWN + '@' + n for n in names]
	empty = bytes.fromhex(hexsha(b''))
	t.bad('A-35', 'the seal\'s manifest missing, listed as zeros', lambda: stamps_over({MANIFEST: NOTHING}), 'FILE_MISSING@' + MANIFEST, ALTERED + NEWEST, *note(ONE), unknown=('signatures',), **o)
	t.bad('A-35', 'the seal\'s signature missing, listed as nothing', lambda: stamps_over({SIGNATURE: empty}), 'FILE_MISSING@' + SIGNATURE, ALTERED + NEWEST, *note(ONE), unknown=('signatures',), **o)
	t.bad('A-35', 'the seal\'s manifest missing, listed as zeros by two archive manifests', lambda: stamps_over({MANIFEST: NOTHING}, 2), 'FILE_MISSING@' + MANIFEST, ALTERED + OLDER, ALTERED + NEWEST, *note(TWO, ONE), unknown=('signatures',), **o)
	t.bad('A-35', 'the first archive manifest missing, listed as zeros', lambda: stamps_over({OLDER: NOTHING}, 2), ALTERED + OLDER, ALTERED + NEWEST, *note(TWO), **o)
	t.bad('A-35', 'the first archive token missing, listed as zeros', lambda: stamps_over({ONE: NOTHING}, 2), ALTERED + ONE, ALTERED + NEWEST, *note(TWO), **o)
	formless = lambda v: token(v, when_='20261124000000Z', attrs=lambda a: a[:2])
	t.bad('A-35', 'earlier than a signature token without the form: that does not count', lambda: archived(stamped(small(), formless), *later(23)), *note(ONE), FORM + '@' + SIGNATURE, **o)

	def early_entry():
		c = Case()
		entry_stamped(c, lambda v: token(v, when_='20261128000000Z'), 1)
		c.acquire(content(JPEG))
		c.seal()
		return archived(c, *later(23, 24, 25))
	t.good('A-35', 'the third archive token earlier than that of entry 2: another kind', early_entry, notes=note(THREE, TWO, ONE, '2'), **o)


def entries(t):
	def longer():
		c = Case()
		c.acquire(content(JPEG))
		c.add('transfer', {'certificate': None, 'transferId': UUID + '0'})
		c.seal()
		return c
	t.bad('J-17', 'transferId with a digit behind it', longer, 'ENTRY_FORM@3')


def build(t):
	for part in (containers, names, records, attributes, archives, entries):
		part(t)
