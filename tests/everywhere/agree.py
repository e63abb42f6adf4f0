#!/usr/bin/env python3
"""agree.py VECTORS --program 'wine out/evidence-verify.exe' [--reference build/cmd/evidence-verify] [--only 'Z-*']

Every vector through a program, many in one call (a start under an emulator costs more than a bundle): verdict and exit as the table
says, and with --reference the same bytes of JSON as that program prints. Text output is compared for one vector of each verdict.
"""
import argparse
import concurrent.futures
import fnmatch
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

CHUNK = 50


def run(command, args, folder, extra):
	"""Output goes to files: what an emulator leaves running behind the program would hold a pipe open for ever."""
	with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
		p = subprocess.run(command + args, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
			env=dict(os.environ, **extra), timeout=1800)
		out.seek(0)
		err.seek(0)
		return p.returncode, out.read(), err.read()


def worst(codes):
	for code in (3, 1, 2):
		if code in codes:
			return code
	return 0


def compare(rows, args, a):
	"""One call; the complaints."""
	names = [r['file'] for r in rows]
	call = [x.replace('@/', '') for x in args] + names
	extra = {k: v.replace('@/', a.vectors + '/') for k, v in rows[0].get('env', {}).items()}
	code, out, err = run(a.program, ['--json'] + call, a.vectors, extra)
	lines = out.splitlines(keepends=True)
	if len(lines) != len(rows):
		return ['%s …: %d answers for %d bundles, exit code %d: %s' % (rows[0]['name'], len(lines), len(rows), code, err[-200:])]
	bad = []
	if a.reference:
		other = run(a.reference, ['--json'] + call, a.vectors, extra)
		for row, x, y in zip(rows, lines, other[1].splitlines(keepends=True)):
			if x != y:
				bad.append('%s: other bytes: %s | %s' % (row['name'], x[:2000], y[:2000]))
		if code != other[0]:
			bad.append('%s …: exit code %d, the reference %d' % (rows[0]['name'], code, other[0]))
	for row, line in zip(rows, lines):
		report = json.loads(line)
		allowed = [(row['verdict'], row['exit'])] + [(o['verdict'], o['exit']) for o in row.get('or', ())]
		if not row.get('loose') and (report['verdict'], report['exit']) not in allowed:
			bad.append('%s: %s, not %s' % (row['name'], report['verdict'], row['verdict']))
	if not any(r.get('loose') or r.get('or') for r in rows) and '--extends' not in args and code != worst([r['exit'] for r in rows]):
		bad.append('%s …: exit code %d' % (rows[0]['name'], code))
	return bad


def texts(rows, a):
	bad = []
	for verdict in ('TOTAL-PASSED', 'INDETERMINATE', 'TOTAL-FAILED', 'REFUSED'):
		for row in [r for r in rows if r['verdict'] == verdict][:2]:
			call = [x.replace('@/', '') for x in row['args']] + [row['file']]
			one, other = run(a.program, call, a.vectors, {}), run(a.reference, call, a.vectors, {})
			if one[:2] != other[:2]:
				bad.append('%s: other text or exit code' % row['name'])
	return bad


def main():
	p = argparse.ArgumentParser()
	p.add_argument('vectors')
	p.add_argument('--program', required=True)
	p.add_argument('--reference')
	p.add_argument('--only', default='*')
	p.add_argument('--windows', action='store_true', help='leave out files whose names Windows cannot have, and say how many')
	a = p.parse_args()
	a.vectors = os.path.abspath(a.vectors)
	a.program = shlex.split(a.program)
	a.reference = shlex.split(a.reference) if a.reference else None
	with open(os.path.join(a.vectors, 'expected.json')) as f:
		rows = json.load(f)['vectors']
	# rows with a mode are about something else than a file that is there
	rows = [r for r in rows if fnmatch.fnmatch(r['name'], a.only) and r['verdict'] and not r.get('mode') and
		os.path.isfile(os.path.join(a.vectors, r['file']))]
	if a.windows:
		before = len(rows)
		rows = [r for r in rows if not re.search(r'[\x00-\x1f<>:"|?*\\]', r['file'])]
		print('%d vectors left out: Windows cannot have their names' % (before - len(rows)))
	groups = {}
	for r in rows:
		groups.setdefault(json.dumps([r['args'], r.get('env')]), []).append(r)
	calls = [m[i:i + CHUNK] for m in groups.values() for i in range(0, len(m), CHUNK)]
	# under wine one at a time: its programs share a server
	with concurrent.futures.ThreadPoolExecutor(1 if a.windows else os.cpu_count()) as pool:
		bad = [line for some in pool.map(lambda m: compare(m, m[0]['args'], a), calls) for line in some]
	if a.reference:
		bad += texts(rows, a)
	for line in bad:
		print('FAIL ' + line)
	print('%s %d vectors, %d calls of a kind, %d complaints' % ('FAIL' if bad else 'PASS', len(rows), len(groups), len(bad)))
	sys.exit(1 if bad or not rows else 0)


main()
