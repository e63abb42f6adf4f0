"""Group R: exhaustion. Every limit of docs/format.md §11 that fits in a small file, at the limit (good.py) and one beyond."""
import struct

from . import cert, cjson, der, zipw
from .case import SIGNATURE, content, signer
from .cases_c import entry_cms, seal_cms
from .cases_z import BAD, fields, members, raw
from .cert import Cert
from .good import nested, with_acquire
from .keys import EcKey
from .models import JPEG, entry, small


def field(value):
	return {'kind': 'field', 'value': value}


def line(text):
	"""A signed records.jsonl whose third line is `text` in the place of a field's value."""
	def make():
		c = with_acquire(content(JPEG), field('@'))
		c.entries[1].edit_lines = lambda lines: lines[:2] + [lines[2].replace(b'"@"', text)]
		return c
	return make


def records(t):
	t.bad('R-09', 'a record line of 1 MiB and 1 byte', over, 'RECORD_FORM@2/3', note='1 GiB falls to the same limit')
	t.bad('R-09', 'a line without end: 2 MiB without a newline', lambda: small(entry(2, late_lines=lambda ls: b''.join(ls) + b'x' * (2 << 20))),
		'RECORD_FORM@2/1')
	t.bad('R-10', 'a record with 33 levels', lambda: with_acquire(content(JPEG), field(nested(32))), 'RECORD_FORM@2/3')
	t.bad('R-10', 'a record with 1,000,000 brackets', line(b'[' * 1000000), 'RECORD_FORM@2/3')
	t.bad('R-10', 'entry.json with 30,000 brackets', lambda: small(entry(2, edit_json=lambda j: j[:-1] + b',"x":' + b'[' * 30000 + b']' * 30000 + b'}')),
		'ENTRY_FORM@2')
	t.bad('R-11', 'a number of 1,000,000 digits', line(b'1' * 1000000), 'RECORD_FORM@2/3')
	t.bad('R-11', 'a string of 170,000 escapes: over the line limit', line(b'"' + b'\\u0001' * 180000 + b'"'), 'RECORD_FORM@2/3')
	t.good('R-11', 'a string of 160,000 escapes, within the limit', line(b'"' + b'\\u0001' * 160000 + b'"'))
	t.bad('R-09', 'entry.json of 64 KiB and 1 byte', lambda: small(entry(2, edit_json=lambda j: j + b' ' * ((64 << 10) + 1 - len(j)))),
		'CONTAINER_LIMIT@')
	t.bad('R-09', 'entry.json of exactly 64 KiB, not canonical', lambda: small(entry(2, edit_json=lambda j: j + b' ' * ((64 << 10) - len(j)))),
		'ENTRY_FORM@2')


def over():
	c = with_acquire(content(JPEG), {'kind': 'message', 'text': ''})
	e = c.entries[1]
	e.records[2]['text'] = 'm' * ((1 << 20) + 1 - len(c.record_line(e, 3, e.records[2])))
	return c


def container(t):
	t.bad('R-02', 'overlapping entries: two central records share one body', members(overlapped), BAD)
	t.bad('R-03', 'a ZIP that is no bundle', lambda: zipw.container([zipw.Member('r/r.zip', b'quine')]), BAD)
	t.bad('R-04', '65536 entries claimed by the end record', raw(lambda d: d[:-14] + b'\xff\xff\xff\xff' + d[-10:]), BAD)
	t.bad('R-05', 'a central directory of 4 GiB claimed', raw(lambda d: d[:-10] + struct.pack('<I', 0xfffffff0) + d[-6:]), BAD)
	t.bad('R-05', 'a central directory that starts at 4 GiB', raw(lambda d: d[:-6] + struct.pack('<I', 0xfffffff0) + d[-2:]), BAD)
	t.bad('R-06', 'a size of 2^62 in the ZIP64 field', fields('both', extra=struct.pack('<HHQQ', 1, 16, 1 << 62, 10), needed=45,
		csize=0xffffffff, usize=0xffffffff), BAD)
	t.bad('R-06', 'a size of 4 GiB − 2 in both headers', fields('both', csize=0xfffffffe, usize=0xfffffffe), BAD)
	meta = [zipw.Member('META-INF/x%03d' % i, b'') for i in range(255)]
	t.bad('R-04', '257 files in META-INF', members(lambda ms: ms + meta), 'CONTAINER_LIMIT@')
	t.bad('R-04', '256 files in META-INF', members(lambda ms: ms + meta[:254]), *['FILE_UNACCOUNTED@META-INF/x%03d' % i for i in range(254)])
	t.bad('R-04', '1200 unaccounted files: 1000 findings are listed', members(many), *many_findings(), report={'findingsOmitted': 200})
	for case, why in (('R-07', 'a file of 1 TiB: generate.py --sparse, gen/sparse.py, tested by vectors-sparse'), ('R-08', 'measured: tests/fire/long_log.py'), ('R-18', 'the reader\'s; evidence-verify parses no payload'),
			('R-20', 'a file that is cut while it is read: tests/fire/cut.py')):
		t.skip(case, why)


def many(ms):
	new = [zipw.Member('case-1f0c9a3e/data/00000002/x%04d' % i, b'') for i in range(1200)]
	ms += new
	ms[1:] = sorted(ms[1:], key=lambda m: (m.name.startswith(b'META-INF/'), m.name))


def many_findings():
	return ['FILE_UNACCOUNTED@case-1f0c9a3e/data/00000002/x%04d' % i for i in range(1000)]


def overlapped(ms):
	last = ms[-1]
	twin = zipw.Member(last.name + b'2', last.data)
	twin.absent = True
	twin.offset = sum(len(zipw.local_header(m)) + len(m.data) for m in ms[:-1])
	ms.append(twin)


def signatures(t):
	bomb = b'\x05\x00'
	for _ in range(9000):
		bomb = der.seq(bomb)
	for name, at in (('entry', '2'), ('seal', SIGNATURE)):
		use = entry_cms if name == 'entry' else seal_cms
		t.bad('R-12', 'a p7s of 9,000 nested sequences, ' + name, use(edit=lambda d: bomb), 'SIGNATURE_FORM@' + at)
		t.bad('R-12', 'constructed octet strings, ' + name, use(edit=lambda d: der.tlv(0x24, der.tlv(0x24, der.octets(d)))), 'SIGNATURE_FORM@' + at)
		t.bad('R-13', '2,000 SignerInfos, ' + name, use(edit_signers=lambda s: s * 2000), 'SIGNATURE_FORM@' + at)
		t.bad('R-13', '10,000 SignerInfos: over 1 MiB, ' + name, use(edit_signers=lambda s: s * 10000), 'CONTAINER_LIMIT@')
		t.bad('R-13', '1,000 certificates, ' + name, use(certs=[signer('custodian').der] * 1000), 'SIGNATURE_FORM@' + at)
	points = der.seq(*[der.seq(der.tlv(0xa0, der.tlv(0xa1, der.set_(der.seq(der.oid('2.5.4.3'), der.tlv(0x0c, b'x')))))) for _ in range(3000)])
	t.good('R-14', '3,000 relative CRL distribution points in a pinned certificate', lambda: small(custodian=Cert(EcKey('points'),
		extensions=[cert.key_usage(), cert.extension('2.5.29.31', points)])))
	chain = [Cert(EcKey('loop'), 'Loop', extensions=[cert.basic(True)])]
	for i in range(30):
		chain.append(Cert(EcKey('loop %d' % i), 'Loop', issuer=chain[-1], extensions=[cert.basic(True)]))
	t.bad('R-16', '31 authorities of one name, none of which signed', lambda: small(custodian=Cert(EcKey('x'), 'Leaf',
		issuer=Cert(EcKey('unrelated'), 'Loop', extensions=[cert.basic(True)]))), 'SIGNER_UNKNOWN@1:CERTIFICATE_CHAIN_GENERAL_FAILURE',
		pins=[], trust=chain, args=['--at', '2026-11-22T12:00:00.000Z'], loose='INDETERMINATE',
		note='bounded work is the demand; the sub-indication is left open')


def build(t):
	for part in (records, container, signatures):
		part(t)
	for path, found in (('/dev/zero', 'NOT_THIS_FORMAT@'), ('/dev/null', 'NOT_THIS_FORMAT@'), ('/tmp', 'NOT_THIS_FORMAT@'), ('/proc/self/mem', 'CONTAINER_STRUCTURE@')):
		t.bad('R-19', path + ' as bundle', lambda: None, found, file=path, pins=[], note='/proc/self/mem calls itself a regular file, of size 0')
