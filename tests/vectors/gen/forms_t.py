"""Tokens and TSTInfos that are not of the form of docs/timestamp.md §2, one fault each."""
from . import cms, der
from .cms import attribute
from .keys import sha256
from .models import EVE
from .tsa import OIDS, TSA, TSA2, TST, Crl, ROOT, accuracy, ess_v1, ess_v2, info, token

SHA256_ALG = der.seq(der.oid(OIDS['sha256']))


def after(*parts):
	return lambda v: info(sha256(v), after=b''.join(parts))


def with_(**o):
	return lambda v: info(sha256(v), **o)


def raw(tag, value):
	return der.tlv(tag, value)


def ext(*parts):
	return after(der.tlv(0xa1, *parts))


ONE = der.seq(der.oid('1.2.3'), der.octets(b''))
TSTINFO = [
	('T-19', 'TSTInfo version 2', with_(version=2)),
	('T-19', 'TSTInfo version 0', with_(version=0)),
	('T-19', 'version in two bytes', lambda v: der.seq(b'\x02\x02\x00\x01' + der.contents(info(sha256(v)))[3:])),
	('T-19', 'serialNumber of 33 bytes', with_(serial=1 << 260)),
	('T-19', 'serialNumber empty', with_(serial=b'\x02\x00')),
	('T-19', 'serialNumber an OCTET STRING', with_(serial=der.octets(b'\x07'))),
	('T-19', 'policy empty', with_(policy=b'\x06\x00')),
	('T-19', 'policy that ends amid a number', with_(policy=b'\x06\x02\x2a\x83')),
	('T-19', 'policy with a number that begins with 80', with_(policy=b'\x06\x03\x2a\x80\x01')),
	('T-19', 'policy of 65 bytes', with_(policy=der.tlv(6, b'\x2a' + b'\x01' * 64))),
	('T-19', 'imprint algorithm with parameters', with_(alg=der.seq(der.oid(OIDS['sha256']), der.seq()))),
	('T-19', 'imprint algorithm with two NULLs', with_(alg=der.seq(der.oid(OIDS['sha256']), der.NULL, der.NULL))),
	('T-19', 'imprint algorithm with a NULL that holds something', with_(alg=der.seq(der.oid(OIDS['sha256']), b'\x05\x01\x00'))),
	('T-19', 'accuracy with negative seconds', after(der.seq(raw(2, b'\xff')))),
	('T-19', 'accuracy with seconds of 5 bytes', after(der.seq(raw(2, b'\x01\x00\x00\x00\x00')))),
	('T-19', 'accuracy with empty seconds', after(der.seq(raw(2, b'')))),
	('T-19', 'accuracy with 0 milliseconds', after(accuracy(1, 0))),
	('T-19', 'accuracy with 1000 milliseconds', after(accuracy(1, 1000))),
	('T-19', 'accuracy with 0 microseconds', after(accuracy(1, None, 0))),
	('T-19', 'accuracy with 1000 microseconds', after(accuracy(1, None, 1000))),
	('T-19', 'accuracy with negative milliseconds', after(der.seq(raw(0x80, b'\xff')))),
	('T-19', 'accuracy with milliseconds of 3 bytes', after(der.seq(raw(0x80, b'\x00\x00\x01')))),
	('T-19', 'accuracy: microseconds before milliseconds', after(der.seq(raw(0x81, b'\x01'), raw(0x80, b'\x01')))),
	('T-19', 'accuracy: seconds twice', after(der.seq(raw(2, b'\x01'), raw(2, b'\x01')))),
	('T-19', 'accuracy: something behind', after(der.seq(raw(2, b'\x01'), der.NULL))),
	('T-19', 'accuracy: milliseconds constructed', after(der.seq(raw(0xa0, b'\x02\x01\x01')))),
	('T-19', 'ordering of two bytes', after(raw(1, b'\xff\xff'))),
	('T-19', 'ordering 01', after(raw(1, b'\x01'))),
	('T-19', 'ordering empty', after(raw(1, b''))),
	('T-19', 'ordering behind the nonce', after(der.integer(5), der.boolean(True))),
	('T-19', 'accuracy behind the ordering', after(der.boolean(True), accuracy(1))),
	('T-19', 'nonce twice', after(der.integer(5), der.integer(5))),
	('T-19', 'tsa behind the extensions', after(der.tlv(0xa1, ONE), der.tlv(0xa0, der.tlv(0xa4, TSA.subject)))),
	('T-19', 'tsa cut short inside', after(der.tlv(0xa0, b'\xa4\x05\x30'))),
	('T-19', 'tsa primitive', after(raw(0x80, b'x'))),
	('T-19', 'extensions empty', ext()),
	('T-19', 'an extension without value', ext(der.seq(der.oid('1.2.3')))),
	('T-19', 'an extension with BOOLEAN of two bytes', ext(der.seq(der.oid('1.2.3'), b'\x01\x02\xff\xff', der.octets(b'')))),
	('T-19', 'an extension with something behind', ext(der.seq(der.oid('1.2.3'), der.octets(b''), der.NULL))),
	('T-19', 'an extension that is a SET', ext(der.set_(der.oid('1.2.3'), der.octets(b'')))),
	('T-19', 'extensions inside a SEQUENCE', ext(der.seq(ONE))),
	('T-19', 'something behind the extensions', after(der.tlv(0xa1, ONE), der.NULL)),
	('T-19', 'a byte behind the TSTInfo', lambda v: info(sha256(v)) + b'\0'),
	('T-19', 'the TSTInfo a SET', lambda v: b'\x31' + info(sha256(v))[1:]),
	('T-19', 'the TSTInfo empty', lambda v: b''),
	('T-19', 'the TSTInfo with a long length', lambda v: b'\x30\x81' + info(sha256(v))[1:]),
]


def cms_(**o):
	return lambda v: token(v, cms_options=o)


def attrs(fn, **o):
	return lambda v: token(v, attrs=fn, **o)


def resp(status, inner=True):
	return lambda v: der.seq(der.seq(der.integer(status)), token(v) if inner else b'')


def spelled(digest, alg=SHA256_ALG):
	"""ESSCertIDv2 with the default written out."""
	return attribute(cms.ESS_V2, der.seq(der.seq(der.seq(alg, der.octets(digest)))))


CERTS = sorted([TSA.der, TSA2.der])
TOKENS = [
	('T-18', 'a rejection instead of a token', resp(2, False)),
	('T-18', 'a TimeStampResp, granted', resp(0)),
	('T-18', 'a TimeStampResp, granted with modifications', resp(1)),
	('T-18', 'an empty SEQUENCE', lambda v: der.seq()),
	('T-22', 'a TimeStampResp with a token, status waiting', resp(3)),
	('T-22', 'indefinite length', lambda v: der.seq(*der.children(token(v))[:1], b'\xa0\x80' + der.contents(der.children(token(v))[1]) + b'\0\0')),
	('T-22', 'a length in one byte more', lambda v: der.seq(b'\x06\x81\x09' + der.children(token(v))[0][2:], der.children(token(v))[1])),
	('T-22', 'something behind the SignedData', lambda v: der.seq(*der.children(token(v)), der.NULL)),
	('T-22', 'ContentInfo of another type', cms_(type='1.2.840.113549.1.7.3')),
	('T-22', 'version of two bytes', cms_(version=300)),
	('T-22', 'no digestAlgorithms', cms_(digests=[])),
	('T-22', 'digestAlgorithms twice', cms_(digests=[SHA256_ALG] * 2)),
	('T-22', 'digestAlgorithms of another digest', cms_(digests=[der.seq(der.oid(OIDS['sha512']))])),
	('T-22', 'digestAlgorithms with parameters', cms_(digests=[der.seq(der.oid(OIDS['sha256']), der.octets(b''))])),
	('T-22', 'no certificates', cms_(certs=None)),
	('T-22', 'certificates empty', cms_(certs=[])),
	('T-22', 'certificates that do not rise', cms_(certs=CERTS[::-1])),
	('T-22', 'a certificate twice', cms_(certs=[TSA.der] * 2)),
	('T-22', '65 certificates', lambda v: token(v, certs=[der.seq(der.integer(i)) for i in range(64)])),
	('T-22', 'an attribute certificate beside', lambda v: token(v, certs=[der.tlv(0xa2, der.seq())])),
	('T-22', 'crls empty', cms_(crls=[])),
	('T-22', 'a crl twice', cms_(crls=[Crl(ROOT).der] * 2)),
	('T-22', 'crls that do not rise', cms_(crls=sorted([Crl(ROOT).der, Crl(ROOT, version=None).der])[::-1])),
	('T-22', '65 crls', cms_(crls=sorted(der.seq(der.integer(i)) for i in range(65)))),
	('T-22', 'a crl that is no SEQUENCE', cms_(crls=[der.octets(b'')])),
	('T-22', 'no SignerInfo', cms_(edit_signers=lambda s: [])),
	('T-22', 'two SignerInfos', cms_(edit_signers=lambda s: s * 2)),
	('T-22', 'SignerInfo version 3', cms_(signer_version=3)),
	('T-22', 'SignerIdentifier by subjectKeyIdentifier', cms_(sid=der.tlv(0x80, bytes(20)), signer_version=3)),
	('T-22', 'an unsigned attribute', cms_(unsigned=[attribute('1.2.3.4', der.NULL)])),
	('T-22', 'no signed attributes', lambda v: token(v, cms_options={'no_attributes': True, 'tbs': info(sha256(v))})),
	('T-22', 'signed attributes that do not rise', attrs(lambda a: sorted(a)[::-1], sort=False)),
	('T-22', 'an attribute with two values', attrs(lambda a: a + [attribute('1.2.3.4', der.NULL, der.NULL)])),
	('T-22', 'an attribute without value', attrs(lambda a: a + [attribute('1.2.3.4')])),
	('T-22', 'an attribute twice', attrs(lambda a: a + [attribute('1.2.3.4', der.NULL), attribute('1.2.3.4', der.octets(b''))])),
	('T-22', 'the signature a BIT STRING', lambda v: swapped(token(v))),
	('T-23', 'signing-certificate missing', attrs(lambda a: a[:2])),
	('T-23', 'signing-certificate of another', attrs(lambda a: a[:2] + [ess_v2(EVE)])),
	('T-23', 'signing-certificate v1 of another', attrs(lambda a: a[:2] + [ess_v1(bytes(20))])),
	('T-23', 'v2 right, v1 of another', attrs(lambda a: a + [ess_v1(bytes(20))])),
	('T-23', 'v1 of 32 bytes', attrs(lambda a: a[:2] + [ess_v1(TSA.sha256)])),
	('T-23', 'the right one second', attrs(lambda a: a[:2] + [attribute(cms.ESS_V2, der.seq(der.seq(der.seq(der.octets(EVE.sha256)), der.seq(der.octets(TSA.sha256)))))])),
	('T-23', 'an empty list', attrs(lambda a: a[:2] + [attribute(cms.ESS_V2, der.seq(der.seq()))])),
	('T-23', 'an empty attribute', attrs(lambda a: a[:2] + [attribute(cms.ESS_V2, der.seq())])),
	('T-23', 'an unknown digest', attrs(lambda a: a[:2] + [attribute(cms.ESS_V2, der.seq(der.seq(der.seq(der.seq(der.oid('2.16.840.1.101.3.4.2.4')), der.octets(bytes(28))))))])),
	('T-23', 'SHA-256 spelled out, of another certificate', attrs(lambda a: a[:2] + [spelled(EVE.sha256)])),
	('T-23', 'SHA-256 spelled out, 20 bytes', attrs(lambda a: a[:2] + [spelled(TSA.sha256[:20])])),
	('T-23', 'SHA-256 spelled out, nothing behind it', attrs(lambda a: a[:2] + [attribute(cms.ESS_V2, der.seq(der.seq(der.seq(SHA256_ALG))))])),
	('T-23', 'SHA-256 spelled out with parameters', attrs(lambda a: a[:2] + [spelled(TSA.sha256, der.seq(der.oid(OIDS['sha256']), der.seq()))])),
	('T-23', 'the digest cut short', attrs(lambda a: a[:2] + [attribute(cms.ESS_V2, der.seq(der.seq(der.seq(der.octets(TSA.sha256[:31])))))])),
	('T-23', 'type confusion: an INTEGER for the digest (CVE-2025-69420)', attrs(lambda a: a[:2] + [attribute(cms.ESS_V2, der.seq(der.seq(der.seq(der.tlv(2, TSA.sha256)))))])),
	('T-23', 'type confusion: a NULL for the attribute (CVE-2025-69420)', attrs(lambda a: a[:2] + [attribute(cms.ESS_V2, der.NULL)])),
	('T-23', 'the authority\'s certificate is not there', cms_(certs=[TSA2.der])),
	('T-23', 'SignerIdentifier of another certificate', cms_(sid=der.seq(TSA2.issuer, TSA2.serial), certs=CERTS)),
	('T-23', 'SignerIdentifier with another serial', cms_(sid=der.seq(TSA.issuer, der.integer(1)))),
	('T-23', 'the certificate does not decode', lambda v: broken_cert(v)),
	('T-23', 'message-digest missing', attrs(lambda a: a[:1] + a[2:])),
	('T-23', 'message-digest an INTEGER', attrs(lambda a: [a[0], attribute(cms.DIGEST, der.tlv(2, bytes(32))), a[2]])),
	('T-23', 'content-type missing', attrs(lambda a: a[1:])),
	('T-24', 'content-type attribute says data', attrs(lambda a: [attribute(cms.CONTENT_TYPE, der.oid(cms.DATA))] + a[1:])),
	('T-24', 'eContentType data', lambda v: token(v, kind=cms.DATA)),
	('T-24', 'eContentType data, the attribute says TSTInfo', cms_(content_type=cms.DATA)),
	('T-24', 'no eContent', lambda v: no_content(token(v))),
]


def broken_cert(v):
	"""The certificate's outer length stands, its inner order does not."""
	tbs, alg, bits = der.children(TSA.der)
	return token(v, cms_options={'certs': [der.seq(alg, tbs, bits)]})


def signed_data(data):
	return der.children(der.children(der.children(data)[1])[0])


def rebuilt(parts):
	return der.seq(der.oid(cms.SIGNED_DATA), der.tlv(0xa0, der.seq(*parts)))


def no_content(data):
	parts = signed_data(data)
	parts[2] = der.seq(der.oid(TST))
	return rebuilt(parts)


def swapped(data):
	parts = signed_data(data)
	infos = der.children(der.children(parts[-1])[0])
	infos[-1] = der.bits(der.contents(infos[-1]))
	parts[-1] = der.set_(der.seq(*infos))
	return rebuilt(parts)
