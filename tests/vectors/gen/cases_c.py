"""Group C: CMS and CAdES. Each bent signature stands once over an entry and once over the seal."""
import hashlib

from . import cms, der, ec
from .case import MANIFEST, SIGNATURE
from .cert import Cert, key_usage, name
from .cms import attribute, ess
from .keys import (PSS, SHA256, EcKey, Ed25519Key, RsaKey, mgf1, pkcs1_encode, pss_encode, sha256)
from .models import ALICE, EVE, RSA_PKCS1, RSA_PSS, entry, final, flip, hook, small

FORM, WRONG, DATA, WHO = 'SIGNATURE_FORM', 'SIGNATURE_WRONG', 'SIGNED_DATA_ALTERED', 'SIGNER_MISMATCH'
UNFIT, OTHER = 'KEY_UNFIT', 'ALGORITHM_UNSUPPORTED'
SHA1, MD5, SHA224, SHA384, SHA512 = (der.oid(o) for o in ('1.3.14.3.2.26', '1.2.840.113549.2.5', '2.16.840.1.101.3.4.2.4',
	'2.16.840.1.101.3.4.2.2', '2.16.840.1.101.3.4.2.3'))


def entry_cms(custodian=None, **o):
	return lambda: small(entry(2, cms=o), custodian=custodian)


def seal_cms(custodian=None, **o):
	def make():
		c = small(custodian=custodian)
		c.seal_cms = o
		return c
	return make


def both(t, case, what, code, note=None, custodian=None, **o):
	at = lambda where: ['%s@%s' % (code, where)]
	t.bad(case, 'entry: ' + what, entry_cms(custodian, **o), *at('2'), note=note)
	t.bad(case, 'seal: ' + what, seal_cms(custodian, **o), *at(SIGNATURE), note=note)


def attrs(fn):
	return {'edit_attributes': fn}


def put(i, *new):
	return attrs(lambda a: a[:i] + list(new) + a[i + 1:])


def attributes(t):
	both(t, 'C-01', 'no signed attributes, signature over the content', FORM, no_attributes=True)
	t.bad('C-02', 'entry: attributes stripped, their SET made the content', lambda: small(strip_entry), 'ENTRY_FORM@2')
	t.bad('C-02', 'seal: attributes stripped, their SET made the manifest', lambda: small(hook('final', strip_seal)),
		'MANIFEST_ALTERED@' + MANIFEST, FORM + '@' + SIGNATURE)
	both(t, 'C-03', 'eContentType other than data', FORM, content_type='1.2.840.113549.1.9.16.1.4')
	both(t, 'C-04', 'content-type missing', FORM, **put(0))
	both(t, 'C-04', 'content-type twice', FORM, **attrs(lambda a: a[:1] + a))
	both(t, 'C-04', 'content-type with two values', FORM, **put(0, attribute(cms.CONTENT_TYPE, der.oid(cms.DATA), der.oid(cms.DATA))))
	both(t, 'C-04', 'content-type other than data', FORM, **put(0, attribute(cms.CONTENT_TYPE, der.oid('1.2.840.113549.1.9.16.1.4'))))
	either = DATA + '|' + FORM
	why = 'whether the message-digest is met before the form depends on how it is found'
	both(t, 'C-05', 'message-digest missing', either, note=why, **put(2))
	both(t, 'C-05', 'message-digest twice', FORM, **attrs(lambda a: a[:3] + a[2:]))
	both(t, 'C-05', 'message-digest with two values', either, note=why, **put(2, attribute(cms.DIGEST, der.octets(bytes(32)), der.octets(bytes(32)))))
	both(t, 'C-05', 'message-digest no OCTET STRING', either, note=why, **put(2, attribute(cms.DIGEST, der.tlv(0x0c, bytes(32)))))
	both(t, 'C-05', 'message-digest empty', either, note=why, **put(2, attribute(cms.DIGEST, der.octets(b''))))
	both(t, 'C-05', 'message-digest of other bytes', DATA, **put(2, attribute(cms.DIGEST, der.octets(bytes(32)))))
	both(t, 'C-06', 'signing-certificate-v2 missing', FORM, **put(3))
	both(t, 'C-06', 'signing-certificate v1 (SHA-1) instead', FORM, **put(3, attribute('1.2.840.113549.1.9.16.2.12',
		der.seq(der.seq(der.seq(der.octets(hashlib.sha1(ALICE.der).digest())))))))
	both(t, 'C-06', 'signing-certificate-v2 of another certificate', FORM, **put(3, ess(EVE.sha256)))
	both(t, 'C-06', 'signing-certificate-v2 twice', FORM, **attrs(lambda a: a + a[3:]))
	both(t, 'C-06', 'signing-certificate-v2 empty', FORM, **put(3, attribute(cms.ESS_V2, der.seq(der.seq()))))
	both(t, 'C-06', 'signing-certificate-v2 with SHA-256 spelled out (no DER: it is the default)', FORM, **put(3, attribute(cms.ESS_V2,
		der.seq(der.seq(der.seq(cms.SHA256_ALG, der.octets(ALICE.sha256)))))))
	serial = der.seq(der.seq(der.tlv(0xa4, EVE.issuer)), EVE.serial)
	both(t, 'C-07', 'issuerSerial of another certificate', FORM, **put(3, attribute(cms.ESS_V2, der.seq(der.seq(der.seq(
		der.octets(ALICE.sha256), serial))))))
	both(t, 'C-07', 'issuerSerial of the right certificate', FORM, note='the one form has none', **put(3, attribute(cms.ESS_V2, der.seq(der.seq(
		der.seq(der.octets(ALICE.sha256), der.seq(der.seq(der.tlv(0xa4, ALICE.issuer)), ALICE.serial)))))))
	both(t, 'C-15', 'attributes in another order', FORM, **attrs(lambda a: [a[1], a[0]] + a[2:]))
	both(t, 'C-31', 'commitment-type attribute', FORM, **attrs(lambda a: a + [attribute('1.2.840.113549.1.9.16.2.16', der.seq(der.oid('1.2.840.113549.1.9.16.6.1')))]))
	both(t, 'C-31', 'signature-policy attribute', FORM, **attrs(lambda a: a + [attribute('1.2.840.113549.1.9.16.2.15', der.seq(der.oid('1.2.3')))]))
	both(t, 'C-31', 'S/MIME capabilities', FORM, **attrs(lambda a: a + [attribute('1.2.840.113549.1.9.15', der.seq(der.seq(der.oid('1.2.840.113549.3.2'))))]))


def strip_entry(c):
	e = c.entries[1]
	c.entry(c.entries[0], None)
	c.entry(e, c.entries[0])
	content = der.set_(*cms.attributes(e.json, e.signer, e.time))
	e.edit_json = lambda j: content
	e.cms = {'no_attributes': True}


def strip_seal(c, files):
	content = der.set_(*cms.attributes(files[MANIFEST], c.custodian, c.entries[-1].time))
	files[SIGNATURE] = cms.sign(content, c.custodian, c.entries[-1].time, no_attributes=True, tbs=content)
	files[MANIFEST] = content


def times(t):
	for name, value in (('a second later', der.tlv(0x17, b'261122030406Z')), ('a year later', der.tlv(0x17, b'271122030505Z')),
			('1950', der.tlv(0x17, b'500101000000Z')), ('2049', der.tlv(0x17, b'491231235959Z')),
			('GeneralizedTime before 2050', der.tlv(0x18, b'20261122030505Z')), ('without seconds', der.tlv(0x17, b'2611220305Z')),
			('with an offset', der.tlv(0x17, b'261122030505+0000'))):
		both(t, 'C-29', 'signing-time ' + name, FORM, **put(1, attribute(cms.TIME, value)))
	both(t, 'C-29', 'signing-time missing', FORM, **put(1))
	both(t, 'C-29', 'signing-time twice', FORM, **attrs(lambda a: a[:2] + a[1:]))
	change = lambda d: d.replace(b'\x17\x0d2611', b'\x17\x0d2511')
	both(t, 'C-30', 'signing-time changed after signing', FORM, edit=change)
	t.bad('C-29', 'seal: signing-time is its own, not the seal entry\'s', lambda: small(lambda c: setattr(c, 'seal_time', '2026-11-22T09:09:09.000Z')),
		FORM + '@' + SIGNATURE)
	t.bad('C-29', 'an entry of 2050 with UTCTime', lambda: small(entry(2, cms=put(1, attribute(cms.TIME, der.tlv(0x17, b'500101000100Z')))),
		start='2050-01-01T00:00:00.000Z'), FORM + '@2')


def algorithms(t):
	for n, oid in (('SHA-384', '1.2.840.10045.4.3.3'), ('SHA-1', '1.2.840.10045.4.1'), ('SHA-512', '1.2.840.10045.4.3.4'), ('id-ecPublicKey', '1.2.840.10045.2.1'), ('nothing', '1.2.3')):
		both(t, 'C-08', 'signatureAlgorithm says ECDSA with ' + n, FORM, algorithm=der.seq(der.oid(oid)))
	both(t, 'C-08', 'signatureAlgorithm ECDSA with NULL', FORM, algorithm=der.seq(der.oid('1.2.840.10045.4.3.2'), der.NULL))
	null = der.seq(der.oid(SHA256), der.NULL)
	both(t, 'C-09', 'SignerInfo.digestAlgorithm with NULL', FORM, signer_digest=null)
	both(t, 'C-09', 'digestAlgorithms with NULL', FORM, digests=[null])
	for n, oid in (('MD5', MD5), ('SHA-1', SHA1), ('SHA-224', SHA224), ('SHA-384', SHA384), ('SHA-512', SHA512), ('RIPEMD-160', der.oid('1.3.36.3.2.1')), ('SM3', der.oid('1.2.156.10197.1.401'))):
		both(t, 'C-32', 'digest algorithm %s in both places' % n, FORM, digests=[der.seq(oid)], signer_digest=der.seq(oid))
	both(t, 'C-32', 'SHA-1 throughout', DATA + '|' + FORM, digests=[der.seq(SHA1)], signer_digest=der.seq(SHA1), note='digest of 20 bytes: structure or digest',
		**put(2, attribute(cms.DIGEST, der.octets(bytes(20)))))
	both(t, 'C-10', 'digestAlgorithms empty', FORM, digests=[])
	both(t, 'C-10', 'digestAlgorithms SHA-512 only', FORM, digests=[der.seq(SHA512)])
	both(t, 'C-10', 'digestAlgorithms SHA-256 twice', FORM, digests=[cms.SHA256_ALG] * 2)
	both(t, 'C-10', 'digestAlgorithms SHA-256 and SHA-512', FORM, digests=[cms.SHA256_ALG, der.seq(SHA512)])
	for n in (0, 2, 3, 4, 5, -1):
		both(t, 'C-11', 'SignedData.version %d' % n, FORM, version=n)
		both(t, 'C-11', 'SignerInfo.version %d' % n, FORM, signer_version=n)


def identifiers(t):
	common = ALICE.subject[-17:].decode()
	for what, issuer in (('other case', name(common.upper())), ('PrintableString', name(common, 0x13)), ('blanks', name(common + ' ')), ('another issuer', EVE.issuer), ('empty', der.seq())):
		both(t, 'C-12', 'SignerIdentifier: ' + what, FORM, sid=der.seq(issuer, ALICE.serial))
	both(t, 'C-12', 'SignerIdentifier: another serial', FORM, sid=der.seq(ALICE.issuer, der.integer(7)))
	both(t, 'C-12', 'SignerIdentifier: serial with a leading zero', FORM, sid=der.seq(ALICE.issuer, der.tlv(2, b'\0' + der.contents(ALICE.serial))))
	both(t, 'C-13', 'SignerIdentifier by subjectKeyIdentifier', FORM, sid=der.tlv(0x80, bytes(20)), signer_version=3, version=3)
	t.bad('C-24', 'entry: two certificates, the signer\'s first', entry_cms(certs=[ALICE.der, EVE.der]), FORM + '@2')
	t.bad('C-24', 'entry: two certificates, the signer\'s second', entry_cms(certs=[EVE.der, ALICE.der]), FORM + '|' + WHO + '@2', note='whether a second certificate or the first one\'s digest is met first is left open')
	for other in (EVE, Cert(EcKey('twin'), subject=ALICE.subject, serial=ALICE.serial)):
		two = sorted([ALICE.der, other.der])
		t.bad('C-24', 'seal: a second certificate, in order', seal_cms(certs=two), 'MATERIAL_UNUSED@' + SIGNATURE)
		t.bad('C-24', 'seal: a second certificate, not in order', seal_cms(certs=two[::-1]), FORM + '@' + SIGNATURE)
	t.bad('C-24', 'seal: the certificate twice', seal_cms(certs=[ALICE.der] * 2), FORM + '@' + SIGNATURE)
	for n, code in ((63, 'MATERIAL_UNUSED@'), (64, FORM + '@')):
		t.bad('C-24', 'seal: %d more certificates' % n, seal_cms(certs=sorted([ALICE.der] + [der.seq(der.integer(i)) for i in range(n)])), code + SIGNATURE)
	t.bad('C-24', 'seal: only certificates of others', seal_cms(certs=sorted([EVE.der, der.seq(der.integer(1))])), WHO + '@' + SIGNATURE)
	twin = Cert(EcKey('twin'), subject=ALICE.subject, serial=ALICE.serial)
	t.bad('C-24', 'entry: a second certificate of the same issuer and serial', entry_cms(certs=[ALICE.der, twin.der]), FORM + '@2')
	both(t, 'C-24', 'the certificate replaced by one of the same issuer and serial', WHO, certs=[twin.der])
	both(t, 'C-24', 'the certificate replaced, signed by that key', WHO, certs=[EVE.der], key=EVE.key, sid=der.seq(EVE.issuer, EVE.serial), **put(3, ess(EVE.sha256)))
	both(t, 'C-23', 'no certificates field', FORM, certs=None)
	both(t, 'C-23', 'certificates field empty', FORM, certs=[])
	both(t, 'C-25', 'an attribute certificate beside', FORM, certs=[ALICE.der, der.tlv(0xa2, der.seq())])
	both(t, 'C-25', 'only another certificate format', FORM, certs=[der.tlv(0xa3, der.oid('1.2.3'), der.NULL)])
	one = der.seq(der.seq(der.integer(1)))
	t.bad('C-26', 'entry: a CRL', entry_cms(crls=[one]), FORM + '@2')
	t.bad('C-26', 'seal: what is in a CRL\'s place', seal_cms(crls=[one]), 'MATERIAL_UNUSED@' + SIGNATURE)
	both(t, 'C-26', 'a CRL twice', FORM, crls=[one] * 2)
	both(t, 'C-26', 'a CRL that is no SEQUENCE', FORM, crls=[der.octets(b'')])
	for n, code in ((64, 'MATERIAL_UNUSED@'), (65, FORM + '@')):
		t.bad('C-26', 'seal: %d CRLs' % n, seal_cms(crls=sorted(der.seq(der.integer(i)) for i in range(n))), code + SIGNATURE)
	both(t, 'C-26', 'an empty crls field', FORM, crls=[])
	both(t, 'X-04', 'certificate of equal subject and serial with another key signs', WHO, certs=[twin.der], key=twin.key,
		**put(3, ess(twin.sha256)))


def structure(t):
	both(t, 'C-14', 'a byte after ContentInfo', FORM, edit=lambda d: d + b'\0')
	both(t, 'C-14', 'a second ContentInfo after it', FORM, edit=lambda d: d + d)
	for what, edit in (('behind the SignedData in ContentInfo', lambda d: der.seq(*der.children(d), der.NULL)), ('a second SignedData', lambda d: der.seq(der.children(d)[0], der.tlv(0xa0, *der.children(der.children(d)[1]) * 2)))):
		both(t, 'C-14', '%s, and the certificate another' % what, FORM, edit=edit, certs=[EVE.der], note='structure comes first (verify.md §3, stage 2.4)')
	both(t, 'C-15', 'indefinite length', FORM, edit=lambda d: b'\x30\x80' + der.contents(d) + b'\0\0')
	both(t, 'C-15', 'length in one byte more', FORM, edit=lambda d: b'\x30\x83\x00' + d[2:4] + der.contents(d))
	both(t, 'C-15', 'inner length in one byte more', FORM, edit=lambda d: der.seq(b'\x06\x81\x09' + der.children(d)[0][2:], der.children(d)[1]))
	import base64
	pem = lambda d: b'-----BEGIN PKCS7-----\n' + base64.encodebytes(d) + b'-----END PKCS7-----\n'
	both(t, 'C-16', 'PEM', FORM, edit=pem)
	both(t, 'C-16', 'base64', FORM, edit=base64.encodebytes)
	both(t, 'C-16', 'a BOM before it', FORM, edit=lambda d: b'\xef\xbb\xbf' + d)
	both(t, 'C-16', 'S/MIME', FORM, edit=lambda d: b'MIME-Version: 1.0\n\n' + base64.encodebytes(d))
	both(t, 'C-17', 'no SignerInfo', FORM, edit_signers=lambda s: [])
	both(t, 'C-18', 'a second SignerInfo by another key', FORM, edit_signers=lambda s: s + [cms.signer_info(b'x', EVE, '2026-11-22T03:05:05.678Z', {})])
	both(t, 'C-18', '… before the right one', FORM + '|' + DATA, note='the first SignerInfo is over other content: either fault may be met first',
		edit_signers=lambda s: [cms.signer_info(b'x', EVE, '2026-11-22T03:05:05.678Z', {})] + s)
	both(t, 'C-19', 'a second SignerInfo of the same signer over other content', FORM, edit_signers=lambda s: s + [cms.signer_info(b'x', ALICE, '2026-11-22T03:05:05.678Z', {})])
	both(t, 'C-19', 'the same SignerInfo twice', FORM, edit_signers=lambda s: s * 2)
	both(t, 'C-20', 'attached content that is another', FORM, econtent=b'other')
	both(t, 'C-20', 'attached empty content', FORM, econtent=b'')
	t.bad('C-21', 'entry: attached content that is the same', lambda: small(lambda c: (c.entry(c.entries[0], None), c.entry(c.entries[1], c.entries[0]),
		setattr(c.entries[1], 'cms', {'econtent': c.entries[1].json}))), FORM + '@2')
	t.bad('C-21', 'seal: attached content that is the same', lambda: small(hook('final', lambda c, f: f.__setitem__(SIGNATURE, cms.sign(
		f[MANIFEST], c.custodian, c.entries[-1].time, econtent=f[MANIFEST])))), FORM + '@' + SIGNATURE)
	for what, oid in (('enveloped-data', '1.2.840.113549.1.7.3'), ('digested-data', '1.2.840.113549.1.7.5'), ('encrypted-data', '1.2.840.113549.1.7.6'),
			('auth-enveloped-data', '1.2.840.113549.1.9.16.1.23'), ('compressed-data', '1.2.840.113549.1.9.16.1.9'), ('data', '1.2.840.113549.1.7.1')):
		both(t, 'C-22', 'ContentInfo of type ' + what, FORM, type=oid)
	both(t, 'C-27', 'an unknown unsigned attribute', FORM, unsigned=[attribute('1.2.3.4', der.NULL)])
	both(t, 'C-27', 'an empty set of unsigned attributes', FORM, edit=lambda d: lengthen(d, b'\xa1\x00'))
	both(t, 'C-28', 'a countersignature', FORM, unsigned=[attribute('1.2.840.113549.1.9.6', cms.signer_info(b'x', EVE, '2026-11-22T03:05:05.678Z', {}))])
	t.bad('C-27', 'entry: a time-stamp token as unsigned attribute', entry_cms(unsigned=[attribute(cms.TOKEN, der.seq(der.oid(cms.SIGNED_DATA), der.tlv(0xa0, der.seq())))]), FORM + '@2')
	t.bad('C-27', 'seal: two time-stamp attributes', seal_cms(unsigned=[attribute(cms.TOKEN, der.seq())] * 2), FORM + '@' + SIGNATURE)
	t.bad('C-27', 'seal: a time-stamp and an unknown attribute', seal_cms(unsigned=[attribute(cms.TOKEN, der.seq()), attribute('1.2.3.4', der.NULL)]), FORM + '@' + SIGNATURE)
	limits(t)


def limits(t):
	grow = lambda n: lambda d: d + bytes(n - len(d))
	for what, use, at in (('entry', entry_cms, '2'), ('seal', seal_cms, SIGNATURE)):
		t.bad('C-39', what + ': a file of 1 MiB and 1 byte', use(edit=grow((1 << 20) + 1)), 'CONTAINER_LIMIT@')
		t.bad('C-39', what + ': a file of exactly 1 MiB', use(edit=grow(1 << 20)), FORM + '@' + at)
		for n in (b'\x84\x80\x00\x00\x00', b'\x84\xff\xff\xff\xff', b'\x88' + b'\xff' * 8, b'\xff'):
			t.bad('C-39', what + ': length ' + n.hex(), use(edit=lambda d: b'\x30' + n + der.contents(d)), FORM + '@' + at)


def lengthen(data, more):
	"""Appends to the one SignerInfo, with all lengths repaired."""
	kind, body = der.children(data)
	parts = der.children(der.children(body)[0])
	info = der.children(parts[-1])[0]
	parts[-1] = der.set_(der.seq(*der.children(info), more))
	return der.seq(kind, der.tlv(0xa0, der.seq(*parts)))


def values(t):
	n = ec.P256.n

	def rs(change):
		def edit(v):
			r, s = (int.from_bytes(der.contents(x), 'big') for x in der.children(v))
			return change(r, s)
		return {'edit_value': edit}
	pair = lambda r, s: der.seq(der.integer(r), der.integer(s))
	for what, change in (('high s', lambda r, s: pair(r, n - s)), ('r + n', lambda r, s: pair(r + n, s)), ('s + n', lambda r, s: pair(r, s + n)), ('r = 0', lambda r, s: pair(0, s)),
			('s = 0', lambda r, s: pair(r, 0)), ('r = n', lambda r, s: pair(n, s)), ('r = s = 1', lambda r, s: pair(1, 1)), ('negative r', lambda r, s: pair(r - n, s)),
			('r and s exchanged', lambda r, s: pair(s, r)), ('raw 64 bytes', lambda r, s: r.to_bytes(32, 'big') + s.to_bytes(32, 'big')),
			('a leading zero in r', lambda r, s: der.seq(der.tlv(2, b'\0\0' + r.to_bytes(32, 'big')), der.integer(s))),
			('length in two bytes', lambda r, s: b'\x30\x81' + pair(r, s)[1:]), ('a third integer', lambda r, s: der.seq(der.integer(r), der.integer(s), der.integer(1))),
			('a byte after the sequence', lambda r, s: pair(r, s) + b'\0'), ('a SET instead', lambda r, s: der.set_(der.integer(r), der.integer(s))),
			('s of the other sign', lambda r, s: pair(r, s ^ 1))):
		both(t, 'C-34', 'ECDSA: ' + what, WRONG, **rs(change))
	both(t, 'C-37', 'signature value empty', WRONG, value=b'')
	both(t, 'C-37', 'one bit flipped', WRONG, edit_value=flip)
	both(t, 'C-37', 'a zero byte more', WRONG, edit_value=lambda v: v + b'\0')
	both(t, 'C-37', 'of another content', WRONG, tbs=b'something else')
	both(t, 'C-37', 'by another key', WRONG, key=EVE.key)
	both(t, 'C-36', 'by a secp256k1 key, certificate P-256', WRONG, key=EcKey('k', ec.SECP256K1), algorithm=ALICE.key.algorithm())
	both(t, 'C-38', 'over CRLF-converted content', DATA, **put(2, attribute(cms.DIGEST, der.octets(sha256(b'a\r\n')))))
	pss, pkcs1 = Cert(RSA_PSS), Cert(RSA_PKCS1)
	rsa = lambda key, fn: {'value': None, 'edit_value': None}
	for what, kw in (('salt of 0 bytes', dict(salt_len=0)), ('salt of 20 bytes', dict(salt_len=20)), ('MGF1 with SHA-1', dict(mgf_hash=hashlib.sha1)), ('trailer 0xCC', dict(trailer=0xcc))):
		both(t, 'C-33', 'RSA-PSS: ' + what, WRONG, custodian=pss, key=Pss(RSA_PSS, kw))
	for what, params in (('salt length 20 said', pss_params(salt=20)), ('no parameters', b''), ('MGF1 with SHA-1 said', pss_params(mgf='1.3.14.3.2.26')), ('SHA-1 said', pss_params(hashed='1.3.14.3.2.26')),
			('SHA-256 with NULL', pss_params(null=der.NULL)), ('trailerField 1 said', pss_params(trailer=1)), ('trailerField 2', pss_params(trailer=2))):
		both(t, 'C-33', 'RSA-PSS: ' + what, FORM, custodian=pss, algorithm=der.seq(der.oid('1.2.840.113549.1.1.10'), params))
	both(t, 'C-33', 'RSA PKCS#1: sha256WithRSAEncryption as signatureAlgorithm', FORM, custodian=pkcs1, algorithm=der.seq(der.oid('1.2.840.113549.1.1.11'), der.NULL))
	both(t, 'C-33', 'RSA PKCS#1: no NULL', FORM, custodian=pkcs1, algorithm=der.seq(der.oid('1.2.840.113549.1.1.1')))
	both(t, 'C-33', 'RSA PKCS#1 signature under PSS algorithm', WRONG, custodian=pss, key=Pkcs1(RSA_PSS, {}), algorithm=PSS)
	both(t, 'C-33', 'RSA PKCS#1 with SHA-1 inside', WRONG, custodian=pkcs1, key=Pkcs1(RSA_PKCS1, dict(info=bytes.fromhex('3021300906052b0e03021a05000414'), hashed=hashlib.sha1)))
	both(t, 'C-33', 'RSA PKCS#1 with DigestInfo without NULL', WRONG, custodian=pkcs1, key=Pkcs1(RSA_PKCS1, dict(info=bytes.fromhex('302f300b06096086480165030402010420'))))
	both(t, 'C-37', 'RSA: a zero byte before the value', WRONG, custodian=pkcs1, edit_value=lambda v: b'\0' + v)
	both(t, 'C-37', 'RSA: value + modulus', WRONG, custodian=pkcs1, edit_value=lambda v: (int.from_bytes(v, 'big') + RSA_PKCS1.n).to_bytes(257, 'big'))
	both(t, 'C-37', 'RSA: value one byte short', WRONG, custodian=pkcs1, edit_value=lambda v: v[1:])
	both(t, 'C-37', 'RSA: value 0', WRONG, custodian=pkcs1, edit_value=lambda v: bytes(len(v)))


class Pss:
	def __init__(self, key, options):
		self.key, self.options, self.kind = key, options, 'pss'

	def algorithm(self):
		return PSS

	def sign(self, data):
		return self.key.raw(pss_encode(self.key.n.bit_length() - 1, data, **self.options))


class Pkcs1(Pss):
	def algorithm(self):
		return der.seq(der.oid('1.2.840.113549.1.1.1'), der.NULL)

	def sign(self, data):
		return self.key.raw(pkcs1_encode(self.key.size, data, **self.options))


def pss_params(hashed=SHA256, mgf=SHA256, salt=32, null=b'', trailer=None):
	return der.seq(der.tlv(0xa0, der.seq(der.oid(hashed), null)),
		der.tlv(0xa1, der.seq(der.oid('1.2.840.113549.1.1.8'), der.seq(der.oid(mgf), null))), der.tlv(0xa2, der.integer(salt)),
		*([der.tlv(0xa3, der.integer(trailer))] if trailer else []))


def keys(t):
	for what, key, case in (('RSA 1024', RsaKey('rsa1024', 'pkcs1'), 'C-33'), ('RSA 2040', RsaKey('rsa2040'), 'C-33'), ('RSA 8200', RsaKey('rsa8200'), 'R-15'),
			('RSA e = 3', RsaKey('rsa2048-e3'), 'C-33'), ('RSA e = 2^32 + 1', RsaKey('rsa2048-e33'), 'R-15'), ('secp256k1', EcKey('k', ec.SECP256K1), 'C-36'),
			('P-521', EcKey('p521', ec.P521), 'C-36'), ('P-256 by explicit parameters', EcKey('explicit', explicit=True), 'R-15'),
			('P-256 compressed', EcKey('compressed', compressed=True), 'X-26'), ('RSA e = 1', Fake(e=1), 'C-33'), ('RSA e even', Fake(e=65538), 'C-33'),
			('RSA of 65,536 bits', Fake(bits=65536), 'R-15'), ('RSA e = 2^64 + 13', Fake(e=(1 << 64) + 13), 'R-15'), ('RSA modulus even', Fake(even=True), 'C-33'),
			('a point not on the curve', Point(b'\x04' + bytes(31) + b'\x01' + bytes(31) + b'\x05'), 'X-26'),
			('the point at infinity', Point(b'\0'), 'X-26'), ('a point of 64 bytes', Point(b'\x04' + bytes(63)), 'X-26'), ('a hybrid point', Point(b'\x06' + EcKey('hybrid').public()[1:]), 'X-26')):
		t.bad(case, 'custodian\'s key: ' + what, lambda: small(custodian=Cert(key)), ('KEY_UNFIT|SIGNATURE_WRONG@1' if 'even' in what and 'modulus' in what else UNFIT + '@1'),
			**({'note': 'the bounds of format.md §5 do not speak of an even modulus, which verifies nothing'} if 'even' in what and 'modulus' in what else {}))
	for what, oid in (('Ed25519', '1.3.101.112'), ('Ed448', '1.3.101.113'), ('ML-DSA-65', '2.16.840.1.101.3.4.3.18'), ('DSA', '1.2.840.10040.4.1'), ('RSASSA-PSS key', '1.2.840.113549.1.1.10'), ('unknown', '1.2.3.4.5')):
		who = Cert(Shape(oid))
		t.bad('C-46', 'key of another algorithm: ' + what, lambda: small(custodian=who), *unsupported())
	who = Cert(Shape('1.3.101.112'))
	t.bad('C-35', 'Ed25519: its forms are not judged', lambda: small(custodian=who), *unsupported())
	t.bad('C-46', 'a device with Ed25519 writes one note', lambda: shape_note(who), OTHER + '@6')
	for what, change in (('the entry altered too', lambda d: flip(d, d.index(b'"build":"') + 9, 2)),):
		t.bad('C-46', 'Ed25519, ' + what, lambda: small(entry(2, late_json=change), custodian=who), OTHER + '@1', DATA + '@2')
	t.bad('C-46', 'an Ed25519 certificate put in the place of the custodian\'s: entry', entry_cms(certs=[who.der], sid=der.seq(who.issuer, who.serial),
		algorithm=who.key.algorithm(), **put(3, ess(who.sha256))), WHO + '@2')
	t.bad('C-46', 'an Ed25519 certificate put in the place of the custodian\'s: seal', seal_cms(certs=[who.der], sid=der.seq(who.issuer, who.serial),
		algorithm=who.key.algorithm(), **put(3, ess(who.sha256))), WHO + '@' + SIGNATURE)
	t.bad('C-46', 'an Ed25519 seal by another than the last entry\'s signer', lambda: small(lambda c: setattr(c, 'seal_signer', who)), WHO + '@' + SIGNATURE)


def unsupported():
	return [OTHER + '@%d' % n for n in (1, 2, 3, 4)] + [OTHER + '@' + SIGNATURE]


def shape_note(who):
	c = small()
	c.add('admit', {'as': 'device', 'certificate': who.id})
	c.note(signer=who)
	c.seal()
	return c


class Shape(Ed25519Key):
	"""A key of which only the algorithm's OID is right."""

	def __init__(self, oid):
		super().__init__('shape ' + oid)
		self.oid = oid

	def spki(self):
		return der.seq(der.seq(der.oid(self.oid)), der.bits(sha256(self.name.encode())))

	def algorithm(self):
		return der.seq(der.oid(self.oid))


class Fake:
	"""An RSA key of which there is only the public half."""
	kind = 'pkcs1'

	def __init__(self, bits=2048, e=65537, even=False):
		seed = b''.join(hashlib.sha512(b'%d' % i).digest() for i in range(bits // 512))
		self.n = int.from_bytes(seed, 'big') | 1 << (bits - 1) | 1
		self.n -= even
		self.e, self.size = e, bits // 8

	def spki(self):
		return der.seq(der.seq(der.oid('1.2.840.113549.1.1.1'), der.NULL), der.bits(der.seq(der.integer(self.n), der.integer(self.e))))

	def algorithm(self):
		return der.seq(der.oid('1.2.840.113549.1.1.1'), der.NULL)

	def raw(self, m):
		return b'\x01' * self.size

	def sign(self, data):
		return b'\x01' * self.size


class Point(EcKey):
	def __init__(self, public):
		super().__init__('point')
		self.fake = public

	def public(self):
		return self.fake


def build(t):
	for part in (attributes, times, algorithms, identifiers, structure, values, keys):
		part(t)
	t.bad('C-38', 'seal: the manifest converted to CRLF', lambda: small(final(lambda c, f: f.__setitem__(MANIFEST, f[MANIFEST].replace(b'\n', b'\r\n')))),
		'MANIFEST_ALTERED@' + MANIFEST, DATA + '@' + SIGNATURE)
	for name in ('OPENSSL_CONF', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'OPENSSL_MODULES', 'OPENSSL_ENGINES'):
		t.good('C-43', '%s points to nothing' % name, small, env={name: '/nonexistent/x'})
		t.bad('C-42', '%s set, signature wrong' % name, seal_cms(edit_value=flip), WRONG + '@' + SIGNATURE, env={name: '/nonexistent/x'})
	for case, why in (('C-40', 'return values of a library: the unit tests of the signature code'), ('C-41', 'as C-40'),
			('C-44', 'the nth allocation failing: the fault tests'), ('C-45', 'differential runs: tests/conformance and the every-byte test')):
		t.skip(case, why)
