"""X.509 certificates (RFC 5280), self-made ones and those of a small test authority."""
import datetime
import hashlib

from . import der
from .keys import sha256

UTC = datetime.timezone.utc
START = datetime.datetime(2026, 1, 1, tzinfo=UTC)
FOREVER = datetime.datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
SIGN_REPUDIATE = der.bits(b'\xc0', 6)


def when(t):
	"""RFC 5280 §4.1.2.5: UTCTime to 2049, GeneralizedTime after; bytes stand as they are."""
	if isinstance(t, bytes):
		return t
	if t.year < 2050:
		return der.tlv(0x17, t.strftime('%y%m%d%H%M%SZ').encode())
	return der.tlv(0x18, b'%04d' % t.year, t.strftime('%m%d%H%M%SZ').encode())


def name(common, tag=0x0c, encode=None):
	"""A Name of one commonName; `tag` 0x0c UTF8String, 0x1e BMPString, 0x14 T61String …"""
	value = encode if encode is not None else common.encode()
	return der.seq(der.set_(der.seq(der.oid('2.5.4.3'), der.tlv(tag, value))))


def names(*pairs):
	"""A Name of several attributes, (oid, text) each."""
	return der.seq(*[der.set_(der.seq(der.oid(o), der.tlv(0x0c, t.encode()))) for o, t in pairs])


def extension(oid, value, critical=False):
	parts = [der.oid(oid)] + ([der.boolean(True)] if critical else []) + [der.octets(value)]
	return der.seq(*parts)


def key_usage(value=SIGN_REPUDIATE, critical=True):
	return extension('2.5.29.15', value, critical)


def basic(ca=False, pathlen=None, critical=True):
	inner = (der.boolean(True) if ca else b'') + (der.integer(pathlen) if pathlen is not None else b'')
	return extension('2.5.29.19', der.seq(inner), critical)


def ext_usage(*oids, critical=False):
	return extension('2.5.29.37', der.seq(*[der.oid(o) for o in oids]), critical)


BASIC_CA = der.seq(der.boolean(True))


def identifiers(own, issuers):
	"""subjectKeyIdentifier, and authorityKeyIdentifier where somebody else signed (RFC 5280 §4.2.1.1, §4.2.1.2)."""
	out = [extension('2.5.29.14', der.octets(own))]
	if issuers:
		out.append(extension('2.5.29.35', der.seq(der.tlv(0x80, issuers))))
	return out


def unshort(tbs):
	"""The extensions' length in five bytes: BER, and signed so."""
	parts = der.children(tbs)
	content = der.contents(parts[-1])
	return der.seq(*parts[:-1], b'\xa3\x84' + len(content).to_bytes(4, 'big') + content)


class Cert:
	"""A certificate with its key; `der` is its bytes, `id` its fingerprint in hex."""

	def __init__(self, key, common=None, issuer=None, serial=None, start=START, end=FOREVER, subject=None,
			extensions=None, version=2, edit=None, breaks=False, ids=True):
		self.key = key
		common = common or 'evidence-' + sha256(key.spki()).hex()[:8]
		self.subject = subject if subject is not None else name(common)
		signer, self.issuer = (issuer.key, issuer.subject) if issuer else (key, self.subject)
		if serial is None:
			serial = int.from_bytes(sha256(b'serial' + self.subject + key.spki())[:8], 'big') >> 1 | 1
		self.serial = serial if isinstance(serial, bytes) else der.integer(serial)
		if extensions is None:
			extensions = [key_usage()]
		self.key_id = hashlib.sha1(key.spki()).digest()
		if ids and version == 2 and (issuer or BASIC_CA in b''.join(extensions)):
			extensions = list(extensions) + identifiers(self.key_id, issuer.key_id if issuer else None)
		algorithm = certificate_algorithm(signer)
		parts = [der.tlv(0xa0, der.integer(version))] if version else []
		parts += [self.serial, algorithm, self.issuer, der.seq(when(start), when(end)), self.subject, key.spki()]
		if extensions:
			parts.append(der.tlv(0xa3, der.seq(*extensions)))
		tbs = der.seq(*parts)
		if edit:
			tbs = edit(tbs)
		value = sign_certificate(signer, tbs)
		if breaks:
			value = value[:-1] + bytes([value[-1] ^ 1])
		self.der = der.seq(tbs, algorithm, der.bits(value))
		self.sha256 = sha256(self.der)
		self.id = self.sha256.hex()


def certificate_algorithm(key):
	"""ecdsa-with-SHA256, sha256WithRSAEncryption for every RSA key, Ed25519."""
	if key.kind in ('pss', 'pkcs1'):
		return der.seq(der.oid('1.2.840.113549.1.1.11'), der.NULL)
	return key.algorithm()


def sign_certificate(key, tbs):
	if key.kind in ('pss', 'pkcs1'):
		from .keys import pkcs1_encode
		return key.raw(pkcs1_encode(key.size, tbs))
	return key.sign(tbs)
