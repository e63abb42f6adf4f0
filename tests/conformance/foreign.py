#!/usr/bin/env python3
"""foreign.py EVIDENCE --lib LIB [--turns N]: containers that EU DSS makes, whole and with single bytes turned, through `evidence inspect` and
through DSS. Ours is never better than DSS's: where DSS says TOTAL_FAILED, or opens nothing, ours does not say that everything fits; and no
container is called verified, for that word is evidence-verify's. DSS trusts the certificate here, so that only integrity is compared.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile

import dss

HERE = os.path.dirname(os.path.abspath(__file__))


def make(lib, out):
	run = lambda *words: subprocess.run(words, check=True, stderr=subprocess.DEVNULL)
	run('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', out + '/key.pem', '-out', out + '/cert.pem', '-days', '3650',
		'-subj', '/CN=Foreign Signer', '-addext', 'keyUsage=critical,digitalSignature,nonRepudiation')
	run('openssl', 'pkcs12', '-export', '-inkey', out + '/key.pem', '-in', out + '/cert.pem', '-out', out + '/key.p12', '-passout', 'pass:secret')
	names = []
	for name, text in (('izjava 1.txt', 'prva\n'), ('слика.txt', 'druga\n')):
		names.append(os.path.join(out, name))
		with open(names[-1], 'w') as f:
			f.write(text)
	run('env', 'LC_ALL=C.UTF-8', 'java', '-cp', lib + '/*', os.path.join(HERE, 'java', 'Make.java'), out + '/key.p12', 'secret', out, *names)
	return sorted(n for n in os.listdir(out) if n.endswith(('.asice', '.asics')))


def turned(out, names, turns):
	rng, made = random.Random(7), list(names)
	for name in names:
		with open(os.path.join(out, name), 'rb') as f:
			good = f.read()
		for i in range(turns):
			at = rng.randrange(len(good))
			made.append('%s-%d-%s' % (name[:5], at, name))
			with open(os.path.join(out, made[-1]), 'wb') as f:
				f.write(good[:at] + bytes([good[at] ^ 1 << rng.randrange(8)]) + good[at + 1:])
	return made


def ours(evidence, path):
	p = subprocess.run([evidence, 'inspect', '--json', path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
	if p.returncode not in (0, 1):
		sys.exit('FAIL %s: exit %d: %s' % (path, p.returncode, p.stderr.decode()))
	said = [r.get('code') for r in map(json.loads, p.stdout.splitlines()) if r['kind'] in ('observation', 'unread')]
	if b'VERIFIED' in p.stdout:
		sys.exit('FAIL %s: called verified' % path)
	return 'fits' if 'proof-holds' in said and not {'proof-fails', 'proof-unchecked'} & set(said) and p.returncode == 0 else 'not'


def main():
	p = argparse.ArgumentParser()
	p.add_argument('evidence')
	p.add_argument('--lib', required=True)
	p.add_argument('--turns', type=int, default=40)
	a = p.parse_args()
	with tempfile.TemporaryDirectory() as out:
		names = make(a.lib, out)
		all_names = turned(out, names, a.turns)
		answers = dss.judge(a.lib, [('%s/%s' % (out, name), '2026-12-31T12:00:00Z', out + '/cert.pem') for name in all_names])
		theirs = {name: r.get('indication', 'refused: ' + r.get('refused', '')) for name, r in zip(all_names, answers)}
		counts, bad = {}, []
		for name in all_names:
			key = theirs[name], ours(a.evidence, os.path.join(out, name))
			counts[key] = counts.get(key, 0) + 1
			if key[1] == 'fits' and key[0] not in ('TOTAL_PASSED', 'INDETERMINATE'):
				bad.append('%s: DSS %s, ours fits' % (name, key[0]))
		for name in ('cades.asice', 'cades.asics'):
			if theirs[name] != 'TOTAL_PASSED' or ours(a.evidence, os.path.join(out, name)) != 'fits':
				bad.append('%s: DSS %s, ours %s: a good one must fit' % (name, theirs[name], ours(a.evidence, os.path.join(out, name))))
	for (x, y), n in sorted(counts.items()):
		print('DSS %-14s ours %-5s %d' % (x, y, n))
	for line in bad:
		print('FAIL ' + line)
	print('%s %d containers, %d complaints' % ('FAIL' if bad else 'PASS', len(all_names), len(bad)))
	sys.exit(1 if bad or len(names) != 4 else 0)


if __name__ == '__main__':
	main()
