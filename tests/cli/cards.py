#!/usr/bin/env python3
"""cards.py PROGRAMS FAULTY_CARD: cards from the command line: two certificates on one card (SoftHSM2), a locked PIN, a wrong one, a card taken out
before and amid a command. FAULTY_CARD is the module between SoftHSM2 and us that has the faults (tests/unit/faulty_card.h)."""
import hashlib
import os
import subprocess
import sys

from cli import Cli, check, fail, sha256

SOFTHSM = '/usr/lib/softhsm/libsofthsm2.so'
REMOVED, PIN_LOCKED = '0x32', '0xa4'        # CKR_DEVICE_REMOVED, CKR_PIN_LOCKED (PKCS#11 v2.40)
USER_PIN_LOCKED = '0x40000'                 # CKF_USER_PIN_LOCKED


class Cards:
	def __init__(self, programs, module):
		self.cli, self.module = Cli(programs), module
		self.cli.env['SOFTHSM2_CONF'] = self.cli.write('softhsm2.conf', b'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n' %
			self.cli.path('tokens').encode())
		os.mkdir(self.cli.path('tokens'))
		self.pin, self.bad = self.cli.write('pin', b'123456\n'), self.cli.write('bad', b'999999\n')
		self.prints = {}
		self.tool('softhsm2-util', '--init-token', '--free', '--label', 'Card A', '--pin', '123456', '--so-pin', '87654321')
		self.put('01', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256')
		self.put('02', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048')

	def tool(self, *words):
		done = subprocess.run(words, env=self.cli.env, capture_output=True)
		if done.returncode != 0:
			fail('%s: %s' % (' '.join(words), done.stderr.decode()))

	def put(self, i, *alg):
		key, crt = self.cli.path('card.key'), self.cli.path('card%s.der' % i)
		self.tool('openssl', 'genpkey', '-algorithm', *alg, '-out', key)
		self.tool('openssl', 'req', '-x509', '-new', '-key', key, '-subj', '/CN=card' + i, '-addext', 'keyUsage=digitalSignature', '-addext',
			'basicConstraints=CA:FALSE', '-outform', 'DER', '-out', crt)
		self.tool('softhsm2-util', '--import', key, '--token', 'Card A', '--label', 'k' + i, '--id', i, '--pin', '123456')
		self.tool('pkcs11-tool', '--module', SOFTHSM, '--token-label', 'Card A', '-l', '--pin', '123456', '-w', crt, '--type', 'cert', '--id', i)
		with open(crt, 'rb') as f:
			self.prints[i] = hashlib.sha256(f.read()).hexdigest()

	def fault(self, call='', after=0, rv='0', flags='0'):
		self.cli.env.update(FAULTY_CARD_CALL=call, FAULTY_CARD_AFTER=str(after), FAULTY_CARD_RV=rv, FAULTY_CARD_FLAGS=flags)

	def run(self, case, i, *words, pin=None, **how):
		return self.cli.run('evidence', '-C', case, '--identity', self.prints[i], *words, '--passphrase-file', pin or self.pin, **how)


def entries(case):
	return len(os.listdir(os.path.join(case, 'custody')))


def imports(k):
	words = ('--name', 'Cy', '--role', 'clerk', '--passphrase-file', k.pin)
	listed = k.cli.run('evidence', 'identity', 'cards', '--pkcs11', k.module).splitlines()
	check(sorted(line[:8] for line in listed) == sorted(p[:8] for p in k.prints.values()), 'both certificates are listed: %r' % listed)
	said = k.cli.run('evidence', 'identity', 'import', '--pkcs11', k.module, *words, expect=64)
	check('--certificate' in said, 'which of the two must be said: ' + said)
	for call, rv, code in (('C_Login', PIN_LOCKED, 77), ('C_Sign', REMOVED, 69), ('C_OpenSession', REMOVED, 69)):
		k.fault(call, 0, rv)
		k.cli.run('evidence', 'identity', 'import', '--pkcs11', k.module, '--certificate', k.prints['01'], *words, expect=code)
	k.fault()
	check(k.cli.run('evidence', 'identity', 'list', '--quiet') == '', 'a refused import left something')
	for p in k.prints.values():
		k.cli.run('evidence', 'identity', 'import', '--pkcs11', k.module, '--certificate', p, *words)


def case(k, i, own):
	"""One certificate's case, from the opening to a seal, with the card failing on the way."""
	folder, sealed = k.cli.path('case' + i), k.cli.path('sealed%s.asice' % i)
	k.cli.run('evidence', '--identity', k.prints[i], 'open', folder, '--number', '1', '--title', 'T', '--passphrase-file', k.pin)
	k.run(folder, i, 'admit', '--as', 'device', own)
	n = entries(folder)
	for what, how, pin, code, words in (
			('wrong PIN', {}, k.bad, 77, 'wrong PIN'),
			('locked at log-in', {'call': 'C_Login', 'rv': PIN_LOCKED}, None, 77, 'locked'),
			('locked, as the card says before', {'flags': USER_PIN_LOCKED}, None, 77, 'locked'),
			('taken out before', {'call': 'C_OpenSession', 'rv': REMOVED}, None, 69, 'not there any more'),
			('taken out between two calls', {'call': 'C_SignInit', 'rv': REMOVED}, None, 69, 'not there any more'),
			('taken out while it signs', {'call': 'C_Sign', 'rv': REMOVED}, None, 69, 'not there any more')):
		k.fault(**how)
		said = k.run(folder, i, 'note', 'x', pin=pin, expect=code)
		check(words in said, '%s: %s' % (what, said))
		check(entries(folder) == n, '%s: an entry was left' % what)
	# amid a seal: the entry was signed, the bundle was not
	k.fault('C_Sign', 1, REMOVED)
	said = k.run(folder, i, 'seal', sealed, expect=69)
	check('not there any more' in said and not os.path.exists(sealed), 'amid a seal: ' + said)
	check(entries(folder) == n + 1, 'the seal entry stands')
	k.fault()
	k.cli.run('evidence', '-C', folder, 'check')
	# an identity without card cannot finish another's seal, but goes on with the case
	said = k.cli.run('evidence', '-C', folder, '--identity', own, 'seal', sealed, '--passphrase-file', k.cli.pass_file, expect=77)
	check('another identity' in said, 'another one\'s seal: ' + said)
	k.run(folder, i, 'seal', sealed)
	check(entries(folder) == n + 1, 'finished without a second entry')
	k.cli.verdict('--pin', k.prints[i], sealed)
	# the card away altogether
	os.rename(k.cli.path('tokens'), k.cli.path('pocket'))
	os.mkdir(k.cli.path('tokens'))
	k.run(folder, i, 'note', 'x', expect=69)
	check(entries(folder) == n + 1, 'a note without its card left an entry')
	mine = k.cli.path('own%s.asice' % i)
	k.cli.run('evidence', '-C', folder, '--identity', own, 'note', 'x', '--passphrase-file', k.cli.pass_file)
	k.cli.run('evidence', '-C', folder, '--identity', own, 'seal', mine, '--passphrase-file', k.cli.pass_file)
	k.cli.verdict('--pin', k.prints[i], '--extends', sealed, mine)
	os.rmdir(k.cli.path('tokens'))
	os.rename(k.cli.path('pocket'), k.cli.path('tokens'))
	check(sha256(sealed) != sha256(mine), 'two bundles')


def main():
	if not os.path.exists(SOFTHSM):
		fail('softhsm2 is not installed (tests/packages.sh core)')
	k = Cards(sys.argv[1], sys.argv[2])
	imports(k)
	own = k.cli.identity('Own')
	for i in ('01', '02'):
		case(k, i, own)
	print('cards: EC and RSA')


main()
