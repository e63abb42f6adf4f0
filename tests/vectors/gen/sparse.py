"""Files of up to 1 TiB that are holes almost everywhere, and one of 65,535 entries: ZIP64 with each of its fields wrong.

generate.py --sparse. Each is made and judged in milliseconds, for none has contents that anybody would hash: what is refused is
refused by its structure, and in the log of the others the second file is missing already.
"""
import os
import struct

from . import zipw
from .case import MIME

BASE = 'case-1f0c9a3e/'
BAD, READ = 'CONTAINER_STRUCTURE@', 'ENTRY_FILE_MISSING@custody/00000001/entry.p7s'
BIG = zipw.U32 + 2


class Hole:
	"""Stands for `size` zero bytes whose digests nobody asks for."""
	crc = 0

	def __init__(self, size):
		self.size = size

	def __len__(self):
		return self.size


class Sparse:
	"""zipw.container, but what is no bytes is left out as a hole."""
	def __init__(self, members, **options):
		self.members, self.options = members, options

	def write(self, path):
		central = []
		with open(path, 'wb') as f:
			for m in self.members:
				central.append(zipw.central_header(m, f.tell()))
				f.write(zipw.local_header(m))
				if isinstance(m.data, bytes):
					f.write(m.data)
				else:
					f.seek(m.size, os.SEEK_CUR)
			at, joined = f.tell(), b''.join(central)
			f.write(joined + zipw.end_records(len(central), len(joined), at, **self.options))


class Tebibyte:
	def write(self, path):
		with open(path, 'wb') as f:
			f.truncate(1 << 40)


def far(change=None):
	"""An item over 4 GiB, so that what stands behind it needs ZIP64 too; `change` gets the item and the file behind it."""
	ms = [zipw.Member('mimetype', MIME.encode()), zipw.Member(BASE + 'custody/00000001/entry.json', b'{}'),
		zipw.Member(BASE + 'data/00000001/a.bin', Hole(BIG)), zipw.Member(BASE + 'data/00000001/b.bin', b'x')]
	if change:
		change(ms[2], ms[3])
	return ms


def many():
	"""65,535 entries in few bytes."""
	return far()[:2] + [zipw.Member(BASE + 'data/%08d/%08d' % (n >> 8, n), b'') for n in range(zipw.U16 - 2)]


def end_of(members):
	return sum(len(zipw.local_header(m)) + m.size for m in members)


def add(t, what, members, finding, **options):
	t.bad('zip64', what, lambda: Sparse(members, **options), finding, pins=[])


def records(t):
	"""The ZIP64 end record, its locator, and what the end record says beside them."""
	start = end_of(far()[:3])
	add(t, 'an item over 4 GiB: the container is in order, its log is not', far(), READ)
	for what, options in (
			('another signature', {'end64': {'sig': b'PK\x06\x05'}}), ('a length of 45', {'end64': {'length': 45}}), ('made by 46', {'end64': {'made': 46}}),
			('needed 44', {'end64': {'needed': 44}}), ('disk 1', {'end64': {'disk': 1}}), ('the directory on disk 1', {'end64': {'cdisk': 1}}),
			('5 entries on this disk', {'end64': {'here': 5}}), ('5 entries in all', {'end64': {'total': 5}}), ('a directory elsewhere', {'end64': {'offset': start}}),
			('a directory of another size', {'end64': {'size': 1}}), ('locator: another signature', {'locator': {'sig': b'PK\x06\x06'}}), ('locator: disk 1', {'locator': {'disk': 1}}),
			('locator: elsewhere', {'locator': {'offset': start}}), ('locator: 2 disks', {'locator': {'disks': 2}}),
			('the end record counts 3', {'end': {'here': 3, 'total': 3}}), ('the end record leaves the count to it, which fits', {'end': {'here': zipw.U16, 'total': zipw.U16}}),
			('the end record tells another size', {'end': {'size': 1}}), ('the end record leaves the size to it, which fits', {'end': {'size': zipw.U32}})):
		add(t, 'ZIP64 end record: ' + what, far(), BAD, **options)


def headers(t):
	"""The ZIP64 fields of an entry's two headers."""
	two = lambda head, *values: struct.pack('<HHQQ', 1, head, *values)
	for what, change in (
			('local: another identifier', lambda m, _: m.local.update(extra=struct.pack('<HHQQ', 2, 16, BIG, BIG))), ('local: a length of 15', lambda m, _: m.local.update(extra=two(15, BIG, BIG))),
			('local: another size', lambda m, _: m.local.update(extra=two(16, BIG + 1, BIG))), ('local: another size stored', lambda m, _: m.local.update(extra=two(16, BIG, BIG + 1))),
			('central: another identifier', lambda m, _: m.central.update(extra=struct.pack('<HHQQ', 2, 16, BIG, BIG))), ('central: a length of 15', lambda m, _: m.central.update(extra=two(15, BIG, BIG))),
			('central: another size stored', lambda m, _: m.central.update(extra=two(16, BIG, BIG + 1))), ('central: another size', lambda m, _: m.central.update(extra=two(16, BIG + 1, BIG))),
			('central: another place', lambda _, m: m.central.update(extra=struct.pack('<HHQ', 1, 8, zipw.U32))), ('central: version 10', lambda _, m: m.central.update(needed=10))):
		add(t, 'ZIP64 field, ' + what, far(change), BAD)


def counts(t):
	"""Where the number of entries alone needs ZIP64."""
	files = many()
	at, size = end_of(files), sum(len(zipw.central_header(m, 0)) for m in files)
	add(t, '65,535 entries: the container is in order, its log is not', files, READ)
	for what, options in (('the end record tells another place', {'offset': at - 1}), ('the end record leaves the place to it, which fits', {'offset': zipw.U32}),
			('the end record tells another size', {'size': size - 1}), ('the end record leaves the size to it, which fits', {'size': zipw.U32})):
		add(t, '65,535 entries, ' + what, files, BAD, end=options)


def build(t):
	records(t)
	headers(t)
	counts(t)
	t.bad('R-07', 'a sparse file of 1 TiB', Tebibyte, BAD, pins=[])
