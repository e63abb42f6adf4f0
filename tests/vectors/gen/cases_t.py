"""Group T: time-stamps (docs/timestamp.md). Most cases stand three times: over an entry, over the seal's signature, over an archive manifest."""
from . import cert, cms, der, ec
from .case import MANIFEST, SIGNATURE, content, hexsha
from .cases_c import attribute
from .cert import Cert
from .forms_t import spelled
from .keys import EcKey, RsaKey, sha256
from .models import ALICE, EVE, final, flip, issued, small
from .models import CA as SIGNERS
from .tsa import (CA_EXT, POLICY, ROOT, ROOT2, STAMP_EXT, STAMPING, TSA, TSA2, TST, Crl, Hashed, accuracy, archive_name, archived, at, authority,
	OIDS, entry_stamped, ess_v1, ess_v2, extension, info, pss, stamped, told, token)

ARCHIVE = archive_name(1)
DAY, YEAR_LATER = (['--at', t] for t in ('2026-11-22T12:00:00.000Z', '2027-12-01T00:00:00.000Z'))
FORM, ALGORITHM, IMPRINT, WRONG, AUTHORITY, LIMITS, ORDER = ('TIMESTAMP_' + x for x in (
	'FORM', 'ALGORITHM', 'IMPRINT', 'SIGNATURE', 'AUTHORITY', 'CONSTRAINTS', 'ORDER'))
USE, NONE, DATES, GENERAL = ('TIMESTAMP_AUTHORITY:' + x for x in (
	'CHAIN_CONSTRAINTS_FAILURE', 'NO_CERTIFICATE_CHAIN_FOUND', 'OUT_OF_BOUNDS_NO_POE', 'CERTIFICATE_CHAIN_GENERAL_FAILURE'))
REVOKED, REVOKED_CA, LATER = ('TIMESTAMP_AUTHORITY:' + x for x in ('REVOKED_NO_POE', 'REVOKED_CA_NO_POE', 'TRY_LATER'))
KNOWN = 'AUTHORITY_STATUS_UNKNOWN'       # a note: sound, but no list says whether its certificate was revoked


def entry_case(make, records=(), **o):
	"""A `timestamp` entry over entry 3, its token made by `make` from the signature file's bytes."""
	c = small()
	c.entries.pop()
	entry_stamped(c, make, 3, records or [content(TSA.der, 'crt', 'validation')], **o)
	c.seal()
	return c


def seal_case(make, **o):
	return stamped(small(), make, **o)


def archive_case(make):
	return archived(small(), make)


PLACES = (('entry', entry_case, '4'), ('seal', seal_case, SIGNATURE), ('archive', archive_case, ARCHIVE))


def found(codes, where):
	"""CODE or CODE:SUB, several in one string, at this place."""
	return ['%s@%s%s' % (c.partition(':')[0], where, ''.join(c.partition(':')[1:])) for c in codes.split()]


def one(t, place, case, what, make, codes, trust=(ROOT,), args=DAY, pins=(), **o):
	name, build_, where = place
	if 'report' in o:
		o['report'] = o['report'](place)
	what, findings, o = '%s: %s' % (name, what), found(codes, where), dict(o, trust=trust, args=args, pins=[ALICE.id, *pins])
	if all(c in (KNOWN, 'TIMESTAMP_AGED') for c in codes.split()):
		t.good(case, what, lambda: build_(make), notes=findings, **o)
	else:
		t.bad(case, what, lambda: build_(make), *findings, **o)


def all_places(t, case, what, make, codes, **o):
	for place in PLACES:
		one(t, place, case, what, make, codes, **o)


def build(t):
	for part in (imprints, authorities, times, several, constraints, form, forms, algorithms, stripped, links, revocation):
		part(t)
	t.skip('T-20', 'the nonce is the attaching side\'s (`timestamp attach`, cli tests); a verifier cannot know the request')
	t.skip('T-29', 'a rule for the code: one function says a verdict (unit tests)')


def imprints(t):
	all_places(t, 'T-01', 'imprint of other bytes', lambda v: token(b'other'), IMPRINT)
	one(t, PLACES[0], 'T-02', 'over the entry without its last byte', lambda v: token(v[:-1]), IMPRINT)
	one(t, PLACES[1], 'T-02', 'over the OCTET STRING with its tag, not its contents', lambda v: token(der.octets(v)), IMPRINT)
	t.bad('T-02', 'seal: over the manifest instead of the signature', over_manifest, IMPRINT + '@' + SIGNATURE, trust=[ROOT], args=DAY)
	t.bad('T-02', 'seal: over the last entry\'s signature', lambda: over_entry(), IMPRINT + '@' + SIGNATURE, trust=[ROOT], args=DAY)
	one(t, PLACES[2], 'T-02', 'over the seal\'s manifest', lambda v: token(v.replace(b'timestamp001.tst', b'signature001.p7s')), IMPRINT)
	all_places(t, 'T-03', 'from another case', lambda v: token(b'another case'), IMPRINT)
	for n, alg, size in (('SHA-1', '1.3.14.3.2.26', 20), ('MD5', '1.2.840.113549.2.5', 16), ('SHA-224', '2.16.840.1.101.3.4.2.4', 28), ('SHA-512', '2.16.840.1.101.3.4.2.3', 64)):
		all_places(t, 'T-04', 'imprint algorithm ' + n, lambda v: token(v, body=info((sha256(v) * 2)[:size], alg=der.seq(der.oid(alg)))), ALGORITHM)
	for size in (20, 31, 33, 0):
		all_places(t, 'T-05', 'imprint of %d bytes said to be SHA-256' % size, lambda v: token(v, body=info((sha256(v) + b'x')[:size])), FORM)
	for place in PLACES:
		one(t, place, 'T-26', 'the token of another signature again', lambda v: token(b'reused'), IMPRINT)
		one(t, place, 'T-26', 'an unsigned byte of the imprint changed', lambda v: token(v, edit=lambda d: d.replace(sha256(v), flip(sha256(v)))), IMPRINT)


def over_manifest():
	files = small().files()
	return stamped(small(), lambda v: token(files[MANIFEST]))


def over_entry():
	files = small().files()
	return stamped(small(), lambda v: token(files['case-1f0c9a3e/custody/00000004/entry.p7s']))


def authorities(t):
	ku = cert.key_usage()
	stamping = lambda critical=True, *more: cert.ext_usage(STAMPING, *more, critical=critical)
	for case, n, ext in (('T-06', 'no extended usage', [ku]), ('T-06', 'usage not critical', [ku, stamping(False)]), ('T-06', 'another usage beside', [ku, stamping(True,
			'1.3.6.1.5.5.7.3.4')]), ('T-06', 'any usage', [ku, cert.ext_usage('2.5.29.37.0', critical=True)]), ('T-06', 'the usage twice in one', [ku, stamping(True, STAMPING)]),
			('T-06', 'the extension twice', [ku, stamping(), stamping()]), ('T-07', 'keyUsage keyEncipherment', [cert.key_usage(der.bits(b'\x20', 5)), stamping()]),
			('T-07', 'keyUsage keyCertSign', [cert.key_usage(der.bits(b'\x04', 2)), stamping()]), ('T-07', 'a CA', [cert.basic(True), ku, stamping()]),
			('T-07', 'an unknown critical extension', [ku, stamping(), cert.extension('1.2.3.4.5', der.NULL, True)]), ('T-07', 'keyUsage undecodable', [cert.extension('2.5.29.15', b'\x03\x02'), stamping()])):
		who = authority('Other', extensions=ext)
		all_places(t, case, n, lambda v: token(v, who), USE)
		one(t, PLACES[1], case, n + ', pinned', lambda v: token(v, who), USE, pins=[who.id])
	loose = authority('Loose', edit=cert.unshort)
	all_places(t, 'T-07', 'a certificate in BER', lambda v: token(v, loose), FORM, note='verify.md §5.2: it does not decode, so none is the authority\'s')
	v1 = authority('Old', extensions=[], version=0)
	all_places(t, 'T-06', 'a certificate of version 1', lambda v: token(v, v1), USE)
	for n, ext in (('no keyUsage', [stamping()]), ('nonRepudiation alone', [cert.key_usage(der.bits(b'\x40', 6)), stamping()]), ('basicConstraints that say no CA', [cert.basic(False), ku, stamping()]),
			('an unknown extension that is not critical', [ku, stamping(), cert.extension('1.2.3.4.5', der.NULL)])):
		who = authority('Fine', extensions=ext)
		one(t, PLACES[1], 'T-07', n, lambda v: token(v, who), KNOWN)
	all_places(t, 'T-08', 'no anchor, no pin', token, NONE, trust=())
	all_places(t, 'T-08', 'another anchor', token, NONE, trust=(ROOT2,))
	own = authority('Own', issuer=False)
	all_places(t, 'T-08', 'self-signed and unknown', lambda v: token(v, own), NONE)
	all_places(t, 'T-08', 'self-signed and pinned', lambda v: token(v, own), '', pins=[own.id], trust=(), report=time_of(own, standing='pinned'))
	all_places(t, 'T-08', 'chained', token, KNOWN)
	one(t, PLACES[1], 'T-08', 'its own certificate an anchor', lambda v: token(v, own), '', trust=(own,))
	one(t, PLACES[1], 'T-08', 'its own certificate an anchor, whose self-made signature is broken', lambda v: token(v, authority('Broken', issuer=False, breaks=True)), GENERAL,
		trust=(authority('Broken', issuer=False, breaks=True),))
	one(t, PLACES[1], 'T-08', 'issued by an impostor of the anchor\'s name', lambda v: token(v, authority('Time', Cert(EcKey('impostor'), 'Time Root', extensions=CA_EXT))), NONE)
	broken = authority('Time', breaks=True)
	all_places(t, 'T-08', 'its issuer\'s signature broken', lambda v: token(v, broken), GENERAL)
	ends = authority('Ends', end=at(2026, 11, 22, 5, 0, 0))
	all_places(t, 'T-09', 'authority expired today, valid at genTime', lambda v: token(v, ends), 'TIMESTAMP_AGED ' + KNOWN)
	all_places(t, 'T-09', 'authority in its last second at J', lambda v: token(v, ends), KNOWN, args=['--at', '2026-11-22T05:00:00.999Z'])
	all_places(t, 'T-09', 'pinned, expired', lambda v: token(v, ends), 'TIMESTAMP_AGED', pins=[ends.id], trust=())
	for n, o, codes in (('expired before genTime', dict(end=at(2026, 2, 1)), DATES), ('not yet valid at genTime', dict(start=at(2026, 11, 23)), DATES),
			('ends with genTime\'s second', dict(end=at(2026, 11, 22, 4, 0, 0)), 'TIMESTAMP_AGED ' + KNOWN), ('ended a second before', dict(end=at(2026, 11, 22, 3, 59, 59)), DATES),
			('begins with genTime\'s second', dict(start=at(2026, 11, 22, 4, 0, 0)), KNOWN), ('begins a second after', dict(start=at(2026, 11, 22, 4, 0, 1)), DATES)):
		who = authority('Dated', **o)
		all_places(t, 'T-10', 'authority ' + n, lambda v: token(v, who, b'20261122040000.9Z' if 'ends with' in n else b'20261122040000Z'), codes)
	t.good('T-10', 'pinned: dates do not matter', lambda: seal_case(lambda v: token(v, authority('Dated', start=at(2030, 1, 1)))), pins=[ALICE.id, authority('Dated', start=at(2030, 1, 1)).id], args=DAY)


def time_of(tsa=TSA, proved='2026-11-22T04:00:00.000Z', **o):
	return lambda place: {'time': {'proved': None if place[0] == 'entry' else proved, 'tokens': [told(place[2], tsa, **o)]}}


def times(t):
	for case, n, when, codes in (('T-12', 'genTime an hour before the signing-time', '20261122020000Z', ORDER), ('T-12', 'genTime a minute before', '20261122030500Z', KNOWN),
			('T-13', 'genTime months after', '20270601000000Z', KNOWN), ('T-14', 'genTime before the entries it covers', '20261121000000Z', ORDER)):
		all_places(t, case, n, lambda v: token(v, when_=when), codes, args=YEAR_LATER)
	for place, last in zip(PLACES, ('0301:05.678', '0302:05.678', '0302:05.678')):
		base = '20261122' + last.replace(':', '')
		one(t, place, 'T-12', 'genTime 300 s before the last entry it covers', lambda v: token(v, when_=base + 'Z'), KNOWN)
		one(t, place, 'T-12', '… and a millisecond more', lambda v: token(v, when_=base[:-1] + '7Z'), ORDER)
	for n, when, codes in (('in the future', '20990101000000Z', ORDER), ('300 s after J', '20261122120500Z', KNOWN), ('300 s and a microsecond after J', '20261122120500.000001Z', ORDER)):
		all_places(t, 'T-15', 'genTime ' + n, lambda v: token(v, when_=when), codes)
	t.bad('T-15', 'J is cut to seconds', lambda: seal_case(lambda v: token(v, when_='20261122120500.5Z')), ORDER + '@' + SIGNATURE, trust=[ROOT], args=['--at', '2026-11-22T12:00:00.900Z'])
	for n, when in (('a leap second', '20261231235960Z'), ('a fraction that is zero', '20261122040000.0Z'), ('a fraction that ends with zero', '20261122040000.50Z'), ('a point without fraction', '20261122040000.Z'),
			('no Z', '20261122040000'), ('another letter', '20261122040000X'), ('a small z', '20261122040000z'), ('a fraction and another letter', '20261122040000.5X'), ('a slash in the fraction', '20261122040000./5Z'), ('a colon in the fraction', '20261122040000.:5Z'), ('an offset', '20261122040000+0100'), ('year 10000', '100000101000000Z'), ('no seconds', '202611220400Z'), ('a comma', '20261122040000,5Z'), ('year 1969', '19691231235959Z'),
			('30 February', '20260230040000Z'), ('hour 24', '20261122240000Z'), ('minute 60', '20261122046000Z'), ('ten digits of fraction', '20261122040000.1234567891Z'), ('a blank', '20261122 40000Z'), ('nothing', ''),
			('what rounds up to the year 10000', '99991231235959.9999Z')):
		all_places(t, 'T-27', n, lambda v: token(v, when_=when), FORM, args=YEAR_LATER)
	all_places(t, 'T-27', 'UTCTime', lambda v: token(v, when_='261122040000Z', time_tag=0x17), FORM)
	for when, shown in (('20261122040000.123456789Z', '.124Z'), ('20261122040000.5Z', '.500Z'), ('20261122040000.001Z', '.001Z'), ('20261122040000.000000001Z', '.001Z')):
		all_places(t, 'T-27', 'genTime %s is rounded up to milliseconds' % when, lambda v: token(v, when_=when), KNOWN, report=time_of(
			proved='2026-11-22T04:00:00' + shown, time='2026-11-22T04:00:00' + shown))
	late = issued('late', start=at(2026, 11, 22, 3, 30, 0))
	who = dict(pins=[], trust=[ROOT, SIGNERS], args=DAY)
	t.bad('T-11', 'seal: genTime before the signer\'s certificate', lambda: stamped(small(custodian=late), lambda v: token(v, when_='20261122031000Z')), 'SIGNER_UNKNOWN@1:NOT_YET_VALID', KNOWN + '@' + SIGNATURE, **who)
	t.bad('T-11', 'archive: genTime before the signer\'s certificate', lambda: archived(small(custodian=late), lambda v: token(v, when_='20261122031000Z')), 'SIGNER_UNKNOWN@1:NOT_YET_VALID', KNOWN + '@' + ARCHIVE, **who)
	t.bad('T-11', 'entries recorded before the signer\'s certificate, token after', lambda: stamped(small(custodian=late), token), 'SIGNER_UNKNOWN@1:OUT_OF_BOUNDS_NO_POE', KNOWN + '@' + SIGNATURE, **who)


def several(t):
	# unsigned attributes stand in the order of their bytes, lengths first: the authority of the shorter name leads
	two = lambda **o: stamped(small(**o), token, lambda v: token(v, TSA2, '20261125000000Z'))
	notes = [KNOWN + '@' + SIGNATURE] * 2
	t.good('T-16', 'two authorities days apart: the earliest is the proved time', two, trust=[ROOT, ROOT2], args=YEAR_LATER, notes=notes, report={'time': {'proved': '2026-11-22T04:00:00.000Z',
		'recorded': '2026-11-22T03:07:05.678Z', 'tokens': [told(SIGNATURE), told(SIGNATURE, TSA2, '2026-11-25T00:00:00.000Z')]}})
	for n, end, ok in (('of both', at(2026, 11, 26), True), ('of the first only', at(2026, 11, 24), False)):
		who = issued('v', end=end)
		o = dict(trust=[ROOT, ROOT2, SIGNERS], args=YEAR_LATER, pins=[])
		if ok:
			t.good('T-16', 'the signer\'s certificate valid at the times ' + n, lambda: two(custodian=who), notes=notes + ['STATUS_UNKNOWN@1'], **o)
		else:
			t.bad('T-16', 'the signer\'s certificate valid at the times ' + n, lambda: two(custodian=who), 'SIGNER_UNKNOWN@1:OUT_OF_BOUNDS_NO_POE', *notes, **o)
	t.bad('T-16', 'only one of the two known', two, *found(KNOWN + ' ' + NONE, SIGNATURE), trust=[ROOT], args=YEAR_LATER)
	t.bad('T-17', 'three entry tokens, one invalid', three_entries, KNOWN + '@4', KNOWN + '@5', IMPRINT + '@6', trust=[ROOT], args=YEAR_LATER)
	t.bad('T-17', 'three tokens, one at each place, the archive\'s invalid', lambda: archived(entry_and_seal(), lambda v: token(b'x', when_='20261123000000Z')), IMPRINT + '@' + ARCHIVE, KNOWN + '@' + SIGNATURE, KNOWN + '@4',
		trust=[ROOT], args=YEAR_LATER)
	t.good('T-17', 'three tokens, one at each place', lambda: archived(entry_and_seal(), lambda v: token(v, when_='20261123000000Z')), trust=[ROOT], args=YEAR_LATER,
		notes=[KNOWN + '@' + w for w in (ARCHIVE, SIGNATURE, '4')], report={'time': {'proved': '2026-11-22T04:00:00.000Z', 'tokens': [told(ARCHIVE, time='2026-11-23T00:00:00.000Z'), told(SIGNATURE), told('4')]}})


def three_entries():
	c = small()
	c.entries.pop()
	entry_stamped(c, token, 3)
	entry_stamped(c, lambda v: token(v, when_='20261125000000Z'), 1)
	entry_stamped(c, lambda v: token(b'invalid'), 2)
	c.seal()
	return c


def entry_and_seal(**o):
	return stamped(entry_case(token), token, **o)


def constraints(t):
	for n, after, codes in (('accuracy of ten years', accuracy(315360000), LIMITS), ('accuracy of a day', accuracy(86400), KNOWN), ('accuracy of a day and a microsecond', accuracy(86400, None, 1), LIMITS),
			('accuracy of a day and a millisecond', accuracy(86400, 1), LIMITS), ('an unknown critical extension', extension(True), LIMITS), ('an unknown extension', extension(False), KNOWN), ('a critical one written 01',
			der.tlv(0xa1, der.seq(der.oid('1.2.3'), b'\x01\x01\x01', der.octets(b''))), LIMITS), ('FALSE spelled out', der.tlv(0xa1, der.seq(der.oid('1.2.3'), b'\x01\x01\x00', der.octets(b''))), KNOWN),
			('ordering TRUE', der.boolean(True), KNOWN), ('ordering FALSE spelled out', der.boolean(False), KNOWN), ('a nonce', der.integer(1 << 200), KNOWN), ('all there is', accuracy(1, 500, 100) + der.boolean(True) +
			der.integer(5) + der.tlv(0xa0, der.tlv(0xa4, TSA.subject)) + extension(False), KNOWN)):
		all_places(t, 'T-19', n, lambda v: token(v, after=after), codes)
	for n, a, shown in (('1 s', accuracy(1), 1000), ('1.5 s', accuracy(1, 500), 1500), ('1 µs', accuracy(None, None, 1), 1), ('2 s 3 ms 4 µs', accuracy(2, 3, 4), 2004), ('nothing', accuracy(), 0)):
		all_places(t, 'T-19', 'accuracy %s is told' % n, lambda v: token(v, after=a), KNOWN, report=time_of(accuracy=shown))
	for n, args, codes in (('the policy given', [POLICY], KNOWN), ('another given', ['1.2.3.4.2'], LIMITS), ('one of two given', ['1.2.3.4.2', POLICY], KNOWN), ('a longer one given', [POLICY + '.1'], LIMITS)):
		all_places(t, 'T-21', n, token, codes, args=DAY + [x for p in args for x in ('--time-policy', p)])
	for bad in ('', 'baseline', '1', '1.2.', '3.1', '1.40', '1.2.03'):
		t.bad('T-21', '--time-policy %r' % bad, small, args=['--time-policy', bad], exit_=64)
	for oid in ('2.999.1', '0.0', '2.25.329800735698586629295641978511506172918', '1.2.840.113549.1.9.16.1.4'):
		all_places(t, 'T-21', 'policy ' + oid, lambda v: token(v, policy=oid), KNOWN, args=DAY + ['--time-policy', oid], report=time_of(policy=oid))


def form(t):
	from .forms_t import TSTINFO, TOKENS
	for case, n, after in TSTINFO:
		all_places(t, case, n, lambda v: token(v, body=after(v)), FORM)
	for case, n, make in TOKENS:
		all_places(t, case, n, make, FORM)
	for place in (PLACES[0], PLACES[2]):
		one(t, place, 'T-22', 'a byte behind it', lambda v: token(v) + b'\0', FORM)
		one(t, place, 'T-22', 'a byte before it', lambda v: b'\0' + token(v), FORM)
		one(t, place, 'T-18', 'empty', lambda v: b'', FORM)
		one(t, place, 'T-22', 'PEM', lambda v: b'-----BEGIN PKCS7-----\n', FORM)
		one(t, place, 'T-22', 'exactly 1 MiB of zeroes', lambda v: bytes(1 << 20), FORM)
		one(t, place, 'T-22', 'the tag of a SET', lambda v: b'\x31' + token(v)[1:], FORM)
	t.bad('T-22', 'entry: a token.tst of 1 MiB and 1 byte', lambda: entry_case(lambda v: bytes((1 << 20) + 1)), 'CONTAINER_LIMIT@')
	t.bad('T-22', 'archive: a token of 1 MiB and 1 byte', lambda: archive_case(lambda v: bytes((1 << 20) + 1)), 'CONTAINER_LIMIT@')
	for n, value in (('a byte behind the token in its attribute', lambda v: token(v) + b'\0'), ('two tokens in one attribute', lambda v: token(v) * 2), ('no token in the attribute', lambda v: b''),
			('an OCTET STRING for a token', lambda v: der.octets(token(v))), ('a token cut short', lambda v: token(v)[:-1])):
		t.bad('T-22', 'seal: ' + n, lambda: seal_raw(lambda v: [der.seq(der.oid(cms.TOKEN), der.set_(value(v)))]), 'SIGNATURE_FORM@' + SIGNATURE, trust=[ROOT], args=DAY)
	t.bad('T-22', 'seal: the attribute\'s set is a sequence', lambda: seal_raw(lambda v: [der.seq(der.oid(cms.TOKEN), der.seq(token(v)))]), 'SIGNATURE_FORM@' + SIGNATURE, trust=[ROOT], args=DAY)


def seal_raw(unsigned):
	c = small()
	c.seal_cms = {'unsigned': unsigned}
	return c


def forms(t):
	several_ = lambda n: [token(b'%d' % i) for i in range(n)]
	rising = lambda v, n: sorted(attribute(cms.TOKEN, x) for x in [token(v)] + several_(n - 1))
	t.bad('C-27', 'seal: 17 tokens', lambda: seal_raw(lambda v: rising(v, 17)), 'SIGNATURE_FORM@' + SIGNATURE, trust=[ROOT], args=DAY)
	t.bad('C-27', 'seal: 16 tokens over something else', lambda: seal_raw(lambda v: rising(b'', 16)), *found(' '.join([IMPRINT] * 16), SIGNATURE), trust=[ROOT], args=DAY)
	t.bad('C-27', 'seal: two tokens that do not rise', lambda: seal_raw(lambda v: rising(v, 2)[::-1]), 'SIGNATURE_FORM@' + SIGNATURE, trust=[ROOT], args=DAY)
	t.bad('C-27', 'seal: a token twice', lambda: seal_raw(lambda v: rising(v, 1) * 2), 'SIGNATURE_FORM@' + SIGNATURE, trust=[ROOT], args=DAY)


def algorithms(t):
	rsa = authority('RSA time', key=RsaKey('rsa3072', 'pkcs1'))
	for n, who, o in (('P-384 with SHA-384', authority('A', key=EcKey('time 384', ec.P384)), dict(digest='sha384')), ('P-521 with SHA-512', authority('B', key=EcKey('time 521', ec.P521)), dict(digest='sha512')),
			('P-256 with SHA-512', TSA, dict(digest='sha512')), ('RSA PKCS#1 with SHA-256', rsa, dict(key=Hashed(rsa.key, 'sha256'))), ('RSA PKCS#1 with SHA-384', rsa, dict(digest='sha384')),
			('RSA PKCS#1 with SHA-512', rsa, dict(digest='sha512')), ('rsaEncryption with SHA-256', rsa, {}), ('rsaEncryption with SHA-512', rsa, dict(digest='sha512', key=Hashed(rsa.key, 'sha512', 'plain'))),
			('RSA-PSS with SHA-256', rsa, dict(key=Hashed(rsa.key, 'sha256', 'pss'))), ('RSA-PSS with SHA-384', rsa, dict(digest='sha384', key=Hashed(rsa.key, 'sha384', 'pss'))),
			('RSA-PSS with SHA-512', rsa, dict(digest='sha512', key=Hashed(rsa.key, 'sha512', 'pss')))):
		all_places(t, 'T-04', 'signed by ' + n, lambda v: token(v, who, **o), KNOWN)
	alg = lambda oid, *more: dict(cms_options={'algorithm': der.seq(der.oid(oid), *more)})
	sha1 = der.seq(der.oid('1.3.14.3.2.26'))
	small_key, odd = authority('Small', key=RsaKey('rsa1024', 'pkcs1')), authority('Three', key=RsaKey('rsa2048-e3', 'pkcs1'))
	for n, who, o in (('ECDSA with SHA-1', TSA, alg('1.2.840.10045.4.1')), ('ECDSA with NULL', TSA, alg('1.2.840.10045.4.3.2', der.NULL)), ('ECDSA with SHA-384 over SHA-256', TSA, alg('1.2.840.10045.4.3.3')),
			('RSA with SHA-1', rsa, alg('1.2.840.113549.1.1.5', der.NULL)), ('RSA with SHA-256 without NULL', rsa, alg('1.2.840.113549.1.1.11')), ('RSA with SHA-512 over SHA-256', rsa, alg('1.2.840.113549.1.1.13', der.NULL)),
			('RSA-PSS with a salt of 20', rsa, dict(cms_options={'algorithm': pss('sha256', 20)})), ('RSA-PSS of SHA-384 over SHA-256', rsa, dict(cms_options={'algorithm': pss('sha384')})),
			('the digest said to be SHA-1', TSA, dict(cms_options={'digests': [sha1], 'signer_digest': sha1})), ('RSA 1024', small_key, {}), ('RSA with exponent 3', odd, {}),
			('a curve not of the list', authority('K1', key=EcKey('k1', ec.SECP256K1)), {}), ('a compressed point', authority('Point', key=EcKey('stamp point', compressed=True)), {}),
			('explicit curve parameters', authority('Explicit', key=EcKey('stamp explicit', explicit=True)), {})):
		all_places(t, 'T-04', 'signed by ' + n, lambda v: token(v, who, **o), ALGORITHM)
	loose = der.oid('1.2.840.10045.4.3.2')
	all_places(t, 'T-04', 'signed by an algorithm whose length is not in its shortest form', lambda v: token(v, cms_options={
		'algorithm': der.seq(b'\x06\x84\0\0\0\x08' + der.contents(loose))}), FORM, note='timestamp.md §2: its elements must be well-formed')
	for n, make in (('another key', lambda v: token(v, key=EVE.key)), ('the value changed', lambda v: token(v, cms_options={'edit_value': flip})), ('a byte of the value lost', lambda v: token(v, rsa, cms_options={'edit_value': lambda x: x[:-1]})),
			('the TSTInfo changed', lambda v: token(v, cms_options={'econtent': info(sha256(v), serial=78)})), ('a signed attribute changed', lambda v: token(v, edit=lambda d: d.replace(sha256(info(sha256(v))), bytes(32)))),
			('an RSA algorithm for an EC key', lambda v: token(v, cms_options={'algorithm': der.seq(der.oid('1.2.840.113549.1.1.11'), der.NULL)})), ('an EC algorithm for an RSA key', lambda v: token(v, rsa,
			cms_options={'algorithm': der.seq(der.oid('1.2.840.10045.4.3.2'))})), ('a signature over the attributes with their own tag', lambda v: token(v, cms_options={'tbs': der.tlv(0xa0, *sorted([
			attribute(cms.CONTENT_TYPE, der.oid(TST)), attribute(cms.DIGEST, der.octets(sha256(info(sha256(v))))), ess_v2(TSA)]))})), ('an empty value', lambda v: token(v, cms_options={'value': b''}))):
		all_places(t, 'T-25', 'signature: ' + n, make, WRONG)
	all_places(t, 'T-25', 'a TSTInfo signed by the case\'s own key', lambda v: token(v, EVE), USE)
	all_places(t, 'T-23', 'SHA-1 ESSCertID alone', lambda v: token(v, attrs=lambda a: a[:2] + [ess_v1(sha1_of(TSA))]), KNOWN)
	all_places(t, 'T-23', 'both attributes', lambda v: token(v, attrs=lambda a: a + [ess_v1(sha1_of(TSA))]), KNOWN)
	for d in ('sha384', 'sha512'):
		all_places(t, 'T-23', 'ESSCertIDv2 with ' + d, lambda v: token(v, attrs=lambda a: a[:2] + [ess_v2(TSA, d)]), KNOWN)
	# timestamp.md §2: the default written out is no DER, yet authorities do it
	all_places(t, 'T-23', 'ESSCertIDv2 with SHA-256 spelled out', lambda v: token(v, attrs=lambda a: a[:2] + [spelled(TSA.sha256)]), KNOWN)
	all_places(t, 'T-23', 'ESSCertIDv2 with SHA-256 spelled out, with NULL', lambda v: token(v, attrs=lambda a: a[:2] + [
		spelled(TSA.sha256, der.seq(der.oid(OIDS['sha256']), der.NULL))]), KNOWN)


def sha1_of(c):
	import hashlib
	return hashlib.sha1(c.der).digest()


def stripped(t):
	t.bad('T-28', 'a timestamp entry without token.tst', lambda: without_token(), 'ENTRY_FILE_MISSING@custody/00000004/token.tst')
	t.bad('T-28', 'a token.tst in an entry that is no timestamp', lambda: small(final(lambda c, f: f.__setitem__(c.base + '/custody/00000002/token.tst', b'x'))), 'FILE_UNACCOUNTED@case-1f0c9a3e/custody/00000002/token.tst')
	missing = 'TIMESTAMP_MISSING@' + SIGNATURE
	want = lambda c: (c.entries[-1].details.update(timestamp='required'), c)[1]
	o = dict(trust=[ROOT], args=DAY)
	t.bad('T-28', 'the seal demands a time-stamp, there is none', lambda: want(small()), missing, **o)
	for n, make, where in (('over the seal', lambda: want(seal_case(token)), SIGNATURE), ('of the archive', lambda: want(archive_case(token)), ARCHIVE)):
		t.good('T-28', 'the seal demands a time-stamp, there is one ' + n, make, notes=[KNOWN + '@' + where], **o)
	t.bad('T-28', 'the seal demands a time-stamp, only an entry has one', lambda: want(entry_case(token)), KNOWN + '@4', missing, **o)
	for n, make, codes in (('unknown', lambda: want(seal_case(token)), NONE), ('altered', lambda: want(seal_case(lambda v: token(b'x'))), IMPRINT), ('malformed', lambda: want(seal_case(lambda v: der.seq())), FORM)):
		t.bad('T-28', 'the seal demands a time-stamp, the one there is ' + n, make, *found(codes, SIGNATURE), missing, args=DAY, trust=[ROOT] if n != 'unknown' else ())
	need = DAY + ['--require-time']
	t.bad('T-28', 'the reader demands one, only an entry has one', lambda: entry_case(token), KNOWN + '@4', missing, trust=[ROOT], args=need)
	t.good('T-28', 'the reader demands one, and there is', lambda: seal_case(token), notes=[KNOWN + '@' + SIGNATURE], trust=[ROOT], args=need)
	t.bad('T-28', 'the reader demands one, its authority is not known', lambda: seal_case(token), *found(NONE, SIGNATURE), missing, args=need)


def without_token():
	c = entry_case(token)
	c.hooks['final'] = lambda f: f.pop(c.base + '/custody/00000004/token.tst')
	return c


def links(t):
	def other():
		c = entry_case(token)
		c.hooks['final'] = lambda f: f.__setitem__(c.base + '/custody/00000004/token.tst', b'other')
		return c
	t.bad('T-01', 'entry: token.tst other than its digest', other, 'TIMESTAMP_LINK@4')
	t.bad('T-02', 'entry: details.signature of another entry', lambda: entry_case(token, signature=hexsha(b'x')), 'TIMESTAMP_LINK@4')
	def set_back():
		c = small()
		c.entries.pop()
		c.tick(-3600)
		entry_stamped(c, token, 3, [content(TSA.der, 'crt', 'validation')], signature=hexsha(b'x'))
		c.seal()
		return c
	t.bad('T-02', 'entry: details.signature of another entry, and the clock went back: step 5 stops before the note', set_back, 'TIMESTAMP_LINK@4')
	for n in (4, 5, 99):
		t.bad('T-02', 'entry: names entry %d, which is not earlier' % n, lambda: named(n), 'TIMESTAMP_LINK@4')
	t.bad('T-02', 'entry: names entry 0', lambda: named(0), 'TIMESTAMP_LINK|ENTRY_FORM@4', note='0 is no seq: form or link')


def named(n):
	c = entry_case(token)
	c.entries[3].details.update(entry=n, signature=hexsha(b'x'))
	return c


def revocation(t):
	day = lambda n: at(2026, 11, n)
	whole = dict(args=YEAR_LATER)
	for place in PLACES:
		put = lambda crl, **o: lambda v: token(v, crls=[crl], **o)
		one(t, place, 'T-30', 'a list that names nobody: its status is known', put(Crl(ROOT)), '')
		for reason, codes in ((None, REVOKED), (1, REVOKED), (2, REVOKED), (6, REVOKED), (9, REVOKED), (10, REVOKED), (0, ''), (3, ''), (4, ''), (5, '')):
			one(t, place, 'T-30', 'revoked after genTime, reason %s' % reason, put(Crl(ROOT, [(TSA, day(23), reason)])), codes, **whole)
		for reason in (None, 1, 4):
			one(t, place, 'T-30', 'revoked before genTime, reason %s' % reason, put(Crl(ROOT, [(TSA, day(21), reason)])), REVOKED, **whole)
		one(t, place, 'T-30', 'revoked in the second of genTime, superseded', put(Crl(ROOT, [(TSA, at(2026, 11, 22, 4, 0, 0), 4)])), REVOKED)
		one(t, place, 'T-30', 'revoked a second after genTime, superseded', put(Crl(ROOT, [(TSA, at(2026, 11, 22, 4, 0, 1), 4)])), '')
		one(t, place, 'T-30', 'another certificate revoked', put(Crl(ROOT, [(TSA2, day(21), 1)])), '')
		one(t, place, 'T-30', 'two dates in one list: the earliest counts', put(Crl(ROOT, [(TSA, day(24), 4), (TSA, day(21), 4)])), REVOKED, **whole)
	mid = Cert(EcKey('stamp middle'), 'Time Middle', issuer=ROOT, extensions=CA_EXT)
	deep = authority('Deep', mid)
	deep_token = lambda *crls: lambda v: token(v, deep, certs=[mid], crls=crls)
	one(t, PLACES[1], 'T-30', 'an intermediate revoked before genTime', deep_token(Crl(mid), Crl(ROOT, [(mid, day(21), 4)])), REVOKED_CA)
	one(t, PLACES[1], 'T-30', 'an intermediate revoked later for compromise', deep_token(Crl(mid), Crl(ROOT, [(mid, day(23), 1)])), REVOKED_CA, **whole)
	one(t, PLACES[1], 'T-30', 'an intermediate superseded later', deep_token(Crl(mid), Crl(ROOT, [(mid, day(23), 4)])), '', **whole)
	one(t, PLACES[1], 'T-30', 'both known', deep_token(Crl(mid), Crl(ROOT)), '')
	one(t, PLACES[1], 'T-30', 'the intermediate\'s status not known', deep_token(Crl(mid)), KNOWN)
	one(t, PLACES[1], 'T-30', 'a list from the reader', token, '', trust=(ROOT, Crl(ROOT)))
	one(t, PLACES[1], 'T-30', 'a list from the reader, of another authority', token, LATER, trust=(ROOT, Crl(ROOT2)))
	one(t, PLACES[1], 'T-30', 'a list from the reader that revokes', token, REVOKED, trust=(ROOT, Crl(ROOT, [(TSA, day(21), 1)])))
	o = dict(trust=[ROOT, ROOT2], args=YEAR_LATER)
	late = Crl(ROOT, [(TSA, day(25), 1)])
	t.good('T-30', 'compromised after an archive token covered it', lambda: archived(stamped(small(), token, crls=[late]), lambda v: token(v, TSA2, '20261124000000Z')), notes=[KNOWN + '@' + ARCHIVE], **o)
	t.bad('T-30', 'compromised before the archive token', lambda: archived(stamped(small(), token, crls=[late]), lambda v: token(v, TSA2, '20261126000000Z')), KNOWN + '@' + ARCHIVE, *found(REVOKED, SIGNATURE), **o)
	t.bad('T-30', 'compromised in the instant of the archive token', lambda: archived(stamped(small(), token, crls=[late]), lambda v: token(v, TSA2, '20261125000000Z')), KNOWN + '@' + ARCHIVE, *found(REVOKED, SIGNATURE), **o)
	t.bad('T-30', 'compromised, and the archive token not accepted', lambda: archived(stamped(small(), token, crls=[late]), lambda v: token(v, TSA2, '20261124000000Z')), *found(NONE, ARCHIVE), *found(REVOKED, SIGNATURE),
		trust=[ROOT], args=YEAR_LATER)
