#!/usr/bin/env python3
"""dss.py VECTORS --lib LIB [--every N] [--only NAMES] [--log FILE]: EU DSS against the vectors' table.

LIB holds DSS's jars (java/pom.xml). Demanded:
- good bundles, where nothing is pinned with the test authority alone as anchor: ASiC-E, CAdES-BASELINE-B (T, LT or LTA with a time-stamp; good-level-* say which), TOTAL_PASSED, without error,
  every file covered (scope all);
- where the seal does not hold (by openssl and digests made anew here, not by our verifier), DSS does not pass either, but for
  faults of form alone (an attribute twice: openssl refuses it, DSS takes the first);
- nothing that we pass is less than passed by DSS;
- but for ARGUED, where each difference has its reason, and must be one.
What we refuse or fail although the seal holds (log, names, container, the one form of a signature) DSS cannot know: counted.
"""
import argparse
import base64
import collections
import concurrent.futures
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
# Bundles of which DSS says other than demanded, and why; each reason was looked up in DSS's detailed report.
EXPIRED = 'a pinned certificate: its dates do not matter here (docs/verify.md §5)'
ARCHIVE = ('the signer\'s certificate has ended, and what proves the time is covered by an archive token; DSS 6.4 fails every archive token whose manifest names no file '
	'in the container\'s root folder (BBB_FC_ISFP_ASTFORAMC), and ours stand in the base folder')
AGED = 'the last token\'s authority has ended and nothing renewed it: a note here (TIMESTAMP_AGED, docs/timestamp.md §3), no proof with DSS'
OUTSIDE = 'Java refuses a certificate whose algorithm outside differs from that inside; pinned, its own signature plays no part here (verify.md §5.1)'
RECORDED = 'the intermediate stands in the custody log, which DSS does not read'
LENGTH = 'a path length beyond 2^31 - 1, which RFC 5280 does not bound, is no int for BouncyCastle'
ARGUED = {
	'good-1000': 'more than 1000 ZIP entries: DSS refuses by default',
	**dict.fromkeys(('good-pin-expired', 'good-time', 'good-clock-back', 'X-14.2', 'H-23.3'), EXPIRED),
	**dict.fromkeys(('good-decades', 'good-decades.3', 'good-decades.4'), AGED),
	**dict.fromkeys(('good-decades.2', 'good-decades.6', 'T-16.5'), ARCHIVE),
	**dict.fromkeys(['C-14.%d' % n for n in [*range(11, 21), 43]], OUTSIDE),
	'C-33.32': 'BouncyCastle takes a DigestInfo without the NULL of RFC 8017 §9.2 for what it is with it; OpenSSL, and we, do not',
	**dict.fromkeys(('A-13.4', 'A-13.12'), 'sealed with a DigestValue without padding or in base64url: DSS decodes it to the right digest; RFC 4648 §4 and our one form do not'),
	'I-07.4': 'a name that is no UTF-8: DSS reads no such certificate; the table leaves it open (OpenSSL refuses too)',
	'X-12.10': 'stamped in the very second of notAfter, which is within (RFC 5280 §4.1.2.5); DSS wants a time before it (TSV_IBSTBCEC)',
	**dict.fromkeys(('X-17.30', 'X-17.37'), RECORDED),
	'X-17.90': 'an intermediate without subjectKeyIdentifier: DSS\'s policy demands one of every authority (BBB_XCV_ISKIP), RFC 5280 §6 and we do not look',
	**dict.fromkeys(('X-17.132', 'X-17.133', 'X-17.144'), LENGTH),
}
# Not given to DSS, and why.
LEFT_OUT = {'R-13.5': '10,000 SignerInfos in 3 MB: DSS judges each, and writes the whole anew for each; not done after a quarter of an hour'}
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
	text = subprocess.run(['openssl', 'pkcs7', '-inform', 'DER', '-print_certs'], input=p7s, capture_output=True).stdout
	pem = text.partition(b'-----BEGIN CERTIFICATE-----')[2].partition(b'-----END')[0]
	return hashlib.sha256(base64.b64decode(pem)).hexdigest() if pem else ''


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
	except (xml.etree.ElementTree.ParseError, KeyError, AttributeError, ValueError, TypeError):
		return False    # TypeError: an element without text


def given(path):
	"""What --trust gives, for Judge.java: anchors, revocation lists; a folder is its files."""
	if os.path.isdir(path):
		return [w for n in sorted(os.listdir(path)) for w in given(os.path.join(path, n))]
	with open(path, 'rb') as f:
		text = f.read()
	if b'BEGIN' not in text or b'BEGIN CERTIFICATE' not in text and b'BEGIN OCSP' in text:
		return []       # OCSP answers of the reader: DSS gets an empty list of the test authority instead
	return ['crl:' * (b'BEGIN X509 CRL' in text) + path]


def judged_at(row):
	"""The time that the row gives; ours where it gives none."""
	time = row['args'][row['args'].index('--at') + 1] if '--at' in row['args'] else TIME
	return time if 'T' in time else time + 'T00:00:00Z'


def lists(rows):
	"""Function of a row: the test authorities' empty revocation lists of the day of its judgement."""
	days, folder = sorted({judged_at(r)[:10] for r in rows}), tempfile.mkdtemp()
	subprocess.run([sys.executable, '-B', os.path.join(HERE, 'crl.py'), folder] + days, check=True)
	made = {d: ['crl:' + os.path.join(folder, n) for n in sorted(os.listdir(folder)) if n.startswith(d)] for d in days}
	return lambda row: made[judged_at(row)[:10]]


def job(row, vectors, crls, files):
	path, trust = os.path.join(vectors, row['file']), []
	args = list(row['args'])
	while args:
		word = args.pop(0)
		if word == '--pin':
			trust.append(args.pop(0).replace(':', '').replace(' ', '').lower())
		elif word == '--trust':
			trust += given(os.path.join(vectors, args.pop(0).replace('@/', ''))) + crls(row)
	# Where we fail, DSS is given the sealing certificate as an anchor: it must say no for the bundle's sake, not the trust's. Where we
	# pass, only if it was pinned or let in by one that was: else the path to the test authority is DSS's to find.
	if row['verdict'] in ('TOTAL-FAILED', 'REFUSED') or row['verdict'] == 'TOTAL-PASSED' and '--pin' in row['args']:
		trust.append(seal_certificate(files))
	return path, judged_at(row), ','.join(t for t in dict.fromkeys(trust) if t)


def judge(lib, jobs):
	"""DSS's answers, one a job (file, time, trust), in order. A file's name may hold a line break: NUL ends each field."""
	with tempfile.NamedTemporaryFile('w', suffix='.jobs') as f:
		f.write(''.join(x + '\0' for j in jobs for x in j))
		f.flush()
		p = subprocess.run(['env', 'LC_ALL=C.UTF-8', 'java', '-Xmx2g', '-cp', os.path.join(lib, '*'), os.path.join(HERE, 'java', 'Judge.java'), f.name],
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
	rows = sample([r for r in rows if r['name'] not in LEFT_OUT], a.every)
	crls = lists(rows)

	def prepared(r):
		files = members(os.path.join(a.vectors, r['file']))
		return job(r, a.vectors, crls, files), seal_holds(files), {k: v for k, v in (files or {}).items() if k.endswith('signature001.p7s')}
	with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
		jobs, held, tokens = zip(*pool.map(prepared, rows))
	answers = judge(a.lib, jobs)
	if a.log:
		with open(a.log, 'w') as f:
			for r, h, x in zip(rows, held, answers):
				f.write(json.dumps([r['name'], r['verdict'], codes(r), h, x]) + '\n')
	sys.exit(report(rows, held, tokens, answers, a.only == '*'))


def complaint(row, held, files, answer):
	"""'' if DSS says of a bundle what it must, or may."""
	if row['verdict'] == 'TOTAL-PASSED':
		return good_complaint(row['name'], answer, files)
	if answer.get('indication') == 'TOTAL_PASSED' and held is False and codes(row)[:1] != ['SIGNATURE_FORM']:
		return 'passed by DSS although the seal does not hold'
	return ''


def report(rows, held, tokens, answers, whole):
	bad, stricter, noticed, good, argued, untold = [], collections.Counter(), collections.Counter(), 0, [], []
	for r, h, files, x in zip(rows, held, tokens, answers):
		passed, said = x.get('indication') == 'TOTAL_PASSED', complaint(r, h, files, x)
		if bool(said) != (r['name'] in ARGUED):
			bad.append('%s: %s' % (r['name'], said or 'argued to differ from DSS, but it does not'))
		elif said:
			argued.append(r['name'])
		elif r['verdict'] == 'TOTAL-PASSED':
			good += 1
		elif passed and h is None:
			untold.append(r['name'])
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
	print('passed by DSS, and whether the seal holds is not to be told here: %d (%s)' % (len(untold), ' '.join(untold)))
	print('argued differences: %d (%s)' % (len(argued), ' '.join(argued)))
	print('%s %d containers judged by EU DSS, %d complaints' % ('FAIL' if bad or not good else 'PASS', len(rows), len(bad)))
	return 1 if bad or not good else 0


if __name__ == '__main__':
	sys.exit(main())
