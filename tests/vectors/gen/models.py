"""Cases that many vectors start from."""
from . import cert, der, keys
from .case import Case, content, hexsha, scope, signer
from .cert import Cert
from .keys import EcKey, RsaKey

JPEG = bytes.fromhex('ffd8ffe000104a46494600010100000100010000ffd9')


def origin(item, name, **more):
	return dict({'kind': 'origin', 'item': item, 'name': name}, **more)


def small(change=None, seal=None, **o):
	"""Four entries, four items: open, acquire of a photo and a note file, note, seal. `change` gets the case."""
	c = Case(**o)
	c.acquire(content(JPEG), origin('2/2', 'IMG_0001.JPG'), content(b'first line\nsecond line\n', 'txt'),
		origin('2/4', 'notes.txt'))
	c.note()
	c.seal(**(seal or {}))
	if change:
		change(c)
	return c


def path(c, name):
	return c.base + '/' + name


def final(change):
	"""A change of files by somebody without a key, after everything was signed."""
	def set_hook(c):
		c.hooks['final'] = lambda files: change(c, files)
	return set_hook


def hook(name, change):
	def set_hook(c):
		c.hooks[name] = lambda files: change(c, files)
	return set_hook


def entry(seq, **fields):
	"""Sets hooks or fields of entry `seq`."""
	def change(c):
		for field, value in fields.items():
			setattr(c.entries[seq - 1], field, value)
	return change


def flip(data, at=-1, bit=1):
	at %= len(data)
	return data[:at] + bytes([data[at] ^ bit]) + data[at + 1:]


CA = Cert(EcKey('authority'), 'Test Authority', extensions=[cert.basic(True), cert.key_usage(der.bits(b'\x06', 1))])
ALICE, BOB, COURT = signer('custodian'), signer('recipient'), signer('court')
EVE = signer('attacker')
WITNESS, COLLEAGUE, DEVICE, RENEWED = (signer(n) for n in ('witness', 'colleague', 'device', 'renewed'))
RSA_PSS, RSA_PKCS1 = RsaKey('rsa3072'), RsaKey('rsa2048', 'pkcs1')
NOW = '2026-11-22T12:00:00.000Z'


def issued(name, issuer=None, key=None, **o):
	"""A signer's certificate that the test authority issued."""
	return Cert(key or EcKey(name), name, issuer=issuer or CA, **o)
