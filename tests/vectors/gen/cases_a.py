"""Group A: what the seal covers (docs/format.md §7, §9)."""
import base64
import re

from . import cms
from .case import MANIFEST, SIGNATURE, Case, content, hexsha
from .cases_b import BASE, JPG, change, gone, put
from .models import ALICE, EVE, final, flip, hook, path, small

ALTERED = 'MANIFEST_ALTERED@' + MANIFEST
DATA = 'SIGNED_DATA_ALTERED@' + SIGNATURE


def manifest(t, case, what, fn, **o):
	"""ASiCManifest001.xml altered without the key, and with it."""
	t.bad(case, what, lambda: small(final(change(MANIFEST, fn))), ALTERED, DATA, **o)
	t.bad(case, what + ', sealed so', lambda: small(hook('manifest', change(MANIFEST, fn))), ALTERED, **o)


def sub(pattern, new, count=1):
	return lambda d: re.sub(pattern, new, d, count=count)


LINE = rb'<asic:DataObjectReference URI="case-1f0c9a3e/data/00000002/00000002.jpg">.*\n'


def references(t):
	manifest(t, 'A-01', 'an item left out of the manifest', sub(LINE, b''))
	manifest(t, 'A-01', 'no reference at all', sub(rb'<asic:DataObjectReference.*\n', b'', 0))
	manifest(t, 'A-02', 'a reference to a file that is not there', sub(rb'</asic:ASiCManifest>', rb'<asic:DataObjectReference URI="case-1f0c9a3e/x">'
		rb'<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
		rb'</ds:DigestValue></asic:DataObjectReference>\n</asic:ASiCManifest>'))
	manifest(t, 'A-09', 'a reference twice, another digest', lambda d: re.sub(LINE, lambda m: m.group() + m.group().replace(b'<ds:DigestValue>', b'<ds:DigestValue>A'), d))
	manifest(t, 'A-10', 'the same file under a second URI', lambda d: re.sub(LINE, lambda m: m.group() + m.group().replace(b'URI="', b'URI="./'), d))
	manifest(t, 'A-10', 'the same file under an encoded URI', lambda d: re.sub(LINE, lambda m: m.group() + m.group().replace(b'data', b'd%61ta'), d))
	manifest(t, 'A-11', 'digest algorithm SHA-1', sub(rb'2001/04/xmlenc#sha256', b'2000/09/xmldsig#sha1'))
	for n in (b'', b'http://www.w3.org/2001/04/xmlenc#SHA256', b'urn:none', b'http://www.w3.org/2000/09/xmldsig#hmac-sha1'):
		manifest(t, 'A-12', 'digest algorithm %r' % n.decode(), sub(rb'http://www.w3.org/2001/04/xmlenc#sha256', n))
	for name, fn in (('a blank', b' ='), ('no padding', b''), ('padding doubled', b'=='), ('a newline', b'=\n')):
		manifest(t, 'A-13', 'DigestValue with ' + name, sub(rb'=</ds', fn + b'</ds'))
	manifest(t, 'A-13', 'DigestValue with bits set behind the last byte', lambda d: re.sub(rb'(.)=</ds', bits, d, count=1))
	manifest(t, 'A-13', 'DigestValue in base64url', lambda d: d.replace(b'+', b'-') if b'+' in d else d.replace(b'/', b'_', 1))
	manifest(t, 'A-14', 'DigestValue cut', sub(rb'....=</ds', b'</ds'))
	manifest(t, 'A-14', 'DigestValue empty', sub(rb'<ds:DigestValue>.*?</ds', b'<ds:DigestValue></ds'))
	manifest(t, 'A-15', 'Rootfile on a reference', sub(rb'\.jpg"', b'.jpg" Rootfile="true"'), note='the catalogue ignores it; the one byte form has none')
	manifest(t, 'A-16', 'MimeType on a reference', sub(rb'\.jpg"', b'.jpg" MimeType="image/jpeg"'))
	manifest(t, 'A-33', 'bag-info.txt left out of the manifest', sub(rb'<asic.*bag-info.*\n', b''))
	t.bad('A-14', 'DigestValue of one item one bit other', lambda: small(final(change(MANIFEST, sub(rb'jpg(.*?Value>).', rb'jpg\1x')))), ALTERED, DATA)


def bits(m):
	alphabet = b'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
	return bytes([alphabet[alphabet.index(m.group(1)) | 1]]) + b'=</ds'


def forms(t):
	for uri in (b'', b'/META-INF/signature001.p7s', b'http://example.test/s.p7s', b'#frag', b'META-INF/signature%3001.p7s', b'../signature001.p7s', b'META-INF/signature002.p7s'):
		manifest(t, 'A-06', 'SigReference URI %r' % uri.decode(), sub(rb'META-INF/signature001.p7s', uri))
	for name, fn in (('a comment', sub(rb'<asic:Sig', b'<!-- x --><asic:Sig')), ('an instruction', sub(rb'<asic:Sig', b'<?x y?><asic:Sig')),
			('CDATA', sub(rb'<ds:DigestValue>(.*?)<', rb'<ds:DigestValue><![CDATA[\1]]><')), ('white space', sub(rb'<asic:Sig', b' <asic:Sig')),
			('another prefix', lambda d: d.replace(b'asic:', b'a:').replace(b'xmlns:asic', b'xmlns:a')), ('CRLF', lambda d: d.replace(b'\n', b'\r\n')),
			('no last newline', lambda d: d[:-1]), ('a newline more', lambda d: d + b'\n')):
		manifest(t, 'A-17', 'manifest with ' + name, fn)
	for name, fn in (('an attribute twice', sub(rb'URI="M', b'URI="x" URI="M')), ('a DOCTYPE', sub(rb'\n', b'\n<!DOCTYPE x [<!ENTITY e "META-INF">]>\n')),
			('an entity in a URI', sub(rb'URI="META', b'URI="&#77;ETA')), ('ISO-8859-1', sub(rb'UTF-8', b'ISO-8859-1')), ('a BOM', lambda d: b'\xef\xbb\xbf' + d),
			('UTF-16', lambda d: d.decode().encode('utf-16'))):
		manifest(t, 'A-18', 'manifest with ' + name, fn)
	manifest(t, 'A-19', 'a second manifest inside an extension', lambda d: d.replace(b'</asic:ASiCManifest>', b'<asic:ASiCManifestExtensions>' + d[39:] + b'</asic:ASiCManifestExtensions></asic:ASiCManifest>'))
	manifest(t, 'A-20', 'elements of another namespace', sub(rb'v1\.2\.1#', b'v1.1.1#'))
	manifest(t, 'R-17', 'billion laughs', sub(rb'\n', b'\n<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'))
	manifest(t, 'R-17', 'an external DTD', sub(rb'\n', b'\n<!DOCTYPE l SYSTEM "file:///etc/passwd">\n'))
	manifest(t, 'R-17', '100,000 attributes', sub(rb'<asic:Sig', b'<asic:Sig' + b''.join(b' a%d=""' % i for i in range(100000))))
	manifest(t, 'A-34', 'an exclusion range, as others have', sub(rb'Mime', b'Exclude="0-9" Mime'))


def files(t):
	for name in ('META-INF/evil.exe', 'META-INF/manifest.xml', 'META-INF/signatures.xml', 'META-INF/signature.p7s', 'META-INF/container.xml', 'META-INF/ASiCManifest.xml'):
		t.bad('A-23' if 'signature' in name else 'A-22', name + ' beside', lambda: small(final(put(name, b'x'))), 'FILE_UNACCOUNTED@' + name)
	t.bad('A-03', 'a second manifest with its own signature', second, 'FILE_UNACCOUNTED@META-INF/ASiCManifest002.xml', 'FILE_UNACCOUNTED@META-INF/signature002.p7s')
	t.bad('A-04', 'a second manifest that names the signature', lambda: small(final(lambda c, f: f.__setitem__('META-INF/ASiCManifest002.xml', f[MANIFEST]))),
		'FILE_UNACCOUNTED@META-INF/ASiCManifest002.xml')
	t.bad('A-07', 'two manifests for one signature, the second without items', lambda: small(final(lambda c, f: f.__setitem__(
		'META-INF/ASiCManifest002.xml', re.sub(LINE, b'', f[MANIFEST])))), 'FILE_UNACCOUNTED@META-INF/ASiCManifest002.xml')
	t.bad('A-08', 'a signature that no manifest names', lambda: small(final(lambda c, f: f.__setitem__('META-INF/signature002.p7s', f[SIGNATURE]))),
		'FILE_UNACCOUNTED@META-INF/signature002.p7s')
	t.bad('A-05', 'the signature is over an item', lambda: small(final(over(JPG))), DATA)
	t.bad('A-05', 'the signature is over bag-info.txt', lambda: small(final(over(BASE + 'bag-info.txt'))), DATA)
	t.bad('A-24', 'META-INF/SIGNATURE001.P7S beside', lambda: small(final(lambda c, f: f.__setitem__('META-INF/SIGNATURE001.P7S', f[SIGNATURE]))), 'CONTAINER_NAME@')
	t.bad('A-25', 'no seal signature', lambda: small(final(gone(SIGNATURE))), 'FILE_MISSING@' + SIGNATURE, unknown=['signatures'])
	t.bad('A-25', 'no ASiC manifest', lambda: small(final(gone(MANIFEST))), 'FILE_MISSING@' + MANIFEST, unknown=['signatures'])
	t.bad('A-25', 'no META-INF', lambda: small(final(gone(MANIFEST, SIGNATURE))), 'FILE_MISSING@' + MANIFEST, 'FILE_MISSING@' + SIGNATURE, unknown=['signatures'])
	t.bad('A-26', 'an entry signature removed', lambda: small(final(gone(BASE + 'custody/00000003/entry.p7s'))), 'ENTRY_FILE_MISSING@custody/00000003/entry.p7s')
	for name, data in (('empty', b''), ('one byte', b'0'), ('1000 zeros', bytes(1000)), ('text', b'signed')):
		t.bad('A-28', 'seal signature: ' + name, lambda: small(final(put(SIGNATURE, data))), 'SIGNATURE_FORM@' + SIGNATURE)
		t.bad('A-28', 'signature of entry 2: ' + name, lambda: small(final(put(BASE + 'custody/00000002/entry.p7s', data))), 'SIGNATURE_FORM@2')
	manifest(t, 'A-28', 'ASiC manifest empty', lambda d: b'')


def over(name):
	return lambda c, files: files.__setitem__(SIGNATURE, cms.sign(files[name], c.custodian, c.entries[-1].time))


def second():
	def run(c, files):
		body = re.sub(LINE, b'', files[MANIFEST]).replace(b'signature001', b'signature002')
		files['META-INF/ASiCManifest002.xml'] = body
		files['META-INF/signature002.p7s'] = cms.sign(body, EVE, c.entries[-1].time)
	return small(final(run))


def others(t):
	def other(seconds):
		o = small(case_id='2e1d0c9b-8a79-4687-b5a4-93827160f5e4')
		o.entries[-1].time = '2026-11-22T03:08:%02d.000Z' % (5 + seconds)
		return o.files()
	t.bad('A-29', 'manifest and seal of another bundle, same second', lambda: small(lambda c: (setattr(c.entries[-1], 'time', '2026-11-22T03:08:05.000Z'),
		final(lambda c, f: f.update({n: other(0)[n] for n in (MANIFEST, SIGNATURE)}))(c))), ALTERED)
	t.bad('A-29', 'manifest and seal of another bundle, another second', lambda: small(final(
		lambda c, f: f.update({n: other(9)[n] for n in (MANIFEST, SIGNATURE)}))), ALTERED, 'SIGNATURE_FORM@' + SIGNATURE)
	t.bad('A-29', 'seal of another bundle', lambda: small(final(lambda c, f: f.update({SIGNATURE: other(0)[SIGNATURE]}))), DATA)
	t.good('A-30', 'an older bundle of the same case, by itself', small, note='a rollback shows only against a newer one (--extends)')
	t.bad('A-30', 'an older bundle where the newer is known', small, extends=lambda: newer(), exit_=1, report={'extends': 'shorter'})
	t.good('A-30', 'the newer one extends the older', newer, extends=lambda: small(), report={'extends': 'extends'}, facts=False)
	t.good('A-30', 'the same bundle', small, extends=lambda: small(), report={'extends': 'same'}, facts=False)
	t.bad('A-30', 'another case', small, extends=lambda: small(case_id='2e1d0c9b-8a79-4687-b5a4-93827160f5e4'), exit_=1, report={'extends': 'other-case'})
	t.bad('A-30', 'against an altered older bundle', newer, extends=lambda: small(final(change(JPG, flip))), exit_=1, report={'extends': 'unverified'})
	t.bad('A-35', 'archive manifest and two tokens, all of them nonsense', lambda: small(final(lambda c, f: f.update({'META-INF/ASiCArchiveManifest001.xml': b'x',
		'META-INF/timestamp001.tst': b'y', 'META-INF/timestamp002.tst': b'z'}))), 'ARCHIVE_ALTERED@META-INF/ASiCArchiveManifest001.xml', 'ARCHIVE_ALTERED@META-INF/ASiCArchiveManifest.xml',
		'TIMESTAMP_FORM@META-INF/timestamp001.tst', note='more of A-35 in cases_time.py')
	t.bad('A-27', 'the seal entry demands a time-stamp; there is none', lambda: small(seal={'timestamp': 'required'}), 'TIMESTAMP_MISSING@' + SIGNATURE)
	t.bad('A-27', 'the reader of the verdict demands one', small, 'TIMESTAMP_MISSING@' + SIGNATURE, args=['--require-time'])
	t.skip('A-21', 'the verifiers parse no XML; one tree writer a program. Differential runs of the two verifiers over all vectors stand in its place')
	for what, scope_ in (('tags', 'all'), ('all', 'tags')):
		t.bad('A-01', 'scope %s said, %s made' % (scope_, what), lambda: small(other_scope(what), seal={'scope_': scope_}), ALTERED)


def other_scope(what):
	def run(c, files):
		c.entries[-1].details['scope'] = what
		files[MANIFEST] = Case.asic(c, files)
	return hook('manifest', run)


def newer():
	c = small()
	c.note(b'later')
	c.seal()
	return c


def build(t):
	for part in (references, forms, files, others):
		part(t)
