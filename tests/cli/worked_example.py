#!/usr/bin/env python3
"""worked_example.py VECTORS-GENERATOR FORMAT.md: docs/format.md §12 re-derived by hand: the bundle good-0 is
generated, unzipped, and every value of the example computed again with sha256sum and openssl; each must
stand in the text."""
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import zipfile


def sha256sum(path):
	return subprocess.run(['sha256sum', path], capture_output=True, text=True, check=True).stdout.split()[0]


def leaf(line):
	return hashlib.sha256(b'\0' + line).digest()


def node(a, b):
	return hashlib.sha256(b'\1' + a + b).digest()


def signer(signature, content, pem):
	"""The signer's fingerprint, after openssl has taken the signature, and its CAdES attributes."""
	given = ['openssl', 'cms', '-verify', '-binary', '-inform', 'DER', '-in', signature, '-content', content, '-out', os.devnull]
	for words in (['-noverify', '-signer', pem], ['-cades', '-CAfile', pem, '-partial_chain', '-purpose', 'any', '-no_check_time']):
		done = subprocess.run(given + words, capture_output=True, text=True)
		if done.returncode != 0:
			sys.exit('openssl refuses %s: %s' % (signature, done.stderr))
	der = subprocess.run(['openssl', 'x509', '-in', pem, '-outform', 'DER'], capture_output=True, check=True).stdout
	return hashlib.sha256(der).hexdigest()


def main():
	generator, text = sys.argv[1], open(sys.argv[2], encoding='utf-8').read()
	example = text[text.index('## 12.'):] if '--print' not in sys.argv else ''
	with tempfile.TemporaryDirectory() as d:
		subprocess.run([sys.executable, '-B', generator, d, '--only', 'good-0'], check=True, capture_output=True)
		with zipfile.ZipFile(d + '/good-0.asice') as z:
			z.extractall(d + '/out')
			base = [n for n in z.namelist() if n.startswith('case-')][0].split('/')[0]
		custody = '%s/out/%s/custody/' % (d, base)
		values = {}
		for seq in ('00000001', '00000002'):
			for name in ('entry.json', 'entry.p7s', 'records.jsonl'):
				values['%s/%s' % (seq, name)] = sha256sum(custody + seq + '/' + name)
			content, signature = custody + seq + '/entry.json', custody + seq + '/entry.p7s'
			values['certificate'] = signer(signature, content, d + '/signer.pem')
		lines = open(custody + '00000001/records.jsonl', 'rb').read().split(b'\n')[:-1]
		leaves = [leaf(line) for line in lines]
		assert len(leaves) == 2
		values['leaf 1'], values['leaf 2'] = leaves[0].hex(), leaves[1].hex()
		values['root'] = node(*leaves).hex()
		values['seal digest'] = sha256sum(d + '/out/META-INF/ASiCManifest001.xml')
		for name in ('bag-info.txt', 'bagit.txt', 'manifest-sha256.txt', 'tagmanifest-sha256.txt'):
			values[name] = sha256sum('%s/out/%s/%s' % (d, base, name))
		entry = open(custody + '00000001/entry.json').read()
		if '--print' in sys.argv:
			print(entry)
			for line in lines:
				print(line.decode())
			for name, value in values.items():
				print('| %s | `%s` |' % (name, value))
			return
		missing = [name for name, value in values.items() if '| %s | `%s` |' % (name, value) not in example]
		if entry not in example:
			missing.append('entry.json')
		if json.loads(entry)['records'] != {'count': 2, 'root': values['root']}:
			missing.append('the root in entry.json')
		with open('%s/out/%s/bag-info.txt' % (d, base)) as f:
			if 'Custody-Head: %s\n' % values['00000002/entry.json'] not in f.read():
				missing.append('the custody head')
		missing += ['record' for line in lines if line.decode() not in example]
		if missing:
			sys.exit('not as docs/format.md says: %s' % ', '.join(missing))
		print('worked example: %d values re-derived' % len(values))


main()
