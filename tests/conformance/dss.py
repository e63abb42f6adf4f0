#!/usr/bin/env python3
"""dss.py VECTORS --lib LIB [--every N] [--only NAMES] [--log FILE]: EU DSS against the vectors' table.

LIB holds DSS's jars (java/pom.xml). Demanded:
- good bundles: ASiC-E, CAdES-BASELINE-B (T, LT or LTA with a time-stamp; good-level-* say which), TOTAL_PASSED, without error,
  every file covered (scope all);
- where the seal does not hold (by openssl and digests made anew here, not by our verifier), DSS does not pass either, but for
  faults of form alone (an attribute twice: openssl refuses it, DSS takes the first);
- nothing that we pass is less than passed by DSS, but for ARGUED.
What we refuse or fail although the seal holds (log, names, container, the one form of a signature) DSS cannot know: counted.
"""
import argparse
import base64
import collections
import fnmatch
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import urllib.parse
import xml.etree.ElementTree
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
TIME = '2026-11-22T12:00:00Z'
# Bundles that pass here and not with DSS, and why.
EXPIRED = 'a pinned certificate: its dates do not matter here (docs/verify.md §5)'
ARGUED = {
	'good-1000': 'more than 1000 ZIP entries: DSS refuses by default',
	'good-pin-expired': EXPIRED, 'X-14.2': EXPIRED, 'good-time': EXPIRED, 'good-clock-back': EXPIRED,
	'H-23.3': EXPIRED,
	'good-decades': 'the only token\'s authority has expired and nothing renewed it: a note here (TIMESTAMP_AGED, docs/timestamp.md §3), no proof with DSS',
}
# Of these findings the sample must hold some that DSS notices, or the sample is worth nothing.
NOTICED = ('ITEM_ALTERED', 'ITEM_MISSING', 'MANIFEST_ALTERED', 'TAGFILE_ALTERED', 'SIGNED_DATA_ALTERED', 'SIGNATURE_WRONG')
NS = {'a': 'http://uri.etsi.org/02918/v1.2.1#', 'd': 'http://www.w3.org/2000/09/xmldsig#'}
TIMESTAMP = bytes.fromhex('060b2a864886f70d010910020e')


def load(vectors):
	with open(os.path.join(vectors, 'expected.json')) as f:
		return json.load(f)['vectors']


def members(path):
	"""Name and bytes of every entry; None where Python cannot read the file as ZIP, or it is too large to hold."""
	try:
		with zipfile.ZipFile(path) as z:
			if sum(i.file_size for i in z.infolist()) > 1 << 28:
				return None
			return {i.filename: z.read(i) for i in z.infolist()}
	except Exception:  # noqa: BLE001 a damaged file may raise nearly anything
		return None


def seal_certificate(files):
	"""SHA-256 of the certificate in the seal's signature, by openssl; '' where there is none."""
	p7s = (files or {}).get('META-INF/signature001.p7s', b'')
	pem = subprocess.run(['openssl', 'pkcs7', '-inform', 'DER', '-print_certs'], input=p7s, capture_output=True).stdout
	out = subprocess.run(['openssl', 'x509', '-noout', '-fingerprint', '-sha256'], input=pem, capture_output=True).stdout
	return out.decode(errors='replace').strip().rpartition('=')[2].replace(':', '').lower()


def seal_holds(files):
	"""Whether the seal's signature fits the manifest and every reference its file. None: not to be told here."""
	if files is None:
		return None
	p7s, manifest = files.get('META-INF/signature001.p7s'), files.get('META-INF/ASiCManifest001.xml')
	if not p7s or not manifest:
		return False
	with tempfile.TemporaryDirectory() as d:
		for name, data in (('p7s', p7s), ('xml', manifest)):
			with open(os.path.join(d, name), 'wb') as f:
				f.write(data)
		if subprocess.run(['openssl', 'cms', '-verify', '-binary', '-inform', 'DER', '-noverify', '-in', d + '/p7s', '-content', d + '/xml',
				'-out', '/dev/null'], capture_output=True).returncode:
			return False
	try:
		refs = xml.etree.ElementTree.fromstring(manifest).findall('a:DataObjectReference', NS)
		return all(hashlib.sha256(files[urllib.parse.unquote(r.get('URI'))]).digest() ==
			base64.b64decode(r.find('d:DigestValue', NS).text) for r in refs)
	except (xml.etree.ElementTree.ParseError, KeyError, AttributeError, ValueError):
		return False


def given(path):
	"""What --trust gives, for Judge.java: anchors, revocation lists; a folder is its files."""
	if os.path.isdir(path):
		return [w for n in sorted(os.listdir(path)) for w in given(os.path.join(path, n))]
	with open(path, 'rb') as f:
		text = f.read()
	if b'BEGIN' not in text or b'BEGIN CERTIFICATE' not in text and b'BEGIN OCSP' in text:
		return []       # OCSP answers of the reader: DSS gets an empty list of the test authority instead
	return ['crl:' * (b'BEGIN X509 CRL' in text) + path]


def job(row, vectors, crl, files):
	path, time, trust = os.path.join(vectors, row['file']), TIME, []
	args = list(row['args'])
	while args:
		word = args.pop(0)
		if word == '--pin':
			trust.append(args.pop(0).replace(':', '').replace(' ', '').lower())
		elif word == '--trust':
			trust += given(os.path.join(vectors, args.pop(0).replace('@/', ''))) + ['crl:' + crl]
		elif word == '--at':
			time = args.pop(0)
			time = time if 'T' in time else time + 'T00:00:00Z'
	# Where we pass or fail, DSS is given the sealing certificate as an anchor: it must say no for the bundle's sake, not the trust's.
	if row['verdict'] in ('TOTAL-PASSED', 'TOTAL-FAILED', 'REFUSED'):
		trust.append(seal_certificate(files))
	return '\t'.join([path, time, ','.join(t for t in dict.fromkeys(trust) if t)])


def judge(lib, jobs):
	"""DSS's answers, one a job, in order. It says by itself on standard error which XML it will not read."""
	with tempfile.NamedTemporaryFile('w', suffix='.jobs') as f:
		f.write('\n'.join(jobs) + '\n')
		f.flush()
		p = subprocess.run(['java', '-Xmx2g', '-cp', os.path.join(lib, '*'), os.path.join(HERE, 'java', 'Judge.java'), f.name],
			stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
	answers = [json.loads(line) for line in p.stdout.decode().splitlines()]
	if p.returncode or len(answers) != len(jobs):
		sys.exit('FAIL the Java program ended with %d after %d of %d containers' % (p.returncode, len(answers), len(jobs)))
	return answers


def codes(row):
	return [f['code'] for f in row['findings']]


def levels(name, files):
	"""The levels that DSS may tell of this bundle."""
	if name.startswith('good-level-'):
		return ['CAdES-BASELINE-' + name.split('.')[0].rpartition('-')[2].upper()]
	token = TIMESTAMP in (files or {}).get('META-INF/signature001.p7s', b'')
	return ['CAdES-BASELINE-' + x for x in (('T', 'LT', 'LTA') if token else ('B',))]


def good_complaint(name, answer, files):
	"""'' if DSS says of a good bundle what it must."""
	if 'refused' in answer:
		return 'refused: ' + answer['refused']
	if (answer['container'], answer['mimetype'], answer['signatures']) != ('ASiC-E', 'application/vnd.etsi.asic-e+zip', 1):
		return 'container %s, %s, %d signatures' % (answer['container'], answer['mimetype'], answer['signatures'])
	if answer['indication'] != 'TOTAL_PASSED':
		return '%s %s %s' % (answer['indication'], answer['sub'], '; '.join(answer['errors']))
	if answer['level'] not in levels(name, files) or answer['errors']:
		return 'level %s, errors %s' % (answer['level'], answer['errors'])
	if answer['uncovered'] and answer['covered'] != 4:
		return 'not covered: ' + ' '.join(answer['uncovered'][:3])
	return ''


def sample(rows, every):
	"""All of them, or: of good ones the first of each case, of the others every Nth and one for each first finding; of those in
	NOTICED one for each case that has it, so that a vector more or less changes nothing."""
	seen, out = set(), []
	for i, r in enumerate(rows):
		case, code = r['name'].split('.')[0], ','.join(codes(r)[:1])
		mark = case if r['verdict'] == 'TOTAL-PASSED' else '%s %s %s' % (r['verdict'], code, case if code in NOTICED else '')
		if every == 1 or mark not in seen or r['verdict'] != 'TOTAL-PASSED' and i % every == 0:
			out.append(r)
		seen.add(mark)
	return out


def main():
	p = argparse.ArgumentParser()
	p.add_argument('vectors')
	p.add_argument('--lib', required=True)
	p.add_argument('--every', type=int, default=1)
	p.add_argument('--log')
	p.add_argument('--only', default='*')
	a = p.parse_args()
	rows = [r for r in load(a.vectors) if os.path.isfile(os.path.join(a.vectors, r['file'])) and r['verdict'] and fnmatch.fnmatch(r['name'], a.only)]
	rows = sample(rows, a.every)
	crl = os.path.join(tempfile.mkdtemp(), 'authority.crl')
	subprocess.run([sys.executable, os.path.join(HERE, 'crl.py'), crl], check=True)
	jobs, held, tokens = [], [], []
	for r in rows:
		files = members(os.path.join(a.vectors, r['file']))
		jobs.append(job(r, a.vectors, crl, files))
		held.append(seal_holds(files))
		tokens.append({k: v for k, v in (files or {}).items() if k.endswith('signature001.p7s')})
	answers = judge(a.lib, jobs)
	if a.log:
		with open(a.log, 'w') as f:
			for r, h, x in zip(rows, held, answers):
				f.write(json.dumps([r['name'], r['verdict'], codes(r), h, x]) + '\n')
	sys.exit(report(rows, held, tokens, answers, a.only == '*'))


def report(rows, held, tokens, answers, whole):
	bad, stricter, noticed, good = [], collections.Counter(), collections.Counter(), 0
	for r, h, files, x in zip(rows, held, tokens, answers):
		passed = x.get('indication') == 'TOTAL_PASSED'
		if r['verdict'] == 'TOTAL-PASSED':
			complaint = good_complaint(r['name'], x, files)
			good += not complaint
			if complaint and r['name'] not in ARGUED:
				bad.append('%s: %s' % (r['name'], complaint))
			elif not complaint and r['name'] in ARGUED:
				bad.append('%s: argued not to pass with DSS, but it does' % r['name'])
		elif passed and h is False and codes(r)[:1] != ['SIGNATURE_FORM']:
			bad.append('%s: passed by DSS although the seal does not hold' % r['name'])
		elif passed:
			stricter.update(codes(r)[:1])
		else:
			noticed.update(codes(r)[:1])
	for code in NOTICED:
		if whole and not noticed[code]:
			bad.append('no %s that DSS notices is in the sample' % code)
	for line in bad:
		print('FAIL ' + line)
	print('DSS passes %d good bundles; notices: %s' % (good, ', '.join('%s %d' % i for i in noticed.most_common())))
	print('ours alone notices: ' + ', '.join('%s %d' % i for i in stricter.most_common()))
	print('%s %d containers judged by EU DSS, %d complaints' % ('FAIL' if bad or not good else 'PASS', len(rows), len(bad)))
	return 1 if bad or not good else 0


if __name__ == '__main__':
	sys.exit(main())
