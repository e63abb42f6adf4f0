#!/usr/bin/env python3
"""identity.py PROGRAMS: identities from the command line; what is written is read with openssl, and the key
file with Python's own scrypt and the openssl command, never with our code alone."""
import base64
import hashlib
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time

from cli import Cli, check, fail

SOFTHSM = '/usr/lib/softhsm/libsofthsm2.so'


def openssl(*words, data=None, good=True):
	done = subprocess.run(['openssl'] + list(words), input=data, capture_output=True)
	if good and done.returncode != 0:
		fail('openssl %s: %s' % (' '.join(words), done.stderr.decode()))
	return done.stdout if good else done


def der(data, tag):
	"""First element of DER: content and what is behind it."""
	check(data[0] == tag, 'tag %02x, expected %02x' % (data[0], tag))
	n, at = data[1], 2
	if n & 0x80:
		at += n & 0x7f
		n = int.from_bytes(data[2:at], 'big')
	return data[at:at + n], data[at + n:]


def decrypt_key(path, passphrase):
	"""key.pem by hand: RFC 5958, RFC 8018, RFC 7914."""
	text = open(path).read()
	check(text.startswith('-----BEGIN ENCRYPTED PRIVATE KEY-----\n'), 'key.pem is not PEM')
	whole = base64.b64decode(''.join(text.splitlines()[1:-1]))
	inner, rest = der(whole, 0x30)
	check(rest == b'', 'bytes behind the key')
	alg, sealed = der(inner, 0x30)
	oid, params = der(alg, 6)
	check(oid.hex() == '2a864886f70d01050d', 'not PBES2')
	kdf, cipher = der(der(params, 0x30)[0], 0x30)
	oid, kdf = der(kdf, 6)
	check(oid.hex() == '2b06010401da47040b', 'not scrypt')
	salt, kdf = der(der(kdf, 0x30)[0], 4)
	n, kdf = der(kdf, 2)
	r, kdf = der(kdf, 2)
	p, _ = der(kdf, 2)
	n, r, p = (int.from_bytes(x, 'big') for x in (n, r, p))
	check((n, r, p, len(salt)) == (1 << 17, 8, 1, 16), 'scrypt %d %d %d' % (n, r, p))
	oid, iv = der(der(cipher, 0x30)[0], 6)
	check(oid.hex() == '60864801650304012a', 'not AES-256-CBC')
	iv = der(iv, 4)[0]
	key = hashlib.scrypt(passphrase, salt=salt, n=n, r=r, p=p, dklen=32, maxmem=256 << 20)
	return openssl('enc', '-d', '-aes-256-cbc', '-K', key.hex(), '-iv', iv.hex(), data=der(sealed, 4)[0])


def made_by_us(c):
	fingerprint = c.identity()
	folder = c.path('home', 'identities', fingerprint[:8])
	cert = os.path.join(folder, 'certificate.der')
	data = open(cert, 'rb').read()
	check(hashlib.sha256(data).hexdigest() == fingerprint, 'the fingerprint is not SHA-256 of the DER')
	text = openssl('x509', '-inform', 'DER', '-in', cert, '-noout', '-text').decode()
	for want in ('Version: 3', 'Not After : Dec 31 23:59:59 9999 GMT', 'CA:FALSE', 'ASN1 OID: prime256v1',
			'Digital Signature, Non Repudiation', 'X509v3 Basic Constraints: critical', 'X509v3 Key Usage: critical',
			'X509v3 Subject Key Identifier'):
		check(want in text, 'certificate without "%s"' % want)
	check('Ana' not in text and 'lawyer' not in text, 'the certificate names the person')
	check(b'99991231235959Z' in data, 'notAfter is spelt otherwise')
	serial = openssl('x509', '-inform', 'DER', '-in', cert, '-noout', '-serial').decode().strip().split('=')[1]
	check(len(serial) == 32 and int(serial[0], 16) in (4, 5, 6, 7), 'serial ' + serial)
	public = openssl('x509', '-inform', 'DER', '-in', cert, '-noout', '-pubkey')
	spki = base64.b64decode(b''.join(public.splitlines()[1:-1]))
	check('CN = evidence-' + hashlib.sha256(spki).hexdigest()[:8] in text, 'common name')
	secret = decrypt_key(os.path.join(folder, 'key.pem'), b'correct horse battery')
	pem = openssl('pkey', '-inform', 'DER', '-pubout', data=secret)
	check(pem == public, 'key.pem holds another key')
	for name in ('certificate.der', 'identity.json', 'key.pem'):
		check(os.stat(os.path.join(folder, name)).st_mode & 0o7777 == 0o600, name + ' is not 0600')
	check(os.stat(folder).st_mode & 0o7777 == 0o700, 'the folder is not 0700')
	shown = c.run('evidence', 'identity', 'show')
	check(re.sub(r'\s', '', shown).find(fingerprint) > 0, 'show has not the whole fingerprint')
	check(c.run('evidence', 'identity', 'show', '--pem').encode() == openssl('x509', '-inform', 'DER', '-in', cert), 'PEM')
	return fingerprint


def signatures(c, kinds):
	"""Each kind of key signs a case whose entries openssl cms accepts."""
	for kind in kinds:
		home = Cli(c.programs)
		home.run('evidence', 'identity', 'create', '--name', 'Ana', '--role', 'lawyer', '--real-name', '--algorithm', kind,
			'--passphrase-file', home.pass_file)
		home.evidence('open', home.case, '--number', '1', '--title', 'T')
		ca = home.write('ca.pem', home.run('evidence', 'identity', 'show', '--pem').encode())
		text = openssl('x509', '-in', ca, '-noout', '-subject', '-nameopt', 'utf8').decode()
		check('Ana' in text, '--real-name: ' + text)
		entry = os.path.join(home.case, 'custody', '00000001')
		openssl('cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', entry + '/entry.p7s', '-content',
			entry + '/entry.json', '-CAfile', ca, '-purpose', 'any', '-out', os.devnull)


def copies(c, fingerprint):
	c.run('evidence', 'identity', 'backup', 'copy.p12', '--passphrase-file', c.pass_file)
	check(os.stat(c.path('copy.p12')).st_mode & 0o7777 == 0o600, 'the copy is not 0600')
	before = open(c.path('copy.p12'), 'rb').read()
	c.run('evidence', 'identity', 'backup', 'copy.p12', '--passphrase-file', c.pass_file, expect=73)
	check(open(c.path('copy.p12'), 'rb').read() == before, 'the copy was touched')
	out = openssl('pkcs12', '-in', c.path('copy.p12'), '-passin', 'file:' + c.pass_file, '-nodes')
	cert = openssl('x509', '-outform', 'DER', data=out)
	check(hashlib.sha256(cert).hexdigest() == fingerprint, 'openssl reads another certificate from the copy')
	check(openssl('pkey', '-pubout', data=out) == openssl('x509', '-noout', '-pubkey', data=out), 'key and certificate')
	wrong = c.write('wrong', b'another passphrase\n')
	c.run('evidence', 'identity', 'restore', 'copy.p12', '--passphrase-file', c.pass_file, expect=73)
	c.env['EVIDENCE_HOME'] = c.path('home2')
	c.run('evidence', 'identity', 'restore', 'copy.p12', '--passphrase-file', wrong, expect=77)
	c.run('evidence', 'identity', 'restore', 'copy.p12', '--passphrase-file', c.pass_file)
	check(fingerprint[:8] in c.run('evidence', 'identity', 'list'), 'not restored')
	c.env['EVIDENCE_HOME'] = c.path('home')


def imports(c):
	c.write('req.cnf',
		b'[req]\ndistinguished_name=d\n[d]\n[ca]\nbasicConstraints=critical,CA:TRUE\n[agree]\nkeyUsage=keyAgreement\n'
		b'[sign]\nkeyUsage=digitalSignature\n')
	both = c.write('both', b'p12pass\nnew long passphrase\n')
	words = ('--name', 'Bo', '--role', 'clerk', '--passphrase-file', both)

	def make(name, alg, *more, section='sign'):
		key, cert, out = c.path(name + '.key'), c.path(name + '.crt'), c.path(name + '.p12')
		openssl('genpkey', '-algorithm', *alg, '-out', key)
		openssl('req', '-config', c.path('req.cnf'), '-x509', '-new', '-key', key, '-subj', '/CN=' + name, '-out', cert,
			'-extensions', section)
		openssl('pkcs12', '-export', '-inkey', key, '-in', cert, '-passout', 'pass:p12pass', '-out', out, *more)
		return out
	rsa, p256 = ('RSA', '-pkeyopt', 'rsa_keygen_bits:2048'), ('EC', '-pkeyopt', 'ec_paramgen_curve:P-256')
	c.env['EVIDENCE_HOME'] = c.path('home3')
	c.run('evidence', 'identity', 'import', make('rsa', rsa), *words)
	c.run('evidence', 'identity', 'import', make('old', p256, '-legacy'), *words)
	c.run('evidence', 'identity', 'import', c.path('rsa.p12'), *words, expect=73)
	c.env['EVIDENCE_HOME'] = c.path('home4') # the new passphrase is what the key is kept under: 11 bytes of it are few
	for new, said in ((b'elevenbytes', 1), (b'twelve bytes', 0)):
		secrets = c.write('secrets', b'p12pass\n' + new + b'\n')
		c.run('evidence', 'identity', 'import', c.path('rsa.p12' if said else 'old.p12'), *words[:-1], secrets, lines=said)
	c.env['EVIDENCE_HOME'] = c.path('home3')
	for name, alg, more, section in (('p521', ('EC', '-pkeyopt', 'ec_paramgen_curve:P-521'), (), 'sign'),
			('ed', ('ED25519',), (), 'sign'), ('small', ('RSA', '-pkeyopt', 'rsa_keygen_bits:1024'), (), 'sign'),
			('nomac', p256, ('-nomac',), 'sign'), ('authority', p256, (), 'ca'), ('agree', p256, (), 'agree')):
		c.run('evidence', 'identity', 'import', make(name, alg, *more, section=section), *words, expect=65)
	c.run('evidence', 'identity', 'import', c.pass_file, *words, expect=65)
	c.run('evidence', 'identity', 'import', c.path('none'), *words, expect=66)
	c.run('evidence', 'identity', 'import', c.path('rsa.p12'), '--name', 'Bo', '--role', 'clerk', '--passphrase-file', c.pass_file, expect=77)
	c.run('evidence', 'identity', 'restore', c.path('rsa.p12'), '--passphrase-file', both, expect=65)
	check(len(c.run('evidence', 'identity', 'list').splitlines()) == 2, 'a refused import left something')
	c.env['EVIDENCE_HOME'] = c.path('home')


def on_terminal(c, typed, expect):
	"""Runs `identity create` on a terminal of its own. Returns what it showed."""
	pid, fd = pty.fork()
	if pid == 0:
		os.execve(os.path.join(c.programs, 'evidence'), ['evidence', 'identity', 'create', '--name', 'T', '--role', 'r'], c.env)
	shown, end = b'', time.time() + 60
	while time.time() < end:
		try:
			if select.select([fd], [], [], 0.1)[0]:
				got = os.read(fd, 4096)
				if not got:
					break
				shown += got
			elif typed and shown.rstrip().endswith(b':'):
				check(not termios.tcgetattr(fd)[3] & termios.ECHO, 'the terminal echoes')
				os.write(fd, typed.pop(0))
				shown += b'|'
		except OSError:
			break
	check(termios.tcgetattr(fd)[3] & termios.ECHO, 'the echo was not switched on again')
	code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
	check(code == expect, 'on a terminal: exit %d, expected %d: %s' % (code, expect, shown.decode()))
	return shown


def prompts(c):
	c.env['EVIDENCE_HOME'] = c.path('home4')
	shown = on_terminal(c, [b'secret words 1\n', b'secret words 1\n'], 0)
	check(b'secret' not in shown, 'the passphrase is shown')
	on_terminal(c, [b'one\n', b'two\n', b'one\n', b'two\n', b'one\n', b'two\n'], 77)
	on_terminal(c, [b'half\x03'], -signal.SIGINT)
	on_terminal(c, [b'\x04'], 77)
	done = subprocess.run([os.path.join(c.programs, 'evidence'), 'identity', 'create', '--name', 'T', '--role', 'r'],
		env=c.env, capture_output=True, stdin=subprocess.DEVNULL, start_new_session=True)
	check(done.returncode == 77 and b'--passphrase-file' in done.stderr, 'without a terminal: %d' % done.returncode)
	check(len(c.run('evidence', 'identity', 'list').splitlines()) == 1, 'a refused prompt left something')
	done = subprocess.run([os.path.join(c.programs, 'evidence'), 'identity', 'create', '--name', 'D', '--role', 'r',
		'--passphrase-fd', '0'], env=c.env, capture_output=True, input=b'from a descriptor\n')
	check(done.returncode == 0, '--passphrase-fd: %d' % done.returncode)
	c.env['EVIDENCE_HOME'] = c.path('home')


def refusals(c, fingerprint):
	key = c.path('home', 'identities', fingerprint[:8], 'key.pem')
	wrong = c.write('wrong', b'another passphrase\n')
	empty = c.write('empty', b'\n')
	c.evidence('open', c.case, '--number', '1', '--title', 'T')
	for words, code in ((('--passphrase-file', wrong), 77), (('--passphrase-file', empty), 77),
			(('--passphrase-file', c.path('none')), 66), (('--passphrase-fd', '77'), 74)):
		c.run('evidence', '-C', c.case, 'note', 'x', *words, expect=code)
	os.chmod(key, 0o644)
	c.evidence('note', 'x', expect=77)
	os.chmod(key, 0o600)
	c.run('evidence', 'identity', 'show', 'ffff0000', expect=66)
	c.run('evidence', 'identity', 'show', 'xyz', expect=64)
	about = c.path('home', 'identities', fingerprint[:8], 'identity.json')
	with open(about, 'rb') as f:
		kept = f.read()
	os.chmod(about, 0o600)
	with open(about, 'wb') as f:
		f.write(b'{')
	said = c.run('evidence', 'identity', 'list', expect=65)
	check('identity %s: identity.json is damaged' % fingerprint[:8] in said, 'a damaged identity is named: ' + said)
	os.unlink(about) # a file that is gone is damage too, not an identity that is not there
	said = c.run('evidence', 'identity', 'list', expect=65)
	check('identity %s: file %s: ' % (fingerprint[:8], about) in said, 'a file of an identity is gone: ' + said)
	with open(about, 'wb') as f:
		f.write(kept)
	os.chmod(about, 0o600)
	os.rename(key, key + '.away')
	said = c.evidence('note', 'x', expect=65)
	check('identity %s: file %s: ' % (fingerprint[:8], key) in said, 'the key file is gone: ' + said)
	os.rename(key + '.away', key)
	for option in ('--name', '--role', '--organisation'): # RFC 5280: 64 characters, of two bytes each here
		words = {'--name': 'A', '--role': 'r', '--organisation': 'o', option: 'я' * 65}
		said = c.run('evidence', 'identity', 'create', '--real-name', *[w for pair in words.items() for w in pair],
			'--passphrase-file', c.pass_file, expect=64)
		check('64 characters' in said, option + ': ' + said)
	said = c.run('evidence', 'identity', 'import', c.pass_file, '--name', 'A', '--role', 'r', '--passphrase-file', c.pass_file, expect=65)
	check(c.pass_file + ': not a PKCS#12 file' in said, 'the file is named: ' + said)
	c.run('evidence', 'identity', 'frobnicate', expect=64)
	c.run('evidence', 'identity', 'create', '--name', 'only', expect=64)
	check(len(os.listdir(os.path.join(c.case, 'custody'))) == 1, 'a refused note left an entry')


def cards(c):
	if not os.path.exists(SOFTHSM):
		fail('softhsm2 is not installed (tests/packages.sh core)')
	os.mkdir(c.path('tokens'))
	conf = c.write('softhsm2.conf', b'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n'
		% c.path('tokens').encode())
	c.env['SOFTHSM2_CONF'] = conf

	def tool(*words):
		done = subprocess.run(words, env=c.env, capture_output=True)
		if done.returncode != 0:
			fail('%s: %s' % (' '.join(words), done.stderr.decode()))
	c.env['EVIDENCE_HOME'] = c.path('home5')
	pin, bad = c.write('pin', b'123456\n'), c.write('bad', b'999999\n')
	words = ('--name', 'Cy', '--role', 'clerk', '--passphrase-file')
	c.run('evidence', 'identity', 'cards', '--pkcs11', SOFTHSM, expect=69)
	tool('softhsm2-util', '--init-token', '--free', '--label', 'Card A', '--pin', '123456', '--so-pin', '87654321')
	kinds = (('01', ('EC', '-pkeyopt', 'ec_paramgen_curve:P-256')), ('02', ('RSA', '-pkeyopt', 'rsa_keygen_bits:2048')),
		('03', ('EC', '-pkeyopt', 'ec_paramgen_curve:P-384')))
	prints = {}
	for i, alg in kinds:
		key, crt = c.path('card.key'), c.path('card%s.der' % i)
		openssl('genpkey', '-algorithm', *alg, '-out', key)
		openssl('req', '-config', c.path('req.cnf'), '-x509', '-new', '-key', key, '-subj', '/CN=card' + i, '-extensions', 'sign', '-outform', 'DER',
			'-out', crt)
		tool('softhsm2-util', '--import', key, '--token', 'Card A', '--label', 'k' + i, '--id', i, '--pin', '123456')
		tool('pkcs11-tool', '--module', SOFTHSM, '--token-label', 'Card A', '-l', '--pin', '123456', '-w', crt, '--type', 'cert', '--id', i)
		prints[i] = hashlib.sha256(open(crt, 'rb').read()).hexdigest()
	listed = c.run('evidence', 'identity', 'cards', '--pkcs11', SOFTHSM)
	check(all(p[:8] in listed for p in prints.values()), 'not all certificates are listed')
	c.run('evidence', 'identity', 'import', '--pkcs11', SOFTHSM, *words, pin, expect=64)
	c.run('evidence', 'identity', 'import', '--pkcs11', SOFTHSM, '--certificate', prints['01'], *words, bad, expect=77)
	c.run('evidence', 'identity', 'import', '--pkcs11', SOFTHSM, '--certificate', 'ffffffff', *words, pin, expect=66)
	c.run('evidence', 'identity', 'import', '--pkcs11', c.path('none.so'), *words, pin, expect=66)
	c.run('evidence', 'identity', 'import', '--pkcs11', c.pass_file, *words, pin, expect=69)
	check(c.run('evidence', 'identity', 'list', '--quiet') == '', 'a refused import left something')
	for i, _ in kinds:
		c.run('evidence', 'identity', 'import', '--pkcs11', SOFTHSM, '--certificate', prints[i], *words, pin)
		case = c.path('case' + i)
		c.run('evidence', '--identity', prints[i], 'open', case, '--number', '1', '--title', 'T', '--passphrase-file', pin)
		entry = os.path.join(case, 'custody', '00000001')
		ca = c.write('card.pem', openssl('x509', '-inform', 'DER', '-in', c.path('card%s.der' % i)))
		openssl('cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', entry + '/entry.p7s', '-content',
			entry + '/entry.json', '-CAfile', ca, '-purpose', 'any', '-out', os.devnull)
		c.run('evidence', '-C', case, '--identity', prints[i], 'note', 'x', '--passphrase-file', bad, expect=77)
		check(len(os.listdir(os.path.join(case, 'custody'))) == 1, 'a refused note left an entry')
	c.run('evidence', '--identity', prints['01'], 'identity', 'backup', 'card.p12', '--passphrase-file', pin, expect=64)
	# the card is taken out; an identity of our own works on
	os.rename(c.path('tokens'), c.path('pocket'))
	os.mkdir(c.path('tokens'))
	c.run('evidence', '-C', c.path('case01'), '--identity', prints['01'], 'note', 'x', '--passphrase-file', pin, expect=69)
	check(len(os.listdir(c.path('case01', 'custody'))) == 1, 'a note without its card left an entry')
	own = c.identity('Own')
	c.run('evidence', '--identity', own, 'open', c.path('case04'), '--number', '2', '--title', 'T', '--passphrase-file', c.pass_file)


def main():
	c = Cli(sys.argv[1])
	fingerprint = made_by_us(c)
	refusals(c, fingerprint)
	copies(c, fingerprint)
	imports(c)
	cards(c)
	c = Cli(sys.argv[1])
	prompts(c)
	signatures(c, ('p256', 'p384', 'rsa3072', 'rsa4096'))


main()
