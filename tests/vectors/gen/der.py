"""DER by hand: small writers, and a reader just good enough for our own keys and certificates."""


def length(n):
	if n < 0x80:
		return bytes([n])
	body = n.to_bytes((n.bit_length() + 7) // 8, 'big')
	return bytes([0x80 | len(body)]) + body


def tlv(tag, *parts):
	body = b''.join(parts)
	return bytes([tag]) + length(len(body)) + body


def seq(*parts):
	return tlv(0x30, *parts)


def set_(*parts):
	return tlv(0x31, *parts)


def octets(value):
	return tlv(0x04, value)


def bits(value, unused=0):
	return tlv(0x03, bytes([unused]), value)


def integer(n):
	"""The shortest two's complement form (X.690 §8.3)."""
	size = max(1, (n.bit_length() + 8) // 8)
	return tlv(0x02, n.to_bytes(size, 'big', signed=True))


def boolean(value):
	return tlv(0x01, b'\xff' if value else b'\x00')


NULL = b'\x05\x00'


def oid(dotted):
	arcs = [int(part) for part in dotted.split('.')]
	out = bytearray()
	for arc in [arcs[0] * 40 + arcs[1]] + arcs[2:]:
		chunk = [arc & 0x7f]
		arc >>= 7
		while arc:
			chunk.append(0x80 | (arc & 0x7f))
			arc >>= 7
		out += bytes(reversed(chunk))
	return tlv(0x06, bytes(out))


def read(data, at=0):
	"""One element: (tag, start of contents, end)."""
	tag, n, start = data[at], data[at + 1], at + 2
	if n & 0x80:
		count = n & 0x7f
		n = int.from_bytes(data[start:start + count], 'big')
		start += count
	return tag, start, start + n


def children(data):
	"""The elements inside the one element `data`, each whole."""
	_, at, end = read(data)
	out = []
	while at < end:
		_, _, stop = read(data, at)
		out.append(data[at:stop])
		at = stop
	return out


def contents(data):
	_, start, end = read(data)
	return data[start:end]
