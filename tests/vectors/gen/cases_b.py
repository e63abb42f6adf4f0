"""Group B: the bag. The verifier writes what the tag files must be, so each case is one of bytes."""
import zlib

from .case import MANIFEST, SIGNATURE, TAGS, content, hexsha
from .models import final, flip, hook, path, small

BASE = 'case-1f0c9a3e/'
M, T, I, B = (BASE + n for n in ('manifest-sha256.txt', 'tagmanifest-sha256.txt', 'bag-info.txt', 'bagit.txt'))
JPG = BASE + 'data/00000002/00000002.jpg'
TXT = BASE + 'data/00000002/00000004.txt'
ARGUED = 'where the catalogue expects a parser to judge, every deviation from the one byte form is TAGFILE_ALTERED'


def put(name, data):
	return lambda c, files: files.__setitem__(name, data)


def change(name, fn):
	return lambda c, files: files.__setitem__(name, fn(files[name]))


def gone(*names):
	def run(c, files):
		for name in names:
			del files[name]
	return run


def tag(t, case, what, name, fn, key=True, **o):
	"""A tag file altered: by somebody without the key, and by the key's holder, whose manifests follow it."""
	t.bad(case, what, lambda: small(final(change(name, fn))), 'TAGFILE_ALTERED@' + name, **o)
	if not key:
		return
	found = ['TAGFILE_ALTERED@' + name]
	if name not in (T,):
		found.append('TAGFILE_ALTERED@' + T)
	t.bad(case, what + ', everything after it made anew and sealed', lambda: small(hook('tags', followed(name, fn))),
		*found, 'MANIFEST_ALTERED@' + MANIFEST, **o)


def followed(name, fn):
	def run(c, files):
		before = hexsha(files[name]).encode()
		files[name] = fn(files[name])
		if name != T:
			files[T] = files[T].replace(before, hexsha(files[name]).encode())
	return run


def extra(t, case, what, name, data=b'x', **o):
	t.bad(case, what, lambda: small(final(put(name, data))), 'FILE_UNACCOUNTED@' + name, **o)
	t.bad(case, what + ', sealed with it', lambda: small(hook('tags', put(name, data))), 'FILE_UNACCOUNTED@' + name,
		'MANIFEST_ALTERED@' + MANIFEST, **o)


def payload(t):
	t.bad('B-01', 'an item missing', lambda: small(final(gone(JPG))), 'ITEM_MISSING@2/2')
	t.bad('B-01', 'two items missing', lambda: small(final(gone(JPG, TXT))), 'ITEM_MISSING@2/2', 'ITEM_MISSING@2/4')
	t.bad('B-01', 'the description missing', lambda: small(final(gone(BASE + 'data/00000001/00000002.json'))), 'ITEM_MISSING@1/2')
	t.bad('B-01', 'an item missing, sealed without it', lambda: small(hook('payload', gone(JPG))), 'ITEM_MISSING@2/2',
		*['TAGFILE_ALTERED@' + n for n in (I, M, T)], 'MANIFEST_ALTERED@' + MANIFEST)
	extra(t, 'B-02', 'a file under data/ without record', BASE + 'data/00000002/00000006.bin')
	extra(t, 'B-02', 'a file in a folder of data/ of no entry', BASE + 'data/00000009/00000001.bin')
	t.bad('B-02', 'a file under data/ without record, in all manifests', lambda: small(hook('payload', put(BASE + 'data/00000002/00000006.bin', b'x'))),
		'FILE_UNACCOUNTED@' + BASE + 'data/00000002/00000006.bin', *['TAGFILE_ALTERED@' + n for n in (I, M, T)], 'MANIFEST_ALTERED@' + MANIFEST)
	t.bad('B-02', 'an item under another extension', lambda: small(final(renamed)), 'FILE_UNACCOUNTED@' + JPG.replace('jpg', 'jpx'), 'ITEM_MISSING@2/2')
	extra(t, 'B-03', 'a tag file that the format does not have', BASE + 'notes.txt')
	extra(t, 'B-03', 'Thumbs.db of a file manager, lower case', BASE + 'thumbs.db')
	t.bad('B-31', 'two items of other size exchanged', lambda: small(final(swap)), 'ITEM_ALTERED@2/2', 'ITEM_ALTERED@2/4')
	t.bad('B-32', 'an item replaced by one of equal size and CRC-32', lambda: small(final(change(JPG, same_crc))), 'ITEM_ALTERED@2/2')
	t.bad('B-01', 'an item one byte longer', lambda: small(final(change(JPG, lambda d: d + b'\0'))), 'ITEM_ALTERED@2/2')
	t.bad('B-01', 'an item one byte shorter', lambda: small(final(change(JPG, lambda d: d[:-1]))), 'ITEM_ALTERED@2/2')
	t.bad('B-01', 'an item emptied', lambda: small(final(put(JPG, b''))), 'ITEM_ALTERED@2/2')
	t.bad('B-33', 'an item altered, all manifests and the seal made anew', lambda: small(hook('payload', change(JPG, flip))), 'ITEM_ALTERED@2/2',
		*['TAGFILE_ALTERED@' + n for n in (M, T)], 'MANIFEST_ALTERED@' + MANIFEST)
	for field, value in (('sha256', '0' * 64), ('crc32', '00000000'), ('size', 5)):
		more = {'sha256': [M, T], 'size': [I, T], 'crc32': []}[field]
		t.bad('B-34', 'content record with another %s, signed so' % field, lambda: small(record(field, value)), 'ITEM_ALTERED@2/2',
			*['TAGFILE_ALTERED@' + n for n in more], *(['MANIFEST_ALTERED@' + MANIFEST] if more else []))
	t.good('B-05', 'content record with another sha512: not checked unless asked', lambda: small(record('sha512', '0' * 128)), facts=False)
	t.bad('B-05', 'the same with --all-digests', lambda: small(record('sha512', '0' * 128)), 'ITEM_ALTERED@2/2', args=['--all-digests'])


def record(field, value):
	return lambda c: c.entries[1].records[1].__setitem__(field, value)


def renamed(c, files):
	files[JPG.replace('jpg', 'jpx')] = files.pop(JPG)


def swap(c, files):
	files[JPG], files[TXT] = files[TXT], files[JPG]


def same_crc(data):
	"""Flips bits so that CRC-32 stays: adds the generator polynomial, shifted (CRC is linear)."""
	poly = 0x1DB710641                      # reflected, x^32 in bit 0
	for shift in range(8 * len(data) - 33):
		mask = (poly << shift).to_bytes(len(data), 'little')
		new = bytes(a ^ b for a, b in zip(data, mask))
		if zlib.crc32(new) == zlib.crc32(data):
			return new
	raise ValueError


def manifests(t):
	lines = lambda fn: lambda d: b''.join(x + b'\n' for x in fn(d.split(b'\n')[:-1]))
	tag(t, 'B-04', 'an item left out of manifest-sha256.txt', M, lines(lambda x: x[:1] + x[2:]))
	for name in ('manifest-sha512.txt', 'manifest-md5.txt', 'manifest-sha1.txt', 'manifest-foo.txt', 'tagmanifest-sha512.txt', 'tagmanifest-md5.txt'):
		extra(t, {'manifest-sha512.txt': 'B-05', 'manifest-md5.txt': 'B-07', 'manifest-sha1.txt': 'B-07', 'manifest-foo.txt': 'B-09'}.get(name, 'B-25'),
			'a %s beside' % name, BASE + name)
	t.bad('B-06', 'only manifest-md5.txt', lambda: small(final(moved(M, BASE + 'manifest-md5.txt'))),
		'FILE_UNACCOUNTED@' + BASE + 'manifest-md5.txt', 'FILE_MISSING@' + M)
	tag(t, 'B-08', 'digests of 40 digits', M, lines(lambda x: [y[24:] for y in x]))
	tag(t, 'B-08', 'digests of 128 digits', M, lines(lambda x: [y[:64] + y for y in x]))
	tag(t, 'B-10', 'digests in upper case', M, lambda d: b''.join(x[:64].upper() + x[64:] + b'\n' for x in d.split(b'\n')[:-1]), note=ARGUED)
	tag(t, 'B-11', 'a path twice', M, lines(lambda x: x[:1] + x))
	tag(t, 'B-11', 'a path twice with another digest', M, lines(lambda x: [b'0' * 64 + x[0][64:]] + x))
	tag(t, 'B-12', 'a path in two normal forms', M, lines(lambda x: x + [b'0' * 64 + '  data/é'.encode(), b'0' * 64 + '  data/e\u0301'.encode()]))
	for p in (b'data/../bagit.txt', b'/etc/passwd', b'~/x', b'..\\x', b'data/./a'):
		tag(t, 'B-13', 'path %s' % p.decode(), M, lines(lambda x: x[:-1] + [x[-1][:66] + p]), key=False)
	tag(t, 'B-14', 'a path outside data/', M, lines(lambda x: x + [b'0' * 64 + b'  bagit.txt']))
	for name, gap in (('*', b' *'), ('a tab', b'\t'), ('one space', b' '), ('three spaces', b'   ')):
		tag(t, 'B-15', '%s between digest and path' % name, M, lambda d: d.replace(b'  ', gap), note=ARGUED)
	for name, fn in (('CRLF', lambda d: d.replace(b'\n', b'\r\n')), ('CR', lambda d: d.replace(b'\n', b'\r')), ('no last newline', lambda d: d[:-1]),
			('a blank line', lambda d: d + b'\n'), ('a BOM', lambda d: b'\xef\xbb\xbf' + d)):
		for f in (M, T, I, B):
			tag(t, 'B-16' if f in (M, T) else 'B-20', '%s in %s' % (name, f[len(BASE):]), f, fn, key=f == M, note=ARGUED)
	for p in (b'%0A', b'%0D', b'%25', b'%2e%2e', b'%250A'):
		tag(t, 'B-17', 'path with ' + p.decode(), M, lambda d: d[:-5] + p + d[-5:], key=False)
	for data in (b'http://example.test/a - data/a\n', b'file:///etc/passwd 9 data/a\n', b'', b'http://example.test/a 22 data/00000002/00000002.jpg\n'):
		extra(t, 'B-19' if b'00000002' in data else 'B-18', 'fetch.txt of %d bytes' % len(data), BASE + 'fetch.txt', data)
	for n in TAGS:
		t.bad('B-24' if n[0] == 't' else 'B-20' if n == 'bagit.txt' else 'B-21' if n == 'bag-info.txt' else 'B-30', n + ' missing',
			lambda: small(final(gone(BASE + n))), 'FILE_MISSING@' + BASE + n)
		tag(t, 'B-30', n + ' empty', BASE + n, lambda d: b'', key=False)
	t.bad('B-20', 'all four tag files missing', lambda: small(final(gone(*[BASE + n for n in TAGS]))), *['FILE_MISSING@' + BASE + n for n in TAGS])
	for name, fn in (('version 9.9', lambda d: d.replace(b'1.0', b'9.9')), ('version 0.97', lambda d: d.replace(b'1.0', b'0.97')),
			('UTF-16', lambda d: d.replace(b'UTF-8', b'UTF-16')), ('a third line', lambda d: d + b'X: y\n'), ('lower case', lambda d: d.lower())):
		tag(t, 'B-20', 'bagit.txt: ' + name, B, fn)
	tag(t, 'B-30', 'manifest-sha256.txt empty though there is payload', M, lambda d: b'')
	tag(t, 'B-31', 'digests of two items exchanged', M, lines(lambda x: [x[0], x[2][:64] + x[1][64:], x[1][:64] + x[2][64:]] + x[3:]),
		note='the file manifest-sha256.txt is named: the items themselves fit their records')
	tag(t, 'B-04', 'lines in another order', M, lambda d: b''.join(sorted(d.splitlines(True), reverse=True)))


def moved(old, new):
	return lambda c, files: files.__setitem__(new, files.pop(old))


def info(t):
	import re
	for name, new in (('bytes + 1', b'84.4'), ('count + 1', b'83.5'), ('negative', b'-1.4'), ('2^70', b'1180591620717411303424.4'), ('leading zero', b'083.4'), ('empty', b'')):
		tag(t, 'B-21', 'Payload-Oxum ' + name, I, lambda d: re.sub(rb'Oxum: .*', b'Oxum: ' + new, d))
	tag(t, 'B-21', 'Payload-Oxum line missing', I, lambda d: d[:d.index(b'Payload')])
	for name, fn in (('a label twice', lambda d: d + d.splitlines(True)[-1]), ('a folded line', lambda d: d + b'  more\n'),
			('a value of 1 MB', lambda d: d + b'X: ' + b'v' * 1000000 + b'\n'), ('control characters', lambda d: d + b'X: \x1b[2K\x07\n'),
			('another date', lambda d: d.replace(b'2026-11', b'2025-11')), ('another caseId', lambda d: d.replace(b'1f0c9a3e', b'1f0c9a3f')),
			('another head', lambda d: re.sub(rb'Head: ..', b'Head: 00', d)), ('lines in another order', lambda d: b''.join(sorted(d.splitlines(True))))):
		tag(t, 'B-22', 'bag-info.txt: ' + name, I, fn)
	tag(t, 'B-23', 'the tag manifest lists itself', T, lambda d: d + b'0' * 64 + b'  tagmanifest-sha256.txt\n')
	tag(t, 'B-24', 'the tag manifest without bag-info.txt', T, lambda d: d[d.index(b'\n') + 1:])
	for base, place in (('case-2f0c9a3e', 'after'), ('bag2', 'before')):
		name = base + '/bagit.txt'
		t.bad('B-26', 'a second base folder %s the first' % place, lambda: small(final(put(name, b'x'))),
			'NOT_THIS_FORMAT@' if base == 'bag2' else 'FILE_UNACCOUNTED@' + name)
	t.bad('B-26', 'base folder other than the caseId', lambda: small(base='case-00000000'), 'ENTRY_LINK@1')
	t.bad('B-26', 'base folder not of the form', lambda: small(base='case-1f0c9a3'), 'NOT_THIS_FORMAT@')
	for base in ('xase-1f0c9a3e', 'case-1f0c9a3ea', 'case-1f0c9a3e-x', 'case-', 'c', 'dase.1f0c9a3e'):
		t.bad('B-26', 'base folder ' + base, lambda: small(base=base), 'NOT_THIS_FORMAT@')
	t.bad('B-26', 'base folder in upper case', lambda: small(base='case-1F0C9A3E'), 'CONTAINER_NAME@')
	t.bad('B-26', 'base folder with letters beyond f', lambda: small(base='case-1f0c9a3g'), 'NOT_THIS_FORMAT@')
	t.skip('B-36', 'folder and symlink entries: Z-53 to Z-55')


def build(t):
	for part in (payload, manifests, info):
		part(t)
	t.bad('B-29', 'no payload at all, the description too missing', lambda: small(final(lambda c, f: [f.pop(n) for n in list(f) if '/data/' in n])),
		*['ITEM_MISSING@' + i for i in ('1/2', '2/2', '2/4', '3/2')])
