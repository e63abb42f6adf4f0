"""Time-stamps over years: archive time-stamps (A-35), material beside them (C-24), and bundles whose authorities and signers have long expired."""
from . import cert, der
from .case import MANIFEST, SIGNATURE, Case, content
from .cases_t import DAY, IMPRINT, KNOWN, NONE, ORDER, YEAR_LATER, entry_case, found, seal_case
from .cert import Cert
from .good import NO_LIST
from .keys import EcKey
from .models import ALICE, BOB, JPEG, final, flip, issued, small
from .models import CA as SIGNERS
from .tsa import (CA_EXT, ROOT, ROOT2, STAMP_EXT, TSA, TSA2, Crl, archive_manifest, archive_name, archived, at, authority, entry_stamped,
	manifest_name, stamped, told, token)

NEWEST, OLDER = 'META-INF/ASiCArchiveManifest.xml', 'META-INF/ASiCArchiveManifest001.xml'
ONE, TWO, THREE = (archive_name(n) for n in (1, 2, 3))
ALTERED, STRAY, UNUSED = 'ARCHIVE_ALTERED@', 'FILE_UNACCOUNTED@', 'MATERIAL_UNUSED@'


def later(*days, tsa=TSA):
	"""Makers of archive tokens, one on each of these days."""
	return [lambda v, d=d: token(v, tsa, '202611%02d000000Z' % d) for d in days]


def archives(t):
	o = dict(trust=[ROOT], args=YEAR_LATER)
	note = lambda *names: [KNOWN + '@' + n for n in names]
	t.good('A-35', 'one archive token', lambda: archived(small(), *later(23)), notes=note(ONE), **o)
	t.good('A-35', 'three, the names of the older manifests numbered', lambda: archived(seal_case(token), *later(23, 24, 25)), notes=note(THREE, TWO, ONE, SIGNATURE), **o)
	t.good('A-35', 'ten', lambda: archived(small(), *later(*range(1 + 22, 1 + 22 + 7), 30, 30, 30)), notes=note(*[archive_name(n) for n in range(10, 0, -1)]), **o)
	t.good('A-35', 'scope tags: the archive manifest lists every file all the same', lambda: archived(small(seal={'scope_': 'tags'}), *later(23)), notes=note(ONE), **o)
	t.bad('A-35', 'an archive token without its manifest', lambda: small(final(put(ONE, b'x'))), ALTERED + NEWEST, **o)
	for name in (OLDER, NEWEST, 'META-INF/timestamp000.tst', 'META-INF/timestamp100.tst', 'META-INF/timestamp1.tst', 'META-INF/timestamp.tst', 'META-INF/ASiCArchiveManifest1.xml', 'META-INF/timestamp001.tsr'):
		t.bad('A-35', name + ' beside, no archive token', lambda: small(final(put(name, b'x'))), STRAY + name, **o)
	t.bad('A-35', 'a manifest of a number that is not there yet', lambda: archived(small(), *later(23), edit=lambda f: f.update({OLDER: f[NEWEST]})), STRAY + OLDER, *note(ONE), **o)
	two = lambda edit=None: archived(small(), *later(23, 24), edit=edit)
	t.bad('A-35', 'the newest token stripped: its manifest stays', lambda: two(lambda f: f.pop(TWO)), STRAY + OLDER, ALTERED + NEWEST, IMPRINT + '@' + ONE, **o)
	t.good('A-35', 'the newest token and manifest stripped: what was before', lambda: two(lambda f: (f.pop(TWO), f.update({NEWEST: f.pop(OLDER)}))), notes=note(ONE), **o,
		note='whoever takes the last renewal away leaves the bundle as it was: the renewal is not in the signed log')
	t.bad('A-35', 'the first token stripped', lambda: two(lambda f: f.pop(ONE)), ALTERED + ONE, ALTERED + NEWEST, *note(TWO), **o)
	t.bad('A-35', 'the first manifest stripped', lambda: two(lambda f: f.pop(OLDER)), ALTERED + OLDER, ALTERED + NEWEST, *note(TWO), **o)
	t.bad('A-35', 'the newest manifest stripped', lambda: two(lambda f: f.pop(NEWEST)), ALTERED + NEWEST, *note(ONE), **o)
	t.bad('A-35', 'the two manifests exchanged', lambda: two(lambda f: f.update({NEWEST: f[OLDER], OLDER: f[NEWEST]})), ALTERED + OLDER, ALTERED + NEWEST, IMPRINT + '@' + TWO, IMPRINT + '@' + ONE, **o)
	t.bad('A-35', 'the two tokens exchanged', lambda: two(lambda f: f.update({ONE: f[TWO], TWO: f[ONE]})), ALTERED + NEWEST, IMPRINT + '@' + TWO, IMPRINT + '@' + ONE, **o)
	one = lambda change: archived(small(), lambda v: token(v, when_='20261123000000Z'), edit=lambda f: f.update({NEWEST: change(f[NEWEST])}))
	for n, change in (('a byte', flip), ('a space behind', lambda m: m + b' '), ('no line', lambda m: b''), ('a line less', lambda m: b'\n'.join(m.split(b'\n')[:3] + m.split(b'\n')[4:])), ('CRLF', lambda m: m.replace(b'\n', b'\r\n')),
			('another token named', lambda m: m.replace(b'timestamp001', b'timestamp002')), ('a Rootfile', lambda m: m.replace(b'signature001.p7s">', b'signature001.p7s" Rootfile="true">'))):
		t.bad('A-35', 'the manifest altered after the token: ' + n, lambda: one(change), ALTERED + NEWEST, IMPRINT + '@' + ONE, **o)
		t.bad('A-35', 'the manifest made so, and the token over it', lambda: made_so(change), ALTERED + NEWEST, *note(ONE), **o)
	t.bad('A-35', 'a payload altered: the archive manifest tells what must be, and fits', lambda: archived(small(final(flip_item)), *later(23), edit=None), 'ITEM_ALTERED@2/2', ALTERED + NEWEST, *note(ONE), **o,
		note='somebody alters a file and has it time-stamped: the manifest then lists what is, not what must be')
	t.bad('A-35', 'a payload altered later', lambda: archived(small(), *later(23), edit=lambda f: f.update({n: flip(d) for n, d in f.items() if n.endswith('00000002.jpg')})), 'ITEM_ALTERED@2/2', *note(ONE), **o)
	t.bad('A-35', 'a tag file altered later', lambda: archived(small(), *later(23), edit=lambda f: f.update({'case-1f0c9a3e/bag-info.txt': b'x'})), 'TAGFILE_ALTERED@case-1f0c9a3e/bag-info.txt', *note(ONE), **o)
	t.bad('A-35', 'the signature exchanged later', lambda: archived(small(), *later(23), edit=lambda f: f.update({SIGNATURE: flip(f[SIGNATURE])})), 'SIGNATURE_WRONG@' + SIGNATURE, ALTERED + NEWEST, *note(ONE), **o)
	t.bad('A-35', 'the seal\'s manifest missing', lambda: archived(small(), *later(23), edit=lambda f: f.pop(MANIFEST)), 'FILE_MISSING@' + MANIFEST, ALTERED + NEWEST, *note(ONE), **dict(o, unknown=('signatures',)))
	t.bad('A-35', 'a stray file under the base folder', lambda: archived(small(), *later(23), edit=lambda f: f.update({'case-1f0c9a3e/zzz.txt': b'x'})), STRAY + 'case-1f0c9a3e/zzz.txt', *note(ONE), **o)
	t.bad('A-35', 'the second archive token earlier than the first', lambda: archived(small(), *later(24, 23)), ORDER + '@' + TWO, *note(ONE), **o)
	t.bad('A-35', 'the first archive token earlier than a signature token', lambda: archived(stamped(small(), lambda v: token(v, when_='20261124000000Z')), *later(23)), ORDER + '@' + ONE, *note(SIGNATURE), **o)
	t.good('A-35', 'the second in the instant of the first', lambda: archived(small(), *later(23, 23)), notes=note(TWO, ONE), **o)
	t.bad('A-35', 'earlier than a signature token over something else', lambda: archived(stamped(small(), lambda v: token(b'x', when_='20261124000000Z')), *later(23)), ORDER + '@' + ONE, IMPRINT + '@' + SIGNATURE, **o,
		note='a token of the form counts for the order, accepted or not')


def put(name, data):
	return lambda c, f: f.__setitem__(name, data)


def flip_item(c, f):
	for n in list(f):
		if n.endswith('00000002/00000002.jpg'):
			f[n] = flip(f[n])


def flip_manifest(c, f):
	f[MANIFEST] = flip(f[MANIFEST])


def made_so(change):
	c = small()

	def add(f):
		f[NEWEST] = change(archive_manifest(f, 1, 1))
		f[ONE] = token(f[NEWEST], when_='20261123000000Z')
	c.hooks['final'] = add
	return c


def material(t):
	o = dict(trust=[ROOT], args=DAY)
	note = KNOWN + '@' + SIGNATURE
	mid = Cert(EcKey('stamp middle'), 'Time Middle', issuer=ROOT, extensions=CA_EXT)
	deep = authority('Deep', mid)
	t.good('C-24', 'the authority\'s chain in the token', lambda: seal_case(lambda v: token(v, deep, certs=[mid, ROOT])), notes=[note], **o)
	t.good('C-24', 'the authority\'s chain beside the signer\'s certificate', lambda: stamped(small(), lambda v: token(v, deep), certs=[mid, ROOT]), notes=[note], **o)
	t.good('C-24', 'lists of both, in the seal\'s signature', lambda: stamped(small(), lambda v: token(v, deep), certs=[mid], crls=[Crl(mid), Crl(ROOT)]), **o)
	t.good('C-24', 'the chain in the next token: for the older one too', lambda: archived(stamped(small(), lambda v: token(v, deep)), lambda v: token(v, when_='20261122050000Z', certs=[mid])), notes=[KNOWN + '@' + ONE, note], **o)
	chain = Cert(EcKey('advocates'), 'Advocates', issuer=SIGNERS, extensions=CA_EXT)
	lawyer = issued('lawyer', chain)
	t.good('C-24', 'signer\'s chain and lists, authority\'s chain and lists: LT', lambda: stamped(small(custodian=lawyer), lambda v: token(v, deep), certs=[chain, SIGNERS, mid, ROOT],
		crls=[Crl(mid), Crl(ROOT), Crl(chain), Crl(SIGNERS)]), pins=[], trust=[ROOT, SIGNERS], args=DAY)
	t.good('C-24', 'the chain of a pinned signer, with the self-signed authority at its end, none of them an anchor', lambda: stamped(small(custodian=lawyer), certs=[chain, SIGNERS]), args=DAY)
	t.good('C-24', 'the chain of a pinned signer, whose end an anchor issued', lambda: stamped(small(custodian=lawyer), certs=[chain]), trust=[SIGNERS], args=DAY)
	t.bad('C-24', 'the chain of a pinned signer, whose end nobody issued', lambda: stamped(small(custodian=lawyer), certs=[chain]), UNUSED + SIGNATURE, args=DAY)
	t.bad('C-24', 'a certificate of somebody else', lambda: stamped(small(), certs=[BOB]), UNUSED + SIGNATURE, args=DAY)
	t.bad('C-24', 'an authority that issued none of these', lambda: stamped(small(), token, certs=[ROOT2]), note, UNUSED + SIGNATURE, **o)
	t.bad('C-24', 'an authority of the right name with another key', lambda: stamped(small(), token, certs=[Cert(EcKey('impostor'), 'Time Root', extensions=CA_EXT)]), note, UNUSED + SIGNATURE, **o)
	t.bad('C-24', 'bytes that are no certificate', lambda: stamped(small(), certs=[Raw(der.seq(der.octets(b'hidden')))]), UNUSED + SIGNATURE, args=DAY)
	t.bad('C-24', 'a list of somebody else', lambda: stamped(small(), token, crls=[Crl(ROOT2)]), note, UNUSED + SIGNATURE, **o)
	t.bad('C-24', 'bytes that are no list', lambda: stamped(small(), crls=[Raw(der.seq(der.octets(b'hidden')))]), UNUSED + SIGNATURE, args=DAY)
	t.bad('C-24', 'a list whose signature is broken', lambda: stamped(small(), token, crls=[Crl(ROOT, breaks=True)]), note, UNUSED + SIGNATURE, **o)
	t.bad('C-24', 'a delta list', lambda: stamped(small(), token, crls=[Crl(ROOT, extensions=[cert.extension('2.5.29.20', der.integer(2)), cert.extension('2.5.29.27', der.integer(1), True)])]), note, UNUSED + SIGNATURE, **o)
	t.bad('C-24', 'in a token: a certificate of somebody else', lambda: seal_case(lambda v: token(v, certs=[BOB])), note, UNUSED + SIGNATURE, **o)
	t.bad('C-24', 'in a token: bytes that are no certificate', lambda: seal_case(lambda v: token(v, certs=[der.seq(der.octets(b'hidden'))])), note, UNUSED + SIGNATURE, **o)
	t.bad('C-24', 'in an archive token: a certificate of somebody else', lambda: archived(small(), lambda v: token(v, certs=[BOB])), KNOWN + '@' + ONE, UNUSED + ONE, **o)
	t.bad('C-24', 'in an archive token: a list of somebody else', lambda: archived(small(), lambda v: token(v, crls=[Crl(ROOT2)])), KNOWN + '@' + ONE, UNUSED + ONE, **o)
	t.good('C-24', 'in an entry token: it is under a signature of ours', lambda: entry_case(lambda v: token(v, certs=[BOB], crls=[Crl(ROOT2)])), notes=[KNOWN + '@4'], **o)
	t.bad('C-24', 'at three places', lambda: archived(stamped(small(), lambda v: token(v, certs=[BOB]), certs=[ROOT2]), lambda v: token(v, certs=[BOB], when_='20261122050000Z')), KNOWN + '@' + ONE, note,
		UNUSED + SIGNATURE, UNUSED + ONE, UNUSED + SIGNATURE, **o)
	t.bad('C-24', 'the seal\'s manifest altered: nothing is said of material', lambda: archived(small(final(flip_manifest)), lambda v: token(v, certs=[BOB])), 'SIGNED_DATA_ALTERED@' + SIGNATURE, 'MANIFEST_ALTERED@META-INF/ASiCManifest001.xml', KNOWN + '@' + ONE, **o)
	t.bad('C-24', 'a token that is not accepted: nothing is said of material', lambda: stamped(small(), token, certs=[BOB]), *found(NONE, SIGNATURE), args=DAY)
	t.bad('C-24', 'a signer who is not known: nothing is said of material', lambda: stamped(small(), certs=[BOB]), 'SIGNER_UNKNOWN@1:NO_CERTIFICATE_CHAIN_FOUND', pins=[], args=DAY)


class Raw:
	def __init__(self, data):
		self.der = data


def decades(t):
	"""Sign 2026, stamp, expire, renew, verify in 2045: clocks that disagree by years."""
	year = lambda y, m=1, d=1: at(y, m, d)
	lawyer = issued('five years', start=year(2026), end=year(2028))
	roots = [Cert(EcKey('root of %d' % y), 'Root of %d' % y, start=year(y), end=year(y + 30), extensions=CA_EXT) for y in (2020, 2028, 2035)]
	units = [Cert(EcKey('unit of %d' % y), 'Unit of %d' % y, issuer=r, start=year(y), end=year(y + 6), extensions=STAMP_EXT) for y, r in zip((2025, 2030, 2035, 2040), (roots[0], roots[1], roots[1], roots[2]))]
	crls = [Crl(r, this=year(y, 2), next_=year(y + 1)) for r, y in ((roots[0], 2030), (roots[1], 2035), (roots[1], 2040), (roots[2], 2044))]
	signers_crl = Crl(SIGNERS, this=year(2026, 11, 25), next_=year(2027, 2))
	stamp = lambda n, when, crl=None: lambda v: token(v, units[n], when, crls=[crl] if crl else [])

	def bundle(renewals=3, material_=True):
		c = stamped(small(custodian=lawyer), stamp(0, '20261122040000Z'), **(dict(certs=[SIGNERS, roots[0]], crls=[signers_crl, crls[0]]) if material_ else {}))
		makers = [stamp(1, '20301001000000Z', crls[1]), stamp(2, '20351001000000Z', crls[2]), stamp(3, '20401001000000Z', crls[3])]
		return archived(c, *makers[:renewals]) if renewals else c
	all_ = [SIGNERS, *roots]
	at_ = lambda y: ['--at', '%d-03-01T00:00:00.000Z' % y]
	o = dict(pins=[], trust=all_)
	proved = {'time': {'proved': '2026-11-22T04:00:00.000Z', 'recorded': '2026-11-22T03:07:05.678Z'}}
	t.good('good-decades', 'signed and stamped in 2026, verified in 2031', lambda: bundle(0), args=at_(2031), notes=['TIMESTAMP_AGED@' + SIGNATURE], report=proved, **o)
	t.good('good-decades', 'renewed in 2030, 2035 and 2040, verified in 2045: all certificates of 2026 have expired', bundle, args=at_(2045), report=proved, **o)
	t.good('good-decades', 'verified in 2047: the last renewal is overdue, and holds', bundle, args=at_(2047), notes=['TIMESTAMP_AGED@' + THREE], report=proved, **o)
	t.good('good-decades', 'not renewed since 2030, verified in 2045', lambda: bundle(1), args=at_(2045), notes=['TIMESTAMP_AGED@' + ONE], report=proved, **o)
	t.bad('good-decades-bad', 'stamped never: the signer\'s certificate has expired', lambda: small(custodian=lawyer), 'SIGNER_UNKNOWN@1:OUT_OF_BOUNDS_NO_POE', args=at_(2045), **o)
	t.good('good-decades', 'without any list: statuses are not known', lambda: stamped(small(custodian=lawyer), stamp(0, '20261122040000Z')), args=at_(2030), notes=['STATUS_UNKNOWN@1', KNOWN + '@' + SIGNATURE], report=proved, **o)
	t.bad('good-decades-bad', 'first stamped in 2030: two years after the signer\'s certificate', lambda: archived(small(custodian=lawyer), stamp(1, '20301001000000Z', crls[1])), 'SIGNER_UNKNOWN@1:OUT_OF_BOUNDS_NO_POE',
		KNOWN + '@' + ONE, args=at_(2031), **o)
	t.good('good-decades', 'renewed years after the authority before had ended: no gap is judged', lambda: archived(bundle(0), stamp(2, '20351001000000Z')), args=at_(2036), notes=[KNOWN + '@' + ONE], report=proved, **o)
	t.bad('good-decades-bad', 'a clock that stands in 2026: renewals of the future', bundle, *found(ORDER, THREE), *found(ORDER, TWO), *found(ORDER, ONE), KNOWN + '@' + SIGNATURE, args=['--at', '2026-12-01T00:00:00.000Z'], **o)
	t.bad('good-decades-bad', 'a custodian\'s clock ten years ahead', lambda: stamped(small(custodian=issued('decade ahead'), start='2036-11-22T03:04:05.678Z'), stamp(0, '20261122040000Z')), *found(ORDER, SIGNATURE), 'STATUS_UNKNOWN@1', args=at_(2037), **o)
	t.good('good-decades', 'a custodian\'s clock ten years behind', lambda: stamped(small(custodian=issued('decade behind', start=year(2010)), start='2016-11-22T03:04:05.678Z'), stamp(0, '20261122040000Z')), args=at_(2027),
		notes=['STATUS_UNKNOWN@1', KNOWN + '@' + SIGNATURE], **o)
	levels = dict(certs=[SIGNERS, roots[0]], crls=[signers_crl, Crl(roots[0], this=year(2027, 2), next_=year(2029, 2))])
	for level, make in (('b', lambda: small(custodian=issued('v'))), ('t', lambda: stamped(small(custodian=issued('v')), stamp(0, '20261122040000Z'))),
			('lt', lambda: stamped(small(custodian=lawyer), stamp(0, '20261122040000Z'), **levels)),
			('lta', lambda: archived(stamped(small(custodian=lawyer), stamp(0, '20261122040000Z'), **levels), stamp(0, '20271001000000Z')))):
		notes = [] if level in ('lt', 'lta') else NO_LIST + [KNOWN + '@' + SIGNATURE] * (level == 't')
		t.good('good-level-' + level, 'CAdES-BASELINE-%s, the signer\'s certificate expired in %s' % (level.upper(), '2028' if 'l' in level else 'no time'), make, args=['--at', '2028-06-01T00:00:00.000Z'], notes=notes, **o)
	t.good('good-stamp', 'a signature token', lambda: seal_case(token), trust=[ROOT], args=DAY, notes=[KNOWN + '@' + SIGNATURE], report={'time': {'proved': '2026-11-22T04:00:00.000Z', 'recorded': '2026-11-22T03:07:05.678Z',
		'tokens': [told(SIGNATURE)]}})
	t.good('good-stamp', 'an entry token proves nothing of the bundle', lambda: entry_case(token), trust=[ROOT], args=DAY, notes=[KNOWN + '@4'], report={'time': {'proved': None, 'recorded': '2026-11-22T03:09:05.678Z', 'tokens': [told('4')]}})
	t.good('good-stamp', 'pinned authority', lambda: seal_case(token), pins=[ALICE.id, TSA.id], args=DAY, report={'time': {'proved': '2026-11-22T04:00:00.000Z', 'recorded': '2026-11-22T03:07:05.678Z', 'tokens': [told(SIGNATURE, standing='pinned')]}})
	t.good('good-stamp', 'an extract with a token', extract, trust=[ROOT], args=DAY, notes=['WITHHELD@2', KNOWN + '@' + SIGNATURE])
	t.good('good-stamp', 'two authorities over the seal, three over entries', many, trust=[ROOT, ROOT2], args=YEAR_LATER, notes=[KNOWN + '@' + w for w in (SIGNATURE, SIGNATURE, '4', '5', '6')])


def extract():
	c = Case()
	c.acquire(content(JPEG), content(JPEG + b'2'))
	d = c.disclose(('2/3', '2/3'))
	c.seal(disclose=d.seq, extent='extract')
	return stamped(c, token)


def many():
	c = small()
	c.entries.pop()
	for who, entry in ((TSA, 1), (TSA2, 2), (TSA, 3)):
		entry_stamped(c, lambda v: token(v, who), entry)
	c.seal()
	return stamped(c, token, lambda v: token(v, TSA2, '20261125000000Z'))


def build(t):
	for part in (archives, material, decades):
		part(t)
