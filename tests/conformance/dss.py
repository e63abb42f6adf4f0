#!/usr/bin/env python3
"""dss.py VECTORS --lib LIB [--every N] [--log FILE]: EU DSS against the vectors' table.

LIB holds DSS's jars (pom.xml). Good bundles: ASiC-E with CAdES-BASELINE-B, TOTAL_PASSED, every file covered. Of the others every
Nth: never passed by DSS, except for faults that only one who knows this format can see (BLIND); each of those is counted.
"""
import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
TIME = '2026-11-22T12:00:00Z'
# What the seal itself does not say: the log's own rules and signatures (the seal, made anew by its holder, is right), and the
# strictness of this container beyond ASiC. Everything else must be noticed by DSS too.
BLIND = set('''ENTRY_GAP ENTRY_FILE_MISSING ENTRY_FORM ENTRY_LINK RIGHT_TO_WRITE ACTION_ORDER RECORD_FORM RECORDS_ALTERED
	TIMESTAMP_LINK LOG_UNSEALED FILE_UNACCOUNTED WITHHELD_MISMATCH LOST_PRESENT CRC_WRONG CONTAINER_STRUCTURE CONTAINER_NAME
	CONTAINER_LIMIT FORMAT_NEWER NOT_THIS_FORMAT ENVELOPE_CLOSED'''.split())


def load(vectors):
	with open(os.path.join(vectors, 'expected.json')) as f:
		return json.load(f)['vectors']


def seal_certificate(path):
	"""SHA-256 of the certificate in the seal's signature, by openssl; '' where there is none."""
	try:
		with zipfile.ZipFile(path) as z:
			p7s = z.read('META-INF/signature001.p7s')
	except (OSError, KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError):
		return ''
	pem = subprocess.run(['openssl', 'pkcs7', '-inform', 'DER', '-print_certs'], input=p7s, capture_output=True).stdout
	out = subprocess.run(['openssl', 'x509', '-noout', '-fingerprint', '-sha256'], input=pem, capture_output=True).stdout
	return out.decode().strip().rpartition('=')[2].replace(':', '').lower()


def job(row, vectors, crl):
	path, time, trust = os.path.join(vectors, row['file']), TIME, []
	args = list(row['args'])
	while args:
		word = args.pop(0)
		if word == '--pin':
			trust.append(args.pop(0).replace(':', '').replace(' ', '').lower())
		elif word == '--trust':
			trust += [os.path.join(vectors, args.pop(0).replace('@/', '')), 'crl:' + crl]
		elif word == '--at':
			time = args.pop(0)
			time = time if 'T' in time else time + 'T00:00:00Z'
	# Where we pass or fail, DSS is given the sealing certificate as an anchor: it must say no for the bundle's sake, not the trust's.
	if row['verdict'] in ('TOTAL-PASSED', 'TOTAL-FAILED', 'REFUSED'):
		trust.append(seal_certificate(path))
	return '\t'.join([path, time, ','.join(t for t in dict.fromkeys(trust) if t)])


def judge(lib, jobs):
	with tempfile.NamedTemporaryFile('w', suffix='.jobs') as f:
		f.write('\n'.join(jobs) + '\n')
		f.flush()
		p = subprocess.run(['java', '-Xmx2g', '-cp', os.path.join(lib, '*'), os.path.join(HERE, 'java', 'Judge.java'), f.name],
			stdout=subprocess.PIPE, check=True)
	return [json.loads(line) for line in p.stdout.decode().splitlines()]


def codes(row):
	return [f['code'] for f in row['findings']]


def good_complaint(row, answer):
	"""'' if DSS says of a good bundle what it must."""
	if 'refused' in answer:
		return 'refused: ' + answer['refused']
	if (answer['container'], answer['mimetype'], answer['signatures']) != ('ASiC-E', 'application/vnd.etsi.asic-e+zip', 1):
		return 'container %s, %s, %d signatures' % (answer['container'], answer['mimetype'], answer['signatures'])
	if answer['indication'] != 'TOTAL_PASSED':
		return '%s %s %s' % (answer['indication'], answer['sub'], '; '.join(answer['errors']))
	if answer['level'] != 'CAdES-BASELINE-B':
		return 'level ' + answer['level']
	if answer['uncovered'] and answer['covered'] != 4:
		return 'not covered: ' + ' '.join(answer['uncovered'][:3])
	return ''


def main():
	p = argparse.ArgumentParser()
	p.add_argument('vectors')
	p.add_argument('--lib', required=True)
	p.add_argument('--every', type=int, default=1)
	p.add_argument('--log')
	a = p.parse_args()
	rows = [r for r in load(a.vectors) if os.path.isfile(os.path.join(a.vectors, r['file'])) and r['verdict']]
	rows = [r for i, r in enumerate(rows) if r['verdict'] == 'TOTAL-PASSED' or i % a.every == 0]
	crl = os.path.join(tempfile.mkdtemp(), 'authority.crl')
	subprocess.run([sys.executable, os.path.join(HERE, 'crl.py'), crl], check=True)
	answers = judge(a.lib, [job(r, a.vectors, crl) for r in rows])
	if a.log:
		with open(a.log, 'w') as f:
			for r, x in zip(rows, answers):
				f.write(json.dumps([r['name'], r['verdict'], codes(r), x]) + '\n')


main()
