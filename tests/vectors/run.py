#!/usr/bin/env python3
"""Runs a verifier over the vectors and holds its answers against the table. See README.md.

  run.py VECTORS --verifier 'build/cmd/evidence-verify' [--only 'Z-*'] [--jobs 2]

Each vector alone: exit code, JSON report, text. Then all that share their options in one call: the same JSON lines.
"""
import argparse
import concurrent.futures
import fnmatch
import json
import os
import shlex
import subprocess
import sys

HEADLINE = {'TOTAL-PASSED': 'VERIFIED', 'TOTAL-FAILED': 'NOT VERIFIED', 'INDETERMINATE': ('WHOLE, BUT NOT PROVED', 'NOT DECIDED', 'NOT OPENED'), 'REFUSED': 'NOT A BUNDLE'}
WORST = {3: 4, 1: 3, 2: 2, 0: 1}


def call(command, env=None):
	merged = dict(os.environ, **(env or {}))
	p = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=merged, timeout=600)
	return p.returncode, p.stdout, p.stderr


def place(folder, text):
	return os.path.join(folder, text[2:]) if text.startswith('@/') else text


def canonical(line):
	"""The report is one canonical JSON line (its texts are printable, so Python's dump is enough)."""
	value = json.loads(line)
	return value, json.dumps(value, sort_keys=True, separators=(',', ':'), ensure_ascii=False).encode() == line


def compare(expected, report):
	"""The members that the table fixes; '' if all are so."""
	for member in ('verdict', 'exit', 'subIndication', 'checks'):
		if report.get(member) != expected[member]:
			return '%s %s, not %s; findings %s' % (member, report.get(member), expected[member], brief(report['findings']))
	if report['findings'] != expected['findings']:
		return 'findings %s, not %s' % (brief(report['findings']), brief(expected['findings']))
	return ''


def brief(findings):
	return ' '.join('%s@%s' % (f['code'], f['where']) for f in findings[:8]) or 'none'


def members(expected, report):
	for key, value in expected.items():
		got = report.get(key)
		if isinstance(value, dict) and isinstance(got, dict):
			wrong = [k for k in value if got.get(k) != value[k]]
			if wrong:
				return '%s.%s %r, not %r' % (key, wrong[0], got.get(wrong[0]), value[wrong[0]])
		elif got != value:
			return '%s %r, not %r' % (key, got, value)
	return ''


def judge_report(row, report):
	if row.get('loose'):
		allowed = {True: ('TOTAL-FAILED', 'REFUSED'), 'INDETERMINATE': ('TOTAL-FAILED', 'REFUSED', 'INDETERMINATE'),
			'any': tuple(HEADLINE)}[row['loose']]
		return '' if report['verdict'] in allowed else 'verdict %s' % report['verdict']
	first = compare(row, report)
	if first and not any(not compare(other, report) for other in row.get('or', ())):
		return first
	return members(row.get('report', {}), report)


def text_agrees(out, verdict):
	"""The text opens with the headline of the verdict, and no line opens with another's."""
	lines = [line.strip() for line in out.decode().splitlines()]
	heads = [v for line in lines for v, h in HEADLINE.items() if line.startswith(h)]
	return heads[:1] == [verdict] and set(heads) == {verdict}


def alone(folder, verifier, row, text):
	"""One vector by itself: a list of disagreements, and its JSON line."""
	path = os.path.join(folder, row['file'])
	args = [place(folder, a) for a in row['args']]
	env = {k: place(folder, v) for k, v in row.get('env', {}).items()}
	if 'mode' in row:
		return output(row['mode'], verifier + args + [path], row['exit']), None
	code, out, err = call(verifier + ['--json'] + args + [path], env)
	if row['exit'] >= 64:
		return ([] if code == row['exit'] and not out else ['exit %d, not %d; output %r' % (code, row['exit'], out[:80])]), None
	try:
		lines = out.split(b'\n')
		if len(lines) != 2 or lines[1]:
			raise ValueError('not one line')
		report, exact = canonical(lines[0])
	except ValueError as e:
		return ['no report (%s), exit %d: %r %r' % (e, code, out[:80], err[:200])], None
	bad = [] if exact else ['the report is not canonical']
	wrong = judge_report(row, report)
	bad += [wrong] if wrong else []
	raised = report.get('extends') not in (None, 'extends', 'same') and report['exit'] in (0, 2)
	if code != (1 if raised else report['exit']) or (not row.get('loose') and 'or' not in row and code != row['exit']):
		bad.append('exit code %d, the report says %d, expected %d' % (code, report['exit'], row['exit']))
	if text:
		code2, out2, _ = call(verifier + args + [path], env)
		if code2 != code:
			bad.append('exit code %d with text, %d with JSON' % (code2, code))
		if not text_agrees(out2, report['verdict']):
			bad.append('text says otherwise: %r' % out2[:100])
		if any(b < 32 and b != 10 or b == 127 for b in out2):
			bad.append('control characters in the text')
	return bad, lines[0]


def output(mode, command, expected):
	"""What becomes of the report: nothing asked for, nowhere to write it (verify.md §1: 74)."""
	if mode == 'quiet':
		code, out, _ = call(command + ['--quiet'])
		return [] if code == expected and not out else ['--quiet: exit code %d, not %d; output %r' % (code, expected, out[:80])]
	bad = []
	for json_too in ([], ['--json']):
		if mode == 'closed':
			p = subprocess.run(['sh', '-c', 'exec "$0" "$@" >&-'] + command + json_too, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
		else:
			with open('/dev/full', 'wb') as full:
				p = subprocess.run(command + json_too, stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.DEVNULL)
		if p.returncode != expected:
			bad.append('output %s %s: exit code %d, not %d' % (mode, json_too, p.returncode, expected))
	return bad


def together(folder, verifier, rows, lines):
	"""Vectors of the same options in one call answer as they did alone."""
	groups, bad = {}, []
	for row in rows:
		if row['exit'] < 64 and lines.get(row['name']) is not None and not row.get('env') and not {'--extends', '--receipt'} & set(row['args']):
			groups.setdefault(tuple(row['args']), []).append(row)
	for args, group in groups.items():
		for i in range(0, len(group), 200):
			part = group[i:i + 200]
			code, out, _ = call(verifier + ['--json'] + [place(folder, a) for a in args] + [os.path.join(folder, r['file']) for r in part])
			want = [lines[r['name']] for r in part]
			if out.split(b'\n')[:-1] != want:
				bad.append('%s …: one call says other than many' % part[0]['name'])
			worst = max((json.loads(w)['exit'] for w in want), key=WORST.get)
			if code != worst:
				bad.append('%s …: exit code %d for many, the worst is %d' % (part[0]['name'], code, worst))
	return bad


def size(folder, row):
	return os.stat(os.path.join(folder, row['file'])).st_size


def batched(folder, verifier, rows):
	"""JSON alone, many bundles a call: the first disagreement, or ''. For mutants, where speed is all."""
	groups = {}
	for row in rows:
		if row['exit'] < 64 and 'mode' not in row and '--extends' not in row['args'] and size(folder, row) < 4 << 20:
			groups.setdefault((tuple(row['args']), tuple(sorted(row.get('env', {}).items()))), []).append(row)
	for (args, env), group in sorted(groups.items(), key=lambda g: len(g[1])):
		for i in range(0, len(group), 100):
			part = group[i:i + 100]
			_, out, _ = call(verifier + ['--json'] + [place(folder, a) for a in args] + [os.path.join(folder, r['file']) for r in part],
				{k: place(folder, v) for k, v in env})
			lines = out.split(b'\n')[:-1]
			if len(lines) != len(part):
				return part[0]['name'] + ' …: %d answers for %d' % (len(lines), len(part))
			for row, line in zip(part, lines):
				wrong = judge_report(row, json.loads(line))
				if wrong:
					return '%s: %s' % (row['name'], wrong)
	for row in rows:
		if row['exit'] >= 64 or '--extends' in row['args']:
			bad, _ = alone(folder, verifier, row, False)
			if bad:
				return '%s: %s' % (row['name'], bad[0])
	return ''


def main():
	parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
	parser.add_argument('vectors')
	parser.add_argument('--verifier', required=True)
	parser.add_argument('--only', default='*')
	parser.add_argument('--jobs', type=int, default=2)
	parser.add_argument('--no-text', action='store_true', help='the verifier writes JSON only')
	parser.add_argument('--no-many', action='store_true', help='the verifier takes one bundle a call')
	parser.add_argument('--no-receipts', action='store_true', help='the verifier judges no receipts')
	parser.add_argument('--fast', action='store_true', help='JSON only, many a call, stop at the first disagreement')
	o = parser.parse_args()
	with open(os.path.join(o.vectors, 'expected.json')) as f:
		table = json.load(f)
	rows = [r for r in table['vectors'] + ([] if o.no_receipts else table['receipts']) if fnmatch.fnmatch(r['name'], o.only)]
	verifier, lines, failed = shlex.split(o.verifier), {}, 0
	if o.fast:
		wrong = batched(o.vectors, verifier, rows)
		print(wrong or '%d vectors agree' % len(rows))
		sys.exit(1 if wrong or not rows else 0)
	with concurrent.futures.ThreadPoolExecutor(o.jobs) as pool:
		for row, (bad, line) in zip(rows, pool.map(lambda r: alone(o.vectors, verifier, r, not o.no_text), rows)):
			lines[row['name']] = line
			if bad:
				failed += 1
				print('%s: %s\n    %s' % (row['name'], row['what'], '\n    '.join(bad)))
	many = [] if o.no_many else together(o.vectors, verifier, rows, lines)
	for line in many:
		print(line)
	print('%d vectors, %d disagree%s' % (len(rows), failed, ', %d calls of many disagree' % len(many) if many else ''))
	sys.exit(1 if failed or many or not rows else 0)


if __name__ == '__main__':
	main()
