"""Envelopes, closed: the cover is judged, what is inside is not (docs/format.md §14, docs/verify.md §3 stage E)."""
import datetime
import hashlib
import zlib

from . import cert, cjson, cms, der, ec, zipw
from .case import MANIFEST, MIME, SIGNATURE, asic_manifest
from .cert import Cert
from .keys import EcKey, Ed25519Key
from .models import ALICE, CA, EVE, NOW, RSA_PKCS1, RSA_PSS, flip, issued, small
from .tsa import Crl

TIME = '2026-11-22T03:08:05.678Z'
CLOSED = 'ENVELOPE_CLOSED@bundle.age'
ALTERED = 'MANIFEST_ALTERED@' + MANIFEST
NO_CHAIN = 'SIGNER_UNKNOWN@' + SIGNATURE + ':NO_CERTIFICATE_CHAIN_FOUND'


def noise(name, size):
	"""What ciphertext looks like to one who has no key."""
	return (b'age-encryption.org/v1\n' + b''.join(hashlib.sha256(b'%s %d' % (name.encode(), i)).digest() for i in range(size // 32 + 1)))[:size]


class Envelope:
	"""Each step can be bent: `cover` gets the members, `json` and `manifest` the bytes before signing, `late` the files after."""

	def __init__(self, by=ALICE, name='inside', size=500, cover=None, json=None, manifest=None, late=None, time=TIME, signed=None, **sign):
		head, seal = (hashlib.sha256((what + name).encode()).hexdigest() for what in ('head ', 'seal '))
		self.claims = {'certificate': by.id, 'format': 'libevidence-envelope-1', 'head': head, 'records': 12, 'sealDigest': seal, 'time': time}
		if cover:
			cover(self.claims)
		self.files = {'mimetype': MIME.encode(), 'bundle.age': noise(name, size), 'cover.json': cjson.dumps(self.claims)}
		if json:
			self.files['cover.json'] = json(self.files['cover.json'])
		pairs = [(n, hashlib.sha256(self.files[n]).digest()) for n in ('bundle.age', 'cover.json')]
		self.files[MANIFEST] = asic_manifest(pairs)
		if manifest:
			self.files[MANIFEST] = manifest(self.files[MANIFEST])
		self.files[SIGNATURE] = cms.sign(self.files[MANIFEST], by, signed or time, **sign)
		if late:
			late(self.files)
		self.by = by

	def members(self):
		return [zipw.Member(n, self.files[n]) for n in sorted(self.files, key=lambda n: (n != 'mimetype', n.startswith('META-INF/'), n.encode()))]

	def bytes(self, bend=None, **o):
		members = self.members()
		if bend:
			members = bend(members) or members
		return zipw.container(members, **o)

	def report(self, standing='pinned', form=True, signed=True):
		"""What the JSON report says of it."""
		out = dict.fromkeys(('caseId', 'counts', 'extent', 'head', 'sealDigest'), None)
		out.update(subject='envelope', signers=[], time=None, sealedBy=None)
		if form:
			out['time'] = {'proved': None, 'recorded': self.claims['time']}
			out['envelope'] = {k: self.claims[k] for k in ('head', 'records', 'sealDigest')}
		if signed:
			out['sealedBy'] = {'actor': None, 'fingerprint': self.by.id, 'standing': standing}
		return out


def add(t, what, e, *findings, bend=None, pins=None, standing=None, note=None, report=None, zip_=None, **o):
	"""A row. The findings beside ENVELOPE_CLOSED; checks that are not reached follow from them."""
	codes = {f.partition('@')[0] for f in findings}
	limit = codes & {'CONTAINER_LIMIT', 'CONTAINER_STRUCTURE', 'CONTAINER_NAME', 'NOT_THIS_FORMAT'}
	missing, form = 'FILE_MISSING' in codes, 'COVER_FORM' not in codes
	broken = codes & {'SIGNATURE_FORM', 'SIGNER_MISMATCH', 'SIGNED_DATA_ALTERED', 'SIGNATURE_WRONG', 'KEY_UNFIT', 'ALGORITHM_UNSUPPORTED'}
	unread = missing or not form
	unknown = ['completeness'] + (['identity'] if unread or broken else []) + (['signatures'] if unread else [])
	if standing is None:
		standing = 'unknown' if 'SIGNER_UNKNOWN' in codes else 'pinned'
	says = None if limit else e.report(standing, form, not (unread or broken))
	row = list(findings) if limit else list(findings) + [CLOSED]		# it stands last of its check
	t.bad('A-36', what, lambda: e.bytes(bend, **(zip_ or {})), *row, pins=[ALICE.id] if pins is None else pins,
		unknown=() if limit else unknown, note=note, report=dict(says or {}, **(report or {})), **o)


WHO = 'SIGNER_UNKNOWN@' + SIGNATURE + ':'
NO_LIST = 'STATUS_UNKNOWN@' + SIGNATURE
NO_TIME = 'TIMESTAMP_MISSING@' + SIGNATURE
AT = ['--at', NOW]
E = Envelope


def good(t):
	"""Nothing wrong: INDETERMINATE all the same, for nobody looked inside."""
	add(t, 'an envelope, its signer pinned', E())
	add(t, 'an envelope, nobody trusted', E(), NO_CHAIN, pins=[])
	add(t, 'an envelope by another signer than the one pinned', E(EVE), NO_CHAIN,
		note='the cover taken away and another signed around the same ciphertext: only the fingerprint tells')
	add(t, 'an envelope by a signer whom an authority vouches for', E(issued('lawyer')), NO_LIST, standing='chained', pins=[], trust=[CA], args=AT)
	add(t, 'no ciphertext at all', E(size=0), note='whether it can be opened is not asked')
	add(t, 'an envelope of 300 kB', E(size=300000))
	add(t, 'a time stamp asked for', E(), NO_TIME, args=['--require-time'])
	add(t, 'cover that speaks of another bundle than the one inside, signed so', E(cover=lambda c: c.update(head='0' * 64, records=0)),
		note='only opening shows it: evidence envelope open refuses')
	for what, key in (('P-384', EcKey('cover384', curve=ec.P384)), ('RSA-PSS', RSA_PSS), ('RSA PKCS#1', RSA_PKCS1)):
		by = Cert(key, 'cover ' + what)
		add(t, 'an envelope signed with ' + what, E(by), pins=[by.id])
	add(t, 'a cover of the year 2051', E(time='2051-01-02T03:04:05.006Z'))
	for n in (0, 2 ** 53 - 1):
		add(t, 'a cover that claims %d records' % n, E(cover=lambda c: c.update(records=n)))
	add(t, 'an envelope held against an older bundle', E(), extends=small, exit_=1, report={'extends': 'unverified'})
	t.bad('A-36', 'a bundle held against an older envelope', small, extends=lambda: E().bytes(), exit_=1, report={'extends': 'unverified'})
	add(t, 'SHA-512 asked for', E(), args=['--all-digests'])


def signers(t):
	unfit = Cert(EcKey('cover authority'), 'Authority', extensions=[cert.basic(True)])
	add(t, 'signed with an authority\'s own certificate, pinned', E(unfit), WHO + 'CHAIN_CONSTRAINTS_FAILURE', pins=[unfit.id])
	year = [datetime.datetime(y, 1, 1, tzinfo=cert.UTC) for y in (2026, 2030)]
	dated = issued('cover dated', start=year[0], end=year[1])
	for time, fault in (('2025-12-31T23:59:59.999Z', True), ('2026-01-01T00:00:00.000Z', False), ('2030-01-01T00:00:00.999Z', False), ('2030-01-01T00:00:01.000Z', True)):
		add(t, 'a chained certificate\'s own dates against the cover\'s time %s' % time, E(dated, time=time), WHO + 'OUT_OF_BOUNDS_NO_POE' if fault else NO_LIST,
			standing='unknown' if fault else 'chained', pins=[], trust=[CA], args=AT)
	add(t, 'a chained certificate that has ended', E(dated), WHO + 'OUT_OF_BOUNDS_NO_POE', pins=[], trust=[CA], args=['--at', '2031-01-01T00:00:00.000Z'])
	by = issued('cover revoked')
	revoked = Crl(CA, [(by, datetime.datetime(2026, 11, 1, tzinfo=cert.UTC), None)])
	add(t, 'a revoked certificate', E(by), WHO + 'REVOKED_NO_POE', pins=[], trust=[CA, revoked], args=AT)
	other = Cert(Ed25519Key('cover'), 'other')
	add(t, 'signed with a method that is not known', E(other), 'ALGORITHM_UNSUPPORTED@' + SIGNATURE, pins=[other.id])
	compressed = Cert(EcKey('cover compressed', compressed=True), 'compressed')
	add(t, 'a key with a compressed point', E(compressed), 'KEY_UNFIT@' + SIGNATURE, pins=[compressed.id])


def swap(name, other):
	return lambda files: files.__setitem__(name, other.files[name])


def change(name, fn):
	return lambda files: files.__setitem__(name, fn(files[name]))


def ciphertext(t):
	"""By somebody without the signer's key."""
	for what, fn in (('one bit other', flip), ('its first bit other', lambda d: flip(d, 0)), ('cut by one byte', lambda d: d[:-1]), ('cut to its half', lambda d: d[:len(d) // 2]), ('empty', lambda d: b''),
			('a byte more', lambda d: d + b'\0'), ('two chunks exchanged', lambda d: d[:64] + d[128:192] + d[64:128] + d[192:])):
		add(t, 'ciphertext ' + what, E(late=change('bundle.age', fn)), ALTERED)
	add(t, 'ciphertext of another envelope', E(late=swap('bundle.age', E(name='other'))), ALTERED)
	add(t, 'ciphertext of another envelope of the same size, and its cover.json', E(late=lambda f: (swap('bundle.age', E(name='other'))(f), swap('cover.json', E(name='other'))(f))), ALTERED,
		report={'envelope': {k: E(name='other').claims[k] for k in ('head', 'records', 'sealDigest')}})
	for n in ('mimetype', 'bundle.age', 'cover.json', MANIFEST, SIGNATURE):
		def wrong(members, n=n):
			m = next(m for m in members if m.name == n.encode())
			m.both(crc=m.crc ^ 1)
		add(t, 'CRC-32 of %s wrong in both headers' % n, E(), 'CRC_WRONG@' + n, bend=wrong)


FORM = 'COVER_FORM@cover.json'


def forms(t):
	"""cover.json, signed so."""
	for what, fn in (('with a newline', lambda d: d + b'\n'), ('with a blank', lambda d: d.replace(b':', b': ', 1)), ('with a BOM', lambda d: b'\xef\xbb\xbf' + d), ('empty', lambda d: b''),
			('a list', lambda d: b'[' + d + b']'), ('null', lambda d: b'null'), ('twice', lambda d: d + d), ('cut', lambda d: d[:-1]),
			('its members in another order', lambda d: b'{"time":"%s",' % TIME.encode() + d[1:].replace(b',"time":"%s"' % TIME.encode(), b'')),
			('a member twice', lambda d: d.replace(b'"records":12', b'"records":12,"records":12')), ('records 1.0', lambda d: d.replace(b':12', b':1.0')),
			('records -1', lambda d: d.replace(b':12', b':-1')), ('records 012', lambda d: d.replace(b':12', b':012')), ('records 2^53', lambda d: d.replace(b':12', b':9007199254740992')),
			('an escaped letter', lambda d: d.replace(b'libevidence', b'lib\\u0065vidence'))):
		add(t, 'cover.json ' + what, E(json=fn), FORM)
	for what, fn in [('without ' + k, lambda c, k=k: c.pop(k)) for k in ('certificate', 'format', 'head', 'records', 'sealDigest', 'time')] + [
			('with another member', lambda c: c.update(note='x')), ('of a newer format', lambda c: c.update(format='libevidence-envelope-2')), ('of the log\'s format', lambda c: c.update(format='libevidence-custody-1')),
			('head in capitals', lambda c: c.update(head=c['head'].upper().replace('0', 'A'))), ('head one digit short', lambda c: c.update(head=c['head'][1:])), ('head null', lambda c: c.update(head=None)),
			('records a string', lambda c: c.update(records='12')), ('records null', lambda c: c.update(records=None)), ('sealDigest a number', lambda c: c.update(sealDigest=1)),
			('time without milliseconds', lambda c: c.update(time='2026-11-22T03:08:05Z')), ('time in another zone', lambda c: c.update(time='2026-11-22T03:08:05.678+01:00')),
			('a day that does not exist', lambda c: c.update(time='2026-02-30T03:08:05.678Z')), ('before 1970', lambda c: c.update(time='1969-12-31T23:59:59.999Z')), ('time a number', lambda c: c.update(time=0)),
			('certificate in base64', lambda c: c.update(certificate='A' * 43))]:
		add(t, 'cover.json ' + what, E(cover=fn), FORM)
	pad = lambda size: lambda d: d[:-1] + b',"z":"' + b'x' * (size - len(d) - 7) + b'"}'
	add(t, 'cover.json of 64 KiB', E(json=pad(65536)), FORM)
	add(t, 'cover.json of 64 KiB and a byte', E(json=pad(65537)), 'CONTAINER_LIMIT@')
	add(t, 'cover.json of no form, ciphertext altered too', E(json=lambda d: d + b' ', late=change('bundle.age', flip)), FORM, ALTERED)


SFORM, SDATA, SWRONG, SWHO = (c + '@' + SIGNATURE for c in ('SIGNATURE_FORM', 'SIGNED_DATA_ALTERED', 'SIGNATURE_WRONG', 'SIGNER_MISMATCH'))


def covers(t):
	"""cover.json altered by somebody without the key; the report says what it claims now, as it stands."""
	def altered(what, member, value, *found):
		def late(files):
			claims = dict(e.claims, **{member: value})
			files['cover.json'] = cjson.dumps(claims)
			e.now = claims
		e = E()
		late(e.files)
		e.claims = e.now
		add(t, 'cover.json altered: ' + what, e, ALTERED, *found)
	altered('records', 'records', 13)
	altered('head', 'head', '1' * 64)
	altered('seal digest', 'sealDigest', '1' * 64)
	altered('time by a millisecond', 'time', '2026-11-22T03:08:05.679Z')
	altered('time by a second', 'time', '2026-11-22T03:08:06.678Z', SFORM)
	altered('certificate', 'certificate', EVE.id, SWHO)
	add(t, 'certificate of somebody else named, signed so', E(cover=lambda c: c.update(certificate=EVE.id)), SWHO)
	add(t, 'signing-time a second off, signed so', E(signed='2026-11-22T03:08:06.678Z'), SFORM)
	add(t, 'time a millisecond off, signing-time of the same second', E(signed='2026-11-22T03:08:05.000Z'), note='signing-time has seconds')


def manifests(t):
	line = lambda n: b'<asic:DataObjectReference URI="%s"' % n
	def without(n):
		return lambda d: b'\n'.join(x for x in d.split(b'\n') if not x.startswith(line(n)))
	def both(what, fn):
		add(t, 'manifest %s' % what, E(late=change(MANIFEST, fn)), ALTERED, SDATA)
		add(t, 'manifest %s, signed so' % what, E(manifest=fn), ALTERED)
	both('without cover.json', without(b'cover.json'))
	both('without bundle.age', without(b'bundle.age'))
	both('with mimetype too', lambda d: d.replace(line(b'bundle.age'), b'<asic:DataObjectReference URI="mimetype"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
		b'<ds:DigestValue>47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=</ds:DigestValue></asic:DataObjectReference>\n' + line(b'bundle.age')))
	both('in another order', exchanged)
	both('with a newline more', lambda d: d + b'\n')
	both('empty', lambda d: b'')
	both('of a bundle', lambda d: small().files()[MANIFEST])


def exchanged(d):
	lines = d.split(b'\n')
	lines[3], lines[4] = lines[4], lines[3]
	return b'\n'.join(lines)


def signatures(t):
	other = E(EVE, name='other')
	add(t, 'signature by somebody else over the same manifest', E(late=lambda f: f.__setitem__(SIGNATURE, cms.sign(f[MANIFEST], EVE, TIME))), SWHO)
	add(t, 'signature of another envelope of the signer', E(late=swap(SIGNATURE, E(name='other'))), SDATA)
	add(t, 'manifest and signature of another envelope of the signer', E(late=lambda f: (swap(SIGNATURE, E(name='other'))(f), swap(MANIFEST, E(name='other'))(f))), ALTERED)
	add(t, 'all but the ciphertext of an envelope by another', E(late=lambda f: f.update({n: other.files[n] for n in (MANIFEST, SIGNATURE)})), ALTERED, SWHO)
	add(t, 'signature over cover.json instead', E(late=lambda f: f.__setitem__(SIGNATURE, cms.sign(f['cover.json'], ALICE, TIME))), SDATA)
	add(t, 'signature over the ciphertext instead', E(late=lambda f: f.__setitem__(SIGNATURE, cms.sign(f['bundle.age'], ALICE, TIME))), SDATA)
	add(t, 'signature value one bit other', E(edit_value=lambda v: flip(v)), SWRONG)
	for what, data in (('empty', b''), ('zeros', bytes(1000)), ('text', b'signed')):
		add(t, 'signature ' + what, E(late=lambda f: f.__setitem__(SIGNATURE, data)), SFORM)
	add(t, 'signature with a byte behind', E(late=change(SIGNATURE, lambda d: d + b'\0')), SFORM)
	token = der.seq(der.oid(cms.SIGNED_DATA), der.tlv(0xa0, der.seq()))
	add(t, 'a time-stamp token beside the signature', E(unsigned=[cms.attribute(cms.TOKEN, token)]), SFORM, note='a cover takes none')
	add(t, 'a second certificate beside the signer\'s', E(certs=[ALICE.der, CA.der]), SFORM)
	add(t, 'a revocation list in the signature', E(crls=[Crl(CA, []).der]), SFORM)
	add(t, 'signature over 1 MiB', E(late=change(SIGNATURE, lambda d: d + bytes((1 << 20) + 1 - len(d)))), 'CONTAINER_LIMIT@')
	add(t, 'signature of 1 MiB', E(late=change(SIGNATURE, lambda d: d + bytes((1 << 20) - len(d)))), SFORM)


def files(t):
	gone = lambda *names: lambda f: [f.pop(n) for n in names]
	miss = lambda n: 'FILE_MISSING@' + n
	add(t, 'no manifest', E(late=gone(MANIFEST)), miss(MANIFEST))
	add(t, 'no signature', E(late=gone(SIGNATURE)), miss(SIGNATURE))
	add(t, 'neither, another file in their place', E(late=lambda f: (gone(MANIFEST, SIGNATURE)(f), f.__setitem__('META-INF/x', b''))), miss(MANIFEST), miss(SIGNATURE), 'FILE_UNACCOUNTED@META-INF/x')
	add(t, 'no signature, ciphertext altered', E(late=lambda f: (gone(SIGNATURE)(f), change('bundle.age', flip)(f))), miss(SIGNATURE), ALTERED)
	for n in ('META-INF/manifest.xml', 'META-INF/signature002.p7s', 'META-INF/timestamp001.tst', 'META-INF/ASiCArchiveManifest.xml', 'META-INF/zz/x.txt', 'META-INF/0'):
		add(t, n + ' beside', E(late=lambda f: f.__setitem__(n, b'x')), 'FILE_UNACCOUNTED@' + n)
	for n, fault in (('more.txt', 'NOT_THIS_FORMAT@'), ('a.txt', 'NOT_THIS_FORMAT@'), ('case-1f0c9a3e/bagit.txt', 'NOT_THIS_FORMAT@'), ('bundle.age/x', 'CONTAINER_NAME@'), ('Meta-inf/x', 'CONTAINER_NAME@')):
		add(t, n + ' beside', E(late=lambda f: f.__setitem__(n, b'x')), fault)
	for n in ('bundle.age', 'cover.json'):
		add(t, 'without ' + n, E(late=gone(n)), 'NOT_THIS_FORMAT@')
	add(t, 'without META-INF', E(late=gone(MANIFEST, SIGNATURE)), 'NOT_THIS_FORMAT@')
	add(t, 'another media type', E(late=lambda f: f.__setitem__('mimetype', b'application/vnd.etsi.asic-s+zip')), 'NOT_THIS_FORMAT@')
	t.bad('A-36', 'a bundle with bundle.age and cover.json beside', lambda: small(lambda c: c.hooks.__setitem__('final', lambda f: f.update({'bundle.age': b'x', 'cover.json': b'y'}))), 'NOT_THIS_FORMAT@')


def containers(t):
	BAD = 'CONTAINER_STRUCTURE@'
	def deflate(n):
		def bend(members):
			m = next(m for m in members if m.name == n.encode())
			usize, packed = m.size, zlib.compress(m.data)[2:-4]
			m.data = packed
			m.both(method=8, csize=len(packed), usize=usize, needed=20)
		return bend
	for n in ('bundle.age', 'cover.json'):
		add(t, n + ' deflated', E(), BAD, bend=deflate(n))
	add(t, 'encrypted by the ZIP\'s own means', E(), BAD, bend=lambda ms: ms[1].both(flags=1) and None)
	add(t, 'cover before ciphertext', E(), 'CONTAINER_NAME@', bend=lambda ms: [ms[0], ms[2], ms[1]] + ms[3:])
	add(t, 'ciphertext twice', E(), 'CONTAINER_NAME@', bend=lambda ms: ms[:2] + [zipw.Member('bundle.age', ms[1].data)] + ms[2:])
	add(t, 'a byte between ciphertext and cover', E(), BAD, bend=lambda ms: setattr(ms[1], 'after', b'x'))
	add(t, 'names that differ between the two headers', E(), BAD, bend=lambda ms: ms[2].central.update(name=b'covex.json'))
	for what, fn in (('cut by a byte', lambda d: d[:-1]), ('cut in the ciphertext', lambda d: d[:300]), ('a byte behind', lambda d: d + b'x')):
		t.bad('A-36', 'envelope ' + what, lambda: fn(E().bytes()), BAD)


def build(t):
	for part in (good, signers, ciphertext, forms, covers, manifests, signatures, files, containers):
		part(t)
