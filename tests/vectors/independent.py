#!/usr/bin/env python3
"""The good bundles judged by programs nobody here wrote: independent.py VECTORS [--all].

unzip -t, Python's zipfile, sha256sum -c, openssl cms -verify -cades for every entry and the seal. Without --all the
consents and runs, which differ in nothing these programs see, are taken by sample.
"""
import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile


def run(*command, **o):
	p = subprocess.run(command, capture_output=True, **o)
	return p.returncode == 0, (p.stdout + p.stderr)[-200:]


def signatures(folder):
	"""(content, signature) of every entry and of the seal."""
	for root, _, files in os.walk(folder):
		if 'entry.p7s' in files:
			yield os.path.join(root, 'entry.json'), os.path.join(root, 'entry.p7s')
	yield os.path.join(folder, 'META-INF/ASiCManifest001.xml'), os.path.join(folder, 'META-INF/signature001.p7s')


def cms(content, signature, work):
	"""The signer's own certificate is the anchor: who he is is not asked here."""
	pem = os.path.join(work, 'signer.pem')
	ok, text = run('openssl', 'pkcs7', '-inform', 'DER', '-in', signature, '-print_certs', '-out', pem)
	return run('openssl', 'cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', signature, '-content', content,
		'-CAfile', pem, '-partial_chain', '-purpose', 'any', '-no_check_time', '-out', os.devnull) if ok else (ok, text)


def bag(folder):
	"""The bag's manifests, and the digests that the ASiC manifest lists."""
	base = next(n for n in os.listdir(folder) if n.startswith('case-'))
	for name in ('manifest-sha256.txt', 'tagmanifest-sha256.txt'):
		ok, text = run('sha256sum', '--check', '--strict', '--quiet', name, cwd=os.path.join(folder, base))
		if not ok:
			return False, text
	with open(os.path.join(folder, 'META-INF/ASiCManifest001.xml')) as f:
		listed = re.findall(r'URI="([^"]+)"><ds.*?DigestValue>([^<]+)<', f.read())
	for name, digest in listed:
		with open(os.path.join(folder, name), 'rb') as f:
			if hashlib.sha256(f.read()).digest() != base64.b64decode(digest):
				return False, name
	return len(listed) >= 4, 'fewer than four files listed'


def judge(path):
	work = tempfile.mkdtemp()
	try:
		with zipfile.ZipFile(path) as z:
			if z.testzip():
				return 'zipfile'
			z.extractall(work)
		ok, text = run('unzip', '-tq', path)
		if ok:
			ok, text = bag(work)
		for content, signature in signatures(work):
			if ok:
				ok, text = cms(content, signature, work)
		return '' if ok else text
	finally:
		shutil.rmtree(work)


def main():
	vectors, everything = sys.argv[1], '--all' in sys.argv
	with open(os.path.join(vectors, 'expected.json')) as f:
		rows = [r for r in json.load(f)['vectors'] if r['good'] and r['name'].startswith('good-')]
	if not everything:
		rows = [r for i, r in enumerate(rows) if i % 7 == 0 or not r['name'].startswith(('good-consent', 'good-runs', 'good-basis', 'good-1000'))]
	bad = 0
	for row in rows:
		wrong = judge(os.path.join(vectors, row['file']))
		if wrong:
			bad += 1
			print('%s: %s: %s' % (row['name'], row['what'], wrong))
	print('%d good bundles, %d not accepted by the other programs' % (len(rows), bad))
	sys.exit(1 if bad or not rows else 0)


if __name__ == '__main__':
	main()
