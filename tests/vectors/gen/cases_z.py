"""Group Z: the structure of the ZIP container (docs/format.md §8)."""
import io
import struct
import zipfile
import zlib

from . import zipw
from .case import MIME, content
from .models import JPEG, flip, small

BAD, NAME = 'CONTAINER_STRUCTURE@', 'CONTAINER_NAME@'
EITHER = 'CONTAINER_STRUCTURE|CONTAINER_NAME@'
TWO = 'two faults in one: which is met first is left open'
PAYLOAD = 'data/00000002/00000002.jpg'


def members(change):
	"""A small bundle whose list of members `change` may alter or replace."""
	def make():
		c = small()
		c.members_hook = change
		return c
	return make


def member(suffix, change):
	"""… one member, found by the end of its name."""
	return members(lambda ms: change(next(m for m in ms if m.name.decode().endswith(suffix))) and None)


def fields(where, suffix=PAYLOAD, **values):
	def change(m):
		if where in ('local', 'both'):
			m.local.update(values)
		if where in ('central', 'both'):
			m.central.update(values)
	return member(suffix, change)


def end(**values):
	def make():
		c = small()
		c.zip['end'] = values
		return c
	return make


def zip_options(**options):
	def make():
		c = small()
		c.zip.update(options)
		return c
	return make


def raw(change):
	def make():
		c = small()
		c.bytes_hook = change
		return c
	return make


def end_of(data):
	"""(size, offset) of the central directory."""
	return struct.unpack('<II', data[-10:-2])


def find(ms, suffix):
	return next(i for i, m in enumerate(ms) if m.name.decode().endswith(suffix))


def names_and_offsets(t):
	t.bad('Z-01', 'local name other than the central one, same length', fields('local', name=b'case-1f0c9a3e/data/00000002/00000002.jph'), BAD)
	t.bad('Z-01', 'local name longer than the central one', fields('local', name=b'case-1f0c9a3e/data/00000002/00000002.jpg2'), BAD)
	t.bad('Z-01', 'central name other than the local one', fields('central', name=b'case-1f0c9a3e/data/00000002/00000003.jpg'), BAD)
	t.bad('Z-02', 'the same name twice with other data', members(twice), NAME)
	t.bad('Z-02', 'a second mimetype behind the base folder', members(lambda ms: ms.insert(find(ms, 'META-INF/ASiCManifest001.xml'), zipw.Member('mimetype', MIME.encode()))), NAME)
	t.bad('Z-02', 'a second mimetype at once', members(lambda ms: ms.insert(1, zipw.Member('mimetype', MIME.encode()))), NAME)
	t.bad('Z-03', 'two central records of one name and offset', members(same_offset(False)), EITHER, note=TWO)
	t.bad('Z-04', 'two central records of other names, one offset', members(same_offset(True)), BAD)
	t.bad('Z-05', 'an entry between two others without central record', members(lambda ms: hide(ms)), BAD)
	t.bad('Z-05', 'the last entry without central record', members(lambda ms: setattr(ms[-1], 'hidden', True)), BAD)
	t.bad('Z-06', 'an offset that points to no local header', member(PAYLOAD, lambda m: m.central.update(offset=77)), BAD)
	t.bad('Z-07', 'an offset into the data of another entry, where a fitting local header stands', nested, BAD)
	t.bad('Z-08', 'an offset at the central directory', raw(lambda d: patch_offset(d, -1, end_of(d)[1])), BAD)
	t.bad('Z-08', 'an offset beyond the file', raw(lambda d: patch_offset(d, -1, len(d) + 5)), BAD)
	t.bad('Z-09', 'central records in another order than the local headers', reordered(True), EITHER, note=TWO)
	t.bad('Z-09', 'local headers in another order than the central records', reordered(False), BAD)


def twice(ms):
	i = find(ms, PAYLOAD)
	ms.insert(i + 1, zipw.Member(ms[i].name, b'other'))


def same_offset(renamed):
	def change(ms):
		i = find(ms, PAYLOAD)
		twin = zipw.Member(ms[i].name.replace(b'00000002.jpg', b'00000003.jpg') if renamed else ms[i].name, ms[i].data)
		twin.absent = True
		twin.offset = sum(len(zipw.local_header(m)) + len(m.data) for m in ms[:i])
		ms.insert(i + 1, twin)
	return change


def hide(ms):
	m = zipw.Member('case-1f0c9a3e/data/00000002/00000003.bin', b'hidden')
	m.hidden = True
	ms.insert(find(ms, PAYLOAD) + 1, m)


def nested():
	inner = zipw.Member('case-1f0c9a3e/data/00000003/00000002.txt', b'seen on the phone')
	c = small()
	c.entries[1].records[1]['_data'] = b'\x00' * 7 + zipw.local_header(inner) + inner.data

	def change(ms):
		i, j = find(ms, PAYLOAD), find(ms, '00000003/00000002.txt')
		at = sum(len(zipw.local_header(m)) + len(m.data) for m in ms[:i]) + len(zipw.local_header(ms[i])) + 7
		ms[j].absent, ms[j].offset = True, at
	c.members_hook = change
	return c


def central_starts(data):
	"""Offsets of the central records."""
	size, at = end_of(data)
	out, stop = [], at + size
	while at < stop:
		out.append(at)
		n, x, k = struct.unpack('<HHH', data[at + 28:at + 34])
		at += 46 + n + x + k
	return out


def patch_offset(data, which, value):
	at = central_starts(data)[which] + 42
	return data[:at] + struct.pack('<I', value) + data[at + 4:]


def reordered(central):
	def make():
		c = small()

		def change(ms):
			i = find(ms, PAYLOAD)
			order = ms[:i] + [ms[i + 1], ms[i]] + ms[i + 2:]
			c.zip['central_order'] = order if central else list(ms)
			return ms if central else order
		c.members_hook = change
		return c
	return make


def junk(t):
	t.bad('Z-10', '28 bytes in the gap between two entries', member(PAYLOAD, lambda m: setattr(m, 'before', b'J' * 28)), BAD)
	t.bad('Z-10', 'one zero byte in the gap', member(PAYLOAD, lambda m: setattr(m, 'after', b'\0')), BAD)
	t.bad('Z-11', 'bytes between the last data and the central directory', zip_options(before_central=b'J' * 10), BAD)
	t.bad('Z-12', 'bytes between central directory and end record', zip_options(before_end=b'J' * 10), BAD)
	t.bad('Z-12', 'bytes there, counted as central directory', raw(counted_junk), BAD)
	t.bad('Z-13', 'an APK signing block before the central directory', zip_options(
		before_central=struct.pack('<Q', 24) + struct.pack('<Q', 24) + b'APK Sig Block 42'), BAD)
	t.bad('Z-14', 'a shell stub before the first entry, offsets unchanged', raw(lambda d: b'#!/bin/sh\nexit 0\n' + d), BAD)
	t.bad('Z-15', 'a shell stub, offsets adjusted', members(lambda ms: setattr(ms[0], 'before', b'#!/bin/sh\nexit 0\n')), BAD)
	for n in (1, 12, 22, 65536):
		t.bad('Z-16', '%d bytes after the end record' % n, raw(lambda d: d + b'\0' * n), BAD)
	t.bad('Z-16', 'a second end record after the first', raw(lambda d: d + d[-22:]), BAD)
	for n in (1, 22, 65535):
		t.bad('Z-17', 'end record with a comment of %d bytes' % n, end(comment=b'c' * n), BAD)
	t.bad('Z-17', 'comment length 1 but no comment', end(clen=1), BAD)
	t.bad('Z-18', 'a comment that holds a whole second ZIP', lambda: with_comment(), BAD)
	t.bad('Z-19', 'two ZIPs one after the other', raw(lambda d: d + other_zip()), BAD)
	t.bad('Z-19', 'two, the offsets of the second adjusted', raw(adjusted), BAD)


def counted_junk(data):
	size, offset = end_of(data)
	e = data[-22:]
	return data[:-22] + b'J' * 10 + e[:12] + struct.pack('<I', size + 10) + e[16:]


def other_zip():
	return small(case_id='2e1d0c9b-8a79-4687-b5a4-93827160f5e4').bundle()


def with_comment():
	c = small()
	c.zip['end'] = {'comment': zipw.container([zipw.Member('mimetype', MIME.encode())])}
	return c


def adjusted(data):
	c = small()
	c.members_hook = lambda ms: setattr(ms[0], 'before', data)
	return c.bundle()


def end_record(t):
	for d in (-1, 1, 100):
		t.bad('Z-21' if d < 0 else 'Z-22', 'end record: number of entries wrong by %d' % d, raw(lambda x: counts(x, d, d)), BAD)
	t.bad('Z-23', 'entries on this disk other than in all', raw(lambda x: counts(x, -1, 0)), BAD)
	t.bad('Z-23', 'entries in all other than on this disk', raw(lambda x: counts(x, 0, -1)), BAD)
	for d in (-1, 1, -46, 46):
		t.bad('Z-24', 'central directory size wrong by %d' % d, raw(lambda x: sized(x, d, 0)), BAD)
		t.bad('Z-25', 'central directory offset wrong by %d' % d, raw(lambda x: sized(x, 0, d)), BAD)
	t.bad('Z-24', 'size and offset wrong together', raw(lambda x: sized(x, -1, 1)), BAD)
	t.bad('Z-26', 'disk number 1', end(disk=1), BAD)
	t.bad('Z-26', 'central directory on disk 1', end(cdisk=1), BAD)
	t.bad('Z-26', 'an entry on disk 1', fields('central', disk=1), BAD)
	t.bad('Z-57', 'an empty file', lambda: b'', BAD)
	t.bad('Z-57', '21 bytes', lambda: b'PK\x05\x06' + bytes(17), BAD)
	t.bad('Z-57', 'an end record alone', lambda: b'PK\x05\x06' + bytes(18), BAD)
	t.bad('Z-57', 'mimetype alone', lambda: zipw.container([zipw.Member('mimetype', MIME.encode())]), 'NOT_THIS_FORMAT@')
	t.bad('Z-57', 'text, not a ZIP', lambda: b'This is no bundle.\n' * 40, BAD)


def counts(data, here, total):
	e = data[-22:]
	a, b = struct.unpack('<HH', e[8:12])
	return data[:-22] + e[:8] + struct.pack('<HH', a + here, b + total) + e[12:]


def sized(data, dsize, doffset):
	size, offset = end_of(data)
	return data[:-10] + struct.pack('<II', size + dsize, offset + doffset) + data[-2:]


def zip64(t):
	full = {'here': 0xffff, 'total': 0xffff, 'size': 0xffffffff, 'offset': 0xffffffff}
	t.bad('Z-27', 'ZIP64 end record that agrees, but the end record has room', zip_options(force64=True), BAD)
	t.bad('Z-27', 'ZIP64 end record used though nothing needs it', zip_options(force64=True, end=full), BAD)
	t.bad('Z-27', 'ZIP64 end record that points to another central directory', zip_options(force64=True, end64={'offset': 0}), BAD)
	for name, values in (('offset + 1', {'offset': 1}), ('two disks', {'disks': 2}), ('no disk', {'disks': 0}), ('disk 1', {'disk': 1})):
		t.bad('Z-28', 'ZIP64 locator: ' + name, zip_options(force64=True, end=full, locator=values), BAD)
	for name, values in (('size 45', {'length': 45}), ('size 43', {'length': 43}), ('made by 62', {'made': 62}), ('needed 62', {'needed': 62}),
			('extensible data', {'length': 52, 'tail': b'x' * 8}), ('disk 1', {'disk': 1}), ('central disk 1', {'cdisk': 1}), ('entries here', {'here': 1})):
		t.bad('Z-29', 'ZIP64 end record: ' + name, zip_options(force64=True, end=full, end64=values), BAD)
	for name in full:
		t.bad('Z-30', 'end record says %s is in the ZIP64 record; there is none' % name, end(**{name: full[name]}), BAD)
	t.bad('Z-30', 'all of them', end(**full), BAD)
	t.bad('Z-31', 'ZIP64 end record overlapping the locator', raw(overlap), BAD)
	big = struct.pack('<HHQQ', 1, 16, 22, 22)
	t.bad('Z-32', 'sizes 0xFFFFFFFF without ZIP64 field', fields('both', csize=0xffffffff, usize=0xffffffff), BAD)
	t.bad('Z-33', 'ZIP64 field though the sizes fit, same values', fields('both', extra=big, needed=45), BAD)
	t.bad('Z-33', 'ZIP64 field used though the sizes fit', fields('both', extra=big, needed=45, csize=0xffffffff, usize=0xffffffff), BAD)
	t.bad('Z-33', 'ZIP64 field with other values', fields('both', extra=struct.pack('<HHQQ', 1, 16, 9, 9), needed=45), BAD)
	t.bad('Z-33', 'ZIP64 field with the offset though it fits', member(PAYLOAD, far), BAD)
	t.bad('Z-33', 'central ZIP64 field used though the sizes fit, nothing else', member(PAYLOAD, roomy), BAD)
	t.bad('Z-33', 'central ZIP64 field with the offset though it fits, nothing else', members(placed), BAD)
	t.bad('Z-34', 'two ZIP64 fields', fields('both', extra=big + big, needed=45, csize=0xffffffff, usize=0xffffffff), BAD)
	for n in (0, 4, 7, 28, 32):
		t.bad('Z-35', 'ZIP64 field of %d bytes' % n, fields('both', extra=struct.pack('<HH', 1, n) + bytes(n), needed=45,
			csize=0xffffffff, usize=0xffffffff), BAD)
	for n in (1 << 63, (1 << 64) - 1, (1 << 64) - 40, 1 << 62):
		t.bad('Z-36', 'ZIP64 sizes of %d' % n, fields('both', extra=struct.pack('<HHQQ', 1, 16, n, n), needed=45,
			csize=0xffffffff, usize=0xffffffff), BAD)


	t.bad('Z-36', 'a central directory 4 GiB behind the end, its size so that both add up', raw(around), BAD)


def roomy(m):
	m.central.update(csize=0xffffffff, usize=0xffffffff, needed=45, extra=struct.pack('<HHQQ', 1, 16, m.size, m.size))


def placed(ms):
	i = find(ms, PAYLOAD)
	at = sum(len(zipw.local_header(m)) + m.size for m in ms[:i])
	ms[i].central.update(offset=0xffffffff, needed=45, extra=struct.pack('<HHQ', 1, 8, at))


def around(data):
	size, offset = end_of(data)
	n = struct.unpack('<H', data[-12:-10])[0]
	begins = offset + size
	return data[:-22] + zipw.end_records(n, size, offset, {'size': 0xffffffff, 'offset': 0xffffffff}, True,
		{'size': (1 << 64) - (1 << 32), 'offset': begins + (1 << 32)}, {'offset': begins})


def far(m):
	at = 0x1234
	m.central.update(offset=0xffffffff, needed=45, extra=struct.pack('<HHQ', 1, 8, at))


def overlap(data):
	size, offset = end_of(data)
	record = zipw.end_records(10, size, offset, force64=True)
	return data[:-22] + record[:50] + record[56:]


def headers(t):
	for where in ('local', 'central'):
		for name in ('crc', 'csize', 'usize'):
			t.bad('Z-37', '%s changed in the %s header only' % (name, where), fields(where, **{name: 7}), BAD)
		t.bad('Z-38', 'method 8 in the %s header only' % where, fields(where, method=8), BAD)
		for bit in (0, 3, 4, 5, 6, 11, 13, 15):
			t.bad('Z-44', 'flag bit %d in the %s header only' % (bit, where), fields(where, flags=1 << bit), BAD)
		t.bad('Z-49', 'version needed 0x00FF in the %s header only' % where, fields(where, needed=0xff), BAD)
		t.bad('Z-60', 'time in the %s header only' % where, fields(where, time=1), BAD)
		t.bad('Z-60', 'date in the %s header only' % where, fields(where, date=0x22), BAD)
		t.bad('Z-06', '%s header with another signature' % where, fields(where, sig=b'PK\x07\x08'), BAD)
	t.bad('Z-39', 'CRC-32 of an item wrong in both headers', fields('both', crc=7), 'ITEM_ALTERED@2/2')
	for suffix in ('custody/00000002/entry.json', 'custody/00000001/records.jsonl', 'bagit.txt', 'META-INF/signature001.p7s'):
		t.bad('Z-39', 'CRC-32 of %s wrong in both headers' % suffix, fields('both', suffix, crc=7),
			'CRC_WRONG@' + ('' if suffix[0] == 'M' else 'case-1f0c9a3e/') + suffix)
	t.bad('Z-39', 'CRC-32 of mimetype wrong in both headers', fields('both', 'mimetype', crc=7), 'CRC_WRONG@mimetype')
	t.bad('Z-40', 'an item altered, CRC-32 right', member(PAYLOAD, alter), 'ITEM_ALTERED@2/2')
	for bit in (0, 3, 4, 5, 6, 11, 13, 15):
		case = {0: 'Z-41', 3: 'Z-42'}.get(bit, 'Z-44')
		t.bad(case, 'flag bit %d in both headers' % bit, fields('both', flags=1 << bit), BAD)
	t.bad('Z-41', 'AES: method 99 with field 0x9901', fields('both', flags=1, method=99, extra=struct.pack('<HHHHBH', 0x9901, 7, 2, 0x4541, 3, 0)), BAD)
	t.bad('Z-42', 'data descriptor, local sizes zero', member(PAYLOAD, lambda m: descriptor(m, True, 'I')), BAD)
	t.bad('Z-43', 'data descriptor without signature', member(PAYLOAD, lambda m: descriptor(m, False, 'I')), BAD)
	t.bad('Z-43', 'data descriptor of 64-bit form', member(PAYLOAD, lambda m: descriptor(m, True, 'Q')), BAD)
	t.bad('Z-43', 'data descriptor, flag not set', member(PAYLOAD, lambda m: setattr(m, 'after', b'PK\x07\x08' + bytes(12))), BAD)
	for n in (1, 6, 8, 9, 12, 14, 93, 95, 98, 99):
		t.bad('Z-45', 'method %d in both headers' % n, fields('both', method=n), BAD)
	deflated = zlib.compress(JPEG)[2:-4]
	t.bad('Z-46', 'deflated, bytes left over', member(PAYLOAD, lambda m: pack(m, deflated + b'left')), BAD, note='deflate is not of the format at all')
	t.bad('Z-47', 'deflated, ends early', member(PAYLOAD, lambda m: pack(m, deflated[:-3])), BAD, note='as above')
	t.bad('Z-48', 'stored, compressed size other than size', fields('both', usize=21), BAD)
	for n in (0, 20, 45, 63, 0xff):
		t.bad('Z-49', 'version needed %d in both' % n, fields('both', needed=n), BAD)
	for n in (0, 20, 0x031e, 0x032d, 63):
		t.bad('Z-49', 'version made by %#x' % n, fields('central', made=n), BAD)
	for where in ('local', 'central', 'both'):
		for tag in (0x5455, 0x7875, 0x000a, 0x6375, 0xcafe):
			t.bad('Z-50', 'extra field %#x, %s' % (tag, where), fields(where, extra=struct.pack('<HHI', tag, 4, 0)), BAD)
		t.bad('Z-50', 'extra length beyond the header, ' + where, fields(where, xlen=0xffff), BAD)
		t.bad('Z-50', 'extra of 1 byte, ' + where, fields(where, extra=b'x'), BAD)
		t.bad('Z-51', 'Unicode path field with another name, ' + where, fields(where, extra=struct.pack('<HHBI', 0x7075, 13, 1, 0) + b'evil.txt'), BAD)
	t.bad('Z-52', 'a comment in a central record', fields('central', comment=b'c'), BAD)
	t.bad('Z-52', 'a comment length that eats the next record', fields('central', clen=60), BAD)
	for name, mode in (('symlink', 0o120777), ('directory', 0o040755), ('block device', 0o060600), ('FIFO', 0o010600), ('setuid', 0o104755)):
		t.bad('Z-53' if name == 'symlink' else 'Z-54', 'external attributes: ' + name, fields('central', external=mode << 16, made=0x032d), BAD)
		t.bad('Z-53' if name == 'symlink' else 'Z-54', 'external attributes: %s, host 0' % name, fields('central', external=mode << 16), BAD)
	t.bad('Z-54', 'external attributes: 0x20 (archive)', fields('central', external=0x20), BAD)
	t.bad('Z-54', 'internal attributes: text', fields('central', internal=1), BAD)
	t.bad('Z-60', 'time and date 0', fields('both', time=0, date=0), BAD)
	t.bad('Z-60', 'time and date 0xFFFF', fields('both', time=0xffff, date=0xffff), BAD)
	t.bad('Z-55', 'a folder entry with data', members(lambda ms: ms.insert(find(ms, PAYLOAD), zipw.Member('case-1f0c9a3e/data/00000002/', b'x'))), NAME)
	t.bad('Z-55', 'a folder entry without data', members(lambda ms: ms.insert(find(ms, PAYLOAD), zipw.Member('case-1f0c9a3e/data/00000002/', b''))), NAME)
	for name in ('needed', 'flags', 'method', 'time', 'date'):
		t.bad('Z-60' if name in ('time', 'date') else 'Z-49', 'last entry: %s 3 in both' % name,
			fields('both', 'signature001.p7s', **{name: 3}), BAD)


def alter(m):
	m.data = flip(m.data, 5)
	m.crc = zlib.crc32(m.data)


def descriptor(m, signed, form):
	m.local.update(flags=8, crc=0, csize=0, usize=0)
	m.central.update(flags=8)
	m.after = (b'PK\x07\x08' if signed else b'') + struct.pack('<I' + form * 2, m.crc, m.size, m.size)


def pack(m, data):
	m.both(method=8, csize=len(data), usize=m.size)
	m.data = data


def mimetype(t):
	t.bad('Z-56', 'mimetype missing', members(lambda ms: ms[1:]), BAD)
	t.bad('Z-56', 'mimetype second', members(lambda ms: [ms[1], ms[0]] + ms[2:]), EITHER, note=TWO)
	t.bad('Z-56', 'mimetype last', members(lambda ms: ms[1:] + ms[:1]), EITHER, note=TWO)
	t.bad('Z-56', 'mimetype compressed', members(lambda ms: pack(ms[0], zlib.compress(ms[0].data)[2:-4])), BAD)
	t.bad('Z-56', 'mimetype with an extra field', members(lambda ms: ms[0].both(extra=b'\xfe\xca\x00\x00') and None), BAD)
	for data in (MIME + '\n', MIME + ' ', MIME.upper(), 'application/zip', '', 'application/vnd.etsi.asic-s+zip', '\ufeff' + MIME):
		t.bad('A-36' if 'asic-s' in data else 'Z-56', 'mimetype content %r' % data, members(lambda ms: content_of(ms[0], data.encode())), 'NOT_THIS_FORMAT@')
	t.bad('Z-56', 'MIMETYPE in upper case', members(lambda ms: [zipw.Member('MIMETYPE', MIME.encode())] + ms[1:]), EITHER, note=TWO)


def content_of(m, data):
	m.data, m.size, m.crc = data, len(data), zlib.crc32(data)


def losses(t):
	whole = small().bundle()
	for n in list(range(0, 40)) + list(range(40, len(whole), 331)) + list(range(len(whole) - 30, len(whole))):
		t.bad('Z-58', 'cut to %d bytes' % n, lambda: whole[:n], BAD)
	for at in range(0, len(whole), 512):
		t.bad('Z-59', '512 bytes from %d zeroed' % at, lambda: whole[:at] + bytes(min(512, len(whole) - at)) + whole[at + 512:],
			BAD, pins=[], loose=True, note='which check notices depends on the place; never better than refused or failed')
	t.bad('A-31', 'unpacked and packed again by another program', lambda: rezip(whole, zipfile.ZIP_STORED), BAD)
	t.bad('A-31', 'packed again with deflate', lambda: rezip(whole, zipfile.ZIP_DEFLATED), BAD)


def rezip(data, method):
	out = io.BytesIO()
	with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, 'w', method) as new:
		for name in old.namelist():
			new.writestr(zipfile.ZipInfo(name, (2026, 11, 22, 3, 4, 6)), old.read(name), method)
	return out.getvalue()


def build(t):
	for part in (names_and_offsets, junk, end_record, zip64, headers, mimetype, losses):
		part(t)
