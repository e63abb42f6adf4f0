"""The table of vectors: what each is, and what docs/verify.md says every verifier must answer."""
import json
import os

from .case import SIGNATURE, Case
from .catalogue import WORDS

CHECKS = ['container', 'custody', 'signatures', 'completeness', 'fixity', 'identity', 'time']

# docs/verify.md §4: code → check, result, sub-indication
CODES = {}
for _codes, _check, _result, _sub in (
	('CONTAINER_STRUCTURE CONTAINER_NAME CONTAINER_LIMIT NOT_THIS_FORMAT FORMAT_NEWER',
		'container', 'failed', None),
	('ENTRY_GAP ENTRY_FILE_MISSING ENTRY_FORM ENTRY_LINK RIGHT_TO_WRITE ACTION_ORDER RECORD_FORM RECORDS_ALTERED '
		'TIMESTAMP_LINK LOG_UNSEALED FILE_UNACCOUNTED COVER_FORM', 'custody', 'failed', None),
	('ENVELOPE_CLOSED', 'custody', 'unknown', None),
	('SIGNATURE_FORM KEY_UNFIT SIGNER_MISMATCH', 'signatures', 'failed', 'FORMAT_FAILURE'),
	('SIGNED_DATA_ALTERED', 'signatures', 'failed', 'HASH_FAILURE'),
	('SIGNATURE_WRONG', 'signatures', 'failed', 'SIG_CRYPTO_FAILURE'),
	('ALGORITHM_UNSUPPORTED', 'signatures', 'unknown', 'CRYPTO_CONSTRAINTS_FAILURE_NO_POE'),
	('WITHHELD_MISMATCH ITEM_MISSING FILE_MISSING LOST_PRESENT', 'completeness', 'failed', None),
	('ITEM_ALTERED TAGFILE_ALTERED MANIFEST_ALTERED CRC_WRONG', 'fixity', 'failed', 'HASH_FAILURE'),
	('SIGNER_UNKNOWN', 'identity', 'unknown', '?'),
	('SIGNER_REVOKED', 'identity', 'failed', 'REVOKED'),
	('REVOKED_LATER STATUS_UNKNOWN', 'identity', 'note', None),
	('ARCHIVE_ALTERED TIMESTAMP_IMPRINT', 'time', 'failed', 'HASH_FAILURE'),
	('TIMESTAMP_FORM', 'time', 'failed', 'FORMAT_FAILURE'),
	('TIMESTAMP_SIGNATURE', 'time', 'failed', 'SIG_CRYPTO_FAILURE'),
	('TIMESTAMP_ALGORITHM', 'time', 'unknown', 'CRYPTO_CONSTRAINTS_FAILURE_NO_POE'),
	('TIMESTAMP_AUTHORITY', 'time', 'unknown', '?'),
	('TIMESTAMP_CONSTRAINTS', 'time', 'unknown', 'SIG_CONSTRAINTS_FAILURE'),
	('TIMESTAMP_ORDER', 'time', 'unknown', 'TIMESTAMP_ORDER_FAILURE'),
	('TIMESTAMP_MISSING', 'time', 'unknown', 'NO_POE'),
	('MATERIAL_UNUSED', 'time', 'unknown', None),
	('TIMESTAMP_AGED AUTHORITY_STATUS_UNKNOWN', 'time', 'note', None),
	('TIME_BACKWARDS', 'custody', 'note', None),
	('WITHHELD LOST', 'completeness', 'note', None),
):
	for _code in _codes.split():
		CODES[_code] = (_check, _result, _sub)

ENDS_LOG = {c for c, (check, result, _) in CODES.items() if check in ('custody', 'signatures') and result == 'failed'} - {'COVER_FORM'}
EXIT = {'TOTAL-PASSED': 0, 'TOTAL-FAILED': 1, 'INDETERMINATE': 2, 'REFUSED': 3}


def alternatives(findings):
	"""`A|B@where`, `A@x||B@y`: where two faults stand in one file and verify.md leaves open which is met first."""
	lists = [[]]
	for f in findings:
		if '||' in f:
			ways = f.split('||')
		else:
			codes, _, where = f.partition('@')
			ways = ['%s@%s' % (code, where) for code in codes.split('|')]
		lists = [one + [way] for one in lists for way in ways]
	return lists


def parse(finding):
	"""CODE@where or CODE@where:SUB."""
	code, _, where = finding.partition('@')
	sub = CODES[code][2]
	if code in ('SIGNER_UNKNOWN', 'TIMESTAMP_AUTHORITY'):
		where, _, sub = where.partition(':')
	check, result, _ = CODES[code]
	return {'check': check, 'code': code, 'result': result, 'where': where}, sub


def of_log(f):
	"""Whether a finding belongs to stage 2, where the first failing one ends everything."""
	if f['code'] not in ENDS_LOG or f['where'] == SIGNATURE:
		return False
	return f['code'] != 'FILE_UNACCOUNTED' or '/custody/' in f['where']


def judge(findings, unknown=()):
	"""Expected verdict, sub-indication, exit and checks, by docs/verify.md §2 and §3, from the expected findings."""
	pairs = sorted((parse(f) for f in findings), key=lambda p: CHECKS.index(p[0]['check']))
	found = [f for f, _ in pairs]
	if any(f['check'] == 'container' for f in found):
		checks = dict({c: 'unknown' for c in CHECKS}, container='failed')
	else:
		stopped = any(of_log(f) for f in found)
		checks = {c: 'unknown' if stopped and c != 'container' or c in unknown else 'passed' for c in CHECKS}
		for result in ('unknown', 'failed'):
			for f in found:
				if f['result'] == result:
					checks[f['check']] = result
	values = checks.values()
	verdict = ('REFUSED' if checks['container'] == 'failed' else 'TOTAL-FAILED' if 'failed' in values
		else 'INDETERMINATE' if 'unknown' in values else 'TOTAL-PASSED')
	decides = {'TOTAL-FAILED': 'failed', 'INDETERMINATE': 'unknown'}.get(verdict)
	sub = next((s for f, s in pairs if f['result'] == decides), None) if decides else None
	return {'verdict': verdict, 'subIndication': sub, 'exit': EXIT[verdict], 'checks': checks, 'findings': found}


class Table:
	def __init__(self, out, only=None):
		self.out, self.only, self.rows, self.skipped, self.seen, self.receipts = out, only, [], [], {}, []
		os.makedirs(out, exist_ok=True)

	def name(self, case):
		n = self.seen[case] = self.seen.get(case, 0) + 1
		return case if n == 1 else '%s.%d' % (case, n)

	def _add(self, case, what, make, findings, args=None, pins=None, unknown=(), note=None, report=None, facts=False,
			exit_=None, file=None, trust=(), extends=None, loose=False, env=None, mode=None):
		name = self.name(case)
		if self.only and not self.only(name):
			return
		made = make()
		row = {'name': name, 'case': case, 'what': what, 'file': file or name + '.asice'}
		first, *others = [judge(one, unknown) for one in alternatives(findings)]
		row.update(first)
		if others:
			row['or'] = others
		if isinstance(made, Case):
			data = made.bundle()
			if pins is None:
				pins = [made.custodian.id]
			if facts:
				row['report'] = made.facts()
		else:
			data = made
		path = os.path.join(self.out, row['file'])
		if hasattr(made, 'write'):     # gen/sparse.py
			made.write(path)
		elif data is not None:
			with open(path, 'wb') as f:
				f.write(data)
		row['args'] = [x for p in (pins or []) for x in ('--pin', p)] + list(args or [])
		for anchor in trust:
			row['args'] += ['--trust', self.pem(anchor)]
		if extends is not None:
			row['args'] += ['--extends', self.other(name + '-older.asice', extends)]
		if report:
			row.setdefault('report', {}).update(report)
		if exit_ is not None:
			row['exit'] = exit_
			if exit_ >= 64:
				row['verdict'] = None
		if note:
			row['note'] = note
		if env:
			row['env'] = env
		if mode:
			row['mode'] = mode
		if loose:
			row['loose'] = loose
		row['good'] = row['verdict'] == 'TOTAL-PASSED'
		self.rows.append(row)

	def receipt(self, what, make, result, findings, pins=None, unknown=()):
		"""A receipt held against a bundle: make() gives bundle, receipt, and what the report's member says (None: it has none)."""
		name = self.name('receipt')
		if self.only and not self.only(name):
			return
		bundle, text, said = make()
		if isinstance(bundle, Case):
			data, pins = bundle.bundle(), [bundle.custodian.id] if pins is None else pins
		else:
			data = bundle
		for end, content in (('.asice', data), ('.receipt', text)):
			with open(os.path.join(self.out, name + end), 'wb') as f:
				f.write(content)
		row = dict({'name': name, 'case': 'receipt', 'what': what, 'file': name + '.asice'}, **judge(findings, unknown))
		row['args'] = [x for p in (pins or []) for x in ('--pin', p)] + ['--receipt', '@/%s.receipt' % name]
		row['report'] = {'receipt': said}
		if result not in ('accepted', 'refused', None) and row['exit'] in (0, 2):
			row['exit'] = 1
		row['good'] = False
		self.receipts.append(row)

	def pem(self, cert):
		"""A certificate or revocation list as the reader gives it; text and bytes stand as they are, a dict is a folder of such files."""
		import base64
		import hashlib
		if isinstance(cert, dict):
			folder = 'trust-' + hashlib.sha256(repr(sorted(cert.items())).encode()).hexdigest()[:16]
			os.makedirs(os.path.join(self.out, folder), exist_ok=True)
			for name, text in cert.items():
				with open(os.path.join(self.out, folder, name), 'wb') as f:
					f.write(text if isinstance(text, bytes) else text.encode())
			return '@/' + folder
		if isinstance(cert, (str, bytes)):
			data = cert if isinstance(cert, bytes) else cert.encode()
			path = os.path.join(self.out, 'trust-%s.%s' % (hashlib.sha256(data).hexdigest()[:16], 'der' if cert is data else 'pem'))
			with open(path, 'wb') as f:
				f.write(data)
			return '@/' + os.path.basename(path)
		path = os.path.join(self.out, 'anchor-%s.pem' % cert.id[:16])
		label = getattr(cert, 'label', 'CERTIFICATE')
		text = base64.encodebytes(cert.der).decode().replace('\n', '')
		with open(path, 'w') as f:
			f.write('-----BEGIN %s-----\n' % label + '\n'.join(text[i:i + 64] for i in range(0, len(text), 64)) +
				'\n-----END %s-----\n' % label)
		return '@/' + os.path.basename(path)

	def other(self, name, made):
		made = made() if callable(made) else made
		data = made.bundle() if isinstance(made, Case) else made
		with open(os.path.join(self.out, name), 'wb') as f:
			f.write(data)
		return '@/' + name

	def good(self, case, what, make, notes=(), **o):
		"""A bundle that is TOTAL-PASSED; `notes` are findings that lower nothing."""
		self._add(case, what, make, list(notes), facts=o.pop('facts', True), **o)

	def bad(self, case, what, make, *findings, **o):
		self._add(case, what, make, list(findings), **o)

	def skip(self, case, reason):
		self.skipped.append({'case': case, 'reason': reason})

	def save(self):
		with open(os.path.join(self.out, 'expected.json'), 'w') as f:
			json.dump({'vectors': self.rows, 'skipped': self.skipped, 'receipts': self.receipts}, f, indent=1, ensure_ascii=False)
			f.write('\n')


def missing(rows, skipped):
	have = {r['case'] for r in rows} | {s['case'] for s in skipped}
	return [case for case in WORDS if case not in have]
