"""A small time-stamp authority: tokens (RFC 3161, docs/timestamp.md §2), revocation lists (RFC 5280 §5) and archive
time-stamps (docs/timestamp.md §6), each part replaceable for the bad vectors. DER by hand: no command makes most of these."""
import base64
import hashlib

from . import cert, cms, der, keys
from .case import MANIFEST, SIGNATURE, hexsha
from .cert import Cert, when
from .cms import attribute
from .keys import EcKey, mgf1, sha256

TST = '1.2.840.113549.1.9.16.1.4'
STAMPING = '1.3.6.1.5.5.7.3.8'
ESS_V1 = '1.2.840.113549.1.9.16.2.12'
POLICY = '1.2.3.4.1'
OIDS = {'sha256': '2.16.840.1.101.3.4.2.1', 'sha384': '2.16.840.1.101.3.4.2.2', 'sha512': '2.16.840.1.101.3.4.2.3'}
CA_EXT = [cert.basic(True), cert.key_usage(der.bits(b'\x06', 1))]
STAMP_EXT = [cert.key_usage(), cert.ext_usage(STAMPING, critical=True)]


def authority(name, issuer=None, extensions=None, key=None, **o):
	"""A certificate for time-stamping, of ROOT unless said otherwise; issuer False: its own."""
	own = issuer is False
	return Cert(key or EcKey('stamp ' + name), name, issuer=None if own else issuer or ROOT,
		extensions=STAMP_EXT if extensions is None else extensions, **o)


ROOT = Cert(EcKey('time root'), 'Time Root', extensions=CA_EXT)
TSA = authority('Time')
ROOT2 = Cert(EcKey('second time root'), 'Second Time Root', extensions=CA_EXT)
TSA2 = authority('Second Time', ROOT2)


class Hashed:
	"""A key that signs with another digest; scheme of an RSA key: pss, pkcs1 or plain (rsaEncryption)."""

	def __init__(self, key, digest, scheme=None):
		self.key, self.digest, self.scheme = key, digest, scheme or ('ecdsa' if isinstance(key, EcKey) else 'pkcs1')
		self.hashed, self.kind = getattr(hashlib, digest), 'hashed'
		self.spki = key.spki

	def algorithm(self):
		last = {'sha256': 2, 'sha384': 3, 'sha512': 4}[self.digest]
		if self.scheme == 'ecdsa':
			return der.seq(der.oid('1.2.840.10045.4.3.%d' % last))
		if self.scheme == 'pkcs1':
			return der.seq(der.oid('1.2.840.113549.1.1.%d' % (last + 9)), der.NULL)
		return pss(self.digest) if self.scheme == 'pss' else der.seq(der.oid('1.2.840.113549.1.1.1'), der.NULL)

	def sign(self, data):
		hashed = self.hashed(data).digest()
		if self.scheme == 'ecdsa':
			r, s = self.key.curve.sign(self.key.secret, hashed)
			return der.seq(der.integer(r), der.integer(s))
		if self.scheme == 'pss':
			return self.key.raw(pss_encode(self.key.n.bit_length() - 1, hashed, self.hashed))
		tail = {'sha256': '0105000420', 'sha384': '0205000430', 'sha512': '0305000440'}[self.digest]
		info = bytes.fromhex('30%02x300d06096086480165030402' % (17 + len(hashed)) + tail)
		return self.key.raw(keys.pkcs1_encode(self.key.size, data, info, self.hashed))


def pss(digest, salt=None):
	alg = der.seq(der.oid(OIDS[digest]))
	return der.seq(der.oid('1.2.840.113549.1.1.10'), der.seq(der.tlv(0xa0, alg),
		der.tlv(0xa1, der.seq(der.oid('1.2.840.113549.1.1.8'), alg)), der.tlv(0xa2, der.integer(salt or hashlib.new(digest).digest_size))))


def pss_encode(bits, hashed, fn):
	"""EMSA-PSS (RFC 8017 §9.1), salt as long as the digest, derived from it so that runs repeat."""
	size, n = (bits + 7) // 8, len(hashed)
	salt = fn(b'test salt' + hashed).digest()
	h = fn(bytes(8) + hashed + salt).digest()
	db = bytes(size - 2 * n - 2) + b'\x01' + salt
	masked = bytearray(x ^ y for x, y in zip(db, mgf1(h, len(db), fn)))
	masked[0] &= 0xff >> (8 * size - bits)
	return int.from_bytes(bytes(masked) + h + b'\xbc', 'big')


def info(imprint, when_=b'20261122040000Z', version=1, alg=None, policy=POLICY, serial=77, after=b'', digest='sha256', time_tag=0x18):
	"""TSTInfo; `after` is what follows genTime."""
	alg = alg if alg is not None else der.seq(der.oid(OIDS[digest]))
	policy = policy if isinstance(policy, bytes) else der.oid(policy)
	serial = serial if isinstance(serial, bytes) else der.integer(serial)
	when_ = when_ if isinstance(when_, bytes) else when_.encode()
	return der.seq(der.integer(version), policy, der.seq(alg, der.octets(imprint)), serial, der.tlv(time_tag, when_), after)


def accuracy(seconds=None, millis=None, micros=None):
	part = lambda tag, n: b'' if n is None else der.tlv(tag, der.contents(der.integer(n)))
	return der.seq(part(2, seconds), part(0x80, millis), part(0x81, micros))


def extension(critical, oid='1.2.3.4.5'):
	return der.tlv(0xa1, der.seq(der.oid(oid), der.boolean(True) if critical else b'', der.octets(b'\x05\x00')))


def ess_v1(digest, *more):
	return attribute(ESS_V1, der.seq(der.seq(der.seq(der.octets(digest)), *more)))


def ess_v2(who, digest='sha256', *more):
	alg = der.seq(der.oid(OIDS[digest])) if digest != 'sha256' else b''
	return attribute(cms.ESS_V2, der.seq(der.seq(der.seq(alg, der.octets(hashlib.new(digest, who.der).digest()), *more))))


def token(value, tsa=None, when_=b'20261122040000Z', body=None, kind=TST, certs=(), crls=(), attrs=None, digest='sha256', sort=True,
		key=None, edit=None, cms_options=None, **o):
	"""A token over `value` by `tsa`. `certs` and `crls` go in beside the authority's; `attrs` changes the list of signed
	attributes before it is sorted; **o are options of info()."""
	tsa = tsa or TSA
	if body is None:
		body = info(sha256(value), when_, **o)
	a = [attribute(cms.CONTENT_TYPE, der.oid(kind)), attribute(cms.DIGEST, der.octets(hashlib.new(digest, body).digest())), ess_v2(tsa)]
	a = attrs(a) if attrs else a
	alg = der.seq(der.oid(OIDS[digest]))
	options = {'version': 3, 'content_type': kind, 'econtent': body, 'digests': [alg], 'signer_digest': alg,
		'edit_attributes': lambda _: sorted(a) if sort else a, 'certs': sorted({tsa.der} | {c if isinstance(c, bytes) else c.der for c in certs})}
	if crls:
		options['crls'] = sorted(c.der for c in crls)
	if key or digest != 'sha256':
		options['key'] = key or Hashed(tsa.key, digest)
	elif not isinstance(tsa.key, EcKey):
		options['algorithm'] = tsa.key.algorithm()
	options.update(cms_options or {})
	data = cms.sign(body, tsa, '2026-11-22T04:00:00.000Z', **options)
	return edit(data) if edit else data


class Crl:
	"""A revocation list of `issuer`. `entries`: (certificate or serial, time, reason or None or extensions)."""
	label = 'X509 CRL'

	def __init__(self, issuer, entries=(), this=None, next_=None, version=1, name=None, key=None, extensions=None, entry_extensions=None, breaks=False):
		key, rows = key or issuer.key, []
		for who, date, reason in entries:
			ext = list(entry_extensions or [])
			if reason is not None:
				ext.append(cert.extension('2.5.29.21', der.tlv(0x0a, bytes([reason]))))
			rows.append(der.seq(getattr(who, 'serial', who), when(date), der.seq(*ext) if ext else b''))
		algorithm = cert.certificate_algorithm(key)
		if extensions is None:
			extensions = [cert.extension('2.5.29.20', der.integer(1))]
		tbs = der.seq(der.integer(version) if version is not None else b'', algorithm, name or issuer.subject, when(this or at(2026, 11, 20)),
			when(next_ or at(2027, 1, 1)) if next_ is not False else b'', der.seq(*rows) if rows else b'',
			der.tlv(0xa0, der.seq(*extensions)) if extensions else b'')
		value = cert.sign_certificate(key, tbs)
		if breaks:
			value = value[:-1] + bytes([value[-1] ^ 1])
		self.der = der.seq(tbs, algorithm, der.bits(value))
		self.id = hashlib.sha256(self.der).hexdigest()


def at(*ymdhms):
	import datetime
	return datetime.datetime(*ymdhms, tzinfo=cert.UTC)


def archive_name(n):
	return 'META-INF/timestamp%03d.tst' % n


def manifest_name(n, newest):
	return 'META-INF/ASiCArchiveManifest.xml' if n == newest else 'META-INF/ASiCArchiveManifest%03d.xml' % n


def archive_manifest(files, n, newest):
	"""Manifest n of docs/timestamp.md §6, when `newest` is the highest number there is."""
	under = sorted((f for f in files if not f.startswith('META-INF/')), key=str.encode)
	meta = {'META-INF/ASiCArchiveManifest%03d.xml' % m: files[manifest_name(m, newest)] for m in range(1, n)}
	meta.update({f: files[f] for f in [MANIFEST, SIGNATURE] + [archive_name(m) for m in range(1, n)]})
	lines = []
	for name, data in [(f, files[f]) for f in under] + sorted(meta.items()):
		root = ' Rootfile="true"' if name == 'META-INF/ASiCArchiveManifest%03d.xml' % (n - 1) else ''
		lines.append('<asic:DataObjectReference URI="%s"%s><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>%s'
			'</ds:DigestValue></asic:DataObjectReference>\n' % (name, root, base64.b64encode(bytes.fromhex(hexsha(data))).decode()))
	return ('<?xml version="1.0" encoding="UTF-8"?>\n<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" '
		'xmlns:ds="http://www.w3.org/2000/09/xmldsig#">\n<asic:SigReference URI="%s" MimeType="application/vnd.etsi.timestamp-token"/>\n%s'
		'</asic:ASiCManifest>\n' % (archive_name(n), ''.join(lines))).encode()


def archived(c, *makers, edit=None):
	"""The case with archive time-stamps, each made by makers[n-1](bytes of manifest n); `edit` changes the files after them."""
	def add(files):
		for n, make in enumerate(makers, 1):
			files[manifest_name(n, len(makers))] = archive_manifest(files, n, len(makers))
			files[archive_name(n)] = make(files[manifest_name(n, len(makers))])
		if edit:
			edit(files)
	before = c.hooks.get('final')
	c.hooks['final'] = lambda files: (before(files) if before else None, add(files))
	return c


def stamped(c, *makers, certs=(), crls=(), **o):
	"""The case with signature tokens, each made from the signature value, and material beside them."""
	seal = c.seal_signer or c.entries[-1].signer
	c.seal_cms = dict(c.seal_cms, unsigned=lambda v: sorted(attribute(cms.TOKEN, m(v)) for m in makers), **o)
	if certs:
		c.seal_cms['certs'] = sorted({seal.der} | {x.der for x in certs})
	if crls:
		c.seal_cms['crls'] = sorted(x.der for x in crls)
		if c.seal_cms['crls'][-1][0] == 0xa1: # an OCSP element (RFC 5652 §5.1)
			c.seal_cms.setdefault('version', 5)
	return c


def entry_stamped(c, make, entry=None, records=(), **o):
	"""A `timestamp` entry over entry `entry` (the last one) is added; its token made from that entry's signature file."""
	before = None
	for e in c.entries:
		c.entry(e, before)
		before = e
	n = entry or len(c.entries)
	e = c.add('timestamp', dict({'entry': n}, **o), list(records))
	e.token = make(c.entries[n - 1].p7s)
	return c


def told(where, tsa=None, time='2026-11-22T04:00:00.000Z', accepted=True, standing='chained', accuracy=None, policy=POLICY, serial='4d'):
	"""What the report says of a token (docs/verify.md §6)."""
	return {'accepted': accepted, 'accuracy': accuracy, 'authority': (tsa or TSA).id, 'policy': policy, 'serial': serial, 'standing': standing,
		'time': time, 'where': where}
