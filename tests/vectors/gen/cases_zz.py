"""What only a mutant of the verifier (mutants.py) showed to be missing, under its case's number."""
import sys

from . import cert, cms, der
from .case import OTHER_ID, SIGNATURE, Case, content
from .cases_c import entry_cms, seal_cms
from .cases_envelope import E, FORM as COVER_FORM, add
from .cases_h import edit
from .cases_x_paths import CA_EXT, GENERAL, ca, path
from .cert import Cert, key_usage
from .good import with_acquire, with_seal
from .keys import EcKey, RsaKey
from .models import JPEG, entry, small

NOTE = b'note 6'      # its signature by rsa2048 begins with a zero byte
FIELD = {'kind': 'field', 'name': 'width', 'value': 1}


def records(t):
	bad = lambda case, what, *r: t.bad(case, what, lambda: with_acquire(content(JPEG), *r), 'RECORD_FORM@2/3')
	t.good('J-07', 'a member of 64 letters in a reader\'s record', lambda: with_acquire(content(JPEG), dict(FIELD, **{'k' * 64: 1})))
	bad('J-07', 'a member of 65 letters in a reader\'s record', dict(FIELD, **{'k' * 65: 1}))
	for what, id_ in (('with a colon', '2:3'), ('with two slashes', '2//3'), ('without its second number', '2/'), ('a number alone', '2')):
		bad('J-01', 'a reader\'s record, its id ' + what, dict(FIELD, id=id_))
	for what, case in (('of 5000 letters', 'a' * 5000), ('empty', ''), ('another\'s', OTHER_ID), ('null', None)):
		bad('J-01', 'a reader\'s record, its case ' + what, dict(FIELD, case=case))
	for member in ('case', 'id', 'salt'):
		bad('J-01', 'a reader\'s record without ' + member, dict(FIELD, **{member: ...}))
		bad('J-01', 'a reader\'s record, its %s a number' % member, dict(FIELD, **{member: 2}))
	bad('J-01', 'a reader\'s record, its kind a number', dict(FIELD, kind=2))
	bad('J-01', 'a reader\'s record without a kind', {'name': 'width', 'value': 1})
	for what, data in (('a list', b'[]'), ('a string', b'"field"'), ('a number', b'1')):
		t.bad('J-01', 'a record that is ' + what, lambda: small(entry(2, edit_lines=lambda lines: lines[:-1] + [data])), 'RECORD_FORM@2/5')

	def numbered():
		c = small()
		c.entries.pop()
		c.add('note', {'type': 'note'}, [dict(content(b'x', 'txt', 'note'), exhibit=0)])
		return with_seal(c)
	t.bad('H-38', 'exhibit number 0 where none is given', numbered, 'RECORD_FORM@4/2')


def entries(t):
	for member, other in (('build', 'builds'), ('name', 'named'), ('version', 'versions')):
		t.bad('J-01', 'entry.json: tool.%s renamed %s, in its place' % (member, other), lambda: small(edit(2, tool=dict({k: v for k, v in
			{'build': 'a1b2c3d', 'name': 'vectors', 'version': '1.0'}.items() if k != member}, **{other: 'x'}))), 'ENTRY_FORM@2')
	for text in (b'[]', b'""', b'"libevidence-custody-1"', b'null', b'1', b'{}', b'{"format":"libevidence-custody-1"}', b'["format","libevidence-custody-1"]'):
		t.bad('J-01', 'entry.json: ' + text.decode(), lambda: small(entry(2, edit_json=lambda j: text)), 'ENTRY_FORM@2')
	for extent in ('whole', 'extract'):
		def named():
			c = small()
			c.entries[-1].details.update(disclose=2, extent=extent)
			return c
		t.bad('H-33', 'a seal of extent %s names an entry that discloses nothing' % extent, named, 'ACTION_ORDER@4')


def covers(t):
	renamed = lambda old, new: lambda c: c.update({new: c.pop(old)})
	for old, new in (('certificate', 'certified'), ('head', 'heads'), ('records', 'recordz'), ('sealDigest', 'sealDigests'), ('time', 'timed')):
		add(t, 'cover.json: %s renamed %s, in its place' % (old, new), E(cover=renamed(old, new)), COVER_FORM)


def containers(t):
	def wrong(*suffixes):
		def make():
			c = small()
			def members(ms):
				for m in ms:
					if any(m.name.endswith(s) for s in suffixes):
						m.both(crc=m.crc ^ 1)
			c.members_hook = members
			return c
		return make
	t.bad('Z-39', 'CRC-32 of mimetype, a tag file and two of the log wrong: told in the container\'s order', wrong(b'mimetype', b'bagit.txt', b'00000002/entry.json', b'00000003/entry.p7s'),
		*['CRC_WRONG@' + n for n in ('mimetype', 'case-1f0c9a3e/bagit.txt', 'case-1f0c9a3e/custody/00000002/entry.json', 'case-1f0c9a3e/custody/00000003/entry.p7s')])


def keys(t):
	for name in ('hybrid', 'hybrid 2', 'hybrid 3'):
		key = EcKey(name, hybrid=True)
		by = Cert(key)
		t.bad('X-26', 'P-256, the point in its hybrid form (%02x)' % key.public()[0], lambda: small(custodian=by), 'KEY_UNFIT@1')
	other = cert.extension('1.3.6.1.4.1.16384.1', der.NULL)
	by = Cert(EcKey('long arc'), extensions=[key_usage(), other])
	t.good('C-14', 'an extension whose identifier has a byte 80 inside a number', lambda: small(custodian=by))
	padded = der.tlv(6, bytes.fromhex('2b0601040180e4a801'))
	bad = Cert(EcKey('padded arc'), extensions=[key_usage(), der.seq(padded, der.octets(der.NULL))])
	t.bad('C-14', 'an extension whose identifier has a number that begins with a byte 80', lambda: small(custodian=bad), 'SIGNATURE_FORM@1')


def attributes(t):
	token = der.seq(der.oid(cms.SIGNED_DATA), der.tlv(0xa0, der.seq()))
	longer = der.seq(der.oid(cms.TOKEN), der.set_(token), der.NULL)
	t.bad('C-27', 'seal: a time-stamp attribute with an element behind its set', seal_cms(unsigned=[longer]), 'SIGNATURE_FORM@' + SIGNATURE)
	t.bad('C-27', 'seal: a time-stamp attribute of two tokens', seal_cms(unsigned=[cms.attribute(cms.TOKEN, token, token)]), 'SIGNATURE_FORM@' + SIGNATURE)


def grown(element, at):
	"""`element` with a NULL behind what it holds, or behind what its child at[0] holds, and so on."""
	parts = der.children(element)
	if at:
		parts[at[0]] = grown(parts[at[0]], at[1:])
	else:
		parts.append(der.NULL)
	return der.tlv(element[0], *parts)


def forms(t):
	"""Two faults: the form is judged before what was signed."""
	altered = lambda j: j.replace(b'"name":"vectors"', b'"name":"vectorz"')
	for what, at in (('ContentInfo', ()), ('its [0]', (1,)), ('SignedData', (1, 0)), ('signerInfos', (1, 0, -1)), ('SignerInfo', (1, 0, -1, 0))):
		t.bad('C-01', 'an element more in %s, and entry.json altered' % what, lambda: small(entry(2, late_p7s=lambda d: grown(d, at), late_json=altered)), 'SIGNATURE_FORM@2')
	t.bad('C-01', 'a byte behind the signature, and entry.json altered', lambda: small(entry(2, late_p7s=lambda d: d + b'\0', late_json=altered)), 'SIGNATURE_FORM@2')
	by = Cert(RsaKey('rsa2048'))

	def stripped():
		c = Case(custodian=by)
		short_ = c.note(NOTE)
		short_.cms = {'edit_value': lambda v: v[1:] if v[0] == 0 else sys.exit('%r: its signature has no leading zero' % NOTE)}
		return with_seal(c)
	t.bad('C-09', 'an RSA-PSS value that begins with a zero byte, without it', stripped, 'SIGNATURE_WRONG@2')


def paths(t):
	for what, length, finding in (('a path length of 2^64: holds', 1 << 64, None), ('a path length of 2^70: holds', 1 << 70, None), ('a path length of -1', -1, GENERAL)):
		top = ca('Top', None, [cert.basic(True, length)] + CA_EXT[1:])
		path(t, what, Cert(EcKey('path lawyer'), issuer=top, subject=cert.name('Lawyer'), extensions=[key_usage()]), [], finding, anchors=[top])
	rdn = lambda tag, v: der.seq(der.set_(der.seq(der.oid('2.5.4.10'), der.tlv(tag, v))))
	tree = lambda name: der.seq(der.tlv(0xa1, der.seq(der.tlv(0xa4, name))))
	allow = lambda name: der.seq(der.tlv(0xa0, der.seq(der.tlv(0xa4, name))))

	def named(what, constraints, subject, finding):
		top = ca('Top', None, CA_EXT + [cert.extension('2.5.29.30', constraints, True)])
		path(t, 'nameConstraints: ' + what, Cert(EcKey('path lawyer'), issuer=top, subject=subject, extensions=[key_usage()]), [], finding, anchors=[top])
	named('";" and "[" are not one letter in two cases', tree(rdn(0x0c, b'x[')), rdn(0x0c, b'x;'), None)
	named('"1" and "Q" are not either', tree(rdn(0x0c, b'xQ')), rdn(0x0c, b'x1'), None)
	named('an IA5String in another case', allow(rdn(0x16, b'EXAMPLE')), rdn(0x16, b'example'), None)
	named('an IA5String excluded in another case', tree(rdn(0x16, b'EXAMPLE')), rdn(0x0c, b'example'), GENERAL)


def options(t):
	for bad in ('1.2.3.', '.1.2', '1..2'):
		t.bad('T-21', '--time-policy ' + bad, small, args=['--time-policy', bad], exit_=64)


def build(t):
	for part in (records, entries, covers, containers, keys, attributes, forms, paths, options):
		part(t)
