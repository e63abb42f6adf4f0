#!/usr/bin/env python3
"""trust.py PROGRAMS: `evidence trust import`. The lists are written here and signed by the xmlsec1 program (trusted_list.py); what is made
of them is read with openssl and given to evidence-verify. What was changed, is signed by somebody else, has a DTD or is no list leaves nothing."""
import base64
import datetime
import os
import re
import sys

import timestamp
from cli import Cli, check, fail, sha256
from trusted_list import EXC, MORE, STATUS, altered, certificate, document, exists, run, service, sign, template


def fingerprint(der):
	import hashlib
	return hashlib.sha256(der).hexdigest()


class Trust:
	def __init__(self, cli):
		self.cli = cli
		self.signer, self.other = certificate(cli, 'list signer'), certificate(cli, 'somebody')
		self.pin = fingerprint(self.signer[2])
		self.n = 0

	def list(self, name, services, who=None, **how):
		who = who or self.signer
		shape = {k: how.pop(k) for k in ('algorithm', 'digest', 'c14n', 'uri', 'properties', 'transforms', 'prefixes') if k in how}
		return sign(self.cli, name, document(services, template(**shape), **how), who[0], who[1])

	def load(self, path, *words, expect=0, pin=True):
		"""Imports; the text of the anchors, or the line of refusal, after which nothing may be there."""
		self.n += 1
		out = self.cli.path('anchors%d.pem' % self.n)
		pins = ('--pin', self.pin) if pin else ()
		said = self.cli.run('evidence', 'trust', 'import', *pins, *words, '--out', out, path, expect=expect)
		if expect >= 64:
			check(not os.path.exists(out), 'a refused list left anchors')
			return said
		with open(out, encoding='utf-8') as f:
			text = f.read()
		check(all(len(line.encode()) < 254 for line in text.splitlines()), 'a line that OpenSSL would read in pieces')
		self.said, self.out = said, out
		return text


def blocks(text):
	return [base64.b64decode(b) for b in re.findall('^-----BEGIN CERTIFICATE-----\n(.*?)^-----END CERTIFICATE-----\n', text, re.S | re.M)]


def openssl_finds(path):
	return run('openssl', 'pkcs7', '-print_certs', '-noout', '-in', write_p7(path)).decode().count('subject=')


def write_p7(path):
	run('openssl', 'crl2pkcs7', '-nocrl', '-certfile', path, '-out', path + '.p7')
	return path + '.p7'


def good(t, a, q, w):
	cli = t.cli
	services = (service('Qualified', q[2], uses=('http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForeSignatures',)) + service('Gone', w[2], status='withdrawn') +
		service('Time', a[2], 'TSA/QTST') + service('Other', t.other[2], 'CA/PKC') + service('Again', q[2]))
	path = t.list('good', services)
	text = t.load(path)
	check(blocks(text) == [q[2], a[2]], 'the granted ones, each once')
	for words in ('RS, number 45', 'Operator: Ministry & Agency', 'Issued: 2026-01-15T10:00:00Z', 'Next update: 2035-01-01T00:00:00Z\n', sha256(path),
			'checked, made with the pinned certificate', t.pin, 'Service: Qualified', 'Provider: Pošta, certification', 'Kind: CA/QC', 'Kind: TSA/QTST',
			'Status: granted since 2024-01-02T03:04:05Z', 'For: ForeSignatures', 'stands above', 'Certificates: 2, of 5 services', 'SHA-256: ' + fingerprint(q[2])):
		check(words in text, '"%s" is not in:\n%s' % (words, text))
	check('NOT CHECKED' not in text + t.said and 'EXPIRED' not in text + t.said, 'all was checked: ' + t.said)
	# as another program reads it, and as it is given on
	check(openssl_finds(t.out) == 2, 'openssl finds others')
	check(blocks(t.load(path, '--any-status')) == [q[2], w[2], a[2]], 'withdrawn, when asked for')
	check('Status: withdrawn' in t.load(path, '--any-status'), 'and said')
	check(blocks(t.load(path, '--service', 'CA/PKC')) == [t.other[2]], 'a kind by its name')
	check('none of its 5 services' in t.load(path, '--service', 'CA', expect=65), 'no part of a name')
	cli.run('evidence', 'trust', 'import', '--pin', t.pin, '--out', t.out, path, expect=73)
	for words in ([], ['import'], ['import', path], ['import', '--out', 'x'], ['look', '--out', 'x', path], ['import', '--out', 'x', path, path]):
		cli.run('evidence', 'trust', *words, expect=64)
	cli.run('evidence', 'trust', 'import', '--pin', '12', '--out', 'x', path, expect=65)
	t.load(cli.path('none.xml'), expect=66)
	return path


def forms(t, q):
	"""What else lists are signed with; each was verified by xmlsec1."""
	rsa = certificate(t.cli, 'rsa signer', ('RSA', '-pkeyopt', 'rsa_keygen_bits:2048'))
	p384 = certificate(t.cli, 'p384 signer', ('EC', '-pkeyopt', 'ec_paramgen_curve:P-384'))
	sha384, sha512 = MORE + 'sha384', 'http://www.w3.org/2001/04/xmlenc#sha512'
	for i, (who, how) in enumerate(((t.signer, {'properties': False}), (t.signer, {'uri': '#list'}), (t.signer, {'prefixes': 'x #default'}),
			(t.signer, {'c14n': 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315'}), (t.signer, {'c14n': 'http://www.w3.org/2006/12/xml-c14n11'}),
			(rsa, {'algorithm': MORE + 'rsa-sha256'}), (rsa, {'algorithm': MORE + 'rsa-sha512', 'digest': sha512}),
			(p384, {'algorithm': MORE + 'ecdsa-sha384', 'digest': sha384}))):
		path = t.list('form%d' % i, service('S', q[2]), who, **how)
		check(blocks(t.load(path, '--pin', fingerprint(who[2]), pin=False)) == [q[2]], 'form %r' % how)
		bent = altered(t.cli, path, 'form-bent%d' % i, ('>S<', '>T<'))
		check('does not fit' in t.load(bent, '--pin', fingerprint(who[2]), pin=False, expect=65), 'form %r, altered' % how)
	# of forms that are not read: not checked, never taken for checked
	small = certificate(t.cli, 'small signer', ('RSA', '-pkeyopt', 'rsa_keygen_bits:1024'))
	for i, (who, how) in enumerate(((rsa, {'algorithm': 'http://www.w3.org/2000/09/xmldsig#rsa-sha1'}), (t.signer, {'digest': 'http://www.w3.org/2000/09/xmldsig#sha1'}),
			(t.signer, {'properties': False, 'transforms': '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>not(ancestor-or-self::ds:Signature)'
			'</ds:XPath></ds:Transform>'}), (t.signer, {'c14n': EXC + 'WithComments'}))):
		path = t.list('odd%d' % i, service('S', q[2]), who, **how)
		said = t.load(path, '--pin', fingerprint(who[2]), pin=False, expect=65)
		check('is not read by this version; with --pin it must be checked' in said, 'odd %r: %s' % (how, said))
		check('its signature was not checked' in t.load(path, pin=False, expect=1), 'odd %r without pin' % how)
	path = t.list('small', service('S', q[2]), small, algorithm=MORE + 'rsa-sha256')
	check('does not fit' in t.load(path, '--pin', fingerprint(small[2]), pin=False, expect=65), 'RSA of 1024 bits')


def bad(t, path, q, w):
	cli = t.cli
	evil = base64.encodebytes(t.other[2]).decode()
	own = base64.encodebytes(q[2]).decode()
	for i, pair in enumerate((('withdrawn', 'granted'), (own, evil), ('>45<', '>46<'), ('2035-01-01', '2045-01-01'), ('>RS<', '>ME<'), ('TSLTag=', 'a="b" TSLTag='),
			('2026-01-15T10:00:00Z</xades', '2027-01-15T10:00:00Z</xades'))):
		bent = altered(cli, path, 'bent%d' % i, pair)
		for pin in (True, False):
			said = t.load(bent, pin=pin, expect=65)
			check('does not fit' in said, '%r: %s' % (pair, said))
	with open(path, encoding='utf-8') as f:
		text = f.read()
	value = re.search('<ds:SignatureValue>(.*?)</ds:SignatureValue>', text, re.S)[1]
	other = ('B' if value.strip()[5] != 'B' else 'C').join([value.strip()[:5], value.strip()[6:]])
	check('does not fit' in t.load(altered(cli, path, 'value', (value, other)), expect=65), 'another value')
	# a comment is not signed and must not matter
	split = altered(cli, path, 'comment', ('Svcstatus/withdrawn', 'Svcstatus/with<!-- granted -->drawn'))
	check(blocks(t.load(split)) == blocks(t.load(path)), 'a comment inside a status')
	# somebody else's, with the pinned certificate beside theirs
	forged = t.list('forged', service('Evil', t.other[2]), t.other)
	check('signed by another certificate' in t.load(forged, expect=65), 'another signer')
	more = altered(cli, forged, 'forged2', ('<ds:X509Data>', '<ds:X509Data><ds:X509Certificate>%s</ds:X509Certificate>' % base64.b64encode(t.signer[2]).decode()))
	check('signed by another certificate' in t.load(more, expect=65), 'another signer, who brings the pinned certificate')
	# without its signature
	bare = cli.write('bare.xml', re.sub('<ds:Signature .*</ds:Signature>', '', text, flags=re.S).encode())
	check('nobody signed it' in t.load(bare, expect=65), 'no signature, with a pin')
	check('nobody signed it' in t.load(bare, pin=False, expect=1) and 'NOT CHECKED' in t.said, 'no signature, no pin')
	# the signed list inside another one; two signatures
	inner = re.sub(r'^<\?xml.*?\?>\n', '', t.list('inner', service('S', q[2]), uri='#list', properties=False) and
		open(cli.path('inner.xml'), encoding='utf-8').read())
	signature = re.search('<ds:Signature .*</ds:Signature>', inner, re.S)[0]
	wrapped = signature.replace('</ds:Signature>', '<ds:Object>%s</ds:Object></ds:Signature>' % inner.replace(signature, ''))
	for i, id_ in enumerate((' Id="evil"', '', ' Id="list"')):
		said = t.load(cli.write('wrapped%d.xml' % i, document(service('Evil', t.other[2]), wrapped, id_=id_).encode()), expect=65)
		check('it is over something else' in said, 'wrapped: ' + said)
	twice = cli.write('twice.xml', text.replace('</TrustServiceStatusList>', re.search('<ds:Signature .*</ds:Signature>', text, re.S)[0] + '</TrustServiceStatusList>').encode())
	check('more than one signature' in t.load(twice, expect=65), 'signed twice')


def unpinned(t, path, q):
	text = t.load(path, pin=False, expect=1)
	check('WHO MADE THE LIST WAS NOT CHECKED' in text and t.pin in text, 'the anchors say it: ' + text)
	check('NOT CHECKED: whose list this is' in t.said and t.pin in t.said, 'and the output: ' + t.said)
	t.load(path, '--quiet', pin=False, expect=1)
	old = t.list('old', service('S', q[2]), next_update='2026-02-01T00:00:00Z')
	check('(EXPIRED when these anchors were made)' in t.load(old, expect=1) and 'EXPIRED: the list held until 2026-02-01T00:00:00Z' in t.said, 'expired: ' + t.said)
	now = datetime.datetime.now(datetime.timezone.utc)
	for delta, expect in ((datetime.timedelta(days=-1), 1), (datetime.timedelta(days=2), 0)):
		t.load(t.list('near%d' % expect, service('S', q[2]), next_update=(now + delta).strftime('%Y-%m-%dT%H:%M:%SZ')), expect=expect)
	check('none: the list was closed' in t.load(t.list('closed', service('S', q[2]), next_update=''), expect=1), 'closed')
	for odd in ('2035-02-30T00:00:00Z', 'soon', '2035-01-01T00:00:00+01:00'):
		check('(not understood)' in t.load(t.list('odd-time', service('S', q[2]), next_update=odd), expect=1) and 'NOT CHECKED: until when' in t.said, odd)


def hostile(t, q):
	cli = t.cli
	laughs = ''.join('<!ENTITY l%d "%s">' % (i, '&l%d;' % (i - 1) * 10) for i in range(1, 10))
	for i, dtd in enumerate(('<!DOCTYPE t [<!ENTITY l0 "lol">%s]>' % laughs, '<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
			'<!DOCTYPE t SYSTEM "http://127.0.0.1:9/t.dtd">', '<!DOCTYPE TrustServiceStatusList>', '<!DOCTYPE t [<!ENTITY % p SYSTEM "file:///etc/hostname">%p;]>')):
		name = '&l9;' if i == 0 else '&x;' if i == 1 else 'S'
		for pin in (True, False):
			said = t.load(cli.write('dtd%d.xml' % i, document(service(name, q[2]), '', head=dtd).encode()), pin=pin, expect=65)
			check('it has a DTD' in said, 'DTD %d: %s' % (i, said))
	good_ = document(service('S', q[2]), '')
	for name, data in (('cut', good_[:len(good_) // 2]), ('empty', ''), ('other', '<a/>'), ('other-ns', good_.replace('02231/v2#', '02231/v1#')), ('no-number', good_.replace('45', '')),
			('entity', document(service('&unknown;', q[2]), '')), ('deep', document('<a>' * 300 + '</a>' * 300, '')), ('none', document('', '')), ('text', 'nothing'),
			('huge', document('', '<!--' + 'x' * (33 << 20) + '-->'))):
		t.load(cli.write(name + '.xml', data.encode()), pin=False, expect=65)
	# names that want to be PEM: a line of their own, or where OpenSSL cuts a long line
	pem = '-----BEGIN CERTIFICATE-----'
	names = ['a\n%s\n%s\n-----END CERTIFICATE-----\n' % (pem, base64.encodebytes(t.other[2]).decode()), '\u202eevil\u0085' + pem] + ['x' * n + pem for n in range(80, 260, 3)]
	text = t.load(cli.write('names.xml', document(''.join(service(n, q[2]) for n in names), '').encode()), pin=False, expect=1)
	check(blocks(text) == [q[2]] and text.count('\n' + pem) == 1, 'a name became a certificate')
	check(openssl_finds(t.out) == 1, 'openssl finds more')
	# certificates that are none cost themselves alone
	odd = service('S', [q[2], b'\x30\x03\x02\x01\x01', 'no base64!', q[2] + b'\0', ''])
	text = t.load(cli.write('odd-certs.xml', document(odd, '').encode()), pin=False, expect=1)
	check(blocks(text) == [q[2]] and 'left out, for they could not be read: 4' in text, 'certificates that are none: ' + text)


def used(t, a, authority, q):
	"""The anchors do what PEM files of authorities do."""
	cli = t.cli
	text = t.load(t.list('use', service('Time', a[2], 'TSA/QTST') + service('Q', q[2])))
	check(len(blocks(text)) == 2, 'two anchors')
	anchors = t.out
	leaf = certificate_of(cli, q)
	cli.run('evidence', 'identity', 'import', leaf, '--name', 'Eva', '--role', 'clerk', '--passphrase-file', cli.write('both', b'p12\ncorrect horse battery\n'))
	me = cli.run('evidence', 'identity', 'list', '--json')
	cli.me = re.search('"fingerprint":"([0-9a-f]{64})"', me)[1]
	timestamp.open_case(cli)
	plain, stamped = cli.path('plain.asice'), cli.path('stamped.asice')
	cli.evidence('seal', plain)
	timestamp.stamp(cli, authority, plain, stamped, trust=['--trust', anchors])
	report = cli.verdict('--trust', anchors, stamped)
	check(report['verdict'] == 'TOTAL-PASSED' and report['sealedBy']['standing'] == 'chained', 'signer: %r' % report['sealedBy'])
	check([(k['accepted'], k['standing']) for k in report['time']['tokens']] == [(True, 'chained')], 'time stamp: %r' % report['time'])


def certificate_of(cli, q):
	"""A signer's certificate issued by q, with its key in PKCS#12."""
	key, csr, pem, p12 = (cli.path('leaf.' + e) for e in ('key', 'csr', 'pem', 'p12'))
	run('openssl', 'req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', csr, '-subj', '/CN=Eva')
	ext = cli.write('leaf.ext', b'keyUsage=critical,digitalSignature\n')
	run('openssl', 'x509', '-req', '-in', csr, '-CA', q[1], '-CAkey', q[0], '-CAcreateserial', '-days', '3650', '-extfile', ext, '-out', pem)
	run('openssl', 'pkcs12', '-export', '-inkey', key, '-in', pem, '-passout', 'pass:p12', '-out', p12)
	return p12


def main():
	if not exists():
		fail('xmlsec1 is not installed (tests/packages.sh core)')
	cli = Cli(sys.argv[1])
	t = Trust(cli)
	authority = timestamp.Authority(cli, 'tsa')
	with open(authority.ca, 'rb') as f:
		a = (None, authority.ca, run('openssl', 'x509', '-in', authority.ca, '-outform', 'DER'))
	q, w = certificate(cli, 'qualified'), certificate(cli, 'withdrawn')
	path = good(t, a, q, w)
	forms(t, q)
	bad(t, path, q, w)
	unpinned(t, path, q)
	hostile(t, q)
	used(t, a, authority, q)
	print('trusted lists: %d imports' % t.n)


main()
