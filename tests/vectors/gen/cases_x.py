"""Group X: certificates and trust (docs/verify.md §3 stage 4, §5). FAIL reads INDETERMINATE here (ETSI EN 319 102-1)."""
import datetime
import hashlib

from . import cert, der
from .case import UUID, content
from .cert import Cert, key_usage
from .good import NO_LIST, device, transfer_case, with_acquire
from .keys import EcKey, RsaKey, pkcs1_encode
from .models import ALICE, BOB, CA, COURT, DEVICE, EVE, NOW, issued, small

NONE, DATES, USE, GENERAL = ('SIGNER_UNKNOWN@1:' + s for s in ('NO_CERTIFICATE_CHAIN_FOUND', 'OUT_OF_BOUNDS_NO_POE',
	'CHAIN_CONSTRAINTS_FAILURE', 'CERTIFICATE_CHAIN_GENERAL_FAILURE'))
CERT_SIGN = der.bits(b'\x06', 1)
CA_EXT = [cert.basic(True), key_usage(CERT_SIGN)]
AT = ['--at', NOW]
SPRING = '2026-05-01T03:04:05.678Z'


def at(*ymd):
	return datetime.datetime(*ymd, tzinfo=cert.UTC)


def pinned(t, case, what, *found, note=None, **o):
	t.bad(case, what + ', pinned', lambda: small(custodian=Cert(EcKey('u'), 'U', **o)), *found, note=note)


def chained(t, case, what, found, key='v', anchors=(CA,), args=AT, note=None, **o):
	t.bad(case, what + ', chained', lambda: small(custodian=issued(key, **o)), found, pins=[], trust=anchors, args=args, note=note)


def use(t, case, what, extensions):
	"""What a certificate may not be for, whether pinned or chained."""
	pinned(t, case, what, USE, extensions=extensions)
	chained(t, case, what, USE, extensions=extensions)


def identity(t):
	t.bad('X-01', 'nobody pinned, no anchor', small, NONE, pins=[])
	t.bad('X-01', 'another certificate pinned', small, NONE, pins=[BOB.id])
	t.good('X-02', 'fingerprint given and right', small)
	for what, pin in (('SHA-1', hashlib.sha1(ALICE.der).hexdigest()), ('8 bytes', ALICE.id[:16]), ('63 digits', ALICE.id[:63]), ('65 digits', ALICE.id + '0'),
			('not hex', 'g' + ALICE.id[1:]), ('empty', ''), ('SHA-512', hashlib.sha512(ALICE.der).hexdigest())):
		t.bad('X-03', 'pin of ' + what, small, pins=[pin], exit_=64)
	twin = Cert(EcKey('twin'), subject=ALICE.subject, serial=ALICE.serial)
	t.bad('X-04', 'a certificate of the same subject and serial, another key', lambda: small(custodian=twin), NONE, pins=[ALICE.id])
	t.bad('X-05', 'the same key in a new certificate', lambda: small(custodian=Cert(ALICE.key, serial=99)), NONE, pins=[ALICE.id])
	t.good('X-05', 'the same key in a new certificate, admitted as renewed', lambda: device(Cert(ALICE.key, serial=99)))
	t.good('X-06', 'keyUsage absent', lambda: small(custodian=Cert(EcKey('u'), 'U', extensions=[])))
	t.good('X-06', 'keyUsage not critical', lambda: small(custodian=Cert(EcKey('u'), 'U', extensions=[key_usage(critical=False)])))
	t.bad('X-18', 'the authority\'s certificate only inside the bundle', lambda: with_acquire(content(CA.der, 'crt', 'validation'),
		content(b'x'), custodian=issued('w')), NONE, pins=[], args=AT)
	t.bad('X-18', 'the pin of the authority, not of the signer', lambda: small(custodian=issued('w')), NONE, pins=[CA.id], args=AT)
	t.bad('X-19', 'no store of the system is used', lambda: small(custodian=issued('w')), NONE, pins=[], args=AT,
		env={'SSL_CERT_FILE': '@/anchor-%s.pem' % CA.id[:16]})
	for case, why in (('X-24', 'one bundle is judged at a time; two cases of one key are the user\'s to compare by fingerprint'),
			('X-25', 'weak keys of certain makers: no blocklist in rules 1'), ('X-28', 'signing, not verifying: the key tests')):
		t.skip(case, why)


def usages(t):
	for name, bits in (('keyEncipherment', der.bits(b'\x20', 5)), ('keyAgreement', der.bits(b'\x08', 3)), ('keyCertSign', der.bits(b'\x04', 2))):
		use(t, 'X-07', 'keyUsage ' + name, [key_usage(bits)])
	pinned(t, 'X-07', 'keyUsage without any bit', USE, extensions=[key_usage(der.bits(b'', 0))])
	for name, oids in (('serverAuth', ['1.3.6.1.5.5.7.3.1']), ('codeSigning', ['1.3.6.1.5.5.7.3.3']), ('timeStamping', ['1.3.6.1.5.5.7.3.8']), ('nothing', [])):
		use(t, 'X-08', 'extendedKeyUsage ' + name, [key_usage(), cert.ext_usage(*oids)])
	t.good('X-08', 'extendedKeyUsage any, pinned', lambda: small(custodian=Cert(EcKey('u'), 'U', extensions=[key_usage(), cert.ext_usage('2.5.29.37.0')])))
	use(t, 'X-09', 'a CA', [cert.basic(True), key_usage()])
	t.good('X-09', 'basicConstraints that say no CA', lambda: small(custodian=Cert(EcKey('u'), 'U', extensions=[cert.basic(False), key_usage()])))
	use(t, 'X-10', 'an unknown critical extension', [key_usage(), cert.extension('1.2.3.4.5', der.NULL, True)])
	t.good('X-10', 'an unknown extension that is not critical', lambda: small(custodian=Cert(EcKey('u'), 'U', extensions=[key_usage(), cert.extension('1.2.3.4.5', der.NULL)])))
	pinned(t, 'X-10', 'version 1', USE, version=0, extensions=[])
	for what, ext in (('keyUsage twice', [key_usage(), key_usage()]), ('keyUsage malformed', [cert.extension('2.5.29.15', b'\x03\x02')]),
			('basicConstraints malformed', [cert.extension('2.5.29.19', b'\x30\x05\x01', True), key_usage()])):
		t.bad('X-10', what + ', pinned', lambda: small(custodian=Cert(EcKey('u'), 'U', extensions=ext)), USE)
	for what, o in (('serial 0', dict(serial=0)), ('a negative serial', dict(serial=-5)), ('a serial of 21 bytes', dict(serial=1 << 165)), ('empty subject and issuer', dict(subject=der.seq()))):
		t.good('X-11', what + ', pinned', lambda: small(custodian=Cert(EcKey('u'), 'U', **o)))


def dates(t):
	chained(t, 'X-12', 'expired', DATES, end=at(2026, 6, 1))
	chained(t, 'X-12', 'expired, judged with the time of the computer', DATES, end=at(2026, 1, 2), args=[])
	t.good('X-12', 'expired now, judged at a time of its life, in which it signed', lambda: small(custodian=issued('v', end=at(2026, 6, 1)), start=SPRING),
		pins=[], trust=[CA], args=['--at', '2026-05-31T23:59:59.000Z'], notes=NO_LIST)
	t.bad('X-12', 'judged at a time of its life, but signed after it, by its own account', lambda: small(custodian=issued('v', end=at(2026, 6, 1))), DATES,
		pins=[], trust=[CA], args=['--at', '2026-05-31T23:59:59.000Z'], note='as EU DSS judges it: SigningTimeInCertRange')
	for what, last, found in (('in the last second of', '2026-06-01T00:00:00.999Z', ()), ('a second after', '2026-06-01T00:00:01.000Z', (DATES,))):
		edges = lambda: small(lambda c: setattr(c.entries[2], 'time', last), custodian=issued('v', end=at(2026, 6, 1)), start=SPRING)  # noqa: E731
		t.bad('X-12', 'one entry signed %s its life' % what, edges, *(found or NO_LIST), 'TIME_BACKWARDS@4', pins=[], trust=[CA], args=['--at', '2026-05-31'])
	for what, first, found in (('in the first second of', '2026-01-01T00:00:00.000Z', ()), ('a second before', '2025-12-31T23:59:59.999Z', (DATES,))):
		edges = lambda: small(lambda c: setattr(c.entries[0], 'time', first), custodian=issued('v', end=at(2026, 6, 1)), start=SPRING)  # noqa: E731
		t.bad('X-12', 'one entry signed %s its life' % what, edges, *(found or NO_LIST), pins=[], trust=[CA], args=['--at', '2026-05-31'])
	chained(t, 'X-14', 'not yet valid', DATES, start=at(2027, 1, 1), end=at(2030, 1, 1))
	chained(t, 'X-15', 'valid from the next day', DATES, start=at(2026, 11, 23))
	t.good('X-14', 'pinned and not yet valid: dates do not matter', lambda: small(custodian=Cert(EcKey('u'), 'U', start=at(2090, 1, 1))))
	t.good('X-16', 'valid for 1000 years from 2049 on', lambda: small(custodian=issued('v', start=at(2049, 12, 31), end=at(3049, 1, 1)), start='2050-06-01T00:00:00.000Z'), pins=[], trust=[CA],
		args=['--at', '2051-01-01T00:00:00.000Z'], notes=NO_LIST)
	t.good('X-16', 'valid from 1950', lambda: small(custodian=issued('v', start=at(1950, 1, 1))), pins=[], trust=[CA], args=AT, notes=NO_LIST)
	for what, a, b in (('with an offset', b'260101000000Z', b'2601010000+01'), ('with a fraction', b'260101000000Z', b'2601010000.0Z')):
		t.bad('X-16', 'notBefore ' + what, lambda: small(custodian=issued('v', edit=lambda d: d.replace(a, b))), DATES, pins=[], trust=[CA], args=AT,
			loose='INDETERMINATE', note='not of RFC 5280\'s form: how a decoder names it is left open')
	t.bad('X-27', 'the same bundle at another declared time', lambda: small(custodian=issued('v', end=at(2026, 6, 1)), start=SPRING), DATES, pins=[], trust=[CA],
		args=['--at', '2026-06-01T00:00:01.000Z'], report={'at': '2026-06-01T00:00:01.000Z'})
	t.good('X-27', '… which the report names', lambda: small(custodian=issued('v', end=at(2026, 6, 1)), start=SPRING), pins=[], trust=[CA],
		args=['--at', '2026-06-01T00:00:00.000Z'], notes=NO_LIST, report={'at': '2026-06-01T00:00:00.000Z'})
	for given in ('2026-11-22', '2026-11-22T00:00:00Z', '2026-11-22T00:00:00.000Z'):
		t.good('X-27', '--at ' + given, small, args=['--at', given], report={'at': '2026-11-22T00:00:00.000Z'})
	for bad in ('now', 'yesterday', '2026-02-30T00:00:00.000Z', ''):
		t.bad('X-27', '--at %r' % bad, small, args=['--at', bad], exit_=64)


def chains(t):
	chained(t, 'X-17', 'no anchor of that name', NONE, anchors=[COURT])
	mid = Cert(EcKey('middle'), 'Middle', issuer=CA, extensions=CA_EXT)
	chained(t, 'X-17', 'intermediate missing', NONE, issuer=mid)
	t.good('X-17', 'only the intermediate is an anchor: it is enough', lambda: small(custodian=issued('v', mid)), pins=[], trust=[mid], args=AT, notes=NO_LIST,
		note='verify.md §5: every certificate given is an anchor')
	t.good('X-17', 'the signer\'s own certificate among the anchors', small, pins=[], trust=[ALICE], args=AT)
	late = Cert(EcKey('old authority'), 'Old', end=at(2026, 2, 1), extensions=CA_EXT)
	chained(t, 'X-17', 'the anchor expired', DATES, issuer=late, anchors=[late])
	for what, ext in (('without basicConstraints', [key_usage(CERT_SIGN)]), ('cA FALSE', [cert.basic(False), key_usage(CERT_SIGN)]), ('without keyCertSign', [cert.basic(True), key_usage()])):
		not_ca = Cert(EcKey('no authority'), 'No', extensions=ext)
		chained(t, 'X-17', 'an anchor %s' % what, GENERAL, issuer=not_ca, anchors=[not_ca], note='which of the failures is named is RFC 5280\'s business')
	chained(t, 'X-17', 'the issuer\'s signature broken', GENERAL, breaks=True)
	impostor = Cert(EcKey('impostor'), 'Test Authority', extensions=CA_EXT)
	chained(t, 'X-17', 'issued by an impostor of the anchor\'s name', NONE, issuer=impostor, note='the key identifier is another')
	broken = Cert(EcKey('authority'), 'Test Authority', extensions=CA_EXT, breaks=True)
	chained(t, 'X-17', 'the anchor\'s own signature broken', GENERAL, anchors=[broken])
	t.bad('X-17', 'the chain is sound, yet the bundle is altered', lambda: small(lambda c: setattr(c.entries[1], 'late_lines',
		lambda ls: ls[:-1] + [ls[-1].replace(b'notes', b'votes')]), custodian=issued('v')), 'RECORDS_ALTERED@2', pins=[], trust=[CA], args=AT)
	weak = Cert(RsaKey('rsa1024', 'pkcs1'), 'Weak', extensions=CA_EXT)
	t.bad('X-20', 'issued by an authority with RSA 1024', lambda: small(custodian=issued('v', weak)), GENERAL, pins=[], trust=[weak], args=AT)
	sha1 = Cert(Sha1(), 'Old hash', extensions=CA_EXT)
	t.bad('X-20', 'issued with SHA-1', lambda: small(custodian=issued('v', sha1)), GENERAL, pins=[], trust=[sha1], args=AT)
	t.good('X-20', 'a pinned certificate that was issued with SHA-1', lambda: small(custodian=issued('v', sha1)))


class Sha1(RsaKey):
	"""An authority that signs with SHA-1."""

	def __init__(self):
		super().__init__('rsa2048', 'sha1')

	def algorithm(self):
		return der.seq(der.oid('1.2.840.113549.1.1.5'), der.NULL)

	def sign(self, data):
		return self.raw(pkcs1_encode(self.size, data, bytes.fromhex('3021300906052b0e03021a05000414'), hashlib.sha1))


def several(t):
	no = ':NO_CERTIFICATE_CHAIN_FOUND'
	t.bad('X-01', 'the recipient pinned, the giver not', transfer_case, 'SIGNER_UNKNOWN@1' + no, pins=[BOB.id])
	t.bad('X-01', 'handed to whoever answers: the recipient is not let in', lambda: transfer_case(None), 'SIGNER_UNKNOWN@7' + no)
	t.bad('X-01', 'the device pinned, the custodian not', lambda: device(DEVICE), 'SIGNER_UNKNOWN@1' + no, pins=[DEVICE.id])
	t.bad('X-01', 'neither', lambda: device(DEVICE), 'SIGNER_UNKNOWN@1' + no, 'SIGNER_UNKNOWN@6' + no, pins=[])
	t.bad('X-07', 'an admitted device whose certificate is no signer\'s', lambda: device(Cert(EcKey('enc'), 'Enc', extensions=[key_usage(der.bits(b'\x20', 5))])),
		'SIGNER_UNKNOWN@6:CHAIN_CONSTRAINTS_FAILURE||SIGNER_UNKNOWN@6:NO_CERTIFICATE_CHAIN_FOUND',
		note='"without a pin and without anchors" may be read of the call or of this signer')


def build(t):
	for part in (identity, usages, dates, chains, several):
		part(t)
