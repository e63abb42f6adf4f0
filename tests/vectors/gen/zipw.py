"""The container of docs/format.md §8, each field replaceable."""
import struct
import zlib

U32, U16 = 0xffffffff, 0xffff


class Member:
	"""One entry. `local` and `central` replace header fields by name; None of them touches the other."""

	def __init__(self, name, data):
		self.name = name if isinstance(name, bytes) else name.encode()
		self.data = data
		self.crc = data.crc if hasattr(data, 'crc') else zlib.crc32(data)
		self.size = len(data)
		self.local, self.central = {}, {}
		self.before = b''        # bytes put before the local header, not accounted for
		self.hidden = False      # no central record
		self.absent = False      # no local header: only the central record is written
		self.offset = None       # replaces the offset in the central record
		self.after = b''         # bytes after the data

	def both(self, **fields):
		self.local.update(fields)
		self.central.update(fields)
		return self


def local_header(m):
	big = m.size >= U32
	f = dict(sig=b'PK\x03\x04', needed=45 if big else 10, flags=0, method=0, time=0, date=0x21, crc=m.crc,
		csize=U32 if big else m.size, usize=U32 if big else m.size, name=m.name,
		extra=struct.pack('<HHQQ', 1, 16, m.size, m.size) if big else b'')
	f.update(m.local)
	f.setdefault('nlen', len(f['name']))
	f.setdefault('xlen', len(f['extra']))
	return (f['sig'] + struct.pack('<HHHHHIIIHH', f['needed'], f['flags'], f['method'], f['time'], f['date'],
		f['crc'], f['csize'], f['usize'], f['nlen'], f['xlen']) + f['name'] + f['extra'])


def central_header(m, offset):
	big, far = m.size >= U32, offset >= U32
	body = (struct.pack('<QQ', m.size, m.size) if big else b'') + (struct.pack('<Q', offset) if far else b'')
	f = dict(sig=b'PK\x01\x02', made=45, needed=45 if big or far else 10, flags=0, method=0, time=0, date=0x21,
		crc=m.crc, csize=U32 if big else m.size, usize=U32 if big else m.size, name=m.name,
		extra=struct.pack('<HH', 1, len(body)) + body if body else b'', comment=b'', disk=0, internal=0,
		external=0, offset=U32 if far else offset)
	f.update(m.central)
	f.setdefault('nlen', len(f['name']))
	f.setdefault('xlen', len(f['extra']))
	f.setdefault('clen', len(f['comment']))
	return (f['sig'] + struct.pack('<HHHHHHIIIHHHHHII', f['made'], f['needed'], f['flags'], f['method'], f['time'],
		f['date'], f['crc'], f['csize'], f['usize'], f['nlen'], f['xlen'], f['clen'], f['disk'], f['internal'],
		f['external'], f['offset']) + f['name'] + f['extra'] + f['comment'])


def end_records(n, size, offset, end=None, force64=False, end64=None, locator=None):
	"""The ZIP64 records if needed, and the end record."""
	need = n >= U16 or size >= U32 or offset >= U32 or force64
	out = b''
	if need:
		f = dict(sig=b'PK\x06\x06', length=44, made=45, needed=45, disk=0, cdisk=0, here=n, total=n, size=size,
			offset=offset, tail=b'')
		f.update(end64 or {})
		out += f['sig'] + struct.pack('<QHHIIQQQQ', f['length'], f['made'], f['needed'], f['disk'], f['cdisk'],
			f['here'], f['total'], f['size'], f['offset']) + f['tail']
		g = dict(sig=b'PK\x06\x07', disk=0, offset=offset + size, disks=1)
		g.update(locator or {})
		out += g['sig'] + struct.pack('<IQI', g['disk'], g['offset'], g['disks'])
	f = dict(sig=b'PK\x05\x06', disk=0, cdisk=0, here=min(n, U16), total=min(n, U16), size=min(size, U32),
		offset=min(offset, U32), comment=b'')
	f.update(end or {})
	f.setdefault('clen', len(f['comment']))
	return out + f['sig'] + struct.pack('<HHHHIIH', f['disk'], f['cdisk'], f['here'], f['total'], f['size'],
		f['offset'], f['clen']) + f['comment']


def container(members, end=None, before_central=b'', before_end=b'', central_order=None, **end_options):
	"""The file's bytes."""
	out, offsets = bytearray(), {}
	for m in members:
		out += m.before
		offsets[id(m)] = len(out)
		if not m.absent:
			out += local_header(m) + m.data + m.after
	out += before_central
	start, n = len(out), 0
	for m in (central_order or members):
		if not m.hidden:
			out += central_header(m, offsets[id(m)] if m.offset is None else m.offset)
			n += 1
	size = len(out) - start
	out += before_end
	out += end_records(n, size, start, end, **end_options)
	return bytes(out)
