"""Group I: what is shown, and who it says it is (docs/verify.md §6, §7)."""
from . import cert, der
from .case import SIGNATURE, circumstances
from .cases_c import seal_cms
from .cert import Cert, name, names
from .good import device
from .keys import EcKey
from .models import ALICE, BOB, DEVICE, flip, small

RANGES = ((0, 0x1f), (0x7f, 0x9f), (0xad, 0xad), (0x34f, 0x34f), (0x61c, 0x61c), (0x115f, 0x1160), (0x17b4, 0x17b5), (0x180b, 0x180f), (0x200b, 0x200f), (0x2028, 0x202e), (0x2060, 0x206f),
	(0x3164, 0x3164), (0xfe00, 0xfe0f), (0xfeff, 0xfeff), (0xffa0, 0xffa0), (0xfff0, 0xfffc), (0xe000, 0xf8ff), (0xe0000, 0xe0fff), (0xf0000, 0x10ffff))


def hidden(c):
	return any(a <= c <= b for a, b in RANGES) or c & 0xfffe == 0xfffe


def printable(text, limit=200):
	"""docs/verify.md §7, from its list of ranges."""
	shown = ''.join('<U+%04X>' % ord(c) if hidden(ord(c)) else c for c in text[:limit])
	return shown + ('…' if len(text) > limit else '')


def subject(t, case, what, common, **o):
	"""A certificate with this commonName: pinned, and not."""
	make = lambda: small(custodian=Cert(EcKey('named'), common))
	shown = {'sealedBy': {'subject': printable(common)}}
	t.good(case, what + ', pinned', make, report=dict(shown), **o)
	t.bad(case, what + ', unknown', make, 'SIGNER_UNKNOWN@1:NO_CERTIFICATE_CHAIN_FOUND', pins=[], report={'sealedBy': dict(shown['sealedBy'], standing='unknown')}, **o)


def actor(t, case, what, **fields):
	c = dict({'name': None, 'organisation': None, 'role': None}, **{k: printable(v) for k, v in fields.items()})

	def make():
		s = small()
		s.entries[-1].records[0] = circumstances(actor=fields)
		return s
	t.good(case, 'actor: ' + what, make, report={'sealedBy': {'actor': c}})


TEXTS = (('I-02', 'Cyrillic А in a Latin name', '\u0410lice'), ('I-02', 'full-width', '\uff30olice'), ('I-02', 'Greek', 'Ρolice'), ('I-03', 'a newline and a verdict', 'x\nVERIFIED: whole and unaltered'),
	('I-03', 'CR LF', 'x\r\nexit 0'), ('I-03', 'U+2028', 'x\u2028VERIFIED'), ('I-04', 'ANSI escapes', '\x1b[2K\x1b[1;32mVERIFIED\x1b[0m'), ('I-04', 'OSC 8 link', '\x1b]8;;http://example.test\x07x\x1b]8;;\x07'),
	('I-04', 'backspaces and BEL', 'NOT\x08\x08\x08\x07'), ('I-04', 'C1 CSI', '\x9b2K'), ('I-04', 'DEL', 'a\x7fb'), ('I-05', 'bidi override', '\u202egnissap\u202c'), ('I-05', 'bidi isolates', '\u2066a\u2069'),
	('I-05', 'marks', 'a\u200fb\u200e\u061c'), ('I-06', '10,000 characters', 'a' * 10000), ('I-06', '200 characters', 'b' * 200), ('I-06', '201 characters', 'c' * 201), ('I-06', '200 controls', '\x01' * 200), ('I-06', '100 combining marks', 'e' + '\u0301' * 100),
	('I-02', 'zero width', 'a\u200bb\u2060c\ufeff'), ('I-02', 'tags', 'a\U000e0041\U000e007f'), ('I-02', 'variation selectors, fillers', '\ufe0f\u3164\u115f\uffa0\u17b4\u180b\u034f\xad'),
	('I-02', 'private use and no characters', '\ue000\U000f0000\U0010ffff\uffff\U0001fffe\ufff9'), ('I-02', 'edges of the ranges, outside', '\x20\x7e\xa0\xac\xae\u034e\u0350\u061b\u061d\u115e\u1161\u17b3\u17b6\u180a\u1810\u200a\u2010\u2027\u202f\u205f\u2070\u3163\u3165'
		'\ufdff\ufe10\ufefe\uff00\uff9f\uffa1\uffef\ufffd\ud7ff\uf900\U000dffff\U000e1000\U000effff'), ('I-10', 'words of praise', 'Verified by the Ministry'), ('I-11', 'HTML', '<img src=x onerror=alert(1)>'),
	('I-12', 'a formula', '=cmd|calc'), ('I-13', 'quotes and backslash', '"\\'), ('I-01', 'a police unit', 'Police Unit 5'))


def build(t):
	for case, what, text in TEXTS:
		text = text.replace('\ud7ff', '\ud7a3')
		subject(t, case, what, text)
		actor(t, case, what, name=text, role=text)
	t.good('I-07', 'BMPString with NULs', lambda: small(custodian=Cert(EcKey('bmp'), subject=name('', 0x1e, 'A\0B'.encode('utf-16-be')))), report={'sealedBy': {'subject': None}})
	t.good('I-07', 'T61String', lambda: small(custodian=Cert(EcKey('bmp'), subject=name('', 0x14, b'A\0\xe9\x1b['))), report={'sealedBy': {'subject': None}})
	t.good('I-07', 'UniversalString', lambda: small(custodian=Cert(EcKey('bmp'), subject=name('', 0x1c, 'AB'.encode('utf-32-be')))), report={'sealedBy': {'subject': None}})
	t.good('I-07', 'UTF8String that is not UTF-8', lambda: small(custodian=Cert(EcKey('bmp'), subject=name('', 0x0c, b'a\xff\xc0\xafb'))), loose='any', facts=False,
		note='OpenSSL refuses to read such a certificate, other decoders show a<0xFF>…: left open')
	t.good('I-07', 'PrintableString', lambda: small(custodian=Cert(EcKey('bmp'), subject=name('', 0x13, b'Ana A'))), report={'sealedBy': {'subject': 'Ana A'}})
	same = [Cert(EcKey('same %d' % i), 'Same Name') for i in (1, 2)]
	t.good('I-08', 'two certificates of one name', lambda: two(same), report={'signers': [
		{'certificate': same[0].id, 'entries': 5, 'first': 1, 'standing': 'pinned'}, {'certificate': same[1].id, 'entries': 2, 'first': 6, 'standing': 'let-in'}]})
	t.good('I-09', 'emailAddress contradicts the name', lambda: small(custodian=Cert(EcKey('mail'), subject=names(('2.5.4.3', 'Ana'), ('1.2.840.113549.1.9.1', 'police@example.test')))), report={'sealedBy': {'subject': 'Ana'}})
	t.good('I-10', 'two commonNames: the last is named', lambda: small(custodian=Cert(EcKey('mail'), subject=names(('2.5.4.3', 'First'), ('2.5.4.11', 'Verified by X'), ('2.5.4.3', 'Last')))), report={'sealedBy': {'subject': 'Last'}})
	t.good('I-10', 'no commonName', lambda: small(custodian=Cert(EcKey('mail'), subject=names(('2.5.4.10', 'Office')))), report={'sealedBy': {'subject': None}})
	t.bad('I-10', 'a wrong seal: nobody is named', seal_cms(edit_value=flip), 'SIGNATURE_WRONG@' + SIGNATURE, report={'sealedBy': None})
	wrong = seal_cms(edit_value=flip)
	t.good('I-16', 'verified, output full', small, exit_=74, mode='full')
	t.good('I-16', 'verified, output closed', small, exit_=74, mode='closed')
	t.bad('I-16', 'not verified, output full', wrong, 'SIGNATURE_WRONG@' + SIGNATURE, exit_=74, mode='full')
	t.good('I-18', 'quiet', small, mode='quiet')
	t.bad('I-18', 'quiet, not verified', wrong, 'SIGNATURE_WRONG@' + SIGNATURE, mode='quiet')
	t.bad('I-18', 'quiet, not decided', small, 'SIGNER_UNKNOWN@1:NO_CERTIFICATE_CHAIN_FOUND', pins=[], mode='quiet')
	t.bad('I-18', 'quiet, refused', lambda: b'x', 'CONTAINER_STRUCTURE@', mode='quiet')
	t.good('I-19', 'another language leaves the report as it is', small, env={'LC_ALL': 'sr_RS.UTF-8', 'LANGUAGE': 'sr'})
	t.bad('I-23', 'a bundle of a newer format', lambda: small(lambda c: setattr(c.entries[0], 'edit', lambda o: o.update(format='libevidence-custody-2'))), 'FORMAT_NEWER@')
	t.good('I-24', 'the time is recorded, not proved', small, report={'time': {'proved': None, 'recorded': '2026-11-22T03:07:05.678Z'}})
	name_ = 'I-04\x1b[2K\u202eetsi.asice'
	t.good('I-04', 'a file name with an escape and an override', small, file=name_, report={'file': printable(name_)})
	t.good('I-04', 'a file name with a newline', small, file='I-04\nVERIFIED.asice', report={'file': printable('I-04\nVERIFIED.asice')})
	for case, why in (('I-14', 'the report of `evidence`, not of the verifiers'), ('I-15', 'the runner: exit code, text and JSON of every vector here'), ('I-17', 'killed while it prints: tests/fire/printing.py'),
			('I-22', 'published digests, reproducible build: release'), ('I-25', 'the text itself: limits.py, by verify.md §9')):
		t.skip(case, why)


def two(same):
	c = small(custodian=same[0])
	c.add('admit', {'as': 'device', 'certificate': same[1].id})
	c.note(signer=same[1])
	c.seal(signer=same[1])
	return c
