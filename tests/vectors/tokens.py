#!/usr/bin/env python3
"""The generator's tokens, certificates and revocation lists before openssl: what it makes by hand must be what others read.

Bad ones are only those that openssl refuses too; where our rules are narrower (docs/timestamp.md §2), the vectors tell.
"""
import base64
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

from gen import ec, ocsp, tsa  # noqa: E402
from gen.forms_t import spelled  # noqa: E402
from gen.keys import EcKey, RsaKey  # noqa: E402

DATA = b'signature value of a test'
NOW = '1795305600'      # 2026-11-22T12:00:00Z


def openssl(*args):
	return subprocess.run(['openssl', *args], capture_output=True)


def pem(path, label, *ders):
	with open(path, 'w') as f:
		for d in ders:
			f.write('-----BEGIN %s-----\n%s-----END %s-----\n' % (label, base64.encodebytes(d).decode(), label))
	return path


class Folder:
	def __init__(self, path):
		self.path = path

	def put(self, name, data):
		path = os.path.join(self.path, name)
		with open(path, 'wb') as f:
			f.write(data)
		return path

	def token(self, token, data=DATA, root=tsa.ROOT):
		"""Whether openssl accepts the token over `data`."""
		p = openssl('ts', '-verify', '-in', self.put('t.tst', token), '-token_in', '-data', self.put('data', data), '-attime', NOW,
			'-CAfile', pem(os.path.join(self.path, 'root.pem'), 'CERTIFICATE', root.der))
		return p.returncode == 0 and b'Verification: OK' in p.stdout + p.stderr

	def cms(self, token):
		"""Whether openssl's CMS code accepts its signature (its code for tokens knows no RSA-PSS)."""
		return openssl('cms', '-verify', '-inform', 'DER', '-in', self.put('t.tst', token), '-attime', NOW, '-purpose', 'timestampsign', '-out', os.devnull,
			'-CAfile', pem(os.path.join(self.path, 'root.pem'), 'CERTIFICATE', tsa.ROOT.der)).returncode == 0

	def chain(self, cert, crl, root=tsa.ROOT):
		"""Whether openssl finds this certificate good, by this list."""
		p = openssl('verify', '-attime', NOW, '-crl_check', '-CAfile', pem(os.path.join(self.path, 'root.pem'), 'CERTIFICATE', root.der),
			'-CRLfile', pem(os.path.join(self.path, 'crl.pem'), 'X509 CRL', crl.der), pem(os.path.join(self.path, 'c.pem'), 'CERTIFICATE', cert.der))
		return p.returncode == 0


	def ocsp(self, answer, cert, digest='-sha1', issuer=tsa.ROOT):
		"""What openssl says of the certificate by this answer; '' if it does not believe the answer."""
		issuer = pem(os.path.join(self.path, 'i.pem'), 'CERTIFICATE', issuer.der)
		p = openssl('ocsp', '-respin', self.put('a.ors', answer.response), '-issuer', issuer, '-CAfile', issuer, '-attime', NOW, '-no_nonce',
			digest, '-cert', pem(os.path.join(self.path, 'c.pem'), 'CERTIFICATE', cert.der))
		lines = p.stdout.decode()
		return next((w for w in ('good', 'revoked', 'unknown') if ': ' + w in lines), '') if b'Response verify OK' in p.stderr else ''


def cases(f):
	token, authority = tsa.token, tsa.authority
	rsa = authority('RSA', key=RsaKey('rsa3072', 'pkcs1'))
	yield 'plain', True, f.token(token(DATA))
	for name, who, o in (('P-384, SHA-384', authority('A', key=EcKey('time 384', ec.P384)), dict(digest='sha384')), ('P-521, SHA-512', authority('B', key=EcKey('time 521', ec.P521)), dict(digest='sha512')),
			('RSA', rsa, {}), ('RSA, SHA-512', rsa, dict(digest='sha512'))):
		yield name, True, f.token(token(DATA, who, **o))
	for digest in ('sha256', 'sha384', 'sha512'):
		yield 'RSA-PSS, ' + digest, True, f.cms(token(DATA, rsa, digest=digest, key=tsa.Hashed(rsa.key, digest, 'pss')))
	yield 'RSA-PSS by another key', False, f.cms(token(DATA, rsa, key=tsa.Hashed(RsaKey('rsa2048'), 'sha256', 'pss')))
	everything = tsa.accuracy(1, 500, 100) + tsa.der.boolean(True) + tsa.der.integer(5) + tsa.der.tlv(0xa0, tsa.der.tlv(0xa4, tsa.TSA.subject)) + tsa.extension(False)
	yield 'all members of a TSTInfo', True, f.token(token(DATA, after=everything))
	yield 'a fraction of a second', True, f.token(token(DATA, when_='20261122040000.123Z'))
	yield 'ESSCertIDv2 with SHA-256 spelled out', True, f.token(token(DATA, attrs=lambda a: a[:2] + [spelled(tsa.TSA.sha256)]))
	yield 'ESSCertID with SHA-1', True, f.token(token(DATA, attrs=lambda a: a[:2] + [tsa.ess_v1(tsa.hashlib.sha1(tsa.TSA.der).digest())]))
	mid = tsa.Cert(EcKey('stamp middle'), 'Time Middle', issuer=tsa.ROOT, extensions=tsa.CA_EXT)
	yield 'a chain and lists in the token', True, f.token(token(DATA, authority('Deep', mid), certs=[mid], crls=[tsa.Crl(mid), tsa.Crl(tsa.ROOT)]))
	yield 'over other bytes', False, f.token(token(b'other'))
	yield 'another root', False, f.token(token(DATA), root=tsa.ROOT2)
	yield 'another key', False, f.token(token(DATA, key=EcKey('other')))
	yield 'no extended key usage', False, f.token(token(DATA, authority('None', extensions=tsa.STAMP_EXT[:1])))
	yield 'ESSCertID of another', False, f.token(token(DATA, attrs=lambda a: a[:2] + [tsa.ess_v2(tsa.TSA2)]))
	yield 'eContentType data', False, f.token(token(DATA, kind='1.2.840.113549.1.7.1'))
	day = lambda n: tsa.at(2026, 11, n)
	yield 'a list that names nobody', True, f.chain(tsa.TSA, tsa.Crl(tsa.ROOT))
	yield 'a list that names another', True, f.chain(tsa.TSA, tsa.Crl(tsa.ROOT, [(tsa.TSA2, day(1), 1)]))
	yield 'a list that revokes', False, f.chain(tsa.TSA, tsa.Crl(tsa.ROOT, [(tsa.TSA, day(1), 4)]))
	yield 'a list of another authority', False, f.chain(tsa.TSA, tsa.Crl(tsa.ROOT2))
	yield 'a broken list', False, f.chain(tsa.TSA, tsa.Crl(tsa.ROOT, breaks=True))
	who = tsa.TSA
	for digest in ('sha1', 'sha256'):
		for word, status in (('good', ocsp.GOOD), ('revoked', ocsp.revoked(day(1), 4)), ('unknown', ocsp.UNKNOWN)):
			yield 'an answer with %s: %s' % (digest, word), word, f.ocsp(ocsp.Ocsp(tsa.ROOT, who, status, digest=digest), who, '-' + digest)
	yield 'an answer, the responder by its key', 'good', f.ocsp(ocsp.Ocsp(tsa.ROOT, who, by_key=True), who)
	yield 'an answer by a delegate', 'good', f.ocsp(ocsp.Ocsp(tsa.ROOT, who, by=ocsp.delegate(tsa.ROOT)), who)
	yield 'an answer by a delegate without its use', '', f.ocsp(ocsp.Ocsp(tsa.ROOT, who, by=ocsp.delegate(tsa.ROOT, ext=ocsp.ANSWER_EXT[:1])), who)
	yield 'an answer by another authority', '', f.ocsp(ocsp.Ocsp(tsa.ROOT, who, by=tsa.ROOT2, certs=[tsa.ROOT2]), who)
	yield 'a broken answer', '', f.ocsp(ocsp.Ocsp(tsa.ROOT, who, breaks=True), who)
	yield 'a stale list', False, f.chain(tsa.TSA, tsa.Crl(tsa.ROOT, this=day(1), next_=day(2)))


def main():
	with tempfile.TemporaryDirectory() as folder:
		rows = list(cases(Folder(folder)))
	wrong = [name for name, want, got in rows if want != got]
	for name in wrong:
		print('openssl says otherwise: ' + name)
	print('%d cases, %d disagree' % (len(rows), len(wrong)))
	sys.exit(1 if wrong or len(rows) < 20 else 0)


if __name__ == '__main__':
	main()
