#!/usr/bin/env python3
"""Runs every_byte over chosen vectors: every_byte.py VECTORS PROGRAM [--core | --small] [--jobs N].

--core: one small bundle and one envelope whole. --small: those; of a log with each kind of key the entries and signatures that are not by the
custodian's P-256, which the small bundle has; of bundles sealed with the other kinds of key the seal's signature.
Without either: each of them whole, also an extract and a handover (about an hour on two cores). LOG-every-byte.md: the runs.
"""
import argparse
import json
import os
import subprocess
import sys
import zipfile

WHOLE = ['good-0', 'A-36']     # an envelope
SIGNED = ['good-all-keys', 'good-key-p384', 'good-key-rsa-pss-3072', 'good-key-rsa-pkcs1-2048']
MORE = ['good-extract', 'good-transfer', 'good-tags', 'good-lost', 'good-dispose', 'good-2']


def ranges(path):
	"""Where signatures and entry.json of a bundle lie, headers included: (whether by another than the first signer, from, to)."""
	with zipfile.ZipFile(path) as z:
		by = {os.path.dirname(n): json.loads(z.read(n))['certificate'] for n in z.namelist() if n.endswith('entry.json')}
		first = by[min(by)]
		for i in z.infolist():
			if i.filename.endswith(('.p7s', 'entry.json')):
				yield by.get(os.path.dirname(i.filename), first) != first, i.header_offset, i.header_offset + 30 + len(i.filename) + i.file_size


def main():
	parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
	parser.add_argument('vectors')
	parser.add_argument('program')
	parser.add_argument('--core', action='store_true')
	parser.add_argument('--small', action='store_true')
	parser.add_argument('--jobs', default='2')
	o = parser.parse_args()
	with open(os.path.join(o.vectors, 'expected.json')) as f:
		rows = {r['name']: r for r in json.load(f)['vectors']}
	bad = 0
	for name in WHOLE if o.core else WHOLE + SIGNED + ([] if o.small else MORE):
		path = os.path.join(o.vectors, rows[name]['file'])
		parts = [(0, os.path.getsize(path))]
		if o.small and name not in WHOLE:
			parts = [(a, b) for other, a, b in ranges(path) if other] if name == SIGNED[0] else [list(ranges(path))[-1][1:]]
		for a, b in parts:
			bad |= subprocess.run([o.program, '--jobs', o.jobs, '--from', str(a), '--to', str(b)] + rows[name]['args'] + [path]).returncode
	sys.exit(1 if bad else 0)


if __name__ == '__main__':
	main()
