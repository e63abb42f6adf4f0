"""ECDSA over the NIST curves in plain integers, deterministic (RFC 6979), for test keys only."""
import hashlib
import hmac


class Curve:
	"""y² = x³ + ax + b over p, with base point G of order n (FIPS 186-4 D.1.2, SEC 2)."""

	def __init__(self, name, oid, p, a, b, gx, gy, n):
		self.name, self.oid, self.p, self.a, self.b, self.g, self.n = name, oid, p, a, b, (gx, gy), n
		self.size = (p.bit_length() + 7) // 8
		self._table = None

	def add(self, one, two):
		if one is None:
			return two
		if two is None:
			return one
		p = self.p
		if one[0] == two[0]:
			if (one[1] + two[1]) % p == 0:
				return None
			slope = (3 * one[0] * one[0] + self.a) * pow(2 * one[1], -1, p) % p
		else:
			slope = (two[1] - one[1]) * pow(two[0] - one[0], -1, p) % p
		x = (slope * slope - one[0] - two[0]) % p
		return x, (slope * (one[0] - x) - one[1]) % p

	def _tables(self):
		"""For each nibble of a scalar the 15 multiples of the base point it may stand for."""
		if self._table is None:
			self._table, base = [], self.g
			for _ in range((self.n.bit_length() + 3) // 4):
				row, point = [None], None
				for _ in range(15):
					point = self.add(point, base)
					row.append(point)
				self._table.append(row)
				base = self.add(point, base)
		return self._table

	def _mixed(self, jac, point):
		"""Jacobian plus affine; the tables never meet the exceptional cases but infinity."""
		if jac is None:
			return point[0], point[1], 1
		p, (x1, y1, z1), (x2, y2) = self.p, jac, point
		zz = z1 * z1 % p
		u, s = x2 * zz % p, y2 * zz * z1 % p
		h, r = (u - x1) % p, (s - y1) % p
		if h == 0:
			affine = self.add(self._affine(jac), point)
			return None if affine is None else (affine[0], affine[1], 1)
		hh = h * h % p
		hhh, v = h * hh % p, x1 * hh % p
		x = (r * r - hhh - 2 * v) % p
		return x, (r * (v - x) - y1 * hhh) % p, z1 * h % p

	def _affine(self, jac):
		inverse = pow(jac[2], -1, self.p)
		square = inverse * inverse % self.p
		return jac[0] * square % self.p, jac[1] * square * inverse % self.p

	def times(self, k):
		"""k·G."""
		jac = None
		for row in self._tables():
			if k & 15:
				jac = self._mixed(jac, row[k & 15])
			k >>= 4
		return self._affine(jac)

	def sign(self, secret, digest):
		"""(r, s) of RFC 6979 with SHA-256, s made low as docs/format.md §5 demands."""
		n, qlen = self.n, self.n.bit_length()
		size = (qlen + 7) // 8
		z = int.from_bytes(digest, 'big') >> max(0, len(digest) * 8 - qlen)
		seed = secret.to_bytes(size, 'big') + (z % n).to_bytes(size, 'big')
		k, v = bytes(32), b'\x01' * 32

		def mac(key, data):
			return hmac.new(key, data, hashlib.sha256).digest()
		for mark in (b'\x00', b'\x01'):
			k = mac(k, v + mark + seed)
			v = mac(k, v)
		while True:
			t = b''
			while len(t) < size:
				v = mac(k, v)
				t += v
			nonce = int.from_bytes(t[:size], 'big') >> (size * 8 - qlen)
			if 1 <= nonce < n:
				r = self.times(nonce)[0] % n
				s = pow(nonce, -1, n) * (z + r * secret) % n
				if r and s:
					return r, min(s, n - s)
			k = mac(k, v + b'\x00')
			v = mac(k, v)


P256 = Curve('P-256', '1.2.840.10045.3.1.7',
	2**256 - 2**224 + 2**192 + 2**96 - 1, -3,
	0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b,
	0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
	0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5,
	0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551)
P384 = Curve('P-384', '1.3.132.0.34',
	2**384 - 2**128 - 2**96 + 2**32 - 1, -3,
	0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef,
	0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7,
	0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f,
	0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973)
P521 = Curve('P-521', '1.3.132.0.35',
	2**521 - 1, -3,
	0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00,
	0x00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66,
	0x011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650,
	0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409)
SECP256K1 = Curve('secp256k1', '1.3.132.0.10',
	2**256 - 2**32 - 977, 0, 7,
	0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798,
	0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8,
	0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141)
