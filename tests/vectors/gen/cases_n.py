"""Group N: names of entries (docs/format.md §8, Names)."""
from . import zipw
from .cases_z import BAD, NAME, fields, members
from .models import small

BASE = b'case-1f0c9a3e/'


def added(*names, data=b'x'):
	"""A small bundle with more entries, each in its place of the order."""
	def change(ms):
		for name in names:
			ms.append(zipw.Member(name, data))
		ms[1:] = sorted(ms[1:], key=lambda m: (m.name.startswith(b'META-INF/'), m.name))
	return members(change)


def bad(t, case, *names, code=NAME, what=None, **o):
	shown = ', '.join('%r' % n[:40] for n in names)
	t.bad(case, (what or 'entry named') + ' ' + shown, added(*names), code, **o)


def unaccounted(t, case, name, **o):
	bad(t, case, name, code='FILE_UNACCOUNTED@' + name.decode(), **o)


def build(t):
	for n in (b'../../etc/x', b'a/../../b', b'data/..', b'data/../x', b'..', b'.', b'data/./x', b'data/...'):
		bad(t, 'N-01', BASE + n)
	for n in (b'../etc/x', b'..', b'zz/../x'):
		bad(t, 'N-01', n)
	for n in (b'/abs', b'//host/share', b'\\\\?\\C:\\x', b'C:\\x', b'C:x'):
		bad(t, 'N-02', n)
	bad(t, 'N-03', BASE + b'data\\..\\x')
	bad(t, 'N-03', BASE + b'data\\x')
	for n in (b'', b'/', BASE + b'a//b', BASE + b'a/', BASE):
		bad(t, 'N-04', n)
	for n in (b'a.txt\0.exe', b'a\0'):
		bad(t, 'N-05', BASE + n)
	for c in (b'\t', b'\r', b'\n', b'\x1b[2K', b'\x07', b'\x7f', b'\xc2\x85', b'\x01'):
		bad(t, 'N-06', BASE + b'a' + c + b'b')
	for c in '\u202a\u202e\u2066\u2069\u200e\u200f\u061c':
		bad(t, 'N-07', BASE + ('a%sgpj.exe' % c).encode())
	for c in '\u200b\u200c\u200d\u2060\ufeff\U000e0041':
		bad(t, 'N-08', BASE + ('a%sb' % c).encode())
	bad(t, 'N-09', BASE + b'zz/A.txt', BASE + b'zz/a.TXT')
	bad(t, 'N-09', BASE + b'data/00000002/00000002.JPG', what='case twin')
	bad(t, 'N-09', b'META-INF/signature001.P7S', what='case twin')
	bad(t, 'N-09', b'META-INF/Extra.xml', b'META-INF/extra.xml', what='case twins')
	bad(t, 'N-09', b'META-INF/A/x', b'META-INF/a/y', code='CONTAINER_NAME|FILE_UNACCOUNTED@', what='folders equal but for case,',
		loose=True, note='the rule speaks of names; refused or unaccounted, never verified')
	bad(t, 'N-10', BASE + 'café'.encode(), BASE + 'cafe\u0301'.encode())
	for n in ('ﬁle', 'ｆile', '\u212a', 'ſ'):
		bad(t, 'N-11', BASE + n.encode())
	bad(t, 'N-12', BASE + '.g\u200cit'.encode())
	bad(t, 'N-12', BASE + b'.git')
	for n in ('fıle', 'FİLE', 'FILE'):
		bad(t, 'N-13', BASE + n.encode())
	for n in (b'\xff', b'a\xc0\xafb', b'\xed\xa0\x80', b'a\xe2\x82'):
		bad(t, 'N-14', BASE + n)
	bad(t, 'N-15', BASE + b'\x81bc')
	t.bad('N-16', 'UTF-8 flag in the local header only', fields('local', flags=0x800), BAD)
	t.bad('N-16', 'UTF-8 flag in both headers', fields('both', flags=0x800), BAD)
	for n in (b'con', b'nul.txt', b'com1', b'lpt9.log', b'aux', b'prn.x.y', b'com0', b'lpt0.a', b'a/con/b'):
		bad(t, 'N-17', BASE + n)
	for n in ('com¹', 'conin$', 'aux.'):
		bad(t, 'N-17', BASE + n.encode())
	for n in (b'CON', b'Nul.xml', b'LPT1'):
		bad(t, 'N-17', b'META-INF/' + n)
	for n in (b'conx', b'com10', b'lpt', b'nul-1', b'acon', b'com'):
		unaccounted(t, 'N-17', BASE + n, note='no device name: an unaccounted file, not a bad name')
	for n in (b'a.txt.', b'a.txt ', b' a', b'-a', b'~a', b'_a', b'.a', b'a/-b'):
		bad(t, 'N-18', BASE + n)
	for n in (b'a.txt:evil', b'a.txt::$DATA', b':x'):
		bad(t, 'N-19', BASE + n)
	bad(t, 'N-20', BASE + b'data~1/00000001.bin')
	for n in (b'%2e%2e%2f', b'a%00', b'%25%32%65'):
		bad(t, 'N-21', BASE + n)
	long = BASE + b'n' * (180 - len(BASE))
	unaccounted(t, 'N-22', long, what='name of 180 bytes')
	bad(t, 'N-22', long + b'n', what='name of 181 bytes')
	bad(t, 'N-22', BASE + b'n' * (65535 - len(BASE)), what='name of 65535 bytes')
	unaccounted(t, 'N-22', BASE + b'/'.join([b'd'] * 80), what='80 folders deep')
	bad(t, 'N-22', BASE + b'/'.join([b'd'] * 1000), what='1000 folders deep')
	bad(t, 'N-23', BASE + b'zz', BASE + b'zz/b', what='file and folder')
	bad(t, 'N-23', BASE + b'zz', BASE + b'zz-c', BASE + b'zz.d', BASE + b'zz/b', what='file and folder, others between')
	bad(t, 'N-23', BASE + b'bagit.txt/x', what='a file below a tag file')
	bad(t, 'N-23', BASE + b'data', what='a file named like the payload folder')
	bad(t, 'N-23', b'META-INF/signature001.p7s/x', what='a file below the signature')
	bad(t, 'N-23', b'mimetype/x', what='a file below mimetype')
	bad(t, 'N-23', b'META-INF', what='a file named like the folder')
	bad(t, 'N-24', b'META-INF/../data/x')
	for n in (b'meta-inf/manifest.xml', b'Meta-Inf/x', b'META-inf/x', b'meta-inf'):
		bad(t, 'N-24', n)
	unaccounted(t, 'N-24', b'zzz.txt', what='outside the base folder')
	bad(t, 'N-24', b'aaa.txt', code='NOT_THIS_FORMAT@', what='before the base folder')
	bad(t, 'N-24', BASE + b'Data/x', what='upper case in the base folder')
	for case, why in (('N-25', 'verifiers write no file; unpacking is `evidence export`'), ('N-26', 'as N-25')):
		t.skip(case, why)
	t.bad('N-27', 'a symlink entry and a file below it', symlink, BAD)
	t.skip('N-28', 'original names are data: good-names; how reports show names: group I')
	t.skip('N-29', 'reports of evidence-verify list no original names')
	t.skip('N-30', 'as N-29; foreign texts that are shown: group I')


def symlink():
	c = small()

	def change(ms):
		m = zipw.Member(BASE + b'zz', b'/etc')
		m.central.update(external=0o120777 << 16, made=0x032d)
		ms += [m, zipw.Member(BASE + b'zz/passwd', b'x')]
		ms[1:] = sorted(ms[1:], key=lambda m: (m.name.startswith(b'META-INF/'), m.name))
	c.members_hook = change
	return c
