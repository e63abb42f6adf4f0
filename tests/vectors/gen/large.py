"""Bundles of several GiB and of very many entries, on demand (generate.py --large): ZIP64, limits, a sparse file of 1 TiB.

The large items are zeros, written as holes, so the disk holds little of them; hashing them takes a minute or so.
"""
import hashlib
import os
import zlib

from . import zipw
from .case import Case, content
from .good import items

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


def sparse(path, members, **options):
	"""zipw.container, but written with holes."""
	central, n = b'', 0
	with open(path, 'wb') as f:
		for m in members:
			at = f.tell()
			f.write(zipw.local_header(m))
			if isinstance(m.data, Zeros):
				f.seek(m.size, os.SEEK_CUR)
			else:
				f.write(m.data)
			central += zipw.central_header(m, at)
			n += 1
		at = f.tell()
		f.write(central + zipw.end_records(n, len(central), at, **options))


def of_size(*sizes):
	c = Case()
	c.acquire(*[content(Zeros(n), 'bin') for n in sizes])
	c.seal(scope_='tags')
	return c


def good(t, case, what, sizes, **o):
	def make():
		c = of_size(*sizes)
		name = case if t.seen[case] == 1 else '%s.%d' % (case, t.seen[case])
		sparse(os.path.join(t.out, name + '.asice'), c.members())
		return None
	t.good(case, what, make, pins=[Case().custodian.id], facts=False, **o)


def build(t):
	edge = 0xffffffff
	good(t, 'good-4gib', 'an item of 4 GiB − 2, the largest without ZIP64 field', (edge - 1, 1))
	good(t, 'good-4gib', 'an item of 4 GiB − 1: ZIP64 field; offsets behind it too', (edge, 1))
	good(t, 'good-4gib', 'an item of 4 GiB + 1', (edge + 2,))
	good(t, 'good-4gib', 'two items of 3 GiB: offsets alone need ZIP64', (3 << 30, 3 << 30, 5))
	for n in (65534, 65535, 65536):
		count = lambda: items(n - 14)
		t.good('good-65536', '%d entries in the container' % n, count, facts=False)

	def tebibyte():
		path = os.path.join(t.out, 'R-07.asice')
		with open(path, 'wb') as f:
			f.truncate(1 << 40)
		return None
	t.bad('R-07', 'a sparse file of 1 TiB', tebibyte, 'CONTAINER_STRUCTURE@', pins=[])
