"""authority: a certification authority of a test's own, made by the openssl command, and servers with its certificates."""
import os
import ssl
import subprocess

CONFIG = '''[ca]
default_ca = own
[own]
dir = {0}
database = {0}/index
new_certs_dir = {0}
certificate = {0}/ca.pem
private_key = {0}/ca.key
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
'''
KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']


class Authority:
	def __init__(self, folder):
		self.dir = folder
		os.makedirs(folder)
		for name, text in (('ca.cnf', CONFIG.format(folder)), ('index', '')):
			with open(self.at(name), 'w') as f:
				f.write(text)
		self.openssl('req', '-x509', *KEY, '-keyout', self.at('ca.key'), '-out', self.at('ca.pem'), '-subj', '/CN=Test authority', '-days', '30')

	def at(self, name):
		return os.path.join(self.dir, name)

	def openssl(self, *words):
		return subprocess.run(['openssl', *words], check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout

	def issue(self, name, host, start='20250101000000Z', end='20491231235959Z'):
		"""A certificate for a host, with its key, in one file; the authority's behind it."""
		self.openssl('req', '-new', *KEY, '-keyout', self.at(name + '.key'), '-out', self.at(name + '.csr'), '-subj', '/CN=' + name,
			'-addext', 'subjectAltName=DNS:' + host, '-addext', 'extendedKeyUsage=serverAuth')
		self.openssl('ca', '-batch', '-notext', '-config', self.at('ca.cnf'), '-in', self.at(name + '.csr'), '-out', self.at(name + '.pem'),
			'-startdate', start, '-enddate', end)
		return self.context(name, 'ca.pem')

	def self_signed(self, name, host):
		self.openssl('req', '-x509', *KEY, '-keyout', self.at(name + '.key'), '-out', self.at(name + '.pem'), '-subj', '/CN=' + name,
			'-addext', 'subjectAltName=DNS:' + host, '-days', '30')
		return self.context(name)

	def context(self, name, *above):
		whole = self.at(name + '.whole')
		with open(whole, 'wb') as out:
			for part in (name + '.key', name + '.pem') + above:
				with open(self.at(part), 'rb') as f:
					out.write(f.read())
		context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
		context.load_cert_chain(whole)
		# the handshake is done by the thread that reads, not by the one that accepts
		return lambda socket: context.wrap_socket(socket, server_side=True, do_handshake_on_connect=False)

	def der(self, name):
		return self.openssl('x509', '-in', self.at(name + '.pem'), '-outform', 'DER')

	def trust(self, home):
		"""The browsers of this home trust the authority (NSS, as a person's own)."""
		store = 'sql:' + os.path.join(home, '.pki', 'nssdb')
		os.makedirs(store[4:])
		for words in (['-N', '--empty-password'], ['-A', '-n', 'test', '-t', 'C,,', '-i', self.at('ca.pem')]):
			subprocess.run(['certutil', '-d', store] + words, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
