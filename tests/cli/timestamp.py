#!/usr/bin/env python3
"""timestamp.py PROGRAMS: `evidence timestamp` with `openssl ts` as the authority: an entry, a seal (T), chain and
lists beside it (LT), archive time stamps (LTA); what is no answer, or not an acceptable one, is refused in one line."""
import base64
import json
import os
import subprocess
import sys
import zipfile

from cli import Cli, check, sha256

EXTENSIONS = {
	'tsa': 'extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n',
	'loose': 'extendedKeyUsage=timeStamping\nkeyUsage=critical,digitalSignature\n',
}
CONFIG = '''[tsa]
default_tsa = t
[t]
serial = serial
default_policy = 1.2.3.4.5
other_policies = 1.2.3.4.6
digests = sha256
accuracy = secs:1
signer_digest = sha256
ess_cert_id_alg = sha256
[ca]
default_ca = c
[c]
database = index
crlnumber = crlnumber
default_md = sha256
default_crl_days = 3650
'''


class Authority:
	def __init__(self, cli, name):
		self.dir = cli.path(name)
		os.mkdir(self.dir)
		self.write('tsa.cnf', CONFIG)
		self.write('serial', '01\n')
		self.write('crlnumber', '01\n')
		self.write('index', '')
		self.openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '7300',
			'-subj', '/CN=Root ' + name, '-addext', 'keyUsage=critical,keyCertSign,cRLSign')
		for kind, text in EXTENSIONS.items():
			self.write('ext', text)
			self.openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', kind + '.key',
				'-out', 'csr', '-subj', '/CN=Authority ' + name)
			self.openssl('x509', '-req', '-in', 'csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '7300',
				'-extfile', 'ext', '-out', kind + '.pem')
		self.openssl('ca', '-config', 'tsa.cnf', '-gencrl', '-keyfile', 'ca.key', '-cert', 'ca.pem', '-out', 'ca.crl')
		self.ca, self.crl, self.chain = os.path.join(self.dir, 'ca.pem'), os.path.join(self.dir, 'ca.crl'), 'ca.pem'

	def ocsp(self, cert='tsa.pem', out='tsa.ors', *more, revoked=None):
		"""What an OCSP responder of this authority says of a certificate, by a certificate for that alone."""
		path = os.path.join(self.dir, out)
		if not os.path.exists(os.path.join(self.dir, 'responder.pem')):
			self.write('ext', 'extendedKeyUsage=OCSPSigning\nkeyUsage=critical,digitalSignature\nnoCheck=ignored\n')
			self.openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'responder.key', '-out', 'csr',
				'-subj', '/CN=Responder')
			self.openssl('x509', '-req', '-in', 'csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '7300',
				'-extfile', 'ext', '-out', 'responder.pem')
		serial = self.openssl('x509', '-in', cert, '-noout', '-serial').decode().strip().partition('=')[2]
		self.write('ocsp.index', '%s\t491231235959Z\t%s\t%s\tunknown\t/CN=x\n' % ('R' if revoked else 'V', revoked or '', serial))
		self.openssl('ocsp', '-index', 'ocsp.index', '-CA', 'ca.pem', '-rsigner', 'responder.pem', '-rkey', 'responder.key', '-issuer', 'ca.pem',
			'-cert', cert, '-ndays', '3650', '-respout', path, *more)
		return path

	def write(self, name, text):
		with open(os.path.join(self.dir, name), 'w', encoding='utf-8') as f:
			f.write(text)

	def openssl(self, *words):
		done = subprocess.run(('openssl',) + words, capture_output=True, cwd=self.dir)
		check(done.returncode == 0, 'openssl %s: %s' % (words, done.stderr.decode()))
		return done.stdout

	def answer(self, request, out, kind='tsa', *more):
		self.openssl('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', request, '-signer', kind + '.pem', '-inkey', kind + '.key',
			'-chain', self.chain, '-out', out, *more)
		return out


class Under(Authority):
	"""Between it and the root stands another, as is usual: answers bring that one, and not the root."""

	def __init__(self, cli, name):
		Authority.__init__(self, cli, name)
		self.chain = 'sub.pem'
		for kind, by, text in (('sub', 'ca', 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n'), ('tsa', 'sub', EXTENSIONS['tsa'])):
			self.write('ext', text)
			self.openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', kind + '.key', '-out', 'csr',
				'-subj', '/CN=%s %s' % (kind, name))
			self.openssl('x509', '-req', '-in', 'csr', '-CA', by + '.pem', '-CAkey', by + '.key', '-CAcreateserial', '-days', '7300',
				'-extfile', 'ext', '-out', kind + '.pem')
		self.sub_crl = self.list('sub.crl')

	def list(self, out, revoked=0):
		"""Of the one between, with so many certificates revoked that nobody asks for."""
		self.write('index', ''.join('R\t491231235959Z\t200101000000Z\t%032X\tunknown\t/CN=x\n' % (n + 2 ** 127) for n in range(revoked)))
		self.openssl('ca', '-config', 'tsa.cnf', '-gencrl', '-keyfile', 'sub.key', '-cert', 'sub.pem', '-out', out)
		return os.path.join(self.dir, out)

	def pin(self):
		return self.openssl('x509', '-in', 'tsa.pem', '-noout', '-fingerprint', '-sha256').decode().strip().partition('=')[2]


def tokens(cli, path, *trust):
	report = cli.verdict('--pin', cli.me, *trust, path)
	return [(t['where'], t['accepted'], t['standing'], t['accuracy'], t['policy']) for t in report['time'].get('tokens', [])], report


def entry(cli, a):
	q = cli.path('entry.tsq')
	cli.evidence('timestamp', 'request', '--entry', '2', '--out', q)
	text = a.openssl('ts', '-query', '-in', q, '-text').decode()
	check('Hash Algorithm: sha256' in text and 'Certificate required: yes' in text, 'the request: ' + text)
	digest = sha256(cli.path('case', 'custody', '00000002', 'entry.p7s'))
	check(digest[:32] in text.replace(' ', '').replace('-', ''), 'the imprint')
	check(os.path.getsize(q) < 100, 'a digest and a random number')
	r = a.answer(q, cli.path('entry.tsr'))
	# whose it is is not known; another request; not even an answer; a policy that was not asked for
	check('not known here' in cli.evidence('timestamp', 'attach', '--request', q, r, expect=65), 'unknown authority')
	cli.evidence('timestamp', 'request', '--entry', '2', '--out', cli.path('other.tsq'))
	check('nonce' in cli.evidence('timestamp', 'attach', '--request', cli.path('other.tsq'), '--trust', a.ca, r, expect=65), 'nonce')
	check('no answer' in cli.evidence('timestamp', 'attach', '--request', q, '--trust', a.ca, q, expect=65), 'no answer')
	check('TIMESTAMP_CONSTRAINTS' in cli.evidence('timestamp', 'attach', '--request', q, '--trust', a.ca, '--time-policy', '1.2.3', r,
		expect=65), 'policy')
	check('no request' in cli.evidence('timestamp', 'attach', '--request', r, '--trust', a.ca, r, expect=65), 'no request')
	loose = a.answer(q, cli.path('loose.tsr'), 'loose') if loose_possible(a, q, cli) else None
	if loose:
		check('TIMESTAMP_AUTHORITY' in cli.evidence('timestamp', 'attach', '--request', q, '--trust', a.ca, loose, expect=65), 'use')
	whole = open(r, 'rb').read()
	info = whole.index(bytes.fromhex('06042a030405')) # policy, imprint, serial, time, accuracy, nonce
	for i in range(info, info + 100, 9):
		bent = bytearray(whole)
		bent[i] ^= 1
		cli.evidence('timestamp', 'attach', '--request', q, '--trust', a.ca, cli.write('bent.tsr', bytes(bent)), expect=65)
	n = len(os.listdir(cli.path('case', 'custody')))
	cli.evidence('timestamp', 'attach', '--request', q, '--trust', a.ca, r)
	check(len(os.listdir(cli.path('case', 'custody'))) == n + 1, 'one entry')
	check(os.path.exists(cli.path('case', 'custody', '%08d' % (n + 1), 'token.tst')), 'with the token')
	cli.evidence('timestamp', 'request', '--entry', '99', '--out', cli.path('no.tsq'), expect=66)
	# a request and its code, or neither
	cli.evidence('timestamp', 'request', '--entry', '2', '--out', cli.path('coded.tsq'), '--qr', cli.pass_file, expect=73)
	check(not os.path.exists(cli.path('coded.tsq')), 'a request without its code')
	return n + 1


def loose_possible(a, q, cli):
	"""`openssl ts` refuses to sign with such a certificate in some versions."""
	done = subprocess.run(['openssl', 'ts', '-reply', '-config', 'tsa.cnf', '-queryfile', q, '-signer', 'loose.pem', '-inkey', 'loose.key',
		'-out', cli.path('try.tsr')], capture_output=True, cwd=a.dir)
	return done.returncode == 0


def stamp(cli, a, bundle, out, how='--bundle', trust=None):
	trust = trust or ['--trust', a.ca]
	q, r = out + '.tsq', out + '.tsr'
	cli.evidence('timestamp', 'request', how, bundle, '--out', q)
	a.answer(q, r)
	cli.evidence('timestamp', 'attach', '--request', q, *trust, how, bundle, '--out', out, r)
	return q, r


def names(path):
	with zipfile.ZipFile(path) as z:
		check(z.testzip() is None, path)
		return [n for n in z.namelist() if n.startswith('META-INF/')]


def main():
	cli = Cli(sys.argv[1])
	cli.me = cli.identity()
	a, b = Authority(cli, 'one'), Authority(cli, 'two')
	open_case(cli)
	at = entry(cli, a)
	plain, t, tt, lt, lta, lta2 = (cli.path(n + '.asice') for n in ('plain', 't', 'tt', 'lt', 'lta', 'lta2'))
	cli.evidence('seal', plain)
	got, report = tokens(cli, plain, '--trust', a.ca)
	check(got == [(str(at), True, 'chained', 1000, '1.2.3.4.5')], 'entry token: %r' % got)
	check(report['time']['proved'] is None, 'an entry token proves no seal')
	before = sha256(plain)
	q, r = stamp(cli, a, plain, t)
	check(sha256(plain) == before, 'the bundle given is not touched')
	got, report = tokens(cli, t, '--trust', a.ca, '--require-time')
	check([g[:3] for g in got] == [('META-INF/signature001.p7s', True, 'chained'), (str(at), True, 'chained')], 'T: %r' % got)
	check(report['time']['proved'] == report['time']['tokens'][0]['time'], 'proved time')
	cli.evidence('timestamp', 'attach', '--request', q, '--trust', a.ca, '--bundle', plain, '--out', t, r, expect=73)
	cli.evidence('timestamp', 'attach', '--request', q, '--trust', a.ca, '--archive', plain, '--out', cli.path('x.asice'), r, expect=65)
	for given, words in ((b.crl, 'those of its issuers, or none'), (a.ocsp('tsa.pem', 'gone.ors', revoked='200101000000Z,superseded'), 'ask another authority')):
		said = cli.evidence('timestamp', 'attach', '--request', q, '--trust', a.ca, '--crl', given, '--bundle', plain, '--out', cli.path('x.asice'), r, expect=65)
		check(words in said and 'with --trust' not in said, 'what is to be done: ' + said)
	check(not os.path.exists(cli.path('x.asice')), 'nothing is left of what is refused')
	stamp(cli, b, t, tt, trust=['--trust', a.ca, '--trust', b.ca])
	got, report = tokens(cli, tt, '--trust', a.ca, '--trust', b.ca)
	check(len(got) == 3 and all(g[1] for g in got), 'two authorities: %r' % got)
	answers(cli, a, t)
	folders(cli, a, b, t)
	cli.evidence('timestamp', 'embed', '--bundle', t, '--out', lt, '--trust', a.ca, '--crl', a.crl)
	got, report = tokens(cli, lt, '--trust', a.ca)
	check(all(g[1] for g in got) and len(got) == 2, 'LT: %r' % got)
	check(not [f for f in report['findings'] if f['where'].startswith('META-INF')], 'with the list the status is known: %r' % report['findings'])
	stamp(cli, a, lt, lta, '--archive')
	check(names(lta) == ['META-INF/ASiCArchiveManifest.xml', 'META-INF/ASiCManifest001.xml', 'META-INF/signature001.p7s',
		'META-INF/timestamp001.tst'], 'LTA: %r' % names(lta))
	stamp(cli, b, lta, lta2, '--archive', ['--trust', a.ca, '--trust', b.ca])
	check(names(lta2)[:2] == ['META-INF/ASiCArchiveManifest.xml', 'META-INF/ASiCArchiveManifest001.xml'], 'renewed: %r' % names(lta2))
	got, report = tokens(cli, lta2, '--trust', a.ca, '--trust', b.ca)
	check([g[0] for g in got[:2]] == ['META-INF/timestamp002.tst', 'META-INF/timestamp001.tst'] and all(g[1] for g in got), 'LTA twice: %r' % got)
	# the authorities' certificates end in 20 years: the newest token then is the one to renew
	late = cli.verdict('--pin', cli.me, '--trust', a.ca, '--trust', b.ca, '--at', '2050-01-01', lta2)
	check([f['where'] for f in late['findings'] if f['code'] == 'TIMESTAMP_AGED'] == ['META-INF/timestamp002.tst'], 'aged: %r' % late['findings'])
	as_of = lambda *words: 'judged as of 2050-01-01T00:00:00.000Z.' in cli.verify('--pin', cli.me, '--trust', a.ca, '--trust', b.ca, *words, lta2)
	check(as_of('--at', '2050-01-01') and not as_of(), 'the text report says as of when, where it was asked')
	cli.evidence('timestamp', 'request', '--bundle', lta, '--out', cli.path('late.tsq'))
	a.answer(cli.path('late.tsq'), cli.path('late.tsr'))
	said = cli.evidence('timestamp', 'attach', '--request', cli.path('late.tsq'), '--trust', a.ca, '--bundle', lta, '--out', cli.path('y.asice'),
		cli.path('late.tsr'), expect=64)
	check('cannot change any more' in said, 'behind an archive time stamp: ' + said)
	altered = bytearray(open(lta, 'rb').read())
	altered[altered.index(b'Bagging-Date')] ^= 1
	cli.evidence('timestamp', 'request', '--archive', cli.write('altered.asice', bytes(altered)), '--out', cli.path('z.tsq'), expect=65)
	next_seal(cli, a, plain, t, lt)
	between(cli.programs, cli.env, cli.me)
	for words in ([], ['request'], ['attach', 'x'], ['embed', '--bundle', lt], ['request', '--entry', '1', '--bundle', lt, '--out', 'q']):
		cli.evidence('timestamp', *words, expect=64)
	print('timestamps: T, LT, LTA')


def answers(cli, a, t):
	"""OCSP answers in place of lists: beside the signature, from the reader, and those that say revoked."""
	good, der = cli.path('ocsp.asice'), a.ocsp()
	with open(der, 'rb') as f:
		pem = cli.write('answer.pem', b'-----BEGIN OCSP RESPONSE-----\n' + base64.encodebytes(f.read()) + b'-----END OCSP RESPONSE-----\n')
	cli.evidence('timestamp', 'embed', '--bundle', t, '--out', good, '--trust', a.ca, '--ocsp', der)
	check(bytes.fromhex('06082b060105050710') + b'\x02' in signature(good), 'an OCSP element (RFC 5940) is beside the signature')
	codes = lambda *words, expect=0: [f['code'] for f in cli.verdict('--pin', cli.me, '--trust', a.ca, *words, expect=expect)['findings'] if f['where'].startswith('META-INF')]
	check(codes(t) == ['AUTHORITY_STATUS_UNKNOWN'], 'nothing tells: %r' % codes(t))
	check(codes(good) == [], 'the answer in the bundle tells: %r' % codes(good))
	with open(pem, 'rb') as f: # as editors of other systems save it
		marked = cli.write('marked.pem', b'\xef\xbb\xbf' + f.read())
	for given in (der, pem, marked):
		check(codes('--trust', given, t) == [], 'the reader\'s answer tells: %r' % codes('--trust', given, t))
	for when in ('200101000000Z,keyCompromise', '200101000000Z,superseded'):
		no = a.ocsp('tsa.pem', 'revoked.ors', revoked=when)
		check(codes('--trust', no, t, expect=2) == ['TIMESTAMP_AUTHORITY'], 'revoked before, whatever for')
	# about another certificate: not taken along, and said
	said = cli.evidence('timestamp', 'embed', '--bundle', t, '--out', cli.path('other-ocsp.asice'), '--trust', a.ca, '--ocsp', a.ocsp('loose.pem', 'loose.ors'), expect=65)
	check('none of the lists' in said and not os.path.exists(cli.path('other-ocsp.asice')), 'an answer about somebody else: ' + said)
	cli.evidence('timestamp', 'embed', '--bundle', t, '--out', cli.path('x-ocsp.asice'), '--trust', a.ca, '--ocsp', cli.write('half.ors', open(der, 'rb').read()[:-1]), expect=65)


def between(programs, env, me):
	"""An authority under another one: what its tokens bring, what embed adds, what it cannot, and the newest archive token's own material."""
	cli = Cli(programs)
	cli.env, cli.me = env, me
	open_case(cli)
	c, other = Under(cli, 'three'), Authority(cli, 'four')
	plain, t, lt, half, lta, kept, renewed = (cli.path(n + '.asice') for n in ('plain', 't', 'lt', 'half', 'lta', 'kept', 'renewed'))
	trust = ['--trust', c.ca]
	cli.evidence('timestamp', 'request', '--entry', '2', '--out', cli.path('entry.tsq'))
	cli.evidence('timestamp', 'attach', '--request', cli.path('entry.tsq'), *trust, c.answer(cli.path('entry.tsq'), cli.path('entry.tsr')))
	cli.evidence('seal', plain)

	def codes(path, *words, expect=0):
		return [f['code'] for f in cli.verdict('--pin', cli.me, *words, path, expect=expect)['findings'] if f['where'].startswith('META-INF')]

	def embed(path, out, *words, expect=0):
		return cli.evidence('timestamp', 'embed', '--bundle', path, '--out', out, *words, expect=expect)
	stamp(cli, c, plain, t, trust=trust)
	check(codes(t, *trust) == ['AUTHORITY_STATUS_UNKNOWN'], 'nothing tells of it yet')
	check(codes(t, '--pin', c.pin()) == [], 'who pins the authority needs no root: %r' % codes(t, '--pin', c.pin()))
	embed(t, lt, *trust, '--crl', c.crl, '--crl', c.sub_crl)
	check(codes(lt, *trust) == [] and codes(lt, '--pin', c.pin()) == [], 'both lists are beside the signature: %r' % codes(lt, *trust))
	embed(t, half, *trust, '--crl', c.sub_crl)
	check(codes(half, *trust) == ['AUTHORITY_STATUS_UNKNOWN'], 'one list alone does not tell of the one between')
	check(codes(half, *trust, '--trust', c.crl) == [], 'but was taken along')
	for words, why in ((['--trust', other.ca, '--crl', other.crl], 'nothing to embed'), (trust + ['--crl', other.crl], 'none of the lists'),
			(trust + ['--crl', c.list('large.crl', 32000)], '1 MiB')):
		said = embed(t, cli.path('no.asice'), *words, expect=65)
		check(why in said and not os.path.exists(cli.path('no.asice')), why + ': ' + said)
	large = os.path.join(c.dir, 'large.crl')
	check(len(c.openssl('crl', '-in', 'large.crl', '-outform', 'DER')) > 1 << 20, 'a list such as large authorities have')
	check(codes(t, *trust, '--trust', c.crl, '--trust', large) == [], 'it tells, large as it is')
	both = trust + ['--trust', other.ca]
	stamp(cli, other, plain, cli.path('first.asice'), trust=both)
	embed(cli.path('first.asice'), cli.path('all.asice'), *both, '--crl', other.crl, '--crl', c.crl, '--crl', c.sub_crl)
	all_ = cli.verdict('--pin', cli.me, *both, cli.path('all.asice'))['findings']
	check(all_ == [], 'the lists of the authority of an entry are there as well: %r' % all_)
	embed(cli.path('first.asice'), cli.path('first-lt.asice'), *both, '--crl', other.crl)
	stamp(cli, c, cli.path('first-lt.asice'), lta, '--archive', both)
	check(codes(lta, *both) == ['AUTHORITY_STATUS_UNKNOWN'], 'of the archive token nothing tells')
	embed(lta, kept, *both, '--crl', c.crl, '--crl', c.sub_crl)
	check(codes(kept, *both) == [] and signature(kept) == signature(lta), 'its lists are in it: %r' % codes(kept, *both))
	stamp(cli, other, kept, renewed, '--archive', both)
	known = codes(renewed, *both, '--trust', other.crl)
	check(known == [], 'years later, with the lists of the new authority alone: %r' % known)


def folders(cli, a, other, t):
	"""Of trust files in a folder the first by name comes first, however they got there: it decides which fault is named."""
	a.openssl('req', '-x509', '-key', 'ca.key', '-out', 'unfit.pem', '-days', '7300', '-subj', '/CN=Root one', '-addext', 'keyUsage=critical,digitalSignature')
	roots = {'CERTIFICATE_CHAIN_GENERAL_FAILURE': os.path.join(a.dir, 'unfit.pem'), 'TRY_LATER': a.ca}
	check('no file in' in cli.verify('--trust', os.path.dirname(cli.write('none/.hidden', b'')), t, expect=64), 'a folder without files is no trust')
	for n, (one, two) in enumerate((('a', 'b'), ('a', 'B'), ('x1', 'x10'), ('\u0107', 'z'), ('q.pem', 'p.pem'))):
		for first, second in (roots, tuple(roots)[::-1]):
			folder = 'order-%d-%s' % (n, first)
			for name, which in ((one, first), (two, second)):
				with open(roots[which], 'rb') as f:
					cli.write(os.path.join(folder, name), f.read())
			report = cli.verdict('--pin', cli.me, '--trust', cli.path(folder), '--trust', other.crl, t, expect=2)
			must = first if one.encode() < two.encode() else second
			check(report['subIndication'] == must, '%s, %s: %s' % (one, two, report['subIndication']))


def signature(path):
	with zipfile.ZipFile(path) as z:
		return z.read('META-INF/signature001.p7s')


def next_seal(cli, a, plain, t, lt):
	"""The case brings along with its next seal what became of the signature of the seal before (format.md §9)."""
	with open(cli.path('case', 'custody', '%08d' % len(os.listdir(cli.path('case', 'custody'))), 'entry.json'), encoding='utf-8') as f:
		seal = json.load(f)
	check(seal['action'] == 'seal', 'the last entry is the seal')
	stamped = cli.path('case', 'seals', '%08d' % seal['seq'], 'stamped.p7s')
	with open(stamped, 'rb') as f:
		check(f.read() == signature(lt), 'the signature made last is kept')
	check(signature(lt) != signature(t) != signature(plain), 'three signatures that differ')
	# of another case, or without a case at hand: made all the same, and nothing is kept
	other = Cli(cli.programs)
	other.env, other.me = cli.env, cli.me
	open_case(other)
	other.evidence('seal', other.path('other.asice'))
	stamp(cli, a, other.path('other.asice'), cli.path('other-t.asice'))
	stamp(other, a, other.path('other.asice'), other.path('elsewhere.asice'))
	with open(stamped, 'rb') as f:
		whole = f.read()
	check(whole == signature(lt), 'that of another case is not kept in this one')
	check(any('stamped.p7s' in files for _, _, files in os.walk(other.path('case', 'seals'))), 'but in its own')
	# damaged: found by check, and not brought along
	with open(stamped, 'wb') as f:
		f.write(whole[:200])
	check('stamped.p7s' in cli.evidence('check', expect=1), 'check finds it')
	cli.evidence('note', 'later')
	check('stamped.p7s is damaged' in cli.evidence('seal', cli.path('no.asice'), expect=65), 'a damaged one is not brought along')
	check(not os.path.exists(cli.path('no.asice')), 'nothing is left')
	with open(stamped, 'wb') as f:
		f.write(whole)
	cli.evidence('check')
	cli.evidence('seal', cli.path('next.asice'))
	cli.verdict('--pin', cli.me, '--trust', a.ca, '--extends', plain, cli.path('next.asice'))
	with zipfile.ZipFile(cli.path('next.asice')) as z:
		names_ = [n for n in z.namelist() if '/data/' in n and n.endswith('.p7s')]
		brought = [z.read(n) for n in names_]
	check(brought == [signature(plain), signature(lt)], 'both signatures are in the next bundle: %r' % names_)


def open_case(cli):
	cli.run('evidence', 'open', cli.case, '--number', 'K 1', '--title', 'Time', '--passphrase-file', cli.pass_file)
	cli.evidence('add', cli.write('note.txt', b'evidence\n'), '--basis', 'own-device')


if __name__ == '__main__':
	main()
