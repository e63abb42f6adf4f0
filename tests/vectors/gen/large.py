"""Bundles of several GiB and of very many entries, on demand (generate.py --large): ZIP64 and limits.

The large items are zeros, written as holes, so the disk holds little of them; hashing them takes a minute or so.
"""
import hashlib
import zlib

from .case import Case, content
from .good import items
from .sparse import Sparse

BLOCK = bytes(1 << 20)


class Zeros:
	"""Stands for `size` zero bytes that are nowhere in memory."""
	known = {}

	def __init__(self, size):
		self.size = size
		if size not in Zeros.known:
			h, big, crc, left = hashlib.sha256(), hashlib.sha512(), 0, size
			while left:
				part = BLOCK[:min(left, len(BLOCK))]
				h.update(part)
				big.update(part)
				crc = zlib.crc32(part, crc)
				left -= len(part)
			Zeros.known[size] = h.hexdigest(), big.hexdigest(), crc
		self.sha256, self.sha512, self.crc = Zeros.known[size]

	def __len__(self):
		return self.size


def of_size(*sizes):
	c = Case()
	c.acquire(*[content(Zeros(n), 'bin') for n in sizes])
	c.seal(scope_='tags')
	return c


def good(t, case, what, sizes, **o):
	t.good(case, what, lambda: Sparse(of_size(*sizes).members()), pins=[Case().custodian.id], facts=False, **o)


def build(t):
	edge = 0xffffffff
	good(t, 'good-4gib', 'an item of 4 GiB − 2, the largest without ZIP64 field', (edge - 1, 1))
	good(t, 'good-4gib', 'an item of 4 GiB − 1: ZIP64 field; offsets behind it too', (edge, 1))
	good(t, 'good-4gib', 'an item of 4 GiB + 1', (edge + 2,))
	good(t, 'good-4gib', 'two items of 3 GiB: offsets alone need ZIP64', (3 << 30, 3 << 30, 5))
	for n in (65534, 65535, 65536):
		count = lambda: items(n - 14)
		t.good('good-65536', '%d entries in the container' % n, count, facts=False)
