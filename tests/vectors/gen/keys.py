"""The test keys: EC ones derived from their names, RSA ones from keys/*.pem. Worth nothing outside the tests."""
import base64
import hashlib
import os

from . import der, ec

SHA256 = '2.16.840.1.101.3.4.2.1'
SHA256_INFO = bytes.fromhex('3031300d060960864801650304020105000420')
KEYS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'keys')
_signed = {}


def sha256(data):
	return hashlib.sha256(data).digest()


class EcKey:
	kind = 'ecdsa'

	def __init__(self, name, curve=ec.P256, compressed=False, explicit=False, hybrid=False):
		self.name, self.curve, self.compressed, self.explicit, self.hybrid = name, curve, compressed, explicit, hybrid
		seed = hashlib.sha512(b'libevidence test key ' + name.encode()).digest()
		self.secret = int.from_bytes(seed * 2, 'big') % (curve.n - 1) + 1
		self.point = curve.times(self.secret)

	def public(self):
		size = self.curve.size
		x = self.point[0].to_bytes(size, 'big')
		if self.compressed:
			return bytes([2 + (self.point[1] & 1)]) + x
		first = 6 + (self.point[1] & 1) if self.hybrid else 4
		return bytes([first]) + x + self.point[1].to_bytes(size, 'big')

	def parameters(self):
		if not self.explicit:
			return der.oid(self.curve.oid)
		c = self.curve
		g = b'\x04' + c.g[0].to_bytes(c.size, 'big') + c.g[1].to_bytes(c.size, 'big')
		return der.seq(der.integer(1), der.seq(der.oid('1.2.840.10045.1.1'), der.integer(c.p)),
			der.seq(der.octets((c.a % c.p).to_bytes(c.size, 'big')), der.octets(c.b.to_bytes(c.size, 'big'))),
			der.octets(g), der.integer(c.n), der.integer(1))

	def spki(self):
		return der.seq(der.seq(der.oid('1.2.840.10045.2.1'), self.parameters()), der.bits(self.public()))

	def algorithm(self):
		return der.seq(der.oid('1.2.840.10045.4.3.2'))

	def sign(self, data):
		at = (self.name, self.curve.name, data)
		if at not in _signed:
			r, s = self.curve.sign(self.secret, sha256(data))
			_signed[at] = der.seq(der.integer(r), der.integer(s))
		return _signed[at]


def mgf1(seed, size, hashed=hashlib.sha256):
	out = b''
	for i in range(-(-size // hashed().digest_size)):
		out += hashed(seed + i.to_bytes(4, 'big')).digest()
	return out[:size]


PSS = der.seq(der.oid('1.2.840.113549.1.1.10'), der.seq(
	der.tlv(0xa0, der.seq(der.oid(SHA256))),
	der.tlv(0xa1, der.seq(der.oid('1.2.840.113549.1.1.8'), der.seq(der.oid(SHA256)))),
	der.tlv(0xa2, der.integer(32))))


class RsaKey:
	"""kind: 'pss' or 'pkcs1' (docs/format.md §5)."""

	def __init__(self, name, kind='pss', spki_oid='1.2.840.113549.1.1.1'):
		self.name, self.kind, self.spki_oid = name, kind, spki_oid
		with open(os.path.join(KEYS, name + '.pem')) as f:
			lines = [line.strip() for line in f if not line.startswith('-')]
		inner = der.contents(der.children(base64.b64decode(''.join(lines)))[2])
		_, n, e, _, p, q, dp, dq, qi = [int.from_bytes(der.contents(x), 'big') for x in der.children(inner)]
		self.n, self.e, self.crt = n, e, (p, q, dp, dq, qi)
		self.size = (n.bit_length() + 7) // 8

	def spki(self):
		params = der.NULL if self.spki_oid.endswith('.1') else b''
		return der.seq(der.seq(der.oid(self.spki_oid), params),
			der.bits(der.seq(der.integer(self.n), der.integer(self.e))))

	def algorithm(self):
		return PSS if self.kind == 'pss' else der.seq(der.oid('1.2.840.113549.1.1.1'), der.NULL)

	def raw(self, m):
		p, q, dp, dq, qi = self.crt
		a, b = pow(m % p, dp, p), pow(m % q, dq, q)
		return (b + q * ((a - b) * qi % p)).to_bytes(self.size, 'big')

	def sign(self, data):
		at = (self.name, self.kind, data)
		if at not in _signed:
			_signed[at] = self.raw(pss_encode(self.n.bit_length() - 1, data) if self.kind == 'pss'
				else pkcs1_encode(self.size, data))
		return _signed[at]


def pkcs1_encode(size, data, info=SHA256_INFO, hashed=hashlib.sha256):
	"""EMSA-PKCS1-v1_5 (RFC 8017 §9.2)."""
	t = info + hashed(data).digest()
	return int.from_bytes(b'\x00\x01' + b'\xff' * (size - len(t) - 3) + b'\x00' + t, 'big')


def pss_encode(bits, data, salt_len=32, mgf_hash=hashlib.sha256, trailer=0xbc):
	"""EMSA-PSS (RFC 8017 §9.1) with a salt derived from the data, so that runs repeat."""
	size, m_hash = (bits + 7) // 8, sha256(data)
	salt = sha256(b'test salt' + data)[:salt_len]
	h = sha256(bytes(8) + m_hash + salt)
	db = bytes(size - salt_len - len(h) - 2) + b'\x01' + salt
	masked = bytearray(x ^ y for x, y in zip(db, mgf1(h, len(db), mgf_hash)))
	masked[0] &= 0xff >> (8 * size - bits)
	return int.from_bytes(bytes(masked) + h + bytes([trailer]), 'big')


class Ed25519Key:
	"""Only its shape: a key of another algorithm (RFC 8410). What it 'signs' is never checked."""
	kind = 'ed25519'

	def __init__(self, name):
		self.name = name

	def spki(self):
		return der.seq(der.seq(der.oid('1.3.101.112')), der.bits(sha256(self.name.encode())))

	def algorithm(self):
		return der.seq(der.oid('1.3.101.112'))

	def sign(self, data):
		return hashlib.sha512(self.name.encode() + data).digest()
